use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::context::{Actor, Context};
use crate::kernel::dates::Period;
use crate::kernel::ids::{EmploymentId, OrganisationId, PersonId};
use crate::kernel::invalid::Invalid;
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::employment::error::Error;
use crate::registry::employment::{
    DeclaredStatus, Employment, Leaving, LeavingReason, Post, Transfer, rules, store,
};
use crate::registry::organisations::{Organisation, OrganisationStatus};
use crate::registry::{audit, organisations, people};
use crate::seeds::Position;

/// The periods that count as service (从业年限): spells as a caregiver, and declared service that was accepted.
/// [`rules::service_years`] counts them.
pub fn service_periods(
    conn: &mut Conn,
    positions: &[Position],
    person: PersonId,
) -> Result<Vec<Period>, Error> {
    let spells = store::of_person(conn, person)?;
    let declared = store::declared_of_person(conn, person)?;
    let caregiving = spells.iter().filter(|spell| rules::is_caregiver(positions, &spell.position));
    let accepted = declared.iter().filter(|service| service.status == DeclaredStatus::Accepted);
    let accepted = accepted.map(|service| Period { from: service.from_date, to: Some(service.to_date) });
    Ok(caregiving.map(|spell| spell.period).chain(accepted).collect())
}

/// An organisation whose staff the caller may see.
pub fn seen_institution(
    conn: &mut Conn,
    context: &Context,
    id: OrganisationId,
) -> Result<Organisation, Error> {
    institution_where(conn, context, id, rules::may_see_staff)
}

/// An organisation whose staff the caller may change, and that can have some.
pub fn changed_institution(
    conn: &mut Conn,
    context: &Context,
    id: OrganisationId,
) -> Result<Organisation, Error> {
    let found = institution_where(conn, context, id, rules::may_change_staff)?;
    if found.kind != OrganisationKind::CareInstitution {
        return Err(Error::NotAnInstitution);
    }
    if found.status != OrganisationStatus::Active {
        return Err(Error::InstitutionClosed);
    }
    Ok(found)
}

/// Joins a registered person to an institution.
pub fn employment_join(
    tx: &mut Tx,
    context: &Context,
    positions: &[Position],
    at: OrganisationId,
    person: PersonId,
    post: &Post,
) -> Result<Employment, Error> {
    let at = changed_institution(tx, context, at)?;
    people::store::hold(tx, &[person])?;
    let born = people::service::person(tx, person)?.birth_date;
    let spells = store::of_person(tx, person)?;
    rules::check_post(post, &at, born, &spells, positions, context.today())?;
    let made = store::insert(tx, context, at.id, &[(person, post)])?;
    let id = made.first().copied().ok_or(Error::NotFound)?;
    let details = json!({ "person": person, "position": post.position, "from_date": post.from_date });
    audit::store::record(tx, context, "employment_join", ("employment", id), details)?;
    employment(tx, id)
}

/// Ends a spell on its last day.
pub fn employment_leave(
    tx: &mut Tx,
    context: &Context,
    id: EmploymentId,
    version: i32,
    leaving: &Leaving,
) -> Result<Employment, Error> {
    let spell = open_spell(tx, context, id)?;
    rules::check_leaving(&spell, leaving, context.today())?;
    end(tx, context, &spell, version, leaving)?;
    employment(tx, id)
}

/// Ends a spell and begins another on the next day; returns the new one. An institution moves people between its
/// own posts; only the bureau moves them to another institution, for that one's staff is not theirs to write.
pub fn employment_transfer(
    tx: &mut Tx,
    context: &Context,
    positions: &[Position],
    id: EmploymentId,
    version: i32,
    transfer: &Transfer,
) -> Result<Employment, Error> {
    let spell = open_spell(tx, context, id)?;
    let to = transfer.organisation.unwrap_or(spell.organisation);
    if let Err(Error::NotFound | Error::Organisations(_)) = changed_institution(tx, context, to) {
        return Err(Invalid::one("organisation_id", "bureau-only").into());
    }
    let last = rules::day_before(&spell, transfer.post.from_date)?;
    let leaving = Leaving { to_date: last, reason: LeavingReason::Transferred };
    end(tx, context, &spell, version, &leaving)?;
    employment_join(tx, context, positions, to, spell.person, &transfer.post)
}

/// A spell that the caller may see.
pub fn seen_employment(conn: &mut Conn, context: &Context, id: EmploymentId) -> Result<Employment, Error> {
    let spell = employment(conn, id)?;
    seen_institution(conn, context, spell.organisation)?;
    Ok(spell)
}

fn employment(conn: &mut Conn, id: EmploymentId) -> Result<Employment, Error> {
    store::find(conn, id)?.ok_or(Error::NotFound)
}

/// A spell that the caller may end and that has not ended.
fn open_spell(conn: &mut Conn, context: &Context, id: EmploymentId) -> Result<Employment, Error> {
    let spell = employment(conn, id)?;
    institution_where(conn, context, spell.organisation, rules::may_change_staff)?;
    if spell.period.to.is_some() { Err(Error::AlreadyLeft) } else { Ok(spell) }
}

fn end(
    tx: &mut Tx,
    context: &Context,
    spell: &Employment,
    version: i32,
    leaving: &Leaving,
) -> Result<(), Error> {
    if !store::end(tx, spell.id, version, leaving)? {
        return Err(Error::Stale);
    }
    let details = json!({ "person": spell.person, "to_date": leaving.to_date, "reason": leaving.reason });
    Ok(audit::store::record(tx, context, "employment_leave", ("employment", spell.id), details)?)
}

fn institution_where(
    conn: &mut Conn,
    context: &Context,
    id: OrganisationId,
    may: fn(&Actor, &Organisation) -> bool,
) -> Result<Organisation, Error> {
    let found = organisations::service::organisation(conn, id)?;
    // Without an actor it is the system itself: seeding, or the command line.
    if context.actor.as_ref().is_none_or(|actor| may(actor, &found)) {
        Ok(found)
    } else {
        Err(Error::NotFound)
    }
}
