//! Reads a table of comma-separated values as claims, by a map that says which column says what of which record.
//!
//! bytes ─► `decode` (UTF-8) ─► `table` (rows) ─► `row` (drafts, by `map`). Each step holds one row at most, so a file of any size is read in
//! the same memory; only `unique = true` remembers something of each row. `docs/IMPORT.md` explains the map.

mod decode;
mod map;
mod row;
mod table;

pub(crate) use decode::{Decoder, announced};
pub(crate) use map::Map;
pub(crate) use row::Reader;
pub(crate) use table::Table;
