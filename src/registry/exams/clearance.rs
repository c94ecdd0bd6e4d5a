//! 发证前提: whether a certificate may be issued on an application. Issuing it is `certificates`'.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::NaiveDate;

use crate::db::{Conn, DbError};
use crate::kernel::ids::{ApplicationId, OrganisationId, PersonId};
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::proof::frozen::PartResult;
use crate::registry::exams::rules::scoring::{self, Outcome};
use crate::registry::exams::{Application, Decision, Score, Session, store};

/// That a certificate may be issued on an application. Only [`cleared_all`] makes one.
#[derive(Debug, Clone)]
pub struct Cleared {
    application: ApplicationId,
    person: PersonId,
    body: OrganisationId,
    occupation: Occupation,
    specialty: Specialty,
    level: SkillLevel,
    results: Vec<PartResult>,
}

impl Cleared {
    #[must_use]
    pub const fn application(&self) -> ApplicationId {
        self.application
    }
    #[must_use]
    pub const fn person(&self) -> PersonId {
        self.person
    }
    /// The assessment body that held the exam.
    #[must_use]
    pub const fn body(&self) -> OrganisationId {
        self.body
    }
    #[must_use]
    pub const fn occupation(&self) -> Occupation {
        self.occupation
    }
    #[must_use]
    pub const fn specialty(&self) -> Specialty {
        self.specialty
    }
    #[must_use]
    pub const fn level(&self) -> SkillLevel {
        self.level
    }
    /// What was scored in each part.
    #[must_use]
    pub fn results(&self) -> &[PartResult] {
        &self.results
    }
}

/// Why no certificate may be issued on an application.
#[derive(Debug, thiserror::Error)]
pub enum NotCleared {
    #[error("no such application")]
    NotFound,
    /// All of the reasons.
    #[error("not cleared: {0:?}")]
    Because(Vec<Obstacle>),
    #[error(transparent)]
    Database(#[from] DbError),
}

/// One thing that stands between an application and a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    NotEligible,
    /// A part isn't passed and confirmed.
    NotPassed,
    NotPublished,
    NoticeRunning {
        ends_on: NaiveDate,
    },
}

impl Obstacle {
    /// Names the reason for programs; the words are those of whoever asks.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotEligible => "not-eligible",
            Self::NotPassed => "not-passed",
            Self::NotPublished => "not-published",
            Self::NoticeRunning { .. } => "notice-running",
        }
    }
}

/// Whether certificates may be issued on applications today, each in its place: eligible, every part passed and
/// confirmed, and the public notice ended.
pub fn cleared_all(
    conn: &mut Conn,
    ids: &[ApplicationId],
    today: NaiveDate,
) -> Result<Vec<Result<Cleared, NotCleared>>, DbError> {
    let mut applications: HashMap<_, _> =
        store::find_applications(conn, ids)?.into_iter().map(|found| (found.id, found)).collect();
    let mut scores: HashMap<ApplicationId, Vec<Score>> = HashMap::new();
    for score in store::scores_of(conn, ids)? {
        scores.entry(score.application).or_default().push(score);
    }
    let mut sessions = HashMap::new();
    for id in applications.values().map(|application| application.session) {
        if let Entry::Vacant(unknown) = sessions.entry(id)
            && let Some(session) = store::find(conn, id)?
        {
            unknown.insert(session);
        }
    }
    let clear = |id: &ApplicationId| {
        let application = applications.remove(id).ok_or(NotCleared::NotFound)?;
        let session = sessions.get(&application.session).ok_or(NotCleared::NotFound)?;
        clear(session, &application, &scores.remove(id).unwrap_or_default(), today)
    };
    Ok(ids.iter().map(clear).collect())
}

fn clear(
    session: &Session,
    application: &Application,
    scores: &[Score],
    today: NaiveDate,
) -> Result<Cleared, NotCleared> {
    let obstacles = obstacles(session, application, scores, today);
    if !obstacles.is_empty() {
        return Err(NotCleared::Because(obstacles));
    }
    Ok(Cleared {
        application: application.id,
        person: application.person,
        body: session.body,
        occupation: session.occupation,
        specialty: session.specialty,
        level: session.level,
        results: scoring::results(session, scores),
    })
}

fn obstacles(
    session: &Session,
    application: &Application,
    scores: &[Score],
    today: NaiveDate,
) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    if application.decision != Decision::Eligible {
        obstacles.push(Obstacle::NotEligible);
    }
    if scoring::outcome(session, scores) != Outcome::Passed {
        obstacles.push(Obstacle::NotPassed);
    }
    match application.notice {
        None => obstacles.push(Obstacle::NotPublished),
        Some(notice) if !notice.has_ended(today) => {
            obstacles.push(Obstacle::NoticeRunning { ends_on: notice.ends_on });
        }
        Some(_) => {}
    }
    obstacles
}
