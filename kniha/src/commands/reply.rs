//! `kniha reply`: an answer to a source, sealed and signed at the desk, waiting for the next `kniha collect` to bring it to the portal.

use std::path::{Path, PathBuf};

use kniha_core::lang::Lang;
use kniha_seal::mailbox::{Answer, AnswerKind, Block, MOST_TEXT};
use kniha_seal::part::Day;
use rand_core::Rng;
use serde_json::json;

use crate::exit::{Failure, chain};
use crate::lanes::{outbox, source_file, told};
use crate::team::{self, DeskKeys};
use crate::{clock, say};

/// Days of a week: a state is dated to its week, so that it tells less of when somebody worked.
const WEEK: u32 = 7;

/// Answer a source whose account was opened; `kniha collect` brings the answer to the portal
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha reply --source opened/…/source.toml --text answer.txt
  kniha reply --source opened/…/source.toml --kind request --lang uk --text -

`kniha open --out` writes source.toml. A mailbox shows four answers; the fifth takes the place of the oldest. The answer
is sealed to the source and signed with the desk's reply key: once sealed, the desk cannot read it any more.")]
pub(crate) struct Raw {
    /// The source.toml of an opened submission
    #[arg(long, value_name = "FILE")]
    source: PathBuf,
    /// The answer, in a text file (- is standard input); at most 3,500 bytes
    #[arg(long, value_name = "FILE")]
    text: PathBuf,
    /// What it is: a text, a state (read, used, refused), a question
    #[arg(long, default_value = "text", value_parser = ["text", "status", "request"])]
    kind: String,
    /// Language of the text [default: that of the form]
    #[arg(long, value_name = "be|ru|uk|en", value_parser = crate::commands::keys::lang)]
    lang: Option<Lang>,
    /// For how many months the portal keeps it
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=36))]
    months: u32,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(raw: &Raw, book: &Path) -> anyhow::Result<()> {
    let to = source_file::read(&told::text(&raw.source)?).ok_or_else(|| {
        Failure::input(format!("{} does not say how a source is answered.", raw.source.display()), "`kniha open --out` writes source.toml beside the report.")
    })?;
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
    let text = told::text(&raw.text)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::usage("The answer is empty.", "Write something.").into());
    }
    if text.len() > MOST_TEXT {
        return Err(Failure::usage(format!("The answer has {} bytes, and {MOST_TEXT} have room.", text.len()), "Make two answers of it.").into());
    }
    let kind = match raw.kind.as_str() {
        "status" => AnswerKind::Status,
        "request" => AnswerKind::Request,
        _ => AnswerKind::Text,
    };
    let day = if kind == AnswerKind::Status { Day(today.0 / WEEK * WEEK) } else { today };
    let lang = raw.lang.or(to.lang).unwrap_or(Lang::Be);
    let mut held = outbox::read(book, &to.mailbox)?;
    let answer = Answer { seq: held.seq + 1, kind, lang: lang.code().to_owned(), day, list_no: list.no, text: text.to_owned() };
    let refused = |e| Failure::usage(format!("It cannot be sealed: {}.", chain(&e)), "Make it shorter.");
    let mut rng = team::rng()?;
    let block = Block::seal(&list.book, &to.mailbox, &to.reply, &answer, &desk.reply, &mut rng).map_err(refused)?;
    let month = outbox::month(clock::now());
    let mut id = [0; 16];
    Rng::fill_bytes(&mut rng, &mut id);
    let replaced = held.add(&block, id, month + raw.months, month);
    outbox::write(book, &to.mailbox, &held)?;
    let mut out = say::Out::new();
    if raw.json {
        out.json(&json!({"answer": held.seq, "replaces": replaced, "waiting": held.blocks.iter().filter(|waiting| !waiting.pushed).count()}))?;
    } else {
        out.line(&format!("Answer {} is sealed and waits for the next `kniha collect`.", held.seq))?;
        if let Some(oldest) = replaced {
            out.line(&format!("It takes the place of answer {oldest}, which the source will not see any more."))?;
        }
    }
    Ok(out.done()?)
}
