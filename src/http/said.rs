//! What a certificate says beyond the rest, as pages show it.

use serde_json::{Value, json};

use crate::http::texts::Language;
use crate::proof::frozen::Attested;
use crate::proof::payload::Particulars;

/// The fields of every type, `null` where this one has none: a template names them all.
#[must_use]
pub fn said(particulars: &Particulars) -> Value {
    let mut fields = json!({
        "occupation": null, "specialty": null, "level": null, "course": null, "hours": null,
        "completed_on": null, "original_issuer": null, "original_number": null, "original_issued_on": null,
    });
    if let (Value::Object(fields), Value::Object(own)) = (&mut fields, json!(particulars)) {
        fields.extend(own);
    }
    fields["type"] = json!(particulars.kind());
    fields
}

/// The same with the words of the reader's language, where they were frozen in both.
#[must_use]
pub fn said_in(language: Language, attested: &Attested) -> Value {
    let mut fields = said(&attested.particulars());
    if language == Language::English {
        match attested {
            Attested::Skill(_) => {}
            Attested::Training(training) => fields["course"] = json!(training.course.en),
            Attested::FirstAid(seen) => fields["original_issuer"] = json!(seen.original_issuer.en),
        }
    }
    fields
}

/// Adds the fields of `more` to those of `page`.
pub fn merge(page: &mut Value, more: Value) {
    if let (Value::Object(page), Value::Object(more)) = (page, more) {
        page.extend(more);
    }
}
