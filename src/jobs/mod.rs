//! Work beside the requests: a thread that delivers the outbox, and one that keeps what is in memory current.

pub mod mail;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::TimeDelta;

use crate::app::App;
use crate::flows;
use crate::http::problem::Problem;
use crate::kernel::context::Origin;
use crate::registry::outbox::{Claimed, MessageKind, store};
use crate::registry::subsidies;

/// The running threads. They stop when told to, after the work in hand.
pub struct Background {
    stopping: Arc<AtomicBool>,
    threads: Vec<(mpsc::Sender<()>, JoinHandle<()>)>,
}

impl Background {
    pub fn stop(self) {
        self.stopping.store(true, Ordering::SeqCst);
        for (stop, thread) in self.threads {
            let _ = stop.send(());
            if thread.join().is_err() {
                tracing::error!("a background thread had panicked");
            }
        }
    }
}

/// How long a mail may wait.
const MAIL_TICK: Duration = Duration::from_secs(1);
/// How long a change made by another process may go unseen.
const STATUS_TICK: Duration = Duration::from_secs(2);

/// How long a certificate near its end may go untold.
const EXPIRY_TICK: Duration = Duration::from_mins(1);

/// How long a claim may wait whose public notice has ended.
const NOTICE_TICK: Duration = Duration::from_mins(1);
/// Claims of one transaction.
const NOTICES_AT_ONCE: i64 = 500;

#[must_use]
pub fn start(app: &Arc<App>) -> Background {
    let stopping = Arc::new(AtomicBool::new(false));
    let deliver = |app: &App| {
        if let Err(problem) = deliver_due(app) {
            tracing::warn!(%problem, "the outbox waits");
        }
    };
    // A mail server that hangs must not make the status go stale: a thread for each.
    let threads = vec![
        every(MAIL_TICK, app, &stopping, deliver),
        every(STATUS_TICK, app, &stopping, App::keep_current),
        every(EXPIRY_TICK, app, &stopping, tell_expiring),
        every(NOTICE_TICK, app, &stopping, end_notices),
    ];
    Background { stopping, threads }
}

fn every(
    tick: Duration,
    app: &Arc<App>,
    stopping: &Arc<AtomicBool>,
    work: impl Fn(&App) + Send + 'static,
) -> (mpsc::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = mpsc::channel();
    let (app, stopping) = (Arc::clone(app), Arc::clone(stopping));
    let thread = std::thread::spawn(move || {
        while !stopping.load(Ordering::SeqCst) {
            work(&app);
            if stopped.recv_timeout(tick).is_ok() {
                break;
            }
        }
    });
    (stop, thread)
}

fn tell_expiring(app: &App) {
    if let Err(problem) = certificates_expiring(app) {
        tracing::warn!(%problem, "holders wait to be told that their certificates end");
    }
}

/// Tells of certificates that end soon; of how many.
pub fn certificates_expiring(app: &App) -> Result<usize, Problem> {
    let context = app.context(None, Origin::Job("expiry"));
    Ok(flows::certificate_expiry::certificates_expiring(&app.desk(), &context)?)
}

fn end_notices(app: &App) {
    if let Err(problem) = notices_end(app) {
        tracing::warn!(%problem, "claims wait for the end of their notice");
    }
}

/// Hands claims whose public notice has ended to finance; how many.
pub fn notices_end(app: &App) -> Result<usize, Problem> {
    let context = app.context(None, Origin::Job("notices"));
    let mut ended = 0;
    loop {
        let some = app
            .database
            .write(|tx| Ok::<_, Problem>(subsidies::service::notices_end(tx, &context, NOTICES_AT_ONCE)?))?;
        ended += some;
        if some == 0 {
            return Ok(ended);
        }
    }
}

/// Delivers what is due, one claim of messages at a time; how many went out.
pub fn deliver_due(app: &App) -> Result<usize, Problem> {
    let lease = TimeDelta::minutes(2);
    let mut delivered = 0;
    loop {
        let now = app.clock.now();
        let claimed = app.database.write(|tx| Ok::<_, Problem>(store::claim(tx, now, 20, lease)?))?;
        if claimed.is_empty() {
            return Ok(delivered);
        }
        for message in &claimed {
            let result = deliver(app, message);
            let now = app.context(None, Origin::Job("outbox")).now;
            app.database.write(|tx| {
                match &result {
                    Ok(()) => store::finish(tx, now, message.id)?,
                    Err(error) => store::put_back(tx, now, message, error)?,
                }
                Ok::<_, Problem>(())
            })?;
            delivered += usize::from(result.is_ok());
        }
    }
}

fn deliver(app: &App, message: &Claimed) -> Result<(), String> {
    match message.kind {
        MessageKind::Mail => mail::send(app, message),
    }
}
