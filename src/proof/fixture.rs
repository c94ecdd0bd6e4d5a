//! A small registry for the tests of this module: keys, a trust list, a certificate, status lists.

use chrono::{NaiveDate, TimeDelta};
use image::ImageFormat;

use crate::kernel::codes::Code;
use crate::kernel::dates::Timestamp;
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::PublicCode;
use crate::kernel::skill::{ExamPart, Occupation, SkillLevel};
use crate::kernel::vocabulary::TrainingKind;
use crate::proof::cose;
use crate::proof::frozen::{
    Attested, FirstAid, FrozenRecord, Named, PartResult, SealedRecord, Skill, Training, Words,
};
use crate::proof::keys::{KeyId, PrivateKey, Purpose};
use crate::proof::payload::{CertificateType, Environment, Payload, StatusPlace};
use crate::proof::qr::Matrix;
use crate::proof::status::{StatusList, StatusPurpose, StatusSnapshot};
use crate::proof::status_jwt::{self, Publisher, StatusBundle};
use crate::proof::trust::{KeyState, TrustDocument, TrustList, TrustedKey};

pub const PUBLISHER: Publisher<'static> = Publisher { did: "did:web:huzheng.haining.example", base: BASE };
pub const BASE: &str = "https://huzheng.haining.example";
/// Noon in Haining on 21 November 2026.
pub const NOON: &str = "2026-11-21T04:00:00Z";

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub struct Fixture {
    pub root: PrivateKey,
    pub issuing: PrivateKey,
    pub status: PrivateKey,
    pub log: PrivateKey,
    document: TrustDocument,
}

impl Fixture {
    pub fn new() -> Self {
        let [root, issuing, status, log] = [1, 2, 3, 4].map(|seed| PrivateKey::from_random(&mut [seed; 32]));
        let mut keys = vec![
            trusted(&root, Purpose::Root),
            trusted(&issuing, Purpose::Issuing),
            trusted(&status, Purpose::Status),
            trusted(&log, Purpose::Log),
        ];
        keys[1].body = Some("S000033001032".parse().expect("a body"));
        keys[1].body_name_zh = Some("海宁市养老护理职业技能评价中心".to_owned());
        keys[1].body_name_en = Some("Haining Elderly Care Skill Assessment Centre".to_owned());
        keys[1].types = vec![CertificateType::Skill];
        keys[1].daily_cap = Some(500);
        let document = TrustDocument {
            version: 3,
            environment: Environment::Test,
            issued_at: at("2026-11-01T00:00:00Z"),
            expires_at: at("2027-02-01T00:00:00Z"),
            verify_hosts: vec!["huzheng.haining.example".to_owned(), "old.haining.example:8443".to_owned()],
            keys,
        };
        Self { root, issuing, status, log, document }
    }

    pub fn document(&self) -> TrustDocument {
        self.document.clone()
    }

    pub fn trust(&self) -> TrustList {
        TrustList::new(self.document()).expect("consistent")
    }

    pub fn certified(&self) -> &TrustedKey {
        &self.document.keys[1]
    }

    pub fn sign(&self, payload: &Payload) -> Vec<u8> {
        cose::sign(&payload.encode(), &self.issuing, id(&self.issuing)).expect("signed")
    }

    pub fn cwt(&self) -> Vec<u8> {
        self.sign(&payload())
    }

    pub fn status_jwt(&self, purpose: StatusPurpose, marked: &[u32]) -> String {
        let until = at(NOON) + TimeDelta::minutes(10);
        let mut list = StatusList::empty(1, purpose, 0, at(NOON), until).expect("a list");
        assert!(marked.iter().all(|index| list.mark(*index)));
        status_jwt::write(&list, PUBLISHER, &self.status, id(&self.status)).expect("written")
    }

    pub fn bundle(&self, revoked: &[u32], suspended: &[u32]) -> StatusBundle {
        StatusBundle {
            list: 1,
            revocation: self.status_jwt(StatusPurpose::Revocation, revoked),
            suspension: self.status_jwt(StatusPurpose::Suspension, suspended),
        }
    }

    pub fn snapshot(&self, revoked: &[u32], suspended: &[u32]) -> StatusSnapshot {
        let mut snapshot = StatusSnapshot::default();
        let bundle = self.bundle(revoked, suspended).to_json();
        snapshot.take_up(&bundle, &self.trust(), at(NOON)).expect("a good bundle");
        snapshot
    }
}

pub fn record() -> SealedRecord {
    frozen().seal().expect("a record")
}

pub fn skill() -> Skill {
    Skill {
        occupation: Named::new(
            Occupation::ElderlyCareWorker,
            words("养老护理员", "Elderly care worker (4-10-01-05)"),
        ),
        specialty: None,
        level: Named::new(SkillLevel::Five, words("五级/初级工", "Level 5 (junior worker)")),
        results: vec![
            PartResult { part: ExamPart::Theory, score: 82 },
            PartResult { part: ExamPart::Practical, score: 76 },
        ],
    }
}

