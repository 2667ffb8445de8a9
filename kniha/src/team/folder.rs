//! The key lists in a book's folder: `keylists/1`, `keylists/2` …, each with its signatures, and `keylists/first`, the digest of the first in hexadecimal.
//!
//! A list is there once its file has its name; before, nothing of it counts, so that a kill leaves the list that was or the list that is. Every reading
//! follows the chain from the first list on. Reads and writes the folder.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use kniha_core::commit::Hash;
use kniha_seal::keylist::{MOST_BYTES, SignedList, Trusted};

use super::members::read_bounded;
use crate::exit::{Exit, Failure, chain};
use crate::home::files;

pub(crate) const FOLDER: &str = "keylists";
const FIRST: &str = "first";

/// The list that is believed now: the newest, checked link by link from the first one. `None` where none was published. Whether it holds today is for
/// [`Trusted::on`] to say.
///
/// # Errors
/// When lists are there that cannot be believed, or the folder cannot be read.
pub fn current(book: &Path) -> anyhow::Result<Option<Trusted>> {
    Ok(chain_of(book)?.map(|(trusted, _)| trusted))
}

/// All lists as they are served, from the first to the newest, after the same check.
///
/// # Errors
/// As [`current`].
pub fn served(book: &Path) -> anyhow::Result<Vec<(u32, Vec<u8>)>> {
    Ok(chain_of(book)?.map(|(_, lists)| lists).unwrap_or_default())
}

type Chain = (Trusted, Vec<(u32, Vec<u8>)>);

fn chain_of(book: &Path) -> anyhow::Result<Option<Chain>> {
    let Some(newest) = newest(book)? else { return Ok(None) };
    let digest = first_list(book)?;
    let mut lists = Vec::new();
    let mut held: Option<Trusted> = None;
    for no in 1..=newest {
        let path = file(book, no);
        let bytes = read_bounded(&path, MOST_BYTES as u64)?;
        let signed = SignedList::decode(&bytes).map_err(|e| not_believed(&path, &chain(&e)))?;
        let next = match &held {
            None => Trusted::first(&signed, &digest),
            Some(held) => held.next(&signed),
        };
        held = Some(next.map_err(|e| not_believed(&path, &e.to_string()))?);
        lists.push((no, bytes));
    }
    Ok(held.map(|held| (held, lists)))
}

/// Makes a list that was believed durable in the book's folder. Whoever calls this has checked it with [`Trusted::next`] or [`Trusted::first`].
///
/// # Errors
/// When a list of this number is there, or the disk fails.
pub(crate) fn publish(book: &Path, signed: &SignedList) -> anyhow::Result<PathBuf> {
    let folder = book.join(FOLDER);
    match files::create_dir(&folder) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(e.into()),
        _ => files::sync_dir(book)?,
    }
    let no = signed.list().no;
    if no == 1 && newest(book)?.is_none() {
        // Before the list itself: it counts only once that is there.
        files::write_whole(&folder.join(FIRST), format!("{}\n", HEXLOWER.encode(&signed.digest().0)).as_bytes())?;
    }
    let path = file(book, no);
    files::write_new(&path, &signed.encode()).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => {
            anyhow::Error::new(Failure::refused(format!("Key list {no} was published already."), "`kniha team show` shows the present one."))
        }
        _ => e.into(),
    })?;
    Ok(path)
}

fn file(book: &Path, no: u32) -> PathBuf {
    book.join(FOLDER).join(no.to_string())
}

/// The number of the newest list, when all before it are there.
fn newest(book: &Path) -> anyhow::Result<Option<u32>> {
    let folder = book.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut numbers = BTreeSet::new();
    for entry in entries {
        let name = entry?.file_name();
        if let Some(no) = name.to_str().and_then(|name| name.parse::<u32>().ok().filter(|no| no.to_string() == name)) {
            numbers.insert(no);
        }
    }
    match (1..).zip(&numbers).find(|(wanted, no)| wanted != *no) {
        Some((wanted, _)) => Err(not_believed(&file(book, wanted), "it is not there, and later ones are").into()),
        None => Ok(numbers.last().copied()),
    }
}

/// The digest of the first list, from which all are believed.
pub(crate) fn first_list(book: &Path) -> anyhow::Result<Hash> {
    let path = book.join(FOLDER).join(FIRST);
    let text = read_bounded(&path, 128)?;
    let digest = HEXLOWER.decode(text.trim_ascii()).ok().and_then(|bytes| bytes.try_into().ok());
    Ok(Hash(digest.ok_or_else(|| not_believed(&path, "it holds no digest"))?))
}

fn not_believed(path: &Path, why: &str) -> Failure {
    Failure::new(
        Exit::Refused,
        format!("The key lists of this book cannot be believed: {}: {why}.", path.display()),
        "Nothing was changed.",
        "Put the folder keylists back from your last copy, or from the portal, which serves the same lists.",
    )
}
