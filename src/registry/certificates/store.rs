use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use crate::db::schema::{certificate_events, certificate_standings, certificates};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::context::Context;
use crate::kernel::dates::Timestamp;
use crate::kernel::ids::{
    AccountId, ApplicationId, CertificateEventId, CertificateId, ContestResultId, EnrolmentId,
    FirstAidCertificateId, OrganisationId, PersonId, PublicCode, entity,
};
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::proof::frozen::SealedRecord;
use crate::proof::payload::{CertificateType, StatusPlace};
use crate::registry::certificates::number_store;
use crate::registry::certificates::{
    Certificate, CertificateEvent, CertificateState, Change, EventState, News, Origin, ReasonCode,
    ReservationState, Standing, UploadState,
};
use crate::{insert_all, stored_as_code};

stored_as_code!(Standing, Change, News, ReasonCode, EventState, ReservationState, UploadState);
stored_as_code!(CertificateType);

/// Rows of one statement.
pub(super) const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificates)]
struct CertificateRow {
    id: CertificateId,
    code: Vec<u8>,
    number: CertificateNumber,
    person_id: PersonId,
    application_id: Option<ApplicationId>,
    enrolment_id: Option<EnrolmentId>,
    first_aid_id: Option<FirstAidCertificateId>,
    body_id: OrganisationId,
    holder: String,
    issued_on: NaiveDate,
    expires_on: Option<NaiveDate>,
    record: String,
    cwt: Vec<u8>,
    proofs: Vec<u8>,
    key_id: String,
    status_list: i32,
    status_index: i32,
    state: Standing,
    state_since: NaiveDate,
    replaced_by: Option<CertificateId>,
    renews_id: Option<CertificateId>,
    upload_state: UploadState,
    uploaded_on: Option<NaiveDate>,
    issued_at: At,
    issued_by: Option<AccountId>,
    version: i32,
}

/// What our own store holds and no longer understands: said by its column, never passed over.
pub(super) fn broken(column: &'static str) -> DbError {
    DbError::from(diesel::result::Error::DeserializationError(format!("unreadable {column}").into()))
}

pub(super) fn public_code(bytes: Vec<u8>) -> Result<PublicCode, DbError> {
    bytes.try_into().map(PublicCode::from_bytes).map_err(|_| broken("code"))
}

fn place(list: i32, index: i32) -> Result<StatusPlace, DbError> {
    let number = |value: i32| u32::try_from(value).map_err(|_| broken("status place"));
    Ok(StatusPlace { list: number(list)?, index: number(index)? })
}

/// Of the columns of which one row has at most one.
pub(super) fn origin(
    application: Option<ApplicationId>,
    enrolment: Option<EnrolmentId>,
    first_aid: Option<FirstAidCertificateId>,
) -> Option<Origin> {
    let earned = application.map(Origin::Application).or(enrolment.map(Origin::Enrolment));
    earned.or(first_aid.map(Origin::FirstAid))
}

impl TryFrom<CertificateRow> for Certificate {
    type Error = DbError;

    fn try_from(row: CertificateRow) -> Result<Self, DbError> {
        let since = row.state_since;
        let state = match (row.state, row.replaced_by) {
            (Standing::Valid, None) => CertificateState::Valid { since },
            (Standing::Suspended, None) => CertificateState::Suspended { since },
            (Standing::Revoked, None) => CertificateState::Revoked { since },
            (Standing::Replaced, Some(by)) => CertificateState::Replaced { since, by },
            _ => return Err(broken("certificate state")),
        };
        let record = SealedRecord::read(&row.record).map_err(|_| broken("record"))?;
        Ok(Self {
            id: row.id,
            code: public_code(row.code)?,
            number: row.number,
            person: row.person_id,
            origin: origin(row.application_id, row.enrolment_id, row.first_aid_id),
            body: row.body_id,
            holder: row.holder,
            issued_on: row.issued_on,
            expires_on: row.expires_on,
            record,
            cwt: row.cwt,
            proofs: row.proofs,
            key: row.key_id.parse().map_err(|_| broken("key id"))?,
            place: place(row.status_list, row.status_index)?,
            state,
            renews: row.renews_id,
            upload: row.upload_state,
            uploaded_on: row.uploaded_on,
            issued_at: row.issued_at.0,
            issued_by: row.issued_by,
            version: row.version,
        })
    }
}

