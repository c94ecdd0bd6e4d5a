//! 机构: the organisations of the caller's area, and one of them with its accreditations and its staff.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web;
use serde_json::{Value, json};

use crate::db::Conn;
use crate::http::api::employment::staff_on;
use crate::http::api::organisations::{OrganisationQuery, OrganisationView};
use crate::http::call::{Answer, Call};
use crate::http::input::Query;
use crate::http::page::{options, show};
use crate::http::pages::employment::{black_listed, staff_line};
use crate::http::pages::verify::listing_shown;
use crate::http::problem::Problem;
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::context::Role;
use crate::kernel::ids::OrganisationId;
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::credit::{self, Subject};
use crate::registry::organisations::{Organisation, service, store};
use crate::registry::{areas, employment};

pub async fn organisation_list(call: Call, Query(query): Query<OrganisationQuery>) -> Answer {
    let area = call.area_within(query.area)?;
    let (found, names) = call
        .read(move |conn, _| {
            let found = store::list(conn, &area, query.kind)?;
            let names = area_names(conn, &found)?;
            Ok((found, names))
        })
        .await?;
    let line = |organisation: &Organisation| {
        json!({
            "href": format!("/organisations/{}", organisation.id),
            "name": organisation.name,
            "kind": organisation.kind,
            "area": names.get(&organisation.area_code),
            "beds": organisation.beds,
            "status": organisation.status,
        })
    };
    let texts = call.app.views.texts(call.language);
    let page = json!({
        "kinds": options::<OrganisationKind>(texts, query.kind.map(Code::code).unwrap_or_default()),
        "organisations": found.iter().map(line).collect::<Vec<_>>(),
    });
    show(&call, "pages/organisations", "organisations-title", page)
}

pub async fn organisation(call: Call, id: web::Path<OrganisationId>) -> Answer {
    let app = Arc::clone(&call.app);
    let id = *id;
    let subject = Subject::Organisation(id);
    let (view, area, staff, black) = call
        .read(move |conn, context| {
            let found = service::organisation(conn, id)?;
            let area = areas::store::find(conn, &found.area_code)?.map(|area| area.name);
            let accreditations = store::accreditations(conn, id)?;
            let seen = context.actor.as_ref().is_some_and(|a| employment::rules::may_see_staff(a, &found));
            let staff = match found.kind {
                OrganisationKind::CareInstitution if seen => {
                    staff_on(conn, context, &app.seeds.positions, id, context.today())?
                }
                _ => Vec::new(),
            };
            let is_bureau = context.actor.as_ref().is_some_and(|actor| actor.role == Role::Bureau);
            let mut black = HashMap::new();
            if is_bureau {
                black = black_listed(conn, &staff, context.today())?;
                black.extend(credit::service::black_listed(conn, &[subject], context.today())?);
            }
            Ok((OrganisationView::new(&found, &accreditations), area, staff, black))
        })
        .await?;
    call.area_within(view.area_code.parse().ok())?;
    let staffed = view.kind == OrganisationKind::CareInstitution.code();
    let staff =
        staffed.then(|| staff.iter().map(|one| staff_line(&call, one, &black)).collect::<Vec<Value>>());
    let own = black.get(&subject).map_or(&[][..], Vec::as_slice);
    let page = json!({
        "listings": own.iter().map(listing_shown).collect::<Vec<Value>>(),
        "organisation": view, "area": area, "today": call.context.today(), "staffed": staffed, "staff": staff,
    });
    show(&call, "pages/organisation", "organisation-title", page)
}

fn area_names(conn: &mut Conn, of: &[Organisation]) -> Result<HashMap<AreaCode, String>, Problem> {
    let mut names = HashMap::new();
    for organisation in of {
        if names.contains_key(&organisation.area_code) {
            continue;
        }
        if let Some(area) = areas::store::find(conn, &organisation.area_code)? {
            names.insert(area.code, area.name);
        }
    }
    Ok(names)
}
