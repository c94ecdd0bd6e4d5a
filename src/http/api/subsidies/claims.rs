//! 申领与审核

use actix_web::web;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::Tx;
use crate::flows::claim_submit::ClaimCall;
use crate::flows::{claim_decide, claim_submit};
use crate::http::api::firstaid::PAGE;
use crate::http::call::{Answer, Call, Changed, ok, ok_with_version};
use crate::http::input::{Input, Query};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::ClaimId;
use crate::registry::schemes::{Assessment, Beneficiary, SchemeVersion};
use crate::registry::subsidies::rules::state::{Finding, StateCode, WITHDRAWABLE};
use crate::registry::subsidies::service::{self, Decision, Outcomes};
use crate::registry::subsidies::{
    Claim, ClaimEvent, Frozen, Reason, Wanted, appeal, claim_store, history_store,
};

/// A claim as lists show it. No digit of an identity or account number is in it.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct ClaimView {
    pub id: String,
    pub scheme: String,
    pub scheme_version: u32,
    /// `person` or `organisation`.
    pub beneficiary_kind: &'static str,
    pub beneficiary_id: String,
    pub beneficiary_name: String,
    /// `once`, a month as in `2026-07`, `instalment-2`, `level-3`, `event-…`.
    pub claim_part: String,
    pub amount_fen: i64,
    pub assessed_on: String,
    /// The organisation that applies; null where the person alone does.
    pub applicant_id: Option<String>,
    pub area_code: String,
    pub state: &'static str,
    pub town_review: bool,
    pub two_persons: bool,
    pub submitted_at: Option<String>,
    /// Until when it can be taken back.
    pub withdrawable_until: Option<String>,
    pub apply_by: Option<String>,
    /// Submitted after that day.
    pub late: bool,
    pub approve_by: Option<String>,
    /// Not decided, or decided, after that day.
    pub overdue: bool,
    pub approved_at: Option<String>,
    pub notice_starts_on: Option<String>,
    /// The last day of the public notice.
    pub notice_ends_on: Option<String>,
    /// Days after a refusal in which it can be appealed against, once.
    pub appeal_days: u32,
    pub appealed_at: Option<String>,
    pub version: i32,
}

impl ClaimView {
    #[must_use]
    pub fn new(claim: &Claim, today: NaiveDate) -> Self {
        let (kind, id) = match claim.obligation.beneficiary {
            Beneficiary::Person(id) => ("person", id.to_string()),
            Beneficiary::Organisation(id) => ("organisation", id.to_string()),
        };
        let notice = claim.state.approved().and_then(|approved| approved.notice);
        let open = claim.submitted_at.filter(|_| claim.state.code() == StateCode::Submitted);
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        Self {
            id: claim.id.to_string(),
            scheme: claim.obligation.scheme.clone(),
            scheme_version: claim.scheme_version,
            beneficiary_kind: kind,
            beneficiary_id: id,
            beneficiary_name: claim.beneficiary_name.clone(),
            claim_part: claim.obligation.part.to_string(),
            amount_fen: claim.amount.get(),
            assessed_on: claim.assessed_on.to_string(),
            applicant_id: claim.applicant.map(|id| id.to_string()),
            area_code: claim.area.to_string(),
            state: claim.state.code().code(),
            town_review: claim.review.town,
            two_persons: claim.review.two_persons,
            submitted_at: claim.submitted_at.map(|at| at.to_rfc3339()),
            withdrawable_until: open.map(|at| (at + WITHDRAWABLE).to_rfc3339()),
            apply_by: day(claim.review.apply_by),
            late: claim.is_late(),
            approve_by: day(claim.review.approve_by),
            overdue: claim.is_overdue(today),
            approved_at: claim.approved_at.map(|at| at.to_rfc3339()),
            notice_starts_on: day(notice.map(|notice| notice.starts_on)),
            notice_ends_on: day(notice.map(|notice| notice.ends_on)),
            appeal_days: claim.review.appeal_days,
            appealed_at: claim.appeal.map(|appeal| appeal.appealed.at.to_rfc3339()),
            version: claim.version,
        }
    }
}

/// A step that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimEventView {
    pub step: &'static str,
    /// The state that it led to.
    pub state: &'static str,
    /// The account; null for the system.
    pub by: Option<String>,
    pub at: String,
    pub reason: String,
}

impl From<&ClaimEvent> for ClaimEventView {
    fn from(event: &ClaimEvent) -> Self {
        Self {
            step: event.step.code(),
            state: event.state.code(),
            by: event.by.map(|id| id.to_string()),
            at: event.at.to_rfc3339(),
            reason: event.reason.clone(),
        }
    }
}

