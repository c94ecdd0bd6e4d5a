//! Fresh databases: a copied file for SQLite, a clone of a template on a PostgreSQL that the suite starts itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use huzheng::db::{Database, DatabaseUrl, DbError, migrations};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A new database with every migration run, in `folder` where it is a file.
pub fn fresh(kind: Kind, folder: &Path) -> String {
    match kind {
        Kind::Sqlite => {
            let path = folder.join("registry.sqlite");
            std::fs::copy(sqlite_template(), &path).expect("the template is copied");
            format!("sqlite:{}", path.display())
        }
        Kind::Postgres => {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let server = postgres();
            let name = format!("t{}", COUNT.fetch_add(1, Ordering::SeqCst));
            server.run(&format!("CREATE DATABASE {name} TEMPLATE migrated STRATEGY FILE_COPY"));
            server.url(&name)
        }
    }
}

/// A database without a table, for the tests of the migrations themselves.
pub fn empty(kind: Kind, folder: &Path) -> String {
    match kind {
        Kind::Sqlite => format!("sqlite:{}", folder.join("empty.sqlite").display()),
        Kind::Postgres => {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let server = postgres();
            let name = format!("e{}", COUNT.fetch_add(1, Ordering::SeqCst));
            server.run(&format!("CREATE DATABASE {name} TEMPLATE template0"));
            server.url(&name)
        }
    }
}

pub fn migrate(url: &str) {
    let url: DatabaseUrl = url.parse().expect("a database address");
    let database = Database::open(&url, 1).expect("the database opens");
    database
        .read(|conn| Ok::<_, DbError>(migrations::run(conn)))
        .expect("a connection")
        .expect("migrations run");
}

fn sqlite_template() -> &'static Path {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let path = scratch().join("template.sqlite");
        migrate(&format!("sqlite:{}", path.display()));
        path
    })
}

/// The suite's own folder, removed when the suite has ended.
fn scratch() -> &'static Path {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let path = std::env::temp_dir().join(format!("huzheng-suite-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a scratch folder");
        clean_up_after_us(&path);
        path
    })
}

struct Postgres {
    folder: PathBuf,
    bin: PathBuf,
}

impl Postgres {
    fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=postgres", self.folder.display())
    }

    fn run(&self, sql: &str) {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args(["--quiet", "--no-psqlrc", "--host"]).arg(&self.folder);
        psql.args(["--username", "postgres", "--dbname", "postgres", "--command", sql]);
        let out = psql.output().expect("psql runs");
        assert!(out.status.success(), "{sql}: {}", String::from_utf8_lossy(&out.stderr));
    }
}

fn postgres() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| {
        let bin = postgres_programs().expect("PostgreSQL 15 or newer is installed: `make setup` does it");
        let folder = scratch().join("postgres");
        std::fs::create_dir_all(&folder).expect("a folder for PostgreSQL");
        let data = folder.join("data");
        own(&folder);
        run(as_postgres(&bin.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--no-sync"])
            .arg(&data));
        // One private socket, no port; a crash of the machine may lose it all, so nothing is synced.
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c synchronous_commit=off \
             -c full_page_writes=off -c max_connections=400 -c shared_buffers=256MB",
            folder.display()
        );
        let log = folder.join("log");
        let mut start = as_postgres(&bin.join("pg_ctl"));
        run(start
            .args(["--wait", "--silent", "--pgdata"])
            .arg(&data)
            .arg("--log")
            .arg(&log)
            .args(["-o", &options, "start"]));
        let server = Postgres { folder, bin };
        server.run("CREATE DATABASE migrated TEMPLATE template0");
        migrate(&server.url("migrated"));
        server
    })
}

/// The newest version below the folder where Debian keeps them.
fn postgres_programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            let bin = path.join("bin");
            bin.join("initdb").exists().then_some((version, bin))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn is_root() -> bool {
    let out = Command::new("id").arg("-u").output().expect("id runs");
    out.stdout == b"0\n"
}

/// `initdb` will not run as root: the package's own user does it.
fn as_postgres(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn own(folder: &Path) {
    if is_root() {
        run(Command::new("chown").arg("postgres:postgres").arg(folder));
        run(Command::new("chmod").arg("755").arg(folder));
    }
}

fn run(command: &mut Command) {
    let out = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .expect("it starts");
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
}

/// A guard process waits for the suite to end, however it ends, then stops PostgreSQL and removes the folder.
fn clean_up_after_us(folder: &Path) {
    let stop = if is_root() {
        "setpriv --reuid=postgres --regid=postgres --clear-groups -- \"$2\""
    } else {
        "\"$2\""
    };
    let script = format!(
        "while kill -0 \"$1\" 2>/dev/null; do sleep 0.3; done; \
         {stop} --mode=immediate --silent --pgdata \"$3/postgres/data\" stop; rm -rf \"$3\""
    );
    let pg_ctl = postgres_programs().map(|bin| bin.join("pg_ctl")).unwrap_or_default();
    let mut guard = Command::new("/bin/sh");
    guard.args(["-c", &script, "guard", &std::process::id().to_string()]).arg(pg_ctl).arg(folder);
    guard.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[expect(clippy::zombie_processes, reason = "it outlives us on purpose")]
    guard.spawn().expect("the guard starts");
}
