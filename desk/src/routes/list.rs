//! Lists of records, one for each kind: everything that narrows a list stands in its address, and each narrowing can be taken away.

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use kniha_core::id::NodeId;
use kniha_core::time::{Clock, Cover, Window};
use kniha_core::vocab::{self, NodeKind, Property, ValueType};
use kniha_store::{Count, Label, ListPage as StorePage, ListQuery, Order, labels, list};

use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::href;
use crate::lang::Tongue;
use crate::page::{Frame, Room, capital, page};
use crate::parts::Reading;
use crate::parts::link::{Link, term};
use crate::parts::row::{Entry, mentioned_in_rows};
use crate::routes::home::count_words;
use crate::ways::{May, Ways};

/// Rows of a page.
const ROWS: usize = 50;
/// Codes of one property offered at once.
const FACETS: usize = 14;
/// Most codes asked for at once.
const MAX_CODES: usize = 20;
/// Longest text looked for, in characters; a longer one finds what its beginning finds.
const MAX_TEXT: usize = 500;

/// What an address asks of a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ask {
    pub(crate) kind: NodeKind,
    pub(crate) text: String,
    pub(crate) codes: Vec<(&'static Property, String)>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) at: Option<NodeId>,
    pub(crate) order: Order,
    pub(crate) after: Option<String>,
    /// Whether `from` and `to` could be read.
    pub(crate) dates: Result<Option<Window>, ()>,
}

impl Ask {
    /// Reads a query. What is not understood is not asked; a date that cannot be read is said on the page.
    pub(crate) fn read(kind: NodeKind, fields: &Fields) -> Ask {
        let codes = fields.iter().filter(|(name, _)| *name == "has").filter_map(|(_, value)| {
            let (property, code) = value.split_once(':')?;
            let property = vocab::property(property).filter(|property| property.of == kind)?;
            let ValueType::Code(list) = property.value else { return None };
            vocab::list(list)?.term(code).map(|term| (property, term.code.clone()))
        });
        let codes = codes.take(MAX_CODES).collect();
        let (from, to) = (fields.get("from").trim().to_owned(), fields.get("to").trim().to_owned());
        let order = match fields.get("order") {
            "time" => Order::Time,
            "newest" => Order::Newest,
            "name" => Order::Name,
            _ => default_order(kind),
        };
        Ask {
            kind,
            text: fields.get("q").trim().chars().take(MAX_TEXT).collect(),
            codes,
            dates: dates(&from, &to),
            from,
            to,
            at: NodeId::parse(fields.get("at").trim()).ok(),
            order,
            after: fields.filled("after").map(str::to_owned),
        }
    }

    /// As the store asks it.
    pub(crate) fn query(&self, limit: usize) -> ListQuery {
        ListQuery {
            kind: self.kind,
            text: (!self.text.is_empty()).then(|| self.text.clone()),
            codes: self.codes.clone(),
            when: self.dates.unwrap_or(None),
            at: self.at,
            order: self.order,
            after: self.after.clone(),
            limit,
        }
    }

    /// The pairs of its address, without the page.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut put = |name, value: &str| {
            if !value.is_empty() {
                pairs.push((name, value.to_owned()));
            }
        };
        put("q", &self.text);
        for (property, code) in &self.codes {
            put("has", &format!("{}:{code}", property.code));
        }
        put("from", &self.from);
        put("to", &self.to);
        put("at", &self.at.map(|id| id.to_string()).unwrap_or_default());
        if self.order != default_order(self.kind) {
            put("order", order_code(self.order));
        }
        pairs
    }

    /// An address of this list under a path, with other pairs kept.
    pub(crate) fn href(&self, path: &str, keep: impl Fn(&str, &str) -> bool, more: &[(&'static str, &str)]) -> String {
        let own = self.pairs();
        let kept = own.iter().filter(|(name, value)| keep(name, value)).map(|(name, value)| (*name, value.as_str()));
        href::with(path, &kept.chain(more.iter().copied()).collect::<Vec<_>>())
    }
}

fn default_order(kind: NodeKind) -> Order {
    match kind {
        NodeKind::Incident | NodeKind::Act => Order::Time,
        NodeKind::Person | NodeKind::Unit | NodeKind::Place | NodeKind::Source => Order::Name,
        _ => Order::Newest,
    }
}

fn order_code(order: Order) -> &'static str {
    match order {
        Order::Name => "name",
        Order::Time => "time",
        Order::Newest => "newest",
    }
}

