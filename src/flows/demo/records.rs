//! Enters the certificates that were not issued here: skill certificates of other bodies, and first aid.

use chrono::NaiveDate;

use crate::db::Tx;
use crate::flows::demo::aid::Aid;
use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::skills::Elsewhere;
use crate::flows::demo::staff::Worker;
use crate::flows::demo::{Books, LoadError};
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::ids::FirstAidCertificateId;
use crate::kernel::skill::{Occupation, Specialty};
use crate::registry::firstaid::service::{Recording, first_aid_record};
use crate::registry::firstaid::{FirstAidKind, NewFirstAid};
use crate::registry::recorded::service::recorded_record;
use crate::registry::recorded::{NationalQuery, NewRecorded};

/// Fictional bodies and the codes that begin their numbers, of the serials that are the demo's.
const ISSUERS: [(&str, &str); 3] = [
    ("嘉兴市职业技能评价服务中心（演示）", "S000033990011"),
    ("杭州安养职业培训学校（演示）", "Y000033990012"),
    ("浙江颐民护理评价有限公司（演示）", "S000033990013"),
];
const EVIDENCE: [&str; 3] = ["证书原件", "加盖公章的复印件", "省平台查询截图"];

/// Records the skill certificates from elsewhere, those from before the opening in its first weeks.
pub fn enter_elsewhere(
    tx: &mut Tx,
    books: &Books<'_>,
    workers: &[Worker],
    elsewhere: &[Elsewhere],
    dice: &Dice<'_>,
) -> Result<(), LoadError> {
    let (bureau, second) = (books.actor("bureau")?, books.actor("bureau2")?);
    let mut entries: Vec<_> = elsewhere
        .iter()
        .map(|one| {
            let since = workers[one.who].since().unwrap_or(books.calendar.opened);
            let soon = shifted(one.issued_on.max(since).max(books.calendar.opened), dice.between(2, 25));
            (soon.min(books.calendar.today), one)
        })
        .collect();
    entries.sort_by_key(|(on, one)| (*on, one.who));
    for (place, (on, one)) in entries.into_iter().enumerate() {
        let (issuer, code) = ISSUERS[one.who % ISSUERS.len()];
        let number =
            format!("{code}{}{}{:06}", one.issued_on.format("%y"), one.level.number(), 201 + place * 3);
        let number: CertificateNumber = number.parse().map_err(|_| LoadError::Incomplete("numbers"))?;
        let asked = place % 7 != 3;
        let new = NewRecorded {
            holder: workers[one.who].citizen.entry(),
            number,
            issuer: issuer.to_owned(),
            occupation: Occupation::ElderlyCareWorker,
            specialty: Specialty::General,
            level: one.level,
            issued_on: one.issued_on,
            expires_on: one.expires_on,
            evidence: EVIDENCE[place % EVIDENCE.len()].to_owned(),
            checker: second.name.clone(),
            checked_on: on,
            national_query: if asked { NationalQuery::Found } else { NationalQuery::NotAsked },
            queried_on: asked.then_some(on),
        };
        let minutes = 590 + i64::try_from(place % 300).unwrap_or(0);
        let context = books.calendar.context(on, minutes, Some(&bureau));
        recorded_record(tx, &context, books.office.sealer, books.office.regions, &new)?;
    }
    Ok(())
}

/// Records the first-aid certificates of the Red Cross, each soon after its issue; they and their days, in the order of
/// `all`.
pub fn enter_aid(
    tx: &mut Tx,
    books: &Books<'_>,
    workers: &[Worker],
    all: &[Aid],
    valid_years: u32,
) -> Result<Vec<(FirstAidCertificateId, NaiveDate)>, LoadError> {
    let mut entered = Vec::with_capacity(all.len());
    let issuer = books.actor("redcross")?;
    let recording = Recording { sealer: books.office.sealer, regions: books.office.regions, valid_years };
    for (place, aid) in all.iter().enumerate() {
        let since = workers[aid.who].since().unwrap_or(books.calendar.opened);
        let on = shifted(aid.issued_on.max(since).max(books.calendar.opened), 4).min(books.calendar.today);
        let new = NewFirstAid {
            holder: workers[aid.who].citizen.entry(),
            kind: FirstAidKind::Rescuer,
            issuer: None,
            number: format!("330481-{}-{:05}", aid.issued_on.format("%Y"), 137 + place * 2),
            issued_on: aid.issued_on,
            expires_on: Some(aid.expires_on),
        };
        let minutes = 600 + i64::try_from(place % 300).unwrap_or(0);
        let context = books.calendar.context(on, minutes, Some(&issuer));
        entered.push((first_aid_record(tx, &context, recording, &new)?.id, on));
    }
    Ok(entered)
}
