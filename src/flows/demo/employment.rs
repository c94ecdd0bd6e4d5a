//! Enters who works where: what each institution had when the registry opened as one import, and since then every
//! joining, move and leaving on its day.

use chrono::NaiveDate;

use crate::db::Tx;
use crate::flows::demo::dice::shifted;
use crate::flows::demo::staff::{Stint, Worker};
use crate::flows::demo::{Books, LoadError};
use crate::flows::staff::{Joiner, Joining, Registry, StaffRow, staff_import, staff_join};
use crate::kernel::context::Context;
use crate::kernel::ids::PersonId;
use crate::registry::employment::declared::{Check, declared_service_check, declared_service_declare};
use crate::registry::employment::{Employment, Leaving, NewDeclaredService, Post, Transfer, service, store};
use crate::registry::people;

/// What happened on one day.
#[derive(Clone, Copy)]
enum Event {
    Joins(Stint),
    Moves(Stint),
    Leaves(Leave),
}

type Leave = (NaiveDate, crate::registry::employment::LeavingReason);

/// Enters all staff; the ids of the people, in the order of `workers`.
pub fn enter(tx: &mut Tx, books: &Books<'_>, workers: &[Worker]) -> Result<Vec<PersonId>, LoadError> {
    let opened = books.calendar.opened;
    for at in 0..books.institutions.len() {
        let first = |worker: &&Worker| worker.spells.first().is_some_and(|s| s.at == at && s.from <= opened);
        let rows: Vec<(u32, StaffRow)> = (2..)
            .zip(workers.iter().filter(first))
            .map(|(row, worker)| {
                let post = post(worker, &worker.spells[0]);
                (row, StaffRow { person: worker.citizen.entry(), post })
            })
            .collect();
        if !rows.is_empty() {
            let context = context(books, opened, at, 600 + i64::try_from(at).unwrap_or(0));
            staff_import(tx, &context, registry(books), books.institutions[at], &rows, Vec::new())?;
        }
    }
    let mut ids: Vec<Option<PersonId>> = Vec::with_capacity(workers.len());
    for worker in workers {
        ids.push(known(tx, books, worker)?);
    }
    for (on, who, event) in events(workers, opened) {
        let minutes = 560 + i64::try_from(who % 400).unwrap_or(0);
        match event {
            Event::Joins(stint) => {
                let joiner = Joiner::Described(workers[who].citizen.entry());
                let joining = Joining { joiner, post: post(&workers[who], &stint) };
                let context = context(books, on, stint.at, minutes);
                let joined =
                    staff_join(tx, &context, registry(books), books.institutions[stint.at], &joining)?;
                ids[who] = Some(joined.person);
            }
            Event::Moves(stint) => moves(tx, books, (on, minutes), ids[who], &workers[who], &stint)?,
            Event::Leaves(leave) => leaves(tx, books, (on, minutes), ids[who], leave)?,
        }
    }
    ids.into_iter().collect::<Option<_>>().ok_or(LoadError::Incomplete("staff"))
}

fn known(tx: &mut Tx, books: &Books<'_>, worker: &Worker) -> Result<Option<PersonId>, LoadError> {
    use crate::kernel::identity::{DocumentKind, IdentityDocument};
    let kind = DocumentKind::ResidentIdentityCard;
    let (regions, today) = (books.office.regions, books.calendar.today);
    let document = IdentityDocument::check(kind, &worker.citizen.number, regions, today);
    let document = document.map_err(|_| LoadError::Incomplete("identity numbers"))?;
    let found = people::service::person_by_document(tx, books.office.sealer, &document)?;
    Ok(found.map(|person| person.id))
}

/// All that happened since the registry opened, in its order.
fn events(workers: &[Worker], opened: NaiveDate) -> Vec<(NaiveDate, usize, Event)> {
    let mut events = Vec::new();
    for (who, worker) in workers.iter().enumerate() {
        for (place, stint) in worker.spells.iter().enumerate() {
            if place > 0 {
                // A move from before the opening is entered in its first weeks.
                let on = stint.from.max(shifted(opened, 3 + i64::try_from(who % 20).unwrap_or(0)));
                events.push((on, who, Event::Moves(*stint)));
            } else if stint.from > opened {
                events.push((stint.from, who, Event::Joins(*stint)));
            }
            if let Some(end) = stint.end.filter(|_| place + 1 == worker.spells.len()) {
                events.push((end.0.max(opened), who, Event::Leaves(end)));
            }
        }
    }
    events.sort_by_key(|(on, who, _)| (*on, *who));
    events
}

