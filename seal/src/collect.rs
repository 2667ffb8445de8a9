//! What the desk asks of the portal, and what comes back: signed requests, one answer each.
//!
//! A request is signed by the collect key of the newest key list, over the book, the portal's run and a number that only grows within that run: whoever
//! records a request can never send it again, not even after the portal was started anew, and no clock is asked. The portal's answers are not signed:
//! what they carry is sealed, or refuses itself. Bytes: `docs/formats/collect.md`. Does no I/O.

use kniha_core::commit::Hash;

use crate::mailbox::Block;
use crate::part::PartId;
use crate::sign::{Purpose, SIGNATURE_LEN, Signature, SigningKey, VerifyingKey};
use crate::source::MailboxId;

/// Parts of one answer to [`Ask::Parts`].
pub const MOST_LISTED: usize = 256;
/// Leaves of one answer to [`Ask::Leaves`].
pub const MOST_LEAVES: usize = 64;
/// Longest leaf, in bytes.
pub const MOST_LEAF: usize = 8 * 1024;
/// Parts of one [`Ask::Fetch`].
pub const MOST_FETCHED: usize = 64;
/// Parts of one [`Ask::Drop`], leaves of one [`Ask::DropLeaves`].
pub const MOST_DROPPED: usize = 256;
/// Most bytes of a request.
pub const MOST_REQUEST: usize = REQUEST.len() + SIGNATURE_LEN + BEFORE_ASK + 1 + MOST_DROPPED * (16 + 32);

const REQUEST: &[u8] = b"kniha-collect\x01";
const GREETING: &[u8] = b"kniha-portal\x01";
/// Book, run and number.
const BEFORE_ASK: usize = 32 + 16 + 8;

/// Why bytes were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// Not what was expected, or not all of it, or more.
    #[error("these bytes are no {0} of version 1")]
    Shape(&'static str),
    /// Not signed by the key.
    #[error("the request is not signed by the desk that the key list names")]
    Unsigned,
    /// Of another book.
    #[error("the request is for another book")]
    OtherBook,
    /// Of an earlier run, or with a number that was used.
    #[error("the request is an old one")]
    Old,
}

/// What the desk asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Which parts are there: [`Listed`], in the order of their ids, from the one after this on.
    Parts {
        /// The last one that is known.
        after: Option<PartId>,
    },
    /// Headers and payloads of parts, as [`Piece`]s, in this order.
    Fetch {
        /// Byte of the first part's payload to begin with.
        offset: u64,
        /// 1 to [`MOST_FETCHED`].
        parts: Vec<PartId>,
    },
    /// To delete parts that are durable at the desk, each only if its payload has this digest.
    Drop(Vec<(PartId, Hash)>),
    /// Which leaves are there, from the one after this on.
    Leaves {
        /// The last one that is known.
        after: Option<[u8; 16]>,
    },
    /// To delete leaves that are durable at the desk.
    DropLeaves(Vec<[u8; 16]>),
    /// To keep a block for a mailbox, in place of the one with this id.
    PutBlock {
        /// Whose.
        mailbox: MailboxId,
        /// Its id.
        id: [u8; 16],
        /// The last month, counted from January 1970, in which it is served.
        expires_month: u32,
        /// The block.
        block: Block,
    },
}

/// What the portal says of itself, unsigned, to whoever can reach its second listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Greeting {
    /// Random since it was started.
    pub run: [u8; 16],
    /// The greatest number that it saw in this run.
    pub number: u64,
    /// Number of its newest key list; 0 where it has none.
    pub list_no: u32,
}

/// A part as the portal lists it: 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub part: PartId,
    /// The key list it is sealed under.
    pub list_no: u32,
    /// The day its sender wrote, counted from 1970-01-01.
    pub day: u32,
    /// Bytes of its payload.
    pub size: u64,
    /// SHA-256 of its payload.
    pub sha256: Hash,
}

/// What stands before the payload of each part in the answer to [`Ask::Fetch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// It is not there any more.
    Gone,
    /// It cannot be read at the portal: its object is damaged or lost.
    Damaged,
    /// Its header, and how many bytes of the payload follow.
    Coming {
        /// The header.
        header: Vec<u8>,
        /// Bytes from the asked offset to the end.
        len: u64,
    },
}

