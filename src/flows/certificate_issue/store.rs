//! The second transaction: certificates, their leaves for the log, history, audit and mail together.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::db::Tx;
use crate::flows::certificate_issue::sign::{NotSigned, Signed};
use crate::flows::certificate_issue::{Desk, notice};
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::context::Context;
use crate::kernel::ids::{CertificateId, PersonId};
use crate::registry::certificates::error::Error;
use crate::registry::certificates::number_store;
use crate::registry::certificates::rules::NotAllowed;
use crate::registry::certificates::{Certificate, Change, ChangeReason, ReasonCode, ReservationState, store};
use crate::registry::people::{self, Person};
use crate::registry::{audit, log, outbox};

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
        let why = "the certificate to be replaced was changed in the meantime";
        for replacing in new.iter().filter(|one| one.replaces.is_some()) {
            make_void(desk, context, &replacing.certificate.number, why)?;
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
            new.push(with_application(tx, one)?);
        } else if let Some(before) = store::find_by_number(tx, number)? {
            // The same call, made twice at once: the other one has stored it.
            stored.insert(number.clone(), before);
        }
    }
    store::insert(tx, context, &new)?;
    let events: Vec<_> = new
        .iter()
        .map(|new| (new.id, store::done_event(context, Change::Issue, ReasonCode::Passed, &reason.words)))
        .collect();
    store::insert_events(tx, &events)?;
    let leaves: Vec<_> = new.iter().map(|new| new.digest.leaf()).collect();
    log::store::append(tx, context, &leaves)?;
    let lines: Vec<_> = new.iter().map(issued_line).collect();
    audit::store::record_all(tx, context, "certificate_issue", &lines)?;
    for one in signed.iter().filter(|one| closed.contains(&one.certificate.number)) {
        if let Some(old) = one.replaces {
            end_replaced(tx, context, old, one.certificate.id, reason)?;
        }
    }
    tell_all(desk, tx, context, &new)?;
    stored.extend(new.into_iter().map(|new| (new.number.clone(), new)));
    Ok(stored)
}

/// A certificate in another's place was earned by the same application.
fn with_application(tx: &mut Tx, signed: &Signed) -> Result<Certificate, Error> {
    let mut new = signed.certificate.clone();
    if let Some(old) = signed.replaces {
        new.application = store::find(tx, old)?.ok_or(Error::NotFound)?.application;
    }
    Ok(new)
}

fn issued_line(new: &Certificate) -> audit::Line<CertificateId> {
    let details = json!({ "number": new.number.as_str(), "key": new.key, "application": new.application });
    audit::Line { subject: ("certificate", new.id), details }
}

fn end_replaced(
    tx: &mut Tx,
    context: &Context,
    old: CertificateId,
    successor: CertificateId,
    reason: &ChangeReason,
) -> Result<(), Error> {
    let old = store::find(tx, old)?.ok_or(Error::NotFound)?;
    let after = old.state.replace(context.today(), successor)?;
    if !store::move_state(tx, context, old.id, old.state, after)? {
        return Err(NotAllowed::NotValid.into());
    }
    let event = store::done_event(context, Change::Replace, reason.code, &reason.words);
    store::insert_events(tx, &[(old.id, event)])?;
    let details = json!({ "reason_code": reason.code, "successor": successor });
    audit::store::record(tx, context, "certificate_replace", ("certificate", old.id), details)?;
    Ok(())
}

fn tell_all(desk: &Desk<'_>, tx: &mut Tx, context: &Context, new: &[Certificate]) -> Result<(), Error> {
    let ids: Vec<PersonId> = new.iter().map(|new| new.person).collect();
    let people: HashMap<PersonId, Person> =
        people::store::find_many(tx, &ids)?.into_iter().map(|person| (person.id, person)).collect();
    let mails: Vec<_> = new
        .iter()
        .filter_map(|new| notice(desk, context, people.get(&new.person)?, new, Change::Issue))
        .collect();
    outbox::store::mail_all(tx, context, &mails)?;
    Ok(())
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
