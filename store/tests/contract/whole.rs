//! The whole book: out as lines, back into an empty book, indexes built anew.

use kniha_core::claim::Move;
use kniha_core::value::Value;
use kniha_core::vocab::NodeKind;
use kniha_core::words::VERSION;
use kniha_store::{Store, StoreError, dump, reindex, restore, search};

use crate::contracts;
use crate::support::*;

contracts!(
    an_export_restores_into_an_equal_book,
    a_changed_export_is_refused_and_nothing_is_written,
    indexes_built_anew_find_the_same,
    a_book_with_older_keys_says_so_until_it_is_indexed_anew,
    a_book_with_records_is_not_restored_over,
);

pub(crate) async fn lines(store: &Store) -> Vec<String> {
    let mut lines = Vec::new();
    dump(store, &mut |line| {
        lines.push(serde_json::to_string(&line).unwrap());
        Ok(())
    })
    .await
    .unwrap();
    lines
}

async fn filled(book: &Book) {
    let source = book.record(NodeKind::Source, &[("source.title", text("Diary"))]).await;
    let unit = book.record(NodeKind::Unit, &[("unit.name", name("Трэці полк"))]).await;
    let person = book.record(NodeKind::Person, &[("person.name", name("Ян Патапенка")), ("person.name", name("Jan Patapienka"))]).await;
    book.record(NodeKind::Posting, &[("posting.person", Value::Ref(person)), ("posting.unit", Value::Ref(unit))]).await;
    // A record that refers to a later one, which an export meets before its target.
    let later = book.record(NodeKind::Incident, &[("incident.title", text("Later"))]).await;
    let mut writing = book.write().await;
    let mut new = crate::support::claim(&mut writing, person, "person.note", text("said \"I was there\"\nand\tleft \u{202e}"));
    new.citations = vec![citing(source, "there")];
    let noted = new.id;
    writing.add_claim(new, book.case).await.unwrap();
    let part = crate::support::claim(&mut writing, later, "incident.where", value("incident.where", "0.1, -0.30000000000000004 ±0.1m"));
    writing.add_claim(part, book.case).await.unwrap();
    writing.move_claim(noted, Move::Accept, None).await.unwrap();
    let gone = crate::support::claim(&mut writing, person, "person.note", text("to be erased"));
    let gone_id = gone.id;
    writing.add_claim(gone, book.case).await.unwrap();
    writing.move_claim(gone_id, Move::Erase, Some("asked")).await.unwrap();
    let taken = crate::support::claim(&mut writing, person, "person.birth", value("person.birth", "1981"));
    let taken_id = taken.id;
    writing.add_claim(taken, book.case).await.unwrap();
    writing.move_claim(taken_id, Move::Withdraw, Some("misread")).await.unwrap();
    writing.commit().await.unwrap();
}

pub(crate) async fn into(book: &Book, lines: &[String]) -> Result<kniha_store::Restored, StoreError> {
    let mut rest = lines.iter().cloned();
    restore(&book.store, || Ok(rest.next()), |_| {}).await
}

async fn an_export_restores_into_an_equal_book(book: &Book) {
    filled(book).await;
    let exported = lines(&book.store).await;
    let other = book.another().await;
    let restored = into(&other, &exported).await.unwrap();
    assert_eq!(restored.members[0].0, book.member);
    let opened = Store::open(&other.place, secret()).await.unwrap();
    assert_eq!(lines(&opened).await, exported);
    let reader = book.reader().await;
    for words in ["Patapienka", "Jan", "Трэці", "there"] {
        let (mut a, mut b) = (book.store.read().await.unwrap(), opened.read().await.unwrap());
        let found = search(&mut a, &reader, &book.store, words, None, 10).await.unwrap();
        assert!(!found.hits.is_empty(), "{words}");
        assert_eq!(found, search(&mut b, &reader, &opened, words, None, 10).await.unwrap());
    }
}

