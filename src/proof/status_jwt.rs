//! Status lists as others read them: a `BitstringStatusListCredential` in a JWT (`application/vc+jwt`,
//! EdDSA, by the status key), and the bundle of both purposes that `/status/{list}` serves.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::kernel::dates::Timestamp;
use crate::proof::keys::{KeyId, Purpose, Signer, SigningError};
use crate::proof::status::{BadStatusList, StatusList, StatusPurpose, StatusSnapshot};
use crate::proof::trust::TrustList;

/// Who publishes, and where.
#[derive(Debug, Clone, Copy)]
pub struct Publisher<'a> {
    /// The issuer's DID, e.g. `did:web:huzheng.haining.example`.
    pub did: &'a str,
    /// The public address without a slash at its end. The credential of a list has the address
    /// `{base}/status/{list}/{purpose}`.
    pub base: &'a str,
}

/// Why a published status list is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadStatusJwt {
    #[error("neither a status list credential in a JWT nor a bundle of two")]
    Form,
    #[error("the key that signed the status list is not a usable status key of the trust list")]
    Key,
    #[error("the status list's signature does not match")]
    Signature,
    #[error("the status list contradicts itself: number, purpose or dates")]
    Inconsistent,
    #[error(transparent)]
    List(#[from] BadStatusList),
    #[error(transparent)]
    Signing(#[from] SigningError),
}

/// Longer texts are not looked at: 16 Mi random bits and their wrapping fit.
const MAX_BYTES: usize = 8 << 20;

/// Both purposes of one list number, as `/status/{list}` serves them and `huzheng verify --status` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusBundle {
    pub list: u32,
    pub revocation: String,
    pub suspension: String,
}

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    #[serde(default)]
    cty: &'a str,
    kid: &'a str,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    #[serde(rename = "@context")]
    context: Vec<String>,
    id: String,
    #[serde(rename = "type")]
    kind: Vec<String>,
    issuer: String,
    valid_from: Timestamp,
    valid_until: Timestamp,
    credential_subject: Subject,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subject {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    status_purpose: StatusPurpose,
    encoded_list: String,
}

/// The signed credential of one list.
///
/// # Errors
/// [`BadStatusJwt`] where the list can't be written down or the key does not sign.
pub fn write(
    list: &StatusList,
    publisher: Publisher<'_>,
    key: &dyn Signer,
    id: KeyId,
) -> Result<String, BadStatusJwt> {
    let Publisher { did, base } = publisher;
    let kid = format!("{did}#{id}");
    let header = Header { alg: "EdDSA", typ: "vc+jwt", cty: "vc", kid: &kid };
    let address = format!("{base}/status/{}/{}", list.list, list.purpose);
    let credential = Credential {
        context: vec!["https://www.w3.org/ns/credentials/v2".to_owned()],
        kind: vec!["VerifiableCredential".to_owned(), "BitstringStatusListCredential".to_owned()],
        issuer: did.to_owned(),
        valid_from: list.valid_from,
        valid_until: list.valid_until,
        credential_subject: Subject {
            id: format!("{address}#list"),
            kind: "BitstringStatusList".to_owned(),
            status_purpose: list.purpose,
            encoded_list: list.encode()?,
        },
        id: address,
    };
    let message = format!("{}.{}", part(&header)?, part(&credential)?);
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes())?);
    Ok(format!("{message}.{signature}"))
}

