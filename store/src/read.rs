//! Reading records: a record with its claims, what points at it, what cites it, its history, what it is called.
//!
//! Every function asks for a [`Reader`]; a claim, record or source in a case that is not granted to the reader is not there. Lists of numbers are
//! written into the statement as digits: they are this room's own integers, never anybody's text.

use std::collections::BTreeMap;

use kniha_core::claim::{Citation, Move};
use kniha_core::commit::Hash;
use kniha_core::id::{CaseId, ClaimId, NodeId};
use kniha_core::time::{UtcMicros, Window};
use kniha_core::vocab::{self, NodeKind, ValueType};
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Case, Reader};
use crate::check::creation_hash;
use crate::error::{StoreError, corrupt, while_};
use crate::row::{ClaimRow, claim_columns, claim_joins};
use crate::view::{ClaimView, Count, Happened, History, HistoryEntry, Label, Labels, MAX_CLAIMS, MAX_RELATED, RecordView, Related};

/// Claims citing a source on one page.
const CITED_PAGE: usize = 100;
/// Where counting stops, so that a page stays fast in a large book.
const COUNT_MOST: usize = 10_000;

/// A record with the claims that the reader may see; `None` where there is none for this reader.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn record(tx: &mut Tx, reader: &Reader, id: NodeId) -> Result<Option<RecordView>, StoreError> {
    const SQL: &str = "SELECT n.no, n.kind, n.made_us, m.name, k.id, k.title FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no
        JOIN cases k ON k.no = n.case_no JOIN member m ON m.no = n.made_by WHERE n.id = $2";
    let row: Option<(i64, String, i64, String, String, String)> =
        on!(&mut *tx, c => sqlx::query_as(SQL).bind(reader.no).bind(id.to_string()).fetch_optional(c).await).map_err(while_("reading a record"))?;
    let Some((no, kind, made_us, made_by, case_id, title)) = row else { return Ok(None) };
    let kind = NodeKind::parse(&kind).ok_or_else(|| corrupt("node", "kind", no))?;
    let case = Case { id: CaseId::parse(&case_id).map_err(|_| corrupt("cases", "id", &case_id))?, title };
    const CLAIMS: &str = concat!(
        "SELECT ",
        claim_columns!(),
        " FROM claim c JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no",
        claim_joins!(),
        "WHERE c.subject_no = $2 ORDER BY c.seq LIMIT $3"
    );
    let most = MAX_CLAIMS as i64 + 1;
    let mut rows: Vec<ClaimRow> =
        on!(&mut *tx, c => sqlx::query_as(CLAIMS).bind(reader.no).bind(no).bind(most).fetch_all(c).await).map_err(while_("reading claims"))?;
    let more = rows.len() > MAX_CLAIMS;
    rows.truncate(MAX_CLAIMS);
    let claims = views(tx, reader, rows).await?;
    Ok(Some(RecordView { id, kind, case, made_by, made: UtcMicros(made_us), claims, more }))
}

/// One claim; `None` where there is none for this reader.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn claim(tx: &mut Tx, reader: &Reader, id: ClaimId) -> Result<Option<ClaimView>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        claim_columns!(),
        " FROM claim c JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no
         JOIN node n ON n.no = c.subject_no JOIN access na ON na.member_no = $1 AND na.case_no = n.case_no",
        claim_joins!(),
        "WHERE c.id = $2"
    );
    let row: Option<ClaimRow> =
        on!(&mut *tx, c => sqlx::query_as(SQL).bind(reader.no).bind(id.to_string()).fetch_optional(c).await).map_err(while_("reading a claim"))?;
    Ok(views(tx, reader, row.into_iter().collect()).await?.pop())
}

