//! Whom an age file is for: `mlkem768x25519`, or X25519, which is not post-quantum.
//!
//! The two never stand in one header: a file that a later quantum computer opens through one of its readers is not post-quantum for any. That they
//! cannot is in the type. Randomness is an argument; does no I/O.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use data_encoding::BASE64_NOPAD;
use rand_core::CryptoRng;
use x25519_dalek::{PublicKey as X25519Public, StaticSecret};

use super::keytext::{self, KeyTextError};
use super::{FileKey, Header, Stanza};
use crate::label;
use crate::secret::Secret;
use crate::xwing::{ENC_LEN, PublicKey, SecretKey, XWingError};

const POST_QUANTUM: &str = "mlkem768x25519";
const POST_QUANTUM_INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
const CLASSIC: &str = "X25519";
const CLASSIC_INFO: &[u8] = b"age-encryption.org/v1/X25519";
const PUBLIC_PREFIX: &str = "age1pq";
const SECRET_PREFIX: &str = "age-secret-key-pq-";
const CLASSIC_PUBLIC_PREFIX: &str = "age";
const CLASSIC_SECRET_PREFIX: &str = "age-secret-key-";
/// A wrapped file key and its tag.
const BODY: usize = 32;

/// Why no file key came out of a header, or went into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// No stanza opens with this identity.
    #[error("no stanza opens with this key")]
    NoStanza,
    /// A stanza of our kind is not as the format wants it.
    #[error("stanza {stanza} is malformed")]
    Malformed {
        /// Its number, counted from 0.
        stanza: usize,
    },
    /// A recipient's key is of no use.
    #[error("a recipient's key cannot be sealed to")]
    Recipient,
    /// There is nobody to seal to.
    #[error("the file has no recipient")]
    Nobody,
}

/// Readers of one file, all of one kind.
#[derive(Debug, Clone)]
pub enum Recipients {
    /// Opened by age ≥ 1.3 and npm `age-encryption`.
    PostQuantum(Vec<PublicKey>),
    /// Opened by every age; *not post-quantum*, which the reader must be told.
    Classic(Vec<ClassicRecipient>),
}

/// An X25519 recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassicRecipient([u8; 32]);

/// An X25519 identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicKey(Secret<32>);

/// A key that opens files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// X-Wing.
    PostQuantum(SecretKey),
    /// X25519.
    Classic(ClassicKey),
}

impl Recipients {
    /// A header by which each of them can find the file key.
    ///
    /// # Errors
    /// [`UnwrapError::Nobody`] without recipients; [`UnwrapError::Recipient`] if a key is of low order.
    pub fn header(&self, key: &FileKey, rng: &mut impl CryptoRng) -> Result<Header, UnwrapError> {
        let mut stanzas = Vec::new();
        match self {
            Recipients::PostQuantum(keys) => {
                for to in keys {
                    let sealed = to.seal(POST_QUANTUM_INFO, &[], key.expose(), rng).map_err(|_| UnwrapError::Recipient)?;
                    stanzas.push(Stanza::new(vec![POST_QUANTUM.to_owned(), BASE64_NOPAD.encode(sealed.enc.as_slice())], sealed.body));
                }
            }
            Recipients::Classic(keys) => {
                for to in keys {
                    stanzas.push(to.wrap(key, rng)?);
                }
            }
        }
        if stanzas.is_empty() {
            return Err(UnwrapError::Nobody);
        }
        Ok(Header::new(stanzas, key))
    }
}

impl PublicKey {
    /// The key as age writes it: `age1pq1…`.
    #[must_use]
    pub fn to_age(&self) -> String {
        keytext::write(PUBLIC_PREFIX, &self.to_bytes())
    }

    /// Reads `age1pq1…`.
    ///
    /// # Errors
    /// [`KeyTextError`] unless it is one.
    pub fn from_age(text: &str) -> Result<PublicKey, KeyTextError> {
        PublicKey::from_bytes(&keytext::read(PUBLIC_PREFIX, text)?).map_err(|_| KeyTextError { expected: PUBLIC_PREFIX })
    }
}

impl SecretKey {
    /// The key as age writes it: `AGE-SECRET-KEY-PQ-1…`.
    #[must_use]
    pub fn to_age(&self) -> zeroize::Zeroizing<String> {
        secret_text(SECRET_PREFIX, self.seed())
    }

