//! The frame around every page: language, title, where *Leave now* goes, the way to other languages. Does no I/O.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use kniha_core::lang::Lang;

use crate::Portal;
use crate::error::PageError;
use crate::lang::Tongue;

/// How a page is had in another language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// By links to the same address in that language.
    Links,
    /// By buttons that send the form of this id to the same address in that language with `stay=1`: nothing that was typed is lost.
    Form(&'static str),
    /// Not at all: what the page shows is shown once.
    Off,
}

/// What `base.html` needs. An extractor, which answers 404 for a language that is not offered; a handler sets the title.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The page's language and messages.
    pub t: Tongue,
    /// The title, also of the browser's tab.
    pub title: String,
    /// The path after the language: empty or `/danger`.
    pub rest: String,
    /// How the page is had in another language.
    pub switch: Switch,
    /// Whether the provider can see that somebody visits.
    pub seen: bool,
    /// Who runs the portal.
    pub house: String,
    /// Where *Leave now* goes.
    pub leave: String,
    languages: Vec<Lang>,
}

impl Frame {
    /// The frame for a request; in the first language that is offered where the path names none of them.
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap, portal: &Portal) -> Frame {
        let config = portal.config();
        let asked = Tongue::of_path(uri).filter(|lang| config.languages.contains(lang));
        let mut frame = Frame::bare(portal, asked.or_else(|| config.languages.first().copied()).unwrap_or(Lang::En));
        if asked.is_some() {
            frame.rest = uri.path().get(3..).unwrap_or_default().trim_end_matches('/').to_owned();
        }
        frame.seen = config.is_seen(headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default());
        frame
    }

    /// The frame of no request.
    pub(crate) fn bare(portal: &Portal, lang: Lang) -> Frame {
        let config = portal.config();
        Frame {
            t: Tongue(lang),
            title: String::new(),
            rest: String::new(),
            switch: Switch::Links,
            seen: true,
            house: config.title.clone(),
            leave: config.leave.clone(),
            languages: config.languages.clone(),
        }
    }

    /// With this title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Frame {
        self.title = title.into();
        self
    }

    /// With this way to other languages.
    #[must_use]
    pub fn switching(mut self, switch: Switch) -> Frame {
        self.switch = switch;
        self
    }

    /// A path in the page's language: `/be` and what follows.
    #[must_use]
    pub fn path(&self, rest: &str) -> String {
        format!("/{}{rest}", self.t.code())
    }

    /// The languages offered.
    #[must_use]
    pub fn languages(&self) -> &[Lang] {
        &self.languages
    }

    /// The id of the form that the buttons of other languages send, if they do.
    pub(crate) fn switch_form(&self) -> Option<&'static str> {
        if let Switch::Form(id) = self.switch { Some(id) } else { None }
    }
}

impl FromRequestParts<Portal> for Frame {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Frame, PageError> {
        let offered = Tongue::of_path(&parts.uri).is_some_and(|lang| portal.config().languages.contains(&lang));
        if offered { Ok(Frame::of(&parts.uri, &parts.headers, portal)) } else { Err(PageError::NotFound) }
    }
}

/// A template as a page.
///
/// # Errors
/// [`PageError::Broken`] where it cannot be rendered.
pub fn page(template: &impl Template) -> Result<Response, PageError> {
    template.render().map(|html| Html(html).into_response()).map_err(|_| PageError::Broken)
}

/// A form as a page that says what is wrong with it (422).
///
/// # Errors
/// [`PageError::Broken`] where it cannot be rendered.
pub fn refused_form(template: &impl Template) -> Result<Response, PageError> {
    let mut response = page(template)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
