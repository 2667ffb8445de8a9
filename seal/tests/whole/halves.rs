//! One of the two primitives of X-Wing given away.
//!
//! The adversary has every member's secret for one half: X25519 (as after a quantum computer) or ML-KEM-768 (as after a break of lattices). They know the
//! formats and try what they can for the other half. X-Wing's combiner is written out here and HPKE's key schedule beside it, from their specifications
//! (draft-connolly-cfrg-xwing-kem §5; RFC 9180 §5.1), so that the control, both halves given away, is also a second reading of our headers.

use kniha_seal::part::{Envelope, Locked};
use kniha_seal::sealer;
use kniha_seal::size::Padding;
use kniha_seal::xwing::SecretKey;
use ml_kem::kem::Decapsulate;
use ml_kem::{FromSeed, MlKem768};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha3::{Digest, Sha3_256};
use shake::{ExtendableOutput, Shake256, Update, XofReader};
use x25519_dalek::{PublicKey, StaticSecret};

use super::hpke;
use super::parts::{cover, team};

/// A member's key taken apart: seed of ML-KEM, scalar of X25519.
fn halves(seed: &SecretKey) -> ([u8; 64], [u8; 32]) {
    let mut shake = Shake256::default();
    shake.update(seed.seed().expose());
    let mut reader = shake.finalize_xof();
    let (mut m, mut x) = ([0; 64], [0; 32]);
    reader.read(&mut m);
    reader.read(&mut x);
    (m, x)
}

fn mlkem_secret(seed: &[u8; 64], enc: &[u8]) -> [u8; 32] {
    let (key, _) = MlKem768::from_seed(&(*seed).into());
    key.decapsulate(enc[..1088].try_into().unwrap()).into()
}

fn x25519_secret(scalar: &[u8; 32], enc: &[u8]) -> [u8; 32] {
    let point: [u8; 32] = enc[1088..].try_into().unwrap();
    *StaticSecret::from(*scalar).diffie_hellman(&PublicKey::from(point)).as_bytes()
}

fn combine(m: &[u8; 32], x: &[u8; 32], enc: &[u8], x_public: &[u8; 32]) -> [u8; 32] {
    let mut hash = Sha3_256::new();
    for part in [m.as_slice(), x, &enc[1088..], x_public, br"\.//^\"] {
        Digest::update(&mut hash, part);
    }
    hash.finalize().into()
}

/// Opens the shares of a part with whatever secrets the adversary offers for each half; says how many opened.
fn shares_opened(
    envelope: &Envelope,
    locked: &Locked,
    seeds: &[SecretKey],
    mut m_guesses: impl FnMut(&[u8; 64], &[u8]) -> Vec<[u8; 32]>,
    mut x_guesses: impl FnMut(&[u8; 32], &[u8]) -> Vec<[u8; 32]>,
) -> usize {
    let opens = |share: &kniha_seal::part::SealedShare, m: &[u8; 32], x: &[u8; 32], public: &[u8; 32]| {
        let enc = share.sealed.enc.as_slice();
        let n = u8::try_from(locked.shares.len()).unwrap();
        let list_no = envelope.list_no().to_be_bytes();
        let aad = [envelope.part().bytes().as_slice(), &list_no, &locked.quorum.0.to_be_bytes(), &[locked.k, n, share.slot]].concat();
        hpke::open(&combine(m, x, enc, public), b"kniha/1/share", &aad, &share.sealed.body).is_some()
    };
    let mut opened = 0;
    for share in &locked.shares {
        let (m_seed, x_scalar) = halves(&seeds[usize::from(share.slot) - 1]);
        let public = *PublicKey::from(&StaticSecret::from(x_scalar)).as_bytes();
        let (ms, xs) = (m_guesses(&m_seed, share.sealed.enc.as_slice()), x_guesses(&x_scalar, share.sealed.enc.as_slice()));
        opened += usize::from(ms.iter().any(|m| xs.iter().any(|x| opens(share, m, x, &public))));
    }
    opened
}

#[test]
fn with_one_half_of_every_key_given_away_nothing_opens() {
    let mut rng = ChaCha20Rng::seed_from_u64(21);
    let team = team(1, 2, 3, 3, &mut rng);
    let mut noise = ChaCha20Rng::seed_from_u64(22);
    let mut random = move || {
        let mut bytes = [0; 32];
        noise.fill_bytes(&mut bytes);
        bytes
    };
    let (mut both, mut x_alone, mut m_alone) = (0, 0, 0);
    for i in 0..60 {
        let (part, _) = sealer::seal(&cover(i), b"words", &[&team.quorum], Padding::Text, &mut rng).unwrap();
        let envelope = Envelope::parse(&part.header).unwrap();
        let locked = &envelope.locked()[0];
        both += shares_opened(&envelope, locked, &team.seeds, |m, enc| vec![mlkem_secret(m, enc)], |x, enc| vec![x25519_secret(x, enc)]);
        // For the half that is not broken: nothing, what an unrelated key gives, what is in the open.
        let stranger: [u8; 64] = std::array::from_fn(|i| i as u8);
        x_alone += shares_opened(
            &envelope,
            locked,
            &team.seeds,
            |_, enc| vec![[0; 32], random(), mlkem_secret(&stranger, enc), enc[..32].try_into().unwrap()],
            |x, enc| vec![x25519_secret(x, enc)],
        );
        m_alone += shares_opened(
            &envelope,
            locked,
            &team.seeds,
            |m, enc| vec![mlkem_secret(m, enc)],
            |_, enc| vec![[0; 32], random(), x25519_secret(&[3; 32], enc), enc[1088..].try_into().unwrap()],
        );
    }
    assert_eq!(both, 180, "the control: with both halves every share opens");
    assert_eq!((x_alone, m_alone), (0, 0));
}
