//! 关注名单: which certificates an institution holds on file, and what it was told of them. Whoever is employed there
//! with a certificate is watched without asking; others are put on file when the institution has checked their paper.
//!
//! Told are the new state and its day, never a reason and never an identity number. Absent: the mail
//! (`flows::certificate_notice`) and the check of the paper (`http::api::watch`).

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;

use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::dates::Timestamp;
use crate::kernel::ids::{CertificateId, OrganisationId, WatchNoticeId, WatchedId};
use crate::registry::certificates::{Brief, News, Standing};

/// A certificate that an institution put on file.
#[derive(Debug, Clone)]
pub struct Watched {
    pub id: WatchedId,
    pub organisation: OrganisationId,
    pub certificate: CertificateId,
    /// The name as the institution knows it: whole from the paper's own content, else masked.
    pub holder: String,
    pub since: NaiveDate,
}

/// A line of the watch list.
#[derive(Debug, Clone)]
pub struct Line {
    pub certificate: Brief,
    pub standing: Standing,
    /// The name as the institution knows it.
    pub holder: String,
    pub why: Why,
}

/// Why a certificate is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its holder is employed there.
    Staff,
    /// It was put on file, and can be taken off.
    OnFile { id: WatchedId, since: NaiveDate },
}

/// What an institution was told.
#[derive(Debug, Clone)]
pub struct Notice {
    pub id: WatchNoticeId,
    pub organisation: OrganisationId,
    pub certificate: CertificateId,
    pub number: CertificateNumber,
    pub holder: String,
    pub news: News,
    /// Since when, or for what ends soon until when.
    pub on: NaiveDate,
    /// The certificate that took its place or renews it.
    pub successor: Option<CertificateNumber>,
    pub told_at: Timestamp,
    pub seen_at: Option<Timestamp>,
}

/// A change to be told of.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    pub certificate: &'a Brief,
    pub successor: Option<&'a CertificateNumber>,
    pub on: NaiveDate,
}
