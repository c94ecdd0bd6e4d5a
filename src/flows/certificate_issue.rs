//! 发证: from a passed exam to a signed certificate.
//!
//! The one flow with two transactions, because signing stands between them. The first takes numbers and keeps the
//! frozen records whose exact bytes are to be signed; the second stores what was signed, with its leaf for the log.
//! Each step is done once for a share of a batch, and one certificate is a batch of one. Ed25519 gives
//! the same signature for the same bytes, so a call that is made again after a crash finishes what the first one
//! began. A reservation that can't be signed is made void with its reason: every number ever taken is explained.

mod reserve;
mod sign;
mod store;

use std::sync::Arc;
use std::thread::ScopedJoinHandle;

use crate::db::{Conn, Database, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{ApplicationId, ExamSessionId, OrganisationId};
use crate::proof::keys::Signer;
use crate::proof::payload::Environment;
use crate::proof::trust::TrustedKey;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::number_store::Occasion;
use crate::registry::certificates::rules::Grounds;
use crate::registry::certificates::{
    self, Certificate, ChangeReason, NewCertificate, ReasonCode, Reservation,
};
use crate::registry::exams;
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
    let passed = Passed { application: new.application_id, number: new.number.clone() };
    let mut results = issue_passed(desk, context, body, &[passed])?;
    results.pop().map_or(Err(Error::NotFound), |only| only.result)
}

/// What became of one application of a session.
#[derive(Debug)]
pub struct Issued {
    pub application: ApplicationId,
    pub result: Result<Certificate, Error>,
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
        let all: Vec<ApplicationId> = whole.candidates().map(|application| application.id).collect();
        let issued = certificates::store::issued_for(conn, &all)?;
        let left: Vec<_> = all.into_iter().filter(|id| !issued.contains(id)).collect();
        Ok((whole.session.body, left))
    })?;
    let passed: Vec<_> = left.into_iter().map(|application| Passed { application, number: None }).collect();
    issue_passed(desk, context, body, &passed)
}

/// An application to be issued for, with a number that the body gives itself or none.
struct Passed {
    application: ApplicationId,
    number: Option<crate::kernel::certificate_number::CertificateNumber>,
}

/// Certificates that are reserved together, signed together and stored together.
const SHARE: usize = 1_000;

/// Issues for the applications of sessions that `body` held, in their order. While one share is being signed, the one
/// before it is stored and the one behind it reserved; a share is stored whatever becomes of the others.
fn issue_passed(
    desk: &Desk<'_>,
    context: &Context,
    body: OrganisationId,
    passed: &[Passed],
) -> Result<Vec<Issued>, Error> {
    let reason = ChangeReason { code: ReasonCode::Passed, words: String::new() };
    let mut shares = passed.chunks(SHARE);
    let mut results = Vec::with_capacity(passed.len());
    std::thread::scope(|scope| {
        let mut signing: Option<Signing<'_>> = None;
        loop {
            let next = shares.next().map(|share| {
                let signer = sign::Signer::of(desk, reserve_passed(desk, context, body, share)?)?;
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
    let issued = |(one, result): (&Passed, _)| Issued { application: one.application, result };
    Ok(passed.iter().zip(results).map(issued).collect())
}

type Signing<'a> = ScopedJoinHandle<'a, Vec<Result<sign::Signed, sign::NotSigned>>>;

/// Who may be issued of a share, with the numbers taken.
fn reserve_passed(
    desk: &Desk<'_>,
    context: &Context,
    body: OrganisationId,
    share: &[Passed],
) -> Result<Vec<Result<Reservation, Error>>, Error> {
    tried_again(desk, |tx| {
        let ids: Vec<ApplicationId> = share.iter().map(|one| one.application).collect();
        let issued = certificates::store::issued_for(tx, &ids)?;
        let cleared = exams::clearance::cleared_all(tx, &ids, context.today())?;
        let orders = share.iter().zip(cleared).map(|(one, cleared)| {
            let cleared = cleared?;
            if issued.contains(&one.application) {
                return Err(Error::AlreadyIssued);
            }
            Ok(Order {
                occasion: Occasion::Application(one.application),
                grounds: Grounds::passed(&cleared),
                number: one.number.clone(),
            })
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
