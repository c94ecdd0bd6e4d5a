//! The server: the table behind one finishing layer that gives every answer its headers and its words.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App as ActixApp, HttpMessage, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::json;

use crate::app::App;
use crate::http::page::html_response;
use crate::http::problem::Problem;
use crate::http::routes;
use crate::http::texts::{LANGUAGE_COOKIE, Language};
use crate::kernel::codes::Code;
use crate::kernel::ids::RequestId;

/// Starts serving on `listener`.
pub fn start(app: Arc<App>, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let (environment, vc_api) = (app.environment, app.vc_api.get().is_some());
    let data = web::Data::from(app);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .app_data(web::PathConfig::default().error_handler(|_, _| Problem::NotFound.into()))
            .wrap(from_fn(finish))
            .configure(move |config| routes::configure(config, environment, vc_api))
    })
    .workers(workers)
    .shutdown_timeout(10)
    .listen(listener)?
    .run();
    Ok(server)
}

/// Nothing but our own files may run or show on a page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'";
/// The API console's own files set styles inline.
const CONSOLE_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; frame-ancestors 'none'";

/// Numbers the request, words its problem, sets the headers that every answer has, and logs what changed or failed.
async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, actix_web::Error> {
    let id = match request.app_data::<web::Data<App>>() {
        Some(app) => app.fresh_request(),
        None => RequestId::from_uuid(uuid::Uuid::nil()),
    };
    request.extensions_mut().insert(id);
    // A clone kept over the call would stop the router from noting its match in the request.
    let mut response = next.call(request).await?.map_into_left_body();
    let http = response.request().clone();
    let worded = response.response().error().map(|error| match error.as_error::<Problem>() {
        Some(problem) => word(&http, problem, id),
        None => word(&http, &Problem::Malformed("request"), id),
    });
    if let Some(answer) = worded {
        response = response.into_response(answer).map_into_right_body();
    }
    log(&http, response.status().as_u16(), id);
    set_headers(&http, response.headers_mut(), id);
    Ok(response)
}

fn word(request: &HttpRequest, problem: &Problem, id: RequestId) -> HttpResponse {
    if let Problem::Internal(what) = problem {
        tracing::error!(request = %id, path = request.path(), what, "internal error");
    }
    let language = Language::of(request);
    let Some(app) = request.app_data::<web::Data<App>>() else {
        return HttpResponse::InternalServerError().finish();
    };
    let document = problem.document(app.views.texts(language), &id.to_string());
    let mut builder = HttpResponse::build(problem.status());
    if let Some(seconds) = problem.retry_after() {
        builder.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    let for_programs = request.path().starts_with("/api/")
        || request.content_type() == "application/json"
        || crate::http::input::wants_json(request);
    if for_programs {
        return builder
            .content_type("application/problem+json")
            .body(serde_json::to_string(&document).unwrap_or_default());
    }
    if matches!(problem, Problem::NotSignedIn) && request.method() == actix_web::http::Method::GET {
        let next: String = form_urlencoded::byte_serialize(request.path().as_bytes()).collect();
        return HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/login?next={next}")))
            .finish();
    }
    let context = json!({
        "lang": language, "other_lang": language.other(), "path": request.path(), "title": document.title,
        "me": null, "owner": app.config.owner, "csrf": "", "nav": null, "flash": null, "errors": [],
        "page": { "status": document.status, "type": problem.name(), "detail": document.detail,
                  "request_id": id.to_string() },
    });
    match app.views.render("pages/error", language, &context) {
        Ok(html) => html_response(builder, html),
        Err(error) => {
            tracing::error!(request = %id, ?error, "the error page does not render");
            builder.content_type("text/plain; charset=utf-8").body(document.title)
        }
    }
}

/// Reads are told to the log only where they fail; never a query, which may hold what somebody typed.
fn log(request: &HttpRequest, status: u16, id: RequestId) {
    let method = request.method().as_str();
    let notable = status >= 400 || (method != "GET" && request.path() != "/api/v1/verifications");
    // Nothing is looked up for a line that nobody reads: to name the route, the router goes through its table again.
    if !notable && !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let route = request.match_pattern();
    let route = route.as_deref().unwrap_or("-");
    if notable {
        tracing::info!(request = %id, method, route, status, "request");
    } else {
        tracing::debug!(request = %id, method, route, status, "request");
    }
}

fn set_headers(request: &HttpRequest, headers: &mut header::HeaderMap, id: RequestId) {
    const FIXED: [(HeaderName, &str); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::PERMISSIONS_POLICY, "camera=(self), microphone=(), geolocation=()"),
    ];
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    if is_page {
        let console = request.path().starts_with("/docs/");
        let policy = if console { CONSOLE_SECURITY_POLICY } else { CONTENT_SECURITY_POLICY };
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        keep_language(request, headers);
        if !headers.contains_key(header::CONTENT_LANGUAGE) {
            let shown = HeaderValue::from_static(Language::of(request).code());
            headers.insert(header::CONTENT_LANGUAGE, shown);
        }
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// A language chosen by `?lang=` holds for the pages after it.
fn keep_language(request: &HttpRequest, headers: &mut header::HeaderMap) {
    if !request.query_string().contains("lang=") {
        return;
    }
    let cookie = Cookie::build(LANGUAGE_COOKIE, Language::of(request).code())
        .path("/")
        .same_site(SameSite::Lax)
        .http_only(true)
        .permanent()
        .finish();
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}
