//! One file per page. `forms` have small bodies that the guard reads; `uploads` read theirs themselves.

mod about;
mod danger;
mod genuine;
mod home;
mod leave;

use axum::Router;

use crate::Portal;

/// Pages and forms.
pub(crate) fn forms() -> Router<Portal> {
    Router::new().merge(home::routes()).merge(about::routes()).merge(danger::routes()).merge(genuine::routes()).merge(leave::routes())
}

/// Requests that bring a file or a sealed bundle.
pub(crate) fn uploads() -> Router<Portal> {
    Router::new()
}
