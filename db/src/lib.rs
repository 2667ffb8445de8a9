//! Two databases, one door for reading and one for writing.
//!
//! A book lives in SQLite (SQLCipher; plain for what is sealed already) or in PostgreSQL. [`Db::read`] opens a consistent snapshot in which nothing can be written;
//! [`Db::write`] is the one writer: SQLite `BEGIN IMMEDIATE`, PostgreSQL an advisory lock first, so that hash chains never fork. One SQL text
//! runs on both through [`on!`]. Opening a database is the only I/O here; no statement of the book stands in this room.

mod integrity;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Postgres, Sqlite, Transaction};

pub use integrity::{PageCheck, Pages, integrity};

/// Readers of SQLite at once; more would only wait for the two cores.
const READERS: u32 = 4;
/// How long a writer waits for another process before it gives up.
const BUSY: Duration = Duration::from_secs(20);
/// Page cache of one connection, in KiB as SQLite wants it (negative).
const CACHE_KIB: &str = "-131072";
/// Pages of 4 KiB in the write-ahead log before it is folded back (64 MiB). An import dirties pages of the indexes at random; folding rarely
/// writes each of them once instead of many times.
const CHECKPOINT_PAGES: &str = "16384";
/// Rows that SQLite's thread may be ahead of the reader: with few, the two wake each other for every one.
const ROW_BUFFER: usize = 4096;
/// Settings of a PostgreSQL session. Every query here ends after some hundred rows, while starting workers or compiling a plan costs 20 to 200 ms; and a
/// page out of order costs little more than the next one where the disk is no disk.
const SHORT_QUERIES: [(&str, &str); 3] = [("max_parallel_workers_per_gather", "0"), ("jit", "off"), ("random_page_cost", "1.1")];
/// The advisory lock that all writers of one PostgreSQL database take: ASCII "kniha".
const WRITER_LOCK: i64 = 0x006b_6e69_6861;
/// The advisory lock of the one desk: ASCII "desk".
const DESK_LOCK: i64 = 0x6465_736b;

/// Where a book's rows live.
#[derive(Clone)]
pub enum Place {
    /// A SQLite file.
    Sqlite {
        /// The file.
        file: PathBuf,
        /// Its raw key for SQLCipher; `None` is plain SQLite, for what is sealed before it comes here.
        key: Option<Key>,
        /// Whether every commit reaches the disk.
        durability: Durability,
    },
    /// A PostgreSQL database, by URL.
    Postgres {
        /// `postgres://user:password@host/name`; never printed.
        url: String,
    },
}

/// A raw 32-byte key of SQLCipher as 64 hexadecimal digits; never printed.
#[derive(Clone)]
pub struct Key(pub String);

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `synchronous=FULL`: the law.
    Full,
    /// `synchronous=OFF`: loses acknowledged commits on power loss. Only the control of the power-loss test uses it.
    Unsafe,
}

/// Both databases behind one type.
pub struct Db {
    pools: Pools,
    writer: std::sync::Arc<tokio::sync::Mutex<()>>,
}

enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// A transaction on whichever database is open. Use it through [`on!`].
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// A snapshot to read from.
pub struct ReadTx(Tx);

/// The one writer; dropped without [`WriteTx::commit`], nothing was written.
pub struct WriteTx {
    tx: Tx,
    _turn: tokio::sync::OwnedMutexGuard<()>,
}

/// Runs one expression on whichever database the transaction is open on.
#[macro_export]
macro_rules! on {
    ($tx:expr, $conn:ident => $run:expr) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $run
            }
            $crate::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $run
            }
        }
    };
}

