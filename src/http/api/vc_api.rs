//! The W3C VC-API on a test issuer: what the public conformance suites call.

use actix_web::{FromRequest, HttpRequest};
use actix_web::{HttpResponse, dev, web};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value, json};

use crate::http::call::{Answer, Call};
use crate::http::input::{MAX_BODY, read_body};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::proof::data_integrity::Suite;
use crate::proof::vc_api::{self, Refused};

/// A JSON object with the document under one name, and perhaps `options`.
pub struct Request(Map<String, Value>);

impl FromRequest for Request {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(_: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move {
            let body: web::Bytes = read_body(payload, MAX_BODY).await?;
            let value = serde_json::from_slice(&body).map_err(|_| Problem::Malformed("json"))?;
            let Value::Object(fields) = value else { return Err(Problem::Malformed("json-object")) };
            Ok(Self(fields))
        })
    }
}

impl Request {
    fn take(mut self, name: &str) -> Result<(Value, Map<String, Value>), Problem> {
        let document = self.0.remove(name).ok_or(Problem::Malformed("request"))?;
        let options = match self.0.remove("options") {
            Some(Value::Object(options)) => options,
            None => Map::new(),
            Some(_) => return Err(Problem::Malformed("request")),
        };
        Ok((document, options))
    }
}

pub async fn credential_issue(call: Call, request: Request) -> Answer {
    let (credential, options) = request.take("credential")?;
    let named = options.get("cryptosuite").and_then(Value::as_str);
    let suite = named.map_or(Some(Suite::Rdfc), Suite::from_code).ok_or(Problem::Malformed("request"))?;
    let issued = call
        .work(move |app, context| {
            let key = app.vc_api.get().ok_or(Problem::NotFound)?;
            Ok(vc_api::issue(credential, suite, key, context.now))
        })
        .await?;
    Ok(match issued {
        Ok(signed) => HttpResponse::Created().json(json!({ "verifiableCredential": signed })),
        Err(refused) => refusal(&refused),
    })
}

pub async fn credential_verify(call: Call, request: Request) -> Answer {
    let (credential, _) = request.take("verifiableCredential")?;
    let found = call.work(move |_, context| Ok(vc_api::verify_credential(&credential, context.now))).await?;
    Ok(verdict(&found))
}

pub async fn presentation_verify(call: Call, request: Request) -> Answer {
    let (presentation, options) = request.take("verifiablePresentation")?;
    let found = call
        .work(move |_, context| Ok(vc_api::verify_presentation(&presentation, &options, context.now)))
        .await?;
    Ok(verdict(&found))
}

fn verdict(found: &Result<(), Refused>) -> HttpResponse {
    match found {
        Ok(()) => HttpResponse::Ok().json(json!({ "verified": true, "checks": ["proof"], "errors": [] })),
        Err(refused) => refusal(refused),
    }
}

fn refusal(refused: &Refused) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({ "verified": false, "errors": [refused.to_string()] }))
}
