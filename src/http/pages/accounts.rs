use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, SameSite};
use serde_json::{Value, json};

use crate::app::clock::machine_now;
use crate::http::access::COOKIE;
use crate::http::api::accounts::sign_in;
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{see_other, show, show_refused};
use crate::http::problem::Problem;
use crate::kernel::form::{Fields, Form};
use crate::kernel::invalid::Invalid;
use crate::registry::accounts::{Credentials, service};

/// Where to go after signing in.
pub struct Next {
    pub next: Option<String>,
    pub large: bool,
}

impl Form for Next {
    fn read(f: &mut Fields) -> Option<Self> {
        let next = f.optional_text("next", 300);
        let large = f.optional::<bool>("large");
        let done = f.optional_text("done", 60);
        done?;
        Some(Self { next: next?, large: large?.unwrap_or(false) })
    }
}

pub struct SignIn {
    pub credentials: Credentials,
    pub next: Option<String>,
}

impl Form for SignIn {
    fn read(f: &mut Fields) -> Option<Self> {
        let credentials = Credentials::read(f);
        let next = f.optional_text("next", 300);
        Some(Self { credentials: credentials?, next: next? })
    }
}

pub async fn login(call: Call, Query(query): Query<Next>) -> Answer {
    show(&call, "pages/login", "login-page-title", page(query.next.as_deref(), "", query.large))
}

pub async fn login_submit(call: Call, posted: Posted<SignIn>) -> Answer {
    let username = posted.values.get("username").and_then(Value::as_str).unwrap_or_default().to_owned();
    let next = posted.values.get("next").and_then(Value::as_str).map(str::to_owned);
    let again = |invalid: &Invalid| {
        show_refused(
            &call,
            "pages/login",
            "login-page-title",
            page(next.as_deref(), &username, false),
            invalid,
        )
    };
    let form = match posted.form {
        Ok(form) => form,
        Err(invalid) => return again(&invalid),
    };
    let account = match sign_in(&call, form.credentials).await {
        Ok(account) => account,
        Err(Problem::WrongCredentials) => return again(&Invalid::one("password", "wrong-credentials")),
        Err(problem) => return Err(problem),
    };
    let opened = call
        .write(move |tx, context| Ok(service::session_open(tx, context, &account, machine_now())?))
        .await?;
    let mut answer = see_other(&local(form.next.as_deref()), None);
    add_cookie(&call, &mut answer, &opened.token)?;
    Ok(answer)
}

pub async fn logout(call: Call, _posted: Posted<Nothing>) -> Answer {
    if let Some(cookie) = call.request.cookie(COOKIE) {
        let token = cookie.value().to_owned();
        call.write(move |tx, _| Ok(service::session_close(tx, &token)?)).await?;
    }
    let mut answer = see_other("/login", None);
    let mut gone = Cookie::build(COOKIE, "").path("/").finish();
    gone.make_removal();
    answer.add_cookie(&gone).map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(answer)
}

/// A form with nothing but its token.
pub struct Nothing;

impl Form for Nothing {
    fn read(_: &mut Fields) -> Option<Self> {
        Some(Self)
    }
}

fn page(next: Option<&str>, username: &str, large: bool) -> Value {
    json!({ "wide": true, "large": large, "next": local(next), "username": username, "otp": false })
}

/// Only a path of ours: an address elsewhere would send people away right after they signed in.
fn local(next: Option<&str>) -> String {
    let is_ours = |next: &&str| next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    next.filter(is_ours).unwrap_or("/").to_owned()
}

fn add_cookie(call: &Call, answer: &mut HttpResponse, token: &str) -> Result<(), Problem> {
    let cookie = Cookie::build(COOKIE, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(call.app.config.public_url().starts_with("https://"))
        .finish();
    answer.add_cookie(&cookie).map_err(|error| Problem::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for (next, expected) in [
            (Some("/classes?x=1"), "/classes?x=1"),
            (Some("//evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("https://evil.example"), "/"),
            (None, "/"),
        ] {
            assert_eq!(local(next), expected, "{next:?}");
        }
    }
}
