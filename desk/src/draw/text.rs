//! Text inside a drawing: what of it is drawn, how it is escaped, how wide it will be, where it breaks, which links are followed.
//!
//! A drawing cannot ask the browser how wide a text is, so widths are guessed per character, in hundredths of the font size, on the
//! generous side (measured against DejaVu Sans, the widest of the usual system fonts). Does no I/O.

/// Longest link that is drawn. Longer ones come from nobody's hand.
const LONGEST_LINK: usize = 1_000;
/// Marks that may sit on one letter; more than that is a trick to paint over the neighbours.
const MOST_MARKS: u8 = 3;

/// The characters of `text` that are drawn: line breaks as spaces, no control characters, no marks that turn the direction of what
/// follows, no towers of combining marks.
pub(super) fn drawn(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut marks = 0;
    text.chars().filter_map(move |c| {
        marks = if is_mark(c) { (marks + 1).min(MOST_MARKS + 1) } else { 0 };
        match c {
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}' => None,
            c if c.is_control() || matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff) => Some('\u{fffd}'),
            _ if marks > MOST_MARKS => None,
            c => Some(c),
        }
    })
}

/// Adds `text` to `out` so that it is text in any place of an SVG document, attribute values included.
pub(super) fn escape(out: &mut String, text: &str) {
    for c in drawn(text) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// The link, if it stays inside the desk. A browser drops tabs and line breaks and reads `\` as `/`, so those are refused too.
pub(super) fn inner_link(href: &str) -> Option<&str> {
    let mut chars = href.chars();
    let inside = match chars.next() {
        Some('/') => !matches!(chars.next(), Some('/' | '\\')),
        Some('?' | '#') => true,
        _ => false,
    };
    (inside && href.len() <= LONGEST_LINK && !href.chars().any(|c| c.is_control() || c == '\\')).then_some(href)
}

/// An id made only of what an id may hold, so that it can stand in attributes and be pointed at.
pub(super) fn id(text: &str) -> String {
    let kept: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
    if kept.is_empty() { "drawing".to_owned() } else { kept }
}

/// How wide the text will be at the most, in pixels.
pub(super) fn width_px(text: &str, font_px: f64) -> f64 {
    drawn(text).map(|c| f64::from(hundredths(c))).sum::<f64>() * font_px / 100.0
}

/// The text, or as much of its beginning as fits with an ellipsis.
pub(super) fn shorten(text: &str, max_px: f64, font_px: f64) -> String {
    let room = max_px * 100.0 / font_px;
    let (mut kept, mut used, mut fits) = (String::new(), 0.0, 0);
    let ellipsis = f64::from(hundredths('…'));
    for c in drawn(text) {
        used += f64::from(hundredths(c));
        if used > room {
            kept.truncate(fits);
            kept.truncate(kept.trim_end().len());
            kept.push('…');
            return kept;
        }
        kept.push(c);
        if used + ellipsis <= room {
            fits = kept.len();
        }
    }
    kept
}

/// The beginning of a text for a tooltip or a hidden description.
pub(super) fn first_chars(text: &str, most: usize) -> String {
    let mut chars = drawn(text);
    let mut kept: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        kept.push('…');
    }
    kept
}

