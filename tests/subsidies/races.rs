//! Races: 2 to 32 actors at once submit, approve, put into a batch, confirm and settle one obligation, and it is paid
//! once. The short form runs in this process; the long form (`make races`) in other processes that are killed at any
//! moment, until 10,000 obligations were paid on each database.

mod moves;
mod workers;

use std::path::PathBuf;
use std::sync::Mutex;

use diesel::prelude::*;
use huzheng::db::schema::{claims, payments};
use huzheng::db::{Database, DatabaseUrl};
use huzheng::http::problem::Problem;
use huzheng::kernel::codes::Code;
use huzheng::kernel::context::{Context, Origin, Role};
use huzheng::kernel::ids::{AccountId, ClaimId, OrganisationId, PaymentBatchId, PersonId};
use huzheng::kernel::money::Fen;
use huzheng::registry::accounts::NewAccount;
use huzheng::registry::ledger::NewBudget;
use huzheng::registry::people::RawPerson;
use huzheng::registry::schemes::{Assessment, Beneficiary, Obligation};
use huzheng::registry::subsidies::rules::state::StateCode;
use huzheng::registry::subsidies::{
    BatchState, NewBankAccount, PaymentResult, PaymentState, batch, claim_store, payee, payment_file,
    payment_store, service,
};
use huzheng::registry::{accounts, ledger, people};
use serde_json::{Value, json};

use crate::support::World;
use crate::support::databases::Kind;
use crate::support::people::{identity_number, name};
use moves::{Actors, Move, Racer, RacingActor, SCHEME};
use workers::Workers;

/// Actors of one race at most.
const MOST_ACTORS: usize = 32;
/// How often a move is tried again where whoever made it was killed.
const TRIES: usize = 50;

/// Numbers that look random, the same for the same race.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

/// A registry with one beneficiary, many officials, and the racers.
struct Course {
    world: World,
    database: Database,
    person: PersonId,
    applicants: Vec<RacingActor>,
    bureau: Vec<RacingActor>,
    finance: Vec<RacingActor>,
    paid: i64,
    races: u32,
    tally: std::collections::BTreeMap<String, u64>,
}

impl Course {
    fn new(kind: Kind) -> Self {
        let world = World::new(kind);
        let url: DatabaseUrl =
            world.app.config.database_url.as_deref().expect("an address").parse().expect("an address");
        let database = Database::open(&url, 2).expect("the database opens");
        let context = world.app.context(None, Origin::CommandLine);
        let (person, [applicants, bureau, finance]) = database
            .write(|tx| {
                let budget = NewBudget {
                    scheme: SCHEME.to_owned(),
                    year: 2026,
                    amount: Fen::new(1_000_000_000_000),
                    document: "测试".to_owned(),
                };
                ledger::service::budget_set(tx, &context, &budget)?;
                let app = &world.app;
                let raw = beneficiary();
                let person = people::service::person_register(
                    tx,
                    &context,
                    &app.sealer,
                    app.identity_regions(),
                    &raw,
                )?;
                let own = |name: &str| world.organisations[name];
                let kinds = [
                    (Role::Institution, [own("institution"), own("institution2")]),
                    (Role::Bureau, [own("bureau"); 2]),
                    (Role::Finance, [own("finance"); 2]),
                ];
                let mut made = [Vec::new(), Vec::new(), Vec::new()];
                for (all, (role, organisations)) in made.iter_mut().zip(kinds) {
                    for n in 0..MOST_ACTORS {
                        let organisation = organisations[n % 2];
                        let id = official(tx, &context, role, organisation, n)?;
                        all.push(RacingActor { account: id, role: role.code().to_owned(), organisation });
                    }
                }
                Ok::<_, Problem>((person.id, made))
            })
            .expect("the course is laid out");
        let course = Self {
            world,
            database,
            person,
            applicants,
            bureau,
            finance,
            paid: 0,
            races: 0,
            tally: std::collections::BTreeMap::new(),
        };
        course.correct_account(0);
        course
    }

