//! What a design may say: the fields of a certificate by the names that templates use.

use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value, json};

use super::{Bilingual, Marking, Particulars, PrintedCertificate, QrDrawing};

/// The fields of `certificate`, those of its type among the others. A text in two languages is `{zh, en}`.
pub(super) fn fields(certificate: &PrintedCertificate) -> Map<String, Value> {
    let qr = |qr: &QrDrawing| json!({ "rows": qr.rows, "size": qr.size });
    let common = [
        ("number", json!(certificate.number)),
        ("name", json!(certificate.name)),
        ("document_kind", bilingual(&certificate.document_kind)),
        ("document_number", json!(certificate.document_number.as_deref().unwrap_or(DASH))),
        ("body", bilingual(&certificate.body)),
        ("issued", day(certificate.issued_on)),
        ("expires", certificate.expires_on.map_or(Value::Null, day)),
        ("verify_domain", json!(certificate.verify_domain)),
        ("signed_qr", qr(&certificate.signed_qr)),
        ("short_qr", qr(&certificate.short_qr)),
        (
            "marking",
            match certificate.marking {
                Marking::None => Value::Null,
                Marking::Demo => json!("演示"),
                Marking::Test => json!("测试"),
            },
        ),
    ];
    let named = |(name, value): (&str, Value)| (name.to_owned(), value);
    common.into_iter().chain(particulars(&certificate.particulars)).map(named).collect()
}

const DASH: &str = "——";

fn particulars(particulars: &Particulars) -> Vec<(&'static str, Value)> {
    match particulars {
        Particulars::SkillLevel { occupation, specialty, level } => {
            let dash = Bilingual { zh: DASH.to_owned(), en: String::new() };
            vec![
                ("occupation", bilingual(occupation)),
                ("specialty", bilingual(specialty.as_ref().unwrap_or(&dash))),
                ("level", bilingual(level)),
            ]
        }
        Particulars::TrainingCompletion(course)
        | Particulars::CareManager(course)
        | Particulars::DeviceFitter(course) => vec![
            ("course", bilingual(&course.course)),
            ("hours", class_hours(course.hours)),
            ("from", day(course.from)),
            ("until", day(course.until)),
            ("period", period(course.from, course.until)),
            ("result", bilingual(&course.result)),
        ],
        Particulars::FamilyCarer { course, hours, completed_on } => vec![
            ("course", bilingual(course)),
            ("hours", class_hours(*hours)),
            ("completed", day(*completed_on)),
        ],
        Particulars::FirstAid { issuer, original_number, original_issued_on } => vec![
            ("issuer", bilingual(issuer)),
            ("original_number", json!(original_number)),
            ("original_issued", day(*original_issued_on)),
        ],
    }
}

fn bilingual(text: &Bilingual) -> Value {
    json!({ "zh": text.zh, "en": text.en })
}

fn day(day: NaiveDate) -> Value {
    json!({
        "zh": format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        "en": day.format("%-d %B %Y").to_string(),
    })
}

fn period(from: NaiveDate, until: NaiveDate) -> Value {
    let (from, until) = (day(from), day(until));
    let word = |value: &Value, language: &str| value[language].as_str().unwrap_or_default().to_owned();
    json!({
        "zh": format!("{}至{}", word(&from, "zh"), word(&until, "zh")),
        "en": format!("{} – {}", word(&from, "en"), word(&until, "en")),
    })
}

fn class_hours(hours: u32) -> Value {
    json!({ "zh": format!("{hours}学时"), "en": format!("{hours} class hours of 45 minutes") })
}
