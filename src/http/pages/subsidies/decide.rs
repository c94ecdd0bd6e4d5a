//! 办理: one step on one claim by a page's form, and on to the next that waits.

use std::sync::Arc;

use actix_web::web;
use serde_json::Value;

use crate::flows::{claim_decide, claim_submit};
use crate::http::call::{Answer, Call};
use crate::http::input::Posted;
use crate::http::page::see_other;
use crate::http::pages::subsidies::{claim, claims};
use crate::http::problem::Problem;
use crate::kernel::context::Role;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::ClaimId;
use crate::registry::subsidies::rules::state::{Finding, StateCode};
use crate::registry::subsidies::service::{self, Decision, Outcomes};
use crate::registry::subsidies::{Reason, appeal};

crate::codes! {
    /// What a page's button does to one claim.
    pub enum Step("claim-action") {
        Submit = "submit",
        Withdraw = "withdraw",
        Review = "review",
        Reassess = "reassess",
        Approve = "approve",
        Refuse = "refuse",
        Object = "object",
        Resolve = "resolve",
        Stop = "stop",
        Appeal = "appeal",
        DecideAppeal = "decide-appeal",
    }
}

impl Step {
    /// Who may take it, as the routes of the API have it.
    const fn admits(self, role: Role) -> bool {
        match self {
            Self::Submit | Self::Withdraw | Self::Appeal => {
                matches!(role, Role::Institution | Role::Caregiver)
            }
            Self::Review => matches!(role, Role::Town),
            Self::Refuse | Self::Object => matches!(role, Role::Bureau | Role::Town),
            Self::Reassess | Self::Approve | Self::Resolve | Self::Stop | Self::DecideAppeal => {
                matches!(role, Role::Bureau)
            }
        }
    }
}

/// The version that was seen, why, and for an objection what it came to.
pub struct StepForm {
    version: i32,
    reason: Option<String>,
    finding: Option<Finding>,
}

impl Form for StepForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let version = f.integer("version", 1..=i64::from(i32::MAX));
        let reason = f.optional_text("reason", 300);
        let finding = f.optional("finding");
        Some(Self { version: i32::try_from(version?).ok()?, reason: reason?, finding: finding? })
    }
}

pub async fn step(call: Call, path: web::Path<(ClaimId, String)>, posted: Posted<StepForm>) -> Answer {
    use crate::kernel::codes::Code;
    use crate::kernel::invalid::Invalid;
    let (id, step) = path.into_inner();
    let step = Step::from_code(&step).ok_or(Problem::NotFound)?;
    let actor = call.actor()?.clone();
    if !step.admits(actor.role) {
        return Err(Problem::NotAllowed);
    }
    let mut typed = posted.values;
    typed.insert("step".to_owned(), Value::String(step.to_string()));
    let form = match posted.form {
        Ok(form) => form,
        Err(invalid) => return claim::refused(&call, id, typed, invalid.into()).await,
    };
    let needs_reason = !matches!(step, Step::Submit | Step::Withdraw);
    if needs_reason && form.reason.is_none() {
        let missing = Invalid::one("reason", "required");
        return claim::refused(&call, id, typed, missing.into()).await;
    }
    let finding = match (step, form.finding) {
        (Step::Resolve | Step::DecideAppeal, None) => {
            let missing = Invalid::one("finding", "required");
            return claim::refused(&call, id, typed, missing.into()).await;
        }
        (_, finding) => finding.unwrap_or(Finding::Dismissed),
    };
    let (app, by) = (Arc::clone(&call.app), actor.clone());
    let texts = call.app.views.texts(call.language);
    let reason = Reason(form.reason.unwrap_or_else(|| texts.word("claim-reason-withdraw")));
    let taken = call
        .write(move |tx, context| {
            let decision = Decision { actor: &by, claim: id, version: form.version, reason: &reason };
            let done = |claim| Outcomes::Done(Box::new(claim));
            Ok(match step {
                Step::Submit => done(claim_submit::draft_submit(tx, context, &app.schemes, &decision)?),
                Step::Withdraw => done(service::claim_withdraw(tx, context, &decision)?),
                Step::Review => done(service::claim_review(tx, context, &decision)?),
                Step::Reassess => done(claim_decide::claim_reassess(tx, context, &app.schemes, &decision)?),
                Step::Approve => claim_decide::claim_approve(tx, context, &app.schemes, &decision)?,
                Step::Refuse => done(service::claim_refuse(tx, context, &decision)?),
                Step::Object => done(service::claim_object(tx, context, &decision)?),
                Step::Resolve => done(service::claim_resolve(tx, context, &decision, finding)?),
                Step::Stop => done(service::claim_stop(tx, context, &decision)?),
                Step::Appeal => done(appeal::claim_appeal(tx, context, &decision)?),
                Step::DecideAppeal => done(appeal::appeal_decide(tx, context, &decision, finding)?),
            })
        })
        .await;
    match taken {
        Ok(outcome) => after(&call, step, id, &outcome).await,
        Err(problem @ (Problem::Invalid(_) | Problem::Conflict(_) | Problem::Stale)) => {
            claim::refused(&call, id, typed, problem).await
        }
        Err(problem) => Err(problem),
    }
}

/// Where its taker goes next: a claimant to the confirmation, a decider to the next that waits.
async fn after(call: &Call, step: Step, id: ClaimId, outcome: &Outcomes) -> Answer {
    let own = format!("/claims/{id}");
    Ok(match (step, outcome) {
        (Step::Submit, _) => see_other(&format!("{own}?filed=true"), None),
        (
            Step::Withdraw
            | Step::Reassess
            | Step::Object
            | Step::Resolve
            | Step::Stop
            | Step::Appeal
            | Step::DecideAppeal,
            _,
        ) => see_other(&own, Some(&format!("claim-{step}"))),
        (Step::Review | Step::Approve | Step::Refuse, _) => {
            let done = match outcome {
                Outcomes::Pending(waits) if waits.state.code() == StateCode::FirstApproved => {
                    "claim-first-approved".to_owned()
                }
                _ => format!("claim-{step}"),
            };
            let actor = call.actor()?.clone();
            let next = call.read(move |conn, _| claims::next_in_queue(conn, &actor, id)).await?;
            match next {
                Some(next) => see_other(&format!("/claims/{next}"), Some(&done)),
                None => see_other("/claims", Some(&done)),
            }
        }
    })
}
