//! Texts with slots. Each is derived once from the document of [`shape`](super::shape), the canonical one by the
//! general path of `proof::jsonld`, and from then on only filled in.

use std::borrow::Cow;
use std::sync::OnceLock;

use oxrdf::Literal;
use serde_json::Value;

use crate::proof::credential::Unwritable;
use crate::proof::credential::shape;
use crate::proof::credential::slots::{SHAPES, SLOTS, Shape, Slot, Slots};
use crate::proof::data_integrity::Suite;
use crate::proof::jsonld;

/// How a text is written inside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    Json,
    NQuads,
}

#[derive(Debug)]
struct Template {
    escape: Escape,
    pieces: Vec<(String, Slot)>,
    end: String,
}

/// All that is written of one shape.
#[derive(Debug)]
pub struct Templates {
    document: Template,
    lines: Template,
    signed: [Template; 2],
    proof_lines: Template,
    proof: Template,
}

static OF_SHAPE: [OnceLock<Option<Templates>>; SHAPES] = [const { OnceLock::new() }; SHAPES];

impl Templates {
    /// # Errors
    /// [`Unwritable::Template`], which no shape of ours comes to.
    pub fn of(shape: Shape) -> Result<&'static Self, Unwritable> {
        let place = OF_SHAPE.get(shape.number()).ok_or(Unwritable::Template)?;
        place.get_or_init(|| Self::derive(shape).ok()).as_ref().ok_or(Unwritable::Template)
    }

    fn derive(shape: Shape) -> Result<Self, Unwritable> {
        let document = shape::document(shape, &marker);
        let signed = |suite| Template::json(&shape::signed(suite, shape, &marker));
        Ok(Self {
            document: Template::json(&document)?,
            lines: Template::lines(&document)?,
            signed: [signed(Suite::Jcs)?, signed(Suite::Rdfc)?],
            proof_lines: Template::lines(&shape::proof(Suite::Rdfc, &marker))?,
            proof: Template::json(&shape::proof(Suite::Jcs, &marker))?,
        })
    }

    /// The document without a proof, in the canonical form of RFC 8785.
    pub fn document(&self, slots: &Slots<'_>) -> String {
        self.document.fill(slots)
    }

    /// The document with its proof, in the same form.
    pub fn signed(&self, suite: Suite, slots: &Slots<'_>) -> String {
        self.signed[suite as usize].fill(slots)
    }

    /// What `suite` hashes: the canonical proof configuration and the canonical document.
    pub fn canonical(&self, suite: Suite, slots: &Slots<'_>) -> [String; 2] {
        match suite {
            Suite::Jcs => [self.proof.fill(slots), self.document.fill(slots)],
            Suite::Rdfc => [self.proof_lines.fill(slots), sorted(self.lines.fill(slots))],
        }
    }
}

/// What stands in a slot while a template is derived: nothing that occurs elsewhere, and an address where one is due.
fn marker(slot: Slot) -> String {
    let name = slot as usize;
    match slot {
        Slot::Base => format!("https://slot-{name}-slot"),
        Slot::Did => format!("did:web:slot-{name}-slot"),
        Slot::Method => format!("did:web:slot-{name}-slot#key"),
        _ => format!("slot-{name}-slot"),
    }
}

impl Template {
    fn json(document: &Value) -> Result<Self, Unwritable> {
        let text = serde_json_canonicalizer::to_string(document).map_err(|_| Unwritable::Template)?;
        Ok(Self::cut(&text, Escape::Json))
    }

    fn lines(document: &Value) -> Result<Self, Unwritable> {
        let text = jsonld::canonical(document).map_err(|_| Unwritable::Template)?;
        Ok(Self::cut(&text, Escape::NQuads))
    }

    fn cut(text: &str, escape: Escape) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        let next = |rest: &str| {
            let found = ALL.iter().filter_map(|slot| Some((rest.find(&marker(*slot))?, *slot)));
            found.min_by_key(|(place, _)| *place)
        };
        while let Some((place, slot)) = next(rest) {
            pieces.push((rest[..place].to_owned(), slot));
            rest = &rest[place + marker(slot).len()..];
        }
        Self { escape, pieces, end: rest.to_owned() }
    }

    fn fill(&self, slots: &Slots<'_>) -> String {
        let mut escaped: [Option<Cow<'_, str>>; SLOTS] = [const { None }; SLOTS];
        let mut out = String::with_capacity(8 << 10);
        for (before, slot) in &self.pieces {
            out.push_str(before);
            let text = escaped[*slot as usize].get_or_insert_with(|| self.escape.apply(slots.get(*slot)));
            out.push_str(text);
        }
        out.push_str(&self.end);
        out
    }
}

impl Escape {
    fn apply(self, text: &str) -> Cow<'_, str> {
        let plain = |letter: &u8| *letter >= 0x20 && !matches!(letter, b'"' | b'\\' | 0x7f);
        // N-Quads also escapes the two that are no characters, U+FFFE and U+FFFF.
        let odd = self == Self::NQuads && text.contains(['\u{fffe}', '\u{ffff}']);
        if text.as_bytes().iter().all(plain) && !odd {
            return Cow::Borrowed(text);
        }
        let quoted = match self {
            Self::Json => Value::from(text).to_string(),
            Self::NQuads => Literal::new_simple_literal(text).to_string(),
        };
        Cow::Owned(quoted[1..quoted.len() - 1].to_owned())
    }
}

/// The lines in the order of their characters. They stand so already, since every slot comes after what tells its
/// line from the next.
fn sorted(text: String) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.is_sorted() {
        return text;
    }
    lines.sort_unstable();
    lines.concat()
}

const ALL: [Slot; SLOTS] = [
    Slot::Base,
    Slot::Code,
    Slot::Did,
    Slot::List,
    Slot::Index,
    Slot::Holder,
    Slot::Number,
    Slot::TitleZh,
    Slot::TitleEn,
    Slot::FieldOfStudy,
    Slot::SpecialtyZh,
    Slot::BodyZh,
    Slot::BodyEn,
    Slot::Narrative,
    Slot::Environment,
    Slot::Occupation,
    Slot::Specialty,
    Slot::Level,
    Slot::Body,
    Slot::Theory,
    Slot::Practical,
    Slot::Review,
    Slot::Type,
    Slot::Hours,
    Slot::CompletedOn,
    Slot::OriginalIssuer,
    Slot::OriginalNumber,
    Slot::OriginalIssuedOn,
    Slot::Digest,
    Slot::ValidFrom,
    Slot::ValidUntil,
    Slot::Method,
    Slot::ProofValue,
];
