//! Mailbox blocks: the team's answers, each 8,192 bytes, of which the portal knows nothing.
//!
//! A block is sealed to the source's reply key for one mailbox of one book and signed by the team inside. Four are always served, filled up with blocks
//! that nobody can open; words that nobody was given open four of those. Randomness is an argument; does no I/O.

use rand_core::CryptoRng;

use crate::cbor::{CborError, Reader, Writer};
use crate::part::Day;
use crate::sign::{self, Purpose, SIGNATURE_LEN, SignError, Signature, SigningKey, VerifyingKey};
use crate::source::MailboxId;
use crate::xwing::{ENC_LEN, PublicKey, SecretKey, TAG_LEN, XWingError};

/// Bytes of a block.
pub const BLOCK_LEN: usize = 8192;
/// Blocks served at every visit.
pub const SERVED: usize = 4;
/// Longest text of an answer, in bytes of UTF-8; longer answers are several blocks.
pub const MOST_TEXT: usize = 3500;
const VERSION: u8 = 1;
const FIELDS: usize = 7;
const MOST_LANG: usize = 35;
const PLAIN_LEN: usize = BLOCK_LEN - 1 - ENC_LEN - TAG_LEN;
const INFO: &[u8] = b"kniha/1/block";
const WHAT: &str = "the answer in the block";

/// Why a block was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// Not [`BLOCK_LEN`] bytes.
    #[error("a block has {BLOCK_LEN} bytes and not {bytes}")]
    Length {
        /// How many there are.
        bytes: usize,
    },
    /// A version from a later program.
    #[error("the block has version {version}, and this program reads {VERSION}")]
    Version {
        /// Which one.
        version: u8,
    },
    /// Not sealed to this mailbox: a filler, or changed.
    #[error("the block does not open for this mailbox")]
    Closed(#[source] XWingError),
    /// What is inside is malformed.
    #[error("the block holds no answer")]
    Malformed(#[source] CborError),
    /// The team did not sign it.
    #[error("the answer is not signed by the team")]
    Signature(#[source] SignError),
    /// A text or language that has no room.
    #[error("an answer has at most {MOST_TEXT} bytes and this one has {bytes}")]
    TooLong {
        /// How many.
        bytes: usize,
    },
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// A text.
    Text,
    /// A state in plain words: read, used, refused.
    Status,
    /// A question.
    Request,
}

/// An answer of the team.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its number in the mailbox, counted from 1.
    pub seq: u32,
    /// What it is.
    pub kind: AnswerKind,
    /// Language of the text, BCP 47.
    pub lang: String,
    /// The day it was written.
    pub day: Day,
    /// Number of the key list whose reply key signed it.
    pub list_no: u32,
    /// The text.
    pub text: String,
}

/// A block as it is stored and served.
#[derive(Clone, PartialEq, Eq)]
pub struct Block(Box<[u8; BLOCK_LEN]>);

impl AnswerKind {
    const ALL: [AnswerKind; 3] = [AnswerKind::Text, AnswerKind::Status, AnswerKind::Request];
}

/// What the team wrote to a source must not be told by a log.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("seq", &self.seq).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Block")
    }
}

impl Answer {
    /// The bytes that the team signs for [`Purpose::Reply`].
    ///
    /// # Errors
    /// [`BlockError::TooLong`] if the text has no room.
    fn to_sign(&self, book: &[u8; 32], mailbox: &MailboxId) -> Result<Vec<u8>, BlockError> {
        Ok([book.as_slice(), &mailbox.0, &self.encode()?].concat())
    }

    fn encode(&self) -> Result<Vec<u8>, BlockError> {
        if self.text.len() > MOST_TEXT || self.lang.len() > MOST_LANG {
            return Err(BlockError::TooLong { bytes: self.text.len() });
        }
        let mut w = Writer::new();
        w.array(FIELDS).uint(VERSION.into()).uint(self.seq.into()).uint(self.kind as u64).text(&self.lang);
        w.uint(self.day.0.into()).uint(self.list_no.into()).text(&self.text);
        Ok(w.finish())
    }

    fn decode(bytes: &[u8]) -> Result<Answer, BlockError> {
        let mut r = Reader::new(bytes, WHAT);
        let answer = Answer::fields(&mut r).map_err(BlockError::Malformed)?;
        r.finish(&answer.encode()?).map_err(BlockError::Malformed)?;
        Ok(answer)
    }

