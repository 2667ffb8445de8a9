//! Who held an exhibit, and what they did with it: entries chained per exhibit, one Merkle root a day over all of them.
//!
//! An entry is deterministic CBOR (RFC 8949 §4.2.1), an array of 17 in a fixed order; its hash is `SHA-256("kniha/1/custody" ‖ entry)`, and the next
//! entry of the same exhibit holds it. Signatures stand beside the entry and are opaque here: whoever checks brings the way to verify them. Reasons
//! are commitments; their words are kept sealed. Written out with a vector in `docs/formats/custody.md`. After the Berkeley Protocol (2020),
//! chapter VI.D. Does no I/O.

use minicbor::{Decoder, Encoder};
use sha2::{Digest, Sha256};

use crate::commit::Hash;
use crate::day::Day;
use crate::id::{MemberId, NodeId};
use crate::text;
use crate::time::{DAY_US, UtcMicros};

/// Version of the entries.
const VERSION: u8 = 1;
/// The suite of the signatures: Ed25519 and ML-DSA-65, both.
const SUITE: u8 = 1;
/// Longest signature that is kept, in bytes: the suite's is 3,373.
pub const MAX_SIGNATURE: usize = 8192;
/// Longest operation or name of a tool, in characters.
pub const MAX_WORDS: usize = 200;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// It came to us.
    Receive,
    /// It was opened for the first time, or again.
    Open,
    /// A copy without change was made of it.
    Copy,
    /// Another exhibit was made from it.
    Derive,
    /// It left the house.
    Export,
    /// It was destroyed.
    Destroy,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Deed; 6] = [Deed::Receive, Deed::Open, Deed::Copy, Deed::Derive, Deed::Export, Deed::Destroy];

    /// As it stands in an entry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Deed::Receive => "receive",
            Deed::Open => "open",
            Deed::Copy => "copy",
            Deed::Derive => "derive",
            Deed::Export => "export",
            Deed::Destroy => "destroy",
        }
    }

    fn parse(code: &str) -> Option<Deed> {
        Deed::ALL.into_iter().find(|deed| deed.code() == code)
    }
}

/// How exactly the time of an entry is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// To the day: the hour of receiving would point at a person.
    Day,
    /// To the microsecond of the book's clock.
    Us,
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A member.
    Member(MemberId),
    /// The desk itself, by the first eight bytes of its key's hash.
    Desk([u8; 8]),
}

/// Digests of the exhibit's bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
    /// SHA3-512, from the first opening on.
    pub sha3_512: Option<[u8; 64]>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The book.
    pub book: [u8; 32],
    /// The exhibit's record.
    pub exhibit: NodeId,
    /// Its place in the exhibit's chain, from 0.
    pub n: u64,
    /// Hash of the entry before it; zeros for the first.
    pub prev: Hash,
    /// What was done.
    pub deed: Deed,
    /// When.
    pub at: UtcMicros,
    /// How exactly.
    pub precision: Precision,
    /// By whom.
    pub by: By,
    /// In which role: a hat's code, `desk`.
    pub role: String,
    /// Commitment to the reason, made as for a move ([`crate::commit::reason_commit`]).
    pub reason: Option<Hash>,
    /// What it hashed to before.
    pub before: Digests,
    /// What it hashed to afterwards.
    pub after: Digests,
    /// The exhibit this one was made from.
    pub parent: Option<NodeId>,
    /// What was done in words of the trade: `re-encode`, `transcribe`.
    pub operation: Option<String>,
    /// With which tool and version.
    pub tool: Option<String>,
}

/// The signature of an entry: opaque bytes, 1 to [`MAX_SIGNATURE`].
#[derive(Clone, PartialEq, Eq)]
pub struct Signature(Vec<u8>);

