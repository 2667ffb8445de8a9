//! One meaning in four languages, the terms built of it, and the lists they stand in. Does no I/O.

use crate::lang::Lang;

/// One meaning in the four languages of the book. No text is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// Belarusian, official orthography.
    pub be: String,
    /// Russian.
    pub ru: String,
    /// Ukrainian.
    pub uk: String,
    /// English.
    pub en: String,
}

impl Texts {
    /// The text in one language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Be => &self.be,
            Lang::Ru => &self.ru,
            Lang::Uk => &self.uk,
            Lang::En => &self.en,
        }
    }
}

/// One word that a coded value can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Lower snake case; stored in claims, so never renamed and never used again for another meaning.
    pub code: String,
    /// What a reader sees.
    pub text: Texts,
    /// One sentence of definition, where the word alone could be misread.
    pub note: Option<Texts>,
    /// The article or publication the term comes from, where it has one of its own.
    pub source: Option<String>,
}

/// A closed list of terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Name of the list, which is also the name of its file.
    pub code: String,
    /// What the list is called on a page.
    pub title: Texts,
    /// Where the list comes from.
    pub source: String,
    /// The terms in their order of display; for ladders (proof, reliability, consistency, graphic level) the order has meaning.
    pub terms: Vec<Term>,
}

impl List {
    /// The term of a code.
    #[must_use]
    pub fn term(&self, code: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.code == code)
    }

    /// How many terms stand before this one. On a ladder this compares steps.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.terms.iter().position(|term| term.code == code)
    }
}
