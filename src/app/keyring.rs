//! The registry's secrets: one encrypted key file each under `DATA_DIR/keys/`, opened with one passphrase.
//!
//! Which key is in force is said by the trust list; here its private half is found. The root key signs the trust list
//! and is needed for nothing else: in production its file is kept elsewhere and brought only when it has to sign.

use std::collections::HashMap;
use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use crate::app::clock::MachineRandom;
use crate::app::token::{Token, TokenError};
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::codes::Code;
use crate::kernel::context::Randomness;
use crate::proof::keys::{Cost, KeyFileError, KeyId, PrivateKey, PublicKey, Purpose, Signer};
use crate::proof::payload::Environment;
use crate::proof::trust::TrustedKey;

/// The keys of a data folder.
pub struct Keyring {
    folder: PathBuf,
    passphrase: Zeroizing<Vec<u8>>,
    root: RootFile,
    token: Option<Arc<Token>>,
    pub environment: Environment,
    pub api: PrivateKey,
    pub personal_data: PrivateKey,
    /// The one root key whose trust lists count, as noted when it was made.
    pub root_public: PublicKey,
    signers: RwLock<HashMap<KeyId, Arc<dyn Signer>>>,
}

/// Where the private half of a key is made and stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// An encrypted file under `DATA_DIR/keys/`.
    File,
    /// The PKCS#11 token.
    Token,
}

/// Where the root key is to be found.
pub struct RootFile {
    pub path: PathBuf,
    /// Its own passphrase, where it has one.
    pub passphrase: Option<Zeroizing<Vec<u8>>>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error("there are no keys in {0}; make them with `huzheng keys init`")]
    None(PathBuf),
    #[error("there are keys in {0} already")]
    Exists(PathBuf),
    #[error("the root key is not at {0}: bring it and name its file with --root FILE")]
    NoRoot(PathBuf),
    #[error("{file}: {source}")]
    File { file: PathBuf, source: std::io::Error },
    #[error("{file}: {source}")]
    Key { file: PathBuf, source: KeyFileError },
    #[error("{file}: others may read it (mode {mode:o}); make it 600 and ask who has")]
    OpenToOthers { file: PathBuf, mode: u32 },
    #[error("{file} holds key {found}, not {expected}")]
    OtherKey { file: PathBuf, found: KeyId, expected: KeyId },
    #[error("{0}: not a public key")]
    RootPublic(PathBuf),
    #[error("the private half of key {0} is neither in a key file here nor on a token")]
    NotHere(KeyId),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("no passphrase: name its file in HUZHENG_KEY_PASSPHRASE_FILE")]
    NoPassphrase,
}

/// The root's public half, beside the keys.
const ROOT_PUBLIC: &str = "root.pub";
/// The keys that stand in no trust list.
const OWN: [Purpose; 2] = [Purpose::Api, Purpose::PersonalData];

impl Keyring {
    /// Makes the root key and the keys that stand in no trust list, where there are none yet.
    pub fn init(
        folder: &Path,
        passphrase: &Zeroizing<Vec<u8>>,
        environment: Environment,
    ) -> Result<(), KeyringError> {
        if folder.join(ROOT_PUBLIC).exists() || folder.join(file_name(Purpose::Api)).exists() {
            return Err(KeyringError::Exists(folder.to_owned()));
        }
        std::fs::create_dir_all(folder).map_err(in_file(folder))?;
        for purpose in OWN.into_iter().chain([Purpose::Root]) {
            let key = new_key();
            write_key(&folder.join(file_name(purpose)), passphrase, environment, &key)?;
            if purpose == Purpose::Root {
                let path = folder.join(ROOT_PUBLIC);
                std::fs::write(&path, format!("{}\n", key.public())).map_err(in_file(&path))?;
            }
        }
        Ok(())
    }

    /// Opens the keys that a server cannot run without.
    pub fn open(
        folder: &Path,
        passphrase: Zeroizing<Vec<u8>>,
        environment: Environment,
    ) -> Result<Self, KeyringError> {
        if !folder.join(file_name(Purpose::Api)).exists() {
            return Err(KeyringError::None(folder.to_owned()));
        }
        let own = |purpose| read_key(&folder.join(file_name(purpose)), &passphrase);
        let (api, personal_data) = (own(Purpose::Api)?, own(Purpose::PersonalData)?);
        let path = folder.join(ROOT_PUBLIC);
        let text = std::fs::read_to_string(&path).map_err(in_file(&path))?;
        let root_public = text.trim().parse().map_err(|_| KeyringError::RootPublic(path))?;
        Ok(Self {
            root: RootFile { path: folder.join(file_name(Purpose::Root)), passphrase: None },
            token: None,
            folder: folder.to_owned(),
            passphrase,
            environment,
            api,
            personal_data,
            root_public,
            signers: RwLock::default(),
        })
    }

    /// With the root key at another place.
    #[must_use]
    pub fn with_root(self, root: RootFile) -> Self {
        Self { root, ..self }
    }

    /// With the token that the configuration names, if any.
    #[must_use]
    pub fn with_token(self, token: Option<Arc<Token>>) -> Self {
        Self { token, ..self }
    }

    /// Whether the root key's file is where it is looked for.
    #[must_use]
    pub fn has_root(&self) -> bool {
        self.root.path.exists()
    }

