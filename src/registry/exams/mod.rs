//! Assessment: sessions of an assessment body, applications with their eligibility decision, scores entered by one
//! person and confirmed by another, and the public notice before certificates.
//!
//! What an applicant is judged by (service, certificates, education) is gathered in `flows::application_submit`.
//! Issuing is `certificates`', which asks [`clearance::cleared_all`] first.

pub mod clearance;
pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{AccountId, ApplicationId, ExamSessionId, OrganisationId, PersonId, ScoreId};
use crate::kernel::invalid::FieldError;
use crate::kernel::skill::{Education, ExamPart, Occupation, SkillLevel, Specialty};
use crate::kernel::vocabulary::Declaration;
use crate::seeds::Need;

codes! {
    /// 资格审查结论
    pub enum Decision("eligibility") {
        /// 符合申报条件
        Eligible = "eligible",
        /// 不符合申报条件
        NotEligible = "not-eligible",
    }
}

/// 考次: one sitting of an assessment body for a level.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: ExamSessionId,
    /// Names the session in public and begins its admission numbers.
    pub code: String,
    pub body: OrganisationId,
    pub occupation: Occupation,
    pub specialty: Specialty,
    pub level: SkillLevel,
    pub area: AreaCode,
    pub place: String,
    /// The last day of registration.
    pub registration_closes_on: NaiveDate,
    pub held_on: NaiveDate,
    pub capacity: i32,
    /// As of the day on which the session was announced; a later change of the standard doesn't touch it.
    pub parts: Vec<Part>,
    /// How often each failed part may be sat again.
    pub resits: i32,
    pub version: i32,
}

/// 考核科目 of a session. Scores are whole points from 0 to `maximum`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub part: ExamPart,
    pub maximum: u32,
    pub pass_mark: u32,
}

#[derive(Debug, Clone)]
pub struct NewSession {
    pub occupation: Occupation,
    pub specialty: Specialty,
    pub level: SkillLevel,
    /// Where it is held; the body's own area if not given.
    pub area: Option<AreaCode>,
    pub place: String,
    pub registration_closes_on: NaiveDate,
    pub held_on: NaiveDate,
    pub capacity: i32,
}

/// What an applicant states, with evidence that a person checks (申报声明).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    pub what: Declaration,
    /// The day since which it holds, for what years are counted from.
    pub on: Option<NaiveDate>,
    /// The evidence: a document and its number.
    pub note: Option<String>,
}

/// One need of one route that an applicant doesn't meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    pub route: String,
    pub need: Need,
    pub had: Had,
}

/// What an applicant has where a need asks for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "had", rename_all = "kebab-case")]
pub enum Had {
    /// No such certificate, diploma or declaration.
    Nothing,
    /// Whole years, of age or of service.
    Years { years: u32 },
    /// A lower education than asked for.
    Education { education: Education },
    /// The education, but not declared to be in the field.
    MajorNotDeclared,
    /// The declaration, but without the day to count from.
    Undated,
}

/// 报考: a person's application for a session, with the decision as made on the day.
#[derive(Debug, Clone)]
pub struct Application {
    pub id: ApplicationId,
    pub session: ExamSessionId,
    pub person: PersonId,
    /// The organisation that sent it in; `None` where the person did.
    pub submitted_by: Option<OrganisationId>,
    pub declarations: Vec<Declared>,
    /// Code of the condition set that was in force.
    pub condition_set: String,
    pub decision: Decision,
    /// The route that was met.
    pub route: Option<String>,
    pub shortfalls: Vec<Shortfall>,
    pub decided_at: Timestamp,
    /// 准考证号
    pub admission_number: Option<String>,
    pub notice: Option<Notice>,
    pub version: i32,
}

/// 公示: both days belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
}

/// One part of one attempt.
#[derive(Debug, Clone)]
pub struct Score {
    pub id: ScoreId,
    pub application: ApplicationId,
    pub part: ExamPart,
    /// 1 is the first sitting, 2 the first re-sit (补考).
    pub attempt: i32,
    pub score: i32,
    pub entered_by: AccountId,
    pub confirmed_by: Option<AccountId>,
}

/// Who is applied for.
#[derive(Debug, Clone)]
pub enum Applicant {
    /// The caller.
    Oneself,
    Person(PersonId),
    /// Known by document and name, both as they are written there.
    Holder {
        kind: DocumentKind,
        number: String,
        name: String,
    },
}

#[derive(Debug, Clone)]
pub struct NewApplication {
    pub applicant: Applicant,
    pub declarations: Vec<Declared>,
}

/// A score as somebody hands it in.
#[derive(Debug, Clone, Copy)]
pub struct ScoreEntry {
    pub application: ApplicationId,
    pub part: ExamPart,
    /// The attempt that is meant; without it, the one that is open.
    pub attempt: Option<i32>,
    pub score: i32,
}

/// Where an entry stood in what its caller handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the list `scores`, from 0.
    Listed(usize),
    /// In a spreadsheet, as its user counts rows.
    Row(u32),
}

