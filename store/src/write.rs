//! The one writer: records, claims and moves, buffered, then written in few statements with their index rows.
//!
//! A [`Writing`] belongs to one member and one moment. Everything it does becomes durable together in [`Writing::commit`], or not at all. It
//! checks what core cannot: that the member may see the case and the record, that references name records of the right kind, that ids are
//! free, and that the clock has not gone back. Every record's history stays one chain, because there is one writer.

use std::collections::{BTreeMap, BTreeSet};

use kniha_core::claim::{NewClaim, Recorded};
use kniha_core::commit::{self, ClaimSkeleton, Creation, Hash, Salt};
use kniha_core::id::{CaseId, MemberId, NodeId};
use kniha_core::time::{UtcMicros, Window};
use kniha_core::value::Value;
use kniha_core::vocab::{NodeKind, ValueType};
use kniha_db::{WriteTx, on};

use crate::book::{Store, insert_access, insert_case, insert_member, next_no, reader};
use crate::buffer::{Buffer, CitationRow, NewClaimRow, NewNodeRow};
use crate::error::{StoreError, corrupt, while_};
use crate::granting::{self, Terms};
use crate::random::Random;
use crate::row::ValueColumns;

/// How far a clock may stand behind the newest entry and still be taken for a small correction, in µs.
const CLOCK_SLACK_US: i64 = 5 * 60 * 1_000_000;
/// Claims that are buffered before they are written.
const FLUSH_CLAIMS: usize = 2000;

/// An open writing transaction.
pub struct Writing<'a> {
    pub(crate) store: &'a Store,
    pub(crate) tx: WriteTx,
    pub(crate) member_no: i64,
    pub(crate) member: MemberId,
    pub(crate) at: UtcMicros,
    pub(crate) random: Random,
    cases: BTreeMap<CaseId, i64>,
    known: BTreeMap<NodeId, Known>,
    buffer: Buffer,
    next_node: i64,
    next_claim: i64,
    pub(crate) relations: BTreeSet<i64>,
}

/// What the writer knows of a record.
#[derive(Debug, Clone)]
struct Known {
    no: i64,
    kind: NodeKind,
    head_seq: i64,
    head: Hash,
    /// Made in this transaction and not yet written.
    pending: bool,
}

