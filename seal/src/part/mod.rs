//! Parts: what a submission is made of.
//!
//! A submission is several parts, each its own envelope with its own file key, so that different people open them. A part is a header (who can open it;
//! [`Envelope`]) and a payload that never changes, whose plaintext is a [`Cover`] and the content, padded. All look alike from outside. Does no I/O.

mod cover;
mod envelope;

pub use cover::{Cover, CoverError, FileRef, MOST_COVER, MOST_FILES, ReceiptRef, SourceKeys};
pub use envelope::{Envelope, EnvelopeError, Locked, SealedShare};

use kniha_core::id::Id;

use crate::label;

/// What a part is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartMark {}
/// What a submission is called by. Never outside a sealed part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubmissionMark {}

/// The id of a part.
pub type PartId = Id<PartMark>;
/// The id of a submission.
pub type SubmissionId = Id<SubmissionMark>;

/// A day, counted from 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub u32);

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Which share of a submission a part holds. Known only inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compartment {
    /// The account.
    Base,
    /// Who the source is.
    Identity,
    /// How to reach the source.
    Contacts,
    /// What the source did.
    OwnActs,
    /// Other people who saw.
    Witnesses,
    /// One uploaded file.
    File,
    /// A few words for the screener: urgent, language, topics, size.
    Triage,
}

/// What a part does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// A first account.
    Report,
    /// More of one.
    Addition,
    /// One file.
    File,
    /// A permission taken back.
    Withdrawal,
    /// A wish that everything be destroyed.
    Deletion,
}

impl Compartment {
    /// All, in the order of their codes.
    pub const ALL: [Compartment; 7] =
        [Compartment::Base, Compartment::Identity, Compartment::Contacts, Compartment::OwnActs, Compartment::Witnesses, Compartment::File, Compartment::Triage];

    /// Its number in a cover.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The compartment with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Compartment> {
        Compartment::ALL.get(usize::from(code)).copied()
    }
}

impl PartKind {
    /// All, in the order of their codes.
    pub const ALL: [PartKind; 5] = [PartKind::Report, PartKind::Addition, PartKind::File, PartKind::Withdrawal, PartKind::Deletion];

    /// Its number in a cover.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<PartKind> {
        PartKind::ALL.get(usize::from(code)).copied()
    }
}

/// The id of part `i` of a compartment: the same however often the form is sent, so that a double press writes one part; the first write wins.
#[must_use]
pub fn part_id(submission: &SubmissionId, compartment: Compartment, i: u32) -> PartId {
    let hash = label::hash("kniha/1/part", &[submission.bytes(), &[compartment.code()], &i.to_be_bytes()]);
    let mut id = [0; 16];
    id.copy_from_slice(&hash.0[..16]);
    PartId::from_random(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_places_in_the_list() {
        for (i, compartment) in (0..).zip(Compartment::ALL) {
            assert_eq!((compartment.code(), Compartment::from_code(i)), (i, Some(compartment)));
        }
        for (i, kind) in (0..).zip(PartKind::ALL) {
            assert_eq!((kind.code(), PartKind::from_code(i)), (i, Some(kind)));
        }
        assert_eq!((Compartment::from_code(7), PartKind::from_code(5)), (None, None));
    }

    #[test]
    fn a_double_press_makes_one_part() {
        let submission = SubmissionId::from_random([1; 16]);
        assert_eq!(part_id(&submission, Compartment::File, 3), part_id(&submission, Compartment::File, 3));
        let ids: std::collections::BTreeSet<PartId> =
            Compartment::ALL.into_iter().flat_map(|c| (0..50).map(move |i| (c, i))).map(|(c, i)| part_id(&submission, c, i)).collect();
        assert_eq!(ids.len(), 350);
    }
}
