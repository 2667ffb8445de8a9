//! Everything the book keeps, in SQL: the only room that knows tables.
//!
//! [`Store`] opens a book; [`Store::read`] gives a snapshot for the reading functions, each of which asks for a [`Reader`]; [`Store::write`] gives a
//! [`Writing`]. One SQL text serves SQLite and PostgreSQL. Numbers of rows never leave this room.

mod book;
mod buffer;
mod edge;
mod error;
mod index;
mod random;
mod row;
mod write;

pub use book::{Beginning, Book, Case, Reader, Store, cases, members, reader};
pub use error::StoreError;
pub use index::NameSecret;
pub use kniha_db::{Durability, Key, Place, ReadTx, Tx};
pub use random::Random;
pub use write::Writing;
