//! Every form of a certificate before the verifiers of others: each accepts what we write and refuses each of 1,000
//! changed ones.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use huzheng::kernel::codes::Code;
use huzheng::kernel::dates::Timestamp;
use huzheng::kernel::identity::DocumentKind;
use huzheng::kernel::ids::PublicCode;
use huzheng::kernel::skill::{ExamPart, Occupation, SkillLevel, Specialty};
use huzheng::kernel::vocabulary::TrainingKind;
use huzheng::proof::cose;
use huzheng::proof::credential::{self, Signatures};
use huzheng::proof::data_integrity::{self, Suite};
use huzheng::proof::frozen::{
    Attested, FirstAid, FrozenRecord, Named, PartResult, SealedRecord, Skill, Training, Words,
};
use huzheng::proof::jsonld::{contexts, open_badges};
use huzheng::proof::keys::{KeyId, PrivateKey};
use huzheng::proof::payload::{Environment, StatusPlace};
use huzheng::proof::status::{StatusList, StatusPurpose};
use serde_json::{Map, Value, json};

const BASE: &str = "https://huzheng.haining.example";
const DID: &str = "did:web:huzheng.haining.example";
const MUTATIONS: usize = 1_000;
/// The verifiers read the machine's clock: the certificates are older and their lists outlive it.
const ISSUED: &str = "2025-01-06";
const LISTS_END: &str = "2099-01-01T00:00:00Z";

fn key(seed: u8) -> (PrivateKey, KeyId) {
    let key = PrivateKey::from_random(&mut [seed; 32]);
    let id = KeyId::of(&key.public(), Environment::Test);
    (key, id)
}

fn words(zh: &str, en: &str) -> Words {
    Words { zh: zh.to_owned(), en: en.to_owned() }
}

fn skill(specialty: Option<Named<Specialty>>, results: Vec<PartResult>) -> Attested {
    Attested::Skill(Skill {
        occupation: Named::new(Occupation::ElderlyCareWorker, words("养老护理员", "Elderly care worker")),
        specialty,
        level: Named::new(SkillLevel::Five, words("五级/初级工", "Level 5")),
        results,
    })
}

/// Records of different shapes: with and without specialty, end and results, with names that are hard to write, and
/// those of a training and of first aid.
fn records() -> Vec<SealedRecord> {
    let plain = FrozenRecord {
        version: FrozenRecord::VERSION,
        attested: skill(None, Vec::new()),
        environment: Environment::Test,
        code: PublicCode::from_bytes(*b"verifiers' code1"),
        number: "S000033001032265000042".parse().expect("a number"),
        holder: "王桂兰".to_owned(),
        document_kind: DocumentKind::ResidentIdentityCard,
        body: Named::new(
            "S000033001032".parse().expect("a body"),
            words("海宁市养老护理职业技能评价中心", "Haining Elderly Care Skill Assessment Centre"),
        ),
        issued_on: ISSUED.parse().expect("a date"),
        expires_on: None,
        status: StatusPlace { list: 1, index: 100_042 },
        base: BASE.to_owned(),
        criteria: words("按国家职业技能标准考核", "Passed every part \"as required\""),
    };
    let result = |part, score| PartResult { part, score };
    let graded = FrozenRecord {
        attested: skill(None, vec![result(ExamPart::Theory, 82), result(ExamPart::Practical, 100)]),
        holder: "𠮷田\u{2a6df}·买买提（José）".to_owned(),
        ..plain.clone()
    };
    let dementia = Named::new(Specialty::DementiaCare, words("认知障碍照护员", "Dementia \\ care"));
    let whole = FrozenRecord {
        attested: skill(Some(dementia), ExamPart::ALL.iter().map(|part| result(*part, 60)).collect()),
        expires_on: "2098-12-31".parse().ok(),
        code: PublicCode::from_bytes(*b"verifiers' code2"),
        ..plain.clone()
    };
    let trained = FrozenRecord {
        attested: Attested::Training(Training {
            kind: TrainingKind::FamilyCarer,
            title: words("家庭照护者培训证书", "Certificate of Family Carer Training"),
            course: words("家庭照护者培训", "Training for family carers"),
            hours: 16,
            from: "2024-12-02".parse().expect("a date"),
            until: "2024-12-06".parse().expect("a date"),
            completed_on: "2024-12-08".parse().expect("a date"),
            result: words("合格", "Passed"),
        }),
        number: "P330481990001253000042".parse().expect("a number"),
        code: PublicCode::from_bytes(*b"verifiers' code3"),
        ..plain.clone()
    };
    let seen = FrozenRecord {
        attested: Attested::FirstAid(FirstAid {
            title: words("救护员证登记凭证", "Record of a First-Aider Certificate"),
            original_issuer: words("海宁市红十字会", "Red Cross Society of Haining"),
            original_number: "330481-2024-00137".to_owned(),
            original_issued_on: "2024-11-02".parse().expect("a date"),
        }),
        number: "H330481990003254000042".parse().expect("a number"),
        expires_on: "2098-12-31".parse().ok(),
        code: PublicCode::from_bytes(*b"verifiers' code4"),
        ..plain.clone()
    };
    [plain, graded, whole, trained, seen].map(|record| record.seal().expect("sealed")).to_vec()
}

