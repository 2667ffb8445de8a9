//! Deterministic CBOR (RFC 8949 §4.2.1) as this room writes and reads it.
//!
//! Arrays of fixed length in a fixed order, shortest integers, no maps, floats, tags or indefinite lengths. Reading is strict: every length is bounded
//! before anything is kept, and a reader of outside bytes writes what it understood once more and refuses bytes that differ, so that one meaning has one
//! encoding. Does no I/O.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

/// Bytes that are not what was expected. Never holds the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be read at byte {at}")]
pub struct CborError {
    /// What was being read.
    pub what: &'static str,
    /// Where it failed.
    pub at: usize,
}

/// A writer over memory, whose writes cannot fail.
pub(crate) struct Writer(Encoder<Vec<u8>>);

impl Writer {
    pub(crate) fn new() -> Writer {
        Writer(Encoder::new(Vec::with_capacity(256)))
    }
    pub(crate) fn array(&mut self, len: usize) -> &mut Writer {
        self.put(|e| e.array(len as u64).map(drop))
    }
    pub(crate) fn uint(&mut self, n: u64) -> &mut Writer {
        self.put(|e| e.u64(n).map(drop))
    }
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Writer {
        self.put(|e| e.bytes(bytes).map(drop))
    }
    pub(crate) fn text(&mut self, text: &str) -> &mut Writer {
        self.put(|e| e.str(text).map(drop))
    }
    pub(crate) fn null(&mut self) -> &mut Writer {
        self.put(|e| e.null().map(drop))
    }
    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl for<'w> FnOnce(&'w mut Writer, T) -> &'w mut Writer) -> &mut Writer {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }
    pub(crate) fn finish(self) -> Vec<u8> {
        self.0.into_writer()
    }
    fn put<E>(&mut self, write: impl FnOnce(&mut Encoder<Vec<u8>>) -> Result<(), E>) -> &mut Writer {
        let written = write(&mut self.0).is_ok();
        debug_assert!(written, "writing to a Vec cannot fail");
        self
    }
}

/// A reader of one kind of object, which its errors name.
pub(crate) struct Reader<'b> {
    decoder: Decoder<'b>,
    what: &'static str,
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8], what: &'static str) -> Reader<'b> {
        Reader { decoder: Decoder::new(bytes), what }
    }

    /// An array of exactly `len` items.
    pub(crate) fn array(&mut self, len: usize) -> Result<(), CborError> {
        let found = self.list(len)?;
        if found == len { Ok(()) } else { Err(self.bad()) }
    }

    /// An array of at most `most` items, and how many it has.
    pub(crate) fn list(&mut self, most: usize) -> Result<usize, CborError> {
        match self.decoder.array() {
            Ok(Some(len)) => usize::try_from(len).ok().filter(|len| *len <= most).ok_or_else(|| self.bad()),
            _ => Err(self.bad()),
        }
    }

    pub(crate) fn uint(&mut self) -> Result<u64, CborError> {
        self.decoder.u64().map_err(|_| self.bad())
    }

    pub(crate) fn small<N: TryFrom<u64>>(&mut self) -> Result<N, CborError> {
        N::try_from(self.uint()?).map_err(|_| self.bad())
    }

    /// Bytes of at most `most`.
    pub(crate) fn bytes(&mut self, most: usize) -> Result<&'b [u8], CborError> {
        self.decoder.bytes().ok().filter(|bytes| bytes.len() <= most).ok_or_else(|| self.bad())
    }

    /// Exactly `N` bytes.
    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], CborError> {
        self.bytes(N)?.try_into().map_err(|_| self.bad())
    }

    /// A text of at most `most` bytes.
    pub(crate) fn text(&mut self, most: usize) -> Result<&'b str, CborError> {
        self.decoder.str().ok().filter(|text| text.len() <= most).ok_or_else(|| self.bad())
    }

    pub(crate) fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, CborError>) -> Result<Option<T>, CborError> {
        if self.decoder.datatype().is_ok_and(|kind| kind == Type::Null) {
            self.decoder.null().map_err(|_| self.bad())?;
            Ok(None)
        } else {
            read(self).map(Some)
        }
    }

    /// Nothing may follow, and `again`, what was understood, must be the very bytes that were read.
    pub(crate) fn finish(self, again: &[u8]) -> Result<(), CborError> {
        if self.decoder.position() == self.decoder.input().len() && self.decoder.input() == again { Ok(()) } else { Err(self.bad()) }
    }

    /// The error for this place.
    pub(crate) fn bad(&self) -> CborError {
        CborError { what: self.what, at: self.decoder.position() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(bytes: &[u8]) -> Result<u64, CborError> {
        let mut reader = Reader::new(bytes, "a pair");
        reader.array(2)?;
        let n = reader.uint()?;
        let note = reader.optional(|r| r.text(8).map(str::to_owned))?;
        let mut again = Writer::new();
        again.array(2).uint(n).optional(note.as_deref(), |w, note| w.text(note));
        reader.finish(&again.finish())?;
        Ok(n)
    }

    #[test]
    fn one_meaning_has_one_encoding() {
        assert_eq!(read(&[0x82, 0x05, 0xf6]), Ok(5));
        assert_eq!(read(&[0x82, 0x05, 0x61, b'a']), Ok(5));
        // A longer integer, an indefinite array, a byte too many, a text too long.
        for bad in [&[0x82, 0x18, 0x05, 0xf6][..], &[0x9f, 0x05, 0xf6, 0xff], &[0x82, 0x05, 0xf6, 0x00], b"\x82\x05\x69aaaaaaaaa"] {
            assert!(read(bad).is_err(), "{bad:02x?}");
        }
    }
}
