//! Tables of people: each row says what differs from the table's base, the part, and what comes of it.

use std::collections::BTreeMap;

use crate::kernel::codes::Code;
use crate::registry::schemes::facts::{FactName, Facts, Kind, Source, SourceKind, Value};
use crate::registry::schemes::rules::assess::assess;
use crate::registry::schemes::rules::check::check as check_scheme;
use crate::registry::schemes::rules::tests::checks::seeded;
use crate::registry::schemes::{Assessment, ConditionOutcome, Outcome};

/// Who, on which day, claims which part, and what is decided: an amount in yuan, `not CONDITION` or `unknown CONDITION`.
pub type Row = (&'static str, &'static str, &'static str, &'static str);

/// Decides on every row of a scheme's table. `base` and the rows hold facts as `name=value`; `?` is unknown, a list is
/// `a|b` (empty: `-`), a table `key:value|key:value`.
pub fn check(code: &str, base: &str, rows: &[Row]) {
    assert!(rows.len() >= 10, "{code} has {} rows", rows.len());
    let compiled = check_scheme(&seeded(code)).expect("a scheme that can be entered");
    for (who, on, part, expected) in rows {
        let facts = facts(on, &format!("{base} {who}"));
        let assessment = assess(&compiled, &facts, &part.parse().expect("a part"));
        assert_eq!(told(&assessment), *expected, "{code}: {who} on {on} for {part}: {assessment:#?}");
        // Frozen facts give the same decision.
        let frozen = serde_json_canonicalizer::to_string(&facts).expect("facts are written");
        let thawed: Facts = serde_json::from_str(&frozen).expect("facts are read");
        assert_eq!(assess(&compiled, &thawed, &assessment.part), assessment);
    }
}

fn told(assessment: &Assessment) -> String {
    let which = |wanted| {
        let ids: Vec<_> = assessment
            .conditions
            .iter()
            .filter(|one| one.result == wanted)
            .map(|one| one.id.as_str())
            .collect();
        ids.join(" ")
    };
    match assessment.outcome {
        Outcome::Due => {
            let amount = assessment.amount.to_string();
            amount.strip_suffix(".00").unwrap_or(&amount).to_owned()
        }
        Outcome::NotDue => format!("not {}", which(ConditionOutcome::Failed)),
        Outcome::Unknown => format!("unknown {}", which(ConditionOutcome::Unknown)),
    }
}

pub fn facts(on: &str, text: &str) -> Facts {
    let mut facts = Facts::new(on.parse().expect("a date"));
    for word in text.split_whitespace() {
        let (name, value) = word.split_once('=').expect("name=value");
        let name = FactName::from_code(name).unwrap_or_else(|| panic!("no fact {name}"));
        if value == "?" {
            facts.values.remove(&name);
        } else {
            let source = Source { kind: SourceKind::Import, reference: "table".to_owned() };
            facts.set(name, value_of(name.definition().kind, value), source);
        }
    }
    facts
}

fn value_of(kind: Kind, text: &str) -> Value {
    let entries = || text.split('|').filter(|one| *one != "-");
    let pairs = || entries().map(|one| one.split_once(':').expect("key:value"));
    match kind {
        Kind::Boolean => Value::Boolean(text.parse().expect("true or false")),
        Kind::Integer => Value::Integer(text.parse().expect("a number")),
        Kind::Date => Value::Date(text.parse().expect("a date")),
        Kind::Text => Value::Text(text.to_owned()),
        Kind::Texts => Value::Texts(entries().map(str::to_owned).collect()),
        Kind::IntegersByKey => {
            let pairs = pairs().map(|(key, value)| (key.to_owned(), value.parse().expect("a number")));
            Value::IntegersByKey(pairs.collect())
        }
        Kind::DatesByKey => {
            let pairs = pairs().map(|(key, value)| (key.to_owned(), value.parse().expect("a date")));
            Value::DatesByKey(pairs.collect::<BTreeMap<_, _>>())
        }
    }
}
