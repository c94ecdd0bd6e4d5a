use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::json;

use crate::db::{Conn, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context};
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::{CreditListingId, OrganisationId, entity};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::vocabulary::BlockedStep;
use crate::registry::credit::error::{Conflict, Error};
use crate::registry::credit::rules::{LocalRules, Scope};
use crate::registry::credit::{
    Act, AppealDecision, AppealVerdict, Appealing, CreditEvent, CreditList, Decision, Ending, Filter,
    Listing, ListingState, NewListing, NewSubject, Step, Subject, Verdict, rules, store,
};
use crate::registry::people::sealing::Sealer;
use crate::registry::people::{self, Person};
use crate::registry::{audit, organisations};

/// What a proposal needs beside the entry.
#[derive(Clone, Copy)]
pub struct Proposing<'a> {
    pub sealer: &'a Sealer,
    pub regions: IdentityRegions,
    pub rules: &'a LocalRules,
}

/// What is in force on `on` of each of `subjects`; whoever is in force on no list is not there. For one as for
/// 100,000: one statement, for the lists are short.
pub fn standing(
    conn: &mut Conn,
    subjects: &[Subject],
    on: NaiveDate,
) -> Result<HashMap<Subject, Vec<Listing>>, DbError> {
    if subjects.is_empty() { Ok(HashMap::new()) } else { store::in_force(conn, subjects, on) }
}

/// [`standing`] of one.
pub fn standing_of(conn: &mut Conn, subject: Subject, on: NaiveDate) -> Result<Vec<Listing>, DbError> {
    Ok(standing(conn, &[subject], on)?.remove(&subject).unwrap_or_default())
}

/// The black listings in force among those of [`standing`], by subject.
pub fn black_listed(
    conn: &mut Conn,
    subjects: &[Subject],
    on: NaiveDate,
) -> Result<HashMap<Subject, Vec<Listing>>, DbError> {
    let mut found = standing(conn, subjects, on)?;
    for listings in found.values_mut() {
        listings.retain(|listing| listing.list == CreditList::Black);
    }
    found.retain(|_, listings| !listings.is_empty());
    Ok(found)
}

/// Refuses `step` to an organisation on the black list, where the rules in force block it.
///
/// # Errors
/// [`Error::Invalid`] on `organisation`, with the last day of the listing.
pub fn refuse_blocked(
    conn: &mut Conn,
    context: &Context,
    local: &LocalRules,
    organisation: OrganisationId,
    step: BlockedStep,
) -> Result<(), Error> {
    let today = context.today();
    if !rules::blocks(local, step, today) {
        return Ok(());
    }
    let subject = Subject::Organisation(organisation);
    let listings = black_listed(conn, &[subject], today)?.remove(&subject).unwrap_or_default();
    // The last to end is what keeps it out longest.
    match listings.iter().filter_map(|listing| listing.to).max() {
        None => Ok(()),
        Some(until) => {
            let refused = FieldError::new("organisation", "black-listed").with("until", until);
            Err(Invalid::from(refused).into())
        }
    }
}

/// A listing that the caller may see.
pub fn listing(conn: &mut Conn, actor: &Actor, id: CreditListingId) -> Result<Listing, Error> {
    let scope = rules::scope(actor).ok_or(Error::NotFound)?;
    store::find(conn, id)?.filter(|found| scope.admits(found)).ok_or(Error::NotFound)
}

/// At most `limit` of those that the caller may see and that fit, the newest first.
pub fn listings(conn: &mut Conn, actor: &Actor, filter: &Filter, limit: i64) -> Result<Vec<Listing>, Error> {
    match rules::scope(actor) {
        Some(scope) => Ok(store::list(conn, &scope, filter, limit)?),
        None => Ok(Vec::new()),
    }
}

/// The first person's proposal. It lists nobody until a second person has decided.
pub fn listing_propose(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    proposing: Proposing<'_>,
    new: &NewListing,
) -> Result<Listing, Error> {
    let mut errors = rules::check(new, proposing.rules, context.today()).err().map_or_else(Vec::new, |e| e.0);
    let found = match subject(tx, context, actor, proposing, &new.subject) {
        Ok(found) => Some(found),
        Err(Error::Invalid(Invalid(wrong))) => {
            errors.extend(wrong);
            None
        }
        Err(other) => return Err(other),
    };
    let (Some((subject, subject_name, area)), true) = (found, errors.is_empty()) else {
        return Err(Invalid(errors).into());
    };
    let act = Act { by: actor.account, at: context.now };
    let proposed = Listing {
        id: context.fresh_id::<entity::CreditListing>(),
        list: new.list,
        subject,
        subject_name,
        area,
        grounds: new.grounds,
        reason: new.reason.clone(),
        document: new.document.clone(),
        from: new.from,
        to: new.to,
        proposed: act,
        state: ListingState::Proposed,
        version: 1,
    };
    store::insert(tx, &proposed).map_err(|error| match error {
        DbError::Duplicate(_) => Conflict::Waits.into(),
        other => Error::Database(other),
    })?;
    let event = CreditEvent {
        step: Step::Propose,
        act,
        words: new.reason.clone(),
        document: Some(new.document.clone()),
    };
    note(tx, context, &proposed, &event, "credit_listing_propose")?;
    Ok(proposed)
}

