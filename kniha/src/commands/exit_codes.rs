//! `kniha exit-codes`: how commands end, for those who write scripts around them.

use crate::{exit, say};

/// How commands end: the exit codes
#[derive(clap::Args)]
#[command(long_about = exit::TABLE)]
pub(crate) struct Raw {}

pub(crate) fn run() -> anyhow::Result<()> {
    let mut out = say::Out::new();
    out.line(exit::TABLE)?;
    Ok(out.done()?)
}
