//! A key file as lines that can be printed, and typed again from the paper.
//!
//! `kniha-secret-key 1`, then lines of nine blocks of four letters (RFC 4648 base 32, lower case) and one block more that checks the line, then
//! `kniha-secret-key end`. Reading forgives capitals and spaces and nothing else, and says which line has a slip. Does no I/O.

use data_encoding::BASE32_NOPAD;

use super::{KeyFile, KeyFileError};
use crate::label;

const VERSION: u32 = 1;
const HEAD: &str = "kniha-secret-key ";
const END: &str = "end";
/// Letters of a line before its check.
const LETTERS: usize = 36;
const BLOCK: usize = 4;
/// Longest text that is looked at, in bytes.
const MOST: usize = 4096;

/// Why a text is no key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretTextError {
    /// It does not begin or end as one does.
    #[error("the text is not a member's key file, or its first or last line is missing")]
    NotAKey,
    /// A version from a later program.
    #[error("the key file has version {version}, and this program reads {VERSION}")]
    Version {
        /// Which one.
        version: u32,
    },
    /// A line does not fit its check: letters were changed, or a line is missing before it.
    #[error("line {line} of letters does not fit its check: see whether it is what was printed")]
    Line {
        /// Which line, counted from 1 after the first one.
        line: usize,
    },
    /// All lines fit, and what they say is no key file.
    #[error("what the lines say is no key file")]
    Content(#[source] KeyFileError),
}

impl KeyFile {
    /// The file as a text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let letters = BASE32_NOPAD.encode(&self.encode()).to_lowercase();
        let mut text = format!("{HEAD}{VERSION}\n");
        for (line, at) in (1..).zip((0..letters.len()).step_by(LETTERS)) {
            let own = &letters[at..letters.len().min(at + LETTERS)];
            for block in (0..own.len()).step_by(BLOCK) {
                text.push_str(&own[block..own.len().min(block + BLOCK)]);
                text.push(' ');
            }
            text.push_str(&check(line, own));
            text.push('\n');
        }
        text.push_str(&format!("{HEAD}{END}\n"));
        text
    }

    /// Reads a text.
    ///
    /// # Errors
    /// [`SecretTextError`] says where to look again.
    pub fn parse(text: &str) -> Result<KeyFile, SecretTextError> {
        let mut lines = text.get(..text.len().min(MOST)).unwrap_or("").lines().map(str::trim).filter(|line| !line.is_empty());
        let version = lines.next().and_then(|line| line.strip_prefix(HEAD)).ok_or(SecretTextError::NotAKey)?;
        match version.parse() {
            Ok(VERSION) => {}
            Ok(version) => return Err(SecretTextError::Version { version }),
            Err(_) => return Err(SecretTextError::NotAKey),
        }
        let mut letters = String::new();
        for (number, line) in (1..).zip(lines.by_ref()) {
            if line.strip_prefix(HEAD) == Some(END) {
                let rest = lines.next();
                let bytes = BASE32_NOPAD.decode(letters.to_uppercase().as_bytes()).ok();
                return match (rest, bytes) {
                    (None, Some(bytes)) => KeyFile::decode(&bytes).map_err(SecretTextError::Content),
                    (None, None) => Err(SecretTextError::Line { line: number - 1 }),
                    (Some(_), _) => Err(SecretTextError::NotAKey),
                };
            }
            let slip = SecretTextError::Line { line: number };
            let line: String = line.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
            let (own, written) = line.len().checked_sub(BLOCK).and_then(|at| line.split_at_checked(at)).ok_or(slip)?;
            if own.len() > LETTERS || check(number, own) != written {
                return Err(slip);
            }
            letters.push_str(own);
        }
        Err(SecretTextError::NotAKey)
    }
}

/// The block that checks a line: 20 bits.
fn check(line: usize, letters: &str) -> String {
    let hash = label::hash("kniha/1/key-line", &[&[u8::try_from(line).unwrap_or(u8::MAX)], letters.as_bytes()]);
    BASE32_NOPAD.encode(&hash.0[..5])[..BLOCK].to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::tests::closed;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_printed_can_be_typed_again() {
        let (file, ..) = closed(230);
        let text = file.to_text();
        assert_eq!((text.lines().count(), text.lines().map(str::len).max()), (11, Some(49)), "{text}");
        assert_eq!(KeyFile::parse(&text), Ok(file.clone()));
        let sloppy = text.lines().map(|line| if line.contains('-') { line.to_owned() } else { format!("  {}  ", line.to_uppercase().replace(' ', "   ")) });
        assert_eq!(KeyFile::parse(&sloppy.collect::<Vec<_>>().join("\r\n\r\n")), Ok(file));
    }

    #[test]
    fn a_slip_is_told_by_its_line() {
        let (file, ..) = closed(231);
        let text = file.to_text();
        let lines: Vec<&str> = text.lines().collect();
        for line in 1..lines.len() - 1 {
            for at in 0..lines[line].len() {
                let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
                let letter = if lines[line].as_bytes()[at] == b'a' { "b" } else { "a" };
                changed[line].replace_range(at..=at, letter);
                assert_eq!(KeyFile::parse(&changed.join("\n")), Err(SecretTextError::Line { line }), "line {line}, letter {at}");
            }
            let mut missing = lines.clone();
            missing.remove(line);
            assert!(KeyFile::parse(&missing.join("\n")).is_err());
            if line + 2 < lines.len() {
                let mut exchanged = lines.clone();
                exchanged.swap(line, line + 1);
                assert_eq!(KeyFile::parse(&exchanged.join("\n")), Err(SecretTextError::Line { line }));
            }
        }
    }

    #[test]
    fn a_cut_text_is_refused_everywhere() {
        let (file, ..) = closed(232);
        let text = file.to_text();
        for end in 0..text.len() - 1 {
            assert!(KeyFile::parse(&text[..end]).is_err(), "cut to {end}");
        }
        assert_eq!(KeyFile::parse(&text.replacen('1', "9", 1)), Err(SecretTextError::Version { version: 9 }));
        assert_eq!(KeyFile::parse(&format!("{text}more\n")), Err(SecretTextError::NotAKey));
    }

    proptest! {
        #[test]
        fn any_text_is_a_key_file_or_an_error(text in "(kniha-secret-key 1\n)?[a-z2-7 \n]{0,300}(\nkniha-secret-key end\n)?", noise in ".{0,100}") {
            prop_assert!(KeyFile::parse(&text).is_err() && KeyFile::parse(&noise).is_err());
        }
    }
}