/// The second person's decision: listed, from the first day on, or not.
pub fn listing_decide(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: CreditListingId,
    version: Option<i32>,
    decision: &Decision,
) -> Result<Listing, Error> {
    let found = held(tx, actor, id, version)?;
    let act = Act { by: actor.account, at: context.now };
    let state = found.state.decide(&found, decision.verdict, act)?;
    let (step, action) = match decision.verdict {
        Verdict::List => (Step::List, "credit_listing_decide"),
        Verdict::Refuse => (Step::Refuse, "credit_listing_refuse"),
    };
    let event = CreditEvent { step, act, words: decision.words.clone(), document: None };
    move_to(tx, context, &found, state, &event, action)
}

/// 提前移出: ends a listing today by a decision.
pub fn listing_end(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: CreditListingId,
    version: Option<i32>,
    ending: &Ending,
) -> Result<Listing, Error> {
    let found = held(tx, actor, id, version)?;
    let state = found.state.end(found.to, context.today())?;
    let event = CreditEvent {
        step: Step::End,
        act: Act { by: actor.account, at: context.now },
        words: ending.words.clone(),
        document: Some(ending.document.clone()),
    };
    move_to(tx, context, &found, state, &event, "credit_listing_end")
}

/// 申诉, by an account of the listed person or organisation.
pub fn listing_appeal(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: CreditListingId,
    appealing: &Appealing,
) -> Result<Listing, Error> {
    let found = held(tx, actor, id, None)?;
    if !matches!(rules::scope(actor), Some(Scope::Own(_))) {
        return Err(Error::NotFound);
    }
    let state = found.state.appeal(found.list, found.to, context.today())?;
    let event = CreditEvent {
        step: Step::Appeal,
        act: Act { by: actor.account, at: context.now },
        words: appealing.words.clone(),
        document: None,
    };
    move_to(tx, context, &found, state, &event, "credit_listing_appeal")
}

/// Decides an appeal, by somebody who neither proposed nor decided the listing.
pub fn appeal_decide(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: CreditListingId,
    version: Option<i32>,
    decision: &AppealDecision,
) -> Result<Listing, Error> {
    let found = held(tx, actor, id, version)?;
    let state = found.state.decide_appeal(&found, decision.verdict, actor.account, context.today())?;
    let (step, action) = match decision.verdict {
        AppealVerdict::Uphold => (Step::Uphold, "credit_appeal_uphold"),
        AppealVerdict::Dismiss => (Step::Dismiss, "credit_appeal_dismiss"),
    };
    let act = Act { by: actor.account, at: context.now };
    let event = CreditEvent { step, act, words: decision.words.clone(), document: None };
    move_to(tx, context, &found, state, &event, action)
}

/// A listing that the caller may see, held until the transaction ends.
fn held(tx: &mut Tx, actor: &Actor, id: CreditListingId, version: Option<i32>) -> Result<Listing, Error> {
    listing(tx, actor, id)?;
    let found = store::hold(tx, id)?.ok_or(Error::NotFound)?;
    if version.is_some_and(|version| version != found.version) {
        return Err(Error::Stale);
    }
    Ok(found)
}

fn move_to(
    tx: &mut Tx,
    context: &Context,
    found: &Listing,
    state: ListingState,
    event: &CreditEvent,
    action: &str,
) -> Result<Listing, Error> {
    store::set_state(tx, found.id, state)?;
    note(tx, context, found, event, action)?;
    store::find(tx, found.id)?.ok_or(Error::NotFound)
}

fn note(
    tx: &mut Tx,
    context: &Context,
    listing: &Listing,
    event: &CreditEvent,
    action: &str,
) -> Result<(), Error> {
    store::insert_event(tx, context, listing.id, event)?;
    let (kind, subject) = match listing.subject {
        Subject::Person(id) => ("person", id.to_string()),
        Subject::Organisation(id) => ("organisation", id.to_string()),
    };
    let details = json!({
        "list": listing.list, "grounds": listing.grounds, "subject_kind": kind, "subject": subject,
        "from": listing.from, "to": listing.to, "document": event.document,
    });
    Ok(audit::store::record(tx, context, action, ("credit-listing", listing.id), details)?)
}

/// Who is meant, with the registered name and the area that has the listing in hand.
fn subject(
    conn: &mut Conn,
    context: &Context,
    actor: &Actor,
    proposing: Proposing<'_>,
    new: &NewSubject,
) -> Result<(Subject, String, Option<AreaCode>), Error> {
    let person = |person: Person| {
        let area = actor.area.clone().or(person.home_area);
        Ok((Subject::Person(person.id), person.name, area))
    };
    match new {
        NewSubject::Registered(Subject::Organisation(id)) => {
            let found = organisations::store::find(conn, *id)?
                .filter(|found| actor.area.as_ref().is_none_or(|area| found.area_code.is_within(area)))
                .ok_or_else(|| Invalid::one("organisation_id", "unknown-organisation"))?;
            Ok((Subject::Organisation(found.id), found.name, Some(found.area_code)))
        }
        NewSubject::Registered(Subject::Person(id)) => {
            let found = people::store::find(conn, *id)?;
            person(found.ok_or_else(|| Invalid::one("person_id", "unknown-person"))?)
        }
        NewSubject::Described { document, name } => {
            let Proposing { sealer, regions, .. } = proposing;
            let found = match people::service::person_find(conn, context, sealer, regions, document) {
                Err(people::error::Error::NotFound) => {
                    return Err(Invalid::one("document_number", "unknown-person").into());
                }
                Err(people::error::Error::Invalid(invalid)) => return Err(invalid.into()),
                found => found?,
            };
            if !people::rules::same_name(&found.name, name) {
                return Err(Invalid::one("name", "registered-under-another-name").into());
            }
            person(found)
        }
    }
}
