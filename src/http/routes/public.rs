//! What anybody may ask: certificates checked, keys, the log, and what machines ask of a server.

use super::who::{ADMINISTRATOR, PUBLIC};
use super::{RouteSpec, get, post};
use crate::http::{api, pages};

pub(super) fn routes() -> Vec<RouteSpec> {
    [verification(), system()].into_iter().flatten().collect()
}

fn verification() -> Vec<RouteSpec> {
    use api::{log, published, verification};
    vec![
        post("/api/v1/verifications", PUBLIC, verification::verification)
            .says("What a certificate is worth: the QR's text as `content`, or a file in multipart form.")
            .takes::<verification::Scanned>()
            .gives::<serde_json::Value>(),
        post("/api/v1/lookups", PUBLIC, verification::lookup)
            .says("The same by number and full name; throttled.")
            .takes::<verification::Lookup>()
            .gives::<serde_json::Value>(),
        get("/v/{code}", PUBLIC, pages::verify::verify),
        post("/v/{code}/holder-match", PUBLIC, verification::holder_match)
            .says("Whether a name and the last four of an identity number are the holder's; throttled.")
            .takes::<verification::HolderClaim>()
            .gives::<verification::MatchView>(),
        post("/v/{code}/match", PUBLIC, pages::verify::holder_match),
        get("/lookup", PUBLIC, pages::verify::lookup),
        post("/lookup", PUBLIC, pages::verify::lookup_submit),
        get("/scan", PUBLIC, pages::verify::scan),
        post("/scan", PUBLIC, pages::verify::scan_submit),
        get("/sw.js", PUBLIC, pages::offline::worker),
        get("/offline/{language}/{page}", PUBLIC, pages::offline::shell),
        get("/trust-list.json", PUBLIC, published::trust_list),
        get("/.well-known/jwks.json", PUBLIC, published::jwks),
        get("/.well-known/did.json", PUBLIC, published::did_document),
        get("/status/{list}", PUBLIC, published::status_bundle),
        get("/status/{list}/{purpose}", PUBLIC, published::status_list),
        get("/log/checkpoint", PUBLIC, log::checkpoint),
        get("/log/tile/{path:.+}", PUBLIC, log::tile),
        get("/log/proof/{code}", PUBLIC, log::proof),
    ]
}

fn system() -> Vec<RouteSpec> {
    vec![
        get("/healthz", PUBLIC, api::system::health),
        get("/readyz", PUBLIC, api::system::ready),
        get("/openapi.json", PUBLIC, api::system::openapi),
        get("/docs/{file:.*}", PUBLIC, api::system::docs),
        get("/assets/{path:.*}", PUBLIC, api::system::asset),
        post("/api/v1/demo/clock", ADMINISTRATOR, api::demo::clock_advance)
            .says("Moves the demonstration's clock forward by an ISO 8601 duration.")
            .takes::<api::demo::ClockAdvance>()
            .gives::<api::demo::ClockView>()
            .in_demo_only(),
        post("/credentials/issue", PUBLIC, api::vc_api::credential_issue).with_vc_api(),
        post("/credentials/verify", PUBLIC, api::vc_api::credential_verify).with_vc_api(),
        post("/presentations/verify", PUBLIC, api::vc_api::presentation_verify).with_vc_api(),
    ]
}
