use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::db::Conn;
use crate::flows::certificate_change::{Asked, certificate_change};
use crate::flows::certificate_issue::{
    Issued, certificate_issue, class_certificates_issue, contest_certificate_issue, first_aid_record_issue,
    session_certificates_issue,
};
use crate::http::api::log::PROOF_TYPE;
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::input::{Input, Query};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{
    CertificateId, ClassId, ContestResultId, ExamSessionId, FirstAidCertificateId, OrganisationId,
};
use crate::kernel::skill::Specialty;
use crate::proof::frozen::{Attested, Skill};
use crate::proof::log::inclusion::InclusionProof;
use crate::proof::payload::CertificateType;
use crate::proof::qr::{signed_url, verify_url};
use crate::registry::certificates::life_store::{self, Links};
use crate::registry::certificates::number_store;
use crate::registry::certificates::service::{self, Outcome};
use crate::registry::certificates::store::{self, Filter};
use crate::registry::certificates::{
    Certificate, CertificateEvent, Change, ChangeReason, NewCertificate, Origin, Reservation,
    ReservationState, Standing,
};
use crate::registry::organisations::{self, Organisation};

#[derive(Debug, Serialize, ToSchema)]
pub struct CertificateView {
    pub id: String,
    pub code: String,
    pub number: String,
    pub person_id: String,
    /// `skill`, `training-completion`, `family-carer`, `first-aid`, `care-manager` or `device-fitter`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What earned it: one of the four. One that follows another names a contest's result no more.
    pub application_id: Option<String>,
    pub enrolment_id: Option<String>,
    pub first_aid_id: Option<String>,
    pub contest_result_id: Option<String>,
    pub body_id: String,
    pub body_name: String,
    /// Of a skill certificate.
    pub occupation: Option<&'static str>,
    pub specialty: Option<&'static str>,
    pub level: Option<&'static str>,
    /// Of a completed training.
    pub course: Option<String>,
    pub hours: Option<u32>,
    pub completed_on: Option<String>,
    /// Of a first-aid certificate on record.
    pub original_issuer: Option<String>,
    pub original_number: Option<String>,
    pub original_issued_on: Option<String>,
    pub holder: String,
    pub issued_on: String,
    pub expires_on: Option<String>,
    pub state: &'static str,
    pub state_since: String,
    /// The certificate that took this one's place, and the one whose place it took.
    pub replaced_by: Option<String>,
    pub replaces: Option<String>,
    /// The certificate that this one renews, and the one that renews it.
    pub renews: Option<String>,
    pub renewed_by: Option<String>,
    pub upload_state: &'static str,
    pub uploaded_on: Option<String>,
    pub issued_at: String,
    pub key_id: String,
    /// The address in the short QR.
    pub verify_url: String,
    /// The address with the whole signed content, as in the large QR; `null` until the log has published it.
    pub qr_content: Option<String>,
    /// The proof that the log has published it: index, size, checkpoint and hashes. `null` until then, and in lists.
    pub log: Option<serde_json::Value>,
    /// Empty in lists.
    pub events: Vec<EventView>,
    pub version: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    pub id: String,
    pub change: &'static str,
    pub reason_code: &'static str,
    pub reason: String,
    pub requested_by: Option<String>,
    pub requested_at: String,
    pub approved_by: Option<String>,
    pub approved_at: Option<String>,
    pub effective_on: Option<String>,
    pub state: &'static str,
}

/// The answer to the first of two persons.
#[derive(Debug, Serialize, ToSchema)]
pub struct PendingView {
    pub pending: EventView,
}

/// A number that was taken, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberView {
    pub number: String,
    pub body_id: String,
    pub application_id: Option<String>,
    pub enrolment_id: Option<String>,
    pub first_aid_id: Option<String>,
    pub contest_result_id: Option<String>,
    pub replaces_id: Option<String>,
    pub state: &'static str,
    pub explanation: Option<String>,
    pub reserved_at: String,
}

