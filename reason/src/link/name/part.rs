//! The parts of a name and what each is, as far as its form tells.
//!
//! Nothing is asked about order: documents put the family name first or last. Pure; a name keeps at most [`MOST_PARTS`] parts.

use super::code::{Code, loose};
use super::letters::{Script, Word, words};
use super::read::readings;
use super::sound::{A, CH, E, I, J, L, N, O, TS, U, V, Y, is_vowel};
use super::table::{self, Classes, Idle, Sex};
use crate::weight::Weight;

/// Parts of a name that are compared.
pub const MOST_PARTS: usize = 10;

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A given name of the table.
    Given,
    /// A father's name.
    Patronymic,
    /// One letter.
    Initial,
    /// Anything else: a family name, or a name that the table lacks.
    Name,
}

/// Of two initials the first is the given name's, the second the father's; one alone may be either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Alone,
    First,
    Later,
}

/// A part prepared for comparing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) text: Box<str>,
    pub(super) role: Role,
    /// Another spelling or another name: may help, never harms.
    pub(super) extra: bool,
    pub(super) other_script: bool,
    /// The given names it may be; of a patronymic, the father's.
    pub(super) classes: Classes,
    pub(super) codes: Box<[Code]>,
    /// Of a word made like a patronymic, the readings of what comes before the ending.
    pub(super) father: Box<[Code]>,
    /// What its form says of the person.
    pub(super) sex: Option<Sex>,
    /// Which of several initials it is.
    pub(super) turn: Turn,
    /// A father's name stands in the same name.
    pub(super) with_father: bool,
    /// After *bin, ibn, bint*: the father's; and whether a part of the same name is.
    pub(super) nasab: bool,
    pub(super) with_nasab: bool,
    /// A bit for every sound its initial may be written by.
    pub(super) initials: u32,
    /// How surprising it is to meet this part by chance.
    pub(super) rarity: Weight,
    /// Names the part where frequencies are counted.
    pub(super) digest: u64,
}

/// The parts of a name.
pub(super) fn parts(name: &str) -> Vec<Part> {
    let words = words(name);
    let idle = |word: &Word| table::idle(&word.text());
    let telling = words.iter().filter(|word| idle(word).is_none()).count();
    let mut parts: Vec<Part> = Vec::new();
    let (mut of_father, mut of_house) = (false, false);
    for word in &words {
        let kept = match idle(word) {
            None => true,
            Some(Idle::Title) => false,
            // Le, Van, Ben can also be all of a family or given name.
            Some(Idle::Particle) => telling == 1,
        };
        if kept && parts.len() < MOST_PARTS {
            parts.extend(Part::read(word).map(|part| Part { nasab: of_father, ..part }));
        }
        of_father = !parts.is_empty() && !of_house && (is_son_of(word) || (of_father && !kept));
        // Al bin Ali is a house, not a son.
        of_house = *word.text() == *"al";
    }
    settle(&mut parts);
    know_each_other(&mut parts);
    parts
}

/// The Arabic nasab: what follows is the father's name.
fn is_son_of(word: &Word) -> bool {
    matches!(&*word.text(), "bin" | "ben" | "ibn" | "bint")
}

fn after_given(parts: &[Part]) -> bool {
    let initial = parts.iter().position(|part| part.role == Role::Initial);
    initial.is_some_and(|at| at > 0 && parts[at - 1].role == Role::Given)
}

/// What parts say of each other: which initial is which, and that *Ивана Петровича* is no woman.
fn know_each_other(parts: &mut [Part]) {
    let with_father = parts.iter().any(|part| part.role == Role::Patronymic);
    let son = parts.iter().any(|part| part.role == Role::Patronymic && part.sex == Some(Sex::Man));
    let with_nasab = parts.iter().any(|part| part.nasab);
    let several = parts.iter().filter(|part| part.role == Role::Initial).count() > 1;
    // Дмитрий А. Жук: after a given name an initial is the father's.
    let mut first = several || !after_given(parts);
    for part in parts {
        part.with_father = with_father;
        part.with_nasab = with_nasab;
        if part.role == Role::Given && son {
            part.sex = None;
        }
        if part.role == Role::Initial && (several || !first) {
            part.turn = if first { Turn::First } else { Turn::Later };
            first = false;
        }
    }
}

