//! `kniha reply`: an answer to a source, sealed and signed at the desk, waiting for the next `kniha collect` to bring it to the portal.

use std::path::{Path, PathBuf};

use kniha_core::lang::Lang;
use kniha_seal::mailbox::AnswerKind;
use serde_json::json;

use crate::exit::Failure;
use crate::lanes::{answering, source_file, told};
use crate::say;

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
    let text = told::text(&raw.text)?;
    let kind = match raw.kind.as_str() {
        "status" => AnswerKind::Status,
        "request" => AnswerKind::Request,
        _ => AnswerKind::Text,
    };
    let lang = raw.lang.or(to.lang).unwrap_or(Lang::Be);
    let source = answering::To { book: to.book, mailbox: to.mailbox, reply: to.reply };
    let (held, replaced) = answering::seal(book, &source, kind, lang, &text, raw.months)?;
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
