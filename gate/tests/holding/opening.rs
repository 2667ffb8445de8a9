//! Opening together: who comes to read what arrived, who does not, and what becomes of parts that are not as they should be.

use kniha_core::id::CaseId;
use kniha_gate::{GateError, OpenFailure, Why};
use kniha_seal::age::{Header, Stanza};
use kniha_seal::holder::{KeyHolder, ReadReceipt};
use kniha_seal::part::{Compartment, Envelope, PartId};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, QuorumNo, TEAM, TRIAGE};
use kniha_seal::secret::Secret;
use kniha_seal::share::Share;
use kniha_seal::wrap::Offer;

use crate::stage::*;

#[tokio::test]
async fn two_open_without_meeting_and_nobody_else_reads() {
    let stage = Stage::new().await;
    let sent = stage.sent("team", "Бачыў, як білі.").await;
    let drawn = stage.drawn(sent.base, TEAM).await;
    let others: Vec<&str> = ["s1", "s2", "s3", "s4", "s5", "s6"].into_iter().filter(|login| !drawn.contains(&(*login).to_owned())).collect();
    assert_eq!((drawn.len(), others.len()), (3, 3));
    let [first, second, third, stranger] = stage.presents([drawn[0].as_str(), &drawn[1], &drawn[2], others[0]]).await;

    let stopped = stage.house.offer(&stranger, None, &[sent.base], NOW).await.unwrap_err();
    assert!(matches!(stopped, GateError::Open(OpenFailure::NotDrawn)), "{stopped}");
    let tranche = stage.house.offer(&first, None, &[sent.base], NOW).await.unwrap();
    let waits = |all: Vec<kniha_gate::Tranche>| all.into_iter().map(|t| (t.by, t.parts, t.mine)).collect::<Vec<_>>();
    assert_eq!(waits(stage.house.tranches(first.id(), NOW).await.unwrap()), [(first.id(), vec![sent.base], vec![])]);
    assert_eq!(waits(stage.house.tranches(second.id(), NOW).await.unwrap()), [(first.id(), vec![sent.base], vec![sent.base])]);
    assert_eq!(waits(stage.house.tranches(stranger.id(), NOW).await.unwrap()), []);
    let row = stage.house.sealed(NOW).await.unwrap().into_iter().find(|row| row.part == sent.base).unwrap();
    assert_eq!(row.offered_by, [first.id()]);
    // Neither who gave nor whom nobody gave anything opens it.
    assert_eq!(stage.house.agree_tranche(&first, tranche, NOW).await.unwrap().len(), 0);
    assert!(matches!(stage.house.agree_tranche(&stranger, tranche, NOW).await, Err(GateError::NoPart)));
    assert_eq!(stage.house.held(sent.base).await.unwrap(), None);

    // Three days and one microsecond less.
    let at = later(72 * HOUR - 1);
    let ends = stage.house.agree_tranche(&second, tranche, at).await.unwrap();
    let opened = end(&ends, sent.base).unwrap();
    assert_eq!((account_of(&opened.content).as_str(), opened.cover.compartment, opened.case), ("Бачыў, як білі.", Compartment::Base, None));
    for (login, reads) in [(&drawn[0], true), (&drawn[1], true), (&drawn[2], false), (&others[0].to_owned(), false), (&"aud".to_owned(), false)] {
        assert_eq!(stage.reads(login, sent.base).await.is_some(), reads, "{login}");
    }
    assert_eq!(stage.house.held(sent.base).await.unwrap().unwrap().people.len(), 2);
    assert!(stage.house.sealed(NOW).await.unwrap().iter().all(|row| row.part != sent.base), "it does not wait any more");
    assert!(matches!(stage.house.agree_tranche(&third, tranche, at).await, Err(GateError::NoPart)));
    let again = stage.house.offer(&third, None, &[sent.base], at).await.unwrap_err();
    assert!(matches!(again, GateError::Open(OpenFailure::Already)), "{again}");
    // Each step stands in the log before anything came of it.
    let log: Vec<_> = stage.log().await.into_iter().map(|said| (said.who, said.why, said.part)).collect();
    let expected = [(first.id(), Why::Offer), (second.id(), Why::Open), (first.id(), Why::Read), (second.id(), Why::Read)];
    assert_eq!(log, expected.map(|(who, why)| (who, why, sent.base)));
}