impl Greeting {
    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [GREETING, &self.run, &self.number.to_be_bytes(), &self.list_no.to_be_bytes()].concat()
    }

    /// Reads a greeting.
    ///
    /// # Errors
    /// [`CollectError::Shape`].
    pub fn decode(bytes: &[u8]) -> Result<Greeting, CollectError> {
        let mut cut = Cut { rest: bytes, what: "greeting" };
        cut.name(GREETING)?;
        let greeting = Greeting { run: cut.array()?, number: u64::from_be_bytes(cut.array()?), list_no: u32::from_be_bytes(cut.array()?) };
        cut.finish()?;
        Ok(greeting)
    }

    /// A signed request with the next number, which is then the greatest.
    pub fn request(&mut self, book: &[u8; 32], ask: &Ask, key: &SigningKey) -> Vec<u8> {
        self.number += 1;
        let signed = [&book[..], &self.run, &self.number.to_be_bytes(), &ask.encode()].concat();
        [REQUEST, key.sign(Purpose::Collect, &signed).bytes(), &signed].concat()
    }

    /// Reads and checks a request: shape, signature, book, run, and that its number is greater than all before, which it then is itself.
    ///
    /// # Errors
    /// [`CollectError`]; the greatest number is then as before.
    pub fn accept(&mut self, bytes: &[u8], book: &[u8; 32], key: &VerifyingKey) -> Result<Ask, CollectError> {
        let mut cut = Cut { rest: bytes, what: "request" };
        cut.name(REQUEST)?;
        let signature = Signature::from_bytes(cut.take(SIGNATURE_LEN)?).map_err(|_| CollectError::Unsigned)?;
        let signed = cut.rest;
        let (of, run, number): ([u8; 32], [u8; 16], _) = (cut.array()?, cut.array()?, u64::from_be_bytes(cut.array()?));
        let ask = Ask::decode(cut)?;
        key.verify(Purpose::Collect, signed, &signature).map_err(|_| CollectError::Unsigned)?;
        if of != *book {
            return Err(CollectError::OtherBook);
        }
        if run != self.run || number <= self.number {
            return Err(CollectError::Old);
        }
        self.number = number;
        Ok(ask)
    }
}

impl Ask {
    fn encode(&self) -> Vec<u8> {
        match self {
            Ask::Parts { after } => [&[1][..], after.as_ref().map_or(&[][..], |part| part.bytes())].concat(),
            Ask::Fetch { offset, parts } => {
                let mut bytes = [&[2], &offset.to_be_bytes()[..]].concat();
                parts.iter().for_each(|part| bytes.extend_from_slice(part.bytes()));
                bytes
            }
            Ask::Drop(parts) => {
                let mut bytes = vec![3];
                for (part, sha256) in parts {
                    bytes.extend_from_slice(part.bytes());
                    bytes.extend_from_slice(&sha256.0);
                }
                bytes
            }
            Ask::Leaves { after } => [&[4][..], after.as_ref().map_or(&[][..], |leaf| leaf)].concat(),
            Ask::DropLeaves(leaves) => [&[5][..], leaves.as_flattened()].concat(),
            Ask::PutBlock { mailbox, id, expires_month, block } => [&[6][..], &mailbox.0[..], id, &expires_month.to_be_bytes(), block.bytes()].concat(),
        }
    }

    fn decode(mut cut: Cut<'_>) -> Result<Ask, CollectError> {
        let ask = match cut.array()? {
            [1] => Ask::Parts { after: cut.perhaps()?.map(PartId::from_random) },
            [2] => Ask::Fetch { offset: u64::from_be_bytes(cut.array()?), parts: cut.some(MOST_FETCHED, |cut| cut.array().map(PartId::from_random))? },
            [3] => Ask::Drop(cut.some(MOST_DROPPED, |cut| Ok((PartId::from_random(cut.array()?), Hash(cut.array()?))))?),
            [4] => Ask::Leaves { after: cut.perhaps()? },
            [5] => Ask::DropLeaves(cut.some(MOST_DROPPED, Cut::array)?),
            [6] => {
                let (mailbox, id, expires_month) = (MailboxId(cut.array()?), cut.array()?, u32::from_be_bytes(cut.array()?));
                let block = Block::from_bytes(std::mem::take(&mut cut.rest)).map_err(|_| cut.bad())?;
                Ask::PutBlock { mailbox, id, expires_month, block }
            }
            _ => return Err(cut.bad()),
        };
        cut.finish()?;
        Ok(ask)
    }
}

