//! Words of units and organisations that are known beforehand, across languages. Compiled in from `reason/data/organisation_words.txt`, which states its
//! sources; read once. Pure.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kniha_core::words::{fold, stem};

/// What a known word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Idle,
    /// Size or kind of a body: left out and mistaken easily.
    Level,
    Weak,
    Word,
}

/// Classes of legal forms; other than each other they speak a little against.
pub(super) type Legal = u8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Word { kind: Kind, concept: u16, db: i32 },
    Legal(Legal),
}

/// Words in the longest phrase.
pub(super) const LONGEST_PHRASE: usize = 12;

/// The class of legal forms of bodies that are not companies.
pub(super) const NONPROFIT: &str = "nonprofit";

struct Table {
    /// By folded word, and by stem where no word is the same.
    words: BTreeMap<String, Known>,
    stems: BTreeMap<String, Known>,
    /// What words say that are legal forms too: *company*.
    beside_forms: BTreeMap<String, Known>,
    /// By stems parted by spaces.
    phrases: BTreeMap<String, Known>,
    nonprofit: Legal,
    any: Legal,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("../../../data/organisation_words.txt")));

impl Table {
    fn read(text: &str) -> Table {
        let mut table = Table { words: BTreeMap::new(), stems: BTreeMap::new(), beside_forms: BTreeMap::new(), phrases: BTreeMap::new(), nonprofit: 0, any: 0 };
        let (mut concept, mut legal) = (0, 0);
        let mut phrases: Vec<(String, Known)> = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            concept += 1;
            let mut words = line.split(' ');
            let (head, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            let db = second.parse().unwrap_or(0);
            let kind = match head {
                "idle" => Kind::Idle,
                "level" => Kind::Level,
                "weak" => Kind::Weak,
                _ => Kind::Word,
            };
            if head == "legal" || head == "phrase" {
                let known = if head == "legal" {
                    legal += 1;
                    Known::Legal(legal)
                } else {
                    Known::Word { kind, concept, db }
                };
                if second == NONPROFIT {
                    table.nonprofit = legal;
                }
                if second == "company" {
                    table.any = legal;
                }
                phrases.extend(line.split('|').skip(1).map(|form| (fold(form), known)));
            } else {
                words.for_each(|form| table.add_word(form, Known::Word { kind, concept, db }));
            }
        }
        // Single words first: what a word of a phrase is known by depends on them.
        for (form, known) in &phrases {
            if let [one] = table.telling(form)[..]
                && let Some(other @ Known::Word { .. }) = table.words.insert(one.to_owned(), *known)
            {
                table.beside_forms.insert(one.to_owned(), other);
            }
        }
        for (form, known) in &phrases {
            let stems: Vec<String> = table.telling(form).into_iter().map(|word| table.stem_of(word)).collect();
            if stems.len() > 1 {
                table.phrases.entry(stems.join(" ")).or_insert(*known);
            }
        }
        table
    }

    fn add_word(&mut self, form: &str, known: Known) {
        let folded = fold(form);
        self.stems.entry(stem(&folded)).or_insert(known);
        self.words.entry(folded).or_insert(known);
    }

    fn telling<'a>(&self, folded: &'a str) -> Vec<&'a str> {
        folded.split(' ').filter(|word| !self.is_idle(word)).collect()
    }

    fn is_idle(&self, word: &str) -> bool {
        matches!(self.words.get(word), Some(Known::Word { kind: Kind::Idle, .. }))
    }

    /// What a word is known by in phrases: its concept, whatever the language, or its stem.
    fn stem_of(&self, word: &str) -> String {
        match self.words.get(word).or_else(|| self.stems.get(&stem(word))) {
            Some(Known::Word { concept, kind, .. }) if *kind != Kind::Idle => format!("#{concept}"),
            _ => stem(word),
        }
    }
}

/// What is known of a folded word.
pub(super) fn word(folded: &str) -> Option<Known> {
    // Short words have stems of other words.
    let long = folded.chars().nth(4).is_some();
    let known = TABLE.words.get(folded).or_else(|| if long { TABLE.stems.get(&stem(folded)) } else { None });
    known.copied().or_else(|| misspelt(folded))
}

