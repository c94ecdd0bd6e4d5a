//! Passwords: Argon2id with the parameters that OWASP's password storage guide gives (19 MiB, 2 passes).

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use crate::kernel::context::Context;
use crate::kernel::invalid::Invalid;
use crate::registry::accounts::error::Error;

/// The shortest password that is accepted, in characters.
const SHORTEST: usize = 10;

pub fn hash(context: &Context, password: &str) -> Result<String, Error> {
    if password.chars().count() < SHORTEST {
        return Err(Invalid::one("password", "password-too-short").into());
    }
    let salt: [u8; 16] = context.random_bytes();
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| Error::Hashing(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether `password` is the one behind `hash`. Without a hash the same work is done for nothing, so that the
/// time taken doesn't tell whether a user name exists.
#[must_use]
pub fn matches(hash: Option<&str>, password: &str) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else {
        return false;
    };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}
