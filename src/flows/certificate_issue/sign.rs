//! Between the two transactions: every reserved record is signed, on all processors, and each signature checked.

use std::num::NonZero;
use std::sync::Arc;

use crate::flows::certificate_issue::{Desk, joined};
use crate::kernel::context::Context;
use crate::kernel::ids::{CertificateId, entity};
use crate::proof::issue::{self, Refused, SignedCertificate, issue_all};
use crate::proof::keys;
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

/// What was reserved, with the key that is to sign it.
pub struct Signer {
    reserved: Vec<Result<Reservation, Error>>,
    /// `None` where nothing is to be signed.
    key: Option<(Arc<dyn keys::Signer>, TrustedKey)>,
}

impl Signer {
    /// All are of one body.
    pub fn of(desk: &Desk<'_>, reserved: Vec<Result<Reservation, Error>>) -> Result<Self, Error> {
        let body = reserved.iter().flatten().map(|one| &one.record.body.code).next();
        let key = body.map(|body| (desk.signing_key)(body)).transpose()?;
        Ok(Self { reserved, key })
    }

    /// Signs what was reserved, each in its place.
    pub fn sign_all(mut self, context: &Context) -> Vec<Result<Signed, NotSigned>> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let share = self.reserved.len().div_ceil(threads).max(PER_THREAD);
        let mut shares = Vec::new();
        while !self.reserved.is_empty() {
            let rest = self.reserved.split_off(share.min(self.reserved.len()));
            shares.push(std::mem::replace(&mut self.reserved, rest));
        }
        let key = self.key.as_ref();
        let sign_share = move |share: Vec<Result<Reservation, Error>>| -> Vec<_> {
            let Some((key, certified)) = key else {
                return share.into_iter().filter_map(Result::err).map(NotSigned::Before).map(Err).collect();
            };
            let records = share.iter().flatten().map(|one| &one.record);
            let mut signed = issue_all(records, &**key, certified, context.now).into_iter();
            let one = |one: Result<Reservation, Error>| {
                let reservation = one.map_err(NotSigned::Before)?;
                let signed = signed.next().ok_or(NotSigned::Before(Error::NotFound))?;
                certificate(reservation, signed, certified, context)
            };
            share.into_iter().map(one).collect()
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                shares.into_iter().map(|share| scope.spawn(move || sign_share(share))).collect();
            workers.into_iter().flat_map(joined).collect()
        })
    }
}

fn certificate(
    reservation: Reservation,
    signed: Result<SignedCertificate, issue::NotSigned>,
    certified: &TrustedKey,
    context: &Context,
) -> Result<Signed, NotSigned> {
    let signed = match signed {
        Ok(signed) => signed,
        // The number stays reserved for the same call, made again.
        Err(issue::NotSigned::Signing(error)) => return Err(NotSigned::Before(error.into())),
        Err(issue::NotSigned::Refused(refused)) => {
            return Err(NotSigned::Refused(Box::new(reservation), refused));
        }
    };
    let payload = reservation.record.payload();
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
        record: reservation.record,
        cwt: signed.cwt,
        proofs: signed.proofs.to_bytes().to_vec(),
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
