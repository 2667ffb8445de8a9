//! Writing SVG: numbers to a tenth of a pixel, paths as steps, texts and links escaped. Does no I/O.

use std::fmt::{self, Display, Write};

use super::text;

/// A length in pixels, written to a tenth. What is not a number is written as nought, so that no input can break a document.
#[derive(Clone, Copy)]
pub(super) struct Px(pub(super) f64);

impl Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_tenths(f, tenths(self.0))
    }
}

/// An upright box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn grown(&self, by: f64) -> Rect {
        Rect { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    pub(super) fn common(&self, other: &Rect) -> Rect {
        Rect { left: self.left.max(other.left), top: self.top.max(other.top), right: self.right.min(other.right), bottom: self.bottom.min(other.bottom) }
    }

    pub(super) fn contains(&self, x: f64, y: f64) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }

    pub(super) fn holds(&self, other: &Rect) -> bool {
        self.contains(other.left, other.top) && self.contains(other.right, other.bottom)
    }

    pub(super) fn meets(&self, other: &Rect) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// The `d` of a path, written as short steps from point to point.
#[derive(Default)]
pub(super) struct PathData(String);

impl PathData {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A line through the points, closed or open. Points that fall on the one before are left out.
    pub(super) fn line(&mut self, points: &[(f64, f64)], closed: bool) {
        let Some(first) = points.first() else { return };
        let length = self.0.len();
        let mut at = (tenths(first.0), tenths(first.1));
        self.0.push('M');
        self.pair(at);
        let mut steps = 0;
        for point in &points[1..] {
            let next = (tenths(point.0), tenths(point.1));
            let step = (next.0 - at.0, next.1 - at.1);
            if step == (0, 0) {
                continue;
            }
            if steps == 0 {
                self.0.push('l');
            } else if step.0 >= 0 {
                self.0.push(' ');
            }
            self.pair(step);
            at = next;
            steps += 1;
        }
        if steps == 0 {
            self.0.truncate(length);
        } else if closed {
            self.0.push('z');
        }
    }

    fn pair(&mut self, (x, y): (i64, i64)) {
        // Writing to a string does not fail.
        let _ = write_tenths(&mut self.0, x);
        if y >= 0 {
            self.0.push(' ');
        }
        let _ = write_tenths(&mut self.0, y);
    }

    /// The whole element, or nothing for an empty path.
    pub(super) fn element(&self, out: &mut String, class: &str) {
        if !self.is_empty() {
            let _ = write!(out, "<path class=\"{class}\" d=\"{}\"/>", self.0);
        }
    }
}

/// Opens the drawing: name and description first, so that they are what is read out.
pub(super) fn open(out: &mut String, head: &Head<'_>) {
    let id = text::id(head.id);
    let (kind, role) = (head.kind, if head.has_links { "group" } else { "img" });
    let _ = write!(
        out,
        "<svg class=\"draw draw-{kind}\" role=\"{role}\" aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\" \
         width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" font-size=\"{font}\"><title id=\"{id}-title\">",
        w = Px(head.width),
        h = Px(head.height),
        font = Px(head.font_px),
    );
    text::escape(out, &text::first_chars(head.title, 300));
    let _ = write!(out, "</title><desc id=\"{id}-desc\">");
    text::escape(out, &text::first_chars(head.description, 1_000));
    out.push_str("</desc>");
}

/// What every drawing begins with.
pub(super) struct Head<'a> {
    pub(super) kind: &'static str,
    pub(super) id: &'a str,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) font_px: f64,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    pub(super) has_links: bool,
}

/// Draws `inside` within a link with a tooltip; without the link where it would lead out of the desk.
pub(super) fn linked(out: &mut String, href: &str, class: &str, tooltip: &str, inside: impl FnOnce(&mut String)) {
    let link = text::inner_link(href);
    match link {
        Some(link) => {
            let _ = write!(out, "<a class=\"{class}\" href=\"");
            text::escape(out, link);
            out.push_str("\"><title>");
        }
        None => {
            let _ = write!(out, "<g class=\"{class}\"><title>");
        }
    }
    text::escape(out, tooltip);
    out.push_str("</title>");
    inside(out);
    out.push_str(if link.is_some() { "</a>" } else { "</g>" });
}

/// A text of one line. `extra` is further attributes, written by us.
pub(super) fn label(out: &mut String, x: f64, y: f64, class: &str, extra: &str, content: &str) {
    let _ = write!(out, "<text class=\"{class}\" x=\"{}\" y=\"{}\"{extra}>", Px(x), Px(y));
    text::escape(out, content);
    out.push_str("</text>");
}

fn tenths(px: f64) -> i64 {
    // The bound is far outside any drawing and keeps differences in range.
    (px * 10.0).round().clamp(-1e9, 1e9) as i64
}

fn write_tenths(out: &mut impl Write, tenths: i64) -> fmt::Result {
    let (whole, part) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    if tenths < 0 {
        out.write_char('-')?;
    }
    match (whole, part) {
        (_, 0) => write!(out, "{whole}"),
        (0, _) => write!(out, ".{part}"),
        _ => write!(out, "{whole}.{part}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_are_written_short() {
        let written: Vec<String> = [0.0, -0.04, 0.5, -0.5, 12.0, -12.34, f64::NAN, f64::INFINITY].iter().map(|x| Px(*x).to_string()).collect();
        assert_eq!(written, ["0", "0", ".5", "-.5", "12", "-12.3", "0", "100000000"]);
    }

    #[test]
    fn a_path_is_steps_and_comes_back_to_where_it_began() {
        let mut path = PathData::default();
        path.line(&[(1.0, 2.0), (1.0, 2.0), (3.5, 1.0), (3.5, -1.0)], true);
        path.line(&[(1.0, 2.0), (0.0, 2.0)], false);
        path.line(&[(9.0, 9.0), (9.01, 9.0)], true);
        let mut out = String::new();
        path.element(&mut out, "x");
        assert_eq!(out, "<path class=\"x\" d=\"M1 2l2.5-1 0-2zM1 2l-1 0\"/>");
    }

    #[test]
    fn a_link_out_of_the_desk_is_no_link() {
        let mut out = String::new();
        linked(&mut out, "javascript:x", "m", "<b>", |_| {});
        linked(&mut out, "/a?b=\"&c=1", "m", "", |_| {});
        assert_eq!(out, "<g class=\"m\"><title>&lt;b&gt;</title></g><a class=\"m\" href=\"/a?b=&quot;&amp;c=1\"><title></title></a>");
    }
}
