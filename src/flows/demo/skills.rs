//! Who is certified, at which level, and by whom: examined here in a sitting, or recorded from elsewhere. The numbers
//! are chosen, not drawn, so that the demo's figures are the same for every seed.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::staff::Worker;
use crate::kernel::skill::SkillLevel;
use crate::registry::certificates::ReasonCode;

/// Caregivers employed today with a valid certificate: 25.5 of 10,000 elders, and 68 % of the caregivers.
pub const CERTIFIED: usize = 610;
/// Of them, from the highest level down; the rest holds level 5. Together 17 % of the caregivers are senior.
const HIGHER: [(SkillLevel, usize); 4] =
    [(SkillLevel::One, 3), (SkillLevel::Two, 20), (SkillLevel::Three, 129), (SkillLevel::Four, 180)];
/// Recorded certificates that have expired.
const EXPIRED: usize = 6;

/// An exam, past, present or announced.
pub struct Sitting {
    /// 0 or 1: which of the two bodies.
    pub body: usize,
    pub level: SkillLevel,
    /// The day of its announcement.
    pub opens_on: NaiveDate,
    pub closes_on: NaiveDate,
    pub held_on: NaiveDate,
    pub stage: Stage,
    pub candidates: Vec<Candidate>,
}

/// How far a sitting has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Registration,
    /// Held, without scores.
    Held,
    /// Scores wait for the second person.
    Entered,
    /// On public notice since this day.
    Noticed(NaiveDate),
    /// Certificates issued after the notice that began on this day.
    Issued(NaiveDate),
}

#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Index among the workers.
    pub who: usize,
    pub fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Passes,
    /// Fails the practical part, and its re-sit.
    Fails,
    /// Passes, and what becomes of the certificate later.
    Then(Later),
    /// Is not admitted, for lack of years.
    TooEarly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    Suspended,
    Reinstated,
    Revoked(ReasonCode),
    /// One person has asked for it.
    RevocationAsked,
    Replaced(ReasonCode),
}

/// A certificate from elsewhere.
pub struct Elsewhere {
    pub who: usize,
    pub level: SkillLevel,
    pub issued_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
}

pub struct Skills {
    /// Indices of those who hold a valid certificate today.
    pub certified: Vec<usize>,
    /// In the order of their exam days.
    pub sittings: Vec<Sitting>,
    pub elsewhere: Vec<Elsewhere>,
}

/// Levels of the sittings that are over, one every four weeks or so, with how many pass.
const OVER: [(SkillLevel, usize); 16] = [
    (SkillLevel::Five, 18),
    (SkillLevel::Five, 18),
    (SkillLevel::Four, 15),
    (SkillLevel::Five, 18),
    (SkillLevel::Three, 13),
    (SkillLevel::Four, 15),
    (SkillLevel::Five, 18),
    (SkillLevel::Five, 18),
    (SkillLevel::Four, 15),
    (SkillLevel::Three, 13),
    (SkillLevel::Five, 18),
    (SkillLevel::Four, 15),
    (SkillLevel::Five, 18),
    (SkillLevel::Three, 13),
    (SkillLevel::Five, 18),
    (SkillLevel::Four, 15),
];

pub fn skills(dice: &Dice<'_>, workers: &[Worker], towns: &[usize], today: NaiveDate) -> Skills {
    let caregivers: Vec<usize> = (0..workers.len())
        .filter(|&who| workers[who].is_caregiver() && workers[who].employer().is_some())
        .collect();
    let (certified, rest) = part_certified(dice, workers, &caregivers, towns, today);
    let mut pools = Pools { dice, workers, levels: levels(dice, workers, &certified), rest };
    let mut sittings: Vec<Sitting> = (0..OVER.len()).map(|index| pools.over(index, today)).collect();
    sittings.extend(pools.current(today));
    let mut elsewhere = pools.elsewhere(today);
    elsewhere.extend(pools.expired(today));
    Skills { certified, sittings, elsewhere }
}

/// The certified and the others. Some houses, and with them their towns, are ahead.
fn part_certified(
    dice: &Dice<'_>,
    workers: &[Worker],
    caregivers: &[usize],
    towns: &[usize],
    today: NaiveDate,
) -> (Vec<usize>, Vec<usize>) {
    let ahead: Vec<f64> =
        (0..=towns.iter().copied().max().unwrap_or(0)).map(|_| dice.share() - 0.5).collect();
    let mut ranked: Vec<(f64, usize)> = caregivers
        .iter()
        .map(|&who| {
            let town = workers[who].employer().and_then(|at| towns.get(at)).copied().unwrap_or(0);
            let years = f64::from(workers[who].years_on(today).min(10));
            (dice.share() + 0.45 * ahead[town] + 0.08 * years, who)
        })
        .collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    let all: Vec<usize> = ranked.into_iter().map(|(_, who)| who).collect();
    let (certified, rest) = all.split_at(CERTIFIED.min(all.len()));
    let mut rest = rest.to_vec();
    dice.shuffle(&mut rest);
    (certified.to_vec(), rest)
}

