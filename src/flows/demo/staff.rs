//! Who works where, since when: the spells of some 1,100 people at the institutions, with those who left and those
//! who changed the house.

use chrono::NaiveDate;

use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::people::{Citizen, Registrar};
use crate::kernel::dates::years_after;
use crate::kernel::vocabulary::InstitutionKind;
use crate::registry::employment::{LeavingReason, PostKind};
use crate::seeds::demo::{Organisation, StaffShare};

/// Caregivers employed today.
pub const CAREGIVERS: usize = 897;
/// People who worked as caregivers and have left.
const LEAVERS: usize = 86;
/// Posts that a home-care centre counts for, as if it had so many beds.
const HOME_CARE_SIZE: u32 = 55;
/// The longest spell of anybody, in days.
const LONGEST: f64 = 14.0 * 365.25;

/// A person's work, the last spell last.
#[derive(Clone)]
pub struct Worker {
    pub citizen: Citizen,
    pub position: String,
    pub spells: Vec<Stint>,
}

#[derive(Debug, Clone, Copy)]
pub struct Stint {
    /// Index among the institutions.
    pub at: usize,
    pub kind: PostKind,
    pub from: NaiveDate,
    /// The last day and why.
    pub end: Option<(NaiveDate, LeavingReason)>,
}

impl Worker {
    #[must_use]
    pub fn is_caregiver(&self) -> bool {
        self.position == CAREGIVER
    }

    #[must_use]
    pub fn since(&self) -> Option<NaiveDate> {
        self.spells.first().map(|stint| stint.from)
    }

    /// Where the person works today.
    #[must_use]
    pub fn employer(&self) -> Option<usize> {
        self.spells.last().filter(|stint| stint.end.is_none()).map(|stint| stint.at)
    }

    /// Whole years of work up to `day`, without the gaps: in the demo nobody has any.
    #[must_use]
    pub fn years_on(&self, day: NaiveDate) -> i32 {
        self.since().map_or(0, |since| crate::kernel::dates::whole_years(since, day))
    }
}

pub const CAREGIVER: &str = "caregiver";

/// The people of all institutions: first those employed today as caregivers, then those in other posts, then those
/// who have left.
pub fn staff(
    dice: &Dice<'_>,
    registrar: &mut Registrar<'_>,
    institutions: &[&Organisation],
    mix: &[StaffShare],
    opened: NaiveDate,
    today: NaiveDate,
) -> Vec<Worker> {
    let mut workers = Vec::new();
    let sizes = parted(CAREGIVERS, &institutions.iter().map(|house| size(house)).collect::<Vec<_>>());
    for (at, (house, count)) in institutions.iter().zip(&sizes).enumerate() {
        for _ in 0..*count {
            let citizen = registrar.make(&house.area, 88);
            workers.push(employed(dice, citizen, CAREGIVER, at, institutions.len(), opened, today));
        }
    }
    let others: Vec<(&str, u32)> = mix
        .iter()
        .filter(|share| share.position != CAREGIVER)
        .map(|share| (share.position.as_str(), share.weight))
        .collect();
    let weight = |caregiver: bool| -> usize {
        let own = mix.iter().filter(|share| (share.position == CAREGIVER) == caregiver);
        own.map(|share| usize::try_from(share.weight).unwrap_or(0)).sum()
    };
    for (at, (house, count)) in institutions.iter().zip(&sizes).enumerate() {
        for _ in 0..(count * weight(false) + weight(true) / 2) / weight(true).max(1) {
            let citizen = registrar.make(&house.area, 70);
            let position = dice.weighted(&others).copied().unwrap_or(CAREGIVER);
            workers.push(employed(dice, citizen, position, at, 0, opened, today));
        }
    }
    for _ in 0..LEAVERS {
        let at = dice.below(institutions.len());
        let citizen = registrar.make(&institutions[at].area, 88);
        workers.push(left(dice, citizen, at, opened, today));
    }
    workers
}

