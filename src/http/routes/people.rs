//! People, their employment, their first aid and recorded certificates, and their credit.

use super::who::{
    BUREAU, CHECKERS, CREDIT_READERS, DECLARERS, EMPLOYERS, FIRST_AID, FIRST_AID_ISSUER, FIRST_AID_SEEN,
    INSTITUTION, LISTED, RECORDERS, REGISTRARS, REVIEWER, SIGNED_IN, STAFF, STAFF_VIEWERS,
};
use super::{RouteSpec, get, post};
use crate::flows::staff::Joining;
use crate::http::{api, pages};
use crate::registry::credit::{AppealDecision, Appealing, Decision, Ending, Filter, NewListing};
use crate::registry::employment::{Leaving, NewDeclaredService, Transfer};
use crate::registry::firstaid::NewFirstAid;
use crate::registry::people::{PersonChange, RawDocument, RawPerson};
use crate::registry::recorded::NewRecorded;

pub(super) fn routes() -> Vec<RouteSpec> {
    [people(), employment(), first_aid(), recorded(), credit()].into_iter().flatten().collect()
}

fn people() -> Vec<RouteSpec> {
    vec![
        // Before `{id}`, which would match it.
        post("/api/v1/people/find", REGISTRARS, api::people::person_find)
            .says("Finds a person by an identity document, among those whom the caller may know of.")
            .takes::<RawDocument>()
            .gives::<api::people::PersonView>(),
        post("/api/v1/people", REGISTRARS, api::people::person_register)
            .says("Registers a person by an identity document.")
            .takes::<RawPerson>()
            .gives::<api::people::PersonView>(),
        get("/api/v1/people/{id}", SIGNED_IN, api::people::person_get)
            .says("One person, without the document number.")
            .gives::<api::people::PersonView>(),
        post("/api/v1/people/{id}", REGISTRARS, api::people::person_update)
            .says("Changes what is given about a person; needs If-Match.")
            .takes::<PersonChange>()
            .gives::<api::people::PersonView>(),
        get("/api/v1/people/{id}/service", SIGNED_IN, api::employment::service_get)
            .says("A person's employments and declared service, and what they add up to today.")
            .gives::<api::employment::ServiceView>(),
        post("/api/v1/people/{id}/declared-services", DECLARERS, api::employment::declared_service_declare)
            .says("Declares service before the registry, with an employer's evidence.")
            .takes::<NewDeclaredService>()
            .gives::<api::employment::DeclaredServiceView>(),
        post("/api/v1/declared-services/{id}/accept", CHECKERS, api::employment::declared_service_accept)
            .says("Accepts declared service, by somebody other than who declared it; needs If-Match.")
            .takes::<api::employment::AcceptNote>()
            .gives::<api::employment::DeclaredServiceView>(),
        post("/api/v1/declared-services/{id}/refuse", CHECKERS, api::employment::declared_service_refuse)
            .says("Refuses declared service, with the reason; needs If-Match.")
            .takes::<api::employment::RefusalNote>()
            .gives::<api::employment::DeclaredServiceView>(),
    ]
}

fn employment() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/organisations/{id}/staff", STAFF_VIEWERS, api::employment::staff_list)
            .says("An institution's staff today, or on a day.")
            .takes::<api::employment::StaffQuery>()
            .gives::<Vec<api::employment::StaffView>>(),
        post("/api/v1/organisations/{id}/employments", EMPLOYERS, api::employment::employment_join)
            .says("Joins a person to an institution, by id or by document and name.")
            .takes::<Joining>()
            .gives::<api::employment::EmploymentView>(),
        post("/api/v1/organisations/{id}/staff-import", EMPLOYERS, api::employment::staff_import)
            .says("Joins the people of an .xlsx or CSV file, all or none; with `check=true` only checks it.")
            .gives::<api::employment::StaffImportView>(),
        get("/api/v1/staff-template.xlsx", STAFF, api::employment::staff_template)
            .says("A workbook to fill in for a staff import."),
        post("/api/v1/employments/{id}/leave", EMPLOYERS, api::employment::employment_leave)
            .says("Ends an employment on its last day; needs If-Match.")
            .takes::<Leaving>()
            .gives::<api::employment::EmploymentView>(),
        post("/api/v1/employments/{id}/transfer", EMPLOYERS, api::employment::employment_transfer)
            .says(
                "Ends an employment and begins another on the next day; needs If-Match. Returns the new one.",
            )
            .takes::<Transfer>()
            .gives::<api::employment::EmploymentView>(),
        get("/staff", INSTITUTION, pages::employment::staff),
        get("/staff/join", INSTITUTION, pages::employment::join),
        post("/staff/join", INSTITUTION, pages::employment::join_submit),
        get("/staff/template.xlsx", INSTITUTION, api::employment::staff_template),
        get("/staff/import", INSTITUTION, pages::employment::import),
        post("/staff/import", INSTITUTION, pages::employment::import_submit),
        get("/staff/{id}/leave", INSTITUTION, pages::employment::leave),
        post("/staff/{id}/leave", INSTITUTION, pages::employment::leave_submit),
    ]
}