impl Signature {
    /// These bytes; `None` where there are none or too many.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Signature> {
        (1..=MAX_SIGNATURE).contains(&bytes.len()).then_some(Signature(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signature({} bytes)", self.0.len())
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The entry's CBOR.
    pub body: Vec<u8>,
    /// Its signature.
    pub signature: Signature,
}

/// Where a chain ends, noted apart from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Entries in the chain.
    pub entries: u64,
    /// Hash of the last one.
    pub hash: Hash,
}

/// What is wrong with a chain, and at which entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("entry {n} of this custody {what}")]
pub struct Broken {
    /// The entry, from 0.
    pub n: u64,
    /// What is wrong.
    pub what: Fault,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not an entry of this version.
    #[error("does not read back")]
    Unreadable,
    /// Of another book or exhibit.
    #[error("belongs to another exhibit")]
    Elsewhere,
    /// Not the entry that must follow.
    #[error("does not follow the one before it")]
    Chain,
    /// The signature does not verify.
    #[error("is not signed by who it names")]
    Signature,
    /// The exhibit's bytes changed between two entries, or a digest is missing.
    #[error("does not hold the digests it must")]
    Digest,
    /// The time is before the entry before it.
    #[error("stands before the one before it in time")]
    Time,
    /// The noted head is another one.
    #[error("is not where the noted head says the chain ends")]
    Head,
}

/// Refused when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these are not the bytes of a custody entry")]
pub struct EntryError;

impl Entry {
    /// The entry's bytes.
    #[must_use]
    pub fn cbor(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::with_capacity(512));
        let written = self.put(&mut e);
        debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
        e.into_writer()
    }

    fn put(&self, e: &mut Encoder<Vec<u8>>) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
        e.array(17)?.u8(VERSION)?.bytes(&self.book)?.bytes(self.exhibit.bytes())?.u64(self.n)?.bytes(&self.prev.0)?;
        e.str(self.deed.code())?.i64(self.at.0)?;
        e.str(match self.precision {
            Precision::Day => "day",
            Precision::Us => "us",
        })?;
        match &self.by {
            By::Member(id) => e.array(2)?.str("member")?.bytes(id.bytes())?,
            By::Desk(key) => e.array(2)?.str("desk")?.bytes(key)?,
        };
        e.str(&self.role)?;
        put_bytes(e, self.reason.as_ref().map(|hash| &hash.0[..]))?;
        for digests in [&self.before, &self.after] {
            e.array(2)?;
            put_bytes(e, digests.sha256.as_ref().map(|d| &d[..]))?;
            put_bytes(e, digests.sha3_512.as_ref().map(|d| &d[..]))?;
        }
        put_bytes(e, self.parent.as_ref().map(|id| &id.bytes()[..]))?;
        for words in [&self.operation, &self.tool] {
            match words {
                Some(words) => e.str(words)?,
                None => e.null()?,
            };
        }
        e.u8(SUITE).map(drop)
    }

    /// Reads an entry; only the bytes that [`Entry::cbor`] would write.
    ///
    /// # Errors
    /// [`EntryError`].
    pub fn parse(bytes: &[u8]) -> Result<Entry, EntryError> {
        let entry = take(&mut Decoder::new(bytes)).ok_or(EntryError)?;
        if entry.cbor() == bytes && entry.fits() { Ok(entry) } else { Err(EntryError) }
    }

    /// Whether its texts are short and on one line, and a day is a day.
    fn fits(&self) -> bool {
        let line = |words: &str| text::check_line(words).is_ok() && words.chars().count() <= MAX_WORDS;
        line(&self.role)
            && self.operation.as_deref().is_none_or(line)
            && self.tool.as_deref().is_none_or(line)
            && (self.precision == Precision::Us || self.at.0.rem_euclid(DAY_US) == 0)
    }

    /// The hash that the next entry holds, and that the day's root is made of.
    #[must_use]
    pub fn hash(&self) -> Hash {
        body_hash(&self.cbor())
    }

    /// Whether this entry may follow `before`, the entry before it: the digests and the time, which a chain of hashes does not keep.
    #[must_use]
    pub fn fault_after(&self, before: Option<&Entry>) -> Option<Fault> {
        let kept = before.map(|entry| entry.after).unwrap_or_default();
        let opened = self.deed == Deed::Open || kept.sha3_512.is_some();
        let held = match self.deed {
            Deed::Receive => before.is_none() && self.after.sha256.is_some(),
            Deed::Destroy => before.is_some() && self.after == Digests::default(),
            // The first entry of an exhibit that was made from another one.
            Deed::Derive | Deed::Copy if before.is_none() => self.parent.is_some() && self.after.sha256.is_some(),
            _ => before.is_some() && self.after.sha256 == kept.sha256 && kept.sha256.is_some() && (!opened || self.after.sha3_512.is_some()),
        };
        if self.before != kept || !held || (kept.sha3_512.is_some() && self.after.sha3_512.is_some_and(|d| Some(d) != kept.sha3_512)) || !self.fits() {
            return Some(Fault::Digest);
        }
        // A time told to the day may be of any hour of it.
        let early = before.is_some_and(|before| match (before.precision, self.precision) {
            (Precision::Us, Precision::Us) => self.at < before.at,
            _ => Day::of(self.at) < Day::of(before.at),
        });
        early.then_some(Fault::Time)
    }
}

