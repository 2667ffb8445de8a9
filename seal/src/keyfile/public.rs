//! A member's public key as a text that can be sent, and the ten words by which two people know on the telephone that they hold the same one.
//!
//! `kniha-public-key 1`, base64 in lines of 64, `check` and the fingerprint in hexadecimal. One key has one text; a reader allows the line ends that mail
//! makes of it and nothing else. Ten words are 110 bits: nobody makes a second key with the same ones. Eight are a passphrase, twelve a source's words,
//! six those of the week, so that ten are taken for nothing else. Does no I/O.

use data_encoding::{BASE64, HEXLOWER};
use kniha_core::commit::Hash;
use kniha_core::lang::Lang;

use crate::label;
use crate::sign::{self, VerifyingKey};
use crate::words;
use crate::xwing::{self, KeyId, PublicKey};

/// Words of a fingerprint.
pub const SPOKEN_WORDS: usize = 10;
const VERSION: u32 = 1;
const HEAD: &str = "kniha-public-key ";
const CHECK: &str = "check ";
const COLUMNS: usize = 64;
const BYTES: usize = xwing::PUBLIC_LEN + sign::PUBLIC_LEN;
/// Longest text that is looked at, in bytes.
const MOST: usize = 8192;

/// Why a text is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicTextError {
    /// It does not begin as one does.
    #[error("the text is not a member's public key")]
    NotAKey,
    /// A version from a later program.
    #[error("the public key has version {version}, and this program reads {VERSION}")]
    Version {
        /// Which one.
        version: u32,
    },
    /// Letters are missing, or there are too many.
    #[error("the public key is cut, or its lines were changed")]
    Lines,
    /// The letters are not those that were written.
    #[error("the public key does not fit its check: letters were changed on the way")]
    Check,
    /// It fits its check and is no key.
    #[error("the text holds no keys that could work")]
    Keys,
}

/// The public half of a member's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberPublic {
    /// To which key shares are sealed.
    pub opening: PublicKey,
    /// By which key the member's signatures are checked.
    pub signing: VerifyingKey,
}

impl MemberPublic {
    /// The hash of both keys.
    #[must_use]
    pub fn fingerprint(&self) -> Hash {
        fingerprint(&self.bytes())
    }

    /// The id of the opening key, which stands in the headers of parts.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.opening.id()
    }

    /// The fingerprint in words.
    #[must_use]
    pub fn spoken(&self, lang: Lang) -> [&'static str; SPOKEN_WORDS] {
        spoken(&self.fingerprint(), lang)
    }

    fn bytes(&self) -> Vec<u8> {
        [&self.opening.to_bytes()[..], self.signing.bytes()].concat()
    }

    /// The key as a text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let bytes = self.bytes();
        let letters = BASE64.encode(&bytes);
        let mut text = format!("{HEAD}{VERSION}\n");
        let mut rest = letters.as_str();
        while !rest.is_empty() {
            let (line, next) = rest.split_at(rest.len().min(COLUMNS));
            text.push_str(line);
            text.push('\n');
            rest = next;
        }
        text.push_str(&format!("{CHECK}{}\n", HEXLOWER.encode(&fingerprint(&bytes).0)));
        text
    }

    /// Reads a text.
    ///
    /// # Errors
    /// [`PublicTextError`] unless it is the only text of a key.
    pub fn parse(text: &str) -> Result<MemberPublic, PublicTextError> {
        let mut lines = text.get(..text.len().min(MOST)).unwrap_or("").lines();
        let version = lines.next().and_then(|line| line.strip_prefix(HEAD)).ok_or(PublicTextError::NotAKey)?;
        match version.parse() {
            Ok(VERSION) => {}
            Ok(version) => return Err(PublicTextError::Version { version }),
            Err(_) => return Err(PublicTextError::NotAKey),
        }
        let mut letters = String::with_capacity(BYTES.div_ceil(3) * 4);
        let mut check = None;
        for line in lines.by_ref() {
            if let Some(hash) = line.strip_prefix(CHECK) {
                check = Some(hash);
                break;
            }
            letters.push_str(line);
        }
        let check = check.ok_or(PublicTextError::Lines)?;
        let bytes = BASE64.decode(letters.as_bytes()).ok().filter(|bytes| bytes.len() == BYTES).ok_or(PublicTextError::Lines)?;
        if HEXLOWER.encode(&fingerprint(&bytes).0) != check {
            return Err(PublicTextError::Check);
        }
        let (opening, signing) = bytes.split_at(xwing::PUBLIC_LEN);
        let opening = PublicKey::from_bytes(opening).map_err(|_| PublicTextError::Keys)?;
        let public = MemberPublic { opening, signing: VerifyingKey::from_bytes(signing).map_err(|_| PublicTextError::Keys)? };
        if text.replace("\r\n", "\n") == public.to_text() { Ok(public) } else { Err(PublicTextError::Lines) }
    }
}

