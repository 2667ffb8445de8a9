//! The desk's side of the sandbox: starts a throw-away process for one file, gives it the bytes, takes frames, never looks at the file itself.
//!
//! What comes back is checked frame by frame (`kniha_core::examined`); pages come as bare pixels and are written as PNG here, so that nothing of the file's
//! own encoding arrives at a browser. At most two files are examined at once. A process is killed when its time is up, when it says something that is no
//! frame, and when nobody waits for it any more. Starts processes; logs nothing.

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use kniha_core::examined::{Examined, Frame, FrameError, HEAD_LEN, Head, Lack, Order, Pixels, View};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The word on the command line that makes the program look at its standard input from inside the walls.
pub const INSIDE: &str = "examine-inside";
/// The process called what the walls forbid.
pub const ENDED_BY_WALL: u8 = 81;
/// It took more memory or time than it may.
pub const ENDED_BY_LIMIT: u8 = 82;
/// It broke off.
pub const ENDED_BROKEN: u8 = 83;

/// Files that are examined at once.
const AT_ONCE: usize = 2;
/// Between two pieces of the source.
const PIECE: usize = 64 * 1024;

/// What one examination may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From its start to its end; waiting for a turn does not count.
    pub time: Duration,
    /// Most bytes that are read from the source.
    pub bytes: u64,
    /// Most bytes of pictures that are kept; pages beyond are left out.
    pub kept: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { time: Duration::from_secs(30), bytes: 4 * 1024 * 1024 * 1024, kept: 64 * 1024 * 1024 }
    }
}

/// Why a file was not examined. Nothing that is told here comes from the file.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// The program did not start.
    #[error("the process that looks at files did not start")]
    Start(#[source] io::Error),
    /// The kernel lacks a wall that must stand.
    #[error("the kernel cannot confine the process that looks at files: Landlock ABI 4 (Linux 6.7) or newer and seccomp must be there")]
    NoWalls,
    /// The file could not be read to its end.
    #[error("the file could not be read")]
    Source(#[source] io::Error),
    /// It is longer than what is examined.
    #[error("the file has more than {most} bytes")]
    TooLong {
        /// How many may be.
        most: u64,
    },
    /// It took too much time or memory.
    #[error("looking at the file took too long or too much memory")]
    Limit,
    /// It tried to leave the sandbox.
    #[error("what looked at the file tried what the sandbox forbids, and was stopped")]
    Wall,
    /// It ended without an answer.
    #[error("what looked at the file broke off")]
    Broken,
    /// It said something that is no answer.
    #[error("what looked at the file gave no proper answer")]
    Answer(#[source] FrameError),
}

impl ExamineError {
    /// The start of its message keys: `-what`, `-lost`, `-next`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            ExamineError::Start(_) => "err-examine-start",
            ExamineError::NoWalls => "err-examine-walls",
            ExamineError::Source(_) => "err-examine-source",
            ExamineError::TooLong { .. } => "err-examine-long",
            ExamineError::Limit => "err-examine-limit",
            ExamineError::Wall => "err-examine-wall",
            ExamineError::Broken | ExamineError::Answer(_) => "err-examine-broken",
        }
    }
}

/// Looks at files. Clones share its turns.
#[derive(Debug, Clone)]
pub struct Examiner {
    program: PathBuf,
    turns: Arc<Semaphore>,
}

