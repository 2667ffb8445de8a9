//! Whether two records tell of the same person, unit or place.

pub mod name;
pub mod organisation;
