//! Who may see what: tiers of a value and compartments of a claim.
//!
//! Access is denied unless a grant says otherwise. A claim and a record belong to one case; a member sees the cases granted to
//! them. Does no I/O.

/// How a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Register: in SQL, encrypted at rest, behind the access join.
    R,
    /// Sealed: opened only with members' keys; in no index and no projection.
    S,
}

impl Tier {
    /// `R` or `S`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Tier::R => "R",
            Tier::S => "S",
        }
    }
}

/// Bytes that this room cannot read: a value of tier S. Printing shows only the length.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// Largest sealed value in a claim, in bytes; larger ones are objects.
pub const MAX_SEALED_BYTES: usize = 64 * 1024;

/// Sealed bytes that no claim can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value has between 1 and {MAX_SEALED_BYTES} bytes, this one has {bytes}")]
pub struct SealedError {
    /// Bytes given.
    pub bytes: usize,
}

impl Sealed {
    /// Takes bytes that were sealed elsewhere.
    ///
    /// # Errors
    /// [`SealedError`] for no bytes or too many.
    pub fn new(bytes: Vec<u8>) -> Result<Sealed, SealedError> {
        if (1..=MAX_SEALED_BYTES).contains(&bytes.len()) { Ok(Sealed(bytes)) } else { Err(SealedError { bytes: bytes.len() }) }
    }

    /// The sealed bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_sealed_value_prints_its_length_and_nothing_else() {
        assert_eq!(format!("{:?}", Sealed::new(b"secret".to_vec()).unwrap()), "Sealed(6 bytes)");
        assert_eq!(Sealed::new(vec![]), Err(SealedError { bytes: 0 }));
    }
}
