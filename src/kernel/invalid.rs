//! What is wrong with an input, field by field, before anybody words it in a language.

use std::fmt;

/// One thing wrong with one field. `code` names the message `error-<code>` in the translations;
/// `args` are its variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field as the caller wrote it: `level`, `scores[2].score`; for a spreadsheet the
    /// column's key, with `row` set.
    pub field: String,
    pub code: &'static str,
    pub args: Vec<(&'static str, String)>,
    /// Row of a spreadsheet as its user counts them: the heading is row 1.
    pub row: Option<u32>,
}

impl FieldError {
    pub fn new(field: impl Into<String>, code: &'static str) -> Self {
        Self { field: field.into(), code, args: Vec::new(), row: None }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    #[must_use]
    pub fn at_row(mut self, row: u32) -> Self {
        self.row = Some(row);
        self
    }
}

/// All that is wrong with an input. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} field(s) refused: {}", .0.len(), summary(.0))]
pub struct Invalid(pub Vec<FieldError>);

impl Invalid {
    pub fn one(field: impl Into<String>, code: &'static str) -> Self {
        Self(vec![FieldError::new(field, code)])
    }

    /// `Err` with `errors`, if there are any.
    pub fn if_any(errors: Vec<FieldError>) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self(errors)) }
    }
}

impl From<FieldError> for Invalid {
    fn from(error: FieldError) -> Self {
        Self(vec![error])
    }
}

fn summary(errors: &[FieldError]) -> String {
    let names: Vec<_> = errors.iter().take(8).map(|e| format!("{} ({})", e.field, e.code)).collect();
    names.join(", ")
}
