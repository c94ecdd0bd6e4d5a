//! What the registry's server costs beyond a signature check: `POST /api/v1/verifications` and `GET /v/{code}` as
//! JSON, each as a ratio of throughput to a bare actix handler that makes one Ed25519 check. Both servers run with
//! one worker in this process and are asked the same bytes in turns, over connections that stay open on the loopback.
//! `cargo bench --bench http`; it fails below the floor that the project promises.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use actix_web::dev::Server;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use huzheng::app::ceremony::{self, Certification};
use huzheng::app::keyring::{KeyPlace, Keyring};
use huzheng::app::{App, keys_folder};
use huzheng::config::Config;
use huzheng::db::DbError;
use huzheng::http::server;
use huzheng::kernel::dates::shanghai_date;
use huzheng::kernel::identity::DocumentKind;
use huzheng::kernel::ids::PublicCode;
use huzheng::kernel::skill::{ExamPart, Occupation, SkillLevel};
use huzheng::proof::cose::Envelope;
use huzheng::proof::frozen::{FrozenRecord, Named, PartResult, Words};
use huzheng::proof::issue::issue;
use huzheng::proof::payload::{CertificateType, Environment, StatusPlace};
use huzheng::proof::qr::signed_url;
use zeroize::Zeroizing;

const FLOOR: f64 = 0.7;
/// Many short turns, so that other work on the machine falls on both alike.
const ROUNDS: usize = 200;
const CONNECTIONS: usize = 8;
/// By each connection in a turn.
const CALLS: usize = 25;
const BODY: &str = "S000033001032";

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).init();
    let folder = tempfile::tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let registry = listener.local_addr()?;
    let app = registry_in(folder.path(), registry)?;
    let (code, cwt) = certificate(&app)?;
    let check = check_of(&app, &cwt)?;
    start(move || server::start(Arc::new(app), listener, 1))?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let bare = listener.local_addr()?;
    start(move || bare_server(check, listener))?;

    let url = signed_url(&format!("http://{registry}"), &code, &cwt);
    let post = post(&serde_json::json!({ "content": url }).to_string());
    let get = format!("GET /v/{code} HTTP/1.1\r\nHost: {registry}\r\nAccept: application/json\r\n\r\n");
    let mut kept = true;
    for (name, request) in [("POST /api/v1/verifications", post), ("GET /v/{code}", get)] {
        let [bare, ours, ratio] = compare([bare, registry], request.as_bytes())?;
        println!(
            "{name:<28} {bare:>7.0} bare, {ours:>7.0} ours a second   ratio {ratio:.3} (at least {FLOOR})"
        );
        kept &= ratio >= FLOOR;
    }
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Medians of both servers' answers a second, and of their ratio within a turn.
fn compare([bare, ours]: [SocketAddr; 2], request: &[u8]) -> Result<[f64; 3], Failure> {
    let (mut bare, mut ours) = (connections(bare)?, connections(ours)?);
    let mut figures = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        let turn = [turn(&mut bare, request, "checked")?, turn(&mut ours, request, "\"verdict\":\"valid\"")?];
        figures.iter_mut().zip([turn[0], turn[1], turn[1] / turn[0]]).for_each(|(all, one)| all.push(one));
    }
    Ok(figures.map(median))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Asks over every connection at once; answers a second.
fn turn(connections: &mut [Connection], request: &[u8], expected: &str) -> Result<f64, Failure> {
    let start = Instant::now();
    let outcome: Result<(), String> = std::thread::scope(|scope| {
        let askers: Vec<_> = connections
            .iter_mut()
            .map(|connection| {
                scope.spawn(move || (0..CALLS).try_for_each(|_| connection.ask(request, expected)))
            })
            .collect();
        askers.into_iter().try_for_each(|asker| asker.join().map_err(|_| "an asker panicked".to_owned())?)
    });
    outcome?;
    let calls = u32::try_from(connections.len() * CALLS)?;
    Ok(f64::from(calls) / start.elapsed().as_secs_f64())
}

/// One client, which asks again only when it has its answer.
struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

fn connections(address: SocketAddr) -> std::io::Result<Vec<Connection>> {
    let open = |_| {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, answer: Vec::with_capacity(8192) })
    };
    (0..CONNECTIONS).map(open).collect()
}

impl Connection {
    fn ask(&mut self, request: &[u8], expected: &str) -> Result<(), String> {
        self.answer.clear();
        self.stream.write_all(request).map_err(|error| error.to_string())?;
        let mut chunk = [0; 8192];
        loop {
            let read = self.stream.read(&mut chunk).map_err(|error| error.to_string())?;
            if read == 0 {
                return Err("the server closed the connection".to_owned());
            }
            self.answer.extend_from_slice(&chunk[..read]);
            let text = std::str::from_utf8(&self.answer).map_err(|error| error.to_string())?;
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|length| length.parse().ok()).ok_or("no length")?;
            if body.len() < length {
                continue;
            }
            let good = head.starts_with("HTTP/1.1 200") && body.contains(expected);
            return if good { Ok(()) } else { Err(text.to_owned()) };
        }
    }
}

fn post(body: &str) -> String {
    format!(
        "POST /api/v1/verifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Runs a server on a thread of its own until the process ends.
fn start(server: impl FnOnce() -> std::io::Result<Server> + Send + 'static) -> Result<(), Failure> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            match server() {
                Ok(server) => {
                    drop(send.send(Ok(())));
                    server.await
                }
                Err(error) => {
                    drop(send.send(Err(error)));
                    Ok(())
                }
            }
        })
    });
    Ok(receive.recv()??)
}

