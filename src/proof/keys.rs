//! Keys: who they are (`KeyId`), what each may sign (`Purpose`), and how the secret half is kept.
//!
//! Absent: where the files lie and where the passphrase comes from (`app`).

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::signature::Ed25519KeyPair;
use ed25519_dalek::pkcs8::KeypairBytes;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier, VerifyingKey};
use pkcs8::pkcs5::{pbes2, scrypt};
use pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding, PrivateKeyInfoRef};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::codes;
use crate::kernel::codes::Code;
use crate::proof::base58;
use crate::proof::payload::Environment;

codes! {
    /// What a key may sign. One key has one purpose.
    pub enum Purpose("key-purpose") {
        /// The trust list, kept off line.
        Root = "root",
        /// The certificates of one assessment body.
        Issuing = "issuing",
        /// Status lists.
        Status = "status",
        /// Checkpoints of the transparency log.
        Log = "log",
        /// Session tokens of the API.
        Api = "api",
        /// Credentials of another issuer, whose key the root vouches for. Its secret half is not ours.
        ExternalIssuer = "external-issuer",
        /// Not for signing: the secret from which the keys for stored identity numbers are derived.
        PersonalData = "personal-data",
    }
}

/// The first 8 bytes of SHA-256 over the public key and the environment's code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 8]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a key id of 16 hexadecimal digits")]
pub struct BadKeyId;

impl KeyId {
    #[must_use]
    pub fn of(key: &PublicKey, environment: Environment) -> Self {
        let mut hash = Sha256::new();
        hash.update(key.bytes());
        hash.update(environment.code());
        let mut id = [0; 8];
        id.copy_from_slice(&hash.finalize()[..8]);
        Self(id)
    }

    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = BadKeyId;
    fn from_str(text: &str) -> Result<Self, BadKeyId> {
        let mut id = [0; 8];
        hex::decode_to_slice(text, &mut id).map_err(|_| BadKeyId)?;
        Ok(Self(id))
    }
}
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl serde::Serialize for KeyId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for KeyId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An Ed25519 public key, kept ready for use. Written as a W3C Multikey (`z6Mk…`). Never a weak one: a
/// point of small order would accept signatures that nobody made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPublicKey {
    #[error("not an Ed25519 public key written as a Multikey")]
    Form,
    #[error("a weak public key, of small order")]
    Weak,
}

/// The multicodec prefix of Ed25519 public keys.
const MULTIKEY_ED25519: [u8; 2] = [0xed, 0x01];

impl PublicKey {
    /// # Errors
    /// [`BadPublicKey`] where the bytes are no point of the curve, or one of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BadPublicKey> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| BadPublicKey::Form)?;
        if key.is_weak() { Err(BadPublicKey::Weak) } else { Ok(Self(key)) }
    }

    pub fn bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    #[must_use]
    pub fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify(message, &Signature::from_bytes(signature)).is_ok()
    }

    /// Whether every one of the messages was signed. Checked together, which costs half of one by one.
    #[must_use]
    pub fn has_signed_all(&self, signed: &[(Vec<u8>, [u8; 64])]) -> bool {
        let messages: Vec<&[u8]> = signed.iter().map(|(message, _)| message.as_slice()).collect();
        let signatures: Vec<_> =
            signed.iter().map(|(_, signature)| Signature::from_bytes(signature)).collect();
        ed25519_dalek::verify_batch(&messages, &signatures, &vec![self.0; signed.len()]).is_ok()
    }

    /// The key's own `did:key` with its one method, which any verifier can resolve without asking anybody.
    #[must_use]
    pub fn did_key_method(&self) -> String {
        format!("did:key:{self}#{self}")
    }
}

impl FromStr for PublicKey {
    type Err = BadPublicKey;
    fn from_str(text: &str) -> Result<Self, BadPublicKey> {
        if text.len() > 64 {
            return Err(BadPublicKey::Form);
        }
        let bytes = text.strip_prefix('z').and_then(base58::decode).ok_or(BadPublicKey::Form)?;
        let key = bytes.strip_prefix(&MULTIKEY_ED25519).ok_or(BadPublicKey::Form)?;
        Self::from_bytes(key.try_into().map_err(|_| BadPublicKey::Form)?)
    }
}
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 34];
        bytes[..2].copy_from_slice(&MULTIKEY_ED25519);
        bytes[2..].copy_from_slice(self.bytes());
        write!(f, "z{}", base58::encode(&bytes))
    }
}
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl serde::Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Whoever signs with a key: a key file in memory, or a token that keeps the secret half to itself.
///
/// Only this module's own formats are ever handed to it; nothing takes bytes to sign from outside.
pub trait Signer: Send + Sync {
    fn public(&self) -> PublicKey;

