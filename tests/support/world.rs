//! A small city: seeded areas, one organisation of each kind, one account for each role, a clock that stands.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, OnceLock};

use huzheng::app::clock::{Clock, SeededRandom};
use huzheng::app::keyring::Keyring;
use huzheng::app::{self, App};
use huzheng::config::Config;
use huzheng::flows;
use huzheng::http::problem::Problem;
use huzheng::http::server;
use huzheng::kernel::context::{Context, Origin, Role};
use huzheng::kernel::credit_code::CreditCode;
use huzheng::kernel::dates::Timestamp;
use huzheng::kernel::ids::OrganisationId;
use huzheng::kernel::skill::{Occupation, SkillLevel};
use huzheng::kernel::vocabulary::{InstitutionKind, OrganisationKind};
use huzheng::proof::payload::Environment;
use huzheng::registry::accounts::NewAccount;
use huzheng::registry::organisations::{NewAccreditation, NewOrganisation, Scope};
use huzheng::registry::{accounts, organisations};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::client::{Answer, Client};
use super::databases::{self, Kind};

/// The password of every account in a test's city.
pub const PASSWORD: &str = "a password for tests";

/// One running registry.
pub struct World {
    pub app: Arc<App>,
    pub kind: Kind,
    pub organisations: BTreeMap<&'static str, OrganisationId>,
    tokens: BTreeMap<String, String>,
    client: Client,
    server: actix_web::dev::ServerHandle,
    folder: tempfile::TempDir,
}

/// Runs `test` on a fresh registry of each kind of database.
pub fn on_both(test: impl Fn(&World)) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        test(&World::new(kind));
    }
}

/// Runs `test` on a registry of each kind of database, whose certificates are valid for so many years.
pub fn on_both_with_term(years: u32, test: impl Fn(&World)) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        test(&World::with_term(kind, years));
    }
}

/// Saturday morning in Haining.
fn start_of_time() -> Timestamp {
    "2026-11-21T01:00:00Z".parse().expect("a time")
}

impl World {
    pub fn new(kind: Kind) -> Self {
        Self::with(kind, |_| {})
    }

    /// A registry whose configuration `change` has had its say in.
    pub fn with(kind: Kind, change: impl FnOnce(&mut Config)) -> Self {
        Self::prepared(kind, change, |_| {})
    }

    /// A registry whose certificates are valid for so many years from their issue.
    pub fn with_term(kind: Kind, years: u32) -> Self {
        Self::prepared(
            kind,
            |_| {},
            |app| {
                for jurisdiction in &mut app.seeds.jurisdictions {
                    for term in &mut jurisdiction.certificate_terms {
                        term.years = Some(years);
                    }
                }
            },
        )
    }

    fn prepared(kind: Kind, change: impl FnOnce(&mut Config), prepare: impl FnOnce(&mut App)) -> Self {
        // What the server would tell its log stands beside a failed test.
        drop(tracing_subscriber::fmt().with_env_filter("error").with_test_writer().try_init());
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut config = test_config(&folder, &format!("http://{address}"));
        config.database_url = Some(databases::fresh(kind, folder.path()));
        change(&mut config);
        let mut app = start_app(config);
        prepare(&mut app);
        let app = Arc::new(app);
        let (organisations, tokens) = fill(&app);
        let server = serve(Arc::clone(&app), listener);
        let client = Client::new(&format!("http://{address}"));
        Self { app, kind, organisations, tokens, client, server, folder }
    }

    /// Stops serving at once, as a machine that is switched off.
    pub async fn stop(&self) {
        self.server.stop(false).await;
    }

