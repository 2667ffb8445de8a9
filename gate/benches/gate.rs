//! What the gate costs: opening a tranche of 50 once the second person agrees, reading one part, looking at 500 cards, following a log of 100,000 entries.
//! Run: `cargo bench -p kniha-gate`; `KNIHA_BENCH_DIR` sets the folder (the system's temporary one), `KNIHA_BENCH_ENTRIES` the length of the log.
#![allow(clippy::unwrap_used, reason = "a bench")]

use std::time::Instant;

use kniha_core::access::Hats;
use kniha_core::id::{CaseId, MemberId};
use kniha_core::time::UtcMicros;
use kniha_db::{Durability, Place};
use kniha_gate::{Founder, GATE, HOUSE, House, Present, Why};
use kniha_inbox::{Body, Inbox, PartKey, Sealed};
use kniha_seal::keyfile::{MemberKey, Passphrase, WrappingKey};
use kniha_seal::part::{Compartment, Cover, Day, PartId, PartKind, SubmissionId, part_id};
use kniha_seal::quorum::{Quorum, QuorumNo, Slot, TEAM, TRIAGE};
use kniha_seal::readlog::{Reading, entry_hash};
use kniha_seal::secret::Secret;
use kniha_seal::size::Padding;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sqlx::{Connection, SqliteConnection};

const NOW: UtcMicros = UtcMicros(20_000 * 86_400_000_000);
const BOOK: [u8; 32] = [7; 32];

