//! Every text that people read, by language: the Fluent files under `locales/`, embedded in the binary.
//!
//! Absent: the choice of a language for a request; the handler makes it.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header;
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use rust_embed::RustEmbed;

use crate::codes;
use crate::http::assets::digest_of;
use crate::kernel::codes::Code;
use crate::kernel::invalid::FieldError;

#[derive(RustEmbed)]
#[folder = "locales/"]
struct Locales;

/// The cookie that keeps a chosen language.
pub const LANGUAGE_COOKIE: &str = "huzheng_language";

codes! {
    /// The languages in which every text exists.
    pub enum Language("language") {
        Chinese = "zh-CN",
        English = "en",
    }
}

impl Language {
    /// The language that a request asks for: by `?lang=`, else by the cookie that an earlier choice left, else by
    /// the browser's preference. Chinese unless English is asked for.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let query = request.query_string().split('&').find_map(|part| part.strip_prefix("lang="));
        let chosen = query.and_then(Self::from_code);
        let kept = || request.cookie(LANGUAGE_COOKIE).and_then(|cookie| Self::from_code(cookie.value()));
        let preferred = || {
            let header = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
            header.trim_start().get(..2).filter(|tag| tag.eq_ignore_ascii_case("en")).map(|_| Self::English)
        };
        chosen.or_else(kept).or_else(preferred).unwrap_or(Self::Chinese)
    }

    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }
}

/// What to do where a text or one of its variables is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingText {
    /// For tests.
    Refuse,
    /// For production: a page with one odd word serves people better than none.
    ShowKey,
}

#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error("no text {key:?} in {language}")]
    Missing { key: String, language: Language },
    #[error("text {key:?} in {language}: {reason}")]
    Broken { key: String, language: Language, reason: String },
    #[error("locale file {file}: {reason}")]
    File { file: String, reason: String },
}

/// All texts of one language.
#[derive(Clone)]
pub struct Texts {
    language: Language,
    missing: MissingText,
    bundle: Arc<FluentBundle<FluentResource>>,
}

impl Texts {
    /// Reads the files of `language`.
    ///
    /// # Errors
    /// [`TextError::File`] for a file that does not parse or a key that is there twice.
    pub fn load(language: Language, missing: MissingText) -> Result<Self, TextError> {
        let broken = |file: &str, reason: String| TextError::File { file: file.to_owned(), reason };
        let tag = language.code().parse().map_err(|e| broken(language.code(), format!("{e:?}")))?;
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Isolation marks are for mixed directions; they would end up in copied numbers and in tests.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(format_number));
        for file in Locales::iter().filter(|file| file.split('/').next() == Some(language.code())) {
            let Some(data) = Locales::get(&file) else { continue };
            let text = String::from_utf8_lossy(&data.data).into_owned();
            let resource =
                FluentResource::try_new(text).map_err(|(_, errors)| broken(&file, format!("{errors:?}")))?;
            bundle.add_resource(resource).map_err(|errors| broken(&file, format!("{errors:?}")))?;
        }
        Ok(Self { language, missing, bundle: Arc::new(bundle) })
    }

    /// A digest of every text in every language.
    #[must_use]
    pub fn digest() -> [u8; 32] {
        digest_of::<Locales>(|_| true)
    }

    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.bundle.get_message(key).is_some_and(|message| message.value().is_some())
    }

    /// The text `key` with its variables filled in.
    ///
    /// # Errors
    /// Under [`MissingText::Refuse`], where the text or a variable is missing; never otherwise.
    pub fn text(&self, key: &str, args: &FluentArgs<'_>) -> Result<String, TextError> {
        let refuse = self.missing == MissingText::Refuse;
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            let error = TextError::Missing { key: key.to_owned(), language: self.language };
            return if refuse { Err(error) } else { Ok(key.to_owned()) };
        };
        let mut errors: Vec<FluentError> = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        match errors.first() {
            Some(error) if refuse => Err(TextError::Broken {
                key: key.to_owned(),
                language: self.language,
                reason: error.to_string(),
            }),
            _ => Ok(text),
        }
    }

    /// A text without variables; its key where it is missing.
    #[must_use]
    pub fn word(&self, key: &str) -> String {
        self.text(key, &FluentArgs::new()).unwrap_or_else(|_| key.to_owned())
    }

    /// A field error in words: `证件号码：校验位不符`, led by the row for a spreadsheet.
    ///
    /// # Errors
    /// As [`Texts::text`].
    pub fn field_error(&self, error: &FieldError) -> Result<String, TextError> {
        let message = self.error_message(error)?;
        // `scores[2].score` is labelled as `score`: its place is told by the link to it.
        let name = error.field.rsplit('.').next().unwrap_or_default();
        let label = format!("field-{}", name.split('[').next().unwrap_or_default());
        let mut parts = FluentArgs::new();
        parts.set("message", message.as_str());
        let labelled = if self.has(&label) {
            parts.set("label", self.text(&label, &FluentArgs::new())?);
            self.text("error-with-label", &parts)?
        } else {
            message
        };
        let Some(row) = error.row else { return Ok(labelled) };
        let mut parts = FluentArgs::new();
        parts.set("row", row);
        parts.set("message", labelled);
        self.text("error-with-row", &parts)
    }

    /// What is wrong, without the field's name: `校验位不符`.
    ///
    /// # Errors
    /// As [`Texts::text`].
    pub fn error_message(&self, error: &FieldError) -> Result<String, TextError> {
        let mut args = FluentArgs::new();
        for (name, value) in &error.args {
            // A title that is data has an English twin, which takes its place in English.
            match (self.language, name.strip_suffix("_en")) {
                (Language::English, Some(name)) => args.set(name, value.as_str()),
                _ => args.set(*name, value.as_str()),
            }
        }
        self.text(&format!("error-{}", error.code), &args)
    }

    /// `2026年11月21日` or `21 November 2026`.
    #[must_use]
    pub fn date(&self, date: NaiveDate) -> String {
        match self.language {
            Language::Chinese => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Language::English => date.format("%-d %B %Y").to_string(),
        }
    }

    /// The instant on the clocks of Asia/Shanghai, to the minute.
    #[must_use]
    pub fn date_time(&self, at: DateTime<Utc>) -> String {
        let local = at.naive_utc() + TimeDelta::hours(8);
        match self.language {
            Language::Chinese => format!("{} {}", self.date(local.date()), local.format("%H:%M")),
            Language::English => format!("{}, {}", self.date(local.date()), local.format("%H:%M")),
        }
    }
}

