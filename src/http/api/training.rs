pub mod roster;
pub mod views;

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::db::{Conn, Tx};
use crate::flows::class_file;
use crate::flows::enrol::{Trainee, enrol};
use crate::flows::error;
use crate::flows::view_class::view_class;
use crate::http::api::credit;
use crate::http::api::training::views::{
    ClassSheetView, ClassView, CompletionsView, EnrolmentMade, LessonView, ProgrammeView,
};
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::input::{Input, Query};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{ClassId, EnrolmentId, LessonId};
use crate::registry::training::error::Conflict;
use crate::registry::training::rules::{LocalRules, scope};
use crate::registry::training::service::{self, Decision, records};
use crate::registry::training::{
    Class, ClassStatus, EnrolmentState, NewClass, NewLesson, Presences, Results, store,
};

/// Classes of one answer.
pub const PAGE: usize = 50;

pub struct ClassQuery {
    pub status: Option<ClassStatus>,
    /// The last class of the page before.
    pub before: Option<ClassId>,
}

impl Form for ClassQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let status = f.optional("status");
        let before = f.optional("before");
        // A page that comes after a change names what was done.
        let done = f.optional_text("done", 60);
        done?;
        Some(Self { status: status?, before: before? })
    }
}

/// Why a class is returned or refused.
pub struct Reason {
    pub reason: String,
}

impl Form for Reason {
    fn read(f: &mut Fields) -> Option<Self> {
        let reason = f.text("reason", 300);
        Some(Self { reason: reason? })
    }
}

/// The rules of the area that this registry serves.
pub fn local_rules(app: &App) -> Result<LocalRules, Problem> {
    let rules = app.seeds.rules_for(&app.area).map(LocalRules::from);
    rules.ok_or(Problem::Conflict(Conflict::NoLocalRules.code()))
}

pub async fn programme_list(call: Call) -> Answer {
    let programmes = call.read(|conn, _| Ok(store::programmes(conn)?)).await?;
    ok(&programmes.iter().map(ProgrammeView::from).collect::<Vec<_>>())
}

pub async fn class_list(call: Call, Query(query): Query<ClassQuery>) -> Answer {
    let rules = local_rules(&call.app)?;
    let status = query.status;
    let found = call.read(move |conn, context| classes(conn, context, &query)).await?;
    let today = call.context.today();
    let view = |(class, enrolled): &(Class, i64)| ClassView::new(&call.app, &rules, class, *enrolled, today);
    let mut answer = HttpResponse::Ok();
    if let Some((last, _)) = found.get(PAGE - 1) {
        let status = status.map(|status| format!("&status={status}")).unwrap_or_default();
        let next = format!("</api/v1/classes?before={}{status}>; rel=\"next\"", last.id);
        answer.insert_header((header::LINK, next));
    }
    Ok(answer.json(found.iter().map(view).collect::<Vec<_>>()))
}

/// One page of the classes that the caller may see, each with how many are enrolled.
pub fn classes(conn: &mut Conn, context: &Context, query: &ClassQuery) -> Result<Vec<(Class, i64)>, Problem> {
    let Some(scope) = context.actor.as_ref().and_then(scope) else { return Ok(Vec::new()) };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let found = store::list_classes(conn, &scope, query.status, query.before, limit)?;
    let ids: Vec<ClassId> = found.iter().map(|class| class.id).collect();
    let counts = store::counts_enrolled(conn, &ids)?;
    let count = |id| counts.iter().find(|(class, _)| *class == id).map_or(0, |(_, count)| *count);
    Ok(found.into_iter().map(|class| (count(class.id), class)).map(|(n, class)| (class, n)).collect())
}

pub async fn class_get(call: Call, id: web::Path<ClassId>) -> Answer {
    let rules = local_rules(&call.app)?;
    let sheet = call.read(move |conn, context| Ok(view_class(conn, context, *id)?)).await?;
    let view = ClassSheetView::new(&call.app, &rules, &sheet, call.context.today());
    ok_with_version(&view, sheet.class.version)
}

pub async fn class_create(call: Call, Input(new): Input<NewClass>) -> Answer {
    let (app, rules) = (call.app.clone(), local_rules(&call.app)?);
    call.create(move |tx, context| {
        let class = service::class_create(tx, context, &rules, &new)?;
        Ok(ClassView::new(&app, &rules, &class, 0, context.today()))
    })
    .await
}

pub async fn class_change(call: Call, id: web::Path<ClassId>, Input(new): Input<NewClass>) -> Answer {
    let rules = local_rules(&call.app)?;
    change(call, *id, move |tx, context, id, version| {
        service::class_change(tx, context, &rules, id, version, &new)
    })
    .await
}

pub async fn class_file(call: Call, id: web::Path<ClassId>) -> Answer {
    let (rules, lists) = (local_rules(&call.app)?, credit::local_rules(&call.app)?);
    change(call, *id, move |tx, context, id, version| {
        class_file::class_file(tx, context, (&rules, &lists), id, version)
    })
    .await
}

