use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{class_serials, classes, enrolments, modules, programmes};
use crate::db::types::At;
use crate::db::{Both, Conn, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::Context;
use crate::kernel::ids::{
    AccountId, ClassId, EnrolmentId, ModuleId, OrganisationId, PersonId, ProgrammeId, entity,
};
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::kernel::vocabulary::Audience;
use crate::registry::training::rules::Scope;
use crate::registry::training::rules::completion::Complete;
use crate::registry::training::{
    Class, ClassState, ClassStatus, Enrolment, EnrolmentState, Filing, Module, NewClass, Outcome, Presence,
    Programme,
};
use crate::{seeds, stored_as_code};

pub mod history;
pub mod records;

stored_as_code!(ClassStatus, EnrolmentState, Presence, Outcome);

#[derive(Queryable, Selectable)]
#[diesel(table_name = programmes)]
struct ProgrammeRow {
    id: ProgrammeId,
    code: String,
    title: String,
    title_en: String,
    occupation: Option<Occupation>,
    level: Option<SkillLevel>,
    audience: Audience,
    standard_version: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

impl ProgrammeRow {
    fn with(self, modules: Vec<Module>) -> Programme {
        Programme {
            id: self.id,
            code: self.code,
            title: self.title,
            title_en: self.title_en,
            occupation: self.occupation,
            level: self.level,
            audience: self.audience,
            standard_version: self.standard_version,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            modules,
        }
    }
}

/// All programmes by code, each with its modules.
pub fn programmes(conn: &mut Conn) -> Result<Vec<Programme>, DbError> {
    let rows: Vec<ProgrammeRow> =
        programmes::table.select(ProgrammeRow::as_select()).order(programmes::code).load(conn)?;
    let mut all: Vec<Module> = modules::table
        .select(Module::as_select())
        .order((modules::programme_id, modules::place))
        .load(conn)?;
    let with_modules = rows.into_iter().map(|row| {
        let own = all.extract_if(.., |module| module.programme_id == row.id).collect();
        row.with(own)
    });
    Ok(with_modules.collect())
}

pub fn find_programme(conn: &mut Conn, id: ProgrammeId) -> Result<Option<Programme>, DbError> {
    let row: Option<ProgrammeRow> =
        programmes::table.find(id).select(ProgrammeRow::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let own = modules::table
        .filter(modules::programme_id.eq(id))
        .select(Module::as_select())
        .order(modules::place)
        .load(conn)?;
    Ok(Some(row.with(own)))
}

/// Adds a programme, or brings the one with the same code up to date.
pub fn save_programme(
    tx: &mut Tx,
    context: &Context,
    programme: &seeds::Programme,
) -> Result<ProgrammeId, DbError> {
    let words = (
        programmes::title.eq(programme.title.clone()),
        programmes::title_en.eq(programme.title_en.clone()),
        programmes::occupation.eq(programme.occupation),
        programmes::level.eq(programme.level),
        programmes::audience.eq(programme.audience),
        programmes::standard_version.eq(programme.standard_version.clone()),
        programmes::valid_from.eq(programme.valid_from),
    );
    let new = context.fresh_id::<entity::Programme>();
    Both(
        diesel::insert_into(programmes::table)
            .values((programmes::id.eq(new), programmes::code.eq(programme.code.clone()), words.clone()))
            .on_conflict(programmes::code)
            .do_update()
            .set(words),
    )
    .execute(&mut **tx)?;
    let id = programmes::table
        .filter(programmes::code.eq(&programme.code))
        .select(programmes::id)
        .first(&mut **tx)?;
    for (place, module) in (1i32..).zip(&programme.modules) {
        save_module(tx, context, id, place, module)?;
    }
    Ok(id)
}

fn save_module(
    tx: &mut Tx,
    context: &Context,
    programme: ProgrammeId,
    place: i32,
    module: &seeds::Module,
) -> Result<(), DbError> {
    let words = (
        modules::place.eq(place),
        modules::title.eq(module.zh.clone()),
        modules::title_en.eq(module.en.clone()),
        modules::hours.eq(i32::try_from(module.hours).unwrap_or(i32::MAX)),
        modules::theme.eq(module.theme),
        modules::mandatory.eq(module.mandatory),
    );
    let id: ModuleId = context.fresh_id();
    Both(
        diesel::insert_into(modules::table)
            .values((
                modules::id.eq(id),
                modules::programme_id.eq(programme),
                modules::code.eq(module.code.clone()),
                words.clone(),
            ))
            .on_conflict((modules::programme_id, modules::code))
            .do_update()
            .set(words),
    )
    .execute(&mut **tx)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = classes)]
struct ClassRow {
    id: ClassId,
    code: String,
    school_id: OrganisationId,
    programme_id: ProgrammeId,
    title: String,
    area_code: AreaCode,
    place: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    capacity: i32,
    state: ClassStatus,
    state_note: Option<String>,
    filed_at: Option<At>,
    filed_by: Option<AccountId>,
    version: i32,
}

impl TryFrom<ClassRow> for Class {
    type Error = DbError;

    fn try_from(row: ClassRow) -> Result<Self, DbError> {
        let filing = || {
            let at = row.filed_at.ok_or_else(|| {
                let text = format!("class {} is {} but was never filed", row.id, row.state);
                DbError::Query(diesel::result::Error::DeserializationError(text.into()))
            })?;
            Ok::<_, DbError>(Filing { at: at.0, by: row.filed_by })
        };
        let reason = row.state_note.clone().unwrap_or_default();
        let state = match row.state {
            ClassStatus::Draft => ClassState::Draft,
            ClassStatus::Filed => ClassState::Filed(filing()?),
            ClassStatus::Returned => ClassState::Returned { filing: filing()?, reason },
            ClassStatus::Approved => ClassState::Approved(filing()?),
            ClassStatus::Refused => ClassState::Refused { filing: filing()?, reason },
            ClassStatus::Closed => ClassState::Closed(filing()?),
        };
        Ok(Self {
            id: row.id,
            code: row.code,
            school: row.school_id,
            programme: row.programme_id,
            title: row.title,
            area_code: row.area_code,
            place: row.place,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            capacity: row.capacity,
            state,
            version: row.version,
        })
    }
}

/// The next running number of a year and county. Counted by one statement, so that no two classes get the same.
pub fn next_serial(tx: &mut Tx, year_and_county: &str) -> Result<i32, DbError> {
    let last = Both(
        diesel::insert_into(class_serials::table)
            .values((
                class_serials::year_and_county.eq(year_and_county.to_owned()),
                class_serials::last.eq(1),
            ))
            .on_conflict(class_serials::year_and_county)
            .do_update()
            .set(class_serials::last.eq(class_serials::last + 1))
            .returning(class_serials::last),
    )
    .get_result(&mut **tx)?;
    Ok(last)
}

pub fn insert_class(
    tx: &mut Tx,
    context: &Context,
    school: OrganisationId,
    code: &str,
    area: &AreaCode,
    new: &NewClass,
) -> Result<ClassId, DbError> {
    let id = context.fresh_id::<entity::Class>();
    diesel::insert_into(classes::table)
        .values((
            classes::id.eq(id),
            classes::code.eq(code),
            classes::school_id.eq(school),
            classes::programme_id.eq(new.programme),
            classes::title.eq(&new.title),
            classes::area_code.eq(area),
            classes::place.eq(&new.place),
            classes::starts_on.eq(new.starts_on),
            classes::ends_on.eq(new.ends_on),
            classes::capacity.eq(new.capacity),
            classes::state.eq(ClassStatus::Draft),
            classes::created_at.eq(At(context.now)),
            classes::created_by.eq(context.account()),
            classes::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Changes what a class is if `version` is still the current one; whether it was.
pub fn update_class(
    tx: &mut Tx,
    id: ClassId,
    version: i32,
    area: &AreaCode,
    new: &NewClass,
) -> Result<bool, DbError> {
    let changed = diesel::update(classes::table.find(id).filter(classes::version.eq(version)))
        .set((
            classes::programme_id.eq(new.programme),
            classes::title.eq(&new.title),
            classes::area_code.eq(area),
            classes::place.eq(&new.place),
            classes::starts_on.eq(new.starts_on),
            classes::ends_on.eq(new.ends_on),
            classes::capacity.eq(new.capacity),
            classes::version.eq(version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Moves a class if `version` is still the current one; whether it was.
pub fn set_state(tx: &mut Tx, id: ClassId, version: i32, state: &ClassState) -> Result<bool, DbError> {
    let filing = state.filing();
    let changed = diesel::update(classes::table.find(id).filter(classes::version.eq(version)))
        .set((
            classes::state.eq(state.status()),
            classes::state_note.eq(state.reason()),
            classes::filed_at.eq(filing.map(|filing| At(filing.at))),
            classes::filed_by.eq(filing.and_then(|filing| filing.by)),
            classes::version.eq(version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Reads the class and, on PostgreSQL, holds it until the transaction ends, so that two enrolments cannot both
/// take the last place. SQLite's transaction holds the one write lock already.
pub fn lock_class(tx: &mut Tx, id: ClassId) -> Result<Option<Class>, DbError> {
    diesel::update(classes::table.find(id)).set(classes::version.eq(classes::version)).execute(&mut **tx)?;
    find_class(tx, id)
}

pub fn find_class(conn: &mut Conn, id: ClassId) -> Result<Option<Class>, DbError> {
    let row: Option<ClassRow> =
        classes::table.find(id).select(ClassRow::as_select()).first(conn).optional()?;
    row.map(Class::try_from).transpose()
}

/// Classes within `scope`, of one status if given, the newest first, those made before `before` if one is given.
pub fn list_classes(
    conn: &mut Conn,
    scope: &Scope,
    status: Option<ClassStatus>,
    before: Option<ClassId>,
    limit: i64,
) -> Result<Vec<Class>, DbError> {
    let mut query = classes::table.select(ClassRow::as_select()).into_boxed();
    query = match scope {
        Scope::All => query,
        Scope::Area(area) => query.filter(classes::area_code.like(format!("{area}%"))),
        Scope::School(school) => query.filter(classes::school_id.eq(*school)),
    };
    if let Some(status) = status {
        query = query.filter(classes::state.eq(status));
    }
    if let Some(before) = before {
        query = query.filter(classes::id.lt(before));
    }
    let rows: Vec<ClassRow> = query.order(classes::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(Class::try_from).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = enrolments)]
struct EnrolmentRow {
    id: EnrolmentId,
    class_id: ClassId,
    number: i32,
    person_id: PersonId,
    state: EnrolmentState,
    enrolled_at: At,
    completed_on: Option<NaiveDate>,
}

impl From<EnrolmentRow> for Enrolment {
    fn from(row: EnrolmentRow) -> Self {
        Self {
            id: row.id,
            class: row.class_id,
            number: row.number,
            person: row.person_id,
            state: row.state,
            enrolled_at: row.enrolled_at.0,
            completed_on: row.completed_on,
        }
    }
}

/// Whether `person` was ever enrolled at `school`.
pub fn has_enrolled(conn: &mut Conn, school: OrganisationId, person: PersonId) -> Result<bool, DbError> {
    let places = enrolments::table
        .inner_join(classes::table)
        .filter(enrolments::person_id.eq(person))
        .filter(classes::school_id.eq(school));
    Ok(diesel::select(diesel::dsl::exists(places)).get_result(conn)?)
}

/// Trainees of a class who have not withdrawn.
pub fn count_enrolled(conn: &mut Conn, class: ClassId) -> Result<i64, DbError> {
    Ok(enrolments::table
        .filter(enrolments::class_id.eq(class))
        .filter(enrolments::state.ne(EnrolmentState::Withdrawn))
        .count()
        .get_result(conn)?)
}

/// [`count_enrolled`] for many classes; a class without trainees has no line.
pub fn counts_enrolled(conn: &mut Conn, classes: &[ClassId]) -> Result<Vec<(ClassId, i64)>, DbError> {
    Ok(enrolments::table
        .filter(enrolments::class_id.eq_any(classes.to_vec()))
        .filter(enrolments::state.ne(EnrolmentState::Withdrawn))
        .group_by(enrolments::class_id)
        .select((enrolments::class_id, diesel::dsl::count_star()))
        .load(conn)?)
}

/// All who were ever enrolled in a class, by their number.
pub fn enrolments(conn: &mut Conn, class: ClassId) -> Result<Vec<Enrolment>, DbError> {
    let rows: Vec<EnrolmentRow> = enrolments::table
        .filter(enrolments::class_id.eq(class))
        .select(EnrolmentRow::as_select())
        .order(enrolments::number)
        .load(conn)?;
    Ok(rows.into_iter().map(Enrolment::from).collect())
}

pub fn insert_enrolment(
    tx: &mut Tx,
    context: &Context,
    class: ClassId,
    number: i32,
    person: PersonId,
) -> Result<EnrolmentId, DbError> {
    let id = context.fresh_id::<entity::Enrolment>();
    diesel::insert_into(enrolments::table)
        .values((
            enrolments::id.eq(id),
            enrolments::class_id.eq(class),
            enrolments::number.eq(number),
            enrolments::person_id.eq(person),
            enrolments::state.eq(EnrolmentState::Enrolled),
            enrolments::enrolled_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

pub fn set_enrolment_state(tx: &mut Tx, id: EnrolmentId, state: EnrolmentState) -> Result<(), DbError> {
    diesel::update(enrolments::table.find(id)).set(enrolments::state.eq(state)).execute(&mut **tx)?;
    Ok(())
}

/// Records a completion; only `rules::completion` can say that there is one.
pub fn set_completed(tx: &mut Tx, complete: &Complete, on: NaiveDate) -> Result<(), DbError> {
    diesel::update(enrolments::table.find(complete.enrolment()))
        .set((enrolments::state.eq(EnrolmentState::Completed), enrolments::completed_on.eq(on)))
        .execute(&mut **tx)?;
    Ok(())
}
