//! A value as a reader sees it: words folded when long, numbers with their unit, positions with their doubt, codes in words.
//!
//! Values come from sources and may be hostile: long, right to left, towers of combining letters. Templates escape and isolate them, the
//! style sheet clips them. Does no I/O.

use askama::Template;
use kniha_core::id::ClaimId;
use kniha_core::place::Region;
use kniha_core::value::Value;
use kniha_core::vocab::{self, Property, ValueType};

use super::Reading;
use super::link::Link;
use super::when::When;
use crate::href;
use crate::lang::Tongue;

/// Texts longer than this many characters are folded.
const FOLD_CHARS: usize = 700;
/// What stands before the fold.
const HEAD_CHARS: usize = 400;

/// A value in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/value.html")]
pub(crate) enum Shown {
    /// Words of a source.
    Words(Words),
    /// A name, with its kind where it is not the full name.
    Name {
        /// The letters.
        text: String,
        /// Their language.
        lang: Option<String>,
        /// What kind of name.
        kind: Option<String>,
    },
    /// Another record.
    Record(Box<Link>),
    /// A number with its unit.
    Number(String),
    /// A time.
    Time(When),
    /// A position.
    Spot(Spot),
    /// A term of a list.
    Term {
        /// Its words.
        text: String,
        /// Its definition.
        note: Option<String>,
    },
    /// A web address: never a link out of the desk by itself.
    Address {
        /// As written.
        text: String,
        /// The page that stands before it.
        leave: String,
        /// What that link is called.
        label: String,
    },
    /// Words of our own for a value that cannot be shown.
    Ours(String),
}

html!(Shown, Words, Spot);

/// Words of a source, folded when long.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/words.html")]
pub(crate) struct Words {
    /// The whole text.
    pub(crate) text: String,
    /// Its language.
    pub(crate) lang: Option<String>,
    /// The beginning and what opens the rest, for a long text.
    pub(crate) fold: Option<(String, String)>,
}

impl Words {
    /// A text with its language.
    pub(crate) fn of(t: Tongue, text: &str, lang: Option<&str>) -> Words {
        let chars = text.chars().count();
        let fold = (chars > FOLD_CHARS).then(|| (text.chars().take(HEAD_CHARS).collect(), t.with("show-all", &[("n", &grouped(chars as i64))])));
        Words { text: text.to_owned(), lang: lang.map(str::to_owned), fold }
    }
}

/// A position with its doubt.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/spot.html")]
pub(crate) struct Spot {
    /// "53.9006° N, 27.5590° E".
    pub(crate) words: String,
    /// "±100 m", or that the source states none.
    pub(crate) doubt: String,
    /// As it was written.
    pub(crate) exact: String,
}

impl Spot {
    /// A region in words. Degrees are shown as finely as they were written.
    pub(crate) fn of(t: Tongue, region: &Region) -> Spot {
        let part = |deg: f64, plus: &str, minus: &str| format!("{}°\u{a0}{}", deg.abs(), t.get(if deg < 0.0 { minus } else { plus }));
        let doubt = region.radius_m().map_or_else(|| t.get("spot-no-doubt"), |radius_m| format!("±{}", distance(t, radius_m)));
        let words = format!("{}, {}", part(region.lat_deg(), "compass-n", "compass-s"), part(region.lon_deg(), "compass-e", "compass-w"));
        Spot { words, doubt, exact: region.to_string() }
    }
}

/// A distance with its unit.
pub(crate) fn distance(t: Tongue, metres: f64) -> String {
    if metres >= 10_000.0 {
        format!("{:.0}\u{a0}{}", metres / 1000.0, t.get("unit-km"))
    } else if metres >= 1_000.0 {
        format!("{:.1}\u{a0}{}", metres / 1000.0, t.get("unit-km"))
    } else {
        format!("{metres}\u{a0}{}", t.get("unit-m"))
    }
}

/// A whole number with narrow spaces between groups of three, as all four languages read it.
pub(crate) fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "\u{2212}" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// Bytes in words, with the exact number.
fn bytes(t: Tongue, n: i64) -> String {
    const STEPS: [(i64, &str); 3] = [(1 << 30, "unit-gib"), (1 << 20, "unit-mib"), (1 << 10, "unit-kib")];
    let exact = format!("{}\u{a0}{}", grouped(n), t.get("unit-bytes"));
    match STEPS.iter().find(|(step, _)| n >= *step) {
        Some((step, unit)) => format!("{:.1}\u{a0}{} ({exact})", n as f64 / *step as f64, t.get(unit)),
        None => exact,
    }
}

