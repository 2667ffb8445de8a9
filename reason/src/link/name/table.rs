//! What is known of names beforehand: which given names are one name, how common parts are, which words name nobody.
//!
//! Three small tables are compiled in (`reason/data`) beside core's table of given names; each states its source. They are read once, into sorted
//! arrays of digests of sounds. Pure.

use std::sync::LazyLock;

use kniha_core::words::{DIMINUTIVES, GIVEN_NAMES};

use super::code::{firm, loose};
use super::letters::words;
use super::read::readings;
use crate::weight::Weight;

/// A given name whatever language it is written in: the place of its line in the table, from 1.
pub(super) type Class = u16;

/// The given names a word may be; 0 where fewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Classes {
    pub(super) full: [Class; 2],
    /// Names it may be a short form of.
    pub(super) short: [Class; 4],
}

impl Classes {
    pub(super) fn any(&self) -> bool {
        self.full[0] != 0 || self.short[0] != 0
    }

    fn add(&mut self, class: Class, short: bool) {
        let places: &mut [Class] = if short { &mut self.short } else { &mut self.full };
        if !places.contains(&class)
            && let Some(free) = places.iter_mut().find(|p| **p == 0)
        {
            *free = class;
        }
    }

    /// The name both may be, and whether one or both are short forms.
    #[inline]
    pub(super) fn shared(&self, other: &Classes) -> Option<(Class, bool)> {
        let meets = |one: &[Class], two: &[Class]| one.iter().copied().find(|c| *c != 0 && two.contains(c));
        if let Some(class) = meets(&self.full, &other.full) {
            return Some((class, false));
        }
        let short = meets(&self.full, &other.short).or_else(|| meets(&self.short, &other.full)).or_else(|| meets(&self.short, &other.short));
        short.map(|class| (class, true))
    }
}

/// What a form says of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sex {
    Man,
    Woman,
}

/// A word that does not tell who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idle {
    Particle,
    Title,
}

/// Sounds of a word that is long enough to be known by another alphabet's reading.
const LONG: usize = 5;

/// How rare a given name is that the table of rarities leaves out.
const GIVEN_DB: i32 = 24;

