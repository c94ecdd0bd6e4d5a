use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{contest_results as results, contests, people};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::insert_all;
use crate::kernel::ids::{AccountId, ContestId, ContestResultId, OrganisationId, PersonId};
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::registry::contests::{
    Act, Award, Contest, ContestCode, ContestResult, ResultState, ResultStatus, Tier,
};
use crate::stored_as_code;

stored_as_code!(Tier, ResultStatus);

/// Rows of one statement.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = contests)]
struct ContestRow {
    id: ContestId,
    code: String,
    name: String,
    tier: Tier,
    occupation: Occupation,
    organiser: String,
    announced_on: NaiveDate,
    document: String,
    award_rank: Option<i32>,
    award_level: Option<SkillLevel>,
    award_document: Option<String>,
    award_body_id: Option<OrganisationId>,
    entered_by: AccountId,
    entered_at: At,
    version: i32,
}

fn broken(column: &str) -> DbError {
    diesel::result::Error::DeserializationError(format!("unreadable {column}").into()).into()
}

impl TryFrom<ContestRow> for Contest {
    type Error = DbError;

    fn try_from(row: ContestRow) -> Result<Self, DbError> {
        let award = match (row.award_rank, row.award_level, row.award_document, row.award_body_id) {
            (None, None, None, None) => None,
            (Some(rank), Some(level), Some(document), Some(body)) => {
                Some(Award { up_to_rank: positive(rank)?, level, document, body })
            }
            _ => return Err(broken("contests.award")),
        };
        Ok(Self {
            id: row.id,
            code: ContestCode::new(&row.code).ok_or_else(|| broken("contests.code"))?,
            name: row.name,
            tier: row.tier,
            occupation: row.occupation,
            organiser: row.organiser,
            announced_on: row.announced_on,
            document: row.document,
            award,
            entered: Act { by: row.entered_by, at: row.entered_at.0 },
            version: row.version,
        })
    }
}

fn positive(number: i32) -> Result<u32, DbError> {
    u32::try_from(number).map_err(|_| broken("rank"))
}

fn stored(number: u32) -> Result<i32, DbError> {
    i32::try_from(number).map_err(|_| broken("rank"))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = results)]
struct ResultRow {
    id: ContestResultId,
    contest_id: ContestId,
    person_id: PersonId,
    rank: Option<i32>,
    honour: Option<String>,
    status: ResultStatus,
    entered_by: AccountId,
    entered_at: At,
    decided_by: Option<AccountId>,
    decided_at: Option<At>,
    words: Option<String>,
    cancelled_by: Option<AccountId>,
    cancelled_at: Option<At>,
}

type Named = (ResultRow, String);

fn result((row, name): Named) -> Result<ContestResult, DbError> {
    let act = |by: Option<AccountId>, at: Option<At>| by.zip(at).map(|(by, at)| Act { by, at: at.0 });
    let decided = act(row.decided_by, row.decided_at).ok_or_else(|| broken("contest_results.decided_by"));
    let words = || row.words.clone().unwrap_or_default();
    let state = match row.status {
        ResultStatus::Entered => ResultState::Entered,
        ResultStatus::Confirmed => ResultState::Confirmed { by: decided? },
        ResultStatus::Refused => ResultState::Refused { by: decided?, words: words() },
        ResultStatus::Cancelled => {
            let by = act(row.cancelled_by, row.cancelled_at);
            let by = by.ok_or_else(|| broken("contest_results.cancelled_by"))?;
            ResultState::Cancelled { confirmed: decided?, by, words: words() }
        }
    };
    Ok(ContestResult {
        id: row.id,
        contest: row.contest_id,
        person: row.person_id,
        name,
        rank: row.rank.map(positive).transpose()?,
        honour: row.honour,
        entered: Act { by: row.entered_by, at: row.entered_at.0 },
        state,
    })
}

pub fn find(conn: &mut Conn, id: ContestId) -> Result<Option<Contest>, DbError> {
    let row: Option<ContestRow> =
        contests::table.find(id).select(ContestRow::as_select()).first(conn).optional()?;
    row.map(Contest::try_from).transpose()
}

/// [`find`], held until the transaction ends, so that two confirmations follow each other.
pub fn hold(tx: &mut Tx, id: ContestId) -> Result<Option<Contest>, DbError> {
    diesel::update(contests::table.find(id))
        .set(contests::version.eq(contests::version + 1))
        .execute(&mut **tx)?;
    find(tx, id)
}

