//! A member's key as it lies on the member's own disk or paper, and its public half as it is handed to the team.
//!
//! The secret is the X-Wing seed and the two signing seeds, 96 bytes, sealed with XChaCha20-Poly1305 under a key that Argon2id (256 MiB, three passes,
//! one lane) draws from a *generated* passphrase of eight words ([`Passphrase`], 88 bits). The parameters stand in the file, and a file with any others is
//! refused before a byte of memory is taken. `docs/formats/sealing.md`, "Member key". Randomness is an argument; does no I/O.

mod passphrase;
mod public;
mod secret_text;

pub use passphrase::{PASSPHRASE_WORDS, Passphrase, PassphraseError};
pub use public::{MemberPublic, PublicTextError, SPOKEN_WORDS, spoken};
pub use secret_text::SecretTextError;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use kniha_core::commit::Hash;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::cbor::{CborError, Reader, Writer};
use crate::holder::MemoryHolder;
use crate::secret::Secret;
use crate::sign::SigningKey;
use crate::xwing::SecretKey;

const VERSION: u64 = 1;
/// Memory of Argon2id in KiB: 256 MiB.
const KIB: u32 = 256 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
const SALT: usize = 16;
const NONCE: usize = 24;
const TAG: usize = 16;
const SEED: usize = 32;
const PLAIN: usize = 3 * SEED;
const FIELDS: usize = 6;
const LABEL: &[u8] = b"kniha/1/member-key";
const WHAT: &str = "the key file";

/// Why bytes are no member's key, or do not become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// Not the bytes of a key file.
    #[error("the key file is malformed")]
    Malformed(#[source] CborError),
    /// A version from a later program.
    #[error("the key file has version {version}, and this program reads {VERSION}")]
    Version {
        /// Which one.
        version: u64,
    },
    /// Another effort than version 1 has: too little protects nothing, too much would stop the machine.
    #[error("the key file asks for {kib} KiB, {passes} passes and {lanes} lanes; version 1 has {KIB}, {PASSES} and {LANES}")]
    Effort {
        /// Memory.
        kib: u32,
        /// Passes over it.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// Another passphrase, or the file was changed.
    #[error("the key file does not open with these words")]
    Closed,
    /// The machine has no 256 MiB.
    #[error("256 MiB of memory are needed to open a key file, and the machine does not give them")]
    Memory,
}

/// A member's secret keys, wiped when dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberKey {
    opening: SecretKey,
    ed25519: Secret<SEED>,
    mldsa: Secret<SEED>,
}

/// What Argon2id draws from a passphrase and a salt. One key may close several files: each has its own random nonce of 24 bytes.
#[derive(Debug)]
pub struct WrappingKey {
    salt: [u8; SALT],
    key: Secret<32>,
}

/// A member's key, closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    salt: [u8; SALT],
    fingerprint: Hash,
    nonce: [u8; NONCE],
    body: [u8; PLAIN + TAG],
}

impl MemberKey {
    /// A fresh key.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> MemberKey {
        MemberKey { opening: SecretKey::random(rng), ed25519: Secret::random(rng), mldsa: Secret::random(rng) }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> MemberPublic {
        MemberPublic { opening: self.opening.public(), signing: self.signing().public() }
    }

    /// The key that opens shares.
    #[must_use]
    pub fn opening(&self) -> &SecretKey {
        &self.opening
    }

    /// The key that signs.
    #[must_use]
    pub fn signing(&self) -> SigningKey {
        SigningKey::from_seeds(self.ed25519.clone(), self.mldsa.clone())
    }

    /// The key behind the one door to members' keys.
    #[must_use]
    pub fn holder(&self) -> MemoryHolder {
        MemoryHolder::new(vec![self.opening.clone()], self.signing())
    }

    /// Closes the key.
    ///
    /// # Errors
    /// None is known; the cipher's own is handed on as [`KeyFileError::Closed`].
    pub fn close(&self, under: &WrappingKey, rng: &mut impl CryptoRng) -> Result<KeyFile, KeyFileError> {
        let mut file = KeyFile { salt: under.salt, fingerprint: self.public().fingerprint(), nonce: [0; NONCE], body: [0; PLAIN + TAG] };
        rng.fill_bytes(&mut file.nonce);
        let mut plain = Zeroizing::new([0; PLAIN]);
        for (place, seed) in plain.chunks_exact_mut(SEED).zip([self.opening.seed(), &self.ed25519, &self.mldsa]) {
            place.copy_from_slice(seed.expose());
        }
        let cipher = XChaCha20Poly1305::new(under.key.expose().into());
        let tag = cipher.encrypt_inout_detached(&file.nonce.into(), &file.bound(), plain.as_mut_slice().into()).map_err(|_| KeyFileError::Closed)?;
        file.body[..PLAIN].copy_from_slice(plain.as_slice());
        file.body[PLAIN..].copy_from_slice(&tag);
        Ok(file)
    }
}

