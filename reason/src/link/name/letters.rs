//! A written name as words of letters: script, look-alike letters, invisible characters.
//!
//! Compatibility forms are taken apart and put together again (NFKC), capitals and stress marks go, apostrophes and invisible characters fall out. A
//! Latin *i* in a Cyrillic word becomes і where the other letters say which script was meant. Words after a slash, in brackets or after *or* are other
//! spellings or other names of the same person: they may help and never harm. Pure; reads at most [`LONGEST`] characters and [`MOST_WORDS`] words.

use kniha_core::words::{to_cyrillic, to_latin};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Characters of a name that are read.
pub(in crate::link) const LONGEST: usize = 512;
/// Words of a name that are read.
pub(in crate::link) const MOST_WORDS: usize = 16;
/// Letters of a word that are read.
pub(in crate::link) const MOST_LETTERS: usize = 32;

/// Words before a colon that are a label.
const MOST_LABEL: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::link) enum Script {
    Latin,
    Cyrillic,
    /// Compared as what it is.
    Other,
}

/// A word of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::link) struct Word {
    pub(in crate::link) letters: Vec<char>,
    pub(in crate::link) script: Script,
    /// It stands in brackets, or in the shorter part beside a slash or *or*.
    pub(in crate::link) extra: bool,
    segment: u8,
    /// A full stop follows.
    pub(in crate::link) dotted: bool,
}

impl Word {
    pub(in crate::link) fn text(&self) -> String {
        self.letters.iter().collect()
    }
}

/// The words of a name.
pub(in crate::link) fn words(name: &str) -> Vec<Word> {
    let mut reader = Reader::default();
    let mut lower_before = false;
    for raw in name.chars().take(LONGEST).nfkc() {
        if is_silent(raw) {
            continue;
        }
        // Two words whose space was lost (ІванПетровіч); Latin names (MacDonald) do write capitals inside.
        if lower_before && raw.is_uppercase() && is_cyrillic(raw) && reader.letters.len() > 2 {
            reader.finish();
        }
        lower_before = raw.is_lowercase() && is_cyrillic(raw);
        for c in raw.to_lowercase() {
            reader.take(c);
        }
    }
    reader.finish();
    reader.choose();
    if reader.words.iter().all(|word| word.extra) {
        reader.words.iter_mut().for_each(|word| word.extra = false);
    }
    reader.words
}

#[derive(Default)]
struct Reader {
    letters: Vec<char>,
    words: Vec<Word>,
    bracket: bool,
    segment: u8,
}

impl Reader {
    fn take(&mut self, c: char) {
        if c.is_alphanumeric() {
            if self.letters.len() < MOST_LETTERS {
                self.letters.push(c);
            }
        } else if is_combining_mark(c) {
            // A mark of another script is part of its word; a stress on a Cyrillic vowel is not.
            if self.letters.last().is_some_and(|l| !is_cyrillic(*l) && !is_latin(*l)) && self.letters.len() < MOST_LETTERS {
                self.letters.push(c);
            }
        } else {
            self.finish();
            match c {
                '(' | '[' | '{' => self.bracket = true,
                ')' | ']' | '}' => self.bracket = false,
                '/' | '\\' | ';' | '|' => self.segment = self.segment.saturating_add(1),
                // Russian spelling: …
                ':' if self.words.len() <= MOST_LABEL => {
                    self.words.clear();
                    self.segment = 0;
                }
                '.' => {
                    if let Some(word) = self.words.last_mut() {
                        word.dotted = true;
                    }
                }
                _ => {}
            }
        }
    }

    /// Between slashes the longest part is the name, and of equals the first; the others are other spellings of it.
    fn choose(&mut self) {
        let count = |segment: u8| self.words.iter().filter(|word| word.segment == segment && !word.extra).count();
        let main = (0..=self.segment.min(MOST_WORDS as u8)).rev().max_by_key(|segment| count(*segment)).unwrap_or(0);
        self.words.iter_mut().for_each(|word| word.extra |= word.segment != main);
    }

