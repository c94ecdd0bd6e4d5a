//! Taking numbers: serials that never repeat, the places in the status lists, and the reservations that explain
//! every number that was ever taken.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

use crate::db::schema::{certificate_days, certificate_reservations, certificate_serials};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::certificate_number::{BadNumber, BodyCode, CertificateNumber, Series};
use crate::kernel::context::Context;
use crate::kernel::ids::{
    AccountId, ApplicationId, CertificateId, ContestResultId, EnrolmentId, FirstAidCertificateId,
    OrganisationId, PersonId,
};
use crate::proof::frozen::SealedRecord;
use crate::proof::payload::StatusPlace;
use crate::proof::status::MIN_ENTRIES;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::store::{broken, origin, public_code};
use crate::registry::certificates::{Origin, Reservation, ReservationState};
use crate::{insert_all, on_each};

/// A list takes new certificates until it is half full, so that a free place is found in a few draws.
const PER_LIST: u32 = MIN_ENTRIES / 2;
const ROUNDS: u32 = 64;
/// Rows of one statement.
const CHUNK: usize = 500;

/// The next `count` numbers by the rule, without those that the body assigned itself before. The row of body, year
/// and series stays locked until the transaction ends, and an undone transaction gives its serials back.
pub fn take_numbers(
    tx: &mut Tx,
    body: &BodyCode,
    series: Series,
    on: NaiveDate,
    count: usize,
) -> Result<Vec<CertificateNumber>, Error> {
    let mut numbers = Vec::with_capacity(count);
    while numbers.len() < count {
        let block = next_numbers(tx, body, series, on, count - numbers.len())?;
        let known = known_numbers(tx, &block)?;
        numbers.extend(block.into_iter().filter(|number| !known.contains(number)));
    }
    Ok(numbers)
}

fn next_numbers(
    tx: &mut Tx,
    body: &BodyCode,
    series: Series,
    on: NaiveDate,
    count: usize,
) -> Result<Vec<CertificateNumber>, Error> {
    use certificate_serials as serials;
    let step = i32::try_from(count).map_err(|_| BadNumber::SerialExhausted)?;
    let next: i32 = on_each!(tx, conn => diesel::insert_into(serials::table)
        .values((
            serials::body_code.eq(body),
            serials::year.eq(on.year()),
            serials::series.eq(series.to_string()),
            serials::next_serial.eq(1 + step),
        ))
        .on_conflict((serials::body_code, serials::year, serials::series))
        .do_update()
        .set(serials::next_serial.eq(serials::next_serial + step))
        .returning(serials::next_serial)
        .get_result(conn))
    .map_err(DbError::from)?;
    let number = |serial: i32| {
        let serial = u32::try_from(serial).unwrap_or(0);
        Ok(CertificateNumber::in_series(body, on.year(), series, serial)?)
    };
    (next - step..next).map(number).collect()
}

fn known_numbers(tx: &mut Tx, numbers: &[CertificateNumber]) -> Result<HashSet<CertificateNumber>, DbError> {
    let mut known = HashSet::new();
    for chunk in numbers.chunks(CHUNK) {
        let found: Vec<CertificateNumber> = certificate_reservations::table
            .filter(certificate_reservations::number.eq_any(chunk.to_vec()))
            .select(certificate_reservations::number)
            .load(&mut **tx)?;
        known.extend(found);
    }
    Ok(known)
}

/// Counts `more` numbers that `body` takes on `day`, and returns how many it has taken with them.
pub fn count_taken(tx: &mut Tx, body: &BodyCode, day: NaiveDate, more: u32) -> Result<u32, DbError> {
    use certificate_days as days;
    let more = i32::try_from(more).unwrap_or(i32::MAX);
    let taken: i32 = on_each!(tx, conn => diesel::insert_into(days::table)
        .values((days::body_code.eq(body), days::day.eq(day), days::taken.eq(more)))
        .on_conflict((days::body_code, days::day))
        .do_update()
        .set(days::taken.eq(days::taken + more))
        .returning(days::taken)
        .get_result(conn))?;
    Ok(u32::try_from(taken).unwrap_or(u32::MAX))
}

