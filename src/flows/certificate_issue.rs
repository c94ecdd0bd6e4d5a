//! 发证: from a passed exam to a signed certificate.
//!
//! The one flow with two transactions, because signing stands between them. The first takes a number and keeps the
//! exact bytes to be signed; the second stores what was signed. Ed25519 gives the same signature for the same bytes,
//! so a call that is made again after a crash finishes what the first one began. A reservation that can't be signed
//! is made void with its reason: every number that was ever taken is explained.

use std::sync::Arc;

use serde_json::json;

use crate::db::{Conn, Database, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::{BodyCode, CertificateNumber};
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{ApplicationId, ExamSessionId, PublicCode, entity};
use crate::kernel::skill::{SkillLevel, Specialty};
use crate::proof::issue::{NotSigned, Refused, issue, refusals};
use crate::proof::keys::Signer;
use crate::proof::payload::{Environment, Payload};
use crate::proof::trust::TrustedKey;
use crate::registry::audit;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::number_store::{self, Occasion};
use crate::registry::certificates::rules::{Grounds, Issuable, NotAllowed, issuable};
use crate::registry::certificates::{
    Certificate, CertificateState, Change, ChangeReason, Draft, NewCertificate, ReasonCode, Record,
    Reservation, ReservationState, UploadState, Words, store,
};
use crate::registry::exams;
use crate::registry::organisations::{self, Organisation};
use crate::registry::outbox::{self, Mail};
use crate::registry::people::{self, Person};
use crate::seeds::Seeds;

/// The key of a body, and what the root certified of it.
pub type SigningKey<'a> = Box<dyn Fn(&BodyCode) -> Result<(Arc<dyn Signer>, TrustedKey), Error> + 'a>;

/// What the making of a certificate needs beside the caller's context.
pub struct Desk<'a> {
    pub database: &'a Database,
    pub environment: Environment,
    /// The area that the registry serves.
    pub area: &'a AreaCode,
    pub seeds: &'a Seeds,
    /// The public address, without a slash at its end.
    pub public_url: String,
    pub signing_key: SigningKey<'a>,
    /// To be called after a change of a certificate's state was committed.
    pub status_changed: Box<dyn Fn() + 'a>,
}

/// Issues the certificate of an application that was passed and published.
pub fn certificate_issue(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    new: &NewCertificate,
) -> Result<Certificate, Error> {
    let reservation = reserved(desk, |tx| {
        let occasion = Occasion::Application(new.application_id);
        let (session, _, _) = exams::service::application(tx, actor, new.application_id)?;
        if actor.organisation != Some(session.body) {
            return Err(Error::NotFound);
        }
        if store::find_by_application(tx, new.application_id)?.is_some() {
            return Err(Error::AlreadyIssued);
        }
        let cleared = exams::clearance::cleared(tx, new.application_id, context.today())?;
        let (issuable, body) = may_issue(tx, context, Grounds::passed(&cleared))?;
        match number_store::find_open(tx, occasion)? {
            Some(open) => Ok(open),
            None => reserve(desk, tx, context, &issuable, &body, occasion, new.number.as_ref()),
        }
    })?;
    let passed = ChangeReason { code: ReasonCode::Passed, words: String::new() };
    finish(desk, context, &reservation, &passed)
}

/// What became of one application of a session.
#[derive(Debug)]
pub struct Issued {
    pub application: ApplicationId,
    pub result: Result<Certificate, Error>,
}

/// 发证批次: issues for every application of a session that has no certificate yet, each by itself, so that one
/// that is refused holds up no other. Called again, it goes on with what is left.
pub fn session_certificates_issue(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    session: ExamSessionId,
) -> Result<Vec<Issued>, Error> {
    let left: Vec<ApplicationId> = desk.database.read(|conn| {
        let whole = exams::service::whole(conn, actor, session)?;
        if actor.organisation != Some(whole.session.body) {
            return Err(Error::NotFound);
        }
        let mut left = Vec::new();
        for application in whole.candidates() {
            if store::find_by_application(conn, application.id)?.is_none() {
                left.push(application.id);
            }
        }
        Ok(left)
    })?;
    let issue = |application| {
        let new = NewCertificate { application_id: application, number: None };
        Issued { application, result: certificate_issue(desk, context, actor, &new) }
    };
    Ok(left.into_iter().map(issue).collect())
}

