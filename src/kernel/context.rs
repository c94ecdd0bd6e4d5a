//! Who does something, and when: made once per request or job, passed first.

use std::net::IpAddr;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::kernel::ids::{AccountId, OrganisationId, PersonId, RequestId};

codes! {
    /// What an account may do. The organisation and area of the account say where.
    pub enum Role("role") {
        /// 系统管理员: accounts, dictionaries, audit.
        Administrator = "administrator",
        /// 民政局
        Bureau = "bureau",
        /// 财政局
        Finance = "finance",
        /// 镇(街道)
        Town = "town",
        /// 培训学校
        School = "school",
        /// 评价机构
        Assessor = "assessor",
        /// 红十字会
        FirstAidIssuer = "first-aid-issuer",
        /// 养老机构
        Institution = "institution",
        /// 护理员本人
        Caregiver = "caregiver",
    }
}

/// The account behind a request, as it was when the request came in.
#[derive(Debug, Clone)]
pub struct Actor {
    pub account: AccountId,
    pub name: String,
    pub role: Role,
    /// The organisation that the account acts for.
    pub organisation: Option<OrganisationId>,
    /// The area that the account may see.
    pub area: Option<AreaCode>,
    /// The person that the account belongs to, for caregivers.
    pub person: Option<PersonId>,
}

/// Where a change came from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// An HTTP request, with the peer's address.
    Http(Option<IpAddr>),
    /// A subcommand of `huzheng`.
    CommandLine,
    /// A background job.
    Job(&'static str),
}

/// Everything a decision may know of its surroundings. Nothing else reads the clock.
#[derive(Debug, Clone)]
pub struct Context {
    pub now: Timestamp,
    /// `None` for the public and for the system itself.
    pub actor: Option<Actor>,
    pub request: RequestId,
    pub origin: Origin,
}

impl Context {
    /// The date in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        shanghai_date(self.now)
    }
}
