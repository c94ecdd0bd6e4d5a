use super::*;
use crate::kernel::codes::Code;
use crate::kernel::ids::AccountId;
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::organisations::AccreditationStatus;
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn state(standing: Standing) -> CertificateState {
    let since = day("2026-01-01");
    match standing {
        Standing::Valid => CertificateState::Valid { since },
        Standing::Suspended => CertificateState::Suspended { since },
        Standing::Revoked => CertificateState::Revoked { since },
        Standing::Replaced => CertificateState::Replaced { since, by: successor() },
    }
}

fn successor() -> CertificateId {
    CertificateId::from_uuid(Uuid::from_u128(2))
}

#[test]
fn every_change_on_every_state() {
    use NotAllowed::{Ended, NotSuspended, NotValid};
    use Standing::{Replaced, Revoked, Suspended, Valid};
    let on = day("2026-11-21");
    let table = [
        (Valid, [Ok(Suspended), Err(NotSuspended), Ok(Revoked), Ok(Replaced)]),
        (Suspended, [Err(NotValid), Ok(Valid), Ok(Revoked), Err(NotValid)]),
        (Revoked, [Err(Ended); 4]),
        (Replaced, [Err(Ended); 4]),
    ];
    for (before, expected) in table {
        let found = [
            state(before).suspend(on),
            state(before).reinstate(on),
            state(before).revoke(on),
            state(before).replace(on, successor()),
        ];
        for after in found.iter().flatten() {
            assert_eq!(after.since(), on);
            assert_eq!(after.successor().is_some(), after.standing() == Replaced);
        }
        assert_eq!(found.map(|after| after.map(CertificateState::standing)), expected, "{before}");
    }
}

#[test]
fn every_reason_has_its_change() {
    for reason in ReasonCode::ALL {
        assert!(Change::ALL.iter().any(|change| reason.fits(*change)), "{reason}");
    }
    assert!(!ReasonCode::Damaged.fits(Change::Revoke));
    assert!(!ReasonCode::Fraud.fits(Change::Suspend));
    assert!(!ReasonCode::Other.fits(Change::Issue));
}

#[test]
fn a_revocation_takes_two_persons_and_the_bureau() {
    use Caller::{Another, First};
    use ReasonCode::{Fraud, LentOut};
    use RevocationStep::{Revoke, Wait};
    let check = |role, persons, waiting: Option<Caller>, expected| {
        let waiting = waiting.map(|by_caller| Waiting { by_caller, reason: Fraud });
        assert_eq!(revocation_step(role, persons, Fraud, waiting), expected, "{role} {persons:?}");
    };
    check(Role::Bureau, Persons::One, None, Ok(Revoke));
    check(Role::Assessor, Persons::One, None, Ok(Wait));
    check(Role::Bureau, Persons::Two, None, Ok(Wait));
    check(Role::Bureau, Persons::Two, Some(First), Err(NotSecond::SamePerson));
    check(Role::Bureau, Persons::Two, Some(Another), Ok(Revoke));
    check(Role::Assessor, Persons::Two, Some(Another), Err(NotSecond::NotBureau));
    let other = Waiting { by_caller: Another, reason: LentOut };
    let step = revocation_step(Role::Bureau, Persons::Two, Fraud, Some(other));
    assert_eq!(step, Err(NotSecond::OtherReason));
}

#[test]
fn names_are_masked() {
    for (name, expected) in [
        ("王秀兰", "王*兰"),
        ("王兰", "王*"),
        ("欧阳秀兰", "欧**兰"),
        ("王", "*"),
        ("", ""),
        ("阿卜杜拉·买买提", "阿******提"),
    ] {
        assert_eq!(masked(name), expected);
    }
}

fn actor(role: Role, organisation: u128, area: Option<&str>, person: u128) -> Actor {
    Actor {
        account: AccountId::from_uuid(Uuid::nil()),
        name: String::new(),
        role,
        organisation: Some(OrganisationId::from_uuid(Uuid::from_u128(organisation))),
        area: area.map(|area| area.parse().expect("an area")),
        person: Some(PersonId::from_uuid(Uuid::from_u128(person))),
    }
}

