//! The walls around the process that looks at a hostile file. Each changes the process for good; none alone is trusted.
//!
//! | wall | what it takes away |
//! |---|---|
//! | namespaces | other processes, the network, mounts, messages, every capability |
//! | limits | memory above 1 GiB, 20 s of processor, new files and processes, core dumps; its own memory is closed to its equals |
//! | Landlock | every path, TCP, signals and abstract sockets outside |
//! | seccomp | every system call that computing does not need: it reads from 0 and writes to 1 and 2; no open, socket, ptrace, new process or program, no executable memory. What calls one is killed |
//!
//! Namespaces are where the kernel allows them; without the others nothing is looked at.

use std::collections::BTreeMap;

use kniha_core::examined::Missing;
use landlock::{ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, Ruleset, RulesetAttr, RulesetError, Scope};
use rustix::io::Errno;
use rustix::process::{DumpableBehavior, Resource, Rlimit, getpid, set_dumpable_behavior, setrlimit};
use rustix::thread::UnshareFlags;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Is, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

/// The newest rules that this source knows; an older kernel enforces what it can.
const NEWEST: ABI = ABI::V10;
/// The oldest that will do, as for the portal: files (V1), truncation (V3), TCP (V4).
const OLDEST: ABI = ABI::V4;
/// The first that fences in signals and abstract sockets.
const SCOPES: ABI = ABI::V6;

/// Address space: a file of 256 MiB, a picture of 400 MB, the program.
pub const MOST_MEMORY: u64 = 1024 * 1024 * 1024;
/// Processor time, in seconds.
pub const MOST_SECONDS: u64 = 20;

/// A wall that must stand does not. Nothing may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kernel refused a wall")]
pub struct Unbuilt;

/// Every wall but the namespaces; what is missing of them.
///
/// # Errors
/// [`Unbuilt`].
pub fn raise() -> Result<Option<Missing>, Unbuilt> {
    let missing = confine()?;
    syscalls()?;
    Ok(missing)
}

/// Limits and Landlock: what would still stand if seccomp let something through.
///
/// # Errors
/// [`Unbuilt`].
pub fn confine() -> Result<Option<Missing>, Unbuilt> {
    limits().map_err(|_| Unbuilt)?;
    let missing = landlock()?;
    // Landlock opened a file of its own; now there is none to open any more.
    no_more(Resource::Nofile, 0).map_err(|_| Unbuilt)?;
    Ok(missing)
}

/// Leaves the namespaces of the machine. Processes that are started next live in the new one of processes.
///
/// # Errors
/// What the kernel says where it or its settings forbid it.
pub fn namespaces() -> Result<(), Errno> {
    let flags = UnshareFlags::NEWUSER | UnshareFlags::NEWNET | UnshareFlags::NEWPID | UnshareFlags::NEWNS | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
    // Unsound only with `CLONE_FILES`, which is not among them.
    #[expect(deprecated, reason = "its successor is unsafe for the sake of one flag that is not used here")]
    rustix::thread::unshare(flags)
}

fn no_more(resource: Resource, than: u64) -> Result<(), Errno> {
    setrlimit(resource, Rlimit { current: Some(than), maximum: Some(than) })
}

/// Memory, time, files, processes, core dumps.
///
/// # Errors
/// What the kernel says.
pub fn limits() -> Result<(), Errno> {
    no_more(Resource::As, MOST_MEMORY)?;
    no_more(Resource::Cpu, MOST_SECONDS)?;
    no_more(Resource::Fsize, 0)?;
    no_more(Resource::Nproc, 0)?;
    no_more(Resource::Core, 0)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
}

/// No path at all, no TCP, nothing outside.
///
/// # Errors
/// [`Unbuilt`] where the kernel has no Landlock or one too old.
pub fn landlock() -> Result<Option<Missing>, Unbuilt> {
    let shut = || -> Result<LandlockStatus, RulesetError> {
        let ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(NEWEST))?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?;
        Ok(ruleset.create()?.restrict_self()?.landlock)
    };
    match shut() {
        Ok(LandlockStatus::Available { effective_abi, .. }) if effective_abi >= OLDEST => Ok((effective_abi < SCOPES).then_some(Missing::Scopes)),
        _ => Err(Unbuilt),
    }
}

/// Kills the process at any system call but the few that computing needs.
///
/// # Errors
/// [`Unbuilt`] where the kernel has no seccomp or the processor is not known here.
pub fn syscalls() -> Result<(), Unbuilt> {
    let program = filter().map_err(|_| Unbuilt)?;
    seccompiler::apply_filter(&program).map_err(|_| Unbuilt)
}

fn filter() -> Result<BpfProgram, BackendError> {
    // Which argument, counted from 0, is what.
    let when = |argument: u8, is: Is, value: u64| SeccompCondition::new(argument, Len::Dword, is, value);
    let rule = |conditions: Vec<SeccompCondition>| SeccompRule::new(conditions);
    let file = |numbers: &[u64]| numbers.iter().map(|number| rule(vec![when(0, Is::Eq, *number)?])).collect::<Result<Vec<_>, _>>();
    let flag = |flag: i32| u64::from(flag.cast_unsigned());
    let executable = flag(libc::PROT_EXEC);
    let not_executable = || when(2, Is::MaskedEq(executable), 0);
    let anonymous = flag(libc::MAP_ANONYMOUS);
    let own = u64::from(getpid().as_raw_nonzero().get().cast_unsigned());
    let mut rules = BTreeMap::from([
        (libc::SYS_read, file(&[0])?),
        (libc::SYS_readv, file(&[0])?),
        (libc::SYS_write, file(&[1, 2])?),
        (libc::SYS_writev, file(&[1, 2])?),
        (libc::SYS_mmap, vec![rule(vec![not_executable()?, when(3, Is::MaskedEq(anonymous), anonymous)?])?]),
        (libc::SYS_mprotect, vec![rule(vec![not_executable()?])?]),
        // abort(3) sends itself a signal.
        (libc::SYS_tgkill, vec![rule(vec![when(0, Is::Eq, own)?, when(2, Is::Eq, flag(libc::SIGABRT))?])?]),
    ]);
    let always = [
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
    ];
    rules.extend(always.map(|call| (call, Vec::new())));
    SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, TargetArch::try_from(std::env::consts::ARCH)?)?.try_into()
}