/// Takes back what was counted and is not used.
pub fn give_back(tx: &mut Tx, body: &BodyCode, day: NaiveDate, unused: u32) -> Result<(), DbError> {
    use certificate_days as days;
    let unused = i32::try_from(unused).unwrap_or(i32::MAX);
    diesel::update(days::table.find((body, day)))
        .set(days::taken.eq(days::taken - unused))
        .execute(&mut **tx)?;
    Ok(())
}

/// Places in the status lists that nobody has, drawn at random, so that neighbours in a list say nothing.
pub fn draw_places(tx: &mut Tx, context: &Context, count: usize) -> Result<Vec<StatusPlace>, Error> {
    use certificate_reservations as reservations;
    let taken: i64 = reservations::table.count().get_result(&mut **tx).map_err(DbError::from)?;
    let mut places = Vec::with_capacity(count);
    let mut drawn = HashSet::with_capacity(count);
    for _ in 0..ROUNDS {
        let mut round = Vec::with_capacity(count - places.len());
        while round.len() < count - places.len() {
            let before = taken + i64::try_from(drawn.len()).unwrap_or(i64::MAX);
            let list = u32::try_from(before / i64::from(PER_LIST)).unwrap_or(u32::MAX - 1) + 1;
            // 2¹⁷ entries: the remainder favours none.
            let index = u32::from_be_bytes(context.random_bytes()) % MIN_ENTRIES;
            if drawn.insert((list, index)) {
                round.push(StatusPlace { list, index });
            }
        }
        let there = taken_places(tx, &round)?;
        places.extend(round.into_iter().filter(|place| !there.contains(place)));
        if places.len() == count {
            return Ok(places);
        }
    }
    Err(Error::NoStatusPlace)
}

fn taken_places(tx: &mut Tx, places: &[StatusPlace]) -> Result<HashSet<StatusPlace>, DbError> {
    use certificate_reservations as reservations;
    let mut taken = HashSet::new();
    for chunk in places.chunk_by(|one, next| one.list == next.list).flat_map(|list| list.chunks(CHUNK)) {
        let Some(&StatusPlace { list, .. }) = chunk.first() else { continue };
        let indexes = chunk.iter().map(|place| stored(*place).map(|(_, index)| index));
        let found: Vec<i32> = reservations::table
            .filter(reservations::status_list.eq(stored(StatusPlace { list, index: 0 })?.0))
            .filter(reservations::status_index.eq_any(indexes.collect::<Result<Vec<_>, _>>()?))
            .select(reservations::status_index)
            .load(&mut **tx)?;
        let place = |index| u32::try_from(index).ok().map(|index| StatusPlace { list, index });
        taken.extend(found.into_iter().filter_map(place));
    }
    Ok(taken)
}

fn stored(place: StatusPlace) -> Result<(i32, i32), DbError> {
    let number = |value: u32| i32::try_from(value).map_err(|_| broken("status place"));
    Ok((number(place.list)?, number(place.index)?))
}

#[derive(Insertable)]
#[diesel(table_name = certificate_reservations, treat_none_as_default_value = false)]
struct NewRow<'a> {
    number: CertificateNumber,
    code: &'a [u8],
    person_id: PersonId,
    body_id: OrganisationId,
    application_id: Option<ApplicationId>,
    enrolment_id: Option<EnrolmentId>,
    first_aid_id: Option<FirstAidCertificateId>,
    contest_result_id: Option<ContestResultId>,
    replaces_id: Option<CertificateId>,
    renews_id: Option<CertificateId>,
    status_list: i32,
    status_index: i32,
    draft: &'a str,
    state: ReservationState,
    reserved_by: Option<AccountId>,
    reserved_at: At,
}

pub fn insert(tx: &mut Tx, context: &Context, new: &[Reservation]) -> Result<(), Error> {
    for chunk in new.chunks(CHUNK) {
        let rows = chunk.iter().map(|new| row(context, new)).collect::<Result<Vec<_>, Error>>()?;
        let inserted = insert_all!(tx, certificate_reservations::table, &rows);
        inserted.map_err(|error| {
            let error = DbError::from(error);
            let of_number = error.is_duplicate_of("certificate_reservations", "number")
                || error.is_duplicate_of("certificate_reservations", "pkey");
            if of_number { Error::NumberTaken } else { Error::Database(error) }
        })?;
    }
    Ok(())
}