pub fn find(conn: &mut Conn, id: CertificateId) -> Result<Option<Certificate>, DbError> {
    let row: Option<CertificateRow> =
        certificates::table.find(id).select(CertificateRow::as_select()).first(conn).optional()?;
    let Some(mut found) = row.map(Certificate::try_from).transpose()? else { return Ok(None) };
    if found.origin.is_none() {
        found.origin = number_store::result_of(conn, &found.number)?.map(Origin::Contest);
    }
    Ok(Some(found))
}

/// Holds a certificate until the transaction ends, so that no two changes start from the same state. SQLite's
/// transaction holds the one write lock already.
pub fn hold(tx: &mut Tx, id: CertificateId) -> Result<(), DbError> {
    diesel::update(certificates::table.find(id))
        .set(certificates::version.eq(certificates::version))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn find_by_code(conn: &mut Conn, code: &PublicCode) -> Result<Option<Certificate>, DbError> {
    let row: Option<CertificateRow> = certificates::table
        .filter(certificates::code.eq(code.bytes().to_vec()))
        .select(CertificateRow::as_select())
        .first(conn)
        .optional()?;
    row.map(Certificate::try_from).transpose()
}

pub fn find_by_number(conn: &mut Conn, number: &CertificateNumber) -> Result<Option<Certificate>, DbError> {
    let row: Option<CertificateRow> = certificates::table
        .filter(certificates::number.eq(number))
        .select(CertificateRow::as_select())
        .first(conn)
        .optional()?;
    row.map(Certificate::try_from).transpose()
}

type Origins = (CertificateNumber, Option<ApplicationId>, Option<EnrolmentId>, Option<FirstAidCertificateId>);

/// The results of contests among the origins, by the number of what they have earned.
fn won(conn: &mut Conn, origins: &[Origin]) -> Result<HashMap<CertificateNumber, ContestResultId>, DbError> {
    let results: Vec<_> = origins.iter().filter_map(|one| one.contest_result()).collect();
    number_store::issued_for_results(conn, &results)
}

/// The certificates that these origins have earned, as a condition; `$won` are the numbers of those of contests.
macro_rules! earned_by {
    ($origins:expr, $won:expr) => {{
        let numbers: Vec<CertificateNumber> = $won.keys().cloned().collect();
        let origins: &[Origin] = $origins;
        let applications: Vec<_> = origins.iter().filter_map(|one| one.application()).collect();
        let enrolments: Vec<_> = origins.iter().filter_map(|one| one.enrolment()).collect();
        let first_aid: Vec<_> = origins.iter().filter_map(|one| one.first_aid()).collect();
        certificates::application_id
            .eq_any(applications)
            .or(certificates::enrolment_id.eq_any(enrolments))
            .or(certificates::first_aid_id.eq_any(first_aid))
            .or(certificates::number.eq_any(numbers))
    }};
}

/// Those for which a certificate was issued.
pub fn issued_for(conn: &mut Conn, all: &[Origin]) -> Result<HashSet<Origin>, DbError> {
    let mut issued = HashSet::new();
    for chunk in all.chunks(CHUNK) {
        let won = won(conn, chunk)?;
        let found: Vec<Origins> = certificates::table
            .filter(earned_by!(chunk, won))
            .select((
                certificates::number,
                certificates::application_id,
                certificates::enrolment_id,
                certificates::first_aid_id,
            ))
            .load(conn)?;
        let of = |(number, one, two, three): Origins| {
            origin(one, two, three).or(won.get(&number).copied().map(Origin::Contest))
        };
        issued.extend(found.into_iter().filter_map(of));
    }
    Ok(issued)
}

/// The certificates that were issued for these, those in another's place too.
pub fn of_origins(conn: &mut Conn, all: &[Origin]) -> Result<Vec<Certificate>, DbError> {
    let mut found = Vec::new();
    for chunk in all.chunks(CHUNK) {
        let won = won(conn, chunk)?;
        let rows: Vec<CertificateRow> = certificates::table
            .filter(earned_by!(chunk, won))
            .order(certificates::id)
            .select(CertificateRow::as_select())
            .load(conn)?;
        for row in rows {
            let mut one = Certificate::try_from(row)?;
            one.origin = one.origin.or(won.get(&one.number).copied().map(Origin::Contest));
            found.push(one);
        }
    }
    Ok(found)
}

pub fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<Certificate>, DbError> {
    let rows: Vec<CertificateRow> = certificates::table
        .filter(certificates::person_id.eq(person))
        .order(certificates::id.desc())
        .select(CertificateRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Certificate::try_from).collect()
}

/// Which certificates a list shows.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Those of these bodies.
    pub bodies: Vec<OrganisationId>,
    pub kind: Option<CertificateType>,
    pub standing: Option<Standing>,
    /// Those older than this one.
    pub before: Option<CertificateId>,
}