    /// What a process needs to take part.
    fn description(&self) -> Value {
        json!({
            "database": self.world.app.config.database_url,
            "data": self.world.folder(),
            "now": self.world.app.clock.now().to_rfc3339(),
        })
    }

    /// The beneficiary's account, again or for the first time.
    fn correct_account(&self, n: usize) {
        let context = self.world.app.context(None, Origin::CommandLine);
        let new = NewBankAccount {
            holder: name(1),
            bank: "中国农业银行海宁支行".to_owned(),
            number: format!("62284800{n:011}"),
        };
        let who = (Beneficiary::Person(self.person), name(1));
        self.database
            .write(|tx| {
                let who = (who.0, who.1.as_str());
                Ok::<_, Problem>(payee::account_record(tx, &context, &self.world.app.sealer, who, &new)?)
            })
            .expect("an account");
    }

    /// One obligation from its submission to its payment; every move of it is a race.
    fn race(&mut self, number: u32, racers: &mut impl Actors) {
        let mut dice = Dice(u64::from(number) + 1);
        let amount = 100 + i64::from(number % 900);
        let part = format!("event-{number}");
        let claim = self.submitted(&mut dice, racers, &part, amount);
        let bureau = self.bureau.clone();
        self.until(racers, &mut dice, &bureau, &Move::Approve { claim }, |course| {
            course.state(claim) == StateCode::ForFinance
        });
        let mut corrected = 0;
        while self.state(claim) != StateCode::Paid {
            self.paid_by_a_batch(&mut dice, racers, claim);
            if self.state(claim) != StateCode::Paid {
                corrected += 1;
                self.correct_account(usize::try_from(number).expect("a number") * 10 + corrected);
            }
        }
        self.paid += amount;
        self.races += 1;
        self.check(claim, &part);
    }

    fn submitted(&mut self, dice: &mut Dice, racers: &mut impl Actors, part: &str, amount: i64) -> ClaimId {
        let assessment: Assessment = serde_json::from_value(json!({
            "scheme": SCHEME, "version": 1, "on": "2026-11-21", "part": part, "outcome": "due", "amount": amount,
            "conditions": [],
        }))
        .expect("an assessment");
        let applicants = self.applicants.clone();
        let asked = Move::Submit { person: self.person, assessment };
        self.until(racers, dice, &applicants, &asked, |course| course.live(part).is_some());
        self.live(part).expect("a claim")
    }

    fn paid_by_a_batch(&mut self, dice: &mut Dice, racers: &mut impl Actors, claim: ClaimId) {
        let finance = self.finance.clone();
        self.until(racers, dice, &finance, &Move::Open { claim }, |course| {
            course.state(claim) == StateCode::InBatch
        });
        let batch = self.open_batch(claim);
        self.until(racers, dice, &finance, &Move::Confirm { batch }, |course| {
            course.batch_state(batch) == BatchState::Confirmed
        });
        // Two files that say different things: one of them counts.
        let roll = dice.roll(10);
        let result = [PaymentResult::Failed, PaymentResult::Returned, PaymentResult::Paid][roll.min(2)];
        let files = [self.result_file(batch, result), self.result_file(batch, PaymentResult::Paid)];
        self.until(racers, dice, &finance, &Move::Settle { batch, files }, |course| {
            course.batch_state(batch) == BatchState::Settled
        });
    }

    /// Lets a random number of actors make a move at once, again while it is not done because somebody was killed.
    fn until(
        &mut self,
        racers: &mut impl Actors,
        dice: &mut Dice,
        all: &[RacingActor],
        asked: &Move,
        done: impl Fn(&Self) -> bool,
    ) {
        for _ in 0..TRIES {
            let count = 2 + dice.roll(MOST_ACTORS - 1);
            let first = dice.roll(MOST_ACTORS);
            let chosen: Vec<_> = all.iter().cycle().skip(first).take(count).cloned().collect();
            let kill = dice.roll(12) == 0;
            for outcome in racers.act(asked, &chosen, kill.then(|| dice.roll(40))) {
                assert!(!outcome.starts_with("fault"), "{}: {outcome}", asked.name());
                *self.tally.entry(format!("{} {outcome}", asked.name())).or_default() += 1;
            }
            if done(self) {
                return;
            }
        }
        panic!("{} was not done in {TRIES} tries", asked.name());
    }

