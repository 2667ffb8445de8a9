//! The pages of the team: server-drawn HTML over the store and the gate, in four languages, whole without JavaScript.
//!
//! A request walks through `guard` (from where, with which token, who asks), the wall of its way (`ways`: do the member's hats open it) and one file under
//! `routes`, which parses, asks the store or the gate and answers with a page or a [`PageError`]. Loopback only. No SQL here.

mod assets;
#[cfg(test)]
mod cast;
pub mod draw;
mod error;
pub mod examine;
mod fields;
pub mod folder;
mod form;
mod guard;
#[cfg(test)]
mod hostile;
mod href;
mod lang;
#[cfg(test)]
mod matrix;
mod outbox;
mod page;
mod parts;
mod rooms;
mod routes;
mod sealed;
mod session;
#[cfg(test)]
mod stage;
mod statement;
#[cfg(test)]
mod told;
mod ways;

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

pub use error::PageError;
pub use outbox::{Outbox, OutboxError, Outgoing, SharedOutbox};
pub use rooms::{Desk, Now, Open, Rooms};

/// Why the desk could not be opened or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address that other machines can reach. Passwords and cookies would go there in the clear.
    #[error("the desk listens on loopback only, not on {address}")]
    NotLoopback {
        /// The address refused.
        address: SocketAddr,
    },
    /// The listener failed.
    #[error("the listener failed")]
    Listener(#[source] std::io::Error),
}

/// Serves the desk until `shutdown` resolves; requests under way are finished first.
///
/// # Errors
/// [`ServeError::NotLoopback`] before anything is served; [`ServeError::Listener`] when the listener fails.
pub async fn serve(rooms: Rooms, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Listener)?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback { address });
    }
    axum::serve(listener, router(rooms, address.port())).with_graceful_shutdown(shutdown).await.map_err(ServeError::Listener)
}

/// Every page behind the guard. `port` is the one that browsers must have asked for.
pub fn router(rooms: Rooms, port: u16) -> Router {
    let pages = ways().into_router().fallback(not_found).method_not_allowed_fallback(wrong_method);
    guard::around(pages, rooms, port)
}

/// Every way into the house.
fn ways() -> ways::Ways {
    routes::routes().and(assets::routes())
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
        let refused = serve(stage.rooms.clone(), listener, async {}).await;
        assert!(matches!(refused, Err(ServeError::NotLoopback { .. })), "{refused:?}");
    }

    #[tokio::test]
    async fn the_desk_stops_when_it_is_told_to() {
        let stage = Stage::set().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let served = serve(stage.rooms.clone(), listener, async {});
        tokio::time::timeout(std::time::Duration::from_secs(5), served).await.unwrap().unwrap();
    }
}
