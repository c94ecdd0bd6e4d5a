//! Who may import whom (ARCHITECTURE.md): arrows never point the other way.

use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// The layers from the ground up. A module may use its own layer's own module and every layer below.
const LAYERS: &[&[&str]] = &[
    &["kernel"],
    &["seeds", "proof"],
    &["render"],
    &["db"],
    &["registry::audit", "registry::log", "registry::outbox"],
    &["registry::areas"],
    &["registry::organisations"],
    &["registry::people"],
    &["registry::accounts", "registry::employment"],
    &["registry::training"],
    &[
        "registry::exams",
        "registry::firstaid",
        "registry::recorded",
        "registry::credit",
        "registry::contests",
        "registry::wages",
    ],
    &["registry::certificates", "registry::certified_lists"],
    &["registry::watch"],
    &["registry::schemes"],
    &["registry::ledger", "registry::statements"],
    &["registry::subsidies"],
    &["registry::indicators"],
    &["flows"],
    &["app", "config", "jobs", "http", "cli"],
];

#[derive(Default)]
struct Imports(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        flatten(&item.tree, &mut Vec::new(), &mut self.0);
    }
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }
}

fn flatten(tree: &syn::UseTree, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, found);
            prefix.pop();
        }
        syn::UseTree::Name(name) => found.push([prefix.clone(), vec![name.ident.to_string()]].concat()),
        syn::UseTree::Rename(name) => found.push([prefix.clone(), vec![name.ident.to_string()]].concat()),
        syn::UseTree::Glob(_) => found.push(prefix.clone()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| flatten(item, prefix, found)),
    }
}

/// The module that a path lies in: `registry::<domain>`, or the first word.
fn module(path: &[String]) -> Option<String> {
    match path {
        [first, second, ..] if first == "registry" => Some(format!("registry::{second}")),
        [first, ..] => Some(first.clone()),
        [] => None,
    }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&module))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            // A test beside its code may start the whole application and look into its tables.
            found.push(path);
        }
    }
}

/// Why `from` may not use `to`.
fn refusal(from: &str, to: &str) -> Option<String> {
    if from == to {
        return None;
    }
    let (Some(here), Some(there)) = (layer(from), layer(to)) else {
        return Some(format!("{from} or {to} is in no layer"));
    };
    let top = LAYERS.len() - 1;
    let allowed = there < here || (here == top && there == top);
    (!allowed || (from == "render" && to == "seeds")).then(|| format!("{from} uses {to}"))
}

#[test]
fn arrows_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 60, "only {} files were read", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&root).expect("below src").with_extension("");
        let place: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let Some(from) = module(&place).filter(|m| !matches!(m.as_str(), "lib" | "main" | "registry::mod"))
        else {
            continue;
        };
        let text = std::fs::read_to_string(&file).expect("a source file");
        let mut imports = Imports::default();
        imports.visit_file(&syn::parse_file(&text).expect("it parses"));
        for path in imports.0.iter().filter(|path| path.first().is_some_and(|first| first == "crate")) {
            // Macros stand at the crate's root: `crate::codes!`.
            let Some(to) = module(&path[1..]).filter(|_| path.len() > 2) else { continue };
            if let Some(why) = refusal(&from, &to) {
                wrong.push(format!("{}: {why}", relative.display()));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rule_itself_can_say_no() {
    assert!(refusal("kernel", "db").is_some());
    assert!(refusal("registry::areas", "registry::people").is_some());
    assert!(refusal("flows", "http").is_some());
    assert!(refusal("render", "db").is_some());
    assert!(refusal("proof", "seeds").is_some());
    assert!(refusal("http", "registry::areas").is_none());
    assert!(refusal("jobs", "http").is_none());
}

/// Whose each table is; the others ask its domain's store.
const TABLES: &[(&str, &[&str])] = &[
    ("areas", &["areas", "elder_populations"]),
    ("organisations", &["organisations", "accreditations"]),
    ("people", &["people"]),
    ("accounts", &["accounts", "login_sessions", "idempotency_keys"]),
    ("employment", &["employments", "declared_services"]),
    (
        "training",
        &[
            "programmes",
            "modules",
            "classes",
            "class_serials",
            "enrolments",
            "lessons",
            "attendances",
            "module_results",
        ],
    ),
    ("exams", &["exam_sessions", "applications", "scores"]),
    // A list of certificates shows whose they are.
    ("firstaid", &["first_aid_certificates", "people"]),
    ("recorded", &["recorded_certificates", "people"]),
    // So does a list of the listed.
    ("credit", &["credit_listings", "credit_events", "people", "organisations"]),
    // And one of winners.
    ("contests", &["contests", "contest_results", "people"]),
    ("certified_lists", &["certified_lists", "certified_list_lines"]),
    ("wages", &["wage_notices", "wage_levels"]),
    (
        "certificates",
        &[
            "certificates",
            "certificate_standings",
            "certificate_events",
            "certificate_reservations",
            "certificate_serials",
            "certificate_days",
            "certificate_bulk_revocations",
        ],
    ),
    ("watch", &["watched_certificates", "watch_notices"]),
    ("schemes", &["scheme_codes", "scheme_versions"]),
    ("statements", &["statements"]),
    ("ledger", &["budget_lines", "ledger_postings"]),
    (
        "subsidies",
        &[
            "claims",
            "claim_appeals",
            "claim_events",
            "bank_accounts",
            "payment_batches",
            "payments",
            "payment_returns",
            "clawbacks",
            "clawback_instalments",
            "clawback_receipts",
            // Lists show whom they are about.
            "people",
            "organisations",
        ],
    ),
    ("audit", &["audit_events"]),
    ("log", &["log_leaves"]),
    ("outbox", &["outbox"]),
];

/// A domain opens its own tables alone; only the figures (`indicators`) read across all of them.
#[test]
fn tables_are_opened_by_their_own_domain() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut opened = 0;
    for file in files {
        let relative = file.strip_prefix(&root).expect("below src").to_string_lossy().into_owned();
        if relative.starts_with("db/") || relative.starts_with("registry/indicators/") {
            continue;
        }
        let domain = relative.strip_prefix("registry/").and_then(|rest| rest.split('/').next());
        let own = TABLES.iter().find(|(name, _)| Some(*name) == domain).map_or(&[][..], |(_, own)| own);
        let mut imports = Imports::default();
        let text = std::fs::read_to_string(&file).expect("a source file");
        imports.visit_file(&syn::parse_file(&text).expect("it parses"));
        for path in imports.0 {
            let [first, second, third, table, ..] = path.as_slice() else { continue };
            if (first.as_str(), second.as_str(), third.as_str()) == ("crate", "db", "schema") {
                assert!(own.contains(&table.as_str()), "{relative} opens {table}");
                opened += 1;
            }
        }
    }
    assert!(opened > 20, "only {opened} tables were seen");
}

/// SQL is where the plan says, and nowhere else.
#[test]
fn diesel_is_used_in_stores_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files {
        let relative = file.strip_prefix(&root).expect("below src").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a source file");
        let is_store = relative.starts_with("db/")
            || (relative.starts_with("registry/")
                && (relative.contains("store")
                    || relative.ends_with("idempotency.rs")
                    || relative.ends_with("held.rs")));
        let statements =
            ["diesel::insert_into", "diesel::update", "diesel::delete", "sql_query", ".load(conn)"];
        if !is_store {
            for statement in statements {
                assert!(!text.contains(statement), "{relative} has SQL: {statement}");
            }
        }
    }
}
