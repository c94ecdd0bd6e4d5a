//! 成绩: the sheet of one session to fill in by hand or by file, and the second person's confirmation.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

use crate::http::api::exams::{Shown, score_columns, shown};
use crate::http::call::{Answer, Call};
use crate::http::import;
use crate::http::input::{Posted, Upload};
use crate::http::page::{see_other, show, show_refused};
use crate::http::pages::exams::crumbs;
use crate::http::problem::Problem;
use crate::http::texts::Language;
use crate::kernel::codes::Code;
use crate::kernel::context::Actor;
use crate::kernel::form::{FieldValue, Fields, Form, Kind};
use crate::kernel::ids::{AccountId, ApplicationId, ExamSessionId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::skill::ExamPart;
use crate::registry::exams::rules::scoring::{PartState, part_state};
use crate::registry::exams::rules::session::may_run;
use crate::registry::exams::{Confirmation, Place, ScoreEntry, ScoreRow, service};
use crate::render::sheet::{SheetLanguage, write};

/// One box of the sheet: whose, which part, which attempt. One field instead of three keeps a large sheet small.
struct Cell {
    application: ApplicationId,
    part: ExamPart,
    attempt: i32,
}

impl FieldValue for Cell {
    fn kind() -> Kind {
        Kind::Special("score-cell")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        let mut parts = text.splitn(3, '.');
        let mut next = || parts.next().unwrap_or_default();
        let (application, part, attempt) = (next(), next(), next());
        let cell = || {
            Some(Self {
                application: application.parse().ok()?,
                part: ExamPart::from_code(part)?,
                attempt: attempt.parse().ok()?,
            })
        };
        cell().ok_or_else(|| FieldError::new("", "not-an-id"))
    }
}

/// The sheet as it was filled in; empty boxes are left alone.
pub struct Sheet(Vec<(Place, ScoreEntry)>);

impl Form for Sheet {
    fn read(f: &mut Fields) -> Option<Self> {
        let cells = f.list("scores", 5_000, |f| {
            let cell = f.required::<Cell>("cell");
            let score = f.optional_integer("score", 0..=100);
            let (Cell { application, part, attempt }, score) = (cell?, score?);
            let entered = |score| {
                let score = i32::try_from(score).ok()?;
                Some(ScoreEntry { application, part, attempt: Some(attempt), score })
            };
            Some(score.and_then(entered))
        });
        let entries = cells?.into_iter().enumerate().filter_map(|(at, e)| Some((Place::Listed(at), e?)));
        Some(Self(entries.collect()))
    }
}

pub async fn sheet(call: Call, id: web::Path<ExamSessionId>) -> Answer {
    let shown = own(&call, *id).await?;
    show(&call, "pages/exam-scores", "exam-scores-title", sheet_page(&call, &shown, &Map::new()))
}

pub async fn enter(call: Call, id: web::Path<ExamSessionId>, posted: Posted<Sheet>) -> Answer {
    let id = *id;
    let entries = match posted.form {
        Ok(Sheet(entries)) => entries,
        Err(invalid) => return sheet_again(&call, id, &posted.values, &invalid).await,
    };
    let actor = call.actor()?.clone();
    let entered =
        call.write(move |tx, context| Ok(service::scores_enter(tx, context, &actor, id, &entries)?)).await;
    match entered {
        Ok(()) => Ok(see_other(&format!("/exams/{id}"), Some("scores-entered"))),
        Err(Problem::Invalid(invalid)) => sheet_again(&call, id, &posted.values, &invalid).await,
        Err(problem) => Err(problem),
    }
}

pub async fn upload(call: Call, id: web::Path<ExamSessionId>, upload: Upload) -> Answer {
    let (id, actor) = (*id, call.actor()?.clone());
    let entered = call
        .write(move |tx, context| {
            let session = service::session(tx, &actor, id)?;
            let rows = import::rows::<ScoreRow>(&upload.bytes, score_columns(&session))?;
            Ok(service::scores_import(tx, context, &actor, id, &rows)?)
        })
        .await;
    match entered {
        Ok(()) => Ok(see_other(&format!("/exams/{id}"), Some("scores-entered"))),
        Err(Problem::Invalid(invalid)) => sheet_again(&call, id, &Map::new(), &invalid).await,
        Err(problem) => Err(problem),
    }
}

/// The sheet as a workbook, with the candidates filled in.
pub async fn template(call: Call, id: web::Path<ExamSessionId>) -> Answer {
    let shown = own(&call, *id).await?;
    let columns = score_columns(&shown.whole.session);
    let rows: Vec<Vec<String>> = shown
        .whole
        .candidates()
        .map(|candidate| {
            let name = shown.names.get(&candidate.person).cloned().unwrap_or_default();
            let mut row = vec![candidate.admission_number.clone().unwrap_or_default(), name];
            row.resize(columns.len(), String::new());
            row
        })
        .collect();
    let language = match call.language {
        Language::Chinese => SheetLanguage::Chinese,
        Language::English => SheetLanguage::English,
    };
    let file = call
        .work(move |_, _| {
            write::template(columns, language, &rows).map_err(|error| Problem::Internal(error.to_string()))
        })
        .await?;
    let name = format!("attachment; filename=\"scores-{}.xlsx\"", shown.whole.session.code);
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(file))
}

