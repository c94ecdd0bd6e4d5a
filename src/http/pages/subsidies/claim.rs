//! 一笔申领: what it is, why it is due or not, how far it has come, and what its reader may do with it.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use fluent_bundle::FluentArgs;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::db::Conn;
use crate::http::call::{Answer, Call};
use crate::http::input::Query;
use crate::http::page::{options, show, show_refused, show_told};
use crate::http::pages::certificates::name;
use crate::http::pages::subsidies::explain::{Explainer, applicant_name};
use crate::http::pages::subsidies::words::{self, Titles};
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::ClaimId;
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::queue_store::Turn;
use crate::registry::subsidies::rules::state::{ClaimState, Finding, StateCode};
use crate::registry::subsidies::{
    Claim, appeal, claim_store, clawback_store, history_store, payment_store, service,
};

/// A page that was just filed shows its confirmation.
pub struct ClaimPage {
    filed: bool,
}

impl Form for ClaimPage {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { filed: f.optional("filed")?.unwrap_or(false) })
    }
}

pub async fn detail(call: Call, id: web::Path<ClaimId>, Query(query): Query<ClaimPage>) -> Answer {
    let mut page = page(&call, *id, Map::new()).await?;
    page["filed"] = json!(query.filed && page["is_open"] == json!(true));
    show(&call, "pages/claim", "claim-title", page)
}

/// The page again, with why a step was refused and nothing of what was typed lost.
pub async fn refused(call: &Call, id: ClaimId, typed: Map<String, Value>, problem: Problem) -> Answer {
    let page = page(call, id, typed).await?;
    match problem {
        Problem::Invalid(invalid) => show_refused(call, "pages/claim", "claim-title", page, &invalid),
        Problem::Conflict(code) => {
            let texts = call.app.views.texts(call.language);
            let told = texts.word(&format!("conflict-{code}"));
            show_told(call, HttpResponse::Conflict(), "pages/claim", "claim-title", page, &[told])
        }
        Problem::Stale => {
            let told = page["changed"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let told: Vec<String> = told.map(str::to_owned).collect();
            show_told(call, HttpResponse::PreconditionFailed(), "pages/claim", "claim-title", page, &told)
        }
        other => Err(other),
    }
}

async fn page(call: &Call, id: ClaimId, typed: Map<String, Value>) -> Result<Value, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    call.read(move |conn, context| {
        let claim = service::claim(conn, &actor, id)?;
        let texts = app.views.texts(language);
        whole(conn, context, &app, texts, &actor, &claim, &typed)
    })
    .await
}

