//! What a member may not see is not there: not in pages, lists, searches, counts, chains of names, nor by trying.

use kniha_core::claim::Move;
use kniha_core::id::{CaseId, MemberId};
use kniha_core::value::Value;
use kniha_core::vocab::NodeKind;
use kniha_store::{Count, ListQuery, Order, StoreError, cited, claim, counts, history, labels, last_known, list, reader, record, related, search, structure};

use crate::contracts;
use crate::support::*;

contracts!(
    a_newcomer_sees_an_empty_book,
    a_claim_of_another_case_is_withheld_from_a_shared_record,
    writing_into_an_unseen_case_is_refused,
    a_grant_opens_one_case_only,
);

const NEWCOMER: [u8; 16] = [3; 16];

async fn newcomer(book: &Book) -> kniha_store::Reader {
    let mut writing = book.write().await;
    writing.add_member(MemberId::from_random(NEWCOMER), "Newcomer").await.unwrap();
    writing.commit().await.unwrap();
    let mut tx = book.store.read().await.unwrap();
    reader(&mut tx, MemberId::from_random(NEWCOMER)).await.unwrap()
}

async fn a_newcomer_sees_an_empty_book(book: &Book) {
    let source = book.record(NodeKind::Source, &[("source.title", text("Diary"))]).await;
    let unit = book.record(NodeKind::Unit, &[("unit.name", name("Трэці полк"))]).await;
    let person = book.record(NodeKind::Person, &[("person.name", name("Ян Патапенка")), ("person.note", text("wore a green jacket"))]).await;
    let posting = book.record(NodeKind::Posting, &[("posting.person", Value::Ref(person)), ("posting.unit", Value::Ref(unit))]).await;
    let mut writing = book.write().await;
    let mut new = crate::support::claim(&mut writing, person, "person.birth", value("person.birth", "1980"));
    new.citations = vec![citing(source, "born 1980")];
    let id = new.id;
    writing.add_claim(new, book.case).await.unwrap();
    writing.commit().await.unwrap();
    let spy = newcomer(book).await;
    let mut tx = book.store.read().await.unwrap();
    for node in [source, unit, person, posting] {
        assert_eq!(record(&mut tx, &spy, node).await.unwrap(), None);
        assert_eq!(related(&mut tx, &spy, node).await.unwrap().0, vec![]);
        assert_eq!(history(&mut tx, &spy, node, None, 100).await.unwrap(), None);
        assert_eq!(labels(&mut tx, &spy, &[node]).await.unwrap()[&node].kind, None);
        assert_eq!(search(&mut tx, &spy, &book.store, &node.to_string(), None, 10).await.unwrap().hits, vec![]);
    }
    assert_eq!(claim(&mut tx, &spy, id).await.unwrap(), None);
    assert_eq!(cited(&mut tx, &spy, source, None).await.unwrap().0, vec![]);
    assert_eq!(structure(&mut tx, &spy, unit, &kniha_core::time::Window::parse("2020").unwrap()).await.unwrap().units, vec![]);
    assert_eq!(last_known(&mut tx, &spy, unit).await.unwrap(), None);
    for words in ["Ян Патапенка", "green jacket", "Трэці полк", "1980"] {
        let found = search(&mut tx, &spy, &book.store, words, None, 10).await.unwrap();
        assert_eq!((found.hits.len(), found.more, found.kinds), (0, false, vec![]), "{words}");
    }
    for (kind, count) in counts(&mut tx, &spy).await.unwrap() {
        assert_eq!(count, Count::Exactly(0), "{kind:?}");
    }
    for kind in NodeKind::ALL {
        for order in [Order::Name, Order::Time, Order::Newest] {
            let query = ListQuery { kind, text: None, codes: vec![], when: None, at: Some(unit), order, after: None, limit: 50 };
            let page = list(&mut tx, &spy, &book.store, &query).await.unwrap();
            assert_eq!((page.rows, page.count, page.facets), (vec![], Count::Exactly(0), vec![]));
            let page = list(&mut tx, &spy, &book.store, &ListQuery { at: None, ..query }).await.unwrap();
            assert_eq!((page.rows, page.count, page.facets), (vec![], Count::Exactly(0), vec![]));
        }
    }
}