/// The newest first.
pub fn list(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Certificate>, DbError> {
    let mut query = certificates::table
        .filter(certificates::body_id.eq_any(filter.bodies.clone()))
        .select(CertificateRow::as_select())
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(certificates::kind.eq(kind));
    }
    if let Some(standing) = filter.standing {
        query = query.filter(certificates::state.eq(standing));
    }
    if let Some(before) = filter.before {
        query = query.filter(certificates::id.lt(before));
    }
    let rows: Vec<CertificateRow> = query.order(certificates::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(Certificate::try_from).collect()
}

/// Writes issued certificates, valid from their state's day on.
pub fn insert(tx: &mut Tx, context: &Context, new: &[Certificate]) -> Result<(), DbError> {
    for chunk in new.chunks(CHUNK) {
        let rows = chunk.iter().map(|new| row(context, new)).collect::<Result<Vec<_>, DbError>>()?;
        insert_all!(tx, certificates::table, &rows)?;
        let standings: Vec<_> = chunk
            .iter()
            .map(|new| {
                (
                    certificate_standings::certificate_id.eq(new.id),
                    certificate_standings::state.eq(new.state.standing()),
                    certificate_standings::from_date.eq(new.state.since()),
                )
            })
            .collect();
        insert_all!(tx, certificate_standings::table, &standings)?;
    }
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = certificates, treat_none_as_default_value = false)]
struct NewRow<'a> {
    id: CertificateId,
    code: &'a [u8],
    number: CertificateNumber,
    person_id: PersonId,
    application_id: Option<ApplicationId>,
    enrolment_id: Option<EnrolmentId>,
    first_aid_id: Option<FirstAidCertificateId>,
    body_id: OrganisationId,
    kind: CertificateType,
    occupation: Option<Occupation>,
    specialty: Option<Specialty>,
    level: Option<SkillLevel>,
    holder: &'a str,
    issued_on: NaiveDate,
    expires_on: Option<NaiveDate>,
    record: &'a str,
    cwt: &'a [u8],
    proofs: &'a [u8],
    key_id: String,
    status_list: i32,
    status_index: i32,
    state: Standing,
    state_since: NaiveDate,
    replaced_by: Option<CertificateId>,
    renews_id: Option<CertificateId>,
    upload_state: UploadState,
    uploaded_on: Option<NaiveDate>,
    issued_at: At,
    issued_by: Option<AccountId>,
    changed_at: At,
    version: i32,
}

fn row<'a>(context: &Context, new: &'a Certificate) -> Result<NewRow<'a>, DbError> {
    let stored = |number: u32| i32::try_from(number).map_err(|_| broken("status place"));
    let skill = new.skill();
    Ok(NewRow {
        id: new.id,
        code: new.code.bytes(),
        number: new.number.clone(),
        person_id: new.person,
        application_id: new.origin.and_then(Origin::application),
        enrolment_id: new.origin.and_then(Origin::enrolment),
        first_aid_id: new.origin.and_then(Origin::first_aid),
        body_id: new.body,
        kind: new.kind(),
        occupation: skill.map(|skill| skill.occupation.code),
        specialty: skill.map(|skill| skill.specialty.as_ref().map_or(Specialty::General, |known| known.code)),
        level: skill.map(|skill| skill.level.code),
        holder: &new.holder,
        issued_on: new.issued_on,
        expires_on: new.expires_on,
        record: new.record.canonical(),
        cwt: &new.cwt,
        proofs: &new.proofs,
        key_id: new.key.to_string(),
        status_list: stored(new.place.list)?,
        status_index: stored(new.place.index)?,
        state: new.state.standing(),
        state_since: new.state.since(),
        replaced_by: new.state.successor(),
        renews_id: new.renews,
        upload_state: new.upload,
        uploaded_on: new.uploaded_on,
        issued_at: At(new.issued_at),
        issued_by: new.issued_by,
        changed_at: At(context.now),
        version: new.version,
    })
}

