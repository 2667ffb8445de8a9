//! Value commitments and the history of a record: what makes a later change visible, and erasure possible.
//!
//! Every claim carries `value_commit = SHA-256("kniha/1/value" ‖ salt ‖ CBOR value)` and `grounds_commit = SHA-256("kniha/1/grounds" ‖ salt
//! ‖ CBOR [held, origin, citations])`. A record's history is a chain of entries (its creation, claims, moves); the hash of an entry is
//! `SHA-256("kniha/1/history" ‖ CBOR skeleton)`, where the skeleton holds commitments in place of content, and the hash before it. Erasing a
//! claim destroys its content and its salt; the chain still verifies. CBOR is deterministic (RFC 8949 §4.2.1): arrays of fixed length in a
//! fixed order, shortest integers, no floats but binary64. Version 1; written out with vectors in `docs/formats/history.md`. Does no I/O.

use minicbor::Encoder;
use sha2::{Digest, Sha256};

use crate::access::Tier;
use crate::claim::{Citation, KnownTo, Move, Recorded, Stance, Status};
use crate::id::{ClaimId, MemberId, NodeId};
use crate::time::{UtcMicros, Window};
use crate::value::Value;

/// Version of the skeletons.
const VERSION: u8 = 1;

/// 32 bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash in these bytes, `None` unless there are 32.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Hash> {
        bytes.try_into().ok().map(Hash)
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// 16 random bytes that keep a commitment to a guessable value from being guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

/// Commitment to a value.
#[must_use]
pub fn value_commit(salt: &Salt, value: &Value) -> Hash {
    hash("kniha/1/value", Some(salt), |e| put_value(e, value))
}

/// Commitment to what a claim rests on: when it held, its origin and citations.
#[must_use]
pub fn grounds_commit(salt: &Salt, held: Option<&Window>, origin: Option<&str>, citations: &[Citation]) -> Hash {
    hash("kniha/1/grounds", Some(salt), |e| {
        e.array(3);
        put_text(e, held.map(Window::to_string).as_deref());
        put_text(e, origin);
        e.array(citations.len() as u64);
        for citation in citations {
            e.array(6);
            e.bytes(citation.source.bytes());
            match &citation.exhibit {
                Some(id) => e.bytes(id.bytes()),
                None => e.null(),
            };
            put_text(e, citation.words.as_deref());
            put_text(e, citation.locator.as_deref());
            put_text(e, citation.accessed.as_ref().map(Window::to_string).as_deref());
            put_text(e, citation.archived.as_deref());
        }
    })
}

/// Commitment to the reason given for a move.
#[must_use]
pub fn reason_commit(salt: &Salt, reason: Option<&str>) -> Hash {
    hash("kniha/1/reason", Some(salt), |e| put_text(e, reason))
}

/// First entry of a record's history: that it was made, in this book.
#[derive(Debug, Clone, Copy)]
pub struct Creation<'a> {
    /// The book's id.
    pub book: &'a [u8; 32],
    /// The record.
    pub node: NodeId,
    /// Code of its kind.
    pub kind: &'a str,
    /// By whom, when, in which case.
    pub recorded: Recorded,
}

/// A claim without its content.
#[derive(Debug, Clone, Copy)]
pub struct ClaimSkeleton<'a> {
    /// The claim.
    pub claim: ClaimId,
    /// Its record.
    pub subject: NodeId,
    /// Its place in the record's history; the creation is 0.
    pub seq: i64,
    /// Code of its property.
    pub property: &'a str,
    /// Tier of its value.
    pub tier: Tier,
    /// Commitment to the value.
    pub value_commit: Hash,
    /// Commitment to what it rests on.
    pub grounds_commit: Hash,
    /// For or against.
    pub stance: Stance,
    /// The status it started with.
    pub status: Status,
    /// How many people could know it.
    pub known_to: KnownTo,
    /// By whom, when, in which case.
    pub recorded: Recorded,
}

/// A move without the words of its reason.
#[derive(Debug, Clone, Copy)]
pub struct MoveSkeleton {
    /// The claim that moved.
    pub claim: ClaimId,
    /// Its record.
    pub subject: NodeId,
    /// Its place in the record's history.
    pub seq: i64,
    /// What happened.
    pub what: Move,
    /// Commitment to the reason.
    pub reason_commit: Hash,
    /// By whom.
    pub by: MemberId,
    /// When.
    pub at: UtcMicros,
}

impl Creation<'_> {
    /// Hash of the entry.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash("kniha/1/history", None, |e| {
            e.array(8);
            e.u8(VERSION).str("record").bytes(self.book).bytes(self.node.bytes()).str(self.kind);
            put_recorded(e, &self.recorded);
        })
    }
}

