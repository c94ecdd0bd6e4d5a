//! 追回: proposals and decisions, the second person's confirmation, instalments and what came back.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use chrono::{Months, NaiveDate};
use serde_json::{Map, Value, json};

use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{cut, options, paging, see_other, show, show_refused, show_told, typed};
use crate::http::pages::certificates::name;
use crate::http::pages::subsidies::words::{self, Titles, Yuan};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{ClaimId, ClawbackId};
use crate::kernel::invalid::Invalid;
use crate::kernel::money::Fen;
use crate::registry::subsidies::clawback::{self, Asked};
use crate::registry::subsidies::{
    Clawback, ClawbackCall, ClawbackCause, ClawbackInstalment, ClawbackState, NewReceipt, Reason,
    claim_store, clawback_store, service,
};

const SHOWN: i64 = 100;

pub struct ListQuery {
    state: Option<ClawbackState>,
    page: i64,
}

impl Form for ListQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let state = f.optional("state");
        let page = f.optional_integer("page", 1..=100_000);
        Some(Self { state: state?, page: page?.unwrap_or(1) })
    }
}

pub async fn list(call: Call, Query(query): Query<ListQuery>) -> Answer {
    let (app, language) = (Arc::clone(&call.app), call.language);
    let page = call
        .read(move |conn, context| {
            let texts = app.views.texts(language);
            let mut titles = Titles::new(&app.schemes, texts);
            let mut rows = Vec::new();
            let from = (query.page - 1) * SHOWN;
            let mut all = clawback_store::list(conn, query.state, (from, SHOWN + 1))?;
            let has_more = cut(&mut all, SHOWN);
            for found in all {
                let Some(claim) = claim_store::find(conn, found.claim)? else { continue };
                let mut row = words::line(conn, texts, &mut titles, &claim, context.today())?;
                row["href"] = json!(format!("/clawbacks/{}", found.id));
                row["cause"] = json!(found.cause);
                row["state"] = json!(found.state);
                row["state_kind"] = json!(words::clawback_kind(found.state));
                row["amount"] = json!(words::yuan(texts, found.amount));
                row["received"] = json!(words::yuan(texts, found.received));
                row["by_system"] = json!(found.proposed_by.is_none());
                rows.push(row);
            }
            let states = options::<ClawbackState>(texts, query.state.map(Code::code).unwrap_or_default());
            let state = query.state.map(|state| format!("state={state}&")).unwrap_or_default();
            let at = |page: i64| format!("/clawbacks?{state}page={page}");
            let pages = paging(query.page, (SHOWN, rows.len()), has_more, at);
            Ok(json!({ "rows": rows, "states": states, "pages": pages }))
        })
        .await?;
    show(&call, "pages/clawbacks", "clawbacks-title", page)
}

/// The page's form: instalments by their number and first day, a month apart.
pub struct Proposal {
    cause: ClawbackCause,
    amount: Option<Fen>,
    times: u32,
    first_on: Option<NaiveDate>,
    reason: String,
}

impl Form for Proposal {
    fn read(f: &mut Fields) -> Option<Self> {
        let cause = f.required("cause");
        let amount = f.optional::<Yuan>("amount");
        let times = f.optional_integer("times", 1..=60);
        let first_on = f.optional("first_on");
        let reason = f.text("reason", 300);
        let times = times?.unwrap_or(1);
        let first_on: Option<NaiveDate> = first_on?;
        if times > 1 && first_on.is_none() {
            f.refuse(crate::kernel::invalid::FieldError::new("first_on", "required"));
            return None;
        }
        Some(Self {
            cause: cause?,
            amount: amount?.map(|yuan| yuan.0),
            times: u32::try_from(times).ok()?,
            first_on,
            reason: reason?,
        })
    }
}

impl Proposal {
    /// Equal instalments a month apart; what doesn't divide is in the last.
    fn call(self, paid: Fen) -> ClawbackCall {
        let amount = self.amount.unwrap_or(paid);
        let times = i64::from(self.times);
        let each = amount.get() / times;
        let mut instalments = Vec::new();
        if let Some(first) = self.first_on {
            for number in 0..self.times {
                let is_last = number + 1 == self.times;
                let share = if is_last { amount.get() - each * (times - 1) } else { each };
                let due_on = first.checked_add_months(Months::new(number)).unwrap_or(first);
                instalments.push(ClawbackInstalment { due_on, amount: Fen::new(share) });
            }
        }
        ClawbackCall { cause: self.cause, amount: Some(amount), instalments, reason: self.reason }
    }
}

pub async fn form(call: Call, id: web::Path<ClaimId>) -> Answer {
    let page = form_page(&call, *id, &Map::new()).await?;
    show(&call, "pages/clawback-new", "clawback-new-title", page)
}

