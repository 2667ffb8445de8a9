//! The room seen from outside: what an adversary gains, what other programs make of our bytes, and that the formats stay what they are.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests may start other programs and read files"
)]

mod whole {
    pub(crate) mod age_interop;
    pub(crate) mod browser_lane;
    pub(crate) mod halves;
    pub(crate) mod hpke;
    pub(crate) mod parts;
    pub(crate) mod submissions;
    pub(crate) mod vectors;
    pub(crate) mod xwing;

    /// How many rounds the long checks make: 100, or what `KNIHA_SEAL_ROUNDS` says.
    pub(crate) fn rounds() -> u32 {
        std::env::var("KNIHA_SEAL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(100)
    }
}
