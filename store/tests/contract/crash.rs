//! Killed with −9 at named moments of edits and imports: whole or not at all, and nothing acknowledged is lost.
//!
//! A child process writes and says before each step which one comes; the parent waits for the step it drew, lets up to three milliseconds pass, kills, opens
//! the book and looks. `KNIHA_CRASH_CYCLES` sets the number of kills (25). For power loss, `KNIHA_CRASH_DIR` is a folder on a file system that can forget
//! what was not flushed and `KNIHA_CRASH_FORGET` a shell command that makes it forget; `KNIHA_CRASH_UNSAFE=1` then takes `synchronous=FULL` away, and the
//! test must fail.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use kniha_core::claim::{Move, NewClaim};
use kniha_core::id::{CaseId, ClaimId, MemberId, NodeId};
use kniha_core::vocab::{NodeKind, property};
use kniha_store::{Count, Durability, Import, ImportPlan, ListQuery, Order, Place, Store, check, list, reader, record};

use crate::support::*;

/// Where the child can be killed: what it is about to do.
const POINTS: [&str; 14] = [
    "edit: open the transaction",
    "edit: add the record",
    "edit: commit",
    "edit: acknowledge",
    "correct: add the new claim",
    "correct: withdraw the old claim",
    "correct: commit",
    "erase: commit",
    "import: begin",
    "import: first chunk",
    "import: commit a chunk",
    "import: finish",
    "import: acknowledge",
    "anywhere",
];

/// People of one import, in chunks of twenty.
const IMPORTED: u64 = 60;

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

fn place_text(place: &Place) -> String {
    match place {
        Place::Sqlite { file, .. } => format!("sqlite {}", file.display()),
        Place::Postgres { url } => format!("postgres {url}"),
    }
}

fn durability() -> Durability {
    if std::env::var_os("KNIHA_CRASH_UNSAFE").is_some() { Durability::Unsafe } else { Durability::Full }
}

fn read_place(text: &str) -> Place {
    match text.split_once(' ').unwrap() {
        ("sqlite", file) => Place::Sqlite { file: file.into(), key: Some(kniha_store::Key("ab".repeat(32))), durability: durability() },
        (_, url) => Place::Postgres { url: url.to_owned() },
    }
}

/// The child: does nothing in an ordinary run, writes until it is killed when the parent starts it.
#[tokio::test]
async fn child() {
    let Ok(place) = std::env::var("KNIHA_CRASH_CHILD") else { return };
    let store = Store::open(&read_place(&place), secret()).await.unwrap();
    let first: u64 = std::env::var("KNIHA_CRASH_FIRST").unwrap().parse().unwrap();
    for turn in first..first + 40 {
        edit(&store, turn).await;
        if turn % 4 == 3 {
            import(&store, turn).await;
        }
    }
}

async fn edit(store: &Store, turn: u64) {
    let (member, case) = (MemberId::from_random(MEMBER), CaseId::from_random(CASE));
    say("edit: open the transaction");
    let mut writing = store.write(member, NOW).await.unwrap();
    let person: NodeId = writing.random().id().unwrap();
    say("edit: add the record");
    writing.add_record(person, NodeKind::Person, case).await.unwrap();
    let mut birth = ClaimId::from_random([0; 16]);
    for (code, value) in
        [("person.name", name(&format!("Turn {turn}"))), ("person.note", text(&format!("turn {turn}"))), ("person.birth", value("person.birth", "1980"))]
    {
        let claim = claim(&mut writing, person, code, value);
        birth = claim.id;
        writing.add_claim(claim, case).await.unwrap();
    }
    say("edit: commit");
    writing.commit().await.unwrap();
    say("edit: acknowledge");
    say(&format!("ack record {person}"));
    let mut writing = store.write(member, NOW).await.unwrap();
    say("correct: add the new claim");
    let better = claim(&mut writing, person, "person.birth", value("person.birth", "1981"));
    writing.add_claim(better, case).await.unwrap();
    say("correct: withdraw the old claim");
    writing.move_claim(birth, Move::Withdraw, Some("corrected")).await.unwrap();
    say("correct: commit");
    writing.commit().await.unwrap();
    say(&format!("ack corrected {person}"));
    let mut writing = store.write(member, NOW).await.unwrap();
    writing.move_claim(birth, Move::Erase, Some("asked")).await.unwrap();
    say("erase: commit");
    writing.commit().await.unwrap();
    say(&format!("ack erased {person}"));
}

