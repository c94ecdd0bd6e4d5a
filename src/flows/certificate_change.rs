//! 暂停、恢复、撤销、换发: what becomes of a certificate, told to its holder and to everybody who scans it.

use crate::db::Tx;
use crate::flows::certificate_issue::{Desk, issue_in_place, notice};
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::CertificateId;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::rules::{Grounds, Persons};
use crate::registry::certificates::service::{self, Outcome};
use crate::registry::certificates::{Certificate, Change, ChangeReason};
use crate::registry::{outbox, people};

/// Suspends, reinstates or revokes; what only a second person completes is answered as pending.
pub fn certificate_change(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    id: CertificateId,
    change: Change,
    reason: &ChangeReason,
) -> Result<Outcome, Error> {
    let outcome = match change {
        Change::Replace => Outcome::Done(Box::new(certificate_replace(desk, context, actor, id, reason)?)),
        Change::Issue => return Err(Error::NotFound),
        Change::Suspend | Change::Reinstate | Change::Revoke => {
            desk.database.write(|tx| within(desk, tx, context, actor, id, change, reason))?
        }
    };
    if matches!(outcome, Outcome::Done(_)) {
        (desk.status_changed)();
    }
    Ok(outcome)
}

fn within(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: CertificateId,
    change: Change,
    reason: &ChangeReason,
) -> Result<Outcome, Error> {
    let found = service::changeable(tx, actor, id)?;
    let outcome = match change {
        Change::Suspend => {
            Outcome::Done(Box::new(service::certificate_suspend(tx, context, &found, reason)?))
        }
        Change::Reinstate => {
            Outcome::Done(Box::new(service::certificate_reinstate(tx, context, &found, reason)?))
        }
        _ => service::certificate_revoke(tx, context, actor, &found, revocation_persons(desk), reason)?,
    };
    if let Outcome::Done(changed) = &outcome {
        let person = people::service::person(tx, changed.person)?;
        if let Some((key, mail)) = notice(desk, context, &person, changed, change) {
            outbox::store::mail(tx, context, &key, &mail)?;
        }
    }
    Ok(outcome)
}

/// A new certificate under a new number in place of a valid one, with the holder's name as it is registered now.
fn certificate_replace(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    id: CertificateId,
    reason: &ChangeReason,
) -> Result<Certificate, Error> {
    service::check_reason(Change::Replace, reason)?;
    let check = |tx: &mut Tx| {
        let old = service::changeable(tx, actor, id)?;
        Ok((old.body, Grounds::held(&old, context.today())?))
    };
    issue_in_place(desk, context, reason, check, id)
}

/// By the rule of the registry's own area; two where it has none.
fn revocation_persons(desk: &Desk<'_>) -> Persons {
    let rules = desk.seeds.rules_for(desk.area);
    match rules.map(|rules| rules.revocation_by_two_persons.value) {
        Some(false) => Persons::One,
        Some(true) | None => Persons::Two,
    }
}
