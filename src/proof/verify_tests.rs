//! The verdicts, one case after another.

use crate::kernel::codes::Code;
use crate::kernel::ids::PublicCode;
use crate::proof::content::{Address, Content};
use crate::proof::cose;
use crate::proof::fixture::{Fixture, NOON, at, day, frozen, id, payload, record};
use crate::proof::frozen::{FrozenRecord, RecordDigest};
use crate::proof::keys::Purpose;
use crate::proof::log::checkpoint::Checkpoint;
use crate::proof::log::edge::Edge;
use crate::proof::log::inclusion::InclusionProof;
use crate::proof::log::tree::{Tree, TreeHead};
use crate::proof::payload::{Environment, Payload};
use crate::proof::report::{Check, CheckName, CheckResult, Report, Verdict};
use crate::proof::status::{Ending, StatusSnapshot, Successor};
use crate::proof::trust::{KeyState, TrustDocument, TrustList, TrustedKey};
use crate::proof::verify::{Evidence, verify, verify_logged};

const OURS: &str = "huzheng.haining.example";
const INDEX: u32 = 100_042;

/// A good certificate, and what may be wrong around it.
struct Case {
    fixture: Fixture,
    payload: Payload,
    document: TrustDocument,
    host: Option<&'static str>,
    path: PublicCode,
    status: Option<StatusSnapshot>,
    now: &'static str,
}

impl Case {
    fn good() -> Self {
        let fixture = Fixture::new();
        Self {
            payload: payload(),
            document: fixture.document(),
            host: Some(OURS),
            path: payload().code,
            status: Some(fixture.snapshot(&[], &[])),
            now: NOON,
            fixture,
        }
    }

    fn marked(&mut self, revoked: &[u32], suspended: &[u32]) {
        self.status = Some(self.fixture.snapshot(revoked, suspended));
    }

    fn report(self) -> Report {
        // Signed without the lint: a stolen key has none.
        let id = id(&self.fixture.issuing);
        let cwt = cose::sign(&self.payload.encode(), &self.fixture.issuing, id).expect("signed");
        let address = self.host.map(|host| Address { host: host.to_owned(), code: self.path });
        let trust = TrustList::new(self.document).expect("consistent");
        verify(&Content::Signed { address, cwt }, &trust, self.status.as_ref(), at(self.now))
    }
}

fn check(change: impl FnOnce(&mut Case), verdict: Verdict, name: CheckName, detail: &str) {
    let mut case = Case::good();
    change(&mut case);
    let report = case.report();
    let found = report.checks.iter().find(|check| check.name == name).map(|check| check.detail);
    assert_eq!((report.verdict, found), (verdict, Some(detail)), "{report:?}");
    assert_eq!(report.certificate.is_none(), matches!(verdict, Verdict::Forged | Verdict::Unsupported));
    assert_eq!(report.checks.len(), CheckName::ALL.len());
    // Without a cutoff nobody asks for a proof of the log.
    let is_asked = |check: &&Check| check.name != CheckName::Log || check.detail != "not-checked";
    let mut asked = report.checks.iter().filter(is_asked);
    let all_passed = asked.all(|check| check.result == CheckResult::Passed);
    assert_eq!(all_passed, verdict == Verdict::Valid && report.checks[1].detail == "ok");
}

#[test]
fn a_good_certificate() {
    let report = Case::good().report();
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).expect("JSON"));
}

#[test]
fn genuine_and_no_more() {
    use CheckName::{Address, Dates, Key, Status};
    check(|_| {}, Verdict::Valid, Status, "ok");
    check(|c| c.host = None, Verdict::Valid, Address, "no-address");
    check(|c| c.host = Some("old.haining.example:8443"), Verdict::Valid, Address, "ok");
    check(|c| c.document.keys[1].state = KeyState::Retired, Verdict::Valid, Key, "ok");

    check(|c| c.payload.expires_on = Some(day("2026-11-21")), Verdict::Valid, Dates, "ok");
    check(|c| c.payload.expires_on = Some(day("2026-11-20")), Verdict::Expired, Dates, "expired");
    check(|c| c.payload.issued_on = day("2026-11-22"), Verdict::StatusUnknown, Dates, "issued-in-future");

    check(|c| c.status = None, Verdict::StatusUnknown, Status, "status-missing");
    check(|c| c.now = "2026-11-21T04:10:00Z", Verdict::StatusUnknown, Status, "status-stale");
    check(|c| c.payload.status.index = 131_072, Verdict::StatusUnknown, Status, "status-index");
    check(|c| c.payload.status.list = 2, Verdict::StatusUnknown, Status, "status-missing");
    check(|c| c.marked(&[INDEX], &[]), Verdict::Revoked, Status, "revoked");
    check(|c| c.marked(&[], &[INDEX]), Verdict::Suspended, Status, "suspended");
    check(|c| c.marked(&[INDEX + 1], &[INDEX - 1]), Verdict::Valid, Status, "ok");
}

