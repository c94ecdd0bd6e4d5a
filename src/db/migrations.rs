//! The twin migrations: the same names in `migrations/sqlite` and `migrations/postgres`.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::db::connection::Conn;

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

#[derive(Debug, thiserror::Error)]
#[error("a migration failed: {0}")]
pub struct MigrationError(String);

/// Runs what has not been run; the names of the migrations run now.
pub fn run(conn: &mut Conn) -> Result<Vec<String>, MigrationError> {
    let versions = match conn {
        Conn::Postgres(conn) => conn.run_pending_migrations(POSTGRES),
        Conn::Sqlite(conn) => conn.run_pending_migrations(SQLITE),
    };
    let versions = versions.map_err(|error| MigrationError(error.to_string()))?;
    Ok(versions.iter().map(ToString::to_string).collect())
}

/// Undoes all migrations, for the test that runs them up, down and up.
pub fn revert_all(conn: &mut Conn) -> Result<usize, MigrationError> {
    let versions = match conn {
        Conn::Postgres(conn) => conn.revert_all_migrations(POSTGRES),
        Conn::Sqlite(conn) => conn.revert_all_migrations(SQLITE),
    };
    versions.map(|all| all.len()).map_err(|error| MigrationError(error.to_string()))
}
