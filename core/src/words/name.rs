//! A name of a person as it is heard: its parts, how each sounds, and what each is as far as its form tells.
//!
//! Nothing is asked about the order of the parts: documents put the family name first or last. Pure; a name is read up to [`LONGEST`] characters and
//! [`MOST_PARTS`] parts.

use std::ops::Range;

use super::{
    fold::{Marks, each_word, fold, is_cyrillic},
    given::{Father, Given, is_patronymic},
    skeleton::{Skeletons, bones},
};

/// Characters of a name that are read.
pub const LONGEST: usize = 512;
/// Parts of a name that are read.
pub const MOST_PARTS: usize = 24;

/// A name as it is heard: prepared for its keys and for [`Heard::likeness`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub(super) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it stands in the name.
    bytes: Range<usize>,
    pub(super) folded: String,
    pub(super) sounds: Skeletons,
    pub(super) bones: String,
    /// Of the other readings, where they differ.
    other_bones: [Option<String>; 2],
    pub(super) role: Role,
}

/// What a part of a name is, as far as its form tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Family,
    Given(Given),
    Patronymic(Father),
    /// Made like a patronymic beside a family name, of a father that the table lacks.
    Filial,
    Initial(u8),
}

impl Heard {
    /// Reads a name.
    #[must_use]
    pub fn of(name: &str) -> Heard {
        let mut parts: Vec<Part> = Vec::new();
        let end = name.char_indices().nth(LONGEST).map_or(name.len(), |(at, _)| at);
        each_word(&name[..end], Marks::Sounding, |_, bytes| {
            for bytes in glued(name, bytes) {
                if parts.len() < MOST_PARTS {
                    parts.extend(Part::read(name, bytes));
                }
            }
        });
        let made_like = |part: &Part| part.role == Role::Family && is_patronymic(&part.sounds);
        if parts.iter().any(|part| part.role == Role::Family && !made_like(part)) {
            parts.iter_mut().filter(|part| made_like(part)).for_each(|part| part.role = Role::Filial);
        }
        Heard { parts }
    }

    /// The bytes of those parts of a name that a part of this query matched: to mark why a result was found.
    #[must_use]
    pub fn matched_parts(&self, name: &str) -> Vec<Range<usize>> {
        let found = Heard::of(name);
        let matched = |part: &Part| self.parts.iter().any(|queried| queried.likeness(part) >= CONVINCING);
        found.parts.iter().filter(|part| matched(part)).map(|part| part.bytes.clone()).collect()
    }
}

/// Parts at least this like are shown as the reason for a match.
const CONVINCING: u32 = 700;

/// A word typed without the space between two names (ІванПетровіч) is two parts; Latin names (MacDonald) do write capitals inside.
fn glued(name: &str, bytes: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let word = &name[bytes.clone()];
    let mut cut = None;
    let mut before = None;
    for (at, c) in word.char_indices() {
        if before.is_some_and(|b: char| b.is_lowercase() && is_cyrillic(b)) && c.is_uppercase() && is_cyrillic(c) {
            let long = |part: &str| part.chars().nth(2).is_some();
            if cut.is_none() && long(&word[..at]) && long(&word[at..]) {
                cut = Some(bytes.start + at);
            }
        }
        before = Some(c);
    }
    let first = bytes.start..cut.unwrap_or(bytes.end);
    std::iter::once(first).chain(cut.map(|at| at..bytes.end))
}

impl Part {
    fn read(name: &str, bytes: Range<usize>) -> Option<Part> {
        let written = &name[bytes.clone()];
        let folded = fold(written);
        let sounds = Skeletons::of(written);
        let first = sounds.main.bytes().next()?;
        let one_letter = folded.chars().nth(1).is_none();
        let role = if one_letter {
            Role::Initial(first)
        } else if let Some(given) = Given::of(&folded, &sounds) {
            Role::Given(given)
        } else if let Some(father) = Father::of(&sounds) {
            Role::Patronymic(father)
        } else {
            Role::Family
        };
        let bare = bones(&sounds.main);
        let other = sounds.other.as_deref().map(bones).filter(|other| *other != bare);
        let stem = sounds.bare.as_deref().map(bones).filter(|stem| *stem != bare && Some(stem) != other.as_ref());
        Some(Part { bytes, folded, sounds, bones: bare, other_bones: [other, stem], role })
    }

    /// Its skeletons.
    pub(super) fn readings(&self) -> impl Iterator<Item = &str> {
        self.sounds.all()
    }

    /// Its consonants, by each reading.
    pub(super) fn all_bones(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.bones.as_str()).chain(self.other_bones.iter().flatten().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::words::name_keys;

    #[test]
    fn two_names_without_a_space_are_two_parts() {
        assert_eq!(name_keys("ЯўгенІльіч Хвастоў"), name_keys("Яўген Ільіч Хвастоў"));
        assert_eq!(Heard::of("MacDonald").parts.len(), 1);
    }

    #[test]
    fn matched_parts_are_marked_in_the_name_as_written() {
        let name = "ЖУРАЎКОВА, Вольга Сяргееўна";
        let marked: Vec<&str> = Heard::of("olga zhuravkova").matched_parts(name).into_iter().map(|bytes| &name[bytes]).collect();
        assert_eq!(marked, ["ЖУРАЎКОВА", "Вольга"]);
    }
}
