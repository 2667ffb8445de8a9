//! Choosing a record in a form without JavaScript: words, a button, and what was found as radio buttons.
//!
//! A search that was typed and not run yet is run before anything is saved, so that Enter in any field does the next sensible thing.

use kniha_core::id::NodeId;
use kniha_core::vocab::NodeKind;
use kniha_store::{Label, ListQuery, Order, ReadTx, Reader, labels, list, search};

use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::lang::Tongue;
use crate::page::capital;
use crate::parts::link::{Link, Spelt};

/// Records offered at once.
const MAX_HITS: usize = 20;

/// A field that takes a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finder {
    /// The name of the field.
    pub(crate) name: String,
    /// The kind of record it takes.
    kind: NodeKind,
    /// The word for that kind.
    pub(crate) kind_word: String,
    /// What is searched.
    pub(crate) query: String,
    /// The search that the offered records come from.
    last: Option<String>,
    /// The id that is chosen, as sent.
    pub(crate) chosen: String,
    /// Records to choose from.
    pub(crate) offers: Vec<Offer>,
    /// Whether a search was run for this page.
    pub(crate) searched: bool,
    /// Whether there are more than are offered.
    pub(crate) more: bool,
}

/// A record to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Its id.
    pub(crate) id: NodeId,
    /// Its name for this reader.
    pub(crate) name: Spelt,
    /// Other names, at most three.
    pub(crate) others: Vec<Spelt>,
    /// Whether it is chosen.
    pub(crate) chosen: bool,
}

impl Finder {
    /// Reads the field.
    pub(crate) fn read(t: Tongue, name: &str, kind: NodeKind, fields: &Fields) -> Finder {
        let part = |part: &str| format!("{name}-{part}");
        let last = fields.has(&part("last")).then(|| fields.get(&part("last")).to_owned());
        Finder {
            name: name.to_owned(),
            kind,
            kind_word: capital(kind.text(t.lang())),
            query: fields.get(&part("find")).trim().to_owned(),
            last,
            chosen: fields.get(name).trim().to_owned(),
            offers: Vec::new(),
            searched: false,
            more: false,
        }
    }

    /// Whether this form asks for a search instead of being saved: by this field's button, or by words that were not searched yet.
    pub(crate) fn asks(&self, fields: &Fields) -> bool {
        let by_button = fields.get("act").strip_prefix("find:") == Some(self.name.as_str());
        by_button || (!self.query.is_empty() && self.last.as_deref().unwrap_or_default() != self.query)
    }

    /// The query that the offers on this page answer.
    pub(crate) fn answered(&self) -> &str {
        if self.searched { &self.query } else { self.last.as_deref().unwrap_or_default() }
    }

    /// The chosen record, `None` where none is chosen or what was sent is no id.
    pub(crate) fn id(&self) -> Option<NodeId> {
        NodeId::parse(&self.chosen).ok()
    }

    /// Fills in what the page offers: the chosen record first, then what the search finds. With `search`, the search is run for this page.
    pub(crate) async fn look(&mut self, desk: &Desk, tx: &mut ReadTx, reader: &Reader, t: Tongue, run: bool) -> Result<(), PageError> {
        let mut found: Vec<(NodeId, Label)> = Vec::new();
        if let Some(id) = self.id() {
            let label = labels(tx, reader, &[id]).await?.remove(&id).unwrap_or_default();
            if label.kind == Some(self.kind) {
                found.push((id, label));
            }
        }
        let again = self.last.as_deref().is_some_and(|last| !last.is_empty());
        if run || again {
            let query = if run { self.query.clone() } else { self.last.clone().unwrap_or_default() };
            let (hits, more) = self.search(desk, tx, reader, &query).await?;
            found.extend(hits);
            self.more = more;
            self.searched = run;
        }
        self.offers.clear();
        for (id, label) in found {
            if self.offers.iter().any(|offer| offer.id == id) {
                continue;
            }
            let link = Link::labelled(t, id, &label);
            self.offers.push(Offer { id, name: link.main, others: link.others.into_iter().take(3).collect(), chosen: self.id() == Some(id) });
        }
        Ok(())
    }

    async fn search(&self, desk: &Desk, tx: &mut ReadTx, reader: &Reader, query: &str) -> Result<(Vec<(NodeId, Label)>, bool), PageError> {
        if query.is_empty() {
            return newest(desk, tx, reader, self.kind, None).await;
        }
        let found = search(tx, reader, &desk.store, query, Some(self.kind), MAX_HITS).await?;
        if !found.hits.is_empty() || self.kind != NodeKind::Act {
            return Ok((found.hits.into_iter().map(|hit| (hit.id, hit.label)).collect(), found.more));
        }
        // An act has no name of its own: people know it by its incident.
        let incidents = search(tx, reader, &desk.store, query, Some(NodeKind::Incident), 5).await?;
        let mut acts = Vec::new();
        for incident in incidents.hits {
            acts.extend(newest(desk, tx, reader, NodeKind::Act, Some(incident.id)).await?.0);
        }
        let more = acts.len() > MAX_HITS;
        acts.truncate(MAX_HITS);
        Ok((acts, more))
    }

    /// The id of the control that an error leads to.
    pub(crate) fn anchor(&self) -> String {
        format!("{}-find", self.name)
    }
}

async fn newest(desk: &Desk, tx: &mut ReadTx, reader: &Reader, kind: NodeKind, at: Option<NodeId>) -> Result<(Vec<(NodeId, Label)>, bool), PageError> {
    let query = ListQuery { kind, text: None, codes: Vec::new(), when: None, at, order: Order::Newest, after: None, limit: MAX_HITS };
    let page = list(tx, reader, &desk.store, &query).await?;
    Ok((page.rows.into_iter().map(|row| (row.id, row.label)).collect(), page.next.is_some()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn asks(form: &str) -> bool {
        let fields = Fields::parse(form.as_bytes()).unwrap();
        Finder::read(Tongue(kniha_core::lang::Lang::En), "source", NodeKind::Source, &fields).asks(&fields)
    }

    #[test]
    fn a_search_that_was_not_run_yet_comes_before_saving() {
        assert!(asks("source-find=tut&source-last=&act=save"));
        assert!(asks("source-find=tut&source-last=tu"));
        assert!(!asks("source-find=tut&source-last=tut&act=save"));
        assert!(asks("source-find=tut&source-last=tut&act=find:source"));
        assert!(asks("act=find:source"), "an empty search offers the newest");
        assert!(!asks("act=find:value"));
    }
}
