use actix_web::web;
use serde_json::{Map, Value, json};

use crate::http::api::areas::{POPULATION_COLUMNS, PopulationView};
use crate::http::call::{Answer, Call};
use crate::http::download::empty_template;
use crate::http::figures::area_name;
use crate::http::import::rows;
use crate::http::input::{Posted, Query, Upload};
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::accounts::Next;
use crate::http::pages::imports::{Place, answer_import, show_import};
use crate::http::problem::Problem;
use crate::kernel::area::AreaCode;
use crate::kernel::context::Role;
use crate::kernel::invalid::Invalid;
use crate::kernel::vocabulary::{Basis, FigureKind};
use crate::registry::areas::{NewPopulation, service, store};

const FIELDS: &[&str] = &["counted_on", "basis", "persons", "kind", "source", "illustrative"];

/// The caller's own area.
pub async fn own(call: Call) -> Answer {
    let code = call.area_within(None)?;
    Ok(see_other(&format!("/areas/{code}"), None))
}

/// An area's elder populations, and the form for another figure.
pub async fn area(call: Call, code: web::Path<AreaCode>, _: Query<Next>) -> Answer {
    let page = area_page(&call, &code, &Map::new()).await?;
    show(&call, "pages/area", "area-title", page)
}

pub async fn population_submit(
    call: Call,
    code: web::Path<AreaCode>,
    posted: Posted<NewPopulation>,
) -> Answer {
    let refused = match posted.form {
        Ok(new) if new.area_code == *code => {
            call.area_within(Some(code.clone()))?;
            let done = call
                .write(move |tx, context| Ok(service::population_record(tx, context, &new).map(|_| ())?))
                .await;
            match done {
                Ok(()) => return Ok(see_other(&format!("/areas/{code}"), Some("population-recorded"))),
                Err(Problem::Invalid(invalid)) => invalid,
                Err(problem) => return Err(problem),
            }
        }
        Ok(_) => Invalid::one("area_code", "unknown-area"),
        Err(invalid) => invalid,
    };
    let page = area_page(&call, &code, &posted.values).await?;
    show_refused(&call, "pages/area", "area-title", page, &refused)
}

async fn area_page(call: &Call, code: &AreaCode, values: &Map<String, Value>) -> Result<Value, Problem> {
    let code = call.area_within(Some(code.clone()))?;
    let (area, figures, children) = call
        .read(move |conn, _| {
            let area = store::find(conn, &code)?.ok_or(Problem::NotFound)?;
            let children = store::children(conn, Some(&code))?;
            Ok((area, store::figures(conn, &code)?, children))
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let chosen = |field: &str| values.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let child = |child: &crate::registry::areas::Area| json!({ "href": format!("/areas/{}", child.code), "name": area_name(texts, child) });
    Ok(json!({
        "name": area_name(texts, &area),
        "code": area.code,
        "figures": figures.iter().map(PopulationView::from).collect::<Vec<_>>(),
        "children": children.iter().map(child).collect::<Vec<_>>(),
        "may_enter": matches!(call.actor()?.role, Role::Administrator | Role::Bureau),
        "values": typed(values, FIELDS),
        "bases": options::<Basis>(texts, &chosen("basis")),
        "kinds": options::<FigureKind>(texts, &chosen("kind")),
    }))
}

fn place(code: &AreaCode) -> Place {
    Place { key: "population", back: format!("/areas/{code}") }
}

pub async fn import(call: Call, code: web::Path<AreaCode>) -> Answer {
    call.area_within(Some(code.clone()))?;
    show_import(&call, &place(&code))
}

pub async fn import_submit(call: Call, code: web::Path<AreaCode>, upload: Upload) -> Answer {
    call.area_within(Some(code.clone()))?;
    let done = call
        .write(move |tx, context| {
            let rows = rows::<NewPopulation>(&upload.bytes, POPULATION_COLUMNS)?;
            Ok(service::population_import(tx, context, &rows)?)
        })
        .await;
    answer_import(&call, &place(&code), done)
}

pub async fn template(call: Call) -> Answer {
    empty_template(&call, "populations", POPULATION_COLUMNS)
}
