use chrono::NaiveDate;

use crate::codes;
use crate::http::api::indicators::report;
use crate::http::call::{Answer, Call};
use crate::http::download::{FileKind, file};
use crate::http::figures;
use crate::http::input::Query;
use crate::http::page::show;
use crate::http::problem::Problem;
use crate::kernel::area::AreaCode;
use crate::kernel::form::{Fields, Form};
use crate::kernel::vocabulary::Basis;
use crate::registry::indicators::{Question, Report};
use crate::render::certificate::RenderError;
use crate::render::fonts::Fonts;
use crate::render::report::ReportDesign;

codes! {
    /// A document of the page.
    pub enum Format("report-format") {
        Xlsx = "xlsx",
        Pdf = "pdf",
    }
}

pub struct OverviewQuery {
    pub area: Option<AreaCode>,
    pub on: Option<NaiveDate>,
    pub basis: Option<Basis>,
    pub format: Option<Format>,
}

impl Form for OverviewQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let area = f.optional("area");
        let on = f.optional("on");
        let basis = f.optional("basis");
        let format = f.optional("format");
        let done = f.optional_text("done", 60);
        done?;
        Some(Self { area: area?, on: on?, basis: basis?, format: format? })
    }
}

/// 总览: the four figures of an area, its parts, and the same as documents.
pub async fn overview(call: Call, Query(query): Query<OverviewQuery>) -> Answer {
    let question = Question {
        area: call.area_within(query.area)?,
        on: query.on.unwrap_or_else(|| call.context.today()),
        basis: query.basis,
    };
    let report = report(&call, question).await?;
    let texts = call.app.views.texts(call.language);
    let name = format!("overview-{}-{}", report.area.code, report.on);
    match query.format {
        Some(Format::Xlsx) => Ok(file(FileKind::Xlsx, &name, figures::xlsx(texts, &report)?)),
        Some(Format::Pdf) => Ok(file(FileKind::Pdf, &name, pdf(&call, report).await?)),
        None => {
            let crumbs = crumbs(&call, &report).await?;
            let mut page = figures::page(texts, &report, "/overview");
            page["crumbs"] = crumbs.into();
            show(&call, "pages/overview", "nav-overview", page)
        }
    }
}

async fn pdf(call: &Call, report: Report) -> Result<Vec<u8>, Problem> {
    let printed =
        figures::printed(call.app.views.texts(call.language), &report, call.app.config.owner.as_deref());
    let broken = |error: &dyn std::error::Error| Problem::Internal(error.to_string());
    call.work(move |app, _| {
        let fonts = Fonts::load(&app.config.font_dirs).map_err(|error| broken(&error))?;
        let drawn = ReportDesign::load(&fonts).and_then(|design| design.pdf(&printed));
        drawn.map_err(|error: RenderError| broken(&error))
    })
    .await
}

/// The areas above, as far as the caller may see them.
async fn crumbs(call: &Call, report: &Report) -> Result<Vec<serde_json::Value>, Problem> {
    let top = call.area_within(None)?;
    let mut above: Vec<AreaCode> = std::iter::successors(report.area.code.parent(), AreaCode::parent)
        .take_while(|area| area.is_within(&top))
        .collect();
    above.reverse();
    let suffix = format!("&on={}&basis={}", report.on, report.basis);
    let areas = call
        .read(move |conn, _| {
            let mut areas = Vec::new();
            for code in &above {
                areas.extend(crate::registry::areas::store::find(conn, code)?);
            }
            Ok::<_, Problem>(areas)
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let crumb = |area: &crate::registry::areas::Area| {
        let href = format!("/overview?area={}{suffix}", area.code);
        serde_json::json!({ "href": href, "text": figures::area_name(texts, area) })
    };
    Ok(areas.iter().map(crumb).collect())
}
