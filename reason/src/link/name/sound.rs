//! The sounds names are compared by, and what it costs to take one for another.
//!
//! A sound is a small number, not a phonetic symbol: only what tells be, ru, uk and Latin spellings of one name apart is kept apart, with a low cost
//! where a rule of a language or a spelling system turns one into the other. Costs are hundredths of a plain error (an unexplained letter is 100).
//! They were set by hand from the rules named in [`Rule`], not fitted to any list. Pure.

/// Vowels come first.
pub(in crate::link) const A: u8 = 0;
pub(in crate::link) const O: u8 = 1;
pub(in crate::link) const E: u8 = 2;
pub(in crate::link) const I: u8 = 3;
pub(in crate::link) const Y: u8 = 4;
pub(in crate::link) const U: u8 = 5;
/// The glide in я, ю, й.
pub(in crate::link) const J: u8 = 6;
pub(in crate::link) const V: u8 = 7;
pub(in crate::link) const F: u8 = 8;
pub(in crate::link) const B: u8 = 9;
pub(in crate::link) const P: u8 = 10;
pub(in crate::link) const G: u8 = 11;
/// х, and Latin *h*.
pub(in crate::link) const H: u8 = 12;
pub(in crate::link) const K: u8 = 13;
pub(in crate::link) const D: u8 = 14;
pub(in crate::link) const T: u8 = 15;
/// ц
pub(in crate::link) const TS: u8 = 16;
pub(in crate::link) const Z: u8 = 17;
pub(in crate::link) const S: u8 = 18;
pub(in crate::link) const M: u8 = 19;
pub(in crate::link) const N: u8 = 20;
pub(in crate::link) const L: u8 = 21;
pub(in crate::link) const R: u8 = 22;
/// ж
pub(in crate::link) const ZH: u8 = 23;
/// ш
pub(in crate::link) const SH: u8 = 24;
/// ч
pub(in crate::link) const CH: u8 = 25;
/// дз
pub(in crate::link) const DZ: u8 = 26;
/// дж
pub(in crate::link) const DZH: u8 = 27;
/// Letters of scripts that are compared as what they are have numbers from here on.
pub(in crate::link) const OTHER: u8 = 32;

/// No sound.
pub(in crate::link) const NONE: u8 = 255;

const SOUNDS: usize = 28;

/// How sounds are written in an explanation.
pub(in crate::link) const WRITTEN: [&str; SOUNDS] =
    ["a", "o", "e", "i", "y", "u", "j", "v", "f", "b", "p", "g", "h", "k", "d", "t", "c", "z", "s", "m", "n", "l", "r", "ž", "š", "č", "dz", "dž"];

pub(in crate::link) const fn is_vowel(sound: u8) -> bool {
    sound <= U
}

/// Why one sound stands for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Unstressed *o* written *a* in Belarusian (аканне).
    Akanne,
    /// Unstressed *e* written *ja* in Belarusian (яканне), *a* in Latin.
    Yakanne,
    /// ё written е.
    Yo,
    /// и, ы, і, и of Ukrainian.
    ManyIs,
    /// і of Ukrainian where Russian has *e* or *o*.
    UkrainianI,
    /// ў, в, u, v.
    ShortU,
    /// г, ґ, g, h, kh.
    GhAsH,
    /// ц for т, дз for д before soft vowels (цеканне, дзеканне).
    Tsekanne,
    /// A final в written *ff*.
    FinalF,
    /// *c, ch, sh, s, z, j* read by another alphabet.
    OtherAlphabet,
    /// A voiced sound for a voiceless one.
    Voice,
    /// A soft sign or glide that one spelling leaves out.
    Glide,
    /// An unstressed or inserted vowel.
    Vowel,
    /// An ending of gender or grammar.
    Ending,
    /// в or г before a first vowel (Volha, Hanna).
    Prothesis,
    /// A letter left out, added, changed or moved.
    Slip,
}

