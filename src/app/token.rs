//! Keys on a PKCS#11 token (crate `cryptoki`; a hardware module in production, SoftHSM2 in tests). They are made on it
//! and never leave it: it signs with `CKM_EDDSA` and hands out public halves only.
//!
//! Absent: any way to have other bytes signed than those of `proof`'s own forms.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as Pkcs11Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use crate::config::Config;
use crate::proof::keys::{KeyId, PublicKey, Signer, SigningError};
use crate::proof::payload::Environment;

/// A token that the configuration names. It is opened when it is first needed, and again when it comes back.
pub struct Token {
    module: PathBuf,
    label: String,
    pin_file: PathBuf,
    library: Mutex<Option<Pkcs11>>,
    session: Mutex<Option<Opened>>,
}

struct Opened {
    session: Session,
    keys: HashMap<KeyId, ObjectHandle>,
}

/// A key on the token.
struct TokenKey {
    token: Arc<Token>,
    id: KeyId,
    public: PublicKey,
}

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("no PKCS#11 token is configured: set HUZHENG_PKCS11_MODULE, _TOKEN and _PIN_FILE")]
    None,
    #[error("{0}: to be set together with the other two settings of the PKCS#11 token")]
    Setting(&'static str),
    #[error("HUZHENG_PKCS11_PIN_FILE: {0}: {1}")]
    PinFile(PathBuf, std::io::Error),
    #[error("HUZHENG_PKCS11_TOKEN: the module knows no token labelled {0}")]
    NoToken(String),
    #[error("key {0} is not on the token")]
    NoKey(KeyId),
    #[error("what the token made is no Ed25519 key that it keeps to itself")]
    WrongKey,
    #[error("the token made a signature that does not match")]
    WrongSignature,
    #[error("the token: {0}")]
    Pkcs11(#[from] Pkcs11Error),
}

/// The curve as PKCS#11 names it (`CKA_EC_PARAMS`): its name as tokens since 2.40 know it, then its OID 1.3.101.112.
const CURVES: [&[u8]; 2] = [b"\x13\x0cedwards25519", &[0x06, 0x03, 0x2b, 0x65, 0x70]];

impl Token {
    /// The token that the configuration names, if any. Nothing is opened yet.
    pub fn of(config: &Config) -> Result<Option<Arc<Self>>, TokenError> {
        let (module, label, pin_file) =
            match (&config.pkcs11_module, &config.pkcs11_token, &config.pkcs11_pin_file) {
                (None, None, None) => return Ok(None),
                (None, ..) => return Err(TokenError::Setting("HUZHENG_PKCS11_MODULE")),
                (_, None, _) => return Err(TokenError::Setting("HUZHENG_PKCS11_TOKEN")),
                (.., None) => return Err(TokenError::Setting("HUZHENG_PKCS11_PIN_FILE")),
                (Some(module), Some(label), Some(pin_file)) => {
                    (module.clone(), label.clone(), pin_file.clone())
                }
            };
        let (library, session) = (Mutex::default(), Mutex::default());
        Ok(Some(Arc::new(Self { module, label, pin_file, library, session })))
    }

    /// Makes a key on the token, under its key id.
    pub fn make(&self, environment: Environment) -> Result<PublicKey, TokenError> {
        let mut place = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        self.once(&mut place, |opened| generate(&opened.session, environment))
    }

    /// Whoever signs with the key `id`, which is to be on the token.
    pub fn signer(self: &Arc<Self>, id: KeyId, public: PublicKey) -> Result<Arc<dyn Signer>, TokenError> {
        self.with(|opened| opened.key(id).map(|_| ()))?;
        Ok(Arc::new(TokenKey { token: Arc::clone(self), id, public }))
    }

    fn sign(&self, id: KeyId, public: &PublicKey, message: &[u8]) -> Result<[u8; 64], TokenError> {
        let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
        let signature = self.with(|opened| {
            let key = opened.key(id)?;
            Ok(opened.session.sign(&mechanism, key, message)?)
        })?;
        let signature = signature.try_into().map_err(|_| TokenError::WrongSignature)?;
        if public.has_signed(message, &signature) { Ok(signature) } else { Err(TokenError::WrongSignature) }
    }

    /// Works in the open session. What fails there is tried once more in a new one: the token may have been away.
    fn with<T>(&self, work: impl Fn(&mut Opened) -> Result<T, TokenError>) -> Result<T, TokenError> {
        let mut place = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = &mut *place
            && let Ok(done) = work(opened)
        {
            return Ok(done);
        }
        *place = None;
        self.once(&mut place, work)
    }

    /// Works in the open session, or in a new one. After a failure the next caller begins from nothing: some modules
    /// know a token that was away only when they are started again.
    fn once<T>(
        &self,
        place: &mut Option<Opened>,
        work: impl FnOnce(&mut Opened) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        let done = self.opened(place).and_then(work);
        if done.is_err() {
            *place = None;
            let library = self.library.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(Err(error)) = library.map(Pkcs11::finalize) {
                tracing::warn!(%error, "the PKCS#11 module was not ended");
            }
        }
        done
    }

    fn opened<'a>(&self, place: &'a mut Option<Opened>) -> Result<&'a mut Opened, TokenError> {
        match place {
            Some(opened) => Ok(opened),
            None => Ok(place.insert(Opened { session: self.open()?, keys: HashMap::new() })),
        }
    }

    fn open(&self) -> Result<Session, TokenError> {
        let pin = std::fs::read_to_string(&self.pin_file)
            .map_err(|error| TokenError::PinFile(self.pin_file.clone(), error))?;
        let library = self.library()?;
        let slot = self.slot(&library)?;
        let session = library.open_rw_session(slot)?;
        match session.login(UserType::User, Some(&AuthPin::from(pin.trim_end_matches(['\r', '\n'])))) {
            Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => Err(error.into()),
        }
    }

    fn library(&self) -> Result<Pkcs11, TokenError> {
        let mut library = self.library.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = &*library {
            return Ok(loaded.clone());
        }
        let loaded = Pkcs11::new(&self.module)?;
        match loaded.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(library.insert(loaded).clone())
    }

    fn slot(&self, library: &Pkcs11) -> Result<Slot, TokenError> {
        for slot in library.get_slots_with_token()? {
            if library.get_token_info(slot)?.label() == self.label {
                return Ok(slot);
            }
        }
        Err(TokenError::NoToken(self.label.clone()))
    }
}

