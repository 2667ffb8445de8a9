//! Bytes of a file in a named encoding, as UTF-8, a piece at a time.
//!
//! What cannot be decoded becomes U+0000, which no claim can hold: the row that has it is refused by name, and the first place is remembered.
//! A byte-order mark at the start is not part of the text. Everything read is hashed, so that a file that changes while it is read is noticed.

use std::io::{self, Read};

use encoding_rs::{DecoderResult, Encoding};
use sha2::{Digest, Sha256};

const PIECE: usize = 64 * 1024;

/// A file on its way to UTF-8.
pub(crate) struct Decoder<R> {
    from: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    read: u64,
    first_bad: Option<u64>,
    hash: Sha256,
    ended: bool,
    finished: bool,
}

impl<R: Read> Decoder<R> {
    pub(crate) fn new(from: R, encoding: &'static Encoding) -> Decoder<R> {
        Decoder {
            from,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; PIECE],
            raw_at: 0,
            raw_end: 0,
            read: 0,
            first_bad: None,
            hash: Sha256::new(),
            ended: false,
            finished: false,
        }
    }

    /// Bytes taken from the file.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.read
    }

    /// About where the first bytes stand that are not of the encoding.
    pub(crate) fn first_bad(&self) -> Option<u64> {
        self.first_bad
    }

    /// SHA-256 of everything read, in hexadecimal.
    pub(crate) fn digest(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.hash.clone().finalize())
    }

    /// Puts more text into `out`, which has room for at least 16 bytes; 0 at the end.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // One byte is kept free for the mark of a malformed byte.
        let room = out.len() - 1;
        let mut written = 0;
        // A decoder that has been told the end takes nothing more.
        while !self.finished {
            if self.raw_at == self.raw_end && !self.ended {
                let n = self.from.read(&mut self.raw)?;
                self.hash.update(&self.raw[..n]);
                self.read += n as u64;
                self.ended = n == 0;
                (self.raw_at, self.raw_end) = (0, n);
            }
            let input = &self.raw[self.raw_at..self.raw_end];
            let (result, taken, made) = self.decoder.decode_to_utf8_without_replacement(input, &mut out[written..room], self.ended);
            self.raw_at += taken;
            written += made;
            match result {
                DecoderResult::OutputFull => return Ok(written),
                DecoderResult::InputEmpty => {
                    self.finished = self.ended;
                    if written > 0 {
                        return Ok(written);
                    }
                }
                DecoderResult::Malformed(length, after) => {
                    let at = self.read - (self.raw_end - self.raw_at) as u64;
                    self.first_bad.get_or_insert(at.saturating_sub(u64::from(length + after)));
                    out[written] = 0;
                    written += 1;
                    if room.saturating_sub(written) < 16 {
                        return Ok(written);
                    }
                }
            }
        }
        Ok(written)
    }
}

/// The encoding of a name in a map, or of a byte-order mark that says otherwise.
pub(crate) fn named(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes())
}

/// The encoding that the first bytes of a file announce.
pub(crate) fn announced(start: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_bom(start).map(|(encoding, _)| encoding)
}

/// Gives a byte at a time, as a slow disk might.
#[cfg(test)]
pub(super) struct Slow<'a>(pub(super) &'a [u8]);

#[cfg(test)]
impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.0.len().min(1);
        out[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn decoded(bytes: &[u8], encoding: &str) -> (String, Option<u64>) {
        let mut all = Vec::new();
        let mut decoder = Decoder::new(Slow(bytes), named(encoding).unwrap());
        let mut out = [0; 20];
        loop {
            let n = decoder.fill(&mut out).unwrap();
            if n == 0 {
                return (String::from_utf8(all).unwrap(), decoder.first_bad());
            }
            all.extend_from_slice(&out[..n]);
        }
    }

    #[test]
    fn text_is_decoded_whatever_the_pieces() {
        assert_eq!(decoded("Ціхань, ў".as_bytes(), "utf-8"), ("Ціхань, ў".to_owned(), None));
        assert_eq!(decoded(b"\xd6\xb3\xf5", "windows-1251"), ("Ціх".to_owned(), None));
        let utf16: Vec<u8> = "\u{feff}a,ў".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&utf16, "utf-16le"), ("a,ў".to_owned(), None));
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        assert_eq!(decoded(b"\xef\xbb\xbfid", "utf-8").0, "id");
        assert_eq!(announced(b"\xff\xfei\0").unwrap().name(), "UTF-16LE");
    }

    #[test]
    fn bytes_of_another_encoding_become_the_one_character_that_is_refused() {
        let (text, first_bad) = decoded(b"ab,\xcc\xe8,c", "utf-8");
        assert!(text.starts_with("ab,\0") && text.ends_with(",c"), "{text:?}");
        assert_eq!(first_bad, Some(3));
        assert!(decoded(b"ab\xd0", "utf-8").0.ends_with('\0'), "cut in the middle of a letter");
    }
}
