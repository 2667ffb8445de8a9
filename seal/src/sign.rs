//! Signatures, suite 1: Ed25519 and ML-DSA-65 over the same bytes, and both must verify.
//!
//! What is signed is `kniha/1/sign/<purpose> ‖ message`, so that a signature given for one purpose says nothing for another. A public key is 1,984
//! bytes (Ed25519, then ML-DSA-65), a signature 3,373, a secret key two seeds of 32. Signing is deterministic (RFC 8032; FIPS 204 §5.2 with zero
//! randomness), so that it needs no randomness and has vectors. Does no I/O.

use ed25519_dalek::Signer;
use ml_dsa::{B32, EncodedSignature, EncodedVerifyingKey, Keypair, MlDsa65};

use crate::secret::Secret;

/// Bytes of a public key.
pub const PUBLIC_LEN: usize = 32 + 1952;
/// Bytes of a signature.
pub const SIGNATURE_LEN: usize = 64 + 3309;

/// What a signature is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A key list.
    KeyList,
    /// The cover of a source's part.
    Cover,
    /// A team's block in a mailbox.
    Reply,
    /// A challenge to whoever presents a receipt.
    Receipt,
    /// An act that needs two people: grant, release, export, delete, policy.
    Act,
    /// What the desk asks of the portal.
    Collect,
    /// An entry of custody.
    Custody,
    /// The wish to join a team, by the key it is made with.
    Join,
    /// How far an auditor has followed the log of readings.
    LogHead,
}

/// Why a key or a signature was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Not a public key of suite 1.
    #[error("{bytes} bytes are not a public key of suite 1")]
    NotAKey {
        /// How many there were.
        bytes: usize,
    },
    /// Not a signature of suite 1.
    #[error("{bytes} bytes are not a signature of suite 1")]
    NotASignature {
        /// How many there were.
        bytes: usize,
    },
    /// At least one of the two signatures is not of this key over these bytes.
    #[error("the signature is not of this key over these bytes")]
    Wrong,
}

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey(Box<[u8; PUBLIC_LEN]>);

/// A secret key, as its two seeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    ed25519: Secret<32>,
    mldsa: Secret<32>,
}

/// Two signatures over the same bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature(Box<[u8; SIGNATURE_LEN]>);

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Purpose::KeyList => b"kniha/1/sign/key-list",
            Purpose::Cover => b"kniha/1/sign/cover",
            Purpose::Reply => b"kniha/1/sign/reply",
            Purpose::Receipt => b"kniha/1/sign/receipt",
            Purpose::Act => b"kniha/1/sign/act",
            Purpose::Collect => b"kniha/1/sign/collect",
            Purpose::Custody => b"kniha/1/sign/custody",
            Purpose::Join => b"kniha/1/sign/join",
            Purpose::LogHead => b"kniha/1/sign/log-head",
        }
    }

    fn message(self, message: &[u8]) -> Vec<u8> {
        [self.label(), message].concat()
    }
}

impl SigningKey {
    /// A fresh key.
    #[must_use]
    pub fn random(rng: &mut impl rand_core::CryptoRng) -> SigningKey {
        SigningKey { ed25519: Secret::random(rng), mldsa: Secret::random(rng) }
    }

    /// The key grown from two seeds.
    #[must_use]
    pub fn from_seeds(ed25519: Secret<32>, mldsa: Secret<32>) -> SigningKey {
        SigningKey { ed25519, mldsa }
    }

    /// The two seeds, Ed25519 and ML-DSA.
    #[must_use]
    pub fn seeds(&self) -> (&Secret<32>, &Secret<32>) {
        (&self.ed25519, &self.mldsa)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> VerifyingKey {
        let mut bytes = Box::new([0; PUBLIC_LEN]);
        bytes[..32].copy_from_slice(self.ed25519().verifying_key().as_bytes());
        bytes[32..].copy_from_slice(&self.mldsa().verifying_key().encode());
        VerifyingKey(bytes)
    }

    /// Signs for one purpose.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> Signature {
        let message = purpose.message(message);
        let mut bytes = Box::new([0; SIGNATURE_LEN]);
        bytes[..64].copy_from_slice(&self.ed25519().sign(&message).to_bytes());
        match self.mldsa().expanded_key().sign_deterministic(&message, &[]) {
            Ok(signature) => bytes[64..].copy_from_slice(&signature.encode()),
            Err(_) => unreachable!("the empty context is shorter than 255 bytes"),
        }
        Signature(bytes)
    }

    fn ed25519(&self) -> ed25519_dalek::SigningKey {
        ed25519_dalek::SigningKey::from_bytes(self.ed25519.expose())
    }

    fn mldsa(&self) -> ml_dsa::SigningKey<MlDsa65> {
        let mut seed = B32::from(*self.mldsa.expose());
        let key = ml_dsa::SigningKey::from_seed(&seed);
        seed.as_mut_slice().fill(0);
        key
    }
}

