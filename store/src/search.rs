//! Search: any spelling of a name, words of prose in any form, a day, an id.
//!
//! Every step is bounded: name keys are looked up sharpest first until enough names are at hand, prose gives its newest
//! [`prose::MOST`] claims; the access join stands before every limit, so what a reader may not see costs nothing they could see. Candidates
//! are then compared in memory: names by how they sound, prose by how much of it the words are.

use std::collections::{BTreeMap, BTreeSet};

use kniha_core::id::{ClaimId, NodeId};
use kniha_core::time::Window;
use kniha_core::vocab::NodeKind;
use kniha_core::words::{self, ENOUGH_CANDIDATES, Heard, NameKey, ROWS_PER_KEY};
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Reader, Store, Wall};
use crate::error::{StoreError, while_};
use crate::prose;
use crate::read::{claims_by_no, ids_of, labels_by_no, numbers};
use crate::view::{Found, Hit, Why};

/// Records found by their time.
const TIME_CANDIDATES: usize = 100;
/// A name less like the query than this is not a hit.
const LIKE_ENOUGH: u32 = 550;
/// Words of a query that are looked for.
const MOST_WORDS: usize = 8;
/// Longest query, in characters.
const MOST_CHARS: usize = 500;
/// Times of records: a day finds them.
const TIMES: &str = "'incident.when','act.when','injury.when','exhibit.captured','person.birth','source.published'";

/// How well a candidate matches, why, and by which claim.
type Match = (u32, Why, Option<i64>);
/// Candidates by the number of their record.
type Candidates = BTreeMap<i64, Match>;

/// Finds records. `kind` narrows, `limit` is at most 200.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn search(tx: &mut Tx, reader: &Reader, store: &Store, text: &str, kind: Option<NodeKind>, limit: usize) -> Result<Found, StoreError> {
    let wall = Wall::of(tx, reader).await?;
    let (candidates, more) = candidates(tx, reader, store, &wall, text, kind).await?;
    let mut order: Vec<(i64, Match)> = candidates.into_iter().collect();
    order.sort_by_key(|(no, (score, ..))| (std::cmp::Reverse(*score), std::cmp::Reverse(*no)));
    let nos: Vec<i64> = order.iter().map(|(no, _)| *no).collect();
    let kinds = kinds(tx, &nos).await?;
    order.truncate(limit.clamp(1, 200));
    let shown: Vec<i64> = order.iter().map(|(no, _)| *no).collect();
    let ids = ids_of(tx, &shown).await?;
    let mut labels = labels_by_no(tx, reader, &shown).await?;
    let claim_nos: Vec<i64> = order.iter().filter_map(|(_, (.., claim))| *claim).collect();
    let mut claims = claims_by_no(tx, reader, &claim_nos).await?;
    let mut hits = Vec::with_capacity(order.len());
    for (no, (score, why, claim)) in order {
        let Some(id) = ids.get(&no) else { continue };
        let mut label = labels.remove(&no).unwrap_or_default();
        label.kind = kinds.iter().find(|(_, nos)| nos.contains(&no)).map(|(kind, _)| *kind);
        hits.push(Hit { id: *id, label, why, score, claim: claim.and_then(|no| claims.remove(&no)) });
    }
    Ok(Found { hits, more, kinds: kinds.into_iter().map(|(kind, nos)| (kind, nos.len())).collect() })
}

/// Record numbers with their score, for lists that are narrowed by words.
pub(crate) async fn candidates(
    tx: &mut Tx,
    reader: &Reader,
    store: &Store,
    wall: &Wall,
    text: &str,
    kind: Option<NodeKind>,
) -> Result<(Candidates, bool), StoreError> {
    let text: String = text.trim().chars().take(MOST_CHARS).collect();
    let mut found = Candidates::new();
    if text.is_empty() {
        return Ok((found, false));
    }
    if let Some((no, claim)) = by_id(tx, reader, &text).await? {
        found.insert(no, (1000, Why::Id, claim));
        return Ok((found, false));
    }
    let names_more = by_name(tx, store, wall, &text, kind, &mut found).await?;
    let prose_more = by_words(tx, wall, &text, kind, &mut found).await?;
    if let Ok(window) = Window::parse(&text) {
        by_time(tx, reader, &window, kind, &mut found).await?;
    }
    Ok((found, names_more || prose_more))
}

