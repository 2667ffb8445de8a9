//! Words as they are searched: folding, stems, Latin skeletons, name keys.
//!
//! Everything here turns what people wrote into what is compared, and nothing of it is shown: a page shows the text itself, with the bytes that
//! [`matched_words`] or [`Heard::matched_parts`] mark. Prose is found by [`tokens`], names by [`name_keys`] and ranked by [`name_likeness`], lists are put in
//! order by [`sort_key`]. All are functions of the text alone, the same on every machine; a change of any of them is a new [`VERSION`] and asks for
//! `kniha reindex`. Pure; any input, bounded, no panics.

mod fold;
mod given;
mod name;
mod skeleton;
#[cfg(test)]
mod spellings;
mod stem;

use std::ops::Range;

pub use fold::fold;
pub use name::{Heard, LONGEST, Level, MOST_PARTS, NameKey, name_keys, name_likeness};
pub use skeleton::{MOST_SOUNDS, skeleton};
pub use stem::stem;

use fold::{Marks, each_word};

/// The version of all search keys. Indexes made by another version must be made anew.
pub const VERSION: u16 = 1;

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
