//! W3C Data Integrity proofs (Data Integrity EdDSA Cryptosuites v1.0) on JSON documents: `eddsa-jcs-2022` signs the
//! JSON, `eddsa-rdfc-2022` what it means as JSON-LD.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::codes;
use crate::kernel::codes::Code;
use crate::kernel::dates::Timestamp;
use crate::proof::base58;
use crate::proof::jsonld::{self, BadJsonLd};
use crate::proof::keys::{PublicKey, Signer, SigningError};

codes! {
    /// How a document becomes the bytes that are signed.
    pub enum Suite("cryptosuite") {
        /// JSON canonicalised by RFC 8785 (§3.3).
        Jcs = "eddsa-jcs-2022",
        /// The document's RDF canonicalised by RDFC-1.0 (§3.2).
        Rdfc = "eddsa-rdfc-2022",
    }
}

codes! {
    /// What a proof is for.
    pub enum Purpose("proof-purpose") {
        /// That a credential's claims are the issuer's.
        Assertion = "assertionMethod",
        /// That a presentation comes from its holder, now.
        Authentication = "authentication",
    }
}

/// The most proofs that are looked at in one document.
const MAX_PROOFS: usize = 8;

/// Why a document's proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    #[error("no proof of the cryptosuite asked for")]
    Missing,
    #[error("the signature does not match")]
    Signature,
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error(transparent)]
    Document(#[from] BadJsonLd),
}

/// `document` with a proof added. An earlier proof is replaced.
///
/// # Errors
/// [`BadProof::Missing`] when `document` is no JSON object, so that no proof can be put into it;
/// [`BadProof::Document`] when it has no canonical form; [`BadProof::Signing`].
pub fn sign(
    document: Value,
    suite: Suite,
    verification_method: &str,
    created: Timestamp,
    key: &dyn Signer,
) -> Result<Value, BadProof> {
    add_proof(document, suite, configuration(suite, Purpose::Assertion, verification_method, created), key)
}

/// A presentation with its holder's proof for `challenge`.
///
/// # Errors
/// As [`sign`].
pub fn present(
    presentation: Value,
    suite: Suite,
    verification_method: &str,
    challenge: &str,
    created: Timestamp,
    key: &PrivateKey,
) -> Result<Value, BadProof> {
    let mut proof = configuration(suite, Purpose::Authentication, verification_method, created);
    proof["challenge"] = challenge.into();
    add_proof(presentation, suite, proof, key)
}

fn configuration(suite: Suite, purpose: Purpose, method: &str, created: Timestamp) -> Value {
    json!({
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": created.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "verificationMethod": method,
        "proofPurpose": purpose,
    })
}

fn add_proof(
    mut document: Value,
    suite: Suite,
    mut proof: Value,
    key: &PrivateKey,
) -> Result<Value, BadProof> {
    let object = document.as_object_mut().ok_or(BadProof::Missing)?;
    object.remove("proof");
    let context = object.get("@context").filter(|_| suite == Suite::Jcs);
    if let Some(context) = context {
        proof["@context"] = context.clone();
    }
    let hashes = hashes(suite, proof.clone(), &document)?;
    proof["proofValue"] = proof_value(&key.sign(&hashes)?).into();
    document["proof"] = proof;
    Ok(document)
}

/// A signature as a proof holds it: multibase, base 58.
#[must_use]
pub fn proof_value(signature: &[u8; 64]) -> String {
    multibase(signature)
}

/// Bytes in multibase `z`, base 58, as keys and signatures are written.
#[must_use]
pub fn multibase(bytes: &[u8]) -> String {
    format!("z{}", base58::encode(bytes))
}

/// The signature in a `proofValue`.
#[must_use]
pub fn signature_of(proof_value: &str) -> Option<[u8; 64]> {
    // 64 bytes are at most 88 letters: a longer text would only cost time.
    let text = Some(proof_value).filter(|text| text.len() <= 96)?;
    base58::decode(text.strip_prefix('z')?)?.try_into().ok()
}

/// The document's proofs that we could check, each with its suite; `proof` is an object or an array of them.
#[must_use]
pub fn proofs(document: &Value) -> Vec<(Suite, &Map<String, Value>)> {
    let proofs = match document.get("proof") {
        Some(Value::Array(proofs)) if proofs.len() <= MAX_PROOFS => proofs.as_slice(),
        Some(proof @ Value::Object(_)) => std::slice::from_ref(proof),
        _ => &[],
    };
    let known = |proof: &'_ Map<String, Value>| Suite::from_code(proof.get("cryptosuite")?.as_str()?);
    proofs.iter().filter_map(Value::as_object).filter_map(|proof| Some((known(proof)?, proof))).collect()
}

/// The `verificationMethod` that the document's first proof of `suite` names; nothing is checked yet.
#[must_use]
pub fn verification_method(document: &Value, suite: Suite) -> Option<&str> {
    let proofs = proofs(document);
    let (_, proof) = proofs.into_iter().find(|(found, _)| *found == suite)?;
    proof.get("verificationMethod")?.as_str()
}