fn fingerprint(bytes: &[u8]) -> Hash {
    label::hash("kniha/1/member", &[bytes])
}

/// Ten words of a hash, for two people to compare aloud.
#[must_use]
pub fn spoken(hash: &Hash, lang: Lang) -> [&'static str; SPOKEN_WORDS] {
    words::spoken(&hash.0, lang)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::MemberKey;
    use super::*;
    use crate::tests::rng;
    use proptest::prelude::*;

    fn text() -> (MemberPublic, String) {
        let public = MemberKey::random(&mut rng(220)).public();
        let text = public.to_text();
        (public, text)
    }

    #[test]
    fn a_public_key_reads_back_also_with_the_line_ends_of_mail() {
        let (public, text) = text();
        assert_eq!((text.lines().count(), text.lines().map(str::len).max()), (69, Some(70)));
        assert_eq!(MemberPublic::parse(&text), Ok(public.clone()));
        assert_eq!(MemberPublic::parse(&text.replace('\n', "\r\n")), Ok(public.clone()));
        assert_eq!(public.spoken(Lang::Be).len(), SPOKEN_WORDS);
    }

    #[test]
    fn a_changed_cut_or_longer_text_is_refused() {
        let (public, text) = text();
        for end in (0..text.len()).step_by(7).chain([text.len() - 1]) {
            assert!(MemberPublic::parse(&text[..end]).is_err(), "cut to {end}");
        }
        for at in (0..text.len()).step_by(11) {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_ne!(MemberPublic::parse(&String::from_utf8(changed).unwrap()), Ok(public.clone()), "letter {at}");
        }
        for (changed, error) in [
            (text.replacen('1', "2", 1), PublicTextError::Version { version: 2 }),
            (format!("{text}\n"), PublicTextError::Lines),
            (text.replacen("\n", "\n\n", 2), PublicTextError::Lines),
            (format!(" {text}"), PublicTextError::NotAKey),
            (String::new(), PublicTextError::NotAKey),
        ] {
            assert_eq!(MemberPublic::parse(&changed), Err(error));
        }
    }

    #[test]
    fn bytes_that_fit_their_check_and_are_no_key_are_refused() {
        let (_, text) = text();
        let letters: String = text.lines().skip(1).filter(|line| !line.starts_with(CHECK)).collect();
        let mut bytes = BASE64.decode(letters.as_bytes()).unwrap();
        // A coefficient out of range, as ML-KEM forbids.
        bytes[..3].fill(0xff);
        let letters = BASE64.encode(&bytes);
        let lines: Vec<&str> = (0..letters.len()).step_by(COLUMNS).map(|at| &letters[at..letters.len().min(at + COLUMNS)]).collect();
        let forged = format!("{HEAD}1\n{}\n{CHECK}{}\n", lines.join("\n"), HEXLOWER.encode(&fingerprint(&bytes).0));
        assert_eq!(MemberPublic::parse(&forged), Err(PublicTextError::Keys));
    }

    proptest! {
        #[test]
        fn any_text_is_a_key_or_an_error(text in "(kniha-public-key 1\n)?[ -~\n]{0,300}(check )?") {
            prop_assert!(MemberPublic::parse(&text).is_err());
        }
    }
}