    fn live(&self, part: &str) -> Option<ClaimId> {
        let obligation = Obligation {
            scheme: SCHEME.to_owned(),
            beneficiary: Beneficiary::Person(self.person),
            part: part.parse().expect("a part"),
        };
        let found = self.database.read(|conn| Ok::<_, Problem>(claim_store::find_live(conn, &obligation)?));
        found.expect("read").map(|claim| claim.id)
    }

    fn state(&self, claim: ClaimId) -> StateCode {
        let found = self.database.read(|conn| Ok::<_, Problem>(claim_store::find(conn, claim)?));
        found.expect("read").expect("the claim").state.code()
    }

    fn batch_state(&self, id: PaymentBatchId) -> BatchState {
        self.database.read(|conn| Ok::<_, Problem>(batch::batch(conn, id)?)).expect("read").state
    }

    fn open_batch(&self, claim: ClaimId) -> PaymentBatchId {
        let found = self.database.read(|conn| Ok::<_, Problem>(payment_store::of_claim(conn, claim)?));
        let found = found.expect("read");
        found.iter().find(|payment| payment.state == PaymentState::Open).expect("an open payment").batch
    }

    fn result_file(&self, id: PaymentBatchId, result: PaymentResult) -> String {
        let (number, lines) = self
            .database
            .read(|conn| {
                let number = batch::batch(conn, id)?.number;
                Ok::<_, Problem>((number, batch::lines(conn, &self.world.app.sealer, id)?))
            })
            .expect("read");
        let said: Vec<_> = lines.into_iter().map(|line| (line, result, "说明".to_owned())).collect();
        String::from_utf8(payment_file::write_results(&number, &said).expect("written")).expect("text")
    }

    /// One live claim, one payment that was paid, and the budget holds exactly what it should.
    fn check(&self, claim: ClaimId, part: &str) {
        let (live, paid, line) = self
            .database
            .read(|conn| {
                let live: i64 = claims::table
                    .filter(claims::part.eq(part))
                    .filter(claims::state.eq("paid"))
                    .count()
                    .get_result(conn)
                    .expect("counted");
                let paid: i64 = payments::table
                    .filter(payments::claim_id.eq(claim))
                    .filter(payments::state.eq_any(vec!["paid", "open"]))
                    .count()
                    .get_result(conn)
                    .expect("counted");
                Ok::<_, Problem>((live, paid, ledger::store::find_of(conn, SCHEME, 2026)?))
            })
            .expect("read");
        assert_eq!((live, paid), (1, 1), "{part}");
        let balances = line.expect("the budget").balances;
        assert_eq!((balances.paid, balances.committed), (Fen::new(self.paid), Fen::ZERO), "{part}");
    }

    /// The books in full.
    fn check_books(&self) {
        let (differences, twice) = self
            .database
            .read(|conn| Ok::<_, Problem>((service::balance(conn)?, payment_store::paid_twice(conn)?.len())))
            .expect("read");
        assert_eq!((differences, twice), (Vec::new(), 0));
    }
}

fn beneficiary() -> RawPerson {
    RawPerson {
        document_kind: huzheng::kernel::identity::DocumentKind::ResidentIdentityCard,
        document_number: identity_number(1),
        name: name(1),
        gender: None,
        birth_date: None,
        education: None,
        phone: None,
        email: None,
        home_area: None,
    }
}

