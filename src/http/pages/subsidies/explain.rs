//! 为什么: a decision condition by condition, each with its sentence, the facts behind it in words, where they came
//! from, and what would change a refusal. What is not met stands first.

use std::collections::BTreeMap;

use chrono::Datelike;
use fluent_bundle::FluentArgs;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::db::Conn;
use crate::http::figures::area_name;
use crate::http::pages::subsidies::words::{self, Titles};
use crate::http::problem::Problem;
use crate::http::texts::{Language, Texts};
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Role};
use crate::kernel::month::Month;
use crate::registry::areas;
use crate::registry::organisations;
use crate::registry::schemes::facts::{FactName, Source, SourceKind, Unit, Value};
use crate::registry::schemes::{
    Assessment, BuiltIn, ConditionOutcome, ConditionResult, FactUsed, Outcome, Part, SchemeVersion,
};

/// Entries of a list or table that are named; of the rest only how many.
const NAMED: usize = 6;

/// Who explains, and to whom.
pub struct Explainer<'a> {
    pub app: &'a App,
    pub texts: &'a Texts,
    pub actor: &'a Actor,
}

impl Explainer<'_> {
    /// The whole decision, for `partials/assessment`.
    pub fn assessment(
        &self,
        conn: &mut Conn,
        found: &Assessment,
        scheme: Option<&SchemeVersion>,
    ) -> Result<Json, Problem> {
        let mut order: Vec<&ConditionResult> = found.conditions.iter().collect();
        order.sort_by_key(|one| match one.result {
            ConditionOutcome::Failed => 0,
            ConditionOutcome::Unknown => 1,
            ConditionOutcome::Passed => 2,
        });
        let mut conditions = Vec::with_capacity(order.len());
        for one in order {
            conditions.push(self.condition(conn, one, found, scheme)?);
        }
        let count = |result| found.conditions.iter().filter(|one| one.result == result).count();
        Ok(json!({
            "outcome": found.outcome, "outcome_kind": outcome_kind(found.outcome),
            "amount": words::yuan(self.texts, found.amount), "on": found.on,
            "failed": count(ConditionOutcome::Failed), "unknown": count(ConditionOutcome::Unknown),
            "passed": count(ConditionOutcome::Passed), "conditions": conditions,
        }))
    }

    fn condition(
        &self,
        conn: &mut Conn,
        one: &ConditionResult,
        of: &Assessment,
        scheme: Option<&SchemeVersion>,
    ) -> Result<Json, Problem> {
        let own = scheme.and_then(|scheme| scheme.conditions.iter().find(|own| own.id == one.id));
        let (sentence, remedy) = match (own, BuiltIn::from_code(&one.id)) {
            (Some(own), _) => {
                let sentence = if self.texts.language() == Language::Chinese { &own.zh } else { &own.en };
                (sentence.clone(), words::of(self.texts, &own.remedy).to_owned())
            }
            (None, Some(built_in)) => self.built_in(built_in),
            (None, None) => (one.id.clone(), String::new()),
        };
        let mut facts = Vec::with_capacity(one.facts.len());
        for fact in &one.facts {
            facts.push(self.fact(conn, fact, of)?);
        }
        Ok(json!({
            "id": one.id, "result": one.result, "sentence": sentence, "facts": facts,
            "remedy": (one.result != ConditionOutcome::Passed).then_some(remedy),
        }))
    }

    /// A condition that every scheme has, and its remedy.
    fn built_in(&self, which: BuiltIn) -> (String, String) {
        let key = format!("{}-{}", BuiltIn::NAME, which.code());
        (self.texts.word(&key), self.texts.word(&format!("{key}-remedy")))
    }

    fn fact(&self, conn: &mut Conn, fact: &FactUsed, of: &Assessment) -> Result<Json, Problem> {
        let value = match &fact.value {
            Some(value) => Some(self.value(conn, fact.name, value, of)?),
            None => None,
        };
        let origin = self.texts.word(&format!("fact-origin-{}", fact.name.definition().origin.code()));
        Ok(json!({
            "label": self.texts.word(&format!("fact-{}", fact.name.code())), "value": value,
            "source": fact.source.as_ref().map(|source| self.source(source)), "origin": origin,
            "href": fact.source.as_ref().and_then(|source| href(self.actor, source)),
        }))
    }

    /// Where it came from; an imported file by its name and row.
    fn source(&self, source: &Source) -> String {
        let kind = self.texts.word(&format!("fact-source-{}", source.kind.code()));
        match source.kind {
            SourceKind::Import if !source.reference.is_empty() => format!("{kind} {}", source.reference),
            SourceKind::ContestResult => {
                let parts = source.reference.split("; ");
                let named = parts.map(|part| part.split_once('#').map_or(part, |(code, _)| code));
                format!("{kind} {}", named.collect::<Vec<_>>().join("; "))
            }
            _ => kind,
        }
    }

    fn value(
        &self,
        conn: &mut Conn,
        name: FactName,
        value: &Value,
        of: &Assessment,
    ) -> Result<String, Problem> {
        Ok(match value {
            Value::Boolean(yes) => self.texts.word(if *yes { "yes" } else { "no" }),
            Value::Integer(number) => self.integer(name, *number),
            Value::Date(day) => self.texts.date(*day),
            Value::Text(text) => self.named(conn, name, text)?,
            Value::Texts(all) => self.list(all, &of.part),
            Value::IntegersByKey(all) => self.table(conn, name, all, of)?,
            Value::DatesByKey(all) => self.dates(name, all),
        })
    }

    fn integer(&self, name: FactName, number: i64) -> String {
        let unit = name.definition().unit;
        let mut args = FluentArgs::new();
        args.set("n", number);
        match unit {
            Unit::Fen => words::yuan(self.texts, crate::kernel::money::Fen::new(number)),
            Unit::Level if number == 0 => self.texts.word("fact-no-certificate"),
            Unit::Level => self.texts.word(&format!("skill-level-{number}")),
            // 1 or 0 by month, such as whether insurance was paid.
            Unit::None if matches!(name, FactName::Insured) => {
                self.texts.word(if number == 0 { "no" } else { "yes" })
            }
            Unit::None => number.to_string(),
            unit => {
                let key = format!("fact-in-{}", unit.code());
                self.texts.text(&key, &args).unwrap_or_else(|_| number.to_string())
            }
        }
    }

    /// A text that is a code, by its name.
    fn named(&self, conn: &mut Conn, name: FactName, text: &str) -> Result<String, Problem> {
        let coded = |kind: &str| {
            let key = format!("{kind}-{text}");
            if self.texts.has(&key) { self.texts.word(&key) } else { text.to_owned() }
        };
        Ok(match name {
            FactName::Education => coded("education"),
            FactName::PostKind => coded("post-kind"),
            FactName::EmployerKind => coded("institution-kind"),
            FactName::HomeArea | FactName::EmployerArea => {
                let code = text.parse::<AreaCode>().ok();
                let area = match code {
                    Some(code) => areas::store::find(conn, &code)?,
                    None => None,
                };
                area.map_or_else(|| text.to_owned(), |area| area_name(self.texts, &area))
            }
            FactName::Position => {
                let position = self.app.seeds.positions.iter().find(|position| position.code == text);
                position.map_or_else(
                    || text.to_owned(),
                    |one| {
                        if self.texts.language() == Language::Chinese {
                            one.zh.clone()
                        } else {
                            one.en.clone()
                        }
                    },
                )
            }
            _ => text.to_owned(),
        })
    }

    /// A complete list: whether the part is in it, and the list; months that follow each other as one stretch.
    fn list(&self, all: &[String], part: &Part) -> String {
        let stretches = stretches(all);
        let shown = if stretches.is_empty() { self.texts.word("fact-none") } else { self.joined(&stretches) };
        let key = match part {
            Part::Month(_) => part.to_string(),
            Part::Event(name) => name.as_str().to_owned(),
            _ => return shown,
        };
        let mut args = FluentArgs::new();
        args.set("key", key.as_str());
        args.set("list", shown);
        let is_in = all.contains(&key);
        let text = if is_in { "fact-list-has" } else { "fact-list-lacks" };
        self.texts.text(text, &args).unwrap_or(key)
    }

    /// A table: the entry that the part asks for; where there is none such, all that is there.
    fn table(
        &self,
        conn: &mut Conn,
        name: FactName,
        all: &BTreeMap<String, i64>,
        of: &Assessment,
    ) -> Result<String, Problem> {
        let asked = match &of.part {
            Part::Month(month) => {
                let year = month.first_day().year().to_string();
                vec![month.to_string(), year]
            }
            Part::Event(event) => vec![event.as_str().to_owned()],
            _ => Vec::new(),
        };
        if name != FactName::PaidByScheme {
            if let Some((key, number)) = asked.iter().find_map(|key| all.get_key_value(key)) {
                return Ok(self.entry(key, &self.integer(name, *number)));
            }
            if let Some(key) = asked.first() {
                let mut args = FluentArgs::new();
                args.set("key", key.as_str());
                return Ok(self.texts.text("fact-no-entry", &args).unwrap_or_else(|_| key.clone()));
            }
        }
        if all.is_empty() {
            return Ok(self.texts.word("fact-none"));
        }
        let mut titles = Titles::new(&self.app.schemes, self.texts);
        let mut entries = Vec::new();
        for (key, number) in all {
            let label = match name {
                FactName::PaidByScheme => titles.on(conn, key, of.on)?,
                _ => key.clone(),
            };
            entries.push(self.entry(&label, &self.integer(name, *number)));
        }
        Ok(self.joined(&entries))
    }

    fn dates(&self, name: FactName, all: &BTreeMap<String, chrono::NaiveDate>) -> String {
        let entries: Vec<String> = all
            .iter()
            .map(|(key, day)| {
                let label = match name {
                    FactName::LevelObtainedOn => self.texts.word(&format!("skill-level-{key}")),
                    _ => key.clone(),
                };
                self.entry(&label, &self.texts.date(*day))
            })
            .collect();
        if entries.is_empty() { self.texts.word("fact-none") } else { self.joined(&entries) }
    }

    fn entry(&self, key: &str, value: &str) -> String {
        let mut args = FluentArgs::new();
        args.set("key", key);
        args.set("value", value);
        self.texts.text("fact-entry", &args).unwrap_or_else(|_| value.to_owned())
    }

    fn joined(&self, all: &[String]) -> String {
        let mark = if self.texts.language() == Language::Chinese { "、" } else { ", " };
        let named: Vec<&str> = all.iter().rev().take(NAMED).rev().map(String::as_str).collect();
        let more = all.len() - named.len();
        if more == 0 {
            return named.join(mark);
        }
        let mut args = FluentArgs::new();
        args.set("list", named.join(mark));
        args.set("more", more);
        self.texts.text("fact-and-more", &args).unwrap_or_default()
    }
}

