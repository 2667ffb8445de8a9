//! `/xx/danger`: whom to call, by country, as the operator wrote it down.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::config::Emergency;
use crate::error::PageError;
use crate::page::{Frame, page};
use crate::{Portal, Tongue};

pub(crate) fn routes() -> Router<Portal> {
    Router::new().route("/{lang}/danger", get(show))
}

#[derive(Template)]
#[template(path = "danger.html")]
struct Danger<'a> {
    frame: Frame,
    countries: &'a [Emergency],
}

impl Danger<'_> {
    fn country(&self, code: &str) -> String {
        known(self.frame.t, "country", code)
    }

    fn service(&self, name: &str) -> String {
        known(self.frame.t, "service", name)
    }
}

/// The word of a code that the pages know; else the operator's own.
fn known(t: Tongue, kind: &str, written: &str) -> String {
    let key = format!("{kind}-{}", written.to_ascii_lowercase());
    if written.bytes().all(|b| b.is_ascii_alphabetic()) && t.has(&key) { t.get(&key) } else { written.to_owned() }
}

async fn show(State(portal): State<Portal>, frame: Frame) -> Result<Response, PageError> {
    let title = frame.t.get("danger-title");
    page(&Danger { frame: frame.titled(title), countries: &portal.config().emergency })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Service;
    use crate::stage::Stage;

    #[tokio::test]
    async fn numbers_stand_with_their_country_and_service_in_the_readers_words() {
        let own = Service { name: "Валасатая лінія <1>".to_owned(), number: "+375 17 000-00-00".to_owned() };
        let stage = Stage::with(|config| {
            config.emergency[0].services.push(own);
            config.emergency.push(Emergency { country: "FR".to_owned(), services: vec![Service { name: "all".to_owned(), number: "112".to_owned() }] });
        })
        .await;
        let html = stage.get("/be/danger").await.body;
        for part in
            ["<h2>Беларусь</h2>", "Хуткая дапамога", "href=\"tel:103\"", "Валасатая лінія &#60;1&#62;", "tel:+375170000000", "<h2>FR</h2>", "Усе службы"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(Stage::with(|config| config.emergency.clear()).await.get("/uk/danger").await.body.contains("112"));
    }
}
