//! Closed lists in forms: a few terms as radio buttons with their definitions, many as a select with the definitions beneath. Does no I/O.

use kniha_core::vocab;

use crate::lang::Tongue;
use crate::page::capital;

/// More terms than this become a select.
const MAX_RADIOS: usize = 8;

/// One choice of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What is sent.
    pub(crate) code: String,
    /// What is read.
    pub(crate) text: String,
    /// One sentence of definition.
    pub(crate) note: Option<String>,
    /// Whether it is chosen.
    pub(crate) chosen: bool,
}

/// A list to choose one term from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choices {
    /// The name of the field.
    pub(crate) name: String,
    /// The choices in the order of the list.
    pub(crate) of: Vec<Choice>,
}

impl Choices {
    /// The terms of a vocabulary.
    pub(crate) fn list(t: Tongue, name: &str, list: &str, chosen: &str) -> Choices {
        let terms = vocab::list(list).map_or(&[][..], |list| &list.terms);
        let of = terms.iter().map(|term| Choice {
            code: term.code.clone(),
            text: capital(term.text.get(t.lang())),
            note: term.note.as_ref().map(|note| note.get(t.lang()).to_owned()),
            chosen: term.code == chosen.trim(),
        });
        Choices { name: name.to_owned(), of: of.collect() }
    }

    /// Languages that sources are written in; one that is not among them but was chosen before stays a choice.
    pub(crate) fn languages(t: Tongue, name: &str, chosen: &str) -> Choices {
        const CODES: [(&str, &str); 10] = [
            ("be", "f-tongue-be"),
            ("ru", "f-tongue-ru"),
            ("uk", "f-tongue-uk"),
            ("en", "f-tongue-en"),
            ("pl", "f-tongue-pl"),
            ("lt", "f-tongue-lt"),
            ("lv", "f-tongue-lv"),
            ("de", "f-tongue-de"),
            ("fr", "f-tongue-fr"),
            ("ka", "f-tongue-ka"),
        ];
        let chosen = chosen.trim();
        let choice = |code: &str, text: String| Choice { code: code.to_owned(), text, note: None, chosen: code == chosen };
        let mut of = vec![choice("", t.get("f-tongue-unsaid"))];
        of.extend(CODES.iter().map(|(code, key)| choice(code, t.get(key))));
        if !of.iter().any(|choice| choice.chosen) {
            of.push(choice(&chosen.chars().take(3).collect::<String>(), chosen.chars().take(3).collect()));
        }
        Choices { name: name.to_owned(), of }
    }

    /// Whether they are few enough for radio buttons.
    pub(crate) fn few(&self) -> bool {
        self.of.len() <= MAX_RADIOS
    }

    /// The choices that have a definition.
    pub(crate) fn noted(&self) -> Vec<(&str, &str)> {
        self.of.iter().filter_map(|choice| Some((choice.text.as_str(), choice.note.as_deref()?))).collect()
    }

    /// The id of the control that an error leads to.
    pub(crate) fn anchor(&self) -> String {
        if self.few() { format!("{}-0", self.name) } else { self.name.clone() }
    }
}
