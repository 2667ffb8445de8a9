//! Imports that appear whole or not at all, and go on after kill −9.
//!
//! An import writes into a case of its own that is granted to nobody. Chunks of at most [`CHUNK_CLAIMS`] claims are durable one by one, each together
//! with the number of rows done; the last step opens the case and grants it, in one transaction. The same file with the same plan finds its
//! unfinished run and goes on after the last durable chunk.

use std::collections::BTreeMap;

use kniha_core::claim::NewClaim;
use kniha_core::id::{CaseId, Id, MemberId, NodeId};
use kniha_core::time::UtcMicros;
use kniha_core::vocab::NodeKind;
use kniha_db::{Tx, on};

use crate::book::{Store, insert_access, insert_case, next_no, reader};
use crate::buffer::import_keys;
use crate::error::{StoreError, corrupt, while_};
use crate::read::node_id;
use crate::write::Writing;

/// Claims that one chunk should hold at most. Ids and name keys fall all over their indexes, so that a chunk touches most pages of these whatever
/// its size: a larger one writes each page less often.
pub const CHUNK_CLAIMS: usize = 50_000;
/// Keys of the file that are kept in memory.
const KEYS: usize = 500_000;

/// Marks the id of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportMark {}
/// The id of an import.
pub type ImportId = Id<ImportMark>;

/// What is imported, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPlan {
    /// `2020pb`, `csv`.
    pub kind: String,
    /// Name of the file, without its folder.
    pub file_name: String,
    /// SHA-256 of the file, hexadecimal.
    pub file_sha256: String,
    /// SHA-256 of the plan (a map, options), hexadecimal; another plan is another import.
    pub plan_sha256: String,
    /// Title of the case that the import becomes.
    pub title: String,
}

/// A running import.
pub struct Import<'a> {
    store: &'a Store,
    member: MemberId,
    no: i64,
    case: CaseId,
    case_no: i64,
    keys: BTreeMap<String, NodeId>,
    /// Whether `keys` holds every key met so far, so that one missing there is new.
    all_keys: bool,
    /// Its id.
    pub id: ImportId,
    /// Rows that are durable.
    pub rows_done: u64,
    /// Claims that are durable.
    pub claims_done: u64,
}

/// A chunk being written.
pub struct Chunk<'i, 'a> {
    import: &'i mut Import<'a>,
    writing: Writing<'a>,
    claims: u64,
    keys: Vec<(String, i64, NodeId)>,
}

/// An import as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportView {
    /// Its id.
    pub id: ImportId,
    /// `2020pb`, `csv`.
    pub kind: String,
    /// Name of the file.
    pub file_name: String,
    /// `running`, `done` or `abandoned`.
    pub state: String,
    /// Rows done.
    pub rows_done: u64,
    /// Claims done.
    pub claims_done: u64,
    /// When it began.
    pub begun: UtcMicros,
}

