//! Takes one person into a class: somebody registered already, or by an identity document.

use crate::db::Tx;
use crate::flows::error::Error;
use crate::flows::visible_person::visible_person;
use crate::kernel::context::Context;
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::{ClassId, EnrolmentId, PersonId};
use crate::kernel::invalid::Invalid;
use crate::kernel::vocabulary::BlockedStep;
use crate::registry::credit;
use crate::registry::people::sealing::Sealer;
use crate::registry::people::{self, RawPerson};
use crate::registry::training::{self, service};

/// Who is to be enrolled. No `Debug`: it may hold an identity number.
#[derive(Clone)]
pub enum Trainee {
    Registered(PersonId),
    Described(Box<RawPerson>),
}

impl Form for Trainee {
    /// Either `person_id` alone, or a document with a name and what else is known.
    fn read(f: &mut Fields) -> Option<Self> {
        match f.optional("person_id")? {
            Some(id) => Some(Self::Registered(id)),
            None => RawPerson::read(f).map(|raw| Self::Described(Box::new(raw))),
        }
    }
}

pub fn enrol(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    regions: IdentityRegions,
    lists: &credit::rules::LocalRules,
    (class, trainee): (ClassId, &Trainee),
) -> Result<EnrolmentId, Error> {
    let class = service::held_class(tx, context, class)?;
    credit::service::refuse_blocked(tx, context, lists, class.school, BlockedStep::Enrolment)?;
    class.state.open_to_enrolment().map_err(training::error::Error::from)?;
    let person = match trainee {
        // A school enrols by an id only whom it knows; anybody else by their document and name.
        Trainee::Registered(id) => match visible_person(tx, context, *id) {
            Err(Error::NotFound | Error::People(people::error::Error::NotFound)) => {
                return Err(Invalid::one("person_id", "unknown-person").into());
            }
            found => found?,
        },
        Trainee::Described(raw) => {
            people::service::person_match_or_register(tx, context, sealer, regions, raw)?
        }
    };
    Ok(service::enrolment_create(tx, context, &class, person.id)?)
}