#[must_use]
pub const fn outcome_kind(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Due => "good",
        Outcome::NotDue => "bad",
        Outcome::Unknown => "warn",
    }
}

/// The page of the record, where the reader may open it.
fn href(actor: &Actor, source: &Source) -> Option<String> {
    let reference = &source.reference;
    match (source.kind, actor.role) {
        (SourceKind::Employment | SourceKind::Person, Role::Institution) => Some("/staff".to_owned()),
        (SourceKind::Person | SourceKind::Certificate, Role::Caregiver) => {
            Some("/my/certificates".to_owned())
        }
        (SourceKind::Certificate, Role::Bureau | Role::Administrator) if !reference.is_empty() => {
            Some(format!("/certificates/{reference}"))
        }
        (SourceKind::RecordedCertificate, Role::Bureau) => Some("/recorded".to_owned()),
        (SourceKind::FirstAidCertificate, Role::Institution | Role::Bureau) => Some("/first-aid".to_owned()),
        (SourceKind::ContestResult, Role::Bureau | Role::Administrator) => Some("/talent".to_owned()),
        (SourceKind::Organisation, Role::Bureau | Role::Town) => {
            (!reference.is_empty()).then(|| format!("/organisations/{reference}"))
        }
        (SourceKind::Ledger, Role::Institution | Role::Bureau | Role::Town) => {
            Some("/claims?state=paid".to_owned())
        }
        (SourceKind::Ledger, Role::Caregiver) => Some("/my/claims".to_owned()),
        _ => None,
    }
}

