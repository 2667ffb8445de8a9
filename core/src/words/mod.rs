//! Words as they are searched: folding, stems, Latin skeletons, name keys.
//!
//! Everything here turns what people wrote into what is compared, and nothing of it is shown: a page shows the text itself, with the bytes that
//! [`matched_words`] or [`Heard::matched_parts`] mark. Prose is found by [`tokens`], names by [`name_keys`] and ranked by [`name_likeness`], lists are put in
//! order by [`sort_key`]. All are functions of the text alone, the same on every machine; a change of any of them is a new [`VERSION`] and asks for
//! `kniha reindex`. Pure; any input, bounded, no panics.

mod fold;
mod given;
mod keys;
mod likeness;
mod name;
mod skeleton;
#[cfg(test)]
mod spellings;
mod stem;

use std::ops::Range;

pub use fold::{fold, to_cyrillic, to_latin};
pub use keys::{ENOUGH_CANDIDATES, Level, MOST_KEYS, NameKey, ROWS_PER_KEY, name_keys};
pub use likeness::name_likeness;
pub use name::{Heard, LONGEST, MOST_PARTS};
pub use skeleton::{MOST_SOUNDS, skeleton};
pub use stem::stem;

use fold::{Marks, each_word};

/// The version of all search keys. Indexes made by another version must be made anew.
pub const VERSION: u16 = 2;

/// The table of given names across languages: one name a line, its first form names it; the head of the file tells the rest.
pub const GIVEN_NAMES: &str = include_str!("given_names.txt");

/// Short forms of given names: one name a line, a form that [`GIVEN_NAMES`] has and then its short ones.
pub const DIMINUTIVES: &str = include_str!("diminutives.txt");

/// A token of prose is cut after this many characters, before it is stemmed.
pub const LONGEST_TOKEN: usize = 64;

/// A sort key is cut after this many bytes.
pub const LONGEST_SORT_KEY: usize = 512;

/// The tokens of a text for the prose index, in order, repeated where the text repeats them; the tokens of a query are made by the same function.
///
/// A token is the stem of a folded word: letters and digits in small letters, no spaces, never empty. `tokens(fold(text))` are `tokens(text)`.
#[must_use]
pub fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    each_word(text, Marks::Dropped, |word, _| tokens.push(token(word)));
    tokens
}

/// The bytes of those words of `text` that have a token of `query`: to mark why a result was found.
#[must_use]
pub fn matched_words(query: &str, text: &str) -> Vec<Range<usize>> {
    let wanted = tokens(query);
    let mut matched: Vec<Range<usize>> = Vec::new();
    each_word(text, Marks::Dropped, |word, bytes| {
        // One character can be two words (½); it is marked once.
        if matched.last() != Some(&bytes) && wanted.contains(&token(word)) {
            matched.push(bytes);
        }
    });
    matched
}

fn token(word: &str) -> String {
    let end = word.char_indices().nth(LONGEST_TOKEN).map_or(word.len(), |(at, _)| at);
    stem(&word[..end])
}

/// What a name is put in alphabetical order by: folded, its parts in the order they were written.
#[must_use]
pub fn sort_key(name: &str) -> String {
    let mut key = fold(name);
    if key.len() > LONGEST_SORT_KEY {
        key.truncate((0..=LONGEST_SORT_KEY).rev().find(|at| key.is_char_boundary(*at)).unwrap_or(0));
    }
    key
}

/// The script a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Script {
    /// All its letters are Latin.
    Latin,
    /// All its letters are Cyrillic.
    Cyrillic,
    /// Some are Latin and some Cyrillic.
    Mixed,
    /// It has letters of neither, or no letters.
    Other,
}

/// The script of a text, by its letters as they are written: a Latin *i* in a Cyrillic word makes it [`Script::Mixed`].
#[must_use]
pub fn script_of(text: &str) -> Script {
    match (text.chars().any(fold::is_latin), text.chars().any(fold::is_cyrillic)) {
        (true, false) => Script::Latin,
        (false, true) => Script::Cyrillic,
        (true, true) => Script::Mixed,
        (false, false) => Script::Other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_are_stems_without_spaces() {
        assert_eq!(tokens("Затрыманы 12.08.2020, нумар 1234 AB-7!"), tokens("затрыманыя 12 08 2020 нумары 1234 ab 7"));
        assert_eq!(tokens(" \u{0}«»—…"), Vec::<String>::new());
        assert_eq!(tokens(&"я".repeat(1_000))[0].chars().count(), tokens(&"я".repeat(LONGEST_TOKEN))[0].chars().count());
    }

    #[test]
    fn the_words_that_matched_are_marked_as_they_were_written() {
        let text = "Яго затры́малі ў го\u{ad}радзе; у горадзе — міліцыя. ½";
        let marked: Vec<&str> = matched_words("затрыманыя город 1", text).into_iter().map(|bytes| &text[bytes]).collect();
        assert_eq!(marked, ["затры́малі", "го\u{ad}радзе", "горадзе", "½"]);
        assert!(matched_words("", text).is_empty());
    }

    #[test]
    fn a_text_has_the_script_of_its_letters() {
        assert_eq!(script_of("Żukowski 5"), Script::Latin);
        assert_eq!(script_of("Ціханоўская"), Script::Cyrillic);
        assert_eq!(script_of("Цiханоўская"), Script::Mixed, "with a Latin i");
        assert_eq!(script_of("5 ٣ ა"), Script::Other);
        assert_eq!(script_of(""), Script::Other);
    }

    #[test]
    fn a_sort_key_keeps_the_written_order_and_is_bounded() {
        assert_eq!(sort_key("  ЖУК,  Ганна"), "жук ганна");
        assert!(sort_key(&"ш".repeat(100_000)).len() <= LONGEST_SORT_KEY);
    }

    proptest! {
        #[test]
        fn tokens_of_the_folded_text_are_its_tokens(text in any::<String>()) {
            let all = tokens(&text);
            prop_assert!(all.iter().all(|token| !token.is_empty() && !token.contains(char::is_whitespace)));
            prop_assert_eq!(tokens(&fold(&text)), all);
        }

        #[test]
        fn marked_bytes_are_letters_of_the_text(text in "[а-яіўa-z½ĸ\u{301}\u{ad}' .-]{0,60}", query in "[а-яa-z ]{0,20}") {
            let mut end = 0;
            for bytes in matched_words(&query, &text) {
                prop_assert!(bytes.start >= end && text.get(bytes.clone()).is_some_and(|word| !word.is_empty()));
                end = bytes.end;
            }
            prop_assert_eq!(matched_words(&text, &text).is_empty(), tokens(&text).is_empty());
        }
    }
}
