//! 我能申请什么: every scheme in force where somebody lives or works, with what each of its parts would come to, before
//! anything is claimed.

use std::sync::Arc;

use chrono::Days;

use crate::db::Conn;
use crate::flows::error::Error;
use crate::flows::scheme_book::SchemeBook;
use crate::flows::subsidy_facts::gather;
use crate::kernel::area::AreaCode;
use crate::kernel::context::Context;
use crate::kernel::month::Month;
use crate::registry::schemes::rules::assess::{Compiled, assess};
use crate::registry::schemes::rules::possible::claimable;
use crate::registry::schemes::{Assessment, Beneficiary, Obligation, Outcome, Part, Schedule};
use crate::registry::subsidies::{Claim, claim_store};

/// Months that were over and are looked back at.
const MONTHS: usize = 3;

/// One scheme, as it stands for one beneficiary.
#[derive(Clone)]
pub struct Prospect {
    pub compiled: Arc<Compiled>,
    /// The newest first; empty for a scheme by event of which no event is known.
    pub parts: Vec<PartProspect>,
}

#[derive(Debug, Clone)]
pub struct PartProspect {
    pub assessment: Assessment,
    /// Who claimed the same before.
    pub claimed: Option<Claim>,
}

impl Prospect {
    /// What is due and not claimed yet stands first, what is not due last.
    #[must_use]
    pub fn rank(&self) -> u8 {
        let open = |outcome: Outcome| {
            self.parts.iter().any(|part| part.claimed.is_none() && part.assessment.outcome == outcome)
        };
        match () {
            () if open(Outcome::Due) => 0,
            () if self.parts.iter().any(|part| part.claimed.is_some()) => 1,
            () if open(Outcome::Unknown) => 2,
            () => 3,
        }
    }
}

/// Every scheme for such a beneficiary, what is due first.
pub fn prospects(
    conn: &mut Conn,
    context: &Context,
    schemes: &SchemeBook,
    area: &AreaCode,
    who: Beneficiary,
) -> Result<Vec<Prospect>, Error> {
    let today = context.today();
    let facts = gather(conn, schemes.positions(), who, today)?;
    let mut found = Vec::new();
    for compiled in in_force_near(conn, context, schemes, area)? {
        let scheme = &compiled.scheme;
        if scheme.beneficiary != who.kind() {
            continue;
        }
        let mut parts = Vec::new();
        // Of a monthly scheme also the months that were missed.
        let parts_of = match &scheme.schedule {
            Schedule::Monthly => finished_months(context).into_iter().map(Part::Month).collect(),
            other => claimable(other, &facts),
        };
        for part in parts_of {
            let obligation = Obligation { scheme: scheme.code.clone(), beneficiary: who, part };
            let claimed = claim_store::find_live(conn, &obligation)?;
            let version = schemes.in_force(conn, &scheme.code, &obligation.part, today)?;
            let version = version.unwrap_or_else(|| Arc::clone(&compiled));
            let assessment = assess(&version, &facts, &obligation.part);
            parts.push(PartProspect { assessment, claimed });
        }
        found.push(Prospect { compiled, parts });
    }
    found.sort_by_key(Prospect::rank);
    Ok(found)
}

/// The schemes in force today in `area`, in what it lies in, and in what lies in it.
pub fn in_force_near(
    conn: &mut Conn,
    context: &Context,
    schemes: &SchemeBook,
    area: &AreaCode,
) -> Result<Vec<Arc<Compiled>>, Error> {
    let mut found = schemes.all_in_force(conn, context.today())?;
    found.retain(|one| one.scheme.area.is_within(area) || area.is_within(&one.scheme.area));
    Ok(found)
}

/// The last months that are over, the newest first.
#[must_use]
pub fn finished_months(context: &Context) -> Vec<Month> {
    let mut months = Vec::with_capacity(MONTHS);
    let mut first = Month::of(context.today()).first_day();
    while months.len() < MONTHS {
        let Some(before) = first.checked_sub_days(Days::new(1)) else { break };
        let month = Month::of(before);
        first = month.first_day();
        months.push(month);
    }
    months
}
