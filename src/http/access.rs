//! Who may call what, held at the door: each route states its [`Access`], and no handler runs before it.

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};

use crate::app::App;
use crate::app::clock::machine_now;
use crate::http::problem::Problem;
use crate::kernel::context::{Actor, Role};
use crate::registry::accounts::{self, AccountStatus};

/// Who may call a route. Which *things* a caller may see or change is decided by the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody who is signed in.
    SignedIn,
    Roles(&'static [Role]),
}

impl Access {
    #[must_use]
    pub fn admits(self, role: Option<Role>) -> bool {
        match (self, role) {
            (Self::Public, _) | (Self::SignedIn, Some(_)) => true,
            (Self::Roles(roles), Some(role)) => roles.contains(&role),
            (Self::SignedIn | Self::Roles(_), None) => false,
        }
    }
}

/// The name of the page session's cookie.
pub const COOKIE: &str = "huzheng_session";

/// Who is behind a request, and for a page session the token its forms must carry.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    pub actor: Option<Actor>,
    pub csrf: Option<String>,
}

/// Finds out who calls and refuses who may not. Public routes ask only where a cookie is there to be read.
pub async fn guard(
    access: Access,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    match admit(access, &request).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(problem) => Ok(request.error_response(problem).map_into_right_body()),
    }
}

async fn admit(access: Access, request: &ServiceRequest) -> Result<Caller, Problem> {
    let caller = identify(request).await?;
    let role = caller.actor.as_ref().map(|actor| actor.role);
    match role {
        _ if access.admits(role) => Ok(caller),
        Some(_) => Err(Problem::NotAllowed),
        None => Err(Problem::NotSignedIn),
    }
}

/// The token of an API call, or the cookie of a page. One never stands for the other: a cookie on an API call
/// could be sent by another site.
async fn identify(request: &ServiceRequest) -> Result<Caller, Problem> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let Some(app) = app else { return Err(Problem::Internal("no application".to_owned())) };
    if request.path().starts_with("/api/") {
        let Some(token) = bearer(request) else { return Ok(Caller::default()) };
        let Some(account) = app.tokens.account(&token) else { return Err(Problem::NotSignedIn) };
        let found = read(app, move |conn| accounts::store::find(conn, account)).await?;
        let active = found.filter(|account| account.status == AccountStatus::Active);
        let actor = active.ok_or(Problem::NotSignedIn)?.actor();
        return Ok(Caller { actor: Some(actor), csrf: None });
    }
    let Some(token) = request.cookie(COOKIE).map(|cookie: Cookie| cookie.value().to_owned()) else {
        return Ok(Caller::default());
    };
    let found = read(app, move |conn| accounts::service::session(conn, &token, machine_now())).await?;
    Ok(match found {
        Some((account, csrf)) => Caller { actor: Some(account.actor()), csrf: Some(csrf) },
        None => Caller::default(),
    })
}

fn bearer(request: &ServiceRequest) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

async fn read<T: Send + 'static, E: Into<Problem> + Send + 'static>(
    app: web::Data<App>,
    work: impl FnOnce(&mut crate::db::Conn) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem> {
    let result = web::block(move || app.database.read(|conn| work(conn).map_err(Into::into))).await;
    result.map_err(|_| Problem::Internal("the worker threads are gone".to_owned()))?
}
