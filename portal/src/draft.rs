//! What was told so far: it travels in the pages, sealed, and lies nowhere.
//!
//! The twelve words are never in it, only a salted hash by which the page that sends knows whether those typed back are those that were shown. CBOR
//! `[1, practice, shown or null, statement or null, answers]`, shown is `[submission, salt, hash]`. Does no I/O.

use kniha_core::telling::Answers;
use kniha_seal::part::SubmissionId;
use kniha_seal::words::Words;
use minicbor::{Decoder, Encoder};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Longest statement on the wire, in bytes.
const MOST_STATEMENT: usize = kniha_seal::receipt::MOST_STATEMENT;

/// A report being told.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Draft {
    /// What was answered.
    pub(crate) answers: Answers,
    /// Nothing of it is to be sent.
    pub(crate) practice: bool,
    /// What the person wants to be able to prove; `None` where no receipt is wanted.
    pub(crate) statement: Option<String>,
    /// The words that were shown.
    pub(crate) shown: Option<Shown>,
}

/// What a page remembers of words that were shown. New words are a new submission, so that what was changed after sending is never taken for a double press.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// What sending will be called.
    pub(crate) submission: SubmissionId,
    salt: [u8; 16],
    hash: [u8; 32],
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("practice", &self.practice).finish_non_exhaustive()
    }
}

impl Shown {
    /// Words that are about to be shown.
    pub(crate) fn new(words: &Words, rng: &mut impl CryptoRng) -> Shown {
        let (mut submission, mut salt) = ([0; 16], [0; 16]);
        rng.fill_bytes(&mut submission);
        rng.fill_bytes(&mut salt);
        Shown { submission: SubmissionId::from_random(submission), salt, hash: hash(&salt, words) }
    }

    /// Whether these are the words.
    pub(crate) fn are(&self, words: &Words) -> bool {
        self.hash.ct_eq(&hash(&self.salt, words)).into()
    }
}

fn hash(salt: &[u8; 16], words: &Words) -> [u8; 32] {
    Sha256::new().chain_update(b"kniha/1/shown").chain_update(salt).chain_update(words.bits().expose()).finalize().into()
}

impl Draft {
    /// Its bytes.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let answers = self.answers.encode();
        let mut encoder = Encoder::new(Vec::with_capacity(answers.len() + 4096));
        let written = (|| {
            encoder.array(5)?.u8(1)?.bool(self.practice)?;
            match &self.shown {
                Some(shown) => encoder.array(3)?.bytes(shown.submission.bytes())?.bytes(&shown.salt)?.bytes(&shown.hash)?,
                None => encoder.null()?,
            };
            match &self.statement {
                Some(statement) => encoder.str(statement)?,
                None => encoder.null()?,
            };
            encoder.bytes(&answers).map(drop)
        })();
        let written: Result<(), minicbor::encode::Error<std::convert::Infallible>> = written;
        debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
        Zeroizing::new(encoder.into_writer())
    }

    /// Reads it back; `None` if the bytes are none. They come out of a sealed state, so only another version of this program can have written others.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Draft> {
        let mut decoder = Decoder::new(bytes);
        if decoder.array().ok()? != Some(5) || decoder.u8().ok()? != 1 {
            return None;
        }
        let practice = decoder.bool().ok()?;
        let shown = match optional(&mut decoder)? {
            false => None,
            true if decoder.array().ok()? == Some(3) => {
                let submission = SubmissionId::from_random(decoder.bytes().ok()?.try_into().ok()?);
                Some(Shown { submission, salt: decoder.bytes().ok()?.try_into().ok()?, hash: decoder.bytes().ok()?.try_into().ok()? })
            }
            true => return None,
        };
        let statement = match optional(&mut decoder)? {
            false => None,
            true => Some(decoder.str().ok().filter(|s| s.len() <= MOST_STATEMENT)?.to_owned()),
        };
        let answers = Answers::decode(decoder.bytes().ok()?).ok()?;
        (decoder.position() == bytes.len()).then_some(Draft { answers, practice, statement, shown })
    }

    /// Whether whoever tells is under 18.
    pub(crate) fn minor(&self) -> bool {
        self.answers.yes("tell", "minor")
    }
}

/// Whether something stands here; a null is passed over.
fn optional(decoder: &mut Decoder<'_>) -> Option<bool> {
    if decoder.datatype().ok()? == minicbor::data::Type::Null {
        decoder.null().ok()?;
        return Some(false);
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kniha_seal::secret::Secret;

    fn words(n: u8) -> Words {
        Words::from_bits(Secret::from_slice(&[n; 16]).unwrap())
    }

    #[test]
    fn a_draft_comes_back_from_its_bytes_and_never_holds_the_words() {
        let mut draft = Draft { practice: true, statement: Some("Я быў там".to_owned()), ..Draft::default() };
        draft.answers.set("tell", "account", "Бачыў.").unwrap();
        draft.shown = Some(Shown::new(&words(7), &mut crate::random()));
        let bytes = draft.encode();
        assert_eq!(Draft::decode(&bytes).unwrap(), draft);
        assert!(!bytes.windows(16).any(|window| window == [7; 16]));
        assert!((0..bytes.len()).all(|cut| Draft::decode(&bytes[..cut]).is_none()));
        let empty = Draft::default();
        assert_eq!(Draft::decode(&empty.encode()).unwrap(), empty);
    }

    #[test]
    fn only_the_words_that_were_shown_are_taken() {
        let shown = Shown::new(&words(7), &mut crate::random());
        assert!(shown.are(&words(7)) && !shown.are(&words(8)));
    }
}
