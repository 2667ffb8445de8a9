//! Wrapped keys: a case's key, sealed to a member; a part's key, sealed to a case or a member.
//!
//! A case has a key pair per epoch; a grant wraps the secret half to the member. A part's key ([`part_block`]) is wrapped masked with a *gate half*,
//! `key ⊕ R`: the gate keeps R and gives it out against a receipt and within the cap, so that a cap is not an if-statement that a patched program skips.
//! [`Offer`] is a share given to another member for a while, [`Own`] what only its member uses. Randomness is an argument; does no I/O.

mod offer;
mod own;

pub use offer::Offer;
pub use own::{Own, OwnUse};

use rand_core::CryptoRng;

use crate::age::FileKey;
use crate::cbor::{CborError, Reader, Writer};
use crate::label;
use crate::part::PartId;
use crate::secret::Secret;
use crate::xwing::{ENC_LEN, KeyId, PublicKey, Sealed, SecretKey, TAG_LEN, XWingError};

const VERSION: u64 = 1;
const INFO: &[u8] = b"kniha/1/wrap";
const WHAT: &str = "a wrapped key";

/// Why a wrap was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// Not the bytes of a wrap of this version.
    #[error("the wrapped key is malformed")]
    Malformed(#[source] CborError),
    /// Wrapped to another key.
    #[error("the key was wrapped to {to}")]
    NotForUs {
        /// To which one.
        to: KeyId,
    },
    /// It does not open.
    #[error("the wrapped key does not open")]
    Closed(#[source] XWingError),
}

/// A part's key as it is wrapped: the key, then 16 bytes that say whether it came back unharmed and of which part it is.
#[must_use]
pub fn part_block(part: &PartId, key: &FileKey) -> Secret<32> {
    let mut block = [0; 32];
    block[..16].copy_from_slice(key.expose());
    block[16..].copy_from_slice(&part_check(part, key));
    Secret::take(&mut block)
}

/// The key in an unmasked block; `None` if it is not this part's.
#[must_use]
pub fn part_key(part: &PartId, block: &Secret<32>) -> Option<FileKey> {
    let key = FileKey::from_slice(&block.expose()[..16])?;
    let same = subtle::ConstantTimeEq::ct_eq(part_check(part, &key).as_slice(), &block.expose()[16..]);
    bool::from(same).then_some(key)
}

fn part_check(part: &PartId, key: &FileKey) -> [u8; 16] {
    let mut check = [0; 16];
    check.copy_from_slice(&label::hash("kniha/1/part-block", &[part.bytes(), key.expose()]).0[..16]);
    check
}

/// A key of 32 bytes, wrapped to one key: of `subject`, a case or a part, in an epoch of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrap {
    to: KeyId,
    subject: [u8; 16],
    epoch: u32,
    sealed: Sealed,
}

/// Masks a key: the first half is wrapped, the second the gate keeps. Neither tells anything alone.
#[must_use]
pub fn split_gate(key: &Secret<32>, rng: &mut impl CryptoRng) -> (Secret<32>, Secret<32>) {
    let gate = Secret::random(rng);
    (key.xor(&gate), gate)
}

impl Wrap {
    /// Wraps a (masked) key of `subject`, a case, in its `epoch`.
    ///
    /// # Errors
    /// [`WrapError::Closed`] if the primitive refuses.
    pub fn seal(to: &PublicKey, subject: [u8; 16], epoch: u32, key: &Secret<32>, rng: &mut impl CryptoRng) -> Result<Wrap, WrapError> {
        let sealed = to.seal(INFO, &aad(&subject, epoch), key.expose(), rng).map_err(WrapError::Closed)?;
        Ok(Wrap { to: to.id(), subject, epoch, sealed })
    }

    /// To which key.
    #[must_use]
    pub fn to(&self) -> KeyId {
        self.to
    }

    /// Of which case or part.
    #[must_use]
    pub fn subject(&self) -> &[u8; 16] {
        &self.subject
    }

    /// In which epoch.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Opens the wrap with a case's key. A member's key opens through [`crate::holder::KeyHolder::unwrap`], which asks for a receipt.
    ///
    /// # Errors
    /// [`WrapError`] if it was wrapped to another key or does not open.
    pub fn open_with(&self, case: &SecretKey) -> Result<Secret<32>, WrapError> {
        if case.public().id() == self.to { self.open(case) } else { Err(WrapError::NotForUs { to: self.to }) }
    }

