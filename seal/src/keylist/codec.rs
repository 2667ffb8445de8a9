//! The bytes of a key list and of its signatures.
//!
//! `[bytes of the list, [[key id, signature] …]]`; what is signed, and what the digest is of, are the bytes of the list. Does no I/O.

use std::collections::BTreeSet;

use kniha_core::commit::Hash;

use super::{KeyList, ListedQuorum, ListedSlot, MOST_CUSTODIANS, MOST_NAMES, MOST_QUORUMS, MOST_SLOTS, Root};
use crate::cbor::{CborError, Reader, Writer};
use crate::label;
use crate::part::Day;
use crate::quorum::QuorumNo;
use crate::sign::{self, SIGNATURE_LEN, Signature, VerifyingKey};
use crate::xwing::{self, PublicKey};

/// Longest signed list that is read, in bytes: 512 slots and 64 signatures have room.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;
const VERSION: u64 = 1;
const FIELDS: usize = 13;
const MOST_SIGNATURES: usize = 2 * MOST_CUSTODIANS;
const MOST_NAME: usize = 64;
const MOST_ADDRESS: usize = 255;
const WHAT: &str = "the key list";

/// Why bytes are no key list, or a list is none that could work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not the bytes of a list.
    #[error("the key list is malformed")]
    Malformed(#[source] CborError),
    /// A version from a later program.
    #[error("the key list has version {version}, and this program reads {VERSION}")]
    Version {
        /// Which one.
        version: u64,
    },
    /// More than the format has room for.
    #[error("the key list has more {what} than {most}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// A root that could never sign, or that one custodian could fill.
    #[error("{t} of {keys} custodians cannot be, or one of them stands twice")]
    Root {
        /// How many must sign.
        t: u8,
        /// How many there are.
        keys: usize,
    },
    /// The last day is before the first.
    #[error("the key list ends on day {to}, before it begins on day {from}")]
    Days {
        /// First day.
        from: Day,
        /// Last day.
        to: Day,
    },
}

/// A list with signatures, not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedList {
    list: KeyList,
    bytes: Vec<u8>,
    signatures: Vec<([u8; 8], Signature)>,
}

impl SignedList {
    /// A list that nobody has signed yet.
    ///
    /// # Errors
    /// [`ListError`] if the list could not work or has no room.
    pub fn unsigned(list: KeyList) -> Result<SignedList, ListError> {
        check(&list)?;
        let bytes = encode(&list);
        if bytes.len() > MOST_BYTES {
            return Err(ListError::TooMany { what: "bytes", most: MOST_BYTES });
        }
        Ok(SignedList { list, bytes, signatures: Vec::new() })
    }

    /// What is signed with [`sign::Purpose::KeyList`].
    #[must_use]
    pub fn to_sign(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds a custodian's signature; a second one of the same key takes the place of the first.
    pub fn add(&mut self, key: &VerifyingKey, signature: Signature) {
        let id = custodian_id(key);
        self.signatures.retain(|(other, _)| *other != id);
        self.signatures.push((id, signature));
        self.signatures.sort_by_key(|(id, _)| *id);
    }

    /// What the list says. Not to be believed before a [`super::Trusted`] accepted it.
    #[must_use]
    pub fn list(&self) -> &KeyList {
        &self.list
    }

    /// The list's digest, which the next one names.
    #[must_use]
    pub fn digest(&self) -> Hash {
        label::hash("kniha/1/list", &[&self.bytes])
    }

    pub(super) fn signature(&self, key: &VerifyingKey) -> Option<&Signature> {
        let id = custodian_id(key);
        self.signatures.iter().find(|(other, _)| *other == id).map(|(_, signature)| signature)
    }

    /// List and signatures as they are served.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(2).bytes(&self.bytes).array(self.signatures.len());
        for (id, signature) in &self.signatures {
            w.array(2).bytes(id).bytes(signature.bytes());
        }
        w.finish()
    }

    /// Reads what is served.
    ///
    /// # Errors
    /// [`ListError`] unless the bytes are one signed list in its only form, and the list could work.
    pub fn decode(bytes: &[u8]) -> Result<SignedList, ListError> {
        if bytes.len() > MOST_BYTES {
            return Err(ListError::TooMany { what: "bytes", most: MOST_BYTES });
        }
        let mut r = Reader::new(bytes, WHAT);
        let (inner, signatures) = outer(&mut r).map_err(ListError::Malformed)?;
        let signed = SignedList { list: decode(inner)?, bytes: inner.to_vec(), signatures };
        r.finish(&signed.encode()).map_err(ListError::Malformed)?;
        Ok(signed)
    }
}

