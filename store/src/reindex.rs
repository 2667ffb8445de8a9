//! Building every projection anew from claims and their events: present status, lists, name keys, prose, edges.
//!
//! In one transaction, in chunks of bounded memory. Asked for when the rules in `kniha_core::words` change, and after a restore.

use std::collections::BTreeSet;

use kniha_core::claim::{Move, Status};
use kniha_core::words;
use kniha_db::{Tx, on};

use crate::book::Store;
use crate::buffer::{index_rows, spread};
use crate::error::{StoreError, corrupt, while_};
use crate::index::{self, NameSecret};
use crate::moves::set_state;
use crate::row::{ClaimRow, claim_columns, claim_joins};

/// Claims read at once.
const CHUNK: i64 = 5000;

/// Builds every projection anew. `progress` is told the number of claims done.
///
/// # Errors
/// What the database said, or a row that does not read back; the old projections stay then.
pub async fn reindex(store: &Store, mut progress: impl FnMut(u64)) -> Result<u64, StoreError> {
    const DOING: &str = "building the indexes";
    let mut tx = store.db.write().await.map_err(while_(DOING))?;
    let done = rebuild(&mut tx, &store.secret, &mut progress).await?;
    on!(&mut *tx, c => sqlx::query("UPDATE book SET words_version = $1").bind(i64::from(words::VERSION)).execute(c).await.map(drop)).map_err(while_(DOING))?;
    tx.commit().await.map_err(while_(DOING))?;
    Ok(done)
}

pub(crate) async fn rebuild(tx: &mut Tx, secret: &NameSecret, progress: &mut impl FnMut(u64)) -> Result<u64, StoreError> {
    for sql in ["DELETE FROM claim_state", "DELETE FROM listing", "DELETE FROM name_key", "DELETE FROM edge"] {
        on!(&mut *tx, c => sqlx::query(sql).execute(c).await.map(drop)).map_err(while_("clearing the indexes"))?;
    }
    match &mut *tx {
        Tx::Sqlite(tx) => sqlx::query("INSERT INTO prose (prose) VALUES ('delete-all')").execute(&mut **tx).await.map(drop),
        Tx::Postgres(tx) => sqlx::query("DELETE FROM prose").execute(&mut **tx).await.map(drop),
    }
    .map_err(while_("clearing the indexes"))?;
    states(tx).await?;
    const CLAIMS: &str = concat!("SELECT ", claim_columns!(), " FROM claim c", claim_joins!(), "WHERE c.no > $1 ORDER BY c.no LIMIT $2");
    let (mut after, mut done) = (0, 0);
    loop {
        let rows: Vec<ClaimRow> = on!(&mut *tx, c => sqlx::query_as(CLAIMS).bind(after).bind(CHUNK).fetch_all(c).await).map_err(while_("reading claims"))?;
        let Some(last) = rows.last().map(|row| row.no) else { break };
        after = last;
        let (mut listing, mut keys, mut prose) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            if row.status()? != Status::Withdrawn
                && let Some(value) = row.value()?
            {
                let property = row.property()?;
                spread(index::entries(secret, property, &value), (row.no, row.subject_no, property.of, row.case_no), &mut listing, &mut keys, &mut prose);
            }
        }
        index_rows(tx, &listing, &mut keys, &prose).await?;
        done += rows.len() as u64;
        progress(done);
    }
    edges(tx).await?;
    Ok(done)
}

/// Plays every move again.
async fn states(tx: &mut Tx) -> Result<(), StoreError> {
    const EVENTS: &str = "SELECT e.no, e.claim_no, c.status, s.status, s.before, e.what, e.made_us FROM claim_event e JOIN claim c ON c.no = e.claim_no
        LEFT JOIN claim_state s ON s.claim_no = e.claim_no WHERE e.no > $1 ORDER BY e.no LIMIT 1";
    type Event = (i64, i64, String, Option<String>, Option<String>, String, i64);
    let mut after = 0;
    loop {
        let row: Option<Event> = on!(&mut *tx, c => sqlx::query_as(EVENTS).bind(after).fetch_optional(c).await).map_err(while_("reading moves"))?;
        let Some((no, claim_no, first, now, before, what, at_us)) = row else { return Ok(()) };
        after = no;
        let status = |code: &str| Status::parse(code).map_err(|_| corrupt("claim_state", "status", claim_no));
        let now = status(now.as_deref().unwrap_or(&first))?;
        let before = status(before.as_deref().unwrap_or(&first))?;
        let what = Move::parse(&what).map_err(|_| corrupt("claim_event", "what", no))?;
        let next = now.after(what, before).map_err(|_| corrupt("claim_event", "what", no))?;
        set_state(tx, claim_no, next, now, at_us).await?;
    }
}

async fn edges(tx: &mut Tx) -> Result<(), StoreError> {
    const RELATIONS: &str = "SELECT no FROM node WHERE kind IN ('posting', 'command', 'positioning', 'involvement') AND no > $1 ORDER BY no LIMIT $2";
    let mut after = 0_i64;
    loop {
        let nos: Vec<i64> =
            on!(&mut *tx, c => sqlx::query_scalar(RELATIONS).bind(after).bind(CHUNK).fetch_all(c).await).map_err(while_("reading relations"))?;
        let Some(last) = nos.last() else { return Ok(()) };
        after = *last;
        crate::edge::rebuild(tx, &nos.into_iter().collect::<BTreeSet<_>>()).await?;
    }
}
