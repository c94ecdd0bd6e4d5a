//! 红黑名单 for programs.

use actix_web::http::StatusCode;
use actix_web::web;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::db::{Conn, Tx};
use crate::http::api::exams::rules as seed_rules;
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::input::{Input, Query};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::CreditListingId;
use crate::registry::credit::rules::{self, LocalRules, Scope};
use crate::registry::credit::service::{self, Proposing};
use crate::registry::credit::{
    AppealDecision, Appealing, CreditEvent, Decision, Ending, Filter, Listing, ListingState, NewListing,
    Subject, store,
};

/// An entry of the red or the black list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreditListingView {
    pub id: String,
    /// `red` or `black`.
    pub list: &'static str,
    /// `person` or `organisation`.
    pub subject_kind: &'static str,
    pub subject_id: String,
    pub name: String,
    pub grounds: &'static str,
    pub reason: String,
    /// The decision's document.
    pub document: String,
    pub listed_from: String,
    /// The last day; always there on the black list.
    pub listed_to: Option<String>,
    /// Today: `proposed`, `refused`, `upcoming`, `in-force`, `over` or `ended`.
    pub phase: &'static str,
    /// The first day in force, never before the decision.
    pub in_force_from: Option<String>,
    /// The day since which it is not in force any more, where it was ended before its last day.
    pub ended_on: Option<String>,
    /// `open`, `upheld` or `dismissed`; null where nobody appealed.
    pub appeal: Option<&'static str>,
    /// Its history; empty in a list.
    pub steps: Vec<CreditStepView>,
    pub version: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CreditStepView {
    /// `propose`, `list`, `refuse`, `end`, `appeal`, `uphold` or `dismiss`.
    pub step: &'static str,
    pub at: String,
    /// The account that took it; null for the listed one, who is told the office's words and not its clerks.
    pub by: Option<String>,
    pub words: String,
    pub document: Option<String>,
}

impl CreditListingView {
    #[must_use]
    pub fn new(listing: &Listing, today: NaiveDate) -> Self {
        let (subject_kind, subject_id) = match listing.subject {
            Subject::Person(id) => ("person", id.to_string()),
            Subject::Organisation(id) => ("organisation", id.to_string()),
        };
        let listed = listing.state.listed();
        Self {
            id: listing.id.to_string(),
            list: listing.list.code(),
            subject_kind,
            subject_id,
            name: listing.subject_name.clone(),
            grounds: listing.grounds.code(),
            reason: listing.reason.clone(),
            document: listing.document.clone(),
            listed_from: listing.from.to_string(),
            listed_to: listing.to.map(|day| day.to_string()),
            phase: rules::phase(listing, today).code(),
            in_force_from: listed.map(|listed| listed.from.to_string()),
            ended_on: match listing.state {
                ListingState::Ended { on, .. } => Some(on.to_string()),
                _ => None,
            },
            appeal: listed.and_then(|listed| listed.appeal).map(Code::code),
            steps: Vec::new(),
            version: listing.version,
        }
    }

    fn with_steps(self, events: &[CreditEvent], is_own: bool) -> Self {
        let step = |event: &CreditEvent| CreditStepView {
            step: event.step.code(),
            at: event.act.at.to_rfc3339(),
            by: (!is_own).then(|| event.act.by.to_string()),
            words: event.words.clone(),
            document: event.document.clone(),
        };
        Self { steps: events.iter().map(step).collect(), ..self }
    }
}

/// Listings of one answer.
pub const PAGE: i64 = 50;

impl Form for Filter {
    fn read(f: &mut Fields) -> Option<Self> {
        let list = f.optional("list");
        let status = f.optional("status");
        let appeal = f.optional("appeal");
        let person = f.optional("person_id");
        let organisation = f.optional("organisation_id");
        let on = f.optional("in_force_on");
        let before = f.optional("before");
        let subject = match (person?, organisation?) {
            (Some(id), _) => Some(Subject::Person(id)),
            (None, id) => id.map(Subject::Organisation),
        };
        Some(Self {
            list: list?,
            status: status?,
            appeal: appeal?,
            subject,
            in_force_on: on?,
            before: before?,
        })
    }
}

