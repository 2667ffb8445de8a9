//! Killed with −9 at drawn moments of putting and deleting: what was acknowledged is there whole, nothing is half there, and a sweep leaves no file that
//! no row names.
//!
//! A child process puts four submissions at a time and says what it begins and what was acknowledged; the parent waits for a drawn line, lets up to three
//! milliseconds pass, kills, opens the inbox and looks. `KNIHA_CRASH_CYCLES` sets the number of kills (25). For power loss, `KNIHA_CRASH_DIR` is a folder
//! on a file system that can forget what was not flushed and `KNIHA_CRASH_FORGET` a shell command that makes it forget. Controls, which must fail then:
//! `KNIHA_CRASH_UNSAFE=1` takes `synchronous=FULL` away, `KNIHA_CRASH_PRELOAD` names a library that breaks promises of the disk (`scripts/lossy.c`).
//! `scripts/power.sh` does all this with LazyFS.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use kniha_db::{Durability, Place};
use kniha_inbox::Inbox;

use crate::support::*;

/// Submissions of one child, and how many of them at once.
pub(crate) const TURNS: u64 = 40;
const AT_ONCE: u64 = 4;

fn durability() -> Durability {
    if std::env::var_os("KNIHA_CRASH_UNSAFE").is_some() { Durability::Unsafe } else { Durability::Full }
}

fn say(what: &str, turn: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{what} {turn}").unwrap();
    out.flush().unwrap();
}

/// The child: does nothing in an ordinary run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let (Ok(folder), Ok(first)) = (std::env::var("KNIHA_INBOX_FOLDER"), std::env::var("KNIHA_INBOX_FIRST")) else { return };
    let place = match std::env::var("KNIHA_INBOX_URL") {
        Ok(url) => Place::Postgres { url },
        Err(_) => sqlite_place(Path::new(&folder), durability()),
    };
    let inbox = Inbox::open(&place, Path::new(&folder), false).await.unwrap();
    let first: u64 = first.parse().unwrap();
    let lanes: Vec<_> = (0..AT_ONCE).map(|lane| tokio::spawn(lane_of(inbox.clone(), (first + lane..first + TURNS).step_by(AT_ONCE as usize)))).collect();
    for lane in lanes {
        lane.await.unwrap();
    }
}

async fn lane_of(inbox: Inbox, turns: impl Iterator<Item = u64>) {
    for turn in turns {
        say("begin", turn);
        let (parts, leaf) = submission(turn);
        let (large, digest) = (parts[3].part, parts[3].payload_sha256);
        match inbox.put(parts, Some(leaf)).await {
            Ok(_) => say("kept", turn),
            Err(_) => say("refused", turn),
        }
        if turn % 3 == 0 {
            say("deleting", turn);
            if inbox.delete(&large, &digest).await.is_ok_and(|gone| gone) {
                say("deleted", turn);
            }
        }
    }
}

/// What a child said of its turns.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) begun: BTreeSet<u64>,
    pub(crate) kept: BTreeSet<u64>,
    pub(crate) refused: BTreeSet<u64>,
    pub(crate) deleting: BTreeSet<u64>,
    pub(crate) deleted: BTreeSet<u64>,
}

impl Heard {
    /// `false` for a line that is not the child's.
    pub(crate) fn hear(&mut self, line: &str) -> bool {
        let Some((what, turn)) = line.split_once(' ') else { return false };
        let said = match what {
            "begin" => &mut self.begun,
            "kept" => &mut self.kept,
            "refused" => &mut self.refused,
            "deleting" => &mut self.deleting,
            "deleted" => &mut self.deleted,
            _ => return false,
        };
        turn.parse().is_ok_and(|turn| said.insert(turn))
    }

    pub(crate) async fn look(&self, inbox: &Inbox) -> BTreeSet<u64> {
        whole(inbox, &self.begun, &self.kept, &self.deleting, &self.deleted).await
    }
}

