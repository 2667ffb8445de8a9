//! A source's words: any text is twelve words or an error, and words read back in every language.
#![no_main]

use kniha_core::lang::Lang;
use kniha_seal::words::Words;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (page, text) = input;
    if let Ok(words) = Words::parse(text, Lang::ALL[usize::from(page) % 4]) {
        for lang in Lang::ALL {
            assert_eq!(Words::parse(&words.text(lang), lang).as_ref(), Ok(&words));
        }
    }
});