/// A claim with what it was decided on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimDetailView {
    pub claim: ClaimView,
    /// Every condition with its sentence, its result, the facts behind it and where they came from, and what would
    /// change it.
    pub assessment: Value,
    /// The facts, frozen with the claim.
    pub facts: Value,
    pub events: Vec<ClaimEventView>,
}

/// An assessment as people read it: each condition of the scheme's own with its words.
pub fn assessment_view(assessment: &Assessment, scheme: Option<&SchemeVersion>) -> Value {
    let mut view = json!(assessment);
    if let Some(conditions) = view["conditions"].as_array_mut() {
        for (shown, result) in conditions.iter_mut().zip(&assessment.conditions) {
            let own = scheme.and_then(|scheme| scheme.conditions.iter().find(|own| own.id == result.id));
            if let Some(own) = own {
                shown["zh"] = json!(own.zh);
                shown["en"] = json!(own.en);
                shown["remedy"] = json!(own.remedy);
            }
        }
    }
    view
}

fn detail(
    app: &App,
    conn: &mut crate::db::Conn,
    claim: &Claim,
    today: NaiveDate,
) -> Result<ClaimDetailView, Problem> {
    let Frozen { facts, assessment } = claim_store::frozen(conn, claim.id)?.ok_or(Problem::NotFound)?;
    let version = app.schemes.version(conn, &claim.obligation.scheme, claim.scheme_version)?;
    Ok(ClaimDetailView {
        claim: ClaimView::new(claim, today),
        assessment: assessment_view(&assessment, version.as_ref().map(|one| &one.scheme)),
        facts: json!(facts),
        events: history_store::events(conn, claim.id)?.iter().map(ClaimEventView::from).collect(),
    })
}

/// Which claims, page by page from 1.
pub struct ClaimQuery {
    pub state: Option<StateCode>,
    pub scheme: Option<String>,
    pub part: Option<String>,
    pub page: i64,
}

impl Form for ClaimQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let state = f.optional("state");
        let scheme = f.optional_text("scheme", 80);
        let part = f.optional_text("claim_part", 70);
        let page = f.optional_integer("page", 1..=100_000);
        Some(Self { state: state?, scheme: scheme?, part: part?, page: page?.unwrap_or(1) })
    }
}

pub async fn claim_list(call: Call, Query(query): Query<ClaimQuery>) -> Answer {
    let actor = call.actor()?.clone();
    let views = call
        .read(move |conn, context| {
            let wanted = Wanted {
                state: query.state,
                scheme: query.scheme,
                part: query.part,
                offset: (query.page - 1) * PAGE,
                limit: PAGE,
                ..Wanted::default()
            };
            let found = claim_store::list(conn, &service::narrowed(&actor, wanted)?)?;
            Ok(found.iter().map(|claim| ClaimView::new(claim, context.today())).collect::<Vec<_>>())
        })
        .await?;
    ok(&views)
}

pub async fn claim_get(call: Call, id: web::Path<ClaimId>) -> Answer {
    let actor = call.actor()?.clone();
    let app = call.app.clone();
    let (view, version) = call
        .read(move |conn, context| {
            let claim = service::claim(conn, &actor, *id)?;
            Ok((detail(&app, conn, &claim, context.today())?, claim.version))
        })
        .await?;
    ok_with_version(&view, version)
}

/// What a claim would come to, and what is missing; nothing is written.
pub async fn claim_foresee(call: Call, Input(asked): Input<ClaimCall>) -> Answer {
    let actor = call.actor()?.clone();
    let app = call.app.clone();
    let view = call
        .read(move |conn, context| {
            let found = claim_submit::claim_foresee(conn, context, &actor, &app.schemes, &asked)?;
            let version = app.schemes.version(conn, &found.scheme, found.version)?;
            Ok(assessment_view(&found, version.as_ref().map(|one| &one.scheme)))
        })
        .await?;
    ok(&view)
}

pub async fn claim_create(call: Call, Input(asked): Input<ClaimCall>) -> Answer {
    let actor = call.actor()?.clone();
    let app = call.app.clone();
    call.create(move |tx, context| {
        let made = claim_submit::claim_submit(tx, context, &actor, &app.schemes, &asked)?;
        Ok(ClaimView::new(&made, context.today()))
    })
    .await
}

