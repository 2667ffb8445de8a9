//! An account as it is read: its sentences, marks in it, words looked for in it. The account is never changed. Pure: nothing here asks a database or a gate.

pub(crate) mod guess;
pub(crate) mod place;
pub(crate) mod taken;
pub(crate) mod text;

pub(crate) use place::{NotThere, place};
pub(crate) use text::{Sentence, sentences, visible};

/// The characters from one place to another; fewer where the text is shorter.
pub(crate) fn between(text: &str, start: u32, end: u32) -> String {
    text.chars().skip(start as usize).take(end.saturating_sub(start) as usize).collect()
}