async fn import(store: &Store, turn: u64) {
    let member = MemberId::from_random(MEMBER);
    say("import: begin");
    let digest = format!("{turn:064}");
    let plan =
        ImportPlan { kind: "csv".into(), file_name: "people.csv".into(), file_sha256: digest.clone(), plan_sha256: digest, title: format!("Import {turn}") };
    let mut import = Import::begin(store, member, NOW, &plan).await.unwrap();
    say("import: first chunk");
    while import.rows_done < IMPORTED {
        let rows = import.rows_done;
        let mut chunk = import.chunk(NOW).await.unwrap();
        for row in rows..rows + 20 {
            let (id, _) = chunk.node_for(&format!("{row}"), NodeKind::Person).await.unwrap();
            let claim = NewClaim::stated(chunk.claim_id().unwrap(), id, property("person.name").unwrap(), name(&format!("Imported {turn} {row}")));
            chunk.claim(claim).await.unwrap();
        }
        say("import: commit a chunk");
        chunk.commit(rows + 20).await.unwrap();
    }
    say("import: finish");
    import.finish(NOW, &[member]).await.unwrap();
    say("import: acknowledge");
    say(&format!("ack import {turn}"));
}

/// What the child acknowledged: per record how far it came (1 recorded, 2 corrected, 3 erased), and the finished imports.
#[derive(Default)]
struct Acknowledged {
    records: BTreeMap<NodeId, u8>,
    imports: Vec<u64>,
}

impl Acknowledged {
    fn hear(&mut self, line: &str) {
        let mut parts = line.split(' ').skip(1);
        match (parts.next(), parts.next()) {
            (Some("import"), Some(turn)) => self.imports.push(turn.parse().unwrap()),
            (Some(what), Some(id)) => {
                let step = ["record", "corrected", "erased"].iter().position(|w| *w == what).unwrap() as u8 + 1;
                self.records.insert(NodeId::parse(id).unwrap(), step);
            }
            _ => panic!("{line}"),
        }
    }
}

