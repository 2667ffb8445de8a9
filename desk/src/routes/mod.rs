//! One file a page or form: its handler, its template's values, its tests.

mod history;
mod home;
mod keys;
mod leave;
mod list;
mod map;
mod record;
mod search;
mod source;
mod structure;

use axum::Router;

use crate::Desk;

/// Every route of the book.
pub(crate) fn routes() -> Router<Desk> {
    Router::new()
        .merge(home::routes())
        .merge(list::routes())
        .merge(map::routes())
        .merge(record::routes())
        .merge(history::routes())
        .merge(structure::routes())
        .merge(source::routes())
        .merge(search::routes())
        .merge(leave::routes())
        .merge(keys::routes())
}
