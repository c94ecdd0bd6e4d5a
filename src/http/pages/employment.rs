//! 在岗人员: an institution's own staff, joining, leaving, and the import of a list.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use actix_web::web;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::db::Conn;
use crate::flows::staff::{self, Joining, StaffImported, StaffRow};
use crate::flows::visible_person::visible_person;
use crate::http::api::employment::{ImportMode, StaffQuery, StaffView, read_staff_list, registry, staff_on};
use crate::http::call::{Answer, Call};
use crate::http::import::Rows;
use crate::http::input::{Posted, Query, Upload};
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::verify::listing_shown;
use crate::http::problem::Problem;
use crate::http::texts::{Language, Texts};
use crate::kernel::form::{self, Fields, Form};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{EmploymentId, OrganisationId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::skill::{Education, Gender};
use crate::registry::credit::{self, Listing, Subject};
use crate::registry::employment::{Leaving, LeavingReason, PostKind, service};
use crate::registry::people::Person;

/// Rows of one kind of error that a report lists by number.
const ROWS_NAMED: usize = 30;

/// A page's form of leaving, with the version that it was shown for.
pub struct LeaveForm {
    leaving: Leaving,
    version: i32,
}

impl Form for LeaveForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let leaving = Leaving::read(f);
        let version = f.integer("version", 1..=i64::from(i32::MAX));
        Some(Self { leaving: leaving?, version: i32::try_from(version?).ok()? })
    }
}

/// The query of a page that may have been redirected to.
pub struct StaffPageQuery(StaffQuery);

impl Form for StaffPageQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let done = f.optional_text("done", 60);
        let query = StaffQuery::read(f);
        done?;
        query.map(Self)
    }
}

pub async fn staff(call: Call, Query(StaffPageQuery(query)): Query<StaffPageQuery>) -> Answer {
    let at = own_institution(&call)?;
    let on = query.on.unwrap_or_else(|| call.context.today());
    let app = Arc::clone(&call.app);
    let (staff, black) = call
        .read(move |conn, context| {
            let staff = staff_on(conn, context, &app.seeds.positions, at, on)?;
            // Of those who have left it, an institution is told nothing.
            let own = if on == context.today() { &staff[..] } else { &[] };
            let black = black_listed(conn, own, context.today())?;
            Ok((staff, black))
        })
        .await?;
    let page = json!({
        "on": on, "today": call.context.today(), "count": staff.len(),
        "caregivers": staff.iter().filter(|one| one.employment.caregiver).count(),
        "staff": staff.iter().map(|one| staff_line(&call, one, &black)).collect::<Vec<_>>(),
    });
    show(&call, "pages/staff", "staff-title", page)
}

/// The black listings in force among the staff, by person.
pub fn black_listed(
    conn: &mut Conn,
    staff: &[StaffView],
    on: NaiveDate,
) -> Result<HashMap<Subject, Vec<Listing>>, Problem> {
    let subjects: Vec<Subject> = staff.iter().filter_map(subject).collect();
    Ok(credit::service::black_listed(conn, &subjects, on)?)
}

fn subject(one: &StaffView) -> Option<Subject> {
    one.employment.person_id.parse().ok().map(Subject::Person)
}

pub async fn join(call: Call) -> Answer {
    let page = join_page(&call, &Map::new());
    show(&call, "pages/staff-join", "staff-join-title", page)
}

