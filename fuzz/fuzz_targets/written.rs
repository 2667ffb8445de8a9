//! Written values: whatever is read is written back to the same value.
#![no_main]

use kniha_core::vocab;
use kniha_core::value::Value;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, String)| {
    let (which, text) = input;
    let properties: Vec<_> = vocab::NodeKind::ALL.iter().flat_map(|kind| vocab::properties(*kind)).collect();
    let property = properties[usize::from(which) % properties.len()];
    if let Ok(value) = Value::parse(property, &text, None) {
        let written = value.written().expect("only sealed values have no written form");
        assert_eq!(Value::parse(property, &written, None), Ok(value));
    }
});
