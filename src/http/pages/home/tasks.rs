//! What waits for an account, counted by the domains' stores.

mod money;

use chrono::{Days, NaiveDate};

use crate::app::App;
use crate::db::Conn;
use crate::http::api::certificates::bodies;
use crate::http::api::training::local_rules;
use crate::http::pages::exams::progress;
use crate::http::problem::Problem;
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::vocabulary::Basis;
use crate::registry::credit::rules::Scope;
use crate::registry::credit::{AppealStatus, CreditList, Filter, Listing, ListingStatus};
use crate::registry::exams::rules::session::Stage;
use crate::registry::training::rules::review_due;
use crate::registry::training::{Class, ClassState, ClassStatus, Phase};
use crate::registry::{areas, certificates, contests, credit, exams, firstaid, schemes, training, watch};

/// One line of the list. Its words are `task-<key>` and `task-<key>-detail`.
pub struct Task {
    pub key: &'static str,
    pub args: Vec<(&'static str, String)>,
    /// The `date` of its words.
    pub date: Option<NaiveDate>,
    pub href: String,
    pub count: Option<usize>,
    pub urgency: Urgency,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Overdue,
    Soon,
    None,
}

impl Urgency {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Soon => "soon",
            Self::None => "none",
        }
    }
}

/// As far ahead as the list of first-aid certificates that end soon looks.
const FIRST_AID_AHEAD: Days = Days::new(90);
/// More rows than an account's list of open things has.
const MANY: i64 = 500;

/// What waits for `actor`, the most urgent first.
pub fn tasks(conn: &mut Conn, app: &App, context: &Context, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let mut found = match actor.role {
        Role::Bureau => {
            let mut found = filed_classes(conn, app, context, actor)?;
            found.extend(revocations(conn, actor)?);
            found.extend(bulk_revocations(conn, app, actor)?);
            found.extend(credit_decisions(conn, actor)?);
            found.extend(scheme_drafts(conn, context)?);
            found.extend(contest_results(conn, actor)?);
            found.extend(missing_populations(conn, context, actor)?);
            found.extend(money::tasks(conn, context, actor)?);
            found
        }
        Role::Town => {
            let mut found = money::tasks(conn, context, actor)?;
            found.extend(missing_populations(conn, context, actor)?);
            found
        }
        Role::School => own_classes(conn, context, actor)?,
        Role::Assessor => own_sessions(conn, context, actor)?,
        Role::Institution => {
            let mut found = watched(conn, actor)?;
            found.extend(first_aid(conn, context, actor)?);
            found.extend(money::tasks(conn, context, actor)?);
            found
        }
        Role::Caregiver => {
            let mut found = money::tasks(conn, context, actor)?;
            found.extend(first_aid(conn, context, actor)?);
            found
        }
        Role::FirstAidIssuer => first_aid(conn, context, actor)?,
        Role::Finance => money::tasks(conn, context, actor)?,
        Role::Administrator => Vec::new(),
    };
    found.extend(own_listings(conn, context, actor)?);
    found.sort_by_key(|task| task.urgency);
    Ok(found)
}

/// Results of contests that somebody else has entered.
fn contest_results(conn: &mut Conn, actor: &Actor) -> Result<Option<Task>, Problem> {
    let count = usize::try_from(contests::store::count_to_confirm(conn, actor.account)?).unwrap_or(0);
    Ok((count > 0).then(|| task("contest-results", "/talent".to_owned(), Some(count))))
}

fn task(key: &'static str, href: String, count: Option<usize>) -> Task {
    Task { key, args: Vec::new(), date: None, href, count, urgency: Urgency::None }
}

fn classes(conn: &mut Conn, actor: &Actor, status: ClassStatus) -> Result<Vec<Class>, Problem> {
    let Some(scope) = training::rules::scope(actor) else { return Ok(Vec::new()) };
    Ok(training::store::list_classes(conn, &scope, Some(status), None, MANY)?)
}

/// Classes that the bureau is to decide on, with how many of them past their day.
fn filed_classes(conn: &mut Conn, app: &App, context: &Context, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let filed = classes(conn, actor, ClassStatus::Filed)?;
    let (calendar, rules) = (app.seeds.calendar.working_days(), local_rules(app)?);
    let due = |class: &Class| match &class.state {
        ClassState::Filed(filing) => review_due(*filing, &calendar, &rules).ok(),
        _ => None,
    };
    let days: Vec<NaiveDate> = filed.iter().filter_map(due).collect();
    let late = days.iter().filter(|day| **day < context.today()).count();
    let mut found = Vec::new();
    if late > 0 {
        let mut overdue = task("classes-overdue", list_of(ClassStatus::Filed), Some(late));
        overdue.args.push(("days", rules.review_working_days.to_string()));
        overdue.urgency = Urgency::Overdue;
        found.push(overdue);
    }
    if filed.len() > late {
        let mut open = task("classes-filed", list_of(ClassStatus::Filed), Some(filed.len() - late));
        open.date = days.into_iter().filter(|day| *day >= context.today()).min();
        found.push(open);
    }
    Ok(found)
}

