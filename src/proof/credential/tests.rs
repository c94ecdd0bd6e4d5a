use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::kernel::codes::Code;
use crate::kernel::ids::PublicCode;
use crate::kernel::skill::{ExamPart, SkillLevel, Specialty};
use crate::kernel::vocabulary::TrainingKind;
use crate::proof::data_integrity;
use crate::proof::fixture::{Fixture, day, frozen, id, others, record, skill, training};
use crate::proof::frozen::{Attested, FirstAid, FrozenRecord, Named, PartResult, Skill, Training, Words};
use crate::proof::jsonld;
use crate::proof::payload::{Environment, StatusPlace};

const SUITES: [Suite; 2] = [Suite::Rdfc, Suite::Jcs];

fn written(record: &SealedRecord, suite: Suite) -> String {
    let fixture = Fixture::new();
    let signatures = sign_all(record, &fixture.issuing, id(&fixture.issuing)).expect("signed");
    write_jsonld(record, &signatures, suite).expect("written")
}

#[test]
fn the_form_of_the_credential() {
    let record = FrozenRecord {
        expires_on: Some(day("2029-11-19")),
        attested: Attested::Skill(Skill {
            specialty: Some(Named::new(
                Specialty::DementiaCare,
                Words { zh: "认知障碍照护员".to_owned(), en: "Dementia care".to_owned() },
            )),
            ..skill()
        }),
        ..frozen()
    };
    let record = record.seal().expect("sealed");
    let value: Value = serde_json::from_str(&written(&record, Suite::Rdfc)).expect("JSON");
    insta::assert_snapshot!(serde_json::to_string_pretty(&value).expect("JSON"));
}

#[test]
fn the_form_of_a_training_s_credential_and_of_a_first_aid_record_s() {
    let forms = others().into_iter().map(|record| {
        let record = record.seal().expect("sealed");
        let value: Value = serde_json::from_str(&written(&record, Suite::Rdfc)).expect("JSON");
        let achievement = &value["credentialSubject"]["achievement"];
        (value["name"].clone(), value["description"].clone(), achievement.clone())
    });
    let shown = forms.step_by(4).map(|form| serde_json::to_string_pretty(&form).expect("JSON"));
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_general_path_accepts_every_type_of_certificate() {
    let key = Fixture::new().issuing.public();
    for record in others() {
        let record = record.seal().expect("sealed");
        for suite in SUITES {
            let text = written(&record, suite);
            let value: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(data_integrity::verify(&value, suite, &key), Ok(()), "{suite}");
            let ours = Ours::read(&text).expect("ours");
            assert_eq!(ours.content(), Some((record.payload(), record.base.as_str())));
            assert!(ours.is_signed_by(&key));
        }
    }
}

#[test]
fn the_general_path_accepts_every_form() {
    let fixture = Fixture::new();
    let key = fixture.issuing.public();
    for suite in SUITES {
        let text = written(&record(), suite);
        let value: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(data_integrity::verify(&value, suite, &key), Ok(()), "{suite}");
        assert_eq!(serde_json_canonicalizer::to_string(&value).ok().as_ref(), Some(&text));
        let ours = Ours::read(&text).expect("ours");
        assert!(ours.is_signed_by(&key) && !ours.is_signed_by(&fixture.status.public()));
        assert_eq!(ours.method(), Method::Own(id(&fixture.issuing)));
        let content = (record().payload(), record().base.clone());
        assert_eq!(ours.content(), Some((content.0.clone(), content.1.as_str())));
        // Written another way it is the same credential.
        let pretty = serde_json::to_string_pretty(&value).expect("JSON");
        assert!(Ours::read(&pretty).is_some_and(|ours| ours.is_signed_by(&key)));
        assert_eq!(issue(&record(), suite, &fixture.issuing, id(&fixture.issuing)), Ok(text));
    }
}

#[test]
fn a_library_of_others_reads_the_jwt() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let fixture = Fixture::new();
    let signatures = sign_all(&record(), &fixture.issuing, id(&fixture.issuing)).expect("signed");
    let jwt = write_jwt(&record(), &signatures).expect("written");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    let x = URL_SAFE_NO_PAD.encode(fixture.issuing.public().bytes());
    let key = jsonwebtoken::DecodingKey::from_ed_components(&x).expect("a key");
    let decoded = jsonwebtoken::decode::<Value>(&jwt, &key, &validation).expect("verified");
    assert_eq!(decoded.header.typ.as_deref(), Some("vc+jwt"));
    let document = decoded.claims.to_string();
    let content = read_document(&document).expect("ours");
    assert_eq!(content, (record().payload(), record().base.clone()));
}

