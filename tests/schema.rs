//! The twin migrations agree with each other and with what Diesel believes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use huzheng::db::{Conn, Database, DatabaseUrl, DbError, migrations};

use crate::support::databases::{self, Kind};

fn open(url: &str) -> Database {
    let url: DatabaseUrl = url.parse().expect("an address");
    Database::open(&url, 1).expect("the database opens")
}

#[test]
fn migrations_have_the_same_names() {
    let names = |database: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
        let entries = std::fs::read_dir(folder).expect("migrations");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    };
    assert!(names("sqlite").len() >= 11);
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn every_migration_runs_up_down_and_up() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let folder = tempfile::tempdir().expect("a folder");
        let database = open(&databases::empty(kind, folder.path()));
        database
            .read(|conn| {
                let up = migrations::run(conn).expect("up").len();
                assert_eq!(migrations::revert_all(conn).expect("down"), up);
                let left: Vec<String> =
                    columns(conn).into_keys().filter(|table| table != "__diesel_schema_migrations").collect();
                assert!(left.is_empty(), "{kind:?}: {left:?} outlive their migrations");
                assert_eq!(migrations::run(conn).expect("up again").len(), up);
                Ok::<_, DbError>(())
            })
            .expect("a connection");
    }
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let tables = |kind| {
        let folder = tempfile::tempdir().expect("a folder");
        let database = open(&databases::fresh(kind, folder.path()));
        database.read(|conn| Ok::<_, DbError>(columns(conn))).expect("a connection")
    };
    let (sqlite, postgres) = (tables(Kind::Sqlite), tables(Kind::Postgres));
    assert!(sqlite.len() > 20, "only {} tables", sqlite.len());
    for (table, columns) in &postgres {
        assert_eq!(Some(columns), sqlite.get(table), "{table}");
    }
    assert_eq!(sqlite.len(), postgres.len());
}

/// What `schema.rs` says against what the database has: a column that is missing or nullable there breaks at run
/// time only, so it is held here.
#[test]
fn the_schema_that_diesel_believes_is_the_one_there_is() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema.rs"));
    let believed = believed(&text.expect("schema.rs"));
    let folder = tempfile::tempdir().expect("a folder");
    let database = open(&databases::fresh(Kind::Postgres, folder.path()));
    let mut there = database.read(|conn| Ok::<_, DbError>(columns(conn))).expect("a connection");
    there.remove("__diesel_schema_migrations");
    for (table, columns) in &there {
        assert_eq!(Some(columns), believed.get(table), "{table}");
    }
    assert_eq!(believed.len(), there.len());
}

type Tables = BTreeMap<String, BTreeMap<String, String>>;

/// Table → column → our word for its type, with `?` where it may be null.
fn believed(schema: &str) -> Tables {
    let mut tables = Tables::new();
    let mut table = String::new();
    for line in schema.lines().map(str::trim) {
        if let Some((name, _)) = line.strip_suffix('{').and_then(|line| line.split_once(" (")) {
            name.clone_into(&mut table);
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            if column.contains('(') {
                continue;
            }
            let (kind, mark) = match kind.strip_prefix("Nullable<") {
                Some(inner) => (inner.trim_end_matches('>'), "?"),
                None => (kind, ""),
            };
            tables.entry(table.clone()).or_default().insert(column.to_owned(), format!("{kind}{mark}"));
        }
    }
    tables
}

#[derive(diesel::QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    nullable: String,
}

fn columns(conn: &mut Conn) -> Tables {
    let sql = match conn {
        Conn::Postgres(_) => {
            "SELECT table_name::text, column_name::text, data_type::text AS kind, is_nullable::text AS nullable \
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
        Conn::Sqlite(_) => {
            "SELECT m.name AS table_name, c.name AS column_name, c.type AS kind, \
             CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 'NO' ELSE 'YES' END AS nullable \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
    };
    let is_postgres = matches!(conn, Conn::Postgres(_));
    let rows: Vec<ColumnRow> = diesel::sql_query(sql).load(conn).expect("the catalogue");
    let mut tables = Tables::new();
    for row in rows {
        let kind = if is_postgres { row.kind.clone() } else { sqlite_kind(&row) };
        let mark = if row.nullable == "YES" { "?" } else { "" };
        let word = format!("{}{mark}", word(&kind));
        tables.entry(row.table_name).or_default().insert(row.column_name, word);
    }
    tables
}

/// SQLite has one name for several of our types, so the column's name and kind tell which it stands for; what
/// differs between the twins in truth shows as a difference in name or nullability all the same.
fn sqlite_kind(row: &ColumnRow) -> String {
    let name = row.column_name.as_str();
    let table_is_diesel_s = row.table_name.starts_with("__diesel");
    match row.kind.as_str() {
        "BLOB" if name == "id" || name.ends_with("_id") || name.ends_with("_by") => "uuid".to_owned(),
        "BLOB" => "bytea".to_owned(),
        // SQLite numbers the rows of a table by an INTEGER alone, which holds 64 bits.
        "INTEGER" if name == "id" => "bigint".to_owned(),
        "TEXT" if is_time(name) => "timestamp with time zone".to_owned(),
        "TEXT" if JSON_COLUMNS.contains(&name) => "jsonb".to_owned(),
        "TIMESTAMP" if table_is_diesel_s => "timestamp without time zone".to_owned(),
        "VARCHAR(50)" if table_is_diesel_s => "character varying".to_owned(),
        other => other.to_lowercase(),
    }
}

const JSON_COLUMNS: [&str; 5] = ["parts", "declarations", "shortfalls", "details", "payload"];

fn is_time(name: &str) -> bool {
    name == "at" || name.ends_with("_at") || name == "locked_until"
}

fn word(kind: &str) -> &str {
    match kind {
        "uuid" => "Identifier",
        "timestamp with time zone" => "Instant",
        "jsonb" => "Structured",
        "bytea" => "Binary",
        "text" => "Text",
        "date" => "Date",
        "integer" => "Integer",
        "bigint" => "BigInt",
        "boolean" => "Bool",
        other => other,
    }
}