impl Shown {
    /// The value of a claim, or that it is no more.
    pub(crate) fn of(reading: &Reading<'_>, claim: ClaimId, property: &Property, value: Option<&Value>) -> Shown {
        let t = reading.t;
        let Some(value) = value else { return Shown::Ours(t.get("erased-value")) };
        match value {
            Value::Text { text, lang } => Shown::Words(Words::of(t, text, lang.as_ref().map(|lang| lang.as_str()))),
            Value::Name(name) => {
                let kind = (name.kind().code() != "full").then(|| super::link::term(t, "name_kind", name.kind().code()));
                Shown::Name { text: name.text().to_owned(), lang: name.lang().map(|lang| lang.as_str().to_owned()), kind }
            }
            Value::Ref(id) => Shown::Record(Box::new(Link::to(reading, *id))),
            Value::Integer(n) if property.code == "exhibit.bytes" => Shown::Number(bytes(t, *n)),
            Value::Integer(n) => Shown::Number(grouped(*n)),
            Value::Real(x) if property.code.ends_with("_mm") => Shown::Number(format!("{x}\u{a0}{}", t.get("unit-mm"))),
            Value::Real(x) => Shown::Number(x.to_string()),
            Value::Window(window) => Shown::Time(When::of(t, window)),
            Value::Region(region) => Shown::Spot(Spot::of(t, region)),
            Value::Code(code) => {
                let list = if let ValueType::Code(list) = property.value { list } else { "" };
                let note = vocab::list(list).and_then(|list| list.term(code)).and_then(|term| term.note.as_ref());
                Shown::Term { text: super::link::term(t, list, code), note: note.map(|note| note.get(t.lang()).to_owned()) }
            }
            Value::Address(text) => Shown::Address { text: text.clone(), leave: href::leave(claim), label: t.get("leave-link") },
            Value::Sealed(sealed) => Shown::Ours(t.with("sealed-value", &[("n", &grouped(sealed.bytes().len() as i64))])),
        }
    }

    /// The value on one line without markup, for lists, titles and the drawings.
    pub(crate) fn plain(&self) -> String {
        match self {
            Shown::Words(words) => words.fold.as_ref().map_or_else(|| words.text.clone(), |(head, _)| format!("{head}…")),
            Shown::Name { text, .. } | Shown::Number(text) | Shown::Term { text, .. } | Shown::Address { text, .. } | Shown::Ours(text) => text.clone(),
            Shown::Record(link) => link.main.text.clone(),
            Shown::Time(when) => when.plain(),
            Shown::Spot(spot) => format!("{} {}", spot.words, spot.doubt),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::super::samples::{claim, reading};
    use super::*;

    fn shown(property: &str, written: &str) -> Shown {
        let claim = claim(property, written);
        Shown::of(&reading(Lang::En), claim.id, claim.property, claim.value.as_ref())
    }

    #[test]
    fn a_position_says_its_doubt_or_that_none_is_stated() {
        assert_eq!(shown("act.where", "53.9006, 27.559 ±100m").plain(), "53.9006°\u{a0}N, 27.559°\u{a0}E ±100\u{a0}m");
        assert!(shown("act.where", "-53.9, -27.5").plain().starts_with("53.9°\u{a0}S, 27.5°\u{a0}W"));
        assert!(shown("act.where", "53.9, 27.5").plain().ends_with("no doubt stated"));
    }

    #[test]
    fn a_size_says_its_unit_and_its_exact_number() {
        assert_eq!(shown("exhibit.bytes", "1500000").plain(), "1.4\u{a0}MiB (1\u{202f}500\u{202f}000\u{a0}bytes)");
        assert_eq!(shown("injury.size_mm", "12.5").plain(), "12.5\u{a0}mm");
        assert_eq!(grouped(i64::MIN), "\u{2212}9\u{202f}223\u{202f}372\u{202f}036\u{202f}854\u{202f}775\u{202f}808");
    }

    #[test]
    fn a_long_text_is_folded_and_whole() {
        let Shown::Words(words) = shown("incident.summary", &"ў".repeat(100_000)) else { panic!("words") };
        assert_eq!((words.text.chars().count(), words.fold.as_ref().unwrap().0.chars().count()), (100_000, HEAD_CHARS));
        assert!(words.render().unwrap().contains("<details"));
    }

    #[test]
    fn an_address_is_no_link_into_the_world() {
        let html = shown("exhibit.address", "https://example.org/x?<b>").render().unwrap();
        assert!(!html.contains("href=\"http") && html.contains("/leave\"") && !html.contains("<b>"), "{html}");
    }

    #[test]
    fn hostile_words_stay_words() {
        let html = shown("incident.title", "\u{202e}<img src=x onerror=alert(1)>").render().unwrap();
        assert!(!html.contains("<img") && html.contains("dir=\"auto\""), "{html}");
    }
}
