//! The whole table: every address, who may call it, what it takes. The OpenAPI document and the permission
//! tests are made from it, so nothing can be served that isn't here.

use crate::flows::staff::Joining;
use crate::registry::certificates::bulk::BulkCall;
use crate::registry::certificates::{ChangeReason, NewCertificate};
use crate::registry::credit::{AppealDecision, Appealing, Decision, Ending, Filter, NewListing};
use crate::registry::employment::{Leaving, NewDeclaredService, Transfer};
use crate::registry::exams::{Confirmation, NewApplication, NewSession};
use crate::registry::firstaid::NewFirstAid;
use crate::registry::indicators::NewTarget;
use crate::registry::people::{PersonChange, RawDocument, RawPerson};
use crate::registry::recorded::NewRecorded;
use crate::registry::schemes::entry::{Entry, LastDay};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Responder, web};

use crate::flows::claim_submit::ClaimCall;
use crate::flows::enrol::Trainee;
use crate::http::access::{Access, guard};
use crate::http::openapi::{self, Described};
use crate::http::problem::Problem;
use crate::http::{api, pages};
use crate::kernel::context::Role::{
    Administrator, Assessor, Bureau, Caregiver, Finance, FirstAidIssuer, Institution, School, Town,
};
use crate::kernel::form::Form;
use crate::proof::payload::Environment;
use crate::registry::accounts::{Credentials, NewAccount};
use crate::registry::areas::NewPopulation;
use crate::registry::ledger::{BudgetChange, NewBudget};
use crate::registry::organisations::{NewAccreditation, NewOrganisation};
use crate::registry::subsidies::{BatchCall, ClawbackCall, NewBankAccount, NewReceipt, Reason};
use crate::registry::training::{NewClass, NewLesson, Presences, Results};

/// One line of the table.
pub struct RouteSpec {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    /// Where it is served.
    pub served: Served,
    /// What it takes and gives, for the OpenAPI document; `None` for pages.
    pub described: Option<Described>,
    make: Box<dyn Fn() -> actix_web::Route + Send + Sync>,
}

/// Where a route exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    Everywhere,
    /// In the demonstration (and in tests) only: elsewhere the address is not there at all.
    InDemoOnly,
    /// Where the VC-API was asked for, never in production.
    WithVcApi,
}

fn route<F, Args>(method: Method, path: &'static str, access: Access, handler: F) -> RouteSpec
where
    F: Handler<Args> + Copy + Send + Sync,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let of_method = method.clone();
    let make = move || {
        let guarded = from_fn(move |request, next| guard(access, request, next));
        web::method(of_method.clone()).to(handler).wrap(guarded)
    };
    RouteSpec { method, path, access, served: Served::Everywhere, described: None, make: Box::new(make) }
}

impl RouteSpec {
    fn in_demo_only(mut self) -> Self {
        self.served = Served::InDemoOnly;
        self
    }

    fn with_vc_api(mut self) -> Self {
        self.served = Served::WithVcApi;
        self
    }

    /// What the call does, in a sentence for people who write against the API.
    fn says(mut self, summary: &'static str) -> Self {
        self.described = Some(Described { summary, ..self.described.unwrap_or_default() });
        self
    }

    /// The form that its body or, for a GET, its query is read as.
    fn takes<T: Form + 'static>(mut self) -> Self {
        let described = self.described.unwrap_or_default();
        self.described = Some(Described { fields: crate::kernel::form::describe::<T>, ..described });
        self
    }

    /// The JSON that it answers with.
    fn gives<T: utoipa::ToSchema + 'static>(mut self) -> Self {
        let described = self.described.unwrap_or_default();
        self.described = Some(Described { answer: Some(openapi::schema_of::<T>), ..described });
        self
    }
}

fn get<F, Args>(path: &'static str, access: Access, handler: F) -> RouteSpec
where
    F: Handler<Args> + Copy + Send + Sync,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    route(Method::GET, path, access, handler)
}

fn post<F, Args>(path: &'static str, access: Access, handler: F) -> RouteSpec
where
    F: Handler<Args> + Copy + Send + Sync,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    route(Method::POST, path, access, handler)
}

const PUBLIC: Access = Access::Public;
const SIGNED_IN: Access = Access::SignedIn;
const ADMINISTRATOR: Access = Access::Roles(&[Administrator]);
const BUREAU: Access = Access::Roles(&[Administrator, Bureau]);
const SCHOOL: Access = Access::Roles(&[School]);
/// Who decides on a class's filing.
const REVIEWER: Access = Access::Roles(&[Bureau]);
const CLASS_VIEWERS: Access = Access::Roles(&[Administrator, Bureau, Town, School]);
/// Everybody who works in an office or an organisation; not caregivers.
const STAFF: Access =
    Access::Roles(&[Administrator, Bureau, Finance, Town, School, Assessor, FirstAidIssuer, Institution]);

const EMPLOYERS: Access = Access::Roles(&[Administrator, Bureau, Institution]);

const STAFF_VIEWERS: Access = Access::Roles(&[Administrator, Bureau, Town, Institution]);

const INSTITUTION: Access = Access::Roles(&[Institution]);

const OVERSEERS: Access = Access::Roles(&[Administrator, Bureau, Town]);

const DECLARERS: Access = Access::Roles(&[School, Institution]);

const CHECKERS: Access = Access::Roles(&[Administrator, Bureau, School, Institution]);

const ASSESSOR: Access = Access::Roles(&[Assessor]);

const APPLICANTS: Access = Access::Roles(&[School, Assessor, Institution, Caregiver]);

const FIRST_AID: Access = Access::Roles(&[Administrator, Bureau, FirstAidIssuer, Institution]);

const FIRST_AID_ISSUER: Access = Access::Roles(&[Administrator, Bureau, FirstAidIssuer]);

const RECORDERS: Access = Access::Roles(&[Administrator, Bureau, Assessor]);

const OVERVIEW: Access = Access::Roles(&[Administrator, Bureau, Finance, Town]);

/// Those who bring people into the registry.
const REGISTRARS: Access =
    Access::Roles(&[Administrator, Bureau, School, Assessor, FirstAidIssuer, Institution]);

/// Who may know of an exam.
const EXAM_READERS: Access =
    Access::Roles(&[Administrator, Bureau, School, Assessor, Institution, Caregiver]);

