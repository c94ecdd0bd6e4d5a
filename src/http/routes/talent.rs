//! 人才激励: contests, the lists that other departments get of their winners, and guidance wages.

use actix_web::http::Method;

use super::who::{BUREAU, CONTEST_READERS, ISSUERS, PUBLIC, REVIEWER};
use super::{RouteSpec, get, post, route};
use crate::http::{api, pages};
use crate::registry::certified_lists::NewList;
use crate::registry::contests::{NewContest, NewResult, Words};
use crate::registry::wages::NewNotice;

pub(super) fn routes() -> Vec<RouteSpec> {
    [contests(), lists(), wages(), talent_pages()].into_iter().flatten().collect()
}

fn contests() -> Vec<RouteSpec> {
    use api::certificates::{CertificateView, contest_issue};
    use api::contests::{self, ContestView, ResultsImportView};
    use api::recorded::PageQuery;
    use api::training::roster::RosterOptions;
    vec![
        get("/api/v1/contests", CONTEST_READERS, contests::contest_list)
            .says("Contests, the last announced first; to a body those that it issues for.")
            .takes::<PageQuery>()
            .gives::<Vec<ContestView>>(),
        post("/api/v1/contests", REVIEWER, contests::contest_create)
            .says("Enters a contest, with the level that its first ranks earn, if any.")
            .takes::<NewContest>()
            .gives::<ContestView>(),
        get("/api/v1/contests/{id}", CONTEST_READERS, contests::contest_get)
            .says("One contest with its results.")
            .gives::<ContestView>(),
        route(Method::PUT, "/api/v1/contests/{id}", REVIEWER, contests::contest_change)
            .says("Corrects a contest of which no result was confirmed; needs If-Match.")
            .takes::<NewContest>()
            .gives::<ContestView>(),
        post("/api/v1/contests/{id}/results", REVIEWER, contests::result_enter)
            .says("Enters the result of one registered person; another official confirms it.")
            .takes::<NewResult>()
            .gives::<ContestView>(),
        get("/api/v1/contest-results-template.xlsx", REVIEWER, contests::results_template)
            .says("The workbook in which results are filled in."),
        post("/api/v1/contests/{id}/results-import", REVIEWER, contests::results_import)
            .says("Enters the results of an .xlsx or CSV file, all or none; with `check=true` only tells.")
            .takes::<RosterOptions>()
            .gives::<ResultsImportView>(),
        post("/api/v1/contests/{id}/confirm", REVIEWER, contests::results_confirm)
            .says("Confirms the results that wait and that somebody else entered; from then on they count.")
            .gives::<ContestView>(),
        post("/api/v1/contest-results/{id}/refuse", REVIEWER, contests::result_refuse)
            .says("Turns a result down that waits and that somebody else entered.")
            .takes::<Words>()
            .gives::<ContestView>(),
        post("/api/v1/contest-results/{id}/cancel", REVIEWER, contests::result_cancel)
            .says("Cancels a confirmed result: it counts no more.")
            .takes::<Words>()
            .gives::<ContestView>(),
        post("/api/v1/contest-results/{id}/certificate", ISSUERS, contest_issue)
            .says("Issues the level that a confirmed rank has earned, by the body that the contest names.")
            .gives::<CertificateView>(),
    ]
}

fn lists() -> Vec<RouteSpec> {
    use api::certified_lists::{self, CertifiedListView};
    use api::recorded::PageQuery;
    vec![
        get("/api/v1/certified-lists", BUREAU, certified_lists::list_list)
            .says("Lists of contest winners for other departments, the newest first; without the people.")
            .takes::<PageQuery>()
            .gives::<Vec<CertifiedListView>>(),
        post("/api/v1/certified-lists", REVIEWER, certified_lists::list_make)
            .says("Makes a list of confirmed results by a rule; it is numbered, signed and never changed.")
            .takes::<NewList>()
            .gives::<CertifiedListView>(),
        get("/api/v1/certified-lists/{id}.xlsx", REVIEWER, certified_lists::list_xlsx)
            .says("The list as a workbook; each call is audited."),
        get("/api/v1/certified-lists/{id}.tsv", REVIEWER, certified_lists::list_text)
            .says("The list's text, whose SHA-256 the signed statement carries; each call is audited."),
        get("/api/v1/certified-lists/{id}.jws", REVIEWER, certified_lists::list_statement)
            .says("The signed statement: a compact JWS by a key of /.well-known/jwks.json."),
        get("/api/v1/certified-lists/{id}", BUREAU, certified_lists::list_get)
            .says("One list, without its people.")
            .gives::<CertifiedListView>(),
    ]
}

fn wages() -> Vec<RouteSpec> {
    use api::wages::{self, WageNoticeView};
    vec![
        get("/api/v1/guidance-wages", PUBLIC, wages::wage_list)
            .says("Published guidance wages, the newest first, in fen a month.")
            .gives::<Vec<WageNoticeView>>(),
        post("/api/v1/guidance-wages", REVIEWER, wages::wage_create)
            .says("Enters a notice of guidance wages as a draft; another official publishes it.")
            .takes::<NewNotice>()
            .gives::<WageNoticeView>(),
        post("/api/v1/guidance-wages/{id}/publish", REVIEWER, wages::wage_publish)
            .says("Publishes a notice that somebody else entered, for good; needs If-Match.")
            .gives::<WageNoticeView>(),
        post("/api/v1/guidance-wages/{id}/drop", REVIEWER, wages::wage_drop)
            .says("Takes a draft back; needs If-Match.")
            .gives::<WageNoticeView>(),
    ]
}

fn talent_pages() -> Vec<RouteSpec> {
    use api::certified_lists as files;
    use pages::talent::{contests, lists, wages};
    vec![
        get("/talent", CONTEST_READERS, contests::list),
        get("/talent/contests/new", REVIEWER, contests::new),
        post("/talent/contests/new", REVIEWER, contests::new_submit),
        get("/talent/contests/{id}", CONTEST_READERS, contests::detail),
        post("/talent/contests/{id}", REVIEWER, contests::enter),
        get("/talent/contests/{id}/edit", REVIEWER, contests::edit),
        post("/talent/contests/{id}/edit", REVIEWER, contests::edit_submit),
        post("/talent/contests/{id}/confirm", REVIEWER, contests::confirm),
        get("/talent/contests/{id}/import", REVIEWER, contests::import),
        post("/talent/contests/{id}/import", REVIEWER, contests::import_submit),
        get("/talent/contests/{id}/template.xlsx", REVIEWER, contests::template),
        get("/talent/results/{id}", CONTEST_READERS, contests::result),
        post("/talent/results/{id}/refuse", REVIEWER, contests::refuse),
        post("/talent/results/{id}/cancel", REVIEWER, contests::cancel),
        post("/talent/results/{id}/certificate", ISSUERS, contests::issue),
        get("/talent/lists", BUREAU, lists::list),
        post("/talent/lists", REVIEWER, lists::make),
        get("/talent/lists/{id}.xlsx", REVIEWER, files::list_xlsx),
        get("/talent/lists/{id}.tsv", REVIEWER, files::list_text),
        get("/talent/lists/{id}.jws", REVIEWER, files::list_statement),
        get("/talent/lists/{id}", BUREAU, lists::detail),
        get("/talent/wages", BUREAU, wages::list),
        post("/talent/wages", REVIEWER, wages::enter),
        post("/talent/wages/{id}/publish", REVIEWER, wages::publish),
        post("/talent/wages/{id}/drop", REVIEWER, wages::drop_it),
        get("/guidance-wages", PUBLIC, wages::public),
    ]
}
