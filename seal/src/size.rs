//! Size classes: how long a sealed part is said to be, so that its length says little of what is in it.
//!
//! A text is padded to a step: 16 KiB, or the first doubling of that which holds it. All parts of one submission take the step of the longest, so that no
//! length says which of them holds much. A file is padded by Padmé (Nikitin et al., *Reducing Metadata Leakage from Encrypted Files and Communication with
//! PURBs*, 2019), which keeps about log log n bits of the length and adds at most 12 %, then to whole blocks of 4 KiB, and to the first step at least: a small
//! file looks like a text. Lengths are bytes of plaintext, cover and trailer included. Does no I/O.

/// Every padded length is a multiple of this.
pub const BLOCK: u64 = 4096;
/// The shortest padded length: a base with its source, receipt and signature leaves 9 KiB of it for answers, more than a page.
pub const STEP: u64 = 16 * 1024;
/// Longest plaintext: 4 TiB. Far above any upload, far below where sums overflow.
pub const MOST: u64 = 1 << 42;

/// By which rule a part is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// A text that is sent alone: the step that holds it.
    Text,
    /// A text beside others, the longest of which has so many bytes: the step that holds that one.
    Beside(u64),
    /// Padmé, then whole blocks, at least the first step.
    File,
}

impl Padding {
    /// The padded length of `bytes`. `None` above [`MOST`].
    #[must_use]
    pub fn padded(self, bytes: u64) -> Option<u64> {
        let bytes = match self {
            Padding::Beside(longest) => bytes.max(longest),
            Padding::Text | Padding::File => bytes,
        };
        if bytes > MOST {
            return None;
        }
        Some(match self {
            Padding::Text | Padding::Beside(_) => bytes.max(STEP).next_power_of_two(),
            Padding::File => padme(bytes).next_multiple_of(BLOCK).max(STEP),
        })
    }
}

/// Whether some rule pads `bytes` to `padded`.
#[must_use]
pub(crate) fn fits(bytes: u64, padded: u64) -> bool {
    let step = padded >= STEP && padded.is_power_of_two() && (bytes..=MOST).contains(&padded);
    step || Padding::File.padded(bytes) == Some(padded)
}

/// Padmé's length: the low `E − S` bits go, where `E = ⌊log₂ L⌋` and `S = ⌊log₂ E⌋ + 1`.
fn padme(bytes: u64) -> u64 {
    let Some(e) = bytes.checked_ilog2() else { return bytes };
    let s = e.checked_ilog2().map_or(1, |log| log + 1);
    bytes.next_multiple_of(1 << e.saturating_sub(s))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    /// Worked by hand: 9 = 1001₂, E = 3, S = 2, one low bit goes: 10. 1,000,000: E = 19, S = 5, 14 bits: 62 × 16384 = 1,015,808.
    #[test]
    fn padme_is_the_published_function() {
        for (bytes, padded) in [(1, 1), (2, 2), (3, 3), (8, 8), (9, 10), (10, 10), (11, 12), (1_000_000, 1_015_808), (1 << 20, 1 << 20)] {
            assert_eq!(padme(bytes), padded, "{bytes}");
        }
    }

    #[test]
    fn too_much_is_refused() {
        assert_eq!(Padding::File.padded(MOST + 1), None);
        assert_eq!(Padding::File.padded(u64::MAX), None);
        assert!(Padding::File.padded(MOST).is_some());
    }

    /// A small team's text, a page, a book: what is one byte too long takes twice the length.
    #[test]
    fn a_text_takes_the_first_step_that_holds_it() {
        for (bytes, padded) in [(0, STEP), (1, STEP), (STEP, STEP), (STEP + 1, 2 * STEP), (3 * STEP, 4 * STEP), (MOST, MOST)] {
            assert_eq!(Padding::Text.padded(bytes), Some(padded), "{bytes}");
        }
        assert_eq!(Padding::Beside(3 * STEP).padded(1), Some(4 * STEP));
        assert_eq!(Padding::Beside(1).padded(STEP + 1), Some(2 * STEP));
        assert_eq!(Padding::Beside(MOST + 1).padded(1), None);
    }

    #[test]
    fn only_what_a_rule_makes_fits() {
        assert!(fits(1, STEP) && fits(1, 4 * STEP) && fits(STEP, STEP) && fits(5 * STEP / 2, 5 * STEP / 2));
        assert!(!fits(1, 0) && !fits(1, BLOCK) && !fits(1, 3 * STEP) && !fits(STEP + 1, STEP) && !fits(1, MOST * 2));
    }

    proptest! {
        #[test]
        fn padding_costs_a_file_at_most_an_eighth_and_a_block(bytes in 1..MOST) {
            let padded = Padding::File.padded(bytes).unwrap();
            prop_assert!(padded >= bytes && padded.is_multiple_of(BLOCK) && fits(bytes, padded));
            prop_assert!(padded - bytes <= bytes / 8 + BLOCK || padded == STEP);
        }

        #[test]
        fn what_is_longer_never_looks_shorter(a in 0..MOST, b in 0..MOST, longest in 0..MOST) {
            let (a, b) = (a.min(b), a.max(b));
            for rule in [Padding::Text, Padding::Beside(longest), Padding::File] {
                let (a_padded, b_padded) = (rule.padded(a).unwrap(), rule.padded(b).unwrap());
                prop_assert!(a_padded <= b_padded && fits(a, a_padded) && fits(b, b_padded));
            }
        }
    }

    #[test]
    fn few_lengths_are_told_apart() {
        let classes: std::collections::BTreeSet<u64> = (0..500_000_000u64).step_by(100_003).filter_map(|n| Padding::File.padded(n)).collect();
        assert!(classes.len() < 300, "{} classes up to 500 MB", classes.len());
    }
}