type Outer<'b> = (&'b [u8], Vec<([u8; 8], Signature)>);

fn outer<'b>(r: &mut Reader<'b>) -> Result<Outer<'b>, CborError> {
    r.array(2)?;
    let inner = r.bytes(MOST_BYTES)?;
    let mut signatures: Vec<([u8; 8], Signature)> = Vec::new();
    for _ in 0..r.list(MOST_SIGNATURES)? {
        r.array(2)?;
        let id = r.fixed()?;
        if signatures.last().is_some_and(|(last, _)| *last >= id) {
            return Err(r.bad());
        }
        signatures.push((id, Signature::from_bytes(r.bytes(SIGNATURE_LEN)?).map_err(|_| r.bad())?));
    }
    Ok((inner, signatures))
}

fn custodian_id(key: &VerifyingKey) -> [u8; 8] {
    let mut id = [0; 8];
    id.copy_from_slice(&label::hash("kniha/1/custodian", &[key.bytes()]).0[..8]);
    id
}

fn check(list: &KeyList) -> Result<(), ListError> {
    let most = |what, len: usize, most| if len <= most { Ok(()) } else { Err(ListError::TooMany { what, most }) };
    most("custodians", list.root.keys.len(), MOST_CUSTODIANS)?;
    most("quorums", list.quorums.len(), MOST_QUORUMS)?;
    most("slots", list.quorums.iter().map(|q| q.slots.len()).sum(), MOST_SLOTS)?;
    most("witnesses", list.witnesses.len(), MOST_NAMES)?;
    most("addresses", list.addresses.len(), MOST_NAMES)?;
    most("letters of a name", list.quorums.iter().map(|q| q.name.len()).max().unwrap_or(0), MOST_NAME)?;
    most("letters of an address", list.witnesses.iter().chain(&list.addresses).map(String::len).max().unwrap_or(0), MOST_ADDRESS)?;
    let keys: BTreeSet<&[u8]> = list.root.keys.iter().map(|key| key.bytes().as_slice()).collect();
    // One half of a key shared would be one custodian twice as soon as the other half is broken.
    let halves: BTreeSet<&[u8]> = list.root.keys.iter().map(|key| &key.bytes()[..32]).collect();
    let n = list.root.keys.len();
    if list.root.t == 0 || usize::from(list.root.t) > n || keys.len() != n || halves.len() != n {
        return Err(ListError::Root { t: list.root.t, keys: n });
    }
    if list.to < list.from {
        return Err(ListError::Days { from: list.from, to: list.to });
    }
    Ok(())
}

fn encode(list: &KeyList) -> Vec<u8> {
    let mut w = Writer::new();
    w.array(FIELDS).uint(VERSION).bytes(&list.book).uint(list.no.into());
    w.optional(list.prev, |w, prev| w.bytes(&prev.0));
    w.uint(list.from.0.into()).uint(list.to.0.into());
    w.array(2).uint(list.root.t.into()).array(list.root.keys.len());
    for key in &list.root.keys {
        w.bytes(key.bytes());
    }
    w.array(list.quorums.len());
    for quorum in &list.quorums {
        w.array(5).uint(quorum.no.0.into()).text(&quorum.name).uint(quorum.k.into()).uint(quorum.draw.into()).array(quorum.slots.len());
        for slot in &quorum.slots {
            w.array(5).uint(slot.slot.into()).bytes(&slot.opening.to_bytes()).bytes(slot.signing.bytes());
            w.uint(slot.from.0.into()).uint(slot.to.0.into());
        }
    }
    w.bytes(list.reply.bytes()).bytes(list.collect.bytes()).bytes(list.log.bytes());
    for names in [&list.witnesses, &list.addresses] {
        w.array(names.len());
        for name in names {
            w.text(name);
        }
    }
    w.finish()
}

fn decode(bytes: &[u8]) -> Result<KeyList, ListError> {
    let mut r = Reader::new(bytes, WHAT);
    r.array(FIELDS).map_err(ListError::Malformed)?;
    let version = r.uint().map_err(ListError::Malformed)?;
    if version != VERSION {
        return Err(ListError::Version { version });
    }
    let list = fields(&mut r).map_err(ListError::Malformed)?;
    check(&list)?;
    r.finish(&encode(&list)).map_err(ListError::Malformed)?;
    Ok(list)
}