fn put(found: &mut Candidates, no: i64, score: u32, why: Why, claim: Option<i64>) {
    let entry = found.entry(no).or_insert((score, why, claim));
    if score > entry.0 {
        *entry = (score, why, claim);
    }
}

async fn by_id(tx: &mut Tx, reader: &Reader, text: &str) -> Result<Option<(i64, Option<i64>)>, StoreError> {
    let Ok(id) = NodeId::parse(text) else { return Ok(None) };
    const NODE: &str = "SELECT n.no FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE n.id = $2";
    let no: Option<i64> =
        on!(&mut *tx, c => sqlx::query_scalar(NODE).bind(reader.no).bind(id.to_string()).fetch_optional(c).await).map_err(while_("searching by id"))?;
    if let Some(no) = no {
        return Ok(Some((no, None)));
    }
    let id = ClaimId::from_random(*id.bytes());
    const CLAIM: &str = "SELECT n.no, c.no FROM claim c JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no
        JOIN node n ON n.no = c.subject_no JOIN access na ON na.member_no = $1 AND na.case_no = n.case_no WHERE c.id = $2";
    let row: Option<(i64, i64)> =
        on!(&mut *tx, c => sqlx::query_as(CLAIM).bind(reader.no).bind(id.to_string()).fetch_optional(c).await).map_err(while_("searching by id"))?;
    Ok(row.map(|(node, claim)| (node, Some(claim))))
}

async fn by_name(tx: &mut Tx, store: &Store, wall: &Wall, text: &str, kind: Option<NodeKind>, found: &mut Candidates) -> Result<bool, StoreError> {
    let query = Heard::of(text);
    let keys = query.sought();
    let mut claims: BTreeSet<i64> = BTreeSet::new();
    let mut more = false;
    let mut rest = keys.as_slice();
    // A duller key is looked up only while the sharper ones found few.
    while let Some(first) = rest.first().filter(|_| claims.len() < ENOUGH_CANDIDATES) {
        let group = rest.iter().take_while(|key| key.level == first.level).count();
        let (now, later) = rest.split_at(group);
        rest = later;
        // One statement for the keys of a level: each is bounded by itself, and a server is asked once. Hashes are this room's own numbers.
        let one = |key: &NameKey| {
            format!(
                "SELECT * FROM (SELECT k.key, k.claim_no FROM name_key k CROSS JOIN node n
                 WHERE k.key = {} AND n.no = k.node_no AND {} AND {}{} ORDER BY k.claim_no DESC LIMIT {ROWS_PER_KEY}) x",
                store.secret.hash(key),
                wall.seen("k"),
                wall.seen("n"),
                of_kind(kind)
            )
        };
        let sql = now.iter().map(one).collect::<Vec<_>>().join(" UNION ALL ");
        let rows: Vec<(i64, i64)> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("searching names"))?;
        let mut of_key: BTreeMap<i64, usize> = BTreeMap::new();
        for (key, claim_no) in rows {
            *of_key.entry(key).or_default() += 1;
            claims.insert(claim_no);
        }
        more |= of_key.values().any(|n| *n == ROWS_PER_KEY);
    }
    let nos: Vec<i64> = claims.into_iter().collect();
    for nos in nos.chunks(500) {
        let sql = format!("SELECT no, subject_no, text FROM claim WHERE no IN ({}) AND text IS NOT NULL", numbers(nos));
        let rows: Vec<(i64, i64, String)> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("searching names"))?;
        for (claim_no, node_no, name) in rows {
            let score = query.likeness(&Heard::of(&name));
            if score >= LIKE_ENOUGH {
                put(found, node_no, score, Why::Name, Some(claim_no));
            }
        }
    }
    Ok(more)
}

