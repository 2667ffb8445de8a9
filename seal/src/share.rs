//! Shares of a file key.
//!
//! Shamir's scheme byte by byte over GF(2⁸) with the polynomial x⁸+x⁴+x³+x+1, the x of a share being its slot (A. Shamir, *How to share a secret*, 1979).
//! A *check*, the hash of a share bound to its part, quorum and slot, stands in the open beside it: a share is 128 random bits, so its hash tells nothing,
//! and whoever gives a false share is named. With k = 1 every share is the key itself. Randomness is an argument; does no I/O.

use kniha_core::commit::Hash;
use rand_core::CryptoRng;
use vsss_rs::{Gf256, IdentifierGf256};
use zeroize::Zeroize;

use crate::age::FileKey;
use crate::label;
use crate::part::PartId;
use crate::quorum::QuorumNo;
use crate::secret::Secret;

/// Why shares make no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Fewer than k different slots.
    #[error("{given} shares were given and {k} are needed")]
    TooFew {
        /// How many came.
        given: usize,
        /// How many it takes.
        k: u8,
    },
    /// One share of several does not fit its check.
    #[error("the share of slot {slot} is false: it does not fit its check in the header")]
    False {
        /// Whose it is.
        slot: u8,
    },
    /// The part has no such slot.
    #[error("slot {slot} was not drawn for this part")]
    NotDrawn {
        /// Which slot.
        slot: u8,
    },
    /// The numbers make no sharing.
    #[error("a key cannot be split {k} of {n}")]
    Numbers {
        /// How many open.
        k: u8,
        /// How many shares.
        n: usize,
    },
}

/// One member's share of a file key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The slot it belongs to.
    pub slot: u8,
    /// Its value.
    pub value: Secret<16>,
}

impl Share {
    /// The check that stands beside it in the header.
    #[must_use]
    pub fn check(&self, part: &PartId, quorum: QuorumNo) -> Hash {
        label::hash("kniha/1/share-check", &[part.bytes(), &quorum.0.to_be_bytes(), &[self.slot], self.value.expose()])
    }
}