/// Checks the document's only proof of `suite`, which asserts it.
///
/// # Errors
/// [`BadProof`] where there is not exactly one proof of `suite` by `key` over the whole document.
pub fn verify(document: &Value, suite: Suite, key: &PublicKey) -> Result<(), BadProof> {
    verify_for(document, suite, Purpose::Assertion, key)
}

/// The same for a proof of another purpose.
///
/// # Errors
/// As [`verify`].
pub fn verify_for(document: &Value, suite: Suite, purpose: Purpose, key: &PublicKey) -> Result<(), BadProof> {
    let mut of_suite = proofs(document).into_iter().filter(|(found, _)| *found == suite);
    let (Some((_, proof)), None) = (of_suite.next(), of_suite.next()) else { return Err(BadProof::Missing) };
    let mut unsecured = document.as_object().ok_or(BadProof::Missing)?.clone();
    unsecured.remove("proof");
    let mut proof = proof.clone();
    let signature = proof.remove("proofValue").ok_or(BadProof::Missing)?;
    let signature = signature.as_str().and_then(signature_of).ok_or(BadProof::Missing)?;
    let is = |name: &str, value: &str| proof.get(name).and_then(Value::as_str) == Some(value);
    let known = is("type", "DataIntegrityProof")
        && is("proofPurpose", purpose.code())
        && (!proof.contains_key("@context") || proof.get("@context") == unsecured.get("@context"))
        // A chained proof covers another one, which we don't look at.
        && !proof.contains_key("previousProof");
    if !known {
        return Err(BadProof::Missing);
    }
    let hashes = hashes(suite, Value::Object(proof), &Value::Object(unsecured))?;
    if key.has_signed(&hashes, &signature) { Ok(()) } else { Err(BadProof::Signature) }
}

/// SHA-256 of the canonical proof configuration, then of the canonical document (§3.2.4, §3.3.4).
fn hashes(suite: Suite, mut proof: Value, document: &Value) -> Result<[u8; 64], BadProof> {
    if suite == Suite::Rdfc {
        proof["@context"] = document.get("@context").cloned().ok_or(BadProof::Missing)?;
    }
    Ok(combine(&canonical(suite, &proof)?, &canonical(suite, document)?))
}

/// What is signed of a proof configuration and a document in canonical form.
#[must_use]
pub fn combine(proof: &[u8], document: &[u8]) -> [u8; 64] {
    let mut hashes = [0; 64];
    hashes[..32].copy_from_slice(&Sha256::digest(proof));
    hashes[32..].copy_from_slice(&Sha256::digest(document));
    hashes
}

