use serde_json::{Value, json};

use crate::http::call::{Answer, Call};
use crate::http::page::show;
use crate::kernel::context::Role;

/// 工作台: what waits for this account, and the ways to its work.
pub async fn home(call: Call) -> Answer {
    let actor = call.actor()?.clone();
    let area = actor.area.clone();
    let area_name = call
        .read(move |conn, _| match area {
            Some(code) => Ok(crate::registry::areas::store::find(conn, &code)?.map(|area| area.name)),
            None => Ok(None),
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let shortcuts: Vec<Value> = shortcuts(actor.role)
        .iter()
        .map(|(icon, key, href)| {
            let text =
                texts.text(key, &fluent_bundle::FluentArgs::new()).unwrap_or_else(|_| (*key).to_owned());
            json!({ "icon": icon, "text": text, "href": href })
        })
        .collect();
    let page = json!({
        "today": call.context.today(), "area": area_name, "tasks": [], "shortcuts": shortcuts,
    });
    show(&call, "pages/home", "home-title", page)
}

/// Icon, text and address of each role's most frequent steps.
const fn shortcuts(role: Role) -> &'static [(&'static str, &'static str, &'static str)] {
    match role {
        _ => &[("search", "shortcut-lookup", "/lookup")],
    }
}
