//! A book in a folder of its own, and the program run on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A folder with a book in `book/`; everything goes when it is dropped.
pub(crate) struct Book {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) kind: Kind,
    database: Option<Database>,
}

/// A database of its own on the test server.
struct Database {
    server: String,
    name: String,
}

impl Database {
    fn make(server: &str) -> Database {
        let name = format!("kniha_tool_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let database = Database { server: server.to_owned(), name };
        database.sql(server, &format!("CREATE DATABASE {}", database.name));
        database
    }

    fn url(&self) -> String {
        let (start, _) = self.server.rsplit_once('/').unwrap();
        format!("{start}/{}", self.name)
    }

    fn sql(&self, url: &str, sql: &str) {
        let done = Command::new("psql").args(["-q", "-v", "ON_ERROR_STOP=1", "-c", sql, url]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = Command::new("psql").args(["-q", "-c", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name), &self.server]).output();
    }
}

/// Runs a test on every database there is.
pub(crate) fn on_each(test: impl Fn(Kind)) {
    test(Kind::Sqlite);
    match std::env::var("KNIHA_TEST_POSTGRES_URL") {
        Ok(_) => test(Kind::Postgres),
        Err(_) => assert!(std::env::var("KNIHA_REQUIRE_POSTGRES").as_deref() != Ok("1"), "KNIHA_REQUIRE_POSTGRES=1 and no KNIHA_TEST_POSTGRES_URL"),
    }
}

/// What a run of the program gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Ran {
    /// Fails unless the program said it was done.
    #[track_caller]
    pub(crate) fn well(self) -> Ran {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// Fails unless it ended with this code and said this.
    #[track_caller]
    pub(crate) fn refused(self, code: i32, part: &str) -> Ran {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert!(self.err.contains(part), "{part:?} is not in: {}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    pub(crate) fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Book {
    /// A folder without a book.
    pub(crate) fn none(kind: Kind) -> Book {
        let database = (kind == Kind::Postgres).then(|| Database::make(&std::env::var("KNIHA_TEST_POSTGRES_URL").unwrap()));
        Book { folder: tempfile::tempdir().unwrap(), kind, database }
    }

    /// A new book.
    pub(crate) fn new(kind: Kind) -> Book {
        let book = Book::none(kind);
        book.init().well();
        book
    }

    pub(crate) fn init(&self) -> Ran {
        match self.kind {
            Kind::Sqlite => self.run(&["init", "--title", "Test", "--yes"]),
            Kind::Postgres => self.run(&["init", "--title", "Test", "--yes", "--database", "postgres", "--at-rest", "a test's own server"]),
        }
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("book")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kniha"));
        command.arg("--book").arg(self.dir()).args(args).stdin(Stdio::null()).env_remove("KNIHA_DATABASE_URL").env_remove("KNIHA_BOOK");
        if let Some(database) = &self.database {
            command.env("KNIHA_DATABASE_URL", database.url());
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// Runs SQL on the book's PostgreSQL database.
    pub(crate) fn sql(&self, sql: &str) {
        let database = self.database.as_ref().unwrap();
        database.sql(&database.url(), sql);
    }

    /// The lines of an export.
    pub(crate) fn exported(&self) -> Vec<Value> {
        self.run(&["export", "-"]).well().json()
    }

    /// Property and value of every claim, sorted.
    pub(crate) fn claims(&self) -> Vec<(String, String)> {
        let mut claims: Vec<_> = self
            .exported()
            .iter()
            .filter(|line| line["t"] == "claim" && line["value"].get("ref").is_none())
            .map(|line| {
                let value = line["value"].as_object().unwrap().values().next().unwrap();
                let text = value.get("text").unwrap_or(value);
                (line["property"].as_str().unwrap().to_owned(), text.as_str().map_or_else(|| text.to_string(), str::to_owned))
            })
            .collect();
        claims.sort();
        claims
    }
}

/// A file of the tests' own data.
pub(crate) fn data(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name).to_str().unwrap().to_owned()
}

/// The real data set, where this machine has it.
pub(crate) fn real_incidents() -> Option<String> {
    let shared = std::env::var_os("KNIHA_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let file = shared.join("data/incidents/2020pb_all-locations-v2.json");
    file.exists().then(|| file.to_str().unwrap().to_owned())
}

/// Runs the comparison of a source file with an export; its last line and exit code.
pub(crate) fn compare(source: &str, export: &Path) -> (String, i32) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/compare_2020pb.py");
    let output = Command::new("python3").arg(script).arg(source).arg(export).output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    (out.lines().last().unwrap_or("").to_owned(), output.status.code().unwrap())
}
