//! The example in `docs/api.md` is what the code writes.

use crate::proof::fixture::{BASE, Fixture, others, payload};
use crate::proof::payload::CertificateType;
use crate::proof::qr;

const API: &str = include_str!("../../docs/api.md");

/// The lines of the fenced block after `heading`, without line breaks and comments.
fn example(heading: &str) -> String {
    let (_, after) = API.split_once(&format!("{heading}\n\n```text\n")).expect("the heading with its block");
    let (block, _) = after.split_once("```").expect("an end");
    block.lines().map(|line| line.split_once("  /").map_or(line, |(hex, _)| hex).replace(' ', "")).collect()
}

#[test]
fn the_examples_of_other_types_are_what_we_write() {
    let check = |heading: &str, kind: CertificateType| {
        let record = others().into_iter().find(|record| record.attested.kind() == kind).expect("a record");
        let payload = hex::encode(record.seal().expect("sealed").payload().encode());
        let shown = example(heading);
        assert!(payload.contains(&shown), "{shown} is not in {payload}");
    };
    check("as these of a family carer's:", CertificateType::FamilyCarer);
    check("and these of a first-aid record:", CertificateType::FirstAid);
}

#[test]
fn the_example_of_the_qr_is_the_one_that_we_write() {
    let fixture = Fixture::new();
    let cwt = fixture.cwt();
    assert_eq!(example("Public key:"), hex::encode(fixture.issuing.public().bytes()));
    assert_eq!(example("Payload:"), hex::encode(payload().encode()));
    assert_eq!(example("Message:"), hex::encode(&cwt));
    assert_eq!(example("Address:"), qr::signed_url(BASE, &payload().code, &cwt));
}
