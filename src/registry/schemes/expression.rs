//! The language of conditions and amounts: CEL without macros, fractions and optional values, over the facts, the words
//! that the part gives ([`Given`]) and the functions of [`super::functions`].
//!
//! A fact that is unknown makes an expression unknown, except where it can't matter: `false && x` is false and
//! `true || x` true. So is an expression that fails (a division by zero), and neither ever makes anything due.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use cel::common::ast::operators::{IN, INDEX};
use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use cel::common::types::{CelBool, CelInt, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, Program};
use chrono::{Datelike, NaiveDate};

use crate::codes;
use crate::kernel::codes::Code;
use crate::kernel::money::Fen;
use crate::kernel::month::Month;
use crate::registry::schemes::facts::{Fact, FactName, Facts, Kind, Origin, Value};
use crate::registry::schemes::functions::ENVIRONMENT;
use crate::registry::schemes::values::{Day, Table, Texts};
use crate::registry::schemes::{FactUsed, Part, Schedule};

/// Characters of one expression.
pub const LONGEST: usize = 1_000;
/// The parser goes down steps of the stack for each bracket, choice and operator that stands in another, so what could be
/// too deep must not reach it.
const MOST_BRACKETS: usize = 30;
const MOST_CHOICES: usize = 10;
const MOST_SIGNS: usize = 80;
/// Parts within one another. Working them out goes down a step of the stack for each.
const DEEPEST: usize = 32;
/// Bytes of the stack on which an expression is read.
const PARSER_STACK: usize = 64 << 20;

codes! {
    /// Words in expressions that the part or the day gives.
    pub enum Given("scheme-word") {
        /// The day on which the facts stand; for a month its last day.
        On = "on",
        /// The month of a monthly part, as in "2026-07".
        Month = "month",
        MonthStart = "month_start",
        MonthEnd = "month_end",
        NextMonthStart = "next_month_start",
        /// The calendar year of `on`, as in "2026".
        Year = "year",
        LastYear = "last_year",
        /// From 1 up.
        Instalment = "instalment",
        /// 1 to 5.
        ClaimedLevel = "claimed_level",
        /// The name of the training, contest or project.
        Event = "event",
        /// What was paid or approved under this scheme for other parts, in fen.
        PaidBefore = "paid_before",
    }
}

impl Given {
    /// Whether the parts of that schedule give it.
    #[must_use]
    pub fn is_given_by(self, schedule: &Schedule) -> bool {
        match self {
            Self::On | Self::Year | Self::LastYear | Self::PaidBefore => true,
            Self::Month | Self::MonthStart | Self::MonthEnd | Self::NextMonthStart => {
                matches!(schedule, Schedule::Monthly)
            }
            Self::Instalment => matches!(schedule, Schedule::Instalments { .. }),
            Self::ClaimedLevel => matches!(schedule, Schedule::PerLevel),
            Self::Event => matches!(schedule, Schedule::PerEvent),
        }
    }

    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::On | Self::MonthStart | Self::MonthEnd | Self::NextMonthStart => Kind::Date,
            Self::Month | Self::Year | Self::LastYear | Self::Event => Kind::Text,
            Self::Instalment | Self::ClaimedLevel | Self::PaidBefore => Kind::Integer,
        }
    }
}

/// A word that an expression may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Fact(FactName),
    Given(Given),
}

impl Word {
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        static WORDS: LazyLock<BTreeMap<&'static str, Word>> = LazyLock::new(|| {
            let facts = FactName::ALL.iter().map(|name| (name.code(), Word::Fact(*name)));
            let given = Given::ALL.iter().map(|word| (word.code(), Word::Given(*word)));
            facts.chain(given).collect()
        });
        WORDS.get(code).copied()
    }
}

/// A fact that an expression asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    name: FactName,
    key: Key,
}

/// Which entry of a table is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    /// Not a table, or an entry that is computed: the whole value.
    Whole,
    Given(Given),
    Literal(String),
}

