//! What differs from one credential to the next: the texts that stand in the slots of the templates.

use std::borrow::Cow;

use serde::Deserialize;

use crate::kernel::codes::Code;
use crate::kernel::skill::{ExamPart, SkillLevel, Specialty};
use crate::proof::credential::Unwritable;
use crate::proof::frozen::{FrozenRecord, RecordDigest, SealedRecord};
use crate::proof::payload::{Payload, StatusPlace};

/// One place of the templates whose text differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Public address at issue, without a slash at its end.
    Base,
    /// The public code, last part of the verify address.
    Code,
    Did,
    List,
    Index,
    Holder,
    Number,
    TitleZh,
    TitleEn,
    OccupationZh,
    SpecialtyZh,
    BodyZh,
    BodyEn,
    Narrative,
    Environment,
    Occupation,
    Specialty,
    Level,
    Body,
    Theory,
    Practical,
    Review,
    /// The frozen record's SHA-256 as a multihash in multibase `u`.
    Digest,
    ValidFrom,
    ValidUntil,
    /// Of the proof: `{did}#{key id}`.
    Method,
    ProofValue,
}

pub const SLOTS: usize = Slot::ProofValue as usize + 1;

/// Which optional parts a credential has: five bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    pub expires: bool,
    pub specialised: bool,
    /// In the order of [`PARTS`].
    pub parts: [bool; 3],
}

pub const SHAPES: usize = 32;
pub const PARTS: [(ExamPart, Slot); 3] = [
    (ExamPart::Theory, Slot::Theory),
    (ExamPart::Practical, Slot::Practical),
    (ExamPart::Review, Slot::Review),
];

impl Shape {
    /// Below [`SHAPES`].
    pub const fn number(self) -> usize {
        let [a, b, c] = self.parts;
        self.expires as usize
            | (self.specialised as usize) << 1
            | (a as usize) << 2
            | (b as usize) << 3
            | (c as usize) << 4
    }
}

/// The texts of one credential, not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots<'a> {
    pub shape: Shape,
    texts: [Cow<'a, str>; SLOTS],
}

/// The instant with which a day begins in Shanghai, and its last second.
const DAWN: &str = "T00:00:00+08:00";
const DUSK: &str = "T23:59:59+08:00";
/// A SHA-256 as a multihash begins so.
const MULTIHASH: [u8; 2] = [0x12, 0x20];

impl<'a> Slots<'a> {
    fn empty() -> Self {
        Self { shape: Shape::default(), texts: [const { Cow::Borrowed("") }; SLOTS] }
    }

    pub fn get(&self, slot: Slot) -> &str {
        &self.texts[slot as usize]
    }

    pub fn set(&mut self, slot: Slot, text: impl Into<Cow<'a, str>>) {
        self.texts[slot as usize] = text.into();
    }

    /// # Errors
    /// [`Unwritable`].
    pub fn of(record: &'a SealedRecord) -> Result<Self, Unwritable> {
        let FrozenRecord { base, code, status, occupation, specialty, level, body, criteria, .. } = &**record;
        let mut slots = Self::empty();
        slots.set(Slot::Base, base);
        slots.set(Slot::Code, code.to_string());
        slots.set(Slot::Did, did(base).ok_or(Unwritable::Base)?);
        slots.set(Slot::List, status.list.to_string());
        slots.set(Slot::Index, status.index.to_string());
        slots.set(Slot::Holder, &record.holder);
        slots.set(Slot::Number, record.number.as_str());
        let specialty_zh = specialty.as_ref().map(|specialty| specialty.zh.as_str());
        let specialty_en = specialty.as_ref().map(|specialty| specialty.en.as_str());
        slots.set(Slot::TitleZh, joined(" ", [Some(&occupation.zh), specialty_zh, Some(&level.zh)]));
        slots.set(Slot::TitleEn, joined(", ", [Some(&occupation.en), specialty_en, Some(&level.en)]));
        slots.set(Slot::OccupationZh, &occupation.zh);
        slots.set(Slot::SpecialtyZh, specialty_zh.unwrap_or_default());
        slots.shape.specialised = specialty_zh.is_some();
        slots.set(Slot::BodyZh, &body.zh);
        slots.set(Slot::BodyEn, &body.en);
        slots.set(Slot::Narrative, format!("{}\n\n{}", criteria.zh, criteria.en));
        slots.set(Slot::Environment, record.environment.code());
        slots.set(Slot::Occupation, occupation.code.code());
        let specialty = specialty.as_ref().map_or(Specialty::General, |specialty| specialty.code);
        slots.set(Slot::Specialty, specialty.code());
        slots.set(Slot::Level, level.code.code());
        slots.set(Slot::Body, body.code.as_str());
        if !record.results.is_sorted_by(|one, next| one.part < next.part) {
            return Err(Unwritable::Results);
        }
        for result in &record.results {
            slots.put_score(result.part, result.score.to_string().into());
        }
        slots.set(Slot::Digest, multihash(record.digest()));
        slots.set(Slot::ValidFrom, format!("{}{DAWN}", record.issued_on));
        if let Some(last_day) = record.expires_on {
            slots.shape.expires = true;
            slots.set(Slot::ValidUntil, format!("{last_day}{DUSK}"));
        }
        let strange = |text: &Cow<'_, str>| text.chars().any(|letter| letter.is_control() && letter != '\n');
        if slots.texts.iter().any(strange) { Err(Unwritable::Text) } else { Ok(slots) }
    }

