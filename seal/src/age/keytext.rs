//! Keys as text: Bech32, as age writes them.
//!
//! A post-quantum recipient is longer than Bech32's code, so the checksum is kept and the limit is not, as the other age tools do. Does no I/O.

use bech32::primitives::checksum::Checksum;
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use zeroize::Zeroizing;

/// Longest key that is read, in characters.
const MOST: usize = 4096;

/// Bech32's checksum without its limit of length.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LongBech32 {}

impl Checksum for LongBech32 {
    type MidstateRepr = <Bech32 as Checksum>::MidstateRepr;
    type CorrectionField = <Bech32 as Checksum>::CorrectionField;
    const ROOT_GENERATOR: Self::CorrectionField = <Bech32 as Checksum>::ROOT_GENERATOR;
    const ROOT_EXPONENTS: core::ops::RangeInclusive<usize> = <Bech32 as Checksum>::ROOT_EXPONENTS;
    const CODE_LENGTH: usize = MOST;
    const CHECKSUM_LENGTH: usize = <Bech32 as Checksum>::CHECKSUM_LENGTH;
    const GENERATOR_SH: [Self::MidstateRepr; 5] = <Bech32 as Checksum>::GENERATOR_SH;
    const TARGET_RESIDUE: Self::MidstateRepr = <Bech32 as Checksum>::TARGET_RESIDUE;
}

/// A text that is no key. Never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not an age key that begins with {expected}")]
pub struct KeyTextError {
    /// How such a key begins.
    pub expected: &'static str,
}

/// Writes bytes under a prefix, in lower case.
pub(super) fn write(prefix: &str, bytes: &[u8]) -> String {
    let written = Hrp::parse(prefix).ok().and_then(|hrp| bech32::encode_lower::<LongBech32>(hrp, bytes).ok());
    match written {
        Some(text) => text,
        None => unreachable!("prefixes are constants of this room and keys are short"),
    }
}

/// Reads the bytes under a prefix, in lower case or in capitals throughout.
pub(super) fn read(prefix: &'static str, text: &str) -> Result<Zeroizing<Vec<u8>>, KeyTextError> {
    let bad = KeyTextError { expected: prefix };
    if text.len() > MOST {
        return Err(bad);
    }
    let checked = CheckedHrpstring::new::<LongBech32>(text).map_err(|_| bad)?;
    let bytes = Zeroizing::new(checked.byte_iter().collect::<Vec<u8>>());
    // Written again, so that another prefix and spare bits that are not zero are refused.
    let again = Zeroizing::new(write(prefix, &bytes));
    if again.eq_ignore_ascii_case(text) { Ok(bytes) } else { Err(bad) }
}
