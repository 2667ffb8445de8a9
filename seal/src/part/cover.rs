//! The cover: what stands before the content inside a part's payload.
//!
//! CBOR, version 1, written out in `docs/formats/sealing.md`. At most [`MOST_COVER`] bytes, so that cover and its length stand in the first chunk. A source
//! who keeps words signs it with their voice key over the cover and the content's hash; a streamed file is vouched for by the [`FileRef`] of a signed
//! part. Does no I/O.

use kniha_core::commit::Hash;

use super::{Compartment, Day, PartId, PartKind, SubmissionId};
use crate::cbor::{CborError, Reader, Writer};
use crate::secret::Secret;
use crate::sign::{self, Purpose, Signature, SigningKey, VerifyingKey};
use crate::xwing::{self, PublicKey};

/// Longest cover, in bytes: with its length it fits a first chunk of 65,536.
pub const MOST_COVER: usize = 65_000;
/// Most files of a submission.
pub const MOST_FILES: usize = 50;
const VERSION: u64 = 1;
const FIELDS: usize = 14;
/// Longest language tag (BCP 47 §4.4.1).
const MOST_LANG: usize = 35;
/// Longest file name, in bytes of UTF-8.
const MOST_NAME: usize = 255;
/// Longest claimed media type (RFC 6838 §4.2).
const MOST_TYPE: usize = 255;
const WHAT: &str = "the cover of the part";

/// Why a cover was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoverError {
    /// Not the bytes of a cover.
    #[error("the cover of the part is malformed")]
    Malformed(#[source] CborError),
    /// A version from a later program.
    #[error("the cover of the part has version {version}, and this program reads {VERSION}")]
    Version {
        /// Which one.
        version: u64,
    },
    /// Something is longer or more than the format has room for.
    #[error("{what} of the cover is longer than {most}")]
    TooLong {
        /// Which field.
        what: &'static str,
        /// Bytes or pieces allowed.
        most: usize,
    },
    /// It has no signature where one is needed.
    #[error("the part is not signed")]
    Unsigned,
    /// The signature is not the source's.
    #[error("the part is not signed with the source's voice")]
    Voice(#[source] sign::SignError),
}

/// By which keys a source can be answered and known again. Absent from what was sent one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceKeys {
    /// Where answers go.
    pub mailbox: [u8; 16],
    /// To which key they are sealed.
    pub reply: PublicKey,
    /// With which key the source signs.
    pub voice: VerifyingKey,
}

/// What ties the part to a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRef {
    /// Salts of the fields grow from it.
    pub salts_seed: Secret<32>,
    /// Merkle root over the fields.
    pub fields_root: Hash,
    /// The commitment in the log.
    pub commitment: Hash,
    /// The newest checkpoint the sender had seen.
    pub prior_checkpoint: Option<Hash>,
}

/// One sealed file of the submission.
#[derive(Clone, PartialEq, Eq)]
pub struct FileRef {
    /// The part that holds it.
    pub part: PartId,
    /// Hash of its payload as stored.
    pub payload_sha256: Hash,
    /// Hash of its bytes as uploaded.
    pub content_sha256: Hash,
    /// Its length in bytes.
    pub content_len: u64,
    /// The name it came with: testimony, never a path.
    pub name: String,
    /// The media type it came with.
    pub claimed_type: String,
}

/// What a part says of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Cover {
    /// The book it was sent to.
    pub book: [u8; 32],
    /// The part.
    pub part: PartId,
    /// The submission it belongs to.
    pub submission: SubmissionId,
    /// What it does.
    pub kind: PartKind,
    /// Which share of the submission it holds.
    pub compartment: Compartment,
    /// Version of the form that was filled in.
    pub form_version: u32,
    /// Language it was filled in, BCP 47.
    pub lang: String,
    /// The day it was sent.
    pub day: Day,
    /// Number of the key list it was sealed under.
    pub list_no: u32,
    /// How to answer the source.
    pub source: Option<SourceKeys>,
    /// Its receipt.
    pub receipt: Option<ReceiptRef>,
    /// Files of the submission that this part vouches for.
    pub files: Vec<FileRef>,
    /// The source's signature.
    pub signature: Option<Signature>,
}

