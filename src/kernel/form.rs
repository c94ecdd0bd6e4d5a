//! Reading an input field by field, so that everything wrong with it is told at once.
//!
//! A [`Form`] is read the same way from a JSON body, a page's form, a query or a row of a spreadsheet. The same
//! `read` also *describes* the form, for the OpenAPI document: asked of nothing, it notes what it asks for.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::{BodyCode, CertificateNumber};
use crate::kernel::codes::Code;
use crate::kernel::credit_code::{BadCreditCode, CreditCode};
use crate::kernel::ids::Id;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::month::Month;

/// An input with named fields. `read` asks for every field first and puts them together last, so that no
/// error hides another:
/// `let title = f.text("title", 80); let on = f.required("on"); Some(Self { title: title?, on: on? })`.
pub trait Form: Sized {
    fn read(fields: &mut Fields) -> Option<Self>;
}

/// Reads a form; unknown fields are errors too, for a misspelt one must not pass unnoticed.
pub fn read<F: Form>(values: &Map<String, Value>) -> Result<F, Invalid> {
    read_with(values, F::read)
}

/// [`read`] by a function instead of a type.
pub fn read_with<T>(
    values: &Map<String, Value>,
    read: impl FnOnce(&mut Fields) -> Option<T>,
) -> Result<T, Invalid> {
    let mut fields = Fields { values, prefix: String::new(), errors: Vec::new(), asked: Vec::new() };
    let form = read(&mut fields);
    fields.refuse_unknown();
    match form {
        Some(form) if fields.errors.is_empty() => Ok(form),
        _ if fields.errors.is_empty() => Err(Invalid::one("", "required")),
        _ => Err(Invalid(fields.errors)),
    }
}

/// What a form asks for, in its order.
#[must_use]
pub fn describe<F: Form>() -> Vec<Asked> {
    let nothing = Map::new();
    let mut fields =
        Fields { values: &nothing, prefix: String::new(), errors: Vec::new(), asked: Vec::new() };
    let _: Option<F> = F::read(&mut fields);
    fields.asked
}

/// One field that a form asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Text {
        max: usize,
    },
    Integer {
        min: i64,
        max: i64,
    },
    Boolean,
    Date,
    Id,
    Codes(Vec<&'static str>),
    /// Text of a form of its own: an area code, a credit code.
    Special(&'static str),
    List(Vec<Asked>),
}

/// A value that can stand in one field.
pub trait FieldValue: Sized {
    fn kind() -> Kind;
    /// The value in a trimmed, non-empty text, or what is wrong with it.
    fn parse(text: &str) -> Result<Self, FieldError>;
}

fn wrong(code: &'static str) -> FieldError {
    FieldError::new("", code)
}

impl<T: Code> FieldValue for T {
    fn kind() -> Kind {
        Kind::Codes(T::ALL.iter().map(|value| value.code()).collect())
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        T::from_code(text).ok_or_else(|| {
            let allowed: Vec<_> = T::ALL.iter().map(|value| value.code()).collect();
            wrong("unknown-choice").with("allowed", allowed.join(", "))
        })
    }
}
impl<E> FieldValue for Id<E> {
    fn kind() -> Kind {
        Kind::Id
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|_| wrong("not-an-id"))
    }
}
impl FieldValue for NaiveDate {
    fn kind() -> Kind {
        Kind::Date
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| wrong("not-a-date"))
    }
}
impl FieldValue for Month {
    fn kind() -> Kind {
        Kind::Special("month")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|_| wrong("not-a-month"))
    }
}
impl FieldValue for bool {
    fn kind() -> Kind {
        Kind::Boolean
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        match text {
            "true" | "on" | "1" | "是" => Ok(true),
            "false" | "off" | "0" | "否" => Ok(false),
            _ => Err(wrong("unknown-choice").with("allowed", "true, false")),
        }
    }
}
impl FieldValue for AreaCode {
    fn kind() -> Kind {
        Kind::Special("area-code")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|_| wrong("area-code-form"))
    }
}
impl FieldValue for CreditCode {
    fn kind() -> Kind {
        Kind::Special("credit-code")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|error| match error {
            BadCreditCode::Form => wrong("credit-code-form"),
            BadCreditCode::Checksum => wrong("credit-code-checksum"),
        })
    }
}
impl FieldValue for BodyCode {
    fn kind() -> Kind {
        Kind::Special("body-code")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|_| wrong("body-code-form"))
    }
}
impl FieldValue for CertificateNumber {
    fn kind() -> Kind {
        Kind::Special("certificate-number")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|_| wrong("certificate-number-form"))
    }
}

