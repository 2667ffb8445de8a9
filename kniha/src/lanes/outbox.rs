//! The outbox: sealed answers that wait to be pushed to the portal, in `outbox/` of the book's folder, one file a mailbox, replaced whole.
//!
//! A mailbox has at most four live blocks; the fifth takes the place of the oldest under the same id, and so it does on the portal. Numbers of answers only
//! grow, also when their blocks are gone. A file names a mailbox and holds sealed blocks; it ties nothing to a part and says nothing of what was written.
//! Files.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use kniha_core::time::{UtcMicros, civil};
use kniha_seal::mailbox::{Block, SERVED};
use kniha_seal::source::MailboxId;
use serde::{Deserialize, Serialize};

use crate::exit::Failure;
use crate::home::files;

pub(crate) const FOLDER: &str = "outbox";
const END: &str = ".toml";
const LOCK: &str = "outbox.lock";

/// What waits for one mailbox.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Box {
    /// Number of the last answer.
    pub(crate) seq: u32,
    #[serde(default)]
    pub(crate) blocks: Vec<Waiting>,
}

/// A sealed block.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiting {
    pub(crate) seq: u32,
    id: String,
    pub(crate) expires_month: u32,
    pub(crate) pushed: bool,
    block: String,
}

/// Months since January 1970, as the portal counts them too.
pub(crate) fn month(now: UtcMicros) -> u32 {
    civil(now.0).map_or(0, |at| u32::try_from((i32::from(at.year()) - 1970) * 12 + i32::from(at.month()) - 1).unwrap_or_default())
}

impl Box {
    /// Adds a sealed answer of number `seq + 1`; gives the number of the one whose place it takes.
    pub(crate) fn add(&mut self, block: &Block, fresh_id: [u8; 16], expires_month: u32, this_month: u32) -> Option<u32> {
        self.blocks.retain(|waiting| waiting.expires_month >= this_month);
        self.seq += 1;
        let mut new = Waiting { seq: self.seq, id: HEXLOWER.encode(&fresh_id), expires_month, pushed: false, block: BASE64.encode(block.bytes()) };
        if self.blocks.len() < SERVED {
            self.blocks.push(new);
            return None;
        }
        let oldest = self.blocks.iter_mut().min_by_key(|waiting| waiting.seq)?;
        new.id.clone_from(&oldest.id);
        Some(std::mem::replace(oldest, new).seq)
    }
}

impl Waiting {
    /// Its id and bytes; `None` if the file was damaged.
    pub(crate) fn sealed(&self) -> Option<([u8; 16], Block)> {
        let id = HEXLOWER.decode(self.id.as_bytes()).ok()?.try_into().ok()?;
        Some((id, Block::from_bytes(&BASE64.decode(self.block.as_bytes()).ok()?).ok()?))
    }
}

fn path(book: &Path, mailbox: &MailboxId) -> PathBuf {
    book.join(FOLDER).join(format!("{}{END}", HEXLOWER.encode(&mailbox.0)))
}

/// Whoever reads a file in order to replace it holds this meanwhile; waits for whoever does now. It ends with the process.
pub(crate) fn lock(book: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(book.join(LOCK))?;
    file.lock()?;
    Ok(file)
}

/// What waits for a mailbox.
pub(crate) fn read(book: &Path, mailbox: &MailboxId) -> anyhow::Result<Box> {
    let path = path(book, mailbox);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Box::default()),
        Err(e) => return Err(e.into()),
    };
    let bad = || {
        Failure::refused(format!("{} is damaged.", path.display()), "Put it back from the last backup; without it the number of the last answer is not known.")
    };
    let held: Box = toml::from_str(&text).map_err(|_| bad())?;
    if held.blocks.len() > SERVED || held.blocks.iter().any(|waiting| waiting.sealed().is_none() || waiting.seq > held.seq) {
        return Err(bad().into());
    }
    Ok(held)
}

/// Replaces what waits for a mailbox.
pub(crate) fn write(book: &Path, mailbox: &MailboxId, held: &Box) -> anyhow::Result<()> {
    match files::create_dir(&book.join(FOLDER)) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(e.into()),
        _ => files::sync_dir(book)?,
    }
    Ok(files::write_whole(&path(book, mailbox), toml::to_string(held)?.as_bytes())?)
}

/// All mailboxes for which something was written.
pub(crate) fn mailboxes(book: &Path) -> anyhow::Result<Vec<MailboxId>> {
    let entries = match fs::read_dir(book.join(FOLDER)) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut mailboxes = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let id = name.to_str().and_then(|name| HEXLOWER.decode(name.strip_suffix(END)?.as_bytes()).ok()?.try_into().ok());
        mailboxes.extend(id.map(MailboxId));
    }
    mailboxes.sort();
    Ok(mailboxes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::team;

    #[test]
    fn the_fifth_answer_takes_the_place_of_the_oldest_and_numbers_only_grow() {
        let mut rng = team::rng().unwrap();
        let block = Block::filler(&mut rng).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mailbox = MailboxId([7; 16]);
        let mut held = read(dir.path(), &mailbox).unwrap();
        for n in 1..=4 {
            assert_eq!(held.add(&block, [n; 16], 100, 90), None);
        }
        held.blocks.iter_mut().for_each(|waiting| waiting.pushed = true);
        assert_eq!(held.add(&block, [5; 16], 101, 90), Some(1));
        let ids: Vec<(u32, u8, bool)> = held.blocks.iter().map(|waiting| (waiting.seq, waiting.sealed().unwrap().0[0], waiting.pushed)).collect();
        assert_eq!(ids, [(5, 1, false), (2, 2, true), (3, 3, true), (4, 4, true)]);
        // What has expired makes room, and its number does not come back.
        assert_eq!(held.add(&block, [6; 16], 110, 101), None);
        assert_eq!((held.seq, held.blocks.len()), (6, 2));
        write(dir.path(), &mailbox, &held).unwrap();
        assert_eq!(read(dir.path(), &mailbox).unwrap(), held);
        assert_eq!(mailboxes(dir.path()).unwrap(), [mailbox]);
        let file = path(dir.path(), &mailbox);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen("seq = 6", "seq = 4", 1)).unwrap();
        assert!(read(dir.path(), &mailbox).is_err());
    }

    #[test]
    fn months_are_counted_from_the_first() {
        assert_eq!(month(UtcMicros(0)), 0);
        assert_eq!(month(UtcMicros(1_796_083_200_000_000)), 56 * 12 + 11);
    }
}
