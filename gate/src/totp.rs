//! The second factor: time-based one-time codes (RFC 6238: HMAC-SHA-1, 30 seconds, six digits), as every authenticator program makes them.
//!
//! A step is used once. One step early or late is taken, for clocks that are not exact. Does no I/O.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use kniha_core::time::UtcMicros;
use kniha_seal::secret::Secret;
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::GateError;

/// Seconds of a step.
const STEP_S: i64 = 30;
/// Bytes of the secret that are used: RFC 4226 §4 recommends 160 bits. The rest of the 32 is zeros.
const BYTES: usize = 20;

/// A fresh secret, to be shown once and typed or scanned into a program.
pub struct TotpSecret(pub(crate) Secret<32>);

impl TotpSecret {
    pub(crate) fn random() -> Result<TotpSecret, GateError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret[..BYTES]).map_err(|_| GateError::Randomness)?;
        Ok(TotpSecret(Secret::take(&mut secret)))
    }

    /// The secret as programs take it.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE32_NOPAD.encode(&self.0.expose()[..BYTES]))
    }

    /// Reads the text back, from the page that asks for the first code.
    #[must_use]
    pub fn parse(base32: &str) -> Option<TotpSecret> {
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(base32.trim().as_bytes()).ok()?);
        let mut secret = [0; 32];
        secret.get_mut(..BYTES)?.copy_from_slice(bytes.get(..).filter(|bytes| bytes.len() == BYTES)?);
        Some(TotpSecret(Secret::take(&mut secret)))
    }

    /// The address that a program reads from a picture. It names no book and no person.
    #[must_use]
    pub fn uri(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("otpauth://totp/desk?secret={}", self.base32().as_str()))
    }
}

/// The code of a moment, and its step.
#[must_use]
pub fn code_at(secret: &TotpSecret, now: UtcMicros) -> (u32, i64) {
    let step = now.0.div_euclid(STEP_S * 1_000_000);
    (code(&secret.0, step), step)
}

fn code(secret: &Secret<32>, step: i64) -> u32 {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&secret.expose()[..BYTES]) else { unreachable!("HMAC takes a key of any length") };
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    // RFC 4226 §5.3: the low four bits of the last byte say where four bytes are taken from.
    let at = usize::from(hash[19] & 0xf);
    let word = u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]]);
    word % 1_000_000
}

/// The step of a typed code, if it is one of now and newer than the last that was used.
pub(crate) fn step_of(secret: &Secret<32>, typed: &str, last: i64, now: UtcMicros) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let now = now.0.div_euclid(STEP_S * 1_000_000);
    let mut found = None;
    for step in [now - 1, now, now + 1] {
        let own = format!("{:06}", code(secret, step));
        if bool::from(own.as_bytes().ct_eq(digits.as_bytes())) && step > last {
            found = Some(step);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// RFC 6238, appendix B, SHA-1; its eight digits end with the six.
    #[test]
    fn codes_are_those_of_rfc_6238() {
        let mut secret = [0; 32];
        secret[..20].copy_from_slice(b"12345678901234567890");
        let secret = TotpSecret(Secret::take(&mut secret));
        for (second, digits) in
            [(59, 287_082), (1_111_111_109, 81_804), (1_111_111_111, 50_471), (1_234_567_890, 5_924), (2_000_000_000, 279_037), (20_000_000_000, 353_130)]
        {
            assert_eq!(code_at(&secret, UtcMicros(second * 1_000_000)).0, digits, "{second}");
        }
        assert_eq!(secret.base32().as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(TotpSecret::parse(&secret.base32()).is_some() && TotpSecret::parse("GEZDGNBV").is_none());
    }

    #[test]
    fn a_code_is_taken_one_step_around_and_once() {
        let secret = TotpSecret::random().unwrap();
        let now = UtcMicros(1_796_000_000_000_000);
        let (digits, step) = code_at(&secret, now);
        let typed = format!("{:03} {:03}", digits / 1000, digits % 1000);
        let at = |steps: i64| UtcMicros(now.0 + steps * STEP_S * 1_000_000);
        for off in [-1, 0, 1] {
            assert_eq!(step_of(&secret.0, &typed, 0, at(off)), Some(step), "{off}");
        }
        assert_eq!(step_of(&secret.0, &typed, step, now), None, "a second time");
        for off in [-3, -2, 2, 3] {
            assert_eq!(step_of(&secret.0, &typed, 0, at(off)), None, "{off}");
        }
        for bad in ["", "12345", "1234567", "abcdef", "-00001"] {
            assert_eq!(step_of(&secret.0, bad, 0, now), None);
        }
    }
}
