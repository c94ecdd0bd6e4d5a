//! The holiday calendar as it is entered, year by year. Counting working days is the kernel's.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::codes;
use crate::kernel::calendar::WorkingDays;

/// National holidays (节假日) and the weekend days worked in their place (调休上班).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    #[serde(rename = "year")]
    pub years: Vec<CalendarYear>,
}

codes! {
    /// What a year's holidays rest on.
    pub enum CalendarBasis("calendar-basis") {
        /// The State Council's yearly notice (放假安排的通知): final.
        Notice = "notice",
        /// The statutory days alone (法定节假日): provisional, until the notice is entered.
        Statutory = "statutory",
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarYear {
    pub year: i32,
    pub basis: CalendarBasis,
    pub document: String,
    /// Day of the notice.
    pub published: Option<NaiveDate>,
    /// Days that the law gives to everyone in this year.
    pub statutory_days: u32,
    /// Weekend days that are worked.
    #[serde(default)]
    pub worked: Vec<NaiveDate>,
    /// Working days given for statutory days on a weekend; a notice has them within its holidays.
    #[serde(default)]
    pub compensation: Vec<NaiveDate>,
    #[serde(default)]
    pub illustrative: bool,
    #[serde(rename = "holiday")]
    pub holidays: Vec<Holiday>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    pub zh: String,
    pub en: String,
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
}

impl Calendar {
    /// The working days of every year entered, the provisional ones among them: [`Calendar::basis_of`]
    /// tells which those are.
    #[must_use]
    pub fn working_days(&self) -> WorkingDays {
        let years = self.years.iter().map(|year| year.year).collect();
        let holidays: Vec<_> = self.years.iter().flat_map(CalendarYear::days_off).collect();
        let worked: Vec<_> = self.years.iter().flat_map(|year| year.worked.iter().copied()).collect();
        WorkingDays::new(years, &holidays, &worked)
    }

    /// `None` for a year that has not been entered.
    #[must_use]
    pub fn basis_of(&self, year: i32) -> Option<CalendarBasis> {
        self.years.iter().find(|entered| entered.year == year).map(|entered| entered.basis)
    }
}

impl CalendarYear {
    /// Every day of its holidays and compensation, weekends within them included.
    pub fn days_off(&self) -> impl Iterator<Item = NaiveDate> {
        self.holidays
            .iter()
            .flat_map(|holiday| holiday.from.iter_days().take_while(|day| *day <= holiday.to))
            .chain(self.compensation.iter().copied())
    }
}
