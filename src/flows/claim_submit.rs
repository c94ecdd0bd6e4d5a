//! 申领: gathers what is known of the beneficiary, lets the scheme decide, and files the claim with both frozen. What can
//! be told beside a field is told there, everything at once.

use std::sync::Arc;

use crate::db::{Conn, Tx};
use crate::flows::error::Error;
use crate::flows::scheme_book::SchemeBook;
use crate::flows::subsidy_facts::gather;
use crate::flows::visible_person::visible_person;
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::schemes::rules::assess::{Compiled, assess};
use crate::registry::schemes::{
    Assessment, Beneficiary, BeneficiaryKind, BuiltIn, ConditionOutcome, Outcome, Part,
};
use crate::registry::subsidies::service::{self, Decision};
use crate::registry::subsidies::{Claim, Frozen, NewClaim, Review, claim_store};
use crate::registry::{employment, ledger, organisations, people, schemes};

/// What is claimed, for whom.
#[derive(Debug, Clone)]
pub struct ClaimCall {
    pub scheme: String,
    pub beneficiary: Beneficiary,
    pub part: Part,
    /// Keep it as a draft.
    pub draft: bool,
    /// 请求人工复核: submit it although the scheme owes nothing by what is known. Somebody has to look at it, and it is
    /// paid only once what is known has changed.
    pub for_review: bool,
}

impl Form for ClaimCall {
    fn read(f: &mut Fields) -> Option<Self> {
        let scheme = f.text("scheme", 80);
        let person = f.optional("person_id");
        let organisation = f.optional("organisation_id");
        let part = f.required("claim_part");
        let draft = f.optional("draft");
        let for_review = f.optional("for_review");
        let beneficiary = match (person?, organisation?) {
            (Some(person), None) => Beneficiary::Person(person),
            (None, Some(organisation)) => Beneficiary::Organisation(organisation),
            (None, None) => return refused(f, "person_id", "required"),
            (Some(_), Some(_)) => return refused(f, "organisation_id", "person-or-organisation"),
        };
        Some(Self {
            scheme: scheme?,
            beneficiary,
            part: part?,
            draft: draft?.unwrap_or(false),
            for_review: for_review?.unwrap_or(false),
        })
    }
}

fn refused(f: &mut Fields, field: &'static str, code: &'static str) -> Option<ClaimCall> {
    f.refuse(FieldError::new(field, code));
    None
}

/// Files a claim: submitted, or kept as a draft.
pub fn claim_submit(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    schemes: &SchemeBook,
    call: &ClaimCall,
) -> Result<Claim, Error> {
    let new = weighed(tx, context, actor, schemes, call)?;
    Ok(if call.draft {
        service::claim_draft(tx, context, &new)?
    } else {
        service::claim_submit(tx, context, actor, &new)?
    })
}

/// Submits a draft, by what is known today.
pub fn draft_submit(
    tx: &mut Tx,
    context: &Context,
    schemes: &SchemeBook,
    decision: &Decision<'_>,
) -> Result<Claim, Error> {
    let draft = service::claim(tx, decision.actor, decision.claim)?;
    let call = ClaimCall {
        scheme: draft.obligation.scheme,
        beneficiary: draft.obligation.beneficiary,
        part: draft.obligation.part,
        draft: false,
        for_review: false,
    };
    let new = weighed(tx, context, decision.actor, schemes, &call)?;
    Ok(service::draft_submit(tx, context, decision, &new)?)
}

/// What a claim would come to: nothing is written.
pub fn claim_foresee(
    conn: &mut Conn,
    context: &Context,
    actor: &Actor,
    schemes: &SchemeBook,
    call: &ClaimCall,
) -> Result<Assessment, Error> {
    let compiled = compiled(conn, context, schemes, call)?;
    applicant(conn, context, actor, call)?;
    let facts = gather(conn, call.beneficiary, context.today())?;
    Ok(assess(&compiled, &facts, &call.part))
}

