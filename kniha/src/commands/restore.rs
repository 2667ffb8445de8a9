//! `kniha restore FILE`: an export becomes the same book again, in an empty one. A folder of `kniha backup` is for `restore_whole`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use kniha_core::id::MemberId;
use kniha_store::{Line, StoreError, restore};
use serde_json::json;

use super::restore_whole::{self, Asked};
use crate::exit::Failure;
use crate::home::Home;
use crate::home::lock::Work;
use crate::home::restoring::{self, Restoring};
use crate::say;

/// Longest line of an export: a claim with fifty citations of the longest words, escaped.
const MAX_LINE: u64 = 64 * 1024 * 1024;

/// Make the book of a backup or of an export again
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha --book again restore /media/stick/book            the whole book, out of a backup's folder
  kniha --book copy init --title Copy --yes
  kniha --book copy restore book.jsonl                    the register, out of an export

A backup's folder becomes a new book in --book, which must not be there yet: the newest set, or the one of --set. A
set that is older than the newest tombstones is refused: it would bring back what was destroyed.

An export is restored only into a book without records. The ids, members, cases and histories of the exported book come
back as they were; every history is checked while it is read, and at the first fault nothing is
restored. The settings then name the first member of the restored book, or the one of --member.")]
pub(crate) struct Raw {
    /// The folder of a backup; or an export, - for standard input
    file: PathBuf,
    /// Of a backup: the set to restore [default: the newest]
    #[arg(long)]
    set: Option<String>,
    /// Of a backup: the register.key of the book, to be put with it
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Of a backup: newer tombstones, from another copy of the folder payloads
    #[arg(long, value_name = "FILE")]
    tombstones: Option<PathBuf>,
    /// Id of the member who works here afterwards [default: the first member of the export]
    #[arg(long)]
    member: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    if raw.file.is_dir() {
        let (set, key, tombstones) = (raw.set.as_deref(), raw.key.as_deref(), raw.tombstones.as_deref());
        return restore_whole::run(Asked { folder: &raw.file, set, key, tombstones, json: raw.json }, dir).await;
    }
    if raw.set.is_some() || raw.key.is_some() || raw.tombstones.is_some() {
        return Err(Failure::usage("--set, --key and --tombstones are for the folder of a backup.", "Name that folder, or leave them out.").into());
    }
    let wanted = raw
        .member
        .as_deref()
        .map(MemberId::parse)
        .transpose()
        .map_err(|e| Failure::usage(format!("--member: {e}."), "Lines with \"t\":\"member\" of the export show the ids."))?;
    let mut home = Home::open(dir)?;
    let _lock = Work::Import.lock(dir)?;
    let (from, bytes): (Box<dyn Read>, Option<u64>) = if raw.file.as_os_str() == "-" {
        (Box::new(io::stdin()), None)
    } else {
        let unreadable =
            |e: io::Error| Failure::input(format!("{} cannot be read: {e}.", raw.file.display()), "See that the path is right and the file may be read.");
        let file = File::open(&raw.file).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        (Box::new(file), Some(bytes))
    };
    let bar = bytes.map_or_else(|| say::counter("restoring"), |bytes| say::bar(bytes, "restoring", true));
    let mut from = BufReader::new(from);
    let store = home.store().await?;
    let mut head = Head::default();
    let restored = restore(
        &store,
        || {
            let line = next_line(&mut from)?;
            match &line {
                Some(line) => {
                    bar.inc(if bytes.is_some() { line.len() as u64 + 1 } else { 1 });
                    head.see(line);
                }
                // All is read and nothing is durable yet: who will work here is written down first.
                None => head.note(wanted).map_or(Ok(()), |note| note.write(dir))?,
            }
            Ok(line)
        },
        |_| {},
    )
    .await;
    if restored.is_err() {
        restoring::forget(dir)?;
    }
    let restored = restored.map_err(|error| match error {
        StoreError::BookExists => anyhow::Error::new(Failure::refused(
            "This book has records already, and an export is restored only into an empty one.",
            "Make a new book with `kniha init` and restore into that.",
        )),
        error => error.into(),
    })?;
    bar.finish_and_clear();
    let member = choose(restored.members.iter().map(|(id, _)| *id), wanted);
    if let Some(member) = member {
        home.works_here(member)?;
    }
    store.settle().await?;
    store.close().await;
    let mut out = say::Out::new();
    let name = restored.members.iter().find(|(id, _)| Some(*id) == member).map_or("", |(_, name)| name.as_str());
    if raw.json {
        out.json(&json!({"records": restored.records, "claims": restored.claims, "moves": restored.moves, "member": member.map(|id| id.to_string())}))?;
    } else {
        out.line(&format!("{} records, {} claims, {} moves are restored; every history was checked.", restored.records, restored.claims, restored.moves))?;
        out.line(&format!("Who works here now: {}.", say::visible(name)))?;
    }
    if wanted.is_some() && wanted != member {
        say::note("The member of --member is not in the export; the first member was taken.");
    }
    Ok(out.done()?)
}

/// Who works here afterwards: the wanted member where there is one of that id, else the first.
fn choose(mut members: impl Iterator<Item = MemberId> + Clone, wanted: Option<MemberId>) -> Option<MemberId> {
    wanted.filter(|wanted| members.clone().any(|id| id == *wanted)).or_else(|| members.next())
}

/// What the lines of an export say of the book and its members.
#[derive(Default)]
struct Head {
    book: Option<String>,
    members: Vec<MemberId>,
}

impl Head {
    fn see(&mut self, line: &str) {
        // Most lines are claims; reading each of them twice would be slow.
        if !(line.contains("\"book\"") || line.contains("\"member\"")) {
            return;
        }
        match serde_json::from_str(line) {
            Ok(Line::Book { book, .. }) => self.book = Some(book),
            Ok(Line::Member { id, .. }) => self.members.extend(MemberId::parse(&id)),
            _ => {}
        }
    }

    fn note(&self, wanted: Option<MemberId>) -> Option<Restoring> {
        Some(Restoring::new(self.book.clone()?, choose(self.members.iter().copied(), wanted)?))
    }
}

/// The next line, bounded, so that a file without line breaks does not fill the memory.
fn next_line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let n = from.take(MAX_LINE).read_until(b'\n', &mut line)?;
    if n == 0 {
        return Ok(None);
    }
    if n as u64 == MAX_LINE && line.last() != Some(&b'\n') {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 64 MiB: this is not an export"));
    }
    while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
        line.pop();
    }
    // A line that is not UTF-8 is not JSON either; the store says so with its number.
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn lines_end_with_or_without_a_newline() {
        let mut from = io::Cursor::new(b"a\r\n\nb\xff".to_vec());
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut from).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines, ["a", "", "b\u{fffd}"]);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut endless = BufReader::new(io::repeat(b'x'));
        assert!(next_line(&mut endless).is_err());
    }
}
