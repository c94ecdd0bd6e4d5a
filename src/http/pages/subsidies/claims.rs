//! 补贴申报与审核: the list of claims, by whose turn it is or by state, and many of them taken one step at once.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::app::App;
use crate::flows::claim_prospects::in_force_near;
use crate::flows::{claim_decide, claim_submit};
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query, decode_form};
use crate::http::page::{options, see_other, show, show_refused};
use crate::http::pages::subsidies::explain::applicant_name;
use crate::http::pages::subsidies::words::{self, Titles};
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::form::{self, FieldValue, Fields, Form, Kind};
use crate::kernel::ids::ClaimId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::schemes::Part;
use crate::registry::subsidies::queue_store::{self as queue, Turn};
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::service::{self, Decision, Outcomes};
use crate::registry::subsidies::{Claim, Reason, Wanted, claim_store};

/// Lines of one page, and so of one step on many.
const PAGE: i64 = 100;

/// Which claims a page lists: those whose turn it is, or those in a state.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    view: Option<View>,
    state: Option<StateCode>,
    scheme: Option<String>,
    part: Option<Part>,
    /// Every line has its tick.
    ticked: bool,
    page: i64,
}

crate::codes! {
    /// 列表: what a list of claims shows first.
    pub enum View("claim-view") {
        /// 待我办理
        Waiting = "waiting",
        /// 异议
        Objections = "objections",
        /// 复核
        Appeals = "appeals",
        /// 账户待更正
        Accounts = "accounts",
        /// 全部
        All = "all",
    }
}

impl Form for ListQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let view = f.optional("view");
        let state = f.optional("state");
        let scheme = f.optional_text("scheme", 80);
        let part = f.optional("claim_part");
        let ticked = f.optional("ticked");
        let page = f.optional_integer("page", 1..=100_000);
        Some(Self {
            view: view?,
            state: state?,
            scheme: scheme?,
            part: part?,
            ticked: ticked?.unwrap_or(false),
            page: page?.unwrap_or(1),
        })
    }
}

impl ListQuery {
    fn wanted(&self, actor: &Actor) -> Result<Wanted, Problem> {
        let wanted = Wanted {
            state: self.state,
            scheme: self.scheme.clone(),
            part: self.part.as_ref().map(ToString::to_string),
            offset: (self.page.max(1) - 1) * PAGE,
            limit: PAGE + 1,
            ..Wanted::default()
        };
        Ok(service::narrowed(actor, wanted)?)
    }

    /// The queue that the page shows; `None`: everything, or everything in a state.
    fn turn(&self, role: Role) -> Option<Turn> {
        if self.state.is_some() {
            return None;
        }
        match self.view {
            Some(View::All) => None,
            Some(View::Objections) => Some(Turn::Objections),
            Some(View::Appeals) => Some(Turn::Appeals),
            Some(View::Accounts) => Some(Turn::Account),
            Some(View::Waiting) | None => turn_of(role),
        }
    }

    /// The same list by another address.
    fn href(&self, view: Option<View>, page: i64, ticked: bool) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(view) = view {
            query.append_pair("view", view.code());
        } else if let Some(state) = self.state {
            query.append_pair("state", state.code());
        } else if let Some(view) = self.view {
            query.append_pair("view", view.code());
        }
        if let Some(scheme) = &self.scheme {
            query.append_pair("scheme", scheme);
        }
        if let Some(part) = &self.part {
            query.append_pair("claim_part", &part.to_string());
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        if ticked {
            query.append_pair("ticked", "true");
        }
        let query = query.finish();
        if query.is_empty() { "/claims".to_owned() } else { format!("/claims?{query}") }
    }
}

/// The queue that a role works off.
#[must_use]
pub const fn turn_of(role: Role) -> Option<Turn> {
    match role {
        Role::Institution => Some(Turn::Applicant),
        Role::Town => Some(Turn::Town),
        Role::Bureau => Some(Turn::Bureau),
        Role::Finance => Some(Turn::Finance),
        _ => None,
    }
}