/// One signature, ready to be checked.
#[derive(Clone)]
struct Check {
    key: VerifyingKey,
    message: Vec<u8>,
    signature: Signature,
}

/// Takes whatever is sent to any address, checks one signature, and says so.
fn bare_server(check: Check, listener: TcpListener) -> std::io::Result<Server> {
    let handler = |check: web::Data<Check>, _: web::Bytes| async move {
        match check.key.verify(&check.message, &check.signature) {
            Ok(()) => HttpResponse::Ok().body("checked"),
            Err(_) => HttpResponse::InternalServerError().finish(),
        }
    };
    let data = web::Data::new(check);
    let server =
        HttpServer::new(move || ActixApp::new().app_data(data.clone()).default_service(web::to(handler)));
    Ok(server.workers(1).listen(listener)?.run())
}

/// An empty registry on SQLite, with the key of one body.
fn registry_in(folder: &std::path::Path, address: SocketAddr) -> Result<App, Failure> {
    use confique::Config as _;
    let passphrase = Zeroizing::new(b"a passphrase for a bench".to_vec());
    let mut config = Config::builder().load()?;
    folder.clone_into(&mut config.data_dir);
    config.public_url = Some(format!("http://{address}"));
    config.environment = Environment::Test.to_string();
    config.key_passphrase_file = Some(folder.join("passphrase"));
    std::fs::write(folder.join("passphrase"), &passphrase)?;
    Keyring::init(&keys_folder(&config), &passphrase, Environment::Test)?;
    let app = App::start_on_machine(config)?;
    let asked = Certification {
        body: BODY.parse()?,
        name_zh: "海宁市养老护理职业技能评价中心".to_owned(),
        name_en: "Haining Elderly Care Skill Assessment Centre".to_owned(),
        types: vec![CertificateType::Skill],
        from: huzheng::kernel::dates::shanghai_date(app.clock.now()),
        until: shanghai_date(app.clock.now()) + chrono::Days::new(365),
        daily_cap: None,
        place: KeyPlace::File,
    };
    ceremony::certify(&app.config, &app.keyring, app.clock.now(), &asked)?;
    app.keep_current();
    Ok(app)
}

/// Signs one certificate and puts it into the register.
fn certificate(app: &App) -> Result<(PublicCode, Vec<u8>), Failure> {
    let now = app.clock.now();
    let words = |zh: &str, en: &str| Words { zh: zh.to_owned(), en: en.to_owned() };
    let record = FrozenRecord {
        version: FrozenRecord::VERSION,
        kind: CertificateType::Skill,
        environment: Environment::Test,
        code: PublicCode::from_bytes(*b"0123456789abcdef"),
        number: "S000033001032265000042".parse()?,
        holder: "王桂兰".to_owned(),
        document_kind: DocumentKind::ResidentIdentityCard,
        occupation: Named::new(Occupation::ElderlyCareWorker, words("养老护理员", "Elderly care worker")),
        specialty: None,
        level: Named::new(SkillLevel::Five, words("五级/初级工", "Level 5")),
        body: Named::new(BODY.parse()?, words("评价中心", "Assessment centre")),
        issued_on: shanghai_date(now),
        expires_on: None,
        status: StatusPlace { list: 1, index: 42 },
        base: app.config.public_url(),
        criteria: words("各科合格", "Passed every part"),
        results: vec![PartResult { part: ExamPart::Theory, score: 82 }],
    };
    let payload = record.payload()?;
    let trust = app.trust.current();
    let certified = trust.list.issuing(&payload.body).ok_or("no issuing key")?;
    let cwt = issue(&payload, &*app.keyring.signer(certified)?, certified, now)?.cwt;
    // The person and the body are not looked at.
    let sql = format!(
        "PRAGMA foreign_keys = OFF;
         INSERT INTO certificates (id, code, number, person_id, body_id, occupation, specialty, level, holder, issued_on,
             record, cwt, proofs, key_id, status_list, status_index, state, state_since, upload_state, issued_at, changed_at, version)
         VALUES (zeroblob(16), x'{}', '{}', zeroblob(16), zeroblob(16), '4-10-01-05', 'general', '5', '{}', '{day}',
             '{}', x'{}', x'', '{}', 1, 42, 'valid', '{day}', 'pending', '{at}', '{at}', 1);
         PRAGMA foreign_keys = ON;",
        hex::encode(payload.code.bytes()),
        payload.number.as_str(),
        payload.holder,
        record.canonical()?,
        hex::encode(&cwt),
        certified.id,
        day = payload.issued_on,
        at = now.format("%Y-%m-%dT%H:%M:%S%.6fZ"),
    );
    app.database.read(|conn| conn.batch_execute(&sql).map_err(DbError::from))?;
    Ok((payload.code, cwt))
}

/// The check that a verification of `cwt` comes down to.
fn check_of(app: &App, cwt: &[u8]) -> Result<Check, Failure> {
    let envelope = Envelope::parse(cwt)?;
    let trust = app.trust.current();
    let key = trust.list.key(envelope.key).ok_or("an unknown key")?;
    Ok(Check {
        key: VerifyingKey::from_bytes(key.public_key.bytes())?,
        message: envelope.to_be_signed(),
        signature: Signature::from_bytes(envelope.signature()),
    })
}
