//! Frames of the sandbox; what must hold is said in `probes.rs`.
#![no_main]

#[allow(dead_code, reason = "each target uses one of them")]
#[path = "../probes.rs"]
mod probes;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| probes::examined(bytes));
