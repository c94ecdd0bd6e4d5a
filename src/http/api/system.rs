use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::http::assets;
use crate::http::call::{Answer, Call, ok};
use crate::http::openapi;
use crate::http::problem::Problem;

/// The process answers.
pub async fn health() -> Answer {
    ok(&serde_json::json!({ "status": "ok" }))
}

/// The database answers too.
pub async fn ready(call: Call) -> Answer {
    call.read(|conn, _| Ok(crate::registry::areas::store::children(conn, None)?)).await?;
    ok(&serde_json::json!({ "status": "ready" }))
}

pub async fn openapi() -> Answer {
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "max-age=300")).json(openapi::document()))
}

/// The API console, from files inside the binary.
pub async fn docs(file: web::Path<String>) -> Answer {
    let config = utoipa_swagger_ui::Config::from("/openapi.json").validator_url("none");
    let path = if file.is_empty() { "index.html" } else { file.as_str() };
    let found = utoipa_swagger_ui::serve(path, std::sync::Arc::new(config))
        .map_err(|error| Problem::Internal(error.to_string()))?
        .ok_or(Problem::NotFound)?;
    Ok(HttpResponse::Ok().content_type(found.content_type).body(found.bytes.into_owned()))
}

/// Our own styles, icons and scripts; their addresses change with their content.
pub async fn asset(call: Call, path: web::Path<String>) -> Answer {
    let found = assets::asset(&path).ok_or(Problem::NotFound)?;
    let known = call.request.headers().get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
    let mut answer =
        if known == Some(found.etag.as_str()) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    let lasting =
        if call.request.query_string().is_empty() { "max-age=300" } else { "max-age=31536000, immutable" };
    answer.insert_header((header::CACHE_CONTROL, lasting)).insert_header((header::ETAG, found.etag));
    Ok(answer.content_type(found.content_type).body(found.bytes.into_owned()))
}
