//! What all requests share, and what one request has: [`Rooms`] is the state of the router, [`Visit`] a request of somebody signed in, [`Desk`] a visit with an
//! open book.
//!
//! A desk starts locked: it knows its accounts and no content. The first member who works with the book and signs in brings its key; a locked desk collects
//! all the same.

use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::{ClaimId, MemberId, NodeId};
use kniha_core::lang::Lang;
use kniha_core::time::UtcMicros;
use kniha_seal::secret::Secret;
use kniha_store::{Random, ReadTx, Reader, Store, StoreError, claim, labels, reader};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::error::PageError;
use crate::href;
use crate::outbox::SharedOutbox;
use crate::session::{FormToken, Sessions, Ticket, TicketHash};
use kniha_core::access::Hats;
use kniha_gate::{Account, AccountState, House, Present};

/// Between two sweeps of the house, in microseconds.
const SWEEP_US: u64 = 5 * 60 * 1_000_000;

/// The machine's clock; tests set their own.
pub type Now = Arc<dyn Fn() -> UtcMicros + Send + Sync>;

/// Opens the book with the key of its register.
pub type Open = Arc<dyn Fn(Secret<32>) -> Pin<Box<dyn Future<Output = Result<Arc<Store>, StoreError>> + Send>> + Send + Sync>;

/// What all requests share.
#[derive(Clone)]
pub struct Rooms(Arc<Shared>);

struct Shared {
    house: House,
    book: OnceCell<Unlocked>,
    open: Open,
    sessions: Sessions,
    now: Now,
    lang: Lang,
    /// For the forms of whoever is not signed in.
    door: FormToken,
    cookie: String,
    secret: Secret<32>,
    /// When what has expired was taken out of the house last, in microseconds.
    swept: AtomicI64,
    /// Whether everybody needs a second factor.
    factor: bool,
    outbox: OnceLock<SharedOutbox>,
}

/// An open book with the key that opened it, which newcomers are given.
struct Unlocked {
    store: Arc<Store>,
    register: Secret<32>,
}

/// A request of somebody who is signed in; the book may be locked.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) rooms: Rooms,
    pub(crate) who: Arc<Present>,
    /// Their account as it is now.
    pub(crate) account: Account,
    pub(crate) session: TicketHash,
    /// When words and code were typed last.
    pub(crate) confirmed: UtcMicros,
    pub(crate) token: FormToken,
    /// The machine's clock.
    pub(crate) now: Now,
}

/// A request of a member to an open book.
#[derive(Clone)]
pub struct Desk {
    pub(crate) store: Arc<Store>,
    pub(crate) member: MemberId,
    pub(crate) who: Arc<Present>,
    pub(crate) house: House,
    /// The machine's clock.
    pub(crate) now: Now,
    pub(crate) visit: Visit,
}

impl Rooms {
    /// A locked desk. `port` is the one that browsers ask for; `lang` is for a browser that asks for none of the four languages.
    ///
    /// # Errors
    /// [`StoreError::Machine`] when the operating system has no randomness.
    pub fn new(house: House, open: Open, now: Now, lang: Lang, port: u16) -> Result<Rooms, StoreError> {
        let (door, cookie) = (FormToken::draw()?, format!("desk-{port}"));
        let secret = Secret::take(&mut Random::default().bytes()?);
        Ok(Rooms(Arc::new(Shared {
            house,
            book: OnceCell::new(),
            open,
            sessions: Sessions::default(),
            now,
            lang,
            door,
            cookie,
            secret,
            swept: AtomicI64::new(0),
            factor: true,
            outbox: OnceLock::new(),
        })))
    }

    /// A desk over an invented book: whoever has no second factor is let in without one.
    #[must_use]
    pub fn of_an_invented_book(mut self) -> Rooms {
        if let Some(shared) = Arc::get_mut(&mut self.0) {
            shared.factor = false;
        }
        self
    }

    /// Whether everybody needs a second factor.
    pub(crate) fn wants_factor(&self) -> bool {
        self.0.factor
    }

    /// The open book, if somebody brought its key.
    #[must_use]
    pub fn book(&self) -> Option<&Arc<Store>> {
        self.0.book.get().map(|book| &book.store)
    }

    /// Says where answers go; without it they are kept and wait.
    #[must_use]
    pub fn with_outbox(self, outbox: SharedOutbox) -> Rooms {
        // The first one stays.
        let _ = self.0.outbox.set(outbox);
        self
    }

    pub(crate) fn outbox(&self) -> Option<&SharedOutbox> {
        self.0.outbox.get()
    }

