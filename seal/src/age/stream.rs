//! The payload of an age file: STREAM over ChaCha20-Poly1305.
//!
//! After a nonce of 16 bytes come chunks of 64 KiB, each with its tag; the nonce of a chunk is its number (11 bytes, big endian) and a byte that is 1 on
//! the last. So a chunk that is missing, repeated, out of order or the last too early does not open. What [`StreamOpener::push`] gives is authentic but
//! may be the beginning only; whether it was all, [`StreamOpener::finish`] says. Sans-IO: the caller pumps.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::FileKey;
use crate::label;

/// Bytes of plaintext in a full chunk.
pub const CHUNK: usize = 64 * 1024;
/// Bytes of a full sealed chunk.
pub const SEALED_CHUNK: usize = CHUNK + TAG;
/// Bytes before the first chunk.
pub const NONCE_LEN: usize = 16;
const TAG: usize = 16;

/// Why a payload was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// A chunk was changed, moved or belongs to another key.
    #[error("chunk {chunk} does not open: it was changed, moved, or sealed with another key")]
    Chunk {
        /// Its number, counted from 0.
        chunk: u64,
    },
    /// The end is missing.
    #[error("the payload ends too early")]
    Truncated,
}

/// Bytes of a payload that holds `plain` bytes, nonce included.
#[must_use]
pub fn sealed_len(plain: u64) -> u64 {
    let chunks = plain.div_ceil(CHUNK as u64).max(1);
    NONCE_LEN as u64 + plain + chunks * TAG as u64
}

/// Seals a payload, chunk by chunk.
pub struct StreamSealer {
    cipher: ChaCha20Poly1305,
    chunk: u64,
    held: Zeroizing<Vec<u8>>,
}

impl StreamSealer {
    /// Begins a payload: its nonce is drawn and written first.
    #[must_use]
    pub fn new(key: &FileKey, rng: &mut impl CryptoRng, out: &mut Vec<u8>) -> StreamSealer {
        let mut nonce = [0; NONCE_LEN];
        rng.fill_bytes(&mut nonce);
        out.extend_from_slice(&nonce);
        StreamSealer { cipher: cipher(key, &nonce), chunk: 0, held: Zeroizing::new(Vec::with_capacity(CHUNK)) }
    }

    /// Takes plaintext of any length; appends every chunk that is surely not the last.
    pub fn push(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.resize(start + self.ready(plain.len()), 0);
        self.push_into(plain, &mut out[start..], |_| ());
    }

    /// Bytes that so many bytes of plaintext would bring out now.
    pub(crate) fn ready(&self, plain: usize) -> usize {
        // A full chunk stays until something follows it.
        (self.held.len() + plain).saturating_sub(1) / CHUNK * SEALED_CHUNK
    }

    /// As [`StreamSealer::push`], into [`StreamSealer::ready`] bytes; each sealed chunk is handed on as soon as it is there.
    pub(crate) fn push_into<'o>(&mut self, mut plain: &[u8], out: &'o mut [u8], mut done: impl FnMut(&'o [u8])) {
        for sealed in out.chunks_exact_mut(SEALED_CHUNK) {
            let (now, later) = plain.split_at(CHUNK - self.held.len());
            if self.held.is_empty() {
                self.seal(now, false, sealed);
            } else {
                self.held.extend_from_slice(now);
                let held = std::mem::take(&mut self.held);
                self.seal(&held, false, sealed);
                self.held = held;
                self.held.clear();
            }
            plain = later;
            done(sealed);
        }
        self.held.extend_from_slice(plain);
    }

