//! `/`: in which language?

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use kniha_core::lang::Lang;

use crate::Portal;
use crate::error::PageError;
use crate::page::page;

pub(crate) fn routes() -> Router<Portal> {
    Router::new().route("/", get(show))
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    house: &'a str,
    languages: &'a [Lang],
}

async fn show(State(portal): State<Portal>) -> Result<Response, PageError> {
    let config = portal.config();
    page(&Home { house: &config.title, languages: &config.languages })
}
