//! Leaves of the log: what is committed to every day.
//!
//! `0x01 ‖ kind ‖ body`. Kind 0 is opaque, a commitment and a capsule, always 4,130 bytes in all: receipts, day roots of custody, heads of read logs
//! and random fillers look alike. Kind 1 is public, deterministic CBOR. Batches, proofs and checkpoints are the ledger's. Does no I/O.

use kniha_core::commit::Hash;
use rand_core::CryptoRng;

use crate::cbor::{CborError, Reader, Writer};

/// Bytes of a capsule.
pub const CAPSULE_LEN: usize = 4096;
const VERSION: u8 = 1;
const OPAQUE: u8 = 0;
const PUBLIC: u8 = 1;
const OPAQUE_LEN: usize = 2 + 32 + CAPSULE_LEN;
const WHAT: &str = "the public leaf";

/// Why bytes are no leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// A version from a later program, or nothing at all.
    #[error("the leaf is not of version {VERSION}")]
    Version,
    /// A kind that is not known.
    #[error("a leaf of kind {kind} is not known")]
    Kind {
        /// Which one.
        kind: u8,
    },
    /// An opaque leaf of another length.
    #[error("an opaque leaf has {OPAQUE_LEN} bytes and not {bytes}")]
    Length {
        /// How many it has.
        bytes: usize,
    },
    /// A public leaf that is malformed.
    #[error("the public leaf is malformed")]
    Malformed(#[source] CborError),
}

/// What a public leaf is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKind {
    /// The beginning of a book: leaf 0.
    Genesis,
    /// A key list.
    KeyList,
    /// A release to a recipient.
    Release,
    /// A version of the public register.
    Publication,
    /// A policy.
    Policy,
}

/// A leaf.
#[derive(Clone, PartialEq, Eq)]
pub enum Leaf {
    /// What only somebody with the right keys can make sense of.
    Opaque {
        /// The commitment.
        commitment: Hash,
        /// The capsule.
        capsule: Box<[u8; CAPSULE_LEN]>,
    },
    /// What everybody may read.
    Public {
        /// What about.
        kind: PublicKind,
        /// Digest of the thing.
        digest: Hash,
        /// Digest of the one before it of the same kind.
        prev: Option<Hash>,
    },
}

impl PublicKind {
    const ALL: [(PublicKind, &'static str); 5] = [
        (PublicKind::Genesis, "genesis"),
        (PublicKind::KeyList, "keylist"),
        (PublicKind::Release, "release"),
        (PublicKind::Publication, "publication"),
        (PublicKind::Policy, "policy"),
    ];

    /// The word in the leaf.
    #[must_use]
    pub fn code(self) -> &'static str {
        PublicKind::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, code)| code)
    }
}

impl std::fmt::Debug for Leaf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Leaf::Opaque { .. } => f.write_str("Opaque"),
            Leaf::Public { kind, digest, .. } => write!(f, "Public {} {digest}", kind.code()),
        }
    }
}

impl Leaf {
    /// A filler: random, as every opaque leaf seems to be.
    #[must_use]
    pub fn filler(rng: &mut impl CryptoRng) -> Leaf {
        let (mut commitment, mut capsule) = ([0; 32], Box::new([0; CAPSULE_LEN]));
        rng.fill_bytes(&mut commitment);
        rng.fill_bytes(capsule.as_mut_slice());
        Leaf::Opaque { commitment: Hash(commitment), capsule }
    }

    /// The leaf's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Leaf::Opaque { commitment, capsule } => [&[VERSION, OPAQUE], commitment.0.as_slice(), capsule.as_slice()].concat(),
            Leaf::Public { kind, digest, prev } => {
                let mut w = Writer::new();
                w.array(3).text(kind.code()).bytes(&digest.0).optional(*prev, |w, prev| w.bytes(&prev.0));
                [&[VERSION, PUBLIC], w.finish().as_slice()].concat()
            }
        }
    }

    /// Reads a leaf.
    ///
    /// # Errors
    /// [`LeafError`] unless the bytes are one leaf in its only form.
    pub fn decode(bytes: &[u8]) -> Result<Leaf, LeafError> {
        match bytes {
            [VERSION, OPAQUE, body @ ..] => {
                let bad = LeafError::Length { bytes: bytes.len() };
                let (commitment, capsule) = body.split_first_chunk::<32>().ok_or(bad)?;
                let capsule: [u8; CAPSULE_LEN] = capsule.try_into().map_err(|_| bad)?;
                Ok(Leaf::Opaque { commitment: Hash(*commitment), capsule: Box::new(capsule) })
            }
            [VERSION, PUBLIC, body @ ..] => {
                let mut r = Reader::new(body, WHAT);
                let leaf = Leaf::public(&mut r).map_err(LeafError::Malformed)?;
                r.finish(&leaf.encode()[2..]).map_err(LeafError::Malformed)?;
                Ok(leaf)
            }
            [VERSION, kind, ..] => Err(LeafError::Kind { kind: *kind }),
            _ => Err(LeafError::Version),
        }
    }

    fn public(r: &mut Reader<'_>) -> Result<Leaf, CborError> {
        r.array(3)?;
        let code = r.text(16)?;
        let kind = PublicKind::ALL.iter().find(|(_, known)| *known == code).map(|(kind, _)| *kind).ok_or(r.bad())?;
        Ok(Leaf::Public { kind, digest: Hash(r.fixed()?), prev: r.optional(|r| r.fixed().map(Hash))? })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;
    use proptest::prelude::*;

    #[test]
    fn leaves_read_back_as_themselves() {
        let filler = Leaf::filler(&mut rng(121));
        assert_eq!(filler.encode().len(), OPAQUE_LEN);
        assert_eq!(Leaf::decode(&filler.encode()), Ok(filler));
        for (kind, _) in PublicKind::ALL {
            for prev in [None, Some(Hash([2; 32]))] {
                let leaf = Leaf::Public { kind, digest: Hash([1; 32]), prev };
                assert_eq!(Leaf::decode(&leaf.encode()), Ok(leaf));
            }
        }
    }

    #[test]
    fn what_is_no_leaf_is_refused() {
        let filler = Leaf::filler(&mut rng(122)).encode();
        assert_eq!(Leaf::decode(&[]), Err(LeafError::Version));
        assert_eq!(Leaf::decode(&[2, 0]), Err(LeafError::Version));
        assert_eq!(Leaf::decode(&[1, 9, 0]), Err(LeafError::Kind { kind: 9 }));
        assert_eq!(Leaf::decode(&filler[..4000]), Err(LeafError::Length { bytes: 4000 }));
        assert_eq!(Leaf::decode(&[filler.as_slice(), &[0]].concat()), Err(LeafError::Length { bytes: OPAQUE_LEN + 1 }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_leaf_or_an_error(mut bytes: Vec<u8>) {
            if let Some(first) = bytes.first_mut() {
                *first = 1;
            }
            if let Ok(leaf) = Leaf::decode(&bytes) {
                prop_assert_eq!(leaf.encode(), bytes);
            }
        }
    }
}
