//! The one door to members' keys.
//!
//! Whoever holds a key answers three questions and never gives the key away. Today [`MemoryHolder`] answers inside the desk's process; later an agent on the
//! member's own machine does, and the desk holds no member key. A share or a wrap is opened only against a [`ReadReceipt`]: proof that the reading was
//! logged first. Does no I/O.

use kniha_core::commit::Hash;

use crate::part::{Envelope, EnvelopeError, PartId};
use crate::quorum::QuorumNo;
use crate::secret::Secret;
use crate::share::Share;
use crate::sign::{Purpose, Signature, SigningKey, VerifyingKey};
use crate::wrap::{Wrap, WrapError};
use crate::xwing::{KeyId, PublicKey, SecretKey};

/// Why a holder did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HolderError {
    /// The receipt is of another reading.
    #[error("the receipt of the read log is not for {asked}")]
    Receipt {
        /// Which part was asked for.
        asked: PartId,
    },
    /// None of the holder's keys was drawn.
    #[error("no key of this member opens {part} in quorum {quorum}")]
    NotDrawn {
        /// Which part.
        part: PartId,
        /// Which quorum.
        quorum: QuorumNo,
    },
    /// The share does not open.
    #[error("the share does not open")]
    Envelope(#[source] EnvelopeError),
    /// The wrap does not open.
    #[error("the wrapped key does not open")]
    Wrap(#[source] WrapError),
}

/// Proof that the reading of a part stands in the read log: the hash of its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadReceipt {
    part: PartId,
    entry: Hash,
}

impl ReadReceipt {
    /// The receipt of an entry that is durable in the log. Only whoever wrote it may call this.
    #[must_use]
    pub fn of_entry(part: PartId, entry: Hash) -> ReadReceipt {
        ReadReceipt { part, entry }
    }

    /// The part that was to be read.
    #[must_use]
    pub fn part(&self) -> &PartId {
        &self.part
    }

    /// Hash of the entry.
    #[must_use]
    pub fn entry(&self) -> &Hash {
        &self.entry
    }
}

/// Someone who holds a member's keys.
pub trait KeyHolder {
    /// The member's share of a part.
    ///
    /// # Errors
    /// [`HolderError`] if the receipt is not for this part, or no key of theirs opens it.
    fn share(&self, envelope: &Envelope, quorum: QuorumNo, receipt: &ReadReceipt) -> Result<Share, HolderError>;

    /// A case key that was wrapped to the member; masked while the gate keeps its half.
    ///
    /// # Errors
    /// [`HolderError`] if the receipt is not for what is wrapped, or no key of theirs opens it.
    fn unwrap(&self, wrap: &Wrap, receipt: &ReadReceipt) -> Result<Secret<32>, HolderError>;

    /// The member's signature.
    ///
    /// # Errors
    /// [`HolderError`] if the member refuses; the holder in memory never does.
    fn sign(&self, purpose: Purpose, message: &[u8]) -> Result<Signature, HolderError>;
}

/// A member's keys in memory, wiped when dropped. Keys have an interval, so that there may be an old one beside the present one.
pub struct MemoryHolder {
    opening: Vec<(KeyId, SecretKey)>,
    signing: SigningKey,
}

impl MemoryHolder {
    /// Holds these keys.
    #[must_use]
    pub fn new(opening: Vec<SecretKey>, signing: SigningKey) -> MemoryHolder {
        MemoryHolder { opening: opening.into_iter().map(|key| (key.public().id(), key)).collect(), signing }
    }

    /// The public halves, for a key list.
    #[must_use]
    pub fn public(&self) -> (Vec<PublicKey>, VerifyingKey) {
        (self.opening.iter().map(|(_, key)| key.public()).collect(), self.signing.public())
    }

    fn key(&self, id: KeyId) -> Option<&SecretKey> {
        // A deposit does not say whose words open it; whoever holds words holds one key.
        self.opening.iter().find(|(held, _)| *held == id || id == KeyId::UNTOLD).map(|(_, key)| key)
    }
}

impl KeyHolder for MemoryHolder {
    fn share(&self, envelope: &Envelope, quorum: QuorumNo, receipt: &ReadReceipt) -> Result<Share, HolderError> {
        let part = *envelope.part();
        if receipt.part != part {
            return Err(HolderError::Receipt { asked: part });
        }
        let locked = envelope.locked().iter().find(|locked| locked.quorum == quorum);
        let mut found = locked.into_iter().flat_map(|locked| &locked.shares).filter_map(|share| Some((share.slot, self.key(share.key_id)?)));
        let (slot, key) = found.next().ok_or(HolderError::NotDrawn { part, quorum })?;
        envelope.share(quorum, slot, key).map_err(HolderError::Envelope)
    }

    fn unwrap(&self, wrap: &Wrap, receipt: &ReadReceipt) -> Result<Secret<32>, HolderError> {
        let asked = PartId::from_random(*wrap.subject());
        if receipt.part != asked {
            return Err(HolderError::Receipt { asked });
        }
        let key = self.key(wrap.to()).ok_or(HolderError::Wrap(WrapError::NotForUs { to: wrap.to() }))?;
        wrap.open(key).map_err(HolderError::Wrap)
    }

    fn sign(&self, purpose: Purpose, message: &[u8]) -> Result<Signature, HolderError> {
        Ok(self.signing.sign(purpose, message))
    }
}

impl std::fmt::Debug for MemoryHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryHolder").field("keys", &self.opening.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::age::FileKey;
    use crate::quorum::tests::quorum;
    use crate::tests::rng;

    fn receipt(envelope: &Envelope) -> ReadReceipt {
        ReadReceipt::of_entry(*envelope.part(), Hash([1; 32]))
    }

    #[test]
    fn no_share_without_the_receipt_of_this_part() {
        let mut rng = rng(71);
        let (quorum, keys) = quorum(1, 2, 3, 3, &mut rng);
        let key = FileKey::random(&mut rng);
        let envelope = Envelope::seal(PartId::from_random([1; 16]), 1, &[&quorum], &key, &mut rng).unwrap();
        let holders: Vec<MemoryHolder> = keys.into_iter().map(|key| MemoryHolder::new(vec![key], SigningKey::random(&mut rng))).collect();
        let other = ReadReceipt::of_entry(PartId::from_random([2; 16]), Hash([1; 32]));
        assert_eq!(holders[0].share(&envelope, quorum.no(), &other), Err(HolderError::Receipt { asked: *envelope.part() }));
        let shares: Vec<Share> = holders[1..].iter().map(|h| h.share(&envelope, quorum.no(), &receipt(&envelope)).unwrap()).collect();
        assert_eq!(envelope.open(quorum.no(), &shares).unwrap(), key);
    }

    #[test]
    fn a_member_who_was_not_drawn_has_nothing_to_give() {
        let mut rng = rng(72);
        let (quorum, _) = quorum(1, 1, 1, 1, &mut rng);
        let envelope = Envelope::seal(PartId::from_random([1; 16]), 1, &[&quorum], &FileKey::random(&mut rng), &mut rng).unwrap();
        let stranger = MemoryHolder::new(vec![SecretKey::random(&mut rng)], SigningKey::random(&mut rng));
        let refused = stranger.share(&envelope, quorum.no(), &receipt(&envelope));
        assert_eq!(refused, Err(HolderError::NotDrawn { part: *envelope.part(), quorum: quorum.no() }));
        assert_eq!(format!("{stranger:?}"), "MemoryHolder { keys: 1, .. }");
    }
}
