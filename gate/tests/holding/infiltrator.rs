//! A screener who is an infiltrator, for 300 days: greedy, by chance, or slowly. They get what the draw and the caps give, and the log says exactly what they did.
//!
//! The others are honest and help with everything they are offered, which is the worst that can be. Long figures: `KNIHA_GATE_FULL=1`, in a release build.

use std::collections::{BTreeMap, BTreeSet};

use kniha_core::time::UtcMicros;
use kniha_gate::{GateError, OpenFailure, Present, Why};
use kniha_seal::part::{Compartment, PartId};
use kniha_seal::quorum::TEAM;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::stage::*;

#[derive(Clone, Copy, Debug)]
enum Manner {
    /// Everything, at once.
    Greedy,
    /// Each thing with one chance in two.
    Random,
    /// Five accounts and one identity a day.
    Slow,
}

struct Run {
    manner: Manner,
    days: u32,
    a_day: usize,
    /// On this day so many come at once.
    flood: Option<(u32, usize)>,
}

/// What the infiltrator came to see: account texts and identities, by day.
#[derive(Default)]
struct Seen {
    texts: BTreeSet<PartId>,
    accounts: Vec<u32>,
    people: Vec<u32>,
    /// All that they did and that must be in the log.
    done: Vec<(Why, PartId)>,
    refused: usize,
}

/// Most in any day, and in any 30 days.
fn most(days: &[u32]) -> (usize, usize) {
    let window = |len: u32| days.iter().map(|first| days.iter().filter(|day| (*first..*first + len).contains(day)).count()).max().unwrap_or(0);
    (window(1), window(30))
}

async fn run(run: &Run) {
    const SPY: &str = "s3";
    let stage = Stage::new().await;
    let house = &stage.house;
    let (own, other) = (stage.case(1, &["s1", SPY]).await, stage.case(2, &["s1"]).await);
    let honest = stage.present("s1").await;
    let mut chance = ChaCha20Rng::seed_from_u64(5);
    let mut seen = Seen::default();
    let (mut total, mut drawn_for) = (0_usize, 0_usize);
    let (mut unread, mut identities, mut foreign): (Vec<PartId>, Vec<PartId>, Vec<PartId>) = (Vec::new(), Vec::new(), Vec::new());
    for day in 0..run.days {
        let now = UtcMicros(NOW.0 + i64::from(day) * DAY);
        let arrive = run.flood.filter(|(on, _)| *on == day).map_or(run.a_day, |(_, n)| n);
        let mut parts = Vec::new();
        let mut left = arrive;
        while left > 0 {
            let some: Vec<_> = (0..left.min(8)).map(|_| stage.alone(TEAM, Compartment::Base, b"text")).collect();
            left -= some.len();
            parts.extend(some.iter().map(|(sealed, _)| sealed.part));
            stage.put(some).await;
        }
        house.index().await.unwrap();
        total += arrive;
        for case in [own, own, other] {
            let to = if case == own { &mut identities } else { &mut foreign };
            to.push(house.keep(&honest, case, Compartment::Identity, "be", b"name", now).await.unwrap());
        }

        // Signed in anew every day, so that nothing is remembered as shown.
        let spy = stage.present(SPY).await;
        let wants = |chance: &mut ChaCha20Rng| !matches!(run.manner, Manner::Random) || chance.next_u32().is_multiple_of(2);
        // Everything that came is offered, whoever was drawn.
        let mut tranches = Vec::new();
        let drawn: Vec<PartId> = {
            let rows = house.sealed(now).await.unwrap();
            rows.into_iter().filter(|row| parts.contains(&row.part) && row.drawn.contains(&spy.id())).map(|row| row.part).collect()
        };
        drawn_for += drawn.len();
        if let Some(part) = parts.iter().find(|part| !drawn.contains(part)) {
            let end = house.offer(&spy, None, &[*part], now).await.unwrap_err();
            assert!(matches!(end, GateError::Open(OpenFailure::NotDrawn)));
            seen.refused += 1;
        }
        for some in drawn.chunks(50) {
            let some: Vec<PartId> = some.iter().copied().filter(|_| wants(&mut chance)).collect();
            if !some.is_empty() {
                tranches.push(house.offer(&spy, None, &some, now).await.unwrap());
                seen.done.extend(some.iter().map(|part| (Why::Offer, *part)));
            }
        }
        // The others agree to whatever they are offered.
        for login in ["s1", "s2", "s4", "s5", "s6"] {
            let other = stage.present(login).await;
            for tranche in house.tranches(other.id(), now).await.unwrap() {
                for (part, end) in house.agree_tranche(&other, tranche.id, now).await.unwrap() {
                    end.unwrap();
                    unread.push(part);
                }
            }
        }
        // What nobody offered, the others open between themselves: it is not the infiltrator's.
        let slow = matches!(run.manner, Manner::Slow);
        read_all(house, &spy, &mut unread, if slow { 5 } else { 1000 }, now, day, &mut seen, Compartment::Base).await;
        read_all(house, &spy, &mut identities, if slow { 1 } else { 1000 }, now, day, &mut seen, Compartment::Identity).await;
        for part in foreign.iter().rev().take(2) {
            assert!(matches!(house.read(&spy, *part, Why::Read, now).await, Err(GateError::NoPart)), "own cases only");
            seen.refused += 1;
        }
    }

    let (accounts, people) = (most(&seen.accounts), most(&seen.people));
    assert!(accounts.0 <= 40 && accounts.1 <= 300, "{:?}: {accounts:?}", run.manner);
    assert!(people.0 <= 3 && people.1 <= 20, "{:?}: {people:?}", run.manner);
    // 3 of 6 are drawn; four standard deviations.
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let (expected, deviation) = (total as f64 / 2.0, (total as f64 / 4.0).sqrt());
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let (drawn, read) = (drawn_for as f64, seen.texts.len() as f64);
    assert!((drawn - expected).abs() <= 4.0 * deviation, "drawn for {drawn} of {total}");
    assert!(read <= expected + 4.0 * deviation, "{:?} read {read} of {total}", run.manner);
    if let (Manner::Greedy, Some(_)) = (run.manner, run.flood) {
        assert_eq!((accounts.0, people), (40, (3, 20)), "the caps were met");
    }

    // Watch shows exactly what they did.
    let mut logged: BTreeMap<(Why, PartId), usize> = BTreeMap::new();
    for said in stage.log().await.into_iter().filter(|said| said.who == stage.id(SPY)) {
        *logged.entry((said.why, said.part)).or_default() += 1;
    }
    let mut done: BTreeMap<(Why, PartId), usize> = BTreeMap::new();
    for what in &seen.done {
        *done.entry(*what).or_default() += 1;
    }
    assert!(logged == done, "{:?}: {} in the log, {} done", run.manner, logged.len(), done.len());
    println!(
        "{:?}, {} days: {total} accounts came, drawn for {drawn_for}, read {} (at most {} a day, {} in 30 days); identities {} (at most {} a day, {} in 30 days); {} tries refused",
        run.manner,
        run.days,
        seen.texts.len(),
        accounts.0,
        accounts.1,
        seen.people.len(),
        people.0,
        people.1,
        seen.refused
    );
}

