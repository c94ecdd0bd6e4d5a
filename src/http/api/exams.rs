use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::db::Conn;
use crate::flows::application_submit::{Basis, application_submit};
use crate::flows::session_create;
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::decision::{self, RouteView};
use crate::http::import;
use crate::http::input::{Input, Query, Upload};
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{ApplicationId, ExamSessionId, OrganisationId, PersonId};
use crate::kernel::skill::{ExamPart, SkillLevel};
use crate::registry::exams::rules::scoring::{Outcome, PartState, outcome, part_state};
use crate::registry::exams::rules::session::may_see_unconfirmed;
use crate::registry::exams::service::{self, Whole};
use crate::registry::exams::store::{self, SessionFilter};
use crate::registry::exams::{
    Application, Confirmation, NewApplication, NewSession, Notice, Place, Score, ScoreEntry, ScoreRow,
    Session,
};
use crate::registry::organisations;
use crate::render::sheet::{Column, ColumnKind, Presence};
use crate::seeds::{ConditionSet, Rules};

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    pub id: String,
    pub code: String,
    pub body_id: String,
    pub body: String,
    pub occupation: &'static str,
    pub specialty: &'static str,
    pub level: &'static str,
    pub area: String,
    pub place: String,
    pub registration_closes_on: String,
    pub held_on: String,
    pub capacity: i32,
    /// Applications admitted so far.
    pub admitted: i64,
    pub parts: Vec<SessionPart>,
    /// How often each failed part may be sat again.
    pub resits: i32,
    /// The last day of the latest public notice.
    pub notice_ends_on: Option<String>,
    /// The instant at which it has ended.
    pub notice_ends_at: Option<String>,
    /// Those that the caller may see; empty in a list.
    pub applications: Vec<ApplicationView>,
    pub version: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionPart {
    pub part: &'static str,
    pub maximum: u32,
    pub pass_mark: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationView {
    pub id: String,
    pub session_id: String,
    pub person_id: String,
    pub name: String,
    pub submitted_by: Option<String>,
    /// `eligible` or `not-eligible`.
    pub decision: &'static str,
    pub decided_at: String,
    pub condition_set: String,
    /// The route that is met, or every route with what is missing.
    pub routes: Vec<RouteView>,
    pub declarations: Vec<DeclaredView>,
    pub admission_number: Option<String>,
    pub parts: Vec<PartView>,
    /// `pending`, `passed` or `failed`.
    pub outcome: &'static str,
    pub notice_starts_on: Option<String>,
    pub notice_ends_on: Option<String>,
    pub notice_ends_at: Option<String>,
    pub version: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DeclaredView {
    pub what: &'static str,
    pub on: Option<String>,
    pub note: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    pub part: &'static str,
    /// `open`, `entered`, `passed` or `failed`.
    pub state: &'static str,
    /// 1 is the first sitting, 2 the re-sit.
    pub attempt: i32,
    pub score: Option<i32>,
}

/// A session with the names that its view shows.
pub struct Shown {
    pub whole: Whole,
    pub body: String,
    pub names: HashMap<PersonId, String>,
    pub admitted: i64,
}

impl Shown {
    #[must_use]
    pub fn view(&self, texts: &Texts, sets: &[ConditionSet]) -> SessionView {
        let Whole { session, applications, .. } = &self.whole;
        let notice = applications.iter().filter_map(|a| a.notice).max_by_key(|notice| notice.ends_on);
        SessionView {
            notice_ends_on: notice.map(|notice| notice.ends_on.to_string()),
            notice_ends_at: notice.map(ends_at),
            applications: applications
                .iter()
                .map(|application| {
                    let name = self.names.get(&application.person).map_or("", String::as_str);
                    let scores = self.whole.scores_of(application.id);
                    ApplicationView::new(texts, sets, session, application, scores, name)
                })
                .collect(),
            ..SessionView::new(session, &self.body, self.admitted)
        }
    }
}

impl SessionView {
    #[must_use]
    pub fn new(session: &Session, body: &str, admitted: i64) -> Self {
        let parts = session.parts.iter().map(|p| SessionPart {
            part: p.part.code(),
            maximum: p.maximum,
            pass_mark: p.pass_mark,
        });
        Self {
            id: session.id.to_string(),
            code: session.code.clone(),
            body_id: session.body.to_string(),
            body: body.to_owned(),
            occupation: session.occupation.code(),
            specialty: session.specialty.code(),
            level: session.level.code(),
            area: session.area.to_string(),
            place: session.place.clone(),
            registration_closes_on: session.registration_closes_on.to_string(),
            held_on: session.held_on.to_string(),
            capacity: session.capacity,
            admitted,
            parts: parts.collect(),
            resits: session.resits,
            notice_ends_on: None,
            notice_ends_at: None,
            applications: Vec::new(),
            version: session.version,
        }
    }
}

impl ApplicationView {
    #[must_use]
    pub fn new(
        texts: &Texts,
        sets: &[ConditionSet],
        session: &Session,
        application: &Application,
        scores: &[Score],
        name: &str,
    ) -> Self {
        let declarations = application.declarations.iter().map(|declared| DeclaredView {
            what: declared.what.code(),
            on: declared.on.map(|on| on.to_string()),
            note: declared.note.clone(),
        });
        Self {
            id: application.id.to_string(),
            session_id: application.session.to_string(),
            person_id: application.person.to_string(),
            name: name.to_owned(),
            submitted_by: application.submitted_by.map(|id| id.to_string()),
            decision: application.decision.code(),
            decided_at: application.decided_at.to_rfc3339(),
            condition_set: application.condition_set.clone(),
            routes: decision::routes(texts, sets, application, session.level),
            declarations: declarations.collect(),
            admission_number: application.admission_number.clone(),
            parts: part_views(session, scores),
            outcome: match outcome(session, scores) {
                Outcome::Pending => "pending",
                Outcome::Passed => "passed",
                Outcome::Failed => "failed",
            },
            notice_starts_on: application.notice.map(|notice| notice.starts_on.to_string()),
            notice_ends_on: application.notice.map(|notice| notice.ends_on.to_string()),
            notice_ends_at: application.notice.map(ends_at),
            version: application.version,
        }
    }
}

fn part_views(session: &Session, scores: &[Score]) -> Vec<PartView> {
    let parts = session.parts.iter().map(|part| {
        let (state, attempt, score) = match part_state(*part, scores, session.resits) {
            PartState::Open { attempt } => ("open", attempt, None),
            PartState::Entered { attempt, score, .. } => ("entered", attempt, Some(score)),
            PartState::Passed { attempt, score } => ("passed", attempt, Some(score)),
            PartState::Failed { attempt, score } => ("failed", attempt, Some(score)),
        };
        PartView { part: part.part.code(), state, attempt, score }
    });
    parts.collect()
}

fn ends_at(notice: Notice) -> String {
    notice.ends_at().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

pub struct SessionQuery {
    pub level: Option<SkillLevel>,
    /// From 1.
    pub page: i64,
}

impl Form for SessionQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let level = f.optional("level");
        let page = f.optional_integer("page", 1..=10_000);
        let done = f.optional_text("done", 60);
        done?;
        Some(Self { level: level?, page: page?.unwrap_or(1) })
    }
}

pub const PAGE: i64 = 50;

pub async fn session_list(call: Call, Query(query): Query<SessionQuery>) -> Answer {
    let actor = call.actor()?.clone();
    let views = call.read(move |conn, context| sessions(conn, context, &actor, &query)).await?;
    ok(&views)
}

/// A page of the sessions that `actor` may see. Who only applies sees those still to be held.
pub fn sessions(
    conn: &mut Conn,
    context: &Context,
    actor: &Actor,
    query: &SessionQuery,
) -> Result<Vec<SessionView>, Problem> {
    let filter = SessionFilter {
        body: if actor.role == Role::Assessor { actor.organisation } else { None },
        area: if actor.role == Role::Bureau { actor.area.clone() } else { None },
        from: (actor.role == Role::Caregiver).then(|| context.today()),
        level: query.level,
    };
    let found = store::list(conn, &filter, (query.page - 1) * PAGE, PAGE)?;
    let ids: Vec<ExamSessionId> = found.iter().map(|session| session.id).collect();
    let admitted = store::admitted(conn, &ids)?;
    let mut names: HashMap<OrganisationId, String> = HashMap::new();
    let mut views = Vec::with_capacity(found.len());
    for session in &found {
        let name = match names.get(&session.body) {
            Some(name) => name.clone(),
            None => organisations::service::organisation(conn, session.body)?.name,
        };
        views.push(SessionView::new(session, &name, admitted.get(&session.id).copied().unwrap_or(0)));
        names.insert(session.body, name);
    }
    Ok(views)
}

pub async fn session_get(call: Call, id: web::Path<ExamSessionId>) -> Answer {
    let actor = call.actor()?.clone();
    let shown = call.read(move |conn, _| shown(conn, &actor, *id)).await?;
    let view = shown.view(call.app.views.texts(call.language), &call.app.seeds.condition_sets);
    ok_with_version(&view, view.version)
}

/// A session as `actor` may see it. Scores that nobody has confirmed are shown only to those who run or oversee it.
pub fn shown(conn: &mut Conn, actor: &Actor, id: ExamSessionId) -> Result<Shown, Problem> {
    let mut whole = service::whole(conn, actor, id)?;
    if !may_see_unconfirmed(&whole.session, actor) {
        for scores in whole.scores.values_mut() {
            scores.retain(|score| score.confirmed_by.is_some());
        }
    }
    let body = organisations::service::organisation(conn, whole.session.body)?.name;
    let names = service::names(conn, &whole)?;
    let admitted = store::admitted(conn, &[id])?.get(&id).copied().unwrap_or(0);
    Ok(Shown { whole, body, names, admitted })
}

pub async fn session_create(call: Call, Input(new): Input<NewSession>) -> Answer {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    call.create(move |tx, context| {
        let rules = rules(&app)?;
        let id = session_create::session_create(tx, context, &actor, &app.seeds.standard, rules, &new)?;
        Ok(shown(tx, &actor, id)?.view(app.views.texts(language), &app.seeds.condition_sets))
    })
    .await
}

/// The rules of the registry's jurisdiction.
pub fn rules(app: &App) -> Result<&Rules, Problem> {
    app.seeds
        .rules_for(&app.area)
        .ok_or_else(|| Problem::Internal(format!("no rules for the area {}", app.area)))
}

/// What an application is decided by.
#[must_use]
pub fn basis(app: &App) -> Basis<'_> {
    Basis { seeds: &app.seeds, area: &app.area, sealer: &app.sealer, regions: app.identity_regions() }
}

