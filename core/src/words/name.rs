//! Names of people as they are searched: the keys they are found by, and how like two of them are.
//!
//! A store keeps the keys of every name (hashed) and looks candidates up by equality, sharpest keys first; [`Heard::likeness`] ranks them. No key and no score
//! depends on the order of the parts, on case, script or transliteration. Pure; a name is read up to [`LONGEST`] characters and [`MOST_PARTS`] parts.

use std::{collections::BTreeSet, ops::Range};

use super::{
    fold::{Marks, each_word, fold, is_cyrillic},
    given::{Father, Given, is_patronymic},
    skeleton::{Skeletons, bones},
};

/// Characters of a name that are read.
pub const LONGEST: usize = 512;
/// Parts of a name that are read.
pub const MOST_PARTS: usize = 24;
/// Parts that are paired with each other for [`Level::Pair`] keys.
const MOST_PAIRED: usize = 6;
/// Parts of two names that are compared with each other.
const MOST_COMPARED: usize = 8;

/// How few names a key is expected to share: 1 is the sharpest. Keys are looked up in this order.
///
/// In a book of 200,000 names a key of level 1 is shared by tens, of level 2 and 3 by up to thousands (Ivanov), of level 4 and 5 by hundreds, of level 6 and 7 by
/// up to tens of thousands: those are for queries that have nothing else, and a store stops early there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// A family name together with a given name or another part.
    Pair = 1,
    /// The skeleton of a part that is no given name and no patronymic.
    Sound = 2,
    /// The consonants of such a part.
    Bones = 3,
    /// The start of such a part together with a given name: finds a family name that is misspelt further on.
    Start = 4,
    /// A given name together with a patronymic.
    GivenPair = 5,
    /// A patronymic alone.
    Father = 6,
    /// A given name alone.
    Given = 7,
}

impl From<Level> for i64 {
    fn from(level: Level) -> i64 {
        i64::from(level as u8)
    }
}

/// One key that a name is found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameKey {
    /// How few names it is expected to share.
    pub level: Level,
    /// What is hashed; it begins with the level, so keys of two levels are never equal. It means nothing but equality.
    pub text: String,
}

impl NameKey {
    fn new(level: Level, what: &str) -> NameKey {
        NameKey { level, text: format!("{}{what}", level as u8) }
    }
}

/// The keys of a name, sharpest first, each once.
#[must_use]
pub fn name_keys(name: &str) -> Vec<NameKey> {
    Heard::of(name).keys()
}

/// How like two names are, 0 to 1000; see [`Heard::likeness`].
#[must_use]
pub fn name_likeness(query: &Heard, candidate: &Heard) -> u32 {
    query.likeness(candidate)
}

/// A name as it is heard: prepared for [`Heard::keys`] and [`Heard::likeness`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    /// Where it stands in the name.
    bytes: Range<usize>,
    folded: String,
    sounds: Skeletons,
    bones: String,
    role: Role,
}

