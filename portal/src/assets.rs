//! The style sheet and the robots' page, compiled in. Does no I/O.

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::Portal;

const STYLE: &str = include_str!("../static/style.css");
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

pub(crate) fn routes() -> Router<Portal> {
    let robots = get(async || text("text/plain", ROBOTS));
    // Browsers ask for an icon unless a page names one; there is none, and a page that says so would be for nobody.
    let icon = get(async || StatusCode::NO_CONTENT);
    Router::new().route("/favicon.ico", icon).route("/robots.txt", robots).route("/style.css", get(async || text("text/css; charset=utf-8", STYLE)))
}

/// Kept by nobody, like the pages: a style sheet in a browser's cache tells of a visit.
fn text(media_type: &'static str, body: &'static str) -> Response {
    ([(CONTENT_TYPE, media_type)], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_is_small_and_fetches_nothing() {
        assert!(STYLE.len() <= 8 * 1024, "{} bytes", STYLE.len());
        assert!(["url(", "@import", "@font-face"].iter().all(|fetched| !STYLE.contains(fetched)));
    }
}
