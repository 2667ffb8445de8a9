//! The contract of the store: every query function, run against both databases.
//!
//! SQLite in a temporary folder; PostgreSQL at `KNIHA_TEST_POSTGRES_URL` (a server where databases may be made), which must be there: a run without it
//! fails. `make test` starts one.
#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod casework;
mod claims;
mod crash;
mod damage;
mod finding;
mod imports;
mod intake;
mod schema;
mod support;
mod whole;
