//! The JSON-LD contexts that we know. They are part of the program and never fetched: who could change a context
//! could change what a signature means.

use std::sync::LazyLock;

use crate::proof::jsonld::open_badges;

/// The context of the VC data model 2.0, which comes first in every credential.
pub const CREDENTIALS: &str = "https://www.w3.org/ns/credentials/v2";

static OPEN_BADGES: LazyLock<String> = LazyLock::new(|| open_badges::context().to_string());

/// The context document at `url`; `None` for one that we don't have.
#[must_use]
pub fn bundled(url: &str) -> Option<&'static str> {
    Some(match url {
        CREDENTIALS => ssi_contexts::CREDENTIALS_V2,
        open_badges::URL => &OPEN_BADGES,
        "https://www.w3.org/ns/credentials/examples/v2" => ssi_contexts::CREDENTIALS_EXAMPLES_V2,
        "https://www.w3.org/2018/credentials/v1" => ssi_contexts::CREDENTIALS_V1,
        "https://w3id.org/security/data-integrity/v1" => ssi_contexts::W3ID_DATA_INTEGRITY_V1,
        "https://w3id.org/security/data-integrity/v2" => ssi_contexts::W3ID_DATA_INTEGRITY_V2,
        "https://w3id.org/security/multikey/v1" => ssi_contexts::W3ID_MULTIKEY_V1,
        "https://w3id.org/vc/status-list/2021/v1" => ssi_contexts::STATUS_LIST_2021_V1,
        "https://www.w3.org/ns/did/v1" => ssi_contexts::DID_V1,
        #[cfg(test)]
        "https://w3id.org/citizenship/v4rc1" => CITIZENSHIP_EXAMPLE,
        _ => return None,
    })
}

/// What one published test vector needs of the citizenship vocabulary, read off its canonical form.
#[cfg(test)]
const CITIZENSHIP_EXAMPLE: &str = include_str!("../../../tests/vectors/vc-di-eddsa/citizenship-terms.json");