impl VerifyingKey {
    /// The key in these bytes.
    ///
    /// # Errors
    /// [`SignError::NotAKey`] unless they are one.
    pub fn from_bytes(bytes: &[u8]) -> Result<VerifyingKey, SignError> {
        let bad = SignError::NotAKey { bytes: bytes.len() };
        let key = VerifyingKey(Box::new(bytes.try_into().map_err(|_| bad)?));
        let ed25519 = key.ed25519().ok_or(bad)?;
        if ed25519.is_weak() { Err(bad) } else { Ok(key) }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; PUBLIC_LEN] {
        &self.0
    }

    /// Whether the signature is this key's over this message for this purpose.
    ///
    /// # Errors
    /// [`SignError::Wrong`] unless both halves verify.
    pub fn verify(&self, purpose: Purpose, message: &[u8], signature: &Signature) -> Result<(), SignError> {
        let message = purpose.message(message);
        let (ed, ml) = signature.0.split_at(64);
        let ed: &[u8; 64] = ed.try_into().map_err(|_| SignError::Wrong)?;
        let ed25519 = self.ed25519().ok_or(SignError::Wrong)?;
        ed25519.verify_strict(&message, &ed25519_dalek::Signature::from_bytes(ed)).map_err(|_| SignError::Wrong)?;
        let key = EncodedVerifyingKey::<MlDsa65>::try_from(&self.0[32..]).map_err(|_| SignError::Wrong)?;
        let ml = EncodedSignature::<MlDsa65>::try_from(ml).map_err(|_| SignError::Wrong)?;
        let ml = ml_dsa::Signature::<MlDsa65>::decode(&ml).ok_or(SignError::Wrong)?;
        if ml_dsa::VerifyingKey::<MlDsa65>::decode(&key).verify_with_context(&message, &[], &ml) { Ok(()) } else { Err(SignError::Wrong) }
    }

    fn ed25519(&self) -> Option<ed25519_dalek::VerifyingKey> {
        ed25519_dalek::VerifyingKey::from_bytes(self.0.first_chunk()?).ok()
    }
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "key {}", data_encoding::HEXLOWER.encode(&self.0[..8]))
    }
}

impl Signature {
    /// The signature in these bytes.
    ///
    /// # Errors
    /// [`SignError::NotASignature`] unless there are [`SIGNATURE_LEN`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Signature, SignError> {
        bytes.try_into().map(|bytes| Signature(Box::new(bytes))).map_err(|_| SignError::NotASignature { bytes: bytes.len() })
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; SIGNATURE_LEN] {
        &self.0
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "signature {}", data_encoding::HEXLOWER.encode(&self.0[..8]))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    #[test]
    fn a_signature_holds_for_its_key_purpose_and_message_alone() {
        let mut rng = rng(31);
        let (key, other) = (SigningKey::random(&mut rng), SigningKey::random(&mut rng));
        let signature = key.sign(Purpose::Reply, b"words");
        let public = VerifyingKey::from_bytes(key.public().bytes()).unwrap();
        assert_eq!(public.verify(Purpose::Reply, b"words", &signature), Ok(()));
        assert_eq!(public.verify(Purpose::Cover, b"words", &signature), Err(SignError::Wrong));
        assert_eq!(public.verify(Purpose::Reply, b"Words", &signature), Err(SignError::Wrong));
        assert_eq!(other.public().verify(Purpose::Reply, b"words", &signature), Err(SignError::Wrong));
    }

    /// The point of two signatures: half of one is none.
    #[test]
    fn each_half_alone_is_refused() {
        let mut rng = rng(32);
        let key = SigningKey::random(&mut rng);
        let other = SigningKey::random(&mut rng);
        let (good, bad) = (key.sign(Purpose::Act, b"m"), other.sign(Purpose::Act, b"m"));
        for (ed, ml) in [(&good, &bad), (&bad, &good)] {
            let mixed = Signature::from_bytes(&[&ed.bytes()[..64], &ml.bytes()[64..]].concat()).unwrap();
            assert_eq!(key.public().verify(Purpose::Act, b"m", &mixed), Err(SignError::Wrong));
        }
    }

    #[test]
    fn every_flipped_byte_of_a_signature_is_refused() {
        let key = SigningKey::random(&mut rng(33));
        let good = key.sign(Purpose::Act, b"m");
        let public = key.public();
        for i in (0..64).chain((64..SIGNATURE_LEN).step_by(7)) {
            let mut bytes = *good.bytes();
            bytes[i] ^= 1;
            assert_eq!(public.verify(Purpose::Act, b"m", &Signature::from_bytes(&bytes).unwrap()), Err(SignError::Wrong), "byte {i}");
        }
    }

    #[test]
    fn a_weak_or_short_key_is_refused() {
        assert!(VerifyingKey::from_bytes(&[0; PUBLIC_LEN]).is_err());
        assert_eq!(VerifyingKey::from_bytes(&[0; 32]), Err(SignError::NotAKey { bytes: 32 }));
    }
}
