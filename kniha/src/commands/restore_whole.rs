//! `kniha restore FOLDER`: the book of a backup's folder again, in a folder of its own that is there whole or not at all.
//!
//! Every file of the set is checked against its manifest and every payload against its digest. A set that knows fewer tombstones than the folder is refused: it
//! would bring back the wraps of parts that were destroyed since.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use kniha_core::commit::Hash;
use kniha_gate::{GATE, HOUSE, House};
use kniha_inbox::{Body, Inbox, PartKey, Sealed};
use kniha_store::{Durability, Place};
use serde_json::json;

use super::backup::copy_file;
use super::init::{lock, put, refuse_full};
use crate::exit::Failure;
use crate::home::key::{self, RegisterKey};
use crate::home::set::{self, HEADERS, PAYLOADS, TOMBSTONES, WRAPS};
use crate::home::{DATABASE, Home, config, files, policy};
use crate::interrupt::Begun;
use crate::lanes::{outbox, spool};
use crate::say;
use crate::team::{DESK_KEYS, KEY_LISTS};

/// Bytes of a payload in memory at once.
const PIECE: usize = 1 << 20;
/// Longest first line of a header's file.
const LINE_MOST: usize = 200;

/// What is asked for.
pub(super) struct Asked<'a> {
    pub folder: &'a Path,
    pub set: Option<&'a str>,
    pub key: Option<&'a Path>,
    pub tombstones: Option<&'a Path>,
    pub json: bool,
}

pub(super) async fn run(asked: Asked<'_>, dir: &Path) -> anyhow::Result<()> {
    refuse_full(dir)?;
    let name = chosen(&asked)?;
    let set = asked.folder.join(WRAPS).join(&name);
    set::check(&set)?;
    fs::create_dir_all(files::parent(dir))?;
    let making = files::beside(dir, "making")?;
    let _lock = lock(&making, dir)?;
    if making.exists() {
        fs::remove_dir_all(&making)?;
    }
    files::create_dir(&making)?;
    let begun = Begun::new(&making);
    for name in [config::FILE, DATABASE, HOUSE, GATE, DESK_KEYS, policy::FILE] {
        copy_large(&set.join(name), &making.join(name))?;
    }
    for folder in [KEY_LISTS, outbox::FOLDER] {
        if set.join(folder).exists() {
            files::create_dir(&making.join(folder))?;
            for entry in fs::read_dir(set.join(folder))? {
                let entry = entry?;
                copy_file(&entry.path(), &making.join(folder).join(entry.file_name()))?;
            }
            files::sync_dir(&making.join(folder))?;
        }
    }
    let parts = parts(&asked, &set, &making).await?;
    if let Some(file) = asked.key {
        key_of(file)?.write(&making)?;
    }
    put(&making, dir)?;
    begun.finished();
    let home = Home::open(dir)?;
    let mut out = say::Out::new();
    if asked.json {
        out.json(&json!({"set": name, "parts": parts, "title": home.config.title}))?;
    } else {
        out.line(&format!("The book “{}” of {name} is in {}, with {parts} sealed parts.", say::visible(&home.config.title), dir.display()))?;
        let has_key = dir.join(key::FILE).exists() || dir.join(HOUSE).exists();
        if !has_key {
            out.line(&format!("Put the register.key of this book into {}: without it the register does not open.", dir.display()))?;
        }
        out.line("Run `kniha doctor`: it follows every history and the read log.")?;
    }
    Ok(out.done()?)
}

/// The set that is named, or the newest.
fn chosen(asked: &Asked<'_>) -> anyhow::Result<String> {
    let none = || {
        Failure::input(
            format!("{} is no folder of `kniha backup`.", asked.folder.display()),
            "Name the folder that holds payloads and wraps, or the file of an export.",
        )
    };
    let sets = set::sets(asked.folder).map_err(|_| none())?;
    match asked.set {
        Some(wanted) if sets.iter().any(|name| name == wanted) => Ok(wanted.to_owned()),
        Some(wanted) => Err(Failure::input(format!("There is no set {wanted}."), format!("There are: {}.", sets.join(", "))).into()),
        None => Ok(sets.last().ok_or_else(none)?.clone()),
    }
}

/// Copies a file of any size, durable and for its owner alone; one that is not in the set is not copied.
fn copy_large(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = match File::open(from) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        from => from?,
    };
    let mut to = files::create(to)?;
    io::copy(&mut from, &mut to)?;
    to.sync_all()
}