const FIRST_AID_SEEN: Access =
    Access::Roles(&[Administrator, Bureau, FirstAidIssuer, Institution, Caregiver]);

const CERTIFICATES: Access =
    Access::Roles(&[Administrator, Bureau, School, Assessor, FirstAidIssuer, Caregiver]);

const CERTIFICATE_OFFICES: Access = Access::Roles(&[Administrator, Bureau, School, Assessor, FirstAidIssuer]);

const ISSUERS: Access = Access::Roles(&[Assessor]);

const CERTIFICATE_CHANGERS: Access = Access::Roles(&[Bureau, School, Assessor, FirstAidIssuer]);

const RECORD_ISSUERS: Access = Access::Roles(&[FirstAidIssuer]);

const HOLDERS: Access = Access::Roles(&[Caregiver]);

/// Who files claims.
const CLAIMANTS: Access = Access::Roles(&[Institution, Caregiver]);

const CLAIM_READERS: Access = Access::Roles(&[Administrator, Bureau, Finance, Town, Institution, Caregiver]);

const TOWN: Access = Access::Roles(&[Town]);

/// Who may turn a claim down, or note an objection.
const CLAIM_REVIEWERS: Access = Access::Roles(&[Bureau, Town]);

/// Who takes a step on a claim by its page, and who on many at once.
const CLAIM_DECIDERS: Access = Access::Roles(&[Bureau, Town, Institution, Caregiver]);

const CLAIM_STEPPERS: Access = Access::Roles(&[Bureau, Town, Institution]);

const FINANCE: Access = Access::Roles(&[Finance]);

const BUDGET_READERS: Access = Access::Roles(&[Administrator, Bureau, Finance]);

/// Who says where somebody is paid, and may look at it.
const PAYEES: Access = Access::Roles(&[Bureau, Institution, Caregiver]);

const PAYEE_ORGANISATIONS: Access = Access::Roles(&[Bureau, Institution]);
/// Who can be listed and so can appeal.
const LISTED: Access = Access::Roles(&[School, Assessor, FirstAidIssuer, Institution, Caregiver]);

const CREDIT_READERS: Access =
    Access::Roles(&[Administrator, Bureau, School, Assessor, FirstAidIssuer, Institution, Caregiver]);

/// Every route of the server.
#[must_use]
pub fn table() -> Vec<RouteSpec> {
    let sections = [
        // First what the public asks for all day: the router goes through the table from its top.
        verification(),
        system(),
        accounts(),
        areas(),
        organisations(),
        people(),
        employment(),
        training(),
        exams(),
        first_aid(),
        recorded(),
        credit(),
        certificates(),
        certificate_pages(),
        watch(),
        schemes(),
        subsidies(),
        indicators(),
        training_pages(),
    ];
    sections.into_iter().flatten().collect()
}

fn system() -> Vec<RouteSpec> {
    vec![
        get("/healthz", PUBLIC, api::system::health),
        get("/readyz", PUBLIC, api::system::ready),
        get("/openapi.json", PUBLIC, api::system::openapi),
        get("/docs/{file:.*}", PUBLIC, api::system::docs),
        get("/assets/{path:.*}", PUBLIC, api::system::asset),
        post("/api/v1/demo/clock", ADMINISTRATOR, api::demo::clock_advance)
            .says("Moves the demonstration's clock forward by an ISO 8601 duration.")
            .takes::<api::demo::ClockAdvance>()
            .gives::<api::demo::ClockView>()
            .in_demo_only(),
        post("/credentials/issue", PUBLIC, api::vc_api::credential_issue).with_vc_api(),
        post("/credentials/verify", PUBLIC, api::vc_api::credential_verify).with_vc_api(),
        post("/presentations/verify", PUBLIC, api::vc_api::presentation_verify).with_vc_api(),
    ]
}

fn accounts() -> Vec<RouteSpec> {
    vec![
        post("/api/v1/sessions", PUBLIC, api::accounts::session_open)
            .says("Signs in and returns a token for the Authorization header.")
            .takes::<Credentials>()
            .gives::<api::accounts::TokenView>(),
        get("/api/v1/me", SIGNED_IN, api::accounts::me)
            .says("The account that the token belongs to.")
            .gives::<api::accounts::AccountView>(),
        get("/api/v1/accounts", ADMINISTRATOR, api::accounts::account_list)
            .says("All accounts, by user name.")
            .gives::<Vec<api::accounts::AccountView>>(),
        post("/api/v1/accounts", ADMINISTRATOR, api::accounts::account_create)
            .says("Creates an account.")
            .takes::<NewAccount>()
            .gives::<api::accounts::AccountView>(),
        post("/api/v1/accounts/{id}/status", ADMINISTRATOR, api::accounts::account_set_status)
            .says("Enables or disables an account; needs If-Match.")
            .takes::<api::accounts::StatusChange>()
            .gives::<api::accounts::AccountView>(),
        get("/login", PUBLIC, pages::accounts::login),
        post("/login", PUBLIC, pages::accounts::login_submit),
        post("/logout", PUBLIC, pages::accounts::logout),
        get("/help", PUBLIC, pages::help::help),
        get("/", SIGNED_IN, pages::home::home),
    ]
}

fn areas() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/areas", SIGNED_IN, api::areas::area_list)
            .says("The areas directly below `parent`, or the topmost.")
            .takes::<api::areas::AreaQuery>()
            .gives::<Vec<api::areas::AreaView>>(),
        get("/api/v1/areas/{code}/populations", SIGNED_IN, api::areas::population_list)
            .says("The elder population figures in force for an area, newest first.")
            .gives::<Vec<api::areas::PopulationView>>(),
        post("/api/v1/populations", BUREAU, api::areas::population_record)
            .says(
                "Enters a population figure; one for the same area, day, basis, band and kind is superseded.",
            )
            .takes::<NewPopulation>()
            .gives::<api::areas::PopulationRecorded>(),
        post("/api/v1/populations/import", BUREAU, api::areas::population_import)
            .says("Enters the population figures of an .xlsx or CSV file, all or none.")
            .gives::<api::areas::Imported>(),
    ]
}

