//! Tests over the whole path: what was changed, cut, re-spelled or re-ordered never comes out good, and
//! any payload comes back as it went in.

use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use coset::{CborSerializable, CoseSign1, TaggedCborSerializable};
use proptest::prelude::*;

use crate::kernel::codes::Code;
use crate::kernel::ids::PublicCode;
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::kernel::vocabulary::TrainingKind;
use crate::proof::content::Content;
use crate::proof::cose;
use crate::proof::fixture::{BASE, Fixture, NOON, at, id, payload};
use crate::proof::frozen::RecordDigest;
use crate::proof::payload::{BadPayload, Environment, Particulars, Payload, StatusPlace};
use crate::proof::qr;
use crate::proof::report::{Report, Verdict};
use crate::proof::status::StatusSnapshot;
use crate::proof::trust::TrustList;
use crate::proof::verify::{unreadable, verify};

struct Good {
    fixture: Fixture,
    trust: TrustList,
    snapshot: StatusSnapshot,
    cwt: Vec<u8>,
}

static GOOD: LazyLock<Good> = LazyLock::new(|| {
    let fixture = Fixture::new();
    let (trust, snapshot, cwt) = (fixture.trust(), fixture.snapshot(&[], &[]), fixture.cwt());
    Good { fixture, trust, snapshot, cwt }
});

fn report(content: &[u8]) -> Report {
    match Content::read(content) {
        Ok(content) => verify(&content, &GOOD.trust, Some(&GOOD.snapshot), at(NOON)),
        Err(reason) => unreadable(reason),
    }
}

/// Neither good nor with anything in it for people to believe.
fn assert_refused(content: &[u8], what: &str) {
    let report = report(content);
    assert!(matches!(report.verdict, Verdict::Forged | Verdict::Unsupported), "{what}: {report:?}");
    assert_eq!(report.certificate, None, "{what}");
}

#[test]
fn every_changed_byte_is_noticed() {
    assert_eq!(report(&GOOD.cwt).verdict, Verdict::Valid);
    for place in 0..GOOD.cwt.len() {
        for change in [0x01, 0x20, 0x80, 0xff] {
            let mut cwt = GOOD.cwt.clone();
            cwt[place] ^= change;
            assert_refused(&cwt, &format!("byte {place} changed by {change:#x}"));
        }
    }
}

#[test]
fn every_cut_and_addition_is_noticed() {
    for length in 0..GOOD.cwt.len() {
        assert_refused(&GOOD.cwt[..length], &format!("cut to {length}"));
    }
    for byte in 0..=255 {
        let longer = [GOOD.cwt.as_slice(), &[byte]].concat();
        assert_refused(&longer, &format!("followed by {byte}"));
    }
    let tagged_twice = [&[0xd2], GOOD.cwt.as_slice()].concat();
    assert_refused(&tagged_twice, "tagged twice");
}

#[test]
fn every_changed_digit_is_noticed() {
    let url = qr::signed_url(BASE, &payload().code, &GOOD.cwt);
    assert_eq!(report(url.as_bytes()).verdict, Verdict::Valid);
    let fragment = url.find('#').expect("a fragment") + 1;
    for place in fragment..url.len() {
        let mut changed = url.clone().into_bytes();
        changed[place] = b'0' + (changed[place] - b'0' + 1) % 10;
        assert_refused(&changed, &format!("digit {place} changed"));
        assert_refused(&url.as_bytes()[..place], &format!("cut to {place}"));
    }
}

/// Longer spellings of the same message have good signatures, and are refused all the same: else one
/// certificate had many sequences of bytes.
#[test]
fn other_spellings_of_a_signed_message_are_refused() {
    let message = CoseSign1::from_tagged_slice(&GOOD.cwt).expect("a message");
    assert_eq!(message.clone().to_tagged_vec().expect("written"), GOOD.cwt, "coset writes the same bytes");
    assert_refused(&message.clone().to_vec().expect("written"), "without its tag");
    let mut unprotected = message.clone();
    unprotected.unprotected.key_id = b"01234567".to_vec();
    assert_refused(&unprotected.to_tagged_vec().expect("written"), "with an unprotected header");
    let longer_head = [&[0xd8, 0x12], &GOOD.cwt[1..]].concat();
    assert_refused(&longer_head, "with a longer tag");
    let mut other_algorithm = message;
    other_algorithm.protected.header.alg =
        Some(coset::RegisteredLabelWithPrivate::Assigned(coset::iana::Algorithm::ES256));
    other_algorithm.protected.original_data = None;
    let report = report(&other_algorithm.to_tagged_vec().expect("written"));
    assert_eq!((report.verdict, report.checks[0].detail), (Verdict::Unsupported, "unknown-algorithm"));
}

