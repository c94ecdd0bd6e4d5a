//! How fast credentials are issued and checked, as ratios to npm `@digitalbazaar/vc`, the crate `ssi` and
//! `jsonwebtoken`, all measured in one run. `make bench` builds what it needs; it fails below the promised floors.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use huzheng::kernel::dates::Timestamp;
use huzheng::kernel::identity::DocumentKind;
use huzheng::kernel::ids::PublicCode;
use huzheng::kernel::skill::{ExamPart, Occupation, SkillLevel};
use huzheng::proof::content::Content;
use huzheng::proof::credential::{issue, sign_all, write_jwt};
use huzheng::proof::data_integrity::Suite;
use huzheng::proof::frozen::{Attested, FrozenRecord, Named, PartResult, SealedRecord, Skill, Words};
use huzheng::proof::jsonld::{contexts, open_badges};
use huzheng::proof::keys::{KeyId, PrivateKey, Purpose};
use huzheng::proof::payload::{CertificateType, Environment, StatusPlace};
use huzheng::proof::report::Verdict;
use huzheng::proof::status::{StatusList, StatusPurpose, StatusSnapshot};
use huzheng::proof::trust::{KeyState, TrustDocument, TrustList, TrustedKey};
use huzheng::proof::verify::verify;
use serde_json::{Value, json};

/// Of our speed to that of a general library.
const GENERAL_FLOOR: f64 = 50.0;
const JWT_FLOOR: f64 = 0.8;
const TURN: Duration = Duration::from_secs(1);
const BASE: &str = "https://huzheng.haining.example";
const DID: &str = "did:web:huzheng.haining.example";
/// The peers read the machine's clock.
const ISSUED: &str = "2025-01-06";
const SEED: [u8; 32] = [2; 32];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let key = PrivateKey::from_random(&mut SEED.clone());
    let id = KeyId::of(&key.public(), Environment::Test);
    let now: Timestamp = "2026-11-21T04:00:00Z".parse()?;
    let (record, trust, status) = (record()?, trust(&key, now)?, status(now)?);
    let text = issue(&record, Suite::Rdfc, &key, id)?;
    let jwt = write_jwt(&record, &sign_all(&record, &key, id)?)?;
    let is_valid = |text: &str| {
        Content::read(text.as_bytes())
            .is_ok_and(|content| verify(&content, &trust, Some(&status), now).verdict == Verdict::Valid)
    };
    let issued = || rate(|| issue(black_box(&record), Suite::Rdfc, &key, id).is_ok());
    let verified = || rate(|| is_valid(black_box(&text)));

    // Ours before and after each peer: another load on the machine falls on both.
    let folder = tempfile::tempdir()?;
    write_for_peers(folder.path(), &key, id, &text)?;
    let mut good = true;
    for (name, mut peer) in peers(folder.path())? {
        let before = (issued()?, verified()?);
        let out = peer.output()?;
        let said = String::from_utf8_lossy(&out.stdout);
        let theirs: Value = serde_json::from_str(said.trim())
            .map_err(|_| format!("{name}: {said}{}", String::from_utf8_lossy(&out.stderr)))?;
        let after = (issued()?, verified()?);
        let of = |what: &str| theirs[what].as_f64().ok_or_else(|| format!("{name}: no figure for {what}"));
        let ours = (f64::midpoint(before.0, after.0), f64::midpoint(before.1, after.1));
        good &= tell(&format!("issue,  {name}"), ours.0, of("issue")?, GENERAL_FLOOR);
        good &= tell(&format!("verify, {name}"), ours.1, of("verify")?, GENERAL_FLOOR);
    }
    good &= compare_jwt(&key, &jwt, is_valid)?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// In short turns, for both are fast.
fn compare_jwt(key: &PrivateKey, jwt: &str, is_valid: impl Fn(&str) -> bool) -> Result<bool, Failure> {
    let x = URL_SAFE_NO_PAD.encode(key.public().bytes());
    let decoding = jsonwebtoken::DecodingKey::from_ed_components(&x)?;
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    let (mut ours, mut theirs) = (0.0, 0.0);
    for _ in 0..3 {
        theirs +=
            rate(|| jsonwebtoken::decode::<Value>(black_box(jwt), &decoding, &validation).is_ok())? / 3.0;
        ours += rate(|| is_valid(black_box(jwt)))? / 3.0;
    }
    Ok(tell("verify, jsonwebtoken on the VC-JWT", ours, theirs, JWT_FLOOR))
}

fn tell(what: &str, ours: f64, theirs: f64, floor: f64) -> bool {
    let ratio = ours / theirs;
    println!("{what:<36} ours {ours:>8.0}/s  theirs {theirs:>8.0}/s  ratio {ratio:>7.2} (at least {floor})");
    ratio >= floor
}

/// Calls a second.
fn rate(call: impl Fn() -> bool) -> Result<f64, Failure> {
    let (start, mut calls) = (Instant::now(), 0.0);
    while start.elapsed() < TURN {
        for _ in 0..16 {
            if !call() {
                return Err("a good credential was refused".into());
            }
        }
        calls += 16.0;
    }
    Ok(calls / start.elapsed().as_secs_f64())
}

