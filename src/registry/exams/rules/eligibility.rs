//! 申报条件: whether a person may be assessed at a level, and if not, all that is missing for it.

use chrono::NaiveDate;

use crate::kernel::area::AreaCode;
use crate::kernel::dates::{Period, whole_years};
use crate::kernel::skill::{Education, Occupation, SkillLevel};
use crate::kernel::vocabulary::Declaration;
use crate::registry::employment::rules::service_years;
use crate::registry::exams::{Declared, Had, Shortfall};
use crate::seeds::{ConditionSet, Need, Seeds};

/// What is known of an applicant.
#[derive(Debug, Clone)]
pub struct Facts {
    pub birth_date: NaiveDate,
    pub education: Option<Education>,
    /// Spells in the occupation or related work; they may overlap.
    pub service: Vec<Period>,
    /// Valid certificates of the occupation: level, and the day since which it is held.
    pub certificates: Vec<(SkillLevel, NaiveDate)>,
    pub declarations: Vec<Declared>,
}

/// That an applicant meets a route. Only [`eligibility`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligible {
    condition_set: String,
    route: String,
}

impl Eligible {
    #[must_use]
    pub fn condition_set(&self) -> &str {
        &self.condition_set
    }

    #[must_use]
    pub fn route(&self) -> &str {
        &self.route
    }
}

/// Whether `facts` meet a route of `set` to `level` on `on`; otherwise every unmet need of every route. The list is
/// empty where the set has no route to the level at all.
pub fn eligibility(
    facts: &Facts,
    set: &ConditionSet,
    level: SkillLevel,
    on: NaiveDate,
) -> Result<Eligible, Vec<Shortfall>> {
    let mut shortfalls = Vec::new();
    let routes = set.levels.iter().filter(|conditions| conditions.level == level).flat_map(|c| &c.routes);
    for route in routes {
        let before = shortfalls.len();
        for need in &route.needs {
            if let Err(had) = facts.meet(*need, on) {
                shortfalls.push(Shortfall { route: route.code.clone(), need: *need, had });
            }
        }
        if shortfalls.len() == before {
            return Ok(Eligible { condition_set: set.code.clone(), route: route.code.clone() });
        }
    }
    Err(shortfalls)
}

/// The conditions for `occupation` in force on `on` in the jurisdiction that `area` belongs to. Of two sets in
/// force, the later one applies.
#[must_use]
pub fn conditions_in_force<'a>(
    seeds: &'a Seeds,
    area: &AreaCode,
    occupation: Occupation,
    on: NaiveDate,
) -> Option<&'a ConditionSet> {
    let around = seeds.jurisdictions.iter().filter(|found| area.is_within(&found.area));
    let jurisdiction = around.max_by_key(|found| found.area.as_str().len())?;
    let in_force = jurisdiction.condition_sets.iter().filter(|set| {
        Period { from: set.valid_from, to: set.valid_to }.contains(on)
            && seeds.condition_sets.iter().any(|s| s.code == set.code && s.occupation == occupation)
    });
    let latest = in_force.max_by_key(|set| set.valid_from)?;
    seeds.condition_sets.iter().find(|set| set.code == latest.code)
}

impl Facts {
    fn meet(&self, need: Need, on: NaiveDate) -> Result<(), Had> {
        match need {
            Need::Age { years } => {
                enough(u32::try_from(whole_years(self.birth_date, on)).unwrap_or(0), years)
            }
            Need::Service { years } => enough(service_years(&self.service, NaiveDate::MIN, on), years),
            Need::Certificate { level } => self.certified_since(level).map(|_| ()).ok_or(Had::Nothing),
            Need::ServiceAfterCertificate { level, years } => {
                let since = self.certified_since(level).ok_or(Had::Nothing)?;
                enough(service_years(&self.service, since, on), years)
            }
            Need::Education { at_least, field } => self.meet_education(at_least, field),
            Need::Declared { what } => self.declared(what).map(|_| ()).ok_or(Had::Nothing),
            Need::DeclaredYears { what, years } => {
                let since = self.declared(what).ok_or(Had::Nothing)?.on.ok_or(Had::Undated)?;
                enough(service_years(&self.service, since, on), years)
            }
        }
    }

    /// `Education` is ordered from the highest down.
    fn meet_education(&self, at_least: Education, field: bool) -> Result<(), Had> {
        let education = self.education.ok_or(Had::Nothing)?;
        if education > at_least {
            return Err(Had::Education { education });
        }
        if field && self.declared(Declaration::RelatedMajor).is_none() {
            return Err(Had::MajorNotDeclared);
        }
        Ok(())
    }

    fn declared(&self, what: Declaration) -> Option<&Declared> {
        self.declarations.iter().find(|declared| declared.what == what)
    }

    fn certified_since(&self, level: SkillLevel) -> Option<NaiveDate> {
        self.certificates.iter().filter(|(held, _)| *held == level).map(|(_, since)| *since).min()
    }
}

fn enough(years: u32, needed: u32) -> Result<(), Had> {
    if years >= needed { Ok(()) } else { Err(Had::Years { years }) }
}

#[cfg(test)]
mod tests;
