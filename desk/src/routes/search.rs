//! Search results: what was found, of which kinds, and why each was found.

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use kniha_core::value::Value;
use kniha_core::vocab::NodeKind;
use kniha_store::{Found, Hit, Why, labels, search};

use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::href;
use crate::page::{Frame, capital, page};
use crate::parts::Reading;
use crate::parts::link::Link;
use crate::parts::marked::Marked;
use crate::parts::mentioned;
use crate::parts::value::Shown;
use crate::ways::{May, Ways};

/// Results of a page.
const HITS: usize = 60;
/// Longest query, in characters.
const MAX_QUERY: usize = 500;

/// A result.
pub(crate) struct Line {
    pub(crate) link: Link,
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) why: String,
    pub(crate) label: Option<String>,
    pub(crate) shown: Option<Reason>,
}

/// What matched.
pub(crate) enum Reason {
    /// A text or name with its matched words.
    Marked(Marked),
    /// A value.
    Value(Box<Shown>),
}

/// A kind with the number of results.
pub(crate) struct KindFacet {
    pub(crate) name: String,
    pub(crate) count: usize,
    pub(crate) href: String,
    pub(crate) now: bool,
}

#[derive(Template)]
#[template(path = "search.html")]
pub(crate) struct SearchPage {
    pub(crate) frame: Frame,
    pub(crate) kinds: Vec<KindFacet>,
    pub(crate) hits: Vec<Line>,
    pub(crate) count: String,
    pub(crate) more: bool,
}

pub(crate) fn routes() -> Ways {
    Ways::new().get("/search", May::Read, show)
}

async fn show(desk: Desk, mut frame: Frame, uri: Uri) -> Result<Response, PageError> {
    let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let query: String = fields.get("q").trim().chars().take(MAX_QUERY).collect();
    let kind = NodeKind::parse(fields.get("kind"));
    frame.query.clone_from(&query);
    let (mut tx, reader) = desk.read().await?;
    let found = search(&mut tx, &reader, &desk.store, &query, kind, HITS).await?;
    let labels = labels(&mut tx, &reader, &mentioned(found.hits.iter().filter_map(|hit| hit.claim.as_ref()))).await?;
    let token = frame.token.clone();
    let reading = Reading { t: frame.t, labels: &labels, now: (desk.now)(), token: &token };
    page(&SearchPage::new(&reading, frame, &found, kind))
}

impl SearchPage {
    pub(crate) fn new(reading: &Reading<'_>, frame: Frame, found: &Found, kind: Option<NodeKind>) -> SearchPage {
        let (t, query) = (frame.t, frame.query.clone());
        let total = found.kinds.iter().map(|(_, count)| count).sum::<usize>();
        let facet = |of: Option<NodeKind>, name: String, count: usize| {
            let pairs = [("q", query.as_str()), ("kind", of.map_or("", NodeKind::code))];
            KindFacet { name, count, href: href::with("/search", &pairs[..if of.is_some() { 2 } else { 1 }]), now: of == kind }
        };
        // With one kind asked for, the store counts that kind only: the way back to all kinds has no number that would be wrong.
        let mut kinds = vec![facet(None, t.get("all-kinds"), if kind.is_none() { total } else { 0 })];
        kinds.extend(found.kinds.iter().map(|(of, count)| facet(Some(*of), capital(of.many(t.lang())), *count)));
        SearchPage {
            hits: found.hits.iter().map(|hit| Line::of(reading, &query, hit)).collect(),
            count: t.count("hits-count", total),
            more: found.more || total > found.hits.len(),
            kinds,
            frame: {
                let title = if query.is_empty() { t.get("search") } else { format!("{query} · {}", t.get("search")) };
                frame.titled(title)
            },
        }
    }
}

impl Line {
    fn of(reading: &Reading<'_>, query: &str, hit: &Hit) -> Line {
        let t = reading.t;
        let shown = hit.claim.as_ref().and_then(|claim| {
            Some(match claim.value.as_ref()? {
                Value::Text { text, lang } => Reason::Marked(Marked::of(query, text, lang.as_ref().map(|lang| lang.as_str().to_owned()))),
                Value::Name(name) => Reason::Marked(Marked::name(query, name.text(), name.lang().map(|lang| lang.as_str().to_owned()))),
                Value::Address(text) => Reason::Marked(Marked::of(query, text, None)),
                value => Reason::Value(Box::new(Shown::of(reading, claim.id, claim.property, Some(value)))),
            })
        });
        let why = match hit.why {
            Why::Name => "found-name",
            Why::Words => "found-words",
            Why::Time => "found-time",
            Why::Id => "found-id",
        };
        Line {
            link: Link::labelled(t, hit.id, &hit.label),
            kind: hit.label.kind.map(|kind| capital(kind.text(t.lang()))).unwrap_or_default(),
            id: hit.id.to_string()[..6].to_owned(),
            why: t.get(why),
            label: hit.claim.as_ref().map(|claim| capital(claim.property.text.get(t.lang()))),
            shown,
        }
    }
}