    /// Reads `AGE-SECRET-KEY-PQ-1…`.
    ///
    /// # Errors
    /// [`KeyTextError`] unless it is one.
    pub fn from_age(text: &str) -> Result<SecretKey, KeyTextError> {
        read_secret(SECRET_PREFIX, text).map(SecretKey::from_seed)
    }
}

impl ClassicRecipient {
    /// Reads `age1…`.
    ///
    /// # Errors
    /// [`KeyTextError`] unless it is one.
    pub fn from_age(text: &str) -> Result<ClassicRecipient, KeyTextError> {
        let bytes = keytext::read(CLASSIC_PUBLIC_PREFIX, text)?;
        bytes.as_slice().try_into().map(ClassicRecipient).map_err(|_| KeyTextError { expected: CLASSIC_PUBLIC_PREFIX })
    }

    /// The key as age writes it.
    #[must_use]
    pub fn to_age(&self) -> String {
        keytext::write(CLASSIC_PUBLIC_PREFIX, &self.0)
    }

    fn wrap(&self, key: &FileKey, rng: &mut impl CryptoRng) -> Result<Stanza, UnwrapError> {
        let ephemeral = StaticSecret::from(*Secret::<32>::random(rng).expose());
        let share = X25519Public::from(&ephemeral);
        let shared = ephemeral.diffie_hellman(&X25519Public::from(self.0));
        if !shared.was_contributory() {
            return Err(UnwrapError::Recipient);
        }
        let mut body = key.expose().to_vec();
        let tag = wrap_cipher(shared.as_bytes(), share.as_bytes(), &self.0).encrypt_inout_detached(&[0; 12].into(), &[], body.as_mut_slice().into());
        body.extend_from_slice(&tag.map_err(|_| UnwrapError::Recipient)?);
        Ok(Stanza::new(vec![CLASSIC.to_owned(), BASE64_NOPAD.encode(share.as_bytes())], body))
    }
}

impl ClassicKey {
    /// A fresh key.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> ClassicKey {
        ClassicKey(Secret::random(rng))
    }

    /// Reads `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// [`KeyTextError`] unless it is one.
    pub fn from_age(text: &str) -> Result<ClassicKey, KeyTextError> {
        read_secret(CLASSIC_SECRET_PREFIX, text).map(ClassicKey)
    }

    /// The key as age writes it.
    #[must_use]
    pub fn to_age(&self) -> zeroize::Zeroizing<String> {
        secret_text(CLASSIC_SECRET_PREFIX, &self.0)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> ClassicRecipient {
        ClassicRecipient(*X25519Public::from(&StaticSecret::from(*self.0.expose())).as_bytes())
    }

    fn unwrap(&self, share: &[u8; 32], body: &[u8; BODY]) -> Option<FileKey> {
        let shared = StaticSecret::from(*self.0.expose()).diffie_hellman(&X25519Public::from(*share));
        if !shared.was_contributory() {
            return None;
        }
        let cipher = wrap_cipher(shared.as_bytes(), share, &self.public().0);
        let (wrapped, tag) = body.split_last_chunk::<16>()?;
        Secret::filled(|key| {
            key.copy_from_slice(wrapped);
            cipher.decrypt_inout_detached(&[0; 12].into(), &[], key.as_mut_slice().into(), &(*tag).into())
        })
        .ok()
    }
}

impl Identity {
    /// The file key of a header that has a stanza for this identity. The header is still to be verified with it.
    ///
    /// # Errors
    /// [`UnwrapError`] if there is none, or one of the identity's kind is malformed.
    pub fn unwrap(&self, header: &Header) -> Result<FileKey, UnwrapError> {
        let kind = match self {
            Identity::PostQuantum(_) => POST_QUANTUM,
            Identity::Classic(_) => CLASSIC,
        };
        for (number, stanza) in header.stanzas().iter().enumerate().filter(|(_, s)| s.kind() == kind) {
            let bad = UnwrapError::Malformed { stanza: number };
            let [_, share] = stanza.args.as_slice() else { return Err(bad) };
            let share = BASE64_NOPAD.decode(share.as_bytes()).map_err(|_| bad)?;
            let body: &[u8; BODY] = stanza.body.as_slice().try_into().map_err(|_| bad)?;
            let opened = match self {
                Identity::PostQuantum(key) if share.len() == ENC_LEN => match key.open(POST_QUANTUM_INFO, &[], &share, body) {
                    Ok(plain) => FileKey::from_slice(&plain),
                    Err(XWingError::Closed) => None,
                    Err(_) => return Err(bad),
                },
                Identity::Classic(key) => key.unwrap(share.as_slice().try_into().map_err(|_| bad)?, body),
                Identity::PostQuantum(_) => return Err(bad),
            };
            if let Some(key) = opened {
                return Ok(key);
            }
        }
        Err(UnwrapError::NoStanza)
    }
}

