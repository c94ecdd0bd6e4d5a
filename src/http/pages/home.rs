use serde_json::{Value, json};

use crate::http::call::{Answer, Call};
use crate::http::figures::area_name;
use crate::http::page::show;
use crate::kernel::context::Role;

/// 工作台: what waits for this account, and the ways to its work.
pub async fn home(call: Call) -> Answer {
    let actor = call.actor()?.clone();
    let area = actor.area.clone();
    let area = call
        .read(move |conn, _| match area {
            Some(code) => Ok(crate::registry::areas::store::find(conn, &code)?),
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
        "today": call.context.today(), "area": area.map(|area| area_name(texts, &area)), "tasks": [], "shortcuts": shortcuts,
    });
    show(&call, "pages/home", "home-title", page)
}

/// Icon, text and address of each role's most frequent steps.
const fn shortcuts(role: Role) -> &'static [(&'static str, &'static str, &'static str)] {
    const LOOK_UP: (&str, &str, &str) = ("search", "shortcut-lookup", "/lookup");
    const SCAN: (&str, &str, &str) = ("scan", "nav-scan", "/scan");
    const OVERVIEW: (&str, &str, &str) = ("chart", "nav-overview", "/overview");
    const CERTIFICATES: (&str, &str, &str) = ("certificate", "nav-certificates", "/certificates");
    match role {
        Role::Administrator | Role::Finance | Role::Town => &[OVERVIEW, LOOK_UP],
        Role::Bureau => &[OVERVIEW, CERTIFICATES, LOOK_UP],
        Role::School => &[("add", "class-new-title", "/classes/new"), LOOK_UP],
        Role::Assessor => &[("add", "exam-new-title", "/exams/new"), CERTIFICATES, LOOK_UP],
        Role::FirstAidIssuer => &[("add", "first-aid-new-title", "/first-aid/new"), LOOK_UP],
        Role::Institution => &[("add", "staff-join-title", "/staff/join"), SCAN, LOOK_UP],
        Role::Caregiver => &[("certificate", "nav-my-certificates", "/my/certificates"), SCAN],
    }
}
