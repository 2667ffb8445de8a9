//! `kniha doctor`: looks a book over, says where each fact comes from, and never stops at the first fault.

use std::fs;
use std::path::Path;

use kniha_core::access::Hat;
use kniha_gate::AccountState;
use kniha_store::{PageCheck, Pages, Store, StoreError, check, imports, integrity, members, reader};
use serde_json::json;

use super::team_show;
use crate::exit::{Failure, chain, explain};
use crate::home::config::Database;
use crate::home::policy::{self, Policy};
use crate::home::{Home, house, key};
use crate::team::{self, DeskKeys};
use crate::{clock, say};

/// Space below which a warning is due.
const LITTLE_SPACE: u64 = 1 << 30;
/// Days before the end of a key list when the next one is due.
const ENDS_SOON: i64 = 14;
/// Faults of one kind that are shown.
const SHOWN: usize = 20;

/// Look the book over: key, disk, pages, database, histories, unfinished work
#[derive(clap::Args)]
#[command(after_help = "Each line says what was found, where that was read, and what to do about it. `ok` needs nothing, `look`
should be thought about, `FAULT` must be mended; with a fault the exit code is 1.

Every page of the database is checked: in a file, its HMAC (SQLCipher) and the trees that the pages make
(SQLite); in PostgreSQL what its extension amcheck can tell, where it is installed. Then the histories of
all records are followed from the first entry to the last. A large book takes a while; --quick leaves
both out. A damaged page cannot be mended: go back to the last backup whose doctor is content.")]
pub(crate) struct Raw {
    /// Print JSON lines
    #[arg(long)]
    json: bool,
    /// Leave out the pages and the histories
    #[arg(long)]
    quick: bool,
    /// In a book with members: ask nobody to sign in, and look at what can be seen of a locked book
    #[arg(long)]
    locked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    Look,
    Fault,
}

struct Findings {
    json: bool,
    out: say::Out,
    faults: usize,
    looks: usize,
}

impl Findings {
    /// `from` is where the fact was read.
    fn add(&mut self, state: State, what: &str, fact: &str, from: &str) -> std::io::Result<()> {
        let word = match state {
            State::Ok => "ok",
            State::Look => "look",
            State::Fault => "FAULT",
        };
        self.faults += usize::from(state == State::Fault);
        self.looks += usize::from(state == State::Look);
        if self.json {
            self.out.json(&json!({"state": word.to_lowercase(), "what": what, "fact": fact, "from": from}))
        } else {
            self.out.line(&format!("{word:<6} {what:<16} {}   [{}]", say::visible(fact), say::visible(from)))
        }
    }
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let mut found = Findings { json: raw.json, out: say::Out::new(), faults: 0, looks: 0 };
    machine(&mut found, dir)?;
    key_file(&mut found, dir)?;
    team_keys(&mut found, dir)?;
    the_policy(&mut found, dir)?;
    match Home::open(dir) {
        Err(error) => found.add(State::Fault, "settings", &first_line(&error), &dir.join("kniha.toml").display().to_string())?,
        Ok(mut home) => {
            settings(&mut found, &home)?;
            if house::is_closed(dir) {
                members_and_log(&mut found, dir).await?;
            }
            let key = if raw.locked && house::is_closed(dir) {
                Err(Failure::refused("The register was not opened (--locked).", "").into())
            } else {
                home.key().await
            };
            // Before the book is opened: a damaged page can keep it from opening at all.
            pages(&mut found, &home, key.as_ref().ok(), raw.quick).await?;
            let store = match key {
                Ok(key) => home.store_with(&key).await,
                Err(error) => Err(error),
            };
            match store {
                Err(error) if house::is_closed(dir) => found.add(State::Look, "database", &first_line(&error), home.config.database.kind())?,
                Err(error) => found.add(State::Fault, "database", &first_line(&error), home.config.database.kind())?,
                Ok(store) => {
                    database(&mut found, &home, &store).await?;
                    if raw.quick {
                        found.add(State::Look, "histories", "not followed (--quick)", "command line")?;
                    } else {
                        histories(&mut found, &store).await?;
                    }
                    store.close().await;
                }
            }
        }
    }
    let (faults, looks) = (found.faults, found.looks);
    if !raw.json {
        found.out.line(&format!("\n{faults} faults, {looks} to look at."))?;
    }
    found.out.done()?;
    if faults > 0 {
        return Err(Failure::new(
            crate::exit::Exit::Refused,
            format!("The doctor found {faults} faults."),
            "Nothing was changed.",
            "Mend what is marked FAULT, beginning at the top, and run `kniha doctor` again.",
        )
        .into());
    }
    Ok(())
}