/// An expression that has been read.
#[derive(Debug)]
pub struct Expression {
    program: Program,
    asked: Vec<Asked>,
}

/// The text of an expression can't be read: the parser's own message, in English.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an expression: {0}")]
pub struct Unreadable(pub String);

impl Expression {
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.chars().count() > LONGEST {
            return Err(Unreadable(format!("longer than {LONGEST} characters")));
        }
        if is_too_deep(text) {
            let limits =
                format!("{MOST_BRACKETS} brackets, {MOST_CHOICES} choices, {MOST_SIGNS} operator signs");
            return Err(Unreadable(format!("more than {limits}")));
        }
        let program = compile(text)?;
        if depth(program.expression()) > DEEPEST {
            return Err(Unreadable(format!("nested deeper than {DEEPEST}")));
        }
        let mut asked = Vec::new();
        collect(program.expression(), &mut asked);
        asked.sort_by_key(|one| one.name);
        Ok(Self { program, asked })
    }

    /// The names that stand in it as words, in the order of the text.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        collect_names(self.tree(), &mut names);
        names
    }

    /// The part of the text in which `tree` stands.
    #[must_use]
    pub(super) fn snippet(&self, tree: &IdedExpr) -> String {
        let info = self.program.source_info();
        let (start, stop) = self.span(tree).unwrap_or_default();
        info.source.get(start..=stop).unwrap_or(&info.source).to_owned()
    }

    /// First and last byte of a part with all that is in it; its own place may be that of its operator.
    fn span(&self, tree: &IdedExpr) -> Option<(usize, usize)> {
        let (start, stop) = self.program.source_info().offset_for(tree.id)?;
        let own = (usize::try_from(start).ok()?, usize::try_from(stop).ok()?);
        let within = children(tree).into_iter().filter_map(|child| self.span(child));
        Some(within.fold(own, |(start, stop), (first, last)| (start.min(first), stop.max(last))))
    }

    #[must_use]
    pub(super) fn tree(&self) -> &IdedExpr {
        self.program.expression()
    }

    /// What is known of the facts that it asks for.
    #[must_use]
    pub(super) fn facts_used(&self, words: &Words<'_>) -> Vec<FactUsed> {
        let mut used: Vec<FactUsed> = Vec::with_capacity(self.asked.len());
        for asked in &self.asked {
            let fact = words.facts.values.get(&asked.name);
            let value = words.facts.known(asked.name).and_then(|value| words.entry(asked, value));
            match used.last_mut().filter(|last| last.name == asked.name) {
                Some(last) => merge(&mut last.value, value),
                None => used.push(FactUsed {
                    name: asked.name,
                    value,
                    source: fact.map(|fact: &Fact| fact.source.clone()),
                }),
            }
        }
        used
    }
}

/// Reads on a stack of its own: the parser takes tens of kilobytes for each bracket within another.
fn compile(text: &str) -> Result<Program, Unreadable> {
    let read = || ENVIRONMENT.compile(text).map_err(|error| Unreadable(first_line(&error)));
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(PARSER_STACK).spawn_scoped(scope, read);
        let ended = reader.map_err(|error| Unreadable(error.to_string()))?.join();
        ended.unwrap_or_else(|_| Err(Unreadable("the parser stopped".to_owned())))
    })
}

/// Levels of the tree, told without going down the stack.
fn depth(tree: &IdedExpr) -> usize {
    let mut level = vec![tree];
    let mut depth = 0;
    while !level.is_empty() && depth <= DEEPEST {
        level = level.into_iter().flat_map(children).collect();
        depth += 1;
    }
    depth
}

/// Counts what a parser nests. In texts in quotes too, so that no trick with quotes hides anything.
fn is_too_deep(text: &str) -> bool {
    let count = |signs: &str| text.chars().filter(|letter| signs.contains(*letter)).count();
    count("([{") > MOST_BRACKETS || count("?") > MOST_CHOICES || count("+-*/%<>=!&|.") > MOST_SIGNS
}