pub async fn application_create(
    call: Call,
    id: web::Path<ExamSessionId>,
    Input(new): Input<NewApplication>,
) -> Answer {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    call.create(move |tx, context| {
        let made = application_submit(tx, context, &actor, basis(&app), *id, &new)?;
        application_shown(tx, &app, &actor, app.views.texts(language), made.id)
    })
    .await
}

pub async fn application_get(call: Call, id: web::Path<ApplicationId>) -> Answer {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let read = move |conn: &mut Conn, _: &Context| {
        application_shown(conn, &app, &actor, app.views.texts(language), *id)
    };
    let view = call.read(read).await?;
    ok(&view)
}

/// An application as `actor` may see it.
pub fn application_shown(
    conn: &mut Conn,
    app: &App,
    actor: &Actor,
    texts: &Texts,
    id: ApplicationId,
) -> Result<ApplicationView, Problem> {
    let (session, application, mut scores) = service::application(conn, actor, id)?;
    if !may_see_unconfirmed(&session, actor) {
        scores.retain(|score| score.confirmed_by.is_some());
    }
    let name = crate::registry::people::service::person(conn, application.person)?.name;
    let sets = &app.seeds.condition_sets;
    Ok(ApplicationView::new(texts, sets, &session, &application, &scores, &name))
}

