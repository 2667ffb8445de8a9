//! What is not a part: leaves on their way out, and what the desk pushes for everybody to read (reply blocks, key lists, a banner).

use kniha_db::on;

use crate::error::{InboxError, damaged, database};
use crate::put::not_longer;
use crate::{BANNER_MOST, BLOCK_MOST, BLOCKS_MOST, Inbox, LEAF_MOST, LIST_MOST};

/// The random id of a leaf, drawn here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafKey(pub [u8; 16]);

impl Inbox {
    /// Leaves in the order of their ids, from the one after `after` on.
    ///
    /// # Errors
    /// What the database said.
    pub async fn leaves(&self, after: Option<LeafKey>, most: u32) -> Result<Vec<(LeafKey, Vec<u8>)>, InboxError> {
        const SQL: &str = "SELECT leaf_id, bytes FROM leaf WHERE leaf_id > $1 ORDER BY leaf_id LIMIT $2";
        let doing = database("listing leaves");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let after = after.map_or_else(Vec::new, |key| key.0.to_vec());
        let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(&mut *tx, c => sqlx::query_as(SQL).bind(after).bind(i64::from(most)).fetch_all(c).await).map_err(&doing)?;
        rows.into_iter().map(|(id, bytes)| Ok((LeafKey(id.try_into().map_err(|_| damaged("leaf", "id"))?), bytes))).collect()
    }

    /// Keeps a leaf under the id that it had where it was collected; the same again is no fault, so that a cut collection is done again.
    ///
    /// # Errors
    /// [`InboxError::Long`], or what the database said.
    pub async fn put_leaf(&self, leaf: &LeafKey, bytes: &[u8]) -> Result<(), InboxError> {
        const SQL: &str = "INSERT INTO leaf (leaf_id, bytes) VALUES ($1, $2) ON CONFLICT (leaf_id) DO NOTHING";
        not_longer("a leaf", bytes, LEAF_MOST)?;
        let doing = database("keeping a leaf");
        let mut tx = self.db.write().await.map_err(&doing)?;
        on!(&mut *tx, c => sqlx::query(SQL).bind(&leaf.0[..]).bind(bytes).execute(c).await.map(drop)).map_err(&doing)?;
        tx.commit().await.map_err(&doing)
    }

    /// Deletes a leaf that was collected; `false` when it is not there.
    ///
    /// # Errors
    /// What the database said.
    pub async fn delete_leaf(&self, leaf: &LeafKey) -> Result<bool, InboxError> {
        let doing = database("deleting a leaf");
        let mut tx = self.db.write().await.map_err(&doing)?;
        let gone = on!(&mut *tx, c => sqlx::query("DELETE FROM leaf WHERE leaf_id = $1").bind(&leaf.0[..]).execute(c).await.map(|done| done.rows_affected()))
            .map_err(&doing)?;
        tx.commit().await.map_err(&doing)?;
        Ok(gone > 0)
    }

    /// Puts a reply block into a mailbox, in place of the one with the same id if there is one. `expires_month` counts months as its caller does.
    ///
    /// # Errors
    /// [`InboxError::Long`]; [`InboxError::MailboxFull`] for a fifth block.
    pub async fn put_block(&self, mailbox: [u8; 16], block: [u8; 16], expires_month: u32, bytes: &[u8]) -> Result<(), InboxError> {
        const OTHERS: &str = "SELECT COUNT(*) FROM block WHERE mailbox_id = $1 AND block_id <> $2";
        const PUT: &str = "INSERT INTO block (mailbox_id, block_id, expires_month, bytes) VALUES ($1, $2, $3, $4)
            ON CONFLICT (mailbox_id, block_id) DO UPDATE SET expires_month = excluded.expires_month, bytes = excluded.bytes";
        not_longer("a block", bytes, BLOCK_MOST)?;
        let doing = database("keeping a block");
        let mut tx = self.db.write().await.map_err(&doing)?;
        let others: i64 = on!(&mut *tx, c => sqlx::query_scalar(OTHERS).bind(&mailbox[..]).bind(&block[..]).fetch_one(c).await).map_err(&doing)?;
        if others >= BLOCKS_MOST as i64 {
            return Err(InboxError::MailboxFull);
        }
        on!(&mut *tx, c => sqlx::query(PUT).bind(&mailbox[..]).bind(&block[..]).bind(i64::from(expires_month)).bind(bytes).execute(c).await.map(drop))
            .map_err(&doing)?;
        tx.commit().await.map_err(&doing)
    }

