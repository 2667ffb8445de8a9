//! Accounts without their words: cards, steps, cases, marks, letters, translations.

use std::time::Instant;

use kniha_core::id::{CaseId, MemberId};
use kniha_core::intake::{Doorway, Kind, Length, MarkKind, Refusal, State, Step, Way};
use kniha_core::vocab::NodeKind;
use kniha_store::{
    Card, IntakeHappened, IntakeId, IntakeOrder, IntakeQuery, LetterId, LetterKind, LetterState, MailboxKeys, MarkId, NewLetter, NewMark, NewTranslation,
    Piece, Reader, Sight, StoreError, TranslationId, alike, intake, intake_counts, intake_of_part, intake_overdue, intakes, labels, letters, letters_waiting,
    mailbox_keys, marks, of_one_source, reader, record, translations,
};

use crate::contracts;
use crate::support::*;

contracts!(
    a_card_is_kept_once_and_only_those_who_look_at_cards_see_it,
    an_account_in_a_case_is_seen_by_its_members_alone,
    a_member_removed_while_reading_writes_nothing_more,
    a_statement_is_called_by_a_random_label_and_by_nothing_else,
    steps_follow_the_one_table_and_are_all_kept,
    cards_stand_in_the_order_asked_for_and_filters_count_alike,
    cards_that_look_alike_are_grouped_by_day,
    marks_are_places_and_stand_until_taken_away,
    a_letter_to_somebody_who_serves_waits_for_another_member,
    the_newest_translation_of_a_segment_stands_and_another_member_checks_it,
    accounts_of_one_source_are_found_by_its_mailbox,
    accounts_go_out_with_an_export_and_come_back,
    ten_thousand_accounts_are_listed_at_once,
);

const OTHER: [u8; 16] = [3; 16];
const OTHER_CASE: [u8; 16] = [8; 16];
const DAY: i64 = 18_500;

