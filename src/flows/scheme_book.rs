//! 办法簿: the versions of schemes with their expressions read, each read once.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;

use crate::db::Conn;
use crate::flows::error::Error;
use crate::kernel::invalid::Invalid;
use crate::registry::schemes::rules::assess::Compiled;
use crate::registry::schemes::{Part, SchemeVersion};

/// Compiled versions, kept in memory.
#[derive(Default)]
pub struct SchemeBook(RwLock<BTreeMap<(String, u32), Arc<Compiled>>>);

impl SchemeBook {
    /// Enters a version, in place of what was entered under its code and number.
    pub fn enter(&self, version: SchemeVersion) -> Result<(), Invalid> {
        let key = (version.code.clone(), version.version);
        let compiled = Arc::new(Compiled::read(version)?);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, compiled);
        Ok(())
    }

    /// The version that a part claimed on `on` belongs to: for a month the one in force on its first day.
    pub fn in_force(
        &self,
        _: &mut Conn,
        code: &str,
        part: &Part,
        on: NaiveDate,
    ) -> Result<Option<Arc<Compiled>>, Error> {
        let day = match part {
            Part::Month(month) => month.first_day(),
            _ => on,
        };
        let entered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let in_force = entered.values().rev().find(|one| {
            let scheme = &one.scheme;
            scheme.code == code && scheme.valid_from <= day && scheme.valid_to.is_none_or(|last| day <= last)
        });
        Ok(in_force.cloned())
    }

    /// The version that a claim was decided on by.
    pub fn version(&self, _: &mut Conn, code: &str, version: u32) -> Result<Option<Arc<Compiled>>, Error> {
        let entered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(entered.get(&(code.to_owned(), version)).cloned())
    }

    /// Whether there is a scheme of this code.
    pub fn knows(&self, _: &mut Conn, code: &str) -> Result<bool, Error> {
        let entered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(entered.values().any(|one| one.scheme.code == code))
    }

    /// Every scheme's code.
    pub fn codes(&self, _: &mut Conn) -> Result<Vec<String>, Error> {
        let entered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut codes: Vec<String> = entered.keys().map(|(code, _)| code.clone()).collect();
        codes.dedup();
        Ok(codes)
    }
}
