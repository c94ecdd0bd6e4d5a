use chrono::NaiveDate;
use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::{FirstAidCertificateId, OrganisationId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::firstaid::error::Error;
use crate::registry::firstaid::{Filter, FirstAid, NewFirstAid, rules, store};
use crate::registry::organisations::rules::{Undertaking, accredited};
use crate::registry::organisations::{self, Organisation, Scope};
use crate::registry::people::sealing::Sealer;
use crate::registry::{audit, employment, people};

/// What recording needs beside the entry.
#[derive(Clone, Copy)]
pub struct Recording<'a> {
    pub sealer: &'a Sealer,
    pub regions: IdentityRegions,
    /// 救护员证有效期, in years, for a last day that is left out.
    pub valid_years: u32,
}

/// Records one. A first-aid issuer records its own, issued while it was accredited; an institution those of its
/// staff; the bureau any.
pub fn first_aid_record(
    tx: &mut Tx,
    context: &Context,
    recording: Recording<'_>,
    new: &NewFirstAid,
) -> Result<FirstAid, Error> {
    let mut errors = Vec::new();
    let own = own_issuer(tx, context.actor.as_ref())?;
    let own_name = own.as_ref().map(|(_, name)| name.as_str());
    let checked = match rules::check(new, own_name, recording.valid_years, context.today()) {
        Ok(checked) => Some(checked),
        Err(Invalid(found)) => {
            errors.extend(found);
            None
        }
    };
    if let Some((issuer, _)) = &own {
        errors.extend(not_accredited(tx, *issuer, new.issued_on)?);
    }
    let Recording { sealer, regions, .. } = recording;
    let holder = people::service::person_match_or_register(tx, context, sealer, regions, &new.holder);
    let holder = match holder {
        Ok(holder) => Some(holder),
        Err(people::error::Error::Invalid(Invalid(found))) => {
            errors.extend(found);
            None
        }
        Err(other) => return Err(other.into()),
    };
    let (Some(checked), Some(holder), true) = (checked, holder, errors.is_empty()) else {
        return Err(Invalid(errors).into());
    };
    if let Some(employer) = employer(context.actor.as_ref())
        && !employment::store::is_employed(tx, holder.id, employer, context.today())?
    {
        errors.push(FieldError::new("document_number", "not-own-staff"));
    }
    // Asked, for PostgreSQL ends a transaction at the first statement it refuses, and an import goes on.
    if store::is_recorded(tx, &checked.issuer, &checked.number)? {
        errors.push(FieldError::new("number", "already-registered"));
    }
    Invalid::if_any(errors)?;
    let id = store::insert(tx, context, holder.id, &checked)?;
    let details = json!({ "kind": checked.kind, "issuer": checked.issuer, "number": checked.number });
    audit::store::record(tx, context, "first_aid_record", ("first-aid-certificate", id), details)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

/// Records the rows of a spreadsheet, all or none; errors carry the row they stand in.
pub fn first_aid_import(
    tx: &mut Tx,
    context: &Context,
    recording: Recording<'_>,
    rows: &[(u32, NewFirstAid)],
) -> Result<usize, Error> {
    let mut errors: Vec<FieldError> = Vec::new();
    for (row, new) in rows {
        match first_aid_record(tx, context, recording, new) {
            Ok(_) => {}
            Err(Error::Invalid(Invalid(found))) => {
                errors.extend(found.into_iter().map(|error| error.at_row(*row)));
            }
            Err(other) => return Err(other),
        }
    }
    if errors.is_empty() { Ok(rows.len()) } else { Err(Invalid(errors).into()) }
}

/// Takes one back from today on, with a reason.
pub fn first_aid_withdraw(
    tx: &mut Tx,
    context: &Context,
    id: FirstAidCertificateId,
    version: i32,
    reason: &str,
) -> Result<FirstAid, Error> {
    let found = store::find(tx, id)?.ok_or(Error::NotFound)?;
    let may = match context.actor.as_ref() {
        Some(Actor { role: Role::FirstAidIssuer, .. }) => {
            own_issuer(tx, context.actor.as_ref())?.is_some_and(|(_, name)| name == found.issuer)
        }
        actor => actor.is_none_or(|actor| matches!(actor.role, Role::Administrator | Role::Bureau)),
    };
    if !may {
        return Err(Error::NotFound);
    }
    if found.withdrawn_on.is_some() {
        return Err(Error::AlreadyWithdrawn);
    }
    if !store::withdraw(tx, id, version, context.today(), reason)? {
        return Err(Error::Stale);
    }
    let details = json!({ "reason": reason });
    audit::store::record(tx, context, "first_aid_withdraw", ("first-aid-certificate", id), details)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

/// A page of what the caller may see: an issuer its own, an institution its staff's, a caregiver their own.
pub fn first_aid_list(
    conn: &mut Conn,
    context: &Context,
    expiring_by: Option<NaiveDate>,
    page: (i64, i64),
) -> Result<Vec<FirstAid>, Error> {
    let actor = context.actor.as_ref();
    let mut filter = Filter { expiring_by, ..Filter::default() };
    match actor.map(|actor| actor.role) {
        None | Some(Role::Administrator | Role::Bureau) => {}
        Some(Role::FirstAidIssuer) => {
            let (_, name) = own_issuer(conn, actor)?.ok_or(Error::NotFound)?;
            filter.issuer = Some(name);
        }
        Some(Role::Institution) => {
            let staff =
                employment::store::staff(conn, employer(actor).ok_or(Error::NotFound)?, context.today())?;
            filter.people = Some(staff.iter().map(|spell| spell.person).collect());
        }
        Some(Role::Caregiver) => {
            filter.people = Some(vec![actor.and_then(|actor| actor.person).ok_or(Error::NotFound)?]);
        }
        Some(Role::Finance | Role::Town | Role::School | Role::Assessor) => return Err(Error::NotFound),
    }
    Ok(store::list(conn, &filter, context.today(), page)?)
}

/// One that the caller's own organisation gave out, with that organisation.
pub fn own(
    conn: &mut Conn,
    context: &Context,
    id: FirstAidCertificateId,
) -> Result<(FirstAid, Organisation), Error> {
    let found = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let (issuer, name) = own_issuer(conn, context.actor.as_ref())?.ok_or(Error::NotFound)?;
    let issuer = organisations::service::organisation(conn, issuer)?;
    if name == found.issuer { Ok((found, issuer)) } else { Err(Error::NotFound) }
}

/// The organisation in whose name a first-aid issuer's account records.
fn own_issuer(conn: &mut Conn, actor: Option<&Actor>) -> Result<Option<(OrganisationId, String)>, Error> {
    let Some(actor) = actor.filter(|actor| actor.role == Role::FirstAidIssuer) else { return Ok(None) };
    let id = actor.organisation.ok_or(Error::NotFound)?;
    let organisation = organisations::service::organisation(conn, id)?;
    Ok(Some((id, organisation.name)))
}

fn employer(actor: Option<&Actor>) -> Option<OrganisationId> {
    actor.filter(|actor| actor.role == Role::Institution).and_then(|actor| actor.organisation)
}

fn not_accredited(
    conn: &mut Conn,
    issuer: OrganisationId,
    on: NaiveDate,
) -> Result<Option<FieldError>, Error> {
    let accreditations = organisations::store::accreditations(conn, issuer)?;
    let undertaking = Undertaking { scope: Scope::FirstAid, occupation: None, level: None, on };
    let refused = accredited(&accreditations, undertaking).err();
    Ok(refused.map(|why| FieldError::new("issued_on", why.code())))
}
