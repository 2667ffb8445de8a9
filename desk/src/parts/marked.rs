//! Why a result was found, shown in its text: the words that matched, with what stands around them. Does no I/O.

use std::ops::Range;

use askama::Template;
use kniha_core::words::{Heard, matched_words};

/// Characters shown before the first matched word, and in all.
const BEFORE_CHARS: usize = 60;
const ALL_CHARS: usize = 280;

/// A text with some of its words marked.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/marked.html")]
pub(crate) struct Marked {
    /// Whether something was left out before.
    pub(crate) cut_before: bool,
    /// Pieces and whether each is marked.
    pub(crate) pieces: Vec<(String, bool)>,
    /// Whether something was left out after.
    pub(crate) cut_after: bool,
    /// Language of the text.
    pub(crate) lang: Option<String>,
}

html!(Marked);

impl Marked {
    /// The part of a text around the words that a query matches.
    pub(crate) fn of(query: &str, text: &str, lang: Option<String>) -> Marked {
        Marked::around(text, &matched_words(query, text), lang)
    }

    /// A name with the parts that are spelt or sound like a part of the query.
    pub(crate) fn name(query: &str, name: &str, lang: Option<String>) -> Marked {
        Marked::around(name, &Heard::of(query).matched_parts(name), lang)
    }

    fn around(text: &str, matched: &[Range<usize>], lang: Option<String>) -> Marked {
        let first = matched.first().map_or(0, |range| range.start);
        let start = back(text, first, BEFORE_CHARS);
        let end = text[start..].char_indices().nth(ALL_CHARS).map_or(text.len(), |(at, _)| start + at);
        let mut pieces = Vec::new();
        let mut at = start;
        let inside = |range: &&Range<usize>| range.start >= start && range.end <= end;
        for range in matched.iter().filter(inside) {
            if range.start > at {
                pieces.push((text[at..range.start].to_owned(), false));
            }
            pieces.push((text[range.clone()].to_owned(), true));
            at = range.end;
        }
        if at < end {
            pieces.push((text[at..end].to_owned(), false));
        }
        Marked { cut_before: start > 0, pieces, cut_after: end < text.len(), lang }
    }
}

/// The byte some characters before a byte, at the start of a word where there is one.
fn back(text: &str, from: usize, chars: usize) -> usize {
    let Some((at, _)) = text[..from].char_indices().rev().nth(chars) else { return 0 };
    text[at..from].find(' ').map_or(at, |space| at + space + 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_matched_word_is_marked_in_its_sentence() {
        let marked = Marked::of("court", "They were taken to the court at night.", None);
        assert_eq!(marked.pieces[1], ("court".to_owned(), true));
        assert!(marked.render().unwrap().contains("<mark>court</mark>"));
    }

    #[test]
    fn a_long_text_is_cut_around_the_match_and_stays_text() {
        let text = format!("{}<b>court {}", "ўсё ".repeat(5000), "і ".repeat(5000));
        let marked = Marked::of("court", &text, None);
        assert!(marked.cut_before && marked.cut_after);
        let html = marked.render().unwrap();
        assert!(html.len() < 2000 && !html.contains("<b>"), "{html}");
    }
}