#[tokio::test]
async fn through_the_lawyers_door_lawyers_open_and_screeners_do_not() {
    let stage = Stage::new().await;
    let (sent, file, beside, content) = stage.sent_with_file("lawyers", 150_000).await;
    for part in [sent.base, file, beside, sent.own] {
        let stopped = stage.house.offer(&stage.present("s1").await, None, &[part], NOW).await.unwrap_err();
        assert!(matches!(stopped, GateError::Open(OpenFailure::NotDrawn)), "{stopped}");
        stage.open_together(part, LAWYERS, None).await;
    }
    let reader = stage.house.held(file).await.unwrap().unwrap().people[0];
    let reader = stage.present(stage.login(reader)).await;
    let mut stream = stage.house.stream(&reader, file, Why::Examine, NOW).await.unwrap();
    let mut came = Vec::new();
    while let Some(piece) = stream.next().await.unwrap() {
        came.extend_from_slice(&piece);
    }
    assert!(came == content && stream.content_len() == 0, "{} bytes", came.len());
    let named = stage.house.read(&reader, beside, Why::Read, NOW).await.unwrap().cover.files[0].clone();
    let opened = stage.house.read(&reader, file, Why::Read, NOW).await.unwrap();
    assert_eq!((named.part, named.content_sha256, named.payload_sha256), (file, opened.content_sha256, opened.payload_sha256));
    assert!(opened.content.as_slice() == content);
    // What is told of people goes to custodians alone, whichever door.
    let stopped = stage.house.offer(&reader, None, &[sent.contacts], NOW).await.unwrap_err();
    assert!(matches!(stopped, GateError::Open(OpenFailure::NotDrawn)), "{stopped}");
}

#[tokio::test]
async fn a_deposit_waits_for_its_words_and_nobody_here_opens_it() {
    let stage = Stage::new().await;
    let sent = stage.sent("deposit", "Пакуль не чытайце.").await;
    for login in ["s1", "l1", "c1"] {
        let who = stage.present(login).await;
        assert!(stage.house.offer(&who, None, &[sent.base], NOW).await.is_err());
        let ends = stage.house.look(&who, &[sent.triage], NOW).await.unwrap();
        assert_eq!(end(&ends, sent.triage).err(), Some(OpenFailure::NotDrawn));
    }
    assert!(stage.house.sealed(NOW).await.unwrap().iter().all(|row| row.drawn.is_empty()));
    assert!(stage.log().await.is_empty());
}

#[tokio::test]
async fn where_three_are_needed_shares_are_given_on() {
    let stage = Stage::new().await;
    let sent = stage.sent("team", "Пра сястру.").await;
    let people = stage.open_together(sent.contacts, CUSTODIANS, None).await;
    assert_eq!(people.len(), 3);
    let mut held = stage.house.held(sent.contacts).await.unwrap().unwrap();
    held.people.sort();
    let mut ids: Vec<_> = people.iter().map(kniha_gate::Present::id).collect();
    ids.sort();
    assert_eq!((held.people, held.compartment), (ids, Compartment::Contacts));
    for login in ["c1", "c2", "c3", "c4", "c5", "s1"] {
        let may = people.iter().any(|who| who.id() == stage.id(login));
        assert_eq!(stage.reads(login, sent.contacts).await.is_some(), may, "{login}");
    }
}

#[tokio::test]
async fn a_triage_card_is_looked_at_by_any_screener_and_waits_until_it_is_recorded() {
    let stage = Stage::new().await;
    let sent = stage.sent("lawyers", "Кароткае.").await;
    for login in ["s2", "s5"] {
        let who = stage.present(login).await;
        let ends = stage.house.look(&who, &[sent.triage, sent.base, PartId::from_random([9; 16])], NOW).await.unwrap();
        let card = kniha_core::telling::Answers::decode(&end(&ends, sent.triage).unwrap().content).unwrap();
        assert_eq!((card.get("triage", "length"), card.get("triage", "contact")), (Some("short"), Some("yes")));
        assert_eq!(end(&ends, sent.base).err(), Some(OpenFailure::NotDrawn), "a look opens no account");
        assert_eq!(end(&ends, PartId::from_random([9; 16])).err(), Some(OpenFailure::Missing));
    }
    let teams = stage.sent("team", "Сваім.").await;
    let drawn = stage.present(&stage.drawn(teams.base, TEAM).await[0]).await;
    let ends = stage.house.look(&drawn, &[teams.base], NOW).await.unwrap();
    assert_eq!(end(&ends, teams.base).err(), Some(OpenFailure::NotDrawn), "not even for whom it was drawn");
    let lawyer = stage.present("l1").await;
    assert_eq!(end(&stage.house.look(&lawyer, &[sent.triage], NOW).await.unwrap(), sent.triage).err(), Some(OpenFailure::NotDrawn));
    assert!(stage.house.sealed(NOW).await.unwrap().iter().any(|row| row.part == sent.triage));
    stage.house.set_aside(&[sent.triage], Compartment::Triage, NOW).await.unwrap();
    let ends = stage.house.look(&stage.present("s1").await, &[sent.triage], NOW).await.unwrap();
    assert_eq!(end(&ends, sent.triage).err(), Some(OpenFailure::Already));
    assert_eq!(stage.log().await.len(), 2);
}

