//! 预算与账: what each scheme may spend in a year, how it stands, and what went from account to account.

use std::sync::Arc;

use actix_web::web;
use chrono::Datelike;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::db::Conn;
use crate::http::api::recorded::PageQuery;
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{cut, paging, see_other, show, show_refused, typed};
use crate::http::pages::certificates::name;
use crate::http::pages::subsidies::filing::titles_of;
use crate::http::pages::subsidies::words::{self, Titles, Yuan};
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::context::{Context, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::BudgetLineId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::registry::ledger::{Account, BudgetChange, BudgetLine, NewBudget, service, store};
use crate::registry::{schemes, subsidies};
use crate::render::chart::{Bar, Bars, bars};

/// Postings of one page, the newest.
const POSTINGS: i64 = 200;

pub struct YearQuery {
    year: Option<i32>,
}

impl Form for YearQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let year = f.optional_integer("year", 2000..=2100)?;
        Some(Self { year: year.and_then(|year| i32::try_from(year).ok()) })
    }
}

pub async fn list(call: Call, Query(query): Query<YearQuery>) -> Answer {
    let page = list_page(&call, query.year, &Map::new()).await?;
    show(&call, "pages/budgets", "budgets-title", page)
}

async fn list_page(call: &Call, year: Option<i32>, values: &Map<String, Value>) -> Result<Value, Problem> {
    let (app, role, language) = (Arc::clone(&call.app), call.actor()?.role, call.language);
    let mut values = typed(values, &["scheme", "year", "amount", "document"]);
    call.read(move |conn, context| {
        let texts = app.views.texts(language);
        let all = store::list(conn, None)?;
        let year = year.unwrap_or_else(|| context.today().year());
        let mut years: Vec<i32> = all.iter().map(|line| line.year).chain([year]).collect();
        years.sort_unstable();
        years.dedup();
        let mut titles = Titles::new(&app.schemes, texts);
        let mut lines = Vec::new();
        let of_year: Vec<&BudgetLine> = all.iter().filter(|line| line.year == year).collect();
        for line in &of_year {
            lines.push(line_view(conn, &mut titles, line, context)?);
        }
        if values["year"] == json!("") {
            values["year"] = json!(year.to_string());
        }
        let mut schemes = titles_of(&app, conn, texts, context)?;
        for option in &mut schemes {
            option["selected"] = json!(option["value"] == values["scheme"]);
        }
        let differences = subsidies::service::balance(conn)?;
        Ok(json!({
            "year": year, "years": years.iter().map(|one| json!({
                "value": one, "text": one.to_string(), "selected": *one == year,
            })).collect::<Vec<_>>(),
            "lines": lines, "svg": chart(conn, texts, &app, &of_year, context)?,
            "may_set": role == Role::Finance, "schemes": schemes, "values": values,
            "differences": differences.len(),
        }))
    })
    .await
}

fn line_view(
    conn: &mut Conn,
    titles: &mut Titles<'_>,
    line: &BudgetLine,
    context: &Context,
) -> Result<Value, Problem> {
    let held = &line.balances;
    Ok(json!({
        "id": line.id, "href": format!("/budgets/{}", line.id), "code": line.scheme,
        "scheme": titles.on(conn, &line.scheme, context.today())?, "year": line.year,
        "document": line.document, "appropriation": words::figure(held.appropriation),
        "available": words::figure(held.available), "committed": words::figure(held.committed),
        "paid": words::figure(held.paid), "to_recover": words::figure(held.to_recover),
        "recovered": words::figure(held.recovered), "used": percent(line), "version": line.version,
    }))
}

/// Whole hundredths of the appropriation that are promised or paid.
fn percent(line: &BudgetLine) -> i64 {
    let (given, left) = (line.balances.appropriation.get(), line.balances.available.get());
    if given <= 0 {
        0
    } else {
        i64::try_from(i128::from(given - left) * 100 / i128::from(given)).unwrap_or(100)
    }
}

/// How much of each line is spoken for, as bars; `None` without lines.
fn chart(
    conn: &mut Conn,
    texts: &Texts,
    app: &App,
    lines: &[&BudgetLine],
    context: &Context,
) -> Result<Option<String>, Problem> {
    if lines.is_empty() {
        return Ok(None);
    }
    let mut titles = Titles::new(&app.schemes, texts);
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let used = u64::try_from(percent(line)).unwrap_or(0);
        let title = titles.on(conn, &line.scheme, context.today())?;
        // The label stands in a narrow column; the table has the whole title.
        let label: String = title.chars().take(9).collect();
        rows.push(Bar { label, value: Some(used), value_label: format!("{used}%") });
    }
    let title = texts.word("budgets-chart");
    let drawing = Bars {
        description: title.clone(),
        title,
        rows,
        target: None,
        target_label: String::new(),
        full: 100,
    };
    Ok(Some(bars(&drawing)))
}

/// A budget as it is entered, in yuan.
pub struct BudgetForm(NewBudget);