async fn by_words(tx: &mut Tx, wall: &Wall, text: &str, kind: Option<NodeKind>, found: &mut Candidates) -> Result<bool, StoreError> {
    let mut tokens: Vec<String> = words::tokens(text);
    tokens.sort_unstable();
    tokens.dedup();
    tokens.truncate(MOST_WORDS);
    if tokens.is_empty() {
        return Ok(false);
    }
    let mut nos = prose::newest(tx, wall, &tokens, true, kind).await?;
    if nos.is_empty() && tokens.len() > 1 {
        nos = prose::newest(tx, wall, &tokens, false, kind).await?;
    }
    let more = nos.len() == prose::MOST;
    for nos in nos.chunks(500) {
        let sql = format!("SELECT no, subject_no, property, SUBSTR(text, 1, 2000) FROM claim WHERE no IN ({}) AND text IS NOT NULL", numbers(nos));
        let rows: Vec<(i64, i64, String, String)> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("searching words"))?;
        for (claim_no, node_no, property, text) in rows {
            put(found, node_no, word_score(&tokens, &property, &text), Why::Words, Some(claim_no));
        }
    }
    Ok(more)
}

/// 300 to 900: how many of the words are there, how much of the text they are, and whether it is a title.
fn word_score(tokens: &[String], property: &str, text: &str) -> u32 {
    let in_text = words::tokens(text);
    let there = tokens.iter().filter(|token| in_text.contains(token)).count() as u32;
    let share = (there * 200) / (in_text.len().max(1) as u32);
    let title = u32::from(property.ends_with(".title") || property.ends_with(".name")) * 100;
    300 + there * 300 / (tokens.len().max(1) as u32) + share.min(200) + title
}

async fn by_time(tx: &mut Tx, reader: &Reader, window: &Window, kind: Option<NodeKind>, found: &mut Candidates) -> Result<(), StoreError> {
    let (from_us, to_us) = (window.start().map_or(i64::MIN, |b| b.us), window.end().map_or(i64::MAX, |b| b.us));
    let sql = format!(
        "SELECT n.no, c.no FROM claim c CROSS JOIN node n CROSS JOIN access a CROSS JOIN access na LEFT JOIN claim_state s ON s.claim_no = c.no
         WHERE n.no = c.subject_no AND a.member_no = $1 AND a.case_no = c.case_no AND na.member_no = $1 AND na.case_no = n.case_no
         AND c.property IN ({TIMES}) AND c.start_us >= $2 AND c.start_us <= $3 AND COALESCE(s.status, c.status) <> 'withdrawn'{}
         ORDER BY c.start_us DESC LIMIT {TIME_CANDIDATES}",
        of_kind(kind)
    );
    let rows: Vec<(i64, i64)> =
        on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(reader.no).bind(from_us).bind(to_us).fetch_all(c).await)
            .map_err(while_("searching by time"))?;
    for (node_no, claim_no) in rows {
        put(found, node_no, 950, Why::Time, Some(claim_no));
    }
    Ok(())
}

/// A condition on the kind of record `n`.
pub(crate) fn of_kind(kind: Option<NodeKind>) -> String {
    kind.map(|kind| format!(" AND n.kind = '{}'", kind.code())).unwrap_or_default()
}

async fn kinds(tx: &mut Tx, nos: &[i64]) -> Result<Vec<(NodeKind, Vec<i64>)>, StoreError> {
    let mut kinds: Vec<(NodeKind, Vec<i64>)> = Vec::new();
    for nos in nos.chunks(500) {
        let sql = format!("SELECT no, kind FROM node WHERE no IN ({})", numbers(nos));
        let rows: Vec<(i64, String)> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("counting hits"))?;
        for (no, kind) in rows {
            let Some(kind) = NodeKind::parse(&kind) else { continue };
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, nos)) => nos.push(no),
                None => kinds.push((kind, vec![no])),
            }
        }
    }
    kinds.sort_by_key(|(kind, nos)| (std::cmp::Reverse(nos.len()), kind.code()));
    Ok(kinds)
}
