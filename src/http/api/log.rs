//! The transparency log as C2SP tlog-tiles has it served, and the proofs of single certificates.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::http::call::{Answer, Call};
use crate::http::problem::Problem;
use crate::proof::log::tiles::Place;

pub async fn checkpoint(call: Call) -> Answer {
    let checkpoint = call.work(|app, _| app.log.folder.checkpoint().map_err(Problem::from)).await?;
    let checkpoint = checkpoint.ok_or(Problem::NotFound)?;
    Ok(served("text/plain; charset=utf-8", "public, max-age=2", checkpoint.text().to_owned().into_bytes()))
}

/// A tile or a bundle of entries, neither of which ever changes.
pub async fn tile(call: Call, path: web::Path<String>) -> Answer {
    let place = Place::parse(&format!("tile/{path}")).ok_or(Problem::NotFound)?;
    let bytes = call.work(move |app, _| app.log.folder.served(place).ok_or(Problem::NotFound)).await?;
    Ok(served("application/octet-stream", "public, max-age=31536000, immutable", bytes))
}

/// Of a proof's text form, which has no media type of its own.
pub const PROOF_TYPE: &str = "text/plain; charset=utf-8";

fn served(content_type: &'static str, cache: &'static str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(body)
}
