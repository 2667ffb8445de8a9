//! What waits to be written, and the statements that write many rows at once.
//!
//! SQLite takes a few rows a statement with `?` placeholders (numbered parameters cost it about the square of their number), so that each statement
//! stays in the cache. PostgreSQL takes all rows of a table as arrays. One text names the columns for both.

use std::collections::BTreeMap;

use kniha_core::claim::{Citation, KnownTo, Stance, Status};
use kniha_core::commit::{Hash, Salt};
use kniha_core::id::{ClaimId, NodeId};
use kniha_core::time::Window;
use kniha_core::value::Value;
use kniha_core::vocab::{NodeKind, Property};
use kniha_db::{Tx, on};
use sqlx::{QueryBuilder, Sqlite};

use crate::arrays::Arrays;
use crate::error::{StoreError, classify};
use crate::index::{self, Entries, NameSecret};
use crate::row::ValueColumns;

/// Rows of a statement. Powers of two, so that a buffer of any length needs few different statements.
const ROWS: [usize; 4] = [64, 16, 4, 1];

#[derive(Default)]
pub(crate) struct Buffer {
    pub nodes: Vec<NewNodeRow>,
    pub claims: Vec<NewClaimRow>,
    pub citations: Vec<CitationRow>,
    pub heads: BTreeMap<i64, (i64, Hash)>,
}

pub(crate) struct NewNodeRow {
    pub no: i64,
    pub id: NodeId,
    pub kind: NodeKind,
    pub case_no: i64,
    pub made_by: i64,
    pub made_us: i64,
    pub head_seq: i64,
    pub head: Hash,
}

pub(crate) struct NewClaimRow {
    pub no: i64,
    pub id: ClaimId,
    pub subject_no: i64,
    pub seq: i64,
    pub property: &'static Property,
    pub value: ValueColumns,
    pub held: Option<String>,
    pub origin: Option<String>,
    pub salt: Option<Salt>,
    pub value_commit: Hash,
    pub grounds_commit: Hash,
    pub stance: Stance,
    pub status: Status,
    pub known_to: KnownTo,
    pub case_no: i64,
    pub made_by: i64,
    pub made_us: i64,
    pub hash: Hash,
    pub erased_us: Option<i64>,
    /// What the search indexes shall hold of it; nothing where they are built afterwards.
    pub indexed: Option<Value>,
}

pub(crate) struct CitationRow {
    pub claim_no: i64,
    pub nth: i64,
    pub source_no: i64,
    pub exhibit_no: Option<i64>,
    pub citation: Citation,
}

/// A row of the alphabetical lists.
pub(crate) struct ListingRow {
    pub claim_no: i64,
    pub node_no: i64,
    pub kind: NodeKind,
    pub case_no: i64,
    pub sort: String,
}

/// A row of the prose index.
pub(crate) struct ProseRow {
    pub case_no: i64,
    pub claim_no: i64,
    /// Sorted, each once, separated by spaces.
    pub words: String,
}

/// A row of the name keys.
pub(crate) struct KeyRow {
    pub key: i64,
    pub claim_no: i64,
    pub node_no: i64,
    pub case_no: i64,
    pub level: i64,
}

/// A row of the edges.
pub(crate) struct EdgeRow {
    pub no: i64,
    pub kind: &'static str,
    pub node_no: i64,
    pub from_no: i64,
    pub to_no: i64,
    pub from_case: i64,
    pub to_case: i64,
    pub start_us: Option<i64>,
    pub end_us: Option<i64>,
    /// `every` moment of the time, or `some`.
    pub cover: &'static str,
}

/// Inserts rows into a table of SQLite, a few a statement; `$bind` pushes the columns of one row.
macro_rules! insert {
    ($tx:expr, $table:literal, $columns:literal, $rows:expr, |$b:ident, $row:ident| $bind:expr) => {{
        let mut rest: &[_] = $rows;
        let mut done = Ok(());
        while !rest.is_empty() && done.is_ok() {
            let take = ROWS.iter().copied().find(|n| *n <= rest.len()).unwrap_or(1);
            let (now, later) = rest.split_at(take);
            rest = later;
            let mut builder = QueryBuilder::<Sqlite>::new(concat!("INSERT INTO ", $table, " (", $columns, ") "));
            builder.push_values(now, |mut $b, $row| $bind);
            done = builder.build().execute(&mut **$tx).await.map(drop);
        }
        done
    }};
}

