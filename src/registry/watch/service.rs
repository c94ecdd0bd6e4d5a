use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::json;

use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{CertificateId, OrganisationId, PersonId, WatchedId, entity};
use crate::registry::certificates::{Brief, Certificate, CertificateState, News, Standing, life_store};
use crate::registry::employment::Employment;
use crate::registry::watch::error::Error;
use crate::registry::watch::rules::own_list;
use crate::registry::watch::{Line, Notice, Told, Watched, Why, store};
use crate::registry::{audit, employment};

/// Puts a certificate that the caller has checked on file, under the name that the check showed. Put on file again,
/// it stays as it is.
pub fn watch_add(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    certificate: &Certificate,
    holder: &str,
) -> Result<Watched, Error> {
    let organisation = own_list(actor).ok_or(Error::NotFound)?;
    match certificate.state {
        CertificateState::Valid { .. } | CertificateState::Suspended { .. } => {}
        CertificateState::Revoked { .. } | CertificateState::Replaced { .. } => return Err(Error::Ended),
    }
    let new = Watched {
        id: context.fresh_id::<entity::Watched>(),
        organisation,
        certificate: certificate.id,
        holder: holder.to_owned(),
        since: context.today(),
    };
    if !store::insert(tx, context, &new)? {
        return store::find_open(tx, organisation, certificate.id)?.ok_or(Error::NotFound);
    }
    audit::store::record(tx, context, "watch_add", ("certificate", certificate.id), json!({}))?;
    Ok(new)
}

/// Takes a certificate off the caller's list, from today.
pub fn watch_end(tx: &mut Tx, context: &Context, actor: &Actor, id: WatchedId) -> Result<(), Error> {
    let organisation = own_list(actor).ok_or(Error::NotFound)?;
    let ended = store::end(tx, organisation, id, context.today())?.ok_or(Error::NotFound)?;
    Ok(audit::store::record(tx, context, "watch_end", ("certificate", ended), json!({}))?)
}

/// The caller's list: what it put on file, then what its staff hold.
pub fn watch_list(conn: &mut Conn, actor: &Actor, today: NaiveDate) -> Result<Vec<Line>, Error> {
    let organisation = own_list(actor).ok_or(Error::NotFound)?;
    let on_file = store::open_of(conn, organisation)?;
    let ids: Vec<CertificateId> = on_file.iter().map(|one| one.certificate).collect();
    let mut facts: HashMap<CertificateId, (Brief, Standing)> = life_store::briefs(conn, &ids)?
        .into_iter()
        .map(|(brief, state)| (brief.id, (brief, state)))
        .collect();
    let mut lines = Vec::with_capacity(on_file.len());
    for one in on_file {
        if let Some((certificate, standing)) = facts.remove(&one.certificate) {
            let why = Why::OnFile { id: one.id, since: one.since };
            lines.push(Line { certificate, standing, holder: one.holder, why });
        }
    }
    let listed: HashSet<CertificateId> = lines.iter().map(|line| line.certificate.id).collect();
    let staff = employment::store::staff(conn, organisation, today)?;
    let people: HashSet<PersonId> = staff.iter().map(|spell| spell.person).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let mut held = life_store::open_of_people(conn, &people)?;
    held.retain(|(brief, _)| !listed.contains(&brief.id));
    held.sort_by_key(|(brief, _)| brief.id);
    lines.extend(held.into_iter().map(|(certificate, standing)| Line {
        holder: certificate.holder.clone(),
        certificate,
        standing,
        why: Why::Staff,
    }));
    Ok(lines)
}

/// What the caller's institution was told, the newest first.
pub fn notices(conn: &mut Conn, actor: &Actor, limit: i64) -> Result<Vec<Notice>, Error> {
    let organisation = own_list(actor).ok_or(Error::NotFound)?;
    Ok(store::notices(conn, organisation, limit)?)
}

/// How many of them nobody there has seen.
pub fn unseen(conn: &mut Conn, actor: &Actor) -> Result<usize, Error> {
    let organisation = own_list(actor).ok_or(Error::NotFound)?;
    Ok(usize::try_from(store::count_unseen(conn, organisation)?).unwrap_or(0))
}

/// Somebody there has seen all that it was told by now.
pub fn watch_seen(tx: &mut Tx, context: &Context, actor: &Actor) -> Result<(), Error> {
    let organisation = own_list(actor).ok_or(Error::NotFound)?;
    Ok(store::set_seen(tx, context, organisation)?)
}

/// What one institution is told by one change.
#[derive(Debug, Clone)]
pub struct Notified {
    pub organisation: OrganisationId,
    pub notices: Vec<Notice>,
}

/// Notes the change with every institution that holds one of the certificates on file, or employs its holder today.
pub fn watch_tell(
    tx: &mut Tx,
    context: &Context,
    news: News,
    changes: &[Told<'_>],
) -> Result<Vec<Notified>, DbError> {
    let mut notified: BTreeMap<OrganisationId, Vec<Notice>> = BTreeMap::new();
    let watching = watching(tx, context.today(), changes)?;
    for change in changes {
        for (organisation, holder) in watching.get(&change.certificate.id).into_iter().flatten() {
            notified.entry(*organisation).or_default().push(Notice {
                id: context.fresh_id::<entity::WatchNotice>(),
                organisation: *organisation,
                certificate: change.certificate.id,
                number: change.certificate.number.clone(),
                holder: holder.clone(),
                news,
                on: change.on,
                successor: change.successor.cloned(),
                told_at: context.now,
                seen_at: None,
            });
        }
    }
    let notified: Vec<Notified> =
        notified.into_iter().map(|(organisation, notices)| Notified { organisation, notices }).collect();
    for one in &notified {
        store::insert_notices(tx, &one.notices)?;
    }
    Ok(notified)
}

/// Who watches each certificate, and by which name they know its holder. An employer knows the whole name.
fn watching(
    conn: &mut Conn,
    today: NaiveDate,
    changes: &[Told<'_>],
) -> Result<HashMap<CertificateId, BTreeMap<OrganisationId, String>>, DbError> {
    let ids: Vec<CertificateId> = changes.iter().map(|change| change.certificate.id).collect();
    let mut watching: HashMap<CertificateId, BTreeMap<OrganisationId, String>> = HashMap::new();
    for one in store::watching(conn, &ids)? {
        watching.entry(one.certificate).or_default().insert(one.organisation, one.holder);
    }
    let people: HashSet<PersonId> = changes.iter().map(|change| change.certificate.person).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let spells = employment::store::of_people(conn, &people)?;
    for change in changes {
        let there = |spell: &&Employment| spell.period.contains(today);
        let employers = spells.get(&change.certificate.person).into_iter().flatten().filter(there);
        for spell in employers {
            let known = watching.entry(change.certificate.id).or_default();
            known.insert(spell.organisation, change.certificate.holder.clone());
        }
    }
    Ok(watching)
}
