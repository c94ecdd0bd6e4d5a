//! Classes, and the exams that follow.

use actix_web::http::Method;

use super::who::{APPLICANTS, ASSESSOR, CLASS_VIEWERS, EXAM_READERS, ISSUERS, PUBLIC, REVIEWER, SCHOOL};
use super::{RouteSpec, get, post, route};
use crate::flows::enrol::Trainee;
use crate::http::{api, pages};
use crate::registry::exams::{Confirmation, NewApplication, NewSession};
use crate::registry::training::{NewClass, NewLesson, Presences, Results};

pub(super) fn routes() -> Vec<RouteSpec> {
    [training(), training_pages(), exams()].into_iter().flatten().collect()
}

fn training() -> Vec<RouteSpec> {
    use api::training::views::{
        ClassSheetView, ClassView, CompletionsView, EnrolmentMade, LessonView, ProgrammeView, RosterView,
    };
    use api::training::{self, roster};
    vec![
        get("/api/v1/programmes", CLASS_VIEWERS, training::programme_list)
            .says("The training programmes with their modules.")
            .gives::<Vec<ProgrammeView>>(),
        get("/api/v1/classes", CLASS_VIEWERS, training::class_list)
            .says("The classes that the caller may see, newest first; `Link` leads to the next page.")
            .takes::<training::ClassQuery>()
            .gives::<Vec<ClassView>>(),
        post("/api/v1/classes", SCHOOL, training::class_create)
            .says("Enters a class of the caller's school, as a draft.")
            .takes::<NewClass>()
            .gives::<ClassView>(),
        get("/api/v1/classes/{id}", CLASS_VIEWERS, training::class_get)
            .says("One class with its trainees and lessons.")
            .gives::<ClassSheetView>(),
        route(Method::PUT, "/api/v1/classes/{id}", SCHOOL, training::class_change)
            .says("Changes a draft or returned class; needs If-Match.")
            .takes::<NewClass>()
            .gives::<ClassView>(),
        post("/api/v1/classes/{id}/file", SCHOOL, training::class_file)
            .says("Files a class with the bureau; needs If-Match.")
            .gives::<ClassView>(),
        post("/api/v1/classes/{id}/approve", REVIEWER, training::class_approve)
            .says("Approves a filed class; needs If-Match.")
            .gives::<ClassView>(),
        post("/api/v1/classes/{id}/return", REVIEWER, training::class_return)
            .says("Returns a filed class to its school; needs If-Match.")
            .takes::<training::Reason>()
            .gives::<ClassView>(),
        post("/api/v1/classes/{id}/refuse", REVIEWER, training::class_refuse)
            .says("Refuses a filed class; needs If-Match.")
            .takes::<training::Reason>()
            .gives::<ClassView>(),
        post("/api/v1/classes/{id}/close", SCHOOL, training::class_close)
            .says("Closes an approved class after its last day; needs If-Match.")
            .gives::<ClassView>(),
        post("/api/v1/classes/{id}/enrolments", SCHOOL, training::enrolment_create)
            .says("Enrols a person, by `person_id` or by an identity document and a name.")
            .takes::<Trainee>()
            .gives::<EnrolmentMade>(),
        post("/api/v1/classes/{id}/enrolments/{enrolment}/withdraw", SCHOOL, training::enrolment_withdraw)
            .says("Takes a trainee out of a class.")
            .gives::<EnrolmentMade>(),
        post("/api/v1/classes/{id}/enrolments/{enrolment}/complete", SCHOOL, training::enrolment_complete)
            .says("Completes one trainee, or tells every shortfall.")
            .gives::<EnrolmentMade>(),
        post("/api/v1/classes/{id}/complete", SCHOOL, training::class_complete)
            .says("Completes all who fulfil the conditions and lists the others with their shortfalls.")
            .gives::<CompletionsView>(),
        get("/api/v1/roster-template.xlsx", SCHOOL, roster::roster_template)
            .says("The workbook in which a roster is filled in."),
        post("/api/v1/classes/{id}/roster", SCHOOL, roster::roster_import)
            .says("Enrols everybody in an .xlsx or CSV file, all or none; with `check=true` only tells.")
            .takes::<roster::RosterOptions>()
            .gives::<RosterView>(),
        post("/api/v1/classes/{id}/lessons", SCHOOL, training::lesson_create)
            .says("Plans a lesson.")
            .takes::<NewLesson>()
            .gives::<LessonView>(),
        post("/api/v1/lessons/{id}/remove", SCHOOL, training::lesson_remove)
            .says("Takes a lesson off the timetable whose attendance has not been recorded.")
            .gives::<LessonView>(),
        post("/api/v1/lessons/{id}/attendance", SCHOOL, training::attendance_record)
            .says("Records or corrects the attendance of a whole lesson.")
            .takes::<Presences>()
            .gives::<LessonView>(),
        post("/api/v1/classes/{id}/results", SCHOOL, training::results_record)
            .says("Records or corrects module results.")
            .takes::<Results>()
            .gives::<ClassSheetView>(),
    ]
}