fn organisations() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/organisations", STAFF, api::organisations::organisation_list)
            .says("Organisations within the caller's area, of one kind if given.")
            .takes::<api::organisations::OrganisationQuery>()
            .gives::<Vec<api::organisations::OrganisationView>>(),
        post("/api/v1/organisations", BUREAU, api::organisations::organisation_create)
            .says("Registers an organisation.")
            .takes::<NewOrganisation>()
            .gives::<api::organisations::OrganisationView>(),
        get("/api/v1/organisations/{id}", STAFF, api::organisations::organisation_get)
            .says("One organisation with its accreditations.")
            .gives::<api::organisations::OrganisationView>(),
        post("/api/v1/organisations/{id}/accreditations", BUREAU, api::organisations::accreditation_grant)
            .says("Grants an accreditation for a scope, levels and a period.")
            .takes::<NewAccreditation>()
            .gives::<api::organisations::OrganisationView>(),
        post("/api/v1/accreditations/{id}/status", BUREAU, api::organisations::accreditation_change)
            .says("Suspends, withdraws or reinstates an accreditation from today; needs If-Match.")
            .takes::<api::organisations::AccreditationChange>()
            .gives::<api::organisations::AccreditationView>(),
        get("/organisations", OVERSEERS, pages::organisations::organisation_list),
        get("/organisations/{id}", OVERSEERS, pages::organisations::organisation),
    ]
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

fn people() -> Vec<RouteSpec> {
    vec![
        // Before `{id}`, which would match it.
        post("/api/v1/people/find", REGISTRARS, api::people::person_find)
            .says("Finds a person by an identity document, among those whom the caller may know of.")
            .takes::<RawDocument>()
            .gives::<api::people::PersonView>(),
        post("/api/v1/people", REGISTRARS, api::people::person_register)
            .says("Registers a person by an identity document.")
            .takes::<RawPerson>()
            .gives::<api::people::PersonView>(),
        get("/api/v1/people/{id}", SIGNED_IN, api::people::person_get)
            .says("One person, without the document number.")
            .gives::<api::people::PersonView>(),
        post("/api/v1/people/{id}", REGISTRARS, api::people::person_update)
            .says("Changes what is given about a person; needs If-Match.")
            .takes::<PersonChange>()
            .gives::<api::people::PersonView>(),
        get("/api/v1/people/{id}/service", SIGNED_IN, api::employment::service_get)
            .says("A person's employments and declared service, and what they add up to today.")
            .gives::<api::employment::ServiceView>(),
        post("/api/v1/people/{id}/declared-services", DECLARERS, api::employment::declared_service_declare)
            .says("Declares service before the registry, with an employer's evidence.")
            .takes::<NewDeclaredService>()
            .gives::<api::employment::DeclaredServiceView>(),
        post("/api/v1/declared-services/{id}/accept", CHECKERS, api::employment::declared_service_accept)
            .says("Accepts declared service, by somebody other than who declared it; needs If-Match.")
            .takes::<api::employment::AcceptNote>()
            .gives::<api::employment::DeclaredServiceView>(),
        post("/api/v1/declared-services/{id}/refuse", CHECKERS, api::employment::declared_service_refuse)
            .says("Refuses declared service, with the reason; needs If-Match.")
            .takes::<api::employment::RefusalNote>()
            .gives::<api::employment::DeclaredServiceView>(),
    ]
}

fn employment() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/organisations/{id}/staff", STAFF_VIEWERS, api::employment::staff_list)
            .says("An institution's staff today, or on a day.")
            .takes::<api::employment::StaffQuery>()
            .gives::<Vec<api::employment::StaffView>>(),
        post("/api/v1/organisations/{id}/employments", EMPLOYERS, api::employment::employment_join)
            .says("Joins a person to an institution, by id or by document and name.")
            .takes::<Joining>()
            .gives::<api::employment::EmploymentView>(),
        post("/api/v1/organisations/{id}/staff-import", EMPLOYERS, api::employment::staff_import)
            .says("Joins the people of an .xlsx or CSV file, all or none; with `check=true` only checks it.")
            .gives::<api::employment::StaffImportView>(),
        get("/api/v1/staff-template.xlsx", STAFF, api::employment::staff_template)
            .says("A workbook to fill in for a staff import."),
        post("/api/v1/employments/{id}/leave", EMPLOYERS, api::employment::employment_leave)
            .says("Ends an employment on its last day; needs If-Match.")
            .takes::<Leaving>()
            .gives::<api::employment::EmploymentView>(),
        post("/api/v1/employments/{id}/transfer", EMPLOYERS, api::employment::employment_transfer)
            .says(
                "Ends an employment and begins another on the next day; needs If-Match. Returns the new one.",
            )
            .takes::<Transfer>()
            .gives::<api::employment::EmploymentView>(),
        get("/staff", INSTITUTION, pages::employment::staff),
        get("/staff/join", INSTITUTION, pages::employment::join),
        post("/staff/join", INSTITUTION, pages::employment::join_submit),
        get("/staff/template.xlsx", INSTITUTION, api::employment::staff_template),
        get("/staff/import", INSTITUTION, pages::employment::import),
        post("/staff/import", INSTITUTION, pages::employment::import_submit),
        get("/staff/{id}/leave", INSTITUTION, pages::employment::leave),
        post("/staff/{id}/leave", INSTITUTION, pages::employment::leave_submit),
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

fn first_aid() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/first-aid-certificates", FIRST_AID_SEEN, api::firstaid::first_aid_list)
            .says("First-aid certificates that the caller may see; 50 a page, the first to expire first.")
            .takes::<api::firstaid::FirstAidQuery>()
            .gives::<Vec<api::firstaid::FirstAidView>>(),
        post("/api/v1/first-aid-certificates", FIRST_AID, api::firstaid::first_aid_record)
            .says("Records a first-aid certificate; its holder is found or registered by the document.")
            .takes::<NewFirstAid>()
            .gives::<api::firstaid::FirstAidView>(),
        post("/api/v1/first-aid-certificates/import", FIRST_AID, api::firstaid::first_aid_import)
            .says("Records the certificates of an .xlsx or CSV file, all or none.")
            .gives::<api::areas::Imported>(),
        post(
            "/api/v1/first-aid-certificates/{id}/withdraw",
            FIRST_AID_ISSUER,
            api::firstaid::first_aid_withdraw,
        )
        .says("Takes a first-aid certificate back from today on; needs If-Match.")
        .takes::<api::firstaid::Withdrawal>()
        .gives::<api::firstaid::FirstAidView>(),
        get("/api/v1/first-aid-template.xlsx", FIRST_AID, api::firstaid::first_aid_template)
            .says("An empty workbook to fill in."),
        get("/first-aid", FIRST_AID, pages::firstaid::list),
        get("/first-aid/new", FIRST_AID, pages::firstaid::new),
        post("/first-aid/new", FIRST_AID, pages::firstaid::new_submit),
        get("/first-aid/import", FIRST_AID, pages::firstaid::import),
        post("/first-aid/import", FIRST_AID, pages::firstaid::import_submit),
        get("/first-aid/template.xlsx", FIRST_AID, api::firstaid::first_aid_template),
        post("/first-aid/{id}/withdraw", FIRST_AID_ISSUER, pages::firstaid::withdraw),
    ]
}

