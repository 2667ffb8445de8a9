//! Following every chain: does each record's history still hash to its head?
//!
//! A check never stops at the first fault. It recomputes commitments of what was not erased and the hash of every entry. [`integrity`] looks
//! below that, at the pages of the database.

use kniha_core::access::Tier;
use kniha_core::claim::{KnownTo, Move, Recorded, Stance, Status};
use kniha_core::commit::{ClaimSkeleton, Creation, Hash, MoveSkeleton, Salt, grounds_commit, reason_commit, value_commit};
use kniha_core::id::{CaseId, ClaimId, MemberId, NodeId};
use kniha_core::time::UtcMicros;
use kniha_core::vocab::ValueType;

use kniha_db::{PageCheck, Place};

use crate::book::Store;
use crate::custody;
use crate::dump::{Line, dump};
use crate::error::{StoreError, corrupt, while_};
use crate::restore::parts;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Records whose chain was followed.
    pub records: u64,
    /// Claims whose commitments were recomputed.
    pub claims: u64,
    /// Claims that were erased: only their skeleton could be checked.
    pub erased: u64,
    /// Faults, at most a thousand: what is wrong with which record or claim.
    pub faults: Vec<String>,
}

const MAX_FAULTS: usize = 1000;

/// A chain that is being followed.
pub(crate) struct Chain {
    book: [u8; 32],
    node: Option<(NodeId, i64, Hash)>,
    prev: Hash,
    seq: i64,
    pub(crate) checked: Checked,
}

impl Chain {
    pub(crate) fn new(book: [u8; 32]) -> Chain {
        Chain { book, node: None, prev: Hash([0; 32]), seq: 0, checked: Checked::default() }
    }

    fn fault(&mut self, what: String) {
        if self.checked.faults.len() < MAX_FAULTS {
            self.checked.faults.push(what);
        }
    }

    /// Takes the next line of a dump: a record, then its entries in order.
    pub(crate) fn take(&mut self, line: &Line) -> Result<(), StoreError> {
        match line {
            Line::Node { id, kind, case, by, at_us, head_seq, head_hash } => {
                self.end();
                let node = NodeId::parse(id).map_err(|_| corrupt("node", "id", id))?;
                self.prev = creation_hash(&self.book, node, kind, *at_us, case, by)?;
                self.seq = 0;
                self.node = Some((node, *head_seq, hash(head_hash)?));
                self.checked.records += 1;
            }
            Line::Claim(line) => {
                let p = parts(line)?;
                let erased = p.value.is_none();
                self.checked.claims += 1;
                self.checked.erased += u64::from(erased);
                let (stated_value, stated_grounds) = (hash(&line.value_commit)?, hash(&line.grounds_commit)?);
                if let (Some(value), Some(salt)) = (&p.value, &p.salt) {
                    if value_commit(salt, value) != stated_value {
                        self.fault(format!("claim {}: the value is not the one committed to", line.id));
                    }
                    // What a source said cannot be checked once it was erased; that it was is in the claim's history.
                    let whole = line.citations.iter().all(|citation| citation.erased_us.is_none());
                    if whole && grounds_commit(salt, p.held.as_ref(), line.origin.as_deref(), &p.citations) != stated_grounds {
                        self.fault(format!("claim {}: its sources are not the ones committed to", line.id));
                    }
                } else if !erased {
                    self.fault(format!("claim {}: the salt is missing", line.id));
                }
                let tier = if matches!(p.property.value, ValueType::Sealed) { Tier::S } else { Tier::R };
                let skeleton = ClaimSkeleton {
                    claim: ClaimId::parse(&line.id).map_err(|_| corrupt("claim", "id", &line.id))?,
                    subject: NodeId::parse(&line.subject).map_err(|_| corrupt("claim", "subject_no", &line.subject))?,
                    seq: line.seq,
                    property: &line.property,
                    tier,
                    value_commit: stated_value,
                    grounds_commit: stated_grounds,
                    stance: Stance::parse(&line.stance).map_err(|_| corrupt("claim", "stance", &line.id))?,
                    status: Status::parse(&line.status).map_err(|_| corrupt("claim", "status", &line.id))?,
                    known_to: KnownTo::parse(&line.known_to).map_err(|_| corrupt("claim", "known_to", &line.id))?,
                    recorded: recorded(&line.case, &line.by, line.at_us)?,
                };
                let next = skeleton.hash(&self.prev);
                self.step(&line.subject, line.seq, next, hash(&line.hash)?, &line.id);
            }
            Line::Move { claim, subject, seq, what, reason, salt, reason_commit: commit, by, at_us, hash: stated } => {
                let commit = hash(commit)?;
                if let Some(salt) = salt {
                    let salt = Salt(unhex(salt)?);
                    if reason_commit(&salt, reason.as_deref()) != commit {
                        self.fault(format!("claim {claim}: the reason of a move is not the one committed to"));
                    }
                }
                let entry = MoveSkeleton {
                    claim: ClaimId::parse(claim).map_err(|_| corrupt("claim_event", "claim_no", claim))?,
                    subject: NodeId::parse(subject).map_err(|_| corrupt("claim_event", "subject_no", subject))?,
                    seq: *seq,
                    what: Move::parse(what).map_err(|_| corrupt("claim_event", "what", claim))?,
                    reason_commit: commit,
                    by: MemberId::parse(by).map_err(|_| corrupt("claim_event", "made_by", claim))?,
                    at: UtcMicros(*at_us),
                };
                let next = entry.hash(&self.prev);
                self.step(subject, *seq, next, hash(stated)?, claim);
            }
            _ => {}
        }
        Ok(())
    }