/// The fields of one input, as they are being read.
#[derive(Debug)]
pub struct Fields<'a> {
    values: &'a Map<String, Value>,
    prefix: String,
    errors: Vec<FieldError>,
    asked: Vec<Asked>,
}

impl Fields<'_> {
    /// A field that must be there.
    pub fn required<T: FieldValue>(&mut self, name: &'static str) -> Option<T> {
        self.ask(name, T::kind(), true);
        match self.text_of(name)? {
            Some(text) => self.parsed(name, T::parse(&text)),
            None => self.missing(name),
        }
    }

    /// A field that may be left out or empty. The outer `None` means that what stands there is wrong.
    pub fn optional<T: FieldValue>(&mut self, name: &'static str) -> Option<Option<T>> {
        self.ask(name, T::kind(), false);
        match self.text_of(name)? {
            Some(text) => self.parsed(name, T::parse(&text)).map(Some),
            None => Some(None),
        }
    }

    /// Text of at most `max` characters, that must be there.
    pub fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        self.ask(name, Kind::Text { max }, true);
        match self.text_of(name)? {
            Some(text) => self.bounded(name, text, max),
            None => self.missing(name),
        }
    }

    /// Text of at most `max` characters, that may be left out.
    pub fn optional_text(&mut self, name: &'static str, max: usize) -> Option<Option<String>> {
        self.ask(name, Kind::Text { max }, false);
        match self.text_of(name)? {
            Some(text) => self.bounded(name, text, max).map(Some),
            None => Some(None),
        }
    }

    /// A whole number within `range`, that must be there.
    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        self.ask(name, Kind::Integer { min: *range.start(), max: *range.end() }, true);
        match self.text_of(name)? {
            Some(text) => self.parsed(name, whole_number(&text, &range)),
            None => self.missing(name),
        }
    }

    /// A whole number within `range`, that may be left out.
    pub fn optional_integer(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<Option<i64>> {
        self.ask(name, Kind::Integer { min: *range.start(), max: *range.end() }, false);
        match self.text_of(name)? {
            Some(text) => self.parsed(name, whole_number(&text, &range)).map(Some),
            None => Some(None),
        }
    }

    /// A list of at most `max` inputs of one form; absent is empty.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        max: usize,
        read: impl Fn(&mut Fields) -> Option<T>,
    ) -> Option<Vec<T>> {
        let nothing = Map::new();
        let mut described =
            Fields { values: &nothing, prefix: String::new(), errors: Vec::new(), asked: Vec::new() };
        let _ = read(&mut described);
        self.ask(name, Kind::List(described.asked), false);
        let items = match self.values.get(name) {
            None | Some(Value::Null) => return Some(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return self.refused(name, wrong("not-a-list")),
        };
        if items.len() > max {
            return self.refused(name, wrong("too-many").with("max", max));
        }
        let mut read_items = Vec::with_capacity(items.len());
        let errors_before = self.errors.len();
        for (index, item) in items.iter().enumerate() {
            let prefix = format!("{}{name}[{index}]", self.prefix);
            let Value::Object(values) = item else {
                self.errors.push(FieldError::new(prefix, "not-an-object"));
                continue;
            };
            let mut fields =
                Fields { values, prefix: format!("{prefix}."), errors: Vec::new(), asked: Vec::new() };
            read_items.extend(read(&mut fields));
            fields.refuse_unknown();
            self.errors.append(&mut fields.errors);
        }
        (self.errors.len() == errors_before).then_some(read_items)
    }

    /// Adds an error found by comparing fields or by a check of the domain's own.
    pub fn refuse(&mut self, mut error: FieldError) {
        error.field = format!("{}{}", self.prefix, error.field);
        self.errors.push(error);
    }

    /// The text of a field: `Some(None)` where it is absent or empty, `None` where it holds what no field can.
    #[expect(clippy::option_option, reason = "wrong, absent and present are three different answers")]
    fn text_of(&mut self, name: &'static str) -> Option<Option<String>> {
        match self.values.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(Value::String(text)) => {
                let text = text.trim();
                if text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
                    return self.refused(name, wrong("control-character"));
                }
                Some((!text.is_empty()).then(|| text.to_owned()))
            }
            Some(Value::Number(number)) => Some(Some(number.to_string())),
            Some(Value::Bool(value)) => Some(Some(value.to_string())),
            Some(Value::Array(_) | Value::Object(_)) => self.refused(name, wrong("not-text")),
        }
    }

    fn ask(&mut self, name: &'static str, kind: Kind, required: bool) {
        self.asked.push(Asked { name, kind, required });
    }

    fn bounded(&mut self, name: &'static str, text: String, max: usize) -> Option<String> {
        if text.chars().count() > max {
            return self.refused(name, wrong("too-long").with("max", max));
        }
        Some(text)
    }

    fn parsed<T>(&mut self, name: &'static str, parsed: Result<T, FieldError>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => self.refused(name, error),
        }
    }

    fn missing<T>(&mut self, name: &'static str) -> Option<T> {
        self.refused(name, wrong("required"))
    }

    fn refused<T>(&mut self, name: &'static str, error: FieldError) -> Option<T> {
        self.errors.push(FieldError { field: format!("{}{name}", self.prefix), ..error });
        None
    }

    fn refuse_unknown(&mut self) {
        for name in self.values.keys() {
            if !self.asked.iter().any(|asked| asked.name == name) {
                self.errors.push(FieldError::new(format!("{}{name}", self.prefix), "unknown-field"));
            }
        }
    }
}

