//! `kniha collect`: the desk takes what was sealed into the spool of the book's folder, from a portal or out of a folder that was carried; a portal also gets
//! the key lists and answers that wait for it.
//!
//! The order is always: fetch, check the digest, make durable, and only then drop. Whatever cuts it off, the next run continues.

mod carried;
mod fetching;
mod remote;
mod taking;

use std::path::{Path, PathBuf};

use kniha_inbox::Inbox;
use kniha_seal::part::Day;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::lanes::address::Address;
use crate::lanes::spool;
use crate::{say, team};

/// Take what was sealed into the book's spool, from a portal or from a folder that was carried
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha collect --portal http://….onion --socks 127.0.0.1:9050   the portal's second onion, through Tor
  kniha collect --portal http://127.0.0.1:8323                   a portal on this machine
  kniha collect --from stick/pieces                              a folder that `kniha submit --out` wrote

From a portal the desk takes sealed parts and leaves, which are deleted there once they are durable here, and brings it
new key lists and the answers that `kniha reply` wrote. Requests are signed with desk.keys. Nothing is opened, so a
locked desk collects too. What is in the spool already is left as it is; a part with an id that is there under other
bytes is kept apart and told, because no honest sender makes one.")]
pub(crate) struct Raw {
    /// The portal's address for the desk: an onion, or one on this machine
    #[arg(long, value_name = "URL")]
    portal: Option<String>,
    /// The SOCKS port of a Tor that runs here
    #[arg(long, value_name = "HOST:PORT", requires = "portal")]
    socks: Option<String>,
    /// A folder of sealed pieces
    #[arg(long, value_name = "DIR", required_unless_present = "portal")]
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
    answers: u64,
    lists: u64,
    /// The oldest day of what waited at the portal.
    oldest: Option<Day>,
    bytes: u64,
}

pub(crate) async fn run(raw: Raw, book: &Path) -> anyhow::Result<()> {
    let dir = spool::of(book);
    if !book.join(crate::home::config::FILE).exists() {
        return Err(
            Failure::refused(format!("There is no book in {}.", book.display()), "Make one with `kniha init`, or name the right folder with --book.").into()
        );
    }
    let address = raw.portal.as_deref().map(|url| Address::parse(url, raw.socks.as_deref())).transpose()?;
    let inbox = spool::open(&dir, true).await?;
    let _lock = spool::lock(&dir)?;
    let mut counts = Counts::default();
    for from in &raw.from {
        carried::take(&inbox, &dir, from, team::today(), &mut counts).await?;
    }
    let round = match address {
        Some(address) => match remote::Remote::new(book, address) {
            Ok(mut portal) => fetching::round(&mut portal, &inbox, &dir, book, &mut counts).await,
            Err(error) => Err(error),
        },
        None => Ok(()),
    };
    inbox.close().await;
    // What was done is told also when the rest failed.
    tell(&counts, raw.json)?;
    round?;
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

/// One round with a portal into a spool that is open: what the desk does while it serves.
pub(crate) async fn into(inbox: &Inbox, book: &Path, from: Address) -> anyhow::Result<()> {
    let dir = spool::of(book);
    let _lock = spool::lock(&dir)?;
    let mut counts = Counts::default();
    let mut portal = remote::Remote::new(book, from)?;
    fetching::round(&mut portal, inbox, &dir, book, &mut counts).await?;
    if counts.apart + counts.refused > 0 {
        say::note(&format!("{} parts were kept apart and {} were not taken: tell the auditors, an honest sender makes neither.", counts.apart, counts.refused));
    }
    Ok(())
}

fn tell(counts: &Counts, json: bool) -> anyhow::Result<()> {
    let mut out = say::Out::new();
    if json {
        let oldest = counts.oldest.map(team::day_text);
        out.json(&json!({"taken": counts.taken, "there": counts.there, "apart": counts.apart, "refused": counts.refused, "leaves": counts.leaves, "bytes": counts.bytes, "lists": counts.lists, "answers": counts.answers, "oldest": oldest}))?;
    } else {
        out.line(&format!("{} parts taken ({} bytes), {} were there already, {} leaves.", counts.taken, counts.bytes, counts.there, counts.leaves))?;
        if counts.lists + counts.answers > 0 {
            out.line(&format!("Brought to the portal: key lists {}, answers {}.", counts.lists, counts.answers))?;
        }
        if let Some(oldest) = counts.oldest {
            out.line(&format!("The oldest part there was of {}.", team::day_text(oldest)))?;
        }
    }
    Ok(out.done()?)
}
