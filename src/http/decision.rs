//! An eligibility decision in words: every route with what is asked for and what is there, for the API and pages.

use fluent_bundle::FluentArgs;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::texts::{Language, Texts};
use crate::kernel::codes::Code;
use crate::kernel::skill::SkillLevel;
use crate::registry::exams::{Application, Had, Shortfall};
use crate::seeds::{ConditionSet, Need, Route};

/// One way to the level, with all that it asks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteView {
    pub code: String,
    /// The document's own sentence.
    pub text: String,
    pub met: bool,
    pub needs: Vec<NeedView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NeedView {
    /// `age`, `service`, `certificate`, `service-after-certificate`, `education`, `declared` or `declared-years`.
    pub kind: String,
    pub needed: String,
    pub met: bool,
    /// What is there instead; null where the need is met.
    pub had: Option<String>,
}

/// The routes of `sets` by which `application` was decided: where it was found eligible, the one that it meets;
/// otherwise all, each with what is missing.
#[must_use]
pub fn routes(
    texts: &Texts,
    sets: &[ConditionSet],
    application: &Application,
    level: SkillLevel,
) -> Vec<RouteView> {
    let set = sets.iter().filter(|set| set.code == application.condition_set);
    let conditions = set.flat_map(|set| &set.levels).filter(|conditions| conditions.level == level);
    let shown = |route: &&Route| application.route.as_ref().is_none_or(|met| *met == route.code);
    conditions.flat_map(|c| &c.routes).filter(shown).map(|route| view(texts, route, application)).collect()
}

fn view(texts: &Texts, route: &Route, application: &Application) -> RouteView {
    let needs: Vec<NeedView> = route
        .needs
        .iter()
        .map(|need| {
            let short = |s: &&Shortfall| s.route == route.code && s.need == *need;
            let shortfall = application.shortfalls.iter().find(short);
            NeedView {
                kind: kind(*need).to_owned(),
                needed: needed(texts, *need),
                met: shortfall.is_none(),
                had: shortfall.map(|shortfall| had(texts, shortfall.had)),
            }
        })
        .collect();
    RouteView {
        code: route.code.clone(),
        text: if texts.language() == Language::Chinese { route.zh.clone() } else { route.en.clone() },
        met: needs.iter().all(|need| need.met),
        needs,
    }
}

const fn kind(need: Need) -> &'static str {
    match need {
        Need::Age { .. } => "age",
        Need::Service { .. } => "service",
        Need::Certificate { .. } => "certificate",
        Need::ServiceAfterCertificate { .. } => "service-after-certificate",
        Need::Education { .. } => "education",
        Need::Declared { .. } => "declared",
        Need::DeclaredYears { .. } => "declared-years",
    }
}

fn needed(texts: &Texts, need: Need) -> String {
    let mut args = FluentArgs::new();
    match need {
        Need::Age { years } | Need::Service { years } => args.set("years", years),
        Need::Certificate { level } => args.set("level", word(texts, level)),
        Need::ServiceAfterCertificate { level, years } => {
            args.set("level", word(texts, level));
            args.set("years", years);
        }
        Need::Education { at_least, field } => {
            args.set("education", word(texts, at_least));
            args.set("field", if field { "yes" } else { "no" });
        }
        Need::Declared { what } => args.set("what", word(texts, what)),
        Need::DeclaredYears { what, years } => {
            args.set("what", word(texts, what));
            args.set("years", years);
        }
    }
    text(texts, &format!("need-{}", kind(need)), &args)
}

fn had(texts: &Texts, had: Had) -> String {
    let mut args = FluentArgs::new();
    let key = match had {
        Had::Nothing => "had-nothing",
        Had::Years { years } => {
            args.set("years", years);
            "had-years"
        }
        Had::Education { education } => {
            args.set("education", word(texts, education));
            "had-education"
        }
        Had::MajorNotDeclared => "had-major-not-declared",
        Had::Undated => "had-undated",
    };
    text(texts, key, &args)
}

fn word<C: Code>(texts: &Texts, value: C) -> String {
    text(texts, &format!("{}-{}", C::NAME, value.code()), &FluentArgs::new())
}

fn text(texts: &Texts, key: &str, args: &FluentArgs<'_>) -> String {
    texts.text(key, args).unwrap_or_else(|_| key.to_owned())
}
