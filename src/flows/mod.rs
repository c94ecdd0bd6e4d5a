//! Operations that cross domains, one file each: gather the facts, decide by the domains' rules, save, tell.
//!
//! A flow is called inside the caller's transaction and opens none. What concerns one domain alone is in that
//! domain's `service.rs`.

pub mod application_submit;
pub mod certificate_change;
pub mod certificate_expiry;
pub mod certificate_issue;
pub mod certificate_notice;
pub mod claim_decide;
pub mod claim_prospects;
pub mod claim_recheck;
pub mod claim_submit;
pub mod class_file;
pub mod credit_shown;
pub mod demo;
pub mod enrol;
pub mod error;
pub mod first_aid_withdraw;
pub mod import_people;
pub mod import_roster;
pub mod monthly_recheck;
pub mod monthly_run;
pub mod scheme_book;
pub mod scheme_trial;
pub mod seed;
pub mod session_create;
pub mod staff;
pub mod statements_import;
pub mod subsidy_facts;
pub mod view_class;
pub mod visible_person;
