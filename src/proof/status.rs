//! Standing after issue: one bit for revoked (撤销) and one for suspended (暂停) per certificate, in
//! Bitstring Status Lists (W3C, v1.0), and the answer that they give together, which fails closed.

use std::collections::HashMap;
use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{NaiveDate, TimeDelta};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::codes;
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::codes::Code;
use crate::kernel::dates::Timestamp;
use crate::kernel::ids::PublicCode;
use crate::proof::payload::StatusPlace;

codes! {
    /// What a set bit means.
    pub enum StatusPurpose("status-purpose") {
        /// 撤销, for ever. A replaced certificate (换发) is revoked here too: the list has one bit for both.
        Revocation = "revocation",
        /// 暂停使用, until reinstated.
        Suspension = "suspension",
    }
}

/// The specification's least number of entries, so that one certificate hides among many.
pub const MIN_ENTRIES: u32 = 131_072;
/// The most that is unpacked: 16 Mi entries are 2 MiB.
pub const MAX_ENTRIES: u32 = 1 << 24;
/// How far two machines' clocks may differ.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// One list of bits, good from one instant to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    pub list: u32,
    pub purpose: StatusPurpose,
    pub valid_from: Timestamp,
    /// End of the stated lifetime: past it, an unset bit says nothing.
    pub valid_until: Timestamp,
    bits: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadStatusList {
    #[error("a status list has {MIN_ENTRIES} to {MAX_ENTRIES} entries")]
    Size,
    #[error("not a gzip of bits in multibase u")]
    Encoding,
}

impl StatusList {
    /// A list in which nobody is marked. `entries` are rounded up to whole bytes and the least size.
    ///
    /// # Errors
    /// [`BadStatusList::Size`] above [`MAX_ENTRIES`].
    pub fn empty(
        list: u32,
        purpose: StatusPurpose,
        entries: u32,
        valid_from: Timestamp,
        valid_until: Timestamp,
    ) -> Result<Self, BadStatusList> {
        if entries > MAX_ENTRIES {
            return Err(BadStatusList::Size);
        }
        let bits = vec![0; entries.max(MIN_ENTRIES).div_ceil(8) as usize];
        Ok(Self { list, purpose, valid_from, valid_until, bits })
    }

    /// Takes the `encodedList` of a credential: multibase `u`, gzip, the first entry in the highest bit.
    ///
    /// # Errors
    /// [`BadStatusList`], also for a small text that unpacks to a huge one.
    pub fn decode(
        list: u32,
        purpose: StatusPurpose,
        encoded: &str,
        valid_from: Timestamp,
        valid_until: Timestamp,
    ) -> Result<Self, BadStatusList> {
        let base64 = encoded.strip_prefix('u').ok_or(BadStatusList::Encoding)?;
        let packed = URL_SAFE_NO_PAD.decode(base64).map_err(|_| BadStatusList::Encoding)?;
        let most = u64::from(MAX_ENTRIES / 8);
        let mut bits = Vec::new();
        let unpacked = GzDecoder::new(packed.as_slice()).take(most + 1).read_to_end(&mut bits);
        unpacked.map_err(|_| BadStatusList::Encoding)?;
        if bits.len() < (MIN_ENTRIES / 8) as usize || bits.len() as u64 > most {
            return Err(BadStatusList::Size);
        }
        Ok(Self { list, purpose, valid_from, valid_until, bits })
    }

    /// The `encodedList` of a credential.
    ///
    /// # Errors
    /// [`BadStatusList::Encoding`], which memory alone could cause.
    pub fn encode(&self) -> Result<String, BadStatusList> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        let packed = packer.write_all(&self.bits).and_then(|()| packer.finish());
        let packed = packed.map_err(|_| BadStatusList::Encoding)?;
        Ok(format!("u{}", URL_SAFE_NO_PAD.encode(packed)))
    }

    /// Marks the certificate at `index`. `false` where the list ends before it.
    #[must_use]
    pub fn mark(&mut self, index: u32) -> bool {
        let byte = self.bits.get_mut((index / 8) as usize);
        byte.map(|byte| *byte |= 0x80 >> (index % 8)).is_some()
    }

    /// SHA-256 over the list's number (4 bytes, big endian), its purpose's code, a zero byte and its bits: what the
    /// transparency log holds of it. The same bits give the same digest, whenever they were signed.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.list.to_be_bytes());
        hash.update(self.purpose.code());
        hash.update([0]);
        hash.update(&self.bits);
        hash.finalize().into()
    }

    /// `None` where the list ends before `index`.
    #[must_use]
    pub fn is_marked(&self, index: u32) -> Option<bool> {
        let byte = self.bits.get((index / 8) as usize)?;
        Some(byte & 0x80 >> (index % 8) != 0)
    }

    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.valid_from <= now + SKEW && now < self.valid_until
    }
}

