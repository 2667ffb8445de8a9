//! A restore replaces the members of a book and then names one of them in `kniha.toml`: two places, one after the other.
//!
//! Just before the database commits, the restore writes `restoring.toml`: the id that the book will have, and the member who is to work here. A
//! process that is killed between the two leaves it, and the next opening finishes: where the book has that id and that member, the commit had
//! happened and `kniha.toml` is written; where it has not, nothing had been restored and the note is removed. Reads and writes the folder.

use std::fs;
use std::path::Path;

use kniha_core::id::MemberId;
use kniha_store::{Store, reader};
use serde::{Deserialize, Serialize};

use super::files;
use super::lock::Work;
use crate::exit::{Exit, Failure};
use crate::say;

/// The file in the book's folder.
const FILE: &str = "restoring.toml";

/// What will be true once the restore is durable.
#[derive(Serialize, Deserialize)]
pub(crate) struct Restoring {
    /// The book's id, hexadecimal.
    book: String,
    /// Who is to work here.
    member: String,
}

impl Restoring {
    pub(crate) fn new(book: String, member: MemberId) -> Restoring {
        Restoring { book, member: member.to_string() }
    }

    /// Makes the note durable; call it before the commit.
    pub(crate) fn write(&self, dir: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        files::write_whole(&dir.join(FILE), text.as_bytes())
    }

    fn read(dir: &Path) -> Option<Restoring> {
        toml::from_str(&fs::read_to_string(dir.join(FILE)).ok()?).ok()
    }
}

/// Removes the note: `kniha.toml` is as it must be.
pub(crate) fn forget(dir: &Path) -> std::io::Result<()> {
    match fs::remove_file(dir.join(FILE)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Who works here, where a restore was cut off after it had become durable.
///
/// # Errors
/// When the book cannot be read or the note not be removed.
pub(crate) async fn unfinished(dir: &Path, store: &Store) -> anyhow::Result<Option<MemberId>> {
    if !dir.join(FILE).exists() {
        return Ok(None);
    }
    if let Some(note) = Restoring::read(dir)
        && let Ok(member) = MemberId::parse(&note.member)
        && note.book == data_encoding::HEXLOWER.encode(&store.book().id)
        && reader(&mut *store.read().await?, member).await.is_ok()
    {
        return Ok(Some(member));
    }
    // While a restore is at work the note is its own, and not yet true.
    if let Ok(_lock) = Work::Import.lock(dir) {
        forget(dir)?;
    }
    Ok(None)
}

/// What is said when the settings could not be written after the commit.
pub(crate) fn settings_failed(dir: &Path, error: &anyhow::Error) -> Failure {
    let shown = dir.join(super::config::FILE);
    Failure::new(
        Exit::Database,
        format!("The book is restored, but {} could not be written: {error}.", shown.display()),
        "Nothing was lost.",
        "Mend the cause; the next command on this book writes who works here.",
    )
}

/// Said when an opening finished what a restore had begun.
pub(crate) fn told() {
    say::note("An earlier restore had been cut off after the book was whole; kniha.toml names its member now.");
}
