//! 申领事实: what is known of somebody that a scheme may ask for, on a day, each with the record that says so. Of many
//! people at once, by the same statements as of one. What nobody can tell is left out, and so unknown.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::db::Conn;
use crate::flows::error::Error;
use crate::kernel::codes::Code;
use crate::kernel::dates::{Period, whole_months, whole_years};
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::kernel::month::Month;
use crate::kernel::skill::SkillLevel;
use crate::kernel::vocabulary::Audience;
use crate::registry::certificates::history_store::{self, HeldBy, LevelSpell};
use crate::registry::contests::{self, Contest, ContestResult};
use crate::registry::credit::{self, Listing, Subject};
use crate::registry::employment::{DeclaredService, DeclaredStatus, Employment};
use crate::registry::firstaid::{FirstAid, FirstAidKind};
use crate::registry::organisations::Organisation;
use crate::registry::people::Person;
use crate::registry::schemes::facts::{FactName, Facts, Source, SourceKind, Value};
use crate::registry::schemes::{Beneficiary, EventName};
use crate::registry::statements::{self, Statement};
use crate::registry::subsidies::sums_store;
use crate::registry::training::store::history::{self as trainings, Finished};
use crate::registry::{employment, firstaid, organisations, people};

/// Months before the day of which a person's history is told: as far back as anybody may claim.
const MONTHS_BACK: usize = 12;

/// What is known of one beneficiary on `on`; `positions` are the posts of a caregiver.
pub fn gather(
    conn: &mut Conn,
    positions: &[String],
    who: Beneficiary,
    on: NaiveDate,
) -> Result<Facts, Error> {
    match who {
        Beneficiary::Person(person) => {
            let found = gather_people(conn, positions, &[person], on)?.remove(&person);
            found.ok_or(Error::NotFound)
        }
        Beneficiary::Organisation(organisation) => gather_organisation(conn, organisation, on),
    }
}

/// What is known of each of `people` on `on`. Who is not registered has no line.
pub fn gather_people(
    conn: &mut Conn,
    positions: &[String],
    people: &[PersonId],
    on: NaiveDate,
) -> Result<HashMap<PersonId, Facts>, Error> {
    let persons = people::store::find_many(conn, people)?;
    let mut spells = employment::store::of_people(conn, people)?;
    let employers: BTreeSet<OrganisationId> =
        spells.values().flatten().map(|spell| spell.organisation).collect();
    let employers: Vec<OrganisationId> = employers.into_iter().collect();
    let employers: HashMap<OrganisationId, Organisation> =
        organisations::store::find_many(conn, &employers)?.into_iter().map(|one| (one.id, one)).collect();
    let mut declared = by_person(employment::store::declared_of_people(conn, people)?, |one| one.person);
    let mut levels = history_store::of_people(conn, people)?;
    let mut first_aid = by_person(firstaid::store::of_people(conn, people)?, |one| one.person);
    let mut finished = trainings::finished(conn, people)?;
    let mut hours = trainings::hours_by_year(conn, people)?;
    let mut told = statements::store::of_people(conn, people)?;
    let mut won = contests::store::confirmed_of(conn, people)?;
    let mut paid = sums_store::paid_to_people(conn, people)?;
    let mut paid_events = sums_store::paid_events(conn, people)?;
    let subjects: Vec<Subject> = people.iter().copied().map(Subject::Person).collect();
    let listed = credit::service::black_listed(conn, &subjects, on)?;
    let known = persons.into_iter().map(|person| {
        let id = person.id;
        let known = Known {
            person,
            spells: spells.remove(&id).unwrap_or_default(),
            declared: declared.remove(&id).unwrap_or_default(),
            levels: levels.remove(&id).unwrap_or_default(),
            first_aid: first_aid.remove(&id).unwrap_or_default(),
            finished: finished.remove(&id).unwrap_or_default(),
            hours: hours.remove(&id).unwrap_or_default(),
            told: told.remove(&id).unwrap_or_default(),
            won: won.remove(&id).unwrap_or_default(),
            paid: paid.remove(&id).unwrap_or_default(),
            paid_events: paid_events.remove(&id).unwrap_or_default(),
        };
        let mut facts = known.facts(positions, &employers, on);
        of_listing(&mut facts, listed.get(&Subject::Person(id)));
        (id, facts)
    });
    Ok(known.collect())
}

