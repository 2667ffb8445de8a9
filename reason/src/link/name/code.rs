//! A word as a short array of sounds, and the least cost of turning one into another.
//!
//! The distance is optimal string alignment (insert, delete, replace, swap neighbours) with the costs of [`super::sound`]. No allocation. Pure.

use super::read::MOST_SOUNDS;
use super::sound::{NONE, Rule, SLIP, is_vowel, missing, replaced, why_replaced};

/// One reading of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::link) struct Code {
    sounds: [u8; MOST_SOUNDS],
    missing: [u8; MOST_SOUNDS],
    len: u8,
    /// What it would cost to lack all of it, endings that many names share counted for less.
    mass: u16,
}

impl Code {
    pub(in crate::link) fn of(word: &[u8]) -> Code {
        let word = &word[..word.len().min(MOST_SOUNDS)];
        let mut code = Code { sounds: [0; MOST_SOUNDS], missing: [0; MOST_SOUNDS], len: 0, mass: 0 };
        for (at, sound) in word.iter().enumerate() {
            code.sounds[at] = *sound;
            code.missing[at] = missing(word, at).0;
            code.mass += u16::from(code.missing[at]);
            code.len += 1;
        }
        // -ов, -ін, -скі, -енка, -віч: that two family names share these says little of how near they are.
        let ending: u16 = code.missing[word.len() - ending(word)..word.len()].iter().map(|cost| u16::from(*cost)).sum();
        code.mass -= ending * 6 / 10;
        code
    }

    #[inline]
    pub(in crate::link) fn sounds(&self) -> &[u8] {
        &self.sounds[..usize::from(self.len)]
    }

    #[inline]
    fn costs(&self) -> &[u8] {
        &self.missing[..usize::from(self.len)]
    }

    /// How near two readings are, 0 to 1000; 0 where they are farther than `floor`.
    pub(in crate::link) fn nearness(&self, other: &Code, floor: u16) -> u16 {
        if self.sounds() == other.sounds() {
            return if self.len == 0 { 0 } else { 1000 };
        }
        let mass = self.mass.max(other.mass);
        if mass == 0 || self.mass.min(other.mass) == 0 {
            return 0;
        }
        let limit = u32::from(mass) * u32::from(1000 - floor.min(1000)) / 1000;
        if u32::from(self.mass.abs_diff(other.mass)) > limit + u32::from(SLIP) {
            return 0;
        }
        let cost = self.distance(other, limit);
        if cost > limit { 0 } else { u16::try_from(1000 - cost * 1000 / u32::from(mass)).unwrap_or(0) }
    }

    /// The least cost of turning one into the other; more than `limit` where it is more.
    ///
    /// Rows have [`ROW`] places and every index is cut to that, so that the compiler sees no index can be out of bounds: this is the inner loop of all
    /// linking.
    fn distance(&self, other: &Code, limit: u32) -> u32 {
        let (a, b) = (self.sounds(), other.sounds());
        let (lack_a, lack_b) = (self.costs(), other.costs());
        let enough = u16::try_from(limit.saturating_add(u32::from(SLIP))).unwrap_or(u16::MAX);
        let (mut two_up, mut up, mut now) = ([0_u16; ROW], [0_u16; ROW], [0_u16; ROW]);
        for (at, lack) in lack_b.iter().enumerate() {
            up[(at + 1) % ROW] = up[at % ROW] + u16::from(*lack);
        }
        let mut above = NONE;
        for (sound, lack) in a.iter().copied().zip(lack_a) {
            let lack = u16::from(*lack);
            now[0] = up[0] + lack;
            let mut least = now[0];
            let (mut corner, mut left, mut before) = (up[0], now[0], NONE);
            for (column, (heard, lack_here)) in b.iter().copied().zip(lack_b).enumerate() {
                let over = up[(column + 1) % ROW];
                let mut cost = (corner + u16::from(replaced(sound, heard))).min(over + lack).min(left + u16::from(*lack_here));
                if before == sound && above == heard && column > 0 {
                    cost = cost.min(two_up[(column - 1) % ROW] + SWAP);
                }
                now[(column + 1) % ROW] = cost;
                least = least.min(cost);
                (corner, left, before) = (over, cost, heard);
            }
            // A swap can reach back one row, so one slip more is let through.
            if least > enough {
                return u32::MAX;
            }
            above = sound;
            (two_up, up, now) = (up, now, two_up);
        }
        u32::from(up[b.len() % ROW])
    }

