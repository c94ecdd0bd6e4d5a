//! `huzheng log`: the transparency log, for its operator, for an auditor, and for a witness.

mod cosign;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::app::log::folder::Folder;
use crate::app::log::walk::{Walk, walk};
use crate::app::log::{Log, LogFault};
use crate::app::{self, App, trust};
use crate::cli::verify::read_trust;
use crate::cli::{Failure, Output, load_config, tell};
use crate::config::Config;
use crate::db::Database;
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::context::Origin;
use crate::proof::keys::Purpose;
use crate::proof::log::checkpoint::Checkpoint;
use crate::proof::log::inclusion::InclusionProof;
use crate::proof::log::witness::Witness;
use crate::registry::certificates::store;

#[derive(Subcommand)]
pub enum Logs {
    /// Walk the whole log: every tile, every entry against the database, the signatures and the lock.
    Verify {
        /// A copy of the log's folder, looked at without database and lock. Default: the data folder's log.
        #[arg(long, value_name = "FOLDER")]
        from: Option<PathBuf>,
        /// The trust list. Default: the data folder's.
        #[arg(long, value_name = "FILE")]
        trust: Option<PathBuf>,
    },
    /// Print the proof that a certificate stands in the log, as c2sp.org/tlog-proof@v1.
    Proof { number: String },
    /// Publish what waits.
    Publish {
        /// A copy of the present checkpoint with the line of a configured witness, to be taken over.
        #[arg(long, value_name = "FILE")]
        cosigned: Option<PathBuf>,
    },
    /// Take back into a restored database what the log has published, and put back a lock that was lost.
    Recover {
        /// How many certificates of the log may be missing in the database.
        #[arg(long, value_name = "N", default_value_t = 0)]
        accept_lost: u64,
    },
    /// As a witness: cosign the checkpoint of a log if it continues what was seen before.
    Cosign(cosign::Cosign),
}

/// Exit status 1 also for a log that is not whole.
#[must_use]
pub fn run(command: Logs, output: Output) -> ExitCode {
    let done = match command {
        Logs::Verify { from, trust } => match verify(from.as_deref(), trust.as_deref(), output) {
            Ok(found) if !found.faults.is_empty() => return ExitCode::FAILURE,
            Ok(_) => Ok(()),
            Err(failure) => Err(failure),
        },
        Logs::Proof { number } => proof(&number, output),
        Logs::Publish { cosigned } => publish(cosigned.as_deref(), output),
        Logs::Recover { accept_lost } => recover(accept_lost, output),
        Logs::Cosign(args) => cosign::run(&args, output),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&failure, output);
            ExitCode::from(failure.exit_code())
        }
    }
}

impl From<LogFault> for Failure {
    fn from(fault: LogFault) -> Self {
        Self::Failed(fault.to_string())
    }
}

fn verify(from: Option<&Path>, trust_file: Option<&Path>, output: Output) -> Result<Walk, Failure> {
    let config = load_config()?;
    let default = config.data_dir.join(trust::FILE);
    let trust = read_trust(trust_file.unwrap_or(&default))?;
    let found = if let Some(folder) = from {
        let folder = Folder::new(folder);
        let checkpoint = folder.checkpoint()?.ok_or(LogFault::NothingPublished)?;
        walk(&folder, &checkpoint, &trust, &witnesses(&config)?, None)?
    } else {
        open(&config)?.walk(&trust)?
    };
    show(&found, output);
    Ok(found)
}

fn show(found: &Walk, output: Output) {
    match output {
        Output::Json => println!("{}", json!(found)),
        Output::Words => {
            println!("{}: {} entries, root {}", found.origin, found.head.size, found.head.root);
            for (kind, count) in &found.entries {
                println!("  {kind:<12} {count}");
            }
            for seen in &found.cosignatures {
                println!("  witnessed by {} at {}", seen.witness, seen.at);
            }
            if let Some(waiting) = found.waiting {
                println!("  waiting      {waiting}");
            }
            found.faults.iter().for_each(|fault| println!("  wrong: {fault}"));
        }
    }
}

/// The log with its database, without keys and without writing anything.
fn open(config: &Config) -> Result<Log, Failure> {
    let failed = |error: crate::db::DbError| Failure::Failed(error.to_string());
    let database = Database::open(&config.database_url()?, 1).map_err(failed)?;
    Ok(Log::new(config, database, app::environment(config)?)?)
}

fn witnesses(config: &Config) -> Result<Vec<Witness>, Failure> {
    let witness = |text: &String| {
        let read = text.trim().parse::<Witness>();
        read.map_err(|error| Failure::Usage(format!("HUZHENG_LOG_WITNESSES: {text}: {error}")))
    };
    config.log_witnesses.iter().map(witness).collect()
}

fn proof(number: &str, output: Output) -> Result<(), Failure> {
    let number: CertificateNumber =
        number.parse().map_err(|error| Failure::Usage(format!("{number}: {error}")))?;
    let config = load_config()?;
    let failed = |error: crate::db::DbError| Failure::Failed(error.to_string());
    let database = Database::open(&config.database_url()?, 1).map_err(failed)?;
    let log = Log::new(&config, database.clone(), app::environment(&config)?)?;
    let proof = database.read(|conn| {
        let Some(found) = store::find_by_number(conn, &number)? else { return Ok(None) };
        let record = Some(found.record.canonical().to_owned());
        let proof = log.proof(conn, &found.record.digest().leaf())?;
        Ok::<_, LogFault>(proof.map(|proof| InclusionProof { record, ..InclusionProof::clone(&proof) }))
    })?;
    let proof = proof
        .ok_or_else(|| Failure::Failed(format!("{number}: no certificate that the log has published")))?;
    match output {
        Output::Json => println!("{}", json!(proof)),
        Output::Words => print!("{}", proof.text()),
    }
    Ok(())
}

fn publish(cosigned: Option<&Path>, output: Output) -> Result<(), Failure> {
    let app = App::start_on_machine(load_config()?)?;
    let mut published = publish_now(&app)?;
    if let Some(file) = cosigned {
        let malformed = |why: &dyn std::fmt::Display| Failure::Rejected(format!("{}: {why}", file.display()));
        let copy = Checkpoint::read(&std::fs::read_to_string(file)?).map_err(|error| malformed(&error))?;
        published = app.log.take_cosignatures(&copy).map_err(|error| malformed(&error))?;
    }
    match output {
        Output::Json => println!("{}", json!({ "checkpoint": published.text(), "head": published.head })),
        Output::Words => print!("{}", published.text()),
    }
    Ok(())
}

fn recover(accepted: u64, output: Output) -> Result<(), Failure> {
    let app = App::start_on_machine(load_config()?)?;
    let context = app.context(None, Origin::CommandLine);
    let recovered = app.log.recover(&context, &app.trust.current().list, accepted);
    let recovered = recovered.map_err(|error| Failure::Failed(error.to_string()))?;
    match output {
        Output::Json => println!("{}", json!(recovered)),
        Output::Words => println!(
            "{} entries given back their index, {} written anew ({} of them certificates that are lost)",
            recovered.linked, recovered.written, recovered.lost_certificates
        ),
    }
    publish_now(&app).map(|_| ())
}

fn publish_now(app: &App) -> Result<Checkpoint, Failure> {
    let (key, _) = app.signer(Purpose::Log).map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(app.log.publish(&*key, app.clock.now())?)
}