/// What became of one application of a session, or of one trainee of a class.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedView {
    pub application_id: Option<String>,
    pub enrolment_id: Option<String>,
    pub certificate_id: Option<String>,
    pub number: Option<String>,
    /// Why none was issued: the code of the conflict.
    pub refused: Option<String>,
}

impl CertificateView {
    #[must_use]
    pub fn new(
        app: &App,
        certificate: &Certificate,
        links: Links,
        body: &Organisation,
        release: Release,
    ) -> Self {
        let signed = || signed_url(&app.config.public_url(), &certificate.code, &certificate.cwt);
        let base = app.config.public_url();
        let skill = certificate.skill();
        let training = match &certificate.record.attested {
            Attested::Training(training) => Some(training),
            Attested::Skill(_) | Attested::FirstAid(_) => None,
        };
        let seen = match &certificate.record.attested {
            Attested::FirstAid(seen) => Some(seen),
            Attested::Skill(_) | Attested::Training(_) => None,
        };
        let specialty =
            |skill: &Skill| skill.specialty.as_ref().map_or(Specialty::General, |known| known.code);
        Self {
            id: certificate.id.to_string(),
            code: certificate.code.to_string(),
            number: certificate.number.to_string(),
            person_id: certificate.person.to_string(),
            kind: certificate.kind().code(),
            application_id: text(certificate.origin.and_then(Origin::application)),
            enrolment_id: text(certificate.origin.and_then(Origin::enrolment)),
            first_aid_id: text(certificate.origin.and_then(Origin::first_aid)),
            contest_result_id: text(certificate.origin.and_then(Origin::contest_result)),
            body_id: certificate.body.to_string(),
            body_name: body.name.clone(),
            occupation: skill.map(|skill| skill.occupation.code.code()),
            specialty: skill.map(|skill| specialty(skill).code()),
            level: skill.map(|skill| skill.level.code.code()),
            course: training.map(|training| training.course.zh.clone()),
            hours: training.map(|training| training.hours),
            completed_on: text(training.map(|training| training.completed_on)),
            original_issuer: seen.map(|seen| seen.original_issuer.zh.clone()),
            original_number: seen.map(|seen| seen.original_number.clone()),
            original_issued_on: text(seen.map(|seen| seen.original_issued_on)),
            holder: certificate.holder.clone(),
            issued_on: certificate.issued_on.to_string(),
            expires_on: certificate.expires_on.map(|day| day.to_string()),
            state: certificate.state.standing().code(),
            state_since: certificate.state.since().to_string(),
            replaced_by: certificate.state.successor().map(|id| id.to_string()),
            replaces: links.replaces.map(|id| id.to_string()),
            renews: certificate.renews.map(|id| id.to_string()),
            renewed_by: links.renewed_by.map(|id| id.to_string()),
            upload_state: certificate.upload.code(),
            uploaded_on: certificate.uploaded_on.map(|day| day.to_string()),
            issued_at: certificate.issued_at.to_rfc3339(),
            key_id: certificate.key.to_string(),
            verify_url: verify_url(&base, &certificate.code),
            qr_content: (release != Release::Waiting).then(signed),
            log: None,
            events: Vec::new(),
            version: certificate.version,
        }
    }
}

fn text<T: std::fmt::Display>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

impl From<&CertificateEvent> for EventView {
    fn from(event: &CertificateEvent) -> Self {
        Self {
            id: event.id.to_string(),
            change: event.change.code(),
            reason_code: event.reason_code.code(),
            reason: event.reason.clone(),
            requested_by: event.requested_by.map(|id| id.to_string()),
            requested_at: event.requested_at.to_rfc3339(),
            approved_by: event.approved_by.map(|id| id.to_string()),
            approved_at: event.approved_at.map(|at| at.to_rfc3339()),
            effective_on: event.effective_on.map(|day| day.to_string()),
            state: event.state.code(),
        }
    }
}

