//! Entries of the read log: who read which part and why, readable by auditors alone, in a chain that anybody can follow.
//!
//! An entry is sealed to every auditor's key; its hash covers its number, the hash before it and the sealed bytes, so that the chain is checked without
//! opening anything. The hash is the receipt without which no key is used. CBOR, version 1, `docs/formats/readlog.md`. Randomness is an argument; does no I/O.

use kniha_core::commit::Hash;
use kniha_core::id::{CaseId, MemberId};
use kniha_core::time::UtcMicros;
use rand_core::CryptoRng;

use crate::cbor::{CborError, Reader, Writer};
use crate::label;
use crate::part::{Compartment, PartId};
use crate::xwing::{ENC_LEN, KeyId, PublicKey, SecretKey, TAG_LEN, XWingError};

const VERSION: u64 = 1;
const INFO: &[u8] = b"kniha/1/read-log";
const WHAT: &str = "the entry of the read log";
/// Most auditors that an entry is sealed to.
pub const MOST_AUDITORS: usize = 8;
/// Longest entry inside, in bytes.
const MOST_PLAIN: usize = 128;

/// Why a part was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// To look at a triage card.
    Triage,
    /// To give a share to somebody who opens it.
    Offer,
    /// To open it together.
    Open,
    /// To read it.
    Read,
    /// To file records from it.
    File,
    /// To answer its source.
    Answer,
    /// To translate it.
    Translate,
    /// To review what rests on it.
    Review,
    /// To give it to a case.
    Assign,
    /// To look at a file in it.
    Examine,
    /// To hand it out.
    Export,
}

impl Why {
    /// All, in the order of their numbers.
    pub const ALL: [Why; 11] =
        [Why::Triage, Why::Offer, Why::Open, Why::Read, Why::File, Why::Answer, Why::Translate, Why::Review, Why::Assign, Why::Examine, Why::Export];

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Why::Triage => "triage",
            Why::Offer => "offer",
            Why::Open => "open",
            Why::Read => "read",
            Why::File => "file",
            Why::Answer => "answer",
            Why::Translate => "translate",
            Why::Review => "review",
            Why::Assign => "assign",
            Why::Examine => "examine",
            Why::Export => "export",
        }
    }
}

/// One reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// When.
    pub at: UtcMicros,
    /// Who.
    pub who: MemberId,
    /// Through the key of which case, if one.
    pub case: Option<CaseId>,
    /// Which part.
    pub part: PartId,
    /// Of which compartment; before a part was opened, the strictest that it can be.
    pub compartment: Compartment,
    /// Why.
    pub why: Why,
}

