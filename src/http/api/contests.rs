//! 职业技能竞赛 for programs.

use std::sync::Arc;

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::db::{Conn, Tx};
use crate::http::api::recorded::PageQuery;
use crate::http::api::training::roster::RosterOptions;
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::download::empty_template;
use crate::http::import;
use crate::http::input::{Input, Query, Upload};
use crate::http::person_columns as person;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context};
use crate::kernel::form;
use crate::kernel::ids::{ContestId, ContestResultId};
use crate::registry::contests::{Contest, ContestResult, NewContest, NewResult, ResultState, Words, service};
use crate::render::sheet::ColumnKind::{Integer, Text};
use crate::render::sheet::{Column, Presence};

#[derive(Debug, Serialize, ToSchema)]
pub struct ContestView {
    pub id: String,
    /// The event by which schemes know it.
    pub code: String,
    pub title: String,
    /// `national`, `provincial`, `city` or `county`.
    pub tier: &'static str,
    pub occupation: &'static str,
    pub organiser: String,
    pub announced_on: String,
    pub document: String,
    /// What the first ranks earn; null where they earn no level.
    pub award: Option<AwardView>,
    /// Empty in a list. To a body that issues, those that count.
    pub results: Vec<ContestResultView>,
    /// Counts what was done to it and its results.
    pub version: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AwardView {
    pub up_to_rank: u32,
    pub level: &'static str,
    pub document: String,
    /// The assessment body that issues.
    pub body_id: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ContestResultView {
    pub id: String,
    pub person_id: String,
    pub name: String,
    pub rank: Option<u32>,
    /// 荣誉称号
    pub honour: Option<String>,
    /// `entered`, `confirmed`, `refused` or `cancelled`.
    pub status: &'static str,
    pub entered_by: String,
    pub entered_at: String,
    /// Who confirmed or refused it.
    pub decided_by: Option<String>,
    pub decided_at: Option<String>,
    pub words: Option<String>,
    /// Whether its rank earns the contest's level.
    pub earns_level: bool,
}

/// What an import did or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultsImportView {
    pub rows: usize,
    pub imported: bool,
}

impl ContestView {
    #[must_use]
    pub fn new(contest: &Contest, results: &[ContestResult]) -> Self {
        let award = contest.award.as_ref().map(|award| AwardView {
            up_to_rank: award.up_to_rank,
            level: award.level.code(),
            document: award.document.clone(),
            body_id: award.body.to_string(),
        });
        Self {
            id: contest.id.to_string(),
            code: contest.code.as_str().to_owned(),
            title: contest.name.clone(),
            tier: contest.tier.code(),
            occupation: contest.occupation.code(),
            organiser: contest.organiser.clone(),
            announced_on: contest.announced_on.to_string(),
            document: contest.document.clone(),
            award,
            results: results.iter().map(|one| ContestResultView::new(contest, one)).collect(),
            version: contest.version,
        }
    }
}

impl ContestResultView {
    #[must_use]
    pub fn new(contest: &Contest, one: &ContestResult) -> Self {
        let (decided, words) = match &one.state {
            ResultState::Entered => (None, None),
            ResultState::Confirmed { by } => (Some(by), None),
            ResultState::Refused { by, words } => (Some(by), Some(words)),
            ResultState::Cancelled { confirmed, words, .. } => (Some(confirmed), Some(words)),
        };
        Self {
            id: one.id.to_string(),
            person_id: one.person.to_string(),
            name: one.name.clone(),
            rank: one.rank,
            honour: one.honour.clone(),
            status: one.state.status().code(),
            entered_by: one.entered.by.to_string(),
            entered_at: one.entered.at.to_rfc3339(),
            decided_by: decided.map(|act| act.by.to_string()),
            decided_at: decided.map(|act| act.at.to_rfc3339()),
            words: words.cloned(),
            earns_level: one.earns(contest).is_some(),
        }
    }
}

/// Contests of one answer.
pub const PAGE: i64 = 50;

pub async fn contest_list(call: Call, Query(query): Query<PageQuery>) -> Answer {
    let actor = call.actor()?.clone();
    let page = ((query.page - 1) * PAGE, PAGE);
    let found = call.read(move |conn, _| Ok(service::contests(conn, &actor, page)?)).await?;
    ok(&found.iter().map(|contest| ContestView::new(contest, &[])).collect::<Vec<_>>())
}

pub async fn contest_get(call: Call, id: web::Path<ContestId>) -> Answer {
    let actor = call.actor()?.clone();
    let view = call.read(move |conn, _| whole(conn, &actor, *id)).await?;
    ok_with_version(&view, view.version)
}

fn whole(conn: &mut Conn, actor: &Actor, id: ContestId) -> Result<ContestView, Problem> {
    let contest = service::contest(conn, actor, id)?;
    Ok(ContestView::new(&contest, &service::results(conn, actor, &contest)?))
}

pub async fn contest_create(call: Call, Input(new): Input<NewContest>) -> Answer {
    let actor = call.actor()?.clone();
    call.create(move |tx, context| {
        Ok(ContestView::new(&service::contest_create(tx, context, &actor, &new)?, &[]))
    })
    .await
}

pub async fn contest_change(call: Call, id: web::Path<ContestId>, Input(new): Input<NewContest>) -> Answer {
    let (actor, version) = (call.actor()?.clone(), call.if_match()?);
    let view = call
        .write(move |tx, context| {
            service::contest_change(tx, context, &actor, (*id, Some(version)), &new)?;
            whole(tx, &actor, *id)
        })
        .await?;
    ok_with_version(&view, view.version)
}

pub async fn result_enter(call: Call, id: web::Path<ContestId>, Input(new): Input<NewResult>) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    call.create(move |tx, context| {
        enter(tx, context, (&app, &actor), *id, &[(None, new)])?;
        whole(tx, &actor, *id)
    })
    .await
}

