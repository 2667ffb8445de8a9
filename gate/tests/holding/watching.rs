//! The log and the caps: no entry, nothing opens; every edit is found; nobody is shown more than they may be, whatever the clock says.

use kniha_core::time::UtcMicros;
use kniha_gate::{ActKind, Capped, GATE, GateError, HOUSE, House, Present, Why};
use kniha_seal::part::{Compartment, PartId};
use kniha_seal::quorum::{LAWYERS, TEAM};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::stage::*;

/// Every way by which something opens.
async fn every_way(stage: &Stage, state: &Ways) -> Vec<(&'static str, Result<(), GateError>)> {
    let house = &stage.house;
    let [s1, l1, l2] = &state.people;
    vec![
        ("look", house.look(s1, &[state.waits_card], NOW).await.map(drop)),
        ("offer", house.offer(l1, None, &[state.waits], NOW).await.map(drop)),
        ("agree", house.agree_tranche(l2, state.tranche, NOW).await.map(drop)),
        ("read", house.read(l1, state.opened, Why::Read, NOW).await.map(drop)),
        ("stream", house.stream(l1, state.opened, Why::Export, NOW).await.map(drop)),
        ("assign", house.assign(l1, &[state.opened], state.case, NOW).await),
        ("grant", house.case_grant(&state.act, l1, NOW).await),
    ]
}

struct Ways {
    people: [Present; 3],
    waits_card: PartId,
    waits: PartId,
    tranche: kniha_gate::TrancheId,
    opened: PartId,
    case: kniha_core::id::CaseId,
    act: kniha_gate::Act,
}

async fn ways(stage: &Stage) -> Ways {
    let people = stage.presents(["s1", "l1", "l2"]).await;
    let (opened, offered, waits) = (stage.sent("lawyers", "1").await, stage.sent("lawyers", "2").await, stage.sent("lawyers", "3").await);
    stage.open_together(opened.base, LAWYERS, None).await;
    let case = stage.case(1, &["l1"]).await;
    let older = stage.house.keep(&people[1], case, Compartment::Base, "be", b"x", NOW).await.unwrap();
    let tranche = stage.house.offer(&people[1], None, &[offered.base], NOW).await.unwrap();
    let act = stage.agreed("s1", "l1", ActKind::Grant { who: stage.id("s2"), case, until: None, older: vec![older] }).await;
    Ways { people, waits_card: waits.triage, waits: waits.base, tranche, opened: opened.base, case, act }
}

/// Everything that is to open is still as it was, and opens once nothing stands in the way.
async fn then_all_opens(stage: &Stage, state: &Ways, entries: u64) {
    assert_eq!(stage.house.log_check().await.unwrap().entries, entries);
    for (way, result) in every_way(stage, state).await {
        assert!(result.is_ok(), "{way}: {:?}", result.err());
    }
    assert_eq!(stage.house.log_check().await.unwrap().broken, None);
}

#[tokio::test]
async fn without_an_auditor_nothing_opens() {
    let stage = Stage::new().await;
    let state = ways(&stage).await;
    let before = stage.house.log_check().await.unwrap().entries;
    stage.sql(HOUSE, "UPDATE account SET state = 'frozen' WHERE login = 'aud'").await;
    for (way, result) in every_way(&stage, &state).await {
        assert!(matches!(result, Err(GateError::NoAuditor)), "{way}: {result:?}");
    }
    // More than an entry can be sealed to is as good as none.
    stage.sql(HOUSE, "UPDATE account SET state = 'active', hats = 'auditor' WHERE login IN ('aud', 'op', 's3', 's4', 's5', 's6', 'c1', 'c2', 'c3')").await;
    assert!(matches!(stage.house.read(&state.people[1], state.opened, Why::Read, NOW).await, Err(GateError::NoAuditor)));
    stage.sql(HOUSE, "UPDATE account SET hats = 'custodian' WHERE login = 'c3'").await;
    then_all_opens(&stage, &state, before).await;
}

#[tokio::test]
async fn while_the_log_cannot_be_written_nothing_opens() {
    let stage = Stage::new().await;
    let state = ways(&stage).await;
    let before = stage.house.log_check().await.unwrap().entries;
    stage.sql(GATE, "CREATE TRIGGER no BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'no'); END").await;
    for (way, result) in every_way(&stage, &state).await {
        assert!(matches!(result, Err(GateError::Database { .. })), "{way}: {result:?}");
    }
    stage.sql(GATE, "DROP TRIGGER no").await;
    then_all_opens(&stage, &state, before).await;
}

