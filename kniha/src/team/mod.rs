//! Whose keys a book has: the key lists in its folder, the desk's own keys, and how a list is drafted, signed and published,
//! and how a portal gets its folder.
//!
//! For the commands that collect, open and reply: [`current`] gives the list that is believed, [`served`] the lists as the portal serves them,
//! [`DeskKeys::read`] the desk's signing keys, [`demo()`] a whole invented team. Members' secret keys are never in a book's folder (a demo's apart).
//! Reads and writes files.

mod day;
mod demo;
mod desk_keys;
mod folder;
pub(crate) mod members;
mod plan;
mod portal;
mod shape;
mod signature;

pub use day::{text as day_text, today};
pub use demo::{DemoAccount, DemoTeam, demo};
pub use desk_keys::DeskKeys;
pub use folder::{current, served};
pub use portal::portal_folder;
pub use shape::{Shape, ShapeError};

pub(crate) use day::parse as parse_day;
pub(crate) use desk_keys::{FILE as DESK_KEYS, rights as desk_keys_rights};
pub(crate) use folder::{FOLDER as KEY_LISTS, first_list, publish};
pub(crate) use plan::{Plan, Size};
pub(crate) use signature::ListSignature;

use getrandom::SysRng;
use rand_core::UnwrapErr;

/// The operating system's randomness, after a look that it has any.
pub(crate) fn rng() -> anyhow::Result<UnwrapErr<SysRng>> {
    getrandom::fill(&mut [0; 32]).map_err(|e| anyhow::anyhow!("the machine has no randomness: {e}"))?;
    Ok(UnwrapErr(SysRng))
}