fn merge(into: &mut Option<Value>, from: Option<Value>) {
    match (into.as_mut(), from) {
        (Some(Value::IntegersByKey(all)), Some(Value::IntegersByKey(more))) => all.extend(more),
        (Some(Value::DatesByKey(all)), Some(Value::DatesByKey(more))) => all.extend(more),
        (None, Some(more)) => *into = Some(more),
        _ => {}
    }
}

fn first_line(error: &impl fmt::Display) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("ERROR: ").to_owned()
}

fn collect(tree: &IdedExpr, asked: &mut Vec<Asked>) {
    let mut ask = |name: &str, key: Key| {
        if let Some(Word::Fact(name)) = Word::from_code(name) {
            let one = Asked { name, key };
            if !asked.contains(&one) {
                asked.push(one);
            }
        }
    };
    if let Expr::Ident(name) = &tree.expr {
        ask(name, Key::Whole);
        return;
    }
    if let Some((table, key)) = look_up(tree) {
        ask(table, key);
        return;
    }
    for child in children(tree) {
        collect(child, asked);
    }
}

fn collect_names<'a>(tree: &'a IdedExpr, names: &mut Vec<&'a str>) {
    if let Expr::Ident(name) = &tree.expr
        && !names.contains(&name.as_str())
    {
        names.push(name);
    }
    for child in children(tree) {
        collect_names(child, names);
    }
}

/// The table and the key, where `tree` is `table[key]` or `key in table` with a plain key.
fn look_up(tree: &IdedExpr) -> Option<(&str, Key)> {
    let Expr::Call(call) = &tree.expr else { return None };
    let [left, right] = call.args.as_slice() else { return None };
    let (table, key) = match call.func_name.as_str() {
        INDEX => (left, right),
        IN => (right, left),
        _ => return None,
    };
    let Expr::Ident(table) = &table.expr else { return None };
    match &key.expr {
        Expr::Literal(LiteralValue::String(text)) => Some((table, Key::Literal(text.inner().to_owned()))),
        Expr::Literal(LiteralValue::Int(number)) => Some((table, Key::Literal(number.inner().to_string()))),
        Expr::Ident(name) => match Word::from_code(name)? {
            Word::Given(given) => Some((table, Key::Given(given))),
            Word::Fact(_) => None,
        },
        _ => None,
    }
}