impl From<Issued> for IssuedView {
    fn from(one: Issued) -> Self {
        let (certificate, refused) = match one.result {
            Ok(made) => (Some(made), None),
            Err(error) => (None, Some(Problem::from(error))),
        };
        Self {
            application_id: text(one.origin.application()),
            enrolment_id: text(one.origin.enrolment()),
            certificate_id: certificate.as_ref().map(|made| made.id.to_string()),
            number: certificate.map(|made| made.number.to_string()),
            refused: refused.map(|problem| match problem {
                Problem::Conflict(code) => code.to_owned(),
                other => other.name().to_owned(),
            }),
        }
    }
}

impl From<&Reservation> for NumberView {
    fn from(reservation: &Reservation) -> Self {
        Self {
            number: reservation.number.to_string(),
            body_id: reservation.body.to_string(),
            application_id: text(reservation.origin.and_then(Origin::application)),
            enrolment_id: text(reservation.origin.and_then(Origin::enrolment)),
            first_aid_id: text(reservation.origin.and_then(Origin::first_aid)),
            contest_result_id: text(reservation.origin.and_then(Origin::contest_result)),
            replaces_id: reservation.replaces.map(|id| id.to_string()),
            state: reservation.state.code(),
            explanation: reservation.explanation.clone(),
            reserved_at: reservation.reserved_at.to_rfc3339(),
        }
    }
}

pub struct CertificateQuery {
    pub kind: Option<CertificateType>,
    pub state: Option<Standing>,
    /// Those older than this one: the last of the page before.
    pub before: Option<CertificateId>,
}

impl Form for CertificateQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let kind = f.optional("type");
        let state = f.optional("state");
        let before = f.optional("before");
        let done = f.optional_text("done", 60);
        done?;
        Some(Self { kind: kind?, state: state?, before: before? })
    }
}

pub struct NumberQuery {
    pub state: Option<ReservationState>,
}

impl Form for NumberQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let state = f.optional("state");
        Some(Self { state: state? })
    }
}

/// Certificates on one page of a list.
pub const PAGE: i64 = 50;

/// The bodies whose certificates `actor` sees in lists, with their names.
pub fn bodies(app: &App, conn: &mut Conn, actor: &Actor) -> Result<Vec<Organisation>, Problem> {
    if matches!(actor.role, Role::Assessor | Role::School | Role::FirstAidIssuer) {
        let own = actor.organisation.ok_or(Problem::NotFound)?;
        return Ok(organisations::store::find(conn, own)?.into_iter().collect());
    }
    let area = actor.area.as_ref().unwrap_or(&app.area);
    let mut all = organisations::store::list(conn, area, None)?;
    all.retain(|organisation| organisation.body_code.is_some());
    Ok(all)
}

/// A page of certificates that `actor` may see, each with its body.
pub fn visible(
    app: &App,
    conn: &mut Conn,
    actor: &Actor,
    query: &CertificateQuery,
) -> Result<Vec<(Certificate, Organisation)>, Problem> {
    let bodies = bodies(app, conn, actor)?;
    let ids: Vec<OrganisationId> = bodies.iter().map(|body| body.id).collect();
    let filter = Filter { bodies: ids, kind: query.kind, standing: query.state, before: query.before };
    let found = store::list(conn, &filter, PAGE)?;
    let body_of = |id| bodies.iter().find(|body| body.id == id).cloned();
    Ok(found.into_iter().filter_map(|one| body_of(one.body).map(|body| (one, body))).collect())
}

/// The certificates of the caller's own person.
pub fn own(conn: &mut Conn, actor: &Actor) -> Result<Vec<(Certificate, Organisation)>, Problem> {
    let person = actor.person.ok_or(Problem::NotFound)?;
    let mut own = Vec::new();
    for certificate in store::of_person(conn, person)? {
        let body = organisations::store::find(conn, certificate.body)?.ok_or(Problem::NotFound)?;
        own.push((certificate, body));
    }
    Ok(own)
}

