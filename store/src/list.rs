//! Lists with filters, a page at a time, fast in a large book.
//!
//! Two ways to a page. *Narrow*: a filter that at most [`NARROW`] records pass gives the set, which is then ordered. *Walk*: an index that has the order
//! is walked and each record tested; filters that are not rare let it stop soon. Newest first, a filter's own index gives that order too and passes
//! over what the filter would refuse. Counting and facets stop at [`COUNTED`] records and say so.
//!
//! Filters are written into the statement: property and vocabulary codes come from this program's own lists, the rest are this room's numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use kniha_core::id::NodeId;
use kniha_core::time::Window;
use kniha_core::vocab::{self, NodeKind, Property, ValueType};
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Reader, Store, Wall};
use crate::error::{StoreError, corrupt, while_};
use crate::read::{ids_of, labels_by_no, numbers, standing_claims};
use crate::search;
use crate::view::{Count, ListPage, ListQuery, ListRow, Order};

/// Largest set that is ordered in memory.
const NARROW: usize = 2000;
/// Largest set of one filter that is put in order instead of walking the records.
const SORTED: usize = 20_000;
/// Records that are counted and looked through for facets.
const COUNTED: usize = 500;
/// Largest page.
const MAX_PAGE: usize = 200;

/// A page of a list.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn list(tx: &mut Tx, reader: &Reader, store: &Store, query: &ListQuery) -> Result<ListPage, StoreError> {
    let limit = query.limit.clamp(1, MAX_PAGE);
    let at_no = match query.at {
        Some(id) => match number(tx, reader, id).await? {
            Some(no) => Some(no),
            None => return Ok(ListPage { rows: Vec::new(), next: None, count: Count::Exactly(0), facets: Vec::new() }),
        },
        None => None,
    };
    let wall = Wall::of(tx, reader).await?;
    let (page, next, first, count) = match narrow_set(tx, reader, store, query, &wall, at_no).await? {
        Some(set) => {
            let order = narrow(tx, query, &wall, at_no, set).await?;
            let from = query.after.as_deref().and_then(|after| after.parse::<usize>().ok()).unwrap_or(0).min(order.len());
            let to = (from + limit).min(order.len());
            let next = (to < order.len()).then(|| to.to_string());
            let first = order.iter().copied().take(COUNTED).collect::<Vec<_>>();
            (order[from..to].to_vec(), next, first, Count::Exactly(order.len()))
        }
        None => {
            let mut first = walk(tx, query, &wall, at_no, None, COUNTED + 1).await?;
            let count = if first.len() > COUNTED { Count::MoreThan(COUNTED) } else { Count::Exactly(first.len()) };
            let mut page = match &query.after {
                Some(after) => walk(tx, query, &wall, at_no, Some(after), limit + 1).await?,
                None => first.iter().take(limit + 1).cloned().collect(),
            };
            let more = page.len() > limit;
            page.truncate(limit);
            let next = if more { page.last().map(|(key, no)| format!("{no} {key}")) } else { None };
            first.truncate(COUNTED);
            (page.into_iter().map(|(_, no)| no).collect(), next, first.into_iter().map(|(_, no)| no).collect(), count)
        }
    };
    let facets = facets(tx, reader, query.kind, &first).await?;
    let rows = rows(tx, reader, query.kind, page).await?;
    Ok(ListPage { rows, next, count, facets })
}

/// The property that says when records of a kind were.
fn time_of(kind: NodeKind) -> Option<&'static str> {
    match kind {
        NodeKind::Incident => Some("incident.when"),
        NodeKind::Act => Some("act.when"),
        NodeKind::Injury => Some("injury.when"),
        NodeKind::Exhibit => Some("exhibit.captured"),
        NodeKind::Person => Some("person.birth"),
        NodeKind::Source => Some("source.published"),
        NodeKind::Unit => Some("unit.first_seen"),
        NodeKind::Place | NodeKind::Posting | NodeKind::Command | NodeKind::Positioning | NodeKind::Involvement => None,
    }
}

