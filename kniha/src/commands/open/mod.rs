//! `kniha open`: opening sealed parts with members' keys or a source's words, for drills and for handing over to an investigator.
//!
//! Without `--part` or `--all` it only says what could be opened, and uses no key. Each opening stands in the folder's log before a key is used
//! (`lanes::opening_log`). What is written goes into a new folder that only its owner enters.

mod checks;
mod holders;
mod opening;
mod report;
mod writing;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kniha_seal::part::{Envelope, PartId};
use kniha_seal::quorum::QuorumNo;
use serde_json::json;

use crate::exit::{Exit, Failure, chain};
use crate::lanes::found::{Found, Place, Walk};
use crate::lanes::opening_log::OpeningLog;
use crate::{say, team};
use holders::{Chance, Holders};
use opening::Opened;

/// Open sealed parts with members' keys or a source's words; every opening is logged first
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha open --key vera.key --key oleg.key                     what could be opened, out of the book's spool
  kniha open --key vera.key --key oleg.key --all               a drill: opens and checks everything, writes nothing
  kniha open --key vera.key --key oleg.key --all --out opened  texts and files, for whoever works on them
  kniha open --pieces stick/pieces --key vera.key --key oleg.key --all --out opened
  kniha open --pieces deposit --words --keys keys --all --out mine

The eight words of each key are asked one after the other, or read line by line from standard input. What is written to
--out is NOT sealed any more: keep it on an encrypted disk, and destroy it when it is done with. Names of files are made
harmless; the files themselves are not: never open them on this machine.")]
pub(crate) struct Raw {
    /// A member's key file; give as many as the quorum needs
    #[arg(long = "key", value_name = "FILE")]
    key_files: Vec<PathBuf>,
    /// Open a deposit with the source's twelve words, which are asked
    #[arg(long)]
    words: bool,
    /// The spool to open from [default: the book's]
    #[arg(long, value_name = "DIR", conflicts_with = "pieces")]
    spool: Option<PathBuf>,
    /// Open a folder that `kniha submit --out` wrote
    #[arg(long, value_name = "DIR")]
    pieces: Option<PathBuf>,
    /// Key lists that name the book, for --words away from it
    #[arg(long, value_name = "FILE", requires = "words")]
    keys: Option<PathBuf>,
    /// Open this part
    #[arg(long = "part", value_name = "ID", conflicts_with = "all")]
    parts: Vec<String>,
    /// Open everything that these keys open
    #[arg(long)]
    all: bool,
    /// Write texts and files into this new folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

/// What of the parts is to be opened.
enum Wanted {
    Nothing,
    These(Vec<PartId>),
    All,
}

pub(crate) async fn run(raw: Raw, book: &Path) -> anyhow::Result<()> {
    let wanted = wanted(&raw)?;
    if raw.out.is_some() && matches!(wanted, Wanted::Nothing) {
        return Err(Failure::usage("--out needs something to open.", "Add --all, or --part with the ids that `kniha open` lists.").into());
    }
    let place = Place::named(raw.pieces.as_deref(), raw.spool.as_deref(), book).await?;
    let holders = Holders::read(&raw.key_files, raw.words, raw.keys.as_deref(), book)?;
    let mut faults = Faults(0);
    let mut walk = place.walk()?;
    for trouble in walk.troubles() {
        faults.say(trouble);
    }
    if matches!(wanted, Wanted::Nothing) {
        list(&mut walk, &holders, raw.json, &mut faults).await?;
    } else {
        open(&raw, &place, &mut walk, &holders, &wanted, &mut faults).await?;
    }
    match faults.0 {
        0 => Ok(()),
        n => Err(Failure::new(
            Exit::Refused,
            format!("{n} faults were found; they are named above."),
            "What opened well is as it was sent.",
            "Damaged parts can be fetched again from the portal or the sender, while they have them.",
        )
        .into()),
    }
}

/// Counts what is wrong and names it; nothing stops at the first fault.
struct Faults(usize);

impl Faults {
    fn say(&mut self, text: &str) {
        say::note(&say::visible(text));
        self.0 += 1;
    }

    /// The envelope of a part, if it is one.
    fn envelope(&mut self, found: &Found) -> Option<Envelope> {
        match Envelope::parse(&found.header) {
            Ok(envelope) if envelope.part() == &found.part => return Some(envelope),
            Ok(_) => self.say(&format!("{}: the header is of another part.", found.part)),
            Err(e) => self.say(&format!("{}: {}.", found.part, chain(&e))),
        }
        None
    }
}

impl Wanted {
    fn has(&self, part: &PartId) -> bool {
        match self {
            Wanted::All => true,
            Wanted::These(parts) => parts.contains(part),
            Wanted::Nothing => false,
        }
    }