/// Why an entry was not made or not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadLogError {
    /// There is nobody it could be sealed to, or too many.
    #[error("an entry of the read log is sealed to 1 to {MOST_AUDITORS} auditors, not {auditors}")]
    Auditors {
        /// How many there are.
        auditors: usize,
    },
    /// Not the bytes of an entry.
    #[error("the entry of the read log is malformed")]
    Malformed(#[source] CborError),
    /// Sealed to other auditors, or changed.
    #[error("the entry of the read log does not open with this key")]
    Closed(#[source] XWingError),
    /// The primitive refused.
    #[error("the entry of the read log cannot be sealed")]
    Sealing(#[source] XWingError),
}

impl Reading {
    fn encode(&self, n: u64) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(8).uint(VERSION).uint(n).uint(self.at.0.unsigned_abs()).bytes(self.who.bytes());
        w.optional(self.case, |w, case| w.bytes(case.bytes())).bytes(self.part.bytes());
        w.uint(self.compartment.code().into()).uint(self.why as u64);
        w.finish()
    }

    fn decode(n: u64, bytes: &[u8]) -> Result<Reading, CborError> {
        let mut r = Reader::new(bytes, WHAT);
        r.array(8)?;
        if r.uint()? != VERSION || r.uint()? != n {
            return Err(r.bad());
        }
        let at = UtcMicros(r.small()?);
        let (who, case) = (MemberId::from_random(r.fixed()?), r.optional(|r| Ok(CaseId::from_random(r.fixed()?)))?);
        let part = PartId::from_random(r.fixed()?);
        let compartment = Compartment::from_code(r.small()?).ok_or(r.bad())?;
        let why = Why::ALL.get(r.small::<usize>()?).copied().ok_or(r.bad())?;
        let reading = Reading { at, who, case, part, compartment, why };
        r.finish(&reading.encode(n))?;
        Ok(reading)
    }

    /// The reading as entry `n`, sealed to the auditors.
    ///
    /// # Errors
    /// [`ReadLogError::Auditors`] where nobody could ever read it.
    pub fn seal(&self, n: u64, auditors: &[PublicKey], rng: &mut impl CryptoRng) -> Result<Vec<u8>, ReadLogError> {
        if auditors.is_empty() || auditors.len() > MOST_AUDITORS {
            return Err(ReadLogError::Auditors { auditors: auditors.len() });
        }
        let plain = self.encode(n);
        let mut w = Writer::new();
        w.array(2).uint(VERSION).array(auditors.len());
        for auditor in auditors {
            let sealed = auditor.seal(INFO, &n.to_be_bytes(), &plain, rng).map_err(ReadLogError::Sealing)?;
            w.array(3).bytes(&auditor.id().0).bytes(sealed.enc.as_slice()).bytes(&sealed.body);
        }
        Ok(w.finish())
    }

    /// Opens entry `n` with an auditor's key.
    ///
    /// # Errors
    /// [`ReadLogError`] if it is sealed to others or was changed.
    pub fn open(n: u64, sealed: &[u8], key: &SecretKey) -> Result<Reading, ReadLogError> {
        let own = key.public().id();
        let (enc, body) = find(sealed, own).map_err(ReadLogError::Malformed)?.ok_or(ReadLogError::Closed(XWingError::Closed))?;
        let plain = key.open(INFO, &n.to_be_bytes(), &enc, &body).map_err(ReadLogError::Closed)?;
        Reading::decode(n, &plain).map_err(ReadLogError::Malformed)
    }
}

type Copied = (Vec<u8>, Vec<u8>);

fn find(sealed: &[u8], own: KeyId) -> Result<Option<Copied>, CborError> {
    let mut r = Reader::new(sealed, WHAT);
    r.array(2)?;
    if r.uint()? != VERSION {
        return Err(r.bad());
    }
    let mut found = None;
    for _ in 0..r.list(MOST_AUDITORS)? {
        r.array(3)?;
        let (id, enc, body) = (KeyId(r.fixed()?), r.bytes(ENC_LEN)?, r.bytes(MOST_PLAIN + TAG_LEN)?);
        if id == own {
            found = Some((enc.to_vec(), body.to_vec()));
        }
    }
    Ok(found)
}

/// Hash of entry `n`, the one before it having `prev` (zeros before the first).
#[must_use]
pub fn entry_hash(n: u64, prev: &Hash, sealed: &[u8]) -> Hash {
    label::hash("kniha/1/read-log-entry", &[&n.to_be_bytes(), &prev.0, sealed])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;

    fn reading() -> Reading {
        Reading {
            at: UtcMicros(1_796_000_000_000_000),
            who: MemberId::from_random([1; 16]),
            case: Some(CaseId::from_random([2; 16])),
            part: PartId::from_random([3; 16]),
            compartment: Compartment::Base,
            why: Why::Read,
        }
    }

    #[test]
    fn every_auditor_reads_an_entry_and_nobody_else() {
        let mut rng = rng(301);
        let auditors = [SecretKey::random(&mut rng), SecretKey::random(&mut rng)];
        let sealed = reading().seal(7, &auditors.each_ref().map(SecretKey::public), &mut rng).unwrap();
        for auditor in &auditors {
            assert_eq!(Reading::open(7, &sealed, auditor), Ok(reading()));
            assert!(Reading::open(8, &sealed, auditor).is_err(), "as another entry");
        }
        assert!(Reading::open(7, &sealed, &SecretKey::random(&mut rng)).is_err());
        assert_eq!(reading().seal(7, &[], &mut rng), Err(ReadLogError::Auditors { auditors: 0 }));
    }

    #[test]
    fn every_changed_byte_of_an_entry_gives_another_hash() {
        let mut rng = rng(302);
        let auditor = SecretKey::random(&mut rng);
        let sealed = reading().seal(1, &[auditor.public()], &mut rng).unwrap();
        let hash = entry_hash(1, &Hash([0; 32]), &sealed);
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert_ne!(entry_hash(1, &Hash([0; 32]), &changed), hash);
            let _ = Reading::open(1, &changed, &auditor);
        }
        assert_ne!(entry_hash(2, &Hash([0; 32]), &sealed), hash);
        assert_ne!(entry_hash(1, &Hash([1; 32]), &sealed), hash);
    }
}
