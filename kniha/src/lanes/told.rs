//! Answers to the form as people write them down: a text file with a heading line `[tell/account]` before each answer.
//!
//! Text before the first heading is the account. The same shape is written when a part is opened. Reads files that the person named; writes none.

use std::io::Read;
use std::path::Path;

use kniha_core::telling::{AnswerError, Answers, Field};
use zeroize::Zeroizing;

use crate::exit::{Failure, chain};

/// Longest file of answers, in bytes: all fields full, in Cyrillic, have room.
const MOST: u64 = 1024 * 1024;

/// Reads a text that a person keeps in a file; `-` is standard input.
pub(crate) fn text(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let bad = |e: std::io::Error| Failure::input(format!("{} cannot be read: {e}.", path.display()), "Name a text file.");
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
    if path == Path::new("-") {
        std::io::stdin().lock().take(MOST + 1).read_to_end(&mut bytes).map_err(bad)?;
    } else {
        std::fs::File::open(path).map_err(bad)?.take(MOST + 1).read_to_end(&mut bytes).map_err(bad)?;
    }
    if bytes.len() as u64 > MOST {
        return Err(Failure::input(format!("{} is longer than {MOST} bytes.", path.display()), "What is longer is sent as a file: --file.").into());
    }
    let text = std::str::from_utf8(&bytes).map_err(|e| {
        Failure::input(format!("{} is not UTF-8 at byte {}.", path.display(), e.valid_up_to()), "Save the text as UTF-8, or send it as a file: --file.")
    })?;
    Ok(Zeroizing::new(text.trim_start_matches('\u{feff}').to_owned()))
}

/// Sets one answer.
pub(crate) fn set(answers: &mut Answers, path: (&str, &str), answer: &str) -> Result<(), Failure> {
    answers.set(path.0, path.1, answer).map_err(|e| refused(&e))
}

/// Takes the answers out of a text with headings.
pub(crate) fn with_headings(text: &str, answers: &mut Answers) -> Result<(), Failure> {
    let mut at = ("tell", "account");
    let mut begin = 0;
    let mut place = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if let Some(path) = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let field = path.split_once('/').and_then(|(block, name)| Field::of(block, name)).ok_or_else(|| {
                Failure::input(format!("Line {} looks like a heading, and the form has no such field.", number + 1), "`kniha help submit` lists the headings.")
            })?;
            answer(answers, at, &text[begin..place])?;
            at = (field.block, field.name);
            if answers.get(at.0, at.1).is_some() {
                return Err(Failure::input(format!("Line {} repeats a heading.", number + 1), "Write every answer once."));
            }
            begin = place + line.len();
        }
        place += line.len();
    }
    answer(answers, at, &text[begin..])
}

fn answer(answers: &mut Answers, at: (&str, &str), text: &str) -> Result<(), Failure> {
    if text.trim().is_empty() { Ok(()) } else { set(answers, at, text) }
}

fn refused(error: &AnswerError) -> Failure {
    Failure::input(format!("An answer cannot be kept: {}.", chain(error)), "Mend it; what is too long for the form is sent as a file: --file.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(text: &str) -> Result<Answers, String> {
        let mut answers = Answers::new();
        with_headings(text, &mut answers).map_err(|e| e.to_string())?;
        Ok(answers)
    }

    #[test]
    fn answers_stand_under_their_headings_and_the_account_needs_none() {
        let told = read("Бачыў.\n[не загаловак] бо ў радку\n\n[tell/where]\nМенск\nдвор\n[door/door]\nlawyers\n").unwrap();
        assert_eq!(told.get("tell", "account"), Some("Бачыў.\n[не загаловак] бо ў радку"));
        assert_eq!((told.get("tell", "where"), told.get("door", "door")), (Some("Менск\nдвор"), Some("lawyers")));
        let told = read("[tell/account]\nБачыў.\n[tell/when]\n\n").unwrap();
        assert_eq!((told.get("tell", "account"), told.get("tell", "when")), (Some("Бачыў."), None));
    }

    #[test]
    fn a_heading_that_the_form_does_not_know_or_has_twice_is_refused_by_its_line() {
        assert!(read("a\n[tell/wher]\nb").unwrap_err().contains("Line 2"));
        assert!(read("a\n[tell/where]\nb\n[tell/where]\nc").unwrap_err().contains("Line 4"));
        assert!(read("a\n[tell/account]\nb").unwrap_err().contains("Line 2"));
        assert!(!read("[door/door]\nsecret-police\n").unwrap_err().contains("secret-police"));
    }
}
