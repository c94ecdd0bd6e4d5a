use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::identity::{IdentityDocument, IdentityRegions};
use crate::kernel::ids::{ContestId, ContestResultId, PersonId, entity};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::contests::error::{Conflict, Error};
use crate::registry::contests::{
    Act, Contest, ContestResult, NewContest, NewResult, ResultState, rules, store,
};
use crate::registry::people::sealing::Sealer;
use crate::registry::people::{self, rules as names};
use crate::registry::{audit, organisations};

/// A contest that the caller may see.
pub fn contest(conn: &mut Conn, actor: &Actor, id: ContestId) -> Result<Contest, Error> {
    store::find(conn, id)?.filter(|found| rules::may_see(actor, found)).ok_or(Error::NotFound)
}

/// A page of the contests that the caller may see.
pub fn contests(conn: &mut Conn, actor: &Actor, (offset, limit): (i64, i64)) -> Result<Vec<Contest>, Error> {
    let body = match actor.role {
        Role::Assessor => Some(actor.organisation.ok_or(Error::NotFound)?),
        _ => None,
    };
    Ok(store::list(conn, body, offset, limit)?)
}

/// The results of a contest that the caller may see: to a body that issues, those that count.
pub fn results(conn: &mut Conn, actor: &Actor, contest: &Contest) -> Result<Vec<ContestResult>, Error> {
    let mut found = store::results_of(conn, contest.id)?;
    if actor.role == Role::Assessor {
        found.retain(ContestResult::counts);
    }
    Ok(found)
}

pub fn contest_create(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    new: &NewContest,
) -> Result<Contest, Error> {
    check(tx, context, None, new)?;
    let contest = of_entry(context.fresh_id::<entity::Contest>(), context, actor, new);
    store::insert(tx, &contest)?;
    note(tx, context, "contest_create", &contest)?;
    Ok(contest)
}

/// Corrects a contest, as long as none of its results was confirmed. Whoever corrects it has entered it, and so confirms
/// none of them.
pub fn contest_change(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    (id, version): (ContestId, Option<i32>),
    new: &NewContest,
) -> Result<Contest, Error> {
    let found = store::find(tx, id)?.filter(|found| rules::may_see(actor, found)).ok_or(Error::NotFound)?;
    if version.is_some_and(|version| version != found.version) {
        return Err(Error::Stale);
    }
    let found = held(tx, actor, id)?;
    let was_confirmed = |one: &ContestResult| {
        matches!(one.state, ResultState::Confirmed { .. } | ResultState::Cancelled { .. })
    };
    if store::results_of(tx, id)?.iter().any(was_confirmed) {
        return Err(Conflict::Confirmed.into());
    }
    check(tx, context, Some(id), new)?;
    let changed = Contest { version: found.version, ..of_entry(id, context, actor, new) };
    store::update(tx, &changed)?;
    note(tx, context, "contest_change", &changed)?;
    Ok(changed)
}

fn check(tx: &mut Tx, context: &Context, own: Option<ContestId>, new: &NewContest) -> Result<(), Error> {
    let body = match &new.award {
        Some(award) => organisations::store::find(tx, award.body)?,
        None => None,
    };
    let mut errors =
        rules::check(new, body.as_ref(), context.today()).err().map_or_else(Vec::new, |Invalid(e)| e);
    if store::find_by_code(tx, &new.code)?.is_some_and(|known| Some(known) != own) {
        errors.push(FieldError::new("code", "already-registered"));
    }
    Ok(Invalid::if_any(errors)?)
}

fn of_entry(id: ContestId, context: &Context, actor: &Actor, new: &NewContest) -> Contest {
    Contest {
        id,
        code: new.code.clone(),
        name: new.name.clone(),
        tier: new.tier,
        occupation: new.occupation,
        organiser: new.organiser.clone(),
        announced_on: new.announced_on,
        document: new.document.clone(),
        award: new.award.clone(),
        entered: Act { by: actor.account, at: context.now },
        version: 1,
    }
}

