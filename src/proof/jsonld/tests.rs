use serde_json::{Value, json};

use super::*;

fn credential(more: Value) -> Value {
    let mut document = json!({
        "@context": [contexts::CREDENTIALS, open_badges::URL],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": "did:web:a.example",
    });
    for (name, value) in more.as_object().expect("an object") {
        document[name] = value.clone();
    }
    document
}

#[test]
fn every_bundled_context_can_be_read() {
    for url in [
        contexts::CREDENTIALS,
        open_badges::URL,
        "https://www.w3.org/2018/credentials/v1",
        "https://w3id.org/security/data-integrity/v1",
        "https://w3id.org/security/data-integrity/v2",
        "https://w3id.org/security/multikey/v1",
        "https://w3id.org/vc/status-list/2021/v1",
        "https://www.w3.org/ns/did/v1",
    ] {
        let document = json!({ "@context": url, "@id": "did:web:a.example", "http://a.example/p": "x" });
        let lines = canonical(&document).map_err(|error| error.to_string());
        assert_eq!(lines.as_deref(), Ok("<did:web:a.example> <http://a.example/p> \"x\" .\n"), "{url}");
    }
}

#[test]
fn what_would_drop_out_is_refused() {
    let check = |more: Value, expected: &str| {
        let error = canonical(&credential(more)).expect_err("refused");
        assert_eq!(error, BadJsonLd::Undefined(expected.to_owned()));
    };
    check(json!({ "holderName": "x" }), "holderName");
    check(json!({ "type": ["VerifiableCredential", "Other"] }), "Other");
    check(json!({ "issuer": "a" }), "a");
    check(json!({ "@other": 1 }), "@other");
    let begun_anew = json!({ "credentialSubject": { "@id": "x:y", "@context": null, "other": 1 } });
    assert!(canonical(&credential(begun_anew)).is_err());
    let unprotected = json!({ "@context": { "p": "x:p" }, "p": { "@context": null, "other": 1 } });
    assert_eq!(canonical(&unprotected), Err(BadJsonLd::Undefined("other".to_owned())));
    assert!(canonical(&credential(json!({}))).is_ok());
}

#[test]
fn no_context_is_fetched() {
    let url = "https://a.example/context";
    let unknown = Err(BadJsonLd::UnknownContext(url.to_owned()));
    let subject = json!({ "@context": [url], "id": "x:y" });
    assert_eq!(canonical(&credential(json!({ "credentialSubject": subject }))), unknown);
    let scoped = json!({ "@context": { "p": { "@id": "x:p", "@context": url } }, "id": "x:y" });
    assert_eq!(canonical(&credential(json!({ "credentialSubject": scoped }))), unknown);
    let imported = json!({ "@context": { "@import": url }, "id": "x:y" });
    assert!(canonical(&credential(json!({ "credentialSubject": imported }))).is_err());
}

#[test]
fn size_depth_and_poison_are_refused() {
    let mut deep = json!({});
    for _ in 0..100 {
        deep = json!({ "x:p": deep });
    }
    let wide: Vec<Value> = (0..5_000).map(|n| json!(n)).collect();
    for more in [json!({ "x:p": deep }), json!({ "x:p": wide }), json!({ "x:p": "a".repeat(MAX_BYTES) })] {
        assert_eq!(canonical(&credential(more)), Err(BadJsonLd::TooLarge));
    }
    // A clique of nodes without names, each alike.
    let clique = |size: usize| {
        let node = |n: usize| {
            let others: Vec<_> =
                (0..size).filter(|m| *m != n).map(|m| json!({ "@id": format!("_:b{m}") })).collect();
            json!({ "@id": format!("_:b{n}"), "x:p": others })
        };
        json!({ "@graph": (0..size).map(node).collect::<Vec<_>>() })
    };
    assert_eq!(canonical(&clique(12)), Err(BadJsonLd::Poisoned));
    assert_eq!(canonical(&clique(3)).map(|lines| lines.lines().count()), Ok(6));
    // Many nodes that their own lines tell apart are no trouble.
    let plain: Vec<_> = (0..200).map(|n| json!({ "x:q": n.to_string() })).collect();
    assert!(canonical(&json!({ "@id": "x:y", "x:p": plain })).is_ok());
}

/// The same graph under other names of its nodes has one form.
#[test]
fn names_of_nodes_do_not_count() {
    let graph = |names: [&str; 3]| {
        let [a, b, c] = names;
        json!({ "@graph": [
            { "@id": a, "x:next": { "@id": b } },
            { "@id": b, "x:next": { "@id": c } },
            { "@id": c, "x:next": { "@id": a }, "x:name": "c" },
        ] })
    };
    assert_eq!(canonical(&graph(["_:a", "_:b", "_:c"])), canonical(&graph(["_:z", "_:q", "_:a"])));
}