/// The certified by level, those who have worked longest the highest, with some chance in it.
fn levels(dice: &Dice<'_>, workers: &[Worker], certified: &[usize]) -> Vec<(usize, SkillLevel)> {
    let mut ranked: Vec<(i64, usize)> = certified
        .iter()
        .map(|&who| {
            let since = workers[who].since().map_or(0, |since| i64::from(since.num_days_from_ce()));
            (since + dice.between(0, 600), who)
        })
        .collect();
    ranked.sort_unstable();
    let mut higher = HIGHER.iter().flat_map(|(level, count)| std::iter::repeat_n(*level, *count));
    ranked.into_iter().map(|(_, who)| (who, higher.next().unwrap_or(SkillLevel::Five))).collect()
}

/// Years of service that a level asks for of somebody without a certificate (浙技评〔2025〕1号).
const fn years_asked(level: SkillLevel) -> i32 {
    match level {
        SkillLevel::Five => 0,
        SkillLevel::Four => 5,
        SkillLevel::Three | SkillLevel::Two | SkillLevel::One => 10,
    }
}

/// Who is left to be examined.
struct Pools<'a> {
    dice: &'a Dice<'a>,
    workers: &'a [Worker],
    /// The certified whose certificate has no origin yet.
    levels: Vec<(usize, SkillLevel)>,
    /// The others, in any order.
    rest: Vec<usize>,
}