/// The hash of an entry's bytes.
#[must_use]
pub fn body_hash(body: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update(b"kniha/1/custody").chain_update(body).finalize().into())
}

fn put_bytes(e: &mut Encoder<Vec<u8>>, bytes: Option<&[u8]>) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
    match bytes {
        Some(bytes) => e.bytes(bytes)?,
        None => e.null()?,
    };
    Ok(())
}

fn take(d: &mut Decoder<'_>) -> Option<Entry> {
    let array = |d: &mut Decoder<'_>, len: u64| (d.array().ok()? == Some(len)).then_some(());
    array(d, 17)?;
    (d.u8().ok()? == VERSION).then_some(())?;
    let book = d.bytes().ok()?.try_into().ok()?;
    let exhibit = NodeId::from_random(d.bytes().ok()?.try_into().ok()?);
    let n = d.u64().ok()?;
    let prev = Hash::from_slice(d.bytes().ok()?)?;
    let deed = Deed::parse(d.str().ok()?)?;
    let at = UtcMicros(d.i64().ok()?);
    let precision = match d.str().ok()? {
        "day" => Precision::Day,
        "us" => Precision::Us,
        _ => return None,
    };
    array(d, 2)?;
    let by = match d.str().ok()? {
        "member" => By::Member(MemberId::from_random(d.bytes().ok()?.try_into().ok()?)),
        "desk" => By::Desk(d.bytes().ok()?.try_into().ok()?),
        _ => return None,
    };
    let role = d.str().ok()?.to_owned();
    let reason = maybe::<32>(d)?.map(Hash);
    array(d, 2)?;
    let before = Digests { sha256: maybe(d)?, sha3_512: maybe(d)? };
    array(d, 2)?;
    let after = Digests { sha256: maybe(d)?, sha3_512: maybe(d)? };
    let parent = maybe::<16>(d)?.map(NodeId::from_random);
    let (operation, tool) = (words(d)?, words(d)?);
    (d.u8().ok()? == SUITE).then_some(())?;
    Some(Entry { book, exhibit, n, prev, deed, at, precision, by, role, reason, before, after, parent, operation, tool })
}

/// Bytes or null; `None` where it is neither.
fn maybe<const N: usize>(d: &mut Decoder<'_>) -> Option<Option<[u8; N]>> {
    if d.datatype().ok()? == minicbor::data::Type::Null {
        d.null().ok()?;
        return Some(None);
    }
    d.bytes().ok()?.try_into().ok().map(Some)
}

fn words(d: &mut Decoder<'_>) -> Option<Option<String>> {
    if d.datatype().ok()? == minicbor::data::Type::Null {
        d.null().ok()?;
        return Some(None);
    }
    Some(Some(d.str().ok()?.to_owned()))
}

/// Follows a chain from its first entry to the noted head.
///
/// # Errors
/// [`Broken`] with the first entry that does not fit. Whoever can change both the chain and its head can cut the end off unseen: the day's root,
/// noted outside, is against that.
pub fn check(
    book: &[u8; 32],
    exhibit: NodeId,
    entries: &[Signed],
    head: Option<Head>,
    verify: impl Fn(&Entry, &[u8], &Signature) -> bool,
) -> Result<Vec<Entry>, Broken> {
    let mut chain: Vec<Entry> = Vec::with_capacity(entries.len());
    let mut prev = Hash([0; 32]);
    for (n, signed) in (0..).zip(entries) {
        let broken = |what| Broken { n, what };
        let entry = Entry::parse(&signed.body).map_err(|_| broken(Fault::Unreadable))?;
        if (&entry.book, entry.exhibit) != (book, exhibit) {
            return Err(broken(Fault::Elsewhere));
        }
        if (entry.n, entry.prev) != (n, prev) {
            return Err(broken(Fault::Chain));
        }
        if !verify(&entry, &signed.body, &signed.signature) {
            return Err(broken(Fault::Signature));
        }
        if let Some(what) = entry.fault_after(chain.last()) {
            return Err(broken(what));
        }
        prev = body_hash(&signed.body);
        chain.push(entry);
    }
    let ends = chain.len() as u64;
    let noted = head.unwrap_or(Head { entries: 0, hash: Hash([0; 32]) });
    if (noted.entries, noted.hash) != (ends, prev) {
        return Err(Broken { n: ends, what: Fault::Head });
    }
    Ok(chain)
}

