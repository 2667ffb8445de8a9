//! Key lists: whatever is read is written back to the same bytes.
#![no_main]

use kniha_seal::keylist::SignedList;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(list) = SignedList::decode(bytes) {
        assert_eq!(list.encode(), bytes);
    }
});
