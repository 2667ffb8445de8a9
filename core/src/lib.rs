//! The words and rules of the book: ids, times and places with doubt, names, sources, claims, and what holds them together.
//!
//! Pure: no files, network, clock or randomness; the world comes in as arguments. Everything else in the workspace may know
//! this room, and it knows none of them.

pub mod access;
pub mod claim;
pub mod commit;
pub mod custody;
pub mod day;
pub mod examined;
pub mod id;
pub mod intake;
pub mod lang;
pub mod name;
pub mod place;
pub mod telling;
pub mod text;
pub mod time;
pub mod value;
pub mod vocab;
pub mod words;
