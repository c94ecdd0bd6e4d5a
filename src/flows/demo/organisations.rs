//! The organisations of the demo with their credit codes and accreditations, and the accounts that act for them.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::json;

use crate::db::Tx;
use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::{Books, Calendar, LoadError};
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::credit_code::CreditCode;
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::kernel::skill::Occupation;
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::accounts::{NewAccount, passwords};
use crate::registry::organisations::{NewAccreditation, NewOrganisation, Scope, service};
use crate::registry::{accounts, audit};
use crate::seeds::demo::{Demo, Organisation};

/// Enters the organisations and what they are accredited for; their ids by their names within the demo.
pub fn enter(
    tx: &mut Tx,
    calendar: &Calendar,
    demo: &Demo,
) -> Result<HashMap<String, OrganisationId>, LoadError> {
    let founded = shifted(calendar.opened, -20);
    let mut ids = HashMap::new();
    for (place, organisation) in demo.organisations.iter().enumerate() {
        let minutes = 540 + i64::try_from(place).unwrap_or(0);
        let context = calendar.context(founded, minutes, None);
        let new = NewOrganisation {
            kind: organisation.kind,
            name: organisation.name.clone(),
            name_en: organisation.name_en.clone(),
            credit_code: credit_code(organisation, place),
            area_code: organisation.area.clone(),
            body_code: organisation.body_code.clone(),
            institution_kind: organisation.institution_kind,
            beds: organisation.beds.and_then(|beds| i32::try_from(beds).ok()),
        };
        let id = service::organisation_create(tx, &context, &new)?.id;
        if let Some(accreditation) = accreditation(organisation, place, calendar.today) {
            service::accreditation_grant(tx, &context, id, &accreditation)?;
        }
        ids.insert(organisation.key.clone(), id);
    }
    Ok(ids)
}

/// What the organisation may do: for years around today, but one school's ends in six weeks.
fn accreditation(organisation: &Organisation, place: usize, today: NaiveDate) -> Option<NewAccreditation> {
    let (scope, from, to) = match organisation.kind {
        OrganisationKind::TrainingSchool if organisation.key == "school-4" => (Scope::Training, -1_050, 41),
        OrganisationKind::TrainingSchool => (Scope::Training, -700, 620),
        OrganisationKind::AssessmentBody => (Scope::Assessment, -640, 460),
        OrganisationKind::FirstAidIssuer => (Scope::FirstAid, -2_600, 700),
        _ => return None,
    };
    let from = shifted(today, from);
    Some(NewAccreditation {
        scope,
        occupation: (scope != Scope::FirstAid).then_some(Occupation::ElderlyCareWorker),
        levels: organisation.levels.clone(),
        valid_from: from,
        valid_to: shifted(today, to),
        document: format!("示例文号〔{}〕{}号", from.format("%Y"), place + 11),
    })
}

/// A code with both its check characters: that of the organisation's own part (GB 11714) and the last one.
fn credit_code(organisation: &Organisation, place: usize) -> Option<CreditCode> {
    let register = match organisation.kind {
        OrganisationKind::Bureau | OrganisationKind::Finance | OrganisationKind::TownOffice => "11",
        OrganisationKind::FirstAidIssuer => "13",
        OrganisationKind::CareInstitution => "52",
        OrganisationKind::TrainingSchool | OrganisationKind::AssessmentBody => "91",
    };
    let own = format!("MJ99{:04}", 1_000 + place * 37);
    let body = format!("{register}330481{own}{}", own_check(&own)?);
    let last = CreditCode::check_character(&body)?;
    format!("{body}{last}").parse().ok()
}

