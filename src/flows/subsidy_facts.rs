//! 申领事实: what the registry knows of somebody that a scheme may ask for, on a day. What it can't tell is left out, and
//! so unknown.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::db::{Conn, DbError};
use crate::flows::error::Error;
use crate::kernel::codes::Code;
use crate::kernel::dates::whole_years;
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::kernel::month::Month;
use crate::registry::employment::Employment;
use crate::registry::schemes::Beneficiary;
use crate::registry::schemes::facts::{FactName, Facts, Source, SourceKind, Value};
use crate::registry::subsidies::claim_store;
use crate::registry::{certificates, employment, organisations, people};

/// Everything that is known of a beneficiary on `on`, each with the record that says so.
pub fn gather(conn: &mut Conn, who: Beneficiary, on: NaiveDate) -> Result<Facts, Error> {
    let mut facts = Facts::new(on);
    match who {
        Beneficiary::Person(person) => {
            of_person(conn, &mut facts, person)?;
            of_employment(conn, &mut facts, person)?;
            of_certificates(conn, &mut facts, person)?;
        }
        Beneficiary::Organisation(organisation) => of_organisation(conn, &mut facts, organisation)?,
    }
    let paid = claim_store::paid_by_scheme(conn, who)?;
    let paid = paid.into_iter().map(|(scheme, amount)| (scheme, amount.get())).collect();
    facts.set(FactName::PaidByScheme, Value::IntegersByKey(paid), source(SourceKind::Ledger, ""));
    Ok(facts)
}

fn source(kind: SourceKind, reference: impl ToString) -> Source {
    Source { kind, reference: reference.to_string() }
}

fn of_person(conn: &mut Conn, facts: &mut Facts, id: PersonId) -> Result<(), Error> {
    let person = people::service::person(conn, id)?;
    let from = || source(SourceKind::Person, id);
    let age = i64::from(whole_years(person.birth_date, facts.on));
    facts.set(FactName::Age, Value::Integer(age), from());
    if let Some(education) = person.education {
        facts.set(FactName::Education, Value::Text(education.code().to_owned()), from());
    }
    if let Some(area) = person.home_area {
        facts.set(FactName::HomeArea, Value::Text(area.to_string()), from());
    }
    Ok(())
}

fn of_employment(conn: &mut Conn, facts: &mut Facts, person: PersonId) -> Result<(), Error> {
    let mut spells = employment::store::of_person(conn, person)?;
    spells.retain(|spell| spell.period.from <= facts.on);
    let Some(first) = spells.first() else { return Ok(()) };
    let joined = source(SourceKind::Employment, first.id);
    facts.set(FactName::JoinedOn, Value::Date(first.period.from), joined.clone());
    facts.set(FactName::MonthsInPost, Value::Texts(months_in_post(&spells, facts.on)), joined);
    let current = spells.iter().rev().find(|spell| spell.period.contains(facts.on)).cloned();
    let in_post = current.is_some();
    let last = current.or_else(|| spells.last().cloned());
    let Some(last) = last else { return Ok(()) };
    let from = || source(SourceKind::Employment, last.id);
    facts.set(FactName::InPost, Value::Boolean(in_post), from());
    facts.set(FactName::Position, Value::Text(last.position.clone()), from());
    facts.set(FactName::PostKind, Value::Text(last.post_kind.code().to_owned()), from());
    if in_post {
        facts.set(FactName::PostSince, Value::Date(last.period.from), from());
    }
    of_organisation(conn, facts, last.organisation)
}

/// The months at whose last day somebody was in post, until the one that `on` lies in.
fn months_in_post(spells: &[Employment], on: NaiveDate) -> Vec<String> {
    let Some(first) = spells.first() else { return Vec::new() };
    let mut months = Vec::new();
    let mut month = Some(Month::of(first.period.from));
    while let Some(this) = month.filter(|month| month.last_day() <= on) {
        if spells.iter().any(|spell| spell.period.contains(this.last_day())) {
            months.push(this.to_string());
        }
        month = this.next();
    }
    months
}

fn of_organisation(conn: &mut Conn, facts: &mut Facts, id: OrganisationId) -> Result<(), Error> {
    let Some(organisation) = organisations::store::find(conn, id)? else { return Ok(()) };
    let from = || source(SourceKind::Organisation, id);
    facts.set(FactName::EmployerArea, Value::Text(organisation.area_code.to_string()), from());
    if let Some(kind) = organisation.institution_kind {
        facts.set(FactName::EmployerKind, Value::Text(kind.code().to_owned()), from());
    }
    Ok(())
}

fn of_certificates(conn: &mut Conn, facts: &mut Facts, person: PersonId) -> Result<(), Error> {
    let from = || source(SourceKind::Person, person);
    let on = facts.on;
    facts.set(FactName::Level, Value::Integer(highest(conn, person, on)?), from());
    // As far back as a claim can reach: a year.
    let mut levels = BTreeMap::new();
    let mut day = Month::of(on).first_day();
    for _ in 0..=12 {
        levels.insert(Month::of(day).to_string(), highest(conn, person, day)?);
        day = Month::of(day - chrono::Days::new(1)).first_day();
    }
    facts.set(FactName::LevelAtMonth, Value::IntegersByKey(levels), from());
    Ok(())
}

/// 1 to 5, the lowest number being the highest level; 0 for none.
fn highest(conn: &mut Conn, person: PersonId, on: NaiveDate) -> Result<i64, DbError> {
    let held = certificates::held::held(conn, person, on)?;
    Ok(held.iter().filter_map(|one| one.level.code().parse().ok()).min().unwrap_or(0))
}
