//! The two schemas say the same, hold nothing that must be forgotten, and never change once shipped.

use std::collections::BTreeSet;

use kniha_db::Place;
use sqlx::{Connection, PgConnection};

use crate::support::*;

/// Every column there may be, in the order of tables and names.
const COLUMNS: [&str; 18] = [
    "banner.bytes bytes not null",
    "banner.one integer not null",
    "block.block_id bytes not null",
    "block.bytes bytes not null",
    "block.expires_month integer not null",
    "block.mailbox_id bytes not null",
    "key_list.bytes bytes not null",
    "key_list.no integer not null",
    "leaf.bytes bytes not null",
    "leaf.leaf_id bytes not null",
    "part.day integer not null",
    "part.header bytes not null",
    "part.list_no integer not null",
    "part.object_id bytes null",
    "part.part_id bytes not null",
    "part.payload bytes null",
    "part.payload_sha256 bytes not null",
    "part.size integer not null",
];

fn named(rows: Vec<(String, String, String, String)>) -> Vec<String> {
    let kind = |kind: &str| match kind {
        "BLOB" | "bytea" => "bytes",
        "INTEGER" | "bigint" => "integer",
        other => panic!("a column of type {other}"),
    };
    rows.iter().map(|(table, name, ty, null)| format!("{table}.{name} {} {null}", kind(ty))).collect::<BTreeSet<_>>().into_iter().collect()
}

#[tokio::test]
async fn no_column_holds_what_must_be_forgotten() {
    let case = Case::sqlite().await;
    let Place::Sqlite { file, .. } = &case.place else { panic!("a SQLite place") };
    let sql = "SELECT t.name, c.name, c.type, CASE c.\"notnull\" WHEN 1 THEN 'not null' ELSE 'null' END
        FROM pragma_table_list t JOIN pragma_table_info(t.name) c WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '_sqlx_migrations'";
    let mut c = plain(file).await;
    assert_eq!(named(sqlx::query_as(sql).fetch_all(&mut c).await.unwrap()), COLUMNS);
    let loose =
        "SELECT COUNT(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations' AND NOT (wr AND strict)";
    assert_eq!(case.number(loose).await, 0, "every table is STRICT and has no number of its own for a row");
    if let Some(Place::Postgres { url }) = Case::postgres().await.map(|case| case.place) {
        let sql = "SELECT table_name::text, column_name::text, data_type::text, CASE is_nullable WHEN 'NO' THEN 'not null' ELSE 'null' END
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'";
        assert_eq!(named(sqlx::query_as(sql).fetch_all(&mut PgConnection::connect(&url).await.unwrap()).await.unwrap()), COLUMNS);
    }
}

/// Digests of migration files that inboxes in the field have applied. Add a line for a new file; never change one.
const SHIPPED: &str = include_str!("shipped.txt");

#[test]
fn a_shipped_migration_is_never_edited() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut found = BTreeSet::new();
    for database in ["sqlite", "postgres"] {
        for entry in std::fs::read_dir(folder.join(database)).unwrap() {
            let path = entry.unwrap().path();
            found.insert(format!("{}  {database}/{}", sha256(&std::fs::read(&path).unwrap()), path.file_name().unwrap().to_str().unwrap()));
        }
    }
    assert_eq!(found, SHIPPED.lines().map(str::to_owned).collect(), "migration files differ from shipped.txt");
}
