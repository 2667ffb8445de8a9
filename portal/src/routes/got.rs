//! What was received, and the way to add files to it.

use askama::Template;
use axum::response::Response;
use kniha_core::telling::Door;
use kniha_seal::part::Day;
use kniha_seal::submission::Follow;

use super::file::{self, FileState};
use crate::Portal;
use crate::error::PageError;
use crate::page::{Frame, Switch, page};
use crate::state::Visit;

/// What is said about something that was received.
pub(super) struct Got {
    /// It was there already.
    pub(super) twice: bool,
    pub(super) door: Door,
    /// The two words by which a person knows their mailbox; `None` if they keep nothing.
    pub(super) mark: Option<String>,
    pub(super) follow: Follow,
    pub(super) day: Day,
}

/// A file that was just received.
pub(super) struct File {
    pub(super) name: String,
    pub(super) bytes: String,
    pub(super) sha256: String,
}

#[derive(Template)]
#[template(path = "got.html")]
struct GotPage {
    frame: Frame,
    /// The day as people write it; the year first.
    day: String,
    twice: bool,
    next: &'static str,
    mark: Option<String>,
    upload: Upload,
}

#[derive(Template)]
#[template(path = "practice.html")]
struct PracticePage {
    frame: Frame,
}

/// The form for one file, with what is to be said about the last one.
pub(super) struct Upload {
    pub(super) state: String,
    pub(super) most: String,
    pub(super) about: String,
    pub(super) problem: Option<&'static str>,
    pub(super) full: bool,
}

/// The page after sending.
pub(super) fn report(frame: Frame, visit: &Visit, portal: &Portal, got: Got) -> Result<Response, PageError> {
    let next = match (got.door, &got.mark) {
        (Door::Deposit { .. }, Some(_)) => "got-next-deposit",
        (_, None) => "got-next-one-way",
        _ => "got-next-text",
    };
    let upload = file::form(visit, portal, &FileState::new(got.follow), String::new(), None);
    let title = frame.t.get("got-title");
    let frame = frame.titled(title).switching(Switch::Off);
    page(&GotPage { frame, day: written(got.day), twice: got.twice, next, mark: got.mark, upload })
}

/// The page after a practice run.
pub(super) fn practice(frame: Frame) -> Result<Response, PageError> {
    let title = frame.t.get("got-title-practice");
    page(&PracticePage { frame: frame.titled(title).switching(Switch::Off) })
}

/// A day as ISO 8601 writes it, which no reader takes for another.
pub(super) fn written(day: Day) -> String {
    let days = i64::from(day.0);
    jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).unwrap_or_default()).map_or_else(|_| String::new(), |date| date.to_string())
}
