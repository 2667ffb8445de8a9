//! What comparing two names of any kind found: which part is which of the other, what each pair weighs, and the sum. Fixed arrays; allocates nothing. Pure.

use crate::weight::Weight;

/// The odds before the names are seen: one pair in about four hundred that are brought to a comparison is of one person or body.
pub const PRIOR: Weight = Weight::from_db(-26);

/// Names are taken for the same from this weight on: even odds after the comparison.
pub const SAME: Weight = Weight::from_db(26);

/// Two parts, or one that the other name lacks, with what they weigh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairing<How> {
    /// The part of the first name, by its place among those of the prepared name.
    pub left: Option<u8>,
    /// The part of the second name.
    pub right: Option<u8>,
    /// How they stand to each other.
    pub how: How,
    /// How near they sound, 0 to 1000; 0 where sound was not asked.
    pub nearness: u16,
    /// What this weighs.
    pub weight: Weight,
}

/// What a comparison found: `MOST` lines at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison<How, const MOST: usize> {
    pairings: [Pairing<How>; MOST],
    len: u8,
    /// The sum of all pairings, within bounds for what speaks for a match.
    pub weight: Weight,
}

impl<How: Copy + Default, const MOST: usize> Comparison<How, MOST> {
    pub(super) fn nothing() -> Self {
        Comparison { pairings: [Pairing::default(); MOST], len: 0, weight: Weight::NOTHING }
    }

    /// The chance that both names are of one person or body, from the odds of [`PRIOR`].
    #[must_use]
    pub fn probability(&self) -> f64 {
        self.weight.posterior(PRIOR)
    }

    /// Whether the names are taken for the same at the one default threshold.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.weight >= SAME
    }

    /// What the weight is made of.
    #[must_use]
    pub fn pairings(&self) -> &[Pairing<How>] {
        &self.pairings[..usize::from(self.len)]
    }

    /// As if the names had been given the other way round.
    pub(super) fn turned(mut self) -> Self {
        for pairing in &mut self.pairings[..usize::from(self.len)] {
            (pairing.left, pairing.right) = (pairing.right, pairing.left);
        }
        self
    }

    /// Adds a line; lines that find no room are not counted.
    pub(super) fn add(&mut self, left: Option<usize>, right: Option<usize>, how: How, nearness: u16, weight: Weight) {
        let place = |at: usize| u8::try_from(at).unwrap_or(u8::MAX);
        if let Some(free) = self.pairings.get_mut(usize::from(self.len)) {
            *free = Pairing { left: left.map(place), right: right.map(place), how, nearness, weight };
            self.len += 1;
        }
    }

    /// What speaks for a match, which counts up to `most`, and what speaks against.
    pub(super) fn total(&mut self, most: Option<Weight>) {
        let (mut speaks, mut against) = (Weight::NOTHING, Weight::NOTHING);
        for pairing in self.pairings() {
            if pairing.weight > Weight::NOTHING { speaks += pairing.weight } else { against += pairing.weight }
        }
        self.weight = most.map_or(speaks, |most| speaks.min(most)) + against;
    }
}
