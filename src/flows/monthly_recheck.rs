//! 月度复核: every claim that was approved or paid in the last year is assessed again by what is known now of the day that
//! it was decided on. Other facts, told late or corrected, stop what is not paid yet and propose to ask back the rest.

use chrono::{Months, NaiveDate};
use serde::Serialize;

use crate::db::Database;
use crate::flows::claim_recheck::{Because, Rechecked, assessed_again, claims_recheck};
use crate::flows::error::Error;
use crate::flows::scheme_book::SchemeBook;
use crate::kernel::context::Context;
use crate::registry::subsidies::claim_store;

/// Claims of one transaction.
const PAGE: i64 = 500;
const BACK: Months = Months::new(12);

/// What a check came to (复核结果).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub claims: u64,
    /// Not paid yet, and due no more.
    pub stopped: u64,
    /// Paid, and proposed to be asked back.
    pub proposed: u64,
}

/// Checks the claims of people, a page in each transaction.
pub fn monthly_recheck(
    database: &Database,
    context: &Context,
    schemes: &SchemeBook,
) -> Result<Checked, Error> {
    let since = context.today().checked_sub_months(BACK).unwrap_or(NaiveDate::MIN);
    let mut sum = Checked::default();
    let mut after = None;
    loop {
        let page = database.read(|conn| Ok::<_, Error>(claim_store::settled(conn, since, after, PAGE)?))?;
        let Some(last) = page.last().map(|claim| claim.id) else { return Ok(sum) };
        let done = database.write(|tx| {
            let again = assessed_again(tx, schemes, &page)?;
            claims_recheck(tx, context, Because::Month, &again)
        })?;
        sum.claims += page.len() as u64;
        for (_, what) in done {
            match what {
                Rechecked::Stopped => sum.stopped += 1,
                Rechecked::Proposed(_) => sum.proposed += 1,
                Rechecked::Stands | Rechecked::Unknown | Rechecked::OnItsWay => {}
            }
        }
        after = Some(last);
    }
}
