//! Tests of the whole demo: always the same, complete, well-formed, and without one sentence twice.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use kniha_core::claim::{KnownTo, Move, NewClaim, Stance, Status};
use kniha_core::id::{ClaimId, NodeId};
use kniha_core::value::Value;
use kniha_core::vocab::ValueType;
use sha2::{Digest, Sha256};

use super::*;

/// 1 March 2034, 12:00 UTC.
const NOW: UtcMicros = UtcMicros(2_024_827_200_000_000);

fn steps(seed: u64, size: Size) -> Vec<Step> {
    let mut generator = Generator::new(seed, size, NOW).unwrap();
    let mut out = Vec::new();
    while let Some(batch) = generator.next().unwrap() {
        out.extend(batch.steps);
    }
    out
}

fn demo() -> &'static [Step] {
    static DEMO: std::sync::OnceLock<Vec<Step>> = std::sync::OnceLock::new();
    DEMO.get_or_init(|| steps(SEED, Size::DEMO))
}

fn claims() -> impl Iterator<Item = &'static NewClaim> {
    demo().iter().filter_map(|step| match step {
        Step::Claim(claim) => Some(&**claim),
        _ => None,
    })
}

fn digest(steps: &[Step]) -> String {
    let mut sha = Sha256::new();
    for step in steps {
        match step {
            // The property's own texts are of the vocabulary, not of the demo.
            Step::Claim(c) => sha.update(format!(
                "{} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?}\n",
                c.id, c.subject, c.property.code, c.value, c.held, c.citations, c.origin, c.stance, c.status, c.known_to
            )),
            step => sha.update(format!("{step:?}\n")),
        }
    }
    data_encoding::HEXLOWER.encode(&sha.finalize())
}

#[test]
fn the_same_seed_gives_the_same_book() {
    assert_eq!(digest(&steps(SEED, Size::DEMO)), digest(demo()));
    assert_ne!(digest(&steps(SEED + 1, Size::DEMO)), digest(demo()));
}

#[test]
fn the_demo_has_what_the_front_page_promises() {
    let mut records: BTreeMap<NodeKind, u32> = BTreeMap::new();
    for step in demo() {
        if let Step::Record { kind, .. } = step {
            *records.entry(*kind).or_default() += 1;
        }
    }
    let at = |kind| records[&kind];
    assert_eq!([NodeKind::Person, NodeKind::Unit, NodeKind::Incident, NodeKind::Source].map(at), [1000, 60, 300, 25]);
    assert!(at(NodeKind::Act) > 330 && at(NodeKind::Injury) > 150 && at(NodeKind::Involvement) > 250 && at(NodeKind::Exhibit) > 250, "{records:?}");
    assert!(at(NodeKind::Posting) > 650 && at(NodeKind::Command) > 60 && at(NodeKind::Positioning) > 50 && at(NodeKind::Place) > 50, "{records:?}");
}

#[test]
fn every_claim_can_be_kept() {
    for claim in claims() {
        claim.check().unwrap_or_else(|error| panic!("{} {:?}: {error:?}", claim.property.code, claim.value));
    }
    for step in demo() {
        if let Step::Move { what, reason, .. } = step {
            assert!(!what.needs_reason() || reason.is_some());
        }
    }
}

#[test]
fn every_reference_is_to_an_earlier_record_of_the_right_kind() {
    let mut known: BTreeMap<NodeId, NodeKind> = BTreeMap::new();
    let mut ids: BTreeSet<ClaimId> = BTreeSet::new();
    for step in demo() {
        match step {
            Step::Record { id, kind } => assert_eq!(known.insert(*id, *kind), None, "an id twice"),
            Step::Claim(claim) => {
                assert!(ids.insert(claim.id), "a claim's id twice");
                assert_eq!(known.get(&claim.subject), Some(&claim.property.of), "{}", claim.property.code);
                if let (Value::Ref(to), ValueType::Ref(kind)) = (&claim.value, claim.property.value) {
                    assert_eq!(known.get(to), Some(&kind), "{}", claim.property.code);
                }
                for citation in &claim.citations {
                    assert_eq!(known.get(&citation.source), Some(&NodeKind::Source), "{}", claim.property.code);
                    assert!(citation.exhibit.is_none_or(|exhibit| known.get(&exhibit) == Some(&NodeKind::Exhibit)));
                }
            }
            Step::Move { claim, .. } => assert!(ids.contains(claim)),
        }
    }
}