async fn a_claim_of_another_case_is_withheld_from_a_shared_record(book: &Book) {
    let shared = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    let other = CaseId::from_random([8; 16]);
    let spy = newcomer(book).await;
    let mut writing = book.write().await;
    writing.add_case(other, "Other case").await.unwrap();
    writing.grant(book.case, spy.id).await.unwrap();
    let hidden_source = writing.random().id().unwrap();
    writing.add_record(hidden_source, NodeKind::Source, other).await.unwrap();
    let secret = crate::support::claim(&mut writing, shared, "person.note", text("an informer told us"));
    let secret_id = secret.id;
    writing.add_claim(secret, other).await.unwrap();
    let mut open = crate::support::claim(&mut writing, shared, "person.birth", value("person.birth", "1980"));
    open.citations = vec![citing(hidden_source, "the informer's words")];
    let open_id = open.id;
    writing.add_claim(open, book.case).await.unwrap();
    writing.commit().await.unwrap();
    let mut tx = book.store.read().await.unwrap();
    let view = record(&mut tx, &spy, shared).await.unwrap().unwrap();
    assert!(view.claims.iter().all(|claim| claim.id != secret_id));
    let read = claim(&mut tx, &spy, open_id).await.unwrap().unwrap();
    assert_eq!((read.citations.len(), read.withheld), (0, 1), "a source in an unseen case is counted, not shown");
    assert_eq!(search(&mut tx, &spy, &book.store, "informer", None, 10).await.unwrap().hits, vec![]);
    let entries = history(&mut tx, &spy, shared, None, 100).await.unwrap().unwrap().entries;
    assert_eq!(entries.len(), 4);
    assert!(entries.iter().any(|e| matches!(e.what, kniha_store::Happened::Withheld) && e.by.is_empty()));
    drop(tx);
    let mut writing = book.store.write(spy.id, NOW).await.unwrap();
    assert!(matches!(writing.move_claim(secret_id, Move::Accept, None).await, Err(StoreError::NotFound { what: "claim" })));
}

async fn writing_into_an_unseen_case_is_refused(book: &Book) {
    let person = book.record(NodeKind::Person, &[]).await;
    let spy = newcomer(book).await;
    let mut writing = book.store.write(spy.id, NOW).await.unwrap();
    let id = writing.random().id().unwrap();
    assert!(matches!(writing.add_record(id, NodeKind::Person, book.case).await, Err(StoreError::NotFound { what: "case" })));
    assert!(matches!(writing.grant(book.case, spy.id).await, Err(StoreError::NotFound { what: "case" })));
    let own = CaseId::from_random([6; 16]);
    writing.add_case(own, "Mine").await.unwrap();
    let claim = crate::support::claim(&mut writing, person, "person.note", text("planted"));
    assert!(matches!(writing.add_claim(claim, own).await, Err(StoreError::NotFound { what: "record" })), "an unseen record looks like none");
}

async fn a_grant_opens_one_case_only(book: &Book) {
    let seen = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    let other = CaseId::from_random([8; 16]);
    let spy = newcomer(book).await;
    let mut writing = book.write().await;
    writing.add_case(other, "Other case").await.unwrap();
    let unseen = writing.random().id().unwrap();
    writing.add_record(unseen, NodeKind::Person, other).await.unwrap();
    writing.grant(book.case, spy.id).await.unwrap();
    writing.commit().await.unwrap();
    let mut tx = book.store.read().await.unwrap();
    assert!(record(&mut tx, &spy, seen).await.unwrap().is_some());
    assert!(record(&mut tx, &spy, unseen).await.unwrap().is_none());
    assert_eq!(kniha_store::cases(&mut tx, &spy).await.unwrap().len(), 1);
}