fn list_of(status: ClassStatus) -> String {
    format!("/classes?status={status}")
}

fn revocations(conn: &mut Conn, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let waiting = certificates::store::revocations_waiting(conn, actor.account)?;
    Ok(waiting.iter().map(|id| task("revocation", format!("/certificates/{id}"), None)).collect())
}

/// Decisions on many certificates that a colleague has asked for.
fn bulk_revocations(conn: &mut Conn, app: &App, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let bodies: Vec<_> = bodies(app, conn, actor)?.iter().map(|body| body.id).collect();
    let waiting = certificates::bulk_store::list(conn, &bodies, MANY)?;
    let waiting = waiting.iter().filter(|one| one.done.is_none() && one.requested_by != actor.account);
    let line = |one: &certificates::bulk::BulkRevocation| {
        let count = usize::try_from(one.open).unwrap_or(0);
        task("bulk-revocation", format!("/revocations/{}", one.id), Some(count))
    };
    Ok(waiting.map(line).collect())
}

/// 待决定的名单、待处理的申诉: what of the lists waits for somebody other than who had it in hand before.
fn credit_decisions(conn: &mut Conn, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let proposed = Filter { status: Some(ListingStatus::Proposed), ..Filter::default() };
    let proposals = credit::service::listings(conn, actor, &proposed, MANY)?;
    let others = proposals.iter().filter(|one| one.proposed.by != actor.account).count();
    let appealed = Filter { appeal: Some(AppealStatus::Open), ..Filter::default() };
    let appeals = credit::service::listings(conn, actor, &appealed, MANY)?;
    let had_part = |one: &&Listing| {
        let decided = one.state.listed().map(|listed| listed.decided.by);
        one.proposed.by == actor.account || decided == Some(actor.account)
    };
    let to_hear = appeals.iter().filter(|one| !had_part(one)).count();
    let mut found = Vec::new();
    if others > 0 {
        found.push(task("credit-proposals", "/credit?status=proposed".to_owned(), Some(others)));
    }
    if to_hear > 0 {
        found.push(task("credit-appeals", "/credit?appeal=open".to_owned(), Some(to_hear)));
    }
    Ok(found)
}

/// Drafts of schemes that somebody else has to put in force.
fn scheme_drafts(conn: &mut Conn, context: &Context) -> Result<Vec<Task>, Problem> {
    let drafts = schemes::store::drafts(conn)?;
    let others: Vec<_> =
        drafts.iter().filter(|draft| schemes::service::is_second_person(context, draft)).collect();
    let href = match others.as_slice() {
        [] => return Ok(Vec::new()),
        [one] => format!("/schemes/{}", one.id),
        _ => "/schemes".to_owned(),
    };
    Ok(vec![task("scheme-drafts", href, Some(others.len()))])
}

/// A black listing in force of the account's own person or organisation that nobody has appealed against.
fn own_listings(conn: &mut Conn, context: &Context, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let Some(Scope::Own(subject)) = credit::rules::scope(actor) else { return Ok(Vec::new()) };
    let listings = credit::service::standing_of(conn, subject, context.today())?;
    let open = |one: &&Listing| {
        one.list == CreditList::Black && one.state.listed().is_some_and(|listed| listed.appeal.is_none())
    };
    let line = |one: &Listing| Task {
        date: one.to,
        urgency: Urgency::Soon,
        ..task("credit-listed", format!("/my/credit/{}", one.id), None)
    };
    Ok(listings.iter().filter(open).map(line).collect())
}

/// What became of certificates on an institution's watch list, as long as nobody there has seen it.
fn watched(conn: &mut Conn, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let unseen = watch::service::unseen(conn, actor)?;
    let mut found = Vec::new();
    if unseen > 0 {
        let news = task("watch", "/watch".to_owned(), Some(unseen));
        found.push(Task { urgency: Urgency::Soon, ..news });
    }
    Ok(found)
}

/// Parts of the caller's area, or the area itself, without a count of its elders: no figure there can be computed.
fn missing_populations(conn: &mut Conn, context: &Context, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let Some(area) = &actor.area else { return Ok(Vec::new()) };
    let mut parts = areas::store::children(conn, Some(area))?;
    if parts.is_empty() {
        parts.extend(areas::store::find(conn, area)?);
    }
    let mut found = Vec::new();
    for part in parts {
        if !has_population(conn, &part.code, context.today())? {
            let mut missing = task("population", format!("/areas/{}", part.code), None);
            missing.args = vec![("area", part.name), ("area_en", part.name_en)];
            found.push(missing);
        }
    }
    Ok(found)
}

