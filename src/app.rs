//! The application: configuration, database, clock, randomness and secrets, wired together here and nowhere else.

pub mod clock;

use std::sync::Arc;

use crate::app::clock::{Clock, MachineRandom};
use crate::config::{Config, ConfigError};
use crate::db::{Database, DbError, migrations};
use crate::kernel::context::{Actor, Context, Origin, Randomness, uuid_at};
use crate::kernel::ids::RequestId;

/// Everything that a request, a job or a subcommand may need.
pub struct App {
    pub config: Config,
    pub database: Database,
    pub clock: Clock,
    pub random: Arc<dyn Randomness>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the data folder cannot be made: {0}")]
    DataFolder(#[from] std::io::Error),
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    Migration(#[from] migrations::MigrationError),
}

impl App {
    /// Opens the database, brings its tables up to date and wires the parts together.
    pub fn start(config: Config) -> Result<Self, StartError> {
        std::fs::create_dir_all(&config.data_dir)?;
        let database = Database::open(&config.database_url()?, config.database_connections)?;
        let migrated = database.read(|conn| Ok::<_, DbError>(migrations::run(conn)))?;
        migrated?;
        Ok(Self { config, database, clock: Clock::machine(0), random: Arc::new(MachineRandom) })
    }

    /// The context of one request, job or command.
    pub fn context(&self, actor: Option<Actor>, origin: Origin) -> Context {
        let now = self.clock.now();
        let request = RequestId::from_uuid(uuid_at(now, &*self.random));
        Context { now, actor, request, origin, random: Arc::clone(&self.random) }
    }
}
