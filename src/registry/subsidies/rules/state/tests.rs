use super::*;
use crate::kernel::codes::Code;

fn account(n: u128) -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_u128(n))
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

const SUBMITTER: u128 = 1;
const FIRST: u128 = 2;
const LAST: u128 = 3;
const OBJECTOR: u128 = 4;
const ANOTHER: u128 = 5;

fn deed(by: u128) -> Deed {
    Deed { by: account(by), at: at("2026-11-01T02:00:00Z") }
}

fn review(town: bool, two_persons: bool, notice_days: u32) -> Review {
    Review { town, two_persons, notice_days, apply_by: None, approve_by: None, appeal_days: 15 }
}

fn approved() -> Approved {
    let notice = PublicNotice { starts_on: day("2026-11-01"), ends_on: day("2026-11-08") };
    Approved { submitted: deed(SUBMITTER), first: Some(deed(FIRST)), last: deed(LAST), notice: Some(notice) }
}

fn appealed() -> Appeal {
    Appeal {
        id: ClaimAppealId::from_uuid(uuid::Uuid::from_u128(1)),
        refused: Deed { by: account(FIRST), at: at("2026-11-02T02:00:00Z") },
        appealed: Deed { by: account(SUBMITTER), at: at("2026-11-17T15:59:00Z") },
    }
}

/// A state of every code.
fn state(code: StateCode) -> ClaimState {
    let objection = Objection { by: account(OBJECTOR), on: day("2026-11-03") };
    match code {
        StateCode::Draft => ClaimState::Draft,
        StateCode::Submitted => ClaimState::Submitted(deed(SUBMITTER)),
        StateCode::TownReviewed => ClaimState::TownReviewed(deed(SUBMITTER)),
        StateCode::FirstApproved => {
            ClaimState::FirstApproved { submitted: deed(SUBMITTER), first: deed(FIRST) }
        }
        StateCode::InNotice => ClaimState::InNotice(approved()),
        StateCode::Objected => ClaimState::Objected(approved(), objection),
        StateCode::ForFinance => ClaimState::ForFinance(approved()),
        StateCode::InBatch => ClaimState::InBatch(approved()),
        StateCode::Paid => ClaimState::Paid(approved()),
        StateCode::Failed => ClaimState::Failed(approved()),
        StateCode::Returned => ClaimState::Returned(approved()),
        StateCode::ToRecover => ClaimState::ToRecover(approved()),
        StateCode::Recovered => ClaimState::Recovered(approved()),
        StateCode::Stopped => ClaimState::Stopped,
        StateCode::Refused => ClaimState::Refused,
        StateCode::Appealed => ClaimState::Appealed(deed(SUBMITTER), appealed()),
        StateCode::Withdrawn => ClaimState::Withdrawn,
    }
}

/// Takes a step from every state: what is not in the table must be refused.
fn check(name: &str, step: impl Fn(ClaimState) -> Step, allowed: &[(StateCode, StateCode)]) {
    for from in StateCode::ALL {
        let expected = allowed.iter().find(|(before, _)| before == from).map(|(_, after)| *after);
        let found = step(state(*from)).ok().map(|after| after.code());
        assert_eq!(found, expected, "{name} from {from}");
    }
}

#[test]
fn every_step_from_every_state() {
    use StateCode::{
        Appealed, Draft, Failed, FirstApproved, ForFinance, InBatch, InNotice, Objected, Paid, Recovered,
        Refused, Returned, Stopped, Submitted, ToRecover, TownReviewed, Withdrawn,
    };
    let soon = at("2026-11-01T02:10:00Z");
    let today = day("2026-11-05");
    let by = account(ANOTHER);
    check("submit", |s| s.submit(deed(SUBMITTER)), &[(Draft, Submitted)]);
    check("withdraw", |s| s.withdraw(soon), &[(Draft, Withdrawn), (Submitted, Withdrawn)]);
    check("review", |s| s.town_review(by, &review(true, true, 7)), &[(Submitted, TownReviewed)]);
    check("review unasked", |s| s.town_review(by, &review(false, true, 7)), &[]);
    let approve = |r: Review| move |s: ClaimState| s.approve(deed(ANOTHER), &r, today);
    check(
        "approve by one",
        approve(review(false, false, 7)),
        &[(Submitted, InNotice), (TownReviewed, InNotice), (FirstApproved, InNotice)],
    );
    check(
        "approve by two after the town",
        approve(review(true, true, 7)),
        &[(TownReviewed, FirstApproved), (FirstApproved, InNotice)],
    );
    check(
        "approve without a notice",
        approve(review(true, false, 0)),
        &[(TownReviewed, ForFinance), (FirstApproved, ForFinance)],
    );
    check(
        "refuse",
        |s| s.refuse(by),
        &[(Submitted, Refused), (TownReviewed, Refused), (FirstApproved, Refused)],
    );
    check("object", |s| s.object(Objection { by, on: today }), &[(InNotice, Objected)]);
    check("uphold", |s| s.resolve(by, today, Finding::Upheld), &[(Objected, Refused)]);
    check("dismiss", |s| s.resolve(by, today, Finding::Dismissed), &[(Objected, InNotice)]);
    check("end the notice", |s| s.end_notice(day("2026-11-09")), &[(InNotice, ForFinance)]);
    check("end it early", |s| s.end_notice(day("2026-11-08")), &[]);
    check(
        "enter a batch",
        ClaimState::enter_batch,
        &[(ForFinance, InBatch), (Failed, InBatch), (Returned, InBatch)],
    );
    check("leave it", ClaimState::leave_batch, &[(InBatch, ForFinance)]);
    check("pay", |s| s.settle(PaymentResult::Paid), &[(InBatch, Paid)]);
    check("fail", |s| s.settle(PaymentResult::Failed), &[(InBatch, Failed)]);
    check("return", |s| s.settle(PaymentResult::Returned), &[(InBatch, Returned)]);
    let stoppable =
        [Submitted, TownReviewed, FirstApproved, InNotice, Objected, ForFinance, Failed, Returned];
    check("stop", ClaimState::stop, &stoppable.map(|from| (from, Stopped)));
    check("appeal", |s| s.appeal(deed(SUBMITTER), appealed(), 15, None), &[(Refused, Appealed)]);
    let grant = |town| move |s: ClaimState| s.decide_appeal(by, &review(town, false, 7), Finding::Upheld);
    check("grant", grant(false), &[(Appealed, Submitted)]);
    check("grant after the town", grant(true), &[(Appealed, TownReviewed)]);
    let dismiss = |s: ClaimState| s.decide_appeal(by, &review(true, false, 7), Finding::Dismissed);
    check("dismiss the appeal", dismiss, &[(Appealed, Refused)]);
    check("take back", ClaimState::take_back, &[(Paid, Returned)]);
    check("demand", ClaimState::demand, &[(Paid, ToRecover)]);
    check("recover", ClaimState::recovered, &[(ToRecover, Recovered)]);
    check(
        "reassess",
        |s| s.reassessable().map(|()| s),
        &[(Submitted, Submitted), (TownReviewed, TownReviewed)],
    );
}

