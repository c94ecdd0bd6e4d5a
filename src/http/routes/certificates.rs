//! Certificates, from their issue to their end, and the watch over them.

use super::who::{
    CERTIFICATE_CHANGERS, CERTIFICATE_OFFICES, CERTIFICATES, HOLDERS, INSTITUTION, ISSUERS, RECORD_ISSUERS,
    REVIEWER, SCHOOL,
};
use super::{RouteSpec, get, post};
use crate::http::{api, pages};
use crate::registry::certificates::bulk::BulkCall;
use crate::registry::certificates::{ChangeReason, NewCertificate};

pub(super) fn routes() -> Vec<RouteSpec> {
    [certificates(), certificate_pages(), watch()].into_iter().flatten().collect()
}

fn certificates() -> Vec<RouteSpec> {
    use api::certificates::{CertificateQuery, CertificateView, IssuedView, NumberQuery, NumberView};
    use api::prints::{self, BatchQuery, PrintQuery};
    vec![
        get("/api/v1/certificates", CERTIFICATES, api::certificates::certificate_list)
            .says("The certificates that the caller may see, newest first, 50 at a time.")
            .takes::<CertificateQuery>()
            .gives::<Vec<CertificateView>>(),
        post("/api/v1/certificates", ISSUERS, api::certificates::certificate_create)
            .says("Issues the certificate of an application that was passed and whose notice has ended.")
            .takes::<NewCertificate>()
            .gives::<CertificateView>(),
        post("/api/v1/exam-sessions/{id}/certificates", ISSUERS, api::certificates::session_issue)
            .says("Issues for every application of a session that has no certificate yet.")
            .gives::<Vec<IssuedView>>(),
        post("/api/v1/classes/{id}/certificates", SCHOOL, api::certificates::class_issue)
            .says("Issues what the programme's completion earns to every trainee of a class who has none yet.")
            .gives::<Vec<IssuedView>>(),
        post(
            "/api/v1/first-aid-certificates/{id}/certificate",
            RECORD_ISSUERS,
            api::certificates::first_aid_issue,
        )
        .says("Issues the record of a first-aid certificate that the caller's organisation gave out.")
        .gives::<CertificateView>(),
        get("/api/v1/certificate-numbers", CERTIFICATE_OFFICES, api::certificates::number_list)
            .says("The numbers that were taken, with what became of each and why.")
            .takes::<NumberQuery>()
            .gives::<Vec<NumberView>>(),
        get("/api/v1/certificates/revocations", REVIEWER, api::revocations::bulk_list)
            .says("Decisions on everything that a body issued in a period, taken and waiting, newest first.")
            .gives::<Vec<api::revocations::BulkView>>(),
        post("/api/v1/certificates/revocations", REVIEWER, api::revocations::bulk_revoke)
            .says(
                "Revokes everything that a body issued in a period; where two persons are asked for, the first is \
                 answered 202 with the count.",
            )
            .takes::<BulkCall>()
            .gives::<api::revocations::BulkView>(),
        // The endings first: `{id}` would take them too.
        get("/api/v1/certificates/{id}.pdf", CERTIFICATES, prints::certificate_pdf)
            .says("The certificate for paper, with the whole identity number, or as a card; each call is audited.")
            .takes::<PrintQuery>(),
        get("/api/v1/certificates/{id}.png", CERTIFICATES, prints::certificate_png)
            .says("The same as a picture; each call is audited.")
            .takes::<PrintQuery>(),
        get("/api/v1/certificates/{id}.svg", CERTIFICATES, prints::certificate_svg)
            .says("The same as a drawing that needs no fonts; each call is audited.")
            .takes::<PrintQuery>(),
        get("/api/v1/exam-sessions/{id}/certificates.pdf", ISSUERS, prints::session_print)
            .says("All valid certificates of a session for the printing shop, with the list to sign; audited.")
            .takes::<BatchQuery>(),
        get("/api/v1/exam-sessions/{id}/certificates.xlsx", ISSUERS, prints::session_ledger)
            .says("The list on which the holders of a session's certificates sign."),
        get("/api/v1/certificates/{id}.cwt", CERTIFICATES, prints::certificate_cwt)
            .says("What was signed: a CWT in COSE_Sign1."),
        get("/api/v1/certificates/{id}.jsonld", CERTIFICATES, api::credentials::certificate_jsonld)
            .says("The certificate as a verifiable credential with a Data Integrity proof.")
            .takes::<api::credentials::SuiteQuery>(),
        get("/api/v1/certificates/{id}.jwt", CERTIFICATES, api::credentials::certificate_jwt)
            .says("The same credential in a JWT."),
        get("/api/v1/certificates/{id}.proof", CERTIFICATES, api::certificates::certificate_proof)
            .says("The proof that the transparency log has published it, as c2sp.org/tlog-proof@v1."),
        get("/api/v1/certificates/{id}", CERTIFICATES, api::certificates::certificate_get)
            .says("One certificate with its history.")
            .gives::<CertificateView>(),
        post("/api/v1/certificates/{id}/suspend", CERTIFICATE_CHANGERS, api::certificates::certificate_suspend)
            .says("Suspends a valid certificate from today.")
            .takes::<ChangeReason>()
            .gives::<CertificateView>(),
        post(
            "/api/v1/certificates/{id}/reinstate",
            CERTIFICATE_CHANGERS,
            api::certificates::certificate_reinstate,
        )
        .says("Reinstates a suspended certificate from today; honours If-Match, as every change of one does.")
        .takes::<ChangeReason>()
        .gives::<CertificateView>(),
        post("/api/v1/certificates/{id}/revoke", CERTIFICATE_CHANGERS, api::certificates::certificate_revoke)
            .says("Revokes a certificate from today; where two persons are asked for, the first is answered 202.")
            .takes::<ChangeReason>()
            .gives::<CertificateView>(),
        post("/api/v1/certificates/{id}/replace", CERTIFICATE_CHANGERS, api::certificates::certificate_replace)
            .says("Issues a new certificate in place of a valid one, which reads replaced from today.")
            .takes::<ChangeReason>()
            .gives::<CertificateView>(),
        post("/api/v1/certificates/{id}/renew", CERTIFICATE_CHANGERS, api::certificates::certificate_renew)
            .says("Issues the certificate of the next term, near the end of this one, which stays valid to its end.")
            .takes::<ChangeReason>()
            .gives::<CertificateView>(),
    ]
}

