//! The header of an age file: stanzas of text under a MAC.
//!
//! Reading is strict where the specification is: canonical base64, lines of 64 columns, the last of a body shorter, nothing else. A header is at most
//! [`MOST_HEADER`] bytes and 256 stanzas; a source's part has about ten. Does no I/O.

use data_encoding::BASE64_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::FileKey;
use crate::label;

/// Longest header that is read, in bytes.
pub const MOST_HEADER: usize = 512 * 1024;
const MOST_STANZAS: usize = 256;
const MOST_ARGS: usize = 16;
const COLUMNS: usize = 64;
const VERSION_LINE: &str = "age-encryption.org/v1\n";

/// Why a header was refused. Never holds what was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// It does not begin with the line of version 1.
    #[error("the header is not of age version 1")]
    Version,
    /// It has no end within the bytes given, or within the bytes allowed.
    #[error("the header has no end within {bytes} bytes")]
    Endless {
        /// Bytes looked at.
        bytes: usize,
    },
    /// A line is not as the format wants it.
    #[error("line {line} of the header is malformed")]
    Line {
        /// Its number, counted from 1.
        line: usize,
    },
    /// More stanzas than are read.
    #[error("the header has more than {MOST_STANZAS} stanzas")]
    Stanzas,
    /// The MAC is wrong: the header was changed, or the key is not the file's.
    #[error("the header was changed, or the key is not the file's: its MAC does not fit")]
    Mac,
}

/// One stanza: a type with arguments, and a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stanza {
    /// The type, then its arguments: printable ASCII without spaces.
    pub args: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// A header: stanzas, and the MAC that ties them to the file key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    stanzas: Vec<Stanza>,
    mac: [u8; 32],
}

impl Stanza {
    /// A stanza of these arguments, the first of which is its type.
    pub(crate) fn new(args: Vec<String>, body: Vec<u8>) -> Stanza {
        debug_assert!(!args.is_empty() && args.iter().all(|a| is_arg(a)), "arguments are printable ASCII");
        Stanza { args, body }
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.args.first().map_or("", String::as_str)
    }

    fn write(&self, out: &mut String) {
        out.push_str("->");
        for arg in &self.args {
            out.push(' ');
            out.push_str(arg);
        }
        out.push('\n');
        let body = BASE64_NOPAD.encode(&self.body);
        let mut rest = body.as_str();
        while rest.len() >= COLUMNS {
            let (line, tail) = rest.split_at(COLUMNS);
            out.push_str(line);
            out.push('\n');
            rest = tail;
        }
        out.push_str(rest);
        out.push('\n');
    }
}

impl Header {
    /// A header over these stanzas, tied to the key.
    #[must_use]
    pub fn new(stanzas: Vec<Stanza>, key: &FileKey) -> Header {
        let mac = mac(&unsigned(&stanzas), key).finalize().into_bytes().into();
        Header { stanzas, mac }
    }

    /// The stanzas. Nothing in them is to be believed before [`Header::verify`].
    #[must_use]
    pub fn stanzas(&self) -> &[Stanza] {
        &self.stanzas
    }

    /// Whether the header is the one that was made with this key.
    ///
    /// # Errors
    /// [`HeaderError::Mac`] if not.
    pub fn verify(&self, key: &FileKey) -> Result<(), HeaderError> {
        mac(&unsigned(&self.stanzas), key).verify_slice(&self.mac).map_err(|_| HeaderError::Mac)
    }

    /// The header as text, with its last line feed.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut text = unsigned(&self.stanzas);
        text.push(' ');
        text.push_str(&BASE64_NOPAD.encode(&self.mac));
        text.push('\n');
        text.into_bytes()
    }

    /// Reads a header from the beginning of `bytes`; says how many of them it takes.
    ///
    /// # Errors
    /// [`HeaderError`] unless they begin with one header in its only form.
    pub fn parse(bytes: &[u8]) -> Result<(Header, usize), HeaderError> {
        let rest = bytes.strip_prefix(VERSION_LINE.as_bytes()).ok_or(HeaderError::Version)?;
        let mut lines = Lines { rest: &rest[..rest.len().min(MOST_HEADER)], line: 1, total: bytes.len() };
        let mut stanzas = Vec::new();
        let mut line = lines.next()?;
        loop {
            if let Some(written) = line.strip_prefix("--- ") {
                let mac = decode(written).and_then(|mac| mac.try_into().ok()).ok_or(lines.bad())?;
                if stanzas.is_empty() {
                    return Err(lines.bad());
                }
                return Ok((Header { stanzas, mac }, bytes.len() - (rest.len() - (rest.len().min(MOST_HEADER) - lines.rest.len()))));
            }
            if stanzas.len() == MOST_STANZAS {
                return Err(HeaderError::Stanzas);
            }
            let args: Vec<String> = line.strip_prefix("-> ").ok_or(lines.bad())?.split(' ').take(MOST_ARGS + 1).map(str::to_owned).collect();
            if args.len() > MOST_ARGS || !args.iter().all(|a| is_arg(a)) {
                return Err(lines.bad());
            }
            let mut body = Vec::new();
            loop {
                line = lines.next()?;
                if line.len() > COLUMNS {
                    return Err(lines.bad());
                }
                body.extend(decode(line).ok_or(lines.bad())?);
                if line.len() < COLUMNS {
                    break;
                }
            }
            stanzas.push(Stanza { args, body });
            line = lines.next()?;
        }
    }
}

