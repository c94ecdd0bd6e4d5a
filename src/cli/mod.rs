//! The command line: one file per subcommand, each a caller of the same operations as a request.
//!
//! Exit status: 0 done or valid, 1 failed or not valid, 2 wrong usage, 3 data rejected.

mod accounts;
mod certificate;
mod database;
mod demo;
mod keys;
mod log;
mod report;
mod serve;
mod show;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::StartError;
use crate::config::{Config, ConfigError};
use crate::http::problem::Problem;

#[derive(Parser)]
#[command(name = "huzheng", version, about = "护证: 养老护理员培训、考核、发证与核验登记系统")]
struct Cli {
    /// Print one JSON document on standard output instead of words.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages and API.
    Serve(serve::Serve),
    /// Bring the database's tables up to date.
    Migrate,
    /// Put areas, populations, programmes and targets into the database.
    Seed,
    /// Create an account, list accounts, set a password.
    #[command(subcommand)]
    Accounts(accounts::Accounts),
    /// Make keys, certify and end them.
    Keys(keys::Keys),
    /// Walk, publish and witness the transparency log.
    #[command(subcommand)]
    Log(log::Logs),
    /// Say what a certificate is worth, with no server and no database.
    Verify(verify::Verify),
    /// Look at the printed design; account for the numbers.
    #[command(subcommand)]
    Certificate(certificate::Certificate),
    /// Print a report for an area and a day.
    #[command(subcommand)]
    Report(report::Reports),
    /// Print the OpenAPI document.
    Openapi,
    /// Print the effective configuration, secrets hidden.
    Config,
}

/// How a subcommand prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Words,
    Json,
}

/// Why a subcommand failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}")]
    Usage(String),
    /// Input that was read and refused.
    #[error("{0}")]
    Rejected(String),
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Usage(_) => 2,
            Self::Rejected(_) => 3,
            Self::Start(_) | Self::Failed(_) => 1,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Invalid(invalid) => Self::Rejected(invalid.to_string()),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Parses the arguments and runs the subcommand.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let output = if cli.json { Output::Json } else { Output::Words };
    let done = match cli.command {
        Command::Serve(args) => serve::run(&args),
        Command::Migrate => database::migrate(output),
        Command::Seed => database::seed(output),
        Command::Accounts(command) => accounts::run(command, output),
        Command::Keys(command) => keys::run(command, output),
        Command::Log(command) => return log::run(command, output),
        Command::Verify(args) => return verify::run(&args, output),
        Command::Certificate(command) => certificate::run(command, output),
        Command::Report(reports) => report::run(reports, output),
        Command::Openapi => show::openapi(),
        Command::Config => show::config(output),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&failure, output);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn tell(failure: &Failure, output: Output) {
    match output {
        Output::Json => println!("{}", serde_json::json!({ "error": failure.to_string() })),
        Output::Words => eprintln!("huzheng: {failure}"),
    }
}

/// Logs go to standard error, one JSON object a line; `RUST_LOG` chooses what.
fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,actix_server=warn"));
    let subscriber =
        tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).finish();
    // A second start in one process keeps the first subscriber, which serves as well.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

fn load_config() -> Result<Config, Failure> {
    Ok(Config::load()?)
}