/// Months that follow each other as `2025-01 – 2026-10`; anything else as it is.
fn stretches(all: &[String]) -> Vec<String> {
    let mut found: Vec<(String, String)> = Vec::new();
    for text in all {
        let month: Option<Month> = text.parse().ok();
        let follows = found.last().and_then(|(_, last)| last.parse::<Month>().ok()).and_then(Month::next);
        match found.last_mut() {
            Some((_, last)) if month.is_some() && month == follows => last.clone_from(text),
            _ => found.push((text.clone(), text.clone())),
        }
    }
    found.into_iter().map(|(from, to)| if from == to { from } else { format!("{from} – {to}") }).collect()
}

/// The name of the organisation that applies.
pub fn applicant_name(
    conn: &mut Conn,
    claim: &crate::registry::subsidies::Claim,
) -> Result<Option<String>, Problem> {
    let Some(id) = claim.applicant else { return Ok(None) };
    Ok(organisations::store::find(conn, id)?.map(|found| found.name))
}

#[cfg(test)]
mod tests {
    use super::stretches;

    #[test]
    fn months_in_a_row_are_one_stretch() {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            stretches(&all(&["2025-11", "2025-12", "2026-01", "2026-03", "event-1"])),
            all(&["2025-11 – 2026-01", "2026-03", "event-1"])
        );
        assert_eq!(stretches(&[]), all(&[]));
    }
}
