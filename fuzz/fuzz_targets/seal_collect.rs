//! What desk and portal say to each other while collecting: whatever is read is written back to the same bytes, and nothing unsigned is believed.
#![no_main]

use kniha_seal::collect::{self, Greeting, MOST_LEAF, Piece};
use kniha_seal::sign::{SIGNATURE_LEN, SigningKey, VerifyingKey};
use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::OnceLock;

const BOOK: [u8; 32] = [1; 32];

fn desk() -> &'static VerifyingKey {
    static DESK: OnceLock<VerifyingKey> = OnceLock::new();
    DESK.get_or_init(|| SigningKey::random(&mut ChaCha20Rng::seed_from_u64(1)).public())
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(greeting) = Greeting::decode(bytes) {
        assert_eq!(greeting.encode(), bytes);
    }
    if let Ok(listed) = collect::decode_listed(bytes) {
        assert_eq!(collect::encode_listed(&listed), bytes);
    }
    if let Ok(leaves) = collect::decode_leaves(bytes) {
        assert_eq!(collect::encode_leaves(&leaves), bytes);
    }
    let mut stream = bytes;
    if let Ok(piece) = Piece::read(&mut stream, MOST_LEAF) {
        assert_eq!(piece.encode(), bytes[..bytes.len() - stream.len()]);
    }
    // As it came, and behind everything that a request begins with.
    let begun = [b"kniha-collect\x01".as_slice(), &[0; SIGNATURE_LEN], &BOOK, &[0; 16], &[0, 0, 0, 0, 0, 0, 0, 1], bytes].concat();
    for request in [bytes, &begun] {
        let mut greeting = Greeting { run: [0; 16], number: 0, list_no: 1 };
        assert!(greeting.accept(request, &BOOK, desk()).is_err() && greeting.number == 0, "nobody signed it");
    }
});