/// Texts of one property, but not of the hostile incidents.
fn texts(code: &str) -> Vec<&'static str> {
    let size = Size::DEMO;
    let hostile: BTreeSet<NodeId> = (0..size.incidents).filter(|n| hostile::incident_at(*n, &size).is_some()).map(|n| incidents::id(SEED, n)).collect();
    let of = claims().filter(|claim| claim.property.code == code && !hostile.contains(&claim.subject));
    of.filter_map(|claim| match &claim.value {
        Value::Text { text, .. } => Some(text.as_str()),
        _ => None,
    })
    .collect()
}

#[test]
fn no_sentence_is_told_twice() {
    let mut seen = BTreeSet::new();
    let summaries = texts("incident.summary");
    for summary in &summaries {
        // A sentence ends in a full stop and a space; abbreviations are not used.
        let sentences: Vec<&str> = summary.split_inclusive(". ").map(str::trim).collect();
        assert!((2..=6).contains(&sentences.len()), "{summary}");
        for sentence in sentences.iter().filter(|sentence| sentence.chars().count() > 12) {
            assert!(seen.insert(*sentence), "{sentence}");
        }
    }
    for title in texts("incident.title").into_iter().chain(texts("exhibit.shows")) {
        assert!(seen.insert(title), "{title}");
    }
    assert!(seen.len() > 1300, "{}", seen.len());
}

#[test]
fn no_slot_is_left_open() {
    for text in texts("incident.summary").into_iter().chain(texts("incident.title")).chain(texts("exhibit.shows")).chain(texts("injury.said_cause")) {
        assert!(!text.contains(['{', '}', '|']) && !text.contains("  "), "{text}");
    }
}

#[test]
fn conflicts_doubts_and_repetitions_are_among_the_claims() {
    let single = |claim: &&NewClaim| !claim.property.many;
    let mut values: BTreeMap<(NodeId, &str), BTreeSet<String>> = BTreeMap::new();
    for claim in claims().filter(single) {
        values.entry((claim.subject, &claim.property.code)).or_default().insert(format!("{:?}", claim.value));
    }
    let conflicts = |code: &str| values.iter().filter(|((_, of), values)| *of == code && values.len() > 1).count();
    assert!(conflicts("person.birth") > 10 && conflicts("incident.when") > 10 && conflicts("command.superior") == 1 && conflicts("act.violation") > 5);
    let count = |test: &dyn Fn(&NewClaim) -> bool| claims().filter(|claim| test(claim)).count();
    assert!(count(&|c| c.stance == Stance::Against) > 20);
    assert!(Status::ALL.iter().filter(|status| **status != Status::Withdrawn).all(|status| count(&|c| c.status == *status) > 20));
    assert!(KnownTo::ALL.iter().all(|known_to| count(&|c| c.known_to == *known_to) > 20));
    let reposts = claims().filter(|c| c.property.code == "incident.when").filter_map(|c| c.origin.as_deref()).filter(|origin| *origin == "video-40").count();
    assert_eq!(reposts, 5, "five channels, one origin");
    let moved = |what: Move| demo().iter().filter(|step| matches!(step, Step::Move { what: done, .. } if *done == what)).count();
    assert!([Move::Accept, Move::Question, Move::Withdraw, Move::Restore].into_iter().all(|what| moved(what) > 2));
}

#[test]
fn only_the_clocks_follow_the_clock() {
    let mut later = Generator::new(SEED, Size::DEMO, UtcMicros(NOW.0 + 40 * kniha_core::time::DAY_US)).unwrap();
    let mut changed = BTreeSet::new();
    let mut at = 0;
    while let Some(batch) = later.next().unwrap() {
        for step in batch.steps {
            if let (Step::Claim(now), Step::Claim(then)) = (&step, &demo()[at]) {
                assert_eq!(now.id, then.id);
                if now != then {
                    changed.insert(now.property.code.clone());
                }
            }
            at += 1;
        }
    }
    assert_eq!(changed.into_iter().collect::<Vec<_>>(), ["exhibit.retention_ends"]);
}

