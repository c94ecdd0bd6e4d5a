//! The one kind of JWT that we write and read: a credential as its payload (`application/vc+jwt`, W3C VC-JOSE-COSE),
//! signed with EdDSA.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::proof::keys::PublicKey;

/// Why a text is no credential in a JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a credential in a JWT signed with EdDSA")]
pub struct NotVcJwt;

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    #[serde(default)]
    cty: &'a str,
    kid: &'a str,
}

/// A JWT taken apart; nothing is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VcJwt<'a> {
    message: &'a str,
    /// DID and key id, with a `#` between them.
    pub kid: String,
    /// The credential's JSON.
    pub payload: Vec<u8>,
    signature: [u8; 64],
}

/// The bytes to be signed: header and `payload`, without a signature.
#[must_use]
pub fn message(kid: &str, payload: &[u8]) -> String {
    let header = Header { alg: "EdDSA", typ: "vc+jwt", cty: "vc", kid };
    // Four texts can always be written.
    let header = serde_json::to_vec(&header).unwrap_or_default();
    let mut message = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 96);
    URL_SAFE_NO_PAD.encode_string(header, &mut message);
    message.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut message);
    message
}

/// A message with its signature.
#[must_use]
pub fn with_signature(mut message: String, signature: &[u8; 64]) -> String {
    message.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut message);
    message
}

impl<'a> VcJwt<'a> {
    /// # Errors
    /// [`NotVcJwt`].
    pub fn read(text: &'a str) -> Result<Self, NotVcJwt> {
        let (message, signature) = text.trim().rsplit_once('.').ok_or(NotVcJwt)?;
        let (header, payload) = message.split_once('.').ok_or(NotVcJwt)?;
        let header = bytes(header)?;
        let header: Header<'_> = serde_json::from_slice(&header).map_err(|_| NotVcJwt)?;
        if header.alg != "EdDSA" || header.typ != "vc+jwt" {
            return Err(NotVcJwt);
        }
        let signature = bytes(signature)?.try_into().map_err(|_| NotVcJwt)?;
        Ok(Self { message, kid: header.kid.to_owned(), payload: bytes(payload)?, signature })
    }

    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.has_signed(self.message.as_bytes(), &self.signature)
    }
}

fn bytes(part: &str) -> Result<Vec<u8>, NotVcJwt> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| NotVcJwt)
}