codes! {
    /// Why the standing of a certificate is not known.
    pub enum UnknownStatus("unknown-status") {
        NoList = "status-missing",
        PastTheEnd = "status-index",
        Stale = "status-stale",
    }
}

/// What became of a certificate since it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<'a> {
    Valid,
    /// 暂停使用
    Suspended,
    /// 已撤销, with the day where it is known.
    Revoked {
        on: Option<NaiveDate>,
    },
    /// 已换发
    Replaced {
        on: NaiveDate,
        by: &'a Successor,
    },
    Unknown(UnknownStatus),
}

/// The certificate that took another's place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Successor {
    pub code: PublicCode,
    pub number: CertificateNumber,
}

/// What only the registry itself knows of the end of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub on: NaiveDate,
    pub replaced_by: Option<Successor>,
}

/// The lists at hand when a certificate is checked, and in the registry's own server the endings.
#[derive(Debug, Clone, Default)]
pub struct StatusSnapshot {
    lists: HashMap<(u32, StatusPurpose), StatusList>,
    endings: HashMap<PublicCode, Ending>,
}

impl StatusSnapshot {
    /// Adds a list, in place of an older one of the same number and purpose.
    pub fn put(&mut self, list: StatusList) {
        let place = (list.list, list.purpose);
        if self.lists.get(&place).is_none_or(|known| known.valid_from <= list.valid_from) {
            self.lists.insert(place, list);
        }
    }

    pub fn put_ending(&mut self, code: PublicCode, ending: Ending) {
        self.endings.insert(code, ending);
    }

    /// When the first of the lists goes stale; `None` without any.
    #[must_use]
    pub fn fresh_until(&self) -> Option<Timestamp> {
        self.lists.values().map(|list| list.valid_until).min()
    }

