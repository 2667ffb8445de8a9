//! Whether two records tell of the same person, unit or place.

pub mod comparison;
pub mod handle;
pub mod name;
pub mod organisation;
pub mod phone;
pub mod place;
pub mod plate;
