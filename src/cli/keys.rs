//! `huzheng keys`: the registry's keys and what the root certifies of them.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::app::ceremony::{self, Certification, KeyEnd, Rotation};
use crate::app::clock::{kept_offset, machine_now};
use crate::app::keyring::{KeyPlace, Keyring, KeyringError, RootFile};
use crate::app::token::TokenError;
use crate::app::trust::{self, TrustFileError};
use crate::app::{self, StartError};
use crate::cli::{Failure, Output, load_config};
use crate::config::Config;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::codes::Code;
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::proof::keys::Purpose;
use crate::proof::payload::{CertificateType, Environment};

#[derive(Args)]
pub struct Keys {
    /// The root key's file, where it is not in the data folder.
    #[arg(long, global = true, value_name = "FILE")]
    root: Option<PathBuf>,
    /// A file that holds the root key's own passphrase.
    #[arg(long, global = true, value_name = "FILE")]
    root_passphrase_file: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the root key and the server's own, and the first trust list.
    Init,
    /// Make an issuing key for a body and certify it; the body's former key is retired by it. (root)
    Certify(Certify),
    /// Make a new key for a body, or for `status`, `log` or `api`, in place of the one in force. (root)
    Rotate {
        /// A body's code, `status`, `log` or `api`.
        what: String,
        /// The last day of a body's new key; left out: that of the former one.
        #[arg(long, value_name = "DATE")]
        until: Option<NaiveDate>,
        /// Make the key on the PKCS#11 token.
        #[arg(long)]
        token: bool,
    },
    /// Take a key out of use; what it signed stays good. (root)
    Retire {
        /// A body's code, or a key id.
        key: String,
    },
    /// Freeze a key that may be stolen or misused; what it signed needs other evidence. (root)
    Halt {
        /// A body's code, or a key id.
        key: String,
    },
    /// Say below which index of the log what a halted key signed is genuine. (root)
    Cutoff {
        /// A key id, or the code of a body with one halted key.
        key: String,
        /// The first index that doesn't count.
        #[arg(long, value_name = "INDEX")]
        below: u64,
    },
    /// Publish the trust list anew, good for another year, with the keys and hosts that it lacks. (root)
    Renew,
    /// Move the root key out of the data folder into a file elsewhere. (root)
    ExportRoot {
        file: PathBuf,
        /// A file that holds the passphrase which the moved key is to have.
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// List the keys of the trust list.
    List,
}

#[derive(Args)]
struct Certify {
    /// S or Y (assessment body), P (training school) or H (first-aid issuer) and 12 digits.
    body: BodyCode,
    #[arg(long)]
    name_zh: String,
    #[arg(long)]
    name_en: String,
    /// What the key may sign; may be given several times. Left out: every type that a body of this kind issues.
    #[arg(long = "type", value_name = "TYPE", value_parser = of_code::<CertificateType>)]
    types: Vec<CertificateType>,
    /// Refuses unless this is the environment that is configured: a guard against the wrong terminal.
    #[arg(long, value_parser = of_code::<Environment>)]
    environment: Option<Environment>,
    /// The first day that may stand as issue date; left out: today.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// The last day that may stand as issue date.
    #[arg(long, value_name = "DATE")]
    until: NaiveDate,
    /// Certificates a day.
    #[arg(long)]
    cap: Option<u32>,
    /// Make the key on the PKCS#11 token.
    #[arg(long)]
    token: bool,
}

pub fn run(keys: Keys, output: Output) -> Result<(), Failure> {
    let config = load_config()?;
    let now = machine_now() + chrono::TimeDelta::seconds(kept_offset(&config.data_dir));
    if matches!(keys.command, Command::Init) {
        init(&config, now)?;
    }
    let keyring = open(&config, keys.root.as_ref(), keys.root_passphrase_file.as_deref())?;
    let (what, ids) = match &keys.command {
        Command::Init => ("made", Vec::new()),
        Command::Certify(asked) => {
            let asked = certification(&config, now, asked)?;
            ("certified", vec![ceremony::certify(&config, &keyring, now, &asked)?])
        }
        Command::Rotate { what, token, .. } if what == Purpose::Api.code() => {
            if *token {
                return Err(Failure::Usage("--token: the api key is a file".to_owned()));
            }
            keyring.rotate_api().map_err(StartError::from)?;
            ("rotated", Vec::new())
        }
        Command::Rotate { what, until, token } => {
            let rotation = rotation(what, *until)?;
            ("rotated", vec![ceremony::rotate(&config, &keyring, now, &rotation, place(*token))?])
        }
        Command::Retire { key } => {
            ("retired", ceremony::end_key(&config, &keyring, now, key, KeyEnd::Retire)?)
        }
        Command::Halt { key } => ("halted", ceremony::end_key(&config, &keyring, now, key, KeyEnd::Halt)?),
        Command::Cutoff { key, below } => {
            ("cut-off", vec![ceremony::cutoff(&config, &keyring, now, key, *below)?])
        }
        Command::Renew => {
            ceremony::complete(&config, &keyring, now)?;
            ("renewed", Vec::new())
        }
        Command::ExportRoot { file, new_passphrase_file } => {
            let passphrase = new_passphrase_file.as_deref().map(app::passphrase_in).transpose()?;
            keyring.export_root(file, passphrase).map_err(StartError::from)?;
            ("moved", Vec::new())
        }
        Command::List => return list(&config, &keyring, output),
    };
    let version = trust::read(&config, &keyring)?.list.document().version;
    match output {
        Output::Json => println!("{}", json!({ "done": what, "keys": ids, "version": version })),
        Output::Words => {
            for id in ids {
                println!("{what} key {id}");
            }
            println!("{what}; the trust list is version {version}");
        }
    }
    Ok(())
}

fn init(config: &Config, now: Timestamp) -> Result<(), Failure> {
    std::fs::create_dir_all(&config.data_dir)?;
    let passphrase = app::passphrase(config)?;
    Keyring::init(&app::keys_folder(config), &passphrase, app::environment(config)?)
        .map_err(StartError::from)?;
    Ok(ceremony::write_first(config, &app::open_keyring(config)?, now)?)
}

fn open(config: &Config, root: Option<&PathBuf>, passphrase_file: Option<&Path>) -> Result<Keyring, Failure> {
    let keyring = app::open_keyring(config)?;
    let Some(path) = root.cloned() else { return Ok(keyring) };
    let passphrase = passphrase_file.map(app::passphrase_in).transpose()?;
    Ok(keyring.with_root(RootFile { path, passphrase }))
}

fn certification(config: &Config, now: Timestamp, asked: &Certify) -> Result<Certification, Failure> {
    let environment = app::environment(config)?;
    if let Some(other) = asked.environment.filter(|asked| *asked != environment) {
        return Err(Failure::Usage(format!("--environment: {other}, and {environment} is configured")));
    }
    let all = || CertificateType::of_body(asked.body.kind()).to_vec();
    Ok(Certification {
        body: asked.body.clone(),
        name_zh: asked.name_zh.clone(),
        name_en: asked.name_en.clone(),
        types: if asked.types.is_empty() { all() } else { asked.types.clone() },
        from: asked.from.unwrap_or_else(|| shanghai_date(now)),
        until: asked.until,
        daily_cap: asked.cap,
        place: place(asked.token),
    })
}

fn rotation(what: &str, until: Option<NaiveDate>) -> Result<Rotation, Failure> {
    let own = [Purpose::Status, Purpose::Log].into_iter().find(|purpose| purpose.code() == what);
    match own {
        Some(_) if until.is_some() => Err(Failure::Usage("--until: for a body's key alone".to_owned())),
        Some(purpose) => Ok(Rotation::Own(purpose)),
        None => match what.parse() {
            Ok(body) => Ok(Rotation::Body { body, until }),
            Err(_) => Err(Failure::Usage(format!("{what}: a body's code, status, log or api"))),
        },
    }
}

const fn place(token: bool) -> KeyPlace {
    if token { KeyPlace::Token } else { KeyPlace::File }
}

fn of_code<T: Code>(text: &str) -> Result<T, String> {
    let all = || T::ALL.iter().map(|known| known.code()).collect::<Vec<_>>().join(", ");
    T::from_code(text).ok_or_else(|| format!("one of {}", all()))
}

fn list(config: &Config, keyring: &Keyring, output: Output) -> Result<(), Failure> {
    let list = trust::read(config, keyring)?.list;
    let document = list.document();
    if output == Output::Json {
        println!("{}", json!(document));
        return Ok(());
    }
    println!("version {}, until {}", document.version, document.expires_at);
    for key in &document.keys {
        let body = key.body.as_ref().map_or("-", BodyCode::as_str);
        let cutoff = key.cutoff.map(|below| format!("  below {below}")).unwrap_or_default();
        println!(
            "{}  {:<8} {body:<13}  {} to {}  {}{cutoff}",
            key.id,
            key.purpose.code(),
            key.valid_from,
            key.valid_until,
            key.state
        );
    }
    Ok(())
}

impl From<TrustFileError> for Failure {
    fn from(error: TrustFileError) -> Self {
        match error {
            TrustFileError::Rejected(why) => Self::Rejected(why),
            TrustFileError::Keyring(KeyringError::Token(
                error @ (TokenError::None | TokenError::Setting(_)),
            )) => Self::Usage(error.to_string()),
            other => Self::Failed(other.to_string()),
        }
    }
}