/// Moves a certificate from the state `before` to `after`; whether it still was in `before`.
pub fn move_state(
    tx: &mut Tx,
    context: &Context,
    id: CertificateId,
    before: CertificateState,
    after: CertificateState,
) -> Result<bool, DbError> {
    let current = certificates::table.find(id).filter(certificates::state.eq(before.standing()));
    let changed = diesel::update(current)
        .set((
            certificates::state.eq(after.standing()),
            certificates::state_since.eq(after.since()),
            certificates::replaced_by.eq(after.successor()),
            certificates::changed_at.eq(At(context.now)),
            certificates::version.eq(certificates::version + 1),
        ))
        .execute(&mut **tx)?;
    if changed == 1 {
        set_standing(tx, id, after)?;
    }
    Ok(changed == 1)
}

/// Keeps the state by day: the open stretch ends the day before, or, begun on the same day, is written over.
fn set_standing(tx: &mut Tx, id: CertificateId, state: CertificateState) -> Result<(), DbError> {
    use certificate_standings as standings;
    let open = standings::table.filter(standings::certificate_id.eq(id)).filter(standings::to_date.is_null());
    let same_day = diesel::update(open.filter(standings::from_date.ge(state.since())))
        .set(standings::state.eq(state.standing()))
        .execute(&mut **tx)?;
    if same_day > 0 {
        return Ok(());
    }
    diesel::update(open).set(standings::to_date.eq(Some(state.since() - Days::new(1)))).execute(&mut **tx)?;
    diesel::insert_into(standings::table)
        .values((
            standings::certificate_id.eq(id),
            standings::state.eq(state.standing()),
            standings::from_date.eq(state.since()),
            standings::to_date.eq(None::<NaiveDate>),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Adds to the histories of certificates.
pub fn insert_events(tx: &mut Tx, events: &[(CertificateId, CertificateEvent)]) -> Result<(), DbError> {
    for chunk in events.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(certificate, event)| {
                (
                    certificate_events::id.eq(event.id),
                    certificate_events::certificate_id.eq(*certificate),
                    certificate_events::change.eq(event.change),
                    certificate_events::reason_code.eq(event.reason_code),
                    certificate_events::reason.eq(&event.reason),
                    certificate_events::requested_by.eq(event.requested_by),
                    certificate_events::requested_at.eq(At(event.requested_at)),
                    certificate_events::approved_by.eq(event.approved_by),
                    certificate_events::approved_at.eq(event.approved_at.map(At)),
                    certificate_events::effective_on.eq(event.effective_on),
                    certificate_events::state.eq(event.state),
                )
            })
            .collect();
        insert_all!(tx, certificate_events::table, &rows)?;
    }
    Ok(())
}

/// A second person made the same call: the waiting entry takes effect. Whether it was still waiting.
pub fn approve_event(tx: &mut Tx, context: &Context, id: CertificateEventId) -> Result<bool, DbError> {
    let waiting =
        certificate_events::table.find(id).filter(certificate_events::state.eq(EventState::Pending));
    let changed = diesel::update(waiting)
        .set((
            certificate_events::approved_by.eq(context.account()),
            certificate_events::approved_at.eq(Some(At(context.now))),
            certificate_events::effective_on.eq(Some(context.today())),
            certificate_events::state.eq(EventState::Done),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificate_events)]
struct EventRow {
    id: CertificateEventId,
    change: Change,
    reason_code: ReasonCode,
    reason: String,
    requested_by: Option<AccountId>,
    requested_at: At,
    approved_by: Option<AccountId>,
    approved_at: Option<At>,
    effective_on: Option<NaiveDate>,
    state: EventState,
}

/// What happened to a certificate, in its order.
pub fn events(conn: &mut Conn, id: CertificateId) -> Result<Vec<CertificateEvent>, DbError> {
    let rows: Vec<EventRow> = certificate_events::table
        .filter(certificate_events::certificate_id.eq(id))
        .order((certificate_events::requested_at, certificate_events::id))
        .select(EventRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(CertificateEvent::from).collect())
}

/// The certificates whose revocation waits for a second person other than `account`.
pub fn revocations_waiting(conn: &mut Conn, account: AccountId) -> Result<Vec<CertificateId>, DbError> {
    Ok(certificate_events::table
        .filter(certificate_events::change.eq(Change::Revoke))
        .filter(certificate_events::state.eq(EventState::Pending))
        .filter(certificate_events::requested_by.ne(account))
        .order(certificate_events::requested_at)
        .select(certificate_events::certificate_id)
        .load(conn)?)
}

impl From<EventRow> for CertificateEvent {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            change: row.change,
            reason_code: row.reason_code,
            reason: row.reason,
            requested_by: row.requested_by,
            requested_at: row.requested_at.0,
            approved_by: row.approved_by,
            approved_at: row.approved_at.map(|at| at.0),
            effective_on: row.effective_on,
            state: row.state,
        }
    }
}

