use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::statements;
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::ids::{OrganisationId, PersonId, StatementId, entity};
use crate::registry::schemes::Beneficiary;
use crate::registry::schemes::facts::FactName;
use crate::registry::statements::{NewStatement, Scalar, Statement, Told};
use crate::{insert_all, stored_as_code};

stored_as_code!(FactName);

/// Rows of one statement.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = statements)]
struct StatementRow {
    id: StatementId,
    person_id: Option<PersonId>,
    organisation_id: Option<OrganisationId>,
    fact: FactName,
    told_for: String,
    value: String,
    told_by: String,
    file: String,
    file_row: i32,
}

fn broken(column: &'static str) -> DbError {
    DbError::from(diesel::result::Error::DeserializationError(format!("unreadable {column}").into()))
}

impl TryFrom<StatementRow> for Statement {
    type Error = DbError;

    fn try_from(row: StatementRow) -> Result<Self, DbError> {
        let of = match (row.person_id, row.organisation_id) {
            (Some(person), None) => Beneficiary::Person(person),
            (None, Some(organisation)) => Beneficiary::Organisation(organisation),
            _ => return Err(broken("subject")),
        };
        Ok(Self {
            id: row.id,
            of,
            fact: row.fact,
            key: row.told_for,
            value: Scalar::read(&row.value).ok_or_else(|| broken("value"))?,
            told: Told { by: row.told_by, file: row.file, row: u32::try_from(row.file_row).unwrap_or(0) },
        })
    }
}

impl Scalar {
    /// As it is stored: a letter for the type, then the value.
    fn text(&self) -> String {
        match self {
            Self::Boolean(value) => format!("b{}", u8::from(*value)),
            Self::Integer(value) => format!("i{value}"),
            Self::Date(value) => format!("d{value}"),
            Self::Text(value) => format!("t{value}"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (kind, value) = text.split_at_checked(1)?;
        match kind {
            "b" => Some(Self::Boolean(value == "1")),
            "i" => value.parse().ok().map(Self::Integer),
            "d" => value.parse().ok().map(Self::Date),
            "t" => Some(Self::Text(value.to_owned())),
            _ => None,
        }
    }
}

/// What is told of many people now, by person.
pub fn of_people(conn: &mut Conn, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<Statement>>, DbError> {
    let mut found: HashMap<PersonId, Vec<Statement>> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<StatementRow> = statements::table
            .filter(statements::person_id.eq_any(chunk.to_vec()))
            .filter(statements::superseded_at.is_null())
            .order(statements::id)
            .select(StatementRow::as_select())
            .load(conn)?;
        for row in rows {
            let Some(person) = row.person_id else { continue };
            found.entry(person).or_default().push(row.try_into()?);
        }
    }
    Ok(found)
}

/// What is told of an organisation now.
pub fn of_organisation(conn: &mut Conn, id: OrganisationId) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<StatementRow> = statements::table
        .filter(statements::organisation_id.eq(id))
        .filter(statements::superseded_at.is_null())
        .order(statements::id)
        .select(StatementRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Statement::try_from).collect()
}

/// Keeps statements, each in the place of the earlier one of the same beneficiary, fact and key. No two of `new` are
/// of one beneficiary, fact and key.
pub fn replace(tx: &mut Tx, context: &Context, new: &[NewStatement]) -> Result<(), DbError> {
    for chunk in new.chunks(CHUNK) {
        let of: Vec<Beneficiary> = chunk.iter().map(|one| one.of).collect();
        let told = standing(tx, &of)?;
        let before = chunk.iter().filter_map(|one| told.get(&(one.of, one.fact, one.key.clone())).copied());
        let before: Vec<StatementId> = before.collect();
        diesel::update(statements::table.filter(statements::id.eq_any(before)))
            .set(statements::superseded_at.eq(Some(At(context.now))))
            .execute(&mut **tx)?;
        let rows: Vec<_> = chunk.iter().map(|one| row(context, one)).collect::<Result<_, _>>()?;
        insert_all!(tx, statements::table, &rows)?;
    }
    Ok(())
}

/// What stands of these beneficiaries: whose, which fact and by which key.
fn standing(
    tx: &mut Tx,
    all: &[Beneficiary],
) -> Result<HashMap<(Beneficiary, FactName, String), StatementId>, DbError> {
    let people: Vec<PersonId> = all.iter().filter_map(Beneficiary::person).collect();
    let organisations: Vec<OrganisationId> = all.iter().filter_map(Beneficiary::organisation).collect();
    let rows: Vec<StatementRow> = statements::table
        .filter(statements::person_id.eq_any(people).or(statements::organisation_id.eq_any(organisations)))
        .filter(statements::superseded_at.is_null())
        .select(StatementRow::as_select())
        .load(&mut **tx)?;
    let told = rows.into_iter().map(|row| {
        let told = Statement::try_from(row)?;
        Ok(((told.of, told.fact, told.key), told.id))
    });
    told.collect()
}

#[derive(Insertable)]
#[diesel(table_name = statements, treat_none_as_default_value = false)]
struct NewRow<'a> {
    id: StatementId,
    person_id: Option<PersonId>,
    organisation_id: Option<OrganisationId>,
    fact: &'static str,
    told_for: &'a str,
    value: String,
    told_by: &'a str,
    file: &'a str,
    file_row: i32,
    recorded_by: Option<crate::kernel::ids::AccountId>,
    recorded_at: At,
    superseded_at: Option<At>,
}

fn row<'a>(context: &Context, new: &'a NewStatement) -> Result<NewRow<'a>, DbError> {
    let (person_id, organisation_id) = match new.of {
        Beneficiary::Person(person) => (Some(person), None),
        Beneficiary::Organisation(organisation) => (None, Some(organisation)),
    };
    Ok(NewRow {
        id: context.fresh_id::<entity::Statement>(),
        person_id,
        organisation_id,
        fact: new.fact.code(),
        told_for: &new.key,
        value: new.value.text(),
        told_by: &new.told.by,
        file: &new.told.file,
        file_row: i32::try_from(new.told.row).map_err(|_| broken("row"))?,
        recorded_by: context.account(),
        recorded_at: At(context.now),
        superseded_at: None,
    })
}
