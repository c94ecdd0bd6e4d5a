//! The whole table: every address, who may call it, what it takes. The OpenAPI document and the permission
//! tests are made from it, so nothing can be served that isn't here.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Responder, web};

use crate::http::access::{Access, guard};
use crate::http::openapi::{self, Described};
use crate::http::problem::Problem;
use crate::http::{api, pages};
use crate::kernel::context::Role::{
    Administrator, Assessor, Bureau, Caregiver, Finance, FirstAidIssuer, Institution, School, Town,
};
use crate::kernel::form::Form;
use crate::registry::accounts::{Credentials, NewAccount};
use crate::registry::areas::NewPopulation;
use crate::registry::certificates::{ChangeReason, NewCertificate};
use crate::registry::organisations::{NewAccreditation, NewOrganisation};

/// One line of the table.
pub struct RouteSpec {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    /// What it takes and gives, for the OpenAPI document; `None` for pages.
    pub described: Option<Described>,
    make: Box<dyn Fn() -> actix_web::Route + Send + Sync>,
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
    RouteSpec { method, path, access, described: None, make: Box::new(make) }
}

impl RouteSpec {
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
/// Everybody who works in an office or an organisation; not caregivers.
const STAFF: Access =
    Access::Roles(&[Administrator, Bureau, Finance, Town, School, Assessor, FirstAidIssuer, Institution]);

/// Every route of the server.
#[must_use]
pub fn table() -> Vec<RouteSpec> {
    [system(), accounts(), areas(), organisations(), certificates(), verification()]
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
pub fn configure(config: &mut web::ServiceConfig) {
    let table = table();
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
