//! 发证: from a passed exam, a completed class, a first-aid certificate on record or a rank in a contest to a signed
//! certificate.
//!
//! The one flow with two transactions, because signing stands between them. The first takes numbers and keeps the
//! frozen records whose exact bytes are to be signed; the second stores what was signed, with its leaf for the log.
//! Each step is done once for a share of a batch, and one certificate is a batch of one. Ed25519 gives
//! the same signature for the same bytes, so a call that is made again after a crash finishes what the first one
//! began. A reservation that can't be signed is made void with its reason: every number ever taken is explained.

mod reserve;
mod sign;
mod store;
mod words;

use std::sync::Arc;
use std::thread::ScopedJoinHandle;

use crate::db::{Conn, Database, DbError, Tx};
use crate::flows::scheme_book::SchemeBook;
use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::{BodyCode, CertificateNumber};
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{
    ApplicationId, ClassId, ContestResultId, ExamSessionId, FirstAidCertificateId, OrganisationId,
};
use crate::proof::keys::Signer;
use crate::proof::payload::Environment;
use crate::proof::trust::TrustedKey;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::number_store::Occasion;
use crate::registry::certificates::rules::Grounds;
use crate::registry::certificates::{
    self, Certificate, ChangeReason, NewCertificate, Origin, ReasonCode, Reservation,
};
use crate::registry::training::EnrolmentState;
use crate::registry::{contests, exams, firstaid, training};
use crate::seeds::Seeds;

use reserve::Order;

/// The key of a body, and what the root certified of it.
pub type SigningKey<'a> = Box<dyn Fn(&BodyCode) -> Result<(Arc<dyn Signer>, TrustedKey), Error> + 'a>;

/// Whether the log lets anything be signed, asked of the database that is to hold it.
pub type MaySign<'a> = Box<dyn Fn(&mut Conn) -> Result<(), Error> + 'a>;

/// What the making of a certificate needs beside the caller's context.
pub struct Desk<'a> {
    pub database: &'a Database,
    pub environment: Environment,
    /// The area that the registry serves.
    pub area: &'a AreaCode,
    pub seeds: &'a Seeds,
    pub schemes: &'a SchemeBook,
    /// The public address, without a slash at its end.
    pub public_url: String,
    pub signing_key: SigningKey<'a>,
    /// Whether the transparency log lets anything be signed, asked in the transaction that takes the numbers.
    pub may_sign: MaySign<'a>,
    /// To be called after certificates were stored: until the log has published them they are not released.
    pub issued: Box<dyn Fn() + 'a>,
    /// To be called after a change of a certificate's state was committed.
    pub status_changed: Box<dyn Fn() + 'a>,
}

/// Issues the certificate of an application that was passed and published.
pub fn certificate_issue(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    new: &NewCertificate,
) -> Result<Certificate, Error> {
    let body = desk.database.read(|conn| {
        let (session, _, _) = exams::service::application(conn, actor, new.application_id)?;
        if actor.organisation == Some(session.body) { Ok(session.body) } else { Err(Error::NotFound) }
    })?;
    let passed = Earned { by: Origin::Application(new.application_id), number: new.number.clone() };
    only(issue_passed(desk, context, body, &[passed])?)
}

/// What became of one application of a session, or one trainee of a class.
#[derive(Debug)]
pub struct Issued {
    pub origin: Origin,
    pub result: Result<Certificate, Error>,
}

fn only(mut issued: Vec<Issued>) -> Result<Certificate, Error> {
    issued.pop().map_or(Err(Error::NotFound), |only| only.result)
}

/// 发证批次: issues for every application of a session that has no certificate yet; one that is refused holds up no
/// other. Called again, it goes on with what is left.
pub fn session_certificates_issue(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    session: ExamSessionId,
) -> Result<Vec<Issued>, Error> {
    let (body, left) = desk.database.read(|conn| {
        let whole = exams::service::whole(conn, actor, session)?;
        if actor.organisation != Some(whole.session.body) {
            return Err(Error::NotFound);
        }
        let all = whole.candidates().map(|application| Origin::Application(application.id)).collect();
        Ok((whole.session.body, not_issued(conn, all)?))
    })?;
    issue_passed(desk, context, body, &left)
}