#[test]
fn signatures_are_stored_and_read() {
    let fixture = Fixture::new();
    let signatures = sign_all(&record(), &fixture.issuing, id(&fixture.issuing)).expect("signed");
    assert_eq!(Signatures::from_bytes(&signatures.to_bytes()), Some(signatures));
    assert_eq!(Signatures::from_bytes(&signatures.to_bytes()[1..]), None);
    assert_eq!(Signatures::from_bytes(&[0; STORED_BYTES + 1]), None);
}

#[test]
fn what_can_not_be_written() {
    fn graded(results: &[usize]) -> Attested {
        let passed = skill().results;
        Attested::Skill(Skill { results: results.iter().map(|place| passed[*place]).collect(), ..skill() })
    }
    let check = |change: fn(&mut FrozenRecord), expected: Unwritable| {
        let mut record = frozen();
        change(&mut record);
        let record = record.seal().expect("sealed");
        let fixture = Fixture::new();
        assert_eq!(sign_all(&record, &fixture.issuing, id(&fixture.issuing)), Err(expected.into()));
    };
    for base in ["", "ftp://a.example", "https://", "https://a.example/", "https://a>.example", "https://a b"]
    {
        let record = FrozenRecord { base: base.to_owned(), ..frozen() };
        let record = record.seal().expect("sealed");
        let fixture = Fixture::new();
        let signed = sign_all(&record, &fixture.issuing, id(&fixture.issuing));
        assert_eq!(signed, Err(Unwritable::Base.into()), "{base}");
    }
    check(|record| record.attested = graded(&[1, 0]), Unwritable::Results);
    check(|record| record.attested = graded(&[0, 1, 1]), Unwritable::Results);
    check(|record| record.holder.push('\u{7}'), Unwritable::Text);
}

/// Texts that are hard on quoting: quotes, lines, backslashes, characters beyond 16 bits, decomposed ones, those that
/// are none, and what looks like a slot or like syntax.
fn texts() -> impl Strategy<Value = String> {
    let odd = "[\"\\\\\n<>^_:@.{}\u{301}e\u{fffe}\u{ffff}\u{ff08}\u{20000}\u{2a6df}\u{e000}王 a-z]{0,20}";
    prop_oneof![odd, "\\PC{0,40}", Just("slot-5-slot".to_owned()), Just(String::new())]
}

fn named<C: Code + std::fmt::Debug + 'static>() -> impl Strategy<Value = Named<C>> {
    (0..C::ALL.len(), texts(), texts()).prop_map(|(place, zh, en)| Named { code: C::ALL[place], zh, en })
}

fn words() -> impl Strategy<Value = Words> {
    (texts(), texts()).prop_map(|(zh, en)| Words { zh, en })
}

