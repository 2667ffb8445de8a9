//! What the gate holds: who opens what and who does not, in whatever order and however it ends; what the log shows of it.
//!
//! An invented team with real keys stands on a stage in a temporary folder; what arrives is sealed as the portal seals it. Figures are asked of the long runs
//! with `KNIHA_GATE_FULL=1` and of kills with `KNIHA_CRASH_CYCLES`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod acts;
mod cases;
mod opening;
mod signing_in;
mod stage;
mod stolen;
mod watching;
