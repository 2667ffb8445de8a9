//! Whether two spellings name one person.
//!
//! A name is read into parts ([`Role`]), each part into a few sequences of sounds, one for each spelling system that could have written it. Two names are
//! compared part by part, in any order; a shared part weighs as much as it is rare, less what its spelling must be bent, and parts that contradict
//! each other weigh against. Weights add; [`SAME`] is the one threshold. `docs/NAMES.md` explains the model with its sources.
//!
//! Pure; any input; [`Prepared::compare`] allocates nothing.

mod align;
pub(super) mod code;
mod explain;
pub(super) mod letters;
mod part;
mod rarity;
pub(super) mod read;
pub(super) mod sound;
mod table;

pub use super::comparison::{PRIOR, SAME};
pub use align::{Comparison, How, MOST_PAIRINGS, Pairing};
pub use explain::{Explanation, Line};
pub use part::{MOST_PARTS, Role};
pub use rarity::Rarity;
pub use sound::Rule;

use crate::weight::Weight;
use part::Part;

/// A name made ready for many comparisons. At most [`MOST_PARTS`] parts, each of at most a few hundred bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    parts: Box<[Part]>,
    /// All letters that tell, with their digest: puts two names in an order of their own, so that a comparison does not depend on which came first.
    order: u64,
    text: Box<str>,
}

impl Prepared {
    /// Reads a name; parts are as rare as the shipped prior says.
    #[must_use]
    pub fn new(name: &str) -> Prepared {
        let parts = part::parts(name).into_boxed_slice();
        let text: String = parts.iter().map(|part| &*part.text).collect::<Vec<_>>().join(" ");
        let order = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Prepared { parts, order, text: text.into() }
    }

    /// Reads a name; parts are as rare as they are in the data at hand.
    #[must_use]
    pub fn with(name: &str, rarity: &Rarity) -> Prepared {
        let mut prepared = Prepared::new(name);
        for part in &mut prepared.parts {
            part.rarity = rarity.of(part);
        }
        prepared
    }

    /// Whether nothing of the name can be compared: no letters, or titles only.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The parts as they are compared, with what each is and how rare.
    pub fn parts(&self) -> impl Iterator<Item = (&str, Role, Weight)> {
        self.parts.iter().map(|part| (&*part.text, part.role, part.rarity))
    }

    /// Compares two names. Symmetric; allocates nothing.
    #[must_use]
    pub fn compare(&self, other: &Prepared) -> Comparison {
        if (self.order, &self.text) <= (other.order, &other.text) {
            align::compare(&self.parts, &other.parts)
        } else {
            align::compare(&other.parts, &self.parts).turned()
        }
    }

    /// Compares two names and says why, part by part.
    #[must_use]
    pub fn explain(&self, other: &Prepared) -> Explanation {
        explain::explain(&self.parts, &other.parts, &self.compare(other))
    }
}