/// Check character of the eight characters of an organisation code (GB 11714).
fn own_check(own: &str) -> Option<char> {
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        own.chars().zip(weights).map(|(c, weight)| Some(c.to_digit(36)? * weight)).sum::<Option<_>>()?;
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

/// An account of the demo, as its file lists it.
#[derive(Debug, Clone)]
pub struct DemoAccount {
    pub username: &'static str,
    pub role: Role,
    pub name: String,
}

/// User name, role, and the organisation that it acts for.
const ACCOUNTS: [(&str, Role, Option<&str>); 16] = [
    ("admin", Role::Administrator, None),
    ("bureau", Role::Bureau, Some("bureau")),
    ("bureau2", Role::Bureau, Some("bureau")),
    ("finance", Role::Finance, Some("finance")),
    ("finance2", Role::Finance, Some("finance")),
    ("town", Role::Town, Some("town-haizhou")),
    ("school", Role::School, Some("school-1")),
    ("school2", Role::School, Some("school-2")),
    ("school3", Role::School, Some("school-3")),
    ("school4", Role::School, Some("school-4")),
    ("assessor", Role::Assessor, Some("assessor-1")),
    ("assessor2", Role::Assessor, Some("assessor-1")),
    ("assessor3", Role::Assessor, Some("assessor-2")),
    ("assessor4", Role::Assessor, Some("assessor-2")),
    ("redcross", Role::FirstAidIssuer, Some("redcross")),
    ("institution", Role::Institution, Some(super::INSTITUTION)),
];

/// Opens the accounts of the organisations, all with one password, which is hashed once.
pub fn open_accounts(
    tx: &mut Tx,
    calendar: &Calendar,
    demo: &Demo,
    ids: &HashMap<String, OrganisationId>,
    dice: &Dice<'_>,
    hash: &str,
) -> Result<Vec<(DemoAccount, Actor)>, LoadError> {
    let context = calendar.context(shifted(calendar.opened, -18), 600, None);
    let mut accounts = Vec::new();
    for (username, role, key) in ACCOUNTS {
        let given = if dice.chance(55) { &demo.names.female } else { &demo.names.male };
        let name = [dice.weighted(&demo.names.surnames), dice.pick(given)];
        let organisation = key.and_then(|key| ids.get(key)).copied();
        let area = demo.organisations.iter().find(|known| Some(known.key.as_str()) == key);
        let new = NewAccount {
            username: username.to_owned(),
            password: String::new(),
            role,
            name: name.into_iter().flatten().map(String::as_str).collect(),
            organisation,
            area: area.map(|known| known.area.clone()).filter(|_| sees_an_area(role)),
            person: None,
            email: None,
        };
        accounts
            .push((DemoAccount { username, role, name: new.name.clone() }, open(tx, &context, &new, hash)?));
    }
    Ok(accounts)
}

/// Opens the account of one caregiver.
pub fn open_caregiver(
    tx: &mut Tx,
    books: &Books<'_>,
    person: PersonId,
    name: &str,
    hash: &str,
) -> Result<(DemoAccount, Actor), LoadError> {
    let context = books.calendar.context(shifted(books.calendar.today, -40), 620, None);
    let new = NewAccount {
        username: "caregiver".to_owned(),
        password: String::new(),
        role: Role::Caregiver,
        name: name.to_owned(),
        organisation: None,
        area: None,
        person: Some(person),
        email: None,
    };
    let account = DemoAccount { username: "caregiver", role: Role::Caregiver, name: name.to_owned() };
    Ok((account, open(tx, &context, &new, hash)?))
}

/// Hashes the password of all accounts.
pub fn hash(context: &Context, password: &str) -> Result<String, LoadError> {
    Ok(passwords::hash(context, password)?)
}

/// As `account_create`, but with a hash that is made already: hashing is slow on purpose.
fn open(tx: &mut Tx, context: &Context, new: &NewAccount, hash: &str) -> Result<Actor, LoadError> {
    let id = accounts::store::insert(tx, context, new, hash)?;
    let details = json!({ "username": new.username, "role": new.role });
    audit::store::record(tx, context, "account_create", ("account", id), details)?;
    Ok(accounts::service::account(tx, id)?.actor())
}

const fn sees_an_area(role: Role) -> bool {
    matches!(role, Role::Bureau | Role::Finance | Role::Town)
}

/// The towns of the demo in the order of its offices.
#[must_use]
pub fn towns(demo: &Demo) -> Vec<AreaCode> {
    let offices = demo.organisations.iter().filter(|office| office.kind == OrganisationKind::TownOffice);
    offices.map(|office| office.area.clone()).collect()
}
