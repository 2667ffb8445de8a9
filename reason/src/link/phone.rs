//! Whether two telephone numbers are one.
//!
//! A number is brought to its international form (ITU-T E.164) where the way it is written tells the country: `+375 29…`, `00375…`, and in Belarus
//! `8 029…` or `80 29…` (national plan of 2008), in Russia `8 9…`, in Ukraine `0 67…`. A local number of seven figures agrees with the end of a full one.
//! Pure; compares without allocating.

use crate::weight::Weight;

/// Figures that are read; E.164 allows fifteen.
pub const LONGEST: usize = 15;
/// The odds before the numbers are seen.
pub const PRIOR: Weight = Weight::from_db(-50);
/// Numbers are taken for the same from this weight on.
pub const SAME: Weight = Weight::from_db(50);

/// Figures of a number without its area.
const LOCAL: usize = 7;

/// A number made ready for many comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared {
    figures: [u8; LONGEST],
    len: usize,
    /// The country is known.
    full: bool,
}

impl Prepared {
    /// Reads a number. Letters end it (an extension).
    #[must_use]
    pub fn new(number: &str) -> Prepared {
        let mut figures = [0; LONGEST + 4];
        let mut len = 0;
        let mut plus = false;
        for c in number.chars().take(4 * LONGEST).skip_while(|c| c.is_alphabetic() || c.is_whitespace() || *c == ':' || *c == '.') {
            match c {
                '+' if len == 0 => plus = true,
                _ if c.is_alphabetic() => break,
                _ => {
                    if let Some(figure) = c.to_digit(10)
                        && let Some(place) = figures.get_mut(len)
                    {
                        *place = u8::try_from(figure).unwrap_or(0);
                        len += 1;
                    }
                }
            }
        }
        international(&figures[..len], plus)
    }

    fn figures(&self) -> &[u8] {
        &self.figures[..self.len]
    }

    /// Whether too little was read to compare.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len < LOCAL - 1
    }

    /// What two numbers say for one line.
    #[must_use]
    pub fn compare(&self, other: &Prepared) -> Weight {
        if self.is_empty() || other.is_empty() {
            return Weight::NOTHING;
        }
        let (a, b) = (self.figures(), other.figures());
        if a == b {
            return Weight::from_db(if self.full && other.full { 90 } else { 10 * i32::try_from(a.len()).unwrap_or(0) });
        }
        let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
        let known_short = if a.len() < b.len() { self.full } else { other.full };
        if short.len() >= LOCAL && !known_short && long.ends_with(short) {
            return Weight::from_db(8 * i32::try_from(short.len()).unwrap_or(0));
        }
        if a.len() == b.len() && one_slip(a, b) { Weight::from_db(30) } else { Weight::from_db(-60) }
    }

    /// Whether both are taken for one number.
    #[must_use]
    pub fn is_same(&self, other: &Prepared) -> bool {
        self.compare(other) >= SAME
    }
}

/// One figure is another, or two neighbours changed places.
fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let mut apart = a.iter().zip(b).enumerate().filter(|(_, (one, other))| one != other).map(|(at, _)| at);
    match (apart.next(), apart.next(), apart.next()) {
        (Some(_), None, _) => true,
        (Some(first), Some(second), None) => second == first + 1 && a[first] == b[second] && a[second] == b[first],
        _ => false,
    }
}

fn international(figures: &[u8], plus: bool) -> Prepared {
    let (code, rest): (&[u8], &[u8]) = match figures {
        _ if plus => (&[], figures),
        [0, 0, rest @ ..] => (&[], rest),
        [3, 7, 5, ..] | [3, 8, 0, ..] if figures.len() == 12 => (&[], figures),
        [7, ..] if figures.len() == 11 => (&[], figures),
        // 8 029 …, 80 29 …: nine figures after the trunk.
        [8, 0, rest @ ..] if rest.len() == 9 => (&[3, 7, 5], rest),
        [8, rest @ ..] if rest.len() == 10 => (&[7], rest),
        [0, rest @ ..] if rest.len() == 9 => (&[3, 8, 0], rest),
        [2..=4, ..] if figures.len() == 9 => (&[3, 7, 5], figures),
        _ => return filled(&[], figures, false),
    };
    filled(code, rest, true)
}

fn filled(code: &[u8], rest: &[u8], full: bool) -> Prepared {
    let mut prepared = Prepared { figures: [0; LONGEST], len: 0, full };
    for figure in code.iter().chain(rest).take(LONGEST) {
        prepared.figures[prepared.len] = *figure;
        prepared.len += 1;
    }
    prepared
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_number_in_many_ways_is_the_same() {
        let full = Prepared::new("+375 (29) 123-45-67");
        for other in ["80291234567", "8 029 123 45 67", "00375291234567", "375291234567", "29 123-45-67", "тел.: +375291234567", "+375 29 1234567 доп. 5"]
        {
            assert!(full.is_same(&Prepared::new(other)), "{other}");
        }
        assert!(full.is_same(&Prepared::new("123-45-67")), "without its area");
        assert!(Prepared::new("8 (912) 345-67-89").is_same(&Prepared::new("+7 912 3456789")));
        assert!(Prepared::new("067 123 45 67").is_same(&Prepared::new("+380671234567")));
        assert!(!full.is_same(&Prepared::new("+375 44 123-45-67")));
        assert!(!full.is_same(&Prepared::new("+375 29 123-45-76")));
        assert_eq!(full.compare(&Prepared::new("102")), Weight::NOTHING);
    }

    proptest! {
        #[test]
        fn numbers_are_compared_the_same_both_ways(one in any::<String>(), other in "[+0-9 ()-]{0,24}") {
            let (a, b) = (Prepared::new(&one), Prepared::new(&other));
            prop_assert_eq!(a.compare(&b), b.compare(&a));
            prop_assert!(b.is_empty() || b.compare(&b) > Weight::NOTHING);
        }
    }
}
