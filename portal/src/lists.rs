//! Which key list is believed today.
//!
//! The chain begins with the list whose digest stands in `portal.toml`; each later one is verified against the one before. In force is the highest number
//! whose first day has come; when its last day is over nothing is sealed, and an older list never comes back. Does no I/O.

use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;
use kniha_core::commit::Hash;
use kniha_seal::keylist::{ChainError, SignedList, Trusted};
use kniha_seal::part::Day;

/// What `GET /keys` begins with.
const SERVED: &[u8] = b"kniha-keys\x01";

/// Why a list was not added.
#[derive(Debug, thiserror::Error)]
pub enum ListRefused {
    /// Not a signed list.
    #[error("the key list cannot be read")]
    Unreadable,
    /// Not the next one, or not signed by enough.
    #[error("the key list is not believed: {0}")]
    Chain(ChainError),
    /// Of another book than the portal's.
    #[error("the key list is of another book")]
    OtherBook,
}

/// The believed chain.
pub(crate) struct Lists {
    book: [u8; 32],
    first: Hash,
    held: RwLock<Held>,
}

#[derive(Default)]
struct Held {
    chain: Vec<Arc<Trusted>>,
    served: Bytes,
}

impl Lists {
    pub(crate) fn new(book: [u8; 32], first: Hash) -> Lists {
        Lists { book, first, held: RwLock::new(Held { chain: Vec::new(), served: Bytes::from_static(SERVED) }) }
    }

    /// Verifies a list as the next of the chain, without adding it. `None` if it is in the chain already, byte for byte the same list.
    pub(crate) fn verify(&self, bytes: &[u8]) -> Result<Option<Trusted>, ListRefused> {
        let signed = SignedList::decode(bytes).map_err(|_| ListRefused::Unreadable)?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if held.chain.iter().any(|trusted| *trusted.digest() == signed.digest()) {
            return Ok(None);
        }
        let next = match held.chain.last() {
            Some(last) => last.next(&signed),
            None => Trusted::first(&signed, &self.first),
        };
        let next = next.map_err(ListRefused::Chain)?;
        if next.list().book == self.book { Ok(Some(next)) } else { Err(ListRefused::OtherBook) }
    }

    /// Verifies a list and adds it to the chain.
    pub(crate) fn add(&self, bytes: &[u8]) -> Result<(), ListRefused> {
        let Some(next) = self.verify(bytes)? else { return Ok(()) };
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.chain.last().map_or(0, |last| last.list().no) + 1 == next.list().no {
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
            held.served = [&held.served, &length[..], bytes].concat().into();
            held.chain.push(Arc::new(next));
        }
        Ok(())
    }

    /// The list in force, whether or not its last day is over.
    pub(crate) fn begun(&self, today: Day) -> Option<Arc<Trusted>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.chain.iter().rev().find(|trusted| trusted.list().from <= today).cloned()
    }

    /// The last of the chain, whatever its days.
    pub(crate) fn newest(&self) -> Option<Arc<Trusted>> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).chain.last().cloned()
    }

    /// The first day of the list that comes next, if one is there.
    pub(crate) fn next(&self, today: Day) -> Option<Day> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.chain.iter().map(|trusted| trusted.list().from).filter(|from| *from > today).min()
    }

    /// The list to seal under today.
    pub(crate) fn today(&self, today: Day) -> Option<Arc<Trusted>> {
        self.begun(today).filter(|trusted| trusted.on(today).is_ok())
    }

    /// What `GET /keys` answers.
    pub(crate) fn served(&self) -> Bytes {
        self.held.read().unwrap_or_else(PoisonError::into_inner).served.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::stage::{Keys, TODAY};

    #[test]
    fn the_chain_grows_by_the_next_list_alone_and_never_goes_back() {
        let keys = Keys::draw();
        let one = keys.list(1, None, TODAY, Day(TODAY.0 + 10));
        let two = keys.list(2, Some(one.digest()), Day(TODAY.0 + 5), Day(TODAY.0 + 8));
        let fork = keys.list(2, Some(one.digest()), Day(TODAY.0 + 6), Day(TODAY.0 + 8));
        let lists = Lists::new(keys.book, one.digest());
        assert!(matches!(lists.add(&two.encode()), Err(ListRefused::Chain(ChainError::NotTheFirst))));
        assert!(lists.today(TODAY).is_none());
        lists.add(&one.encode()).unwrap();
        lists.add(&one.encode()).unwrap();
        lists.add(&two.encode()).unwrap();
        assert!(matches!(lists.add(&fork.encode()), Err(ListRefused::Chain(ChainError::Lower { .. }))));
        assert!(matches!(lists.add(b"none"), Err(ListRefused::Unreadable)));
        let no = |day: u32| lists.today(Day(TODAY.0 + day)).map(|trusted| trusted.list().no);
        assert_eq!([no(0), no(4), no(5), no(8), no(9), no(11)], [Some(1), Some(1), Some(2), Some(2), None, None], "list 1 does not come back on day 9");
        assert!(lists.today(Day(TODAY.0 - 1)).is_none(), "a clock set backwards");
        assert_eq!([TODAY.0 - 1, TODAY.0, TODAY.0 + 5].map(|day| lists.next(Day(day))), [Some(TODAY), Some(Day(TODAY.0 + 5)), None]);
        assert_eq!(lists.served().len(), SERVED.len() + 8 + one.encode().len() + two.encode().len());
    }

    #[test]
    fn a_list_of_another_book_is_refused() {
        let keys = Keys::draw();
        let one = keys.list(1, None, TODAY, TODAY);
        assert!(matches!(Lists::new([0; 32], one.digest()).add(&one.encode()), Err(ListRefused::OtherBook)));
    }
}
