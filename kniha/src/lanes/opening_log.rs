//! The log of openings: what was opened, by which quorum, on which day, written before any key is used.
//!
//! `openings.log` is lines of text, each `1 n previous part quorum day hash`: the format's version, the entry's number from 1, the hash of the entry before (64
//! zeros for the first), the part's id, the quorum's number, the day since 1970, and the SHA-256 of the line up to the space before it. An entry's hash is the
//! receipt that a holder of keys demands. The file only grows; an entry is on the disk before its receipt is given out. A last line that was cut off had no
//! receipt yet, so no key was used: it is taken away, loudly. Anything else that does not fit is a change of the past, and nothing is opened then. That whole
//! lines are missing at the end shows by comparing the head with one that was noted elsewhere. One file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use kniha_core::commit::Hash;
use kniha_seal::holder::ReadReceipt;
use kniha_seal::part::{Day, PartId};
use kniha_seal::quorum::QuorumNo;
use sha2::{Digest, Sha256};

use crate::exit::{Exit, Failure, NOTHING_WRITTEN};
use crate::home::files;
use crate::say;

/// The file in the folder.
pub(crate) const FILE: &str = "openings.log";
const VERSION: &str = "1";
/// No line is longer.
const MOST_LINE: usize = 300;

/// The log, held by this process alone.
pub(crate) struct OpeningLog {
    file: File,
    path: PathBuf,
    entries: u64,
    head: Hash,
}

impl OpeningLog {
    /// Opens the log of a folder, makes it where there is none, and follows its chain from the first entry on.
    pub(crate) fn open(dir: &Path) -> anyhow::Result<OpeningLog> {
        let path = dir.join(FILE);
        let new = !path.exists();
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::new(
                    Exit::Busy,
                    "Somebody else is opening parts in this folder.",
                    NOTHING_WRITTEN,
                    "Let them finish, then run the same command again.",
                )
                .into());
            }
            Err(TryLockError::Error(e)) => return Err(anyhow::Error::new(e).context("taking the lock of the opening log")),
        }
        if new {
            file.sync_all()?;
            files::sync_dir(dir)?;
        }
        let mut log = OpeningLog { file, path, entries: 0, head: Hash([0; 32]) };
        log.follow()?;
        Ok(log)
    }

    /// Number and hash of the last entry: noted elsewhere, they show later that nothing was cut off.
    pub(crate) fn head(&self) -> (u64, Hash) {
        (self.entries, self.head)
    }

    /// Writes that a part is about to be opened. When this returns, the entry is on the disk.
    pub(crate) fn write(&mut self, part: PartId, quorum: QuorumNo, day: Day) -> anyhow::Result<ReadReceipt> {
        let (line, hash) = entry(self.entries + 1, &self.head, &part, quorum, day);
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.entries += 1;
        self.head = hash;
        Ok(ReadReceipt::of_entry(part, hash))
    }

    fn follow(&mut self) -> anyhow::Result<()> {
        let mut reader = BufReader::new(&self.file);
        let (mut good, mut line) = (0, Vec::new());
        loop {
            line.clear();
            let len = std::io::Read::take(&mut reader, MOST_LINE as u64).read_until(b'\n', &mut line)?;
            if len == 0 {
                break;
            }
            if line.last() != Some(&b'\n') {
                if reader.fill_buf()?.is_empty() {
                    say::note(&format!(
                        "{}: the last entry was cut off after {len} bytes, before any key was used. It is taken away; {} entries stand.",
                        self.path.display(),
                        self.entries
                    ));
                    self.file.set_len(good)?;
                    self.file.sync_all()?;
                    break;
                }
                return Err(broken(&self.path, self.entries + 1));
            }
            self.head = read(&line, self.entries + 1, &self.head).ok_or_else(|| broken(&self.path, self.entries + 1))?;
            self.entries += 1;
            good += len as u64;
        }
        self.file.seek(SeekFrom::Start(good))?;
        Ok(())
    }
}

fn broken(path: &Path, entry: u64) -> anyhow::Error {
    Failure::new(
        Exit::Refused,
        format!("The log of openings was changed: entry {entry} of {} does not follow from the one before.", path.display()),
        "Nothing was opened.",
        "Keep the file as it is, tell the auditors, and compare with a copy. A new log is begun only in a new folder.",
    )
    .into()
}

