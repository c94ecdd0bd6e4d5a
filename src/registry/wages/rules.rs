//! What is wrong with a notice, who publishes it, and which one is in force.

use chrono::NaiveDate;

use crate::kernel::codes::Code;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::skill::SkillLevel;
use crate::registry::wages::error::Conflict;
use crate::registry::wages::{Act, LevelWage, NewNotice, WageNotice, WageState, WageStatus};

/// Checks an entry: some levels, each once, with low ≤ median ≤ high. `last` is the day from which the newest
/// published notice counts.
pub fn check(new: &NewNotice, last: Option<NaiveDate>) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if last.is_some_and(|last| new.effective_from <= last) {
        let day = last.unwrap_or_default();
        errors.push(FieldError::new("effective_from", "wage-not-later").with("date", day));
    }
    if new.levels.is_empty() {
        errors.push(FieldError::new("levels", "wage-no-level"));
    }
    for (place, one) in new.levels.iter().enumerate() {
        // By its level, for a page leaves rows out.
        let row = SkillLevel::ALL.iter().position(|level| *level == one.level).unwrap_or(place);
        if new.levels[..place].iter().any(|before| before.level == one.level) {
            errors.push(FieldError::new(format!("levels[{place}].level"), "wage-level-twice"));
        } else if one.median < one.low || one.high < one.median {
            errors.push(
                FieldError::new(format!("levels[{row}].low"), "wage-order").with("level", one.level.number()),
            );
        }
    }
    Invalid::if_any(errors)
}

/// From level 5 up.
#[must_use]
pub fn sorted(mut levels: Vec<LevelWage>) -> Vec<LevelWage> {
    levels.sort_by_key(|one| std::cmp::Reverse(one.level.number()));
    levels
}

impl WageState {
    #[must_use]
    pub const fn status(self) -> WageStatus {
        match self {
            Self::Draft => WageStatus::Draft,
            Self::Published(_) => WageStatus::Published,
            Self::Dropped(_) => WageStatus::Dropped,
        }
    }

    /// 发布, by somebody who has not entered it, and only after what is published.
    pub fn publish(self, notice: &WageNotice, last: Option<NaiveDate>, by: Act) -> Result<Self, Conflict> {
        match self {
            Self::Draft if notice.entered.by == by.by => Err(Conflict::SamePerson),
            Self::Draft if last.is_some_and(|last| notice.effective_from <= last) => Err(Conflict::Overtaken),
            Self::Draft => Ok(Self::Published(by)),
            Self::Published(_) | Self::Dropped(_) => Err(Conflict::NotDraft),
        }
    }

    pub fn drop_it(self, by: Act) -> Result<Self, Conflict> {
        match self {
            Self::Draft => Ok(Self::Dropped(by)),
            Self::Published(_) | Self::Dropped(_) => Err(Conflict::NotDraft),
        }
    }
}

/// Whether `notice` is in force on a day: of what is published for its area and occupation, the last to take effect.
#[must_use]
pub fn is_in_force(published: &[WageNotice], notice: &WageNotice, on: NaiveDate) -> bool {
    let of_it = |one: &&WageNotice| {
        one.area == notice.area && one.occupation == notice.occupation && one.effective_from <= on
    };
    let last = published.iter().filter(of_it).max_by_key(|one| one.effective_from);
    last.is_some_and(|last| last.effective_from == notice.effective_from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::Id;
    use crate::kernel::money::Fen;
    use crate::kernel::skill::Occupation;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn wage(level: SkillLevel, [low, median, high]: [i64; 3]) -> LevelWage {
        let fen = Fen::new;
        LevelWage { level, low: fen(low), median: fen(median), high: fen(high) }
    }

    fn new(levels: Vec<LevelWage>) -> NewNotice {
        NewNotice {
            area: None,
            occupation: Occupation::ElderlyCareWorker,
            effective_from: day("2026-01-01"),
            document: "通知".to_owned(),
            source: "统计".to_owned(),
            illustrative: false,
            levels,
        }
    }

    #[test]
    fn every_wrong_level_is_told() {
        use SkillLevel::{Five, Four};
        let check = |levels, last: Option<&str>, expected: &[(&str, &str)]| {
            let errors = check(&new(levels), last.map(day)).err().map_or_else(Vec::new, |e| e.0);
            let errors: Vec<_> = errors.iter().map(|e| (e.field.as_str(), e.code)).collect();
            assert_eq!(errors, expected);
        };
        let good = wage(Five, [1, 2, 3]);
        check(vec![good], None, &[]);
        check(vec![good], Some("2025-12-31"), &[]);
        check(vec![good], Some("2026-01-01"), &[("effective_from", "wage-not-later")]);
        check(vec![], None, &[("levels", "wage-no-level")]);
        check(vec![good, good], None, &[("levels[1].level", "wage-level-twice")]);
        check(vec![wage(Four, [2, 1, 3])], None, &[("levels[1].low", "wage-order")]);
        check(vec![wage(Four, [1, 3, 2])], None, &[("levels[1].low", "wage-order")]);
    }

    fn notice(from: &str) -> WageNotice {
        let by = |n| Some(Id::from_uuid(Uuid::from_bytes([n; 16])));
        WageNotice {
            id: Id::from_uuid(Uuid::from_bytes([0; 16])),
            area: "330481".parse().expect("an area"),
            occupation: Occupation::ElderlyCareWorker,
            effective_from: day(from),
            document: String::new(),
            source: String::new(),
            illustrative: false,
            levels: Vec::new(),
            entered: Act { by: by(1), at: "2026-01-01T00:00:00Z".parse().expect("a time") },
            state: WageState::Draft,
            version: 1,
        }
    }

    #[test]
    fn a_notice_is_published_by_another_and_after_the_last() {
        let one = notice("2026-01-01");
        let same = one.entered;
        let other = Act { by: Some(Id::from_uuid(Uuid::from_bytes([2; 16]))), ..same };
        let publish = |state: WageState, last: Option<&str>, by| state.publish(&one, last.map(day), by);
        assert_eq!(publish(WageState::Draft, None, same), Err(Conflict::SamePerson));
        assert_eq!(publish(WageState::Draft, Some("2026-01-01"), other), Err(Conflict::Overtaken));
        let published = publish(WageState::Draft, Some("2025-01-01"), other).expect("published");
        assert_eq!(publish(published, None, other), Err(Conflict::NotDraft));
        assert_eq!(published.drop_it(same), Err(Conflict::NotDraft));
        let dropped = WageState::Draft.drop_it(same).expect("dropped");
        assert_eq!(publish(dropped, None, other), Err(Conflict::NotDraft));
    }

    #[test]
    fn the_last_that_has_taken_effect_is_in_force() {
        let published = [notice("2027-01-01"), notice("2026-01-01"), notice("2025-01-01")];
        let in_force = |on: &str| {
            let place = published.iter().position(|one| is_in_force(&published, one, day(on)));
            let count = published.iter().filter(|one| is_in_force(&published, one, day(on))).count();
            assert!(count <= 1, "{on}");
            place
        };
        assert_eq!(in_force("2026-12-31"), Some(1));
        assert_eq!(in_force("2027-01-01"), Some(0));
        assert_eq!(in_force("2024-12-31"), None);
    }
}
