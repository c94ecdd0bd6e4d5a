//! What vouches for a list that goes to another department: a compact JWS (RFC 7515, EdDSA by the status key) that
//! carries the list's number and digest. Its `kid` is in `/.well-known/jwks.json`, and its `typ` keeps it apart from
//! every other thing that the key signs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::proof::keys::{KeyId, Signer, SigningError};

/// The `typ` of the header.
pub const TYPE: &str = "certified-list+jwt";

/// What is vouched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListStatement {
    /// The registry's DID.
    pub iss: String,
    /// When the list was made, in seconds since 1970.
    pub iat: i64,
    /// The list's number, `2026-0001`.
    pub number: String,
    pub department: String,
    pub purpose: String,
    /// Lines of the list.
    pub people: usize,
    /// SHA-256 of the list's text in UTF-8, in lower-case hex.
    pub sha256: String,
}

/// SHA-256 of a list's text, in lower-case hex.
#[must_use]
pub fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The statement, signed.
///
/// # Errors
/// [`SigningError`] where the key does not sign.
pub fn sign(statement: &ListStatement, key: &dyn Signer, id: KeyId) -> Result<String, SigningError> {
    #[derive(Serialize)]
    struct Header {
        alg: &'static str,
        typ: &'static str,
        kid: String,
    }
    let header = Header { alg: "EdDSA", typ: TYPE, kid: id.to_string() };
    // Texts and numbers can always be written.
    let part = |json: Result<Vec<u8>, _>| URL_SAFE_NO_PAD.encode(json.unwrap_or_default());
    let message = format!("{}.{}", part(serde_json::to_vec(&header)), part(serde_json::to_vec(statement)));
    let signature = key.sign(message.as_bytes())?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::fixture::{Fixture, id};
    use crate::proof::keys::PrivateKey;

    #[test]
    fn a_library_of_others_reads_it_and_refuses_another_key() {
        let fixture = Fixture::new();
        let statement = ListStatement {
            iss: "did:web:huzheng.haining.example".to_owned(),
            iat: 1_763_686_800,
            number: "2026-0001".to_owned(),
            department: "海宁市住房和城乡建设局".to_owned(),
            purpose: "公租房轮候".to_owned(),
            people: 2,
            sha256: digest("1\t王桂兰\n"),
        };
        let jws = sign(&statement, &fixture.status, id(&fixture.status)).expect("signed");
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
        validation.required_spec_claims.clear();
        let decode = |key: &PrivateKey| {
            let x = URL_SAFE_NO_PAD.encode(key.public().bytes());
            let key = jsonwebtoken::DecodingKey::from_ed_components(&x).expect("a key");
            jsonwebtoken::decode::<ListStatement>(&jws, &key, &validation)
        };
        let read = decode(&fixture.status).expect("verified");
        assert_eq!(read.claims, statement);
        assert_eq!(read.header.typ.as_deref(), Some(TYPE));
        assert_eq!(read.header.kid, Some(id(&fixture.status).to_string()));
        assert!(decode(&fixture.issuing).is_err());
    }
}
