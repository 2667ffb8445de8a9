//! The keys that names are found by.
//!
//! A store keeps the keys of every name (hashed) and looks candidates up by equality, sharpest keys first; [`name_likeness`](super::name_likeness) ranks
//! them. No key depends on case, script, transliteration or the order of the parts. Pure.

use std::collections::BTreeSet;

use super::name::{Heard, Part, Role};

/// Keys of a name; an ordinary one has eight or nine.
pub const MOST_KEYS: usize = 64;
/// Rows that a store takes for one key at most.
pub const ROWS_PER_KEY: usize = 300;
/// With so many candidates a store looks no duller keys up than it has.
pub const ENOUGH_CANDIDATES: usize = 20;
/// Parts that are paired with each other for [`Level::Pair`] keys.
const MOST_PAIRED: usize = 6;

/// How few names a key is expected to share: 1 is the sharpest. Keys are looked up in this order.
///
/// In a book of 200,000 names a key of level 1 is shared by tens, of level 2 by hundreds, of level 3 and 4 by up to thousands (Ivanov), of level 5 and 6 by
/// hundreds, of level 7 and 8 by up to tens of thousands: those are for queries that have nothing else, and a store stops early there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// A family name together with a given name or another part.
    Pair = 1,
    /// A family name together with an initial: finds *I. Ivanov* among many Ivanovs. Kept of names with initials only, sought by full names too.
    Initial = 2,
    /// The skeleton of a part that is no given name and no patronymic.
    Sound = 3,
    /// The consonants of such a part, by every reading.
    Bones = 4,
    /// The start of such a part together with a given name: finds a family name that is misspelt further on.
    Start = 5,
    /// A given name together with a patronymic.
    GivenPair = 6,
    /// A patronymic alone.
    Father = 7,
    /// A given name alone.
    Given = 8,
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
///
/// How a store looks a query up: it takes the keys of [`Heard::sought`] in this order, at most [`ROWS_PER_KEY`] rows that the reader may see for each, all keys of [`Level::Pair`], and
/// the duller ones while it has fewer than [`ENOUGH_CANDIDATES`]; then it ranks the candidates by [`name_likeness`](super::name_likeness), equals by their number.
#[must_use]
pub fn name_keys(name: &str) -> Vec<NameKey> {
    Heard::of(name).keys()
}

impl Heard {
    /// The keys it is found by, sharpest first, each once, at most [`MOST_KEYS`]. None for a name without a Latin or Cyrillic letter.
    #[must_use]
    pub fn keys(&self) -> Vec<NameKey> {
        self.collect(false)
    }

    /// The keys that others are found by when this is a query: its own, and those of names that have an initial for its given name.
    #[must_use]
    pub fn sought(&self) -> Vec<NameKey> {
        self.collect(true)
    }

    fn collect(&self, sought: bool) -> Vec<NameKey> {
        // Without a family name a patronymic may be one (Петровіч).
        let nameless = !self.parts.iter().any(|part| part.role == Role::Family);
        let mut keys = BTreeSet::new();
        let mut add = |level, what: &str| {
            keys.insert(NameKey::new(level, what));
        };
        for part in &self.parts {
            match part.role {
                Role::Family | Role::Filial => {
                    // Of other readings the consonants are enough.
                    add(Level::Sound, &part.sounds.main);
                    for bare in part.all_bones() {
                        add(Level::Bones, bare);
                    }
                }
                Role::Given(given) => add(Level::Given, given.class),
                Role::Patronymic(father) => {
                    add(Level::Father, father.class);
                    if nameless {
                        add(Level::Bones, &part.bones);
                    }
                }
                Role::Initial(_) => {}
            }
        }
        let paired: Vec<&Part> = self.parts.iter().filter(|part| !matches!(part.role, Role::Initial(_))).take(MOST_PAIRED).collect();
        for (at, one) in paired.iter().enumerate() {
            for other in &paired[at + 1..] {
                pair_keys(one, other, nameless, &mut add);
            }
        }
        for family in paired.iter().filter(|part| part.role == Role::Family) {
            for part in &self.parts {
                let mut first = |sound: char| add(Level::Initial, &format!("{}+{sound}", family.bones));
                match part.role {
                    Role::Given(given) if sought => given.initials().for_each(&mut first),
                    Role::Initial(sound) => first(char::from(sound)),
                    _ => {}
                }
            }
        }
        keys.into_iter().take(MOST_KEYS).collect()
    }
}