/// Scores that are handed in together.
pub struct Scores(pub Vec<ScoreEntry>);

impl Form for Scores {
    fn read(f: &mut Fields) -> Option<Self> {
        f.list("scores", 5_000, ScoreEntry::read).map(Self)
    }
}

pub async fn scores_enter(
    call: Call,
    id: web::Path<ExamSessionId>,
    Input(Scores(scores)): Input<Scores>,
) -> Answer {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    call.create(move |tx, context| {
        let entries: Vec<_> = scores.into_iter().enumerate().map(|(at, e)| (Place::Listed(at), e)).collect();
        service::scores_enter(tx, context, &actor, *id, &entries)?;
        Ok(shown(tx, &actor, *id)?.view(app.views.texts(language), &app.seeds.condition_sets))
    })
    .await
}

/// The columns of a score sheet; the review is a column only where it is assessed.
#[must_use]
pub fn score_columns(session: &Session) -> &'static [Column] {
    if session.part(ExamPart::Review).is_some() { SCORE_COLUMNS } else { &SCORE_COLUMNS[..4] }
}

const SCORE_COLUMNS: &[Column] = &[
    column("admission_number", "准考证号", "Admission number", ColumnKind::Identifier, Presence::Required),
    column("name", "姓名", "Name", ColumnKind::Text, Presence::Optional),
    column("theory", "理论知识考试", "Theory", ColumnKind::Integer, Presence::Optional),
    column("practical", "技能考核", "Practical skills", ColumnKind::Integer, Presence::Optional),
    column("review", "综合评审", "Comprehensive review", ColumnKind::Integer, Presence::Optional),
];