fn fields(r: &mut Reader<'_>) -> Result<KeyList, CborError> {
    Ok(KeyList {
        book: r.fixed()?,
        no: r.small()?,
        prev: r.optional(|r| r.fixed().map(Hash))?,
        from: Day(r.small()?),
        to: Day(r.small()?),
        root: {
            r.array(2)?;
            let t = r.small()?;
            Root { t, keys: (0..r.list(MOST_CUSTODIANS)?).map(|_| verifying(r)).collect::<Result<_, _>>()? }
        },
        quorums: (0..r.list(MOST_QUORUMS)?).map(|_| quorum(r)).collect::<Result<_, _>>()?,
        reply: verifying(r)?,
        collect: verifying(r)?,
        log: verifying(r)?,
        witnesses: names(r)?,
        addresses: names(r)?,
    })
}

fn quorum(r: &mut Reader<'_>) -> Result<ListedQuorum, CborError> {
    r.array(5)?;
    Ok(ListedQuorum {
        no: QuorumNo(r.small()?),
        name: r.text(MOST_NAME)?.to_owned(),
        k: r.small()?,
        draw: r.small()?,
        slots: (0..r.list(MOST_SLOTS)?).map(|_| slot(r)).collect::<Result<_, _>>()?,
    })
}

fn slot(r: &mut Reader<'_>) -> Result<ListedSlot, CborError> {
    r.array(5)?;
    Ok(ListedSlot {
        slot: r.small()?,
        opening: PublicKey::from_bytes(r.bytes(xwing::PUBLIC_LEN)?).map_err(|_| r.bad())?,
        signing: verifying(r)?,
        from: Day(r.small()?),
        to: Day(r.small()?),
    })
}

fn verifying(r: &mut Reader<'_>) -> Result<VerifyingKey, CborError> {
    VerifyingKey::from_bytes(r.bytes(sign::PUBLIC_LEN)?).map_err(|_| r.bad())
}

fn names(r: &mut Reader<'_>) -> Result<Vec<String>, CborError> {
    (0..r.list(MOST_NAMES)?).map(|_| r.text(MOST_ADDRESS).map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::tests::list;
    use super::*;
    use crate::sign::Purpose;

    #[test]
    fn a_list_reads_back_as_itself() {
        let (list, custodians) = list();
        let mut signed = SignedList::unsigned(list).unwrap();
        assert_eq!(SignedList::decode(&signed.encode()), Ok(signed.clone()));
        for key in &custodians[..3] {
            let signature = key.sign(Purpose::KeyList, signed.to_sign());
            signed.add(&key.public(), signature.clone());
            signed.add(&key.public(), signature);
        }
        assert_eq!(signed.signatures.len(), 3);
        assert_eq!(SignedList::decode(&signed.encode()), Ok(signed));
    }

    #[test]
    fn a_list_that_could_not_work_is_refused() {
        let (good, _) = list();
        let refused = |change: &dyn Fn(&mut KeyList)| {
            let mut list = good.clone();
            change(&mut list);
            SignedList::unsigned(list).unwrap_err()
        };
        assert_eq!(refused(&|l| l.root.t = 0), ListError::Root { t: 0, keys: 5 });
        assert_eq!(refused(&|l| l.root.t = 6), ListError::Root { t: 6, keys: 5 });
        assert_eq!(refused(&|l| l.root.keys[1] = l.root.keys[0].clone()), ListError::Root { t: 3, keys: 5 });
        assert_eq!(refused(&|l| l.to = Day(99)), ListError::Days { from: Day(100), to: Day(99) });
        assert_eq!(refused(&|l| l.addresses = vec![String::new(); 33]), ListError::TooMany { what: "addresses", most: 32 });
        assert_eq!(refused(&|l| l.quorums[0].name = "x".repeat(65)), ListError::TooMany { what: "letters of a name", most: 64 });
    }

    #[test]
    fn a_later_version_is_refused_not_guessed() {
        let (list, _) = list();
        let mut bytes = encode(&list);
        bytes[1] = 2;
        assert_eq!(decode(&bytes), Err(ListError::Version { version: 2 }));
    }
}
