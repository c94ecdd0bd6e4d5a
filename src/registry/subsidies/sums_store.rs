use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use crate::db::schema::claims;
use crate::db::types::Identifier;
use crate::db::{Conn, DbError};
use crate::kernel::ids::{BudgetLineId, OrganisationId, PersonId};
use crate::registry::schemes::{EventName, Part};
use crate::registry::subsidies::claim_store::{broken, promised};
use crate::registry::subsidies::rules::state::StateCode;

/// Ids of one statement.
const CHUNK: usize = 500;

/// What an organisation was paid or is to be paid, by scheme.
pub fn paid_to_organisation(
    conn: &mut Conn,
    organisation: OrganisationId,
) -> Result<BTreeMap<String, i64>, DbError> {
    let rows: Vec<(String, i64)> = claims::table
        .filter(claims::organisation_id.eq(organisation))
        .filter(claims::state.eq_any(promised()))
        .select((claims::scheme_code, claims::amount))
        .load(conn)?;
    let mut sums = BTreeMap::new();
    for (scheme, amount) in rows {
        *sums.entry(scheme).or_default() += amount;
    }
    Ok(sums)
}

/// What each of many people was paid or is to be paid, by scheme. Who was paid nothing has no line.
pub fn paid_to_people(
    conn: &mut Conn,
    people: &[PersonId],
) -> Result<HashMap<PersonId, BTreeMap<String, i64>>, DbError> {
    let mut found: HashMap<PersonId, BTreeMap<String, i64>> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<(PersonId, String, i64)> = claims::table
            .filter(claims::person_id.eq_any(chunk.to_vec()))
            .filter(claims::state.eq_any(promised()))
            .select((claims::person_id.assume_not_null(), claims::scheme_code, claims::amount))
            .load(conn)?;
        for (person, scheme, amount) in rows {
            *found.entry(person).or_default().entry(scheme).or_default() += amount;
        }
    }
    Ok(found)
}

/// For which trainings, contests or projects each of many people was paid or is to be paid, with the day that it was
/// decided on. Who was paid for none has no line.
pub fn paid_events(
    conn: &mut Conn,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<(EventName, NaiveDate)>>, DbError> {
    let mut found: HashMap<PersonId, Vec<(EventName, NaiveDate)>> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<(PersonId, String, NaiveDate)> = claims::table
            .filter(claims::person_id.eq_any(chunk.to_vec()))
            .filter(claims::state.eq_any(promised()))
            .filter(claims::part.like("event-%"))
            .select((claims::person_id.assume_not_null(), claims::part, claims::assessed_on))
            .load(conn)?;
        for (person, part, on) in rows {
            let Ok(Part::Event(event)) = part.parse() else { return Err(broken("part")) };
            found.entry(person).or_default().push((event, on));
        }
    }
    Ok(found)
}

#[derive(QueryableByName)]
pub struct LineSum {
    #[diesel(sql_type = Nullable<Identifier>)]
    pub line: Option<BudgetLineId>,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub state: StateCode,
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// What the claims of each line and state come to.
pub fn sums(conn: &mut Conn) -> Result<Vec<LineSum>, DbError> {
    Ok(diesel::sql_query(
        "SELECT budget_line_id AS line, state, CAST(SUM(amount) AS BIGINT) AS total FROM claims \
         GROUP BY budget_line_id, state",
    )
    .load(conn)?)
}
