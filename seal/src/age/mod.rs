//! The age file format, version 1 (<https://age-encryption.org/v1>), of which our parts and everything we seal for outsiders are made.
//!
//! A file is a header of text (who can open it) and a payload (64 KiB chunks under one key). Here the two are apart: a header can be written anew for
//! other readers while the payload stays what it was. Written from the specification, because the published crates draw their own randomness and join
//! header and payload into one writer; primitives are theirs. Randomness is an argument; does no I/O.

mod header;
mod keytext;
mod recipient;
mod stream;

pub use header::{Header, HeaderError, MOST_HEADER, Stanza};
pub use keytext::KeyTextError;
pub use recipient::{ClassicKey, ClassicRecipient, Identity, Recipients, UnwrapError};
pub(crate) use stream::open_chunk;
pub use stream::{CHUNK, NONCE_LEN, SEALED_CHUNK, StreamError, StreamOpener, StreamSealer, sealed_len};

use rand_core::CryptoRng;

use crate::secret::Secret;

/// The key of one file or part: everything else follows from it.
pub type FileKey = Secret<16>;

/// Why an age file for or from outsiders could not be made or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// The header is bad.
    #[error("the header of the age file is bad")]
    Header(#[source] HeaderError),
    /// No identity opens it.
    #[error("the age file was not sealed to this key")]
    NotForUs(#[source] UnwrapError),
    /// The payload is bad.
    #[error("the payload of the age file is bad")]
    Stream(#[source] StreamError),
}

/// Seals a whole file to outsiders. What is longer than memory goes through [`Recipients::header`] and [`StreamSealer`].
///
/// # Errors
/// [`AgeError`] if sealing to a recipient fails.
pub fn seal_file(to: &Recipients, plain: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, AgeError> {
    let key = FileKey::random(rng);
    let mut file = to.header(&key, rng).map_err(AgeError::NotForUs)?.write();
    let mut stream = StreamSealer::new(&key, rng, &mut file);
    for chunk in plain.chunks(CHUNK) {
        stream.push(chunk, &mut file);
    }
    stream.finish(&mut file);
    Ok(file)
}

/// Opens a whole age file.
///
/// # Errors
/// [`AgeError`] says what of it is bad.
pub fn open_file(identity: &Identity, file: &[u8]) -> Result<Vec<u8>, AgeError> {
    let (header, used) = Header::parse(file).map_err(AgeError::Header)?;
    let key = identity.unwrap(&header).map_err(AgeError::NotForUs)?;
    header.verify(&key).map_err(AgeError::Header)?;
    let payload = &file[used..];
    let Some((nonce, chunks)) = payload.split_first_chunk::<NONCE_LEN>() else { return Err(AgeError::Stream(StreamError::Truncated)) };
    let mut stream = StreamOpener::new(&key, nonce);
    let mut plain = Vec::with_capacity(chunks.len());
    for chunk in chunks.chunks(SEALED_CHUNK) {
        stream.push(chunk, &mut plain).map_err(AgeError::Stream)?;
    }
    stream.finish(&mut plain).map_err(AgeError::Stream)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;
    use crate::xwing::SecretKey;
    use proptest::prelude::*;

    fn sealed(plain: &[u8]) -> (Identity, Vec<u8>) {
        let mut rng = rng(plain.len() as u64);
        let key = SecretKey::random(&mut rng);
        let file = seal_file(&Recipients::PostQuantum(vec![key.public()]), plain, &mut rng).unwrap();
        (Identity::PostQuantum(key), file)
    }

    #[test]
    fn every_length_around_a_chunk_comes_back() {
        for len in [0, 1, 15, 16, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1] {
            let plain: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            let (key, file) = sealed(&plain);
            assert_eq!(open_file(&key, &file).unwrap(), plain, "{len}");
        }
    }

    #[test]
    fn every_flipped_byte_of_a_file_is_refused() {
        let (key, file) = sealed(b"words");
        for i in 0..file.len() {
            let mut changed = file.clone();
            changed[i] ^= 1;
            assert!(open_file(&key, &changed).is_err(), "byte {i} of {}", file.len());
        }
    }

    #[test]
    fn every_truncation_of_a_file_is_refused() {
        let (key, file) = sealed(&[7; 3 * CHUNK + 9]);
        for len in (0..file.len()).step_by(997).chain([SEALED_CHUNK, 2 * SEALED_CHUNK].map(|n| file.len() - 9 - 16 - n)).chain(file.len() - 30..file.len()) {
            assert!(open_file(&key, &file[..len]).is_err(), "cut to {len}");
        }
        let mut longer = file.clone();
        longer.push(0);
        assert!(open_file(&key, &longer).is_err());
    }

    #[test]
    fn another_key_opens_nothing() {
        let (_, file) = sealed(b"words");
        let other = Identity::PostQuantum(SecretKey::random(&mut rng(99)));
        assert_eq!(open_file(&other, &file), Err(AgeError::NotForUs(UnwrapError::NoStanza)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_file_or_an_error(bytes: Vec<u8>) {
            let key = Identity::PostQuantum(SecretKey::random(&mut rng(5)));
            prop_assert!(open_file(&key, &bytes).is_err());
        }
    }
}