pub async fn certificate_list(call: Call, Query(query): Query<CertificateQuery>) -> Answer {
    let actor = call.actor()?.clone();
    let views = call
        .work(move |app, _| {
            app.database.read(|conn| {
                let found = match actor.role {
                    Role::Caregiver => own(conn, &actor)?,
                    _ => visible(app, conn, &actor, &query)?,
                };
                let ids: Vec<CertificateId> = found.iter().map(|(one, _)| one.id).collect();
                let links = life_store::links(conn, &ids)?;
                let view = |(one, body): &(Certificate, Organisation)| {
                    let links = links.get(&one.id).copied().unwrap_or_default();
                    Ok(CertificateView::new(app, one, links, body, release(app, conn, one)?))
                };
                found.iter().map(view).collect::<Result<Vec<_>, Problem>>()
            })
        })
        .await?;
    ok(&views)
}

/// Whether the transparency log has published a certificate. Before that nobody is given a form of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    Waiting,
    Done,
}

pub fn release(app: &App, conn: &mut Conn, certificate: &Certificate) -> Result<Release, Problem> {
    let published = app.log.is_published(conn, &certificate.record.digest().leaf())?;
    Ok(if published { Release::Done } else { Release::Waiting })
}

/// Refuses what is not released yet, for the time that a publisher takes to come round.
pub fn released(app: &App, conn: &mut Conn, certificate: &Certificate) -> Result<(), Problem> {
    match release(app, conn, certificate)? {
        Release::Done => Ok(()),
        Release::Waiting => Err(Problem::NotYet(2)),
    }
}

pub async fn certificate_get(call: Call, id: web::Path<CertificateId>) -> Answer {
    let actor = call.actor()?.clone();
    let view = call.work(move |app, _| whole(app, &actor, *id)).await?;
    ok_with_version(&view, view.version)
}

/// A certificate with its history.
fn whole(app: &App, actor: &Actor, id: CertificateId) -> Result<CertificateView, Problem> {
    app.database.read(|conn| {
        let (certificate, body) = service::certificate(conn, actor, id)?;
        let events = store::events(conn, id)?;
        let links = life_store::links_of(conn, id)?;
        let proof = app.log.proof(conn, &certificate.record.digest().leaf())?;
        let release = if proof.is_some() { Release::Done } else { Release::Waiting };
        let mut view = CertificateView::new(app, &certificate, links, &body, release);
        view.events = events.iter().map(EventView::from).collect();
        view.log = proof.map(|proof| serde_json::json!(*proof));
        Ok(view)
    })
}

pub async fn certificate_create(call: Call, Input(new): Input<NewCertificate>) -> Answer {
    let actor = call.actor()?.clone();
    call.create_in_steps(move |app, context| {
        let made = certificate_issue(&app.desk(), context, &actor, &new)?;
        whole(app, &actor, made.id)
    })
    .await
}

pub async fn session_issue(call: Call, session: web::Path<ExamSessionId>) -> Answer {
    let actor = call.actor()?.clone();
    let views = call
        .work(move |app, context| {
            let issued = session_certificates_issue(&app.desk(), context, &actor, *session)?;
            Ok(issued.into_iter().map(IssuedView::from).collect::<Vec<_>>())
        })
        .await?;
    ok(&views)
}

pub async fn class_issue(call: Call, class: web::Path<ClassId>) -> Answer {
    let views = call
        .work(move |app, context| {
            let issued = class_certificates_issue(&app.desk(), context, *class)?;
            Ok(issued.into_iter().map(IssuedView::from).collect::<Vec<_>>())
        })
        .await?;
    ok(&views)
}