/// How far the log has come is noted before anything comes out.
#[tokio::test]
async fn while_it_cannot_be_noted_how_far_the_log_has_come_nothing_comes_out() {
    let stage = Stage::new().await;
    let state = ways(&stage).await;
    stage.sql(HOUSE, "CREATE TRIGGER no BEFORE UPDATE ON noted BEGIN SELECT RAISE(ABORT, 'no'); END").await;
    let before = stage.house.log_check().await.unwrap().entries;
    for (way, result) in every_way(&stage, &state).await {
        assert!(matches!(result, Err(GateError::Database { .. })), "{way}: {result:?}");
    }
    // What was written down stays written down.
    stage.sql(HOUSE, "DROP TRIGGER no").await;
    then_all_opens(&stage, &state, before + 7).await;
}

/// The child of [`on_a_full_disk_nothing_comes_out_that_is_not_in_the_log`]: reads one part until it cannot; does nothing in an ordinary run.
#[tokio::test]
async fn child_on_a_full_disk() {
    let Ok(folder) = std::env::var("KNIHA_GATE_FULL_DISK") else { return };
    let stage = Stage::open(std::path::Path::new(&folder), 1, 2, 3).await;
    let part = stage.house.parts_of(stage.id("l1")).await.unwrap()[0];
    let l1 = stage.present("l1").await;
    for n in 0..2_000 {
        match stage.house.read(&l1, part, Why::Read, NOW).await {
            Ok(opened) => println!("out {}", opened.content.len()),
            Err(why) => return println!("refused {n} {why}"),
        }
    }
}

#[tokio::test]
async fn on_a_full_disk_nothing_comes_out_that_is_not_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::found(folder.path(), 1, 2, 3).await;
    let sent = stage.sent("lawyers", "1").await;
    stage.open_together(sent.base, LAWYERS, None).await;
    stage.house.close().await;
    stage.house.spool().close().await;
    let mut refused = 0;
    for kib in [400, 500, 700] {
        // In blocks of 512 bytes; and no signal, so that the write fails instead.
        let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", kib * 2);
        let exe = std::env::current_exe().unwrap();
        let output = std::process::Command::new("sh")
            .args(["-c", &limit, "sh"])
            .arg(exe)
            .args(["watching::child_on_a_full_disk", "--exact", "--nocapture"])
            .env("KNIHA_GATE_FULL_DISK", folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let out = text.lines().filter(|line| line.starts_with("out ")).count();
        refused += text.lines().filter(|line| line.starts_with("refused ")).count();
        let again = Stage::open(folder.path(), 1, 2, 3).await;
        assert_eq!(again.house.log_check().await.unwrap().broken, None);
        let logged = again.log().await.into_iter().filter(|said| said.why == Why::Read).count();
        assert!(logged >= out, "{kib} KiB: {out} came out and {logged} stand in the log");
        assert!(again.reads("l1", sent.base).await.is_some(), "with room again, it opens");
        again.house.close().await;
        again.house.spool().close().await;
        println!("{kib} KiB: {out} came out, {logged} in the log in all");
    }
    assert!(refused >= 2, "the disk was full {refused} times");
}

/// A row of the log: number, hash before, own hash, sealed.
type Row = (i64, Vec<u8>, Vec<u8>, Vec<u8>);

/// What stands in the log.
async fn copy_of(stage: &Stage) -> Vec<Row> {
    let mut c = stage.connection(GATE).await;
    sqlx::query_as("SELECT n, prev, hash, sealed FROM entry ORDER BY n").fetch_all(&mut c).await.unwrap()
}

