//! Who lives in the demo: names, birth dates and identity numbers of nobody, in the region 99 that no real number
//! begins with.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};

use crate::flows::demo::dice::{Dice, shifted};
use crate::kernel::area::AreaCode;
use crate::kernel::identity::{DocumentKind, check_character};
use crate::kernel::skill::{Education, Gender};
use crate::registry::people::RawPerson;
use crate::seeds::demo::Names;

/// A person of the demo. No `Debug`: it holds a document number, if only one of nobody.
#[derive(Clone)]
pub struct Citizen {
    pub number: String,
    pub name: String,
    pub born: NaiveDate,
    pub education: Education,
    pub phone: Option<String>,
    pub home: AreaCode,
}

impl Citizen {
    /// As an office would enter the person. Nobody has an e-mail address, so the demo sends no mail.
    #[must_use]
    pub fn entry(&self) -> RawPerson {
        RawPerson {
            document_kind: DocumentKind::ResidentIdentityCard,
            document_number: self.number.clone(),
            name: self.name.clone(),
            gender: None,
            birth_date: None,
            education: Some(self.education),
            phone: self.phone.clone(),
            email: None,
            home_area: Some(self.home.clone()),
        }
    }
}

/// Makes people, no two with one identity number.
pub struct Registrar<'a> {
    dice: &'a Dice<'a>,
    names: &'a Names,
    towns: &'a [AreaCode],
    today: NaiveDate,
    taken: HashSet<String>,
}

/// Percent of the people who live in the town that they work in.
const LOCAL: usize = 72;

impl<'a> Registrar<'a> {
    #[must_use]
    pub fn new(dice: &'a Dice<'a>, names: &'a Names, towns: &'a [AreaCode], today: NaiveDate) -> Self {
        Self { dice, names, towns, today, taken: HashSet::new() }
    }

    /// Somebody who works near `town`; `women` of 100 are women.
    pub fn make(&mut self, town: &AreaCode, women: usize) -> Citizen {
        let dice = self.dice;
        let gender = if dice.chance(women) { Gender::Female } else { Gender::Male };
        let born = self.birth_date();
        let given = if gender == Gender::Female { &self.names.female } else { &self.names.male };
        let name = [dice.weighted(&self.names.surnames), dice.pick(given)];
        let home = if dice.chance(LOCAL) { town } else { dice.pick(self.towns).unwrap_or(town) };
        Citizen {
            number: self.number(born, gender),
            name: name.into_iter().flatten().map(String::as_str).collect(),
            born,
            education: dice.weighted(&EDUCATION).copied().unwrap_or(Education::MiddleSchool),
            phone: dice.chance(96).then(|| self.phone()),
            home: home.clone(),
        }
    }

    /// Mostly 45 to 60 years ago.
    fn birth_date(&self) -> NaiveDate {
        let (from, to) = self.dice.weighted(&AGES).copied().unwrap_or((45, 60));
        let days = self.dice.between(from * 365 + 100, to * 365 + to / 4);
        shifted(self.today, -days)
    }

    fn number(&mut self, born: NaiveDate, gender: Gender) -> String {
        let odd = i64::from(gender == Gender::Male);
        loop {
            let serial = self.dice.between(0, 499) * 2 + odd;
            let (year, month, day) = (born.year(), born.month(), born.day());
            let body = format!("990481{year:04}{month:02}{day:02}{serial:03}");
            if let Some(check) = check_character(&body)
                && self.taken.insert(body.clone())
            {
                return format!("{body}{check}");
            }
        }
    }

    /// In 154, a range that no operator gives out.
    fn phone(&self) -> String {
        format!("154{:08}", self.dice.below(100_000_000))
    }
}

/// Ages in years with their weights.
const AGES: [((i64, i64), u32); 5] =
    [((45, 52), 38), ((53, 59), 32), ((36, 44), 16), ((60, 63), 7), ((23, 35), 7)];

const EDUCATION: [(Education, u32); 6] = [
    (Education::MiddleSchool, 43),
    (Education::PrimarySchool, 21),
    (Education::HighSchool, 16),
    (Education::SecondaryVocational, 11),
    (Education::JuniorCollege, 7),
    (Education::Bachelor, 2),
];
