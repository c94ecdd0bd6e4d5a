use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{areas, elder_populations};
use crate::db::types::At;
use crate::db::{Both, Conn, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::Context;
use crate::kernel::ids::{PopulationId, entity};
use crate::kernel::vocabulary::Basis;
use crate::registry::areas::{Area, ELDER_AGE, NewPopulation, Population};

pub fn find(conn: &mut Conn, code: &AreaCode) -> Result<Option<Area>, DbError> {
    Ok(areas::table.find(code).select(Area::as_select()).first(conn).optional()?)
}

/// The areas directly below `parent`, by code; those at the top where `parent` is `None`.
pub fn children(conn: &mut Conn, parent: Option<&AreaCode>) -> Result<Vec<Area>, DbError> {
    let mut query = areas::table.select(Area::as_select()).into_boxed();
    query = match parent {
        Some(parent) => query.filter(areas::parent_code.eq(parent)),
        None => query.filter(areas::parent_code.is_null()),
    };
    Ok(query.order(areas::code).load(conn)?)
}

/// Adds an area or renames it.
pub fn save(tx: &mut Tx, area: &Area) -> Result<(), DbError> {
    Both(
        diesel::insert_into(areas::table)
            .values((
                areas::code.eq(area.code.clone()),
                areas::parent_code.eq(area.parent_code.clone()),
                areas::kind.eq(area.kind),
                areas::name.eq(area.name.clone()),
                areas::name_en.eq(area.name_en.clone()),
            ))
            .on_conflict(areas::code)
            .do_update()
            .set((areas::name.eq(area.name.clone()), areas::name_en.eq(area.name_en.clone()))),
    )
    .execute(&mut **tx)?;
    Ok(())
}

/// The figures in force for an area's elders (60 and above, no upper bound), oldest first.
pub fn elder_figures(conn: &mut Conn, area: &AreaCode, basis: Basis) -> Result<Vec<Population>, DbError> {
    Ok(elder_populations::table
        .select(Population::as_select())
        .filter(elder_populations::area_code.eq(area))
        .filter(elder_populations::basis.eq(basis))
        .filter(elder_populations::age_from.eq(ELDER_AGE))
        .filter(elder_populations::age_to.is_null())
        .filter(elder_populations::superseded_at.is_null())
        .order(elder_populations::counted_on)
        .load(conn)?)
}

/// All figures in force for an area, newest first.
pub fn figures(conn: &mut Conn, area: &AreaCode) -> Result<Vec<Population>, DbError> {
    Ok(elder_populations::table
        .select(Population::as_select())
        .filter(elder_populations::area_code.eq(area))
        .filter(elder_populations::superseded_at.is_null())
        .order((elder_populations::counted_on.desc(), elder_populations::basis, elder_populations::age_from))
        .load(conn)?)
}

/// Adds a figure; one for the same area, day, basis, age band and kind is superseded, not lost.
pub fn add_figure(tx: &mut Tx, context: &Context, new: &NewPopulation) -> Result<PopulationId, DbError> {
    supersede(tx, context, new, new.counted_on)?;
    let id = context.fresh_id::<entity::Population>();
    diesel::insert_into(elder_populations::table)
        .values((
            elder_populations::id.eq(id),
            elder_populations::area_code.eq(&new.area_code),
            elder_populations::counted_on.eq(new.counted_on),
            elder_populations::basis.eq(new.basis),
            elder_populations::age_from.eq(new.age_from),
            elder_populations::age_to.eq(new.age_to),
            elder_populations::persons.eq(new.persons),
            elder_populations::kind.eq(new.kind),
            elder_populations::source.eq(&new.source),
            elder_populations::illustrative.eq(new.illustrative),
            elder_populations::recorded_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

fn supersede(tx: &mut Tx, context: &Context, new: &NewPopulation, on: NaiveDate) -> Result<(), DbError> {
    let same = elder_populations::table
        .filter(elder_populations::area_code.eq(&new.area_code))
        .filter(elder_populations::counted_on.eq(on))
        .filter(elder_populations::basis.eq(new.basis))
        .filter(elder_populations::age_from.eq(new.age_from))
        .filter(elder_populations::kind.eq(new.kind))
        .filter(elder_populations::superseded_at.is_null());
    let at = elder_populations::superseded_at.eq(Some(At(context.now)));
    match new.age_to {
        Some(to) => {
            diesel::update(same.filter(elder_populations::age_to.eq(to))).set(at).execute(&mut **tx)?
        }
        None => {
            diesel::update(same.filter(elder_populations::age_to.is_null())).set(at).execute(&mut **tx)?
        }
    };
    Ok(())
}