const fn column(
    key: &'static str,
    title_zh: &'static str,
    title_en: &'static str,
    kind: ColumnKind,
    presence: Presence,
) -> Column {
    let (note_zh, note_en) = match kind {
        ColumnKind::Integer => ("0 至 100 的整数，缺考留空", "A whole number from 0 to 100; empty if absent"),
        _ => ("", ""),
    };
    Column::new(key, title_zh, title_en, kind, presence).wide(22).noted(note_zh, note_en)
}

pub async fn scores_import(call: Call, id: web::Path<ExamSessionId>, upload: Upload) -> Answer {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    call.create(move |tx, context| {
        let session = service::session(tx, &actor, *id)?;
        let rows = import::rows::<ScoreRow>(&upload.bytes, score_columns(&session))?;
        service::scores_import(tx, context, &actor, *id, &rows)?;
        Ok(shown(tx, &actor, *id)?.view(app.views.texts(language), &app.seeds.condition_sets))
    })
    .await
}

/// With `If-Match`, nothing is confirmed that was entered since the caller looked.
pub async fn scores_confirm(
    call: Call,
    id: web::Path<ExamSessionId>,
    Input(confirmation): Input<Confirmation>,
) -> Answer {
    let version = call.if_match_given()?;
    let actor = call.actor()?.clone();
    let shown = call
        .write(move |tx, context| {
            service::scores_confirm(tx, context, &actor, *id, version, &confirmation)?;
            shown(tx, &actor, *id)
        })
        .await?;
    let view = shown.view(call.app.views.texts(call.language), &call.app.seeds.condition_sets);
    ok_with_version(&view, view.version)
}

pub async fn session_publish(call: Call, id: web::Path<ExamSessionId>) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let shown = call
        .write(move |tx, context| {
            let days = app.seeds.calendar.working_days();
            service::session_publish(tx, context, &actor, *id, rules(&app)?, &days)?;
            shown(tx, &actor, *id)
        })
        .await?;
    let view = shown.view(call.app.views.texts(call.language), &call.app.seeds.condition_sets);
    ok_with_version(&view, view.version)
}