/// What the status lists and the verify page need to know of a certificate that changed.
#[derive(Debug, Clone)]
pub struct Mark {
    pub code: PublicCode,
    pub place: StatusPlace,
    pub state: CertificateState,
    /// Code and number of the certificate that took this one's place.
    pub successor: Option<(PublicCode, CertificateNumber)>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificates)]
struct MarkRow {
    code: Vec<u8>,
    status_list: i32,
    status_index: i32,
    state: Standing,
    state_since: NaiveDate,
    replaced_by: Option<CertificateId>,
}

/// Every certificate that is not valid, where `since` is `None`; else every one that changed at or after it,
/// valid again or not.
pub fn marks(conn: &mut Conn, since: Option<Timestamp>) -> Result<Vec<Mark>, DbError> {
    let query = certificates::table.select(MarkRow::as_select()).into_boxed();
    let query = match since {
        None => query.filter(certificates::state.ne(Standing::Valid)),
        Some(since) => query.filter(certificates::changed_at.ge(At(since))),
    };
    let rows: Vec<MarkRow> = query.load(conn)?;
    rows.into_iter().map(|row| mark(conn, row)).collect()
}

fn mark(conn: &mut Conn, row: MarkRow) -> Result<Mark, DbError> {
    let since = row.state_since;
    let (state, successor) = match (row.state, row.replaced_by) {
        (Standing::Valid, None) => (CertificateState::Valid { since }, None),
        (Standing::Suspended, None) => (CertificateState::Suspended { since }, None),
        (Standing::Revoked, None) => (CertificateState::Revoked { since }, None),
        (Standing::Replaced, Some(by)) => {
            let (code, number): (Vec<u8>, CertificateNumber) = certificates::table
                .find(by)
                .select((certificates::code, certificates::number))
                .first(conn)?;
            (CertificateState::Replaced { since, by }, Some((public_code(code)?, number)))
        }
        _ => return Err(broken("certificate state")),
    };
    Ok(Mark {
        code: public_code(row.code)?,
        place: place(row.status_list, row.status_index)?,
        state,
        successor,
    })
}

/// The highest status list in use; 1 where none is yet.
pub fn highest_list(conn: &mut Conn) -> Result<u32, DbError> {
    let highest: Option<i32> =
        certificates::table.select(diesel::dsl::max(certificates::status_list)).first(conn)?;
    Ok(highest.and_then(|list| u32::try_from(list).ok()).unwrap_or(1).max(1))
}

/// A fresh entry for the history that takes effect today.
#[must_use]
pub fn done_event(context: &Context, change: Change, code: ReasonCode, reason: &str) -> CertificateEvent {
    CertificateEvent {
        id: context.fresh_id::<entity::CertificateEvent>(),
        change,
        reason_code: code,
        reason: reason.to_owned(),
        requested_by: context.account(),
        requested_at: context.now,
        approved_by: None,
        approved_at: None,
        effective_on: Some(context.today()),
        state: EventState::Done,
    }
}
