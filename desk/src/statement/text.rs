//! The sentences of an account, numbered, each in pieces that are marked or not.
//!
//! Places count Unicode scalar values from 0. Characters that turn the direction of a line, are not seen, or end a line for a program and not for a person are
//! pieces of their own, shown by their number: nobody is misled by them, and no place moves. Does no I/O.

use std::fmt::Write;

use askama::Template;
use kniha_core::intake::MarkKind;
use kniha_store::NewMark;

/// Longest sentence, in characters; a longer one is broken at a space.
const LONGEST: usize = 400;

/// Characters with the same marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// First character.
    pub(crate) start: u32,
    /// What they are.
    pub(crate) text: String,
    /// Whether `text` stands for one character that nobody would see.
    pub(crate) hidden: bool,
    /// What they are marked as: p, t, l, a.
    pub(crate) kinds: String,
    /// Whether a mark begins here.
    pub(crate) first: bool,
}

/// A sentence, or what is left of a long one.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/sentence.html")]
pub(crate) struct Sentence {
    /// Its number, from 1.
    pub(crate) n: usize,
    /// First character.
    pub(crate) start: u32,
    /// First character after it.
    pub(crate) end: u32,
    /// Whether a paragraph begins with it.
    pub(crate) paragraph: bool,
    /// Its pieces.
    pub(crate) pieces: Vec<Piece>,
}

impl askama::filters::HtmlSafe for Sentence {}

/// The characters of a text in sentences, with these marks.
pub(crate) fn sentences(text: &str, marks: &[NewMark]) -> Vec<Sentence> {
    let chars: Vec<char> = text.chars().collect();
    let mut all = Vec::new();
    let (mut start, mut paragraph) = (0, true);
    while start < chars.len() {
        let end = sentence_end(&chars, start);
        let shown = &chars[start..end];
        if shown.iter().any(|c| !c.is_whitespace()) {
            all.push(Sentence { n: all.len() + 1, start: start as u32, end: end as u32, paragraph, pieces: pieces(shown, start as u32, marks) });
            paragraph = false;
        }
        paragraph |= shown.contains(&'\n');
        start = end;
    }
    all
}

/// Where the sentence that begins here ends: after its mark and the space behind it, after a line, or where it becomes too long.
fn sentence_end(chars: &[char], start: usize) -> usize {
    let mut space = None;
    for at in start..chars.len() {
        let c = chars[at];
        if c == '\n' {
            return at + 1;
        }
        let ends = matches!(c, '.' | '!' | '?' | '…' | '。' | '؟');
        if ends && chars.get(at + 1).is_none_or(|next| next.is_whitespace()) {
            let spaces = chars[at + 1..].iter().take_while(|c| c.is_whitespace() && **c != '\n').count();
            return at + 1 + spaces + usize::from(chars.get(at + 1 + spaces) == Some(&'\n'));
        }
        if c.is_whitespace() {
            space = Some(at + 1);
        }
        if at + 1 - start >= LONGEST {
            return space.unwrap_or(at + 1);
        }
    }
    chars.len()
}

fn pieces(chars: &[char], offset: u32, marks: &[NewMark]) -> Vec<Piece> {
    let end = offset + chars.len() as u32;
    let here: Vec<&NewMark> = marks.iter().filter(|mark| mark.start < end && mark.end > offset).collect();
    let mut pieces: Vec<Piece> = Vec::new();
    for (i, c) in chars.iter().enumerate() {
        let at = offset + i as u32;
        let first = here.iter().any(|mark| mark.start == at);
        let stops = here.iter().any(|mark| mark.end == at);
        let hidden = is_hidden(*c, i.checked_sub(1).map(|before| chars[before]));
        match pieces.last_mut() {
            Some(last) if !first && !stops && !hidden && !last.hidden => last.text.push(*c),
            _ => {
                let kinds = MarkKind::ALL.iter().filter(|kind| here.iter().any(|mark| mark.kind == **kind && mark.start <= at && at < mark.end));
                let kinds = kinds.map(|kind| kind.code()).collect();
                let text = if hidden { code_point(*c) } else { c.to_string() };
                pieces.push(Piece { start: at, text, hidden, kinds, first });
            }
        }
    }
    pieces
}

/// Whether a character is shown by its number. Joiners are letters' own business in scripts that need them, and shown between others.
fn is_hidden(c: char, before: Option<char>) -> bool {
    match c {
        '\u{200c}' | '\u{200d}' => before.is_some_and(|before| matches!(before, '\0'..='\u{52f}')),
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        c => c.is_control() && !matches!(c, '\n' | '\t'),
    }
}

