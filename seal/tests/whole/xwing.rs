//! A second implementation of X-Wing (libcrux, with an ML-KEM that was verified in F*) agrees with the one that seals here.

use kniha_seal::xwing::{PublicKey, SecretKey};
use libcrux_kem::{Algorithm, Ct, PublicKey as Second};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{hpke, rounds};

#[test]
fn two_implementations_agree_on_keys_and_encapsulations() {
    let mut rng = ChaCha20Rng::seed_from_u64(31);
    for round in 0..rounds() {
        let ours = SecretKey::random(&mut rng);
        let public = ours.public().to_bytes();
        // Keys grown from the same seed.
        let (theirs, their_public) = libcrux_kem::key_gen_derand(Algorithm::XWingKemDraft06, ours.seed().expose()).unwrap();
        assert_eq!(their_public.encode(), public, "round {round}");
        // We seal, they open.
        let mut plain = [0; 16];
        rng.fill_bytes(&mut plain);
        let sealed = PublicKey::from_bytes(&public).unwrap().seal(b"info", b"aad", &plain, &mut rng).unwrap();
        let secret = Ct::decode(Algorithm::XWingKemDraft06, sealed.enc.as_slice()).unwrap().decapsulate(&theirs).unwrap().encode();
        assert_eq!(hpke::open(&secret, b"info", b"aad", &sealed.body).unwrap(), plain, "round {round}");
        // They seal, we open.
        let mut randomness = [0; 64];
        rng.fill_bytes(&mut randomness);
        let (secret, enc) = Second::decode(Algorithm::XWingKemDraft06, &public).unwrap().encapsulate_derand(&randomness).unwrap();
        let body = hpke::seal(&secret.encode(), b"info", b"aad", &plain);
        assert_eq!(ours.open(b"info", b"aad", &enc.encode(), &body).unwrap().as_slice(), plain, "round {round}");
    }
}