async fn put_back(stage: &Stage, rows: &[Row]) {
    let mut c = stage.connection(GATE).await;
    let mut tx = sqlx::Connection::begin(&mut c).await.unwrap();
    sqlx::query("DELETE FROM entry").execute(&mut *tx).await.unwrap();
    for (n, prev, hash, sealed) in rows {
        sqlx::query("INSERT INTO entry VALUES ($1, $2, $3, $4)").bind(n).bind(prev).bind(hash).bind(sealed).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn of_a_thousand_edits_of_the_log_each_is_found() {
    let stage = Stage::new().await;
    let sent = stage.sent("lawyers", "1").await;
    stage.open_together(sent.base, LAWYERS, None).await;
    let [l1, aud] = stage.presents(["l1", "aud"]).await;
    for _ in 0..18 {
        stage.house.read(&l1, sent.base, Why::Read, NOW).await.unwrap();
    }
    stage.house.follow(&aud, NOW).await.unwrap();
    for _ in 0..10 {
        stage.house.read(&l1, sent.base, Why::Read, NOW).await.unwrap();
    }
    let rows = copy_of(&stage).await;
    let whole = stage.house.log_check().await.unwrap();
    assert_eq!((whole.entries, whole.broken, rows.len()), (30, None, 30));
    let mut rng = ChaCha20Rng::seed_from_u64(17);
    let mut below = |n: usize| usize::try_from(rng.next_u64() % n as u64).unwrap();
    let mut kinds = [0; 6];
    for edit in 0..1_000 {
        let mut edited = rows.clone();
        let (kind, at) = (edit % 6, below(30));
        match kind {
            // The number alone, where nothing else would show it.
            0 if edit % 24 == 0 => edited[29].0 += 1 + i64::try_from(at).unwrap(),
            0 => {
                let row = &mut edited[at];
                let column = [&mut row.1, &mut row.2, &mut row.3].into_iter().nth(below(3)).unwrap();
                let byte = below(column.len());
                column[byte] ^= 1 << below(8);
            }
            1 => drop(edited.remove(at)),
            2 => {
                let other = (at + 1 + below(29)) % 30;
                // Two entries change places, or only what is sealed in them.
                let (a, b) = (edited[at].clone(), edited[other].clone());
                (edited[at], edited[other]) =
                    if edit % 12 < 6 { ((a.0, b.1, b.2, b.3), (b.0, a.1, a.2, a.3)) } else { ((a.0, a.1, a.2, b.3), (b.0, b.1, b.2, a.3)) };
            }
            3 => edited.truncate(at),
            4 => {
                // One entry is told anew, and the chain after it made to fit: without the auditors' keys anybody can.
                let mut prev = kniha_core::commit::Hash::from_slice(&edited[at].1).unwrap();
                let byte = below(edited[at].3.len());
                edited[at].3[byte] ^= 1;
                for row in &mut edited[at..] {
                    row.1 = prev.0.to_vec();
                    prev = kniha_seal::readlog::entry_hash(row.0.unsigned_abs(), &prev, &row.3);
                    row.2 = prev.0.to_vec();
                }
            }
            _ => {
                // One is taken out, and the rest numbered and chained anew.
                edited.remove(at);
                let mut prev = kniha_core::commit::Hash([0; 32]);
                for (n, row) in (1..).zip(&mut edited) {
                    row.0 = n;
                    row.1 = prev.0.to_vec();
                    prev = kniha_seal::readlog::entry_hash(n.unsigned_abs(), &prev, &row.3);
                    row.2 = prev.0.to_vec();
                }
            }
        }
        assert!(edited != rows, "edit {edit} changes nothing");
        put_back(&stage, &edited).await;
        let found = stage.house.log_check().await.unwrap();
        assert!(found.broken.is_some_and(|n| (1..=30).contains(&n)), "edit {edit} of kind {kind} at {at}: {found:?}");
        // What is cut or ends otherwise opens nothing either.
        let end = |rows: &[Row]| rows.last().map(|(n, _, hash, _)| (*n, hash.clone()));
        if end(&edited) != end(&rows) && edit % 7 == 0 {
            assert!(matches!(stage.house.read(&l1, sent.base, Why::Read, NOW).await, Err(GateError::Log { .. })), "edit {edit}");
            assert!(matches!(stage.house.follow(&aud, NOW).await, Err(GateError::Log { .. })));
        }
        kinds[kind] += 1;
    }
    assert_eq!(kinds.iter().sum::<u32>(), 1_000);
    put_back(&stage, &rows).await;
    assert_eq!(stage.house.log_check().await.unwrap(), whole, "the control: untouched, it holds");
    stage.house.read(&l1, sent.base, Why::Read, NOW).await.unwrap();
    println!("{} edits found: {kinds:?}", kinds.iter().sum::<u32>());
}

/// A chain is followed some hundred entries at once, and the borders of those are no holes.
#[tokio::test]
async fn a_long_log_is_followed_to_its_end() {
    let stage = Stage::new().await;
    let chain = |len: i64| {
        let mut prev = kniha_core::commit::Hash([0; 32]);
        let row = |n: i64| {
            let sealed = n.to_be_bytes().to_vec();
            let own = kniha_seal::readlog::entry_hash(n.unsigned_abs(), &prev, &sealed);
            let row = (n, prev.0.to_vec(), own.0.to_vec(), sealed);
            prev = own;
            row
        };
        (1..=len).map(row).collect::<Vec<Row>>()
    };
    for len in [499, 500, 501, 1_000, 1_203] {
        put_back(&stage, &chain(len)).await;
        let state = stage.house.log_check().await.unwrap();
        assert_eq!((state.entries, state.broken), (len.unsigned_abs(), None));
        assert_eq!(state.head.0.as_slice(), chain(len).last().unwrap().2);
    }
    for bad in [500, 501, 1_001, 1_203] {
        let mut rows = chain(1_203);
        rows[bad - 1].3[0] ^= 1;
        put_back(&stage, &rows).await;
        assert_eq!(stage.house.log_check().await.unwrap().broken, Some(bad as u64));
    }
}

#[tokio::test]
async fn a_log_that_is_put_back_to_an_older_state_is_found_by_what_was_noted_or_signed() {
    let stage = Stage::new().await;
    let sent = stage.sent("lawyers", "1").await;
    stage.open_together(sent.base, LAWYERS, None).await;
    let [l1, aud] = stage.presents(["l1", "aud"]).await;
    let older = copy_of(&stage).await;
    stage.house.read(&l1, sent.base, Why::Read, NOW).await.unwrap();
    let followed = stage.house.follow(&aud, NOW).await.unwrap();
    assert_eq!((followed.n, stage.house.followed().await.unwrap()), (3, vec![followed.clone()]));
    put_back(&stage, &older).await;
    assert_eq!(stage.house.log_check().await.unwrap().broken, Some(3));
    assert!(matches!(stage.house.read(&l1, sent.base, Why::Read, NOW).await, Err(GateError::Log { entry: 3 })));
    // Even where the note is taken away: what the auditor signed is left.
    stage.sql(HOUSE, "DELETE FROM noted").await;
    assert_eq!(stage.house.log_check().await.unwrap().broken, Some(3));
    // A signed head that was changed says so itself.
    for change in ["n = 2", "hash = zeroblob(32)", "at_us = at_us + 1", "signature = zeroblob(length(signature))"] {
        stage.sql(HOUSE, "CREATE TABLE kept AS SELECT * FROM followed").await;
        stage.sql(HOUSE, &format!("UPDATE followed SET {change}")).await;
        assert!(matches!(stage.house.followed().await, Err(GateError::Damaged { table: "followed", .. })), "{change}");
        stage.sql(HOUSE, "DELETE FROM followed; INSERT INTO followed SELECT * FROM kept; DROP TABLE kept").await;
    }
    // And where that is taken away too, the head that the auditor keeps elsewhere is all that tells: the log itself is whole.
    stage.sql(HOUSE, "DELETE FROM followed").await;
    let state = stage.house.log_check().await.unwrap();
    assert_eq!((state.broken, state.entries), (None, 2));
    assert!(state.entries < followed.n && state.head != followed.hash);
}

#[tokio::test]
async fn an_auditor_reads_who_when_what_and_why_and_no_content_and_nobody_else_reads_it() {
    let stage = Stage::new().await;
    let sent = stage.sent("lawyers", "1").await;
    stage.open_together(sent.base, LAWYERS, None).await;
    let case = stage.case(3, &["l1"]).await;
    stage.house.assign(&stage.present("l1").await, &[sent.base], case, later(5)).await.unwrap();
    stage.house.read(&stage.present("l1").await, sent.base, Why::Review, later(6)).await.unwrap();
    let [aud, s1] = stage.presents(["aud", "s1"]).await;
    let all = stage.house.watch(&aud, 0, 100).await.unwrap();
    let said: Vec<_> = all.iter().map(|entry| entry.said.unwrap()).map(|said| (said.who, said.at, said.case, said.compartment, said.why)).collect();
    let (l1, l2) = (stage.id("l1"), stage.id("l2"));
    assert_eq!(
        said,
        [
            (l1, NOW, None, Compartment::OwnActs, Why::Offer),
            (l2, NOW, None, Compartment::OwnActs, Why::Open),
            (l1, later(5), None, Compartment::Base, Why::Assign),
            (l1, later(6), Some(case), Compartment::Base, Why::Review),
        ]
    );
    assert_eq!(stage.house.watch(&aud, 2, 1).await.unwrap().iter().map(|entry| entry.n).collect::<Vec<_>>(), [3]);
    assert!(stage.house.watch(&s1, 0, 100).await.unwrap().iter().all(|entry| entry.said.is_none()));
    assert_eq!(stage.house.watch(&s1, 0, 100).await.unwrap().len(), 4);
}

/// Parts of a compartment in a case of s1's.
async fn many(stage: &Stage, n: usize, compartment: Compartment) -> (Present, Vec<PartId>) {
    let case = stage.case(compartment.code() + 1, &["s1"]).await;
    let s1 = stage.present("s1").await;
    let mut parts = Vec::new();
    for _ in 0..n {
        parts.push(stage.house.keep(&s1, case, compartment, "be", b"x", NOW).await.unwrap());
    }
    (s1, parts)
}

fn capped<T>(result: Result<T, GateError>) -> Option<UtcMicros> {
    match result {
        Ok(_) => None,
        Err(GateError::Cap { until, .. }) => Some(until),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nobody_is_shown_more_than_the_caps_whatever_the_clock_says() {
    let stage = Stage::new().await;
    let (s1, parts) = many(&stage, 12, Compartment::Identity).await;
    let read = async |n: usize, at: i64| capped(stage.house.read(&s1, parts[n], Why::Read, later(at)).await);
    let midnight = |days: i64| Some(UtcMicros((20_000 + days) * DAY));
    for n in 0..3 {
        assert_eq!(read(n, 0).await, None);
    }
    assert_eq!(read(3, 0).await, midnight(1));
    // The same parts again, by the same person signed in: not counted. After twelve hours they are.
    assert_eq!(read(0, 12 * HOUR - 1).await, None);
    assert_eq!(read(0, 11 * HOUR).await, None);
    let entries = stage.house.log_check().await.unwrap().entries;
    assert_eq!(entries, 5, "but each is logged");
    // A clock that is set back shows nothing more, however far.
    for back in [1, 24, 24 * 31, 24 * 400] {
        assert_eq!(read(4, -back * HOUR).await, midnight(1), "{back} hours back");
    }
    // Signed in anew, everything counts.
    let again = stage.present("s1").await;
    assert_eq!(capped(stage.house.read(&again, parts[0], Why::Read, NOW).await), midnight(1));
    // After midnight there is room, and in the window of twelve hours a part that was counted again is not counted a third time.
    for n in 0..3 {
        assert_eq!(read(n, 13 * HOUR).await, None);
        assert_eq!(read(n, 14 * HOUR).await, None);
    }
    assert_eq!(read(3, 14 * HOUR).await, midnight(2));
    let used = stage.house.used(s1.id(), later(13 * HOUR)).await.unwrap();
    let of = |what| used.iter().find(|used| used.what == what).map(|used| (used.day, used.month)).unwrap();
    assert_eq!((of(Capped::People), of(Capped::Accounts)), ((3, 6), (0, 0)));
    assert_eq!(stage.house.shown_ever(s1.id()).await.unwrap(), 6);
    // 20 in 30 days: the 30th day after the first gives what that day took.
    for day in 2..6 {
        for part in &parts[3..6] {
            assert_eq!(capped(stage.house.read(&stage.present("s1").await, *part, Why::Read, later(day * DAY)).await), None);
        }
    }
    let fresh = stage.present("s1").await;
    assert_eq!(capped(stage.house.read(&fresh, parts[0], Why::Read, later(6 * DAY)).await), None);
    assert_eq!(capped(stage.house.read(&fresh, parts[1], Why::Read, later(6 * DAY)).await), None);
    assert_eq!(capped(stage.house.read(&fresh, parts[2], Why::Read, later(6 * DAY)).await), midnight(30), "20 in 30 days");
    assert_eq!(capped(stage.house.read(&fresh, parts[2], Why::Read, later(29 * DAY)).await), midnight(30));
    assert_eq!(capped(stage.house.read(&fresh, parts[2], Why::Read, later(30 * DAY)).await), None);
}

#[tokio::test]
async fn whatever_is_given_as_the_reason_what_is_shown_is_counted() {
    let stage = Stage::new().await;
    let (_, parts) = many(&stage, 4, Compartment::Contacts).await;
    for why in Why::ALL {
        let s1 = stage.present("s1").await;
        let at = later(40 * DAY * (i64::from(why as u8) + 1));
        for part in &parts[..3] {
            stage.house.read(&s1, *part, why, at).await.unwrap();
        }
        assert!(capped(stage.house.read(&s1, parts[3], why, at).await).is_some(), "{why:?}");
        assert!(capped(stage.house.stream(&s1, parts[3], why, at).await).is_some(), "{why:?}");
    }
}

#[tokio::test]
async fn an_auditor_and_a_lawyer_raise_the_cap_for_listed_parts_alone() {
    let stage = Stage::new().await;
    let (s1, parts) = many(&stage, 5, Compartment::Identity).await;
    for part in &parts[..3] {
        stage.house.read(&s1, *part, Why::Read, NOW).await.unwrap();
    }
    let act = stage.agreed("aud", "l1", ActKind::Raise { who: s1.id(), parts: vec![parts[3]] }).await;
    assert!(capped(stage.house.read(&s1, parts[3], Why::Read, NOW).await).is_some());
    stage.house.raise(&act, NOW).await.unwrap();
    assert_eq!(capped(stage.house.read(&s1, parts[3], Why::Read, NOW).await), None);
    assert!(capped(stage.house.read(&s1, parts[4], Why::Read, NOW).await).is_some());
    assert!(matches!(stage.house.raise(&act, NOW).await, Err(GateError::Act(_))));
}

#[tokio::test]
async fn each_thing_has_its_own_cap() {
    let stage = Stage::new().await;
    let expected = [(Capped::Accounts, 40, 300), (Capped::People, 3, 20), (Capped::Cards, 1_000, 10_000), (Capped::Files, 200, 2_000)];
    for (what, day, month) in expected {
        assert_eq!((what.cap().day, what.cap().month), (day, month));
    }
    for (compartment, what) in [
        (Compartment::Base, Capped::Accounts),
        (Compartment::OwnActs, Capped::Accounts),
        (Compartment::Witnesses, Capped::Accounts),
        (Compartment::Identity, Capped::People),
        (Compartment::Contacts, Capped::People),
        (Compartment::Triage, Capped::Cards),
        (Compartment::File, Capped::Files),
    ] {
        assert_eq!(Capped::of(compartment), what);
    }
    let (s1, parts) = many(&stage, 41, Compartment::Base).await;
    for part in &parts[..40] {
        stage.house.read(&s1, *part, Why::Read, NOW).await.unwrap();
    }
    assert!(capped(stage.house.read(&s1, parts[40], Why::Read, NOW).await).is_some());
    // Cards have room still.
    let sent = stage.sent("team", "1").await;
    stage.house.look(&s1, &[sent.triage], NOW).await.unwrap();
    assert_eq!(stage.house.shown_ever(s1.id()).await.unwrap(), 40, "cards are not parts that were shown");
    // A thousand cards a day, all or none of a look.
    stage.sql(GATE, "UPDATE shown SET times = 999 WHERE cap = 'cards'").await;
    let more = [stage.sent("team", "2").await.triage, stage.sent("team", "3").await.triage];
    let entries = stage.house.log_check().await.unwrap().entries;
    assert!(capped(stage.house.look(&s1, &more, NOW).await).is_some());
    assert_eq!(stage.house.log_check().await.unwrap().entries, entries);
    assert_eq!(capped(stage.house.look(&s1, &more[..1], NOW).await), None);
}

#[tokio::test]
async fn a_copy_of_both_files_is_a_house_of_its_own() {
    let stage = Stage::new().await;
    let sent = stage.sent("team", "1").await;
    let people = stage.open_together(sent.base, TEAM, None).await;
    let folder = tempfile::tempdir().unwrap();
    let to = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    stage.house.copy(&to(HOUSE), &to(GATE)).await.unwrap();
    let copy = House::open(folder.path(), stage.house.spool().clone()).await.unwrap();
    assert_eq!(copy.book(), &BOOK);
    let opened = copy.read(&people[0], sent.base, Why::Read, NOW).await.unwrap();
    assert_eq!(account_of(&opened.content), "1");
    assert_eq!(copy.log_check().await.unwrap().entries, stage.house.log_check().await.unwrap().entries + 1);
    for file in [HOUSE, GATE] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(stage.folder.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}
