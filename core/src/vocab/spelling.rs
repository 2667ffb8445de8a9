//! Proof-reads every text of the vocabularies: alphabets, look-alike letters, rules of spelling that a machine can see,
//! and the words that the book does not use of people.

use crate::lang::Lang;

use super::{NodeKind, Texts, lists, vocabulary};

/// Latin words that may stand in a Cyrillic text.
const LATIN: [&str; 2] = ["SHA", "MIME"];

/// One text: where it stands, its language, and itself.
type Line = (String, Lang, &'static str);

fn lines() -> Vec<Line> {
    let mut texts: Vec<(String, &'static Texts)> = Vec::new();
    for kind in NodeKind::ALL {
        let words = vocabulary().kind(kind);
        for (part, text) in [("one", &words.one), ("many", &words.many), ("note", &words.note)] {
            texts.push((format!("{} {part}", kind.code()), text));
        }
    }
    for property in vocabulary().properties() {
        texts.push((property.code.clone(), &property.text));
    }
    for list in lists() {
        texts.push((format!("{} title", list.code), &list.title));
        for term in &list.terms {
            texts.push((format!("{} {}", list.code, term.code), &term.text));
            texts.extend(term.note.iter().map(|note| (format!("{} {} note", list.code, term.code), note)));
        }
    }
    let in_all = |(at, text): (String, &'static Texts)| Lang::ALL.map(|lang| (at.clone(), lang, text.get(lang)));
    texts.into_iter().flat_map(in_all).collect()
}

/// Fails with every line that the fault is found in.
fn none(fault: impl Fn(Lang, &str) -> Option<String>) {
    let found: Vec<String> =
        lines().into_iter().filter_map(|(at, lang, text)| fault(lang, text).map(|what| format!("{at} ({lang}): {what} in {text:?}"))).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic() && c != '’').filter(|word| !word.is_empty())
}

fn alphabet(lang: Lang) -> &'static str {
    match lang {
        Lang::Be => "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
        Lang::Ru => "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        Lang::Uk => "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        Lang::En => "abcdefghijklmnopqrstuvwxyz",
    }
}

fn is_vowel(c: char) -> bool {
    "аеёіоуыэюя".contains(c)
}

#[test]
fn every_word_is_spelt_in_the_alphabet_of_its_language() {
    none(|lang, text| {
        let strange = |word: &&str| !word.to_lowercase().chars().all(|c| c == '’' || alphabet(lang).contains(c));
        words(text).filter(|word| !LATIN.contains(word)).find(strange).map(|word| format!("{word:?}"))
    });
}

#[test]
fn apostrophes_are_the_typographic_ones() {
    none(|_, text| text.chars().find(|c| ['\'', '`', 'ʼ', '´', '‘'].contains(c)).map(|c| format!("{c:?}")));
}

#[test]
fn no_text_has_double_spaces_or_strange_characters() {
    none(|_, text| {
        let plain = |c: char| c.is_alphanumeric() || " ’.,;:()/-–—«»+%".contains(c);
        let strange = text.chars().find(|c| !plain(*c)).map(|c| format!("{c:?}"));
        strange.or_else(|| text.contains("  ").then(|| "two spaces".to_owned()))
    });
}

#[test]
fn belarusian_hard_consonants_stay_hard() {
    // ж, ш, ч, р, д, т are never followed by a soft vowel or a soft sign in Belarusian; where they are, Russian or Ukrainian slipped in.
    none(|lang, text| {
        let text = text.to_lowercase();
        let next = text.chars().skip(1);
        let soft = |(a, b): &(char, char)| "жшчрдт".contains(*a) && "іеёюяь".contains(*b);
        text.chars().zip(next).find(soft).filter(|_| lang == Lang::Be).map(|(a, b)| format!("{a}{b}"))
    });
}

#[test]
fn belarusian_short_u_stands_after_vowels_and_nowhere_else() {
    none(|lang, text| {
        if lang != Lang::Be {
            return None;
        }
        // A space carries the sound over to the next word; any other sign stops it.
        let mut before = None;
        for c in text.to_lowercase().chars() {
            let after_vowel = before.is_some_and(is_vowel);
            if (c == 'у' && after_vowel) || (c == 'ў' && !after_vowel) {
                return Some(format!("{c} after {before:?}"));
            }
            if c != ' ' {
                before = c.is_alphabetic().then_some(c);
            }
        }
        None
    });
}

#[test]
fn nobody_is_called_a_criminal() {
    const JUDGING: [&str; 16] = [
        "criminal",
        "perpetrator",
        "guilty",
        "culprit",
        "offender",
        "злачынец",
        "злачынц",
        "вінават",
        "преступник",
        "преступниц",
        "виновн",
        "виноват",
        "злочинец",
        "злочинц",
        "винуват",
        "винн",
    ];
    none(|_, text| {
        let text = text.to_lowercase();
        JUDGING.into_iter().find(|word| text.contains(word)).map(str::to_owned)
    });
}

#[test]
fn notes_are_sentences_and_words_are_not() {
    for (at, lang, text) in lines() {
        let sentence = text.ends_with('.') && text.starts_with(char::is_uppercase);
        assert_eq!(sentence, at.ends_with(" note"), "{at} ({lang}): {text:?}");
    }
}

#[test]
fn no_two_choices_of_one_form_read_the_same() {
    let mut seen = std::collections::BTreeSet::new();
    for list in lists() {
        for (term, lang) in list.terms.iter().flat_map(|term| Lang::ALL.map(|lang| (term, lang))) {
            let text = term.text.get(lang).to_lowercase();
            assert!(seen.insert((list.code.clone(), lang, text)), "{} {} ({lang})", list.code, term.code);
        }
    }
    for (property, lang) in vocabulary().properties().iter().flat_map(|property| Lang::ALL.map(|lang| (property, lang))) {
        let text = property.text.get(lang).to_lowercase();
        assert!(seen.insert((property.of.code().to_owned(), lang, text)), "{} ({lang})", property.code);
    }
}
