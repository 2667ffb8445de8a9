//! How many submissions of 4 KiB the inbox keeps a second, durable before the answer, and how long each waits: 1, 8 and 32 senders at once, on SQLite and,
//! where `KNIHA_TEST_POSTGRES_URL` names a server, on PostgreSQL. A submission is four parts of 4,096 bytes with headers of 2 KiB, and a leaf.
//! Run: `cargo bench -p kniha-inbox`; `KNIHA_BENCH_SECONDS` sets the time of one measurement (5), `KNIHA_BENCH_DIR` the folder (the system's temporary one).
#![allow(clippy::unwrap_used, reason = "a bench")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kniha_core::commit::Hash;
use kniha_db::{Durability, Place};
use kniha_inbox::{Body, Inbox, PartKey, Put, Sealed};
use sha2::{Digest, Sha256};
use sqlx::Connection;

/// Asked: submissions a second, and milliseconds that 99 of 100 wait at most.
const ASKED: &str = "asked: ≥ 100/s, p99 ≤ 300 ms";

#[tokio::main]
async fn main() {
    let folder = std::env::var_os("KNIHA_BENCH_DIR").map_or_else(tempfile::tempdir, tempfile::tempdir_in).unwrap();
    println!("| database | at once | submissions/s | p50 | p99 | {ASKED} |\n|---|---|---|---|---|---|");
    run("SQLite, FULL", &Place::Sqlite { file: folder.path().join("inbox.db"), key: None, durability: Durability::Full }, folder.path()).await;
    let Ok(base) = std::env::var("KNIHA_TEST_POSTGRES_URL") else {
        println!("\nKNIHA_TEST_POSTGRES_URL is not set: PostgreSQL was not measured.");
        return;
    };
    let name = format!("kniha_inbox_bench_{}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(&base).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    let url = format!("{}/{name}", base.rsplit_once('/').unwrap().0);
    run("PostgreSQL", &Place::Postgres { url }, folder.path()).await;
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut connection).await.unwrap();
}

async fn run(database: &str, place: &Place, folder: &Path) {
    let seconds = std::env::var("KNIHA_BENCH_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(5);
    let inbox = Inbox::open(place, folder, true).await.unwrap();
    for at_once in [1, 8, 32] {
        let until = Instant::now() + Duration::from_secs(seconds);
        let body = Arc::new(random::<4096>());
        let senders: Vec<_> = (0..at_once).map(|_| tokio::spawn(send(inbox.clone(), body.clone(), until))).collect();
        let mut waits = Vec::new();
        for sender in senders {
            waits.extend(sender.await.unwrap());
        }
        waits.sort_unstable();
        let at = |percent: usize| waits[(waits.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
        let per_second = waits.len() as f64 / seconds as f64;
        let met = if per_second >= 100.0 && at(99) <= 300.0 { "met" } else { "not met" };
        println!("| {database} | {at_once} | {per_second:.0} | {:.1} ms | {:.1} ms | {met} |", at(50), at(99));
    }
    let began = Instant::now();
    inbox.tidy().await.unwrap();
    println!("| {database} | tidy of all | {:.1} s | | | |", began.elapsed().as_secs_f64());
    inbox.close().await;
}

async fn send(inbox: Inbox, body: Arc<[u8; 4096]>, until: Instant) -> Vec<Duration> {
    let mut waits = Vec::new();
    while Instant::now() < until {
        let part = || Sealed {
            part: PartKey(random()),
            list_no: 1,
            day: 20_000,
            header: vec![7; 2048],
            payload_sha256: Hash(Sha256::digest(&body[..]).into()),
            body: Body::Bytes(body.to_vec()),
        };
        let (parts, leaf) = (vec![part(), part(), part(), part()], vec![9; 4130]);
        let began = Instant::now();
        assert_eq!(inbox.put(parts, Some(leaf)).await.unwrap(), Put::Stored);
        waits.push(began.elapsed());
    }
    waits
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}
