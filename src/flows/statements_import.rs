//! 导入外部数据: takes what a file tells of people and organisations that are registered, all rows or none. Everything wrong with it is told
//! at once, by row and column. A cell left empty tells nothing: what is not told stays unknown.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::json;

use crate::db::{Conn, Tx};
use crate::flows::error::Error;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::credit_code::CreditCode;
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::{DocumentKind, IdentityDocument, IdentityRegions};
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::month::Month;
use crate::registry::employment::Employment;
use crate::registry::people::sealing::Sealer;
use crate::registry::people::{rules as names, store as people};
use crate::registry::schemes::Beneficiary;
use crate::registry::statements::rules::{TOLD, Tellable, key_of, read_value, told_by};
use crate::registry::statements::{NewStatement, Scalar, Told, store};
use crate::registry::{audit, employment, organisations};

/// A row of the file: of whom, for which month or event, and what is told.
pub struct StatementRow {
    of: Named,
    name: String,
    month: Option<Month>,
    event: Option<String>,
    cells: Vec<(Tellable, String)>,
}

/// By what a row names its beneficiary.
enum Named {
    Person(DocumentKind, String),
    Organisation(CreditCode),
}

impl Form for StatementRow {
    fn read(f: &mut Fields) -> Option<Self> {
        let document_kind = f.optional("document_kind");
        let document_number = f.optional_text("document_number", 40);
        let credit_code = f.optional("credit_code");
        let name = f.text("name", 80);
        let month = f.optional("month");
        let event = f.optional_text("event", 60);
        let mut cells = Vec::new();
        for told in TOLD {
            if let Some(text) = f.optional_text(told.fact.code(), 40)? {
                cells.push((told, text));
            }
        }
        let kind = document_kind?.unwrap_or(DocumentKind::ResidentIdentityCard);
        let of = match (document_number?, credit_code?) {
            (Some(number), None) => Named::Person(kind, number),
            (None, Some(code)) => Named::Organisation(code),
            (None, None) => return refused(f, "document_number", "required"),
            (Some(_), Some(_)) => return refused(f, "credit_code", "person-or-organisation"),
        };
        Some(Self { of, name: name?, month: month?, event: event?, cells })
    }
}

fn refused(f: &mut Fields, field: &'static str, code: &'static str) -> Option<StatementRow> {
    f.refuse(FieldError::new(field, code));
    None
}

/// Where the file is from.
#[derive(Debug, Clone)]
pub struct FileSource {
    /// 来源单位
    pub by: String,
    pub file: String,
}

/// What an import did or, only checked, would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementsImported {
    pub rows: usize,
    pub statements: usize,
}

/// Checks a file without keeping anything.
pub fn statements_check(
    conn: &mut Conn,
    context: &Context,
    actor: &Actor,
    documents: (&Sealer, IdentityRegions),
    (source, rows): (&FileSource, &[(u32, StatementRow)]),
) -> Result<StatementsImported, Error> {
    let new = plan(conn, context, actor, documents, (source, rows))?;
    Ok(StatementsImported { rows: rows.len(), statements: new.len() })
}

/// Keeps what a file tells.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong; then nothing is written.
pub fn statements_import(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    documents: (&Sealer, IdentityRegions),
    (source, rows): (&FileSource, &[(u32, StatementRow)]),
) -> Result<StatementsImported, Error> {
    let new = plan(tx, context, actor, documents, (source, rows))?;
    store::replace(tx, context, &new)?;
    let details = json!({ "by": source.by, "rows": rows.len(), "statements": new.len() });
    audit::store::record(tx, context, "statements_import", ("file", &source.file), details)?;
    Ok(StatementsImported { rows: rows.len(), statements: new.len() })
}

fn plan(
    conn: &mut Conn,
    context: &Context,
    actor: &Actor,
    documents: (&Sealer, IdentityRegions),
    (source, rows): (&FileSource, &[(u32, StatementRow)]),
) -> Result<Vec<NewStatement>, Error> {
    let mut errors = Vec::new();
    let people = find_people(conn, context.today(), documents, rows, &mut errors)?;
    let organisations = find_organisations(conn, rows, &mut errors)?;
    let ids: Vec<PersonId> = people.values().copied().collect();
    let spells = employment::store::of_people(conn, &ids)?;
    let allowed: Vec<Tellable> = told_by(actor.role).collect();
    let mut seen = HashMap::new();
    let mut new = Vec::new();
    for (number, row) in rows {
        let person = people.get(number).copied().map(Beneficiary::Person);
        let organisation = organisations.get(number).copied().map(Beneficiary::Organisation);
        let Some(of) = person.or(organisation) else { continue };
        if let Some(error) = not_theirs(actor, of, &spells, row.month, context.today()) {
            errors.push(error.at_row(*number));
            continue;
        }
        if row.cells.is_empty() {
            errors.push(FieldError::new("name", "nothing-told").at_row(*number));
        }
        for (told, text) in &row.cells {
            match read_cell(&allowed, *told, of, row, text, context.today()) {
                Err(error) => errors.push(error.at_row(*number)),
                Ok((key, value)) => match seen.insert((of, told.fact, key.clone()), *number) {
                    Some(before) => {
                        let again =
                            FieldError::new(told.fact.code(), "duplicate-in-file").with("row", before);
                        errors.push(again.at_row(*number));
                    }
                    None => new.push(NewStatement {
                        of,
                        fact: told.fact,
                        key,
                        value,
                        told: Told { by: source.by.clone(), file: source.file.clone(), row: *number },
                    }),
                },
            }
        }
    }
    errors.sort_by_key(|error| error.row);
    Invalid::if_any(errors)?;
    Ok(new)
}