/// Tries a first transaction again where another one took the same place or application in the meantime.
pub(super) fn reserved(
    desk: &Desk<'_>,
    work: impl Fn(&mut Tx) -> Result<Reservation, Error>,
) -> Result<Reservation, Error> {
    const TRIES: u32 = 4;
    for _ in 1..TRIES {
        match desk.database.write(&work) {
            Err(Error::Database(DbError::Duplicate(_))) => {}
            other => return other,
        }
    }
    desk.database.write(&work)
}

/// Whether the body may issue today, and the body.
pub(super) fn may_issue(
    conn: &mut Conn,
    context: &Context,
    grounds: Grounds,
) -> Result<(Issuable, Organisation), Error> {
    let body = organisations::store::find(conn, grounds.body())?.ok_or(Error::NotFound)?;
    let held = organisations::store::accreditations(conn, body.id)?;
    Ok((issuable(grounds, &body, &held, context.today())?, body))
}

/// Takes number, code and status place, and keeps what is to be signed.
pub(super) fn reserve(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    issuable: &Issuable,
    body: &Organisation,
    occasion: Occasion,
    assigned: Option<&CertificateNumber>,
) -> Result<Reservation, Error> {
    let body_code = issuable.body_code();
    let (_, certified) = (desk.signing_key)(body_code)?;
    let taken = number_store::count_taken(tx, body_code, context.today())?;
    if certified.daily_cap.is_some_and(|cap| taken > cap) {
        return Err(Error::DailyCap);
    }
    let person = people::service::person(tx, issuable.person())?;
    let number = match assigned {
        Some(number) => number.clone(),
        None => number_store::take_national(tx, body_code, issuable.level(), context.today())?,
    };
    let place = number_store::draw_place(tx, context)?;
    let payload = Payload {
        environment: desk.environment,
        code: PublicCode::from_bytes(context.random_bytes()),
        number: number.clone(),
        holder: person.name.clone(),
        occupation: issuable.occupation(),
        specialty: issuable.specialty(),
        level: issuable.level(),
        body: body_code.clone(),
        issued_on: context.today(),
        expires_on: None,
        status: place,
    };
    let reasons = refusals(&payload, &certified, context.today());
    if !reasons.is_empty() {
        return Err(Refused(reasons).into());
    }
    let (application, replaces) = match occasion {
        Occasion::Application(id) => (Some(id), None),
        Occasion::Replacement(id) => (None, Some(id)),
    };
    let reservation = Reservation {
        number,
        code: payload.code,
        person: person.id,
        body: body.id,
        application,
        replaces,
        draft: Draft {
            payload: hex::encode(payload.encode()),
            record: record(desk, issuable, body, person.document_kind),
        },
        state: ReservationState::Reserved,
        explanation: None,
        reserved_at: context.now,
    };
    number_store::insert(tx, context, &reservation, place)?;
    Ok(reservation)
}

/// Signs what was reserved and stores it.
pub(super) fn finish(
    desk: &Desk<'_>,
    context: &Context,
    reservation: &Reservation,
    reason: &ChangeReason,
) -> Result<Certificate, Error> {
    let bytes = hex::decode(&reservation.draft.payload).map_err(|_| Error::BrokenDraft)?;
    let payload = Payload::decode(&bytes).map_err(|_| Error::BrokenDraft)?;
    let (key, certified) = (desk.signing_key)(&payload.body)?;
    let signed = match issue(&payload, &*key, &certified, context.now) {
        Ok(signed) => signed,
        Err(NotSigned::Signing(error)) => return Err(error.into()),
        Err(NotSigned::Refused(refused)) => {
            make_void(desk, context, &reservation.number, &refused.to_string())?;
            return Err(refused.into());
        }
    };
    let certificate = Certificate {
        id: context.fresh_id::<entity::Certificate>(),
        code: payload.code,
        number: payload.number,
        person: reservation.person,
        application: reservation.application,
        body: reservation.body,
        occupation: payload.occupation,
        specialty: payload.specialty,
        level: payload.level,
        holder: payload.holder,
        issued_on: payload.issued_on,
        expires_on: payload.expires_on,
        record: reservation.draft.record.clone(),
        cwt: signed.cwt,
        key: certified.id,
        place: payload.status,
        state: CertificateState::Valid { since: payload.issued_on },
        upload: UploadState::Pending,
        uploaded_on: None,
        issued_at: context.now,
        issued_by: context.account(),
    };
    let stored = desk.database.write(|tx| keep(desk, tx, context, certificate, reservation, reason));
    if let Err(Error::NotAllowed(_)) = &stored {
        let why = "the certificate to be replaced was changed in the meantime";
        make_void(desk, context, &reservation.number, why)?;
    }
    let stored = stored?;
    if reservation.replaces.is_some() {
        (desk.status_changed)();
    }
    Ok(stored)
}

