//! The application: configuration, database, clock, randomness and secrets, wired together here and nowhere else.

pub mod ceremony;
pub mod clock;
pub mod code_cache;
pub mod keyring;
pub mod log;
pub mod printer;
pub mod seen;
pub mod status_board;
pub mod token;
pub mod trust;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::app::clock::{Clock, MachineRandom};
use crate::app::code_cache::CodeCache;
use crate::app::keyring::{Keyring, KeyringError};
use crate::app::log::{Log, LogFault};
use crate::app::printer::Printer;
use crate::app::status_board::StatusBoard;
use crate::app::token::Token;
use crate::app::trust::{NotSigning, Published, TrustFileError};
use crate::config::{Config, ConfigError};
use crate::db::{Database, DbError, migrations};
use crate::flows::certificate_issue::Desk;
use crate::flows::scheme_book::SchemeBook;
use crate::http::texts::MissingText;
use crate::http::throttle::Throttle;
use crate::http::tokens::Tokens;
use crate::http::view::{ViewError, Views};
use crate::jobs::mail::Mailer;
use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Origin, Randomness, uuid_at};
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::RequestId;
use crate::proof::keys::{KeyFileError, PrivateKey, Purpose, Signer, SigningError};
use crate::proof::payload::Environment;
use crate::proof::trust::TrustedKey;
use crate::registry::certificates;
use crate::registry::people::sealing::{Sealer, SealingError};
use crate::seeds::{self, BadSeed, Seeds};

/// Everything that a request, a job or a subcommand may need.
pub struct App {
    pub config: Config,
    pub environment: Environment,
    /// The area that this registry serves.
    pub area: AreaCode,
    pub database: Database,
    pub clock: Clock,
    pub random: Arc<dyn Randomness>,
    pub keyring: Keyring,
    /// The trust list in force.
    pub trust: Published,
    /// The standing of every certificate, in memory.
    pub status: StatusBoard,
    /// The transparency log.
    pub log: Log,
    pub codes: CodeCache,
    pub printer: Printer,
    /// Seals document numbers and phones.
    pub sealer: Sealer,
    pub tokens: Tokens,
    pub seeds: Seeds,
    /// Schemes with their expressions read.
    pub schemes: SchemeBook,
    pub views: Views,
    pub throttles: Throttles,
    pub mailer: Mailer,
    /// The test issuer of the VC-API, where `huzheng serve --vc-api` asked for it.
    pub vc_api: OnceLock<PrivateKey>,
}

