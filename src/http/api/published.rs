//! What verifiers elsewhere fetch: the trust list, the keys in the forms that others read, and the status lists.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::app::trust::did;
use crate::http::call::{Answer, Call};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::proof::keys::Purpose;
use crate::proof::status::StatusPurpose;
use crate::proof::trust::KeyState;

/// How long a cache may keep what changes rarely, in seconds.
const RARELY: u32 = 300;
/// And what has to be known within seconds.
const SOON: u32 = 5;

pub async fn trust_list(call: Call) -> Answer {
    let trust = call.app.trust.current();
    Ok(cached("application/json", RARELY, trust.text.clone()))
}

/// The keys as a JSON Web Key Set. Retired keys stay: what they signed is still checked. A halted one is left out: who
/// reads this form knows neither its halt nor its cutoff, and would believe a thief.
pub async fn jwks(call: Call) -> Answer {
    let trust = call.app.trust.current();
    let keys: Vec<Value> = trust
        .list
        .document()
        .keys
        .iter()
        .filter(|key| key.state != KeyState::Halted && key.purpose != Purpose::ExternalIssuer)
        .map(|key| {
            json!({
                "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": key.id,
                "x": URL_SAFE_NO_PAD.encode(key.public_key.bytes()),
            })
        })
        .collect();
    Ok(cached("application/jwk-set+json", RARELY, json!({ "keys": keys }).to_string()))
}

/// The registry's `did:web` document, with every key as a Multikey, a halted one marked `revoked`. What may count stands
/// under `assertionMethod`: issuing keys, also retired ones, and the status key in force.
pub async fn did_document(call: Call) -> Answer {
    let trust = call.app.trust.current();
    let did = did(&call.app.config);
    let keys = &trust.list.document().keys;
    let methods: Vec<Value> = keys
        .iter()
        .filter(|key| key.purpose != Purpose::ExternalIssuer)
        .map(|key| {
            let mut method = json!({
                "id": format!("{did}#{}", key.id), "type": "Multikey", "controller": did,
                "publicKeyMultibase": key.public_key,
            });
            if let Some(halted) = key.halted_at {
                method["revoked"] = halted.to_rfc3339_opts(chrono::SecondsFormat::Secs, true).into();
            }
            method
        })
        .collect();
    let now = call.context.now;
    let signs = keys.iter().filter(|key| match key.purpose {
        Purpose::Issuing => key.state != KeyState::Halted,
        Purpose::Status => key.is_usable(now),
        Purpose::Root | Purpose::Log | Purpose::Api | Purpose::PersonalData | Purpose::ExternalIssuer => {
            false
        }
    });
    let assertion: Vec<String> = signs.map(|key| format!("{did}#{}", key.id)).collect();
    let document = json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did, "verificationMethod": methods, "assertionMethod": assertion,
    });
    Ok(cached("application/did+json", RARELY, document.to_string()))
}

/// Both lists of one number.
pub async fn status_bundle(call: Call, list: web::Path<u32>) -> Answer {
    let signed = call.app.status.signed();
    let bundle = signed.bundles.get(&list).ok_or(Problem::NotFound)?;
    Ok(cached("application/json", SOON, bundle.to_json()))
}

/// One list as a credential.
pub async fn status_list(call: Call, path: web::Path<(u32, String)>) -> Answer {
    let (list, purpose) = path.into_inner();
    let signed = call.app.status.signed();
    let bundle = signed.bundles.get(&list).ok_or(Problem::NotFound)?;
    let jwt = match StatusPurpose::from_code(&purpose).ok_or(Problem::NotFound)? {
        StatusPurpose::Revocation => &bundle.revocation,
        StatusPurpose::Suspension => &bundle.suspension,
    };
    Ok(cached("application/vc+jwt", SOON, jwt.clone()))
}

fn cached(content_type: &'static str, seconds: u32, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={seconds}")))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(body)
}
