//! The words and rules of the book.

pub mod lang;
pub mod vocab;
