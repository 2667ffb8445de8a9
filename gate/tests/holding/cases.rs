//! Keys of cases and of parts: what a grant gives, what is taken away, what expires, what is destroyed, and that nothing is lost on the way.

use std::collections::BTreeSet;

use kniha_core::id::CaseId;
use kniha_gate::{AccountState, ActKind, GATE, GateError, HOUSE, House, Why};
use kniha_seal::part::{Compartment, PartId};
use kniha_seal::quorum::{LAWYERS, TEAM};
use kniha_seal::secret::Secret;

use crate::stage::*;

/// Something kept in a case.
async fn kept(stage: &Stage, by: &str, case: CaseId, text: &str) -> PartId {
    stage.house.keep(&stage.present(by).await, case, Compartment::Base, "be", text.as_bytes(), NOW).await.unwrap()
}

/// Every wrap has its half and every half its wrap.
async fn halves_fit(stage: &Stage) {
    let halves = stage.number(GATE, "SELECT COUNT(*) FROM half").await;
    assert_eq!(halves, stage.number(HOUSE, "SELECT COUNT(*) FROM part_wrap").await);
    assert_eq!(stage.number(HOUSE, "SELECT COUNT(*) FROM dropping").await, 0);
}

#[tokio::test]
async fn given_to_a_case_a_part_is_read_through_it_alone() {
    let stage = Stage::new().await;
    let sent = stage.sent("team", "Для справы.").await;
    let people = stage.open_together(sent.base, TEAM, None).await;
    let case = stage.case(1, &["l1"]).await;
    let lawyer = stage.present("l1").await;
    assert!(matches!(stage.house.assign(&lawyer, &[sent.base], case, NOW).await, Err(GateError::NoPart)), "who cannot read cannot give");
    assert!(matches!(stage.house.assign(&people[0], &[sent.base], CaseId::from_random([9; 16]), NOW).await, Err(GateError::NotInCase)));
    std::fs::copy(stage.folder.join(HOUSE), stage.folder.join("before.db")).unwrap();
    stage.house.assign(&people[0], &[sent.base], case, NOW).await.unwrap();
    let held = stage.house.held(sent.base).await.unwrap().unwrap();
    assert_eq!((held.cases, held.people), (vec![case], vec![]));
    assert_eq!(stage.house.parts_of_case(case).await.unwrap(), [sent.base]);
    for who in &people {
        assert!(stage.house.parts_of(who.id()).await.unwrap().is_empty());
        assert!(matches!(stage.house.read(who, sent.base, Why::Read, NOW).await, Err(GateError::NoPart)));
    }
    assert_eq!(account_of(&stage.reads("l1", sent.base).await.unwrap()), "Для справы.");
    halves_fit(&stage).await;
    // On to another case.
    let other = stage.case(2, &["l2"]).await;
    stage.house.assign(&lawyer, &[sent.base], other, NOW).await.unwrap();
    assert!(stage.reads("l1", sent.base).await.is_none() && stage.reads("l2", sent.base).await.is_some());
    halves_fit(&stage).await;
}

/// Whoever puts an older state of the accounts back has the wraps again that were destroyed, and not their halves.
#[tokio::test]
async fn wraps_that_come_back_with_an_older_file_open_nothing() {
    let stage = Stage::new().await;
    let sent = stage.sent("team", "Даўняе.").await;
    let people = stage.open_together(sent.base, TEAM, None).await;
    let case = stage.case(1, &["l1"]).await;
    let older = stage.folder.join("older.db");
    stage.house.copy(older.to_str().unwrap(), stage.folder.join("older-gate.db").to_str().unwrap()).await.unwrap();
    stage.house.assign(&people[0], &[sent.base], case, NOW).await.unwrap();
    stage.house.close().await;
    for tail in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(stage.folder.join(format!("{HOUSE}{tail}")));
    }
    std::fs::copy(older, stage.folder.join(HOUSE)).unwrap();
    let house = House::open(&stage.folder, stage.house.spool().clone()).await.unwrap();
    assert_eq!(house.held(sent.base).await.unwrap().unwrap().people.len(), 2, "the control: the wraps are back");
    for who in &people {
        assert!(matches!(house.read(who, sent.base, Why::Read, NOW).await, Err(GateError::Gone)));
    }
}

