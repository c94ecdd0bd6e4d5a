//! Which people a caller may know of. The answer is spread over the domains: who registered them, employs them,
//! teaches them, examines them, or recorded a certificate of theirs.

use crate::db::Conn;
use crate::flows::error::Error;
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::ids::{AccountId, OrganisationId, PersonId};
use crate::registry::people::{self, Person};
use crate::registry::{accounts, employment, exams, firstaid, organisations, recorded, training};

/// The person, if the caller may know of them.
///
/// # Errors
/// [`Error::NotFound`] for everybody else, as if there were no such person.
pub fn visible_person(conn: &mut Conn, context: &Context, id: PersonId) -> Result<Person, Error> {
    let person = people::service::person(conn, id)?;
    if may_see(conn, context, &person)? { Ok(person) } else { Err(Error::NotFound) }
}

/// Whether the caller may know of this person. Without an actor it is the system itself.
pub fn may_see(conn: &mut Conn, context: &Context, person: &Person) -> Result<bool, Error> {
    let Some(actor) = &context.actor else { return Ok(true) };
    match actor.role {
        Role::Administrator | Role::Bureau => Ok(true),
        Role::Finance => Ok(false),
        Role::Caregiver => Ok(actor.person == Some(person.id)),
        Role::Town => match &actor.area {
            Some(area) => lives_or_works_in(conn, area, person),
            None => Ok(false),
        },
        Role::School | Role::Assessor | Role::FirstAidIssuer | Role::Institution => {
            of_organisation(conn, actor, person)
        }
    }
}

fn lives_or_works_in(conn: &mut Conn, area: &AreaCode, person: &Person) -> Result<bool, Error> {
    if person.home_area.as_ref().is_some_and(|home| home.is_within(area)) {
        return Ok(true);
    }
    for spell in employment::store::of_person(conn, person.id)? {
        let employer = organisations::store::find(conn, spell.organisation)?;
        if employer.is_some_and(|employer| employer.area_code.is_within(area)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn of_organisation(conn: &mut Conn, actor: &Actor, person: &Person) -> Result<bool, Error> {
    let Some(organisation) = actor.organisation else { return Ok(false) };
    let found = person.created_by == Some(organisation)
        || employed(conn, organisation, person.id)?
        || training::store::has_enrolled(conn, organisation, person.id)?
        || exams::store::has_dealt_with(conn, organisation, person.id)?
        || entered_a_certificate(conn, organisation, person.id)?;
    Ok(found)
}

/// Now or once.
fn employed(conn: &mut Conn, by: OrganisationId, person: PersonId) -> Result<bool, Error> {
    Ok(employment::store::of_person(conn, person)?.iter().any(|spell| spell.organisation == by))
}

/// Whether an account of the organisation recorded a first-aid certificate, or one issued elsewhere.
fn entered_a_certificate(
    conn: &mut Conn,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<bool, Error> {
    let mut recorders: Vec<AccountId> = firstaid::store::recorders(conn, person)?;
    recorders.extend(recorded::store::recorders(conn, person)?);
    let own = accounts::store::of_organisation(conn, organisation)?;
    Ok(recorders.iter().any(|account| own.contains(account)))
}
