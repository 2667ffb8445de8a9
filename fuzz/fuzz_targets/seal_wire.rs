//! Bundles, heads of files and collections of key lists: whatever is read is written back to the same bytes.
#![no_main]

use kniha_seal::wire;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((parts, leaf)) = wire::decode_bundle(bytes) {
        let mut written = [b"kniha-bundle\x01".as_slice(), &[u8::try_from(parts.len()).expect("at most eight")]].concat();
        for part in &parts {
            assert_eq!(part.payload.len(), parts[0].payload.len(), "all of one length");
            for piece in [&part.header, &part.payload] {
                written.extend(u32::try_from(piece.len()).expect("a length came with it").to_be_bytes());
                written.extend(piece);
            }
        }
        assert_eq!([written, leaf].concat(), bytes);
    }
    match wire::decode_file_head(bytes) {
        Ok(Some(head)) => assert_eq!(wire::encode_file_head(&head.header), bytes[..head.payload_at]),
        Ok(None) => assert!(bytes.len() < wire::MOST_FILE_HEAD + 64, "a head of any length is awaited"),
        Err(_) => {}
    }
    if let Ok(lists) = wire::decode_keys(bytes) {
        let lists: Vec<_> = lists.iter().map(|list| list.encode()).collect();
        assert_eq!(wire::encode_keys(lists.iter().map(Vec::as_slice)), bytes);
    }
});
