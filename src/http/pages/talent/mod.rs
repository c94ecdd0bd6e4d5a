//! 人才激励: contests and their results, the lists that other departments get, and guidance wages.

pub mod contests;
pub mod lists;
pub mod wages;

use serde_json::{Value, json};

use crate::http::call::Call;
use crate::kernel::context::Role;

/// The three parts, for the offices that have all of them; nothing for others.
fn tabs(call: &Call, current: &str) -> Option<Value> {
    let role = call.context.actor.as_ref().map(|actor| actor.role)?;
    if !matches!(role, Role::Administrator | Role::Bureau) {
        return None;
    }
    let texts = call.app.views.texts(call.language);
    let parts = [("contests", "/talent"), ("lists", "/talent/lists"), ("wages", "/talent/wages")];
    let tab = |(key, href): &(&str, &str)| json!({ "href": href, "text": texts.word(&format!("talent-{key}")), "current": *key == current });
    Some(parts.iter().map(tab).collect())
}

/// Whether the caller enters and decides here; an administrator only looks.
fn may_write(call: &Call) -> bool {
    call.context.actor.as_ref().is_some_and(|actor| actor.role == Role::Bureau)
}
