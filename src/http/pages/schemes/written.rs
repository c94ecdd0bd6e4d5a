//! A scheme as its form has it: a value for each field under the path that an error names, a row for each item of a list.
//!
//! Absent: whether such a scheme may be (`schemes::rules::check`), and how the form looks (`sheet`).

use serde_json::{Map, Value, json};

use crate::http::pages::subsidies::words::Yuan;
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::form::{self, FieldValue, Fields};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::kernel::vocabulary::InstitutionKind;
use crate::registry::schemes::{
    AreaOf, BeneficiaryKind, Condition, Instalment, Review, Schedule, ScheduleKind, SchemeVersion, Text,
};

/// The fields that stand once, in the order of the page.
pub const FIELDS: [&str; 21] = [
    "title.zh",
    "title.en",
    "code",
    "document",
    "source",
    "area",
    "area_of",
    "valid_from",
    "valid_to",
    "beneficiary",
    "amount",
    "schedule.kind",
    "budget",
    "review.town",
    "review.second_person_above",
    "review.apply_by_day",
    "review.approve_by_day",
    "review.notice_days",
    "review.appeal_days",
    "seen",
    "act",
];

/// Lists that are entered row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    pub name: &'static str,
    pub fields: &'static [&'static str],
}

pub const CONDITIONS: List =
    List { name: "conditions", fields: &["zh", "en", "cel", "remedy.zh", "remedy.en", "id"] };
pub const INSTALMENTS: List = List { name: "schedule.instalments", fields: &["after_years", "percent"] };
pub const EVIDENCE: List = List { name: "evidence", fields: &["zh", "en"] };
pub const ILLUSTRATIVE: List = List { name: "illustrative", fields: &["zh", "en"] };
pub const LISTS: [List; 4] = [CONDITIONS, INSTALMENTS, EVIDENCE, ILLUSTRATIVE];
/// Lists of what is ticked.
const TICKED: [List; 2] =
    [List { name: "employer_kinds", fields: &["code"] }, List { name: "exclusions", fields: &["code"] }];

/// Rows that a form may have; `check` allows fewer.
const MOST: usize = 60;
/// Characters that a field may have; `check` allows fewer.
const LONGEST: usize = 4_000;

/// What a button of the form does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Save,
    Add(List),
    Remove(List, usize),
}

impl Act {
    /// By the button's value: `save`, `add-conditions`, `remove-conditions-2`. What is none of them saves.
    pub fn of(values: &Map<String, Value>) -> Self {
        let act = values.get("act").and_then(Value::as_str).unwrap_or_default();
        let list = |name: &str| LISTS.into_iter().find(|list| list.name == name);
        if let Some(list) = act.strip_prefix("add-").and_then(list) {
            return Self::Add(list);
        }
        let removed = act.strip_prefix("remove-").and_then(|rest| rest.rsplit_once('-'));
        let removed = removed.and_then(|(name, index)| Some((list(name)?, index.parse().ok()?)));
        removed.map_or(Self::Save, |(list, index)| Self::Remove(list, index))
    }

    /// Adds or removes the row.
    pub fn apply(self, values: &mut Map<String, Value>) {
        match self {
            Self::Save => tidy(values),
            Self::Add(list) => change_rows(values, list, |rows| {
                // The page shows an empty row where there is none.
                let wanted = (rows.len() + 1).max(if list.fills() { 2 } else { 1 }).min(MOST);
                rows.resize(wanted, json!({}));
            }),
            Self::Remove(list, index) => change_rows(values, list, |rows| {
                if index < rows.len() {
                    rows.remove(index);
                }
            }),
        }
    }
}

impl List {
    /// Whether the page shows a row to be filled in where there is none.
    pub const fn fills(self) -> bool {
        matches!(self.name.as_bytes(), b"conditions" | b"schedule.instalments")
    }
}

fn change_rows(values: &mut Map<String, Value>, list: List, change: impl FnOnce(&mut Vec<Value>)) {
    let mut rows = match values.remove(list.name) {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    };
    change(&mut rows);
    values.insert(list.name.to_owned(), Value::Array(rows));
}

/// Leaves out rows in which nothing stands, so that errors count as the page does.
fn tidy(values: &mut Map<String, Value>) {
    for list in LISTS.into_iter().chain(TICKED) {
        let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().trim().to_owned();
        let is_filled = |row: &Value| list.fields.iter().any(|field| !text(row, field).is_empty());
        change_rows(values, list, |rows| rows.retain(is_filled));
    }
}

