//! Clocks: everything in the member's cases that ends on a day, the soonest first.

use askama::Template;
use axum::response::Response;
use kniha_core::day::Day;
use kniha_core::id::NodeId;
use kniha_store::{Clock, Ending, Kept, clocks, labels};

use crate::Desk;
use crate::error::PageError;
use crate::href;
use crate::page::{Frame, Room, page};
use crate::parts::Reading;
use crate::parts::link::Link;
use crate::parts::task::Due;
use crate::ways::{May, Ways};

/// Clocks on the page.
const MOST: usize = 300;
/// Days that are shown behind and ahead: what ended within a month may still be saved; two years hold every review day.
const BEHIND: i64 = 30;
const AHEAD: i64 = 800;

pub(crate) fn routes() -> Ways {
    Ways::new().get("/clocks", May::Read, show)
}

/// What ends, as a line.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/ending.html")]
pub(crate) struct ClockLine {
    /// What kind of clock it is.
    pub(crate) kind: String,
    /// The record that ends.
    pub(crate) record: Option<Link>,
    /// What ends where it is no record, and its page.
    pub(crate) words: Option<(String, String)>,
    /// What can still be done.
    pub(crate) next: String,
    /// The case.
    pub(crate) case: (String, String),
    /// When.
    pub(crate) due: Due,
}

html!(ClockLine);

impl ClockLine {
    /// The record that a clock is about.
    pub(crate) fn record(clock: &Clock) -> Option<NodeId> {
        match &clock.what {
            Ending::Retention(id) | Ending::Review(id, _) => Some(*id),
            Ending::Task(..) | Ending::Access(..) => None,
        }
    }

    pub(crate) fn of(reading: &Reading<'_>, clock: &Clock) -> ClockLine {
        let t = reading.t;
        let (key, words) = match &clock.what {
            Ending::Task(id, words) => ("ends-task", Some((words.clone(), href::task(*id)))),
            Ending::Access(_, name) => ("ends-access", Some((name.clone(), format!("{}#members", href::case(clock.case.id))))),
            Ending::Retention(_) => ("ends-retention", None),
            Ending::Review(_, Kept::Spam) => ("ends-spam", None),
            Ending::Review(_, Kept::Refused) => ("ends-refused", None),
            Ending::Review(_, Kept::Information) => ("ends-information", None),
            Ending::Review(_, Kept::Other) => ("ends-review", None),
        };
        ClockLine {
            kind: t.get(key),
            record: ClockLine::record(clock).map(|id| Link::to(reading, id)),
            words,
            next: t.get(&format!("{key}-next")),
            case: (clock.case.title.clone(), href::case(clock.case.id)),
            due: Due::of(t, reading.now, clock.day),
        }
    }
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
