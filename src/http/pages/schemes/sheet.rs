//! How a scheme's form looks: what stands in each field and row, what may be chosen, the words that expressions may use,
//! and what is wrong beside each field.

use std::collections::BTreeMap;

use fluent_bundle::FluentArgs;
use serde_json::{Map, Value, json};

use crate::db::{Conn, DbError};
use crate::http::page::options;
use crate::http::pages::schemes::written::{CONDITIONS, EVIDENCE, FIELDS, ILLUSTRATIVE, INSTALMENTS, List};
use crate::http::texts::{Language, Texts};
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::invalid::FieldError;
use crate::kernel::vocabulary::InstitutionKind;
use crate::registry::areas;
use crate::registry::areas::Area;
use crate::registry::schemes::expression::Given;
use crate::registry::schemes::facts::{FactName, Unit};
use crate::registry::schemes::functions::FUNCTIONS;
use crate::registry::schemes::{AreaOf, BeneficiaryKind, Schedule, ScheduleKind, Stored};

/// What may be chosen in the form.
pub struct Choices {
    /// The registry's own area, what it lies in and what lies in it, from the top down.
    pub areas: Vec<Area>,
    /// The newest version of every scheme.
    pub schemes: Vec<Stored>,
}

/// The areas that a scheme of this registry may be for.
pub fn areas_around(conn: &mut Conn, own: &AreaCode) -> Result<Vec<Area>, DbError> {
    let mut found = Vec::new();
    let mut above = Some(own.clone());
    while let Some(code) = above {
        found.splice(0..0, areas::store::find(conn, &code)?);
        above = code.parent();
    }
    found.extend(areas::store::children(conn, Some(own))?);
    Ok(found)
}

/// The form's data, of what was entered.
#[must_use]
pub fn sheet(texts: &Texts, values: &Map<String, Value>, choices: &Choices) -> Value {
    let chosen = |field: &str| values.get(field).and_then(Value::as_str).unwrap_or_default();
    let flat: Map<String, Value> =
        FIELDS.iter().map(|field| (field.replace('.', "_"), chosen(field).into())).collect();
    let exclusions = exclusions(texts, values, choices);
    json!({
        "values": flat,
        "areas": area_options(texts, chosen("area"), &choices.areas),
        "area_ofs": options::<AreaOf>(texts, chosen("area_of")),
        "beneficiaries": options::<BeneficiaryKind>(texts, chosen("beneficiary")),
        "employer_kinds": employer_kinds(texts, values),
        "schedules": options::<ScheduleKind>(texts, chosen("schedule.kind")),
        "conditions": rows(texts, values, CONDITIONS),
        "instalments": rows(texts, values, INSTALMENTS),
        "evidence": rows(texts, values, EVIDENCE),
        "illustrative": rows(texts, values, ILLUSTRATIVE),
        "excluded": exclusions.iter().filter(|one| one["selected"] == true).count(),
        "exclusions": exclusions,
        "examples": examples(texts),
        "facts": facts(),
        "words": given(texts),
        "functions": functions(texts),
    })
}

fn items<'a>(values: &'a Map<String, Value>, list: &str) -> &'a [Value] {
    values.get(list).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The rows of a list, and the button that adds the next. A list that needs rows has an empty one to begin with.
fn rows(texts: &Texts, values: &Map<String, Value>, list: List) -> Value {
    let nothing = [json!({})];
    let held = items(values, list.name);
    let shown = if held.is_empty() && list.fills() { &nothing[..] } else { held };
    let row = |(index, item): (usize, &Value)| {
        let field = |field: &&str| {
            let name = format!("{}[{index}].{field}", list.name);
            (
                field.replace('.', "_"),
                json!({ "name": name, "value": item[*field].as_str().unwrap_or_default() }),
            )
        };
        json!({
            "anchor": format!("{}-{}", list.name, index + 1),
            "legend": numbered(texts, list, index),
            "remove": format!("remove-{}-{index}", list.name),
            "fields": list.fields.iter().map(field).collect::<Map<String, Value>>(),
        })
    };
    json!({
        "rows": shown.iter().enumerate().map(row).collect::<Vec<_>>(),
        "add": format!("add-{}", list.name),
        "next": format!("{}-{}", list.name, shown.len() + 1),
    })
}

/// `条件 2`
fn numbered(texts: &Texts, list: List, index: usize) -> String {
    let mut args = FluentArgs::new();
    args.set("number", index + 1);
    texts.text(&format!("scheme-row-{}", list.name.replace('.', "-")), &args).unwrap_or_default()
}

fn area_options(texts: &Texts, chosen: &str, areas: &[Area]) -> Vec<Value> {
    let name = |area: &Area| match texts.language() {
        Language::Chinese => format!("{}（{}）", area.name, area.code),
        Language::English => format!("{} ({})", area.name_en, area.code),
    };
    let option = |area: &Area| json!({ "value": area.code.as_str(), "text": name(area), "selected": area.code.as_str() == chosen });
    let mut found: Vec<Value> = areas.iter().map(option).collect();
    if !chosen.is_empty() && !areas.iter().any(|area| area.code.as_str() == chosen) {
        found.insert(0, json!({ "value": chosen, "text": chosen, "selected": true }));
    }
    found
}

