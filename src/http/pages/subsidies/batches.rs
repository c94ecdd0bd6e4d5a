//! 发放: what waits for its money, batches, the second person's confirmation, the file for the bank and its answer.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use crate::app::App;
use crate::db::Conn;
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query, Upload};
use crate::http::page::{cut, paging, see_other, show, show_refused, show_told};
use crate::http::pages::certificates::name;
use crate::http::pages::subsidies::claims::Marked;
use crate::http::pages::subsidies::filing::titles_of;
use crate::http::pages::subsidies::words::{self, Titles};
use crate::http::problem::Problem;
use crate::http::texts::{Language, Texts};
use crate::kernel::context::{Actor, Context};
use crate::kernel::form::{self, Fields, Form};
use crate::kernel::ids::{ClaimId, PaymentBatchId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::registry::subsidies::queue_store::{self as queue, Turn};
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::{
    BatchCall, BatchState, Claim, Payment, PaymentBatch, PaymentState, Reason, Wanted, batch, claim_store,
    payment_store, service,
};

/// Claims on one page, and so in a batch that is ticked together.
const PAGE: i64 = 200;
/// Batches on the page.
const BATCHES: i64 = 20;

#[derive(Debug, Clone)]
pub struct WaitingQuery {
    scheme: Option<String>,
    ticked: bool,
    page: i64,
    /// Of the batches below.
    batches: i64,
}

impl Default for WaitingQuery {
    fn default() -> Self {
        Self { scheme: None, ticked: false, page: 1, batches: 1 }
    }
}

impl Form for WaitingQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let scheme = f.optional_text("scheme", 80);
        let ticked = f.optional("ticked");
        let page = f.optional_integer("page", 1..=100_000);
        let batches = f.optional_integer("batches", 1..=100_000);
        Some(Self {
            scheme: scheme?,
            ticked: ticked?.unwrap_or(false),
            page: page?.unwrap_or(1),
            batches: batches?.unwrap_or(1),
        })
    }
}

pub async fn waiting(call: Call, Query(query): Query<WaitingQuery>) -> Answer {
    let page = waiting_page(&call, query).await?;
    show(&call, "pages/payments", "payments-title", page)
}

async fn waiting_page(call: &Call, query: WaitingQuery) -> Result<Value, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    call.read(move |conn, context| {
        let texts = app.views.texts(language);
        let wanted = Wanted {
            scheme: query.scheme.clone(),
            offset: (query.page - 1) * PAGE,
            limit: PAGE + 1,
            ..Wanted::default()
        };
        let wanted = service::narrowed(&actor, wanted)?;
        let mut claims = queue::list(conn, &wanted, Turn::Finance)?;
        let has_more = cut(&mut claims, PAGE);
        let mut titles = Titles::new(&app.schemes, texts);
        let mut rows = Vec::with_capacity(claims.len());
        for (index, claim) in claims.iter().enumerate() {
            let mut row = words::line(conn, texts, &mut titles, claim, context.today())?;
            let open = obstacle(conn, claim)?;
            row["index"] = json!(index);
            row["obstacle"] = json!(open.map(|code| texts.word(&format!("error-{code}"))));
            row["ticked"] = json!(query.ticked && open.is_none());
            row["approved_at"] = json!(claim.approved_at);
            rows.push(row);
        }
        let in_notice = claim_store::list(conn, &service::narrowed(&actor, notices(&query))?)?;
        let from = (query.batches - 1) * BATCHES;
        let mut found = payment_store::list_batches(conn, None, (from, BATCHES + 1))?;
        let more_batches = cut(&mut found, BATCHES);
        let mut batches = Vec::new();
        for found in found {
            batches.push(batch_line(conn, texts, &found)?);
        }
        let mut schemes = titles_of(&app, conn, texts, context)?;
        for option in &mut schemes {
            option["selected"] = json!(query.scheme.as_deref() == option["value"].as_str());
        }
        let sum = Fen::sum(claims.iter().map(|claim| claim.amount)).unwrap_or(Fen::ZERO);
        Ok(json!({
            "rows": rows, "count": claims.len(), "sum": words::yuan(texts, sum), "schemes": schemes,
            "in_notice": in_notice.len(), "batches": batches, "ticked": query.ticked,
            "tick_href": query.href(!query.ticked, query.page, query.batches),
            "pages": paging(query.page, (PAGE, claims.len()), has_more, |page| {
                query.href(false, page, query.batches)
            }),
            "batch_pages": paging(query.batches, (BATCHES, batches.len()), more_batches, |batches| {
                query.href(false, query.page, batches)
            }),
        }))
    })
    .await
}

fn notices(query: &WaitingQuery) -> Wanted {
    Wanted {
        state: Some(StateCode::InNotice),
        scheme: query.scheme.clone(),
        limit: 1_000,
        ..Wanted::default()
    }
}