impl Opened {
    fn key(&mut self, id: KeyId) -> Result<ObjectHandle, TokenError> {
        if let Some(known) = self.keys.get(&id) {
            return Ok(*known);
        }
        let wanted = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(id.bytes().to_vec())];
        let found = self.session.find_objects(&wanted)?.first().copied().ok_or(TokenError::NoKey(id))?;
        self.keys.insert(id, found);
        Ok(found)
    }
}

impl Signer for TokenKey {
    fn public(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningError> {
        self.token.sign(self.id, &self.public, message).map_err(|error| SigningError(error.to_string()))
    }
}

/// Makes a key pair and gives it its key id. What came out otherwise than it should is destroyed again.
fn generate(session: &Session, environment: Environment) -> Result<PublicKey, TokenError> {
    let (public, private) = generate_pair(session)?;
    let made = public_key(session, public).and_then(|key| {
        let id = Attribute::Id(KeyId::of(&key, environment).bytes().to_vec());
        session.update_attributes(public, std::slice::from_ref(&id))?;
        session.update_attributes(private, &[id])?;
        if is_kept(session, private)? { Ok(key) } else { Err(TokenError::WrongKey) }
    });
    if made.is_err() {
        for object in [public, private] {
            session.destroy_object(object)?;
        }
    }
    made
}

fn generate_pair(session: &Session) -> Result<(ObjectHandle, ObjectHandle), TokenError> {
    let label = Attribute::Label(b"huzheng".to_vec());
    let private = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        label.clone(),
    ];
    let mut last = TokenError::WrongKey;
    for curve in CURVES {
        let public = [
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::EcParams(curve.to_vec()),
            label.clone(),
        ];
        match session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private) {
            Ok(made) => return Ok(made),
            Err(error) => last = error.into(),
        }
    }
    Err(last)
}

/// The public half: `CKA_EC_POINT`, in an OCTET STRING as the standard says, or bare as some tokens have it.
fn public_key(session: &Session, public: ObjectHandle) -> Result<PublicKey, TokenError> {
    let point =
        session.get_attributes(public, &[AttributeType::EcPoint])?.into_iter().find_map(
            |found| match found {
                Attribute::EcPoint(point) => Some(point),
                _ => None,
            },
        );
    let point = point.ok_or(TokenError::WrongKey)?;
    let bare = point.strip_prefix(&[0x04, 0x20]).filter(|rest| rest.len() == 32).unwrap_or(&point);
    let bytes = bare.try_into().map_err(|_| TokenError::WrongKey)?;
    PublicKey::from_bytes(bytes).map_err(|_| TokenError::WrongKey)
}

/// Whether nobody can take the private half out.
fn is_kept(session: &Session, private: ObjectHandle) -> Result<bool, TokenError> {
    let kinds = [AttributeType::Sensitive, AttributeType::Extractable, AttributeType::NeverExtractable];
    let found = session.get_attributes(private, &kinds)?;
    let has = |wanted: &Attribute| found.contains(wanted);
    Ok(has(&Attribute::Sensitive(true))
        && has(&Attribute::Extractable(false))
        && has(&Attribute::NeverExtractable(true)))
}