pub fn training(kind: TrainingKind) -> Training {
    Training {
        kind,
        title: words("家庭照护者培训证书", "Certificate of Family Carer Training"),
        course: words("家庭照护者培训", "Training for family carers"),
        hours: 16,
        from: day("2026-10-12"),
        until: day("2026-10-16"),
        completed_on: day("2026-10-18"),
        result: words("合格", "Passed"),
    }
}

pub fn first_aid() -> FirstAid {
    FirstAid {
        title: words("救护员证登记凭证", "Record of a First-Aider Certificate"),
        original_issuer: words("海宁市红十字会", "Red Cross Society of Haining"),
        original_number: "330481-2026-00137".to_owned(),
        original_issued_on: day("2026-04-11"),
    }
}

/// One of each type but the first, with a number of its series.
pub fn others() -> Vec<FrozenRecord> {
    let all = TrainingKind::ALL.iter().map(|kind| Attested::Training(training(*kind)));
    let record = |attested: Attested| {
        let kind = attested.kind();
        let (code, name) = if kind == CertificateType::FirstAid {
            ("H330481990003", words("海宁市红十字会", "Red Cross Society of Haining"))
        } else {
            let name = words("海宁市康养职业技能培训学校", "Haining Kangyang Vocational Training School");
            ("P330481990001", name)
        };
        FrozenRecord {
            number: format!("{code}26{}000042", kind.number()).parse().expect("a number"),
            body: Named::new(code.parse().expect("a body"), name),
            attested,
            criteria: words("完成全部课程", "Completed every module"),
            ..frozen()
        }
    };
    all.chain([Attested::FirstAid(first_aid())]).map(record).collect()
}

fn words(zh: &str, en: &str) -> Words {
    Words { zh: zh.to_owned(), en: en.to_owned() }
}

pub fn frozen() -> FrozenRecord {
    FrozenRecord {
        version: FrozenRecord::VERSION,
        attested: Attested::Skill(skill()),
        environment: Environment::Test,
        code: PublicCode::from_bytes(*b"0123456789abcdef"),
        number: "S000033001032265000042".parse().expect("a number"),
        holder: "王桂兰".to_owned(),
        document_kind: DocumentKind::ResidentIdentityCard,
        body: Named::new(
            "S000033001032".parse().expect("a body"),
            words("海宁市养老护理职业技能评价中心", "Haining Elderly Care Skill Assessment Centre"),
        ),
        issued_on: day("2026-11-20"),
        expires_on: None,
        status: StatusPlace { list: 1, index: 100_042 },
        base: BASE.to_owned(),
        criteria: words("按国家职业技能标准考核，各科合格", "Passed every part of the assessment"),
    }
}

pub fn payload() -> Payload {
    record().payload()
}

pub fn id(key: &PrivateKey) -> KeyId {
    KeyId::of(&key.public(), Environment::Test)
}

fn trusted(key: &PrivateKey, purpose: Purpose) -> TrustedKey {
    TrustedKey {
        id: KeyId::of(&key.public(), Environment::Test),
        public_key: key.public(),
        purpose,
        body: None,
        body_name_zh: None,
        body_name_en: None,
        types: Vec::new(),
        valid_from: day("2026-01-01"),
        valid_until: day("2028-12-31"),
        daily_cap: None,
        state: KeyState::Active,
        halted_at: None,
        cutoff: None,
        method: None,
    }
}

/// A picture of white paper with the given QR codes side by side.
pub fn photo(texts: &[&String], format: ImageFormat) -> Vec<u8> {
    const SCALE: usize = 4;
    const MARGIN: usize = 40;
    let codes: Vec<_> = texts.iter().map(|text| Matrix::of(text).expect("fits")).collect();
    let width = MARGIN + codes.iter().map(|code| code.size * SCALE + MARGIN).sum::<usize>();
    let height = 2 * MARGIN + codes.iter().map(|code| code.size * SCALE).max().unwrap_or(100);
    let pixel = |length: usize| u32::try_from(length).expect("small");
    let mut picture = image::GrayImage::from_pixel(pixel(width), pixel(height), image::Luma([255]));
    let mut left = MARGIN;
    for code in &codes {
        for (place, _) in code.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = (left + place % code.size * SCALE, MARGIN + place / code.size * SCALE);
            for (dx, dy) in (0..SCALE).flat_map(|dx| (0..SCALE).map(move |dy| (dx, dy))) {
                picture.put_pixel(pixel(x + dx), pixel(y + dy), image::Luma([0]));
            }
        }
        left += code.size * SCALE + MARGIN;
    }
    let mut bytes = Vec::new();
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), format).expect("written");
    bytes
}
