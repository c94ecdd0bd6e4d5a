//! Whether a trainee has completed a class (结业): enough hours and a pass in every mandatory module.

use crate::codes;
use crate::kernel::codes::Code;
use crate::kernel::ids::EnrolmentId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::training::{Attended, Module, ModuleResult, Outcome, Programme};

codes! {
    /// What a module still lacks; worded as a field's error.
    pub enum Lack("error") {
        Hours = "hours-short",
        Result = "result-missing",
        Pass = "module-failed",
    }
}

/// One thing that stands between a trainee and completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    pub module: Module,
    pub lack: Lack,
    /// Class hours attended.
    pub attended: i32,
    /// Class hours that must be attended.
    pub needed: i32,
}

/// That everything has been fulfilled. Only [`completion`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete {
    enrolment: EnrolmentId,
}

impl Complete {
    #[must_use]
    pub const fn enrolment(&self) -> EnrolmentId {
        self.enrolment
    }
}

/// What all trainees of a class have done.
#[derive(Debug, Clone)]
pub struct Records {
    pub attended: Vec<Attended>,
    pub results: Vec<ModuleResult>,
}

impl Records {
    /// Class hours that one trainee attended of a module.
    #[must_use]
    pub fn hours(&self, enrolment: EnrolmentId, module: &Module) -> i32 {
        let own = self.attended.iter().filter(|a| a.enrolment == enrolment && a.module == module.id);
        own.map(|a| a.hours).sum()
    }

    #[must_use]
    pub fn outcome(&self, enrolment: EnrolmentId, module: &Module) -> Option<Outcome> {
        let mut own = self.results.iter().filter(|r| r.enrolment == enrolment && r.module == module.id);
        own.next().map(|r| r.outcome)
    }
}

/// Class hours of `module` that must be attended when `percent` of them are asked for, rounded up.
#[must_use]
pub const fn hours_needed(module: &Module, percent: i32) -> i32 {
    (module.hours * percent + 99) / 100
}

/// Whether the trainee has completed the programme, or everything that is missing.
pub fn completion(
    enrolment: EnrolmentId,
    programme: &Programme,
    records: &Records,
    attendance_percent_min: i32,
) -> Result<Complete, Vec<Shortfall>> {
    let mut shortfalls = Vec::new();
    for module in programme.modules.iter().filter(|module| module.mandatory) {
        let attended = records.hours(enrolment, module);
        let needed = hours_needed(module, attendance_percent_min);
        let mut lacks = |lack| shortfalls.push(Shortfall { module: module.clone(), lack, attended, needed });
        if attended < needed {
            lacks(Lack::Hours);
        }
        match records.outcome(enrolment, module) {
            Some(Outcome::Passed) => {}
            Some(Outcome::Failed) => lacks(Lack::Pass),
            None => lacks(Lack::Result),
        }
    }
    if shortfalls.is_empty() { Ok(Complete { enrolment }) } else { Err(shortfalls) }
}

impl From<&Shortfall> for FieldError {
    fn from(shortfall: &Shortfall) -> Self {
        let Shortfall { module, lack, attended, needed } = shortfall;
        Self::new(format!("modules.{}", module.code), lack.code())
            .with("module", &module.title)
            .with("module_en", &module.title_en)
            .with("attended", attended)
            .with("needed", needed)
    }
}

impl From<&[Shortfall]> for Invalid {
    fn from(shortfalls: &[Shortfall]) -> Self {
        Self(shortfalls.iter().map(FieldError::from).collect())
    }
}
