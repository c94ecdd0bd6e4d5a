//! The demonstration city: a year and a half of Haining's registry, made from a seed and entered through the same
//! operations that people use, each on its day.
//!
//! What happens is planned first and purely (`people`, `staff`, `skills`, `aid`, `classes`), then entered
//! (`organisations`, `employment`, `records`, `training`, `exams`, `certificates`, `subsidies`). Nobody in it has an e-mail
//! address, so nothing is left to be sent. Absent: the accounts' file and what the screen says, which are
//! `cli::demo`'s.

mod aid;
mod certificates;
mod classes;
mod dice;
mod employment;
mod exams;
pub mod organisations;
mod people;
mod records;
mod skills;
mod staff;
mod subsidies;
mod training;

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};

use crate::db::{Conn, DbError, Tx};
use crate::flows;
use crate::flows::certificate_issue::Desk;
use crate::flows::demo::aid::Aid;
use crate::flows::demo::classes::Course;
use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::exams::{Entered, Exams};
use crate::flows::demo::organisations::DemoAccount;
use crate::flows::demo::skills::{Fate, Skills, Stage};
use crate::flows::demo::staff::Worker;
use crate::flows::demo::training::{Graduated, School};
use crate::kernel::context::{Actor, Context, Randomness, uuid_at};
use crate::kernel::dates::shanghai_midnight;
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::{FirstAidCertificateId, OrganisationId, PersonId, RequestId};
use crate::kernel::vocabulary::OrganisationKind;
use crate::proof::qr::signed_url;
use crate::registry;
use crate::registry::people::sealing::Sealer;
use crate::registry::training::rules::LocalRules;
use crate::seeds::Rules;
use crate::seeds::demo::Demo;

