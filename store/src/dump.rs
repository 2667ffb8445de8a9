//! The whole book as lines: what an export writes, a restore reads, and a check follows.
//!
//! One JSON object a line, its kind in `t`; written down in `docs/formats/export.md`. Records come in the order they were made, each followed by
//! its history; one snapshot, read in chunks. Cases of unfinished imports are not part of the book.

use std::collections::BTreeMap;

use data_encoding::{BASE64, HEXLOWER};
use kniha_core::value::Value;
use kniha_db::{Tx, on};
use serde::{Deserialize, Serialize};

use crate::book::Store;
use crate::carry;
use crate::error::{StoreError, while_};
use crate::row::{ClaimRow, claim_columns, claim_joins};

/// Version of the format.
pub(crate) const VERSION: u32 = 1;
/// Records read at once.
const CHUNK: i64 = 1000;

/// One line of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "lowercase", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are documented in docs/formats/export.md, in one place")]
pub enum Line {
    /// The first line.
    Book { version: u32, book: String, title: String, made_us: i64 },
    /// A member.
    Member { id: String, name: String, made_us: i64 },
    /// A case.
    Case { id: String, title: String, by: String, at_us: i64 },
    /// Who may see which case.
    Access {
        member: String,
        case: String,
        by: String,
        at_us: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_us: Option<i64>,
    },
    /// A record.
    Node { id: String, kind: String, case: String, by: String, at_us: i64, head_seq: i64, head_hash: String },
    /// A claim of the record before it.
    Claim(Box<ClaimLine>),
    /// A move of a claim of the record before it.
    Move {
        claim: String,
        subject: String,
        seq: i64,
        what: String,
        reason: Option<String>,
        salt: Option<String>,
        reason_commit: String,
        by: String,
        at_us: i64,
        hash: String,
    },
    /// A row of a table of casework.
    Row { table: String, row: BTreeMap<String, serde_json::Value> },
    /// The last line: how many lines of each kind stand before it.
    End(Counts),
}

