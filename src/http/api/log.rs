//! The transparency log as C2SP tlog-tiles has it served, and the proofs of single certificates.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::http::api::verification::{admit, miss};
use crate::http::call::{Answer, Call};
use crate::http::problem::Problem;
use crate::kernel::ids::PublicCode;
use crate::proof::log::tiles::Place;
use crate::registry::certificates::store;

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

/// The proof of the certificate with this public code, as `c2sp.org/tlog-proof@v1`.
pub async fn proof(call: Call, code: web::Path<String>) -> Answer {
    admit(&call)?;
    let code = code.parse::<PublicCode>().ok();
    let text = call
        .work(move |app, _| {
            let Some(code) = code else { return Ok(None) };
            app.database.read(|conn| {
                let Some(found) = store::find_by_code(conn, &code)? else { return Ok(None) };
                Ok::<_, Problem>(
                    app.log.proof(conn, &found.record.digest().leaf())?.map(|proof| proof.text()),
                )
            })
        })
        .await?;
    if let Some(text) = text {
        Ok(served(PROOF_TYPE, "public, max-age=300", text.into_bytes()))
    } else {
        miss(&call);
        Err(Problem::NotFound)
    }
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
