use std::collections::HashSet;

use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Context, Role};
use crate::kernel::identity::{IdentityDocument, IdentityRegions};
use crate::kernel::ids::{PersonId, entity};
use crate::kernel::invalid::Invalid;
use crate::registry::people::error::Error;
use crate::registry::people::sealing::{Sealer, SealingError};
use crate::registry::people::store::SealedPerson;
use crate::registry::people::{NewPerson, Person, PersonChange, RawDocument, RawPerson, rules, store};
use crate::registry::{areas, audit};

pub fn person(conn: &mut Conn, id: PersonId) -> Result<Person, Error> {
    store::find(conn, id)?.ok_or(Error::NotFound)
}

pub fn person_by_document(
    conn: &mut Conn,
    sealer: &Sealer,
    document: &IdentityDocument,
) -> Result<Option<Person>, Error> {
    Ok(store::find_by_index(conn, &sealer.index(document))?)
}

/// Looks somebody up by a document as it was typed.
///
/// # Errors
/// [`Error::Invalid`] where no such document can exist, [`Error::NotFound`] where nobody has it.
pub fn person_find(
    conn: &mut Conn,
    context: &Context,
    sealer: &Sealer,
    regions: IdentityRegions,
    raw: &RawDocument,
) -> Result<Person, Error> {
    let document =
        IdentityDocument::check(raw.kind, &raw.number, regions, context.today()).map_err(Invalid::from)?;
    person_by_document(conn, sealer, &document)?.ok_or(Error::NotFound)
}

/// The document itself, with its whole number: for the official form that prints it and the match at the door.
pub fn document(conn: &mut Conn, sealer: &Sealer, id: PersonId) -> Result<IdentityDocument, Error> {
    let (kind, sealed) = store::find_number(conn, id)?.ok_or(Error::NotFound)?;
    Ok(sealer.open_number(id, kind, &sealed)?)
}

/// Registers a person whose document nobody has been registered by.
pub fn person_register(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    regions: IdentityRegions,
    raw: &RawPerson,
) -> Result<Person, Error> {
    let new = check(tx, context, regions, raw)?;
    if person_by_document(tx, sealer, &new.document)?.is_some() {
        return Err(already_registered());
    }
    register(tx, context, sealer, new)
}

/// The person who is registered by this document and name, or a new one.
///
/// # Errors
/// `registered-under-another-name` on `name` where the document belongs to somebody of another name.
pub fn person_match_or_register(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    regions: IdentityRegions,
    raw: &RawPerson,
) -> Result<Person, Error> {
    let new = check(tx, context, regions, raw)?;
    match person_by_document(tx, sealer, &new.document)? {
        Some(known) if rules::same_name(&known.name, &new.name) => Ok(known),
        Some(_) => Err(Invalid::one("name", "registered-under-another-name").into()),
        None => register(tx, context, sealer, new),
    }
}

/// Changes what is given and leaves the rest.
pub fn person_update(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    id: PersonId,
    version: i32,
    change: &PersonChange,
) -> Result<Person, Error> {
    person(tx, id)?;
    let known = known_areas(tx, change.home_area.iter())?;
    let role: Option<Role> = context.actor.as_ref().map(|actor| actor.role);
    let checked = rules::check_change(change, role, &known)?;
    let phone = checked.phone.as_ref().map(|phone| sealer.seal_phone(context, id, phone)).transpose()?;
    if !store::update(tx, id, version, &checked, change.education, phone.as_ref())? {
        return Err(Error::Stale);
    }
    let mut fields = Vec::new();
    fields.extend(checked.name.is_some().then_some("name"));
    fields.extend(change.education.is_some().then_some("education"));
    fields.extend(phone.is_some().then_some("phone"));
    fields.extend(checked.email.is_some().then_some("email"));
    fields.extend(checked.home_area.is_some().then_some("home_area"));
    audit::store::record(tx, context, "person_update", ("person", id), json!({ "fields": fields }))?;
    person(tx, id)
}

/// Makes of a checked entry what the store keeps.
pub fn seal(
    context: &Context,
    sealer: &Sealer,
    id: PersonId,
    new: NewPerson,
) -> Result<SealedPerson, SealingError> {
    let number = sealer.seal_number(context, id, &new.document)?;
    let phone = new.phone.as_ref().map(|phone| sealer.seal_phone(context, id, phone)).transpose()?;
    let index = sealer.index(&new.document);
    Ok(SealedPerson { id, new, number, index, phone })
}

/// Those of `codes` that are areas.
pub fn known_areas<'a>(
    conn: &mut Conn,
    codes: impl Iterator<Item = &'a AreaCode>,
) -> Result<HashSet<AreaCode>, Error> {
    let wanted: HashSet<&AreaCode> = codes.collect();
    let mut known = HashSet::with_capacity(wanted.len());
    for code in wanted {
        if areas::store::find(conn, code)?.is_some() {
            known.insert(code.clone());
        }
    }
    Ok(known)
}

fn check(
    conn: &mut Conn,
    context: &Context,
    regions: IdentityRegions,
    raw: &RawPerson,
) -> Result<NewPerson, Error> {
    let known = known_areas(conn, raw.home_area.iter())?;
    Ok(rules::check(raw, regions, context.today(), &known)?)
}

fn register(tx: &mut Tx, context: &Context, sealer: &Sealer, new: NewPerson) -> Result<Person, Error> {
    let id = context.fresh_id::<entity::Person>();
    let sealed = seal(context, sealer, id, new)?;
    store::insert(tx, context, &[sealed])?;
    audit::store::record(tx, context, "person_register", ("person", id), json!({}))?;
    person(tx, id)
}

fn already_registered() -> Error {
    Invalid::one("document_number", "already-registered").into()
}