impl WrappingKey {
    /// The key of a passphrase and a fresh salt. Takes 256 MiB and most of a second.
    ///
    /// # Errors
    /// [`KeyFileError::Memory`] if the machine does not have it.
    pub fn fresh(passphrase: &Passphrase, rng: &mut impl CryptoRng) -> Result<WrappingKey, KeyFileError> {
        let mut salt = [0; SALT];
        rng.fill_bytes(&mut salt);
        WrappingKey::of(passphrase, salt)
    }

    fn of(passphrase: &Passphrase, salt: [u8; SALT]) -> Result<WrappingKey, KeyFileError> {
        let params = Params::new(KIB, PASSES, LANES, Some(32)).map_err(|_| KeyFileError::Memory)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let key = Secret::filled(|key: &mut [u8; 32]| argon.hash_password_into(passphrase.bits().expose(), &salt, key)).map_err(|_| KeyFileError::Memory)?;
        Ok(WrappingKey { salt, key })
    }
}

impl KeyFile {
    /// The fingerprint of the public half, which anybody may know.
    #[must_use]
    pub fn fingerprint(&self) -> &Hash {
        &self.fingerprint
    }

    /// Opens the file. Takes 256 MiB and most of a second.
    ///
    /// # Errors
    /// [`KeyFileError::Closed`] with other words or a changed file; [`KeyFileError::Memory`].
    pub fn open(&self, passphrase: &Passphrase) -> Result<MemberKey, KeyFileError> {
        self.open_under(&WrappingKey::of(passphrase, self.salt)?)
    }

    fn open_under(&self, under: &WrappingKey) -> Result<MemberKey, KeyFileError> {
        let mut plain = Zeroizing::new([0; PLAIN]);
        plain.copy_from_slice(&self.body[..PLAIN]);
        let mut tag = [0; TAG];
        tag.copy_from_slice(&self.body[PLAIN..]);
        let cipher = XChaCha20Poly1305::new(under.key.expose().into());
        cipher.decrypt_inout_detached(&self.nonce.into(), &self.bound(), plain.as_mut_slice().into(), &tag.into()).map_err(|_| KeyFileError::Closed)?;
        let seed = |i: usize| Secret::from_slice(&plain[SEED * i..SEED * (i + 1)]).ok_or(KeyFileError::Closed);
        let key = MemberKey { opening: SecretKey::from_seed(seed(0)?), ed25519: seed(1)?, mldsa: seed(2)? };
        // Whoever made the file can have written another fingerprint than that of the key in it.
        if key.public().fingerprint() == self.fingerprint { Ok(key) } else { Err(KeyFileError::Closed) }
    }

    /// What the seal is bound to beside its key: all that stands in the file before the nonce.
    fn bound(&self) -> Vec<u8> {
        [LABEL, &KIB.to_be_bytes(), &PASSES.to_be_bytes(), &LANES.to_be_bytes(), &self.salt, &self.fingerprint.0].concat()
    }

    /// The bytes of the file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(FIELDS).uint(VERSION).array(3).uint(KIB.into()).uint(PASSES.into()).uint(LANES.into());
        w.bytes(&self.salt).bytes(&self.fingerprint.0).bytes(&self.nonce).bytes(&self.body);
        w.finish()
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`KeyFileError`] unless they are one key file of version 1 in its only form.
    pub fn decode(bytes: &[u8]) -> Result<KeyFile, KeyFileError> {
        let mut r = Reader::new(bytes, WHAT);
        r.array(FIELDS).map_err(KeyFileError::Malformed)?;
        let version = r.uint().map_err(KeyFileError::Malformed)?;
        if version != VERSION {
            return Err(KeyFileError::Version { version });
        }
        let (kib, passes, lanes) = effort(&mut r).map_err(KeyFileError::Malformed)?;
        if (kib, passes, lanes) != (KIB, PASSES, LANES) {
            return Err(KeyFileError::Effort { kib, passes, lanes });
        }
        let file = rest(&mut r).map_err(KeyFileError::Malformed)?;
        r.finish(&file.encode()).map_err(KeyFileError::Malformed)?;
        Ok(file)
    }
}

fn effort(r: &mut Reader<'_>) -> Result<(u32, u32, u32), CborError> {
    r.array(3)?;
    Ok((r.small()?, r.small()?, r.small()?))
}

