//! `kniha backup FOLDER`: the whole book in two parts that are kept apart, sealed payloads and what opens them; checked before it counts.
//!
//! The register is copied as a SQLCipher file under the book's own key, also of a book in PostgreSQL: there the lines of the export go straight into a new
//! file. Each file is one snapshot. The spool's headers come first and the house after them, so that no wrap is without its part: what is opened meanwhile is in
//! the copy as sealed or as opened, and what comes meanwhile may be in it or not.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use kniha_gate::{GATE, HOUSE, House};
use kniha_inbox::{Inbox, PartKey};
use kniha_store::{Beginning, Durability, Place, Random, Store, StoreError, check, dump, restore};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::home::config::{self, Config, Database};
use crate::home::key::RegisterKey;
use crate::home::policy;
use crate::home::set::{self, HEADERS, PAYLOADS, TOMBSTONES, WRAPS};
use crate::home::{DATABASE, Home, files};
use crate::interrupt::Begun;
use crate::lanes::{outbox, spool};
use crate::team::{DESK_KEYS, KEY_LISTS};
use crate::{clock, say};

/// Bytes of a payload in memory at once.
const PIECE: usize = 1 << 20;
/// Parts that are listed at once.
const LISTED: u32 = 500;

/// Copy the whole book: sealed payloads, and apart from them what opens them
#[derive(clap::Args)]
#[command(after_help = "Example:
  kniha backup /media/stick/book

FOLDER/payloads grows: sealed bytes are written once and never change. FOLDER/wraps gets a set of its own, with
the register, the house, the headers and the keys of the desk; sets older than 35 days are deleted, because what
people asked to have destroyed lives on in them. Keep the two folders on different media.

The register opens only with this book's key: with register.key, which is not in the copy, or, once the book has
members, with the words of one of them. `kniha restore FOLDER` makes the book again.")]
pub(crate) struct Raw {
    /// The folder to copy into; what earlier backups left there is kept
    folder: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let mut home = Home::open(dir)?;
    if raw.folder.exists() && !raw.folder.is_dir() {
        return Err(Failure::refused(format!("{} is a file.", raw.folder.display()), "Name a folder; what earlier backups left in it is kept.").into());
    }
    let key = home.key().await?;
    let (payloads, wraps) = (raw.folder.join(PAYLOADS), raw.folder.join(WRAPS));
    for folder in [&raw.folder, &payloads, &wraps] {
        match files::create_dir(folder) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(anyhow::Error::new(e).context("making the folder of the backup")),
            _ => {}
        }
    }
    let now = clock::now();
    let (name, set) = (set::name(now), wraps.join(set::name(now)));
    if set.exists() {
        return Err(Failure::refused(format!("{} is there already.", set.display()), "Wait a second and run the same command again.").into());
    }
    let part = files::beside(&set, "part")?;
    let _ = fs::remove_dir_all(&part);
    let begun = Begun::new(&part);
    files::create_dir(&part)?;
    let register = register(&mut home, &key, &part.join(DATABASE)).await?;
    let parts = sealed(dir, &part, &payloads).await?;
    small_files(&home, dir, &part)?;
    set::seal(&part)?;
    files::sync_dir(&payloads)?;
    files::put_in_place(&part, &set)?;
    begun.finished();
    let rotated = set::rotate(&raw.folder, now)?;
    let mut out = say::Out::new();
    if raw.json {
        out.json(&json!({
            "set": name, "records": register.records, "claims": register.claims, "erased": register.erased, "faults": 0,
            "parts": parts.headers, "payloads": parts.written, "tombstones": parts.tombstones, "sets_deleted": rotated,
        }))?;
    } else {
        out.line(&format!(
            "{} records and {} claims are in {}; the copy was opened and every history checked.",
            register.records,
            register.claims,
            set.display()
        ))?;
        out.line(&format!("{} sealed parts, {} of them new in {}.", parts.headers, parts.written, payloads.display()))?;
        if rotated > 0 {
            out.line(&format!("{rotated} sets older than 35 days were deleted."))?;
        }
        out.line("Keep wraps and payloads on different media. The register opens only with this book's key.")?;
    }
    Ok(out.done()?)
}

/// Copies the register to a file, opens the copy and follows every chain in it.
async fn register(home: &mut Home, key: &RegisterKey, file: &Path) -> anyhow::Result<kniha_store::Checked> {
    let store = home.store_with(key).await?;
    // The file is made first, empty and for its owner alone; SQLite writes into an empty file as into a new one.
    files::create(file).map_err(|e| anyhow::Error::new(e).context("making the copy's file"))?;
    let shown = file.to_str().ok_or_else(|| Failure::usage("The path of a backup must be UTF-8.", "Name another folder."))?;
    let place = Place::Sqlite { file: file.to_owned(), key: Some(key.database_key()), durability: Durability::Full };
    if !store.copy_sqlite(shown).await? {
        fs::remove_file(file)?;
        copy_lines(&store, &place, key).await?;
    }
    store.close().await;
    let copy = Store::open(&place, key.name_secret()?).await?;
    let bar = say::counter("checking the copy");
    let checked = check(&copy, |lines| bar.set_position(lines)).await?;
    bar.finish_and_clear();
    copy.close().await;
    for rest in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{shown}{rest}"));
    }
    if let Some(fault) = checked.faults.first() {
        return Err(Failure::new(
            Exit::Refused,
            format!("The copy has {} faults, the first: {fault}.", checked.faults.len()),
            "The copy was removed; the book was not changed.",
            "Run `kniha doctor`: the fault is probably in the book.",
        )
        .into());
    }
    File::open(file)?.sync_all()?;
    Ok(checked)
}

