//! What differs from one credential to the next: the texts that stand in the slots of the templates.

use std::borrow::Cow;

use serde::Deserialize;

use crate::kernel::codes::Code;
use crate::kernel::skill::{ExamPart, Specialty};
use crate::proof::credential::Unwritable;
use crate::proof::frozen::{Attested, FirstAid, FrozenRecord, RecordDigest, SealedRecord, Skill, Training};
use crate::proof::payload::{CertificateType, Particulars, Payload, StatusPlace};

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
    /// What was learnt: the occupation, or the course.
    FieldOfStudy,
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
    /// Of all types of certificate but the first.
    Type,
    Hours,
    CompletedOn,
    OriginalIssuer,
    OriginalNumber,
    OriginalIssuedOn,
    /// The frozen record's SHA-256 as a multihash in multibase `u`.
    Digest,
    ValidFrom,
    ValidUntil,
    /// Of the proof: `{did}#{key id}`.
    Method,
    ProofValue,
}

pub const SLOTS: usize = Slot::ProofValue as usize + 1;

/// Types of certificate that say things of the same kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Family {
    #[default]
    Skill,
    Training,
    FirstAid,
}

impl Family {
    /// The tags of an achievement in their order, which is that of their canonical lines too.
    pub const fn tags(self) -> &'static [(Slot, &'static str)] {
        match self {
            Self::Skill => &[
                (Slot::Body, "body:"),
                (Slot::Environment, "environment:"),
                (Slot::Level, "level:"),
                (Slot::Occupation, "occupation:"),
                (Slot::Specialty, "specialty:"),
            ],
            Self::Training => &[
                (Slot::Body, "body:"),
                (Slot::CompletedOn, "completed:"),
                (Slot::Environment, "environment:"),
                (Slot::Hours, "hours:"),
                (Slot::Type, "type:"),
            ],
            Self::FirstAid => &[
                (Slot::Body, "body:"),
                (Slot::Environment, "environment:"),
                (Slot::OriginalIssuedOn, "original-issued:"),
                (Slot::OriginalIssuer, "original-issuer:"),
                (Slot::OriginalNumber, "original-number:"),
                (Slot::Type, "type:"),
            ],
        }
    }

    /// Whose tags these are, by the last one.
    fn of(tags: &[Cow<'_, str>]) -> Self {
        match tags.last().and_then(|tag| tag.strip_prefix("type:")) {
            None => Self::Skill,
            Some("first-aid") => Self::FirstAid,
            Some(_) => Self::Training,
        }
    }
}

/// Which optional parts a credential has: five bits for each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    pub family: Family,
    pub expires: bool,
    pub specialised: bool,
    /// In the order of [`PARTS`].
    pub parts: [bool; 3],
}