impl Examiner {
    /// An examiner that starts this program with the word [`INSIDE`].
    #[must_use]
    pub fn new(program: PathBuf) -> Examiner {
        Examiner { program, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Examines what the source gives. Waits for a turn; dropped, it kills the process.
    ///
    /// # Errors
    /// [`ExamineError`]; the file was not touched.
    pub async fn examine(&self, source: impl AsyncRead + Unpin, limits: &Limits) -> Result<Examined, ExamineError> {
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await.map_err(|_| ExamineError::Broken)?;
        timeout(limits.time, self.run(source, limits)).await.unwrap_or(Err(ExamineError::Limit))
    }

    async fn run(&self, source: impl AsyncRead + Unpin, limits: &Limits) -> Result<Examined, ExamineError> {
        let mut command = Command::new(&self.program);
        command.arg(INSIDE).env_clear().current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().map_err(ExamineError::Start)?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else { return Err(ExamineError::Broken) };
        // A failure on either side ends both, and dropping the child kills it.
        let ((), examined) = tokio::try_join!(give(source, to, limits.bytes), take(from, limits.kept))?;
        let status = child.wait().await.map_err(ExamineError::Start)?;
        examined.ok_or_else(|| ended(status))
    }
}

fn ended(status: ExitStatus) -> ExamineError {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    match code {
        Some(ENDED_BY_WALL) => ExamineError::Wall,
        Some(ENDED_BY_LIMIT) => ExamineError::Limit,
        _ => ExamineError::Broken,
    }
}

/// Hands the source over, until its end or until the process does not want more.
async fn give(mut source: impl AsyncRead + Unpin, mut to: ChildStdin, most: u64) -> Result<(), ExamineError> {
    let mut piece = vec![0; PIECE];
    let mut given = 0_u64;
    loop {
        let length = source.read(&mut piece).await.map_err(ExamineError::Source)?;
        given += u64::try_from(length).unwrap_or(u64::MAX);
        if given > most {
            return Err(ExamineError::TooLong { most });
        }
        if length == 0 {
            return Ok(());
        }
        match to.write_all(&piece[..length]).await {
            Ok(()) => {}
            // It has ended; how, is told elsewhere.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(ExamineError::Start(error)),
        }
    }
}

/// Takes the answer; `None` where it ends before its end.
async fn take(mut from: ChildStdout, most_kept: usize) -> Result<Option<Examined>, ExamineError> {
    let mut order = Order::default();
    let (mut walls, mut known, mut text, mut lacks) = (Vec::new(), None, None, Vec::new());
    let mut views: Vec<View> = Vec::new();
    let mut kept = 0;
    while order != Order::Ended {
        let Some(frame) = next(&mut from).await? else { return Ok(None) };
        order = order.then(&frame).map_err(ExamineError::Answer)?;
        match frame {
            Frame::Start(missing) => walls = missing,
            Frame::NoWalls => return Err(ExamineError::NoWalls),
            Frame::Facts(facts) => known = Some(facts),
            Frame::Page(page) if kept <= most_kept => {
                let view = tokio::task::spawn_blocking(move || view(&page)).await.map_err(|_| ExamineError::Broken)?;
                let view = view.map_err(|_| ExamineError::Broken)?;
                kept += view.png.len();
                if kept <= most_kept {
                    views.push(view);
                }
            }
            Frame::Page(_) => {}
            Frame::Text(words) => text = Some(words),
            Frame::End(lacking) => lacks = lacking,
        }
    }
    if kept > most_kept && !lacks.contains(&Lack::MorePages) {
        lacks.push(Lack::MorePages);
        lacks.sort();
    }
    Ok(known.map(|facts| Examined { facts, views, text, lacks, missing: walls }))
}

/// The next frame; `None` where the process said no more.
async fn next(from: &mut ChildStdout) -> Result<Option<Frame>, ExamineError> {
    let mut head = [0; HEAD_LEN];
    if from.read_exact(&mut head).await.is_err() {
        return Ok(None);
    }
    let head = Head::decode(head).map_err(ExamineError::Answer)?;
    let mut body = vec![0; head.length()];
    if from.read_exact(&mut body).await.is_err() {
        return Ok(None);
    }
    Frame::decode(head, body).map(Some).map_err(ExamineError::Answer)
}

/// Pixels as a PNG with nothing else in it.
fn view(page: &Pixels) -> Result<View, png::EncodingError> {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, page.width(), page.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(page.rgb())?;
    Ok(View { width: page.width(), height: page.height(), png })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::*;
    use crate::lang::Tongue;

    #[test]
    fn every_reason_is_told_in_three_sentences_in_every_language() {
        let io = || io::Error::other("x");
        let answer = ExamineError::Answer(FrameError::Body { tag: 3 });
        let all = [ExamineError::Start(io()), ExamineError::NoWalls, ExamineError::Source(io()), ExamineError::TooLong { most: 1 }, ExamineError::Limit];
        for error in all.into_iter().chain([ExamineError::Wall, ExamineError::Broken, answer]) {
            for lang in Lang::ALL {
                for part in ["what", "lost", "next"] {
                    let key = format!("{}-{part}", error.key());
                    let text = Tongue(lang).get(&key);
                    assert!(text.chars().count() > 20 && !text.contains(&key), "{lang}: {key}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_program_that_does_not_start_or_does_not_answer_is_told_of() {
        let said = |program: &'static str| async move { Examiner::new(program.into()).examine(&b"words"[..], &Limits::default()).await };
        assert!(matches!(said("/nothing/here").await, Err(ExamineError::Start(_))));
        assert!(matches!(said("/bin/true").await, Err(ExamineError::Broken)));
        // It says its arguments, which are no frame.
        assert!(matches!(said("/bin/echo").await, Err(ExamineError::Answer(_))));
    }

    #[tokio::test]
    async fn how_the_process_ended_is_told_apart() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        let mut said = Vec::new();
        for script in ["printf '\\002\\0\\0\\0\\0'", "exit 81", "exit 82", "exit 83"] {
            std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&program, PermissionsExt::from_mode(0o700)).unwrap();
            said.push(Examiner::new(program.clone()).examine(&b"words"[..], &Limits::default()).await.unwrap_err().key());
        }
        assert_eq!(said, ["err-examine-walls", "err-examine-wall", "err-examine-limit", "err-examine-broken"]);
    }
}