impl Part {
    fn read(word: &Word) -> Option<Part> {
        let read = readings(word);
        let codes: Box<[Code]> = read.iter().filter(|r| !r.is_empty()).map(|r| Code::of(r)).collect();
        let first = *codes.first()?;
        let other_script = word.script == Script::Other;
        let short = word.letters.len() == 1 || (word.dotted && word.letters.len() == 2);
        let digest = if other_script { whole(&word.letters) } else { loose(first.sounds()).unwrap_or_else(|| whole(&word.letters)) };
        let own = read.iter().map(|r| table::start(r)).fold(0, |all, one| all | one);
        let mut part = Part {
            text: word.text().into(),
            role: Role::Name,
            extra: word.extra,
            other_script,
            classes: Classes::default(),
            father: Box::default(),
            sex: None,
            turn: Turn::Alone,
            with_father: false,
            nasab: false,
            with_nasab: false,
            initials: own,
            rarity: Weight::NOTHING,
            digest,
            codes,
        };
        if short && !other_script {
            part.role = Role::Initial;
            part.rarity = Weight::from_db(8);
            return Some(part);
        }
        part.classes = if other_script { Classes::default() } else { table::given(read.iter().map(Vec::as_slice)) };
        if part.classes.any() {
            part.role = Role::Given;
            part.sex = table::sex(&part.classes, first.sounds().last() == Some(&A));
            part.take_initials();
        } else if !other_script {
            part.read_father(&read);
        }
        part.rarity = part.prior();
        Some(part)
    }

    fn read_father(&mut self, read: &[Vec<u8>]) {
        let mut fathers: Vec<&[u8]> = Vec::new();
        for stem in read.iter().filter_map(|r| before_ending(r)) {
            if !fathers.contains(&stem) {
                fathers.push(stem);
            }
        }
        if !fathers.is_empty() {
            self.sex = Some(if read.iter().any(|r| son(r).is_some()) { Sex::Man } else { Sex::Woman });
        }
        self.father = fathers.iter().map(|stem| Code::of(stem)).collect();
        self.classes = table::given(fathers.iter().copied());
        if self.classes.full[0] == 0 {
            // Якович of Якаў, Яковлевич of Яков: the name's own -ov runs into the ending.
            let whole: Vec<Vec<u8>> = fathers
                .iter()
                .map(|stem| match stem {
                    [stem @ .., V, L] => [stem, &[V]].concat(),
                    stem => [stem, &[O, V][..]].concat(),
                })
                .collect();
            self.classes = table::given(whole.iter().map(Vec::as_slice));
        }
        if self.classes.full[0] != 0 {
            self.role = Role::Patronymic;
            self.take_initials();
        }
    }

    fn take_initials(&mut self) {
        let of = self.classes.full.iter().chain(&self.classes.short).filter(|class| **class != 0);
        self.initials |= of.map(|class| table::initials(*class)).fold(0, |all, one| all | one);
    }

    fn prior(&self) -> Weight {
        let given = self.classes.full.iter().chain(&self.classes.short).filter(|class| **class != 0).map(|class| table::given_rarity(*class)).min();
        match (self.role, given) {
            (Role::Given | Role::Patronymic, Some(rarity)) => rarity,
            _ if self.other_script => Weight::from_db((12 * i32::try_from(self.text.chars().count()).unwrap_or(4)).min(40)),
            _ => table::word_rarity(Some(self.digest), self.codes.first().map_or(0, |c| c.sounds().len())),
        }
    }
}