/// One step on one claim, as the caller saw it (`If-Match`).
async fn step(
    call: Call,
    id: ClaimId,
    reason: Reason,
    take: impl FnOnce(&mut Tx, &Context, &App, &Decision<'_>) -> Result<Outcomes, Problem> + Send + 'static,
) -> Answer {
    let version = call.if_match()?;
    let actor: Actor = call.actor()?.clone();
    let app = call.app.clone();
    call.change(move |tx, context| {
        let decision = Decision { actor: &actor, claim: id, version, reason: &reason };
        let view = |claim: &Claim| ClaimView::new(claim, context.today());
        Ok(match take(tx, context, &app, &decision)? {
            Outcomes::Done(claim) => Changed::Done(view(&claim)),
            Outcomes::Pending(claim) => Changed::Pending { pending: view(&claim) },
        })
    })
    .await
}

fn done(claim: Claim) -> Outcomes {
    Outcomes::Done(Box::new(claim))
}

pub async fn claim_submit_draft(call: Call, id: web::Path<ClaimId>) -> Answer {
    step(call, *id, Reason(String::new()), |tx, context, app, decision| {
        Ok(done(claim_submit::draft_submit(tx, context, &app.schemes, decision)?))
    })
    .await
}

pub async fn claim_withdraw(call: Call, id: web::Path<ClaimId>, Input(reason): Input<Reason>) -> Answer {
    step(call, *id, reason, |tx, context, _, decision| {
        Ok(done(service::claim_withdraw(tx, context, decision)?))
    })
    .await
}

pub async fn claim_review(call: Call, id: web::Path<ClaimId>, Input(reason): Input<Reason>) -> Answer {
    step(call, *id, reason, |tx, context, _, decision| {
        Ok(done(service::claim_review(tx, context, decision)?))
    })
    .await
}

pub async fn claim_reassess(call: Call, id: web::Path<ClaimId>, Input(reason): Input<Reason>) -> Answer {
    step(call, *id, reason, |tx, context, app, decision| {
        Ok(done(claim_decide::claim_reassess(tx, context, &app.schemes, decision)?))
    })
    .await
}

pub async fn claim_approve(call: Call, id: web::Path<ClaimId>, Input(reason): Input<Reason>) -> Answer {
    step(call, *id, reason, |tx, context, app, decision| {
        Ok(claim_decide::claim_approve(tx, context, &app.schemes, decision)?)
    })
    .await
}

pub async fn claim_refuse(call: Call, id: web::Path<ClaimId>, Input(reason): Input<Reason>) -> Answer {
    step(call, *id, reason, |tx, context, _, decision| {
        Ok(done(service::claim_refuse(tx, context, decision)?))
    })
    .await
}

pub async fn claim_object(call: Call, id: web::Path<ClaimId>, Input(reason): Input<Reason>) -> Answer {
    step(call, *id, reason, |tx, context, _, decision| {
        Ok(done(service::claim_object(tx, context, decision)?))
    })
    .await
}

/// What an objection or an appeal came to, and why.
pub struct Resolution {
    pub finding: Finding,
    pub reason: Reason,
}

impl Form for Resolution {
    fn read(f: &mut Fields) -> Option<Self> {
        let finding = f.required("finding");
        let reason = Reason::read(f);
        Some(Self { finding: finding?, reason: reason? })
    }
}

pub async fn claim_resolve(call: Call, id: web::Path<ClaimId>, Input(found): Input<Resolution>) -> Answer {
    let Resolution { finding, reason } = found;
    step(call, *id, reason, move |tx, context, _, decision| {
        Ok(done(service::claim_resolve(tx, context, decision, finding)?))
    })
    .await
}

pub async fn claim_appeal(call: Call, id: web::Path<ClaimId>, Input(reason): Input<Reason>) -> Answer {
    step(call, *id, reason, |tx, context, _, decision| Ok(done(appeal::claim_appeal(tx, context, decision)?)))
        .await
}

pub async fn appeal_decide(call: Call, id: web::Path<ClaimId>, Input(found): Input<Resolution>) -> Answer {
    let Resolution { finding, reason } = found;
    step(call, *id, reason, move |tx, context, _, decision| {
        Ok(done(appeal::appeal_decide(tx, context, decision, finding)?))
    })
    .await
}

pub async fn claim_stop(call: Call, id: web::Path<ClaimId>, Input(reason): Input<Reason>) -> Answer {
    step(call, *id, reason, |tx, context, _, decision| Ok(done(service::claim_stop(tx, context, decision)?)))
        .await
}
