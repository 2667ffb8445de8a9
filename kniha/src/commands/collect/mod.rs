//! `kniha collect`: the desk takes what was sealed, out of a folder that was carried, into the spool of the book's folder. A round with a portal stands in
//! `fetching`, whose requests wait for the portal's own listener.
//!
//! The order is always: fetch, check the digest, make durable, and only then acknowledge. Whatever cuts it off, the next run continues.

mod carried;
#[cfg(test)]
mod fetching;
mod taking;

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::lanes::spool;
use crate::{say, team};

/// Take what was sealed into the book's spool, from a folder that was carried
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha collect --from stick/pieces           takes in a folder that `kniha submit --out` wrote

Nothing is opened, so a locked desk collects too. What is in the spool already is left as it is; a part with an id that
is there under other bytes is kept apart and told, because no honest sender makes one.")]
pub(crate) struct Raw {
    /// A folder of sealed pieces
    #[arg(long, value_name = "DIR", required = true)]
    from: Vec<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// What one run did.
#[derive(Default)]
struct Counts {
    taken: u64,
    there: u64,
    apart: u64,
    refused: u64,
    leaves: u64,
    #[cfg(test)]
    answers: u64,
    #[cfg(test)]
    lists: u64,
    #[cfg(test)]
    oldest: Option<kniha_seal::part::Day>,
    bytes: u64,
}

pub(crate) async fn run(raw: Raw, book: &Path) -> anyhow::Result<()> {
    let dir = spool::of(book);
    if !book.join(crate::home::config::FILE).exists() {
        return Err(
            Failure::refused(format!("There is no book in {}.", book.display()), "Make one with `kniha init`, or name the right folder with --book.").into()
        );
    }
    let inbox = spool::open(&dir, true).await?;
    let _lock = spool::lock(&dir)?;
    let mut counts = Counts::default();
    for from in &raw.from {
        carried::take(&inbox, &dir, from, team::today(), &mut counts).await?;
    }
    tell(&counts, raw.json)?;
    inbox.close().await;
    if counts.apart + counts.refused > 0 {
        return Err(Failure::new(
            Exit::Refused,
            format!("{} parts were kept apart and {} were not taken; they are named above.", counts.apart, counts.refused),
            "Everything else is durable in the spool.",
            "Tell the auditors: an honest sender makes neither.",
        )
        .into());
    }
    Ok(())
}

fn tell(counts: &Counts, json: bool) -> anyhow::Result<()> {
    let mut out = say::Out::new();
    if json {
        out.json(&json!({"taken": counts.taken, "there": counts.there, "apart": counts.apart, "refused": counts.refused, "leaves": counts.leaves, "bytes": counts.bytes}))?;
    } else {
        out.line(&format!("{} parts taken ({} bytes), {} were there already, {} leaves.", counts.taken, counts.bytes, counts.there, counts.leaves))?;
    }
    Ok(out.done()?)
}