struct Tables {
    /// Digest of sounds and class; sorted.
    given: Vec<(u64, Class)>,
    /// The same of short forms, by firmer digests.
    short: Vec<(u64, Class)>,
    /// The line of a class as it is written.
    lines: Vec<&'static str>,
    /// By class; a bit for each sound that a form starts with.
    initials: Vec<u32>,
    /// By class, dB; the sex its line gives, and whether a man's form ends in -a.
    given_db: Vec<i32>,
    sex: Vec<(Sex, bool)>,
    family_db: Vec<(u64, i32)>,
    idle: Vec<(&'static str, Idle)>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The digests of the readings of one written word.
fn digests(form: &str) -> Vec<u64> {
    let read = words(form);
    let mut all: Vec<u64> = read.first().map(|word| readings(word).iter().filter_map(|r| loose(r)).collect()).unwrap_or_default();
    all.dedup();
    all
}

fn first_firm(form: &str) -> Option<u64> {
    words(form).first().and_then(|word| readings(word).first().and_then(|r| firm(r)))
}

fn first_sounds(form: &str) -> u32 {
    let read = words(form);
    read.first().map_or(0, |word| readings(word).iter().map(|r| start(r)).fold(0, |all, one| all | one))
}

/// A bit for every sound an initial of this word may be written by.
pub(super) fn start(word: &[u8]) -> u32 {
    use super::sound::{E, G, H, I, J, O, U, V, Y};
    let bit = |sound: u8| 1_u32.checked_shl(u32::from(sound)).unwrap_or(1 << 31);
    let Some(&first) = word.first() else { return 0 };
    match (first, word.get(1)) {
        (J, Some(&next @ (E | I | O))) => bit(J) | bit(next),
        (J, _) => bit(J),
        (E, _) => bit(J) | bit(E),
        (I | Y, _) => bit(I) | bit(Y) | bit(J),
        (U | V, _) => bit(U) | bit(V),
        (G | H, _) => bit(G) | bit(H),
        _ => bit(first),
    }
}

impl Tables {
    fn read() -> Tables {
        let mut tables = Tables {
            given: Vec::new(),
            short: Vec::new(),
            lines: vec![""],
            initials: vec![0],
            given_db: vec![GIVEN_DB],
            sex: vec![(Sex::Man, true)],
            family_db: Vec::new(),
            idle: Vec::new(),
        };
        for line in lines(GIVEN_NAMES) {
            let class = Class::try_from(tables.lines.len()).unwrap_or(0);
            let forms = line.split(' ').skip(1);
            let sex = if line.starts_with('f') { Sex::Woman } else { Sex::Man };
            tables.sex.push((sex, forms.clone().any(|form| form.ends_with(['а', 'я', 'a']))));
            tables.initials.push(forms.clone().map(first_sounds).fold(0, |all, one| all | one));
            tables.given.extend(forms.flat_map(digests).map(|digest| (digest, class)));
            tables.lines.push(line);
            tables.given_db.push(GIVEN_DB);
        }
        tables.given.sort_unstable();
        tables.given.dedup();
        let full = tables.given.clone();
        let classes = |form: &str| -> Vec<Class> {
            let Some(digest) = digests(form).first().copied() else { return Vec::new() };
            let from = full.partition_point(|row| row.0 < digest);
            full[from..].iter().take_while(|row| row.0 == digest).map(|row| row.1).collect()
        };
        for line in lines(DIMINUTIVES) {
            let mut forms = line.split(' ');
            for class in forms.next().map(classes).unwrap_or_default() {
                for form in forms.clone() {
                    tables.initials[usize::from(class)] |= first_sounds(form);
                    tables.short.extend(first_firm(form).map(|digest| (digest, class)));
                }
            }
        }
        tables.short.sort_unstable();
        tables.short.dedup();
        for line in lines(include_str!("../../../data/rarity.txt")) {
            let mut forms = line.split(' ');
            let (kind, db) = (forms.next(), forms.next().and_then(|db| db.parse().ok()).unwrap_or(GIVEN_DB));
            for form in forms {
                if kind == Some("given") {
                    for class in classes(form) {
                        let known = &mut tables.given_db[usize::from(class)];
                        *known = db.min(*known);
                    }
                } else {
                    tables.family_db.extend(digests(form).first().map(|digest| (*digest, db)));
                }
            }
        }
        tables.family_db.sort_unstable();
        tables.family_db.dedup_by_key(|row| row.0);
        for line in lines(include_str!("../../../data/name_words.txt")) {
            let mut forms = line.split(' ');
            let idle = if forms.next() == Some("particle") { Idle::Particle } else { Idle::Title };
            tables.idle.extend(forms.map(|form| (form, idle)));
        }
        tables.idle.sort_unstable_by_key(|row| row.0);
        tables
    }
}

/// The given names that a word read so may be.
///
/// A second reading speaks only where the first knows nothing, of words long enough, and never of short forms: *Velychko* read by another alphabet
/// is not *Валик*.
pub(super) fn given<'a>(readings: impl Iterator<Item = &'a [u8]>) -> Classes {
    let mut classes = Classes::default();
    for (at, sounds) in readings.enumerate() {
        if let Some(digest) = loose(sounds).filter(|_| at == 0 || sounds.len() >= LONG) {
            rows(&TABLES.given, digest).for_each(|class| classes.add(class, false));
        }
        if let Some(digest) = firm(sounds).filter(|_| at == 0) {
            rows(&TABLES.short, digest).for_each(|class| classes.add(class, true));
        }
        if classes.any() {
            break;
        }
    }
    classes
}

fn rows(table: &[(u64, Class)], digest: u64) -> impl Iterator<Item = Class> {
    let from = table.partition_point(|row| row.0 < digest);
    table[from..].iter().take_while(move |row| row.0 == digest).map(|row| row.1)
}

/// The sex a spelling of a given name says, where it says one: *Aleksandra* is a woman, as no man's form of that name ends so.
pub(super) fn sex(classes: &Classes, ends_in_a: bool) -> Option<Sex> {
    // Валера is a short form of Валерий.
    if classes.full[0] == 0 || classes.full[1] != 0 || classes.short.contains(&classes.full[0]) {
        return None;
    }
    match *TABLES.sex.get(usize::from(classes.full[0]))? {
        (Sex::Woman, _) => Some(Sex::Woman),
        (Sex::Man, true) if ends_in_a => None,
        (Sex::Man, false) if ends_in_a => Some(Sex::Woman),
        (Sex::Man, _) => Some(Sex::Man),
    }
}

/// A bit for each sound that a form of the name starts with.
pub(super) fn initials(class: Class) -> u32 {
    TABLES.initials.get(usize::from(class)).copied().unwrap_or(0)
}

/// How rare a given name is.
pub(super) fn given_rarity(class: Class) -> Weight {
    Weight::from_db(TABLES.given_db.get(usize::from(class)).copied().unwrap_or(GIVEN_DB))
}

/// How rare a word is that is no given name: common family names by the table, others by their length.
pub(super) fn word_rarity(digest: Option<u64>, sounds: usize) -> Weight {
    let table = &TABLES.family_db;
    let known = digest.and_then(|d| table.binary_search_by_key(&d, |row| row.0).ok()).map(|at| table[at].1);
    Weight::from_db(known.unwrap_or(match sounds {
        0 | 1 => 14,
        2 => 26,
        3 => 30,
        4 => 34,
        5 => 38,
        _ => 42,
    }))
}

/// Whether a word names nobody.
pub(super) fn idle(word: &str) -> Option<Idle> {
    let table = &TABLES.idle;
    table.binary_search_by_key(&word, |row| row.0).ok().map(|at| table[at].1)
}

/// The first form of a class, for explanations.
pub(super) fn form(class: Class) -> &'static str {
    TABLES.lines.get(usize::from(class)).and_then(|line| line.split(' ').nth(1)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn classes(word: &str) -> Classes {
        given(readings(&words(word)[0]).iter().map(Vec::as_slice))
    }

    #[test]
    fn one_name_in_many_languages_is_one_class() {
        for group in [
            &["Мікалай", "Николай", "Микола", "Mikalai", "Nikolay", "Nicholas"][..],
            &["Аляксандр", "Александр", "Олександр", "Aliaksandr", "Alexander", "Oleksandr"],
            &["Вольга", "Ольга", "Volha", "Olga", "Olha"],
            &["Уладзімір", "Владимир", "Володимир", "Uladzimir", "Vladimir", "Volodymyr", "Wladimir"],
            &["Яўген", "Евгений", "Yauhen", "Evgeny", "Yevhen", "Jewgenij"],
            &["Ганна", "Анна", "Hanna"],
        ] {
            for name in group {
                assert!(classes(name).shared(&classes(group[0])).is_some_and(|s| !s.1), "{name} {:?}", classes(name));
            }
        }
        assert!(classes("Олег").shared(&classes("Ольга")).is_none());
        assert!(classes("Ян").shared(&classes("Анна")).is_none());
    }

    #[test]
    fn a_short_form_belongs_to_its_names() {
        assert_eq!(classes("Саша").shared(&classes("Аляксандр")).map(|s| s.1), Some(true));
        assert_eq!(classes("Bill").shared(&classes("William")).map(|s| s.1), Some(true));
        assert!(classes("Саша").shared(&classes("Иван")).is_none());
    }

    #[test]
    fn every_line_of_the_tables_is_read() {
        for line in lines(DIMINUTIVES) {
            let first = line.split(' ').next().unwrap();
            assert!(classes(first).full[0] != 0, "{first} is not in core's table");
        }
        assert!(given_rarity(classes("Сергей").full[0]) < given_rarity(classes("Севастьян").full[0]));
        assert!(word_rarity(digests("Ivanov").first().copied(), 6) < word_rarity(digests("Khvastou").first().copied(), 8));
    }

    #[test]
    fn tables_of_words_have_no_doubles() {
        let idle = &TABLES.idle;
        for pair in idle.windows(2) {
            assert!(pair[0].0 != pair[1].0, "{}", pair[0].0);
        }
    }
}
