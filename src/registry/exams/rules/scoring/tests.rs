use uuid::Uuid;

use super::*;
use crate::kernel::ids::{ApplicationId, ExamSessionId, OrganisationId, ScoreId};
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

fn session(parts: &[ExamPart], resits: i32) -> Session {
    let day = "2026-11-28".parse().expect("a day");
    Session {
        id: ExamSessionId::from_uuid(Uuid::nil()),
        code: "2611284K7QX".to_owned(),
        body: OrganisationId::from_uuid(Uuid::nil()),
        occupation: Occupation::ElderlyCareWorker,
        specialty: Specialty::General,
        level: SkillLevel::Four,
        area: "330481".parse().expect("an area"),
        place: String::new(),
        registration_closes_on: day,
        held_on: day,
        capacity: 1,
        parts: parts.iter().map(|part| Part { part: *part, maximum: 100, pass_mark: 60 }).collect(),
        resits,
        version: 1,
    }
}

/// `theory1:60` is a confirmed score of the first attempt, `theory1?60` one that waits; 1 enters, 2 confirms.
fn scores(text: &str) -> Vec<Score> {
    let read = |(at, word): (usize, &str)| {
        let mark = word.find([':', '?']).expect("a mark");
        let (part, attempt) = word[..mark].split_at(mark - 1);
        let part = match part {
            "theory" => ExamPart::Theory,
            "practical" => ExamPart::Practical,
            _ => ExamPart::Review,
        };
        Score {
            id: ScoreId::from_uuid(Uuid::from_u128(at as u128)),
            application: ApplicationId::from_uuid(Uuid::nil()),
            part,
            attempt: attempt.parse().expect("an attempt"),
            score: word[mark + 1..].parse().expect("a score"),
            entered_by: account(1),
            confirmed_by: word[mark..].starts_with(':').then(|| account(2)),
        }
    };
    text.split_whitespace().enumerate().map(read).collect()
}

const TWO: &[ExamPart] = &[ExamPart::Theory, ExamPart::Practical];
const THREE: &[ExamPart] = &[ExamPart::Theory, ExamPart::Practical, ExamPart::Review];

#[test]
fn every_part_has_to_be_passed_and_confirmed() {
    let check = |parts: &[ExamPart], resits, text, expected| {
        assert_eq!(outcome(&session(parts, resits), &scores(text)), expected, "{text}");
    };
    check(TWO, 1, "", Outcome::Pending);
    check(TWO, 1, "theory1:60 practical1:100", Outcome::Passed);
    check(TWO, 1, "theory1:60 practical1?100", Outcome::Pending);
    check(THREE, 1, "theory1:60 practical1:100", Outcome::Pending);
    check(THREE, 1, "theory1:60 practical1:60 review1:60", Outcome::Passed);
    // One re-sit of the failed part alone; the passed one stands.
    check(TWO, 1, "theory1:59 practical1:60", Outcome::Pending);
    check(TWO, 1, "theory1:59 practical1:60 theory2?90", Outcome::Pending);
    check(TWO, 1, "theory1:59 practical1:60 theory2:60", Outcome::Passed);
    check(TWO, 1, "theory1:59 practical1:60 theory2:59", Outcome::Failed);
    check(TWO, 0, "theory1:59 practical1:60", Outcome::Failed);
    // A part that failed for good decides, whatever still waits.
    check(TWO, 0, "theory1:59 practical1?60", Outcome::Failed);
    check(&[], 1, "", Outcome::Pending);
}

#[test]
fn an_entry_belongs_to_the_open_attempt() {
    let check = |text, part, score, attempt, expected| {
        let found = enter(&session(TWO, 1), &scores(text), part, score, attempt);
        assert_eq!(found, expected, "{text} {part} {score} {attempt:?}");
    };
    let theory = ExamPart::Theory;
    check("", theory, 0, None, Ok(1));
    check("", theory, 100, Some(1), Ok(1));
    check("", theory, 101, None, Err(EntryRefused::TooHigh));
    check("", ExamPart::Review, 80, None, Err(EntryRefused::UnknownPart));
    check("", theory, 80, Some(2), Err(EntryRefused::OtherAttempt));
    check("theory1?50", theory, 80, None, Ok(1));
    check("theory1:80", theory, 90, None, Err(EntryRefused::Final));
    check("theory1:50", theory, 90, None, Ok(2));
    // Handing in the first sheet once more is no re-sit.
    check("theory1:50", theory, 50, Some(1), Err(EntryRefused::OtherAttempt));
    check("theory1:50 theory2:50", theory, 90, None, Err(EntryRefused::NoResitLeft));
    check("practical1:50", theory, 90, None, Ok(1));
}

#[test]
fn nobody_confirms_their_own_entry_and_nothing_twice() {
    let check = |text, by, expected: Result<usize, Refused>| {
        let scores = scores(text);
        let found = confirm_all(&scores, account(by)).map(|chosen| chosen.len());
        assert_eq!(found, expected, "{text} by {by}");
    };
    check("", 2, Err(Refused::NothingToConfirm));
    check("theory1?80 practical1?70", 2, Ok(2));
    check("theory1?80 practical1?70", 1, Err(Refused::SecondPersonNeeded));
    check("theory1:80 practical1?70", 2, Ok(1));
    check("theory1:80", 2, Err(Refused::AlreadyConfirmed));

    let one = scores("theory1?80 practical1:70");
    assert_eq!(confirm(one.first(), account(2)), Ok(()));
    assert_eq!(confirm(one.first(), account(1)), Err(Refused::SecondPersonNeeded));
    assert_eq!(confirm(one.get(1), account(3)), Err(Refused::AlreadyConfirmed));
    assert_eq!(confirm(None, account(2)), Err(Refused::NothingToConfirm));
}

/// Two people entered; each may confirm what the other did.
#[test]
fn confirming_all_leaves_ones_own_to_others() {
    let mut mixed = scores("theory1?80 practical1?70");
    mixed[1].entered_by = account(2);
    let chosen = confirm_all(&mixed, account(2)).expect("the other's");
    assert_eq!(chosen.iter().map(|score| score.part).collect::<Vec<_>>(), [ExamPart::Theory]);
}
