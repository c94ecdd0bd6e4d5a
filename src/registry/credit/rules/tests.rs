use super::*;
use crate::kernel::dates::shanghai_midnight;
use crate::kernel::ids::{CreditListingId, OrganisationId};
use crate::registry::credit::NewSubject;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn account(n: u128) -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_u128(n))
}

fn act(n: u128, on: &str) -> Act {
    Act { by: account(n), at: shanghai_midnight(day(on)) }
}

fn organisation() -> Subject {
    Subject::Organisation(OrganisationId::from_uuid(uuid::Uuid::from_u128(7)))
}

/// Proposed by account 1 on 2026-03-01.
fn listing(list: CreditList, from: &str, to: Option<&str>) -> Listing {
    Listing {
        id: CreditListingId::from_uuid(uuid::Uuid::from_u128(9)),
        list,
        subject: organisation(),
        subject_name: "某校".to_owned(),
        area: "330481001".parse().ok(),
        grounds: Grounds::of(list)[0],
        reason: "事实".to_owned(),
        document: "文号".to_owned(),
        from: day(from),
        to: to.map(day),
        proposed: act(1, "2026-03-01"),
        state: ListingState::Proposed,
        version: 1,
    }
}

fn rules() -> LocalRules {
    LocalRules { valid_from: day("2021-01-01"), black_years_max: 3, blocks: vec![BlockedStep::ClassFiling] }
}

#[test]
fn a_proposal_says_all_that_is_wrong_with_it() {
    use CreditList::{Black, Red};
    use Grounds::{Commended, FalseClaim};

    let check = |list, grounds, from: &str, to: Option<&str>, expected: &[(&str, &str)]| {
        let new = NewListing {
            list,
            subject: NewSubject::Registered(organisation()),
            grounds,
            reason: String::new(),
            document: String::new(),
            from: day(from),
            to: to.map(day),
        };
        let found = super::check(&new, &rules(), day("2026-11-21")).err().map_or_else(Vec::new, |e| e.0);
        let found: Vec<_> = found.iter().map(|e| (e.field.as_str(), e.code)).collect();
        assert_eq!(found, expected, "{list} {grounds} {from} {to:?}");
    };
    check(Black, FalseClaim, "2026-11-21", Some("2026-11-21"), &[]);
    check(Black, FalseClaim, "2026-11-21", Some("2029-11-20"), &[]);
    check(Black, FalseClaim, "2026-11-21", Some("2029-11-21"), &[("listed_to", "listing-too-long")]);
    check(Black, FalseClaim, "2026-11-21", None, &[("listed_to", "black-needs-end")]);
    check(Black, FalseClaim, "2026-11-21", Some("2026-11-20"), &[("listed_to", "date-order")]);
    check(Black, FalseClaim, "2026-01-01", Some("2026-11-20"), &[("listed_to", "listing-over")]);
    check(
        Black,
        Commended,
        "2026-11-21",
        None,
        &[("grounds", "grounds-of-other-list"), ("listed_to", "black-needs-end")],
    );
    check(Red, Commended, "2026-11-21", None, &[]);
    check(Red, Commended, "2026-11-21", Some("2040-01-01"), &[]);
    check(Red, FalseClaim, "2026-11-21", None, &[("grounds", "grounds-of-other-list")]);
}

#[test]
fn a_second_person_decides_and_nobody_is_listed_before() {
    let check = |from: &str, to: &str, by: Act, expected: Result<&str, Conflict>| {
        let listing = listing(CreditList::Black, from, Some(to));
        let decided = listing.state.decide(&listing, Verdict::List, by);
        let from = decided.map(|state| state.listed().map(|listed| listed.from));
        assert_eq!(from, expected.map(|on| Some(day(on))), "{from:?}");
    };
    check("2026-03-05", "2026-12-31", act(2, "2026-03-02"), Ok("2026-03-05"));
    check("2026-01-01", "2026-12-31", act(2, "2026-03-02"), Ok("2026-03-02"));
    check("2026-01-01", "2026-03-02", act(2, "2026-03-02"), Ok("2026-03-02"));
    check("2026-01-01", "2026-03-01", act(2, "2026-03-02"), Err(Conflict::PeriodOver));
    check("2026-01-01", "2026-12-31", act(1, "2026-03-02"), Err(Conflict::SamePerson));
    let listing = listing(CreditList::Black, "2026-03-05", Some("2026-12-31"));
    let refused = listing.state.decide(&listing, Verdict::Refuse, act(2, "2026-03-02")).expect("refused");
    assert_eq!(refused.decide(&listing, Verdict::List, act(2, "2026-03-02")), Err(Conflict::NotProposed));
}