impl Db {
    /// Opens the database; a missing SQLite file is made only with `create`.
    ///
    /// # Errors
    /// What the database said; a wrong SQLCipher key is `SQLITE_NOTADB` (code 26).
    pub async fn open(place: &Place, create: bool) -> Result<Db, sqlx::Error> {
        let pools = match place {
            Place::Sqlite { file, key, durability } => {
                let options = sqlite_options(file, key.as_ref(), *durability).create_if_missing(create);
                let write = SqlitePoolOptions::new().max_connections(1).acquire_timeout(BUSY).connect_with(options.clone()).await?;
                let read = SqlitePoolOptions::new()
                    .max_connections(READERS)
                    .acquire_timeout(BUSY)
                    .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "ON"));
                Pools::Sqlite { read, write }
            }
            Place::Postgres { url } => {
                let options = PgConnectOptions::from_str(url)?.application_name("kniha").options(SHORT_QUERIES).disable_statement_logging();
                Pools::Postgres(PgPoolOptions::new().max_connections(READERS + 2).acquire_timeout(BUSY).connect_with(options).await?)
            }
        };
        Ok(Db { pools, writer: std::sync::Arc::default() })
    }

    /// Opens a snapshot.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(&self) -> Result<ReadTx, sqlx::Error> {
        Ok(ReadTx(match &self.pools {
            Pools::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?),
        }))
    }

    /// Waits for its turn and opens the one writing transaction. Await only SQL inside it.
    ///
    /// # Errors
    /// When the database does not answer or another process keeps the lock.
    pub async fn write(&self) -> Result<WriteTx, sqlx::Error> {
        const BEGIN: &str = "BEGIN IMMEDIATE";
        let turn = self.writer.clone().lock_owned().await;
        let tx = match &self.pools {
            Pools::Sqlite { write, .. } => Tx::Sqlite(match write.begin_with(BEGIN).await {
                // SQLite itself undoes a transaction that a full or failing disk has stopped, and sqlx goes on counting it as open: such a connection
                // would refuse every later one. A fresh connection takes its place.
                Err(sqlx::Error::InvalidSavePointStatement) => {
                    write.acquire().await?.close().await?;
                    write.begin_with(BEGIN).await?
                }
                begun => begun?,
            }),
            Pools::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(WRITER_LOCK).execute(&mut *tx).await?;
                Tx::Postgres(tx)
            }
        };
        Ok(WriteTx { tx, _turn: turn })
    }

    /// Brings the schema up to date; refuses a database whose applied files differ from ours.
    ///
    /// # Errors
    /// What the migrator found.
    pub async fn migrate(&self, sqlite: &sqlx::migrate::Migrator, postgres: &sqlx::migrate::Migrator) -> Result<(), sqlx::migrate::MigrateError> {
        match &self.pools {
            Pools::Sqlite { write, .. } => sqlite.run(write).await,
            Pools::Postgres(pool) => postgres.run(pool).await,
        }
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }

    /// Takes the lock of the one desk for as long as the connection lives; `false` when another desk has it.
    /// On SQLite the caller locks a file instead, and gets `true`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock_desk(&self) -> Result<bool, sqlx::Error> {
        match &self.pools {
            Pools::Sqlite { .. } => Ok(true),
            Pools::Postgres(pool) => {
                let mut connection = pool.acquire().await?.detach();
                let locked: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(DESK_LOCK).fetch_one(&mut connection).await?;
                if locked {
                    // The lock lives as long as the connection, and the connection as long as the process.
                    std::mem::forget(connection);
                }
                Ok(locked)
            }
        }
    }

    /// Lets the database tidy up after a large change: statistics for the planner, and the write-ahead log folded back in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settle(&self) -> Result<(), sqlx::Error> {
        match &self.pools {
            Pools::Sqlite { write, .. } => {
                let _turn = self.writer.clone().lock_owned().await;
                sqlx::raw_sql("PRAGMA analysis_limit=2000; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);").execute(write).await.map(drop)
            }
            Pools::Postgres(pool) => sqlx::raw_sql("VACUUM ANALYZE").execute(pool).await.map(drop),
        }
    }

    /// Writes every table anew in the order of its primary key, and folds the write-ahead log back in: where a row lies on the disk then tells
    /// nothing of when it came. On PostgreSQL only tables that a migration has marked `CLUSTER ON` are written anew.
    ///
    /// SQLite builds the new file in memory: above `most` bytes in use nothing is written anew, and the log is folded back alone.
    ///
    /// # Errors
    /// What the database said; then everything is as it was.
    pub async fn rewrite(&self, most: i64) -> Result<Rewritten, sqlx::Error> {
        match &self.pools {
            Pools::Sqlite { write, .. } => {
                const USED: &str = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
                let _turn = self.writer.clone().lock_owned().await;
                let used: i64 = sqlx::query_scalar(USED).fetch_one(write).await?;
                if used <= most {
                    sqlx::raw_sql("VACUUM").execute(write).await?;
                }
                let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(write).await?;
                Ok(match (busy, used <= most) {
                    (0, true) => Rewritten::Whole,
                    (0, false) => Rewritten::TooLarge,
                    _ => Rewritten::Busy,
                })
            }
            Pools::Postgres(pool) => sqlx::raw_sql("CLUSTER").execute(pool).await.map(|_| Rewritten::Whole),
        }
    }

    /// Writes a consistent copy of a SQLCipher database, under the same key, to a file that must not exist yet.
    ///
    /// # Errors
    /// What the database said.
    pub async fn copy_sqlite(&self, to: &str) -> Result<bool, sqlx::Error> {
        match &self.pools {
            Pools::Sqlite { write, .. } => sqlx::query("VACUUM INTO $1").bind(to).execute(write).await.map(|_| true),
            Pools::Postgres(_) => Ok(false),
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// How [`Db::rewrite`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewritten {
    /// Every table is written anew.
    Whole,
    /// Somebody was reading for so long that the log could not be folded back.
    Busy,
    /// Too much is in use to be built in memory.
    TooLarge,
}

/// The file, and the key if there is one.
fn keyed(file: &std::path::Path, key: Option<&Key>) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(file);
    match key {
        // The key comes first on every connection; sqlx keeps a place for it at the front.
        // SQLCipher would tell standard error of a wrong key in its own words.
        Some(key) => options.pragma("key", format!("\"x'{}'\"", key.0)).pragma("cipher_log_level", "NONE"),
        None => options,
    }
}

