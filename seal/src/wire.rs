//! What travels between a sender's machine and the portal: a bundle, a file, the key lists.
//!
//! All begin with a name and the version; integers are big endian; nothing may follow. The portal looks at headers and lengths only and opens nothing.
//! Does no I/O.

use kniha_core::commit::Hash;
use sha2::{Digest, Sha256};

use crate::keylist::{self, SignedList};
use crate::leaf::{CAPSULE_LEN, Leaf};
use crate::opener::last_chunk_of;
use crate::part::{Envelope, EnvelopeError, PartId};
use crate::submission::{Bundle, PARTS};

/// Most bytes of a file's header on the wire.
pub const MOST_FILE_HEAD: usize = 64 * 1024;
/// Most bytes of a bundle: a report whose every answer is as long as the form takes, each letter of four bytes, is four parts of 256 KiB.
pub const MOST_BUNDLE: usize = PARTS * (256 * 1024 + MOST_FILE_HEAD) + 8 * 1024;

const BUNDLE: &[u8] = b"kniha-bundle\x01";
const FILE: &[u8] = b"kniha-file\x01";
const KEYS: &[u8] = b"kniha-keys\x01";
const MOST_PARTS: u8 = 8;
const MOST_LISTS: usize = 10_000;
/// Version, kind, commitment and capsule.
const LEAF_LEN: usize = 2 + 32 + CAPSULE_LEN;

/// Why bytes were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Another name or version.
    #[error("these bytes are no {what} of version 1")]
    Name {
        /// What was expected.
        what: &'static str,
    },
    /// They end too early, go on too long, or a length in them cannot be.
    #[error("the {what} has a bad length at byte {at}")]
    Length {
        /// What was read.
        what: &'static str,
        /// Where.
        at: usize,
    },
    /// A header is none.
    #[error("header {part} of the bundle cannot be read")]
    Header {
        /// Its place, counted from 0.
        part: usize,
        /// Why not.
        #[source]
        source: EnvelopeError,
    },
    /// One part twice.
    #[error("part {part} stands twice in the bundle")]
    Twice {
        /// Which.
        part: PartId,
    },
    /// Parts of different lengths: they would say which of them holds much.
    #[error("the parts of the bundle are not of one length")]
    Uneven,
    /// The leaf is not one of the kind that submissions have.
    #[error("the leaf of the bundle cannot be read")]
    Leaf,
    /// A key list is none.
    #[error("key list {place} cannot be read")]
    List {
        /// Its place, counted from 0.
        place: usize,
        /// Why not.
        #[source]
        source: keylist::ListError,
    },
}

/// A part that was sealed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentPart {
    /// The part.
    pub part: PartId,
    /// The key list its header names.
    pub list_no: u32,
    /// Its header.
    pub header: Vec<u8>,
    /// Its payload.
    pub payload: Vec<u8>,
    /// Hash of the payload.
    pub payload_sha256: Hash,
}

/// The header of a file that was sealed elsewhere, and how many bytes of the body it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHead {
    /// The part.
    pub part: PartId,
    /// The key list its header names.
    pub list_no: u32,
    /// The header.
    pub header: Vec<u8>,
    /// Where the payload begins.
    pub payload_at: usize,
}

