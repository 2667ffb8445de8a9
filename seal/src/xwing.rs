//! X-Wing keys, and sealing a few bytes to one of them.
//!
//! X-Wing (draft-connolly-cfrg-xwing-kem) is X25519 and ML-KEM-768 together: what is sealed stays closed unless both are broken. Sealing is HPKE base
//! mode (RFC 9180), KEM 0x647A, HKDF-SHA256, ChaCha20-Poly1305, one message a key, exactly what age's `mlkem768x25519` recipient does. A public key is
//! 1,216 bytes, a secret key its 32-byte seed, an encapsulation 1,120 bytes. Randomness is an argument; does no I/O.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;

use crate::label;
use crate::secret::Secret;

/// Bytes of a public key.
pub const PUBLIC_LEN: usize = 1216;
/// Bytes of an encapsulation.
pub const ENC_LEN: usize = 1120;
/// Bytes by which a sealed body is longer than what is in it.
pub const TAG_LEN: usize = 16;

/// Why something could not be sealed or opened with X-Wing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XWingError {
    /// The bytes are no public key.
    #[error("{bytes} bytes are not an X-Wing public key")]
    NotAKey {
        /// How many bytes there were.
        bytes: usize,
    },
    /// The bytes are no encapsulation.
    #[error("{bytes} bytes are not an X-Wing encapsulation")]
    NotAnEncapsulation {
        /// How many bytes there were.
        bytes: usize,
    },
    /// Sealed to another key, for another place, or changed since.
    #[error("the seal does not open with this key: it was made for another key or place, or was changed")]
    Closed,
    /// The primitive refused; not seen with valid keys.
    #[error("sealing failed")]
    Sealing,
}

/// A public key, known to be well formed.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(<XWing as Kem>::PublicKey);

/// The first eight bytes of a public key's hash: enough to find the key, useless as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    /// What stands where a key must not be named: that of a source's words would tie all their deposits together.
    pub const UNTOLD: KeyId = KeyId([0; 8]);
}

/// A secret key, as its seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretKey(Secret<32>);

/// What was sealed to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The encapsulation, [`ENC_LEN`] bytes.
    pub enc: Box<[u8; ENC_LEN]>,
    /// The sealed bytes and their tag.
    pub body: Vec<u8>,
}

impl PublicKey {
    /// The key in these bytes.
    ///
    /// # Errors
    /// [`XWingError::NotAKey`] unless they are one, with every ML-KEM coefficient in range.
    pub fn from_bytes(bytes: &[u8]) -> Result<PublicKey, XWingError> {
        if bytes.len() != PUBLIC_LEN {
            return Err(XWingError::NotAKey { bytes: bytes.len() });
        }
        <XWing as Kem>::PublicKey::from_bytes(bytes).map(PublicKey).map_err(|_| XWingError::NotAKey { bytes: bytes.len() })
    }

    /// The 1,216 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// The key's id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let mut id = [0; 8];
        id.copy_from_slice(&label::hash("kniha/1/key-id", &[&self.to_bytes()]).0[..8]);
        KeyId(id)
    }

    /// Seals `plain` to this key for the place that `info` and `aad` name.
    ///
    /// # Errors
    /// [`XWingError::Sealing`] if the primitive refuses.
    pub fn seal(&self, info: &[u8], aad: &[u8], plain: &[u8], rng: &mut impl CryptoRng) -> Result<Sealed, XWingError> {
        let (enc, body) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeS::Base, &self.0, info, plain, aad, rng)
            .map_err(|_| XWingError::Sealing)?;
        let mut written = Box::new([0; ENC_LEN]);
        written.copy_from_slice(&enc.to_bytes());
        Ok(Sealed { enc: written, body })
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "X-Wing {}", self.id())
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl SecretKey {
    /// A fresh key.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> SecretKey {
        SecretKey(Secret::random(rng))
    }

    /// The key grown from a seed.
    #[must_use]
    pub fn from_seed(seed: Secret<32>) -> SecretKey {
        SecretKey(seed)
    }

    /// The seed, which is the key.
    #[must_use]
    pub fn seed(&self) -> &Secret<32> {
        &self.0
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(XWing::sk_to_pk(&self.expanded()))
    }

    /// Opens what was sealed to the public half for the same place.
    ///
    /// # Errors
    /// [`XWingError`] if the bytes are no encapsulation, or do not open.
    pub fn open(&self, info: &[u8], aad: &[u8], enc: &[u8], body: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, XWingError> {
        let enc = <XWing as Kem>::EncappedKey::from_bytes(enc).map_err(|_| XWingError::NotAnEncapsulation { bytes: enc.len() })?;
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeR::Base, &self.expanded(), &enc, info, body, aad)
            .map(zeroize::Zeroizing::new)
            .map_err(|_| XWingError::Closed)
    }

    fn expanded(&self) -> <XWing as Kem>::PrivateKey {
        match <XWing as Kem>::PrivateKey::from_bytes(self.0.expose()) {
            Ok(key) => key,
            Err(_) => unreachable!("every 32 bytes are a seed"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    #[test]
    fn what_is_sealed_opens_with_its_key_alone() {
        let mut rng = rng(1);
        let (key, other) = (SecretKey::random(&mut rng), SecretKey::random(&mut rng));
        let sealed = key.public().seal(b"info", b"aad", b"sixteen bytes ok", &mut rng).unwrap();
        assert_eq!(key.open(b"info", b"aad", sealed.enc.as_slice(), &sealed.body).unwrap().as_slice(), b"sixteen bytes ok");
        for (key, info, aad) in [(&other, "info", "aad"), (&key, "inf0", "aad"), (&key, "info", "aaD")] {
            assert_eq!(key.open(info.as_bytes(), aad.as_bytes(), sealed.enc.as_slice(), &sealed.body), Err(XWingError::Closed));
        }
    }

    #[test]
    fn every_flipped_byte_of_a_seal_is_refused() {
        let mut rng = rng(2);
        let key = SecretKey::random(&mut rng);
        let sealed = key.public().seal(b"", b"", &[5; 16], &mut rng).unwrap();
        for i in 0..ENC_LEN {
            let mut enc = sealed.enc.clone();
            enc[i] ^= 1;
            assert_eq!(key.open(b"", b"", enc.as_slice(), &sealed.body), Err(XWingError::Closed), "byte {i}");
        }
        for i in 0..sealed.body.len() {
            let mut body = sealed.body.clone();
            body[i] ^= 1;
            assert_eq!(key.open(b"", b"", sealed.enc.as_slice(), &body), Err(XWingError::Closed), "byte {i}");
        }
    }

    #[test]
    fn a_public_key_out_of_range_is_refused() {
        let mut bytes = SecretKey::random(&mut rng(3)).public().to_bytes();
        assert!(PublicKey::from_bytes(&bytes).is_ok());
        bytes[..3].fill(0xff);
        assert_eq!(PublicKey::from_bytes(&bytes), Err(XWingError::NotAKey { bytes: PUBLIC_LEN }));
        assert_eq!(PublicKey::from_bytes(&bytes[1..]), Err(XWingError::NotAKey { bytes: PUBLIC_LEN - 1 }));
    }

    #[test]
    fn an_id_of_a_key_prints_as_hexadecimal() {
        let key = SecretKey::from_seed(Secret::from_slice(&[9; 32]).unwrap());
        assert_eq!(key.public().id().to_string().len(), 16);
        assert_eq!(format!("{key:?}"), "SecretKey(Secret(32 bytes))");
    }
}