fn first_line(error: &anyhow::Error) -> String {
    let (_, text) = explain(error);
    let mut lines = text.lines();
    let (first, next) = (lines.next().unwrap_or(""), lines.next_back().unwrap_or(""));
    format!("{first} {next}")
}

/// What the machine could give away or take away.
fn machine(found: &mut Findings, dir: &Path) -> anyhow::Result<()> {
    const SWAPS: &str = "/proc/swaps";
    match fs::read_to_string(SWAPS) {
        Ok(text) if text.lines().count() > 1 => {
            found.add(State::Look, "swap", "memory can be written to disk: see that swap is encrypted, or turn it off", SWAPS)?
        }
        Ok(_) => found.add(State::Ok, "swap", "none", SWAPS)?,
        Err(error) => found.add(State::Look, "swap", &format!("could not be read: {error}"), SWAPS)?,
    }
    const LIMITS: &str = "/proc/self/limits";
    let limits = fs::read_to_string(LIMITS).unwrap_or_default();
    match limits.lines().find_map(|line| line.strip_prefix("Max core file size")).and_then(|rest| rest.split_whitespace().next()) {
        Some("0") => found.add(State::Ok, "core dumps", "off", LIMITS)?,
        Some(limit) => {
            found.add(State::Look, "core dumps", &format!("a crash can write memory to disk (limit {limit}): run `ulimit -c 0` before kniha"), LIMITS)?
        }
        None => found.add(State::Look, "core dumps", "the limit could not be read", LIMITS)?,
    }
    let now = clock::now();
    found.add(State::Ok, "clock", &now.text(), "system clock")?;
    let from = dir.display().to_string();
    match fs4::available_space(dir) {
        Ok(free) if free < LITTLE_SPACE => found.add(State::Look, "disk", &format!("{} MiB are free", free >> 20), &from)?,
        Ok(free) => found.add(State::Ok, "disk", &format!("{} GiB are free", free >> 30), &from)?,
        Err(error) => found.add(State::Look, "disk", &format!("free space could not be read: {error}"), &from)?,
    }
    Ok(())
}

fn key_file(found: &mut Findings, dir: &Path) -> anyhow::Result<()> {
    if house::is_closed(dir) {
        return Ok(found.add(
            State::Ok,
            "key",
            "in no file: sealed to the members who work with the book",
            &dir.join(kniha_gate::HOUSE).display().to_string(),
        )?);
    }
    let from = dir.join(key::FILE).display().to_string();
    match (key::rights(dir), key::RegisterKey::read(dir)) {
        (Ok(rights), Ok(_)) => found.add(State::Ok, "key file", &format!("a key, mode {rights:04o}"), &from)?,
        (_, Err(error)) => found.add(State::Fault, "key file", &first_line(&error), &from)?,
        (Err(error), _) => found.add(State::Fault, "key file", &error.to_string(), &from)?,
    }
    Ok(())
}

/// The key list, how long it holds, and the desk's own keys.
fn team_keys(found: &mut Findings, dir: &Path) -> anyhow::Result<()> {
    const WHAT: &str = "key list";
    let from = dir.join("keylists").display().to_string();
    let trusted = match team::current(dir) {
        Ok(Some(trusted)) => trusted,
        Ok(None) => return Ok(found.add(State::Look, WHAT, "none: nothing can be sealed to this book; `kniha team draft` begins one", &from)?),
        Err(error) => return Ok(found.add(State::Fault, WHAT, &first_line(&error), &from)?),
    };
    let (list, today) = (trusted.list(), team::today());
    let left = i64::from(list.to.0) - i64::from(today.0);
    let fact = format!("number {}, until {}: {}", list.no, team::day_text(list.to), team_show::remaining(left));
    match left {
        ..0 => found.add(State::Fault, WHAT, &format!("{fact}; draft, sign and publish the next one"), &from)?,
        0..ENDS_SOON => found.add(State::Look, WHAT, &format!("{fact}; draft the next one now"), &from)?,
        _ => found.add(State::Ok, WHAT, &fact, &from)?,
    }
    let from = dir.join(team::DESK_KEYS).display().to_string();
    match (team::desk_keys_rights(dir), DeskKeys::read(dir)) {
        (Ok(rights), Ok(keys)) if keys.are_in(list) => found.add(State::Ok, "desk keys", &format!("those of the key list, mode {rights:04o}"), &from)?,
        (_, Ok(_)) => found.add(State::Fault, "desk keys", "not those of the key list: put back the right ones, or publish a list that names these", &from)?,
        (_, Err(error)) => found.add(State::Fault, "desk keys", &first_line(&error), &from)?,
    }
    Ok(())
}