#[tokio::main]
async fn main() {
    let folder = std::env::var_os("KNIHA_BENCH_DIR").map_or_else(tempfile::tempdir, tempfile::tempdir_in).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let place = Place::Sqlite { file: folder.path().join("spool.db"), key: None, durability: Durability::Full };
    let spool = Inbox::open(&place, &folder.path().join("spool"), true).await.unwrap();
    let house = House::create(folder.path(), BOOK, spool).await.unwrap();
    // Three screeners, all of whom are drawn, and an auditor.
    let under = WrappingKey::fresh(&Passphrase::random(&mut rng), &mut rng).unwrap();
    let keys: Vec<(MemberId, MemberKey, &str)> =
        (1..=4).map(|n| (MemberId::from_random([n; 16]), MemberKey::random(&mut rng), if n == 4 { "auditor" } else { "opener" })).collect();
    let founder = |(id, key, hats): &(MemberId, MemberKey, &str)| {
        let founder = Founder {
            login: format!("m{}", id.bytes()[0]),
            hats: Hats::parse(hats).unwrap(),
            key_file: key.close(&under, &mut ChaCha20Rng::seed_from_u64(2)).unwrap(),
            public: key.public(),
        };
        (*id, founder)
    };
    let accounts = house.found(keys.iter().map(founder).collect(), &Secret::random(&mut rng), NOW).await.unwrap();
    let present = |n: usize| Present::of(accounts.iter().find(|account| account.id == keys[n].0).unwrap().clone(), &keys[n].1);
    let slots = |n: u8| (1..=n).map(|slot| Slot { slot, key: keys[usize::from(slot) - 1].1.public().opening }).collect();
    let team = Quorum::new(TEAM, 2, 3, slots(3)).unwrap();
    let triage = Quorum::new(TRIAGE, 1, 3, slots(3)).unwrap();

    println!("| what | p50 | p99 or longest | asked |\n|---|---|---|---|");
    let case = CaseId::from_random([1; 16]);
    house.case_begin(&present(0), case, NOW).await.unwrap();
    let (mut tranches, mut parts) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let mut some = Vec::new();
        for _ in 0..50 {
            some.push(put(&house, &team, TEAM, Compartment::Base, &mut rng).await);
        }
        house.index().await.unwrap();
        let tranche = house.offer(&present(0), Some(case), &some, NOW).await.unwrap();
        let second = present(1);
        let began = Instant::now();
        let ends = house.agree_tranche(&second, tranche, NOW).await.unwrap();
        tranches.push(began.elapsed().as_secs_f64() * 1000.0);
        assert!(ends.len() == 50 && ends.iter().all(|(_, end)| end.is_ok()));
        parts.extend(some);
    }
    row("50 parts open after the second person agrees", tranches, "≤ 2,000 ms");

    let mut reads = Vec::new();
    for n in 0..400 {
        // Others on other days, so that no cap is met.
        let (who, now) = (present(0), UtcMicros(NOW.0 + i64::from(n / 30) * 40 * 86_400_000_000));
        let began = Instant::now();
        house.read(&who, parts[usize::try_from(n).unwrap() % parts.len()], Why::Read, now).await.unwrap();
        reads.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    row("one part is read", reads, "`—`");

    let mut cards = Vec::new();
    for _ in 0..500 {
        cards.push(put(&house, &triage, TRIAGE, Compartment::Triage, &mut rng).await);
    }
    house.index().await.unwrap();
    let mut looks = Vec::new();
    for _ in 0..2 {
        let who = present(2);
        let began = Instant::now();
        assert!(house.look(&who, &cards, NOW).await.unwrap().iter().all(|(_, end)| end.is_ok()));
        looks.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    row("500 cards are looked at", looks, "`—`");
    house.close().await;

    let entries: u64 = std::env::var("KNIHA_BENCH_ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    lengthen(&folder.path().join(GATE), &folder.path().join(HOUSE), entries, &keys, &mut rng).await;
    let house = House::open(folder.path(), house.spool().clone()).await.unwrap();
    let mut checks = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        let state = house.log_check().await.unwrap();
        checks.push(began.elapsed().as_secs_f64() * 1000.0);
        assert_eq!((state.entries, state.broken), (entries, None));
    }
    row(&format!("a log of {entries} entries is followed"), checks, "`—`");
    let began = Instant::now();
    house.read(&present(0), parts[0], Why::Read, UtcMicros(NOW.0 + 2_000 * 86_400_000_000)).await.unwrap();
    row("one part is read beside it", vec![began.elapsed().as_secs_f64() * 1000.0], "`—`");
}

fn row(what: &str, mut times: Vec<f64>, asked: &str) {
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let worst = if times.len() < 100 { at(100) } else { at(99) };
    println!("| {what} | {:.1} ms | {worst:.1} ms | {asked} |", at(50));
}

async fn put(house: &House, quorum: &Quorum, no: QuorumNo, compartment: Compartment, rng: &mut ChaCha20Rng) -> PartId {
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let submission = SubmissionId::from_random(id);
    let cover = Cover {
        book: BOOK,
        part: part_id(&submission, compartment, 0),
        submission,
        kind: PartKind::Report,
        compartment,
        form_version: kniha_core::telling::FORM,
        lang: "be".to_owned(),
        day: Day(20_000),
        list_no: 1,
        source: None,
        receipt: None,
        files: Vec::new(),
        signature: None,
    };
    assert_eq!(quorum.no(), no);
    // An account of a page.
    let (sealed, payload) = kniha_seal::sealer::seal(&cover, &[b'a'; 3_000], &[quorum], Padding::Text, rng).unwrap();
    let put = Sealed {
        part: PartKey(*sealed.part.bytes()),
        list_no: 1,
        day: 20_000,
        header: sealed.header,
        payload_sha256: sealed.payload_sha256,
        body: Body::Bytes(payload),
    };
    house.spool().put(vec![put], None).await.unwrap();
    sealed.part
}

/// Writes entries until there are so many, as the gate would, but in one transaction.
async fn lengthen(gate: &std::path::Path, house: &std::path::Path, entries: u64, keys: &[(MemberId, MemberKey, &str)], rng: &mut ChaCha20Rng) {
    let open = async |file: &std::path::Path| SqliteConnection::connect_with(&sqlx::sqlite::SqliteConnectOptions::new().filename(file)).await.unwrap();
    let mut c = open(gate).await;
    let mut tx = c.begin().await.unwrap();
    let (n, hash): (i64, Vec<u8>) = sqlx::query_as("SELECT n, hash FROM entry ORDER BY n DESC LIMIT 1").fetch_one(&mut *tx).await.unwrap();
    let (mut prev, auditor) = (kniha_core::commit::Hash::from_slice(&hash).unwrap(), keys[3].1.public().opening);
    let part = PartId::from_random([1; 16]);
    let reading = Reading { at: NOW, who: keys[0].0, case: None, part, compartment: Compartment::Base, why: Why::Read };
    for n in n.unsigned_abs() + 1..=entries {
        let sealed = reading.seal(n, std::slice::from_ref(&auditor), rng).unwrap();
        let hash = entry_hash(n, &prev, &sealed);
        let sql = "INSERT INTO entry (n, prev, hash, sealed) VALUES ($1, $2, $3, $4)";
        sqlx::query(sql).bind(n.cast_signed()).bind(&prev.0[..]).bind(&hash.0[..]).bind(sealed).execute(&mut *tx).await.unwrap();
        prev = hash;
    }
    tx.commit().await.unwrap();
    let mut c = open(house).await;
    sqlx::query("UPDATE noted SET n = $1, hash = $2").bind(entries.cast_signed()).bind(&prev.0[..]).execute(&mut c).await.unwrap();
}