/// Reads one credential: the key by the trust list, then the signature, then the contents. Whether it is
/// still fresh is for [`StatusSnapshot::lookup`] to say, at the time of the question.
///
/// # Errors
/// [`BadStatusJwt`].
pub fn read(jwt: &str, trust: &TrustList, now: Timestamp) -> Result<StatusList, BadStatusJwt> {
    if jwt.len() > MAX_BYTES {
        return Err(BadStatusJwt::Form);
    }
    let (message, signature) = jwt.trim().rsplit_once('.').ok_or(BadStatusJwt::Form)?;
    let (header, credential) = message.split_once('.').ok_or(BadStatusJwt::Form)?;
    let header = bytes(header)?;
    let header: Header<'_> = serde_json::from_slice(&header).map_err(|_| BadStatusJwt::Form)?;
    if header.alg != "EdDSA" || header.typ != "vc+jwt" {
        return Err(BadStatusJwt::Form);
    }
    let (did, id) = header.kid.rsplit_once('#').ok_or(BadStatusJwt::Key)?;
    let id = id.parse().map_err(|_| BadStatusJwt::Key)?;
    let usable =
        |key: &&crate::proof::trust::TrustedKey| key.purpose == Purpose::Status && key.is_usable(now);
    let key = trust.key(id).filter(usable).ok_or(BadStatusJwt::Key)?;
    let signature = bytes(signature)?.try_into().map_err(|_| BadStatusJwt::Signature)?;
    if !key.public_key.has_signed(message.as_bytes(), &signature) {
        return Err(BadStatusJwt::Signature);
    }
    let credential: Credential =
        serde_json::from_slice(&bytes(credential)?).map_err(|_| BadStatusJwt::Form)?;
    if credential.issuer != did {
        return Err(BadStatusJwt::Inconsistent);
    }
    list_of(credential)
}

impl StatusBundle {
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!({
            "list": self.list, "revocation": self.revocation, "suspension": self.suspension,
        })
        .to_string()
    }
}

impl StatusSnapshot {
    /// Takes up a bundle, or one credential by itself.
    ///
    /// # Errors
    /// [`BadStatusJwt`]; of a bundle nothing is taken up unless all of it is good.
    pub fn take_up(&mut self, text: &str, trust: &TrustList, now: Timestamp) -> Result<(), BadStatusJwt> {
        let text = text.trim();
        if !text.starts_with('{') {
            self.put(read(text, trust, now)?);
            return Ok(());
        }
        if text.len() > 2 * MAX_BYTES {
            return Err(BadStatusJwt::Form);
        }
        let bundle: StatusBundle = serde_json::from_str(text).map_err(|_| BadStatusJwt::Form)?;
        let revocation = read(&bundle.revocation, trust, now)?;
        let suspension = read(&bundle.suspension, trust, now)?;
        let fits = |list: &StatusList, purpose| list.list == bundle.list && list.purpose == purpose;
        if !fits(&revocation, StatusPurpose::Revocation) || !fits(&suspension, StatusPurpose::Suspension) {
            return Err(BadStatusJwt::Inconsistent);
        }
        self.put(revocation);
        self.put(suspension);
        Ok(())
    }
}

fn list_of(credential: Credential) -> Result<StatusList, BadStatusJwt> {
    let subject = credential.credential_subject;
    let known = credential.kind.iter().any(|kind| kind == "BitstringStatusListCredential")
        && subject.kind == "BitstringStatusList";
    if !known {
        return Err(BadStatusJwt::Form);
    }
    // The number stands in the signed address, so that one list can't be served as another.
    let mut path = credential.id.rsplit('/');
    let (purpose, number, folder) = (path.next(), path.next(), path.next());
    let number = number.and_then(|number| number.parse::<u32>().ok()).ok_or(BadStatusJwt::Inconsistent)?;
    let address = format!("status/{number}/{}", subject.status_purpose);
    let agrees = folder == Some("status") && purpose.is_some() && credential.id.ends_with(&address);
    if !agrees || credential.valid_until <= credential.valid_from {
        return Err(BadStatusJwt::Inconsistent);
    }
    let (from, until) = (credential.valid_from, credential.valid_until);
    Ok(StatusList::decode(number, subject.status_purpose, &subject.encoded_list, from, until)?)
}