impl<'a> Writing<'a> {
    pub(crate) async fn begin(store: &'a Store, member: MemberId, now: UtcMicros) -> Result<Writing<'a>, StoreError> {
        const DOING: &str = "beginning to write";
        let mut tx = store.db.write().await.map_err(while_(DOING))?;
        let who = reader(&mut tx, member).await?;
        granting::lapse(&mut tx, now).await?;
        let last_us: i64 = on!(&mut *tx, c => sqlx::query_scalar("SELECT last_us FROM book").fetch_one(c).await).map_err(while_(DOING))?;
        if now.0 < last_us - CLOCK_SLACK_US {
            return Err(StoreError::ClockBack { behind_s: (last_us - now.0) / 1_000_000 });
        }
        let at = UtcMicros(now.0.max(last_us));
        const SQL: &str = "SELECT k.id, k.no FROM access a JOIN cases k ON k.no = a.case_no WHERE a.member_no = $1";
        let rows: Vec<(String, i64)> = on!(&mut *tx, c => sqlx::query_as(SQL).bind(who.no).fetch_all(c).await).map_err(while_(DOING))?;
        let mut cases = BTreeMap::new();
        for (id, no) in rows {
            cases.insert(CaseId::parse(&id).map_err(|_| corrupt("cases", "id", no))?, no);
        }
        let next_node = next_no(&mut tx, "SELECT MAX(no) FROM node").await?;
        let next_claim = next_no(&mut tx, "SELECT MAX(no) FROM claim").await?;
        Ok(Writing {
            store,
            tx,
            member_no: who.no,
            member,
            at,
            random: Random::default(),
            cases,
            known: BTreeMap::new(),
            buffer: Buffer::default(),
            next_node,
            next_claim,
            relations: BTreeSet::new(),
        })
    }

    /// The moment that everything in this transaction is recorded at.
    #[must_use]
    pub fn at(&self) -> UtcMicros {
        self.at
    }

    /// Fresh ids for records and claims.
    pub fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// Adds a member, who sees nothing yet.
    ///
    /// # Errors
    /// What the database said.
    pub async fn add_member(&mut self, id: MemberId, name: &str) -> Result<(), StoreError> {
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM member").await?;
        insert_member(&mut self.tx, no, id, name, self.at.0).await
    }

    /// Makes a case and grants it to this member.
    ///
    /// # Errors
    /// What the database said.
    pub async fn add_case(&mut self, id: CaseId, title: &str) -> Result<(), StoreError> {
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM cases").await?;
        insert_case(&mut self.tx, no, id, title, self.member_no, self.at.0, true).await?;
        insert_access(&mut self.tx, self.member_no, no, self.member_no, self.at.0).await?;
        self.cases.insert(id, no);
        Ok(())
    }

    /// Grants a case that this member sees to another member, without an end.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a case this member does not see, [`StoreError::NoMember`].
    pub async fn grant(&mut self, case: CaseId, to: MemberId) -> Result<(), StoreError> {
        self.grant_under(case, to, Terms::default()).await
    }

    /// Lets this transaction write into a case that is granted to nobody yet: an import's.
    pub(crate) fn enter_case(&mut self, id: CaseId, no: i64) {
        self.cases.insert(id, no);
    }

    pub(crate) fn case_no(&self, case: CaseId) -> Result<i64, StoreError> {
        self.cases.get(&case).copied().ok_or(StoreError::NotFound { what: "case" })
    }

    /// Whether this member sees the case of this number.
    pub(crate) fn has_case(&self, case_no: i64) -> bool {
        self.cases.values().any(|known| *known == case_no)
    }

    /// Adds a record with no claims yet.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a case that the member does not see; a taken id is found out when it is written.
    pub async fn add_record(&mut self, id: NodeId, kind: NodeKind, case: CaseId) -> Result<(), StoreError> {
        self.add_numbered(id, kind, case).map(drop)
    }

    /// As [`Writing::add_record`]; gives its number.
    pub(crate) fn add_numbered(&mut self, id: NodeId, kind: NodeKind, case: CaseId) -> Result<i64, StoreError> {
        let case_no = self.case_no(case)?;
        if self.known.contains_key(&id) {
            return Err(StoreError::IdTaken { what: "record" });
        }
        let recorded = Recorded { by: self.member, at: self.at, case };
        let head = Creation { book: &self.store.book.id, node: id, kind: kind.code(), recorded }.hash();
        let no = self.next_node;
        self.next_node += 1;
        self.known.insert(id, Known { no, kind, head_seq: 0, head, pending: true });
        self.buffer.nodes.push(NewNodeRow { no, id, kind, case_no, made_by: self.member_no, made_us: self.at.0, head_seq: 0, head });
        Ok(no)
    }

    /// Adds a claim.
    ///
    /// # Errors
    /// [`StoreError::Claim`] for a claim that does not fit; [`StoreError::NotFound`] for a record or case the member does not see;
    /// [`StoreError::WrongKind`] for a reference to a record of another kind.
    pub async fn add_claim(&mut self, claim: NewClaim, case: CaseId) -> Result<(), StoreError> {
        claim.check().map_err(StoreError::Claim)?;
        let case_no = self.case_no(case)?;
        let subject = self.know(claim.subject).await?;
        if subject.kind != claim.property.of {
            return Err(self.wrong_kind(&claim, claim.property.of, subject.kind));
        }
        let mut value = ValueColumns::of(&claim.value, claim.held.as_ref());
        if let (Value::Ref(id), ValueType::Ref(wanted)) = (&claim.value, &claim.property.value) {
            let target = self.know(*id).await?;
            if target.kind != *wanted {
                return Err(self.wrong_kind(&claim, *wanted, target.kind));
            }
            value.ref_no = Some(target.no);
        }
        let salt = Salt(self.random.bytes()?);
        let value_commit = commit::value_commit(&salt, &claim.value);
        let grounds_commit = commit::grounds_commit(&salt, claim.held.as_ref(), claim.origin.as_deref(), &claim.citations);
        let seq = subject.head_seq + 1;
        let skeleton = ClaimSkeleton {
            claim: claim.id,
            subject: claim.subject,
            seq,
            property: &claim.property.code,
            tier: claim.tier(),
            value_commit,
            grounds_commit,
            stance: claim.stance,
            status: claim.status,
            known_to: claim.known_to,
            recorded: Recorded { by: self.member, at: self.at, case },
        };
        let hash = skeleton.hash(&subject.head);
        let no = self.next_claim;
        for (nth, citation) in claim.citations.iter().enumerate() {
            let source = self.know(citation.source).await?;
            if source.kind != NodeKind::Source {
                return Err(self.wrong_kind(&claim, NodeKind::Source, source.kind));
            }
            let exhibit_no = match citation.exhibit {
                Some(id) => Some(self.know(id).await?.no),
                None => None,
            };
            self.buffer.citations.push(CitationRow { claim_no: no, nth: nth as i64, source_no: source.no, exhibit_no, citation: citation.clone() });
        }
        self.next_claim += 1;
        self.advance(claim.subject, seq, hash);
        if is_relation(subject.kind) {
            self.relations.insert(subject.no);
        }
        self.buffer.claims.push(NewClaimRow {
            no,
            id: claim.id,
            subject_no: subject.no,
            seq,
            property: claim.property,
            value,
            held: claim.held.as_ref().map(Window::to_string),
            origin: claim.origin,
            salt: Some(salt),
            value_commit,
            grounds_commit,
            stance: claim.stance,
            status: claim.status,
            known_to: claim.known_to,
            case_no,
            made_by: self.member_no,
            made_us: self.at.0,
            hash,
            erased_us: None,
            indexed: Some(claim.value),
        });
        if self.buffer.claims.len() >= FLUSH_CLAIMS { self.flush().await } else { Ok(()) }
    }

    fn wrong_kind(&self, claim: &NewClaim, wanted: NodeKind, given: NodeKind) -> StoreError {
        StoreError::WrongKind { property: claim.property.code.clone(), wanted: wanted.code(), given: given.code().to_owned() }
    }

    pub(crate) fn advance(&mut self, node: NodeId, seq: i64, hash: Hash) {
        if let Some(known) = self.known.get_mut(&node) {
            known.head_seq = seq;
            known.head = hash;
            if !known.pending {
                self.buffer.heads.insert(known.no, (seq, hash));
            }
        }
    }

    /// The head of a record that the member sees: its number, newest place in the history, and that entry's hash.
    pub(crate) async fn head(&mut self, node: NodeId) -> Result<(i64, i64, Hash), StoreError> {
        let known = self.know(node).await?;
        Ok((known.no, known.head_seq, known.head))
    }

    /// The number and kind of a record that the member sees.
    pub(crate) async fn kind_of(&mut self, node: NodeId) -> Result<(i64, NodeKind), StoreError> {
        let known = self.know(node).await?;
        Ok((known.no, known.kind))
    }

    async fn know(&mut self, id: NodeId) -> Result<Known, StoreError> {
        self.learn(id, true).await
    }

    /// Lets this transaction move claims of a record that the member does not see.
    pub(crate) async fn enter_record(&mut self, id: NodeId) -> Result<(), StoreError> {
        self.learn(id, false).await.map(drop)
    }

    /// Forgets what is known of records, so that what [`Writing::enter_record`] let in is outside again. Everything must have been flushed.
    pub(crate) fn forget_records(&mut self) {
        self.known.clear();
    }

    async fn learn(&mut self, id: NodeId, walled: bool) -> Result<Known, StoreError> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        const SQL: &str = "SELECT no, kind, head_seq, head_hash, case_no FROM node WHERE id = $1";
        let row: Option<(i64, String, i64, Vec<u8>, i64)> =
            on!(&mut *self.tx, c => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(c).await).map_err(while_("looking up a record"))?;
        // A record in a case that the member does not see looks exactly like none.
        let (no, kind, head_seq, head, _) =
            row.filter(|row| !walled || self.cases.values().any(|case_no| *case_no == row.4)).ok_or(StoreError::NotFound { what: "record" })?;
        let kind = NodeKind::parse(&kind).ok_or_else(|| corrupt("node", "kind", no))?;
        let head = Hash::from_slice(&head).ok_or_else(|| corrupt("node", "head_hash", no))?;
        let known = Known { no, kind, head_seq, head, pending: false };
        self.known.insert(id, known.clone());
        Ok(known)
    }

    /// Writes what is buffered.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        // Records first, with the heads their buffered claims gave them: claims refer to records.
        for node in &mut buffer.nodes {
            if let Some(known) = self.known.get_mut(&node.id) {
                (node.head_seq, node.head) = (known.head_seq, known.head);
                known.pending = false;
            }
        }
        buffer.write(&mut self.tx, &self.store.secret).await?;
        // What the writer knows is bounded, so that an import of any length runs in bounded memory.
        if self.known.len() > 200_000 {
            self.known.clear();
        }
        let relations = std::mem::take(&mut self.relations);
        crate::edge::rebuild(&mut self.tx, &relations).await
    }

    /// Makes everything durable. The book's newest moment moves with it.
    ///
    /// # Errors
    /// When it could not be made durable; then nothing was written.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.flush().await?;
        on!(&mut *self.tx, c => sqlx::query("UPDATE book SET last_us = $1").bind(self.at.0).execute(c).await.map(drop)).map_err(while_("committing"))?;
        self.tx.commit().await.map_err(while_("committing"))
    }
}

/// Records whose claims tie two others together.
pub(crate) fn is_relation(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Posting | NodeKind::Command | NodeKind::Positioning | NodeKind::Involvement)
}