fn pair_keys(one: &Part, other: &Part, nameless: bool, add: &mut impl FnMut(Level, &str)) {
    for (left_known, left) in one.names(nameless) {
        for (right_known, right) in other.names(nameless) {
            let level = if left_known && right_known { Level::GivenPair } else { Level::Pair };
            add(level, &ordered(&left, &right));
        }
    }
    for (family, given) in [(one, other), (other, one)] {
        if let (Role::Family, Role::Given(given)) = (family.role, given.role)
            && let Some(start) = family.bones.get(..2).filter(|_| family.bones.len() > 2)
        {
            add(Level::Start, &ordered(start, given.class));
        }
    }
}

/// Two texts as one, the same in either order.
fn ordered(one: &str, other: &str) -> String {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    format!("{first}+{second}")
}

impl Part {
    /// What stands for it in a pair, and whether the table of given names knows that.
    fn names(&self, nameless: bool) -> Vec<(bool, String)> {
        match self.role {
            Role::Family | Role::Filial => self.all_bones().map(|bare| (false, bare.to_owned())).collect(),
            Role::Given(given) => vec![(true, given.class.to_owned())],
            Role::Patronymic(father) => {
                let mut all = vec![(true, format!("{}/", father.class))];
                if nameless {
                    all.push((false, self.bones.clone()));
                }
                all
            }
            Role::Initial(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::words::MOST_PARTS;
    use proptest::prelude::*;

    #[test]
    fn every_key_of_a_shared_name_is_shared_and_the_sharpest_come_first() {
        let keys = name_keys("Вольга Сяргееўна Жураўкова");
        assert_eq!(keys, name_keys("ЖУРАВКОВА Ольга Сергеевна"));
        assert!(keys.is_sorted_by_key(|key| key.level));
        assert_eq!(keys[0].level, Level::Pair);
        assert!(keys.iter().all(|key| key.text.starts_with(&i64::from(key.level).to_string())));
    }

    #[test]
    fn a_name_with_an_initial_is_sought_by_the_full_name_in_any_language() {
        let kept = name_keys("Г. Жураўкова");
        let initial = |keys: &[NameKey]| keys.iter().any(|key| key.level == Level::Initial && kept.contains(key));
        assert!(initial(&Heard::of("Анна Журавкова").sought()));
        assert!(initial(&Heard::of("H. Zhuraukova").sought()));
        assert!(!initial(&Heard::of("Ольга Журавкова").sought()));
        assert!(!name_keys("Ганна Жураўкова").iter().any(|key| key.level == Level::Initial), "full names are kept without it");
    }

    #[test]
    fn a_family_name_made_like_a_patronymic_is_found_as_a_family_name() {
        let full = name_keys("Мікалай Васільевіч Сяргеевіч");
        assert!(name_keys("Сергеевич Николай").iter().any(|key| key.level == Level::Pair && full.contains(key)));
        assert!(name_keys("Siarheevich").iter().any(|key| key.level == Level::Bones && full.contains(key)));
    }

    #[test]
    fn a_hostile_name_has_few_keys() {
        assert_eq!(name_keys("ж́ 12 () \u{202e}").len(), 0);
        assert!(name_keys(&"Сч ou Chch Хх ".repeat(10_000)).len() <= MOST_KEYS);
        assert!(Heard::of(&"а б".repeat(1000)).parts.len() <= MOST_PARTS);
        assert!(name_keys(&"ш".repeat(100_000)).iter().all(|key| key.text.len() < 200));
    }

    proptest! {
        #[test]
        fn the_order_of_parts_changes_no_key(mut parts in prop::collection::vec("[а-яa-z]{1,12}", 1..6)) {
            let keys = name_keys(&parts.join(" "));
            parts.reverse();
            prop_assert_eq!(keys, name_keys(&parts.join(" ")));
        }
    }
}