/// The bytes of a list of parts.
#[must_use]
pub fn encode_listed(parts: &[Listed]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.len() * 64);
    for listed in parts {
        bytes.extend_from_slice(listed.part.bytes());
        bytes.extend_from_slice(&listed.list_no.to_be_bytes());
        bytes.extend_from_slice(&listed.day.to_be_bytes());
        bytes.extend_from_slice(&listed.size.to_be_bytes());
        bytes.extend_from_slice(&listed.sha256.0);
    }
    bytes
}

/// Reads a list of at most [`MOST_LISTED`] parts.
///
/// # Errors
/// [`CollectError::Shape`].
pub fn decode_listed(bytes: &[u8]) -> Result<Vec<Listed>, CollectError> {
    let mut cut = Cut { rest: bytes, what: "list of parts" };
    let read = |cut: &mut Cut<'_>| {
        let part = PartId::from_random(cut.array()?);
        let (list_no, day) = (u32::from_be_bytes(cut.array()?), u32::from_be_bytes(cut.array()?));
        Ok(Listed { part, list_no, day, size: u64::from_be_bytes(cut.array()?), sha256: Hash(cut.array()?) })
    };
    if bytes.is_empty() { Ok(Vec::new()) } else { cut.some(MOST_LISTED, read) }
}

/// A leaf with its id.
pub type NamedLeaf = ([u8; 16], Vec<u8>);

/// The bytes of leaves with their ids.
#[must_use]
pub fn encode_leaves(leaves: &[NamedLeaf]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (id, leaf) in leaves {
        bytes.extend_from_slice(id);
        bytes.extend_from_slice(&u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend_from_slice(leaf);
    }
    bytes
}

/// Reads at most [`MOST_LEAVES`] leaves with their ids.
///
/// # Errors
/// [`CollectError::Shape`].
pub fn decode_leaves(bytes: &[u8]) -> Result<Vec<NamedLeaf>, CollectError> {
    let mut cut = Cut { rest: bytes, what: "list of leaves" };
    let read = |cut: &mut Cut<'_>| {
        let (id, len) = (cut.array()?, usize::from(u16::from_be_bytes(cut.array()?)));
        if len > MOST_LEAF { Err(cut.bad()) } else { Ok((id, cut.take(len)?.to_vec())) }
    };
    if bytes.is_empty() { Ok(Vec::new()) } else { cut.some(MOST_LEAVES, read) }
}

impl Piece {
    /// The bytes; the payload follows those of [`Piece::Coming`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Piece::Gone => vec![0],
            Piece::Damaged => vec![2],
            Piece::Coming { header, len } => [&[1], &u32::try_from(header.len()).unwrap_or(u32::MAX).to_be_bytes()[..], header, &len.to_be_bytes()].concat(),
        }
    }

    /// Reads one from a stream, up to the payload.
    ///
    /// # Errors
    /// What the stream said; `InvalidData` for what is no piece, a header above `most_header` bytes among it.
    pub fn read(from: &mut impl std::io::Read, most_header: usize) -> std::io::Result<Piece> {
        let bad = || std::io::Error::new(std::io::ErrorKind::InvalidData, CollectError::Shape("piece"));
        let mut array = [0];
        from.read_exact(&mut array)?;
        match array {
            [0] => Ok(Piece::Gone),
            [2] => Ok(Piece::Damaged),
            [1] => {
                let mut len = [0; 4];
                from.read_exact(&mut len)?;
                let len = usize::try_from(u32::from_be_bytes(len)).ok().filter(|len| *len <= most_header).ok_or_else(bad)?;
                let mut header = vec![0; len];
                from.read_exact(&mut header)?;
                let mut len = [0; 8];
                from.read_exact(&mut len)?;
                Ok(Piece::Coming { header, len: u64::from_be_bytes(len) })
            }
            _ => Err(bad()),
        }
    }
}

