//! Enters the exams: announced, applied for, decided, scored by one person and confirmed by another, published.

use chrono::NaiveDate;

use crate::db::Tx;
use crate::flows::application_submit::{Basis, application_submit};
use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::skills::{Candidate, Fate, Sitting, Stage};
use crate::flows::demo::staff::Worker;
use crate::flows::demo::{Books, LoadError};
use crate::kernel::calendar::WorkingDays;
use crate::kernel::context::{Actor, Context};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{ApplicationId, ExamSessionId};
use crate::kernel::skill::{ExamPart, Occupation, SkillLevel, Specialty};
use crate::kernel::vocabulary::Declaration;
use crate::registry::exams::service::{scores_confirm, scores_enter, session_create, session_publish};
use crate::registry::exams::{
    Applicant, Confirmation, Decision, Declared, NewApplication, NewSession, Notice, Part, Place, ScoreEntry,
    store,
};
use crate::seeds::Rules;

/// What all exams have in common.
pub struct Exams<'a, 'b> {
    pub books: &'a Books<'b>,
    pub rules: &'a Rules,
    pub days: WorkingDays,
    pub workers: &'a [Worker],
    pub dice: &'a Dice<'a>,
}

/// A sitting as it was entered.
pub struct Entered {
    pub session: ExamSessionId,
    pub notice: Option<Notice>,
    /// The admitted candidates, in the order of their admission numbers.
    pub admitted: Vec<(ApplicationId, Candidate)>,
}

/// Two people of each body: who enters and who confirms.
const BODIES: [(&str, &str); 2] = [("assessor", "assessor2"), ("assessor3", "assessor4")];
const PLACES: [&str; 2] = ["嘉技评价中心二号考场", "衡准评价社标准化考场"];

impl Exams<'_, '_> {
    /// The account that runs a sitting, and the one that confirms.
    pub fn people(&self, sitting: &Sitting) -> Result<(Actor, Actor), LoadError> {
        let (first, second) = BODIES[sitting.body];
        Ok((self.books.actor(first)?, self.books.actor(second)?))
    }

    pub fn enter(&self, tx: &mut Tx, sitting: &Sitting) -> Result<Entered, LoadError> {
        let (first, second) = self.people(sitting)?;
        let new = NewSession {
            occupation: Occupation::ElderlyCareWorker,
            specialty: Specialty::General,
            level: sitting.level,
            area: None,
            place: PLACES[sitting.body].to_owned(),
            registration_closes_on: sitting.closes_on,
            held_on: sitting.held_on,
            capacity: 40,
        };
        let announced = self.at(sitting.opens_on, 570, &first);
        let standard = &self.books.office.desk.seeds.standard;
        let session = session_create(tx, &announced, &first, standard, self.rules, &new)?;
        let admitted = self.apply(tx, sitting, session, &first)?;
        let mut entered = Entered { session, notice: None, admitted };
        if sitting.stage < Stage::Entered {
            return Ok(entered);
        }
        self.score(tx, sitting, &entered, &first, Attempt::First)?;
        if sitting.stage == Stage::Entered {
            return Ok(entered);
        }
        let confirmed = self.at(shifted(sitting.held_on, 4), 830, &second);
        scores_confirm(tx, &confirmed, &second, session, None, &Confirmation::All)?;
        let (Stage::Noticed(from) | Stage::Issued(from)) = sitting.stage else { return Ok(entered) };
        let published = self.at(from, 600, &first);
        entered.notice = Some(session_publish(tx, &published, &first, session, self.rules, &self.days)?);
        if matches!(sitting.stage, Stage::Issued(_)) {
            self.score(tx, sitting, &entered, &first, Attempt::Resit)?;
            let confirmed = self.at(shifted(sitting.held_on, 23), 830, &second);
            if entered.admitted.iter().any(|(_, candidate)| candidate.fate == Fate::Fails) {
                scores_confirm(tx, &confirmed, &second, session, None, &Confirmation::All)?;
            }
        }
        Ok(entered)
    }

