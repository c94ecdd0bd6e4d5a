//! Guidance wages: the bureau's notices, and what is published, for anybody.

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::http::api::wages::WageNoticeView;
use crate::http::call::{Answer, Call};
use crate::http::figures::area_name;
use crate::http::input::{Posted, Query};
use crate::http::page::{see_other, show, show_refused, typed};
use crate::http::pages::subsidies::words::figure;
use crate::http::pages::talent::contests::{ListQuery, Nothing};
use crate::http::pages::talent::{may_write, tabs};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::ids::WageNoticeId;
use crate::kernel::skill::SkillLevel;
use crate::registry::areas;
use crate::registry::wages::{LevelWage, NoticeInYuan, WageNotice, WageState, rules, service, store};

pub async fn list(call: Call, Query(_): Query<ListQuery>) -> Answer {
    let page = page(&call, &Map::new()).await?;
    show(&call, "pages/wages", "wages-title", page)
}

pub async fn enter(call: Call, posted: Posted<NoticeInYuan>) -> Answer {
    let area = call.area_within(None)?;
    let made = match posted.form {
        Ok(NoticeInYuan(new)) => {
            call.write(move |tx, context| Ok(service::notice_create(tx, context, &area, &new)?)).await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match made {
        Ok(_) => Ok(see_other("/talent/wages", Some("wage-entered"))),
        Err(Problem::Invalid(invalid)) => {
            let page = page(&call, &posted.values).await?;
            show_refused(&call, "pages/wages", "wages-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn publish(call: Call, id: web::Path<WageNoticeId>, posted: Posted<Nothing>) -> Answer {
    posted.form?;
    let actor = call.actor()?.clone();
    call.write(move |tx, context| Ok(service::notice_publish(tx, context, &actor, (*id, None))?)).await?;
    Ok(see_other("/talent/wages", Some("wage-published")))
}

pub async fn drop_it(call: Call, id: web::Path<WageNoticeId>, posted: Posted<Nothing>) -> Answer {
    posted.form?;
    let actor = call.actor()?.clone();
    call.write(move |tx, context| Ok(service::notice_drop(tx, context, &actor, (*id, None))?)).await?;
    Ok(see_other("/talent/wages", Some("wage-dropped")))
}

async fn page(call: &Call, values: &Map<String, Value>) -> Result<Value, Problem> {
    let (area, today) = (call.area_within(None)?, call.context.today());
    let found = call.read(move |conn, _| Ok(store::list(conn, &area, None)?)).await?;
    let account = call.actor()?.account;
    let published: Vec<WageNotice> =
        found.iter().filter(|one| matches!(one.state, WageState::Published(_))).cloned().collect();
    let line = |notice: &WageNotice| {
        let mut line = shown(notice, rules::is_in_force(&published, notice, today));
        let is_draft = notice.state == WageState::Draft && may_write(call);
        line["kind"] = json!(match notice.state {
            WageState::Draft => "warn",
            WageState::Published(_) if line["in_force"] == json!(true) => "good",
            WageState::Published(_) | WageState::Dropped(_) => "calm",
        });
        line["may_publish"] = json!(is_draft && notice.entered.by != Some(account));
        line["may_drop"] = json!(is_draft);
        line
    };
    let in_list = |notice: &&WageNotice| !matches!(notice.state, WageState::Dropped(_));
    let lines: Vec<Value> = found.iter().filter(in_list).map(line).collect();
    Ok(json!({
        "tabs": tabs(call, "wages"), "may_write": may_write(call), "notices": lines,
        "values": typed(values, &["effective_from", "document", "source"]), "levels": level_rows(values),
    }))
}

/// A row of the form for each level, with what was typed.
fn level_rows(values: &Map<String, Value>) -> Vec<Value> {
    let typed = |place: usize, field: &str| {
        let row = values.get("levels").and_then(|levels| levels.get(place));
        row.and_then(|row| row.get(field)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let row = |(place, level): (usize, &SkillLevel)| {
        json!({
            "place": place, "level": level.code(), "low": typed(place, "low"),
            "median": typed(place, "median"), "high": typed(place, "high"),
        })
    };
    SkillLevel::ALL.iter().enumerate().map(row).collect()
}

/// A notice with its amounts in yuan.
fn shown(notice: &WageNotice, in_force: bool) -> Value {
    let mut line = json!(WageNoticeView::new(notice, in_force));
    let level = |one: &LevelWage| {
        json!({
            "level": one.level, "low": figure(one.low), "median": figure(one.median), "high": figure(one.high),
        })
    };
    line["levels"] = notice.levels.iter().map(level).collect();
    line
}

/// What is published: the notice in force, those that come, and the earlier ones.
pub async fn public(call: Call) -> Answer {
    let (area, today, language) = (call.app.area.clone(), call.context.today(), call.language);
    let app = std::sync::Arc::clone(&call.app);
    let notices = call
        .read(move |conn, _| {
            let texts = app.views.texts(language);
            let published = service::published(conn, &area)?;
            let mut lines = Vec::with_capacity(published.len());
            for notice in &published {
                let mut line = shown(notice, rules::is_in_force(&published, notice, today));
                let area = areas::store::find(conn, &notice.area)?;
                line["area"] =
                    json!(area.map_or_else(|| notice.area.to_string(), |area| area_name(texts, &area)));
                lines.push(line);
            }
            Ok(lines)
        })
        .await?;
    let (current, other): (Vec<Value>, Vec<Value>) =
        notices.into_iter().partition(|line| line["in_force"] == json!(true));
    let page = json!({ "large": false, "wide": true, "current": current, "other": other });
    show(&call, "pages/guidance-wages", "guidance-wages-title", page)
}