/// The claim with its decision, if it can be filed.
fn weighed(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    schemes: &SchemeBook,
    call: &ClaimCall,
) -> Result<NewClaim, Error> {
    let compiled = compiled(tx, context, schemes, call)?;
    let (applicant, area) = applicant(tx, context, actor, call)?;
    let facts = gather(tx, call.beneficiary, context.today())?;
    let assessment = assess(&compiled, &facts, &call.part);
    if !call.draft && !call.for_review && assessment.outcome != Outcome::Due {
        return Err(Invalid(shortfalls(&compiled, &assessment)).into());
    }
    if !call.draft {
        within_budget(tx, context, &assessment)?;
    }
    let review = Review::of(&compiled.scheme.review, &call.part, assessment.amount);
    Ok(NewClaim {
        beneficiary: call.beneficiary,
        frozen: Frozen { facts, assessment },
        applicant,
        area,
        review,
    })
}

/// The scheme's version, if the part and the beneficiary are of its kind.
fn compiled(
    conn: &mut Conn,
    context: &Context,
    schemes: &SchemeBook,
    call: &ClaimCall,
) -> Result<Arc<Compiled>, Error> {
    let found = schemes.in_force(conn, &call.scheme, &call.part, context.today())?;
    let Some(found) = found else { return Err(Invalid::from(no_scheme(conn, &call.scheme)?).into()) };
    let mut errors = Vec::new();
    if found.scheme.beneficiary != call.beneficiary.kind() {
        let field = match call.beneficiary.kind() {
            BeneficiaryKind::Person => "person_id",
            BeneficiaryKind::Organisation => "organisation_id",
        };
        errors.push(FieldError::new(field, "scheme-for-others"));
    }
    if let Part::Month(month) = &call.part
        && month.last_day() >= context.today()
    {
        errors.push(FieldError::new("claim_part", "month-not-finished"));
    }
    Invalid::if_any(errors)?;
    Ok(found)
}

fn no_scheme(conn: &mut Conn, code: &str) -> Result<FieldError, Error> {
    Ok(if schemes::store::is_known(conn, code)? {
        FieldError::new("scheme", "scheme-not-in-force")
    } else {
        FieldError::new("scheme", "unknown-scheme").with("code", code)
    })
}

/// Who applies, and where: an institution for those whom it employed, a caregiver for themselves.
fn applicant(
    conn: &mut Conn,
    context: &Context,
    actor: &Actor,
    call: &ClaimCall,
) -> Result<(Option<OrganisationId>, AreaCode), Error> {
    match call.beneficiary {
        Beneficiary::Person(person) => {
            match visible_person(conn, context, person) {
                Err(Error::NotFound | Error::People(people::error::Error::NotFound)) => {
                    return Err(Invalid::one("person_id", "unknown-person").into());
                }
                found => found?,
            };
            let employer = employer(conn, context, actor, person, &call.part)?;
            let organisation = organisations::store::find(conn, employer)?.ok_or(Error::NotFound)?;
            let applies = (actor.role == Role::Institution).then_some(employer);
            Ok((applies, organisation.area_code))
        }
        Beneficiary::Organisation(id) => {
            let own = actor.role == Role::Institution && actor.organisation == Some(id);
            let found = organisations::store::find(conn, id)?.filter(|_| own);
            let found = found.ok_or_else(|| Invalid::one("organisation_id", "unknown-organisation"))?;
            Ok((Some(id), found.area_code))
        }
    }
}

/// Who employed the person: on the last day of the month, or today. An institution claims for its own people alone.
fn employer(
    conn: &mut Conn,
    context: &Context,
    actor: &Actor,
    person: PersonId,
    part: &Part,
) -> Result<OrganisationId, Error> {
    let day = match part {
        Part::Month(month) => month.last_day(),
        _ => context.today(),
    };
    let spells = employment::store::of_person(conn, person)?;
    let mut on_the_day = spells.iter().filter(|spell| spell.period.contains(day));
    let found = match actor.role {
        Role::Institution => on_the_day.find(|spell| Some(spell.organisation) == actor.organisation),
        _ => on_the_day.next(),
    };
    let found = found.ok_or_else(|| Invalid::one("person_id", "not-employed-then"))?;
    Ok(found.organisation)
}

