//! Claims are only added; moves are events; erasing leaves a skeleton that still verifies.

use kniha_core::access::Sealed;
use kniha_core::claim::{ClaimError, Move, Status};
use kniha_core::id::NodeId;
use kniha_core::time::Window;
use kniha_core::value::Value;
use kniha_core::vocab::NodeKind;
use kniha_store::{Happened, StoreError, check, claim, history, labels, record, related};

use crate::contracts;
use crate::support::*;

contracts!(
    every_kind_of_value_reads_back,
    a_claim_keeps_its_citations_and_period,
    a_withdrawn_claim_is_kept_and_restored_to_what_it_was,
    an_erased_value_is_gone_and_its_history_still_verifies,
    a_reference_names_a_record_of_the_right_kind,
    nothing_of_a_refused_transaction_is_written,
    a_relation_shows_at_both_ends,
    history_is_in_order_and_names_who_did_what,
    class_and_reliability_are_told_beside_a_name_and_never_for_one,
);

async fn every_kind_of_value_reads_back(book: &Book) {
    let place = book.record(NodeKind::Place, &[]).await;
    let incident = book
        .record(
            NodeKind::Incident,
            &[
                ("incident.title", Value::Text { text: "Разгон ля «Стэлы»".to_owned(), lang: Some(kniha_core::name::LangTag::parse("be").unwrap()) }),
                ("incident.when", value("incident.when", "~2020-08-09T21:00..2020-08-10T03:00 +03:00")),
                ("incident.where", value("incident.where", "53.9103, 27.5385 ±100m")),
                ("incident.place", Value::Ref(place)),
                ("incident.reference", value("incident.reference", "https://example.org/a?b=c&d=ё")),
            ],
        )
        .await;
    let injury = book
        .record(NodeKind::Injury, &[("injury.size_mm", value("injury.size_mm", "12.5")), ("injury.count", value("injury.count", "-9223372036854775808"))])
        .await;
    let person = book
        .record(
            NodeKind::Person,
            &[
                ("person.name", name("Святлана О’Коннар")),
                ("person.sex", value("person.sex", "female")),
                ("person.contact", Value::Sealed(Sealed::new(vec![0, 1, 255]).unwrap())),
            ],
        )
        .await;
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let mut values = Vec::new();
    for id in [incident, injury, person] {
        let view = record(&mut tx, &reader, id).await.unwrap().unwrap();
        values.extend(view.claims.into_iter().map(|claim| claim.value.unwrap()));
    }
    let expected = [
        Value::Text { text: "Разгон ля «Стэлы»".to_owned(), lang: Some(kniha_core::name::LangTag::parse("be").unwrap()) },
        value("incident.when", "~2020-08-09T21:00..2020-08-10T03:00 +03:00"),
        value("incident.where", "53.9103, 27.5385 ±100m"),
        Value::Ref(place),
        value("incident.reference", "https://example.org/a?b=c&d=ё"),
        Value::Real(12.5),
        Value::Integer(i64::MIN),
        name("Святлана О’Коннар"),
        Value::Code("female".to_owned()),
        Value::Sealed(Sealed::new(vec![0, 1, 255]).unwrap()),
    ];
    assert_eq!(values, expected);
}

async fn a_claim_keeps_its_citations_and_period(book: &Book) {
    let source = book.record(NodeKind::Source, &[("source.title", text("Roster, page 3"))]).await;
    let unit = book.record(NodeKind::Unit, &[]).await;
    let posting = book.record(NodeKind::Posting, &[]).await;
    let mut writing = book.write().await;
    let mut new = crate::support::claim(&mut writing, posting, "posting.unit", Value::Ref(unit));
    new.held = Some(Window::parse("2018-03!..2020-08-09").unwrap());
    new.origin = Some("roster A".to_owned());
    new.citations = vec![citing(source, "перевести с марта 2018"), citing(source, "")];
    let expected = new.clone();
    writing.add_claim(new, book.case).await.unwrap();
    writing.commit().await.unwrap();
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let read = claim(&mut tx, &reader, expected.id).await.unwrap().unwrap();
    assert_eq!((read.held, read.origin, read.citations), (expected.held, expected.origin, expected.citations));
    assert_eq!((read.made_by.as_str(), read.made), ("Tester", NOW));
}

