use chrono::Datelike;
use serde_json::json;

use crate::codes;
use crate::db::{Conn, Tx};
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{CertifiedListId, entity};
use crate::kernel::invalid::Invalid;
use crate::proof::keys::{KeyId, Signer};
use crate::proof::list_statement::{self, ListStatement};
use crate::registry::certified_lists::error::Error;
use crate::registry::certified_lists::{CertifiedList, Digits, Line, NewList, rules, store};
use crate::registry::people::sealing::Sealer;
use crate::registry::{audit, contests, people};

/// Who vouches for a list.
#[derive(Clone, Copy)]
pub struct Voucher<'a> {
    /// The registry's DID.
    pub did: &'a str,
    pub key: &'a dyn Signer,
    pub id: KeyId,
}

codes! {
    /// What is downloaded of a list.
    pub enum Download("list-download") {
        Xlsx = "xlsx",
        /// The very text that the digest is of.
        Text = "tsv",
        /// The signed statement.
        Statement = "jws",
    }
}

/// A list that the caller may see.
pub fn list(conn: &mut Conn, actor: &Actor, id: CertifiedListId) -> Result<CertifiedList, Error> {
    let found = store::find(conn, id)?.filter(|found| rules::may_see(actor, found.area.as_ref()));
    found.ok_or(Error::NotFound)
}

/// A page of those that the caller may see, the newest first.
pub fn lists(conn: &mut Conn, actor: &Actor, page: (i64, i64)) -> Result<Vec<CertifiedList>, Error> {
    Ok(store::list(conn, actor.area.as_ref(), page)?)
}

/// Makes a list of the results that count now, and vouches for it.
pub fn list_make(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    (sealer, voucher): (&Sealer, Voucher<'_>),
    new: &NewList,
) -> Result<CertifiedList, Error> {
    if new.rule.to > context.today() {
        return Err(Invalid::one("to", "future-date").into());
    }
    let days = (new.rule.from, new.rule.to);
    let results = contests::store::confirmed_within(tx, &new.rule.tier.and_above(), days)?;
    let lines = rules::lines(&new.rule, &results);
    if lines.is_empty() {
        return Err(Invalid::one("rank_to", "list-empty").into());
    }
    let text = rules::text(&rows(tx, sealer, new.digits, &lines)?);
    let year = context.today().year();
    let number = rules::number(year, store::count_numbered(tx, year)?);
    let statement = ListStatement {
        iss: voucher.did.to_owned(),
        iat: context.now.timestamp(),
        number: number.clone(),
        department: new.department.clone(),
        purpose: new.purpose.clone(),
        people: lines.len(),
        sha256: list_statement::digest(&text),
    };
    let made = CertifiedList {
        id: context.fresh_id::<entity::CertifiedList>(),
        number,
        department: new.department.clone(),
        purpose: new.purpose.clone(),
        area: actor.area.clone(),
        rule: new.rule.clone(),
        digits: new.digits,
        people: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        statement: list_statement::sign(&statement, voucher.key, voucher.id)?,
        digest: statement.sha256,
        made_by: actor.account,
        made_at: context.now,
    };
    store::insert(tx, &made, &lines)?;
    note(tx, context, "certified_list_make", &made, None)?;
    Ok(made)
}

/// The lines of a list as its page shows them: with masked numbers, whatever the file has.
pub fn masked_rows(
    conn: &mut Conn,
    sealer: &Sealer,
    list: &CertifiedList,
) -> Result<Vec<Vec<String>>, Error> {
    let lines = store::lines(conn, list.id)?;
    rows(conn, sealer, Digits::Masked, &lines)
}

/// The cells of a list as they were vouched for. Each call is audited, before anything is handed out.
///
/// # Errors
/// [`Error::Changed`] where they are not what was vouched for.
pub fn list_download(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    sealer: &Sealer,
    (id, what): (CertifiedListId, Download),
) -> Result<(CertifiedList, Vec<Vec<String>>), Error> {
    let found = list(tx, actor, id)?;
    let lines = store::lines(tx, found.id)?;
    let rows = rows(tx, sealer, found.digits, &lines)?;
    if list_statement::digest(&rules::text(&rows)) != found.digest {
        return Err(Error::Changed(found.number));
    }
    note(tx, context, "certified_list_download", &found, Some(what))?;
    Ok((found, rows))
}

fn rows(conn: &mut Conn, sealer: &Sealer, digits: Digits, lines: &[Line]) -> Result<Vec<Vec<String>>, Error> {
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let document = people::service::document(conn, sealer, line.person)?;
        rows.push(rules::cells(line, &rules::shown(&document, digits)));
    }
    Ok(rows)
}

fn note(
    tx: &mut Tx,
    context: &Context,
    action: &str,
    list: &CertifiedList,
    what: Option<Download>,
) -> Result<(), Error> {
    let details = json!({
        "number": list.number, "department": list.department, "purpose": list.purpose,
        "people": list.people, "digits": list.digits, "sha256": list.digest, "file": what,
    });
    Ok(audit::store::record(tx, context, action, ("certified-list", list.id), details)?)
}
