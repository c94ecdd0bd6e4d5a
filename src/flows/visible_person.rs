//! Which people a caller may know of. The answer is spread over the domains: who registered them, employs them,
//! teaches them, examines them, or recorded their first-aid certificate.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::select;

use crate::db::schema::{
    accounts, applications, classes, employments, enrolments, exam_sessions, first_aid_certificates,
    organisations,
};
use crate::db::{Conn, DbError};
use crate::flows::error::Error;
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::registry::people::{self, Person};

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
    let works = employments::table
        .inner_join(organisations::table)
        .filter(employments::person_id.eq(person.id))
        .filter(organisations::area_code.like(format!("{area}%")));
    Ok(select(exists(works)).get_result(conn).map_err(DbError::from)?)
}

fn of_organisation(conn: &mut Conn, actor: &Actor, person: &Person) -> Result<bool, Error> {
    let Some(organisation) = actor.organisation else { return Ok(false) };
    if person.created_by == Some(organisation) {
        return Ok(true);
    }
    let found = employed(conn, organisation, person.id)?
        || enrolled(conn, organisation, person.id)?
        || applied(conn, organisation, person.id)?
        || first_aid(conn, organisation, person.id)?;
    Ok(found)
}

fn employed(conn: &mut Conn, by: OrganisationId, person: PersonId) -> Result<bool, DbError> {
    let spells = employments::table
        .filter(employments::person_id.eq(person))
        .filter(employments::organisation_id.eq(by));
    Ok(select(exists(spells)).get_result(conn)?)
}

fn enrolled(conn: &mut Conn, at: OrganisationId, person: PersonId) -> Result<bool, DbError> {
    let places = enrolments::table
        .inner_join(classes::table)
        .filter(enrolments::person_id.eq(person))
        .filter(classes::school_id.eq(at));
    Ok(select(exists(places)).get_result(conn)?)
}

/// With the body that examines, or through the organisation that sent the application in.
fn applied(conn: &mut Conn, with: OrganisationId, person: PersonId) -> Result<bool, DbError> {
    let sent = applications::table
        .inner_join(exam_sessions::table)
        .filter(applications::person_id.eq(person))
        .filter(exam_sessions::body_id.eq(with).or(applications::submitted_by.assume_not_null().eq(with)));
    Ok(select(exists(sent)).get_result(conn)?)
}

fn first_aid(conn: &mut Conn, recorded_by: OrganisationId, person: PersonId) -> Result<bool, DbError> {
    let recorded = first_aid_certificates::table
        .inner_join(accounts::table)
        .filter(first_aid_certificates::person_id.eq(person))
        .filter(accounts::organisation_id.eq(recorded_by));
    Ok(select(exists(recorded)).get_result(conn)?)
}