#[test]
fn a_key_in_doubt() {
    use CheckName::Key;
    let halt = |key: &mut TrustedKey, when: &str| {
        key.state = KeyState::Halted;
        key.halted_at = Some(at(when));
    };
    let unknown = Verdict::StatusUnknown;
    check(|c| halt(&mut c.document.keys[1], NOON), unknown, Key, "key-halted");
    check(|c| halt(&mut c.document.keys[1], "2026-11-19T04:00:00Z"), Verdict::Forged, Key, "key-halted");
    check(|c| c.document.keys[1].cutoff = Some(1000), unknown, CheckName::Log, "log-proof-needed");
    check(|c| c.document.expires_at = at(NOON), unknown, Key, "trust-list-expired");
}

#[test]
fn forgeries() {
    use CheckName::{Address, Environment as Surroundings, Key};
    check(|c| c.host = Some("huzheng-haining.example"), Verdict::Forged, Address, "foreign-host");
    check(|c| c.host = Some("old.haining.example"), Verdict::Forged, Address, "foreign-host");
    check(|c| c.path = PublicCode::from_bytes([9; 16]), Verdict::Forged, Address, "other-certificate");
    let other = |c: &mut Case| c.payload.environment = Environment::Production;
    check(other, Verdict::Forged, Surroundings, "other-environment");
    check(|c| drop(c.document.keys.remove(1)), Verdict::Forged, Key, "unknown-key");
    check(|c| c.payload.issued_on = day("2025-12-31"), Verdict::Forged, Key, "key-validity");
    let body = |c: &mut Case| c.payload.body = "S000033009999".parse().expect("a body");
    check(body, Verdict::Forged, Key, "key-body");
    let purpose = |c: &mut Case| {
        let key = &mut c.document.keys[1];
        key.purpose = Purpose::Status;
        (key.body, key.body_name_zh, key.body_name_en) = (None, None, None);
        key.types.clear();
    };
    check(purpose, Verdict::Forged, Key, "key-purpose");
}

#[test]
fn the_graver_finding_wins() {
    use CheckName::Status;
    let expired = |c: &mut Case| c.payload.expires_on = Some(day("2026-11-20"));
    let both = |c: &mut Case| {
        expired(c);
        c.status = None;
    };
    check(both, Verdict::Expired, Status, "status-missing");
    let suspended = |c: &mut Case| {
        expired(c);
        c.marked(&[], &[INDEX]);
    };
    check(suspended, Verdict::Suspended, Status, "suspended");
    let revoked = |c: &mut Case| {
        c.marked(&[INDEX], &[INDEX]);
        c.now = "2027-01-21T04:10:00Z";
        c.document.keys[1].cutoff = Some(0);
    };
    check(revoked, Verdict::Revoked, Status, "revoked");
    let forged = |c: &mut Case| {
        c.marked(&[INDEX], &[]);
        c.host = Some("theirs.example");
    };
    check(forged, Verdict::Forged, Status, "not-checked");
}

#[test]
fn on_line_a_replaced_certificate_points_on() {
    let mut case = Case::good();
    case.marked(&[INDEX], &[]);
    let by = Successor {
        code: PublicCode::from_bytes([5; 16]),
        number: "S000033001032265000043".parse().expect("a number"),
    };
    let ending = Ending { on: day("2026-11-21"), replaced_by: Some(by.clone()) };
    case.status.as_mut().expect("lists").put_ending(case.payload.code, ending);
    let report = case.report();
    assert_eq!(report.verdict, Verdict::Replaced);
    let facts = report.certificate.expect("facts");
    assert_eq!((facts.replaced_by, facts.ended_on), (Some(by), Some(day("2026-11-21"))));
}

