//! Sealing a part, piece by piece.
//!
//! Sans-IO: the caller pumps content in, in pieces of any length, and takes sealed bytes out; nothing is kept but one chunk. Pieces of 64 KiB cost the least
//! memory; [`Sealer::push_over`] hashes those of [`WIDE`] on a second thread while it seals them, since two SHA-256 take longer than the cipher. The payload's plaintext is
//! `u32 length ‖ cover ‖ content ‖ zeros ‖ u64 content length`, padded by [`Padding`], so that the length of a file need not be known before it was read.
//! Randomness is an argument, used once at the start.
//!
//! ```text
//! Sealer::new → push* → end → Tail::pad* → Tail::finish → SealedPart
//! ```

use std::sync::mpsc;

use kniha_core::commit::Hash;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

use crate::age::{CHUNK, FileKey, StreamSealer};
use crate::part::{Cover, CoverError, Day, Envelope, EnvelopeError, PartId};
use crate::quorum::{OWN_WORDS, Quorum, Slot};
use crate::size::{self, Padding};
use crate::xwing::SecretKey;

/// Bytes of the trailer.
pub(crate) const TRAILER: u64 = 8;
/// From how many bytes in one piece on a second thread is worth starting.
pub const WIDE: usize = 8 << 20;

/// Why a part could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The cover is bad.
    #[error("the part's cover cannot be written")]
    Cover(#[source] CoverError),
    /// The quorums are bad, or sealing to one failed.
    #[error("the part cannot be sealed to its quorums")]
    Envelope(#[source] EnvelopeError),
    /// More content than a part holds.
    #[error("a part holds at most {most} bytes", most = size::MOST)]
    TooLong,
}

/// A part that was sealed; its payload went out piece by piece.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedPart {
    /// The part.
    pub part: PartId,
    /// Number of the key list it is sealed under.
    pub list_no: u32,
    /// The day it was sent.
    pub day: Day,
    /// Its header.
    pub header: Vec<u8>,
    /// Bytes of its payload: one of few lengths.
    pub payload_len: u64,
    /// Hash of its payload.
    pub payload_sha256: Hash,
    /// Bytes of its content. Known inside alone.
    pub content_len: u64,
    /// Hash of its content. Known inside alone, and to the sender.
    pub content_sha256: Hash,
}

/// What a content is must not be told by a log.
impl std::fmt::Debug for SealedPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedPart").field("part", &self.part).field("payload_len", &self.payload_len).finish_non_exhaustive()
    }
}

/// A part being sealed.
pub struct Sealer {
    stream: StreamSealer,
    envelope: Envelope,
    day: Day,
    padding: Padding,
    content: Sha256,
    payload: Sha256,
    content_len: u64,
    cover_len: u64,
    payload_len: u64,
}

/// A part whose content is all in: what is left is padding and the trailer.
pub struct Tail {
    sealer: Sealer,
    zeros: u64,
}

impl Sealer {
    /// Begins a part: draws its key, seals that to the quorums, and appends the beginning of the payload to `out`.
    ///
    /// # Errors
    /// [`SealError`] if the cover or the quorums are bad.
    pub fn new(cover: &Cover, quorums: &[&Quorum], padding: Padding, rng: &mut impl CryptoRng, out: &mut Vec<u8>) -> Result<Sealer, SealError> {
        Sealer::under(&FileKey::random(rng), cover, quorums, padding, rng, out)
    }

    /// Begins a part that no quorum opens: the caller wraps its key, which this gives back. The header is sealed to a key that is forgotten at once.
    ///
    /// # Errors
    /// As [`Sealer::new`].
    pub fn alone(cover: &Cover, padding: Padding, rng: &mut impl CryptoRng, out: &mut Vec<u8>) -> Result<(Sealer, FileKey), SealError> {
        let nobody = Slot { slot: 1, key: SecretKey::random(rng).public() };
        let nobody = Quorum::new(OWN_WORDS, 1, 1, vec![nobody]).map_err(|_| SealError::Envelope(EnvelopeError::Quorums { quorums: 1 }))?;
        let key = FileKey::random(rng);
        Ok((Sealer::under(&key, cover, &[&nobody], padding, rng, out)?, key))
    }

