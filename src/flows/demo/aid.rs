//! Who holds a first-aid certificate: valid, about to expire, expired or missing.

use chrono::NaiveDate;

use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::staff::Worker;

/// Of 100 certified caregivers, those with a valid first-aid certificate.
const DUAL: usize = 80;
/// Certified caregivers whose certificate ends within thirty days; they are among [`DUAL`].
const ENDING: usize = 28;
/// Years for which one is valid.
const YEARS: i64 = 3;

pub struct Aid {
    pub who: usize,
    pub issued_on: NaiveDate,
    pub expires_on: NaiveDate,
}

/// Of them, colleagues of the demo's caregiver, so that their institution has something to renew.
const ENDING_COLLEAGUES: usize = 4;

/// `certified` are indices of `workers`; `sure` holds a certificate that is valid for long.
pub fn aid(
    dice: &Dice<'_>,
    workers: &[Worker],
    certified: &[usize],
    sure: usize,
    today: NaiveDate,
) -> Vec<Aid> {
    let mut order: Vec<usize> = certified.iter().copied().filter(|who| *who != sure).collect();
    dice.shuffle(&mut order);
    order.insert(0, sure);
    let valid = certified.len() * DUAL / 100;
    let lapsed = (certified.len() - valid) / 2;
    let colleague = |who: &&usize| workers[**who].employer() == workers[sure].employer();
    let colleagues: Vec<usize> =
        order[1..].iter().filter(colleague).take(ENDING_COLLEAGUES).copied().collect();
    for (place, who) in (valid - ENDING..).zip(colleagues) {
        if let Some(now) = order.iter().position(|other| *other == who) {
            order.swap(now, place);
        }
    }
    let mut all = Vec::new();
    for (place, who) in order.into_iter().enumerate() {
        let left = if place < valid - ENDING {
            dice.between(40, 1_050)
        } else if place < valid {
            dice.between(2, 28)
        } else if place < valid + lapsed {
            -dice.between(3, 420)
        } else {
            continue;
        };
        all.push(lasting(who, left, today));
    }
    let others =
        (0..workers.len()).filter(|who| workers[*who].employer().is_some() && !certified.contains(who));
    for who in others {
        if dice.chance(24) {
            all.push(lasting(who, dice.between(40, 1_050), today));
        }
    }
    all.sort_by_key(|aid| (aid.issued_on, aid.who));
    all
}

fn lasting(who: usize, left: i64, today: NaiveDate) -> Aid {
    let expires_on = shifted(today, left);
    Aid { who, issued_on: shifted(expires_on, -YEARS * 365), expires_on }
}
