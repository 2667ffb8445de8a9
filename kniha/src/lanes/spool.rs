//! The spool: sealed parts as the desk collected them, in `spool/` of the book's folder. It is the room of the portal's inbox, in a database of its own that
//! holds nothing but what is sealed already, so that a locked desk collects too. Opens a database.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use kniha_db::{Durability, Place};
use kniha_inbox::Inbox;

use crate::exit::{Exit, Failure, NOTHING_WRITTEN};
use crate::home::files;

/// The folder in the book's folder.
pub(crate) const FOLDER: &str = "spool";
const DATABASE: &str = "inbox.db";
const LOCK: &str = "spool.lock";

/// The spool of a book.
pub(crate) fn of(book: &Path) -> PathBuf {
    book.join(FOLDER)
}

/// Opens a spool; one that is not there is made only with `create`.
pub(crate) async fn open(dir: &Path, create: bool) -> anyhow::Result<Inbox> {
    let file = dir.join(DATABASE);
    if !file.exists() {
        if !create {
            return Err(Failure::refused(
                format!("There is no spool in {}.", dir.display()),
                "`kniha collect` makes it; --pieces opens a folder that was carried.",
            )
            .into());
        }
        match files::create_dir(dir) {
            Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(e.into()),
            _ => files::sync_dir(files::parent(dir))?,
        }
    }
    Ok(Inbox::open(&Place::Sqlite { file, key: None, durability: Durability::Full }, dir, create).await?)
}

/// The lock of whoever writes to a spool; it ends with the process.
pub(crate) struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Takes the lock.
pub(crate) fn lock(dir: &Path) -> anyhow::Result<Lock> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(dir.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::new(Exit::Busy, "Somebody else is collecting into this spool.", NOTHING_WRITTEN, "Let them finish, and run the same command again.")
                .into())
        }
        Err(TryLockError::Error(e)) => Err(anyhow::Error::new(e).context("taking the lock of the spool")),
    }
}
