//! A share given to another member: two who open an account need not meet.
//!
//! The one who was drawn opens their share against a receipt, and seals it to another who was drawn too, for one part and until a moment. It opens nothing
//! without the other's own share. The moment is bound into the seal, and whoever keeps the offer deletes it then. Does no I/O.

use rand_core::CryptoRng;

use super::WrapError;
use crate::cbor::{CborError, Reader, Writer};
use crate::part::PartId;
use crate::quorum::QuorumNo;
use crate::secret::Secret;
use crate::share::Share;
use crate::xwing::{ENC_LEN, KeyId, PublicKey, Sealed, SecretKey, TAG_LEN, XWingError};

const VERSION: u64 = 1;
const INFO: &[u8] = b"kniha/1/offer";
const WHAT: &str = "an offered share";

/// A share, sealed to another member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    to: KeyId,
    part: PartId,
    quorum: QuorumNo,
    slot: u8,
    /// Until when it is to be used, µs since 1970.
    until_us: u64,
    sealed: Sealed,
}

impl Offer {
    /// Seals a share to a member.
    ///
    /// # Errors
    /// [`WrapError::Closed`] if the primitive refuses.
    pub fn seal(to: &PublicKey, part: PartId, quorum: QuorumNo, share: &Share, until_us: u64, rng: &mut impl CryptoRng) -> Result<Offer, WrapError> {
        let sealed = to.seal(INFO, &aad(&part, quorum, share.slot, until_us), share.value.expose(), rng).map_err(WrapError::Closed)?;
        Ok(Offer { to: to.id(), part, quorum, slot: share.slot, until_us, sealed })
    }

    /// To which key.
    #[must_use]
    pub fn to(&self) -> KeyId {
        self.to
    }

    /// Of which part.
    #[must_use]
    pub fn part(&self) -> &PartId {
        &self.part
    }

    /// In which quorum.
    #[must_use]
    pub fn quorum(&self) -> QuorumNo {
        self.quorum
    }

    /// Whose share it is.
    #[must_use]
    pub fn slot(&self) -> u8 {
        self.slot
    }

    /// Until when it is to be used, µs since 1970.
    #[must_use]
    pub fn until_us(&self) -> u64 {
        self.until_us
    }

    pub(crate) fn open(&self, key: &SecretKey) -> Result<Share, WrapError> {
        let bound = aad(&self.part, self.quorum, self.slot, self.until_us);
        let plain = key.open(INFO, &bound, self.sealed.enc.as_slice(), &self.sealed.body).map_err(WrapError::Closed)?;
        let value = Secret::from_slice(&plain).ok_or(WrapError::Closed(XWingError::Closed))?;
        Ok(Share { slot: self.slot, value })
    }

    /// The offer as it is stored.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(8).uint(VERSION).bytes(&self.to.0).bytes(self.part.bytes()).uint(self.quorum.0.into()).uint(self.slot.into());
        w.uint(self.until_us).bytes(self.sealed.enc.as_slice()).bytes(&self.sealed.body);
        w.finish()
    }

    /// Reads a stored offer.
    ///
    /// # Errors
    /// [`WrapError::Malformed`] unless the bytes are one.
    pub fn decode(bytes: &[u8]) -> Result<Offer, WrapError> {
        let mut r = Reader::new(bytes, WHAT);
        let offer = Offer::fields(&mut r).map_err(WrapError::Malformed)?;
        r.finish(&offer.encode()).map_err(WrapError::Malformed)?;
        Ok(offer)
    }

    fn fields(r: &mut Reader<'_>) -> Result<Offer, CborError> {
        r.array(8)?;
        if r.uint()? != VERSION {
            return Err(r.bad());
        }
        let (to, part, quorum) = (KeyId(r.fixed()?), PartId::from_random(r.fixed()?), QuorumNo(r.small()?));
        let (slot, until_us) = (r.small()?, r.uint()?);
        let enc = r.bytes(ENC_LEN)?.to_vec().into_boxed_slice().try_into().map_err(|_| r.bad())?;
        let body = r.bytes(16 + TAG_LEN)?.to_vec();
        Ok(Offer { to, part, quorum, slot, until_us, sealed: Sealed { enc, body } })
    }
}

fn aad(part: &PartId, quorum: QuorumNo, slot: u8, until_us: u64) -> Vec<u8> {
    [part.bytes().as_slice(), &quorum.0.to_be_bytes(), &[slot], &until_us.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    #[test]
    fn a_share_that_was_given_opens_for_whom_it_was_given_and_as_it_was_given() {
        let mut rng = rng(91);
        let member = SecretKey::random(&mut rng);
        let share = Share { slot: 3, value: Secret::random(&mut rng) };
        let offer = Offer::seal(&member.public(), PartId::from_random([1; 16]), QuorumNo(1), &share, 1_800_000_000_000_000, &mut rng).unwrap();
        let bytes = offer.encode();
        assert_eq!(Offer::decode(&bytes).unwrap().open(&member).unwrap(), share);
        assert!(offer.open(&SecretKey::random(&mut rng)).is_err());
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            let Ok(read) = Offer::decode(&changed) else { continue };
            // The key's id is a hint for finding the key; everything else is bound, the end of its time too.
            assert!(read.to() != offer.to() || read.open(&member).is_err(), "byte {i}");
        }
    }
}
