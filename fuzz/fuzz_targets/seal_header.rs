//! Headers of age files and of parts: whatever is read is written back to the same bytes.
#![no_main]

use kniha_seal::age::Header;
use kniha_seal::part::Envelope;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((header, used)) = Header::parse(bytes) {
        assert_eq!(header.write(), bytes[..used]);
    }
    if let Ok(envelope) = Envelope::parse(bytes) {
        assert_eq!(envelope.write(), bytes);
    }
});
