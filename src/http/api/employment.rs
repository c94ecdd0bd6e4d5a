use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web;
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::db::Conn;
use crate::flows::staff::{self, Joining, Registry, StaffImported, StaffRow};
use crate::flows::visible_person::visible_person;
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::download::empty_template;
use crate::http::import::{Rows, rows_and_errors};
use crate::http::input::{Input, Query, Upload};
use crate::http::person_columns as person;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::form::{self, Fields, Form};
use crate::kernel::ids::{DeclaredServiceId, EmploymentId, OrganisationId, PersonId};
use crate::registry::employment::declared::{self, Check};
use crate::registry::employment::{
    DeclaredService, Employment, Leaving, NewDeclaredService, Transfer, rules, service, store,
};
use crate::registry::organisations;
use crate::registry::people::{self, Person};
use crate::render::sheet::{Column, ColumnKind, Presence};
use crate::seeds::Position;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EmploymentView {
    pub id: String,
    pub person_id: String,
    /// Absent where the caller may not look into the institution.
    pub organisation_id: Option<String>,
    pub position: String,
    /// Whether the position counts as that of a caregiver.
    pub caregiver: bool,
    pub post_kind: &'static str,
    pub from_date: String,
    /// The last day; null while employed.
    pub to_date: Option<String>,
    pub leaving_reason: Option<&'static str>,
    pub version: i32,
}

/// One of an institution's staff.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StaffView {
    pub name: String,
    pub gender: &'static str,
    pub birth_year: i32,
    pub employment: EmploymentView,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StaffImportView {
    pub rows: usize,
    /// People who were not registered before.
    pub registered: usize,
    /// False where the file was only checked.
    pub imported: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DeclaredServiceView {
    pub id: String,
    pub person_id: String,
    pub employer: String,
    pub position: String,
    pub from_date: String,
    pub to_date: String,
    pub evidence: String,
    pub status: &'static str,
    /// Who checked the evidence, by name.
    pub checker: Option<String>,
    pub check_note: Option<String>,
    pub version: i32,
}

/// What a person's service adds up to, as of today.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceView {
    pub days: i64,
    /// Whole years of 365 days.
    pub years: u32,
    pub employments: Vec<EmploymentView>,
    /// The names of those institutions that the caller may look into, by id.
    pub institutions: HashMap<String, String>,
    pub declared: Vec<DeclaredServiceView>,
}

impl EmploymentView {
    #[must_use]
    pub fn new(spell: &Employment, positions: &[Position]) -> Self {
        Self {
            id: spell.id.to_string(),
            person_id: spell.person.to_string(),
            organisation_id: Some(spell.organisation.to_string()),
            caregiver: rules::is_caregiver(positions, &spell.position),
            position: spell.position.clone(),
            post_kind: spell.post_kind.code(),
            from_date: spell.period.from.to_string(),
            to_date: spell.period.to.map(|day| day.to_string()),
            leaving_reason: spell.leaving_reason.map(Code::code),
            version: spell.version,
        }
    }
}

impl From<&DeclaredService> for DeclaredServiceView {
    fn from(service: &DeclaredService) -> Self {
        Self {
            id: service.id.to_string(),
            person_id: service.person.to_string(),
            employer: service.employer.clone(),
            position: service.position.clone(),
            from_date: service.from_date.to_string(),
            to_date: service.to_date.to_string(),
            evidence: service.evidence.clone(),
            status: service.status.code(),
            checker: service.checker.clone(),
            check_note: service.check_note.clone(),
            version: service.version,
        }
    }
}

impl StaffImportView {
    const fn new(done: StaffImported, mode: ImportMode) -> Self {
        let imported = matches!(mode, ImportMode::Import);
        Self { rows: done.rows, registered: done.registered, imported }
    }
}

pub struct StaffQuery {
    pub on: Option<NaiveDate>,
}

impl Form for StaffQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let on = f.optional("on");
        Some(Self { on: on? })
    }
}

