//! `/xx/genuine` and `/keys`: which keys lock what is sent, and how a person can tell that they are the team's.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::Portal;
use crate::error::PageError;
use crate::page::{Frame, page};

pub(crate) fn routes() -> Router<Portal> {
    Router::new().route("/{lang}/genuine", get(show)).route("/keys", get(keys))
}

#[derive(Template)]
#[template(path = "genuine.html")]
struct Genuine {
    frame: Frame,
    list: Option<Shown>,
}

/// The list in force, as it is shown; past its last day too, so that a person sees why nothing is taken.
struct Shown {
    words: String,
    no: u32,
    from: String,
    to: String,
    digest: String,
    over: bool,
}

async fn show(State(portal): State<Portal>, frame: Frame) -> Result<Response, PageError> {
    let (t, today) = (frame.t, portal.today());
    let list = portal.lists().begun(today).map(|trusted| {
        let (list, digest) = (trusted.list(), trusted.digest());
        Shown {
            words: list.week_words(digest, today, t.lang()).join(" "),
            no: list.no,
            from: t.date(list.from),
            to: t.date(list.to),
            digest: in_groups(&digest.to_string()),
            over: today > list.to,
        }
    });
    let title = t.get("genuine-title");
    page(&Genuine { frame: frame.titled(title), list })
}

/// By fours, so that an eye can compare them.
fn in_groups(digest: &str) -> String {
    digest.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

async fn keys(State(portal): State<Portal>) -> Response {
    ([(CONTENT_TYPE, "application/octet-stream")], portal.lists().served()).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::http::StatusCode;
    use kniha_core::lang::Lang;

    use super::*;
    use crate::stage::{Stage, TODAY};

    #[tokio::test]
    async fn the_words_and_the_digest_of_the_list_in_force_are_shown() {
        let stage = Stage::set().await;
        let trusted = stage.portal.list().unwrap();
        let words = trusted.list().week_words(trusted.digest(), TODAY, Lang::Uk).join(" ");
        let html = stage.get("/uk/genuine").await.body;
        for part in [words.as_str(), "17 березня 2030 року", &in_groups(&trusted.digest().to_string()), "href=\"/keys\""] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let keys = stage.get("/keys").await;
        assert!(keys.status == StatusCode::OK && keys.body.starts_with("kniha-keys\u{1}"));
    }
}
