//! The page before the door: a web address that a claim holds, as text to copy, and a link that a person chooses knowing what it shows.
//!
//! Whoever serves that address, and whoever watches the line, would learn what is being looked at; so no page links there by itself.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kniha_core::id::ClaimId;
use kniha_core::value::Value;
use kniha_store::{claim, labels};

use crate::Desk;
use crate::error::PageError;
use crate::page::{Frame, page};
use crate::parts::Reading;
use crate::parts::link::Link;
use crate::ways::{May, Ways};

#[derive(Template)]
#[template(path = "leave.html")]
pub(crate) struct LeavePage {
    pub(crate) frame: Frame,
    pub(crate) address: String,
    pub(crate) host: String,
    pub(crate) back: Link,
}

pub(crate) fn routes() -> Ways {
    Ways::new().get("/c/{id}/leave", May::Read, show)
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = ClaimId::parse(&id).map_err(|_| PageError::NotFound)?;
    let (mut tx, reader) = desk.read().await?;
    let claim = claim(&mut tx, &reader, id).await?.ok_or(PageError::NotFound)?;
    let Some(Value::Address(address)) = claim.value else { return Err(PageError::NotFound) };
    let labels = labels(&mut tx, &reader, &[claim.subject]).await?;
    let reading = Reading { t: frame.t, labels: &labels, now: (desk.now)(), token: &frame.token };
    let back = Link::to(&reading, claim.subject);
    page(&LeavePage::new(frame.clone(), address, back))
}

impl LeavePage {
    pub(crate) fn new(frame: Frame, address: String, back: Link) -> LeavePage {
        let host = address.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
        LeavePage {
            host: host.rsplit('@').next().unwrap_or_default().to_owned(),
            address,
            back,
            frame: {
                let title = frame.t.get("leave-title");
                frame.titled(title)
            },
        }
    }
}
