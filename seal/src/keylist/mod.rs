//! Key lists: which keys a part is sealed to, and who says so.
//!
//! A list is numbered and names the hash of the one before it. It holds when at least t of the custodians named in the one before signed it, and, where it
//! changes the custodians, t of the new ones too. Slots have no names. A reader keeps the newest list it has accepted ([`Trusted`]) and refuses a lower
//! number, a gap, another past, and a list out of its days. CBOR, version 1, `docs/formats/sealing.md`. Does no I/O; the day is an argument.

mod chain;
mod codec;

pub use chain::{ChainError, Trusted};
pub use codec::{ListError, MOST_BYTES, SignedList};

use kniha_core::commit::Hash;
use kniha_core::lang::Lang;

use crate::label;
use crate::part::Day;
use crate::quorum::{Quorum, QuorumError, QuorumNo, Slot};
use crate::sign::VerifyingKey;
use crate::words;
use crate::xwing::PublicKey;

/// Most custodians of a root.
pub const MOST_CUSTODIANS: usize = 32;
/// Most quorums of a list.
pub const MOST_QUORUMS: usize = 32;
/// Most slots of a list, over all quorums.
pub const MOST_SLOTS: usize = 512;
/// Most witnesses or addresses.
pub const MOST_NAMES: usize = 32;

/// The custodians who sign the next list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Their keys.
    pub keys: Vec<VerifyingKey>,
    /// How many must sign.
    pub t: u8,
}

/// A slot as the list holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSlot {
    /// Its number, 1 to 255.
    pub slot: u8,
    /// To which key parts are sealed.
    pub opening: PublicKey,
    /// With which key its member signs.
    pub signing: VerifyingKey,
    /// First day of these keys.
    pub from: Day,
    /// Last day of these keys.
    pub to: Day,
}

/// A quorum as the list holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedQuorum {
    /// Its number, which stands in headers.
    pub no: QuorumNo,
    /// Its name, for people: screeners, lawyers, custodians.
    pub name: String,
    /// How many open a part.
    pub k: u8,
    /// How many slots are drawn for a part.
    pub draw: u8,
    /// Its slots.
    pub slots: Vec<ListedSlot>,
}

/// A key list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyList {
    /// The book.
    pub book: [u8; 32],
    /// Its number, counted from 1.
    pub no: u32,
    /// Digest of the list before it.
    pub prev: Option<Hash>,
    /// First day it may be sealed under.
    pub from: Day,
    /// Last day it may be sealed under.
    pub to: Day,
    /// Who signs the next.
    pub root: Root,
    /// The quorums.
    pub quorums: Vec<ListedQuorum>,
    /// Signs answers to sources.
    pub reply: VerifyingKey,
    /// Signs what the desk asks of the portal.
    pub collect: VerifyingKey,
    /// Signs checkpoints of the log.
    pub log: VerifyingKey,
    /// Witnesses who cosign checkpoints, as their notes name them.
    pub witnesses: Vec<String>,
    /// Where the book is reached.
    pub addresses: Vec<String>,
}

/// Why a quorum cannot be sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoQuorum {
    /// The list has none of this number.
    #[error("the key list has no quorum {quorum}")]
    Unknown {
        /// Which one.
        quorum: QuorumNo,
    },
    /// Too few of its keys hold on this day.
    #[error("too few keys of quorum {quorum} hold on day {day}")]
    Keys {
        /// Which one.
        quorum: QuorumNo,
        /// On which day.
        day: Day,
        /// What fails.
        #[source]
        source: QuorumError,
    },
}

impl KeyList {
    /// A quorum with the slots whose keys hold on this day.
    ///
    /// # Errors
    /// [`NoQuorum`] if there is none, or too few of its keys hold.
    pub fn quorum(&self, quorum: QuorumNo, day: Day) -> Result<Quorum, NoQuorum> {
        let listed = self.quorums.iter().find(|q| q.no == quorum).ok_or(NoQuorum::Unknown { quorum })?;
        let held = listed.slots.iter().filter(|slot| slot.from <= day && day <= slot.to);
        let slots = held.map(|slot| Slot { slot: slot.slot, key: slot.opening.clone() }).collect();
        Quorum::new(quorum, listed.k, listed.draw, slots).map_err(|source| NoQuorum::Keys { quorum, day, source })
    }

    /// The six words by which a person checks that the receiver is genuine: the same on the portal and on the lips of people they know, new every week.
    /// `digest` is that of the accepted list, weeks are counted from 1 January 1970.
    #[must_use]
    pub fn week_words(&self, digest: &Hash, day: Day, lang: Lang) -> [&'static str; 6] {
        let week = day.0 / 7;
        words::spoken(&label::hash("kniha/1/week", &[&self.book, &digest.0, &week.to_be_bytes()]).0, lang)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::sign::SigningKey;
    use crate::tests::rng;
    use crate::xwing::SecretKey;

    /// Five custodians, t = 3, five screeners of whom 2 of 3 open.
    pub(crate) fn list() -> (KeyList, Vec<SigningKey>) {
        let mut rng = rng(141);
        let custodians: Vec<SigningKey> = (0..5).map(|_| SigningKey::random(&mut rng)).collect();
        let slots = (1..=5)
            .map(|slot| ListedSlot {
                slot,
                opening: SecretKey::random(&mut rng).public(),
                signing: SigningKey::random(&mut rng).public(),
                from: Day(100),
                to: Day(190),
            })
            .collect();
        let list = KeyList {
            book: [1; 32],
            no: 1,
            prev: None,
            from: Day(100),
            to: Day(190),
            root: Root { keys: custodians.iter().map(SigningKey::public).collect(), t: 3 },
            quorums: vec![ListedQuorum { no: QuorumNo(1), name: "screeners".to_owned(), k: 2, draw: 3, slots }],
            reply: SigningKey::random(&mut rng).public(),
            collect: SigningKey::random(&mut rng).public(),
            log: SigningKey::random(&mut rng).public(),
            witnesses: vec!["witness.example".to_owned()],
            addresses: vec!["portal.example".to_owned()],
        };
        (list, custodians)
    }

    #[test]
    fn only_keys_that_hold_today_are_sealed_to() {
        let (mut list, _) = list();
        for slot in &mut list.quorums[0].slots[..2] {
            slot.to = Day(120);
        }
        assert_eq!(list.quorum(QuorumNo(1), Day(120)).unwrap().slots().len(), 5);
        assert_eq!(list.quorum(QuorumNo(1), Day(121)).unwrap().slots().len(), 3);
        assert!(matches!(list.quorum(QuorumNo(1), Day(191)), Err(NoQuorum::Keys { .. })));
        assert_eq!(list.quorum(QuorumNo(2), Day(120)), Err(NoQuorum::Unknown { quorum: QuorumNo(2) }));
    }

    #[test]
    fn the_words_of_the_week_are_new_every_week_and_with_every_list() {
        let (list, _) = list();
        let words = list.week_words(&Hash([1; 32]), Day(7), Lang::Be);
        assert_eq!(words, list.week_words(&Hash([1; 32]), Day(13), Lang::Be));
        assert_ne!(words, list.week_words(&Hash([1; 32]), Day(14), Lang::Be));
        assert_ne!(words, list.week_words(&Hash([2; 32]), Day(7), Lang::Be));
    }
}
