//! The envelope of a part: its header, by which quorums open it.
//!
//! An age header with three kinds of stanza of our own (`docs/formats/sealing.md`): one `kniha-part` with the part's id and the number of the key list;
//! for every quorum one `kniha-share` per drawn slot, each a share of the file key sealed to one member and bound to the part; and one `kniha-check` with
//! a hash per share. The header can be made anew for other readers; the payload never changes. Randomness is an argument; does no I/O.

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use kniha_core::commit::Hash;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;

use super::PartId;
use crate::age::{FileKey, Header, HeaderError, Stanza};
use crate::quorum::{OWN_WORDS, Quorum, QuorumNo};
use crate::secret::Secret;
use crate::share::{self, Share, ShareError};
use crate::xwing::{ENC_LEN, KeyId, Sealed, SecretKey, TAG_LEN, XWingError};

const VERSION: &str = "1";
const PART: &str = "kniha-part";
const SHARE: &str = "kniha-share";
const CHECK: &str = "kniha-check";
const INFO: &[u8] = b"kniha/1/share";
/// Most quorums of one part: a door, its custodians, and room.
const MOST_QUORUMS: usize = 8;
/// Bytes of a sealed share.
const BODY_LEN: usize = 16 + TAG_LEN;

/// Why an envelope was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The age header is bad, or was changed.
    #[error("the header of the part is bad")]
    Header(#[source] HeaderError),
    /// Bytes follow the header.
    #[error("{bytes} bytes follow the header of the part")]
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// A stanza is not as the format wants it.
    #[error("stanza {stanza} of the header is malformed")]
    Stanza {
        /// Its number, counted from 0.
        stanza: usize,
    },
    /// A version from a later program.
    #[error("stanza {stanza} of the header has an unknown version")]
    Version {
        /// Its number, counted from 0.
        stanza: usize,
    },
    /// Nobody could open it, or more quorums than can be.
    #[error("a part needs 1 to {MOST_QUORUMS} different quorums and has {quorums}")]
    Quorums {
        /// How many there are.
        quorums: usize,
    },
    /// The part has no such quorum.
    #[error("quorum {quorum} does not open this part")]
    NotThisQuorum {
        /// Which quorum.
        quorum: QuorumNo,
    },
    /// A member's seal does not open.
    #[error("the share of slot {slot} does not open with this key")]
    Closed {
        /// Whose share.
        slot: u8,
        /// Why.
        #[source]
        source: XWingError,
    },
    /// The shares do not make the key.
    #[error("the shares do not open the part")]
    Shares(#[source] ShareError),
    /// The primitive refused.
    #[error("a share could not be sealed")]
    Sealing(#[source] XWingError),
}

/// One share, sealed to the member in one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedShare {
    /// The slot.
    pub slot: u8,
    /// The key it is sealed to.
    pub key_id: KeyId,
    /// The seal.
    pub sealed: Sealed,
    /// The hash that the share must fit.
    pub check: Hash,
}

/// What one quorum sees of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The quorum.
    pub quorum: QuorumNo,
    /// How many shares open.
    pub k: u8,
    /// The shares, by slot.
    pub shares: Vec<SealedShare>,
}

/// A part's header, read or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    part: PartId,
    list_no: u32,
    locked: Vec<Locked>,
    header: Header,
}

impl Envelope {
    /// Splits the file key for each quorum by itself and seals the shares to slots drawn for this part.
    ///
    /// # Errors
    /// [`EnvelopeError`] unless there are 1 to 8 different quorums.
    pub fn seal(part: PartId, list_no: u32, quorums: &[&Quorum], key: &FileKey, rng: &mut impl CryptoRng) -> Result<Envelope, EnvelopeError> {
        let distinct = quorums.iter().enumerate().all(|(i, q)| !quorums[..i].iter().any(|other| other.no() == q.no()));
        if quorums.is_empty() || quorums.len() > MOST_QUORUMS || !distinct {
            return Err(EnvelopeError::Quorums { quorums: quorums.len() });
        }
        let mut locked = Vec::new();
        for quorum in quorums {
            let drawn = quorum.pick(rng);
            let slots: Vec<u8> = drawn.iter().map(|slot| slot.slot).collect();
            let shares = share::split(key, quorum.k(), &slots, rng).map_err(EnvelopeError::Shares)?;
            let mut sealed_shares = Vec::new();
            for (slot, share) in drawn.iter().zip(&shares) {
                let aad = aad(&part, list_no, quorum.no(), quorum.k(), drawn.len(), share.slot);
                let sealed = slot.key.seal(INFO, &aad, share.value.expose(), rng).map_err(EnvelopeError::Sealing)?;
                let key_id = if quorum.no() == OWN_WORDS { KeyId::UNTOLD } else { slot.key.id() };
                sealed_shares.push(SealedShare { slot: share.slot, key_id, sealed, check: share.check(&part, quorum.no()) });
            }
            locked.push(Locked { quorum: quorum.no(), k: quorum.k(), shares: sealed_shares });
        }
        let header = Header::new(stanzas(&part, list_no, &locked), key);
        Ok(Envelope { part, list_no, locked, header })
    }