#[test]
fn who_may_see_one() {
    let area: AreaCode = "330481002".parse().expect("an area");
    let whose = Whose {
        person: PersonId::from_uuid(Uuid::from_u128(7)),
        body: OrganisationId::from_uuid(Uuid::from_u128(1)),
        area: &area,
    };
    let check = |role, organisation, area, person, expected| {
        assert_eq!(may_see(&actor(role, organisation, area, person), whose), expected, "{role} {area:?}");
    };
    check(Role::Bureau, 9, Some("330481"), 0, true);
    check(Role::Bureau, 9, Some("330482"), 0, false);
    check(Role::Bureau, 9, None, 0, true);
    check(Role::Assessor, 1, None, 0, true);
    check(Role::Assessor, 2, None, 0, false);
    check(Role::Caregiver, 0, None, 7, true);
    check(Role::Caregiver, 0, None, 8, false);
    for role in [Role::School, Role::FirstAidIssuer] {
        check(role, 1, None, 0, true);
        check(role, 2, None, 0, false);
    }
    for role in [Role::Institution, Role::Finance, Role::Town] {
        check(role, 1, Some("330481"), 7, false);
    }
}

fn grounds() -> Grounds {
    Grounds {
        person: PersonId::from_uuid(Uuid::from_u128(7)),
        body: OrganisationId::from_uuid(Uuid::from_u128(1)),
        merit: Merit::Skill {
            occupation: Occupation::ElderlyCareWorker,
            specialty: Specialty::General,
            level: SkillLevel::Five,
            results: Vec::new(),
            criteria: None,
        },
        occupation: Some(Occupation::ElderlyCareWorker),
        level: Some(SkillLevel::Five),
        term: Term::FromIssue,
    }
}

#[test]
fn only_an_open_and_accredited_body_issues() {
    let body = Organisation {
        id: grounds().body,
        kind: OrganisationKind::AssessmentBody,
        name: String::new(),
        name_en: String::new(),
        credit_code: None,
        area_code: "330481".parse().expect("an area"),
        body_code: Some("S000033990001".parse().expect("a body")),
        institution_kind: None,
        beds: None,
        status: OrganisationStatus::Active,
        version: 1,
    };
    let held = |status| {
        vec![Accreditation {
            id: crate::kernel::ids::AccreditationId::from_uuid(Uuid::nil()),
            organisation: grounds().body,
            scope: Scope::Assessment,
            occupation: Some(Occupation::ElderlyCareWorker),
            levels: vec![SkillLevel::Five],
            valid_from: day("2026-01-01"),
            valid_to: day("2026-12-31"),
            status,
            status_since: day("2026-06-01"),
            document: String::new(),
            version: 1,
        }]
    };
    let active = held(AccreditationStatus::Active);
    let check = |body: &Organisation, held: &[Accreditation], on, expected: Result<(), NotIssuable>| {
        assert_eq!(issuable(grounds(), body, held, day(on)).map(|_| ()), expected, "{on}");
    };
    check(&body, &active, "2026-11-21", Ok(()));
    let halted = NotIssuable::Accreditation("accreditation-halted");
    check(&body, &held(AccreditationStatus::Suspended), "2026-11-21", Err(halted));
    let over = NotIssuable::Accreditation("not-accredited-on-that-day");
    check(&body, &active, "2027-01-01", Err(over));
    check(&body, &[], "2026-11-21", Err(NotIssuable::Accreditation("not-accredited")));
    let closed = Organisation { status: OrganisationStatus::Closed, ..body.clone() };
    check(&closed, &active, "2026-11-21", Err(NotIssuable::Body));
    let nameless = Organisation { body_code: None, ..body };
    check(&nameless, &active, "2026-11-21", Err(NotIssuable::Body));
}
