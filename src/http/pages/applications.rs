//! 报考: the form for one person, and the decision with its reasons.

use std::sync::Arc;

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::flows::application_submit::application_submit;
use crate::http::api::exams::{application_shown, basis};
use crate::http::call::{Answer, Call};
use crate::http::input::Posted;
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::exams::{crumbs, word};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::Role;
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{ApplicationId, ExamSessionId};
use crate::kernel::invalid::Invalid;
use crate::kernel::vocabulary::Declaration;
use crate::registry::exams::rules::eligibility::conditions_in_force;
use crate::registry::exams::{Applicant, Declared, NewApplication, Session, read_applicant, service};
use crate::seeds::{ConditionSet, Need};

/// The page's form: every declaration has its line, and those that aren't ticked are left out.
pub struct Sheet {
    applicant: Applicant,
    /// With the line that each stands in.
    ticked: Vec<(usize, Declared)>,
}

impl Form for Sheet {
    fn read(f: &mut Fields) -> Option<Self> {
        let applicant = read_applicant(f);
        let lines = f.list("declarations", 20, |f| {
            let what = f.optional::<Declaration>("what");
            let on = f.optional("on");
            let note = f.optional_text("note", 200);
            let (what, on, note) = (what?, on?, note?);
            Some(what.map(|what| Declared { what, on, note }))
        });
        let ticked = lines?.into_iter().enumerate().filter_map(|(line, declared)| Some((line, declared?)));
        Some(Self { applicant: applicant?, ticked: ticked.collect() })
    }
}

pub async fn apply(call: Call, id: web::Path<ExamSessionId>) -> Answer {
    let session = session(&call, *id).await?;
    show(&call, "pages/exam-apply", "exam-apply-title", page(&call, &session, &Map::new())?)
}

pub async fn submit(call: Call, id: web::Path<ExamSessionId>, posted: Posted<Sheet>) -> Answer {
    let session = session(&call, *id).await?;
    let again = |invalid: &Invalid| {
        let page = page(&call, &session, &posted.values)?;
        show_refused(&call, "pages/exam-apply", "exam-apply-title", page, invalid)
    };
    let Sheet { applicant, ticked } = match posted.form {
        Ok(sheet) => sheet,
        Err(invalid) => return again(&invalid),
    };
    let (lines, declarations): (Vec<usize>, Vec<Declared>) = ticked.into_iter().unzip();
    let new = NewApplication { applicant, declarations };
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let made = call
        .write(move |tx, context| Ok(application_submit(tx, context, &actor, basis(&app), *id, &new)?))
        .await;
    match made {
        Ok(application) => Ok(see_other(&format!("/applications/{}", application.id), None)),
        Err(Problem::Invalid(invalid)) => again(&at_lines(invalid, &lines)),
        Err(problem) => Err(problem),
    }
}

/// An error of the n-th declaration belongs to the line in which it was ticked.
fn at_lines(Invalid(mut errors): Invalid, lines: &[usize]) -> Invalid {
    for error in &mut errors {
        let place = error.field.strip_prefix("declarations[").and_then(|rest| rest.split_once(']'));
        let line = place.and_then(|(at, rest)| Some((lines.get(at.parse::<usize>().ok()?)?, rest)));
        if let Some((line, rest)) = line {
            error.field = format!("declarations[{line}]{rest}");
        }
    }
    Invalid(errors)
}

pub async fn decision(call: Call, id: web::Path<ApplicationId>) -> Answer {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let texts = call.app.views.texts(language);
    let (session, view) = call
        .read(move |conn, _| {
            let view = application_shown(conn, &app, &actor, app.views.texts(language), *id)?;
            let (session, _, _) = service::application(conn, &actor, *id)?;
            Ok((session, view))
        })
        .await?;
    let set = call.app.seeds.condition_sets.iter().find(|set| set.code == view.condition_set);
    let page = json!({
        "crumbs": crumbs(texts, Some(&session)),
        "session": { "id": session.id, "code": session.code, "level": session.level, "held_on": session.held_on,
            "place": session.place },
        "application": view,
        "document": set.map(|set| set.document.as_str()),
        "can_apply": call.context.today() <= session.registration_closes_on,
    });
    show(&call, "pages/application", "application-title", page)
}

async fn session(call: &Call, id: ExamSessionId) -> Result<Session, Problem> {
    let actor = call.actor()?.clone();
    call.read(move |conn, _| Ok(service::session(conn, &actor, id)?)).await
}

fn page(call: &Call, session: &Session, values: &Map<String, Value>) -> Result<Value, Problem> {
    let texts = call.app.views.texts(call.language);
    let today = call.context.today();
    let set = conditions_in_force(&call.app.seeds, &call.app.area, session.occupation, today);
    let told = |line: usize, field: &str| {
        let told = values.get("declarations").and_then(|lines| lines.get(line)).and_then(|l| l.get(field));
        told.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let declarations: Vec<Value> = asked(set, session)
        .into_iter()
        .enumerate()
        .map(|(line, what)| {
            let prefix = format!("declarations[{line}]");
            json!({
                "prefix": prefix, "what": what, "text": word(texts, &format!("{}-{what}", Declaration::NAME)),
                "ticked": !told(line, "what").is_empty(), "on": told(line, "on"), "note": told(line, "note"),
            })
        })
        .collect();
    let typed = typed(values, &["document_kind", "document_number", "name"]);
    let kind = typed["document_kind"].as_str().unwrap_or_default();
    Ok(json!({
        "crumbs": crumbs(texts, Some(session)),
        "session": { "id": session.id, "code": session.code, "level": session.level, "held_on": session.held_on,
            "place": session.place, "registration_closes_on": session.registration_closes_on },
        "oneself": call.actor()?.role == Role::Caregiver,
        "kinds": options::<DocumentKind>(texts, kind),
        "values": typed,
        "declarations": declarations,
        "document": set.map(|set| set.document.as_str()),
    }))
}

/// The declarations that some route to the session's level asks for.
fn asked(set: Option<&ConditionSet>, session: &Session) -> Vec<Declaration> {
    let levels = set.into_iter().flat_map(|set| &set.levels).filter(|c| c.level == session.level);
    let needs: Vec<Need> =
        levels.flat_map(|conditions| &conditions.routes).flat_map(|route| &route.needs).copied().collect();
    let is_asked = |what: &&Declaration| {
        needs.iter().any(|need| match need {
            Need::Declared { what: asked } | Need::DeclaredYears { what: asked, .. } => asked == *what,
            Need::Education { field, .. } => *field && **what == Declaration::RelatedMajor,
            _ => false,
        })
    };
    Declaration::ALL.iter().filter(is_asked).copied().collect()
}
