//! Mailbox blocks. A block's plaintext is the adversary's: a portal that was taken over can seal to a source's key.
#![no_main]

use kniha_seal::mailbox::{BLOCK_LEN, Block};
use kniha_seal::sign::{SigningKey, VerifyingKey};
use kniha_seal::source::MailboxId;
use kniha_seal::xwing::SecretKey;
use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::OnceLock;

const BOOK: [u8; 32] = [1; 32];
const MAILBOX: MailboxId = MailboxId([2; 16]);

fn keys() -> &'static (SecretKey, VerifyingKey) {
    static KEYS: OnceLock<(SecretKey, VerifyingKey)> = OnceLock::new();
    KEYS.get_or_init(|| {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        (SecretKey::random(&mut rng), SigningKey::random(&mut rng).public())
    })
}

fuzz_target!(|bytes: &[u8]| {
    let (key, team) = keys();
    if let Ok(block) = Block::from_bytes(bytes) {
        let _ = block.open(&BOOK, &MAILBOX, key, team);
    }
    let mut plain = bytes.to_vec();
    plain.resize(BLOCK_LEN - 1 - 1120 - 16, 0);
    let aad = [&[1], BOOK.as_slice(), &MAILBOX.0].concat();
    let sealed = key.public().seal(b"kniha/1/block", &aad, &plain, &mut ChaCha20Rng::seed_from_u64(2)).expect("a good key");
    let block = Block::from_bytes(&[&[1], sealed.enc.as_slice(), &sealed.body].concat()).expect("a whole block");
    assert!(block.open(&BOOK, &MAILBOX, key, team).is_err(), "nobody signed it");
});
