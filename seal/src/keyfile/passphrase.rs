//! The generated passphrase: eight words, 88 bits, in any of the four languages.
//!
//! Generated and not chosen, because what a person chooses a state guesses. Eight numbers of 11 bits without a checksum: every eight words are a
//! passphrase, and only the file knows which is right. Typed by the first four letters, folded as a source's words are. Where eight typed words stand in
//! the lists of two languages they mean two passphrases, and a reader tries both. An error never holds a word. Does no I/O.

use kniha_core::lang::Lang;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::words;

/// Words of a passphrase.
pub const PASSPHRASE_WORDS: usize = 8;
/// Bits of a word.
const BITS: usize = 11;
const BYTES: usize = PASSPHRASE_WORDS * BITS / 8;

/// Why a text is not eight words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Not eight.
    #[error("there are {words} words, and {PASSPHRASE_WORDS} are needed")]
    Count {
        /// How many there are.
        words: usize,
    },
    /// A word that is in no list, or in another list than the rest.
    #[error("word {place} is not in the list of words")]
    Unknown {
        /// Its place, counted from 1.
        place: usize,
    },
}

/// What eight words mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passphrase(Secret<BYTES>);

impl Passphrase {
    /// A fresh passphrase.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Passphrase {
        Passphrase(Secret::random(rng))
    }

    /// The passphrase of fresh random bits.
    #[must_use]
    pub fn take(bits: Secret<BYTES>) -> Passphrase {
        Passphrase(bits)
    }

    /// The 88 bits, which Argon2id takes as 11 bytes.
    #[must_use]
    pub fn bits(&self) -> &Secret<BYTES> {
        &self.0
    }

    /// The words in a language, with single spaces.
    #[must_use]
    pub fn text(&self, lang: Lang) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(256));
        for word in words::spoken::<PASSPHRASE_WORDS>(self.0.expose(), lang) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }

    /// Every passphrase that the typed words can mean: one, or, where they stand in the lists of several languages, one for each.
    ///
    /// # Errors
    /// [`PassphraseError`] says what to look at again.
    pub fn read(typed: &str) -> Result<Vec<Passphrase>, PassphraseError> {
        let tokens = words::tokens(typed);
        if tokens.len() != PASSPHRASE_WORDS {
            return Err(PassphraseError::Count { words: tokens.len() });
        }
        let mut meant: Vec<Passphrase> = Vec::new();
        // The language in which most of them are words says which word is wrong.
        let (mut most, mut place) = (0, 1);
        for lang in Lang::ALL {
            let numbers: Zeroizing<Vec<Option<u16>>> = Zeroizing::new(tokens.iter().map(|word| words::number(word, lang)).collect());
            match pack(&numbers) {
                Some(passphrase) if !meant.contains(&passphrase) => meant.push(passphrase),
                Some(_) => {}
                None => {
                    let known = numbers.iter().flatten().count();
                    if known > most {
                        most = known;
                        place = 1 + numbers.iter().position(Option::is_none).unwrap_or(0);
                    }
                }
            }
        }
        if meant.is_empty() { Err(PassphraseError::Unknown { place }) } else { Ok(meant) }
    }
}

/// The bits of eight numbers, if all are there.
fn pack(numbers: &[Option<u16>]) -> Option<Passphrase> {
    let mut bytes = Zeroizing::new([0u8; BYTES]);
    for (i, number) in numbers.iter().enumerate() {
        let number = (*number)?;
        for bit in 0..BITS {
            let at = BITS * i + bit;
            *bytes.get_mut(at / 8)? |= u8::from(number & (0x400 >> bit) != 0) << (7 - at % 8);
        }
    }
    Secret::from_slice(bytes.as_slice()).map(Passphrase)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;
    use proptest::prelude::*;

    #[test]
    fn eight_words_come_back_from_four_letters_each_in_every_language() {
        for seed in 0..50 {
            let passphrase = Passphrase::random(&mut rng(300 + seed));
            for lang in Lang::ALL {
                let text = passphrase.text(lang);
                assert_eq!(text.split(' ').count(), PASSPHRASE_WORDS);
                assert!(Passphrase::read(&text).unwrap().contains(&passphrase));
                let short = text.split(' ').enumerate().map(|(i, w)| format!("{}. {},\n", i + 1, w.chars().take(4).collect::<String>().to_uppercase()));
                assert!(Passphrase::read(&short.collect::<String>()).unwrap().contains(&passphrase), "{lang:?}");
            }
        }
    }

    #[test]
    fn words_of_two_lists_mean_both_and_nothing_else() {
        // Four-letter beginnings that both lists have, with other numbers.
        let both: Vec<String> =
            Passphrase::random(&mut rng(1)).text(Lang::En).split(' ').map(|_| ()).zip(shared(Lang::Be, Lang::Ru)).map(|((), word)| word).collect();
        assert_eq!(both.len(), PASSPHRASE_WORDS);
        let meant = Passphrase::read(&both.join(" ")).unwrap();
        assert!(meant.len() >= 2, "{}", meant.len());
        for passphrase in &meant {
            assert!(Lang::ALL.iter().any(|lang| Passphrase::read(&passphrase.text(*lang)).unwrap().contains(passphrase)));
        }
    }

    /// Words that stand in two lists under different numbers.
    fn shared(one: Lang, other: Lang) -> Vec<String> {
        let word = |n: u16, lang| words::spoken::<1>(&(n << 5).to_be_bytes(), lang)[0];
        (0..2048).filter(|n| words::number(&words::plain_text(word(*n, one)), other).is_some_and(|m| m != *n)).map(|n| word(n, one).to_owned()).collect()
    }

    #[test]
    fn what_is_wrong_is_said_by_its_place() {
        let text = Passphrase::random(&mut rng(310)).text(Lang::Uk);
        let mut typed: Vec<&str> = text.split(' ').collect();
        assert_eq!(Passphrase::read(&typed[..7].join(" ")), Err(PassphraseError::Count { words: 7 }));
        typed[4] = "йцук";
        assert_eq!(Passphrase::read(&typed.join(" ")), Err(PassphraseError::Unknown { place: 5 }));
        assert_eq!(Passphrase::read(""), Err(PassphraseError::Count { words: 0 }));
    }

    proptest! {
        #[test]
        fn any_text_is_eight_words_or_an_error(text in ".{0,200}") {
            if let Ok(meant) = Passphrase::read(&text) {
                prop_assert!(!meant.is_empty() && meant.len() <= 4);
            }
        }
    }
}