/// One cell, if it may be told by them of such a beneficiary.
fn read_cell(
    allowed: &[Tellable],
    told: Tellable,
    of: Beneficiary,
    row: &StatementRow,
    text: &str,
    today: NaiveDate,
) -> Result<(String, Scalar), FieldError> {
    let field = told.fact.code();
    if told.of != of.kind() {
        return Err(FieldError::new(field, "not-told-of-such"));
    }
    if !allowed.contains(&told) {
        return Err(FieldError::new(field, "not-yours-to-tell"));
    }
    let key = key_of(told.key, row.month, row.event.as_deref(), today)?;
    Ok((key, read_value(told.fact, text)?))
}

/// Who stands in each row; errors for those that nobody is registered by.
fn find_people(
    conn: &mut Conn,
    today: NaiveDate,
    (sealer, regions): (&Sealer, IdentityRegions),
    rows: &[(u32, StatementRow)],
    errors: &mut Vec<FieldError>,
) -> Result<HashMap<u32, PersonId>, Error> {
    let mut indexes = Vec::with_capacity(rows.len());
    for (number, row) in rows {
        let Named::Person(kind, document) = &row.of else { continue };
        match IdentityDocument::check(*kind, document, regions, today) {
            Ok(document) => indexes.push((*number, row, sealer.index(&document))),
            Err(error) => errors.push(error.at_row(*number)),
        }
    }
    let wanted: Vec<_> = indexes.iter().map(|(_, _, index)| index.clone()).collect();
    let known = people::find_by_indexes(conn, &wanted)?;
    let known: HashMap<_, _> = known.into_iter().map(|(index, id, name)| (index, (id, name))).collect();
    let mut found = HashMap::with_capacity(rows.len());
    for (number, row, index) in indexes {
        match known.get(&index) {
            None => errors.push(FieldError::new("document_number", "unknown-person").at_row(number)),
            Some((_, name)) if !names::same_name(name, &row.name) => {
                errors.push(FieldError::new("name", "registered-under-another-name").at_row(number));
            }
            Some((id, _)) => {
                found.insert(number, *id);
            }
        }
    }
    Ok(found)
}

/// Which organisation stands in each row that names one; errors for those that are not registered so.
fn find_organisations(
    conn: &mut Conn,
    rows: &[(u32, StatementRow)],
    errors: &mut Vec<FieldError>,
) -> Result<HashMap<u32, OrganisationId>, Error> {
    let mut found = HashMap::new();
    for (number, row) in rows {
        let Named::Organisation(code) = &row.of else { continue };
        match organisations::store::find_by_credit_code(conn, code)? {
            None => errors.push(FieldError::new("credit_code", "unknown-organisation").at_row(*number)),
            Some(known) if known.name != row.name.trim() => {
                errors.push(FieldError::new("name", "organisation-name-differs").at_row(*number));
            }
            Some(known) => {
                found.insert(*number, known.id);
            }
        }
    }
    Ok(found)
}

/// An institution tells of itself and of those whom it employs: on the last day of the month, or today.
fn not_theirs(
    actor: &Actor,
    of: Beneficiary,
    spells: &HashMap<PersonId, Vec<Employment>>,
    month: Option<Month>,
    today: NaiveDate,
) -> Option<FieldError> {
    if actor.role != Role::Institution {
        return None;
    }
    let (from, to) = month.map_or((today, today), |month| (month.first_day(), month.last_day()));
    let theirs = |spell: &Employment| {
        let during = spell.period.from <= to && spell.period.to.is_none_or(|last| last >= from);
        actor.organisation == Some(spell.organisation) && during
    };
    match of {
        Beneficiary::Organisation(id) => {
            (actor.organisation != Some(id)).then(|| FieldError::new("credit_code", "not-your-own"))
        }
        Beneficiary::Person(id) => {
            let employed = spells.get(&id).is_some_and(|spells| spells.iter().any(theirs));
            (!employed).then(|| FieldError::new("document_number", "not-employed-then"))
        }
    }
}