fn recorded() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/recorded-certificates", RECORDERS, api::recorded::recorded_list)
            .says("Certificates issued elsewhere and held on file; 50 a page, newest entries first.")
            .takes::<api::recorded::PageQuery>()
            .gives::<Vec<api::recorded::RecordedView>>(),
        post("/api/v1/recorded-certificates", RECORDERS, api::recorded::recorded_record)
            .says("Records a certificate that a named person has checked; it counts like ours.")
            .takes::<NewRecorded>()
            .gives::<api::recorded::RecordedView>(),
        post("/api/v1/recorded-certificates/import", RECORDERS, api::recorded::recorded_import)
            .says("Records the certificates of an .xlsx or CSV file, all or none.")
            .gives::<api::areas::Imported>(),
        post("/api/v1/recorded-certificates/{id}/withdraw", BUREAU, api::recorded::recorded_withdraw)
            .says("Takes a recorded certificate back from today on; needs If-Match.")
            .takes::<api::firstaid::Withdrawal>()
            .gives::<api::recorded::RecordedView>(),
        get("/api/v1/recorded-template.xlsx", RECORDERS, api::recorded::recorded_template)
            .says("An empty workbook to fill in."),
        get("/recorded", RECORDERS, pages::recorded::list),
        get("/recorded/new", RECORDERS, pages::recorded::new),
        post("/recorded/new", RECORDERS, pages::recorded::new_submit),
        get("/recorded/import", RECORDERS, pages::recorded::import),
        post("/recorded/import", RECORDERS, pages::recorded::import_submit),
        get("/recorded/template.xlsx", RECORDERS, api::recorded::recorded_template),
        post("/recorded/{id}/withdraw", BUREAU, pages::recorded::withdraw),
    ]
}

fn credit() -> Vec<RouteSpec> {
    use api::credit::{self, CreditListingView};
    vec![
        get("/api/v1/credit-listings", CREDIT_READERS, credit::listing_list)
            .says("The red and black listings that the caller may see, newest first, 50 at a time; the listed their own.")
            .takes::<Filter>()
            .gives::<Vec<CreditListingView>>(),
        post("/api/v1/credit-listings", REVIEWER, credit::listing_propose)
            .says("Proposes a listing; answered 202, for a second person of the bureau decides.")
            .takes::<NewListing>()
            .gives::<CreditListingView>(),
        get("/api/v1/credit-listings/{id}", CREDIT_READERS, credit::listing_get)
            .says("One listing with its history.")
            .gives::<CreditListingView>(),
        post("/api/v1/credit-listings/{id}/decide", REVIEWER, credit::listing_decide)
            .says("Lists or refuses, by somebody other than who proposed; honours If-Match.")
            .takes::<Decision>()
            .gives::<CreditListingView>(),
        post("/api/v1/credit-listings/{id}/end", REVIEWER, credit::listing_end)
            .says("Ends a listing today, before its last day; honours If-Match.")
            .takes::<Ending>()
            .gives::<CreditListingView>(),
        post("/api/v1/credit-listings/{id}/appeal", LISTED, credit::listing_appeal)
            .says("Appeals against a black listing of one's own, once.")
            .takes::<Appealing>()
            .gives::<CreditListingView>(),
        post("/api/v1/credit-listings/{id}/appeal/decide", REVIEWER, credit::appeal_decide)
            .says("Decides an appeal, by somebody who neither proposed nor decided the listing; honours If-Match.")
            .takes::<AppealDecision>()
            .gives::<CreditListingView>(),
        get("/credit", REVIEWER, pages::credit::list),
        get("/credit/new", REVIEWER, pages::credit::new),
        post("/credit/new", REVIEWER, pages::credit::new_submit),
        get("/credit/{id}", REVIEWER, pages::credit::detail),
        post("/credit/{id}/decide", REVIEWER, pages::credit::decide),
        post("/credit/{id}/end", REVIEWER, pages::credit::end),
        post("/credit/{id}/appeal-decision", REVIEWER, pages::credit::appeal_decide),
        get("/my/credit", LISTED, pages::credit::mine),
        get("/my/credit/{id}", LISTED, pages::credit::detail),
        post("/my/credit/{id}/appeal", LISTED, pages::credit::appeal),
    ]
}

fn indicators() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/indicators", SIGNED_IN, api::indicators::indicator_list)
            .says("The four figures of an area on a day, those of a year before, and those of its parts.")
            .takes::<api::indicators::IndicatorQuery>()
            .gives::<api::indicators::ReportView>(),
        get("/api/v1/indicators/{name}", SIGNED_IN, api::indicators::indicator_get)
            .says("One figure of an area on a day.")
            .takes::<api::indicators::IndicatorQuery>()
            .gives::<api::indicators::FigureView>(),
        post("/api/v1/targets", BUREAU, api::indicators::target_set)
            .says("Enters a target from a day on; the one before it ends on the day before.")
            .takes::<NewTarget>()
            .gives::<api::indicators::TargetSet>(),
        get("/overview", OVERVIEW, pages::indicators::overview),
        get("/areas", OVERVIEW, pages::areas::own),
        get("/areas/{code}", OVERVIEW, pages::areas::area),
        post("/areas/{code}", BUREAU, pages::areas::population_submit),
        get("/areas/{code}/import", BUREAU, pages::areas::import),
        post("/areas/{code}/import", BUREAU, pages::areas::import_submit),
        get("/areas/{code}/template.xlsx", BUREAU, pages::areas::template),
    ]
}

