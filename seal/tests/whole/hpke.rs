//! HPKE base mode with KEM 0x647A, HKDF-SHA256 and ChaCha20-Poly1305, written out from RFC 9180 §5.1 and §5.2; sequence number 0.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;

const SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\x00\x03";

/// Opens a body with the secret that the KEM gave.
pub(crate) fn open(secret: &[u8], info: &[u8], aad: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let (cipher, nonce) = schedule(secret, info);
    cipher.decrypt(&nonce.into(), Payload { msg: body, aad }).ok()
}

/// Seals a body with the secret that the KEM gave.
pub(crate) fn seal(secret: &[u8], info: &[u8], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let (cipher, nonce) = schedule(secret, info);
    cipher.encrypt(&nonce.into(), Payload { msg: plain, aad }).unwrap()
}

fn schedule(secret: &[u8], info: &[u8]) -> (ChaCha20Poly1305, [u8; 12]) {
    let extract = |salt: &[u8], label: &[u8], ikm: &[u8]| Hkdf::<Sha256>::extract(Some(salt), &[b"HPKE-v1", SUITE, label, ikm].concat());
    let context = [&[0][..], &extract(&[], b"psk_id_hash", &[]).0, &extract(&[], b"info_hash", info).0].concat();
    let (_, schedule) = extract(secret, b"secret", &[]);
    let expand = |label: &[u8], out: &mut [u8]| {
        let len = u16::try_from(out.len()).unwrap().to_be_bytes();
        schedule.expand(&[&len, b"HPKE-v1".as_slice(), SUITE, label, &context].concat(), out).unwrap();
    };
    let (mut key, mut nonce) = ([0; 32], [0; 12]);
    expand(b"key", &mut key);
    expand(b"base_nonce", &mut nonce);
    (ChaCha20Poly1305::new(&key.into()), nonce)
}