/// Records that point at this one, newest first, each with its standing claims; and whether there are more.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn related(tx: &mut Tx, reader: &Reader, id: NodeId) -> Result<(Vec<Related>, bool), StoreError> {
    const SQL: &str = "SELECT c.property, n.no, n.id, n.kind FROM node t
        JOIN claim c ON c.ref_no = t.no JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no
        JOIN node n ON n.no = c.subject_no JOIN access na ON na.member_no = $1 AND na.case_no = n.case_no
        LEFT JOIN claim_state s ON s.claim_no = c.no
        WHERE t.id = $2 AND COALESCE(s.status, c.status) <> 'withdrawn' ORDER BY c.no DESC LIMIT $3";
    let most = MAX_RELATED as i64 + 1;
    let mut rows: Vec<(String, i64, String, String)> =
        on!(&mut *tx, c => sqlx::query_as(SQL).bind(reader.no).bind(id.to_string()).bind(most).fetch_all(c).await)
            .map_err(while_("reading related records"))?;
    let more = rows.len() > MAX_RELATED;
    rows.truncate(MAX_RELATED);
    let nos: Vec<i64> = rows.iter().map(|row| row.1).collect();
    let mut claims = standing_claims(tx, reader, &nos, None).await?;
    let mut related = Vec::with_capacity(rows.len());
    for (property, no, id, kind) in rows {
        related.push(Related {
            via: vocab::property(&property).ok_or_else(|| corrupt("claim", "property", &property))?,
            id: node_id(&id)?,
            kind: NodeKind::parse(&kind).ok_or_else(|| corrupt("node", "kind", no))?,
            claims: claims.remove(&no).unwrap_or_default(),
        });
    }
    Ok((related, more))
}

/// Claims that cite a source, newest first, a page at a time; and where the next page begins.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn cited(tx: &mut Tx, reader: &Reader, source: NodeId, after: Option<&str>) -> Result<(Vec<ClaimView>, Option<String>), StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        claim_columns!(),
        " FROM node t JOIN access ta ON ta.member_no = $1 AND ta.case_no = t.case_no
         JOIN citation q ON q.source_no = t.no JOIN claim c ON c.no = q.claim_no JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no
         JOIN node n ON n.no = c.subject_no JOIN access na ON na.member_no = $1 AND na.case_no = n.case_no",
        claim_joins!(),
        "WHERE t.id = $2 AND q.claim_no < $3
         AND NOT EXISTS (SELECT 1 FROM citation p WHERE p.claim_no = q.claim_no AND p.source_no = q.source_no AND p.nth < q.nth) ORDER BY q.claim_no DESC LIMIT $4"
    );
    let before = after.and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    let most = CITED_PAGE as i64 + 1;
    let mut rows: Vec<ClaimRow> = on!(&mut *tx, c => sqlx::query_as(SQL).bind(reader.no).bind(source.to_string()).bind(before).bind(most).fetch_all(c).await)
        .map_err(while_("reading what cites a source"))?;
    let next = (rows.len() > CITED_PAGE).then(|| {
        rows.truncate(CITED_PAGE);
        rows.last().map(|row| row.no.to_string())
    });
    Ok((views(tx, reader, rows).await?, next.flatten()))
}