#[test]
fn what_is_in_force_follows_from_the_dates() {
    let phase_on = |state: ListingState, on: &str| {
        let listing = Listing { state, ..listing(CreditList::Black, "2026-03-05", Some("2026-12-31")) };
        phase(&listing, day(on))
    };
    let listed = Listed { decided: act(2, "2026-03-02"), from: day("2026-03-05"), appeal: None };
    let check = |state, expected: &[(&str, Phase)]| {
        for (on, phase) in expected {
            assert_eq!(phase_on(state, on), *phase, "{on}");
        }
    };
    check(ListingState::Proposed, &[("2026-03-05", Phase::Proposed)]);
    check(ListingState::Refused { decided: act(2, "2026-03-02") }, &[("2026-03-05", Phase::Refused)]);
    check(
        ListingState::Listed(listed),
        &[
            ("2026-03-04", Phase::Upcoming),
            ("2026-03-05", Phase::InForce),
            ("2026-12-31", Phase::InForce),
            ("2027-01-01", Phase::Over),
        ],
    );
    check(
        ListingState::Ended { listed, on: day("2026-06-01") },
        &[
            ("2026-03-04", Phase::Upcoming),
            ("2026-05-31", Phase::InForce),
            ("2026-06-01", Phase::Ended),
            ("2027-01-01", Phase::Ended),
        ],
    );
    // Ended before it began, and decided on only after it was over.
    check(
        ListingState::Ended { listed, on: day("2026-03-03") },
        &[("2026-03-02", Phase::Upcoming), ("2026-03-03", Phase::Ended), ("2026-03-05", Phase::Ended)],
    );
    check(
        ListingState::Ended { listed, on: day("2027-02-01") },
        &[("2026-12-31", Phase::InForce), ("2027-01-15", Phase::Over), ("2027-02-01", Phase::Ended)],
    );
}

#[test]
fn an_appeal_is_made_once_and_heard_by_another() {
    let black = listing(CreditList::Black, "2026-03-05", Some("2026-12-31"));
    let (today, to) = (day("2026-06-01"), black.to);
    let appeal = |state: ListingState, list| state.appeal(list, to, today);
    let listed =
        ListingState::Listed(Listed { decided: act(2, "2026-03-02"), from: day("2026-03-05"), appeal: None });
    assert_eq!(appeal(ListingState::Proposed, CreditList::Black), Err(Conflict::NotListed));
    assert_eq!(appeal(listed, CreditList::Red), Err(Conflict::NotAppealable));
    assert_eq!(listed.appeal(CreditList::Black, to, day("2027-01-01")), Err(Conflict::PeriodOver));
    let open = appeal(listed, CreditList::Black).expect("open");
    assert_eq!(appeal(open, CreditList::Black), Err(Conflict::AlreadyAppealed));
    assert_eq!(open.end(to, today), Err(Conflict::AppealOpen));

    let decide = |state: ListingState, verdict, by| state.decide_appeal(&black, verdict, account(by), today);
    assert_eq!(decide(listed, AppealVerdict::Uphold, 3), Err(Conflict::NoAppeal));
    for had_part in [1, 2] {
        assert_eq!(decide(open, AppealVerdict::Uphold, had_part), Err(Conflict::AppealNeedsAnother));
    }
    let upheld = decide(open, AppealVerdict::Uphold, 3).expect("upheld");
    assert!(matches!(upheld, ListingState::Ended { on, .. } if on == today));
    let dismissed = decide(open, AppealVerdict::Dismiss, 3).expect("dismissed");
    assert_eq!(appeal(dismissed, CreditList::Black), Err(Conflict::AlreadyAppealed));
    assert_eq!(decide(dismissed, AppealVerdict::Uphold, 3), Err(Conflict::NoAppeal));
    assert!(matches!(dismissed.end(to, today), Ok(ListingState::Ended { .. })));
    assert_eq!(upheld.end(to, today), Err(Conflict::NotListed));
    assert_eq!(listed.end(to, day("2027-01-01")), Err(Conflict::PeriodOver));
}

#[test]
fn what_is_blocked_is_dated_data() {
    let check =
        |step, on: &str, expected: bool| assert_eq!(blocks(&rules(), step, day(on)), expected, "{on}");
    check(BlockedStep::ClassFiling, "2026-11-21", true);
    check(BlockedStep::ClassFiling, "2020-12-31", false);
    check(BlockedStep::ExamSession, "2026-11-21", false);
}