fn training_pages() -> Vec<RouteSpec> {
    use pages::training::{self, enrol, records};
    vec![
        get("/classes", CLASS_VIEWERS, training::class_list),
        get("/classes/new", SCHOOL, training::class_new),
        post("/classes/new", SCHOOL, training::class_create),
        get("/classes/{id}", CLASS_VIEWERS, training::class),
        get("/classes/{id}/edit", SCHOOL, training::class_edit),
        post("/classes/{id}/edit", SCHOOL, training::class_change),
        post("/classes/{id}/file", SCHOOL, training::class_file),
        post("/classes/{id}/approve", REVIEWER, training::class_approve),
        post("/classes/{id}/return", REVIEWER, training::class_return),
        post("/classes/{id}/refuse", REVIEWER, training::class_refuse),
        post("/classes/{id}/close", SCHOOL, training::class_close),
        post("/classes/{id}/complete", SCHOOL, training::class_complete),
        get("/classes/{id}/enrol", SCHOOL, enrol::enrol_form),
        post("/classes/{id}/enrol", SCHOOL, enrol::enrol_submit),
        post("/classes/{id}/enrolments/{enrolment}/withdraw", SCHOOL, training::enrolment_withdraw),
        get("/classes/{id}/roster", SCHOOL, enrol::roster_form),
        post("/classes/{id}/roster", SCHOOL, enrol::roster_submit),
        get("/roster-template.xlsx", SCHOOL, api::training::roster::roster_template),
        get("/classes/{id}/lessons", SCHOOL, records::lesson_form),
        post("/classes/{id}/lessons", SCHOOL, records::lesson_create),
        post("/lessons/{id}/remove", SCHOOL, records::lesson_remove),
        get("/lessons/{id}/attendance", SCHOOL, records::attendance_form),
        post("/lessons/{id}/attendance", SCHOOL, records::attendance_record),
        get("/classes/{id}/results", SCHOOL, records::results_form),
        post("/classes/{id}/results", SCHOOL, records::results_record),
    ]
}

fn exams() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/exam-sessions", EXAM_READERS, api::exams::session_list)
            .says("Exam sessions that the caller may see, the latest exam day first, 50 to a page.")
            .takes::<api::exams::SessionQuery>()
            .gives::<Vec<api::exams::SessionView>>(),
        post("/api/v1/exam-sessions", ASSESSOR, api::exams::session_create)
            .says("Announces an exam session of the caller's own assessment body.")
            .takes::<NewSession>()
            .gives::<api::exams::SessionView>(),
        get("/api/v1/exam-sessions/{id}", EXAM_READERS, api::exams::session_get)
            .says("A session with its applications, decisions, scores and notice.")
            .gives::<api::exams::SessionView>(),
        post("/api/v1/exam-sessions/{id}/applications", APPLICANTS, api::exams::application_create)
            .says(
                "Applies for a person, by `person_id` or by document and name, or for oneself; answers with the \
                 decision and all that is missing.",
            )
            .takes::<NewApplication>()
            .gives::<api::exams::ApplicationView>(),
        post("/api/v1/exam-sessions/{id}/scores", ASSESSOR, api::exams::scores_enter)
            .says("Enters scores, all or none; an unconfirmed one is corrected by entering it again.")
            .takes::<api::exams::Scores>()
            .gives::<api::exams::SessionView>(),
        post("/api/v1/exam-sessions/{id}/scores-import", ASSESSOR, api::exams::scores_import)
            .says("Enters the scores of an .xlsx or CSV file by admission number, all or none.")
            .gives::<api::exams::SessionView>(),
        post("/api/v1/exam-sessions/{id}/confirm", ASSESSOR, api::exams::scores_confirm)
            .says("Confirms the listed scores, or all that somebody else entered; honours If-Match.")
            .takes::<Confirmation>()
            .gives::<api::exams::SessionView>(),
        post("/api/v1/exam-sessions/{id}/publish", ASSESSOR, api::exams::session_publish)
            .says("Puts everybody who has passed on public notice.")
            .gives::<api::exams::SessionView>(),
        get("/api/v1/applications/{id}", EXAM_READERS, api::exams::application_get)
            .says("One application with its decision and scores.")
            .gives::<api::exams::ApplicationView>(),
        get("/exams", EXAM_READERS, pages::exams::list),
        get("/exams/new", ASSESSOR, pages::exams::new),
        post("/exams/new", ASSESSOR, pages::exams::create),
        get("/exams/{id}", EXAM_READERS, pages::exams::session),
        get("/exams/{id}/apply", APPLICANTS, pages::applications::apply),
        post("/exams/{id}/apply", APPLICANTS, pages::applications::submit),
        get("/exams/{id}/scores", ASSESSOR, pages::scores::sheet),
        post("/exams/{id}/scores", ASSESSOR, pages::scores::enter),
        post("/exams/{id}/scores-import", ASSESSOR, pages::scores::upload),
        get("/exams/{id}/scores-template", ASSESSOR, pages::scores::template),
        get("/exams/{id}/confirm", ASSESSOR, pages::scores::confirm),
        post("/exams/{id}/confirm", ASSESSOR, pages::scores::confirm_submit),
        post("/exams/{id}/publish", ASSESSOR, pages::exams::publish),
        post("/exams/{id}/certificates", ISSUERS, pages::exams::issue),
        get("/applications/{id}", EXAM_READERS, pages::applications::decision),
        get("/notices", PUBLIC, pages::notices::list),
        get("/notices/{code}", PUBLIC, pages::notices::notice),
    ]
}