/// The Merkle root over the hashes of a day's entries, in the order they were written: the tree of RFC 6962 §2.1, with these hashes as its data.
#[must_use]
pub fn day_root(entries: &[Hash]) -> Hash {
    match entries {
        [] => Hash(Sha256::digest([]).into()),
        [one] => Hash(Sha256::new().chain_update([0]).chain_update(one.0).finalize().into()),
        many => {
            let half = many.len().next_power_of_two() / 2;
            let (left, right) = many.split_at(half);
            Hash(Sha256::new().chain_update([1]).chain_update(day_root(left).0).chain_update(day_root(right).0).finalize().into())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const BOOK: [u8; 32] = [9; 32];

    fn exhibit() -> NodeId {
        NodeId::from_random([4; 16])
    }

    /// Stands for a signature: a keyed hash.
    fn seal(body: &[u8]) -> Signature {
        Signature::new(Sha256::new().chain_update(b"key of the test").chain_update(body).finalize().to_vec()).unwrap()
    }

    fn genuine(_: &Entry, body: &[u8], signature: &Signature) -> bool {
        *signature == seal(body)
    }

    fn chain(len: u64) -> (Vec<Signed>, Head) {
        let (closed, open) = (Digests { sha256: Some([1; 32]), sha3_512: None }, Digests { sha256: Some([1; 32]), sha3_512: Some([2; 64]) });
        let (mut signed, mut prev): (Vec<Signed>, Hash) = (Vec::new(), Hash([0; 32]));
        for n in 0..len {
            let (deed, before, after) = match n {
                0 => (Deed::Receive, Digests::default(), closed),
                1 => (Deed::Open, closed, open),
                n if n % 3 == 0 => (Deed::Copy, open, open),
                _ => (Deed::Export, open, open),
            };
            let (at, precision) =
                if n == 0 { (UtcMicros(DAY_US * 18_000), Precision::Day) } else { (UtcMicros(DAY_US * 18_000 + 7 + n.cast_signed()), Precision::Us) };
            let by = if n == 0 { By::Desk([3; 8]) } else { By::Member(MemberId::from_random([1; 16])) };
            let entry = Entry {
                book: BOOK,
                exhibit: exhibit(),
                n,
                prev,
                deed,
                at,
                precision,
                by,
                role: if n == 0 { "desk".to_owned() } else { "investigator".to_owned() },
                reason: (n > 1).then_some(Hash([5; 32])),
                before,
                after,
                parent: None,
                operation: (n > 2).then(|| "re-encode".to_owned()),
                tool: None,
            };
            prev = entry.hash();
            let body = entry.cbor();
            signed.push(Signed { signature: seal(&body), body });
        }
        (signed, Head { entries: len, hash: prev })
    }

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        for signed in chain(6).0 {
            assert_eq!(Entry::parse(&signed.body).unwrap().cbor(), signed.body);
        }
        let mut long = chain(1).0.remove(0).body;
        long.push(0);
        assert_eq!(Entry::parse(&long), Err(EntryError), "nothing may follow");
    }

    #[test]
    fn a_thousand_edits_are_all_found() {
        let (whole, head) = chain(12);
        assert_eq!(check(&BOOK, exhibit(), &whole, Some(head), genuine).unwrap().len(), 12);
        // xorshift64: the same edits at every run.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut below = |most: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % most as u64).unwrap()
        };
        let mut found = [0; 6];
        for _ in 0..1000 {
            let mut edited = whole.clone();
            let (kind, at) = (below(6), below(whole.len()));
            match kind {
                0 => {
                    let bit = below(edited[at].body.len() * 8);
                    edited[at].body[bit / 8] ^= 1 << (bit % 8);
                }
                1 => {
                    let bit = below(edited[at].signature.0.len() * 8);
                    edited[at].signature.0[bit / 8] ^= 1 << (bit % 8);
                }
                2 => drop(edited.remove(at)),
                3 => edited.swap(at, (at + 1 + below(whole.len() - 1)) % whole.len()),
                4 => edited.truncate(at),
                _ => edited.insert(below(whole.len() + 1), whole[at].clone()),
            }
            found[kind] += usize::from(check(&BOOK, exhibit(), &edited, Some(head), genuine).is_err());
        }
        assert_eq!(found.iter().sum::<usize>(), 1000, "{found:?}");
        assert!(found.iter().all(|n| *n > 100), "{found:?}");
    }

    #[test]
    fn a_forger_with_the_hashes_and_no_key_is_found() {
        let (mut whole, _) = chain(3);
        let mut last = Entry::parse(&whole[2].body).unwrap();
        last.role = "lawyer".to_owned();
        whole[2].body = last.cbor();
        let head = Head { entries: 3, hash: last.hash() };
        assert_eq!(check(&BOOK, exhibit(), &whole, Some(head), genuine), Err(Broken { n: 2, what: Fault::Signature }));
    }

    #[test]
    fn digests_never_change_and_the_second_one_comes_with_the_first_opening() {
        let (whole, _) = chain(3);
        let entries: Vec<Entry> = whole.iter().map(|signed| Entry::parse(&signed.body).unwrap()).collect();
        assert_eq!(entries[1].fault_after(Some(&entries[0])), None);
        let bare = Entry { after: Digests { sha256: Some([1; 32]), sha3_512: None }, ..entries[1].clone() };
        assert_eq!(bare.fault_after(Some(&entries[0])), Some(Fault::Digest));
        let other = Entry { after: Digests { sha256: Some([8; 32]), sha3_512: Some([2; 64]) }, ..entries[1].clone() };
        assert_eq!(other.fault_after(Some(&entries[0])), Some(Fault::Digest));
        let again = Entry { after: Digests { sha256: Some([1; 32]), sha3_512: Some([8; 64]) }, ..entries[2].clone() };
        assert_eq!(again.fault_after(Some(&entries[1])), Some(Fault::Digest));
        let early = Entry { at: UtcMicros(entries[1].at.0 - 1), ..entries[2].clone() };
        assert_eq!(early.fault_after(Some(&entries[1])), Some(Fault::Time));
        let hour = Entry { at: UtcMicros(DAY_US * 18_000 + 1), ..entries[0].clone() };
        assert_eq!(hour.fault_after(None), Some(Fault::Digest), "a day is not an hour");
    }

    #[test]
    fn the_days_root_is_the_tree_of_rfc_6962() {
        let leaf = |n: u8| Hash(Sha256::new().chain_update([0]).chain_update([n; 32]).finalize().into());
        let node = |a: Hash, b: Hash| Hash(Sha256::new().chain_update([1]).chain_update(a.0).chain_update(b.0).finalize().into());
        let day: Vec<Hash> = (1..=5).map(|n| Hash([n; 32])).collect();
        assert_eq!(day_root(&day), node(node(node(leaf(1), leaf(2)), node(leaf(3), leaf(4))), leaf(5)));
        assert_eq!(day_root(&day[..1]), leaf(1));
    }

    #[test]
    fn the_written_vector_is_what_this_program_writes() {
        const VECTOR: &str = include_str!("../../docs/formats/vectors/custody.txt");
        let field = |name: &str| VECTOR.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap().to_owned();
        let (whole, head) = chain(2);
        for (n, signed) in whole.iter().enumerate() {
            assert_eq!(data_encoding::HEXLOWER.encode(&signed.body), field(&format!("entry_{n}")));
        }
        assert_eq!(head.hash.to_string(), field("head"));
        let hashes: Vec<Hash> = whole.iter().map(|signed| body_hash(&signed.body)).collect();
        assert_eq!(day_root(&hashes).to_string(), field("root"));
    }
}
