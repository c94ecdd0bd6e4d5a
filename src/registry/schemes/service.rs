use chrono::NaiveDate;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::db::{Conn, Tx};
use crate::kernel::context::Context;
use crate::kernel::dates::Period;
use crate::kernel::ids::SchemeVersionId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::audit;
use crate::registry::schemes::error::Error;
use crate::registry::schemes::rules::assess::Compiled;
use crate::registry::schemes::rules::check::{check, check_followed, check_overlap};
use crate::registry::schemes::{SchemeVersion, Stored, VersionState, store};

/// Saves the draft of a scheme's next version, in place of the draft that there may be. The number of the version is
/// given here, whatever `scheme` says.
pub fn scheme_save(tx: &mut Tx, context: &Context, scheme: &SchemeVersion) -> Result<Stored, Error> {
    save(tx, context, scheme, None)
}

/// The same for somebody who looked at the draft that there was, as [`mark`] names it; empty: at none.
///
/// # Errors
/// [`Error::DraftedMeanwhile`] where it isn't that draft any more.
pub fn scheme_save_over(
    tx: &mut Tx,
    context: &Context,
    scheme: &SchemeVersion,
    seen: &str,
) -> Result<Stored, Error> {
    save(tx, context, scheme, Some(seen))
}

fn save(tx: &mut Tx, context: &Context, scheme: &SchemeVersion, seen: Option<&str>) -> Result<Stored, Error> {
    // A bad code is told with everything else, before anything is held by it.
    check(&SchemeVersion { version: 1, ..scheme.clone() })?;
    store::hold(tx, &scheme.code)?;
    let versions = store::of_code(tx, &scheme.code)?;
    let draft = versions.iter().find(|one| one.state == VersionState::Draft);
    if seen.is_some_and(|seen| draft.map(mark).unwrap_or_default() != seen) {
        return Err(Error::DraftedMeanwhile);
    }
    let newest = versions.iter().map(|one| one.scheme.version).max().unwrap_or(0);
    let version = draft.map_or(newest + 1, |draft| draft.scheme.version);
    let scheme = SchemeVersion { version, ..scheme.clone() };
    known_exclusions(tx, &scheme)?;
    check_followed(&scheme, &in_force_of(&versions))?;
    let id = match draft {
        Some(draft) if store::replace_draft(tx, context, draft.id, &scheme)? => draft.id,
        Some(_) => return Err(Error::DraftedMeanwhile),
        None => store::insert(tx, context, &scheme)?,
    };
    let details = json!({ "code": scheme.code, "version": version });
    audit::store::record(tx, context, "scheme_save", ("scheme", id), details)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

/// Puts a draft in force, by somebody else than drafted it. Its days may not be those of another version.
pub fn scheme_put_in_force(tx: &mut Tx, context: &Context, id: SchemeVersionId) -> Result<Stored, Error> {
    put_in_force(tx, context, id, None)
}

/// The same for somebody who looked at the draft as [`mark`] names it.
///
/// # Errors
/// [`Error::DraftedMeanwhile`] where it says something else by now.
pub fn scheme_put_in_force_as_seen(
    tx: &mut Tx,
    context: &Context,
    id: SchemeVersionId,
    seen: &str,
) -> Result<Stored, Error> {
    put_in_force(tx, context, id, Some(seen))
}

fn put_in_force(
    tx: &mut Tx,
    context: &Context,
    id: SchemeVersionId,
    seen: Option<&str>,
) -> Result<Stored, Error> {
    let code = store::find(tx, id)?.ok_or(Error::NotFound)?.scheme.code;
    store::hold(tx, &code)?;
    // Read again: the draft may have been changed until it was held.
    let draft = store::find(tx, id)?.ok_or(Error::NotFound)?;
    if draft.state != VersionState::Draft {
        return Err(Error::InForce);
    }
    if seen.is_some_and(|seen| mark(&draft) != seen) {
        return Err(Error::DraftedMeanwhile);
    }
    second_person(context, &draft)?;
    check(&draft.scheme)?;
    check_overlap(&draft.scheme, &in_force_of(&store::of_code(tx, &code)?))?;
    if !store::put_in_force(tx, context, id)? {
        return Err(Error::InForce);
    }
    let scheme = &draft.scheme;
    let details = json!({ "code": code, "version": scheme.version, "valid_from": scheme.valid_from });
    audit::store::record(tx, context, "scheme_put_in_force", ("scheme", id), details)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

/// Sets the last day of a version in force, today or later, so that another can follow it. Somebody else than drafted
/// it does. What was decided stays.
pub fn scheme_end(
    tx: &mut Tx,
    context: &Context,
    id: SchemeVersionId,
    last: NaiveDate,
) -> Result<Stored, Error> {
    let code = store::find(tx, id)?.ok_or(Error::NotFound)?.scheme.code;
    store::hold(tx, &code)?;
    let stored = store::find(tx, id)?.ok_or(Error::NotFound)?;
    if stored.state == VersionState::Draft {
        return Err(Error::Draft);
    }
    second_person(context, &stored)?;
    if last < context.today() {
        return Err(Invalid::one("valid_to", "past-date").into());
    }
    if Period::new(stored.scheme.valid_from, Some(last)).is_none() {
        return Err(Invalid::one("valid_to", "date-order").into());
    }
    let ended = SchemeVersion { valid_to: Some(last), ..stored.scheme };
    check_overlap(&ended, &in_force_of(&store::of_code(tx, &code)?))
        .map_err(|Invalid(errors)| Invalid(errors.into_iter().map(at_last_day).collect()))?;
    store::set_last_day(tx, id, last)?;
    let details = json!({ "code": code, "version": ended.version, "valid_to": last });
    audit::store::record(tx, context, "scheme_end", ("scheme", id), details)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

/// Whether the caller may put the version in force or end it: who drafted it may not. What no person drafted (the seeds)
/// anybody may.
#[must_use]
pub fn is_second_person(context: &Context, stored: &Stored) -> bool {
    stored.drafted_by.is_none() || stored.drafted_by != context.account()
}

fn second_person(context: &Context, stored: &Stored) -> Result<(), Error> {
    if is_second_person(context, stored) { Ok(()) } else { Err(Error::SamePerson) }
}

/// What a version says, in short: another content has another mark.
#[must_use]
pub fn mark(stored: &Stored) -> String {
    // A scheme that was stored can be written.
    let content = serde_json_canonicalizer::to_vec(&stored.scheme).unwrap_or_default();
    hex::encode(Sha256::digest(content))
}

fn in_force_of(versions: &[Stored]) -> Vec<SchemeVersion> {
    let in_force = versions.iter().filter(|one| one.state == VersionState::InForce);
    in_force.map(|one| one.scheme.clone()).collect()
}

fn at_last_day(error: FieldError) -> FieldError {
    FieldError { field: "valid_to".to_owned(), ..error }
}

/// The version of a scheme that is in force on a day.
pub fn scheme_on(conn: &mut Conn, code: &str, on: NaiveDate) -> Result<Option<Stored>, Error> {
    let mut versions = store::of_code(conn, code)?;
    versions.retain(|one| one.state == VersionState::InForce);
    let on_day = |one: &Stored| Period { from: one.scheme.valid_from, to: one.scheme.valid_to }.contains(on);
    Ok(versions.into_iter().find(on_day))
}

/// Every scheme in force on a day, ready for assessments.
pub fn compiled_on(conn: &mut Conn, on: NaiveDate) -> Result<Vec<Compiled>, Error> {
    let stored = store::in_force(conn, on)?;
    stored.into_iter().map(|one| Compiled::read(one.scheme).map_err(Error::from)).collect()
}

/// Puts the seeds' schemes in force where there is none of that code yet; how many were put in. That they can be
/// entered is shown by a test, not each time that a registry starts.
pub fn schemes_seed(tx: &mut Tx, context: &Context, seeds: &[toml::Table]) -> Result<usize, Error> {
    let mut added = 0;
    for table in seeds {
        let scheme = seeded(table)?;
        if store::is_known(tx, &scheme.code)? {
            continue;
        }
        store::hold(tx, &scheme.code)?;
        let id = store::insert(tx, context, &scheme)?;
        store::put_in_force(tx, context, id)?;
        added += 1;
    }
    Ok(added)
}

/// A scheme of `seeds/`.
pub fn seeded(table: &toml::Table) -> Result<SchemeVersion, Error> {
    let code = table.get("code").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    table
        .clone()
        .try_into()
        .map_err(|source: toml::de::Error| Error::Unreadable { code, source: source.into() })
}

fn known_exclusions(conn: &mut Conn, scheme: &SchemeVersion) -> Result<(), Error> {
    let mut errors = Vec::new();
    for (index, code) in scheme.exclusions.iter().enumerate() {
        if !store::is_known(conn, code)? {
            errors.push(FieldError::new(format!("exclusions[{index}]"), "unknown-scheme").with("code", code));
        }
    }
    Ok(Invalid::if_any(errors)?)
}
