//! One stolen member key, with all files of the machine: exactly that person's cases and own parts open. Without `gate.db` not even those.
//!
//! The thief patches the program: receipts are made up, whose wrap it is is read from the wraps themselves, every half is tried on every block.

use std::collections::{BTreeMap, BTreeSet};

use kniha_core::commit::Hash;
use kniha_core::id::CaseId;
use kniha_gate::{GATE, HOUSE};
use kniha_inbox::PartKey;
use kniha_seal::holder::{KeyHolder, MemoryHolder, ReadReceipt};
use kniha_seal::part::{Compartment, Envelope, PartId};
use kniha_seal::quorum::TEAM;
use kniha_seal::secret::Secret;
use kniha_seal::wrap::{Offer, Wrap, part_key};
use kniha_seal::xwing::SecretKey;

use crate::stage::*;

/// What lies in the files.
struct Loot {
    case_wraps: Vec<(CaseId, Wrap)>,
    part_wraps: Vec<(PartId, Wrap)>,
    halves: Vec<Secret<32>>,
    offers: Vec<Offer>,
    waiting: Vec<Envelope>,
    headers: BTreeMap<PartId, (Envelope, Vec<u8>)>,
}

async fn loot(stage: &Stage) -> Loot {
    let mut house = stage.connection(HOUSE).await;
    let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as("SELECT case_id, blob FROM case_wrap").fetch_all(&mut house).await.unwrap();
    let case_wraps = rows.into_iter().map(|(case, blob)| (CaseId::from_random(case.try_into().unwrap()), Wrap::decode(&blob).unwrap())).collect();
    let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as("SELECT part, blob FROM part_wrap").fetch_all(&mut house).await.unwrap();
    let part_wraps: Vec<(PartId, Wrap)> =
        rows.into_iter().map(|(part, blob)| (PartId::from_random(part.try_into().unwrap()), Wrap::decode(&blob).unwrap())).collect();
    let rows: Vec<Vec<u8>> = sqlx::query_scalar("SELECT blob FROM offer").fetch_all(&mut house).await.unwrap();
    let offers = rows.iter().map(|blob| Offer::decode(blob).unwrap()).collect();
    let mut gate = stage.connection(GATE).await;
    let rows: Vec<Vec<u8>> = sqlx::query_scalar("SELECT mask FROM half").fetch_all(&mut gate).await.unwrap();
    let halves = rows.iter().map(|mask| Secret::from_slice(mask).unwrap()).collect();
    let mut headers = BTreeMap::new();
    let mut waiting = Vec::new();
    for listed in stage.house.spool().list(None, 10_000).await.unwrap() {
        let key = PartKey(listed.part.0);
        let envelope = Envelope::parse(&stage.house.spool().header(&key).await.unwrap().unwrap().header).unwrap();
        let payload = stage.house.spool().payload(&key).await.unwrap().unwrap();
        let bytes = payload.read_at(0, usize::try_from(payload.len).unwrap()).await.unwrap();
        waiting.push(envelope.clone());
        headers.insert(*envelope.part(), (envelope, bytes));
    }
    Loot { case_wraps, part_wraps, halves, offers, waiting, headers }
}

/// Everything that a key opens: cases, and parts down to their content.
fn opens(loot: &Loot, thief: &MemoryHolder, halves: &[Secret<32>]) -> (BTreeSet<CaseId>, BTreeSet<PartId>) {
    let made_up = |part: PartId| ReadReceipt::of_entry(part, Hash([0; 32]));
    let mut secrets: Vec<SecretKey> = Vec::new();
    let mut cases = BTreeSet::new();
    for (case, wrap) in &loot.case_wraps {
        if let Ok(seed) = thief.unwrap(wrap, &made_up(PartId::from_random([0; 16])).through(*case.bytes())) {
            cases.insert(*case);
            secrets.push(SecretKey::from_seed(seed));
        }
    }
    let mut keys = Vec::new();
    for (part, wrap) in &loot.part_wraps {
        let own = thief.unwrap(wrap, &made_up(*part)).ok();
        let through = secrets.iter().filter_map(|secret| wrap.open_with(secret).ok());
        for block in own.into_iter().chain(through) {
            let unmasked = halves.iter().map(|half| block.xor(half)).chain([block.clone()]);
            keys.extend(unmasked.filter_map(|block| Some((*part, part_key(part, &block)?))));
        }
    }
    for envelope in &loot.waiting {
        for locked in envelope.locked() {
            let part = *envelope.part();
            let mut shares: Vec<_> = thief.share(envelope, locked.quorum, &made_up(part)).into_iter().collect();
            let given = loot.offers.iter().filter(|offer| *offer.part() == part && offer.quorum() == locked.quorum);
            shares.extend(given.filter_map(|offer| thief.take(offer, &made_up(part)).ok()));
            keys.extend(envelope.open(locked.quorum, &shares).ok().map(|key| (part, key)));
        }
    }
    let read = |(part, key): (PartId, _)| {
        let (envelope, payload) = &loot.headers[&part];
        kniha_seal::opener::open(envelope, &key, payload).ok().map(|_| part)
    };
    (cases, keys.into_iter().filter_map(read).collect())
}

