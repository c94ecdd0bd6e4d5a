//! What racers do, each in a transaction of its own, all at the same moment.

use std::path::PathBuf;
use std::sync::{Arc, Barrier};

use huzheng::app::clock::MachineRandom;
use huzheng::app::keyring::Keyring;
use huzheng::db::{Database, DatabaseUrl, DbError};
use huzheng::kernel::codes::Code;
use huzheng::kernel::context::{Actor, Context, Origin, Role, uuid_at};
use huzheng::kernel::dates::Timestamp;
use huzheng::kernel::ids::{AccountId, ClaimId, OrganisationId, PaymentBatchId, PersonId, RequestId};
use huzheng::kernel::invalid::Invalid;
use huzheng::proof::payload::Environment;
use huzheng::registry::people::sealing::Sealer;
use huzheng::registry::schemes::facts::Facts;
use huzheng::registry::schemes::{Assessment, Beneficiary};
use huzheng::registry::subsidies::error::Error;
use huzheng::registry::subsidies::service::{self, Decision};
use huzheng::registry::subsidies::{BatchCall, Frozen, NewClaim, Reason, Review, batch};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

pub const SCHEME: &str = "race";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RacingActor {
    pub account: AccountId,
    pub role: String,
    pub organisation: OrganisationId,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Move {
    Submit { person: PersonId, assessment: Assessment },
    Approve { claim: ClaimId },
    Open { claim: ClaimId },
    Confirm { batch: PaymentBatchId },
    Settle { batch: PaymentBatchId, files: [String; 2] },
}

impl Move {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submit { .. } => "submit",
            Self::Approve { .. } => "approve",
            Self::Open { .. } => "open",
            Self::Confirm { .. } => "confirm",
            Self::Settle { .. } => "settle",
        }
    }
}

/// Whoever lets many actors make a move at once: an outcome for each who lived to tell. `kill` is a number of
/// milliseconds after which somebody dies, where somebody can.
pub trait Actors {
    fn act(&mut self, asked: &Move, actors: &[RacingActor], kill: Option<usize>) -> Vec<String>;
}

/// Everything a move needs, in this process.
pub struct Racer {
    database: Database,
    sealer: Sealer,
    now: Timestamp,
}

impl Racer {
    /// `most` actors at once.
    pub fn of(description: &Value, most: u32) -> Self {
        let text = |name: &str| description[name].as_str().expect("a description").to_owned();
        let url: DatabaseUrl = text("database").parse().expect("an address");
        let keys = PathBuf::from(text("data")).join("keys");
        let passphrase = Zeroizing::new(b"a passphrase for tests".to_vec());
        let keyring = Keyring::open(&keys, passphrase, Environment::Test).expect("keys");
        Self {
            database: Database::open(&url, most).expect("the database opens"),
            sealer: Sealer::new(&keyring.personal_data).expect("a sealer"),
            now: text("now").parse().expect("a time"),
        }
    }

    fn context(&self, actor: &Actor) -> Context {
        Context {
            now: self.now,
            actor: Some(actor.clone()),
            request: RequestId::from_uuid(uuid_at(self.now, &MachineRandom)),
            origin: Origin::CommandLine,
            random: Arc::new(MachineRandom),
        }
    }

    fn take(&self, asked: &Move, who: &RacingActor, place: usize) -> Result<(), Error> {
        let actor = Actor {
            account: who.account,
            name: "racer".to_owned(),
            role: Role::from_code(&who.role).expect("a role"),
            organisation: Some(who.organisation),
            area: None,
            person: None,
        };
        let context = self.context(&actor);
        match asked {
            Move::Submit { person, assessment } => {
                let new = new_claim(*person, assessment, who.organisation);
                self.database.write(|tx| service::claim_submit(tx, &context, &actor, &new)).map(drop)
            }
            Move::Approve { claim } => {
                let seen = self.database.read(|conn| service::claim(conn, &actor, *claim))?;
                let reason = Reason("齐全".to_owned());
                let decision =
                    Decision { actor: &actor, claim: *claim, version: seen.version, reason: &reason };
                let approved = self
                    .database
                    .write(|tx| service::claim_approve(tx, &context, &decision, |_, _, _| Ok(true)));
                approved.map(drop)
            }
            Move::Open { claim } => {
                let call = BatchCall { scheme: None, claims: vec![*claim] };
                self.database.write(|tx| batch::batch_open(tx, &context, &actor, &call)).map(drop)
            }
            Move::Confirm { batch: id } => {
                let seen = self.database.read(|conn| batch::batch(conn, *id))?;
                self.database
                    .write(|tx| batch::batch_confirm(tx, &context, &actor, (*id, seen.version)))
                    .map(drop)
            }
            Move::Settle { batch: id, files } => {
                let seen = self.database.read(|conn| batch::batch(conn, *id))?;
                let file = files[place % 2].as_bytes();
                let imported = self
                    .database
                    .write(|tx| batch::results_import(tx, &context, &self.sealer, (*id, seen.version), file));
                imported.map(drop)
            }
        }
    }
}

impl Actors for Racer {
    fn act(&mut self, asked: &Move, actors: &[RacingActor], _: Option<usize>) -> Vec<String> {
        let start = Barrier::new(actors.len());
        std::thread::scope(|scope| {
            let racing: Vec<_> = actors
                .iter()
                .enumerate()
                .map(|(place, who)| {
                    let (racer, start) = (&*self, &start);
                    scope.spawn(move || {
                        start.wait();
                        outcome(racer.take(asked, who, place))
                    })
                })
                .collect();
            racing.into_iter().map(|one| one.join().expect("a racer comes back")).collect()
        })
    }
}

/// `done`, why it was refused, or a fault that nobody may meet.
fn outcome(result: Result<(), Error>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(Error::Invalid(Invalid(errors))) => errors[0].code.to_owned(),
        Err(Error::Stale) => "stale".to_owned(),
        Err(Error::NotAllowed(why)) => why.code().to_owned(),
        Err(Error::Refused(why)) => why.code().to_owned(),
        Err(Error::Database(DbError::Duplicate(_))) => "two-at-once".to_owned(),
        Err(other) => {
            let mut text = format!("fault: {other}");
            let mut source = std::error::Error::source(&other);
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            text
        }
    }
}

fn new_claim(person: PersonId, assessment: &Assessment, applicant: OrganisationId) -> NewClaim {
    NewClaim {
        beneficiary: Beneficiary::Person(person),
        frozen: Frozen { facts: Facts::new(assessment.on), assessment: assessment.clone() },
        applicant: Some(applicant),
        area: "330481".parse().expect("an area"),
        review: Review {
            town: false,
            two_persons: true,
            notice_days: 0,
            apply_by: None,
            approve_by: None,
            appeal_days: 0,
        },
    }
}
