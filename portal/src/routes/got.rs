//! What was received, and the way to add files to it.

use askama::Template;
use axum::response::Response;
use kniha_seal::submission::Follow;

use super::file::{self, FileState};
use crate::Portal;
use crate::error::PageError;
use crate::page::{Frame, Switch, page};
use crate::state::Visit;

/// What is said about something that was received.
pub(super) struct Got {
    /// The key of what is said first.
    pub(super) said: &'static str,
    /// The key of what happens now.
    pub(super) next: &'static str,
    /// The two words by which a person knows their mailbox; `None` if they keep nothing, or have just seen them.
    pub(super) mark: Option<String>,
    /// By which files follow, if they may.
    pub(super) files: Option<Follow>,
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
    day: String,
    said: &'static str,
    next: &'static str,
    mark: Option<String>,
    upload: Option<Upload>,
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
    let Got { said, next, mark, files } = got;
    let upload = files.map(|follow| file::form(visit, portal, &FileState::new(follow), String::new(), None));
    let (title, day) = (frame.t.get("got-title"), frame.t.date(portal.today()));
    page(&GotPage { frame: frame.titled(title).switching(Switch::Off), day, said, next, mark, upload })
}

/// The page after a practice run.
pub(super) fn practice(frame: Frame) -> Result<Response, PageError> {
    let title = frame.t.get("got-title-practice");
    page(&PracticePage { frame: frame.titled(title).switching(Switch::Off) })
}
