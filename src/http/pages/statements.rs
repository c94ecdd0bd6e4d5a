//! 外部数据和月度核算: the import of what others tell, and the run that proposes a month's claims.

use serde_json::{Value, json};

use crate::http::api::employment::ImportMode;
use crate::http::api::statements::{RunCall, StatementsUpload, propose, take};
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Upload};
use crate::http::page::{show, show_refused};
use crate::http::pages::employment::{grouped, summary};
use crate::http::problem::Problem;
use crate::kernel::context::Role;
use crate::kernel::form;
use crate::kernel::invalid::Invalid;
use crate::kernel::month::Month;

const PAGE: (&str, &str) = ("pages/statements", "statements-title");
const RUN: (&str, &str) = ("pages/monthly-run", "monthly-run-title");

pub async fn import(call: Call) -> Answer {
    let page = page(&call, None)?;
    show(&call, PAGE.0, PAGE.1, page)
}

/// Checked and imported in one step, all rows or none; the other button only checks.
pub async fn import_submit(call: Call, upload: Upload) -> Answer {
    let typed = upload.values.get("told_by").cloned();
    let asked: Result<StatementsUpload, Invalid> = form::read(&upload.values);
    let taken = match asked {
        Ok(asked) => {
            let mode = asked.mode;
            take(&call, upload, asked).await.map(|done| (done, mode))
        }
        Err(invalid) => Err(invalid.into()),
    };
    let mut page = page(&call, typed)?;
    match taken {
        Ok((done, mode)) => {
            let kept = matches!(mode, ImportMode::Import);
            page["done"] = json!({ "rows": done.rows, "statements": done.statements, "kept": kept });
            show(&call, PAGE.0, PAGE.1, page)
        }
        Err(Problem::Invalid(Invalid(errors))) => {
            page["groups"] = grouped(call.app.views.texts(call.language), &errors).into();
            let told = if errors.iter().any(|error| error.row.is_some()) {
                summary(&errors)
            } else {
                Invalid(errors)
            };
            show_refused(&call, PAGE.0, PAGE.1, page, &told)
        }
        Err(problem) => Err(problem),
    }
}

fn page(call: &Call, told_by: Option<Value>) -> Result<Value, Problem> {
    let own = call.actor()?.role == Role::Institution;
    Ok(json!({ "own": own, "told_by": told_by.unwrap_or_else(|| "".into()), "done": null, "groups": [] }))
}

pub async fn run(call: Call) -> Answer {
    let page = json!({ "month": month_before(&call), "done": null });
    show(&call, RUN.0, RUN.1, page)
}

pub async fn run_submit(call: Call, posted: Posted<RunCall>) -> Answer {
    let typed = posted.values.get("month").cloned();
    let done = match posted.form {
        Ok(RunCall(month)) => propose(&call, month).await.map(|done| (month, done)),
        Err(invalid) => Err(invalid.into()),
    };
    match done {
        Ok((month, (done, checked))) => {
            let page = json!({ "month": month, "done": {
                "people": done.people, "proposed": done.proposed, "unknown": done.unknown,
                "amount": done.amount_fen.to_string(), "checked": checked.claims,
                "stopped": checked.stopped, "to_recover": checked.proposed,
            } });
            show(&call, RUN.0, RUN.1, page)
        }
        Err(Problem::Invalid(invalid)) => {
            let page = json!({ "month": typed, "done": null });
            show_refused(&call, RUN.0, RUN.1, page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

/// The month that was over last.
pub fn month_before(call: &Call) -> Option<Month> {
    Month::of(call.context.today()).first_day().pred_opt().map(Month::of)
}