impl WaitingQuery {
    /// The same lists at other places.
    fn href(&self, ticked: bool, page: i64, batches: i64) -> String {
        let mut address = form_urlencoded::Serializer::new(String::new());
        if let Some(scheme) = &self.scheme {
            address.append_pair("scheme", scheme);
        }
        for (name, number) in [("page", page), ("batches", batches)] {
            if number > 1 {
                address.append_pair(name, &number.to_string());
            }
        }
        address.append_pair("ticked", if ticked { "true" } else { "false" });
        format!("/payments?{}", address.finish())
    }
}

/// Why a claim can't go into a batch, as the code of an error.
fn obstacle(conn: &mut Conn, claim: &Claim) -> Result<Option<&'static str>, Problem> {
    let Some(account) = payment_store::account_of(conn, claim.obligation.beneficiary)? else {
        return Ok(Some("no-bank-account"));
    };
    let before = payment_store::of_claim(conn, claim.id)?;
    let same = before.iter().any(|payment| {
        let came_back = matches!(payment.state, PaymentState::Failed | PaymentState::Returned);
        came_back && payment.account.id == account.id
    });
    Ok(same.then_some("account-not-corrected"))
}

fn batch_line(conn: &mut Conn, texts: &Texts, found: &PaymentBatch) -> Result<Value, Problem> {
    Ok(json!({
        "id": found.id, "href": format!("/payments/{}", found.id), "number": found.number,
        "payments": found.payments, "total": words::yuan(texts, found.total), "state": found.state,
        "state_kind": words::batch_kind(found.state), "opened_by": name(conn, Some(found.opened_by))?,
        "opened_at": found.opened_at, "confirmed_by": name(conn, found.confirmed_by)?,
        "confirmed_at": found.confirmed_at, "settled_at": found.settled_at, "version": found.version,
    }))
}

/// What was ticked for a batch.
pub struct Chosen(Vec<ClaimId>);

impl Form for Chosen {
    fn read(f: &mut Fields) -> Option<Self> {
        let claims = f.list("claims", 500, |f| f.optional::<Marked>("mark"))?;
        let claims: Vec<ClaimId> = claims.into_iter().flatten().map(|mark| mark.claim).collect();
        if claims.is_empty() {
            f.refuse(FieldError::new("claims", "nothing-ticked"));
        }
        Some(Self(claims))
    }
}

pub async fn open(call: Call, posted: Posted<Chosen>) -> Answer {
    let actor = call.actor()?.clone();
    let opened = match posted.form {
        Err(invalid) => Err(invalid.into()),
        Ok(Chosen(claims)) => {
            let asked = BatchCall { scheme: None, claims };
            call.write(move |tx, context| Ok(batch::batch_open(tx, context, &actor, &asked)?)).await
        }
    };
    match opened {
        Ok(opened) => Ok(see_other(&format!("/payments/{}", opened.batch.id), Some("batch-opened"))),
        Err(Problem::Invalid(Invalid(mut errors))) => {
            // The n-th claim of a call is a line of the page: its own error stands in the line already.
            for error in &mut errors {
                "claims".clone_into(&mut error.field);
            }
            errors.dedup();
            let page = waiting_page(&call, WaitingQuery::default()).await?;
            show_refused(&call, "pages/payments", "payments-title", page, &Invalid(errors))
        }
        Err(Problem::Conflict(code)) => {
            let page = waiting_page(&call, WaitingQuery::default()).await?;
            told(&call, "pages/payments", "payments-title", page, code)
        }
        Err(problem) => Err(problem),
    }
}

fn told(call: &Call, template: &str, title: &str, page: Value, code: &str) -> Answer {
    let told = call.app.views.texts(call.language).word(&format!("conflict-{code}"));
    show_told(call, HttpResponse::Conflict(), template, title, page, &[told])
}

pub async fn detail(call: Call, id: web::Path<PaymentBatchId>) -> Answer {
    let page = batch_page(&call, *id, &[]).await?;
    show(&call, "pages/payment-batch", "batch-title", page)
}

async fn batch_page(call: &Call, id: PaymentBatchId, errors: &[FieldError]) -> Result<Value, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let errors = errors.to_vec();
    call.read(move |conn, context| whole(conn, context, &app, &actor, language, id, &errors)).await
}

fn whole(
    conn: &mut Conn,
    context: &Context,
    app: &App,
    actor: &Actor,
    language: Language,
    id: PaymentBatchId,
    errors: &[FieldError],
) -> Result<Value, Problem> {
    let texts = app.views.texts(language);
    let found = batch::batch(conn, id)?;
    let mut titles = Titles::new(&app.schemes, texts);
    let payments = payment_store::payments_of(conn, id)?;
    let mut lines = Vec::with_capacity(payments.len());
    for payment in &payments {
        lines.push(payment_line(conn, texts, &mut titles, (payment, actor), context)?);
    }
    let count = |state| payments.iter().filter(|payment| payment.state == state).count();
    let mut page = batch_line(conn, texts, &found)?;
    page["lines"] = json!(lines);
    page["counts"] = json!({
        "paid": count(PaymentState::Paid),
        "failed": count(PaymentState::Failed),
        "returned": count(PaymentState::Returned),
    });
    let opened = found.state == BatchState::Opened;
    page["may_confirm"] = json!(opened && found.opened_by != actor.account);
    page["is_own"] = json!(opened && found.opened_by == actor.account);
    page["may_cancel"] = json!(opened);
    let is_out = matches!(found.state, BatchState::Confirmed | BatchState::Settled);
    page["file_href"] = json!(is_out.then(|| format!("/payments/{id}.csv")));
    page["may_import"] = json!(found.state == BatchState::Confirmed);
    page["reason"] = json!("");
    page["row_errors"] = json!(row_errors(texts, errors));
    Ok(page)
}