    fn under(key: &FileKey, cover: &Cover, quorums: &[&Quorum], padding: Padding, rng: &mut impl CryptoRng, out: &mut Vec<u8>) -> Result<Sealer, SealError> {
        let written = cover.encode().map_err(SealError::Cover)?;
        let envelope = Envelope::seal(cover.part, cover.list_no, quorums, key, rng).map_err(SealError::Envelope)?;
        let start = out.len();
        let mut stream = StreamSealer::new(key, rng, out);
        let len = u32::try_from(written.len()).map_err(|_| SealError::TooLong)?;
        stream.push(&len.to_be_bytes(), out);
        stream.push(&written, out);
        let mut sealer = Sealer {
            stream,
            envelope,
            day: cover.day,
            padding,
            content: Sha256::new(),
            payload: Sha256::new(),
            content_len: 0,
            cover_len: 4 + u64::from(len),
            payload_len: 0,
        };
        sealer.went_out(start, out);
        Ok(sealer)
    }

    /// The header, as [`SealedPart`] will hold it: what is sent as it is sealed needs it first.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        self.envelope.write()
    }

    /// Takes content; appends what is sealed of it.
    ///
    /// # Errors
    /// [`SealError::TooLong`] above 4 TiB.
    pub fn push(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        self.longer(content)?;
        self.write_content(content, out);
        Ok(())
    }

    /// Takes content; what is sealed of it takes the place of what was in `out`, since clearing so much for every piece costs a sixth of the time.
    ///
    /// # Errors
    /// As [`Sealer::push`]; `out` is as it was then.
    pub fn push_over(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        self.longer(content)?;
        if content.len() >= WIDE {
            self.write_wide(content, out);
        } else {
            out.clear();
            self.write_content(content, out);
        }
        Ok(())
    }

    fn longer(&mut self, content: &[u8]) -> Result<(), SealError> {
        let len = self.content_len + content.len() as u64;
        self.padding.padded(self.cover_len + len + TRAILER).ok_or(SealError::TooLong)?;
        self.content_len = len;
        Ok(())
    }

    /// Says that the content is all in.
    ///
    /// # Errors
    /// [`SealError::TooLong`], which [`Sealer::push`] would have said before.
    pub fn end(self) -> Result<Tail, SealError> {
        let plain = self.cover_len + self.content_len + TRAILER;
        let padded = self.padding.padded(plain).ok_or(SealError::TooLong)?;
        Ok(Tail { sealer: self, zeros: padded - plain })
    }

    fn write(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        self.stream.push(plain, out);
        self.went_out(start, out);
    }

    fn write_content(&mut self, content: &[u8], out: &mut Vec<u8>) {
        self.content.update(content);
        self.write(content, out);
    }

    /// Content, with a thread beside. By the clock a cipher takes about 5 where a SHA-256 takes 4, so the one beside hashes 5 of 8 parts of the content and
    /// then what the cipher has done, and this one the rest of the content after the cipher: both end at about the same time.
    fn write_wide(&mut self, content: &[u8], out: &mut Vec<u8>) {
        let Sealer { stream, content: content_hash, payload: payload_hash, payload_len, .. } = self;
        out.resize(stream.ready(content.len()), 0);
        *payload_len += out.len() as u64;
        let (first, rest) = content.split_at(content.len() / 8 * 5);
        let (done, sealed) = mpsc::channel::<&[u8]>();
        let (hand_back, handed_back) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                content_hash.update(first);
                // Each end lives as long as the other.
                let _ = hand_back.send(content_hash);
                sealed.into_iter().for_each(|chunk| payload_hash.update(chunk));
            });
            stream.push_into(content, out, |chunk| _ = done.send(chunk));
            drop(done);
            if let Ok(content_hash) = handed_back.recv() {
                content_hash.update(rest);
            }
        });
    }

    fn went_out(&mut self, start: usize, out: &[u8]) {
        self.payload.update(&out[start..]);
        self.payload_len += (out.len() - start) as u64;
    }
}

impl Tail {
    /// Appends at most a chunk of padding; says whether there is more.
    pub fn pad(&mut self, out: &mut Vec<u8>) -> bool {
        let now = self.zeros.min(CHUNK as u64);
        self.zeros -= now;
        self.sealer.write(&[0; CHUNK][..usize::try_from(now).unwrap_or(CHUNK)], out);
        self.zeros > 0
    }