/// Whether a release may be asked for: what `policy.toml` does not say yet.
fn the_policy(found: &mut Findings, dir: &Path) -> anyhow::Result<()> {
    let from = dir.join(policy::FILE).display().to_string();
    match Policy::read(dir) {
        Err(error) => found.add(State::Fault, "policy", &first_line(&error), &from)?,
        Ok(policy) => match policy.missing().as_slice() {
            [] => found.add(State::Ok, "policy", "everything is said", &from)?,
            missing => found.add(State::Look, "policy", &format!("not said yet, releases are refused: {}", missing.join(", ")), &from)?,
        },
    }
    Ok(())
}

fn settings(found: &mut Findings, home: &Home) -> anyhow::Result<()> {
    let from = home.dir.join("kniha.toml").display().to_string();
    let languages = home.config.languages.iter().map(|lang| lang.code()).collect::<Vec<_>>().join(", ");
    found.add(State::Ok, "settings", &format!("“{}”, {languages}", home.config.title), &from)?;
    match (&home.config.database, &home.config.at_rest) {
        (Database::Sqlite, _) => found.add(State::Ok, "at rest", "encrypted with register.key (SQLCipher)", "this program")?,
        (Database::Postgres { .. }, declared) => {
            let declared = declared.as_deref().unwrap_or("nothing is declared");
            found.add(State::Look, "at rest", &format!("the database's host can read tier R; declared protection, not checked: {declared}"), &from)?;
        }
    }
    for entry in fs::read_dir(&home.dir)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".part") {
            found.add(State::Look, "left over", &format!("{name}: a write that was cut off; it can be removed"), &home.dir.display().to_string())?;
        }
    }
    Ok(())
}

/// Members, the read log, and how long sealed parts have been waiting: all that can be seen of a locked book.
async fn members_and_log(found: &mut Findings, dir: &Path) -> anyhow::Result<()> {
    let house = match house::open(dir).await {
        Ok(house) => house,
        Err(error) => return Ok(found.add(State::Fault, "members", &first_line(&error), &dir.display().to_string())?),
    };
    let (from, log_from) = (dir.join(kniha_gate::HOUSE).display().to_string(), dir.join(kniha_gate::GATE).display().to_string());
    let accounts = house.accounts().await?;
    let active: Vec<_> = accounts.iter().filter(|account| account.state == AccountState::Active).collect();
    let asked = accounts.iter().filter(|account| account.state == AccountState::Asked).count();
    found.add(State::Ok, "members", &format!("{} active, {asked} ask to join, {} shut out", active.len(), accounts.len() - active.len() - asked), &from)?;
    if !active.iter().any(|account| account.hats.is_some_and(|hats| hats.has(Hat::Auditor))) {
        found.add(State::Fault, "members", "no auditor: nothing sealed can be opened", &from)?;
    }
    let bare = active.iter().filter(|account| !account.has_totp).count();
    if bare > 0 {
        found.add(State::Look, "second factor", &format!("{bare} members have none"), &from)?;
    }
    let state = house.log_check().await?;
    match state.broken {
        Some(entry) => found.add(
            State::Fault,
            "read log",
            &format!("does not hold at entry {entry}: nothing is opened; tell the auditors, compare with a copy"),
            &log_from,
        )?,
        None => found.add(State::Ok, "read log", &format!("{} entries follow each other, head {}", state.entries, state.head), &log_from)?,
    }
    house.index().await?;
    let today = team::today();
    let oldest = house.sealed(clock::now()).await?.iter().map(|sealed| sealed.day).min();
    match oldest.map(|day| today.0.saturating_sub(day.0)) {
        Some(days) if days > 2 => found.add(State::Look, "sealed parts", &format!("the oldest has waited {days} days unopened"), &from)?,
        Some(_) => found.add(State::Ok, "sealed parts", "none has waited longer than two days", &from)?,
        None => found.add(State::Ok, "sealed parts", "none waits", &from)?,
    }
    house::close(&house).await;
    Ok(())
}

async fn pages(found: &mut Findings, home: &Home, key: Option<&key::RegisterKey>, quick: bool) -> anyhow::Result<()> {
    const WHAT: &str = "pages";
    if quick {
        return Ok(found.add(State::Look, WHAT, "not checked (--quick)", "command line")?);
    }
    let Some(place) = key.and_then(|key| home.place(key).ok()) else {
        return Ok(found.add(State::Look, WHAT, "not checked: the database cannot be opened without its key and address", "settings")?);
    };
    let bar = say::counter("checking pages");
    let checks = integrity(&place).await;
    bar.finish_and_clear();
    match checks {
        Err(error) => found.add(State::Look, WHAT, &format!("not checked: {}", chain(&error)), home.config.database.kind())?,
        Ok(checks) => {
            for PageCheck { check, pages } in checks {
                match pages {
                    Pages::Sound(looked_at) => found.add(State::Ok, WHAT, &looked_at, check)?,
                    Pages::Unchecked(why) => found.add(State::Look, WHAT, &why, check)?,
                    Pages::Damaged { faults, more } => {
                        for fault in faults {
                            found.add(State::Fault, WHAT, &fault, check)?;
                        }
                        if more > 0 {
                            found.add(State::Fault, WHAT, &format!("{more} more faults"), check)?;
                        }
                        found.add(State::Look, WHAT, "damaged pages cannot be mended: go back to the last backup whose doctor is content", check)?;
                    }
                }
            }
        }
    }
    Ok(())
}

