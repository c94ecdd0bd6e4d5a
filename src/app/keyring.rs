//! The registry's secrets on disk: one encrypted key file each under `DATA_DIR/keys/`, opened with one passphrase.
//!
//! The root key signs the trust list and is needed for nothing else; in production its file is kept elsewhere and
//! brought back only to certify another key.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use crate::app::clock::MachineRandom;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::codes::Code;
use crate::kernel::context::Randomness;
use crate::proof::keys::{Cost, KeyFileError, KeyId, PrivateKey, PublicKey, Purpose};
use crate::proof::payload::Environment;

/// The key files of a data folder.
#[derive(Debug)]
pub struct Keyring {
    folder: PathBuf,
    passphrase: Zeroizing<Vec<u8>>,
    pub environment: Environment,
    pub status: PrivateKey,
    pub log: PrivateKey,
    pub api: PrivateKey,
    pub personal_data: PrivateKey,
    /// The one root key whose trust lists count, as noted when it was made.
    pub root_public: Option<PublicKey>,
    issuing: RwLock<HashMap<BodyCode, Arc<PrivateKey>>>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error("there are no keys in {0}; make them with `huzheng keys init`")]
    None(PathBuf),
    #[error("there are keys in {0} already")]
    Exists(PathBuf),
    #[error("{file}: {source}")]
    File { file: PathBuf, source: std::io::Error },
    #[error("{file}: {source}")]
    Key { file: PathBuf, source: KeyFileError },
    #[error("no passphrase: name its file in HUZHENG_KEY_PASSPHRASE_FILE")]
    NoPassphrase,
}

/// The root's public half, beside the keys.
const ROOT_PUBLIC: &str = "root.pub";
/// The keys that a registry cannot run without.
const SERVER_KEYS: [Purpose; 4] = [Purpose::Status, Purpose::Log, Purpose::Api, Purpose::PersonalData];

impl Keyring {
    /// Makes the root key and the server's own, where there are none yet.
    pub fn init(
        folder: &Path,
        passphrase: &Zeroizing<Vec<u8>>,
        environment: Environment,
    ) -> Result<(), KeyringError> {
        if folder.join(file_name(Purpose::Root)).exists() {
            return Err(KeyringError::Exists(folder.to_owned()));
        }
        std::fs::create_dir_all(folder).map_err(in_file(folder))?;
        for purpose in SERVER_KEYS.into_iter().chain([Purpose::Root]) {
            let key = new_key();
            write_key(&folder.join(file_name(purpose)), passphrase, environment, &key)?;
            if purpose == Purpose::Root {
                let path = folder.join(ROOT_PUBLIC);
                std::fs::write(&path, format!("{}\n", key.public())).map_err(in_file(&path))?;
            }
        }
        Ok(())
    }

    /// Opens the server's keys and the issuing keys that are there.
    pub fn open(
        folder: &Path,
        passphrase: Zeroizing<Vec<u8>>,
        environment: Environment,
    ) -> Result<Self, KeyringError> {
        if !folder.join(file_name(Purpose::Api)).exists() {
            return Err(KeyringError::None(folder.to_owned()));
        }
        let server_key = |purpose| read_key(&folder.join(file_name(purpose)), &passphrase);
        let (status, api) = (server_key(Purpose::Status)?, server_key(Purpose::Api)?);
        let (log, personal_data) = (server_key(Purpose::Log)?, server_key(Purpose::PersonalData)?);
        let mut issuing = HashMap::new();
        for entry in std::fs::read_dir(folder).map_err(in_file(folder))? {
            let path = entry.map_err(in_file(folder))?.path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let body = name.strip_prefix("issuing-").and_then(|body| body.parse::<BodyCode>().ok());
            if let Some(body) = body {
                issuing.insert(body, Arc::new(read_key(&path, &passphrase)?));
            }
        }
        let root_public = std::fs::read_to_string(folder.join(ROOT_PUBLIC))
            .ok()
            .and_then(|text| text.trim().parse::<PublicKey>().ok());
        let folder = folder.to_owned();
        let issuing = RwLock::new(issuing);
        Ok(Self { folder, passphrase, environment, status, log, api, personal_data, root_public, issuing })
    }

    /// The key that signs the certificates of `body`. One that was made since the start is read when it is first
    /// asked for.
    pub fn issuing(&self, body: &BodyCode) -> Result<Option<Arc<PrivateKey>>, KeyringError> {
        let known = self.issuing.read().unwrap_or_else(PoisonError::into_inner).get(body).cloned();
        let path = self.issuing_file(body);
        if known.is_some() || !path.exists() {
            return Ok(known);
        }
        let key = Arc::new(read_key(&path, &self.passphrase)?);
        self.keep(body, &key);
        Ok(Some(key))
    }

    /// Forgets the issuing keys in memory, so that the files are read again: another process may have made new ones.
    pub fn reread_issuing(&self) {
        self.issuing.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The root key, for as long as the caller holds it.
    pub fn root(&self) -> Result<PrivateKey, KeyringError> {
        read_key(&self.folder.join(file_name(Purpose::Root)), &self.passphrase)
    }

    /// Makes a new issuing key for `body`. An earlier one's file is kept under its key id, out of use.
    pub fn make_issuing(&self, body: &BodyCode) -> Result<Arc<PrivateKey>, KeyringError> {
        let path = self.issuing_file(body);
        if let Some(former) = self.issuing(body)? {
            let id = KeyId::of(&former.public(), self.environment);
            std::fs::rename(&path, self.folder.join(format!("former-{id}.pem"))).map_err(in_file(&path))?;
        }
        let key = Arc::new(new_key());
        write_key(&path, &self.passphrase, self.environment, &key)?;
        self.keep(body, &key);
        Ok(key)
    }

    fn keep(&self, body: &BodyCode, key: &Arc<PrivateKey>) {
        let mut issuing = self.issuing.write().unwrap_or_else(PoisonError::into_inner);
        issuing.insert(body.clone(), Arc::clone(key));
    }

    fn issuing_file(&self, body: &BodyCode) -> PathBuf {
        self.folder.join(format!("issuing-{body}.pem"))
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

fn read_key(path: &Path, passphrase: &[u8]) -> Result<PrivateKey, KeyringError> {
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
