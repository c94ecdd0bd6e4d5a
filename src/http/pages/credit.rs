//! 红黑名单: the bureau's lists, a proposal, one listing with its steps, and what the listed one sees of it.

use std::sync::Arc;

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::db::{Conn, Tx};
use crate::http::api::credit::{CreditListingView, PAGE, propose};
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{options, options_of, see_other, show, show_refused, typed};
use crate::http::pages::certificates::name;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context};
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::CreditListingId;
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::credit::rules::{self, Scope};
use crate::registry::credit::{
    AppealDecision, AppealStatus, AppealVerdict, Appealing, CreditList, Decision, Ending, Filter, Grounds,
    Listing, ListingState, ListingStatus, NewListing, Phase, Verdict, service, store,
};
use crate::registry::organisations;

/// The query of the list's page, which may have been redirected to.
pub struct ListQuery(Filter);

impl Form for ListQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let done = f.optional_text("done", 60);
        let list = f.optional("list");
        let status = f.optional("status");
        let appeal = f.optional("appeal");
        let before = f.optional("before");
        done?;
        Some(Self(Filter {
            list: list?,
            status: status?,
            appeal: appeal?,
            before: before?,
            ..Filter::default()
        }))
    }
}

pub async fn list(call: Call, Query(ListQuery(filter)): Query<ListQuery>) -> Answer {
    let texts = call.app.views.texts(call.language);
    let chosen = |code: Option<&'static str>| code.unwrap_or_default();
    let filters = json!({
        "lists": options::<CreditList>(texts, chosen(filter.list.map(Code::code))),
        "statuses": options::<ListingStatus>(texts, chosen(filter.status.map(Code::code))),
        "appeals": options::<AppealStatus>(texts, chosen(filter.appeal.map(Code::code))),
    });
    let query = query_of(&filter);
    let is_first = filter.before.is_none();
    let lines = lines(&call, filter, "/credit").await?;
    let is_full = i64::try_from(lines.len()).unwrap_or(0) == PAGE;
    let last = lines.last().filter(|_| is_full).and_then(|line| line["id"].as_str());
    let page = json!({
        "own": false, "filters": filters, "summary": lines.len().to_string(),
        "next": last.map(|id| format!("/credit?{query}before={id}")),
        "previous": (!is_first).then(|| format!("/credit?{query}")),
        "listings": lines,
    });
    show(&call, "pages/credit", "credit-title", page)
}

/// What the caller's own person or organisation is listed for.
pub async fn mine(call: Call) -> Answer {
    let lines = lines(&call, Filter::default(), "/my/credit").await?;
    let page = json!({
        "own": true, "filters": null, "summary": lines.len().to_string(), "next": null, "previous": null,
        "listings": lines,
    });
    show(&call, "pages/credit", "my-credit-title", page)
}

pub async fn new(call: Call) -> Answer {
    let page = new_page(&call, &Map::new()).await?;
    show(&call, "pages/credit-new", "credit-new-title", page)
}

