//! The demonstration: keys, data and accounts made on first start, and a clock that may be moved.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::app::clock::{Clock, MachineRandom};
use crate::app::keyring::{Keyring, write_secret};
use crate::app::{self, App, StartError};
use crate::cli::Failure;
use crate::config::Config;
use crate::flows;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Origin, Randomness};
use crate::proof::payload::Environment;

/// Where scripts find the demonstration's passwords.
pub const ACCOUNTS_FILE: &str = "demo-accounts.json";

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
    Ok(app)
}

/// Says where to go and as whom.
pub fn greet(app: &App) {
    println!("护证 huzheng  {}", app.config.public_url());
    println!("accounts: {}", app.config.data_dir.join(ACCOUNTS_FILE).display());
}

fn random_word() -> String {
    let mut bytes = [0; 12];
    MachineRandom.fill(&mut bytes);
    hex::encode(bytes)
}
