//! 检查点: size and root of the log, signed. A C2SP tlog-checkpoint in a signed note, with an Ed25519 signature of the
//! log's key under the log's origin as key name; witnesses add lines of their own.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use signed_note::{Note, NoteError, Signature, VerificationError, Verifier, Verifiers, key_id};
use tlog_tiles::Checkpoint as Body;

use crate::proof::keys::{PublicKey, Signer, SigningError};
use crate::proof::log::tree::TreeHead;
use crate::proof::log::witness::{Cosignature, Witness, cosigned_message};

/// A checkpoint with its signature lines, not believed until [`Checkpoint::is_signed_by`] says so.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Which log: `<host>/log/<environment>`.
    pub origin: String,
    pub head: TreeHead,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    #[error("not a checkpoint in a signed note")]
    Malformed,
    #[error("the checkpoint is of another log")]
    Origin,
    #[error("the checkpoint is not signed by the log's key")]
    Signature,
    #[error("no line of the note is a valid cosignature of a known witness")]
    NoWitness,
    #[error(transparent)]
    Signing(#[from] SigningError),
}

/// A hundred cosignatures fit.
pub(super) const MAX_BYTES: usize = 32 << 10;
/// The signature type of plain Ed25519 in a note's key id.
const ED25519: u8 = 1;

impl Checkpoint {
    /// Signs that the log `origin` has come to `head`.
    ///
    /// # Errors
    /// [`BadCheckpoint::Malformed`] where the origin can't name a key: it is empty or has blanks or a plus.
    pub fn sign(origin: &str, head: TreeHead, key: &dyn Signer) -> Result<Self, BadCheckpoint> {
        let malformed = |_| BadCheckpoint::Malformed;
        let body = Body::new(origin, head.size, head.root, "").map_err(|_| BadCheckpoint::Malformed)?;
        let text = body.to_bytes();
        let line =
            Signature::new(origin.to_owned(), log_key_id(origin, &key.public()), key.sign(&text)?.into())
                .map_err(malformed)?;
        let note = Note::new(&text, &[line]).map_err(malformed)?;
        let signed = Self::read(&String::from_utf8_lossy(&note.to_bytes()))?;
        if signed.is_signed_by(&key.public()) { Ok(signed) } else { Err(BadCheckpoint::Signature) }
    }

    /// # Errors
    /// [`BadCheckpoint::Malformed`]; also for lines after the root, which ours never has.
    pub fn read(text: &str) -> Result<Self, BadCheckpoint> {
        if text.len() > MAX_BYTES {
            return Err(BadCheckpoint::Malformed);
        }
        let note = Note::from_bytes(text.as_bytes()).map_err(|_| BadCheckpoint::Malformed)?;
        let body = Body::from_bytes(note.text()).map_err(|_| BadCheckpoint::Malformed)?;
        // One tree head has one text: the crate's reader leaves room for others.
        if !body.extension().is_empty() || body.to_bytes() != note.text() {
            return Err(BadCheckpoint::Malformed);
        }
        let head = TreeHead { size: body.size(), root: *body.hash() };
        let head = head.bounded().map_err(|_| BadCheckpoint::Malformed)?;
        Ok(Self { origin: body.origin().to_owned(), head, text: text.to_owned() })
    }

    /// The note as published.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is signed: the note without its signature lines.
    pub(super) fn body(&self) -> &str {
        self.text.split_once("\n\n").map_or("", |(body, _)| &self.text[..=body.len()])
    }

    /// Whether the log itself signed it with `key`.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let line = LogLine { origin: &self.origin, key };
        self.verified(&line).is_ok_and(|lines| !lines.is_empty())
    }

    /// The witnesses of `known` that cosigned it, each with its time. A line that claims to be of a known witness and
    /// is not makes none of them count.
    #[must_use]
    pub fn cosignatures(&self, known: &[Witness]) -> Vec<Cosignature> {
        let count = |witness: &Witness| {
            let lines = self.verified(witness).ok()?;
            let (time, _) = lines.first()?.signature().split_first_chunk()?;
            Some(Cosignature { witness: witness.name.clone(), at: u64::from_be_bytes(*time) })
        };
        known.iter().filter_map(count).collect()
    }

    /// The same checkpoint with the lines of known witnesses that `other`, a copy of it, has.
    ///
    /// # Errors
    /// [`BadCheckpoint::Origin`] where `other` is another checkpoint, [`BadCheckpoint::NoWitness`] where it has none.
    pub fn with_cosignatures(&self, other: &Self, known: &[Witness]) -> Result<Self, BadCheckpoint> {
        if self.body() != other.body() {
            return Err(BadCheckpoint::Origin);
        }
        let mut text = self.text.clone();
        for witness in known {
            for line in other.verified(witness).unwrap_or_default() {
                let line = String::from_utf8_lossy(&line.to_bytes()).into_owned();
                if !text.contains(&line) {
                    text.push_str(&line);
                }
            }
        }
        if text == self.text { Err(BadCheckpoint::NoWitness) } else { Self::read(&text) }
    }

    fn verified(&self, line: &dyn Verifier) -> Result<Vec<Signature>, NoteError> {
        let note = Note::from_bytes(self.text.as_bytes())?;
        note.verify(&Only(line)).map(|(verified, _)| verified)
    }
}

/// The log's key as others are configured with it: a C2SP verifier key.
#[must_use]
pub fn log_verifier_key(origin: &str, key: &PublicKey) -> String {
    let typed = typed(ED25519, key);
    format!("{origin}+{:08x}+{}", key_id(origin, &typed), BASE64_STANDARD.encode(&typed))
}

pub(super) fn typed(kind: u8, key: &PublicKey) -> Vec<u8> {
    [&[kind], &key.bytes()[..]].concat()
}

fn log_key_id(origin: &str, key: &PublicKey) -> u32 {
    key_id(origin, &typed(ED25519, key))
}

/// The one signature line that is asked for.
struct Only<'a>(&'a dyn Verifier);

impl Verifiers for Only<'_> {
    fn verifier(&self, name: &str, id: u32) -> Result<&dyn Verifier, VerificationError> {
        if self.0.name() == name && self.0.key_id() == id {
            Ok(self.0)
        } else {
            Err(VerificationError::UnknownKey { name: name.to_owned(), id })
        }
    }
}

struct LogLine<'a> {
    origin: &'a str,
    key: &'a PublicKey,
}

impl Verifier for LogLine<'_> {
    fn name(&self) -> &str {
        self.origin
    }
    fn key_id(&self) -> u32 {
        log_key_id(self.origin, self.key)
    }
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        signature.try_into().is_ok_and(|signature| self.key.has_signed(message, signature))
    }
}

impl Verifier for Witness {
    fn name(&self) -> &str {
        &self.name
    }
    fn key_id(&self) -> u32 {
        self.id()
    }
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let Some((time, signature)) = signature.split_first_chunk() else { return false };
        let message = cosigned_message(&String::from_utf8_lossy(message), u64::from_be_bytes(*time));
        signature.try_into().is_ok_and(|signature| self.key.has_signed(message.as_bytes(), signature))
    }
}
