//! Connections, the pool, and the two ways to use them: read and write.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use diesel::sqlite::SqliteConnection;

use crate::db::error::DbError;

/// A connection to either database, for reading.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// A connection inside the operation's transaction. Only [`Database::write`] makes one.
pub struct Tx<'a>(&'a mut Conn);

impl Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.0
    }
}
impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.0
    }
}

/// Where the registry is kept: `sqlite:PATH` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Postgres(String),
    Sqlite(PathBuf),
}

impl std::str::FromStr for DatabaseUrl {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.trim_start_matches('/').is_empty() => {
                // Both `sqlite:data/x.db` and `sqlite:///abs/x.db` are in use; the second has an empty host.
                let path = path.strip_prefix("//").unwrap_or(path);
                Ok(Self::Sqlite(PathBuf::from(path)))
            }
            _ => Err("a database address is sqlite:PATH or postgres://…".to_owned()),
        }
    }
}

/// A PostgreSQL address may hold a password, so neither form shows it.
impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Postgres(_) => f.write_str("postgres://(hidden)"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

struct Manager(DatabaseUrl);

impl Manager {
    /// Chosen by the address: trying one after the other would hide the first one's error.
    fn open(&self) -> ConnectionResult<Conn> {
        match &self.0 {
            DatabaseUrl::Postgres(url) => Ok(Conn::Postgres(PgConnection::establish(url)?)),
            DatabaseUrl::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;",
                )
                .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
                Ok(Conn::Sqlite(conn))
            }
        }
    }
}

impl diesel::r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        self.open().map_err(diesel::r2d2::Error::ConnectionError)
    }
    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }
    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// The pool of connections.
#[derive(Clone)]
pub struct Database {
    pool: diesel::r2d2::Pool<Manager>,
}

impl Database {
    /// Opens the database; migrations are run by [`crate::db::migrations::run`].
    pub fn open(url: &DatabaseUrl, connections: u32) -> Result<Self, DbError> {
        let pool = diesel::r2d2::Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .test_on_check_out(matches!(url, DatabaseUrl::Postgres(_)))
            .connection_timeout(Duration::from_secs(10))
            .build(Manager(url.clone()))?;
        Ok(Self { pool })
    }

    /// Reads, each statement by itself.
    pub fn read<T, E: From<DbError>>(&self, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.pool.get().map_err(DbError::from)?;
        work(&mut conn)
    }

    /// Runs `work` in one transaction, kept if it returns `Ok`, undone otherwise. SQLite takes its write lock at
    /// the start: a transaction that reads first and writes later would fail under load in spite of the
    /// busy time-out.
    pub fn write<T, E: From<DbError>>(&self, work: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.pool.get().map_err(DbError::from)?;
        let begun = match &mut *conn {
            Conn::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
            Conn::Postgres(postgres) => AnsiTransactionManager::begin_transaction(postgres),
        };
        begun.map_err(DbError::from)?;
        // A panic inside `work` must not hand a connection with an open transaction back to the pool.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&mut Tx(&mut conn))));
        match result {
            Ok(Ok(value)) => {
                <Conn as Connection>::TransactionManager::commit_transaction(&mut *conn)
                    .map_err(DbError::from)?;
                Ok(value)
            }
            Ok(Err(error)) => {
                roll_back(&mut conn);
                Err(error)
            }
            Err(panic) => {
                roll_back(&mut conn);
                std::panic::resume_unwind(panic)
            }
        }
    }
}

/// The first error is the one to tell; a connection that can't even roll back is dropped by the pool as broken.
fn roll_back(conn: &mut Conn) {
    if let Err(error) = <Conn as Connection>::TransactionManager::rollback_transaction(conn) {
        tracing::warn!(%error, "a transaction could not be rolled back");
    }
}