/// What is sent beside a staff list.
#[derive(Debug, Clone, Copy)]
pub enum ImportMode {
    Check,
    Import,
}

impl Form for ImportMode {
    fn read(f: &mut Fields) -> Option<Self> {
        let check = f.optional::<bool>("check");
        Some(if check?.unwrap_or(false) { Self::Check } else { Self::Import })
    }
}

pub struct AcceptNote(pub Option<String>);

impl Form for AcceptNote {
    fn read(f: &mut Fields) -> Option<Self> {
        f.optional_text("note", 300).map(Self)
    }
}

pub struct RefusalNote(pub String);

impl Form for RefusalNote {
    fn read(f: &mut Fields) -> Option<Self> {
        f.text("note", 300).map(Self)
    }
}

/// What joining and importing need of the application.
#[must_use]
pub fn registry(app: &App) -> Registry<'_> {
    Registry { sealer: &app.sealer, regions: app.identity_regions(), positions: &app.seeds.positions }
}

/// An institution's staff on a day, for those who may see it.
pub fn staff_on(
    conn: &mut Conn,
    context: &Context,
    positions: &[Position],
    at: OrganisationId,
    on: NaiveDate,
) -> Result<Vec<StaffView>, Problem> {
    service::seen_institution(conn, context, at)?;
    let spells = store::staff(conn, at, on)?;
    let ids: Vec<PersonId> = spells.iter().map(|spell| spell.person).collect();
    let people: HashMap<PersonId, Person> =
        people::store::find_many(conn, &ids)?.into_iter().map(|person| (person.id, person)).collect();
    let view = |spell: &Employment| {
        let person = people.get(&spell.person)?;
        Some(StaffView {
            name: person.name.clone(),
            gender: person.gender.code(),
            birth_year: person.birth_date.year(),
            employment: EmploymentView::new(spell, positions),
        })
    };
    Ok(spells.iter().filter_map(view).collect())
}

/// Reads a staff list; the errors of its rows stand beside those that could be read.
pub async fn read_staff_list(call: &Call, bytes: Vec<u8>) -> Result<Rows<StaffRow>, Problem> {
    call.work(move |_, _| rows_and_errors(&bytes, STAFF_COLUMNS)).await
}

pub async fn staff_list(
    call: Call,
    id: web::Path<OrganisationId>,
    Query(query): Query<StaffQuery>,
) -> Answer {
    let app = Arc::clone(&call.app);
    let staff = call
        .read(move |conn, context| {
            staff_on(conn, context, &app.seeds.positions, *id, query.on.unwrap_or_else(|| context.today()))
        })
        .await?;
    ok(&staff)
}

pub async fn employment_join(
    call: Call,
    id: web::Path<OrganisationId>,
    Input(joining): Input<Joining>,
) -> Answer {
    let app = Arc::clone(&call.app);
    call.create(move |tx, context| {
        let spell = staff::staff_join(tx, context, registry(&app), *id, &joining)?;
        Ok(EmploymentView::new(&spell, &app.seeds.positions))
    })
    .await
}

pub async fn employment_leave(
    call: Call,
    id: web::Path<EmploymentId>,
    Input(leaving): Input<Leaving>,
) -> Answer {
    let version = call.if_match()?;
    let ended = call
        .write(move |tx, context| Ok(service::employment_leave(tx, context, *id, version, &leaving)?))
        .await?;
    ok_with_version(&EmploymentView::new(&ended, &call.app.seeds.positions), ended.version)
}

pub async fn employment_transfer(
    call: Call,
    id: web::Path<EmploymentId>,
    Input(transfer): Input<Transfer>,
) -> Answer {
    let version = call.if_match()?;
    let app = Arc::clone(&call.app);
    let begun = call
        .write(move |tx, context| {
            let positions = &app.seeds.positions;
            Ok(service::employment_transfer(tx, context, positions, *id, version, &transfer)?)
        })
        .await?;
    ok_with_version(&EmploymentView::new(&begun, &call.app.seeds.positions), begun.version)
}

