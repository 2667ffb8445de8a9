//! What happens to a claim after it was recorded: accepted, questioned, withdrawn, restored, erased.
//!
//! Each is an entry in the record's history; the present status, the search keys and the edges follow. Erasing destroys the value, what it
//! rested on, the reasons of earlier moves and the salts, and leaves the committed skeleton: the chain still verifies.

use kniha_core::claim::{ClaimError, Move, Status};
use kniha_core::commit::{MoveSkeleton, Salt, reason_commit};
use kniha_core::id::{ClaimId, NodeId};
use kniha_core::text;
use kniha_db::{Tx, on};

use crate::book::next_no;
use crate::buffer::{index_rows, spread};
use crate::error::{StoreError, corrupt, while_};
use crate::index;
use crate::read::ids_of;
use crate::row::{ClaimRow, claim_columns, claim_joins};
use crate::write::{Writing, is_relation};

/// Takes a claim out of every index.
const UNINDEX: [&str; 2] = ["DELETE FROM listing WHERE claim_no = $1", "DELETE FROM name_key WHERE claim_no = $1"];

impl Writing<'_> {
    /// Moves a claim.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a claim the member does not see, [`StoreError::Claim`] where the move is not possible now or lacks its
    /// reason, [`StoreError::Erased`] for a claim that was erased before.
    pub async fn move_claim(&mut self, id: ClaimId, what: Move, reason: Option<&str>) -> Result<(), StoreError> {
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        if what.needs_reason() && reason.is_none() {
            return Err(StoreError::Claim(ClaimError::Reason));
        }
        if let Some(reason) = reason {
            text::check(reason).map_err(|source| StoreError::Claim(ClaimError::Text { what: "reason", source }))?;
        }
        self.flush().await?;
        const SQL: &str = concat!(
            "SELECT ",
            claim_columns!(),
            " FROM claim c JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no",
            claim_joins!(),
            "WHERE c.id = $2"
        );
        let row: Option<ClaimRow> = on!(&mut *self.tx, c => sqlx::query_as(SQL).bind(self.member_no).bind(id.to_string()).fetch_optional(c).await)
            .map_err(while_("reading a claim"))?;
        let row = row.ok_or(StoreError::NotFound { what: "claim" })?;
        let subject = *ids_of(&mut self.tx, &[row.subject_no]).await?.get(&row.subject_no).ok_or_else(|| row.bad("subject_no"))?;
        // The record must be the member's too.
        self.head(subject).await?;
        self.move_row(row, subject, what, reason).await
    }

    /// Moves a claim whosever it is: erasing a source reaches into every case.
    pub(crate) async fn move_numbered(&mut self, claim_no: i64, what: Move, reason: &str) -> Result<(), StoreError> {
        let (row, subject) = self.row_numbered(claim_no).await?;
        self.move_row(row, subject, what, Some(reason)).await
    }

    /// Asks an accepted claim again, whosever it is; `false` where it was not accepted.
    pub(crate) async fn ask_again(&mut self, claim_no: i64, reason: &str) -> Result<bool, StoreError> {
        let (row, subject) = self.row_numbered(claim_no).await?;
        if row.status()? != Status::Accepted {
            return Ok(false);
        }
        self.move_row(row, subject, Move::Question, Some(reason)).await?;
        Ok(true)
    }

    async fn row_numbered(&mut self, claim_no: i64) -> Result<(ClaimRow, NodeId), StoreError> {
        const SQL: &str = concat!("SELECT ", claim_columns!(), " FROM claim c", claim_joins!(), "WHERE c.no = $1");
        let row: ClaimRow = on!(&mut *self.tx, c => sqlx::query_as(SQL).bind(claim_no).fetch_one(c).await).map_err(while_("reading a claim"))?;
        let subject = *ids_of(&mut self.tx, &[row.subject_no]).await?.get(&row.subject_no).ok_or_else(|| row.bad("subject_no"))?;
        self.enter_record(subject).await?;
        Ok((row, subject))
    }

    async fn move_row(&mut self, row: ClaimRow, subject: NodeId, what: Move, reason: Option<&str>) -> Result<(), StoreError> {
        if row.erased_us.is_some() {
            return Err(StoreError::Erased);
        }
        let id = row.claim_id()?;
        let (subject_no, head_seq, head) = self.head(subject).await?;
        let (now, before) = (row.status()?, self.status_before(&row).await?);
        let after = now.after(what, before).map_err(StoreError::Claim)?;

        let salt = Salt(self.random.bytes()?);
        let commit = reason_commit(&salt, reason);
        let seq = head_seq + 1;
        let entry = MoveSkeleton { claim: id, subject, seq, what, reason_commit: commit, by: self.member, at: self.at };
        let hash = entry.hash(&head);
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM claim_event").await?;
        const EVENT: &str = "INSERT INTO claim_event (no, claim_no, subject_no, seq, what, reason, salt, reason_commit, made_by, made_us, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        on!(&mut *self.tx, c => sqlx::query(EVENT).bind(no).bind(row.no).bind(subject_no).bind(seq).bind(what.code()).bind(reason).bind(salt.0.to_vec())
            .bind(commit.0.to_vec()).bind(self.member_no).bind(self.at.0).bind(hash.0.to_vec()).execute(c).await.map(drop))
        .map_err(while_("recording a move"))?;
        self.advance(subject, seq, hash);
        set_state(&mut self.tx, row.no, after, now, self.at.0).await?;
        if what == Move::Erase {
            erase(&mut self.tx, row.no, self.at.0).await?;
        }
        let stood = now != Status::Withdrawn;
        let stands = after != Status::Withdrawn && what != Move::Erase;
        if stood && !stands {
            unindex(&mut self.tx, row.no).await?;
        }
        if !stood && stands {
            self.index_again(&row).await?;
        }
        let kind = row.property()?.of;
        if stood != stands && is_relation(kind) {
            self.relations.insert(subject_no);
        }
        self.flush().await
    }

    /// The status that a withdrawn claim had before.
    async fn status_before(&mut self, row: &ClaimRow) -> Result<Status, StoreError> {
        let before: Option<String> =
            on!(&mut *self.tx, c => sqlx::query_scalar("SELECT before FROM claim_state WHERE claim_no = $1").bind(row.no).fetch_optional(c).await)
                .map_err(while_("reading a status"))?;
        match before {
            Some(code) => Status::parse(&code).map_err(|_| corrupt("claim_state", "before", row.no)),
            None => row.first_status(),
        }
    }

    async fn index_again(&mut self, row: &ClaimRow) -> Result<(), StoreError> {
        let Some(value) = row.value()? else { return Ok(()) };
        let property = row.property()?;
        let entries = index::entries(&self.store.secret, property, &value);
        let (mut listing, mut keys, mut prose) = (Vec::new(), Vec::new(), Vec::new());
        spread(entries, (row.no, row.subject_no, property.of, row.case_no), &mut listing, &mut keys, &mut prose);
        index_rows(&mut self.tx, &listing, &mut keys, &prose).await
    }
}

