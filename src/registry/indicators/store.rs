//! Counts and targets. This store alone may join other domains' tables, to read.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{BigInt, Date, Text};

use crate::db::MultiBackend;
use crate::db::schema::{elder_populations, targets};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::ids::{TargetId, entity};
use crate::kernel::skill::Occupation;
use crate::kernel::vocabulary::{Basis, Indicator};
use crate::registry::areas::{ELDER_AGE, Population};
use crate::registry::indicators::{Headcounts, HeadcountsByChild, NewTarget, Target};

/// Who counts as an employed caregiver, and when.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    pub on: NaiveDate,
    /// Codes of the positions that are a caregiver's.
    pub positions: &'a [&'a str],
}

/// The best level of ours that the person `{who}` holds on the day $1, as a text: levels sort as their digits. A
/// certificate is valid on its last day, and so is a standing. What has been valid since then needs no look into the
/// past.
const OURS: &str = "(SELECT c.level FROM certificates c \
     WHERE c.person_id = {who} AND c.occupation = {occupation} AND c.issued_on <= $1 \
     AND (c.expires_on IS NULL OR c.expires_on >= $1) \
     AND ((c.state = 'valid' AND c.state_since <= $1) \
     OR EXISTS (SELECT 1 FROM certificate_standings s WHERE s.certificate_id = c.id AND s.state = 'valid' \
     AND s.from_date <= $1 AND (s.to_date IS NULL OR s.to_date >= $1))) \
     ORDER BY c.level LIMIT 1)";

/// The same of those recorded from elsewhere; one is not valid any more on the day it was withdrawn.
const THEIRS: &str = "(SELECT r.level FROM recorded_certificates r \
     WHERE r.person_id = {who} AND r.occupation = {occupation} AND r.issued_on <= $1 \
     AND (r.expires_on IS NULL OR r.expires_on >= $1) \
     AND (r.withdrawn_on IS NULL OR r.withdrawn_on > $1) \
     ORDER BY r.level LIMIT 1)";

/// The headcounts over `each` employed person with the best level of ours and of theirs.
const COUNTS: &str = "COUNT(*) AS employed, COUNT(COALESCE(ours, theirs)) AS certified, \
     COUNT(CASE WHEN COALESCE(ours, theirs) IS NOT NULL AND EXISTS (SELECT 1 FROM first_aid_certificates f \
     WHERE f.person_id = each.person_id AND f.kind = 'rescuer' AND f.issued_on <= $1 AND f.expires_on >= $1 \
     AND (f.withdrawn_on IS NULL OR f.withdrawn_on > $1)) THEN 1 END) AS dual, \
     COUNT(CASE WHEN ours <= '3' OR theirs <= '3' THEN 1 END) AS senior";

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    employed: i64,
    #[diesel(sql_type = BigInt)]
    certified: i64,
    #[diesel(sql_type = BigInt)]
    dual: i64,
    #[diesel(sql_type = BigInt)]
    senior: i64,
}

#[derive(QueryableByName)]
struct PartRow {
    #[diesel(sql_type = Text)]
    part: String,
    #[diesel(embed)]
    counts: CountRow,
}

/// The headcounts of `area`.
pub fn headcounts(conn: &mut Conn, counted: Counted<'_>, area: &AreaCode) -> Result<Headcounts, DbError> {
    let each = each(counted, "e.person_id");
    let query = with_places(format!("{each} SELECT {COUNTS} FROM each"), counted, area);
    let row: CountRow = query.get_result(conn)?;
    Ok(row.into())
}

/// The headcounts of each area directly below `area` in which somebody is employed, in one query.
pub fn headcounts_by_child(
    conn: &mut Conn,
    counted: Counted<'_>,
    area: &AreaCode,
) -> Result<HeadcountsByChild, DbError> {
    let length = match area.as_str().len() {
        2 => 4,
        4 => 6,
        6 => 9,
        9 => 12,
        _ => return Ok(HeadcountsByChild::new()),
    };
    let each = each(counted, &format!("e.person_id, substr(o.area_code, 1, {length}) AS part"));
    let query = with_places(format!("{each} SELECT part, {COUNTS} FROM each GROUP BY part"), counted, area);
    let rows: Vec<PartRow> = query.load(conn)?;
    // An organisation of the area itself, a city's own home for instance, lies in none of its parts.
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.part.parse().ok()?, row.counts.into())))
        .filter(|(part, _): &(AreaCode, _)| part.as_str().len() == length)
        .collect())
}

/// The table `each`: those employed in the area, once for each difference in `columns`, with their best levels. The
/// database is told to make it whole, or it would look every level up again for each count.
fn each(counted: Counted<'_>, columns: &str) -> String {
    let places = 4..4 + counted.positions.len();
    let [ours, theirs] = levels("employed.person_id", places.end);
    let positions: Vec<_> = places.map(|place| format!("${place}")).collect();
    let positions = positions.join(", ");
    format!(
        "WITH employed AS MATERIALIZED (\
         SELECT DISTINCT {columns} FROM organisations o JOIN employments e ON e.organisation_id = o.id \
         WHERE e.from_date <= $1 AND (e.to_date IS NULL OR e.to_date >= $1) \
         AND o.area_code >= $2 AND o.area_code < $3 AND e.position IN ({positions})), \
         each AS MATERIALIZED (SELECT employed.*, {ours} AS ours, {theirs} AS theirs FROM employed)"
    )
}

/// Binds the places of [`each`].
fn with_places(
    sql: String,
    counted: Counted<'_>,
    area: &AreaCode,
) -> BoxedSqlQuery<'static, MultiBackend, SqlQuery> {
    let mut query = diesel::sql_query(sql)
        .into_boxed::<MultiBackend>()
        .bind::<Date, _>(counted.on)
        .bind::<Text, _>(area.as_str().to_owned())
        .bind::<Text, _>(past(area));
    for position in counted.positions {
        query = query.bind::<Text, _>((*position).to_owned());
    }
    query.bind::<Text, _>(Occupation::ElderlyCareWorker.code())
}

