//! 导入外部数据: takes what a file tells of people who are registered, all rows or none. Everything wrong with it is told
//! at once, by row and column. A cell left empty tells nothing: what is not told stays unknown.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::json;

use crate::db::{Conn, Tx};
use crate::flows::error::Error;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::{DocumentKind, IdentityDocument, IdentityRegions};
use crate::kernel::ids::PersonId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::month::Month;
use crate::registry::employment::Employment;
use crate::registry::people::sealing::Sealer;
use crate::registry::people::{rules as names, store as people};
use crate::registry::schemes::Beneficiary;
use crate::registry::schemes::facts::FactName;
use crate::registry::statements::rules::{KeyKind, TOLD, key_of, read_value, told_by};
use crate::registry::statements::{NewStatement, Told, store};
use crate::registry::{audit, employment};

/// A row of the file: who, for which month or event, and what is told.
pub struct StatementRow {
    document_kind: DocumentKind,
    document_number: String,
    name: String,
    month: Option<Month>,
    event: Option<String>,
    cells: Vec<(FactName, String)>,
}

impl Form for StatementRow {
    fn read(f: &mut Fields) -> Option<Self> {
        let document_kind = f.optional("document_kind");
        let document_number = f.text("document_number", 40);
        let name = f.text("name", 80);
        let month = f.optional("month");
        let event = f.optional_text("event", 60);
        let mut cells = Vec::new();
        for (fact, ..) in TOLD {
            if let Some(text) = f.optional_text(fact.code(), 40)? {
                cells.push((fact, text));
            }
        }
        Some(Self {
            document_kind: document_kind?.unwrap_or(DocumentKind::ResidentIdentityCard),
            document_number: document_number?,
            name: name?,
            month: month?,
            event: event?,
            cells,
        })
    }
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
    let ids: Vec<PersonId> = people.values().copied().collect();
    let spells = employment::store::of_people(conn, &ids)?;
    let keys: HashMap<FactName, KeyKind> = told_by(actor.role).collect();
    let mut seen = HashMap::new();
    let mut new = Vec::new();
    for (number, row) in rows {
        let Some(person) = people.get(number).copied() else { continue };
        let spells = spells.get(&person).map_or(&[][..], Vec::as_slice);
        if !is_theirs(actor, spells, row.month, context.today()) {
            errors.push(FieldError::new("document_number", "not-employed-then").at_row(*number));
            continue;
        }
        if row.cells.is_empty() {
            errors.push(FieldError::new("name", "nothing-told").at_row(*number));
        }
        for (fact, text) in &row.cells {
            let told = match keys.get(fact) {
                None => Err(FieldError::new(fact.code(), "not-yours-to-tell")),
                Some(kind) => key_of(*kind, row.month, row.event.as_deref(), context.today())
                    .and_then(|key| Ok((key, read_value(*fact, text)?))),
            };
            match told {
                Err(error) => errors.push(error.at_row(*number)),
                Ok((key, value)) => match seen.insert((person, *fact, key.clone()), *number) {
                    Some(before) => {
                        let again = FieldError::new(fact.code(), "duplicate-in-file").with("row", before);
                        errors.push(again.at_row(*number));
                    }
                    None => new.push(NewStatement {
                        of: Beneficiary::Person(person),
                        fact: *fact,
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
        match IdentityDocument::check(row.document_kind, &row.document_number, regions, today) {
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

/// An institution tells of those whom it employs: on the last day of the month, or today.
fn is_theirs(actor: &Actor, spells: &[Employment], month: Option<Month>, today: NaiveDate) -> bool {
    if actor.role != Role::Institution {
        return true;
    }
    let (from, to) = month.map_or((today, today), |month| (month.first_day(), month.last_day()));
    spells.iter().any(|spell| {
        let during = spell.period.from <= to && spell.period.to.is_none_or(|last| last >= from);
        actor.organisation == Some(spell.organisation) && during
    })
}