    pub(crate) fn house(&self) -> &House {
        &self.0.house
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn now(&self) -> UtcMicros {
        (self.0.now)()
    }

    pub(crate) fn lang(&self) -> Lang {
        self.0.lang
    }

    pub(crate) fn door(&self) -> &FormToken {
        &self.0.door
    }

    /// The key of the open book.
    pub(crate) fn register(&self) -> Option<&Secret<32>> {
        self.0.book.get().map(|book| &book.register)
    }

    /// Opens the book, once.
    pub(crate) async fn unlock(&self, register: Secret<32>) -> Result<&Arc<Store>, StoreError> {
        let open = async || Ok(Unlocked { store: (self.0.open)(register.clone()).await?, register });
        self.0.book.get_or_try_init(open).await.map(|book| &book.store)
    }

    /// A hash of bytes that only this run of the desk can make. The bytes have a fixed length wherever this is called with one label.
    pub(crate) fn mark(&self, label: &str, bytes: &[u8]) -> String {
        let hash = Sha256::new_with_prefix(self.0.secret.expose()).chain_update(label).chain_update(bytes).finalize();
        data_encoding::BASE64URL_NOPAD.encode(&hash)
    }

    /// The ticket that a request shows.
    pub(crate) fn ticket(&self, headers: &HeaderMap) -> Option<Ticket> {
        Ticket::of(headers, &self.0.cookie)
    }

    /// Who asks, if a session of theirs goes on and they are still a member: what the house says now counts, not what it said at sign-in.
    pub(crate) async fn visit(&self, headers: &HeaderMap) -> Option<Visit> {
        let (ticket, now) = (self.ticket(headers)?, self.now());
        self.sweep(now).await;
        let session = self.sessions().find(&ticket, now)?;
        let id = session.who.id();
        let account = self.house().account(id).await.inspect_err(|error| eprintln!("desk: {error}")).ok()?;
        let is_same = |account: &Account| account.state == AccountState::Active && account.hats == session.who.account().hats;
        let Some(account) = account.filter(is_same) else {
            self.sessions().end_of(id, now);
            return None;
        };
        Some(Visit {
            rooms: self.clone(),
            who: session.who,
            account,
            session: session.held,
            confirmed: session.confirmed,
            token: ticket.form(),
            now: Arc::clone(&self.0.now),
        })
    }

    /// Takes shares and cases that were given for a while out of the house when their time is over; looked at every five minutes.
    async fn sweep(&self, now: UtcMicros) {
        let last = self.0.swept.load(Ordering::Relaxed);
        let is_due = now.0.abs_diff(last) > SWEEP_US && self.0.swept.compare_exchange(last, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if is_due && let Err(error) = self.house().sweep(now).await {
            eprintln!("desk: {error}");
        }
    }

    /// Begins a session, ends the one that the browser had, and leads on.
    pub(crate) fn seat(&self, headers: &HeaderMap, who: Arc<Present>, to: &str) -> Result<Response, StoreError> {
        if let Some(old) = self.ticket(headers) {
            self.sessions().end(&old, self.now());
        }
        let ticket = self.sessions().begin(who, self.now())?;
        Ok(self.leading(to, &ticket.text(), ""))
    }

    /// Ends the session that the browser has, and leads to the door.
    pub(crate) fn unseat(&self, headers: &HeaderMap) -> Response {
        if let Some(old) = self.ticket(headers) {
            self.sessions().end(&old, self.now());
        }
        self.leading(&format!("{}?done=signed-out", href::SIGN_IN), "", "; Max-Age=0")
    }

    fn leading(&self, to: &str, value: &str, more: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        if let Ok(cookie) = HeaderValue::from_str(&format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{more}", self.0.cookie)) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

impl Visit {
    /// The member's hats; an active account has some.
    pub(crate) fn hats(&self) -> Option<Hats> {
        self.account.hats
    }

    /// A member's visit to an open book; `None` while it is locked.
    pub(crate) fn desk(&self) -> Option<Desk> {
        let store = Arc::clone(self.rooms.book()?);
        let (who, house, now) = (Arc::clone(&self.who), self.rooms.house().clone(), Arc::clone(&self.now));
        Some(Desk { store, member: who.id(), who, house, now, visit: self.clone() })
    }
}

impl Desk {
    /// A snapshot to read from, and who reads.
    pub(crate) async fn read(&self) -> Result<(ReadTx, Reader), StoreError> {
        // What has lapsed is taken out first: every reading function joins what is in force and knows no clock.
        self.store.lapse((self.now)()).await?;
        let mut tx = self.store.read().await?;
        let reader = reader(&mut tx, self.member).await?;
        Ok((tx, reader))
    }

    /// Whether a claim is there for this member: an earlier sending of a form made it.
    pub(crate) async fn has_claim(&self, id: ClaimId) -> Result<bool, StoreError> {
        let (mut tx, reader) = self.read().await?;
        Ok(claim(&mut tx, &reader, id).await?.is_some())
    }

    /// Whether a record is there for this member.
    pub(crate) async fn has_record(&self, id: NodeId) -> Result<bool, StoreError> {
        let (mut tx, reader) = self.read().await?;
        Ok(labels(&mut tx, &reader, &[id]).await?.get(&id).is_some_and(|label| label.kind.is_some()))
    }
}

/// Where a request goes that needs somebody signed in, or an open book.
pub(crate) fn to_the_door(method: &Method, uri: &Uri) -> Response {
    if matches!(*method, Method::GET | Method::HEAD) { Redirect::to(&href::sign_in(uri)).into_response() } else { PageError::SignedOut.into_response() }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visit, Response> {
        parts.extensions.get::<Visit>().cloned().ok_or_else(|| to_the_door(&parts.method, &parts.uri))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Desk, Response> {
        parts.extensions.get::<Visit>().and_then(Visit::desk).ok_or_else(|| to_the_door(&parts.method, &parts.uri))
    }
}