/// Starts the child, kills it at a drawn point, and gives what it acknowledged before.
fn run_and_kill(place: &Place, first: u64, cycle: usize, acknowledged: &mut Acknowledged) {
    let point = POINTS[cycle % POINTS.len()];
    // A different moment after the point, and a different occurrence of it, in every cycle.
    let (delay_us, skip) = ((cycle as u64 * 7919) % 3000, (cycle / POINTS.len()) % 3);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--nocapture", "--test-threads=1"])
        .env("KNIHA_CRASH_CHILD", place_text(place))
        .env("KNIHA_CRASH_FIRST", first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut seen = 0;
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.by_ref().map(Result::unwrap) {
        if line.starts_with("ack ") {
            acknowledged.hear(&line);
        }
        let here = line == point || (point == "anywhere" && line.starts_with("edit"));
        seen += usize::from(here);
        if here && seen > skip {
            break;
        }
    }
    std::thread::sleep(Duration::from_micros(delay_us));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still said before it died was acknowledged too.
    for line in lines.map_while(Result::ok).filter(|line| line.starts_with("ack ")) {
        acknowledged.hear(&line);
    }
}

async fn look(place: &Place, acknowledged: &Acknowledged, cycle: usize) {
    let store = Store::open(place, secret()).await.unwrap();
    let checked = check(&store, |_| {}).await.unwrap();
    assert_eq!(checked.faults, Vec::<String>::new(), "cycle {cycle}");
    let mut tx = store.read().await.unwrap();
    let me = reader(&mut tx, MemberId::from_random(MEMBER)).await.unwrap();
    for (id, step) in &acknowledged.records {
        let view = record(&mut tx, &me, *id).await.unwrap().unwrap_or_else(|| panic!("cycle {cycle}: an acknowledged record is lost"));
        let corrected = view.claims.len() == 4;
        let erased = view.claims.iter().any(|claim| claim.erased.is_some());
        let births = view.claims.iter().filter(|claim| claim.property.code == "person.birth" && claim.stands()).count();
        assert!(view.claims.len() >= 3 && births == 1, "cycle {cycle}: half of an edit");
        assert!(*step < 2 || corrected, "cycle {cycle}: an acknowledged correction is lost");
        assert!(*step < 3 || erased, "cycle {cycle}: an acknowledged erasure is lost");
    }
    // Everybody who can be seen is whole, acknowledged or not, and stands in the index; imports have all their people or none.
    let mut query = ListQuery { kind: NodeKind::Person, text: None, codes: vec![], when: None, at: None, order: Order::Newest, after: None, limit: 200 };
    let (mut turns, mut total) = (BTreeMap::<String, u64>::new(), 0);
    loop {
        let page = list(&mut tx, &me, &store, &query).await.unwrap();
        for row in &page.rows {
            let name = row.label.names.first().map(|(name, _)| name.clone()).unwrap_or_else(|| panic!("cycle {cycle}: a person without a name"));
            if let Some((turn, _)) = name.strip_prefix("Imported ").and_then(|rest| rest.split_once(' ')) {
                *turns.entry(turn.to_owned()).or_default() += 1;
            }
            total += 1;
        }
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert!(turns.values().all(|n| *n == IMPORTED), "cycle {cycle}: a part of an import shows: {turns:?}");
    for turn in &acknowledged.imports {
        assert_eq!(turns.get(&turn.to_string()), Some(&IMPORTED), "cycle {cycle}: an acknowledged import is lost");
    }
    let by_name = list(&mut tx, &me, &store, &ListQuery { order: Order::Name, after: None, ..query }).await.unwrap();
    match by_name.count {
        Count::Exactly(n) => assert_eq!(n, total, "cycle {cycle}: the index of names differs from the records"),
        Count::MoreThan(n) => assert!(total > n),
    }
    drop(tx);
    store.close().await;
}

async fn cycles(place: &Place) {
    let cycles: usize = std::env::var("KNIHA_CRASH_CYCLES").ok().and_then(|n| n.parse().ok()).unwrap_or(25);
    let forget = std::env::var("KNIHA_CRASH_FORGET").ok();
    let mut acknowledged = Acknowledged::default();
    for cycle in 0..cycles {
        run_and_kill(place, cycle as u64 * 100, cycle, &mut acknowledged);
        if let Some(forget) = &forget {
            assert!(Command::new("sh").args(["-c", forget]).status().unwrap().success(), "{forget}");
        }
        look(place, &acknowledged, cycle).await;
    }
    assert!(acknowledged.records.len() >= cycles / 4, "the child acknowledged something");
    println!("{cycles} kills: {} records and {} imports acknowledged, all there", acknowledged.records.len(), acknowledged.imports.len());
}

#[tokio::test]
async fn killed_on_sqlite() {
    let base = std::env::var_os("KNIHA_CRASH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(base).unwrap();
    let place = sqlite_place(folder.path());
    Store::create(&place, secret(), &beginning()).await.unwrap().close().await;
    let place = read_place(&place_text(&place));
    cycles(&place).await;
}

#[tokio::test]
async fn killed_on_postgres() {
    if std::env::var_os("KNIHA_CRASH_DIR").is_some() {
        // Power loss is played on the file of the embedded database; a server's files are its own.
        return;
    }
    let place = postgres_place().await;
    Store::create(&place, secret(), &beginning()).await.unwrap().close().await;
    cycles(&place).await;
}
