//! 到期提醒: holders, and the institutions that watch, are told once that a certificate ends soon.

use chrono::Days;

use crate::flows::certificate_issue::Desk;
use crate::flows::certificate_notice::{Told, tell};
use crate::kernel::context::Context;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::{News, life_store};

/// How long before the last day.
const AHEAD: Days = Days::new(30);
/// Certificates of one transaction.
const AT_ONCE: i64 = 500;

/// Tells of every valid certificate that ends within the days of `AHEAD` and was not told of; how many.
pub fn certificates_expiring(desk: &Desk<'_>, context: &Context) -> Result<usize, Error> {
    let mut told = 0;
    loop {
        let found = desk.database.write(|tx| {
            let today = context.today();
            let ending = life_store::claim_ending(tx, today, today + AHEAD, AT_ONCE)?;
            let all: Vec<Told> = ending
                .into_iter()
                .map(|one| {
                    let last_day = one.expires_on.unwrap_or(today);
                    Told::of(one, last_day)
                })
                .collect();
            tell(desk, tx, context, News::ExpiresSoon, &all)?;
            Ok::<_, Error>(all.len())
        })?;
        told += found;
        if found == 0 {
            return Ok(told);
        }
    }
}
