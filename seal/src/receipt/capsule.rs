//! The capsule: 4,096 bytes in the public log that only a person's words open.
//!
//! `nonce (24) ‖ XChaCha20-Poly1305 of 4,056 bytes ‖ tag (16)`: `u16 length ‖ CBOR ‖ zeros`. It holds the roots of the form, the newest checkpoint the
//! person had seen, and a statement of up to 2,000 bytes in their own words, so that words and any mirror of the log prove that statement even when every
//! server of the book is gone. Does no I/O.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use kniha_core::commit::Hash;

use super::fields::Roots;
use crate::cbor::{CborError, Reader, Writer};
use crate::leaf::CAPSULE_LEN;
use crate::secret::Secret;

/// Longest statement, in bytes of UTF-8.
pub const MOST_STATEMENT: usize = 2000;
/// Most blocks of a form: their roots have room beside the statement.
pub const MOST_BLOCKS: usize = 40;
const VERSION: u64 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;
const PLAIN: usize = CAPSULE_LEN - NONCE - TAG;
const AAD: &[u8] = b"kniha/1/capsule";
const WHAT: &str = "the capsule";

/// Why a capsule was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CapsuleError {
    /// Not these words' capsule: somebody else's, a filler, or changed.
    #[error("the capsule does not open with these words")]
    Closed,
    /// What is inside is malformed.
    #[error("the capsule is malformed")]
    Malformed(#[source] CborError),
    /// The statement has no room.
    #[error("a statement has at most {MOST_STATEMENT} bytes and this one has {bytes}")]
    Statement {
        /// How many.
        bytes: usize,
    },
    /// The roots have no room.
    #[error("a form has at most {MOST_BLOCKS} blocks and this one has {blocks}")]
    Blocks {
        /// How many.
        blocks: usize,
    },
}

/// What a capsule holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Capsule {
    /// Roots of the form.
    pub roots: Roots,
    /// The newest checkpoint the person had seen: the content is not older than that.
    pub prior_checkpoint: Option<Hash>,
    /// What the person wants to be able to prove without anybody's help.
    pub statement: String,
}

impl std::fmt::Debug for Capsule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Capsule").finish_non_exhaustive()
    }
}

impl Capsule {
    /// Seals the capsule.
    ///
    /// # Errors
    /// [`CapsuleError`] if something has no room.
    pub fn seal(&self, key: &Secret<32>, nonce: &[u8; NONCE]) -> Result<Box<[u8; CAPSULE_LEN]>, CapsuleError> {
        let written = self.encode()?;
        let len = u16::try_from(written.len()).map_err(|_| CapsuleError::Statement { bytes: self.statement.len() })?;
        let mut capsule = Box::new([0; CAPSULE_LEN]);
        capsule[..NONCE].copy_from_slice(nonce);
        let plain = &mut capsule[NONCE..NONCE + PLAIN];
        plain[..2].copy_from_slice(&len.to_be_bytes());
        plain[2..2 + written.len()].copy_from_slice(&written);
        let tag = XChaCha20Poly1305::new(key.expose().into()).encrypt_inout_detached(nonce.into(), AAD, plain.into()).map_err(|_| CapsuleError::Closed)?;
        capsule[NONCE + PLAIN..].copy_from_slice(&tag);
        Ok(capsule)
    }