/// What is known of a folded word beside that it is a legal form.
pub(super) fn beside_form(folded: &str) -> Option<Known> {
    TABLE.beside_forms.get(folded).copied()
}

/// Letters from which on a word with one slip is still known. Shorter words are one slip from other words and names.
const LONG_ENOUGH: usize = 8;

/// What a word was meant to be that is one slip (a letter more, less, another, or two swapped) from known words of one meaning. The first letter is never
/// the slip.
fn misspelt(folded: &str) -> Option<Known> {
    let (_, known) = near(folded, LONG_ENOUGH)?;
    // What names a body is not put right: one letter can tell two names apart.
    (!matches!(known, Known::Word { kind: Kind::Word, .. })).then_some(known)
}

/// A known word of at least so many letters that is one slip away, where all such words have one meaning.
fn near(folded: &str, letters: usize) -> Option<(&'static str, Known)> {
    folded.chars().nth(letters - 1)?;
    let first = &folded[..folded.chars().next().map_or(0, char::len_utf8)];
    let alike = TABLE.words.range(first.to_owned()..).take_while(|(word, _)| word.starts_with(first));
    let mut found = None;
    for (word, known) in alike {
        // A letter has two bytes at most in the alphabets of the table.
        if word.len().abs_diff(folded.len()) <= 2 && word.chars().nth(letters - 1).is_some() && one_slip(word, folded) {
            match found {
                Some((_, other)) if other != *known => return None,
                _ => found = Some((word.as_str(), *known)),
            }
        }
    }
    found
}

fn one_slip(one: &str, other: &str) -> bool {
    let same_start = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
    let (mut a, mut b) = (one[same_start..].chars(), other[same_start..].chars());
    let (rest_a, rest_b) = (a.as_str(), b.as_str());
    let (first_a, first_b) = (a.next(), b.next());
    let (without_a, without_b) = (a.as_str(), b.as_str());
    if rest_a == without_b || without_a == rest_b || without_a == without_b {
        return true;
    }
    let (second_a, second_b) = (a.next(), b.next());
    first_a == second_b && second_a == first_b && a.as_str() == b.as_str()
}

/// What a word is known by in phrases.
pub(super) fn key(folded: &str) -> String {
    TABLE.stem_of(folded)
}

/// Letters from which on a word with one slip is still known inside a phrase, whose other words bear it out.
const LONG_ENOUGH_IN_PHRASE: usize = 5;

/// The [`key`] of a word that may have a slip in it.
pub(super) fn near_key(folded: &str) -> String {
    let slip = if word(folded).is_none() { near(folded, LONG_ENOUGH_IN_PHRASE) } else { None };
    key(slip.map_or(folded, |(meant, _)| meant))
}

/// What is known of words in a row, by their [`key`]s parted by spaces.
pub(super) fn phrase(keys: &str) -> Option<Known> {
    TABLE.phrases.get(keys).copied()
}

/// *Company, Inc.* are written for bodies of any legal form.
pub(super) fn is_any_form(legal: Legal) -> bool {
    legal == TABLE.any
}

pub(super) fn is_nonprofit(legal: Legal) -> bool {
    legal == TABLE.nonprofit
}

/// The number a word says, in the languages we read: *first, three, трэці, пятая, XII*.
pub(super) fn number(folded: &str) -> Option<u32> {
    if folded.bytes().all(|b| b.is_ascii_digit()) {
        return folded.parse().ok();
    }
    roman(folded).or_else(|| NUMBERS.iter().find(|row| row.1.split(' ').any(|form| form == folded)).map(|row| row.0))
}

/// Roman numerals to 39: larger ones are mostly letters (C, D, L, M).
fn roman(word: &str) -> Option<u32> {
    const ONES: [&str; 10] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    let latin: String = word
        .chars()
        .map(|c| match c {
            'и' | 'і' => 'i',
            'х' => 'x',
            other => other,
        })
        .collect();
    let tens = latin.bytes().take_while(|b| *b == b'x').count();
    if tens > 3 || word.is_empty() {
        return None;
    }
    let ones = ONES.iter().position(|one| *one == &latin[tens..])?;
    u32::try_from(tens * 10 + ones).ok().filter(|n| *n > 0)
}