    /// The texts of a document that may be of our shape. Only writing it again shows whether it is.
    pub fn read(text: &'a str) -> Option<Self> {
        let document: Document<'a> = serde_json::from_str(text).ok()?;
        let mut slots = Self::empty();
        let (base, code) = split(document.id, "/v/")?;
        slots.set(Slot::Did, did(&base)?);
        let status = document.credential_status.into_iter().next()?;
        let list = status.status_list_credential.strip_prefix(base.as_ref())?.strip_prefix("/status/")?;
        slots.set(Slot::List, list.strip_suffix("/revocation")?.to_owned());
        slots.set(Slot::Index, status.status_list_index);
        slots.set(Slot::Base, base);
        slots.set(Slot::Code, code);
        let Subject { name, license_number, achievement, result } = document.credential_subject;
        slots.set(Slot::Holder, name);
        slots.set(Slot::Number, license_number);
        slots.set(Slot::TitleZh, document.name);
        slots.set(Slot::TitleEn, document.description);
        slots.set(Slot::OccupationZh, achievement.field_of_study);
        if let Some(specialty) = achievement.specialization {
            slots.shape.specialised = true;
            slots.set(Slot::SpecialtyZh, specialty);
        }
        slots.set(Slot::BodyZh, achievement.creator.name);
        slots.set(Slot::BodyEn, achievement.creator.description);
        slots.set(Slot::Narrative, achievement.criteria.narrative);
        for (tag, (slot, prefix)) in achievement.tag.into_iter().zip(TAGS) {
            slots.set(slot, after(tag, prefix)?);
        }
        for result in result {
            let (_, part) = split(result.result_description, "#part-")?;
            slots.put_score(ExamPart::from_code(&part)?, result.value);
        }
        slots.set(Slot::Digest, document.related_resource.into_iter().next()?.digest_multibase);
        slots.set(Slot::ValidFrom, document.valid_from);
        if let Some(end) = document.valid_until {
            slots.shape.expires = true;
            slots.set(Slot::ValidUntil, end);
        }
        if let Some(proof) = document.proof.into_iter().next() {
            slots.set(Slot::Method, proof.verification_method);
            slots.set(Slot::ProofValue, proof.proof_value);
        }
        Some(slots)
    }

    /// The same content as the QR holds.
    pub fn payload(&self) -> Option<Payload> {
        let day = |slot, time| self.get(slot).strip_suffix(time)?.parse().ok();
        Some(Payload {
            environment: Code::from_code(self.get(Slot::Environment))?,
            code: exact(self.get(Slot::Code))?,
            number: exact(self.get(Slot::Number))?,
            holder: self.get(Slot::Holder).to_owned(),
            occupation: Code::from_code(self.get(Slot::Occupation))?,
            specialty: Code::from_code(self.get(Slot::Specialty))?,
            level: SkillLevel::from_code(self.get(Slot::Level))?,
            body: exact(self.get(Slot::Body))?,
            issued_on: day(Slot::ValidFrom, DAWN)?,
            expires_on: if self.shape.expires { Some(day(Slot::ValidUntil, DUSK)?) } else { None },
            status: StatusPlace { list: exact(self.get(Slot::List))?, index: exact(self.get(Slot::Index))? },
            record: digest(self.get(Slot::Digest))?,
        })
    }