pub(crate) async fn set_state(tx: &mut Tx, claim_no: i64, status: Status, before: Status, at_us: i64) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO claim_state (claim_no, status, before, made_us) VALUES ($1, $2, $3, $4)
        ON CONFLICT (claim_no) DO UPDATE SET status = excluded.status, before = excluded.before, made_us = excluded.made_us";
    on!(tx, c => sqlx::query(SQL).bind(claim_no).bind(status.code()).bind(before.code()).bind(at_us).execute(c).await.map(drop))
        .map_err(while_("setting a status"))
}

async fn unindex(tx: &mut Tx, claim_no: i64) -> Result<(), StoreError> {
    for sql in UNINDEX {
        on!(&mut *tx, c => sqlx::query(sql).bind(claim_no).execute(c).await.map(drop)).map_err(while_("taking a claim out of the indexes"))?;
    }
    // The two full-text indexes name their key differently.
    match tx {
        Tx::Sqlite(tx) => sqlx::query("DELETE FROM prose WHERE rowid = $1").bind(claim_no).execute(&mut **tx).await.map(drop),
        Tx::Postgres(tx) => sqlx::query("DELETE FROM prose WHERE claim_no = $1 AND case_no = (SELECT case_no FROM claim WHERE no = $1)")
            .bind(claim_no)
            .execute(&mut **tx)
            .await
            .map(drop),
    }
    .map_err(while_("taking a claim out of the indexes"))
}

/// Destroys content in place; what is committed to stays.
async fn erase(tx: &mut Tx, claim_no: i64, at_us: i64) -> Result<(), StoreError> {
    const CLAIM: &str = "UPDATE claim SET text = NULL, lang = NULL, name_kind = NULL, code = NULL, ref_no = NULL, int_value = NULL, real_value = NULL,
        window_text = NULL, start_us = NULL, end_us = NULL, lat_deg = NULL, lon_deg = NULL, radius_m = NULL, sealed = NULL, held = NULL, origin = NULL,
        salt = NULL, erased_us = $2 WHERE no = $1";
    const CITATION: &str = "UPDATE citation SET exhibit_no = NULL, words = NULL, locator = NULL, accessed = NULL, archived = NULL WHERE claim_no = $1";
    // The reason of the erasure itself stays: it says why, and is asked to say nothing else.
    const EVENT: &str = "UPDATE claim_event SET reason = NULL, salt = NULL WHERE claim_no = $1 AND what <> 'erase'";
    on!(&mut *tx, c => sqlx::query(CLAIM).bind(claim_no).bind(at_us).execute(c).await.map(drop)).map_err(while_("erasing a claim"))?;
    on!(&mut *tx, c => sqlx::query(CITATION).bind(claim_no).execute(c).await.map(drop)).map_err(while_("erasing a claim"))?;
    on!(&mut *tx, c => sqlx::query(EVENT).bind(claim_no).execute(c).await.map(drop)).map_err(while_("erasing a claim"))
}
