//! Which spells can stand beside each other, whose staff a caller may see and change, and how service is counted.

use chrono::{Days, NaiveDate};

use crate::kernel::context::{Actor, Role};
use crate::kernel::dates::{Period, days_covered, years_after};
use crate::kernel::ids::OrganisationId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::employment::{Employment, Leaving, NewDeclaredService, Post};
use crate::registry::organisations::Organisation;
use crate::seeds::Position;

/// 最低就业年龄 (Labour Law, article 15).
const WORKING_AGE: u32 = 16;

/// Days of one year of service.
const YEAR: i64 = 365;

#[must_use]
pub fn position<'a>(positions: &'a [Position], code: &str) -> Option<&'a Position> {
    positions.iter().find(|position| position.code == code)
}

/// Whether who holds the post is a caregiver (护理员).
#[must_use]
pub fn is_caregiver(positions: &[Position], code: &str) -> bool {
    position(positions, code).is_some_and(|position| position.caregiver)
}

/// Checks a post by itself and against the holder's birth date and other spells; `at` is the institution. Another
/// institution is not named to this one: only its dates are.
pub fn check_post(
    post: &Post,
    at: &Organisation,
    born: NaiveDate,
    spells: &[Employment],
    positions: &[Position],
    today: NaiveDate,
) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if position(positions, &post.position).is_none() {
        let allowed: Vec<_> = positions.iter().map(|position| position.code.as_str()).collect();
        errors.push(FieldError::new("position", "unknown-choice").with("allowed", allowed.join(", ")));
    }
    if post.from_date > today {
        errors.push(FieldError::new("from_date", "future-date"));
    }
    if post.from_date < years_after(born, WORKING_AGE) {
        errors.push(FieldError::new("from_date", "under-working-age"));
    }
    if let Some(other) = spells.iter().find(|spell| excludes(spell, post, at.id, positions)) {
        errors.push(overlap(other, at));
    }
    Invalid::if_any(errors)
}

/// Checks that a spell can end so.
pub fn check_leaving(spell: &Employment, leaving: &Leaving, today: NaiveDate) -> Result<(), Invalid> {
    if leaving.to_date > today {
        return Err(Invalid::one("to_date", "future-date"));
    }
    if leaving.to_date < spell.period.from {
        return Err(Invalid::one("to_date", "date-order"));
    }
    Ok(())
}

/// The last day of a spell that a new one follows on `from`.
pub fn day_before(spell: &Employment, from: NaiveDate) -> Result<NaiveDate, Invalid> {
    match from.checked_sub_days(Days::new(1)) {
        Some(last) if last >= spell.period.from => Ok(last),
        _ => Err(Invalid::one("from_date", "date-order")),
    }
}

pub fn check_declared(new: &NewDeclaredService, born: NaiveDate, today: NaiveDate) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if new.to_date < new.from_date {
        errors.push(FieldError::new("to_date", "date-order"));
    }
    if new.to_date > today {
        errors.push(FieldError::new("to_date", "future-date"));
    }
    if new.from_date < years_after(born, WORKING_AGE) {
        errors.push(FieldError::new("from_date", "under-working-age"));
    }
    Invalid::if_any(errors)
}

/// Whether the caller may see an organisation's staff: its own, or that of its area.
#[must_use]
pub fn may_see_staff(actor: &Actor, organisation: &Organisation) -> bool {
    match actor.role {
        Role::Administrator => true,
        Role::Bureau | Role::Town => {
            actor.area.as_ref().is_some_and(|area| organisation.area_code.is_within(area))
        }
        Role::Institution => actor.organisation == Some(organisation.id),
        Role::Finance | Role::School | Role::Assessor | Role::FirstAidIssuer | Role::Caregiver => false,
    }
}

/// Whether the caller may change an organisation's staff. A town looks on.
#[must_use]
pub fn may_change_staff(actor: &Actor, organisation: &Organisation) -> bool {
    actor.role != Role::Town && may_see_staff(actor, organisation)
}

/// Days of service from `since` up to and including `until`; a day counts once, in however many posts.
#[must_use]
pub fn service_days(periods: &[Period], since: NaiveDate, until: NaiveDate) -> i64 {
    days_covered(periods, since, until)
}

