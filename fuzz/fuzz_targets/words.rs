//! Search words and names: never a panic, always bounded, always the same.
#![no_main]

use kniha_core::words;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (a, b) = input;
    let folded = words::fold(a);
    assert_eq!(words::fold(&folded), folded);
    for token in words::tokens(a) {
        assert!(!token.is_empty() && !token.contains(|c: char| c.is_whitespace() || c == '"' || c == '\''));
    }
    assert!(words::name_keys(a).len() <= words::MOST_KEYS);
    let (a_heard, b_heard) = (words::Heard::of(a), words::Heard::of(b));
    assert!(a_heard.likeness(&b_heard) <= 1000);
    for range in words::matched_words(a, b) {
        assert!(b.get(range).is_some());
    }
    words::sort_key(a);
});