    /// Appends the last chunk.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        let (start, held) = (out.len(), std::mem::take(&mut self.held));
        out.resize(start + held.len() + TAG, 0);
        self.seal(&held, true, &mut out[start..]);
    }

    /// Seals one chunk into its place, which is longer by the tag.
    fn seal(&mut self, plain: &[u8], last: bool, sealed: &mut [u8]) {
        let (body, tag) = sealed.split_at_mut(plain.len());
        let made = InOutBuf::new(plain, body).ok().and_then(|both| self.cipher.encrypt_inout_detached(&nonce(self.chunk, last).into(), &[], both).ok());
        match made {
            Some(made) => tag.copy_from_slice(&made),
            None => unreachable!("the places are as long as the chunk, which is far below the cipher's 256 GiB"),
        }
        self.chunk += 1;
    }
}

/// Opens a payload, chunk by chunk.
pub struct StreamOpener {
    cipher: ChaCha20Poly1305,
    chunk: u64,
    held: Vec<u8>,
}

impl StreamOpener {
    /// Begins with the payload's nonce.
    #[must_use]
    pub fn new(key: &FileKey, nonce: &[u8; NONCE_LEN]) -> StreamOpener {
        StreamOpener { cipher: cipher(key, nonce), chunk: 0, held: Vec::with_capacity(SEALED_CHUNK) }
    }

    /// Takes sealed bytes of any length; appends the plaintext of every chunk that is surely not the last.
    ///
    /// # Errors
    /// [`StreamError::Chunk`] if a chunk does not open; nothing of it is appended, and nothing more may be asked of this opener.
    pub fn push(&mut self, mut sealed: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
        while !sealed.is_empty() {
            if self.held.len() == SEALED_CHUNK {
                self.flush(false, out)?;
            }
            let (now, later) = sealed.split_at(sealed.len().min(SEALED_CHUNK - self.held.len()));
            self.held.extend_from_slice(now);
            sealed = later;
        }
        Ok(())
    }

    /// Opens the last chunk: only now is it known that nothing is missing.
    ///
    /// # Errors
    /// [`StreamError`] if the end is missing or bad.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), StreamError> {
        if self.held.len() < TAG {
            return Err(StreamError::Truncated);
        }
        // A last chunk without content is the payload of an empty file and of nothing else.
        if self.held.len() == TAG && self.chunk > 0 {
            return Err(StreamError::Chunk { chunk: self.chunk });
        }
        let chunk = self.chunk;
        self.flush(true, out).map_err(|_| match open(&self.cipher, chunk, false, &self.held, &mut Vec::new()) {
            Ok(()) => StreamError::Truncated,
            Err(error) => error,
        })
    }

    fn flush(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), StreamError> {
        open(&self.cipher, self.chunk, last, &self.held, out)?;
        self.held.clear();
        self.chunk += 1;
        Ok(())
    }
}

/// Opens one chunk by itself and appends its plaintext.
///
/// # Errors
/// [`StreamError::Chunk`]; nothing is appended then.
pub(crate) fn open_chunk(key: &FileKey, payload_nonce: &[u8; NONCE_LEN], chunk: u64, last: bool, sealed: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
    open(&cipher(key, payload_nonce), chunk, last, sealed, out)
}

fn open(cipher: &ChaCha20Poly1305, chunk: u64, last: bool, sealed: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
    let Some((body, tag)) = sealed.split_last_chunk::<TAG>() else { return Err(StreamError::Truncated) };
    let start = out.len();
    out.extend_from_slice(body);
    let opened = cipher.decrypt_inout_detached(&nonce(chunk, last).into(), &[], (&mut out[start..]).into(), &(*tag).into());
    if opened.is_err() {
        out.truncate(start);
        return Err(StreamError::Chunk { chunk });
    }
    Ok(())
}

fn cipher(key: &FileKey, nonce: &[u8; NONCE_LEN]) -> ChaCha20Poly1305 {
    let key = label::expand::<32>(&label::extract(nonce, key.expose()), &[b"payload"]);
    ChaCha20Poly1305::new(key.expose().into())
}

