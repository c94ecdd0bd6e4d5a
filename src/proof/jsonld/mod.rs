//! JSON-LD 1.1 to the canonical N-Quads of RDFC-1.0: what `eddsa-rdfc-2022` signs.
//!
//! Strict, as the signing libraries of others are: a term that no context defines and an address that is not absolute
//! would silently drop out of what is signed, so they are errors. Bounded in size, depth and work: anybody may hand a
//! document in.

pub mod contexts;
pub mod open_badges;
mod poison;

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{Dataset, GraphName, NamedNode, NamedOrBlankNode, Quad, Term};
use serde_json::{Value, json};

/// The longest document, in bytes of its JSON.
pub const MAX_BYTES: usize = 128 << 10;
const MAX_DEPTH: usize = 32;
const MAX_VALUES: usize = 4_000;
const MAX_QUADS: usize = 4_000;
/// Where a term goes that no context defines, and an address that is relative.
const UNDEFINED: &str = "https://undefined.invalid/term#";
const RELATIVE: &str = "https://relative.invalid/";

/// Why a document has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadJsonLd {
    #[error("the document is larger or deeper than is looked at")]
    TooLarge,
    #[error("the context {0} is not one that we have; none is fetched")]
    UnknownContext(String),
    #[error("no context defines {0}, or it is a relative address")]
    Undefined(String),
    #[error("not JSON-LD: {0}")]
    Malformed(String),
    #[error("the document's nodes without names would take too long to tell apart")]
    Poisoned,
}

/// The canonical N-Quads of `document`, one line each, sorted.
///
/// # Errors
/// [`BadJsonLd`].
pub fn canonical(document: &Value) -> Result<String, BadJsonLd> {
    let mut document = document.clone();
    let mut values = 0;
    prepare(&mut document, 0, &mut values)?;
    let text = document.to_string();
    if text.len() > MAX_BYTES {
        return Err(BadJsonLd::TooLarge);
    }
    let mut quads = to_quads(&text)?;
    poison::check(&quads)?;
    quads.canonicalize(CanonicalizationAlgorithm::Rdfc10 {
        hash_algorithm: CanonicalizationHashAlgorithm::Sha256,
    });
    let mut lines: Vec<String> = quads.iter().map(|quad| format!("{quad} .\n")).collect();
    lines.sort_unstable();
    Ok(lines.concat())
}

fn to_quads(text: &str) -> Result<Dataset, BadJsonLd> {
    let malformed = |error: &dyn std::fmt::Display| BadJsonLd::Malformed(error.to_string());
    let parser = JsonLdParser::new().with_base_iri(RELATIVE).map_err(|error| malformed(&error))?;
    let parser = parser.for_slice(text).with_load_document_callback(|url, _| {
        let text = contexts::bundled(url).ok_or_else(|| BadJsonLd::UnknownContext(url.to_owned()))?;
        Ok(JsonLdRemoteDocument { document: text.as_bytes().to_vec(), document_url: url.to_owned() })
    });
    let mut quads = Dataset::new();
    for quad in parser {
        let quad = quad.map_err(|error| malformed(&error))?;
        if let Some(name) = undefined(&quad) {
            return Err(BadJsonLd::Undefined(name));
        }
        quads.insert(&quad);
        if quads.len() > MAX_QUADS {
            return Err(BadJsonLd::TooLarge);
        }
    }
    Ok(quads)
}

/// Checks the bounds and that we have every context; puts the marker into the contexts.
fn prepare(value: &mut Value, depth: usize, values: &mut usize) -> Result<(), BadJsonLd> {
    *values += 1;
    if depth > MAX_DEPTH || *values > MAX_VALUES {
        return Err(BadJsonLd::TooLarge);
    }
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| prepare(item, depth + 1, values)),
        Value::Object(fields) => {
            for (name, inner) in fields.iter_mut() {
                if name == "@context" {
                    known(inner)?;
                    prepare(inner, depth + 1, values)?;
                    mark(inner);
                    continue;
                }
                if name.starts_with('@') && !KEYWORDS.contains(&name.as_str()) {
                    return Err(BadJsonLd::Undefined(name.clone()));
                }
                prepare(inner, depth + 1, values)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

const KEYWORDS: [&str; 23] = [
    "@base",
    "@container",
    "@context",
    "@direction",
    "@graph",
    "@id",
    "@included",
    "@index",
    "@json",
    "@language",
    "@list",
    "@nest",
    "@none",
    "@prefix",
    "@propagate",
    "@protected",
    "@reverse",
    "@set",
    "@type",
    "@value",
    "@version",
    "@vocab",
    "@import",
];

fn known(context: &Value) -> Result<(), BadJsonLd> {
    match context {
        Value::Array(contexts) => contexts.iter().try_for_each(known),
        Value::String(url) if contexts::bundled(url).is_none() => Err(BadJsonLd::UnknownContext(url.clone())),
        _ => Ok(()),
    }
}

/// The marker stands before every context and after every `null` in it: what they don't define falls to it.
fn mark(context: &mut Value) {
    let contexts = match context.take() {
        Value::Array(contexts) => contexts,
        one => vec![one],
    };
    let marker = || json!({ "@vocab": UNDEFINED });
    let after_null = |context: &Value| context.is_null().then(marker);
    let marked = contexts.into_iter().flat_map(|context| {
        let marker = after_null(&context);
        std::iter::once(context).chain(marker)
    });
    *context = std::iter::once(marker()).chain(marked).collect();
}

/// The first name in `quad` that went to a marker.
fn undefined(quad: &Quad) -> Option<String> {
    let subject = match &quad.subject {
        NamedOrBlankNode::NamedNode(node) => Some(node),
        NamedOrBlankNode::BlankNode(_) => None,
    };
    let graph = match &quad.graph_name {
        GraphName::NamedNode(node) => Some(node),
        GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
    };
    let (object, datatype) = match &quad.object {
        Term::NamedNode(node) => (Some(node.as_str()), None),
        Term::Literal(literal) => (None, Some(literal.datatype().as_str())),
        Term::BlankNode(_) => (None, None),
    };
    [subject, Some(&quad.predicate), graph]
        .into_iter()
        .flatten()
        .map(NamedNode::as_str)
        .chain(object)
        .chain(datatype)
        .find_map(|iri| iri.strip_prefix(UNDEFINED).or_else(|| iri.strip_prefix(RELATIVE)))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests;
