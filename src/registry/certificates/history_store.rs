//! 持证经历: at which level somebody held a skill certificate, and when, of many people at once. Ours and recorded ones
//! alike. What should never have been issued never counted, nor did what followed on it or it on (自始无效).

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use crate::db::schema::{certificate_events as events, certificate_standings as standings, certificates};
use crate::db::{Conn, DbError};
use crate::kernel::codes::Code;
use crate::kernel::dates::Period;
use crate::kernel::ids::{CertificateId, PersonId, RecordedCertificateId};
use crate::kernel::skill::SkillLevel;
use crate::proof::payload::CertificateType;
use crate::registry::certificates::store::CHUNK;
use crate::registry::certificates::{Change, EventState, ReasonCode, Standing};
use crate::registry::recorded::{self, RecordedCertificate};

/// A time in which a certificate counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelSpell {
    pub by: HeldBy,
    pub level: SkillLevel,
    pub period: Period,
    /// Since when the level is held: a certificate in another's place, or one that renews another, keeps its day.
    pub issued_on: NaiveDate,
}

/// Which certificate it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBy {
    Ours(CertificateId),
    Recorded(RecordedCertificateId),
}

/// The spells of each of `people`, in the order of their beginning. Who never held any has no line.
pub fn of_people(
    conn: &mut Conn,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<LevelSpell>>, DbError> {
    let mut found: HashMap<PersonId, Vec<LevelSpell>> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        for (person, spell) in ours(conn, chunk)? {
            found.entry(person).or_default().push(spell);
        }
        for certificate in recorded::store::of_people(conn, chunk)? {
            if let Some(spell) = spell_of(&certificate) {
                found.entry(certificate.person).or_default().push(spell);
            }
        }
    }
    for spells in found.values_mut() {
        spells.sort_by_key(|spell| spell.period.from);
    }
    Ok(found)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificates)]
struct OursRow {
    id: CertificateId,
    person_id: PersonId,
    level: Option<SkillLevel>,
    issued_on: NaiveDate,
    expires_on: Option<NaiveDate>,
    replaced_by: Option<CertificateId>,
    renews_id: Option<CertificateId>,
}

fn ours(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<(PersonId, LevelSpell)>, DbError> {
    let rows: Vec<OursRow> = certificates::table
        .filter(certificates::person_id.eq_any(people.to_vec()))
        .filter(certificates::kind.eq(CertificateType::Skill))
        .order(certificates::id)
        .select(OursRow::as_select())
        .load(conn)?;
    let valid: Vec<(CertificateId, NaiveDate, Option<NaiveDate>)> = standings::table
        .inner_join(certificates::table)
        .filter(certificates::person_id.eq_any(people.to_vec()))
        .filter(standings::state.eq(Standing::Valid))
        .order((standings::certificate_id, standings::from_date))
        .select((standings::certificate_id, standings::from_date, standings::to_date))
        .load(conn)?;
    let first = firsts(&rows);
    let void: HashSet<CertificateId> =
        void(conn, people)?.iter().filter_map(|id| first.get(id).map(|(id, _)| *id)).collect();
    let by_id: HashMap<CertificateId, &OursRow> = rows.iter().map(|row| (row.id, row)).collect();
    let spell = |(id, from, to): (CertificateId, NaiveDate, Option<NaiveDate>)| {
        let row = by_id.get(&id)?;
        let period = Period::new(from, earlier(to, row.expires_on))?;
        let (first, issued_on) = *first.get(&id)?;
        let spell = LevelSpell { by: HeldBy::Ours(id), level: row.level?, period, issued_on };
        (!void.contains(&first)).then_some((row.person_id, spell))
    };
    Ok(valid.into_iter().filter_map(spell).collect())
}

/// The first of the certificates that each stands for, and its day. What follows another has a later id, so that one
/// pass in their order is enough.
fn firsts(rows: &[OursRow]) -> HashMap<CertificateId, (CertificateId, NaiveDate)> {
    let replaced: HashMap<CertificateId, CertificateId> =
        rows.iter().filter_map(|row| Some((row.replaced_by?, row.id))).collect();
    let mut first: HashMap<CertificateId, (CertificateId, NaiveDate)> = HashMap::with_capacity(rows.len());
    for row in rows {
        let before = row.renews_id.or_else(|| replaced.get(&row.id).copied());
        let of = before.and_then(|old| first.get(&old).copied()).unwrap_or((row.id, row.issued_on));
        first.insert(row.id, of);
    }
    first
}

/// Those of `people` that were revoked as never rightly issued.
fn void(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<CertificateId>, DbError> {
    let reasons: Vec<ReasonCode> = ReasonCode::ALL.iter().copied().filter(|code| code.voids()).collect();
    Ok(events::table
        .inner_join(certificates::table)
        .filter(certificates::person_id.eq_any(people.to_vec()))
        .filter(events::change.eq(Change::Revoke))
        .filter(events::state.eq(EventState::Done))
        .filter(events::reason_code.eq_any(reasons))
        .select(events::certificate_id)
        .load(conn)?)
}

fn spell_of(certificate: &RecordedCertificate) -> Option<LevelSpell> {
    let withdrawn = certificate.withdrawn_on.map(|day| day - Days::new(1));
    Some(LevelSpell {
        by: HeldBy::Recorded(certificate.id),
        level: certificate.level,
        period: Period::new(certificate.issued_on, earlier(certificate.expires_on, withdrawn))?,
        issued_on: certificate.issued_on,
    })
}

fn earlier(one: Option<NaiveDate>, other: Option<NaiveDate>) -> Option<NaiveDate> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
