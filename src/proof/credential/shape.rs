//! The credential as JSON: W3C VC 2.0 with the terms of Open Badges 3.0.
//!
//! Every node has an address, so that the canonical form needs no search; the addresses are fragments of the verify
//! page, which is there as long as the certificate is. No native boolean, number or null stands in it: libraries
//! write those differently.

use serde_json::{Value, json};

use crate::kernel::codes::Code;
use crate::kernel::skill::ExamPart;
use crate::proof::credential::slots::{Family, PARTS, Shape, Slot};
use crate::proof::data_integrity::Suite;
use crate::proof::jsonld::{contexts, open_badges};

/// The document of `shape` with `text` in each slot, and without a proof.
pub fn document(shape: Shape, text: &dyn Fn(Slot) -> String) -> Value {
    let page = format!("{}/v/{}", text(Slot::Base), text(Slot::Code));
    let mut document = json!({
        "@context": context(),
        "id": page,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": text(Slot::TitleZh),
        "description": text(Slot::TitleEn),
        "issuer": { "id": text(Slot::Did), "type": ["Profile"], "url": text(Slot::Base) },
        "validFrom": text(Slot::ValidFrom),
        "credentialSubject": {
            "id": format!("{page}#holder"),
            "type": ["AchievementSubject"],
            "name": text(Slot::Holder),
            "licenseNumber": text(Slot::Number),
            "achievement": achievement(&page, shape, text),
        },
        "credentialStatus": [status("revocation", text), status("suspension", text)],
        // The frozen record itself is not published: a verifier finds no address to fetch it from, only the digest.
        "relatedResource": [{
            "id": format!("{page}#record"),
            "mediaType": "application/json",
            "digestMultibase": text(Slot::Digest),
        }],
    });
    if shape.expires {
        document["validUntil"] = text(Slot::ValidUntil).into();
    }
    let results: Vec<Value> = parts(shape).map(|(part, slot)| result(&page, part, text(slot))).collect();
    if !results.is_empty() {
        document["credentialSubject"]["result"] = results.into();
    }
    document
}

/// The proof configuration, as it is signed with the document's context in it.
pub fn proof(suite: Suite, text: &dyn Fn(Slot) -> String) -> Value {
    json!({
        "@context": context(),
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        // Signatures are made at once for all forms and can be made again: the instant is that of the certificate.
        "created": text(Slot::ValidFrom),
        "verificationMethod": text(Slot::Method),
        "proofPurpose": "assertionMethod",
    })
}

/// The signed document.
pub fn signed(suite: Suite, shape: Shape, text: &dyn Fn(Slot) -> String) -> Value {
    let mut proof = proof(suite, text);
    if let (Suite::Rdfc, Some(fields)) = (suite, proof.as_object_mut()) {
        fields.remove("@context");
    }
    proof["proofValue"] = text(Slot::ProofValue).into();
    let mut document = document(shape, text);
    document["proof"] = json!([proof]);
    document
}

fn context() -> Value {
    json!([contexts::CREDENTIALS, open_badges::URL])
}

fn achievement(page: &str, shape: Shape, text: &dyn Fn(Slot) -> String) -> Value {
    let tags = shape.family.tags();
    let mut achievement = json!({
        "id": format!("{page}#achievement"),
        "type": ["Achievement"],
        "achievementType": match shape.family {
            Family::Skill => "Certification",
            Family::Training => "CertificateOfCompletion",
            Family::FirstAid => "Certificate",
        },
        "name": text(Slot::TitleZh),
        "description": text(Slot::TitleEn),
        "criteria": { "id": format!("{page}#criteria"), "narrative": text(Slot::Narrative) },
        "creator": {
            "id": format!("{page}#body"),
            "type": ["Profile"],
            "name": text(Slot::BodyZh),
            "description": text(Slot::BodyEn),
        },
        "tag": tags.iter().map(|(slot, prefix)| format!("{prefix}{}", text(*slot))).collect::<Vec<_>>(),
    });
    match shape.family {
        Family::Skill => {
            achievement["fieldOfStudy"] = text(Slot::FieldOfStudy).into();
            achievement["humanCode"] = text(Slot::Occupation).into();
        }
        Family::Training => achievement["fieldOfStudy"] = text(Slot::FieldOfStudy).into(),
        Family::FirstAid => {}
    }
    if shape.specialised {
        achievement["specialization"] = text(Slot::SpecialtyZh).into();
    }
    let described: Vec<Value> = parts(shape).map(|(part, _)| description(page, part)).collect();
    if !described.is_empty() {
        achievement["resultDescription"] = described.into();
    }
    achievement
}

fn parts(shape: Shape) -> impl Iterator<Item = (ExamPart, Slot)> {
    PARTS.into_iter().zip(shape.parts).filter_map(|(part, there)| there.then_some(part))
}

fn description(page: &str, part: ExamPart) -> Value {
    let name = match part {
        ExamPart::Theory => "理论知识考试 / Theory",
        ExamPart::Practical => "技能考核 / Practical assessment",
        ExamPart::Review => "综合评审 / Comprehensive review",
    };
    json!({
        "id": format!("{page}#part-{}", part.code()),
        "type": ["ResultDescription"],
        "name": name,
        "resultType": "RawScore",
        "valueMin": "0",
        "valueMax": "100",
    })
}

fn result(page: &str, part: ExamPart, score: String) -> Value {
    json!({
        "id": format!("{page}#result-{}", part.code()),
        "type": ["Result"],
        "resultDescription": format!("{page}#part-{}", part.code()),
        "value": score,
    })
}

fn status(purpose: &str, text: &dyn Fn(Slot) -> String) -> Value {
    let list = format!("{}/status/{}/{purpose}", text(Slot::Base), text(Slot::List));
    json!({
        "id": format!("{list}#{}", text(Slot::Index)),
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": text(Slot::Index),
        "statusListCredential": list,
    })
}
