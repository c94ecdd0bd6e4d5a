//! What lies in the outbox.

use diesel::prelude::*;
use huzheng::db::schema::outbox;
use huzheng::db::types::Json;
use huzheng::http::problem::Problem;
use huzheng::jobs;
use serde_json::Value;

use super::World;

/// The data of every mail of a template that was put into the outbox, oldest first.
pub fn mails(world: &World, template: &str, change: &str) -> Vec<Value> {
    let rows: Vec<Json> = world
        .app
        .database
        .read(|conn| {
            let rows = outbox::table.order(outbox::id).select(outbox::payload).load(conn);
            Ok::<_, Problem>(rows.expect("the outbox"))
        })
        .expect("read");
    let fits = |mail: &Value| mail["template"] == template && mail["data"]["change"] == change;
    rows.into_iter().map(|row| row.0).filter(fits).collect()
}

/// Words and delivers every mail there is, in both languages; none may be left.
pub fn deliver_all(world: &World) {
    jobs::deliver_due(&world.app).expect("delivered");
    let left: i64 = world
        .app
        .database
        .read(|conn| {
            let left = outbox::table.filter(outbox::done_at.is_null()).count().get_result(conn);
            Ok::<_, Problem>(left.expect("the outbox"))
        })
        .expect("read");
    assert_eq!(left, 0, "a mail could not be worded");
}
