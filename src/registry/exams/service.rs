use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::calendar::WorkingDays;
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{AccountId, ApplicationId, ExamSessionId, OrganisationId, PersonId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::skill::{ExamPart, SkillLevel};
use crate::registry::exams::error::{Error, Refused};
use crate::registry::exams::rules::eligibility::Eligible;
use crate::registry::exams::rules::scoring::{self, Outcome};
use crate::registry::exams::rules::session;
use crate::registry::exams::store::{Decided, SessionMade};
use crate::registry::exams::{
    Application, Confirmation, Decision, Declared, NewSession, Notice, Part, Place, Score, ScoreEntry,
    ScoreRow, Session, Shortfall, store,
};
use crate::registry::organisations::rules::{Undertaking, accredited};
use crate::registry::organisations::{self, Scope};
use crate::registry::{areas, audit, people};
use crate::seeds::{OccupationStandard, Rules};

/// A session with all that happened in it.
#[derive(Debug)]
pub struct Whole {
    pub session: Session,
    pub applications: Vec<Application>,
    /// By application.
    pub scores: HashMap<ApplicationId, Vec<Score>>,
}

impl Whole {
    #[must_use]
    pub fn scores_of(&self, application: ApplicationId) -> &[Score] {
        self.scores.get(&application).map_or(&[], Vec::as_slice)
    }

    /// 准考: the applications that were admitted.
    pub fn candidates(&self) -> impl Iterator<Item = &Application> {
        self.applications.iter().filter(|application| application.decision == Decision::Eligible)
    }
}

/// A session that `actor` may know of; otherwise [`Error::NotFound`].
pub fn session(conn: &mut Conn, actor: &Actor, id: ExamSessionId) -> Result<Session, Error> {
    let found = store::find(conn, id)?.filter(|found| session::may_see(found, actor));
    found.ok_or(Error::NotFound)
}

/// A session with those of its applications that `actor` may see.
pub fn whole(conn: &mut Conn, actor: &Actor, id: ExamSessionId) -> Result<Whole, Error> {
    let session = session(conn, actor, id)?;
    let mut whole = load(conn, session)?;
    let Whole { session, applications, .. } = &mut whole;
    applications.retain(|application| session::may_see_application(session, application, actor));
    Ok(whole)
}

/// An application that `actor` may see, with its session and scores.
pub fn application(
    conn: &mut Conn,
    actor: &Actor,
    id: ApplicationId,
) -> Result<(Session, Application, Vec<Score>), Error> {
    let found = store::find_application(conn, id)?.ok_or(Error::NotFound)?;
    let session = store::find(conn, found.session)?.ok_or(Error::NotFound)?;
    if !session::may_see_application(&session, &found, actor) {
        return Err(Error::NotFound);
    }
    let scores = store::scores_of(conn, &[id])?;
    Ok((session, found, scores))
}

/// Announces a session of the caller's own body, under the parts and rules of today.
pub fn session_create(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    standard: &OccupationStandard,
    rules: &Rules,
    new: &NewSession,
) -> Result<ExamSessionId, Error> {
    let body = organisations::service::organisation(tx, actor.organisation.ok_or(Error::NotFound)?)?;
    let held = organisations::service::accreditations_held(tx, &body)?;
    let undertaking = Undertaking {
        scope: Scope::Assessment,
        occupation: Some(new.occupation),
        level: Some(new.level),
        on: new.held_on,
    };
    let checked = session::check(new, context.today(), accredited(&held, undertaking));
    let mut errors = checked.err().map_or_else(Vec::new, |Invalid(errors)| errors);
    let area = new.area.clone().unwrap_or_else(|| body.area_code.clone());
    if areas::store::find(tx, &area)?.is_none() {
        errors.push(FieldError::new("area_code", "unknown-area"));
    }
    Invalid::if_any(errors)?;
    let code = session::session_code(new.held_on, new.level, context.random_bytes());
    let resits = i32::try_from(rules.resits.value).unwrap_or(0);
    let parts = parts_of(standard, new.level);
    let made = SessionMade { code: &code, body: body.id, area: &area, parts, resits };
    let id = store::insert(tx, context, new, &made)?;
    let details = json!({ "code": code, "level": new.level, "held_on": new.held_on });
    audit::store::record(tx, context, "exam_session_create", ("exam-session", id), details)?;
    Ok(id)
}

/// Who is applied for, by whom, and what they state.
#[derive(Debug)]
pub struct Submission<'a> {
    pub person: PersonId,
    pub submitted_by: Option<OrganisationId>,
    pub declarations: &'a [Declared],
    /// Code of the condition set by which it was decided.
    pub condition_set: &'a str,
}

