use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{credit_events, credit_listings as listings, organisations, people};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::Context;
use crate::kernel::ids::{AccountId, CreditListingId, OrganisationId, PersonId, entity};
use crate::registry::credit::rules::Scope;
use crate::registry::credit::{
    Act, AppealStatus, CreditEvent, CreditList, Filter, Grounds, Listed, Listing, ListingState,
    ListingStatus, Step, Subject,
};
use crate::stored_as_code;

stored_as_code!(CreditList, Grounds, ListingStatus, AppealStatus, Step);

/// Subjects that one statement asks for by name. For more, all that is in force is read: the lists are short, the
/// registry is not.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = listings)]
struct ListingRow {
    id: CreditListingId,
    list: CreditList,
    person_id: Option<PersonId>,
    organisation_id: Option<OrganisationId>,
    area_code: Option<AreaCode>,
    grounds: Grounds,
    reason: String,
    document: String,
    from_date: NaiveDate,
    to_date: Option<NaiveDate>,
    status: ListingStatus,
    proposed_by: AccountId,
    proposed_at: At,
    decided_by: Option<AccountId>,
    decided_at: Option<At>,
    in_force_from: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    appeal: Option<AppealStatus>,
    version: i32,
}

type Joined = (ListingRow, Option<String>, Option<String>);

impl TryFrom<Joined> for Listing {
    type Error = DbError;

    fn try_from((row, person_name, organisation_name): Joined) -> Result<Self, DbError> {
        let subject = match (row.person_id, row.organisation_id) {
            (Some(id), None) => Subject::Person(id),
            (None, Some(id)) => Subject::Organisation(id),
            _ => return Err(broken("subject")),
        };
        let state = state_of(&row)?;
        Ok(Self {
            id: row.id,
            list: row.list,
            subject,
            subject_name: person_name.or(organisation_name).unwrap_or_default(),
            area: row.area_code,
            grounds: row.grounds,
            reason: row.reason,
            document: row.document,
            from: row.from_date,
            to: row.to_date,
            proposed: Act { by: row.proposed_by, at: row.proposed_at.0 },
            state,
            version: row.version,
        })
    }
}

fn state_of(row: &ListingRow) -> Result<ListingState, DbError> {
    let decided = || {
        let act = row.decided_by.zip(row.decided_at).map(|(by, at)| Act { by, at: at.0 });
        act.ok_or_else(|| broken("decided_by"))
    };
    let listed = || {
        let from = row.in_force_from.ok_or_else(|| broken("in_force_from"))?;
        Ok::<_, DbError>(Listed { decided: decided()?, from, appeal: row.appeal })
    };
    Ok(match row.status {
        ListingStatus::Proposed => ListingState::Proposed,
        ListingStatus::Refused => ListingState::Refused { decided: decided()? },
        ListingStatus::Listed => ListingState::Listed(listed()?),
        ListingStatus::Ended => {
            ListingState::Ended { listed: listed()?, on: row.ended_on.ok_or_else(|| broken("ended_on"))? }
        }
    })
}

fn broken(column: &str) -> DbError {
    diesel::result::Error::DeserializationError(format!("credit_listings.{column}").into()).into()
}

fn whole(rows: Vec<Joined>) -> Result<Vec<Listing>, DbError> {
    rows.into_iter().map(Listing::try_from).collect()
}

pub fn find(conn: &mut Conn, id: CreditListingId) -> Result<Option<Listing>, DbError> {
    let row: Option<Joined> = listings::table
        .left_join(people::table)
        .left_join(organisations::table)
        .filter(listings::id.eq(id))
        .select((ListingRow::as_select(), people::name.nullable(), organisations::name.nullable()))
        .first(conn)
        .optional()?;
    row.map(Listing::try_from).transpose()
}

/// [`find`], held until the transaction ends, so that two steps follow each other.
pub fn hold(tx: &mut Tx, id: CreditListingId) -> Result<Option<Listing>, DbError> {
    diesel::update(listings::table.find(id))
        .set(listings::version.eq(listings::version))
        .execute(&mut **tx)?;
    find(tx, id)
}

/// At most `limit` of those within `scope` that fit, the newest first.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &Filter, limit: i64) -> Result<Vec<Listing>, DbError> {
    let mut query = listings::table
        .left_join(people::table)
        .left_join(organisations::table)
        .select((ListingRow::as_select(), people::name.nullable(), organisations::name.nullable()))
        .into_boxed();
    let mut subjects: Vec<Subject> = filter.subject.into_iter().collect();
    match scope {
        Scope::All => {}
        Scope::Area(area) => query = query.filter(listings::area_code.like(format!("{area}%"))),
        Scope::Own(subject) => {
            subjects.push(*subject);
            query = query.filter(listings::in_force_from.is_not_null());
        }
    }
    for subject in subjects {
        query = match subject {
            Subject::Person(id) => query.filter(listings::person_id.eq(id)),
            Subject::Organisation(id) => query.filter(listings::organisation_id.eq(id)),
        };
    }
    if let Some(list) = filter.list {
        query = query.filter(listings::list.eq(list));
    }
    if let Some(status) = filter.status {
        query = query.filter(listings::status.eq(status));
    }
    if let Some(appeal) = filter.appeal {
        query = query.filter(listings::appeal.eq(appeal));
    }
    if let Some(on) = filter.in_force_on {
        query = query
            .filter(listings::in_force_from.le(on))
            .filter(listings::to_date.is_null().or(listings::to_date.ge(on)))
            .filter(listings::ended_on.is_null().or(listings::ended_on.gt(on)));
    }
    if let Some(before) = filter.before {
        query = query.filter(listings::id.lt(before));
    }
    whole(query.order(listings::id.desc()).limit(limit).load(conn)?)
}