fn has_population(conn: &mut Conn, area: &AreaCode, on: NaiveDate) -> Result<bool, Problem> {
    for basis in [Basis::Registered, Basis::Resident] {
        let figures = areas::store::elder_figures(conn, area, basis)?;
        if areas::rules::population_on(&figures, on).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A school's: what was returned or not filed, and of its classes what nobody has recorded yet.
fn own_classes(conn: &mut Conn, context: &Context, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let mut found = Vec::new();
    for class in classes(conn, actor, ClassStatus::Returned)? {
        found.push(of_class("class-returned", &class, String::new()));
    }
    for class in classes(conn, actor, ClassStatus::Draft)? {
        found.push(of_class("class-draft", &class, String::new()));
    }
    for class in classes(conn, actor, ClassStatus::Approved)? {
        let missing = unrecorded(conn, &class, context.today())?;
        if missing > 0 {
            let mut one = of_class("attendance", &class, String::new());
            one.count = Some(missing);
            found.push(one);
        }
        if training::rules::phase(&class, context.today()) == Phase::Ended {
            found.push(results_or_close(conn, &class)?);
        }
    }
    Ok(found)
}

fn of_class(key: &'static str, class: &Class, below: String) -> Task {
    Task {
        args: vec![("class", class.title.clone())],
        date: Some(class.ends_on),
        ..task(key, format!("/classes/{}{below}", class.id), None)
    }
}

/// Lessons held before today whose attendance nobody has recorded.
fn unrecorded(conn: &mut Conn, class: &Class, today: NaiveDate) -> Result<usize, Problem> {
    let recorded = training::store::records::lessons_recorded(conn, class.id)?;
    let lessons = training::store::records::lessons(conn, class.id)?;
    let open = |lesson: &&training::Lesson| lesson.held_on < today && !recorded.contains(&lesson.id);
    Ok(lessons.iter().filter(open).count())
}

fn results_or_close(conn: &mut Conn, class: &Class) -> Result<Task, Problem> {
    let results = training::store::records::results(conn, class.id)?;
    Ok(if results.is_empty() {
        of_class("results", class, "/results".to_owned())
    } else {
        of_class("class-close", class, String::new())
    })
}

/// An assessment body's: sessions that wait for scores, for their confirmation, for the notice or for certificates.
fn own_sessions(conn: &mut Conn, context: &Context, actor: &Actor) -> Result<Vec<Task>, Problem> {
    /// Sessions older than this have had their turn.
    const BACK: Days = Days::new(365);
    let filter = exams::store::SessionFilter {
        body: actor.organisation,
        from: Some(context.today() - BACK),
        ..exams::store::SessionFilter::default()
    };
    let mut found = Vec::new();
    for session in exams::store::list(conn, &filter, 0, MANY)? {
        if context.today() < session.held_on {
            continue;
        }
        let whole = exams::service::whole(conn, actor, session.id)?;
        let progress = progress(&whole);
        let at = |key, below: &str, count| Task {
            args: vec![("code", session.code.clone()), ("level", session.level.number().to_string())],
            date: Some(session.held_on),
            ..task(key, format!("/exams/{}{below}", session.id), Some(count))
        };
        let others =
            |score: &&exams::Score| score.confirmed_by.is_none() && score.entered_by != actor.account;
        let to_confirm = whole.scores.values().flatten().filter(others).count();
        if progress.open > 0 {
            found.push(at("scores", "/scores", progress.open));
        }
        if to_confirm > 0 {
            found.push(at("confirmation", "/confirm", to_confirm));
        }
        if progress.passed > 0 {
            found.push(at("notice", "", progress.passed));
        }
        let stage = Stage::of(&session, progress, context.today(), context.now);
        let unissued = if stage == Stage::Certificates { unissued(conn, context, &whole)? } else { 0 };
        if unissued > 0 {
            found.push(at("issue", "", unissued));
        }
    }
    Ok(found)
}

/// Candidates whose notice has ended and who have no certificate.
fn unissued(conn: &mut Conn, context: &Context, whole: &exams::service::Whole) -> Result<usize, Problem> {
    let ended = |notice: exams::Notice| notice.has_ended(context.today());
    let cleared = whole.candidates().filter(|candidate| candidate.notice.is_some_and(ended));
    let cleared: Vec<_> = cleared.map(|one| certificates::Origin::Application(one.id)).collect();
    Ok(cleared.len() - certificates::store::issued_for(conn, &cleared)?.len())
}

/// First-aid certificates that end soon: of an institution's staff, of an issuer's own, or the caregiver's.
fn first_aid(conn: &mut Conn, context: &Context, actor: &Actor) -> Result<Vec<Task>, Problem> {
    let by = context.today() + FIRST_AID_AHEAD;
    let held = firstaid::service::first_aid_list(conn, context, Some(by), (0, MANY))?;
    let Some(first) = held.first() else { return Ok(Vec::new()) };
    let (key, href) = match actor.role {
        Role::Caregiver => ("own-first-aid", "/my/certificates"),
        _ => ("first-aid", "/first-aid?expiring=true"),
    };
    let count = (actor.role != Role::Caregiver).then_some(held.len());
    Ok(vec![Task {
        date: Some(first.expires_on),
        urgency: Urgency::Soon,
        ..task(key, href.to_owned(), count)
    }])
}
