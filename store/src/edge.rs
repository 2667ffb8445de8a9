//! Projection of relations: who was posted where, which unit commanded which, what a unit's place was, who was involved in which act.
//!
//! A relation is a record with two ends, each a claim; an edge is one standing pair of its ends, with the time that the farther end's claim
//! held (or else the nearer end's). Withdrawn and erased claims make no edge.

use std::collections::BTreeSet;

use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::next_no;
use crate::buffer::{EdgeRow, edge_rows};
use crate::error::{StoreError, while_};
use crate::read::numbers;

/// Relations that one statement reads.
const AT_ONCE: usize = 500;

/// The ends of a relation: its kind, the properties of the nearer end, the property of the farther one.
const ENDS: [(&str, &[&str], &str); 4] = [
    ("posting", &["posting.person"], "posting.unit"),
    ("command", &["command.subordinate"], "command.superior"),
    ("positioning", &["positioning.unit"], "positioning.place"),
    ("involvement", &["involvement.person", "involvement.unit"], "involvement.act"),
];

/// A standing claim that names another record.
#[derive(sqlx::FromRow)]
struct End {
    subject_no: i64,
    property: String,
    ref_no: i64,
    case_no: i64,
    held: Option<String>,
    start_us: Option<i64>,
    end_us: Option<i64>,
}

/// Works the edges of these records out anew.
pub(crate) async fn rebuild(tx: &mut Tx, relations: &BTreeSet<i64>) -> Result<(), StoreError> {
    let relations: Vec<i64> = relations.iter().copied().collect();
    for nos in relations.chunks(AT_ONCE) {
        let nos = numbers(nos);
        let clear = format!("DELETE FROM edge WHERE node_no IN ({nos})");
        on!(&mut *tx, c => sqlx::query(AssertSqlSafe(clear)).persistent(false).execute(c).await.map(drop)).map_err(while_("clearing edges"))?;
        let sql = format!(
            "SELECT c.subject_no, c.property, c.ref_no, c.case_no, c.held, c.start_us, c.end_us FROM claim c LEFT JOIN claim_state s ON s.claim_no = c.no
             WHERE c.subject_no IN ({nos}) AND c.ref_no IS NOT NULL AND COALESCE(s.status, c.status) <> 'withdrawn' ORDER BY c.subject_no, c.seq"
        );
        let ends: Vec<End> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("reading relations"))?;
        let mut no = next_no(tx, "SELECT MAX(no) FROM edge").await?;
        let mut edges = Vec::new();
        for ends in ends.chunk_by(|a, b| a.subject_no == b.subject_no) {
            for near in ends {
                let Some((kind, _, far)) = ENDS.iter().find(|(_, near_ends, _)| near_ends.contains(&near.property.as_str())) else { continue };
                for far in ends.iter().filter(|end| end.property == *far) {
                    edges.push(edge(no, kind, near, far));
                    no += 1;
                }
            }
        }
        edge_rows(tx, &edges).await?;
    }
    Ok(())
}

fn edge(no: i64, kind: &'static str, near: &End, far: &End) -> EdgeRow {
    let time = if far.held.is_some() { far } else { near };
    let some = time.held.as_deref().is_some_and(|held| held.starts_with('~'));
    EdgeRow {
        no,
        kind,
        node_no: near.subject_no,
        from_no: near.ref_no,
        to_no: far.ref_no,
        from_case: near.case_no,
        to_case: far.case_no,
        start_us: time.start_us,
        end_us: time.end_us,
        cover: if some { "some" } else { "every" },
    }
}