    /// The standing of the certificate `code` whose bits are at `place`. A revocation once seen holds for
    /// ever; every other answer needs both lists, fresh at `now`.
    #[must_use]
    pub fn lookup(&self, code: &PublicCode, place: StatusPlace, now: Timestamp) -> Standing<'_> {
        match self.endings.get(code) {
            Some(Ending { on, replaced_by: Some(by) }) => return Standing::Replaced { on: *on, by },
            Some(Ending { on, replaced_by: None }) => return Standing::Revoked { on: Some(*on) },
            None => {}
        }
        let list = |purpose| self.lists.get(&(place.list, purpose));
        let revocation = list(StatusPurpose::Revocation);
        if revocation.and_then(|list| list.is_marked(place.index)) == Some(true) {
            return Standing::Revoked { on: None };
        }
        let (Some(revocation), Some(suspension)) = (revocation, list(StatusPurpose::Suspension)) else {
            return Standing::Unknown(UnknownStatus::NoList);
        };
        match (revocation.is_marked(place.index), suspension.is_marked(place.index)) {
            (None, _) | (_, None) => Standing::Unknown(UnknownStatus::PastTheEnd),
            _ if !revocation.is_fresh(now) || !suspension.is_fresh(now) => {
                Standing::Unknown(UnknownStatus::Stale)
            }
            (_, Some(true)) => Standing::Suspended,
            _ => Standing::Valid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::fixture::at;

    const NOON: &str = "2026-11-21T04:00:00Z";

    fn list(purpose: StatusPurpose, marked: &[u32]) -> StatusList {
        let mut list =
            StatusList::empty(1, purpose, 0, at(NOON), at(NOON) + TimeDelta::minutes(10)).expect("a list");
        assert!(marked.iter().all(|index| list.mark(*index)));
        list
    }

    #[test]
    fn bits_count_from_the_left() {
        let list = list(StatusPurpose::Revocation, &[0, 9, MIN_ENTRIES - 1]);
        assert_eq!((list.bits[0], list.bits[1], list.bits.last()), (0x80, 0x40, Some(&1)));
        assert_eq!(list.is_marked(MIN_ENTRIES), None);
        assert!(!list.clone().mark(MIN_ENTRIES));
        let encoded = list.encode().expect("encoded");
        assert!(encoded.starts_with("uH4sI"), "{encoded}");
        let again = StatusList::decode(1, list.purpose, &encoded, list.valid_from, list.valid_until);
        assert_eq!(again, Ok(list));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let gzip = |bytes: &[u8]| {
            let mut packer = GzEncoder::new(Vec::new(), Compression::best());
            packer.write_all(bytes).expect("written");
            format!("u{}", URL_SAFE_NO_PAD.encode(packer.finish().expect("packed")))
        };
        let decode = |text: &str| {
            StatusList::decode(1, StatusPurpose::Revocation, text, at(NOON), at(NOON)).map(|_| ())
        };
        assert_eq!(decode(&gzip(&[0; 16_384])), Ok(()));
        assert_eq!(decode(&gzip(&[0; 16_383])), Err(BadStatusList::Size));
        assert_eq!(decode(&gzip(&vec![0; (2 << 20) + 1])), Err(BadStatusList::Size), "a gzip bomb");
        assert_eq!(decode(""), Err(BadStatusList::Encoding));
        assert_eq!(decode("uAAAA"), Err(BadStatusList::Encoding));
        let whole = gzip(&[0; 16_384]);
        assert_eq!(decode(&whole[..whole.len() - 12]), Err(BadStatusList::Encoding));
    }

    #[test]
    fn only_two_fresh_lists_say_valid() {
        use StatusPurpose::{Revocation, Suspension};
        use UnknownStatus::{NoList, PastTheEnd, Stale};
        let revoked = Standing::Revoked { on: None };
        let code = PublicCode::from_bytes([1; 16]);
        let check = |lists: &[StatusList], index, now, expected: &Standing<'_>| {
            let mut snapshot = StatusSnapshot::default();
            lists.iter().cloned().for_each(|list| snapshot.put(list));
            let place = StatusPlace { list: 1, index };
            assert_eq!(&snapshot.lookup(&code, place, at(now)), expected, "{index} {now}");
        };
        let both = [list(Revocation, &[2, 4]), list(Suspension, &[3, 4])];
        check(&both, 1, NOON, &Standing::Valid);
        check(&both, 1, "2026-11-21T04:09:59Z", &Standing::Valid);
        check(&both, 2, NOON, &revoked);
        check(&both, 3, NOON, &Standing::Suspended);
        check(&both, 4, NOON, &revoked);
        check(&both, MIN_ENTRIES, NOON, &Standing::Unknown(PastTheEnd));
        for stale in ["2026-11-21T04:10:00Z", "2026-11-21T03:50:00Z"] {
            check(&both, 1, stale, &Standing::Unknown(Stale));
            check(&both, 2, stale, &revoked);
            check(&both, 3, stale, &Standing::Unknown(Stale));
        }
        check(&[], 1, NOON, &Standing::Unknown(NoList));
        check(&both[..1], 1, NOON, &Standing::Unknown(NoList));
        check(&both[..1], 2, NOON, &revoked);
        check(&both[1..], 3, NOON, &Standing::Unknown(NoList));
        let other = StatusList { list: 2, ..both[1].clone() };
        check(&[both[0].clone(), other], 1, NOON, &Standing::Unknown(NoList));
    }

    #[test]
    fn an_older_list_does_not_take_the_place_of_a_newer() {
        let newer = list(StatusPurpose::Revocation, &[5]);
        let mut older = list(StatusPurpose::Revocation, &[]);
        older.valid_from -= TimeDelta::minutes(1);
        let mut snapshot = StatusSnapshot::default();
        snapshot.put(newer);
        snapshot.put(older);
        let place = StatusPlace { list: 1, index: 5 };
        let standing = snapshot.lookup(&PublicCode::from_bytes([1; 16]), place, at(NOON));
        assert_eq!(standing, Standing::Revoked { on: None });
    }
}
