//! A clock as a line: what ends, in which case, when, and what can still be done. Does no I/O.

use askama::Template;
use kniha_core::id::NodeId;
use kniha_store::{Clock, Ending, Kept};

use super::Reading;
use super::clock::days_until;
use super::link::Link;
use super::task::Due;
use crate::href;

/// How far the eastmost clock of the world is ahead of UTC.
const EASTMOST_US: i64 = 14 * 3_600_000_000;

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
            due: match &clock.what {
                // As the chip on the exhibit counts it: the earliest moment on whatever clock.
                Ending::Retention(_) => Due::in_days(t, clock.day, days_until(reading.now, clock.day.start().0 - EASTMOST_US)),
                _ => Due::of(t, reading.now, clock.day),
            },
        }
    }
}
