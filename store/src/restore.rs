//! Reading an export into an empty book: the same ids, the same history, checked while it is read.
//!
//! All in one transaction: a line that does not fit, a chain that does not hash, or a missing last line, and nothing was written. The book takes
//! the exported book's id, members, cases and grants in place of its own, because the histories are bound to them.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use kniha_core::access::Sealed;
use kniha_core::claim::{Citation, KnownTo, Move, Stance, Status};
use kniha_core::commit::{Hash, Salt};
use kniha_core::id::{CaseId, ClaimId, MemberId, NodeId};
use kniha_core::name::{LangTag, Name, NameKind};
use kniha_core::place::Region;
use kniha_core::time::Window;
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind, Property, ValueType};
use kniha_db::{Tx, on};

use crate::book::{Store, insert_case, insert_member};
use crate::buffer::{Buffer, CitationRow, NewClaimRow, NewNodeRow};
use crate::carry;
use crate::check::{Chain, unhex};
use crate::custody;
use crate::dump::{ClaimLine, Counts, Line, VERSION, ValueLine};
use crate::error::{StoreError, while_};
use crate::granting;
use crate::reindex;
use crate::row::ValueColumns;

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Records.
    pub records: u64,
    /// Claims.
    pub claims: u64,
    /// Moves.
    pub moves: u64,
    /// Members, the first one first; the program's settings must name one of them.
    pub members: Vec<(MemberId, String)>,
}

/// Rows buffered before they are written.
const FLUSH: usize = 2000;

/// A claim line, parsed.
pub(crate) struct Parts {
    pub property: &'static Property,
    pub value: Option<Value>,
    pub held: Option<Window>,
    pub salt: Option<Salt>,
    pub citations: Vec<Citation>,
}

fn bad(what: impl Into<String>) -> StoreError {
    StoreError::Restore { line: 0, what: what.into() }
}

pub(crate) fn parts(line: &ClaimLine) -> Result<Parts, StoreError> {
    let property = vocab::property(&line.property).ok_or_else(|| bad(format!("unknown property {}", line.property.chars().take(60).collect::<String>())))?;
    let window = |text: &Option<String>| text.as_deref().map(Window::parse).transpose().map_err(|_| bad("a time does not read back"));
    let node = |text: &str| NodeId::parse(text).map_err(|_| bad("the id of a record does not read back"));
    let mut citations = Vec::with_capacity(line.citations.len());
    for c in &line.citations {
        citations.push(Citation {
            source: node(&c.source)?,
            exhibit: c.exhibit.as_deref().map(node).transpose()?,
            words: c.words.clone(),
            locator: c.locator.clone(),
            accessed: window(&c.accessed)?,
            archived: c.archived.clone(),
        });
    }
    let salt = line.salt.as_deref().map(unhex).transpose()?.map(Salt);
    let value = line.value.as_ref().map(value).transpose()?;
    if let Some(value) = &value {
        value.check(property).map_err(|e| bad(format!("the value of claim {} does not fit: {e}", line.id)))?;
    }
    Ok(Parts { property, value, held: window(&line.held)?, salt, citations })
}

fn value(line: &ValueLine) -> Result<Value, StoreError> {
    let tag = |lang: &Option<String>| lang.as_deref().map(LangTag::parse).transpose().map_err(|_| bad("a language does not read back"));
    Ok(match line {
        ValueLine::Text { text, lang } => Value::Text { text: text.clone(), lang: tag(lang)? },
        ValueLine::Name { text, lang, kind } => {
            let kind = NameKind::parse(kind).map_err(|_| bad("a kind of name does not read back"))?;
            Value::Name(Name::new(text, tag(lang)?, kind).map_err(|_| bad("a name does not read back"))?)
        }
        ValueLine::Ref(id) => Value::Ref(NodeId::parse(id).map_err(|_| bad("the id of a record does not read back"))?),
        ValueLine::Integer(n) => Value::Integer(*n),
        ValueLine::Real(x) => Value::Real(*x),
        ValueLine::Window(text) => Value::Window(Window::parse(text).map_err(|_| bad("a time does not read back"))?),
        ValueLine::Region { lat_deg, lon_deg, radius_m } => {
            Value::Region(Region::new(*lat_deg, *lon_deg, *radius_m).map_err(|_| bad("a position does not read back"))?)
        }
        ValueLine::Code(code) => Value::Code(code.clone()),
        ValueLine::Address(address) => Value::Address(address.clone()),
        ValueLine::Sealed(text) => {
            let bytes = BASE64.decode(text.as_bytes()).map_err(|_| bad("a sealed value does not read back"))?;
            Value::Sealed(Sealed::new(bytes).map_err(|_| bad("a sealed value does not read back"))?)
        }
    })
}