fn size(house: &Organisation) -> u32 {
    match house.institution_kind {
        Some(InstitutionKind::HomeCareCentre) | None => HOME_CARE_SIZE,
        Some(_) => house.beds.unwrap_or(HOME_CARE_SIZE),
    }
}

/// Parts `whole` by weight; what rounding leaves goes to the first ones.
fn parted(whole: usize, weights: &[u32]) -> Vec<usize> {
    let sum: usize = weights.iter().map(|weight| usize::try_from(*weight).unwrap_or(0)).sum();
    let part = |weight: &u32| whole * usize::try_from(*weight).unwrap_or(0) / sum.max(1);
    let mut parts: Vec<usize> = weights.iter().map(part).collect();
    let rest = whole - parts.iter().sum::<usize>();
    parts.iter_mut().take(rest).for_each(|part| *part += 1);
    parts
}

/// Somebody who works there today; some came from another of `houses`, on the day after they left it.
fn employed(
    dice: &Dice<'_>,
    citizen: Citizen,
    position: &str,
    at: usize,
    houses: usize,
    opened: NaiveDate,
    today: NaiveDate,
) -> Worker {
    let earliest = years_after(citizen.born, 19);
    let from = start(dice, earliest, today);
    let kind = post_kind(dice);
    let mut spells = Vec::new();
    let before = start(dice, earliest, shifted(from, -200));
    let elsewhere = dice.below(houses.max(1));
    // A move is known to the registry from both sides only where it saw both.
    if houses > 0
        && elsewhere != at
        && dice.chance(16)
        && before < from
        && (from <= opened || before < opened)
    {
        let end = (shifted(from, -1), LeavingReason::Transferred);
        spells.push(Stint { at: elsewhere, kind, from: before, end: Some(end) });
    }
    spells.push(Stint { at, kind, from, end: None });
    Worker { citizen, position: position.to_owned(), spells }
}

/// Somebody who left since the registry opened.
fn left(dice: &Dice<'_>, citizen: Citizen, at: usize, opened: NaiveDate, today: NaiveDate) -> Worker {
    let to = shifted(today, -dice.between(8, (today - opened).num_days() - 40));
    let from = start(dice, years_after(citizen.born, 19), shifted(to, -60)).min(shifted(to, -30));
    let reasons = if crate::kernel::dates::whole_years(citizen.born, to) >= 55 { &OLD } else { &YOUNG };
    let reason = dice.weighted(reasons).copied().unwrap_or(LeavingReason::Other);
    let stint = Stint { at, kind: post_kind(dice), from, end: Some((to, reason)) };
    Worker { citizen, position: CAREGIVER.to_owned(), spells: vec![stint] }
}

/// A first day: many came lately, few long ago.
fn start(dice: &Dice<'_>, earliest: NaiveDate, latest: NaiveDate) -> NaiveDate {
    let days = dice.share().powf(1.5) * LONGEST;
    #[expect(clippy::cast_possible_truncation, reason = "some thousands of days")]
    let from = shifted(latest, -(days as i64) - 12);
    from.max(earliest).min(shifted(latest, -12))
}

fn post_kind(dice: &Dice<'_>) -> PostKind {
    const KINDS: [(PostKind, u32); 4] = [
        (PostKind::Regular, 74),
        (PostKind::Dispatch, 14),
        (PostKind::PublicWelfare, 8),
        (PostKind::PartTime, 4),
    ];
    dice.weighted(&KINDS).copied().unwrap_or(PostKind::Regular)
}

const YOUNG: [(LeavingReason, u32); 3] =
    [(LeavingReason::Resigned, 70), (LeavingReason::ContractEnded, 25), (LeavingReason::Dismissed, 5)];
const OLD: [(LeavingReason, u32); 3] =
    [(LeavingReason::Retired, 65), (LeavingReason::Resigned, 25), (LeavingReason::ContractEnded, 10)];