/// The fields of a scheme's form.
#[must_use]
pub fn values_of(scheme: &SchemeVersion) -> Map<String, Value> {
    let texts = |texts: &[Text]| -> Value {
        texts.iter().map(|text| json!({ "zh": text.zh, "en": text.en })).collect()
    };
    let condition = |one: &Condition| {
        json!({
            "id": one.id, "cel": one.cel, "zh": one.zh, "en": one.en,
            "remedy.zh": one.remedy.zh, "remedy.en": one.remedy.en,
        })
    };
    let instalments: &[Instalment] = match &scheme.schedule {
        Schedule::Instalments { instalments } => instalments,
        _ => &[],
    };
    let instalment = |one: &Instalment| json!({ "after_years": one.after_years.to_string(), "percent": one.percent.to_string() });
    let ticked = |codes: Vec<&str>| -> Value { codes.iter().map(|code| json!({ "code": code })).collect() };
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let yuan = |amount: Option<Fen>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let review = &scheme.review;
    let values = json!({
        "title.zh": scheme.title.zh, "title.en": scheme.title.en, "code": scheme.code,
        "document": scheme.document, "source": scheme.source,
        "area": scheme.area.as_str(), "area_of": scheme.area_of.code(),
        "valid_from": scheme.valid_from.to_string(),
        "valid_to": scheme.valid_to.map(|day| day.to_string()).unwrap_or_default(),
        "beneficiary": scheme.beneficiary.code(),
        "employer_kinds": ticked(scheme.employer_kinds.iter().map(|kind| kind.code()).collect()),
        "conditions": scheme.conditions.iter().map(condition).collect::<Vec<_>>(),
        "amount": scheme.amount,
        "schedule.kind": scheme.schedule.kind().code(),
        "schedule.instalments": instalments.iter().map(instalment).collect::<Vec<_>>(),
        "budget": yuan(scheme.budget),
        "exclusions": ticked(scheme.exclusions.iter().map(String::as_str).collect()),
        "evidence": texts(&scheme.evidence),
        "illustrative": texts(&scheme.illustrative),
        "review.town": if review.town { "true" } else { "" },
        "review.second_person_above": yuan(review.second_person_above),
        "review.apply_by_day": number(review.apply_by_day),
        "review.approve_by_day": number(review.approve_by_day),
        "review.notice_days": review.notice_days.to_string(),
        "review.appeal_days": review.appeal_days.to_string(),
    });
    match values {
        Value::Object(values) => values,
        _ => Map::new(),
    }
}

/// What an empty form begins with.
#[must_use]
pub fn blank(area: &AreaCode) -> Map<String, Value> {
    let values = json!({
        "area": area.as_str(), "area_of": AreaOf::Employer.code(), "beneficiary": BeneficiaryKind::Person.code(),
        "schedule.kind": ScheduleKind::Once.code(), "review.notice_days": "7",
        "review.appeal_days": "15",
    });
    match values {
        Value::Object(values) => values,
        _ => Map::new(),
    }
}

/// The scheme, and which of its fields can't be read. Something stands in for each of those, so that the rest can be
/// checked; [`sound`] leaves out what is said of the stand-ins.
#[must_use]
pub fn read(values: &Map<String, Value>, area: &AreaCode) -> (Option<SchemeVersion>, Vec<FieldError>) {
    let mut scheme = None;
    let read = form::read_with(values, |f| {
        scheme = Some(scheme_of(f, area));
        scheme.as_ref().map(|_| ())
    });
    (scheme, read.err().map_or_else(Vec::new, |Invalid(errors)| errors))
}

/// What `check` says of the fields that could be read.
#[must_use]
pub fn sound(checked: Vec<FieldError>, unread: &[FieldError]) -> Vec<FieldError> {
    let root = |field: &str| field.split('[').next().unwrap_or_default().to_owned();
    let roots: Vec<String> = unread.iter().map(|error| root(&error.field)).collect();
    checked.into_iter().filter(|error| !roots.contains(&root(&error.field))).collect()
}

fn scheme_of(f: &mut Fields, area: &AreaCode) -> SchemeVersion {
    let _ = (f.optional_text("act", 80), f.optional_text("seen", 80));
    let title = Text { zh: text(f, "title.zh"), en: text(f, "title.en") };
    let (code, document, source) = (text(f, "code"), text(f, "document"), text(f, "source"));
    let area = f.required("area").unwrap_or_else(|| area.clone());
    let area_of = f.required("area_of").unwrap_or(AreaOf::Employer);
    let valid_from = f.required("valid_from");
    let valid_to = f.optional("valid_to").flatten();
    let beneficiary = f.required("beneficiary").unwrap_or(BeneficiaryKind::Person);
    let employer_kinds = f.list("employer_kinds", MOST, |f| f.required::<InstitutionKind>("code"));
    let conditions = f.list("conditions", MOST, |f| Some(condition(f)));
    let amount = text(f, "amount");
    let schedule = schedule(f);
    let budget = optional::<Yuan>(f, "budget").map(|Yuan(amount)| amount);
    let exclusions = f.list("exclusions", 200, |f| f.text("code", LONGEST));
    let evidence = f.list("evidence", MOST, |f| Some(pair(f)));
    let illustrative = f.list("illustrative", MOST, |f| Some(pair(f)));
    SchemeVersion {
        code,
        version: 1,
        area,
        area_of,
        title,
        document,
        source,
        illustrative: illustrative.unwrap_or_default(),
        valid_from: valid_from.or(valid_to).unwrap_or_default(),
        valid_to,
        beneficiary,
        employer_kinds: employer_kinds.unwrap_or_default(),
        conditions: conditions.unwrap_or_default(),
        amount,
        schedule,
        budget,
        exclusions: exclusions.unwrap_or_default(),
        evidence: evidence.unwrap_or_default(),
        review: review(f),
    }
}

