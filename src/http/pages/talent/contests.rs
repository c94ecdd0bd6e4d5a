//! Contests: their list, an entry, one contest with its results, and one result with what can be done about it.

use std::sync::Arc;

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::db::Tx;
use crate::flows::certificate_issue::contest_certificate_issue;
use crate::http::api::contests::{COLUMNS, ContestResultView, ContestView, PAGE, enter as enter_all, take};
use crate::http::api::recorded::PageQuery;
use crate::http::call::{Answer, Call};
use crate::http::download::empty_template;
use crate::http::input::{Posted, Query, Upload};
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::certificates::name;
use crate::http::pages::firstaid::pages;
use crate::http::pages::imports::{Place, answer_import, show_import};
use crate::http::pages::talent::{may_write, tabs};
use crate::http::problem::Problem;
use crate::kernel::context::{Actor, Context};
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{ContestId, ContestResultId};
use crate::kernel::skill::SkillLevel;
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::certificates::{self, Origin};
use crate::registry::contests::{
    Contest, ContestResult, NewContest, NewResult, ResultState, ResultStatus, Tier, Words, service, store,
};
use crate::registry::organisations;

/// The page of a list, which may have been redirected to.
pub struct ListQuery(PageQuery);

impl ListQuery {
    #[must_use]
    pub fn page(self) -> PageQuery {
        self.0
    }
}

impl Form for ListQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let done = f.optional_text("done", 60);
        let page = PageQuery::read(f);
        done?;
        page.map(Self)
    }
}

pub async fn list(call: Call, Query(ListQuery(query)): Query<ListQuery>) -> Answer {
    let actor = call.actor()?.clone();
    let range = ((query.page - 1) * PAGE, PAGE + 1);
    let (mut found, waiting) = call
        .read(move |conn, _| Ok((service::contests(conn, &actor, range)?, store::waiting(conn)?)))
        .await?;
    let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > size;
    found.truncate(size);
    let line = |contest: &Contest| {
        let mut line = json!(ContestView::new(contest, &[]));
        let waits = waiting.get(&contest.id).copied().filter(|_| may_write(&call));
        line["waiting"] = json!(waits);
        line
    };
    let lines: Vec<Value> = found.iter().map(line).collect();
    let page = json!({
        "tabs": tabs(&call, "contests"), "may_write": may_write(&call),
        "pages": pages("/talent?page=", query.page, lines.len(), more), "contests": lines,
    });
    show(&call, "pages/contests", "contests-title", page)
}

const FIELDS: &[&str] = &[
    "code",
    "title",
    "tier",
    "organiser",
    "announced_on",
    "document",
    "award_rank",
    "award_level",
    "award_document",
    "award_body_id",
];

pub async fn new(call: Call) -> Answer {
    let page = new_page(&call, None, &Map::new()).await?;
    show(&call, "pages/contest-new", "contest-new-title", page)
}

/// The form with what was entered, to be corrected.
pub async fn edit(call: Call, id: web::Path<ContestId>) -> Answer {
    let (actor, contest) = (call.actor()?.clone(), *id);
    let found = call.read(move |conn, _| Ok(service::contest(conn, &actor, contest)?)).await?;
    let page = new_page(&call, Some(contest), &values_of(&found)).await?;
    show(&call, "pages/contest-new", "contest-edit-title", page)
}