/// Refuses an application that needs no look at the conditions: too late, admitted already, level held, or full.
/// Whoever comes here holds the session until the end of the transaction, so that no two take its last place.
pub fn application_admit(
    tx: &mut Tx,
    context: &Context,
    session: &Session,
    person: PersonId,
    held: &[SkillLevel],
) -> Result<(), Error> {
    store::touch(tx, session.id)?;
    let admitted = store::admitted(tx, &[session.id])?.get(&session.id).copied().unwrap_or(0);
    let earlier = store::application_of(tx, session.id, person)?;
    Ok(session::may_apply(session, context.today(), admitted, earlier.as_ref(), held)?)
}

/// Writes an application with its decision; an admitted one gets its number.
pub fn application_record(
    tx: &mut Tx,
    context: &Context,
    session: &Session,
    submission: &Submission<'_>,
    decision: &Result<Eligible, Vec<Shortfall>>,
) -> Result<Application, Error> {
    let earlier = store::application_of(tx, session.id, submission.person)?;
    let admitted = store::admitted(tx, &[session.id])?.get(&session.id).copied().unwrap_or(0);
    let (decided, route, shortfalls, admission_number) = match decision {
        Ok(eligible) => {
            let number = session::admission_number(session, admitted);
            (Decision::Eligible, Some(eligible.route()), &[][..], Some(number))
        }
        Err(shortfalls) => (Decision::NotEligible, None, shortfalls.as_slice(), None),
    };
    let row = Decided {
        session: session.id,
        person: submission.person,
        submitted_by: submission.submitted_by,
        declarations: submission.declarations,
        condition_set: submission.condition_set,
        decision: decided,
        route,
        shortfalls,
        admission_number,
    };
    let id = store::save_application(tx, context, earlier.as_ref(), &row)?;
    let details = json!({
        "exam_session": session.code, "decision": decided, "route": route,
        "condition_set": submission.condition_set,
    });
    audit::store::record(tx, context, "application_submit", ("application", id), details)?;
    store::find_application(tx, id)?.ok_or(Error::NotFound)
}

/// Enters scores, all or none; one that isn't confirmed is corrected by entering it again.
///
/// # Errors
/// [`Error::Invalid`] with every field that is wrong, named by the place that its caller knows.
pub fn scores_enter(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: ExamSessionId,
    entries: &[(Place, ScoreEntry)],
) -> Result<(), Error> {
    let session = own_session(tx, actor, id)?;
    store::touch(tx, id)?;
    if context.today() < session.held_on {
        return Err(Refused::NotHeldYet.into());
    }
    let whole = load(tx, session)?;
    let attempts = check_entries(&whole, entries)?;
    for ((_, entry), attempt) in entries.iter().zip(&attempts) {
        let value = (entry.part, *attempt, entry.score);
        store::save_score(tx, context, actor.account, entry.application, value)?;
    }
    let lines: Vec<_> = entries
        .iter()
        .zip(&attempts)
        .map(|((_, entry), attempt)| json!([entry.application, entry.part, attempt, entry.score]))
        .collect();
    audit::store::record(tx, context, "scores_enter", ("exam-session", id), json!({ "scores": lines }))?;
    Ok(())
}