/// A claim is never made withdrawn: that takes a move.
fn first_status(code: &str) -> Result<Status, StoreError> {
    Status::parse(code).ok().filter(|status| *status != Status::Withdrawn).ok_or_else(|| bad("a status does not read back"))
}

/// Reads a whole export into an empty book. `lines` gives the next line, `None` at the end.
///
/// # Errors
/// [`StoreError::Restore`] with the line and what is wrong with it; [`StoreError::BookExists`] when the book has records. Nothing is written then.
pub async fn restore(store: &Store, mut lines: impl FnMut() -> std::io::Result<Option<String>>, mut progress: impl FnMut(u64)) -> Result<Restored, StoreError> {
    let mut tx = store.db.write().await.map_err(while_("restoring"))?;
    let mut state = Restoring::begin(&mut tx, store).await?;
    let mut at = 0;
    let numbered = |line: u64, error: StoreError| match error {
        StoreError::Restore { line: 0, what } => StoreError::Restore { line, what },
        StoreError::Corrupt { column, row, .. } => StoreError::Restore { line, what: format!("{column} of {row} does not read back") },
        error => error,
    };
    loop {
        let text = lines().map_err(|source| StoreError::Machine { doing: "reading the export", source })?;
        let Some(text) = text else { break };
        at += 1;
        progress(at);
        if text.trim().is_empty() {
            continue;
        }
        let line: Line =
            serde_json::from_str(&text).map_err(|e| StoreError::Restore { line: at, what: format!("not a line of an export ({:?} error)", e.classify()) })?;
        state.take(&mut tx, line).await.map_err(|error| numbered(at, error))?;
    }
    let restored = state.end(&mut tx).await.map_err(|error| numbered(at, error))?;
    tx.commit().await.map_err(while_("restoring"))?;
    Ok(restored)
}

struct Restoring<'a> {
    store: &'a Store,
    book: Option<[u8; 32]>,
    chain: Option<Chain>,
    members: BTreeMap<String, i64>,
    cases: BTreeMap<String, i64>,
    nodes: BTreeMap<NodeId, i64>,
    claims: BTreeMap<ClaimId, i64>,
    /// Citations whose words were erased: claim, place, when.
    erased: Vec<(i64, i64, i64)>,
    present: Option<(NodeId, i64)>,
    buffer: Buffer,
    events: Vec<EventRow>,
    last_us: i64,
    counts: Counts,
    restored: Restored,
    ended: bool,
}

struct EventRow {
    no: i64,
    claim_no: i64,
    subject_no: i64,
    seq: i64,
    what: Move,
    reason: Option<String>,
    salt: Option<[u8; 16]>,
    commit: [u8; 32],
    by: i64,
    at_us: i64,
    hash: [u8; 32],
}