/// Lines by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are the kinds of lines")]
pub struct Counts {
    pub members: u64,
    pub cases: u64,
    pub grants: u64,
    pub records: u64,
    pub claims: u64,
    pub moves: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rows: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Counts {
    pub(crate) fn add(&mut self, line: &Line) {
        match line {
            Line::Member { .. } => self.members += 1,
            Line::Case { .. } => self.cases += 1,
            Line::Access { .. } => self.grants += 1,
            Line::Node { .. } => self.records += 1,
            Line::Claim(_) => self.claims += 1,
            Line::Move { .. } => self.moves += 1,
            Line::Row { .. } => self.rows += 1,
            Line::Book { .. } | Line::End(_) => {}
        }
    }
}

/// A claim in an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are documented in docs/formats/export.md, in one place")]
pub struct ClaimLine {
    pub id: String,
    pub subject: String,
    pub seq: i64,
    pub property: String,
    pub value: Option<ValueLine>,
    pub held: Option<String>,
    pub origin: Option<String>,
    pub salt: Option<String>,
    pub value_commit: String,
    pub grounds_commit: String,
    pub stance: String,
    pub status: String,
    pub known_to: String,
    pub case: String,
    pub by: String,
    pub at_us: i64,
    pub hash: String,
    pub erased_us: Option<i64>,
    pub citations: Vec<CitationLine>,
}

/// A value in an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are documented in docs/formats/export.md, in one place")]
pub enum ValueLine {
    Text { text: String, lang: Option<String> },
    Name { text: String, lang: Option<String>, kind: String },
    Ref(String),
    Integer(i64),
    Real(f64),
    Window(String),
    Region { lat_deg: f64, lon_deg: f64, radius_m: Option<f64> },
    Code(String),
    Address(String),
    Sealed(String),
}

/// A citation in an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are documented in docs/formats/export.md, in one place")]
pub struct CitationLine {
    pub source: String,
    pub exhibit: Option<String>,
    pub words: Option<String>,
    pub locator: Option<String>,
    pub accessed: Option<String>,
    pub archived: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_us: Option<i64>,
}

impl ValueLine {
    fn of(value: &Value) -> ValueLine {
        let tag = |lang: Option<&kniha_core::name::LangTag>| lang.map(|l| l.as_str().to_owned());
        match value {
            Value::Text { text, lang } => ValueLine::Text { text: text.clone(), lang: tag(lang.as_ref()) },
            Value::Name(name) => ValueLine::Name { text: name.text().to_owned(), lang: tag(name.lang()), kind: name.kind().code().to_owned() },
            Value::Ref(id) => ValueLine::Ref(id.to_string()),
            Value::Integer(n) => ValueLine::Integer(*n),
            Value::Real(x) => ValueLine::Real(*x),
            Value::Window(window) => ValueLine::Window(window.to_string()),
            Value::Region(r) => ValueLine::Region { lat_deg: r.lat_deg(), lon_deg: r.lon_deg(), radius_m: r.radius_m() },
            Value::Code(code) => ValueLine::Code(code.clone()),
            Value::Address(address) => ValueLine::Address(address.clone()),
            Value::Sealed(sealed) => ValueLine::Sealed(BASE64.encode(sealed.bytes())),
        }
    }
}

/// Gives every line of the book to `take`, in order.
///
/// # Errors
/// What the database said, a row that does not read back, or what `take` said.
pub async fn dump(store: &Store, take: &mut impl FnMut(Line) -> Result<(), StoreError>) -> Result<(), StoreError> {
    let mut tx = store.read().await?;
    let book = &store.book;
    let mut counts = Counts::default();
    let mut give = |line: Line| {
        counts.add(&line);
        take(line)
    };
    give(Line::Book { version: VERSION, book: HEXLOWER.encode(&book.id), title: book.title.clone(), made_us: book.made.0 })?;
    let members = people_and_cases(&mut tx, &mut give).await?;
    let cases: BTreeMap<i64, String> =
        on!(&mut *tx, c => sqlx::query_as("SELECT no, id FROM cases").fetch_all(c).await).map_err(while_("reading cases"))?.into_iter().collect();
    let name = |map: &BTreeMap<i64, String>, no: i64| map.get(&no).cloned().unwrap_or_default();
    let mut after = 0;
    loop {
        const NODES: &str = "SELECT n.no, n.id, n.kind, n.case_no, n.made_by, n.made_us, n.head_seq, n.head_hash FROM node n
            JOIN cases k ON k.no = n.case_no WHERE n.no > $1 AND k.is_open = 1 ORDER BY n.no LIMIT $2";
        type Node = (i64, String, String, i64, i64, i64, i64, Vec<u8>);
        let nodes: Vec<Node> = on!(&mut *tx, c => sqlx::query_as(NODES).bind(after).bind(CHUNK).fetch_all(c).await).map_err(while_("reading records"))?;
        let (Some(first), Some(last)) = (nodes.first().map(|n| n.0), nodes.last().map(|n| n.0)) else { break };
        after = last;
        let mut claims = claims_between(&mut tx, first, last).await?;
        let mut moves = moves_between(&mut tx, first, last, &members).await?;
        for (no, id, kind, case_no, by, at_us, head_seq, head_hash) in nodes {
            give(Line::Node {
                id: id.clone(),
                kind,
                case: name(&cases, case_no),
                by: name(&members, by),
                at_us,
                head_seq,
                head_hash: HEXLOWER.encode(&head_hash),
            })?;
            let mut entries = moves.remove(&no).unwrap_or_default();
            for (row, citations) in claims.remove(&no).unwrap_or_default() {
                let line = claim_line(&row, &id, name(&cases, row.case_no), name(&members, row.made_by), citations)?;
                entries.push((row.seq, Line::Claim(Box::new(line))));
            }
            entries.sort_by_key(|entry| entry.0);
            for (_, line) in entries {
                give(line)?;
            }
        }
    }
    carry::rows(&mut tx, &mut give).await?;
    take(Line::End(counts))
}

async fn people_and_cases(tx: &mut Tx, take: &mut impl FnMut(Line) -> Result<(), StoreError>) -> Result<BTreeMap<i64, String>, StoreError> {
    let rows: Vec<(i64, String, String, i64)> =
        on!(&mut *tx, c => sqlx::query_as("SELECT no, id, name, made_us FROM member ORDER BY no").fetch_all(c).await).map_err(while_("reading members"))?;
    let mut members = BTreeMap::new();
    for (no, id, name, made_us) in rows {
        members.insert(no, id.clone());
        take(Line::Member { id, name, made_us })?;
    }
    const CASES: &str = "SELECT k.id, k.title, m.id, k.made_us FROM cases k JOIN member m ON m.no = k.made_by WHERE k.is_open = 1 ORDER BY k.no";
    let rows: Vec<(String, String, String, i64)> = on!(&mut *tx, c => sqlx::query_as(CASES).fetch_all(c).await).map_err(while_("reading cases"))?;
    for (id, title, by, at_us) in rows {
        take(Line::Case { id, title, by, at_us })?;
    }
    const ACCESS: &str = "SELECT m.id, k.id, g.id, a.granted_us, a.until_us FROM access a JOIN member m ON m.no = a.member_no JOIN cases k ON k.no = a.case_no
        JOIN member g ON g.no = a.granted_by WHERE k.is_open = 1 ORDER BY a.member_no, a.case_no";
    type Access = (String, String, String, i64, Option<i64>);
    let rows: Vec<Access> = on!(&mut *tx, c => sqlx::query_as(ACCESS).fetch_all(c).await).map_err(while_("reading grants"))?;
    for (member, case, by, at_us, until_us) in rows {
        take(Line::Access { member, case, by, at_us, until_us })?;
    }
    Ok(members)
}

type Claims = BTreeMap<i64, Vec<(ClaimRow, Vec<CitationLine>)>>;

async fn claims_between(tx: &mut Tx, first: i64, last: i64) -> Result<Claims, StoreError> {
    const CLAIMS: &str =
        concat!("SELECT ", claim_columns!(), " FROM claim c", claim_joins!(), "WHERE c.subject_no BETWEEN $1 AND $2 ORDER BY c.subject_no, c.seq");
    let rows: Vec<ClaimRow> = on!(&mut *tx, c => sqlx::query_as(CLAIMS).bind(first).bind(last).fetch_all(c).await).map_err(while_("reading claims"))?;
    const CITATIONS: &str =
        "SELECT q.claim_no, s.id, x.id, q.words, q.locator, q.accessed, q.archived, e.made_us FROM claim c JOIN citation q ON q.claim_no = c.no
        JOIN node s ON s.no = q.source_no LEFT JOIN node x ON x.no = q.exhibit_no
        LEFT JOIN erased_citation e ON e.claim_no = q.claim_no AND e.nth = q.nth WHERE c.subject_no BETWEEN $1 AND $2 ORDER BY q.claim_no, q.nth";
    type Row = (i64, String, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>, Option<i64>);
    let cited: Vec<Row> = on!(&mut *tx, c => sqlx::query_as(CITATIONS).bind(first).bind(last).fetch_all(c).await).map_err(while_("reading citations"))?;
    let mut citations: BTreeMap<i64, Vec<CitationLine>> = BTreeMap::new();
    for (no, source, exhibit, words, locator, accessed, archived, erased_us) in cited {
        citations.entry(no).or_default().push(CitationLine { source, exhibit, words, locator, accessed, archived, erased_us });
    }
    let mut claims = Claims::new();
    for row in rows {
        let cited = citations.remove(&row.no).unwrap_or_default();
        claims.entry(row.subject_no).or_default().push((row, cited));
    }
    Ok(claims)
}

async fn moves_between(tx: &mut Tx, first: i64, last: i64, members: &BTreeMap<i64, String>) -> Result<BTreeMap<i64, Vec<(i64, Line)>>, StoreError> {
    const MOVES: &str = "SELECT e.subject_no, n.id, c.id, e.seq, e.what, e.reason, e.salt, e.reason_commit, e.made_by, e.made_us, e.hash FROM claim_event e
        JOIN claim c ON c.no = e.claim_no JOIN node n ON n.no = e.subject_no WHERE e.subject_no BETWEEN $1 AND $2 ORDER BY e.subject_no, e.seq";
    type Row = (i64, String, String, i64, String, Option<String>, Option<Vec<u8>>, Vec<u8>, i64, i64, Vec<u8>);
    let rows: Vec<Row> = on!(&mut *tx, c => sqlx::query_as(MOVES).bind(first).bind(last).fetch_all(c).await).map_err(while_("reading moves"))?;
    let mut moves: BTreeMap<i64, Vec<(i64, Line)>> = BTreeMap::new();
    for (subject_no, subject, claim, seq, what, reason, salt, commit, by, at_us, hash) in rows {
        let line = Line::Move {
            claim,
            subject,
            seq,
            what,
            reason,
            salt: salt.map(|salt| HEXLOWER.encode(&salt)),
            reason_commit: HEXLOWER.encode(&commit),
            by: members.get(&by).cloned().unwrap_or_default(),
            at_us,
            hash: HEXLOWER.encode(&hash),
        };
        moves.entry(subject_no).or_default().push((seq, line));
    }
    Ok(moves)
}

fn claim_line(row: &ClaimRow, subject: &str, case: String, by: String, citations: Vec<CitationLine>) -> Result<ClaimLine, StoreError> {
    Ok(ClaimLine {
        id: row.id.clone(),
        subject: subject.to_owned(),
        seq: row.seq,
        property: row.property.clone(),
        value: row.value()?.as_ref().map(ValueLine::of),
        held: row.held.clone(),
        origin: row.origin.clone(),
        salt: row.salt.as_ref().map(|salt| HEXLOWER.encode(salt)),
        value_commit: HEXLOWER.encode(&row.value_commit),
        grounds_commit: HEXLOWER.encode(&row.grounds_commit),
        stance: row.stance.clone(),
        status: row.first_status.clone(),
        known_to: row.known_to.clone(),
        case,
        by,
        at_us: row.made_us,
        hash: HEXLOWER.encode(&row.hash),
        erased_us: row.erased_us,
        citations,
    })
}