impl Form for BudgetForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let scheme = f.text("scheme", 80);
        let year = f.integer("year", 2000..=2100);
        let amount = amount_of(f);
        let document = f.text("document", 200);
        Some(Self(NewBudget {
            scheme: scheme?,
            year: i32::try_from(year?).ok()?,
            amount: amount?,
            document: document?,
        }))
    }
}

fn amount_of(f: &mut Fields) -> Option<Fen> {
    let amount = f.required::<Yuan>("amount")?.0;
    if amount.is_negative() {
        f.refuse(FieldError::new("amount", "amount-form"));
    }
    Some(amount)
}

pub async fn set(call: Call, posted: Posted<BudgetForm>) -> Answer {
    let made = match posted.form {
        Err(invalid) => Err(invalid.into()),
        Ok(BudgetForm(new)) => {
            call.write(move |tx, context| {
                if !schemes::store::is_known(tx, &new.scheme)? {
                    let unknown = FieldError::new("scheme", "unknown-scheme").with("code", &new.scheme);
                    return Err(Invalid::from(unknown).into());
                }
                if !new.amount.is_positive() {
                    return Err(Invalid::one("amount", "amount-form").into());
                }
                Ok(service::budget_set(tx, context, &new)?)
            })
            .await
        }
    };
    match made {
        Ok(line) => Ok(see_other(&format!("/budgets/{}", line.id), Some("budget-set"))),
        Err(Problem::Invalid(invalid)) => {
            let page = list_page(&call, None, &posted.values).await?;
            show_refused(&call, "pages/budgets", "budgets-title", page, &words::in_yuan(invalid))
        }
        Err(problem) => Err(problem),
    }
}

pub async fn detail(call: Call, id: web::Path<BudgetLineId>, Query(query): Query<PageQuery>) -> Answer {
    let page = page(&call, (*id, query.page), &Map::new()).await?;
    show(&call, "pages/budget", "budget-title", page)
}

/// The budget with one page of its postings.
async fn page(
    call: &Call,
    (id, number): (BudgetLineId, i64),
    values: &Map<String, Value>,
) -> Result<Value, Problem> {
    let (app, role, language) = (Arc::clone(&call.app), call.actor()?.role, call.language);
    let mut values = typed(values, &["amount", "document"]);
    call.read(move |conn, context| {
        let texts = app.views.texts(language);
        let line = service::budget(conn, id)?;
        if values["amount"] == json!("") {
            values["amount"] = json!(line.balances.appropriation.to_string());
        }
        let mut titles = Titles::new(&app.schemes, texts);
        let mut postings = Vec::new();
        let from = (number - 1) * POSTINGS;
        let mut found = store::postings_of(conn, id, (from, POSTINGS + 1))?;
        let has_more = cut(&mut found, POSTINGS);
        for posting in found {
            let (from, to) = posting.kind.accounts();
            postings.push(json!({
                "kind": posting.kind, "from": from, "to": to, "amount": words::figure(posting.amount),
                "document": posting.document, "by": name(conn, posting.by)?, "at": posting.at,
            }));
        }
        let mut page = line_view(conn, &mut titles, &line, context)?;
        let accounts = [
            Account::Appropriation,
            Account::Available,
            Account::Committed,
            Account::Paid,
            Account::ToRecover,
            Account::Recovered,
        ];
        page["accounts"] = json!(accounts.map(|account| {
            let held = match account {
                Account::Appropriation => line.balances.appropriation,
                other => line.balances.of(other),
            };
            json!({ "account": account, "amount": words::yuan(texts, held) })
        }));
        let at = |page: i64| format!("/budgets/{id}?page={page}");
        page["pages"] = paging(number, (POSTINGS, postings.len()), has_more, at);
        page["postings"] = json!(postings);
        page["may_change"] = json!(role == Role::Finance);
        page["values"] = values;
        Ok(page)
    })
    .await
}

/// A new appropriation in yuan, with the version that was seen.
pub struct ChangeForm {
    version: i32,
    change: BudgetChange,
}

impl Form for ChangeForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let version = f.integer("version", 1..=i64::from(i32::MAX));
        let amount = amount_of(f);
        let document = f.text("document", 200);
        let change = BudgetChange { amount: amount?, document: document? };
        Some(Self { version: i32::try_from(version?).ok()?, change })
    }
}

pub async fn change(call: Call, id: web::Path<BudgetLineId>, posted: Posted<ChangeForm>) -> Answer {
    let id = *id;
    let changed = match posted.form {
        Err(invalid) => Err(invalid.into()),
        Ok(ChangeForm { version, change }) => {
            call.write(move |tx, context| Ok(service::budget_change(tx, context, id, version, &change)?))
                .await
        }
    };
    match changed {
        Ok(_) => Ok(see_other(&format!("/budgets/{id}"), Some("budget-changed"))),
        Err(Problem::Invalid(invalid)) => {
            let page = page(&call, (id, 1), &posted.values).await?;
            show_refused(&call, "pages/budget", "budget-title", page, &words::in_yuan(invalid))
        }
        Err(problem) => Err(problem),
    }
}