/// Puts another share in place of the one that was given to somebody.
async fn replace_offer(stage: &Stage, part: PartId, to: &str, value: [u8; 16]) -> u8 {
    let mut c = stage.connection(kniha_gate::HOUSE).await;
    let id = stage.id(to);
    let sql = "SELECT blob FROM offer WHERE part = $1 AND member = $2";
    let blob: Vec<u8> = sqlx::query_scalar(sql).bind(&part.bytes()[..]).bind(&id.bytes()[..]).fetch_one(&mut c).await.unwrap();
    let offer = Offer::decode(&blob).unwrap();
    let share = Share { slot: offer.slot(), value: Secret::take(&mut value.clone()) };
    let forged = Offer::seal(&stage.keys[to].1.public().opening, part, offer.quorum(), &share, offer.until_us(), &mut *stage.rng()).unwrap();
    let sql = "UPDATE offer SET blob = $1 WHERE part = $2 AND member = $3";
    sqlx::query(sql).bind(forged.encode()).bind(&part.bytes()[..]).bind(&id.bytes()[..]).execute(&mut c).await.unwrap();
    offer.slot()
}

#[tokio::test]
async fn a_false_share_names_who_gave_it_and_opens_nothing() {
    let stage = Stage::new().await;
    let false_one = stage.sent("team", "Першы.").await;
    let drawn = stage.drawn(false_one.base, TEAM).await;
    let [first, second] = stage.presents([drawn[0].as_str(), &drawn[1]]).await;
    let tranche = stage.house.offer(&first, None, &[false_one.base], NOW).await.unwrap();
    let slot = replace_offer(&stage, false_one.base, &drawn[1], [3; 16]).await;
    let ends = stage.house.agree_tranche(&second, tranche, NOW).await.unwrap();
    assert_eq!(end(&ends, false_one.base).err(), Some(OpenFailure::FalseShare { slot, by: Some(first.id()) }));
    assert!(stage.house.held(false_one.base).await.unwrap().is_none() && stage.reads(&drawn[1], false_one.base).await.is_none());
    // Once they are shut out, what they gave is gone and the others open it.
    stage.house.freeze(first.id(), NOW).await.unwrap();
    let tranche = stage.house.offer(&second, None, &[false_one.base], NOW).await.unwrap();
    let ends = stage.house.agree_tranche(&stage.present(&drawn[2]).await, tranche, NOW).await.unwrap();
    assert_eq!(account_of(&end(&ends, false_one.base).unwrap().content), "Першы.");
}

/// A part whose header holds, for one slot, a share that is not the one its check names: only who sealed it can have done that.
async fn with_a_false_check(stage: &Stage, no: QuorumNo) -> (PartId, String, u8) {
    let (mut sealed, payload) = stage.alone(no, Compartment::Base, b"\x83\x01\x01\x80");
    let envelope = Envelope::parse(&sealed.header).unwrap();
    let receipt = ReadReceipt::of_entry(sealed.part, kniha_core::commit::Hash([0; 32]));
    let shares: Vec<_> = stage.keys.values().filter_map(|(_, key)| key.holder().share(&envelope, no, &receipt).ok()).collect();
    let key = envelope.open(no, &shares).unwrap();
    let (header, _) = Header::parse(&sealed.header).unwrap();
    let mut stanzas: Vec<Stanza> = header.stanzas().to_vec();
    stanzas.last_mut().unwrap().body[0] ^= 1;
    sealed.header = Header::new(stanzas, &key).write();
    let victim = envelope.locked()[0].shares[0].clone();
    let login = stage.keys.iter().find(|(_, (_, key))| key.public().id() == victim.key_id).unwrap().0.clone();
    let part = sealed.part;
    stage.put(vec![(sealed, payload)]).await;
    stage.house.index().await.unwrap();
    (part, login, victim.slot)
}

