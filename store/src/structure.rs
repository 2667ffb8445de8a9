//! The units around one unit on one day: those that commanded it, those it commanded, and how many people each had.
//!
//! Commands are followed level by level, each unit once, so that a cycle in hostile data ends; units that the reader may not see are not passed through.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use kniha_core::id::NodeId;
use kniha_core::time::{UtcMicros, Window};
use kniha_core::vocab::NodeKind;
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Reader, Wall};
use crate::error::{StoreError, while_};
use crate::read::{ids_of, labels_by_no, numbers};
use crate::view::{Structure, StructureUnit};

/// Most units of a structure.
const MAX_UNITS: usize = 120;

/// Most commands of a structure.
const MAX_COMMANDS: usize = 2000;

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
    let day = (day.start().map_or(i64::MIN, |b| b.us), day.end().map_or(i64::MAX, |b| b.us));
    let wall = Wall::of(tx, reader).await?;
    let mut depths: BTreeMap<i64, i32> = BTreeMap::from([(no, 0)]);
    let mut more = false;
    for step in [-1, 1] {
        let mut at = vec![no];
        let mut depth = 0;
        while !at.is_empty() && depths.len() < MAX_UNITS {
            depth += step;
            let next = beside(tx, &wall, &at, step < 0, day).await?;
            at = Vec::new();
            for to in next {
                let full = depths.len() >= MAX_UNITS;
                match depths.entry(to) {
                    Entry::Occupied(_) => {}
                    Entry::Vacant(_) if full => more = true,
                    Entry::Vacant(place) => {
                        place.insert(depth);
                        at.push(to);
                    }
                }
            }
        }
        // What stands beyond the last units was not asked for.
        more |= !at.is_empty() && depths.len() >= MAX_UNITS;
    }
    let nos: Vec<i64> = depths.keys().copied().collect();
    let ids = ids_of(tx, &nos).await?;
    let mut labels = labels_by_no(tx, reader, &nos).await?;
    let people = people(tx, &wall, &nos, day).await?;
    let mut units = Vec::new();
    for (no, depth) in &depths {
        let Some(id) = ids.get(no) else { continue };
        let mut label = labels.remove(no).unwrap_or_default();
        label.kind = Some(NodeKind::Unit);
        units.push(StructureUnit { id: *id, label, people: people.get(no).copied().unwrap_or(0), depth: *depth });
    }
    units.sort_by_key(|unit| (unit.depth, unit.id));
    let shown = |(subordinate, superior, certain): Command| Some((*ids.get(&superior)?, *ids.get(&subordinate)?, certain));
    let commands = commands(tx, &wall, &nos, day).await?.into_iter().filter_map(shown).collect();
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

/// A condition that an edge holds at some moment of the day.
const HOLDS: &str = "(e.start_us IS NULL OR e.start_us <= $2) AND (e.end_us IS NULL OR e.end_us >= $1)";

/// The first and the last moment of the day, in µs.
type Day = (i64, i64);

/// Units that commanded (or were commanded by) some units, each once, in the order of their numbers.
async fn beside(tx: &mut Tx, wall: &Wall, units: &[i64], above: bool, (from_us, to_us): Day) -> Result<Vec<i64>, StoreError> {
    let (near, far) = if above { ("from_no", "to_no") } else { ("to_no", "from_no") };
    // SQLite takes CROSS JOIN as the order to read in.
    let sql = format!(
        "SELECT DISTINCT e.{far} FROM edge e CROSS JOIN node n
         WHERE e.kind = 'command' AND e.{near} IN ({}) AND {HOLDS} AND n.no = e.{far} AND {} AND {} AND {} ORDER BY e.{far} LIMIT {}",
        numbers(units),
        wall.seen_in("e.from_case"),
        wall.seen_in("e.to_case"),
        wall.seen("n"),
        2 * MAX_UNITS
    );
    on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).bind(from_us).bind(to_us).fetch_all(c).await).map_err(while_("reading commands"))
}

/// Commands between units, all of which the reader may see.
async fn commands(tx: &mut Tx, wall: &Wall, units: &[i64], (from_us, to_us): Day) -> Result<Vec<Command>, StoreError> {
    let sql = format!(
        "SELECT e.from_no, e.to_no, e.start_us, e.end_us, e.cover FROM edge e
         WHERE e.kind = 'command' AND e.to_no IN ({units}) AND e.from_no IN ({units}) AND {HOLDS} AND {} AND {} ORDER BY e.no LIMIT {MAX_COMMANDS}",
        wall.seen_in("e.from_case"),
        wall.seen_in("e.to_case"),
        units = numbers(units)
    );
    type Row = (i64, i64, Option<i64>, Option<i64>, String);
    let rows: Vec<Row> =
        on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(from_us).bind(to_us).fetch_all(c).await).map_err(while_("reading commands"))?;
    // Certain: said to hold at every moment of a range whose start is known and that covers the whole day. An open end goes on until somebody says otherwise.
    let certain = |start: Option<i64>, end: Option<i64>, cover: &str| cover == "every" && start.is_some_and(|s| s <= from_us) && end.is_none_or(|e| e >= to_us);
    Ok(rows.into_iter().map(|(from, to, start, end, cover)| (from, to, certain(start, end, &cover))).collect())
}

async fn people(tx: &mut Tx, wall: &Wall, units: &[i64], (from_us, to_us): Day) -> Result<BTreeMap<i64, usize>, StoreError> {
    let sql = format!(
        "SELECT e.to_no, COUNT(DISTINCT e.from_no) FROM edge e WHERE e.kind = 'posting' AND e.to_no IN ({}) AND {HOLDS} AND {} AND {} GROUP BY e.to_no",
        numbers(units),
        wall.seen_in("e.from_case"),
        wall.seen_in("e.to_case")
    );
    let rows: Vec<(i64, i64)> =
        on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(from_us).bind(to_us).fetch_all(c).await).map_err(while_("counting people"))?;
    Ok(rows.into_iter().map(|(unit, people)| (unit, usize::try_from(people).unwrap_or(0))).collect())
}
