//! What waits of subsidies: claims to hand in, to decide on and to pay, batches and clawbacks for a second person.

use super::{Task, Urgency, task};
use crate::db::Conn;
use crate::http::problem::Problem;
use crate::kernel::context::{Actor, Context, Role};
use crate::registry::subsidies::queue_store::{self as queue, Turn};
use crate::registry::subsidies::{
    BatchState, Claim, ClawbackState, Wanted, claim_store, clawback_store, payment_store, service,
};

/// More claims than that are not counted one by one.
const MANY: i64 = 500;

pub fn tasks(conn: &mut Conn, context: &Context, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let Ok(wanted) = service::narrowed(actor, Wanted { limit: MANY, ..Wanted::default() }) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    match actor.role {
        Role::Institution => {
            found.extend(drafts(conn, context, &wanted)?);
            found.extend(queue_task(
                conn,
                &wanted,
                Turn::Account,
                "claim-accounts",
                "/claims?view=accounts",
            )?);
        }
        Role::Caregiver => {
            found.extend(queue_task(conn, &wanted, Turn::Applicant, "own-claim-drafts", "/my/claims")?);
            found.extend(queue_task(conn, &wanted, Turn::Account, "own-claim-account", "/my/claims")?);
        }
        Role::Town => found.extend(reviews(conn, context, &wanted, Turn::Town, "claims-review")?),
        Role::Bureau => {
            found.extend(reviews(conn, context, &wanted, Turn::Bureau, "claims-approve")?);
            let objected = "/claims?view=objections";
            found.extend(queue_task(conn, &wanted, Turn::Objections, "claims-objected", objected)?);
            let appealed = "/claims?view=appeals";
            found.extend(queue_task(conn, &wanted, Turn::Appeals, "claims-appealed", appealed)?);
            found.extend(clawbacks(conn, actor, &wanted)?);
        }
        Role::Finance => {
            found.extend(batches(conn, actor)?);
            found.extend(queue_task(conn, &wanted, Turn::Finance, "claims-pay", "/payments")?);
        }
        _ => {}
    }
    Ok(found)
}

fn queue_task(
    conn: &mut Conn,
    wanted: &Wanted,
    turn: Turn,
    key: &'static str,
    href: &str,
) -> Result<Option<Task>, Problem> {
    let count = queue::ids(conn, wanted, turn)?.len();
    Ok((count > 0).then(|| task(key, href.to_owned(), Some(count))))
}

/// Drafts of the monthly run: by when they have to be in, and whether that is over.
fn drafts(conn: &mut Conn, context: &Context, wanted: &Wanted) -> Result<Option<Task>, Problem> {
    let drafts = queue::list(conn, wanted, Turn::Applicant)?;
    let Some(by) = drafts.iter().filter_map(|claim| claim.review.apply_by).min() else {
        return queue_task(conn, wanted, Turn::Applicant, "claim-drafts-open", "/claims");
    };
    let urgency = if by < context.today() { Urgency::Overdue } else { Urgency::Soon };
    let found = task("claim-drafts", "/claims".to_owned(), Some(drafts.len()));
    Ok(Some(Task { date: Some(by), urgency, ..found }))
}

/// Claims to decide on; those past their day stand by themselves.
fn reviews(
    conn: &mut Conn,
    context: &Context,
    wanted: &Wanted,
    turn: Turn,
    key: &'static str,
) -> Result<Vec<Task>, Problem> {
    let waiting = queue::list(conn, wanted, turn)?;
    let (late, open): (Vec<&Claim>, Vec<&Claim>) =
        waiting.iter().partition(|claim| claim.is_overdue(context.today()));
    let mut found = Vec::new();
    if !late.is_empty() {
        let overdue = task("claims-overdue", "/claims".to_owned(), Some(late.len()));
        found.push(Task { urgency: Urgency::Overdue, ..overdue });
    }
    if !open.is_empty() {
        found.push(task(key, "/claims".to_owned(), Some(open.len())));
    }
    Ok(found)
}

/// Batches that a colleague opened, and those whose result is awaited.
fn batches(conn: &mut Conn, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let mut found = Vec::new();
    for (state, key) in [(BatchState::Opened, "batch-confirm"), (BatchState::Confirmed, "batch-results")] {
        for batch in payment_store::list_batches(conn, Some(state), (0, MANY))? {
            if state == BatchState::Opened && batch.opened_by == actor.account {
                continue;
            }
            let count = usize::try_from(batch.payments).ok();
            let mut one = task(key, format!("/payments/{}", batch.id), count);
            one.args = vec![("number", batch.number)];
            found.push(one);
        }
    }
    Ok(found)
}

/// Clawbacks that a colleague or the monthly check proposed.
fn clawbacks(conn: &mut Conn, actor: &Actor, wanted: &Wanted) -> Result<Vec<Task>, Problem> {
    let mut found = Vec::new();
    for proposed in clawback_store::list(conn, Some(ClawbackState::Proposed), (0, MANY))? {
        let Some(claim) = claim_store::find(conn, proposed.claim)? else { continue };
        let within = wanted.area.as_ref().is_none_or(|area| claim.area.is_within(area));
        if within && proposed.proposed_by != Some(actor.account) {
            let mut one = task("clawback", format!("/clawbacks/{}", proposed.id), None);
            one.args = vec![("name", claim.beneficiary_name)];
            found.push(one);
        }
    }
    Ok(found)
}
