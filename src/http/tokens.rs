//! Tokens of the API: short JWTs signed by the registry's own Ed25519 key. They name the account; what it may
//! do is looked up at each call, so that a disabled account's token is worth nothing at once.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::kernel::dates::Timestamp;
use crate::kernel::ids::AccountId;
use crate::proof::keys::{KeyFileError, PrivateKey};

/// How long a token lasts, in seconds: a working day.
const LIFETIME: i64 = 12 * 3600;
const ISSUER: &str = "huzheng";

#[derive(Clone)]
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: AccountId,
    iat: i64,
    exp: i64,
}

impl Tokens {
    pub fn new(key: &PrivateKey) -> Result<Self, KeyFileError> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = 5;
        Ok(Self {
            encoding: EncodingKey::from_ed_der(&key.to_der()?),
            decoding: DecodingKey::from_ed_der(key.public().bytes()),
            validation,
        })
    }

    /// A token for `account` from the machine's time `now` on.
    pub fn issue(&self, account: AccountId, now: Timestamp) -> Result<String, jsonwebtoken::errors::Error> {
        let iat = now.timestamp();
        let claims = Claims { iss: ISSUER.to_owned(), sub: account, iat, exp: iat + LIFETIME };
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.encoding)
    }

    /// The account that a token names; `None` for any that isn't ours or has expired.
    #[must_use]
    pub fn account(&self, token: &str) -> Option<AccountId> {
        let data = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?;
        Some(data.claims.sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::clock::machine_now;

    #[test]
    fn a_token_names_its_account_and_no_other_key_s_does() {
        let tokens = |seed: u8| Tokens::new(&PrivateKey::from_random(&mut [seed; 32])).expect("tokens");
        let account = AccountId::from_uuid(uuid::Uuid::from_u128(7));
        let token = tokens(1).issue(account, machine_now()).expect("a token");
        assert_eq!(tokens(1).account(&token), Some(account));
        assert_eq!(tokens(2).account(&token), None);
        let old = tokens(1).issue(account, machine_now() - chrono::TimeDelta::days(1)).expect("a token");
        assert_eq!(tokens(1).account(&old), None);
    }
}