fn attested() -> impl Strategy<Value = Attested> {
    let scores = proptest::array::uniform3(proptest::option::of(0u32..=100));
    let skills = (named(), proptest::option::of(named::<Specialty>()), named::<SkillLevel>(), scores)
        .prop_map(|(occupation, specialty, level, scores)| {
            let parts = ExamPart::ALL.iter().zip(scores);
            let results = parts.filter_map(|(part, score)| Some(PartResult { part: *part, score: score? }));
            Attested::Skill(Skill { occupation, specialty, level, results: results.collect() })
        });
    let trainings = (0..TrainingKind::ALL.len(), words(), words(), any::<u32>(), 0u64..36_000).prop_map(
        |(kind, title, course, hours, on)| {
            let completed_on = day("1971-01-01") + chrono::Days::new(on);
            let usual = training(TrainingKind::ALL[kind]);
            Attested::Training(Training { title, course, hours, completed_on, ..usual })
        },
    );
    let seen = (words(), words(), texts(), 0u64..36_000).prop_map(
        |(title, original_issuer, original_number, on)| {
            let original_issued_on = day("1971-01-01") + chrono::Days::new(on);
            Attested::FirstAid(FirstAid { title, original_issuer, original_number, original_issued_on })
        },
    );
    prop_oneof![skills, trainings, seen]
}

fn records() -> impl Strategy<Value = SealedRecord> {
    let bases = prop_oneof!["https://[a-z]{1,8}\\.example", "http://127\\.0\\.0\\.1:[1-9][0-9]{3}"];
    let identity = (bases, any::<[u8; 16]>(), texts(), "[A-Z0-9\u{53f7}]{4,40}", 0..Environment::ALL.len());
    let said = (attested(), texts(), texts());
    let days = (0u64..36_000, proptest::option::of(0u64..36_000));
    let place = (any::<u32>(), any::<u32>());
    (identity, said, days, place, words()).prop_map(|(identity, said, days, place, criteria)| {
        let first = day("1971-01-01");
        FrozenRecord {
            base: identity.0,
            code: PublicCode::from_bytes(identity.1),
            holder: identity.2,
            number: identity.3.parse().expect("a number"),
            environment: Environment::ALL[identity.4],
            attested: said.0,
            body: Named { code: "Y123456789012".parse().expect("a body"), zh: said.1, en: said.2 },
            issued_on: first + chrono::Days::new(days.0),
            expires_on: days.1.map(|more| first + chrono::Days::new(days.0 + more)),
            status: StatusPlace { list: place.0, index: place.1 },
            criteria,
            ..frozen()
        }
        .seal()
        .expect("a record")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What the templates write is what JSON-LD and RDFC make of the document, for every field and shape.
    #[test]
    fn the_short_way_and_the_general_one_agree(record in records()) {
        let fixture = Fixture::new();
        let slots = with_method(&record, id(&fixture.issuing)).expect("slots");
        let templates = Templates::of(slots.shape).expect("templates");
        let [proof, document] = templates.canonical(Suite::Rdfc, &slots);
        let text = |slot| slots.get(slot).to_owned();
        let general = jsonld::canonical(&shape::document(slots.shape, &text));
        prop_assert_eq!(Ok(document), general);
        prop_assert_eq!(Ok(proof), jsonld::canonical(&shape::proof(Suite::Rdfc, &text)));
        let [proof, document] = templates.canonical(Suite::Jcs, &slots);
        let general = serde_json_canonicalizer::to_string(&shape::document(slots.shape, &text));
        prop_assert_eq!(Some(document), general.ok());
        let general = serde_json_canonicalizer::to_string(&shape::proof(Suite::Jcs, &text));
        prop_assert_eq!(Some(proof), general.ok());
    }

    #[test]
    fn what_is_written_reads_back(record in records()) {
        for suite in SUITES {
            let text = written(&record, suite);
            let ours = Ours::read(&text).expect("ours");
            prop_assert!(ours.is_signed_by(&Fixture::new().issuing.public()));
            let payload = record.payload();
            prop_assert_eq!(ours.content(), Some((payload, record.base.as_str())));
        }
    }

    #[test]
    fn no_text_breaks_the_reading(text in "\\PC{0,200}") {
        prop_assert!(Ours::read(&text).is_none());
    }
}
