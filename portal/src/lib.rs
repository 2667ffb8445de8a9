//! The pages of those who tell: nothing readable stays, nothing is asked twice, no script is needed.
//!
//! A request comes over one connection of its own (`listen`, `head`), walks through `guard`, then one file under `routes`, which parses, asks and answers
//! with a page or a [`PageError`]. What was answered travels in the page itself, sealed ([`Visit`]); what is sent is sealed to the key list in force
//! ([`Portal::list`]) and goes into the inbox.  The process shuts itself in before it serves (`confine`).

mod asked;
mod assets;
mod collect;
pub mod config;
pub mod confine;
mod draft;
mod error;
mod fields;
mod guard;
mod head;
mod lang;
mod listen;
mod lists;
mod page;
mod routes;
pub mod stack;
#[cfg(test)]
mod stage;
mod state;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use kniha_core::time::UtcMicros;
use kniha_db::{Durability, Place};
use kniha_inbox::{Inbox, InboxError};
use kniha_seal::keylist::Trusted;
use kniha_seal::part::Day;
use tokio::net::TcpListener;

pub use config::Config;
pub use error::PageError;
pub use fields::Fields;
pub use lang::Tongue;
pub use lists::ListRefused;
pub use page::{Frame, Switch, page, refused_form};
pub use state::{StateError, Visit};

/// The machine's clock: microseconds since 1970. Pages and the inbox are given its day alone.
pub type Clock = fn() -> UtcMicros;

/// How often keys of states turn and the inbox is swept.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// An open portal. Cloning is cheap.
#[derive(Clone)]
pub struct Portal(Arc<Inner>);

struct Inner {
    config: Config,
    inbox: Inbox,
    clock: Clock,
    keys: state::StateKeys,
    lists: lists::Lists,
    sealed_page: Option<routes::sealed_page::SealedPage>,
}

