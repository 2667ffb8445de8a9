//! Clocks: everything in the member's cases that ends on a day, the soonest first.

use askama::Template;
use axum::response::Response;
use kniha_core::day::Day;
use kniha_store::{clocks, labels};

use crate::Desk;
use crate::error::PageError;
use crate::page::{Frame, Room, page};
use crate::parts::Reading;
use crate::parts::ending::ClockLine;
use crate::ways::{May, Ways};

/// Clocks on the page.
const MOST: usize = 300;
/// Days that are shown behind and ahead: what ended within a month may still be saved; two years hold every review day.
const BEHIND: i64 = 30;
const AHEAD: i64 = 800;

pub(crate) fn routes() -> Ways {
    Ways::new().get("/clocks", May::Read, show)
}

#[derive(Template)]
#[template(path = "clocks.html")]
struct ClocksPage {
    frame: Frame,
    clocks: Vec<ClockLine>,
    count: String,
    more: bool,
}

async fn show(desk: Desk, frame: Frame) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let today = Day::of(now);
    let (mut tx, reader) = desk.read().await?;
    let (running, more) = clocks(&mut tx, &reader, today.plus(-BEHIND), today.plus(AHEAD), MOST).await?;
    let labels = labels(&mut tx, &reader, &running.iter().filter_map(ClockLine::record).collect::<Vec<_>>()).await?;
    let token = frame.token.clone();
    let reading = Reading { t, labels: &labels, now, token: &token };
    page(&ClocksPage {
        count: t.count("clocks-count", running.len()),
        clocks: running.iter().map(|clock| ClockLine::of(&reading, clock)).collect(),
        more,
        frame: frame.titled(t.get("clocks")).standing(Room::Today),
    })
}