fn ticked<'a>(values: &'a Map<String, Value>, list: &str) -> Vec<&'a str> {
    items(values, list)
        .iter()
        .filter_map(|item| item["code"].as_str())
        .filter(|code| !code.is_empty())
        .collect()
}

fn employer_kinds(texts: &Texts, values: &Map<String, Value>) -> Vec<Value> {
    let chosen = ticked(values, "employer_kinds");
    let kinds = options::<InstitutionKind>(texts, "").into_iter().enumerate();
    kinds
        .map(|(index, mut kind)| {
            kind["name"] = format!("employer_kinds[{index}].code").into();
            kind["selected"] = chosen.iter().any(|chosen| kind["value"] == *chosen).into();
            kind
        })
        .collect()
}

/// Every other scheme that there is, and whatever else was entered, so that it stands where it is refused.
fn exclusions(texts: &Texts, values: &Map<String, Value>, choices: &Choices) -> Vec<Value> {
    let chosen = ticked(values, "exclusions");
    let own = values.get("code").and_then(Value::as_str).unwrap_or_default();
    let others = choices.schemes.iter().map(|stored| &stored.scheme).filter(|scheme| scheme.code != own);
    let mut named: BTreeMap<&str, String> = others
        .map(|scheme| {
            let title = super::in_language(texts.language(), &scheme.title);
            (scheme.code.as_str(), format!("{title}（{}）", scheme.code))
        })
        .collect();
    for code in &chosen {
        named.entry(code).or_insert_with(|| (*code).to_owned());
    }
    let option = |(index, (code, text)): (usize, (&str, String))| {
        json!({
            "name": format!("exclusions[{index}].code"), "value": code, "text": text,
            "selected": chosen.contains(&code),
        })
    };
    named.into_iter().enumerate().map(option).collect()
}

/// Expressions to begin with, each under the name of its sentence.
const EXAMPLES: [(&str, &str); 9] = [
    ("in-post", "month in months_in_post"),
    ("level", "level_at_month[month] >= 1 && level_at_month[month] <= 3"),
    ("days", "work_days[month] >= 20"),
    ("insured", "insured[month] == 1"),
    ("joined", "joined_on >= date(\"2024-01-01\")"),
    ("listed", "!black_listed"),
    ("flat", "yuan(500)"),
    ("by-level", "[0, yuan(1200), yuan(800), yuan(500), yuan(400), yuan(300)][level_at_month[month]]"),
    ("capped", "least(percent(training_fee[event], 50), yuan(30000))"),
];

fn examples(texts: &Texts) -> Vec<Value> {
    let line = |(name, cel): &(&str, &str)| json!({ "sentence": texts.word(&format!("scheme-example-{name}")), "cel": cel });
    EXAMPLES.iter().map(line).collect()
}

/// The facts that conditions and amounts may ask for.
fn facts() -> Vec<Value> {
    let line = |fact: &FactName| {
        let definition = fact.definition();
        let unit = (definition.unit != Unit::None).then(|| definition.unit.code());
        json!({ "code": fact.code(), "kind": definition.kind.code(), "unit": unit, "origin": definition.origin.code() })
    };
    FactName::ALL.iter().map(line).collect()
}

/// The words that the part gives, and with which schedules.
fn given(texts: &Texts) -> Vec<Value> {
    let schedules = [
        Schedule::Once,
        Schedule::Monthly,
        Schedule::Instalments { instalments: Vec::new() },
        Schedule::PerLevel,
        Schedule::PerEvent,
    ];
    let line = |word: &Given| {
        let with = schedules.iter().filter(|schedule| word.is_given_by(schedule));
        let with: Vec<_> =
            with.map(|schedule| texts.word(&format!("scheme-schedule-{}", schedule.kind().code()))).collect();
        let all = with.len() == schedules.len();
        json!({
            "code": word.code(), "kind": word.kind().code(),
            "with": (!all).then(|| with.join(texts.word("list-separator").as_str())),
        })
    };
    Given::ALL.iter().map(line).collect()
}

fn functions(texts: &Texts) -> Vec<Value> {
    let line = |(name, call): &(&str, &str)| json!({ "call": call, "gives": texts.word(&format!("scheme-function-{name}")) });
    FUNCTIONS.iter().map(line).collect()
}