pub async fn list(call: Call, Query(query): Query<ListQuery>) -> Answer {
    if call.actor()?.role == Role::Caregiver {
        return Ok(see_other("/my/claims", None));
    }
    let page = list_page(&call, query, Map::new()).await?;
    show(&call, "pages/claims", title(&call)?, page)
}

fn title(call: &Call) -> Result<&'static str, Problem> {
    Ok(match call.actor()?.role {
        Role::Institution => "claims-title-institution",
        Role::Town => "claims-title-town",
        Role::Bureau => "claims-title-bureau",
        _ => "claims-title",
    })
}

/// The list; `typed` is what was ticked and written where the page is shown again.
async fn list_page(call: &Call, query: ListQuery, typed: Map<String, Value>) -> Result<Value, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let title = title(call)?;
    call.read(move |conn, context| {
        let texts = app.views.texts(language);
        let wanted = query.wanted(&actor)?;
        let turn = query.turn(actor.role);
        let mut claims = match turn {
            Some(turn) => queue::list(conn, &wanted, turn)?,
            None => claim_store::list(conn, &wanted)?,
        };
        let page_size = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let has_more = claims.len() > page_size;
        claims.truncate(page_size);
        let bulk = bulk_of(actor.role, turn);
        let mut titles = Titles::new(&app.schemes, texts);
        let mut rows = Vec::with_capacity(claims.len());
        for (index, claim) in claims.iter().enumerate() {
            let mut row = words::line(conn, texts, &mut titles, claim, context.today())?;
            row["index"] = json!(index);
            row["applicant"] = json!(applicant_name(conn, claim)?);
            row["ticked"] = json!(query.ticked || is_ticked(&typed, &row["mark"]));
            // The same person can't take the next step, and the second of two can't be the first.
            row["may_tick"] = json!(bulk.is_some() && !has_had_part(&actor, claim));
            rows.push(row);
        }
        let mut schemes = Vec::new();
        for compiled in in_force_near(conn, context, &app.schemes, &app.area)? {
            let code = &compiled.scheme.code;
            let title = words::of(texts, &compiled.scheme.title);
            let chosen = query.scheme.as_ref() == Some(code);
            schemes.push(json!({ "value": code, "text": title, "selected": chosen }));
        }
        let count = i64::try_from(rows.len()).unwrap_or(0);
        let first = (query.page - 1) * PAGE;
        let at = |page: i64| query.href(None, page, false);
        Ok(json!({
            "title": texts.word(title), "lead": lead(texts, actor.role, turn), "role": actor.role,
            "tabs": tabs(texts, &query, actor.role), "rows": rows, "ticked": query.ticked,
            "states": options::<StateCode>(texts, query.state.map(Code::code).unwrap_or_default()),
            "schemes": schemes, "part": query.part.as_ref().map(ToString::to_string).unwrap_or_default(),
            "bulk": bulk.map(|step| json!({
                "step": step, "needs_reason": step != Bulk::Submit,
                "reason": typed.get("reason").cloned()
                    .unwrap_or_else(|| json!(texts.word(&format!("claim-reason-{step}")))),
            })),
            "tick_href": query.href(None, query.page, !query.ticked),
            "back": query.href(None, query.page, false),
            "previous": (query.page > 1).then(|| at(query.page - 1)),
            "next": has_more.then(|| at(query.page + 1)),
            "summary": format!("{}–{}", first + i64::from(count > 0), first + count),
            "may_file": actor.role == Role::Institution,
        }))
    })
    .await
}

fn is_ticked(typed: &Map<String, Value>, mark: &Value) -> bool {
    let lines = typed.get("claims").and_then(Value::as_array);
    lines.into_iter().flatten().any(|line| line.get("mark") == Some(mark))
}

/// Whether somebody took an earlier step that bars them from the next.
fn has_had_part(actor: &Actor, claim: &Claim) -> bool {
    use crate::registry::subsidies::rules::state::ClaimState;
    match claim.state {
        ClaimState::Submitted(deed) | ClaimState::TownReviewed(deed) => deed.by == actor.account,
        ClaimState::FirstApproved { submitted, first } => {
            submitted.by == actor.account || first.by == actor.account
        }
        _ => false,
    }
}

