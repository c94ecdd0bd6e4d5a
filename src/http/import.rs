//! The one way in which a spreadsheet becomes forms: every row read, every error kept with its row, all or none.

use crate::http::problem::Problem;
use crate::kernel::form::{self, Form};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::render::sheet::read::read;
use crate::render::sheet::{Column, ColumnKind};

/// Rows of one file at most.
pub const MOST_ROWS: usize = 5_000;

/// Reads a file's rows as `F`, each with its number as the file's user counts them.
pub fn rows<F: Form>(bytes: &[u8], columns: &[Column]) -> Result<Vec<(u32, F)>, Problem> {
    let Rows { rows, errors } = rows_and_errors(bytes, columns)?;
    if errors.is_empty() { Ok(rows) } else { Err(Invalid(errors).into()) }
}

/// The rows that could be read, and what is wrong with the others: for whoever has more to find in the former.
#[derive(Debug)]
pub struct Rows<F> {
    pub rows: Vec<(u32, F)>,
    pub errors: Vec<FieldError>,
}

/// [`rows`], with the errors beside the rows.
pub fn rows_and_errors<F: Form>(bytes: &[u8], columns: &[Column]) -> Result<Rows<F>, Problem> {
    let sheet = read(bytes, columns, MOST_ROWS).map_err(|error| Invalid::from(FieldError::from(error)))?;
    let mut errors = sheet.errors;
    let mut rows = Vec::with_capacity(sheet.rows.len());
    for mut row in sheet.rows {
        put_codes(&mut row.fields, columns);
        // A cell that was refused already has its error; the form would only call it missing.
        let told: Vec<String> =
            errors.iter().filter(|e| e.row == Some(row.number)).map(|e| e.field.clone()).collect();
        match form::read::<F>(&row.fields) {
            Ok(form) => rows.push((row.number, form)),
            Err(Invalid(found)) => errors.extend(
                found
                    .into_iter()
                    .filter(|error| !told.contains(&error.field))
                    .map(|error| error.at_row(row.number)),
            ),
        }
    }
    errors.sort_by_key(|error| error.row);
    if rows.is_empty() && errors.is_empty() {
        return Err(Invalid::one("file", "sheet-empty").into());
    }
    Ok(Rows { rows, errors })
}

/// People write 女, programs `2`: a word that a choice column offers stands for its code.
fn put_codes(values: &mut serde_json::Map<String, serde_json::Value>, columns: &[Column]) {
    for column in columns {
        let ColumnKind::Choice { codes, zh, en } = column.kind else { continue };
        let Some(serde_json::Value::String(text)) = values.get_mut(column.key) else { continue };
        let place = zh.iter().chain(en.iter()).position(|word| word.eq_ignore_ascii_case(text));
        if let Some(code) = place.and_then(|place| codes.get(place % codes.len())) {
            (*code).clone_into(text);
        }
    }
}
