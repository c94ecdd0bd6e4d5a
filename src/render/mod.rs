//! Documents: data in, bytes out. Printed certificates (PDF and PNG), statements of money, spreadsheets in and
//! out, and the small drawings of the pages.
//!
//! Absent: the database, HTTP, the clock, keys and signatures. A QR code comes in as a drawing, a date of issue as
//! a date; what may be printed about whom is decided by the caller.

pub mod certificate;
pub mod chart;
pub mod fonts;
mod helper;
pub mod report;
pub mod sheet;
pub mod statement;
mod text;