fn lead(texts: &Texts, role: Role, turn: Option<Turn>) -> String {
    match (role, turn) {
        (Role::Institution, Some(Turn::Applicant)) => texts.word("claims-lead-drafts"),
        (Role::Town, Some(Turn::Town)) => texts.word("claims-lead-town"),
        (Role::Bureau, Some(Turn::Bureau)) => texts.word("claims-lead-bureau"),
        _ => texts.word("claims-lead"),
    }
}

fn tabs(texts: &Texts, query: &ListQuery, role: Role) -> Vec<Value> {
    let views: &[View] = match role {
        Role::Institution => &[View::Waiting, View::Accounts, View::All],
        Role::Bureau => &[View::Waiting, View::Objections, View::Appeals, View::All],
        Role::Town => &[View::Waiting, View::All],
        _ => &[View::All],
    };
    let current = match (query.state, query.view, turn_of(role)) {
        (Some(_), _, _) | (None, None, None) => View::All,
        (None, view, _) => view.unwrap_or(View::Waiting),
    };
    let tab = |view: &View| {
        let name = if *view == View::Waiting { format!("waiting-{role}") } else { view.to_string() };
        json!({
            "href": query.href(Some(*view), 1, false), "text": texts.word(&format!("claim-view-{name}")),
            "current": *view == current,
        })
    };
    views.iter().map(tab).collect()
}

crate::codes! {
    /// One step on many claims.
    pub enum Bulk("claim-bulk") {
        Submit = "submit",
        Review = "review",
        Approve = "approve",
    }
}

const fn bulk_of(role: Role, turn: Option<Turn>) -> Option<Bulk> {
    match (role, turn) {
        (Role::Institution, Some(Turn::Applicant)) => Some(Bulk::Submit),
        (Role::Town, Some(Turn::Town)) => Some(Bulk::Review),
        (Role::Bureau, Some(Turn::Bureau)) => Some(Bulk::Approve),
        _ => None,
    }
}

/// A claim that was ticked, in the version that was seen.
#[derive(Debug, Clone, Copy)]
pub struct Marked {
    pub claim: ClaimId,
    pub version: i32,
}

impl FieldValue for Marked {
    fn kind() -> Kind {
        Kind::Special("claim-and-version")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        let parsed = text.rsplit_once('.').and_then(|(claim, version)| {
            Some(Self { claim: claim.parse().ok()?, version: version.parse().ok()? })
        });
        parsed.ok_or_else(|| FieldError::new("", "not-an-id"))
    }
}

/// The page's form: what was ticked, the step, and why.
pub struct Ticked {
    step: Bulk,
    claims: Vec<Marked>,
    reason: String,
    back: String,
}

impl Form for Ticked {
    fn read(f: &mut Fields) -> Option<Self> {
        let step = f.required::<Bulk>("step");
        let claims = f.list("claims", 200, |f| f.optional::<Marked>("mark"));
        let reason = f.optional_text("reason", 300);
        let back = f.optional_text("back", 400);
        let claims: Option<Vec<Marked>> = claims.map(|all| all.into_iter().flatten().collect());
        if claims.as_ref().is_some_and(Vec::is_empty) {
            f.refuse(FieldError::new("claims", "nothing-ticked"));
        }
        let reason = reason?;
        if reason.is_none() && step.is_some_and(|step| step != Bulk::Submit) {
            f.refuse(FieldError::new("reason", "required"));
            return None;
        }
        let back = back?.filter(|path| path == "/claims" || path.starts_with("/claims?"));
        Some(Self {
            step: step?,
            claims: claims?,
            reason: reason.unwrap_or_default(),
            back: back.unwrap_or_else(|| "/claims".to_owned()),
        })
    }
}