#[test]
fn a_larger_book_is_made_of_the_same_things() {
    let size = Size { people: 3000, units: 400, incidents: 500 };
    let made = steps(SEED, size);
    let units = made.iter().filter(|step| matches!(step, Step::Record { kind: NodeKind::Unit, .. })).count();
    assert_eq!(units, 400);
    for step in &made {
        if let Step::Claim(claim) = step {
            claim.check().unwrap();
        }
    }
}

/// The demo written into a new SQLite book in `folder`.
async fn written(folder: &std::path::Path) -> (Store, MemberId, Summary) {
    let place =
        kniha_store::Place::Sqlite { file: folder.join("demo.db"), key: Some(kniha_store::Key("07".repeat(32))), durability: kniha_store::Durability::Full };
    let mut chance = Rng::of(1, 0, 0);
    let member: MemberId = chance.id();
    let beginning = kniha_store::Beginning {
        book_id: [9; 32],
        title: "Demo".to_owned(),
        member,
        member_name: "Demo".to_owned(),
        case: chance.id(),
        case_title: "First".to_owned(),
        now: NOW,
    };
    let store = Store::create(&place, kniha_store::NameSecret([3; 16]), &beginning).await.unwrap();
    let summary = write(&store, member, NOW, Size::DEMO).await.unwrap();
    (store, member, summary)
}

#[tokio::test]
async fn the_demo_is_written_once_and_found_in_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let began = std::time::Instant::now();
    let (store, member, summary) = written(folder.path()).await;
    eprintln!("{} claims, {} moves in {:?}", summary.claims, summary.moves, began.elapsed());
    assert_eq!(summary.claims, claims().count() as u64);

    let mut tx = store.read().await.unwrap();
    let reader = kniha_store::reader(&mut tx, member).await.unwrap();
    for (kind, count) in kniha_store::counts(&mut tx, &reader).await.unwrap() {
        assert_eq!(count, kniha_store::Count::Exactly(summary.records[&kind] as usize), "{kind:?}");
    }
    drop(tx);

    // A second time its ids are taken, and nothing is half written.
    assert!(write(&store, member, NOW, Size::DEMO).await.is_err());
    assert!(kniha_store::check(&store, |_| ()).await.unwrap().faults.is_empty());
}

#[test]
fn no_invented_name_is_a_real_persons() {
    // The lists of real names are beside the project, not in it; where they are not, there is nothing to compare with.
    let Some(shared) = std::env::var_os("KNIHA_SHARED") else { return };
    let folder = std::path::Path::new(&shared).join("data/names");
    let words =
        |text: &str| -> Vec<String> { text.to_lowercase().split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() > 1).map(str::to_owned).collect() };
    let mut real: Vec<BTreeSet<String>> = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let mut reader = csv::Reader::from_path(file.unwrap().path()).unwrap();
        let heads = reader.headers().unwrap().clone();
        for row in reader.records().map(Result::unwrap) {
            let names = heads.iter().zip(row.iter()).filter(|(head, _)| ["spelling", "name1", "name2"].contains(head));
            real.extend(names.map(|(_, name)| words(name).into_iter().collect::<BTreeSet<_>>()));
        }
    }
    let mut by_word: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (n, name) in real.iter().enumerate() {
        for word in name {
            by_word.entry(word).or_default().insert(n);
        }
    }
    let mut met = Vec::new();
    for claim in claims().filter(|claim| claim.property.code == "person.name") {
        let Value::Name(name) = &claim.value else { continue };
        let words = words(name.text());
        // Any two words of the invented name, given and family name among them, together in one real name; patronymics are common.
        for (n, one) in words.iter().enumerate() {
            for two in words[n + 1..].iter().filter(|two| *two != one) {
                let pair = [one, two].map(|word| by_word.get(word.as_str()));
                let family = |word: &str| !word.ends_with("віч") && !word.ends_with("вич") && !word.ends_with("ўна") && !word.ends_with("вна");
                if let [Some(a), Some(b)] = pair
                    && family(one)
                    && family(two)
                    && a.intersection(b).next().is_some()
                {
                    met.push(name.text().to_owned());
                }
            }
        }
    }
    assert!(real.len() > 1000, "only {} real names were read", real.len());
    assert!(met.is_empty(), "{met:?}");
}