/// The child's command, under another program if `under` names one.
pub(crate) fn child_command(under: &[&str], place: &Place, folder: &Path, first: u64) -> Command {
    let exe = std::env::current_exe().unwrap();
    let words = ["crash::child", "--exact", "--nocapture", "--test-threads=1"];
    let mut command = match under {
        [] => Command::new(exe),
        [program, rest @ ..] => {
            let mut command = Command::new(program);
            command.args(rest).arg(exe);
            command
        }
    };
    command.args(words).env("KNIHA_INBOX_FOLDER", folder).env("KNIHA_INBOX_FIRST", first.to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
    if let Place::Postgres { url } = place {
        command.env("KNIHA_INBOX_URL", url);
    }
    if let Some(library) = std::env::var_os("KNIHA_CRASH_PRELOAD") {
        command.env("LD_PRELOAD", library);
    }
    command
}

fn run_and_kill(place: &Place, folder: &Path, cycle: u64) -> Heard {
    // Another line and another moment after it in every cycle: steps of primes go round all of them.
    let (line_no, delay_us) = ((cycle * 37) % 101, (cycle * 7919) % 3000);
    let mut child = child_command(&[], place, folder, cycle * 1000).spawn().unwrap();
    let mut heard = Heard::default();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = 0;
    for line in lines.by_ref().map(Result::unwrap) {
        seen += u64::from(heard.hear(&line));
        if seen > line_no {
            break;
        }
    }
    std::thread::sleep(Duration::from_micros(delay_us));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still said before it died was acknowledged too.
    lines.map_while(Result::ok).for_each(|line| _ = heard.hear(&line));
    heard
}

async fn empty(inbox: &Inbox) {
    for part in inbox.list(None, 1_000_000).await.unwrap() {
        assert!(inbox.delete(&part.part, &part.payload_sha256).await.unwrap());
    }
    for (leaf, _) in inbox.leaves(None, 1_000_000).await.unwrap() {
        assert!(inbox.delete_leaf(&leaf).await.unwrap());
    }
}

async fn cycles(place: &Place, folder: &Path) {
    let cycles: u64 = std::env::var("KNIHA_CRASH_CYCLES").ok().and_then(|n| n.parse().ok()).unwrap_or(25);
    let forget = std::env::var("KNIHA_CRASH_FORGET").ok();
    Inbox::open(place, folder, true).await.unwrap().close().await;
    let (mut begun, mut kept, mut deleted, mut left) = (0, 0, 0, 0);
    for cycle in 0..cycles {
        let heard = run_and_kill(place, folder, cycle);
        if let Some(forget) = &forget {
            assert!(Command::new("sh").args(["-c", forget]).status().unwrap().success(), "{forget}");
        }
        let inbox = Inbox::open(place, folder, false).await.unwrap_or_else(|error| panic!("cycle {cycle}: {error:?}"));
        // The sweep also waits for its turn to write: a server may still be finishing what the killed process had sent.
        let swept = inbox.sweep(now_and_tomorrow().1, 0).await.unwrap();
        let there = heard.look(&inbox).await;
        let named = there.iter().filter(|turn| !heard.deleted.contains(turn)).count();
        let files = files(folder);
        assert!(
            files.0.len() <= named && files.0.len() + heard.deleting.len() >= named && files.1.is_empty(),
            "cycle {cycle}: files {files:?} for {named} objects"
        );
        empty(&inbox).await;
        assert!(self::files(folder).0.is_empty(), "cycle {cycle}: an object is left that no row names");
        inbox.close().await;
        begun += heard.begun.len();
        kept += heard.kept.len();
        deleted += heard.deleted.len();
        left += swept.objects + swept.temporary;
    }
    assert!(kept as u64 > cycles, "the child got somewhere");
    println!("{cycles} kills: {begun} submissions begun, {kept} acknowledged and {deleted} deletions, all as acknowledged; {left} files left behind and swept");
}

#[tokio::test]
async fn killed_on_sqlite() {
    let base = std::env::var_os("KNIHA_CRASH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(base).unwrap();
    cycles(&sqlite_place(folder.path(), durability()), folder.path()).await;
}

#[tokio::test]
async fn killed_on_postgres() {
    if std::env::var_os("KNIHA_CRASH_DIR").is_some() {
        // Power loss is played on the files of the embedded database; a server's files are its own.
        return;
    }
    let Some(place) = postgres_place().await else { return };
    let folder = tempfile::tempdir().unwrap();
    cycles(&place, folder.path()).await;
}