#[test]
fn nobody_decides_on_their_own() {
    let today = day("2026-11-05");
    let two = review(false, true, 7);
    let same = Err(NotAllowed::SamePerson);
    assert_eq!(state(StateCode::Submitted).town_review(account(SUBMITTER), &review(true, true, 7)), same);
    assert_eq!(state(StateCode::Submitted).approve(deed(SUBMITTER), &two, today), same);
    assert_eq!(state(StateCode::Submitted).refuse(account(SUBMITTER)), same);
    assert_eq!(state(StateCode::FirstApproved).approve(deed(FIRST), &two, today), same);
    assert_eq!(state(StateCode::FirstApproved).approve(deed(SUBMITTER), &two, today), same);
    for finding in [Finding::Upheld, Finding::Dismissed] {
        for had_part in [SUBMITTER, FIRST] {
            let decided = state(StateCode::Appealed).decide_appeal(account(had_part), &two, finding);
            assert_eq!(decided, same);
        }
        assert_eq!(state(StateCode::Objected).resolve(account(OBJECTOR), today, finding), same);
        assert_eq!(state(StateCode::Objected).resolve(account(SUBMITTER), today, finding), same);
    }
}

#[test]
fn what_was_submitted_can_be_taken_back_for_ten_minutes() {
    let submitted = || state(StateCode::Submitted);
    assert_eq!(submitted().withdraw(at("2026-11-01T02:10:00Z")), Ok(ClaimState::Withdrawn));
    let over = Err(NotAllowed::WithdrawalOver);
    assert_eq!(submitted().withdraw(at("2026-11-01T02:10:00.000001Z")), over);
}

/// Refused on 2 November in Shanghai, with 15 days: the 17th is the last, to its last minute.
#[test]
fn a_refusal_is_appealed_once_in_its_days() {
    let appeal = |appeal: Appeal, days, before: Option<&Appeal>| {
        state(StateCode::Refused).appeal(deed(SUBMITTER), appeal, days, before).map(|after| after.code())
    };
    let midnight =
        Appeal { appealed: Deed { at: at("2026-11-17T16:00:00Z"), ..appealed().appealed }, ..appealed() };
    assert_eq!(appeal(appealed(), 15, None), Ok(StateCode::Appealed));
    assert_eq!(appeal(midnight, 15, None), Err(NotAllowed::AppealOver));
    assert_eq!(appeal(midnight, 16, None), Ok(StateCode::Appealed));
    assert_eq!(appeal(appealed(), 0, None), Err(NotAllowed::NoAppeal));
    assert_eq!(appeal(appealed(), 15, Some(&appealed())), Err(NotAllowed::AppealedBefore));
}

#[test]
fn a_notice_stands_for_its_days_and_stops_for_an_objection() {
    let made = state(StateCode::Submitted).approve(deed(LAST), &review(false, false, 7), day("2026-11-21"));
    let Ok(ClaimState::InNotice(Approved { notice: Some(notice), .. })) = made else { panic!("{made:?}") };
    assert_eq!((notice.starts_on, notice.ends_on), (day("2026-11-21"), day("2026-11-28")));
    assert!(!notice.has_ended(day("2026-11-28")) && notice.has_ended(day("2026-11-29")));
    // Objected on the third day, dismissed four days later: five days are left as before.
    let dismissed =
        state(StateCode::Objected).resolve(account(ANOTHER), day("2026-11-07"), Finding::Dismissed);
    let Ok(ClaimState::InNotice(Approved { notice: Some(notice), .. })) = dismissed else {
        panic!("{dismissed:?}")
    };
    assert_eq!(notice.ends_on, day("2026-11-12"));
    let late = Objection { by: account(ANOTHER), on: day("2026-11-09") };
    assert_eq!(state(StateCode::InNotice).object(late), Err(NotAllowed::NoticeOver));
}

#[test]
fn money_is_promised_or_paid_or_neither() {
    for code in StateCode::ALL {
        assert!(!(code.is_committed() && code.is_paid()), "{code}");
    }
}