/// How often who may be wrong.
#[derive(Debug)]
pub struct Throttles {
    /// Wrong passwords, by user name and by address.
    pub sign_in: Throttle<String>,
    /// Guesses at public addresses, by the caller's address.
    pub lookups: Throttle<std::net::IpAddr>,
    /// Guesses at a holder's name and digits, by certificate.
    pub holder_match: Throttle<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    Migration(#[from] migrations::MigrationError),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Trust(#[from] TrustFileError),
    #[error(transparent)]
    Sealing(#[from] SealingError),
    #[error(transparent)]
    Seeds(#[from] BadSeed),
    #[error("the pages cannot be read: {0}")]
    Views(#[from] ViewError),
}

impl App {
    /// Opens the database and the keys, brings the tables up to date and wires the parts together.
    pub fn start(config: Config, clock: Clock, random: Arc<dyn Randomness>) -> Result<Self, StartError> {
        let environment = environment(&config)?;
        let area = config
            .area
            .parse()
            .map_err(|_| setting("HUZHENG_AREA", "an area code has 2, 4, 6, 9 or 12 digits"))?;
        std::fs::create_dir_all(&config.data_dir)
            .map_err(|error| StartError::File(config.data_dir.clone(), error))?;
        let keyring = open_keyring(&config)?;
        let database = Database::open(&config.database_url()?, config.database_connections)?;
        database.read(|conn| Ok::<_, DbError>(migrations::run(conn)))??;
        let seeds = seeds::load()?;
        let trust = Published::open(&config, &keyring, clock.now())?;
        let status = StatusBoard::new(&config, database.clone());
        let log = Log::new(&config, database.clone(), environment)?;
        let missing = match environment {
            Environment::Test => MissingText::Refuse,
            Environment::Production | Environment::Demo => MissingText::ShowKey,
        };
        let app = Self {
            environment,
            area,
            database,
            clock,
            random,
            sealer: Sealer::new(&keyring.personal_data)?,
            tokens: Tokens::new(&keyring.api)?,
            keyring,
            trust,
            status,
            log,
            codes: CodeCache::default(),
            printer: Printer::default(),
            schemes: SchemeBook::new(&seeds.positions),
            seeds,
            views: Views::load(missing)?,
            throttles: Throttles {
                sign_in: Throttle::new(8, Duration::from_secs(30)),
                lookups: Throttle::new(20, Duration::from_secs(15)),
                holder_match: Throttle::new(5, Duration::from_mins(2)),
            },
            mailer: Mailer::new(&config)
                .map_err(|why| ConfigError::Setting { name: "HUZHENG_SMTP_URL", why })?,
            vc_api: OnceLock::new(),
            config,
        };
        app.keep_current();
        Ok(app)
    }

    /// Makes a key of the test issuer that the VC-API speaks for. Its credentials are nobody's certificates.
    ///
    /// # Errors
    /// In production, which has no test issuer.
    pub fn open_vc_api(&self) -> Result<(), ConfigError> {
        if self.environment == Environment::Production {
            return Err(ConfigError::Setting {
                name: "--vc-api",
                why: "not in production: anybody may have anything signed there".to_owned(),
            });
        }
        let mut seed = [0; 32];
        self.random.fill(&mut seed);
        self.vc_api.get_or_init(|| PrivateKey::from_random(&mut seed));
        Ok(())
    }

    /// Takes up what others changed: a new trust list, and the standing of certificates. What fails is told to the
    /// log and leaves what was known, which goes stale by itself.
    pub fn keep_current(&self) {
        if let Err(error) = self.trust.renew_if_due(&self.config, &self.keyring, self.clock.now()) {
            tracing::error!(%error, "the trust list was not renewed");
        }
        if let Err(error) = self.trust.reload(&self.config, &self.keyring) {
            tracing::error!(%error, "the trust list was not taken up");
        }
        self.refresh_status();
        self.publish_log();
    }

    /// Publishes what waits for the log. What fails is told to the log of the server; until it succeeds nothing new is
    /// released.
    pub fn publish_log(&self) {
        let now = self.clock.now();
        if let Err(error) = self.tell_log() {
            tracing::error!(%error, "the log was not told of what is published beside certificates");
        }
        let published = match self.signer(Purpose::Log) {
            Ok((key, _)) => self.log.publish(&*key, now).map(|_| ()).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = published {
            tracing::error!(%error, "the transparency log was not published");
        }
    }

    /// Enters what is published beside certificates: the trust list with what it says of each key, and the bits of
    /// the status lists.
    fn tell_log(&self) -> Result<(), LogFault> {
        let leaves = self.log.untold(&self.config, &self.trust.current(), &self.status.signed())?;
        if leaves.is_empty() {
            return Ok(());
        }
        let context = self.context(None, Origin::Job("log"));
        self.log.tell(&context, &leaves)
    }

    /// Opens the issuing keys in force, so that one out of reach is told when a server starts. The rest works without it.
    pub fn try_issuing_keys(&self) {
        for key in self.trust.current().list.document().keys.iter().filter(|key| key.body.is_some()) {
            if key.is_usable(self.clock.now())
                && let Err(error) = self.keyring.signer(key)
            {
                tracing::warn!(key = %key.id, %error, "a body cannot issue");
            }
        }
    }

    /// Reads the standing of certificates anew, after a change.
    pub fn refresh_status(&self) {
        let signer = || self.signer(Purpose::Status);
        if let Err(error) = self.status.refresh(&signer, self.clock.now()) {
            tracing::error!(%error, "the status of certificates was not refreshed");
        }
    }

    /// [`App::start`] on the machine's own clock and random source.
    pub fn start_on_machine(config: Config) -> Result<Self, StartError> {
        Self::start(config, Clock::machine(0), Arc::new(MachineRandom))
    }

    /// What the flows that make and change certificates work with.
    #[must_use]
    pub fn desk(&self) -> Desk<'_> {
        Desk {
            database: &self.database,
            environment: self.environment,
            area: &self.area,
            seeds: &self.seeds,
            schemes: &self.schemes,
            public_url: self.config.public_url(),
            signing_key: Box::new(|body| self.signing_key(body)),
            may_sign: Box::new(|conn| {
                self.log.may_sign(conn, self.clock.now()).map_err(|fault| match fault {
                    LogFault::Database(error) => error.into(),
                    LogFault::ClockBehind { .. } => {
                        certificates::error::Error::LogClockBehind(fault.to_string())
                    }
                    other => certificates::error::Error::LogDisagrees(other.to_string()),
                })
            }),
            issued: Box::new(|| self.publish_log()),
            status_changed: Box::new(|| self.refresh_status()),
        }
    }

    /// Whoever signs for one of the registry's own purposes now, and what the root certified of the key.
    pub fn signer(&self, purpose: Purpose) -> Result<(Arc<dyn Signer>, TrustedKey), NotSigning> {
        self.trust.current().signer(&self.keyring, purpose, self.clock.now())
    }

    fn signing_key(
        &self,
        body: &BodyCode,
    ) -> Result<(Arc<dyn Signer>, TrustedKey), certificates::error::Error> {
        use certificates::error::Error;
        let trust = self.trust.current();
        trust.may_sign(self.clock.now())?;
        let certified = trust.list.issuing(body).ok_or(Error::NoKey)?;
        Ok((self.keyring.signer(certified).map_err(NotSigning::from)?, certified.clone()))
    }

    /// Which identity numbers are accepted: those of nobody only where nothing is real.
    #[must_use]
    pub const fn identity_regions(&self) -> IdentityRegions {
        match self.environment {
            Environment::Production => IdentityRegions::Real,
            Environment::Demo | Environment::Test => IdentityRegions::WithDemo,
        }
    }

    /// The context of one request, job or command.
    pub fn context(&self, actor: Option<Actor>, origin: Origin) -> Context {
        self.context_of(self.fresh_request(), actor, origin)
    }

    /// [`App::context`] of a request that has its number already.
    pub fn context_of(&self, request: RequestId, actor: Option<Actor>, origin: Origin) -> Context {
        Context { now: self.clock.now(), actor, request, origin, random: Arc::clone(&self.random) }
    }

    /// The number of a new request.
    pub fn fresh_request(&self) -> RequestId {
        RequestId::from_uuid(uuid_at(self.clock.now(), &*self.random))
    }
}

/// The environment that stands inside every signature.
pub fn environment(config: &Config) -> Result<Environment, ConfigError> {
    Environment::from_code(&config.environment).ok_or_else(|| ConfigError::Setting {
        name: "HUZHENG_ENVIRONMENT",
        why: "production, demo or test".to_owned(),
    })
}

/// The key files of the data folder, and the token if one is configured.
pub fn open_keyring(config: &Config) -> Result<Keyring, StartError> {
    let keyring = Keyring::open(&keys_folder(config), passphrase(config)?, environment(config)?)?;
    let token = Token::of(config).map_err(KeyringError::from)?;
    Ok(keyring.with_token(token))
}

#[must_use]
pub fn keys_folder(config: &Config) -> PathBuf {
    config.data_dir.join("keys")
}

/// The passphrase of the key files.
pub fn passphrase(config: &Config) -> Result<Zeroizing<Vec<u8>>, StartError> {
    passphrase_in(config.key_passphrase_file.as_ref().ok_or(KeyringError::NoPassphrase)?)
}

/// The passphrase that a file holds, without the line end that editors add.
pub fn passphrase_in(path: &Path) -> Result<Zeroizing<Vec<u8>>, StartError> {
    let mut bytes = std::fs::read(path).map_err(|error| StartError::File(path.to_owned(), error))?;
    while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        bytes.pop();
    }
    if bytes.is_empty() { Err(KeyringError::NoPassphrase.into()) } else { Ok(Zeroizing::new(bytes)) }
}

fn setting(name: &'static str, why: &str) -> ConfigError {
    ConfigError::Setting { name, why: why.to_owned() }
}

impl From<NotSigning> for certificates::error::Error {
    fn from(why: NotSigning) -> Self {
        match why {
            NotSigning::ClockBehind { .. } => Self::ClockBehind,
            NotSigning::Expired(_) => Self::TrustListExpired,
            NotSigning::NoKey(_) => Self::NoKey,
            NotSigning::Keyring(error) => Self::Signing(SigningError(error.to_string())),
        }
    }
}
