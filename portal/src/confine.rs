//! The wall that the process builds around itself before it serves: whoever takes it over holds this folder and two open sockets.
//!
//! Landlock: files beneath its own folder alone, no new listener, no connection out (but to the port of a PostgreSQL database on this machine), no signal
//! and no abstract socket to processes outside. Besides: no new privileges, no core dump, no other process of the same user may read its memory. The
//! sockets are bound before, threads start after: Landlock holds for the calling thread and what it starts. PostgreSQL is named by an IP address or a
//! socket, since nothing here reads the resolver's files. Changes the process; opens the folder.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, NetPort, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, geteuid, set_dumpable_behavior, setrlimit};

/// The newest rules that this source knows; an older kernel enforces what it can.
const NEWEST: ABI = ABI::V10;
/// The oldest that will do: files (V1), truncation (V3), TCP (V4).
const OLDEST: ABI = ABI::V4;
/// The first that fences in signals and abstract sockets.
const SCOPES: ABI = ABI::V6;

/// What the process may reach.
#[derive(Debug, Clone)]
pub struct Walls {
    /// The portal's folder: everything beneath.
    pub folder: PathBuf,
    /// A folder to read from.
    pub reads: Option<PathBuf>,
    /// The port of a PostgreSQL database.
    pub connects: Option<u16>,
}

/// What the kernel could not do, in words for the operator. Empty where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weaker(pub Vec<&'static str>);

/// Why the process did not shut itself in.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// It runs as root, whom few walls hold.
    #[error("the portal does not run as root")]
    Root,
    /// The kernel has no Landlock, or one too old.
    #[error("the kernel cannot confine this process: Landlock ABI 4 (Linux 6.7) or newer must be there and switched on")]
    Kernel,
    /// A folder that cannot be opened.
    #[error("{} cannot be opened", .path.display())]
    Folder {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: landlock::PathFdError,
    },
    /// Landlock refused the rules.
    #[error("the kernel refused the rules")]
    Rules(#[source] Box<RulesetError>),
    /// A setting of the process was refused.
    #[error("the kernel refused {what}")]
    Setting {
        /// Which one.
        what: &'static str,
        /// Why.
        #[source]
        source: rustix::io::Errno,
    },
}

/// Refuses root, unless it is allowed.
///
/// # Errors
/// [`ConfineError::Root`].
pub fn not_root(allowed: bool) -> Result<(), ConfineError> {
    if geteuid().is_root() && !allowed { Err(ConfineError::Root) } else { Ok(()) }
}

/// No core dump, and no reading of its memory by its equals. Needs no Landlock.
///
/// # Errors
/// [`ConfineError::Setting`].
pub fn hide_memory() -> Result<(), ConfineError> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).map_err(|source| ConfineError::Setting { what: "to forbid core dumps", source })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|source| ConfineError::Setting { what: "to hide memory", source })
}

/// Shuts the calling thread, and every thread it starts, into these walls. There is no way back.
///
/// # Errors
/// [`ConfineError`]; nothing then may be served.
pub fn shut(walls: &Walls) -> Result<Weaker, ConfineError> {
    let rules = |error: RulesetError| ConfineError::Rules(Box::new(error));
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .map_err(rules)?
        .add_rule(PathBeneath::new(folder(&walls.folder)?, keeping()))
        .map_err(rules)?;
    if let Some(reads) = &walls.reads {
        ruleset = ruleset.add_rule(PathBeneath::new(folder(reads)?, AccessFs::ReadFile | AccessFs::ReadDir)).map_err(rules)?;
    }
    if let Some(port) = walls.connects {
        ruleset = ruleset.add_rule(NetPort::new(port, AccessNet::ConnectTcp)).map_err(rules)?;
    }
    let status = ruleset.restrict_self().map_err(rules)?;
    let LandlockStatus::Available { effective_abi, .. } = status.landlock else {
        return Err(ConfineError::Kernel);
    };
    if effective_abi < OLDEST || !status.no_new_privs {
        return Err(ConfineError::Kernel);
    }
    let weaker = [
        (effective_abi < SCOPES, "signals to other processes of the same user are not fenced in (Linux 6.12 does)"),
        (effective_abi < ABI::V10, "UDP is not fenced in: forbid it with the firewall (IPAddressDeny= of systemd)"),
    ];
    Ok(Weaker(weaker.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect()))
}

fn folder(path: &Path) -> Result<PathFd, ConfineError> {
    PathFd::new(path).map_err(|source| ConfineError::Folder { path: path.to_owned(), source })
}

/// What keeping an inbox takes: no devices, sockets, links, nothing executed.
fn keeping() -> landlock::BitFlags<AccessFs> {
    AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
        | AccessFs::Refer
}
