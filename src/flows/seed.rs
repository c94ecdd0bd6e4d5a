//! Puts the dated data of `seeds/` that people may edit later into the database. Running it again changes nothing
//! that is there.

use crate::db::Tx;
use crate::flows::error::Error;
use crate::kernel::context::Context;
use crate::registry::areas::{self, Area, NewPopulation};
use crate::registry::{indicators, schemes, training, wages};
use crate::seeds::{Population, Seeds};

#[derive(Debug, Clone, Copy, Default)]
pub struct Seeded {
    pub areas: usize,
    pub populations: usize,
}

pub fn seed(tx: &mut Tx, context: &Context, seeds: &Seeds) -> Result<Seeded, Error> {
    for area in &seeds.areas {
        let area = Area {
            code: area.code.clone(),
            parent_code: area.code.parent(),
            kind: area.kind,
            name: area.name.clone(),
            name_en: area.name_en.clone(),
        };
        areas::store::save(tx, &area)?;
    }
    training::service::programmes_seed(tx, context, &seeds.programmes)?;
    indicators::service::targets_seed(tx, context, &seeds.jurisdictions)?;
    schemes::service::schemes_seed(tx, context, &seeds.schemes)?;
    wages::service::wages_seed(tx, context, &seeds.jurisdictions)?;
    let populations = populations(tx, context, &seeds.populations)?;
    Ok(Seeded { areas: seeds.areas.len(), populations })
}

/// Adds the figures that are not there yet; how many were.
pub fn populations(tx: &mut Tx, context: &Context, figures: &[Population]) -> Result<usize, Error> {
    let mut added = 0;
    for figure in figures {
        let new = NewPopulation {
            area_code: figure.area.clone(),
            counted_on: figure.on,
            basis: figure.basis,
            age_from: i32::try_from(figure.age_from).unwrap_or(areas::ELDER_AGE),
            age_to: figure.age_to.and_then(|age| i32::try_from(age).ok()),
            persons: figure.persons,
            kind: figure.kind,
            source: figure.source.clone(),
            illustrative: figure.illustrative,
        };
        let known = areas::store::figures(tx, &new.area_code)?;
        let there = known.iter().any(|k| {
            (k.counted_on, k.basis, k.age_from, k.age_to, k.kind)
                == (new.counted_on, new.basis, new.age_from, new.age_to, new.kind)
        });
        if !there {
            areas::store::add_figure(tx, context, &new)?;
            added += 1;
        }
    }
    Ok(added)
}
