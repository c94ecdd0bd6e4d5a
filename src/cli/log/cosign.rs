use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::app::clock::{MachineRandom, machine_now};
use crate::app::keyring::write_secret;
use crate::app::log::folder::{Folder, write_synced};
use crate::app::trust;
use crate::cli::verify::read_trust;
use crate::cli::{Failure, Output, load_config};
use crate::kernel::context::Randomness;
use crate::proof::keys::{Cost, PrivateKey};
use crate::proof::log::checkpoint::Checkpoint;
use crate::proof::log::inclusion::check_origin;
use crate::proof::log::tree::Tree;
use crate::proof::log::witness::Witness;

#[derive(Args)]
pub struct Cosign {
    /// A copy of the log's folder, or the folder itself.
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// The witness's own name, such as witness.example/huzheng.
    #[arg(long)]
    name: String,
    /// The witness's own key, made where there is none, under the passphrase of HUZHENG_KEY_PASSPHRASE_FILE.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where the witness keeps the last checkpoint that it has seen.
    #[arg(long, value_name = "FILE")]
    seen: PathBuf,
    /// The log's trust list. Default: the data folder's.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

/// Cosigns: the log's signature, then every tile and entry, then that nothing seen before has changed.
pub fn run(args: &Cosign, output: Output) -> Result<(), Failure> {
    let config = load_config()?;
    let failed = |error: &dyn std::fmt::Display| Failure::Failed(error.to_string());
    let default = config.data_dir.join(trust::FILE);
    let trust = read_trust(args.trust.as_deref().unwrap_or(&default))?;
    let folder = Folder::new(&args.from);
    let checkpoint = folder.checkpoint()?.ok_or_else(|| failed(&"there is no checkpoint"))?;
    check_origin(&checkpoint, &trust).map_err(|error| failed(&error))?;
    let tree = Tree::new(checkpoint.head, &folder).map_err(|error| failed(&error))?;
    tree.walk(|_, _| {}).map_err(|error| failed(&error))?;
    if let Some(seen) = read_seen(&args.seen)? {
        let same = tree.head_at(seen.head.size).is_ok_and(|head| head == seen.head);
        if seen.origin != checkpoint.origin || !same {
            let what = format!(
                "the log does not continue the checkpoint of {} entries that was seen before: not cosigned",
                seen.head.size
            );
            return Err(Failure::Failed(what));
        }
    }
    let key = key(&args.key, &config)?;
    let witness = Witness::new(&args.name, key.public()).map_err(|_| {
        Failure::Usage(format!("--name: {}: a name without blanks and without a plus", args.name))
    })?;
    let at = u64::try_from(machine_now().timestamp()).unwrap_or_default();
    // The state first: what was cosigned is never forgotten.
    write_synced(&args.seen, checkpoint.text().as_bytes())?;
    let cosigned = witness.cosign(&checkpoint, &key, at).map_err(|error| failed(&error))?;
    match output {
        Output::Json => {
            println!("{}", json!({ "witness": witness.to_string(), "cosigned": cosigned.text() }));
        }
        Output::Words => {
            eprintln!("{witness}");
            print!("{}", cosigned.text());
        }
    }
    Ok(())
}

fn read_seen(file: &Path) -> Result<Option<Checkpoint>, Failure> {
    if !file.exists() {
        return Ok(None);
    }
    let seen = Checkpoint::read(&std::fs::read_to_string(file)?);
    seen.map(Some).map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))
}

fn key(file: &Path, config: &crate::config::Config) -> Result<PrivateKey, Failure> {
    let passphrase = crate::app::passphrase(config)?;
    let in_file = |error: &dyn std::fmt::Display| Failure::Failed(format!("{}: {error}", file.display()));
    if file.exists() {
        let pem = std::fs::read_to_string(file).map_err(|error| in_file(&error))?;
        return PrivateKey::from_pem(&pem, &passphrase).map_err(|error| in_file(&error));
    }
    let mut seed = [0; 32];
    MachineRandom.fill(&mut seed);
    let key = PrivateKey::from_random(&mut seed);
    let pem = key.to_pem(&passphrase, Cost::Guarded, &mut |bytes| MachineRandom.fill(bytes));
    let pem = pem.map_err(|error| in_file(&error))?;
    write_secret(file, pem.as_bytes()).map_err(|error| in_file(&error))?;
    Ok(key)
}