/// Inserts rows into a table of PostgreSQL, all at once; `$bind` pushes the columns of one row, `$select` is what the table takes of them.
macro_rules! unnest {
    ($tx:expr, $into:expr, $select:expr, $rows:expr, |$b:ident, $row:ident| $bind:expr) => {{
        let rows: &[_] = $rows;
        let mut arrays = Arrays::default();
        for $row in rows {
            let $b = arrays.begin();
            $bind
        }
        if rows.is_empty() { Ok(()) } else { arrays.insert($tx, $into, $select).await }
    }};
}

/// Adds rows to a table of either database.
macro_rules! add {
    ($tx:expr, $doing:literal, $table:literal, $columns:literal, $rows:expr, |$b:ident, $row:ident| $bind:expr) => {
        match &mut *$tx {
            Tx::Sqlite(tx) => insert!(tx, $table, $columns, $rows, |$b, $row| $bind),
            Tx::Postgres(tx) => unnest!(tx, concat!($table, " (", $columns, ")"), "*", $rows, |$b, $row| $bind),
        }
        .map_err(|source| classify($doing, source))?
    };
}

impl Buffer {
    /// Writes everything.
    pub(crate) async fn write(&mut self, tx: &mut Tx, secret: &NameSecret) -> Result<(), StoreError> {
        let entries = index::Later::begin(secret, self.claims.iter_mut().map(|row| (row.property, row.indexed.take())).collect());
        add!(tx, "adding records", "node", "no, id, kind, case_no, made_by, made_us, head_seq, head_hash", &self.nodes, |b, row| {
            b.push_bind(row.no).push_bind(row.id.to_string()).push_bind(row.kind.code()).push_bind(row.case_no).push_bind(row.made_by);
            b.push_bind(row.made_us).push_bind(row.head_seq).push_bind(row.head.0.as_slice());
        });
        add!(
            tx,
            "adding claims",
            "claim",
            "no, id, subject_no, seq, property, text, lang, name_kind, code, ref_no, int_value, real_value, window_text, start_us, end_us, \
             lat_deg, lon_deg, radius_m, sealed, held, origin, salt, value_commit, grounds_commit, stance, status, known_to, case_no, made_by, made_us, hash, \
             erased_us",
            &self.claims,
            |b, row| {
                let v = &row.value;
                b.push_bind(row.no).push_bind(row.id.to_string()).push_bind(row.subject_no).push_bind(row.seq).push_bind(row.property.code.as_str());
                b.push_bind(v.text.as_deref()).push_bind(v.lang.as_deref()).push_bind(v.name_kind.as_deref()).push_bind(v.code.as_deref());
                b.push_bind(v.ref_no).push_bind(v.int_value).push_bind(v.real_value).push_bind(v.window_text.as_deref());
                b.push_bind(v.start_us).push_bind(v.end_us).push_bind(v.lat_deg).push_bind(v.lon_deg).push_bind(v.radius_m).push_bind(v.sealed.as_deref());
                b.push_bind(row.held.as_deref()).push_bind(row.origin.as_deref()).push_bind(row.salt.as_ref().map(|salt| salt.0.as_slice()));
                b.push_bind(row.value_commit.0.as_slice()).push_bind(row.grounds_commit.0.as_slice());
                b.push_bind(row.stance.code()).push_bind(row.status.code()).push_bind(row.known_to.code());
                b.push_bind(row.case_no).push_bind(row.made_by).push_bind(row.made_us).push_bind(row.hash.0.as_slice()).push_bind(row.erased_us);
            }
        );
        add!(tx, "adding citations", "citation", "claim_no, nth, source_no, exhibit_no, words, locator, accessed, archived", &self.citations, |b, row| {
            let c = &row.citation;
            b.push_bind(row.claim_no).push_bind(row.nth).push_bind(row.source_no).push_bind(row.exhibit_no).push_bind(c.words.as_deref());
            b.push_bind(c.locator.as_deref()).push_bind(c.accessed.as_ref().map(Window::to_string)).push_bind(c.archived.as_deref());
        });
        let (mut listing, mut keys, mut prose) = (Vec::new(), Vec::new(), Vec::new());
        for (row, entries) in self.claims.iter().zip(entries.done().await?) {
            spread(entries, (row.no, row.subject_no, row.property.of, row.case_no), &mut listing, &mut keys, &mut prose);
        }
        index_rows(tx, &listing, &mut keys, &prose).await?;
        for (no, (seq, hash)) in &self.heads {
            on!(&mut *tx, c => sqlx::query("UPDATE node SET head_seq = $1, head_hash = $2 WHERE no = $3").bind(seq).bind(hash.0.as_slice()).bind(no).execute(c).await.map(drop))
                .map_err(|source| classify("moving the head of a record", source))?;
        }
        Ok(())
    }
}

