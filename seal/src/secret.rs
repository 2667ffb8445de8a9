//! Secret bytes: wiped when dropped, compared in constant time, never printed.
//!
//! The bytes live on the heap, so that moving a secret leaves no copy on the stack. Reading them is called [`Secret::expose`], which is
//! easy to search for. Does no I/O.

use std::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` secret bytes.
#[derive(Clone)]
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// Takes bytes and wipes where they were.
    #[must_use]
    pub fn take(from: &mut [u8; N]) -> Secret<N> {
        let secret = Secret(Box::new(*from));
        from.zeroize();
        secret
    }

    /// Copies bytes; `None` unless there are `N` of them.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Secret<N>> {
        let mut secret = Secret::zero();
        if bytes.len() != N {
            return None;
        }
        secret.0.copy_from_slice(bytes);
        Some(secret)
    }

    /// Draws fresh bytes.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Secret<N> {
        let mut secret = Secret::zero();
        rng.fill_bytes(secret.0.as_mut_slice());
        secret
    }

    /// Lets `fill` write the bytes, without a copy elsewhere.
    pub(crate) fn filled<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Secret<N>, E> {
        let mut secret = Secret::zero();
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// The bytes themselves.
    #[must_use]
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }

    /// This secret and a mask of the same length, bit by bit.
    #[must_use]
    pub fn xor(&self, mask: &Secret<N>) -> Secret<N> {
        let mut out = Secret::zero();
        for (out, (a, b)) in out.0.iter_mut().zip(self.0.iter().zip(mask.0.iter())) {
            *out = a ^ b;
        }
        out
    }

    fn zero() -> Secret<N> {
        Secret(Box::new([0; N]))
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> ZeroizeOnDrop for Secret<N> {}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }
}

impl<const N: usize> Eq for Secret<N> {}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({N} bytes)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::<4>::from_slice(&[0xde, 0xad, 0xbe, 0xef]).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(4 bytes)");
    }

    #[test]
    fn taking_wipes_the_source() {
        let mut bytes = [7; 32];
        let secret = Secret::take(&mut bytes);
        assert_eq!((bytes, *secret.expose()), ([0; 32], [7; 32]));
    }

    #[test]
    fn secrets_are_equal_only_in_every_byte() {
        let secret = Secret::<16>::from_slice(&[1; 16]).unwrap();
        for i in 0..16 {
            let mut other = [1; 16];
            other[i] ^= 0x80;
            assert_ne!(secret, Secret::take(&mut other));
        }
        assert_eq!(secret, secret.clone());
    }

    #[test]
    fn a_mask_taken_twice_is_gone() {
        let (a, mask) = (Secret::<3>::from_slice(&[1, 2, 3]).unwrap(), Secret::<3>::from_slice(&[9, 8, 7]).unwrap());
        assert_eq!(*a.xor(&mask).expose(), [8, 10, 4]);
        assert_eq!(a.xor(&mask).xor(&mask), a);
    }
}