fn certificate_pages() -> Vec<RouteSpec> {
    use api::prints;
    vec![
        post("/classes/{id}/certificates", SCHOOL, pages::certificates::class_issue),
        post("/first-aid/{id}/certificate", RECORD_ISSUERS, pages::certificates::first_aid_issue),
        get("/certificates", CERTIFICATE_OFFICES, pages::certificates::list),
        get("/certificates/{id}.pdf", CERTIFICATES, prints::certificate_pdf),
        get("/certificates/{id}.png", CERTIFICATES, prints::certificate_png),
        get("/certificates/{id}.svg", CERTIFICATES, prints::certificate_svg),
        get("/exams/{id}/certificates.pdf", ISSUERS, prints::session_print),
        get("/exams/{id}/certificates.xlsx", ISSUERS, prints::session_ledger),
        get("/certificates/{id}", CERTIFICATES, pages::certificates::detail),
        get("/certificates/{id}/{change}", CERTIFICATE_CHANGERS, pages::certificates::change_form),
        post("/certificates/{id}/{change}", CERTIFICATE_CHANGERS, pages::certificates::change),
        get("/my/certificates", HOLDERS, pages::certificates::mine),
        get("/revocations", REVIEWER, pages::revocations::list),
        post("/revocations", REVIEWER, pages::revocations::submit),
        get("/revocations/{id}", REVIEWER, pages::revocations::detail),
    ]
}

fn watch() -> Vec<RouteSpec> {
    use api::watch::{Paper, WatchView, WatchedView};
    vec![
        get("/api/v1/watch", INSTITUTION, api::watch::watch_get)
            .says("The certificates that the caller's institution holds on file or whose holders it employs, and \
                   what it was told of them.")
            .gives::<WatchView>(),
        post("/api/v1/watch", INSTITUTION, api::watch::watch_create)
            .says("Puts a certificate on file, by the QR's text as `content`, or by number and whole name.")
            .takes::<Paper>()
            .gives::<WatchedView>(),
        post("/api/v1/watch/seen", INSTITUTION, api::watch::watch_see)
            .says("Marks everything that the institution was told as seen.")
            .gives::<WatchView>(),
        post("/api/v1/watch/{id}/end", INSTITUTION, api::watch::watch_remove)
            .says("Takes a certificate off the list.")
            .gives::<WatchView>(),
        get("/watch", INSTITUTION, pages::watch::list),
        post("/watch", INSTITUTION, pages::watch::add),
        post("/watch/seen", INSTITUTION, pages::watch::seen),
        post("/watch/{id}/end", INSTITUTION, pages::watch::remove),
    ]
}
