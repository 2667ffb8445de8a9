//! Size classes: how long a sealed part is said to be, so that its length says little of what is in it.
//!
//! A text is padded to whole buckets of 4 KiB. A file is padded by Padmé (Nikitin et al., *Reducing Metadata Leakage from Encrypted Files and
//! Communication with PURBs*, 2019), which keeps about log log n bits of the length and adds at most 12 %, and then to whole buckets too, so that a
//! small file looks like a text. Lengths are bytes of plaintext, header and trailer included. Does no I/O.

/// Bytes of a bucket.
pub const BUCKET: u64 = 4096;
/// Longest plaintext: 4 TiB. Far above any upload, far below where sums overflow.
pub const MOST: u64 = 1 << 42;

/// By which rule a part is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Whole buckets.
    Text,
    /// Padmé, then whole buckets.
    File,
}

impl Padding {
    /// The padded length of `bytes`; at least one bucket. `None` above [`MOST`].
    #[must_use]
    pub fn padded(self, bytes: u64) -> Option<u64> {
        if bytes > MOST {
            return None;
        }
        let bytes = bytes.max(1);
        let long = match self {
            Padding::Text => bytes,
            Padding::File => padme(bytes),
        };
        Some(long.next_multiple_of(BUCKET))
    }
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

    proptest! {
        #[test]
        fn padding_costs_at_most_an_eighth_and_a_bucket(bytes in 1..MOST) {
            let padded = Padding::File.padded(bytes).unwrap();
            prop_assert!(padded >= bytes && padded.is_multiple_of(BUCKET));
            prop_assert!(padded - bytes <= bytes / 8 + BUCKET);
        }

        #[test]
        fn a_longer_text_never_looks_shorter(a in 0..MOST, b in 0..MOST) {
            let (a, b) = (a.min(b), a.max(b));
            for rule in [Padding::Text, Padding::File] {
                prop_assert!(rule.padded(a).unwrap() <= rule.padded(b).unwrap());
            }
        }
    }

    #[test]
    fn few_lengths_are_told_apart() {
        let classes: std::collections::BTreeSet<u64> = (0..500_000_000u64).step_by(100_003).filter_map(|n| Padding::File.padded(n)).collect();
        assert!(classes.len() < 300, "{} classes up to 500 MB", classes.len());
    }
}