async fn a_withdrawn_claim_is_kept_and_restored_to_what_it_was(book: &Book) {
    let person = book.record(NodeKind::Person, &[]).await;
    let id = book.add(person, "person.birth", value("person.birth", "1980")).await;
    for (what, status) in
        [(Move::Accept, Status::Accepted), (Move::Withdraw, Status::Withdrawn), (Move::Restore, Status::Accepted), (Move::Question, Status::WorkNeeded)]
    {
        let mut writing = book.write().await;
        writing.move_claim(id, what, Some("because")).await.unwrap();
        writing.commit().await.unwrap();
        let reader = book.reader().await;
        let mut tx = book.store.read().await.unwrap();
        let read = claim(&mut tx, &reader, id).await.unwrap().unwrap();
        assert_eq!((read.status, read.value), (status, Some(value("person.birth", "1980"))));
    }
    let mut writing = book.write().await;
    assert!(matches!(writing.move_claim(id, Move::Withdraw, Some("  ")).await, Err(StoreError::Claim(ClaimError::Reason))));
    assert!(matches!(writing.move_claim(id, Move::Restore, None).await, Err(StoreError::Claim(ClaimError::Move { .. }))));
}

async fn an_erased_value_is_gone_and_its_history_still_verifies(book: &Book) {
    let source = book.record(NodeKind::Source, &[]).await;
    let person = book.record(NodeKind::Person, &[("person.name", name("Zmicier Kanarejkin"))]).await;
    let before = indexed(book).await;
    let mut writing = book.write().await;
    let mut new = crate::support::claim(&mut writing, person, "person.note", text("lives at 5 Kanarejkin street"));
    new.citations = vec![citing(source, "Kanarejkin street 5")];
    new.origin = Some("Kanarejkin's neighbour".to_owned());
    let id = new.id;
    writing.add_claim(new, book.case).await.unwrap();
    writing.move_claim(id, Move::Question, Some("Kanarejkin must be asked")).await.unwrap();
    writing.move_claim(id, Move::Erase, Some("asked by the person")).await.unwrap();
    let other = crate::support::claim(&mut writing, person, "person.name", name("Źmicier Kanarejka"));
    let other_id = other.id;
    writing.add_claim(other, book.case).await.unwrap();
    writing.move_claim(other_id, Move::Erase, Some("asked by the person")).await.unwrap();
    assert!(matches!(writing.move_claim(id, Move::Accept, None).await, Err(StoreError::Erased)));
    writing.commit().await.unwrap();
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let read = claim(&mut tx, &reader, id).await.unwrap().unwrap();
    assert_eq!((read.value, read.origin, read.citations[0].words.as_deref()), (None, None, None));
    let found = kniha_store::search(&mut tx, &reader, &book.store, "neighbour street", None, 10).await.unwrap();
    assert_eq!(found.hits, vec![]);
    drop(tx);
    // The name of the same person stays; only the erased claim's content must be nowhere.
    let lines = crate::whole::lines(&book.store).await;
    assert!(!lines.iter().any(|line| line.contains("street")), "erased words are in the export");
    assert!(!lines.iter().any(|line| line.contains("must be asked")), "the reason of an earlier move is in the export");
    let checked = check(&book.store, |_| {}).await.unwrap();
    assert_eq!((checked.faults.clone(), checked.erased), (vec![], 2));
    // A search hides what has no value, so the indexes themselves are asked.
    assert_eq!(indexed(book).await, before, "something of an erased claim is in an index");
}

/// How many rows each index has.
async fn indexed(book: &Book) -> [i64; 3] {
    [
        number(&book.place, "SELECT COUNT(*) FROM prose").await,
        number(&book.place, "SELECT COUNT(*) FROM name_key").await,
        number(&book.place, "SELECT COUNT(*) FROM listing").await,
    ]
}

async fn a_reference_names_a_record_of_the_right_kind(book: &Book) {
    let person = book.record(NodeKind::Person, &[]).await;
    let act = book.record(NodeKind::Act, &[]).await;
    let mut writing = book.write().await;
    let wrong = crate::support::claim(&mut writing, act, "act.incident", Value::Ref(person));
    assert!(matches!(writing.add_claim(wrong, book.case).await, Err(StoreError::WrongKind { .. })));
    let missing = crate::support::claim(&mut writing, act, "act.victim", Value::Ref(NodeId::from_random([5; 16])));
    assert!(matches!(writing.add_claim(missing, book.case).await, Err(StoreError::NotFound { what: "record" })));
    let elsewhere = crate::support::claim(&mut writing, person, "act.victim_count", Value::Integer(1));
    assert!(matches!(writing.add_claim(elsewhere, book.case).await, Err(StoreError::WrongKind { .. })));
}