fn whole_number(text: &str, range: &RangeInclusive<i64>) -> Result<i64, FieldError> {
    let number: i64 = text
        .parse()
        .map_err(|_| if text.parse::<f64>().is_ok() { wrong("not-whole") } else { wrong("not-a-number") })?;
    if range.contains(&number) {
        Ok(number)
    } else {
        Err(wrong("out-of-range").with("min", range.start()).with("max", range.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::skill::SkillLevel;
    use serde_json::json;

    #[derive(Debug)]
    struct Sample {
        title: String,
        level: SkillLevel,
        scores: Vec<i64>,
    }

    impl Form for Sample {
        fn read(f: &mut Fields) -> Option<Self> {
            let title = f.text("title", 5);
            let level = f.required("level");
            let on = f.optional::<NaiveDate>("on");
            let scores = f.list("scores", 2, |f| f.integer("score", 0..=100));
            on?;
            Some(Self { title: title?, level: level?, scores: scores? })
        }
    }

    fn check(input: Value, expected: &[(&str, &str)]) {
        let found = match read::<Sample>(input.as_object().expect("an object")) {
            Ok(_) => Vec::new(),
            Err(Invalid(errors)) => errors,
        };
        let found: Vec<_> = found.iter().map(|e| (e.field.as_str(), e.code)).collect();
        assert_eq!(found, expected, "{input}");
    }

    #[test]
    fn every_field_is_told_at_once() {
        check(json!({"title": "甲", "level": 5, "scores": [{"score": 60}]}), &[]);
        check(
            json!({"level": "9", "on": "2026-02-30", "scores": [{"score": 101}, {"score": 59.5}], "x": 1}),
            &[
                ("title", "required"),
                ("level", "unknown-choice"),
                ("on", "not-a-date"),
                ("scores[0].score", "out-of-range"),
                ("scores[1].score", "not-whole"),
                ("x", "unknown-field"),
            ],
        );
        check(json!({"title": "甲乙丙丁戊己", "level": "5"}), &[("title", "too-long")]);
        check(json!({"title": {}, "level": "5"}), &[("title", "not-text")]);
        check(json!({"title": "a\u{0}", "level": "5"}), &[("title", "control-character")]);
        check(json!({"title": "甲", "level": "5", "scores": {}}), &[("scores", "not-a-list")]);
    }

    #[test]
    fn a_form_describes_itself() {
        let asked = describe::<Sample>();
        assert_eq!(asked[0], Asked { name: "title", kind: Kind::Text { max: 5 }, required: true });
        assert!(matches!(&asked[3].kind, Kind::List(items) if items[0].name == "score"));
        let sample = read::<Sample>(json!({"title": "甲", "level": 5}).as_object().expect("an object"));
        assert!(
            matches!(sample, Ok(Sample { level: SkillLevel::Five, title, scores }) if title == "甲" && scores.is_empty())
        );
    }
}
