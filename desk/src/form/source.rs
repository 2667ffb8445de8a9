//! The part of a form that says where something is from: a source of the book or a new one, its words for it, and the page or minute they
//! stand at. A correction keeps the sources of the claim it corrects, unless a person takes their tick away.

use kniha_core::claim::{Citation, NewClaim};
use kniha_core::id::{CaseId, NodeId};
use kniha_core::text;
use kniha_core::time::Window;
use kniha_core::value::{Value, ValueError};
use kniha_core::vocab::{self, NodeKind, Property};
use kniha_store::{ReadTx, Reader, StoreError, Writing, labels};

use super::choice::Choices;
use super::find::Finder;
use super::{Press, Problems};
use crate::error::{PageError, text_reason, value_reason};
use crate::fields::{Fields, filled};
use crate::lang::Tongue;
use crate::parts::link::{Link, Spelt};

/// What a form says about its sources.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SourceBlock {
    /// Sources of the claim that is corrected.
    pub(crate) kept: Vec<Kept>,
    /// A source of the book.
    pub(crate) finder: Finder,
    /// The title of a new source.
    pub(crate) title: String,
    /// The kind of a new source.
    pub(crate) kind: Choices,
    kind_code: String,
    /// The address of a new source.
    pub(crate) address: String,
    /// The source's own words.
    pub(crate) words: String,
    /// Where in the source they stand.
    pub(crate) locator: String,
    /// When it was looked at.
    pub(crate) accessed: String,
    /// Address of an archived copy.
    pub(crate) archived: String,
    /// Whether the form can be saved without a source: a source is its own.
    pub(crate) optional: bool,
    citations: Vec<Citation>,
}

/// A source that a correction keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Its place among the old claim's sources.
    pub(crate) nth: usize,
    /// Its name.
    pub(crate) name: Spelt,
    /// Its words.
    pub(crate) words: Option<String>,
    /// Whether it stays.
    pub(crate) ticked: bool,
}