fn first_aid() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/first-aid-certificates", FIRST_AID_SEEN, api::firstaid::first_aid_list)
            .says("First-aid certificates that the caller may see; 50 a page, the first to expire first.")
            .takes::<api::firstaid::FirstAidQuery>()
            .gives::<Vec<api::firstaid::FirstAidView>>(),
        post("/api/v1/first-aid-certificates", FIRST_AID, api::firstaid::first_aid_record)
            .says("Records a first-aid certificate; its holder is found or registered by the document.")
            .takes::<NewFirstAid>()
            .gives::<api::firstaid::FirstAidView>(),
        post("/api/v1/first-aid-certificates/import", FIRST_AID, api::firstaid::first_aid_import)
            .says("Records the certificates of an .xlsx or CSV file, all or none.")
            .gives::<api::areas::Imported>(),
        post(
            "/api/v1/first-aid-certificates/{id}/withdraw",
            FIRST_AID_ISSUER,
            api::firstaid::first_aid_withdraw,
        )
        .says("Takes a first-aid certificate back from today on; needs If-Match.")
        .takes::<api::firstaid::Withdrawal>()
        .gives::<api::firstaid::FirstAidView>(),
        get("/api/v1/first-aid-template.xlsx", FIRST_AID, api::firstaid::first_aid_template)
            .says("An empty workbook to fill in."),
        get("/first-aid", FIRST_AID, pages::firstaid::list),
        get("/first-aid/new", FIRST_AID, pages::firstaid::new),
        post("/first-aid/new", FIRST_AID, pages::firstaid::new_submit),
        get("/first-aid/import", FIRST_AID, pages::firstaid::import),
        post("/first-aid/import", FIRST_AID, pages::firstaid::import_submit),
        get("/first-aid/template.xlsx", FIRST_AID, api::firstaid::first_aid_template),
        post("/first-aid/{id}/withdraw", FIRST_AID_ISSUER, pages::firstaid::withdraw),
    ]
}

fn recorded() -> Vec<RouteSpec> {
    vec![
        get("/api/v1/recorded-certificates", RECORDERS, api::recorded::recorded_list)
            .says("Certificates issued elsewhere and held on file; 50 a page, newest entries first.")
            .takes::<api::recorded::PageQuery>()
            .gives::<Vec<api::recorded::RecordedView>>(),
        post("/api/v1/recorded-certificates", RECORDERS, api::recorded::recorded_record)
            .says("Records a certificate that a named person has checked; it counts like ours.")
            .takes::<NewRecorded>()
            .gives::<api::recorded::RecordedView>(),
        post("/api/v1/recorded-certificates/import", RECORDERS, api::recorded::recorded_import)
            .says("Records the certificates of an .xlsx or CSV file, all or none.")
            .gives::<api::areas::Imported>(),
        post("/api/v1/recorded-certificates/{id}/withdraw", BUREAU, api::recorded::recorded_withdraw)
            .says("Takes a recorded certificate back from today on; needs If-Match.")
            .takes::<api::firstaid::Withdrawal>()
            .gives::<api::recorded::RecordedView>(),
        get("/api/v1/recorded-template.xlsx", RECORDERS, api::recorded::recorded_template)
            .says("An empty workbook to fill in."),
        get("/recorded", RECORDERS, pages::recorded::list),
        get("/recorded/new", RECORDERS, pages::recorded::new),
        post("/recorded/new", RECORDERS, pages::recorded::new_submit),
        get("/recorded/import", RECORDERS, pages::recorded::import),
        post("/recorded/import", RECORDERS, pages::recorded::import_submit),
        get("/recorded/template.xlsx", RECORDERS, api::recorded::recorded_template),
        post("/recorded/{id}/withdraw", BUREAU, pages::recorded::withdraw),
    ]
}

fn credit() -> Vec<RouteSpec> {
    use api::credit::{self, CreditListingView};
    vec![
        get("/api/v1/credit-listings", CREDIT_READERS, credit::listing_list)
            .says("The red and black listings that the caller may see, newest first, 50 at a time; the listed their own.")
            .takes::<Filter>()
            .gives::<Vec<CreditListingView>>(),
        post("/api/v1/credit-listings", REVIEWER, credit::listing_propose)
            .says("Proposes a listing; answered 202, for a second person of the bureau decides.")
            .takes::<NewListing>()
            .gives::<CreditListingView>(),
        get("/api/v1/credit-listings/{id}", CREDIT_READERS, credit::listing_get)
            .says("One listing with its history.")
            .gives::<CreditListingView>(),
        post("/api/v1/credit-listings/{id}/decide", REVIEWER, credit::listing_decide)
            .says("Lists or refuses, by somebody other than who proposed; honours If-Match.")
            .takes::<Decision>()
            .gives::<CreditListingView>(),
        post("/api/v1/credit-listings/{id}/end", REVIEWER, credit::listing_end)
            .says("Ends a listing today, before its last day; honours If-Match.")
            .takes::<Ending>()
            .gives::<CreditListingView>(),
        post("/api/v1/credit-listings/{id}/appeal", LISTED, credit::listing_appeal)
            .says("Appeals against a black listing of one's own, once.")
            .takes::<Appealing>()
            .gives::<CreditListingView>(),
        post("/api/v1/credit-listings/{id}/appeal/decide", REVIEWER, credit::appeal_decide)
            .says("Decides an appeal, by somebody who neither proposed nor decided the listing; honours If-Match.")
            .takes::<AppealDecision>()
            .gives::<CreditListingView>(),
        get("/credit", REVIEWER, pages::credit::list),
        get("/credit/new", REVIEWER, pages::credit::new),
        post("/credit/new", REVIEWER, pages::credit::new_submit),
        get("/credit/{id}", REVIEWER, pages::credit::detail),
        post("/credit/{id}/decide", REVIEWER, pages::credit::decide),
        post("/credit/{id}/end", REVIEWER, pages::credit::end),
        post("/credit/{id}/appeal-decision", REVIEWER, pages::credit::appeal_decide),
        get("/my/credit", LISTED, pages::credit::mine),
        get("/my/credit/{id}", LISTED, pages::credit::detail),
        post("/my/credit/{id}/appeal", LISTED, pages::credit::appeal),
    ]
}
