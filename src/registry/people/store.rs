use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::people;
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::Context;
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::kernel::skill::{Education, Gender};
use crate::on_each;
use crate::registry::people::rules::CheckedChange;
use crate::registry::people::sealing::{DocumentIndex, Sealed};
use crate::registry::people::{NewPerson, Person};

/// Rows of one statement.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
struct PersonRow {
    id: PersonId,
    document_kind: DocumentKind,
    name: String,
    gender: Gender,
    birth_date: NaiveDate,
    education: Option<Education>,
    phone_sealed: Option<Vec<u8>>,
    email: Option<String>,
    home_area: Option<AreaCode>,
    created_by: Option<OrganisationId>,
    version: i32,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            document_kind: row.document_kind,
            name: row.name,
            gender: row.gender,
            birth_date: row.birth_date,
            education: row.education,
            phone: row.phone_sealed.map(Sealed),
            email: row.email,
            home_area: row.home_area,
            created_by: row.created_by,
            version: row.version,
        }
    }
}

/// A person to insert, with all that was made from the document and the phone.
pub struct SealedPerson {
    pub id: PersonId,
    pub new: NewPerson,
    pub number: Sealed,
    pub index: DocumentIndex,
    pub phone: Option<Sealed>,
}

pub fn find(conn: &mut Conn, id: PersonId) -> Result<Option<Person>, DbError> {
    let row: Option<PersonRow> =
        people::table.find(id).select(PersonRow::as_select()).first(conn).optional()?;
    Ok(row.map(Person::from))
}

pub fn find_by_index(conn: &mut Conn, index: &DocumentIndex) -> Result<Option<Person>, DbError> {
    let row: Option<PersonRow> = people::table
        .filter(people::document_index.eq(&index.0))
        .select(PersonRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Person::from))
}

/// The people of these ids, in no order.
pub fn find_many(conn: &mut Conn, ids: &[PersonId]) -> Result<Vec<Person>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<PersonRow> = people::table
            .filter(people::id.eq_any(chunk.to_vec()))
            .select(PersonRow::as_select())
            .load(conn)?;
        found.extend(rows.into_iter().map(Person::from));
    }
    Ok(found)
}

/// Who is registered already among many documents: index, id and name.
pub fn find_by_indexes(
    conn: &mut Conn,
    indexes: &[DocumentIndex],
) -> Result<Vec<(DocumentIndex, PersonId, String)>, DbError> {
    let mut found = Vec::new();
    for chunk in indexes.chunks(CHUNK) {
        let wanted: Vec<&[u8]> = chunk.iter().map(|index| index.0.as_slice()).collect();
        let rows: Vec<(Vec<u8>, PersonId, String)> = people::table
            .filter(people::document_index.eq_any(wanted))
            .select((people::document_index, people::id, people::name))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(index, id, name)| (DocumentIndex(index), id, name)));
    }
    Ok(found)
}

/// The kind and the sealed number of a person's document.
pub fn find_number(conn: &mut Conn, id: PersonId) -> Result<Option<(DocumentKind, Sealed)>, DbError> {
    let row: Option<(DocumentKind, Vec<u8>)> = people::table
        .find(id)
        .select((people::document_kind, people::document_sealed))
        .first(conn)
        .optional()?;
    Ok(row.map(|(kind, sealed)| (kind, Sealed(sealed))))
}

pub fn insert(tx: &mut Tx, context: &Context, all: &[SealedPerson]) -> Result<(), DbError> {
    let created_by = context.actor.as_ref().and_then(|actor| actor.organisation);
    for chunk in all.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|SealedPerson { id, new, number, index, phone }| {
                (
                    people::id.eq(*id),
                    people::document_kind.eq(new.document.kind()),
                    people::document_sealed.eq(number.0.as_slice()),
                    people::document_index.eq(index.0.as_slice()),
                    people::name.eq(new.name.as_str()),
                    people::gender.eq(new.gender),
                    people::birth_date.eq(new.birth_date),
                    people::education.eq(new.education),
                    people::phone_sealed.eq(phone.as_ref().map(|phone| phone.0.as_slice())),
                    people::email.eq(new.email.as_deref()),
                    people::home_area.eq(new.home_area.clone()),
                    people::created_at.eq(At(context.now)),
                    people::created_by.eq(created_by),
                    people::version.eq(1),
                )
            })
            .collect();
        on_each!(tx, conn => diesel::insert_into(people::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

/// Holds people's rows until the transaction ends, so that two of them can't both find a person free. Changes
/// nothing: the statement is there for its locks.
pub fn hold(tx: &mut Tx, ids: &[PersonId]) -> Result<(), DbError> {
    for chunk in ids.chunks(CHUNK) {
        let held = people::table.filter(people::id.eq_any(chunk.to_vec()));
        diesel::update(held).set(people::version.eq(people::version)).execute(&mut **tx)?;
    }
    Ok(())
}

#[derive(AsChangeset)]
#[diesel(table_name = people)]
struct ChangeRow<'a> {
    name: Option<&'a str>,
    education: Option<Education>,
    phone_sealed: Option<&'a [u8]>,
    email: Option<&'a str>,
    home_area: Option<AreaCode>,
    version: i32,
}

/// Writes what is given if `version` is still the current one; whether it was.
pub fn update(
    tx: &mut Tx,
    id: PersonId,
    version: i32,
    change: &CheckedChange,
    education: Option<Education>,
    phone: Option<&Sealed>,
) -> Result<bool, DbError> {
    let current = people::table.find(id).filter(people::version.eq(version));
    let row = ChangeRow {
        name: change.name.as_deref(),
        education,
        phone_sealed: phone.map(|phone| phone.0.as_slice()),
        email: change.email.as_deref(),
        home_area: change.home_area.clone(),
        version: version + 1,
    };
    Ok(diesel::update(current).set(row).execute(&mut **tx)? == 1)
}