/// Issues for the applications of sessions that `body` held, in their order.
fn issue_passed(
    desk: &Desk<'_>,
    context: &Context,
    body: OrganisationId,
    passed: &[Earned],
) -> Result<Vec<Issued>, Error> {
    issue_earned(desk, context, body, passed, |tx, share| {
        let ids: Vec<ApplicationId> = share.iter().filter_map(|one| one.by.application()).collect();
        let cleared = exams::clearance::cleared_all(tx, &ids, context.today())?;
        Ok(cleared.into_iter().map(|cleared| Ok(Grounds::passed(&cleared?))).collect())
    })
}

/// 结业发证: issues what the programme's completion earns to every trainee of a class of the caller's school who has
/// none yet; one that is refused holds up no other. Called again, it goes on with what is left.
pub fn class_certificates_issue(
    desk: &Desk<'_>,
    context: &Context,
    class: ClassId,
) -> Result<Vec<Issued>, Error> {
    let (school, left) = desk.database.read(|conn| {
        let class = training::service::own_class(conn, context, class)?;
        let enrolments = training::store::enrolments(conn, class.id)?;
        let there = enrolments.iter().filter(|one| one.state != EnrolmentState::Withdrawn);
        let all = there.map(|one| Origin::Enrolment(one.id)).collect();
        Ok::<_, Error>((class.school, not_issued(conn, all)?))
    })?;
    issue_earned(desk, context, school, &left, |tx, share| {
        // Held, so that nobody's completion is undone in between.
        let class = training::service::held_class(tx, context, class)?;
        let programme = training::service::programme(tx, class.programme)?;
        let enrolments = training::store::enrolments(tx, class.id)?;
        let trained = |one: &Earned| {
            let enrolment = enrolments.iter().find(|enrolment| Some(enrolment.id) == one.by.enrolment());
            let enrolment = enrolment.ok_or(Error::NotFound)?;
            let on = enrolment.completed_on.unwrap_or(context.today());
            let kind = desk.seeds.training_certificate(&programme.code, on);
            Ok(Grounds::trained(enrolment, &class, &programme, kind)?)
        };
        Ok(share.iter().map(trained).collect())
    })
}

/// 救护员证登记凭证: issues the record of a first-aid certificate that the caller's organisation gave out.
pub fn first_aid_record_issue(
    desk: &Desk<'_>,
    context: &Context,
    id: FirstAidCertificateId,
) -> Result<Certificate, Error> {
    let issuer = desk.database.read(|conn| Ok::<_, Error>(firstaid::service::own(conn, context, id)?.1))?;
    let wanted = [Earned { by: Origin::FirstAid(id), number: None }];
    let issued = issue_earned(desk, context, issuer.id, &wanted, |tx, _| {
        let (seen, issuer) = firstaid::service::own(tx, context, id)?;
        Ok(vec![Grounds::on_record(&seen, &issuer, context.today()).map_err(Error::from)])
    });
    only(issued?)
}

/// 竞赛晋升发证: issues the level that a confirmed rank has earned, by the caller's body, which the contest names.
pub fn contest_certificate_issue(
    desk: &Desk<'_>,
    context: &Context,
    actor: &Actor,
    id: ContestResultId,
) -> Result<Certificate, Error> {
    let body = desk.database.read(|conn| {
        let (contest, _) = contests::service::result(conn, actor, id)?;
        let body = contest.award.map(|award| award.body).filter(|body| actor.organisation == Some(*body));
        body.ok_or(Error::NotFound)
    })?;
    let origin = Origin::Contest(id);
    let issued = issue_earned(desk, context, body, &[Earned { by: origin, number: None }], |tx, _| {
        let (contest, result) = contests::service::held_result(tx, actor, id)?;
        // Of one that was issued already that is told, and not that the winner has it.
        let held = if certificates::store::issued_for(tx, &[origin])?.is_empty() {
            certificates::held::held(tx, result.person, context.today())?
        } else {
            Vec::new()
        };
        Ok(vec![Grounds::awarded(&contest, &result, &held).map_err(Error::from)])
    });
    only(issued?)
}

/// A certificate to be issued, with a number that the body gives itself or none.
struct Earned {
    by: Origin,
    number: Option<CertificateNumber>,
}

/// Those that have earned no certificate yet.
fn not_issued(conn: &mut Conn, all: Vec<Origin>) -> Result<Vec<Earned>, Error> {
    let issued = certificates::store::issued_for(conn, &all)?;
    let left = all.into_iter().filter(|origin| !issued.contains(origin));
    Ok(left.map(|by| Earned { by, number: None }).collect())
}

/// Certificates that are reserved together, signed together and stored together.
const SHARE: usize = 1_000;

