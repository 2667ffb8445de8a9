//! Killed with −9, or with a statement that fails, at any step of looking, offering, agreeing, giving to a case, keeping and destroying: the log holds, nothing
//! came out that is not in it, and each part waits, or is read by those who should, or is gone whole.
//!
//! A child process goes through rounds and says what it begins and what came of it; the parent kills it after a drawn line and up to four milliseconds, opens
//! the house and looks. `KNIHA_CRASH_CYCLES` sets the number of kills (50).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use kniha_core::id::CaseId;
use kniha_core::time::UtcMicros;
use kniha_gate::{ActKind, ActState, GATE, GateError, HOUSE, Why};
use kniha_inbox::PartKey;
use kniha_seal::part::{Compartment, PartId};
use kniha_seal::quorum::{LAWYERS, TRIAGE};

use crate::stage::*;

/// Rounds of one child: fewer than any cap.
const ROUNDS: u32 = 12;
fn the_case() -> CaseId {
    CaseId::from_random([1; 16])
}

async fn with_case(folder: &Path) -> Stage {
    let stage = Stage::found(folder, 1, 2, 3).await;
    stage.house.case_found(the_case(), &[stage.id("l1"), stage.id("s1")], NOW).await.unwrap();
    stage
}

/// One round with two parts of its own; what is told is told before the next step begins.
async fn round(stage: &Stage, n: u32, now: UtcMicros, say: &mut (dyn FnMut(String) + Send)) -> Result<(), GateError> {
    let house = &stage.house;
    let (card, base) = (stage.alone(TRIAGE, Compartment::Triage, b"\x83\x01\x01\x80"), stage.alone(LAWYERS, Compartment::Base, b"text"));
    let (card_id, id) = (card.0.part, base.0.part);
    stage.put(vec![card, base]).await;
    say(format!("sent {id}"));
    say(format!("card {card_id}"));
    house.index().await?;
    let [s1, l1, l2, l3] = stage.presents(["s1", "l1", "l2", "l3"]).await;
    for (part, end) in house.look(&s1, &[card_id], now).await? {
        end.map_err(GateError::Open)?;
        say(format!("out s1 triage {part}"));
    }
    house.set_aside(&[card_id], Compartment::Triage, now).await?;
    say(format!("aside {card_id}"));
    let tranche = house.offer(&l1, None, &[id], now).await?;
    say(format!("offered {id}"));
    for (part, end) in house.agree_tranche(&l2, tranche, now).await? {
        end.map_err(GateError::Open)?;
        say(format!("out l2 open {part}"));
    }
    say(format!("opened {id}"));
    house.read(&l1, id, Why::Read, now).await?;
    say(format!("out l1 read {id}"));
    house.assign(&l1, &[id], the_case(), now).await?;
    say(format!("assigned {id}"));
    house.read(&s1, id, Why::File, now).await?;
    say(format!("out s1 file {id}"));
    let kept = house.keep(&s1, the_case(), Compartment::Base, "be", b"text", now).await?;
    say(format!("kept {kept}"));
    if n.is_multiple_of(2) {
        let act = house.propose(&l1, ActKind::Erase { parts: vec![id], record: None }, "Знішчыць.", now).await?;
        say(format!("erasing {id}"));
        let act = house.agree(&l3, act, now).await?;
        house.erase(&act, now).await?;
        say(format!("erased {id}"));
    }
    Ok(())
}

/// What was said.
#[derive(Default)]
struct Heard {
    of: BTreeMap<String, BTreeSet<PartId>>,
    out: BTreeMap<(String, String, PartId), usize>,
}

impl Heard {
    /// `false` for a line that is not of a round.
    fn hear(&mut self, line: &str) -> bool {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["out", who, why, part] => {
                let Ok(part) = PartId::parse(part) else { return false };
                *self.out.entry(((*who).to_owned(), (*why).to_owned(), part)).or_default() += 1;
                true
            }
            [what @ ("sent" | "card" | "aside" | "offered" | "opened" | "assigned" | "kept" | "erasing" | "erased"), part] => {
                PartId::parse(part).is_ok_and(|part| self.of.entry((*what).to_owned()).or_default().insert(part))
            }
            _ => false,
        }
    }

    fn said(&self, what: &str, part: PartId) -> bool {
        self.of.get(what).is_some_and(|parts| parts.contains(&part))
    }

    fn all(&self, what: &str) -> Vec<PartId> {
        self.of.get(what).into_iter().flatten().copied().collect()
    }
}

