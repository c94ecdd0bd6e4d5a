//! The only place where an error becomes a status: an RFC 9457 problem for programs, a page for people.
//!
//! A [`Problem`] carries codes; the words are put in by [`Problem::document`], in the caller's language.

use crate::kernel::codes::Code;
use crate::proof::issue::{Refusal, Refused};
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use fluent_bundle::FluentArgs;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::log::LogFault;
use crate::db::DbError;
use crate::flows;
use crate::http::texts::Texts;
use crate::kernel::calendar::CalendarMissing;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::{
    accounts, areas, certificates, certified_lists, contests, credit, employment, exams, firstaid,
    indicators, ledger, organisations, people, recorded, schemes, subsidies, training, wages, watch,
};

#[derive(Debug)]
pub enum Problem {
    /// The body is not what its content type says.
    Malformed(&'static str),
    /// Fields are wrong: every one of them.
    Invalid(Invalid),
    NotSignedIn,
    WrongCredentials,
    NotAllowed,
    /// Also for what the caller may not know of.
    NotFound,
    /// The thing is not in a state for this. The code names the message `conflict-<code>`.
    Conflict(&'static str),
    /// `If-Match` names an older version.
    Stale,
    PreconditionRequired,
    /// Not yet; ask again after so many seconds.
    NotYet(u32),
    /// Seconds until the next try counts.
    TooMany(u32),
    UnsupportedMediaType,
    TooLarge,
    MethodNotAllowed,
    /// Told to the log; to the caller only the request's id.
    Internal(String),
}

impl Problem {
    /// The stable name that ends the document's `type`, and keys the texts `problem-<name>`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Invalid(_) => "invalid-input",
            Self::NotSignedIn => "not-signed-in",
            Self::WrongCredentials => "wrong-credentials",
            Self::NotAllowed => "not-allowed",
            Self::NotFound => "not-found",
            Self::Conflict(_) => "conflict",
            Self::Stale => "stale",
            Self::PreconditionRequired => "precondition-required",
            Self::NotYet(_) => "not-yet",
            Self::TooMany(_) => "too-many-requests",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::TooLarge => "too-large",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Internal(_) => "internal",
        }
    }

    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotSignedIn | Self::WrongCredentials => StatusCode::UNAUTHORIZED,
            Self::NotAllowed => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict(_) | Self::NotYet(_) => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Seconds for `Retry-After`, where it makes sense.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::NotYet(seconds) | Self::TooMany(seconds) => Some(*seconds),
            _ => None,
        }
    }

    /// The problem in words.
    #[must_use]
    pub fn document(&self, texts: &Texts, request_id: &str) -> ProblemDocument {
        let word = |key: &str| texts.text(key, &FluentArgs::new()).unwrap_or_else(|_| key.to_owned());
        let title = word(&format!("problem-{}", self.name()));
        let detail = match self {
            Self::Conflict(code) => Some(word(&format!("conflict-{code}"))),
            Self::Malformed(code) => Some(word(&format!("malformed-{code}"))),
            _ => None,
        };
        let errors = match self {
            Self::Invalid(Invalid(errors)) => errors
                .iter()
                .map(|error| ProblemField {
                    field: error.field.clone(),
                    row: error.row,
                    code: error.code.to_owned(),
                    message: texts.field_error(error).unwrap_or_else(|_| error.code.to_owned()),
                })
                .collect(),
            _ => Vec::new(),
        };
        ProblemDocument {
            kind: format!("urn:huzheng:problem:{}", self.name()),
            title,
            status: self.status().as_u16(),
            detail,
            instance: format!("urn:uuid:{request_id}"),
            code: match self {
                Self::Conflict(code) | Self::Malformed(code) => Some((*code).to_owned()),
                _ => None,
            },
            errors,
        }
    }
}

