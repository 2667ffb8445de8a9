//! The source chip: which source says so, where in it, in which words. Opens without JavaScript. Does no I/O.

use askama::Template;
use kniha_core::claim::Citation;
use kniha_core::id::NodeId;
use kniha_core::vocab;

use super::Reading;
use super::link::{Link, term};
use super::value::Words;
use super::when::When;
use crate::lang::Tongue;
use crate::page::capital;

/// One citation of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/chip.html")]
pub(crate) struct Chip {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// The source.
    pub(crate) source: Link,
    /// How far the source can be relied on, in words, each that was said of it.
    pub(crate) reliability: Vec<String>,
    /// The exhibit through which it is seen.
    pub(crate) exhibit: Option<Link>,
    /// The source's own words.
    pub(crate) words: Option<Words>,
    /// Page, line, time code.
    pub(crate) locator: Option<String>,
    /// When it was looked at.
    pub(crate) accessed: Option<When>,
    /// Address of an archived copy, as text.
    pub(crate) archived: Option<String>,
}

html!(Chip);

impl Chip {
    /// A citation as its chip.
    pub(crate) fn of(reading: &Reading<'_>, citation: &Citation) -> Chip {
        Chip {
            t: reading.t,
            source: Link::to(reading, citation.source),
            reliability: reliability(reading, citation.source),
            exhibit: citation.exhibit.map(|id| Link::to(reading, id)),
            words: citation.words.as_deref().map(|words| Words::of(reading.t, words, None)),
            locator: citation.locator.clone(),
            accessed: citation.accessed.as_ref().map(|window| When::of(reading.t, window)),
            archived: citation.archived.clone(),
        }
    }
}

/// `Reliability: usually reliable`, for each standing claim of it.
fn reliability(reading: &Reading<'_>, source: NodeId) -> Vec<String> {
    let (t, property) = (reading.t, vocab::property("source.reliability"));
    let what = property.map_or_else(String::new, |property| capital(property.text.get(t.lang())));
    let marks = reading.labels.get(&source).map_or(&[][..], |label| &label.marks);
    marks.iter().map(|(list, code)| format!("{what}: {}", term(t, list, code))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::super::samples::{SOURCE, reading};
    use super::*;

    #[test]
    fn a_chip_shows_the_sources_words_and_where_they_stand() {
        let citation = Citation { words: Some("«Мяне білі»".into()), locator: Some("p. 4".into()), ..Citation::of(*SOURCE) };
        let html = Chip::of(&reading(Lang::Be), &citation).render().unwrap();
        assert!(html.contains("«Мяне білі»") && html.contains("p. 4") && html.contains("<details"), "{html}");
    }

    #[test]
    fn a_chip_tells_how_far_its_source_can_be_relied_on() {
        let html = Chip::of(&reading(Lang::En), &Citation::of(*SOURCE)).render().unwrap();
        assert!(html.contains("<details") && html.contains("<p>Reliability: usually reliable</p>"), "{html}");
    }

    #[test]
    fn hostile_words_of_a_source_stay_words() {
        let citation =
            Citation { words: Some("<script>".into()), locator: Some("\"><b>".into()), archived: Some("javascript:alert(1)".into()), ..Citation::of(*SOURCE) };
        let html = Chip::of(&reading(Lang::En), &citation).render().unwrap();
        assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("href=\"javascript"), "{html}");
    }
}
