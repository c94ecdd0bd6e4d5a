//! Takes the people of a roster (名册) into a class, all or none. Everything wrong with it is told at once, by row
//! and column.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::db::Tx;
use crate::flows::error::Error;
use crate::kernel::context::Context;
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::{ClassId, EnrolmentId, PersonId, entity};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::audit;
use crate::registry::people::rules::{check, same_name};
use crate::registry::people::sealing::{DocumentIndex, Sealer};
use crate::registry::people::{self, NewPerson, RawPerson};
use crate::registry::training::{self, Class, Enrolment, EnrolmentState, service, store};

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
    class: ClassId,
    rows: &[(u32, RawPerson)],
) -> Result<Vec<Taken>, Error> {
    service::own_class(tx, context, class)?;
    let class = store::lock_class(tx, class)?.ok_or(training::error::Error::NotFound)?;
    class.state.open_to_enrolment().map_err(training::error::Error::from)?;
    let before = store::enrolments(tx, class.id)?;

    let (lines, mut errors) = check_rows(tx, context, sealer, regions, rows)?;
    errors.extend(named_twice(&lines));
    let known = known_people(tx, &lines)?;
    errors.extend(lines.iter().filter_map(|line| refused_by_records(line, &known, &before)));
    let left = service::places_left(&class, &before);
    if rows.len() > left {
        errors.push(FieldError::new("file", "roster-too-long").with("rows", rows.len()).with("left", left));
    }
    if !errors.is_empty() {
        errors.sort_by_key(|error| error.row);
        return Err(Invalid(errors).into());
    }
    let taken = register(tx, context, sealer, lines, &known)?;
    save_enrolments(tx, context, &class, &before, &taken)?;
    Ok(taken)
}

/// A row that is right in itself.
struct Line {
    row: u32,
    index: DocumentIndex,
    new: NewPerson,
}

fn check_rows(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    regions: IdentityRegions,
    rows: &[(u32, RawPerson)],
) -> Result<(Vec<Line>, Vec<FieldError>), Error> {
    let areas = rows.iter().filter_map(|(_, raw)| raw.home_area.as_ref());
    let known_areas = people::service::known_areas(tx, areas)?;
    let mut lines = Vec::with_capacity(rows.len());
    let mut errors = Vec::new();
    for (row, raw) in rows {
        match check(raw, regions, context.today(), &known_areas) {
            Ok(new) => lines.push(Line { row: *row, index: sealer.index(new.document()), new }),
            Err(Invalid(found)) => errors.extend(found.into_iter().map(|error| error.at_row(*row))),
        }
    }
    Ok((lines, errors))
}

/// One person in two rows: an error in both, each naming the other.
fn named_twice(lines: &[Line]) -> Vec<FieldError> {
    let mut first: HashMap<&DocumentIndex, u32> = HashMap::new();
    let mut told = HashSet::new();
    let mut errors = Vec::new();
    let repeats = |row: u32, other: u32| {
        FieldError::new("document_number", "duplicate-in-file").with("row", other).at_row(row)
    };
    for line in lines {
        let Some(before) = first.insert(&line.index, line.row) else { continue };
        if told.insert(before) {
            errors.push(repeats(before, line.row));
        }
        told.insert(line.row);
        errors.push(repeats(line.row, before));
    }
    errors
}

type Known = HashMap<DocumentIndex, (PersonId, String)>;

fn known_people(tx: &mut Tx, lines: &[Line]) -> Result<Known, Error> {
    let indexes: Vec<_> = lines.iter().map(|line| line.index.clone()).collect();
    let found = people::store::find_by_indexes(tx, &indexes)?;
    Ok(found.into_iter().map(|(index, id, name)| (index, (id, name))).collect())
}

fn refused_by_records(line: &Line, known: &Known, enrolments: &[Enrolment]) -> Option<FieldError> {
    let (person, name) = known.get(&line.index)?;
    if !same_name(name, line.new.name()) {
        return Some(FieldError::new("name", "registered-under-another-name").at_row(line.row));
    }
    let enrolled = |e: &Enrolment| e.person == *person && e.state != EnrolmentState::Withdrawn;
    enrolments
        .iter()
        .any(enrolled)
        .then(|| FieldError::new("document_number", "already-enrolled").at_row(line.row))
}

/// Registers those whom nobody knows yet.
fn register(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    lines: Vec<Line>,
    known: &Known,
) -> Result<Vec<Taken>, Error> {
    let mut taken = Vec::with_capacity(lines.len());
    let mut new = Vec::new();
    for line in lines {
        let name = line.new.name().to_owned();
        let (person, was) = if let Some((id, _)) = known.get(&line.index) {
            (*id, Standing::Registered)
        } else {
            let id = context.fresh_id::<entity::Person>();
            let sealed = people::service::seal(context, sealer, id, line.new);
            new.push(sealed.map_err(people::error::Error::from)?);
            (id, Standing::New)
        };
        taken.push(Taken { row: line.row, name, person, was });
    }
    people::store::insert(tx, context, &new)?;
    for person in &new {
        audit::store::record(tx, context, "person_register", ("person", person.id), json!({}))?;
    }
    Ok(taken)
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
