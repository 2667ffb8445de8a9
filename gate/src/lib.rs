//! What stands between a member and a sealed part: accounts and their keys, case keys, shares given to each other, the read log, the caps.
//!
//! Two small databases in the book's folder. `house.db` holds closed key files, public keys and wraps: it can be read while the desk is locked and opens
//! nothing. `gate.db` holds the halves that are given out against a log entry, the log itself and the counters, so that giving out and writing down are one
//! transaction. Both are SQLite files also where the register is elsewhere: they never leave the desk's machine. Every function that opens something takes a
//! [`Present`], and goes through one door, `Gate::pass`, which writes the entry before it gives the receipt without which no key is used.
//! Nothing here is a record of the book: what is told of people and places is the store's or sealed.

mod account;
mod act;
mod caps;
mod case;
mod error;
mod house;
mod log;
mod part;
mod present;
mod read;
mod sign_in;
mod totp;
mod tranche;

pub use account::{Account, AccountState, Founder};
pub use act::{Act, ActError, ActId, ActKind, ActState, PROPOSED_US};
pub use caps::{Cap, Capped, Used};
pub use error::{GateError, OpenFailure};
pub use house::{GATE, HOUSE, House};
pub use kniha_seal::readlog::Why;
pub use log::{Entry, Followed, LogState, Said};
pub use part::{Held, Sealed};
pub use present::{OFTEN, Present};
pub use read::{Opened, PartStream};
pub use sign_in::{SignInError, SignedIn, Wrongs};
pub use totp::{TotpSecret, code_at};
pub use tranche::{Tranche, TrancheId};

use getrandom::SysRng;
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_seal::part::Day;
use rand_core::UnwrapErr;

/// The operating system's randomness, after a look that it has any.
pub(crate) fn rng() -> Result<UnwrapErr<SysRng>, GateError> {
    getrandom::fill(&mut [0; 32]).map_err(|_| GateError::Randomness)?;
    Ok(UnwrapErr(SysRng))
}

/// The day of a moment.
pub(crate) fn day(now: UtcMicros) -> Day {
    Day(u32::try_from(now.0.div_euclid(DAY_US)).unwrap_or(0))
}

/// Sixteen fresh random bytes.
pub(crate) fn fresh_id() -> Result<[u8; 16], GateError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| GateError::Randomness)?;
    Ok(id)
}
