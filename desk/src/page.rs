//! The frame around every page: language, title, where in the house it stands, what was just done, the token for its forms. Does no I/O.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use kniha_core::lang::Lang;
use kniha_core::vocab::NodeKind;

use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Problems;
use crate::href;
use crate::lang::Tongue;

/// Where in the house a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// The front of the book.
    Book,
    /// A list, or a record of that list.
    Kind(NodeKind),
    /// Anywhere else.
    Elsewhere,
}

/// Kinds with a list that people look for; the others are reached from these.
pub(crate) const MAIN_KINDS: [NodeKind; 7] =
    [NodeKind::Person, NodeKind::Unit, NodeKind::Incident, NodeKind::Act, NodeKind::Place, NodeKind::Exhibit, NodeKind::Source];

/// An entry of the way through the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    /// The address.
    pub(crate) href: &'static str,
    /// What it is called.
    pub(crate) name: String,
    /// Whether the page stands in it.
    pub(crate) now: bool,
}

/// What `base.html` needs. An extractor; a handler sets the title.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The page's language and messages.
    pub(crate) t: Tongue,
    /// The title, also of the browser's tab.
    pub(crate) title: String,
    /// The token that every form sends back as `token`.
    pub(crate) token: String,
    /// The address without `lang`, for the chooser of languages: a path and `?`, or a path, query and `&`.
    pub(crate) here: String,
    /// What was just done, from `?done=`: the key of a message `done-…`.
    pub(crate) done: Option<String>,
    /// Where in the house the page stands.
    pub(crate) room: Room,
    /// What stands in the search box.
    pub(crate) query: String,
}

impl Frame {
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap, desk: &Desk) -> Frame {
        let query = uri.query().unwrap_or_default();
        let t = Tongue::choose(uri, headers, desk.lang);
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=") && !pair.starts_with("done=")).collect();
        let here = if kept.is_empty() { format!("{}?", uri.path()) } else { format!("{}?{}&", uri.path(), kept.join("&")) };
        let done = Fields::parse(query.as_bytes()).and_then(|fields| fields.filled("done").map(|done| format!("done-{done}"))).filter(|key| t.has(key));
        Frame { t, title: String::new(), token: desk.token.text(), here, done, room: Room::Elsewhere, query: String::new() }
    }

    /// With this title.
    pub(crate) fn titled(mut self, title: impl Into<String>) -> Frame {
        self.title = title.into();
        self
    }

    /// Standing in this room.
    pub(crate) fn standing(mut self, room: Room) -> Frame {
        self.room = room;
        self
    }

    /// The ways through the house.
    pub(crate) fn ways(&self) -> Vec<Way> {
        let book = Way { href: "/", name: self.t.get("book"), now: self.room == Room::Book };
        let kinds =
            MAIN_KINDS.into_iter().map(|kind| Way { href: href::list(kind), name: capital(kind.many(self.t.lang())), now: self.room == Room::Kind(kind) });
        std::iter::once(book).chain(kinds).collect()
    }

    /// Every language with the address of this page in it.
    pub(crate) fn languages(&self) -> Vec<(Lang, String)> {
        Lang::ALL.into_iter().map(|lang| (lang, format!("{}lang={lang}", self.here))).collect()
    }
}

impl FromRequestParts<Desk> for Frame {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Frame, Self::Rejection> {
        Ok(Frame::of(&parts.uri, &parts.headers, desk))
    }
}

/// A template as a page.
pub(crate) fn page(template: &impl Template) -> Result<Response, PageError> {
    template.render().map(|html| Html(html).into_response()).map_err(|_| PageError::Broken)
}

/// A form as a page: with problems it is an answer that says so (422).
pub(crate) fn form_page(template: &impl Template, problems: &Problems) -> Result<Response, PageError> {
    let mut response = page(template)?;
    if !problems.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// A word with a capital first letter, as headings have it; the vocabulary's words are written small.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_begin_with_a_capital_in_any_script() {
        assert_eq!((capital("асобы"), capital("people"), capital("")), ("Асобы".to_owned(), "People".to_owned(), String::new()));
    }
}