fn row<'a>(context: &Context, new: &'a Reservation) -> Result<NewRow<'a>, Error> {
    let (status_list, status_index) = stored(new.record.status)?;
    Ok(NewRow {
        number: new.number.clone(),
        code: new.code.bytes(),
        person_id: new.person,
        body_id: new.body,
        application_id: new.origin.and_then(Origin::application),
        enrolment_id: new.origin.and_then(Origin::enrolment),
        first_aid_id: new.origin.and_then(Origin::first_aid),
        contest_result_id: new.origin.and_then(Origin::contest_result),
        replaces_id: new.replaces,
        renews_id: new.renews,
        status_list,
        status_index,
        draft: new.record.canonical(),
        state: new.state,
        reserved_by: context.account(),
        reserved_at: At(new.reserved_at),
    })
}

/// Marks reservations as issued or void; those that were still open.
pub fn close(
    tx: &mut Tx,
    numbers: &[CertificateNumber],
    state: ReservationState,
    explanation: Option<&str>,
) -> Result<HashSet<CertificateNumber>, DbError> {
    use certificate_reservations as reservations;
    let mut closed = HashSet::with_capacity(numbers.len());
    for chunk in numbers.chunks(CHUNK) {
        let open = reservations::table
            .filter(reservations::number.eq_any(chunk.to_vec()))
            .filter(reservations::state.eq(ReservationState::Reserved));
        let found: Vec<CertificateNumber> = diesel::update(open)
            .set((
                reservations::state.eq(state),
                reservations::explanation.eq(explanation.map(str::to_owned)),
            ))
            .returning(reservations::number)
            .get_results(&mut **tx)?;
        closed.extend(found);
    }
    Ok(closed)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificate_reservations)]
struct ReservationRow {
    number: CertificateNumber,
    code: Vec<u8>,
    person_id: PersonId,
    body_id: OrganisationId,
    application_id: Option<ApplicationId>,
    enrolment_id: Option<EnrolmentId>,
    first_aid_id: Option<FirstAidCertificateId>,
    contest_result_id: Option<ContestResultId>,
    replaces_id: Option<CertificateId>,
    renews_id: Option<CertificateId>,
    draft: String,
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
            origin: origin(row.application_id, row.enrolment_id, row.first_aid_id)
                .or(row.contest_result_id.map(Origin::Contest)),
            replaces: row.replaces_id,
            renews: row.renews_id,
            record: SealedRecord::read(&row.draft).map_err(|_| broken("draft"))?,
            state: row.state,
            explanation: row.explanation,
            reserved_at: row.reserved_at.0,
        })
    }
}

/// What a certificate is to be made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    Earned(Origin),
    Replacement(CertificateId),
    Renewal(CertificateId),
}

impl Occasion {
    /// What has earned it.
    #[must_use]
    pub const fn origin(self) -> Option<Origin> {
        match self {
            Self::Earned(origin) => Some(origin),
            Self::Replacement(_) | Self::Renewal(_) => None,
        }
    }

    /// The certificate whose place a new one takes.
    #[must_use]
    pub const fn replaced(self) -> Option<CertificateId> {
        match self {
            Self::Replacement(id) => Some(id),
            Self::Earned(_) | Self::Renewal(_) => None,
        }
    }

    /// The certificate that a new one renews.
    #[must_use]
    pub const fn renewed(self) -> Option<CertificateId> {
        match self {
            Self::Renewal(id) => Some(id),
            Self::Earned(_) | Self::Replacement(_) => None,
        }
    }
}

