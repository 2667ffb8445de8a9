//! `kniha export FILE|-`: the whole book as JSON lines, every field.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use kniha_store::{Line, StoreError, dump};
use serde_json::json;

use crate::exit::Failure;
use crate::home::{Home, files};
use crate::interrupt::Begun;
use crate::say;

/// Write the whole book as JSON lines, every field
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha export book.jsonl
  kniha export - | gzip > book.jsonl.gz

The export is not encrypted: whoever has it can read the book. It holds every claim, source, move and
hash, so that `kniha restore` makes the same book of it and checks every history on the way. Sealed
values stay sealed. An unfinished import is not part of it. For an encrypted copy use `kniha backup`.")]
pub(crate) struct Raw {
    /// The file to write, or - for standard output
    file: PathBuf,
    /// Print what was written as JSON (not with -)
    #[arg(long)]
    json: bool,
}

/// Where the lines go.
enum To {
    Out(BufWriter<io::Stdout>),
    File { part: PathBuf, to: BufWriter<File>, begun: Begun },
}

impl To {
    fn line(&mut self, text: &str) -> io::Result<()> {
        let to: &mut dyn Write = match self {
            To::Out(to) => to,
            To::File { to, .. } => to,
        };
        to.write_all(text.as_bytes())?;
        to.write_all(b"\n")
    }
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let mut home = Home::open(dir)?;
    let mut to = if raw.file.as_os_str() == "-" {
        To::Out(BufWriter::new(io::stdout()))
    } else {
        if raw.file.exists() {
            return Err(Failure::refused(format!("{} is there already.", raw.file.display()), "Name a new file; an export never replaces one.").into());
        }
        let part = files::beside(&raw.file, "part")?;
        let file = files::create(&part).map_err(|e| anyhow::Error::new(e).context("making the export's file"))?;
        To::File { begun: Begun::new(&part), part, to: BufWriter::new(file) }
    };
    let store = home.store().await?;
    let bar = say::counter("exporting");
    let plain = matches!(to, To::Out(_)) && say::to_terminal();
    let mut counts = (0, 0, 0);
    let dumped = dump(&store, &mut |line| {
        if let Line::End(end) = &line {
            counts = (end.records, end.claims, end.moves);
        }
        bar.inc(1);
        let stop = |source: io::Error| StoreError::Machine { doing: "writing the export", source };
        let text = serde_json::to_string(&line).map_err(|e| stop(io::Error::other(e)))?;
        to.line(&if plain { say::plain_json(&text) } else { text }).map_err(stop)
    })
    .await;
    bar.finish_and_clear();
    store.close().await;
    dumped?;
    match to {
        To::Out(mut out) => Ok(out.flush()?),
        To::File { part, to, begun } => {
            to.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            files::put_in_place(&part, &raw.file)?;
            begun.finished();
            let mut out = say::Out::new();
            let (records, claims, moves) = counts;
            if raw.json {
                out.json(&json!({"file": raw.file.display().to_string(), "records": records, "claims": claims, "moves": moves}))?;
            } else {
                out.line(&format!("{records} records, {claims} claims, {moves} moves are in {}. The file is not encrypted.", raw.file.display()))?;
            }
            Ok(out.done()?)
        }
    }
}