#[tokio::test]
async fn a_half_that_could_not_be_destroyed_at_once_is_destroyed_later() {
    let stage = Stage::new().await;
    let sent = stage.sent("team", "Раз.").await;
    let people = stage.open_together(sent.base, TEAM, None).await;
    let case = stage.case(1, &["l1"]).await;
    stage.sql(GATE, "CREATE TRIGGER no BEFORE DELETE ON half BEGIN SELECT RAISE(ABORT, 'no'); END").await;
    assert!(stage.house.assign(&people[0], &[sent.base], case, NOW).await.is_err());
    assert!(stage.reads("l1", sent.base).await.is_some(), "it is given all the same");
    assert_eq!(stage.number(GATE, "SELECT COUNT(*) FROM half").await, 3);
    stage.sql(GATE, "DROP TRIGGER no").await;
    stage.house.sweep(NOW).await.unwrap();
    halves_fit(&stage).await;
}

#[tokio::test]
async fn a_grant_gives_what_comes_and_exactly_the_listed_older_parts() {
    let stage = Stage::new().await;
    let (case, other) = (stage.case(1, &["s1", "l1"]).await, stage.case(2, &["s1"]).await);
    let (listed, unlisted, elsewhere) = (kept(&stage, "s1", case, "1").await, kept(&stage, "s1", case, "2").await, kept(&stage, "s1", other, "3").await);
    let granted = |older: Vec<PartId>| ActKind::Grant { who: stage.id("s2"), case, until: None, older };
    let act = stage.agreed("s1", "l1", granted(vec![listed])).await;
    let [s1, l1, stranger] = stage.presents(["s1", "l1", "l2"]).await;
    assert!(matches!(stage.house.case_grant(&act, &stranger, NOW).await, Err(GateError::NotInCase)), "whoever has the case carries it out");
    stage.house.case_grant(&act, &s1, NOW).await.unwrap();
    let after = kept(&stage, "l1", case, "4").await;
    for (part, reads) in [(listed, true), (unlisted, false), (elsewhere, false), (after, true)] {
        assert_eq!(stage.reads("s2", part).await.is_some(), reads);
        assert_eq!(stage.reads("l1", part).await.is_some(), part != elsewhere);
    }
    assert_eq!(stage.house.cases_of(stage.id("s2"), NOW).await.unwrap(), [case]);
    assert_eq!(stage.house.members_of(case, NOW).await.unwrap().len(), 3);
    halves_fit(&stage).await;
    // A part of another case that the granter could read is not given with it.
    let act = stage.agreed("s1", "l1", granted(vec![elsewhere])).await;
    assert!(matches!(stage.house.case_grant(&act, &s1, NOW).await, Err(GateError::NoPart)));
    // Whoever does not work with content is given no case, and nobody who is shut out.
    for who in ["aud", "op", "c1"] {
        let act = stage.agreed("s1", "l1", ActKind::Grant { who: stage.id(who), case, until: None, older: vec![] }).await;
        assert!(matches!(stage.house.case_grant(&act, &l1, NOW).await, Err(GateError::NoMember)), "{who}");
    }
    let act = stage.agreed("s1", "l1", ActKind::Grant { who: stage.id("s3"), case, until: None, older: vec![] }).await;
    stage.house.freeze(stage.id("s3"), NOW).await.unwrap();
    assert!(matches!(stage.house.case_grant(&act, &l1, NOW).await, Err(GateError::NoMember)));
}

#[tokio::test]
async fn a_case_begins_once_and_with_those_who_work_here() {
    let stage = Stage::new().await;
    let [s1, aud] = stage.presents(["s1", "aud"]).await;
    let case = CaseId::from_random([1; 16]);
    assert!(matches!(stage.house.case_begin(&aud, case, NOW).await, Err(GateError::NoMember)));
    stage.house.case_begin(&s1, case, NOW).await.unwrap();
    assert!(matches!(stage.house.case_begin(&s1, case, NOW).await, Err(GateError::Taken)));
    assert_eq!(stage.house.members_of(case, NOW).await.unwrap(), [s1.id()]);
    stage.house.freeze(s1.id(), NOW).await.unwrap();
    assert!(matches!(stage.house.case_begin(&s1, CaseId::from_random([2; 16]), NOW).await, Err(GateError::NoMember)), "who is shut out begins none");
}

