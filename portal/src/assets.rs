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

    /// Relative luminance and contrast as WCAG 2.2 defines them.
    fn contrast(one: &str, other: &str) -> f64 {
        let luminance = |hex: &str| {
            let digit = |at: usize| u8::from_str_radix(&if hex.len() == 4 { hex[at..=at].repeat(2) } else { hex[2 * at - 1..=2 * at].to_owned() }, 16);
            let part = |at: usize| f64::from(digit(at).unwrap_or_else(|_| panic!("{hex} is no colour"))) / 255.0;
            let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
            0.2126 * linear(part(1)) + 0.7152 * linear(part(2)) + 0.0722 * linear(part(3))
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_and_edges_stand_out_in_the_light_and_in_the_dark() {
        assert!((contrast("#000", "#ffffff") - 21.0).abs() < 1e-9);
        let schemes: Vec<&str> = STYLE.split(":root {").skip(1).take(2).collect();
        for (scheme, name) in schemes.into_iter().zip(["light", "dark"]) {
            let colour = |name: &str| scheme.split_once(&format!("--{name}: ")).and_then(|(_, rest)| rest.split(';').next()).unwrap_or_default();
            for (front, back, least) in [
                ("ink", "paper", 7.0),
                ("ink", "raised", 7.0),
                ("muted", "paper", 7.0),
                ("muted", "raised", 7.0),
                ("accent", "paper", 7.0),
                ("accent", "raised", 7.0),
                ("on-accent", "accent", 7.0),
                ("error", "paper", 7.0),
                ("error", "raised", 7.0),
                ("edge", "paper", 3.0),
                ("edge", "raised", 3.0),
            ] {
                let measured = contrast(colour(front), colour(back));
                println!("{name}: {front} on {back} {measured:.1} : 1");
                assert!(measured >= least, "{name}: {front} on {back} is {measured:.2} : 1");
            }
        }
    }
}
