//! The configuration: environment over `huzheng.toml` over the defaults, all of which stand here.

use std::net::SocketAddr;
use std::path::PathBuf;

use confique::Config as _;

use crate::db::DatabaseUrl;

#[derive(Debug, Clone, confique::Config)]
pub struct Config {
    /// Where the server listens.
    #[config(env = "HUZHENG_LISTEN", default = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// The address that people use and that is printed on certificates for ever, without a slash at its end.
    /// Default: http:// and the listen address.
    #[config(env = "HUZHENG_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Database file, keys, mail written to files.
    #[config(env = "HUZHENG_DATA_DIR", default = "./data")]
    pub data_dir: PathBuf,

    /// `sqlite:PATH` or `postgres://…`. Default: `registry.sqlite` in the data folder.
    #[config(env = "HUZHENG_DATABASE_URL")]
    pub database_url: Option<String>,

    /// A file that holds the passphrase of the key files.
    #[config(env = "HUZHENG_KEY_PASSPHRASE_FILE")]
    pub key_passphrase_file: Option<PathBuf>,

    /// The library of a PKCS#11 token that keeps issuing keys, such as `/usr/lib/softhsm/libsofthsm2.so`.
    #[config(env = "HUZHENG_PKCS11_MODULE")]
    pub pkcs11_module: Option<PathBuf>,

    /// The label of that token.
    #[config(env = "HUZHENG_PKCS11_TOKEN")]
    pub pkcs11_token: Option<String>,

    /// A file that holds the token's user PIN.
    #[config(env = "HUZHENG_PKCS11_PIN_FILE")]
    pub pkcs11_pin_file: Option<PathBuf>,

    /// `smtp://…` or `smtps://…`. Without it mail is written to files in the data folder.
    #[config(env = "HUZHENG_SMTP_URL")]
    pub smtp_url: Option<String>,

    /// Who mail is from.
    #[config(env = "HUZHENG_MAIL_FROM", default = "护证 huzheng <no-reply@localhost>")]
    pub mail_from: String,

    /// Where Prometheus may read metrics, apart from the public listener.
    #[config(env = "HUZHENG_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// The area that this registry serves.
    #[config(env = "HUZHENG_AREA", default = "330481")]
    pub area: String,

    /// The bureau that runs this registry, as the head of every page names it.
    #[config(env = "HUZHENG_OWNER")]
    pub owner: Option<String>,

    /// `production`, `demo` or `test`; it stands inside every signature.
    #[config(env = "HUZHENG_ENVIRONMENT", default = "production")]
    pub environment: String,

    /// Folders searched for the Noto CJK fonts that certificates are set in.
    #[config(env = "HUZHENG_FONT_DIRS", default = ["/usr/share/fonts/opentype/noto"], parse_env = confique::env::parse::list_by_colon)]
    pub font_dirs: Vec<PathBuf>,

    /// How long a signed status list counts as fresh, in seconds.
    #[config(env = "HUZHENG_STATUS_LIFETIME", default = 600)]
    pub status_lifetime: u32,

    /// Connections kept to the database.
    #[config(env = "HUZHENG_DATABASE_CONNECTIONS", default = 8)]
    pub database_connections: u32,

    /// Former hosts of verify addresses, which are printed on paper for ever.
    #[config(env = "HUZHENG_FORMER_HOSTS", default = [], parse_env = confique::env::parse::list_by_comma)]
    pub former_hosts: Vec<String>,

    /// Witnesses whose cosignatures the transparency log takes: verifier keys as `huzheng log cosign` prints them.
    #[config(env = "HUZHENG_LOG_WITNESSES", default = [], parse_env = confique::env::parse::list_by_comma)]
    pub log_witnesses: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration cannot be read: {0}")]
    Unreadable(String),
    #[error("{name}: {why}")]
    Setting { name: &'static str, why: String },
}

impl Config {
    /// Reads the environment and `huzheng.toml` of the working folder.
    pub fn load() -> Result<Self, ConfigError> {
        Self::builder()
            .env()
            .file("huzheng.toml")
            .load()
            .map_err(|error| ConfigError::Unreadable(error.to_string()))
    }

    pub fn database_url(&self) -> Result<DatabaseUrl, ConfigError> {
        match &self.database_url {
            Some(url) => {
                url.parse().map_err(|why| ConfigError::Setting { name: "HUZHENG_DATABASE_URL", why })
            }
            None => Ok(DatabaseUrl::Sqlite(self.data_dir.join("registry.sqlite"))),
        }
    }

    /// The public address, without a slash at its end.
    pub fn public_url(&self) -> String {
        let url = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        url.trim_end_matches('/').to_owned()
    }
}