#[tokio::test]
async fn whose_case_was_taken_away_reads_nothing_of_it_later_or_earlier() {
    let stage = Stage::new().await;
    let case = stage.case(1, &["s1", "s2"]).await;
    let before = kept(&stage, "s2", case, "1").await;
    assert!(matches!(stage.house.case_revoke(case, stage.id("s3"), NOW).await, Err(GateError::NotInCase)), "it was never theirs");
    stage.house.case_revoke(case, stage.id("s2"), NOW).await.unwrap();
    let after = kept(&stage, "s1", case, "2").await;
    for part in [before, after] {
        assert!(stage.reads("s1", part).await.is_some() && stage.reads("s2", part).await.is_none());
    }
    assert!(stage.house.cases_of(stage.id("s2"), NOW).await.unwrap().is_empty());
    assert!(matches!(stage.house.keep(&stage.present("s2").await, case, Compartment::Base, "be", b"x", NOW).await, Err(GateError::NotInCase)));
    // A new epoch: what opened the one before does not open it.
    assert_eq!(stage.number(HOUSE, "SELECT MAX(epoch) FROM part_wrap").await, 2);
    assert!(matches!(stage.house.case_revoke(case, stage.id("s1"), NOW).await, Err(GateError::NotInCase)), "nobody would be left");
}

#[tokio::test]
async fn a_case_is_not_taken_from_whoever_alone_can_read_a_part_of_it() {
    let stage = Stage::new().await;
    let case = stage.case(1, &["s1"]).await;
    let part = kept(&stage, "s1", case, "1").await;
    let act = stage.agreed("s1", "l1", ActKind::Grant { who: stage.id("s2"), case, until: None, older: vec![] }).await;
    stage.house.case_grant(&act, &stage.present("s1").await, NOW).await.unwrap();
    assert!(matches!(stage.house.case_revoke(case, stage.id("s1"), NOW).await, Err(GateError::Only)));
    assert!(stage.reads("s1", part).await.is_some());
    let act = stage.agreed("s1", "l1", ActKind::Grant { who: stage.id("s2"), case, until: None, older: vec![part] }).await;
    stage.house.case_grant(&act, &stage.present("s1").await, NOW).await.unwrap();
    stage.house.case_revoke(case, stage.id("s1"), NOW).await.unwrap();
    assert!(stage.reads("s1", part).await.is_none() && stage.reads("s2", part).await.is_some());
}

#[tokio::test]
async fn a_case_that_was_given_for_a_while_ends_with_it() {
    let stage = Stage::new().await;
    let case = stage.case(1, &["s1"]).await;
    let older = kept(&stage, "s1", case, "1").await;
    let until = later(DAY);
    let act = stage.agreed("s1", "l1", ActKind::Grant { who: stage.id("s2"), case, until: Some(until), older: vec![older] }).await;
    stage.house.case_grant(&act, &stage.present("s1").await, NOW).await.unwrap();
    let part = kept(&stage, "s1", case, "2").await;
    for part in [older, part] {
        assert!(stage.reads_at("s2", part, later(DAY - 1)).await.is_some());
        assert!(stage.reads_at("s2", part, until).await.is_none());
    }
    let who = stage.id("s2");
    assert_eq!(stage.house.cases_of(who, later(DAY - 1)).await.unwrap(), [case]);
    assert!(stage.house.cases_of(who, until).await.unwrap().is_empty());
    assert_eq!(stage.house.members_of(case, until).await.unwrap(), [stage.id("s1")]);
    stage.house.sweep(later(DAY - 1)).await.unwrap();
    assert_eq!(stage.number(HOUSE, "SELECT COUNT(*) FROM case_wrap WHERE until_us IS NOT NULL").await, 1);
    stage.house.sweep(until).await.unwrap();
    assert_eq!(stage.number(HOUSE, "SELECT COUNT(*) FROM case_wrap WHERE until_us IS NOT NULL").await, 0);
    // The key that they had is not used any more.
    assert_eq!(stage.number(HOUSE, "SELECT MAX(epoch) FROM case_key").await, 3);
    stage.house.sweep(until).await.unwrap();
    assert_eq!(stage.number(HOUSE, "SELECT MAX(epoch) FROM case_key").await, 3, "once");
}

