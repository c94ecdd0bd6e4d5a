//! How document numbers and phones are kept: sealed with AES-256-GCM, and found again by a keyed index.
//!
//! Both keys are derived from the registry's personal-data key, so a copy of the database alone tells nobody's
//! number, and can't be tried against a list of numbers either. What was sealed for one person and purpose opens
//! for no other: both are bound in as associated data.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use uuid::Uuid;

use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::identity::{DocumentKind, IdentityDocument};
use crate::kernel::ids::PersonId;
use crate::proof::keys::PrivateKey;
use crate::registry::people::Phone;

/// The form of what is sealed: this byte, the nonce, the ciphertext with its tag.
const VERSION: u8 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    #[error("personal data could not be sealed")]
    Seal,
    /// Altered, moved to another person, or sealed under another key.
    #[error("sealed personal data could not be opened")]
    Open,
}

/// Sealed bytes, as the store keeps them.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub(super) Vec<u8>);

impl Sealed {
    /// As it lies in a table.
    #[must_use]
    pub const fn from_store(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

/// The keyed index of a document: the same document has the same, and nobody without the key can make it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentIndex(pub(super) Vec<u8>);

#[derive(Clone, Copy)]
enum Purpose {
    DocumentNumber,
    Phone,
    AccountNumber,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::DocumentNumber => b"document",
            Self::Phone => b"phone",
            Self::AccountNumber => b"account",
        }
    }
}

/// Seals, opens and indexes.
pub struct Sealer {
    sealing: LessSafeKey,
    index: hmac::Key,
}

impl Sealer {
    /// # Errors
    /// [`SealingError::Seal`] where the library refuses the derived key, which nothing known causes.
    pub fn new(secret: &PrivateKey) -> Result<Self, SealingError> {
        let sealing = secret.derive("huzheng personal data sealing 1");
        let index = secret.derive("huzheng personal data index 1");
        let key = UnboundKey::new(&AES_256_GCM, &*sealing).map_err(|_| SealingError::Seal)?;
        Ok(Self { sealing: LessSafeKey::new(key), index: hmac::Key::new(hmac::HMAC_SHA256, &*index) })
    }

    pub fn seal_number(
        &self,
        context: &Context,
        person: PersonId,
        document: &IdentityDocument,
    ) -> Result<Sealed, SealingError> {
        self.seal(context, person.uuid(), Purpose::DocumentNumber, document.number())
    }

    pub fn seal_phone(
        &self,
        context: &Context,
        person: PersonId,
        phone: &Phone,
    ) -> Result<Sealed, SealingError> {
        self.seal(context, person.uuid(), Purpose::Phone, phone.number())
    }

    pub fn open_number(
        &self,
        person: PersonId,
        kind: DocumentKind,
        sealed: &Sealed,
    ) -> Result<IdentityDocument, SealingError> {
        let number = self.open(person.uuid(), Purpose::DocumentNumber, sealed)?;
        Ok(IdentityDocument::from_store(kind, number))
    }

    pub fn open_phone(&self, person: PersonId, sealed: &Sealed) -> Result<Phone, SealingError> {
        self.open(person.uuid(), Purpose::Phone, sealed).map(Phone)
    }

    /// Seals the number of a bank account (收款账户) for whom it belongs to, a person or an organisation.
    pub fn seal_account(&self, context: &Context, owner: Uuid, number: &str) -> Result<Sealed, SealingError> {
        self.seal(context, owner, Purpose::AccountNumber, number)
    }

    pub fn open_account(&self, owner: Uuid, sealed: &Sealed) -> Result<String, SealingError> {
        self.open(owner, Purpose::AccountNumber, sealed)
    }

    /// HMAC-SHA-256 over kind ‖ 0 ‖ number.
    #[must_use]
    pub fn index(&self, document: &IdentityDocument) -> DocumentIndex {
        let mut tag = hmac::Context::with_key(&self.index);
        tag.update(document.kind().code().as_bytes());
        tag.update(&[0]);
        tag.update(document.number().as_bytes());
        DocumentIndex(tag.sign().as_ref().to_vec())
    }

