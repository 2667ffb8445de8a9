//! What is sealed to a member for their own use: the register's key, the secret of their second factor. Does no I/O.

use rand_core::CryptoRng;

use super::WrapError;
use crate::cbor::{CborError, Reader, Writer};
use crate::secret::Secret;
use crate::xwing::{ENC_LEN, KeyId, PublicKey, Sealed, SecretKey, TAG_LEN, XWingError};

const VERSION: u64 = 1;
const INFO: &[u8] = b"kniha/1/own";
const WHAT: &str = "what is sealed to a member";

/// What it is for: bound into the seal, so that one is never taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnUse {
    /// The key of the register.
    Register,
    /// The secret of the second factor.
    SecondFactor,
}

/// 32 bytes sealed to one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    to: KeyId,
    sealed: Sealed,
}

impl OwnUse {
    fn label(self) -> &'static [u8] {
        match self {
            OwnUse::Register => b"register",
            OwnUse::SecondFactor => b"second-factor",
        }
    }
}

impl Own {
    /// Seals 32 bytes to a member for one use.
    ///
    /// # Errors
    /// [`WrapError::Closed`] if the primitive refuses.
    pub fn seal(to: &PublicKey, what: OwnUse, secret: &Secret<32>, rng: &mut impl CryptoRng) -> Result<Own, WrapError> {
        let sealed = to.seal(INFO, what.label(), secret.expose(), rng).map_err(WrapError::Closed)?;
        Ok(Own { to: to.id(), sealed })
    }

    /// To which key.
    #[must_use]
    pub fn to(&self) -> KeyId {
        self.to
    }

    pub(crate) fn open(&self, what: OwnUse, key: &SecretKey) -> Result<Secret<32>, WrapError> {
        let plain = key.open(INFO, what.label(), self.sealed.enc.as_slice(), &self.sealed.body).map_err(WrapError::Closed)?;
        Secret::from_slice(&plain).ok_or(WrapError::Closed(XWingError::Closed))
    }

    /// As it is stored.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(4).uint(VERSION).bytes(&self.to.0).bytes(self.sealed.enc.as_slice()).bytes(&self.sealed.body);
        w.finish()
    }

    /// Reads what was stored.
    ///
    /// # Errors
    /// [`WrapError::Malformed`] unless the bytes are one.
    pub fn decode(bytes: &[u8]) -> Result<Own, WrapError> {
        let mut r = Reader::new(bytes, WHAT);
        let own = Own::fields(&mut r).map_err(WrapError::Malformed)?;
        r.finish(&own.encode()).map_err(WrapError::Malformed)?;
        Ok(own)
    }

    fn fields(r: &mut Reader<'_>) -> Result<Own, CborError> {
        r.array(4)?;
        if r.uint()? != VERSION {
            return Err(r.bad());
        }
        let to = KeyId(r.fixed()?);
        let enc = r.bytes(ENC_LEN)?.to_vec().into_boxed_slice().try_into().map_err(|_| r.bad())?;
        Ok(Own { to, sealed: Sealed { enc, body: r.bytes(32 + TAG_LEN)?.to_vec() } })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    #[test]
    fn what_is_sealed_for_one_use_opens_for_that_use_and_member_alone() {
        let mut rng = rng(95);
        let (member, secret) = (SecretKey::random(&mut rng), Secret::random(&mut rng));
        let own = Own::decode(&Own::seal(&member.public(), OwnUse::Register, &secret, &mut rng).unwrap().encode()).unwrap();
        assert_eq!(own.open(OwnUse::Register, &member), Ok(secret));
        assert!(own.open(OwnUse::SecondFactor, &member).is_err());
        assert!(own.open(OwnUse::Register, &SecretKey::random(&mut rng)).is_err());
    }
}