/// The second transaction: certificate, history, audit and mail together.
fn keep(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    mut new: Certificate,
    reservation: &Reservation,
    reason: &ChangeReason,
) -> Result<Certificate, Error> {
    if !number_store::close(tx, &new.number, ReservationState::Issued, None)? {
        // The same call, made twice at once: the other one has stored it.
        return store::find_by_number(tx, &new.number)?.ok_or(Error::AlreadyIssued);
    }
    let replaced = match reservation.replaces {
        Some(id) => Some(store::find(tx, id)?.ok_or(Error::NotFound)?),
        None => None,
    };
    if let Some(old) = &replaced {
        new.application = old.application;
    }
    store::insert(tx, context, &new)?;
    let event = store::done_event(context, Change::Issue, ReasonCode::Passed, &reason.words);
    store::insert_event(tx, new.id, &event)?;
    let details = json!({ "number": new.number.as_str(), "key": new.key, "application": new.application });
    audit::store::record(tx, context, "certificate_issue", ("certificate", new.id), details)?;
    if let Some(old) = &replaced {
        let after = old.state.replace(context.today(), new.id)?;
        if !store::move_state(tx, context, old.id, old.state, after)? {
            return Err(NotAllowed::NotValid.into());
        }
        let event = store::done_event(context, Change::Replace, reason.code, &reason.words);
        store::insert_event(tx, old.id, &event)?;
        let details = json!({ "reason_code": reason.code, "successor": new.id });
        audit::store::record(tx, context, "certificate_replace", ("certificate", old.id), details)?;
    }
    let person = people::service::person(tx, new.person)?;
    tell(desk, tx, context, &person, &new, Change::Issue)?;
    Ok(new)
}

/// A mail to the holder, who may have no address.
pub(super) fn tell(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    person: &Person,
    certificate: &Certificate,
    change: Change,
) -> Result<(), DbError> {
    let Some(to) = person.email.clone() else { return Ok(()) };
    let data = json!({
        "name": person.name, "number": certificate.number.as_str(), "level": certificate.level,
        "occupation": certificate.occupation, "change": change, "on": context.today(),
        "address": crate::proof::qr::verify_url(&desk.public_url, &certificate.code),
    });
    let key = format!("certificate {} {change} {}", certificate.id, context.request);
    outbox::store::mail(tx, context, &key, &Mail { to, template: "certificate".to_owned(), data })
}

fn make_void(desk: &Desk<'_>, context: &Context, number: &CertificateNumber, why: &str) -> Result<(), Error> {
    desk.database.write(|tx| {
        if number_store::close(tx, number, ReservationState::Void, Some(why))? {
            let details = json!({ "why": why });
            audit::store::record(
                tx,
                context,
                "certificate_number_void",
                ("certificate-number", number),
                details,
            )?;
        }
        Ok(())
    })
}

/// The words of the paper beside what is signed, as they are today.
fn record(desk: &Desk<'_>, issuable: &Issuable, body: &Organisation, document: DocumentKind) -> Record {
    let standard = &desk.seeds.standard;
    let level = standard.levels.iter().find(|known| known.level == issuable.level());
    Record {
        document_kind: document,
        occupation: Words {
            zh: standard.title.clone(),
            en: format!("{} ({})", standard.title_en, issuable.occupation().code()),
        },
        specialty: specialty(issuable.specialty()),
        level: level.map_or_else(
            || plain_level(issuable.level()),
            |level| Words { zh: level.title.clone(), en: level.title_en.clone() },
        ),
        body: Words { zh: body.name.clone(), en: body.name_en.clone() },
    }
}

fn specialty(specialty: Specialty) -> Option<Words> {
    match specialty {
        Specialty::General => None,
        Specialty::DementiaCare => {
            Some(Words { zh: "认知障碍照护员".to_owned(), en: "Dementia Care".to_owned() })
        }
    }
}

fn plain_level(level: SkillLevel) -> Words {
    Words { zh: format!("{}级", level.number()), en: format!("Level {}", level.number()) }
}