fn signed(record: &SealedRecord) -> Signatures {
    let (key, id) = key(2);
    credential::sign_all(record, &key, id).expect("signed")
}

fn jsonld(record: &SealedRecord, suite: Suite) -> String {
    credential::write_jsonld(record, &signed(record), suite).expect("written")
}

fn jwt(record: &SealedRecord) -> String {
    credential::write_jwt(record, &signed(record)).expect("written")
}

fn cwt(record: &SealedRecord) -> Vec<u8> {
    let (key, id) = key(2);
    cose::sign(&record.payload().encode(), &key, id).expect("signed")
}

/// SplitMix64: the same changes in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % end as u64).expect("small")
    }

    /// Another letter in one place, one more, or one less.
    fn changed(&mut self, text: &str) -> String {
        const LETTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789";
        let letter = char::from(LETTERS[self.below(LETTERS.len())]);
        let mut letters: Vec<char> = text.chars().collect();
        let place = self.below(letters.len().max(1));
        match self.below(3) {
            0 if !letters.is_empty() => {
                letters.remove(place);
            }
            1 if letters.get(place).is_some_and(|old| *old != letter) => letters[place] = letter,
            _ => letters.insert(place, letter),
        }
        letters.into_iter().collect()
    }
}

/// The addresses of all texts and of all fields and items in `value`.
fn places(value: &Value, at: &str, texts: &mut Vec<String>, parts: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, inner)| (format!("{at}/{name}"), inner)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(n, inner)| (format!("{at}/{n}"), inner)).collect()
        }
        _ => {
            texts.push(at.to_owned());
            return;
        }
    };
    for (at, inner) in inner {
        parts.push(at.clone());
        places(inner, &at, texts, parts);
    }
}

/// A document that says something else, or nothing.
fn mutated_json(document: &Value, dice: &mut Dice) -> Value {
    let (mut texts, mut parts) = (Vec::new(), Vec::new());
    places(document, "", &mut texts, &mut parts);
    let mut changed = document.clone();
    let place = texts[dice.below(texts.len())].clone();
    match dice.below(6) {
        0 => {
            let part = parts[dice.below(parts.len())].clone();
            let (parent, name) = part.rsplit_once('/').expect("a place");
            match changed.pointer_mut(parent).expect("there") {
                Value::Object(fields) => drop(fields.remove(name)),
                Value::Array(items) => drop(items.remove(name.parse().expect("a number"))),
                _ => unreachable!("a part lies in an object or an array"),
            }
        }
        1 => {
            let (subject, more) = [
                ("/credentialSubject", json!({ "role": "director" })),
                ("/credentialSubject/achievement", json!({ "version": "2" })),
                ("/issuer", json!({ "name": "Another" })),
                ("", json!({ "description": "Something else" })),
                ("", json!({ "undefinedTerm": "x" })),
                ("/proof/0", json!({ "expires": "2090-01-01T00:00:00Z" })),
            ][dice.below(6)]
            .clone();
            let fields = changed.pointer_mut(subject).and_then(Value::as_object_mut).expect("an object");
            fields.extend(more.as_object().expect("an object").clone());
        }
        2 => {
            // Two texts of different places; within one array the order says nothing.
            let other = texts[dice.below(texts.len())].clone();
            let parent = |place: &str| place.rsplit_once('/').map(|(parent, _)| parent.to_owned());
            let [one, two] = [&place, &other].map(|place| document.pointer(place).expect("there").clone());
            if one == two || parent(&place) == parent(&other) {
                return mutated_json(document, dice);
            }
            *changed.pointer_mut(&place).expect("there") = two;
            *changed.pointer_mut(&other).expect("there") = one;
        }
        _ => {
            let text = changed.pointer_mut(&place).expect("there");
            *text = dice.changed(text.as_str().expect("only texts")).into();
        }
    }
    changed
}