/// Properly signed by a key of ours, but with claims that no version 1 has.
#[test]
fn signed_claims_that_are_not_ours_are_unsupported() {
    use ciborium::{Value, cbor};
    let claims = || {
        let bytes = payload().encode();
        ciborium::from_reader::<Value, _>(bytes.as_slice()).expect("CBOR").into_map().expect("a map")
    };
    let check = |claims: Vec<(Value, Value)>, expected: BadPayload, what: &str| {
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Map(claims), &mut bytes).expect("written");
        assert_eq!(Payload::decode(&bytes), Err(expected), "{what}");
        let id = id(&GOOD.fixture.issuing);
        let report = report(&cose::sign(&bytes, &GOOD.fixture.issuing, id).expect("signed"));
        assert_eq!((report.verdict, report.certificate), (Verdict::Unsupported, None), "{what}");
    };
    let malformed = BadPayload::Malformed;
    for place in 0..claims().len() {
        let mut missing = claims();
        missing.remove(place);
        check(missing, malformed, "a claim missing");
        let mut twice = claims();
        twice.insert(place, twice[place].clone());
        check(twice, malformed, "a claim twice");
        let mut wrong = claims();
        wrong[place].1 = Value::Bool(true);
        check(wrong, malformed, "a claim of the wrong type");
    }
    let mut reordered = claims();
    reordered.swap(0, 1);
    check(reordered, malformed, "claims in another order");
    let mut unknown = claims();
    unknown.push((Value::from(-65_538), Value::from(0)));
    check(unknown, malformed, "an unknown claim");
    let mut half_a_day = claims();
    half_a_day[1].1 = Value::from(1_763_600_000);
    check(half_a_day, malformed, "a date with a time");
    let mut later = claims();
    later[3].1 = cbor!([2, "whatever version 2 has"]).expect("a value");
    check(later, BadPayload::UnknownVersion, "a later version");
    for (place, value) in [
        (1, Value::from(9)),
        (2, Value::from(2)),
        (2, Value::from(4)),
        (2, Value::from(7)),
        (3, Value::from(" S000033001032265000042")),
        (5, Value::from("9-99-99-99")),
        (6, Value::from("gardening")),
        (7, Value::from(6)),
        (8, Value::from(1u64 << 32)),
        (9, Value::from(-1)),
        (10, Value::from(vec![0u8; 31])),
    ] {
        let mut changed = claims();
        changed[3].1.as_array_mut().expect("an array")[place] = value;
        check(changed, malformed, &format!("field {place}"));
    }
}

fn particulars() -> impl Strategy<Value = Particulars> {
    let on = |days| NaiveDate::from_ymd_opt(1971, 1, 1).expect("a date") + Days::new(days);
    let skill = (0..Specialty::ALL.len(), 0..SkillLevel::ALL.len()).prop_map(|(specialty, level)| {
        let (specialty, level) = (Specialty::ALL[specialty], SkillLevel::ALL[level]);
        Particulars::Skill { occupation: Occupation::ElderlyCareWorker, specialty, level }
    });
    let training = (0..TrainingKind::ALL.len(), "\\PC{1,50}", any::<u32>(), 0u64..36_000).prop_map(
        move |(kind, course, hours, days)| {
            let kind = TrainingKind::ALL[kind];
            Particulars::Training { kind, course, hours, completed_on: on(days) }
        },
    );
    let seen = ("\\PC{1,50}", "\\PC{1,50}", 0u64..36_000).prop_map(
        move |(original_issuer, original_number, days)| {
            let original_issued_on = on(days);
            Particulars::FirstAid { original_issuer, original_number, original_issued_on }
        },
    );
    prop_oneof![skill, training, seen]
}

fn payloads() -> impl Strategy<Value = Payload> {
    let any_of = |count: usize| 0..count;
    let identity = (any::<[u8; 16]>(), any_of(Environment::ALL.len()), "\\PC{1,50}");
    let said = (particulars(), "[A-Z0-9]{4,40}");
    let days = (0u64..36_000, proptest::option::of(0u64..36_000));
    let place = (any::<u32>(), any::<u32>());
    (identity, said, days, place).prop_map(|(identity, said, days, place)| {
        let first = NaiveDate::from_ymd_opt(1971, 1, 1).expect("a date");
        Payload {
            environment: Environment::ALL[identity.1],
            code: PublicCode::from_bytes(identity.0),
            number: said.1.parse().expect("a number"),
            holder: identity.2,
            particulars: said.0,
            body: "Y123456789012".parse().expect("a body"),
            issued_on: first + Days::new(days.0),
            expires_on: days.1.map(|more| first + Days::new(days.0 + more)),
            status: StatusPlace { list: place.0, index: place.1 },
            record: RecordDigest([place.0.to_be_bytes()[3]; 32]),
        }
    })
}

proptest! {
    #[test]
    fn a_payload_comes_back(payload in payloads()) {
        let bytes = payload.encode();
        prop_assert_eq!(Payload::decode(&bytes), Ok(payload));
        // A library of others finds the same canonical order and shortest heads.
        let value: ciborium::Value = ciborium::from_reader(bytes.as_slice()).expect("CBOR");
        let mut again = Vec::new();
        ciborium::into_writer(&value, &mut again).expect("written");
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let tagged = [&[cose::FIRST_BYTE], bytes.as_slice()].concat();
        for content in [&bytes, &tagged] {
            prop_assert_eq!(report(content).verdict, Verdict::Unsupported);
        }
        let _ = Payload::decode(&bytes);
    }

    #[test]
    fn no_text_breaks_it(text in "\\PC{0,80}") {
        for content in [text.clone(), format!("{BASE}/v/{text}"), format!("https://{text}")] {
            prop_assert_ne!(report(content.as_bytes()).verdict, Verdict::Valid);
        }
    }
}
