//! Whether two names are of one unit or organisation.
//!
//! A name is read into tokens: numbers however written (*3rd, 3-я, III, Third*), words known across languages (*battalion, bn, батальён*), abbreviations
//! with what they stand for (*ОМОН, AMAP*), legal forms, and everything else by sound. Tokens are matched in any order; each weighs as much as it
//! tells. Words for size and kind are left out easily and cost little; numbers and names that differ cost much. Pure; [`Prepared::compare`]
//! allocates nothing.

mod align;
mod table;
mod tokens;

use std::collections::BTreeMap;

pub use super::comparison::{PRIOR, SAME};
pub use align::{Comparison, How, MOST_PAIRINGS, Pairing};

use crate::weight::Weight;
use table::Legal;
use tokens::{Role, Token};

/// What the names are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Companies and bodies that register a full name: a word more is often another body.
    #[default]
    Organisation,
    /// Units of a force, called by short names: a word more is often left out.
    Unit,
    /// Towns, streets, addresses.
    Place,
}

/// A name made ready for many comparisons; bounded by its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    tokens: Box<[Token]>,
    legal: Option<Legal>,
    kind: Kind,
    text: Box<str>,
}

impl Prepared {
    /// Reads a name.
    #[must_use]
    pub fn new(name: &str, kind: Kind) -> Prepared {
        let (tokens, legal) = tokens::tokens(name, kind);
        let text: String = tokens.iter().map(|token| &*token.text).collect::<Vec<_>>().join(" ");
        Prepared { tokens: tokens.into(), legal, kind, text: text.into() }
    }

    /// Reads a name; words tell as much as they are rare in the data at hand.
    #[must_use]
    pub fn with(name: &str, kind: Kind, frequencies: &Frequencies) -> Prepared {
        let mut prepared = Prepared::new(name, kind);
        prepared.tokens.iter_mut().for_each(|token| token.weigh(frequencies));
        prepared
    }

    /// Whether nothing of the name can be compared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The words as they are compared, with what each weighs.
    pub fn words(&self) -> impl Iterator<Item = (&str, Weight)> {
        self.tokens.iter().map(|token| (&*token.text, token.weight))
    }

    /// Compares two names. Symmetric; allocates nothing.
    #[must_use]
    pub fn compare(&self, other: &Prepared) -> Comparison {
        if (&self.text, self.legal) <= (&other.text, other.legal) { align::compare(self, other) } else { align::compare(other, self).turned() }
    }
}

/// How often words stand in the names at hand.
#[derive(Clone, Debug, Default)]
pub struct Frequencies {
    counts: BTreeMap<u64, u64>,
    names: u64,
}

impl Frequencies {
    /// Counts the words of names.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>, kind: Kind) -> Frequencies {
        let mut frequencies = Frequencies::default();
        for name in names {
            frequencies.names += 1;
            let mut keys: Vec<u64> = tokens::tokens(name, kind).0.iter().map(|token| token.key).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter().for_each(|key| *frequencies.counts.entry(key).or_insert(0) += 1);
        }
        frequencies
    }

    fn of(&self, token: &Token) -> Weight {
        let count = self.counts.get(&token.key).copied().unwrap_or(0);
        let here = Weight::rarity(2 * count + 1, 2 * self.names + 2);
        // A word that tells little anywhere does not tell much here because it is rare here.
        let most = match token.role {
            Role::Level | Role::Weak => token.weight + Weight::from_db(8),
            _ => Weight::from_db(40),
        };
        here.min(most).max(Weight::from_db(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hows(one: &str, other: &str) -> Vec<(How, bool)> {
        let (a, b) = (Prepared::new(one, Kind::Unit), Prepared::new(other, Kind::Unit));
        a.compare(&b).pairings().iter().map(|pairing| (pairing.how, pairing.weight > Weight::NOTHING)).collect()
    }

    #[test]
    fn a_word_made_of_first_syllables_is_the_words() {
        for (short, long) in [
            ("MOPOL", "Police Mobile"),
            ("NIBATT", "Nigerian Battalion"),
            ("облисполком", "областной исполнительный комитет"),
            ("Белнефтехим", "Белорусский нефтехимический"),
            ("Oblispolkom", "Областной исполнительный комитет"),
        ] {
            assert_eq!(hows(short, long), [(How::Abbreviation, true)], "{short}");
        }
        for (other, long) in [("MOPAL", "Police Mobile"), ("MOPOL", "Mobile Force"), ("MP", "Police Mobile")] {
            assert!(hows(other, long).iter().all(|how| how.0 != How::Abbreviation), "{other}, {long}");
        }
    }

    #[test]
    fn first_letters_go_before_a_word_cut_short() {
        assert_eq!(hows("TAC", "Tactical Air Command"), [(How::Abbreviation, true)]);
        assert_eq!(hows("Tact", "Tactical Air")[0], (How::Abbreviation, true));
    }

    #[test]
    fn a_unit_has_no_legal_form() {
        assert_eq!(hows("FADC", "Fleet Air Defence Corp"), [(How::Abbreviation, true)]);
        assert_eq!(hows("рота", "Company"), [(How::Same, true)]);
        let (a, b) = (Prepared::new("Fleet Corp", Kind::Organisation), Prepared::new("Fleet", Kind::Organisation));
        assert_eq!(a.words().collect::<Vec<_>>(), b.words().collect::<Vec<_>>());
    }

    #[test]
    fn headquarters_are_two_letters_in_abbreviations() {
        for (short, long) in [("FHQ", "Fleet Headquarters"), ("NHQ", "Naval HQ")] {
            assert_eq!(hows(short, long), [(How::Abbreviation, true)], "{short}");
        }
    }

    #[test]
    fn no_is_the_sign_of_a_number_only_before_one() {
        let words = |name| Prepared::new(name, Kind::Unit).words().map(|word| word.0.to_owned()).collect::<Vec<_>>();
        assert_eq!(words("School No. 5"), words("School № 5"));
        assert_eq!(words("School No. 5"), ["school", "5"]);
        assert_eq!(hows("Nomans", "No Mans"), [(How::Joined, true)]);
    }

    #[test]
    fn first_letters_may_be_small() {
        for short in ["NATO", "Nato", "nato"] {
            assert_eq!(hows(short, "North Atlantic Treaty Organisation"), [(How::Abbreviation, true)], "{short}");
        }
    }

    #[test]
    fn a_word_is_both_words_rather_than_like_the_first() {
        assert_eq!(hows("Kastrychnitskaia", "Kastrychnits Kaia"), [(How::Joined, true)]);
    }

    #[test]
    fn legal_forms_are_known_in_full() {
        let legal = |name| Prepared::new(name, Kind::Organisation).legal;
        for (short, long) in [
            ("Alfa S.R.L.", "Societatea cu Răspundere Limitată Alfa"),
            ("Alfa SpA", "Alfa Società per Azioni"),
            ("УП Альфа", "Унитарное предприятие «Альфа»"),
            ("UAB Alfa", "Uždaroji akcinė bendrovė „Alfa“"),
        ] {
            assert!(legal(short).is_some() && legal(short) == legal(long), "{long}");
        }
    }

    #[test]
    fn words_that_repeat_each_other_are_tried_in_bounds() {
        let many = "papa papapa papapapa ".repeat(5);
        let (a, b) = (Prepared::new(&many, Kind::Unit), Prepared::new(&format!("{}x", "papa".repeat(6)), Kind::Unit));
        assert_eq!(a.compare(&b).weight, b.compare(&a).weight);
    }
}
