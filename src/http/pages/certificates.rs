use actix_web::web;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::db::Conn;
use crate::flows::certificate_change::{Asked, certificate_change};
use crate::flows::certificate_issue::{class_certificates_issue, first_aid_record_issue};
use crate::http::api::certificates::{CertificateQuery, PAGE, own, visible};
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{options, options_of, see_other, show, show_refused};
use crate::http::pages::accounts::Nothing;
use crate::http::problem::Problem;
use crate::http::said::{merge, said_in};
use crate::http::texts::Language;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::ids::{AccountId, CertificateId, ClassId, FirstAidCertificateId};
use crate::proof::payload::CertificateType;
use crate::proof::qr::{Matrix, signed_url, verify_url};
use crate::registry::accounts;
use crate::registry::certificates::life_store;
use crate::registry::certificates::rules;
use crate::registry::certificates::service::{self, Outcome};
use crate::registry::certificates::store;
use crate::registry::certificates::{Certificate, Change, ChangeReason, ReasonCode, Standing};
use crate::registry::organisations::Organisation;

/// 结业发证: to every trainee of a class who has none yet. One who is refused holds up no other; if all are, the page
/// says why.
pub async fn class_issue(call: Call, class: web::Path<ClassId>, _posted: Posted<Nothing>) -> Answer {
    call.work(move |app, context| {
        let mut refused = None;
        let mut made = false;
        for one in class_certificates_issue(&app.desk(), context, *class)? {
            match one.result {
                Ok(_) => made = true,
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(error) if !made => Err(error.into()),
            _ => Ok(()),
        }
    })
    .await?;
    Ok(see_other("/certificates", Some("certificates-issued")))
}

/// 救护员证登记凭证
pub async fn first_aid_issue(
    call: Call,
    id: web::Path<FirstAidCertificateId>,
    _posted: Posted<Nothing>,
) -> Answer {
    let made = call.work(move |app, context| Ok(first_aid_record_issue(&app.desk(), context, *id)?)).await?;
    Ok(see_other(&format!("/certificates/{}", made.id), Some("certificates-issued")))
}

/// 证书: those of the caller's bodies, newest first.
pub async fn list(call: Call, Query(query): Query<CertificateQuery>) -> Answer {
    let actor = call.actor()?.clone();
    let is_bureau = actor.role == Role::Bureau;
    let (kind, state) = (query.kind, query.state);
    let is_first = query.before.is_none();
    let found = call.work(move |app, _| app.database.read(|conn| visible(app, conn, &actor, &query))).await?;
    let of_kind = kind.map(|kind| format!("type={kind}&")).unwrap_or_default();
    let in_state = state.map(|state| format!("state={state}&")).unwrap_or_default();
    let filter = format!("{of_kind}{in_state}");
    let is_full = i64::try_from(found.len()).unwrap_or(0) == PAGE;
    let next =
        found.last().filter(|_| is_full).map(|(last, _)| format!("/certificates?{filter}before={}", last.id));
    let texts = call.app.views.texts(call.language);
    let rows: Vec<Value> = found.iter().map(|(one, body)| row(call.language, one, body)).collect();
    let page = json!({
        "certificates": rows,
        "type_options": options::<CertificateType>(texts, kind.map(Code::code).unwrap_or_default()),
        "state_options": options::<Standing>(texts, state.map(Code::code).unwrap_or_default()),
        "next": next,
        "previous": if is_first { None } else { Some(format!("/certificates?{filter}")) },
        "summary": rows.len().to_string(),
        "may_revoke_many": is_bureau,
    });
    show(&call, "pages/certificates", "certificates-title", page)
}

/// One certificate: facts, history, and what may be done with it.
pub async fn detail(call: Call, id: web::Path<CertificateId>) -> Answer {
    let page = detail_page(&call, *id).await?;
    show(&call, "pages/certificate", "certificate-title", page)
}

/// The form of one change.
pub async fn change_form(call: Call, path: web::Path<(CertificateId, String)>) -> Answer {
    let (id, change) = path.into_inner();
    let page = change_page(&call, id, changeable(&change)?, &Map::new()).await?;
    show(&call, "pages/certificate-change", "certificate-actions", page)
}

/// Suspends, reinstates, revokes or replaces.
pub async fn change(
    call: Call,
    path: web::Path<(CertificateId, String)>,
    posted: Posted<ChangeReason>,
) -> Answer {
    let (id, change) = path.into_inner();
    let change = changeable(&change)?;
    let actor = call.actor()?.clone();
    let result = match posted.form {
        Err(invalid) => Err(Problem::Invalid(invalid)),
        Ok(reason) => {
            let change = move |app: &App, context: &Context| {
                let asked = Asked { certificate: id, version: None, change, reason };
                Ok(certificate_change(&app.desk(), context, &actor, &asked)?)
            };
            call.work(change).await
        }
    };
    match result {
        Ok(Outcome::Done(changed)) => {
            Ok(see_other(&format!("/certificates/{}", changed.id), Some(&format!("certificate-{change}"))))
        }
        Ok(Outcome::Pending(_)) => {
            Ok(see_other(&format!("/certificates/{id}"), Some("certificate-revoke-asked")))
        }
        Err(Problem::Invalid(invalid)) => {
            let page = change_page(&call, id, change, &posted.values).await?;
            show_refused(&call, "pages/certificate-change", "certificate-actions", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

fn changeable(change: &str) -> Result<Change, Problem> {
    Change::from_code(change).filter(|change| *change != Change::Issue).ok_or(Problem::NotFound)
}

async fn change_page(
    call: &Call,
    id: CertificateId,
    change: Change,
    typed: &Map<String, Value>,
) -> Result<Value, Problem> {
    let actor = call.actor()?.clone();
    let (certificate, body) = call.read(move |conn, _| Ok(service::certificate(conn, &actor, id)?)).await?;
    let texts = call.app.views.texts(call.language);
    let chosen = typed.get("reason_code").and_then(Value::as_str).unwrap_or_default();
    let fitting: Vec<ReasonCode> =
        ReasonCode::ALL.iter().copied().filter(|reason| reason.fits(change)).collect();
    let mut page = row(call.language, &certificate, &body);
    page["change"] = json!(change);
    page["danger"] = json!(change == Change::Revoke);
    page["reason"] = typed.get("reason").cloned().unwrap_or_else(|| json!(""));
    page["reason_options"] = json!(options_of(texts, &fitting, chosen));
    Ok(page)
}

/// 我的证书: the QR first and large.
pub async fn mine(call: Call) -> Answer {
    let actor = call.actor()?.clone();
    let found = call.read(move |conn, _| own(conn, &actor)).await?;
    let base = call.app.config.public_url();
    let mut cards = Vec::new();
    for (certificate, body) in &found {
        let mut card = row(call.language, certificate, body);
        let matrix = Matrix::of(&signed_url(&base, &certificate.code, &certificate.cwt));
        let matrix = matrix.map_err(|error| Problem::Internal(error.to_string()))?;
        card["qr_path"] = json!(matrix.svg_path());
        card["qr_size"] = json!(matrix.size + 8);
        card["verify_path"] = json!(format!("/v/{}", certificate.code));
        cards.push(card);
    }
    show(&call, "pages/my-certificates", "my-certificates-title", json!({ "certificates": cards }))
}

fn row(language: Language, certificate: &Certificate, body: &Organisation) -> Value {
    let mut row = json!({
        "id": certificate.id, "href": format!("/certificates/{}", certificate.id),
        "number": certificate.number.as_str(), "holder": certificate.holder,
        "body": body.name, "issued_on": certificate.issued_on, "expires_on": certificate.expires_on,
        "state": certificate.state.standing(), "state_kind": kind(certificate.state.standing()),
        "state_since": certificate.state.since(),
    });
    merge(&mut row, said_in(language, &certificate.record.attested));
    row
}

const fn kind(standing: Standing) -> &'static str {
    match standing {
        Standing::Valid => "good",
        Standing::Suspended => "warn",
        Standing::Revoked => "bad",
        Standing::Replaced => "calm",
    }
}

async fn detail_page(call: &Call, id: CertificateId) -> Result<Value, Problem> {
    let (actor, language) = (call.actor()?.clone(), call.language);
    call.work(move |app, context| {
        app.database.read(|conn| {
            let (certificate, body) = service::certificate(conn, &actor, id)?;
            let mut page = row(language, &certificate, &body);
            page["code"] = json!(certificate.code);
            page["verify_url"] = json!(verify_url(&app.config.public_url(), &certificate.code));
            page["verify_path"] = json!(format!("/v/{}", certificate.code));
            page["key_id"] = json!(certificate.key);
            page["upload_state"] = json!(certificate.upload);
            let links = life_store::links_of(conn, id)?;
            let href = |id: Option<CertificateId>| json!(id.map(|id| format!("/certificates/{id}")));
            page["successor"] = href(certificate.state.successor());
            page["replaces"] = href(links.replaces);
            page["renews"] = href(certificate.renews);
            page["renewed_by"] = href(links.renewed_by);
            page["events"] = json!(history(conn, &certificate)?);
            let waiting = service::pending(conn, id)?;
            page["pending"] = match &waiting {
                Some(event) => {
                    json!({ "by": name(conn, event.requested_by)?, "reason_code": event.reason_code })
                }
                None => Value::Null,
            };
            let may_renew = match app.seeds.certificate_term(&app.area, context.today()) {
                Some(term) => {
                    service::renewable(conn, &certificate, context.today(), term.renewal_days).is_ok()
                }
                None => false,
            };
            page["actions"] = json!(actions(&actor, &certificate, may_renew));
            Ok(page)
        })
    })
    .await
}

/// The history in words: who, what, why, when.
fn history(conn: &mut Conn, certificate: &Certificate) -> Result<Vec<Value>, Problem> {
    let mut lines = Vec::new();
    for event in store::events(conn, certificate.id)? {
        lines.push(json!({
            "change": event.change, "reason_code": event.reason_code, "reason": event.reason,
            "requested_by": name(conn, event.requested_by)?, "requested_at": event.requested_at,
            "approved_by": name(conn, event.approved_by)?, "effective_on": event.effective_on,
            "state": event.state,
        }));
    }
    Ok(lines)
}

/// The name of whoever has the account.
pub fn name(conn: &mut Conn, account: Option<AccountId>) -> Result<Option<String>, Problem> {
    let Some(id) = account else { return Ok(None) };
    Ok(accounts::store::find(conn, id)?.map(|account| account.name))
}

/// The changes that the state allows and the caller may make.
fn actions(actor: &Actor, certificate: &Certificate, may_renew: bool) -> Vec<Value> {
    if !rules::may_change(actor) {
        return Vec::new();
    }
    let (state, today) = (certificate.state, certificate.state.since());
    let possible = [
        (Change::Suspend, state.suspend(today).is_ok()),
        (Change::Reinstate, state.reinstate(today).is_ok()),
        (Change::Replace, state.replace(today, certificate.id).is_ok()),
        (Change::Renew, may_renew),
        (Change::Revoke, state.revoke(today).is_ok()),
    ];
    let link = |change: Change| {
        json!({
            "change": change, "href": format!("/certificates/{}/{change}", certificate.id),
            "danger": change == Change::Revoke,
        })
    };
    possible.into_iter().filter(|(_, is_possible)| *is_possible).map(|(change, _)| link(change)).collect()
}
