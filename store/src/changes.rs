//! What others changed in a member's cases since the member last said "seen". No time of anybody's visit is kept: the mark is a row's number.

use std::collections::BTreeMap;

use kniha_core::id::NodeId;
use kniha_core::time::UtcMicros;
use kniha_core::vocab::NodeKind;
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Reader, Wall, next_no};
use crate::error::{StoreError, corrupt, while_};
use crate::read::{claims_by_no, node_id, numbers};
use crate::view::{ClaimView, Count};
use crate::write::Writing;

/// How far back is looked, in rows: after a large import a page stays fast and says that there is more.
const WINDOW: i64 = 20_000;
/// Rows that are read.
const ROWS: i64 = 1000;
/// Where counting what waits stops.
const COUNTED: usize = 100;

/// A record that others changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The record.
    pub id: NodeId,
    /// Its kind.
    pub kind: NodeKind,
    /// Claims added.
    pub claims: usize,
    /// Claims moved: accepted, questioned, withdrawn, restored, erased.
    pub moves: usize,
    /// By whom, in the order of the newest.
    pub by: Vec<String>,
    /// The newest change.
    pub at: UtcMicros,
}

/// How far the book had come when a page was made: what "seen" marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Number of the newest claim.
    pub claim: i64,
    /// Number of the newest move.
    pub event: i64,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Records, the newest change first.
    pub records: Vec<Changed>,
    /// Whether there is more than is told.
    pub more: bool,
    /// What is marked when the reader has seen these.
    pub newest: Seen,
}

/// What others changed in the reader's cases since their mark, at most `limit` records.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn changes(tx: &mut Tx, reader: &Reader, limit: usize) -> Result<Changes, StoreError> {
    const DOING: &str = "reading what changed";
    const MARK: &str = "SELECT claim_no, event_no FROM seen WHERE member_no = $1";
    let mark: Option<(i64, i64)> = on!(&mut *tx, c => sqlx::query_as(MARK).bind(reader.no).fetch_optional(c).await).map_err(while_(DOING))?;
    let newest = Seen { claim: next_no(tx, "SELECT MAX(no) FROM claim").await? - 1, event: next_no(tx, "SELECT MAX(no) FROM claim_event").await? - 1 };
    let mark = mark.unwrap_or_default();
    let wall = Wall::of(tx, reader).await?;
    let (claims_from, events_from) = (mark.0.max(newest.claim - WINDOW), mark.1.max(newest.event - WINDOW));
    let mut more = claims_from > mark.0 || events_from > mark.1;
    let claims = format!(
        "SELECT c.subject_no, c.made_by, c.made_us, CAST(0 AS BIGINT) FROM claim c WHERE c.no > $1 AND c.made_by <> $2 AND {} ORDER BY c.no DESC LIMIT {ROWS}",
        wall.seen("c")
    );
    let moves = format!(
        "SELECT e.subject_no, e.made_by, e.made_us, CAST(1 AS BIGINT) FROM claim_event e JOIN claim c ON c.no = e.claim_no
         WHERE e.no > $1 AND e.made_by <> $2 AND {} ORDER BY e.no DESC LIMIT {ROWS}",
        wall.seen("c")
    );
    type Row = (i64, i64, i64, i64);
    let mut rows: Vec<Row> = Vec::new();
    for (sql, from) in [(claims, claims_from), (moves, events_from)] {
        let found: Vec<Row> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(from).bind(reader.no).fetch_all(c).await).map_err(while_(DOING))?;
        more |= found.len() as i64 == ROWS;
        rows.extend(found);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.2));
    let mut order: Vec<i64> = Vec::new();
    let mut told: BTreeMap<i64, (usize, usize, Vec<i64>, i64)> = BTreeMap::new();
    for (subject, by, at_us, moved) in rows {
        let entry = told.entry(subject).or_insert_with(|| {
            order.push(subject);
            (0, 0, Vec::new(), at_us)
        });
        *(if moved == 0 { &mut entry.0 } else { &mut entry.1 }) += 1;
        if !entry.2.contains(&by) {
            entry.2.push(by);
        }
    }
    let seen: BTreeMap<i64, (NodeId, NodeKind)> = records(tx, &wall, &order).await?;
    order.retain(|no| seen.contains_key(no));
    more |= order.len() > limit;
    order.truncate(limit);
    let names: BTreeMap<i64, String> =
        on!(&mut *tx, c => sqlx::query_as("SELECT no, name FROM member").fetch_all(c).await).map_err(while_(DOING))?.into_iter().collect();
    let records = order
        .iter()
        .filter_map(|no| {
            let (id, kind) = *seen.get(no)?;
            let (claims, moves, by, at_us) = told.remove(no)?;
            let by = by.iter().filter_map(|no| names.get(no).cloned()).collect();
            Some(Changed { id, kind, claims, moves, by, at: UtcMicros(at_us) })
        })
        .collect();
    Ok(Changes { records, more, newest })
}

