//! What falls away when a source is erased: shown before two people agree to it. The erasure itself is an act of the house, with its keys.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kniha_core::id::NodeId;
use kniha_core::vocab;
use kniha_store::{ClaimView, MAX_FALLING, falls_with, labels};

use crate::Desk;
use crate::error::PageError;
use crate::href;
use crate::page::{Frame, Room, page};
use crate::parts::link::Link;
use crate::parts::value::Shown;
use crate::parts::{Reading, cut, mentioned};
use crate::ways::{May, Ways};

pub(crate) fn routes() -> Ways {
    Ways::new().get("/r/{id}/erase", May::File, show)
}

/// A claim that falls.
struct FallingLine {
    record: Link,
    words: String,
    status: String,
    href: String,
}

#[derive(Template)]
#[template(path = "falling.html")]
struct FallingPage {
    frame: Frame,
    head: Link,
    erased: Vec<FallingLine>,
    kept: Vec<FallingLine>,
    erased_count: String,
    kept_count: String,
    unseen: Option<String>,
    asked: Option<String>,
    cut_off: bool,
    nothing: bool,
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let (t, id) = (frame.t, NodeId::parse(&id).map_err(|_| PageError::NotFound)?);
    let (mut tx, reader) = desk.read().await?;
    let falling = falls_with(&mut tx, &reader, id).await?.ok_or(PageError::NotFound)?;
    let mut ids = mentioned(falling.erased.iter().chain(&falling.kept));
    ids.extend(falling.erased.iter().chain(&falling.kept).map(|claim| claim.subject));
    ids.push(id);
    let labels = labels(&mut tx, &reader, &ids).await?;
    let reading = Reading { t, labels: &labels, now: (desk.now)(), token: "" };
    let line = |claim: &ClaimView| FallingLine {
        record: Link::to(&reading, claim.subject),
        words: format!("{}: {}", claim.property.text.get(t.lang()), cut(&Shown::of(&reading, claim.id, claim.property, claim.value.as_ref()).plain())),
        status: vocab::list("status").and_then(|list| list.term(claim.status.code())).map_or(String::new(), |term| term.text.get(t.lang()).to_owned()),
        href: format!("{}#c-{}", href::record(claim.subject), claim.id),
    };
    page(&FallingPage {
        head: Link::to(&reading, id),
        erased: falling.erased.iter().map(line).collect(),
        kept: falling.kept.iter().map(line).collect(),
        erased_count: t.count("falling-erased", falling.counts.0),
        kept_count: t.count("falling-kept", falling.counts.1),
        unseen: (falling.unseen > 0).then(|| t.count("falling-unseen", falling.unseen)),
        asked: (falling.asked > 0).then(|| t.count("falling-asked", falling.asked)),
        cut_off: falling.counts.0.max(falling.counts.1) > MAX_FALLING,
        nothing: falling.counts == (0, 0),
        frame: frame.titled(t.get("falling")).standing(Room::Elsewhere),
    })
}
