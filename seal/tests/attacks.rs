//! What an adversary does to a sealed part, and that it gains nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

mod attacks {
    pub(crate) mod halves;
    pub(crate) mod parts;
}
