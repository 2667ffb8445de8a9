//! The pages of the team: server-drawn HTML over the store, in four languages, whole without JavaScript.
//!
//! A request walks through `guard` (who asks, from where, with which token), then one file under `routes`, which parses, asks the store and
//! answers with a page or a [`PageError`]. Until sign-in exists the desk speaks for one member and listens on loopback only. No SQL here.

mod assets;
pub mod draw;
mod error;
pub mod examine;
mod fields;
mod form;
mod guard;
mod href;
mod lang;
mod page;
mod parts;
mod routes;
#[cfg(test)]
mod stage;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use kniha_core::id::{ClaimId, MemberId, NodeId};
use kniha_core::lang::Lang;
use kniha_core::time::UtcMicros;
use kniha_store::{Random, ReadTx, Reader, Store, StoreError, claim, labels, reader};
use tokio::net::TcpListener;

pub use error::PageError;

/// An open desk: the book, the one member it speaks for, and the world as values.
#[derive(Clone)]
pub struct Desk {
    pub(crate) store: Arc<Store>,
    pub(crate) member: MemberId,
    /// The machine's clock; tests set their own.
    pub(crate) now: fn() -> UtcMicros,
    /// The language for a browser that asks for none of the four.
    pub(crate) lang: Lang,
    pub(crate) token: guard::FormToken,
}

/// Why the desk could not be opened or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address that other machines can reach. There is no sign-in yet.
    #[error("the desk has no sign-in yet and listens on loopback only, not on {address}")]
    NotLoopback {
        /// The address refused.
        address: SocketAddr,
    },
    /// The listener failed.
    #[error("the listener failed")]
    Listener(#[source] std::io::Error),
}

impl Desk {
    /// A desk that speaks for one member of the book.
    ///
    /// # Errors
    /// [`StoreError::Machine`] when the operating system has no randomness for the form token.
    pub fn new(store: Arc<Store>, member: MemberId, now: fn() -> UtcMicros, lang: Lang) -> Result<Desk, StoreError> {
        let token = guard::FormToken::draw(&mut Random::default())?;
        Ok(Desk { store, member, now, lang, token })
    }

    /// A snapshot to read from, and who reads.
    pub(crate) async fn read(&self) -> Result<(ReadTx, Reader), StoreError> {
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

/// Serves the desk until `shutdown` resolves; requests under way are finished first.
///
/// # Errors
/// [`ServeError::NotLoopback`] before anything is served; [`ServeError::Listener`] when the listener fails.
pub async fn serve(desk: Desk, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Listener)?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback { address });
    }
    axum::serve(listener, router(desk, address.port())).with_graceful_shutdown(shutdown).await.map_err(ServeError::Listener)
}

/// Every page behind the guard. `port` is the one that browsers must have asked for.
pub fn router(desk: Desk, port: u16) -> Router {
    let pages = routes::routes().merge(assets::routes()).fallback(not_found).method_not_allowed_fallback(wrong_method);
    guard::around(pages, desk, port)
}

async fn not_found() -> PageError {
    PageError::NotFound
}

async fn wrong_method() -> PageError {
    PageError::Method
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::stage::Stage;

    #[tokio::test]
    async fn the_desk_refuses_an_address_that_other_machines_reach() {
        let stage = Stage::set().await;
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let refused = serve(stage.desk.clone(), listener, async {}).await;
        assert!(matches!(refused, Err(ServeError::NotLoopback { .. })), "{refused:?}");
    }

    #[tokio::test]
    async fn the_desk_stops_when_it_is_told_to() {
        let stage = Stage::set().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let served = serve(stage.desk.clone(), listener, async {});
        tokio::time::timeout(std::time::Duration::from_secs(5), served).await.unwrap().unwrap();
    }
}