fn gather_organisation(conn: &mut Conn, id: OrganisationId, on: NaiveDate) -> Result<Facts, Error> {
    let organisation = organisations::store::find(conn, id)?.ok_or(Error::NotFound)?;
    let mut facts = Facts::new(on);
    facts.values = statements::rules::facts(&statements::store::of_organisation(conn, id)?);
    of_employer(&mut facts, &organisation);
    let subject = Subject::Organisation(id);
    let listed = credit::service::black_listed(conn, &[subject], on)?;
    of_listing(&mut facts, listed.get(&subject));
    let paid = sums_store::paid_to_organisation(conn, id)?;
    facts.set(FactName::PaidByScheme, Value::IntegersByKey(paid), source(SourceKind::Ledger, ""));
    Ok(facts)
}

fn by_person<T>(all: Vec<T>, of: impl Fn(&T) -> PersonId) -> HashMap<PersonId, Vec<T>> {
    let mut found: HashMap<PersonId, Vec<T>> = HashMap::new();
    for one in all {
        found.entry(of(&one)).or_default().push(one);
    }
    found
}

fn source(kind: SourceKind, reference: impl ToString) -> Source {
    Source { kind, reference: reference.to_string() }
}

fn of_employer(facts: &mut Facts, employer: &Organisation) {
    let from = || source(SourceKind::Organisation, employer.id);
    facts.set(FactName::EmployerArea, Value::Text(employer.area_code.to_string()), from());
    if let Some(kind) = employer.institution_kind {
        facts.set(FactName::EmployerKind, Value::Text(kind.code().to_owned()), from());
    }
}

/// The registry knows of every listing: who is on none is not listed.
fn of_listing(facts: &mut Facts, listings: Option<&Vec<Listing>>) {
    let reference = listings.and_then(|all| all.first()).map(|listing| listing.id.to_string());
    let value = Value::Boolean(listings.is_some());
    facts.set(FactName::BlackListed, value, source(SourceKind::CreditListing, reference.unwrap_or_default()));
}

/// What the stores say of one person.
struct Known {
    person: Person,
    /// In the order of their beginning.
    spells: Vec<Employment>,
    declared: Vec<DeclaredService>,
    levels: Vec<LevelSpell>,
    first_aid: Vec<FirstAid>,
    finished: Vec<Finished>,
    hours: HashMap<i32, i64>,
    told: Vec<Statement>,
    /// Results of contests that count, the last announced last.
    won: Vec<(Contest, ContestResult)>,
    paid: BTreeMap<String, i64>,
    paid_events: Vec<(EventName, NaiveDate)>,
}

impl Known {
    fn facts(
        &self,
        positions: &[String],
        employers: &HashMap<OrganisationId, Organisation>,
        on: NaiveDate,
    ) -> Facts {
        let mut facts = Facts::new(on);
        facts.values = statements::rules::facts(&self.told);
        self.person(&mut facts);
        self.employment(&mut facts, positions, employers);
        self.certificates(&mut facts);
        self.training(&mut facts);
        self.contests(&mut facts);
        let paid = Value::IntegersByKey(self.paid.clone());
        facts.set(FactName::PaidByScheme, paid, source(SourceKind::Ledger, ""));
        facts
    }

    fn person(&self, facts: &mut Facts) {
        let person = &self.person;
        let from = || source(SourceKind::Person, person.id);
        let age = i64::from(whole_years(person.birth_date, facts.on));
        facts.set(FactName::Age, Value::Integer(age), from());
        if let Some(education) = person.education {
            facts.set(FactName::Education, Value::Text(education.code().to_owned()), from());
        }
        if let Some(area) = &person.home_area {
            facts.set(FactName::HomeArea, Value::Text(area.to_string()), from());
        }
    }