async fn database(found: &mut Findings, home: &Home, store: &Store) -> anyhow::Result<()> {
    let kind = store.database();
    let book = store.book().clone();
    found.add(State::Ok, "database", &format!("{kind}, opens, its schema is up to date"), "schema of the database")?;
    found.add(
        State::Ok,
        "book",
        &format!("“{}”, id {}…, made {}", book.title, data_encoding::HEXLOWER.encode(&book.id[..8]), book.made.text()),
        "table book",
    )?;
    let words = i64::from(kniha_core::words::VERSION);
    if book.words_version == words {
        found.add(State::Ok, "search keys", &format!("version {words}"), "table book")?;
    } else {
        found.add(State::Fault, "search keys", &format!("version {}, this program makes {words}: run `kniha reindex`", book.words_version), "table book")?;
    }
    let mut tx = match store.read().await {
        Ok(tx) => tx,
        Err(error) => return Ok(found.add(State::Fault, "reading", &chain(&error), "a snapshot")?),
    };
    match reader(&mut tx, home.member()).await {
        Ok(reader) => {
            found.add(State::Ok, "member", &reader.name, "kniha.toml, table member")?;
            writing(found, home, store).await?;
        }
        Err(StoreError::NoMember) => {
            let known =
                members(&mut tx).await.unwrap_or_default().into_iter().take(SHOWN).map(|(id, name)| format!("{id} ({name})")).collect::<Vec<_>>().join(", ");
            found.add(
                State::Fault,
                "member",
                &format!("kniha.toml names nobody of this book; write one of these as member: {known}"),
                "kniha.toml, table member",
            )?;
        }
        Err(error) => found.add(State::Fault, "member", &chain(&error), "table member")?,
    }
    match imports(&mut tx).await {
        Ok(imports) => {
            let unfinished: Vec<_> = imports.iter().filter(|import| import.state == "running").collect();
            for import in &unfinished {
                let fact = format!(
                    "{} ({}) stopped after {} rows: run it again, or `kniha import abandon {}`",
                    import.file_name, import.kind, import.rows_done, import.id
                );
                found.add(State::Look, "import", &fact, "table import_run")?;
            }
            if unfinished.is_empty() {
                found.add(State::Ok, "imports", "none is unfinished", "table import_run")?;
            }
        }
        Err(error) => found.add(State::Fault, "imports", &chain(&error), "table import_run")?,
    }
    Ok(())
}

/// A writing transaction is opened and undone: it shows that the book can be written and that the clock has not gone back.
async fn writing(found: &mut Findings, home: &Home, store: &Store) -> anyhow::Result<()> {
    const FROM: &str = "a transaction, undone";
    match store.write(home.member(), clock::now()).await {
        Ok(writing) => {
            drop(writing);
            found.add(State::Ok, "writing", "possible; the clock does not stand before the newest entry", FROM)?;
        }
        Err(error) => found.add(State::Fault, "writing", &chain(&error), FROM)?,
    }
    Ok(())
}

async fn histories(found: &mut Findings, store: &Store) -> anyhow::Result<()> {
    let bar = say::counter("following histories");
    let checked = check(store, |lines| bar.set_position(lines)).await;
    bar.finish_and_clear();
    match checked {
        Err(error) => found.add(State::Fault, "histories", &chain(&error), "every claim and move")?,
        Ok(checked) if checked.faults.is_empty() => {
            let fact = format!("{} records, {} claims ({} erased): every entry hashes to the next", checked.records, checked.claims, checked.erased);
            found.add(State::Ok, "histories", &fact, "every claim and move")?;
        }
        Ok(checked) => {
            for fault in checked.faults.iter().take(SHOWN) {
                found.add(State::Fault, "histories", fault, "every claim and move")?;
            }
            if checked.faults.len() > SHOWN {
                found.add(
                    State::Fault,
                    "histories",
                    &format!("{} more faults: the last backup whose doctor is content is the one to trust", checked.faults.len() - SHOWN),
                    "every claim and move",
                )?;
            }
        }
    }
    Ok(())
}
