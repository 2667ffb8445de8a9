//! The four lists of 2,048 words.
//!
//! Frozen data (`seal/words/README.md`), read once. A word is known by its first four letters after folding. Does no I/O: the lists are in the program.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use kniha_core::lang::Lang;

use super::fold::fold;

/// Words of a list.
pub(super) const SIZE: usize = 2048;
/// Letters that tell a word.
pub(super) const TELLING: usize = 4;

/// A list, and where each word stands in it.
pub(super) struct List {
    words: Vec<&'static str>,
    folded: Vec<String>,
    places: BTreeMap<String, u16>,
}

impl List {
    /// The list of a language.
    pub(super) fn of(lang: Lang) -> &'static List {
        static LISTS: OnceLock<[List; 4]> = OnceLock::new();
        let lists = LISTS.get_or_init(|| Lang::ALL.map(|lang| List::read(text(lang))));
        let [be, ru, uk, en] = lists;
        match lang {
            Lang::Be => be,
            Lang::Ru => ru,
            Lang::Uk => uk,
            Lang::En => en,
        }
    }

    fn read(text: &'static str) -> List {
        let words: Vec<&'static str> = text.lines().collect();
        let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
        let places = folded.iter().zip(0..).map(|(word, place)| (word.chars().take(TELLING).collect(), place)).collect();
        List { words, folded, places }
    }

    /// The word with this number; numbers wrap at 2,048.
    pub(super) fn word(&self, number: u16) -> &'static str {
        self.words[usize::from(number) % SIZE]
    }

    /// The number of a folded word, or of its beginning of four letters or more.
    pub(super) fn number(&self, folded: &str) -> Option<u16> {
        let telling: String = folded.chars().take(TELLING).collect();
        let number = *self.places.get(&telling)?;
        self.folded[usize::from(number)].starts_with(folded).then_some(number)
    }
}

fn text(lang: Lang) -> &'static str {
    match lang {
        Lang::Be => include_str!("../../words/be.txt"),
        Lang::Ru => include_str!("../../words/ru.txt"),
        Lang::Uk => include_str!("../../words/uk.txt"),
        Lang::En => include_str!("../../words/en.txt"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    /// Frozen: a changed list opens no old mailbox. The English hash is that of BIP39's own english.txt.
    #[test]
    fn the_lists_are_the_frozen_ones() {
        let hashes = Lang::ALL.map(|lang| data_encoding::HEXLOWER.encode(&Sha256::digest(text(lang))));
        assert_eq!(
            hashes,
            [
                "ef1f17966a2a60c498f5402c8e7dcdfef0b3a45370ddb3903ad77f764853e6e4",
                "98b799e113ce80c33cda09918431bb1bb1e43416598c9c0da3f2ee86945feb81",
                "5e572c62aef9aaa909f2dc79e4764aab16f0718889b3115843c8f53ecd9672e7",
                "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
            ]
        );
    }

    #[test]
    fn four_letters_tell_every_word() {
        for lang in Lang::ALL {
            let list = List::of(lang);
            assert_eq!((list.words.len(), list.places.len()), (SIZE, SIZE), "{lang:?}");
            for (number, folded) in (0..).zip(&list.folded) {
                assert_eq!(list.number(folded), Some(number));
                let telling: String = folded.chars().take(TELLING).collect();
                assert_eq!(list.number(&telling), Some(number), "{folded}");
                assert_eq!(list.number(&format!("{folded}ъъ")), None);
            }
        }
    }

    /// Our own lists; BIP39's has *act* and *cat*, *ride* and *rude*.
    #[test]
    fn no_two_words_of_our_lists_look_alike() {
        for lang in [Lang::Be, Lang::Ru, Lang::Uk] {
            let list = List::of(lang);
            let mut seen = BTreeMap::new();
            for word in &list.folded {
                let letters: Vec<char> = word.chars().collect();
                assert!((4..=8).contains(&letters.len()), "{word}");
                // Two words one letter apart share a shape with that letter left out at the same place, or one is such a shape of the other.
                for i in 0..letters.len() {
                    let shape: String = letters.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, c)| c).collect();
                    assert!(list.number(&shape).is_none_or(|n| list.folded[usize::from(n)] != shape), "{word} without one letter is a word");
                    if let Some(other) = seen.insert((i, letters.len(), shape), word) {
                        assert_eq!(word, other, "one letter apart");
                    }
                }
            }
        }
    }
}