/// Folded: і is и, ў is у, ё is е.
const NUMBERS: [(u32, &str); 27] = [
    (1, "one first первыи первая первое первого один перши першая першае першага адзин перша первый першы"),
    (2, "two second второй вторая второе второго два други другая другое другога другии"),
    (3, "three third третий третья третье третьего три трэци трэцяя трэцяе трэцяга тры третя третии"),
    (4, "four fourth четвертый четвертая четвертое четыре чацверты чацвертая чацвертае чатыры"),
    (5, "five fifth пятый пятая пятое пять пяты пятае пяць"),
    (6, "six sixth шестой шестая шестое шесть шосты шостая шостае шэсць"),
    (7, "seven seventh седьмой седьмая седьмое семь семы семая семае сем"),
    (8, "eight eighth восьмой восьмая восьмое восемь восьмы восьмае восем"),
    (9, "nine ninth девятый девятая девятое девять дзявяты дзявятая дзявятае дзевяць"),
    (10, "ten tenth десятый десятая десятое десять дзясяты дзясятая дзясятае дзесяць"),
    (11, "eleven eleventh одиннадцатый одиннадцатая адзинаццаты"),
    (12, "twelve twelfth двенадцатый двенадцатая дванаццаты"),
    (13, "thirteen thirteenth тринадцатый трынаццаты"),
    (14, "fourteen fourteenth четырнадцатый чатырнаццаты"),
    (15, "fifteen fifteenth пятнадцатый пятнаццаты"),
    (16, "sixteen sixteenth шестнадцатый шаснаццаты"),
    (17, "seventeen seventeenth семнадцатый семнаццаты"),
    (18, "eighteen eighteenth восемнадцатый васямнаццаты"),
    (19, "nineteen nineteenth девятнадцатый дзевятнаццаты"),
    (20, "twenty twentieth двадцать двадцатый дваццаць дваццаты"),
    (30, "thirty thirtieth тридцать тридцатый трыццаць трыццаты"),
    (40, "forty fourty fortieth сорок сороковой сорак"),
    (50, "fifty fiftieth пятьдесят пяцьдзесят"),
    (60, "sixty sixtieth шестьдесят шэсцьдзесят"),
    (70, "seventy seventieth семьдесят семдзесят"),
    (80, "eighty eightieth восемьдесят восемдзесят"),
    (90, "ninety ninetieth девяносто дзевяноста"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_words_and_romans() {
        for (text, n) in [("3", 3), ("iii", 3), ("third", 3), ("третья", 3), ("трэци", 3), ("xiv", 14), ("009", 9), ("ии", 2)] {
            assert_eq!(number(text), Some(n), "{text}");
        }
        for text in ["", "c", "police", "xxxx", "99999999999"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn one_word_in_many_languages_is_one_concept() {
        assert_eq!(word("bn"), word(&fold("батальён")));
        assert_eq!(word("battalions"), word("battalion"));
        assert_eq!(word("амап"), word("omon"));
        assert_eq!(word("gmbh"), word("ооо"));
        let keys = |text: &str| fold(text).split(' ').map(key).collect::<Vec<_>>().join(" ");
        assert_eq!(phrase(&keys("отряд милиции особого назначения")), word("амап"));
        assert_eq!(phrase(&keys("joint stock company")), word("oao"));
    }

    #[test]
    fn a_slip_in_a_long_word_is_put_right_and_a_name_is_not() {
        for (slip, meant) in [("headquarers", "headquarters"), ("commitee", "committee"), ("batallions", "battalion"), ("incorporatd", "incorporated")] {
            assert!(word(meant).is_some() && word(slip) == word(meant), "{slip}");
        }
        assert_eq!(word("unkraina"), None, "names are left as they are");
        assert_eq!(word("corbs"), None, "short words are");
        let near = |text: &str| fold(text).split(' ').map(near_key).collect::<Vec<_>>().join(" ");
        assert_eq!(phrase(&near("open jiont stock company")), word("oao"));
        assert!(one_slip("abcd", "abdc") && one_slip("abcd", "abd") && one_slip("abcd", "abxcd") && !one_slip("abcd", "adcb"));
    }
}