/// Why a portal cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address of the database is missing.
    #[error("the inbox lives in PostgreSQL, and {} does not hold its address", config::URL_VARIABLE)]
    NoUrl,
    /// The inbox cannot be opened.
    #[error("the inbox cannot be opened")]
    Inbox(#[source] InboxError),
    /// The folder with the page that seals in the browser cannot be read.
    #[error("{} does not hold the page that seals in the browser", .path.display())]
    SealedPage {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Where the inbox of a portal's folder is kept. The caller reads [`config::URL_VARIABLE`].
///
/// # Errors
/// [`OpenError::NoUrl`] where PostgreSQL is wanted and no address is given.
pub fn place(config: &Config, folder: &Path, url: Option<String>) -> Result<Place, OpenError> {
    match config.database {
        config::Database::Sqlite => Ok(Place::Sqlite { file: folder.join("inbox.db"), key: None, durability: Durability::Full }),
        config::Database::Postgres => url.map(|url| Place::Postgres { url }).ok_or(OpenError::NoUrl),
    }
}

impl Portal {
    /// A portal over an open inbox; reads the key lists that are kept there, and the page that seals in the browser.
    ///
    /// # Errors
    /// [`OpenError::Inbox`] when it does not answer, [`OpenError::SealedPage`] when that page is not there.
    pub async fn new(config: Config, inbox: Inbox, clock: Clock) -> Result<Portal, OpenError> {
        let lists = lists::Lists::new(config.book, config.first_list);
        for (no, bytes) in inbox.lists().await.map_err(OpenError::Inbox)? {
            if let Err(refused) = lists.add(&bytes) {
                // Whoever can write the database can stop the portal, but not make it seal to another key.
                eprintln!("portal: key list {no} of the inbox: {refused}");
            }
        }
        let sealed_page = config
            .sealed_page
            .as_deref()
            .map(|path| routes::sealed_page::SealedPage::read(path).map_err(|source| OpenError::SealedPage { path: path.to_owned(), source }));
        Ok(Portal(Arc::new(Inner { config, inbox, clock, keys: state::StateKeys::new(), lists, sealed_page: sealed_page.transpose()? })))
    }

    /// What the operator's file says.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Where sealed parts go.
    #[must_use]
    pub fn inbox(&self) -> &Inbox {
        &self.0.inbox
    }

    /// Today.
    #[must_use]
    pub fn today(&self) -> Day {
        Day(u32::try_from((self.0.clock)().0 / 86_400_000_000).unwrap_or(0))
    }

    /// The key list to seal under today.
    ///
    /// # Errors
    /// [`PageError::Closed`] when none holds: nothing can be taken.
    pub fn list(&self) -> Result<Arc<Trusted>, PageError> {
        self.0.lists.today(self.today()).ok_or(PageError::Closed)
    }

    /// Keeps house for ever, at once and then every hour: forgets old keys of states, sweeps and tidies the inbox. What fails is tried again an hour later.
    pub async fn hours(self) {
        let mut hours = tokio::time::interval(HOUR);
        loop {
            hours.tick().await;
            if let Err(error) = self.every_hour().await {
                eprintln!("portal: {error}");
            }
        }
    }

    async fn every_hour(&self) -> Result<(), InboxError> {
        self.0.keys.turn();
        let now = (self.0.clock)();
        self.0.inbox.sweep(now, month(self.today())).await?;
        self.0.inbox.tidy().await
    }

    pub(crate) fn state(&self) -> &state::StateKeys {
        &self.0.keys
    }

    pub(crate) fn sealed_page(&self) -> Option<&routes::sealed_page::SealedPage> {
        self.0.sealed_page.as_ref()
    }

    pub(crate) fn lists(&self) -> &lists::Lists {
        &self.0.lists
    }
}

/// Every page behind the guard.
pub fn router(portal: Portal) -> Router {
    guard::around(routes::forms().merge(assets::routes()), routes::uploads(), portal)
}

/// Serves the pages, and on the other listener the desk, until `shutdown` resolves; requests under way have some seconds to end.
pub async fn serve(portal: Portal, pages: TcpListener, desk: TcpListener, shutdown: impl Future<Output = ()>) {
    let shutdown = shutdown.shared();
    let collect = listen::serve(collect::router(portal.clone()), desk, listen::DESKS, shutdown.clone());
    tokio::join!(listen::serve(router(portal), pages, listen::VISITORS, shutdown), collect);
}

/// Randomness of the operating system; without it nothing can be sealed, and the request ends as a fault.
#[must_use]
pub fn random() -> impl rand_core::CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

/// The date of a day; the last one that there is for a clock beyond it.
fn civil(day: Day) -> jiff::civil::Date {
    let date = jiff::Span::new().try_days(i64::from(day.0)).and_then(|days| jiff::civil::date(1970, 1, 1).checked_add(days));
    date.unwrap_or(jiff::civil::Date::MAX)
}

/// Months since January 1970, as blocks of mailboxes expire.
fn month(day: Day) -> u32 {
    let date = civil(day);
    u32::try_from((i32::from(date.year()) - 1970) * 12 + i32::from(date.month()) - 1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::stage::{Keys, Stage, TODAY};

    #[tokio::test]
    async fn a_list_that_the_custodians_did_not_sign_is_not_sealed_to_whoever_puts_it_into_the_inbox() {
        let stage = Stage::set().await;
        let one = *stage.portal.list().unwrap().digest();
        let two = stage.keys.list(2, Some(one), TODAY, Day(TODAY.0 + 1));
        let forged = Keys::draw().list(3, Some(two.digest()), TODAY, Day(TODAY.0 + 1));
        let inbox = stage.portal.inbox().clone();
        inbox.put_list(2, &two.encode()).await.unwrap();
        inbox.put_list(3, &forged.encode()).await.unwrap();
        let portal = Portal::new(stage.portal.config().clone(), inbox, stage.portal.0.clock).await.unwrap();
        assert_eq!(portal.list().unwrap().list().no, 2);
        let after: Clock = || UtcMicros(i64::from(TODAY.0 + 2) * 86_400_000_000);
        let portal = Portal::new(stage.portal.config().clone(), stage.portal.inbox().clone(), after).await.unwrap();
        assert!(matches!(portal.list(), Err(PageError::Closed)));
    }

    #[test]
    fn months_are_counted_from_the_first() {
        assert_eq!([Day(0), Day(30), Day(31), Day(21_990)].map(month), [0, 0, 1, 722]);
        assert_eq!(civil(Day(u32::MAX)), jiff::civil::Date::MAX);
    }
}