/// The reservations that were made for these occasions and are not yet closed.
pub fn find_open(conn: &mut Conn, occasions: &[Occasion]) -> Result<HashMap<Occasion, Reservation>, DbError> {
    use certificate_reservations as reservations;
    let mut open = HashMap::new();
    for chunk in occasions.chunks(CHUNK) {
        let origins: Vec<Origin> = chunk.iter().filter_map(|occasion| occasion.origin()).collect();
        let applications: Vec<_> = origins.iter().filter_map(|one| one.application()).collect();
        let enrolments: Vec<_> = origins.iter().filter_map(|one| one.enrolment()).collect();
        let first_aid: Vec<_> = origins.iter().filter_map(|one| one.first_aid()).collect();
        let results: Vec<_> = origins.iter().filter_map(|one| one.contest_result()).collect();
        let replaced: Vec<_> = chunk.iter().filter_map(|occasion| occasion.replaced()).collect();
        let renewed: Vec<_> = chunk.iter().filter_map(|occasion| occasion.renewed()).collect();
        let meant = reservations::application_id
            .eq_any(applications)
            .or(reservations::enrolment_id.eq_any(enrolments))
            .or(reservations::first_aid_id.eq_any(first_aid))
            .or(reservations::contest_result_id.eq_any(results))
            .or(reservations::replaces_id.eq_any(replaced))
            .or(reservations::renews_id.eq_any(renewed));
        let rows: Vec<ReservationRow> = reservations::table
            .filter(reservations::state.eq(ReservationState::Reserved))
            .filter(meant)
            .select(ReservationRow::as_select())
            .load(conn)?;
        for row in rows {
            let found = Reservation::try_from(row)?;
            let occasion = match (found.origin, found.replaces, found.renews) {
                (_, Some(old), _) => Occasion::Replacement(old),
                (_, None, Some(old)) => Occasion::Renewal(old),
                (Some(origin), None, None) => Occasion::Earned(origin),
                (None, None, None) => return Err(broken("reservation")),
            };
            open.insert(occasion, found);
        }
    }
    Ok(open)
}

/// The numbers under which certificates were issued for results of contests.
pub fn issued_for_results(
    conn: &mut Conn,
    results: &[ContestResultId],
) -> Result<HashMap<CertificateNumber, ContestResultId>, DbError> {
    use certificate_reservations as reservations;
    let mut issued = HashMap::new();
    for chunk in results.chunks(CHUNK) {
        let found: Vec<(CertificateNumber, ContestResultId)> = reservations::table
            .filter(reservations::contest_result_id.eq_any(chunk.to_vec()))
            .filter(reservations::state.eq(ReservationState::Issued))
            .select((reservations::number, reservations::contest_result_id.assume_not_null()))
            .load(conn)?;
        issued.extend(found);
    }
    Ok(issued)
}

/// The result of a contest for which the certificate of this number was issued.
pub fn result_of(conn: &mut Conn, number: &CertificateNumber) -> Result<Option<ContestResultId>, DbError> {
    use certificate_reservations as reservations;
    let found: Option<Option<ContestResultId>> = reservations::table
        .filter(reservations::number.eq(number))
        .select(reservations::contest_result_id)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
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

/// Serials below the next one of a body's year and series under which no number was ever taken. Always empty: a
/// serial and its reservation are kept or undone together.
pub fn unexplained(conn: &mut Conn) -> Result<Vec<CertificateNumber>, Error> {
    use certificate_reservations as reservations;
    use certificate_serials as serials;
    let counters: Vec<(BodyCode, i32, String, i32)> = serials::table
        .select((serials::body_code, serials::year, serials::series, serials::next_serial))
        .load(conn)
        .map_err(DbError::from)?;
    let mut missing = Vec::new();
    for (body, year, series, next) in counters {
        let series = series.parse()?;
        let first = CertificateNumber::in_series(&body, year, series, 1)?;
        let prefix = &first.as_str()[..16];
        let taken: Vec<CertificateNumber> = reservations::table
            .filter(reservations::number.like(format!("{prefix}%")))
            .select(reservations::number)
            .load(conn)
            .map_err(DbError::from)?;
        let taken: HashSet<_> = taken.into_iter().collect();
        for serial in 1..u32::try_from(next).unwrap_or(1) {
            let number = CertificateNumber::in_series(&body, year, series, serial)?;
            if !taken.contains(&number) {
                missing.push(number);
            }
        }
    }
    Ok(missing)
}