    /// The rules by which one reading became the other, in order, each once for every place; for explanations.
    pub(in crate::link) fn rules(&self, other: &Code) -> Vec<(Rule, u8)> {
        let (a, b) = (self.sounds(), other.sounds());
        let width = b.len() + 1;
        let mut costs = vec![0_u32; (a.len() + 1) * width];
        for row in 0..=a.len() {
            for column in 0..=b.len() {
                let steps = self.steps(other, row, column);
                let reached = |step: &Step| costs[(row - step.back) * width + column - step.side] + u32::from(step.cost);
                costs[row * width + column] = steps.iter().flatten().map(reached).min().unwrap_or(0);
            }
        }
        let (mut row, mut column, mut rules) = (a.len(), b.len(), Vec::new());
        while row > 0 || column > 0 {
            let here = costs[row * width + column];
            let steps = self.steps(other, row, column);
            let taken = steps.iter().flatten().find(|step| costs[(row - step.back) * width + column - step.side] + u32::from(step.cost) == here);
            let Some(step) = taken else { break };
            if step.cost > 0 {
                rules.push((step.rule, step.cost));
            }
            row -= step.back;
            column -= step.side;
        }
        rules.reverse();
        rules
    }

    fn steps(&self, other: &Code, row: usize, column: usize) -> [Option<Step>; 4] {
        let (a, b) = (self.sounds(), other.sounds());
        let along = (row > 0 && column > 0).then(|| Step {
            back: 1,
            side: 1,
            cost: replaced(a[row - 1], b[column - 1]),
            rule: why_replaced(a[row - 1], b[column - 1]),
        });
        let lacking = |word: &[u8], at: usize| missing(word, at);
        let back = (row > 0).then(|| lacking(a, row - 1)).map(|(cost, rule)| Step { back: 1, side: 0, cost, rule });
        let side = (column > 0).then(|| lacking(b, column - 1)).map(|(cost, rule)| Step { back: 0, side: 1, cost, rule });
        let swapped = row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1];
        let swap = swapped.then_some(Step { back: 2, side: 2, cost: SWAP as u8, rule: Rule::Slip });
        [along, back, side, swap]
    }
}

/// Places of a row: more than [`MOST_SOUNDS`], and a power of two.
const ROW: usize = 32;

/// What two sounds that changed places cost.
const SWAP: u16 = 80;

struct Step {
    back: usize,
    side: usize,
    cost: u8,
    rule: Rule,
}

/// The nearest two readings; 0 where all are farther than `floor`.
pub(in crate::link) fn nearest(one: &[Code], other: &[Code], floor: u16) -> u16 {
    let mut best = 0;
    for a in one {
        for b in other {
            let near = a.nearness(b, floor.max(best));
            if near == 1000 {
                return near;
            }
            best = best.max(near);
        }
    }
    best
}

/// How many sounds at the end of a word are an ending that many family names share; 0 where little would be left.
fn ending(word: &[u8]) -> usize {
    use super::sound::{A, CH, E, I, J, K, N, O, S, TS, U, V, Y};
    let len = match word {
        [.., E | A, N, K, O | A] => 4,
        [.., S | TS, K, I | Y | A, J] | [.., S | TS, K, A, J, A] => word.len() - word.iter().rposition(|sound| *sound == K).unwrap_or(0) + 1,
        [.., S | TS, K, I | Y | A | O] => 3,
        [.., A | O | E | I | Y, V, I | Y, CH] => 4,
        [.., A | O | E, V | U, A] | [.., I | Y, N, A] => 3,
        [.., A | O | E, V | U] | [.., I | Y, N] | [.., U | A, K] => 2,
        _ => 0,
    };
    if word.len() > len + 2 { len } else { 0 }
}