    fn fields(r: &mut Reader<'_>) -> Result<Answer, CborError> {
        r.array(FIELDS)?;
        if r.uint()? != u64::from(VERSION) {
            return Err(r.bad());
        }
        Ok(Answer {
            seq: r.small()?,
            kind: AnswerKind::ALL.get(r.small::<usize>()?).copied().ok_or(r.bad())?,
            lang: r.text(MOST_LANG)?.to_owned(),
            day: Day(r.small()?),
            list_no: r.small()?,
            text: r.text(MOST_TEXT)?.to_owned(),
        })
    }
}

impl Block {
    /// Seals an answer to a source, signed with the team's reply key.
    ///
    /// # Errors
    /// [`BlockError::TooLong`] if the text has no room.
    pub fn seal(
        book: &[u8; 32],
        mailbox: &MailboxId,
        to: &PublicKey,
        answer: &Answer,
        team: &SigningKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Block, BlockError> {
        let signature = team.sign(Purpose::Reply, &answer.to_sign(book, mailbox)?);
        let written = answer.encode()?;
        let len = u16::try_from(written.len()).map_err(|_| BlockError::TooLong { bytes: written.len() })?;
        let mut plain = zeroize::Zeroizing::new([&len.to_be_bytes(), written.as_slice(), signature.bytes()].concat());
        plain.resize(PLAIN_LEN, 0);
        Block::of(book, mailbox, to, &plain, rng)
    }

    /// A block that nobody can open, and that nobody can tell from one that somebody can: sealed to a key that is forgotten at once.
    ///
    /// # Errors
    /// [`BlockError::Closed`] if the primitive refuses.
    pub fn filler(rng: &mut impl CryptoRng) -> Result<Block, BlockError> {
        let key = SecretKey::random(rng);
        Block::of(&[0; 32], &MailboxId([0; 16]), &key.public(), &[0; PLAIN_LEN], rng)
    }

    fn of(book: &[u8; 32], mailbox: &MailboxId, to: &PublicKey, plain: &[u8], rng: &mut impl CryptoRng) -> Result<Block, BlockError> {
        let sealed = to.seal(INFO, &aad(book, mailbox), plain, rng).map_err(BlockError::Closed)?;
        Block::from_bytes(&[&[VERSION], sealed.enc.as_slice(), &sealed.body].concat())
    }

    /// Opens an answer with the source's reply key, and checks that the team signed it.
    ///
    /// # Errors
    /// [`BlockError::Closed`] for fillers and what is not for this mailbox; other variants for what should not be.
    pub fn open(&self, book: &[u8; 32], mailbox: &MailboxId, key: &SecretKey, team: &VerifyingKey) -> Result<Answer, BlockError> {
        if self.0[0] != VERSION {
            return Err(BlockError::Version { version: self.0[0] });
        }
        let (enc, body) = self.0[1..].split_at(ENC_LEN);
        let plain = key.open(INFO, &aad(book, mailbox), enc, body).map_err(BlockError::Closed)?;
        let bad = BlockError::Malformed(CborError { what: WHAT, at: 0 });
        let (len, rest) = plain.split_first_chunk::<2>().ok_or(bad)?;
        let (written, rest) = rest.split_at_checked(u16::from_be_bytes(*len).into()).ok_or(bad)?;
        let (signature, zeros) = rest.split_at_checked(SIGNATURE_LEN).ok_or(bad)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(bad);
        }
        let answer = Answer::decode(written)?;
        let signature = Signature::from_bytes(signature).map_err(BlockError::Signature)?;
        team.verify(Purpose::Reply, &answer.to_sign(book, mailbox)?, &signature).map_err(BlockError::Signature)?;
        Ok(answer)
    }

    /// The block in these bytes.
    ///
    /// # Errors
    /// [`BlockError::Length`] unless there are [`BLOCK_LEN`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Block, BlockError> {
        bytes.try_into().map(|bytes| Block(Box::new(bytes))).map_err(|_| BlockError::Length { bytes: bytes.len() })
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; BLOCK_LEN] {
        &self.0
    }
}