pub async fn class_approve(call: Call, id: web::Path<ClassId>) -> Answer {
    change(call, *id, |tx, context, id, version| {
        service::class_review(tx, context, id, version, Decision::Approve)
    })
    .await
}

pub async fn class_return(call: Call, id: web::Path<ClassId>, Input(why): Input<Reason>) -> Answer {
    let decision = Decision::SendBack { reason: why.reason };
    change(call, *id, |tx, context, id, version| service::class_review(tx, context, id, version, decision))
        .await
}

pub async fn class_refuse(call: Call, id: web::Path<ClassId>, Input(why): Input<Reason>) -> Answer {
    let decision = Decision::Refuse { reason: why.reason };
    change(call, *id, |tx, context, id, version| service::class_review(tx, context, id, version, decision))
        .await
}

pub async fn class_close(call: Call, id: web::Path<ClassId>) -> Answer {
    change(call, *id, service::class_close).await
}

/// Changes the version of a class that `If-Match` names and answers with the class.
async fn change<E: Into<error::Error>>(
    call: Call,
    id: ClassId,
    work: impl FnOnce(&mut Tx, &Context, ClassId, i32) -> Result<Class, E> + Send + 'static,
) -> Answer {
    let rules = local_rules(&call.app)?;
    let version = call.if_match()?;
    let (class, enrolled) = call
        .write(move |tx, context| {
            let class = work(tx, context, id, version).map_err(Into::<error::Error>::into)?;
            Ok((class, store::count_enrolled(tx, id)?))
        })
        .await?;
    let view = ClassView::new(&call.app, &rules, &class, enrolled, call.context.today());
    ok_with_version(&view, class.version)
}

pub async fn enrolment_create(call: Call, id: web::Path<ClassId>, Input(trainee): Input<Trainee>) -> Answer {
    let app = call.app.clone();
    call.create(move |tx, context| {
        let lists = credit::local_rules(&app)?;
        let made = enrol(tx, context, &app.sealer, app.identity_regions(), &lists, (*id, &trainee))?;
        Ok(EnrolmentMade {
            id: made.to_string(),
            class_id: id.to_string(),
            state: EnrolmentState::Enrolled.code(),
        })
    })
    .await
}

pub async fn enrolment_withdraw(call: Call, ids: web::Path<(ClassId, EnrolmentId)>) -> Answer {
    let (class, id) = ids.into_inner();
    let enrolment =
        call.write(move |tx, context| Ok(service::enrolment_withdraw(tx, context, class, id)?)).await?;
    ok(&EnrolmentMade { id: id.to_string(), class_id: class.to_string(), state: enrolment.state.code() })
}

pub async fn enrolment_complete(call: Call, ids: web::Path<(ClassId, EnrolmentId)>) -> Answer {
    let (class, id) = ids.into_inner();
    let rules = local_rules(&call.app)?;
    call.write(move |tx, context| Ok(records::enrolment_complete(tx, context, &rules, class, id)?)).await?;
    let state = EnrolmentState::Completed.code();
    ok(&EnrolmentMade { id: id.to_string(), class_id: class.to_string(), state })
}

pub async fn class_complete(call: Call, id: web::Path<ClassId>) -> Answer {
    let rules = local_rules(&call.app)?;
    let completions =
        call.write(move |tx, context| Ok(records::class_complete(tx, context, &rules, *id)?)).await?;
    ok(&CompletionsView::new(&completions, call.app.views.texts(call.language)))
}

pub async fn lesson_create(call: Call, id: web::Path<ClassId>, Input(new): Input<NewLesson>) -> Answer {
    let rules = local_rules(&call.app)?;
    call.create(move |tx, context| {
        let lesson = records::lesson_create(tx, context, &rules, *id, &new)?;
        Ok(LessonView::new(&lesson, false))
    })
    .await
}

pub async fn lesson_remove(call: Call, id: web::Path<LessonId>) -> Answer {
    let lesson = call.write(move |tx, context| Ok(records::lesson_remove(tx, context, *id)?)).await?;
    ok(&LessonView::new(&lesson, false))
}

pub async fn attendance_record(
    call: Call,
    id: web::Path<LessonId>,
    Input(presences): Input<Presences>,
) -> Answer {
    let lesson = call
        .write(move |tx, context| {
            records::attendance_record(tx, context, *id, &presences)?;
            Ok(records::lesson(tx, context, *id)?.1)
        })
        .await?;
    ok(&LessonView::new(&lesson, true))
}

pub async fn results_record(call: Call, id: web::Path<ClassId>, Input(results): Input<Results>) -> Answer {
    let rules = local_rules(&call.app)?;
    let sheet = call
        .write(move |tx, context| {
            records::results_record(tx, context, *id, &results)?;
            Ok(view_class(tx, context, *id)?)
        })
        .await?;
    let view = ClassSheetView::new(&call.app, &rules, &sheet, call.context.today());
    ok_with_version(&view, sheet.class.version)
}