/// The expressions directly within one.
pub(super) fn children(tree: &IdedExpr) -> Vec<&IdedExpr> {
    use cel::common::ast::EntryExpr;
    match &tree.expr {
        Expr::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Map(map) => map
            .entries
            .iter()
            .flat_map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
                EntryExpr::StructField(field) => vec![&field.value],
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The words as they stand for one beneficiary and one part.
pub(super) struct Words<'a> {
    facts: &'a Facts,
    part: &'a Part,
    on: NaiveDate,
    month: String,
    year: String,
    last_year: String,
    paid_before: Option<i64>,
}

impl<'a> Words<'a> {
    pub(super) fn new(facts: &'a Facts, scheme: &str, part: &'a Part) -> Self {
        let (on, month) = match part {
            Part::Month(month) => (month.last_day(), month.to_string()),
            _ => (facts.on, String::new()),
        };
        let paid_before = match facts.known(FactName::PaidByScheme) {
            Some(Value::IntegersByKey(paid)) => Some(paid.get(scheme).copied().unwrap_or(0)),
            _ => None,
        };
        let year = on.year();
        Self {
            facts,
            part,
            on,
            month,
            year: year.to_string(),
            last_year: (year - 1).to_string(),
            paid_before,
        }
    }

    fn given(&self, word: Given) -> Option<CowVal<'_, '_>> {
        let month = |day: fn(Month) -> NaiveDate| match self.part {
            Part::Month(month) => Some(CowVal::owned(Day(day(*month)))),
            _ => None,
        };
        match (word, self.part) {
            (Given::On, _) => Some(CowVal::owned(Day(self.on))),
            (Given::Month, Part::Month(_)) => Some(text(&self.month)),
            (Given::MonthStart, _) => month(Month::first_day),
            (Given::MonthEnd, _) => month(Month::last_day),
            (Given::NextMonthStart, _) => month(|month| month.next().unwrap_or(month).first_day()),
            (Given::Year, _) => Some(text(&self.year)),
            (Given::LastYear, _) => Some(text(&self.last_year)),
            (Given::Instalment, Part::Instalment(number)) => Some(integer(i64::from(*number))),
            (Given::ClaimedLevel, Part::Level(level)) => Some(integer(i64::from(level.number()))),
            (Given::Event, Part::Event(name)) => Some(text(name.as_str())),
            (Given::PaidBefore, _) => self.paid_before.map(integer),
            _ => None,
        }
    }

    /// The entry of a table that is asked for, or the whole value.
    fn entry(&self, asked: &Asked, value: &Value) -> Option<Value> {
        let key = match &asked.key {
            Key::Whole => return Some(value.clone()),
            Key::Literal(text) => text.clone(),
            Key::Given(given) => self.key(*given),
        };
        match value {
            Value::IntegersByKey(all) => {
                let absent = (asked.name.definition().origin == Origin::Ledger).then_some(0);
                let found = all.get(&key).copied().or(absent)?;
                Some(Value::IntegersByKey(BTreeMap::from([(key, found)])))
            }
            Value::DatesByKey(all) => {
                let found = all.get(&key).map(|day| (key, *day));
                Some(Value::DatesByKey(found.into_iter().collect()))
            }
            other => Some(other.clone()),
        }
    }

    fn key(&self, given: Given) -> String {
        match (given, self.part) {
            (Given::Month, _) => self.month.clone(),
            (Given::Year, _) => self.year.clone(),
            (Given::LastYear, _) => self.last_year.clone(),
            (Given::ClaimedLevel, Part::Level(level)) => level.number().to_string(),
            (Given::Instalment, Part::Instalment(number)) => number.to_string(),
            (Given::Event, Part::Event(name)) => name.as_str().to_owned(),
            _ => String::new(),
        }
    }
}

impl VariableResolver for Words<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let name = match Word::from_code(variable)? {
            Word::Given(word) => return self.given(word),
            Word::Fact(name) => name,
        };
        Some(match self.facts.known(name)? {
            Value::Boolean(value) => CowVal::owned(CelBool::from(*value)),
            Value::Integer(value) => integer(*value),
            Value::Date(day) => CowVal::owned(Day(*day)),
            Value::Text(value) => text(value),
            Value::Texts(values) => CowVal::owned(Texts::Of(values)),
            Value::IntegersByKey(values) if name.definition().origin == Origin::Ledger => {
                CowVal::owned(Table::Ledger(values))
            }
            Value::IntegersByKey(values) => CowVal::owned(Table::Open(values)),
            Value::DatesByKey(values) => CowVal::owned(Table::Dates(values)),
        })
    }
}

fn text(text: &str) -> CowVal<'_, '_> {
    CowVal::owned(CelString::from(text))
}

fn integer<'b, 'v>(value: i64) -> CowVal<'b, 'v> {
    CowVal::owned(CelInt::from(value))
}

/// Where expressions are worked out for one beneficiary and one part.
pub(super) fn context<'v>(words: &'v (dyn VariableResolver + 'v)) -> Context<'v, 'v> {
    let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
    context.set_variable_resolver(words);
    context
}

/// True or false; `None`: unknown.
pub(super) fn truth(expression: &Expression, context: &Context<'_, '_>) -> Option<bool> {
    let value = cel::Value::resolve_val(expression.tree(), context).ok()?;
    value.downcast_ref::<CelBool>().map(|value| *value.inner())
}

/// A number of fen; `None`: unknown.
pub(super) fn amount(expression: &Expression, context: &Context<'_, '_>) -> Option<Fen> {
    let value = cel::Value::resolve_val(expression.tree(), context).ok()?;
    value.downcast_ref::<CelInt>().map(|value| Fen::new(*value.inner()))
}