fn moves(
    tx: &mut Tx,
    books: &Books<'_>,
    (on, minutes): (NaiveDate, i64),
    person: Option<PersonId>,
    worker: &Worker,
    stint: &Stint,
) -> Result<(), LoadError> {
    let open = open_spell(tx, person)?;
    let transfer = Transfer { organisation: Some(books.institutions[stint.at]), post: post(worker, stint) };
    let context = books.calendar.context(on, minutes, Some(&books.actor("bureau")?));
    let positions = &books.office.desk.seeds.positions;
    service::employment_transfer(tx, &context, positions, open.id, open.version, &transfer)?;
    Ok(())
}

fn leaves(
    tx: &mut Tx,
    books: &Books<'_>,
    (on, minutes): (NaiveDate, i64),
    person: Option<PersonId>,
    (to_date, reason): Leave,
) -> Result<(), LoadError> {
    let open = open_spell(tx, person)?;
    let context = books.calendar.context(on, minutes, Some(&books.actor("bureau")?));
    service::employment_leave(tx, &context, open.id, open.version, &Leaving { to_date, reason })?;
    Ok(())
}

fn open_spell(tx: &mut Tx, person: Option<PersonId>) -> Result<Employment, LoadError> {
    let person = person.ok_or(LoadError::Incomplete("people"))?;
    let open = store::of_person(tx, person)?.into_iter().find(|spell| spell.period.to.is_none());
    open.ok_or(LoadError::Incomplete("employment"))
}

/// Service before the registry, of staff of the institution that the demo's account acts for: some accepted by the
/// bureau, some waiting.
pub fn enter_declared(
    tx: &mut Tx,
    books: &Books<'_>,
    workers: &[Worker],
    people: &[PersonId],
) -> Result<(), LoadError> {
    const ACCEPTED: usize = 5;
    const ALL: usize = 8;
    let (institution, bureau) = (books.actor("institution")?, books.actor("bureau")?);
    let own =
        |worker: &Worker| worker.employer().map(|at| books.institutions[at]) == institution.organisation;
    let old_enough = |worker: &Worker| {
        worker.since().is_some_and(|since| crate::kernel::dates::whole_years(worker.citizen.born, since) > 24)
    };
    let chosen = workers.iter().zip(people).filter(|(worker, _)| {
        worker.is_caregiver() && own(worker) && worker.spells.len() == 1 && old_enough(worker)
    });
    for (place, (worker, person)) in chosen.take(ALL).enumerate() {
        let step = i64::try_from(place).unwrap_or(0);
        let since = worker.since().unwrap_or(books.calendar.opened);
        let new = NewDeclaredService {
            employer: EMPLOYERS[place % EMPLOYERS.len()].to_owned(),
            position: "护理员".to_owned(),
            from_date: shifted(since, -(700 + 260 * step)),
            to_date: shifted(since, -(30 + 9 * step)),
            evidence: EVIDENCE[place % EVIDENCE.len()].to_owned(),
        };
        let days_ago =
            if place < ACCEPTED { 300 - 30 * step } else { 2 * (i64::try_from(ALL).unwrap_or(0) - step) };
        let on = shifted(books.calendar.today, -days_ago).max(shifted(since, 1));
        let context = books.calendar.context(on, 640, Some(&institution));
        let declared = declared_service_declare(tx, &context, *person, &new)?;
        if place < ACCEPTED {
            let context = books.calendar.context(shifted(on, 6), 660, Some(&bureau));
            let accept = Check::Accept { note: Some("已核对原件".to_owned()) };
            declared_service_check(tx, &context, declared.id, declared.version, &accept)?;
        }
    }
    Ok(())
}

const EMPLOYERS: [&str; 4] = [
    "绍兴暖阳护理院（示例）",
    "上海静和家政服务社（示例）",
    "桐乡乐龄敬老院（示例）",
    "杭州康宁医院护工站（示例）",
];
const EVIDENCE: [&str; 3] = ["原单位工作证明（盖章原件）", "社会保险参保缴费证明", "劳动合同原件"];

fn post(worker: &Worker, stint: &Stint) -> Post {
    Post { position: worker.position.clone(), post_kind: stint.kind, from_date: stint.from }
}

fn registry<'a>(books: &'a Books<'_>) -> Registry<'a> {
    Registry {
        sealer: books.office.sealer,
        regions: books.office.regions,
        positions: &books.office.desk.seeds.positions,
    }
}

/// The demo's institution enters its own staff; for the others the bureau did.
fn context(books: &Books<'_>, on: NaiveDate, at: usize, minutes: i64) -> Context {
    let own =
        books.accounts.get("institution").filter(|actor| actor.organisation == Some(books.institutions[at]));
    let actor = own.or_else(|| books.accounts.get("bureau"));
    books.calendar.context(on, minutes, actor)
}
