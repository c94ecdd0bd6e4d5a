//! The envelope: COSE_Sign1 with tag 18 (RFC 9052), Ed25519, `alg` and `kid` in the protected header and
//! nothing in the unprotected one.

use crate::proof::cbor::{NotCbor, Reader, Writer};
use crate::proof::keys::{KeyId, PublicKey, Signer, SigningError};

/// The tag's single byte, by which the form is known.
pub const FIRST_BYTE: u8 = 0xd2;
/// No certificate of ours comes near; what is longer isn't looked at.
pub const MAX_BYTES: usize = 2048;

const TAG: u64 = 18;
const ALG: i64 = 1;
const KID: i64 = 4;
/// EdDSA in the IANA registry of COSE algorithms.
const EDDSA: i64 = -8;

/// A signed message, taken apart and not yet checked.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    protected: &'a [u8],
    pub key: KeyId,
    pub payload: &'a [u8],
    signature: &'a [u8; 64],
}

/// Why bytes are not a signed message that we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEnvelope {
    #[error("not a COSE_Sign1 message in canonical form")]
    Malformed,
    #[error("not signed with Ed25519")]
    Algorithm,
}

impl From<NotCbor> for BadEnvelope {
    fn from(_: NotCbor) -> Self {
        Self::Malformed
    }
}

/// Signs `payload`. Ed25519 is deterministic: the same call gives the same bytes.
///
/// # Errors
/// [`SigningError`].
pub fn sign(payload: &[u8], key: &dyn Signer, id: KeyId) -> Result<Vec<u8>, SigningError> {
    let mut protected = Writer::with_capacity(16);
    protected.map(2);
    protected.integer(ALG);
    protected.integer(EDDSA);
    protected.integer(KID);
    protected.bytes(id.bytes());
    let signature = key.sign(&to_be_signed(&protected.0, payload))?;

    let mut out = Writer::with_capacity(payload.len() + 96);
    out.tag(TAG);
    out.array(4);
    out.bytes(&protected.0);
    out.map(0);
    out.bytes(payload);
    out.bytes(&signature);
    Ok(out.0)
}

impl<'a> Envelope<'a> {
    /// # Errors
    /// [`BadEnvelope`] for anything but what [`sign`] writes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BadEnvelope> {
        let mut message = Reader::new(bytes);
        if message.tag()? != TAG || message.array()? != 4 {
            return Err(BadEnvelope::Malformed);
        }
        let protected = message.bytes()?;
        if message.map()? != 0 {
            return Err(BadEnvelope::Malformed);
        }
        let payload = message.bytes()?;
        let signature = message.bytes()?;
        message.end()?;
        let key = key_of(protected)?;
        let signature = signature.try_into().map_err(|_| BadEnvelope::Malformed)?;
        Ok(Self { protected, key, payload, signature })
    }

    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.has_signed(&self.to_be_signed(), self.signature)
    }

    /// The bytes that the signature covers.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        to_be_signed(self.protected, self.payload)
    }

    #[must_use]
    pub const fn signature(&self) -> &'a [u8; 64] {
        self.signature
    }
}

fn key_of(protected: &[u8]) -> Result<KeyId, BadEnvelope> {
    let mut header = Reader::new(protected);
    if header.map()? != 2 || !header.next_is(ALG) {
        return Err(BadEnvelope::Malformed);
    }
    if header.integer()? != EDDSA {
        return Err(BadEnvelope::Algorithm);
    }
    if !header.next_is(KID) {
        return Err(BadEnvelope::Malformed);
    }
    let id = header.bytes()?.try_into().map_err(|_| BadEnvelope::Malformed)?;
    header.end()?;
    Ok(KeyId::from_bytes(id))
}

/// `Sig_structure` of RFC 9052 §4.4, without external data.
fn to_be_signed(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = Writer::with_capacity(protected.len() + payload.len() + 24);
    out.array(4);
    out.text("Signature1");
    out.bytes(protected);
    out.bytes(&[]);
    out.bytes(payload);
    out.0
}