pub async fn edit_submit(call: Call, id: web::Path<ContestId>, posted: Posted<NewContest>) -> Answer {
    let (actor, contest) = (call.actor()?.clone(), *id);
    let changed = match posted.form {
        Ok(new) => {
            call.write(move |tx, context| {
                Ok(service::contest_change(tx, context, &actor, (contest, None), &new)?)
            })
            .await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match changed {
        Ok(_) => Ok(see_other(&format!("/talent/contests/{contest}"), Some("contest-changed"))),
        Err(Problem::Invalid(invalid)) => {
            let page = new_page(&call, Some(contest), &posted.values).await?;
            show_refused(&call, "pages/contest-new", "contest-edit-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

/// What was entered, as the form has it.
fn values_of(contest: &Contest) -> Map<String, Value> {
    let award = contest.award.as_ref();
    let text = |value: Option<String>| json!(value.unwrap_or_default());
    let values = [
        ("code", json!(contest.code.as_str())),
        ("title", json!(contest.name)),
        ("tier", json!(contest.tier)),
        ("organiser", json!(contest.organiser)),
        ("announced_on", json!(contest.announced_on)),
        ("document", json!(contest.document)),
        ("award_rank", text(award.map(|award| award.up_to_rank.to_string()))),
        ("award_level", text(award.map(|award| award.level.to_string()))),
        ("award_document", text(award.map(|award| award.document.clone()))),
        ("award_body_id", text(award.map(|award| award.body.to_string()))),
    ];
    values.into_iter().map(|(field, value)| (field.to_owned(), value)).collect()
}

pub async fn new_submit(call: Call, posted: Posted<NewContest>) -> Answer {
    let actor = call.actor()?.clone();
    let made = match posted.form {
        Ok(new) => {
            call.write(move |tx, context| Ok(service::contest_create(tx, context, &actor, &new)?)).await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match made {
        Ok(contest) => Ok(see_other(&format!("/talent/contests/{}", contest.id), Some("contest-entered"))),
        Err(Problem::Invalid(invalid)) => {
            let page = new_page(&call, None, &posted.values).await?;
            show_refused(&call, "pages/contest-new", "contest-new-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

async fn new_page(
    call: &Call,
    edited: Option<ContestId>,
    values: &Map<String, Value>,
) -> Result<Value, Problem> {
    let area = call.app.area.clone();
    let bodies = call
        .read(move |conn, _| {
            Ok(organisations::store::list(conn, &area, Some(OrganisationKind::AssessmentBody))?)
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let values = typed(values, FIELDS);
    let chosen = |field: &str| values[field].as_str().unwrap_or_default().to_owned();
    let body_chosen = chosen("award_body_id");
    let option = |body: &organisations::Organisation| {
        let id = body.id.to_string();
        json!({ "value": id, "text": body.name, "selected": id == body_chosen })
    };
    Ok(json!({
        "values": values, "today": call.context.today(), "edited": edited,
        "tiers": options::<Tier>(texts, &chosen("tier")),
        "levels": options::<SkillLevel>(texts, &chosen("award_level")),
        "bodies": bodies.iter().map(option).collect::<Vec<_>>(),
    }))
}

pub async fn detail(call: Call, id: web::Path<ContestId>) -> Answer {
    let page = detail_page(&call, *id, &Map::new()).await?;
    show(&call, "pages/contest", "contest-title", page)
}

/// Enters one result by the form of the contest's page.
pub async fn enter(call: Call, id: web::Path<ContestId>, posted: Posted<NewResult>) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let contest = *id;
    let entered = match posted.form {
        Ok(new) => {
            call.write(move |tx, context| enter_all(tx, context, (&app, &actor), contest, &[(None, new)]))
                .await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match entered {
        Ok(_) => Ok(see_other(&format!("/talent/contests/{contest}"), Some("contest-result-entered"))),
        Err(Problem::Invalid(invalid)) => {
            let page = detail_page(&call, contest, &posted.values).await?;
            show_refused(&call, "pages/contest", "contest-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

/// A form without fields of its own.
pub struct Nothing;

impl Form for Nothing {
    fn read(_: &mut Fields) -> Option<Self> {
        Some(Self)
    }
}

pub async fn confirm(call: Call, id: web::Path<ContestId>, posted: Posted<Nothing>) -> Answer {
    posted.form?;
    let (actor, contest) = (call.actor()?.clone(), *id);
    call.write(move |tx, context| Ok(service::results_confirm(tx, context, &actor, contest)?)).await?;
    Ok(see_other(&format!("/talent/contests/{contest}"), Some("contest-confirmed")))
}

fn place(contest: ContestId) -> Place {
    Place { key: "contest-results", back: format!("/talent/contests/{contest}") }
}

pub async fn import(call: Call, id: web::Path<ContestId>) -> Answer {
    let (actor, contest) = (call.actor()?.clone(), *id);
    call.read(move |conn, _| Ok(service::contest(conn, &actor, contest)?)).await?;
    show_import(&call, &place(contest))
}

pub async fn import_submit(call: Call, id: web::Path<ContestId>, upload: Upload) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let contest = *id;
    let done = call.write(move |tx, context| take(tx, context, (&app, &actor), contest, &upload.bytes)).await;
    answer_import(&call, &place(contest), done)
}

pub async fn template(call: Call, _: web::Path<ContestId>) -> Answer {
    empty_template(&call, "contest-results", COLUMNS)
}

const RESULT_FIELDS: &[&str] = &["name", "document_kind", "document_number", "rank", "honour"];

async fn detail_page(call: &Call, id: ContestId, values: &Map<String, Value>) -> Result<Value, Problem> {
    let actor = call.actor()?.clone();
    let (contest, results, body) = call
        .read(move |conn, _| {
            let contest = service::contest(conn, &actor, id)?;
            let results = service::results(conn, &actor, &contest)?;
            let body = match &contest.award {
                Some(award) => organisations::store::find(conn, award.body)?,
                None => None,
            };
            Ok((contest, results, body))
        })
        .await?;
    let actor = call.actor()?;
    let texts = call.app.views.texts(call.language);
    let waits = |one: &&ContestResult| one.state == ResultState::Entered;
    let mine = |one: &&ContestResult| one.enterers(&contest).contains(&actor.account);
    let was_confirmed =
        |one: &ContestResult| matches!(one.state.status(), ResultStatus::Confirmed | ResultStatus::Cancelled);
    let waiting = results.iter().filter(waits).count();
    let own = results.iter().filter(waits).filter(mine).count();
    let values = typed(values, RESULT_FIELDS);
    let kind = values["document_kind"].as_str().unwrap_or_default().to_owned();
    let lines: Vec<Value> = results.iter().map(|one| line(&contest, one)).collect();
    Ok(json!({
        "tabs": tabs(call, "contests"), "may_write": may_write(call),
        "contest": ContestView::new(&contest, &[]), "body": body.map(|body| body.name), "results": lines,
        "may_change": may_write(call) && !results.iter().any(was_confirmed),
        "waiting": waiting, "may_confirm": may_write(call) && waiting > own, "own": own, "values": values,
        "document_kinds": options::<DocumentKind>(texts, &kind),
    }))
}

fn line(contest: &Contest, one: &ContestResult) -> Value {
    let mut line = json!(ContestResultView::new(contest, one));
    line["kind"] = json!(match one.state.status() {
        ResultStatus::Entered => "warn",
        ResultStatus::Confirmed => "good",
        ResultStatus::Refused | ResultStatus::Cancelled => "calm",
    });
    line
}

pub async fn result(call: Call, id: web::Path<ContestResultId>) -> Answer {
    let page = result_page(&call, *id, &Map::new()).await?;
    show(&call, "pages/contest-result", "contest-result-title", page)
}

async fn result_page(
    call: &Call,
    id: ContestResultId,
    values: &Map<String, Value>,
) -> Result<Value, Problem> {
    let actor = call.actor()?.clone();
    let (contest, one, issued, entered_by, decided_by) = call
        .read(move |conn, _| {
            let (contest, one) = service::result(conn, &actor, id)?;
            let issued = certificates::store::of_origins(conn, &[Origin::Contest(id)])?.pop();
            let decided = match &one.state {
                ResultState::Entered => None,
                ResultState::Confirmed { by } | ResultState::Refused { by, .. } => Some(by.by),
                ResultState::Cancelled { confirmed, .. } => Some(confirmed.by),
            };
            let entered = name(conn, Some(one.entered.by))?;
            let decided = name(conn, decided)?;
            Ok((contest, one, issued, entered, decided))
        })
        .await?;
    let actor = call.actor()?;
    Ok(json!({
        "contest": ContestView::new(&contest, &[]), "result": line(&contest, &one),
        "entered_by": entered_by, "decided_by": decided_by,
        "certificate": issued.as_ref().map(|one| format!("/certificates/{}", one.id)),
        "typed": typed(values, &["words"]),
        "form": form_of(call, actor, (&contest, &one), issued.is_some()),
    }))
}

/// The one form that the caller may fill in now.
fn form_of(
    call: &Call,
    actor: &Actor,
    (contest, one): (&Contest, &ContestResult),
    is_issued: bool,
) -> &'static str {
    let issues = contest.award.as_ref().is_some_and(|award| actor.organisation == Some(award.body));
    match &one.state {
        ResultState::Entered if may_write(call) && one.enterers(contest).contains(&actor.account) => "waits",
        ResultState::Entered if may_write(call) => "refuse",
        ResultState::Confirmed { .. } if may_write(call) => "cancel",
        ResultState::Confirmed { .. } if issues && !is_issued && one.earns(contest).is_some() => "issue",
        _ => "none",
    }
}

pub async fn refuse(call: Call, id: web::Path<ContestResultId>, posted: Posted<Words>) -> Answer {
    act(&call, *id, posted, "contest-result-refused", |tx, context, actor, id, words| {
        service::result_refuse(tx, context, actor, id, words)
    })
    .await
}

pub async fn cancel(call: Call, id: web::Path<ContestResultId>, posted: Posted<Words>) -> Answer {
    act(&call, *id, posted, "contest-result-cancelled", |tx, context, actor, id, words| {
        service::result_cancel(tx, context, actor, id, words)
    })
    .await
}

async fn act(
    call: &Call,
    id: ContestResultId,
    posted: Posted<Words>,
    done: &str,
    step: impl FnOnce(
        &mut Tx,
        &Context,
        &Actor,
        ContestResultId,
        &str,
    ) -> Result<ContestResult, crate::registry::contests::error::Error>
    + Send
    + 'static,
) -> Answer {
    let actor = call.actor()?.clone();
    let result = match posted.form {
        Ok(Words { words }) => {
            call.write(move |tx, context| Ok(step(tx, context, &actor, id, &words)?)).await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match result {
        Ok(one) => Ok(see_other(&format!("/talent/contests/{}", one.contest), Some(done))),
        Err(Problem::Invalid(invalid)) => {
            let page = result_page(call, id, &posted.values).await?;
            show_refused(call, "pages/contest-result", "contest-result-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

/// Issues what a confirmed rank has earned.
pub async fn issue(call: Call, id: web::Path<ContestResultId>, posted: Posted<Nothing>) -> Answer {
    posted.form?;
    let (actor, id) = (call.actor()?.clone(), *id);
    let made = call
        .work(move |app, context| Ok(contest_certificate_issue(&app.desk(), context, &actor, id)?))
        .await?;
    Ok(see_other(&format!("/certificates/{}", made.id), Some("certificates-issued")))
}
