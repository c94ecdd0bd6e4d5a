//! How fast a certificate is checked, as a ratio to the bare Ed25519 check of the same bytes, both measured
//! in turns in one run. `cargo bench --bench verify`; it fails below the floor that the project promises.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use chrono::{NaiveDate, TimeDelta};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use huzheng::kernel::dates::Timestamp;
use huzheng::kernel::ids::PublicCode;
use huzheng::kernel::skill::{Occupation, SkillLevel, Specialty};
use huzheng::proof::content::Content;
use huzheng::proof::cose::{self, Envelope};
use huzheng::proof::frozen::RecordDigest;
use huzheng::proof::keys::{KeyId, PrivateKey, Purpose};
use huzheng::proof::payload::{CertificateType, Environment, Particulars, Payload, StatusPlace};
use huzheng::proof::qr::signed_url;
use huzheng::proof::report::Verdict;
use huzheng::proof::status::{StatusList, StatusPurpose, StatusSnapshot};
use huzheng::proof::trust::{KeyState, TrustDocument, TrustList, TrustedKey};
use huzheng::proof::verify::verify;

const FLOOR: f64 = 0.80;
/// Many short turns, so that other work on the machine falls on all three alike.
const ROUNDS: usize = 1500;
const CALLS: u32 = 20;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let now: Timestamp = "2026-11-21T04:00:00Z".parse()?;
    let key = PrivateKey::from_random(&mut [2; 32]);
    let trust = trust(&key, now)?;
    let status = status(now)?;
    let payload = payload()?;
    let certified = trust.document().keys.first().ok_or("no key")?;
    let cwt = cose::sign(&payload.encode(), &key, certified.id)?;
    let url = signed_url("https://huzheng.haining.example", &payload.code, &cwt);

    let envelope = Envelope::parse(&cwt)?;
    let (message, signature) = (envelope.to_be_signed(), Signature::from_bytes(envelope.signature()));
    let raw_key = VerifyingKey::from_bytes(key.public().bytes())?;
    let content = Content::read(url.as_bytes())?;

    let raw = || raw_key.verify(black_box(&message), black_box(&signature)).is_ok();
    let ours = || verify(black_box(&content), &trust, Some(&status), now).verdict == Verdict::Valid;
    let from_text = || {
        Content::read(black_box(url.as_bytes()))
            .is_ok_and(|content| verify(&content, &trust, Some(&status), now).verdict == Verdict::Valid)
    };

    let (mut times, mut ratios) = ([const { Vec::new() }; 3], [const { Vec::new() }; 2]);
    for _ in 0..ROUNDS {
        let turn = [time(raw)?, time(ours)?, time(from_text)?];
        ratios[0].push(turn[0] / turn[1]);
        ratios[1].push(turn[0] / turn[2]);
        times.iter_mut().zip(turn).for_each(|(all, time)| all.push(time));
    }
    let ([raw, ours, from_text], [ratio, text_ratio]) = (times.map(median), ratios.map(median));
    println!("ed25519-dalek alone      {raw:>8.2} µs");
    println!("verify                   {ours:>8.2} µs  ratio {ratio:.3} (at least {FLOOR})");
    println!("QR text read, verify     {from_text:>8.2} µs  ratio {text_ratio:.3}");
    Ok(if ratio >= FLOOR { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Microseconds per call.
fn time(call: impl Fn() -> bool) -> Result<f64, Failure> {
    let start = Instant::now();
    for _ in 0..CALLS {
        if !call() {
            return Err("a good certificate was refused".into());
        }
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn payload() -> Result<Payload, Failure> {
    Ok(Payload {
        environment: Environment::Test,
        code: PublicCode::from_bytes(*b"0123456789abcdef"),
        number: "S000033001032265000042".parse()?,
        holder: "王桂兰".to_owned(),
        particulars: Particulars::Skill {
            occupation: Occupation::ElderlyCareWorker,
            specialty: Specialty::General,
            level: SkillLevel::Five,
        },
        body: "S000033001032".parse()?,
        issued_on: "2026-11-20".parse()?,
        expires_on: None,
        status: StatusPlace { list: 1, index: 100_042 },
        record: RecordDigest([7; 32]),
    })
}

fn trust(key: &PrivateKey, now: Timestamp) -> Result<TrustList, Failure> {
    let from: NaiveDate = "2026-01-01".parse()?;
    let issuing = TrustedKey {
        id: KeyId::of(&key.public(), Environment::Test),
        public_key: key.public(),
        purpose: Purpose::Issuing,
        body: Some("S000033001032".parse()?),
        body_name_zh: Some("海宁市养老护理职业技能评价中心".to_owned()),
        body_name_en: Some("Haining Elderly Care Skill Assessment Centre".to_owned()),
        types: vec![CertificateType::Skill],
        valid_from: from,
        valid_until: "2028-12-31".parse()?,
        daily_cap: None,
        state: KeyState::Active,
        halted_at: None,
        cutoff: None,
        method: None,
    };
    Ok(TrustList::new(TrustDocument {
        version: 1,
        environment: Environment::Test,
        issued_at: now,
        expires_at: now + TimeDelta::days(30),
        verify_hosts: vec!["huzheng.haining.example".to_owned()],
        keys: vec![issuing],
    })?)
}

fn status(now: Timestamp) -> Result<StatusSnapshot, Failure> {
    let mut snapshot = StatusSnapshot::default();
    for purpose in [StatusPurpose::Revocation, StatusPurpose::Suspension] {
        snapshot.put(StatusList::empty(1, purpose, 0, now, now + TimeDelta::minutes(10))?);
    }
    Ok(snapshot)
}