/// A digest of the letters themselves (FNV-1a).
fn whole(letters: &[char]) -> u64 {
    letters.iter().fold(0xcbf2_9ce4_8422_2325, |hash, c| (hash ^ u64::from(u32::from(*c))).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Decides between family name and patronymic where only the other parts can tell.
fn settle(parts: &mut [Part]) {
    let made_like = |part: &Part| !part.father.is_empty();
    let plain = parts.iter().filter(|part| part.role == Role::Name && !made_like(part)).count();
    let doubtful: Vec<usize> = (0..parts.len()).filter(|at| parts[*at].role == Role::Name && made_like(&parts[*at])).collect();
    let known = parts.iter().any(|part| part.role == Role::Patronymic);
    // A second family name is likelier than a second patronymic; a patronymic stands after a given name or an unknown one.
    if !known && plain > 0 && parts.len() > 2 {
        if let Some(at) = doubtful.into_iter().find(|at| *at > 0) {
            parts[at].role = Role::Patronymic;
        }
    } else if known && plain == 0 && doubtful.is_empty() {
        // Петрович Иван: nothing else can be the family name.
        let given = parts.iter().filter(|part| part.role == Role::Given).count();
        let patronymics: Vec<usize> = (0..parts.len()).filter(|at| parts[*at].role == Role::Patronymic).collect();
        if given + patronymics.len() == parts.len() && (patronymics.len() > 1 || (parts.len() == 2 && patronymics[0] == 0) || parts.len() == 1) {
            let at = if patronymics[0] == 0 { 0 } else { patronymics[patronymics.len() - 1] };
            parts[at].role = Role::Name;
            parts[at].classes = Classes::default();
            parts[at].rarity = parts[at].prior();
        }
    }
}

/// What stands before *-avich, -evič, -ovna, -auna, -ivna, -ich, -ichna*; the ending is read in any system.
fn before_ending(word: &[u8]) -> Option<&[u8]> {
    let stem = son(word).or_else(|| daughter(word))?;
    let mut end = stem.len();
    while end > 0 && (is_vowel(stem[end - 1]) || stem[end - 1] == J) {
        end -= 1;
    }
    (end >= 2).then(|| &stem[..end])
}

fn son(word: &[u8]) -> Option<&[u8]> {
    match word {
        [stem @ .., A | O | E | I | Y, V, I | Y, CH | TS] => Some(stem),
        [stem @ .., A | O | E | I | Y, V, I | Y, CH | TS, I | Y | J | A | U | E] => Some(stem),
        [stem @ .., J | I, I | Y, CH] | [stem @ .., J, CH] => Some(stem),
        _ => None,
    }
}

fn daughter(word: &[u8]) -> Option<&[u8]> {
    match word {
        [stem @ .., A | O | E | I | Y, V | U, N, A] => Some(stem),
        [stem @ .., I | Y, N, I | Y, CH, N, A] | [stem @ .., I | Y, CH, N, A] => Some(stem),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn roles(name: &str) -> Vec<Role> {
        parts(name).iter().map(|part| part.role).collect()
    }

    #[test]
    fn roles_are_told_by_form() {
        use Role::{Given, Initial, Name, Patronymic};
        assert_eq!(roles("Мікалай Пятровіч Гарбацэвіч"), [Given, Patronymic, Name]);
        assert_eq!(roles("HARBATSEVICH Mikalai Piatrovich"), [Name, Given, Patronymic]);
        assert_eq!(roles("Olena Mykolayivna KUNTSEVYCH"), [Given, Patronymic, Name]);
        assert_eq!(roles("М. П. Гарбацэвіч"), [Initial, Initial, Name]);
        assert_eq!(roles("Рустам Гумерович Хабибулин"), [Name, Patronymic, Name]);
        assert_eq!(roles("Петрович Иван"), [Name, Given]);
        assert_eq!(roles("полковник Жук"), [Name]);
        assert_eq!(roles("Иван Сергеевич"), [Given, Patronymic]);
    }

    #[test]
    fn particles_and_titles_are_left_out() {
        let texts = |name: &str| parts(name).iter().map(|part| part.text.to_string()).collect::<Vec<_>>();
        assert_eq!(texts("Mr. Usama bin al-Ladin"), ["usama", "ladin"]);
        assert_eq!(texts("Ben Netanyahu"), ["ben", "netanyahu"]);
        assert_eq!(texts("President"), Vec::<String>::new());
    }

    #[test]
    fn a_father_after_bin_is_not_the_son() {
        let weight = |one: &str, other: &str| super::super::Prepared::new(one).compare(&super::super::Prepared::new(other)).weight;
        let turned = weight("Salim bin Yunus al-Harthy", "Yunus bin Salim al-Harthy");
        assert!(turned < Weight::NOTHING, "{turned}");
        for other in ["Salim ibn Yunus al-Harthy", "Salim Yunus al-Harthy", "al-Harthy, Salim bin Yunus", "Salim bin Yunus Al bin Harthy"] {
            assert!(weight("Salim bin Yunus al-Harthy", other) >= super::super::SAME, "{other}");
        }
    }
}