impl From<CountRow> for Headcounts {
    fn from(row: CountRow) -> Self {
        Self { employed: row.employed, certified: row.certified, dual: row.dual, senior: row.senior }
    }
}

#[derive(QueryableByName)]
struct PersonsRow {
    #[diesel(sql_type = BigInt)]
    persons: i64,
}

/// All persons with a valid skill certificate on the day who live in `area` or are employed there, in whatever
/// position: the second reading of the figure per 10,000 elders.
pub fn holders(conn: &mut Conn, on: NaiveDate, area: &AreaCode) -> Result<i64, DbError> {
    let [ours, theirs] = levels("local.person_id", 4);
    let sql = format!(
        "WITH local AS MATERIALIZED (\
         SELECT e.person_id FROM organisations o JOIN employments e ON e.organisation_id = o.id \
         WHERE e.from_date <= $1 AND (e.to_date IS NULL OR e.to_date >= $1) \
         AND o.area_code >= $2 AND o.area_code < $3 \
         UNION SELECT p.id FROM people p WHERE p.home_area >= $2 AND p.home_area < $3) \
         SELECT COUNT(level) AS persons FROM (SELECT COALESCE({ours}, {theirs}) AS level FROM local) AS held"
    );
    let row: PersonsRow = diesel::sql_query(sql)
        .bind::<Date, _>(on)
        .bind::<Text, _>(area.as_str())
        .bind::<Text, _>(past(area))
        .bind::<Text, _>(Occupation::ElderlyCareWorker.code())
        .get_result(conn)?;
    Ok(row.persons)
}

/// Places are numbered: PostgreSQL goes by the number, SQLite by the order in which they first appear, so they
/// appear in their order.
fn levels(who: &str, occupation: usize) -> [String; 2] {
    let occupation = format!("${occupation}");
    [OURS, THEIRS].map(|sql| sql.replace("{who}", who).replace("{occupation}", &occupation))
}

/// The first code past those within `area`: `330482` past `330481…`. A range, for SQLite has no index for LIKE.
fn past(area: &AreaCode) -> String {
    let digits = area.as_str().trim_end_matches('9');
    match digits.as_bytes().split_last() {
        Some((last, head)) => format!("{}{}", String::from_utf8_lossy(head), char::from(last + 1)),
        // All nines: past every code there is.
        None => "9".repeat(13),
    }
}

/// The figures in force for the elders (60 and above) of the areas directly below `area`, by area and day.
pub fn populations_below(
    conn: &mut Conn,
    children: &[AreaCode],
    basis: Basis,
) -> Result<Vec<Population>, DbError> {
    Ok(elder_populations::table
        .select(Population::as_select())
        .filter(elder_populations::area_code.eq_any(children.to_vec()))
        .filter(elder_populations::basis.eq(basis))
        .filter(elder_populations::age_from.eq(ELDER_AGE))
        .filter(elder_populations::age_to.is_null())
        .filter(elder_populations::superseded_at.is_null())
        .order((elder_populations::area_code, elder_populations::counted_on))
        .load(conn)?)
}

/// Every target of `area`, of the areas above it and of those within it, whenever it stands.
pub fn targets(conn: &mut Conn, area: &AreaCode) -> Result<Vec<Target>, DbError> {
    let above: Vec<AreaCode> = std::iter::successors(Some(area.clone()), AreaCode::parent).collect();
    Ok(targets::table
        .select(Target::as_select())
        .filter(
            targets::area_code
                .eq_any(above)
                .or(targets::area_code.ge(area.as_str().to_owned()).and(targets::area_code.lt(past(area)))),
        )
        .order((targets::area_code, targets::indicator, targets::valid_from))
        .load(conn)?)
}

/// Adds a target.
pub fn insert_target(tx: &mut Tx, context: &Context, new: &NewTarget) -> Result<TargetId, DbError> {
    let id = context.fresh_id::<entity::Target>();
    diesel::insert_into(targets::table)
        .values((
            targets::id.eq(id),
            targets::area_code.eq(&new.area),
            targets::indicator.eq(new.indicator),
            targets::value_hundredths.eq(new.value_hundredths),
            targets::basis.eq(new.basis),
            targets::valid_from.eq(new.valid_from),
            targets::due_on.eq(new.due_on),
            targets::source.eq(&new.source),
            targets::recorded_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Ends the targets of an area and indicator that stand past `last` on that day.
pub fn end_targets(
    tx: &mut Tx,
    area: &AreaCode,
    indicator: Indicator,
    last: NaiveDate,
) -> Result<(), DbError> {
    let standing = targets::table
        .filter(targets::area_code.eq(area))
        .filter(targets::indicator.eq(indicator))
        .filter(targets::valid_from.le(last))
        .filter(targets::valid_to.is_null().or(targets::valid_to.gt(last)));
    diesel::update(standing).set(targets::valid_to.eq(last)).execute(&mut **tx)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_what_lies_within_and_nothing_else() {
        for (area, expected) in
            [("330481", "330482"), ("3399", "34"), ("330499", "3305"), ("99", "9999999999999")]
        {
            let area: AreaCode = area.parse().expect("a code");
            assert_eq!(past(&area), expected);
            for code in
                ["33048", "330481", "330481101", "330482", "3399", "339901", "34", "3305", "330499001"]
            {
                let within = code.starts_with(area.as_str());
                let in_range = code >= area.as_str() && *code < *past(&area);
                assert_eq!(in_range, within, "{code} in {area}");
            }
        }
    }
}
