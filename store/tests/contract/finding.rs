//! Lists, search and structure.

use kniha_core::claim::{Citation, Move};
use kniha_core::id::NodeId;
use kniha_core::time::Window;
use kniha_core::value::Value;
use kniha_core::vocab::{NodeKind, property};
use kniha_store::{Count, ListPage, ListQuery, Order, Why, cited, last_known, list, search, structure};

use crate::contracts;
use crate::support::*;

contracts!(
    spellings_of_one_name_meet,
    words_are_found_in_other_forms,
    a_day_finds_its_incidents,
    a_withdrawn_name_is_no_longer_found_until_restored,
    lists_page_through_every_record_once,
    filters_keep_what_they_name,
    a_structure_shows_the_chosen_day,
    cycles_of_command_end,
    what_cites_a_source_is_paged,
    hostile_queries_are_only_words,
);

fn query(kind: NodeKind, order: Order) -> ListQuery {
    ListQuery { kind, text: None, codes: vec![], when: None, at: None, order, after: None, limit: 7 }
}

async fn hits(book: &Book, words: &str) -> Vec<NodeId> {
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    search(&mut tx, &reader, &book.store, words, None, 10).await.unwrap().hits.into_iter().map(|hit| hit.id).collect()
}

async fn page(book: &Book, query: &ListQuery) -> ListPage {
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    list(&mut tx, &reader, &book.store, query).await.unwrap()
}

async fn spellings_of_one_name_meet(book: &Book) {
    // Invented persons.
    let one = book.record(NodeKind::Person, &[("person.name", name("Святаслаў Трыгубовіч"))]).await;
    book.record(NodeKind::Person, &[("person.name", name("Станіслаў Рагавец"))]).await;
    for spelling in ["Трыгубовіч", "Святослав Тригубович", "Sviataslau Tryhubovich", "Svyatoslav Trigubovich", "Tryhubovič Światasłaŭ", "трыгубовіч с."]
    {
        assert_eq!(hits(book, spelling).await.first(), Some(&one), "{spelling}");
    }
}

async fn words_are_found_in_other_forms(book: &Book) {
    let one = book.record(NodeKind::Incident, &[("incident.summary", text("Сотрудники избивали задержанных дубинками во дворе"))]).await;
    for words in ["дубинка", "ДУБИНКАМИ", "задержанный дубинками"] {
        assert_eq!(hits(book, words).await, vec![one], "{words}");
    }
    assert_eq!(hits(book, "водомёт").await, vec![]);
}

async fn a_day_finds_its_incidents(book: &Book) {
    let one = book.record(NodeKind::Incident, &[("incident.when", value("incident.when", "~2020-08-09T21:00..2020-08-10T03:00"))]).await;
    book.record(NodeKind::Incident, &[("incident.when", value("incident.when", "2020-08-11"))]).await;
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let found = search(&mut tx, &reader, &book.store, "09.08.2020", None, 10).await.unwrap();
    assert_eq!(found.hits.iter().map(|hit| (hit.id, hit.why)).collect::<Vec<_>>(), vec![(one, Why::Time)]);
}

async fn a_withdrawn_name_is_no_longer_found_until_restored(book: &Book) {
    let person = book.record(NodeKind::Person, &[]).await;
    let id = book.add(person, "person.name", name("Мікіта Сцяпурка")).await;
    for (what, there) in [(Move::Withdraw, false), (Move::Restore, true), (Move::Erase, false)] {
        let mut writing = book.write().await;
        writing.move_claim(id, what, Some("a test")).await.unwrap();
        writing.commit().await.unwrap();
        assert_eq!(!hits(book, "Nikita Stepurko").await.is_empty() || !hits(book, "Сцяпурка").await.is_empty(), there, "{what:?}");
        assert_eq!(page(book, &query(NodeKind::Person, Order::Name)).await.rows.len(), usize::from(there), "{what:?}");
    }
}

