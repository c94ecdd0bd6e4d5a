//! 指导工资 for programs; what is published, for anybody.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::input::Input;
use crate::kernel::codes::Code;
use crate::kernel::ids::WageNoticeId;
use crate::registry::wages::{LevelWage, NewNotice, WageNotice, WageState, rules, service};

#[derive(Debug, Serialize, ToSchema)]
pub struct WageNoticeView {
    pub id: String,
    pub area_code: String,
    pub occupation: &'static str,
    pub effective_from: String,
    pub document: String,
    pub source: String,
    /// Whether the figures are examples that no document gives.
    pub illustrative: bool,
    /// From level 5 up.
    pub levels: Vec<LevelWageView>,
    /// `draft`, `published` or `dropped`.
    pub status: &'static str,
    pub published_at: Option<String>,
    /// Whether it is the one in force today for its area and occupation.
    pub in_force: bool,
    pub version: i32,
}

/// Yuan a month, in fen.
#[derive(Debug, Serialize, ToSchema)]
pub struct LevelWageView {
    pub level: &'static str,
    pub low_fen: i64,
    pub median_fen: i64,
    pub high_fen: i64,
}

impl From<&LevelWage> for LevelWageView {
    fn from(one: &LevelWage) -> Self {
        Self {
            level: one.level.code(),
            low_fen: one.low.get(),
            median_fen: one.median.get(),
            high_fen: one.high.get(),
        }
    }
}

impl WageNoticeView {
    #[must_use]
    pub fn new(notice: &WageNotice, in_force: bool) -> Self {
        Self {
            id: notice.id.to_string(),
            area_code: notice.area.to_string(),
            occupation: notice.occupation.code(),
            effective_from: notice.effective_from.to_string(),
            document: notice.document.clone(),
            source: notice.source.clone(),
            illustrative: notice.illustrative,
            levels: notice.levels.iter().map(LevelWageView::from).collect(),
            status: notice.state.status().code(),
            published_at: match notice.state {
                WageState::Published(act) => Some(act.at.to_rfc3339()),
                WageState::Draft | WageState::Dropped(_) => None,
            },
            in_force,
            version: notice.version,
        }
    }
}

/// What is published in the registry's area, the newest first.
pub async fn wage_list(call: Call) -> Answer {
    let (area, today) = (call.app.area.clone(), call.context.today());
    let found = call.read(move |conn, _| Ok(service::published(conn, &area)?)).await?;
    let views: Vec<_> =
        found.iter().map(|one| WageNoticeView::new(one, rules::is_in_force(&found, one, today))).collect();
    ok(&views)
}

pub async fn wage_create(call: Call, Input(new): Input<NewNotice>) -> Answer {
    let area = call.area_within(None)?;
    call.create(move |tx, context| {
        Ok(WageNoticeView::new(&service::notice_create(tx, context, &area, &new)?, false))
    })
    .await
}

pub async fn wage_publish(call: Call, id: web::Path<WageNoticeId>) -> Answer {
    let (actor, version) = (call.actor()?.clone(), call.if_match()?);
    let done = call
        .write(move |tx, context| Ok(service::notice_publish(tx, context, &actor, (*id, Some(version)))?))
        .await?;
    ok_with_version(&WageNoticeView::new(&done, false), done.version)
}

pub async fn wage_drop(call: Call, id: web::Path<WageNoticeId>) -> Answer {
    let (actor, version) = (call.actor()?.clone(), call.if_match()?);
    let done = call
        .write(move |tx, context| Ok(service::notice_drop(tx, context, &actor, (*id, Some(version)))?))
        .await?;
    ok_with_version(&WageNoticeView::new(&done, false), done.version)
}
