//! Mail through the outbox, to files and to a real SMTP server.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use huzheng::http::problem::Problem;
use huzheng::jobs;
use huzheng::kernel::context::Origin;
use huzheng::registry::outbox::{Mail, store};
use serde_json::json;

use crate::support::databases::Kind;
use crate::support::{World, on_both};

fn put(world: &World, key: &str) {
    let context = world.app.context(None, Origin::CommandLine);
    let data = json!({
        "name": "李<芳>", "number": "S000033990001265000042", "level": "5", "change": "issue", "old": "S000033990001265000042",
        "date": "2026-11-21", "on": "2026-11-21", "address": "http://127.0.0.1/v/x",
    });
    let mail = Mail { to: "holder@example.org".to_owned(), template: "certificate".to_owned(), data };
    world
        .app
        .database
        .write(|tx| Ok::<_, Problem>(store::mail(tx, &context, key, &mail)?))
        .expect("the mail is put into the outbox");
}

#[test]
fn a_mail_is_delivered_once_and_in_both_languages() {
    on_both(|world| {
        put(world, "one");
        put(world, "one");
        assert_eq!(jobs::deliver_due(&world.app).expect("delivered"), 1);
        assert_eq!(jobs::deliver_due(&world.app).expect("nothing left"), 0);
        let folder = world.folder().join("mail");
        let files: Vec<_> = std::fs::read_dir(folder).expect("a folder").collect();
        assert_eq!(files.len(), 1);
    });
}

/// aiosmtpd from its Debian package, keeping what it gets in a maildir.
struct SmtpServer {
    process: Child,
    port: u16,
}

impl SmtpServer {
    fn start(maildir: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        let process = Command::new("/usr/bin/python3")
            .args(["-m", "aiosmtpd", "--nosetuid", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--class", "aiosmtpd.handlers.Mailbox"])
            .arg(maildir)
            .stderr(Stdio::null())
            .spawn()
            .expect("python3-aiosmtpd is installed: `make setup` does it");
        let server = Self { process, port };
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the SMTP server did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
fn a_real_server_gets_the_mail_and_a_silent_one_is_tried_again() {
    let maildir = tempfile::tempdir().expect("a folder");
    let mailbox = maildir.path().join("box");
    let server = SmtpServer::start(&mailbox);
    let world = World::with(Kind::Sqlite, |config| {
        config.smtp_url = Some(format!("smtp://127.0.0.1:{}", server.port));
    });
    put(&world, "one");
    assert_eq!(jobs::deliver_due(&world.app).expect("delivered"), 1);
    let new: Vec<_> = std::fs::read_dir(mailbox.join("new")).expect("a maildir").collect();
    assert_eq!(new.len(), 1);
    let text = std::fs::read_to_string(new[0].as_ref().expect("an entry").path()).expect("a mail");
    assert!(text.contains("holder@example.org"));

    drop(server);
    put(&world, "two");
    assert_eq!(jobs::deliver_due(&world.app).expect("put back"), 0);
    let context = world.app.context(None, Origin::CommandLine);
    let waiting = world.app.database.write(|tx| {
        Ok::<_, Problem>(store::claim(
            tx,
            context.now + chrono::TimeDelta::hours(1),
            10,
            chrono::TimeDelta::minutes(1),
        )?)
    });
    assert_eq!(waiting.expect("claimed").len(), 1, "the mail waits for its next try");
}
