//! A certificate as a W3C Verifiable Credential with the terms of Open Badges 3.0: as JSON-LD with a Data Integrity
//! proof of either suite, and in a JWT. All are derived from the frozen record (证书底档), signed at issue and written
//! again byte for byte from the record and the signatures, whatever became of the key.
//!
//! Issuing and checking our own shape fills templates (see `template`) instead of expanding JSON-LD.

mod shape;
mod slots;
mod template;

use serde_json::Value;

use crate::proof::content::CredentialForm;
use crate::proof::data_integrity::{Suite, combine, proof_value, signature_of};
use crate::proof::frozen::SealedRecord;
use crate::proof::issue::NotSigned;
use crate::proof::jwt::{self, VcJwt};
use crate::proof::keys::{KeyId, PublicKey, Signer};
use crate::proof::payload::Payload;
use slots::{Slot, Slots};
use template::Templates;

/// Why a record can't be written as a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    #[error("the public address is not https:// or http:// with a host and no path")]
    Base,
    #[error("results are not one for each part in the order of the parts")]
    Results,
    #[error("a text has control characters")]
    Text,
    #[error("the form could not be derived from its contexts")]
    Template,
}

/// The signatures of one certificate's credentials, by one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signatures {
    pub key: KeyId,
    pub rdfc: [u8; 64],
    pub jcs: [u8; 64],
    pub jwt: [u8; 64],
}

/// How [`Signatures`] are stored: the key's id, then each signature.
pub const STORED_BYTES: usize = 8 + 3 * 64;

impl Signatures {
    #[must_use]
    pub fn to_bytes(&self) -> [u8; STORED_BYTES] {
        let mut bytes = [0; STORED_BYTES];
        bytes[..8].copy_from_slice(self.key.bytes());
        for (place, signature) in bytes[8..].chunks_mut(64).zip([self.rdfc, self.jcs, self.jwt]) {
            place.copy_from_slice(&signature);
        }
        bytes
    }

    /// `None` for bytes of another length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (key, signatures) = bytes.split_first_chunk::<8>()?;
        let (rdfc, signatures) = signatures.split_first_chunk::<64>()?;
        let (jcs, signatures) = signatures.split_first_chunk::<64>()?;
        let jwt = signatures.try_into().ok()?;
        Some(Self { key: KeyId::from_bytes(*key), rdfc: *rdfc, jcs: *jcs, jwt })
    }

    const fn of(&self, suite: Suite) -> &[u8; 64] {
        match suite {
            Suite::Jcs => &self.jcs,
            Suite::Rdfc => &self.rdfc,
        }
    }
}

/// Signs all forms of `record` with `key`. The same again gives the same.
///
/// # Errors
/// [`NotSigned`]: the record can't be written as a credential, or the key can't be used.
pub fn sign_all(record: &SealedRecord, key: &dyn Signer, id: KeyId) -> Result<Signatures, NotSigned> {
    let slots = with_method(record, id)?;
    let templates = Templates::of(slots.shape)?;
    let message = jwt::message(slots.get(Slot::Method), templates.document(&slots).as_bytes());
    Ok(Signatures {
        key: id,
        rdfc: key.sign(&hashed(templates, &slots, Suite::Rdfc))?,
        jcs: key.sign(&hashed(templates, &slots, Suite::Jcs))?,
        jwt: key.sign(message.as_bytes())?,
    })
}

/// The signed JSON-LD of one suite alone.
///
/// # Errors
/// As [`sign_all`].
pub fn issue(record: &SealedRecord, suite: Suite, key: &dyn Signer, id: KeyId) -> Result<String, NotSigned> {
    let mut slots = with_method(record, id)?;
    let templates = Templates::of(slots.shape)?;
    let signature = key.sign(&hashed(templates, &slots, suite))?;
    slots.set(Slot::ProofValue, proof_value(&signature));
    Ok(templates.signed(suite, &slots))
}

/// `application/vc`: the JSON-LD with the stored signature of `suite`.
///
/// # Errors
/// [`Unwritable`].
pub fn write_jsonld(
    record: &SealedRecord,
    signatures: &Signatures,
    suite: Suite,
) -> Result<String, Unwritable> {
    let mut slots = with_method(record, signatures.key)?;
    slots.set(Slot::ProofValue, proof_value(signatures.of(suite)));
    Ok(Templates::of(slots.shape)?.signed(suite, &slots))
}

