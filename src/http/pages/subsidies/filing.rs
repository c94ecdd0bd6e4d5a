//! 申领: what somebody could get, the form for one part, and what is missing where nothing is due.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::app::App;
use crate::db::Conn;
use crate::flows::claim_prospects::{PartProspect, Prospect, finished_months, in_force_near, prospects};
use crate::flows::claim_submit::{self, ClaimCall};
use crate::flows::visible_person::visible_person;
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{see_other, show, show_refused};
use crate::http::pages::subsidies::explain::Explainer;
use crate::http::pages::subsidies::words;
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::form::{FieldValue, Fields, Form, Kind};
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::kernel::skill::SkillLevel;
use crate::registry::schemes::{Assessment, Beneficiary, Obligation, Outcome, Part};
use crate::registry::{employment, people};

/// 为谁申领: one of the staff, oneself, or the institution itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Person(PersonId),
    Institution,
}

const INSTITUTION: &str = "institution";

impl FieldValue for Who {
    fn kind() -> Kind {
        Kind::Special("person-or-institution")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        if text == INSTITUTION {
            return Ok(Self::Institution);
        }
        text.parse().map(Self::Person).map_err(|_| FieldError::new("", "not-an-id"))
    }
}

impl Who {
    /// Whom the caller means. A caregiver means nobody but themselves.
    fn beneficiary(self, actor: &Actor) -> Result<Beneficiary, Problem> {
        match (actor.role, self) {
            (Role::Caregiver, _) => Ok(Beneficiary::Person(actor.person.ok_or(Problem::NotFound)?)),
            (_, Self::Person(person)) => Ok(Beneficiary::Person(person)),
            (_, Self::Institution) => {
                let own: OrganisationId = actor.organisation.ok_or(Problem::NotFound)?;
                Ok(Beneficiary::Organisation(own))
            }
        }
    }

    fn of(beneficiary: Beneficiary) -> String {
        match beneficiary {
            Beneficiary::Person(person) => person.to_string(),
            Beneficiary::Organisation(_) => INSTITUTION.to_owned(),
        }
    }
}

/// The form's address with everything filled in.
#[must_use]
pub fn form_href(obligation: &Obligation) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("who", &Who::of(obligation.beneficiary))
        .append_pair("scheme", &obligation.scheme)
        .append_pair("claim_part", &obligation.part.to_string())
        .finish();
    format!("/claims/new?{query}")
}

/// What a link fills in.
pub struct Prefilled(Map<String, Value>);

impl Form for Prefilled {
    fn read(f: &mut Fields) -> Option<Self> {
        let mut values = Map::new();
        for (name, max) in [("who", 40), ("scheme", 80), ("claim_part", 70)] {
            if let Some(text) = f.optional_text(name, max)? {
                values.insert(name.to_owned(), json!(text));
            }
        }
        Some(Self(values))
    }
}

pub async fn form(call: Call, Query(Prefilled(values)): Query<Prefilled>) -> Answer {
    let page = form_page(&call, &values, None).await?;
    show(&call, "pages/claim-new", "claim-new-title", page)
}

/// The page's form. The button pressed says whether to file, to keep a draft, or only to look.
pub struct Filing {
    who: Option<Who>,
    scheme: String,
    part: Part,
    draft: bool,
    for_review: bool,
    look: bool,
}

impl Form for Filing {
    fn read(f: &mut Fields) -> Option<Self> {
        let who = f.optional("who");
        let scheme = f.text("scheme", 80);
        let part = f.required("claim_part");
        let draft = f.optional("draft");
        let for_review = f.optional("for_review");
        let look = f.optional("look");
        Some(Self {
            who: who?,
            scheme: scheme?,
            part: part?,
            draft: draft?.unwrap_or(false),
            for_review: for_review?.unwrap_or(false),
            look: look?.unwrap_or(false),
        })
    }
}

pub async fn submit(call: Call, posted: Posted<Filing>) -> Answer {
    let actor = call.actor()?.clone();
    let filing = match posted.form {
        Ok(filing) if filing.who.is_some() || actor.role == Role::Caregiver => filing,
        Ok(_) => return again(&call, &posted.values, None, Invalid::one("who", "required")).await,
        Err(invalid) => return again(&call, &posted.values, None, invalid).await,
    };
    let asked = ClaimCall {
        scheme: filing.scheme,
        beneficiary: filing.who.unwrap_or(Who::Institution).beneficiary(&actor)?,
        part: filing.part,
        draft: filing.draft,
        for_review: filing.for_review,
    };
    if filing.look {
        return match foresee(&call, asked).await {
            Ok(found) => {
                let page = form_page(&call, &posted.values, Some(found)).await?;
                show(&call, "pages/claim-new", "claim-new-title", page)
            }
            Err(Problem::Invalid(invalid)) => again(&call, &posted.values, None, invalid).await,
            Err(problem) => Err(problem),
        };
    }
    let (app, call_asked) = (Arc::clone(&call.app), asked.clone());
    let made = call
        .write(move |tx, context| {
            Ok(claim_submit::claim_submit(tx, context, &actor, &app.schemes, &call_asked)?)
        })
        .await;
    match made {
        Ok(claim) if asked.draft => Ok(see_other(&format!("/claims/{}", claim.id), Some("claim-drafted"))),
        Ok(claim) => Ok(see_other(&format!("/claims/{}?filed=true", claim.id), None)),
        Err(Problem::Invalid(invalid)) => {
            // Why not, condition by condition, where the form itself was right.
            let found = foresee(&call, asked).await.ok();
            again(&call, &posted.values, found, invalid).await
        }
        Err(problem) => Err(problem),
    }
}