pub async fn staff_import(call: Call, id: web::Path<OrganisationId>, upload: Upload) -> Answer {
    let mode: ImportMode = form::read(&upload.values)?;
    let Rows { rows, errors } = read_staff_list(&call, upload.bytes).await?;
    let app = Arc::clone(&call.app);
    match mode {
        ImportMode::Check => {
            let checked = move |conn: &mut Conn, context: &Context| {
                Ok(staff::staff_check(conn, context, registry(&app), *id, &rows, errors)?)
            };
            ok(&StaffImportView::new(call.read(checked).await?, mode))
        }
        ImportMode::Import => {
            call.create(move |tx, context| {
                let done = staff::staff_import(tx, context, registry(&app), *id, &rows, errors)?;
                Ok(StaffImportView::new(done, mode))
            })
            .await
        }
    }
}

pub async fn staff_template(call: Call) -> Answer {
    empty_template(&call, "staff-template", STAFF_COLUMNS)
}

pub async fn service_get(call: Call, id: web::Path<PersonId>) -> Answer {
    let app = Arc::clone(&call.app);
    ok(&call.read(move |conn, context| service_of(conn, context, &app.seeds.positions, *id)).await?)
}

pub async fn declared_service_declare(
    call: Call,
    id: web::Path<PersonId>,
    Input(new): Input<NewDeclaredService>,
) -> Answer {
    call.create(move |tx, context| {
        visible_person(tx, context, *id)?;
        Ok(DeclaredServiceView::from(&declared::declared_service_declare(tx, context, *id, &new)?))
    })
    .await
}

pub async fn declared_service_accept(
    call: Call,
    id: web::Path<DeclaredServiceId>,
    Input(AcceptNote(note)): Input<AcceptNote>,
) -> Answer {
    check(call, *id, Check::Accept { note }).await
}

pub async fn declared_service_refuse(
    call: Call,
    id: web::Path<DeclaredServiceId>,
    Input(RefusalNote(note)): Input<RefusalNote>,
) -> Answer {
    check(call, *id, Check::Refuse { note }).await
}

async fn check(call: Call, id: DeclaredServiceId, check: Check) -> Answer {
    let version = call.if_match()?;
    let checked = call
        .write(move |tx, context| Ok(declared::declared_service_check(tx, context, id, version, &check)?))
        .await?;
    ok_with_version(&DeclaredServiceView::from(&checked), checked.version)
}

fn service_of(
    conn: &mut Conn,
    context: &Context,
    positions: &[Position],
    id: PersonId,
) -> Result<ServiceView, Problem> {
    let person = visible_person(conn, context, id)?;
    let spells = store::of_person(conn, id)?;
    let declared = store::declared_of_person(conn, id)?;
    let periods = service::service_periods(conn, positions, id)?;
    let is_self = context.actor.as_ref().is_some_and(|actor| actor.person == Some(id));
    let mut institutions = HashMap::new();
    for spell in &spells {
        let Some(found) = organisations::store::find(conn, spell.organisation)? else { continue };
        let sees = context.actor.as_ref().is_none_or(|actor| rules::may_see_staff(actor, &found));
        if sees || is_self {
            institutions.insert(found.id.to_string(), found.name);
        }
    }
    let mut employments: Vec<_> = spells.iter().map(|spell| EmploymentView::new(spell, positions)).collect();
    for employment in &mut employments {
        employment.organisation_id.take_if(|id| !institutions.contains_key(id));
    }
    let (since, today) = (person.birth_date, context.today());
    Ok(ServiceView {
        days: rules::service_days(&periods, since, today),
        years: rules::service_years(&periods, since, today),
        employments,
        institutions,
        declared: declared.iter().map(DeclaredServiceView::from).collect(),
    })
}