    /// Opens a capsule; gives its nonce too, from which the receipt's keys grow.
    ///
    /// # Errors
    /// [`CapsuleError::Closed`] for every capsule that is not these words'.
    pub fn open(key: &Secret<32>, capsule: &[u8; CAPSULE_LEN]) -> Result<([u8; NONCE], Capsule), CapsuleError> {
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&capsule[..NONCE]);
        let mut tag = [0; TAG];
        tag.copy_from_slice(&capsule[NONCE + PLAIN..]);
        let mut plain = zeroize::Zeroizing::new(capsule[NONCE..NONCE + PLAIN].to_vec());
        let cipher = XChaCha20Poly1305::new(key.expose().into());
        cipher.decrypt_inout_detached(&nonce.into(), AAD, plain.as_mut_slice().into(), &tag.into()).map_err(|_| CapsuleError::Closed)?;
        let bad = CapsuleError::Malformed(CborError { what: WHAT, at: 0 });
        let (len, rest) = plain.split_first_chunk::<2>().ok_or(bad)?;
        let (written, zeros) = rest.split_at_checked(u16::from_be_bytes(*len).into()).ok_or(bad)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(bad);
        }
        Ok((nonce, Capsule::decode(written)?))
    }

    fn encode(&self) -> Result<Vec<u8>, CapsuleError> {
        if self.statement.len() > MOST_STATEMENT {
            return Err(CapsuleError::Statement { bytes: self.statement.len() });
        }
        if self.roots.blocks.len() > MOST_BLOCKS {
            return Err(CapsuleError::Blocks { blocks: self.roots.blocks.len() });
        }
        let mut w = Writer::new();
        w.array(7).uint(VERSION).bytes(&self.roots.fields_root().0).uint(self.roots.form_version.into());
        w.array(self.roots.blocks.len());
        for block in &self.roots.blocks {
            w.bytes(&block.0);
        }
        w.bytes(&self.roots.files.0).optional(self.prior_checkpoint, |w, hash| w.bytes(&hash.0)).text(&self.statement);
        Ok(w.finish())
    }

    fn decode(bytes: &[u8]) -> Result<Capsule, CapsuleError> {
        let mut r = Reader::new(bytes, WHAT);
        let capsule = Capsule::fields(&mut r).map_err(CapsuleError::Malformed)?;
        r.finish(&capsule.encode()?).map_err(CapsuleError::Malformed)?;
        Ok(capsule)
    }

    fn fields(r: &mut Reader<'_>) -> Result<Capsule, CborError> {
        r.array(7)?;
        if r.uint()? != VERSION {
            return Err(r.bad());
        }
        let fields_root = Hash(r.fixed()?);
        let form_version = r.small()?;
        let blocks = (0..r.list(MOST_BLOCKS)?).map(|_| r.fixed().map(Hash)).collect::<Result<_, _>>()?;
        let roots = Roots { form_version, blocks, files: Hash(r.fixed()?) };
        if roots.fields_root() != fields_root {
            return Err(r.bad());
        }
        let prior_checkpoint = r.optional(|r| r.fixed().map(Hash))?;
        Ok(Capsule { roots, prior_checkpoint, statement: r.text(MOST_STATEMENT)?.to_owned() })
    }
}

const _: () = assert!(PLAIN > 2 + 16 + 34 * (MOST_BLOCKS + 3) + 3 + MOST_STATEMENT, "the fullest capsule has room");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn capsule() -> Capsule {
        let roots = Roots { form_version: 1, blocks: vec![Hash([1; 32]); MOST_BLOCKS], files: Hash([2; 32]) };
        Capsule { roots, prior_checkpoint: Some(Hash([3; 32])), statement: "ў".repeat(1000) }
    }

    #[test]
    fn the_fullest_capsule_comes_back() {
        let key = Secret::from_slice(&[4; 32]).unwrap();
        let sealed = capsule().seal(&key, &[5; 24]).unwrap();
        assert_eq!(Capsule::open(&key, &sealed), Ok(([5; 24], capsule())));
        let long = Capsule { statement: "ў".repeat(1001), ..capsule() };
        assert_eq!(long.seal(&key, &[5; 24]), Err(CapsuleError::Statement { bytes: 2002 }));
    }

    #[test]
    fn every_changed_byte_of_a_capsule_is_refused() {
        let key = Secret::from_slice(&[4; 32]).unwrap();
        let sealed = capsule().seal(&key, &[5; 24]).unwrap();
        for i in 0..CAPSULE_LEN {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert_eq!(Capsule::open(&key, &changed), Err(CapsuleError::Closed), "byte {i}");
        }
    }
}
