//! `/`: in which language?

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use kniha_core::lang::Lang;

use crate::error::PageError;
use crate::page::page;
use crate::{Portal, Tongue};

pub(crate) fn routes() -> Router<Portal> {
    Router::new().route("/", get(show))
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    /// The first language offered.
    t: Tongue,
    house: &'a str,
    leave: &'a str,
    languages: &'a [Lang],
}

async fn show(State(portal): State<Portal>) -> Result<Response, PageError> {
    let config = portal.config();
    let t = Tongue(config.languages.first().copied().unwrap_or(Lang::En));
    page(&Home { t, house: &config.title, leave: &config.leave, languages: &config.languages })
}