    fn finish(&mut self) {
        let mut letters = std::mem::take(&mut self.letters);
        if letters.is_empty() || self.words.len() >= MOST_WORDS {
            return;
        }
        if letters == ['o', 'r'] || letters == ['a', 'k', 'a'] {
            self.segment = self.segment.saturating_add(1);
            return;
        }
        let script = repair(&mut letters);
        self.words.push(Word { letters, script, extra: self.bracket, segment: self.segment, dotted: false });
    }
}

/// The script a word is meant in; look-alike letters of the other one are put right.
fn repair(letters: &mut [char]) -> Script {
    let (mut latin, mut only_latin, mut cyrillic, mut only_cyrillic) = (0, 0, 0, 0);
    for c in letters.iter() {
        if is_cyrillic(*c) {
            cyrillic += 1;
            only_cyrillic += usize::from(to_latin(*c).is_none());
        } else if is_latin(*c) {
            latin += 1;
            only_latin += usize::from(to_cyrillic(*c).is_none());
        }
    }
    let meant_cyrillic = if only_latin == only_cyrillic { cyrillic >= latin } else { only_cyrillic > only_latin };
    if latin + cyrillic == 0 {
        return Script::Other;
    }
    for c in letters.iter_mut() {
        *c = if meant_cyrillic { to_cyrillic(*c) } else { to_latin(*c) }.unwrap_or(*c);
    }
    if meant_cyrillic { Script::Cyrillic } else { Script::Latin }
}

pub(in crate::link) fn is_latin(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}')
}

pub(in crate::link) fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8a}' | '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}')
}

/// The letter without its mark.
pub(in crate::link) fn bare(c: char) -> char {
    let mut first = None;
    decompose_canonical(c, |part| first = first.or(Some(part)));
    first.unwrap_or(c)
}

/// Characters that stand inside a word without being part of it.
fn is_silent(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | 'ʹ'..='ʿ' | 'ˈ' | '‘' | '’' | '‛' | '′' | 'ꞌ' | '՚' | '׳' | '"' | '“' | '”' | '„'
            | '\u{0}'..='\u{8}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn texts(name: &str) -> Vec<String> {
        words(name).iter().map(Word::text).collect()
    }

    #[test]
    fn look_alike_letters_take_the_script_of_the_word() {
        assert_eq!(texts("Дзмiтрый ПАЎЛIЧЭНКА Ниĸолай"), ["дзмітрый", "паўлічэнка", "николай"]);
        assert_eq!(words("Дзмiтрый")[0].script, Script::Cyrillic);
        assert_eq!(texts("Zhukоv"), ["zhukov"], "with a Cyrillic о");
        assert_eq!(words("李 明")[0].script, Script::Other);
    }

    #[test]
    fn other_spellings_are_extra_and_stress_and_apostrophes_go() {
        let read = words("ARTEMENKO / ARTIOMENKO (Жук)");
        assert_eq!(read.iter().map(|w| w.extra).collect::<Vec<_>>(), [false, true, true]);
        let read = words("Artyom / Artem Grigoryevich Zhuk");
        assert_eq!(read.iter().map(|w| w.extra).collect::<Vec<_>>(), [true, false, false, false]);
        assert!(!words("(Жук)")[0].extra);
        assert_eq!(texts("Russian spelling: Жук"), ["жук"]);
        assert_eq!(texts("Дем’я́н Григо́рʼев"), ["демян", "григорев"]);
        assert_eq!(texts("ЯўгенІльіч"), ["яўген", "ільіч"]);
    }

    #[test]
    fn much_text_is_cut() {
        assert!(words(&"я ".repeat(100_000)).len() <= MOST_WORDS);
        assert!(words(&"я".repeat(100_000))[0].letters.len() <= MOST_LETTERS);
        assert!(words("").is_empty() && words("🎉 — …").is_empty());
    }
}
