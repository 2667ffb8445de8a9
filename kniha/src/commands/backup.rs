//! `kniha backup FILE`: an encrypted copy of the whole book, opened and checked before it gets its name.
//!
//! The copy is a SQLCipher file under the book's own key, also of a book in PostgreSQL: there the lines of the export go straight into a new
//! file. A writer that works meanwhile is not in the copy, which is one snapshot.

use std::path::{Path, PathBuf};

use kniha_store::{Beginning, Durability, Place, Random, Store, StoreError, check, dump, restore};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::home::key::RegisterKey;
use crate::home::{Home, files};
use crate::interrupt::Begun;
use crate::{clock, say};

/// Make an encrypted copy of the whole book, and check the copy
#[derive(clap::Args)]
#[command(after_help = "Example:
  kniha backup /media/stick/book-2026-11-24.db

The copy opens with this book's register.key and with nothing else: keep a copy of that file too, in
another place. To go back to a copy: stop the desk, put it in place of register.db, run `kniha doctor`.
For a book in PostgreSQL: init a new book on SQLite, put the copy in place of its register.db and this
book's register.key in place of its own; `kniha doctor` then names the member for kniha.toml.")]
pub(crate) struct Raw {
    /// The file to make; it must not exist yet
    file: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let mut home = Home::open(dir)?;
    if raw.file.exists() {
        return Err(Failure::refused(format!("{} is there already.", raw.file.display()), "Name a new file; a backup never replaces one.").into());
    }
    let key = home.key().await?;
    let store = home.store_with(&key).await?;
    let part = files::beside(&raw.file, "part")?;
    let _ = std::fs::remove_file(&part);
    let begun = Begun::new(&part);
    // The file is made first, empty and for its owner alone; SQLite writes into an empty file as into a new one.
    files::create(&part).map_err(|e| anyhow::Error::new(e).context("making the copy's file"))?;
    let shown = part.to_str().ok_or_else(|| Failure::usage("The path of a backup must be UTF-8.", "Name another file."))?;
    let place = Place::Sqlite { file: part.clone(), key: Some(key.database_key()), durability: Durability::Full };
    if !store.copy_sqlite(shown).await? {
        std::fs::remove_file(&part)?;
        copy_lines(&store, &place, &key).await?;
    }
    store.close().await;
    let copy = Store::open(&place, key.name_secret()?).await?;
    let bar = say::counter("checking the copy");
    let checked = check(&copy, |lines| bar.set_position(lines)).await?;
    bar.finish_and_clear();
    copy.close().await;
    if let Some(fault) = checked.faults.first() {
        return Err(Failure::new(
            Exit::Refused,
            format!("The copy has {} faults, the first: {fault}.", checked.faults.len()),
            "The copy was removed; the book was not changed.",
            "Run `kniha doctor`: the fault is probably in the book.",
        )
        .into());
    }
    std::fs::File::open(&part)?.sync_all()?;
    files::put_in_place(&part, &raw.file)?;
    for rest in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{shown}{rest}"));
    }
    begun.finished();
    let mut out = say::Out::new();
    if raw.json {
        out.json(
            &json!({"file": raw.file.display().to_string(), "records": checked.records, "claims": checked.claims, "erased": checked.erased, "faults": 0}),
        )?;
    } else {
        out.line(&format!(
            "{} records and {} claims are in {}; the copy was opened and every history checked.",
            checked.records,
            checked.claims,
            raw.file.display()
        ))?;
        out.line("It opens only with this book's register.key: keep a copy of that in another place.")?;
    }
    Ok(out.done()?)
}

/// Lines that wait between reading the book and writing the copy.
const WAITING: usize = 1000;

/// Makes a new SQLCipher book of the lines of another one.
async fn copy_lines(store: &Store, place: &Place, key: &RegisterKey) -> anyhow::Result<()> {
    let mut random = Random::default();
    let beginning = Beginning {
        book_id: random.bytes()?,
        title: "copy".to_owned(),
        member: random.id()?,
        member_name: "copy".to_owned(),
        case: random.id()?,
        case_title: "copy".to_owned(),
        now: clock::now(),
    };
    let copy = Store::create(place, key.name_secret()?, &beginning).await?;
    let (to, from) = std::sync::mpsc::sync_channel::<String>(WAITING);
    let stopped = |what: &'static str| StoreError::Machine { doing: "copying the book", source: std::io::Error::other(what) };
    // Reading waits for writing, so they need a thread each.
    let copied = std::thread::scope(|scope| {
        let runtime = tokio::runtime::Handle::current();
        let writer = scope.spawn({
            let copy = &copy;
            let runtime = runtime.clone();
            move || runtime.block_on(restore(copy, || Ok(from.recv().ok()), |_| {}))
        });
        let read = tokio::task::block_in_place(|| {
            runtime.block_on(dump(store, &mut |line| {
                let text = serde_json::to_string(&line).map_err(|_| stopped("a line could not be written"))?;
                to.send(text).map_err(|_| stopped("the copy could not be written"))
            }))
        });
        drop(to);
        let written = writer.join().map_err(|_| stopped("the writer of the copy stopped"))?;
        // What the writer met explains why the reader had to stop.
        written.and(read)
    });
    copied?;
    copy.settle().await?;
    copy.close().await;
    Ok(())
}
