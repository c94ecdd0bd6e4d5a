//! 查验: the pages that anybody may open.

use actix_web::http::{StatusCode, header};

use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev, web};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value, json};

use crate::app::trust::public_host;
use crate::flows::credit_shown::{Met, credit_shown};
use crate::http::api::verification::{
    Finding, Found, HolderClaim, Lookup, RecordedAnswer, Scanned, admit, by_code, check, look_up,
    match_holder, miss, not_found, read_file, record,
};
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Upload, decode_form, wants_json};
use crate::http::page::{see_other, show, show_refused};
use crate::http::problem::Problem;
use crate::http::said::{merge, said};
use crate::kernel::codes::Code;
use crate::kernel::ids::PublicCode;
use crate::kernel::invalid::Invalid;
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::proof::content::{Content, Unreadable};
use crate::proof::payload::{CertificateType, Particulars};
use crate::proof::report::{CertificateFacts, CheckName, CheckResult, Report, Verdict};
use crate::proof::status::UnknownStatus;
use crate::registry::credit::Listing;
use crate::registry::firstaid;

/// The page of a certificate, or its JSON for programs. A former host leads to the present one.
pub async fn verify(call: Call, code: web::Path<String>) -> Answer {
    if let Some(elsewhere) = moved(&call) {
        return Ok(elsewhere);
    }
    if wants_json(&call.request) {
        return record(&call, &code).await;
    }
    let found = if let Ok(code) = code.parse::<PublicCode>() {
        by_code(&call, &code).await?
    } else {
        admit(&call)?;
        miss(&call);
        None
    };
    show_found(&call, &code, found, None).await
}

/// Name and last four, typed into the page.
pub async fn holder_match(call: Call, code: web::Path<String>, posted: Posted<HolderClaim>) -> Answer {
    let typed = posted.values.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(found) = (match code.parse::<PublicCode>() {
        Ok(code) => by_code(&call, &code).await?,
        Err(_) => None,
    }) else {
        return show_found(&call, &code, None, None).await;
    };
    match posted.form {
        Ok(claim) => {
            let is_match = match_holder(&call, &code, claim).await?.unwrap_or(false);
            show_found(&call, &code, Some(found), Some((is_match, typed))).await
        }
        Err(invalid) => {
            let mut page = found_page(&call, &code, &found, Met::OnPaper).await?;
            page["match_name"] = json!(typed);
            show_refused(&call, "pages/verify", "verify-title", page, &invalid)
        }
    }
}

async fn show_found(
    call: &Call,
    code: &str,
    found: Option<Found>,
    matched: Option<(bool, String)>,
) -> Answer {
    let Some(found) = found else {
        let mut answer = show(call, "pages/verify", "verify-title", page(call, "", &not_found()))?;
        *answer.status_mut() = StatusCode::NOT_FOUND;
        return Ok(answer);
    };
    let is_match = matched.as_ref().is_some_and(|(is_match, _)| *is_match);
    let met = if is_match { Met::InPerson } else { Met::OnPaper };
    let mut page = found_page(call, code, &found, met).await?;
    if let Some((is_match, name)) = matched {
        page["match"] = json!({ "match": is_match });
        page["match_name"] = json!(name);
    }
    show(call, "pages/verify", "verify-title", page)
}

/// The register's record, with the holder's first aid and, for those allowed, a black listing in force.
async fn found_page(call: &Call, code: &str, found: &Found, met: Met) -> Result<Value, Problem> {
    let person = found.known.person;
    let (held, listings) = call
        .read(move |conn, context| {
            let held = firstaid::store::state(conn, person, context.today())?;
            Ok((held, credit_shown(conn, context, person, met)?))
        })
        .await?;
    let shows = found.report.certificate.is_some();
    let first_aid = match held {
        Some((state, expires_on)) => json!({ "state": state, "expires_on": expires_on }),
        None => json!({ "state": "none", "expires_on": null }),
    };
    let mut page = page(call, code, &found.report);
    page["first_aid"] = if shows { first_aid } else { Value::Null };
    page["online_record"] = json!(shows);
    page["can_match"] = json!(shows);
    if shows {
        page["listings"] = listings.iter().map(listing_shown).collect();
    }
    Ok(page)
}

/// What is told of a black listing where its subject is met: list, grounds and period.
#[must_use]
pub fn listing_shown(listing: &Listing) -> Value {
    let from = listing.state.listed().map_or(listing.from, |listed| listed.from);
    json!({ "list": listing.list, "grounds": listing.grounds, "from": from, "to": listing.to })
}