/// Whether a credential, whatever its proof, says exactly what `record` does.
#[must_use]
pub fn says(record: &SealedRecord, form: CredentialForm, text: &str) -> bool {
    let document =
        || Some(Templates::of(Slots::of(record).ok()?.shape).ok()?.document(&Slots::of(record).ok()?));
    match form {
        CredentialForm::Jwt => {
            VcJwt::read(text).is_ok_and(|jwt| document().is_some_and(|ours| ours.as_bytes() == jwt.payload))
        }
        CredentialForm::JsonLd => {
            let Ok(Value::Object(mut theirs)) = serde_json::from_str(text) else { return false };
            theirs.remove("proof");
            serde_json_canonicalizer::to_string(&theirs).ok() == document()
        }
    }
}

/// `application/vc+jwt`: the JWT with the stored signature.
///
/// # Errors
/// [`Unwritable`].
pub fn write_jwt(record: &SealedRecord, signatures: &Signatures) -> Result<String, Unwritable> {
    let slots = with_method(record, signatures.key)?;
    let document = Templates::of(slots.shape)?.document(&slots);
    let message = jwt::message(slots.get(Slot::Method), document.as_bytes());
    Ok(jwt::with_signature(message, &signatures.jwt))
}

fn with_method(record: &SealedRecord, key: KeyId) -> Result<Slots<'_>, Unwritable> {
    let mut slots = Slots::of(record)?;
    let method = format!("{}#{key}", slots.get(Slot::Did));
    slots.set(Slot::Method, method);
    Ok(slots)
}

/// What a signature of `suite` is of.
fn hashed(templates: &Templates, slots: &Slots<'_>, suite: Suite) -> [u8; 64] {
    let [proof, document] = templates.canonical(suite, slots);
    combine(proof.as_bytes(), document.as_bytes())
}

/// A credential of exactly the shape that we write. Nothing is believed yet.
pub struct Ours<'a> {
    slots: Slots<'a>,
    templates: &'static Templates,
    suite: Suite,
}

impl<'a> Ours<'a> {
    /// Reads a JSON-LD credential; `None` for any other shape. Blanks and the order of fields don't count.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        let slots = Slots::read(text)?;
        let templates = Templates::of(slots.shape).ok()?;
        let suite = if text.contains("\"eddsa-jcs-2022\"") { Suite::Jcs } else { Suite::Rdfc };
        let expected = templates.signed(suite, &slots);
        let same = expected == text.trim() || canonical_json(text).as_deref() == Some(&expected);
        same.then_some(Self { slots, templates, suite })
    }

    /// The `verificationMethod`, if it is one of the credential's own issuer.
    #[must_use]
    pub fn method(&self) -> Method<'_> {
        Method::of(self.slots.get(Slot::Method), self.slots.get(Slot::Did))
    }

    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let hashes = hashed(self.templates, &self.slots, self.suite);
        signature_of(self.slots.get(Slot::ProofValue))
            .is_some_and(|signature| key.has_signed(&hashes, &signature))
    }

    /// The content, and the public address that the credential names.
    #[must_use]
    pub fn content(&self) -> Option<(Payload, &str)> {
        Some((self.slots.payload()?, self.slots.get(Slot::Base)))
    }
}

/// The content of a JWT's payload that has exactly the shape that we write, with its public address.
#[must_use]
pub fn read_document(text: &str) -> Option<(Payload, String)> {
    let slots = Slots::read(text)?;
    let expected = Templates::of(slots.shape).ok()?.document(&slots);
    if expected != text {
        return None;
    }
    Some((slots.payload()?, slots.get(Slot::Base).to_owned()))
}

/// The `verificationMethod` of the key `id` for credentials issued at the public address `base`.
#[must_use]
pub fn own_method(base: &str, id: KeyId) -> Option<String> {
    Some(format!("{}#{id}", slots::did(base)?))
}

/// Whose key a proof names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method<'a> {
    /// A key of the issuer itself, by the id that follows its DID.
    Own(KeyId),
    /// Something else, as it is written.
    Other(&'a str),
}

impl<'a> Method<'a> {
    #[must_use]
    pub fn of(method: &'a str, issuer: &str) -> Self {
        let id = method.strip_prefix(issuer).and_then(|rest| rest.strip_prefix('#')?.parse().ok());
        id.map_or(Self::Other(method), Self::Own)
    }
}

fn canonical_json(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    serde_json_canonicalizer::to_string(&value).ok()
}

#[cfg(test)]
mod tests;
