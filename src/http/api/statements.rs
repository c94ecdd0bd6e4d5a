use std::sync::Arc;

use actix_web::web;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::flows::monthly_recheck::{Checked, monthly_recheck};
use crate::flows::monthly_run::{Proposed, monthly_run};
use crate::flows::statements_import::{
    FileSource, StatementRow, StatementsImported, statements_check, statements_import,
};
use crate::flows::subsidy_facts::gather;
use crate::flows::visible_person::visible_person;
use crate::http::api::employment::ImportMode;
use crate::http::call::{Answer, Call, ok};
use crate::http::download::empty_template;
use crate::http::import::rows;
use crate::http::input::{Input, Upload};
use crate::http::person_columns as person;
use crate::http::problem::Problem;
use crate::kernel::context::{Actor, Role};
use crate::kernel::form::{self, Fields, Form};
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::PersonId;
use crate::kernel::invalid::Invalid;
use crate::kernel::month::Month;
use crate::registry::people::sealing::Sealer;
use crate::registry::schemes::Beneficiary;
use crate::registry::statements::rules::told_by;
use crate::render::sheet::{Column, ColumnKind, Presence};

#[derive(Debug, Serialize, ToSchema)]
pub struct StatementsImportView {
    pub rows: usize,
    /// Cells that tell something.
    pub statements: usize,
    pub imported: bool,
}

/// What is sent beside a file.
pub struct StatementsUpload {
    pub mode: ImportMode,
    /// 来源单位; an institution is its own.
    pub told_by: Option<String>,
}

impl Form for StatementsUpload {
    fn read(f: &mut Fields) -> Option<Self> {
        let mode = ImportMode::read(f);
        let told_by = f.optional_text("told_by", 120);
        Some(Self { mode: mode?, told_by: told_by? })
    }
}

/// 月份 of a run.
pub struct RunCall(pub Month);

impl Form for RunCall {
    fn read(f: &mut Fields) -> Option<Self> {
        f.required("month").map(Self)
    }
}

/// What a run proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    pub month: String,
    pub people: u64,
    pub assessed: u64,
    pub proposed: u64,
    pub amount_fen: i64,
    pub unknown: u64,
    /// Claims of the last year that were assessed again.
    pub checked: u64,
    /// Of these, not paid yet and due no more.
    pub stopped: u64,
    /// Of these, paid and proposed to be asked back.
    pub to_recover: u64,
}

impl RunView {
    fn new(month: Month, (done, checked): (Proposed, Checked)) -> Self {
        let Proposed { people, assessed, proposed, amount_fen, unknown } = done;
        Self {
            month: month.to_string(),
            people,
            assessed,
            proposed,
            amount_fen: amount_fen.get(),
            unknown,
            checked: checked.claims,
            stopped: checked.stopped,
            to_recover: checked.proposed,
        }
    }
}

pub async fn statements_import_file(call: Call, upload: Upload) -> Answer {
    let asked: StatementsUpload = form::read(&upload.values)?;
    let mode = asked.mode;
    let done = take(&call, upload, asked).await?;
    let imported = matches!(mode, ImportMode::Import);
    ok(&StatementsImportView { rows: done.rows, statements: done.statements, imported })
}

/// Checks a file or keeps what it tells.
pub async fn take(
    call: &Call,
    upload: Upload,
    asked: StatementsUpload,
) -> Result<StatementsImported, Problem> {
    let actor = call.actor()?.clone();
    let source = source_of(call, &actor, &upload.file_name, asked.told_by).await?;
    let bytes = upload.bytes;
    let rows = call.work(move |_, _| rows::<StatementRow>(&bytes, COLUMNS)).await?;
    let app = Arc::clone(&call.app);
    match asked.mode {
        ImportMode::Check => {
            call.read(move |conn, context| {
                Ok(statements_check(conn, context, &actor, documents(&app), (&source, &rows))?)
            })
            .await
        }
        ImportMode::Import => {
            call.write(move |tx, context| {
                Ok(statements_import(tx, context, &actor, documents(&app), (&source, &rows))?)
            })
            .await
        }
    }
}

fn documents(app: &App) -> (&Sealer, IdentityRegions) {
    (&app.sealer, app.identity_regions())
}

