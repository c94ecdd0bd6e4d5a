//! Spreadsheets in and out: templates to fill in, rosters to read, lists and error reports to hand out.
//!
//! A [`Column`] says what a column is called and what it holds; reading and writing follow from it. Absent: what a
//! row *means*. A cell that is no date where a date is due is handed on as it stands, and the domain's own check
//! refuses it, in the same words as in a form.

pub mod read;
pub mod write;

#[cfg(test)]
mod tests;

/// One column of a spreadsheet.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The field that the column fills, as in the API.
    pub key: &'static str,
    pub title_zh: &'static str,
    pub title_en: &'static str,
    pub kind: ColumnKind,
    pub presence: Presence,
    /// In characters of the default font, as spreadsheet programs count.
    pub width: u16,
    /// How to fill the column in, for the template's second sheet; may be empty.
    pub note_zh: &'static str,
    pub note_en: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    /// Digits that are no quantity: identity numbers, phones, certificate numbers. Written as text; a long one
    /// that comes back as a number has lost digits and is refused.
    Identifier,
    /// A day, read as `2026-01-05`, `2026/1/5`, `2026年1月5日` or a spreadsheet's own date.
    Date,
    Integer,
    /// A number with two decimals, in lists that go out.
    Decimal,
    /// Text that is one of a few words; the template offers them. Each stands for the code at its place.
    Choice {
        codes: &'static [&'static str],
        zh: &'static [&'static str],
        en: &'static [&'static str],
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Required,
    Optional,
}

/// The language of headings and notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetLanguage {
    Chinese,
    English,
}

impl Column {
    /// A column of middling width, with nothing to say on how to fill it in.
    #[must_use]
    pub const fn new(
        key: &'static str,
        title_zh: &'static str,
        title_en: &'static str,
        kind: ColumnKind,
        presence: Presence,
    ) -> Self {
        Self { key, title_zh, title_en, kind, presence, width: 18, note_zh: "", note_en: "" }
    }

    #[must_use]
    pub const fn noted(self, note_zh: &'static str, note_en: &'static str) -> Self {
        Self { note_zh, note_en, ..self }
    }

    /// With another width, in characters.
    #[must_use]
    pub const fn wide(self, width: u16) -> Self {
        Self { width, ..self }
    }

    #[must_use]
    pub const fn title(&self, language: SheetLanguage) -> &'static str {
        match language {
            SheetLanguage::Chinese => self.title_zh,
            SheetLanguage::English => self.title_en,
        }
    }

    const fn note(&self, language: SheetLanguage) -> &'static str {
        match language {
            SheetLanguage::Chinese => self.note_zh,
            SheetLanguage::English => self.note_en,
        }
    }
}

/// Characters at the start of a cell that make a spreadsheet program read a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
