//! The second transaction: certificates, their leaves for the log, history, audit and mail together.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::db::Tx;
use crate::flows::certificate_issue::Desk;
use crate::flows::certificate_issue::sign::{NotSigned, Signed};
use crate::flows::certificate_notice::{Told, tell};
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::context::Context;
use crate::kernel::ids::CertificateId;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::number_store;
use crate::registry::certificates::rules::NotAllowed;
use crate::registry::certificates::service;
use crate::registry::certificates::{
    Certificate, CertificateState, Change, ChangeReason, News, ReservationState, life_store, store,
};
use crate::registry::{audit, log};

/// Stores what was signed, each in its place, and makes the numbers of the rest void.
pub fn all(
    desk: &Desk<'_>,
    context: &Context,
    signed: Vec<Result<Signed, NotSigned>>,
    reason: &ChangeReason,
) -> Result<Vec<Result<Certificate, Error>>, Error> {
    let mut answers = Vec::with_capacity(signed.len());
    let mut new = Vec::new();
    for one in signed {
        match one {
            Ok(one) => {
                answers.push(Ok(one.certificate.number.clone()));
                new.push(one);
            }
            Err(NotSigned::Before(error)) => answers.push(Err(error)),
            Err(NotSigned::Refused(reservation, refused)) => {
                make_void(desk, context, &reservation.number, &refused.to_string())?;
                answers.push(Err(refused.into()));
            }
        }
    }
    let stored = desk.database.write(|tx| keep(desk, tx, context, &new, reason));
    if let Err(Error::NotAllowed(_)) = &stored {
        let why = "the certificate that it follows was changed in the meantime";
        for follower in new.iter().filter(|one| one.follows().is_some()) {
            make_void(desk, context, &follower.certificate.number, why)?;
        }
    }
    let mut stored = stored?;
    let mut take = |number| stored.remove(&number).ok_or(Error::AlreadyIssued);
    Ok(answers.into_iter().map(|answer| take(answer?)).collect())
}

fn keep(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    signed: &[Signed],
    reason: &ChangeReason,
) -> Result<HashMap<CertificateNumber, Certificate>, Error> {
    let numbers: Vec<_> = signed.iter().map(|one| one.certificate.number.clone()).collect();
    let closed = number_store::close(tx, &numbers, ReservationState::Issued, None)?;
    let mut stored = HashMap::with_capacity(signed.len());
    let mut new = Vec::with_capacity(signed.len());
    for one in signed {
        let number = &one.certificate.number;
        if closed.contains(number) {
            new.push(with_origin(tx, one)?);
        } else if let Some(before) = store::find_by_number(tx, number)? {
            // The same call, made twice at once: the other one has stored it.
            stored.insert(number.clone(), before);
        }
    }
    store::insert(tx, context, &new)?;
    let events: Vec<_> = new
        .iter()
        .map(|new| (new.id, store::done_event(context, Change::Issue, new.issue_reason(), &reason.words)))
        .collect();
    store::insert_events(tx, &events)?;
    let leaves: Vec<_> = new.iter().map(|new| new.record.digest().leaf()).collect();
    log::store::append(tx, context, &leaves)?;
    let lines: Vec<_> = new.iter().map(issued_line).collect();
    audit::store::record_all(tx, context, "certificate_issue", &lines)?;
    let mut issued = Vec::with_capacity(new.len());
    for one in signed.iter().filter(|one| closed.contains(&one.certificate.number)) {
        let after = &one.certificate;
        if let Some(old) = one.replaces {
            let old = end_replaced(tx, context, old, after.id, reason)?;
            tell(desk, tx, context, News::Replaced, &[Told::followed(&old, after, context.today())])?;
        } else if let Some(old) = after.renews {
            let old = note_renewed(tx, context, old, after.id, reason)?;
            tell(desk, tx, context, News::Renewed, &[Told::followed(&old, after, context.today())])?;
        } else {
            issued.push(Told::of(after.into(), context.today()));
        }
    }
    tell(desk, tx, context, News::Issued, &issued)?;
    stored.extend(new.into_iter().map(|new| (new.number.clone(), new)));
    Ok(stored)
}

/// A certificate that follows another was earned by the same.
fn with_origin(tx: &mut Tx, signed: &Signed) -> Result<Certificate, Error> {
    let mut new = signed.certificate.clone();
    if let Some(old) = signed.follows() {
        new.origin = store::find(tx, old)?.ok_or(Error::NotFound)?.origin;
    }
    Ok(new)
}

fn issued_line(new: &Certificate) -> audit::Line<CertificateId> {
    let details = json!({ "number": new.number.as_str(), "key": new.key, "earned_by": new.origin });
    audit::Line { subject: ("certificate", new.id), details }
}

fn end_replaced(
    tx: &mut Tx,
    context: &Context,
    old: CertificateId,
    successor: CertificateId,
    reason: &ChangeReason,
) -> Result<Certificate, Error> {
    let old = still_followed(tx, old)?;
    let after = old.state.replace(context.today(), successor)?;
    if !store::move_state(tx, context, old.id, old.state, after)? {
        return Err(NotAllowed::NotValid.into());
    }
    let event = store::done_event(context, Change::Replace, reason.code, &reason.words);
    store::insert_events(tx, &[(old.id, event)])?;
    let details = json!({ "reason_code": reason.code, "successor": successor });
    audit::store::record(tx, context, "certificate_replace", ("certificate", old.id), details)?;
    Ok(old)
}

/// The old certificate stays valid to its last day; its history tells of the new one.
fn note_renewed(
    tx: &mut Tx,
    context: &Context,
    old: CertificateId,
    successor: CertificateId,
    reason: &ChangeReason,
) -> Result<Certificate, Error> {
    let old = still_followed(tx, old)?;
    if !matches!(old.state, CertificateState::Valid { .. }) {
        return Err(NotAllowed::NotValid.into());
    }
    life_store::set_expiry_told(tx, old.id, context.today())?;
    let event = store::done_event(context, Change::Renew, reason.code, &reason.words);
    store::insert_events(tx, &[(old.id, event)])?;
    let details = json!({ "reason_code": reason.code, "successor": successor });
    audit::store::record(tx, context, "certificate_renew", ("certificate", old.id), details)?;
    Ok(old)
}

/// The old certificate, held; nobody has asked to revoke it since its successor was reserved.
fn still_followed(tx: &mut Tx, old: CertificateId) -> Result<Certificate, Error> {
    store::hold(tx, old)?;
    let old = store::find(tx, old)?.ok_or(Error::NotFound)?;
    match service::pending(tx, old.id)? {
        None => Ok(old),
        Some(_) => Err(NotAllowed::RevocationWaits.into()),
    }
}

fn make_void(desk: &Desk<'_>, context: &Context, number: &CertificateNumber, why: &str) -> Result<(), Error> {
    desk.database.write(|tx| {
        let closed: HashSet<_> =
            number_store::close(tx, std::slice::from_ref(number), ReservationState::Void, Some(why))?;
        if !closed.is_empty() {
            let subject = ("certificate-number", number);
            audit::store::record(tx, context, "certificate_number_void", subject, json!({ "why": why }))?;
        }
        Ok(())
    })
}