fn note(tx: &mut Tx, context: &Context, action: &str, contest: &Contest) -> Result<(), Error> {
    let award = contest.award.as_ref();
    let details = json!({
        "code": contest.code.as_str(), "tier": contest.tier, "document": contest.document,
        "award_rank": award.map(|award| award.up_to_rank), "award_level": award.map(|award| award.level),
    });
    Ok(audit::store::record(tx, context, action, ("contest", contest.id), details)?)
}

/// Enters results, all or none. `rows` of a file have its row numbers; a form's one entry has none.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong; then nothing is written.
pub fn results_enter(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    documents: (&Sealer, IdentityRegions),
    (contest, rows): (ContestId, &[(Option<u32>, NewResult)]),
) -> Result<Vec<ContestResult>, Error> {
    let contest = store::hold(tx, contest)?.filter(|found| rules::may_see(actor, found));
    let contest = contest.ok_or(Error::NotFound)?;
    let people = find_people(tx, context, documents, rows)?;
    let ids: Vec<PersonId> = people.iter().map(|(id, _)| *id).collect();
    let known: HashSet<PersonId> = store::with_result(tx, contest.id, &ids)?.into_iter().collect();
    let mut errors = Vec::new();
    let mut seen: HashMap<PersonId, Option<u32>> = HashMap::new();
    for ((number, _), (person, _)) in rows.iter().zip(&people) {
        let twice = seen.insert(*person, *number);
        let wrong = match (known.contains(person), twice) {
            (true, _) => FieldError::new("document_number", "result-already-entered"),
            (false, Some(before)) => FieldError::new("document_number", "duplicate-in-file")
                .with("row", before.unwrap_or_default()),
            (false, None) => continue,
        };
        errors.push(at_row(wrong, *number));
    }
    Invalid::if_any(errors)?;
    let new = rows.iter().zip(people).map(|((_, row), (person, name))| ContestResult {
        id: context.fresh_id::<entity::ContestResult>(),
        contest: contest.id,
        person,
        name,
        rank: row.rank,
        honour: row.honour.clone(),
        entered: Act { by: actor.account, at: context.now },
        state: ResultState::Entered,
    });
    let new: Vec<ContestResult> = new.collect();
    store::insert_results(tx, &new)?;
    let details = json!({ "results": new.iter().map(|one| one.id.to_string()).collect::<Vec<_>>() });
    audit::store::record(tx, context, "contest_results_enter", ("contest", contest.id), details)?;
    Ok(new)
}

fn at_row(error: FieldError, row: Option<u32>) -> FieldError {
    match row {
        Some(row) => error.at_row(row),
        None => error,
    }
}

/// Who stands in each row, with the registered name.
fn find_people(
    conn: &mut Conn,
    context: &Context,
    (sealer, regions): (&Sealer, IdentityRegions),
    rows: &[(Option<u32>, NewResult)],
) -> Result<Vec<(PersonId, String)>, Error> {
    let mut errors = Vec::new();
    let mut indexes = Vec::with_capacity(rows.len());
    for (number, row) in rows {
        let document = &row.document;
        match IdentityDocument::check(document.kind, &document.number, regions, context.today()) {
            Ok(document) => indexes.push((*number, row, sealer.index(&document))),
            Err(error) => errors.push(at_row(error, *number)),
        }
    }
    let wanted: Vec<_> = indexes.iter().map(|(_, _, index)| index.clone()).collect();
    let known = people::store::find_by_indexes(conn, &wanted)?;
    let known: HashMap<_, _> = known.into_iter().map(|(index, id, name)| (index, (id, name))).collect();
    let mut found = Vec::with_capacity(rows.len());
    for (number, row, index) in indexes {
        match known.get(&index) {
            None => errors.push(at_row(FieldError::new("document_number", "unknown-person"), number)),
            Some((_, name)) if !names::same_name(name, &row.name) => {
                errors.push(at_row(FieldError::new("name", "registered-under-another-name"), number));
            }
            Some(person) => found.push(person.clone()),
        }
    }
    errors.sort_by_key(|error| error.row);
    Invalid::if_any(errors)?;
    Ok(found)
}

