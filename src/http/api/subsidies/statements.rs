//! 对账单: what a person was paid, and where a scheme's money of a year went, as spreadsheets. Amounts in yuan.

use actix_web::web;

use crate::flows::visible_person::visible_person;
use crate::http::call::{Answer, Call};
use crate::http::download::{FileKind, file, sheet_language};
use crate::http::texts::Texts;
use crate::kernel::codes::Code;
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::kernel::ids::{BudgetLineId, PersonId};
use crate::registry::ledger::{self, Posting};
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::{Claim, Wanted, claim_store, service};
use crate::render::sheet::write::{SheetFormat, export};
use crate::render::sheet::{Column, ColumnKind, Presence};

/// Lines of one statement at most.
const MOST: i64 = 10_000;

const fn column(
    key: &'static str,
    title_zh: &'static str,
    title_en: &'static str,
    kind: ColumnKind,
) -> Column {
    Column::new(key, title_zh, title_en, kind, Presence::Optional)
}

const PERSON: &[Column] = &[
    column("scheme", "补贴办法", "Scheme", ColumnKind::Text).wide(28),
    column("part", "期次", "Part", ColumnKind::Text),
    column("amount", "金额（元）", "Amount (yuan)", ColumnKind::Decimal),
    column("state", "状态", "State", ColumnKind::Text),
    column("submitted", "提交日期", "Submitted", ColumnKind::Date),
    column("approved", "审批日期", "Approved", ColumnKind::Date),
    column("claim", "申领编号", "Claim", ColumnKind::Identifier).wide(40),
];

const SCHEME: &[Column] = &[
    column("on", "日期", "Date", ColumnKind::Date),
    column("kind", "类型", "Kind", ColumnKind::Text),
    column("from", "转出科目", "From", ColumnKind::Text),
    column("to", "转入科目", "To", ColumnKind::Text),
    column("amount", "金额（元）", "Amount (yuan)", ColumnKind::Decimal),
    column("document", "依据", "Document", ColumnKind::Text).wide(28),
    column("subject", "业务编号", "Subject", ColumnKind::Identifier).wide(40),
];

fn day(at: Option<Timestamp>) -> String {
    at.map(|at| shanghai_date(at).to_string()).unwrap_or_default()
}

fn claim_row(texts: &Texts, claim: &Claim) -> Vec<String> {
    vec![
        claim.obligation.scheme.clone(),
        claim.obligation.part.to_string(),
        claim.amount.to_string(),
        texts.word(&format!("claim-state-{}", claim.state.code().code())),
        day(claim.submitted_at),
        day(claim.approved_at),
        claim.id.to_string(),
    ]
}

fn posting_row(texts: &Texts, posting: &Posting) -> Vec<String> {
    let (from, to) = posting.kind.accounts();
    vec![
        day(Some(posting.at)),
        texts.word(&format!("posting-kind-{}", posting.kind.code())),
        texts.word(&format!("ledger-account-{}", from.code())),
        texts.word(&format!("ledger-account-{}", to.code())),
        posting.amount.to_string(),
        posting.document.clone().unwrap_or_default(),
        posting.subject.map(|id| id.to_string()).unwrap_or_default(),
    ]
}

/// A person's claims that the caller may know of.
pub async fn person_statement(call: Call, id: web::Path<PersonId>) -> Answer {
    let actor = call.actor()?.clone();
    let found = call
        .read(move |conn, context| {
            let person = visible_person(conn, context, *id)?;
            let mut wanted = service::narrowed(&actor, Wanted { limit: MOST, ..Wanted::default() })?;
            wanted.beneficiary = Some(Beneficiary::Person(person.id));
            Ok(claim_store::list(conn, &wanted)?)
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let rows = found.iter().rev().map(|claim| claim_row(texts, claim));
    let bytes = export(PERSON, sheet_language(call.language), rows, SheetFormat::Xlsx)?;
    Ok(file(FileKind::Xlsx, "subsidy-statement", bytes))
}

/// The postings of a scheme's budget of a year.
pub async fn budget_statement(call: Call, id: web::Path<BudgetLineId>) -> Answer {
    let (line, found) = call
        .read(move |conn, _| {
            Ok((ledger::service::budget(conn, *id)?, ledger::store::postings_of(conn, *id, MOST)?))
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let rows = found.iter().rev().map(|posting| posting_row(texts, posting));
    let bytes = export(SCHEME, sheet_language(call.language), rows, SheetFormat::Xlsx)?;
    Ok(file(FileKind::Xlsx, &format!("{}-{}", line.scheme, line.year), bytes))
}
