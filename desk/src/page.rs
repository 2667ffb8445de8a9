//! The frame around every page: language, title, where in the house it stands, what was just done, the token for its forms. Does no I/O.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use kniha_core::lang::Lang;
use kniha_core::vocab::NodeKind;

use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Problems;
use crate::href;
use crate::lang::Tongue;
use crate::rooms::{Rooms, Visit};
use crate::ways::{May, Ways};
use kniha_core::access::Hats;

/// Where in the house a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// The front of the book.
    Book,
    /// A list, or a record of that list.
    Kind(NodeKind),
    /// Anywhere else in the book.
    Elsewhere,
    /// What waits for this member.
    Today,
    /// What arrived.
    Inbox,
    /// Cases and what they ask.
    Cases,
    /// What waits for a decision.
    Decide,
    /// Who read what.
    Watch,
    /// Who is in the house.
    Members,
    /// The member's own page.
    Me,
    /// Before the door.
    Door,
}

/// The places of the house. One is shown to whom its way is open, and only where there is such a way.
const PLACES: [(Room, &str, &str); 7] = [
    (Room::Watch, "/watch", "watch"),
    (Room::Today, "/today", "today"),
    (Room::Inbox, "/inbox", "inbox"),
    (Room::Cases, "/cases", "cases"),
    (Room::Book, "/book", "book"),
    (Room::Decide, "/decide", "decide"),
    (Room::Members, "/members", "members"),
];

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
    /// Who is signed in.
    pub(crate) seat: Option<Seat>,
}

/// Who is signed in, as the frame says it.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) login: String,
    pub(crate) hats: Hats,
}

impl Frame {
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap, rooms: &Rooms, visit: Option<&Visit>) -> Frame {
        let query = uri.query().unwrap_or_default();
        let t = Tongue::choose(uri, headers, rooms.lang());
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=") && !pair.starts_with("done=")).collect();
        let here = if kept.is_empty() { format!("{}?", uri.path()) } else { format!("{}?{}&", uri.path(), kept.join("&")) };
        let done = Fields::parse(query.as_bytes()).and_then(|fields| fields.filled("done").map(|done| format!("done-{done}"))).filter(|key| t.has(key));
        let token = visit.map_or(rooms.door(), |visit| &visit.token).text();
        let seat = visit.and_then(|visit| Some(Seat { login: visit.account.login.clone(), hats: visit.hats()? }));
        Frame { t, title: String::new(), token, here, done, room: Room::Elsewhere, query: String::new(), seat }
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

    /// Whether a way of this kind is open to whoever is signed in.
    pub(crate) fn may(&self, may: May) -> bool {
        self.seat.as_ref().is_some_and(|seat| may.allows(seat.hats))
    }

    /// Whether the member works with the book.
    pub(crate) fn reads(&self) -> bool {
        self.may(May::Read)
    }

    /// Whether the member watches, and does nothing else: their pages have another colour.
    pub(crate) fn watches(&self) -> bool {
        self.may(May::Watch)
    }

    /// Whether the member reads the book and writes nothing into it: what writes is not shown to them.
    pub(crate) fn looks(&self) -> bool {
        self.reads() && !self.may(May::File)
    }

    /// The places of the house that this member may go to.
    pub(crate) fn places(&self) -> Vec<Way> {
        let room = if matches!(self.room, Room::Kind(_) | Room::Elsewhere) { Room::Book } else { self.room };
        let open = |href: &str| Ways::table().iter().any(|way| way.path == href && self.may(way.may));
        let places = PLACES.into_iter().filter(|(_, href, _)| open(href));
        places.map(|(of, href, key)| Way { href, name: self.t.get(key), now: of == room }).collect()
    }

    /// The lists of the book, for whoever stands in it.
    pub(crate) fn kinds(&self) -> Vec<Way> {
        if !self.reads() || !matches!(self.room, Room::Book | Room::Kind(_) | Room::Elsewhere) {
            return Vec::new();
        }
        let kind = |kind| Way { href: href::list(kind), name: capital(kind.many(self.t.lang())), now: self.room == Room::Kind(kind) };
        MAIN_KINDS.into_iter().map(kind).collect()
    }

    /// Every language with the address of this page in it.
    pub(crate) fn languages(&self) -> Vec<(Lang, String)> {
        Lang::ALL.into_iter().map(|lang| (lang, format!("{}lang={lang}", self.here))).collect()
    }
}

impl FromRequestParts<Rooms> for Frame {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, rooms: &Rooms) -> Result<Frame, Self::Rejection> {
        Ok(Frame::of(&parts.uri, &parts.headers, rooms, parts.extensions.get::<Visit>()))
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
