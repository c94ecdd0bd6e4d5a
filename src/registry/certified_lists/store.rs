use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{certified_list_lines as lines, certified_lists as lists};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::insert_all;
use crate::kernel::area::AreaCode;
use crate::kernel::ids::{AccountId, CertifiedListId, ContestResultId, PersonId};
use crate::registry::certified_lists::{CertifiedList, Digits, Line, Rule};
use crate::registry::contests::Tier;
use crate::stored_as_code;

stored_as_code!(Digits);

/// Rows of one statement.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = lists)]
struct ListRow {
    id: CertifiedListId,
    number: String,
    department: String,
    purpose: String,
    area_code: Option<AreaCode>,
    tier: Tier,
    rank_to: i32,
    honoured: bool,
    from_date: NaiveDate,
    to_date: NaiveDate,
    digits: Digits,
    people: i32,
    digest: String,
    statement: String,
    made_by: AccountId,
    made_at: At,
}

fn broken(column: &str) -> DbError {
    diesel::result::Error::DeserializationError(format!("unreadable {column}").into()).into()
}

fn read(number: i32) -> Result<u32, DbError> {
    u32::try_from(number).map_err(|_| broken("number"))
}

fn stored(number: u32) -> Result<i32, DbError> {
    i32::try_from(number).map_err(|_| broken("number"))
}

impl TryFrom<ListRow> for CertifiedList {
    type Error = DbError;

    fn try_from(row: ListRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            number: row.number,
            department: row.department,
            purpose: row.purpose,
            area: row.area_code,
            rule: Rule {
                tier: row.tier,
                rank_to: read(row.rank_to)?,
                honoured: row.honoured,
                from: row.from_date,
                to: row.to_date,
            },
            digits: row.digits,
            people: read(row.people)?,
            digest: row.digest,
            statement: row.statement,
            made_by: row.made_by,
            made_at: row.made_at.0,
        })
    }
}

pub fn find(conn: &mut Conn, id: CertifiedListId) -> Result<Option<CertifiedList>, DbError> {
    let row: Option<ListRow> = lists::table.find(id).select(ListRow::as_select()).first(conn).optional()?;
    row.map(CertifiedList::try_from).transpose()
}

/// At most `limit` lists that bureaus within `area` made, or any, the newest first.
pub fn list(
    conn: &mut Conn,
    area: Option<&AreaCode>,
    (offset, limit): (i64, i64),
) -> Result<Vec<CertifiedList>, DbError> {
    let mut query = lists::table.select(ListRow::as_select()).into_boxed();
    if let Some(area) = area {
        query = query.filter(lists::area_code.like(format!("{area}%")));
    }
    let rows: Vec<ListRow> = query.order(lists::id.desc()).offset(offset).limit(limit).load(conn)?;
    rows.into_iter().map(CertifiedList::try_from).collect()
}

/// How many lists have a number of this year.
pub fn count_numbered(conn: &mut Conn, year: i32) -> Result<i64, DbError> {
    Ok(lists::table.filter(lists::number.like(format!("{year}-%"))).count().get_result(conn)?)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = lines, treat_none_as_default_value = false)]
struct LineRow {
    list_id: CertifiedListId,
    place: i32,
    person_id: PersonId,
    result_id: ContestResultId,
    name: String,
    contest: String,
    tier: Tier,
    rank: Option<i32>,
    honour: Option<String>,
    announced_on: NaiveDate,
}

/// The lines of a list, in their order.
pub fn lines(conn: &mut Conn, list: CertifiedListId) -> Result<Vec<Line>, DbError> {
    let rows: Vec<LineRow> = lines::table
        .filter(lines::list_id.eq(list))
        .order(lines::place)
        .select(LineRow::as_select())
        .load(conn)?;
    let line = |row: LineRow| {
        Ok(Line {
            place: read(row.place)?,
            person: row.person_id,
            result: row.result_id,
            name: row.name,
            contest: row.contest,
            tier: row.tier,
            rank: row.rank.map(read).transpose()?,
            honour: row.honour,
            announced_on: row.announced_on,
        })
    };
    rows.into_iter().map(line).collect()
}

pub fn insert(tx: &mut Tx, new: &CertifiedList, all: &[Line]) -> Result<(), DbError> {
    diesel::insert_into(lists::table)
        .values((
            lists::id.eq(new.id),
            lists::number.eq(&new.number),
            lists::department.eq(&new.department),
            lists::purpose.eq(&new.purpose),
            lists::area_code.eq(new.area.clone()),
            lists::tier.eq(new.rule.tier),
            lists::rank_to.eq(stored(new.rule.rank_to)?),
            lists::honoured.eq(new.rule.honoured),
            lists::from_date.eq(new.rule.from),
            lists::to_date.eq(new.rule.to),
            lists::digits.eq(new.digits),
            lists::people.eq(stored(new.people)?),
            lists::digest.eq(&new.digest),
            lists::statement.eq(&new.statement),
            lists::made_by.eq(new.made_by),
            lists::made_at.eq(At(new.made_at)),
        ))
        .execute(&mut **tx)?;
    for chunk in all.chunks(CHUNK) {
        let rows = chunk.iter().map(|line| row(new.id, line)).collect::<Result<Vec<_>, _>>()?;
        insert_all!(tx, lines::table, &rows)?;
    }
    Ok(())
}

fn row(list: CertifiedListId, line: &Line) -> Result<LineRow, DbError> {
    Ok(LineRow {
        list_id: list,
        place: stored(line.place)?,
        person_id: line.person,
        result_id: line.result,
        name: line.name.clone(),
        contest: line.contest.clone(),
        tier: line.tier,
        rank: line.rank.map(stored).transpose()?,
        honour: line.honour.clone(),
        announced_on: line.announced_on,
    })
}