fn mutated_jwt(jwt: &str, dice: &mut Dice) -> String {
    let parts: Vec<&str> = jwt.split('.').collect();
    let mut parts: Vec<String> = parts.into_iter().map(str::to_owned).collect();
    let which = dice.below(3);
    if which == 2 {
        // In the bytes, for the last letter has bits that say nothing.
        let mut bytes = URL_SAFE_NO_PAD.decode(&parts[2]).expect("base 64");
        let place = dice.below(bytes.len());
        bytes[place] ^= 1 << dice.below(8);
        parts[2] = URL_SAFE_NO_PAD.encode(bytes);
    } else {
        parts[which] = dice.changed(&parts[which]);
    }
    parts.join(".")
}

fn mutated_cwt(cwt: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut changed = cwt.to_vec();
    // Never the first byte: the tag is outside what is signed, and RFC 9052 lets a message go without it.
    let place = 1 + dice.below(changed.len() - 1);
    match dice.below(8) {
        0 => changed.truncate(place),
        1 => drop(changed.remove(place)),
        2 => changed.insert(place, u8::try_from(dice.below(256)).expect("a byte")),
        _ => changed[place] ^= 1 << dice.below(8),
    }
    if changed == cwt { mutated_cwt(cwt, dice) } else { changed }
}

/// Writes good and bad files of every form, and what a verifier needs to know of the issuer.
fn write_all(folder: &Path) {
    for form in ["rdfc", "jcs", "jwt", "cwt"] {
        std::fs::create_dir(folder.join(form)).expect("made");
    }
    let put = |name: String, content: &[u8]| std::fs::write(folder.join(name), content).expect("written");
    let records = records();
    for (number, record) in records.iter().enumerate() {
        put(format!("rdfc/good-{number}"), jsonld(record, Suite::Rdfc).as_bytes());
        put(format!("jcs/good-{number}"), jsonld(record, Suite::Jcs).as_bytes());
        put(format!("jwt/good-{number}"), jwt(record).as_bytes());
        put(format!("cwt/good-{number}"), &cwt(record));
    }
    let mut dice = Dice(2022);
    let document = |suite, number: usize| -> Value {
        serde_json::from_str(&jsonld(&records[number % records.len()], suite)).expect("JSON")
    };
    for number in 0..MUTATIONS {
        let mut changed = |suite| mutated_json(&document(suite, number), &mut dice).to_string();
        put(format!("rdfc/bad-{number}"), changed(Suite::Rdfc).as_bytes());
        put(format!("jcs/bad-{number}"), changed(Suite::Jcs).as_bytes());
        let record = &records[number % records.len()];
        put(format!("jwt/bad-{number}"), mutated_jwt(&jwt(record), &mut dice).as_bytes());
        put(format!("cwt/bad-{number}"), &mutated_cwt(&cwt(record), &mut dice));
    }
    let keys: Vec<Value> = [2, 3]
        .map(|seed| {
            let (key, id) = key(seed);
            let x = URL_SAFE_NO_PAD.encode(key.public().bytes());
            json!({ "id": id, "publicKeyMultibase": key.public(), "x": x })
        })
        .to_vec();
    put("issuer.json".to_owned(), json!({ "did": DID, "base": BASE, "keys": keys }).to_string().as_bytes());
    put("did.json".to_owned(), did_document(&keys).to_string().as_bytes());
    let context = contexts::bundled(open_badges::URL).expect("a context");
    let context: Value = serde_json::from_str(context).expect("JSON");
    put("contexts.json".to_owned(), json!({ open_badges::URL: context }).to_string().as_bytes());
    put("lists.json".to_owned(), Value::Object(lists()).to_string().as_bytes());
}

