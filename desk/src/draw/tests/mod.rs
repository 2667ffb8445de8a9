//! The drawings as a whole, read back from what they write.
#![allow(clippy::unwrap_used, reason = "tests")]

pub(super) mod chart;
mod map;
mod timeline;

use super::label::text_box;
use super::svg::Rect;
use super::text::width_px;

/// Texts that try to be more than text.
pub(super) const HOSTILE: [&str; 7] = [
    "</title></svg><script>alert(1)</script>",
    "\" onload=\"alert(1)\" x='",
    "]]><![CDATA[<a href='//evil/'>",
    "&lt;script&gt;&#60;b&#62;",
    "\u{202e}gnp.txt\u{0}\u{1b}[31m\u{fffe}",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "javascript:alert(1)",
];

/// All that a drawing may be made of.
const ELEMENTS: [&str; 10] = ["svg", "title", "desc", "rect", "path", "circle", "ellipse", "text", "a", "g"];
const ATTRIBUTES: [&str; 19] = [
    "class",
    "role",
    "aria-labelledby",
    "aria-describedby",
    "width",
    "height",
    "viewBox",
    "font-size",
    "id",
    "x",
    "y",
    "d",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "href",
    "text-anchor",
];

/// One element: its name, attributes, the text directly in it and that of its title, unescaped.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) title: String,
}

impl Element {
    pub(super) fn get(&self, name: &str) -> &str {
        self.attributes.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub(super) fn number(&self, name: &str) -> f64 {
        self.get(name).parse().unwrap_or_else(|_| panic!("{name} in {self:?}"))
    }

    pub(super) fn is(&self, class: &str) -> bool {
        self.get("class").split(' ').any(|own| own == class)
    }

    pub(super) fn rect(&self) -> Rect {
        let (left, top) = (self.number("x"), self.number("y"));
        Rect { left, top, right: left + self.number("width"), bottom: top + self.number("height") }
    }

    pub(super) fn text_rect(&self, usual_px: f64) -> Rect {
        let font: f64 = self.get("font-size").parse().unwrap_or(usual_px);
        text_box((self.number("x"), self.number("y")), width_px(&self.text, font), font)
    }
}

/// Reads a drawing and refuses whatever it must not hold: markup out of balance, unknown elements and attributes, links that lead out.
pub(super) fn read(svg: &str) -> Vec<Element> {
    let (mut done, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let text = unescaped(&rest[..start]);
        if let Some(current) = open.last() {
            done[*current].text.push_str(&text);
        }
        let end = rest[start..].find('>').expect("a tag ends") + start;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let index = open.pop().expect("an open element");
            assert_eq!(done[index].name, name);
            if name == "title"
                && let Some(parent) = open.last()
            {
                done[*parent].title = done[index].text.clone();
            }
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        if !is_empty {
            open.push(done.len());
        }
        done.push(element(tag));
    }
    assert!(open.is_empty() && rest.is_empty(), "something is left open: {rest}");
    assert!(!svg.contains("http") && !svg.contains("url("), "a drawing points at nothing outside");
    done
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(ELEMENTS.contains(&name), "element {name:?}");
    let mut attributes: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        let (key, after) = rest.split_once("=\"").expect("a quoted value");
        let (value, after) = after.split_once('"').expect("the value ends");
        assert!(ATTRIBUTES.contains(&key), "attribute {key:?}");
        assert!(attributes.iter().all(|(other, _)| other != key), "{key} twice");
        attributes.push((key.to_owned(), unescaped(value)));
        rest = after.trim_start();
    }
    let element = Element { name: name.to_owned(), attributes, ..Element::default() };
    let href = element.get("href");
    assert!(href.is_empty() || (href.starts_with(['/', '?', '#']) && !href.starts_with("//")), "link {href:?}");
    element
}

fn unescaped(text: &str) -> String {
    assert!(!text.contains(['<', '>']), "markup in {text:?}");
    assert!(text.chars().all(|c| !c.is_control() && !('\u{202a}'..='\u{202e}').contains(&c)), "{text:?}");
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    assert_eq!(text.matches('&').count(), ["&lt;", "&gt;", "&quot;", "&#39;", "&amp;"].iter().map(|e| text.matches(e).count()).sum::<usize>());
    plain.replace("&amp;", "&")
}

/// Fails if two of the boxes meet.
pub(super) fn assert_apart(boxes: &[(Rect, String)]) {
    for (index, (a, what)) in boxes.iter().enumerate() {
        for (b, other) in &boxes[index + 1..] {
            // A tenth of a pixel is lost in writing.
            assert!(!a.grown(-0.2).meets(b), "{what:?} {a:?} meets {other:?} {b:?}");
        }
    }
}

#[test]
fn the_reader_of_these_tests_refuses_what_it_should() {
    let refuses = |svg: &str| {
        let svg = svg.to_owned();
        std::panic::catch_unwind(move || read(&svg)).is_err()
    };
    assert!(!refuses("<svg class=\"a\"><text x=\"1\">&amp;</text></svg>"));
    for bad in ["<svg><script></script></svg>", "<svg onload=\"x\"></svg>", "<svg>", "<svg>a & b</svg>", "<svg><a href=\"//x\"></a></svg>", "<svg>></svg>"] {
        assert!(refuses(bad), "{bad}");
    }
}

#[test]
fn every_class_that_is_drawn_has_its_rule() {
    let drawn = [map::sample_svg(), chart::sample_svg(), timeline::sample_svg()];
    for element in drawn.iter().flat_map(|svg| read(svg)) {
        for class in element.get("class").split(' ').filter(|class| !class.is_empty()) {
            let known = [' ', ',', ':', '.'].iter().any(|after| include_str!("../draw.css").contains(&format!(".{class}{after}")));
            // What kind of drawing it is, and a group, have no look of their own.
            assert!(known || class.starts_with("draw-") || class == "m-small", "{class}");
        }
    }
}