async fn lists_page_through_every_record_once(book: &Book) {
    let mut made = Vec::new();
    for i in 0..23 {
        // Several on each day, so that a page ends between two of one day.
        let when = format!("2020-08-{:02}", 1 + i % 5);
        made.push(
            book.record(NodeKind::Incident, &[("incident.title", text(&format!("Title {:02}", 22 - i))), ("incident.when", value("incident.when", &when))])
                .await,
        );
    }
    for order in [Order::Name, Order::Time, Order::Newest] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = page(book, &ListQuery { after, ..query(NodeKind::Incident, order) }).await;
            assert_eq!(page.count, Count::Exactly(23));
            seen.extend(page.rows.into_iter().map(|row| row.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((seen.len(), seen.iter().collect::<std::collections::BTreeSet<_>>().len()), (23, 23), "{order:?}");
        match order {
            // Titles count down while records are made.
            Order::Name | Order::Newest => assert_eq!(seen, made.iter().rev().copied().collect::<Vec<_>>(), "{order:?}"),
            // The latest day comes first, and of one day the newest record.
            Order::Time => {
                let mut days: Vec<usize> = (0..23).collect();
                days.sort_by_key(|i| std::cmp::Reverse((i % 5, *i)));
                assert_eq!(seen, days.into_iter().map(|i| made[i]).collect::<Vec<_>>());
            }
        }
    }
}

async fn filters_keep_what_they_name(book: &Book) {
    let place = book.record(NodeKind::Place, &[("place.name", name("Плошча"))]).await;
    let violation = property("act.violation").unwrap();
    let (mut torture, mut other) = (Vec::new(), Vec::new());
    for i in 0..10 {
        let code = if i % 2 == 0 { "torture" } else { "arbitrary_detention" };
        let id = book
            .record(NodeKind::Act, &[("act.violation", value("act.violation", code)), ("act.when", value("act.when", &format!("2020-08-{:02}", i + 1)))])
            .await;
        if i % 2 == 0 { &mut torture } else { &mut other }.push(id);
    }
    book.add(torture[0], "act.place", Value::Ref(place)).await;
    let by_code = ListQuery { codes: vec![(violation, "torture".to_owned())], ..query(NodeKind::Act, Order::Newest) };
    let found = page(book, &by_code).await;
    assert_eq!(found.rows.iter().map(|row| row.id).collect::<Vec<_>>(), torture.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(found.facets.iter().map(|(p, code, n)| (p.code.as_str(), code.as_str(), *n)).collect::<Vec<_>>(), vec![("act.violation", "torture", 5)]);
    let by_day = ListQuery { when: Some(Window::parse("2020-08-03..2020-08-06").unwrap()), ..by_code.clone() };
    assert_eq!(page(book, &by_day).await.count, Count::Exactly(2));
    assert_eq!(page(book, &ListQuery { order: Order::Time, ..by_day }).await.count, Count::Exactly(2));
    // More acts at the place than of the code: then the code gives the set, and the place must still be asked of each.
    for act in &other {
        book.add(*act, "act.place", Value::Ref(place)).await;
    }
    let gone = book.add(torture[1], "act.place", Value::Ref(place)).await;
    assert_eq!(page(book, &ListQuery { at: Some(place), ..by_code.clone() }).await.count, Count::Exactly(2));
    let mut writing = book.write().await;
    writing.move_claim(gone, Move::Withdraw, Some("a misreading")).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(page(book, &ListQuery { at: Some(place), ..by_code.clone() }).await.count, Count::Exactly(1));
    assert_eq!(page(book, &ListQuery { at: Some(place), ..query(NodeKind::Act, Order::Newest) }).await.count, Count::Exactly(6));
    assert_eq!(page(book, &ListQuery { codes: vec![(violation, "' OR 1 = 1 --".to_owned())], ..by_code }).await.count, Count::Exactly(0));
}

async fn relation(book: &Book, kind: NodeKind, ends: &[(&str, NodeId)], held: &str) -> NodeId {
    let mut writing = book.write().await;
    let id = writing.random().id().unwrap();
    writing.add_record(id, kind, book.case).await.unwrap();
    for (code, end) in ends {
        let mut claim = crate::support::claim(&mut writing, id, code, Value::Ref(*end));
        claim.held = Some(Window::parse(held).unwrap());
        writing.add_claim(claim, book.case).await.unwrap();
    }
    writing.commit().await.unwrap();
    id
}

async fn a_structure_shows_the_chosen_day(book: &Book) {
    let [ministry, regiment, company, old] = [
        book.record(NodeKind::Unit, &[("unit.name", name("Міністэрства"))]).await,
        book.record(NodeKind::Unit, &[("unit.name", name("Полк"))]).await,
        book.record(NodeKind::Unit, &[("unit.name", name("Рота"))]).await,
        book.record(NodeKind::Unit, &[("unit.name", name("Былы штаб"))]).await,
    ];
    relation(book, NodeKind::Command, &[("command.superior", ministry), ("command.subordinate", regiment)], "2019..").await;
    relation(book, NodeKind::Command, &[("command.superior", old), ("command.subordinate", regiment)], "..2018").await;
    relation(book, NodeKind::Command, &[("command.superior", regiment), ("command.subordinate", company)], "~2019..2020").await;
    let person = book.record(NodeKind::Person, &[]).await;
    relation(book, NodeKind::Posting, &[("posting.person", person), ("posting.unit", company)], "2020").await;
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let on = structure(&mut tx, &reader, regiment, &Window::parse("2020-08-09").unwrap()).await.unwrap();
    let depth = |id: NodeId| on.units.iter().find(|unit| unit.id == id).map(|unit| (unit.depth, unit.people));
    assert_eq!((depth(ministry), depth(regiment), depth(company), depth(old)), (Some((-1, 0)), Some((0, 0)), Some((1, 1)), None));
    assert!(on.commands.contains(&(ministry, regiment, true)));
    assert!(on.commands.contains(&(regiment, company, false)), "an imprecise range is not certain for the day");
    let last = last_known(&mut tx, &reader, regiment).await.unwrap().map(|moment| moment.text()[..10].to_owned());
    assert_eq!(last.as_deref(), Some("2020-12-31"), "the end of the newest command");
    assert_eq!(last_known(&mut tx, &reader, person).await.unwrap(), None);
}

async fn cycles_of_command_end(book: &Book) {
    let [a, b] = [book.record(NodeKind::Unit, &[]).await, book.record(NodeKind::Unit, &[]).await];
    relation(book, NodeKind::Command, &[("command.superior", a), ("command.subordinate", b)], "2020").await;
    relation(book, NodeKind::Command, &[("command.superior", b), ("command.subordinate", a)], "2020").await;
    relation(book, NodeKind::Command, &[("command.superior", a), ("command.subordinate", a)], "2020").await;
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    assert_eq!(structure(&mut tx, &reader, a, &Window::parse("2020").unwrap()).await.unwrap().units.len(), 2);
}

async fn what_cites_a_source_is_paged(book: &Book) {
    let source = book.record(NodeKind::Source, &[]).await;
    let person = book.record(NodeKind::Person, &[]).await;
    let mut writing = book.write().await;
    for i in 0..150 {
        let mut claim = crate::support::claim(&mut writing, person, "person.note", text(&format!("note {i}")));
        claim.citations = vec![Citation::of(source), Citation::of(source)];
        writing.add_claim(claim, book.case).await.unwrap();
    }
    writing.commit().await.unwrap();
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let (mut seen, mut after) = (0, None);
    loop {
        let (claims, next) = cited(&mut tx, &reader, source, after.as_deref()).await.unwrap();
        seen += claims.len();
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, 150);
}

async fn hostile_queries_are_only_words(book: &Book) {
    let one = book.record(NodeKind::Incident, &[("incident.title", text("Near the \"old\" mill"))]).await;
    for words in ["\"", "' OR 1=1 --", "NEAR(", "mill* OR", "a AND NOT", "()", "\u{0}", "%", "_", ":*", "&|!", "\u{202e}", "🙂", "'; DROP TABLE claim; --"] {
        hits(book, words).await;
    }
    hits(book, &"ў".repeat(100_000)).await;
    hits(book, &"a ".repeat(10_000)).await;
    assert_eq!(hits(book, "mill").await, vec![one]);
}
