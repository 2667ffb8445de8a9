//! Which list is believed: the chain from the first one to the next.

use std::collections::BTreeSet;

use kniha_core::commit::Hash;

use super::{KeyList, Root, SignedList};
use crate::part::Day;
use crate::sign::Purpose;

/// Why a list is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The first list is not the one whose digest was given out.
    #[error("the first key list is not the one that was given out")]
    NotTheFirst,
    /// It is of another book.
    #[error("the key list is of another book")]
    OtherBook,
    /// The number is not above the one that is held.
    #[error("key list {given} is not newer than {held}")]
    Lower {
        /// Its number.
        given: u32,
        /// The one that is held.
        held: u32,
    },
    /// Lists between are missing.
    #[error("between key list {held} and {given} others are missing")]
    Gap {
        /// Its number.
        given: u32,
        /// The one that is held.
        held: u32,
    },
    /// It follows another list of the number that is held: somebody has signed two.
    #[error("key list {given} follows another list than the one that is held: two different lists were signed")]
    Fork {
        /// Its number.
        given: u32,
    },
    /// Too few custodians of the list before signed.
    #[error("{signed} custodians signed key list {given} and {needed} are needed")]
    TooFew {
        /// Its number.
        given: u32,
        /// How many signed.
        signed: usize,
        /// How many it takes.
        needed: u8,
    },
    /// The custodians change, and too few of the new ones signed.
    #[error("{signed} of the new custodians signed key list {given} and {needed} are needed")]
    TooFewNew {
        /// Its number.
        given: u32,
        /// How many signed.
        signed: usize,
        /// How many it takes.
        needed: u8,
    },
    /// Its first day has not come.
    #[error("key list {held} begins on day {from}, and today is {today}")]
    NotYet {
        /// Its number.
        held: u32,
        /// First day.
        from: Day,
        /// Today.
        today: Day,
    },
    /// Its last day is over.
    #[error("key list {held} ended on day {to}, and today is {today}: a newer one is needed")]
    Expired {
        /// Its number.
        held: u32,
        /// Last day.
        to: Day,
        /// Today.
        today: Day,
    },
}

/// A list that is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    list: KeyList,
    digest: Hash,
}

impl Trusted {
    /// Believes the first list of a book, whose digest came another way (it is in leaf 0, in the program, on paper).
    ///
    /// # Errors
    /// [`ChainError`] if it is not that list, or its own custodians did not sign it.
    pub fn first(signed: &SignedList, digest: &Hash) -> Result<Trusted, ChainError> {
        let list = signed.list();
        if signed.digest() != *digest || list.no != 1 || list.prev.is_some() {
            return Err(ChainError::NotTheFirst);
        }
        enough(signed, &list.root).map_err(|signed| ChainError::TooFew { given: list.no, signed, needed: list.root.t })?;
        Ok(Trusted { list: list.clone(), digest: *digest })
    }

    /// Believes the next list, or says why not. The list that is held stays what it was.
    ///
    /// # Errors
    /// [`ChainError`] says why not.
    pub fn next(&self, signed: &SignedList) -> Result<Trusted, ChainError> {
        let (list, held) = (signed.list(), self.list.no);
        let given = list.no;
        if list.book != self.list.book {
            return Err(ChainError::OtherBook);
        }
        if given <= held {
            return Err(ChainError::Lower { given, held });
        }
        if given - held > 1 {
            return Err(ChainError::Gap { given, held });
        }
        if list.prev != Some(self.digest) {
            return Err(ChainError::Fork { given });
        }
        enough(signed, &self.list.root).map_err(|signed| ChainError::TooFew { given, signed, needed: self.list.root.t })?;
        if list.root != self.list.root {
            enough(signed, &list.root).map_err(|signed| ChainError::TooFewNew { given, signed, needed: list.root.t })?;
        }
        Ok(Trusted { list: list.clone(), digest: signed.digest() })
    }

    /// The list, if it holds today.
    ///
    /// # Errors
    /// [`ChainError::NotYet`] or [`ChainError::Expired`].
    pub fn on(&self, today: Day) -> Result<&KeyList, ChainError> {
        let KeyList { no: held, from, to, .. } = self.list;
        if today < from {
            return Err(ChainError::NotYet { held, from, today });
        }
        if today > to {
            return Err(ChainError::Expired { held, to, today });
        }
        Ok(&self.list)
    }

    /// The list whatever the day: to open what was sealed under it.
    #[must_use]
    pub fn list(&self) -> &KeyList {
        &self.list
    }

    /// Its digest.
    #[must_use]
    pub fn digest(&self) -> &Hash {
        &self.digest
    }
}