/// Takes the step on each by itself: one that is refused keeps none of the others from theirs.
pub async fn step_many(call: Call, posted: Posted<Ticked>) -> Answer {
    let ticked = match posted.form {
        Ok(ticked) => ticked,
        Err(invalid) => {
            // The list that the form stood under, with the same lines.
            let back = posted.values.get("back").and_then(Value::as_str).unwrap_or_default();
            let asked = decode_form(back.split_once('?').map_or("", |(_, query)| query).as_bytes());
            let query = form::read(&asked).unwrap_or(ListQuery { page: 1, ..ListQuery::default() });
            let page = list_page(&call, query, posted.values).await?;
            return show_refused(&call, "pages/claims", title(&call)?, page, &invalid);
        }
    };
    let (actor, language) = (call.actor()?.clone(), call.language);
    let allowed = bulk_of(actor.role, turn_of(actor.role)) == Some(ticked.step);
    if !allowed {
        return Err(Problem::NotAllowed);
    }
    let page = call.work(move |app, context| many(app, context, &actor, &ticked, language)).await?;
    show(&call, "pages/claims-done", "claims-done-title", page)
}

fn many(
    app: &App,
    context: &Context,
    actor: &Actor,
    ticked: &Ticked,
    language: crate::http::texts::Language,
) -> Result<Value, Problem> {
    let texts = app.views.texts(language);
    let reason = Reason(ticked.reason.clone());
    let (mut done, mut pending, mut refused) = (0, 0, Vec::new());
    for mark in &ticked.claims {
        let decision = Decision { actor, claim: mark.claim, version: mark.version, reason: &reason };
        let taken = app.database.write(|tx| {
            Ok::<_, Problem>(match ticked.step {
                Bulk::Submit => Outcomes::Done(Box::new(claim_submit::draft_submit(
                    tx,
                    context,
                    &app.schemes,
                    &decision,
                )?)),
                Bulk::Review => Outcomes::Done(Box::new(service::claim_review(tx, context, &decision)?)),
                Bulk::Approve => claim_decide::claim_approve(tx, context, &app.schemes, &decision)?,
            })
        });
        match taken {
            Ok(Outcomes::Done(_)) => done += 1,
            Ok(Outcomes::Pending(_)) => pending += 1,
            Err(Problem::Internal(what)) => return Err(Problem::Internal(what)),
            Err(problem) => refused.push((mark.claim, reasons(texts, &problem))),
        }
    }
    let lines = app.database.read(|conn| {
        let mut titles = Titles::new(&app.schemes, texts);
        let mut lines = Vec::with_capacity(refused.len());
        for (id, reasons) in refused {
            // What the caller may not see is not told of either.
            let Ok(claim) = service::claim(conn, actor, id) else { continue };
            let mut line = words::line(conn, texts, &mut titles, &claim, context.today())?;
            line["reasons"] = json!(reasons);
            lines.push(line);
        }
        Ok::<_, Problem>(lines)
    })?;
    Ok(json!({
        "step": ticked.step, "done": done, "pending": pending, "refused": lines, "back": ticked.back,
    }))
}

/// Why a step was refused, a sentence for each cause.
pub fn reasons(texts: &Texts, problem: &Problem) -> Vec<String> {
    match problem {
        Problem::Invalid(Invalid(errors)) => errors
            .iter()
            .map(|error| {
                // The field says nothing to who only ticked a box.
                let bare = FieldError { field: String::new(), ..error.clone() };
                texts.field_error(&bare).unwrap_or_else(|_| error.code.to_owned())
            })
            .collect(),
        Problem::Conflict(code) => vec![texts.word(&format!("conflict-{code}"))],
        other => vec![texts.word(&format!("problem-{}-text", other.name()))],
    }
}

/// The next claim of the caller's queue, for who has just decided on one.
pub fn next_in_queue(
    conn: &mut crate::db::Conn,
    actor: &Actor,
    before: ClaimId,
) -> Result<Option<ClaimId>, Problem> {
    let Some(turn) = turn_of(actor.role) else { return Ok(None) };
    let wanted = service::narrowed(actor, Wanted { limit: 50, ..Wanted::default() })?;
    let waiting = queue::list(conn, &wanted, turn)?;
    Ok(waiting.iter().find(|claim| claim.id != before && !has_had_part(actor, claim)).map(|claim| claim.id))
}