impl Pools<'_> {
    /// A sitting whose certificates are issued.
    fn over(&mut self, index: usize, today: NaiveDate) -> Sitting {
        let (level, passing) = OVER[index];
        let back = 500 - 29 * i64::try_from(index).unwrap_or(0);
        let held_on = saturday(shifted(today, -back));
        let opens_on = shifted(held_on, -30);
        let mut candidates = self.passing(level, passing, opens_on);
        for (place, later) in laters(index) {
            match later {
                // These hold a valid certificate today.
                Later::Reinstated | Later::RevocationAsked | Later::Replaced(_) => {
                    if let Some(candidate) = candidates.get_mut(place) {
                        candidate.fate = Fate::Then(later);
                    }
                }
                Later::Suspended | Later::Revoked(_) => {
                    candidates.extend(self.others(1, opens_on, level, Fate::Then(later)));
                }
            }
        }
        candidates.extend(self.others(2 + index % 3, opens_on, level, Fate::Fails));
        candidates.extend(self.early(index % 3, opens_on, level));
        self.dice.shuffle(&mut candidates);
        let stage = Stage::Issued(shifted(held_on, 6));
        Sitting {
            body: index % 2,
            level,
            opens_on,
            closes_on: shifted(held_on, -10),
            held_on,
            stage,
            candidates,
        }
    }

    /// One sitting at each stage, all but one of the first body.
    fn current(&mut self, today: NaiveDate) -> Vec<Sitting> {
        let noticed = Stage::Noticed(shifted(today, -22));
        let mut all = vec![
            self.at_stage(0, SkillLevel::Five, shifted(today, -30), noticed, (14, 2, 0)),
            self.at_stage(
                0,
                SkillLevel::Four,
                shifted(today, -9),
                Stage::Noticed(shifted(today, -1)),
                (9, 2, 2),
            ),
            self.at_stage(0, SkillLevel::Five, shifted(today, -5), Stage::Entered, (12, 3, 0)),
            self.at_stage(0, SkillLevel::Five, shifted(today, -2), Stage::Held, (15, 0, 0)),
            self.at_stage(0, SkillLevel::Three, shifted(today, 22), Stage::Registration, (0, 0, 3)),
            self.at_stage(1, SkillLevel::Five, shifted(today, 26), Stage::Registration, (9, 0, 0)),
        ];
        let up = self.moving_up(7, shifted(today, -8));
        all[4].candidates.extend(up);
        for sitting in &mut all {
            self.dice.shuffle(&mut sitting.candidates);
        }
        all
    }

    fn at_stage(
        &mut self,
        body: usize,
        level: SkillLevel,
        held_on: NaiveDate,
        stage: Stage,
        (pass, fail, early): (usize, usize, usize),
    ) -> Sitting {
        let opens_on = shifted(held_on, -30);
        let mut candidates = self.others(pass, opens_on, level, Fate::Passes);
        candidates.extend(self.others(fail, opens_on, level, Fate::Fails));
        candidates.extend(self.early(early, opens_on, level));
        Sitting { body, level, opens_on, closes_on: shifted(held_on, -10), held_on, stage, candidates }
    }

    /// Some of those who are to hold the level, and had the years for it.
    fn passing(&mut self, level: SkillLevel, count: usize, on: NaiveDate) -> Vec<Candidate> {
        let workers = self.workers;
        let fits = |&(who, held): &(usize, SkillLevel)| held == level && is_ready(&workers[who], level, on);
        let mut found: Vec<usize> =
            self.levels.iter().filter(|entry| fits(entry)).map(|entry| entry.0).collect();
        self.dice.shuffle(&mut found);
        found.truncate(count);
        let taken: BTreeSet<usize> = found.iter().copied().collect();
        self.levels.retain(|(who, _)| !taken.contains(who));
        found.into_iter().map(|who| Candidate { who, fate: Fate::Passes }).collect()
    }

    /// Some who hold level 4 from elsewhere and apply for level 3.
    fn moving_up(&self, count: usize, on: NaiveDate) -> Vec<Candidate> {
        let holds = |entry: &&(usize, SkillLevel)| {
            entry.1 == SkillLevel::Four && is_ready(&self.workers[entry.0], SkillLevel::Three, on)
        };
        let found = self.levels.iter().filter(holds).take(count);
        found.map(|(who, _)| Candidate { who: *who, fate: Fate::Passes }).collect()
    }

    /// Some of those who are to hold no certificate today, and had the years for the level.
    fn others(&mut self, count: usize, on: NaiveDate, level: SkillLevel, fate: Fate) -> Vec<Candidate> {
        let workers = self.workers;
        self.take(count, fate, |who| is_ready(&workers[who], level, on))
    }

    /// Some who lacked the years.
    fn early(&mut self, count: usize, on: NaiveDate, level: SkillLevel) -> Vec<Candidate> {
        let workers = self.workers;
        let lacks = |who: usize| {
            is_ready(&workers[who], SkillLevel::Five, on)
                && workers[who].years_on(on) + 2 < years_asked(level)
        };
        self.take(count, Fate::TooEarly, lacks)
    }

    fn take(&mut self, count: usize, fate: Fate, fits: impl Fn(usize) -> bool) -> Vec<Candidate> {
        let chosen: Vec<usize> = self.rest.iter().copied().filter(|&who| fits(who)).take(count).collect();
        self.rest.retain(|who| !chosen.contains(who));
        chosen.into_iter().map(|who| Candidate { who, fate }).collect()
    }

    /// The certificates of all who were not examined here.
    fn elsewhere(&mut self, today: NaiveDate) -> Vec<Elsewhere> {
        let left = std::mem::take(&mut self.levels);
        let of = |(who, level): (usize, SkillLevel)| {
            let since = self.workers[who].since().unwrap_or(today);
            let earliest = shifted(since, 20).max(shifted(today, -8 * 365));
            let span = (today - earliest).num_days() - 21;
            let issued_on = shifted(earliest, self.dice.between(0, span.max(0))).min(shifted(today, -1));
            Elsewhere { who, level, issued_on, expires_on: None }
        };
        left.into_iter().map(of).collect()
    }

    fn expired(&mut self, today: NaiveDate) -> Vec<Elsewhere> {
        let long_here = shifted(today, -1_400);
        let workers = self.workers;
        let found =
            self.take(EXPIRED, Fate::Passes, |who| workers[who].since().is_some_and(|day| day < long_here));
        let of = |candidate: Candidate| {
            let last = shifted(today, -self.dice.between(20, 300));
            let (issued_on, expires_on) = (shifted(last, -3 * 365), Some(last));
            Elsewhere { who: candidate.who, level: SkillLevel::Five, issued_on, expires_on }
        };
        found.into_iter().map(of).collect()
    }
}

/// Whether somebody worked here before `on`, and long enough for the level.
fn is_ready(worker: &Worker, level: SkillLevel, on: NaiveDate) -> bool {
    worker.since().is_some_and(|since| since < on) && worker.years_on(on) >= years_asked(level)
}

/// What becomes of certificates of the sittings that are over, with a place among those who passed.
fn laters(index: usize) -> Vec<(usize, Later)> {
    match index {
        0 => vec![(0, Later::Revoked(ReasonCode::Fraud)), (1, Later::Replaced(ReasonCode::Lost))],
        3 => vec![(0, Later::Revoked(ReasonCode::LentOut)), (2, Later::Reinstated)],
        6 => vec![(0, Later::Suspended), (1, Later::Replaced(ReasonCode::Damaged))],
        7 => vec![(0, Later::Revoked(ReasonCode::IssuedInError)), (3, Later::Suspended)],
        10 => vec![(0, Later::Suspended), (2, Later::RevocationAsked)],
        _ => Vec::new(),
    }
}

/// The last Saturday up to `day`.
fn saturday(day: NaiveDate) -> NaiveDate {
    let past = day.weekday().days_since(Weekday::Sat);
    shifted(day, -i64::from(past))
}
