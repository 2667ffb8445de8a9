//! Text that the book keeps: as written, but never with what a database or a page cannot hold.
//!
//! A text is kept as the source wrote it, right-to-left marks and combining letters included; pages isolate it. Refused: U+0000
//! (PostgreSQL cannot store it) and more than [`MAX_CHARS`] characters. Does no I/O.

/// Longest text of one claim, in characters: about sixty printed pages. Longer things are exhibits.
pub const MAX_CHARS: usize = 100_000;
/// Longest name, title or label, in characters.
pub const MAX_LINE_CHARS: usize = 500;

/// Why a text was refused. Never holds the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// Longer than allowed.
    #[error("the text has {chars} characters and at most {most} are kept")]
    TooLong {
        /// Characters of the text.
        chars: usize,
        /// Characters allowed.
        most: usize,
    },
    /// A character that cannot be kept.
    #[error("the text holds the control character U+{code:04X} at character {at}")]
    Control {
        /// The character's number.
        code: u32,
        /// Its place, counted from 1.
        at: usize,
    },
}

/// Checks a text of one claim: line breaks and tabs are welcome, other control characters are not.
///
/// # Errors
/// [`TextError`] says what is wrong.
pub fn check(text: &str) -> Result<(), TextError> {
    check_up_to(text, MAX_CHARS)
}

/// Checks a text as [`check`] does, with another length.
///
/// # Errors
/// [`TextError`] says what is wrong.
pub fn check_up_to(text: &str, most: usize) -> Result<(), TextError> {
    check_to(text, most, |c| matches!(c, '\n' | '\r' | '\t'))
}

/// Checks a text that stands on one line: a name, a title, a code.
///
/// # Errors
/// [`TextError`] says what is wrong.
pub fn check_line(text: &str) -> Result<(), TextError> {
    check_to(text, MAX_LINE_CHARS, |_| false)
}

fn check_to(text: &str, most: usize, welcome: impl Fn(char) -> bool) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    let mut chars = 0;
    for (i, c) in text.chars().enumerate() {
        chars = i + 1;
        if c.is_control() && !welcome(c) {
            return Err(TextError::Control { code: u32::from(c), at: i + 1 });
        }
    }
    if chars > most { Err(TextError::TooLong { chars, most }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_null_character_is_refused_with_its_place() {
        assert_eq!(check("ab\0c"), Err(TextError::Control { code: 0, at: 3 }));
    }

    #[test]
    fn a_hundred_thousand_characters_are_kept_and_one_more_is_not() {
        assert_eq!(check(&"ў".repeat(MAX_CHARS)), Ok(()));
        assert_eq!(check(&"ў".repeat(MAX_CHARS + 1)), Err(TextError::TooLong { chars: MAX_CHARS + 1, most: MAX_CHARS }));
    }

    #[test]
    fn right_to_left_and_combining_marks_are_kept_as_written() {
        assert_eq!(check("\u{202e}gro.elpmaxe e\u{301}\u{301}\u{301}"), Ok(()));
    }

    #[test]
    fn a_name_stands_on_one_line() {
        assert!(check_line("Ivan\nIvanov").is_err());
        assert_eq!(check("Ivan\nIvanov"), Ok(()));
        assert_eq!(check_line(" \u{a0} "), Err(TextError::Empty));
    }
}
