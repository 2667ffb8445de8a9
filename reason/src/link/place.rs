//! Whether two names are of one place: a town, a street, an address.
//!
//! Read as names of bodies are ([`super::organisation`]): numbers however written, kinds of streets and settlements across languages (*вул., ул., str.*),
//! names translated (*Незалежнасці, Независимости, Independence*) or compared by sound and without the endings that cases give them. Two house numbers
//! that differ contradict each other. Pure; compares without allocating.

use super::organisation::{self, Comparison, Frequencies, Kind};
use crate::weight::Weight;

/// A name of a place made ready for many comparisons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared(organisation::Prepared);

impl Prepared {
    /// Reads a name.
    #[must_use]
    pub fn new(name: &str) -> Prepared {
        Prepared(organisation::Prepared::new(name, Kind::Place))
    }

    /// Reads a name; words tell as much as they are rare in the data at hand.
    #[must_use]
    pub fn with(name: &str, frequencies: &Frequencies) -> Prepared {
        Prepared(organisation::Prepared::with(name, Kind::Place, frequencies))
    }

    /// The words as they are compared.
    pub fn words(&self) -> impl Iterator<Item = (&str, Weight)> {
        self.0.words()
    }

    /// Compares two names. Symmetric; allocates nothing.
    #[must_use]
    pub fn compare(&self, other: &Prepared) -> Comparison {
        self.0.compare(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        Prepared::new(one).compare(&Prepared::new(other)).is_same()
    }

    #[test]
    fn one_street_in_many_languages_is_the_same() {
        assert!(same("вул. Валадарскага, 2", "ул. Володарского, д. 2"));
        assert!(same("вуліца Валадарскага", "Valadarskaha street"));
        assert!(same("праспект Незалежнасці 15", "проспект Независимости, 15"));
        assert!(same("пр-т Незалежнасці", "Independence Avenue"));
        assert!(same("г. Жодино", "Жодзіна"));
        assert!(same("Акрэсціна", "Okrestina"));
    }

    #[test]
    fn another_house_or_street_is_another_place() {
        assert!(!same("вул. Валадарскага, 2", "вул. Валадарскага, 12"));
        assert!(!same("вул. Валадарскага, 2", "вул. Куйбышава, 2"));
        assert!(!same("Мінск", "Пінск"));
        assert!(!same("", "Мінск"));
    }
}
