//! What a form asked and what was typed into it: values that stand in the boxes again, and what is wrong with them. Does no I/O.

use kniha_core::telling::{AnswerError, Answers, Field, Takes};
use kniha_core::text::TextError;

use crate::fields::Fields;
use crate::lang::Tongue;

/// Something that needs another look: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The id of the box.
    pub(crate) at: String,
    /// The key of what is said.
    key: &'static str,
    /// What is said, where it counts something.
    text: Option<String>,
}

impl Problem {
    pub(crate) fn new(at: &str, key: &'static str) -> Problem {
        Problem { at: at.to_owned(), key, text: None }
    }

    /// A problem whose text has `$n`.
    pub(crate) fn counted(at: &str, key: &'static str, n: usize, t: Tongue) -> Problem {
        Problem { text: Some(t.count(key, n)), ..Problem::new(at, key) }
    }

    /// Why an answer was not taken.
    pub(crate) fn of_answer(block: &str, name: &str, error: &AnswerError, t: Tongue) -> Problem {
        let at = format!("{block}-{name}");
        match error {
            AnswerError::Text { source: TextError::TooLong { chars, most }, .. } => {
                let text = t.with("problem-long", &[("n", &chars.to_string()), ("most", &most.to_string())]);
                Problem { at, key: "problem-long", text: Some(text) }
            }
            AnswerError::Text { .. } => Problem::new(&at, "problem-control"),
            _ => Problem::new(&at, "problem-choice"),
        }
    }

    /// What is said.
    pub(crate) fn text(&self, t: &Tongue) -> String {
        self.text.clone().unwrap_or_else(|| t.get(self.key))
    }
}

/// What is wrong with the box of this id, if anything.
pub(crate) fn problem_of<'p>(problems: &'p [Problem], at: &str) -> Option<&'p Problem> {
    problems.iter().find(|problem| problem.at == at)
}

/// Values of boxes: as they were just typed, else as they were answered before.
#[derive(Clone, Copy)]
pub(crate) struct Typed<'a> {
    answers: &'a Answers,
    fields: Option<&'a Fields>,
}

impl<'a> Typed<'a> {
    pub(crate) fn new(answers: &'a Answers, fields: Option<&'a Fields>) -> Typed<'a> {
        Typed { answers, fields }
    }

    /// What stands in a box.
    pub(crate) fn value(&self, block: &str, name: &str) -> &str {
        match self.fields {
            Some(fields) => fields.get(&format!("{block}/{name}")),
            None => self.answers.get(block, name).unwrap_or_default(),
        }
    }

    /// Whether a choice is made.
    pub(crate) fn is(&self, block: &str, name: &str, code: &str) -> bool {
        self.value(block, name) == code
    }
}

/// The codes that a field takes, in the order of the form.
pub(crate) fn codes(block: &str, name: &str) -> &'static [&'static str] {
    match Field::of(block, name).map(|field| field.takes) {
        Some(Takes::Code(codes)) => codes,
        _ => &[],
    }
}
