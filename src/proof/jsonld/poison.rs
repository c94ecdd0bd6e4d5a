//! A bound on the work of RDFC-1.0: a small graph of nodes without names that look alike can take it for ever.

use std::collections::{BTreeMap, HashMap, HashSet};

use oxrdf::{BlankNodeRef, Dataset, GraphNameRef, NamedOrBlankNodeRef, QuadRef, TermRef};

use crate::proof::jsonld::BadJsonLd;

/// Steps of the algorithm's recursion; a credential takes none or a few.
const MAX_WORK: u64 = 20_000;

/// # Errors
/// [`BadJsonLd::Poisoned`] where the worst case goes past [`MAX_WORK`]: for n nodes that their own lines don't tell
/// apart, n² times the orders (g!) of each group of g such neighbours that are alike.
pub fn check(quads: &Dataset) -> Result<(), BadJsonLd> {
    let mut of_node: HashMap<BlankNodeRef<'_>, Vec<QuadRef<'_>>> = HashMap::new();
    for quad in quads {
        for node in blank_nodes(&quad).into_iter().flatten().collect::<HashSet<_>>() {
            of_node.entry(node).or_default().push(quad);
        }
    }
    let looks: HashMap<_, _> = of_node.iter().map(|(node, quads)| (*node, look(*node, quads))).collect();
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for look in looks.values() {
        *seen.entry(look).or_default() += 1;
    }
    let alike =
        |node: &BlankNodeRef<'_>| looks.get(node).is_some_and(|look| seen.get(look.as_str()) > Some(&1));
    let ambiguous: Vec<_> = of_node.iter().filter(|(node, _)| alike(node)).collect();
    let count = ambiguous.len() as u64;
    let mut work = count.saturating_mul(count);
    for (node, quads) in ambiguous {
        let near: HashSet<_> =
            quads.iter().flat_map(blank_nodes).flatten().filter(|near| near != node).collect();
        let mut groups: BTreeMap<&str, u64> = BTreeMap::new();
        for near in near.iter().filter(|near| alike(near)) {
            *groups.entry(&looks[near]).or_default() += 1;
        }
        for size in groups.into_values() {
            work = (2..=size).fold(work, u64::saturating_mul);
        }
    }
    if work > MAX_WORK { Err(BadJsonLd::Poisoned) } else { Ok(()) }
}

fn blank_nodes<'a>(quad: &QuadRef<'a>) -> [Option<BlankNodeRef<'a>>; 3] {
    let subject = match quad.subject {
        NamedOrBlankNodeRef::BlankNode(node) => Some(node),
        NamedOrBlankNodeRef::NamedNode(_) => None,
    };
    let object = match quad.object {
        TermRef::BlankNode(node) => Some(node),
        _ => None,
    };
    let graph = match quad.graph_name {
        GraphNameRef::BlankNode(node) => Some(node),
        _ => None,
    };
    [subject, object, graph]
}

/// The lines of one node with itself as `a` and other nodes as `z`: what RDFC's first-degree hash is taken of.
fn look(node: BlankNodeRef<'_>, quads: &[QuadRef<'_>]) -> String {
    let name = |other: BlankNodeRef<'_>| if other == node { "_:a" } else { "_:z" };
    let mut lines: Vec<String> = quads
        .iter()
        .map(|quad| {
            let [subject, object, graph] = blank_nodes(quad).map(|node| node.map(name));
            let subject = subject.map_or_else(|| quad.subject.to_string(), str::to_owned);
            let object = object.map_or_else(|| quad.object.to_string(), str::to_owned);
            let graph = graph.map_or_else(|| quad.graph_name.to_string(), str::to_owned);
            format!("{subject} {} {object} {graph}\n", quad.predicate)
        })
        .collect();
    lines.sort_unstable();
    lines.concat()
}
