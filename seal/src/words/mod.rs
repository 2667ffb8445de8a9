//! The source's words: twelve of them carry 128 secret bits and four of checksum, as BIP39 writes them.
//!
//! A word is a number of 11 bits, the same in Belarusian, Russian, Ukrainian and English: the same numbers open the same mailbox. The first four letters
//! of a word are enough; spaces, commas, numbers and line breaks between words are ignored. An error never holds a word. Randomness is an argument; does
//! no I/O.

mod fold;
mod list;

use kniha_core::lang::Lang;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;
use list::List;

/// How many words there are.
pub const COUNT: usize = 12;
/// Longest input that is looked at, in bytes: many times what twelve words need.
const MOST: usize = 2000;

/// Why a text is not twelve words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Not twelve.
    #[error("there are {words} words, and {COUNT} are needed")]
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
    /// All are words, but not these together: one was exchanged, or two changed places.
    #[error("these words do not belong together: one is wrong, or two have changed places")]
    Checksum,
    /// They are twelve good words in two languages, and mean different things.
    #[error("these words stand in two languages: the language is needed")]
    Ambiguous,
}

/// What twelve words mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Secret<16>);

impl Words {
    /// Fresh words.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Words {
        Words(Secret::random(rng))
    }

    /// The words of these bits.
    #[must_use]
    pub fn from_bits(bits: Secret<16>) -> Words {
        Words(bits)
    }

    /// The bits.
    #[must_use]
    pub fn bits(&self) -> &Secret<16> {
        &self.0
    }

    /// The words in a language, with single spaces.
    #[must_use]
    pub fn text(&self, lang: Lang) -> Zeroizing<String> {
        let list = List::of(lang);
        let mut text = Zeroizing::new(String::with_capacity(256));
        for number in numbers::<COUNT>(&[self.0.expose().as_slice(), &[checksum(&self.0) << 4]].concat()) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(list.word(number));
        }
        text
    }

    /// Reads what a person typed, in whatever of the four languages; `likely` is the page's, which decides where two would.
    ///
    /// # Errors
    /// [`WordsError`] says what to look at again.
    pub fn parse(typed: &str, likely: Lang) -> Result<Words, WordsError> {
        let tokens = tokens(typed);
        if tokens.len() != COUNT {
            return Err(WordsError::Count { words: tokens.len() });
        }
        let read = |lang: Lang| {
            let list = List::of(lang);
            let numbers: Vec<Option<u16>> = tokens.iter().map(|word| list.number(word)).collect();
            match numbers.iter().position(Option::is_none) {
                None => pack(&numbers).ok_or((COUNT, WordsError::Checksum)),
                Some(place) => Err((numbers.iter().flatten().count(), WordsError::Unknown { place: place + 1 })),
            }
        };
        let first = read(likely);
        let others: Vec<_> = Lang::ALL.into_iter().filter(|lang| *lang != likely).map(read).collect();
        if let Ok(words) = first {
            return Ok(words);
        }
        let mut good = others.iter().flatten();
        match (good.next(), good.find(|other| others.iter().flatten().any(|words| words != *other))) {
            (Some(_), Some(_)) => Err(WordsError::Ambiguous),
            (Some(words), None) => Ok(words.clone()),
            // The language in which most of them are words says what is wrong; the page's own where they are equal.
            (None, _) => Err(std::iter::once(first)
                .chain(others)
                .filter_map(Result::err)
                .fold((0, WordsError::Unknown { place: 1 }), |best, next| if next.0 > best.0 { next } else { best })
                .1),
        }
    }
}

/// What was typed, word by word, folded; numbers, commas and line breaks between are left out.
pub(crate) fn tokens(typed: &str) -> Zeroizing<Vec<String>> {
    let typed = &typed[..typed.floor_char_boundary(MOST)];
    Zeroizing::new(typed.split(|c| !fold::is_inside(c)).map(fold::fold).filter(|w| !w.is_empty()).collect())
}

/// The number of a folded word, or of its beginning of four letters or more, in the list of a language.
pub(crate) fn number(folded: &str, lang: Lang) -> Option<u16> {
    List::of(lang).number(folded)
}

/// A few words for people to compare aloud, out of bits that need not be secret.
#[must_use]
pub(crate) fn spoken<const N: usize>(bits: &[u8], lang: Lang) -> [&'static str; N] {
    numbers::<N>(bits).map(|number| List::of(lang).word(number))
}

/// A text with every word folded and single spaces between: what a person is bound under must not hang on capitals or an apostrophe.
pub(crate) fn plain_text(text: &str) -> String {
    text.split_whitespace().map(fold::fold).collect::<Vec<String>>().join(" ")
}

/// The first four bits of the hash (BIP39).
fn checksum(bits: &Secret<16>) -> u8 {
    Sha256::digest(bits.expose())[0] >> 4
}

/// The first `N` numbers of 11 bits, high bits first; missing bits are 0.
fn numbers<const N: usize>(bytes: &[u8]) -> [u16; N] {
    std::array::from_fn(|i| {
        (11 * i..11 * i + 11).fold(0, |number, bit| (number << 1) | u16::from(bytes.get(bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0)))
    })
}