    fn employment(
        &self,
        facts: &mut Facts,
        positions: &[String],
        employers: &HashMap<OrganisationId, Organisation>,
    ) {
        let on = facts.on;
        let began = self.spells.iter().filter(|spell| spell.period.from <= on);
        let care: Vec<&Employment> = began.filter(|spell| positions.contains(&spell.position)).collect();
        let accepted = self.declared.iter().filter(|one| one.status == DeclaredStatus::Accepted);
        let mut service: Vec<(Period, Source)> = care
            .iter()
            .map(|spell| (spell.period, source(SourceKind::Employment, spell.id)))
            .chain(accepted.map(|one| {
                let period = Period { from: one.from_date, to: Some(one.to_date) };
                (period, source(SourceKind::DeclaredService, one.id))
            }))
            .collect();
        service.sort_by_key(|(period, _)| period.from);
        let current = care.iter().rev().find(|spell| spell.period.contains(on));
        let person = || source(SourceKind::Person, self.person.id);
        let from =
            current.or(care.last()).map_or_else(person, |spell| source(SourceKind::Employment, spell.id));
        facts.set(FactName::InPost, Value::Boolean(current.is_some()), from.clone());
        let periods: Vec<Period> = service.iter().map(|(period, _)| *period).collect();
        let months = |day| i64::from(service_months(&periods, day));
        facts.set(FactName::ServiceMonths, Value::Integer(months(on)), from.clone());
        let back = months_back(on);
        let at_month = back.iter().map(|month| (month.to_string(), months(month.first_day()))).collect();
        facts.set(FactName::ServiceAtMonth, Value::IntegersByKey(at_month), from.clone());
        facts.set(FactName::MonthsInPost, Value::Texts(months_in_post(&care, on)), from.clone());
        if let Some((first, by)) = service.first() {
            facts.set(FactName::JoinedOn, Value::Date(first.from), by.clone());
        }
        let Some(last) = current.or(care.last()) else { return };
        facts.set(FactName::Position, Value::Text(last.position.clone()), from.clone());
        facts.set(FactName::PostKind, Value::Text(last.post_kind.code().to_owned()), from.clone());
        if current.is_some() {
            facts.set(FactName::PostSince, Value::Date(post_since(&care, last)), from);
        }
        if let Some(employer) = employers.get(&last.organisation) {
            of_employer(facts, employer);
        }
    }

    fn certificates(&self, facts: &mut Facts) {
        let on = facts.on;
        let held = |day: NaiveDate| self.levels.iter().filter(move |spell| spell.period.contains(day));
        let highest = |day| held(day).max_by_key(|spell| std::cmp::Reverse(spell.level.number()));
        let number = |day| highest(day).map_or(0, |spell| i64::from(spell.level.number()));
        let from = highest(on).or(self.levels.last()).map_or_else(
            || source(SourceKind::Person, self.person.id),
            |spell| match spell.by {
                HeldBy::Ours(id) => source(SourceKind::Certificate, id),
                HeldBy::Recorded(id) => source(SourceKind::RecordedCertificate, id),
            },
        );
        facts.set(FactName::Level, Value::Integer(number(on)), from.clone());
        let by_month =
            months_back(on).iter().map(|month| (month.to_string(), number(month.first_day()))).collect();
        facts.set(FactName::LevelAtMonth, Value::IntegersByKey(by_month), from.clone());
        let mut obtained: BTreeMap<String, NaiveDate> = BTreeMap::new();
        for spell in held(on) {
            let day = obtained.entry(level_key(spell.level)).or_insert(spell.issued_on);
            *day = spell.issued_on.min(*day);
        }
        facts.set(FactName::LevelObtainedOn, Value::DatesByKey(obtained), from.clone());
        let first = self.levels.iter().map(|spell| spell.issued_on).filter(|day| *day <= on).min();
        if let Some(first) = first {
            facts.set(FactName::FirstCertificateOn, Value::Date(first), from);
        }
        let rescuer = |one: &&FirstAid| one.kind == FirstAidKind::Rescuer;
        let valid = self.first_aid.iter().filter(rescuer).find(|one| firstaid::rules::valid_on(one, on));
        let by = valid.or(self.first_aid.last()).map_or_else(
            || source(SourceKind::Person, self.person.id),
            |one| source(SourceKind::FirstAidCertificate, one.id),
        );
        facts.set(FactName::FirstAidValid, Value::Boolean(valid.is_some()), by);
    }

