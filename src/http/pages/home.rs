//! 工作台: where everybody begins. What waits for the account, and the ways to its work.

mod tasks;

use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentValue};
use serde_json::{Value, json};

use crate::http::call::{Answer, Call};
use crate::http::page::show;
use crate::http::pages::home::tasks::{Task, tasks};
use crate::http::texts::{Language, Texts};
use crate::kernel::context::Role;
use crate::registry::areas;

pub async fn home(call: Call) -> Answer {
    let actor = call.actor()?.clone();
    let role = actor.role;
    let app = Arc::clone(&call.app);
    let (area, waiting) = call
        .read(move |conn, context| {
            let area = match &actor.area {
                Some(code) => areas::store::find(conn, code)?.map(|area| area.name),
                None => None,
            };
            Ok((area, tasks(conn, &app, context, &actor)?))
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let shortcuts: Vec<Value> = shortcuts(role)
        .iter()
        .map(|(icon, key, href)| json!({ "icon": icon, "text": texts.word(key), "href": href }))
        .collect();
    let tasks: Vec<Value> = waiting.iter().map(|task| worded(texts, call.language, task)).collect();
    let page = json!({
        "today": call.context.today(), "area": area, "tasks": tasks, "shortcuts": shortcuts,
    });
    show(&call, "pages/home", "home-title", page)
}

fn worded(texts: &Texts, language: Language, task: &Task) -> Value {
    let mut args = FluentArgs::new();
    for (name, value) in &task.args {
        match (language, name.strip_suffix("_en")) {
            // A name that is data has an English twin, which takes its place in English.
            (Language::English, Some(twin)) => args.set(twin, FluentValue::from(value.as_str())),
            (Language::Chinese, Some(_)) => {}
            (_, None) => args.set(*name, FluentValue::from(value.as_str())),
        }
    }
    if let Some(date) = task.date {
        args.set("date", FluentValue::from(texts.date(date)));
    }
    let text = |suffix: &str| {
        let key = format!("task-{}{suffix}", task.key);
        texts.text(&key, &args).unwrap_or(key)
    };
    json!({
        "title": text(""),
        "detail": text("-detail"),
        "href": task.href,
        "count": task.count,
        "urgency": task.urgency.code(),
    })
}

/// Icon, text and address of each role's most frequent steps.
const fn shortcuts(role: Role) -> &'static [(&'static str, &'static str, &'static str)] {
    match role {
        Role::Administrator => &[OVERVIEW, CLASSES, EXAMS, LOOKUP],
        Role::Bureau => &[OVERVIEW, CLASSES, CERTIFICATES, FIRST_AID, RECORDED, CLAIMS, BUDGETS, LOOKUP],
        Role::Finance => &[PAYMENTS, BUDGETS, CLAWBACKS, CLAIMS, OVERVIEW, LOOKUP],
        Role::Town => &[CLAIMS, OVERVIEW, LOOKUP],
        Role::School => &[("add", "shortcut-class-new", "/classes/new"), CLASSES, EXAMS, LOOKUP],
        Role::Assessor => {
            &[("add", "shortcut-exam-new", "/exams/new"), EXAMS, CERTIFICATES, RECORDED, LOOKUP]
        }
        Role::FirstAidIssuer => &[
            ("add", "shortcut-first-aid-new", "/first-aid/new"),
            ("upload", "shortcut-first-aid-import", "/first-aid/import"),
            FIRST_AID,
        ],
        Role::Institution => &[
            SCAN,
            ("people", "shortcut-staff", "/staff"),
            ("certificate", "shortcut-watch", "/watch"),
            ("add", "shortcut-staff-join", "/staff/join"),
            CLAIMS,
            OPTIONS,
            FIRST_AID,
            EXAMS,
        ],
        Role::Caregiver => &[
            ("certificate", "shortcut-my-certificates", "/my/certificates"),
            ("money", "shortcut-my-claims", "/my/claims"),
            OPTIONS,
            EXAMS,
            SCAN,
        ],
    }
}

type Shortcut = (&'static str, &'static str, &'static str);

const OVERVIEW: Shortcut = ("chart", "shortcut-overview", "/overview");
const CLASSES: Shortcut = ("class", "shortcut-classes", "/classes");
const EXAMS: Shortcut = ("exam", "shortcut-exams", "/exams");
const CERTIFICATES: Shortcut = ("certificate", "shortcut-certificates", "/certificates");
const FIRST_AID: Shortcut = ("phone", "shortcut-first-aid", "/first-aid");
const RECORDED: Shortcut = ("recorded", "shortcut-recorded", "/recorded");
const CLAIMS: Shortcut = ("money", "shortcut-claims", "/claims");
const OPTIONS: Shortcut = ("help", "shortcut-claim-options", "/claims/options");
const PAYMENTS: Shortcut = ("money", "shortcut-payments", "/payments");
const BUDGETS: Shortcut = ("chart", "shortcut-budgets", "/budgets");
const CLAWBACKS: Shortcut = ("back", "shortcut-clawbacks", "/clawbacks");
const SCAN: Shortcut = ("scan", "shortcut-scan", "/scan");
const LOOKUP: Shortcut = ("search", "shortcut-lookup", "/lookup");

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use super::*;
    use crate::http::routes::table;
    use crate::kernel::codes::Code;

    #[test]
    fn every_shortcut_leads_to_a_page_that_the_role_may_open() {
        let table = table();
        for role in Role::ALL {
            for (_, key, href) in shortcuts(*role) {
                let page = table.iter().find(|route| route.method == Method::GET && route.path == *href);
                let page = page.unwrap_or_else(|| panic!("{href} of {role} is a page"));
                assert!(page.access.admits(Some(*role)), "{role} may open {href}");
                assert!(key.starts_with("shortcut-"), "{key}");
            }
        }
    }
}
