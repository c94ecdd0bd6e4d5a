//! Certificates as verifiable credentials: written from the frozen record and the signatures made at issue, so that
//! the same certificate gives the same bytes for ever.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::http::api::certificates::released;
use crate::http::call::{Answer, Call};
use crate::http::input::Query;
use crate::http::problem::Problem;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::CertificateId;
use crate::proof::credential::{Signatures, Unwritable, write_jsonld, write_jwt};
use crate::proof::data_integrity::Suite;
use crate::registry::certificates::{Certificate, service};

/// Which proof a JSON-LD credential has; `eddsa-rdfc-2022` if not said.
pub struct SuiteQuery {
    pub suite: Option<Suite>,
}

impl Form for SuiteQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let suite = f.optional("suite");
        Some(Self { suite: suite? })
    }
}

pub async fn certificate_jsonld(
    call: Call,
    id: web::Path<CertificateId>,
    Query(query): Query<SuiteQuery>,
) -> Answer {
    let suite = query.suite.unwrap_or(Suite::Rdfc);
    credential(call, *id, "application/vc", "jsonld", move |certificate, signatures| {
        write_jsonld(&certificate.record, signatures, suite)
    })
    .await
}

pub async fn certificate_jwt(call: Call, id: web::Path<CertificateId>) -> Answer {
    credential(call, *id, "application/vc+jwt", "jwt", |certificate, signatures| {
        write_jwt(&certificate.record, signatures)
    })
    .await
}

async fn credential(
    call: Call,
    id: CertificateId,
    content_type: &'static str,
    ending: &'static str,
    write: impl FnOnce(&Certificate, &Signatures) -> Result<String, Unwritable> + Send + 'static,
) -> Answer {
    let actor = call.actor()?.clone();
    let (text, number) = call
        .work(move |app, _| {
            let found = app.database.read(|conn| {
                let (found, _) = service::certificate(conn, &actor, id)?;
                released(app, conn, &found)?;
                Ok::<_, Problem>(found)
            })?;
            Ok((written(&found, write)?, found.number))
        })
        .await?;
    let name: String = number.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"certificate-{name}.{ending}\""),
        ))
        .body(text))
}

/// The JSON-LD of `suite`, with the signature that was made at issue.
pub fn credential_text(certificate: &Certificate, suite: Suite) -> Result<String, Problem> {
    written(certificate, |certificate, signatures| write_jsonld(&certificate.record, signatures, suite))
}

fn written(
    certificate: &Certificate,
    write: impl FnOnce(&Certificate, &Signatures) -> Result<String, Unwritable>,
) -> Result<String, Problem> {
    let broken =
        |why: &dyn std::fmt::Display| Problem::Internal(format!("certificate {}: {why}", certificate.id));
    let signatures = Signatures::from_bytes(&certificate.proofs);
    let signatures = signatures.ok_or_else(|| broken(&"its signatures are not of three forms"))?;
    write(certificate, &signatures).map_err(|error| broken(&error))
}
