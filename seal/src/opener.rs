//! Opening a part, piece by piece.
//!
//! Sans-IO. The length of the content stands at the end of the payload, so the caller gives the last sealed chunk first (it is an object that can be read
//! from anywhere), then all of it in order. What [`Opener::push`] appends is authentic content without padding; that nothing is missing, [`Opener::finish`]
//! says. Every byte of padding is checked, so that a payload has one meaning.

use kniha_core::commit::Hash;
use sha2::{Digest, Sha256};

use crate::age::{self, CHUNK, FileKey, NONCE_LEN, SEALED_CHUNK, StreamError, StreamOpener};
use crate::part::{Cover, CoverError, Envelope, MOST_COVER};
use crate::sealer::TRAILER;
use crate::size::{self, BLOCK, STEP};

/// Why a payload was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// No payload has this length.
    #[error("no payload is {bytes} bytes long")]
    Length {
        /// How long it is.
        bytes: u64,
    },
    /// The last chunk that was given has another length than the last chunk of such a payload.
    #[error("the last chunk of the payload has {expected} bytes, and {given} were given")]
    LastChunk {
        /// How long it is.
        expected: usize,
        /// How many came.
        given: usize,
    },
    /// A chunk does not open, or the end is missing.
    #[error("the payload does not open")]
    Stream(#[source] StreamError),
    /// The cover is bad.
    #[error("the payload has a bad cover")]
    Cover(#[source] CoverError),
    /// The lengths inside do not fit each other, or padding is not zeros.
    #[error("the payload is padded wrongly")]
    Padding,
    /// The payload is of another part than the header.
    #[error("header and payload are of different parts")]
    OtherPart,
    /// More came than the payload is long.
    #[error("more bytes came than the payload is long")]
    TooMuch,
}

/// What was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The cover.
    pub cover: Cover,
    /// Bytes of content.
    pub content_len: u64,
    /// Hash of the content.
    pub content_sha256: Hash,
}

/// A part being opened.
pub struct Opener {
    stream: StreamOpener,
    envelope_of: (crate::part::PartId, u32),
    /// Bytes of payload still to come.
    left: u64,
    /// Bytes of plaintext in all.
    plain_len: u64,
    content_len: u64,
    /// Bytes of plaintext seen.
    seen: u64,
    cover: Option<(Cover, u64)>,
    content: Sha256,
    scratch: zeroize::Zeroizing<Vec<u8>>,
}

impl Opener {
    /// Begins with the header, the file key it gave, the length of the payload, its first 16 bytes and its last sealed chunk.
    ///
    /// # Errors
    /// [`OpenError`] if the length is of no payload or the last chunk does not open.
    pub fn new(envelope: &Envelope, key: &FileKey, payload_len: u64, nonce: &[u8; NONCE_LEN], last_chunk: &[u8]) -> Result<Opener, OpenError> {
        let (chunks, expected) = last_chunk_of(payload_len).ok_or(OpenError::Length { bytes: payload_len })?;
        let plain_len = payload_len - NONCE_LEN as u64 - chunks * (SEALED_CHUNK - CHUNK) as u64;
        if last_chunk.len() != expected {
            return Err(OpenError::LastChunk { expected, given: last_chunk.len() });
        }
        let mut end = zeroize::Zeroizing::new(Vec::new());
        age::open_chunk(key, nonce, chunks - 1, true, last_chunk, &mut end).map_err(OpenError::Stream)?;
        let content_len = end.last_chunk().map(|trailer| u64::from_be_bytes(*trailer)).ok_or(OpenError::Padding)?;
        if content_len > plain_len {
            return Err(OpenError::Padding);
        }
        Ok(Opener {
            stream: StreamOpener::new(key, nonce),
            envelope_of: (*envelope.part(), envelope.list_no()),
            left: payload_len - NONCE_LEN as u64,
            plain_len,
            content_len,
            seen: 0,
            cover: None,
            content: Sha256::new(),
            scratch: zeroize::Zeroizing::new(Vec::with_capacity(2 * CHUNK)),
        })
    }

    /// Bytes of content that will come.
    #[must_use]
    pub fn content_len(&self) -> u64 {
        self.content_len
    }

    /// The cover, once the first chunk was read. Its signature holds only after [`Opener::finish`].
    #[must_use]
    pub fn cover(&self) -> Option<&Cover> {
        self.cover.as_ref().map(|(cover, _)| cover)
    }

