use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{wage_levels as levels, wage_notices as notices};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::insert_all;
use crate::kernel::area::AreaCode;
use crate::kernel::ids::{AccountId, WageNoticeId};
use crate::kernel::money::Fen;
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::registry::wages::{Act, LevelWage, WageNotice, WageState, WageStatus, rules};
use crate::stored_as_code;

stored_as_code!(WageStatus);

#[derive(Queryable, Selectable)]
#[diesel(table_name = notices)]
struct NoticeRow {
    id: WageNoticeId,
    area_code: AreaCode,
    occupation: Occupation,
    effective_from: NaiveDate,
    document: String,
    source: String,
    illustrative: bool,
    status: WageStatus,
    entered_by: Option<AccountId>,
    entered_at: At,
    decided_by: Option<AccountId>,
    decided_at: Option<At>,
    version: i32,
}

fn broken(column: &str) -> DbError {
    diesel::result::Error::DeserializationError(format!("unreadable {column}").into()).into()
}

fn notice(row: NoticeRow, levels: Vec<LevelWage>) -> Result<WageNotice, DbError> {
    let decided = || {
        let at = row.decided_at.ok_or_else(|| broken("wage_notices.decided_at"))?;
        Ok::<_, DbError>(Act { by: row.decided_by, at: at.0 })
    };
    Ok(WageNotice {
        id: row.id,
        state: match row.status {
            WageStatus::Draft => WageState::Draft,
            WageStatus::Published => WageState::Published(decided()?),
            WageStatus::Dropped => WageState::Dropped(decided()?),
        },
        area: row.area_code,
        occupation: row.occupation,
        effective_from: row.effective_from,
        document: row.document,
        source: row.source,
        illustrative: row.illustrative,
        levels,
        entered: Act { by: row.entered_by, at: row.entered_at.0 },
        version: row.version,
    })
}

/// The notices of an area and those below it, of one status or of every one; the newest first.
pub fn list(
    conn: &mut Conn,
    area: &AreaCode,
    status: Option<WageStatus>,
) -> Result<Vec<WageNotice>, DbError> {
    let mut query = notices::table
        .filter(notices::area_code.like(format!("{area}%")))
        .select(NoticeRow::as_select())
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(notices::status.eq(status));
    }
    let rows: Vec<NoticeRow> =
        query.order((notices::effective_from.desc(), notices::id.desc())).load(conn)?;
    with_levels(conn, rows)
}

pub fn find(conn: &mut Conn, id: WageNoticeId) -> Result<Option<WageNotice>, DbError> {
    let row: Option<NoticeRow> =
        notices::table.find(id).select(NoticeRow::as_select()).first(conn).optional()?;
    Ok(with_levels(conn, row.into_iter().collect())?.pop())
}

/// [`find`], held until the transaction ends.
pub fn hold(tx: &mut Tx, id: WageNoticeId) -> Result<Option<WageNotice>, DbError> {
    diesel::update(notices::table.find(id)).set(notices::version.eq(notices::version)).execute(&mut **tx)?;
    find(tx, id)
}

/// The day from which the newest published notice counts.
pub fn last_published(
    conn: &mut Conn,
    area: &AreaCode,
    occupation: Occupation,
) -> Result<Option<NaiveDate>, DbError> {
    Ok(notices::table
        .filter(notices::area_code.eq(area.clone()))
        .filter(notices::occupation.eq(occupation))
        .filter(notices::status.eq(WageStatus::Published))
        .select(diesel::dsl::max(notices::effective_from))
        .first(conn)?)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = levels, treat_none_as_default_value = false)]
struct LevelRow {
    notice_id: WageNoticeId,
    level: SkillLevel,
    low: i64,
    median: i64,
    high: i64,
}

fn with_levels(conn: &mut Conn, rows: Vec<NoticeRow>) -> Result<Vec<WageNotice>, DbError> {
    let ids: Vec<WageNoticeId> = rows.iter().map(|row| row.id).collect();
    let found: Vec<LevelRow> =
        levels::table.filter(levels::notice_id.eq_any(ids)).select(LevelRow::as_select()).load(conn)?;
    let mut by_notice: HashMap<WageNoticeId, Vec<LevelWage>> = HashMap::new();
    for row in found {
        let wage = LevelWage {
            level: row.level,
            low: Fen::new(row.low),
            median: Fen::new(row.median),
            high: Fen::new(row.high),
        };
        by_notice.entry(row.notice_id).or_default().push(wage);
    }
    let whole = |row: NoticeRow| {
        let levels = by_notice.remove(&row.id).unwrap_or_default();
        notice(row, rules::sorted(levels))
    };
    rows.into_iter().map(whole).collect()
}

pub fn insert(tx: &mut Tx, new: &WageNotice) -> Result<(), DbError> {
    let decided = decided(new.state);
    diesel::insert_into(notices::table)
        .values((
            notices::id.eq(new.id),
            notices::area_code.eq(new.area.clone()),
            notices::occupation.eq(new.occupation),
            notices::effective_from.eq(new.effective_from),
            notices::document.eq(&new.document),
            notices::source.eq(&new.source),
            notices::illustrative.eq(new.illustrative),
            notices::status.eq(new.state.status()),
            notices::entered_by.eq(new.entered.by),
            notices::entered_at.eq(At(new.entered.at)),
            notices::decided_by.eq(decided.and_then(|act| act.by)),
            notices::decided_at.eq(decided.map(|act| At(act.at))),
            notices::version.eq(new.version),
        ))
        .execute(&mut **tx)?;
    let row = |one: &LevelWage| LevelRow {
        notice_id: new.id,
        level: one.level,
        low: one.low.get(),
        median: one.median.get(),
        high: one.high.get(),
    };
    let rows: Vec<LevelRow> = new.levels.iter().map(row).collect();
    insert_all!(tx, levels::table, &rows)?;
    Ok(())
}

/// Writes the state of a notice that is held.
pub fn set_state(tx: &mut Tx, id: WageNoticeId, state: WageState) -> Result<(), DbError> {
    let decided = decided(state);
    diesel::update(notices::table.find(id))
        .set((
            notices::status.eq(state.status()),
            notices::decided_by.eq(decided.and_then(|act| act.by)),
            notices::decided_at.eq(decided.map(|act| At(act.at))),
            notices::version.eq(notices::version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

const fn decided(state: WageState) -> Option<Act> {
    match state {
        WageState::Draft => None,
        WageState::Published(act) | WageState::Dropped(act) => Some(act),
    }
}