/// Claims of the reader's cases that nobody has examined yet, newest first, at most `limit` of them; and how many there are, counted to a bound.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn unexamined(tx: &mut Tx, reader: &Reader, limit: usize) -> Result<(Vec<ClaimView>, Count), StoreError> {
    let wall = Wall::of(tx, reader).await?;
    let from = next_no(tx, "SELECT MAX(no) FROM claim").await? - 1 - WINDOW;
    let sql = format!(
        "SELECT c.no FROM claim c JOIN node n ON n.no = c.subject_no LEFT JOIN claim_state s ON s.claim_no = c.no WHERE c.no > $1 AND c.erased_us IS NULL
         AND COALESCE(s.status, c.status) = 'as_stated' AND {} AND {} ORDER BY c.no DESC LIMIT {}",
        wall.seen("c"),
        wall.seen("n"),
        COUNTED + 1
    );
    let nos: Vec<i64> =
        on!(&mut *tx, c => sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).bind(from).fetch_all(c).await).map_err(while_("reading what waits"))?;
    let count = if nos.len() > COUNTED || (from > 0 && !nos.is_empty()) { Count::MoreThan(nos.len().min(COUNTED)) } else { Count::Exactly(nos.len()) };
    let newest: Vec<i64> = nos.into_iter().take(limit).collect();
    let claims = claims_by_no(tx, reader, &newest).await?.into_values().rev().collect();
    Ok((claims, count))
}

/// Records by number that stand in the reader's cases.
async fn records(tx: &mut Tx, wall: &Wall, nos: &[i64]) -> Result<BTreeMap<i64, (NodeId, NodeKind)>, StoreError> {
    let mut seen = BTreeMap::new();
    for nos in nos.chunks(500) {
        let sql = format!("SELECT n.no, n.id, n.kind FROM node n WHERE n.no IN ({}) AND {}", numbers(nos), wall.seen("n"));
        let rows: Vec<(i64, String, String)> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("reading what changed"))?;
        for (no, id, kind) in rows {
            seen.insert(no, (node_id(&id)?, NodeKind::parse(&kind).ok_or_else(|| corrupt("node", "kind", no))?));
        }
    }
    Ok(seen)
}

impl Writing<'_> {
    /// Marks what this member has seen; a mark never goes back, and never beyond what is there.
    ///
    /// # Errors
    /// What the database said.
    pub async fn mark_seen(&mut self, seen: Seen) -> Result<(), StoreError> {
        let claim = seen.claim.min(next_no(&mut self.tx, "SELECT MAX(no) FROM claim").await? - 1).max(0);
        let event = seen.event.min(next_no(&mut self.tx, "SELECT MAX(no) FROM claim_event").await? - 1).max(0);
        const SQL: &str = "INSERT INTO seen (member_no, claim_no, event_no) VALUES ($1, $2, $3) ON CONFLICT (member_no) DO UPDATE SET
            claim_no = CASE WHEN excluded.claim_no > seen.claim_no THEN excluded.claim_no ELSE seen.claim_no END,
            event_no = CASE WHEN excluded.event_no > seen.event_no THEN excluded.event_no ELSE seen.event_no END";
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(self.member_no).bind(claim).bind(event).execute(c).await.map(drop))
            .map_err(while_("marking what was seen"))
    }
}
