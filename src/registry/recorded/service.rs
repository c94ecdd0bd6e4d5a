use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::context::{Context, Role};
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::RecordedCertificateId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::people::sealing::Sealer;
use crate::registry::recorded::error::Error;
use crate::registry::recorded::{NewRecorded, RecordedCertificate, rules, store};
use crate::registry::{accounts, audit, people};

/// Records one that a named person has checked.
pub fn recorded_record(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    regions: IdentityRegions,
    new: &NewRecorded,
) -> Result<RecordedCertificate, Error> {
    let mut errors = rules::check(new, context.today()).err().map(|Invalid(found)| found).unwrap_or_default();
    // Asked first, for PostgreSQL ends a transaction at the first statement it refuses, and an import goes on.
    if store::is_recorded(tx, &new.issuer, &new.number)? {
        errors.push(FieldError::new("number", "already-registered"));
    }
    let holder = match people::service::person_match_or_register(tx, context, sealer, regions, &new.holder) {
        Ok(holder) if errors.is_empty() => holder,
        Ok(_) => return Err(Invalid(errors).into()),
        Err(people::error::Error::Invalid(Invalid(found))) => {
            errors.extend(found);
            return Err(Invalid(errors).into());
        }
        Err(other) => return Err(other.into()),
    };
    let id = store::insert(tx, context, holder.id, new).map_err(|error| {
        // Somebody else recorded the same one since we looked.
        if error.is_duplicate_of("recorded_certificates", "number") {
            Error::Invalid(Invalid::one("number", "already-registered"))
        } else {
            Error::Database(error)
        }
    })?;
    let details = json!({
        "issuer": new.issuer, "number": new.number, "level": new.level, "checker": new.checker,
        "national_query": new.national_query,
    });
    audit::store::record(tx, context, "recorded_record", ("recorded-certificate", id), details)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

/// Records the rows of a spreadsheet, all or none; errors carry the row they stand in.
pub fn recorded_import(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    regions: IdentityRegions,
    rows: &[(u32, NewRecorded)],
) -> Result<usize, Error> {
    let mut errors: Vec<FieldError> = Vec::new();
    for (row, new) in rows {
        match recorded_record(tx, context, sealer, regions, new) {
            Ok(_) => {}
            Err(Error::Invalid(Invalid(found))) => {
                errors.extend(found.into_iter().map(|error| error.at_row(*row)));
            }
            Err(other) => return Err(other),
        }
    }
    if errors.is_empty() { Ok(rows.len()) } else { Err(Invalid(errors).into()) }
}

/// A page of what the caller may see: an assessment body what its own accounts entered, the bureau all.
pub fn recorded_list(
    conn: &mut Conn,
    context: &Context,
    page: (i64, i64),
) -> Result<Vec<RecordedCertificate>, Error> {
    let actor = context.actor.as_ref();
    let recorders = match actor.map(|actor| actor.role) {
        None | Some(Role::Administrator | Role::Bureau) => None,
        Some(Role::Assessor) => {
            let own = actor.and_then(|actor| actor.organisation).ok_or(Error::NotFound)?;
            Some(accounts::store::of_organisation(conn, own)?)
        }
        Some(_) => return Err(Error::NotFound),
    };
    Ok(store::list(conn, recorders, page)?)
}

/// Takes one back from today on, with a reason; it counts for earlier days still.
pub fn recorded_withdraw(
    tx: &mut Tx,
    context: &Context,
    id: RecordedCertificateId,
    version: i32,
    reason: &str,
) -> Result<RecordedCertificate, Error> {
    let found = store::find(tx, id)?.ok_or(Error::NotFound)?;
    if found.withdrawn_on.is_some() {
        return Err(Error::AlreadyWithdrawn);
    }
    if !store::withdraw(tx, id, version, context.today(), reason)? {
        return Err(Error::Stale);
    }
    let details = json!({ "reason": reason });
    audit::store::record(tx, context, "recorded_withdraw", ("recorded-certificate", id), details)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}
