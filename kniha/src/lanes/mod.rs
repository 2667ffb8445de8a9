//! The lanes of the command line: sealed things on their way between a sender's machine, the portal and the book's folder.
//!
//! Network, files and the terminal; what is sealed, and to whom, is decided in `kniha_seal::submission`.

pub(crate) mod address;
pub(crate) mod ask;
pub(crate) mod client;
pub(crate) mod found;
pub(crate) mod opening_log;
pub(crate) mod pieces;
pub(crate) mod source_file;
pub(crate) mod told;
pub(crate) mod trust;

use getrandom::SysRng;
use kniha_core::time::DAY_US;
use kniha_seal::part::Day;
use rand_core::UnwrapErr;

use crate::clock;

/// Today, in UTC.
pub(crate) fn today() -> Day {
    Day(u32::try_from(clock::now().0 / DAY_US).unwrap_or(u32::MAX))
}

/// The machine's randomness. Asked once before, so that a machine without any is told so and nothing is half done.
pub(crate) fn rng() -> anyhow::Result<UnwrapErr<SysRng>> {
    getrandom::u32().map_err(|e| anyhow::anyhow!("the machine has no randomness: {e}"))?;
    Ok(UnwrapErr(SysRng))
}

/// A day as people write it.
pub(crate) fn day_text(day: Day) -> String {
    kniha_core::time::civil(i64::from(day.0) * DAY_US).map_or_else(|| day.to_string(), |at| at.date().to_string())
}