    fn step(&mut self, subject: &str, seq: i64, computed: Hash, stated: Hash, what: &str) {
        if self.node.map(|(node, ..)| node.to_string()).as_deref() != Some(subject) {
            self.fault(format!("entry of {what}: it belongs to record {subject}, which does not stand before it"));
        }
        if seq != self.seq + 1 {
            self.fault(format!("record {subject}: entry {} is missing before entry {seq}", self.seq + 1));
        }
        if computed != stated {
            self.fault(format!("record {subject}: entry {seq} ({what}) does not hash to what is written"));
        }
        self.seq = seq;
        self.prev = stated;
    }

    /// Ends the chain of the present record.
    pub(crate) fn end(&mut self) {
        if let Some((node, head_seq, head)) = self.node.take()
            && (self.seq, self.prev) != (head_seq, head)
        {
            self.fault(format!("record {node}: the history ends at entry {}, its head says {head_seq}", self.seq));
        }
    }
}

/// Follows every chain of the book. `progress` is told the number of lines read.
///
/// # Errors
/// What the database said, or a row that does not read back at all.
pub async fn check(store: &Store, mut progress: impl FnMut(u64)) -> Result<Checked, StoreError> {
    let mut chain = Chain::new(store.book.id);
    let mut lines = 0;
    dump(store, &mut |line| {
        lines += 1;
        progress(lines);
        chain.take(&line)
    })
    .await?;
    chain.end();
    let mut checked = chain.checked;
    checked.faults.extend(custody::faults(&mut *store.read().await?, &store.book.id).await?);
    checked.faults.truncate(MAX_FAULTS);
    Ok(checked)
}

/// Checks every page of a book's database; damage is a finding, not an error.
///
/// # Errors
/// When the database cannot be reached at all.
pub async fn integrity(place: &Place) -> Result<Vec<PageCheck>, StoreError> {
    kniha_db::integrity(place).await.map_err(while_("checking the pages"))
}

pub(crate) fn creation_hash(book: &[u8], node: NodeId, kind: &str, at_us: i64, case: &str, by: &str) -> Result<Hash, StoreError> {
    let book: &[u8; 32] = book.try_into().map_err(|_| corrupt("book", "id", 1))?;
    Ok(Creation { book, node, kind, recorded: recorded(case, by, at_us)? }.hash())
}

fn recorded(case: &str, by: &str, at_us: i64) -> Result<Recorded, StoreError> {
    let case = CaseId::parse(case).map_err(|_| corrupt("cases", "id", case))?;
    let by = MemberId::parse(by).map_err(|_| corrupt("member", "id", by))?;
    Ok(Recorded { by, at: UtcMicros(at_us), case })
}

fn hash(hex: &str) -> Result<Hash, StoreError> {
    Ok(Hash(unhex(hex)?))
}

pub(crate) fn unhex<const N: usize>(hex: &str) -> Result<[u8; N], StoreError> {
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| StoreError::Restore { line: 0, what: "a hash is not hexadecimal".to_owned() })
}