/// The bits of twelve numbers, if their checksum fits.
fn pack(numbers: &[Option<u16>]) -> Option<Words> {
    let mut bytes = Zeroizing::new([0u8; 17]);
    for (i, number) in numbers.iter().enumerate() {
        let number = (*number)?;
        for bit in 0..11 {
            if number & (0x400 >> bit) != 0 {
                let at = 11 * i + bit;
                *bytes.get_mut(at / 8)? |= 0x80 >> (at % 8);
            }
        }
    }
    let bits = Secret::from_slice(&bytes[..16])?;
    (checksum(&bits) << 4 == bytes[16]).then_some(Words(bits))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;
    use proptest::prelude::*;

    /// Test vectors of BIP39 (Trezor's list), entropy of 128 bits.
    const BIP39: [(u128, &str); 5] = [
        (0, "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"),
        (0x7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f, "legal winner thank year wave sausage worth useful legal winner thank yellow"),
        (0x8080_8080_8080_8080_8080_8080_8080_8080, "letter advice cage absurd amount doctor acoustic avoid letter advice cage above"),
        (u128::MAX, "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"),
        (0x9e88_5d95_2ad3_62ca_eb4e_fe34_a8e9_1bd2, "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic"),
    ];

    fn words(bits: u128) -> Words {
        Words(Secret::from_slice(&bits.to_be_bytes()).unwrap())
    }

    #[test]
    fn english_words_are_those_of_bip39() {
        for (bits, text) in BIP39 {
            assert_eq!(words(bits).text(Lang::En).as_str(), text);
            assert_eq!(Words::parse(text, Lang::En), Ok(words(bits)));
        }
    }

    proptest! {
        #[test]
        fn the_same_bits_in_every_language_come_back(bits: u128) {
            for lang in Lang::ALL {
                let text = words(bits).text(lang);
                prop_assert_eq!(Words::parse(&text, lang), Ok(words(bits)));
                // Four letters, capitals, numbers, commas and line breaks.
                let short = text.split(' ').enumerate().map(|(i, w)| format!("{}. {},\n", i + 1, w.chars().take(4).collect::<String>().to_uppercase()));
                prop_assert_eq!(Words::parse(&short.collect::<String>(), lang), Ok(words(bits)));
            }
        }

        #[test]
        fn any_text_is_twelve_words_or_an_error(text in ".{0,200}") {
            let _ = Words::parse(&text, Lang::Be);
        }
    }

    /// A word with a changed letter is in no list, unless it is taken for the beginning of another word; then the checksum finds 15 of 16.
    #[test]
    fn a_changed_letter_is_found_out() {
        let mut rng = rng(92);
        let (mut unknown, mut checksum, mut missed) = (0, 0, 0);
        for lang in [Lang::Be, Lang::Ru, Lang::Uk] {
            for place in 0..COUNT {
                for letter in 0..4 {
                    for to in "абвгдежзиклмнопрстуфхцчш".chars() {
                        let words = Words::random(&mut rng);
                        let text = words.text(lang);
                        let exchange = |(i, word): (usize, &str)| -> String {
                            word.chars().enumerate().map(|(j, c)| if (i, j) == (place, letter) { to } else { c }).collect()
                        };
                        let changed: Vec<String> = text.split(' ').enumerate().map(exchange).collect();
                        match Words::parse(&changed.join(" "), lang) {
                            Ok(read) if read == words => {}
                            Ok(_) => missed += 1,
                            Err(WordsError::Unknown { place: found }) => {
                                assert_eq!(found, place + 1);
                                unknown += 1;
                            }
                            Err(error) => {
                                assert_eq!(error, WordsError::Checksum);
                                checksum += 1;
                            }
                        }
                    }
                }
            }
        }
        assert!(missed * 100 < unknown + checksum && checksum * 5 < unknown, "{unknown} in no list, {checksum} by checksum, {missed} missed");
    }

    #[test]
    fn words_in_another_language_than_the_page_open_too() {
        let words = Words::random(&mut rng(91));
        for typed in Lang::ALL {
            for page in Lang::ALL {
                assert_eq!(Words::parse(&words.text(typed), page), Ok(words.clone()), "{typed:?} on a page in {page:?}");
            }
        }
    }

    #[test]
    fn a_wrong_text_is_told_what_is_wrong() {
        let text = words(u128::MAX / 3).text(Lang::Be);
        let list: Vec<&str> = text.split(' ').collect();
        assert_eq!(Words::parse("", Lang::Be), Err(WordsError::Count { words: 0 }));
        assert_eq!(Words::parse(&list[1..].join(" "), Lang::Be), Err(WordsError::Count { words: 11 }));
        let mut wrong = list.clone();
        wrong[6] = "нешта";
        assert_eq!(Words::parse(&wrong.join(" "), Lang::En), Err(WordsError::Unknown { place: 7 }));
        let long = "слова ".repeat(100_000);
        assert!(matches!(Words::parse(&long, Lang::Be), Err(WordsError::Count { .. })));
        assert_eq!(Words::parse("abandon ".repeat(12).as_str(), Lang::En), Err(WordsError::Checksum));
    }

    #[test]
    fn words_that_changed_places_are_mostly_found_out() {
        let mut found = 0;
        for i in 0..200 {
            let text = Words::random(&mut rng(i)).text(Lang::Uk);
            let mut list: Vec<&str> = text.split(' ').collect();
            list.swap(2, 7);
            found += usize::from(Words::parse(&list.join(" "), Lang::Uk) == Err(WordsError::Checksum));
        }
        // 15 of 16 expected; the checksum is four bits.
        assert!(found > 170, "{found} of 200");
    }

    #[test]
    fn words_are_never_printed() {
        assert_eq!(format!("{:?}", words(0)), "Words(Secret(16 bytes))");
    }
}