/// A bundle's bytes.
#[must_use]
pub fn encode_bundle(bundle: &Bundle) -> Vec<u8> {
    let mut bytes = BUNDLE.to_vec();
    bytes.push(u8::try_from(bundle.parts.len()).unwrap_or(u8::MAX));
    for (sealed, payload) in &bundle.parts {
        for piece in [sealed.header.as_slice(), payload] {
            bytes.extend_from_slice(&u32::try_from(piece.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(piece);
        }
    }
    bytes.extend_from_slice(&bundle.leaf.encode());
    bytes
}

/// Reads a bundle: its parts, and its leaf as it is to be kept.
///
/// # Errors
/// [`WireError`] unless the bytes are one whole bundle.
pub fn decode_bundle(bytes: &[u8]) -> Result<(Vec<SentPart>, Vec<u8>), WireError> {
    let mut cut = Cut::named(bytes, BUNDLE, "bundle")?;
    let count = cut.take(1)?.first().copied().filter(|n| (1..=MOST_PARTS).contains(n)).ok_or_else(|| cut.bad())?;
    let mut parts: Vec<SentPart> = Vec::new();
    for place in 0..usize::from(count) {
        let header = cut.counted()?.to_vec();
        let payload = cut.counted()?.to_vec();
        let envelope = Envelope::parse(&header).map_err(|source| WireError::Header { part: place, source })?;
        let (part, list_no) = (*envelope.part(), envelope.list_no());
        if parts.iter().any(|other| other.part == part) {
            return Err(WireError::Twice { part });
        }
        last_chunk_of(payload.len() as u64).ok_or_else(|| cut.bad())?;
        if parts.first().is_some_and(|first| first.payload.len() != payload.len()) {
            return Err(WireError::Uneven);
        }
        let payload_sha256 = Hash(Sha256::digest(&payload).into());
        parts.push(SentPart { part, list_no, header, payload, payload_sha256 });
    }
    let leaf = cut.take(LEAF_LEN)?;
    if !matches!(Leaf::decode(leaf), Ok(Leaf::Opaque { .. })) {
        return Err(WireError::Leaf);
    }
    let leaf = leaf.to_vec();
    cut.finish()?;
    Ok((parts, leaf))
}

/// What stands before the payload of a file.
#[must_use]
pub fn encode_file_head(header: &[u8]) -> Vec<u8> {
    [FILE, &u32::try_from(header.len()).unwrap_or(u32::MAX).to_be_bytes(), header].concat()
}

/// Reads the head of a file from the beginning of its body; `None` while more bytes are needed.
///
/// # Errors
/// [`WireError`] if these can never be the beginning of one.
pub fn decode_file_head(bytes: &[u8]) -> Result<Option<FileHead>, WireError> {
    let name = FILE.len().min(bytes.len());
    if bytes[..name] != FILE[..name] {
        return Err(WireError::Name { what: "file" });
    }
    let Some((len, rest)) = bytes.get(FILE.len()..).and_then(|rest| rest.split_first_chunk::<4>()) else { return Ok(None) };
    let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
    if len > MOST_FILE_HEAD {
        return Err(WireError::Length { what: "file", at: FILE.len() });
    }
    let Some(header) = rest.get(..len) else { return Ok(None) };
    let envelope = Envelope::parse(header).map_err(|source| WireError::Header { part: 0, source })?;
    let head = FileHead { part: *envelope.part(), list_no: envelope.list_no(), header: header.to_vec(), payload_at: FILE.len() + 4 + len };
    Ok(Some(head))
}

/// The bytes of all key lists, from the first on.
#[must_use]
pub fn encode_keys<'l>(lists: impl IntoIterator<Item = &'l [u8]>) -> Vec<u8> {
    let mut bytes = KEYS.to_vec();
    for list in lists {
        bytes.extend_from_slice(&u32::try_from(list.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(list);
    }
    bytes
}

/// Reads key lists. They are not yet believed: [`keylist::Trusted`] says which are.
///
/// # Errors
/// [`WireError`] unless the bytes are whole lists.
pub fn decode_keys(bytes: &[u8]) -> Result<Vec<SignedList>, WireError> {
    let mut cut = Cut::named(bytes, KEYS, "collection of key lists")?;
    let mut lists = Vec::new();
    while !cut.rest.is_empty() && lists.len() < MOST_LISTS {
        let list = SignedList::decode(cut.counted()?).map_err(|source| WireError::List { place: lists.len(), source })?;
        lists.push(list);
    }
    cut.finish()?;
    Ok(lists)
}

/// What is left to read.
struct Cut<'b> {
    rest: &'b [u8],
    len: usize,
    what: &'static str,
}

impl<'b> Cut<'b> {
    fn named(bytes: &'b [u8], name: &[u8], what: &'static str) -> Result<Cut<'b>, WireError> {
        let rest = bytes.strip_prefix(name).ok_or(WireError::Name { what })?;
        Ok(Cut { rest, len: bytes.len(), what })
    }

    fn take(&mut self, len: usize) -> Result<&'b [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.bad())?;
        self.rest = rest;
        Ok(taken)
    }

    /// Bytes with their length before them.
    fn counted(&mut self) -> Result<&'b [u8], WireError> {
        let (len, rest) = self.rest.split_first_chunk::<4>().ok_or_else(|| self.bad())?;
        self.rest = rest;
        self.take(usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX))
    }

    fn finish(self) -> Result<(), WireError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.bad()) }
    }

    fn bad(&self) -> WireError {
        WireError::Length { what: self.what, at: self.len - self.rest.len() }
    }
}
