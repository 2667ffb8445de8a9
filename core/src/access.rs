//! Who may see what: tiers of a value, compartments of a claim, and the hats of a member.
//!
//! Access is denied unless a grant says otherwise. A claim and a record belong to one case; a member sees the cases granted to
//! them. A hat says what kind of work somebody does; it opens nothing by itself. Does no I/O.

use std::fmt;

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

/// What kind of work a member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hat {
    /// Looks at what arrives and opens it together with others.
    Opener,
    /// Turns accounts into records.
    Investigator,
    /// Reviews, and opens what people told of their own acts.
    Lawyer,
    /// Helps victims and those who left: a compartment and a sign-in of its own.
    Caseworker,
    /// Reads the log of readings and no content.
    Auditor,
    /// Runs the machine and admits members; reads no content.
    Operator,
    /// Signs key lists and opens where others cannot; works elsewhere.
    Custodian,
}

impl Hat {
    /// All of them.
    pub const ALL: [Hat; 7] = [Hat::Opener, Hat::Investigator, Hat::Lawyer, Hat::Caseworker, Hat::Auditor, Hat::Operator, Hat::Custodian];

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Hat::Opener => "opener",
            Hat::Investigator => "investigator",
            Hat::Lawyer => "lawyer",
            Hat::Caseworker => "caseworker",
            Hat::Auditor => "auditor",
            Hat::Operator => "operator",
            Hat::Custodian => "custodian",
        }
    }

    /// The hat of a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Hat> {
        Hat::ALL.into_iter().find(|hat| hat.code() == code)
    }

    /// Whether who wears it wears no other: the watcher must not read, the operator not open, and care is apart from investigation.
    #[must_use]
    pub fn stands_alone(self) -> bool {
        matches!(self, Hat::Caseworker | Hat::Auditor | Hat::Operator | Hat::Custodian)
    }

    /// Whether who wears it works with the content of the register.
    #[must_use]
    pub fn reads(self) -> bool {
        matches!(self, Hat::Opener | Hat::Investigator | Hat::Lawyer | Hat::Caseworker)
    }
}

/// Why somebody cannot wear these hats.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HatsError {
    /// None.
    #[error("a member wears at least one hat")]
    None,
    /// One that stands alone beside another.
    #[error("whoever is {hat} is nothing else", hat = alone.code())]
    Alone {
        /// The hat that stands alone.
        alone: Hat,
    },
    /// No hat of this name.
    #[error("{written:?} is no hat: opener, investigator, lawyer, caseworker, auditor, operator, custodian")]
    Unknown {
        /// What was written, cut to 40 characters.
        written: String,
    },
}

/// The hats of one member: at least one, and none beside one that stands alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hats(u8);

impl Hats {
    /// These hats.
    ///
    /// # Errors
    /// [`HatsError`] says why nobody wears them together.
    pub fn new(hats: &[Hat]) -> Result<Hats, HatsError> {
        let set = Hats(hats.iter().fold(0, |set, hat| set | 1 << *hat as u8));
        match set.iter().find(|hat| hat.stands_alone()) {
            _ if set.0 == 0 => Err(HatsError::None),
            Some(alone) if set.0.count_ones() > 1 => Err(HatsError::Alone { alone }),
            _ => Ok(set),
        }
    }

    /// Reads codes between spaces or commas.
    ///
    /// # Errors
    /// [`HatsError`].
    pub fn parse(written: &str) -> Result<Hats, HatsError> {
        let codes = written.split([' ', ',']).filter(|code| !code.is_empty());
        let hat = |code: &str| Hat::parse(code).ok_or_else(|| HatsError::Unknown { written: code.chars().take(40).collect() });
        Hats::new(&codes.map(hat).collect::<Result<Vec<_>, _>>()?)
    }

    /// Whether this hat is among them.
    #[must_use]
    pub fn has(self, hat: Hat) -> bool {
        self.0 & 1 << hat as u8 != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Hat> {
        Hat::ALL.into_iter().filter(move |hat| self.has(*hat))
    }

    /// Whether any of them works with the content of the register.
    #[must_use]
    pub fn read(self) -> bool {
        self.iter().any(Hat::reads)
    }
}

impl fmt::Display for Hats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iter().map(Hat::code).collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Debug for Hats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hats({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn nobody_who_watches_runs_or_keeps_does_anything_else() {
        for set in 1u8..128 {
            let hats: Vec<Hat> = Hat::ALL.into_iter().filter(|hat| set & 1 << *hat as u8 != 0).collect();
            let alone = hats.iter().filter(|hat| hat.stands_alone()).count();
            let made = Hats::new(&hats);
            assert_eq!(made.is_ok(), alone == 0 || hats.len() == 1, "{hats:?}");
            if let Ok(made) = made {
                assert_eq!(Hats::parse(&made.to_string()).unwrap(), made);
                assert!(made.iter().eq(hats));
            }
        }
        assert_eq!(Hats::new(&[]), Err(HatsError::None));
        assert!(matches!(Hats::parse("lawyer judge"), Err(HatsError::Unknown { .. })));
    }

    #[test]
    fn a_sealed_value_prints_its_length_and_nothing_else() {
        assert_eq!(format!("{:?}", Sealed::new(b"secret".to_vec()).unwrap()), "Sealed(6 bytes)");
        assert_eq!(Sealed::new(vec![]), Err(SealedError { bytes: 0 }));
    }
}
