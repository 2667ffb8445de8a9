//! `kniha examine`: what a file is, its pages as fresh pictures and its words, without this process looking at it.

use std::fs;
use std::path::{Path, PathBuf};

use kniha_core::examined::{Examined, Kind, Lack};
use kniha_desk::examine::{ExamineError, Examiner, Limits};
use serde_json::json;
use tokio::fs::File;

use crate::exit::{Exit, Failure, chain};
use crate::home::files;
use crate::interrupt::Begun;
use crate::say::{self, Out};

/// Look at a file that may be hostile: what it is, its pages as fresh pictures, its words
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha examine received.pdf
  kniha examine photo.jpg --out looked-at
  kniha examine letter.docx --json

The file is looked at by a process of its own that can open nothing, reach nothing and is thrown away. Pictures (JPEG, PNG,
GIF, WebP, BMP, TIFF) and PDF are drawn anew, at most 20 pages of at most 1600 pixels along a side; words are taken from PDF,
DOCX, ODT, messages and texts, at most 1 MB. Of other files only the kind is told. When and where a picture was taken is what
the file claims: anybody can write that.")]
pub(crate) struct Raw {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A new folder for page-1.png … and text.txt
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(raw: Raw) -> anyhow::Result<()> {
    let cannot_read = |e: std::io::Error| Failure::input(format!("{} cannot be read: {e}.", raw.file.display()), "See that the path is right.");
    let file = File::open(&raw.file).await.map_err(cannot_read)?;
    if !file.metadata().await.map_err(cannot_read)?.is_file() {
        return Err(Failure::input(format!("{} is not a file.", raw.file.display()), "Name one file.").into());
    }
    let examined = Examiner::new(crate::sandbox::MYSELF.into()).examine(file, &Limits::default()).await.map_err(failure)?;
    for missing in &examined.missing {
        say::note(&format!("kniha: {}", missing.text()));
    }
    if let Some(dir) = &raw.out {
        write(&examined, dir)?;
    }
    tell(&examined, raw.json)
}

fn failure(error: ExamineError) -> Failure {
    let happened = {
        let text = chain(&error);
        let mut letters = text.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).chain(['.']).collect())
    };
    let (exit, next) = match error {
        ExamineError::Start(_) | ExamineError::NoWalls => {
            (Exit::Database, "Mend what is named and run the same command again. Do not open the file elsewhere.")
        }
        ExamineError::Source(_) => (Exit::Input, "See that the disk is whole and run the same command again."),
        ExamineError::TooLong { .. } => (Exit::Input, "A file of that size is not examined; keep it as it is."),
        ExamineError::Limit => (Exit::Input, "It may be made to do that, or only be large. Try once more when the machine has less to do."),
        ExamineError::Wall => (Exit::Input, "The file may be an attack. Keep it, do not open it elsewhere, and tell the person who looks after the machine."),
        ExamineError::Broken | ExamineError::Answer(_) => (Exit::Input, "The file is damaged or made to do that. Keep it, and do not open it elsewhere."),
    };
    Failure::new(exit, happened, "The file was not changed, and nothing of it was written.", next)
}

/// Writes pages and words into a new folder; a run that does not come to its end leaves nothing.
fn write(examined: &Examined, dir: &Path) -> anyhow::Result<()> {
    files::create_dir(dir).map_err(|e| Failure::refused(format!("{} cannot be made: {e}.", dir.display()), "Name a folder that is not there yet."))?;
    let begun = Begun::new(dir);
    let cannot_write =
        |e: std::io::Error| Failure::new(Exit::Database, format!("{} cannot be written: {e}.", dir.display()), "Nothing was kept.", "Make room.");
    for (number, view) in (1..).zip(&examined.views) {
        files::write_new(&dir.join(format!("page-{number}.png")), &view.png).map_err(cannot_write)?;
    }
    if let Some(text) = &examined.text {
        files::write_new(&dir.join("text.txt"), text.content().as_bytes()).map_err(cannot_write)?;
    }
    fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(cannot_write)?;
    begun.finished();
    Ok(())
}

fn tell(examined: &Examined, as_json: bool) -> anyhow::Result<()> {
    let facts = &examined.facts;
    let taken = facts.taken.map(|taken| {
        let offset = taken.offset_min.map(|min| format!("{}{:02}:{:02}", if min < 0 { '-' } else { '+' }, min.abs() / 60, min.abs() % 60));
        format!("{}{}", taken.at, offset.unwrap_or_default())
    });
    let mut out = Out::new();
    if as_json {
        out.json(&json!({
            "kind": facts.kind.code(),
            "also": facts.also.map(Kind::code),
            "bytes": facts.bytes,
            "width": facts.size.map(|size| size.0),
            "height": facts.size.map(|size| size.1),
            "pages": facts.pages,
            "taken_claimed": taken,
            "lat_deg_claimed": facts.place.map(|place| place.lat_deg()),
            "lon_deg_claimed": facts.place.map(|place| place.lon_deg()),
            "pages_drawn": examined.views.len(),
            "text_bytes": examined.text.as_ref().map(|text| text.content().len()),
            "text_cut": examined.text.as_ref().is_some_and(|text| text.is_cut()),
            "lacks": examined.lacks.iter().map(|lack| lack.code()).collect::<Vec<_>>(),
        }))?;
    } else {
        let mut line = |name: &str, value: Option<String>| value.map_or(Ok(()), |value| out.line(&format!("{name:<14}{value}")));
        line("kind", Some(facts.kind.code().to_owned()))?;
        line("could also be", facts.also.map(|kind| kind.code().to_owned()))?;
        line("bytes", Some(facts.bytes.to_string()))?;
        line("pixels", facts.size.map(|(width, height)| format!("{width} × {height}")))?;
        line("pages", facts.pages.map(|pages| pages.to_string()))?;
        line("taken", taken.map(|taken| format!("{taken} (the file claims so)")))?;
        line("place", facts.place.map(|place| format!("{}, {} (the file claims so)", place.lat_deg(), place.lon_deg())))?;
        line("pages drawn", Some(examined.views.len().to_string()))?;
        let cut = |is_cut| if is_cut { ", cut" } else { "" };
        line("words", examined.text.as_ref().map(|text| format!("{} bytes{}", text.content().len(), cut(text.is_cut()))))?;
        for lack in &examined.lacks {
            line("not shown", Some(why(*lack).to_owned()))?;
        }
    }
    out.done()?;
    Ok(())
}

fn why(lack: Lack) -> &'static str {
    match lack {
        Lack::NotShown => "files of this kind are recognised only",
        Lack::Damaged => "it is damaged, or not what it seems to be",
        Lack::TooLarge => "it would need more memory than is given",
        Lack::Locked => "it is locked with a password",
        Lack::MorePages => "it has more pages than are drawn",
        Lack::BadPages => "some pages could not be drawn",
        Lack::Time => "the time was up before all was done",
    }
}