/// What the second person has looked at, by the session's version.
pub struct Confirmed {
    version: i32,
}

impl Form for Confirmed {
    fn read(f: &mut Fields) -> Option<Self> {
        let version = f.integer("version", 0..=i64::from(i32::MAX))?;
        Some(Self { version: i32::try_from(version).ok()? })
    }
}

pub async fn confirm(call: Call, id: web::Path<ExamSessionId>) -> Answer {
    let shown = own(&call, *id).await?;
    let page = confirm_page(&call, &shown, call.actor()?.account);
    show(&call, "pages/exam-confirm", "exam-confirm-title", page)
}

pub async fn confirm_submit(call: Call, id: web::Path<ExamSessionId>, posted: Posted<Confirmed>) -> Answer {
    let (id, actor) = (*id, call.actor()?.clone());
    let Confirmed { version } = posted.form?;
    call.write(move |tx, context| {
        let version = Some(version);
        Ok(service::scores_confirm(tx, context, &actor, id, version, &Confirmation::All)?)
    })
    .await?;
    Ok(see_other(&format!("/exams/{id}"), Some("scores-confirmed")))
}

/// A session that the caller's body runs; to anybody else these pages don't exist.
async fn own(call: &Call, id: ExamSessionId) -> Result<Shown, Problem> {
    let actor: Actor = call.actor()?.clone();
    let shown = call
        .read(move |conn, _| {
            let shown = shown(conn, &actor, id)?;
            if may_run(&shown.whole.session, &actor) { Ok(shown) } else { Err(Problem::NotFound) }
        })
        .await?;
    Ok(shown)
}

async fn sheet_again(
    call: &Call,
    id: ExamSessionId,
    values: &Map<String, Value>,
    invalid: &Invalid,
) -> Answer {
    let shown = own(call, id).await?;
    show_refused(call, "pages/exam-scores", "exam-scores-title", sheet_page(call, &shown, values), invalid)
}

fn sheet_page(call: &Call, shown: &Shown, values: &Map<String, Value>) -> Value {
    let texts = call.app.views.texts(call.language);
    let session = &shown.whole.session;
    let typed = |index: usize| {
        let line = values.get("scores").and_then(|lines| lines.get(index));
        line.and_then(|line| line.get("score")).and_then(Value::as_str).map(str::to_owned)
    };
    let mut index = 0;
    let mut rows = Vec::new();
    for candidate in shown.whole.candidates() {
        let mut cells = Vec::new();
        for part in &session.parts {
            let state = part_state(*part, shown.whole.scores_of(candidate.id), session.resits);
            let (attempt, value, is_open) = match state {
                PartState::Open { attempt } => (attempt, String::new(), true),
                PartState::Entered { attempt, score, .. } => (attempt, score.to_string(), true),
                PartState::Passed { attempt, score } | PartState::Failed { attempt, score } => {
                    (attempt, score.to_string(), false)
                }
            };
            cells.push(json!({
                "field": format!("scores[{index}].score"), "index": index, "part": part.part,
                "cell": format!("{}.{}.{attempt}", candidate.id, part.part),
                "open": is_open, "resit": attempt > 1,
                "value": if is_open { typed(index).unwrap_or(value) } else { value },
            }));
            index += usize::from(is_open);
        }
        let name = shown.names.get(&candidate.person);
        rows.push(json!({ "name": name, "number": candidate.admission_number, "cells": cells }));
    }
    let parts: Vec<ExamPart> = session.parts.iter().map(|part| part.part).collect();
    json!({
        "crumbs": crumbs(texts, Some(session)), "id": session.id, "code": session.code,
        "held_on": session.held_on, "parts": parts, "rows": rows, "can_enter": index > 0,
        "too_early": call.context.today() < session.held_on,
    })
}

fn confirm_page(call: &Call, shown: &Shown, me: AccountId) -> Value {
    let texts = call.app.views.texts(call.language);
    let session = &shown.whole.session;
    let (mut rows, mut mine) = (Vec::new(), 0);
    for candidate in shown.whole.candidates() {
        for part in &session.parts {
            let state = part_state(*part, shown.whole.scores_of(candidate.id), session.resits);
            let PartState::Entered { attempt, score, by } = state else { continue };
            if by == me {
                mine += 1;
                continue;
            }
            rows.push(json!({
                "name": shown.names.get(&candidate.person), "number": candidate.admission_number,
                "part": part.part, "resit": attempt > 1, "score": score,
                "passed": i64::from(score) >= i64::from(part.pass_mark),
            }));
        }
    }
    json!({
        "crumbs": crumbs(texts, Some(session)), "id": session.id, "code": session.code,
        "version": session.version, "rows": rows, "mine": mine,
    })
}
