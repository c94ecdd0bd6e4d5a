use serde_json::json;

use crate::db::Tx;
use crate::kernel::context::Context;
use crate::kernel::ids::PopulationId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::areas::error::Error;
use crate::registry::areas::{NewPopulation, rules, store};
use crate::registry::audit;

/// Enters one population figure.
pub fn population_record(tx: &mut Tx, context: &Context, new: &NewPopulation) -> Result<PopulationId, Error> {
    rules::check(new, context.today())?;
    if store::find(tx, &new.area_code)?.is_none() {
        return Err(Invalid::one("area_code", "unknown-area").into());
    }
    let id = store::add_figure(tx, context, new)?;
    let details = json!({ "area": new.area_code, "counted_on": new.counted_on, "persons": new.persons });
    audit::store::record(tx, context, "population_record", ("population", id), details)?;
    Ok(id)
}

/// Enters the figures of a spreadsheet, all or none; errors carry the row they stand in.
pub fn population_import(
    tx: &mut Tx,
    context: &Context,
    rows: &[(u32, NewPopulation)],
) -> Result<usize, Error> {
    let mut errors: Vec<FieldError> = Vec::new();
    for (row, new) in rows {
        match population_record(tx, context, new) {
            Ok(_) => {}
            Err(Error::Invalid(Invalid(found))) => {
                errors.extend(found.into_iter().map(|error| error.at_row(*row)));
            }
            Err(other) => return Err(other),
        }
    }
    if errors.is_empty() { Ok(rows.len()) } else { Err(Invalid(errors).into()) }
}