async fn a_changed_export_is_refused_and_nothing_is_written(book: &Book) {
    filled(book).await;
    let exported = lines(&book.store).await;
    let other = book.another().await;
    let before = lines(&other.store).await;
    let mut broken: Vec<Vec<String>> = Vec::new();
    for at in 0..exported.len() {
        // Each line left out once.
        broken.push(exported.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, line)| line.clone()).collect());
    }
    for (from, to) in [
        ("Ян Патапенка", "Ян Патапенко"),
        ("\"for\"", "\"against\""),
        ("misread", "mislaid"),
        ("\"there\"", "\"here\""),
        ("1981", "1982"),
        ("\"Later\"", "\"Latter\""),
    ] {
        let changed: Vec<String> = exported.iter().map(|line| line.replacen(from, to, 1)).collect();
        assert_ne!(changed, exported, "{from} stands in the export");
        broken.push(changed);
    }
    // The last claim of the last record left out, and the last line made to fit: only the record's head knows.
    let (end, rest) = exported.split_last().unwrap();
    let last = rest.iter().rposition(|line| line.contains("\"t\":\"claim\"")).unwrap();
    assert!(rest[last - 1].contains("\"t\":\"claim\"") && !rest[last + 1].contains("\"t\":\"move\""));
    let mut counted: serde_json::Value = serde_json::from_str(end).unwrap();
    counted["claims"] = (counted["claims"].as_u64().unwrap() - 1).into();
    broken.push(rest[..last].iter().chain(&rest[last + 1..]).cloned().chain([counted.to_string()]).collect());
    broken.push(vec!["{}".to_owned()]);
    broken.push(vec![]);
    for lines_of in broken {
        let refused = into(&other, &lines_of).await;
        assert!(refused.is_err(), "a changed export of {} lines was taken", lines_of.len());
        assert_eq!(lines(&other.store).await, before);
    }
}

async fn indexes_built_anew_find_the_same(book: &Book) {
    filled(book).await;
    let reader = book.reader().await;
    let mut before = Vec::new();
    for words in ["Patapienka", "полк", "there", "erased", "1981"] {
        let mut tx = book.store.read().await.unwrap();
        before.push(search(&mut tx, &reader, &book.store, words, None, 10).await.unwrap());
    }
    reindex(&book.store, |_| {}).await.unwrap();
    for (words, expected) in ["Patapienka", "полк", "there", "erased", "1981"].into_iter().zip(before) {
        let mut tx = book.store.read().await.unwrap();
        assert_eq!(search(&mut tx, &reader, &book.store, words, None, 10).await.unwrap(), expected, "{words}");
    }
}

async fn a_book_with_older_keys_says_so_until_it_is_indexed_anew(book: &Book) {
    let id = book.record(NodeKind::Person, &[("person.name", name("Жукавец Аляксандр"))]).await;
    assert_eq!(number(&book.place, "UPDATE book SET words_version = 1 RETURNING words_version").await, 1);
    number(&book.place, "DELETE FROM name_key RETURNING claim_no").await;
    let reopened = Store::open(&book.place, secret()).await.unwrap();
    assert_eq!(reopened.book().words_version, 1, "it opens and says which keys it has");
    let reader = book.reader().await;
    let hits = async |store: &Store| search(&mut store.read().await.unwrap(), &reader, store, "Alexandre Joukovets", None, 10).await.unwrap().hits;
    assert!(hits(&reopened).await.is_empty());
    reindex(&reopened, |_| {}).await.unwrap();
    assert_eq!(hits(&reopened).await.iter().map(|hit| hit.id).collect::<Vec<_>>(), [id]);
    reopened.close().await;
    let reopened = Store::open(&book.place, secret()).await.unwrap();
    assert_eq!(reopened.book().words_version, i64::from(VERSION));
    reopened.close().await;
}

async fn a_book_with_records_is_not_restored_over(book: &Book) {
    filled(book).await;
    let exported = lines(&book.store).await;
    assert!(matches!(into(book, &exported).await, Err(StoreError::BookExists)));
}