/// Looks whether all is as it should be; gives how many of the parts wait, are held and are gone.
async fn look(stage: &Stage, heard: &Heard, after: &str) -> [usize; 3] {
    let house = &stage.house;
    let now = NOW;
    house.index().await.unwrap();
    house.sweep(now).await.unwrap();
    assert_eq!(house.log_check().await.unwrap().broken, None, "{after}");
    // Nothing came out without its line.
    let mut lines: BTreeMap<(String, String, PartId), usize> = BTreeMap::new();
    for said in stage.log().await {
        *lines.entry((stage.login(said.who).to_owned(), said.why.code().to_owned(), said.part)).or_default() += 1;
    }
    for (out, times) in &heard.out {
        assert!(lines.get(out).is_some_and(|n| n >= times), "{after}: {out:?} came out {times} times and is in the log {:?}", lines.get(out));
    }
    // What both signed and nobody carried out is carried out now.
    for act in house.acts(ActState::Agreed).await.unwrap() {
        house.erase(&act, now).await.unwrap();
    }
    let halves: BTreeSet<Vec<u8>> = sqlx::query_scalar("SELECT id FROM half").fetch_all(&mut stage.connection(GATE).await).await.unwrap().into_iter().collect();
    let wraps: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as("SELECT part, half FROM part_wrap").fetch_all(&mut stage.connection(HOUSE).await).await.unwrap();
    assert!(wraps.iter().all(|(_, half)| halves.contains(half)), "{after}: a wrap has lost its half");
    let waiting: BTreeSet<PartId> = house.sealed(now).await.unwrap().into_iter().map(|row| row.part).collect();
    let tombs: BTreeSet<PartId> = house.tombstones().await.unwrap().into_iter().map(|(part, _)| part).collect();
    let mut counts = [0; 3];
    stage.sql(GATE, "DELETE FROM shown").await;
    let mut reads = 0;
    for part in heard.all("sent").into_iter().chain(heard.all("kept")) {
        let there = house.spool().header(&PartKey(*part.bytes())).await.unwrap().is_some();
        let held = house.held(part).await.unwrap();
        if tombs.contains(&part) {
            assert!(heard.said("erasing", part), "{after}: {part} was destroyed and nobody said so");
            assert!(!there && held.is_none() && !waiting.contains(&part) && wraps.iter().all(|(of, _)| of != part.bytes()), "{after}: {part} is half gone");
            counts[2] += 1;
            continue;
        }
        assert!(there && !heard.said("erased", part), "{after}: {part} is lost");
        let Some(held) = held else {
            assert!(waiting.contains(&part) && !heard.said("opened", part), "{after}: {part} neither waits nor is held");
            counts[0] += 1;
            continue;
        };
        assert!(!waiting.contains(&part), "{after}: {part} is held and waits");
        let mut people = held.people.clone();
        for case in &held.cases {
            people.extend(house.members_of(*case, now).await.unwrap());
        }
        assert!(people.len() >= 2, "{after}: {part} is held by {people:?}");
        assert!(!heard.said("assigned", part) || held.cases == [the_case()], "{after}: {part} did not stay where it was given");
        for who in people {
            let login = stage.login(who).to_owned();
            let read = house.read(&stage.present(&login).await, part, Why::Read, now).await;
            assert!(read.is_ok_and(|opened| opened.content.as_slice() == b"text"), "{after}: {login} cannot read {part}");
            reads += 1;
            if reads % 30 == 0 {
                stage.sql(GATE, "DELETE FROM shown").await;
            }
        }
        counts[1] += 1;
    }
    for card in heard.all("card") {
        let aside = house.held(card).await.unwrap().is_some();
        assert!(aside != waiting.contains(&card) && (aside || !heard.said("aside", card)), "{after}: card {card}");
    }
    stage.sql(GATE, "DELETE FROM shown").await;
    counts
}

/// The child: does nothing in an ordinary run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let (Ok(folder), Ok(cycle)) = (std::env::var("KNIHA_GATE_FOLDER"), std::env::var("KNIHA_GATE_CYCLE")) else { return };
    let stage = Stage::open(Path::new(&folder), 1, 2, 3).await;
    let cycle: u32 = cycle.parse().unwrap();
    let mut say = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{line}").unwrap();
        out.flush().unwrap();
    };
    say("ready".to_owned());
    for n in 0..ROUNDS {
        round(&stage, cycle + n, NOW, &mut say).await.unwrap();
    }
}