/// The attempt of every entry, or all that is wrong with them.
fn check_entries(whole: &Whole, entries: &[(Place, ScoreEntry)]) -> Result<Vec<i32>, Invalid> {
    let mut errors = Vec::new();
    let mut attempts = Vec::with_capacity(entries.len());
    let mut seen: HashSet<(ApplicationId, ExamPart)> = HashSet::new();
    if entries.is_empty() {
        return Err(Invalid::one("scores", "required"));
    }
    let candidates: Vec<ApplicationId> = whole.candidates().map(|candidate| candidate.id).collect();
    for (place, entry) in entries {
        let mut refuse = |field, code| errors.push(place.error(entry.part, field, code));
        if !candidates.contains(&entry.application) {
            refuse("application_id", "not-a-candidate");
        } else if !seen.insert((entry.application, entry.part)) {
            refuse("part", "twice-in-list");
        } else {
            let scores = whole.scores_of(entry.application);
            match scoring::enter(&whole.session, scores, entry.part, entry.score, entry.attempt) {
                Ok(attempt) => attempts.push(attempt),
                Err(refused) => {
                    let (field, code) = refused.told();
                    refuse(field, code);
                }
            }
        }
    }
    if errors.is_empty() { Ok(attempts) } else { Err(Invalid(errors)) }
}

/// Enters the scores of a spreadsheet, by admission number. A name beside the number must be the candidate's.
pub fn scores_import(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: ExamSessionId,
    rows: &[(u32, ScoreRow)],
) -> Result<(), Error> {
    let session = own_session(tx, actor, id)?;
    let whole = load(tx, session)?;
    let names = names(tx, &whole)?;
    let mut errors = Vec::new();
    let mut entries = Vec::new();
    for (number, row) in rows {
        let known =
            |candidate: &&Application| candidate.admission_number.as_ref() == Some(&row.admission_number);
        let Some(candidate) = whole.candidates().find(known) else {
            errors.push(FieldError::new("admission_number", "not-a-candidate").at_row(*number));
            continue;
        };
        let name = names.get(&candidate.person).map_or("", String::as_str);
        if row.name.as_ref().is_some_and(|written| !people::rules::same_name(written, name)) {
            errors.push(FieldError::new("name", "other-name").at_row(*number));
        }
        entries.extend(row.scores.iter().map(|(part, score)| {
            let entry = ScoreEntry { application: candidate.id, part: *part, attempt: None, score: *score };
            (Place::Row(*number), entry)
        }));
    }
    if !errors.is_empty() {
        if let Err(Invalid(more)) = check_entries(&whole, &entries) {
            errors.extend(more.into_iter().filter(|error| error.row.is_some()));
        }
        errors.sort_by_key(|error| error.row);
        return Err(Invalid(errors).into());
    }
    scores_enter(tx, context, actor, id, &entries)
}

/// The names of a session's applicants.
pub fn names(conn: &mut Conn, whole: &Whole) -> Result<HashMap<PersonId, String>, Error> {
    let ids: Vec<PersonId> = whole.applications.iter().map(|application| application.person).collect();
    let people = people::store::find_many(conn, &ids)?;
    Ok(people.into_iter().map(|person| (person.id, person.name)).collect())
}

/// Confirms entered scores; nobody confirms their own. `version`, if given, is that of the session whose scores
/// the caller has looked at.
pub fn scores_confirm(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: ExamSessionId,
    version: Option<i32>,
    confirmation: &Confirmation,
) -> Result<(), Error> {
    own_session(tx, actor, id)?;
    let held = store::touch(tx, id)?;
    if version.is_some_and(|version| version != held.before) {
        return Err(Error::Stale);
    }
    let scores = store::scores(tx, id)?;
    let chosen = chosen(&scores, actor.account, confirmation)?;
    for score in &chosen {
        store::confirm_score(tx, context, actor.account, score.id)?;
    }
    let lines: Vec<_> = chosen
        .iter()
        .map(|score| json!([score.application, score.part, score.attempt, score.score]))
        .collect();
    audit::store::record(tx, context, "scores_confirm", ("exam-session", id), json!({ "scores": lines }))?;
    Ok(())
}

fn chosen<'a>(
    scores: &'a [Score],
    by: AccountId,
    confirmation: &Confirmation,
) -> Result<Vec<&'a Score>, Refused> {
    let Confirmation::Listed(listed) = confirmation else { return scoring::confirm_all(scores, by) };
    let mut chosen: Vec<&Score> = Vec::with_capacity(listed.len());
    for (application, part) in listed {
        let of_part = scores.iter().filter(|s| s.application == *application && s.part == *part);
        let latest = of_part.max_by_key(|score| score.attempt);
        scoring::confirm(latest, by)?;
        chosen.extend(latest.filter(|latest| chosen.iter().all(|score| score.id != latest.id)));
    }
    Ok(chosen)
}

