//! The outbox of the desk's pages: what a member writes to a source goes the way of `kniha reply`. Reads and writes the book's folder.

use std::path::{Path, PathBuf};

use kniha_desk::{Outbox, OutboxError, Outgoing};
use kniha_seal::mailbox::AnswerKind;
use kniha_seal::source::MailboxId;
use kniha_seal::xwing::PublicKey;
use kniha_store::LetterKind;

use super::answering::{To, seal};

/// For how many months the portal keeps an answer.
const MONTHS: u32 = 6;

/// The outbox of one book.
pub(crate) struct Post {
    dir: PathBuf,
    book: [u8; 32],
}

impl Post {
    pub(crate) fn of(dir: &Path, book: [u8; 32]) -> Post {
        Post { dir: dir.to_owned(), book }
    }
}

impl Outbox for Post {
    fn take(&self, letter: &Outgoing<'_>) -> Result<(), OutboxError> {
        let reply =
            <[u8; 1216]>::try_from(letter.to.reply_key.as_slice()).ok().and_then(|bytes| PublicKey::from_bytes(&bytes).ok()).ok_or(OutboxError::Mailbox)?;
        let kind = match letter.kind {
            LetterKind::Text => AnswerKind::Text,
            LetterKind::Status => AnswerKind::Status,
            LetterKind::Request => AnswerKind::Request,
        };
        let to = To { book: self.book, mailbox: MailboxId(letter.to.mailbox), reply };
        // The reason is for whoever looks after the machine; it holds no words and no mailbox.
        seal(&self.dir, &to, kind, letter.lang, letter.text, MONTHS).map(drop).map_err(|error| {
            eprintln!("desk: {error}");
            OutboxError::List
        })
    }
}