fn wrap_cipher(shared: &[u8; 32], share: &[u8; 32], to: &[u8; 32]) -> ChaCha20Poly1305 {
    let mut salt = [0; 64];
    salt[..32].copy_from_slice(share);
    salt[32..].copy_from_slice(to);
    let key = label::expand::<32>(&label::extract(&salt, shared), &[CLASSIC_INFO]);
    ChaCha20Poly1305::new(key.expose().into())
}

fn secret_text(prefix: &str, bytes: &Secret<32>) -> zeroize::Zeroizing<String> {
    let mut text = zeroize::Zeroizing::new(keytext::write(prefix, bytes.expose()));
    text.make_ascii_uppercase();
    text
}

fn read_secret(prefix: &'static str, text: &str) -> Result<Secret<32>, KeyTextError> {
    Secret::from_slice(&keytext::read(prefix, text)?).ok_or(KeyTextError { expected: prefix })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    #[test]
    fn keys_read_back_from_their_text() {
        let mut rng = rng(21);
        let (key, classic) = (SecretKey::random(&mut rng), ClassicKey::random(&mut rng));
        let text = key.public().to_age();
        assert!(text.starts_with("age1pq1") && text.len() == 7 + 1946 + 6, "{}", text.len());
        assert_eq!(PublicKey::from_age(&text).unwrap(), key.public());
        assert!(key.to_age().starts_with("AGE-SECRET-KEY-PQ-1"));
        assert_eq!(SecretKey::from_age(&key.to_age()).unwrap(), key);
        assert_eq!(ClassicKey::from_age(&classic.to_age()).unwrap(), classic);
        assert_eq!(ClassicRecipient::from_age(&classic.public().to_age()).unwrap(), classic.public());
        assert!(SecretKey::from_age(&classic.to_age()).is_err());
        assert!(ClassicKey::from_age(&key.to_age()).is_err());
    }

    #[test]
    fn a_mistyped_key_is_refused() {
        let text = SecretKey::random(&mut rng(22)).to_age();
        for i in 0..text.len() {
            let mut typed: Vec<char> = text.chars().collect();
            typed[i] = if typed[i] == 'Q' { 'P' } else { 'Q' };
            assert!(SecretKey::from_age(&typed.iter().collect::<String>()).is_err(), "character {i}");
        }
    }

    #[test]
    fn a_classic_file_opens_for_each_of_its_readers() {
        let mut rng = rng(23);
        let (a, b) = (ClassicKey::random(&mut rng), ClassicKey::random(&mut rng));
        let key = FileKey::random(&mut rng);
        let header = Recipients::Classic(vec![a.public(), b.public()]).header(&key, &mut rng).unwrap();
        assert_eq!(Identity::Classic(a).unwrap(&header).unwrap(), key);
        assert_eq!(Identity::Classic(b).unwrap(&header).unwrap(), key);
        let stranger = ClassicKey::random(&mut rng);
        assert_eq!(Identity::Classic(stranger).unwrap(&header), Err(UnwrapError::NoStanza));
    }

    #[test]
    fn a_recipient_of_low_order_is_refused() {
        let mut rng = rng(24);
        let key = FileKey::random(&mut rng);
        assert_eq!(Recipients::Classic(vec![ClassicRecipient([0; 32])]).header(&key, &mut rng), Err(UnwrapError::Recipient));
        assert_eq!(Recipients::PostQuantum(vec![]).header(&key, &mut rng), Err(UnwrapError::Nobody));
    }
}