/// An institution tells by its own name, the bureau by that of the department that the file is from.
async fn source_of(
    call: &Call,
    actor: &Actor,
    file: &str,
    told_by: Option<String>,
) -> Result<FileSource, Problem> {
    let by = match (actor.role, actor.organisation) {
        (Role::Institution, Some(own)) => {
            let own =
                call.read(move |conn, _| Ok(crate::registry::organisations::store::find(conn, own)?)).await?;
            own.ok_or(Problem::NotFound)?.name
        }
        _ => told_by.ok_or_else(|| Invalid::one("told_by", "required"))?,
    };
    let file = if file.is_empty() { "-" } else { file };
    Ok(FileSource { by, file: file.chars().take(120).collect() })
}

pub async fn statements_template(call: Call) -> Answer {
    let told: Vec<&str> =
        told_by(call.actor()?.role).map(|told| crate::kernel::codes::Code::code(told.fact)).collect();
    let who = [
        person::NAME.key,
        person::DOCUMENT_NUMBER.key,
        person::DOCUMENT_KIND.key,
        CREDIT_CODE.key,
        MONTH.key,
        EVENT.key,
    ];
    let offered = |column: &&Column| who.contains(&column.key) || told.contains(&column.key);
    let columns: Vec<Column> = COLUMNS.iter().filter(offered).copied().collect();
    empty_template(&call, "statements-template", &columns)
}

/// What is known of a person that a scheme may ask for, for those who may see the person.
pub async fn person_facts(call: Call, id: web::Path<PersonId>) -> Answer {
    let app = Arc::clone(&call.app);
    let facts = call
        .read(move |conn, context| {
            visible_person(conn, context, *id)?;
            let positions = app.schemes.positions();
            Ok(gather(conn, positions, Beneficiary::Person(*id), context.today())?)
        })
        .await?;
    let facts: Value = serde_json::to_value(&facts).map_err(|error| Problem::Internal(error.to_string()))?;
    ok(&facts)
}

pub async fn run(call: Call, Input(RunCall(month)): Input<RunCall>) -> Answer {
    ok(&RunView::new(month, propose(&call, month).await?))
}

/// Runs a month that is over, and checks again what was decided on before.
pub async fn propose(call: &Call, month: Month) -> Result<(Proposed, Checked), Problem> {
    if month.last_day() >= call.context.today() {
        return Err(Invalid::one("month", "month-not-finished").into());
    }
    call.work(move |app, context| {
        let checked = monthly_recheck(&app.database, context, &app.schemes)?;
        Ok((monthly_run(&app.database, context, &app.schemes, month)?, checked))
    })
    .await
}

const YES_OR_NO: ColumnKind =
    ColumnKind::Choice { codes: &["true", "false"], zh: &["是", "否"], en: &["yes", "no"] };

const MONTH: Column = Column::new("month", "月份", "Month", ColumnKind::Text, Presence::Optional)
    .noted("如 2026-07；按月的事实须填写", "As in 2026-07; needed for what is told by month");

const EVENT: Column = Column::new("event", "事项", "Event", ColumnKind::Text, Presence::Optional).noted(
    "竞赛、培训或项目的代号，字母、数字和连字符",
    "A short name of the contest, training or project: letters, digits and hyphens",
);

const DOCUMENT_NUMBER: Column = Column { presence: Presence::Optional, ..person::DOCUMENT_NUMBER };

const CREDIT_CODE: Column =
    Column::new("credit_code", "统一社会信用代码", "Credit code", ColumnKind::Identifier, Presence::Optional)
        .wide(24)
        .noted("机构的事实填写，个人的不填", "For what is told of an institution, instead of a document");

/// A project of an institution is, or is not, what the column says.
const fn project(key: &'static str, zh: &'static str, en: &'static str) -> Column {
    Column::new(key, zh, en, YES_OR_NO, Presence::Optional).noted("须填写事项", "Needs the event")
}

