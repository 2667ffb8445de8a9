//! The desk's own keys: what signs answers to sources, what the desk asks of the portal, and checkpoints of the log.
//!
//! `desk.keys` in the book's folder, mode 0600, made once: three lines, `reply`, `collect`, `log`, each with the two signing seeds as 128 hexadecimal
//! digits. They are the desk's and open nothing; custodians' keys are never here. Reads and writes one file.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use data_encoding::HEXLOWER;
use kniha_seal::keylist::KeyList;
use kniha_seal::secret::Secret;
use kniha_seal::sign::SigningKey;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::home::files;

/// The file in the book's folder.
pub(crate) const FILE: &str = "desk.keys";
const NAMES: [&str; 3] = ["reply", "collect", "log"];
const SEED: usize = 32;

/// The desk's signing keys.
pub struct DeskKeys {
    /// Signs answers to sources.
    pub reply: SigningKey,
    /// Signs what the desk asks of the portal.
    pub collect: SigningKey,
    /// Signs checkpoints of the log.
    pub log: SigningKey,
}

impl DeskKeys {
    /// Draws new keys and writes them into a book's folder; never over others.
    ///
    /// # Errors
    /// When the file is there, or the disk fails.
    pub(crate) fn make(dir: &Path, rng: &mut impl CryptoRng) -> anyhow::Result<DeskKeys> {
        let mut text = Zeroizing::new(String::with_capacity(512));
        for name in NAMES {
            let seeds: Secret<{ 2 * SEED }> = Secret::random(rng);
            let digits = Zeroizing::new(HEXLOWER.encode(seeds.expose()));
            for part in [name, " ", &digits, "\n"] {
                text.push_str(part);
            }
        }
        files::write_new(&dir.join(FILE), text.as_bytes())?;
        parse(&text).ok_or_else(|| anyhow::anyhow!("the desk's keys that were just drawn cannot be read"))
    }

    /// Reads the keys of a book; refuses a file that others can read.
    ///
    /// # Errors
    /// When it is not there, not whole, or not its owner's alone.
    pub fn read(dir: &Path) -> anyhow::Result<DeskKeys> {
        let path = dir.join(FILE);
        let shown = path.display();
        let put_back =
            "Put back the desk.keys that the present key list was drafted with. If it is lost, draft the next list with `kniha team draft --new-desk-keys`.";
        let missing = |e: std::io::Error| match e.kind() {
            ErrorKind::NotFound => Failure::refused(format!("The desk has no keys of its own: {shown} is not there."), put_back),
            _ => Failure::refused(format!("The desk's keys cannot be read: {shown}: {e}."), put_back),
        };
        let rights = rights(dir).map_err(missing)?;
        if rights & 0o077 != 0 {
            return Err(Failure::refused(
                format!("The desk's keys can be read by other users of this machine: {shown} has mode {rights:04o}."),
                format!("Run `chmod 600 {shown}`. If somebody else could have read it, move it away and run `kniha team draft --new-desk-keys`: they could answer sources in your name."),
            )
            .into());
        }
        let text = Zeroizing::new(fs::read_to_string(&path).map_err(missing)?);
        Ok(parse(&text).ok_or_else(|| Failure::refused(format!("{shown} does not hold the desk's three keys."), put_back))?)
    }

    /// Whether a key list names these keys.
    #[must_use]
    pub fn are_in(&self, list: &KeyList) -> bool {
        (self.reply.public(), self.collect.public(), self.log.public()) == (list.reply.clone(), list.collect.clone(), list.log.clone())
    }
}

impl std::fmt::Debug for DeskKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeskKeys")
    }
}

/// The mode bits of the file.
pub(crate) fn rights(dir: &Path) -> std::io::Result<u32> {
    Ok(fs::metadata(dir.join(FILE))?.permissions().mode() & 0o7777)
}

fn parse(text: &str) -> Option<DeskKeys> {
    let mut lines = text.lines();
    let mut key = |name: &str| {
        let digits = lines.next()?.strip_prefix(name)?.strip_prefix(' ')?;
        let seeds = Zeroizing::new(HEXLOWER.decode(digits.as_bytes()).ok()?);
        let (ed25519, mldsa) = seeds.split_at_checked(SEED)?;
        Some(SigningKey::from_seeds(Secret::from_slice(ed25519)?, Secret::from_slice(mldsa)?))
    };
    let [reply, collect, log] = NAMES;
    let keys = DeskKeys { reply: key(reply)?, collect: key(collect)?, log: key(log)? };
    lines.next().is_none().then_some(keys)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn keys_are_made_once_and_read_back_by_their_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let made = DeskKeys::make(dir.path(), &mut super::super::rng().unwrap()).unwrap();
        let read = DeskKeys::read(dir.path()).unwrap();
        assert_eq!((read.reply, read.collect, read.log), (made.reply, made.collect, made.log));
        assert!(DeskKeys::make(dir.path(), &mut super::super::rng().unwrap()).is_err());
        fs::set_permissions(dir.path().join(FILE), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(DeskKeys::read(dir.path()).unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn a_cut_or_longer_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        DeskKeys::make(dir.path(), &mut super::super::rng().unwrap()).unwrap();
        let text = fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(parse(&text).is_some());
        for end in 0..text.len() - 1 {
            assert!(parse(&text[..end]).is_none(), "cut to {end}");
        }
        assert!(parse(&format!("{text}more\n")).is_none() && parse(&text.replace("reply", "log")).is_none());
    }
}