fn nonce(chunk: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&chunk.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    fn seal(plain: &[u8], step: usize) -> (FileKey, Vec<u8>) {
        let mut rng = rng(11);
        let key = FileKey::random(&mut rng);
        let mut out = Vec::new();
        let mut sealer = StreamSealer::new(&key, &mut rng, &mut out);
        for piece in plain.chunks(step) {
            sealer.push(piece, &mut out);
        }
        sealer.finish(&mut out);
        (key, out)
    }

    fn open(key: &FileKey, sealed: &[u8], step: usize) -> Result<Vec<u8>, StreamError> {
        let (nonce, chunks) = sealed.split_first_chunk().unwrap();
        let mut opener = StreamOpener::new(key, nonce);
        let mut out = Vec::new();
        for piece in chunks.chunks(step) {
            opener.push(piece, &mut out)?;
        }
        opener.finish(&mut out)?;
        Ok(out)
    }

    #[test]
    fn the_pieces_in_which_bytes_arrive_change_nothing() {
        let plain = vec![42; 3 * CHUNK + 77];
        let (key, sealed) = seal(&plain, CHUNK);
        assert_eq!(sealed.len() as u64, sealed_len(plain.len() as u64));
        for step in [1000, CHUNK - 1, CHUNK, CHUNK + 1, 200_000] {
            assert_eq!(seal(&plain, step).1, sealed);
            assert_eq!(open(&key, &sealed, step).unwrap(), plain);
        }
    }

    #[test]
    fn chunks_out_of_order_repeated_or_missing_are_refused() {
        let plain: Vec<u8> = (0..4 * CHUNK).map(|i| (i / CHUNK) as u8).collect();
        let (key, sealed) = seal(&plain, CHUNK);
        let chunks: Vec<&[u8]> = sealed[NONCE_LEN..].chunks(SEALED_CHUNK).collect();
        let joined = |order: &[usize]| -> Vec<u8> {
            let mut all = sealed[..NONCE_LEN].to_vec();
            order.iter().for_each(|i| all.extend_from_slice(chunks[*i]));
            all
        };
        assert_eq!(open(&key, &joined(&[0, 1, 2, 3]), CHUNK).unwrap(), plain);
        assert_eq!(open(&key, &joined(&[1, 0, 2, 3]), CHUNK), Err(StreamError::Chunk { chunk: 0 }));
        assert_eq!(open(&key, &joined(&[0, 2, 1, 3]), CHUNK), Err(StreamError::Chunk { chunk: 1 }));
        assert_eq!(open(&key, &joined(&[0, 1, 1, 2, 3]), CHUNK), Err(StreamError::Chunk { chunk: 2 }));
        assert_eq!(open(&key, &joined(&[0, 1, 3]), CHUNK), Err(StreamError::Chunk { chunk: 2 }));
        assert_eq!(open(&key, &joined(&[0, 1, 2, 3, 3]), CHUNK), Err(StreamError::Chunk { chunk: 3 }));
        for cut in 1..4 {
            assert_eq!(open(&key, &joined(&[0, 1, 2, 3][..cut]), CHUNK), Err(StreamError::Truncated), "{cut} chunks");
        }
        assert_eq!(open(&key, &joined(&[]), CHUNK), Err(StreamError::Truncated));
    }

    #[test]
    fn an_empty_last_chunk_stands_only_in_an_empty_file() {
        let (key, sealed) = seal(&[], CHUNK);
        assert_eq!(open(&key, &sealed, CHUNK).unwrap(), b"");
        // A full chunk marked as not the last, then an empty last one: what a careless writer makes.
        let mut rng = rng(12);
        let mut out = Vec::new();
        let mut sealer = StreamSealer::new(&key, &mut rng, &mut out);
        let held = vec![1; CHUNK];
        out.resize(out.len() + SEALED_CHUNK, 0);
        let start = out.len() - SEALED_CHUNK;
        sealer.seal(&held, false, &mut out[start..]);
        sealer.finish(&mut out);
        assert_eq!(open(&key, &out, CHUNK), Err(StreamError::Chunk { chunk: 1 }));
    }
}
