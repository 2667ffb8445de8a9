//! Bodies of an upload. `@` at the beginning of an input stands for a good state's field, so that fuzzing reaches what comes after it.
#![no_main]

use std::sync::OnceLock;

use axum::http::StatusCode;
use kniha_seal::submission::Follow;
use libfuzzer_sys::fuzz_target;

#[allow(dead_code, reason = "each target uses some of it")]
#[path = "../portal.rs"]
mod portal;

const TYPE: &str = "multipart/form-data; boundary=edge";

/// The field of a state that gives every file the same number: the inbox keeps the first and says of all others that it has them.
fn state() -> Vec<u8> {
    let source = portal::source();
    let voice = source.voice();
    let (ed25519, mldsa) = voice.seeds();
    let deposit = source.deposit().public().to_bytes();
    // A submission, the team's door, then keys.
    let follow = [&[7; 16][..], &[0], &deposit, ed25519.expose(), mldsa.expose()].concat();
    assert!(Follow::decode(&follow).is_some());
    let state = portal::stage().seal("file", &[&[0, 0, 0, 0, 1], follow.as_slice()].concat());
    format!("--edge\r\nContent-Disposition: form-data; name=\"state\"\r\n\r\n{state}\r\n").into_bytes()
}

fn checked_state() -> &'static [u8] {
    static STATE: OnceLock<Vec<u8>> = OnceLock::new();
    STATE.get_or_init(|| {
        let state = state();
        let rest = b"--edge\r\nContent-Disposition: form-data; name=\"about\"\r\n\r\n\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\na\r\n--edge--\r\n";
        assert_eq!(portal::stage().post("/be/file", TYPE, [state.as_slice(), rest].concat()), StatusCode::OK);
        assert_eq!(portal::stage().parts(), 2, "a good upload is taken");
        state
    })
}

fuzz_target!(|bytes: &[u8]| {
    let body = match bytes.strip_prefix(b"@") {
        Some(rest) => [checked_state(), rest].concat(),
        None => bytes.to_vec(),
    };
    let _ = portal::stage().post("/be/file", TYPE, body);
    assert!(portal::stage().parts() <= 2);
});
