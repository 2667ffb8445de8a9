//! Ids: 16 random bytes, written as 26 lower-case base-32 letters and digits (RFC 4648 alphabet, no padding).
//!
//! An id says nothing about what it names: no counter, no time, no kind. The type parameter keeps the id of a claim from being
//! used where the id of a record is wanted. Randomness is an argument. Does no I/O.

use std::fmt;
use std::marker::PhantomData;

use data_encoding::{Encoding, Specification};

/// What a record (person, unit, incident, source …) is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeMark {}
/// What a claim is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimMark {}
/// What a case (a compartment of access) is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseMark {}
/// What a member of the team is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberMark {}

/// The id of a record.
pub type NodeId = Id<NodeMark>;
/// The id of a claim.
pub type ClaimId = Id<ClaimMark>;
/// The id of a case.
pub type CaseId = Id<CaseMark>;
/// The id of a member.
pub type MemberId = Id<MemberMark>;

/// Sixteen random bytes that name one thing of kind `M`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<M> {
    bytes: [u8; 16],
    mark: PhantomData<M>,
}

/// A text that is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{written:?} is not an id: an id is 26 letters a–z and digits 2–7")]
pub struct IdError {
    /// What was written, cut to 40 characters.
    pub written: String,
}

/// Length of an id in text.
pub const TEXT_LEN: usize = 26;

impl<M> Id<M> {
    /// The id made of these bytes; they must come from a good source of randomness.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Id<M> {
        Id { bytes, mark: PhantomData }
    }

    /// The sixteen bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        &self.bytes
    }

    /// Reads an id from text; capitals are accepted.
    ///
    /// # Errors
    /// [`IdError`] unless the text is exactly one id.
    pub fn parse(written: &str) -> Result<Id<M>, IdError> {
        let bad = || IdError { written: written.chars().take(40).collect() };
        if written.len() != TEXT_LEN {
            return Err(bad());
        }
        let bytes = encoding().decode(written.to_ascii_lowercase().as_bytes()).map_err(|_| bad())?;
        Ok(Id::from_random(bytes.try_into().map_err(|_| bad())?))
    }
}

impl<M> fmt::Display for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding().encode(&self.bytes))
    }
}

impl<M> fmt::Debug for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn encoding() -> &'static Encoding {
    static ENCODING: std::sync::OnceLock<Encoding> = std::sync::OnceLock::new();
    ENCODING.get_or_init(|| {
        let mut spec = Specification::new();
        spec.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
        // The specification is a constant of this file; the tests below build it.
        #[expect(clippy::expect_used, reason = "a constant alphabet of 32 symbols is always accepted")]
        spec.encoding().expect("32 distinct symbols")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_reads_back_as_itself(bytes: [u8; 16]) {
            let id = NodeId::from_random(bytes);
            let text = id.to_string();
            prop_assert_eq!(text.len(), TEXT_LEN);
            prop_assert_eq!(NodeId::parse(&text).unwrap(), id);
            prop_assert_eq!(NodeId::parse(&text.to_uppercase()).unwrap(), id);
        }

        #[test]
        fn any_text_is_an_id_or_an_error(text in ".{0,40}") {
            let _ = NodeId::parse(&text);
        }
    }

    #[test]
    fn the_text_of_an_id_is_rfc_4648() {
        // RFC 4648 §10: BASE32("foobar") = MZXW6YTBOI; here 16 bytes, so only the alphabet and bit order are the standard's.
        assert!(NodeId::from_random(*b"foobarfoobarfoob").to_string().starts_with("mzxw6ytboj"));
    }

    #[test]
    fn spare_bits_must_be_zero() {
        assert!(NodeId::parse("aaaaaaaaaaaaaaaaaaaaaaaaab").is_err());
    }
}
