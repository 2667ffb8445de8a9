//! Inside its walls the process reaches nothing of others; without them it does. The test starts itself anew as a child, once with walls and once without.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use kniha_portal::confine::{Walls, hide_memory, shut};
use rustix::process::{getppid, test_kill_process};

const HERE: &str = "KNIHA_WALLS_OWN";
const ELSEWHERE: &str = "KNIHA_WALLS_OTHER";
const PORT: &str = "KNIHA_WALLS_PORT";
const SHUT: &str = "KNIHA_WALLS_SHUT";

/// What the child tries, and whether it can.
fn tries(own: &Path, other: &Path, port: u16) -> Vec<(&'static str, bool)> {
    let parent = getppid().unwrap();
    vec![
        ("keep in the own folder", fs::write(own.join("kept"), "x").and_then(|()| fs::rename(own.join("kept"), own.join("moved"))).is_ok()),
        ("read the desk's folder", fs::read(other.join("house.db")).is_ok()),
        ("write the desk's folder", fs::write(other.join("new"), "x").is_ok()),
        ("list the root", fs::read_dir("/").is_ok()),
        ("connect out", TcpStream::connect(("127.0.0.1", port)).is_ok()),
        ("listen", TcpListener::bind("127.0.0.1:0").is_ok()),
        ("open the memory of another process", fs::File::open(format!("/proc/{}/mem", parent.as_raw_nonzero())).is_ok()),
        ("signal another process", test_kill_process(parent).is_ok()),
        ("start a program", Command::new("/bin/true").status().is_ok_and(|status| status.success())),
    ]
}

/// Runs in the child alone.
#[test]
#[ignore = "the other tests start it"]
fn inside() {
    let own = std::env::var_os(HERE).unwrap();
    let other = std::env::var_os(ELSEWHERE).unwrap();
    let port = std::env::var(PORT).unwrap().parse().unwrap();
    if std::env::var_os(SHUT).is_some() {
        hide_memory().unwrap();
        shut(&Walls { folder: own.clone().into(), reads: None, connects: None }).unwrap();
    }
    for (what, can) in tries(Path::new(&own), Path::new(&other), port) {
        println!("can {what}: {can}");
    }
}

fn child(walls: bool) -> String {
    let (own, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(other.path().join("house.db"), "wrapped keys").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "inside", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(HERE, own.path()).env(ELSEWHERE, other.path()).env(PORT, listener.local_addr().unwrap().port().to_string());
    if walls {
        command.env(SHUT, "1");
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn inside_its_walls_the_process_reaches_its_own_folder_alone() {
    let said = child(true);
    assert!(said.contains("can keep in the own folder: true"), "{said}");
    assert_eq!((said.matches(": true").count(), said.matches(": false").count()), (1, 8), "{said}");
}

#[test]
fn without_walls_it_reaches_everything() {
    let said = child(false);
    assert_eq!((said.matches(": true").count(), said.matches(": false").count()), (9, 0), "{said}");
}