    pub(crate) fn open(&self, key: &SecretKey) -> Result<Secret<32>, WrapError> {
        let plain = key.open(INFO, &aad(&self.subject, self.epoch), self.sealed.enc.as_slice(), &self.sealed.body).map_err(WrapError::Closed)?;
        Secret::from_slice(&plain).ok_or(WrapError::Closed(XWingError::Closed))
    }

    /// The wrap as it is stored.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(6).uint(VERSION).bytes(&self.to.0).bytes(&self.subject).uint(self.epoch.into());
        w.bytes(self.sealed.enc.as_slice()).bytes(&self.sealed.body);
        w.finish()
    }

    /// Reads a stored wrap.
    ///
    /// # Errors
    /// [`WrapError::Malformed`] unless the bytes are one.
    pub fn decode(bytes: &[u8]) -> Result<Wrap, WrapError> {
        let mut r = Reader::new(bytes, WHAT);
        let wrap = Wrap::fields(&mut r).map_err(WrapError::Malformed)?;
        r.finish(&wrap.encode()).map_err(WrapError::Malformed)?;
        Ok(wrap)
    }

    fn fields(r: &mut Reader<'_>) -> Result<Wrap, CborError> {
        r.array(6)?;
        if r.uint()? != VERSION {
            return Err(r.bad());
        }
        let (to, subject, epoch) = (KeyId(r.fixed()?), r.fixed()?, r.small()?);
        let enc = r.bytes(ENC_LEN)?.to_vec().into_boxed_slice().try_into().map_err(|_| r.bad())?;
        let body = r.bytes(32 + TAG_LEN)?.to_vec();
        Ok(Wrap { to, subject, epoch, sealed: Sealed { enc, body } })
    }
}

fn aad(subject: &[u8; 16], epoch: u32) -> Vec<u8> {
    [subject.as_slice(), &epoch.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    #[test]
    fn a_case_key_comes_back_with_both_halves_alone() {
        let mut rng = rng(81);
        let (member, case_key) = (SecretKey::random(&mut rng), Secret::random(&mut rng));
        let (masked, gate) = split_gate(&case_key, &mut rng);
        let wrap = Wrap::seal(&member.public(), [1; 16], 3, &masked, &mut rng).unwrap();
        let opened = Wrap::decode(&wrap.encode()).unwrap().open(&member).unwrap();
        assert_ne!(opened, case_key);
        assert_eq!(opened.xor(&gate), case_key);
    }

    #[test]
    fn a_part_key_comes_back_for_its_own_part_and_with_the_right_half_alone() {
        let mut rng = rng(83);
        let (case, key, part) = (SecretKey::random(&mut rng), FileKey::random(&mut rng), PartId::from_random([4; 16]));
        let (masked, gate) = split_gate(&part_block(&part, &key), &mut rng);
        let wrap = Wrap::seal(&case.public(), *part.bytes(), 1, &masked, &mut rng).unwrap();
        let opened = wrap.open_with(&case).unwrap();
        assert_eq!(part_key(&part, &opened.xor(&gate)), Some(key));
        assert_eq!(part_key(&part, &opened), None, "without the gate's half");
        assert_eq!(part_key(&PartId::from_random([5; 16]), &opened.xor(&gate)), None, "another part");
        assert!(matches!(wrap.open_with(&SecretKey::random(&mut rng)), Err(WrapError::NotForUs { .. })));
    }

    #[test]
    fn every_changed_byte_of_a_wrap_is_refused() {
        let mut rng = rng(82);
        let member = SecretKey::random(&mut rng);
        let wrap = Wrap::seal(&member.public(), [1; 16], 3, &Secret::random(&mut rng), &mut rng).unwrap();
        let bytes = wrap.encode();
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            let Ok(read) = Wrap::decode(&changed) else { continue };
            // The key's id is a hint for finding the key; everything else is bound.
            assert!(read.to() != wrap.to() || read.open(&member).is_err(), "byte {i}");
        }
    }
}