/// Properties that a row of a list shows.
fn facts_of(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Person => "'person.birth','person.state','person.occupation'",
        NodeKind::Unit => "'unit.class','unit.number','unit.first_seen','unit.last_seen','unit.placeholder'",
        NodeKind::Incident => "'incident.when','incident.place','incident.where','incident.tag'",
        NodeKind::Act => "'act.violation','act.method','act.victim','act.when','act.where','act.place','act.incident'",
        NodeKind::Injury => "'injury.kind','injury.site','injury.when','injury.person','injury.consistency'",
        NodeKind::Place => "'place.kind','place.inside','place.where'",
        NodeKind::Exhibit => "'exhibit.kind','exhibit.captured','exhibit.captured_at','exhibit.retention_ends','exhibit.address'",
        NodeKind::Source => "'source.kind','source.reliability','source.published'",
        NodeKind::Posting => "'posting.person','posting.unit','posting.role','posting.rank'",
        NodeKind::Command => "'command.superior','command.subordinate','command.kind'",
        NodeKind::Positioning => "'positioning.unit','positioning.place','positioning.kind'",
        NodeKind::Involvement => "'involvement.act','involvement.person','involvement.unit','involvement.degree','involvement.proof'",
    }
}

async fn number(tx: &mut Tx, reader: &Reader, id: NodeId) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT n.no FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE n.id = $2";
    on!(tx, c => sqlx::query_scalar(SQL).bind(reader.no).bind(id.to_string()).fetch_optional(c).await).map_err(while_("listing records"))
}

/// A standing claim `f` of a record that the reader may see; `no` is the record's number in the statement.
/// The offset keeps PostgreSQL testing record by record; it would else join with everything that meets the condition.
fn standing(wall: &Wall, no: &str, condition: &str) -> String {
    format!(
        " AND EXISTS (SELECT 1 FROM claim f LEFT JOIN claim_state fs ON fs.claim_no = f.no
          WHERE f.subject_no = {no} AND {} AND COALESCE(fs.status, f.status) <> 'withdrawn' AND {condition} LIMIT 1 OFFSET 0)",
        wall.seen("f")
    )
}

/// Whether a property and a code are this program's own, so that they may stand in a statement.
fn own(property: &Property, code: &str) -> bool {
    matches!(&property.value, ValueType::Code(list) if vocab::list(list).is_some_and(|l| l.term(code).is_some_and(|t| !t.code.contains('\''))))
}

/// Conditions on a claim's time; `f` names the claim, with a sign where its index on time shall not be used.
fn meets(window: &Window, f: &str) -> String {
    let mut sql = String::new();
    // Writing to a String cannot fail.
    if let Some(end) = window.end() {
        let _ = write!(sql, " AND ({f}.start_us IS NULL OR {f}.start_us <= {})", end.us);
    }
    if let Some(start) = window.start() {
        let _ = write!(sql, " AND ({f}.end_us IS NULL OR {f}.end_us >= {})", start.us);
    }
    sql
}

fn posted(wall: &Wall, unit_no: i64) -> String {
    let (from, to) = (wall.seen_in("e.from_case"), wall.seen_in("e.to_case"));
    format!("SELECT e.from_no FROM edge e WHERE e.kind = 'posting' AND e.to_no = {unit_no} AND {from} AND {to}")
}

/// Conditions on the record whose number in the statement is `no`, each beginning with AND.
fn filters(wall: &Wall, query: &ListQuery, at_no: Option<i64>, no: &str) -> String {
    let mut sql = String::new();
    for (property, code) in &query.codes {
        if own(property, code) {
            sql += &standing(wall, no, &format!("f.property = '{}' AND f.code = '{code}'", property.code));
        } else {
            sql += " AND 1 = 0";
        }
    }
    if let Some(window) = &query.when {
        match time_of(query.kind) {
            // The sign keeps the planner on the record's own claims instead of everything in that time.
            Some(property) => sql += &standing(wall, no, &format!("f.property = '{property}'{}", meets(window, "+f"))),
            None => sql += " AND 1 = 0",
        }
    }
    if let Some(at) = at_no {
        let about = standing(wall, no, &format!("f.ref_no = {at}"));
        if query.kind == NodeKind::Person {
            let _ = write!(sql, " AND ({no} IN ({}) {})", posted(wall, at), about.replacen(" AND", "OR", 1));
        } else {
            sql += &about;
        }
    }
    sql
}

