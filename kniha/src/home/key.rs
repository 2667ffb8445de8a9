//! The key of a book: `register.key`, 32 random bytes as 64 hexadecimal digits, for its owner alone.
//!
//! The bytes are SQLCipher's raw key, so that a book can be opened with stock SQLCipher and this file; the secret of the name keys is drawn
//! from them with HKDF-SHA256 (RFC 5869) under the label `kniha/1/name-key`. Reads and writes one file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use data_encoding::HEXLOWER_PERMISSIVE;
use hkdf::Hkdf;
use kniha_seal::secret::Secret;
use kniha_store::{Key, NameSecret};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::files;
use crate::exit::Failure;

/// The file in the book's folder.
pub(crate) const FILE: &str = "register.key";
const NAME_LABEL: &[u8] = b"kniha/1/name-key";

/// The key, wiped from memory when it is dropped.
pub(crate) struct RegisterKey(Zeroizing<[u8; 32]>);

impl RegisterKey {
    /// Draws a new key.
    pub(crate) fn random() -> anyhow::Result<RegisterKey> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|e| anyhow::anyhow!("the machine has no randomness: {e}"))?;
        Ok(RegisterKey(bytes))
    }

    /// The key that a member's sign-in brought.
    pub(crate) fn of(secret: &Secret<32>) -> RegisterKey {
        RegisterKey(Zeroizing::new(*secret.expose()))
    }

    /// The key, to be sealed to members.
    pub(crate) fn secret(&self) -> Secret<32> {
        Secret::take(&mut self.0.clone())
    }

    /// Takes the file away: from then on members alone bring the key.
    pub(crate) fn remove(dir: &Path) -> std::io::Result<()> {
        let path = dir.join(FILE);
        // Written over first; what a flash disk or a journal keeps of it nobody reaches from here.
        if let Ok(mut file) = fs::OpenOptions::new().write(true).open(&path) {
            use std::io::Write;
            file.write_all(&[b'0'; 64])?;
            file.sync_all()?;
        }
        fs::remove_file(&path)?;
        files::sync_dir(dir)
    }

    /// Writes the key into a book's folder.
    pub(crate) fn write(&self, dir: &Path) -> std::io::Result<()> {
        let mut text = Zeroizing::new(data_encoding::HEXLOWER.encode(self.0.as_slice()));
        text.push('\n');
        files::write_whole(&dir.join(FILE), text.as_bytes())
    }

    /// Reads the key of a book; refuses a file that others can read.
    pub(crate) fn read(dir: &Path) -> anyhow::Result<RegisterKey> {
        let path = dir.join(FILE);
        let shown = path.display();
        let missing = |e: std::io::Error| {
            Failure::refused(
                format!("The key of this book cannot be read: {shown}: {e}."),
                "Put back the register.key that this book was made with. There is no other way to open it.",
            )
        };
        let rights = rights(dir).map_err(missing)?;
        if rights & 0o077 != 0 {
            return Err(Failure::refused(
                format!("The key of this book can be read by other users of this machine: {shown} has mode {rights:04o}."),
                format!("Run `chmod 600 {shown}`. If somebody else could have read it, make a new book and restore an export into it."),
            )
            .into());
        }
        let text = Zeroizing::new(fs::read(&path).map_err(missing)?);
        let mut bytes = Zeroizing::new([0; 32]);
        let digits = text.trim_ascii();
        let fits = digits.len() == 64 && HEXLOWER_PERMISSIVE.decode_mut(digits, bytes.as_mut_slice()).is_ok();
        if !fits {
            return Err(Failure::refused(
                format!("{shown} is not a key: a key is 64 hexadecimal digits."),
                "Put back the register.key that this book was made with. There is no other way to open it.",
            )
            .into());
        }
        Ok(RegisterKey(bytes))
    }

    /// The key as SQLCipher takes it.
    pub(crate) fn database_key(&self) -> Key {
        Key(data_encoding::HEXLOWER.encode(self.0.as_slice()))
    }

    /// The secret of the name keys.
    pub(crate) fn name_secret(&self) -> anyhow::Result<NameSecret> {
        let mut secret = [0; 16];
        Hkdf::<Sha256>::new(None, self.0.as_slice()).expand(NAME_LABEL, &mut secret).map_err(|e| anyhow::anyhow!("deriving the name secret: {e}"))?;
        Ok(NameSecret(secret))
    }
}

/// The mode bits of the key file.
pub(crate) fn rights(dir: &Path) -> std::io::Result<u32> {
    Ok(fs::metadata(dir.join(FILE))?.permissions().mode() & 0o7777)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_key_reads_back_and_a_readable_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let key = RegisterKey::random().unwrap();
        key.write(dir.path()).unwrap();
        assert_eq!(RegisterKey::read(dir.path()).unwrap().0, key.0);
        fs::set_permissions(dir.path().join(FILE), fs::Permissions::from_mode(0o640)).unwrap();
        let refusal = RegisterKey::read(dir.path()).err().unwrap().to_string();
        assert!(refusal.contains("0640") && refusal.contains("chmod 600"), "{refusal}");
    }

    #[test]
    fn a_short_or_wrong_key_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for text in ["", "00", &"0".repeat(63), &"0".repeat(66), &"g".repeat(64)] {
            files::write_whole(&dir.path().join(FILE), text.as_bytes()).unwrap();
            assert!(RegisterKey::read(dir.path()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_name_secret_is_hkdf_sha256_of_the_key() {
        // Computed with Python's hmac: PRK = HMAC(zeros(32), key), OKM = HMAC(PRK, label ‖ 0x01)[:16].
        let key = RegisterKey(Zeroizing::new([7; 32]));
        assert_eq!(data_encoding::HEXLOWER.encode(&key.name_secret().unwrap().0), "86686f07354cb42a23bcb958c664b4de");
    }
}