#[tokio::test]
async fn whoever_is_shut_out_opens_nothing_and_nothing_is_lost_by_it() {
    let stage = Stage::new().await;
    let case = stage.case(1, &["s1", "s2"]).await;
    let alone = stage.case(2, &["s1"]).await;
    let (shared, only) = (kept(&stage, "s1", case, "1").await, kept(&stage, "s1", alone, "2").await);
    let sent = stage.sent("lawyers", "3").await;
    let opened = stage.sent("lawyers", "4").await;
    stage.open_together(opened.base, LAWYERS, None).await;
    let [s1, l1, l2, l3] = stage.presents(["s1", "l1", "l2", "l3"]).await;
    let tranche = stage.house.offer(&l1, None, &[sent.base], NOW).await.unwrap();
    let act = stage.house.propose(&l1, ActKind::Export, "Выдаць.", NOW).await.unwrap();
    let agreed = stage.agreed("l1", "l2", ActKind::Policy { digest: [1; 32] }).await;
    stage.house.freeze(s1.id(), NOW).await.unwrap();
    stage.house.freeze(l1.id(), NOW).await.unwrap();
    assert!(!stage.house.is_active(s1.id()).await.unwrap());

    let refused = |result: Result<(), GateError>| assert!(result.is_err());
    for who in [&s1, &l1] {
        refused(stage.house.look(who, &[sent.triage], NOW).await.map(drop));
        refused(stage.house.offer(who, None, &[sent.base], NOW).await.map(drop));
        for part in [shared, only, opened.base] {
            refused(stage.house.read(who, part, Why::Read, NOW).await.map(drop));
            refused(stage.house.stream(who, part, Why::Read, NOW).await.map(drop));
            refused(stage.house.assign(who, &[part], case, NOW).await);
        }
        refused(stage.house.keep(who, case, Compartment::Base, "be", b"x", NOW).await.map(drop));
        refused(stage.house.propose(who, ActKind::Export, "x", NOW).await.map(drop));
        refused(stage.house.agree(who, act, NOW).await.map(drop));
        refused(stage.house.refuse(who, act).await);
    }
    // What they gave and signed is gone.
    refused(stage.house.agree_tranche(&l2, tranche, NOW).await.map(drop));
    refused(stage.house.agree(&l3, act, NOW).await.map(drop));
    refused(stage.house.done(&agreed, NOW).await);
    // The others go on, under a key that the frozen one never had.
    assert!(stage.reads("s2", shared).await.is_some() && stage.reads("l2", opened.base).await.is_some());
    let next = kept(&stage, "s2", case, "5").await;
    assert_eq!(stage.number(HOUSE, "SELECT MAX(epoch) FROM part_wrap WHERE kind = 'case'").await, 2);
    assert_eq!(stage.house.held(opened.base).await.unwrap().unwrap().people, [l2.id()]);
    assert_eq!(stage.number(HOUSE, "SELECT COUNT(*) FROM case_wrap w JOIN account a ON a.id = w.member WHERE a.login = 's1'").await, 1);
    halves_fit(&stage).await;

    // Two let them in again: without the cases of others, and with what nobody else could ever read.
    let act = stage.agreed("s2", "l2", ActKind::Unfreeze { who: s1.id() }).await;
    stage.house.unfreeze(&act, Some(&Secret::take(&mut [5; 32])), NOW).await.unwrap();
    for (part, reads) in [(shared, false), (next, false), (only, true)] {
        assert_eq!(stage.reads("s1", part).await.is_some(), reads);
    }
}

/// One person can shut everybody out, and so must not be able to destroy anything by it.
#[tokio::test]
async fn with_everybody_shut_out_every_part_still_has_a_key() {
    let stage = Stage::new().await;
    let case = stage.case(1, &["s1", "s2", "l1"]).await;
    let part = kept(&stage, "s1", case, "1").await;
    let sent = stage.sent("team", "2").await;
    let people = stage.open_together(sent.base, TEAM, None).await;
    for (login, (id, _)) in &stage.keys {
        if login != "aud" {
            stage.house.freeze(*id, NOW).await.unwrap();
        }
    }
    let (wraps, own) = ("SELECT COUNT(*) FROM case_wrap", "SELECT COUNT(*) FROM part_wrap WHERE kind = 'person'");
    assert_eq!((stage.number(HOUSE, wraps).await, stage.number(HOUSE, own).await), (1, 1));
    stage.sql(HOUSE, "UPDATE account SET state = 'active'").await;
    let mut read = BTreeSet::new();
    for login in ["s1", "s2", "l1"].into_iter().chain(people.iter().map(|who| stage.login(who.id()))) {
        for part in [part, sent.base] {
            if stage.reads(login, part).await.is_some() {
                read.insert(part);
            }
        }
    }
    assert_eq!(read, BTreeSet::from([part, sent.base]));
}

