//! 离线查验: what the verify and the scan page need in order to open with no network: a service worker, and each page
//! once in each language with nothing about any certificate or account in it.
//!
//! Absent: the checks themselves. They are scripts (`assets/js/offline.js`) and do what `proof::verify` does.

use std::sync::OnceLock;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::http::assets;
use crate::http::call::{Answer, Call};
use crate::http::page::show;
use crate::http::pages::verify::{frame, scan_page};
use crate::http::problem::Problem;
use crate::http::texts::Language;
use crate::http::view::Views;
use crate::kernel::codes::Code;

const WORKER: &str = "js/service-worker.js";
const PAGES: [&str; 2] = ["verify", "scan"];

/// The script that keeps the pages, with the list of what it keeps in front of it. A browser compares it byte for
/// byte and takes a changed one up, which then keeps everything anew.
pub async fn worker(call: Call) -> Answer {
    let script = assets::asset(WORKER).ok_or(Problem::NotFound)?;
    let body = format!("const KEPT = {};\n{}", kept(&call), String::from_utf8_lossy(&script.bytes));
    Ok(HttpResponse::Ok()
        .content_type(script.content_type)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(body))
}

/// `/offline/en/verify`: the page with its certificate left out, for whoever opens it later with no network.
pub async fn shell(mut call: Call, path: web::Path<(String, String)>) -> Answer {
    let (language, name) = path.into_inner();
    call.language = Language::from_code(&language).ok_or(Problem::NotFound)?;
    // It is kept for anybody who uses this browser.
    call.context.actor = None;
    call.csrf = None;
    let mut answer = match name.as_str() {
        "verify" => show(&call, "pages/verify", "verify-title", without_certificate(&call))?,
        "scan" => show(&call, "pages/scan", "scan-title", scan_page(&call, ""))?,
        _ => return Err(Problem::NotFound),
    };
    let shown = header::HeaderValue::from_static(call.language.code());
    answer.headers_mut().insert(header::CONTENT_LANGUAGE, shown);
    Ok(answer)
}

fn without_certificate(call: &Call) -> Value {
    let mut page = frame(call, "");
    page["shell"] = json!(true);
    page["asked_at"] = Value::Null;
    page["data_as_of"] = Value::Null;
    page
}

/// `{version, files, shells: {verify: {en: "/offline/en/verify", …}, …}}`.
fn kept(call: &Call) -> Value {
    let mut files = assets::addresses("css");
    files.extend(assets::addresses("js").into_iter().filter(|path| !path.contains(WORKER)));
    files.extend(assets::address("icons/favicon.svg"));
    let addresses = |name: &str| {
        let by_language = Language::ALL.iter().map(|language| {
            (language.code().to_owned(), json!(format!("/offline/{}/{name}", language.code())))
        });
        Value::Object(by_language.collect())
    };
    let shells: Map<_, _> = PAGES.iter().map(|name| ((*name).to_owned(), addresses(name))).collect();
    json!({ "version": version(call, &files), "files": files, "shells": shells })
}

/// Another one where a file, a template, a text, or what the pages say of this registry is another.
fn version(call: &Call, files: &[String]) -> String {
    static PAGES: OnceLock<[u8; 64]> = OnceLock::new();
    let mut digest = Sha256::new();
    digest.update(PAGES.get_or_init(Views::digest));
    digest.update(json!([files, call.app.config.public_url(), call.app.config.owner]).to_string());
    hex::encode(&digest.finalize()[..8])
}