/// What was copied of the sealed parts.
#[derive(Default)]
struct Parts {
    headers: usize,
    written: usize,
    tombstones: usize,
}

/// Copies headers into the set, the house and the gate after them, and payloads that are not in the folder yet.
async fn sealed(dir: &Path, set: &Path, payloads: &Path) -> anyhow::Result<Parts> {
    let mut parts = Parts::default();
    let has_house = dir.join(HOUSE).exists();
    let inbox = if spool::of(dir).exists() || has_house { Some(spool::open(&spool::of(dir), true).await?) } else { None };
    let Some(inbox) = inbox else { return Ok(parts) };
    files::create_dir(&set.join(HEADERS))?;
    headers(&inbox, set, payloads, &mut parts).await?;
    if has_house {
        let house = House::open(dir, inbox.clone()).await?;
        let [house_file, gate_file] = [HOUSE, GATE].map(|name| set.join(name));
        for file in [&house_file, &gate_file] {
            files::create(file)?;
        }
        let text = |file: &Path| file.to_str().map(str::to_owned).ok_or_else(|| Failure::usage("The path of a backup must be UTF-8.", "Name another folder."));
        house.copy(&text(&house_file)?, &text(&gate_file)?).await?;
        for file in [&house_file, &gate_file] {
            File::open(file)?.sync_all()?;
        }
        // Those that came while the house was copied: a wrap in it must not be without its part.
        headers(&inbox, set, payloads, &mut parts).await?;
        parts.tombstones = bury(&house, payloads).await?;
        house.close().await;
    }
    inbox.close().await;
    Ok(parts)
}

async fn headers(inbox: &Inbox, set: &Path, payloads: &Path, parts: &mut Parts) -> anyhow::Result<()> {
    let mut after: Option<PartKey> = None;
    loop {
        let listed = inbox.list(after, LISTED).await?;
        let Some(last) = listed.last() else { return Ok(()) };
        after = Some(last.part);
        for one in listed {
            let name = HEXLOWER.encode(&one.part.0);
            let (to, payload) = (set.join(HEADERS).join(&name), payloads.join(&name));
            if to.exists() {
                continue;
            }
            // Gone since it was listed: destroyed, or assigned a header of its own.
            let Some(head) = inbox.header(&one.part).await? else { continue };
            let digest = head.listed.payload_sha256.to_string();
            let is_there = payload.metadata().is_ok_and(|meta| meta.len() == head.listed.size) && set::digest(&payload)?.0 == digest;
            if !is_there {
                let Some(from) = inbox.payload(&one.part).await? else { continue };
                write_payload(from, &payload).await?;
                parts.written += 1;
            }
            let mut text = format!("{} {} {} {digest}\n", head.listed.list_no, head.listed.day, head.listed.size).into_bytes();
            text.extend(head.header);
            files::write_whole(&to, &text)?;
            parts.headers += 1;
        }
    }
}

async fn write_payload(mut from: kniha_inbox::Payload, to: &Path) -> anyhow::Result<()> {
    let part = files::beside(to, "part")?;
    let mut file = files::create(&part)?;
    while let Some(bytes) = from.next(PIECE).await? {
        file.write_all(&bytes)?;
    }
    file.sync_all()?;
    Ok(files::put_in_place(&part, to)?)
}

/// Adds the house's tombstones to those of the folder, and removes the payloads of what was destroyed.
async fn bury(house: &House, payloads: &Path) -> anyhow::Result<usize> {
    let file = payloads.join(TOMBSTONES);
    let known = set::tombstones(&file)?;
    let mut text = fs::read_to_string(&file).unwrap_or_default();
    let all = house.tombstones().await?;
    for (part, day) in &all {
        let name = HEXLOWER.encode(part.bytes());
        if !known.contains(&name) {
            text += &format!("{name} {}\n", day.0);
        }
    }
    files::write_whole(&file, text.as_bytes())?;
    for name in set::tombstones(&file)? {
        match fs::remove_file(payloads.join(name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    Ok(all.len())
}

/// Settings, the desk's keys, key lists, and answers that wait.
fn small_files(home: &Home, dir: &Path, set: &Path) -> anyhow::Result<()> {
    // The copy is a file, also of a book in PostgreSQL.
    Config {
        title: home.config.title.clone(),
        database: Database::Sqlite,
        member: home.member(),
        languages: home.config.languages.clone(),
        at_rest: home.config.at_rest.clone(),
    }
    .write(set)?;
    for name in [DESK_KEYS, policy::FILE] {
        copy_file(&dir.join(name), &set.join(name))?;
    }
    for folder in [KEY_LISTS, outbox::FOLDER] {
        let entries = match fs::read_dir(dir.join(folder)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        files::create_dir(&set.join(folder))?;
        for entry in entries {
            let entry = entry?;
            let is_whole = entry.file_type()?.is_file() && !entry.file_name().to_string_lossy().starts_with('.');
            if is_whole {
                copy_file(&entry.path(), &set.join(folder).join(entry.file_name()))?;
            }
        }
    }
    debug_assert!(set.join(config::FILE).exists(), "the settings were written");
    Ok(())
}

/// Copies a small file, durable and for its owner alone; one that is not there is not copied.
pub(crate) fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    match fs::read(from) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        bytes => files::write_whole(to, &zeroize::Zeroizing::new(bytes?)),
    }
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