/// What the template shows of a report.
fn page(call: &Call, code: &str, report: &Report) -> Value {
    let certificate = report.certificate.as_ref();
    let stale = report
        .checks
        .iter()
        .any(|check| check.name == CheckName::Status && check.result == CheckResult::Unknown);
    let verdict = match report.verdict {
        Verdict::Expired if stale => "genuine_expired",
        verdict => verdict.code(),
    };
    let on = certificate.and_then(|facts| facts.ended_on.or(facts.expires_on));
    let successor = certificate.and_then(|facts| facts.replaced_by.as_ref());
    let mut page = frame(call, code);
    let own = json!({
        "verdict": verdict,
        "on": on,
        "replaced_by": successor.map(|by| format!("/v/{}", by.code)),
        "certificate": certificate.map(|facts| shown(call, facts)),
        "first_aid": null,
        "checks": if report.verdict == Verdict::NotFound { json!([]) } else { json!(report.checks) },
    });
    merge(&mut page, own);
    page
}

fn shown(call: &Call, facts: &CertificateFacts) -> Value {
    let is_english = call.language == crate::http::texts::Language::English;
    let mut shown = json!({
        "name": facts.holder,
        "number": facts.number.as_str(), "issued_on": facts.issued_on, "expires_on": facts.expires_on,
        "issuer": if is_english { &facts.body_name_en } else { &facts.body_name_zh },
    });
    merge(&mut shown, said(&facts.particulars));
    shown
}

/// The same for a certificate that another body issued.
fn recorded_page(call: &Call, answer: &RecordedAnswer) -> Value {
    let facts = &answer.certificate;
    let mut page = frame(call, "");
    let (occupation, specialty, level) = (facts.occupation, facts.specialty, facts.level);
    let mut shown = said(&Particulars::Skill { occupation, specialty, level });
    let rest = json!({
        "name": facts.holder,
        "number": facts.number.as_str(), "issued_on": facts.issued_on, "expires_on": facts.expires_on,
        "issuer": facts.issuer,
    });
    merge(&mut shown, rest);
    let own = json!({ "verdict": answer.verdict, "certificate": shown, "checks": answer.checks });
    merge(&mut page, own);
    page
}

/// Everything that the template and its script name, before a certificate is put in.
pub fn frame(call: &Call, code: &str) -> Value {
    let verdicts: Vec<&str> = Verdict::ALL
        .iter()
        .map(|verdict| verdict.code())
        .chain(["genuine_expired", "cannot_check"])
        .collect();
    let names: Vec<&str> = CheckName::ALL.iter().map(|name| name.code()).chain(["record"]).collect();
    let reasons = Unreadable::ALL.iter().map(|reason| reason.code());
    let unknown = UnknownStatus::ALL.iter().map(|reason| reason.code());
    let details: Vec<&str> = DETAILS.iter().copied().chain(reasons).chain(unknown).collect();
    json!({
        "large": is_large(call), "wide": false, "code": code, "verdict": "cannot_check", "on": null,
        "online_record": false, "replaced_by": null, "certificate": null, "first_aid": null, "checks": [],
        "asked_at": call.context.now, "data_as_of": call.app.status.current().as_of,
        "host": public_host(&call.app.config), "can_match": false, "match": null, "match_name": "",
        "listings": [],
        "shell": false, "occupations": codes_of::<Occupation>(), "levels": codes_of::<SkillLevel>(),
        "types": codes_of::<CertificateType>(),
        "report_href": "/help", "verdicts": verdicts, "check_names": names, "check_details": details,
    })
}

fn codes_of<C: Code>() -> Vec<&'static str> {
    C::ALL.iter().map(|code| code.code()).collect()
}

/// Details of checks beside those that are codes of their own.
const DETAILS: [&str; 31] = [
    "not-checked",
    "mismatch",
    "malformed",
    "unknown-version",
    "unknown-algorithm",
    "unknown-context",
    "undefined-term",
    "poisoned",
    "no-status",
    "no-address",
    "address-only",
    "foreign-host",
    "other-certificate",
    "other-environment",
    "unknown-key",
    "key-body",
    "key-halted",
    "key-purpose",
    "key-type",
    "key-validity",
    "log-proof-needed",
    "log-proof-wrong",
    "log-after-cutoff",
    "trust-list-expired",
    "issued-in-future",
    "expired",
    "suspended",
    "revoked",
    "replaced",
    // What the page finds by the lists that it has kept.
    "offline-clear",
    "offline-suspended",
];

/// 长辈版. A query that some messenger put behind the address is passed over.
fn is_large(call: &Call) -> bool {
    let query = decode_form(call.request.query_string().as_bytes());
    query.get("large").and_then(Value::as_str) == Some("1")
}

