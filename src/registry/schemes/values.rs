//! What facts look like to CEL: dates that compare with dates alone, and tables that can't be walked through, so that
//! no answer depends on an order or on something missing.

use std::any::Any;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use cel::ExecutionError;
use cel::common::traits::{Comparer, Container, Indexer};
use cel::common::types::{CelInt, CelString, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use chrono::NaiveDate;

pub static DATE: Type = Type::new_unspecified_type("date");
static TABLE: Type = Type::new_unspecified_type("table");
static TEXTS: Type = Type::new_unspecified_type("texts");

/// A day.
#[derive(Debug, Clone, Copy)]
pub struct Day(pub NaiveDate);

impl StaticVal for Day {}

impl Val for Day {
    fn get_type(&self) -> &Type {
        &DATE
    }
    fn cel_type() -> &'static Type {
        &DATE
    }
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
    fn as_comparer(&self) -> Option<&dyn Comparer> {
        Some(self)
    }
    fn equals(&self, other: &dyn Val) -> bool {
        other.downcast_ref::<Self>().is_some_and(|other| self.0 == other.0)
    }
    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(*self)
    }
}

impl Comparer for Day {
    fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
        other
            .downcast_ref::<Self>()
            .map(|other| self.0.cmp(&other.0))
            .ok_or_else(|| unexpected(other, "date"))
    }
}

/// Values by key, asked one at a time: by a text, or by a whole number that spells the key.
#[derive(Debug, Clone, Copy)]
pub enum Table<'a> {
    /// What isn't there is unknown.
    Open(&'a BTreeMap<String, i64>),
    /// What isn't there is 0.
    Ledger(&'a BTreeMap<String, i64>),
    Dates(&'a BTreeMap<String, NaiveDate>),
    /// For trials of an expression: every key has this value.
    AnyInteger(i64),
    AnyDate(NaiveDate),
}

impl Table<'_> {
    fn at(&self, key: &str) -> Option<Box<dyn Val>> {
        let integer = |value: i64| -> Box<dyn Val> { Box::new(CelInt::from(value)) };
        match self {
            Self::Open(values) => values.get(key).copied().map(integer),
            Self::Ledger(values) => Some(integer(values.get(key).copied().unwrap_or(0))),
            Self::Dates(values) => values.get(key).map(|day| -> Box<dyn Val> { Box::new(Day(*day)) }),
            Self::AnyInteger(value) => Some(integer(*value)),
            Self::AnyDate(day) => Some(Box::new(Day(*day))),
        }
    }

    fn look_up(&self, key: &dyn Val) -> Result<Box<dyn Val>, ExecutionError> {
        let found = match (key.downcast_ref::<CelString<'_>>(), key.downcast_ref::<CelInt>()) {
            (Some(text), _) => self.at(text.inner()),
            (_, Some(number)) => self.at(&number.inner().to_string()),
            _ => return Err(unexpected(key, "string")),
        };
        found.ok_or_else(|| ExecutionError::no_such_key("not in the table"))
    }
}

impl Val for Table<'_> {
    fn get_type(&self) -> &Type {
        &TABLE
    }
    fn cel_type() -> &'static Type {
        &TABLE
    }
    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }
    /// Only a complete table can say that something is not in it.
    fn as_container(&self) -> Option<&dyn Container> {
        matches!(self, Self::Dates(_) | Self::AnyDate(_)).then_some(self)
    }
    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }
}

impl Indexer for Table<'_> {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.look_up(key).map(CowVal::Owned)
    }
    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.look_up(key).map(|found| -> Box<dyn Val + 'v> { found })
    }
}

impl Container for Table<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        match self.look_up(key) {
            Ok(_) => Ok(true),
            Err(ExecutionError::NoSuchKey(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// A complete list of texts, asked by `in` alone.
#[derive(Debug, Clone, Copy)]
pub enum Texts<'a> {
    Of(&'a [String]),
    /// For trials of an expression: whether every text is in it.
    Any(bool),
}

impl Val for Texts<'_> {
    fn get_type(&self) -> &Type {
        &TEXTS
    }
    fn cel_type() -> &'static Type {
        &TEXTS
    }
    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }
    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }
}

impl Container for Texts<'_> {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        let text = value.downcast_ref::<CelString<'_>>().ok_or_else(|| unexpected(value, "string"))?;
        Ok(match self {
            Self::Of(texts) => texts.iter().any(|one| one == text.inner()),
            Self::Any(there) => *there,
        })
    }
}

fn unexpected(value: &dyn Val, wanted: &str) -> ExecutionError {
    ExecutionError::UnexpectedType { got: value.get_type().name().to_owned(), want: wanted.to_owned() }
}
