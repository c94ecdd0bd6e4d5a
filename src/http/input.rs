//! Bodies, queries and uploads as [`Form`]s: one reader for JSON, page forms and addresses.

use std::future::{Ready, ready};

use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::http::access::Caller;
use crate::http::problem::Problem;
use crate::kernel::form::{self, Form};
use crate::kernel::invalid::Invalid;

/// The largest body of a call without an upload, in bytes.
pub const MAX_BODY: usize = 256 * 1024;
/// The largest uploaded file, in bytes.
pub const MAX_UPLOAD: usize = 8 * 1024 * 1024;

/// SHA-256 of the body that came with a request, for its idempotency key.
#[derive(Debug, Clone)]
pub struct BodyHash(pub [u8; 32]);

/// A JSON body read as `F`.
#[derive(Debug)]
pub struct Input<F>(pub F);

impl<F: Form + 'static> FromRequest for Input<F> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            if request.content_type() != "application/json" {
                return Err(Problem::UnsupportedMediaType);
            }
            let body = read_body(payload, MAX_BODY).await?;
            request.extensions_mut().insert(BodyHash(Sha256::digest(&body).into()));
            let value = serde_json::from_slice(&body).map_err(|_| Problem::Malformed("json"))?;
            let Value::Object(values) = value else { return Err(Problem::Malformed("json-object")) };
            Ok(Self(form::read(&values)?))
        })
    }
}

/// The query of an address read as `F`.
#[derive(Debug)]
pub struct Query<F>(pub F);

impl<F: Form> FromRequest for Query<F> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let mut values = decode_form(request.query_string().as_bytes());
        if !request.path().starts_with("/api/") {
            // Messengers and mail programs add parameters of their own to a page's address.
            let known = form::describe::<F>();
            values.retain(|name, _| known.iter().any(|asked| asked.name == name));
        }
        ready(form::read(&values).map(Self).map_err(Problem::from))
    }
}

/// A page's form, with what was typed, so that the page can be shown again with nothing lost.
#[derive(Debug)]
pub struct Posted<F> {
    pub form: Result<F, Invalid>,
    pub values: Map<String, Value>,
}

impl<F: Form + 'static> FromRequest for Posted<F> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            if request.content_type() != "application/x-www-form-urlencoded" {
                return Err(Problem::UnsupportedMediaType);
            }
            let body = read_body(payload, MAX_BODY).await?;
            let mut values = decode_form(&body);
            check_csrf(&request, values.remove("csrf").as_ref().and_then(Value::as_str))?;
            Ok(Self { form: form::read(&values), values })
        })
    }
}

/// An uploaded file, and the other fields that came with it.
#[derive(Debug)]
pub struct Upload {
    pub file_name: String,
    pub bytes: Vec<u8>,
    pub values: Map<String, Value>,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            if request.content_type() != "multipart/form-data" {
                return Err(Problem::UnsupportedMediaType);
            }
            let mut upload = read_multipart(Multipart::new(request.headers(), payload)).await?;
            let csrf = upload.values.remove("csrf");
            if !request.path().starts_with("/api/") {
                check_csrf(&request, csrf.as_ref().and_then(Value::as_str))?;
            }
            request.extensions_mut().insert(BodyHash(Sha256::digest(&upload.bytes).into()));
            Ok(upload)
        })
    }
}

/// A form posted by another site has the cookie but not the token. Public pages have no session to misuse.
fn check_csrf(request: &HttpRequest, given: Option<&str>) -> Result<(), Problem> {
    let expected = request.extensions().get::<Caller>().and_then(|caller| caller.csrf.clone());
    match expected {
        Some(expected) if given != Some(expected.as_str()) => Err(Problem::NotAllowed),
        _ => Ok(()),
    }
}

/// Reads a whole body of at most `max` bytes.
pub async fn read_body(mut payload: dev::Payload, max: usize) -> Result<web::Bytes, Problem> {
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::Malformed("body"))?;
        if body.len() + chunk.len() > max {
            return Err(Problem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

async fn read_multipart(mut parts: Multipart) -> Result<Upload, Problem> {
    let mut upload = Upload { file_name: String::new(), bytes: Vec::new(), values: Map::new() };
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| Problem::Malformed("multipart"))?;
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|_| Problem::Malformed("multipart"))?;
            if bytes.len() + chunk.len() > MAX_UPLOAD {
                return Err(Problem::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        if let Some(file_name) = file_name {
            upload.file_name = file_name;
            upload.bytes = bytes;
        } else {
            let text = String::from_utf8(bytes).map_err(|_| Problem::Malformed("multipart"))?;
            upload.values.insert(name, Value::String(text));
        }
    }
    Ok(upload)
}

/// `application/x-www-form-urlencoded` as the object that JSON would be: `scores[0].score=60` is a list of
/// objects. A repeated name keeps its last value.
#[must_use]
pub fn decode_form(bytes: &[u8]) -> Map<String, Value> {
    let mut values = Map::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        let place = name.split_once('[').and_then(|(list, rest)| {
            let (index, field) = rest.split_once("].")?;
            Some((list.to_owned(), index.parse::<usize>().ok()?, field.to_owned()))
        });
        match place {
            // An index far past the end would make a list of nothings.
            Some((list, index, field)) if index < 5_000 => {
                let items = values.entry(list).or_insert_with(|| Value::Array(Vec::new()));
                let Value::Array(items) = items else { continue };
                if items.len() <= index {
                    items.resize(index + 1, Value::Object(Map::new()));
                }
                if let Value::Object(item) = &mut items[index] {
                    item.insert(field, Value::String(value.into_owned()));
                }
            }
            _ => {
                values.insert(name.into_owned(), Value::String(value.into_owned()));
            }
        }
    }
    values
}

/// Whether the caller asks for JSON rather than a page.
#[must_use]
pub fn wants_json(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_s_form_has_the_shape_of_json() {
        let values = decode_form("a=1&b=%E7%94%B2+x&s[1].v=2&s[0].v=1&s[9999999].v=3".as_bytes());
        let expected = json!({"a": "1", "b": "甲 x", "s": [{"v": "1"}, {"v": "2"}], "s[9999999].v": "3"});
        assert_eq!(Value::Object(values), expected);
    }
}
