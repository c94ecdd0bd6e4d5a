//! 对账单: what a person was paid, and where a scheme's money of a year went. The same rows as a spreadsheet and as a PDF;
//! amounts in yuan.

use std::sync::Arc;

use actix_web::web;
use chrono::NaiveDate;
use fluent_bundle::FluentArgs;
use serde_json::json;

use crate::app::App;
use crate::db::{Conn, Tx};
use crate::flows::visible_person::visible_person;
use crate::http::api::prints::unprintable;
use crate::http::call::{Answer, Call};
use crate::http::download::{FileKind, file, sheet_language};
use crate::http::pages::subsidies::words::{self, Titles};
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::kernel::ids::{BudgetLineId, PersonId};
use crate::kernel::money::Fen;
use crate::registry::ledger::{self, BudgetLine, Posting};
use crate::registry::people::Person;
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::statement::{StatementLine, StatementSums, claim_lines};
use crate::registry::subsidies::{Wanted, service};
use crate::registry::{audit, organisations, people};
use crate::render::sheet::write::{SheetFormat, export};
use crate::render::sheet::{Column, ColumnKind, Presence};
use crate::render::statement::{PrintedColumn, PrintedStatement, StatementDesign};

/// The newest lines of one spreadsheet, and of one PDF.
const MOST: usize = 100_000;
const MOST_PRINTED: usize = 5_000;

/// A statement, ready to be written down in either form.
struct Statement {
    title: String,
    facts: Vec<(String, String)>,
    sums: Vec<(String, String)>,
    /// With the share of the paper's width.
    columns: &'static [(Column, u32)],
    /// As a spreadsheet has them.
    rows: Vec<Vec<String>>,
    note: String,
}

const fn column(
    key: &'static str,
    title_zh: &'static str,
    title_en: &'static str,
    kind: ColumnKind,
) -> Column {
    Column::new(key, title_zh, title_en, kind, Presence::Optional)
}

const PERSON: &[(Column, u32)] = &[
    (column("scheme", "补贴办法", "Scheme", ColumnKind::Text).wide(28), 60),
    (column("part", "期次", "Part", ColumnKind::Text), 33),
    (column("amount", "金额（元）", "Amount (yuan)", ColumnKind::Decimal), 32),
    (column("state", "状态", "State", ColumnKind::Text), 29),
    (column("submitted", "提交日期", "Submitted", ColumnKind::Date), 36),
    (column("approved", "审批日期", "Approved", ColumnKind::Date), 36),
    (column("paid", "发放日期", "Paid on", ColumnKind::Date), 36),
    (column("recovered", "已追回（元）", "Recovered (yuan)", ColumnKind::Decimal), 32),
    (column("claim", "申领编号", "Claim", ColumnKind::Identifier).wide(40), 28),
];

const SCHEME: &[(Column, u32)] = &[
    (column("on", "日期", "Date", ColumnKind::Date), 36),
    (column("kind", "类型", "Kind", ColumnKind::Text), 36),
    (column("from", "转出科目", "From", ColumnKind::Text), 36),
    (column("to", "转入科目", "To", ColumnKind::Text), 36),
    (column("amount", "金额（元）", "Amount (yuan)", ColumnKind::Decimal), 44),
    (column("document", "依据", "Document", ColumnKind::Text).wide(28), 90),
    (column("subject", "业务编号", "Subject", ColumnKind::Identifier).wide(40), 32),
];

fn day(at: Option<Timestamp>) -> String {
    at.map(|at| shanghai_date(at).to_string()).unwrap_or_default()
}

