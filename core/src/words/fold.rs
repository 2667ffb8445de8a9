//! Folding: what people type, made comparable.
//!
//! Case, stress, accents, apostrophes, soft hyphens and invisible characters go; dashes and other punctuation become one space. `ё ў і ї є ґ` become
//! `е у и и е г`, because a person without that keyboard types those; `й` stays. Letters of the other script that only look right (a Latin *i* in a
//! Cyrillic word) are put right when the rest of the word decides the script. Compatibility forms (full width, ligatures, circled) are taken apart
//! as Unicode's NFKD does. Folding twice changes nothing. Pure; any input; time and memory linear in the text.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// What of a Latin letter is kept besides its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marks {
    /// Nothing: `š` is `s`.
    Dropped,
    /// What changes the sound in Slavic Latin alphabets: `č š ž ŭ` stay, and Serbian Cyrillic letters become digraphs.
    Sounding,
}

/// A text as it is compared: lower case, words parted by single spaces, no accents.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    each_word(text, Marks::Dropped, |word, _| {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    });
    folded
}

/// Gives every folded word of `text` with the bytes it was written in.
pub(super) fn each_word(text: &str, marks: Marks, mut found: impl FnMut(&str, Range<usize>)) {
    let mut word = Word { text: String::new(), marks, bytes: 0..0 };
    for (at, raw) in text.char_indices() {
        let end = at + raw.len_utf8();
        if raw.is_ascii_alphanumeric() {
            word.push(raw.to_ascii_lowercase(), at, end);
        } else if matches!(raw, 'а'..='я') && raw != 'й' {
            word.push(raw, at, end);
        } else if !is_silent(raw) {
            decompose_compatible(raw, |part| {
                for lower in part.to_lowercase() {
                    word.take(lower, at, end, &mut found);
                }
            });
        }
    }
    word.finish(&mut found);
}

/// Characters that stand inside a word without being part of it: apostrophes, soft hyphens, joiners, direction marks, variation selectors.
fn is_silent(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | 'ʹ'..='ʿ' | 'ˈ' | '‘' | '’' | '‛' | '′' | '＇' | 'ꞌ' | '՚' | '׳'
            | '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

struct Word {
    text: String,
    marks: Marks,
    bytes: Range<usize>,
}

impl Word {
    fn push(&mut self, letter: char, at: usize, end: usize) {
        if self.text.is_empty() {
            self.bytes.start = at;
        }
        self.bytes.end = end;
        self.text.push(letter);
    }

    /// Takes one decomposed, lower-case character.
    fn take(&mut self, c: char, at: usize, end: usize, found: &mut impl FnMut(&str, Range<usize>)) {
        if is_silent(c) {
            // Some decompositions hold an apostrophe (ŉ).
        } else if is_combining_mark(c) {
            self.mark(c, end);
        } else if let Some(plain) = plain(c, self.marks) {
            for letter in plain.chars() {
                self.push(letter, at, end);
            }
        } else if let Some(digit) = plain_digit(c) {
            self.push(digit, at, end);
        } else if c.is_alphanumeric() {
            self.push(c, at, end);
        } else {
            self.finish(found);
        }
    }

    /// A combining mark changes the letter before it, or falls away.
    fn mark(&mut self, mark: char, end: usize) {
        let Some(base) = self.text.chars().next_back() else { return };
        self.bytes.end = end;
        let marked = match (base, mark) {
            ('и', '\u{306}') => 'й',
            _ if self.marks == Marks::Dropped => return,
            ('c', '\u{30c}' | '\u{327}') => 'č',
            ('s', '\u{30c}' | '\u{327}' | '\u{326}') => 'š',
            ('z', '\u{30c}' | '\u{307}') => 'ž',
            ('u', '\u{306}') => 'ŭ',
            _ => return,
        };
        self.text.pop();
        self.text.push(marked);
    }

    fn finish(&mut self, found: &mut impl FnMut(&str, Range<usize>)) {
        if self.text.is_empty() {
            return;
        }
        if !self.text.is_ascii() {
            repair(&mut self.text);
        }
        found(&self.text, self.bytes.clone());
        self.text.clear();
    }
}

/// Letters that no decomposition reaches. `і`, `ј` and `ĸ` wait for [`repair`], which must see how the word is written.
fn plain(c: char, marks: Marks) -> Option<&'static str> {
    Some(match c {
        'є' | 'ѣ' => "е",
        'ґ' => "г",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' | 'ɵ' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'þ' => "th",
        'ŋ' => "n",
        'ə' | 'ǝ' => "a",
        'ı' => "i",
        'ς' => "σ",
        'љ' if marks == Marks::Sounding => "ль",
        'њ' if marks == Marks::Sounding => "нь",
        'ћ' if marks == Marks::Sounding => "ч",
        'ђ' | 'џ' if marks == Marks::Sounding => "дж",
        _ => return None,
    })
}

/// Arabic and Devanagari digits as ASCII ones; full-width digits are decomposed before.
fn plain_digit(c: char) -> Option<char> {
    let value = match c {
        '\u{660}'..='\u{669}' => c as u32 - 0x660,
        '\u{6f0}'..='\u{6f9}' => c as u32 - 0x6f0,
        '\u{966}'..='\u{96f}' => c as u32 - 0x966,
        _ => return None,
    };
    char::from_digit(value, 10)
}