    /// Takes sealed bytes after the nonce, in order, in pieces of any length; appends content to `out`.
    ///
    /// # Errors
    /// [`OpenError`]; nothing more may be asked of this opener then.
    pub fn push(&mut self, sealed: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        self.left = self.left.checked_sub(sealed.len() as u64).ok_or(OpenError::TooMuch)?;
        for piece in sealed.chunks(CHUNK) {
            self.stream.push(piece, &mut self.scratch).map_err(OpenError::Stream)?;
            self.take(out)?;
        }
        Ok(())
    }

    /// Opens the last chunk and says what was opened.
    ///
    /// # Errors
    /// [`OpenError`] if anything is missing or wrong, a source's signature over cover and content among it.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<Opened, OpenError> {
        let stream = std::mem::replace(&mut self.stream, StreamOpener::new(&FileKey::take(&mut [0; 16]), &[0; NONCE_LEN]));
        stream.finish(&mut self.scratch).map_err(OpenError::Stream)?;
        self.take(out)?;
        if self.left != 0 || self.seen != self.plain_len {
            return Err(OpenError::Stream(StreamError::Truncated));
        }
        let (cover, _) = self.cover.ok_or(OpenError::Padding)?;
        let content_sha256 = Hash(self.content.finalize().into());
        if let (Some(source), Some(_)) = (&cover.source, &cover.signature) {
            cover.verify(&source.voice, &content_sha256).map_err(OpenError::Cover)?;
        }
        Ok(Opened { cover, content_len: self.content_len, content_sha256 })
    }

    /// Sorts what was opened into cover, content and padding.
    fn take(&mut self, out: &mut Vec<u8>) -> Result<(), OpenError> {
        let plain = std::mem::take(&mut *self.scratch);
        let plain = zeroize::Zeroizing::new(plain);
        if plain.is_empty() {
            return Ok(());
        }
        let began = match &self.cover {
            Some((_, began)) => *began,
            None => self.read_cover(&plain)?,
        };
        let end = began + self.content_len;
        let at = |position: u64| usize::try_from(position.saturating_sub(self.seen)).unwrap_or(usize::MAX).min(plain.len());
        let content = &plain[at(began)..at(end)];
        self.content.update(content);
        out.extend_from_slice(content);
        let padding = &plain[at(end)..at(self.plain_len - TRAILER)];
        if padding.iter().any(|byte| *byte != 0) {
            return Err(OpenError::Padding);
        }
        self.seen += plain.len() as u64;
        Ok(())
    }

    /// Reads the cover out of the first chunk, and checks that all lengths fit.
    fn read_cover(&mut self, first: &[u8]) -> Result<u64, OpenError> {
        let (len, rest) = first.split_first_chunk::<4>().ok_or(OpenError::Padding)?;
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
        let written = rest.get(..len).filter(|_| len <= MOST_COVER).ok_or(OpenError::Padding)?;
        let cover = Cover::decode(written).map_err(OpenError::Cover)?;
        if (cover.part, cover.list_no) != self.envelope_of {
            return Err(OpenError::OtherPart);
        }
        let began = 4 + len as u64;
        let plain = began + self.content_len + TRAILER;
        if !size::fits(plain, self.plain_len) {
            return Err(OpenError::Padding);
        }
        self.cover = Some((cover, began));
        Ok(began)
    }
}

/// How many chunks such a payload has, and how long its last one is. `None` if no payload is that long.
#[must_use]
pub fn last_chunk_of(payload_len: u64) -> Option<(u64, usize)> {
    let body = payload_len.checked_sub(NONCE_LEN as u64).filter(|body| *body > 0)?;
    let sealed_chunk = SEALED_CHUNK as u64;
    let chunks = body.div_ceil(sealed_chunk);
    let last = body - (chunks - 1) * sealed_chunk;
    let tag = (SEALED_CHUNK - CHUNK) as u64;
    let plain = body.checked_sub(chunks * tag)?;
    let whole = last > tag && plain >= STEP && plain.is_multiple_of(BLOCK) && plain <= size::MOST * 2;
    Some((chunks, usize::try_from(last).ok()?)).filter(|_| whole)
}

/// Opens a payload that is in memory; gives the content too.
///
/// # Errors
/// [`OpenError`] says what of it is bad.
pub fn open(envelope: &Envelope, key: &FileKey, payload: &[u8]) -> Result<(Opened, Vec<u8>), OpenError> {
    let len = payload.len() as u64;
    let bad = OpenError::Length { bytes: len };
    let (_, last) = last_chunk_of(len).ok_or(bad)?;
    let (nonce, chunks) = payload.split_first_chunk().ok_or(bad)?;
    let mut opener = Opener::new(envelope, key, len, nonce, &payload[payload.len() - last..])?;
    let mut content = Vec::new();
    opener.push(chunks, &mut content)?;
    let opened = opener.finish(&mut content)?;
    Ok((opened, content))
}
