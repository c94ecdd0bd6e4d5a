//! The demonstration: keys, data and accounts made on first start, and a clock that may be moved.

use std::sync::Arc;

use chrono::Days;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::app::ceremony::{self, Certification};
use crate::app::clock::{Clock, MachineRandom, SeededRandom};
use crate::app::keyring::{KeyPlace, Keyring, write_secret};
use crate::app::trust::TrustFileError;
use crate::app::{self, App, StartError};
use crate::cli::Failure;
use crate::config::Config;
use crate::flows;
use crate::flows::demo::organisations::DemoAccount;
use crate::flows::demo::{Loaded, Office};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Context, Origin, Randomness};
use crate::proof::payload::{CertificateType, Environment};
use crate::seeds::demo::Demo;

/// Where scripts find the demonstration's passwords.
pub const ACCOUNTS_FILE: &str = "demo-accounts.json";
/// What the demonstration city is made from.
const SEED: &str = "haining";
/// How long the bodies' keys are certified for, from the first start.
const CERTIFIED_FOR: Days = Days::new(700);

/// Starts the demonstration's application, filled on its first start.
pub fn start(mut config: Config) -> Result<App, Failure> {
    Environment::Demo.code().clone_into(&mut config.environment);
    std::fs::create_dir_all(&config.data_dir)?;
    let passphrase_file = config.data_dir.join("demo-passphrase");
    if config.key_passphrase_file.is_none() {
        if !passphrase_file.exists() {
            write_secret(&passphrase_file, random_word().as_bytes())?;
        }
        config.key_passphrase_file = Some(passphrase_file);
    }
    if !app::keys_folder(&config).exists() {
        let passphrase: Zeroizing<Vec<u8>> = app::passphrase(&config)?;
        Keyring::init(&app::keys_folder(&config), &passphrase, Environment::Demo)
            .map_err(|error| Failure::Start(StartError::Keyring(error)))?;
    }
    let offset = app::clock::kept_offset(&config.data_dir);
    let app = App::start(config, Clock::machine(offset), Arc::new(MachineRandom))?;
    let context = app.context(None, Origin::CommandLine);
    app.database.write(|tx| flows::seed::seed(tx, &context, &app.seeds)).map_err(Problem::from)?;
    fill(&app, &context)?;
    Ok(app)
}

/// Fills the registry on its first start, and writes down as whom to sign in.
fn fill(app: &App, context: &Context) -> Result<(), Failure> {
    let file = app.config.data_dir.join(ACCOUNTS_FILE);
    let password = random_word();
    match load(app, context, &SeededRandom::new(SEED), &password)? {
        Some(loaded) => {
            if file.exists() {
                std::fs::remove_file(&file)?;
            }
            write_secret(&file, format!("{:#}\n", listed(&loaded, &password)).as_bytes())?;
            Ok(())
        }
        None if file.exists() => Ok(()),
        None => Err(Failure::Failed(format!(
            "the demonstration was not filled to its end: {} is missing; start again with an empty database",
            file.display()
        ))),
    }
}

/// Certifies the bodies and fills the registry; `None` where it is filled already.
fn load(
    app: &App,
    context: &Context,
    random: &dyn Randomness,
    password: &str,
) -> Result<Option<Loaded>, Failure> {
    let failed = |error: &dyn std::error::Error| Failure::Failed(error.to_string());
    let demo = crate::seeds::demo::load().map_err(|error| failed(&error))?;
    if app.database.read(|conn| flows::demo::is_loaded(conn, &demo)).map_err(|error| failed(&error))? {
        return Ok(None);
    }
    certify_bodies(app, context, &demo).map_err(|error| failed(&error))?;
    let office = Office { desk: app.desk(), sealer: &app.sealer, regions: app.identity_regions() };
    let loaded = flows::demo::load(&office, context, &demo, random, password);
    loaded.map(Some).map_err(|error| failed(&error))
}

/// Makes the bodies' keys and certifies them from the day on which the demonstration's registry opened.
fn certify_bodies(app: &App, context: &Context, demo: &Demo) -> Result<(), TrustFileError> {
    let today = context.today();
    for body in &demo.organisations {
        let Some(code) = &body.body_code else { continue };
        let asked = Certification {
            body: code.clone(),
            name_zh: body.name.clone(),
            name_en: body.name_en.clone(),
            types: CertificateType::of_body(code.kind()).to_vec(),
            from: flows::demo::opened_on(today),
            until: today + CERTIFIED_FOR,
            daily_cap: None,
            place: KeyPlace::File,
        };
        ceremony::certify(&app.config, &app.keyring, context.now, &asked)?;
    }
    app.trust.reload(&app.config, &app.keyring)?;
    Ok(())
}

/// The content of the accounts' file.
fn listed(loaded: &Loaded, password: &str) -> Value {
    let account = |account: &DemoAccount| {
        json!({
            "username": account.username, "password": password, "role": account.role, "name": account.name,
        })
    };
    let accounts: Vec<Value> = loaded.accounts.iter().map(account).collect();
    let sample = &loaded.sample;
    json!({
        "password": password,
        "accounts": accounts,
        "sample": { "verify_url": sample.verify_url, "number": sample.number, "holder": sample.holder },
    })
}

/// Says where to go and as whom.
pub fn greet(app: &App) {
    let file = app.config.data_dir.join(ACCOUNTS_FILE);
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let listed: Value = serde_json::from_str(&text).unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names: Vec<String> = listed["accounts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|account| word(&account["username"]))
        .collect();
    println!("护证 huzheng  {}", app.config.public_url());
    println!("账户 accounts  {}  ({})", names.join(" "), file.display());
    println!("密码 password  {}", word(&listed["password"]));
    println!("样证 sample    {}", word(&listed["sample"]["verify_url"]));
}

fn random_word() -> String {
    let mut bytes = [0; 12];
    MachineRandom.fill(&mut bytes);
    hex::encode(bytes)
}

#[cfg(test)]
mod tests;
