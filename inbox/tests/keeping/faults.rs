//! Each write kept or lost: writes that fail at the n-th byte or call leave whole submissions or none, a full disk leaves no file behind, and a failed fsync
//! ends the process before anything is acknowledged.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use kniha_inbox::Inbox;

use crate::crash::{Heard, TURNS, child_command};
use crate::support::*;

/// Runs a child to its end under another program, and looks.
async fn run(case: &Case, under: &[&str], first: u64) -> (Heard, ExitStatus) {
    let output = child_command(under, &case.place, case.folder.path(), first).output().unwrap();
    let mut heard = Heard::default();
    String::from_utf8_lossy(&output.stdout).lines().for_each(|line| _ = heard.hear(line));
    (heard, output.status)
}

/// No file may grow beyond so many KiB: first the objects meet the border, then the write-ahead log.
#[tokio::test]
async fn a_full_disk_refuses_whole_submissions_and_leaves_nothing() {
    let (mut kept, mut refused) = (0, 0);
    for (i, kib) in [48, 64, 96, 130, 200, 300, 450, 700, 1000].into_iter().enumerate() {
        let case = Case::sqlite().await;
        // Of 512 bytes each; and no signal, so that the write fails instead.
        let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", kib * 2);
        let (heard, status) = run(&case, &["sh", "-c", &limit, "sh"], i as u64 * 1000).await;
        assert!(status.success() && heard.begun.len() as u64 == TURNS, "{kib} KiB: the child goes on after a refusal: {status}");
        let there = heard.look(&case.inbox).await;
        assert_eq!(there, heard.kept, "{kib} KiB: what was refused is not there, what was kept is");
        // Without a sweep.
        let rows = case.number("SELECT COUNT(*) FROM part WHERE object_id IS NOT NULL").await;
        assert_eq!((case.files().0.len() as i64, case.files().1.len()), (rows, 0), "{kib} KiB: a file is left behind");
        kept += heard.kept.len();
        refused += heard.refused.len();
    }
    assert!(kept > 10 && refused > 100, "{kept} kept, {refused} refused");
    println!("full disk: {kept} submissions kept, {refused} refused whole");
}

fn can_inject() -> bool {
    let able = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", "true"]).status();
    let able = able.is_ok_and(|status| status.success());
    if !able {
        println!("not run: strace is not installed or not permitted here, so no system call can be made to fail");
    }
    able
}

/// Which call fails. A transaction of this test makes some sixty calls of pwrite64.
const NTH: [u64; 8] = [1, 2, 3, 5, 8, 13, 21, 200];

/// The n-th call of each thread fails, for every n in turn.
#[tokio::test]
async fn each_write_is_kept_or_lost_when_a_call_fails() {
    if !can_inject() {
        return;
    }
    let mut table = BTreeMap::new();
    let calls = [("fsync,fdatasync", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("rename", "EIO"), ("unlink,unlinkat", "EIO")];
    for (turn, (n, (call, error))) in NTH.into_iter().flat_map(|n| calls.map(|call| (n, call))).enumerate() {
        let case = Case::sqlite().await;
        let (trace, inject) = (format!("trace={call}"), format!("inject={call}:error={error}:when={n}"));
        let (heard, status) = run(&case, &["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject], turn as u64 * 1000).await;
        case.inbox.close().await;
        let inbox = Inbox::open(&case.place, case.folder.path(), false).await.unwrap();
        let there = heard.look(&inbox).await;
        assert!(heard.refused.is_disjoint(&there), "{call} {n}: a refused submission is there");
        inbox.sweep(now_and_tomorrow().1, 0).await.unwrap();
        let rows = case.number("SELECT COUNT(*) FROM part WHERE object_id IS NOT NULL").await;
        assert_eq!((case.files().0.len() as i64, case.files().1.len()), (rows, 0), "{call} {n}: a file is left that no row names");
        if n == 200 && call == "pwrite64" {
            println!("{call} {n} {error}: {} kept, {} refused", heard.kept.len(), heard.refused.len());
            assert!(!heard.refused.is_empty() && heard.kept.len() as u64 > TURNS / 2, "{call} {n}: one fault does not stop what comes after");
        }
        let row = table.entry((call, error)).or_insert((0, 0, 0));
        row.0 += heard.kept.len();
        row.1 += heard.refused.len();
        row.2 += usize::from(status.signal() == Some(6));
        if call.starts_with("fsync") && heard.begun.len() as u64 > 0 && heard.refused.len() + heard.kept.len() < TURNS as usize {
            assert_eq!(status.signal(), Some(6), "{call} {n}: a failed fsync ends the process");
        }
    }
    for ((call, error), (kept, refused, aborted)) in &table {
        println!("{call} fails with {error}: {kept} kept, {refused} refused, {aborted} of 8 processes ended themselves");
    }
    let aborted = |call| table.iter().filter(|((name, _), _)| *name == call).map(|(_, row)| row.2).sum::<usize>();
    assert!(aborted("fsync,fdatasync") >= 5 && aborted("pwrite64") == 0 && aborted("rename") == 0, "{table:?}");
    assert!(table[&("rename", "EIO")].1 > 0 && table[&("pwrite64", "ENOSPC")].1 > 0, "the faults were met: {table:?}");
}