/// Those in force on `on` of any of `subjects`, the one that lasts longest last.
pub fn in_force(
    conn: &mut Conn,
    subjects: &[Subject],
    on: NaiveDate,
) -> Result<HashMap<Subject, Vec<Listing>>, DbError> {
    let mut query = listings::table
        .left_join(people::table)
        .left_join(organisations::table)
        .filter(listings::in_force_from.le(on))
        .filter(listings::to_date.is_null().or(listings::to_date.ge(on)))
        .filter(listings::ended_on.is_null().or(listings::ended_on.gt(on)))
        .select((ListingRow::as_select(), people::name.nullable(), organisations::name.nullable()))
        .into_boxed();
    if subjects.len() <= CHUNK {
        let (mut persons, mut bodies) = (Vec::new(), Vec::new());
        for subject in subjects {
            match subject {
                Subject::Person(id) => persons.push(*id),
                Subject::Organisation(id) => bodies.push(*id),
            }
        }
        query =
            query.filter(listings::person_id.eq_any(persons).or(listings::organisation_id.eq_any(bodies)));
    }
    let found = whole(query.order((listings::to_date, listings::id)).load(conn)?)?;
    let asked: HashSet<&Subject> = subjects.iter().collect();
    let mut by_subject: HashMap<Subject, Vec<Listing>> = HashMap::new();
    for listing in found.into_iter().filter(|listing| asked.contains(&listing.subject)) {
        by_subject.entry(listing.subject).or_default().push(listing);
    }
    Ok(by_subject)
}

/// The history of a listing, oldest first.
pub fn events(conn: &mut Conn, listing: CreditListingId) -> Result<Vec<CreditEvent>, DbError> {
    use credit_events as events;
    let rows: Vec<(Step, AccountId, At, String, Option<String>)> = events::table
        .filter(events::listing_id.eq(listing))
        .order(events::id)
        .select((events::step, events::account_id, events::at, events::words, events::document))
        .load(conn)?;
    let event = |(step, by, at, words, document): (Step, AccountId, At, String, Option<String>)| {
        CreditEvent { step, act: Act { by, at: at.0 }, words, document }
    };
    Ok(rows.into_iter().map(event).collect())
}

pub fn insert(tx: &mut Tx, new: &Listing) -> Result<(), DbError> {
    let (person, organisation) = match new.subject {
        Subject::Person(id) => (Some(id), None),
        Subject::Organisation(id) => (None, Some(id)),
    };
    diesel::insert_into(listings::table)
        .values((
            listings::id.eq(new.id),
            listings::list.eq(new.list),
            listings::person_id.eq(person),
            listings::organisation_id.eq(organisation),
            listings::area_code.eq(new.area.clone()),
            listings::grounds.eq(new.grounds),
            listings::reason.eq(&new.reason),
            listings::document.eq(&new.document),
            listings::from_date.eq(new.from),
            listings::to_date.eq(new.to),
            listings::status.eq(ListingStatus::Proposed),
            listings::proposed_by.eq(new.proposed.by),
            listings::proposed_at.eq(At(new.proposed.at)),
            listings::version.eq(new.version),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Writes the state of a listing that is held.
pub fn set_state(tx: &mut Tx, id: CreditListingId, state: ListingState) -> Result<(), DbError> {
    let decided = match state {
        ListingState::Proposed => None,
        ListingState::Refused { decided } => Some(decided),
        ListingState::Listed(listed) | ListingState::Ended { listed, .. } => Some(listed.decided),
    };
    let listed = state.listed();
    let ended_on = if let ListingState::Ended { on, .. } = state { Some(on) } else { None };
    diesel::update(listings::table.find(id))
        .set((
            listings::status.eq(state.status()),
            listings::decided_by.eq(decided.map(|act| act.by)),
            listings::decided_at.eq(decided.map(|act| At(act.at))),
            listings::in_force_from.eq(listed.map(|listed| listed.from)),
            listings::appeal.eq(listed.and_then(|listed| listed.appeal)),
            listings::ended_on.eq(ended_on),
            listings::version.eq(listings::version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn insert_event(
    tx: &mut Tx,
    context: &Context,
    listing: CreditListingId,
    event: &CreditEvent,
) -> Result<(), DbError> {
    use credit_events as events;
    diesel::insert_into(events::table)
        .values((
            events::id.eq(context.fresh_id::<entity::CreditEvent>()),
            events::listing_id.eq(listing),
            events::step.eq(event.step),
            events::account_id.eq(event.act.by),
            events::at.eq(At(event.act.at)),
            events::words.eq(&event.words),
            events::document.eq(&event.document),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