/// What happened to a record, newest first, a page of `most` entries at a time; `None` where there is no such record for this reader. `before` is
/// the `next` of the page before. Entries of cases that the reader may not see are there, without content, so that the chain can be followed.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn history(tx: &mut Tx, reader: &Reader, id: NodeId, before: Option<i64>, most: usize) -> Result<Option<History>, StoreError> {
    const RECORD: &str = "SELECT n.no, n.kind, n.made_us, n.head_seq, m.name, m.id, k.id, b.id FROM node n
        JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no
        JOIN cases k ON k.no = n.case_no JOIN member m ON m.no = n.made_by CROSS JOIN book b WHERE n.id = $2";
    type Record = (i64, String, i64, i64, String, String, String, Vec<u8>);
    let row: Option<Record> =
        on!(&mut *tx, c => sqlx::query_as(RECORD).bind(reader.no).bind(id.to_string()).fetch_optional(c).await).map_err(while_("reading a record"))?;
    let Some((no, kind, made_us, head_seq, made_by, member, case, book)) = row else { return Ok(None) };
    // Each half is cut before they are put together, so that a page reads a page, however long the history is.
    const ENTRIES: &str = "SELECT * FROM (SELECT c.seq, m.name, c.made_us, c.hash, c.no, CAST(NULL AS TEXT), CAST(NULL AS TEXT) FROM claim c
            JOIN member m ON m.no = c.made_by WHERE c.subject_no = $1 AND c.seq < $2 ORDER BY c.seq DESC LIMIT $3) claims
        UNION ALL
        SELECT * FROM (SELECT e.seq, m.name, e.made_us, e.hash, e.claim_no, e.what, e.reason FROM claim_event e
            JOIN member m ON m.no = e.made_by WHERE e.subject_no = $1 AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3) moves
        ORDER BY 1 DESC LIMIT $3";
    type Entry = (i64, String, i64, Vec<u8>, i64, Option<String>, Option<String>);
    let (before, most) = (before.unwrap_or(i64::MAX), most.clamp(1, MAX_CLAIMS));
    let mut rows: Vec<Entry> =
        on!(&mut *tx, c => sqlx::query_as(ENTRIES).bind(no).bind(before).bind(most as i64).fetch_all(c).await).map_err(while_("reading a history"))?;
    // Where the page still has room, the creation follows; else another page does.
    let ends = rows.len() < most;
    rows.truncate(most);
    let next = if ends { None } else { rows.last().map(|row| row.0) };
    let mut nos: Vec<i64> = rows.iter().map(|row| row.4).collect();
    nos.sort_unstable();
    nos.dedup();
    let seen = claims_by_no(tx, reader, &nos).await?;
    let mut entries = Vec::with_capacity(rows.len() + 1);
    for (seq, by, at_us, hash, claim_no, what, reason) in rows {
        let hash = Hash::from_slice(&hash).ok_or_else(|| corrupt("claim", "hash", claim_no))?;
        let (by, what) = match (seen.get(&claim_no).cloned().map(Box::new), what) {
            (None, _) => (String::new(), Happened::Withheld),
            (Some(claim), None) => (by, Happened::Claimed(claim)),
            (Some(claim), Some(what)) => {
                let what = Move::parse(&what).map_err(|_| corrupt("claim_event", "what", seq))?;
                (by, Happened::Moved { claim, what, reason })
            }
        };
        entries.push(HistoryEntry { seq, by, at: UtcMicros(at_us), hash, what });
    }
    if ends && before > 0 {
        // The hash of the first entry is worked out again from the record's row.
        let hash = creation_hash(&book, id, &kind, made_us, &case, &member)?;
        entries.push(HistoryEntry { seq: 0, by: made_by, at: UtcMicros(made_us), hash, what: Happened::Made });
    }
    Ok(Some(History { entries, count: usize::try_from(head_seq).unwrap_or(0) + 1, next }))
}

/// Claims by number, those that the reader may see.
pub(crate) async fn claims_by_no(tx: &mut Tx, reader: &Reader, nos: &[i64]) -> Result<BTreeMap<i64, ClaimView>, StoreError> {
    let mut claims = BTreeMap::new();
    for nos in nos.chunks(500) {
        let rows = claim_rows(tx, reader, &format!("c.no IN ({})", numbers(nos))).await?;
        let nos: Vec<i64> = rows.iter().map(|row| row.no).collect();
        claims.extend(nos.into_iter().zip(views(tx, reader, rows).await?));
    }
    Ok(claims)
}

/// What records are called, for links and lists: names, titles and the codes that stand for them.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn labels(tx: &mut Tx, reader: &Reader, ids: &[NodeId]) -> Result<Labels, StoreError> {
    let mut labels = Labels::new();
    for ids in ids.chunks(500) {
        // Ids are letters and digits by type.
        let list = ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(",");
        let sql = format!("SELECT n.no, n.id, n.kind FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE n.id IN ({list})");
        let rows: Vec<(i64, String, String)> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(reader.no).fetch_all(c).await).map_err(while_("reading labels"))?;
        let nos: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let mut by_no = labels_by_no(tx, reader, &nos).await?;
        for (no, id, kind) in rows {
            let mut label = by_no.remove(&no).unwrap_or_default();
            label.kind = NodeKind::parse(&kind);
            labels.insert(node_id(&id)?, label);
        }
    }
    for id in ids {
        labels.entry(*id).or_default();
    }
    Ok(labels)
}

