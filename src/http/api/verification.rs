//! 核验: the public answers on a certificate, from its signed content, its address, or its number and name.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev, web};
use chrono::NaiveDate;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::app::code_cache::Known;
use crate::app::status_board::Board;
use crate::app::trust::public_host;
use crate::http::call::{Answer, Call, ok};
use crate::http::input::{Input, MAX_BODY, Upload, read_body};
use crate::http::problem::Problem;
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::form::{self, Fields, Form};
use crate::kernel::ids::PublicCode;
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::proof::content::{Address, Content, Unreadable};
use crate::proof::log::inclusion::InclusionProof;
use crate::proof::report::{Check, CheckName, CheckResult, Report, Verdict};
use crate::proof::verify::{Evidence, unreadable, verify_logged};
use crate::registry::certificates::rules::masked;
use crate::registry::certificates::store;
use crate::registry::people;
use crate::registry::people::rules::same_name;
use crate::registry::recorded::{self, RecordedCertificate};

/// What is handed in to be checked: text, or a file of signed bytes or of a picture.
pub enum Handed {
    Text(String),
    File(Vec<u8>),
}

/// The QR's text, in JSON.
pub struct Scanned {
    pub content: String,
}

impl Form for Scanned {
    fn read(f: &mut Fields) -> Option<Self> {
        // What is too long to be a certificate is an answer, not an error: see `Content::read_text`.
        let content = f.text("content", MAX_BODY);
        Some(Self { content: content? })
    }
}

impl FromRequest for Handed {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        if request.content_type() == "multipart/form-data" {
            let upload = Upload::from_request(request, payload);
            return Box::pin(async move { Ok(Self::File(upload.await?.bytes)) });
        }
        let is_json = request.content_type() == "application/json";
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(Problem::UnsupportedMediaType);
            }
            let body = read_body(payload, MAX_BODY).await?;
            let value = serde_json::from_slice(&body).map_err(|_| Problem::Malformed("json"))?;
            let Value::Object(values) = value else { return Err(Problem::Malformed("json-object")) };
            let Scanned { content } = form::read(&values)?;
            Ok(Self::Text(content))
        })
    }
}

/// An answer on a certificate of ours, or on one from elsewhere.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Finding {
    Ours(Report),
    Recorded(RecordedAnswer),
}

/// 已登记的外部证书: the register holds it, and vouches for no signature.
#[derive(Debug, Serialize)]
pub struct RecordedAnswer {
    pub verdict: Verdict,
    pub checks: [RecordCheck; 1],
    pub certificate: RecordedView,
}

#[derive(Debug, Serialize)]
pub struct RecordCheck {
    pub name: &'static str,
    pub result: CheckResult,
    pub detail: &'static str,
}

#[derive(Debug, Serialize)]
pub struct RecordedView {
    pub number: CertificateNumber,
    /// Masked.
    pub holder: String,
    pub occupation: Occupation,
    pub specialty: Specialty,
    pub level: SkillLevel,
    pub issuer: String,
    pub issued_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
}

impl From<RecordedCertificate> for RecordedAnswer {
    fn from(facts: RecordedCertificate) -> Self {
        Self {
            verdict: Verdict::Recorded,
            checks: [RecordCheck { name: "record", result: CheckResult::Passed, detail: "ok" }],
            certificate: RecordedView {
                number: facts.number,
                holder: masked(&facts.person_name),
                occupation: facts.occupation,
                specialty: facts.specialty,
                level: facts.level,
                issuer: facts.issuer,
                issued_on: facts.issued_on,
                expires_on: facts.expires_on,
            },
        }
    }
}

pub async fn verification(call: Call, handed: Handed) -> Answer {
    let content = match handed {
        Handed::Text(text) => Content::read_text(&text),
        Handed::File(bytes) => read_file(&call, bytes).await?,
    };
    ok(&check(&call, content).await?)
}

