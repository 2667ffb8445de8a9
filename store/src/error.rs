//! What can go wrong while keeping and finding, one family.
//!
//! Errors say what was being done and never hold testimony, names or places. Those that a person can mend have a variant of their own,
//! because pages and the command line say something different for each.

use kniha_core::claim::ClaimError;
use kniha_core::custody::Fault;
use kniha_core::text::TextError;

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The key does not open the file, or the file is not a book.
    #[error("the key does not open this book, or the file is not a book")]
    Key,
    /// The disk is full; the transaction was undone.
    #[error("the disk is full while {doing}")]
    Full {
        /// What was being done.
        doing: &'static str,
    },
    /// The database is not there, or went away.
    #[error("the database is gone while {doing}")]
    Gone {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// Another process keeps the writer's lock.
    #[error("another process is writing to this book while {doing}")]
    Busy {
        /// What was being done.
        doing: &'static str,
    },
    /// Anything else that the database said.
    #[error("the database did not answer while {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// The schema could not be brought up to date.
    #[error("the schema of the book could not be brought up to date")]
    Schema(#[source] sqlx::migrate::MigrateError),
    /// The schema was made by a newer version of this program.
    #[error("this book has schema step {step}, which this version does not know: use a newer version")]
    Newer {
        /// The unknown migration.
        step: i64,
    },
    /// A row does not hold what it must.
    #[error("table {table} holds a bad {column} in row {row}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's number or id.
        row: String,
    },
    /// There is no book in the database yet.
    #[error("there is no book in this database yet")]
    NoBook,
    /// There is a book already.
    #[error("there is a book in this database already")]
    BookExists,
    /// The member is unknown.
    #[error("no such member")]
    NoMember,
    /// The record, claim or case is not there, or not for this member: the two look the same.
    #[error("no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// The claim does not fit.
    #[error("the claim was refused")]
    Claim(#[source] ClaimError),
    /// A reference to a record of another kind.
    #[error("{property} must name a record of the kind {wanted}, this one is a {given}")]
    WrongKind {
        /// The property.
        property: String,
        /// The kind it takes.
        wanted: &'static str,
        /// The kind given.
        given: String,
    },
    /// The id is taken.
    #[error("the id of this {what} is taken")]
    IdTaken {
        /// What has the id.
        what: &'static str,
    },
    /// Words that cannot be kept.
    #[error("the {what} was refused")]
    Words {
        /// What the words are.
        what: &'static str,
        /// What is wrong with them.
        #[source]
        source: TextError,
    },
    /// A custody entry that may not follow the one before it.
    #[error("the custody entry {what}")]
    Custody {
        /// What is wrong with it.
        what: Fault,
    },
    /// The account is not where this can be done with it.
    #[error("this cannot be done with the account now")]
    Step(#[source] kniha_core::intake::StepError),
    /// Four eyes: the same person did the first half.
    #[error("another member must do this")]
    SamePerson,
    /// A mark that no text has room for.
    #[error("a mark goes from a character to a later one, this one from {from} to {to}")]
    Mark {
        /// Where it begins.
        from: u32,
        /// Where it ends.
        to: u32,
    },
    /// The claim was erased before.
    #[error("the claim was erased")]
    Erased,
    /// The clock stands before the newest entry.
    #[error("the clock of this machine stands {behind_s} seconds before the newest entry of the book")]
    ClockBack {
        /// Seconds.
        behind_s: i64,
    },
    /// An export cannot be read back.
    #[error("line {line} of the export: {what}")]
    Restore {
        /// Line, counted from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// The import is not in a state for this.
    #[error("this import is {state}")]
    Import {
        /// Its state.
        state: String,
    },
    /// Randomness or a file failed.
    #[error("the machine failed while {doing}")]
    Machine {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        #[source]
        source: std::io::Error,
    },
}

/// Turns what the database said into [`StoreError`], naming what was being done.
pub(crate) fn while_(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| classify(doing, source)
}

pub(crate) fn classify(doing: &'static str, source: sqlx::Error) -> StoreError {
    let code = match &source {
        sqlx::Error::Database(db) => db.code().map(|c| c.into_owned()),
        _ => None,
    };
    // SQLite primary result codes: 5 BUSY, 6 LOCKED, 10 IOERR, 13 FULL, 14 CANTOPEN, 26 NOTADB; extended codes carry them in the low byte.
    // PostgreSQL: 53100 disk full, 55P03 lock not available, class 57P and 08 going away.
    if let Some(code) = &code {
        match code.parse::<i64>().map(|n| n & 0xff) {
            Ok(26) => return StoreError::Key,
            Ok(13) => return StoreError::Full { doing },
            Ok(5 | 6) => return StoreError::Busy { doing },
            Ok(14) => return StoreError::Gone { doing, source },
            _ => {}
        }
        if code == "53100" {
            return StoreError::Full { doing };
        }
        if code == "55P03" {
            return StoreError::Busy { doing };
        }
        if code.starts_with("57P") || code.starts_with("08") {
            return StoreError::Gone { doing, source };
        }
    }
    match source {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => StoreError::Gone { doing, source },
        source => StoreError::Database { doing, source },
    }
}

pub(crate) fn corrupt(table: &'static str, column: &'static str, row: impl ToString) -> StoreError {
    StoreError::Corrupt { table, column, row: row.to_string() }
}