fn condition(f: &mut Fields) -> Condition {
    Condition {
        id: text(f, "id"),
        cel: text(f, "cel"),
        zh: text(f, "zh"),
        en: text(f, "en"),
        remedy: Text { zh: text(f, "remedy.zh"), en: text(f, "remedy.en") },
    }
}

/// Rows of instalments are kept, but count only where the scheme is paid in instalments.
fn schedule(f: &mut Fields) -> Schedule {
    let kind = f.required("schedule.kind").unwrap_or(ScheduleKind::Once);
    if kind != ScheduleKind::Instalments {
        let _ = f.list("schedule.instalments", MOST, |f| Some((text(f, "after_years"), text(f, "percent"))));
    }
    match kind {
        ScheduleKind::Once => Schedule::Once,
        ScheduleKind::Monthly => Schedule::Monthly,
        ScheduleKind::PerLevel => Schedule::PerLevel,
        ScheduleKind::PerEvent => Schedule::PerEvent,
        ScheduleKind::Instalments => {
            let instalments = f.list("schedule.instalments", MOST, |f| {
                let after_years = whole(f.integer("after_years", 0..=i64::from(u32::MAX)));
                let percent = whole(f.integer("percent", 0..=i64::from(u32::MAX)));
                Some(Instalment { after_years, percent })
            });
            Schedule::Instalments { instalments: instalments.unwrap_or_default() }
        }
    }
}

fn review(f: &mut Fields) -> Review {
    let day = |f: &mut Fields, name| {
        f.optional_integer(name, 0..=i64::from(u32::MAX)).flatten().map(|day| whole(Some(day)))
    };
    Review {
        town: optional(f, "review.town").unwrap_or(false),
        second_person_above: optional::<Yuan>(f, "review.second_person_above").map(|Yuan(amount)| amount),
        apply_by_day: day(f, "review.apply_by_day"),
        approve_by_day: day(f, "review.approve_by_day"),
        notice_days: whole(f.integer("review.notice_days", 0..=i64::from(u32::MAX))),
        appeal_days: day(f, "review.appeal_days").unwrap_or(0),
    }
}

fn pair(f: &mut Fields) -> Text {
    Text { zh: text(f, "zh"), en: text(f, "en") }
}

/// Empty where nothing stands, for `check` says which may be.
fn text(f: &mut Fields, name: &'static str) -> String {
    f.optional_text(name, LONGEST).flatten().unwrap_or_default()
}

fn optional<T: FieldValue>(f: &mut Fields, name: &'static str) -> Option<T> {
    f.optional(name).flatten()
}

fn whole(number: Option<i64>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::schemes::service::seeded;
    use crate::seeds;

    #[test]
    fn every_seeded_scheme_comes_out_of_its_form_as_it_went_in() {
        for table in seeds::load().expect("the seeds").schemes {
            let scheme = seeded(&table).expect("a scheme");
            let mut values = values_of(&scheme);
            Act::Save.apply(&mut values);
            let (again, wrong) = read(&values, &"33".parse().expect("an area"));
            assert_eq!(wrong, [], "{}", scheme.code);
            assert_eq!(again, Some(SchemeVersion { version: 1, ..scheme }));
        }
    }

    #[test]
    fn buttons_add_and_remove_rows() {
        let of = |act: &str| Act::of(json!({ "act": act }).as_object().expect("an object"));
        assert_eq!(of("add-conditions"), Act::Add(CONDITIONS));
        assert_eq!(of("remove-schedule.instalments-2"), Act::Remove(INSTALMENTS, 2));
        for none in
            ["", "save", "add-", "add-code", "remove-conditions", "remove-conditions-x", "remove-code-1"]
        {
            assert_eq!(of(none), Act::Save, "{none}");
        }
        let mut values = json!({ "evidence": [{ "zh": "甲" }, { "zh": "乙" }] });
        let values = values.as_object_mut().expect("an object");
        Act::Add(EVIDENCE).apply(values);
        Act::Remove(EVIDENCE, 0).apply(values);
        Act::Remove(EVIDENCE, 9).apply(values);
        assert_eq!(values["evidence"], json!([{ "zh": "乙" }, {}]));
        Act::Save.apply(values);
        assert_eq!(values["evidence"], json!([{ "zh": "乙" }]));
        Act::Add(CONDITIONS).apply(values);
        assert_eq!(values["conditions"], json!([{}, {}]), "the one that is shown, and another");
    }
}
