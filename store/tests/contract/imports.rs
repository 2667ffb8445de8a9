//! An import appears whole or not at all, and goes on where it stopped.

use kniha_core::claim::NewClaim;
use kniha_core::vocab::{NodeKind, property};
use kniha_store::{Import, ImportPlan, Reader, StoreError, abandon_import, imports, search};

use crate::contracts;
use crate::support::*;

contracts!(
    an_import_appears_only_when_finished,
    an_import_goes_on_after_the_last_durable_chunk,
    an_abandoned_import_leaves_nothing,
    the_same_file_is_not_imported_twice,
);

fn plan() -> ImportPlan {
    ImportPlan {
        kind: "csv".to_owned(),
        file_name: "people.csv".to_owned(),
        file_sha256: "aa".repeat(32),
        plan_sha256: "bb".repeat(32),
        title: "People".to_owned(),
    }
}

async fn chunk(import: &mut Import<'_>, keys: &[&str], rows_done: u64) {
    let mut chunk = import.chunk(NOW).await.unwrap();
    for key in keys {
        let (id, new) = chunk.node_for(key, NodeKind::Person).await.unwrap();
        let claim = NewClaim::stated(chunk.claim_id().unwrap(), id, property("person.name").unwrap(), name(&format!("Imported {key}")));
        chunk.claim(claim).await.unwrap();
        assert!(new || rows_done > 1, "a key of an earlier chunk is known again");
    }
    chunk.commit(rows_done).await.unwrap();
}

async fn found(book: &Book, reader: &Reader) -> usize {
    let mut tx = book.store.read().await.unwrap();
    search(&mut tx, reader, &book.store, "Imported", None, 50).await.unwrap().hits.len()
}

async fn an_import_appears_only_when_finished(book: &Book) {
    let reader = book.reader().await;
    let mut import = Import::begin(&book.store, book.member, NOW, &plan()).await.unwrap();
    chunk(&mut import, &["a", "b"], 1).await;
    assert_eq!(found(book, &reader).await, 0);
    assert!(!crate::whole::lines(&book.store).await.iter().any(|line| line.contains("Imported")));
    import.finish(NOW, &[book.member]).await.unwrap();
    assert_eq!(found(book, &reader).await, 2);
}

async fn an_import_goes_on_after_the_last_durable_chunk(book: &Book) {
    let mut import = Import::begin(&book.store, book.member, NOW, &plan()).await.unwrap();
    chunk(&mut import, &["a", "b"], 1).await;
    {
        // A chunk that is never committed: what kill −9 leaves.
        let mut lost = import.chunk(NOW).await.unwrap();
        lost.node_for("lost", NodeKind::Person).await.unwrap();
    }
    drop(import);
    let mut again = Import::begin(&book.store, book.member, NOW, &plan()).await.unwrap();
    assert_eq!((again.rows_done, again.claims_done), (1, 2));
    chunk(&mut again, &["b"], 2).await;
    again.finish(NOW, &[book.member]).await.unwrap();
    assert_eq!(found(book, &book.reader().await).await, 2, "a key names the same record in every chunk");
}

async fn an_abandoned_import_leaves_nothing(book: &Book) {
    let before = (crate::whole::lines(&book.store).await, rows(book).await);
    let mut import = Import::begin(&book.store, book.member, NOW, &plan()).await.unwrap();
    chunk(&mut import, &["a"], 1).await;
    let id = import.id;
    drop(import);
    abandon_import(&book.store, book.member, NOW, id).await.unwrap();
    // An export leaves an unfinished import out in any case, so the tables themselves are asked.
    assert_eq!((crate::whole::lines(&book.store).await, rows(book).await), before);
    let mut tx = book.store.read().await.unwrap();
    assert_eq!(imports(&mut tx).await.unwrap()[0].state, "abandoned");
    drop(tx);
    assert!(matches!(abandon_import(&book.store, book.member, NOW, id).await, Err(StoreError::Import { .. })));
    let again = Import::begin(&book.store, book.member, NOW, &plan()).await.unwrap();
    assert_eq!(again.rows_done, 0);
}

/// How many rows each table has that an import writes into.
async fn rows(book: &Book) -> Vec<i64> {
    let mut rows = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM node",
        "SELECT COUNT(*) FROM claim",
        "SELECT COUNT(*) FROM prose",
        "SELECT COUNT(*) FROM name_key",
        "SELECT COUNT(*) FROM listing",
        "SELECT COUNT(*) FROM import_key",
    ] {
        rows.push(number(&book.place, sql).await);
    }
    rows
}

async fn the_same_file_is_not_imported_twice(book: &Book) {
    let import = Import::begin(&book.store, book.member, NOW, &plan()).await.unwrap();
    import.finish(NOW, &[book.member]).await.unwrap();
    assert!(matches!(Import::begin(&book.store, book.member, NOW, &plan()).await, Err(StoreError::Import { .. })));
}