    /// Appends what padding is left and the trailer: the part is sealed.
    #[must_use = "the header is in what this gives back: without it nobody opens the part"]
    pub fn finish(mut self, out: &mut Vec<u8>) -> SealedPart {
        while self.zeros > 0 {
            self.pad(out);
        }
        let Tail { mut sealer, .. } = self;
        sealer.write(&sealer.content_len.to_be_bytes(), out);
        let start = out.len();
        let Sealer { stream, envelope, day, content, mut payload, content_len, payload_len, .. } = sealer;
        stream.finish(out);
        payload.update(&out[start..]);
        SealedPart {
            part: *envelope.part(),
            list_no: envelope.list_no(),
            day,
            header: envelope.write(),
            payload_len: payload_len + (out.len() - start) as u64,
            payload_sha256: Hash(payload.finalize().into()),
            content_len,
            content_sha256: Hash(content.finalize().into()),
        }
    }
}

/// Bytes of plaintext without padding: cover, content and what frames them.
pub(crate) fn plain_len(cover: &Cover, content_len: usize) -> Result<u64, SealError> {
    Ok(4 + cover.encode().map_err(SealError::Cover)?.len() as u64 + content_len as u64 + TRAILER)
}

/// Seals a content that is in memory, such as a form; gives the payload too.
///
/// # Errors
/// [`SealError`] if cover, quorums or length are bad.
pub fn seal(cover: &Cover, content: &[u8], quorums: &[&Quorum], padding: Padding, rng: &mut impl CryptoRng) -> Result<(SealedPart, Vec<u8>), SealError> {
    let mut payload = Vec::new();
    let mut sealer = Sealer::new(cover, quorums, padding, rng, &mut payload)?;
    sealer.push(content, &mut payload)?;
    let sealed = sealer.end()?.finish(&mut payload);
    Ok((sealed, payload))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::part::{Compartment, PartKind, SubmissionId, part_id};
    use crate::quorum::{QuorumNo, Slot};
    use crate::tests::rng;
    use crate::xwing::SecretKey;

    fn sealed(content: &[u8], pieces: impl Fn(&[u8]) -> usize) -> (SealedPart, Vec<u8>) {
        let mut rng = rng(21);
        let submission = SubmissionId::from_random([9; 16]);
        let cover = Cover {
            book: [1; 32],
            part: part_id(&submission, Compartment::File, 0),
            submission,
            kind: PartKind::File,
            compartment: Compartment::File,
            form_version: 1,
            lang: "be".to_owned(),
            day: Day(20_700),
            list_no: 4,
            source: None,
            receipt: None,
            files: Vec::new(),
            signature: None,
        };
        let quorum = Quorum::new(QuorumNo(1), 1, 1, vec![Slot { slot: 1, key: SecretKey::random(&mut rng).public() }]).unwrap();
        let mut out = Vec::new();
        let mut sealer = Sealer::new(&cover, &[&quorum], Padding::File, &mut rng, &mut out).unwrap();
        let mut left = content;
        while !left.is_empty() {
            let (now, later) = left.split_at(pieces(left).min(left.len()));
            let mut piece = vec![1; 10];
            sealer.push_over(now, &mut piece).unwrap();
            out.extend(piece);
            left = later;
        }
        (sealer.end().unwrap().finish(&mut out), out)
    }

    #[test]
    fn a_thread_beside_changes_no_byte_and_no_hash() {
        let content: Vec<u8> = (0..WIDE + 3 * CHUNK + 77).map(|i| (i % 251) as u8).collect();
        let narrow = sealed(&content, |_| 100_007);
        assert_eq!((narrow.0.payload_sha256, narrow.0.payload_len), (Hash(Sha256::digest(&narrow.1).into()), narrow.1.len() as u64));
        assert_eq!(narrow.0.content_sha256, Hash(Sha256::digest(&content).into()));
        assert!(sealed(&content, |_| WIDE) == narrow);
        // After a piece that is no whole chunk.
        assert!(sealed(&content, |left| if left.len() == content.len() { 333 } else { WIDE + CHUNK + 1 }) == narrow);
    }
}
