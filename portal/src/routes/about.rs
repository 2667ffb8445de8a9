//! `/xx/about`: who runs it, why it asks, what is promised and what is not.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use crate::Portal;
use crate::error::PageError;
use crate::page::{Frame, page};

pub(crate) fn routes() -> Router<Portal> {
    Router::new().route("/{lang}/about", get(show))
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    frame: Frame,
}

async fn show(frame: Frame) -> Result<Response, PageError> {
    let title = frame.t.get("about-title");
    page(&About { frame: frame.titled(title) })
}
