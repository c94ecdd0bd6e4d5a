//! 日志证明: that an entry stands in the log. It travels outside the signatures of a certificate, as text
//! (`c2sp.org/tlog-proof@v1`, files named `.tlog-proof`) or as JSON.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::ser::SerializeStruct;
use tlog_tiles::Hash;

use crate::kernel::codes::Code;
use crate::proof::keys::Purpose;
use crate::proof::log::Leaf;
use crate::proof::log::checkpoint::{BadCheckpoint, Checkpoint, MAX_BYTES};
use crate::proof::log::tree::{LogError, MAX_PROOF, check_leaf};
use crate::proof::trust::{KeyState, TrustList};

/// A proof as it was handed over. [`InclusionProof::check`] says whether it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct InclusionProof {
    /// The entry's place in the log, from 0.
    pub index: u64,
    /// From the entry's sibling to the root's child.
    pub hashes: Vec<Hash>,
    pub checkpoint: Checkpoint,
    /// The frozen record of the entry in its canonical form, as the extra data of the text form: not believed before it
    /// was compared.
    pub record: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadInclusion {
    #[error("not a proof in the form c2sp.org/tlog-proof@v1")]
    Malformed,
    #[error(transparent)]
    Checkpoint(#[from] BadCheckpoint),
    #[error(transparent)]
    Tree(#[from] LogError),
}

const HEADER: &str = "c2sp.org/tlog-proof@v1";

impl InclusionProof {
    /// # Errors
    /// [`BadInclusion`].
    pub fn read(text: &str) -> Result<Self, BadInclusion> {
        if text.len() > MAX_BYTES + 16_384 {
            return Err(BadInclusion::Malformed);
        }
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n'));
        let (proof, checkpoint) =
            rest.and_then(|rest| rest.split_once("\n\n")).ok_or(BadInclusion::Malformed)?;
        let mut lines = proof.split('\n').peekable();
        let record = lines.next_if(|line| line.starts_with("extra ")).map(read_extra).transpose()?;
        let digits =
            lines.next().and_then(|line| line.strip_prefix("index ")).ok_or(BadInclusion::Malformed)?;
        let index: u64 = digits.parse().map_err(|_| BadInclusion::Malformed)?;
        if index.to_string() != digits {
            return Err(BadInclusion::Malformed);
        }
        let hashes: Vec<Hash> =
            lines.map(Hash::parse_hash).collect::<Result<_, _>>().map_err(|_| BadInclusion::Malformed)?;
        if hashes.len() > MAX_PROOF {
            return Err(BadInclusion::Malformed);
        }
        Ok(Self { index, hashes, checkpoint: Checkpoint::read(checkpoint)?, record })
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> String {
        let hashes: Vec<String> = self.hashes.iter().map(ToString::to_string).collect();
        let hashes = hashes.iter().flat_map(|hash| [hash, "\n"]).collect::<String>();
        let extra = |record: &String| format!("extra {}\n", BASE64_STANDARD.encode(record));
        let extra = self.record.as_ref().map(extra).unwrap_or_default();
        format!("{HEADER}\n{extra}index {}\n{hashes}\n{}", self.index, self.checkpoint.text())
    }

    /// Whether `leaf` stands at the proof's index in a log of ours: the checkpoint names a log of one of our hosts in
    /// the trust list's environment, a log key of the trust list signed it, and the hashes lead to its root.
    ///
    /// # Errors
    /// [`BadInclusion`].
    pub fn check(&self, leaf: &Leaf, trust: &TrustList) -> Result<(), BadInclusion> {
        check_origin(&self.checkpoint, trust)?;
        Ok(check_leaf(self.checkpoint.head, self.index, leaf, &self.hashes)?)
    }
}

fn read_extra(line: &str) -> Result<String, BadInclusion> {
    let bytes = BASE64_STANDARD.decode(line.trim_start_matches("extra ")).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(BadInclusion::Malformed)
}

/// Whether a checkpoint is of a log of ours and signed by a key that the trust list names for it.
///
/// # Errors
/// [`BadCheckpoint::Origin`], [`BadCheckpoint::Signature`].
pub fn check_origin(checkpoint: &Checkpoint, trust: &TrustList) -> Result<(), BadCheckpoint> {
    let host = checkpoint.origin.strip_suffix(&format!("/log/{}", trust.environment().code()));
    if !host.is_some_and(|host| trust.is_our_host(host)) {
        return Err(BadCheckpoint::Origin);
    }
    let keys = trust.document().keys.iter();
    let mut log_keys = keys.filter(|key| key.purpose == Purpose::Log && key.state != KeyState::Halted);
    if log_keys.any(|key| checkpoint.is_signed_by(&key.public_key)) {
        Ok(())
    } else {
        Err(BadCheckpoint::Signature)
    }
}

/// The name of an environment's log.
#[must_use]
pub fn origin(host: &str, environment: crate::proof::payload::Environment) -> String {
    format!("{host}/log/{}", environment.code())
}

impl serde::Serialize for InclusionProof {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hashes: Vec<_> = self.hashes.iter().map(ToString::to_string).collect();
        let mut fields = serializer.serialize_struct("InclusionProof", 4)?;
        fields.serialize_field("index", &self.index)?;
        fields.serialize_field("size", &self.checkpoint.head.size)?;
        fields.serialize_field("checkpoint", self.checkpoint.text())?;
        fields.serialize_field("proof", &hashes)?;
        fields.end()
    }
}