    fn put_score(&mut self, part: ExamPart, score: Cow<'a, str>) {
        for (place, (known, slot)) in PARTS.into_iter().enumerate() {
            if known == part {
                self.shape.parts[place] = true;
                self.set(slot, score);
                return;
            }
        }
    }
}

/// The tags of an achievement in their order, which is that of their canonical lines too.
pub const TAGS: [(Slot, &str); 5] = [
    (Slot::Body, "body:"),
    (Slot::Environment, "environment:"),
    (Slot::Level, "level:"),
    (Slot::Occupation, "occupation:"),
    (Slot::Specialty, "specialty:"),
];

/// The registry as an issuer: `did:web` of the host of its public address. `None` for an address that can't stand in
/// a document as it is.
pub fn did(base: &str) -> Option<String> {
    let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"))?;
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b".-:[]".contains(&letter);
    let fits = !host.is_empty() && host.bytes().all(plain);
    fits.then(|| format!("did:web:{}", host.replace(':', "%3A")))
}

fn joined<const N: usize>(between: &str, parts: [Option<&str>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(between)
}

fn multihash(digest: RecordDigest) -> String {
    use base64::Engine;
    let mut bytes = [0; 34];
    bytes[..2].copy_from_slice(&MULTIHASH);
    bytes[2..].copy_from_slice(&digest.0);
    format!("u{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

fn digest(multibase: &str) -> Option<RecordDigest> {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(multibase.strip_prefix('u')?).ok()?;
    bytes.strip_prefix(&MULTIHASH)?.try_into().ok().map(RecordDigest)
}

/// What is written in one way only.
fn exact<T: std::str::FromStr + std::fmt::Display>(text: &str) -> Option<T> {
    text.parse().ok().filter(|value: &T| value.to_string() == text)
}

fn split<'a>(text: Cow<'a, str>, at: &str) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    match text {
        Cow::Borrowed(text) => text.rsplit_once(at).map(|(one, two)| (one.into(), two.into())),
        Cow::Owned(text) => {
            text.rsplit_once(at).map(|(one, two)| (one.to_owned().into(), two.to_owned().into()))
        }
    }
}

fn after<'a>(text: Cow<'a, str>, prefix: &str) -> Option<Cow<'a, str>> {
    match text {
        Cow::Borrowed(text) => text.strip_prefix(prefix).map(Cow::Borrowed),
        Cow::Owned(text) => text.strip_prefix(prefix).map(|rest| rest.to_owned().into()),
    }
}

// The parts of a document that hold a slot's text.

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(borrow)]
    credential_status: Vec<Status<'a>>,
    #[serde(borrow)]
    credential_subject: Subject<'a>,
    #[serde(borrow)]
    description: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    proof: Vec<Proof<'a>>,
    #[serde(borrow)]
    related_resource: Vec<Resource<'a>>,
    #[serde(borrow)]
    valid_from: Cow<'a, str>,
    #[serde(borrow)]
    valid_until: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    #[serde(borrow)]
    status_list_credential: Cow<'a, str>,
    #[serde(borrow)]
    status_list_index: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subject<'a> {
    #[serde(borrow)]
    achievement: Achievement<'a>,
    #[serde(borrow)]
    license_number: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    result: Vec<Scored<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Achievement<'a> {
    #[serde(borrow)]
    creator: Creator<'a>,
    #[serde(borrow)]
    criteria: Criteria<'a>,
    #[serde(borrow)]
    field_of_study: Cow<'a, str>,
    #[serde(borrow)]
    specialization: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tag: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Creator<'a> {
    #[serde(borrow)]
    description: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Criteria<'a> {
    #[serde(borrow)]
    narrative: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scored<'a> {
    #[serde(borrow)]
    result_description: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    #[serde(borrow)]
    digest_multibase: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proof<'a> {
    #[serde(borrow)]
    proof_value: Cow<'a, str>,
    #[serde(borrow)]
    verification_method: Cow<'a, str>,
}
