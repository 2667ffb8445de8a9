//! How a command ends: its exit code, and what it tells the person who ran it.
//!
//! A [`Failure`] has three parts because a person asks three things: what happened, was anything lost, what do I do now. It travels inside
//! `anyhow::Error`; what arrives at the top without being a `Failure` is reported as a fault of the machine.

use kniha_store::StoreError;

/// The exit codes, as `kniha help exit-codes` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Refused, or faults were found.
    Refused = 1,
    /// The command line was wrong (clap uses the same).
    Usage = 2,
    /// The database, the disk or the machine failed.
    Database = 3,
    /// A file that was read is not what it must be.
    Input = 4,
    /// Another process holds what is needed.
    Busy = 5,
}

/// The table of `kniha help exit-codes`.
pub(crate) const TABLE: &str = "\
Exit codes:
    0  it was done (also when the reader of a pipe went away)
    1  it was refused, or faults were found
    2  the command line was wrong
    3  the database, the disk or the machine failed
    4  a file that was read is not what it must be
    5  another process holds the book; try again later
  130  stopped by Ctrl-C";

/// Why a command ended without doing what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    happened: String,
    lost: String,
    next: String,
}

/// What is said when nothing was written.
pub(crate) const NOTHING_WRITTEN: &str = "Nothing was written.";

impl Failure {
    /// What happened, whether anything was lost, what to do next: three sentences.
    pub(crate) fn new(exit: Exit, happened: impl Into<String>, lost: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure { exit, happened: happened.into(), lost: lost.into(), next: next.into() }
    }

    /// A refusal before anything was touched.
    pub(crate) fn refused(happened: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure::new(Exit::Refused, happened, NOTHING_WRITTEN, next)
    }

    /// A command line that clap could not judge.
    pub(crate) fn usage(happened: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, happened, NOTHING_WRITTEN, next)
    }

    /// A file that is not what it must be.
    pub(crate) fn input(happened: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure::new(Exit::Input, happened, NOTHING_WRITTEN, next)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n{}\n{}", self.happened, self.lost, self.next)
    }
}

impl std::error::Error for Failure {}

/// The exit code and the text for any error that reached the top.
pub(crate) fn explain(error: &anyhow::Error) -> (Exit, String) {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return (failure.exit, failure.to_string());
    }
    if let Some(store) = error.downcast_ref::<StoreError>() {
        let failure = of_store(store);
        return (failure.exit, failure.to_string());
    }
    if let Some(gate) = error.downcast_ref::<kniha_gate::GateError>() {
        let failure = crate::home::house::failure(gate);
        return (failure.exit, failure.to_string());
    }
    let chain = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    (
        Exit::Database,
        format!(
            "{}.\nWhat was not finished was not written.\nMend the cause and run the same command again; `kniha doctor` looks at the whole book.",
            sentence(&chain)
        ),
    )
}

/// What a person is told about a failure of the store.
fn of_store(error: &StoreError) -> Failure {
    let happened = format!("{}.", sentence(&chain(error)));
    let undone = "What was not finished was undone; everything written before is kept.";
    let (exit, lost, next) = match error {
        StoreError::Key => (Exit::Refused, NOTHING_WRITTEN, "Put back the register.key that this book was made with. There is no other way to open it."),
        StoreError::Full { .. } => (Exit::Database, undone, "Free some space and run the same command again; an import continues where it stopped."),
        StoreError::Gone { .. } => {
            (Exit::Database, undone, "See that the database is there and answers, then run the same command again; an import continues where it stopped.")
        }
        StoreError::Busy { .. } => (Exit::Busy, undone, "Another process is writing: let it finish, then run the same command again."),
        StoreError::NoBook => (Exit::Refused, NOTHING_WRITTEN, "Make a book with `kniha init`, or name the right one with --book."),
        StoreError::BookExists => (Exit::Refused, "Nothing was changed.", "Use the book that is there, or name an empty database."),
        StoreError::Newer { .. } => (Exit::Refused, NOTHING_WRITTEN, "Use the newer version of kniha that wrote this book."),
        StoreError::NotFound { .. } => (Exit::Refused, NOTHING_WRITTEN, "See that the id is complete: 26 letters and digits. `kniha search` finds ids."),
        StoreError::NoMember => (Exit::Refused, NOTHING_WRITTEN, "kniha.toml names a member whom this book does not have: is this the right database?"),
        StoreError::ClockBack { .. } => (Exit::Refused, NOTHING_WRITTEN, "Set the clock of this machine right, then run the same command again."),
        StoreError::Restore { .. } => (Exit::Input, "Nothing was restored.", "Fetch the export again; a changed or cut export is never restored in part."),
        StoreError::Import { state } if state == "done" => {
            return Failure::refused(
                "This file has been imported with the same plan before, and the import is whole.",
                "`kniha import list` shows it. To import it differently, change the map or the options.",
            );
        }
        StoreError::Import { .. } => (Exit::Refused, NOTHING_WRITTEN, "`kniha import list` shows the imports and their state."),
        StoreError::Corrupt { .. } => (Exit::Database, "Nothing was changed.", "Run `kniha doctor`, and compare with the last backup."),
        StoreError::Claim(_) | StoreError::WrongKind { .. } | StoreError::IdTaken { .. } | StoreError::Erased => {
            (Exit::Refused, NOTHING_WRITTEN, "Mend what is named and run the same command again.")
        }
        _ => (Exit::Database, undone, "Mend the cause and run the same command again; `kniha doctor` looks at the whole book."),
    };
    Failure::new(exit, happened, lost, next)
}

/// An error and its sources, outermost first.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

/// A message with a capital first letter.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_happened_what_was_lost_and_what_to_do() {
        let (exit, text) = explain(&anyhow::Error::new(StoreError::Full { doing: "adding claims" }));
        assert_eq!(exit, Exit::Database);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.starts_with("The disk is full while adding claims.\n"), "{text}");
    }

    #[test]
    fn a_source_that_is_already_told_is_not_told_twice() {
        let inner = std::io::Error::other("no entropy");
        let error = StoreError::Machine { doing: "drawing random bytes", source: inner };
        assert_eq!(chain(&error), "the machine failed while drawing random bytes: no entropy");
    }
}