/// What the new claims of a form rest on.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Grounds {
    /// The citations.
    pub(crate) citations: Vec<Citation>,
    /// A source that must be made first, with what is known of it.
    pub(crate) made: Option<(NodeId, Vec<(&'static Property, Value)>)>,
}

impl Grounds {
    /// Makes the new source, if there is one.
    pub(crate) async fn make(&self, write: &mut Writing<'_>, case: CaseId, press: &Press) -> Result<(), StoreError> {
        let Some((id, claims)) = &self.made else { return Ok(()) };
        write.add_record(*id, NodeKind::Source, case).await?;
        for (property, value) in claims {
            let claim = press.id(&format!("{id} {}", property.code));
            write.add_claim(NewClaim::stated(claim, *id, property, value.clone()), case).await?;
        }
        Ok(())
    }

    /// Asks whether the sources are there. A new one that an earlier sending of the form made is not made again.
    pub(crate) async fn settle(&mut self, tx: &mut ReadTx, reader: &Reader, t: Tongue, problems: &mut Problems) -> Result<(), PageError> {
        let ids: Vec<NodeId> = self.citations.iter().map(|citation| citation.source).collect();
        let known = labels(tx, reader, &ids).await?;
        let kind = |id: &NodeId| known.get(id).and_then(|label| label.kind);
        if self.made.as_ref().is_some_and(|(id, _)| kind(id) == Some(NodeKind::Source)) {
            self.made = None;
        }
        let made = self.made.as_ref().map(|(id, _)| *id);
        for id in ids.iter().filter(|id| Some(**id) != made) {
            match kind(id) {
                Some(NodeKind::Source) => {}
                Some(_) => problems.add("source-find", t.get("f-source"), t.get("f-why-wrong-kind")),
                None => problems.add("source-find", t.get("f-source"), t.get("f-why-not-there")),
            }
        }
        Ok(())
    }
}

impl SourceBlock {
    /// Reads the block. `citations` are those of the claim that is corrected.
    pub(crate) fn read(t: Tongue, fields: &Fields, citations: Vec<Citation>, optional: bool) -> SourceBlock {
        let ticked = |nth: usize| fields.all("keep").any(|kept| kept == nth.to_string());
        let kept = citations.iter().enumerate().map(|(nth, citation)| Kept {
            nth,
            name: Spelt { text: citation.source.to_string(), lang: None },
            words: citation.words.clone(),
            ticked: ticked(nth),
        });
        SourceBlock {
            kept: kept.collect(),
            finder: Finder::read(t, "source", NodeKind::Source, fields),
            title: fields.get("source-title").to_owned(),
            kind: Choices::list(t, "source-kind", "source_kind", fields.get("source-kind")),
            kind_code: fields.get("source-kind").trim().to_owned(),
            address: fields.get("source-address").to_owned(),
            words: fields.get("words").to_owned(),
            locator: fields.get("locator").to_owned(),
            accessed: fields.get("accessed").to_owned(),
            archived: fields.get("archived").to_owned(),
            optional,
            citations,
        }
    }

    /// Whether a new source is being described.
    pub(crate) fn is_new(&self) -> bool {
        [&self.title, &self.kind_code, &self.address].into_iter().any(|text| !text.trim().is_empty())
    }

    /// Whether anything is said beside the source and its words.
    pub(crate) fn has_more(&self) -> bool {
        [&self.accessed, &self.archived].into_iter().any(|text| !text.trim().is_empty())
    }

    /// What the claims rest on, or what is wrong.
    pub(crate) fn grounds(&self, t: Tongue, press: &Press, problems: &mut Problems) -> Grounds {
        let label = t.get("f-source");
        let mut grounds = Grounds::default();
        grounds.citations.extend(self.kept.iter().filter(|kept| kept.ticked).filter_map(|kept| self.citations.get(kept.nth)).cloned());
        let source = match (self.finder.chosen.is_empty(), self.is_new()) {
            (false, true) => {
                problems.add("source-title", label, t.get("f-why-two-sources"));
                None
            }
            (false, false) => {
                let id = self.finder.id();
                if id.is_none() {
                    problems.add(self.finder.anchor(), label, t.get("why-ref"));
                }
                id
            }
            (true, true) => {
                grounds.made = self.new_source(t, press, problems);
                grounds.made.as_ref().map(|(id, _)| *id)
            }
            (true, false) => {
                let said = [&self.words, &self.locator, &self.accessed, &self.archived].into_iter().any(|text| !text.trim().is_empty());
                if said || (grounds.citations.is_empty() && !self.optional) {
                    problems.add(self.finder.anchor(), label, t.get(if said { "f-why-words-no-source" } else { "f-why-no-source" }));
                }
                None
            }
        };
        let details = self.details(t, problems);
        grounds.citations.extend(source.map(|source| Citation { source, ..details }));
        grounds
    }

    fn new_source(&self, t: Tongue, press: &Press, problems: &mut Problems) -> Option<(NodeId, Vec<(&'static Property, Value)>)> {
        let mut claims = Vec::new();
        let parts = [
            ("source.title", self.title.trim(), "source-title".to_owned(), true),
            ("source.kind", self.kind_code.as_str(), self.kind.anchor(), false),
            ("source.address", self.address.trim(), "source-address".to_owned(), false),
        ];
        for (code, written, at, required) in parts {
            let Some(property) = vocab::property(code) else { continue };
            let label = format!("{}: {}", t.get("f-source"), property.text.get(t.lang()));
            if written.is_empty() {
                if required {
                    problems.add(at, label, t.get("why-empty"));
                }
                continue;
            }
            match Value::parse(property, written, None) {
                Ok(value) => claims.push((property, value)),
                Err(error) => problems.add(at, label, value_reason(t, &error)),
            }
        }
        let own = [("title", self.title.trim()), ("kind", self.kind_code.as_str()), ("address", self.address.trim())];
        let own = Fields::of(own.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        Some((press.id_with("source", &own), claims))
    }

    /// Everything of a citation but its source.
    fn details(&self, t: Tongue, problems: &mut Problems) -> Citation {
        let mut citation = Citation::of(NodeId::from_random([0; 16]));
        if let Some(words) = filled(&self.words) {
            match text::check(words) {
                Ok(()) => citation.words = Some(words.to_owned()),
                Err(error) => problems.add("words", t.get("f-cited-words"), text_reason(t, &error)),
            }
        }
        if let Some(locator) = filled(&self.locator) {
            match text::check_line(locator) {
                Ok(()) => citation.locator = Some(locator.to_owned()),
                Err(error) => problems.add("locator", t.get("f-locator"), text_reason(t, &error)),
            }
        }
        if let Some(accessed) = filled(&self.accessed) {
            match Window::parse(accessed) {
                Ok(window) => citation.accessed = Some(window),
                Err(error) => problems.add("accessed", t.get("f-accessed"), value_reason(t, &ValueError::Window(error))),
            }
        }
        if let Some(archived) = filled(&self.archived) {
            // One line and a web address: it is shown beside the source's own.
            let is_address = archived.starts_with("https://") || archived.starts_with("http://");
            match text::check_line(archived) {
                Ok(()) if is_address && !archived.contains(char::is_whitespace) => citation.archived = Some(archived.to_owned()),
                Ok(()) => problems.add("archived", t.get("f-archived"), t.get("why-address")),
                Err(error) => problems.add("archived", t.get("f-archived"), text_reason(t, &error)),
            }
        }
        citation
    }

    /// Fills in the names of the kept sources.
    pub(crate) async fn name_kept(&mut self, tx: &mut ReadTx, reader: &Reader, t: Tongue) -> Result<(), PageError> {
        let ids: Vec<NodeId> = self.citations.iter().map(|citation| citation.source).collect();
        let names = labels(tx, reader, &ids).await?;
        for kept in &mut self.kept {
            if let Some(citation) = self.citations.get(kept.nth)
                && let Some(label) = names.get(&citation.source)
            {
                kept.name = Link::labelled(t, citation.source, label).main;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::*;

    const T: Tongue = Tongue(Lang::En);

    fn grounds(form: &str) -> (Grounds, Vec<String>) {
        let fields = Fields::parse(form.as_bytes()).unwrap();
        let old = Citation { words: Some("old words".to_owned()), ..Citation::of(NodeId::from_random([9; 16])) };
        let block = SourceBlock::read(T, &fields, vec![old], false);
        let mut problems = Problems::default();
        let grounds = block.grounds(T, &Press::draw().unwrap(), &mut problems);
        (grounds, problems.iter().map(|problem| problem.at.clone()).collect())
    }

    #[test]
    fn a_claim_needs_a_source_and_a_correction_may_keep_the_old_one() {
        assert_eq!(grounds("").1, ["source-find"]);
        let (kept, problems) = grounds("keep=0");
        assert_eq!((problems.len(), kept.citations.len()), (0, 1));
        assert_eq!(kept.citations[0].words.as_deref(), Some("old words"));
    }

    #[test]
    fn a_new_source_is_made_with_what_is_known_of_it() {
        let (grounds, problems) = grounds("source-title=Report&source-kind=media&words=w&locator=p.+3");
        let (id, claims) = grounds.made.clone().unwrap_or_else(|| panic!("{problems:?}"));
        assert_eq!(grounds.citations[0].source, id);
        assert_eq!((grounds.citations[0].words.as_deref(), grounds.citations[0].locator.as_deref()), (Some("w"), Some("p. 3")));
        assert!(claims.iter().any(|(property, _)| property.code == "source.title"));
    }

    #[test]
    fn nothing_typed_is_silently_dropped() {
        let id = NodeId::from_random([1; 16]);
        assert_eq!(grounds(&format!("source={id}&source-title=x")).1, ["source-title"], "two sources");
        assert_eq!(grounds("keep=0&words=w").1, ["source-find"], "words without their source");
        assert_eq!(grounds("keep=0&source-address=https://example.org").1, ["source-title"], "a new source without a title");
        assert_eq!(grounds("keep=0&source-kind=media").1, ["source-title"], "a new source of which only the kind is said");
        assert_eq!(grounds("source=zz").1, ["source-find"], "no id");
        assert_eq!(grounds("source-title=x&source-kind=rumour").1, ["source-kind"], "a kind that is not in the list");
    }

    #[test]
    fn what_cannot_be_kept_says_where() {
        let id = NodeId::from_random([1; 16]);
        let bad = format!("source={id}&words=%00&locator=a%0Ab&accessed=yesterday&archived=ftp://x");
        assert_eq!(grounds(&bad).1, ["words", "locator", "accessed", "archived"]);
    }
}
