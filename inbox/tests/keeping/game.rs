//! The game of indistinguishability: two inboxes hold the same bytes, put in another order and at another time; a guesser that sees both folders says which
//! order belongs to which, and does no better than chance. Two controls show that it would: the same inboxes with ids that count, and before they are tidied.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use kniha_db::{Durability, Place};
use kniha_inbox::Inbox;
use sqlx::{Connection, PgConnection};

use crate::support::*;

/// Games, and the widest that chance may stray from a half: four standard deviations.
const GAMES: usize = 200;
const STRAY: usize = 28;
/// Games that are also played before the inboxes are tidied.
const UNTIDIED: usize = 40;
/// Submissions of one game.
const TURNS: u64 = 5;

/// What the guesser looks at: everything here gives an order of the submissions, or none.
type Signs = BTreeMap<&'static str, Vec<u64>>;

/// Turns in the order of a number that each of them has; none where the number does not tell them apart.
fn by<T: Ord>(mut numbers: Vec<(T, u64)>) -> Vec<u64> {
    numbers.sort();
    if numbers.windows(2).all(|w| w[0].0 == w[1].0) { Vec::new() } else { numbers.into_iter().map(|(_, turn)| turn).collect() }
}

/// Turns in the order in which a piece of each lies in these bytes.
fn lying(bytes: &[u8], piece: impl Fn(u64) -> Vec<u8>) -> Vec<u64> {
    by((0..TURNS).filter_map(|turn| Some((find(bytes, &piece(turn))?, turn))).collect())
}

/// Where the last copy of these bytes begins.
fn find(bytes: &[u8], piece: &[u8]) -> Option<usize> {
    bytes.windows(piece.len()).rposition(|window| window == piece)
}

async fn signs(folder: &Path) -> Signs {
    let mut c = plain(&folder.join("inbox.db")).await;
    let rows: Vec<(Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as("SELECT part_id, object_id FROM part").fetch_all(&mut c).await.unwrap();
    let leaves: Vec<Vec<u8>> = sqlx::query_scalar("SELECT bytes FROM leaf").fetch_all(&mut c).await.unwrap();
    c.close().await.unwrap();
    let turn_of = |id: &[u8], i: usize| (0..TURNS).find(|&turn| key(&seed(turn, i)).0[..] == *id);
    let objects: BTreeMap<String, u64> =
        rows.iter().filter_map(|(id, object)| Some((data_encoding::BASE32_DNSSEC.encode(object.as_deref()?), turn_of(id, 3)?))).collect();
    let entries: Vec<(String, u64)> = std::fs::read_dir(folder.join("objects"))
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some((name.clone(), *objects.get(&name)?)))
        .collect();
    let stat = |of: &dyn Fn(std::fs::Metadata) -> i128| {
        by(entries.iter().map(|(name, turn)| (of(std::fs::metadata(folder.join("objects").join(name)).unwrap()), *turn)).collect())
    };
    let (database, log) = (std::fs::read(folder.join("inbox.db")).unwrap(), std::fs::read(folder.join("inbox.db-wal")).unwrap_or_default());
    // Far enough behind the beginning that it lies on a page of its own, which is written once; the beginning is copied whenever its neighbours come.
    let body = |turn: u64| bytes(&format!("{} body", seed(turn, 0)), 2000)[1990..].to_vec();
    let leaf = |turn: u64| bytes(&format!("leaf {turn}"), 2000)[1990..].to_vec();
    BTreeMap::from([
        ("object ids", objects.values().copied().collect()),
        ("entries of the folder", entries.iter().map(|(_, turn)| *turn).collect()),
        ("modified", stat(&|m| i128::from(m.mtime()) * 1_000_000_000 + i128::from(m.mtime_nsec()))),
        ("accessed", stat(&|m| i128::from(m.atime()) * 1_000_000_000 + i128::from(m.atime_nsec()))),
        ("changed", stat(&|m| i128::from(m.ctime()) * 1_000_000_000 + i128::from(m.ctime_nsec()))),
        ("born", stat(&|m| m.created().map_or(0, |t| t.duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos() as i128)))),
        ("inodes", stat(&|m| i128::from(m.ino()))),
        ("rows of parts", rows.iter().filter_map(|(id, _)| turn_of(id, 0)).collect()),
        ("rows of leaves", leaves.iter().filter_map(|bytes| (0..TURNS).find(|&turn| leaf(turn) == bytes[1990..2000])).collect()),
        ("places of bodies", lying(&database, body)),
        ("places of leaves", lying(&database, leaf)),
        ("bodies in the log", lying(&log, body)),
        ("leaves in the log", lying(&log, leaf)),
    ])
}

