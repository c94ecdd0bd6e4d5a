//! Accounts and signing in: password (Argon2id), page sessions, and who an account acts for.
//!
//! What a role may call is written in `http::routes`; what a token looks like is `http::tokens`' business.

pub mod error;
pub mod idempotency;
pub mod passwords;
pub mod service;
pub mod store;

use diesel::prelude::*;

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{AccountId, OrganisationId, PersonId};

codes! {
    pub enum AccountStatus("account-status") {
        Active = "active",
        Disabled = "disabled",
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::accounts)]
pub struct Account {
    pub id: AccountId,
    pub username: String,
    pub role: Role,
    pub name: String,
    pub organisation_id: Option<OrganisationId>,
    pub area_code: Option<AreaCode>,
    pub person_id: Option<PersonId>,
    pub email: Option<String>,
    pub status: AccountStatus,
    pub version: i32,
}

impl Account {
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            account: self.id,
            name: self.name.clone(),
            role: self.role,
            organisation: self.organisation_id,
            area: self.area_code.clone(),
            person: self.person_id,
        }
    }
}

#[derive(Clone)]
pub struct NewAccount {
    pub username: String,
    pub password: String,
    pub role: Role,
    pub name: String,
    pub organisation: Option<OrganisationId>,
    pub area: Option<AreaCode>,
    pub person: Option<PersonId>,
    pub email: Option<String>,
}

#[derive(Clone)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

/// A page session just opened: the cookie's value, told once, and the token its forms carry.
#[derive(Clone)]
pub struct OpenedSession {
    pub token: String,
    pub csrf: String,
}

impl Form for NewAccount {
    fn read(f: &mut Fields) -> Option<Self> {
        let username = f.text("username", 40);
        let password = f.text("password", 200);
        let role = f.required("role");
        let name = f.text("name", 60);
        let organisation = f.optional("organisation_id");
        let area = f.optional("area_code");
        let person = f.optional("person_id");
        let email = f.optional_text("email", 200);
        Some(Self {
            username: username?,
            password: password?,
            role: role?,
            name: name?,
            organisation: organisation?,
            area: area?,
            person: person?,
            email: email?,
        })
    }
}

impl Form for Credentials {
    fn read(f: &mut Fields) -> Option<Self> {
        let username = f.text("username", 40);
        let password = f.text("password", 200);
        // Named by the interface for a second factor; no account has one yet, so whatever stands there is unused.
        let otp = f.optional_text("otp", 10);
        otp?;
        Some(Self { username: username?, password: password? })
    }
}