/// Turns the index entries of one claim (number, record, kind, case) into rows.
pub(crate) fn spread(
    entries: Entries,
    (claim_no, node_no, kind, case_no): (i64, i64, NodeKind, i64),
    listing: &mut Vec<ListingRow>,
    keys: &mut Vec<KeyRow>,
    prose: &mut Vec<ProseRow>,
) {
    listing.extend(entries.sort.map(|sort| ListingRow { claim_no, node_no, kind, case_no, sort }));
    keys.extend(entries.name_keys.into_iter().map(|(key, level)| KeyRow { key, claim_no, node_no, case_no, level }));
    // The case stands among the words, so that the index itself leaves out what a reader may not see; the access join still decides.
    prose.extend(entries.words.map(|words| ProseRow { case_no, claim_no, words: format!("{words} {}", index::case_word(case_no)) }));
}

/// Writes index rows. Name keys are sorted first: neighbouring keys share pages.
pub(crate) async fn index_rows(tx: &mut Tx, listing: &[ListingRow], keys: &mut [KeyRow], prose: &[ProseRow]) -> Result<(), StoreError> {
    keys.sort_unstable_by_key(|row| (row.key, row.claim_no));
    match &mut *tx {
        Tx::Sqlite(tx) => insert!(tx, "listing", "claim_no, node_no, kind, case_no, sort, node_case", listing, |b, row| {
            b.push_bind(row.claim_no).push_bind(row.node_no).push_bind(row.kind.code()).push_bind(row.case_no).push_bind(row.sort.as_str());
            b.push("(SELECT case_no FROM node WHERE no = ").push_bind_unseparated(row.node_no).push_unseparated(")");
        }),
        Tx::Postgres(tx) => {
            let select = "c1, c2, c3, c4, c5, (SELECT n.case_no FROM node n WHERE n.no = c2)";
            unnest!(tx, "listing (claim_no, node_no, kind, case_no, sort, node_case)", select, listing, |b, row| {
                b.push_bind(row.claim_no).push_bind(row.node_no).push_bind(row.kind.code()).push_bind(row.case_no).push_bind(row.sort.as_str());
            })
        }
    }
    .map_err(|source| classify("adding names to lists", source))?;
    add!(tx, "adding name keys", "name_key", "key, claim_no, node_no, case_no, level", &*keys, |b, row| {
        b.push_bind(row.key).push_bind(row.claim_no).push_bind(row.node_no).push_bind(row.case_no).push_bind(row.level);
    });
    // The two full-text indexes differ in kind: a virtual table of SQLite, a column of PostgreSQL. Words come sorted, each once, without spaces.
    match &mut *tx {
        Tx::Sqlite(tx) => insert!(tx, "prose", "rowid, words", prose, |b, row| {
            b.push_bind(row.claim_no).push_bind(row.words.as_str());
        }),
        Tx::Postgres(tx) => unnest!(tx, "prose (case_no, claim_no, words)", "c1, c2, array_to_tsvector(string_to_array(c3, ' '))", prose, |b, row| {
            b.push_bind(row.case_no).push_bind(row.claim_no).push_bind(row.words.as_str());
        }),
    }
    .map_err(|source| classify("adding words", source))
}

/// Writes which records the keys of an imported file became.
pub(crate) async fn import_keys(tx: &mut Tx, import_no: i64, keys: &mut [(String, i64, NodeId)]) -> Result<(), StoreError> {
    keys.sort_unstable();
    add!(tx, "writing a chunk of an import", "import_key", "import_no, key, node_no", &*keys, |b, row| {
        b.push_bind(import_no).push_bind(row.0.as_str()).push_bind(row.1);
    });
    Ok(())
}

/// Writes edges.
pub(crate) async fn edge_rows(tx: &mut Tx, edges: &[EdgeRow]) -> Result<(), StoreError> {
    add!(tx, "adding edges", "edge", "no, kind, node_no, from_no, to_no, from_case, to_case, start_us, end_us, cover", edges, |b, row| {
        b.push_bind(row.no).push_bind(row.kind).push_bind(row.node_no).push_bind(row.from_no).push_bind(row.to_no);
        b.push_bind(row.from_case).push_bind(row.to_case).push_bind(row.start_us).push_bind(row.end_us).push_bind(row.cover);
    });
    Ok(())
}