fn whole(
    conn: &mut Conn,
    context: &Context,
    app: &App,
    texts: &Texts,
    actor: &Actor,
    claim: &Claim,
    typed: &Map<String, Value>,
) -> Result<Value, Problem> {
    let mut titles = Titles::new(&app.schemes, texts);
    let mut page = words::line(conn, texts, &mut titles, claim, context.today())?;
    let version = app.schemes.version(conn, &claim.obligation.scheme, claim.scheme_version)?;
    let scheme = version.as_ref().map(|compiled| &compiled.scheme);
    let frozen = claim_store::frozen(conn, claim.id)?.ok_or(Problem::NotFound)?;
    let explainer = Explainer { app, texts, actor };
    let events = history_store::events(conn, claim.id)?;
    page["assessment"] = explainer.assessment(conn, &frozen.assessment, scheme)?;
    page["version_of_scheme"] = json!(scheme.map(|scheme| words::scheme(texts, scheme)));
    page["applicant"] = json!(applicant_name(conn, claim)?);
    page["version"] = json!(claim.version);
    page["progress"] = json!(words::progress(texts, claim, &events));
    page["next_step"] = json!(words::next_step(texts, claim));
    page["minutes_left"] = json!(words::minutes_left(claim, context.now));
    page["is_open"] = json!(!matches!(
        claim.state.code(),
        StateCode::Draft | StateCode::Withdrawn | StateCode::Refused | StateCode::Stopped
    ));
    let mut history = Vec::with_capacity(events.len());
    for event in &events {
        // Applicants are told what was decided and why, not by which clerk.
        let by = if is_applicant(actor) { None } else { name(conn, event.by)? };
        history.push(json!({
            "step": event.step, "state": event.state, "by": by, "at": event.at, "reason": event.reason,
            "by_system": event.by.is_none(),
        }));
    }
    let is_over = matches!(claim.state.code(), StateCode::Refused | StateCode::Stopped);
    let last = events.last().filter(|event| is_over && !event.reason.is_empty());
    page["refusal"] = json!(last.map(|event| event.reason.as_str()));
    page["history"] = json!(history);
    page["payments"] = json!(payments(conn, texts, actor, claim)?);
    page["account"] = account(conn, actor, claim)?;
    page["clawback"] = match clawback_store::find_live(conn, claim.id)? {
        Some(found) if sees_clawbacks(actor) => json!({
            "href": format!("/clawbacks/{}", found.id), "amount": words::yuan(texts, found.amount),
            "received": words::yuan(texts, found.received), "state": found.state,
        }),
        _ => Value::Null,
    };
    let appeal_by = appeal::last_day(claim, &events).filter(|day| context.today() <= *day);
    page["appeal_by"] = json!(appeal_by.map(|day| texts.date(day)).unwrap_or_default());
    let steps = steps(actor, claim, context, appeal_by.is_some());
    page["actions"] = json!(actions(claim, &steps, typed_text(typed, "step")));
    page["changed"] = json!(changed(texts, typed, &page["history"], steps.is_empty()));
    page["statement_href"] = json!(statement_href(actor, claim));
    page["barred"] = json!(is_barred(actor, claim));
    page["again_href"] = json!(again(actor, claim));
    page["back"] = json!(if actor.role == Role::Caregiver { "/my/claims" } else { "/claims" });
    page["findings"] = json!(options::<Finding>(texts, typed_text(typed, "finding")));
    page["reason"] = json!(typed_text(typed, "reason"));
    page["filed"] = json!(false);
    Ok(page)
}

fn typed_text<'a>(typed: &'a Map<String, Value>, field: &str) -> &'a str {
    typed.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// What happened since the version that was seen, and what was typed where no field is left to keep it in.
fn changed(texts: &Texts, typed: &Map<String, Value>, history: &Value, nothing_left: bool) -> Vec<String> {
    let seen: usize = typed_text(typed, "version").parse().unwrap_or(usize::MAX);
    let steps = history.as_array().into_iter().flatten().skip(seen).map(|event| {
        let step = texts.word(&format!("claim-step-{}", event["step"].as_str().unwrap_or_default()));
        let at = event["at"].as_str().and_then(|at| at.parse().ok()).map(|at| texts.date_time(at));
        format!("{step} {}", at.unwrap_or_default())
    });
    let steps: Vec<String> = steps.collect();
    let mut args = FluentArgs::new();
    args.set("steps", steps.join(&texts.word("accreditation-level-separator")));
    args.set("reason", typed_text(typed, "reason"));
    let mut told = vec![texts.text("claim-changed-meanwhile", &args).unwrap_or_default()];
    if nothing_left && !typed_text(typed, "reason").is_empty() {
        told.push(texts.text("claim-reason-kept", &args).unwrap_or_default());
    }
    told
}

/// The statement of a person's claims, without its ending, for those who look after many.
fn statement_href(actor: &Actor, claim: &Claim) -> Option<String> {
    let Beneficiary::Person(person) = claim.obligation.beneficiary else { return None };
    let reads = matches!(actor.role, Role::Bureau | Role::Finance | Role::Institution);
    reads.then(|| format!("/people/{person}/subsidies"))
}

const fn is_applicant(actor: &Actor) -> bool {
    matches!(actor.role, Role::Institution | Role::Caregiver)
}

const fn sees_clawbacks(actor: &Actor) -> bool {
    matches!(actor.role, Role::Administrator | Role::Bureau | Role::Finance)
}

fn payments(conn: &mut Conn, texts: &Texts, actor: &Actor, claim: &Claim) -> Result<Vec<Value>, Problem> {
    let made = payment_store::of_claim(conn, claim.id)?;
    Ok(made
        .iter()
        .map(|payment| {
            json!({
                "state": payment.state, "state_kind": words::payment_kind(payment.state),
                "amount": words::yuan(texts, payment.amount), "bank": payment.account.bank, "note": payment.note,
                "return_href": super::returns::href(actor.role, payment),
            })
        })
        .collect())
}