fn sqlite_options(file: &std::path::Path, key: Option<&Key>, durability: Durability) -> SqliteConnectOptions {
    keyed(file, key)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Unsafe => SqliteSynchronous::Off,
        })
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("cache_size", CACHE_KIB)
        .pragma("trusted_schema", "OFF")
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(300)
        .row_buffer_size(ROW_BUFFER)
        .disable_statement_logging()
}

impl std::ops::Deref for ReadTx {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.0
    }
}

impl std::ops::DerefMut for ReadTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.0
    }
}

impl std::ops::Deref for WriteTx {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl std::ops::DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

impl WriteTx {
    /// Makes everything of this transaction durable.
    ///
    /// # Errors
    /// When it could not be made durable; then nothing was written.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self.tx {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[tokio::test]
    async fn a_full_disk_stops_one_transaction_and_not_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plain.db");
        let db = Db::open(&Place::Sqlite { file: file.clone(), key: None, durability: Durability::Full }, true).await.unwrap();
        let run = async |sql: &'static str| -> Result<(), sqlx::Error> {
            let mut tx = db.write().await?;
            on!(&mut *tx, c => sqlx::raw_sql(sql).execute(c).await.map(drop))?;
            tx.commit().await
        };
        run("CREATE TABLE t (x BLOB); PRAGMA max_page_count = 20").await.unwrap();
        let full = run("INSERT INTO t VALUES (zeroblob(1000000))").await.unwrap_err();
        assert_eq!(full.as_database_error().unwrap().code().unwrap(), "13");
        run("INSERT INTO t VALUES (x'01')").await.unwrap();
        run("INSERT INTO t VALUES (zeroblob(40000)); DELETE FROM t WHERE length(x) > 1").await.unwrap();
        // Two pages are in use, and the file is longer.
        assert_eq!(db.rewrite(4096).await.unwrap(), Rewritten::TooLarge);
        let before = std::fs::metadata(&file).unwrap().len();
        assert_eq!(db.rewrite(8192).await.unwrap(), Rewritten::Whole);
        assert!(std::fs::metadata(&file).unwrap().len() < before, "{before}");
        assert!(std::fs::read(&file).unwrap().starts_with(b"SQLite format 3\0"), "without a key it is plain SQLite");
        db.close().await;
    }
}
