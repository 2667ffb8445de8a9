//! Answering a source: what was written is sealed to their mailbox, signed with the desk's reply key, and waits in the outbox for the next collecting.
//!
//! The command line and the desk's pages both come through here. Reads the key list and the desk's keys, writes the outbox.

use std::path::Path;

use kniha_core::lang::Lang;
use kniha_seal::mailbox::{Answer, AnswerKind, Block, MOST_TEXT};
use kniha_seal::part::Day;
use kniha_seal::source::MailboxId;
use kniha_seal::xwing::PublicKey;
use rand_core::Rng;

use super::outbox;
use crate::clock;
use crate::exit::{Failure, chain};
use crate::team::{self, DeskKeys};

/// Days of a week: a state is dated to its week, so that it tells less of when somebody worked.
const WEEK: u32 = 7;

/// Whom an answer is for.
pub(crate) struct To {
    pub(crate) book: [u8; 32],
    pub(crate) mailbox: MailboxId,
    pub(crate) reply: PublicKey,
}

/// Seals an answer; gives what now waits for that mailbox, and the number of the answer whose place it takes.
pub(crate) fn seal(book: &Path, to: &To, kind: AnswerKind, lang: Lang, text: &str, months: u32) -> anyhow::Result<(outbox::Box, Option<u32>)> {
    let today = team::today();
    let trusted = team::current(book)?
        .ok_or_else(|| Failure::refused("This book has no key list.", "`kniha team` makes one: a source believes only what its reply key signed."))?;
    let list = trusted.on(today).map_err(|e| Failure::refused(format!("The key list does not hold today: {e}."), "Publish the next one with `kniha team`."))?;
    if list.book != to.book {
        return Err(Failure::refused("The source told this to another book.", "Name the right book with --book.").into());
    }
    let desk = DeskKeys::read(book)?;
    if !desk.are_in(list) {
        return Err(Failure::refused(
            "The desk's keys are not those of the key list: no source would believe the answer.",
            "Put the right desk.keys back, or publish a list that names these.",
        )
        .into());
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::usage("The answer is empty.", "Write something.").into());
    }
    if text.len() > MOST_TEXT {
        return Err(Failure::usage(format!("The answer has {} bytes, and {MOST_TEXT} have room.", text.len()), "Make two answers of it.").into());
    }
    let day = if kind == AnswerKind::Status { Day(today.0 / WEEK * WEEK) } else { today };
    let _lock = outbox::lock(book)?;
    let mut held = outbox::read(book, &to.mailbox)?;
    let answer = Answer { seq: held.seq + 1, kind, lang: lang.code().to_owned(), day, list_no: list.no, text: text.to_owned() };
    let refused = |e| Failure::usage(format!("It cannot be sealed: {}.", chain(&e)), "Make it shorter.");
    let mut rng = team::rng()?;
    let block = Block::seal(&list.book, &to.mailbox, &to.reply, &answer, &desk.reply, &mut rng).map_err(refused)?;
    let month = outbox::month(clock::now());
    let mut id = [0; 16];
    Rng::fill_bytes(&mut rng, &mut id);
    let replaced = held.add(&block, id, month + months, month);
    outbox::write(book, &to.mailbox, &held)?;
    Ok((held, replaced))
}