/// Confirms every result of a contest that waits and that the caller may decide on.
pub fn results_confirm(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    contest: ContestId,
) -> Result<Vec<ContestResult>, Error> {
    let contest = held(tx, actor, contest)?;
    let act = Act { by: actor.account, at: context.now };
    let mut confirmed = Vec::new();
    let mut why = Conflict::NothingToConfirm;
    for mut one in store::results_of(tx, contest.id)? {
        if one.state != ResultState::Entered {
            continue;
        }
        match one.state.clone().confirm(one.enterers(&contest), act) {
            Ok(state) => {
                one.state = state;
                store::set_state(tx, one.id, &one.state)?;
                confirmed.push(one);
            }
            Err(conflict) => why = conflict,
        }
    }
    if confirmed.is_empty() {
        return Err(why.into());
    }
    let lines: Vec<_> = confirmed.iter().map(|one| line(&contest, one, None)).collect();
    audit::store::record_all(tx, context, "contest_result_confirm", &lines)?;
    Ok(confirmed)
}

/// 不予确认: the second person's other answer.
pub fn result_refuse(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: ContestResultId,
    words: &str,
) -> Result<ContestResult, Error> {
    let (contest, one) = held_result(tx, actor, id)?;
    let act = Act { by: actor.account, at: context.now };
    let state = one.state.clone().refuse(one.enterers(&contest), act, words.to_owned())?;
    move_to(tx, context, (&contest, one), state, ("contest_result_refuse", words))
}

/// 取消成绩: a confirmed result counts no more. A certificate that it has earned is revoked by itself.
pub fn result_cancel(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: ContestResultId,
    words: &str,
) -> Result<ContestResult, Error> {
    let (contest, one) = held_result(tx, actor, id)?;
    let state = one.state.clone().cancel(Act { by: actor.account, at: context.now }, words.to_owned())?;
    move_to(tx, context, (&contest, one), state, ("contest_result_cancel", words))
}

/// A result with its contest, both of which the caller may see.
pub fn result(
    conn: &mut Conn,
    actor: &Actor,
    id: ContestResultId,
) -> Result<(Contest, ContestResult), Error> {
    let found = store::find_result(conn, id)?.ok_or(Error::NotFound)?;
    Ok((contest(conn, actor, found.contest)?, found))
}

/// A result with its contest, held until the transaction ends: both of which the caller may see.
pub fn held_result(
    tx: &mut Tx,
    actor: &Actor,
    id: ContestResultId,
) -> Result<(Contest, ContestResult), Error> {
    let found = store::find_result(tx, id)?.ok_or(Error::NotFound)?;
    let contest = held(tx, actor, found.contest)?;
    // Read again: what was there before may have been changed by whoever held the contest.
    Ok((contest, store::find_result(tx, id)?.ok_or(Error::NotFound)?))
}

fn held(tx: &mut Tx, actor: &Actor, id: ContestId) -> Result<Contest, Error> {
    store::hold(tx, id)?.filter(|found| rules::may_see(actor, found)).ok_or(Error::NotFound)
}

fn move_to(
    tx: &mut Tx,
    context: &Context,
    (contest, mut one): (&Contest, ContestResult),
    state: ResultState,
    (action, words): (&'static str, &str),
) -> Result<ContestResult, Error> {
    one.state = state;
    store::set_state(tx, one.id, &one.state)?;
    audit::store::record_all(tx, context, action, &[line(contest, &one, Some(words))])?;
    Ok(one)
}

fn line(contest: &Contest, one: &ContestResult, words: Option<&str>) -> audit::Line<ContestResultId> {
    let details = json!({
        "contest": contest.code.as_str(), "rank": one.rank, "honour": one.honour, "words": words,
    });
    audit::Line { subject: ("contest-result", one.id), details }
}