fn id(n: u32) -> IntakeId {
    let mut bytes = [5; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    IntakeId::from_random(bytes)
}

fn part(n: u32, compartment: u8) -> [u8; 16] {
    let mut bytes = [compartment; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    bytes
}

fn pieces(n: u32) -> Vec<Piece> {
    [("base", 0), ("triage", 6), ("own-acts", 3), ("contacts", 2)]
        .into_iter()
        .map(|(compartment, code)| Piece { part: part(n, code), compartment: compartment.to_owned(), nth: 0 })
        .collect()
}

fn card(n: u32) -> Card {
    Card {
        id: id(n),
        kind: Kind::Report,
        way: Way::Portal,
        day: DAY,
        list_no: 1,
        lang: "be".to_owned(),
        door: Some(Doorway::Team),
        urgent: false,
        minor: false,
        length: Length::Page,
        own_acts: false,
        contact: false,
    }
}

fn cards(order: IntakeOrder) -> IntakeQuery {
    IntakeQuery { waiting: true, case: None, states: Vec::new(), lang: None, door: None, urgent: false, order, page: 0 }
}

fn in_cases() -> IntakeQuery {
    IntakeQuery { waiting: false, ..cards(IntakeOrder::Urgent) }
}

async fn keep(book: &Book, all: &[Card]) {
    let mut writing = book.write().await;
    for card in all {
        let n = u32::from_be_bytes(card.id.bytes()[..4].try_into().unwrap());
        assert!(writing.add_card(card, &pieces(n)).await.unwrap());
    }
    writing.commit().await.unwrap();
}

/// Another member, who sees another case.
async fn other(book: &Book) -> Reader {
    let (who, case) = (MemberId::from_random(OTHER), CaseId::from_random(OTHER_CASE));
    let mut writing = book.write().await;
    writing.add_member(who, "Other").await.unwrap();
    writing.add_case(case, "Other case").await.unwrap();
    writing.grant(case, who).await.unwrap();
    writing.commit().await.unwrap();
    reader(&mut book.store.read().await.unwrap(), who).await.unwrap()
}

async fn put(book: &Book, n: u32) -> kniha_core::id::NodeId {
    let mut writing = book.write().await;
    let node = writing.put_in_case(id(n), Sight::Cards, book.case).await.unwrap();
    writing.commit().await.unwrap();
    node
}

async fn a_card_is_kept_once_and_only_those_who_look_at_cards_see_it(book: &Book) {
    keep(book, &[card(1)]).await;
    let mut writing = book.write().await;
    assert!(!writing.add_card(&Card { urgent: true, ..card(1) }, &pieces(1)).await.unwrap());
    writing.commit().await.unwrap();
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let (rows, more) = intakes(&mut tx, &reader, Sight::Cards, &cards(IntakeOrder::Urgent)).await.unwrap();
    assert_eq!((rows.len(), more, rows[0].card.clone(), rows[0].state), (1, false, card(1), State::Received));
    let view = intake(&mut tx, &reader, Sight::Cards, id(1)).await.unwrap().unwrap();
    assert_eq!(view.pieces.len(), 4);
    assert_eq!(view.events.len(), 1, "looked at once");
    assert!(intake_of_part(&mut tx, &reader, Sight::Cards, &part(1, 6)).await.unwrap().is_some());
    // Without the hat nothing of it is there.
    assert!(intakes(&mut tx, &reader, Sight::Cases, &cards(IntakeOrder::Urgent)).await.unwrap().0.is_empty());
    assert!(intake(&mut tx, &reader, Sight::Cases, id(1)).await.unwrap().is_none());
    assert!(intake_of_part(&mut tx, &reader, Sight::Cases, &part(1, 6)).await.unwrap().is_none());
    assert!(intake_counts(&mut tx, &reader, Sight::Cases, true).await.unwrap().is_empty());
    assert!(alike(&mut tx, Sight::Cases, 1).await.unwrap().is_empty());
    assert_eq!(intake_overdue(&mut tx, Sight::Cases, DAY).await.unwrap(), 0);
    drop(tx);
    let mut writing = book.write().await;
    assert!(matches!(writing.step_intake(id(1), Sight::Cases, Step::Screen).await, Err(StoreError::NotFound { what: "account" })));
}

async fn an_account_in_a_case_is_seen_by_its_members_alone(book: &Book) {
    keep(book, &[card(1), card(2)]).await;
    put(book, 1).await;
    let spy = other(book).await;
    let mut tx = book.store.read().await.unwrap();
    // A member of another case, with the hat: the card in no case is there, the one in the case is not.
    let (rows, _) = intakes(&mut tx, &spy, Sight::Cards, &cards(IntakeOrder::Urgent)).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.card.id).collect::<Vec<_>>(), [id(2)]);
    for query in [in_cases(), IntakeQuery { case: Some(book.case), ..in_cases() }] {
        assert!(intakes(&mut tx, &spy, Sight::Cards, &query).await.unwrap().0.is_empty());
        assert_eq!(intakes(&mut tx, &book.reader().await, Sight::Cases, &query).await.unwrap().0.len(), 1);
    }
    assert!(intake(&mut tx, &spy, Sight::Cards, id(1)).await.unwrap().is_none());
    assert!(intake_of_part(&mut tx, &spy, Sight::Cards, &part(1, 0)).await.unwrap().is_none());
    assert!(marks(&mut tx, &spy, id(1)).await.unwrap().is_empty());
    assert!(mailbox_keys(&mut tx, &spy, id(1)).await.unwrap().is_none());
    drop(tx);
    let mut writing = book.store.write(spy.id, NOW).await.unwrap();
    let mark = NewMark { id: MarkId::from_random([1; 16]), part: part(1, 0), kind: MarkKind::Act, start: 0, end: 5 };
    assert!(matches!(writing.add_mark(id(1), &mark).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(writing.step_intake(id(1), Sight::Cards, Step::Keep).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(writing.put_in_case(id(1), Sight::Cards, CaseId::from_random(OTHER_CASE)).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(writing.put_in_case(id(2), Sight::Cards, book.case).await, Err(StoreError::NotFound { what: "case" })));
}

async fn a_member_removed_while_reading_writes_nothing_more(book: &Book) {
    keep(book, &[card(1)]).await;
    put(book, 1).await;
    let spy = other(book).await;
    let mut writing = book.write().await;
    writing.grant(book.case, spy.id).await.unwrap();
    writing.commit().await.unwrap();
    let mark = NewMark { id: MarkId::from_random([1; 16]), part: part(1, 0), kind: MarkKind::Act, start: 0, end: 5 };
    let mut writing = book.store.write(spy.id, NOW).await.unwrap();
    assert!(writing.add_mark(id(1), &mark).await.unwrap());
    writing.commit().await.unwrap();
    number(&book.place, "DELETE FROM access WHERE member_no = 2 AND case_no = 1 RETURNING case_no").await;
    let mut writing = book.store.write(spy.id, NOW).await.unwrap();
    let again = NewMark { id: MarkId::from_random([2; 16]), ..mark };
    assert!(matches!(writing.add_mark(id(1), &again).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(writing.remove_mark(id(1), mark.id).await, Err(StoreError::NotFound { .. })));
    drop(writing);
    let mut tx = book.store.read().await.unwrap();
    assert!(marks(&mut tx, &spy, id(1)).await.unwrap().is_empty());
    assert_eq!(marks(&mut tx, &book.reader().await, id(1)).await.unwrap().len(), 1, "the others still see it");
}

async fn a_statement_is_called_by_a_random_label_and_by_nothing_else(book: &Book) {
    keep(book, &[card(1)]).await;
    let node = put(book, 1).await;
    assert_eq!(put(book, 1).await, node, "putting it there again makes no second record");
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let view = record(&mut tx, &reader, node).await.unwrap().unwrap();
    assert_eq!((view.kind, view.claims.len()), (NodeKind::Source, 2));
    let label = labels(&mut tx, &reader, &[node]).await.unwrap().remove(&node).unwrap();
    assert_eq!(label.names[0].0, node.to_string()[..8]);
    assert!(!id(1).to_string().contains(&label.names[0].0), "it says nothing of the submission");
    let row = intake(&mut tx, &reader, Sight::Cases, id(1)).await.unwrap().unwrap().row;
    assert_eq!((row.statement, row.state), (Some(node), State::Read));
    drop(tx);
    // In another case it gets another record; the old one stays where it is.
    other(book).await;
    let mut writing = book.write().await;
    let moved = writing.put_in_case(id(1), Sight::Cases, CaseId::from_random(OTHER_CASE)).await.unwrap();
    writing.commit().await.unwrap();
    assert_ne!(moved, node);
    let mut tx = book.store.read().await.unwrap();
    let spy = kniha_store::reader(&mut tx, MemberId::from_random(OTHER)).await.unwrap();
    assert_eq!(intake(&mut tx, &spy, Sight::Cases, id(1)).await.unwrap().unwrap().row.statement, Some(moved));
    assert!(record(&mut tx, &spy, node).await.unwrap().is_none());
}

async fn steps_follow_the_one_table_and_are_all_kept(book: &Book) {
    keep(book, &[card(1)]).await;
    let mut writing = book.write().await;
    assert!(matches!(writing.step_intake(id(1), Sight::Cards, Step::Use).await, Err(StoreError::Step(_))), "nothing is used unread");
    assert_eq!(writing.step_intake(id(1), Sight::Cards, Step::Refuse(Refusal::Double)).await.unwrap(), State::Received);
    assert!(matches!(writing.step_intake(id(1), Sight::Cards, Step::Refuse(Refusal::Double)).await, Err(StoreError::Step(_))), "a second press");
    writing.put_in_case(id(1), Sight::Cards, book.case).await.unwrap();
    writing.step_intake(id(1), Sight::Cases, Step::Ask).await.unwrap();
    writing.step_intake(id(1), Sight::Cases, Step::Use).await.unwrap();
    writing.set_service(id(1), true).await.unwrap();
    writing.set_service(id(1), true).await.unwrap();
    assert!(writing.close_intake(id(1)).await.unwrap());
    assert!(!writing.close_intake(id(1)).await.unwrap());
    writing.commit().await.unwrap();
    let mut tx = book.store.read().await.unwrap();
    let view = intake(&mut tx, &book.reader().await, Sight::Cases, id(1)).await.unwrap().unwrap();
    assert_eq!(view.row.state, State::Used);
    let happened: Vec<IntakeHappened> = view.events.iter().map(|event| event.what).collect();
    let state = |state| IntakeHappened::State(state, None);
    assert_eq!(
        happened,
        [
            state(State::Received),
            IntakeHappened::State(State::Refused, Some(Refusal::Double)),
            IntakeHappened::Case,
            state(State::Read),
            state(State::Waits),
            state(State::Used),
            IntakeHappened::Service,
            IntakeHappened::Closed,
        ]
    );
    assert!(view.events.iter().all(|event| event.by == "Tester" && event.at == NOW));
}

async fn cards_stand_in_the_order_asked_for_and_filters_count_alike(book: &Book) {
    keep(
        book,
        &[
            Card { day: DAY + 1, lang: "ru".to_owned(), ..card(1) },
            Card { day: DAY + 2, urgent: true, door: None, ..card(2) },
            Card { door: Some(Doorway::Lawyers), ..card(3) },
            Card { urgent: true, lang: "uk".to_owned(), ..card(4) },
        ],
    )
    .await;
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let mut order = async |query: IntakeQuery| -> Vec<u32> {
        let (rows, _) = intakes(&mut tx, &reader, Sight::Cards, &query).await.unwrap();
        rows.iter().map(|row| u32::from_be_bytes(row.card.id.bytes()[..4].try_into().unwrap())).collect()
    };
    assert_eq!(order(cards(IntakeOrder::Urgent)).await, [4, 2, 3, 1]);
    assert_eq!(order(cards(IntakeOrder::Oldest)).await, [3, 4, 1, 2]);
    assert_eq!(order(cards(IntakeOrder::Lang)).await, [2, 3, 1, 4]);
    assert_eq!(order(cards(IntakeOrder::Door)).await, [2, 3, 4, 1]);
    assert_eq!(order(IntakeQuery { lang: Some("be".to_owned()), ..cards(IntakeOrder::Oldest) }).await, [3, 2]);
    assert_eq!(order(IntakeQuery { door: Some(Doorway::Lawyers), ..cards(IntakeOrder::Oldest) }).await, [3]);
    assert_eq!(order(IntakeQuery { urgent: true, states: vec![State::Received], ..cards(IntakeOrder::Oldest) }).await, [4, 2]);
    assert!(order(IntakeQuery { states: vec![State::Spam], ..cards(IntakeOrder::Oldest) }).await.is_empty());
    assert!(order(IntakeQuery { page: 1, ..cards(IntakeOrder::Oldest) }).await.is_empty());
    let counts = intake_counts(&mut tx, &reader, Sight::Cards, true).await.unwrap();
    assert_eq!(counts.iter().map(|count| count.count).sum::<usize>(), 4);
    assert_eq!(counts.iter().filter(|count| count.urgent).count(), 2);
    assert!(intake_counts(&mut tx, &reader, Sight::Cards, false).await.unwrap().is_empty());
    assert_eq!(intake_overdue(&mut tx, Sight::Cards, DAY + 1).await.unwrap(), 3);
}

async fn cards_that_look_alike_are_grouped_by_day(book: &Book) {
    let mut all: Vec<Card> = (0..5).map(|n| Card { length: Length::Short, ..card(n) }).collect();
    all.push(Card { length: Length::Short, urgent: true, ..card(10) });
    all.push(Card { length: Length::Short, day: DAY + 1, ..card(11) });
    all.push(Card { length: Length::None, ..card(12) });
    keep(book, &all).await;
    let mut tx = book.store.read().await.unwrap();
    let groups = alike(&mut tx, Sight::Cards, 5).await.unwrap();
    let seen: Vec<(i64, Length, usize)> = groups.iter().map(|group| (group.day, group.length, group.ids.len())).collect();
    assert_eq!(seen, [(DAY, Length::Short, 5), (DAY, Length::None, 1)], "an urgent one is in no group");
    assert_eq!(alike(&mut tx, Sight::Cards, 6).await.unwrap().len(), 1);
}

async fn marks_are_places_and_stand_until_taken_away(book: &Book) {
    keep(book, &[card(1), card(2)]).await;
    put(book, 1).await;
    let mark = |n: u8, start, end| NewMark { id: MarkId::from_random([n; 16]), part: part(1, 0), kind: MarkKind::Person, start, end };
    let mut writing = book.write().await;
    assert!(writing.add_mark(id(1), &mark(1, 10, 20)).await.unwrap());
    assert!(!writing.add_mark(id(1), &mark(1, 0, 5)).await.unwrap(), "a form sent twice marks once");
    assert!(writing.add_mark(id(1), &mark(2, 0, 100_000)).await.unwrap());
    for (start, end) in [(5, 5), (6, 5), (0, 100_001)] {
        assert!(matches!(writing.add_mark(id(1), &mark(3, start, end)).await, Err(StoreError::Mark { .. })), "{start}–{end}");
    }
    assert!(matches!(writing.add_mark(id(1), &NewMark { part: part(2, 0), ..mark(3, 0, 1) }).await, Err(StoreError::NotFound { what: "part" })));
    writing.commit().await.unwrap();
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let standing: Vec<(u32, u32)> = marks(&mut tx, &reader, id(1)).await.unwrap().iter().map(|view| (view.mark.start, view.mark.end)).collect();
    assert_eq!(standing, [(0, 100_000), (10, 20)]);
    drop(tx);
    let mut writing = book.write().await;
    assert!(writing.remove_mark(id(1), MarkId::from_random([2; 16])).await.unwrap());
    assert!(!writing.remove_mark(id(1), MarkId::from_random([2; 16])).await.unwrap());
    writing.commit().await.unwrap();
    let mut tx = book.store.read().await.unwrap();
    assert_eq!(marks(&mut tx, &reader, id(1)).await.unwrap().len(), 1);
    assert_eq!(number(&book.place, "SELECT COUNT(*) FROM intake_mark WHERE removed_by IS NOT NULL").await, 1, "who took it away is kept");
}

async fn a_letter_to_somebody_who_serves_waits_for_another_member(book: &Book) {
    keep(book, &[card(1)]).await;
    put(book, 1).await;
    let second = other(book).await;
    let letter = |n: u8| NewLetter { id: LetterId::from_random([n; 16]), part: part(n.into(), 9), kind: LetterKind::Request, lang: "be".to_owned(), day: DAY };
    let mut writing = book.write().await;
    writing.grant(book.case, second.id).await.unwrap();
    assert_eq!(writing.add_letter(id(1), &letter(1)).await.unwrap(), LetterState::Ready);
    assert!(matches!(writing.second_letter(id(1), letter(1).id, true).await, Err(StoreError::NotFound { .. })), "nothing to agree to");
    writing.sent_letter(id(1), letter(1).id).await.unwrap();
    assert_eq!(writing.add_letter(id(1), &letter(1)).await.unwrap(), LetterState::Sent, "the form came twice");
    writing.set_service(id(1), true).await.unwrap();
    for n in [2, 3] {
        assert_eq!(writing.add_letter(id(1), &letter(n)).await.unwrap(), LetterState::Waits);
    }
    assert!(matches!(writing.sent_letter(id(1), letter(2).id).await, Err(StoreError::NotFound { .. })), "it waits");
    assert!(matches!(writing.second_letter(id(1), letter(2).id, true).await, Err(StoreError::SamePerson)));
    writing.commit().await.unwrap();
    let mut writing = book.store.write(second.id, NOW).await.unwrap();
    writing.second_letter(id(1), letter(2).id, true).await.unwrap();
    writing.second_letter(id(1), letter(3).id, false).await.unwrap();
    assert!(matches!(writing.sent_letter(id(1), letter(3).id).await, Err(StoreError::NotFound { .. })), "it was refused");
    writing.sent_letter(id(1), letter(2).id).await.unwrap();
    writing.commit().await.unwrap();
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let seen: Vec<(LetterState, bool, Option<String>)> =
        letters(&mut tx, &reader, id(1)).await.unwrap().into_iter().map(|view| (view.state, view.mine, view.second)).collect();
    let name = || Some("Other".to_owned());
    assert_eq!(seen, [(LetterState::Sent, true, None), (LetterState::Sent, true, name()), (LetterState::Refused, true, name())]);
    assert!(letters_waiting(&mut tx, &reader).await.unwrap().is_empty());
}

async fn the_newest_translation_of_a_segment_stands_and_another_member_checks_it(book: &Book) {
    keep(book, &[card(1)]).await;
    put(book, 1).await;
    let second = other(book).await;
    let segment = |n: u8, segment, machine| NewTranslation {
        id: TranslationId::from_random([n; 16]),
        original: part(1, 0),
        segment,
        from: "be".to_owned(),
        to: "en".to_owned(),
        part: part(n.into(), 9),
        machine,
        sworn: false,
    };
    let mut writing = book.write().await;
    writing.grant(book.case, second.id).await.unwrap();
    for new in [segment(1, 0, true), segment(2, 1, true), segment(3, 0, false)] {
        assert!(writing.add_translation(id(1), &new).await.unwrap());
    }
    assert!(!writing.add_translation(id(1), &segment(3, 0, false)).await.unwrap());
    assert!(matches!(writing.check_translation(id(1), segment(3, 0, false).id).await, Err(StoreError::SamePerson)));
    writing.commit().await.unwrap();
    let mut writing = book.store.write(second.id, NOW).await.unwrap();
    writing.check_translation(id(1), segment(3, 0, false).id).await.unwrap();
    assert!(matches!(writing.check_translation(id(1), segment(3, 0, false).id).await, Err(StoreError::NotFound { .. })));
    writing.commit().await.unwrap();
    let mut tx = book.store.read().await.unwrap();
    let seen = translations(&mut tx, &book.reader().await, id(1)).await.unwrap();
    let seen: Vec<(u32, bool, Option<String>)> = seen.into_iter().map(|view| (view.translation.segment, view.translation.machine, view.checked)).collect();
    assert_eq!(seen, [(0, false, Some("Other".to_owned())), (1, true, None)]);
}

async fn accounts_of_one_source_are_found_by_its_mailbox(book: &Book) {
    keep(book, &[card(1), Card { kind: Kind::Addition, day: DAY + 9, ..card(2) }, card(3)]).await;
    let keys = |n: u8| MailboxKeys { mailbox: [n; 16], reply_key: vec![n; 1216], voice_key: vec![n; 1984] };
    let mut writing = book.write().await;
    assert!(matches!(writing.set_keys(id(1), Some(&keys(1)), true).await, Err(StoreError::NotFound { .. })), "it is in no case yet");
    for n in 1..=3 {
        writing.put_in_case(id(n), Sight::Cards, book.case).await.unwrap();
    }
    writing.set_keys(id(1), Some(&keys(1)), true).await.unwrap();
    writing.set_keys(id(1), Some(&keys(7)), false).await.unwrap();
    writing.set_keys(id(2), Some(&keys(1)), false).await.unwrap();
    writing.set_keys(id(3), None, false).await.unwrap();
    writing.commit().await.unwrap();
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    assert!(mailbox_keys(&mut tx, &reader, id(1)).await.unwrap() == Some(keys(1)), "the first keys stay");
    assert!(mailbox_keys(&mut tx, &reader, id(3)).await.unwrap().is_none());
    let seen: Vec<IntakeId> = of_one_source(&mut tx, &reader, id(2)).await.unwrap().iter().map(|row| row.card.id).collect();
    assert_eq!(seen, [id(1), id(2)]);
    assert!(of_one_source(&mut tx, &reader, id(3)).await.unwrap().is_empty());
    assert_eq!(intake(&mut tx, &reader, Sight::Cases, id(1)).await.unwrap().unwrap().row.may_write, Some(true));
}

/// The figure is 50 ms for a page and its counts in a release build; five times as much is left for a build with checks on a machine that does other things.
async fn ten_thousand_accounts_are_listed_at_once(book: &Book) {
    let mut writing = book.write().await;
    for n in 0..10_000_u32 {
        let lang = ["be", "ru", "uk", "en"][n as usize % 4].to_owned();
        let new = Card { day: DAY + i64::from(n % 90), urgent: n % 50 == 0, lang, length: Length::ALL[n as usize % 4], ..card(n) };
        writing.add_card(&new, &[]).await.unwrap();
    }
    writing.commit().await.unwrap();
    book.store.settle().await.unwrap();
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let mut best = f64::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let query = IntakeQuery { states: vec![State::Received, State::Screened], ..cards(IntakeOrder::Urgent) };
        let (rows, more) = intakes(&mut tx, &reader, Sight::Cards, &query).await.unwrap();
        let counts = intake_counts(&mut tx, &reader, Sight::Cards, true).await.unwrap();
        let overdue = intake_overdue(&mut tx, Sight::Cards, DAY + 10).await.unwrap();
        best = best.min(began.elapsed().as_secs_f64() * 1000.0);
        assert_eq!((rows.len(), more, counts.iter().map(|c| c.count).sum::<usize>(), overdue > 1000), (100, true, 10_000, true));
    }
    println!("a page of 10,000 accounts with its counts: {best:.1} ms on {}", book.store.database());
    assert!(best < 250.0, "{best} ms");
}

async fn accounts_go_out_with_an_export_and_come_back(book: &Book) {
    keep(book, &[card(1), card(2)]).await;
    put(book, 1).await;
    let mut writing = book.write().await;
    writing.set_keys(id(1), Some(&MailboxKeys { mailbox: [1; 16], reply_key: vec![2; 1216], voice_key: vec![3; 1984] }), true).await.unwrap();
    writing.add_mark(id(1), &NewMark { id: MarkId::from_random([1; 16]), part: part(1, 0), kind: MarkKind::Time, start: 3, end: 9 }).await.unwrap();
    let letter = NewLetter { id: LetterId::from_random([4; 16]), part: part(1, 9), kind: LetterKind::Text, lang: "be".to_owned(), day: DAY };
    writing.add_letter(id(1), &letter).await.unwrap();
    writing.step_intake(id(2), Sight::Cards, Step::Refuse(Refusal::Outside)).await.unwrap();
    writing.commit().await.unwrap();
    let lines = crate::whole::lines(&book.store).await;
    assert!(lines.iter().filter(|line| line.contains("intake")).count() > 10);
    let other = book.another().await;
    crate::whole::into(&other, &lines).await.unwrap();
    let again = kniha_store::Store::open(&other.place, secret()).await.unwrap();
    assert!(crate::whole::lines(&again).await == lines, "the same lines come out of the restored book");
}