impl ClaimSkeleton<'_> {
    /// Hash of the entry that follows `prev`.
    #[must_use]
    pub fn hash(&self, prev: &Hash) -> Hash {
        hash("kniha/1/history", None, |e| {
            e.array(16);
            e.u8(VERSION).str("claim").bytes(&prev.0).bytes(self.claim.bytes()).bytes(self.subject.bytes());
            e.i64(self.seq).str(self.property).str(self.tier.code());
            e.bytes(&self.value_commit.0).bytes(&self.grounds_commit.0);
            e.str(self.stance.code()).str(self.status.code()).str(self.known_to.code());
            put_recorded(e, &self.recorded);
        })
    }
}

impl MoveSkeleton {
    /// Hash of the entry that follows `prev`.
    #[must_use]
    pub fn hash(&self, prev: &Hash) -> Hash {
        hash("kniha/1/history", None, |e| {
            e.array(10);
            e.u8(VERSION).str("move").bytes(&prev.0).bytes(self.claim.bytes()).bytes(self.subject.bytes());
            e.i64(self.seq).str(self.what.code()).bytes(&self.reason_commit.0).bytes(self.by.bytes()).i64(self.at.0);
        })
    }
}

/// An encoder over memory, whose writes cannot fail.
struct Cbor(Encoder<Vec<u8>>);

impl Cbor {
    fn u8(&mut self, n: u8) -> &mut Cbor {
        self.put(|e| e.u8(n).map(drop))
    }
    fn i64(&mut self, n: i64) -> &mut Cbor {
        self.put(|e| e.i64(n).map(drop))
    }
    fn f64(&mut self, x: f64) -> &mut Cbor {
        self.put(|e| e.f64(x).map(drop))
    }
    fn str(&mut self, text: &str) -> &mut Cbor {
        self.put(|e| e.str(text).map(drop))
    }
    fn bytes(&mut self, bytes: &[u8]) -> &mut Cbor {
        self.put(|e| e.bytes(bytes).map(drop))
    }
    fn null(&mut self) -> &mut Cbor {
        self.put(|e| e.null().map(drop))
    }
    fn array(&mut self, len: u64) -> &mut Cbor {
        self.put(|e| e.array(len).map(drop))
    }
    fn put<E>(&mut self, write: impl FnOnce(&mut Encoder<Vec<u8>>) -> Result<(), E>) -> &mut Cbor {
        let written = write(&mut self.0).is_ok();
        debug_assert!(written, "writing to a Vec cannot fail");
        self
    }
}

fn hash(label: &str, salt: Option<&Salt>, write: impl FnOnce(&mut Cbor)) -> Hash {
    let mut cbor = Cbor(Encoder::new(Vec::with_capacity(256)));
    write(&mut cbor);
    let mut digest = Sha256::new();
    digest.update(label.as_bytes());
    if let Some(salt) = salt {
        digest.update(salt.0);
    }
    digest.update(cbor.0.writer());
    Hash(digest.finalize().into())
}

fn put_text(e: &mut Cbor, text: Option<&str>) {
    match text {
        Some(text) => e.str(text),
        None => e.null(),
    };
}

fn put_recorded(e: &mut Cbor, recorded: &Recorded) {
    e.bytes(recorded.case.bytes()).bytes(recorded.by.bytes()).i64(recorded.at.0);
}

/// The type's name, then its parts.
fn put_value(e: &mut Cbor, value: &Value) {
    match value {
        Value::Text { text, lang } => {
            e.array(3).str("text").str(text);
            put_text(e, lang.as_ref().map(|l| l.as_str()));
        }
        Value::Name(name) => {
            e.array(4).str("name").str(name.text());
            put_text(e, name.lang().map(|l| l.as_str()));
            e.str(name.kind().code());
        }
        Value::Ref(id) => {
            e.array(2).str("ref").bytes(id.bytes());
        }
        Value::Integer(n) => {
            e.array(2).str("integer").i64(*n);
        }
        Value::Real(x) => {
            e.array(2).str("real").f64(*x);
        }
        Value::Window(window) => {
            e.array(2).str("window").str(&window.to_string());
        }
        Value::Region(region) => {
            e.array(4).str("region").f64(region.lat_deg()).f64(region.lon_deg());
            match region.radius_m() {
                Some(radius_m) => e.f64(radius_m),
                None => e.null(),
            };
        }
        Value::Code(code) => {
            e.array(2).str("code").str(code);
        }
        Value::Address(address) => {
            e.array(2).str("address").str(address);
        }
        Value::Sealed(sealed) => {
            e.array(2).str("sealed").bytes(sealed.bytes());
        }
    }
}