/// Whole years of service. The application conditions (申报条件) add spells up (累计), so days are summed and 365 of
/// them are a year, as Chinese civil practice counts a year that is not continuous (民通意见 §198, from memory).
/// Calendar years are never shorter, so nobody waits past an anniversary; leap days are the applicant's gain.
#[must_use]
pub fn service_years(periods: &[Period], since: NaiveDate, until: NaiveDate) -> u32 {
    u32::try_from(service_days(periods, since, until) / YEAR).unwrap_or(0)
}

/// Caregiving stands beside no full-time spell, and nobody is employed by one institution twice at a time. Two
/// part-time posts may overlap, as may posts that no figure counts.
fn excludes(spell: &Employment, post: &Post, at: OrganisationId, positions: &[Position]) -> bool {
    let new = Period { from: post.from_date, to: None };
    let caregiving = (is_caregiver(positions, &post.position) && spell.post_kind.is_full_time())
        || (is_caregiver(positions, &spell.position) && post.post_kind.is_full_time());
    spell.period.overlaps(&new) && (caregiving || spell.organisation == at)
}

/// The words `open` and `other` choose the sentence's form in the translations.
fn overlap(spell: &Employment, at: &Organisation) -> FieldError {
    let own = spell.organisation == at.id;
    FieldError::new("from_date", "overlapping-employment")
        .with("institution", if own { at.name.as_str() } else { "other" })
        .with("from", spell.period.from)
        .with("to", spell.period.to.map_or_else(|| "open".to_owned(), |to| to.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::{AccountId, EmploymentId, PersonId};
    use crate::kernel::vocabulary::OrganisationKind;
    use crate::registry::employment::{LeavingReason, PostKind};
    use crate::registry::organisations::OrganisationStatus;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn organisation(number: u128) -> Organisation {
        Organisation {
            id: OrganisationId::from_uuid(uuid::Uuid::from_u128(number)),
            kind: OrganisationKind::CareInstitution,
            name: "硖石养老院".to_owned(),
            name_en: String::new(),
            credit_code: None,
            area_code: "330481001".parse().expect("a code"),
            body_code: None,
            institution_kind: None,
            beds: None,
            status: OrganisationStatus::Active,
            version: 1,
        }
    }

    fn positions() -> Vec<Position> {
        let position = |code: &str, caregiver| Position {
            code: code.to_owned(),
            zh: String::new(),
            en: String::new(),
            caregiver,
        };
        vec![position("caregiver", true), position("nurse", false)]
    }

    fn spell(at: u128, position: &str, post_kind: PostKind, from: &str, to: Option<&str>) -> Employment {
        Employment {
            id: EmploymentId::from_uuid(uuid::Uuid::nil()),
            person: PersonId::from_uuid(uuid::Uuid::nil()),
            organisation: organisation(at).id,
            position: position.to_owned(),
            post_kind,
            period: Period { from: day(from), to: to.map(day) },
            leaving_reason: None,
            version: 1,
        }
    }

    /// Joins institution 1 on `from` beside `spells`, by somebody born on 1 May 2000, on 21 November 2026.
    fn check(spells: &[Employment], position: &str, kind: PostKind, from: &str, expected: &[(&str, &str)]) {
        let post = Post { position: position.to_owned(), post_kind: kind, from_date: day(from) };
        let (born, today) = (day("2000-05-01"), day("2026-11-21"));
        let found = match check_post(&post, &organisation(1), born, spells, &positions(), today) {
            Ok(()) => Vec::new(),
            Err(Invalid(errors)) => errors,
        };
        let found: Vec<_> = found.iter().map(|e| (e.field.as_str(), e.code)).collect();
        assert_eq!(found, expected, "{position} {kind} from {from} beside {spells:?}");
    }

    #[test]
    fn a_post_by_itself() {
        use PostKind::Regular;
        check(&[], "caregiver", Regular, "2026-11-21", &[]);
        check(&[], "caregiver", Regular, "2026-11-22", &[("from_date", "future-date")]);
        check(&[], "caregiver", Regular, "2016-05-01", &[]);
        check(
            &[],
            "cook",
            Regular,
            "2016-04-30",
            &[("position", "unknown-choice"), ("from_date", "under-working-age")],
        );
    }

    #[test]
    fn caregiving_stands_beside_nothing_full_time() {
        use PostKind::{Dispatch, PartTime, Regular};
        let overlapping: &[_] = &[("from_date", "overlapping-employment")];
        for (before, position, kind, expected) in [
            (("caregiver", Regular), "caregiver", Regular, overlapping),
            (("nurse", Dispatch), "caregiver", PartTime, overlapping),
            (("caregiver", PartTime), "nurse", Regular, overlapping),
            (("caregiver", PartTime), "caregiver", PartTime, &[][..]),
            (("nurse", Regular), "nurse", Regular, &[][..]),
        ] {
            let elsewhere = spell(2, before.0, before.1, "2024-01-01", None);
            check(&[elsewhere], position, kind, "2025-01-01", expected);
        }
        let ended = spell(2, "caregiver", Regular, "2024-01-01", Some("2024-12-31"));
        check(std::slice::from_ref(&ended), "caregiver", Regular, "2025-01-01", &[]);
        check(&[ended], "caregiver", Regular, "2024-12-31", overlapping);
        let here = spell(1, "nurse", PartTime, "2024-01-01", None);
        check(&[here], "nurse", PartTime, "2025-01-01", overlapping);
    }

    #[test]
    fn another_institution_is_not_named() {
        let named = |at| {
            let error = overlap(&spell(at, "nurse", PostKind::Regular, "2024-01-01", None), &organisation(1));
            error.args.iter().find(|(name, _)| *name == "institution").map(|(_, value)| value.clone())
        };
        assert_eq!(named(1).as_deref(), Some("硖石养老院"));
        assert_eq!(named(2).as_deref(), Some("other"));
    }

    #[test]
    fn a_spell_ends_between_its_beginning_and_today() {
        let spell = spell(1, "caregiver", PostKind::Regular, "2025-01-01", None);
        let check = |to: &str| {
            let leaving = Leaving { to_date: day(to), reason: LeavingReason::Resigned };
            check_leaving(&spell, &leaving, day("2026-11-21")).map_err(|Invalid(errors)| errors[0].code)
        };
        assert_eq!(check("2025-01-01"), Ok(()));
        assert_eq!(check("2026-11-21"), Ok(()));
        assert_eq!(check("2024-12-31"), Err("date-order"));
        assert_eq!(check("2026-11-22"), Err("future-date"));
        assert_eq!(day_before(&spell, day("2025-01-02")), Ok(day("2025-01-01")));
        assert_eq!(day_before(&spell, day("2025-01-01")), Err(Invalid::one("from_date", "date-order")));
    }

    #[test]
    fn years_of_service_add_up() {
        let period = |from: &str, to: &str| Period { from: day(from), to: Some(day(to)) };
        let years = |periods: &[Period], until: &str| service_years(periods, NaiveDate::MIN, day(until));
        let whole = [period("2022-03-01", "2024-02-29")];
        assert_eq!(years(&whole, "2024-02-27"), 1);
        // The leap day is the applicant's gain: 730 days on 28 February.
        assert_eq!(years(&whole, "2024-02-28"), 2);
        let halves = [period("2020-01-01", "2020-06-30"), period("2022-01-01", "2022-07-02")];
        assert_eq!(service_days(&halves, NaiveDate::MIN, day("2026-01-01")), 365);
        assert_eq!(years(&halves, "2026-01-01"), 1);
        assert_eq!(years(&halves, "2022-07-01"), 0);
        assert_eq!(service_years(&whole, day("2023-03-01"), day("2026-01-01")), 1);
        assert_eq!(years(&[whole[0], whole[0]], "2026-01-01"), 2);
    }

    #[test]
    fn whose_staff_may_be_seen_and_changed() {
        let actor = |role, own: Option<u128>, area: Option<&str>| Actor {
            account: AccountId::from_uuid(uuid::Uuid::nil()),
            name: String::new(),
            role,
            organisation: own.map(|number| organisation(number).id),
            area: area.map(|code| code.parse().expect("a code")),
            person: None,
        };
        let staffed = organisation(1);
        for (actor, see, change) in [
            (actor(Role::Institution, Some(1), None), true, true),
            (actor(Role::Institution, Some(2), None), false, false),
            (actor(Role::Bureau, Some(3), Some("330481")), true, true),
            (actor(Role::Bureau, Some(3), Some("330482")), false, false),
            (actor(Role::Town, Some(4), Some("330481001")), true, false),
            (actor(Role::Town, Some(4), Some("330481002")), false, false),
            (actor(Role::School, Some(1), Some("330481")), false, false),
            (actor(Role::Administrator, None, None), true, true),
        ] {
            let found = (may_see_staff(&actor, &staffed), may_change_staff(&actor, &staffed));
            assert_eq!(found, (see, change), "{actor:?}");
        }
    }
}