/// Properties by which a record is called, codes that stand for a name, and codes that are told beside one.
const CALLED: &str = "'person.name','unit.name','place.name','incident.title','exhibit.title','source.title','exhibit.address','posting.role',\
    'act.violation','injury.kind','involvement.degree','command.kind','positioning.kind','unit.class','source.reliability'";

pub(crate) async fn labels_by_no(tx: &mut Tx, reader: &Reader, nos: &[i64]) -> Result<BTreeMap<i64, Label>, StoreError> {
    let mut labels: BTreeMap<i64, Label> = BTreeMap::new();
    for nos in nos.chunks(500) {
        let sql = format!(
            "SELECT c.subject_no, c.property, c.text, c.lang, c.code FROM claim c JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no
             LEFT JOIN claim_state s ON s.claim_no = c.no
             WHERE c.subject_no IN ({}) AND c.property IN ({CALLED}) AND c.erased_us IS NULL AND COALESCE(s.status, c.status) <> 'withdrawn'
             ORDER BY c.subject_no, c.seq",
            numbers(nos)
        );
        type Called = (i64, String, Option<String>, Option<String>, Option<String>);
        let rows: Vec<Called> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(reader.no).fetch_all(c).await).map_err(while_("reading labels"))?;
        for (no, property, text, lang, code) in rows {
            let label = labels.entry(no).or_default();
            match (text, code, vocab::property(&property).map(|p| &p.value)) {
                (Some(text), _, _) if property == "exhibit.address" && !label.names.is_empty() => drop(text),
                (Some(text), _, _) if label.names.len() < 12 => label.names.push((text.chars().take(300).collect(), lang)),
                (None, Some(code), Some(ValueType::Code(list))) if matches!(property.as_str(), "unit.class" | "source.reliability") => {
                    label.marks.push((list.to_string(), code));
                }
                (None, Some(code), Some(ValueType::Code(list))) => label.codes.push((list.to_string(), code)),
                _ => {}
            }
        }
    }
    Ok(labels)
}

/// Standing claims of records by number, all or only of some properties.
pub(crate) async fn standing_claims(tx: &mut Tx, reader: &Reader, nos: &[i64], properties: Option<&str>) -> Result<BTreeMap<i64, Vec<ClaimView>>, StoreError> {
    let mut claims: BTreeMap<i64, Vec<ClaimView>> = BTreeMap::new();
    for nos in nos.chunks(500) {
        let only = properties.map(|list| format!(" AND c.property IN ({list})")).unwrap_or_default();
        let standing = format!(
            "c.subject_no IN ({}){only} AND c.erased_us IS NULL AND COALESCE(s.status, c.status) <> 'withdrawn' ORDER BY c.subject_no, c.seq LIMIT 20000",
            numbers(nos)
        );
        let rows = claim_rows(tx, reader, &standing).await?;
        let subjects: Vec<i64> = rows.iter().map(|row| row.subject_no).collect();
        for (no, view) in subjects.into_iter().zip(views(tx, reader, rows).await?) {
            claims.entry(no).or_default().push(view);
        }
    }
    Ok(claims)
}

/// Claims that the reader may see and that fit a condition of this room.
async fn claim_rows(tx: &mut Tx, reader: &Reader, condition: &str) -> Result<Vec<ClaimRow>, StoreError> {
    let sql = format!(
        concat!("SELECT ", claim_columns!(), " FROM claim c JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no", claim_joins!(), "WHERE {}"),
        condition
    );
    on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(reader.no).fetch_all(c).await).map_err(while_("reading claims"))
}

/// Rows to views: joins the citations, the member's names and the records' ids.
pub(crate) async fn views(tx: &mut Tx, reader: &Reader, rows: Vec<ClaimRow>) -> Result<Vec<ClaimView>, StoreError> {
    let nos: Vec<i64> = rows.iter().map(|row| row.no).collect();
    let mut citations = citations(tx, reader, &nos).await?;
    let mut subjects: Vec<i64> = rows.iter().map(|row| row.subject_no).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let ids = ids_of(tx, &subjects).await?;
    let names = member_names(tx).await?;
    rows.iter()
        .map(|row| {
            let (citations, withheld) = citations.remove(&row.no).unwrap_or_default();
            Ok(ClaimView {
                id: row.claim_id()?,
                subject: *ids.get(&row.subject_no).ok_or_else(|| row.bad("subject_no"))?,
                seq: row.seq,
                property: row.property()?,
                value: row.value()?,
                held: row.held()?,
                origin: row.origin.clone(),
                stance: row.stance()?,
                status: row.status()?,
                known_to: row.known_to()?,
                made_by: names.get(&row.made_by).cloned().unwrap_or_default(),
                made: row.made(),
                erased: row.erased_us.map(UtcMicros),
                citations,
                withheld,
            })
        })
        .collect()
}

