//! The proof ladder, and the other ordered lists: every step, and on which one a value stands. Shown by position and words, never colour alone. Does no I/O.

use askama::Template;
use kniha_core::vocab;

use crate::lang::Tongue;
use crate::page::capital;

/// A value on its ladder.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/ladder.html")]
pub(crate) struct Ladder {
    /// What the ladder measures.
    pub(crate) title: String,
    /// The steps, lowest first, and whether each is reached.
    pub(crate) steps: Vec<Step>,
    /// "3 of 6".
    pub(crate) place: String,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// In words.
    pub(crate) text: String,
    /// At or below the value.
    pub(crate) reached: bool,
    /// The value itself.
    pub(crate) here: bool,
}

html!(Ladder);

/// Lists whose order has a meaning that a reader must see: two scales only (`look.md`), and what is hard to look at.
const LADDERS: [&str; 3] = ["proof", "consistency", "graphic"];

impl Ladder {
    /// The ladder of a code, `None` for lists without an order and for unknown codes.
    pub(crate) fn of(t: Tongue, list: &str, code: &str) -> Option<Ladder> {
        let list = LADDERS.contains(&list).then(|| vocab::list(list)).flatten()?;
        let at = list.position(code)?;
        let steps = list.terms.iter().enumerate().map(|(n, term)| Step { text: term.text.get(t.lang()).to_owned(), reached: n <= at, here: n == at }).collect();
        let (place, of) = ((at + 1).to_string(), list.terms.len().to_string());
        Some(Ladder { title: capital(list.title.get(t.lang())), steps, place: t.with("ladder-place", &[("n", &place), ("of", &of)]) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::*;

    #[test]
    fn a_standard_of_proof_stands_on_its_step_with_all_lower_ones_reached() {
        let ladder = Ladder::of(Tongue(Lang::En), "proof", "reasonable_belief").unwrap();
        assert_eq!(ladder.steps.iter().map(|step| step.reached).collect::<Vec<_>>(), [true, true, true, false, false, false]);
        let html = ladder.render().unwrap();
        assert!(html.contains("aria-current=\"step\"") && html.contains("reasonable grounds to believe"), "{html}");
    }

    #[test]
    fn a_list_without_an_order_is_no_ladder() {
        assert_eq!(Ladder::of(Tongue(Lang::En), "method", "baton"), None);
        assert_eq!(Ladder::of(Tongue(Lang::En), "proof", "certain"), None);
    }
}
