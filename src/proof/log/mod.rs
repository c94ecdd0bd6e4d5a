//! The transparency log (C2SP tlog-tiles): what its entries are.

use crate::codes;

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
}
