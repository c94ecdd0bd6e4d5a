//! The pages on which a school records what happens in class: lessons, attendance, results.

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::db::Tx;
use crate::flows::view_class::{ClassSheet, view_class};
use crate::http::api::training::local_rules;
use crate::http::call::{Answer, Call};
use crate::http::input::Posted;
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::training::sheet::trainee;
use crate::http::pages::training::{Nothing, crumb, titled};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{ClassId, LessonId};
use crate::kernel::invalid::Invalid;
use crate::registry::training::service::{self, records};
use crate::registry::training::{
    Attendance, EnrolmentState, Lesson, Module, ModuleResult, NewLesson, Outcome, Presence, Presences,
    Results, store,
};

const LESSON_FIELDS: &[&str] = &["module_id", "held_on", "hours", "place", "teacher"];

pub async fn lesson_form(call: Call, id: web::Path<ClassId>) -> Answer {
    let page = lesson_page(&call, *id, &Map::new()).await?;
    show(&call, "pages/class-lessons", "class-lessons-title", page)
}

pub async fn lesson_create(call: Call, id: web::Path<ClassId>, posted: Posted<NewLesson>) -> Answer {
    let (id, rules) = (*id, local_rules(&call.app)?);
    let result = match posted.form {
        Ok(new) => {
            let work = move |tx: &mut Tx, context: &Context| {
                Ok(records::lesson_create(tx, context, &rules, id, &new)?)
            };
            call.write(work).await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match result {
        Ok(_) => Ok(see_other(&format!("/classes/{id}/lessons"), Some("lesson-created"))),
        Err(Problem::Invalid(invalid)) => {
            let page = lesson_page(&call, id, &posted.values).await?;
            show_refused(&call, "pages/class-lessons", "class-lessons-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn lesson_remove(call: Call, id: web::Path<LessonId>, _posted: Posted<Nothing>) -> Answer {
    let lesson = call.write(move |tx, context| Ok(records::lesson_remove(tx, context, *id)?)).await?;
    Ok(see_other(&format!("/classes/{}/lessons", lesson.class_id), Some("lesson-removed")))
}

async fn lesson_page(call: &Call, id: ClassId, values: &Map<String, Value>) -> Result<Value, Problem> {
    let sheet = own_sheet(call, id).await?;
    let texts = call.app.views.texts(call.language);
    let rules = local_rules(&call.app)?;
    let values = typed(values, LESSON_FIELDS);
    let option = |module: &Module| {
        let id = module.id.to_string();
        let text = titled(call.language, &module.title, &module.title_en);
        json!({ "value": id, "text": text, "selected": values["module_id"] == json!(id) })
    };
    let lesson = |lesson: &Lesson| {
        let module = sheet.programme.modules.iter().find(|module| module.id == lesson.module_id);
        json!({
            "id": lesson.id, "held_on": lesson.held_on, "hours": lesson.hours,
            "place": lesson.place, "teacher": lesson.teacher,
            "module": module.map(|module| titled(call.language, &module.title, &module.title_en)),
            "recorded": sheet.recorded.contains(&lesson.id),
        })
    };
    Ok(json!({
        "crumbs": [crumb(texts), { "href": format!("/classes/{id}"), "text": sheet.class.title }],
        "id": id,
        "title": sheet.class.title,
        "starts_on": sheet.class.starts_on,
        "ends_on": sheet.class.ends_on,
        "hours_per_day_max": rules.hours_per_day_max,
        "modules": sheet.programme.modules.iter().map(option).collect::<Vec<_>>(),
        "lessons": sheet.lessons.iter().map(lesson).collect::<Vec<_>>(),
        "values": values,
    }))
}

pub async fn attendance_form(call: Call, id: web::Path<LessonId>) -> Answer {
    let page = attendance_page(&call, *id, None).await?;
    show(&call, "pages/lesson-attendance", "lesson-attendance-title", page)
}

pub async fn attendance_record(call: Call, id: web::Path<LessonId>, posted: Posted<Presences>) -> Answer {
    let id = *id;
    let result = match posted.form {
        Ok(presences) => {
            let lines = presences.0.clone();
            let work = move |tx: &mut Tx, context: &Context| {
                records::attendance_record(tx, context, id, &presences)?;
                Ok(records::lesson(tx, context, id)?.1)
            };
            call.write(work).await.map_err(|problem| (problem, Some(lines)))
        }
        Err(invalid) => Err((invalid.into(), None)),
    };
    match result {
        Ok(lesson) => Ok(see_other(&format!("/classes/{}", lesson.class_id), Some("attendance-recorded"))),
        Err((Problem::Invalid(invalid), lines)) => {
            let page = attendance_page(&call, id, lines).await?;
            show_refused(&call, "pages/lesson-attendance", "lesson-attendance-title", page, &invalid)
        }
        Err((problem, _)) => Err(problem),
    }
}

/// The grid of a lesson: what was chosen, else what is recorded, else present.
async fn attendance_page(
    call: &Call,
    id: LessonId,
    chosen: Option<Vec<Attendance>>,
) -> Result<Value, Problem> {
    let (lesson, sheet, recorded) = call
        .read(move |conn, context| {
            let (class, lesson) = records::lesson(conn, context, id)?;
            service::own_class(conn, context, class.id)?;
            let sheet = view_class(conn, context, class.id)?;
            Ok((lesson, sheet, store::records::attendance(conn, id)?))
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let lines = chosen.as_ref().unwrap_or(&recorded);
    let open = sheet.trainees.iter().filter(|(enrolment, _)| enrolment.state == EnrolmentState::Enrolled);
    let rows: Vec<Value> = open
        .map(|(enrolment, person)| {
            let line = lines.iter().find(|line| line.enrolment == enrolment.id);
            let presence = line.map_or(Presence::Present, |line| line.presence);
            let mut row = trainee(enrolment, person);
            row["choices"] = json!(options::<Presence>(texts, presence.code()));
            row
        })
        .collect();
    let module = sheet.programme.modules.iter().find(|module| module.id == lesson.module_id);
    Ok(json!({
        "crumbs": [crumb(texts), { "href": format!("/classes/{}", sheet.class.id), "text": sheet.class.title }],
        "id": id,
        "class_id": sheet.class.id,
        "held_on": lesson.held_on,
        "hours": lesson.hours,
        "teacher": lesson.teacher,
        "module": module.map(|module| titled(call.language, &module.title, &module.title_en)),
        "recorded": !recorded.is_empty(),
        "rows": rows,
    }))
}

/// The results page's form: a cell may be left open, which the API's list does not know.
pub struct ResultGrid(Results);

impl Form for ResultGrid {
    fn read(f: &mut Fields) -> Option<Self> {
        let cells = f.list("results", 5_000, |f| {
            let enrolment = f.required("enrolment_id");
            let module = f.required("module_id");
            let outcome = f.optional::<Outcome>("outcome");
            let (enrolment, module, outcome) = (enrolment?, module?, outcome?);
            Some(outcome.map(|outcome| ModuleResult { enrolment, module, outcome }))
        });
        Some(Self(Results(cells?.into_iter().flatten().collect())))
    }
}

pub async fn results_form(call: Call, id: web::Path<ClassId>) -> Answer {
    let sheet = own_sheet(&call, *id).await?;
    show(&call, "pages/class-results", "class-results-title", results_page(&call, &sheet, &[]))
}

pub async fn results_record(call: Call, id: web::Path<ClassId>, posted: Posted<ResultGrid>) -> Answer {
    let id = *id;
    let (result, chosen) = match posted.form {
        Ok(ResultGrid(results)) => {
            let chosen = results.0.clone();
            let work =
                move |tx: &mut Tx, context: &Context| Ok(records::results_record(tx, context, id, &results)?);
            (call.write(work).await, chosen)
        }
        Err(invalid) => (Err(Problem::Invalid(invalid)), Vec::new()),
    };
    match result {
        Ok(()) => Ok(see_other(&format!("/classes/{id}"), Some("results-recorded"))),
        Err(Problem::Invalid(invalid)) => refused_results(&call, id, &chosen, &invalid).await,
        Err(problem) => Err(problem),
    }
}

async fn refused_results(call: &Call, id: ClassId, chosen: &[ModuleResult], invalid: &Invalid) -> Answer {
    let sheet = own_sheet(call, id).await?;
    let page = results_page(call, &sheet, chosen);
    show_refused(call, "pages/class-results", "class-results-title", page, invalid)
}

/// A grid of trainees and modules: what was chosen, else what is recorded.
fn results_page(call: &Call, sheet: &ClassSheet, chosen: &[ModuleResult]) -> Value {
    let texts = call.app.views.texts(call.language);
    let modules = &sheet.programme.modules;
    let open = sheet.trainees.iter().filter(|(enrolment, _)| enrolment.state == EnrolmentState::Enrolled);
    let mut index = 0;
    let mut rows = Vec::new();
    for (enrolment, person) in open {
        let mut cells = Vec::new();
        for module in modules {
            let typed = chosen.iter().find(|r| r.enrolment == enrolment.id && r.module == module.id);
            let outcome = typed.map(|r| r.outcome).or_else(|| sheet.records.outcome(enrolment.id, module));
            let selected = outcome.map(Code::code).unwrap_or_default();
            cells.push(json!({
                "index": index,
                "module_id": module.id,
                "module": titled(call.language, &module.title, &module.title_en),
                "options": options::<Outcome>(texts, selected),
            }));
            index += 1;
        }
        let mut row = trainee(enrolment, person);
        row["cells"] = json!(cells);
        rows.push(row);
    }
    let titles = modules.iter().map(|module| titled(call.language, &module.title, &module.title_en));
    json!({
        "crumbs": [crumb(texts), { "href": format!("/classes/{}", sheet.class.id), "text": sheet.class.title }],
        "id": sheet.class.id,
        "title": sheet.class.title,
        "modules": titles.collect::<Vec<_>>(),
        "rows": rows,
    })
}

async fn own_sheet(call: &Call, id: ClassId) -> Result<ClassSheet, Problem> {
    call.read(move |conn, context| {
        service::own_class(conn, context, id)?;
        Ok(view_class(conn, context, id)?)
    })
    .await
}