async fn form_page(call: &Call, id: ClaimId, values: &Map<String, Value>) -> Result<Value, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let mut values = typed(values, &["cause", "amount", "times", "first_on", "reason"]);
    call.read(move |conn, context| {
        let texts = app.views.texts(language);
        let claim = service::claim(conn, &actor, id)?;
        let mut titles = Titles::new(&app.schemes, texts);
        if values["amount"] == json!("") {
            values["amount"] = json!(claim.amount.to_string());
        }
        let cause = values["cause"].as_str().unwrap_or_default().to_owned();
        Ok(json!({
            "claim": words::line(conn, texts, &mut titles, &claim, context.today())?,
            "causes": options::<ClawbackCause>(texts, &cause), "values": values, "today": context.today(),
        }))
    })
    .await
}

pub async fn propose(call: Call, id: web::Path<ClaimId>, posted: Posted<Proposal>) -> Answer {
    let (id, actor) = (*id, call.actor()?.clone());
    let asked = match posted.form {
        Err(invalid) => Err(invalid.into()),
        Ok(proposal) => {
            call.write(move |tx, context| {
                let claim = service::claim(tx, &actor, id)?;
                let asked = proposal.call(claim.amount);
                Ok(clawback::claim_claw_back(tx, context, &actor, id, &asked)?)
            })
            .await
        }
    };
    match asked {
        Ok(Asked::Pending(found)) => {
            Ok(see_other(&format!("/clawbacks/{}", found.id), Some("clawback-proposed")))
        }
        Ok(Asked::Decided(found)) => {
            Ok(see_other(&format!("/clawbacks/{}", found.id), Some("clawback-decided")))
        }
        Err(Problem::Invalid(invalid)) => {
            let page = form_page(&call, id, &posted.values).await?;
            let told = in_form(words::in_yuan(invalid));
            show_refused(&call, "pages/clawback-new", "clawback-new-title", page, &told)
        }
        Err(Problem::Conflict(code)) => {
            let page = form_page(&call, id, &posted.values).await?;
            let told = call.app.views.texts(call.language).word(&format!("conflict-{code}"));
            let answer = HttpResponse::Conflict();
            show_told(&call, answer, "pages/clawback-new", "clawback-new-title", page, &[told])
        }
        Err(problem) => Err(problem),
    }
}

/// What is wrong with an instalment is wrong with its first day.
fn in_form(mut invalid: Invalid) -> Invalid {
    for error in &mut invalid.0 {
        if error.field.starts_with("instalments[") {
            "first_on".clone_into(&mut error.field);
        }
    }
    invalid
}

pub async fn detail(call: Call, id: web::Path<ClawbackId>) -> Answer {
    let page = page(&call, *id, &Map::new()).await?;
    show(&call, "pages/clawback", "clawback-title", page)
}

async fn page(call: &Call, id: ClawbackId, values: &Map<String, Value>) -> Result<Value, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let values = typed(values, &["amount", "received_on", "document", "reason"]);
    call.read(move |conn, context| {
        let texts = app.views.texts(language);
        let (found, claim) = clawback::clawback(conn, &actor, id)?;
        let mut titles = Titles::new(&app.schemes, texts);
        let receipts: Vec<Value> = clawback_store::receipts(conn, id)?
            .iter()
            .map(|receipt| {
                json!({ "amount": words::figure(receipt.amount), "on": receipt.received_on,
                    "document": receipt.document })
            })
            .collect();
        let owed = Fen::new(found.amount.get() - found.received.get());
        Ok(json!({
            "id": id, "claim": words::line(conn, texts, &mut titles, &claim, context.today())?,
            "cause": found.cause, "reason": found.reason, "amount": words::yuan(texts, found.amount),
            "received": words::yuan(texts, found.received), "owed": words::yuan(texts, owed),
            "state": found.state, "state_kind": words::clawback_kind(found.state),
            "proposed_by": name(conn, found.proposed_by)?, "proposed_at": found.proposed_at,
            "decided_by": name(conn, found.decided_by)?, "decided_at": found.decided_at,
            "instalments": instalments(&found, context.today()), "receipts": receipts,
            "version": found.version, "actions": actions(&actor, &found), "values": values,
            "today": context.today(),
        }))
    })
    .await
}

/// The plan, with what is covered by what came back so far.
fn instalments(found: &Clawback, today: NaiveDate) -> Vec<Value> {
    let mut covered = found.received.get();
    let mut shown = Vec::with_capacity(found.instalments.len());
    for one in &found.instalments {
        covered -= one.amount.get();
        let is_paid = covered >= 0;
        shown.push(json!({
            "due_on": one.due_on, "amount": words::figure(one.amount), "paid": is_paid,
            "overdue": !is_paid && found.state == ClawbackState::Decided && one.due_on < today,
        }));
    }
    shown
}