/// How much rather this is `order` than its reverse: pairs in order less pairs out of order.
fn agreement(seen: &[u64], order: &[u64]) -> i64 {
    let at: Vec<usize> = seen.iter().filter_map(|turn| order.iter().position(|t| t == turn)).collect();
    (0..at.len()).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| if at[j] < at[i] { 1 } else { -1 }).sum()
}

/// For each sign, and for the strongest of all: does the guesser say that the first inbox has `order` and the second its reverse?
fn guesses(first: &Signs, second: &Signs, order: &[u64]) -> BTreeMap<&'static str, bool> {
    let mut strongest = 0i64;
    let mut guesses = BTreeMap::new();
    for (sign, seen) in first {
        let says = agreement(seen, order) - agreement(&second[sign], order);
        guesses.insert(*sign, says >= 0);
        if says.abs() > strongest.abs() {
            strongest = says;
        }
    }
    guesses.insert("the strongest", strongest >= 0);
    guesses
}

fn coin() -> u8 {
    let mut byte = [0];
    getrandom::fill(&mut byte).unwrap();
    byte[0]
}

/// An inbox with these turns in this order, left open.
async fn filled(template: &Path, order: &[u64]) -> (tempfile::TempDir, Inbox) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(template.join("inbox.db"), folder.path().join("inbox.db")).unwrap();
    let inbox = Inbox::open(&sqlite_place(folder.path(), Durability::Unsafe), folder.path(), true).await.unwrap();
    for &turn in order {
        let parts = [(0, 4096), (3, 70_000)].map(|(i, len)| part(&seed(turn, i), len));
        inbox.put(parts.into(), Some(bytes(&format!("leaf {turn}"), 4130))).await.unwrap();
    }
    (folder, inbox)
}

/// What an inbox would be whose ids count.
async fn number_objects(folder: &Path, order: &[u64]) {
    let mut c = plain(&folder.join("inbox.db")).await;
    for (n, &turn) in order.iter().enumerate() {
        let id: Vec<u8> = sqlx::query_scalar("SELECT object_id FROM part WHERE part_id = $1").bind(&key(&seed(turn, 3)).0[..]).fetch_one(&mut c).await.unwrap();
        let next = (n as u128 + 1).to_be_bytes();
        let at = |id: &[u8]| folder.join("objects").join(data_encoding::BASE32_DNSSEC.encode(id));
        std::fs::rename(at(&id), at(&next)).unwrap();
        sqlx::query("UPDATE part SET object_id = $1 WHERE object_id = $2").bind(&next[..]).bind(&id).execute(&mut c).await.unwrap();
    }
}

async fn template() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    Inbox::open(&sqlite_place(folder.path(), Durability::Full), folder.path(), true).await.unwrap().close().await;
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_can_tell_in_which_order_things_came() {
    let template = template().await;
    let (mut fair, mut untidied, mut counted) = (BTreeMap::<_, usize>::new(), BTreeMap::<_, usize>::new(), BTreeMap::<_, usize>::new());
    for game in 0..GAMES {
        let mut order: Vec<u64> = (0..TURNS).collect();
        order.sort_by_cached_key(|_| coin());
        let reverse: Vec<u64> = order.iter().rev().copied().collect();
        // The truth, and which of the two comes first and is tidied first.
        let (straight, turned) = (coin() & 1 == 1, coin() & 1 == 1);
        let (of_a, of_b) = if straight { (&order, &reverse) } else { (&reverse, &order) };
        let (a, b) = if coin() & 1 == 1 {
            let a = filled(template.path(), of_a).await;
            (a, filled(template.path(), of_b).await)
        } else {
            let b = filled(template.path(), of_b).await;
            (filled(template.path(), of_a).await, b)
        };
        let count = |wins: &mut BTreeMap<_, usize>, a: &Signs, b: &Signs| {
            for (sign, guess) in guesses(a, b, &order) {
                *wins.entry(sign).or_default() += usize::from(guess == straight);
            }
        };
        if game < UNTIDIED {
            count(&mut untidied, &signs(a.0.path()).await, &signs(b.0.path()).await);
        }
        for inbox in if turned { [&a.1, &b.1] } else { [&b.1, &a.1] } {
            inbox.tidy().await.unwrap();
        }
        count(&mut fair, &signs(a.0.path()).await, &signs(b.0.path()).await);
        number_objects(a.0.path(), of_a).await;
        number_objects(b.0.path(), of_b).await;
        count(&mut counted, &signs(a.0.path()).await, &signs(b.0.path()).await);
        a.1.close().await;
        b.1.close().await;
    }
    println!("games won of {GAMES}, tidied | of {UNTIDIED}, before it was tidied | of {GAMES}, with ids that count");
    for (sign, wins) in &fair {
        println!("{sign:>24}: {wins} | {} | {}", untidied[sign], counted[sign]);
    }
    for (sign, &wins) in &fair {
        assert!(wins.abs_diff(GAMES / 2) <= STRAY, "{sign} tells the order: {wins} of {GAMES} games won");
    }
    assert!(counted["object ids"] >= GAMES - 4 && counted["the strongest"] >= GAMES - 10, "the control is won: {counted:?}");
    assert!(untidied["bodies in the log"] >= UNTIDIED - 1 && untidied["born"] >= UNTIDIED - 1, "the other control is won: {untidied:?}");
}