/// The key in a file of the kind of register.key.
fn key_of(file: &Path) -> anyhow::Result<RegisterKey> {
    let shown = file.display();
    let bad = |what: String| Failure::input(format!("{shown} is not a key: {what}."), "Name the register.key that the book was made with.");
    let text = zeroize::Zeroizing::new(fs::read(file).map_err(|e| bad(e.to_string()))?);
    let mut bytes = [0; 32];
    let fits = text.trim_ascii().len() == 64 && HEXLOWER_PERMISSIVE.decode_mut(text.trim_ascii(), &mut bytes).is_ok();
    if !fits {
        return Err(bad("a key is 64 hexadecimal digits".to_owned()).into());
    }
    Ok(RegisterKey::of(&kniha_seal::secret::Secret::take(&mut bytes)))
}

/// Makes the spool again; gives the number of parts.
async fn parts(asked: &Asked<'_>, set: &Path, making: &Path) -> anyhow::Result<usize> {
    let newest: BTreeSet<String> = [Some(asked.folder.join(PAYLOADS).join(TOMBSTONES)), asked.tombstones.map(Path::to_owned)]
        .into_iter()
        .flatten()
        .map(|file| set::tombstones(&file))
        .collect::<anyhow::Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    let has_house = making.join(HOUSE).exists();
    if !has_house && !set.join(HEADERS).exists() {
        return Ok(0);
    }
    let folder = spool::of(making);
    files::create_dir(&folder)?;
    let place = Place::Sqlite { file: folder.join("inbox.db"), key: None, durability: Durability::Full };
    let inbox = Inbox::open(&place, &folder, true).await?;
    let mut known = BTreeSet::new();
    if has_house {
        let house = House::open(making, inbox.clone()).await?;
        known = house.tombstones().await?.iter().map(|(part, _)| HEXLOWER.encode(part.bytes())).collect();
        house.close().await;
    }
    let forgotten = newest.difference(&known).count();
    if forgotten > 0 {
        inbox.close().await;
        return Err(Failure::refused(
            format!("This set is older than the newest tombstones: {forgotten} parts were destroyed after it was made, and it would bring them back."),
            "Restore a newer set (--set names one), and delete this one.",
        )
        .into());
    }
    let mut restored = 0;
    let headers = match fs::read_dir(set.join(HEADERS)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        entries => Some(entries?),
    };
    for entry in headers.into_iter().flatten() {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        put_part(&inbox, &name, &fs::read(entry.path())?, &asked.folder.join(PAYLOADS).join(&name)).await?;
        restored += 1;
    }
    inbox.close().await;
    Ok(restored)
}

async fn put_part(inbox: &Inbox, name: &str, file: &[u8], payload: &Path) -> anyhow::Result<()> {
    let broken = || Failure::refused(format!("The header of part {name} does not read back."), "Name another set with --set, or another copy of this one.");
    let end = file.iter().take(LINE_MOST).position(|byte| *byte == b'\n').ok_or_else(broken)?;
    let line = std::str::from_utf8(&file[..end]).map_err(|_| broken())?;
    let [list_no, day, size, digest] = line.split(' ').collect::<Vec<_>>().try_into().map_err(|_| broken())?;
    let id: [u8; 16] = HEXLOWER.decode(name.as_bytes()).ok().and_then(|id| id.try_into().ok()).ok_or_else(broken)?;
    let digest = HEXLOWER.decode(digest.as_bytes()).ok().and_then(|digest| Hash::from_slice(&digest)).ok_or_else(broken)?;
    let (list_no, day, size): (u32, u32, u64) =
        (list_no.parse().map_err(|_| broken())?, day.parse().map_err(|_| broken())?, size.parse().map_err(|_| broken())?);
    let lost = |what: String| {
        let next = "Put the payload back from another copy of the folder payloads; the same set can then be restored.";
        Failure::refused(format!("The payload of part {name} {what}: {}.", payload.display()), next)
    };
    let mut from = File::open(payload).map_err(|e| lost(format!("cannot be read ({e})")))?;
    if from.metadata()?.len() != size {
        return Err(lost("has another length".to_owned()).into());
    }
    let body = if size <= kniha_inbox::IN_ROW_MOST as u64 {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes)?;
        Body::Bytes(bytes)
    } else {
        let mut object = inbox.object().await?;
        let mut piece = vec![0; PIECE];
        loop {
            let n = from.read(&mut piece)?;
            if n == 0 {
                break;
            }
            object.write(&piece[..n]).await?;
        }
        Body::Object(object.finish().await?)
    };
    let part = Sealed { part: PartKey(id), list_no, day, header: file[end + 1..].to_vec(), payload_sha256: digest, body };
    match inbox.put(vec![part], None).await {
        Err(kniha_inbox::InboxError::Digest) => Err(lost("is not what was sealed".to_owned()).into()),
        done => Ok(done.map(drop)?),
    }
}