#[tokio::test]
async fn a_share_that_was_sealed_false_is_told_as_such_and_hinders_no_other_part() {
    let stage = Stage::new().await;
    let (part, victim, slot) = with_a_false_check(&stage, LAWYERS).await;
    let good = stage.sent("lawyers", "Добры.").await;
    let [first] = stage.presents([victim.as_str()]).await;
    let alone = stage.house.offer(&first, None, &[part], NOW).await.unwrap_err();
    assert!(matches!(alone, GateError::Open(OpenFailure::FalseShare { slot: of, by: None }) if of == slot), "{alone:?}");
    let tranche = stage.house.offer(&first, None, &[part, good.base], NOW).await.unwrap();
    let second = stage.drawn(good.base, LAWYERS).await.into_iter().find(|login| *login != victim).unwrap();
    let ends = stage.house.agree_tranche(&stage.present(&second).await, tranche, NOW).await.unwrap();
    assert_eq!(account_of(&end(&ends, good.base).unwrap().content), "Добры.");
}

#[tokio::test]
async fn an_offer_ends_after_72_hours_and_its_shares_are_gone() {
    let stage = Stage::new().await;
    let sent = stage.sent("team", "Позна.").await;
    let drawn = stage.drawn(sent.base, TEAM).await;
    let [first, second] = stage.presents([drawn[0].as_str(), &drawn[1]]).await;
    let tranche = stage.house.offer(&first, None, &[sent.base], NOW).await.unwrap();
    let end = later(72 * HOUR);
    assert!(matches!(stage.house.agree_tranche(&second, tranche, end).await, Err(GateError::NoPart)));
    assert!(stage.house.sealed(end).await.unwrap().iter().all(|row| row.offered_by.is_empty()));
    assert_eq!(stage.number(kniha_gate::HOUSE, "SELECT COUNT(*) FROM offer").await, 2);
    stage.house.sweep(later(72 * HOUR - 1)).await.unwrap();
    assert_eq!(stage.number(kniha_gate::HOUSE, "SELECT COUNT(*) FROM offer").await, 2);
    stage.house.sweep(end).await.unwrap();
    assert_eq!(stage.number(kniha_gate::HOUSE, "SELECT COUNT(*) FROM offer").await + stage.number(kniha_gate::HOUSE, "SELECT COUNT(*) FROM tranche").await, 0);
    // A row whose end was moved is bound inside: the share is not used.
    let tranche = stage.house.offer(&first, None, &[sent.base], NOW).await.unwrap();
    stage.sql(kniha_gate::HOUSE, "UPDATE tranche SET until_us = until_us * 2").await;
    let ends = stage.house.agree_tranche(&second, tranche, end).await.unwrap();
    assert_eq!(crate::stage::end(&ends, sent.base).err(), Some(OpenFailure::TooFew { given: 1, needed: 2 }));
}

/// Changes one byte of what lies in the spool.
pub(crate) async fn flip(stage: &Stage, part: PartId, column: &str, at: i64) {
    let mut c = stage.connection("spool.db").await;
    let sql = sqlx::AssertSqlSafe(format!("SELECT {column} FROM part WHERE part_id = $1"));
    let mut bytes: Vec<u8> = sqlx::query_scalar(sql).bind(&part.bytes()[..]).fetch_one(&mut c).await.unwrap();
    let at = usize::try_from(at.rem_euclid(i64::try_from(bytes.len()).unwrap())).unwrap();
    bytes[at] ^= 1;
    let sql = sqlx::AssertSqlSafe(format!("UPDATE part SET {column} = $1 WHERE part_id = $2"));
    sqlx::query(sql).bind(bytes).bind(&part.bytes()[..]).execute(&mut c).await.unwrap();
}

