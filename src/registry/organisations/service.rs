use serde_json::json;

use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{AccreditationId, OrganisationId};
use crate::kernel::invalid::Invalid;
use crate::registry::organisations::error::Error;
use crate::registry::organisations::{
    Accreditation, AccreditationStatus, NewAccreditation, NewOrganisation, Organisation, OrganisationStatus,
    rules, store,
};
use crate::registry::{areas, audit};

pub fn organisation(conn: &mut Conn, id: OrganisationId) -> Result<Organisation, Error> {
    store::find(conn, id)?.ok_or(Error::NotFound)
}

/// What an organisation may rely on: one that was closed has nothing left, whatever it once held.
pub fn accreditations_held(
    conn: &mut Conn,
    organisation: &Organisation,
) -> Result<Vec<Accreditation>, DbError> {
    match organisation.status {
        OrganisationStatus::Active => store::accreditations(conn, organisation.id),
        OrganisationStatus::Closed => Ok(Vec::new()),
    }
}

pub fn organisation_create(
    tx: &mut Tx,
    context: &Context,
    new: &NewOrganisation,
) -> Result<Organisation, Error> {
    rules::check(new)?;
    if areas::store::find(tx, &new.area_code)?.is_none() {
        return Err(Invalid::one("area_code", "unknown-area").into());
    }
    let id = store::insert(tx, context, new).map_err(|error| {
        if error.is_duplicate_of("organisations", "credit_code") {
            Error::Invalid(Invalid::one("credit_code", "already-registered"))
        } else if error.is_duplicate_of("organisations", "body_code") {
            Error::Invalid(Invalid::one("body_code", "already-registered"))
        } else {
            Error::Database(error)
        }
    })?;
    audit::store::record(
        tx,
        context,
        "organisation_create",
        ("organisation", id),
        json!({ "kind": new.kind, "name": new.name }),
    )?;
    organisation(tx, id)
}

pub fn accreditation_grant(
    tx: &mut Tx,
    context: &Context,
    to: OrganisationId,
    new: &NewAccreditation,
) -> Result<AccreditationId, Error> {
    rules::check_accreditation(new)?;
    organisation(tx, to)?;
    let id = store::insert_accreditation(tx, context, to, new)?;
    let details = json!({ "scope": new.scope, "levels": new.levels, "document": new.document });
    audit::store::record(tx, context, "accreditation_grant", ("organisation", to), details)?;
    Ok(id)
}

/// Suspends, withdraws or reinstates an accreditation from today on.
pub fn accreditation_change(
    tx: &mut Tx,
    context: &Context,
    id: AccreditationId,
    version: i32,
    status: AccreditationStatus,
    reason: &str,
) -> Result<Accreditation, Error> {
    let found = store::find_accreditation(tx, id)?.ok_or(Error::NotFound)?;
    if !store::set_accreditation_status(tx, id, version, status, context.today())? {
        return Err(Error::Stale);
    }
    let details = json!({ "status": status, "reason": reason });
    audit::store::record(tx, context, "accreditation_change", ("organisation", found.organisation), details)?;
    store::find_accreditation(tx, id)?.ok_or(Error::NotFound)
}