    /// Signs with Ed25519, so that the same message gives the same bytes.
    ///
    /// # Errors
    /// [`SigningError`] where the key is out of reach. A key in memory never is.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningError>;
}

/// Why a key that is known did not sign. Trying again later may help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key does not sign: {0}")]
pub struct SigningError(pub String);

/// The secret half of a key. Wiped from memory when dropped, and never shown.
pub struct PrivateKey {
    half: SigningKey,
    /// The same half in the library that signs at nearly twice the speed, with the same result: Ed25519 leaves it none.
    quick: Option<Ed25519KeyPair>,
}

impl From<SigningKey> for PrivateKey {
    fn from(half: SigningKey) -> Self {
        let quick =
            Ed25519KeyPair::from_seed_and_public_key(half.as_bytes(), half.verifying_key().as_bytes()).ok();
        Self { half, quick }
    }
}

impl Signer for PrivateKey {
    fn public(&self) -> PublicKey {
        self.public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningError> {
        Ok(self.sign(message))
    }
}

/// A key that remembers what it signed, so that many signatures are checked at once.
pub struct Remembering<'a> {
    key: &'a dyn Signer,
    signed: Mutex<Vec<(Vec<u8>, [u8; 64])>>,
}

impl<'a> Remembering<'a> {
    pub fn new(key: &'a dyn Signer) -> Self {
        Self { key, signed: Mutex::default() }
    }

    /// Whether all that was signed is signed by the key that it says it is. It does not tell which is not.
    #[must_use]
    pub fn has_signed_well(self) -> bool {
        let signed = self.signed.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.key.public().has_signed_all(&signed)
    }
}

impl Signer for Remembering<'_> {
    fn public(&self) -> PublicKey {
        self.key.public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningError> {
        let signature = self.key.sign(message)?;
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        signed.push((message.to_owned(), signature));
        Ok(signature)
    }
}

/// How much work a passphrase costs, here and to whoever guesses at a stolen key file (scrypt, RFC 7914).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// N = 2¹⁷, r = 8, p = 1: 128 MiB and some tenths of a second.
    Guarded,
    /// N = 2¹⁰: for the demo and for tests, whose keys protect nothing.
    Demo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// The two can't be told apart, and neither may be described further.
    #[error("wrong passphrase, or not an encrypted Ed25519 key in PKCS#8")]
    Unreadable,
    #[error("the key file could not be written")]
    Unwritable,
}