    /// Those that were asked for by their ids.
    fn named(&self) -> &[PartId] {
        match self {
            Wanted::These(parts) => parts,
            Wanted::All | Wanted::Nothing => &[],
        }
    }
}

fn wanted(raw: &Raw) -> anyhow::Result<Wanted> {
    if raw.all {
        return Ok(Wanted::All);
    }
    if raw.parts.is_empty() {
        return Ok(Wanted::Nothing);
    }
    let ids = raw.parts.iter().map(|id| PartId::parse(id).map_err(|e| Failure::usage(format!("{e}."), "`kniha open` lists the ids.")));
    Ok(Wanted::These(ids.collect::<Result<_, _>>()?))
}

/// Says what could be opened. Uses no key, so that nothing is logged.
async fn list(walk: &mut Walk<'_>, holders: &Holders, json: bool, faults: &mut Faults) -> anyhow::Result<()> {
    let mut out = say::Out::new();
    let (mut can, mut all) = (0, 0);
    while let Some(found) = walk.next(|_| true).await? {
        all += 1;
        let Some(envelope) = faults.envelope(&found) else { continue };
        let chances = holders.chances(&envelope);
        let open = chances.iter().any(Chance::is_enough);
        can += usize::from(open);
        if json {
            let quorums: Vec<_> = chances.iter().map(Chance::json).collect();
            out.json(&json!({"part": found.part.to_string(), "list": found.list_no, "bytes": found.payload_len, "opens": open, "quorums": quorums}))?;
        } else {
            let quorums: Vec<String> = chances.iter().map(Chance::text).collect();
            out.line(&format!("{}  {}  {:>12}  {}", found.part, if open { "opens " } else { "closed" }, found.payload_len, quorums.join("; ")))?;
        }
    }
    if !json {
        out.line(&format!("{can} of {all} parts could be opened with these keys."))?;
    }
    Ok(out.done()?)
}

/// Opens parts one after the other.
async fn open(raw: &Raw, place: &Place, walk: &mut Walk<'_>, holders: &Holders, wanted: &Wanted, faults: &mut Faults) -> anyhow::Result<()> {
    let day = team::today();
    let mut log = OpeningLog::open(place.log_folder())?;
    let mut to = raw.out.as_deref().map(writing::Folder::make).transpose()?;
    let mut opened: Vec<Opened> = Vec::new();
    let mut closed = 0;
    let mut missing: BTreeSet<PartId> = wanted.named().iter().copied().collect();
    while let Some(found) = walk.next(|part| wanted.has(part)).await? {
        missing.remove(&found.part);
        let Some(envelope) = faults.envelope(&found) else { continue };
        let chances = holders.chances(&envelope);
        let Some(chance) = chances.iter().find(|chance| chance.is_enough()) else {
            closed += 1;
            if !wanted.named().is_empty() {
                let why: Vec<String> = chances.iter().map(Chance::text).collect();
                faults.say(&format!("{}: not enough keys: {}.", found.part, why.join("; ")));
            }
            continue;
        };
        let receipt = log.write(found.part, chance.quorum, day)?;
        match opening::open(&found, &envelope, chance.quorum, holders, &receipt, to.as_mut()).await {
            Ok(part) => opened.push(part),
            Err(error) => faults.say(&format!("{}: {}.", found.part, chain(error.as_ref()))),
        }
    }
    for part in &missing {
        faults.say(&format!("{part}: there is no such part here."));
    }
    let (entries, head) = log.head();
    let commitments = opened.iter().filter_map(|part| Some(part.cover.receipt.as_ref()?.commitment)).collect();
    let verdicts = checks::of(&opened, &place.leaves(&commitments).await?, holders);
    faults.0 += verdicts.iter().filter(|verdict| verdict.bad).count();
    tell(raw.json, &opened, &verdicts, closed)?;
    if let Some(to) = to {
        to.finish(&opened, &verdicts)?;
    }
    say::note(&format!("The log of openings has {entries} entries; its head is {head}. Note it elsewhere."));
    if opened.is_empty() && faults.0 == 0 {
        return Err(Failure::refused("No part could be opened with these keys.", "`kniha open` without --all says whose keys are missing.").into());
    }
    Ok(())
}

fn tell(json: bool, opened: &[Opened], verdicts: &[checks::Verdict], closed: usize) -> anyhow::Result<()> {
    let mut out = say::Out::new();
    for part in opened {
        if json {
            out.json(&report::json(part))?;
        } else {
            out.line(&report::line(part))?;
        }
    }
    for verdict in verdicts {
        if json {
            out.json(&json!({"check": verdict.what, "part": verdict.part.to_string(), "ok": !verdict.bad, "said": verdict.said}))?;
        } else {
            out.line(&format!("{}  {}  {}: {}", verdict.part, if verdict.bad { "FAULT" } else { "ok   " }, verdict.what, verdict.said))?;
        }
    }
    if json {
        out.json(&json!({"opened": opened.len(), "closed": closed}))?;
    } else {
        out.line(&format!("{} parts opened, {closed} closed to these keys.", opened.len()))?;
    }
    Ok(out.done()?)
}

/// What people call a quorum.
fn quorum_name(quorum: QuorumNo) -> &'static str {
    use kniha_seal::quorum::{CUSTODIANS, LAWYERS, OWN_WORDS, TEAM, TRIAGE};
    match quorum {
        OWN_WORDS => "the source's words",
        TEAM => "screeners",
        TRIAGE => "triage",
        LAWYERS => "lawyers",
        CUSTODIANS => "custodians",
        _ => "a quorum of another name",
    }
}