#[test]
fn an_address_alone_is_for_the_registry_to_look_up() {
    let fixture = Fixture::new();
    let verdict = |host: &str| {
        let address = Address { host: host.to_owned(), code: payload().code };
        verify(&Content::Address(address), &fixture.trust(), None, at(NOON)).verdict
    };
    assert_eq!(verdict(OURS), Verdict::Unsupported);
    assert_eq!(verdict("theirs.example"), Verdict::Forged);
}

/// The verdict on the good certificate by `proof`, its key being cut off at `cutoff`, and what the log's check says.
fn judged(
    cutoff: Option<u64>,
    change: impl FnOnce(&Fixture, &mut InclusionProof),
) -> (Verdict, &'static str) {
    let fixture = Fixture::new();
    let mut edge = Edge::default();
    for number in 0..5 {
        let digest = RecordDigest([number; 32]);
        let leaf = if number == 2 { payload().record.leaf() } else { digest.leaf() };
        edge.append(leaf, &mut Vec::new()).expect("appended");
    }
    let (files, head) = (edge.partial_files(), edge.head());
    let tiles = |path: &str| {
        let file = files.iter().find(|file| file.place.path() == path);
        file.map(|file| file.bytes.clone()).ok_or_else(String::new)
    };
    let mut proof = InclusionProof {
        index: 2,
        hashes: Tree::new(head, &tiles).and_then(|tree| tree.prove_leaf(2)).expect("a proof"),
        checkpoint: Checkpoint::sign("huzheng.haining.example/log/test", head, &fixture.log).expect("signed"),
        record: Some(record().canonical().to_owned()),
    };
    change(&fixture, &mut proof);
    let mut document = fixture.document();
    document.keys[1].cutoff = cutoff;
    if cutoff.is_some() {
        (document.keys[1].state, document.keys[1].halted_at) = (KeyState::Halted, Some(at(NOON)));
    }
    let trust = TrustList::new(document).expect("consistent");
    let content = Content::Signed { address: None, cwt: fixture.cwt() };
    let status = fixture.snapshot(&[], &[]);
    let report = verify_logged(&content, &trust, Some(&status), Evidence::Proof(&proof), at(NOON));
    let said = report.checks.iter().find(|check| check.name == CheckName::Log).map(|check| check.detail);
    assert_eq!(report.certificate.is_none(), report.verdict == Verdict::Forged);
    (report.verdict, said.expect("the check"))
}

#[test]
fn after_a_theft_the_log_tells_the_genuine_from_the_forged() {
    assert_eq!(judged(None, |_, _| {}), (Verdict::Valid, "ok"));
    assert_eq!(judged(Some(3), |_, _| {}), (Verdict::Valid, "ok"));
    assert_eq!(judged(Some(2), |_, _| {}), (Verdict::Forged, "log-after-cutoff"));
    let wrong = (Verdict::StatusUnknown, "log-proof-wrong");
    for cutoff in [None, Some(3)] {
        assert_eq!(judged(cutoff, |_, proof| proof.index = 1), wrong);
        // The digest is the genuine one's, and the record says another name than the signature.
        let renamed = FrozenRecord { holder: "李假".to_owned(), ..frozen() };
        let renamed = renamed.seal().expect("a record").canonical().to_owned();
        assert_eq!(judged(cutoff, |_, proof| proof.record = Some(renamed)), wrong);
        let alone = if cutoff.is_some() { Verdict::StatusUnknown } else { Verdict::Valid };
        assert_eq!(judged(cutoff, |_, proof| proof.record = None), (alone, "log-proof-needed"));
        assert_eq!(judged(cutoff, |_, proof| proof.hashes.truncate(1)), wrong);
        // Another tree, and a checkpoint that the log did not sign.
        let other = |f: &Fixture, proof: &mut InclusionProof| {
            let head = TreeHead { size: 5, ..TreeHead::EMPTY };
            proof.checkpoint = Checkpoint::sign(&proof.checkpoint.origin, head, &f.log).expect("signed");
        };
        assert_eq!(judged(cutoff, other), wrong);
        let forged = |f: &Fixture, proof: &mut InclusionProof| {
            let (origin, head) = (&proof.checkpoint.origin, proof.checkpoint.head);
            proof.checkpoint = Checkpoint::sign(origin, head, &f.issuing).expect("signed");
        };
        assert_eq!(judged(cutoff, forged), wrong);
    }
}