/// How many files are read at once: each may take some hundred megabytes for a while.
static READING: Semaphore = Semaphore::const_new(2);
/// How long somebody waits for a file to be read, and for those before it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a file holds. The work has its own bounds (`proof::content`); where it still takes too long, it goes on
/// without anybody waiting, and counts among those that are read until it ends.
pub async fn read_file(call: &Call, bytes: Vec<u8>) -> Result<Result<Content, Unreadable>, Problem> {
    let read = async {
        let permit = READING.acquire().await.map_err(|error| Problem::Internal(error.to_string()))?;
        call.work(move |_, _| {
            let content = Content::read(&bytes);
            drop(permit);
            Ok(content)
        })
        .await
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap_or(Ok(Err(Unreadable::TooComplex)))
}

/// A report with the proof of the log, where there is one.
#[derive(Debug, Serialize)]
pub struct Checked {
    #[serde(flatten)]
    pub report: Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<Arc<InclusionProof>>,
}

impl Checked {
    /// A report with the register's own proof, which is only shown beside what it proves.
    fn by(known: &Known, report: Report) -> Self {
        let is_in_log = |check: &Check| check.name == CheckName::Log && check.result == CheckResult::Passed;
        let log = report.checks.iter().any(is_in_log).then(|| Arc::clone(&known.proof));
        Self { report, log }
    }
}

impl From<Report> for Checked {
    fn from(report: Report) -> Self {
        Self { report, log: None }
    }
}

/// What `content` is worth. An address alone leads to the register's own record, with the name masked.
pub async fn check(call: &Call, content: Result<Content, Unreadable>) -> Result<Checked, Problem> {
    let content = match content {
        Ok(content) => content,
        Err(reason) => return Ok(unreadable(reason).into()),
    };
    let trust = call.app.trust.current();
    match &content {
        Content::Address(address) if trust.list.is_our_host(&address.host) => {
            Ok(by_code(call, &address.code).await?.map_or_else(|| not_found().into(), Found::into_checked))
        }
        _ => {
            let board = board(call).await?;
            let judge = |log: Evidence<'_>| {
                verify_logged(&content, &trust.list, Some(&board.snapshot), log, call.context.now)
            };
            if let Some(known) = content.claimed_code().and_then(|code| call.app.codes.find(&code)) {
                return Ok(Checked::by(&known, judge(known.evidence())));
            }
            let report = judge(Evidence::None);
            let Some(code) = report.certificate.as_ref().map(|certificate| certificate.code) else {
                return Ok(report.into());
            };
            // Its first scan here: only what is genuine is worth a look into the register, and a register that can't
            // be asked takes nothing from the signature.
            let found = find_known(call, code).await.unwrap_or_else(|problem| {
                tracing::error!(%problem, "the register was not asked");
                Register::Nothing
            });
            Ok(match found.released() {
                Some(known) => Checked::by(&known, judge(known.evidence())),
                None => report.into(),
            })
        }
    }
}

/// The board, after an attempt to refresh one that went stale.
pub async fn board(call: &Call) -> Result<Arc<Board>, Problem> {
    if call.app.status.wants_refresh(call.context.now) {
        call.work(|app, _| {
            app.refresh_status();
            Ok(())
        })
        .await?;
    }
    Ok(call.app.status.current())
}

/// A certificate found by its public code, with its holder's name masked in the report.
pub struct Found {
    pub known: Arc<Known>,
    pub report: Report,
}

impl Found {
    fn into_checked(self) -> Checked {
        Checked::by(&self.known, self.report)
    }
}

/// The register's own record of `code`. Only codes that nobody has cost the address some of its allowance.
pub async fn by_code(call: &Call, code: &PublicCode) -> Result<Option<Found>, Problem> {
    let Some(known) = known(call, *code).await? else { return Ok(None) };
    let trust = call.app.trust.current();
    let board = board(call).await?;
    let address = Address { host: public_host(&call.app.config), code: *code };
    let content = Content::Signed { address: Some(address), cwt: known.cwt.clone() };
    let log = known.evidence();
    let mut report = verify_logged(&content, &trust.list, Some(&board.snapshot), log, call.context.now);
    if let Some(certificate) = &mut report.certificate {
        certificate.holder = masked(&certificate.holder);
    }
    Ok(Some(Found { known, report }))
}

async fn known(call: &Call, code: PublicCode) -> Result<Option<Arc<Known>>, Problem> {
    if let Some(known) = call.app.codes.find(&code) {
        return Ok(Some(known));
    }
    admit(call)?;
    let found = find_known(call, code).await?;
    if matches!(found, Register::Nothing) {
        miss(call);
    }
    Ok(found.released())
}

/// What the register has under a code.
enum Register {
    Nothing,
    /// Stored and not yet published by the log: nobody was given it.
    Waiting,
    Released(Arc<Known>),
}

impl Register {
    fn released(self) -> Option<Arc<Known>> {
        match self {
            Self::Released(known) => Some(known),
            Self::Nothing | Self::Waiting => None,
        }
    }
}

async fn find_known(call: &Call, code: PublicCode) -> Result<Register, Problem> {
    let found = call
        .work(move |app, _| {
            app.database.read(|conn| {
                let Some(found) = store::find_by_code(conn, &code)? else { return Ok(Register::Nothing) };
                let Some(proof) = app.log.proof(conn, &found.record.digest().leaf())? else {
                    return Ok(Register::Waiting);
                };
                let record = found.record.canonical().to_owned();
                let known =
                    Known { person: found.person, holder: found.holder, cwt: found.cwt, record, proof };
                Ok::<_, Problem>(Register::Released(Arc::new(known)))
            })
        })
        .await?;
    if let Register::Released(known) = &found {
        call.app.codes.keep(code, Arc::clone(known));
    }
    Ok(found)
}

