//! Who does something, and when: made once per request or job, passed first.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::NaiveDate;
use uuid::{Builder, Uuid};

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::kernel::ids::{AccountId, Id, OrganisationId, PersonId, RequestId};

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

/// Where random bytes come from: the machine's generator, or a seeded one in demo data and tests.
pub trait Randomness: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Everything an operation may know of its surroundings. Nothing else reads the clock or the random source.
#[derive(Clone)]
pub struct Context {
    pub now: Timestamp,
    /// `None` for the public and for the system itself.
    pub actor: Option<Actor>,
    pub request: RequestId,
    pub origin: Origin,
    pub random: Arc<dyn Randomness>,
}

impl Context {
    /// The date in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        shanghai_date(self.now)
    }

    /// A fresh identifier: UUIDv7 of this context's time.
    #[must_use]
    pub fn fresh_id<E>(&self) -> Id<E> {
        Id::from_uuid(uuid_at(self.now, &*self.random))
    }

    #[must_use]
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// The account that acts, if one does.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.actor.as_ref().map(|actor| actor.account)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("now", &self.now)
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

/// A UUIDv7 of the given time.
#[must_use]
pub fn uuid_at(now: Timestamp, random: &dyn Randomness) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}
