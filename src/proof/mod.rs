//! Certificates that anyone can check: what is signed, by which key, what the QR carries, and the one
//! function that says what a scan is worth.
//!
//! Pure: no database, no HTTP, no clock and no randomness of its own. Whether somebody *may* be given a
//! certificate is decided in `registry::certificates`; this module only refuses to sign what contradicts
//! itself or its key. The formats are written down in `docs/api.md`.

mod base58;
mod cbor;
pub mod content;
pub mod cose;
pub mod credential;
mod credential_check;
pub mod data_integrity;
pub mod fragment;
pub mod frozen;
pub mod issue;
pub mod jsonld;
mod jwt;
pub mod key_events;
pub mod keys;
pub mod list_statement;
pub mod log;
pub mod payload;
mod pdf;
mod pdf_bounds;
mod pdf_page;
pub mod qr;
pub mod report;
pub mod status;
pub mod status_jwt;
pub mod trust;
pub mod vc_api;
pub mod verify;

#[cfg(test)]
mod credential_tests;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod pdf_tests;
#[cfg(test)]
mod verify_tests;
