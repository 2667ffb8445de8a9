//! Labels: what keeps one use of a hash or a key from being mistaken for another.
//!
//! Every hash of this room is `SHA-256(label ‖ parts)` and every derived key HKDF-SHA256 with the label as info. Labels are `kniha/1/<use>`;
//! none is a prefix of another, and where a part has no fixed length its caller writes the length before it. Does no I/O.

use hkdf::Hkdf;
use kniha_core::commit::Hash;
use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// `SHA-256(label ‖ parts)`.
#[must_use]
pub(crate) fn hash(label: &str, parts: &[&[u8]]) -> Hash {
    let mut digest = Sha256::new();
    digest.update(label.as_bytes());
    for part in parts {
        digest.update(part);
    }
    Hash(digest.finalize().into())
}

/// HKDF-Extract: a 32-byte root out of secret bits.
pub(crate) fn extract(salt: &[u8], ikm: &[u8]) -> Secret<32> {
    let (mut root, _) = Hkdf::<Sha256>::extract(Some(salt), ikm);
    let mut bytes: [u8; 32] = root.into();
    root.as_mut_slice().fill(0);
    Secret::take(&mut bytes)
}

/// HKDF-Expand of a root, under the parts of the info one after another.
pub(crate) fn expand<const N: usize>(root: &Secret<32>, info: &[&[u8]]) -> Secret<N> {
    // A root of 32 bytes and an output below 255 × 32 are always accepted, so that there is no error to hand on.
    let filled = Secret::filled(|out| match Hkdf::<Sha256>::from_prk(root.expose()) {
        Ok(hkdf) => hkdf.expand_multi_info(info, out).map_err(drop),
        Err(_) => Err(()),
    });
    match filled {
        Ok(secret) => secret,
        Err(()) => unreachable!("{N} bytes out of a 32-byte root"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5869, test case 1.
    #[test]
    fn the_root_and_the_keys_are_those_of_rfc_5869() {
        let salt: Vec<u8> = (0..13).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let root = extract(&salt, &[0x0b; 22]);
        assert_eq!(data_encoding::HEXLOWER.encode(root.expose()), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        let okm: Secret<42> = expand(&root, &[&info[..4], &info[4..]]);
        assert_eq!(data_encoding::HEXLOWER.encode(okm.expose()), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    }
}