/// Gives a word of two scripts one script where its unmistakable letters agree on it; then `і` becomes `и`.
fn repair(word: &mut String) {
    let mut count = Letters::default();
    for c in word.chars() {
        count.see(c);
    }
    let script = count.meant();
    if script.is_none() && !word.contains(['і', 'ĸ']) {
        return;
    }
    let put_right = |c: char| match script {
        Some(Meant::Cyrillic) => to_cyrillic(c).unwrap_or(c),
        Some(Meant::Latin) => to_latin(c).unwrap_or(c),
        None => c,
    };
    let repaired = word.chars().map(put_right).map(|c| match c {
        'і' => 'и',
        'ĸ' => 'k',
        other => other,
    });
    *word = repaired.collect();
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meant {
    Latin,
    Cyrillic,
}

/// How many letters of a word are of each script, and how many of those could not be of the other.
#[derive(Default)]
struct Letters {
    latin: usize,
    only_latin: usize,
    cyrillic: usize,
    only_cyrillic: usize,
}

impl Letters {
    fn see(&mut self, c: char) {
        if is_cyrillic(c) {
            self.cyrillic += 1;
            self.only_cyrillic += usize::from(to_latin(c).is_none());
        } else if is_latin(c) {
            self.latin += 1;
            self.only_latin += usize::from(to_cyrillic(c).is_none());
        }
    }

    /// The script that a word of both scripts is meant in; `None` for a word of one script, or one that truly mixes them.
    fn meant(&self) -> Option<Meant> {
        if self.latin == 0 || self.cyrillic == 0 {
            return None;
        }
        match (self.only_latin, self.only_cyrillic) {
            (0, 0) if self.latin > self.cyrillic => Some(Meant::Latin),
            (0, _) => Some(Meant::Cyrillic),
            (_, 0) => Some(Meant::Latin),
            _ => None,
        }
    }
}

pub(super) fn is_latin(c: char) -> bool {
    c.is_alphabetic() && matches!(c, 'a'..='z' | 'A'..='Z' | '\u{aa}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}')
}

pub(super) fn is_cyrillic(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8a}' | '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}')
}

/// The Cyrillic letter that a Latin one looks like, in capitals or small.
#[must_use]
pub fn to_cyrillic(c: char) -> Option<char> {
    LOOK_ALIKES.iter().find(|pair| pair.0 == c).map(|pair| pair.1).or((c == 'ĸ').then_some('к'))
}

/// The Latin letter that a Cyrillic one looks like, in capitals or small.
#[must_use]
pub fn to_latin(c: char) -> Option<char> {
    LOOK_ALIKES.iter().find(|pair| pair.1 == c).map(|pair| pair.0)
}

/// Letters that look alike in capitals or small (Unicode confusables, the letters of our alphabets only).
const LOOK_ALIKES: [(char, char); 14] = [
    ('a', 'а'),
    ('b', 'в'),
    ('c', 'с'),
    ('e', 'е'),
    ('h', 'н'),
    ('i', 'і'),
    ('j', 'ј'),
    ('k', 'к'),
    ('m', 'м'),
    ('o', 'о'),
    ('p', 'р'),
    ('t', 'т'),
    ('x', 'х'),
    ('y', 'у'),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_typed_without_the_right_keyboard_is_the_same() {
        for (one, other) in [
            ("Ціханоўская", "цихановская".replace("ов", "оу").as_str()),
            ("ПАДЪЁМ", "подъем".replace("под", "пад").as_str()),
            ("сям'я", "сям’я"),
            ("з'езд", "зʼезд"),
            ("Ґанок є їжа", "ганок е ижа"),
            ("за́мок", "замок"),
            ("Łukašenka Ž.", "lukasenka z"),
            ("co\u{ad}op\u{200b}era\u{202e}te", "cooperate"),
            ("Мінск—Гродна, №5", "минск гродна no5"),
            ("ﬁ ＡＢ１２ Ⅷ ½", "fi ab12 viii 1 2"),
            ("İstanbul", "istanbul"),
            ("٣۴", "34"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
        assert_eq!(fold("  Йод,\t\u{0}йога  "), "йод йога");
    }

    #[test]
    fn look_alike_letters_are_put_right_by_the_rest_of_the_word() {
        assert_eq!(fold("ГIГIН"), "гигин");
        assert_eq!(fold("Мiĸалай"), "микалай");
        assert_eq!(fold("ЦАPËВ"), "царев");
        assert_eq!(fold("TAМБOB"), "тамбов");
        assert_eq!(fold("Mоsсow"), "moscow");
        assert_eq!(fold("VIPы"), "vipы", "a word that truly mixes scripts is left alone");
        assert_eq!(fold("AB"), "ab");
        assert_eq!(fold("АВ"), "ав", "a word of one script is never moved to the other");
    }

    #[test]
    fn every_character_folds_to_something_that_folds_to_itself() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            for text in [format!("{c}"), format!("а{c}и\u{306}"), format!("f{c}")] {
                let once = fold(&text);
                assert_eq!(fold(&once), once, "U+{:04X}", c as u32);
            }
        }
    }

    #[test]
    fn bytes_of_a_word_are_where_it_was_written() {
        let text = "«Ціха-ноўская» ½";
        let mut seen = Vec::new();
        each_word(text, Marks::Dropped, |word, bytes| seen.push((word.to_owned(), text[bytes].to_owned())));
        assert_eq!(seen[0], ("циха".to_owned(), "Ціха".to_owned()));
        assert_eq!(seen[1], ("ноуская".to_owned(), "ноўская".to_owned()));
        assert_eq!(seen[2], ("1".to_owned(), "½".to_owned()));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn folding_twice_changes_nothing_where_scripts_mix(text in "[a-zA-Zа-яА-ЯіўёїґєІЎЁĸј'’\u{301}\u{306}\u{308}\u{200b} .-]{0,24}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
