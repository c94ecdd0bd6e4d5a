//! 暂停、恢复、撤销、换发、期满换证: what becomes of a certificate, told to its holder and to everybody who scans it.

use crate::db::Tx;
use crate::flows::certificate_issue::{Desk, issue_after};
use crate::flows::certificate_notice::{Told, tell};
use crate::flows::claim_recheck::{Because, people_recheck};
use crate::flows::error::Error;
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{CertificateId, PersonId};
use crate::registry::certificates::bulk::{self, BulkCall, BulkOutcome, BulkRevocation};
use crate::registry::certificates::number_store::Occasion;
use crate::registry::certificates::rules::{NotAllowed, Persons};
use crate::registry::certificates::service::{self, Outcome};
use crate::registry::certificates::{Certificate, Change, ChangeReason, News, ReasonCode, error};

/// What is asked for: which certificate, as it was seen, which change, and why.
#[derive(Debug, Clone)]
pub struct Asked {
    pub certificate: CertificateId,
    /// The version that the caller saw, if it says so.
    pub version: Option<i32>,
    pub change: Change,
    pub reason: ChangeReason,
}

/// Makes a change; what only a second person completes is answered as pending.
pub fn certificate_change(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    asked: &Asked,
) -> Result<Outcome, Error> {
    let outcome = match asked.change {
        Change::Replace | Change::Renew => {
            Outcome::Done(Box::new(certificate_follow(desk, context, actor, asked)?))
        }
        Change::Issue => return Err(Error::NotFound),
        Change::Suspend | Change::Reinstate | Change::Revoke => {
            desk.database.write(|tx| within(desk, tx, context, actor, asked))?
        }
    };
    if matches!(outcome, Outcome::Done(_)) {
        (desk.status_changed)();
    }
    Ok(outcome)
}

/// 批量撤销: ends everything that a body issued in a period, in one transaction.
pub fn certificates_revoke(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    call: &BulkCall,
) -> Result<BulkRevocation, Error> {
    let decision = desk.database.write(|tx| {
        let outcome = bulk::certificates_revoke(tx, context, actor, revocation_persons(desk), call)?;
        match outcome {
            BulkOutcome::Pending(asked) => Ok::<_, Error>(asked),
            BulkOutcome::Done(decided, ended) => {
                let people: Vec<PersonId> = ended.iter().map(|one| one.person).collect();
                let told: Vec<Told> = ended.into_iter().map(|one| Told::of(one, context.today())).collect();
                tell(desk, tx, context, News::Revoked, &told)?;
                paid_for_it(desk, tx, context, decided.reason.code, &people)?;
                Ok(decided)
            }
        }
    })?;
    if decision.done.is_some() {
        (desk.status_changed)();
    }
    Ok(decision)
}

fn within(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    asked: &Asked,
) -> Result<Outcome, Error> {
    let found = service::changeable(tx, actor, asked.certificate, asked.version)?;
    let (change, reason) = (asked.change, &asked.reason);
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
        let told = Told::of((&**changed).into(), context.today());
        tell(desk, tx, context, change.into(), &[told])?;
        if change == Change::Revoke {
            paid_for_it(desk, tx, context, reason.code, &[changed.person])?;
        }
    }
    Ok(outcome)
}

/// 补贴复核: where a certificate should never have been issued, what its holder was promised or paid is looked at again
/// in the same transaction.
fn paid_for_it(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    reason: ReasonCode,
    people: &[PersonId],
) -> Result<(), Error> {
    if reason.voids() {
        people_recheck(tx, context, desk.schemes, Because::Revocation, people)?;
    }
    Ok(())
}

/// A new certificate under a new number, with the holder's name as it is registered now: in place of a valid one, or
/// for the term after it.
fn certificate_follow(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    asked: &Asked,
) -> Result<Certificate, error::Error> {
    service::check_reason(asked.change, &asked.reason)?;
    let is_renewal = asked.change == Change::Renew;
    let occasion = if is_renewal {
        Occasion::Renewal(asked.certificate)
    } else {
        Occasion::Replacement(asked.certificate)
    };
    let today = context.today();
    issue_after(desk, context, &asked.reason, occasion, |tx| {
        let old = service::changeable(tx, actor, asked.certificate, asked.version)?;
        if is_renewal {
            let term = desk.seeds.certificate_term(desk.area, today).ok_or(NotAllowed::NoLastDay)?;
            service::renewable(tx, &old, today, term.renewal_days)
        } else {
            service::replaceable(tx, &old, today)
        }
    })
}

/// By the rule of the registry's own area; two where it has none.
fn revocation_persons(desk: &Desk<'_>) -> Persons {
    let rules = desk.seeds.rules_for(desk.area);
    match rules.map(|rules| rules.revocation_by_two_persons.value) {
        Some(false) => Persons::One,
        Some(true) | None => Persons::Two,
    }
}
