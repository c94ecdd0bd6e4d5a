//! `huzheng keys`: the registry's keys and what the root certifies of them.

use chrono::NaiveDate;
use clap::Subcommand;

use crate::app::ceremony::{self, Certification, KeyEnd};
use crate::app::clock::{kept_offset, machine_now};
use crate::app::keyring::Keyring;
use crate::app::trust::{self, TrustFileError};
use crate::app::{self, StartError};
use crate::cli::{Failure, Output, load_config};
use crate::config::Config;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::dates::Timestamp;

#[derive(Subcommand)]
pub enum Keys {
    /// Make the root key and the server's own, and the first trust list.
    Init,
    /// Make an issuing key for an assessment body and certify it; the body's former key is retired by it.
    Certify {
        /// S or Y and 12 digits.
        body: String,
        #[arg(long)]
        name_zh: String,
        #[arg(long)]
        name_en: String,
        /// The last day that may stand as issue date.
        #[arg(long, value_name = "DATE")]
        until: NaiveDate,
        /// Certificates a day.
        #[arg(long)]
        cap: Option<u32>,
    },
    /// Take a key out of use; what it signed stays good.
    Retire {
        /// A body's code, or a key id.
        key: String,
    },
    /// Freeze a key that may be stolen or misused; what it signed needs other evidence.
    Halt {
        /// A body's code, or a key id.
        key: String,
    },
    /// List the keys of the trust list.
    List,
}

pub fn run(command: Keys, output: Output) -> Result<(), Failure> {
    let config = load_config()?;
    let now = machine_now() + chrono::TimeDelta::seconds(kept_offset(&config.data_dir));
    let failed = |error: TrustFileError| Failure::Failed(error.to_string());
    match command {
        Keys::Init => init(&config, now),
        Keys::Certify { body, name_zh, name_en, until, cap } => {
            let body: BodyCode = body.parse().map_err(|error| Failure::Usage(format!("{body}: {error}")))?;
            let from = crate::kernel::dates::shanghai_date(now);
            let types = vec![crate::proof::payload::CertificateType::Skill];
            let asked = Certification { body, name_zh, name_en, types, from, until, daily_cap: cap };
            let id = ceremony::certify(&config, &open(&config)?, now, &asked).map_err(failed)?;
            show(output, &serde_json::json!({ "certified": id }), &format!("certified key {id}"));
            Ok(())
        }
        Keys::Retire { key } => end(&config, now, &key, KeyEnd::Retire, output),
        Keys::Halt { key } => end(&config, now, &key, KeyEnd::Halt, output),
        Keys::List => list(&config, output),
    }
}

fn init(config: &Config, now: Timestamp) -> Result<(), Failure> {
    std::fs::create_dir_all(&config.data_dir)?;
    let environment = app::environment(config)?;
    let passphrase = app::passphrase(config)?;
    Keyring::init(&app::keys_folder(config), &passphrase, environment)
        .map_err(|error| Failure::Failed(error.to_string()))?;
    ceremony::write_first(config, &open(config)?, now).map_err(|error| Failure::Failed(error.to_string()))
}

fn open(config: &Config) -> Result<Keyring, Failure> {
    let environment = app::environment(config)?;
    let opened = Keyring::open(&app::keys_folder(config), app::passphrase(config)?, environment);
    opened.map_err(|error| Failure::Start(StartError::Keyring(error)))
}

fn end(config: &Config, now: Timestamp, key: &str, end: KeyEnd, output: Output) -> Result<(), Failure> {
    let ended = ceremony::end_key(config, &open(config)?, now, key, end);
    let ended = ended.map_err(|error| Failure::Failed(error.to_string()))?;
    let ids: Vec<String> = ended.iter().map(ToString::to_string).collect();
    show(output, &serde_json::json!({ "ended": ids }), &ids.join("\n"));
    Ok(())
}

fn list(config: &Config, output: Output) -> Result<(), Failure> {
    let read = trust::read(config, &open(config)?);
    let list = read.map_err(|error| Failure::Failed(error.to_string()))?.list;
    let words: Vec<String> = list
        .document()
        .keys
        .iter()
        .map(|key| {
            let body = key.body.as_ref().map_or("-", BodyCode::as_str);
            format!(
                "{}  {}  {body}  {} to {}  {}",
                key.id, key.purpose, key.valid_from, key.valid_until, key.state
            )
        })
        .collect();
    show(output, &serde_json::json!(list.document()), &words.join("\n"));
    Ok(())
}

fn show(output: Output, json: &serde_json::Value, words: &str) {
    match output {
        Output::Json => println!("{json}"),
        Output::Words => println!("{words}"),
    }
}