/// Splits a key so that any `k` of the slots give it back and fewer tell nothing.
///
/// # Errors
/// [`ShareError::Numbers`] unless `1 ≤ k ≤ slots` and the slots are different and not 0.
pub fn split(key: &FileKey, k: u8, slots: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<Share>, ShareError> {
    let bad = ShareError::Numbers { k, n: slots.len() };
    let distinct = slots.iter().enumerate().all(|(i, slot)| *slot != 0 && !slots[..i].contains(slot));
    if k == 0 || usize::from(k) > slots.len() || !distinct {
        return Err(bad);
    }
    if k == 1 {
        return Ok(slots.iter().map(|slot| Share { slot: *slot, value: key.clone() }).collect());
    }
    let ids = slots.iter().map(|slot| IdentifierGf256(Gf256(*slot)));
    let mut written = Gf256::split_bytes_with_participant_ids_iter(usize::from(k), slots.len(), key.expose(), rng, ids).map_err(|_| bad)?;
    let shares = written.iter().map(|share| {
        let (slot, value) = share.split_first()?;
        Some(Share { slot: *slot, value: Secret::from_slice(value)? })
    });
    let shares = shares.collect::<Option<Vec<Share>>>().ok_or(bad);
    written.zeroize();
    shares
}

/// The key out of at least `k` shares of different slots. Whether they were true, [`Share::check`] and the header's MAC say.
///
/// # Errors
/// [`ShareError`] if there are too few.
pub fn combine(k: u8, shares: &[Share]) -> Result<FileKey, ShareError> {
    let mut used: Vec<&Share> = Vec::new();
    for share in shares {
        if !used.iter().any(|s| s.slot == share.slot) && used.len() < usize::from(k) {
            used.push(share);
        }
    }
    let too_few = ShareError::TooFew { given: used.len(), k };
    if used.is_empty() || used.len() < usize::from(k) {
        return Err(too_few);
    }
    if k == 1 {
        return Ok(used[0].value.clone());
    }
    let mut written: Vec<Vec<u8>> = used.iter().map(|share| [&[share.slot], share.value.expose().as_slice()].concat()).collect();
    let combined = Gf256::combine_bytes(&written);
    written.zeroize();
    let mut bytes = combined.map_err(|_| ShareError::Numbers { k, n: used.len() })?;
    let key = FileKey::from_slice(&bytes).ok_or(too_few);
    bytes.zeroize();
    key
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;
    use proptest::prelude::*;

    fn share(slot: u8, byte: u8) -> Share {
        Share { slot, value: Secret::take(&mut [byte; 16]) }
    }

    /// Worked by hand: f(x) = 0x42 + 0x53·x. f(1) = 0x42 ^ 0x53 = 0x11. 0x53·2 = 0xa6, f(2) = 0xe4. 0x53·3 = 0xa6 ^ 0x53 = 0xf5, f(3) = 0xb7. And
    /// 0x53·0xca = 1 is FIPS 197's own example of an inverse, so that f(0xca) = 0x42 ^ 0x01 = 0x43.
    #[test]
    fn shares_worked_by_hand_give_the_secret() {
        let shares = [share(1, 0x11), share(2, 0xe4), share(3, 0xb7), share(0xca, 0x43)];
        for i in 0..4 {
            for j in 0..4 {
                if i != j {
                    let key = combine(2, &[shares[i].clone(), shares[j].clone()]).unwrap();
                    assert_eq!(key.expose(), &[0x42; 16], "slots {i} and {j}");
                }
            }
        }
    }

    /// Multiplication by shift and exclusive or, as FIPS 197 §4.2 describes it; a second way to the same shares.
    fn times(mut a: u8, mut b: u8) -> u8 {
        let mut product = 0;
        while b != 0 {
            if b & 1 == 1 {
                product ^= a;
            }
            a = (a << 1) ^ if a & 0x80 == 0 { 0 } else { 0x1b };
            b >>= 1;
        }
        product
    }

    proptest! {
        #[test]
        fn any_k_of_n_give_the_key_and_one_polynomial_runs_through_all(secret: [u8; 16], k in 1u8..6, more in 0u8..4, seed: u64) {
            let key = FileKey::from_slice(&secret).unwrap();
            let slots: Vec<u8> = (0..k + more).map(|i| 7 + 13 * i).collect();
            let shares = split(&key, k, &slots, &mut rng(seed)).unwrap();
            let last = shares[shares.len() - usize::from(k)..].to_vec();
            prop_assert_eq!(&combine(k, &last).unwrap(), &key);
            prop_assert_eq!(&combine(k, &shares).unwrap(), &key);
            // Lagrange by hand from the first k shares, evaluated at 0.
            let first = &shares[..usize::from(k)];
            let inverse = |a: u8| (1..=255).find(|b| times(a, *b) == 1).unwrap();
            for (byte, expected) in secret.iter().enumerate() {
                let at_zero = first.iter().fold(0, |sum, i| {
                    let basis = first.iter().filter(|j| j.slot != i.slot).fold(1, |p, j| times(p, times(j.slot, inverse(j.slot ^ i.slot))));
                    sum ^ times(basis, i.value.expose()[byte])
                });
                prop_assert_eq!(at_zero, *expected);
            }
        }

        /// With k − 1 shares every key is as likely as any other: for any wished key there is a last share that gives it.
        #[test]
        fn fewer_than_k_shares_fit_every_key(wished: [u8; 16], seed: u64) {
            let mut rng = rng(seed);
            let shares = split(&FileKey::random(&mut rng), 2, &[1, 2, 3], &mut rng).unwrap();
            let known = &shares[0];
            let last: [u8; 16] = std::array::from_fn(|i| {
                (0..=255).find(|b| combine(2, &[known.clone(), share(2, *b)]).unwrap().expose()[i] == {
                    // The share's other bytes do not matter for byte i, except through the known share's own byte.
                    wished[i]
                }).unwrap()
            });
            let made = Share { slot: 2, value: Secret::from_slice(&last).unwrap() };
            let key = combine(2, &[known.clone(), made]).unwrap();
            prop_assert_eq!(key.expose(), &wished);
        }
    }

    #[test]
    fn too_few_or_repeated_shares_give_nothing() {
        let mut rng = rng(51);
        let shares = split(&FileKey::random(&mut rng), 3, &[1, 2, 3, 4], &mut rng).unwrap();
        assert_eq!(combine(3, &shares[..2]), Err(ShareError::TooFew { given: 2, k: 3 }));
        assert_eq!(combine(3, &[shares[0].clone(), shares[0].clone(), shares[1].clone()]), Err(ShareError::TooFew { given: 2, k: 3 }));
        assert_eq!(combine(0, &[]), Err(ShareError::TooFew { given: 0, k: 0 }));
    }

    #[test]
    fn numbers_that_share_nothing_are_refused() {
        let mut rng = rng(52);
        let key = FileKey::random(&mut rng);
        for (k, slots) in [(0, &[1, 2][..]), (3, &[1, 2]), (1, &[]), (2, &[1, 1]), (2, &[0, 1])] {
            assert!(matches!(split(&key, k, slots, &mut rng), Err(ShareError::Numbers { .. })), "{k} of {slots:?}");
        }
    }

    #[test]
    fn a_check_is_of_one_part_quorum_and_slot() {
        let mut checks = std::collections::BTreeSet::new();
        for part in [1, 2] {
            for quorum in [1, 256] {
                for slot in [1, 2] {
                    checks.insert(share(slot, 9).check(&PartId::from_random([part; 16]), QuorumNo(quorum)));
                }
            }
        }
        assert_eq!(checks.len(), 8);
    }
}
