//! `/xx/leave`: what leaving can do and cannot.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use crate::Portal;
use crate::error::PageError;
use crate::page::{Frame, page};

pub(crate) fn routes() -> Router<Portal> {
    Router::new().route("/{lang}/leave", get(show))
}

#[derive(Template)]
#[template(path = "leave.html")]
struct Leave {
    frame: Frame,
}

async fn show(frame: Frame) -> Result<Response, PageError> {
    let title = frame.t.get("leave-title");
    page(&Leave { frame: frame.titled(title) })
}
