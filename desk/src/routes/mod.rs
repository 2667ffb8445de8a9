//! One file a page or form: its handler, its template's values, its tests.

use axum::Router;

use crate::Desk;

/// Every route of the book.
pub(crate) fn routes() -> Router<Desk> {
    Router::new()
}
