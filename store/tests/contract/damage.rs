//! Wrong keys, wrong files, clocks that go back, databases that go away.

use kniha_core::time::UtcMicros;
use kniha_core::vocab::NodeKind;
use kniha_store::{Durability, Key, Place, Store, StoreError, check};
use sqlx::{Connection, PgConnection};

use crate::contracts;
use crate::support::*;

contracts!(a_clock_that_went_back_is_refused, small_corrections_of_the_clock_are_taken, a_second_book_is_not_made_over_the_first,);

async fn a_clock_that_went_back_is_refused(book: &Book) {
    book.record(NodeKind::Person, &[]).await;
    let hour_before = UtcMicros(NOW.0 - 3_600_000_000);
    match book.store.write(book.member, hour_before).await {
        Err(StoreError::ClockBack { behind_s }) => assert_eq!(behind_s, 3600),
        other => panic!("{:?}", other.map(|_| "a transaction")),
    }
}

async fn small_corrections_of_the_clock_are_taken(book: &Book) {
    book.record(NodeKind::Person, &[]).await;
    let writing = book.store.write(book.member, UtcMicros(NOW.0 - 1_000_000)).await.unwrap();
    assert_eq!(writing.at(), NOW, "entries never stand before those they follow");
}

async fn a_second_book_is_not_made_over_the_first(book: &Book) {
    assert!(matches!(Store::create(&book.place, secret(), &beginning()).await, Err(StoreError::BookExists)));
}

#[tokio::test]
async fn a_wrong_key_opens_nothing() {
    let book = Book::sqlite().await;
    let Place::Sqlite { file, .. } = &book.place else { panic!("a SQLite place") };
    let wrong = Place::Sqlite { file: file.clone(), key: Some(Key("cd".repeat(32))), durability: Durability::Full };
    assert!(matches!(Store::open(&wrong, secret()).await, Err(StoreError::Key)));
}

#[tokio::test]
async fn a_file_that_is_no_book_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("register.db"), b"not a database, but quite long enough to look like one for a moment").unwrap();
    assert!(matches!(Store::open(&sqlite_place(folder.path()), secret()).await, Err(StoreError::Key)));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open(&sqlite_place(empty.path()), secret()).await, Err(StoreError::Gone { .. })));
}

#[tokio::test]
async fn nothing_readable_is_in_the_files_while_they_are_open() {
    let book = Book::sqlite().await;
    let canary = "canary-5f1e9d";
    book.record(NodeKind::Incident, &[("incident.title", text(canary)), ("incident.summary", text(&format!("{canary} {}", "words ".repeat(2000))))]).await;
    let Place::Sqlite { file, .. } = &book.place else { panic!("a SQLite place") };
    let folder = file.parent().unwrap();
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    assert!(bytes.len() > 50_000, "the write-ahead log was read too");
    for needle in [canary.as_bytes(), b"incident.title", b"CREATE TABLE"] {
        assert!(!bytes.windows(needle.len()).any(|window| window == needle));
    }
}

#[tokio::test]
async fn a_row_changed_behind_our_back_is_found() {
    let book = Book::postgres().await;
    let person = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    book.add(person, "person.note", text("as written")).await;
    let Place::Postgres { url } = &book.place else { panic!("a PostgreSQL place") };
    assert_eq!(check(&book.store, |_| {}).await.unwrap().faults, Vec::<String>::new());
    let changes = [
        "UPDATE claim SET text = 'as changed' WHERE text = 'as written'",
        "UPDATE claim SET made_us = made_us - 1 WHERE seq = 2",
        "UPDATE claim SET stance = 'against' WHERE seq = 2",
        "UPDATE node SET head_seq = head_seq + 1",
        "UPDATE node SET made_us = made_us - 1",
        "DELETE FROM claim WHERE seq = 2",
    ];
    for change in changes {
        let mut c = PgConnection::connect(url).await.unwrap();
        sqlx::query("CREATE TABLE kept_claim AS SELECT * FROM claim").execute(&mut c).await.unwrap();
        sqlx::query("CREATE TABLE kept_node AS SELECT * FROM node").execute(&mut c).await.unwrap();
        assert_eq!(sqlx::query(change).execute(&mut c).await.unwrap().rows_affected(), 1);
        assert_ne!(check(&book.store, |_| {}).await.unwrap().faults, Vec::<String>::new(), "{change}");
        for back in [
            "DELETE FROM claim",
            "DELETE FROM node",
            "INSERT INTO node SELECT * FROM kept_node",
            "INSERT INTO claim SELECT * FROM kept_claim",
            "DROP TABLE kept_claim",
            "DROP TABLE kept_node",
        ] {
            sqlx::query(back).execute(&mut c).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_database_that_goes_away_is_said_to_be_gone() {
    let book = Book::postgres().await;
    let Place::Postgres { url } = &book.place else { panic!("a PostgreSQL place") };
    let mut writing = book.write().await;
    let id = writing.random().id().unwrap();
    writing.add_record(id, NodeKind::Person, book.case).await.unwrap();
    let (server, name) = url.rsplit_once('/').unwrap();
    let mut c = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1").bind(name).execute(&mut c).await.unwrap();
    assert!(matches!(writing.commit().await, Err(StoreError::Gone { .. })));
    let reader = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    assert_eq!(kniha_store::record(&mut tx, &reader, id).await.unwrap(), None, "nothing was half written");
}
