//! What the team takes down by telephone, in an interview or from paper: questions and answers as they were said, with their times.
//!
//! Kept as JSON in a sealed part, beginning with its version. The text that marks point into is made from the turns and never stored. Does no I/O.

use kniha_core::text;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// The version of the format.
const VERSION: u32 = 1;
/// Most turns of one account.
pub(crate) const MOST_TURNS: usize = 200;

/// An account that was taken down. Wiped when dropped.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Taken {
    pub(crate) kniha_account: u32,
    /// Who was there, and who asked.
    pub(crate) present: String,
    /// The interpreter, if there was one.
    pub(crate) interpreter: String,
    /// What was seen, read or told before.
    pub(crate) before: String,
    /// Whether it was read back, and what was corrected then.
    pub(crate) read_back: bool,
    pub(crate) corrections: String,
    /// Questions and answers, in the order they were said.
    pub(crate) turns: Vec<Turn>,
}

/// A question and its answer, verbatim.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turn {
    /// When the answer was kept first, in µs since 1970.
    pub(crate) at_us: i64,
    /// What was asked; empty where the person simply told.
    pub(crate) question: String,
    /// What was said.
    pub(crate) answer: String,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.question.zeroize();
        self.answer.zeroize();
    }
}

impl Taken {
    pub(crate) fn new() -> Taken {
        Taken { kniha_account: VERSION, ..Taken::default() }
    }

    /// Its bytes.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads it back; `None` for other bytes.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Taken> {
        serde_json::from_slice::<Taken>(bytes).ok().filter(|taken| taken.kniha_account == VERSION)
    }

    /// Questions and answers one under the other.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        for turn in &self.turns {
            if !turn.question.is_empty() {
                out.push_str("— ");
                out.push_str(&turn.question);
                out.push('\n');
            }
            out.push_str(&turn.answer);
            out.push_str("\n\n");
        }
        out.truncate(out.trim_end().len());
        out
    }

    /// Whether the book can keep and mark it.
    pub(crate) fn fits(&self) -> bool {
        let line = |text: &str| text.is_empty() || text::check_up_to(text, 4000).is_ok();
        self.turns.len() <= MOST_TURNS
            && text::check(&self.text()).is_ok()
            && [&self.present, &self.interpreter, &self.before, &self.corrections].into_iter().all(|text| line(text))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_was_taken_down_reads_back_and_its_text_has_the_questions() {
        let turn = |question: &str, answer: &str| Turn { at_us: 1, question: question.to_owned(), answer: answer.to_owned() };
        let taken = Taken {
            present: "я і яна".to_owned(), turns: vec![turn("", "Мяне забралі."), turn("Куды?", "У аўтазак \u{202e}\"<b>")], ..Taken::new()
        };
        assert!(Taken::decode(&taken.encode()).unwrap() == taken);
        assert_eq!(taken.text(), "Мяне забралі.\n\n— Куды?\nУ аўтазак \u{202e}\"<b>");
        assert!(taken.fits());
        for other in [
            b"{}".as_slice(),
            b"",
            b"\x83\x01\x01\x80",
            br#"{"kniha_account":2,"present":"","interpreter":"","before":"","read_back":false,"corrections":"","turns":[]}"#,
        ] {
            assert!(Taken::decode(other).is_none());
        }
        assert!(!Taken { turns: vec![turn("", &"ў".repeat(100_001))], ..Taken::new() }.fits());
        assert!(!Taken { turns: vec![Turn::default(); MOST_TURNS + 1], ..Taken::new() }.fits());
    }
}
