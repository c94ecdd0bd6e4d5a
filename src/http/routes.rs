//! The whole table: every address, who may call it, what it takes. The OpenAPI document and the permission
//! tests are made from it, so nothing can be served that isn't here.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Responder, web};

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
use crate::registry::certificates::{ChangeReason, NewCertificate};
use crate::registry::organisations::{NewAccreditation, NewOrganisation};
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

/// Every route of the server.
#[must_use]
pub fn table() -> Vec<RouteSpec> {
    [
        system(),
        accounts(),
        areas(),
        organisations(),
        training(),
        training_pages(),
        certificates(),
        verification(),
    ]
    .into_iter()
    .flatten()
    .collect()
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

/// Who sees certificates: their bodies, the bureau, and each holder his own.
const CERTIFICATES: Access = Access::Roles(&[Administrator, Bureau, Assessor, Caregiver]);
const CERTIFICATE_OFFICES: Access = Access::Roles(&[Administrator, Bureau, Assessor]);
const ISSUERS: Access = Access::Roles(&[Assessor]);
const CERTIFICATE_CHANGERS: Access = Access::Roles(&[Bureau, Assessor]);
const HOLDERS: Access = Access::Roles(&[Caregiver]);

fn certificates() -> Vec<RouteSpec> {
    use api::certificates::{CertificateQuery, CertificateView, IssuedView, NumberQuery, NumberView};
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
        get("/api/v1/certificate-numbers", CERTIFICATE_OFFICES, api::certificates::number_list)
            .says("The numbers that were taken, with what became of each and why.")
            .takes::<NumberQuery>()
            .gives::<Vec<NumberView>>(),
        // The endings first: `{id}` would take them too.
        get("/api/v1/certificates/{id}.pdf", CERTIFICATES, api::certificates::certificate_pdf)
            .says("The certificate for paper, with the whole identity number; each call is audited."),
        get("/api/v1/certificates/{id}.png", CERTIFICATES, api::certificates::certificate_png)
            .says("The same page as a picture; each call is audited."),
        get("/api/v1/certificates/{id}.cwt", CERTIFICATES, api::certificates::certificate_cwt)
            .says("What was signed: a CWT in COSE_Sign1."),
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
        .says("Reinstates a suspended certificate from today.")
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
        get("/certificates", CERTIFICATE_OFFICES, pages::certificates::list),
        get("/certificates/{id}.pdf", CERTIFICATES, api::certificates::certificate_pdf),
        get("/certificates/{id}.png", CERTIFICATES, api::certificates::certificate_png),
        get("/certificates/{id}", CERTIFICATES, pages::certificates::detail),
        get("/certificates/{id}/{change}", CERTIFICATE_CHANGERS, pages::certificates::change_form),
        post("/certificates/{id}/{change}", CERTIFICATE_CHANGERS, pages::certificates::change),
        get("/my/certificates", HOLDERS, pages::certificates::mine),
    ]
}

fn verification() -> Vec<RouteSpec> {
    use api::{published, verification};
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
        get("/trust-list.json", PUBLIC, published::trust_list),
        get("/.well-known/jwks.json", PUBLIC, published::jwks),
        get("/.well-known/did.json", PUBLIC, published::did_document),
        get("/status/{list}", PUBLIC, published::status_bundle),
        get("/status/{list}/{purpose}", PUBLIC, published::status_list),
    ]
}

/// Puts the table into an actix application.
pub fn configure(config: &mut web::ServiceConfig, environment: Environment) {
    let mut table = table();
    table.retain(|spec| spec.served == Served::Everywhere || environment != Environment::Production);
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
