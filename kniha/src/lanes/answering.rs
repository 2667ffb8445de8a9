//! Answering a source: sealed to their key, signed with the desk's reply key, into the outbox. For `kniha reply` and for the pages of the desk. Files.

use std::path::{Path, PathBuf};

use kniha_core::lang::Lang;
use kniha_core::time::UtcMicros;
use kniha_desk::{Outbox, OutboxError, Outgoing};
use kniha_seal::mailbox::{Answer, AnswerKind, Block, MOST_TEXT};
use kniha_seal::part::Day;
use kniha_seal::source::MailboxId;
use kniha_seal::xwing::PublicKey;
use kniha_store::LetterKind;
use rand_core::Rng;

use crate::exit::chain;
use crate::lanes::outbox;
use crate::team::{self, DeskKeys};

/// Days of a week: a state is dated to its week, so that it tells less of when somebody worked.
const WEEK: u32 = 7;
/// For how many months the portal keeps an answer of the desk.
const MONTHS: u32 = 6;

/// To whom, and what.
pub(crate) struct ToSource<'a> {
    pub(crate) mailbox: MailboxId,
    pub(crate) reply: &'a PublicKey,
    /// The book it was told to, where the asker knows.
    pub(crate) book: Option<[u8; 32]>,
    pub(crate) kind: AnswerKind,
    pub(crate) lang: Lang,
    pub(crate) text: &'a str,
    pub(crate) months: u32,
}

/// What waits in the outbox now.
pub(crate) struct Answered {
    pub(crate) seq: u32,
    pub(crate) replaced: Option<u32>,
    pub(crate) waiting: usize,
}

/// Why nothing was sealed.
pub(crate) enum Refused {
    NoList,
    List(String),
    OtherBook,
    Keys,
    Empty,
    Long(usize),
    Seal(String),
    Machine(anyhow::Error),
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Refused {
        Refused::Machine(error)
    }
}

/// Seals an answer and puts it into the outbox of a book's folder.
///
/// # Errors
/// [`Refused`]: nothing was written.
pub(crate) fn answer(book: &Path, to: &ToSource<'_>, now: UtcMicros) -> Result<Answered, Refused> {
    let today = team::today();
    let trusted = team::current(book)?.ok_or(Refused::NoList)?;
    let list = trusted.on(today).map_err(|e| Refused::List(e.to_string()))?;
    if to.book.is_some_and(|of| of != list.book) {
        return Err(Refused::OtherBook);
    }
    let desk = DeskKeys::read(book)?;
    if !desk.are_in(list) {
        return Err(Refused::Keys);
    }
    let text = to.text.trim();
    if text.is_empty() {
        return Err(Refused::Empty);
    }
    if text.len() > MOST_TEXT {
        return Err(Refused::Long(text.len()));
    }
    let day = if to.kind == AnswerKind::Status { Day(today.0 / WEEK * WEEK) } else { today };
    let _lock = outbox::lock(book).map_err(|e| Refused::Machine(e.into()))?;
    let mut held = outbox::read(book, &to.mailbox)?;
    let answer = Answer { seq: held.seq + 1, kind: to.kind, lang: to.lang.code().to_owned(), day, list_no: list.no, text: text.to_owned() };
    let mut rng = team::rng()?;
    let block = Block::seal(&list.book, &to.mailbox, to.reply, &answer, &desk.reply, &mut rng).map_err(|e| Refused::Seal(chain(&e)))?;
    let month = outbox::month(now);
    let mut id = [0; 16];
    Rng::fill_bytes(&mut rng, &mut id);
    let replaced = held.add(&block, id, month + to.months, month);
    outbox::write(book, &to.mailbox, &held)?;
    Ok(Answered { seq: held.seq, replaced, waiting: held.blocks.iter().filter(|waiting| !waiting.pushed).count() })
}

/// The outbox of the desk's pages.
pub(crate) struct Post {
    book: PathBuf,
}

impl Post {
    pub(crate) fn of(book: &Path) -> Post {
        Post { book: book.to_owned() }
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
        let to = ToSource { mailbox: MailboxId(letter.to.mailbox), reply: &reply, book: None, kind, lang: letter.lang, text: letter.text, months: MONTHS };
        match answer(&self.book, &to, letter.now) {
            Ok(_) => Ok(()),
            Err(Refused::NoList | Refused::List(_) | Refused::OtherBook) => Err(OutboxError::List),
            Err(Refused::Keys) => Err(OutboxError::Keys),
            Err(Refused::Empty | Refused::Long(_) | Refused::Seal(_) | Refused::Machine(_)) => Err(OutboxError::Machine),
        }
    }
}
