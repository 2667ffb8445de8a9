//! The house stands as drawn: which room may know which, what a pure room may be built from, and that nothing weakens its walls.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which rooms each room may name as a dependency (`docs/ARCHITECTURE.md`).
const ARROWS: [(&str, &[&str]); 11] = [
    ("kniha-core", &[]),
    ("kniha-seal", &["kniha-core"]),
    ("kniha-db", &[]),
    ("kniha-inbox", &["kniha-core", "kniha-db"]),
    ("kniha-gate", &["kniha-core", "kniha-seal", "kniha-db", "kniha-inbox"]),
    ("kniha-store", &["kniha-core", "kniha-db"]),
    ("kniha-reason", &["kniha-core"]),
    ("kniha-media", &["kniha-core"]),
    ("kniha-portal", &["kniha-core", "kniha-seal", "kniha-db", "kniha-inbox"]),
    ("kniha-desk", &["kniha-core", "kniha-seal", "kniha-gate", "kniha-store"]),
    (
        "kniha",
        &["kniha-core", "kniha-seal", "kniha-db", "kniha-inbox", "kniha-gate", "kniha-store", "kniha-reason", "kniha-media", "kniha-portal", "kniha-desk"],
    ),
];

/// Rooms without I/O.
const PURE: [&str; 4] = ["kniha-core", "kniha-seal", "kniha-reason", "kniha-media"];

/// What may not stand in the tree of a pure room.
const BANNED: [&str; 14] =
    ["tokio", "async-std", "sqlx", "sqlx-core", "libsqlite3-sys", "reqwest", "hyper", "axum", "getrandom", "rand", "chrono", "mio", "socket2", "openssl-sys"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(args).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn rooms_know_only_what_they_may() {
    let metadata: serde_json::Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1", "--offline"])).unwrap();
    let allowed: BTreeMap<&str, BTreeSet<&str>> = ARROWS.iter().map(|(room, knows)| (*room, knows.iter().copied().collect())).collect();
    let packages = metadata["packages"].as_array().unwrap();
    assert_eq!(packages.iter().map(|p| p["name"].as_str().unwrap()).collect::<BTreeSet<_>>(), allowed.keys().copied().collect(), "a room without a row");
    for package in packages {
        let room = package["name"].as_str().unwrap();
        assert_eq!(package["license"], "AGPL-3.0-or-later", "{room}");
        for dependency in package["dependencies"].as_array().unwrap() {
            let name = dependency["name"].as_str().unwrap();
            if name.starts_with("kniha") && dependency["kind"].is_null() {
                assert!(allowed[room].contains(name), "{room} may not know {name}");
            }
        }
    }
}

#[test]
fn a_pure_room_is_built_from_pure_crates() {
    for room in PURE {
        let tree = cargo(&["tree", "-p", room, "-e", "normal", "--prefix", "none", "--offline"]);
        let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(crates.len() > 5, "the tree was read");
        for banned in BANNED {
            assert!(!crates.contains(banned), "{room} is built with {banned}");
        }
    }
}

#[test]
fn nothing_weakens_a_pure_room() {
    for room in PURE {
        let folder = root().join(room.trim_start_matches("kniha-"));
        let list = std::fs::read_to_string(folder.join("clippy.toml")).unwrap();
        for wall in ["std::fs::File", "std::net::TcpStream", "std::process::Command", "std::env::var", "SystemTime::now", "RandomState"] {
            assert!(list.contains(wall), "{room}/clippy.toml lost {wall}");
        }
        for (path, text) in sources(&folder.join("src")) {
            assert!(!text.contains("clippy::disallowed"), "{} allows what a pure room may not do", path.display());
        }
    }
}

/// No host of a package registry, no path of a machine, nothing left undone.
#[test]
fn sources_name_no_machine_and_leave_nothing_undone() {
    let words = [
        "crates\u{2e}io",
        "pypi\u{2e}org",
        "npmjs\u{2e}",
        "deb.debian\u{2e}",
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
    ];
    for room in ["core", "seal", "db", "inbox", "gate", "store", "reason", "media", "portal", "desk", "kniha"] {
        for (path, text) in sources(&root().join(room)) {
            for word in words {
                assert!(!text.contains(word), "{} holds {word}", path.display());
            }
            let lines = text.lines().count();
            assert!(lines <= 800, "{} has {lines} lines: would you know your room?", path.display());
        }
    }
}

/// A promise names the tests that hold it; a name that is nowhere would be a promise that nothing holds.
#[test]
fn every_test_that_a_promise_names_is_there() {
    let rooms = ["core", "seal", "db", "inbox", "gate", "store", "reason", "media", "portal", "desk", "kniha"];
    let texts: Vec<String> = rooms.iter().flat_map(|room| sources(&root().join(room))).map(|(_, text)| text).collect();
    let promises = std::fs::read_to_string(root().join("docs/THREATS.md")).unwrap();
    let mut names: Vec<&str> = promises.lines().filter(|line| line.starts_with("| P")).flat_map(|line| line.split('`').skip(1).step_by(2)).collect();
    names.retain(|name| name.contains('_') && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
    assert!(names.len() > 80, "the table was read: {} names", names.len());
    for name in names {
        let test = format!("fn {name}(");
        let marked = |before: &str| before.lines().rev().take(4).any(|line| line.contains("test"));
        // Or named a second time: a contract is a list of functions, run on each database.
        let is_test = |text: &String| text.split_once(&test).is_some_and(|(before, after)| marked(before) || before.contains(name) || after.contains(name));
        assert!(texts.iter().any(is_test), "no test is called {name}");
    }
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs" || e == "html" || e == "css" || e == "js" || e == "py") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}