/// Issues for what was earned at `body`, in its order; `grounds` says what speaks for each of a share. While one share
/// is being signed, the one before it is stored and the one behind it reserved; a share is stored whatever becomes of
/// the others.
fn issue_earned(
    desk: &Desk<'_>,
    context: &Context,
    body: OrganisationId,
    earned: &[Earned],
    grounds: impl Fn(&mut Tx, &[Earned]) -> Result<Vec<Result<Grounds, Error>>, Error>,
) -> Result<Vec<Issued>, Error> {
    let reason = ChangeReason { code: ReasonCode::Passed, words: String::new() };
    let mut shares = earned.chunks(SHARE);
    let mut results = Vec::with_capacity(earned.len());
    std::thread::scope(|scope| {
        let mut signing: Option<Signing<'_>> = None;
        loop {
            let next = shares.next().map(|share| {
                let reserved = reserve_earned(desk, context, body, share, &grounds)?;
                let signer = sign::Signer::of(desk, reserved)?;
                Ok::<_, Error>(scope.spawn(move || signer.sign_all(context)))
            });
            if let Some(signed) = signing.take() {
                results.extend(store(desk, context, joined(signed), &reason)?);
            }
            match next {
                Some(next) => signing = Some(next?),
                None => return Ok::<_, Error>(()),
            }
        }
    })?;
    let issued = |(one, result): (&Earned, _)| Issued { origin: one.by, result };
    Ok(earned.iter().zip(results).map(issued).collect())
}

type Signing<'a> = ScopedJoinHandle<'a, Vec<Result<sign::Signed, sign::NotSigned>>>;

/// Who may be issued of a share, with the numbers taken.
fn reserve_earned(
    desk: &Desk<'_>,
    context: &Context,
    body: OrganisationId,
    share: &[Earned],
    grounds: impl Fn(&mut Tx, &[Earned]) -> Result<Vec<Result<Grounds, Error>>, Error>,
) -> Result<Vec<Result<Reservation, Error>>, Error> {
    let origins: Vec<Origin> = share.iter().map(|one| one.by).collect();
    tried_again(desk, |tx| {
        let issued = certificates::store::issued_for(tx, &origins)?;
        let orders = share.iter().zip(grounds(tx, share)?).map(|(one, grounds)| {
            let grounds = grounds?;
            if issued.contains(&one.by) {
                return Err(Error::AlreadyIssued);
            }
            Ok(Order { occasion: Occasion::Earned(one.by), grounds, number: one.number.clone() })
        });
        reserve::all(desk, tx, context, body, orders.collect())
    })
}

/// Issues the certificate that `occasion` asks for: one that follows another.
pub(super) fn issue_after(
    desk: &Desk<'_>,
    context: &Context,
    reason: &ChangeReason,
    occasion: Occasion,
    check: impl Fn(&mut Tx) -> Result<Grounds, Error>,
) -> Result<Certificate, Error> {
    let reserved = tried_again(desk, |tx| {
        let grounds = check(tx)?;
        let body = grounds.body();
        let order = Order { occasion, grounds, number: None };
        reserve::all(desk, tx, context, body, vec![Ok(order)])
    })?;
    let signed = sign::Signer::of(desk, reserved)?.sign_all(context);
    store(desk, context, signed, reason)?.pop().unwrap_or(Err(Error::NotFound))
}

/// Tries a first transaction again where another one took the same place or application in the meantime.
fn tried_again<T>(desk: &Desk<'_>, work: impl Fn(&mut Tx) -> Result<T, Error>) -> Result<T, Error> {
    const TRIES: u32 = 4;
    for _ in 1..TRIES {
        match desk.database.write(&work) {
            Err(Error::Database(DbError::Duplicate(_))) => {}
            other => return other,
        }
    }
    desk.database.write(&work)
}

/// Stores what was signed, each in the place of its reservation, and tells who waits for it.
fn store(
    desk: &Desk<'_>,
    context: &Context,
    signed: Vec<Result<sign::Signed, sign::NotSigned>>,
    reason: &ChangeReason,
) -> Result<Vec<Result<Certificate, Error>>, Error> {
    let replaces = signed.iter().flatten().any(|signed| signed.replaces.is_some());
    let stored = store::all(desk, context, signed, reason)?;
    if stored.iter().any(Result::is_ok) {
        (desk.issued)();
    }
    if replaces {
        (desk.status_changed)();
    }
    Ok(stored)
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