/// What is served at a visit: the newest [`SERVED`] blocks, filled up. `stored` is oldest first.
///
/// # Errors
/// [`BlockError`] if a filler cannot be made.
pub fn serve(stored: &[Block], rng: &mut impl CryptoRng) -> Result<Vec<Block>, BlockError> {
    // As many fillers as always are made, so that an empty mailbox takes no longer.
    let fillers = (0..SERVED).map(|_| Block::filler(rng)).collect::<Result<Vec<Block>, _>>()?;
    let newest = &stored[stored.len().saturating_sub(SERVED)..];
    Ok(newest.iter().cloned().chain(fillers).take(SERVED).collect())
}

fn aad(book: &[u8; 32], mailbox: &MailboxId) -> Vec<u8> {
    [&[VERSION], book.as_slice(), &mailbox.0].concat()
}

const _: () = assert!(PLAIN_LEN > 2 + 64 + MOST_LANG + MOST_TEXT + sign::SIGNATURE_LEN, "the longest answer has room");

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::source::Source;
    use crate::tests::rng;
    use crate::words::Words;

    const BOOK: [u8; 32] = [1; 32];

    pub(crate) fn answer(text: &str) -> Answer {
        Answer { seq: 1, kind: AnswerKind::Request, lang: "be".to_owned(), day: Day(20_800), list_no: 3, text: text.to_owned() }
    }

    fn sealed(text: &str) -> (Source, SigningKey, Block) {
        let mut rng = rng(111);
        let (source, team) = (Source::new(&BOOK, &Words::random(&mut rng)), SigningKey::random(&mut rng));
        let block = Block::seal(&BOOK, &source.mailbox(), &source.reply().public(), &answer(text), &team, &mut rng).unwrap();
        (source, team, block)
    }

    #[test]
    fn an_answer_comes_back_with_the_words_alone() {
        let (source, team, block) = sealed("Дзе гэта было?");
        let opened = block.open(&BOOK, &source.mailbox(), &source.reply(), &team.public()).unwrap();
        assert_eq!(opened, answer("Дзе гэта было?"));
        let other = Source::new(&BOOK, &Words::random(&mut rng(112)));
        assert_eq!(block.open(&BOOK, &other.mailbox(), &other.reply(), &team.public()), Err(BlockError::Closed(XWingError::Closed)));
    }

    #[test]
    fn every_changed_byte_of_a_block_is_refused() {
        let (source, team, block) = sealed("Дзе?");
        let (mailbox, reply, team) = (source.mailbox(), source.reply(), team.public());
        for i in 0..BLOCK_LEN {
            let mut bytes = *block.bytes();
            bytes[i] ^= 1;
            let refused = Block::from_bytes(&bytes).unwrap().open(&BOOK, &mailbox, &reply, &team);
            assert!(matches!(refused, Err(BlockError::Closed(_) | BlockError::Version { .. })), "byte {i}: {refused:?}");
        }
        assert_eq!(Block::from_bytes(&block.bytes()[1..]), Err(BlockError::Length { bytes: BLOCK_LEN - 1 }));
    }

    /// A portal that was taken over can seal to a source's key if it ever saw it. It cannot sign.
    #[test]
    fn an_answer_that_the_team_did_not_sign_is_refused() {
        let mut rng = rng(113);
        let (source, team, _) = sealed("");
        let police = SigningKey::random(&mut rng);
        let forged = Block::seal(&BOOK, &source.mailbox(), &source.reply().public(), &answer("Прыходзьце заўтра"), &police, &mut rng).unwrap();
        let refused = forged.open(&BOOK, &source.mailbox(), &source.reply(), &team.public());
        assert_eq!(refused, Err(BlockError::Signature(SignError::Wrong)));
    }

    #[test]
    fn a_text_too_long_is_refused() {
        assert!(answer(&"ў".repeat(1750)).to_sign(&BOOK, &MailboxId([0; 16])).is_ok());
        assert_eq!(answer(&"ў".repeat(1751)).to_sign(&BOOK, &MailboxId([0; 16])), Err(BlockError::TooLong { bytes: 3502 }));
    }

    #[test]
    fn four_blocks_are_served_whatever_is_there() {
        let (source, team, block) = sealed("Дзе?");
        for there in [0, 1, 4, 9] {
            let served = serve(&vec![block.clone(); there], &mut rng(114)).unwrap();
            assert_eq!(served.len(), SERVED);
            let opened = served.iter().filter(|b| b.open(&BOOK, &source.mailbox(), &source.reply(), &team.public()).is_ok()).count();
            assert_eq!(opened, there.min(SERVED));
        }
    }
}