async fn nothing_of_a_refused_transaction_is_written(book: &Book) {
    let person = book.record(NodeKind::Person, &[]).await;
    let before = crate::whole::lines(&book.store).await;
    let mut writing = book.write().await;
    let good = crate::support::claim(&mut writing, person, "person.note", text("kept only with the rest"));
    writing.add_claim(good, book.case).await.unwrap();
    drop(writing);
    assert_eq!(crate::whole::lines(&book.store).await, before);
    // An id that is taken is found out at the latest when it is written, and takes the rest with it.
    let mut writing = book.write().await;
    let id = kniha_core::id::ClaimId::from_random([77; 16]);
    let mut twice = crate::support::claim(&mut writing, person, "person.note", text("a second life"));
    twice.id = id;
    let first = twice.clone();
    writing.add_claim(first, book.case).await.unwrap();
    writing.add_claim(twice, book.case).await.unwrap();
    assert!(writing.commit().await.is_err());
    assert_eq!(crate::whole::lines(&book.store).await, before);
}

async fn a_relation_shows_at_both_ends(book: &Book) {
    let person = book.record(NodeKind::Person, &[]).await;
    let unit = book.record(NodeKind::Unit, &[]).await;
    let posting =
        book.record(NodeKind::Posting, &[("posting.person", Value::Ref(person)), ("posting.unit", Value::Ref(unit)), ("posting.role", text("driver"))]).await;
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    for end in [person, unit] {
        let (found, more) = related(&mut tx, &reader, end).await.unwrap();
        assert_eq!((found.len(), found[0].id, found[0].claims.len(), more), (1, posting, 3, false));
    }
}

async fn history_is_in_order_and_names_who_did_what(book: &Book) {
    let person = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    let id = book.add(person, "person.birth", value("person.birth", "1980")).await;
    let mut writing = book.write().await;
    writing.move_claim(id, Move::Withdraw, Some("a misreading")).await.unwrap();
    writing.commit().await.unwrap();
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let whole = history(&mut tx, &reader, person, None, 100).await.unwrap().unwrap();
    let entries = &whole.entries;
    assert_eq!(entries.iter().map(|e| (e.seq, e.by.as_str())).collect::<Vec<_>>(), vec![(3, "Tester"), (2, "Tester"), (1, "Tester"), (0, "Tester")]);
    assert!(matches!(&entries[0].what, Happened::Moved { claim, what: Move::Withdraw, reason: Some(reason) } if claim.id == id && reason == "a misreading"));
    assert_eq!((entries[3].what.clone(), whole.count, whole.next), (Happened::Made, 4, None));
    // Page by page it is the same history, whatever the size of a page, and a move knows a claim of another page.
    for most in 1..=5 {
        let (mut pages, mut before) = (Vec::new(), None);
        while let Some(page) = history(&mut tx, &reader, person, before, most).await.unwrap() {
            assert!(page.entries.len() <= most && page.count == 4);
            pages.extend(page.entries);
            assert!(pages.len() <= 4, "{most} entries a page");
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(&pages, entries, "{most} entries a page");
    }
}

async fn class_and_reliability_are_told_beside_a_name_and_never_for_one(book: &Book) {
    let source =
        book.record(NodeKind::Source, &[("source.title", text("Diary")), ("source.reliability", value("source.reliability", "fairly_reliable"))]).await;
    let class = kniha_core::vocab::list("unit_class").unwrap().terms[0].code.clone();
    let unit = book.record(NodeKind::Unit, &[("unit.class", value("unit.class", &class))]).await;
    let act = book.record(NodeKind::Act, &[("act.violation", value("act.violation", "torture"))]).await;
    let gone = book.add(source, "source.reliability", value("source.reliability", "unreliable")).await;
    let mut writing = book.write().await;
    writing.move_claim(gone, Move::Withdraw, Some("a misreading")).await.unwrap();
    writing.commit().await.unwrap();
    let reader = book.reader().await;
    let labels = labels(&mut book.store.read().await.unwrap(), &reader, &[source, unit, act]).await.unwrap();
    let code = |list: &str, code: &str| vec![(list.to_owned(), code.to_owned())];
    assert_eq!((&labels[&source].marks, &labels[&source].codes), (&code("reliability", "fairly_reliable"), &vec![]));
    assert_eq!((&labels[&unit].marks, &labels[&unit].codes), (&code("unit_class", &class), &vec![]));
    assert_eq!((&labels[&act].marks, &labels[&act].codes), (&vec![], &code("violation", "torture")));
}