/// The smallest set that one filter leaves, with scores where words gave it; `None` where none is small.
async fn narrow_set(
    tx: &mut Tx,
    reader: &Reader,
    store: &Store,
    query: &ListQuery,
    wall: &Wall,
    at_no: Option<i64>,
) -> Result<Option<BTreeMap<i64, u32>>, StoreError> {
    if let Some(text) = &query.text {
        let (candidates, _) = search::candidates(tx, reader, store, wall, text, Some(query.kind)).await?;
        return Ok(Some(candidates.into_iter().map(|(no, (score, ..))| (no, score)).collect()));
    }
    let mut probes = Vec::new();
    for (property, code) in query.codes.iter().filter(|(property, code)| own(property, code)) {
        probes.push(format!("SELECT f.subject_no FROM claim f WHERE f.property = '{}' AND f.code = '{code}'", property.code));
    }
    if let Some(no) = at_no {
        probes.push(if query.kind == NodeKind::Person { posted(wall, no) } else { format!("SELECT f.subject_no FROM claim f WHERE f.ref_no = {no}") });
    }
    if let (Some(window), Some(property)) = (&query.when, time_of(query.kind)) {
        // Read from the index alone.
        probes.push(format!("SELECT f.subject_no FROM claim f WHERE f.property = '{property}' AND f.start_us IS NOT NULL{}", meets(window, "f")));
    }
    let mut best: Option<Vec<i64>> = None;
    for probe in probes {
        let sql = format!("{probe} LIMIT {}", NARROW + 1);
        let nos: Vec<i64> =
            on!(&mut *tx, c => sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("narrowing a list"))?;
        if nos.len() <= NARROW && best.as_ref().is_none_or(|known| nos.len() < known.len()) {
            best = Some(nos);
        }
    }
    Ok(best.map(|nos| nos.into_iter().map(|no| (no, 0)).collect()))
}

/// Tests a small set and puts it in order.
async fn narrow(tx: &mut Tx, query: &ListQuery, wall: &Wall, at_no: Option<i64>, set: BTreeMap<i64, u32>) -> Result<Vec<i64>, StoreError> {
    let filters = filters(wall, query, at_no, "n.no");
    let nos: Vec<i64> = set.keys().copied().collect();
    let mut order: Vec<(i64, u32, Option<String>, i64)> = Vec::new();
    for nos in nos.chunks(500) {
        let key = match (query.order, time_of(query.kind)) {
            (Order::Name, _) => format!("(SELECT MIN(l.sort) FROM listing l WHERE l.node_no = n.no AND {})", wall.seen("l")),
            (Order::Time, Some(time)) => {
                format!("(SELECT CAST(MAX(t.start_us) AS TEXT) FROM claim t WHERE t.subject_no = n.no AND t.property = '{time}' AND {})", wall.seen("t"))
            }
            (Order::Time | Order::Newest, _) => "CAST(NULL AS TEXT)".to_owned(),
        };
        let sql = format!("SELECT n.no, {key} FROM node n WHERE n.kind = $1 AND {} AND n.no IN ({}){filters}", wall.seen("n"), numbers(nos));
        let rows: Vec<(i64, Option<String>)> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(query.kind.code()).fetch_all(c).await)
                .map_err(while_("listing records"))?;
        for (no, key) in rows {
            let time = key.as_deref().and_then(|k| k.parse::<i64>().ok()).unwrap_or(i64::MIN);
            order.push((no, set.get(&no).copied().unwrap_or(0), key, time));
        }
    }
    match query.order {
        _ if query.text.is_some() => order.sort_by_key(|(no, score, ..)| (std::cmp::Reverse(*score), *no)),
        Order::Name => order.sort_by(|a, b| (a.2.is_none(), &a.2, a.0).cmp(&(b.2.is_none(), &b.2, b.0))),
        Order::Time => order.sort_by_key(|(no, _, _, time)| std::cmp::Reverse((*time, *no))),
        Order::Newest => order.sort_by_key(|(no, ..)| std::cmp::Reverse(*no)),
    }
    Ok(order.into_iter().map(|(no, ..)| no).collect())
}