fn with(texts: &Texts, key: &str, args: &[(&'static str, String)]) -> String {
    let mut all = FluentArgs::new();
    for (name, value) in args {
        all.set(*name, value.as_str());
    }
    texts.text(key, &all).unwrap_or_else(|_| key.to_owned())
}

fn claim_row(
    conn: &mut Conn,
    texts: &Texts,
    titles: &mut Titles<'_>,
    StatementLine { claim, paid_at, asked_back }: &StatementLine,
) -> Result<Vec<String>, Problem> {
    Ok(vec![
        titles.of(conn, &claim.obligation.scheme, claim.scheme_version)?,
        words::part(texts, &claim.obligation.part),
        claim.amount.to_string(),
        texts.word(&format!("claim-state-{}", claim.state.code().code())),
        day(claim.submitted_at),
        day(claim.approved_at),
        day(*paid_at),
        if asked_back.received.is_zero() { String::new() } else { asked_back.received.to_string() },
        claim.id.to_string(),
    ])
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

/// Who reads it, in which words.
struct Reader<'a> {
    app: &'a App,
    texts: &'a Texts,
    actor: &'a Actor,
    most: usize,
}

impl Reader<'_> {
    fn labelled(&self, key: &str, value: String) -> (String, String) {
        (self.texts.word(&format!("statement-{key}")), value)
    }

    fn period(&self, from: Option<NaiveDate>, until: NaiveDate) -> (String, String) {
        let until = self.texts.date(until);
        let words = match from {
            Some(from) => {
                with(self.texts, "statement-from-until", &[("from", self.texts.date(from)), ("until", until)])
            }
            None => with(self.texts, "statement-until", &[("until", until)]),
        };
        self.labelled("period", words)
    }

    fn made(&self, context: &Context) -> (String, String) {
        self.labelled("made", self.texts.date_time(context.now))
    }

    fn sum(&self, key: &str, amount: Fen) -> (String, String) {
        self.labelled(key, words::figure(amount))
    }

    fn note(&self, key: &str, cut: Option<&str>) -> String {
        let note = self.texts.word(key);
        match cut {
            Some(cut) => format!("{} {note}", with(self.texts, cut, &[("count", self.most.to_string())])),
            None => note,
        }
    }

    /// A person's claims that the caller may know of.
    fn person(&self, tx: &mut Tx, context: &Context, id: PersonId) -> Result<Statement, Problem> {
        let mut wanted = service::narrowed(self.actor, Wanted::default())?;
        wanted.beneficiary = Some(Beneficiary::Person(id));
        let (lines, is_cut) = claim_lines(tx, wanted, self.most)?;
        let person = self.subject(tx, context, id, lines.is_empty())?;
        let document = people::service::document(tx, &self.app.sealer, id)?;
        let kind = self.texts.word(&format!("document-kind-{}", document.kind()));
        let first = lines.iter().filter_map(|line| line.claim.submitted_at).min().map(shanghai_date);
        let mut facts = vec![
            self.labelled("person", person.name),
            self.labelled("document", format!("{kind} {}", document.masked())),
            self.period(first, context.today()),
            self.made(context),
        ];
        if let (Role::Institution, Some(applicant)) = (self.actor.role, self.actor.organisation) {
            let name = organisations::store::find(tx, applicant)?.map(|found| found.name);
            let words = with(self.texts, "statement-filed-by", &[("name", name.unwrap_or_default())]);
            facts.push(self.labelled("scope", words));
        }
        let sums = StatementSums::of(&lines);
        let mut titles = Titles::new(&self.app.schemes, self.texts);
        let mut rows = Vec::with_capacity(lines.len());
        for line in &lines {
            rows.push(claim_row(tx, self.texts, &mut titles, line)?);
        }
        let details = json!({ "lines": rows.len() });
        audit::store::record(tx, context, "subsidy_statement", ("person", id), details)?;
        Ok(Statement {
            title: self.texts.word("statement-title-person"),
            facts,
            sums: vec![
                self.sum("due", sums.due),
                self.sum("paid", sums.paid),
                self.sum("to-recover", sums.to_recover),
                self.sum("recovered", sums.recovered),
            ],
            columns: PERSON,
            rows,
            note: self.note("statement-note-person", is_cut.then_some("statement-cut-person")),
        })
    }

    /// The person whose statement it is. Finance knows of nobody but of those whose claims came that far.
    fn subject(
        &self,
        conn: &mut Conn,
        context: &Context,
        id: PersonId,
        without_claims: bool,
    ) -> Result<Person, Problem> {
        match self.actor.role {
            Role::Finance if without_claims => Err(Problem::NotFound),
            Role::Finance => Ok(people::service::person(conn, id)?),
            _ => Ok(visible_person(conn, context, id)?),
        }
    }

    /// The postings of a scheme's budget of a year.
    fn budget(&self, tx: &mut Tx, context: &Context, id: BudgetLineId) -> Result<Statement, Problem> {
        use chrono::Datelike;
        let line: BudgetLine = ledger::service::budget(tx, id)?;
        let one_more = i64::try_from(self.most).unwrap_or(i64::MAX).saturating_add(1);
        let mut postings = ledger::store::postings_of(tx, id, (0, one_more))?;
        let is_cut = postings.len() > self.most;
        postings.truncate(self.most);
        let begin = NaiveDate::from_ymd_opt(line.year, 1, 1);
        let end = NaiveDate::from_ymd_opt(line.year, 12, 31).filter(|_| line.year < context.today().year());
        let title = Titles::new(&self.app.schemes, self.texts).on(tx, &line.scheme, context.today())?;
        let held = &line.balances;
        Ok(Statement {
            title: self.texts.word("statement-title-scheme"),
            facts: vec![
                self.labelled("scheme", format!("{title} ({})", line.scheme)),
                self.labelled("basis", line.document.clone()),
                self.period(begin, end.unwrap_or_else(|| context.today())),
                self.made(context),
            ],
            sums: vec![
                self.sum("appropriation", held.appropriation),
                self.sum("committed", held.committed),
                self.sum("paid-net", held.paid),
                self.sum("to-recover", held.to_recover),
                self.sum("recovered", held.recovered),
                self.sum("available", held.available),
            ],
            columns: SCHEME,
            rows: postings.iter().rev().map(|posting| posting_row(self.texts, posting)).collect(),
            note: self.note("statement-note-scheme", is_cut.then_some("statement-cut-scheme")),
        })
    }
}

/// Gathers a statement by `gather`, of at most so many lines.
async fn gathered(
    call: &Call,
    most: usize,
    gather: impl FnOnce(&Reader<'_>, &mut Tx, &Context) -> Result<Statement, Problem> + Send + 'static,
) -> Result<Statement, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    // That it was taken is noted, so it is a write.
    call.write(move |tx, context| {
        let texts = app.views.texts(language);
        gather(&Reader { app: &app, texts, actor: &actor, most }, tx, context)
    })
    .await
}

pub async fn person_statement(call: Call, id: web::Path<PersonId>) -> Answer {
    let found = gathered(&call, MOST, move |reader, tx, context| reader.person(tx, context, *id)).await?;
    sheet(&call, "subsidy-statement", found)
}

pub async fn person_statement_pdf(call: Call, id: web::Path<PersonId>) -> Answer {
    let gather = move |reader: &Reader<'_>, tx: &mut Tx, context: &Context| reader.person(tx, context, *id);
    let found = gathered(&call, MOST_PRINTED, gather).await?;
    pdf(call, "subsidy-statement", found).await
}

pub async fn budget_statement(call: Call, id: web::Path<BudgetLineId>) -> Answer {
    let found = gathered(&call, MOST, move |reader, tx, context| reader.budget(tx, context, *id)).await?;
    sheet(&call, "budget-statement", found)
}

pub async fn budget_statement_pdf(call: Call, id: web::Path<BudgetLineId>) -> Answer {
    let gather = move |reader: &Reader<'_>, tx: &mut Tx, context: &Context| reader.budget(tx, context, *id);
    let found = gathered(&call, MOST_PRINTED, gather).await?;
    pdf(call, "budget-statement", found).await
}

fn sheet(call: &Call, name: &str, found: Statement) -> Answer {
    let columns: Vec<Column> = found.columns.iter().map(|(column, _)| *column).collect();
    let bytes = export(&columns, sheet_language(call.language), found.rows, SheetFormat::Xlsx)?;
    Ok(file(FileKind::Xlsx, name, bytes))
}

async fn pdf(call: Call, name: &str, found: Statement) -> Answer {
    let texts = call.app.views.texts(call.language).clone();
    let owner = call.app.config.owner.clone().unwrap_or_default();
    let printed = printed(&texts, owner, call.context.today(), found);
    let bytes = call
        .work(move |app, _| {
            let designs = app.printer.designs(&app.config.font_dirs).map_err(unprintable)?;
            let design = StatementDesign::load(designs.fonts()).map_err(|error| unprintable(error.into()))?;
            let numbered = |page: usize, pages: usize| {
                let args = [("page", page.to_string()), ("pages", pages.to_string())];
                with(&texts, "statement-page", &args)
            };
            design.pdf(&printed, &numbered).map_err(|error| unprintable(error.into()))
        })
        .await?;
    Ok(file(FileKind::Pdf, name, bytes))
}

fn printed(texts: &Texts, owner: String, on: NaiveDate, found: Statement) -> PrintedStatement {
    let language = sheet_language(texts.language());
    let columns = found.columns;
    let row = |row: Vec<String>| {
        let cells = columns.iter().zip(row);
        cells.map(|((column, _), text)| on_paper(texts, column.kind, text)).collect()
    };
    PrintedStatement {
        title: found.title,
        owner,
        language: texts.language().code(),
        on,
        facts: found.facts,
        sums: found.sums,
        columns: columns
            .iter()
            .map(|(column, share)| PrintedColumn {
                title: column.title(language).to_owned(),
                share: *share,
                is_figure: column.kind == ColumnKind::Decimal,
            })
            .collect(),
        rows: found.rows.into_iter().map(row).collect(),
        empty: texts.word("statement-empty"),
        note: found.note,
    }
}

/// A cell as people read it: amounts in groups, days in words, of an identifier the number that is said on the telephone.
fn on_paper(texts: &Texts, kind: ColumnKind, text: String) -> String {
    match kind {
        ColumnKind::Decimal => text.parse().map_or(text, words::figure),
        ColumnKind::Date => text.parse().map_or(text, |day| texts.date(day)),
        ColumnKind::Identifier if !text.is_empty() => words::short(&text),
        _ => text,
    }
}
