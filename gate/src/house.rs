//! The two files and the spool, open together.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use kniha_db::{Db, Durability, Place, WriteTx, on};
use kniha_inbox::Inbox;
use tokio::sync::Semaphore;

use crate::case::{case_id, others, renew};
use crate::error::{GateError, damaged, database};

/// The file of accounts and wraps.
pub const HOUSE: &str = "house.db";
/// The file of halves, log and counters.
pub const GATE: &str = "gate.db";
/// Key files that are opened at once: each takes 256 MiB.
const AT_ONCE: usize = 2;

static HOUSE_STEPS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/house");
static GATE_STEPS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/gate");

/// Members, keys, log and spool of one book. Cloning is cheap.
#[derive(Clone)]
pub struct House(Arc<Inner>);

/// What [`House`] shares between its clones.
pub struct Inner {
    pub(crate) db: Db,
    pub(crate) gate: Db,
    pub(crate) spool: Inbox,
    pub(crate) book: [u8; 32],
    pub(crate) opening: Arc<Semaphore>,
    pub(crate) waiting: AtomicUsize,
}

impl std::ops::Deref for House {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl House {
    /// Makes the two files in a book's folder.
    ///
    /// # Errors
    /// What the database said.
    pub async fn create(dir: &Path, book: [u8; 32], spool: Inbox) -> Result<House, GateError> {
        const DOING: &str = "making the house";
        let db = file(dir, HOUSE, true, &HOUSE_STEPS).await?;
        let mut tx = db.write().await.map_err(database(DOING))?;
        on!(&mut *tx, c => sqlx::query("INSERT INTO book (one, id) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET id = $1").bind(&book[..]).execute(c).await.map(drop))
            .map_err(database(DOING))?;
        tx.commit().await.map_err(database(DOING))?;
        db.close().await;
        drop(file(dir, GATE, true, &GATE_STEPS).await?);
        House::open(dir, spool).await
    }

    /// Opens the two files of a book's folder.
    ///
    /// # Errors
    /// What the database said; [`GateError::Newer`].
    pub async fn open(dir: &Path, spool: Inbox) -> Result<House, GateError> {
        let doing = database("opening the house");
        let db = file(dir, HOUSE, false, &HOUSE_STEPS).await?;
        let gate = file(dir, GATE, false, &GATE_STEPS).await?;
        let id: Option<Vec<u8>> = {
            let mut tx = db.read().await.map_err(&doing)?;
            on!(&mut *tx, c => sqlx::query_scalar("SELECT id FROM book").fetch_optional(c).await).map_err(&doing)?
        };
        let book = id.and_then(|id| id.try_into().ok()).ok_or_else(|| damaged("book", "id"))?;
        Ok(House(Arc::new(Inner { db, gate, spool, book, opening: Arc::new(Semaphore::new(AT_ONCE)), waiting: AtomicUsize::new(0) })))
    }

    /// The sealed parts, as they were collected.
    #[must_use]
    pub fn spool(&self) -> &Inbox {
        &self.spool
    }

    /// The book's number.
    #[must_use]
    pub fn book(&self) -> &[u8; 32] {
        &self.book
    }

    /// Writes consistent copies of both files, for a backup.
    ///
    /// # Errors
    /// What the database said.
    pub async fn copy(&self, house: &str, gate: &str) -> Result<(), GateError> {
        let doing = database("copying the house");
        // The halves last: a wrap without its half is a loss, a half without its wrap is nothing.
        self.db.copy_sqlite(house).await.map_err(&doing)?;
        self.gate.copy_sqlite(gate).await.map_err(&doing)?;
        Ok(())
    }

    /// Closes both files; the spool stays open.
    pub async fn close(&self) {
        self.db.close().await;
        self.gate.close().await;
    }

    /// Takes away what has expired: offers and tranches, and the keys of cases that were given for a while, whose cases go on under new ones. Destroys halves
    /// that a failure has left behind.
    ///
    /// # Errors
    /// What the database said.
    pub async fn sweep(&self, now: kniha_core::time::UtcMicros) -> Result<(), GateError> {
        const CASES: &str = "SELECT DISTINCT w.case_id FROM case_wrap w WHERE w.until_us <= $1
            AND w.epoch = (SELECT MAX(k.epoch) FROM case_key k WHERE k.case_id = w.case_id)";
        let doing = database("sweeping what has expired");
        let mut tx = self.db.write().await.map_err(&doing)?;
        let cases: Vec<Vec<u8>> = on!(&mut *tx, c => sqlx::query_scalar(CASES).bind(now.0).fetch_all(c).await).map_err(&doing)?;
        for case in cases {
            renew(&mut tx, case_id(&case)?, now).await?;
        }
        // What nobody else could read stays: its key opens nothing while it is out of its time.
        let wraps = format!(
            "DELETE FROM case_wrap AS w WHERE w.until_us <= $2 AND NOT EXISTS
            (SELECT 1 FROM part_wrap p WHERE p.kind = 'case' AND p.holder = w.case_id AND p.epoch = w.epoch AND NOT {})",
            others("w.member")
        );
        for sql in ["DELETE FROM offer WHERE tranche IN (SELECT id FROM tranche WHERE until_us <= $2)", "DELETE FROM tranche WHERE until_us <= $2", &wraps] {
            on!(&mut *tx, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(0).bind(now.0).execute(c).await.map(drop)).map_err(&doing)?;
        }
        tx.commit().await.map_err(&doing)?;
        self.drop_halves().await
    }

    pub(crate) async fn write(&self, doing: &'static str) -> Result<WriteTx, GateError> {
        self.db.write().await.map_err(database(doing))
    }
}

async fn file(dir: &Path, name: &str, create: bool, steps: &sqlx::migrate::Migrator) -> Result<Db, GateError> {
    let path = dir.join(name);
    if create {
        // SQLite would make it readable for everybody.
        use std::os::unix::fs::OpenOptionsExt;
        let made = std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        made.map_err(|source| database("making a file")(sqlx::Error::Io(source)))?;
    }
    let place = Place::Sqlite { file: path, key: None, durability: Durability::Full };
    let db = Db::open(&place, create).await.map_err(database("opening a file"))?;
    db.migrate(steps, steps).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::VersionMissing(step) => GateError::Newer { step },
        error => GateError::Schema(Arc::new(error)),
    })?;
    Ok(db)
}
