//! Whether two number plates are one, as witnesses and cameras read them.
//!
//! Letters are those that Belarusian, Russian and Ukrainian plates use because they look alike in Cyrillic and Latin (STB 914 in Belarus, GOST R 50577 in
//! Russia); spaces and dashes tell nothing; `?`, `*` and `…` stand for what was not read. Characters that cameras confuse (O and 0, B and 8) agree less.
//! Pure; at most [`LONGEST`] characters; compares without allocating.

use crate::weight::Weight;

/// Characters of a plate that are read.
pub const LONGEST: usize = 12;
/// The odds before the plates are seen: one vehicle among a hundred thousand.
pub const PRIOR: Weight = Weight::from_db(-50);
/// Plates are taken for the same from this weight on.
pub const SAME: Weight = Weight::from_db(50);

// One in ten figures, one in twelve letters agrees by chance.
const FIGURE: i32 = 1000;
const LETTER: i32 = 1080;
const CONFUSED: i32 = 600;
const CONTRADICTS: i32 = -2000;
const LEFT_OUT: i32 = -1500;
/// What was not read.
const UNKNOWN: u8 = b'?';

/// A plate made ready for many comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared {
    characters: [u8; LONGEST],
    len: usize,
}

impl Prepared {
    /// Reads a plate.
    #[must_use]
    pub fn new(plate: &str) -> Prepared {
        let mut prepared = Prepared { characters: [0; LONGEST], len: 0 };
        // Countries write at most a few marks between characters.
        for character in plate.chars().take(8 * LONGEST).flat_map(char::to_uppercase).filter_map(character) {
            if prepared.len < LONGEST {
                prepared.characters[prepared.len] = character;
                prepared.len += 1;
            }
        }
        prepared
    }

    fn characters(&self) -> &[u8] {
        &self.characters[..self.len]
    }

    /// What two readings say for one plate.
    #[must_use]
    pub fn compare(&self, other: &Prepared) -> Weight {
        let (a, b) = (self.characters(), other.characters());
        if a.is_empty() || b.is_empty() {
            return Weight::NOTHING;
        }
        let mut up = [0_i32; LONGEST + 1];
        for column in 0..b.len() {
            up[column + 1] = up[column] + LEFT_OUT;
        }
        for one in a {
            let mut now = [0_i32; LONGEST + 1];
            now[0] = up[0] + LEFT_OUT;
            for (column, other) in b.iter().enumerate() {
                now[column + 1] = (up[column] + agreement(*one, *other)).max(up[column + 1] + LEFT_OUT).max(now[column] + LEFT_OUT);
            }
            up = now;
        }
        Weight::from_hundredths(up[b.len()])
    }

    /// Whether both are taken for one plate.
    #[must_use]
    pub fn is_same(&self, other: &Prepared) -> bool {
        self.compare(other) >= SAME
    }
}

fn agreement(one: u8, other: u8) -> i32 {
    const ALIKE: [(u8, u8); 10] =
        [(b'O', b'0'), (b'I', b'1'), (b'B', b'8'), (b'S', b'5'), (b'Z', b'2'), (b'E', b'3'), (b'D', b'0'), (b'T', b'7'), (b'A', b'4'), (b'G', b'6')];
    if one == UNKNOWN || other == UNKNOWN {
        0
    } else if one == other {
        if one.is_ascii_digit() { FIGURE } else { LETTER }
    } else if ALIKE.contains(&(one, other)) || ALIKE.contains(&(other, one)) {
        CONFUSED
    } else {
        CONTRADICTS
    }
}

fn character(c: char) -> Option<u8> {
    let latin = match c {
        'А' => 'A',
        'В' => 'B',
        'Е' | 'Ё' => 'E',
        'І' | 'Ї' => 'I',
        'К' => 'K',
        'М' => 'M',
        'Н' => 'H',
        'О' => 'O',
        'Р' => 'P',
        'С' => 'C',
        'Т' => 'T',
        'Х' => 'X',
        'У' | 'Ў' => 'Y',
        '?' | '*' | '…' | '_' => '?',
        other => other,
    };
    u8::try_from(latin).ok().filter(|byte| byte.is_ascii_alphanumeric() || *byte == UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weight(one: &str, other: &str) -> Weight {
        Prepared::new(one).compare(&Prepared::new(other))
    }

    #[test]
    fn one_plate_in_two_alphabets_is_the_same() {
        assert!(Prepared::new("1234 АВ-7").is_same(&Prepared::new("1234ab7")));
        assert!(weight("1234 AB-7", "I234 A8-7") < weight("1234 AB-7", "1234 AB-7"));
        assert!(!Prepared::new("1234 AB-7").is_same(&Prepared::new("1235 AB-7")), "the next car");
        assert!(!Prepared::new("1234 AB-7").is_same(&Prepared::new("?234 ??-7")));
        assert!(weight("1234 AB-7", "?234 AB-7") > Weight::NOTHING);
        assert_eq!(weight("", "1234 AB-7"), Weight::NOTHING);
    }

    proptest! {
        #[test]
        fn plates_are_compared_the_same_both_ways(one in any::<String>(), other in "[0-9A-ZАВЕКМ? -]{0,20}") {
            let (a, b) = (Prepared::new(&one), Prepared::new(&other));
            prop_assert_eq!(a.compare(&b), b.compare(&a));
            prop_assert!(b.compare(&b) >= Weight::NOTHING);
            prop_assert!(a.compare(&a).hundredths() <= 1080 * LONGEST as i32);
        }
    }
}