impl Place {
    /// An error at the entry's `field`; in a spreadsheet its part is a column.
    fn error(self, part: ExamPart, field: &str, code: &'static str) -> FieldError {
        match self {
            Self::Listed(index) => FieldError::new(format!("scores[{index}].{field}"), code),
            Self::Row(row) => FieldError::new(part.code(), code).at_row(row),
        }
    }
}

/// One row of a score sheet (成绩登记表).
#[derive(Debug, Clone)]
pub struct ScoreRow {
    pub admission_number: String,
    pub name: Option<String>,
    /// The cells that are filled in.
    pub scores: Vec<(ExamPart, i32)>,
}

/// Which entered scores are confirmed.
#[derive(Debug, Clone)]
pub enum Confirmation {
    /// All that somebody else entered.
    All,
    Listed(Vec<(ApplicationId, ExamPart)>),
}

impl Form for NewSession {
    fn read(f: &mut Fields) -> Option<Self> {
        let occupation = f.optional("occupation");
        let specialty = f.optional("specialty");
        let level = f.required("level");
        let area = f.optional("area_code");
        let place = f.text("place", 120);
        let registration_closes_on = f.required("registration_closes_on");
        let held_on = f.required("held_on");
        let capacity = f.integer("capacity", 1..=5_000);
        Some(Self {
            occupation: occupation?.unwrap_or(Occupation::ElderlyCareWorker),
            specialty: specialty?.unwrap_or(Specialty::General),
            level: level?,
            area: area?,
            place: place?,
            registration_closes_on: registration_closes_on?,
            held_on: held_on?,
            capacity: i32::try_from(capacity?).ok()?,
        })
    }
}

impl Form for Declared {
    fn read(f: &mut Fields) -> Option<Self> {
        let what = f.required("what");
        let on = f.optional("on");
        let note = f.optional_text("note", 200);
        Some(Self { what: what?, on: on?, note: note? })
    }
}

impl Form for NewApplication {
    fn read(f: &mut Fields) -> Option<Self> {
        let applicant = read_applicant(f);
        let declarations = f.list("declarations", 20, Declared::read);
        Some(Self { applicant: applicant?, declarations: declarations? })
    }
}

/// `person_id`, or the three fields of a document, or nothing: whoever applies for themself.
pub fn read_applicant(f: &mut Fields) -> Option<Applicant> {
    let person = f.optional("person_id");
    let kind = f.optional::<DocumentKind>("document_kind");
    let number = f.optional_text("document_number", 30);
    let name = f.optional_text("name", 60);
    match (person?, kind?, number?, name?) {
        (Some(person), None, None, None) => Some(Applicant::Person(person)),
        (None, None, None, None) => Some(Applicant::Oneself),
        (None, kind, Some(number), Some(name)) => {
            let kind = kind.unwrap_or(DocumentKind::ResidentIdentityCard);
            Some(Applicant::Holder { kind, number, name })
        }
        (person, _, number, name) => {
            if person.is_some() {
                f.refuse(FieldError::new("person_id", "person-or-document"));
            }
            if number.is_none() {
                f.refuse(FieldError::new("document_number", "required"));
            }
            if name.is_none() {
                f.refuse(FieldError::new("name", "required"));
            }
            None
        }
    }
}

impl Form for ScoreEntry {
    fn read(f: &mut Fields) -> Option<Self> {
        let application = f.required("application_id");
        let part = f.required("part");
        let attempt = f.optional_integer("attempt", 1..=9);
        let score = f.integer("score", 0..=100);
        Some(Self {
            application: application?,
            part: part?,
            attempt: attempt?.and_then(|attempt| i32::try_from(attempt).ok()),
            score: i32::try_from(score?).ok()?,
        })
    }
}

impl Form for ScoreRow {
    fn read(f: &mut Fields) -> Option<Self> {
        let admission_number = f.text("admission_number", 40);
        let name = f.optional_text("name", 60);
        let theory = f.optional_integer(ExamPart::Theory.code(), 0..=100);
        let practical = f.optional_integer(ExamPart::Practical.code(), 0..=100);
        let review = f.optional_integer(ExamPart::Review.code(), 0..=100);
        let cells =
            [(ExamPart::Theory, theory?), (ExamPart::Practical, practical?), (ExamPart::Review, review?)];
        let filled = |(part, score): (ExamPart, Option<i64>)| Some((part, i32::try_from(score?).ok()?));
        Some(Self {
            admission_number: admission_number?,
            name: name?,
            scores: cells.into_iter().filter_map(filled).collect(),
        })
    }
}

impl Form for Confirmation {
    fn read(f: &mut Fields) -> Option<Self> {
        let all = f.optional::<bool>("all");
        let listed = f.list("scores", 5_000, |f| {
            let application = f.required("application_id");
            let part = f.required("part");
            Some((application?, part?))
        });
        all?;
        let listed = listed?;
        Some(if listed.is_empty() { Self::All } else { Self::Listed(listed) })
    }
}