fn unsigned(stanzas: &[Stanza]) -> String {
    let mut text = String::from(VERSION_LINE);
    for stanza in stanzas {
        stanza.write(&mut text);
    }
    text.push_str("---");
    text
}

fn mac(text: &str, key: &FileKey) -> Hmac<Sha256> {
    let key = label::expand::<32>(&label::extract(&[], key.expose()), &[b"header"]);
    match <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose()) {
        Ok(mut mac) => {
            mac.update(text.as_bytes());
            mac
        }
        Err(_) => unreachable!("HMAC takes a key of any length"),
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_NOPAD.decode(text.as_bytes()).ok()
}

fn is_arg(arg: &str) -> bool {
    !arg.is_empty() && arg.bytes().all(|b| (33..=126).contains(&b))
}

struct Lines<'b> {
    rest: &'b [u8],
    line: usize,
    total: usize,
}

impl<'b> Lines<'b> {
    fn next(&mut self) -> Result<&'b str, HeaderError> {
        self.line += 1;
        let end = self.rest.iter().position(|b| *b == b'\n').ok_or(HeaderError::Endless { bytes: self.total.min(MOST_HEADER) })?;
        let (line, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        std::str::from_utf8(line).map_err(|_| self.bad())
    }

    fn bad(&self) -> HeaderError {
        HeaderError::Line { line: self.line }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn key() -> FileKey {
        FileKey::from_slice(&[3; 16]).unwrap()
    }

    proptest! {
        #[test]
        fn a_header_reads_back_as_itself(bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..5), after: Vec<u8>) {
            let stanzas = bodies.into_iter().map(|body| Stanza::new(vec!["kind".into(), "an-arg".into()], body)).collect();
            let header = Header::new(stanzas, &key());
            let mut bytes = header.write();
            let len = bytes.len();
            bytes.extend(after);
            let (read, used) = Header::parse(&bytes).unwrap();
            prop_assert_eq!(&read, &header);
            prop_assert_eq!(used, len);
            prop_assert!(read.verify(&key()).is_ok());
            prop_assert_eq!(read.verify(&FileKey::from_slice(&[4; 16]).unwrap()), Err(HeaderError::Mac));
        }

        #[test]
        fn any_bytes_are_a_header_or_an_error(tail in ".{0,300}") {
            let _ = Header::parse(format!("{VERSION_LINE}{tail}").as_bytes());
        }
    }

    #[test]
    fn a_header_has_one_form() {
        let good = format!("{VERSION_LINE}-> a\nAAAA\n--- {}\n", BASE64_NOPAD.encode(&[0; 32]));
        assert!(Header::parse(good.as_bytes()).is_ok());
        for (from, to) in [
            ("v1", "v2"),
            ("-> a", "->a"),
            ("-> a", "-> a "),
            ("-> a", "-> a  b"),
            ("-> a", "-> ä"),
            ("AAAA", "AAA="),
            ("AAAA", "AAB"),
            ("AAAA", "AAAA\r"),
            ("AAAA\n", ""),
            ("-> a\nAAAA\n", ""),
            ("--- ", "---"),
            ("--- A", "--- "),
        ] {
            let bad = good.replacen(from, to, 1);
            assert!(Header::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_header_without_end_is_given_up() {
        let mut bytes = VERSION_LINE.as_bytes().to_vec();
        for _ in 0..40_000 {
            bytes.extend(b"-> a\n\n");
        }
        assert_eq!(Header::parse(&bytes), Err(HeaderError::Stanzas));
        let mut bytes = VERSION_LINE.as_bytes().to_vec();
        bytes.extend(vec![b'A'; 2 * MOST_HEADER]);
        assert_eq!(Header::parse(&bytes), Err(HeaderError::Endless { bytes: MOST_HEADER }));
    }
}