/// An RFC 9457 problem document.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's id, by which the log knows it.
    pub instance: String,
    /// A stable code for what stands in `detail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    pub field: String,
    /// Row of a spreadsheet, counted as its user sees them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    pub code: String,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internal(what) => write!(f, "internal: {what}"),
            Self::Invalid(invalid) => fmt::Display::fmt(invalid, f),
            Self::Conflict(code) | Self::Malformed(code) => write!(f, "{}: {code}", self.name()),
            _ => f.write_str(self.name()),
        }
    }
}

/// The bare status; `server::finish` puts the words in, for only it knows the caller's language.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        // Whoever decides by what is there looked first, so that somebody else was there in between.
        if let DbError::Duplicate(_) = &error {
            tracing::warn!(error = text, "two at once");
            return Self::Conflict("two-at-once");
        }
        Self::Internal(text)
    }
}

impl From<LogFault> for Problem {
    fn from(fault: LogFault) -> Self {
        match fault {
            LogFault::Database(error) => error.into(),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<areas::error::Error> for Problem {
    fn from(error: areas::error::Error) -> Self {
        use areas::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Database(error) => error.into(),
        }
    }
}

impl From<organisations::error::Error> for Problem {
    fn from(error: organisations::error::Error) -> Self {
        use organisations::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::Database(error) => error.into(),
        }
    }
}

impl From<accounts::error::Error> for Problem {
    fn from(error: accounts::error::Error) -> Self {
        use accounts::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::WrongCredentials => Self::WrongCredentials,
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::Hashing(why) => Self::Internal(why),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<people::error::Error> for Problem {
    fn from(error: people::error::Error) -> Self {
        use people::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::Sealing(error) => Self::Internal(error.to_string()),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<employment::error::Error> for Problem {
    fn from(error: employment::error::Error) -> Self {
        use employment::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::AlreadyLeft => Self::Conflict("already-left"),
            Error::NotAnInstitution => Self::Conflict("not-an-institution"),
            Error::InstitutionClosed => Self::Conflict("institution-closed"),
            Error::AlreadyChecked => Self::Conflict("already-checked"),
            Error::SamePerson => Self::Conflict("same-person"),
            Error::People(error) => error.into(),
            Error::Organisations(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<exams::error::Error> for Problem {
    fn from(error: exams::error::Error) -> Self {
        use exams::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::Refused(refused) => Self::Conflict(refused.code()),
            Error::CalendarMissing(CalendarMissing(year)) => {
                let missing = FieldError::new("notice_ends_on", "calendar-missing").with("year", year);
                Self::Invalid(missing.into())
            }
            Error::Organisations(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<training::error::Error> for Problem {
    fn from(error: training::error::Error) -> Self {
        use training::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::Conflict(conflict) => Self::Conflict(conflict.code()),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<indicators::error::Error> for Problem {
    fn from(error: indicators::error::Error) -> Self {
        use indicators::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Database(error) => error.into(),
        }
    }
}

impl From<firstaid::error::Error> for Problem {
    fn from(error: firstaid::error::Error) -> Self {
        use firstaid::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::AlreadyWithdrawn => Self::Conflict("already-withdrawn"),
            Error::Organisation(error) => error.into(),
            Error::Person(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<credit::error::Error> for Problem {
    fn from(error: credit::error::Error) -> Self {
        use credit::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::Conflict(conflict) => Self::Conflict(conflict.code()),
            Error::Organisations(error) => error.into(),
            Error::People(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<contests::error::Error> for Problem {
    fn from(error: contests::error::Error) -> Self {
        use contests::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::Conflict(conflict) => Self::Conflict(conflict.code()),
            Error::Organisations(error) => error.into(),
            Error::People(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<certified_lists::error::Error> for Problem {
    fn from(error: certified_lists::error::Error) -> Self {
        use certified_lists::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Changed(_) => Self::Internal(error.to_string()),
            Error::Signing(error) => {
                tracing::error!(%error, "a list was not vouched for");
                Self::Conflict("list-key-out-of-reach")
            }
            Error::People(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<wages::error::Error> for Problem {
    fn from(error: wages::error::Error) -> Self {
        use wages::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::Conflict(conflict) => Self::Conflict(conflict.code()),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<recorded::error::Error> for Problem {
    fn from(error: recorded::error::Error) -> Self {
        use recorded::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::AlreadyWithdrawn => Self::Conflict("already-withdrawn"),
            Error::Person(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<certificates::error::Error> for Problem {
    fn from(error: certificates::error::Error) -> Self {
        use certificates::error::Error;
        use certificates::rules::{NotAllowed, NotIssuable, NotSecond};
        use exams::clearance::NotCleared;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound | Error::NotCleared(NotCleared::NotFound) => Self::NotFound,
            Error::AlreadyIssued => Self::Conflict("already-issued"),
            Error::NotIssuable(NotIssuable::Body) => Self::Conflict("body-may-not-issue"),
            Error::NotIssuable(NotIssuable::Accreditation(code)) => Self::Conflict(code),
            Error::NotIssuable(NotIssuable::NotCompleted) => Self::Conflict("not-completed"),
            Error::NotIssuable(NotIssuable::NoCertificate) => Self::Conflict("programme-without-certificate"),
            Error::NotIssuable(NotIssuable::NotOnRecord) => Self::Conflict("first-aid-not-recordable"),
            Error::NotIssuable(NotIssuable::NotAwarded) => Self::Conflict("contest-not-awarded"),
            Error::NotIssuable(NotIssuable::LevelHeld) => Self::Conflict("level-held"),
            Error::NoKey => Self::Conflict("no-issuing-key"),
            Error::LogDisagrees(why) => {
                tracing::error!(%why, "nothing is signed");
                Self::Conflict("log-disagrees")
            }
            Error::LogClockBehind(why) => {
                tracing::error!(%why, "nothing is signed");
                Self::Conflict("log-clock-behind")
            }
            Error::Refused(refused) => not_signed(&refused),
            Error::DailyCap => Self::Conflict("daily-cap"),
            Error::Signing(error) => {
                tracing::error!(%error, "nothing is signed");
                Self::Conflict("issuing-key-out-of-reach")
            }
            Error::ClockBehind => Self::Conflict("clock-behind"),
            Error::TrustListExpired => Self::Conflict("trust-list-expired"),
            Error::NumberTaken => Self::Invalid(Invalid::one("number", "number-taken")),
            Error::Number(_) => Self::Invalid(Invalid::one("number", "serial-exhausted")),
            Error::NotAllowed(NotAllowed::NotValid) => Self::Conflict("certificate-not-valid"),
            Error::NotAllowed(NotAllowed::NotSuspended) => Self::Conflict("certificate-not-suspended"),
            Error::NotAllowed(NotAllowed::Ended) => Self::Conflict("certificate-ended"),
            Error::NotAllowed(NotAllowed::Expired) => Self::Conflict("certificate-expired"),
            Error::NotAllowed(NotAllowed::NoLastDay) => Self::Conflict("certificate-without-end"),
            Error::NotAllowed(NotAllowed::TooEarly) => Self::Conflict("renewal-too-early"),
            Error::NotAllowed(NotAllowed::Renewed) => Self::Conflict("already-renewed"),
            Error::NotAllowed(NotAllowed::RevocationWaits) => Self::Conflict("revocation-waits"),
            Error::NotAllowed(NotAllowed::RecordedAnew) => Self::Conflict("recorded-anew"),
            Error::Stale => Self::Stale,
            Error::NotSecond(NotSecond::SamePerson) => Self::Conflict("second-person"),
            Error::NotSecond(NotSecond::OtherReason) => Self::Conflict("other-reason"),
            Error::NotSecond(NotSecond::NotBureau) => Self::Conflict("bureau-decides"),
            Error::NotCleared(NotCleared::Because(obstacles)) => {
                Self::Conflict(obstacles.first().map_or("not-passed", |first| first.code()))
            }
            Error::Person(error) => error.into(),
            Error::Exam(error) => error.into(),
            Error::Training(error) => error.into(),
            Error::FirstAid(error) => error.into(),
            Error::Contest(error) => error.into(),
            Error::NotCleared(NotCleared::Database(error)) | Error::Database(error) => error.into(),
            Error::NoStatusPlace | Error::BrokenDraft => Self::Internal(error.to_string()),
        }
    }
}

impl From<watch::error::Error> for Problem {
    fn from(error: watch::error::Error) -> Self {
        use watch::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Ended => Self::Conflict("certificate-ended"),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<ledger::error::Error> for Problem {
    fn from(error: ledger::error::Error) -> Self {
        use ledger::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::NotCovered => Self::Conflict("not-covered"),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<subsidies::error::Error> for Problem {
    fn from(error: subsidies::error::Error) -> Self {
        use subsidies::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Stale => Self::Stale,
            Error::NotAllowed(why) => Self::Conflict(why.code()),
            Error::Refused(why) => Self::Conflict(why.code()),
            Error::Ledger(error) => error.into(),
            Error::People(error) => error.into(),
            Error::Organisations(error) => error.into(),
            Error::Sealing(error) => Self::Internal(error.to_string()),
            Error::Database(error) => error.into(),
        }
    }
}

impl From<schemes::error::Error> for Problem {
    fn from(error: schemes::error::Error) -> Self {
        use schemes::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::InForce => Self::Conflict("scheme-in-force"),
            Error::Draft => Self::Conflict("scheme-draft"),
            Error::DraftedMeanwhile => Self::Conflict("scheme-drafted-meanwhile"),
            Error::SamePerson => Self::Conflict("scheme-same-person"),
            Error::Unreadable { .. } => Self::Internal(error.to_string()),
            Error::Database(error) => error.into(),
        }
    }
}

fn not_signed(refused: &Refused) -> Problem {
    let Some(first) = refused.0.first() else { return Problem::Internal(refused.to_string()) };
    match first {
        Refusal::NumberBody | Refusal::NumberLevel | Refusal::NumberType => {
            Problem::Invalid(Invalid::one("number", "number-of-another"))
        }
        Refusal::HolderEmpty | Refusal::HolderLength | Refusal::HolderForm => {
            Problem::Conflict("holder-not-printable")
        }
        Refusal::ParticularsForm => Problem::Conflict("not-printable"),
        Refusal::KeyPurpose
        | Refusal::KeyBody
        | Refusal::KeyType
        | Refusal::KeyEnvironment
        | Refusal::KeyValidity
        | Refusal::KeyState
        | Refusal::KeyMismatch => Problem::Conflict("issuing-key-unusable"),
        Refusal::CodeEmpty
        | Refusal::IssuedInFuture
        | Refusal::IssuedTooEarly
        | Refusal::ExpiresBeforeIssue
        | Refusal::ExpiresTooLate
        | Refusal::StatusIndex
        | Refusal::RecordForm
        | Refusal::SelfCheck => Problem::Internal(refused.to_string()),
    }
}

impl From<flows::error::Error> for Problem {
    fn from(error: flows::error::Error) -> Self {
        use flows::error::Error;
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::NotFound => Self::NotFound,
            Error::Areas(error) => error.into(),
            Error::Certificates(error) => error.into(),
            Error::Organisations(error) => error.into(),
            Error::Accounts(error) => error.into(),
            Error::People(error) => error.into(),
            Error::Employment(error) => error.into(),
            Error::Exams(error) => error.into(),
            Error::Training(error) => error.into(),
            Error::Credit(error) => error.into(),
            Error::Indicators(error) => error.into(),
            Error::Ledger(error) => error.into(),
            Error::Subsidies(error) => error.into(),
            Error::Schemes(error) => error.into(),
            Error::Wages(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}
