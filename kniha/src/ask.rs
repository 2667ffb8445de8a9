//! What a person is asked, and how the answer is read: from the terminal, or a line from standard input where there is none.
//!
//! Secret words are typed without echo. Reads standard input, writes standard error.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::sync::Mutex;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// Longest line that is read, in bytes.
const MOST: u64 = 4096;

/// How the terminal was before its echo was turned off.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Whether a person sits at both ends.
pub(crate) fn is_person() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line.
pub(crate) fn line(question: &str) -> io::Result<Zeroizing<String>> {
    let mut err = io::stderr();
    let _ = write!(err, "{question}");
    let _ = err.flush();
    let mut line = Zeroizing::new(String::with_capacity(256));
    io::stdin().lock().take(MOST).read_line(&mut line)?;
    Ok(line)
}

/// Asks for a line that nobody shall read over the shoulder.
pub(crate) fn hidden(question: &str) -> io::Result<Zeroizing<String>> {
    let quiet = io::stdin().is_terminal() && echo_off().is_ok();
    if io::stdin().is_terminal() && !quiet {
        crate::say::note("This terminal shows what you type: see that nobody looks on.");
    }
    let line = line(question);
    if quiet {
        echo_again();
    }
    line
}

/// Asks whether to go on; only the whole word is a yes.
pub(crate) fn yes(question: &str) -> io::Result<bool> {
    Ok(line(&format!("{question} Type “yes”: "))?.trim() == "yes")
}

fn echo_off() -> io::Result<()> {
    let before = tcgetattr(io::stdin())?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    // The end of the line is still shown, so that the next line does not begin beside the question.
    quiet.local_modes.insert(LocalModes::ECHONL);
    if let Ok(mut place) = BEFORE.lock() {
        *place = Some(before);
    }
    Ok(tcsetattr(io::stdin(), OptionalActions::Drain, &quiet)?)
}

/// Lets the terminal show again what is typed; also when Ctrl-C ends a question.
pub(crate) fn echo_again() {
    if let Ok(mut place) = BEFORE.lock()
        && let Some(before) = place.take()
    {
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &before);
    }
}
