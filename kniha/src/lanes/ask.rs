//! Questions to the person at the terminal: asked on standard error, answered on standard input, line by line.
//!
//! Nothing secret goes to standard output, which may be a file. Answers are wiped when they are dropped.

use std::io::{BufRead, IsTerminal, Read, Write};

use zeroize::Zeroizing;

use crate::exit::{Exit, Failure, NOTHING_WRITTEN};
use crate::say;

/// Longest line that is read, in bytes: a long account in one line has room.
const MOST_LINE: u64 = 256 * 1024;

/// Asks for one line, without its end.
pub(crate) fn line(question: &str) -> anyhow::Result<Zeroizing<String>> {
    read(question)?.ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("There was no answer to: {question}"),
            NOTHING_WRITTEN,
            "Answer on the terminal, or give one line for each question on standard input.",
        )
        .into()
    })
}

/// Asks for lines until one that is a full stop alone, or the end of input.
pub(crate) fn lines(question: &str) -> anyhow::Result<Zeroizing<String>> {
    say::note(&format!("{question}\n(end with a line that is a full stop alone)"));
    let mut text = Zeroizing::new(String::new());
    while let Some(line) = read("")? {
        if line.as_str() == "." {
            break;
        }
        // Growing copies what was said; the old place is wiped.
        let mut longer = Zeroizing::new(String::with_capacity(text.len() + line.len() + 1));
        longer.push_str(&text);
        longer.push_str(&line);
        longer.push('\n');
        text = longer;
    }
    Ok(text)
}

/// Asks a question that is answered with yes or anything else.
pub(crate) fn yes(question: &str) -> anyhow::Result<bool> {
    Ok(matches!(line(&format!("{question} [yes/no]"))?.trim().to_lowercase().as_str(), "yes" | "y" | "так" | "да"))
}

/// Wipes what the terminal shows, and what it would scroll back to.
pub(crate) fn wipe_terminal() {
    let mut to = std::io::stderr();
    if to.is_terminal() {
        // ECMA-48 ED 2 and CUP; ED 3 is xterm's, and others ignore it.
        let _ = to.write_all(b"\x1b[2J\x1b[3J\x1b[H");
    }
}

fn read(question: &str) -> anyhow::Result<Option<Zeroizing<String>>> {
    if !question.is_empty() {
        let mut to = std::io::stderr();
        let _ = write!(to, "{question} ");
        let _ = to.flush();
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    if std::io::stdin().lock().take(MOST_LINE).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::input("What was typed is not UTF-8.", "Type it again in a terminal that writes UTF-8."))?;
    Ok(Some(Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned())))
}
