//! A scheme as somebody enters it: its text in TOML, as in `seeds/jurisdictions`.

use chrono::NaiveDate;

use crate::kernel::form::{Fields, Form};
use crate::kernel::invalid::FieldError;
use crate::registry::schemes::SchemeVersion;

/// Characters of a scheme's text.
const LONGEST: usize = 60_000;

/// A draft to be saved. The number of its version is not the enterer's to give.
#[derive(Debug, Clone)]
pub struct Entry {
    pub scheme: SchemeVersion,
}

#[derive(Debug, Clone)]
pub struct LastDay {
    pub valid_to: NaiveDate,
}

impl Form for Entry {
    fn read(f: &mut Fields) -> Option<Self> {
        let text = f.text("toml", LONGEST)?;
        match toml::from_str(&text) {
            Ok(scheme) => Some(Self { scheme }),
            Err(error) => {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                let refusal = FieldError::new("toml", "toml-unreadable");
                f.refuse(refusal.with("line", line).with("why", error.message()));
                None
            }
        }
    }
}

impl Form for LastDay {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { valid_to: f.required("valid_to")? })
    }
}

/// The text by which a scheme can be entered again.
///
/// # Errors
/// None for a scheme that was entered; the writer's own, should it change its mind.
pub fn text_of(scheme: &SchemeVersion) -> Result<String, toml::ser::Error> {
    toml::to_string_pretty(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::form;
    use crate::kernel::invalid::Invalid;
    use crate::registry::schemes::service::seeded;
    use crate::seeds;
    use serde_json::json;

    fn read(text: &str) -> Result<Entry, Invalid> {
        form::read(json!({ "toml": text }).as_object().expect("an object"))
    }

    #[test]
    fn every_seeded_scheme_can_be_written_and_entered_again() {
        for table in seeds::load().expect("the seeds").schemes {
            let scheme = seeded(&table).expect("a scheme");
            let again = read(&text_of(&scheme).expect("a text")).expect("it is read");
            assert_eq!(again.scheme, scheme);
        }
    }

    #[test]
    fn a_text_that_is_no_scheme_says_where() {
        for (text, line) in [("code = 1\n", "1"), ("code = \"a\"\nversion = \"x\"\n", "2"), ("a = [", "1")] {
            let Err(Invalid(errors)) = read(text) else { panic!("{text}") };
            assert_eq!((errors[0].field.as_str(), errors[0].code), ("toml", "toml-unreadable"));
            assert_eq!(errors[0].args[0], ("line", line.to_owned()), "{text}");
        }
    }
}
