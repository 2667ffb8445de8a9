//! The two schemas say the same, and shipped files are never edited.

use std::collections::BTreeSet;

use kniha_store::{Place, Store, StoreError};
use sqlx::{Connection, PgConnection, Row, SqliteConnection};

use crate::support::*;

/// Tables that one database has for its own needs.
const OWN: [&str; 6] = ["_sqlx_migrations", "sqlite_sequence", "prose", "prose_config", "prose_data", "prose_docsize"];

async fn sqlite_schema(place: &Place) -> BTreeSet<String> {
    let Place::Sqlite { file, key, .. } = place else { panic!("a SQLite place") };
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).pragma("key", format!("\"x'{}'\"", key.as_ref().unwrap().0));
    let mut c = SqliteConnection::connect_with(&options).await.unwrap();
    let mut facts = BTreeSet::new();
    let tables = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&mut c).await.unwrap();
    for table in tables.iter().map(|row| row.get::<String, _>(0)).filter(|t| !OWN.contains(&t.as_str()) && !t.starts_with("prose_")) {
        for row in sqlx::query("SELECT name, type, \"notnull\", pk FROM pragma_table_info($1)").bind(&table).fetch_all(&mut c).await.unwrap() {
            let (name, kind, not_null, pk): (String, String, i64, i64) = (row.get(0), row.get(1), row.get(2), row.get(3));
            let kind = match kind.as_str() {
                "INTEGER" => "bigint",
                "TEXT" => "text",
                "BLOB" => "bytea",
                "REAL" => "double precision",
                other => panic!("a column of type {other}"),
            };
            facts.insert(format!("column {table}.{name} {kind} {}", if not_null == 1 || pk > 0 { "not null" } else { "null" }));
            if pk > 0 {
                facts.insert(format!("key {table} {name}"));
            }
        }
        for row in sqlx::query("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list($1)").bind(&table).fetch_all(&mut c).await.unwrap() {
            facts.insert(format!("foreign {table}.{} -> {}.{}", row.get::<String, _>(0), row.get::<String, _>(1), row.get::<String, _>(2)));
        }
        for row in sqlx::query("SELECT name, \"unique\", partial FROM pragma_index_list($1) WHERE origin = 'c'").bind(&table).fetch_all(&mut c).await.unwrap() {
            let name: String = row.get(0);
            let columns = sqlx::query("SELECT name FROM pragma_index_info($1) ORDER BY seqno").bind(&name).fetch_all(&mut c).await.unwrap();
            let columns: Vec<String> = columns.iter().map(|row| row.get(0)).collect();
            facts.insert(format!("index {name} ({}) unique {} partial {}", columns.join(", "), row.get::<i64, _>(1), row.get::<i64, _>(2)));
        }
    }
    facts
}

async fn postgres_schema(place: &Place) -> BTreeSet<String> {
    let Place::Postgres { url } = place else { panic!("a PostgreSQL place") };
    let mut c = PgConnection::connect(url).await.unwrap();
    let mut facts = BTreeSet::new();
    let skip = |table: &str| OWN.contains(&table);
    let columns =
        "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text FROM information_schema.columns WHERE table_schema = 'public'";
    for row in sqlx::query(columns).fetch_all(&mut c).await.unwrap() {
        let (table, name, kind, null): (String, String, String, String) = (row.get(0), row.get(1), row.get(2), row.get(3));
        if !skip(&table) {
            facts.insert(format!("column {table}.{name} {kind} {}", if null == "NO" { "not null" } else { "null" }));
        }
    }
    let keys = "SELECT c.conrelid::regclass::text, c.contype::text, a.attname::text, COALESCE(c.confrelid::regclass::text, ''), COALESCE(f.attname::text, '')
        FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY k(no, nth) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.no
        LEFT JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[k.nth] WHERE c.contype IN ('p', 'f') AND c.connamespace = 'public'::regnamespace";
    for row in sqlx::query(keys).fetch_all(&mut c).await.unwrap() {
        let (table, kind, column, other, to): (String, String, String, String, String) = (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4));
        if !skip(&table) {
            facts.insert(if kind == "p" { format!("key {table} {column}") } else { format!("foreign {table}.{column} -> {other}.{to}") });
        }
    }
    let indexes = "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, i.indisunique::int::bigint, (i.indpred IS NOT NULL)::int::bigint,
        (SELECT string_agg(a.attname::text, ', ' ORDER BY k.nth) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(no, nth) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.no)
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE NOT i.indisprimary AND t.relnamespace = 'public'::regnamespace";
    for row in sqlx::query(indexes).fetch_all(&mut c).await.unwrap() {
        let (table, name, unique, partial, columns): (String, String, i64, i64, String) = (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4));
        if !skip(&table) {
            facts.insert(format!("index {name} ({columns}) unique {unique} partial {partial}"));
        }
    }
    facts
}

#[tokio::test]
async fn both_schemas_say_the_same() {
    let (sqlite, postgres) = (Book::sqlite().await, Book::postgres().await);
    let (a, b) = (sqlite_schema(&sqlite.place).await, postgres_schema(&postgres.place).await);
    assert!(a.len() > 100, "the schema was read");
    assert_eq!(a.difference(&b).collect::<Vec<_>>(), Vec::<&String>::new(), "only in SQLite");
    assert_eq!(b.difference(&a).collect::<Vec<_>>(), Vec::<&String>::new(), "only in PostgreSQL");
}

/// Digests of migration files that books in the field have applied. Add a line for a new file; never change one.
const SHIPPED: &str = include_str!("shipped.txt");

#[test]
fn a_shipped_migration_is_never_edited() {
    use sha2::{Digest, Sha256};
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut found = BTreeSet::new();
    for database in ["sqlite", "postgres"] {
        for entry in std::fs::read_dir(folder.join(database)).unwrap() {
            let path = entry.unwrap().path();
            let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(std::fs::read(&path).unwrap()));
            found.insert(format!("{digest}  {database}/{}", path.file_name().unwrap().to_str().unwrap()));
        }
    }
    let shipped: BTreeSet<String> = SHIPPED.lines().map(str::to_owned).collect();
    assert_eq!(found, shipped, "migration files differ from shipped.txt");
    let names =
        |database: &str| found.iter().filter_map(|line| line.split_once(&format!("{database}/")).map(|(_, name)| name.to_owned())).collect::<BTreeSet<_>>();
    assert_eq!(names("sqlite"), names("postgres"), "the two trees have the same file names");
}

#[tokio::test]
async fn a_book_from_a_newer_version_is_refused() {
    let book = Book::postgres().await;
    let Place::Postgres { url } = &book.place else { panic!("a PostgreSQL place") };
    let mut c = PgConnection::connect(url).await.unwrap();
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', true, '', 0)")
        .execute(&mut c)
        .await
        .unwrap();
    assert!(matches!(Store::open(&book.place, secret()).await, Err(StoreError::Newer { step: 9999 })));
}
