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
pub mod data_integrity;
pub mod fragment;
pub mod frozen;
pub mod issue;
pub mod key_events;
pub mod keys;
pub mod log;
pub mod payload;
pub mod qr;
pub mod report;
pub mod status;
pub mod status_jwt;
pub mod trust;
pub mod verify;

#[cfg(test)]
mod documentation;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod verify_tests;
