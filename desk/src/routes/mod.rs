//! One file a page or form: its handler, its template's values, its tests.

mod claim_form;
mod moves;
mod record_form;

use axum::Router;

use crate::Desk;

/// Every route of the book.
pub(crate) fn routes() -> Router<Desk> {
    Router::new().merge(claim_form::routes()).merge(moves::routes()).merge(record_form::routes())
}
