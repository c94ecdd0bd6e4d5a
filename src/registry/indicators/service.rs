use chrono::{Days, Months, NaiveDate};
use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::Context;
use crate::kernel::ids::TargetId;
use crate::kernel::invalid::Invalid;
use crate::kernel::vocabulary::{Basis, Indicator};
use crate::registry::areas::{self, Area, Population};
use crate::registry::audit;
use crate::registry::indicators::error::Error;
use crate::registry::indicators::store::Counted;
use crate::registry::indicators::{
    ChildReport, Figure, Headcounts, NewTarget, Question, Report, Target, Variant, rules, store,
};
use crate::seeds::{Jurisdiction, Position};

/// The codes of the positions whose holders count as employed caregivers.
#[must_use]
pub fn caregiver_positions(positions: &[Position]) -> Vec<&str> {
    positions.iter().filter(|position| position.caregiver).map(|position| position.code.as_str()).collect()
}

/// The whole report: the area's four figures, those of a year before, and those of the areas below.
pub fn report(conn: &mut Conn, positions: &[Position], question: &Question) -> Result<Report, Error> {
    let area = areas::store::find(conn, &question.area)?.ok_or(Error::NotFound)?;
    let positions = caregiver_positions(positions);
    let targets = store::targets(conn, &area.code)?;
    let ratio_target = rules::target_for(&targets, Indicator::CaregiversPer10000, &area.code, question.on);
    let basis = rules::basis_of(question.basis, ratio_target);
    let elders = areas::store::elder_figures(conn, &area.code, basis)?;
    let on = |day| Counted { on: day, positions: &positions };
    let of_area = |day, counts: &Headcounts| {
        let population = areas::rules::population_on(&elders, day);
        rules::figures(&area.code, counts, population, basis, &targets, day)
    };
    let figures = of_area(question.on, &store::headcounts(conn, on(question.on), &area.code)?);
    let before = question.on - Months::new(12);
    let year_before = of_area(before, &store::headcounts(conn, on(before), &area.code)?);
    let children = children(conn, on(question.on), &area, basis, &targets)?;
    Ok(Report { area, on: question.on, basis, figures, year_before, children })
}

fn children(
    conn: &mut Conn,
    counted: Counted<'_>,
    area: &Area,
    basis: Basis,
    targets: &[Target],
) -> Result<Vec<ChildReport>, Error> {
    let children = areas::store::children(conn, Some(&area.code))?;
    if children.is_empty() {
        return Ok(Vec::new());
    }
    let codes: Vec<_> = children.iter().map(|child| child.code.clone()).collect();
    let populations = store::populations_below(conn, &codes, basis)?;
    let counts = store::headcounts_by_child(conn, counted, &area.code)?;
    let report = |child: Area| {
        let own: Vec<Population> =
            populations.iter().filter(|figure| figure.area_code == child.code).cloned().collect();
        let population = areas::rules::population_on(&own, counted.on);
        let counts = counts.get(&child.code).copied().unwrap_or_default();
        let figures = rules::figures(&child.code, &counts, population, basis, targets, counted.on);
        ChildReport { area: child, figures }
    };
    Ok(children.into_iter().map(report).collect())
}

/// One figure. `variant` matters to the figure per 10,000 elders alone.
pub fn figure(
    conn: &mut Conn,
    positions: &[Position],
    question: &Question,
    (indicator, variant): (Indicator, Variant),
) -> Result<Figure, Error> {
    let Question { area, on, basis } = question;
    if areas::store::find(conn, area)?.is_none() {
        return Err(Error::NotFound);
    }
    let positions = caregiver_positions(positions);
    let targets = store::targets(conn, area)?;
    let target = rules::target_for(&targets, indicator, area, *on);
    let counts = store::headcounts(conn, Counted { on: *on, positions: &positions }, area)?;
    Ok(match indicator {
        Indicator::CaregiversPer10000 => {
            let basis = rules::basis_of(*basis, target);
            let elders = areas::store::elder_figures(conn, area, basis)?;
            let persons = match variant {
                Variant::Employed => counts.certified,
                Variant::AllHolders => store::holders(conn, *on, area)?,
            };
            let population = areas::rules::population_on(&elders, *on);
            rules::caregiver_ratio((variant, persons), population, basis, target, *on)
        }
        Indicator::DualCertifiedShare => rules::dual_certified_share(&counts, target, *on),
        Indicator::SeniorShare => rules::senior_share(&counts, target, *on),
        Indicator::AssessedShare => rules::assessed_share(&counts, target, *on),
    })
}

/// Enters a target; the one that it follows ends on the day before. A target may not begin before or together
/// with one that is there already, for that would change what has been reported.
pub fn target_set(tx: &mut Tx, context: &Context, new: &NewTarget) -> Result<TargetId, Error> {
    rules::check_target(new)?;
    if areas::store::find(tx, &new.area)?.is_none() {
        return Err(Invalid::one("area", "unknown-area").into());
    }
    let mut own = store::targets(tx, &new.area)?;
    own.retain(|target| target.area_code == new.area && target.indicator == new.indicator);
    if own.iter().any(|target| target.valid_from >= new.valid_from) {
        return Err(Invalid::one("valid_from", "target-not-newer").into());
    }
    store::end_targets(tx, &new.area, new.indicator, day_before(new.valid_from))?;
    let id = store::insert_target(tx, context, new)?;
    let details = json!({
        "area": new.area, "indicator": new.indicator, "value_hundredths": new.value_hundredths,
        "valid_from": new.valid_from,
    });
    audit::store::record(tx, context, "target_set", ("target", id), details)?;
    Ok(id)
}

/// Puts the seeds' targets in where an area has none of that indicator yet; how many were put in.
pub fn targets_seed(tx: &mut Tx, context: &Context, jurisdictions: &[Jurisdiction]) -> Result<usize, Error> {
    let mut added = 0;
    for jurisdiction in jurisdictions {
        let present = store::targets(tx, &jurisdiction.area)?;
        for target in &jurisdiction.targets {
            let known = |t: &Target| t.area_code == jurisdiction.area && t.indicator == target.indicator;
            if present.iter().any(known) {
                continue;
            }
            target_set(tx, context, &seeded(&jurisdiction.area, target))?;
            added += 1;
        }
    }
    Ok(added)
}

fn seeded(area: &AreaCode, target: &crate::seeds::Target) -> NewTarget {
    NewTarget {
        area: area.clone(),
        indicator: target.indicator,
        value_hundredths: target.value,
        basis: target.basis,
        valid_from: target.valid_from,
        due_on: Some(target.due),
        source: format!("{}：{}", target.document, target.source),
    }
}

fn day_before(day: NaiveDate) -> NaiveDate {
    day - Days::new(1)
}
