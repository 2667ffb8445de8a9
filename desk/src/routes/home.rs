//! The front of the book: what is in it, and what was recorded last.

use askama::Template;
use axum::response::Response;
use kniha_core::vocab::NodeKind;
use kniha_store::{Count, ListQuery, Order, counts, labels, list};

use crate::Desk;
use crate::error::PageError;
use crate::href;
use crate::page::{Frame, MAIN_KINDS, Room, capital, page};
use crate::parts::Reading;
use crate::parts::row::{Entry, mentioned_in_rows};
use crate::parts::value::grouped;
use crate::ways::{May, Ways};

/// Newest incidents shown.
const NEWEST: usize = 12;

/// A kind with its number.
pub(crate) struct KindLine {
    pub(crate) href: &'static str,
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) count: String,
    pub(crate) new: String,
}

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    pub(crate) frame: Frame,
    pub(crate) book: String,
    pub(crate) kinds: Vec<KindLine>,
    pub(crate) joins: Vec<KindLine>,
    pub(crate) newest: Vec<Entry>,
    pub(crate) empty: bool,
}

pub(crate) fn routes() -> Ways {
    Ways::new().get("/book", May::Read, show)
}

async fn show(desk: Desk, frame: Frame) -> Result<Response, PageError> {
    let (mut tx, reader) = desk.read().await?;
    let counts = counts(&mut tx, &reader).await?;
    let query = ListQuery { kind: NodeKind::Incident, text: None, codes: Vec::new(), when: None, at: None, order: Order::Newest, after: None, limit: NEWEST };
    let newest = list(&mut tx, &reader, &desk.store, &query).await?;
    let labels = labels(&mut tx, &reader, &mentioned_in_rows(&newest.rows)).await?;
    let reading = Reading { t: frame.t, labels: &labels, now: (desk.now)(), token: &frame.token };
    let entries = newest.rows.iter().map(|row| Entry::of(&reading, row)).collect();
    page(&HomePage::new(frame.clone(), &desk.store.book().title, &counts, entries))
}

impl HomePage {
    pub(crate) fn new(frame: Frame, book: &str, counts: &[(NodeKind, Count)], newest: Vec<Entry>) -> HomePage {
        let t = frame.t;
        let line = |kind: NodeKind| {
            let count = counts.iter().find(|(of, _)| *of == kind).map_or(Count::Exactly(0), |(_, count)| *count);
            KindLine {
                href: href::list(kind),
                name: capital(kind.many(t.lang())),
                note: kind.note(t.lang()).to_owned(),
                count: count_words(count),
                new: href::new_record(kind),
            }
        };
        let empty = counts.iter().all(|(_, count)| *count == Count::Exactly(0));
        HomePage {
            kinds: MAIN_KINDS.into_iter().map(line).collect(),
            joins: NodeKind::ALL.into_iter().filter(|kind| !MAIN_KINDS.contains(kind)).map(line).collect(),
            book: book.to_owned(),
            newest,
            empty,
            frame: frame.titled(t.get("book")).standing(Room::Book),
        }
    }
}

/// "340", "10 000+".
pub(crate) fn count_words(count: Count) -> String {
    let number = |n: usize| grouped(i64::try_from(n).unwrap_or(i64::MAX));
    match count {
        Count::Exactly(n) => number(n),
        Count::MoreThan(n) => format!("{}+", number(n)),
    }
}
