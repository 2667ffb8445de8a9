//! Everything that happened to one record, newest first, with the hashes that tie each entry to all before it.

use askama::Template;
use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use kniha_core::claim::Move;
use kniha_core::id::NodeId;
use kniha_store::{ClaimView, Happened, History, HistoryEntry, history, labels};

use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::href;
use crate::page::{Frame, Room, capital, page};
use crate::parts::link::Link;
use crate::parts::source::Chip;
use crate::parts::value::Shown;
use crate::parts::when::{day, moment};
use crate::parts::{Reading, mentioned};
use crate::ways::{May, Ways};

/// Entries of a page.
const ENTRIES: usize = 200;

/// One entry in words.
pub(crate) struct Entry {
    pub(crate) seq: i64,
    pub(crate) by: String,
    pub(crate) day: String,
    pub(crate) moment: String,
    pub(crate) hash: String,
    pub(crate) what: What,
}

/// What happened.
pub(crate) enum What {
    /// Words of our own.
    Ours(String),
    /// A claim was recorded.
    Claimed { label: String, value: Shown, chips: Vec<Chip>, anchor: String },
    /// A claim moved.
    Moved { words: String, reason: Option<String>, label: String, value: Shown, anchor: String },
}

#[derive(Template)]
#[template(path = "history.html")]
pub(crate) struct HistoryPage {
    pub(crate) frame: Frame,
    pub(crate) head: Link,
    pub(crate) entries: Vec<Entry>,
    pub(crate) count: String,
    pub(crate) next: Option<String>,
}

pub(crate) fn routes() -> Ways {
    Ways::new().get("/r/{id}/history", May::Read, show)
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>, uri: Uri) -> Result<Response, PageError> {
    let id = NodeId::parse(&id).map_err(|_| PageError::NotFound)?;
    let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let before = fields.get("before").parse::<i64>().ok();
    let (mut tx, reader) = desk.read().await?;
    let history = history(&mut tx, &reader, id, before, ENTRIES).await?.ok_or(PageError::NotFound)?;
    let claims = history.entries.iter().filter_map(|entry| match &entry.what {
        Happened::Claimed(claim) | Happened::Moved { claim, .. } => Some(&**claim),
        Happened::Made | Happened::Withheld => None,
    });
    let mut ids = mentioned(claims);
    ids.push(id);
    let labels = labels(&mut tx, &reader, &ids).await?;
    let reading = Reading { t: frame.t, labels: &labels, now: (desk.now)(), token: &frame.token };
    let kind = labels.get(&id).and_then(|label| label.kind).ok_or(PageError::NotFound)?;
    let frame = frame.clone().standing(Room::Kind(kind));
    page(&HistoryPage::new(&reading, frame, id, &history))
}

impl HistoryPage {
    pub(crate) fn new(reading: &Reading<'_>, frame: Frame, id: NodeId, history: &History) -> HistoryPage {
        let head = Link::to(reading, id);
        HistoryPage {
            entries: history.entries.iter().map(|entry| Entry::of(reading, entry)).collect(),
            count: frame.t.count("entries-count", history.count),
            next: history.next.map(|seq| href::with(&href::history(id), &[("before", &seq.to_string())])),
            frame: {
                let title = format!("{} · {}", head.main.text, frame.t.get("history"));
                frame.titled(title)
            },
            head,
        }
    }
}

impl Entry {
    fn of(reading: &Reading<'_>, entry: &HistoryEntry) -> Entry {
        let t = reading.t;
        let what = match &entry.what {
            Happened::Made => What::Ours(t.get("happened-made")),
            Happened::Withheld => What::Ours(t.get("happened-withheld")),
            Happened::Claimed(claim) => What::Claimed {
                label: label(reading, claim),
                value: shown(reading, claim),
                chips: claim.citations.iter().map(|citation| Chip::of(reading, citation)).collect(),
                anchor: anchor(claim),
            },
            Happened::Moved { claim, what, reason } => What::Moved {
                words: t.get(moved(*what)),
                reason: reason.clone(),
                label: label(reading, claim),
                value: shown(reading, claim),
                anchor: anchor(claim),
            },
        };
        let hash = data_encoding::HEXLOWER.encode(&entry.hash.0);
        Entry { seq: entry.seq, by: entry.by.clone(), day: day(t, entry.at), moment: moment(t, entry.at), hash, what }
    }

    /// The beginning of the hash, which is enough to compare by eye.
    pub(crate) fn short(&self) -> &str {
        self.hash.get(..12).unwrap_or(&self.hash)
    }
}

/// Where the claim stands on its record's page.
fn anchor(claim: &ClaimView) -> String {
    format!("{}#c-{}", href::record(claim.subject), claim.id)
}

fn label(reading: &Reading<'_>, claim: &ClaimView) -> String {
    capital(claim.property.text.get(reading.t.lang()))
}

fn shown(reading: &Reading<'_>, claim: &ClaimView) -> Shown {
    Shown::of(reading, claim.id, claim.property, claim.value.as_ref())
}

fn moved(what: Move) -> &'static str {
    match what {
        Move::Accept => "happened-accept",
        Move::Question => "happened-question",
        Move::Withdraw => "happened-withdraw",
        Move::Restore => "happened-restore",
        Move::Erase => "happened-erase",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kniha_core::lang::Lang;

    #[test]
    fn every_move_has_its_words() {
        for what in Move::ALL {
            assert!(crate::lang::Tongue(Lang::En).has(moved(*what)), "{what:?}");
        }
    }
}
