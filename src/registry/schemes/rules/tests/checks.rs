//! Every seeded scheme can be entered, and everything wrong with one is told at once.

use crate::kernel::invalid::Invalid;
use crate::registry::schemes::SchemeVersion;
use crate::registry::schemes::rules::check::{check, check_overlap};
use crate::seeds;

pub fn seeded(code: &str) -> SchemeVersion {
    let seeds = seeds::load().expect("the seeds");
    let table = seeds.schemes.into_iter().find(|table| table["code"].as_str() == Some(code));
    table.expect("a seeded scheme").try_into().expect("it has the form of a scheme")
}

#[test]
fn every_seeded_scheme_can_be_entered() {
    let seeds = seeds::load().expect("the seeds");
    assert!(seeds.schemes.len() >= 20, "{}", seeds.schemes.len());
    for table in seeds.schemes {
        let code = table["code"].to_string();
        let scheme: SchemeVersion = table.try_into().unwrap_or_else(|error| panic!("{code}: {error}"));
        if let Err(Invalid(errors)) = check(&scheme) {
            panic!("{code}: {errors:#?}");
        }
    }
}

#[test]
fn versions_of_a_scheme_share_no_day() {
    let first = seeded("ningbo-post-allowance");
    let mut second = first.clone();
    second.version = 2;
    second.valid_from = "2027-01-01".parse().expect("a date");
    assert!(check_overlap(&second, std::slice::from_ref(&first)).is_err(), "the first has no last day");
    let mut ended = first;
    ended.valid_to = "2026-12-31".parse().ok();
    assert!(check_overlap(&second, &[ended.clone()]).is_ok());
    ended.valid_to = "2027-01-01".parse().ok();
    let Err(Invalid(errors)) = check_overlap(&second, &[ended]) else { panic!("they share a day") };
    assert_eq!((errors[0].field.as_str(), errors[0].code), ("valid_from", "versions-overlap"));
}