/// Where the inbox draws nothing, the two files are the same to the byte, but for the counters of changes in the header.
#[tokio::test]
async fn after_tidying_the_file_is_the_same_in_whatever_order_things_came() {
    let template = template().await;
    let mut files = Vec::new();
    for order in [[0, 1, 2, 3, 4], [3, 0, 4, 2, 1]] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(template.path().join("inbox.db"), folder.path().join("inbox.db")).unwrap();
        let inbox = Inbox::open(&sqlite_place(folder.path(), Durability::Full), folder.path(), true).await.unwrap();
        for turn in order {
            inbox.put((0..3).map(|i| part(&seed(turn, i), 9000)).collect(), None).await.unwrap();
        }
        // One that was collected leaves nothing either.
        inbox.put(vec![part("collected", 60_000)], None).await.unwrap();
        assert!(inbox.delete(&key("collected"), &part("collected", 60_000).payload_sha256).await.unwrap());
        inbox.tidy().await.unwrap();
        assert_eq!(std::fs::metadata(folder.path().join("inbox.db-wal")).unwrap().len(), 0);
        inbox.close().await;
        files.push(std::fs::read(folder.path().join("inbox.db")).unwrap());
    }
    assert!(files[0].len() > 15 * 9000 && find(&files[0], &bytes("collected body", 8)).is_none());
    // Offsets 24 and 92: the counters (https://www.sqlite.org/fileformat.html §1.3).
    let differing: Vec<usize> = (0..files[0].len().max(files[1].len())).filter(|&i| files[0].get(i) != files[1].get(i)).collect();
    assert!(differing.iter().all(|i| (24..28).contains(i) || (92..96).contains(i)), "{differing:?}");
}

#[tokio::test]
async fn on_postgres_neither_place_nor_transaction_of_a_row_tells_when_it_came() {
    let Some(case) = Case::postgres().await else { return };
    for turn in 0..12 {
        case.inbox.put(submission(turn).0, Some(bytes(&format!("leaf {turn}"), 4130))).await.unwrap();
    }
    let Place::Postgres { url } = &case.place else { panic!("a PostgreSQL place") };
    let mut c = PgConnection::connect(url).await.unwrap();
    let mut writers = async |table: &str| {
        let sql = format!("SELECT COUNT(DISTINCT xmin::text) FROM {table}");
        sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql)).persistent(false).fetch_one(&mut c).await.unwrap()
    };
    assert!(writers("part").await > 6, "before it was tidied each submission shows");
    case.inbox.tidy().await.unwrap();
    assert_eq!((writers("part").await, writers("leaf").await), (1, 1));
    let mut c = PgConnection::connect(url).await.unwrap();
    for sql in ["SELECT part_id FROM part ORDER BY ctid", "SELECT leaf_id FROM leaf ORDER BY ctid"] {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar(sql).fetch_all(&mut c).await.unwrap();
        assert!(ids.len() >= 12 && ids.is_sorted(), "{sql}");
    }
}
