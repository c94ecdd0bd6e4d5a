//! 红黑名单: people and organisations that the bureau has listed, why, by which decision, and from when to when.
//!
//! Whether a listing is in force on a day follows from its dates: it ends by itself, and nothing has to run for that.
//! Absent: who may see a listing at verification (`flows::credit_shown`), and what the blocked steps are
//! (`flows::class_file`, `flows::session_create`, `flows::enrol`).

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{AccountId, CreditListingId, OrganisationId, PersonId};
use crate::kernel::invalid::FieldError;
use crate::registry::people::RawDocument;

codes! {
    /// 名单类别
    pub enum CreditList("credit-list") {
        /// 红名单: commended.
        Red = "red",
        /// 黑名单: 失信联合惩戒对象.
        Black = "black",
    }
}

codes! {
    /// 列入事由. The black ones follow the trial measures of the ministry of civil affairs on joint sanction in the
    /// market of elder care (2019), as far as they concern this registry.
    pub enum Grounds("credit-grounds") {
        /// 编造培训
        FabricatedTraining = "fabricated-training",
        /// 虚假评价、违规发证
        FalseAssessment = "false-assessment",
        /// 骗取补贴
        FalseClaim = "false-claim",
        /// 伪造、冒用证书
        ForgedCertificate = "forged-certificate",
        /// 虐待老年人，侵害老年人合法权益
        ElderAbuse = "elder-abuse",
        /// 拒不接受监督检查、弄虚作假
        InspectionRefused = "inspection-refused",
        /// 技能大赛获奖
        ContestWinner = "contest-winner",
        /// 表彰
        Commended = "commended",
    }
}

codes! {
    /// How far a listing has come. `Listed` says nothing of its dates: see [`rules::phase`].
    pub enum ListingStatus("credit-status") {
        Proposed = "proposed",
        /// 不予列入
        Refused = "refused",
        Listed = "listed",
        /// Ended by a decision before its last day.
        Ended = "ended",
    }
}

codes! {
    /// 申诉
    pub enum AppealStatus("credit-appeal") {
        Open = "open",
        /// 申诉成立: the listing ended that day.
        Upheld = "upheld",
        Dismissed = "dismissed",
    }
}

codes! {
    /// What a listing is on a day.
    pub enum Phase("credit-phase") {
        Proposed = "proposed",
        Refused = "refused",
        /// Decided, and its first day has not come.
        Upcoming = "upcoming",
        InForce = "in-force",
        /// Past its last day.
        Over = "over",
        /// Ended early by a decision or an upheld appeal.
        Ended = "ended",
    }
}

codes! {
    /// A step of a listing's history.
    pub enum Step("credit-step") {
        Propose = "propose",
        List = "list",
        Refuse = "refuse",
        End = "end",
        Appeal = "appeal",
        Uphold = "uphold",
        Dismiss = "dismiss",
    }
}

codes! {
    /// What the second person decides on a proposal.
    pub enum Verdict("credit-verdict") {
        List = "list",
        Refuse = "refuse",
    }
}

codes! {
    /// What is decided on an appeal.
    pub enum AppealVerdict("credit-appeal-verdict") {
        Uphold = "uphold",
        Dismiss = "dismiss",
    }
}

/// Who is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Person(PersonId),
    Organisation(OrganisationId),
}

/// Who did something to a listing, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    pub by: AccountId,
    pub at: Timestamp,
}

/// The state of a listing; a step consumes it (`rules`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListingState {
    Proposed,
    Refused { decided: Act },
    Listed(Listed),
    Ended { listed: Listed, on: NaiveDate },
}

/// A listing that was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    pub decided: Act,
    /// The first day in force: the proposed one, or the day of the decision if that came later.
    pub from: NaiveDate,
    pub appeal: Option<AppealStatus>,
}

/// An entry of the lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub id: CreditListingId,
    pub list: CreditList,
    pub subject: Subject,
    /// The name as it is registered.
    pub subject_name: String,
    /// The area whose bureau has it in hand; `None`: a bureau of the whole registry.
    pub area: Option<AreaCode>,
    pub grounds: Grounds,
    pub reason: String,
    /// 决定文书: title and number.
    pub document: String,
    pub from: NaiveDate,
    /// The last day; always there on the black list.
    pub to: Option<NaiveDate>,
    pub proposed: Act,
    pub state: ListingState,
    pub version: i32,
}