fn certificates() -> Vec<RouteSpec> {
    use api::certificates::{CertificateQuery, CertificateView, IssuedView, NumberQuery, NumberView};
    use api::prints::{self, BatchQuery, PrintQuery};
    vec![
        get("/api/v1/certificates", CERTIFICATES, api::certificates::certificate_list)
            .says("The certificates that the caller may see, newest first, 50 at a time.")
            .takes::<CertificateQuery>()
            .gives::<Vec<CertificateView>>(),
        post("/api/v1/certificates", ISSUERS, api::certificates::certificate_create)
            .says("Issues the certificate of an application that was passed and whose notice has ended.")
            .takes::<NewCertificate>()
            .gives::<CertificateView>(),
        post("/api/v1/exam-sessions/{id}/certificates", ISSUERS, api::certificates::session_issue)
            .says("Issues for every application of a session that has no certificate yet.")
            .gives::<Vec<IssuedView>>(),
        post("/api/v1/classes/{id}/certificates", SCHOOL, api::certificates::class_issue)
            .says("Issues what the programme's completion earns to every trainee of a class who has none yet.")
            .gives::<Vec<IssuedView>>(),
        post(
            "/api/v1/first-aid-certificates/{id}/certificate",
            RECORD_ISSUERS,
            api::certificates::first_aid_issue,
        )
        .says("Issues the record of a first-aid certificate that the caller's organisation gave out.")
        .gives::<CertificateView>(),
        get("/api/v1/certificate-numbers", CERTIFICATE_OFFICES, api::certificates::number_list)
            .says("The numbers that were taken, with what became of each and why.")
            .takes::<NumberQuery>()
            .gives::<Vec<NumberView>>(),
        get("/api/v1/certificates/revocations", REVIEWER, api::revocations::bulk_list)
            .says("Decisions on everything that a body issued in a period, taken and waiting, newest first.")
            .gives::<Vec<api::revocations::BulkView>>(),
        post("/api/v1/certificates/revocations", REVIEWER, api::revocations::bulk_revoke)
            .says(
                "Revokes everything that a body issued in a period; where two persons are asked for, the first is \
                 answered 202 with the count.",
            )
            .takes::<BulkCall>()
            .gives::<api::revocations::BulkView>(),
        // The endings first: `{id}` would take them too.
        get("/api/v1/certificates/{id}.pdf", CERTIFICATES, prints::certificate_pdf)
            .says("The certificate for paper, with the whole identity number, or as a card; each call is audited.")
            .takes::<PrintQuery>(),
        get("/api/v1/certificates/{id}.png", CERTIFICATES, prints::certificate_png)
            .says("The same as a picture; each call is audited.")
            .takes::<PrintQuery>(),
        get("/api/v1/certificates/{id}.svg", CERTIFICATES, prints::certificate_svg)
            .says("The same as a drawing that needs no fonts; each call is audited.")
            .takes::<PrintQuery>(),
        get("/api/v1/exam-sessions/{id}/certificates.pdf", ISSUERS, prints::session_print)
            .says("All valid certificates of a session for the printing shop, with the list to sign; audited.")
            .takes::<BatchQuery>(),
        get("/api/v1/exam-sessions/{id}/certificates.xlsx", ISSUERS, prints::session_ledger)
            .says("The list on which the holders of a session's certificates sign."),
        get("/api/v1/certificates/{id}.cwt", CERTIFICATES, prints::certificate_cwt)
            .says("What was signed: a CWT in COSE_Sign1."),
        get("/api/v1/certificates/{id}.jsonld", CERTIFICATES, api::credentials::certificate_jsonld)
            .says("The certificate as a verifiable credential with a Data Integrity proof.")
            .takes::<api::credentials::SuiteQuery>(),
        get("/api/v1/certificates/{id}.jwt", CERTIFICATES, api::credentials::certificate_jwt)
            .says("The same credential in a JWT."),
        get("/api/v1/certificates/{id}.proof", CERTIFICATES, api::certificates::certificate_proof)
            .says("The proof that the transparency log has published it, as c2sp.org/tlog-proof@v1."),
        get("/api/v1/certificates/{id}", CERTIFICATES, api::certificates::certificate_get)
            .says("One certificate with its history.")
            .gives::<CertificateView>(),
        post("/api/v1/certificates/{id}/suspend", CERTIFICATE_CHANGERS, api::certificates::certificate_suspend)
            .says("Suspends a valid certificate from today.")
            .takes::<ChangeReason>()
            .gives::<CertificateView>(),
        post(
            "/api/v1/certificates/{id}/reinstate",
            CERTIFICATE_CHANGERS,
            api::certificates::certificate_reinstate,
        )
        .says("Reinstates a suspended certificate from today; honours If-Match, as every change of one does.")
        .takes::<ChangeReason>()
        .gives::<CertificateView>(),
        post("/api/v1/certificates/{id}/revoke", CERTIFICATE_CHANGERS, api::certificates::certificate_revoke)
            .says("Revokes a certificate from today; where two persons are asked for, the first is answered 202.")
            .takes::<ChangeReason>()
            .gives::<CertificateView>(),
        post("/api/v1/certificates/{id}/replace", CERTIFICATE_CHANGERS, api::certificates::certificate_replace)
            .says("Issues a new certificate in place of a valid one, which reads replaced from today.")
            .takes::<ChangeReason>()
            .gives::<CertificateView>(),
        post("/api/v1/certificates/{id}/renew", CERTIFICATE_CHANGERS, api::certificates::certificate_renew)
            .says("Issues the certificate of the next term, near the end of this one, which stays valid to its end.")
            .takes::<ChangeReason>()
            .gives::<CertificateView>(),
    ]
}

fn certificate_pages() -> Vec<RouteSpec> {
    use api::prints;
    vec![
        post("/classes/{id}/certificates", SCHOOL, pages::certificates::class_issue),
        post("/first-aid/{id}/certificate", RECORD_ISSUERS, pages::certificates::first_aid_issue),
        get("/certificates", CERTIFICATE_OFFICES, pages::certificates::list),
        get("/certificates/{id}.pdf", CERTIFICATES, prints::certificate_pdf),
        get("/certificates/{id}.png", CERTIFICATES, prints::certificate_png),
        get("/certificates/{id}.svg", CERTIFICATES, prints::certificate_svg),
        get("/exams/{id}/certificates.pdf", ISSUERS, prints::session_print),
        get("/exams/{id}/certificates.xlsx", ISSUERS, prints::session_ledger),
        get("/certificates/{id}", CERTIFICATES, pages::certificates::detail),
        get("/certificates/{id}/{change}", CERTIFICATE_CHANGERS, pages::certificates::change_form),
        post("/certificates/{id}/{change}", CERTIFICATE_CHANGERS, pages::certificates::change),
        get("/my/certificates", HOLDERS, pages::certificates::mine),
        get("/revocations", REVIEWER, pages::revocations::list),
        post("/revocations", REVIEWER, pages::revocations::submit),
        get("/revocations/{id}", REVIEWER, pages::revocations::detail),
    ]
}

