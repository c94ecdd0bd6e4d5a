//! 见证: others who keep an eye on the log. A witness remembers the last checkpoint that it saw and signs a later one
//! only when it continues that one (C2SP tlog-cosignature v1, Ed25519 with a time).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use signed_note::{Signature, is_key_name_valid, key_id};

use crate::proof::keys::{PrivateKey, PublicKey};
use crate::proof::log::checkpoint::{BadCheckpoint, Checkpoint, typed};

/// A witness whose cosignatures count. Written as a C2SP verifier key: `name+id+base64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    pub name: String,
    pub key: PublicKey,
}

/// That a witness saw a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Cosignature {
    pub witness: String,
    /// Seconds since 1970.
    pub at: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a witness: name, key id and an Ed25519 key of type 4, joined by +")]
pub struct BadWitness;

/// The signature type of an Ed25519 cosignature in a note's key id.
const COSIGNATURE: u8 = 4;

impl Witness {
    /// # Errors
    /// [`BadWitness`] for a name that is empty or has blanks or a plus.
    pub fn new(name: &str, key: PublicKey) -> Result<Self, BadWitness> {
        if is_key_name_valid(name) { Ok(Self { name: name.to_owned(), key }) } else { Err(BadWitness) }
    }

    pub(super) fn id(&self) -> u32 {
        key_id(&self.name, &typed(COSIGNATURE, &self.key))
    }

    /// `checkpoint` with this witness's line, whose private key is `key`. Whether it continues what the witness saw
    /// before is the caller's to check.
    ///
    /// # Errors
    /// [`BadCheckpoint`] where `key` is another witness's.
    pub fn cosign(
        &self,
        checkpoint: &Checkpoint,
        key: &PrivateKey,
        at: u64,
    ) -> Result<Checkpoint, BadCheckpoint> {
        let message = cosigned_message(checkpoint.body(), at);
        let signature = [&at.to_be_bytes()[..], &key.sign(message.as_bytes())].concat();
        let line =
            Signature::new(self.name.clone(), self.id(), signature).map_err(|_| BadCheckpoint::Malformed)?;
        let line = String::from_utf8_lossy(&line.to_bytes()).into_owned();
        let cosigned = Checkpoint::read(&format!("{}{line}", checkpoint.text()))?;
        checkpoint.with_cosignatures(&cosigned, std::slice::from_ref(self))
    }
}

pub(super) fn cosigned_message(body: &str, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{body}")
}

impl FromStr for Witness {
    type Err = BadWitness;
    fn from_str(text: &str) -> Result<Self, BadWitness> {
        let (name, rest) = text.split_once('+').ok_or(BadWitness)?;
        let (id, key) = rest.split_once('+').ok_or(BadWitness)?;
        let key = BASE64_STANDARD.decode(key).map_err(|_| BadWitness)?;
        let (&[COSIGNATURE], key) = key.split_first_chunk().ok_or(BadWitness)? else {
            return Err(BadWitness);
        };
        let key = PublicKey::from_bytes(key.try_into().map_err(|_| BadWitness)?).map_err(|_| BadWitness)?;
        let witness = Self::new(name, key)?;
        if format!("{:08x}", witness.id()) == id { Ok(witness) } else { Err(BadWitness) }
    }
}
impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = BASE64_STANDARD.encode(typed(COSIGNATURE, &self.key));
        write!(f, "{}+{:08x}+{key}", self.name, self.id())
    }
}