fn canonical(suite: Suite, document: &Value) -> Result<Vec<u8>, BadProof> {
    match suite {
        Suite::Jcs => serde_json_canonicalizer::to_vec(document).map_err(|_| BadProof::Missing),
        Suite::Rdfc => Ok(jsonld::canonical(document)?.into_bytes()),
    }
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

    /// One worked example of the Recommendation, step by step.
    struct Example {
        suite: Suite,
        unsigned: &'static str,
        config: &'static str,
        canonical_config: &'static str,
        canonical_document: &'static str,
        config_hash: &'static str,
        document_hash: &'static str,
        combined: &'static str,
        signature: &'static str,
        proof_value: &'static str,
        signed: &'static str,
    }

    impl Example {
        fn check(&self) {
            let [unsigned, config] = [self.unsigned, self.config].map(published);
            let written = |value: &Value| {
                let bytes = canonical(self.suite, value).expect("canonical");
                String::from_utf8(bytes).expect("UTF-8")
            };
            assert_eq!(written(&unsigned).trim_end(), self.canonical_document);
            assert_eq!(written(&config).trim_end(), self.canonical_config);
            let combined = hex::encode(hashes(self.suite, config.clone(), &unsigned).expect("hashes"));
            assert_eq!((&combined[..64], &combined[64..]), (self.config_hash, self.document_hash));
            assert_eq!(combined, self.combined);

            let key = published_key();
            let created = "2023-02-24T23:36:38Z".parse().expect("a time");
            let method = config["verificationMethod"].as_str().expect("text");
            assert_eq!(method, key.public().did_key_method());
            let signed = sign(unsigned, self.suite, method, created, &key).expect("signed");
            assert_eq!(signed["proof"]["proofValue"], self.proof_value);
            assert_eq!(signature_of(self.proof_value).map(hex::encode).as_deref(), Some(self.signature));
            assert_eq!(signed, published(self.signed));
            assert_eq!(verify(&published(self.signed), self.suite, &key.public()), Ok(()));
        }
    }

    #[test]
    fn the_published_examples_byte_for_byte() {
        let jcs = Example {
            suite: Suite::Jcs,
            unsigned: vector!("unsigned.json"),
            config: vector!("eddsa-jcs-2022/proofConfigJCS.json"),
            canonical_config: vector!("eddsa-jcs-2022/proofCanonJCS.txt"),
            canonical_document: vector!("eddsa-jcs-2022/canonDocJCS.txt"),
            config_hash: vector!("eddsa-jcs-2022/proofHashJCS.txt"),
            document_hash: vector!("eddsa-jcs-2022/docHashJCS.txt"),
            combined: vector!("eddsa-jcs-2022/combinedHashJCS.txt"),
            signature: vector!("eddsa-jcs-2022/sigHexJCS.txt"),
            proof_value: vector!("eddsa-jcs-2022/sigBTC58JCS.txt"),
            signed: vector!("eddsa-jcs-2022/signedJCS.json"),
        };
        let rdfc = Example {
            suite: Suite::Rdfc,
            unsigned: vector!("unsigned.json"),
            config: vector!("eddsa-rdfc-2022/proofConfigDataInt.json"),
            canonical_config: vector!("eddsa-rdfc-2022/proofCanonDataInt.txt"),
            canonical_document: vector!("eddsa-rdfc-2022/canonDocDataInt.txt"),
            config_hash: vector!("eddsa-rdfc-2022/proofHashDataInt.txt"),
            document_hash: vector!("eddsa-rdfc-2022/docHashDataInt.txt"),
            combined: vector!("eddsa-rdfc-2022/combinedHashDataInt.txt"),
            signature: vector!("eddsa-rdfc-2022/sigHexDataInt.txt"),
            proof_value: vector!("eddsa-rdfc-2022/sigBTC58DataInt.txt"),
            signed: vector!("eddsa-rdfc-2022/signedDataInt.json"),
        };
        // With nodes that have no names.
        let employment = Example {
            suite: Suite::Rdfc,
            unsigned: vector!("employmentAuth.json"),
            config: vector!("eddsa-rdfc-2022/employ/proofConfigDataInt.json"),
            canonical_config: vector!("eddsa-rdfc-2022/employ/proofCanonDataInt.txt"),
            canonical_document: vector!("eddsa-rdfc-2022/employ/canonDocDataInt.txt"),
            config_hash: vector!("eddsa-rdfc-2022/employ/proofHashDataInt.txt"),
            document_hash: vector!("eddsa-rdfc-2022/employ/docHashDataInt.txt"),
            combined: vector!("eddsa-rdfc-2022/employ/combinedHashDataInt.txt"),
            signature: vector!("eddsa-rdfc-2022/employ/sigHexDataInt.txt"),
            proof_value: vector!("eddsa-rdfc-2022/employ/sigBTC58DataInt.txt"),
            signed: vector!("eddsa-rdfc-2022/employ/signedDataInt.json"),
        };
        for example in [jcs, rdfc, employment] {
            example.check();
        }
    }

    #[test]
    fn what_was_changed_is_refused() {
        let both = [
            (Suite::Jcs, published(vector!("eddsa-jcs-2022/signedJCS.json"))),
            (Suite::Rdfc, published(vector!("eddsa-rdfc-2022/signedDataInt.json"))),
        ];
        let key = published_key().public();
        for (suite, signed) in both {
            assert_eq!(verify(&signed, suite, &key), Ok(()));
            let change = |pointer: &str, value: Value| {
                let mut changed = signed.clone();
                *changed.pointer_mut(pointer).expect("there") = value;
                verify(&changed, suite, &key)
            };
            assert_eq!(change("/name", "Other".into()), Err(BadProof::Signature));
            assert_eq!(change("/proof/created", "2024-02-24T23:36:38Z".into()), Err(BadProof::Signature));
            let other = Suite::ALL.iter().find(|other| **other != suite).expect("two");
            assert_eq!(change("/proof/cryptosuite", json!(other)), Err(BadProof::Missing));
            assert_eq!(change("/proof/proofPurpose", "authentication".into()), Err(BadProof::Missing));
            assert_eq!(change("/proof/proofValue", "z1".into()), Err(BadProof::Missing));
            assert_eq!(change("/proof", json!([])), Err(BadProof::Missing));
            assert_eq!(change("/proof", json!([signed["proof"]])), Ok(()));
            assert_eq!(change("/proof", json!([signed["proof"], signed["proof"]])), Err(BadProof::Missing));
            let context = match suite {
                Suite::Jcs => BadProof::Missing,
                Suite::Rdfc => BadJsonLd::Undefined("VerifiableCredential".to_owned()).into(),
            };
            let error = change("/@context", json!([])).expect_err("refused");
            assert!(
                error == context || matches!(error, BadProof::Document(BadJsonLd::Undefined(_))),
                "{error}"
            );
            let other = PrivateKey::from_random(&mut [1; 32]).public();
            assert_eq!(verify(&signed, suite, &other), Err(BadProof::Signature));
        }
    }
}
