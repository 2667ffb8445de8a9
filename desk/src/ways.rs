//! The ways into the house: each is registered with who may go it, and there is no other way to register one.
//!
//! This is the first wall: a way that a member's hats do not open answers as if nothing were there. The second is in every function of the store and the
//! gate, which ask for the member's cases and keys. [`Ways::table`] names every way for the test that tries each of them as everybody.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::MethodRouter;

use crate::error::PageError;
use crate::href;
use crate::rooms::{Rooms, Visit, to_the_door};
use kniha_core::access::{Hat, Hats};

/// Who may go a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum May {
    /// Everybody, signed in or not.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever works with the book.
    Read,
    /// Whoever writes into the book.
    File,
    /// Whoever holds keys that open parts.
    Open,
    /// Whoever works with what arrives.
    Inbox,
    /// An auditor.
    Watch,
    /// Whoever admits members, and those who sign with them.
    Members,
    /// Whoever signs what needs two.
    Agree,
}

impl May {
    /// Whether one of these hats opens the way.
    pub(crate) fn allows(self, hats: Hats) -> bool {
        use Hat::{Auditor, Custodian, Investigator, Lawyer, Opener, Operator};
        let any = |of: &[Hat]| of.iter().any(|hat| hats.has(*hat));
        match self {
            May::Anyone | May::SignedIn => true,
            May::Read | May::Inbox => any(&[Opener, Investigator, Lawyer]),
            May::File => any(&[Investigator, Lawyer]),
            May::Open => any(&[Opener, Lawyer, Custodian]),
            May::Watch => any(&[Auditor]),
            May::Members => any(&[Operator, Opener, Investigator, Lawyer]),
            May::Agree => any(&[Operator, Auditor, Custodian, Opener, Investigator, Lawyer]),
        }
    }
}

impl May {
    /// Whether the way leads to the book, which may be locked.
    fn needs_book(self) -> bool {
        match self {
            May::Read | May::File | May::Open | May::Inbox => true,
            May::Anyone | May::SignedIn | May::Watch | May::Members | May::Agree => false,
        }
    }
}

/// One way: a method, an address with `{names}`, and who may go it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) may: May,
}

/// Ways with what answers them.
#[derive(Default)]
pub(crate) struct Ways {
    pages: Router<Rooms>,
    table: Vec<Way>,
}

impl Ways {
    pub(crate) fn new() -> Ways {
        Ways::default()
    }

    /// A page.
    pub(crate) fn get<H: Handler<T, Rooms>, T: 'static>(self, path: &str, may: May, page: H) -> Ways {
        self.add(Method::GET, path, may, axum::routing::get(page))
    }

    /// What takes a form.
    pub(crate) fn post<H: Handler<T, Rooms>, T: 'static>(self, path: &str, may: May, form: H) -> Ways {
        self.add(Method::POST, path, may, axum::routing::post(form))
    }

    fn add(mut self, method: Method, path: &str, may: May, way: MethodRouter<Rooms>) -> Ways {
        let walled = way.route_layer(from_fn(move |request: Request, next: Next| wall(may, request, next)));
        self.pages = self.pages.route(path, walled);
        self.table.push(Way { method, path: path.to_owned(), may });
        self
    }

    /// The ways of another file.
    pub(crate) fn and(mut self, other: Ways) -> Ways {
        self.pages = self.pages.merge(other.pages);
        self.table.extend(other.table);
        self
    }

    /// What answers.
    pub(crate) fn into_router(self) -> Router<Rooms> {
        self.pages
    }

    /// Every way of the house.
    pub(crate) fn table() -> &'static [Way] {
        static TABLE: OnceLock<Vec<Way>> = OnceLock::new();
        TABLE.get_or_init(|| crate::ways().table)
    }
}

/// Lets through whom the way is for. For everybody else nothing is here; whoever is not signed in is asked to.
async fn wall(may: May, request: Request, next: Next) -> Response {
    if may == May::Anyone {
        return next.run(request).await;
    }
    match request.extensions().get::<Visit>() {
        None => to_the_door(request.method(), request.uri()),
        // Nobody is here with words alone: the second factor comes first.
        Some(visit) if !visit.account.has_totp && visit.rooms.wants_factor() && !request.uri().path().starts_with(href::CODE) => {
            Redirect::to(href::CODE).into_response()
        }
        Some(visit) if !visit.hats().is_some_and(|hats| may.allows(hats)) => PageError::NotFound.into_response(),
        Some(visit) if may.needs_book() && visit.rooms.book().is_none() => to_the_door(request.method(), request.uri()),
        Some(_) => next.run(request).await,
    }
}