    /// A client of a second server of the same registry, made now: with what the registry opened since.
    pub fn another_server(&self) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let client = Client::new(&format!("http://{}", listener.local_addr().expect("an address")));
        serve(Arc::clone(&self.app), listener);
        client
    }

    /// A client without an account.
    pub fn anybody(&self) -> Client {
        self.client.clone()
    }

    /// A client signed in as `username`: a demo account's name, as in the interface.
    #[track_caller]
    pub fn as_user(&self, username: &str) -> Client {
        self.client.with_token(self.tokens.get(username).unwrap_or_else(|| panic!("no account {username}")))
    }

    /// Gets as `username`.
    #[track_caller]
    pub fn get(&self, username: &str, path: &str) -> Answer {
        self.as_user(username).get(path)
    }

    /// Posts JSON as `username`.
    #[track_caller]
    pub fn post(&self, username: &str, path: &str, body: Value) -> Answer {
        self.as_user(username).post(path, &body)
    }

    /// A client with a page session as `username`, and the token that its forms must carry.
    pub fn page_session(&self, username: &str) -> (Client, String) {
        let context = self.app.context(None, Origin::CommandLine);
        let opened = self.app.database.write(|tx| {
            let all = accounts::store::list(tx)?;
            let account = all.iter().find(|account| account.username == username).expect("an account");
            Ok::<_, Problem>(accounts::service::session_open(
                tx,
                &context,
                account,
                app::clock::machine_now(),
            )?)
        });
        let opened = opened.expect("a session");
        let cookie = format!("{}={}", huzheng::http::access::COOKIE, opened.token);
        (self.client.with_header("Cookie", &cookie), opened.csrf)
    }

    /// Moves the registry's clock forward.
    pub fn advance_days(&self, days: u32) {
        self.app.clock.advance(days * 86_400);
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The id of an organisation of the city: `school`, `assessor`, `institution`, …
    #[track_caller]
    pub fn organisation(&self, name: &str) -> String {
        self.organisations[name].to_string()
    }

    /// Adds another account and signs it in; the client speaks as it.
    pub fn add_account(&self, username: &str, role: Role, organisation: Option<OrganisationId>) -> Client {
        let context = self.app.context(None, Origin::CommandLine);
        let new = account(username, role, organisation);
        self.app
            .database
            .write(|tx| Ok::<_, Problem>(accounts::service::account_create(tx, &context, &new)?))
            .expect("the account is made");
        self.client.with_token(&sign_in(&self.client, username))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

fn test_config(folder: &tempfile::TempDir, public_url: &str) -> Config {
    use confique::Config as _;
    let mut config = Config::builder().load().expect("every setting has its default");
    folder.path().clone_into(&mut config.data_dir);
    config.public_url = Some(public_url.to_owned());
    Environment::Test.to_string().clone_into(&mut config.environment);
    let passphrase = folder.path().join("passphrase");
    std::fs::write(&passphrase, "a passphrase for tests").expect("written");
    config.key_passphrase_file = Some(passphrase);
    config.database_connections = 4;
    config
}

fn start_app(config: Config) -> App {
    let passphrase = Zeroizing::new(b"a passphrase for tests".to_vec());
    Keyring::init(&app::keys_folder(&config), &passphrase, Environment::Test).expect("keys are made");
    let random = Arc::new(SeededRandom::new(config.data_dir.display().to_string()));
    App::start(config, Clock::standing(start_of_time()), random).expect("the application starts")
}

fn serve(app: Arc<App>, listener: TcpListener) -> actix_web::dev::ServerHandle {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = server::start(app, listener, 1).expect("the server starts");
            send.send(server.handle()).expect("the test waits");
            server.await
        })
    });
    receive.recv().expect("the server started")
}

fn account(username: &str, role: Role, organisation: Option<OrganisationId>) -> NewAccount {
    NewAccount {
        username: username.to_owned(),
        password: PASSWORD.to_owned(),
        role,
        name: username.to_owned(),
        organisation,
        area: matches!(role, Role::Bureau | Role::Finance | Role::Town)
            .then(|| "330481".parse().expect("an area")),
        person: None,
        email: None,
    }
}

/// Seeds the registry and makes its organisations and accounts; their ids and tokens.
fn fill(app: &App) -> (BTreeMap<&'static str, OrganisationId>, BTreeMap<String, String>) {
    let context = app.context(None, Origin::CommandLine);
    let filled = app.database.write(|tx| {
        flows::seed::seed(tx, &context, &app.seeds)?;
        let mut made = BTreeMap::new();
        for (name, kind, area) in ORGANISATIONS {
            let new = organisation(name, kind, area);
            let id = organisations::service::organisation_create(tx, &context, &new)?.id;
            if let Some(scope) = scope(kind) {
                organisations::service::accreditation_grant(tx, &context, id, &accreditation(scope))?;
            }
            made.insert(name, id);
        }
        Ok::<_, Problem>(made)
    });
    let made = filled.expect("the city is filled");
    let tokens = add_accounts(app, &context, &made);
    (made, tokens)
}

const ORGANISATIONS: [(&str, OrganisationKind, &str); 10] = [
    ("bureau", OrganisationKind::Bureau, "330481"),
    ("finance", OrganisationKind::Finance, "330481"),
    ("town", OrganisationKind::TownOffice, "330481101"),
    ("school", OrganisationKind::TrainingSchool, "330481001"),
    ("school2", OrganisationKind::TrainingSchool, "330481002"),
    ("assessor", OrganisationKind::AssessmentBody, "330481001"),
    ("body2", OrganisationKind::AssessmentBody, "330481002"),
    ("redcross", OrganisationKind::FirstAidIssuer, "330481001"),
    ("institution", OrganisationKind::CareInstitution, "330481101"),
    ("institution2", OrganisationKind::CareInstitution, "330481103"),
];