/// The contest of a code.
pub fn find_by_code(conn: &mut Conn, code: &ContestCode) -> Result<Option<ContestId>, DbError> {
    let found = contests::table.filter(contests::code.eq(code.as_str())).select(contests::id);
    Ok(found.first(conn).optional()?)
}

/// At most `limit` contests, the last announced first; those whose certificates `body` issues, if one is given.
pub fn list(
    conn: &mut Conn,
    body: Option<OrganisationId>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Contest>, DbError> {
    let mut query = contests::table.select(ContestRow::as_select()).into_boxed();
    if let Some(body) = body {
        query = query.filter(contests::award_body_id.eq(body));
    }
    let newest = (contests::announced_on.desc(), contests::id.desc());
    let rows: Vec<ContestRow> = query.order(newest).offset(offset).limit(limit).load(conn)?;
    rows.into_iter().map(Contest::try_from).collect()
}

pub fn insert(tx: &mut Tx, new: &Contest) -> Result<(), DbError> {
    let award = new.award.as_ref();
    diesel::insert_into(contests::table)
        .values((
            contests::id.eq(new.id),
            contests::code.eq(new.code.as_str()),
            contests::name.eq(&new.name),
            contests::tier.eq(new.tier),
            contests::occupation.eq(new.occupation),
            contests::organiser.eq(&new.organiser),
            contests::announced_on.eq(new.announced_on),
            contests::document.eq(&new.document),
            contests::award_rank.eq(award.map(|award| stored(award.up_to_rank)).transpose()?),
            contests::award_level.eq(award.map(|award| award.level)),
            contests::award_document.eq(award.map(|award| award.document.clone())),
            contests::award_body_id.eq(award.map(|award| award.body)),
            contests::entered_by.eq(new.entered.by),
            contests::entered_at.eq(At(new.entered.at)),
            contests::version.eq(new.version),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Writes a contest that is held, with who entered it anew.
pub fn update(tx: &mut Tx, changed: &Contest) -> Result<(), DbError> {
    let award = changed.award.as_ref();
    diesel::update(contests::table.find(changed.id))
        .set((
            contests::code.eq(changed.code.as_str()),
            contests::name.eq(&changed.name),
            contests::tier.eq(changed.tier),
            contests::occupation.eq(changed.occupation),
            contests::organiser.eq(&changed.organiser),
            contests::announced_on.eq(changed.announced_on),
            contests::document.eq(&changed.document),
            contests::award_rank.eq(award.map(|award| stored(award.up_to_rank)).transpose()?),
            contests::award_level.eq(award.map(|award| award.level)),
            contests::award_document.eq(award.map(|award| award.document.clone())),
            contests::award_body_id.eq(award.map(|award| award.body)),
            contests::entered_by.eq(changed.entered.by),
            contests::entered_at.eq(At(changed.entered.at)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn find_result(conn: &mut Conn, id: ContestResultId) -> Result<Option<ContestResult>, DbError> {
    let row: Option<Named> = results::table
        .inner_join(people::table)
        .filter(results::id.eq(id))
        .select((ResultRow::as_select(), people::name))
        .first(conn)
        .optional()?;
    row.map(result).transpose()
}

/// All results of a contest, by rank; those without one last.
pub fn results_of(conn: &mut Conn, contest: ContestId) -> Result<Vec<ContestResult>, DbError> {
    let rows: Vec<Named> = results::table
        .inner_join(people::table)
        .filter(results::contest_id.eq(contest))
        .select((ResultRow::as_select(), people::name))
        .order(results::id)
        .load(conn)?;
    let mut found = rows.into_iter().map(result).collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|one| (one.rank.unwrap_or(u32::MAX), one.id));
    Ok(found)
}

/// How many results wait for confirmation, by contest.
pub fn waiting(conn: &mut Conn) -> Result<HashMap<ContestId, i64>, DbError> {
    let rows: Vec<(ContestId, i64)> = results::table
        .filter(results::status.eq(ResultStatus::Entered))
        .group_by(results::contest_id)
        .select((results::contest_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// How many results wait that `account` may confirm: of neither its own entering nor of its contests.
pub fn count_to_confirm(conn: &mut Conn, account: AccountId) -> Result<i64, DbError> {
    Ok(results::table
        .inner_join(contests::table)
        .filter(results::status.eq(ResultStatus::Entered))
        .filter(results::entered_by.ne(account))
        .filter(contests::entered_by.ne(account))
        .count()
        .get_result(conn)?)
}

/// Who of `people` has a result of the contest that waits or counts.
pub fn with_result(
    conn: &mut Conn,
    contest: ContestId,
    people: &[PersonId],
) -> Result<Vec<PersonId>, DbError> {
    let mut found = Vec::new();
    for chunk in people.chunks(CHUNK) {
        found.extend(
            results::table
                .filter(results::contest_id.eq(contest))
                .filter(results::person_id.eq_any(chunk.to_vec()))
                .filter(results::status.eq_any([ResultStatus::Entered, ResultStatus::Confirmed]))
                .select(results::person_id)
                .load::<PersonId>(conn)?,
        );
    }
    Ok(found)
}

/// The results of `people` that count, each with its contest, the last announced last.
pub fn confirmed_of(
    conn: &mut Conn,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<(Contest, ContestResult)>>, DbError> {
    let mut found: HashMap<PersonId, Vec<(Contest, ContestResult)>> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<(ContestRow, ResultRow, String)> = results::table
            .inner_join(contests::table)
            .inner_join(people::table)
            .filter(results::person_id.eq_any(chunk.to_vec()))
            .filter(results::status.eq(ResultStatus::Confirmed))
            .order((contests::announced_on, results::id))
            .select((ContestRow::as_select(), ResultRow::as_select(), people::name))
            .load(conn)?;
        for (contest, row, name) in rows {
            let one = result((row, name))?;
            found.entry(one.person).or_default().push((contest.try_into()?, one));
        }
    }
    Ok(found)
}

/// The results that count of contests of these tiers that were announced within the days given, in no order.
pub fn confirmed_within(
    conn: &mut Conn,
    tiers: &[Tier],
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<(Contest, ContestResult)>, DbError> {
    let rows: Vec<(ContestRow, ResultRow, String)> = results::table
        .inner_join(contests::table)
        .inner_join(people::table)
        .filter(results::status.eq(ResultStatus::Confirmed))
        .filter(contests::tier.eq_any(tiers.to_vec()))
        .filter(contests::announced_on.between(from, to))
        .select((ContestRow::as_select(), ResultRow::as_select(), people::name))
        .load(conn)?;
    rows.into_iter().map(|(contest, row, name)| Ok((contest.try_into()?, result((row, name))?))).collect()
}

#[derive(Insertable)]
#[diesel(table_name = results, treat_none_as_default_value = false)]
struct NewRow<'a> {
    id: ContestResultId,
    contest_id: ContestId,
    person_id: PersonId,
    rank: Option<i32>,
    honour: Option<&'a str>,
    status: ResultStatus,
    entered_by: AccountId,
    entered_at: At,
    decided_by: Option<AccountId>,
    decided_at: Option<At>,
    words: Option<&'a str>,
    cancelled_by: Option<AccountId>,
    cancelled_at: Option<At>,
}

fn new_row(one: &ContestResult) -> Result<NewRow<'_>, DbError> {
    Ok(NewRow {
        id: one.id,
        contest_id: one.contest,
        person_id: one.person,
        rank: one.rank.map(stored).transpose()?,
        honour: one.honour.as_deref(),
        status: one.state.status(),
        entered_by: one.entered.by,
        entered_at: At(one.entered.at),
        decided_by: None,
        decided_at: None,
        words: None,
        cancelled_by: None,
        cancelled_at: None,
    })
}

/// Adds results that were just entered.
pub fn insert_results(tx: &mut Tx, new: &[ContestResult]) -> Result<(), DbError> {
    for chunk in new.chunks(CHUNK) {
        let rows = chunk.iter().map(new_row).collect::<Result<Vec<_>, DbError>>()?;
        insert_all!(tx, results::table, &rows)?;
    }
    Ok(())
}

/// Writes the state of a result whose contest is held.
pub fn set_state(tx: &mut Tx, id: ContestResultId, state: &ResultState) -> Result<(), DbError> {
    let (decided, cancelled, words) = match state {
        ResultState::Entered => (None, None, None),
        ResultState::Confirmed { by } => (Some(by), None, None),
        ResultState::Refused { by, words } => (Some(by), None, Some(words)),
        ResultState::Cancelled { confirmed, by, words } => (Some(confirmed), Some(by), Some(words)),
    };
    diesel::update(results::table.find(id))
        .set((
            results::status.eq(state.status()),
            results::decided_by.eq(decided.map(|act| act.by)),
            results::decided_at.eq(decided.map(|act| At(act.at))),
            results::words.eq(words.cloned()),
            results::cancelled_by.eq(cancelled.map(|act| act.by)),
            results::cancelled_at.eq(cancelled.map(|act| At(act.at))),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
