//! 我能申请什么: every scheme in force where somebody lives or works, with what each of its parts would come to, before
//! anything is claimed.

use std::sync::Arc;

use chrono::Days;

use crate::db::Conn;
use crate::flows::error::Error;
use crate::flows::scheme_book::SchemeBook;
use crate::flows::subsidy_facts::gather;
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::month::Month;
use crate::kernel::skill::SkillLevel;
use crate::registry::schemes::facts::{FactName, Facts, Value};
use crate::registry::schemes::rules::assess::{Compiled, assess};
use crate::registry::schemes::{Assessment, Beneficiary, EventName, Obligation, Outcome, Part, Schedule};
use crate::registry::subsidies::{Claim, claim_store};

/// Months that were over and are looked back at.
const MONTHS: usize = 3;

/// One scheme, as it stands for one beneficiary.
#[derive(Clone)]
pub struct Prospect {
    pub compiled: Arc<Compiled>,
    /// The newest first; empty for a scheme by event of which no event is known.
    pub parts: Vec<PartProspect>,
}

#[derive(Debug, Clone)]
pub struct PartProspect {
    pub assessment: Assessment,
    /// Who claimed the same before.
    pub claimed: Option<Claim>,
}

impl Prospect {
    /// What is due and not claimed yet stands first, what is not due last.
    #[must_use]
    pub fn rank(&self) -> u8 {
        let open = |outcome: Outcome| {
            self.parts.iter().any(|part| part.claimed.is_none() && part.assessment.outcome == outcome)
        };
        match () {
            () if open(Outcome::Due) => 0,
            () if self.parts.iter().any(|part| part.claimed.is_some()) => 1,
            () if open(Outcome::Unknown) => 2,
            () => 3,
        }
    }
}

/// Every scheme for such a beneficiary, what is due first.
pub fn prospects(
    conn: &mut Conn,
    context: &Context,
    schemes: &SchemeBook,
    area: &AreaCode,
    who: Beneficiary,
) -> Result<Vec<Prospect>, Error> {
    let today = context.today();
    let facts = gather(conn, who, today)?;
    let mut found = Vec::new();
    for compiled in in_force_near(conn, context, schemes, area)? {
        let scheme = &compiled.scheme;
        if scheme.beneficiary != who.kind() {
            continue;
        }
        let mut parts = Vec::new();
        for part in parts_of(&scheme.schedule, &facts, context) {
            let obligation = Obligation { scheme: scheme.code.clone(), beneficiary: who, part };
            let claimed = claim_store::find_live(conn, &obligation)?;
            let version = schemes.in_force(conn, &scheme.code, &obligation.part, today)?;
            let version = version.unwrap_or_else(|| Arc::clone(&compiled));
            let assessment = assess(&version, &facts, &obligation.part);
            parts.push(PartProspect { assessment, claimed });
        }
        found.push(Prospect { compiled, parts });
    }
    found.sort_by_key(Prospect::rank);
    Ok(found)
}

/// The schemes in force today in `area`, in what it lies in, and in what lies in it.
pub fn in_force_near(
    conn: &mut Conn,
    context: &Context,
    schemes: &SchemeBook,
    area: &AreaCode,
) -> Result<Vec<Arc<Compiled>>, Error> {
    let mut found = Vec::new();
    for code in schemes.codes(conn)? {
        let in_force = schemes.in_force(conn, &code, &Part::Once, context.today())?;
        let near = |one: &Arc<Compiled>| one.scheme.area.is_within(area) || area.is_within(&one.scheme.area);
        found.extend(in_force.filter(near));
    }
    Ok(found)
}

/// The parts of a schedule that can be spoken of today.
fn parts_of(schedule: &Schedule, facts: &Facts, context: &Context) -> Vec<Part> {
    match schedule {
        Schedule::Once => vec![Part::Once],
        Schedule::Monthly => finished_months(context).into_iter().map(Part::Month).collect(),
        Schedule::Instalments { instalments } => {
            (1u32..).zip(instalments).map(|(number, _)| Part::Instalment(number)).collect()
        }
        Schedule::PerLevel => levels(facts).into_iter().map(Part::Level).collect(),
        Schedule::PerEvent => events(facts).into_iter().map(Part::Event).collect(),
    }
}

/// The last months that are over, the newest first.
#[must_use]
pub fn finished_months(context: &Context) -> Vec<Month> {
    let mut months = Vec::with_capacity(MONTHS);
    let mut first = Month::of(context.today()).first_day();
    while months.len() < MONTHS {
        let Some(before) = first.checked_sub_days(Days::new(1)) else { break };
        let month = Month::of(before);
        first = month.first_day();
        months.push(month);
    }
    months
}

/// The levels of which a certificate is known, else the highest one, else the lowest there is.
fn levels(facts: &Facts) -> Vec<SkillLevel> {
    let of = |code: &str| SkillLevel::from_code(code);
    if let Some(Value::DatesByKey(obtained)) = facts.known(FactName::LevelObtainedOn) {
        let held: Vec<SkillLevel> = obtained.keys().filter_map(|code| of(code)).collect();
        if !held.is_empty() {
            return held;
        }
    }
    let highest = match facts.known(FactName::Level) {
        Some(Value::Integer(level)) => of(&level.to_string()),
        _ => None,
    };
    vec![highest.unwrap_or(SkillLevel::Five)]
}

/// Trainings, contests and projects that are known of.
fn events(facts: &Facts) -> Vec<EventName> {
    const LISTS: [FactName; 5] = [
        FactName::TrainingsFinished,
        FactName::CarerTrainings,
        FactName::ProjectsAccepted,
        FactName::CentreUpgrades,
        FactName::NeighbourPoints,
    ];
    let mut names: Vec<String> = Vec::new();
    for list in LISTS {
        if let Some(Value::Texts(texts)) = facts.known(list) {
            names.extend(texts.iter().cloned());
        }
    }
    if let Some(Value::IntegersByKey(ranks)) = facts.known(FactName::ContestRank) {
        names.extend(ranks.keys().cloned());
    }
    names.sort_unstable();
    names.dedup();
    names.iter().filter_map(|name| EventName::new(name)).collect()
}