fn schemes() -> Vec<RouteSpec> {
    use api::schemes::{SchemeView, SchemesView};
    vec![
        get("/api/v1/schemes", SIGNED_IN, api::schemes::scheme_list)
            .says("Every version of every subsidy scheme, drafts among them.")
            .gives::<SchemesView>(),
        get("/api/v1/schemes/{id}", SIGNED_IN, api::schemes::scheme_get)
            .says("A version with its conditions, its amount and the document that it rests on.")
            .gives::<SchemeView>(),
        post("/api/v1/schemes", BUREAU, api::schemes::scheme_save)
            .says("Saves the draft of a scheme's next version, given in TOML, in place of the draft before.")
            .takes::<Entry>()
            .gives::<SchemeView>(),
        post("/api/v1/schemes/{id}/in-force", BUREAU, api::schemes::scheme_put_in_force)
            .says("Puts a draft in force. From then on it never changes.")
            .gives::<SchemeView>(),
        post("/api/v1/schemes/{id}/trial", BUREAU, api::schemes::scheme_trial)
            .says(
                "What a version, a draft too, would have paid for a month that is over; nothing is written.",
            )
            .takes::<api::statements::RunCall>()
            .gives::<api::schemes::TrialView>(),
        post("/api/v1/schemes/{id}/end", BUREAU, api::schemes::scheme_end)
            .says("Sets the last day of a version in force, so that another can follow it.")
            .takes::<LastDay>()
            .gives::<SchemeView>(),
        get("/schemes", SIGNED_IN, pages::schemes::list),
        get("/schemes/new", BUREAU, pages::schemes::new),
        post("/schemes/new", BUREAU, pages::schemes::submit),
        get("/schemes/{id}", SIGNED_IN, pages::schemes::detail),
        post("/schemes/{id}/in-force", BUREAU, pages::schemes::put_in_force),
        post("/schemes/{id}/trial", BUREAU, pages::schemes::trial),
        post("/schemes/{id}/end", BUREAU, pages::schemes::end),
    ]
}

fn watch() -> Vec<RouteSpec> {
    use api::watch::{Paper, WatchView, WatchedView};
    vec![
        get("/api/v1/watch", INSTITUTION, api::watch::watch_get)
            .says("The certificates that the caller's institution holds on file or whose holders it employs, and \
                   what it was told of them.")
            .gives::<WatchView>(),
        post("/api/v1/watch", INSTITUTION, api::watch::watch_create)
            .says("Puts a certificate on file, by the QR's text as `content`, or by number and whole name.")
            .takes::<Paper>()
            .gives::<WatchedView>(),
        post("/api/v1/watch/seen", INSTITUTION, api::watch::watch_see)
            .says("Marks everything that the institution was told as seen.")
            .gives::<WatchView>(),
        post("/api/v1/watch/{id}/end", INSTITUTION, api::watch::watch_remove)
            .says("Takes a certificate off the list.")
            .gives::<WatchView>(),
        get("/watch", INSTITUTION, pages::watch::list),
        post("/watch", INSTITUTION, pages::watch::add),
        post("/watch/seen", INSTITUTION, pages::watch::seen),
        post("/watch/{id}/end", INSTITUTION, pages::watch::remove),
    ]
}

fn subsidies() -> Vec<RouteSpec> {
    [statements(), budgets(), claims(), payments(), subsidy_pages()].into_iter().flatten().collect()
}

fn statements() -> Vec<RouteSpec> {
    use api::statements::{self, RunCall, RunView, StatementsImportView};
    vec![
        post("/api/v1/statements-import", EMPLOYERS, statements::statements_import_file)
            .says("Takes what an .xlsx or CSV file tells of people, all rows or none; with `check=true` only checks it.")
            .gives::<StatementsImportView>(),
        get("/api/v1/statements-template.xlsx", EMPLOYERS, statements::statements_template)
            .says("A workbook to fill in, with what the caller may tell."),
        get("/api/v1/people/{id}/facts", CLAIM_READERS, statements::person_facts)
            .says("What is known of a person that a scheme may ask for, each fact with its source."),
        post("/api/v1/monthly-runs", BUREAU, statements::run)
            .says("Proposes what is due of a month that is over, as drafts of claims; run again, it goes on.")
            .takes::<RunCall>()
            .gives::<RunView>(),
        get("/statements", EMPLOYERS, pages::statements::import),
        post("/statements", EMPLOYERS, pages::statements::import_submit),
        get("/statements/template.xlsx", EMPLOYERS, statements::statements_template),
        get("/monthly-run", BUREAU, pages::statements::run),
        post("/monthly-run", BUREAU, pages::statements::run_submit),
    ]
}

fn budgets() -> Vec<RouteSpec> {
    use api::subsidies::budgets::{self, BalanceView, BudgetQuery, BudgetView, PostingView};
    use api::subsidies::statements::budget_statement;
    vec![
        get("/api/v1/budgets", BUDGET_READERS, budgets::budget_list)
            .says("What each scheme may spend in each year, and where that money is; amounts in fen.")
            .takes::<BudgetQuery>()
            .gives::<Vec<BudgetView>>(),
        post("/api/v1/budgets", FINANCE, budgets::budget_set)
            .says("Sets a scheme's budget of a year.")
            .takes::<NewBudget>()
            .gives::<BudgetView>(),
        get("/api/v1/budgets/{id}.xlsx", BUDGET_READERS, budget_statement)
            .says("The postings of a budget, the oldest first, in yuan."),
        get("/api/v1/budgets/{id}", BUDGET_READERS, budgets::budget_get)
            .says("One budget.")
            .gives::<BudgetView>(),
        post("/api/v1/budgets/{id}/change", FINANCE, budgets::budget_change)
            .says("Raises a budget, or lowers it to what is spoken for at least; needs If-Match.")
            .takes::<BudgetChange>()
            .gives::<BudgetView>(),
        get("/api/v1/budgets/{id}/postings", BUDGET_READERS, budgets::posting_list)
            .says("The newest postings of a budget.")
            .gives::<Vec<PostingView>>(),
        get("/api/v1/ledger/balance", BUDGET_READERS, budgets::balance)
            .says("Whether every balance is the sum of its postings, and of the claims and clawbacks behind them.")
            .gives::<BalanceView>(),
    ]
}