/// A digest of what stays of a word when vowels are taken together and glides, final vowels and the softness of consonants fall away: equal for most
/// spellings of one name, and used to look names up in tables; `None` where nothing stays.
pub(in crate::link) fn loose(word: &[u8]) -> Option<u64> {
    use super::sound::*;
    let mut kept = [0_u8; MOST_SOUNDS];
    let mut len = 0;
    for (at, &sound) in word.iter().take(MOST_SOUNDS).enumerate() {
        let before = at.checked_sub(1).map(|i| word[i]);
        let after = word.get(at + 1).copied();
        let beside = |near: Option<u8>| near.is_some_and(|n| is_vowel(n) && !matches!(n, I | Y));
        let sound = match sound {
            J if at > 0 => continue,
            I | Y if beside(before) || (at > 0 && beside(after)) => continue,
            A | O | E => A,
            I | Y => I,
            U if before.is_some_and(is_vowel) || (at == 0 && after.is_some_and(|n| !is_vowel(n))) => V,
            TS => T,
            DZ => D,
            H => G,
            F => V,
            other => other,
        };
        if len == 0 || kept[len - 1] != sound {
            kept[len] = sound;
            len += 1;
        }
    }
    while len > 1 && is_vowel(kept[len - 1]) {
        len -= 1;
    }
    // A first glide tells short names apart (Ян, Анна) and is a matter of spelling in long ones (Яўген, Evgeny).
    let from = usize::from(len > 3 && kept[0] == J);
    if len == from {
        return None;
    }
    Some(kept[from..len].iter().fold(0xcbf2_9ce4_8422_2325, |hash, sound| (hash ^ u64::from(*sound)).wrapping_mul(0x0000_0100_0000_01b3)))
}

/// Like [`loose`], with *e* apart from *a* and *o*: short forms are too short to be known by less (Peggy, Page).
pub(in crate::link) fn firm(word: &[u8]) -> Option<u64> {
    use super::sound::E;
    let front = word.iter().filter(|sound| is_vowel(**sound)).fold(1_u64, |bits, sound| (bits << 1) | u64::from(*sound == E));
    loose(word).map(|digest| digest.rotate_left(17) ^ front)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{letters::words, read::readings};
    use super::*;
    use proptest::prelude::*;

    fn codes(name: &str) -> Vec<Code> {
        readings(&words(name)[0]).iter().map(|read| Code::of(read)).collect()
    }

    #[test]
    fn spellings_of_one_name_are_nearer_than_other_names() {
        for (one, other) in [("Ціханоўская", "Cichanouska"), ("Лукашэнка", "Loukachenko"), ("Паўлічэнка", "Pavlichenko"), ("Зайцаў", "Saizew")]
        {
            assert!(nearest(&codes(one), &codes(other), 0) > 800, "{one} {other} {}", nearest(&codes(one), &codes(other), 0));
        }
        assert!(nearest(&codes("Лукашэнка"), &codes("Lukashevich"), 0) < 750);
    }

    #[test]
    fn the_rules_of_a_spelling_are_named() {
        let rules = codes("Шведка")[0].rules(&codes("Shvedko")[0]);
        assert_eq!(rules, [(Rule::Akanne, 12)]);
    }

    #[test]
    fn spellings_have_one_loose_key() {
        for group in [["Мікалай", "Mikalai", "Mikałaj"], ["Сяргей", "Sergey", "Siarhiej"], ["Яўген", "Yauhen", "Jaŭhen"]] {
            let keys: Vec<_> = group.iter().map(|n| loose(&readings(&words(n)[0])[0])).collect();
            assert!(keys.iter().all(|k| *k == keys[0]), "{group:?} {keys:?}");
        }
        assert_eq!(loose(&[]), None);
    }

    proptest! {
        #[test]
        fn nearness_is_the_same_both_ways(one in prop::collection::vec(0..34_u8, 0..30), other in prop::collection::vec(0..34_u8, 0..30), floor in 0..1000_u16) {
            let (a, b) = (Code::of(&one), Code::of(&other));
            prop_assert_eq!(a.nearness(&b, floor), b.nearness(&a, floor));
            prop_assert!(a.nearness(&b, floor) <= 1000);
            let costs: u32 = a.rules(&b).iter().map(|r| u32::from(r.1)).sum();
            prop_assert_eq!(costs, a.distance(&b, u32::MAX - 200));
        }
    }
}
