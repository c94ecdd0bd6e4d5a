//! 考次: the list, announcing one, one with its candidates, and putting results on notice.

use std::sync::Arc;

use actix_web::web;
use fluent_bundle::FluentArgs;
use serde_json::{Map, Value, json};

use crate::db::Conn;
use crate::flows::certificate_issue::session_certificates_issue;
use crate::flows::session_create;
use crate::http::api::exams::{PAGE, SessionQuery, Shown, rules, sessions, shown};
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::accounts::Nothing;
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::dates::Timestamp;
use crate::kernel::ids::ExamSessionId;
use crate::kernel::invalid::Invalid;
use crate::kernel::skill::{SkillLevel, Specialty};
use crate::registry::certificates::{self, Origin, Standing};
use crate::registry::exams::rules::scoring::{PartState, part_state};
use crate::registry::exams::rules::session::{Progress, Stage, may_run};
use crate::registry::exams::service::{self, Whole, publishable};
use crate::registry::exams::{NewSession, Notice, Session};

pub async fn list(call: Call, Query(query): Query<SessionQuery>) -> Answer {
    let actor = call.actor()?.clone();
    let role = actor.role;
    let page = query.page;
    let found = call.read(move |conn, context| sessions(conn, context, &actor, &query)).await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let data = json!({
        "sessions": found,
        "today": call.context.today(),
        "can_create": role == Role::Assessor,
        "previous": (page > 1).then(|| format!("/exams?page={}", page - 1)),
        "next": full.then(|| format!("/exams?page={}", page + 1)),
        "number": page,
    });
    show(&call, "pages/exams", "exams-title", data)
}

const FIELDS: &[&str] =
    &["level", "specialty", "area_code", "place", "registration_closes_on", "held_on", "capacity"];

pub async fn new(call: Call) -> Answer {
    show(&call, "pages/exam-new", "exam-new-title", new_page(&call, &Map::new()))
}

pub async fn create(call: Call, posted: Posted<NewSession>) -> Answer {
    let actor = call.actor()?.clone();
    let again = |invalid: &Invalid| {
        show_refused(&call, "pages/exam-new", "exam-new-title", new_page(&call, &posted.values), invalid)
    };
    let new = match posted.form {
        Ok(new) => new,
        Err(invalid) => return again(&invalid),
    };
    let app = Arc::clone(&call.app);
    let made = call
        .write(move |tx, context| {
            let standard = &app.seeds.standard;
            Ok(session_create::session_create(tx, context, &actor, standard, rules(&app)?, &new)?)
        })
        .await;
    match made {
        Ok(id) => Ok(see_other(&format!("/exams/{id}"), Some("exam-session-created"))),
        Err(Problem::Invalid(invalid)) => again(&invalid),
        Err(problem) => Err(problem),
    }
}

fn new_page(call: &Call, values: &Map<String, Value>) -> Value {
    let texts = call.app.views.texts(call.language);
    let values = typed(values, FIELDS);
    let chosen = |field: &str| values[field].as_str().unwrap_or_default();
    json!({
        "crumbs": crumbs(texts, None),
        "today": call.context.today(),
        "levels": options::<SkillLevel>(texts, chosen("level")),
        "specialties": options::<Specialty>(texts, chosen("specialty")),
        "values": values,
    })
}

pub async fn session(call: Call, id: web::Path<ExamSessionId>) -> Answer {
    let actor = call.actor()?.clone();
    let asking = actor.clone();
    let (shown, issuing) = call
        .read(move |conn, context| {
            let shown = shown(conn, &asking, *id)?;
            let issuing = Issuing::of(conn, &shown, context.now)?;
            Ok((shown, issuing))
        })
        .await?;
    show(&call, "pages/exam", "exam-title", session_page(&call, &shown, issuing, &actor))
}

/// How far the certificates of a session are.
#[derive(Default, Clone, Copy)]
struct Issuing {
    /// Candidates whose notice has ended without a certificate yet.
    due: usize,
    /// Certificates that are valid, and so may be printed.
    printable: usize,
}

