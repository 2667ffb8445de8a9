//! Quorums: who must come together to open something.
//!
//! A quorum has n numbered slots, each with one member's key and no name. For every part `draw` of them are picked at random and `k` of those open it:
//! an infiltrator in one slot is among the readers of at most draw/n of what arrives, and alone opens nothing while k is above one. Does no I/O.

use std::collections::BTreeSet;

use rand_core::CryptoRng;

use crate::xwing::PublicKey;

/// A quorum's number in the key list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuorumNo(pub u16);

impl std::fmt::Display for QuorumNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The source's own words, 1 of 1: for sealed deposits. In no key list.
pub const OWN_WORDS: QuorumNo = QuorumNo(0);
/// Those who screen: some of them open an account together.
pub const TEAM: QuorumNo = QuorumNo(1);
/// Those who screen: any one of them opens a triage card.
pub const TRIAGE: QuorumNo = QuorumNo(2);
/// Lawyers, none of whom served in the forces.
pub const LAWYERS: QuorumNo = QuorumNo(3);
/// Custodians, who sign key lists and open when others cannot.
pub const CUSTODIANS: QuorumNo = QuorumNo(4);

/// Most slots drawn for one part: eight such quorums still fit a header.
const MOST_DRAWN: u8 = 24;

/// One member's place in a quorum. Slots are counted from 1, because 0 is where a split secret itself would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its number, 1 to 255; also the x coordinate of its shares.
    pub slot: u8,
    /// The key of whoever holds it now.
    pub key: PublicKey,
}

/// Why slots and numbers make no quorum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuorumError {
    /// Not 1 ≤ k ≤ draw ≤ slots ≤ 255, or more than 24 drawn.
    #[error("quorum {quorum} cannot be: {k} of {draw} drawn from {slots}")]
    Numbers {
        /// Which quorum.
        quorum: QuorumNo,
        /// How many open.
        k: u8,
        /// How many are drawn.
        draw: u8,
        /// How many slots there are.
        slots: usize,
    },
    /// A slot is numbered 0 or twice.
    #[error("slot {slot} of quorum {quorum} is numbered 0 or stands twice")]
    Slot {
        /// Which quorum.
        quorum: QuorumNo,
        /// Which slot.
        slot: u8,
    },
    /// One key in two slots would be two members in one.
    #[error("slot {slot} of quorum {quorum} has the key of another slot")]
    SameKey {
        /// Which quorum.
        quorum: QuorumNo,
        /// Which slot.
        slot: u8,
    },
}

/// A quorum: `k` of `draw`, drawn from its slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    no: QuorumNo,
    k: u8,
    draw: u8,
    slots: Vec<Slot>,
}

impl Quorum {
    /// A quorum whose numbers and slots make sense.
    ///
    /// # Errors
    /// [`QuorumError`] says which do not.
    pub fn new(no: QuorumNo, k: u8, draw: u8, slots: Vec<Slot>) -> Result<Quorum, QuorumError> {
        if k == 0 || k > draw || draw > MOST_DRAWN || usize::from(draw) > slots.len() || slots.len() > 255 {
            return Err(QuorumError::Numbers { quorum: no, k, draw, slots: slots.len() });
        }
        let (mut numbers, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for Slot { slot, key } in &slots {
            if *slot == 0 || !numbers.insert(*slot) {
                return Err(QuorumError::Slot { quorum: no, slot: *slot });
            }
            if !keys.insert(key.id()) {
                return Err(QuorumError::SameKey { quorum: no, slot: *slot });
            }
        }
        Ok(Quorum { no, k, draw, slots })
    }

    /// Its number.
    #[must_use]
    pub fn no(&self) -> QuorumNo {
        self.no
    }

    /// How many open.
    #[must_use]
    pub fn k(&self) -> u8 {
        self.k
    }

    /// How many are drawn for a part.
    #[must_use]
    pub fn draw(&self) -> u8 {
        self.draw
    }

    /// All slots.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Draws the slots of one part, every subset equally likely, in the order of their numbers.
    #[must_use]
    pub fn pick(&self, rng: &mut impl CryptoRng) -> Vec<&Slot> {
        let mut slots: Vec<&Slot> = self.slots.iter().collect();
        let draw = usize::from(self.draw);
        // The first `draw` steps of Fisher and Yates.
        for i in 0..draw {
            let other = i + below(slots.len() - i, rng);
            slots.swap(i, other);
        }
        slots.truncate(draw);
        slots.sort_by_key(|slot| slot.slot);
        slots
    }
}

/// A number below `n` (1 to 255), each equally likely: bytes that would favour some are drawn again.
fn below(n: usize, rng: &mut impl CryptoRng) -> usize {
    let fair = 256 - 256 % n;
    loop {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        if usize::from(byte[0]) < fair {
            return usize::from(byte[0]) % n;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;
    use crate::xwing::SecretKey;

    /// A quorum with fresh keys.
    pub(crate) fn quorum(no: u16, k: u8, draw: u8, slots: u8, rng: &mut impl CryptoRng) -> (Quorum, Vec<SecretKey>) {
        let keys: Vec<SecretKey> = (0..slots).map(|_| SecretKey::random(rng)).collect();
        let slots = keys.iter().zip(1..).map(|(key, slot)| Slot { slot, key: key.public() }).collect();
        (Quorum::new(QuorumNo(no), k, draw, slots).unwrap(), keys)
    }

    #[test]
    fn every_subset_is_drawn_equally_often() {
        let mut rng = rng(41);
        let (quorum, _) = quorum(1, 2, 3, 5, &mut rng);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..10_000 {
            let drawn: Vec<u8> = quorum.pick(&mut rng).iter().map(|s| s.slot).collect();
            assert!(drawn.is_sorted() && drawn.len() == 3);
            *counts.entry(drawn).or_insert(0) += 1;
        }
        // Ten subsets, 1,000 each expected, standard deviation 30.
        assert_eq!(counts.len(), 10);
        assert!(counts.values().all(|n| (850..1150).contains(n)), "{counts:?}");
    }

    #[test]
    fn a_quorum_that_could_not_work_is_refused() {
        let mut rng = rng(42);
        let slots = |numbers: &[u8], rng: &mut _| numbers.iter().map(|slot| Slot { slot: *slot, key: SecretKey::random(rng).public() }).collect::<Vec<_>>();
        for (k, draw, numbers) in [(0, 1, &[1][..]), (2, 1, &[1, 2]), (1, 3, &[1, 2]), (1, 1, &[])] {
            let made = Quorum::new(QuorumNo(1), k, draw, slots(numbers, &mut rng));
            assert!(matches!(made, Err(QuorumError::Numbers { .. })), "{k} of {draw}");
        }
        assert!(matches!(Quorum::new(QuorumNo(1), 1, 1, slots(&[0], &mut rng)), Err(QuorumError::Slot { slot: 0, .. })));
        assert!(matches!(Quorum::new(QuorumNo(1), 1, 1, slots(&[3, 3], &mut rng)), Err(QuorumError::Slot { slot: 3, .. })));
        let mut twice = slots(&[1, 2], &mut rng);
        twice[1].key = twice[0].key.clone();
        assert!(matches!(Quorum::new(QuorumNo(1), 2, 2, twice), Err(QuorumError::SameKey { slot: 2, .. })));
    }
}
