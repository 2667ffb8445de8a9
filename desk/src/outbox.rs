//! Where answers go on their way to a mailbox. The desk says what; who seals, signs and carries it is outside.

use std::sync::Arc;

use kniha_core::lang::Lang;
use kniha_core::time::UtcMicros;
use kniha_store::{LetterKind, MailboxKeys};

/// Longest text of an answer, in bytes (docs/formats/sealing.md, mailbox block).
pub(crate) const MOST_BYTES: usize = 3_500;

/// An answer that leaves.
pub struct Outgoing<'a> {
    /// To whom.
    pub to: &'a MailboxKeys,
    /// What it is.
    pub kind: LetterKind,
    /// In which language.
    pub lang: Lang,
    /// Its words.
    pub text: &'a str,
    /// The clock.
    pub now: UtcMicros,
}

/// Why an answer did not leave. It is kept, and can be sent another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboxError {
    /// The team's key list has run out or is not there: nobody would believe the answer.
    #[error("the key list does not hold today")]
    List,
    /// The desk's keys are missing or not those of the list.
    #[error("the desk's keys are not those of the key list")]
    Keys,
    /// The key of the mailbox is none.
    #[error("the mailbox has no usable key")]
    Mailbox,
    /// It could not be written.
    #[error("the answer could not be written")]
    Machine,
}

/// Takes answers and keeps them until the portal has them.
pub trait Outbox: Send + Sync {
    /// Takes one answer, durably.
    ///
    /// # Errors
    /// [`OutboxError`]: nothing left.
    fn take(&self, letter: &Outgoing<'_>) -> Result<(), OutboxError>;
}

/// A shared outbox.
pub type SharedOutbox = Arc<dyn Outbox>;
