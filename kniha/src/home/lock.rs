//! Locks that keep two processes from doing the same work on one book. A lock ends with its process, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::exit::{Exit, Failure, NOTHING_WRITTEN};

/// What only one process at a time may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Serving the desk.
    Desk,
    /// Importing or restoring.
    Import,
}

/// A held lock.
pub(crate) struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Work {
    fn file(self) -> &'static str {
        match self {
            Work::Desk => "desk.lock",
            Work::Import => "import.lock",
        }
    }

    fn refusal(self) -> (&'static str, &'static str) {
        match self {
            Work::Desk => ("A desk is already open on this book.", "Use the desk that is open, or stop it with Ctrl-C in its window and try again."),
            Work::Import => (
                "Another import or restore is at work on this book.",
                "Let it finish (or stop it with Ctrl-C, it continues later), then run the same command again.",
            ),
        }
    }

    /// Takes the lock in a book's folder.
    pub(crate) fn lock(self, dir: &Path) -> anyhow::Result<Lock> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(dir.join(self.file()))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(self.busy().into()),
            Err(TryLockError::Error(e)) => Err(anyhow::Error::new(e).context("taking the lock of the book's folder")),
        }
    }

    /// What is said when another process holds the lock.
    pub(crate) fn busy(self) -> Failure {
        let (happened, next) = self.refusal();
        Failure::new(Exit::Busy, happened, NOTHING_WRITTEN, next)
    }
}