    /// The part.
    #[must_use]
    pub fn part(&self) -> &PartId {
        &self.part
    }

    /// Number of the key list it was sealed under.
    #[must_use]
    pub fn list_no(&self) -> u32 {
        self.list_no
    }

    /// What each quorum sees.
    #[must_use]
    pub fn locked(&self) -> &[Locked] {
        &self.locked
    }

    /// The header as it is stored.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        self.header.write()
    }

    /// Reads a stored header. Nothing in it is to be believed before [`Envelope::open`].
    ///
    /// # Errors
    /// [`EnvelopeError`] unless the bytes are one header and nothing else.
    pub fn parse(bytes: &[u8]) -> Result<Envelope, EnvelopeError> {
        let (header, used) = Header::parse(bytes).map_err(EnvelopeError::Header)?;
        if used != bytes.len() {
            return Err(EnvelopeError::Trailing { bytes: bytes.len() - used });
        }
        let (part, list_no) = read_part(header.stanzas().first())?;
        let mut locked: Vec<Locked> = Vec::new();
        let mut open: Vec<(usize, Claimed)> = Vec::new();
        for (number, stanza) in header.stanzas().iter().enumerate().skip(1) {
            let bad = EnvelopeError::Stanza { stanza: number };
            if stanza.args.get(1).is_some_and(|v| v != VERSION) && stanza.kind().starts_with("kniha-") {
                return Err(EnvelopeError::Version { stanza: number });
            }
            match stanza.kind() {
                SHARE => open.push((number, Claimed::read(stanza).ok_or(bad)?)),
                CHECK => locked.push(close(stanza, std::mem::take(&mut open)).ok_or(bad)?),
                _ => return Err(bad),
            }
        }
        if let Some((number, _)) = open.first() {
            return Err(EnvelopeError::Stanza { stanza: *number });
        }
        let distinct = locked.iter().enumerate().all(|(i, l)| !locked[..i].iter().any(|other| other.quorum == l.quorum));
        if locked.is_empty() || locked.len() > MOST_QUORUMS || !distinct {
            return Err(EnvelopeError::Quorums { quorums: locked.len() });
        }
        Ok(Envelope { part, list_no, locked, header })
    }

    /// Opens one member's share. [`crate::holder::KeyHolder`] is the only caller outside tests, because it asks for a receipt first.
    ///
    /// # Errors
    /// [`EnvelopeError`] if the slot is not there, does not open, or holds another share than its check says.
    pub(crate) fn share(&self, quorum: QuorumNo, slot: u8, key: &SecretKey) -> Result<Share, EnvelopeError> {
        let locked = self.of(quorum)?;
        let sealed = locked.shares.iter().find(|s| s.slot == slot).ok_or(EnvelopeError::Shares(ShareError::NotDrawn { slot }))?;
        let aad = aad(&self.part, self.list_no, quorum, locked.k, locked.shares.len(), slot);
        let plain = key.open(INFO, &aad, sealed.sealed.enc.as_slice(), &sealed.sealed.body).map_err(|source| EnvelopeError::Closed { slot, source })?;
        let value = Secret::from_slice(&plain).ok_or(EnvelopeError::Closed { slot, source: XWingError::Closed })?;
        let share = Share { slot, value };
        self.check(locked, &share)?;
        Ok(share)
    }

    /// The file key, out of shares of one quorum.
    ///
    /// # Errors
    /// [`EnvelopeError`] names a false share, says how many are missing, or that the header was changed.
    pub fn open(&self, quorum: QuorumNo, shares: &[Share]) -> Result<FileKey, EnvelopeError> {
        let locked = self.of(quorum)?;
        for share in shares {
            self.check(locked, share)?;
        }
        let key = share::combine(locked.k, shares).map_err(EnvelopeError::Shares)?;
        self.header.verify(&key).map_err(EnvelopeError::Header)?;
        Ok(key)
    }

    fn of(&self, quorum: QuorumNo) -> Result<&Locked, EnvelopeError> {
        self.locked.iter().find(|l| l.quorum == quorum).ok_or(EnvelopeError::NotThisQuorum { quorum })
    }

    fn check(&self, locked: &Locked, share: &Share) -> Result<(), EnvelopeError> {
        let slot = share.slot;
        let sealed = locked.shares.iter().find(|s| s.slot == slot).ok_or(EnvelopeError::Shares(ShareError::NotDrawn { slot }))?;
        if bool::from(sealed.check.0.ct_eq(&share.check(&self.part, locked.quorum).0)) {
            Ok(())
        } else {
            Err(EnvelopeError::Shares(ShareError::False { slot }))
        }
    }
}