    /// The root key, for as long as the caller holds it.
    pub fn root(&self) -> Result<PrivateKey, KeyringError> {
        if !self.has_root() {
            return Err(KeyringError::NoRoot(self.root.path.clone()));
        }
        let key = read_key(&self.root.path, self.root.passphrase.as_ref().unwrap_or(&self.passphrase))?;
        let expected = KeyId::of(&self.root_public, self.environment);
        self.same(key.public(), expected, &self.root.path)?;
        Ok(key)
    }

    /// Brings the root key to `file`, out of the data folder, under a passphrase of its own where one is given. The
    /// copy is opened before the original goes.
    pub fn export_root(
        &self,
        file: &Path,
        passphrase: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<(), KeyringError> {
        let key = self.root()?;
        let passphrase = passphrase.as_ref().unwrap_or(&self.passphrase);
        write_key(file, passphrase, self.environment, &key)?;
        self.same(read_key(file, passphrase)?.public(), KeyId::of(&key.public(), self.environment), file)?;
        std::fs::remove_file(&self.root.path).map_err(in_file(&self.root.path))
    }

    /// Makes a new key for the API's tokens; those that were given out end with the next start.
    pub fn rotate_api(&self) -> Result<(), KeyringError> {
        let path = self.folder.join(file_name(Purpose::Api));
        let new = path.with_extension("new");
        write_key(&new, &self.passphrase, self.environment, &new_key())?;
        std::fs::rename(&new, &path).map_err(in_file(&path))
    }

    /// Whoever signs with a key of the trust list. A key that was made since the start is read when it is first asked
    /// for.
    pub fn signer(&self, certified: &TrustedKey) -> Result<Arc<dyn Signer>, KeyringError> {
        let id = certified.id;
        if let Some(known) = self.signers.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Arc::clone(known));
        }
        let files = [
            self.file(certified.purpose, certified.body.as_ref(), Some(id)),
            self.file(certified.purpose, certified.body.as_ref(), None),
        ];
        let signer: Arc<dyn Signer> = match (files.iter().find(|path| path.exists()), &self.token) {
            (Some(path), _) => {
                let key = read_key(path, &self.passphrase)?;
                self.same(key.public(), id, path)?;
                Arc::new(key)
            }
            (None, Some(token)) => token.signer(id, certified.public_key)?,
            (None, None) => return Err(KeyringError::NotHere(id)),
        };
        Ok(self.keep(id, signer))
    }

    /// Makes a key, to be certified by the root. Its file bears its id, so that it takes the place of none before it.
    pub fn make(
        &self,
        purpose: Purpose,
        body: Option<&BodyCode>,
        place: KeyPlace,
    ) -> Result<PublicKey, KeyringError> {
        if place == KeyPlace::Token {
            return Ok(self.token.as_ref().ok_or(TokenError::None)?.make(self.environment)?);
        }
        let key = new_key();
        let public = key.public();
        let id = KeyId::of(&public, self.environment);
        write_key(&self.file(purpose, body, Some(id)), &self.passphrase, self.environment, &key)?;
        self.keep(id, Arc::new(key));
        Ok(public)
    }

    fn keep(&self, id: KeyId, signer: Arc<dyn Signer>) -> Arc<dyn Signer> {
        self.signers.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&signer));
        signer
    }

    /// `issuing-<body>-<key id>.pem`, `status-<key id>.pem`; without an id as they were named at first.
    fn file(&self, purpose: Purpose, body: Option<&BodyCode>, id: Option<KeyId>) -> PathBuf {
        let mut name = purpose.code().to_owned();
        for part in [body.map(ToString::to_string), id.map(|id| id.to_string())].into_iter().flatten() {
            name = format!("{name}-{part}");
        }
        self.folder.join(format!("{name}.pem"))
    }

    fn same(&self, found: PublicKey, expected: KeyId, file: &Path) -> Result<(), KeyringError> {
        let found = KeyId::of(&found, self.environment);
        if found == expected {
            Ok(())
        } else {
            Err(KeyringError::OtherKey { file: file.to_owned(), found, expected })
        }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({})", self.folder.display())
    }
}

fn file_name(purpose: Purpose) -> String {
    format!("{}.pem", purpose.code())
}

fn new_key() -> PrivateKey {
    let mut seed = [0; 32];
    MachineRandom.fill(&mut seed);
    PrivateKey::from_random(&mut seed)
}

/// A key file that others than its owner may read may have been read.
fn read_key(path: &Path, passphrase: &[u8]) -> Result<PrivateKey, KeyringError> {
    let mode = std::fs::metadata(path).map_err(in_file(path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyringError::OpenToOthers { file: path.to_owned(), mode });
    }
    let pem = std::fs::read_to_string(path).map_err(in_file(path))?;
    PrivateKey::from_pem(&pem, passphrase)
        .map_err(|source| KeyringError::Key { file: path.to_owned(), source })
}

fn write_key(
    path: &Path,
    passphrase: &[u8],
    environment: Environment,
    key: &PrivateKey,
) -> Result<(), KeyringError> {
    let cost = if environment == Environment::Production { Cost::Guarded } else { Cost::Demo };
    let pem = key
        .to_pem(passphrase, cost, &mut |bytes| MachineRandom.fill(bytes))
        .map_err(|source| KeyringError::Key { file: path.to_owned(), source })?;
    write_secret(path, pem.as_bytes()).map_err(in_file(path))
}

/// Writes a file that only its owner may read, and that must not be there yet.
pub fn write_secret(path: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn in_file(path: &Path) -> impl Fn(std::io::Error) -> KeyringError + '_ {
    |source| KeyringError::File { file: path.to_owned(), source }
}
