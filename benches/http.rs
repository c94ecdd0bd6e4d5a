//! What the registry's server costs beyond a signature check: `POST /api/v1/verifications` and `GET /v/{code}` as
//! JSON, each as a ratio of throughput to a bare actix handler that makes one Ed25519 check. Both servers run with
//! one worker in this process and are asked the same bytes in turns, over connections that stay open on the loopback.
//! `cargo bench --bench http`; it fails below the floor that the project promises.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the suite's support is shared with its tests"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Instant;

use actix_web::dev::Server;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use huzheng::app::App;
use huzheng::proof::cose::Envelope;
use huzheng::proof::fragment;
use support::databases::Kind;
use support::passed::{certify, passed};
use support::world::World;

const FLOOR: f64 = 0.7;
/// Many short turns, so that other work on the machine falls on both alike.
const ROUNDS: usize = 200;
const CONNECTIONS: usize = 8;
/// By each connection in a turn.
const CALLS: usize = 25;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let world = World::new(Kind::Sqlite);
    certify(&world, None);
    let asked = serde_json::json!({ "application_id": passed(&world, 1) });
    let made = world.post("assessor", "/api/v1/certificates", asked).expect(201);
    let content = made["qr_content"].as_str().ok_or("no content: the log has not published it")?;
    let registry: SocketAddr = content
        .strip_prefix("http://")
        .and_then(|rest| rest.split('/').next())
        .ok_or("no address")?
        .parse()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let bare = listener.local_addr()?;
    let check = check_of(&world.app, content)?;
    start(move || bare_server(check, listener))?;

    let code = made["code"].as_str().ok_or("no code")?;
    let post = post(&serde_json::json!({ "content": content }).to_string());
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

/// The check that a verification of `content` comes down to.
fn check_of(app: &App, content: &str) -> Result<Check, Failure> {
    let digits = content.split_once('#').ok_or("no fragment")?.1;
    let cwt = fragment::decode(digits).ok_or("no digits")?;
    let envelope = Envelope::parse(&cwt)?;
    let trust = app.trust.current();
    let key = trust.list.key(envelope.key).ok_or("an unknown key")?;
    Ok(Check {
        key: VerifyingKey::from_bytes(key.public_key.bytes())?,
        message: envelope.to_be_signed(),
        signature: Signature::from_bytes(envelope.signature()),
    })
}
