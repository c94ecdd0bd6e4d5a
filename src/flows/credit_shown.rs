//! Who sees at verification that somebody is on the black list: the bureau of everybody, an institution of its own
//! staff and of whoever gave it name and digits. The public never does, and nothing is looked up for it.

use crate::db::Conn;
use crate::flows::error::Error;
use crate::kernel::context::{Context, Role};
use crate::kernel::ids::PersonId;
use crate::registry::credit::{Listing, Subject};
use crate::registry::{credit, employment};

/// How the caller has met the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// By the certificate alone.
    OnPaper,
    /// Name and last four of the identity number were the holder's.
    InPerson,
}

/// The black listings in force of a certificate's holder that the caller may see.
pub fn credit_shown(
    conn: &mut Conn,
    context: &Context,
    holder: PersonId,
    met: Met,
) -> Result<Vec<Listing>, Error> {
    if !may_see(conn, context, holder, met)? {
        return Ok(Vec::new());
    }
    let subject = Subject::Person(holder);
    let mut found = credit::service::black_listed(conn, &[subject], context.today())?;
    Ok(found.remove(&subject).unwrap_or_default())
}

fn may_see(conn: &mut Conn, context: &Context, holder: PersonId, met: Met) -> Result<bool, Error> {
    let Some(actor) = &context.actor else { return Ok(false) };
    match (actor.role, actor.organisation) {
        (Role::Bureau, _) => Ok(true),
        (Role::Institution, Some(employer)) => {
            Ok(met == Met::InPerson
                || employment::store::is_employed(conn, holder, employer, context.today())?)
        }
        _ => Ok(false),
    }
}
