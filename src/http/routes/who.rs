//! Who may call: the roles of each kind of route.

use crate::http::access::Access;
use crate::kernel::context::Role::{
    Administrator, Assessor, Bureau, Caregiver, Finance, FirstAidIssuer, Institution, School, Town,
};

pub(super) const PUBLIC: Access = Access::Public;

pub(super) const SIGNED_IN: Access = Access::SignedIn;

pub(super) const ADMINISTRATOR: Access = Access::Roles(&[Administrator]);

pub(super) const BUREAU: Access = Access::Roles(&[Administrator, Bureau]);

pub(super) const SCHOOL: Access = Access::Roles(&[School]);

/// Who decides on a class's filing.
pub(super) const REVIEWER: Access = Access::Roles(&[Bureau]);

pub(super) const CLASS_VIEWERS: Access = Access::Roles(&[Administrator, Bureau, Town, School]);

/// Everybody who works in an office or an organisation; not caregivers.
pub(super) const STAFF: Access =
    Access::Roles(&[Administrator, Bureau, Finance, Town, School, Assessor, FirstAidIssuer, Institution]);

pub(super) const EMPLOYERS: Access = Access::Roles(&[Administrator, Bureau, Institution]);

pub(super) const STAFF_VIEWERS: Access = Access::Roles(&[Administrator, Bureau, Town, Institution]);

pub(super) const INSTITUTION: Access = Access::Roles(&[Institution]);

pub(super) const OVERSEERS: Access = Access::Roles(&[Administrator, Bureau, Town]);

pub(super) const DECLARERS: Access = Access::Roles(&[School, Institution]);

pub(super) const CHECKERS: Access = Access::Roles(&[Administrator, Bureau, School, Institution]);

pub(super) const ASSESSOR: Access = Access::Roles(&[Assessor]);

pub(super) const APPLICANTS: Access = Access::Roles(&[School, Assessor, Institution, Caregiver]);

pub(super) const FIRST_AID: Access = Access::Roles(&[Administrator, Bureau, FirstAidIssuer, Institution]);

pub(super) const FIRST_AID_ISSUER: Access = Access::Roles(&[Administrator, Bureau, FirstAidIssuer]);

pub(super) const RECORDERS: Access = Access::Roles(&[Administrator, Bureau, Assessor]);

pub(super) const OVERVIEW: Access = Access::Roles(&[Administrator, Bureau, Finance, Town]);

/// Those who bring people into the registry.
pub(super) const REGISTRARS: Access =
    Access::Roles(&[Administrator, Bureau, School, Assessor, FirstAidIssuer, Institution]);

/// Who may know of an exam.
pub(super) const EXAM_READERS: Access =
    Access::Roles(&[Administrator, Bureau, School, Assessor, Institution, Caregiver]);

pub(super) const FIRST_AID_SEEN: Access =
    Access::Roles(&[Administrator, Bureau, FirstAidIssuer, Institution, Caregiver]);

pub(super) const CERTIFICATES: Access =
    Access::Roles(&[Administrator, Bureau, School, Assessor, FirstAidIssuer, Caregiver]);

pub(super) const CERTIFICATE_OFFICES: Access =
    Access::Roles(&[Administrator, Bureau, School, Assessor, FirstAidIssuer]);

pub(super) const ISSUERS: Access = Access::Roles(&[Assessor]);

pub(super) const CERTIFICATE_CHANGERS: Access = Access::Roles(&[Bureau, School, Assessor, FirstAidIssuer]);

pub(super) const RECORD_ISSUERS: Access = Access::Roles(&[FirstAidIssuer]);

pub(super) const HOLDERS: Access = Access::Roles(&[Caregiver]);

/// Who files claims.
pub(super) const CLAIMANTS: Access = Access::Roles(&[Institution, Caregiver]);

pub(super) const CLAIM_READERS: Access =
    Access::Roles(&[Administrator, Bureau, Finance, Town, Institution, Caregiver]);

pub(super) const TOWN: Access = Access::Roles(&[Town]);

/// Who may turn a claim down, or note an objection.
pub(super) const CLAIM_REVIEWERS: Access = Access::Roles(&[Bureau, Town]);

/// Who takes a step on a claim by its page, and who on many at once.
pub(super) const CLAIM_DECIDERS: Access = Access::Roles(&[Bureau, Town, Institution, Caregiver]);

pub(super) const CLAIM_STEPPERS: Access = Access::Roles(&[Bureau, Town, Institution]);

pub(super) const FINANCE: Access = Access::Roles(&[Finance]);

pub(super) const BUDGET_READERS: Access = Access::Roles(&[Administrator, Bureau, Finance]);

/// Who takes a person's statement of subsidies.
pub(super) const STATEMENT_READERS: Access = Access::Roles(&[Bureau, Finance, Institution, Caregiver]);

/// Who says where somebody is paid, and may look at it.
pub(super) const PAYEES: Access = Access::Roles(&[Bureau, Institution, Caregiver]);

pub(super) const PAYEE_ORGANISATIONS: Access = Access::Roles(&[Bureau, Institution]);

/// Who may know of a contest; a body of those that it issues for.
pub(super) const CONTEST_READERS: Access = Access::Roles(&[Administrator, Bureau, Assessor]);

/// Who can be listed and so can appeal.
pub(super) const LISTED: Access = Access::Roles(&[School, Assessor, FirstAidIssuer, Institution, Caregiver]);

pub(super) const CREDIT_READERS: Access =
    Access::Roles(&[Administrator, Bureau, School, Assessor, FirstAidIssuer, Institution, Caregiver]);
