//! Accounts, areas, organisations, and the indicators.

use super::who::{ADMINISTRATOR, BUREAU, OVERSEERS, OVERVIEW, PUBLIC, SIGNED_IN, STAFF};
use super::{RouteSpec, get, post};
use crate::http::{api, pages};
use crate::registry::accounts::{Credentials, NewAccount};
use crate::registry::areas::NewPopulation;
use crate::registry::indicators::NewTarget;
use crate::registry::organisations::{NewAccreditation, NewOrganisation};

pub(super) fn routes() -> Vec<RouteSpec> {
    [accounts(), areas(), organisations(), indicators()].into_iter().flatten().collect()
}

fn accounts() -> Vec<RouteSpec> {
    vec![
        post("/api/v1/sessions", PUBLIC, api::accounts::session_open)
            .says("Signs in and returns a token for the Authorization header.")
            .takes::<Credentials>()
            .gives::<api::accounts::TokenView>(),
        get("/api/v1/me", SIGNED_IN, api::accounts::me)
            .says("The account that the token belongs to.")
            .gives::<api::accounts::AccountView>(),
        get("/api/v1/accounts", ADMINISTRATOR, api::accounts::account_list)
            .says("All accounts, by user name.")
            .gives::<Vec<api::accounts::AccountView>>(),
        post("/api/v1/accounts", ADMINISTRATOR, api::accounts::account_create)
            .says("Creates an account.")
            .takes::<NewAccount>()
            .gives::<api::accounts::AccountView>(),
        post("/api/v1/accounts/{id}/status", ADMINISTRATOR, api::accounts::account_set_status)
            .says("Enables or disables an account; needs If-Match.")
            .takes::<api::accounts::StatusChange>()
            .gives::<api::accounts::AccountView>(),
        get("/login", PUBLIC, pages::accounts::login),
        post("/login", PUBLIC, pages::accounts::login_submit),
        post("/logout", PUBLIC, pages::accounts::logout),
        get("/help", PUBLIC, pages::help::help),
        get("/", SIGNED_IN, pages::home::home),
    ]
}

fn areas() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/areas", SIGNED_IN, api::areas::area_list)
            .says("The areas directly below `parent`, or the topmost.")
            .takes::<api::areas::AreaQuery>()
            .gives::<Vec<api::areas::AreaView>>(),
        get("/api/v1/areas/{code}/populations", SIGNED_IN, api::areas::population_list)
            .says("The elder population figures in force for an area, newest first.")
            .gives::<Vec<api::areas::PopulationView>>(),
        post("/api/v1/populations", BUREAU, api::areas::population_record)
            .says(
                "Enters a population figure; one for the same area, day, basis, band and kind is superseded.",
            )
            .takes::<NewPopulation>()
            .gives::<api::areas::PopulationRecorded>(),
        post("/api/v1/populations/import", BUREAU, api::areas::population_import)
            .says("Enters the population figures of an .xlsx or CSV file, all or none.")
            .gives::<api::areas::Imported>(),
    ]
}

fn organisations() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/organisations", STAFF, api::organisations::organisation_list)
            .says("Organisations within the caller's area, of one kind if given.")
            .takes::<api::organisations::OrganisationQuery>()
            .gives::<Vec<api::organisations::OrganisationView>>(),
        post("/api/v1/organisations", BUREAU, api::organisations::organisation_create)
            .says("Registers an organisation.")
            .takes::<NewOrganisation>()
            .gives::<api::organisations::OrganisationView>(),
        get("/api/v1/organisations/{id}", STAFF, api::organisations::organisation_get)
            .says("One organisation with its accreditations.")
            .gives::<api::organisations::OrganisationView>(),
        post("/api/v1/organisations/{id}/accreditations", BUREAU, api::organisations::accreditation_grant)
            .says("Grants an accreditation for a scope, levels and a period.")
            .takes::<NewAccreditation>()
            .gives::<api::organisations::OrganisationView>(),
        post("/api/v1/accreditations/{id}/status", BUREAU, api::organisations::accreditation_change)
            .says("Suspends, withdraws or reinstates an accreditation from today; needs If-Match.")
            .takes::<api::organisations::AccreditationChange>()
            .gives::<api::organisations::AccreditationView>(),
        get("/organisations", OVERSEERS, pages::organisations::organisation_list),
        get("/organisations/{id}", OVERSEERS, pages::organisations::organisation),
    ]
}

fn indicators() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/indicators", SIGNED_IN, api::indicators::indicator_list)
            .says("The four figures of an area on a day, those of a year before, and those of its parts.")
            .takes::<api::indicators::IndicatorQuery>()
            .gives::<api::indicators::ReportView>(),
        get("/api/v1/indicators/{name}", SIGNED_IN, api::indicators::indicator_get)
            .says("One figure of an area on a day.")
            .takes::<api::indicators::IndicatorQuery>()
            .gives::<api::indicators::FigureView>(),
        post("/api/v1/targets", BUREAU, api::indicators::target_set)
            .says("Enters a target from a day on; the one before it ends on the day before.")
            .takes::<NewTarget>()
            .gives::<api::indicators::TargetSet>(),
        get("/overview", OVERVIEW, pages::indicators::overview),
        get("/areas", OVERVIEW, pages::areas::own),
        get("/areas/{code}", OVERVIEW, pages::areas::area),
        post("/areas/{code}", BUREAU, pages::areas::population_submit),
        get("/areas/{code}/import", BUREAU, pages::areas::import),
        post("/areas/{code}/import", BUREAU, pages::areas::import_submit),
        get("/areas/{code}/template.xlsx", BUREAU, pages::areas::template),
    ]
}
