//! Whose watch list it is.

use crate::kernel::context::{Actor, Role};
use crate::kernel::ids::OrganisationId;

/// The institution whose list `actor` keeps: its own, and nobody else's.
#[must_use]
pub fn own_list(actor: &Actor) -> Option<OrganisationId> {
    actor.organisation.filter(|_| actor.role == Role::Institution)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::codes::Code;
    use crate::kernel::ids::AccountId;
    use uuid::Uuid;

    #[test]
    fn only_an_institution_has_a_list() {
        let own = OrganisationId::from_uuid(Uuid::from_u128(1));
        for role in Role::ALL {
            let actor = Actor {
                account: AccountId::from_uuid(Uuid::nil()),
                name: String::new(),
                role: *role,
                organisation: Some(own),
                area: None,
                person: None,
            };
            assert_eq!(own_list(&actor), (*role == Role::Institution).then_some(own), "{role}");
        }
    }
}
