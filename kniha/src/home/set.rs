//! A backup's folder: `payloads/`, which grows, and `wraps/`, in which each backup is a set of its own and the oldest go.
//!
//! ```text
//! payloads/PART              the sealed bytes of a part, which never change
//! payloads/tombstones        parts that were destroyed: id and day, a line each, never fewer than before
//! wraps/2026-11-28T16-30-00Z/
//!     MANIFEST               SHA-256, size and name of every file of the set; written last
//!     headers/PART           key list, day, size and digest of the payload on a line, then the stanzas
//!     register.db house.db gate.db desk.keys keylists/ outbox/ kniha.toml policy.toml
//! ```
//!
//! Payloads say nothing without a set, and a set is destroyed by deleting it: what was erased is gone once the sets before it are. So the two are kept on
//! different media. A set that is not whole has a name that begins with a dot. Reads and writes files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use jiff::civil::DateTime;
use kniha_core::time::{UtcMicros, civil, micros};
use sha2::{Digest, Sha256};

use super::files;
use crate::exit::Failure;

pub(crate) const PAYLOADS: &str = "payloads";
pub(crate) const WRAPS: &str = "wraps";
pub(crate) const HEADERS: &str = "headers";
pub(crate) const TOMBSTONES: &str = "tombstones";
const MANIFEST: &str = "MANIFEST";
/// Days that a set is kept: erased words live on in older ones (sealing.md).
const KEPT_DAYS: i64 = 35;
const FORM: &str = "%Y-%m-%dT%H-%M-%SZ";

/// The name of a set that is made now.
pub(crate) fn name(now: UtcMicros) -> String {
    civil(now.0).map_or_else(|| now.0.to_string(), |at| at.strftime(FORM).to_string())
}

/// When a set of this name was made.
fn made(name: &str) -> Option<UtcMicros> {
    DateTime::strptime(FORM, name).ok().map(|at| UtcMicros(micros(at)))
}

/// The whole sets of a backup's folder, the oldest first.
pub(crate) fn sets(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join(WRAPS))? {
        if let Ok(name) = entry?.file_name().into_string()
            && made(&name).is_some()
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Deletes sets that are older than is kept, never the newest, and what a cut-off backup left; gives how many sets.
pub(crate) fn rotate(folder: &Path, now: UtcMicros) -> io::Result<usize> {
    let wraps = folder.join(WRAPS);
    let mut names = sets(folder)?;
    names.pop();
    let oldest = now.0 - KEPT_DAYS * kniha_core::time::DAY_US;
    names.retain(|name| made(name).is_some_and(|made| made.0 < oldest));
    for name in &names {
        // Its name first: a set that is half deleted is no set.
        let gone = wraps.join(format!(".{name}.part"));
        fs::rename(wraps.join(name), &gone)?;
    }
    for entry in fs::read_dir(&wraps)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            fs::remove_dir_all(entry.path())?;
        }
    }
    files::sync_dir(&wraps)?;
    Ok(names.len())
}

/// Writes the manifest of a set and makes everything in it durable.
pub(crate) fn seal(set: &Path) -> io::Result<()> {
    let mut lines = String::new();
    for (name, path) in walk(set)? {
        let (digest, size) = digest(&path)?;
        lines += &format!("{digest}  {size}  {name}\n");
    }
    files::write_whole(&set.join(MANIFEST), lines.as_bytes())?;
    for folder in [set.to_owned()].into_iter().chain(fs::read_dir(set)?.filter_map(|entry| Some(entry.ok()?.path()).filter(|path| path.is_dir()))) {
        files::sync_dir(&folder)?;
    }
    Ok(())
}

/// Checks every file of a set against its manifest, and that there is no other.
pub(crate) fn check(set: &Path) -> anyhow::Result<()> {
    let broken = |what: String| {
        Failure::refused(format!("The set {} is not whole: {what}.", set.display()), "Name another set with --set, or another copy of this one.")
    };
    let text = fs::read_to_string(set.join(MANIFEST)).map_err(|e| broken(format!("its {MANIFEST} cannot be read: {e}")))?;
    let mut wanted: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, "  ");
        let (Some(digest), Some(size), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(broken("its MANIFEST is damaged".to_owned()).into());
        };
        wanted.insert(name, (digest, size));
    }
    for (name, path) in walk(set)? {
        let Some((wanted_digest, wanted_size)) = wanted.remove(name.as_str()) else { return Err(broken(format!("{name} is no file of it")).into()) };
        let (digest, size) = digest(&path)?;
        if (digest.as_str(), size.to_string().as_str()) != (wanted_digest, wanted_size) {
            return Err(broken(format!("{name} is not what was written")).into());
        }
    }
    match wanted.keys().next() {
        Some(name) => Err(broken(format!("{name} is missing")).into()),
        None => Ok(()),
    }
}

