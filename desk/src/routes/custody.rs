//! The custody of an exhibit in full: every entry with its digests and its hash, and whether each follows the one before.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kniha_core::custody::{Broken, Entry, body_hash};
use kniha_core::id::NodeId;
use kniha_store::{Chain, custody_chain, labels, members};

use crate::error::PageError;
use crate::page::{Frame, Room, page};
use crate::parts::Reading;
use crate::parts::custody::{Names, Told, sentence};
use crate::parts::link::Link;
use crate::ways::{May, Ways};
use crate::{Desk, href};

pub(crate) fn routes() -> Ways {
    Ways::new().get("/r/{id}/custody", May::Read, show)
}

/// An entry of the table.
struct Line {
    n: u64,
    words: String,
    sha256: Option<String>,
    sha3_512: Option<String>,
    parent: Option<String>,
    hash: String,
}

#[derive(Template)]
#[template(path = "custody.html")]
struct CustodyPage {
    frame: Frame,
    head: Link,
    lines: Vec<Line>,
    told: Option<Told>,
}

/// A chain, followed to its head. Signatures are checked where the keys of members are kept, in the house.
pub(crate) fn followed(desk: &Desk, chain: &Chain) -> Result<Vec<Entry>, Broken> {
    chain.check(&desk.store.book().id, |_, _, _| true)
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let (t, id) = (frame.t, NodeId::parse(&id).map_err(|_| PageError::NotFound)?);
    let (mut tx, reader) = desk.read().await?;
    let chain = custody_chain(&mut tx, &reader, id).await?.ok_or(PageError::NotFound)?;
    let names: Names = members(&mut tx).await?.into_iter().collect();
    // The entries are read one by one, so that a broken chain can be looked at too.
    let entries: Vec<Entry> = chain.entries.iter().filter_map(|signed| Entry::parse(&signed.body).ok()).collect();
    let mut ids: Vec<NodeId> = entries.iter().filter_map(|entry| entry.parent).collect();
    ids.push(id);
    let labels = labels(&mut tx, &reader, &ids).await?;
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let line = |entry: &Entry| Line {
        n: entry.n + 1,
        words: sentence(t, entry, &names),
        sha256: entry.after.sha256.map(|digest| hex(&digest)),
        sha3_512: entry.after.sha3_512.map(|digest| hex(&digest)),
        parent: entry.parent.map(href::record),
        hash: body_hash(&entry.cbor()).to_string(),
    };
    let reading = Reading { t, labels: &labels, now: (desk.now)(), token: "" };
    page(&CustodyPage {
        head: Link::to(&reading, id),
        lines: entries.iter().map(line).collect(),
        told: Told::of(t, id, &followed(&desk, &chain), &names),
        frame: frame.titled(t.get("custody")).standing(Room::Elsewhere),
    })
}
