//! One file per page. `forms` have small bodies that the guard reads; `uploads` read theirs themselves.

mod about;
mod back;
mod danger;
mod file;
mod genuine;
mod got;
mod home;
mod leave;
mod sealed;
pub(crate) mod sealed_page;
mod send;
mod tell;
#[cfg(test)]
mod tests;

use axum::Router;

use crate::Portal;

/// Pages and forms.
pub(crate) fn forms() -> Router<Portal> {
    let shown = home::routes().merge(about::routes()).merge(danger::routes()).merge(genuine::routes()).merge(leave::routes());
    shown.merge(tell::routes()).merge(back::routes()).merge(sealed_page::routes())
}

/// Requests that bring a file or a sealed bundle.
pub(crate) fn uploads() -> Router<Portal> {
    file::routes().merge(sealed::routes())
}