/// Days since the registry opened.
const OPEN_FOR: i64 = 560;
/// The institution that the demo's account acts for, one of some forty staff.
const INSTITUTION: &str = "institution-02";

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The plan and the registry's rules don't fit together any more.
    #[error("the demonstration's {0} could not be made")]
    Incomplete(&'static str),
    #[error(transparent)]
    Flow(#[from] flows::error::Error),
    #[error(transparent)]
    Organisations(#[from] registry::organisations::error::Error),
    #[error(transparent)]
    Accounts(#[from] registry::accounts::error::Error),
    #[error(transparent)]
    People(#[from] registry::people::error::Error),
    #[error(transparent)]
    Employment(#[from] registry::employment::error::Error),
    #[error(transparent)]
    Training(#[from] registry::training::error::Error),
    #[error(transparent)]
    Exams(#[from] registry::exams::error::Error),
    #[error(transparent)]
    FirstAid(#[from] registry::firstaid::error::Error),
    #[error(transparent)]
    Recorded(#[from] registry::recorded::error::Error),
    #[error(transparent)]
    Certificates(#[from] registry::certificates::error::Error),
    #[error(transparent)]
    Database(#[from] DbError),
}

/// What the demonstration has to offer to whoever looks at it.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub accounts: Vec<DemoAccount>,
    pub sample: Sample,
}

/// A certificate to begin with: that of the demo's caregiver.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The address in its QR code, with the signed content.
    pub verify_url: String,
    pub number: String,
    pub holder: String,
}

/// The demo's days.
pub struct Calendar {
    root: Context,
    pub today: NaiveDate,
    /// The day on which the registry opened.
    pub opened: NaiveDate,
}

impl Calendar {
    fn new(root: &Context) -> Self {
        let today = root.today();
        Self { root: root.clone(), today, opened: opened_on(today) }
    }

    /// A call of `actor`, so many minutes into a day in Asia/Shanghai, and never in the future.
    pub fn context(&self, day: NaiveDate, minutes: i64, actor: Option<&Actor>) -> Context {
        let now = (shanghai_midnight(day) + TimeDelta::minutes(minutes)).min(self.root.now);
        let request = RequestId::from_uuid(uuid_at(now, &*self.root.random));
        Context { now, actor: actor.cloned(), request, ..self.root.clone() }
    }
}

/// What the demonstration is entered with.
pub struct Office<'a> {
    pub desk: Desk<'a>,
    pub sealer: &'a Sealer,
    pub regions: IdentityRegions,
}

/// What entering needs to look up.
pub struct Books<'a> {
    pub office: &'a Office<'a>,
    pub calendar: Calendar,
    /// In the order of the seeds.
    pub institutions: Vec<OrganisationId>,
    /// By user name.
    pub accounts: HashMap<&'static str, Actor>,
}

impl Books<'_> {
    pub fn actor(&self, username: &'static str) -> Result<Actor, LoadError> {
        self.accounts.get(username).cloned().ok_or(LoadError::Incomplete("accounts"))
    }
}

/// All that is to happen.
struct Plan {
    workers: Vec<Worker>,
    skills: Skills,
    aid: Vec<Aid>,
    courses: Vec<Course>,
    /// Index of the demo's caregiver.
    caregiver: usize,
}

/// The day on which the registry of a demonstration opened that is made `today`.
#[must_use]
pub fn opened_on(today: NaiveDate) -> NaiveDate {
    shifted(today, -OPEN_FOR)
}

/// Whether the registry holds an organisation of the demonstration already.
pub fn is_loaded(conn: &mut Conn, demo: &Demo) -> Result<bool, DbError> {
    let there = registry::organisations::store::list(conn, &demo.area, None)?;
    Ok(there.iter().any(|known| demo.organisations.iter().any(|own| own.name == known.name)))
}

/// Fills a registry that doesn't hold the demonstration yet. The bodies' keys must be certified from
/// [`opened_on`] on.
///
/// # Errors
/// [`LoadError::Incomplete`] names what the plan could not be carried out for.
pub fn load(
    office: &Office<'_>,
    context: &Context,
    demo: &Demo,
    random: &dyn Randomness,
    password: &str,
) -> Result<Loaded, LoadError> {
    let rules = office.desk.seeds.rules_for(office.desk.area).ok_or(LoadError::Incomplete("local rules"))?;
    let dice = Dice::new(random);
    let calendar = Calendar::new(context);
    let plan = plan(office, &dice, demo, &calendar)?;
    let hash = organisations::hash(context, password)?;
    let Made { books, mut accounts, people, entered, graduated, aid } =
        office.desk.database.write(|tx| enter(tx, office, calendar, demo, &plan, rules, &dice, &hash))?;
    accounts.sort_by_key(|account| account.role);
    let exams = exams(&books, rules, &plan, &dice);
    let caregiver = people[plan.caregiver];
    let sample = certificates::issue_all(&exams, &plan.skills.sittings, &entered, caregiver)?;
    certificates::issue_others(&books, &graduated, &aid, caregiver)?;
    subsidies::enter(&books, &plan.workers, &people, &dice)?;
    let sample = Sample {
        verify_url: signed_url(&office.desk.public_url, &sample.code, &sample.cwt),
        number: sample.number.to_string(),
        holder: sample.holder,
    };
    Ok(Loaded { accounts, sample })
}

fn plan(office: &Office<'_>, dice: &Dice<'_>, demo: &Demo, calendar: &Calendar) -> Result<Plan, LoadError> {
    let Calendar { today, opened, .. } = *calendar;
    let towns = organisations::towns(demo);
    let institutions: Vec<_> =
        demo.organisations.iter().filter(|own| own.kind == OrganisationKind::CareInstitution).collect();
    let mut registrar = people::Registrar::new(dice, &demo.names, &towns, today);
    let workers = staff::staff(dice, &mut registrar, &institutions, &demo.staff_mix, opened, today);
    let town_of: Vec<usize> = institutions
        .iter()
        .map(|house| towns.iter().position(|town| *town == house.area).unwrap_or(0))
        .collect();
    let skills = skills::skills(dice, &workers, &town_of, today);
    let caregiver = caregiver(&workers, &skills, &institutions).ok_or(LoadError::Incomplete("caregiver"))?;
    let aid = aid::aid(dice, &workers, &skills.certified, caregiver, today);
    let hours = |code: &str| -> i64 {
        let programme = office.desk.seeds.programmes.iter().find(|known| known.code == code);
        programme.map_or(0, |known| known.modules.iter().map(|module| i64::from(module.hours)).sum())
    };
    let courses = classes::courses(dice, &skills.sittings, &free(&workers, &skills), hours, today);
    Ok(Plan { workers, skills, aid, courses, caregiver })
}

/// Caregivers without a certificate who never sat an exam.
fn free(workers: &[Worker], skills: &Skills) -> Vec<usize> {
    let sat = |who: &usize| {
        skills.sittings.iter().any(|sitting| sitting.candidates.iter().any(|candidate| candidate.who == *who))
    };
    let all =
        (0..workers.len()).filter(|who| workers[*who].is_caregiver() && workers[*who].employer().is_some());
    all.filter(|who| !skills.certified.contains(who) && !sat(who)).collect()
}

/// One of the demo institution's staff who passed the latest exam whose certificates are issued.
fn caregiver(
    workers: &[Worker],
    skills: &Skills,
    institutions: &[&crate::seeds::demo::Organisation],
) -> Option<usize> {
    let home = institutions.iter().position(|house| house.key == INSTITUTION);
    let issued = skills.sittings.iter().rev().filter(|sitting| matches!(sitting.stage, Stage::Issued(_)));
    let passed: Vec<usize> = issued
        .flat_map(|sitting| &sitting.candidates)
        .filter(|candidate| candidate.fate == Fate::Passes)
        .map(|candidate| candidate.who)
        .collect();
    passed.iter().find(|who| workers[**who].employer() == home).or(passed.first()).copied()
}

fn exams<'a, 'b>(
    books: &'a Books<'b>,
    rules: &'a Rules,
    plan: &'a Plan,
    dice: &'a Dice<'a>,
) -> Exams<'a, 'b> {
    Exams {
        books,
        rules,
        days: books.office.desk.seeds.calendar.working_days(),
        workers: &plan.workers,
        dice,
    }
}

/// What was entered, as far as certificates are issued for it.
struct Made<'a> {
    books: Books<'a>,
    accounts: Vec<DemoAccount>,
    people: Vec<PersonId>,
    entered: Vec<Entered>,
    graduated: Vec<Graduated>,
    aid: Vec<(FirstAidCertificateId, NaiveDate, PersonId)>,
}

/// Everything but the certificates, in one transaction: all of it or nothing.
#[expect(clippy::too_many_arguments, reason = "called once; a type for it would say nothing more")]
fn enter<'a>(
    tx: &mut Tx,
    office: &'a Office<'a>,
    calendar: Calendar,
    demo: &Demo,
    plan: &Plan,
    rules: &Rules,
    dice: &Dice<'_>,
    hash: &str,
) -> Result<Made<'a>, LoadError> {
    let ids = organisations::enter(tx, &calendar, demo)?;
    flows::seed::populations(tx, &calendar.context(calendar.opened, 530, None), &demo.populations)?;
    let opened = organisations::open_accounts(tx, &calendar, demo, &ids, dice, hash)?;
    let (mut accounts, actors): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
    let institution = |own: &&crate::seeds::demo::Organisation| own.kind == OrganisationKind::CareInstitution;
    let institutions =
        demo.organisations.iter().filter(institution).filter_map(|own| ids.get(&own.key).copied());
    let mut books = Books {
        office,
        calendar,
        institutions: institutions.collect(),
        accounts: accounts.iter().map(|account| account.username).zip(actors).collect(),
    };
    let people = employment::enter(tx, &books, &plan.workers)?;
    employment::enter_declared(tx, &books, &plan.workers, &people)?;
    let holder = &plan.workers[plan.caregiver].citizen.name;
    let (account, actor) = organisations::open_caregiver(tx, &books, people[plan.caregiver], holder, hash)?;
    books.accounts.insert(account.username, actor);
    accounts.push(account);
    records::enter_elsewhere(tx, &books, &plan.workers, &plan.skills.elsewhere, dice)?;
    let aid = records::enter_aid(tx, &books, &plan.workers, &plan.aid, rules.first_aid_valid_years.value)?;
    let aid = aid.into_iter().zip(&plan.aid).map(|((id, on), one)| (id, on, people[one.who])).collect();
    let school = School {
        books: &books,
        rules: LocalRules::from(rules),
        programmes: registry::training::store::programmes(tx)?,
        people: &people,
        dice,
    };
    let graduated = school.enter(tx, &plan.courses)?;
    let exams = exams(&books, rules, plan, dice);
    let entered =
        plan.skills.sittings.iter().map(|sitting| exams.enter(tx, sitting)).collect::<Result<_, _>>()?;
    Ok(Made { books, accounts, people, entered, graduated, aid })
}