#[allow(clippy::too_many_arguments, reason = "one step of the play")]
async fn read_all(
    house: &kniha_gate::House,
    spy: &Present,
    parts: &mut Vec<PartId>,
    most: usize,
    now: UtcMicros,
    day: u32,
    seen: &mut Seen,
    what: Compartment,
) {
    let mut left = Vec::new();
    let mut capped = false;
    for (n, part) in std::mem::take(parts).into_iter().enumerate() {
        if capped || n >= most {
            left.push(part);
            continue;
        }
        match house.read(spy, part, Why::Read, now).await {
            Ok(_) if what == Compartment::Base => {
                seen.texts.insert(part);
                seen.accounts.push(day);
                seen.done.push((Why::Read, part));
            }
            Ok(_) => {
                seen.people.push(day);
                seen.done.push((Why::Read, part));
                // Identities may be read again.
                left.push(part);
            }
            Err(GateError::Cap { .. }) => {
                capped = true;
                seen.refused += 1;
                left.push(part);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    *parts = left;
}

#[tokio::test]
async fn an_infiltrator_gets_what_the_draw_and_the_caps_give_and_the_log_shows_it_all() {
    let full = std::env::var_os("KNIHA_GATE_FULL").is_some();
    let runs = if full {
        [Manner::Greedy, Manner::Random, Manner::Slow].map(|manner| Run { manner, days: 300, a_day: 30, flood: Some((100, 240)) })
    } else {
        [
            Run { manner: Manner::Greedy, days: 35, a_day: 6, flood: Some((8, 110)) },
            Run { manner: Manner::Random, days: 12, a_day: 8, flood: None },
            Run { manner: Manner::Slow, days: 12, a_day: 8, flood: None },
        ]
    };
    for one in &runs {
        run(one).await;
    }
}
