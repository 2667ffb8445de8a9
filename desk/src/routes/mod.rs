//! One file a page or form: its handler, its template's values, its tests.

mod claim_form;
mod history;
mod home;
mod keys;
mod leave;
mod list;
mod map;
mod moves;
mod record;
mod record_form;
mod search;
mod source;
mod structure;
#[cfg(test)]
mod tests;

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
        .merge(claim_form::routes())
        .merge(moves::routes())
        .merge(record_form::routes())
}