/// What is wrong, in the order of the page, each with the field that it stands beside: one of the page's own, where the
/// path names an item of what is ticked.
#[must_use]
pub fn listed(texts: &Texts, mut errors: Vec<FieldError>) -> Vec<Value> {
    errors.sort_by_key(|error| place(&error.field));
    let mut by_field: Vec<(String, Vec<String>)> = Vec::new();
    for error in &errors {
        let field = match error.field.split_once('[') {
            Some((list @ ("exclusions" | "employer_kinds"), _)) => list.to_owned(),
            _ => error.field.clone(),
        };
        let message = texts.error_message(error).unwrap_or_else(|_| error.code.to_owned());
        match by_field.iter_mut().find(|(known, _)| *known == field) {
            Some((_, messages)) if messages.contains(&message) => {}
            Some((_, messages)) => messages.push(message),
            None => by_field.push((field, vec![message])),
        }
    }
    let separator = texts.word("sentence-separator");
    let line = |(field, messages): &(String, Vec<String>)| {
        json!({
            "field": field, "message": messages.join(&separator), "label": label(texts, field),
            "href": format!("#field-{field}"),
        })
    };
    by_field.iter().map(line).collect()
}

/// `条件 2 · 表达式`
fn label(texts: &Texts, field: &str) -> String {
    let key = |path: &str| format!("scheme-form-{}", path.replace('.', "-"));
    let Some((list, index, name)) = item(field) else { return texts.word(&key(field)) };
    let found = [CONDITIONS, INSTALMENTS, EVIDENCE, ILLUSTRATIVE].into_iter().find(|one| one.name == list);
    let Some(list) = found else { return texts.word(&key(field)) };
    format!("{} · {}", numbered(texts, list, index), texts.word(&key(&format!("{}.{name}", list.name))))
}

/// `conditions[2].remedy.zh` taken apart.
fn item(field: &str) -> Option<(&str, usize, &str)> {
    let (list, rest) = field.split_once('[')?;
    let (index, name) = rest.split_once("].")?;
    Some((list, index.parse().ok()?, name))
}

/// Where a field stands on the page.
fn place(field: &str) -> (usize, usize, usize) {
    const ORDER: [&str; 24] = [
        "title.zh",
        "title.en",
        "code",
        "document",
        "source",
        "valid_from",
        "valid_to",
        "beneficiary",
        "area",
        "area_of",
        "employer_kinds",
        "conditions",
        "amount",
        "schedule.kind",
        "schedule.instalments",
        "budget",
        "exclusions",
        "evidence",
        "review.town",
        "review.second_person_above",
        "review.apply_by_day",
        "review.approve_by_day",
        "review.notice_days",
        "review.appeal_days",
    ];
    let root = field.split('[').next().unwrap_or_default();
    let at = ORDER.iter().position(|name| *name == root).unwrap_or(ORDER.len());
    let Some((list, index, name)) = item(field) else { return (at, 0, 0) };
    let lists = [CONDITIONS, INSTALMENTS, EVIDENCE, ILLUSTRATIVE];
    let fields = lists.into_iter().find(|one| one.name == list).map_or(&[][..], |list| list.fields);
    (at, index + 1, fields.iter().position(|field| *field == name).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::schemes::expression::Expression;
    use crate::registry::schemes::rules::try_out::{Wanted, try_out};

    #[test]
    fn every_example_works() {
        for (name, cel) in EXAMPLES {
            let read = Expression::read(cel).expect(name);
            let wanted = if cel.contains("yuan") { Wanted::Amount } else { Wanted::Truth };
            assert_eq!(try_out(&read, wanted), None, "{name}");
        }
    }

    #[test]
    fn errors_stand_in_the_order_of_the_page() {
        let fields = [
            "amount",
            "conditions[10].zh",
            "illustrative[0].en",
            "conditions[2].id",
            "conditions[2].zh",
            "title.en",
            "conditions",
            "review.notice_days",
        ];
        let texts = Texts::load(Language::Chinese, crate::http::texts::MissingText::Refuse).expect("texts");
        let errors = fields.map(|field| FieldError::new(field, "required")).to_vec();
        let found: Vec<String> = listed(&texts, errors)
            .iter()
            .map(|one| one["field"].as_str().unwrap_or_default().to_owned())
            .collect();
        let expected = [
            "title.en",
            "conditions",
            "conditions[2].zh",
            "conditions[2].id",
            "conditions[10].zh",
            "amount",
            "review.notice_days",
            "illustrative[0].en",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_error_says_where_it_is_and_everything_about_one_field_at_once() {
        let texts = Texts::load(Language::Chinese, crate::http::texts::MissingText::Refuse).expect("texts");
        let unknown = |name: &str| FieldError::new("conditions[1].cel", "unknown-fact").with("name", name);
        let excluded = FieldError::new("exclusions[3]", "unknown-scheme").with("code", "x");
        let found = listed(&texts, vec![excluded, unknown("a"), unknown("b")]);
        assert_eq!(found[0]["label"], "条件 2 · 表达式");
        assert_eq!(found[0]["message"], "没有名为“a”的信息项；没有名为“b”的信息项");
        assert_eq!(
            (&found[1]["field"], &found[1]["href"]),
            (&json!("exclusions"), &json!("#field-exclusions"))
        );
        assert_eq!(found.len(), 2);
    }
}
