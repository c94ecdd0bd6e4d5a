use serde_json::json;

use crate::http::call::{Answer, Call};
use crate::http::input::Query;
use crate::http::page::show;
use crate::http::pages::accounts::Next;

/// What each state of a certificate means, for those who don't know the system.
const VERDICTS: [&str; 10] = [
    "valid",
    "expired",
    "suspended",
    "revoked",
    "replaced",
    "not_found",
    "forged",
    "recorded",
    "status_unknown",
    "cannot_check",
];

pub async fn help(call: Call, Query(query): Query<Next>) -> Answer {
    let page =
        json!({ "large": query.large, "wide": false, "verdicts": VERDICTS, "phone": null, "hours": null });
    show(&call, "pages/help", "help-title", page)
}
