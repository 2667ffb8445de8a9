//! Texts that people carry: a member's public and secret key, a passphrase, a signature of a key list. What is read is the only text of it.
#![no_main]

use kniha_core::lang::Lang;
use kniha_seal::keyfile::{KeyFile, MemberPublic, Passphrase};
use libfuzzer_sys::fuzz_target;

#[path = "../../kniha/src/team/signature.rs"]
mod signature;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = KeyFile::decode(bytes) {
        assert_eq!(file.encode(), bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    if let Ok(key) = MemberPublic::parse(&text) {
        assert_eq!(key.to_text(), text.replace("\r\n", "\n"));
    }
    if let Ok(file) = KeyFile::parse(&text) {
        assert_eq!(KeyFile::parse(&file.to_text()).map(|file| file.encode()), Ok(file.encode()));
    }
    if let Ok(found) = Passphrase::read(&text) {
        assert!(!found.is_empty());
        for passphrase in found {
            let spoken = Lang::ALL.map(|lang| Passphrase::read(&passphrase.text(lang)));
            assert!(spoken.iter().all(|read| read.as_ref().is_ok_and(|read| read.iter().any(|one| one.bits() == passphrase.bits()))));
        }
    }
    if let Some(signature) = signature::ListSignature::parse(&text) {
        assert!(u64::try_from(text.len()).is_ok_and(|len| len <= 2 * signature::ListSignature::MOST));
        assert_eq!(signature.to_text(), text.replace("\r\n", "\n"));
    }
});
