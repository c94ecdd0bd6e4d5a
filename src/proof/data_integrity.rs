//! W3C Data Integrity proofs with the cryptosuite `eddsa-jcs-2022` (Data Integrity EdDSA Cryptosuites
//! v1.0, §3.3) on JSON documents.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::kernel::dates::Timestamp;
use crate::proof::base58;
use crate::proof::keys::{PublicKey, Signer, SigningError};

const CRYPTOSUITE: &str = "eddsa-jcs-2022";

/// Why a document's proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    #[error("no proof of the cryptosuite eddsa-jcs-2022")]
    Missing,
    #[error("the signature does not match")]
    Signature,
    #[error(transparent)]
    Signing(#[from] SigningError),
}

/// `document` with a proof added. An earlier proof is replaced.
///
/// # Errors
/// [`BadProof::Missing`] when `document` is no JSON object, so that no proof can be put into it, and
/// [`BadProof::Signing`].
pub fn sign(
    mut document: Value,
    verification_method: &str,
    created: Timestamp,
    key: &dyn Signer,
) -> Result<Value, BadProof> {
    let object = document.as_object_mut().ok_or(BadProof::Missing)?;
    object.remove("proof");
    let mut proof = json!({
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    });
    if let Some(context) = object.get("@context") {
        proof["@context"] = context.clone();
    }
    let hashes = hashes(&proof, &Value::Object(object.clone()))?;
    proof["proofValue"] = format!("z{}", base58::encode(&key.sign(&hashes)?)).into();
    object.insert("proof".to_owned(), proof);
    Ok(document)
}

/// The `verificationMethod` that a document's proof names; nothing is checked yet.
#[must_use]
pub fn verification_method(document: &Value) -> Option<&str> {
    document.get("proof")?.get("verificationMethod")?.as_str()
}

/// # Errors
/// [`BadProof`] where there is not exactly one proof by `key` over the whole document.
pub fn verify(document: &Value, key: &PublicKey) -> Result<(), BadProof> {
    let mut document = document.as_object().ok_or(BadProof::Missing)?.clone();
    let Some(Value::Object(mut proof)) = document.remove("proof") else { return Err(BadProof::Missing) };
    let signature = take_signature(&mut proof).ok_or(BadProof::Missing)?;
    let is = |name: &str, value: &str| proof.get(name).and_then(Value::as_str) == Some(value);
    let known = is("type", "DataIntegrityProof")
        && is("cryptosuite", CRYPTOSUITE)
        && is("proofPurpose", "assertionMethod")
        && (!proof.contains_key("@context") || proof.get("@context") == document.get("@context"));
    if !known {
        return Err(BadProof::Missing);
    }
    let hashes = hashes(&Value::Object(proof), &Value::Object(document))?;
    if key.has_signed(&hashes, &signature) { Ok(()) } else { Err(BadProof::Signature) }
}

/// SHA-256 of the canonical proof configuration, then of the canonical document (§3.3.4).
fn hashes(proof: &Value, document: &Value) -> Result<[u8; 64], BadProof> {
    let mut hashes = [0; 64];
    for (part, place) in [proof, document].into_iter().zip(hashes.chunks_mut(32)) {
        let canonical = serde_json_canonicalizer::to_vec(part).map_err(|_| BadProof::Missing)?;
        place.copy_from_slice(&Sha256::digest(canonical));
    }
    Ok(hashes)
}

fn take_signature(proof: &mut Map<String, Value>) -> Option<[u8; 64]> {
    let value = proof.remove("proofValue")?;
    // 64 bytes are at most 88 letters: a longer text would only cost time.
    let text = value.as_str().filter(|text| text.len() <= 96)?;
    base58::decode(text.strip_prefix('z')?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::keys::PrivateKey;

    macro_rules! vector {
        ($name:literal) => {
            include_str!(concat!("../../tests/vectors/vc-di-eddsa/", $name)).trim_end()
        };
    }

    fn published(text: &str) -> Value {
        serde_json::from_str(text).expect("JSON")
    }

    /// The key pair of the Recommendation's examples, which is no secret.
    fn published_key() -> PrivateKey {
        let pair = published(vector!("keyPair.json"));
        let secret = pair["privateKeyMultibase"].as_str().expect("text");
        let bytes = base58::decode(&secret[1..]).expect("base 58");
        let seed: [u8; 32] = bytes[2..].try_into().expect("32 bytes after the prefix 0x8026");
        let key = PrivateKey::from_random(&mut seed.clone());
        assert_eq!(key.public().to_string(), pair["publicKeyMultibase"]);
        key
    }

    #[test]
    fn the_published_example_byte_for_byte() {
        let unsigned = published(vector!("unsigned.json"));
        let config = published(vector!("eddsa-jcs-2022/proofConfigJCS.json"));
        let canonical = |value: &Value| serde_json_canonicalizer::to_string(value).expect("canonical");
        assert_eq!(canonical(&unsigned), vector!("eddsa-jcs-2022/canonDocJCS.txt"));
        assert_eq!(canonical(&config), vector!("eddsa-jcs-2022/proofCanonJCS.txt"));
        let combined = hex::encode(hashes(&config, &unsigned).expect("hashes"));
        assert_eq!(combined, vector!("eddsa-jcs-2022/combinedHashJCS.txt"));

        let created = "2023-02-24T23:36:38Z".parse().expect("a time");
        let method = config["verificationMethod"].as_str().expect("text");
        let signed = sign(unsigned, method, created, &published_key()).expect("signed");
        assert_eq!(signed["proof"]["proofValue"], vector!("eddsa-jcs-2022/sigBTC58JCS.txt"));
        assert_eq!(signed, published(vector!("eddsa-jcs-2022/signedJCS.json")));
        assert_eq!(method, published_key().public().did_key_method());
    }

    #[test]
    fn what_was_changed_is_refused() {
        let signed = published(vector!("eddsa-jcs-2022/signedJCS.json"));
        let key = published_key().public();
        assert_eq!(verify(&signed, &key), Ok(()));
        let change = |pointer: &str, value: Value| {
            let mut changed = signed.clone();
            *changed.pointer_mut(pointer).expect("there") = value;
            verify(&changed, &key)
        };
        assert_eq!(change("/name", "Other".into()), Err(BadProof::Signature));
        assert_eq!(change("/proof/created", "2024-02-24T23:36:38Z".into()), Err(BadProof::Signature));
        assert_eq!(change("/proof/cryptosuite", "eddsa-rdfc-2022".into()), Err(BadProof::Missing));
        assert_eq!(change("/proof/proofPurpose", "authentication".into()), Err(BadProof::Missing));
        assert_eq!(change("/proof/proofValue", "z1".into()), Err(BadProof::Missing));
        assert_eq!(change("/@context", json!([])), Err(BadProof::Missing));
        assert_eq!(change("/proof", json!([])), Err(BadProof::Missing));
        let other = PrivateKey::from_random(&mut [1; 32]).public();
        assert_eq!(verify(&signed, &other), Err(BadProof::Signature));
    }
}