/// One line of a listing's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditEvent {
    pub step: Step,
    pub act: Act,
    pub words: String,
    pub document: Option<String>,
}

/// A listing as the first person proposes it. No `Debug`: it may hold an identity number.
#[derive(Clone)]
pub struct NewListing {
    pub list: CreditList,
    pub subject: NewSubject,
    pub grounds: Grounds,
    pub reason: String,
    pub document: String,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

/// Who is to be listed: by id, or a person by the identity document and name.
#[derive(Clone)]
pub enum NewSubject {
    Registered(Subject),
    Described { document: RawDocument, name: String },
}

/// The second person's decision, with its reason.
#[derive(Debug, Clone)]
pub struct Decision {
    pub verdict: Verdict,
    pub words: String,
}

/// 提前移出: the decision that ends a listing today.
#[derive(Debug, Clone)]
pub struct Ending {
    pub words: String,
    pub document: String,
}

#[derive(Debug, Clone)]
pub struct Appealing {
    pub words: String,
}

#[derive(Debug, Clone)]
pub struct AppealDecision {
    pub verdict: AppealVerdict,
    pub words: String,
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub list: Option<CreditList>,
    pub status: Option<ListingStatus>,
    pub appeal: Option<AppealStatus>,
    pub subject: Option<Subject>,
    /// Those in force on this day.
    pub in_force_on: Option<NaiveDate>,
    /// The last listing of the page before.
    pub before: Option<CreditListingId>,
}

impl Form for NewListing {
    fn read(f: &mut Fields) -> Option<Self> {
        let list = f.required("list");
        let subject = read_subject(f);
        let grounds = f.required("grounds");
        let reason = f.text("reason", 300);
        let document = f.text("document", 200);
        let from = f.required("listed_from");
        let to = f.optional("listed_to");
        Some(Self {
            list: list?,
            subject: subject?,
            grounds: grounds?,
            reason: reason?,
            document: document?,
            from: from?,
            to: to?,
        })
    }
}

/// Exactly one of an organisation, a registered person, or a person's document with the name.
fn read_subject(f: &mut Fields) -> Option<NewSubject> {
    let organisation = f.optional("organisation_id");
    let person = f.optional("person_id");
    let kind = f.optional("document_kind");
    let number = f.optional_text("document_number", 40);
    let name = f.optional_text("name", 60);
    let (organisation, person, kind, number, name) = (organisation?, person?, kind?, number?, name?);
    let described = number.is_some() || name.is_some();
    match (organisation, person, number, name) {
        (Some(id), None, None, None) => Some(NewSubject::Registered(Subject::Organisation(id))),
        (None, Some(id), None, None) => Some(NewSubject::Registered(Subject::Person(id))),
        (None, None, Some(number), Some(name)) => {
            let kind = kind.unwrap_or(crate::kernel::identity::DocumentKind::ResidentIdentityCard);
            Some(NewSubject::Described { document: RawDocument { kind, number }, name })
        }
        (None, None, number, _) => {
            let field = match (described, number) {
                (false, _) => "organisation_id",
                (true, None) => "document_number",
                (true, Some(_)) => "name",
            };
            f.refuse(FieldError::new(field, if described { "required" } else { "listed-missing" }));
            None
        }
        _ => {
            f.refuse(FieldError::new("organisation_id", "listed-twice"));
            None
        }
    }
}

impl Form for Decision {
    fn read(f: &mut Fields) -> Option<Self> {
        let verdict = f.required("verdict");
        let words = f.text("words", 300);
        Some(Self { verdict: verdict?, words: words? })
    }
}

impl Form for Ending {
    fn read(f: &mut Fields) -> Option<Self> {
        let words = f.text("words", 300);
        let document = f.text("document", 200);
        Some(Self { words: words?, document: document? })
    }
}

impl Form for Appealing {
    fn read(f: &mut Fields) -> Option<Self> {
        let words = f.text("words", 1000);
        Some(Self { words: words? })
    }
}

impl Form for AppealDecision {
    fn read(f: &mut Fields) -> Option<Self> {
        let verdict = f.required("verdict");
        let words = f.text("words", 300);
        Some(Self { verdict: verdict?, words: words? })
    }
}
