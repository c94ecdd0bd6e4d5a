//! Takes the people of a roster (名册) into a class, all or none. Everything wrong with it is told at once, by row
//! and column.

use std::collections::HashSet;

use serde_json::json;

use crate::db::Tx;
use crate::flows::error::Error;
use crate::flows::import_people::{PeoplePlan, Registration, plan_people, register_people};
use crate::kernel::context::Context;
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::{ClassId, EnrolmentId, PersonId};
use crate::kernel::invalid::FieldError;
use crate::kernel::vocabulary::BlockedStep;
use crate::registry::people::RawPerson;
use crate::registry::people::sealing::Sealer;
use crate::registry::training::{self, Class, Enrolment, EnrolmentState, service, store};
use crate::registry::{audit, credit};

/// One line of a roster that was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub row: u32,
    pub name: String,
    pub person: PersonId,
    pub was: Standing,
}

/// Whether the registry knew the person before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Registered,
    New,
}

pub fn import_roster(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    regions: IdentityRegions,
    lists: &credit::rules::LocalRules,
    (class, rows): (ClassId, &[(u32, RawPerson)]),
) -> Result<Vec<Taken>, Error> {
    let class = service::held_class(tx, context, class)?;
    credit::service::refuse_blocked(tx, context, lists, class.school, BlockedStep::Enrolment)?;
    class.state.open_to_enrolment().map_err(training::error::Error::from)?;
    let before = store::enrolments(tx, class.id)?;

    let people = rows.iter().map(|(row, raw)| (*row, raw));
    let mut plan = plan_people(tx, context, (sealer, regions), people)?;
    plan.errors.extend(already_enrolled(&plan, &before));
    let left = service::places_left(&class, &before);
    if rows.len() > left {
        let error = FieldError::new("file", "roster-too-long").with("rows", rows.len()).with("left", left);
        plan.errors.push(error);
    }
    plan.errors.sort_by_key(|error| error.row);
    let taken = taken(&plan);
    register_people(tx, context, sealer, plan)?;
    save_enrolments(tx, context, &class, &before, &taken)?;
    Ok(taken)
}

fn already_enrolled(plan: &PeoplePlan, before: &[Enrolment]) -> Vec<FieldError> {
    let there = before.iter().filter(|enrolment| enrolment.state != EnrolmentState::Withdrawn);
    let there: HashSet<PersonId> = there.map(|enrolment| enrolment.person).collect();
    let again = plan.people.iter().filter(|(_, planned)| there.contains(&planned.id));
    again.map(|(row, _)| FieldError::new("document_number", "already-enrolled").at_row(*row)).collect()
}

fn taken(plan: &PeoplePlan) -> Vec<Taken> {
    let lines = plan.people.iter().map(|(row, planned)| Taken {
        row: *row,
        name: planned.name.clone(),
        person: planned.id,
        was: match planned.registration {
            Registration::Existing => Standing::Registered,
            Registration::New => Standing::New,
        },
    });
    lines.collect()
}

fn save_enrolments(
    tx: &mut Tx,
    context: &Context,
    class: &Class,
    before: &[Enrolment],
    taken: &[Taken],
) -> Result<(), Error> {
    let mut ids: Vec<EnrolmentId> = Vec::with_capacity(taken.len());
    let mut number = service::next_number(before);
    for line in taken {
        let withdrawn = before.iter().find(|enrolment| enrolment.person == line.person);
        let id = if let Some(withdrawn) = withdrawn {
            store::set_enrolment_state(tx, withdrawn.id, EnrolmentState::Enrolled)?;
            withdrawn.id
        } else {
            number += 1;
            store::insert_enrolment(tx, context, class.id, number - 1, line.person)?
        };
        ids.push(id);
    }
    let details = json!({ "rows": taken.len(), "enrolments": ids });
    audit::store::record(tx, context, "roster_import", ("class", class.id), details)?;
    Ok(())
}