impl PrivateKey {
    /// The key that 32 bytes of good randomness make. The caller's copy is wiped.
    #[must_use]
    pub fn from_random(seed: &mut [u8; 32]) -> Self {
        let half = SigningKey::from_bytes(seed);
        seed.zeroize();
        half.into()
    }

    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.half.verifying_key())
    }

    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let quick = self.quick.as_ref().and_then(|pair| pair.try_sign(message).ok());
        let quick = quick.and_then(|signature| signature.as_ref().try_into().ok());
        quick.unwrap_or_else(|| self.half.sign(message).to_bytes())
    }

    /// Another secret that only the holder of this key can make: HMAC-SHA-256 of `label` under the key.
    #[must_use]
    pub fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, self.half.as_bytes());
        let tag = aws_lc_rs::hmac::sign(&key, label.as_bytes());
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(tag.as_ref());
        secret
    }

    /// PKCS#8 in DER, in the clear, for a library that takes a key in no other form.
    ///
    /// # Errors
    /// [`KeyFileError::Unwritable`], which nothing known causes.
    pub fn to_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
        let document = self.half.to_pkcs8_der().map_err(|_| KeyFileError::Unwritable)?;
        Ok(Zeroizing::new(document.as_bytes().to_vec()))
    }

    /// PKCS#8 in PEM, encrypted under `passphrase` (PBES2: scrypt, AES-256-CBC); `openssl pkey` reads it.
    ///
    /// # Errors
    /// [`KeyFileError::Unwritable`], which nothing known causes.
    pub fn to_pem(
        &self,
        passphrase: &[u8],
        cost: Cost,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Zeroizing<String>, KeyFileError> {
        let unwritable = |_| KeyFileError::Unwritable;
        let (mut salt, mut iv) = ([0; 16], [0; 16]);
        random(&mut salt);
        random(&mut iv);
        let log_n = match cost {
            Cost::Guarded => 17,
            Cost::Demo => 10,
        };
        let scrypt = scrypt::Params::new(log_n, 8, 1).map_err(|_| KeyFileError::Unwritable)?;
        let parameters = pbes2::Parameters::generate_scrypt_aes256cbc(scrypt, &salt, iv)
            .map_err(|_| KeyFileError::Unwritable)?;
        // Without the public half beside it, which OpenSSL 3.0 does not read.
        let mut half = KeypairBytes { secret_key: self.half.to_bytes(), public_key: None };
        let plain = half.to_pkcs8_der();
        half.secret_key.zeroize();
        let plain = plain.map_err(unwritable)?;
        let info = PrivateKeyInfoRef::try_from(plain.as_bytes()).map_err(|_| KeyFileError::Unwritable)?;
        let document = info.encrypt_with_params(parameters, passphrase).map_err(unwritable)?;
        document.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).map_err(|_| KeyFileError::Unwritable)
    }

    /// # Errors
    /// [`KeyFileError::Unreadable`]. A key that isn't encrypted is refused too.
    pub fn from_pem(pem: &str, passphrase: &[u8]) -> Result<Self, KeyFileError> {
        let half = SigningKey::from_pkcs8_encrypted_pem(pem, passphrase);
        half.map(Self::from).map_err(|_| KeyFileError::Unreadable)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {})", self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PrivateKey {
        PrivateKey::from_random(&mut [7; 32])
    }

    #[test]
    fn a_key_file_opens_with_its_passphrase_only() {
        let pem = key().to_pem(b"correct horse", Cost::Demo, &mut |bytes| bytes.fill(9)).expect("written");
        assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        let again = PrivateKey::from_pem(&pem, b"correct horse").expect("opens");
        assert_eq!(again.public(), key().public());
        assert_eq!(again.sign(b"x"), key().sign(b"x"));
        for (pem, passphrase) in
            [(pem.as_str(), &b"wrong"[..]), (&pem[..pem.len() / 2], b"correct horse"), ("", b"correct horse")]
        {
            assert_eq!(PrivateKey::from_pem(pem, passphrase).err(), Some(KeyFileError::Unreadable));
        }
        let plain = key().half.to_pkcs8_pem(LineEnding::LF).expect("written");
        assert_eq!(PrivateKey::from_pem(&plain, b"").err(), Some(KeyFileError::Unreadable));
    }

    #[test]
    fn a_guarded_key_file_opens_too() {
        let pem = key().to_pem(b"long", Cost::Guarded, &mut |bytes| bytes.fill(1)).expect("written");
        assert_eq!(PrivateKey::from_pem(&pem, b"long").map(|key| key.public()).ok(), Some(key().public()));
    }

    #[test]
    fn a_key_shows_its_public_half_only() {
        let secret = hex::encode([7; 32]);
        let shown = format!("{:?}", key());
        assert!(shown.contains(&key().public().to_string()) && !shown.contains(&secret));
        let mut seed = [7; 32];
        let _ = PrivateKey::from_random(&mut seed);
        assert_eq!(seed, [0; 32]);
    }

    #[test]
    fn both_libraries_sign_alike() {
        let key = key();
        for message in [&b""[..], b"x", &[9; 5000]] {
            assert_eq!(key.sign(message), key.half.sign(message).to_bytes());
        }
        assert!(key.quick.is_some());
    }

    #[test]
    fn an_id_belongs_to_one_environment() {
        let public = key().public();
        let ids = Environment::ALL.iter().map(|environment| KeyId::of(&public, *environment));
        let ids: std::collections::BTreeSet<_> = ids.collect();
        assert_eq!(ids.len(), Environment::ALL.len());
        let id = KeyId::of(&public, Environment::Test);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn public_keys_are_written_as_multikeys() {
        let public = key().public();
        assert!(public.to_string().starts_with("z6Mk"));
        assert_eq!(public.to_string().parse(), Ok(public));
        assert_eq!("z6Mk".parse::<PublicKey>(), Err(BadPublicKey::Form));
        // The neutral element: under it anything verifies.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert_eq!(PublicKey::from_bytes(&neutral), Err(BadPublicKey::Weak));
    }
}