impl Cover {
    /// The cover's bytes.
    ///
    /// # Errors
    /// [`CoverError::TooLong`] says what has no room.
    pub fn encode(&self) -> Result<Vec<u8>, CoverError> {
        let fits = |what, len, most| if len <= most { Ok(()) } else { Err(CoverError::TooLong { what, most }) };
        fits("the language", self.lang.len(), MOST_LANG)?;
        fits("the list of files", self.files.len(), MOST_FILES)?;
        for file in &self.files {
            fits("a file name", file.name.len(), MOST_NAME)?;
            fits("a media type", file.claimed_type.len(), MOST_TYPE)?;
        }
        let mut w = Writer::new();
        w.array(FIELDS).uint(VERSION).bytes(&self.book).bytes(self.part.bytes()).bytes(self.submission.bytes());
        w.uint(self.kind.code().into()).uint(self.compartment.code().into()).uint(self.form_version.into()).text(&self.lang);
        w.uint(self.day.0.into()).uint(self.list_no.into());
        w.optional(self.source.as_ref(), |w, s| w.array(3).bytes(&s.mailbox).bytes(&s.reply.to_bytes()).bytes(s.voice.bytes()));
        w.optional(self.receipt.as_ref(), |w, r| {
            w.array(4).bytes(r.salts_seed.expose()).bytes(&r.fields_root.0).bytes(&r.commitment.0);
            w.optional(r.prior_checkpoint, |w, hash| w.bytes(&hash.0))
        });
        w.array(self.files.len());
        for f in &self.files {
            w.array(6).bytes(f.part.bytes()).bytes(&f.payload_sha256.0).bytes(&f.content_sha256.0).uint(f.content_len).text(&f.name).text(&f.claimed_type);
        }
        w.optional(self.signature.as_ref(), |w, s| w.bytes(s.bytes()));
        let bytes = w.finish();
        fits("all", bytes.len(), MOST_COVER)?;
        Ok(bytes)
    }

    /// Reads a cover.
    ///
    /// # Errors
    /// [`CoverError`] unless the bytes are one cover in its only form.
    pub fn decode(bytes: &[u8]) -> Result<Cover, CoverError> {
        let mut r = Reader::new(bytes, WHAT);
        r.array(FIELDS).map_err(CoverError::Malformed)?;
        let version = r.uint().map_err(CoverError::Malformed)?;
        if version != VERSION {
            return Err(CoverError::Version { version });
        }
        let cover = Cover::fields(&mut r).map_err(CoverError::Malformed)?;
        r.finish(&cover.encode()?).map_err(CoverError::Malformed)?;
        Ok(cover)
    }

    fn fields(r: &mut Reader<'_>) -> Result<Cover, CborError> {
        Ok(Cover {
            book: r.fixed()?,
            part: PartId::from_random(r.fixed()?),
            submission: SubmissionId::from_random(r.fixed()?),
            kind: PartKind::from_code(r.small()?).ok_or(r.bad())?,
            compartment: Compartment::from_code(r.small()?).ok_or(r.bad())?,
            form_version: r.small()?,
            lang: r.text(MOST_LANG)?.to_owned(),
            day: Day(r.small()?),
            list_no: r.small()?,
            source: r.optional(|r| {
                r.array(3)?;
                let mailbox = r.fixed()?;
                let reply = PublicKey::from_bytes(r.bytes(xwing::PUBLIC_LEN)?).map_err(|_| r.bad())?;
                let voice = VerifyingKey::from_bytes(r.bytes(sign::PUBLIC_LEN)?).map_err(|_| r.bad())?;
                Ok(SourceKeys { mailbox, reply, voice })
            })?,
            receipt: r.optional(|r| {
                r.array(4)?;
                let salts_seed = Secret::from_slice(r.bytes(32)?).ok_or(r.bad())?;
                let (fields_root, commitment) = (Hash(r.fixed()?), Hash(r.fixed()?));
                Ok(ReceiptRef { salts_seed, fields_root, commitment, prior_checkpoint: r.optional(|r| r.fixed().map(Hash))? })
            })?,
            files: (0..r.list(MOST_FILES)?).map(|_| file(r)).collect::<Result<_, _>>()?,
            signature: r.optional(|r| Signature::from_bytes(r.bytes(sign::SIGNATURE_LEN)?).map_err(|_| r.bad()))?,
        })
    }

    /// Signs the cover and the content with the source's voice.
    ///
    /// # Errors
    /// [`CoverError::TooLong`] if the cover has no room.
    pub fn sign(&mut self, voice: &SigningKey, content_sha256: &Hash) -> Result<(), CoverError> {
        self.signature = Some(voice.sign(Purpose::Cover, &self.signed(content_sha256)?));
        // Only now is the whole length known.
        self.encode().map(drop)
    }

    /// Whether this voice signed the cover and this content. For a later part the voice is the one of the report it adds to.
    ///
    /// # Errors
    /// [`CoverError::Unsigned`] or [`CoverError::Voice`].
    pub fn verify(&self, voice: &VerifyingKey, content_sha256: &Hash) -> Result<(), CoverError> {
        let signature = self.signature.as_ref().ok_or(CoverError::Unsigned)?;
        voice.verify(Purpose::Cover, &self.signed(content_sha256)?, signature).map_err(CoverError::Voice)
    }