pub const SHAPES: usize = 3 * 32;
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
            | (self.family as usize) << 5
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
        let FrozenRecord { base, code, status, attested, body, criteria, .. } = &**record;
        let mut slots = Self::empty();
        slots.set(Slot::Base, base);
        slots.set(Slot::Code, code.to_string());
        slots.set(Slot::Did, did(base).ok_or(Unwritable::Base)?);
        slots.set(Slot::List, status.list.to_string());
        slots.set(Slot::Index, status.index.to_string());
        slots.set(Slot::Holder, &record.holder);
        slots.set(Slot::Number, record.number.as_str());
        match attested {
            Attested::Skill(skill) => slots.put_skill(skill)?,
            Attested::Training(training) => slots.put_training(training),
            Attested::FirstAid(seen) => slots.put_first_aid(seen),
        }
        slots.set(Slot::BodyZh, &body.zh);
        slots.set(Slot::BodyEn, &body.en);
        slots.set(Slot::Narrative, format!("{}\n\n{}", criteria.zh, criteria.en));
        slots.set(Slot::Environment, record.environment.code());
        slots.set(Slot::Body, body.code.as_str());
        slots.set(Slot::Digest, multihash(record.digest()));
        slots.set(Slot::ValidFrom, format!("{}{DAWN}", record.issued_on));
        if let Some(last_day) = record.expires_on {
            slots.shape.expires = true;
            slots.set(Slot::ValidUntil, format!("{last_day}{DUSK}"));
        }
        let strange = |text: &Cow<'_, str>| text.chars().any(|letter| letter.is_control() && letter != '\n');
        if slots.texts.iter().any(strange) { Err(Unwritable::Text) } else { Ok(slots) }
    }

    fn put_skill(&mut self, skill: &'a Skill) -> Result<(), Unwritable> {
        let Skill { occupation, specialty, level, results } = skill;
        let specialty_zh = specialty.as_ref().map(|specialty| specialty.zh.as_str());
        let specialty_en = specialty.as_ref().map(|specialty| specialty.en.as_str());
        self.set(Slot::TitleZh, joined(" ", [Some(&occupation.zh), specialty_zh, Some(&level.zh)]));
        self.set(Slot::TitleEn, joined(", ", [Some(&occupation.en), specialty_en, Some(&level.en)]));
        self.set(Slot::FieldOfStudy, &occupation.zh);
        self.set(Slot::SpecialtyZh, specialty_zh.unwrap_or_default());
        self.shape.specialised = specialty_zh.is_some();
        self.set(Slot::Occupation, occupation.code.code());
        let specialty = specialty.as_ref().map_or(Specialty::General, |specialty| specialty.code);
        self.set(Slot::Specialty, specialty.code());
        self.set(Slot::Level, level.code.code());
        if !results.is_sorted_by(|one, next| one.part < next.part) {
            return Err(Unwritable::Results);
        }
        for result in results {
            self.put_score(result.part, result.score.to_string().into());
        }
        Ok(())
    }

    fn put_training(&mut self, training: &'a Training) {
        let Training { title, course, .. } = training;
        self.shape.family = Family::Training;
        self.set(Slot::TitleZh, joined(" ", [Some(&title.zh), Some(&course.zh)]));
        self.set(Slot::TitleEn, joined(", ", [Some(&title.en), Some(&course.en)]));
        self.set(Slot::FieldOfStudy, &course.zh);
        self.set(Slot::Type, training.kind.code());
        self.set(Slot::Hours, training.hours.to_string());
        self.set(Slot::CompletedOn, training.completed_on.to_string());
    }

    fn put_first_aid(&mut self, seen: &'a FirstAid) {
        self.shape.family = Family::FirstAid;
        self.set(Slot::TitleZh, &seen.title.zh);
        self.set(Slot::TitleEn, &seen.title.en);
        self.set(Slot::Type, CertificateType::FirstAid.code());
        self.set(Slot::OriginalIssuer, &seen.original_issuer.zh);
        self.set(Slot::OriginalNumber, &seen.original_number);
        self.set(Slot::OriginalIssuedOn, seen.original_issued_on.to_string());
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
        slots.set(Slot::FieldOfStudy, achievement.field_of_study.unwrap_or_default());
        if let Some(specialty) = achievement.specialization {
            slots.shape.specialised = true;
            slots.set(Slot::SpecialtyZh, specialty);
        }
        slots.set(Slot::BodyZh, achievement.creator.name);
        slots.set(Slot::BodyEn, achievement.creator.description);
        slots.set(Slot::Narrative, achievement.criteria.narrative);
        slots.shape.family = Family::of(&achievement.tag);
        for (tag, (slot, prefix)) in achievement.tag.into_iter().zip(slots.shape.family.tags()) {
            slots.set(*slot, after(tag, prefix)?);
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
            particulars: self.particulars()?,
            body: exact(self.get(Slot::Body))?,
            issued_on: day(Slot::ValidFrom, DAWN)?,
            expires_on: if self.shape.expires { Some(day(Slot::ValidUntil, DUSK)?) } else { None },
            status: StatusPlace { list: exact(self.get(Slot::List))?, index: exact(self.get(Slot::Index))? },
            record: digest(self.get(Slot::Digest))?,
        })
    }

    fn particulars(&self) -> Option<Particulars> {
        Some(match self.shape.family {
            Family::Skill => Particulars::Skill {
                occupation: Code::from_code(self.get(Slot::Occupation))?,
                specialty: Code::from_code(self.get(Slot::Specialty))?,
                level: Code::from_code(self.get(Slot::Level))?,
            },
            Family::Training => Particulars::Training {
                kind: Code::from_code(self.get(Slot::Type))?,
                course: self.get(Slot::FieldOfStudy).to_owned(),
                hours: exact(self.get(Slot::Hours))?,
                completed_on: exact(self.get(Slot::CompletedOn))?,
            },
            Family::FirstAid => Particulars::FirstAid {
                original_issuer: self.get(Slot::OriginalIssuer).to_owned(),
                original_number: self.get(Slot::OriginalNumber).to_owned(),
                original_issued_on: exact(self.get(Slot::OriginalIssuedOn))?,
            },
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
    field_of_study: Option<Cow<'a, str>>,
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