fn rest(r: &mut Reader<'_>) -> Result<KeyFile, CborError> {
    Ok(KeyFile { salt: r.fixed()?, fingerprint: Hash(r.fixed()?), nonce: r.fixed()?, body: r.fixed()? })
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    /// A key file, its key, and what opens it without waiting for Argon2id.
    pub(crate) fn closed(seed: u64) -> (KeyFile, MemberKey, WrappingKey) {
        let mut rng = rng(seed);
        let key = MemberKey::random(&mut rng);
        let under = WrappingKey { salt: [7; SALT], key: Secret::random(&mut rng) };
        (key.close(&under, &mut rng).unwrap(), key, under)
    }

    #[test]
    fn a_key_opens_with_its_own_words_alone() {
        let mut rng = rng(200);
        let (right, wrong) = (Passphrase::random(&mut rng), Passphrase::random(&mut rng));
        let key = MemberKey::random(&mut rng);
        let file = key.close(&WrappingKey::fresh(&right, &mut rng).unwrap(), &mut rng).unwrap();
        assert_eq!(KeyFile::decode(&file.encode()).unwrap().open(&right), Ok(key.clone()));
        assert_eq!(file.open(&wrong), Err(KeyFileError::Closed));
        assert_eq!(file.fingerprint(), &key.public().fingerprint());
    }

    #[test]
    fn every_changed_or_missing_byte_of_a_key_file_is_refused() {
        let (file, key, under) = closed(201);
        let bytes = file.encode();
        assert_eq!(KeyFile::decode(&bytes).unwrap().open_under(&under), Ok(key));
        for i in 0..bytes.len() {
            assert!(KeyFile::decode(&bytes[..i]).is_err(), "cut to {i}");
            for bit in [1, 0x80] {
                let mut changed = bytes.clone();
                changed[i] ^= bit;
                let Ok(read) = KeyFile::decode(&changed) else { continue };
                // Another salt draws another key, which the test does not wait for.
                assert!(read.salt != file.salt || read.open_under(&under).is_err(), "byte {i}");
            }
        }
        assert!(KeyFile::decode(&[&bytes[..], &[0]].concat()).is_err());
    }

    /// The salt is bound too, not only drawn from.
    #[test]
    fn a_file_with_another_salt_or_fingerprint_does_not_open_under_the_same_key() {
        let (file, _, under) = closed(202);
        let (other, ..) = closed(203);
        assert_eq!(KeyFile { salt: [8; SALT], ..file.clone() }.open_under(&under), Err(KeyFileError::Closed));
        assert_eq!(KeyFile { fingerprint: other.fingerprint, ..file }.open_under(&under), Err(KeyFileError::Closed));
    }

    #[test]
    fn a_file_whose_fingerprint_is_of_another_key_is_refused() {
        let (_, key, under) = closed(204);
        let (other, ..) = closed(205);
        // As a forger makes it who knows the passphrase: everything fits but the key inside.
        let mut forged = KeyFile { salt: under.salt, fingerprint: *other.fingerprint(), nonce: [1; NONCE], body: [0; PLAIN + TAG] };
        let mut plain = [key.opening.seed(), &key.ed25519, &key.mldsa].map(|seed| *seed.expose()).concat();
        let cipher = XChaCha20Poly1305::new(under.key.expose().into());
        let tag = cipher.encrypt_inout_detached(&forged.nonce.into(), &forged.bound(), plain.as_mut_slice().into()).unwrap();
        forged.body[..PLAIN].copy_from_slice(&plain);
        forged.body[PLAIN..].copy_from_slice(&tag);
        assert_eq!(forged.open_under(&under), Err(KeyFileError::Closed));
    }

    #[test]
    fn another_effort_or_version_is_refused_before_memory_is_taken() {
        let (file, ..) = closed(206);
        let written = |version: u64, kib: u64, passes: u64, lanes: u64| {
            let mut w = Writer::new();
            w.array(FIELDS).uint(version).array(3).uint(kib).uint(passes).uint(lanes);
            w.bytes(&file.salt).bytes(&file.fingerprint.0).bytes(&file.nonce).bytes(&file.body);
            KeyFile::decode(&w.finish())
        };
        assert_eq!(written(1, KIB.into(), 3, 1), Ok(file.clone()));
        assert_eq!(written(2, KIB.into(), 3, 1), Err(KeyFileError::Version { version: 2 }));
        assert_eq!(written(1, u32::MAX.into(), 3, 1), Err(KeyFileError::Effort { kib: u32::MAX, passes: 3, lanes: 1 }));
        assert_eq!(written(1, 8, 1, 1), Err(KeyFileError::Effort { kib: 8, passes: 1, lanes: 1 }));
        assert_eq!(written(1, KIB.into(), u32::MAX.into(), 255), Err(KeyFileError::Effort { kib: KIB, passes: u32::MAX, lanes: 255 }));
        assert!(matches!(written(1, 1 << 32, 3, 1), Err(KeyFileError::Malformed(_))));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let (file, key, under) = closed(207);
        let seed = data_encoding::HEXLOWER.encode(&key.opening.seed().expose()[..4]);
        for text in [format!("{key:?}"), format!("{under:?}"), format!("{file:?}")] {
            assert!(!text.contains(&seed), "{text}");
        }
        assert!(format!("{key:?}").contains("Secret(32 bytes)"));
    }
}