/// What a part of a name is, as far as its form tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
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

    /// The keys it is found by, sharpest first, each once. None for a name without a Latin or Cyrillic letter.
    #[must_use]
    pub fn keys(&self) -> Vec<NameKey> {
        let mut keys = BTreeSet::new();
        let mut add = |level, what: &str| {
            keys.insert(NameKey::new(level, what));
        };
        for part in &self.parts {
            match part.role {
                Role::Family | Role::Filial => {
                    for sound in part.readings() {
                        add(Level::Bones, &bones(sound));
                        add(Level::Sound, sound);
                    }
                }
                Role::Given(given) => add(Level::Given, given.class),
                Role::Patronymic(father) => {
                    add(Level::Father, father.class);
                    // A family name made like a patronymic (Петровіч) is looked for as one too.
                    add(Level::Bones, &part.bones);
                }
                Role::Initial(_) => {}
            }
        }
        let paired = &self.parts[..self.parts.len().min(MOST_PAIRED)];
        for (at, one) in paired.iter().enumerate() {
            for other in &paired[at + 1..] {
                pair_keys(one, other, &mut add);
            }
        }
        keys.into_iter().collect()
    }

    /// How like a candidate is to this query, 0 to 1000.
    ///
    /// Each part is paired with the one most like it, in any order. A family name weighs more than a given name, that more than a patronymic, that more
    /// than an initial. What the query has and the candidate lacks costs its weight, a patronymic half; what only the candidate has costs a fifth.
    #[must_use]
    pub fn likeness(&self, candidate: &Heard) -> u32 {
        let queried = &self.parts[..self.parts.len().min(MOST_COMPARED)];
        let offered = &candidate.parts[..candidate.parts.len().min(MOST_COMPARED)];
        let mut scores = [[0_u32; MOST_COMPARED]; MOST_COMPARED];
        for (row, one) in scores.iter_mut().zip(queried) {
            for (score, other) in row.iter_mut().zip(offered) {
                *score = one.likeness(other);
            }
        }
        let (mut taken, mut given) = ([false; MOST_COMPARED], [false; MOST_COMPARED]);
        let (mut sum, mut weight) = (0, 0);
        while let Some((row, column)) = best(&scores, &taken, &given) {
            (taken[row], given[column]) = (true, true);
            let heavier = queried[row].weight().max(offered[column].weight());
            sum += scores[row][column] * heavier;
            weight += heavier;
        }
        let missing = |part: &Part| if matches!(part.role, Role::Patronymic(_) | Role::Filial) { part.weight() / 2 } else { part.weight() };
        weight += queried.iter().zip(taken).filter(|(_, taken)| !taken).map(|(part, _)| missing(part)).sum::<u32>();
        weight += offered.iter().zip(given).filter(|(_, given)| !given).map(|(part, _)| part.weight() / 5).sum::<u32>();
        if weight == 0 { 0 } else { sum / weight }
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

/// The most alike pair of parts not yet taken; the first of equals.
fn best(scores: &[[u32; MOST_COMPARED]; MOST_COMPARED], taken: &[bool; MOST_COMPARED], given: &[bool; MOST_COMPARED]) -> Option<(usize, usize)> {
    let mut best = None;
    let mut top = 0;
    for (row, scores) in scores.iter().enumerate().filter(|(row, _)| !taken[*row]) {
        for (column, score) in scores.iter().enumerate().filter(|(column, _)| !given[*column]) {
            if *score > top {
                (top, best) = (*score, Some((row, column)));
            }
        }
    }
    best
}

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

fn pair_keys(one: &Part, other: &Part, add: &mut impl FnMut(Level, &str)) {
    let known = |part: &Part| matches!(part.role, Role::Given(_) | Role::Patronymic(_));
    let level = if known(one) && known(other) { Level::GivenPair } else { Level::Pair };
    for left in one.names() {
        for right in other.names() {
            add(level, &ordered(&left, &right));
        }
    }
    for (family, given) in [(one, other), (other, one)] {
        if let (Role::Family, Role::Given(given)) = (family.role, given.role) {
            if let Some(start) = family.bones.get(..2).filter(|_| family.bones.len() > 2) {
                add(Level::Start, &ordered(start, given.class));
            }
        }
    }
}

/// Two texts as one, the same in either order.
fn ordered(one: &str, other: &str) -> String {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    format!("{first}+{second}")
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
        Some(Part { bytes, folded, bones: bones(&sounds.main), sounds, role })
    }

    fn readings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.sounds.main.as_str()).chain(self.sounds.other.as_deref())
    }

    /// What stands for it in a pair.
    fn names(&self) -> Vec<String> {
        match self.role {
            Role::Family | Role::Filial => {
                let mut all: Vec<String> = self.readings().map(bones).collect();
                all.dedup();
                all
            }
            Role::Given(given) => vec![given.class.to_owned()],
            Role::Patronymic(father) => vec![format!("{}/", father.class), self.bones.clone()],
            Role::Initial(_) => Vec::new(),
        }
    }

    fn weight(&self) -> u32 {
        match self.role {
            Role::Family => 40,
            Role::Given(_) => 25,
            Role::Patronymic(_) | Role::Filial => 20,
            Role::Initial(_) => 10,
        }
    }

    /// How like two parts are, 0 to 1000.
    fn likeness(&self, other: &Part) -> u32 {
        if self.folded == other.folded {
            return 1000;
        }
        match (self.role, other.role) {
            (Role::Initial(sound), _) => other.starts_with(sound),
            (_, Role::Initial(sound)) => self.starts_with(sound),
            (Role::Given(one), Role::Given(other_given)) if one.class == other_given.class => 970 - self.other_gender(other),
            (Role::Patronymic(one), Role::Patronymic(two)) if one.class == two.class => {
                if one.daughter == two.daughter {
                    970
                } else {
                    850
                }
            }
            // Two names of the table that are not one name are two names, however alike.
            (Role::Given(_), Role::Given(_)) | (Role::Patronymic(_), Role::Patronymic(_)) => self.spelled_like(other) / 2,
            (Role::Given(_), Role::Patronymic(_)) | (Role::Patronymic(_), Role::Given(_)) => 0,
            _ => self.spelled_like(other),
        }
    }

    fn starts_with(&self, sound: u8) -> u32 {
        let starts = match self.role {
            Role::Given(given) => given.may_start_with(sound),
            _ => self.sounds.main.as_bytes().first() == Some(&sound),
        };
        if starts { 700 } else { 0 }
    }

    fn spelled_like(&self, other: &Part) -> u32 {
        let same = |key: fn(&str) -> String| self.readings().any(|one| other.readings().any(|two| key(one) == key(two)));
        if same(str::to_owned) {
            return 960 - self.other_gender(other);
        }
        if self.bones.len() > 1 && same(bones) {
            return 920 - self.other_gender(other);
        }
        let near = nearness(&self.sounds.main, &other.sounds.main).max(nearness(&self.bones, &other.bones));
        // Below half alike is chance.
        if near < 500 { 0 } else { near * 9 / 10 }
    }

    /// A little less like, where one ends as a woman's name and the other does not.
    fn other_gender(&self, other: &Part) -> u32 {
        let ends_in_a = |part: &Part| part.folded.ends_with(['а', 'я', 'a']);
        if ends_in_a(self) == ends_in_a(other) { 0 } else { 15 }
    }
}