fn peers(folder: &Path) -> Result<[(&'static str, Command); 2], Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let node = root.join("target/node");
    for script in ["bench.mjs", "loader.mjs"] {
        // Beside the packages, where Node looks for them.
        std::fs::copy(root.join("tests/node").join(script), node.join(script))?;
    }
    let mut digitalbazaar = Command::new("node");
    digitalbazaar.arg(node.join("bench.mjs")).arg(folder);
    let ssi: PathBuf = root.join("target/ssi/release/ssi-peer");
    if !ssi.exists() {
        return Err("`make peers` builds the crate ssi as a yardstick".into());
    }
    let mut ssi = Command::new(ssi);
    ssi.arg("bench").arg(folder);
    Ok([("npm @digitalbazaar/vc", digitalbazaar), ("crate ssi", ssi)])
}

fn write_for_peers(folder: &Path, key: &PrivateKey, id: KeyId, text: &str) -> Result<(), Failure> {
    let put = |name: &str, content: String| std::fs::write(folder.join(name), content);
    let (x, d) = (URL_SAFE_NO_PAD.encode(key.public().bytes()), URL_SAFE_NO_PAD.encode(SEED));
    let method = format!("{DID}#{id}");
    let multikey = json!({ "id": method, "type": "Multikey", "controller": DID,
        "publicKeyMultibase": key.public() });
    let did = json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID, "verificationMethod": [multikey], "assertionMethod": [method],
    });
    let keys = json!([{ "id": id, "publicKeyMultibase": key.public(), "x": x }]);
    let context: Value = serde_json::from_str(contexts::bundled(open_badges::URL).ok_or("no context")?)?;
    // A Multikey's secret half: the prefix of Ed25519 private keys, then the seed.
    let mut secret = multikey;
    secret["secretKeyMultibase"] = secret_multibase().into();
    std::fs::create_dir(folder.join("rdfc"))?;
    put("rdfc/good-1", text.to_owned())?;
    put("did.json", did.to_string())?;
    put("issuer.json", json!({ "did": DID, "base": BASE, "keys": keys }).to_string())?;
    put("contexts.json", json!({ open_badges::URL: context }).to_string())?;
    put("key.json", secret.to_string())?;
    put("jwk.json", json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "d": d }).to_string())?;
    Ok(())
}

fn secret_multibase() -> String {
    let bytes: Vec<u8> = [0x80, 0x26].into_iter().chain(SEED).collect();
    huzheng::proof::data_integrity::multibase(&bytes)
}

fn record() -> Result<SealedRecord, Failure> {
    let words = |zh: &str, en: &str| Words { zh: zh.to_owned(), en: en.to_owned() };
    let record = FrozenRecord {
        version: FrozenRecord::VERSION,
        attested: Attested::Skill(Skill {
            occupation: Named::new(Occupation::ElderlyCareWorker, words("养老护理员", "Elderly care worker")),
            specialty: None,
            level: Named::new(SkillLevel::Five, words("五级/初级工", "Level 5 (junior worker)")),
            results: vec![
                PartResult { part: ExamPart::Theory, score: 82 },
                PartResult { part: ExamPart::Practical, score: 76 },
            ],
        }),
        environment: Environment::Test,
        code: PublicCode::from_bytes(*b"0123456789abcdef"),
        number: "S000033001032265000042".parse()?,
        holder: "王桂兰".to_owned(),
        document_kind: DocumentKind::ResidentIdentityCard,
        body: Named::new(
            "S000033001032".parse()?,
            words("海宁市养老护理职业技能评价中心", "Haining Elderly Care Skill Assessment Centre"),
        ),
        issued_on: ISSUED.parse()?,
        expires_on: None,
        status: StatusPlace { list: 1, index: 100_042 },
        base: BASE.to_owned(),
        criteria: words("按国家职业技能标准考核，各科合格", "Passed every part of the assessment"),
    };
    Ok(record.seal()?)
}

fn trust(key: &PrivateKey, now: Timestamp) -> Result<TrustList, Failure> {
    let issuing = TrustedKey {
        id: KeyId::of(&key.public(), Environment::Test),
        public_key: key.public(),
        purpose: Purpose::Issuing,
        body: Some("S000033001032".parse()?),
        body_name_zh: Some("海宁市养老护理职业技能评价中心".to_owned()),
        body_name_en: Some("Haining Elderly Care Skill Assessment Centre".to_owned()),
        types: vec![CertificateType::Skill],
        valid_from: "2024-01-01".parse()?,
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
        expires_at: now + chrono::TimeDelta::days(30),
        verify_hosts: vec!["huzheng.haining.example".to_owned()],
        keys: vec![issuing],
    })?)
}

fn status(now: Timestamp) -> Result<StatusSnapshot, Failure> {
    let mut snapshot = StatusSnapshot::default();
    for purpose in [StatusPurpose::Revocation, StatusPurpose::Suspension] {
        snapshot.put(StatusList::empty(1, purpose, 0, now, now + chrono::TimeDelta::minutes(10))?);
    }
    Ok(snapshot)
}