/// Puts everybody who has passed and isn't on notice yet on public notice from today.
pub fn session_publish(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: ExamSessionId,
    rules: &Rules,
    days: &WorkingDays,
) -> Result<Notice, Error> {
    let session = own_session(tx, actor, id)?;
    store::touch(tx, id)?;
    let whole = load(tx, session)?;
    let passed: Vec<ApplicationId> = publishable(&whole).map(|application| application.id).collect();
    if passed.is_empty() {
        return Err(Refused::NothingToPublish.into());
    }
    let notice = Notice::starting(context.today(), rules.exam_notice_working_days.value, days)?;
    for application in &passed {
        store::publish(tx, context, *application, notice)?;
    }
    let details = json!({ "applications": passed, "notice_ends_on": notice.ends_on });
    audit::store::record(tx, context, "exam_session_publish", ("exam-session", id), details)?;
    Ok(notice)
}

/// The candidates who have passed and aren't on notice yet.
pub fn publishable(whole: &Whole) -> impl Iterator<Item = &Application> {
    whole.candidates().filter(|application| {
        application.notice.is_none()
            && scoring::outcome(&whole.session, whole.scores_of(application.id)) == Outcome::Passed
    })
}

/// What a session's public notice shows on a day.
#[derive(Debug)]
pub struct OnNotice {
    pub session: Session,
    /// Name of the assessment body.
    pub body: String,
    /// In the order of their numbers; none when the notice has ended.
    pub people: Vec<PersonOnNotice>,
}

#[derive(Debug)]
pub struct PersonOnNotice {
    pub name: String,
    /// The last four digits of the admission number, which tell two of one name apart.
    pub number_tail: String,
    pub notice: Notice,
}

/// The notice of a session by its code, for anybody; `None` where nothing of it was ever published.
pub fn on_notice(conn: &mut Conn, code: &str, today: NaiveDate) -> Result<Option<OnNotice>, Error> {
    let Some(session) = store::find_by_code(conn, code)? else { return Ok(None) };
    let whole = load(conn, session)?;
    if whole.candidates().all(|candidate| candidate.notice.is_none()) {
        return Ok(None);
    }
    let names = names(conn, &whole)?;
    let body = organisations::service::organisation(conn, whole.session.body)?.name;
    let shown = whole.candidates().filter_map(|candidate| {
        let notice = candidate.notice.filter(|notice| !notice.has_ended(today))?;
        let number = candidate.admission_number.as_deref().unwrap_or_default();
        let number_tail = number[number.len().saturating_sub(4)..].to_owned();
        Some(PersonOnNotice { name: names.get(&candidate.person)?.clone(), number_tail, notice })
    });
    let people = shown.collect();
    Ok(Some(OnNotice { session: whole.session, body, people }))
}

/// A session that the caller's body holds. One that others hold is not found; one that the caller may only look
/// at is neither theirs to change.
fn own_session(conn: &mut Conn, actor: &Actor, id: ExamSessionId) -> Result<Session, Error> {
    let found = store::find(conn, id)?.filter(|found| session::may_run(found, actor));
    found.ok_or(Error::NotFound)
}

fn load(conn: &mut Conn, session: Session) -> Result<Whole, Error> {
    let applications = store::applications(conn, session.id)?;
    let mut scores: HashMap<ApplicationId, Vec<Score>> = HashMap::new();
    for score in store::scores(conn, session.id)? {
        scores.entry(score.application).or_default().push(score);
    }
    Ok(Whole { session, applications, scores })
}

fn parts_of(standard: &OccupationStandard, level: SkillLevel) -> Vec<Part> {
    let of_level = standard.levels.iter().filter(|known| known.level == level);
    let parts = of_level.flat_map(|known| &known.parts);
    parts.map(|p| Part { part: p.part, maximum: p.maximum, pass_mark: p.pass_mark }).collect()
}