/// The filter whose index gives candidates newest first, as the rest of a statement after SELECT; `None` where walking the records is as good.
async fn newest_by(tx: &mut Tx, query: &ListQuery) -> Result<Option<String>, StoreError> {
    if let Some((property, code)) = query.codes.iter().find(|(property, code)| own(property, code)) {
        return Ok(Some(format!("FROM claim d WHERE d.property = '{}' AND d.code = '{code}'", property.code)));
    }
    let (Some(window), Some(property)) = (&query.when, time_of(query.kind)) else { return Ok(None) };
    let within = format!("FROM claim d WHERE d.property = '{property}' AND d.start_us IS NOT NULL{}", meets(window, "d"));
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 {within} LIMIT {}) x", SORTED + 1);
    let count: i64 = on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch_one(c).await).map_err(while_("listing records"))?;
    Ok((count <= SORTED as i64).then_some(within))
}

/// Newest first, from the candidates of one filter, a piece at a time.
async fn newest(tx: &mut Tx, query: &ListQuery, wall: &Wall, at_no: Option<i64>, within: &str, before: i64, most: usize) -> Result<Vec<i64>, StoreError> {
    let (mut found, mut before) = (Vec::new(), before);
    let filters = filters(wall, query, at_no, "n.no");
    let seen = wall.seen("d");
    while found.len() < most {
        let sql = format!("SELECT DISTINCT d.subject_no {within} AND {seen} AND d.subject_no < {before} ORDER BY d.subject_no DESC LIMIT {}", 2 * COUNTED);
        let nos: Vec<i64> =
            on!(&mut *tx, c => sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("listing records"))?;
        let Some(last) = nos.last() else { break };
        before = *last;
        let sql = format!("SELECT n.no FROM node n WHERE n.kind = $1 AND {} AND n.no IN ({}){filters} ORDER BY n.no DESC", wall.seen("n"), numbers(&nos));
        let passed: Vec<i64> = on!(&mut *tx, c => sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).bind(query.kind.code()).fetch_all(c).await)
            .map_err(while_("listing records"))?;
        found.extend(passed);
    }
    found.truncate(most);
    Ok(found)
}

