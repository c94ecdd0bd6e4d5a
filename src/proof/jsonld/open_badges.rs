//! The terms of Open Badges 3.0 (1EdTech, context 3.0.3), written down from its documentation.
//!
//! The type of a term is part of what is signed, so its faults are kept: `awardedDate` has a type that expands to no
//! address, and `hashed` one that makes libraries write a native boolean differently. We use neither.

use serde_json::{Map, Value, json};

pub const URL: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// Name, address (`ob:` and `schema:` shortened) and what its values are.
type Term = (&'static str, &'static str, Kind);

/// A class with the terms that only its own nodes have.
struct Class {
    name: &'static str,
    iri: &'static str,
    scoped: &'static [Term],
}

#[derive(Clone, Copy)]
enum Kind {
    /// Texts and nodes as they are written.
    Text,
    /// The same, always several.
    Set,
    /// The same, in an order that counts.
    List,
    /// Addresses of nodes.
    Id,
    /// Literals of this type of XML Schema.
    Xsd(&'static str),
    /// Literals of the type `xsd:dateTime`, not expanded.
    Unexpanded,
}
use Kind::{Id, List, Set, Text, Unexpanded, Xsd};

/// The context as a JSON-LD document.
#[must_use]
pub fn context() -> Value {
    let mut terms = scope(EVERYWHERE);
    for class in CLASSES {
        let mut definition = Map::from_iter([("@id".to_owned(), Value::from(expand(class.iri)))]);
        if !class.scoped.is_empty() {
            definition.insert("@context".to_owned(), Value::Object(scope(class.scoped)));
        }
        terms.insert(class.name.to_owned(), Value::Object(definition));
    }
    json!({ "@context": terms })
}

fn scope(terms: &[Term]) -> Map<String, Value> {
    let keywords = [("@protected", json!(true)), ("id", json!("@id")), ("type", json!("@type"))];
    let mut scope = Map::from_iter(keywords.map(|(name, value)| (name.to_owned(), value)));
    for (name, iri, kind) in terms {
        let mut definition = json!({ "@id": expand(iri) });
        match kind {
            Text => {}
            Set => definition["@container"] = "@set".into(),
            List => definition["@container"] = "@list".into(),
            Id => definition["@type"] = "@id".into(),
            Xsd(kind) => definition["@type"] = format!("https://www.w3.org/2001/XMLSchema#{kind}").into(),
            Unexpanded => definition["@type"] = "xsd:dateTime".into(),
        }
        scope.insert((*name).to_owned(), definition);
    }
    scope
}

fn expand(iri: &str) -> String {
    match iri.split_once(':') {
        Some(("ob", name)) => format!("https://purl.imsglobal.org/spec/vc/ob/vocab.html#{name}"),
        Some(("schema", name)) => format!("https://schema.org/{name}"),
        _ => iri.to_owned(),
    }
}

const CLASSES: &[Class] = &[
    Class { name: "OpenBadgeCredential", iri: "ob:OpenBadgeCredential", scoped: &[] },
    Class {
        name: "Achievement",
        iri: "ob:Achievement",
        scoped: &[
            ("achievementType", "ob:achievementType", Text),
            ("alignment", "ob:alignment", Set),
            ("creator", "ob:creator", Text),
            ("creditsAvailable", "ob:creditsAvailable", Xsd("float")),
            ("criteria", "ob:Criteria", Id),
            ("fieldOfStudy", "ob:fieldOfStudy", Text),
            ("humanCode", "ob:humanCode", Text),
            ("image", "ob:image", Id),
            ("otherIdentifier", "ob:otherIdentifier", Set),
            ("related", "ob:related", Set),
            ("resultDescription", "ob:resultDescription", Set),
            ("specialization", "ob:specialization", Text),
            ("tag", "schema:keywords", Set),
            ("version", "ob:version", Text),
            ("inLanguage", "schema:inLanguage", Text),
        ],
    },
    Class { name: "AchievementCredential", iri: "OpenBadgeCredential", scoped: &[] },
    Class {
        name: "AchievementSubject",
        iri: "ob:AchievementSubject",
        scoped: &[
            ("achievement", "ob:achievement", Text),
            ("activityEndDate", "ob:activityEndDate", Xsd("date")),
            ("activityStartDate", "ob:activityStartDate", Xsd("date")),
            ("creditsEarned", "ob:creditsEarned", Xsd("float")),
            ("identifier", "ob:identifier", Set),
            ("image", "ob:image", Id),
            ("licenseNumber", "ob:licenseNumber", Text),
            ("result", "ob:result", Set),
            ("role", "ob:role", Text),
            ("source", "ob:source", Id),
            ("term", "ob:term", Text),
        ],
    },
    Class {
        name: "Address",
        iri: "ob:Address",
        scoped: &[
            ("addressCountry", "schema:addressCountry", Text),
            ("addressCountryCode", "ob:CountryCode", Text),
            ("addressLocality", "schema:addressLocality", Text),
            ("addressRegion", "schema:addressRegion", Text),
            ("geo", "ob:GeoCoordinates", Text),
            ("postOfficeBoxNumber", "schema:postOfficeBoxNumber", Text),
            ("postalCode", "schema:postalCode", Text),
            ("streetAddress", "schema:streetAddress", Text),
        ],
    },
    Class {
        name: "Alignment",
        iri: "schema:AlignmentObject",
        scoped: &[
            ("targetCode", "ob:targetCode", Text),
            ("targetDescription", "schema:targetDescription", Text),
            ("targetFramework", "schema:targetFramework", Text),
            ("targetName", "schema:targetName", Text),
            ("targetType", "ob:targetType", Text),
            ("targetUrl", "schema:targetUrl", Xsd("anyURI")),
        ],
    },
    Class { name: "Criteria", iri: "ob:Criteria", scoped: &[] },
    Class { name: "EndorsementCredential", iri: "ob:EndorsementCredential", scoped: &[] },
    Class {
        name: "EndorsementSubject",
        iri: "ob:EndorsementSubject",
        scoped: &[("endorsementComment", "ob:endorsementComment", Text)],
    },
    Class {
        name: "Evidence",
        iri: "ob:Evidence",
        scoped: &[("audience", "schema:audience", Text), ("genre", "schema:genre", Text)],
    },
    Class {
        name: "GeoCoordinates",
        iri: "ob:GeoCoordinates",
        scoped: &[("latitude", "schema:latitude", Text), ("longitude", "schema:longitude", Text)],
    },
    Class {
        name: "IdentifierEntry",
        iri: "ob:IdentifierEntry",
        scoped: &[("identifier", "ob:identifier", Text), ("identifierType", "ob:identifierType", Text)],
    },
    Class {
        name: "IdentityObject",
        iri: "ob:IdentityObject",
        scoped: &[
            ("hashed", "ob:hashed", Xsd("boolean")),
            ("identityHash", "ob:identityHash", Text),
            ("identityType", "ob:identityType", Text),
            ("salt", "ob:salt", Text),
        ],
    },
    Class { name: "Image", iri: "ob:Image", scoped: &[("caption", "schema:caption", Text)] },
    Class {
        name: "Profile",
        iri: "ob:Profile",
        scoped: &[
            ("additionalName", "schema:additionalName", Text),
            ("address", "ob:address", Id),
            ("dateOfBirth", "ob:dateOfBirth", Xsd("date")),
            ("email", "schema:email", Text),
            ("familyName", "schema:familyName", Text),
            ("familyNamePrefix", "ob:familyNamePrefix", Text),
            ("givenName", "schema:givenName", Text),
            ("honorificPrefix", "schema:honorificPrefix", Text),
            ("honorificSuffix", "schema:honorificSuffix", Text),
            ("image", "ob:image", Id),
            ("otherIdentifier", "ob:otherIdentifier", Set),
            ("parentOrg", "ob:parentOrg", Id),
            ("patronymicName", "ob:patronymicName", Text),
            ("phone", "ob:phone", Text),
            ("official", "ob:official", Text),
        ],
    },
    Class {
        name: "Related",
        iri: "ob:Related",
        scoped: &[("version", "ob:version", Text), ("inLanguage", "schema:inLanguage", Text)],
    },
    Class {
        name: "Result",
        iri: "ob:Result",
        scoped: &[
            ("achievedLevel", "ob:achievedLevel", Xsd("anyURI")),
            ("resultDescription", "ob:resultDescription", Xsd("anyURI")),
            ("status", "ob:status", Text),
            ("value", "schema:value", Text),
        ],
    },
    Class {
        name: "ResultDescription",
        iri: "ob:ResultDescription",
        scoped: &[
            ("allowedValue", "ob:allowedValue", List),
            ("requiredLevel", "ob:requiredLevel", Xsd("anyURI")),
            ("requiredValue", "ob:requiredValue", Text),
            ("resultType", "ob:resultType", Text),
            ("rubricCriterionLevel", "ob:rubricCriterionLevel", Set),
            ("valueMax", "ob:valueMax", Text),
            ("valueMin", "ob:valueMin", Text),
        ],
    },
    Class {
        name: "RubricCriterionLevel",
        iri: "ob:RubricCriterionLevel",
        scoped: &[("level", "ob:level", Text), ("points", "ob:points", Text)],
    },
];

const EVERYWHERE: &[Term] = &[
    ("alignment", "ob:alignment", Set),
    ("description", "schema:description", Text),
    ("endorsement", "ob:endorsement", Set),
    ("image", "ob:image", Id),
    ("inLanguage", "schema:inLanguage", Text),
    ("name", "schema:name", Text),
    ("narrative", "ob:narrative", Text),
    ("url", "schema:url", Xsd("anyURI")),
    ("awardedDate", "ob:awardedDate", Unexpanded),
];