    fn training(&self, facts: &mut Facts) {
        let on = facts.on;
        let done = || self.finished.iter().filter(|one| one.completed_on <= on);
        let from = done().next_back().map_or_else(
            || source(SourceKind::Person, self.person.id),
            |one| source(SourceKind::Enrolment, one.enrolment),
        );
        let names = |wanted: &dyn Fn(&Finished) -> bool| {
            Value::Texts(done().filter(|one| wanted(one)).map(|one| one.enrolment.to_string()).collect())
        };
        facts.set(
            FactName::TrainingsFinished,
            names(&|one| one.audience == Audience::Caregiver),
            from.clone(),
        );
        facts.set(
            FactName::CarerTrainings,
            names(&|one| one.audience == Audience::FamilyCarer),
            from.clone(),
        );
        let certified = |one: &Finished| {
            let after =
                |spell: &LevelSpell| Some(spell.level) == one.level && spell.issued_on >= one.completed_on;
            one.audience == Audience::Caregiver && self.levels.iter().any(after)
        };
        facts.set(FactName::TrainingsCertified, names(&certified), from.clone());
        // Of a year without lessons the registry knows that there were none.
        let hours = (on.year() - 2..=on.year())
            .map(|year| (year.to_string(), self.hours.get(&year).copied().unwrap_or(0)))
            .collect();
        facts.set(FactName::ContinuingHours, Value::IntegersByKey(hours), from);
        let paid = Value::IntegersByKey(self.trainings_paid());
        facts.set(FactName::TrainingsPaid, paid, source(SourceKind::Ledger, ""));
    }

    /// By the year in which each was decided on.
    fn trainings_paid(&self) -> BTreeMap<String, i64> {
        let is_training = |event: &EventName| {
            self.finished.iter().any(|training| training.enrolment.to_string() == event.as_str())
        };
        let mut counts = BTreeMap::new();
        for (_, on) in self.paid_events.iter().filter(|(event, _)| is_training(event)) {
            *counts.entry(on.year().to_string()).or_default() += 1;
        }
        counts
    }
}

impl Known {
    /// Contests of this registry, beside those of which a file tells; of a contest in both, what was confirmed here.
    fn contests(&self, facts: &mut Facts) {
        let on = facts.on;
        let won = || self.won.iter().filter(|(contest, _)| contest.announced_on <= on);
        let ranks = won().filter_map(|(contest, one)| one.rank.map(|rank| (contest, one, i64::from(rank))));
        confirmed(facts, FactName::ContestRank, ranks.collect());
        let tiers = won().map(|(contest, one)| (contest, one, i64::from(contest.tier.number())));
        confirmed(facts, FactName::ContestTier, tiers.collect());
    }
}

/// Sets what is confirmed of contests over what was told of them. The source names each contest with its result, and
/// then the files.
fn confirmed(facts: &mut Facts, name: FactName, confirmed: Vec<(&Contest, &ContestResult, i64)>) {
    if confirmed.is_empty() {
        return;
    }
    let told = facts.values.get(&name).map(|fact| fact.source.reference.clone());
    let mut table = match facts.known(name) {
        Some(Value::IntegersByKey(table)) => table.clone(),
        _ => BTreeMap::new(),
    };
    let mut references = Vec::with_capacity(confirmed.len() + 1);
    for (contest, one, value) in confirmed {
        table.insert(contest.code.as_str().to_owned(), value);
        references.push(format!("{}#{}", contest.code.as_str(), one.id));
    }
    references.extend(told);
    let from = source(SourceKind::ContestResult, references.join("; "));
    facts.set(name, Value::IntegersByKey(table), from);
}