/// From the start of the first to the end of the second.
fn dates(from: &str, to: &str) -> Result<Option<Window>, ()> {
    let read = |text: &str| if text.is_empty() { Ok(None) } else { Window::parse(text).map(Some).map_err(|_| ()) };
    match (read(from)?, read(to)?) {
        (None, None) => Ok(None),
        (from, to) => {
            let (start, end) = (from.and_then(|window| window.start()), to.and_then(|window| window.end()));
            Window::new(start, end, Cover::Some, Clock::Unknown).map(Some).map_err(|_| ())
        }
    }
}

/// A narrowing that can be taken away.
pub(crate) struct Filter {
    pub(crate) words: String,
    pub(crate) remove: String,
}

/// Codes of one property, to narrow by.
pub(crate) struct Facet {
    pub(crate) title: String,
    pub(crate) codes: Vec<FacetCode>,
}

pub(crate) struct FacetCode {
    pub(crate) words: String,
    pub(crate) count: usize,
    pub(crate) href: String,
    pub(crate) on: bool,
}

/// An order to choose.
pub(crate) struct OrderChoice {
    pub(crate) code: &'static str,
    pub(crate) words: String,
    pub(crate) now: bool,
}

#[derive(Template)]
#[template(path = "list.html")]
pub(crate) struct ListPage {
    pub(crate) frame: Frame,
    pub(crate) ask: Ask,
    pub(crate) note: String,
    pub(crate) count: String,
    pub(crate) filters: Vec<Filter>,
    pub(crate) facets: Vec<Facet>,
    pub(crate) about_facets: Option<String>,
    pub(crate) orders: Vec<OrderChoice>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) first: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) map: Option<String>,
    pub(crate) new: String,
    pub(crate) bad_dates: bool,
}

pub(crate) fn routes() -> Ways {
    NodeKind::ALL
        .into_iter()
        .fold(Ways::new(), |ways, kind| ways.get(href::list(kind), May::Read, move |desk: Desk, frame: Frame, uri: Uri| show(desk, frame, uri, kind)))
}

async fn show(desk: Desk, frame: Frame, uri: Uri, kind: NodeKind) -> Result<Response, PageError> {
    let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let ask = Ask::read(kind, &fields);
    let (mut tx, reader) = desk.read().await?;
    let found = list(&mut tx, &reader, &desk.store, &ask.query(ROWS)).await?;
    let mut mentioned = mentioned_in_rows(&found.rows);
    mentioned.extend(ask.at);
    let labels = labels(&mut tx, &reader, &mentioned).await?;
    let reading = Reading { t: frame.t, labels: &labels, now: (desk.now)(), token: &frame.token };
    page(&ListPage::new(&reading, frame.clone(), ask, &found))
}

/// Kinds that have a position of their own, or a place that has one.
pub(crate) fn has_map(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Incident | NodeKind::Act | NodeKind::Place)
}

/// What narrows a list, in words, each with the address without it.
pub(crate) fn filters(reading: &Reading<'_>, ask: &Ask, path: &str) -> Vec<Filter> {
    let t = reading.t;
    let mut filters = Vec::new();
    let mut put = |name: &'static str, value: String, words: String| {
        filters.push(Filter { words, remove: ask.href(path, |other, text| !(other == name && text == value), &[]) });
    };
    if !ask.text.is_empty() {
        put("q", ask.text.clone(), t.with("quoted", &[("text", &ask.text)]));
    }
    for (property, code) in &ask.codes {
        put("has", format!("{}:{code}", property.code), code_words(t, property, code));
    }
    if !ask.from.is_empty() && ask.dates.is_ok() {
        put("from", ask.from.clone(), format!("{} {}", t.get("from"), ask.from));
    }
    if !ask.to.is_empty() && ask.dates.is_ok() {
        put("to", ask.to.clone(), format!("{} {}", t.get("to"), ask.to));
    }
    if let Some(id) = ask.at {
        put("at", id.to_string(), Link::labelled(t, id, reading.labels.get(&id).unwrap_or(&Label::default())).main.text);
    }
    filters
}

