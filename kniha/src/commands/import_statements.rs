//! `kniha import statements`: accounts that were kept elsewhere, a folder of files, become sealed accounts of a case.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kniha_core::id::CaseId;
use kniha_core::lang::Lang;
use kniha_desk::folder::{Folder, FolderError, Taken};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::home::key::RegisterKey;
use crate::home::lock::Work;
use crate::home::{Home, house};
use crate::{clock, say};

/// Take in a folder of accounts that were kept elsewhere: each file becomes a sealed account of a case
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha import statements accounts --case 5k2q…       `kniha case list` shows the cases
  kniha import statements accounts --case 5k2q… --lang ru

The book must have members, and one of the case's signs in. txt and md files are accounts themselves; pdf, docx, odt,
rtf, eml, images and sound are kept as they are, sealed. No file is opened or read by anybody's program here: look at
a file with `kniha examine`, which does it inside a sandbox. Permission counts as unknown, and nobody can be written
to. Folders inside and links are left. Cut off by anything, the same command goes on; a file that was taken in before
is known again. The files in the folder stay as they are: destroy them when you are done.")]
pub(crate) struct Raw {
    /// The folder
    dir: PathBuf,
    /// The id of the case
    #[arg(long)]
    case: String,
    /// Language of the accounts
    #[arg(long, default_value = "be", value_name = "be|ru|uk|en", value_parser = super::keys::lang)]
    lang: Lang,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let case = CaseId::parse(&raw.case).map_err(|e| Failure::usage(format!("--case: {e}."), "`kniha case list` shows the ids of your cases."))?;
    if !raw.dir.is_dir() {
        return Err(Failure::input(format!("{} is no folder.", raw.dir.display()), "Name the folder that holds the accounts.").into());
    }
    let mut home = Home::open(dir)?;
    let _lock = Work::Import.lock(dir)?;
    let house = house::open(dir).await?;
    let signed_in = house::sign_in(&house).await?;
    let register =
        signed_in.register.ok_or_else(|| Failure::refused("You are not among those who work with the book.", "A member of the case takes accounts in."))?;
    let store = Arc::new(home.store_with(&RegisterKey::of(&register)).await?);
    let mut out = say::Out::new();
    let mut counts = [0u64; 5];
    let folder = Folder { store: &store, house: &house, who: &signed_in.present, case, lang: raw.lang.code() };
    let mut printed = Ok(());
    let taken = folder
        .take(&raw.dir, clock::now(), |path, taken| {
            let (place, word) = match taken {
                Taken::Text => (0, "text"),
                Taken::File => (1, "file"),
                Taken::Known => (2, "known"),
                Taken::Left => (3, "left"),
                Taken::Refused => (4, "refused"),
            };
            counts[place] += 1;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let line = if raw.json {
                out.json(&json!({"file": name, "became": word}))
            } else if place > 2 {
                out.line(&format!("{word:8} {}", say::visible(&name)))
            } else {
                Ok(())
            };
            if printed.is_ok() {
                printed = line;
            }
        })
        .await;
    store.close().await;
    house::close(&house).await;
    let [texts, files, known, left, refused] = counts;
    if !raw.json {
        out.line(&format!("{texts} accounts and {files} files taken in, {known} were there, {left} left because of their kind, {refused} refused."))?;
    }
    out.done()?;
    printed?;
    taken.map_err(|error| match error {
        FolderError::Gate(gate) => anyhow::Error::new(gate),
        FolderError::Store(store) => anyhow::Error::new(store),
        file => anyhow::Error::new(file),
    })?;
    if refused > 0 {
        return Err(Failure::new(
            Exit::Input,
            format!("{refused} files were not taken in: empty, larger than 2 GB, no UTF-8, or longer than 100,000 characters."),
            "Everything else is sealed in the case.",
            "Mend what is named and run the same command again.",
        )
        .into());
    }
    Ok(())
}