/// All that a file may tell.
pub const COLUMNS: &[Column] = &[
    person::NAME,
    DOCUMENT_NUMBER,
    CREDIT_CODE,
    MONTH,
    Column::new("work_days", "出勤天数", "Days worked", ColumnKind::Integer, Presence::Optional)
        .noted("当月实际出勤天数，0至31", "Days worked in the month, 0 to 31"),
    Column::new("insured", "社保是否缴纳", "Insured", YES_OR_NO, Presence::Optional)
        .noted("当月用人单位是否缴纳社会保险", "Whether the employer paid social insurance for the month"),
    Column::new(
        "insurance_paid",
        "社保缴费（元）",
        "Insurance paid (yuan)",
        ColumnKind::Text,
        Presence::Optional,
    )
    .noted("当月用人单位缴纳的社会保险费", "What the employer paid into social insurance for the month"),
    Column::new("insured_months", "累计社保月数", "Months insured", ColumnKind::Integer, Presence::Optional)
        .noted("在岗期间累计缴纳月数", "Months paid while in post, in all"),
    Column::new(
        "contract_months",
        "合同期限（月）",
        "Contract (months)",
        ColumnKind::Integer,
        Presence::Optional,
    )
    .noted("劳动合同约定的月数", "The term of the labour contract"),
    Column::new("on_establishment", "是否在编", "On the establishment", YES_OR_NO, Presence::Optional)
        .noted("是否行政或事业编制", "Whether on the establishment of an administrative or public body"),
    Column::new("graduated_on", "毕业日期", "Graduated on", ColumnKind::Date, Presence::Optional)
        .noted("最高学历的毕业日期", "Of the highest education"),
    Column::new(
        "tuition_reimbursed",
        "是否已享受学费补偿",
        "Tuition reimbursed",
        YES_OR_NO,
        Presence::Optional,
    ),
    Column::new(
        "other_training_subsidy",
        "是否已享受其他培训补贴",
        "Other training subsidy",
        YES_OR_NO,
        Presence::Optional,
    )
    .noted("其他部门的同类补贴", "Of the same kind, by another department"),
    Column::new("employment_difficulty", "是否就业困难人员", "Hard to employ", YES_OR_NO, Presence::Optional),
    Column::new(
        "economic_difficulty",
        "是否经济困难老年人",
        "In economic difficulty",
        YES_OR_NO,
        Presence::Optional,
    ),
    Column::new(
        "elder_grade",
        "老年人能力评估等级",
        "Elder's grade",
        ColumnKind::Integer,
        Presence::Optional,
    )
    .noted("1最轻，5最重", "1 the lightest, 5 the heaviest"),
    Column::new(
        "cares_for_disabled_relative",
        "是否照护失能家人",
        "Cares for a disabled relative",
        YES_OR_NO,
        Presence::Optional,
    ),
    Column::new("contest_rank", "竞赛名次", "Contest rank", ColumnKind::Integer, Presence::Optional)
        .noted("须填写事项", "Needs the event"),
    Column::new("contest_tier", "竞赛级别", "Contest tier", ColumnKind::Integer, Presence::Optional).noted(
        "1国家、2省、3市、4县；须填写事项",
        "1 national, 2 provincial, 3 city, 4 county; needs the event",
    ),
    Column::new(
        "training_fee",
        "培训费用（元）",
        "Training fee (yuan)",
        ColumnKind::Text,
        Presence::Optional,
    )
    .noted("须填写事项", "Needs the event"),
    Column::new(
        "investment",
        "项目投入（元）",
        "Invested in the project (yuan)",
        ColumnKind::Text,
        Presence::Optional,
    )
    .noted("须填写事项", "Needs the event"),
    project("centre_upgrades", "是否照料中心改造提升项目", "Upgrade of a home-care centre"),
    project("neighbour_points", "是否养老睦邻点项目", "Neighbourhood point"),
    project("jiaxing_stations", "是否纳入嘉兴养老驿站建设任务", "One of Jiaxing’s stations"),
    project("projects_accepted", "是否验收合格", "Accepted"),
    Column::new(
        "facilities_graded_3a",
        "3A级及以上设施数",
        "Facilities of grade 3A or better",
        ColumnKind::Integer,
        Presence::Optional,
    )
    .noted("连锁运营的设施数", "Of those that the chain runs"),
    EVENT,
    person::DOCUMENT_KIND,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::codes::Code;
    use crate::registry::statements::rules::TOLD;

    #[test]
    fn every_fact_that_may_be_told_has_its_column() {
        for told in TOLD {
            let code = told.fact.code();
            assert!(COLUMNS.iter().any(|column| column.key == code), "{code}");
        }
        let asked: Vec<_> = form::describe::<StatementRow>().iter().map(|asked| asked.name).collect();
        assert!(COLUMNS.iter().all(|column| asked.contains(&column.key)));
    }
}