    /// The blocks of a mailbox in the order of their ids; none for one that nobody was given.
    ///
    /// # Errors
    /// What the database said.
    pub async fn blocks(&self, mailbox: [u8; 16]) -> Result<Vec<Vec<u8>>, InboxError> {
        const SQL: &str = "SELECT bytes FROM block WHERE mailbox_id = $1 ORDER BY block_id";
        let doing = database("reading a mailbox");
        let mut tx = self.db.read().await.map_err(&doing)?;
        on!(&mut *tx, c => sqlx::query_scalar(SQL).bind(&mailbox[..]).fetch_all(c).await).map_err(&doing)
    }

    /// Keeps a signed key list under its number. The first write wins; the same again is no fault.
    ///
    /// # Errors
    /// [`InboxError::OtherList`] where another text has this number; [`InboxError::Long`].
    pub async fn put_list(&self, no: u32, bytes: &[u8]) -> Result<(), InboxError> {
        not_longer("a key list", bytes, LIST_MOST)?;
        let doing = database("keeping a key list");
        let mut tx = self.db.write().await.map_err(&doing)?;
        let there: Option<Vec<u8>> =
            on!(&mut *tx, c => sqlx::query_scalar("SELECT bytes FROM key_list WHERE no = $1").bind(i64::from(no)).fetch_optional(c).await).map_err(&doing)?;
        match there {
            Some(there) if there == bytes => return Ok(()),
            Some(_) => return Err(InboxError::OtherList { no }),
            None => {}
        }
        on!(&mut *tx, c => sqlx::query("INSERT INTO key_list (no, bytes) VALUES ($1, $2)").bind(i64::from(no)).bind(bytes).execute(c).await.map(drop))
            .map_err(&doing)?;
        tx.commit().await.map_err(&doing)
    }

    /// All key lists by number.
    ///
    /// # Errors
    /// What the database said.
    pub async fn lists(&self) -> Result<Vec<(u32, Vec<u8>)>, InboxError> {
        let doing = database("reading key lists");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<(i64, Vec<u8>)> = on!(&mut *tx, c => sqlx::query_as("SELECT no, bytes FROM key_list ORDER BY no").fetch_all(c).await).map_err(&doing)?;
        rows.into_iter().map(|(no, bytes)| Ok((u32::try_from(no).map_err(|_| damaged("key_list", "number"))?, bytes))).collect()
    }

    /// Sets the team's one signed text, or takes it away.
    ///
    /// # Errors
    /// [`InboxError::Long`], or what the database said.
    pub async fn put_banner(&self, bytes: Option<&[u8]>) -> Result<(), InboxError> {
        not_longer("a banner", bytes.unwrap_or_default(), BANNER_MOST)?;
        let doing = database("keeping the banner");
        let mut tx = self.db.write().await.map_err(&doing)?;
        on!(&mut *tx, c => sqlx::query("DELETE FROM banner").execute(c).await.map(drop)).map_err(&doing)?;
        if let Some(bytes) = bytes {
            on!(&mut *tx, c => sqlx::query("INSERT INTO banner (one, bytes) VALUES (1, $1)").bind(bytes).execute(c).await.map(drop)).map_err(&doing)?;
        }
        tx.commit().await.map_err(&doing)
    }

    /// The team's signed text, `None` where there is none.
    ///
    /// # Errors
    /// What the database said.
    pub async fn banner(&self) -> Result<Option<Vec<u8>>, InboxError> {
        let doing = database("reading the banner");
        let mut tx = self.db.read().await.map_err(&doing)?;
        on!(&mut *tx, c => sqlx::query_scalar("SELECT bytes FROM banner").fetch_optional(c).await).map_err(&doing)
    }
}
