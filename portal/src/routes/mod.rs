//! One file per page. `forms` have small bodies that the guard reads; `uploads` read theirs themselves.

mod home;

use axum::Router;

use crate::Portal;

/// Pages and forms.
pub(crate) fn forms() -> Router<Portal> {
    Router::new().merge(home::routes())
}

/// Requests that bring a file or a sealed bundle.
pub(crate) fn uploads() -> Router<Portal> {
    Router::new()
}
