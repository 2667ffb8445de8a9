//! The throw-away process that looks at one hostile file, and the walls that it builds around itself first.
//!
//! The program starts itself twice. The first process leaves the namespaces of this machine and starts the second, which is the first process of new ones
//! ([`walls`] says what else it gives up) and only then reads: the file on its standard input, the answer in frames (`kniha_core::examined`) on its standard
//! output. Nothing is said on standard error: a message of a decoder could hold content. The first waits and says by its exit code how the second ended.
//! Both end when their parent does not read any more, when their time is up, or when they are killed.

pub mod walls;

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use kniha_core::examined::{Frame, Missing};
use kniha_media::{Closed, Sink};
use rustix::process::{Signal, set_parent_process_death_signal};

/// The word on the command line with which a process becomes the first.
pub use kniha_desk::examine::INSIDE;
use kniha_desk::examine::{ENDED_BROKEN, ENDED_BY_LIMIT, ENDED_BY_WALL};

const SECOND: &str = "examine-second";
const WITHOUT_NAMESPACES: &str = "without-namespaces";
/// This very program, also after a newer one was put into its place.
pub(crate) const MYSELF: &str = "/proc/self/exe";
/// No page is begun after this.
const TIME: Duration = Duration::from_secs(12);

/// Where the process was started to look at a file: does that with the given work inside the walls, and nothing else.
pub fn entered(work: impl FnOnce(&mut dyn Read, &mut dyn Write)) -> Option<ExitCode> {
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some(INSIDE) => Some(first()),
        Some(SECOND) => Some(second(words.next().as_deref() == Some(WITHOUT_NAMESPACES), work)),
        _ => None,
    }
}

fn first() -> ExitCode {
    let mut command = Command::new(MYSELF);
    command.arg(SECOND).env_clear().stderr(Stdio::null());
    if walls::namespaces().is_err() {
        command.arg(WITHOUT_NAMESPACES);
    }
    let Ok(status) = command.status() else { return ExitCode::from(ENDED_BROKEN) };
    let signal = |signal: Signal| status.signal() == Some(signal.as_raw());
    if status.success() {
        ExitCode::SUCCESS
    } else if signal(Signal::SYS) {
        ExitCode::from(ENDED_BY_WALL)
    } else if signal(Signal::KILL) || signal(Signal::XCPU) {
        ExitCode::from(ENDED_BY_LIMIT)
    } else {
        ExitCode::from(ENDED_BROKEN)
    }
}

fn second(without_namespaces: bool, work: impl FnOnce(&mut dyn Read, &mut dyn Write)) -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let (mut from, mut to) = (io::stdin().lock(), io::stdout().lock());
    let raised = set_parent_process_death_signal(Some(Signal::KILL)).map_err(|_| walls::Unbuilt).and_then(|()| walls::raise());
    let started = match raised {
        Ok(scopes) => Frame::Start(without_namespaces.then_some(Missing::Namespaces).into_iter().chain(scopes).collect()),
        Err(walls::Unbuilt) => Frame::NoWalls,
    };
    if to.write_all(&started.encode()).is_ok() && started != Frame::NoWalls {
        work(&mut from, &mut to);
    }
    // Nobody reads any more: then nothing is to be said.
    let _ = to.flush();
    ExitCode::SUCCESS
}

/// What is done inside: reads the file, sends what it is.
pub fn examine(from: &mut dyn Read, to: &mut dyn Write) {
    let Ok((bytes, length)) = read(from) else { return };
    let mut frames = Frames { to, until: Instant::now() + TIME };
    // Closed: nobody reads any more.
    let _ = kniha_media::examine(bytes, length, &mut frames);
}

/// The first bytes, as many as are looked at, and how many there are in all.
fn read(from: &mut dyn Read) -> io::Result<(Vec<u8>, u64)> {
    let mut bytes = Vec::new();
    let most = u64::try_from(kniha_media::MOST_BYTES).map_err(|_| ErrorKind::InvalidInput)?;
    let length = u64::try_from(from.take(most).read_to_end(&mut bytes)?).map_err(|_| ErrorKind::InvalidInput)?;
    Ok((bytes, length + io::copy(from, &mut io::sink())?))
}

struct Frames<'t> {
    to: &'t mut dyn Write,
    until: Instant,
}

impl Sink for Frames<'_> {
    fn send(&mut self, frame: Frame) -> Result<(), Closed> {
        self.to.write_all(&frame.encode()).map_err(|_| Closed)
    }

    fn has_time(&self) -> bool {
        Instant::now() < self.until
    }
}
