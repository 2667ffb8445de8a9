//! One file per page. `forms` have small bodies that the guard reads; `uploads` read theirs themselves.

mod back;
mod file;
mod got;
mod home;
mod sealed;
mod send;
mod tell;
#[cfg(test)]
mod tests;

use axum::Router;

use crate::Portal;

/// Pages and forms.
pub(crate) fn forms() -> Router<Portal> {
    Router::new().merge(home::routes()).merge(tell::routes()).merge(back::routes())
}

/// Requests that bring a file or a sealed bundle.
pub(crate) fn uploads() -> Router<Portal> {
    Router::new().merge(file::routes()).merge(sealed::routes())
}