/// The form again with what was typed, what is wrong with it, and what the scheme says.
async fn again(
    call: &Call,
    values: &Map<String, Value>,
    found: Option<Value>,
    Invalid(mut errors): Invalid,
) -> Answer {
    for error in &mut errors {
        if matches!(error.field.as_str(), "person_id" | "organisation_id") {
            "who".clone_into(&mut error.field);
        }
    }
    let page = form_page(call, values, found).await?;
    show_refused(call, "pages/claim-new", "claim-new-title", page, &Invalid(errors))
}

/// What the scheme would say, for `partials/assessment`.
async fn foresee(call: &Call, asked: ClaimCall) -> Result<Value, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    call.read(move |conn, context| {
        let found = claim_submit::claim_foresee(conn, context, &actor, &app.schemes, &asked)?;
        let version = app.schemes.version(conn, &found.scheme, found.version)?;
        let explainer = Explainer { app: &app, texts: app.views.texts(language), actor: &actor };
        explainer.assessment(conn, &found, version.as_ref().map(|one| &one.scheme))
    })
    .await
}

async fn form_page(
    call: &Call,
    values: &Map<String, Value>,
    assessment: Option<Value>,
) -> Result<Value, Problem> {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let typed = |field: &str| values.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (who, scheme, part) = (typed("who"), typed("scheme"), typed("claim_part"));
    let for_review = !typed("for_review").is_empty();
    call.read(move |conn, context| {
        let texts = app.views.texts(language);
        let mut schemes = Vec::new();
        for compiled in in_force_near(conn, context, &app.schemes, &app.area)? {
            let own = &compiled.scheme;
            let for_people = own.beneficiary == crate::registry::schemes::BeneficiaryKind::Person;
            if actor.role == Role::Institution || for_people {
                let title = words::of(texts, &own.title);
                schemes.push(json!({ "value": own.code, "text": title, "selected": own.code == scheme }));
            }
        }
        let not_due = assessment.as_ref().is_some_and(|found| found["outcome"] != json!(Outcome::Due));
        Ok(json!({
            "oneself": actor.role == Role::Caregiver,
            "people": people_options(conn, context, texts, &actor, &who)?,
            "schemes": schemes, "parts": part_options(texts, context, &part),
            "assessment": assessment, "not_due": not_due, "for_review": for_review,
            "options_href": options_href(&actor, &who),
            "back": if actor.role == Role::Caregiver { "/my/claims" } else { "/claims" },
        }))
    })
    .await
}

fn options_href(actor: &Actor, who: &str) -> String {
    if actor.role == Role::Caregiver || who.is_empty() {
        return "/claims/options".to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("who", who).finish();
    format!("/claims/options?{query}")
}

/// The institution itself and its staff of today; nothing to choose for a caregiver.
fn people_options(
    conn: &mut Conn,
    context: &Context,
    texts: &Texts,
    actor: &Actor,
    chosen: &str,
) -> Result<Vec<Value>, Problem> {
    let Some(at) = actor.organisation.filter(|_| actor.role == Role::Institution) else {
        return Ok(Vec::new());
    };
    let spells = employment::store::staff(conn, at, context.today())?;
    let ids: Vec<PersonId> = spells.iter().map(|spell| spell.person).collect();
    let mut staff = people::store::find_many(conn, &ids)?;
    staff.sort_by(|one, other| one.name.cmp(&other.name));
    let mut options: Vec<Value> = staff
        .iter()
        .map(|person| {
            let id = person.id.to_string();
            let year = chrono::Datelike::year(&person.birth_date);
            json!({ "value": id, "text": format!("{}（{year}）", person.name), "selected": id == chosen })
        })
        .collect();
    let itself = texts.word("claim-who-institution");
    options.push(json!({ "value": INSTITUTION, "text": itself, "selected": chosen == INSTITUTION }));
    Ok(options)
}

/// The parts that can be named without more ado, and the one that a link brought.
fn part_options(texts: &Texts, context: &Context, chosen: &str) -> Vec<Value> {
    let mut parts: Vec<Part> = finished_months(context).into_iter().map(Part::Month).collect();
    parts.push(Part::Once);
    parts.extend((1..=5).map(Part::Instalment));
    parts.extend(SkillLevel::ALL.iter().copied().map(Part::Level));
    if let Ok(part) = chosen.parse::<Part>()
        && !parts.contains(&part)
    {
        parts.push(part);
    }
    let option = |part: &Part| {
        let value = part.to_string();
        json!({ "text": words::part(texts, part), "selected": value == chosen, "value": value })
    };
    parts.iter().map(option).collect()
}

/// For whom the options are asked.
pub struct OptionsQuery {
    who: Option<Who>,
}

impl Form for OptionsQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { who: f.optional("who")? })
    }
}