/// The text in lines, broken at spaces and hyphens where it can be; what does not fit in `most` lines ends in an ellipsis.
pub(super) fn wrap(text: &str, max_px: f64, font_px: f64, most: usize) -> Vec<String> {
    let mut rest: String = first_chars(text, 400).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines = Vec::new();
    while !rest.is_empty() {
        if lines.len() + 1 == most || width_px(&rest, font_px) <= max_px {
            lines.push(shorten(&rest, max_px, font_px));
            break;
        }
        let room = max_px * 100.0 / font_px;
        let (mut used, mut hard, mut soft) = (0.0, 0, None);
        for (at, c) in rest.char_indices() {
            used += f64::from(hundredths(c));
            if used > room && at > 0 {
                break;
            }
            hard = at + c.len_utf8();
            match c {
                ' ' => soft = Some(at),
                '-' => soft = Some(hard),
                _ => {}
            }
        }
        // A word that would leave more than two thirds of the line empty is broken instead.
        let cut = soft.filter(|at| *at * 3 >= hard).unwrap_or(hard);
        let after = rest.split_off(cut);
        lines.push(rest.trim_end().to_owned());
        rest = after.trim_start().to_owned();
    }
    lines
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

fn hundredths(c: char) -> u32 {
    match c {
        c if is_mark(c) || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}') => 0,
        ' ' | '.' | ',' | ':' | ';' | '\'' | '’' | '|' | 'i' | 'j' | 'l' | 'і' | 'ї' | 'I' | 'І' | '!' | '·' => 36,
        'f' | 't' | 'r' | '(' | ')' | '-' | '"' | '/' | '[' | ']' => 44,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | 'ж' | 'м' | 'ш' | 'щ' | 'ю' | 'ы' | 'ф' | 'Ж' | 'М' | 'Ш' | 'Щ' | 'Ю' | 'Ы' | 'Ф' | '…' | '—' => {
            100
        }
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f000}'..='\u{3ffff}' => 105,
        c if c.is_uppercase() => 76,
        _ => 64,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        escape(&mut out, text);
        out
    }

    #[test]
    fn markup_becomes_text() {
        assert_eq!(escaped("<a b=\"c\" d='e'>&"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
    }

    #[test]
    fn tricks_of_direction_and_control_are_not_drawn() {
        assert_eq!(escaped("a\u{202e}b\u{2066}c\u{0}d\u{1b}\ne"), "abc\u{fffd}d\u{fffd} e");
        assert_eq!(escaped("\u{ffff}"), "\u{fffd}");
    }

    #[test]
    fn a_tower_of_marks_is_cut_and_a_stressed_letter_is_kept() {
        assert_eq!(drawn(&format!("Z{}a", "\u{301}".repeat(100_000))).count(), 5);
        assert_eq!(escaped("а\u{301}"), "а\u{301}");
    }

    #[test]
    fn only_links_into_the_desk_are_followed() {
        for good in ["/", "/incident/7?lang=be#acts", "?page=2", "#table"] {
            assert_eq!(inner_link(good), Some(good));
        }
        for bad in ["", "javascript:alert(1)", "//host/", "/\\host/", "/a\\b", "/\t/host/", "https:", "incident/7", " /a", "/a\u{0}"] {
            assert_eq!(inner_link(bad), None, "{bad:?}");
        }
        assert_eq!(inner_link(&format!("/{}", "a".repeat(LONGEST_LINK))), None);
    }

    #[test]
    fn a_shortened_text_fits_and_says_so() {
        let long = "Асобны батальён міліцыі спецыяльнага прызначэння";
        let short = shorten(long, 120.0, 12.0);
        assert!(short.ends_with('…') && width_px(&short, 12.0) <= 120.0, "{short}");
        assert_eq!(shorten("Мінск", 120.0, 12.0), "Мінск");
        assert_eq!(shorten("anything", 1.0, 12.0), "…");
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing_when_there_is_room() {
        let name = "Second battalion of the Special Rapid Response Regiment of the Ministry";
        let lines = wrap(name, 150.0, 12.0, 9);
        assert!(lines.len() > 2 && lines.iter().all(|line| width_px(line, 12.0) <= 150.0), "{lines:?}");
        assert_eq!(lines.join(" "), name);
    }

    #[test]
    fn wrapping_ends_on_words_that_have_no_end() {
        let lines = wrap(&"Щ".repeat(100_000), 100.0, 12.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…') && lines.iter().all(|line| width_px(line, 12.0) <= 100.0));
        assert_eq!(wrap("界", 1.0, 12.0, 3).len(), 1);
        assert!(wrap(" \n ", 100.0, 12.0, 2).is_empty());
    }

    #[test]
    fn an_id_holds_nothing_but_letters_digits_and_hyphens() {
        assert_eq!(id("map-1\" onload='x"), "map-1onloadx");
        assert_eq!(id("мапа"), "drawing");
    }
}
