//! The whole table: every address, who may call it, what it takes. The OpenAPI document and the permission
//! tests are made from it, so nothing can be served that isn't here.

mod certificates;
mod offices;
mod people;
mod public;
mod subsidies;
mod talent;
mod training;
mod who;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Responder, web};

use crate::http::access::{Access, guard};
use crate::http::openapi::{self, Described};
use crate::http::problem::Problem;
use crate::kernel::form::Form;
use crate::proof::payload::Environment;

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

/// Every route of the server.
#[must_use]
pub fn table() -> Vec<RouteSpec> {
    let sections = [
        // First what the public asks for all day: the router goes through the table from its top.
        public::routes(),
        offices::routes(),
        people::routes(),
        training::routes(),
        certificates::routes(),
        subsidies::routes(),
        talent::routes(),
    ];
    sections.into_iter().flatten().collect()
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
