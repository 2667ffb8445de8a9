//! The units around one unit on one day: those that commanded it, those it commanded, and how many people each had.
//!
//! All commands of the day are read at once (a few thousand rows) and walked in memory, so that a cycle in hostile data ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kniha_core::id::NodeId;
use kniha_core::time::Window;
use kniha_core::vocab::NodeKind;
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::Reader;
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
    let commands = commands(tx, reader, from_us, to_us).await?;
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
    let people = people(tx, reader, &nos, from_us, to_us).await?;
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

async fn commands(tx: &mut Tx, reader: &Reader, from_us: i64, to_us: i64) -> Result<Vec<Command>, StoreError> {
    const SQL: &str = "SELECT e.from_no, e.to_no, e.start_us, e.end_us, e.cover FROM edge e
        JOIN access a ON a.member_no = $1 AND a.case_no = e.from_case JOIN access b ON b.member_no = $1 AND b.case_no = e.to_case
        JOIN node s ON s.no = e.from_no JOIN access sa ON sa.member_no = $1 AND sa.case_no = s.case_no
        JOIN node t ON t.no = e.to_no JOIN access ta ON ta.member_no = $1 AND ta.case_no = t.case_no
        WHERE e.kind = 'command' AND (e.start_us IS NULL OR e.start_us <= $3) AND (e.end_us IS NULL OR e.end_us >= $2)";
    let rows: Vec<(i64, i64, Option<i64>, Option<i64>, String)> =
        on!(&mut *tx, c => sqlx::query_as(SQL).bind(reader.no).bind(from_us).bind(to_us).fetch_all(c).await).map_err(while_("reading commands"))?;
    // Certain: said to hold at every moment of a range whose start is known and that covers the whole day. An open end goes on until somebody says otherwise.
    let certain = |start: Option<i64>, end: Option<i64>, cover: &str| cover == "every" && start.is_some_and(|s| s <= from_us) && end.is_none_or(|e| e >= to_us);
    Ok(rows.into_iter().map(|(from, to, start, end, cover)| (from, to, certain(start, end, &cover))).collect())
}

async fn people(tx: &mut Tx, reader: &Reader, units: &[i64], from_us: i64, to_us: i64) -> Result<BTreeMap<i64, usize>, StoreError> {
    let sql = format!(
        "SELECT e.to_no, COUNT(DISTINCT e.from_no) FROM edge e
         JOIN access a ON a.member_no = $1 AND a.case_no = e.from_case JOIN access b ON b.member_no = $1 AND b.case_no = e.to_case
         WHERE e.kind = 'posting' AND e.to_no IN ({}) AND (e.start_us IS NULL OR e.start_us <= $3) AND (e.end_us IS NULL OR e.end_us >= $2) GROUP BY e.to_no",
        numbers(units)
    );
    let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(reader.no).bind(from_us).bind(to_us).fetch_all(c).await)
        .map_err(while_("counting people"))?;
    Ok(rows.into_iter().map(|(no, n)| (no, usize::try_from(n).unwrap_or(0))).collect())
}
