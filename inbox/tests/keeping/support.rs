//! A fresh inbox on either database, and submissions whose every byte follows from a number.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use kniha_core::commit::Hash;
use kniha_core::time::UtcMicros;
use kniha_db::{Durability, Place};
use kniha_inbox::{Body, Inbox, PartKey, Sealed};
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection, SqliteConnection};

/// Makes each contract two tests.
#[macro_export]
macro_rules! contracts {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(&$crate::support::Case::sqlite().await).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $name() {
                if let Some(case) = $crate::support::Case::postgres().await {
                    super::$name(&case).await;
                }
            })+
        }
    };
}

/// An inbox that goes when it is dropped.
pub(crate) struct Case {
    pub(crate) inbox: Inbox,
    pub(crate) place: Place,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn sqlite_place(folder: &Path, durability: Durability) -> Place {
    Place::Sqlite { file: folder.join("inbox.db"), key: None, durability }
}

/// A new empty database on the test server, if there is one.
pub(crate) async fn postgres_place() -> Option<Place> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(base) = std::env::var("KNIHA_TEST_POSTGRES_URL") else {
        assert!(std::env::var_os("KNIHA_REQUIRE_POSTGRES").is_none(), "KNIHA_TEST_POSTGRES_URL names no PostgreSQL server: run `make test`, which starts one");
        println!("not run on PostgreSQL: KNIHA_TEST_POSTGRES_URL names no server");
        return None;
    };
    let name = format!("kniha_inbox_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&base).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    let (server, _) = base.rsplit_once('/').unwrap();
    Some(Place::Postgres { url: format!("{server}/{name}") })
}

impl Case {
    pub(crate) async fn sqlite() -> Case {
        let folder = tempfile::tempdir().unwrap();
        Case::at(sqlite_place(folder.path(), Durability::Full), folder).await
    }

    pub(crate) async fn postgres() -> Option<Case> {
        Some(Case::at(postgres_place().await?, tempfile::tempdir().unwrap()).await)
    }

    async fn at(place: Place, folder: tempfile::TempDir) -> Case {
        Case { inbox: Inbox::open(&place, folder.path(), true).await.unwrap(), place, folder }
    }

    /// A number asked of the database itself, past the inbox.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        match &self.place {
            Place::Sqlite { file, .. } => sqlx::query_scalar(sql).fetch_one(&mut plain(file).await).await.unwrap(),
            Place::Postgres { url } => sqlx::query_scalar(sql).fetch_one(&mut PgConnection::connect(url).await.unwrap()).await.unwrap(),
        }
    }

    pub(crate) fn files(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        files(self.folder.path())
    }
}

/// The database of an inbox, past the inbox.
pub(crate) async fn plain(file: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&sqlx::sqlite::SqliteConnectOptions::new().filename(file)).await.unwrap()
}

/// Names of objects, and of temporary files.
pub(crate) fn files(folder: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let names = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>();
    let mut objects = names(&folder.join("objects"));
    assert!(objects.remove("tmp"));
    (objects, names(&folder.join("objects/tmp")))
}

pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// Bytes that follow from a seed and look like any ciphertext.
pub(crate) fn bytes(seed: &str, len: usize) -> Vec<u8> {
    (0u64..).flat_map(|i| Sha256::digest(format!("{seed} {i}"))).take(len).collect()
}

pub(crate) fn key(seed: &str) -> PartKey {
    PartKey(bytes(seed, 16).try_into().unwrap())
}

/// A part whose id and content follow from its seed.
pub(crate) fn part(seed: &str, len: usize) -> Sealed {
    let body = bytes(&format!("{seed} body"), len);
    Sealed { part: key(seed), list_no: 7, day: 20_000, header: bytes(&format!("{seed} header"), 700), payload_sha256: sha256(&body), body: Body::Bytes(body) }
}

/// Sizes of the four parts of a submission; the last is too large for a row.
pub(crate) const SIZES: [usize; 4] = [4096, 8192, 4096, 100_000];

pub(crate) fn seed(turn: u64, i: usize) -> String {
    format!("turn {turn} part {i}")
}

pub(crate) fn submission(turn: u64) -> (Vec<Sealed>, Vec<u8>) {
    (SIZES.iter().enumerate().map(|(i, &len)| part(&seed(turn, i), len)).collect(), bytes(&format!("leaf {turn}"), 4130))
}

/// The whole payload, read in pieces.
pub(crate) async fn payload(inbox: &Inbox, key: &PartKey) -> Option<Vec<u8>> {
    let mut payload = inbox.payload(key).await.unwrap()?;
    let mut all = Vec::new();
    while let Some(piece) = payload.next(50_000).await.unwrap() {
        all.extend(piece);
    }
    assert_eq!(all.len() as u64, payload.len);
    Some(all)
}

/// What an inbox holds of the submissions that were begun, after a kill or a fault: each is whole or not at all, all that was acknowledged is there, every
/// payload has its digest. Gives the turns that are there.
pub(crate) async fn whole(
    inbox: &Inbox,
    begun: &BTreeSet<u64>,
    acknowledged: &BTreeSet<u64>,
    deleting: &BTreeSet<u64>,
    deleted: &BTreeSet<u64>,
) -> BTreeSet<u64> {
    let listed = inbox.list(None, 1_000_000).await.unwrap();
    for part in &listed {
        let found = payload(inbox, &part.part).await.expect("a listed part is there");
        assert_eq!((found.len() as u64, sha256(&found)), (part.size, part.payload_sha256), "a part is not what it was");
    }
    let ids: BTreeSet<PartKey> = listed.iter().map(|part| part.part).collect();
    let mut leaves: BTreeSet<Vec<u8>> = inbox.leaves(None, 1_000_000).await.unwrap().into_iter().map(|(_, leaf)| leaf).collect();
    let (mut there, mut known) = (BTreeSet::new(), 0);
    for &turn in begun {
        let found = (0..SIZES.len()).filter(|&i| ids.contains(&key(&seed(turn, i)))).count();
        known += found;
        // The last part of these is deleted on its own.
        let all = SIZES.len() - usize::from(deleted.contains(&turn));
        assert!(found == 0 || found == all || (deleting.contains(&turn) && found + 1 == SIZES.len()), "turn {turn}: {found} of {all} parts");
        assert!(found > 0 || !acknowledged.contains(&turn), "turn {turn} was acknowledged and is lost");
        assert_eq!(leaves.remove(&bytes(&format!("leaf {turn}"), 4130)), found > 0, "turn {turn}: its leaf");
        if found > 0 {
            there.insert(turn);
        }
    }
    assert!(known == ids.len() && leaves.is_empty(), "something is there that nobody sent");
    there
}

/// The present moment, and the same a day and an hour later.
pub(crate) fn now_and_tomorrow() -> (UtcMicros, UtcMicros) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as i64;
    (UtcMicros(now), UtcMicros(now + 25 * 3600 * 1_000_000))
}