#[tokio::test]
async fn one_stolen_key_opens_that_persons_cases_and_parts_and_nothing_else() {
    let stage = Stage::new().await;
    // 17 of the team, of whom those who read hold cases, and three more who were admitted.
    let mut logins: Vec<String> = stage.keys.keys().cloned().collect();
    let mut strangers = BTreeMap::new();
    for n in 0..3 {
        let (key, file) = closed(&mut stage.rng());
        let login = format!("new{n}");
        let id = stage.house.ask_to_join(&login, &file, &key.public(), NOW).await.unwrap();
        stage.sql(HOUSE, &format!("UPDATE account SET state = 'active', hats = 'investigator' WHERE login = '{login}'")).await;
        strangers.insert(login.clone(), (id, key));
        logins.push(login);
    }
    let everybody: BTreeMap<&String, &(_, _)> = stage.keys.iter().chain(&strangers).collect();
    let readers: Vec<&String> = logins.iter().filter(|login| !matches!(login.as_str(), "aud" | "op" | "c1" | "c2" | "c3" | "c4" | "c5")).collect();
    assert_eq!((logins.len(), readers.len()), (20, 13));
    // Twenty cases; reader i has case j where (i·7 + j·11) mod 5 is 0, and each has somebody.
    let mut expected_cases: BTreeMap<&str, BTreeSet<CaseId>> = BTreeMap::new();
    let mut expected_parts: BTreeMap<&str, BTreeSet<PartId>> = BTreeMap::new();
    for j in 0..20_u8 {
        let members: Vec<&&String> = readers.iter().enumerate().filter(|(i, _)| (i * 7 + usize::from(j) * 11) % 5 == 0).map(|(_, login)| login).collect();
        assert!(!members.is_empty());
        let case = CaseId::from_random([j + 1; 16]);
        let ids: Vec<_> = members.iter().map(|login| everybody[**login].0).collect();
        stage.house.case_found(case, &ids, NOW).await.unwrap();
        let (id, key) = everybody[*members[0]];
        let keeper = kniha_gate::Present::of(stage.house.account(*id).await.unwrap().unwrap(), key);
        for text in ["першае", "другое"] {
            let part = stage.house.keep(&keeper, case, Compartment::Base, "be", text.as_bytes(), NOW).await.unwrap();
            for login in &members {
                expected_parts.entry(login).or_default().insert(part);
            }
        }
        for login in members {
            expected_cases.entry(login).or_default().insert(case);
        }
    }
    // Parts that two opened and have themselves; one that is offered; cards, which any screener opens; one that nobody touched.
    for _ in 0..3 {
        let sent = stage.sent("team", "Адкрытае.").await;
        for who in stage.open_together(sent.base, TEAM, None).await {
            expected_parts.entry(stage.login(who.id())).or_default().insert(sent.base);
        }
        for login in ["s1", "s2", "s3", "s4", "s5", "s6"] {
            expected_parts.entry(login).or_default().insert(sent.triage);
        }
    }
    let offered = stage.sent("team", "Прапанаванае.").await;
    let drawn = stage.drawn(offered.base, TEAM).await;
    stage.house.offer(&stage.present(&drawn[0]).await, None, &[offered.base], NOW).await.unwrap();
    for login in &drawn[1..] {
        expected_parts.entry(logins.iter().find(|own| *own == login).unwrap()).or_default().insert(offered.base);
    }
    for login in ["s1", "s2", "s3", "s4", "s5", "s6"] {
        expected_parts.entry(login).or_default().insert(offered.triage);
    }

    let loot = loot(&stage).await;
    assert_eq!((loot.headers.len(), loot.halves.len()), (40 + 4 * 4, 40 + 6));
    let (mut cells, mut opened) = (0, 0);
    for login in &logins {
        let (cases, parts) = opens(&loot, &everybody[login].1.holder(), &loot.halves);
        let wanted = expected_cases.get(login.as_str()).cloned().unwrap_or_default();
        cells += 20;
        opened += cases.len();
        assert_eq!(cases, wanted, "{login}");
        assert_eq!(parts, expected_parts.get(login.as_str()).cloned().unwrap_or_default(), "{login}");
        // Without the gate's file: only what waits and was given to them, or needs one alone.
        let (_, parts) = opens(&loot, &everybody[login].1.holder(), &[]);
        let waits: BTreeSet<PartId> = stage.house.sealed(NOW).await.unwrap().into_iter().map(|row| row.part).collect();
        assert!(parts.is_subset(&waits), "{login}: nothing that was opened here opens again without the halves");
        let of_those: BTreeSet<PartId> = expected_parts.get(login.as_str()).into_iter().flatten().filter(|part| waits.contains(part)).copied().collect();
        assert_eq!(parts, of_those, "{login}");
    }
    println!("{cells} cells, {opened} of them open");
    assert_eq!(cells, 400);
    // With no key at all, the files open nothing.
    let nobody = MemoryHolder::new(vec![SecretKey::random(&mut *stage.rng())], stage.keys["op"].1.signing());
    assert_eq!(opens(&loot, &nobody, &loot.halves), (BTreeSet::new(), BTreeSet::new()));
}
