//! 办法簿: the versions of schemes with their expressions read, each read once. What is in force is asked of the database
//! every time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;

use crate::db::Conn;
use crate::flows::error::Error;
use crate::kernel::ids::SchemeVersionId;
use crate::registry::schemes::rules::assess::Compiled;
use crate::registry::schemes::{Part, Stored, VersionState, service, store};
use crate::seeds::Position;

/// Compiled versions, kept in memory.
pub struct SchemeBook {
    compiled: RwLock<HashMap<SchemeVersionId, Arc<Compiled>>>,
    positions: Vec<String>,
}

impl SchemeBook {
    #[must_use]
    pub fn new(positions: &[Position]) -> Self {
        let caregivers = positions.iter().filter(|position| position.caregiver);
        let positions = caregivers.map(|position| position.code.clone()).collect();
        Self { compiled: RwLock::default(), positions }
    }

    /// The codes of the posts of a caregiver (护理员).
    pub fn positions(&self) -> &[String] {
        &self.positions
    }

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
        let stored = service::scheme_on(conn, code, day)?;
        stored.map(|stored| self.read(stored)).transpose()
    }

    /// All that are in force on a day.
    pub fn all_in_force(&self, conn: &mut Conn, on: NaiveDate) -> Result<Vec<Arc<Compiled>>, Error> {
        store::in_force(conn, on)?.into_iter().map(|stored| self.read(stored)).collect()
    }

    /// The version that a claim was decided on by.
    pub fn version(&self, conn: &mut Conn, code: &str, version: u32) -> Result<Option<Arc<Compiled>>, Error> {
        let stored = store::find_version(conn, code, version)?;
        let stored = stored.filter(|stored| stored.state == VersionState::InForce);
        stored.map(|stored| self.read(stored)).transpose()
    }

    /// Whether there is a scheme of this code.
    pub fn knows(&self, conn: &mut Conn, code: &str) -> Result<bool, Error> {
        Ok(store::is_known(conn, code)?)
    }

    /// A version in force is never changed but for its last day, a draft is.
    fn read(&self, stored: Stored) -> Result<Arc<Compiled>, Error> {
        let kept = self.compiled.read().unwrap_or_else(PoisonError::into_inner).get(&stored.id).cloned();
        if let Some(kept) = kept.filter(|kept| kept.scheme == stored.scheme) {
            return Ok(kept);
        }
        let compiled = Arc::new(Compiled::read(stored.scheme)?);
        let mut all = self.compiled.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(stored.id, Arc::clone(&compiled));
        Ok(compiled)
    }
}
