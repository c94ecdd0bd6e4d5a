//! 关注名单 for programs: what an institution holds on file, and what it was told.

use actix_web::web;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::verification::{Finding, Lookup, check, look_up};
use crate::http::call::{Answer, Call, ok};
use crate::http::input::{Input, MAX_BODY};
use crate::http::problem::Problem;
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{PublicCode, WatchedId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::proof::content::Content;
use crate::registry::certificates;
use crate::registry::watch::service::{notices, watch_add, watch_end, watch_list, watch_seen};
use crate::registry::watch::{Line, Notice, Watched, Why};

/// A certificate on the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    /// By which it is taken off; null for one that is there because its holder is employed.
    pub id: Option<String>,
    pub certificate_id: String,
    pub code: String,
    pub number: String,
    /// Masked where only the address was scanned.
    pub holder: String,
    /// The type of certificate.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Of a skill certificate.
    pub level: Option<&'static str>,
    /// `valid`, `suspended`, `revoked`, `replaced` or `expired`.
    pub state: &'static str,
    pub expires_on: Option<String>,
    /// `staff` or `on-file`.
    pub why: &'static str,
    pub since: Option<String>,
}

/// What the institution was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeView {
    pub certificate_id: String,
    pub number: String,
    pub holder: String,
    /// `suspend`, `reinstate`, `revoke`, `replace`, `renew` or `expires-soon`.
    pub news: &'static str,
    /// Since when, or for what ends soon until when.
    pub on: String,
    /// The number of the certificate that took its place or renews it.
    pub successor: Option<String>,
    pub told_at: String,
    pub seen_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WatchView {
    pub certificates: Vec<LineView>,
    /// The newest first.
    pub notices: Vec<NoticeView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WatchedView {
    pub id: String,
    pub certificate_id: String,
    pub holder: String,
    pub since: String,
}

impl LineView {
    #[must_use]
    pub fn new(line: &Line, today: NaiveDate) -> Self {
        let (id, since) = match line.why {
            Why::Staff => (None, None),
            Why::OnFile { id, since } => (Some(id.to_string()), Some(since.to_string())),
        };
        Self {
            why: if id.is_some() { "on-file" } else { "staff" },
            id,
            certificate_id: line.certificate.id.to_string(),
            code: line.certificate.code.to_string(),
            number: line.certificate.number.to_string(),
            holder: line.holder.clone(),
            kind: line.certificate.kind.code(),
            level: line.certificate.level.map(Code::code),
            state: state(line, today),
            expires_on: line.certificate.expires_on.map(|day| day.to_string()),
            since,
        }
    }
}

/// A valid certificate past its last day is one no more.
#[must_use]
pub fn state(line: &Line, today: NaiveDate) -> &'static str {
    let is_over = line.certificate.expires_on.is_some_and(|last_day| last_day < today);
    match line.standing {
        certificates::Standing::Valid if is_over => "expired",
        standing => standing.code(),
    }
}

impl From<&Notice> for NoticeView {
    fn from(notice: &Notice) -> Self {
        Self {
            certificate_id: notice.certificate.to_string(),
            number: notice.number.to_string(),
            holder: notice.holder.clone(),
            news: notice.news.code(),
            on: notice.on.to_string(),
            successor: notice.successor.as_ref().map(ToString::to_string),
            told_at: notice.told_at.to_rfc3339(),
            seen_at: notice.seen_at.map(|at| at.to_rfc3339()),
        }
    }
}

/// The paper in hand: the QR's text, or number and name as printed.
#[derive(Debug)]
pub enum Paper {
    Content(String),
    Printed { number: CertificateNumber, name: String },
}

impl Form for Paper {
    fn read(f: &mut Fields) -> Option<Self> {
        let content = f.optional_text("content", MAX_BODY);
        let number = f.optional("number");
        let name = f.optional_text("name", 60);
        match (content?, number?, name?) {
            (Some(content), None, None) => Some(Self::Content(content)),
            (None, Some(number), Some(name)) => Some(Self::Printed { number, name }),
            (Some(_), _, _) => refused(f, "content", "content-or-number"),
            (None, None, _) => refused(f, "number", "required"),
            (None, Some(_), None) => refused(f, "name", "required"),
        }
    }
}

fn refused(f: &mut Fields, field: &'static str, code: &'static str) -> Option<Paper> {
    f.refuse(FieldError::new(field, code));
    None
}

/// Notices of one answer.
pub const NOTICES: i64 = 100;

pub async fn watch_get(call: Call) -> Answer {
    let actor = call.actor()?.clone();
    let view = call
        .read(move |conn, context| {
            let lines = watch_list(conn, &actor, context.today())?;
            let told = notices(conn, &actor, NOTICES)?;
            Ok(WatchView {
                certificates: lines.iter().map(|line| LineView::new(line, context.today())).collect(),
                notices: told.iter().map(NoticeView::from).collect(),
            })
        })
        .await?;
    ok(&view)
}

pub async fn watch_create(call: Call, Input(paper): Input<Paper>) -> Answer {
    let (code, holder) = checked(&call, paper).await?;
    let actor = call.actor()?.clone();
    call.create(move |tx, context| {
        let found = certificates::store::find_by_code(tx, &code)?.ok_or(Problem::NotFound)?;
        Ok(WatchedView::from(&watch_add(tx, context, &actor, &found, &holder)?))
    })
    .await
}

impl From<&Watched> for WatchedView {
    fn from(watched: &Watched) -> Self {
        Self {
            id: watched.id.to_string(),
            certificate_id: watched.certificate.to_string(),
            holder: watched.holder.clone(),
            since: watched.since.to_string(),
        }
    }
}

pub async fn watch_remove(call: Call, id: web::Path<WatchedId>) -> Answer {
    let actor = call.actor()?.clone();
    call.write(move |tx, context| Ok(watch_end(tx, context, &actor, *id)?)).await?;
    watch_get(call).await
}

pub async fn watch_see(call: Call) -> Answer {
    let actor = call.actor()?.clone();
    call.write(move |tx, context| Ok(watch_seen(tx, context, &actor)?)).await?;
    watch_get(call).await
}

/// The certificate of ours that the paper is, and its holder's name as far as the paper shows it.
pub async fn checked(call: &Call, paper: Paper) -> Result<(PublicCode, String), Problem> {
    let (field, report, typed) = match paper {
        Paper::Content(text) => ("content", check(call, Content::read_text(&text)).await?.report, None),
        Paper::Printed { number, name } => {
            let typed = Some(name.trim().to_owned());
            match look_up(call, Lookup { number, name }).await? {
                (_, Finding::Ours(report)) => ("number", report, typed),
                (_, Finding::Recorded(_)) => {
                    return Err(Invalid::one("number", "recorded-elsewhere").into());
                }
            }
        }
    };
    // A forgery names nobody, nor does what was not found.
    let facts = report.certificate.ok_or_else(|| Invalid::one(field, "not-verified"))?;
    // Whoever typed the name knows it; an address alone shows it masked.
    Ok((facts.code, typed.unwrap_or(facts.holder)))
}