/// What the reader may do: a bureau's second person decides, either may drop, finance enters receipts.
fn actions(actor: &Actor, found: &Clawback) -> Value {
    let proposed = found.state == ClawbackState::Proposed && actor.role == Role::Bureau;
    let by_system = found.proposed_by.is_none();
    json!({
        "decide": proposed && !by_system && found.proposed_by != Some(actor.account),
        "is_own": proposed && found.proposed_by == Some(actor.account),
        "propose_href": (proposed && by_system).then(|| format!("/claims/{}/clawback", found.claim)),
        "drop": proposed,
        "receive": found.state == ClawbackState::Decided && actor.role == Role::Finance,
    })
}

/// The second person's confirmation of what was proposed: the very same plan.
pub async fn decide(
    call: Call,
    id: web::Path<ClawbackId>,
    posted: Posted<crate::http::pages::accounts::Nothing>,
) -> Answer {
    let (id, actor) = (*id, call.actor()?.clone());
    posted.form?;
    let done = call
        .write(move |tx, context| {
            let (found, _) = clawback::clawback(tx, &actor, id)?;
            if found.proposed_by.is_none() {
                return Err(Problem::Conflict("clawback-state"));
            }
            let same = ClawbackCall {
                cause: found.cause,
                amount: Some(found.amount),
                instalments: found.instalments,
                reason: found.reason,
            };
            Ok(clawback::claim_claw_back(tx, context, &actor, found.claim, &same)?)
        })
        .await;
    answered(&call, id, &Map::new(), done.map(|_| "clawback-decided")).await
}

pub async fn drop_it(call: Call, id: web::Path<ClawbackId>, posted: Posted<Reason>) -> Answer {
    let (id, actor) = (*id, call.actor()?.clone());
    let done = match posted.form {
        Ok(reason) => {
            call.write(move |tx, context| Ok(clawback::clawback_drop(tx, context, &actor, id, &reason)?))
                .await
        }
        Err(invalid) => Err(invalid.into()),
    };
    answered(&call, id, &posted.values, done.map(|_| "clawback-dropped")).await
}

/// A receipt as it is entered, in yuan.
pub struct ReceiptForm {
    version: i32,
    new: NewReceipt,
}

impl Form for ReceiptForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let version = f.integer("version", 1..=i64::from(i32::MAX));
        let amount = f.required::<Yuan>("amount");
        let received_on = f.required("received_on");
        let document = f.text("document", 120);
        let amount = amount?.0;
        if !amount.is_positive() {
            f.refuse(crate::kernel::invalid::FieldError::new("amount", "amount-form"));
        }
        Some(Self {
            version: i32::try_from(version?).ok()?,
            new: NewReceipt { amount, received_on: received_on?, document: document? },
        })
    }
}

pub async fn receive(call: Call, id: web::Path<ClawbackId>, posted: Posted<ReceiptForm>) -> Answer {
    let (id, actor) = (*id, call.actor()?.clone());
    let done = match posted.form {
        Ok(ReceiptForm { version, new }) => {
            call.write(move |tx, context| {
                Ok(clawback::receipt_record(tx, context, &actor, (id, version), &new)?)
            })
            .await
        }
        Err(invalid) => Err(invalid.into()),
    };
    answered(&call, id, &posted.values, done.map(|_| "receipt-recorded")).await
}

async fn answered(
    call: &Call,
    id: ClawbackId,
    values: &Map<String, Value>,
    done: Result<&'static str, Problem>,
) -> Answer {
    match done {
        Ok(done) => Ok(see_other(&format!("/clawbacks/{id}"), Some(done))),
        Err(Problem::Invalid(invalid)) => {
            let page = page(call, id, values).await?;
            show_refused(call, "pages/clawback", "clawback-title", page, &words::in_yuan(invalid))
        }
        Err(Problem::Conflict(code)) => {
            let page = page(call, id, values).await?;
            let told = call.app.views.texts(call.language).word(&format!("conflict-{code}"));
            show_told(call, HttpResponse::Conflict(), "pages/clawback", "clawback-title", page, &[told])
        }
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instalments_sum_to_the_whole_to_the_fen() {
        let plan = |amount: i64, times: u32| {
            let proposal = Proposal {
                cause: ClawbackCause::Overpaid,
                amount: None,
                times,
                first_on: "2026-12-31".parse().ok(),
                reason: "多发".to_owned(),
            };
            proposal.call(Fen::new(amount)).instalments
        };
        for (amount, times) in [(100_000, 3), (1, 1), (99, 60), (40_000, 12)] {
            let plan = plan(amount, times);
            assert_eq!(plan.len(), times as usize);
            assert_eq!(plan.iter().map(|one| one.amount.get()).sum::<i64>(), amount, "{times}");
        }
        let days: Vec<String> = plan(100, 3).iter().map(|one| one.due_on.to_string()).collect();
        assert_eq!(days, ["2026-12-31", "2027-01-31", "2027-02-28"]);
    }
}
