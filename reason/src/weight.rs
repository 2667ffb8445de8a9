//! How strongly evidence speaks for a match.
//!
//! A weight is ten times the base-ten logarithm of a likelihood ratio, in decibels (dB): +10 dB means the evidence is ten times likelier if the match
//! is true, 0 dB tells nothing. Weights of independent comparisons add. They are kept as whole hundredths (0.01 dB), so that sums are exact in any
//! order and the same on every machine; logarithms and powers here use only additions, multiplications and shifts for the same reason. Does no I/O.

use std::fmt;
use std::ops::{Add, AddAssign, Neg};

/// Evidence for a match, in hundredths of a decibel; sums stop at the ends of its range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(i32);

/// Weights beyond this many hundredths say nothing more.
const MOST: i32 = 1_000_000;

impl Weight {
    /// Evidence that says nothing.
    pub const NOTHING: Weight = Weight(0);

    /// A weight of so many hundredths of a decibel; beyond ±10,000 dB it stays there.
    #[must_use]
    pub const fn from_hundredths(hundredths: i32) -> Weight {
        if hundredths > MOST {
            Weight(MOST)
        } else if hundredths < -MOST {
            Weight(-MOST)
        } else {
            Weight(hundredths)
        }
    }

    /// A weight of whole decibels.
    #[must_use]
    pub const fn from_db(db: i32) -> Weight {
        Weight::from_hundredths(db.saturating_mul(100))
    }

    /// How surprising it is that something seen `count` times among `total` is met by chance: `10 log10(total / count)`, 0 where it is always met.
    #[must_use]
    pub fn rarity(count: u64, total: u64) -> Weight {
        let (count, total) = (count.max(1), total.max(1));
        if count >= total {
            return Weight::NOTHING;
        }
        // 1000 · log2, by log10(2), is 1000 · log10: hundredths of a decibel.
        let doublings = i64::from(log2_milli(total).saturating_sub(log2_milli(count)));
        Weight::from_hundredths(i32::try_from((doublings * 301_030 + 500_000) / 1_000_000).unwrap_or(MOST))
    }

    /// Hundredths of a decibel.
    #[must_use]
    pub const fn hundredths(self) -> i32 {
        self.0
    }

    /// The chance that the match is true, if before this evidence the odds were `prior`.
    #[must_use]
    pub fn posterior(self, prior: Weight) -> f64 {
        let odds = power_of_ten((self + prior).0);
        odds / (1.0 + odds)
    }
}

/// 1000 · log2(n), cut to a whole number, by squaring: exact in integers.
fn log2_milli(n: u64) -> i32 {
    let n = n.max(1);
    let whole = 63 - n.leading_zeros();
    // n / 2^whole as a fixed-point number with 31 bits after the point, in [1, 2).
    let mut x = if whole > 31 { n >> (whole - 31) } else { n << (31 - whole) };
    let mut fraction = 0_u64;
    for _ in 0..20 {
        x = (x * x) >> 31;
        fraction <<= 1;
        if x >= 1 << 32 {
            fraction |= 1;
            x >>= 1;
        }
    }
    i32::try_from(u64::from(whole) * 1000 + ((fraction * 1000) >> 20)).unwrap_or(i32::MAX)
}

/// 10^(hundredths / 1000), by repeated squaring; enough for a chance, and the same bits everywhere.
fn power_of_ten(hundredths: i32) -> f64 {
    /// 10^(1/1000).
    const STEP: f64 = 1.002_305_238_077_899_7;
    let mut exponent = hundredths.unsigned_abs().min(200_000);
    let (mut power, mut base) = (1.0, STEP);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    if hundredths < 0 { 1.0 / power } else { power }
}

impl Add for Weight {
    type Output = Weight;
    fn add(self, other: Weight) -> Weight {
        Weight::from_hundredths(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Weight {
    fn add_assign(&mut self, other: Weight) {
        *self = *self + other;
    }
}

impl Neg for Weight {
    type Output = Weight;
    fn neg(self) -> Weight {
        Weight(-self.0)
    }
}

impl fmt::Display for Weight {
    /// As `+12.34 dB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(f, "{sign}{}.{:02} dB", self.0.abs() / 100, self.0.abs() % 100)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_in_ten_is_ten_decibels() {
        assert!((Weight::rarity(1, 10).hundredths() - 1000).abs() <= 1);
        assert!((Weight::rarity(3, 3_000_000).hundredths() - 6000).abs() <= 1);
        assert_eq!(Weight::rarity(5, 5), Weight::NOTHING);
        assert_eq!(Weight::rarity(0, 0), Weight::NOTHING);
    }

    #[test]
    fn even_odds_are_one_half() {
        assert!((Weight::from_db(20).posterior(Weight::from_db(-20)) - 0.5).abs() < 1e-12);
        assert!((Weight::from_db(10).posterior(Weight::NOTHING) - 10.0 / 11.0).abs() < 1e-9);
        assert_eq!(Weight::from_db(-1250).to_string(), "-1250.00 dB");
    }

    proptest! {
        #[test]
        fn more_evidence_never_lowers_the_chance(prior in -9000..9000_i32, weight in -9000..9000_i32, more in 0..9000_i32) {
            let [prior, weight, more] = [prior, weight, more].map(Weight::from_hundredths);
            let (less, enough) = (weight.posterior(prior), (weight + more).posterior(prior));
            prop_assert!(enough >= less && (0.0..=1.0).contains(&enough));
        }

        #[test]
        fn what_is_rarer_is_more_surprising(total in any::<u64>(), one in any::<u64>(), other in any::<u64>()) {
            prop_assert!(Weight::rarity(one.min(other), total) >= Weight::rarity(one.max(other), total));
        }
    }
}
