//! What a person sees when something did not work: what happened, whether anything was lost or sent, what to do.
//!
//! A handler gives a [`PageError`]; the guard dresses it as a page in the person's language. Nothing of the inside is shown, and the log names what was
//! being done, never content.

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use kniha_inbox::InboxError;
use kniha_seal::part::Day;

use crate::page::Frame;
use crate::state::StateError;

/// Why a page could not be shown or a form not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageError {
    /// Nothing is here.
    NotFound,
    /// This address does not take this method.
    Method,
    /// More than is taken in one request.
    TooLarge,
    /// Not a request that a browser makes from our pages: not UTF-8, a NUL, another kind of form.
    Malformed,
    /// The request comes from another site.
    Foreign,
    /// It took too long and was broken off.
    Slow,
    /// The answers of the screens before cannot be read: changed, or of another window.
    Altered,
    /// The answers of the screens before are forgotten.
    Expired,
    /// The browser keeps no cookie, without which the answers cannot be read.
    NoCookie,
    /// No key list holds today: nothing can be sealed.
    Closed,
    /// Too many files at once.
    Busy,
    /// The disk is full.
    Full,
    /// The inbox does not answer.
    Gone,
    /// A fault of the program.
    Broken,
}

impl From<StateError> for PageError {
    fn from(error: StateError) -> PageError {
        match error {
            StateError::Altered => PageError::Altered,
            StateError::Expired => PageError::Expired,
            StateError::NoHalf => PageError::NoCookie,
        }
    }
}

impl From<InboxError> for PageError {
    fn from(error: InboxError) -> PageError {
        // `InboxError` prints what was being done and never content or ids; its source stays unprinted.
        eprintln!("portal: {error}");
        match error {
            InboxError::Full { .. } => PageError::Full,
            _ => PageError::Gone,
        }
    }
}

impl PageError {
    /// Every one of them, for tests that look at all pages.
    pub const ALL: [PageError; 14] = [
        PageError::NotFound,
        PageError::Method,
        PageError::TooLarge,
        PageError::Malformed,
        PageError::Foreign,
        PageError::Slow,
        PageError::Altered,
        PageError::Expired,
        PageError::NoCookie,
        PageError::Closed,
        PageError::Busy,
        PageError::Full,
        PageError::Gone,
        PageError::Broken,
    ];

    /// The start of its message keys: `-what`, `-lost`, `-next`.
    fn key(self) -> &'static str {
        match self {
            PageError::NotFound => "err-not-found",
            PageError::Method => "err-method",
            PageError::TooLarge => "err-too-large",
            PageError::Malformed => "err-malformed",
            PageError::Foreign => "err-foreign",
            PageError::Slow => "err-slow",
            PageError::Altered => "err-altered",
            PageError::Expired => "err-expired",
            PageError::NoCookie => "err-no-cookie",
            PageError::Closed => "err-closed",
            PageError::Busy => "err-busy",
            PageError::Full => "err-full",
            PageError::Gone => "err-gone",
            PageError::Broken => "err-broken",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            PageError::NotFound => StatusCode::NOT_FOUND,
            PageError::Method => StatusCode::METHOD_NOT_ALLOWED,
            PageError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            PageError::Malformed | PageError::Altered | PageError::Expired | PageError::NoCookie => StatusCode::BAD_REQUEST,
            PageError::Foreign => StatusCode::FORBIDDEN,
            PageError::Slow => StatusCode::REQUEST_TIMEOUT,
            PageError::Closed | PageError::Busy | PageError::Full | PageError::Gone => StatusCode::SERVICE_UNAVAILABLE,
            PageError::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What a bare status of the framework means.
    pub(crate) fn of_status(status: StatusCode) -> Option<PageError> {
        match status {
            StatusCode::NOT_FOUND => Some(PageError::NotFound),
            StatusCode::METHOD_NOT_ALLOWED => Some(PageError::Method),
            StatusCode::PAYLOAD_TOO_LARGE => Some(PageError::TooLarge),
            StatusCode::REQUEST_TIMEOUT => Some(PageError::Slow),
            status if status.is_client_error() => Some(PageError::Malformed),
            status if status.is_server_error() => Some(PageError::Broken),
            _ => None,
        }
    }
}

/// Bare: only a status and the error itself, which the guard makes a page of.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if self == PageError::Busy {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    lost: String,
    next: String,
}

/// The page for an error. `again` is the day from which what is closed is open.
pub(crate) fn dress(error: PageError, frame: Frame, again: Option<Day>) -> Response {
    let part = |part: &str| frame.t.get(&format!("{}-{part}", error.key()));
    let next = match again {
        Some(day) if error == PageError::Closed => frame.t.with("err-closed-day", &[("day", &frame.t.date(day))]),
        _ => part("next"),
    };
    let page = ErrorPage { lost: part("lost"), next, frame: frame.clone().titled(part("what")) };
    match page.render() {
        Ok(html) => (error.status(), Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::body::to_bytes;
    use kniha_core::lang::Lang;

    use super::*;
    use crate::lang::Tongue;
    use crate::stage::Stage;

    #[tokio::test]
    async fn every_error_is_a_whole_page_in_every_language() {
        let stage = Stage::set().await;
        for lang in Lang::ALL {
            for error in PageError::ALL {
                for part in ["what", "lost", "next"] {
                    assert!(Tongue(lang).has(&format!("{}-{part}", error.key())), "{lang} {error:?} {part}");
                }
                let page = dress(error, Frame::bare(&stage.portal, lang), None);
                let html = String::from_utf8(to_bytes(page.into_body(), 100_000).await.unwrap().to_vec()).unwrap();
                assert!(html.contains("<h1>") && !html.contains("err-"), "{html}");
            }
        }
    }
}