    fn seal(
        &self,
        context: &Context,
        owner: Uuid,
        purpose: Purpose,
        text: &str,
    ) -> Result<Sealed, SealingError> {
        let nonce = context.random_bytes::<NONCE_LEN>();
        let mut content = text.as_bytes().to_vec();
        self.sealing
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                associated(owner, purpose),
                &mut content,
            )
            .map_err(|_| SealingError::Seal)?;
        Ok(Sealed([&[VERSION], &nonce[..], &content].concat()))
    }

    fn open(&self, owner: Uuid, purpose: Purpose, sealed: &Sealed) -> Result<String, SealingError> {
        let Some((&VERSION, rest)) = sealed.0.split_first() else { return Err(SealingError::Open) };
        let (nonce, content) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealingError::Open)?;
        let mut content = content.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let text = self
            .sealing
            .open_in_place(nonce, associated(owner, purpose), &mut content)
            .map_err(|_| SealingError::Open)?;
        String::from_utf8(text.to_vec()).map_err(|_| SealingError::Open)
    }
}

fn associated(owner: Uuid, purpose: Purpose) -> Aad<Vec<u8>> {
    Aad::from([purpose.label(), &[0], owner.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::kernel::context::{Origin, Randomness};
    use crate::kernel::ids::RequestId;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Randomness for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn context() -> Context {
        Context {
            now: "2026-11-21T00:00:00Z".parse().expect("a time"),
            actor: None,
            request: RequestId::from_uuid(uuid::Uuid::nil()),
            origin: Origin::CommandLine,
            random: Arc::new(Counting(0.into())),
        }
    }

    fn sealer(seed: u8) -> Sealer {
        Sealer::new(&PrivateKey::from_random(&mut [seed; 32])).expect("a sealer")
    }

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn passport(number: &str) -> IdentityDocument {
        IdentityDocument::from_store(DocumentKind::Passport, number.to_owned())
    }

    #[test]
    fn what_is_sealed_opens_for_its_person_and_purpose_only() {
        let (context, sealer_one) = (context(), sealer(1));
        let sealed = sealer_one.seal_number(&context, person(1), &passport("E12345678")).expect("sealed");
        let open = |sealer: &Sealer, person, sealed: &Sealed| {
            sealer.open_number(person, DocumentKind::Passport, sealed).map(|d| d.number().to_owned())
        };
        assert_eq!(open(&sealer_one, person(1), &sealed).as_deref(), Ok("E12345678"));
        assert_eq!(open(&sealer_one, person(2), &sealed), Err(SealingError::Open));
        assert_eq!(open(&sealer(2), person(1), &sealed), Err(SealingError::Open));
        assert_eq!(sealer_one.open_phone(person(1), &sealed).err(), Some(SealingError::Open));
        for place in 0..sealed.0.len() {
            let mut altered = sealed.clone();
            altered.0[place] ^= 1;
            assert_eq!(open(&sealer_one, person(1), &altered), Err(SealingError::Open), "byte {place}");
        }
        for length in 0..sealed.0.len() {
            let cut = Sealed(sealed.0[..length].to_vec());
            assert_eq!(open(&sealer_one, person(1), &cut), Err(SealingError::Open), "{length} bytes");
        }
    }

    #[test]
    fn no_nonce_is_used_twice_and_no_digit_shows() {
        let (context, sealer) = (context(), sealer(1));
        let seal = || sealer.seal_number(&context, person(1), &passport("E12345678")).expect("sealed");
        let (first, second) = (seal(), seal());
        assert_ne!(first, second);
        assert!(!first.0.windows(4).any(|window| window == b"3456"));
    }

    #[test]
    fn the_index_tells_documents_and_keys_apart() {
        let index = |sealer: &Sealer, document: &IdentityDocument| sealer.index(document).0;
        let (one, two) = (sealer(1), sealer(2));
        let permit = IdentityDocument::from_store(DocumentKind::TaiwanPermit, "12345678".to_owned());
        assert_eq!(index(&one, &passport("12345678")), index(&one, &passport("12345678")));
        assert_ne!(index(&one, &passport("12345678")), index(&one, &passport("12345679")));
        assert_ne!(index(&one, &passport("12345678")), index(&one, &permit));
        assert_ne!(index(&one, &passport("12345678")), index(&two, &passport("12345678")));
    }
}