#[tokio::test]
async fn a_damaged_part_opens_for_nobody_and_the_others_of_its_tranche_do() {
    let stage = Stage::new().await;
    // Through the lawyers' door there are three, and all of them are drawn.
    let (bad_payload, bad_end, bad_mac, good) =
        (stage.sent("lawyers", "1").await, stage.sent("lawyers", "2").await, stage.sent("lawyers", "3").await, stage.sent("lawyers", "4").await);
    let parts = [bad_payload.base, bad_end.base, bad_mac.base, good.base];
    flip(&stage, bad_payload.base, "payload", 700).await;
    flip(&stage, bad_end.base, "payload", -1).await;
    // The last characters are those of the MAC.
    flip(&stage, bad_mac.base, "header", -10).await;
    let [first, second] = stage.presents(["l1", "l2"]).await;
    let tranche = stage.house.offer(&first, None, &parts, NOW).await.unwrap();
    let ends = stage.house.agree_tranche(&second, tranche, NOW).await.unwrap();
    assert_eq!(ends.len(), 4);
    for bad in &parts[..3] {
        assert_eq!(end(&ends, *bad).err(), Some(OpenFailure::Damaged));
        assert!(stage.house.held(*bad).await.unwrap().is_none());
    }
    assert_eq!(account_of(&end(&ends, good.base).unwrap().content), "4");
    // What was opened and is damaged later is told as such.
    flip(&stage, good.base, "payload", 700).await;
    let told = stage.house.read(&first, good.base, Why::Read, NOW).await.unwrap_err();
    assert!(matches!(told, GateError::Open(OpenFailure::Damaged)), "{told}");
    stage.sql("spool.db", "DELETE FROM part").await;
    let told = stage.house.read(&first, good.base, Why::Read, NOW).await.unwrap_err();
    assert!(matches!(told, GateError::Open(OpenFailure::Missing)), "{told}");
}

#[tokio::test]
async fn what_was_sealed_to_another_book_or_says_it_is_another_thing_is_not_opened() {
    let mut stage = Stage::new().await;
    let as_account = stage.alone(TRIAGE, Compartment::Base, b"no card");
    let as_card = stage.alone(LAWYERS, Compartment::Triage, b"no account");
    stage.list.book = [8; 32];
    let elsewhere = stage.alone(LAWYERS, Compartment::Base, b"elsewhere");
    let ids = [as_account.0.part, as_card.0.part, elsewhere.0.part];
    stage.put(vec![as_account, as_card, elsewhere]).await;
    assert_eq!(stage.house.index().await.unwrap(), 3);
    assert_eq!(stage.house.index().await.unwrap(), 0, "what is known is not found again");
    let [screener, first, second] = stage.presents(["s1", "l1", "l2"]).await;
    assert_eq!(end(&stage.house.look(&screener, &ids[..1], NOW).await.unwrap(), ids[0]).err(), Some(OpenFailure::Damaged));
    let tranche = stage.house.offer(&first, None, &ids[1..], NOW).await.unwrap();
    let ends = stage.house.agree_tranche(&second, tranche, NOW).await.unwrap();
    assert_eq!(end(&ends, ids[1]).err(), Some(OpenFailure::Damaged));
    assert_eq!(end(&ends, ids[2]).err(), Some(OpenFailure::OtherBook));
}

#[tokio::test]
async fn into_a_case_goes_only_what_a_member_of_it_offers() {
    let stage = Stage::new().await;
    let sent = stage.sent("team", "У справу.").await;
    let drawn = stage.drawn(sent.base, TEAM).await;
    let case = stage.case(1, &[&drawn[0]]).await;
    let second = stage.present(&drawn[1]).await;
    assert!(matches!(stage.house.offer(&second, Some(case), &[sent.base], NOW).await, Err(GateError::NotInCase)));
    assert!(matches!(stage.house.offer(&second, Some(CaseId::from_random([9; 16])), &[sent.base], NOW).await, Err(GateError::NotInCase)));
    stage.open_together(sent.base, TEAM, Some((&drawn[0], case))).await;
    assert!(stage.reads(&drawn[0], sent.base).await.is_some());
    assert!(stage.reads(&drawn[1], sent.base).await.is_none(), "who agreed and is not in the case reads it no more");
    let read = stage.house.read(&stage.present(&drawn[0]).await, sent.base, Why::Read, NOW).await.unwrap();
    assert_eq!(read.case, Some(case));
    assert_eq!(stage.log().await.last().unwrap().case, Some(case));
}

#[tokio::test]
async fn at_most_fifty_parts_are_offered_and_five_hundred_looked_at_at_once() {
    let stage = Stage::new().await;
    let who = stage.present("s1").await;
    let parts = |n: u16| (0..n).map(|i| PartId::from_random([i.to_be_bytes(), [0; 2]].concat().repeat(4).try_into().unwrap())).collect::<Vec<_>>();
    assert!(matches!(stage.house.offer(&who, None, &parts(51), NOW).await, Err(GateError::TooMany { most: 50 })));
    assert!(matches!(stage.house.offer(&who, None, &parts(50), NOW).await, Err(GateError::Open(OpenFailure::Missing))));
    assert!(matches!(stage.house.look(&who, &parts(501), NOW).await, Err(GateError::TooMany { most: 500 })));
    assert_eq!(stage.house.look(&who, &parts(500), NOW).await.unwrap().len(), 500);
}
