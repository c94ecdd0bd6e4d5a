use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{ClassId, EnrolmentId, OrganisationId, PersonId, ProgrammeId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::training::error::{Conflict, Error};
use crate::registry::training::rules::LocalRules;
use crate::registry::training::{
    Class, ClassState, Enrolment, EnrolmentState, Filing, NewClass, Phase, Programme, rules, store,
};
use crate::registry::{areas, audit, organisations};
use crate::seeds;

pub mod records;

/// Brings the programmes of the seeds into the registry; repeating it changes nothing.
pub fn programmes_seed(tx: &mut Tx, context: &Context, programmes: &[seeds::Programme]) -> Result<(), Error> {
    for programme in programmes {
        store::save_programme(tx, context, programme)?;
    }
    Ok(())
}

/// A class that the caller may see.
pub fn class(conn: &mut Conn, context: &Context, id: ClassId) -> Result<Class, Error> {
    let scope = rules::scope(actor(context)?).ok_or(Error::NotFound)?;
    let class = store::find_class(conn, id)?.ok_or(Error::NotFound)?;
    if scope.admits(&class) { Ok(class) } else { Err(Error::NotFound) }
}

/// A class that the caller's school runs.
pub fn own_class(conn: &mut Conn, context: &Context, id: ClassId) -> Result<Class, Error> {
    let actor = actor(context)?;
    let class = store::find_class(conn, id)?.ok_or(Error::NotFound)?;
    if rules::runs(actor, &class) { Ok(class) } else { Err(Error::NotFound) }
}

/// [`own_class`], held until the transaction ends: whoever decides by what a class has (places, lessons, trainees)
/// starts here, so that no two decide by the same.
pub fn held_class(tx: &mut Tx, context: &Context, id: ClassId) -> Result<Class, Error> {
    own_class(tx, context, id)?;
    store::lock_class(tx, id)?.ok_or(Error::NotFound)
}

pub fn programme(conn: &mut Conn, id: ProgrammeId) -> Result<Programme, Error> {
    store::find_programme(conn, id)?.ok_or(Error::NotFound)
}

/// Enters a class of the caller's school, as a draft.
pub fn class_create(
    tx: &mut Tx,
    context: &Context,
    rules: &LocalRules,
    new: &NewClass,
) -> Result<Class, Error> {
    let school = actor(context)?.organisation.ok_or(Error::NotFound)?;
    let area = check(tx, rules, school, new)?;
    let county = area.as_str().get(..6).unwrap_or(area.as_str());
    let year_and_county = format!("{}-{county}", new.starts_on.format("%Y"));
    let serial = store::next_serial(tx, &year_and_county)?;
    let code = format!("{year_and_county}-{serial:04}");
    let id = store::insert_class(tx, context, school, &code, &area, new)?;
    let details = json!({ "code": code, "programme": new.programme, "starts_on": new.starts_on });
    audit::store::record(tx, context, "class_create", ("class", id), details)?;
    own_class(tx, context, id)
}

/// Changes a draft or returned class.
pub fn class_change(
    tx: &mut Tx,
    context: &Context,
    rules: &LocalRules,
    id: ClassId,
    version: i32,
    new: &NewClass,
) -> Result<Class, Error> {
    let class = held_class(tx, context, id)?;
    class.state.open_to_change()?;
    let area = check(tx, rules, class.school, new)?;
    check_what_is_there(tx, &class, new)?;
    if !store::update_class(tx, id, version, &area, new)? {
        return Err(Error::Stale);
    }
    let details = json!({ "starts_on": new.starts_on, "ends_on": new.ends_on, "capacity": new.capacity });
    audit::store::record(tx, context, "class_change", ("class", id), details)?;
    own_class(tx, context, id)
}

/// Files a class with the bureau (开班备案). The school's accreditation is looked at once more: it may have been
/// withdrawn since the draft.
pub fn class_file(
    tx: &mut Tx,
    context: &Context,
    rules: &LocalRules,
    id: ClassId,
    version: i32,
) -> Result<Class, Error> {
    let class = own_class(tx, context, id)?;
    let filed = class.state.clone().file(Filing { at: context.now, by: context.account() })?;
    rules::check_filing(class.starts_on, context.today(), rules)?;
    check(tx, rules, class.school, &as_entered(&class))?;
    move_to(tx, context, &class, version, &filed, "class_file")
}

/// What the bureau decides on a filed class.
#[derive(Debug, Clone)]
pub enum Decision {
    Approve,
    SendBack { reason: String },
    Refuse { reason: String },
}

/// Decides on a filed class.
pub fn class_review(
    tx: &mut Tx,
    context: &Context,
    id: ClassId,
    version: i32,
    decision: Decision,
) -> Result<Class, Error> {
    let found = class(tx, context, id)?;
    if !rules::reviews(actor(context)?, &found) {
        return Err(Error::NotFound);
    }
    let (state, by) = (found.state.clone(), context.account());
    let (decided, action) = match decision {
        Decision::Approve => (state.approve(by)?, "class_approve"),
        Decision::SendBack { reason } => (state.send_back(by, reason)?, "class_return"),
        Decision::Refuse { reason } => (state.refuse(by, reason)?, "class_refuse"),
    };
    move_to(tx, context, &found, version, &decided, action)
}

/// Closes an approved class after its last day (结班).
pub fn class_close(tx: &mut Tx, context: &Context, id: ClassId, version: i32) -> Result<Class, Error> {
    let class = held_class(tx, context, id)?;
    let closed = class.state.clone().close()?;
    if rules::phase(&class, context.today()) != Phase::Ended {
        return Err(Conflict::ClassNotEnded.into());
    }
    move_to(tx, context, &class, version, &closed, "class_close")
}

/// Enrols a registered person in a class that [`held_class`] gave.
pub fn enrolment_create(
    tx: &mut Tx,
    context: &Context,
    class: &Class,
    person: PersonId,
) -> Result<EnrolmentId, Error> {
    class.state.open_to_enrolment()?;
    let before = store::enrolments(tx, class.id)?;
    let own = before.iter().find(|enrolment| enrolment.person == person);
    if own.is_some_and(|enrolment| enrolment.state != EnrolmentState::Withdrawn) {
        return Err(Conflict::AlreadyEnrolled.into());
    }
    if places_left(class, &before) == 0 {
        return Err(Conflict::ClassFull.into());
    }
    let id = match own {
        Some(enrolment) => {
            store::set_enrolment_state(tx, enrolment.id, EnrolmentState::Enrolled)?;
            enrolment.id
        }
        None => store::insert_enrolment(tx, context, class.id, next_number(&before), person)?,
    };
    let details = json!({ "enrolment": id, "person": person });
    audit::store::record(tx, context, "enrolment_create", ("class", class.id), details)?;
    Ok(id)
}

/// Takes a trainee out of a class. What has been recorded of the trainee stays.
pub fn enrolment_withdraw(
    tx: &mut Tx,
    context: &Context,
    class: ClassId,
    id: EnrolmentId,
) -> Result<Enrolment, Error> {
    let class = held_class(tx, context, class)?;
    class.state.open_to_enrolment()?;
    let enrolment = open_enrolment(tx, &class, id)?;
    store::set_enrolment_state(tx, id, EnrolmentState::Withdrawn)?;
    let details = json!({ "enrolment": id, "person": enrolment.person });
    audit::store::record(tx, context, "enrolment_withdraw", ("class", class.id), details)?;
    Ok(Enrolment { state: EnrolmentState::Withdrawn, ..enrolment })
}

/// The number (学号) of the next trainee: numbers are not given twice, also after a withdrawal.
#[must_use]
pub fn next_number(enrolments: &[Enrolment]) -> i32 {
    enrolments.iter().map(|enrolment| enrolment.number).max().unwrap_or(0) + 1
}

/// How many more the class takes.
#[must_use]
pub fn places_left(class: &Class, enrolments: &[Enrolment]) -> usize {
    let taken = enrolments.iter().filter(|enrolment| enrolment.state != EnrolmentState::Withdrawn).count();
    usize::try_from(class.capacity).unwrap_or(0).saturating_sub(taken)
}

fn actor(context: &Context) -> Result<&Actor, Error> {
    context.actor.as_ref().ok_or(Error::NotFound)
}

/// An enrolment of `class` that is neither withdrawn nor completed.
fn open_enrolment(tx: &mut Tx, class: &Class, id: EnrolmentId) -> Result<Enrolment, Error> {
    let found = store::enrolments(tx, class.id)?.into_iter().find(|enrolment| enrolment.id == id);
    let enrolment = found.ok_or(Error::NotFound)?;
    if enrolment.state == EnrolmentState::Enrolled {
        Ok(enrolment)
    } else {
        Err(Conflict::EnrolmentNotOpen.into())
    }
}

/// Checks a class's entry for its school; the area that it is held in.
fn check(tx: &mut Tx, rules: &LocalRules, school: OrganisationId, new: &NewClass) -> Result<AreaCode, Error> {
    let school = organisations::store::find(tx, school)?.ok_or(Error::NotFound)?;
    let mut errors = Vec::new();
    let area = new.area_code.clone().unwrap_or_else(|| school.area_code.clone());
    if areas::store::find(tx, &area)?.is_none() {
        errors.push(FieldError::new("area_code", "unknown-area"));
    }
    match store::find_programme(tx, new.programme)? {
        None => errors.push(FieldError::new("programme_id", "unknown-programme")),
        Some(programme) => {
            let held = organisations::service::accreditations_held(tx, &school)?;
            errors.extend(
                rules::check_class(new, &programme, &held, rules).err().into_iter().flat_map(|e| e.0),
            );
        }
    }
    Invalid::if_any(errors)?;
    Ok(area)
}

/// A change may not leave out lessons that are planned, or trainees who are enrolled.
fn check_what_is_there(tx: &mut Tx, class: &Class, new: &NewClass) -> Result<(), Error> {
    let lessons = store::records::lessons(tx, class.id)?;
    let enrolled = store::count_enrolled(tx, class.id)?;
    Ok(rules::check_change(class, new, &lessons, enrolled)?)
}

fn as_entered(class: &Class) -> NewClass {
    NewClass {
        programme: class.programme,
        title: class.title.clone(),
        area_code: Some(class.area_code.clone()),
        place: class.place.clone(),
        starts_on: class.starts_on,
        ends_on: class.ends_on,
        capacity: class.capacity,
    }
}

fn move_to(
    tx: &mut Tx,
    context: &Context,
    class: &Class,
    version: i32,
    state: &ClassState,
    action: &str,
) -> Result<Class, Error> {
    if !store::set_state(tx, class.id, version, state)? {
        return Err(Error::Stale);
    }
    let details = json!({ "code": class.code, "reason": state.reason() });
    audit::store::record(tx, context, action, ("class", class.id), details)?;
    store::find_class(tx, class.id)?.ok_or(Error::NotFound)
}