/// What is left to read.
struct Cut<'b> {
    rest: &'b [u8],
    what: &'static str,
}

impl<'b> Cut<'b> {
    fn bad(&self) -> CollectError {
        CollectError::Shape(self.what)
    }

    fn name(&mut self, name: &[u8]) -> Result<(), CollectError> {
        self.rest = self.rest.strip_prefix(name).ok_or_else(|| self.bad())?;
        Ok(())
    }

    fn take(&mut self, len: usize) -> Result<&'b [u8], CollectError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.bad())?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CollectError> {
        let (array, rest) = self.rest.split_first_chunk().ok_or_else(|| self.bad())?;
        self.rest = rest;
        Ok(*array)
    }

    /// An id, or the end.
    fn perhaps(&mut self) -> Result<Option<[u8; 16]>, CollectError> {
        if self.rest.is_empty() { Ok(None) } else { self.array().map(Some) }
    }

    /// One to `most` of something, up to the end.
    fn some<T>(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> Result<T, CollectError>) -> Result<Vec<T>, CollectError> {
        let mut all = Vec::new();
        while all.is_empty() || !self.rest.is_empty() {
            if all.len() == most {
                return Err(self.bad());
            }
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn finish(self) -> Result<(), CollectError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.bad()) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;
    use crate::mailbox::BLOCK_LEN;
    use crate::tests::rng;

    const BOOK: [u8; 32] = [7; 32];

    fn asks() -> Vec<Ask> {
        let part = |i| PartId::from_random([i; 16]);
        vec![
            Ask::Parts { after: None },
            Ask::Parts { after: Some(part(1)) },
            Ask::Fetch { offset: u64::MAX, parts: (0..64).map(part).collect() },
            Ask::Drop((0..=255).map(|i| (part(i), Hash([i; 32]))).collect()),
            Ask::Leaves { after: None },
            Ask::Leaves { after: Some([0; 16]) },
            Ask::DropLeaves(vec![[3; 16]]),
            Ask::PutBlock {
                mailbox: MailboxId([1; 16]),
                id: [2; 16],
                expires_month: 683,
                block: Block::from_bytes(&[vec![1], vec![5; BLOCK_LEN - 1]].concat()).unwrap(),
            },
        ]
    }

    fn portal() -> Greeting {
        Greeting { run: [9; 16], number: 4, list_no: 1 }
    }

    #[test]
    fn what_the_desk_asks_is_what_the_portal_reads() {
        let key = SigningKey::random(&mut rng(1));
        let (mut desk, mut here) = (Greeting::decode(&portal().encode()).unwrap(), portal());
        for ask in asks() {
            let bytes = desk.request(&BOOK, &ask, &key);
            assert!(bytes.len() <= MOST_REQUEST);
            assert_eq!(here.accept(&bytes, &BOOK, &key.public()), Ok(ask));
        }
        assert_eq!((here.number, desk.number), (12, 12));
    }

    /// The reason for run and number: nothing that was recorded is worth anything.
    #[test]
    fn a_request_is_taken_once_in_its_own_run_and_book_from_its_own_key() {
        let (key, other) = (SigningKey::random(&mut rng(2)), SigningKey::random(&mut rng(3)));
        let mut here = portal();
        let first = portal().request(&BOOK, &asks()[0], &key);
        let later = Greeting { number: 10, ..portal() }.request(&BOOK, &asks()[1], &key);
        assert_eq!(here.accept(&first, &BOOK, &other.public()), Err(CollectError::Unsigned));
        assert_eq!(here.accept(&first, &[8; 32], &key.public()), Err(CollectError::OtherBook));
        assert_eq!(here, portal(), "what was refused used up no number");
        here.accept(&first, &BOOK, &key.public()).unwrap();
        assert_eq!(here.accept(&first, &BOOK, &key.public()), Err(CollectError::Old));
        here.accept(&later, &BOOK, &key.public()).unwrap();
        assert_eq!(here.accept(&Greeting { number: 7, ..portal() }.request(&BOOK, &asks()[0], &key), &BOOK, &key.public()), Err(CollectError::Old));
        let mut restarted = Greeting { run: [1; 16], number: 0, list_no: 1 };
        assert_eq!(restarted.accept(&later, &BOOK, &key.public()), Err(CollectError::Old));
    }

    #[test]
    fn a_signature_for_anything_else_is_no_request() {
        let key = SigningKey::random(&mut rng(4));
        let good = portal().request(&BOOK, &asks()[0], &key);
        let signed = &good[REQUEST.len() + SIGNATURE_LEN..];
        for purpose in [Purpose::Act, Purpose::Reply, Purpose::KeyList] {
            let bytes = [REQUEST, key.sign(purpose, signed).bytes(), signed].concat();
            assert_eq!(portal().accept(&bytes, &BOOK, &key.public()), Err(CollectError::Unsigned));
        }
    }

    #[test]
    fn every_changed_or_missing_byte_of_a_request_is_refused() {
        let key = SigningKey::random(&mut rng(5));
        let good = portal().request(&BOOK, &asks()[1], &key);
        // A signature of 3,373 bytes takes a while to check: some of it here, all of it in `sign`.
        for i in (0..REQUEST.len() + 70).chain(REQUEST.len() + SIGNATURE_LEN..good.len()) {
            let mut bytes = good.clone();
            bytes[i] ^= 1;
            assert!(portal().accept(&bytes, &BOOK, &key.public()).is_err(), "byte {i}");
        }
        for len in (0..good.len()).step_by(17).chain([good.len() - 1]) {
            assert!(portal().accept(&good[..len], &BOOK, &key.public()).is_err(), "cut to {len}");
        }
        assert!(portal().accept(&[good, vec![0]].concat(), &BOOK, &key.public()).is_err());
    }

    #[test]
    fn no_request_asks_for_nothing_or_too_much() {
        let key = SigningKey::random(&mut rng(6));
        let part = PartId::from_random([0; 16]);
        for ask in [
            Ask::Fetch { offset: 0, parts: vec![] },
            Ask::Fetch { offset: 0, parts: vec![part; MOST_FETCHED + 1] },
            Ask::Drop(vec![]),
            Ask::Drop(vec![(part, Hash([0; 32])); MOST_DROPPED + 1]),
            Ask::DropLeaves(vec![]),
        ] {
            let bytes = portal().request(&BOOK, &ask, &key);
            assert_eq!(portal().accept(&bytes, &BOOK, &key.public()), Err(CollectError::Shape("request")));
        }
    }

    #[test]
    fn lists_and_pieces_are_read_as_they_were_written() {
        let listed: Vec<Listed> =
            (0..=255).map(|i| Listed { part: PartId::from_random([i; 16]), list_no: u32::MAX, day: 20_000, size: u64::MAX, sha256: Hash([i; 32]) }).collect();
        assert_eq!(decode_listed(&encode_listed(&listed)).unwrap(), listed);
        assert_eq!(encode_listed(&listed).len(), 256 * 64);
        assert_eq!((decode_listed(&[]), decode_leaves(&[])), (Ok(vec![]), Ok(vec![])));
        assert!(decode_listed(&encode_listed(&[listed.clone(), vec![listed[0]]].concat())).is_err(), "one too many");
        let leaves: Vec<_> = (0..64).map(|i| ([i; 16], vec![i; 4130])).collect();
        assert_eq!(decode_leaves(&encode_leaves(&leaves)).unwrap(), leaves);
        for piece in [Piece::Gone, Piece::Damaged, Piece::Coming { header: vec![1; 300], len: u64::MAX }] {
            let bytes = [piece.encode(), vec![0xFF; 3]].concat();
            let mut rest = &bytes[..];
            assert_eq!(Piece::read(&mut rest, 300).unwrap(), piece);
            assert_eq!(rest, [0xFF; 3]);
        }
        assert!(Piece::read(&mut &Piece::Coming { header: vec![1; 300], len: 1 }.encode()[..], 299).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let key = SigningKey::random(&mut rng(7)).public();
            let _ = portal().accept(&[REQUEST, &[0; SIGNATURE_LEN], &bytes].concat(), &BOOK, &key);
            let _ = (Greeting::decode(&bytes), decode_listed(&bytes), decode_leaves(&bytes), Piece::read(&mut &bytes[..], 100));
        }
    }
}