/// Whether there is an account to pay to, for those who may enter one. No digit of it.
fn account(conn: &mut Conn, actor: &Actor, claim: &Claim) -> Result<Value, Problem> {
    if !matches!(actor.role, Role::Bureau | Role::Institution | Role::Caregiver) {
        return Ok(Value::Null);
    }
    let there = payment_store::account_of(conn, claim.obligation.beneficiary)?;
    let query = super::account::query_of(claim.obligation.beneficiary);
    let failed = matches!(claim.state.code(), StateCode::Failed | StateCode::Returned);
    Ok(json!({
        "bank": there.map(|account| account.bank), "href": format!("/bank-account?{query}&claim={}", claim.id),
        "to_correct": failed,
    }))
}

/// An earlier step was the reader's own, so that somebody else has to take the next.
fn is_barred(actor: &Actor, claim: &Claim) -> bool {
    let me = actor.account;
    match claim.state {
        ClaimState::Submitted(deed) | ClaimState::TownReviewed(deed) => !is_applicant(actor) && deed.by == me,
        ClaimState::FirstApproved { submitted, first } => submitted.by == me || first.by == me,
        ClaimState::Objected(_, objection) => objection.by == me,
        ClaimState::Appealed(submitted, appeal) => {
            !is_applicant(actor) && [submitted.by, appeal.refused.by, appeal.appealed.by].contains(&me)
        }
        _ => false,
    }
}

/// The steps that the state allows and the reader may take, the likeliest first.
fn steps(actor: &Actor, claim: &Claim, context: &Context, may_appeal: bool) -> Vec<&'static str> {
    use StateCode::{
        Appealed, Draft, Failed, FirstApproved, ForFinance, InNotice, Objected, Paid, Refused, Returned,
        Submitted, TownReviewed,
    };
    let state = claim.state.code();
    let (town, bureau) = (Turn::Town.has(claim), Turn::Bureau.has(claim));
    let barred = is_barred(actor, claim);
    match actor.role {
        Role::Institution | Role::Caregiver => match state {
            Draft => vec!["submit", "withdraw"],
            Submitted if words::minutes_left(claim, context.now).is_some() => vec!["withdraw"],
            Refused if may_appeal => vec!["appeal"],
            _ => Vec::new(),
        },
        Role::Town if town && !barred => vec!["review", "refuse"],
        Role::Town if state == InNotice => vec!["object"],
        Role::Bureau => match state {
            Submitted if town && !barred => vec!["refuse", "reassess"],
            FirstApproved if !barred => vec!["approve", "refuse"],
            Submitted | TownReviewed if bureau && !barred => vec!["approve", "refuse", "reassess"],
            InNotice => vec!["object", "stop"],
            Objected if !barred => vec!["resolve", "stop"],
            Appealed if !barred => vec!["decide-appeal"],
            ForFinance | Failed | Returned => vec!["stop"],
            Paid => vec!["clawback"],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The forms of the steps. One is open: of the step that was just refused, else the first.
fn actions(claim: &Claim, steps: &[&str], refused: &str) -> Vec<Value> {
    let open = steps.iter().find(|step| **step == refused).or_else(|| steps.first()).copied();
    let step = |step: &&str| {
        json!({
            "focus": open == Some(*step),
            "step": step, "action": format!("/claims/{}/{step}", claim.id),
            "needs_reason": *step != "submit", "danger": matches!(*step, "refuse" | "stop" | "clawback"),
            "is_link": *step == "clawback",
        })
    };
    steps.iter().map(step).collect()
}

/// The form for the same part once more, where this claim came to nothing.
fn again(actor: &Actor, claim: &Claim) -> Option<String> {
    let over = matches!(claim.state.code(), StateCode::Refused | StateCode::Withdrawn | StateCode::Stopped);
    (over && is_applicant(actor)).then(|| super::filing::form_href(&claim.obligation))
}