/// Every file of a set but its manifest, by its name within the set.
fn walk(set: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), set.to_owned())];
    while let Some((above, folder)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = format!("{above}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push((format!("{name}/"), entry.path()));
            } else if name != MANIFEST {
                found.push((name, entry.path()));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// SHA-256, hexadecimal, and the size.
pub(crate) fn digest(path: &Path) -> io::Result<(String, u64)> {
    let (mut file, mut hash, mut size) = (File::open(path)?, Sha256::new(), 0);
    let mut block = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut block)?;
        if n == 0 {
            return Ok((HEXLOWER.encode(&hash.finalize()), size));
        }
        hash.update(&block[..n]);
        size += n as u64;
    }
}

/// Parts that were destroyed, as a file of lines says: the id, hexadecimal, and the day. None where there is no file.
pub(crate) fn tombstones(file: &Path) -> anyhow::Result<BTreeSet<String>> {
    let text = match fs::read_to_string(file) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        text => text?,
    };
    let mut parts = BTreeSet::new();
    for line in text.lines() {
        let part = line.split_whitespace().next().unwrap_or_default();
        let is_id = part.len() == 32 && HEXLOWER.decode(part.as_bytes()).is_ok();
        if !is_id {
            return Err(Failure::refused(
                format!("{} does not read back.", file.display()),
                "Put the file back from another copy: without it erased parts could come back.",
            )
            .into());
        }
        parts.insert(part.to_owned());
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::time::DAY_US;

    use super::*;

    fn set(folder: &Path, at: UtcMicros) -> PathBuf {
        let set = folder.join(WRAPS).join(name(at));
        fs::create_dir_all(set.join(HEADERS)).unwrap();
        fs::write(set.join("house.db"), "h").unwrap();
        fs::write(set.join(HEADERS).join("ab"), "x").unwrap();
        seal(&set).unwrap();
        set
    }

    #[test]
    fn a_set_is_named_after_its_moment_and_goes_after_35_days() {
        let folder = tempfile::tempdir().unwrap();
        let day = |n: i64| UtcMicros(20_000 * DAY_US + n * DAY_US);
        assert_eq!(name(day(0)), "2024-10-04T00-00-00Z");
        for n in [0, 10, 34] {
            set(folder.path(), day(n));
        }
        fs::create_dir(folder.path().join(WRAPS).join(".cut-off.part")).unwrap();
        assert_eq!(rotate(folder.path(), day(35)).unwrap(), 0);
        assert_eq!(rotate(folder.path(), day(36)).unwrap(), 1);
        assert_eq!(sets(folder.path()).unwrap(), [name(day(10)), name(day(34))]);
        assert_eq!(rotate(folder.path(), day(400)).unwrap(), 1, "the newest is never deleted");
        assert_eq!(fs::read_dir(folder.path().join(WRAPS)).unwrap().count(), 1, "nothing is left of what was cut off");
    }

    #[test]
    fn every_change_of_a_set_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let whole = set(folder.path(), UtcMicros(0));
        check(&whole).unwrap();
        let house = whole.join("house.db");
        let edits: [&dyn Fn(); 4] =
            [&|| fs::write(&house, "H").unwrap(), &|| fs::remove_file(&house).unwrap(), &|| fs::write(whole.join(HEADERS).join("cd"), "y").unwrap(), &|| {
                fs::write(whole.join(MANIFEST), "").unwrap()
            }];
        for edit in edits {
            let manifest = fs::read(whole.join(MANIFEST)).unwrap();
            edit();
            assert!(check(&whole).is_err());
            fs::write(&house, "h").unwrap();
            let _ = fs::remove_file(whole.join(HEADERS).join("cd"));
            fs::write(whole.join(MANIFEST), manifest).unwrap();
            check(&whole).unwrap();
        }
    }

    #[test]
    fn damaged_tombstones_are_refused_and_none_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(TOMBSTONES);
        assert!(tombstones(&file).unwrap().is_empty());
        fs::write(&file, format!("{} 20000\n", "ab".repeat(16))).unwrap();
        assert_eq!(tombstones(&file).unwrap().len(), 1);
        fs::write(&file, "ab\n").unwrap();
        assert!(tombstones(&file).is_err());
    }
}