fn official(
    tx: &mut huzheng::db::Tx,
    context: &Context,
    role: Role,
    organisation: OrganisationId,
    n: usize,
) -> Result<AccountId, Problem> {
    let new = NewAccount {
        username: format!("{}-racer-{n}", role.code()),
        password: String::new(),
        role,
        name: format!("racer {n}"),
        organisation: Some(organisation),
        area: None,
        person: None,
        email: None,
    };
    Ok(accounts::store::insert(tx, context, &new, "none")?)
}

/// The short form: in this process, nobody is killed.
#[test]
fn one_obligation_is_paid_once_however_many_try() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let mut course = Course::new(kind);
        let mut racers = Racer::of(&course.description(), 33);
        for number in 0..12 {
            course.race(number, &mut racers);
        }
        course.check_books();
        // Every move was raced for: many lost, one won.
        let won = |name: &str| course.tally.get(&format!("{name} done")).copied().unwrap_or(0);
        assert_eq!(won("submit"), 12);
        assert_eq!(won("approve"), 24, "two persons each");
        assert_eq!(won("open"), won("settle"));
        assert!(course.tally.values().sum::<u64>() > 600, "{:?}", course.tally);
    }
}

/// Obligations of one database in the long form.
const LONG: u32 = 10_000;
/// After so many a fresh registry is laid out, and how far it came is written down.
const LEG: u32 = 100;
/// Legs that run at once, each on a registry of its own: racers wait for one another more than they work.
const LANES: usize = 6;

/// The long form: it goes on where it was stopped. `HUZHENG_RACES` runs fewer.
#[test]
#[ignore = "half an hour: `make races`"]
fn ten_thousand_obligations_are_paid_once_while_processes_are_killed() {
    let wanted = std::env::var("HUZHENG_RACES").ok().and_then(|text| text.parse().ok()).unwrap_or(LONG);
    for (kind, label) in [(Kind::Sqlite, "sqlite"), (Kind::Postgres, "postgres")] {
        let progress = Mutex::new(Progress::read(label));
        let first = progress.lock().expect("no lane failed").races();
        let legs = Mutex::new((first..wanted).step_by(LEG as usize));
        std::thread::scope(|scope| {
            for _ in 0..LANES {
                scope.spawn(|| {
                    loop {
                        let Some(start) = legs.lock().expect("no lane failed").next() else { return };
                        let ended = leg(kind, start..(start + LEG).min(wanted));
                        progress.lock().expect("no lane failed").add(&ended);
                    }
                });
            }
        });
        println!("{label}: {}", progress.into_inner().expect("no lane failed").sums);
    }
}

/// What a leg came to, its books in order.
fn leg(kind: Kind, numbers: std::ops::Range<u32>) -> Value {
    let mut course = Course::new(kind);
    let mut workers = Workers::start(course.description(), 3);
    for number in numbers {
        course.race(number, &mut workers);
    }
    course.check_books();
    json!({ "races": course.races, "killed": workers.killed, "moves": course.tally })
}

/// Sums over the legs that ended, kept in a file beside what was built.
struct Progress {
    file: PathBuf,
    sums: Value,
}

impl Progress {
    fn read(label: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/races");
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join(format!("{label}.json"));
        let sums = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { file, sums: sums.unwrap_or_else(|| json!({ "races": 0, "killed": 0, "moves": {} })) }
    }

    fn races(&self) -> u32 {
        self.sums["races"].as_u64().and_then(|races| races.try_into().ok()).expect("a count")
    }

    fn add(&mut self, ended: &Value) {
        let sum =
            |before: &Value, more: &Value| json!(before.as_u64().unwrap_or(0) + more.as_u64().unwrap_or(0));
        for name in ["races", "killed"] {
            self.sums[name] = sum(&self.sums[name], &ended[name]);
        }
        for (outcome, count) in ended["moves"].as_object().expect("outcomes") {
            self.sums["moves"][outcome] = sum(&self.sums["moves"][outcome], count);
        }
        std::fs::write(&self.file, self.sums.to_string()).expect("written");
    }
}
