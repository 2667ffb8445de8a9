//! Lines of an export: whatever is read as a line is written back to the same line.
#![no_main]

use kniha_store::Line;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(line) = serde_json::from_str::<Line>(text) {
        let written = serde_json::to_string(&line).expect("a line can be written");
        // A number too large for a fraction is read as infinity and cannot be written as JSON; the door of core refuses it later.
        if let Ok(again) = serde_json::from_str::<Line>(&written) {
            assert_eq!(again, line);
        }
    }
});
