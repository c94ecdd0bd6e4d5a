//! Between the two transactions: every reserved record is signed, on all processors, and each signature checked.

use std::num::NonZero;

use crate::flows::certificate_issue::Desk;
use crate::kernel::context::Context;
use crate::kernel::ids::{CertificateId, entity};
use crate::proof::credential;
use crate::proof::issue::{self, Refused, issue};
use crate::proof::keys::Signer;
use crate::proof::trust::TrustedKey;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::{Certificate, CertificateState, Reservation, UploadState};

/// Fewer are not worth a thread of their own.
const PER_THREAD: usize = 64;

/// A certificate as it is to be stored.
pub struct Signed {
    pub certificate: Certificate,
    /// The one whose place it takes; the one that it renews is its own word.
    pub replaces: Option<CertificateId>,
}

impl Signed {
    /// The certificate that it replaces or renews.
    pub fn follows(&self) -> Option<CertificateId> {
        self.replaces.or(self.certificate.renews)
    }
}

/// Why there is nothing to be stored.
pub enum NotSigned {
    /// It was not even reserved, its record can't be read, or the key is out of reach.
    Before(Error),
    /// The record contradicts itself or its key: the number is to be void.
    Refused(Box<Reservation>, Refused),
}

/// Signs what was reserved, for one body, each in its place.
pub fn all(
    desk: &Desk<'_>,
    context: &Context,
    mut reserved: Vec<Result<Reservation, Error>>,
) -> Result<Vec<Result<Signed, NotSigned>>, Error> {
    let body = reserved.iter().flatten().map(|one| one.record.body.code.clone()).next();
    let Some(body) = body else {
        return Ok(reserved.into_iter().filter_map(Result::err).map(NotSigned::Before).map(Err).collect());
    };
    let (key, certified) = (desk.signing_key)(&body)?;
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = reserved.len().div_ceil(threads).max(PER_THREAD);
    let mut shares = Vec::new();
    while !reserved.is_empty() {
        let rest = reserved.split_off(share.min(reserved.len()));
        shares.push(std::mem::replace(&mut reserved, rest));
    }
    let sign_share = |share: Vec<Result<Reservation, Error>>| -> Vec<_> {
        share
            .into_iter()
            .map(|one| sign(one.map_err(NotSigned::Before)?, &*key, &certified, context))
            .collect()
    };
    let sign_share = &sign_share;
    let signed = std::thread::scope(|scope| {
        let workers: Vec<_> =
            shares.into_iter().map(|share| scope.spawn(move || sign_share(share))).collect();
        workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Result<Vec<_>, _>>()
    });
    match signed {
        Ok(shares) => Ok(shares.into_iter().flatten().collect()),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn sign(
    reservation: Reservation,
    key: &dyn Signer,
    certified: &TrustedKey,
    context: &Context,
) -> Result<Signed, NotSigned> {
    let record = reservation.record;
    let payload = record.payload();
    let signed = issue(&payload, key, certified, context.now)
        .and_then(|signed| Ok((signed, credential::sign_all(&record, key, certified.id)?)));
    let (signed, proofs) = match signed {
        Ok(signed) => signed,
        // The number stays reserved for the same call, made again.
        Err(issue::NotSigned::Signing(error)) => return Err(NotSigned::Before(error.into())),
        Err(issue::NotSigned::Refused(refused)) => {
            return Err(NotSigned::Refused(Box::new(Reservation { record, ..reservation }), refused));
        }
    };
    let certificate = Certificate {
        id: context.fresh_id::<entity::Certificate>(),
        code: payload.code,
        number: payload.number,
        person: reservation.person,
        origin: reservation.origin,
        body: reservation.body,
        holder: payload.holder,
        issued_on: payload.issued_on,
        expires_on: payload.expires_on,
        record,
        cwt: signed.cwt,
        proofs: proofs.to_bytes().to_vec(),
        key: certified.id,
        place: payload.status,
        state: CertificateState::Valid { since: payload.issued_on },
        renews: reservation.renews,
        upload: UploadState::Pending,
        uploaded_on: None,
        issued_at: context.now,
        issued_by: context.account(),
        version: 1,
    };
    Ok(Signed { certificate, replaces: reservation.replaces })
}