fn code_words(t: Tongue, property: &Property, code: &str) -> String {
    let list = if let ValueType::Code(list) = property.value { list } else { "" };
    format!("{}: {}", capital(property.text.get(t.lang())), term(t, list, code))
}

impl ListPage {
    pub(crate) fn new(reading: &Reading<'_>, frame: Frame, ask: Ask, found: &StorePage) -> ListPage {
        let (t, kind, path) = (frame.t, ask.kind, href::list(ask.kind));
        let order = |order: Order, key: &str| OrderChoice { code: order_code(order), words: t.get(key), now: ask.order == order };
        let about_facets = match found.count {
            Count::MoreThan(n) => Some(t.count("facets-of-first", n)),
            Count::Exactly(_) => None,
        };
        ListPage {
            note: kind.note(t.lang()).to_owned(),
            count: count_words(found.count),
            filters: filters(reading, &ask, path),
            facets: facets(t, &ask, found),
            about_facets,
            orders: vec![order(Order::Name, "order-name"), order(Order::Time, "order-time"), order(Order::Newest, "order-newest")],
            entries: found.rows.iter().map(|row| Entry::of(reading, row)).collect(),
            first: ask.after.is_some().then(|| ask.href(path, |_, _| true, &[])),
            next: found.next.as_ref().map(|next| ask.href(path, |_, _| true, &[("after", next)])),
            map: has_map(kind).then(|| ask.href(&format!("{path}/map"), |name, _| name != "order", &[])),
            new: href::new_record(kind),
            bad_dates: ask.dates.is_err(),
            frame: frame.titled(capital(kind.many(t.lang()))).standing(Room::Kind(kind)),
            ask,
        }
    }
}

fn facets(t: Tongue, ask: &Ask, found: &StorePage) -> Vec<Facet> {
    let mut facets: Vec<Facet> = Vec::new();
    for property in vocab::properties(ask.kind) {
        let codes: Vec<FacetCode> = found
            .facets
            .iter()
            .filter(|(of, ..)| of.code == property.code)
            .take(FACETS)
            .map(|(of, code, count)| {
                let value = format!("{}:{code}", of.code);
                let on = ask.codes.iter().any(|(of, asked)| of.code == property.code && asked == code);
                let path = href::list(ask.kind);
                let href =
                    if on { ask.href(path, |name, text| !(name == "has" && text == value), &[]) } else { ask.href(path, |_, _| true, &[("has", &value)]) };
                let list = if let ValueType::Code(list) = of.value { list } else { "" };
                FacetCode { words: capital(&term(t, list, code)), count: *count, href, on }
            })
            .collect();
        if !codes.is_empty() {
            facets.push(Facet { title: capital(property.text.get(t.lang())), codes });
        }
    }
    facets
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn ask(query: &str) -> Ask {
        Ask::read(NodeKind::Act, &Fields::parse(query.as_bytes()).unwrap())
    }

    #[test]
    fn an_address_says_all_that_narrows_a_list_and_reads_back() {
        let asked = ask("q=court+%26&has=act.violation%3Atorture&from=2020-08&to=2020-09-01&order=name");
        assert_eq!((asked.codes.len(), asked.order), (1, Order::Name));
        let again = ask(asked.href("/acts", |_, _| true, &[]).split_once('?').unwrap().1);
        assert_eq!(again, asked);
    }

    #[test]
    fn each_narrowing_can_be_taken_away_alone() {
        let asked = ask("has=act.violation%3Atorture&has=act.method%3Abaton");
        let left = asked.href("/acts", |name, value| !(name == "has" && value == "act.violation:torture"), &[]);
        assert_eq!(left, "/acts?has=act.method%3Abaton");
    }

    #[test]
    fn what_is_not_of_this_list_is_not_asked() {
        assert!(ask("has=person.sex:female&has=act.violation:x&has=act.when:2020&has=nonsense&at=nobody").pairs().is_empty());
    }

    #[test]
    fn dates_that_cannot_be_read_are_said_and_not_guessed() {
        assert_eq!(ask("from=yesterday").dates, Err(()));
        assert_eq!(ask("from=2021&to=2020").dates, Err(()));
        assert_eq!(ask("to=2020").dates, Ok(Some(Window::parse("~..2020").unwrap())));
    }
}