/// A whole number in groups of three: `239,000`. Chinese official statistics group the same way.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn format_number<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "the value is whole and below 2^53")]
        FluentValue::Number(FluentNumber { value, .. }) if value.fract() == 0.0 && value.abs() < 9e15 => {
            Some(grouped(*value as i64))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn texts(language: Language) -> Texts {
        Texts::load(language, MissingText::Refuse).expect("locale files that parse")
    }

    /// Keys of one language with the variables that each uses, read from the source of the files.
    fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in Locales::iter().filter(|file| file.starts_with(&format!("{language}/"))) {
            let data = Locales::get(&file).expect("listed");
            let text = String::from_utf8(data.data.into_owned()).expect("UTF-8");
            let mut key = String::new();
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                if line.starts_with(|c: char| c.is_ascii_alphabetic())
                    && let Some((name, _)) = line.split_once('=')
                {
                    name.trim().clone_into(&mut key);
                    found.entry(key.clone()).or_default();
                }
                for variable in line.split('$').skip(1) {
                    let end = variable.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
                    let name = variable[..end.unwrap_or(variable.len())].to_owned();
                    found.entry(key.clone()).or_default().insert(name);
                }
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_keys_and_variables() {
        let (chinese, english) = (keys(Language::Chinese), keys(Language::English));
        assert!(chinese.len() > 200, "only {} keys were read", chinese.len());
        for (key, variables) in &chinese {
            assert_eq!(Some(variables), english.get(key), "{key}");
        }
        let only_english: Vec<_> = english.keys().filter(|key| !chinese.contains_key(*key)).collect();
        assert!(only_english.is_empty(), "{only_english:?}");
    }

    #[test]
    fn every_code_has_a_name() {
        fn check<C: Code>() {
            for language in Language::ALL {
                for value in C::ALL {
                    let key = format!("{}-{}", C::NAME, value.code());
                    assert!(texts(*language).has(&key), "{key} in {language}");
                }
            }
        }
        check::<crate::kernel::skill::SkillLevel>();
        check::<crate::kernel::skill::Occupation>();
        check::<crate::kernel::skill::Specialty>();
        check::<crate::kernel::skill::ExamPart>();
        check::<crate::kernel::skill::Gender>();
        check::<crate::kernel::skill::Education>();
        check::<crate::kernel::identity::DocumentKind>();
        check::<crate::kernel::context::Role>();
        check::<Language>();
        check::<crate::kernel::vocabulary::Audience>();
        check::<crate::kernel::vocabulary::ModuleTheme>();
        check::<crate::registry::training::ClassStatus>();
        check::<crate::registry::training::Phase>();
        check::<crate::registry::training::EnrolmentState>();
        check::<crate::registry::training::Presence>();
        check::<crate::registry::training::Outcome>();
        check::<crate::registry::training::error::Conflict>();
        check::<crate::registry::training::rules::completion::Lack>();
        check::<crate::registry::subsidies::rules::state::StateCode>();
        check::<crate::registry::subsidies::rules::state::Finding>();
        check::<crate::registry::subsidies::ClaimStep>();
        check::<crate::registry::subsidies::PaymentResult>();
        check::<crate::registry::subsidies::PaymentState>();
        check::<crate::registry::subsidies::BatchState>();
        check::<crate::registry::subsidies::ClawbackCause>();
        check::<crate::registry::subsidies::ClawbackState>();
        check::<crate::registry::ledger::Account>();
        check::<crate::registry::ledger::PostingKind>();
        check::<crate::registry::schemes::facts::FactName>();
        check::<crate::registry::schemes::facts::Kind>();
        check::<crate::registry::schemes::facts::Unit>();
        check::<crate::registry::schemes::facts::Origin>();
        check::<crate::registry::schemes::facts::SourceKind>();
        check::<crate::registry::schemes::expression::Given>();
        check::<crate::registry::schemes::BeneficiaryKind>();
        check::<crate::registry::schemes::AreaOf>();
        check::<crate::registry::schemes::Outcome>();
        check::<crate::registry::schemes::ConditionOutcome>();
        check::<crate::registry::schemes::VersionState>();
        check::<crate::registry::schemes::BuiltIn>();
        check::<crate::registry::contests::Tier>();
        check::<crate::registry::contests::ResultStatus>();
        check::<crate::registry::contests::error::Conflict>();
        check::<crate::registry::certified_lists::Digits>();
        check::<crate::registry::wages::WageStatus>();
        check::<crate::registry::wages::error::Conflict>();
        check::<crate::registry::credit::CreditList>();
        check::<crate::registry::credit::Grounds>();
        check::<crate::registry::credit::ListingStatus>();
        check::<crate::registry::credit::AppealStatus>();
        check::<crate::registry::credit::Phase>();
        check::<crate::registry::credit::Step>();
        check::<crate::registry::credit::Verdict>();
        check::<crate::registry::credit::AppealVerdict>();
        check::<crate::registry::credit::error::Conflict>();
        check::<crate::http::pages::subsidies::claims::Bulk>();
        check::<crate::http::pages::subsidies::decide::Step>();
    }

    #[test]
    fn dates_and_numbers_as_people_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a date");
        let at: DateTime<Utc> = "2026-01-04T16:05:00Z".parse().expect("a time");
        let (chinese, english) = (texts(Language::Chinese), texts(Language::English));
        assert_eq!(chinese.date(day), "2026年1月5日");
        assert_eq!(english.date(day), "5 January 2026");
        assert_eq!(chinese.date_time(at), "2026年1月5日 00:05");
        assert_eq!(english.date_time(at), "5 January 2026, 00:05");
        for (number, text) in [(0, "0"), (999, "999"), (-1_000, "-1,000"), (239_000, "239,000")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn field_errors_name_their_field_and_row() {
        let error = FieldError::new("scores[2].score", "out-of-range").with("min", 0).with("max", 100);
        assert_eq!(texts(Language::Chinese).field_error(&error).expect("a text"), "成绩：应在 0 到 100 之间");
        assert_eq!(
            texts(Language::English).field_error(&error.at_row(7)).expect("a text"),
            "Row 7: Score: must be between 0 and 100"
        );
        let unnamed = FieldError::new("no_such_field", "required");
        assert_eq!(texts(Language::Chinese).field_error(&unnamed).expect("a text"), "请填写此项");
    }

    #[test]
    fn a_missing_text_is_refused_or_shows_its_key() {
        let none = FluentArgs::new();
        assert!(texts(Language::English).text("no-such-text", &none).is_err());
        assert!(texts(Language::English).text("error-too-long", &none).is_err());
        let shown = Texts::load(Language::English, MissingText::ShowKey).expect("texts");
        assert_eq!(shown.text("no-such-text", &none).expect("the key"), "no-such-text");
    }
}