type Cited = BTreeMap<i64, (Vec<Citation>, usize)>;

async fn citations(tx: &mut Tx, reader: &Reader, claim_nos: &[i64]) -> Result<Cited, StoreError> {
    let mut cited = Cited::new();
    for nos in claim_nos.chunks(500) {
        let sql = format!(
            "SELECT q.claim_no, CASE WHEN sa.member_no IS NULL THEN NULL ELSE s.id END, CASE WHEN xa.member_no IS NULL THEN NULL ELSE x.id END,
                    q.words, q.locator, q.accessed, q.archived
             FROM citation q JOIN node s ON s.no = q.source_no LEFT JOIN access sa ON sa.member_no = $1 AND sa.case_no = s.case_no
             LEFT JOIN node x ON x.no = q.exhibit_no LEFT JOIN access xa ON xa.member_no = $1 AND xa.case_no = x.case_no
             WHERE q.claim_no IN ({}) ORDER BY q.claim_no, q.nth",
            numbers(nos)
        );
        type Row = (i64, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>);
        let rows: Vec<Row> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(reader.no).fetch_all(c).await).map_err(while_("reading citations"))?;
        for (no, source, exhibit, words, locator, accessed, archived) in rows {
            let entry = cited.entry(no).or_default();
            let Some(source) = source else {
                entry.1 += 1;
                continue;
            };
            let accessed = accessed.as_deref().map(Window::parse).transpose().map_err(|_| corrupt("citation", "accessed", no))?;
            let exhibit = exhibit.as_deref().map(node_id).transpose()?;
            entry.0.push(Citation { source: node_id(&source)?, exhibit, words, locator, accessed, archived });
        }
    }
    Ok(cited)
}

pub(crate) async fn ids_of(tx: &mut Tx, nos: &[i64]) -> Result<BTreeMap<i64, NodeId>, StoreError> {
    let mut ids = BTreeMap::new();
    for nos in nos.chunks(500) {
        let sql = format!("SELECT no, id FROM node WHERE no IN ({})", numbers(nos));
        let rows: Vec<(i64, String)> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("reading ids"))?;
        for (no, id) in rows {
            ids.insert(no, node_id(&id)?);
        }
    }
    Ok(ids)
}

async fn member_names(tx: &mut Tx) -> Result<BTreeMap<i64, String>, StoreError> {
    let rows: Vec<(i64, String)> = on!(&mut *tx, c => sqlx::query_as("SELECT no, name FROM member").fetch_all(c).await).map_err(while_("reading members"))?;
    Ok(rows.into_iter().collect())
}

/// Numbers of records by kind that the reader may see; counting stops at a bound.
///
/// # Errors
/// What the database said.
pub async fn counts(tx: &mut Tx, reader: &Reader) -> Result<Vec<(NodeKind, Count)>, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE n.kind = $2 LIMIT $3) x";
    let mut counts = Vec::new();
    for kind in NodeKind::ALL {
        let n: i64 = on!(&mut *tx, c => sqlx::query_scalar(SQL).bind(reader.no).bind(kind.code()).bind(COUNT_MOST as i64 + 1).fetch_one(c).await)
            .map_err(while_("counting records"))?;
        let n = usize::try_from(n).unwrap_or(0);
        counts.push((kind, if n > COUNT_MOST { Count::MoreThan(COUNT_MOST) } else { Count::Exactly(n) }));
    }
    Ok(counts)
}

pub(crate) fn node_id(text: &str) -> Result<NodeId, StoreError> {
    NodeId::parse(text).map_err(|_| corrupt("node", "id", text))
}

pub(crate) fn numbers(nos: &[i64]) -> String {
    nos.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}
