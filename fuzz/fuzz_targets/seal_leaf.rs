//! Leaves of the log: whatever is read is written back to the same bytes.
#![no_main]

use kniha_seal::leaf::Leaf;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // As it came, and as each of the two kinds.
    for kind in [&[][..], &[1, 0], &[1, 1]] {
        let bytes = [kind, bytes].concat();
        if let Ok(leaf) = Leaf::decode(&bytes) {
            assert_eq!(leaf.encode(), bytes);
        }
    }
});
