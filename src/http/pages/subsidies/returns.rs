//! 退汇: the form by which finance enters that a payment came back after it was paid.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

use crate::http::call::{Answer, Call};
use crate::http::input::Posted;
use crate::http::page::{see_other, show, show_refused, show_told, typed};
use crate::http::pages::subsidies::words::{self, Titles};
use crate::http::problem::Problem;
use crate::kernel::context::Role;
use crate::kernel::ids::PaymentId;
use crate::registry::subsidies::payment_return::{payment, payment_return};
use crate::registry::subsidies::{NewReturn, Payment, PaymentState};

/// The form's address, for who may enter that this payment came back.
#[must_use]
pub fn href(role: Role, payment: &Payment) -> Option<String> {
    let may = role == Role::Finance && payment.state == PaymentState::Paid;
    may.then(|| format!("/payment-returns/{}", payment.id))
}

pub async fn form(call: Call, id: web::Path<PaymentId>) -> Answer {
    let page = page(&call, *id, &Map::new()).await?;
    show(&call, "pages/payment-return", "payment-return-title", page)
}

pub async fn record(call: Call, id: web::Path<PaymentId>, posted: Posted<NewReturn>) -> Answer {
    let (id, actor) = (*id, call.actor()?.clone());
    let recorded = match posted.form {
        Err(invalid) => Err(invalid.into()),
        Ok(new) => call.write(move |tx, context| Ok(payment_return(tx, context, &actor, id, &new)?)).await,
    };
    match recorded {
        Ok(returned) => Ok(see_other(&format!("/payments/{}", returned.batch), Some("payment-returned"))),
        Err(Problem::Invalid(invalid)) => {
            let page = page(&call, id, &posted.values).await?;
            show_refused(&call, "pages/payment-return", "payment-return-title", page, &invalid)
        }
        Err(Problem::Conflict(code)) => {
            let page = page(&call, id, &posted.values).await?;
            let told = call.app.views.texts(call.language).word(&format!("conflict-{code}"));
            let answer = HttpResponse::Conflict();
            show_told(&call, answer, "pages/payment-return", "payment-return-title", page, &[told])
        }
        Err(problem) => Err(problem),
    }
}

async fn page(call: &Call, id: PaymentId, values: &Map<String, Value>) -> Result<Value, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let values = typed(values, &["returned_on", "document", "reason"]);
    call.read(move |conn, context| {
        let texts = app.views.texts(language);
        let (found, claim) = payment(conn, &actor, id)?;
        let mut titles = Titles::new(&app.schemes, texts);
        Ok(json!({
            "id": id, "claim": words::line(conn, texts, &mut titles, &claim, context.today())?,
            "payee": found.account.holder, "bank": found.account.bank, "paid_at": found.settled_at,
            "amount": words::yuan(texts, found.amount), "state": found.state,
            "state_kind": words::payment_kind(found.state), "batch_href": format!("/payments/{}", found.batch),
            "may_enter": found.state == PaymentState::Paid, "today": context.today(), "values": values,
        }))
    })
    .await
}