/// The present address of a page that was asked for at a former host.
fn moved(call: &Call) -> Option<HttpResponse> {
    let host = call.request.headers().get(header::HOST)?.to_str().ok()?;
    let former = call.app.config.former_hosts.iter().any(|known| known.trim().eq_ignore_ascii_case(host));
    if !former || host.eq_ignore_ascii_case(&public_host(&call.app.config)) {
        return None;
    }
    // The browser keeps what stands behind the #.
    let location = format!("{}{}", call.app.config.public_url(), call.request.path());
    Some(HttpResponse::PermanentRedirect().insert_header((header::LOCATION, location)).finish())
}

pub async fn lookup(call: Call) -> Answer {
    show(&call, "pages/lookup", "lookup-title", lookup_page(&call, &Map::new()))
}

pub async fn lookup_submit(call: Call, posted: Posted<Lookup>) -> Answer {
    let asked = match posted.form {
        Ok(asked) => asked,
        Err(invalid) => {
            let page = lookup_page(&call, &posted.values);
            return show_refused(&call, "pages/lookup", "lookup-title", page, &invalid);
        }
    };
    let (code, finding) = look_up(&call, asked).await?;
    match (code, finding) {
        (Some(code), _) => Ok(see_other(&format!("/v/{code}"), None)),
        (None, Finding::Ours(report)) => {
            show(&call, "pages/verify", "verify-title", page(&call, "", &report))
        }
        (None, Finding::Recorded(answer)) => {
            show(&call, "pages/verify", "verify-title", recorded_page(&call, &answer))
        }
    }
}

fn lookup_page(call: &Call, values: &Map<String, Value>) -> Value {
    let typed = |name: &str| values.get(name).and_then(Value::as_str).unwrap_or_default();
    json!({ "large": is_large(call), "wide": false, "number": typed("number"), "name": typed("name") })
}

pub async fn scan(call: Call) -> Answer {
    show(&call, "pages/scan", "scan-title", scan_page(&call, ""))
}

/// A photo, or what was pasted: two forms of one page.
pub enum ScanForm {
    Photo(Upload),
    Pasted(Posted<Scanned>),
}

impl FromRequest for ScanForm {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        if request.content_type() == "multipart/form-data" {
            let upload = Upload::from_request(request, payload);
            return Box::pin(async move { Ok(Self::Photo(upload.await?)) });
        }
        let pasted = Posted::<Scanned>::from_request(request, payload);
        Box::pin(async move { Ok(Self::Pasted(pasted.await?)) })
    }
}

pub async fn scan_submit(call: Call, form: ScanForm) -> Answer {
    let (field, typed, content) = match form {
        ScanForm::Photo(upload) if upload.bytes.is_empty() => {
            return refuse_scan(&call, "", &Invalid::one("photo", "required"));
        }
        ScanForm::Photo(upload) => ("photo", String::new(), read_file(&call, upload.bytes).await?),
        ScanForm::Pasted(Posted { form: Err(invalid), .. }) => return refuse_scan(&call, "", &invalid),
        ScanForm::Pasted(Posted { form: Ok(scanned), .. }) => {
            let content = Content::read_text(&scanned.content);
            ("content", scanned.content, content)
        }
    };
    match &content {
        Err(reason) => refuse_scan(&call, &typed, &Invalid::one(field, unread(*reason))),
        Ok(Content::Address(address)) if call.app.trust.current().list.is_our_host(&address.host) => {
            Ok(see_other(&format!("/v/{}", address.code), None))
        }
        Ok(_) => {
            let report = check(&call, content).await?.report;
            show(&call, "pages/verify", "verify-title", page(&call, "", &report))
        }
    }
}

fn refuse_scan(call: &Call, typed: &str, invalid: &Invalid) -> Answer {
    show_refused(call, "pages/scan", "scan-title", scan_page(call, typed), invalid)
}

/// The message for a form field that holds no code.
const fn unread(reason: Unreadable) -> &'static str {
    match reason {
        Unreadable::TooLarge => "scan-too-large",
        Unreadable::UnknownForm => "scan-unknown-form",
        Unreadable::Damaged => "scan-damaged",
        Unreadable::BadImage => "scan-bad-image",
        Unreadable::NoCode => "scan-no-code",
        Unreadable::Heic => "scan-heic-image",
        Unreadable::BadPdf => "scan-bad-pdf",
        Unreadable::EncryptedPdf => "scan-encrypted-pdf",
        Unreadable::TooManyPages => "scan-too-many-pages",
        Unreadable::TooComplex => "scan-too-complex",
    }
}

pub fn scan_page(call: &Call, content: &str) -> Value {
    json!({ "large": is_large(call), "wide": false, "content": content })
}