impl<'a> Import<'a> {
    /// Begins an import, or goes on with the unfinished one of the same file and plan.
    ///
    /// # Errors
    /// [`StoreError::Import`] where the same file was imported with the same plan before.
    pub async fn begin(store: &'a Store, member: MemberId, now: UtcMicros, plan: &ImportPlan) -> Result<Import<'a>, StoreError> {
        const DOING: &str = "beginning an import";
        let mut writing = store.write(member, now).await?;
        const SQL: &str = "SELECT i.no, i.id, i.state, i.rows_done, i.claims_done, k.id, k.no FROM import_run i JOIN cases k ON k.no = i.case_no
            WHERE i.kind = $1 AND i.file_sha256 = $2 AND i.plan_sha256 = $3 AND i.state <> 'abandoned'";
        type Row = (i64, String, String, i64, i64, String, i64);
        let row: Option<Row> =
            on!(&mut *writing.tx, c => sqlx::query_as(SQL).bind(&plan.kind).bind(&plan.file_sha256).bind(&plan.plan_sha256).fetch_optional(c).await)
                .map_err(while_(DOING))?;
        if let Some((no, id, state, rows_done, claims_done, case, case_no)) = row {
            if state != "running" {
                return Err(StoreError::Import { state });
            }
            let id = ImportId::parse(&id).map_err(|_| corrupt("import_run", "id", no))?;
            let case = CaseId::parse(&case).map_err(|_| corrupt("cases", "id", case_no))?;
            let (rows_done, claims_done) = (rows_done.cast_unsigned(), claims_done.cast_unsigned());
            return Ok(Import { store, member, no, case, case_no, keys: BTreeMap::new(), all_keys: rows_done == 0, id, rows_done, claims_done });
        }
        let (id, case): (ImportId, CaseId) = (writing.random.id()?, writing.random.id()?);
        let case_no = next_no(&mut writing.tx, "SELECT MAX(no) FROM cases").await?;
        let no = next_no(&mut writing.tx, "SELECT MAX(no) FROM import_run").await?;
        insert_case(&mut writing.tx, case_no, case, &plan.title, writing.member_no, writing.at.0, false).await?;
        const INSERT: &str = "INSERT INTO import_run (no, id, kind, file_name, file_sha256, plan_sha256, case_no, rows_done, claims_done, state, begun_us)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 'running', $8)";
        let at_us = writing.at.0;
        on!(&mut *writing.tx, c => sqlx::query(INSERT).bind(no).bind(id.to_string()).bind(&plan.kind).bind(&plan.file_name).bind(&plan.file_sha256).bind(&plan.plan_sha256)
            .bind(case_no).bind(at_us).execute(c).await.map(drop))
        .map_err(while_(DOING))?;
        writing.commit().await?;
        Ok(Import { store, member, no, case, case_no, keys: BTreeMap::new(), all_keys: true, id, rows_done: 0, claims_done: 0 })
    }

    /// Opens the next chunk.
    ///
    /// # Errors
    /// What the database said.
    pub async fn chunk(&mut self, now: UtcMicros) -> Result<Chunk<'_, 'a>, StoreError> {
        let mut writing = self.store.write(self.member, now).await?;
        writing.enter_case(self.case, self.case_no);
        Ok(Chunk { import: self, writing, claims: 0, keys: Vec::new() })
    }

    /// Lets the import appear: opens its case and grants it to these members, in one transaction.
    ///
    /// # Errors
    /// What the database said; then it has not appeared.
    pub async fn finish(self, now: UtcMicros, open_to: &[MemberId]) -> Result<CaseId, StoreError> {
        const DOING: &str = "finishing an import";
        let mut writing = self.store.write(self.member, now).await?;
        let at_us = writing.at.0;
        on!(&mut *writing.tx, c => sqlx::query("UPDATE cases SET is_open = 1 WHERE no = $1").bind(self.case_no).execute(c).await.map(drop))
            .map_err(while_(DOING))?;
        for member in open_to {
            let to = reader(&mut writing.tx, *member).await?;
            insert_access(&mut writing.tx, to.no, self.case_no, writing.member_no, at_us).await?;
        }
        on!(&mut *writing.tx, c => sqlx::query("UPDATE import_run SET state = 'done', ended_us = $2 WHERE no = $1").bind(self.no).bind(at_us).execute(c).await.map(drop))
            .map_err(while_(DOING))?;
        on!(&mut *writing.tx, c => sqlx::query("DELETE FROM import_key WHERE import_no = $1").bind(self.no).execute(c).await.map(drop))
            .map_err(while_(DOING))?;
        writing.commit().await?;
        Ok(self.case)
    }
}

impl Chunk<'_, '_> {
    /// The record that a key of the file stands for; made at first mention. `true` where it is new.
    ///
    /// # Errors
    /// What the database said.
    pub async fn node_for(&mut self, key: &str, kind: NodeKind) -> Result<(NodeId, bool), StoreError> {
        let key = format!("{}:{key}", kind.code());
        if let Some(id) = self.import.keys.get(&key) {
            return Ok((*id, false));
        }
        const SQL: &str = "SELECT n.id FROM import_key i JOIN node n ON n.no = i.node_no WHERE i.import_no = $1 AND i.key = $2";
        let no = self.import.no;
        let known: Option<String> = if self.import.all_keys {
            None
        } else {
            on!(&mut *self.writing.tx, c => sqlx::query_scalar(SQL).bind(no).bind(&key).fetch_optional(c).await).map_err(while_("looking up a key"))?
        };
        let (id, new) = match known {
            Some(id) => (node_id(&id)?, false),
            None => {
                let id = self.writing.random.id()?;
                let node_no = self.writing.add_numbered(id, kind, self.import.case)?;
                self.keys.push((key.clone(), node_no, id));
                (id, true)
            }
        };
        if self.import.keys.len() > KEYS {
            self.import.all_keys = false;
            // Keys of this chunk are not in the table yet.
            self.import.keys = self.keys.iter().map(|(key, _, id)| (key.clone(), *id)).collect();
        }
        self.import.keys.insert(key, id);
        Ok((id, new))
    }

    /// A fresh id for a claim.
    ///
    /// # Errors
    /// [`StoreError::Machine`] when the operating system has no randomness.
    pub fn claim_id(&mut self) -> Result<kniha_core::id::ClaimId, StoreError> {
        self.writing.random.id()
    }