impl Issuing {
    fn of(conn: &mut Conn, shown: &Shown, now: Timestamp) -> Result<Self, Problem> {
        let ended = |notice: Notice| now >= notice.ends_at();
        let cleared = shown.whole.candidates().filter(|one| one.notice.is_some_and(ended));
        let cleared: Vec<_> = cleared.map(|one| Origin::Application(one.id)).collect();
        let issued = certificates::store::issued_for(conn, &cleared)?;
        let made = certificates::store::of_origins(conn, &cleared)?;
        let printable = made.iter().filter(|one| one.state.standing() == Standing::Valid).count();
        Ok(Self { due: cleared.len() - issued.len(), printable })
    }
}

/// 发证: for everybody whose notice has ended. One who is refused holds up no other; if all are, the page says why.
pub async fn issue(call: Call, id: web::Path<ExamSessionId>, _posted: Posted<Nothing>) -> Answer {
    let actor = call.actor()?.clone();
    call.work(move |app, context| {
        let mut refused = None;
        let mut made = false;
        for one in session_certificates_issue(&app.desk(), context, &actor, *id)? {
            match one.result {
                Ok(_) => made = true,
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(error) if !made => Err(error.into()),
            _ => Ok(()),
        }
    })
    .await?;
    Ok(see_other("/certificates", Some("certificates-issued")))
}

pub async fn publish(call: Call, id: web::Path<ExamSessionId>, _posted: Posted<Nothing>) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let id = *id;
    call.write(move |tx, context| {
        let days = app.seeds.calendar.working_days();
        Ok(service::session_publish(tx, context, &actor, id, rules(&app)?, &days)?)
    })
    .await?;
    Ok(see_other(&format!("/exams/{id}"), Some("exam-session-published")))
}

fn session_page(call: &Call, shown: &Shown, issuing: Issuing, actor: &Actor) -> Value {
    let texts = call.app.views.texts(call.language);
    let session = &shown.whole.session;
    let progress = progress(&shown.whole);
    let today = call.context.today();
    let runs = may_run(session, actor);
    let applies = matches!(actor.role, Role::School | Role::Institution | Role::Assessor | Role::Caregiver);
    json!({
        "crumbs": crumbs(texts, None),
        "session": shown.view(texts, &call.app.seeds.condition_sets),
        "steps": steps(texts, session, progress, &call.context),
        "runs": runs,
        "can_apply": applies && today <= session.registration_closes_on,
        "can_score": runs && today >= session.held_on && shown.admitted > 0,
        "waiting": progress.waiting,
        "passed": progress.passed,
        "due": if runs { issuing.due } else { 0 },
        "printable": if runs { issuing.printable } else { 0 },
        "notice_days": rules(&call.app).ok().map(|rules| rules.exam_notice_working_days.value),
    })
}

/// How far a session has come.
pub fn progress(whole: &Whole) -> Progress {
    let mut progress = Progress { passed: publishable(whole).count(), ..Progress::default() };
    for candidate in whole.candidates() {
        for part in &whole.session.parts {
            match part_state(*part, whole.scores_of(candidate.id), whole.session.resits) {
                PartState::Open { .. } => progress.open += 1,
                PartState::Entered { .. } => progress.waiting += 1,
                PartState::Passed { .. } | PartState::Failed { .. } => {}
            }
        }
        progress.notice_ends_at =
            progress.notice_ends_at.max(candidate.notice.map(|notice| notice.ends_at()));
    }
    progress
}

fn steps(texts: &Texts, session: &Session, progress: Progress, context: &Context) -> Vec<Value> {
    let now = Stage::of(session, progress, context.today(), context.now);
    Stage::ALL
        .iter()
        .map(|stage| {
            let state = match stage.cmp(&now) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "current",
                std::cmp::Ordering::Greater => "later",
            };
            json!({ "text": word(texts, &format!("{}-{stage}", Stage::NAME)), "state": state })
        })
        .collect()
}

/// The way down to a page of this domain: the list, and the session if the page lies below one.
pub fn crumbs(texts: &Texts, session: Option<&Session>) -> Vec<Value> {
    let mut crumbs = vec![json!({ "href": "/exams", "text": word(texts, "exams-title") })];
    crumbs.extend(
        session.map(|session| json!({ "href": format!("/exams/{}", session.id), "text": session.code })),
    );
    crumbs
}

pub fn word(texts: &Texts, key: &str) -> String {
    texts.text(key, &FluentArgs::new()).unwrap_or_else(|_| key.to_owned())
}