/// Enters results, all or none.
pub fn enter(
    tx: &mut Tx,
    context: &Context,
    (app, actor): (&App, &Actor),
    contest: ContestId,
    rows: &[(Option<u32>, NewResult)],
) -> Result<usize, Problem> {
    let documents = (&app.sealer, app.identity_regions());
    Ok(service::results_enter(tx, context, actor, documents, (contest, rows))?.len())
}

pub async fn results_template(call: Call) -> Answer {
    empty_template(&call, "contest-results", COLUMNS)
}

pub async fn results_import(call: Call, id: web::Path<ContestId>, upload: Upload) -> Answer {
    let RosterOptions { check } = form::read(&upload.values)?;
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let bytes = upload.bytes;
    if check {
        let rows = call.work(move |app, context| {
            let tried = app.database.write::<std::convert::Infallible, Undone>(|tx| {
                Err(match take(tx, context, (app, &actor), *id, &bytes) {
                    Ok(rows) => Undone::Right(rows),
                    Err(problem) => Undone::Wrong(problem),
                })
            });
            match tried {
                Ok(never) => match never {},
                Err(Undone::Right(rows)) => Ok(rows),
                Err(Undone::Wrong(problem)) => Err(problem),
            }
        });
        return ok(&ResultsImportView { rows: rows.await?, imported: false });
    }
    call.create(move |tx, context| {
        let rows = take(tx, context, (&app, &actor), *id, &bytes)?;
        Ok(ResultsImportView { rows, imported: true })
    })
    .await
}

/// Reads a file and enters every result in it.
pub fn take(
    tx: &mut Tx,
    context: &Context,
    by: (&App, &Actor),
    contest: ContestId,
    bytes: &[u8],
) -> Result<usize, Problem> {
    let rows = import::rows::<NewResult>(bytes, COLUMNS)?;
    let rows: Vec<_> = rows.into_iter().map(|(number, row)| (Some(number), row)).collect();
    enter(tx, context, by, contest, &rows)
}

/// Why a trial's transaction was given up.
enum Undone {
    Right(usize),
    Wrong(Problem),
}

impl From<crate::db::DbError> for Undone {
    fn from(error: crate::db::DbError) -> Self {
        Self::Wrong(error.into())
    }
}

pub async fn results_confirm(call: Call, id: web::Path<ContestId>) -> Answer {
    let actor = call.actor()?.clone();
    let view = call
        .write(move |tx, context| {
            service::results_confirm(tx, context, &actor, *id)?;
            whole(tx, &actor, *id)
        })
        .await?;
    ok(&view)
}

pub async fn result_refuse(call: Call, id: web::Path<ContestResultId>, Input(words): Input<Words>) -> Answer {
    let actor = call.actor()?.clone();
    let view = call
        .write(move |tx, context| {
            let one = service::result_refuse(tx, context, &actor, *id, &words.words)?;
            whole(tx, &actor, one.contest)
        })
        .await?;
    ok(&view)
}

pub async fn result_cancel(call: Call, id: web::Path<ContestResultId>, Input(words): Input<Words>) -> Answer {
    let actor = call.actor()?.clone();
    let view = call
        .write(move |tx, context| {
            let one = service::result_cancel(tx, context, &actor, *id, &words.words)?;
            whole(tx, &actor, one.contest)
        })
        .await?;
    ok(&view)
}

/// The columns of a file of results.
pub const COLUMNS: &[Column] = &[
    person::NAME,
    person::DOCUMENT_NUMBER,
    Column::new("rank", "名次", "Rank", Integer, Presence::Optional)
        .wide(8)
        .noted("名次和荣誉称号至少填一项", "A rank, a title, or both"),
    Column::new("honour", "荣誉称号", "Title", Text, Presence::Optional)
        .noted("如 新时代工匠", "Such as Craftsman of the New Era"),
    person::DOCUMENT_KIND,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::contests::ContestCode;
    use crate::registry::schemes::EventName;

    #[test]
    fn a_contest_s_code_is_an_event_that_schemes_can_name() {
        for code in ["jiaxing-2026", "A1", "x", &"a".repeat(60)] {
            assert!(ContestCode::new(code).is_some() && EventName::new(code).is_some(), "{code}");
        }
        for code in ["", "a b", "竞赛", "a_b", &"a".repeat(61)] {
            assert!(ContestCode::new(code).is_none() && EventName::new(code).is_none(), "{code}");
        }
    }

    #[test]
    fn every_column_is_a_field_of_the_form() {
        let asked: Vec<_> = form::describe::<NewResult>().iter().map(|asked| asked.name).collect();
        assert!(COLUMNS.iter().all(|column| asked.contains(&column.key)));
    }
}