/// Walks the order's index from a place on; each record once.
async fn walk(tx: &mut Tx, query: &ListQuery, wall: &Wall, at_no: Option<i64>, after: Option<&str>, most: usize) -> Result<Vec<(String, i64)>, StoreError> {
    let (no, key) = after.and_then(|after| after.split_once(' ')).map_or((None, ""), |(no, key)| (no.parse::<i64>().ok(), key));
    let began = no.is_some();
    let newest_first = query.order == Order::Newest || (query.order == Order::Time && time_of(query.kind).is_none());
    if newest_first && let Some(within) = newest_by(tx, query).await? {
        let found = newest(tx, query, wall, at_no, &within, no.unwrap_or(i64::MAX), most).await?;
        return Ok(found.into_iter().map(|no| (String::new(), no)).collect());
    }
    // A record that stands at several places of an order (spellings, conflicting times) takes several rows and is kept once.
    let mut limit = most + most / 8 + 1;
    loop {
        // SQLite takes CROSS JOIN as the order to read in, so that the index's own order stands and the limit ends the walk.
        let rows: Vec<(String, i64)> = match (query.order, time_of(query.kind)) {
            (Order::Name, _) => {
                let from = if began { "AND (l.sort, l.node_no) > ($2, $3)" } else { "AND $2 = $2 AND $3 = $3" };
                let sql = format!(
                    "SELECT l.sort, l.node_no FROM listing l WHERE l.kind = $1 AND {} AND {} {from}{} ORDER BY l.sort, l.node_no LIMIT {limit}",
                    wall.seen("l"),
                    wall.seen_in("l.node_case"),
                    filters(wall, query, at_no, "l.node_no")
                );
                on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(query.kind.code()).bind(key).bind(no.unwrap_or(0)).fetch_all(c).await)
            }
            (Order::Time, Some(time)) => {
                let at = key.parse::<i64>().unwrap_or(i64::MAX);
                let (at, no) = if began { (at, no.unwrap_or(0)) } else { (query.when.as_ref().and_then(Window::end).map_or(i64::MAX, |b| b.us), i64::MAX) };
                // A first status is never "withdrawn", so that the claim itself need not be read.
                let sql = format!(
                    "SELECT CAST(c.start_us AS TEXT), n.no FROM claim c CROSS JOIN node n LEFT JOIN claim_state s ON s.claim_no = c.no
                     WHERE {} AND n.no = c.subject_no AND {} AND c.property = '{time}' AND c.start_us IS NOT NULL AND c.start_us <= $1 AND (c.start_us, c.subject_no) < ($1, $2)
                     AND COALESCE(s.status, '') <> 'withdrawn'{} ORDER BY c.start_us DESC, c.subject_no DESC LIMIT {limit}",
                    wall.seen("c"),
                    wall.seen("n"),
                    filters(wall, query, at_no, "n.no")
                );
                on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(at).bind(no).fetch_all(c).await)
            }
            (Order::Time | Order::Newest, _) => {
                let sql = format!(
                    "SELECT CAST('' AS TEXT), n.no FROM node n WHERE n.kind = $1 AND n.no < $2 AND {}{} ORDER BY n.no DESC LIMIT {limit}",
                    wall.seen("n"),
                    filters(wall, query, at_no, "n.no")
                );
                on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(query.kind.code()).bind(no.unwrap_or(i64::MAX)).fetch_all(c).await)
            }
        }
        .map_err(while_("listing records"))?;
        let ended = rows.len() < limit;
        let mut known = BTreeSet::new();
        let found: Vec<(String, i64)> = rows.into_iter().filter(|(_, no)| known.insert(*no)).take(most).collect();
        if ended || found.len() == most {
            return Ok(found);
        }
        limit *= 2;
    }
}

async fn facets(tx: &mut Tx, reader: &Reader, kind: NodeKind, nos: &[i64]) -> Result<Vec<(&'static Property, String, usize)>, StoreError> {
    let coded: Vec<String> = vocab::properties(kind).filter(|p| matches!(p.value, ValueType::Code(_))).map(|p| format!("'{}'", p.code)).collect();
    if nos.is_empty() || coded.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT c.property, c.code, COUNT(DISTINCT c.subject_no) FROM claim c JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no
         LEFT JOIN claim_state s ON s.claim_no = c.no
         WHERE c.subject_no IN ({}) AND c.property IN ({}) AND c.code IS NOT NULL AND COALESCE(s.status, c.status) <> 'withdrawn'
         GROUP BY c.property, c.code ORDER BY c.property, COUNT(DISTINCT c.subject_no) DESC, c.code LIMIT 300",
        numbers(nos),
        coded.join(",")
    );
    let rows: Vec<(String, String, i64)> =
        on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(reader.no).fetch_all(c).await).map_err(while_("counting facets"))?;
    rows.into_iter()
        .map(|(property, code, n)| {
            let property = vocab::property(&property).ok_or_else(|| corrupt("claim", "property", &property))?;
            Ok((property, code, usize::try_from(n).unwrap_or(0)))
        })
        .collect()
}

async fn rows(tx: &mut Tx, reader: &Reader, kind: NodeKind, nos: Vec<i64>) -> Result<Vec<ListRow>, StoreError> {
    let ids = ids_of(tx, &nos).await?;
    let mut labels = labels_by_no(tx, reader, &nos).await?;
    let mut facts = standing_claims(tx, reader, &nos, Some(facts_of(kind))).await?;
    let row = |no: i64| {
        let mut label = labels.remove(&no).unwrap_or_default();
        label.kind = Some(kind);
        ids.get(&no).map(|id| ListRow { id: *id, label, facts: facts.remove(&no).unwrap_or_default() })
    };
    Ok(nos.into_iter().filter_map(row).collect())
}
