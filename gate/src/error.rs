//! What can go wrong at the gate. No error holds a key, a word or anything that was told.

use std::sync::Arc;

use kniha_core::id::MemberId;
use kniha_core::time::UtcMicros;
use kniha_inbox::InboxError;
use kniha_seal::part::Compartment;

use crate::act::ActError;

/// Why the gate did not do it. Nothing was opened and nothing was written, unless the variant says otherwise.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GateError {
    /// A database did not answer.
    #[error("the database did not answer while {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The disk is full.
    #[error("the disk is full while {doing}")]
    Full {
        /// What was being done.
        doing: &'static str,
    },
    /// The schema could not be brought up to date.
    #[error("the schema could not be brought up to date")]
    Schema(#[source] Arc<sqlx::migrate::MigrateError>),
    /// The files were made by a newer version of this program.
    #[error("these files have schema step {step}, which this version does not know: use a newer version")]
    Newer {
        /// The unknown migration.
        step: i64,
    },
    /// A row does not hold what it must.
    #[error("a row of table {table} holds a bad {what}")]
    Damaged {
        /// The table.
        table: &'static str,
        /// What is wrong in it.
        what: &'static str,
    },
    /// The spool of sealed parts did not answer.
    #[error("the spool did not give a part")]
    Spool(#[source] Arc<InboxError>),
    /// The operating system has no randomness.
    #[error("the operating system gave no random bytes")]
    Randomness,
    /// Something that never fails with good keys failed.
    #[error("sealing failed while {doing}")]
    Sealing {
        /// What was being done.
        doing: &'static str,
    },
    /// The login is somebody's already.
    #[error("this name is taken")]
    Taken,
    /// The name cannot be a login.
    #[error("a login has 2 to 40 letters, digits, dots or hyphens")]
    Login,
    /// As many wait to be admitted as can.
    #[error("{most} people wait to be admitted already")]
    Crowd {
        /// How many can wait.
        most: u32,
    },
    /// No such account.
    #[error("there is no such member")]
    NoMember,
    /// No auditor could read the log, so nothing is opened.
    #[error("nobody could read the log: a team needs an auditor before anything is opened")]
    NoAuditor,
    /// The read log is broken or shorter than it was: nothing is opened.
    #[error("the read log does not hold at entry {entry}: nothing is opened until that is understood")]
    Log {
        /// The first entry that does not fit.
        entry: u64,
    },
    /// The cap is reached.
    #[error("the cap is reached")]
    Cap {
        /// Of what.
        compartment: Compartment,
        /// From when on more is given.
        until: UtcMicros,
    },
    /// The member has no key to this case.
    #[error("this member has no key of the case")]
    NotInCase,
    /// Nobody else could read a part of it: somebody else is to be given that first.
    #[error("nobody else could read a part of the case")]
    Only,
    /// The part is not here, or not for this member: nobody is told which.
    #[error("there is no such part for this member")]
    NoPart,
    /// The part was destroyed.
    #[error("the part was destroyed")]
    Gone,
    /// The part does not open.
    #[error("the part does not open")]
    Open(#[source] OpenFailure),
    /// An act does not hold.
    #[error("the act does not hold")]
    Act(#[source] ActError),
    /// More was asked at once than is done at once.
    #[error("at most {most} at once")]
    TooMany {
        /// How many are.
        most: usize,
    },
}

/// Why one part of many was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenFailure {
    /// None of the member's keys was drawn for it.
    #[error("this member was not drawn for the part")]
    NotDrawn,
    /// Too few shares.
    #[error("{given} of {needed} shares are there")]
    TooFew {
        /// How many are there.
        given: usize,
        /// How many it takes.
        needed: u8,
    },
    /// Somebody gave a false share.
    #[error("the share of slot {slot} is false")]
    FalseShare {
        /// Which slot.
        slot: u8,
        /// Whose it is, where an account holds the slot's key.
        by: Option<MemberId>,
    },
    /// The offer has expired.
    #[error("the offer has expired")]
    Expired,
    /// It was opened before.
    #[error("the part was opened before")]
    Already,
    /// It is not in the spool.
    #[error("the part is not in the spool")]
    Missing,
    /// Header or payload was changed, or holds what it must not.
    #[error("the part is damaged")]
    Damaged,
    /// Sealed to another book.
    #[error("the part was sealed to another book")]
    OtherBook,
}

/// Turns what a database said into ours. A failed fsync ends the process, as the inbox explains.
pub(crate) fn database(doing: &'static str) -> impl Fn(sqlx::Error) -> GateError {
    move |source| {
        let code = source.as_database_error().and_then(|e| e.code()).map(|code| code.into_owned());
        match code.as_deref() {
            // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC.
            Some("1034" | "1290") => {
                eprintln!("kniha: the disk did not keep what was written (fsync failed); stopping, so that nothing is opened that is not logged");
                std::process::abort()
            }
            // SQLITE_FULL.
            Some("13") => GateError::Full { doing },
            _ => GateError::Database { doing, source: Arc::new(source) },
        }
    }
}

/// What a row holds that it cannot hold.
pub(crate) fn damaged(table: &'static str, what: &'static str) -> GateError {
    GateError::Damaged { table, what }
}
