//! Forgetting: what was left behind, what has expired, and the order in which things came.

use std::collections::HashSet;

use kniha_core::time::UtcMicros;
use kniha_db::{Rewritten, Tx, on};

use crate::Inbox;
use crate::error::{InboxError, database};
use crate::object::{ObjectId, blocking};

/// How old a file must be before nobody can be about to name it: 24 hours, in seconds.
const LEFT_S: i64 = 24 * 3600;

/// SQLite writes a database anew in memory: above so many bytes, which are 2,000 submissions, a flood could take all that the portal is given.
const MOST_REWRITTEN: i64 = 128 << 20;

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that nobody finished.
    pub temporary: u64,
    /// Objects that no row names.
    pub objects: u64,
    /// Reply blocks whose month is over.
    pub blocks: u64,
}

impl Inbox {
    /// Removes what a kill left behind, once it is 24 hours old, and reply blocks that expire before `month`.
    ///
    /// # Errors
    /// What the database or the folder said; a sweep can be repeated.
    pub async fn sweep(&self, now: UtcMicros, month: u32) -> Result<Swept, InboxError> {
        const SWEEPING: &str = "sweeping";
        let doing = database(SWEEPING);
        let mut tx = self.db.write().await.map_err(&doing)?;
        let blocks = on!(&mut *tx, c => sqlx::query("DELETE FROM block WHERE expires_month < $1").bind(i64::from(month)).execute(c).await.map(|done| done.rows_affected()))
            .map_err(&doing)?;
        tx.commit().await.map_err(&doing)?;
        let objects = self.objects.clone();
        let before_s = now.0.div_euclid(1_000_000) - LEFT_S;
        let (temporary, old) = blocking(SWEEPING, move || objects.sweep(before_s)).await?;
        // Asked after the folder was read: what a row names now was old and named, or is not among the old.
        let named: HashSet<ObjectId> = self.named().await?.into_iter().collect();
        let left: Vec<ObjectId> = old.into_iter().filter(|id| !named.contains(id)).collect();
        let swept = Swept { temporary, objects: left.len() as u64, blocks };
        let objects = self.objects.clone();
        blocking(SWEEPING, move || left.into_iter().try_for_each(|id| objects.remove(id))).await?;
        Ok(swept)
    }

    /// Makes the place of rows and files on the disk tell nothing of when they came: rows and objects are written anew in the order of their random ids, the
    /// write-ahead log is folded in and cut off. An object is copied once; while it is, the disk holds it twice. SQLite builds the new file in memory first.
    ///
    /// # Errors
    /// What the database or the folder said; [`InboxError::Busy`]; [`InboxError::TooMuch`]; [`InboxError::Full`]. Nothing is lost then, and it can be repeated.
    pub async fn tidy(&self) -> Result<(), InboxError> {
        // A row of PostgreSQL carries the number of the transaction that wrote it, also into a table written anew: give all the same.
        const ONE_WRITER: [&str; 3] = ["UPDATE part SET day = day", "UPDATE block SET expires_month = expires_month", "UPDATE leaf SET leaf_id = leaf_id"];
        const TIDYING: &str = "tidying";
        let doing = database(TIDYING);
        let mut tx = self.db.write().await.map_err(&doing)?;
        if let Tx::Postgres(tx) = &mut *tx {
            for sql in ONE_WRITER {
                sqlx::query(sql).execute(&mut **tx).await.map_err(&doing)?;
            }
        }
        tx.commit().await.map_err(&doing)?;
        let rewritten = self.db.rewrite(MOST_REWRITTEN).await.map_err(&doing)?;
        let mut ids = self.named().await?;
        ids.sort_unstable();
        let objects = self.objects.clone();
        blocking(TIDYING, move || objects.lay(&ids)).await?;
        match rewritten {
            Rewritten::Whole => Ok(()),
            Rewritten::Busy => Err(InboxError::Busy { doing: TIDYING }),
            Rewritten::TooLarge => Err(InboxError::TooMuch),
        }
    }

    /// Objects that rows name.
    async fn named(&self) -> Result<Vec<ObjectId>, InboxError> {
        let doing = database("listing objects");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let ids: Vec<Vec<u8>> =
            on!(&mut *tx, c => sqlx::query_scalar("SELECT object_id FROM part WHERE object_id IS NOT NULL").fetch_all(c).await).map_err(&doing)?;
        Ok(ids.iter().filter_map(|id| ObjectId::from_slice(id)).collect())
    }
}
