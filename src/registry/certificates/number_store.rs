//! Taking numbers: serials that never repeat, the places in the status lists, and the reservations that explain
//! every number that was ever taken.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

use crate::db::schema::{certificate_days, certificate_reservations, certificate_serials};
use crate::db::types::{At, Json};
use crate::db::{Conn, DbError, Tx};
use crate::kernel::certificate_number::{BodyCode, CertificateNumber};
use crate::kernel::context::Context;
use crate::kernel::ids::{ApplicationId, CertificateId, OrganisationId, PersonId};
use crate::kernel::skill::SkillLevel;
use crate::on_each;
use crate::proof::payload::StatusPlace;
use crate::proof::status::MIN_ENTRIES;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::store::{broken, public_code};
use crate::registry::certificates::{Reservation, ReservationState};

/// A list takes new certificates until it is half full, so that a free place is found in a few draws.
const PER_LIST: u32 = MIN_ENTRIES / 2;
const DRAWS: u32 = 64;

/// The next number by the national rule that no body assigned itself before. The row of body, year and level stays locked until the transaction ends,
/// and an undone transaction gives its serial back.
pub fn take_national(
    tx: &mut Tx,
    body: &BodyCode,
    level: SkillLevel,
    on: NaiveDate,
) -> Result<CertificateNumber, Error> {
    loop {
        let number = next_national(tx, body, level, on)?;
        let there: i64 = certificate_reservations::table
            .filter(certificate_reservations::number.eq(&number))
            .count()
            .get_result(&mut **tx)
            .map_err(DbError::from)?;
        if there == 0 {
            return Ok(number);
        }
    }
}

fn next_national(
    tx: &mut Tx,
    body: &BodyCode,
    level: SkillLevel,
    on: NaiveDate,
) -> Result<CertificateNumber, Error> {
    use certificate_serials as serials;
    let next: i32 = on_each!(tx, conn => diesel::insert_into(serials::table)
        .values((
            serials::body_code.eq(body),
            serials::year.eq(on.year()),
            serials::level.eq(level),
            serials::next_serial.eq(2),
        ))
        .on_conflict((serials::body_code, serials::year, serials::level))
        .do_update()
        .set(serials::next_serial.eq(serials::next_serial + 1))
        .returning(serials::next_serial)
        .get_result(conn))
    .map_err(DbError::from)?;
    let serial = u32::try_from(next - 1).unwrap_or(0);
    Ok(CertificateNumber::national(body, on.year(), level, serial)?)
}

/// Counts a number that `body` takes on `day`, and returns how many it has taken with it.
pub fn count_taken(tx: &mut Tx, body: &BodyCode, day: NaiveDate) -> Result<u32, DbError> {
    use certificate_days as days;
    let taken: i32 = on_each!(tx, conn => diesel::insert_into(days::table)
        .values((days::body_code.eq(body), days::day.eq(day), days::taken.eq(1)))
        .on_conflict((days::body_code, days::day))
        .do_update()
        .set(days::taken.eq(days::taken + 1))
        .returning(days::taken)
        .get_result(conn))?;
    Ok(u32::try_from(taken).unwrap_or(u32::MAX))
}

/// A place in the status lists that nobody has, drawn at random, so that neighbours in a list say nothing.
pub fn draw_place(tx: &mut Tx, context: &Context) -> Result<StatusPlace, Error> {
    use certificate_reservations as reservations;
    let taken: i64 = reservations::table.count().get_result(&mut **tx).map_err(DbError::from)?;
    let list = u32::try_from(taken / i64::from(PER_LIST)).unwrap_or(u32::MAX - 1) + 1;
    for _ in 0..DRAWS {
        // 2¹⁷ entries: the remainder favours none.
        let index = u32::from_be_bytes(context.random_bytes()) % MIN_ENTRIES;
        let place = StatusPlace { list, index };
        let (stored_list, stored_index) = stored(place)?;
        let there: i64 = reservations::table
            .filter(reservations::status_list.eq(stored_list))
            .filter(reservations::status_index.eq(stored_index))
            .count()
            .get_result(&mut **tx)
            .map_err(DbError::from)?;
        if there == 0 {
            return Ok(place);
        }
    }
    Err(Error::NoStatusPlace)
}

fn stored(place: StatusPlace) -> Result<(i32, i32), DbError> {
    let number = |value: u32| i32::try_from(value).map_err(|_| broken("status place"));
    Ok((number(place.list)?, number(place.index)?))
}