/// The rules of the lists in the registry's area.
pub fn local_rules(app: &App) -> Result<LocalRules, Problem> {
    seed_rules(app).map(LocalRules::from)
}

pub async fn listing_list(call: Call, Query(filter): Query<Filter>) -> Answer {
    let (actor, today) = (call.actor()?.clone(), call.context.today());
    let found = call.read(move |conn, _| Ok(service::listings(conn, &actor, &filter, PAGE)?)).await?;
    ok(&found.iter().map(|listing| CreditListingView::new(listing, today)).collect::<Vec<_>>())
}

pub async fn listing_get(call: Call, id: web::Path<CreditListingId>) -> Answer {
    let actor = call.actor()?.clone();
    let view = call
        .read(move |conn, context| {
            let listing = service::listing(conn, &actor, *id)?;
            shown(conn, context, &actor, &listing)
        })
        .await?;
    ok_with_version(&view, view.version)
}

/// The first person's proposal: 202, for nobody is listed by it.
pub async fn listing_propose(call: Call, Input(new): Input<NewListing>) -> Answer {
    let (app, actor) = (call.app.clone(), call.actor()?.clone());
    let mut answer = call
        .create(move |tx, context| {
            let listing = propose(tx, context, &app, &actor, &new)?;
            shown(tx, context, &actor, &listing)
        })
        .await?;
    *answer.status_mut() = StatusCode::ACCEPTED;
    Ok(answer)
}

/// Proposes by the local rules.
pub fn propose(
    tx: &mut Tx,
    context: &Context,
    app: &App,
    actor: &Actor,
    new: &NewListing,
) -> Result<Listing, Problem> {
    let rules = local_rules(app)?;
    let proposing = Proposing { sealer: &app.sealer, regions: app.identity_regions(), rules: &rules };
    Ok(service::listing_propose(tx, context, actor, proposing, new)?)
}

pub async fn listing_decide(
    call: Call,
    id: web::Path<CreditListingId>,
    Input(decision): Input<Decision>,
) -> Answer {
    let version = call.if_match_given()?;
    step(call, move |tx, context, actor| {
        Ok(service::listing_decide(tx, context, actor, *id, version, &decision)?)
    })
    .await
}

pub async fn listing_end(call: Call, id: web::Path<CreditListingId>, Input(ending): Input<Ending>) -> Answer {
    let version = call.if_match_given()?;
    step(call, move |tx, context, actor| Ok(service::listing_end(tx, context, actor, *id, version, &ending)?))
        .await
}

pub async fn listing_appeal(
    call: Call,
    id: web::Path<CreditListingId>,
    Input(appealing): Input<Appealing>,
) -> Answer {
    step(call, move |tx, context, actor| Ok(service::listing_appeal(tx, context, actor, *id, &appealing)?))
        .await
}

pub async fn appeal_decide(
    call: Call,
    id: web::Path<CreditListingId>,
    Input(decision): Input<AppealDecision>,
) -> Answer {
    let version = call.if_match_given()?;
    step(call, move |tx, context, actor| {
        Ok(service::appeal_decide(tx, context, actor, *id, version, &decision)?)
    })
    .await
}

async fn step(
    call: Call,
    work: impl FnOnce(&mut Tx, &Context, &Actor) -> Result<Listing, Problem> + Send + 'static,
) -> Answer {
    let actor = call.actor()?.clone();
    let view = call
        .write(move |tx, context| {
            let listing = work(tx, context, &actor)?;
            shown(tx, context, &actor, &listing)
        })
        .await?;
    ok_with_version(&view, view.version)
}

fn shown(
    conn: &mut Conn,
    context: &Context,
    actor: &Actor,
    listing: &Listing,
) -> Result<CreditListingView, Problem> {
    let events = store::events(conn, listing.id)?;
    let is_own = matches!(rules::scope(actor), Some(Scope::Own(_)));
    Ok(CreditListingView::new(listing, context.today()).with_steps(&events, is_own))
}