    fn signed(&self, content_sha256: &Hash) -> Result<Vec<u8>, CoverError> {
        let mut bytes = Cover { signature: None, ..self.clone() }.encode()?;
        bytes.extend_from_slice(&content_sha256.0);
        Ok(bytes)
    }
}

fn file(r: &mut Reader<'_>) -> Result<FileRef, CborError> {
    r.array(6)?;
    Ok(FileRef {
        part: PartId::from_random(r.fixed()?),
        payload_sha256: Hash(r.fixed()?),
        content_sha256: Hash(r.fixed()?),
        content_len: r.uint()?,
        name: r.text(MOST_NAME)?.to_owned(),
        claimed_type: r.text(MOST_TYPE)?.to_owned(),
    })
}

/// Names of files are testimony and stay out of logs.
impl std::fmt::Debug for FileRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileRef").field("part", &self.part).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Cover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cover").field("part", &self.part).field("list_no", &self.list_no).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;
    use crate::xwing::SecretKey;

    /// A cover with everything in it, and the voice that would sign it.
    pub(crate) fn cover() -> (Cover, SigningKey) {
        let mut rng = rng(61);
        let voice = SigningKey::random(&mut rng);
        let cover = Cover {
            book: [1; 32],
            part: PartId::from_random([2; 16]),
            submission: SubmissionId::from_random([3; 16]),
            kind: PartKind::Report,
            compartment: Compartment::Base,
            form_version: 1,
            lang: "be".to_owned(),
            day: Day(20_000),
            list_no: 7,
            source: Some(SourceKeys { mailbox: [4; 16], reply: SecretKey::random(&mut rng).public(), voice: voice.public() }),
            receipt: Some(ReceiptRef {
                salts_seed: Secret::from_slice(&[5; 32]).unwrap(),
                fields_root: Hash([6; 32]),
                commitment: Hash([7; 32]),
                prior_checkpoint: None,
            }),
            files: vec![FileRef {
                part: PartId::from_random([8; 16]),
                payload_sha256: Hash([9; 32]),
                content_sha256: Hash([10; 32]),
                content_len: 1_234_567,
                name: "../../etc/пратакол\u{202e}gpj.exe".to_owned(),
                claimed_type: "image/jpeg".to_owned(),
            }],
            signature: None,
        };
        (cover, voice)
    }

    #[test]
    fn a_cover_reads_back_as_itself() {
        let (mut cover, voice) = cover();
        assert_eq!(Cover::decode(&cover.encode().unwrap()).unwrap(), cover);
        cover.sign(&voice, &Hash([11; 32])).unwrap();
        assert_eq!(Cover::decode(&cover.encode().unwrap()).unwrap(), cover);
        cover.source = None;
        cover.receipt = None;
        assert_eq!(Cover::decode(&cover.encode().unwrap()).unwrap(), cover);
    }

    #[test]
    fn a_full_cover_has_room() {
        let (mut cover, voice) = cover();
        cover.files[0].name = "ў".repeat(127);
        cover.files[0].claimed_type = "x".repeat(255);
        cover.files = vec![cover.files[0].clone(); MOST_FILES];
        cover.sign(&voice, &Hash([0; 32])).unwrap();
        assert!(cover.encode().unwrap().len() < MOST_COVER);
        cover.files.push(cover.files[0].clone());
        assert_eq!(cover.encode(), Err(CoverError::TooLong { what: "the list of files", most: 50 }));
    }

    #[test]
    fn a_voice_signs_this_cover_and_this_content() {
        let (mut cover, voice) = cover();
        let content = Hash([12; 32]);
        assert_eq!(cover.verify(&voice.public(), &content), Err(CoverError::Unsigned));
        cover.sign(&voice, &content).unwrap();
        assert_eq!(cover.verify(&voice.public(), &content), Ok(()));
        assert!(cover.verify(&voice.public(), &Hash([13; 32])).is_err());
        assert!(cover.verify(&SigningKey::random(&mut rng(62)).public(), &content).is_err());
        cover.day = Day(20_001);
        assert!(cover.verify(&voice.public(), &content).is_err());
    }

    #[test]
    fn every_changed_byte_is_another_cover_or_none() {
        let (mut cover, voice) = cover();
        cover.sign(&voice, &Hash([0; 32])).unwrap();
        let bytes = cover.encode().unwrap();
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            if let Ok(read) = Cover::decode(&changed) {
                assert_ne!(read, cover, "byte {i}");
                assert_eq!(read.encode().unwrap(), changed, "byte {i}");
            }
            assert!(Cover::decode(&bytes[..i]).is_err());
        }
    }

    #[test]
    fn a_later_version_is_refused_not_guessed() {
        let mut bytes = cover().0.encode().unwrap();
        assert_eq!((bytes[0], bytes[1]), (0x80 + 14, 1));
        bytes[1] = 2;
        assert_eq!(Cover::decode(&bytes), Err(CoverError::Version { version: 2 }));
    }
}