fn run_and_kill(folder: &Path, cycle: u64) -> Heard {
    // Another line and another moment after it in every cycle: steps of primes go round all of them.
    let (line_no, delay_us) = ((cycle * 37) % 41, (cycle * 7919) % 4000);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--nocapture", "--test-threads=1"])
        .env("KNIHA_GATE_FOLDER", folder)
        .env("KNIHA_GATE_CYCLE", cycle.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut heard = Heard::default();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = 0;
    for line in lines.by_ref().map(Result::unwrap) {
        seen += u64::from(heard.hear(&line) || line == "ready");
        if seen > line_no {
            break;
        }
    }
    std::thread::sleep(Duration::from_micros(delay_us));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still said before it died came out too.
    lines.map_while(Result::ok).for_each(|line| _ = heard.hear(&line));
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_step_nothing_is_lost_and_nothing_opened_without_its_line() {
    let cycles: u64 = std::env::var("KNIHA_CRASH_CYCLES").ok().and_then(|n| n.parse().ok()).unwrap_or(50);
    let folder = tempfile::tempdir().unwrap();
    let stage = with_case(folder.path()).await;
    stage.house.close().await;
    stage.house.spool().close().await;
    let (mut counts, mut whole) = ([0; 3], Heard::default());
    for cycle in 0..cycles {
        let heard = run_and_kill(folder.path(), cycle);
        let stage = Stage::open(folder.path(), 1, 2, 3).await;
        let found = look(&stage, &heard, &format!("cycle {cycle}")).await;
        counts = std::array::from_fn(|i| counts[i] + found[i]);
        for (what, parts) in heard.of {
            whole.of.entry(what).or_default().extend(parts);
        }
        whole.out.extend(heard.out);
        if cycle + 1 == cycles {
            look(&stage, &whole, "in the end").await;
            let orphans = stage.number(GATE, "SELECT COUNT(*) FROM half").await - stage.number(HOUSE, "SELECT COUNT(*) FROM part_wrap").await;
            println!(
                "{cycles} kills: {} parts wait, {} are held, {} are gone; {} times something came out; {orphans} halves without a wrap",
                counts[0],
                counts[1],
                counts[2],
                whole.out.len()
            );
        }
        stage.house.close().await;
        stage.house.spool().close().await;
    }
    assert!(cycles < 50 || counts.iter().all(|n| *n > 0), "{counts:?}");
}

/// Each kind of statement on each table fails in turn, in all steps of a round; then nothing stands in the way, and all is as it should be.
#[tokio::test]
async fn whichever_statement_fails_nothing_is_lost_and_nothing_opened_without_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let stage = with_case(folder.path()).await;
    let mut table = Vec::new();
    let files: [(&str, &[&str]); 3] = [
        (HOUSE, &["act", "waiting", "part", "part_wrap", "tranche", "offer", "tombstone", "noted", "dropping", "raised"]),
        (GATE, &["half", "entry", "shown"]),
        ("spool.db", &["part"]),
    ];
    for (file, tables) in files {
        for (name, statement) in tables.iter().flat_map(|name| ["INSERT", "UPDATE", "DELETE"].map(|statement| (name, statement))) {
            if (file, statement) == ("spool.db", "INSERT") {
                // Then there is nothing to begin with.
                continue;
            }
            let mut heard = Heard::default();
            stage.sql(file, &format!("CREATE TRIGGER no BEFORE {statement} ON {name} BEGIN SELECT RAISE(ABORT, 'no'); END")).await;
            let mut said = Vec::new();
            let end = round(&stage, 0, NOW, &mut |line| said.push(line)).await;
            stage.sql(file, "DROP TRIGGER no").await;
            said.iter().for_each(|line| assert!(heard.hear(line)));
            let found = look(&stage, &heard, &format!("{statement} {name} in {file}")).await;
            table.push(format!("{file} {name} {statement}: {} after {:?}; {found:?}", if end.is_ok() { "done" } else { "failed" }, said.last()));
        }
    }
    let failed = table.iter().filter(|line| line.contains("failed")).count();
    println!("{}", table.join("\n"));
    assert!(failed >= 14, "{failed} of {} statements were met", table.len());
}
