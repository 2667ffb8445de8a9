//! The command line as people use it: the built program in folders of its own, on SQLite and, where `KNIHA_TEST_POSTGRES_URL` names a
//! server, on a PostgreSQL database made for each test. With `KNIHA_REQUIRE_POSTGRES=1` a missing server is a failure.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "tool/bad_tables.rs"]
mod bad_tables;
#[path = "tool/book.rs"]
mod book;
#[path = "tool/books.rs"]
mod books;
#[path = "tool/closed.rs"]
mod closed;
#[path = "tool/collecting.rs"]
mod collecting;
#[path = "tool/imports.rs"]
mod imports;
#[path = "tool/keys.rs"]
mod keys;
#[path = "tool/lanes.rs"]
mod lanes;
#[path = "tool/members.rs"]
mod members;
#[path = "tool/names.rs"]
mod names;
#[path = "tool/posting.rs"]
mod posting;
#[path = "tool/reading.rs"]
mod reading;
#[path = "tool/team.rs"]
mod team;