pub fn insert(tx: &mut Tx, context: &Context, new: &Reservation, place: StatusPlace) -> Result<(), Error> {
    use certificate_reservations as reservations;
    let draft = serde_json::to_value(&new.draft).map_err(|_| Error::BrokenDraft)?;
    let (list, index) = stored(place)?;
    diesel::insert_into(reservations::table)
        .values((
            reservations::number.eq(&new.number),
            reservations::code.eq(new.code.bytes().to_vec()),
            reservations::person_id.eq(new.person),
            reservations::body_id.eq(new.body),
            reservations::application_id.eq(new.application),
            reservations::replaces_id.eq(new.replaces),
            reservations::status_list.eq(list),
            reservations::status_index.eq(index),
            reservations::draft.eq(Json(draft)),
            reservations::state.eq(ReservationState::Reserved),
            reservations::explanation.eq(None::<String>),
            reservations::reserved_by.eq(context.account()),
            reservations::reserved_at.eq(At(new.reserved_at)),
        ))
        .execute(&mut **tx)
        .map_err(|error| {
            let error = DbError::from(error);
            let of_number = error.is_duplicate_of("certificate_reservations", "number")
                || error.is_duplicate_of("certificate_reservations", "pkey");
            if of_number { Error::NumberTaken } else { Error::Database(error) }
        })?;
    Ok(())
}

/// Marks a reservation as issued or void; whether it was still open.
pub fn close(
    tx: &mut Tx,
    number: &CertificateNumber,
    state: ReservationState,
    explanation: Option<&str>,
) -> Result<bool, DbError> {
    use certificate_reservations as reservations;
    let open = reservations::table.find(number).filter(reservations::state.eq(ReservationState::Reserved));
    let closed = diesel::update(open)
        .set((reservations::state.eq(state), reservations::explanation.eq(explanation.map(str::to_owned))))
        .execute(&mut **tx)?;
    Ok(closed == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificate_reservations)]
struct ReservationRow {
    number: CertificateNumber,
    code: Vec<u8>,
    person_id: PersonId,
    body_id: OrganisationId,
    application_id: Option<ApplicationId>,
    replaces_id: Option<CertificateId>,
    draft: Json,
    state: ReservationState,
    explanation: Option<String>,
    reserved_at: At,
}

impl TryFrom<ReservationRow> for Reservation {
    type Error = DbError;

    fn try_from(row: ReservationRow) -> Result<Self, DbError> {
        Ok(Self {
            number: row.number,
            code: public_code(row.code)?,
            person: row.person_id,
            body: row.body_id,
            application: row.application_id,
            replaces: row.replaces_id,
            draft: serde_json::from_value(row.draft.0).map_err(|_| broken("draft"))?,
            state: row.state,
            explanation: row.explanation,
            reserved_at: row.reserved_at.0,
        })
    }
}

/// What a certificate is to be made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    Application(ApplicationId),
    Replacement(CertificateId),
}

/// The reservation that was made for `occasion` and not yet closed.
pub fn find_open(conn: &mut Conn, occasion: Occasion) -> Result<Option<Reservation>, DbError> {
    use certificate_reservations as reservations;
    let open = reservations::table
        .filter(reservations::state.eq(ReservationState::Reserved))
        .select(ReservationRow::as_select())
        .into_boxed();
    let open = match occasion {
        Occasion::Application(id) => open.filter(reservations::application_id.eq(id)),
        Occasion::Replacement(id) => open.filter(reservations::replaces_id.eq(id)),
    };
    let row: Option<ReservationRow> = open.first(conn).optional()?;
    row.map(Reservation::try_from).transpose()
}

/// Numbers that these bodies took, in one state if given, newest first.
pub fn list(
    conn: &mut Conn,
    bodies: &[OrganisationId],
    state: Option<ReservationState>,
    limit: i64,
) -> Result<Vec<Reservation>, DbError> {
    use certificate_reservations as reservations;
    let mut query = reservations::table
        .filter(reservations::body_id.eq_any(bodies.to_vec()))
        .select(ReservationRow::as_select())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(reservations::state.eq(state));
    }
    let newest = (reservations::reserved_at.desc(), reservations::number.desc());
    let rows: Vec<ReservationRow> = query.order(newest).limit(limit).load(conn)?;
    rows.into_iter().map(Reservation::try_from).collect()
}

/// Serials below the next one of a body's year and level under which no number was ever taken. Always empty: a
/// serial and its reservation are kept or undone together.
pub fn unexplained(conn: &mut Conn) -> Result<Vec<CertificateNumber>, Error> {
    use certificate_reservations as reservations;
    use certificate_serials as serials;
    let counters: Vec<(BodyCode, i32, SkillLevel, i32)> = serials::table
        .select((serials::body_code, serials::year, serials::level, serials::next_serial))
        .load(conn)
        .map_err(DbError::from)?;
    let mut missing = Vec::new();
    for (body, year, level, next) in counters {
        let first = CertificateNumber::national(&body, year, level, 1)?;
        let prefix = &first.as_str()[..16];
        let taken: Vec<CertificateNumber> = reservations::table
            .filter(reservations::number.like(format!("{prefix}%")))
            .select(reservations::number)
            .load(conn)
            .map_err(DbError::from)?;
        let taken: std::collections::HashSet<_> = taken.into_iter().collect();
        for serial in 1..u32::try_from(next).unwrap_or(1) {
            let number = CertificateNumber::national(&body, year, level, serial)?;
            if !taken.contains(&number) {
                missing.push(number);
            }
        }
    }
    Ok(missing)
}
