//! What the inbox promises: the contract on both databases, each write kept or lost whole, and nothing left that tells who came when.
//!
//! SQLite in a temporary folder; PostgreSQL at `KNIHA_TEST_POSTGRES_URL` (a server where databases may be made). Without it those tests say so and pass,
//! unless `KNIHA_REQUIRE_POSTGRES` is set. `make test` starts a server.
#![allow(clippy::unwrap_used, reason = "tests")]

mod contract;
mod crash;
mod faults;
mod game;
mod schema;
mod support;