fn address(call: &Call) -> IpAddr {
    call.request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip())
}

/// Refuses an address that has been wrong too often.
pub fn admit(call: &Call) -> Result<(), Problem> {
    call.app.throttles.lookups.admit(&address(call), Instant::now())
}

pub fn miss(call: &Call) {
    call.app.throttles.lookups.miss(&address(call), Instant::now());
}

/// The one answer for every code, number or name that leads nowhere.
#[must_use]
pub fn not_found() -> Report {
    Report::without_content(Verdict::NotFound, CheckResult::Unknown, "not-checked")
}

/// `GET /v/{code}` for programs: 404 where there is none.
pub async fn record(call: &Call, code: &str) -> Answer {
    let found = if let Ok(code) = code.parse::<PublicCode>() {
        by_code(call, &code).await?
    } else {
        admit(call)?;
        miss(call);
        None
    };
    Ok(match found {
        Some(found) => HttpResponse::Ok().json(found.into_checked()),
        None => HttpResponse::build(StatusCode::NOT_FOUND).json(not_found()),
    })
}

/// A number and its holder's whole name, as they stand on the paper.
pub struct Lookup {
    pub number: CertificateNumber,
    pub name: String,
}

impl Form for Lookup {
    fn read(f: &mut Fields) -> Option<Self> {
        let number = f.required("number");
        let name = f.text("name", 60);
        Some(Self { number: number?, name: name? })
    }
}

pub async fn lookup(call: Call, Input(asked): Input<Lookup>) -> Answer {
    ok(&look_up(&call, asked).await?.1)
}

/// The answer on a number and name, and the public code where it is ours.
pub async fn look_up(call: &Call, asked: Lookup) -> Result<(Option<PublicCode>, Finding), Problem> {
    admit(call)?;
    let (code, elsewhere) = call
        .read(move |conn, _| {
            let ours = store::find_by_number(conn, &asked.number)?;
            let code = ours.filter(|found| same_name(&asked.name, &found.holder)).map(|found| found.code);
            let elsewhere = recorded::store::find_by_number_and_name(conn, &asked.number, &asked.name)?;
            Ok((code, elsewhere))
        })
        .await?;
    if let Some(code) = code
        && let Some(found) = by_code(call, &code).await?
    {
        return Ok((Some(code), Finding::Ours(found.report)));
    }
    if let Some(facts) = elsewhere {
        return Ok((None, Finding::Recorded(facts.into())));
    }
    miss(call);
    Ok((None, Finding::Ours(not_found())))
}

/// What somebody at the door says of himself.
pub struct HolderClaim {
    pub name: String,
    pub id_last4: String,
}

impl Form for HolderClaim {
    fn read(f: &mut Fields) -> Option<Self> {
        let name = f.text("name", 60);
        let id_last4 = f.text("id_last4", 4);
        Some(Self { name: name?, id_last4: id_last4? })
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MatchView {
    #[serde(rename = "match")]
    pub is_match: bool,
}

pub async fn holder_match(call: Call, code: web::Path<String>, Input(claim): Input<HolderClaim>) -> Answer {
    match match_holder(&call, &code, claim).await? {
        Some(is_match) => ok(&MatchView { is_match }),
        None => Ok(HttpResponse::build(StatusCode::NOT_FOUND).json(not_found())),
    }
}

/// Whether name and last four are the holder's; `None` where there is no such certificate. Wrong guesses are
/// counted against the certificate and against the address.
pub async fn match_holder(call: &Call, code: &str, claim: HolderClaim) -> Result<Option<bool>, Problem> {
    let throttle = &call.app.throttles.holder_match;
    let key = code.to_ascii_lowercase();
    throttle.admit(&key, Instant::now())?;
    admit(call)?;
    let Ok(code) = code.parse::<PublicCode>() else {
        miss(call);
        return Ok(None);
    };
    let Some(known) = known(call, code).await? else { return Ok(None) };
    let is_match = call
        .work(move |app, _| {
            let document =
                app.database.read(|conn| people::service::document(conn, &app.sealer, known.person))?;
            let digits = document.last_four().eq_ignore_ascii_case(claim.id_last4.trim());
            Ok(same_name(&claim.name, &known.holder) && digits)
        })
        .await?;
    if !is_match {
        throttle.miss(&key, Instant::now());
        miss(call);
    }
    Ok(Some(is_match))
}