fn claims() -> Vec<RouteSpec> {
    use api::subsidies::claims::{self, ClaimDetailView, ClaimQuery, ClaimView, Resolution};
    use api::subsidies::notices::{PublicClaimView, notice_list};
    vec![
        get("/api/v1/subsidy-notices", PUBLIC, notice_list)
            .says("公示: approved claims whose notice runs, with masked names; for anybody.")
            .takes::<api::recorded::PageQuery>()
            .gives::<Vec<PublicClaimView>>(),
        get("/api/v1/claims", CLAIM_READERS, claims::claim_list)
            .says("The claims that the caller may know of, the newest first.")
            .takes::<ClaimQuery>()
            .gives::<Vec<ClaimView>>(),
        post("/api/v1/claims", CLAIMANTS, claims::claim_create)
            .says(
                "Claims one part of a scheme, by what is known today; with `draft` it is kept, with `for_review` it is \
                 submitted although nothing is due by what is known.",
            )
            .takes::<ClaimCall>()
            .gives::<ClaimView>(),
        post("/api/v1/claim-assessments", CLAIMANTS, claims::claim_foresee)
            .says("What a claim would come to, condition by condition; nothing is written.")
            .takes::<ClaimCall>()
            .gives::<serde_json::Value>(),
        get("/api/v1/claims/{id}", CLAIM_READERS, claims::claim_get)
            .says("One claim with its frozen facts, its assessment and its history.")
            .gives::<ClaimDetailView>(),
        post("/api/v1/claims/{id}/submit", CLAIMANTS, claims::claim_submit_draft)
            .says("Submits a draft by what is known today; needs If-Match, as every step does.")
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/withdraw", CLAIMANTS, claims::claim_withdraw)
            .says("Takes a claim back within ten minutes.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/review", TOWN, claims::claim_review)
            .says("The town's review, where the scheme asks for it.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/reassess", REVIEWER, claims::claim_reassess)
            .says("Assesses a claim again by what is known today, and freezes that.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/approve", REVIEWER, claims::claim_approve)
            .says("Approves a claim; where the amount asks for two persons, the first is answered 202.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/refuse", CLAIM_REVIEWERS, claims::claim_refuse)
            .says("Turns a claim down.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/object", CLAIM_REVIEWERS, claims::claim_object)
            .says("Notes an objection to a claim in public, whose notice stands still until it is decided.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/resolve", REVIEWER, claims::claim_resolve)
            .says("Decides on an objection; another person than who noted it.")
            .takes::<Resolution>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/stop", REVIEWER, claims::claim_stop)
            .says("Stops a claim that was not paid; what was promised is free again.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
    ]
}

/// The pages on which people claim, decide and pay.
fn subsidy_pages() -> Vec<RouteSpec> {
    use pages::subsidies::{
        account, batches, budgets, claim, claims, clawbacks, decide, filing, mine, notices,
    };
    vec![
        get("/subsidy-notices", PUBLIC, notices::list),
        get("/claims", CLAIM_READERS, claims::list),
        post("/claims", CLAIMANTS, filing::submit),
        // The words first: `{id}` would take them too.
        post("/claims/step", CLAIM_STEPPERS, claims::step_many),
        get("/claims/new", CLAIMANTS, filing::form),
        get("/claims/options", CLAIMANTS, filing::options),
        get("/claims/{id}", CLAIM_READERS, claim::detail),
        get("/claims/{id}/clawback", REVIEWER, clawbacks::form),
        post("/claims/{id}/clawback", REVIEWER, clawbacks::propose),
        post("/claims/{id}/{step}", CLAIM_DECIDERS, decide::step),
        get("/my/claims", HOLDERS, mine::mine),
        get("/bank-account", PAYEES, account::view),
        post("/bank-account", PAYEES, account::record),
        get("/payments", FINANCE, batches::waiting),
        post("/payments", FINANCE, batches::open),
        get("/payments/{id}.csv", FINANCE, api::subsidies::batches::batch_file),
        get("/payments/{id}", FINANCE, batches::detail),
        post("/payments/{id}/confirm", FINANCE, batches::confirm),
        post("/payments/{id}/cancel", FINANCE, batches::cancel),
        post("/payments/{id}/results", FINANCE, batches::results),
        get("/clawbacks", BUDGET_READERS, clawbacks::list),
        get("/clawbacks/{id}", BUDGET_READERS, clawbacks::detail),
        post("/clawbacks/{id}/decide", REVIEWER, clawbacks::decide),
        post("/clawbacks/{id}/drop", REVIEWER, clawbacks::drop_it),
        post("/clawbacks/{id}/receipts", FINANCE, clawbacks::receive),
        get("/budgets", BUDGET_READERS, budgets::list),
        post("/budgets", FINANCE, budgets::set),
        get("/budgets/{id}.xlsx", BUDGET_READERS, api::subsidies::statements::budget_statement),
        get("/people/{id}/subsidies.xlsx", PAYEES, api::subsidies::statements::person_statement),
        get("/budgets/{id}", BUDGET_READERS, budgets::detail),
        post("/budgets/{id}/change", FINANCE, budgets::change),
    ]
}

fn payments() -> Vec<RouteSpec> {
    use api::subsidies::accounts::{self, BankAccountView};
    use api::subsidies::batches::{self, BatchDetailView, BatchQuery, BatchView, OpenedView, ResultsView};
    use api::subsidies::clawbacks::{self, ClawbackDetailView, ClawbackQuery, ClawbackView};
    use api::subsidies::statements::person_statement;
    vec![
        get("/api/v1/people/{id}/subsidies.xlsx", PAYEES, person_statement)
            .says("What a person claimed and was paid, the oldest first, in yuan."),
        get("/api/v1/people/{id}/bank-account", PAYEES, accounts::person_account_view)
            .says("Where a person is paid, masked; each look is audited.")
            .gives::<BankAccountView>(),
        post("/api/v1/people/{id}/bank-account", PAYEES, accounts::person_account_record)
            .says("Records where a person is paid, in place of what was recorded before.")
            .takes::<NewBankAccount>()
            .gives::<BankAccountView>(),
        get(
            "/api/v1/organisations/{id}/bank-account",
            PAYEE_ORGANISATIONS,
            accounts::organisation_account_view,
        )
        .says("Where an organisation is paid, masked; each look is audited.")
        .gives::<BankAccountView>(),
        post(
            "/api/v1/organisations/{id}/bank-account",
            PAYEE_ORGANISATIONS,
            accounts::organisation_account_record,
        )
        .says("Records where an organisation is paid.")
        .takes::<NewBankAccount>()
        .gives::<BankAccountView>(),
        get("/api/v1/payment-batches", FINANCE, batches::batch_list)
            .says("Payment batches, the newest first.")
            .takes::<BatchQuery>()
            .gives::<Vec<BatchView>>(),
        post("/api/v1/payment-batches", FINANCE, batches::batch_open)
            .says("Opens a batch from the claims named, or from all that wait; another person confirms it.")
            .takes::<BatchCall>()
            .gives::<OpenedView>(),
        get("/api/v1/payment-batches/{id}.csv", FINANCE, batches::batch_file)
            .says("The file for the bank, by the layout of docs/payment-files.md; each call is audited."),
        get("/api/v1/payment-batches/{id}", FINANCE, batches::batch_get)
            .says("One batch with its payments.")
            .gives::<BatchDetailView>(),
        post("/api/v1/payment-batches/{id}/confirm", FINANCE, batches::batch_confirm)
            .says("Confirms a batch that another person opened; needs If-Match.")
            .gives::<BatchView>(),
        post("/api/v1/payment-batches/{id}/cancel", FINANCE, batches::batch_cancel)
            .says("Cancels a batch that is not confirmed; needs If-Match.")
            .takes::<Reason>()
            .gives::<BatchView>(),
        post("/api/v1/payment-batches/{id}/results", FINANCE, batches::results_import)
            .says("Imports the bank's result file, one result for every payment, or nothing; needs If-Match.")
            .gives::<ResultsView>(),
        get("/api/v1/clawbacks", BUDGET_READERS, clawbacks::clawback_list)
            .says("Clawbacks, the newest first.")
            .takes::<ClawbackQuery>()
            .gives::<Vec<ClawbackView>>(),
        get("/api/v1/clawbacks/{id}", BUDGET_READERS, clawbacks::clawback_get)
            .says("One clawback with what came back.")
            .gives::<ClawbackDetailView>(),
        post("/api/v1/claims/{id}/clawback", REVIEWER, clawbacks::claim_claw_back)
            .says("Asks back what was paid: the first person is answered 202, a second person's same call decides.")
            .takes::<ClawbackCall>()
            .gives::<ClawbackView>(),
        post("/api/v1/clawbacks/{id}/drop", REVIEWER, clawbacks::clawback_drop)
            .says("Drops a clawback that was not decided on.")
            .takes::<Reason>()
            .gives::<ClawbackView>(),
        post("/api/v1/clawbacks/{id}/receipts", FINANCE, clawbacks::receipt_record)
            .says("Notes money that came back, once for each paper; needs If-Match.")
            .takes::<NewReceipt>()
            .gives::<ClawbackView>(),
    ]
}

fn verification() -> Vec<RouteSpec> {
    use api::{log, published, verification};
    vec![
        post("/api/v1/verifications", PUBLIC, verification::verification)
            .says("What a certificate is worth: the QR's text as `content`, or a file in multipart form.")
            .takes::<verification::Scanned>()
            .gives::<serde_json::Value>(),
        post("/api/v1/lookups", PUBLIC, verification::lookup)
            .says("The same by number and full name; throttled.")
            .takes::<verification::Lookup>()
            .gives::<serde_json::Value>(),
        get("/v/{code}", PUBLIC, pages::verify::verify),
        post("/v/{code}/holder-match", PUBLIC, verification::holder_match)
            .says("Whether a name and the last four of an identity number are the holder's; throttled.")
            .takes::<verification::HolderClaim>()
            .gives::<verification::MatchView>(),
        post("/v/{code}/match", PUBLIC, pages::verify::holder_match),
        get("/lookup", PUBLIC, pages::verify::lookup),
        post("/lookup", PUBLIC, pages::verify::lookup_submit),
        get("/scan", PUBLIC, pages::verify::scan),
        post("/scan", PUBLIC, pages::verify::scan_submit),
        get("/sw.js", PUBLIC, pages::offline::worker),
        get("/offline/{language}/{page}", PUBLIC, pages::offline::shell),
        get("/trust-list.json", PUBLIC, published::trust_list),
        get("/.well-known/jwks.json", PUBLIC, published::jwks),
        get("/.well-known/did.json", PUBLIC, published::did_document),
        get("/status/{list}", PUBLIC, published::status_bundle),
        get("/status/{list}/{purpose}", PUBLIC, published::status_list),
        get("/log/checkpoint", PUBLIC, log::checkpoint),
        get("/log/tile/{path:.+}", PUBLIC, log::tile),
        get("/log/proof/{code}", PUBLIC, log::proof),
    ]
}

/// Puts the table into an actix application.
pub fn configure(config: &mut web::ServiceConfig, environment: Environment, vc_api: bool) {
    let mut table = table();
    table.retain(|spec| match spec.served {
        Served::Everywhere => true,
        Served::InDemoOnly => environment != Environment::Production,
        Served::WithVcApi => vc_api && environment != Environment::Production,
    });
    let mut paths: Vec<&str> = Vec::new();
    for spec in &table {
        if !paths.contains(&spec.path) {
            paths.push(spec.path);
        }
    }
    for path in paths {
        let mut resource = web::resource(path);
        for spec in table.iter().filter(|spec| spec.path == path) {
            resource = resource.route((spec.make)());
        }
        config.service(resource.default_service(web::to(method_not_allowed)));
    }
    config.default_service(web::to(not_found));
}

async fn not_found() -> Result<&'static str, Problem> {
    Err(Problem::NotFound)
}

async fn method_not_allowed() -> Result<&'static str, Problem> {
    Err(Problem::MethodNotAllowed)
}
