//! Projection of relations: who was posted where, which unit commanded which, what a unit's place was, who was involved in which act.
//!
//! A relation is a record with two ends, each a claim; an edge is one standing pair of its ends, with the time that the farther end's claim
//! held (or else the nearer end's). Withdrawn and erased claims make no edge.

use std::collections::BTreeSet;

use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::error::{StoreError, while_};
use crate::read::numbers;

/// Relations whose edges one statement works out.
const AT_ONCE: usize = 500;

/// Works the edges of these records out anew. Ends: posting person → unit, command subordinate → superior, positioning unit → place, involvement person
/// or unit → act.
pub(crate) async fn rebuild(tx: &mut Tx, relations: &BTreeSet<i64>) -> Result<(), StoreError> {
    let relations: Vec<i64> = relations.iter().copied().collect();
    for nos in relations.chunks(AT_ONCE) {
        let nos = numbers(nos);
        let clear = format!("DELETE FROM edge WHERE node_no IN ({nos})");
        let add = format!(
            "INSERT INTO edge (no, kind, node_no, from_no, to_no, from_case, to_case, start_us, end_us, cover)
             SELECT (SELECT COALESCE(MAX(no), 0) FROM edge) + ROW_NUMBER() OVER (ORDER BY a.no, b.no), n.kind, n.no, a.ref_no, b.ref_no, a.case_no, b.case_no,
                    CASE WHEN b.held IS NULL THEN a.start_us ELSE b.start_us END,
                    CASE WHEN b.held IS NULL THEN a.end_us ELSE b.end_us END,
                    CASE WHEN SUBSTR(COALESCE(b.held, a.held, ''), 1, 1) = '~' THEN 'some' ELSE 'every' END
             FROM node n
             JOIN claim a ON a.subject_no = n.no AND a.ref_no IS NOT NULL
             JOIN claim b ON b.subject_no = n.no AND b.ref_no IS NOT NULL
             LEFT JOIN claim_state sa ON sa.claim_no = a.no
             LEFT JOIN claim_state sb ON sb.claim_no = b.no
             WHERE n.no IN ({nos})
               AND ((a.property = 'posting.person' AND b.property = 'posting.unit')
                 OR (a.property = 'command.subordinate' AND b.property = 'command.superior')
                 OR (a.property = 'positioning.unit' AND b.property = 'positioning.place')
                 OR (a.property IN ('involvement.person', 'involvement.unit') AND b.property = 'involvement.act'))
               AND COALESCE(sa.status, a.status) <> 'withdrawn' AND COALESCE(sb.status, b.status) <> 'withdrawn'"
        );
        for (doing, sql) in [("clearing edges", clear), ("adding edges", add)] {
            on!(&mut *tx, c => sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(c).await.map(drop)).map_err(while_(doing))?;
        }
    }
    Ok(())
}
