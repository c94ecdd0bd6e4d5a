//! Racers in processes of their own: this test binary again, as a worker that reads moves from its input. One of them
//! may be killed (SIGKILL) in the middle of a race; another takes its place.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::moves::{Actors, Move, Racer, RacingActor};

const DESCRIPTION: &str = "HUZHENG_RACE";
/// What a worker's lines begin with, beside what the test runner prints.
const MARK: &str = "race:";

pub struct Workers {
    description: Value,
    all: Vec<Worker>,
    pub killed: u64,
    next: usize,
}

struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    fn start(description: &Value) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "subsidies::races::workers::worker", "--ignored", "--nocapture", "--quiet"])
            .env(DESCRIPTION, description.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a worker starts");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut worker = Self { child, input, output };
        assert_eq!(worker.line().as_deref(), Some("ready"));
        worker
    }

    /// The next line that it wrote to us; `None` where it is dead.
    fn line(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            match self.output.read_line(&mut line) {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
            if let Some((_, text)) = line.split_once(MARK) {
                return Some(text.trim_end().to_owned());
            }
        }
    }
}

impl Workers {
    pub fn start(description: Value, count: usize) -> Self {
        let all = (0..count).map(|_| Worker::start(&description)).collect();
        Self { description, all, killed: 0, next: 0 }
    }
}

impl Actors for Workers {
    fn act(&mut self, asked: &Move, actors: &[RacingActor], kill: Option<usize>) -> Vec<String> {
        let share = actors.len().div_ceil(self.all.len());
        for (worker, own) in self.all.iter_mut().zip(actors.chunks(share)) {
            let line = serde_json::to_string(&(asked, own)).expect("it is written");
            writeln!(worker.input, "{line}").expect("a worker that lives");
        }
        let busy = actors.len().div_ceil(share);
        let victim = kill.map(|after| {
            std::thread::sleep(Duration::from_millis(u64::try_from(after).expect("few")));
            self.next = (self.next + 1) % busy;
            self.all[self.next].child.kill().expect("it is killed");
            self.next
        });
        let mut outcomes = Vec::new();
        for (place, worker) in self.all.iter_mut().enumerate().take(busy) {
            match worker.line() {
                Some(text) => outcomes.extend(serde_json::from_str::<Vec<String>>(&text).expect("outcomes")),
                None => assert_eq!(victim, Some(place), "a worker died by itself"),
            }
        }
        if let Some(place) = victim {
            drop(self.all[place].child.wait());
            self.all[place] = Worker::start(&self.description);
            self.killed += 1;
        }
        outcomes
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for worker in &mut self.all {
            drop(worker.child.kill());
            drop(worker.child.wait());
        }
    }
}

/// Not a test: what a worker process runs. It ends with its input.
#[test]
#[ignore = "run by the races"]
fn worker() {
    let Ok(description) = std::env::var(DESCRIPTION) else { return };
    let mut racer = Racer::of(&serde_json::from_str(&description).expect("a description"), 12);
    println!("{MARK}ready");
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let (asked, actors): (Move, Vec<RacingActor>) = serde_json::from_str(&line).expect("a move");
        let outcomes = racer.act(&asked, &actors, None);
        println!("{MARK}{}", serde_json::to_string(&outcomes).expect("it is written"));
    }
}
