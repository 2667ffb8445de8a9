//! Who is who, what fits where and when: scores that explain themselves.
//!
//! Pure: no files, network, clock or randomness; the world comes in as arguments. Nothing computed here is a fact: a score is a proposal with its
//! reasons, and a person gives the verdict.

pub mod link;
pub mod weight;