impl Rule {
    /// The rule in a few words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Rule::Akanne => "o/a (akanne)",
            Rule::Yakanne => "e/ja (jakanne)",
            Rule::Yo => "jo/e",
            Rule::ManyIs => "i/y",
            Rule::UkrainianI => "Ukrainian i",
            Rule::ShortU => "ŭ/v/u",
            Rule::GhAsH => "h/g/kh",
            Rule::Tsekanne => "t/c, d/dz",
            Rule::FinalF => "v/ff",
            Rule::OtherAlphabet => "letter read by another alphabet",
            Rule::Voice => "voiced/voiceless",
            Rule::Glide => "soft sign or glide",
            Rule::Vowel => "vowel",
            Rule::Ending => "ending",
            Rule::Prothesis => "v/h before a vowel",
            Rule::Slip => "slip of the pen",
        }
    }
}

/// Pairs of sounds with what it costs to take one for the other, and why.
const PAIRS: [(u8, u8, u8, Rule); 59] = [
    (A, O, 12, Rule::Akanne),
    (A, E, 25, Rule::Yakanne),
    (E, O, 25, Rule::Yo),
    (I, Y, 4, Rule::ManyIs),
    (E, I, 35, Rule::UkrainianI),
    (O, I, 45, Rule::UkrainianI),
    (E, Y, 40, Rule::ManyIs),
    (I, J, 8, Rule::Glide),
    (Y, J, 10, Rule::Glide),
    (E, J, 40, Rule::Glide),
    (U, O, 40, Rule::Vowel),
    (A, I, 55, Rule::Vowel),
    (A, Y, 55, Rule::Vowel),
    (A, U, 60, Rule::Vowel),
    (O, Y, 50, Rule::Vowel),
    (E, U, 60, Rule::Vowel),
    (I, U, 60, Rule::Vowel),
    (Y, U, 50, Rule::Vowel),
    (U, V, 8, Rule::ShortU),
    (U, J, 45, Rule::Glide),
    (G, H, 12, Rule::GhAsH),
    (H, K, 50, Rule::OtherAlphabet),
    (K, G, 60, Rule::Voice),
    (T, TS, 15, Rule::Tsekanne),
    (D, DZ, 15, Rule::Tsekanne),
    (DZ, Z, 40, Rule::OtherAlphabet),
    (DZ, ZH, 50, Rule::OtherAlphabet),
    (DZ, DZH, 20, Rule::OtherAlphabet),
    (DZ, TS, 40, Rule::Voice),
    (DZH, ZH, 30, Rule::OtherAlphabet),
    (DZH, J, 30, Rule::OtherAlphabet),
    (DZH, D, 50, Rule::OtherAlphabet),
    (DZH, G, 40, Rule::OtherAlphabet),
    (DZH, CH, 50, Rule::Voice),
    (J, ZH, 45, Rule::OtherAlphabet),
    (V, F, 25, Rule::FinalF),
    (V, B, 60, Rule::Slip),
    (F, P, 50, Rule::OtherAlphabet),
    (B, P, 55, Rule::Voice),
    (D, T, 55, Rule::Voice),
    (S, Z, 40, Rule::Voice),
    (SH, ZH, 45, Rule::Voice),
    (S, SH, 40, Rule::OtherAlphabet),
    (Z, ZH, 40, Rule::OtherAlphabet),
    (S, TS, 45, Rule::OtherAlphabet),
    (Z, TS, 50, Rule::OtherAlphabet),
    (K, TS, 45, Rule::OtherAlphabet),
    (K, CH, 60, Rule::OtherAlphabet),
    (TS, CH, 35, Rule::OtherAlphabet),
    (SH, CH, 45, Rule::OtherAlphabet),
    (H, CH, 50, Rule::OtherAlphabet),
    (H, SH, 60, Rule::OtherAlphabet),
    (M, N, 70, Rule::Slip),
    (L, R, 80, Rule::Slip),
    (F, T, 60, Rule::OtherAlphabet),
    (Z, DZH, 50, Rule::OtherAlphabet),
    (R, ZH, 60, Rule::OtherAlphabet),
    (L, V, 70, Rule::OtherAlphabet),
    (S, CH, 60, Rule::OtherAlphabet),
];

