//! 成绩公示: who has passed, in public, while the notice runs. Names and levels, no digit of an identity number;
//! when a notice has ended, its names are gone.

use actix_web::web;
use serde_json::{Value, json};

use crate::http::call::{Answer, Call};
use crate::http::page::show;
use crate::http::problem::Problem;
use crate::kernel::dates::Timestamp;
use crate::registry::exams::service::{self, OnNotice};
use crate::registry::exams::store;

pub async fn list(call: Call) -> Answer {
    let notices = call.read(|conn, context| Ok(store::notices(conn, context.today())?)).await?;
    let notices: Vec<Value> = notices
        .iter()
        .map(|(session, ends_on)| {
            json!({ "code": session.code, "level": session.level, "occupation": session.occupation,
                "held_on": session.held_on, "ends_on": ends_on })
        })
        .collect();
    let page = json!({ "large": false, "wide": false, "notices": notices });
    show(&call, "pages/notices", "notices-title", page)
}

pub async fn notice(call: Call, code: web::Path<String>) -> Answer {
    let found = call.read(move |conn, context| Ok(service::on_notice(conn, &code, context.today())?)).await?;
    let OnNotice { session, body, people } = found.ok_or(Problem::NotFound)?;
    let ends: Option<Timestamp> = people.iter().map(|person| person.notice.ends_at()).max();
    let rows: Vec<Value> = people
        .iter()
        .map(|person| {
            json!({ "name": person.name, "number_tail": person.number_tail,
                "starts_on": person.notice.starts_on, "ends_on": person.notice.ends_on })
        })
        .collect();
    let page = json!({
        "large": false, "wide": false, "code": session.code, "level": session.level,
        "occupation": session.occupation, "held_on": session.held_on, "body": body,
        "ends_at": ends.map(|end| end.to_rfc3339()), "people": rows,
    });
    show(&call, "pages/notice", "notice-title", page)
}
