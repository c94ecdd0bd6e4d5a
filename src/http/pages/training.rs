//! The pages of training: classes, their review, who is enrolled.

pub mod enrol;
pub mod records;
mod sheet;

use actix_web::web;
use fluent_bundle::FluentArgs;
use serde_json::{Map, Value, json};

use crate::db::Tx;
use crate::flows::class_file;
use crate::http::api::credit;
use crate::http::api::training::{ClassQuery, PAGE, classes, local_rules};
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::training::sheet::{class_page, status_kind};
use crate::http::problem::Problem;
use crate::http::texts::{Language, Texts};
use crate::kernel::codes::Code;
use crate::kernel::context::{Context, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{ClassId, EnrolmentId};
use crate::kernel::invalid::Invalid;
use crate::registry::training::service::{self, Decision};
use crate::registry::training::{ClassStatus, NewClass, Programme, rules, store};

/// The version that a page was made from.
pub struct Versioned {
    pub version: i32,
}

impl Form for Versioned {
    fn read(f: &mut Fields) -> Option<Self> {
        let version = f.integer("version", 1..=i64::from(i32::MAX));
        Some(Self { version: i32::try_from(version?).ok()? })
    }
}

/// A decision against a filed class.
pub struct Decided {
    pub version: i32,
    pub reason: String,
}

impl Form for Decided {
    fn read(f: &mut Fields) -> Option<Self> {
        let version = Versioned::read(f);
        let reason = f.text("reason", 300);
        Some(Self { version: version?.version, reason: reason? })
    }
}

/// A class's form with the version that it was made from.
pub struct ChangedClass {
    pub version: i32,
    pub class: NewClass,
}

impl Form for ChangedClass {
    fn read(f: &mut Fields) -> Option<Self> {
        let version = Versioned::read(f);
        let class = NewClass::read(f);
        Some(Self { version: version?.version, class: class? })
    }
}

/// A form with nothing but its token.
pub struct Nothing;

impl Form for Nothing {
    fn read(_: &mut Fields) -> Option<Self> {
        Some(Self)
    }
}

const CLASS_FIELDS: &[&str] =
    &["programme_id", "title", "area_code", "place", "starts_on", "ends_on", "capacity"];

/// The text `key`, without variables.
pub(super) fn word(texts: &Texts, key: &str) -> String {
    texts.text(key, &FluentArgs::new()).unwrap_or_else(|_| key.to_owned())
}

/// A title in the reader's language.
pub(super) fn titled<'a>(language: Language, chinese: &'a str, english: &'a str) -> &'a str {
    match language {
        Language::Chinese => chinese,
        Language::English => english,
    }
}

pub(super) fn crumb(texts: &Texts) -> Value {
    json!({ "href": "/classes", "text": word(texts, "nav-classes") })
}

pub async fn class_list(call: Call, Query(query): Query<ClassQuery>) -> Answer {
    let (status, before) = (query.status, query.before);
    let (found, programmes) = call
        .read(move |conn, context| Ok((classes(conn, context, &query)?, store::programmes(conn)?)))
        .await?;
    let texts = call.app.views.texts(call.language);
    let today = call.context.today();
    let rows: Vec<Value> = found
        .iter()
        .map(|(class, enrolled)| {
            let programme = programmes.iter().find(|programme| programme.id == class.programme);
            json!({
                "id": class.id, "reference": class.code, "title": class.title,
                "programme": programme.map(|p| titled(call.language, &p.title, &p.title_en)),
                "starts_on": class.starts_on, "ends_on": class.ends_on,
                "enrolled": enrolled, "capacity": class.capacity,
                "status": class.state.status(), "kind": status_kind(class.state.status()),
                "phase": rules::phase(class, today),
            })
        })
        .collect();
    let chosen = status.map(Code::code).unwrap_or_default();
    let next = found.get(PAGE - 1).map(|(last, _)| format!("/classes?status={chosen}&before={}", last.id));
    let page = json!({
        "statuses": options::<ClassStatus>(texts, chosen),
        "classes": rows,
        "filtered": status.is_some(),
        "may_create": call.actor()?.role == Role::School,
        "first": before.map(|_| format!("/classes?status={chosen}")),
        "next": next,
    });
    show(&call, "pages/classes", "classes-title", page)
}

pub async fn class_new(call: Call) -> Answer {
    let programmes = call.read(|conn, _| Ok(store::programmes(conn)?)).await?;
    let page = form_page(&call, &programmes, typed(&Map::new(), CLASS_FIELDS), None)?;
    show(&call, "pages/class-form", "class-new-title", page)
}

pub async fn class_create(call: Call, posted: Posted<NewClass>) -> Answer {
    let rules = local_rules(&call.app)?;
    let created = match posted.form {
        Ok(new) => {
            let work = move |tx: &mut Tx, context: &Context| {
                Ok(service::class_create(tx, context, &rules, &new)?.id)
            };
            call.write(work).await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match created {
        Ok(id) => Ok(see_other(&format!("/classes/{id}"), Some("class-created"))),
        Err(Problem::Invalid(invalid)) => {
            let programmes = call.read(|conn, _| Ok(store::programmes(conn)?)).await?;
            let page = form_page(&call, &programmes, typed(&posted.values, CLASS_FIELDS), None)?;
            show_refused(&call, "pages/class-form", "class-new-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn class_edit(call: Call, id: web::Path<ClassId>) -> Answer {
    let (class, programmes) = call
        .read(move |conn, context| Ok((service::own_class(conn, context, *id)?, store::programmes(conn)?)))
        .await?;
    let values = json!({
        "programme_id": class.programme, "title": class.title, "area_code": class.area_code,
        "place": class.place, "starts_on": class.starts_on, "ends_on": class.ends_on,
        "capacity": class.capacity, "version": class.version,
    });
    let page = form_page(&call, &programmes, values, Some(class.id))?;
    show(&call, "pages/class-form", "class-edit-title", page)
}

pub async fn class_change(call: Call, id: web::Path<ClassId>, posted: Posted<ChangedClass>) -> Answer {
    let (id, rules) = (*id, local_rules(&call.app)?);
    let changed = match posted.form {
        Ok(ChangedClass { version, class }) => {
            let work = move |tx: &mut Tx, context: &Context| {
                Ok(service::class_change(tx, context, &rules, id, version, &class)?)
            };
            call.write(work).await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match changed {
        Ok(_) => Ok(see_other(&format!("/classes/{id}"), Some("class-changed"))),
        Err(Problem::Invalid(invalid)) => {
            let programmes = call.read(|conn, _| Ok(store::programmes(conn)?)).await?;
            let mut values = typed(&posted.values, CLASS_FIELDS);
            values["version"] = posted.values.get("version").cloned().unwrap_or(json!(""));
            let page = form_page(&call, &programmes, values, Some(id))?;
            show_refused(&call, "pages/class-form", "class-edit-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

/// The form of a class; `id` where it exists already.
fn form_page(
    call: &Call,
    programmes: &[Programme],
    values: Value,
    id: Option<ClassId>,
) -> Result<Value, Problem> {
    let texts = call.app.views.texts(call.language);
    let rules = local_rules(&call.app)?;
    let chosen = values["programme_id"].as_str().unwrap_or_default().to_owned();
    let option = |programme: &Programme| {
        let id = programme.id.to_string();
        let text = titled(call.language, &programme.title, &programme.title_en);
        json!({ "value": id, "text": text, "selected": id == chosen })
    };
    Ok(json!({
        "crumbs": [crumb(texts)],
        "id": id,
        "programmes": programmes.iter().map(option).collect::<Vec<_>>(),
        "values": values,
        "class_size_max": rules.class_size_max,
        "filing_days_ahead": rules.filing_days_ahead,
    }))
}

pub async fn class(call: Call, id: web::Path<ClassId>) -> Answer {
    let page = class_page(&call, *id, "").await?;
    show(&call, "pages/class", "class-title", page)
}

pub async fn class_file(call: Call, id: web::Path<ClassId>, posted: Posted<Versioned>) -> Answer {
    let (rules, lists) = (local_rules(&call.app)?, credit::local_rules(&call.app)?);
    act(&call, *id, posted, "class-filed", move |tx, context, id, form| {
        class_file::class_file(tx, context, (&rules, &lists), id, form.version)
            .map(drop)
            .map_err(Problem::from)
    })
    .await
}

pub async fn class_approve(call: Call, id: web::Path<ClassId>, posted: Posted<Versioned>) -> Answer {
    act(&call, *id, posted, "class-approved", |tx, context, id, form| {
        service::class_review(tx, context, id, form.version, Decision::Approve)
            .map(drop)
            .map_err(Problem::from)
    })
    .await
}

pub async fn class_return(call: Call, id: web::Path<ClassId>, posted: Posted<Decided>) -> Answer {
    act(&call, *id, posted, "class-returned", |tx, context, id, form| {
        let decision = Decision::SendBack { reason: form.reason };
        service::class_review(tx, context, id, form.version, decision).map(drop).map_err(Problem::from)
    })
    .await
}

pub async fn class_refuse(call: Call, id: web::Path<ClassId>, posted: Posted<Decided>) -> Answer {
    act(&call, *id, posted, "class-refused", |tx, context, id, form| {
        let decision = Decision::Refuse { reason: form.reason };
        service::class_review(tx, context, id, form.version, decision).map(drop).map_err(Problem::from)
    })
    .await
}

pub async fn class_close(call: Call, id: web::Path<ClassId>, posted: Posted<Versioned>) -> Answer {
    act(&call, *id, posted, "class-closed", |tx, context, id, form| {
        service::class_close(tx, context, id, form.version).map(drop).map_err(Problem::from)
    })
    .await
}

pub async fn class_complete(call: Call, id: web::Path<ClassId>, posted: Posted<Nothing>) -> Answer {
    let rules = local_rules(&call.app)?;
    act(&call, *id, posted, "class-completed", move |tx, context, id, _| {
        service::records::class_complete(tx, context, &rules, id).map(drop).map_err(Problem::from)
    })
    .await
}

pub async fn enrolment_withdraw(
    call: Call,
    ids: web::Path<(ClassId, EnrolmentId)>,
    posted: Posted<Nothing>,
) -> Answer {
    let (class, enrolment) = ids.into_inner();
    act(&call, class, posted, "enrolment-withdrawn", move |tx, context, id, _| {
        service::enrolment_withdraw(tx, context, id, enrolment).map(drop).map_err(Problem::from)
    })
    .await
}

/// Does something to a class and goes back to its page; with what is wrong, if it was refused.
pub(super) async fn act<F: Send + 'static>(
    call: &Call,
    id: ClassId,
    posted: Posted<F>,
    done: &str,
    work: impl FnOnce(&mut Tx, &Context, ClassId, F) -> Result<(), Problem> + Send + 'static,
) -> Answer {
    let result = match posted.form {
        Ok(form) => call.write(move |tx, context| work(tx, context, id, form)).await,
        Err(invalid) => Err(Problem::Invalid(invalid)),
    };
    match result {
        Ok(()) => Ok(see_other(&format!("/classes/{id}"), Some(done))),
        Err(Problem::Invalid(invalid)) => {
            let reason = posted.values.get("reason").and_then(Value::as_str).unwrap_or_default();
            refused(call, id, reason, &invalid).await
        }
        Err(problem) => Err(problem),
    }
}

async fn refused(call: &Call, id: ClassId, reason: &str, invalid: &Invalid) -> Answer {
    let page = class_page(call, id, reason).await?;
    show_refused(call, "pages/class", "class-title", page, invalid)
}
