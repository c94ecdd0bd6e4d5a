use serde_json::json;

use crate::db::{Conn, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{WageNoticeId, entity};
use crate::kernel::invalid::Invalid;
use crate::kernel::skill::Occupation;
use crate::registry::wages::error::{Conflict, Error};
use crate::registry::wages::{Act, LevelWage, NewNotice, WageNotice, WageState, WageStatus, rules, store};
use crate::registry::{areas, audit};
use crate::seeds::Jurisdiction;

/// What is published for an area and the areas below it, the newest first.
pub fn published(conn: &mut Conn, area: &AreaCode) -> Result<Vec<WageNotice>, Error> {
    Ok(store::list(conn, area, Some(WageStatus::Published))?)
}

/// A notice of the caller's area, published or not.
pub fn notice(conn: &mut Conn, actor: &Actor, id: WageNoticeId) -> Result<WageNotice, Error> {
    store::find(conn, id)?.filter(|found| may_see(actor, found)).ok_or(Error::NotFound)
}

fn may_see(actor: &Actor, notice: &WageNotice) -> bool {
    actor.area.as_ref().is_none_or(|area| notice.area.is_within(area))
}

/// Enters a notice as a draft, for `area` unless it names another within it.
pub fn notice_create(
    tx: &mut Tx,
    context: &Context,
    area: &AreaCode,
    new: &NewNotice,
) -> Result<WageNotice, Error> {
    let of = new.area.clone().unwrap_or_else(|| area.clone());
    let known = of.is_within(area) && areas::store::find(tx, &of)?.is_some();
    if !known {
        return Err(Invalid::one("area_code", "unknown-area").into());
    }
    rules::check(new, store::last_published(tx, &of, new.occupation)?)?;
    let drafted = WageNotice {
        id: context.fresh_id::<entity::WageNotice>(),
        area: of,
        occupation: new.occupation,
        effective_from: new.effective_from,
        document: new.document.clone(),
        source: new.source.clone(),
        illustrative: new.illustrative,
        levels: rules::sorted(new.levels.clone()),
        entered: Act { by: context.account(), at: context.now },
        state: WageState::Draft,
        version: 1,
    };
    store::insert(tx, &drafted)?;
    note(tx, context, "wage_notice_create", &drafted)?;
    Ok(drafted)
}

/// 发布, the second person's decision.
pub fn notice_publish(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    (id, version): (WageNoticeId, Option<i32>),
) -> Result<WageNotice, Error> {
    let mut found = held(tx, actor, id, version)?;
    let last = store::last_published(tx, &found.area, found.occupation)?;
    found.state = found.state.publish(&found, last, Act { by: context.account(), at: context.now })?;
    store::set_state(tx, found.id, found.state).map_err(|error| match error {
        DbError::Duplicate(_) => Conflict::Overtaken.into(),
        other => Error::Database(other),
    })?;
    found.version += 1;
    note(tx, context, "wage_notice_publish", &found)?;
    Ok(found)
}

/// Takes a draft back.
pub fn notice_drop(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    (id, version): (WageNoticeId, Option<i32>),
) -> Result<WageNotice, Error> {
    let mut found = held(tx, actor, id, version)?;
    found.state = found.state.drop_it(Act { by: context.account(), at: context.now })?;
    store::set_state(tx, found.id, found.state)?;
    found.version += 1;
    note(tx, context, "wage_notice_drop", &found)?;
    Ok(found)
}

/// Puts in what comes with the registry, published; running it again changes nothing.
pub fn wages_seed(tx: &mut Tx, context: &Context, jurisdictions: &[Jurisdiction]) -> Result<(), Error> {
    for jurisdiction in jurisdictions {
        let there = store::list(tx, &jurisdiction.area, None)?;
        for seeded in &jurisdiction.guidance_wages {
            let occupation = Occupation::ElderlyCareWorker;
            let is_it = |known: &WageNotice| {
                known.area == jurisdiction.area && known.effective_from == seeded.effective_from
            };
            if there.iter().any(is_it) {
                continue;
            }
            let act = Act { by: None, at: context.now };
            let level = |one: &crate::seeds::LevelWage| LevelWage {
                level: one.level,
                low: one.low,
                median: one.median,
                high: one.high,
            };
            let notice = WageNotice {
                id: context.fresh_id::<entity::WageNotice>(),
                area: jurisdiction.area.clone(),
                occupation,
                effective_from: seeded.effective_from,
                document: seeded.document.clone(),
                source: seeded.source.clone(),
                illustrative: seeded.illustrative,
                levels: rules::sorted(seeded.levels.iter().map(level).collect()),
                entered: act,
                state: WageState::Published(act),
                version: 1,
            };
            store::insert(tx, &notice)?;
        }
    }
    Ok(())
}

fn held(tx: &mut Tx, actor: &Actor, id: WageNoticeId, version: Option<i32>) -> Result<WageNotice, Error> {
    let found = store::hold(tx, id)?.filter(|found| may_see(actor, found)).ok_or(Error::NotFound)?;
    if version.is_some_and(|version| version != found.version) {
        return Err(Error::Stale);
    }
    Ok(found)
}

fn note(tx: &mut Tx, context: &Context, action: &str, notice: &WageNotice) -> Result<(), Error> {
    let details = json!({
        "area": notice.area, "occupation": notice.occupation, "effective_from": notice.effective_from,
        "document": notice.document,
    });
    Ok(audit::store::record(tx, context, action, ("wage-notice", notice.id), details)?)
}