/// Whether enough of the root signed; if not, how many did.
fn enough(signed: &SignedList, root: &Root) -> Result<(), usize> {
    let good: BTreeSet<usize> = (0..root.keys.len())
        .filter(|i| {
            let key = &root.keys[*i];
            signed.signature(key).is_some_and(|signature| key.verify(Purpose::KeyList, signed.to_sign(), signature).is_ok())
        })
        .collect();
    if good.len() >= usize::from(root.t) { Ok(()) } else { Err(good.len()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::tests::list;
    use super::*;
    use crate::sign::SigningKey;
    use crate::tests::rng;

    fn signed(list: &KeyList, by: &[SigningKey]) -> SignedList {
        let mut signed = SignedList::unsigned(list.clone()).unwrap();
        for key in by {
            let signature = key.sign(Purpose::KeyList, signed.to_sign());
            signed.add(&key.public(), signature);
        }
        signed
    }

    fn first() -> (Trusted, Vec<SigningKey>) {
        let (list, custodians) = list();
        let signed = signed(&list, &custodians[..3]);
        (Trusted::first(&signed, &signed.digest()).unwrap(), custodians)
    }

    fn following(trusted: &Trusted) -> KeyList {
        KeyList { no: trusted.list.no + 1, prev: Some(trusted.digest), from: Day(150), to: Day(240), ..trusted.list.clone() }
    }

    #[test]
    fn a_chain_of_lists_is_believed_step_by_step() {
        let (mut trusted, custodians) = first();
        for no in 2..5 {
            trusted = trusted.next(&signed(&following(&trusted), &custodians[1..4])).unwrap();
            assert_eq!(trusted.list.no, no);
        }
    }

    #[test]
    fn the_first_list_is_the_one_that_was_given_out() {
        let (list, custodians) = list();
        let good = signed(&list, &custodians[..3]);
        assert_eq!(Trusted::first(&good, &Hash([0; 32])), Err(ChainError::NotTheFirst));
        let few = signed(&list, &custodians[..2]);
        assert_eq!(Trusted::first(&few, &few.digest()), Err(ChainError::TooFew { given: 1, signed: 2, needed: 3 }));
    }

    #[test]
    fn lower_gap_fork_and_another_book_are_refused() {
        let (trusted, custodians) = first();
        let second = trusted.next(&signed(&following(&trusted), &custodians)).unwrap();
        let refused = |on: &Trusted, change: &dyn Fn(&mut KeyList)| {
            let mut list = following(on);
            change(&mut list);
            on.next(&signed(&list, &custodians)).unwrap_err()
        };
        assert_eq!(refused(&second, &|l| l.no = 2), ChainError::Lower { given: 2, held: 2 });
        assert_eq!(refused(&second, &|l| l.no = 1), ChainError::Lower { given: 1, held: 2 });
        assert_eq!(refused(&second, &|l| l.no = 4), ChainError::Gap { given: 4, held: 2 });
        assert_eq!(refused(&second, &|l| l.no = u32::MAX), ChainError::Gap { given: u32::MAX, held: 2 });
        assert_eq!(refused(&second, &|l| l.prev = Some(trusted.digest)), ChainError::Fork { given: 3 });
        assert_eq!(refused(&second, &|l| l.prev = None), ChainError::Fork { given: 3 });
        assert_eq!(refused(&second, &|l| l.book = [9; 32]), ChainError::OtherBook);
    }

    #[test]
    fn fewer_than_t_custodians_change_nothing() {
        let (trusted, custodians) = first();
        let list = following(&trusted);
        let strangers: Vec<SigningKey> = (0..5).map(|i| SigningKey::random(&mut rng(150 + i))).collect();
        assert_eq!(trusted.next(&signed(&list, &custodians[..2])), Err(ChainError::TooFew { given: 2, signed: 2, needed: 3 }));
        let with_strangers = signed(&list, &[&custodians[..2], &strangers].concat());
        assert_eq!(trusted.next(&with_strangers), Err(ChainError::TooFew { given: 2, signed: 2, needed: 3 }));
    }

    /// A new root needs the old and the new: neither can throw the other out alone, and nobody is appointed against their will.
    #[test]
    fn a_changed_root_needs_old_and_new() {
        let (trusted, old) = first();
        let new: Vec<SigningKey> = (0..3).map(|i| SigningKey::random(&mut rng(160 + i))).collect();
        let mut list = following(&trusted);
        list.root = Root { keys: new.iter().map(SigningKey::public).collect(), t: 2 };
        assert_eq!(trusted.next(&signed(&list, &new)), Err(ChainError::TooFew { given: 2, signed: 0, needed: 3 }));
        assert_eq!(trusted.next(&signed(&list, &old)), Err(ChainError::TooFewNew { given: 2, signed: 0, needed: 2 }));
        let both = trusted.next(&signed(&list, &[&old[..3], &new[..2]].concat())).unwrap();
        assert!(both.next(&signed(&following(&both), &old)).is_err());
        assert!(both.next(&signed(&following(&both), &new)).is_ok());
        // A lower t is a changed root too.
        let mut lower = following(&trusted);
        lower.root.t = 1;
        assert!(trusted.next(&signed(&lower, &old[..2])).is_err());
    }

    #[test]
    fn a_list_out_of_its_days_is_not_sealed_under() {
        let (trusted, _) = first();
        assert!(trusted.on(Day(100)).is_ok() && trusted.on(Day(190)).is_ok());
        assert_eq!(trusted.on(Day(99)), Err(ChainError::NotYet { held: 1, from: Day(100), today: Day(99) }));
        assert_eq!(trusted.on(Day(191)), Err(ChainError::Expired { held: 1, to: Day(190), today: Day(191) }));
    }

    #[test]
    fn every_changed_byte_of_a_list_is_refused() {
        let (trusted, custodians) = first();
        let good = signed(&following(&trusted), &custodians[..3]);
        let bytes = good.encode();
        assert_eq!(trusted.next(&SignedList::decode(&bytes).unwrap()).unwrap().digest(), &good.digest());
        // Every byte of the frame, every 13th of keys and signatures: a verification costs a millisecond here.
        for i in (0..200).chain((200..bytes.len()).step_by(13)) {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            if let Ok(read) = SignedList::decode(&changed) {
                assert!(trusted.next(&read).is_err(), "byte {i}");
            }
            assert!(SignedList::decode(&bytes[..i]).is_err(), "cut to {i}");
        }
    }
}