/// The columns of a staff list, as the template offers them.
pub const STAFF_COLUMNS: &[Column] = &[
    person::NAME,
    person::DOCUMENT_NUMBER,
    POSITION,
    POST_KIND,
    FROM_DATE,
    person::DOCUMENT_KIND,
    person::GENDER,
    person::BIRTH_DATE,
    person::EDUCATION,
    person::PHONE,
    person::HOME_AREA,
];

/// The seeds' positions; a test holds them together.
const POSITION: Column = Column::new(
    "position",
    "岗位",
    "Position",
    ColumnKind::Choice {
        codes: &[
            "caregiver",
            "nurse",
            "social-worker",
            "rehabilitation-therapist",
            "psychological-counsellor",
            "nutritionist",
            "care-manager",
            "assistive-device-fitter",
            "administrator",
        ],
        zh: &[
            "养老护理员",
            "护士",
            "社会工作者",
            "康复治疗师",
            "心理咨询师",
            "营养师",
            "养老经管人",
            "辅助器具适配人员",
            "管理人员",
        ],
        en: &[
            "Elderly care worker",
            "Nurse",
            "Social worker",
            "Rehabilitation therapist",
            "Psychological counsellor",
            "Nutritionist",
            "Care manager",
            "Assistive-device fitter",
            "Administrator",
        ],
    },
    Presence::Required,
);

const POST_KIND: Column = Column::new(
    "post_kind",
    "用工形式",
    "Employment type",
    ColumnKind::Choice {
        codes: &["regular", "public-welfare", "dispatch", "part-time"],
        zh: &["在编或劳动合同", "公益性岗位", "劳务派遣", "非全日制"],
        en: &["Regular", "Public-welfare post", "Agency", "Part-time"],
    },
    Presence::Required,
);

const FROM_DATE: Column =
    Column::new("from_date", "到岗日期", "Joined on", ColumnKind::Date, Presence::Required)
        .wide(14)
        .noted("不得晚于今天", "Not after today");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::codes::Code;
    use crate::kernel::identity::DocumentKind;
    use crate::kernel::skill::{Education, Gender};
    use crate::registry::employment::PostKind;

    fn check(column: &Column, allowed: &[&str]) {
        let ColumnKind::Choice { codes, zh, en } = column.kind else { panic!("{} is no choice", column.key) };
        assert_eq!((codes.len(), codes.len()), (zh.len(), en.len()), "{}", column.key);
        assert!(codes.iter().all(|code| allowed.contains(code)), "{}", column.key);
    }

    fn all<C: Code>() -> Vec<&'static str> {
        C::ALL.iter().map(|value| value.code()).collect()
    }

    #[test]
    fn the_columns_offer_what_the_forms_take() {
        check(&person::DOCUMENT_KIND, &all::<DocumentKind>());
        check(&person::GENDER, &all::<Gender>());
        check(&person::EDUCATION, &all::<Education>());
        check(&POST_KIND, &all::<PostKind>());
        let asked: Vec<_> = form::describe::<StaffRow>().iter().map(|asked| asked.name).collect();
        assert!(STAFF_COLUMNS.iter().all(|column| asked.contains(&column.key)));
        let required: Vec<_> =
            form::describe::<StaffRow>().iter().filter(|asked| asked.required).map(|a| a.name).collect();
        let offered: Vec<_> =
            STAFF_COLUMNS.iter().filter(|c| c.presence == Presence::Required).map(|c| c.key).collect();
        assert!(required.iter().all(|name| offered.contains(name)), "{required:?} {offered:?}");
    }

    #[test]
    fn the_positions_are_those_of_the_seeds() {
        let ColumnKind::Choice { codes, zh, en } = POSITION.kind else { panic!("no choice") };
        let offered: Vec<_> =
            codes.iter().zip(zh).zip(en).map(|((code, zh), en)| (*code, *zh, *en)).collect();
        let seeds = crate::seeds::load().expect("seeds");
        let known: Vec<_> =
            seeds.positions.iter().map(|p| (p.code.as_str(), p.zh.as_str(), p.en.as_str())).collect();
        assert_eq!(offered, known);
    }
}
