//! What the command line prints: to a terminal, a pipe or a file, and how hostile text is made harmless on the way.
//!
//! Whatever a source wrote may hold escape sequences that move the cursor, or marks that turn the direction of reading. On the way to a
//! person they are shown as `‹U+202E›`; in JSON they are written as `\u202e`, which any reader of JSON turns back. Writes to stdout and stderr.

use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

/// Whether a character acts on a terminal or hides, rather than being seen: controls, direction marks and isolates (Unicode Bidi_Control),
/// invisible separators, tags.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text on one line with every acting character made visible.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push('⏎'),
            c if acts(c) => out.push_str(&format!("‹U+{:04X}›", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// [`visible`], cut to `most` characters of the source.
pub(crate) fn short(text: &str, most: usize) -> String {
    let cut: String = text.chars().take(most).collect();
    if cut.len() < text.len() { format!("{}…", visible(&cut)) } else { visible(&cut) }
}

/// JSON with acting characters escaped. They stand only inside strings, where `\u` is an escape.
pub(crate) fn plain_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if acts(c) {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Standard output, buffered.
pub(crate) struct Out {
    to: io::BufWriter<io::Stdout>,
}

impl Out {
    pub(crate) fn new() -> Out {
        Out { to: io::BufWriter::new(io::stdout()) }
    }

    /// Writes a line of text that is already harmless.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())?;
        self.to.write_all(b"\n")
    }

    /// Writes a value as one line of JSON.
    pub(crate) fn json(&mut self, value: &serde_json::Value) -> io::Result<()> {
        self.line(&plain_json(&value.to_string()))
    }

    /// Writes out what is buffered; a command that printed calls this last.
    pub(crate) fn done(mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Whether the error is only the reader of our output going away.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|e| e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}

/// Tells the person something that is not the result. A closed stderr is no reason to stop.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Whether standard output is a terminal, which acts on what it is sent.
pub(crate) fn to_terminal() -> bool {
    io::stdout().is_terminal()
}

/// A bar for work of a known length, hidden unless stderr is a terminal.
pub(crate) fn bar(length: u64, what: &'static str, bytes: bool) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let shape = if bytes { "{prefix} {wide_bar} {bytes}/{total_bytes} {eta}" } else { "{prefix} {wide_bar} {human_pos}/{human_len} {eta}" };
    let bar = ProgressBar::new(length).with_prefix(what);
    match ProgressStyle::with_template(shape) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A counter for work of unknown length, hidden unless stderr is a terminal.
pub(crate) fn counter(what: &'static str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_prefix(what);
    match ProgressStyle::with_template("{prefix} {human_pos} {spinner}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn escape_sequences_and_direction_marks_become_visible() {
        assert_eq!(visible("a\x1b[31mb\u{202e}c\u{9b}d\ne"), "a‹U+001B›[31mb‹U+202E›c‹U+009B›d⏎e");
        assert_eq!(visible("Ціханоўская é"), "Ціханоўская é");
    }

    #[test]
    fn a_long_value_is_cut_by_characters() {
        assert_eq!(short("ўўўў", 3), "ўўў…");
        assert_eq!(short("ўўў", 3), "ўўў");
    }

    #[test]
    fn json_with_acting_characters_escaped_reads_back_the_same() {
        let value = serde_json::json!({"a\u{202e}": "\u{9b}31m \u{e0041} ў \x1b"});
        let text = plain_json(&value.to_string());
        assert!(text.chars().all(|c| !acts(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
