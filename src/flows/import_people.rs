//! Many people at once, as a staff list or a class roster brings them: first a plan that writes nothing and holds
//! every error with its row, then, if the caller finds nothing wrong either, one registration of all who are new.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::json;

use crate::db::{Conn, Tx};
use crate::flows::error::Error;
use crate::kernel::context::Context;
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::{PersonId, entity};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::people::sealing::{DocumentIndex, Sealer};
use crate::registry::people::{NewPerson, RawPerson, rules, service, store};
use crate::registry::{audit, people};

/// Who stands in each row, and what is wrong with the others.
pub struct PeoplePlan {
    /// By row, as the file's user counts them. Rows that are wrong in themselves are not among them.
    pub people: BTreeMap<u32, PlannedPerson>,
    pub errors: Vec<FieldError>,
    new: Vec<(PersonId, NewPerson)>,
}

#[derive(Debug, Clone)]
pub struct PlannedPerson {
    /// The id that the person has or, once [`register_people`] ran, will have.
    pub id: PersonId,
    pub name: String,
    pub birth_date: NaiveDate,
    pub registration: Registration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    Existing,
    New,
}

impl PeoplePlan {
    /// Those who are registered already.
    #[must_use]
    pub fn existing(&self) -> Vec<PersonId> {
        let existing = self.people.values().filter(|person| person.registration == Registration::Existing);
        existing.map(|person| person.id).collect()
    }

    /// How many will be registered anew.
    #[must_use]
    pub fn new_count(&self) -> usize {
        self.new.len()
    }
}

/// Finds the person of every row: by document, with the same name, or new. One person in two rows is
/// `duplicate-in-file` in both.
pub fn plan_people<'a>(
    conn: &mut Conn,
    context: &Context,
    (sealer, regions): (&Sealer, IdentityRegions),
    rows: impl IntoIterator<Item = (u32, &'a RawPerson)>,
) -> Result<PeoplePlan, Error> {
    let rows: Vec<_> = rows.into_iter().collect();
    let mut errors = Vec::new();
    let checked = check_rows(conn, context, (sealer, regions), &rows, &mut errors)?;
    let indexes: Vec<_> = checked.iter().map(|row| row.index.clone()).collect();
    let known: HashMap<_, _> = store::find_by_indexes(conn, &indexes)?
        .into_iter()
        .map(|(index, id, name)| (index, (id, name)))
        .collect();
    let mut plan = PeoplePlan { people: BTreeMap::new(), errors, new: Vec::new() };
    for CheckedRow { row, new, index } in checked {
        let (name, birth_date) = (new.name().to_owned(), new.birth_date());
        let (id, registration) = match known.get(&index) {
            Some((_, known)) if !rules::same_name(known, &name) => {
                plan.errors.push(FieldError::new("name", "registered-under-another-name").at_row(row));
                continue;
            }
            Some((id, _)) => (*id, Registration::Existing),
            None => {
                let id = context.fresh_id::<entity::Person>();
                plan.new.push((id, new));
                (id, Registration::New)
            }
        };
        plan.people.insert(row, PlannedPerson { id, name, birth_date, registration });
    }
    Ok(plan)
}

/// Registers those of a plan who are new; how many they were.
///
/// # Errors
/// [`Error::Invalid`] with the plan's own errors, if it has any: then nothing is written.
pub fn register_people(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    plan: PeoplePlan,
) -> Result<usize, Error> {
    if !plan.errors.is_empty() {
        return Err(Invalid(plan.errors).into());
    }
    let mut sealed = Vec::with_capacity(plan.new.len());
    for (id, new) in plan.new {
        sealed.push(service::seal(context, sealer, id, new).map_err(people::error::Error::from)?);
    }
    store::insert(tx, context, &sealed)?;
    for person in &sealed {
        audit::store::record(
            tx,
            context,
            "person_register",
            ("person", person.id),
            json!({ "import": true }),
        )?;
    }
    Ok(sealed.len())
}

struct CheckedRow {
    row: u32,
    new: NewPerson,
    index: DocumentIndex,
}

fn check_rows(
    conn: &mut Conn,
    context: &Context,
    (sealer, regions): (&Sealer, IdentityRegions),
    rows: &[(u32, &RawPerson)],
    errors: &mut Vec<FieldError>,
) -> Result<Vec<CheckedRow>, Error> {
    let areas = service::known_areas(conn, rows.iter().filter_map(|(_, raw)| raw.home_area.as_ref()))?;
    let mut checked = Vec::with_capacity(rows.len());
    for (row, raw) in rows {
        let new = match rules::check(raw, regions, context.today(), &areas) {
            Ok(new) => new,
            Err(Invalid(found)) => {
                errors.extend(found.into_iter().map(|error| error.at_row(*row)));
                continue;
            }
        };
        checked.push(CheckedRow { row: *row, index: sealer.index(new.document()), new });
    }
    errors.extend(named_twice(&checked));
    Ok(checked)
}

/// One person in two rows: an error in both, each naming the other.
fn named_twice(rows: &[CheckedRow]) -> Vec<FieldError> {
    let mut latest: HashMap<&DocumentIndex, u32> = HashMap::with_capacity(rows.len());
    let mut told = HashSet::new();
    let mut errors = Vec::new();
    let repeats = |row: u32, other: u32| {
        FieldError::new("document_number", "duplicate-in-file").with("row", other).at_row(row)
    };
    for CheckedRow { row, index, .. } in rows {
        let Some(before) = latest.insert(index, *row) else { continue };
        if told.insert(before) {
            errors.push(repeats(before, *row));
        }
        told.insert(*row);
        errors.push(repeats(*row, before));
    }
    errors
}
