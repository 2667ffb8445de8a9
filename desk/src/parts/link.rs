//! A record's name as a link: the name in the reader's script first, others beneath, and something to say where there is no name. Does no I/O.

use askama::Template;
use kniha_core::id::NodeId;
use kniha_core::lang::Lang;
use kniha_core::vocab::{self, NodeKind};
use kniha_core::words::{Script, script_of};
use kniha_store::Label;

use super::Reading;
use crate::href;
use crate::lang::Tongue;
use crate::page::capital;

/// A name as some source wrote it, with its language where that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelt {
    /// The letters.
    pub(crate) text: String,
    /// Their language.
    pub(crate) lang: Option<String>,
}

/// A record as a link.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/link.html")]
pub(crate) struct Link {
    /// Its page, `None` for a record that the reader may not see.
    pub(crate) href: Option<String>,
    /// The best name for this reader.
    pub(crate) main: Spelt,
    /// Whether `main` is a name that a source wrote, rather than our words for a record without one.
    pub(crate) named: bool,
    /// Other names.
    pub(crate) others: Vec<Spelt>,
}

html!(Link);

impl Link {
    /// The record as this reader's link; `labels` knows it or it is hidden.
    pub(crate) fn to(reading: &Reading<'_>, id: NodeId) -> Link {
        match reading.labels.get(&id) {
            Some(label) => Link::labelled(reading.t, id, label),
            None => Link::labelled(reading.t, id, &Label::default()),
        }
    }

    /// The record with this label.
    pub(crate) fn labelled(t: Tongue, id: NodeId, label: &Label) -> Link {
        let Some(kind) = label.kind else {
            return Link { href: None, main: Spelt { text: t.get("hidden-record"), lang: None }, named: false, others: Vec::new() };
        };
        let mut names: Vec<Spelt> = Vec::new();
        for (text, lang) in &label.names {
            if !names.iter().any(|name| name.text == *text) {
                names.push(Spelt { text: text.clone(), lang: lang.clone() });
            }
        }
        // Stable: among equals the name recorded first stays first.
        names.sort_by_key(|name| distance(t.lang(), name));
        let mut names = names.into_iter();
        let (main, named) = match names.next() {
            Some(name) => (name, true),
            None => (Spelt { text: unnamed(t, id, kind, label), lang: None }, false),
        };
        Link { href: Some(href::record(id)), main, named, others: names.collect() }
    }
}

/// How far a name is from a reader: their language in their script, their script, their language in another (łacinka), anything else.
fn distance(reader: Lang, name: &Spelt) -> u8 {
    let script = if reader == Lang::En { Script::Latin } else { Script::Cyrillic };
    let in_language = name.lang.as_deref() == Some(reader.code());
    match (in_language, script_of(&name.text) == script) {
        (true, true) => 0,
        (false, true) => 1,
        (true, false) => 2,
        (false, false) => 3,
    }
}

/// What to call a record without a name: its codes in words, else its kind and the beginning of its id.
fn unnamed(t: Tongue, id: NodeId, kind: NodeKind, label: &Label) -> String {
    let words: Vec<String> = label.codes.iter().map(|(list, code)| term(t, list, code)).collect();
    if words.is_empty() { format!("{} {}", capital(kind.text(t.lang())), &id.to_string()[..6]) } else { capital(&words.join(" · ")) }
}

/// The words of a code, or the code where a newer list had it.
pub(crate) fn term(t: Tongue, list: &str, code: &str) -> String {
    vocab::list(list).and_then(|list| list.term(code)).map_or_else(|| code.to_owned(), |term| term.text.get(t.lang()).to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn label(names: &[(&str, Option<&str>)]) -> Label {
        Label {
            kind: Some(NodeKind::Person),
            names: names.iter().map(|(name, lang)| ((*name).to_owned(), lang.map(str::to_owned))).collect(),
            codes: Vec::new(),
            marks: Vec::new(),
        }
    }

    #[test]
    fn the_name_in_the_readers_language_stands_first_and_each_spelling_once() {
        let label = label(&[("Яна Верас", Some("ru")), ("Яна Верас", None), ("Яна Верасень", Some("be"))]);
        let link = Link::labelled(Tongue(Lang::Be), NodeId::from_random([7; 16]), &label);
        assert_eq!((link.main.text.as_str(), link.others.len(), link.named), ("Яна Верасень", 1, true));
    }

    #[test]
    fn a_script_that_the_reader_reads_comes_before_their_language_in_another() {
        let label = label(&[("Jana Vierasień", Some("be")), ("Яна Верас", Some("ru"))]);
        let link = Link::labelled(Tongue(Lang::Be), NodeId::from_random([7; 16]), &label);
        assert_eq!(link.main.text, "Яна Верас");
    }

    #[test]
    fn a_record_that_may_not_be_seen_has_no_address() {
        let link = Link::labelled(Tongue(Lang::En), NodeId::from_random([7; 16]), &Label::default());
        assert_eq!((link.href, link.named), (None, false));
    }

    #[test]
    fn a_name_cannot_become_markup() {
        let link = Link::labelled(Tongue(Lang::En), NodeId::from_random([7; 16]), &label(&[("<script>alert(1)</script>", None)]));
        let html = link.render().unwrap();
        assert!(!html.contains("<script") && html.contains("&#60;script"), "{html}");
    }
}
