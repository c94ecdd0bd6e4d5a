//! Declared service: stated with an employer's evidence, counted only after a second person has checked it.

use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::ids::{DeclaredServiceId, PersonId};
use crate::registry::employment::error::Error;
use crate::registry::employment::{DeclaredService, DeclaredStatus, NewDeclaredService, rules, store};
use crate::registry::{audit, people};

/// What a checker decides.
#[derive(Debug, Clone)]
pub enum Check {
    Accept { note: Option<String> },
    Refuse { note: String },
}

/// Declares service of a person whom the caller may see; that is the caller's to make sure.
pub fn declared_service_declare(
    tx: &mut Tx,
    context: &Context,
    person: PersonId,
    new: &NewDeclaredService,
) -> Result<DeclaredService, Error> {
    let actor = context.actor.as_ref().ok_or(Error::NotFound)?;
    let organisation = actor.organisation.ok_or(Error::NotFound)?;
    let born = people::service::person(tx, person)?.birth_date;
    rules::check_declared(new, born, context.today())?;
    let id = store::insert_declared(tx, context, person, (organisation, actor.account), new)?;
    let details = json!({ "person": person, "from_date": new.from_date, "to_date": new.to_date });
    audit::store::record(tx, context, "declared_service_declare", ("declared-service", id), details)?;
    declared_service(tx, id)
}

/// Accepts or refuses: the bureau, or another person of the organisation that declared.
pub fn declared_service_check(
    tx: &mut Tx,
    context: &Context,
    id: DeclaredServiceId,
    version: i32,
    check: &Check,
) -> Result<DeclaredService, Error> {
    let found = declared_service(tx, id)?;
    let actor = context.actor.as_ref().ok_or(Error::NotFound)?;
    may_check(actor, &found)?;
    let (status, note) = match check {
        Check::Accept { note } => (DeclaredStatus::Accepted, note.as_deref()),
        Check::Refuse { note } => (DeclaredStatus::Refused, Some(note.as_str())),
    };
    if !store::set_checked(tx, context, (id, version), (&actor.name, actor.account), status, note)? {
        return Err(Error::Stale);
    }
    let details = json!({ "person": found.person, "status": status });
    audit::store::record(tx, context, "declared_service_check", ("declared-service", id), details)?;
    declared_service(tx, id)
}

fn declared_service(conn: &mut Conn, id: DeclaredServiceId) -> Result<DeclaredService, Error> {
    store::find_declared(conn, id)?.ok_or(Error::NotFound)
}

fn may_check(actor: &Actor, service: &DeclaredService) -> Result<(), Error> {
    let sees = match actor.role {
        Role::Administrator | Role::Bureau => true,
        _ => actor.organisation == Some(service.organisation),
    };
    if !sees {
        return Err(Error::NotFound);
    }
    if service.status != DeclaredStatus::Waiting {
        return Err(Error::AlreadyChecked);
    }
    if actor.account == service.declared_by { Err(Error::SamePerson) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::{AccountId, OrganisationId};

    fn actor(account: u128, role: Role, organisation: u128) -> Actor {
        Actor {
            account: AccountId::from_uuid(uuid::Uuid::from_u128(account)),
            name: String::new(),
            role,
            organisation: Some(OrganisationId::from_uuid(uuid::Uuid::from_u128(organisation))),
            area: None,
            person: None,
        }
    }

    fn check(actor: &Actor, status: DeclaredStatus, expected: &str) {
        let declarer = self::actor(1, Role::School, 1);
        let service = DeclaredService {
            id: DeclaredServiceId::from_uuid(uuid::Uuid::nil()),
            person: PersonId::from_uuid(uuid::Uuid::nil()),
            organisation: OrganisationId::from_uuid(uuid::Uuid::from_u128(1)),
            employer: String::new(),
            position: String::new(),
            from_date: chrono::NaiveDate::MIN,
            to_date: chrono::NaiveDate::MIN,
            evidence: String::new(),
            declared_by: declarer.account,
            status,
            checker: None,
            checked_at: None,
            check_note: None,
            version: 1,
        };
        let found = match may_check(actor, &service) {
            Ok(()) => "yes",
            Err(Error::NotFound) => "not found",
            Err(Error::SamePerson) => "same person",
            Err(Error::AlreadyChecked) => "checked",
            Err(_) => "other",
        };
        assert_eq!(found, expected, "{actor:?}");
    }

    #[test]
    fn a_second_person_checks() {
        use DeclaredStatus::{Accepted, Waiting};
        check(&actor(1, Role::School, 1), Waiting, "same person");
        check(&actor(2, Role::School, 1), Waiting, "yes");
        check(&actor(2, Role::School, 2), Waiting, "not found");
        check(&actor(3, Role::Bureau, 9), Waiting, "yes");
        check(&actor(1, Role::Bureau, 1), Waiting, "same person");
        check(&actor(3, Role::Bureau, 9), Accepted, "checked");
    }
}