/// 1000 less a thousandth for every part of the longer text that must be edited (insert, delete, replace, swap neighbours).
fn nearness(one: &str, other: &str) -> u32 {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let longest = one.len().max(other.len());
    if longest == 0 || longest > MAX_EDITED || one.len().abs_diff(other.len()) * 2 > longest {
        return 0;
    }
    let edits = edits(one, other);
    u32::try_from(1000 - (edits * 1000 / longest).min(1000)).unwrap_or(0)
}

const MAX_EDITED: usize = 63;

/// Optimal string alignment distance (Damerau–Levenshtein without edits of edited pairs); both texts at most [`MAX_EDITED`] long.
fn edits(one: &[u8], other: &[u8]) -> usize {
    let mut two_up = [0_usize; MAX_EDITED + 1];
    let mut up: [usize; MAX_EDITED + 1] = std::array::from_fn(|column| column);
    for (at, a) in one.iter().enumerate() {
        let mut now = [0_usize; MAX_EDITED + 1];
        now[0] = at + 1;
        for (column, b) in other.iter().enumerate() {
            let mut least = (up[column] + usize::from(a != b)).min(up[column + 1] + 1).min(now[column] + 1);
            if at > 0 && column > 0 && other[column - 1] == *a && one[at - 1] == *b {
                least = least.min(two_up[column - 1] + 1);
            }
            now[column + 1] = least;
        }
        (two_up, up) = (up, now);
    }
    up[other.len()]
}