pub async fn join_submit(call: Call, posted: Posted<Joining>) -> Answer {
    let at = own_institution(&call)?;
    let app = Arc::clone(&call.app);
    let joined = match posted.form {
        Ok(joining) => {
            call.write(move |tx, context| Ok(staff::staff_join(tx, context, registry(&app), at, &joining)?))
                .await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match joined {
        Ok(_) => Ok(see_other("/staff", Some("staff-joined"))),
        Err(Problem::Invalid(invalid)) => {
            let page = join_page(&call, &posted.values);
            show_refused(&call, "pages/staff-join", "staff-join-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn leave(call: Call, id: web::Path<EmploymentId>) -> Answer {
    let page = leave_page(&call, *id, &Map::new()).await?;
    show(&call, "pages/staff-leave", "staff-leave-title", page)
}

pub async fn leave_submit(call: Call, id: web::Path<EmploymentId>, posted: Posted<LeaveForm>) -> Answer {
    let id = *id;
    let left = match posted.form {
        Ok(LeaveForm { leaving, version }) => {
            call.write(move |tx, context| Ok(service::employment_leave(tx, context, id, version, &leaving)?))
                .await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match left {
        Ok(_) => Ok(see_other("/staff", Some("staff-left"))),
        Err(Problem::Invalid(invalid)) => {
            let page = leave_page(&call, id, &posted.values).await?;
            show_refused(&call, "pages/staff-leave", "staff-leave-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn import(call: Call) -> Answer {
    show(&call, "pages/staff-import", "staff-import-title", json!({ "checked": null, "groups": [] }))
}

/// Checked and imported in one step, all rows or none; the other button only checks.
pub async fn import_submit(call: Call, upload: Upload) -> Answer {
    let at = own_institution(&call)?;
    let mode: ImportMode = form::read(&upload.values)?;
    let taken = match read_staff_list(&call, upload.bytes).await {
        Ok(rows) => take(&call, at, rows, mode).await,
        Err(problem) => Err(problem),
    };
    match (taken, mode) {
        (Ok(_), ImportMode::Import) => Ok(see_other("/staff", Some("staff-imported"))),
        (Ok(done), ImportMode::Check) => {
            let checked = json!({ "rows": done.rows, "registered": done.registered });
            let page = json!({ "checked": checked, "groups": [] });
            show(&call, "pages/staff-import", "staff-import-title", page)
        }
        (Err(Problem::Invalid(Invalid(errors))), _) => {
            let page =
                json!({ "checked": null, "groups": grouped(call.app.views.texts(call.language), &errors) });
            let told = summary(&errors);
            show_refused(&call, "pages/staff-import", "staff-import-title", page, &told)
        }
        (Err(problem), _) => Err(problem),
    }
}

/// One of the staff, as a line of a table, with what `black` holds of them.
pub fn staff_line(call: &Call, one: &StaffView, black: &HashMap<Subject, Vec<Listing>>) -> Value {
    let listings = subject(one).and_then(|subject| black.get(&subject)).map_or(&[][..], Vec::as_slice);
    let listings: Vec<Value> = listings.iter().map(listing_shown).collect();
    json!({
        "name": one.name,
        "gender": one.gender,
        "birth_year": one.birth_year,
        "position": position_name(call, &one.employment.position),
        "post_kind": one.employment.post_kind,
        "from_date": one.employment.from_date,
        "listings": listings,
        "leave_href": one.employment.to_date.is_none().then(|| format!("/staff/{}/leave", one.employment.id)),
    })
}

fn position_name(call: &Call, code: &str) -> String {
    let position = call.app.seeds.positions.iter().find(|position| position.code == code);
    position.map_or_else(
        || code.to_owned(),
        |position| match call.language {
            Language::Chinese => position.zh.clone(),
            Language::English => position.en.clone(),
        },
    )
}

fn own_institution(call: &Call) -> Result<OrganisationId, Problem> {
    call.actor()?.organisation.ok_or(Problem::NotFound)
}

async fn take(
    call: &Call,
    at: OrganisationId,
    Rows { rows, errors }: Rows<StaffRow>,
    mode: ImportMode,
) -> Result<StaffImported, Problem> {
    let app = Arc::clone(&call.app);
    match mode {
        ImportMode::Check => {
            call.read(move |conn, context| {
                Ok(staff::staff_check(conn, context, registry(&app), at, &rows, errors)?)
            })
            .await
        }
        ImportMode::Import => {
            call.write(move |tx, context| {
                Ok(staff::staff_import(tx, context, registry(&app), at, &rows, errors)?)
            })
            .await
        }
    }
}

fn join_page(call: &Call, values: &Map<String, Value>) -> Value {
    const FIELDS: &[&str] = &[
        "document_kind",
        "document_number",
        "name",
        "gender",
        "birth_date",
        "education",
        "phone",
        "position",
        "post_kind",
        "from_date",
    ];
    let texts = call.app.views.texts(call.language);
    let typed = typed(values, FIELDS);
    let chosen = |field: &str| typed[field].as_str().unwrap_or_default();
    let positions: Vec<_> = call
        .app
        .seeds
        .positions
        .iter()
        .map(|position| {
            let (value, text) = (&position.code, position_name(call, &position.code));
            json!({ "value": value, "text": text, "selected": value == chosen("position") })
        })
        .collect();
    json!({
        "today": call.context.today(),
        "document_kinds": options::<DocumentKind>(texts, chosen("document_kind")),
        "genders": options::<Gender>(texts, chosen("gender")),
        "educations": options::<Education>(texts, chosen("education")),
        "positions": positions,
        "post_kinds": options::<PostKind>(texts, chosen("post_kind")),
        "typed": typed,
    })
}

async fn leave_page(call: &Call, id: EmploymentId, values: &Map<String, Value>) -> Result<Value, Problem> {
    let (spell, person): (_, Person) = call
        .read(move |conn, context| {
            let spell = service::seen_employment(conn, context, id)?;
            let person = visible_person(conn, context, spell.person)?;
            Ok((spell, person))
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let typed = typed(values, &["to_date", "leaving_reason"]);
    Ok(json!({
        "name": person.name,
        "position": position_name(call, &spell.position),
        "from_date": spell.period.from,
        "today": call.context.today(),
        "version": spell.version,
        "reasons": options::<LeavingReason>(texts, typed["leaving_reason"].as_str().unwrap_or_default()),
        "typed": typed,
    }))
}

/// What is wrong with a file as a whole is told in the page's summary; of its rows only how many errors there are.
pub fn summary(errors: &[FieldError]) -> Invalid {
    let of_file: Vec<_> = errors.iter().filter(|error| error.row.is_none()).cloned().collect();
    if of_file.is_empty() {
        FieldError::new("file", "rows-refused").with("count", errors.len()).into()
    } else {
        Invalid(of_file)
    }
}

/// The errors by their words, each with the rows that have it.
pub fn grouped(texts: &Texts, errors: &[FieldError]) -> Vec<Value> {
    let mut groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for error in errors {
        let Some(row) = error.row else { continue };
        let without_row = FieldError { row: None, ..error.clone() };
        let words = texts.field_error(&without_row).unwrap_or_else(|_| error.code.to_owned());
        groups.entry(words).or_default().push(row);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, rows)| rows.first().copied());
    groups
        .into_iter()
        .map(|(message, rows)| {
            let named: Vec<_> = rows.iter().take(ROWS_NAMED).map(ToString::to_string).collect();
            let more = rows.len() - named.len();
            json!({ "message": message, "count": rows.len(), "rows": named.join(", "), "more": more })
        })
        .collect()
}