fn did_document(keys: &[Value]) -> Value {
    let method = |key: &Value| {
        let id = key["id"].as_str().expect("an id");
        json!({ "id": format!("{DID}#{id}"), "type": "Multikey", "controller": DID,
            "publicKeyMultibase": key["publicKeyMultibase"] })
    };
    let methods: Vec<Value> = keys.iter().map(method).collect();
    let ids: Vec<Value> = methods.iter().map(|method| method["id"].clone()).collect();
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID, "verificationMethod": methods, "assertionMethod": ids,
    })
}

/// The status lists that `verifier-core` asks for, in which nobody is marked.
fn lists() -> Map<String, Value> {
    let [from, until]: [Timestamp; 2] =
        ["2025-01-01T00:00:00Z", LISTS_END].map(|text| text.parse().expect("a time"));
    let (key, id) = key(3);
    let credential = |purpose: &StatusPurpose| {
        let list = StatusList::empty(1, *purpose, 0, from, until).expect("a list");
        let address = format!("{BASE}/status/1/{purpose}");
        let document = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": address,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": DID,
            "validFrom": from,
            "credentialSubject": {
                "id": format!("{address}#list"),
                "type": "BitstringStatusList",
                "statusPurpose": purpose,
                "encodedList": list.encode().expect("packed"),
            },
        });
        let method = format!("{DID}#{id}");
        let signed = data_integrity::sign(document, Suite::Rdfc, &method, from, &key).expect("signed");
        (address, signed)
    };
    StatusPurpose::ALL.iter().map(credential).collect()
}

/// What one verifier made of the files: accepted, refused, and which it judged wrongly.
#[derive(Debug, serde::Deserialize)]
struct Judged {
    accepted: usize,
    refused: usize,
    wrong: Vec<String>,
}

fn check(out: std::process::Output, expected: &[&str]) {
    let said = String::from_utf8_lossy(&out.stdout);
    let errors = String::from_utf8_lossy(&out.stderr);
    let last = said.lines().last().unwrap_or_default();
    let judged: BTreeMap<String, Judged> =
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {said}\n{errors}"));
    assert_eq!(judged.keys().map(String::as_str).collect::<Vec<_>>(), expected);
    for (verifier, judged) in judged {
        let wrong = &judged.wrong[..judged.wrong.len().min(20)];
        assert!(wrong.is_empty(), "{verifier} judged {} wrongly: {wrong:#?}", judged.wrong.len());
        assert_eq!((judged.accepted, judged.refused), (records().len(), MUTATIONS), "{verifier}");
    }
}

#[test]
fn javascript_verifiers_accept_our_forms_and_refuse_changed_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let node = root.join("target/node");
    assert!(node.join("node_modules").exists(), "`make setup` installs the JavaScript verifiers");
    let folder = tempfile::tempdir().expect("a folder");
    write_all(folder.path());
    for script in ["verify.mjs", "loader.mjs"] {
        // Beside the packages, where Node looks for them.
        std::fs::copy(root.join("tests/node").join(script), node.join(script)).expect("copied");
    }
    let out = Command::new("node").arg(node.join("verify.mjs")).arg(folder.path()).output();
    check(
        out.expect("node runs"),
        &[
            "cwt @auth0/cose",
            "jcs @digitalbazaar/vc",
            "jwt jose",
            "rdfc @digitalbazaar/vc",
            "rdfc @digitalcredentials/verifier-core",
        ],
    );
}

#[test]
fn python_verifiers_accept_the_code_and_refuse_changed_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/python/bin/python");
    assert!(python.exists(), "`make setup` makes the Python environment");
    let folder = tempfile::tempdir().expect("a folder");
    write_all(folder.path());
    let script = root.join("tests/python/verify_many.py");
    let key = hex::encode(key(2).0.public().bytes());
    let out = Command::new(python).arg(script).arg(key).arg(folder.path().join("cwt")).output();
    check(out.expect("python runs"), &["cwt cwt", "cwt pycose"]);
}

#[test]
#[ignore = "`make peers` builds the crate, which takes minutes, and runs this"]
fn the_crate_ssi_accepts_our_json_ld_and_refuses_changed_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    write_all(folder.path());
    let peer = root.join("target/ssi/release/ssi-peer");
    let out = Command::new(peer).arg("verify").arg(folder.path()).output();
    check(out.expect("the peer runs"), &["rdfc ssi"]);
}
