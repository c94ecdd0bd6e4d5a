//! 暂停、恢复、撤销、换发: what becomes of a certificate, told to its holder and to everybody who scans it.

use crate::app::App;
use crate::db::Tx;
use crate::flows::certificate_issue::{finish, may_issue, reserve, reserved, tell};
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::CertificateId;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::numbers::{self, Occasion};
use crate::registry::certificates::rules::{Grounds, Persons};
use crate::registry::certificates::service::{self, Outcome};
use crate::registry::certificates::{Certificate, Change, ChangeReason};
use crate::registry::people;

/// Suspends, reinstates or revokes; what only a second person completes is answered as pending.
pub fn certificate_change(
    app: &App,
    context: &Context,
    actor: &Actor,
    id: CertificateId,
    change: Change,
    reason: &ChangeReason,
) -> Result<Outcome, Error> {
    let outcome = match change {
        Change::Replace => Outcome::Done(certificate_replace(app, context, actor, id, reason)?),
        Change::Issue => return Err(Error::NotFound),
        Change::Suspend | Change::Reinstate | Change::Revoke => {
            app.database.write(|tx| within(app, tx, context, actor, id, change, reason))?
        }
    };
    if matches!(outcome, Outcome::Done(_)) {
        app.refresh_status();
    }
    Ok(outcome)
}

fn within(
    app: &App,
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: CertificateId,
    change: Change,
    reason: &ChangeReason,
) -> Result<Outcome, Error> {
    let found = service::changeable(tx, actor, id)?;
    let outcome = match change {
        Change::Suspend => Outcome::Done(service::certificate_suspend(tx, context, &found, reason)?),
        Change::Reinstate => Outcome::Done(service::certificate_reinstate(tx, context, &found, reason)?),
        _ => service::certificate_revoke(tx, context, actor, &found, revocation_persons(app), reason)?,
    };
    if let Outcome::Done(changed) = &outcome {
        let person = people::service::person(tx, changed.person)?;
        tell(app, tx, context, &person, changed, change)?;
    }
    Ok(outcome)
}

/// A new certificate under a new number in place of a valid one, with the holder's name as it is registered now.
fn certificate_replace(
    app: &App,
    context: &Context,
    actor: &Actor,
    id: CertificateId,
    reason: &ChangeReason,
) -> Result<Certificate, Error> {
    service::check_reason(Change::Replace, reason)?;
    let reservation = reserved(app, |tx| {
        let old = service::changeable(tx, actor, id)?;
        let (issuable, body) = may_issue(tx, context, Grounds::held(&old, context.today())?)?;
        let occasion = Occasion::Replacement(id);
        match numbers::find_open(tx, occasion)? {
            Some(open) => Ok(open),
            None => reserve(app, tx, context, &issuable, &body, occasion, None),
        }
    })?;
    finish(app, context, &reservation, reason)
}

/// By the rule of the registry's own area; two where it has none.
fn revocation_persons(app: &App) -> Persons {
    let rules = app.seeds.jurisdictions.iter().find(|known| app.area.is_within(&known.area));
    match rules.map(|known| known.rules.revocation_by_two_persons.value) {
        Some(false) => Persons::One,
        Some(true) | None => Persons::Two,
    }
}