pub async fn first_aid_issue(call: Call, id: web::Path<FirstAidCertificateId>) -> Answer {
    let actor = call.actor()?.clone();
    call.create_in_steps(move |app, context| {
        let made = first_aid_record_issue(&app.desk(), context, *id)?;
        whole(app, &actor, made.id)
    })
    .await
}

pub async fn contest_issue(call: Call, id: web::Path<ContestResultId>) -> Answer {
    let actor = call.actor()?.clone();
    call.create_in_steps(move |app, context| {
        let made = contest_certificate_issue(&app.desk(), context, &actor, *id)?;
        whole(app, &actor, made.id)
    })
    .await
}

pub async fn certificate_suspend(
    call: Call,
    id: web::Path<CertificateId>,
    Input(reason): Input<ChangeReason>,
) -> Answer {
    change(call, *id, Change::Suspend, reason).await
}

pub async fn certificate_reinstate(
    call: Call,
    id: web::Path<CertificateId>,
    Input(reason): Input<ChangeReason>,
) -> Answer {
    change(call, *id, Change::Reinstate, reason).await
}

pub async fn certificate_revoke(
    call: Call,
    id: web::Path<CertificateId>,
    Input(reason): Input<ChangeReason>,
) -> Answer {
    change(call, *id, Change::Revoke, reason).await
}

pub async fn certificate_replace(
    call: Call,
    id: web::Path<CertificateId>,
    Input(reason): Input<ChangeReason>,
) -> Answer {
    change(call, *id, Change::Replace, reason).await
}

pub async fn certificate_renew(
    call: Call,
    id: web::Path<CertificateId>,
    Input(reason): Input<ChangeReason>,
) -> Answer {
    change(call, *id, Change::Renew, reason).await
}

async fn change(call: Call, certificate: CertificateId, change: Change, reason: ChangeReason) -> Answer {
    let actor = call.actor()?.clone();
    let asked = Asked { certificate, version: call.if_match_given()?, change, reason };
    let changed = call
        .work(move |app, context| match certificate_change(&app.desk(), context, &actor, &asked)? {
            Outcome::Done(changed) => Ok(Ok(whole(app, &actor, changed.id)?)),
            Outcome::Pending(event) => Ok(Err(PendingView { pending: EventView::from(&event) })),
        })
        .await?;
    match changed {
        Ok(view) => ok_with_version(&view, view.version),
        Err(pending) => Ok(HttpResponse::Accepted().json(pending)),
    }
}

pub async fn number_list(call: Call, Query(query): Query<NumberQuery>) -> Answer {
    let actor = call.actor()?.clone();
    let views = call
        .work(move |app, _| {
            app.database.read(|conn| {
                let bodies: Vec<OrganisationId> =
                    bodies(app, conn, &actor)?.iter().map(|body| body.id).collect();
                let found = number_store::list(conn, &bodies, query.state, 1000)?;
                Ok::<_, Problem>(found.iter().map(NumberView::from).collect::<Vec<_>>())
            })
        })
        .await?;
    ok(&views)
}

/// The proof of the log, in its text form.
pub async fn certificate_proof(call: Call, id: web::Path<CertificateId>) -> Answer {
    let actor = call.actor()?.clone();
    let proof = call
        .work(move |app, _| {
            app.database.read(|conn| {
                let (found, _) = service::certificate(conn, &actor, *id)?;
                logged_proof(app, conn, &found)
            })
        })
        .await?;
    Ok(HttpResponse::Ok().content_type(PROOF_TYPE).body(proof.text()))
}

/// The proof of the log with the record that it is of.
pub fn logged_proof(
    app: &App,
    conn: &mut Conn,
    certificate: &Certificate,
) -> Result<InclusionProof, Problem> {
    let proof = app.log.proof(conn, &certificate.record.digest().leaf())?.ok_or(Problem::NotYet(2))?;
    let record = Some(certificate.record.canonical().to_owned());
    Ok(InclusionProof { record, ..InclusionProof::clone(&proof) })
}