/// User name, role, and the organisation that it acts for.
const ACCOUNTS: [(&str, Role, Option<&str>); 14] = [
    ("admin", Role::Administrator, None),
    ("bureau", Role::Bureau, Some("bureau")),
    ("bureau2", Role::Bureau, Some("bureau")),
    ("finance", Role::Finance, Some("finance")),
    ("finance2", Role::Finance, Some("finance")),
    ("town", Role::Town, Some("town")),
    ("school", Role::School, Some("school")),
    ("school2", Role::School, Some("school2")),
    ("assessor", Role::Assessor, Some("assessor")),
    ("assessor2", Role::Assessor, Some("assessor")),
    ("body2", Role::Assessor, Some("body2")),
    ("redcross", Role::FirstAidIssuer, Some("redcross")),
    ("institution", Role::Institution, Some("institution")),
    ("institution2", Role::Institution, Some("institution2")),
];

fn organisation(name: &str, kind: OrganisationKind, area: &str) -> NewOrganisation {
    let serial = name.bytes().fold(7u32, |sum, byte| (sum * 31 + u32::from(byte)) % 100_000);
    let body = format!("91330481MA{serial:05}X0");
    let check = CreditCode::check_character(&body).expect("letters of the alphabet");
    let letter = match (kind, name) {
        (OrganisationKind::AssessmentBody, _) => Some('S'),
        // The other school issues nothing.
        (OrganisationKind::TrainingSchool, "school") => Some('P'),
        (OrganisationKind::FirstAidIssuer, _) => Some('H'),
        _ => None,
    };
    NewOrganisation {
        kind,
        name: format!("{name}（测试）"),
        name_en: format!("{name} (test)"),
        credit_code: format!("{body}{check}").parse().ok(),
        area_code: area.parse().expect("an area"),
        body_code: letter.map(|letter| {
            format!("{letter}00003399{}", serial % 9_000 + 1_000).parse().expect("a body code")
        }),
        institution_kind: (kind == OrganisationKind::CareInstitution).then_some(InstitutionKind::CareHome),
        beds: None,
    }
}

fn scope(kind: OrganisationKind) -> Option<Scope> {
    match kind {
        OrganisationKind::TrainingSchool => Some(Scope::Training),
        OrganisationKind::AssessmentBody => Some(Scope::Assessment),
        OrganisationKind::FirstAidIssuer => Some(Scope::FirstAid),
        _ => None,
    }
}

fn accreditation(scope: Scope) -> NewAccreditation {
    use SkillLevel::{Five, Four, Three, Two};
    let by_level = scope != Scope::FirstAid;
    NewAccreditation {
        scope,
        occupation: by_level.then_some(Occupation::ElderlyCareWorker),
        levels: if by_level { vec![Five, Four, Three, Two] } else { Vec::new() },
        valid_from: "2024-01-01".parse().expect("a date"),
        valid_to: "2028-12-31".parse().expect("a date"),
        document: "测试文件".to_owned(),
    }
}

/// The accounts all have one password, so its slow hash is made once for the whole suite.
fn add_accounts(
    app: &App,
    context: &Context,
    made: &BTreeMap<&'static str, OrganisationId>,
) -> BTreeMap<String, String> {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash =
        HASH.get_or_init(|| accounts::passwords::hash(context, PASSWORD).expect("the password is hashed"));
    let mut tokens = BTreeMap::new();
    app.database
        .write(|tx| {
            for (username, role, organisation) in ACCOUNTS {
                let mut new = account(username, role, organisation.map(|name| made[name]));
                if role == Role::Town {
                    new.area = Some("330481101".parse().expect("an area"));
                }
                let id = accounts::store::insert(tx, context, &new, hash)?;
                let token = app.tokens.issue(id, app::clock::machine_now()).expect("a token");
                tokens.insert(username.to_owned(), token);
            }
            Ok::<_, Problem>(())
        })
        .expect("the accounts are made");
    tokens
}

fn sign_in(client: &Client, username: &str) -> String {
    let given = json!({ "username": username, "password": PASSWORD });
    let answer = client.post("/api/v1/sessions", &given).expect(201);
    answer["token"].as_str().expect("a token").to_owned()
}