fn payment_line(
    conn: &mut Conn,
    texts: &Texts,
    titles: &mut Titles<'_>,
    (payment, actor): (&Payment, &Actor),
    context: &Context,
) -> Result<Value, Problem> {
    Ok(json!({
        "line": payment.line, "claim_href": format!("/claims/{}", payment.claim),
        "reference": words::reference(payment.claim), "payee": payment.account.holder,
        "bank": payment.account.bank, "amount": words::figure(payment.amount),
        "scheme": titles.on(conn, &payment.obligation.scheme, context.today())?,
        "part": words::part(texts, &payment.obligation.part), "state": payment.state,
        "state_kind": words::payment_kind(payment.state), "note": payment.note,
        "return_href": super::returns::href(actor.role, payment),
    }))
}

/// What is wrong with a result file, row by row: the row, the column, and the sentence.
fn row_errors(texts: &Texts, errors: &[FieldError]) -> Vec<Value> {
    errors
        .iter()
        .map(|error| {
            let column = texts.word(&format!("field-{}", error.field));
            let bare = FieldError { row: None, field: String::new(), ..error.clone() };
            let message = texts.field_error(&bare).unwrap_or_else(|_| error.code.to_owned());
            json!({ "row": error.row, "column": column, "message": message })
        })
        .collect()
}

/// The version that was seen, and for a cancellation why.
pub struct Seen {
    version: i32,
    reason: Option<String>,
}

impl Form for Seen {
    fn read(f: &mut Fields) -> Option<Self> {
        let version = f.integer("version", 1..=i64::from(i32::MAX));
        let reason = f.optional_text("reason", 300);
        Some(Self { version: i32::try_from(version?).ok()?, reason: reason? })
    }
}

pub async fn confirm(call: Call, id: web::Path<PaymentBatchId>, posted: Posted<Seen>) -> Answer {
    let (id, actor) = (*id, call.actor()?.clone());
    let Seen { version, .. } = posted.form?;
    let done =
        call.write(move |tx, context| Ok(batch::batch_confirm(tx, context, &actor, (id, version))?)).await;
    answered(&call, id, done.map(|_| "batch-confirmed")).await
}

pub async fn cancel(call: Call, id: web::Path<PaymentBatchId>, posted: Posted<Seen>) -> Answer {
    let id = *id;
    let done = match posted.form {
        Ok(Seen { version, reason: Some(reason) }) => {
            let reason = Reason(reason);
            call.write(move |tx, context| Ok(batch::batch_cancel(tx, context, (id, version), &reason.0)?))
                .await
        }
        Ok(_) => Err(Invalid::one("reason", "required").into()),
        Err(invalid) => Err(invalid.into()),
    };
    answered(&call, id, done.map(|_| "batch-cancelled")).await
}

pub async fn results(call: Call, id: web::Path<PaymentBatchId>, upload: Upload) -> Answer {
    let id = *id;
    let Seen { version, .. } = form::read(&upload.values)?;
    let app = Arc::clone(&call.app);
    let done = call
        .write(move |tx, context| {
            Ok(batch::results_import(tx, context, &app.sealer, (id, version), &upload.bytes)?)
        })
        .await;
    answered(&call, id, done.map(|_| "batch-settled")).await
}

/// On to the batch as it is now, or the page again with what is in the way.
async fn answered(call: &Call, id: PaymentBatchId, done: Result<&'static str, Problem>) -> Answer {
    match done {
        Ok(done) => Ok(see_other(&format!("/payments/{id}"), Some(done))),
        Err(Problem::Invalid(Invalid(errors))) => {
            let of_rows: Vec<FieldError> = errors.iter().filter(|e| e.row.is_some()).cloned().collect();
            let page = batch_page(call, id, &of_rows).await?;
            let summary = if of_rows.is_empty() {
                Invalid(errors)
            } else {
                FieldError::new("file", "rows-refused").with("count", of_rows.len()).into()
            };
            show_refused(call, "pages/payment-batch", "batch-title", page, &summary)
        }
        Err(Problem::Conflict(code)) => {
            let page = batch_page(call, id, &[]).await?;
            told(call, "pages/payment-batch", "batch-title", page, code)
        }
        Err(Problem::Stale) => {
            let page = batch_page(call, id, &[]).await?;
            let told = call.app.views.texts(call.language).word("batch-changed-meanwhile");
            let answer = HttpResponse::PreconditionFailed();
            show_told(call, answer, "pages/payment-batch", "batch-title", page, &[told])
        }
        Err(problem) => Err(problem),
    }
}
