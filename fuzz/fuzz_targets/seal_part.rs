//! Parts: covers, wrapped keys, and payloads whose sealed plaintext is the adversary's (who may hold a file key).
#![no_main]

use kniha_seal::age::{FileKey, StreamSealer};
use kniha_seal::opener;
use kniha_seal::part::{Cover, Envelope, PartId};
use kniha_seal::quorum::{Quorum, QuorumNo, Slot};
use kniha_seal::wrap::Wrap;
use kniha_seal::xwing::SecretKey;
use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::OnceLock;

/// Sealing costs more than everything that is looked at here, so one envelope serves all runs.
fn envelope() -> &'static (Envelope, FileKey) {
    static ENVELOPE: OnceLock<(Envelope, FileKey)> = OnceLock::new();
    ENVELOPE.get_or_init(|| {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let slot = Slot { slot: 1, key: SecretKey::random(&mut rng).public() };
        let quorum = Quorum::new(QuorumNo(1), 1, 1, vec![slot]).expect("one of one");
        let key = FileKey::random(&mut rng);
        (Envelope::seal(PartId::from_random([0; 16]), 0, &[&quorum], &key, &mut rng).expect("a good quorum"), key)
    })
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(cover) = Cover::decode(bytes) {
        assert_eq!(cover.encode().expect("what was read can be written"), bytes);
    }
    if let Ok(wrap) = Wrap::decode(bytes) {
        assert_eq!(wrap.encode(), bytes);
    }
    let (envelope, key) = envelope();
    let _ = opener::open(envelope, key, bytes);
    // The same bytes as plaintext, padded to a step, with their own end as the trailer.
    let (begin, trailer) = bytes.split_at(bytes.len().saturating_sub(8));
    let mut plain = begin.to_vec();
    plain.resize(bytes.len().max(16_384).next_power_of_two() - trailer.len(), 0);
    plain.extend(trailer);
    let mut payload = Vec::new();
    let mut stream = StreamSealer::new(key, &mut ChaCha20Rng::seed_from_u64(2), &mut payload);
    stream.push(&plain, &mut payload);
    stream.finish(&mut payload);
    let _ = opener::open(envelope, key, &payload);
});