#[tokio::test]
async fn what_is_made_here_is_sealed_to_its_case_whatever_its_length() {
    let stage = Stage::new().await;
    let case = stage.case(1, &["s1"]).await;
    let who = stage.present("s1").await;
    for (compartment, bytes) in [(Compartment::Identity, 0), (Compartment::Base, 1), (Compartment::Base, 70_000), (Compartment::File, 5_000_000)] {
        let content = vec![7; bytes];
        let part = stage.house.keep_from(&who, case, compartment, "ru", &mut content.as_slice(), NOW).await.unwrap();
        let mut stream = stage.house.stream(&who, part, Why::Read, NOW).await.unwrap();
        assert_eq!(stream.content_len(), bytes as u64);
        let mut came = Vec::new();
        while let Some(piece) = stream.next().await.unwrap() {
            came.extend_from_slice(&piece);
        }
        assert!(came == content);
        let read = stage.house.read(&who, part, Why::Read, NOW).await.unwrap();
        // Above 4 MiB it is streamed alone.
        assert_eq!(read.content.len(), if bytes > 4 << 20 { 0 } else { bytes });
        assert_eq!((read.content_len, read.cover.compartment, read.cover.lang.as_str(), read.case), (bytes as u64, compartment, "ru", Some(case)));
        assert_eq!(stage.house.held(part).await.unwrap().unwrap().compartment, compartment);
    }
    assert_eq!(stage.house.index().await.unwrap(), 0, "it never waits");
    assert!(stage.house.sealed(NOW).await.unwrap().is_empty());
    let stranger = stage.present("s2").await;
    assert!(matches!(stage.house.keep(&stranger, case, Compartment::Base, "be", b"x", NOW).await, Err(GateError::NotInCase)));
    halves_fit(&stage).await;
}

#[tokio::test]
async fn what_was_destroyed_is_gone_everywhere_and_stays_so() {
    let stage = Stage::new().await;
    let (sent, file, beside, _) = stage.sent_with_file("lawyers", 200_000).await;
    let offered = stage.sent("lawyers", "Ахвяраванае.").await;
    let case = stage.case(1, &["l1", "l2"]).await;
    stage.open_together(sent.base, LAWYERS, Some(("l1", case))).await;
    stage.open_together(file, LAWYERS, None).await;
    let [l1, l2] = stage.presents(["l1", "l2"]).await;
    let tranche = stage.house.offer(&l1, None, &[offered.base, beside], NOW).await.unwrap();
    // A copy of the spool, as a backup or a portal that was not emptied brings it back.
    let again: Vec<_> = [stage.sealed_again(sent.base).await, stage.sealed_again(offered.base).await].into_iter().collect();

    let parts = vec![sent.base, sent.own, file, offered.base];
    let act = stage.agreed("l1", "s1", ActKind::Erase { parts: parts.clone(), record: None }).await;
    let objects = || std::fs::read_dir(stage.folder.join("spool/objects")).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file()).count();
    assert_eq!(objects(), 1);
    stage.house.erase(&act, NOW).await.unwrap();
    assert_eq!(objects(), 0);
    for part in &parts {
        assert!(stage.house.held(*part).await.unwrap().is_none());
        assert!(stage.house.sealed(NOW).await.unwrap().iter().all(|row| row.part != *part));
        assert!(stage.house.spool().header(&kniha_inbox::PartKey(*part.bytes())).await.unwrap().is_none());
        assert!(matches!(stage.house.read(&l1, *part, Why::Read, NOW).await, Err(GateError::NoPart)));
    }
    let tombs: BTreeSet<PartId> = stage.house.tombstones().await.unwrap().into_iter().map(|(part, _)| part).collect();
    assert_eq!(tombs, parts.iter().copied().collect());
    assert_eq!(stage.number(GATE, "SELECT COUNT(*) FROM half").await, 0);
    halves_fit(&stage).await;
    let ends = stage.house.agree_tranche(&l2, tranche, NOW).await.unwrap();
    assert_eq!(ends.len(), 1, "the other part of the tranche opens");
    assert!(end(&ends, beside).is_ok());
    assert!(matches!(stage.house.erase(&act, NOW).await, Err(GateError::Act(kniha_gate::ActError::Closed))));

    stage.put(again).await;
    assert_eq!(stage.house.index().await.unwrap(), 0);
    for part in [sent.base, offered.base] {
        assert!(stage.house.spool().header(&kniha_inbox::PartKey(*part.bytes())).await.unwrap().is_none(), "destroyed again");
        assert!(stage.house.offer(&l1, None, &[part], NOW).await.is_err());
    }
}