/// 我能申请什么
pub async fn options(call: Call, Query(OptionsQuery { who }): Query<OptionsQuery>) -> Answer {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let page = call
        .read(move |conn, context| {
            let texts = app.views.texts(language);
            let oneself = actor.role == Role::Caregiver;
            let beneficiary = match (who, oneself) {
                (None, false) => None,
                (who, _) => Some(who.unwrap_or(Who::Institution).beneficiary(&actor)?),
            };
            let chosen = beneficiary.map(Who::of).unwrap_or_default();
            let mut page = json!({
                "oneself": oneself, "people": people_options(conn, context, texts, &actor, &chosen)?,
                "who": chosen, "name": null, "schemes": [], "due": null, "today": context.today(),
            });
            if let Some(who) = beneficiary {
                page["name"] = json!(name_of(conn, context, texts, who)?);
                let found = prospects(conn, context, &app.schemes, &app.area, who)?;
                page["due"] = json!(due(texts, &found));
                let explainer = Explainer { app: &app, texts, actor: &actor };
                let mut shown = Vec::with_capacity(found.len());
                for prospect in &found {
                    shown.push(prospect_view(conn, &explainer, prospect, who)?);
                }
                page["schemes"] = json!(shown);
            }
            Ok(page)
        })
        .await?;
    show(&call, "pages/claim-options", "claim-options-title", page)
}

fn name_of(conn: &mut Conn, context: &Context, texts: &Texts, who: Beneficiary) -> Result<String, Problem> {
    Ok(match who {
        Beneficiary::Person(person) => visible_person(conn, context, person)?.name,
        Beneficiary::Organisation(_) => texts.word("claim-who-institution"),
    })
}

/// The sum of what is due and was not claimed, in words; `None` where that is nothing.
fn due(texts: &Texts, found: &[Prospect]) -> Option<String> {
    let open = found.iter().flat_map(|prospect| &prospect.parts).filter(|part| part.claimed.is_none());
    let sum = Fen::sum(open.map(|part| part.assessment.amount))?;
    sum.is_positive().then(|| words::yuan(texts, sum))
}

fn prospect_view(
    conn: &mut Conn,
    explainer: &Explainer<'_>,
    prospect: &Prospect,
    who: Beneficiary,
) -> Result<Value, Problem> {
    let scheme = &prospect.compiled.scheme;
    let texts = explainer.texts;
    let mut parts = Vec::with_capacity(prospect.parts.len());
    for part in &prospect.parts {
        parts.push(part_view(texts, part, who));
    }
    // Why not, told once: of the newest part that is neither due nor claimed.
    let open = |part: &&PartProspect| part.claimed.is_none() && part.assessment.outcome != Outcome::Due;
    let missing = match prospect.parts.iter().find(open) {
        Some(part) if !prospect.parts.iter().any(is_due) => {
            Some(missing(conn, explainer, &part.assessment, prospect)?)
        }
        _ => None,
    };
    let mut view = words::scheme(texts, scheme);
    view["parts"] = json!(parts);
    view["missing"] = json!(missing);
    Ok(view)
}

fn is_due(part: &PartProspect) -> bool {
    part.assessment.outcome == Outcome::Due
}

fn part_view(texts: &Texts, part: &PartProspect, who: Beneficiary) -> Value {
    let found = &part.assessment;
    let obligation = Obligation { scheme: found.scheme.clone(), beneficiary: who, part: found.part.clone() };
    let outcome = found.outcome;
    let kind = super::explain::outcome_kind(outcome);
    let claimed = part.claimed.as_ref().map(|claim| {
        let state = claim.state.code();
        json!({ "href": format!("/claims/{}", claim.id), "state": state, "kind": words::state_kind(state) })
    });
    json!({
        "part": words::part(texts, &found.part), "code": found.part.to_string(), "outcome": outcome,
        "outcome_kind": kind, "amount": words::yuan(texts, found.amount), "claimed": claimed,
        "href": form_href(&obligation),
    })
}

/// The conditions that are not met, each with its facts and its remedy.
fn missing(
    conn: &mut Conn,
    explainer: &Explainer<'_>,
    found: &Assessment,
    prospect: &Prospect,
) -> Result<Value, Problem> {
    let mut shown = explainer.assessment(conn, found, Some(&prospect.compiled.scheme))?;
    if let Some(conditions) = shown["conditions"].as_array_mut() {
        conditions.retain(|one| one["result"] != json!("passed"));
    }
    Ok(shown)
}

/// The schemes of an app; kept here so that other pages need not know the book.
pub fn titles_of(
    app: &App,
    conn: &mut Conn,
    texts: &Texts,
    context: &Context,
) -> Result<Vec<Value>, Problem> {
    let found = in_force_near(conn, context, &app.schemes, &app.area)?;
    let option = |code: &str, title: &str| json!({ "value": code, "text": title, "selected": false });
    Ok(found.iter().map(|one| option(&one.scheme.code, words::of(texts, &one.scheme.title))).collect())
}
