//! Staff of an institution: joining somebody by id or by document, and importing a whole list.

use serde_json::json;

use crate::db::{Conn, Tx};
use crate::flows::error::Error;
use crate::flows::import_people::{PeoplePlan, plan_people, register_people};
use crate::flows::visible_person::visible_person;
use crate::kernel::context::Context;
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::audit;
use crate::registry::employment::{Employment, Post, rules, service, store};
use crate::registry::organisations::Organisation;
use crate::registry::people::sealing::Sealer;
use crate::registry::people::{self, RawPerson};
use crate::seeds::Position;

/// What joining needs of the application.
#[derive(Clone, Copy)]
pub struct Registry<'a> {
    pub sealer: &'a Sealer,
    pub regions: IdentityRegions,
    pub positions: &'a [Position],
}

/// Who joins: somebody the caller knows already, or whoever has this document.
pub enum Joiner {
    Known(PersonId),
    Described(RawPerson),
}

pub struct Joining {
    pub joiner: Joiner,
    pub post: Post,
}

/// A row of a staff list.
pub struct StaffRow {
    pub person: RawPerson,
    pub post: Post,
}

/// What an import did or, only checked, would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffImported {
    pub rows: usize,
    /// People who were not registered before.
    pub registered: usize,
}

impl Form for Joining {
    fn read(f: &mut Fields) -> Option<Self> {
        let known = f.optional::<PersonId>("person_id");
        // With an id, the person's own fields are unknown ones, and refused as such.
        let joiner = match known {
            Some(Some(id)) => Some(Joiner::Known(id)),
            _ => RawPerson::read(f).map(Joiner::Described),
        };
        let post = Post::read(f);
        known?;
        Some(Self { joiner: joiner?, post: post? })
    }
}

impl Form for StaffRow {
    fn read(f: &mut Fields) -> Option<Self> {
        let person = RawPerson::read(f);
        let post = Post::read(f);
        Some(Self { person: person?, post: post? })
    }
}

/// Joins somebody to an institution, registering them first where their document is new.
pub fn staff_join(
    tx: &mut Tx,
    context: &Context,
    registry: Registry,
    at: OrganisationId,
    Joining { joiner, post }: &Joining,
) -> Result<Employment, Error> {
    service::changed_institution(tx, context, at)?;
    let person = match joiner {
        Joiner::Known(id) => visible_person(tx, context, *id)?,
        Joiner::Described(raw) => {
            people::service::person_match_or_register(tx, context, registry.sealer, registry.regions, raw)?
        }
    };
    Ok(service::employment_join(tx, context, registry.positions, at, person.id, post)?)
}

/// Checks a staff list without writing anything. `errors` are those that reading the file found.
pub fn staff_check(
    conn: &mut Conn,
    context: &Context,
    registry: Registry,
    at: OrganisationId,
    rows: &[(u32, StaffRow)],
    errors: Vec<FieldError>,
) -> Result<StaffImported, Error> {
    let at = service::changed_institution(conn, context, at)?;
    let mut plan = plan(conn, context, registry, rows, errors)?;
    check_posts(conn, context, registry, &at, rows, &mut plan)?;
    if plan.errors.is_empty() {
        Ok(StaffImported { rows: rows.len(), registered: plan.new_count() })
    } else {
        Err(Invalid(plan.errors).into())
    }
}

/// Imports a staff list: every row or none.
pub fn staff_import(
    tx: &mut Tx,
    context: &Context,
    registry: Registry,
    at: OrganisationId,
    rows: &[(u32, StaffRow)],
    errors: Vec<FieldError>,
) -> Result<StaffImported, Error> {
    let at = service::changed_institution(tx, context, at)?;
    let mut plan = plan(tx, context, registry, rows, errors)?;
    people::store::hold(tx, &plan.existing())?;
    check_posts(tx, context, registry, &at, rows, &mut plan)?;
    let joining: Vec<(PersonId, &Post)> =
        rows.iter().filter_map(|(row, staff)| Some((plan.people.get(row)?.id, &staff.post))).collect();
    let registered = register_people(tx, context, registry.sealer, plan)?;
    store::insert(tx, context, at.id, &joining)?;
    let details = json!({ "rows": joining.len(), "registered": registered });
    audit::store::record(tx, context, "staff_import", ("organisation", at.id), details)?;
    Ok(StaffImported { rows: joining.len(), registered })
}

fn plan(
    conn: &mut Conn,
    context: &Context,
    registry: Registry,
    rows: &[(u32, StaffRow)],
    errors: Vec<FieldError>,
) -> Result<PeoplePlan, Error> {
    let people = rows.iter().map(|(row, staff)| (*row, &staff.person));
    let mut plan = plan_people(conn, context, (registry.sealer, registry.regions), people)?;
    plan.errors.extend(errors);
    Ok(plan)
}

/// Adds what is wrong with the posts, and puts all errors into the order of the rows.
fn check_posts(
    conn: &mut Conn,
    context: &Context,
    registry: Registry,
    at: &Organisation,
    rows: &[(u32, StaffRow)],
    plan: &mut PeoplePlan,
) -> Result<(), Error> {
    let spells = store::of_people(conn, &plan.existing())?;
    for (row, staff) in rows {
        let Some(person) = plan.people.get(row) else { continue };
        let own = spells.get(&person.id).map(Vec::as_slice).unwrap_or_default();
        let post = &staff.post;
        if let Err(Invalid(found)) =
            rules::check_post(post, at, person.birth_date, own, registry.positions, context.today())
        {
            plan.errors.extend(found.into_iter().map(|error| error.at_row(*row)));
        }
    }
    plan.errors.sort_by_key(|error| error.row);
    Ok(())
}

#[cfg(test)]
mod tests;