fn entry(n: u64, prev: &Hash, part: &PartId, quorum: QuorumNo, day: Day) -> (String, Hash) {
    let text = format!("{VERSION} {n} {prev} {part} {quorum} {day}");
    let hash = Hash(Sha256::digest(&text).into());
    (format!("{text} {hash}\n"), hash)
}

/// The hash of a line that is entry `n` after `prev` in its only form.
fn read(line: &[u8], n: u64, prev: &Hash) -> Option<Hash> {
    let text = std::str::from_utf8(line).ok()?;
    let fields: Vec<&str> = text.trim_end_matches('\n').split(' ').collect();
    let [_, _, _, part, quorum, day, _] = fields.as_slice() else { return None };
    let (written, hash) = entry(n, prev, &PartId::parse(part).ok()?, QuorumNo(quorum.parse().ok()?), Day(day.parse().ok()?));
    (written == text).then_some(hash)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn written(entries: u8) -> (tempfile::TempDir, Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let mut log = OpeningLog::open(dir.path()).unwrap();
        for n in 0..entries {
            log.write(PartId::from_random([n; 16]), QuorumNo(1), Day(20_000)).unwrap();
        }
        let bytes = std::fs::read(dir.path().join(FILE)).unwrap();
        (dir, bytes)
    }

    #[test]
    fn entries_follow_each_other_over_several_runs() {
        let (dir, first) = written(3);
        let mut log = OpeningLog::open(dir.path()).unwrap();
        assert_eq!(log.head().0, 3);
        let receipt = log.write(PartId::from_random([9; 16]), QuorumNo(4), Day(20_001)).unwrap();
        assert_eq!((*receipt.entry(), 4), (log.head().1, log.head().0));
        drop(log);
        let all = std::fs::read(dir.path().join(FILE)).unwrap();
        assert!(all.starts_with(&first) && all.len() > first.len());
        assert_eq!(OpeningLog::open(dir.path()).unwrap().head().0, 4);
    }

    /// Every byte of every entry, each in a log of its own, and every line left out or doubled.
    #[test]
    fn every_change_of_the_past_is_found() {
        let (_keep, whole) = written(4);
        let dir = tempfile::tempdir().unwrap();
        let refused = |bytes: &[u8]| {
            std::fs::write(dir.path().join(FILE), bytes).unwrap();
            OpeningLog::open(dir.path()).is_err()
        };
        assert!(!refused(&whole));
        let last = whole.len() - 1;
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            // The very last line end gone is a line that was cut off, in its last byte.
            assert!(at == last || refused(&changed), "byte {at}");
        }
        let lines: Vec<&[u8]> = whole.split_inclusive(|b| *b == b'\n').collect();
        for gone in 0..lines.len() - 1 {
            let rest: Vec<&[u8]> = lines.iter().enumerate().filter(|(i, _)| *i != gone).map(|(_, line)| *line).collect();
            assert!(refused(&rest.concat()), "line {gone} left out");
            let twice: Vec<&[u8]> = lines.iter().enumerate().flat_map(|(i, line)| vec![*line; 1 + usize::from(i == gone)]).collect();
            assert!(refused(&twice.concat()), "line {gone} twice");
        }
        assert!(refused(&[whole.as_slice(), &[b'1'; 1000]].concat()));
        assert!(refused(&[whole.as_slice(), b"\n"].concat()));
    }

    #[test]
    fn an_entry_that_was_cut_off_is_taken_away_and_the_next_takes_its_place() {
        let (dir, whole) = written(2);
        let first = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
        for cut in first + 1..whole.len() {
            std::fs::write(dir.path().join(FILE), &whole[..cut]).unwrap();
            let mut log = OpeningLog::open(dir.path()).unwrap();
            assert_eq!(log.head().0, 1, "cut at {cut}");
            log.write(PartId::from_random([1; 16]), QuorumNo(1), Day(20_000)).unwrap();
            drop(log);
            assert_eq!(std::fs::read(dir.path().join(FILE)).unwrap(), whole, "cut at {cut}");
        }
    }

    #[test]
    fn two_processes_do_not_write_at_once() {
        let (dir, _) = written(1);
        let _held = OpeningLog::open(dir.path()).unwrap();
        let refused = OpeningLog::open(dir.path()).err().unwrap();
        assert_eq!(refused.downcast_ref::<Failure>().unwrap().exit, Exit::Busy);
    }
}