    /// All candidates apply while the registration is open, at the latest this morning.
    fn apply(
        &self,
        tx: &mut Tx,
        sitting: &Sitting,
        session: ExamSessionId,
        body: &Actor,
    ) -> Result<Vec<(ApplicationId, Candidate)>, LoadError> {
        let office = self.books.office;
        let basis = Basis {
            seeds: office.desk.seeds,
            area: office.desk.area,
            sealer: office.sealer,
            regions: office.regions,
        };
        let until = sitting.closes_on.min(self.books.calendar.today);
        let span = (until - sitting.opens_on).num_days().max(1);
        let mut admitted = Vec::new();
        for (place, candidate) in (0i64..).zip(&sitting.candidates) {
            let count = i64::try_from(sitting.candidates.len()).unwrap_or(1).max(1);
            let on = shifted(sitting.opens_on, place * span / count);
            let actor = self.sender(candidate, place).unwrap_or_else(|| body.clone());
            let context = self.at(on, 575 + place, &actor);
            let new = self.application(sitting.level, candidate);
            let made = application_submit(tx, &context, &actor, basis, session, &new)?;
            let expected =
                if candidate.fate == Fate::TooEarly { Decision::NotEligible } else { Decision::Eligible };
            if made.decision != expected {
                return Err(LoadError::Incomplete("exam applications"));
            }
            if made.decision == Decision::Eligible {
                admitted.push((made.id, *candidate));
            }
        }
        Ok(admitted)
    }

    /// The institution sends its own staff, the first school every fourth of the others; the body takes the rest.
    fn sender(&self, candidate: &Candidate, place: i64) -> Option<Actor> {
        let institution = self.books.accounts.get("institution")?;
        let employer = self.workers[candidate.who].employer().map(|at| self.books.institutions[at]);
        if institution.organisation == employer {
            Some(institution.clone())
        } else if place % 4 == 1 {
            self.books.accounts.get("school").cloned()
        } else {
            None
        }
    }

    fn application(&self, level: SkillLevel, candidate: &Candidate) -> NewApplication {
        let citizen = &self.workers[candidate.who].citizen;
        let working = Declared {
            what: Declaration::WorkingOrIntending,
            on: None,
            note: Some("用人单位在职证明".to_owned()),
        };
        NewApplication {
            applicant: Applicant::Holder {
                kind: DocumentKind::ResidentIdentityCard,
                number: citizen.number.clone(),
                name: citizen.name.clone(),
            },
            declarations: if level == SkillLevel::Five { vec![working] } else { Vec::new() },
        }
    }

    fn score(
        &self,
        tx: &mut Tx,
        sitting: &Sitting,
        entered: &Entered,
        actor: &Actor,
        attempt: Attempt,
    ) -> Result<(), LoadError> {
        let session = store::find(tx, entered.session)?.ok_or(LoadError::Incomplete("exam sessions"))?;
        let mut entries = Vec::new();
        for (application, candidate) in &entered.admitted {
            for part in &session.parts {
                let fails = candidate.fate == Fate::Fails && part.part == ExamPart::Practical;
                if attempt == Attempt::Resit && !fails {
                    continue;
                }
                let score = self.points(part, fails);
                let entry = ScoreEntry { application: *application, part: part.part, attempt: None, score };
                entries.push((Place::Listed(entries.len()), entry));
            }
        }
        let after = if attempt == Attempt::First { 3 } else { 21 };
        let context = self.at(shifted(sitting.held_on, after), 600, actor);
        if !entries.is_empty() {
            scores_enter(tx, &context, actor, entered.session, &entries)?;
        }
        Ok(())
    }

    fn points(&self, part: &Part, fails: bool) -> i32 {
        let (pass, most) = (i64::from(part.pass_mark), i64::from(part.maximum));
        let points = if fails {
            self.dice.between(pass * 2 / 3, pass - 2)
        } else {
            self.dice.between(pass + 1, most - 4)
        };
        i32::try_from(points).unwrap_or(0)
    }

    fn at(&self, day: NaiveDate, minutes: i64, actor: &Actor) -> Context {
        self.books.calendar.context(day, minutes, Some(actor))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    First,
    /// 补考
    Resit,
}
