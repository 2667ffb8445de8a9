//! What can go wrong in the inbox, one family. No error holds an id, a header or any other byte that somebody sent.

use std::io;
use std::sync::Arc;

/// Why the inbox could not do it. Nothing was written then, but for the one case that [`crate::Inbox::put`] names.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InboxError {
    /// The disk is full; what was begun is undone.
    #[error("the disk is full while {doing}")]
    Full {
        /// What was being done.
        doing: &'static str,
    },
    /// The database did not do it.
    #[error("the database did not answer while {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said; shared by all who waited for the same transaction.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The folder of objects did not do it.
    #[error("the folder of objects failed while {doing}")]
    Objects {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: Arc<io::Error>,
    },
    /// The schema could not be brought up to date.
    #[error("the schema of the inbox could not be brought up to date")]
    Schema(#[source] Arc<sqlx::migrate::MigrateError>),
    /// The schema was made by a newer version of this program.
    #[error("this inbox has schema step {step}, which this version does not know: use a newer version")]
    Newer {
        /// The unknown migration.
        step: i64,
    },
    /// A number of parts that no submission has.
    #[error("a submission has 1 to {most} parts, not {parts}", most = crate::PARTS_MOST)]
    Parts {
        /// Parts given.
        parts: usize,
    },
    /// Something is longer than anything of its kind.
    #[error("{what} has {len} bytes; at most {most} are taken")]
    Long {
        /// What is too long.
        what: &'static str,
        /// Its length.
        len: usize,
        /// The bound.
        most: usize,
    },
    /// The payload does not have the digest it came with.
    #[error("a payload does not have the digest that came with it")]
    Digest,
    /// A later part is already there while the first is not, or two parts have one id: no honest sender makes that.
    #[error("the parts clash with each other or with what is there")]
    Clash,
    /// Another key list has this number already.
    #[error("another key list has number {no} already")]
    OtherList {
        /// The number.
        no: u32,
    },
    /// The mailbox has as many blocks as it can.
    #[error("the mailbox has {most} blocks already", most = crate::BLOCKS_MOST)]
    MailboxFull,
    /// A row does not hold what it must, or its object is gone or has another length.
    #[error("a row of table {table} holds a bad {what}")]
    Damaged {
        /// The table.
        table: &'static str,
        /// What is wrong in it.
        what: &'static str,
    },
    /// Somebody was reading all the while, so that the log could not be folded back in; try again.
    #[error("the write-ahead log was in use while {doing}")]
    Busy {
        /// What was being done.
        doing: &'static str,
    },
    /// More is kept than can be written anew in memory: rows stay where they are until some were collected.
    #[error("the inbox holds too much to lay its rows anew, which then tell in which order they came: collect from it")]
    TooMuch,
    /// The operating system has no randomness.
    #[error("the operating system gave no random bytes")]
    Randomness,
    /// The inbox was closed.
    #[error("the inbox is closed")]
    Closed,
}

/// Turns what the database said into ours. A failed fsync ends the process, see [`stop_unkept`].
pub(crate) fn database(doing: &'static str) -> impl Fn(sqlx::Error) -> InboxError {
    move |source| {
        let code = source.as_database_error().and_then(|e| e.code()).map(|code| code.into_owned());
        match code.as_deref() {
            // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC.
            Some("1034" | "1290") => stop_unkept(),
            // SQLITE_FULL; PostgreSQL disk_full.
            Some("13" | "53100") => InboxError::Full { doing },
            _ => InboxError::Database { doing, source: Arc::new(source) },
        }
    }
}

/// Turns what the system said of a file into ours.
pub(crate) fn objects(doing: &'static str) -> impl Fn(io::Error) -> InboxError {
    move |source| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => InboxError::Full { doing },
        _ => InboxError::Objects { doing, source: Arc::new(source) },
    }
}

/// Ends the process. After a failed fsync the kernel has dropped the pages and calls them clean, so that a second fsync would succeed without
/// having kept anything (Rebello and others, "Can Applications Recover from fsync Failures?", USENIX ATC 2020); only a fresh start reads what is there.
pub(crate) fn stop_unkept() -> ! {
    eprintln!("kniha: the disk did not keep what was written (fsync failed); stopping, so that nothing is acknowledged that is not kept");
    std::process::abort()
}

/// What a row holds that it cannot hold.
pub(crate) fn damaged(table: &'static str, what: &'static str) -> InboxError {
    InboxError::Damaged { table, what }
}
