//! Work beside the requests: one thread that delivers the outbox and keeps what is in memory current.

pub mod mail;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::TimeDelta;

use crate::app::App;
use crate::http::problem::Problem;
use crate::kernel::context::Origin;
use crate::registry::outbox::{Claimed, MessageKind, store};

/// The running thread. Stops when told to, after the message in hand.
pub struct Background {
    stop: mpsc::Sender<()>,
    stopping: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Background {
    pub fn stop(self) {
        self.stopping.store(true, Ordering::SeqCst);
        let _ = self.stop.send(());
        if self.thread.join().is_err() {
            tracing::error!("the background thread had panicked");
        }
    }
}

const TICK: Duration = Duration::from_secs(1);

#[must_use]
pub fn start(app: &Arc<App>) -> Background {
    let (stop, stopped) = mpsc::channel();
    let stopping = Arc::new(AtomicBool::new(false));
    let (app, flag) = (Arc::clone(app), Arc::clone(&stopping));
    let thread = std::thread::spawn(move || {
        while !flag.load(Ordering::SeqCst) {
            if let Err(problem) = deliver_due(&app) {
                tracing::warn!(%problem, "the outbox waits");
            }
            if stopped.recv_timeout(TICK).is_ok() {
                break;
            }
        }
    });
    Background { stop, stopping, thread }
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
