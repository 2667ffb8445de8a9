//! The one door to members' keys.
//!
//! Whoever holds a key answers three questions and never gives the key away. Today [`MemoryHolder`] answers inside the desk's process; later an agent on the
//! member's own machine does, and the desk holds no member key. A share or a wrap is opened only against a [`ReadReceipt`]: proof that the reading was
//! logged first. Does no I/O.

use kniha_core::commit::Hash;

use crate::part::{Envelope, EnvelopeError, PartId};
use crate::quorum::QuorumNo;
use crate::readlog::{ReadLogError, Reading};
use crate::secret::Secret;
use crate::share::Share;
use crate::sign::{Purpose, Signature, SigningKey, VerifyingKey};
use crate::wrap::{Offer, Own, OwnUse, Wrap, WrapError};
use crate::xwing::{KeyId, PublicKey, SecretKey, XWingError};

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
    /// The entry does not open.
    #[error("the entry of the read log does not open")]
    ReadLog(#[source] ReadLogError),
}

/// Proof that the reading of a part stands in the read log: the hash of its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadReceipt {
    part: PartId,
    case: Option<[u8; 16]>,
    entry: Hash,
}

impl ReadReceipt {
    /// The receipt of an entry that is durable in the log. Only whoever wrote it may call this.
    #[must_use]
    pub fn of_entry(part: PartId, entry: Hash) -> ReadReceipt {
        ReadReceipt { part, case: None, entry }
    }

    /// The same reading, through the key of this case.
    #[must_use]
    pub fn through(self, case: [u8; 16]) -> ReadReceipt {
        ReadReceipt { case: Some(case), ..self }
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

    /// What was wrapped to the member: the key of a case through which a part is read, or a part's key, masked while the gate keeps its half.
    ///
    /// # Errors
    /// [`HolderError`] if the receipt is not for what is wrapped, or no key of theirs opens it.
    fn unwrap(&self, wrap: &Wrap, receipt: &ReadReceipt) -> Result<Secret<32>, HolderError>;

    /// A share that somebody else gave the member, sealed for a while.
    ///
    /// # Errors
    /// [`HolderError`] if the receipt is not for its part, or no key of theirs opens it.
    fn take(&self, offer: &Offer, receipt: &ReadReceipt) -> Result<Share, HolderError>;

    /// What was sealed to the member for their own use.
    ///
    /// # Errors
    /// [`HolderError::Wrap`] if no key of theirs opens it for this use.
    fn own(&self, own: &Own, what: OwnUse) -> Result<Secret<32>, HolderError>;

    /// Entry `n` of the read log, if the member is an auditor.
    ///
    /// # Errors
    /// [`HolderError::ReadLog`] if it is sealed to others or was changed.
    fn reading(&self, n: u64, sealed: &[u8]) -> Result<Reading, HolderError>;

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
        if receipt.case.unwrap_or(*receipt.part.bytes()) != *wrap.subject() {
            return Err(HolderError::Receipt { asked: PartId::from_random(*wrap.subject()) });
        }
        let key = self.key(wrap.to()).ok_or(HolderError::Wrap(WrapError::NotForUs { to: wrap.to() }))?;
        wrap.open(key).map_err(HolderError::Wrap)
    }

    fn take(&self, offer: &Offer, receipt: &ReadReceipt) -> Result<Share, HolderError> {
        if receipt.part != *offer.part() {
            return Err(HolderError::Receipt { asked: *offer.part() });
        }
        let key = self.key(offer.to()).ok_or(HolderError::Wrap(WrapError::NotForUs { to: offer.to() }))?;
        offer.open(key).map_err(HolderError::Wrap)
    }

    fn own(&self, own: &Own, what: OwnUse) -> Result<Secret<32>, HolderError> {
        let key = self.key(own.to()).ok_or(HolderError::Wrap(WrapError::NotForUs { to: own.to() }))?;
        own.open(what, key).map_err(HolderError::Wrap)
    }

    fn reading(&self, n: u64, sealed: &[u8]) -> Result<Reading, HolderError> {
        let unread = ReadLogError::Closed(XWingError::Closed);
        let opened = self.opening.iter().map(|(_, key)| Reading::open(n, sealed, key)).find_map(Result::ok);
        opened.ok_or(HolderError::ReadLog(unread))
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