/// The budget of the year, where one is set, has to hold that much.
fn within_budget(conn: &mut Conn, context: &Context, assessment: &Assessment) -> Result<(), Error> {
    use chrono::Datelike;
    let line = ledger::store::find_of(conn, &assessment.scheme, context.today().year())?;
    match line {
        Some(line) if line.balances.available < assessment.amount => {
            let error = FieldError::new("scheme", "past-budget").with("available", line.balances.available);
            Err(Invalid::from(error).into())
        }
        _ => Ok(()),
    }
}

/// Every condition that is not met, beside the field that it is about, in the scheme's own words.
fn shortfalls(compiled: &Compiled, assessment: &Assessment) -> Vec<FieldError> {
    let other_part = assessment
        .conditions
        .iter()
        .any(|one| one.result == ConditionOutcome::Failed && one.id == Code::code(BuiltIn::PartOfSchedule));
    if other_part {
        // Nothing else can be told of a part that the scheme doesn't have.
        return vec![FieldError::new("claim_part", "part-of-another-schedule")];
    }
    let mut open: Vec<_> =
        assessment.conditions.iter().filter(|one| one.result != ConditionOutcome::Passed).collect();
    if open.len() > 1 {
        // Without the rest there is no amount either.
        open.retain(|one| one.id != Code::code(BuiltIn::Amount));
    }
    let told = open.into_iter().map(|one| {
        let failed = one.result == ConditionOutcome::Failed;
        if let Some(own) = compiled.scheme.conditions.iter().find(|own| own.id == one.id) {
            let code = if failed { "condition-failed" } else { "condition-unknown" };
            return FieldError::new("scheme", code).with("zh", &own.zh).with("en", &own.en);
        }
        FieldError::new("scheme", built_in_code(&one.id, failed))
    });
    told.collect()
}

/// The error of a condition that every scheme has, worded as `error-<code>`.
fn built_in_code(id: &str, failed: bool) -> &'static str {
    match BuiltIn::from_code(id) {
        _ if !failed => "condition-of-all-unknown",
        Some(BuiltIn::InForce) => "scheme-not-in-force",
        Some(BuiltIn::PartOfSchedule) => "part-of-another-schedule",
        Some(BuiltIn::Area) => "scheme-of-another-area",
        Some(BuiltIn::EmployerKind) => "scheme-for-other-employers",
        Some(BuiltIn::MonthFinished) => "month-not-finished",
        Some(BuiltIn::ServiceReached) => "service-not-reached",
        Some(BuiltIn::NotExcluded) => "excluded-by-another",
        Some(BuiltIn::Amount) | None => "nothing-is-due",
    }
}

/// What was frozen with a claim and what is known now, as the scheme's same version decides on it.
pub fn claim_again(
    conn: &mut Conn,
    context: &Context,
    schemes: &SchemeBook,
    claim: &Claim,
) -> Result<Frozen, Error> {
    let version = schemes.version(conn, &claim.obligation.scheme, claim.scheme_version)?;
    let compiled = version.ok_or(Error::NotFound)?;
    let facts = gather(conn, claim.obligation.beneficiary, context.today())?;
    let assessment = assess(&compiled, &facts, &claim.obligation.part);
    Ok(Frozen { facts, assessment })
}

/// Frozen facts decide the same for ever: the assessment of a claim made again from them alone.
pub fn claim_retrace(
    conn: &mut Conn,
    schemes: &SchemeBook,
    claim: &Claim,
) -> Result<Option<Assessment>, Error> {
    let version = schemes.version(conn, &claim.obligation.scheme, claim.scheme_version)?;
    let frozen = claim_store::frozen(conn, claim.id)?;
    Ok(version.zip(frozen).map(|(compiled, frozen)| assess(&compiled, &frozen.facts, &claim.obligation.part)))
}