impl<'a> Restoring<'a> {
    async fn begin(tx: &mut Tx, store: &'a Store) -> Result<Restoring<'a>, StoreError> {
        let any: i64 =
            on!(&mut *tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM (SELECT 1 FROM node LIMIT 1) x").fetch_one(c).await).map_err(while_("restoring"))?;
        if any != 0 {
            return Err(StoreError::BookExists);
        }
        carry::clear(tx).await?;
        for sql in ["DELETE FROM seen", "DELETE FROM import_key", "DELETE FROM import_run", "DELETE FROM access", "DELETE FROM cases", "DELETE FROM member"] {
            on!(&mut *tx, c => sqlx::query(sql).execute(c).await.map(drop)).map_err(while_("restoring"))?;
        }
        Ok(Restoring {
            store,
            book: None,
            chain: None,
            members: BTreeMap::new(),
            cases: BTreeMap::new(),
            nodes: BTreeMap::new(),
            claims: BTreeMap::new(),
            erased: Vec::new(),
            present: None,
            buffer: Buffer::default(),
            events: Vec::new(),
            last_us: 0,
            counts: Counts::default(),
            restored: Restored { records: 0, claims: 0, moves: 0, members: Vec::new() },
            ended: false,
        })
    }

    async fn take(&mut self, tx: &mut Tx, line: Line) -> Result<(), StoreError> {
        if self.ended {
            return Err(bad("there is a line after the last one"));
        }
        match (&line, &mut self.chain) {
            (Line::Book { .. }, None) => {}
            (Line::Book { .. }, Some(_)) | (_, None) => return Err(bad("an export begins with one line of the kind book")),
            (line, Some(chain)) => {
                chain.take(line)?;
                if let Some(fault) = chain.checked.faults.first() {
                    return Err(bad(fault.clone()));
                }
            }
        }
        self.counts.add(&line);
        match line {
            Line::Book { version, book, title, made_us } => {
                if version != VERSION {
                    return Err(bad(format!("format version {version} is not known here, only {VERSION}")));
                }
                let id: [u8; 32] = unhex(&book)?;
                (self.book, self.chain) = (Some(id), Some(Chain::new(id)));
                self.last_us = made_us;
                on!(&mut *tx, c => sqlx::query("UPDATE book SET id = $1, title = $2, made_us = $3").bind(id.to_vec()).bind(&title).bind(made_us).execute(c).await.map(drop))
                    .map_err(while_("restoring"))
            }
            Line::Member { id, name, made_us } => {
                let no = self.members.len() as i64 + 1;
                let member = MemberId::parse(&id).map_err(|_| bad("the id of a member does not read back"))?;
                insert_member(tx, no, member, &name, made_us).await?;
                self.restored.members.push((member, name));
                self.members.insert(id, no);
                Ok(())
            }
            Line::Case { id, title, by, at_us } => {
                let no = self.cases.len() as i64 + 1;
                let case = CaseId::parse(&id).map_err(|_| bad("the id of a case does not read back"))?;
                insert_case(tx, no, case, &title, self.member(&by)?, at_us, true).await?;
                self.cases.insert(id, no);
                Ok(())
            }
            Line::Access { member, case, by, at_us, until_us } => {
                let access = (self.member(&member)?, self.case(&case)?, self.member(&by)?);
                granting::put(tx, access, at_us, until_us).await
            }
            Line::Node { id, kind, case, by, at_us, head_seq, head_hash } => self.node(&id, &kind, &case, &by, at_us, head_seq, unhex(&head_hash)?),
            Line::Claim(line) => {
                self.claim(&line)?;
                if self.buffer.claims.len() >= FLUSH { self.flush(tx).await } else { Ok(()) }
            }
            Line::Move { claim, seq, what, reason, salt, reason_commit, by, at_us, hash, .. } => {
                let (_, subject_no) = self.present.ok_or_else(|| bad("a move stands before its record"))?;
                let claim_id = ClaimId::parse(&claim).map_err(|_| bad("the id of a claim does not read back"))?;
                let claim_no = *self.claims.get(&claim_id).ok_or_else(|| bad("a move names a claim that does not stand before it"))?;
                self.restored.moves += 1;
                self.last_us = self.last_us.max(at_us);
                self.events.push(EventRow {
                    no: self.restored.moves as i64,
                    claim_no,
                    subject_no,
                    seq,
                    what: Move::parse(&what).map_err(|_| bad("a move does not read back"))?,
                    reason,
                    salt: salt.as_deref().map(unhex).transpose()?,
                    commit: unhex(&reason_commit)?,
                    by: self.member(&by)?,
                    at_us,
                    hash: unhex(&hash)?,
                });
                Ok(())
            }
            Line::Row { table, row } => {
                // Rows of casework stand after the last record: what they name is written.
                self.flush(tx).await?;
                self.last_us = self.last_us.max(row.get("made_us").and_then(serde_json::Value::as_i64).unwrap_or(0));
                carry::write(tx, &table, &row, |of, id| self.number_of(of, id)).await
            }
            Line::End(stated) => {
                self.ended = true;
                if self.counts == stated { Ok(()) } else { Err(bad("the last line counts other lines than stand before it")) }
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of one line")]
    fn node(&mut self, id: &str, kind: &str, case: &str, by: &str, at_us: i64, head_seq: i64, head: [u8; 32]) -> Result<(), StoreError> {
        let node = NodeId::parse(id).map_err(|_| bad("the id of a record does not read back"))?;
        let kind = NodeKind::parse(kind).ok_or_else(|| bad("a kind of record is not known"))?;
        let no = self.number(node);
        self.present = Some((node, no));
        self.restored.records += 1;
        self.last_us = self.last_us.max(at_us);
        let (case_no, made_by) = (self.case(case)?, self.member(by)?);
        self.buffer.nodes.push(NewNodeRow { no, id: node, kind, case_no, made_by, made_us: at_us, head_seq, head: Hash(head) });
        Ok(())
    }

    fn claim(&mut self, line: &ClaimLine) -> Result<(), StoreError> {
        let (_, subject_no) = self.present.ok_or_else(|| bad("a claim stands before its record"))?;
        let p = parts(line)?;
        let id = ClaimId::parse(&line.id).map_err(|_| bad("the id of a claim does not read back"))?;
        self.restored.claims += 1;
        let no = self.restored.claims as i64;
        if self.claims.insert(id, no).is_some() {
            return Err(bad("the id of a claim stands twice"));
        }
        let mut value = p.value.as_ref().map(|v| ValueColumns::of(v, p.held.as_ref())).unwrap_or_default();
        if let Some(Value::Ref(target)) = &p.value {
            value.ref_no = Some(self.number(*target));
        }
        for (nth, citation) in p.citations.iter().enumerate() {
            let source_no = self.number(citation.source);
            let exhibit_no = citation.exhibit.map(|id| self.number(id));
            self.buffer.citations.push(CitationRow { claim_no: no, nth: nth as i64, source_no, exhibit_no, citation: citation.clone() });
        }
        self.erased.extend((0..).zip(&line.citations).filter_map(|(nth, citation)| Some((no, nth, citation.erased_us?))));
        self.last_us = self.last_us.max(line.at_us);
        self.buffer.claims.push(NewClaimRow {
            no,
            id,
            subject_no,
            seq: line.seq,
            property: p.property,
            value,
            held: line.held.clone(),
            origin: line.origin.clone(),
            salt: p.salt,
            value_commit: Hash(unhex(&line.value_commit)?),
            grounds_commit: Hash(unhex(&line.grounds_commit)?),
            stance: Stance::parse(&line.stance).map_err(|_| bad("a stance does not read back"))?,
            status: first_status(&line.status)?,
            known_to: KnownTo::parse(&line.known_to).map_err(|_| bad("a number of people does not read back"))?,
            case_no: self.case(&line.case)?,
            made_by: self.member(&line.by)?,
            made_us: line.at_us,
            hash: Hash(unhex(&line.hash)?),
            erased_us: line.erased_us,
            indexed: None,
        });
        Ok(())
    }

    fn number(&mut self, id: NodeId) -> i64 {
        let next = self.nodes.len() as i64 + 1;
        *self.nodes.entry(id).or_insert(next)
    }

    fn member(&self, id: &str) -> Result<i64, StoreError> {
        self.members.get(id).copied().ok_or_else(|| bad("a member is named that does not stand before"))
    }

    fn case(&self, id: &str) -> Result<i64, StoreError> {
        self.cases.get(id).copied().ok_or_else(|| bad("a case is named that does not stand before"))
    }

    /// The number of what a row of casework names.
    fn number_of(&self, table: &str, id: &str) -> Option<i64> {
        match table {
            "member" => self.members.get(id).copied(),
            "cases" => self.cases.get(id).copied(),
            "node" => self.nodes.get(&NodeId::parse(id).ok()?).copied(),
            _ => self.claims.get(&ClaimId::parse(id).ok()?).copied(),
        }
    }

    async fn flush(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        std::mem::take(&mut self.buffer).write(tx, &self.store.secret).await?;
        const EVENT: &str = "INSERT INTO claim_event (no, claim_no, subject_no, seq, what, reason, salt, reason_commit, made_by, made_us, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        for e in std::mem::take(&mut self.events) {
            on!(&mut *tx, c => sqlx::query(EVENT).bind(e.no).bind(e.claim_no).bind(e.subject_no).bind(e.seq).bind(e.what.code()).bind(e.reason).bind(e.salt.map(|s| s.to_vec()))
                .bind(e.commit.to_vec()).bind(e.by).bind(e.at_us).bind(e.hash.to_vec()).execute(c).await.map(drop))
            .map_err(while_("restoring"))?;
        }
        const ERASED: &str = "INSERT INTO erased_citation (claim_no, nth, made_us) VALUES ($1, $2, $3)";
        for (claim_no, nth, at_us) in std::mem::take(&mut self.erased) {
            on!(&mut *tx, c => sqlx::query(ERASED).bind(claim_no).bind(nth).bind(at_us).execute(c).await.map(drop)).map_err(while_("restoring"))?;
        }
        Ok(())
    }

    async fn end(mut self, tx: &mut Tx) -> Result<Restored, StoreError> {
        if !self.ended {
            return Err(bad("the export is cut off: its last line is missing"));
        }
        self.flush(tx).await?;
        if let Some(mut chain) = self.chain.take() {
            chain.end();
            if let Some(fault) = chain.checked.faults.first() {
                return Err(bad(fault.clone()));
            }
        }
        self.check_references(tx).await?;
        if let Some(book) = &self.book
            && let Some(fault) = custody::faults(tx, book).await?.first()
        {
            return Err(bad(fault.clone()));
        }
        on!(&mut *tx, c => sqlx::query("UPDATE book SET last_us = $1").bind(self.last_us).execute(c).await.map(drop)).map_err(while_("restoring"))?;
        reindex::rebuild(tx, &self.store.secret, &mut |_| {}).await?;
        Ok(self.restored)
    }

    /// Every reference must name a record of the export, of the kind its property takes.
    async fn check_references(&self, tx: &mut Tx) -> Result<(), StoreError> {
        const SQL: &str = "SELECT DISTINCT c.property, COALESCE(n.kind, '') FROM claim c LEFT JOIN node n ON n.no = c.ref_no WHERE c.ref_no IS NOT NULL
            UNION SELECT DISTINCT 'source', COALESCE(n.kind, '') FROM citation q LEFT JOIN node n ON n.no = q.source_no";
        let rows: Vec<(String, String)> = on!(&mut *tx, c => sqlx::query_as(SQL).fetch_all(c).await).map_err(while_("restoring"))?;
        for (property, kind) in rows {
            let wanted = match vocab::property(&property).map(|p| &p.value) {
                Some(ValueType::Ref(wanted)) => wanted.code(),
                _ => NodeKind::Source.code(),
            };
            if kind != wanted {
                return Err(bad(format!("{property} names a record that is not in the export or not a {wanted}")));
            }
        }
        Ok(())
    }
}