fn part(value: &impl Serialize) -> Result<String, BadStatusJwt> {
    let json = serde_json::to_vec(value).map_err(|_| BadStatusJwt::Form)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

fn bytes(text: &str) -> Result<Vec<u8>, BadStatusJwt> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| BadStatusJwt::Form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::fixture::{Fixture, NOON, PUBLISHER, at, id};
    use crate::proof::keys::PrivateKey;

    #[test]
    fn a_library_of_others_reads_the_signature() {
        let fixture = Fixture::new();
        let jwt = fixture.status_jwt(StatusPurpose::Revocation, &[7]);
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
        validation.required_spec_claims.clear();
        let decode = |key: &PrivateKey| {
            let x = URL_SAFE_NO_PAD.encode(key.public().bytes());
            let key = jsonwebtoken::DecodingKey::from_ed_components(&x).expect("a key");
            jsonwebtoken::decode::<serde_json::Value>(&jwt, &key, &validation)
        };
        let claims = decode(&fixture.status).expect("verified").claims;
        assert_eq!(claims["id"], "https://huzheng.haining.example/status/1/revocation");
        assert_eq!(claims["credentialSubject"]["statusPurpose"], "revocation");
        assert!(decode(&fixture.issuing).is_err());
    }

    #[test]
    fn a_bundle_and_single_lists_read_back() {
        let fixture = Fixture::new();
        let bundle = fixture.bundle(&[7], &[8]);
        let read = |text: &str| StatusSnapshot::default().take_up(text, &fixture.trust(), at(NOON));
        assert_eq!(read(&bundle.to_json()), Ok(()));
        assert_eq!(read(&bundle.revocation), Ok(()));
        assert_eq!(
            super::read(&bundle.suspension, &fixture.trust(), at(NOON)).map(|list| list.is_marked(8)),
            Ok(Some(true))
        );
        let swapped = StatusBundle {
            list: 1,
            revocation: bundle.suspension.clone(),
            suspension: bundle.revocation.clone(),
        };
        assert_eq!(read(&swapped.to_json()), Err(BadStatusJwt::Inconsistent));
        let renumbered = StatusBundle { list: 2, ..bundle };
        assert_eq!(read(&renumbered.to_json()), Err(BadStatusJwt::Inconsistent));
        assert_eq!(read("{}"), Err(BadStatusJwt::Form));
        assert_eq!(read("a.b"), Err(BadStatusJwt::Form));
    }

    #[test]
    fn a_changed_list_or_another_key_is_refused() {
        let fixture = Fixture::new();
        let jwt = fixture.status_jwt(StatusPurpose::Revocation, &[]);
        let (message, signature) = jwt.rsplit_once('.').expect("three parts");
        let (header, _) = message.split_once('.').expect("three parts");
        let other = fixture.status_jwt(StatusPurpose::Revocation, &[1]);
        let (_, other) = other.rsplit_once('.').expect("three parts").0.split_once('.').expect("parts");
        let read = |jwt: &str| super::read(jwt, &fixture.trust(), at(NOON)).map(|_| ());
        assert_eq!(read(&jwt), Ok(()));
        assert_eq!(read(&format!("{header}.{other}.{signature}")), Err(BadStatusJwt::Signature));
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"vc+jwt","kid":"a#b"}"#);
        assert_eq!(read(&format!("{none}.{other}.")), Err(BadStatusJwt::Form));
        let list = super::read(&jwt, &fixture.trust(), at(NOON)).expect("good");
        let id = id(&fixture.issuing);
        let by_issuer = write(&list, PUBLISHER, &fixture.issuing, id).expect("written");
        assert_eq!(read(&by_issuer), Err(BadStatusJwt::Key));
    }

    #[test]
    fn every_changed_letter_is_noticed() {
        let fixture = Fixture::new();
        let jwt = fixture.status_jwt(StatusPurpose::Suspension, &[8]).into_bytes();
        for place in 0..jwt.len() {
            for letter in *b"A_.=" {
                let mut changed = jwt.clone();
                changed[place] = letter;
                let text = String::from_utf8(changed).expect("ASCII");
                let read = read(&text, &fixture.trust(), at(NOON));
                assert_eq!(read.is_ok(), text.as_bytes() == jwt, "letter {place}");
            }
        }
    }
}
