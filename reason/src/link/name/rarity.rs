//! How rare the parts of names are in the data at hand.
//!
//! Counts names once; a part met in `n` of `N` names is as rare as `10 log10(N + K) / (n + k)`, where the shipped prior counts as `K` names more, so that
//! few data move it little. Pure.

use std::collections::BTreeMap;

use super::part::{Part, Role};
use crate::weight::Weight;

/// As many names the prior speaks for.
const PRIOR_NAMES: u64 = 200;

/// Frequencies of the parts of names.
#[derive(Clone, Debug, Default)]
pub struct Rarity {
    counts: BTreeMap<u64, u64>,
    names: u64,
}

impl Rarity {
    /// Counts the parts of names.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Rarity {
        let mut rarity = Rarity::default();
        for name in names {
            rarity.add(name);
        }
        rarity
    }

    /// Counts one name more.
    pub fn add(&mut self, name: &str) {
        self.names += 1;
        let mut seen: Vec<u64> = super::part::parts(name).iter().map(key).collect();
        seen.sort_unstable();
        seen.dedup();
        for key in seen {
            *self.counts.entry(key).or_insert(0) += 1;
        }
    }

    pub(super) fn of(&self, part: &Part) -> Weight {
        if part.role == Role::Initial {
            return part.rarity;
        }
        let count = self.counts.get(&key(part)).copied().unwrap_or(0);
        // In 1/1000 of a name: what the prior expects of its own names.
        let expected = expected_milli(part.rarity).max(1);
        Weight::rarity((count * 1000).saturating_add(expected), (self.names + PRIOR_NAMES).saturating_mul(1000))
    }
}

/// How many thousandths of a name the prior expects among its own names.
fn expected_milli(rarity: Weight) -> u64 {
    // 10^(-dB/10) by tenths of a bel: 0.794 is one decibel.
    let mut share = PRIOR_NAMES * 1_000_000;
    for _ in 0..rarity.hundredths().clamp(0, 10_000) / 100 {
        share = share * 794_328 / 1_000_000;
    }
    share / 1000
}

/// What a part is counted as: its name in any language, or its sounds.
fn key(part: &Part) -> u64 {
    match (part.role, part.classes.full[0]) {
        (Role::Given, class) if class != 0 => u64::from(class),
        (Role::Patronymic, class) if class != 0 => u64::from(class) | 1 << 32,
        _ => part.digest | 1 << 63,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Prepared;
    use super::*;

    #[test]
    fn what_is_common_at_hand_weighs_less() {
        let names: Vec<String> = (0..2000).map(|n| format!("Иван{} Шкляревский", "а".repeat(n % 7))).collect();
        let rarity = Rarity::from_names(names.iter().map(String::as_str));
        let one = |name: &str| Prepared::with(name, &rarity).parts().map(|p| p.2).max();
        assert!(one("Шкляревский") < one("Гарбацэвіч"));
        assert!(one("Шкляревский") < Prepared::new("Шкляревский").parts().map(|p| p.2).max());
    }
}
