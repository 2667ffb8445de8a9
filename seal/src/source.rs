//! The keys of a source, all grown from their words.
//!
//! `root = HKDF-Extract(book id, 128 bits)`: uniform bits need no stretching. Every key is `HKDF-Expand(root, "kniha/1/<label>")`, those of a receipt with
//! the capsule's nonce (and an extra that is empty now) after the label, so that two submissions under one set of words share nothing. Does no I/O.

use kniha_core::lang::Lang;

use crate::label;
use crate::secret::Secret;
use crate::sign::SigningKey;
use crate::words::{self, Words};
use crate::xwing::SecretKey;

/// Where a source's answers lie; found by the words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailboxId(pub [u8; 16]);

/// Everything that grows from the words in one book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    root: Secret<32>,
}

/// What one receipt is made of, and later proved with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptKeys {
    /// Answers a challenge.
    pub signing: SigningKey,
    /// Hides the commitment.
    pub blind: Secret<32>,
    /// Salts of the fields grow from it.
    pub salts_seed: Secret<32>,
    /// Salt under which the person is bound.
    pub person_salt: Secret<32>,
}

impl Source {
    /// The source that these words are, in the book with this id.
    #[must_use]
    pub fn new(book: &[u8; 32], words: &Words) -> Source {
        Source { root: label::extract(book, words.bits().expose()) }
    }

    /// The mailbox.
    #[must_use]
    pub fn mailbox(&self) -> MailboxId {
        MailboxId(*self.key::<16>("mailbox-id").expose())
    }

    /// Opens answers.
    #[must_use]
    pub fn reply(&self) -> SecretKey {
        SecretKey::from_seed(self.key("reply-xwing"))
    }

    /// Opens what was deposited under these words.
    #[must_use]
    pub fn deposit(&self) -> SecretKey {
        SecretKey::from_seed(self.key("deposit-xwing"))
    }

    /// Signs additions, withdrawals, deletions.
    #[must_use]
    pub fn voice(&self) -> SigningKey {
        SigningKey::from_seeds(self.key("voice-ed25519"), self.key("voice-mldsa"))
    }

    /// Two words by which a person sees at every visit that they typed their own words and not a slip of them.
    #[must_use]
    pub fn mark(&self, lang: Lang) -> [&'static str; 2] {
        words::spoken(self.key::<3>("mark").expose(), lang)
    }

    /// Opens the person's own capsules.
    #[must_use]
    pub fn capsule_key(&self) -> Secret<32> {
        self.key("capsule-key")
    }

    /// The keys of the receipt whose capsule has this nonce.
    #[must_use]
    pub fn receipt(&self, nonce: &[u8; 24]) -> ReceiptKeys {
        let key = |label: &str| label::expand::<32>(&self.root, &[b"kniha/1/", label.as_bytes(), nonce]);
        ReceiptKeys {
            signing: SigningKey::from_seeds(key("receipt-ed25519"), key("receipt-mldsa")),
            blind: key("receipt-blind"),
            salts_seed: key("receipt-salts"),
            person_salt: key("receipt-person"),
        }
    }

    fn key<const N: usize>(&self, label: &str) -> Secret<N> {
        label::expand(&self.root, &[b"kniha/1/", label.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    #[test]
    fn the_same_words_are_another_source_in_another_book() {
        let words = Words::random(&mut rng(101));
        let (a, b) = (Source::new(&[1; 32], &words), Source::new(&[2; 32], &words));
        assert_eq!(a, Source::new(&[1; 32], &words));
        assert_ne!(a.mailbox(), b.mailbox());
        assert_ne!(a.voice(), b.voice());
        assert_ne!(a.reply(), b.reply());
    }

    #[test]
    fn two_receipts_of_one_source_share_nothing() {
        let source = Source::new(&[1; 32], &Words::random(&mut rng(102)));
        let (a, b) = (source.receipt(&[1; 24]), source.receipt(&[2; 24]));
        assert_ne!(a.signing.public(), b.signing.public());
        assert!(a.blind != b.blind && a.salts_seed != b.salts_seed && a.person_salt != b.person_salt);
        assert_ne!(a.signing, source.voice(), "voice keys are not receipt keys");
    }

    #[test]
    fn the_mark_is_the_same_two_words_at_every_visit() {
        let source = Source::new(&[1; 32], &Words::random(&mut rng(103)));
        assert_eq!(source.mark(Lang::Be), source.mark(Lang::Be));
        let other = Source::new(&[1; 32], &Words::random(&mut rng(104)));
        assert_ne!(source.mark(Lang::Be), other.mark(Lang::Be));
    }
}