    /// Adds a claim to the import's case.
    ///
    /// # Errors
    /// As [`Writing::add_claim`].
    pub async fn claim(&mut self, claim: NewClaim) -> Result<(), StoreError> {
        self.claims += 1;
        self.writing.add_claim(claim, self.import.case).await
    }

    /// Claims of this chunk so far.
    #[must_use]
    pub fn claims(&self) -> u64 {
        self.claims
    }

    /// Makes the chunk durable, together with the number of rows of the file that are done.
    ///
    /// # Errors
    /// When it could not be made durable; then nothing of the chunk was written.
    pub async fn commit(mut self, rows_done: u64) -> Result<(), StoreError> {
        const DOING: &str = "writing a chunk of an import";
        self.writing.flush().await?;
        let no = self.import.no;
        import_keys(&mut self.writing.tx, no, &mut self.keys).await?;
        let claims_done = self.import.claims_done + self.claims;
        const RUN: &str = "UPDATE import_run SET rows_done = $2, claims_done = $3 WHERE no = $1";
        on!(&mut *self.writing.tx, c => sqlx::query(RUN).bind(no).bind(rows_done.cast_signed()).bind(claims_done.cast_signed()).execute(c).await.map(drop))
            .map_err(while_(DOING))?;
        self.writing.commit().await?;
        (self.import.rows_done, self.import.claims_done) = (rows_done, claims_done);
        Ok(())
    }
}

/// Every import, newest first.
///
/// # Errors
/// What the database said.
pub async fn imports(tx: &mut Tx) -> Result<Vec<ImportView>, StoreError> {
    const SQL: &str = "SELECT id, kind, file_name, state, rows_done, claims_done, begun_us FROM import_run ORDER BY no DESC";
    type Row = (String, String, String, String, i64, i64, i64);
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(SQL).fetch_all(c).await).map_err(while_("listing imports"))?;
    rows.into_iter()
        .map(|(id, kind, file_name, state, rows_done, claims_done, begun_us)| {
            let id = ImportId::parse(&id).map_err(|_| corrupt("import_run", "id", &id))?;
            let (rows_done, claims_done) = (rows_done.cast_unsigned(), claims_done.cast_unsigned());
            Ok(ImportView { id, kind, file_name, state, rows_done, claims_done, begun: UtcMicros(begun_us) })
        })
        .collect()
}

/// Removes an unfinished import: it never appeared, so nothing of the book is lost.
///
/// # Errors
/// [`StoreError::NotFound`] for an unknown import, [`StoreError::Import`] for one that is not running.
pub async fn abandon_import(store: &Store, member: MemberId, now: UtcMicros, id: ImportId) -> Result<(), StoreError> {
    const DOING: &str = "abandoning an import";
    let mut writing = store.write(member, now).await?;
    let row: Option<(i64, i64, String)> =
        on!(&mut *writing.tx, c => sqlx::query_as("SELECT no, case_no, state FROM import_run WHERE id = $1").bind(id.to_string()).fetch_optional(c).await)
            .map_err(while_(DOING))?;
    let (no, case_no, state) = row.ok_or(StoreError::NotFound { what: "import" })?;
    if state != "running" {
        return Err(StoreError::Import { state });
    }
    const PROSE: [&str; 2] = ["DELETE FROM prose WHERE rowid IN (SELECT no FROM claim WHERE case_no = $1)", "DELETE FROM prose WHERE case_no = $1"];
    match &mut *writing.tx {
        Tx::Sqlite(tx) => sqlx::query(PROSE[0]).bind(case_no).execute(&mut **tx).await.map(drop),
        Tx::Postgres(tx) => sqlx::query(PROSE[1]).bind(case_no).execute(&mut **tx).await.map(drop),
    }
    .map_err(while_(DOING))?;
    for sql in [
        "DELETE FROM listing WHERE case_no = $1",
        "DELETE FROM name_key WHERE case_no = $1",
        "DELETE FROM edge WHERE from_case = $1",
        "DELETE FROM import_key WHERE import_no IN (SELECT no FROM import_run WHERE case_no = $1)",
        "DELETE FROM citation WHERE claim_no IN (SELECT no FROM claim WHERE case_no = $1)",
        "DELETE FROM claim WHERE case_no = $1",
        "DELETE FROM node WHERE case_no = $1",
    ] {
        on!(&mut *writing.tx, c => sqlx::query(sql).bind(case_no).execute(c).await.map(drop)).map_err(while_(DOING))?;
    }
    let at_us = writing.at.0;
    on!(&mut *writing.tx, c => sqlx::query("UPDATE import_run SET state = 'abandoned', ended_us = $2 WHERE no = $1").bind(no).bind(at_us).execute(c).await.map(drop))
        .map_err(while_(DOING))?;
    writing.commit().await
}
