//! Chance that is the same on every run.
//!
//! xoshiro256++ 1.0 by David Blackman and Sebastiano Vigna (2019), its state filled by SplitMix64 (Vigna 2015; both public domain,
//! prng.di.unimi.it). Each thing of the demo draws from its own stream, named by seed, kind of thing and number, so that any thing can be
//! made again without the others. Good enough for a demo, never for a secret. Does no I/O.

use kniha_core::id::Id;

/// One stream of chance.
#[derive(Debug, Clone)]
pub(crate) struct Rng([u64; 4]);

/// SplitMix64's step from one state to the next number.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream of thing number `n` of the kind that `tag` names.
    pub(crate) fn of(seed: u64, tag: u8, n: u32) -> Rng {
        let mut state = seed;
        let mut key = split_mix(&mut state) ^ (u64::from(tag) << 32 | u64::from(n));
        Rng([split_mix(&mut key), split_mix(&mut key), split_mix(&mut key), split_mix(&mut key)])
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        let s = &mut self.0;
        let out = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        out
    }

    /// A number below `n`; 0 for an `n` of 0. Lemire's multiplication; its bias below 2⁻³² does not matter here.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn within(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1).max(1) as u32) as i32
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of these; the list is never empty.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u32) as usize]
    }

    /// A copy of one of these.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        *self.pick(of)
    }

    /// A place below `n` by Zipf's law with exponent 1: place k about 1/(k+1) as often as the first. Continuous inverse, so a little flat at
    /// the top, as given names are.
    pub(crate) fn zipf(&mut self, n: usize) -> usize {
        let unit = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let place = (n as f64 + 1.0).powf(unit) - 1.0;
        (place as usize).min(n.saturating_sub(1))
    }

    /// A number between −1 and 1.
    pub(crate) fn offset(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    /// A new id.
    pub(crate) fn id<M>(&mut self) -> Id<M> {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        bytes[8..].copy_from_slice(&self.next().to_le_bytes());
        Id::from_random(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_mix_gives_the_published_numbers() {
        // The reference C code seeded with 1234567 (widely printed, e.g. Rosetta Code, "Pseudo-random numbers/Splitmix64").
        let mut state = 1_234_567;
        assert_eq!([split_mix(&mut state), split_mix(&mut state)], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn xoshiro_gives_the_published_numbers() {
        // State 1, 2, 3, 4 in the reference C code: the first two outputs, worked out by hand from its three lines.
        let mut rng = Rng([1, 2, 3, 4]);
        assert_eq!([rng.next(), rng.next()], [41_943_041, 58_720_359]);
    }

    #[test]
    fn the_first_places_come_most_often() {
        let mut rng = Rng::of(1, 0, 0);
        let mut seen = [0u32; 30];
        for _ in 0..30_000 {
            seen[rng.zipf(30)] += 1;
        }
        assert!(seen[0] > 2 * seen[2] && seen[2] > 2 * seen[9], "{seen:?}");
        assert!(seen[29] > 100);
    }
}