/// As if it had been destroyed between the opening and the wrapping.
#[tokio::test]
async fn what_is_destroyed_while_it_is_opened_is_kept_for_nobody() {
    let stage = Stage::new().await;
    let sent = stage.sent("lawyers", "Позна.").await;
    let [l1, l2] = stage.presents(["l1", "l2"]).await;
    let tranche = stage.house.offer(&l1, None, &[sent.base], NOW).await.unwrap();
    let id = data_encoding::HEXLOWER.encode(sent.base.bytes());
    stage.sql(HOUSE, &format!("INSERT INTO tombstone (part, day, act) VALUES (x'{id}', 1, NULL)")).await;
    let _ = stage.house.agree_tranche(&l2, tranche, NOW).await.unwrap();
    assert!(stage.house.held(sent.base).await.unwrap().is_none());
    assert_eq!(stage.number(HOUSE, "SELECT COUNT(*) FROM part_wrap").await, 0);
}

#[tokio::test]
async fn a_member_who_asks_is_not_active_until_two_admit_this_very_key() {
    let stage = Stage::new().await;
    let (key, file) = closed(&mut stage.rng());
    let (other, other_file) = closed(&mut stage.rng());
    let house = &stage.house;
    assert!(house.ask_to_join("Novy", &other_file, &key.public(), NOW).await.is_err(), "another key's file");
    let id = house.ask_to_join(" Novy.1 ", &file, &key.public(), NOW).await.unwrap();
    assert!(matches!(house.ask_to_join("novy.1", &other_file, &other.public(), NOW).await, Err(GateError::Taken)));
    for bad in ["x", "імя з прабелам", "a/b", &"a".repeat(41)] {
        assert!(matches!(house.ask_to_join(bad, &other_file, &other.public(), NOW).await, Err(GateError::Login)), "{bad}");
    }
    let hats = kniha_core::access::Hats::parse("investigator").unwrap();
    let act = stage.agreed("s1", "op", ActKind::Admit { who: id, hats }).await;
    let key_of_book = Secret::take(&mut [5; 32]);
    assert!(house.admit(&act, None, NOW).await.is_err(), "a locked register");
    // Whoever can write the file puts their own key there meanwhile.
    let put = |public: String| format!("UPDATE account SET public = '{public}' WHERE login = 'novy.1'");
    stage.sql(HOUSE, &put(other.public().to_text())).await;
    assert!(matches!(house.admit(&act, Some(&key_of_book), NOW).await, Err(GateError::Act(kniha_gate::ActError::Signature))));
    stage.sql(HOUSE, &put(key.public().to_text())).await;
    house.admit(&act, Some(&key_of_book), NOW).await.unwrap();
    let account = house.account(id).await.unwrap().unwrap();
    assert_eq!((account.login.as_str(), account.state, account.hats, account.reads()), ("novy.1", AccountState::Active, Some(hats), true));
    assert!(house.admit(&act, Some(&key_of_book), NOW).await.is_err(), "once");
    let second = house.ask_to_join("novy.2", &other_file, &other.public(), NOW).await.unwrap();
    house.turn_away(second).await.unwrap();
    assert!(matches!(house.turn_away(second).await, Err(GateError::NoMember)));
    assert!(matches!(house.turn_away(id).await, Err(GateError::NoMember)), "who is admitted is not turned away");
    for n in 0..20 {
        house.ask_to_join(&format!("many{n}"), &other_file, &other.public(), NOW).await.unwrap();
    }
    assert!(matches!(house.ask_to_join("many20", &other_file, &other.public(), NOW).await, Err(GateError::Crowd { most: 20 })));
}
