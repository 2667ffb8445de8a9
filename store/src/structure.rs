//! The units around one unit on one day: those that commanded it, those it commanded, and how many people each had.
//!
//! All commands of the day are read at once (a few thousand rows) and walked in memory, so that a cycle in hostile data ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kniha_core::id::NodeId;
use kniha_core::time::{UtcMicros, Window};
use kniha_core::vocab::NodeKind;
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Reader, Wall, seen_cases};
use crate::error::{StoreError, while_};
use crate::read::{ids_of, labels_by_no, numbers};
use crate::view::{Structure, StructureUnit};

/// Most units of a structure.
const MAX_UNITS: usize = 120;

/// An edge of command: subordinate, superior, and whether it is certain for the day.
type Command = (i64, i64, bool);

/// The structure around a unit on the days of a window.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn structure(tx: &mut Tx, reader: &Reader, unit: NodeId, day: &Window) -> Result<Structure, StoreError> {
    const UNIT: &str = "SELECT n.no FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE n.id = $2 AND n.kind = 'unit'";
    let no: Option<i64> =
        on!(&mut *tx, c => sqlx::query_scalar(UNIT).bind(reader.no).bind(unit.to_string()).fetch_optional(c).await).map_err(while_("reading a unit"))?;
    let Some(no) = no else { return Ok(Structure { units: Vec::new(), commands: Vec::new(), more: false }) };
    let (from_us, to_us) = (day.start().map_or(i64::MIN, |b| b.us), day.end().map_or(i64::MAX, |b| b.us));
    // Thousands of edges are read here; testing them in memory costs a tenth of joining each.
    let cases: BTreeSet<i64> = seen_cases(tx, reader).await?.into_iter().collect();
    let commands = commands(tx, &cases, from_us, to_us).await?;
    let mut depths: BTreeMap<i64, i32> = BTreeMap::from([(no, 0)]);
    let mut more = false;
    for step in [-1, 1] {
        let mut next: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for (subordinate, superior, _) in &commands {
            let (from, to) = if step < 0 { (*subordinate, *superior) } else { (*superior, *subordinate) };
            next.entry(from).or_default().insert(to);
        }
        let mut queue = VecDeque::from([no]);
        while let Some(at) = queue.pop_front() {
            let depth = depths.get(&at).copied().unwrap_or(0);
            for to in next.get(&at).into_iter().flatten() {
                if depths.len() >= MAX_UNITS {
                    more |= !depths.contains_key(to);
                } else if !depths.contains_key(to) {
                    depths.insert(*to, depth + step);
                    queue.push_back(*to);
                }
            }
        }
    }
    let nos: Vec<i64> = depths.keys().copied().collect();
    let ids = ids_of(tx, &nos).await?;
    let mut labels = labels_by_no(tx, reader, &nos).await?;
    let people = people(tx, &cases, &nos, from_us, to_us).await?;
    let mut units = Vec::new();
    for (no, depth) in &depths {
        let Some(id) = ids.get(no) else { continue };
        let mut label = labels.remove(no).unwrap_or_default();
        label.kind = Some(NodeKind::Unit);
        units.push(StructureUnit { id: *id, label, people: people.get(no).copied().unwrap_or(0), depth: *depth });
    }
    units.sort_by_key(|unit| (unit.depth, unit.id));
    let shown = |(subordinate, superior, certain): Command| Some((*ids.get(&superior)?, *ids.get(&subordinate)?, certain));
    let commands = commands.into_iter().filter_map(shown).collect();
    Ok(Structure { units, commands, more })
}

/// The last moment of which a command over or by the unit is known, so that a chart need not begin empty; `None` where none is.
///
/// # Errors
/// What the database said.
pub async fn last_known(tx: &mut Tx, reader: &Reader, unit: NodeId) -> Result<Option<UtcMicros>, StoreError> {
    let wall = Wall::of(tx, reader).await?;
    let sql = format!(
        "SELECT MAX(COALESCE(e.end_us, e.start_us)) FROM node n JOIN edge e ON e.kind = 'command' AND (e.from_no = n.no OR e.to_no = n.no)
         WHERE n.id = $1 AND {} AND {} AND {}",
        wall.seen("n"),
        wall.seen_in("e.from_case"),
        wall.seen_in("e.to_case")
    );
    let last: Option<i64> =
        on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).bind(unit.to_string()).fetch_one(c).await).map_err(while_("reading commands"))?;
    Ok(last.map(UtcMicros))
}

/// Numbers of the units that the reader may see.
async fn seen_units(tx: &mut Tx, cases: &BTreeSet<i64>) -> Result<BTreeSet<i64>, StoreError> {
    let units: Vec<(i64, i64)> =
        on!(tx, c => sqlx::query_as("SELECT no, case_no FROM node WHERE kind = 'unit'").fetch_all(c).await).map_err(while_("reading units"))?;
    Ok(units.into_iter().filter(|(_, case)| cases.contains(case)).map(|(no, _)| no).collect())
}

async fn commands(tx: &mut Tx, cases: &BTreeSet<i64>, from_us: i64, to_us: i64) -> Result<Vec<Command>, StoreError> {
    const SQL: &str = "SELECT from_no, to_no, from_case, to_case, start_us, end_us, cover FROM edge
        WHERE kind = 'command' AND (start_us IS NULL OR start_us <= $2) AND (end_us IS NULL OR end_us >= $1)";
    type Row = (i64, i64, i64, i64, Option<i64>, Option<i64>, String);
    let rows: Vec<Row> = on!(&mut *tx, c => sqlx::query_as(SQL).bind(from_us).bind(to_us).fetch_all(c).await).map_err(while_("reading commands"))?;
    let units = seen_units(tx, cases).await?;
    // Certain: said to hold at every moment of a range whose start is known and that covers the whole day. An open end goes on until somebody says otherwise.
    let certain = |start: Option<i64>, end: Option<i64>, cover: &str| cover == "every" && start.is_some_and(|s| s <= from_us) && end.is_none_or(|e| e >= to_us);
    let seen = |row: &Row| cases.contains(&row.2) && cases.contains(&row.3) && units.contains(&row.0) && units.contains(&row.1);
    Ok(rows.into_iter().filter(seen).map(|(from, to, _, _, start, end, cover)| (from, to, certain(start, end, &cover))).collect())
}

async fn people(tx: &mut Tx, cases: &BTreeSet<i64>, units: &[i64], from_us: i64, to_us: i64) -> Result<BTreeMap<i64, usize>, StoreError> {
    let sql = format!(
        "SELECT to_no, from_no, from_case, to_case FROM edge
         WHERE kind = 'posting' AND to_no IN ({}) AND (start_us IS NULL OR start_us <= $2) AND (end_us IS NULL OR end_us >= $1)",
        numbers(units)
    );
    let rows: Vec<(i64, i64, i64, i64)> =
        on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(from_us).bind(to_us).fetch_all(c).await).map_err(while_("counting people"))?;
    let mut people: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for (unit, person, from_case, to_case) in rows {
        if cases.contains(&from_case) && cases.contains(&to_case) {
            people.entry(unit).or_default().insert(person);
        }
    }
    Ok(people.into_iter().map(|(unit, people)| (unit, people.len())).collect())
}
