//! The front door: leads a member to the first of the places that are open to them.

use axum::response::{IntoResponse, Redirect, Response};

use crate::page::Frame;
use crate::ways::{May, Ways};

pub(crate) fn routes() -> Ways {
    Ways::new().get("/", May::SignedIn, lead)
}

async fn lead(frame: Frame) -> Response {
    // Whoever runs the machine decides about members, and little else.
    let places = frame.places();
    let first = if frame.reads() || frame.watches() { places.first() } else { places.last() };
    Redirect::to(first.map_or("/me", |place| place.href)).into_response()
}