fn level_key(level: SkillLevel) -> String {
    level.number().to_string()
}

/// The month of `on` and those before it.
fn months_back(on: NaiveDate) -> Vec<Month> {
    let before = |month: &Month| Some(Month::of(month.first_day() - Days::new(1)));
    std::iter::successors(Some(Month::of(on)), before).take(MONTHS_BACK + 1).collect()
}

/// Every month that is over and at whose last day somebody was in post.
fn months_in_post(care: &[&Employment], on: NaiveDate) -> Vec<String> {
    let first = care.first().map(|spell| Month::of(spell.period.from));
    let months =
        std::iter::successors(first, |month| month.next()).take_while(|month| month.last_day() <= on);
    let in_post = months.filter(|month| care.iter().any(|spell| spell.period.contains(month.last_day())));
    in_post.map(|month| month.to_string()).collect()
}

/// 累计在岗整月数: the whole months of each stretch of service before `on`, and one more for every thirty of the days
/// left over in all. Posts that overlap or follow each other without a day between are one stretch.
fn service_months(periods: &[Period], on: NaiveDate) -> i32 {
    let mut stretches: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    let mut clipped: Vec<_> = periods
        .iter()
        .map(|period| (period.from, period.to.map_or(on, |to| (to + Days::new(1)).min(on))))
        .filter(|(from, end)| from < end)
        .collect();
    clipped.sort_unstable();
    for (from, end) in clipped {
        match stretches.last_mut() {
            Some(last) if from <= last.1 => last.1 = end.max(last.1),
            _ => stretches.push((from, end)),
        }
    }
    let (mut months, mut days) = (0, 0);
    for (from, end) in stretches {
        let whole = whole_months(from, end);
        let reached = from.checked_add_months(Months::new(whole.unsigned_abs())).unwrap_or(end);
        months += whole;
        days += (end - reached).num_days();
    }
    months + i32::try_from(days / 30).unwrap_or(0)
}

/// Since when the holder of `last` has been there without a break.
fn post_since(care: &[&Employment], last: &Employment) -> NaiveDate {
    let mut since = last.period.from;
    for spell in care.iter().rev().filter(|spell| spell.organisation == last.organisation) {
        let follows = spell.period.to.is_some_and(|to| to + Days::new(1) >= since);
        if spell.period.from < since && follows {
            since = spell.period.from;
        }
    }
    since
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn period(from: &str, to: Option<&str>) -> Period {
        Period { from: day(from), to: to.map(day) }
    }

    #[test]
    fn service_carries_over_between_employers_and_gaps_do_not_count() {
        fn check(periods: &[Period], on: &str, months: i32) {
            assert_eq!(service_months(periods, day(on)), months, "{on}");
        }
        let whole = [period("2021-07-01", None)];
        check(&whole, "2021-06-30", 0);
        check(&whole, "2021-07-01", 0);
        check(&whole, "2024-06-30", 35);
        check(&whole, "2024-07-01", 36);
        check(&whole, "2026-07-01", 60);
        let changed = [period("2021-07-01", Some("2022-12-31")), period("2023-01-01", None)];
        check(&changed, "2024-07-01", 36);
        // A month without a post.
        let paused = [period("2021-07-01", Some("2022-12-31")), period("2023-02-01", None)];
        check(&paused, "2024-07-01", 35);
        check(&paused, "2024-08-01", 36);
        // Two posts at once count once; after leaving nothing is added.
        let double = [period("2021-07-01", Some("2022-06-30")), period("2021-07-01", Some("2022-06-30"))];
        check(&double, "2022-07-01", 12);
        check(&double, "2024-07-01", 12);
        check(&[], "2024-07-01", 0);
    }

    #[test]
    fn the_months_go_back_from_the_one_that_runs() {
        let months = months_back(day("2026-03-31"));
        assert_eq!(months.len(), MONTHS_BACK + 1);
        assert_eq!(months[0].to_string(), "2026-03");
        assert_eq!(months[1].to_string(), "2026-02");
        assert_eq!(months[MONTHS_BACK].to_string(), "2025-03");
    }
}
