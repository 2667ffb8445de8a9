//! What pages remember: as text that somebody sends instead, and as content that was sealed under the right key all the same.
#![no_main]

use kniha_seal::submission::{Back, Follow};
use libfuzzer_sys::fuzz_target;

#[allow(dead_code, reason = "each target uses some of it")]
#[path = "../portal.rs"]
mod portal;

/// Pages with a state, what theirs is sealed for, and what else they are sent.
const PAGES: [(&str, &str, &str); 6] = [
    ("/be/tell", "tell", "&at=account&go=next"),
    ("/be/tell", "tell", "&at=check&go=next"),
    ("/be/tell", "tell", "&at=type&go=send&words=a"),
    ("/ru/back/add", "back", "&stay=1"),
    ("/uk/back/withdraw", "back", ""),
    ("/en/back/delete", "back", ""),
];

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (page, sealed, bytes) = input;
    for decoded in [Back::decode(bytes).map(|back| back.encode()), Follow::decode(bytes).map(|follow| follow.encode())].into_iter().flatten() {
        assert_eq!(decoded.as_slice(), bytes);
    }
    let stage = portal::stage();
    let (path, purpose, more) = PAGES[usize::from(page) % PAGES.len()];
    let state = if sealed { stage.seal(purpose, bytes) } else { escaped(bytes) };
    let _ = stage.post(path, "application/x-www-form-urlencoded", format!("state={state}{more}").into_bytes());
});

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if byte.is_ascii_alphanumeric() || b"-_".contains(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
