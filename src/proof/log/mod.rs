//! The transparency log (C2SP tlog-tiles): what its entries are, how they make a tree of RFC 6962, what the log
//! signs of it, and how anybody checks that an entry stands in it.
//!
//! Hashing, tile paths, proofs and signed notes come from the crates `tlog_tiles` and `signed_note`; they panic on
//! some inputs, so everything is bounded here before it reaches them. Absent: where the tiles lie and who publishes
//! them (`app::log`).

pub mod checkpoint;
pub mod edge;
pub mod inclusion;
pub mod tiles;
pub mod tree;
pub mod witness;

#[cfg(test)]
mod tests;

use crate::codes;
use crate::kernel::codes::Code;

codes! {
    /// What an entry of the log stands for.
    pub enum LeafKind("log-leaf-kind") {
        /// 证书底档: the frozen record of a certificate.
        Certificate = "certificate",
        /// 密钥事件: a key that was certified, rotated, retired, halted or cut off.
        KeyEvent = "key-event",
        /// A version of the trust list.
        TrustList = "trust-list",
        /// The bits of a status list.
        StatusList = "status-list",
    }
}

impl LeafKind {
    const fn number(self) -> u8 {
        match self {
            Self::Certificate => 1,
            Self::KeyEvent => 2,
            Self::TrustList => 3,
            Self::StatusList => 4,
        }
    }
}

/// One entry: its kind and the SHA-256 of what it stands for, which gives nothing away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    pub kind: LeafKind,
    pub digest: [u8; 32],
}

/// The first byte of every entry.
const VERSION: u8 = 1;

impl Leaf {
    /// The entry as it is hashed and published.
    #[must_use]
    pub fn bytes(&self) -> [u8; 34] {
        let mut bytes = [VERSION; 34];
        bytes[1] = self.kind.number();
        bytes[2..].copy_from_slice(&self.digest);
        bytes
    }

    /// `None` for another version, kind or length.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (&[version, number], digest) = bytes.split_first_chunk()?;
        let kind = *LeafKind::ALL.iter().find(|kind| kind.number() == number)?;
        (version == VERSION).then_some(Self { kind, digest: digest.try_into().ok()? })
    }

    /// Its hash in the tree.
    #[must_use]
    pub fn hash(&self) -> tlog_tiles::Hash {
        tlog_tiles::record_hash(&self.bytes())
    }
}