/// What a plain error costs.
pub(in crate::link) const SLIP: u8 = 100;

/// Cost of one sound for another; rows are 32 long so that an index is a shift.
static COSTS: [u8; 32 * 32] = costs();

const fn costs() -> [u8; 32 * 32] {
    let mut table = [SLIP; 32 * 32];
    let mut at = 0;
    while at < 32 {
        let mut other = 0;
        while other < 32 {
            if at == other {
                table[at * 32 + other] = 0;
            } else if at <= U as usize && other <= U as usize {
                table[at * 32 + other] = 60;
            }
            other += 1;
        }
        at += 1;
    }
    let mut pair = 0;
    while pair < PAIRS.len() {
        let (one, other, cost, _) = PAIRS[pair];
        table[one as usize * 32 + other as usize] = cost;
        table[other as usize * 32 + one as usize] = cost;
        pair += 1;
    }
    table
}

/// What it costs to take one sound for another, 0 to [`SLIP`].
#[inline]
pub(in crate::link) fn replaced(one: u8, other: u8) -> u8 {
    if one == other {
        0
    } else if (one | other) >= 32 {
        SLIP
    } else {
        COSTS[(one as usize & 31) * 32 + (other as usize & 31)]
    }
}

/// Why one sound stands for another.
pub(in crate::link) fn why_replaced(one: u8, other: u8) -> Rule {
    let found = PAIRS.iter().find(|pair| (pair.0, pair.1) == (one, other) || (pair.1, pair.0) == (one, other));
    found.map_or(if is_vowel(one) && is_vowel(other) { Rule::Vowel } else { Rule::Slip }, |pair| pair.3)
}

/// What it costs that a sound is missing from the other spelling, and why; `at` is its place in the word.
pub(in crate::link) fn missing(word: &[u8], at: usize) -> (u8, Rule) {
    let sound = word[at];
    let before = at.checked_sub(1).map(|i| word[i]);
    let after = word.get(at + 1).copied();
    let vowel_near = before.is_some_and(is_vowel) || after.is_some_and(is_vowel);
    match sound {
        J => (8, Rule::Glide),
        _ if is_vowel(sound) && after.is_none() => (30, Rule::Ending),
        I | Y if vowel_near => (12, Rule::Glide),
        _ if is_vowel(sound) && before == Some(sound) => (12, Rule::Vowel),
        _ if is_vowel(sound) && vowel_near => (35, Rule::Vowel),
        _ if is_vowel(sound) => (55, Rule::Vowel),
        V | H | G if before.is_none() && after.is_some_and(is_vowel) => (40, Rule::Prothesis),
        CH if before == Some(SH) => (40, Rule::OtherAlphabet),
        H => (60, Rule::GhAsH),
        S if after.is_none() => (60, Rule::Ending),
        _ => (SLIP, Rule::Slip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_the_same_both_ways_and_nothing_for_the_same_sound() {
        for one in 0..=255 {
            assert_eq!(replaced(one, one), 0);
            for other in 0..=255 {
                assert_eq!(replaced(one, other), replaced(other, one));
                assert!(one == other || replaced(one, other) > 0);
            }
        }
    }

    #[test]
    fn a_rule_costs_less_than_a_slip() {
        assert!(replaced(A, O) < replaced(A, U));
        assert!(replaced(V, U) < replaced(V, B));
        assert_eq!(replaced(B, R), SLIP);
        assert_eq!(replaced(OTHER, OTHER + 1), SLIP);
        assert_eq!(why_replaced(T, TS), Rule::Tsekanne);
        assert_eq!(missing(&[A, J], 1), (8, Rule::Glide));
    }
}