/// What a share is bound to: nobody can move it to another part, list, quorum or slot, or say that fewer are needed.
fn aad(part: &PartId, list_no: u32, quorum: QuorumNo, k: u8, n: usize, slot: u8) -> Vec<u8> {
    let n = u8::try_from(n).unwrap_or(u8::MAX);
    [part.bytes().as_slice(), &list_no.to_be_bytes(), &quorum.0.to_be_bytes(), &[k, n, slot]].concat()
}

fn stanzas(part: &PartId, list_no: u32, locked: &[Locked]) -> Vec<Stanza> {
    let mut stanzas = vec![Stanza::new(vec![PART.to_owned(), VERSION.to_owned(), part.to_string(), list_no.to_string()], Vec::new())];
    for Locked { quorum, k, shares } in locked {
        for share in shares {
            let args = vec![
                SHARE.to_owned(),
                VERSION.to_owned(),
                quorum.to_string(),
                k.to_string(),
                shares.len().to_string(),
                share.slot.to_string(),
                share.key_id.to_string(),
                BASE64_NOPAD.encode(share.sealed.enc.as_slice()),
            ];
            stanzas.push(Stanza::new(args, share.sealed.body.clone()));
        }
        let checks = shares.iter().flat_map(|share| share.check.0).collect();
        stanzas.push(Stanza::new(vec![CHECK.to_owned(), VERSION.to_owned(), quorum.to_string()], checks));
    }
    stanzas
}

fn read_part(stanza: Option<&Stanza>) -> Result<(PartId, u32), EnvelopeError> {
    let bad = EnvelopeError::Stanza { stanza: 0 };
    let stanza = stanza.filter(|s| s.kind() == PART).ok_or(bad)?;
    match stanza.args.as_slice() {
        [_, version, ..] if version != VERSION => Err(EnvelopeError::Version { stanza: 0 }),
        [_, _, part, list_no] if stanza.body.is_empty() => {
            let id = PartId::parse(part).ok().filter(|id| id.to_string() == *part).ok_or(bad)?;
            Ok((id, number(list_no).ok_or(bad)?))
        }
        _ => Err(bad),
    }
}

/// A share stanza, before its check is known.
struct Claimed {
    quorum: QuorumNo,
    k: u8,
    n: u8,
    slot: u8,
    key_id: KeyId,
    sealed: Sealed,
}

impl Claimed {
    fn read(stanza: &Stanza) -> Option<Claimed> {
        let [_, _, quorum, k, n, slot, key_id, enc] = stanza.args.as_slice() else { return None };
        let enc: Vec<u8> = BASE64_NOPAD.decode(enc.as_bytes()).ok()?;
        let enc: Box<[u8; ENC_LEN]> = enc.into_boxed_slice().try_into().ok()?;
        let key_id: [u8; 8] = HEXLOWER.decode(key_id.as_bytes()).ok()?.try_into().ok()?;
        if stanza.body.len() != BODY_LEN {
            return None;
        }
        let claimed = Claimed {
            quorum: QuorumNo(number(quorum)?),
            k: number(k)?,
            n: number(n)?,
            slot: number(slot)?,
            key_id: KeyId(key_id),
            sealed: Sealed { enc, body: stanza.body.clone() },
        };
        let told = claimed.key_id != KeyId::UNTOLD;
        (told == (claimed.quorum != OWN_WORDS) && claimed.k >= 1 && claimed.k <= claimed.n && claimed.slot >= 1).then_some(claimed)
    }
}

/// Ends a quorum: its shares must agree with each other and with the check.
fn close(check: &Stanza, shares: Vec<(usize, Claimed)>) -> Option<Locked> {
    let [_, _, quorum] = check.args.as_slice() else { return None };
    let quorum = QuorumNo(number(quorum)?);
    let (k, n) = shares.first().map(|(_, s)| (s.k, s.n))?;
    let agree = shares.iter().all(|(_, s)| (s.quorum, s.k, s.n) == (quorum, k, n));
    let ordered = shares.iter().zip(shares.iter().skip(1)).all(|((_, a), (_, b))| a.slot < b.slot);
    if !agree || !ordered || shares.len() != usize::from(n) || check.body.len() != 32 * shares.len() {
        return None;
    }
    let checks = check.body.chunks(32).map(Hash::from_slice).collect::<Option<Vec<Hash>>>()?;
    let shares = shares.into_iter().zip(checks).map(|((_, s), check)| SealedShare { slot: s.slot, key_id: s.key_id, sealed: s.sealed, check }).collect();
    Some(Locked { quorum, k, shares })
}

/// A decimal number in its only form.
fn number<N: std::str::FromStr + ToString>(text: &str) -> Option<N> {
    text.parse::<N>().ok().filter(|n| n.to_string() == text)
}