pub async fn new_submit(call: Call, posted: Posted<NewListing>) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let proposed = match posted.form {
        Ok(new) => call.write(move |tx, context| propose(tx, context, &app, &actor, &new)).await,
        Err(invalid) => Err(invalid.into()),
    };
    match proposed {
        Ok(listing) => Ok(see_other(&format!("/credit/{}", listing.id), Some("credit-proposed"))),
        Err(Problem::Invalid(invalid)) => {
            let page = new_page(&call, &posted.values).await?;
            show_refused(&call, "pages/credit-new", "credit-new-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn detail(call: Call, id: web::Path<CreditListingId>) -> Answer {
    let page = detail_page(&call, *id, &Map::new()).await?;
    show(&call, "pages/credit-listing", "credit-listing-title", page)
}

pub async fn decide(call: Call, id: web::Path<CreditListingId>, posted: Posted<Decision>) -> Answer {
    let done = match posted.form.as_ref().map(|decision| decision.verdict) {
        Ok(Verdict::Refuse) => "credit-refused",
        _ => "credit-listed",
    };
    act(&call, *id, posted, done, |tx, context, actor, id, form| {
        service::listing_decide(tx, context, actor, id, None, form)
    })
    .await
}

pub async fn end(call: Call, id: web::Path<CreditListingId>, posted: Posted<Ending>) -> Answer {
    act(&call, *id, posted, "credit-ended", |tx, context, actor, id, form| {
        service::listing_end(tx, context, actor, id, None, form)
    })
    .await
}

pub async fn appeal(call: Call, id: web::Path<CreditListingId>, posted: Posted<Appealing>) -> Answer {
    act(&call, *id, posted, "credit-appealed", |tx, context, actor, id, form| {
        service::listing_appeal(tx, context, actor, id, form)
    })
    .await
}

pub async fn appeal_decide(
    call: Call,
    id: web::Path<CreditListingId>,
    posted: Posted<AppealDecision>,
) -> Answer {
    let done = match posted.form.as_ref().map(|decision| decision.verdict) {
        Ok(AppealVerdict::Uphold) => "credit-upheld",
        _ => "credit-dismissed",
    };
    act(&call, *id, posted, done, |tx, context, actor, id, form| {
        service::appeal_decide(tx, context, actor, id, None, form)
    })
    .await
}

/// Takes a step and leads back to the listing; a form that is wrong comes back with what was typed.
async fn act<F: Send + 'static>(
    call: &Call,
    id: CreditListingId,
    posted: Posted<F>,
    done: &str,
    step: impl FnOnce(
        &mut Tx,
        &Context,
        &Actor,
        CreditListingId,
        &F,
    ) -> Result<Listing, crate::registry::credit::error::Error>
    + Send
    + 'static,
) -> Answer {
    let actor = call.actor()?.clone();
    let base = base(&actor);
    let result = match posted.form {
        Ok(form) => call.write(move |tx, context| Ok(step(tx, context, &actor, id, &form)?)).await,
        Err(invalid) => Err(invalid.into()),
    };
    match result {
        Ok(_) => Ok(see_other(&format!("{base}/{id}"), Some(done))),
        Err(Problem::Invalid(invalid)) => {
            let page = detail_page(call, id, &posted.values).await?;
            show_refused(call, "pages/credit-listing", "credit-listing-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

fn base(actor: &Actor) -> &'static str {
    if is_own(actor) { "/my/credit" } else { "/credit" }
}

fn is_own(actor: &Actor) -> bool {
    matches!(rules::scope(actor), Some(Scope::Own(_)))
}

fn query_of(filter: &Filter) -> String {
    let part =
        |name: &str, code: Option<&'static str>| code.map_or_else(String::new, |c| format!("{name}={c}&"));
    part("list", filter.list.map(Code::code))
        + &part("status", filter.status.map(Code::code))
        + &part("appeal", filter.appeal.map(Code::code))
}

async fn lines(call: &Call, filter: Filter, base: &str) -> Result<Vec<Value>, Problem> {
    let (actor, today) = (call.actor()?.clone(), call.context.today());
    let found = call.read(move |conn, _| Ok(service::listings(conn, &actor, &filter, PAGE)?)).await?;
    let line = |listing: &Listing| {
        let mut line = json!(CreditListingView::new(listing, today));
        line["href"] = json!(format!("{base}/{}", listing.id));
        line["kind"] = json!(kind(rules::phase(listing, today)));
        line
    };
    Ok(found.iter().map(line).collect())
}

/// The look of a phase's word.
const fn kind(phase: Phase) -> &'static str {
    match phase {
        Phase::Proposed | Phase::Upcoming => "busy",
        Phase::InForce => "warn",
        Phase::Refused | Phase::Over | Phase::Ended => "calm",
    }
}

async fn detail_page(
    call: &Call,
    id: CreditListingId,
    values: &Map<String, Value>,
) -> Result<Value, Problem> {
    let actor = call.actor()?.clone();
    let (listing, steps) = call
        .read(move |conn, _| {
            let listing = service::listing(conn, &actor, id)?;
            let steps = steps(conn, &listing, is_own(&actor))?;
            Ok((listing, steps))
        })
        .await?;
    let (actor, today) = (call.actor()?, call.context.today());
    let texts = call.app.views.texts(call.language);
    let typed = typed(values, &["words", "document", "verdict"]);
    let verdict = typed["verdict"].as_str().unwrap_or_default().to_owned();
    let phase = rules::phase(&listing, today);
    Ok(json!({
        "own": is_own(actor), "base": base(actor), "listing": CreditListingView::new(&listing, today),
        "kind": kind(phase), "steps": steps, "typed": typed, "form": form_of(actor, &listing, phase),
        "verdicts": options::<Verdict>(texts, &verdict),
        "appeal_verdicts": options::<AppealVerdict>(texts, &verdict),
    }))
}

/// The one form that the caller may fill in now, or why there is none.
fn form_of(actor: &Actor, listing: &Listing, phase: Phase) -> &'static str {
    let runs = matches!(phase, Phase::Upcoming | Phase::InForce);
    let appeal = listing.state.listed().and_then(|listed| listed.appeal);
    if is_own(actor) {
        let may_appeal = runs && appeal.is_none() && listing.list == CreditList::Black;
        return if may_appeal { "appeal" } else { "none" };
    }
    match listing.state {
        ListingState::Proposed if listing.proposed.by == actor.account => "waits",
        ListingState::Proposed => "decide",
        ListingState::Listed(listed) if appeal == Some(AppealStatus::Open) => {
            let had_part = [listing.proposed.by, listed.decided.by].contains(&actor.account);
            if had_part { "appeal-waits" } else { "appeal-decision" }
        }
        ListingState::Listed(_) if runs => "end",
        ListingState::Listed(_) | ListingState::Refused { .. } | ListingState::Ended { .. } => "none",
    }
}

fn steps(conn: &mut Conn, listing: &Listing, is_own: bool) -> Result<Vec<Value>, Problem> {
    let mut steps = Vec::new();
    for event in store::events(conn, listing.id)? {
        let by = if is_own { None } else { name(conn, Some(event.act.by))? };
        steps.push(json!({
            "step": event.step, "at": event.act.at, "by": by, "words": event.words,
            "document": event.document,
        }));
    }
    Ok(steps)
}

const FIELDS: &[&str] = &[
    "list",
    "organisation_id",
    "name",
    "document_kind",
    "document_number",
    "grounds",
    "reason",
    "document",
    "listed_from",
    "listed_to",
];

async fn new_page(call: &Call, values: &Map<String, Value>) -> Result<Value, Problem> {
    let area = call.area_within(None)?;
    let listed = call.read(move |conn, _| Ok(organisations::store::list(conn, &area, None)?)).await?;
    let texts = call.app.views.texts(call.language);
    let values = typed(values, FIELDS);
    let chosen = |field: &str| values[field].as_str().unwrap_or_default().to_owned();
    let organisation = chosen("organisation_id");
    // Offices are not listed.
    let is_office = |kind: OrganisationKind| {
        matches!(kind, OrganisationKind::Bureau | OrganisationKind::Finance | OrganisationKind::TownOffice)
    };
    let option = |one: &organisations::Organisation| {
        let id = one.id.to_string();
        json!({ "value": id, "text": one.name, "selected": id == organisation })
    };
    let organisations: Vec<Value> = listed.iter().filter(|one| !is_office(one.kind)).map(option).collect();
    let years = crate::http::api::credit::local_rules(&call.app)?.black_years_max;
    let grounds: Vec<Grounds> =
        [CreditList::Black, CreditList::Red].into_iter().flat_map(Grounds::of).collect();
    Ok(json!({
        "values": values, "today": call.context.today(), "years": years, "organisations": organisations,
        "lists": options::<CreditList>(texts, &chosen("list")),
        "grounds": options_of(texts, &grounds, &chosen("grounds")),
        "document_kinds": options::<DocumentKind>(texts, &chosen("document_kind")),
    }))
}
