//! 办法簿: the versions of schemes with their expressions read, each read once. Which version applies is asked of the
//! database each time; only the reading is kept.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;

use crate::db::Conn;
use crate::flows::error::Error;
use crate::registry::schemes::rules::assess::Compiled;
use crate::registry::schemes::{Part, SchemeVersion, Stored, VersionState, service, store};

/// Code and number of a version, and its last day, the one thing of it that may still change.
type Key = (String, u32, Option<NaiveDate>);

/// Versions in force that were read.
#[derive(Default)]
pub struct SchemeBook(RwLock<BTreeMap<Key, Arc<Compiled>>>);

impl SchemeBook {
    /// The version that a part claimed on `on` belongs to: for a month the one in force on its first day.
    pub fn in_force(
        &self,
        conn: &mut Conn,
        code: &str,
        part: &Part,
        on: NaiveDate,
    ) -> Result<Option<Arc<Compiled>>, Error> {
        let day = match part {
            Part::Month(month) => month.first_day(),
            _ => on,
        };
        service::scheme_on(conn, code, day)?.map(|stored| self.read(stored)).transpose()
    }

    /// The version that a claim was decided on by.
    pub fn version(&self, conn: &mut Conn, code: &str, version: u32) -> Result<Option<Arc<Compiled>>, Error> {
        let stored = store::find_version(conn, code, version)?;
        let in_force = stored.filter(|stored| stored.state == VersionState::InForce);
        in_force.map(|stored| self.read(stored)).transpose()
    }

    fn read(&self, stored: Stored) -> Result<Arc<Compiled>, Error> {
        let SchemeVersion { code, version, valid_to, .. } = &stored.scheme;
        let key = (code.clone(), *version, *valid_to);
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let compiled = Arc::new(Compiled::read(stored.scheme)?);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&compiled));
        Ok(compiled)
    }

    /// Every version in force on a day.
    pub fn all_on(&self, conn: &mut Conn, on: NaiveDate) -> Result<Vec<Arc<Compiled>>, Error> {
        store::in_force(conn, on)?.into_iter().map(|stored| self.read(stored)).collect()
    }
}