/// A text in one line of a page: what nobody would see stands as its number.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for c in text.chars() {
        if is_hidden(c, before) {
            out.push('⟨');
            out.push_str(&code_point(c));
            out.push('⟩');
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

fn code_point(c: char) -> String {
    let mut out = String::new();
    let _ = write!(out, "U+{:04X}", u32::from(c));
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_store::MarkId;
    use proptest::prelude::*;

    use super::*;

    fn mark(kind: MarkKind, start: u32, end: u32) -> NewMark {
        NewMark { id: MarkId::from_random([1; 16]), part: [0; 16], kind, start, end }
    }

    fn starts(text: &str) -> Vec<(u32, u32)> {
        sentences(text, &[]).iter().map(|s| (s.start, s.end)).collect()
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        assert_eq!(starts("Мяне забралі 9.08. Білі ў аўтазаку!\nПотым суд"), [(0, 19), (19, 36), (36, 45)]);
        assert_eq!(starts("a\n\n  \nb"), [(0, 2), (6, 7)]);
        let all = sentences("Адзін. Два.\nТры.", &[]);
        assert_eq!(all.iter().map(|s| (s.n, s.paragraph)).collect::<Vec<_>>(), [(1, true), (2, false), (3, true)]);
    }

    #[test]
    fn marks_that_meet_and_overlap_divide_the_text_and_keep_their_kinds() {
        let all = sentences("Капітан Ясень біў", &[mark(MarkKind::Person, 0, 13), mark(MarkKind::Act, 8, 17)]);
        let seen: Vec<(&str, &str, bool)> = all[0].pieces.iter().map(|p| (p.text.as_str(), p.kinds.as_str(), p.first)).collect();
        assert_eq!(seen, [("Капітан ", "p", true), ("Ясень", "pa", true), (" біў", "a", false)]);
        let html = all[0].render().unwrap();
        assert!(html.contains("data-at=\"8\"") && html.matches("<mark").count() == 3, "{html}");
    }

    #[test]
    fn a_mark_outside_the_text_marks_nothing_and_one_across_its_end_marks_what_is_there() {
        let all = sentences("abc", &[mark(MarkKind::Time, 3, 9), mark(MarkKind::Place, 2, 50)]);
        assert_eq!(all[0].pieces.iter().map(|p| p.kinds.as_str()).collect::<Vec<_>>(), ["", "l"]);
    }

    #[test]
    fn what_nobody_sees_is_shown_by_its_number_and_moves_no_place() {
        let all = sentences("Іван \u{202e}чівазогаР\u{2066} Кле\u{200b}но\u{200d}вей\u{feff}", &[]);
        let html = all[0].render().unwrap();
        for code in ["U+202E", "U+2066", "U+200B", "U+200D", "U+FEFF"] {
            assert!(html.contains(code), "{code} in {html}");
        }
        assert!(!html.contains('\u{202e}') && !html.contains('\u{feff}'));
        assert_eq!(all[0].pieces[2].start, 6);
        assert_eq!(visible("\u{202e}gpj.exe"), "⟨U+202E⟩gpj.exe");
        // Persian and a family of emoji need their joiners.
        let kept = sentences("می\u{200c}روم 👩\u{200d}👧", &[]);
        assert_eq!(kept[0].pieces.len(), 1);
    }

    #[test]
    fn a_hundred_thousand_characters_without_a_sentence_stay_readable() {
        for text in ["ў".repeat(100_000), "ўсё ".repeat(25_000), "<b>\u{202e}".repeat(25_000)] {
            let marks: Vec<NewMark> = (0..500).map(|i| mark(MarkKind::Person, i * 200, i * 200 + 50)).collect();
            let all = sentences(&text, &marks);
            assert!(all.iter().all(|s| (s.end - s.start) as usize <= LONGEST));
            assert_eq!((all[0].start, all.last().unwrap().end), (0, 100_000));
        }
    }

    proptest! {
        /// Every character stands in one piece, in its order, whatever is marked.
        #[test]
        fn nothing_is_lost_between_the_pieces(text in "\\PC{0,80}[ \n.\u{202e}\u{200b}]{0,5}\\PC{0,80}", places in prop::collection::vec((0u32..200, 1u32..60), 0..6)) {
            let marks: Vec<NewMark> = places.iter().map(|(start, len)| mark(MarkKind::Act, *start, start + len)).collect();
            let mut next = None;
            for sentence in sentences(&text, &marks) {
                for piece in &sentence.pieces {
                    prop_assert!(next.is_none_or(|next| piece.start >= next));
                    let len = if piece.hidden { 1 } else { piece.text.chars().count() as u32 };
                    let own: String = text.chars().skip(piece.start as usize).take(len as usize).collect();
                    if !piece.hidden { prop_assert_eq!(&own, &piece.text); }
                    next = Some(piece.start + len);
                }
                prop_assert_eq!(next, Some(sentence.end));
            }
        }
    }
}
