//! The frame around every page: language, title, what was just done, the token for its forms. Does no I/O.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::{Html, IntoResponse, Response};
use kniha_core::lang::Lang;

use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::lang::Tongue;

/// What `base.html` needs. An extractor; a handler sets the title.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The page's language and messages.
    pub(crate) t: Tongue,
    /// The title, also of the browser's tab.
    pub(crate) title: String,
    /// The token that every form sends back as `token`.
    pub(crate) token: String,
    /// The address without `lang`, for the chooser of languages: a path and `?`, or a path, query and `&`.
    pub(crate) here: String,
    /// What was just done, from `?done=`: the key of a message `done-…`.
    pub(crate) done: Option<String>,
}

impl Frame {
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap, desk: &Desk) -> Frame {
        let query = uri.query().unwrap_or_default();
        let t = Tongue::choose(uri, headers, desk.lang);
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=") && !pair.starts_with("done=")).collect();
        let here = if kept.is_empty() { format!("{}?", uri.path()) } else { format!("{}?{}&", uri.path(), kept.join("&")) };
        let done = Fields::parse(query.as_bytes()).and_then(|fields| fields.filled("done").map(|done| format!("done-{done}"))).filter(|key| t.has(key));
        Frame { t, title: String::new(), token: desk.token.text(), here, done }
    }

    /// With this title.
    pub(crate) fn titled(mut self, title: impl Into<String>) -> Frame {
        self.title = title.into();
        self
    }

    /// Every language with the address of this page in it.
    pub(crate) fn languages(&self) -> Vec<(Lang, String)> {
        Lang::ALL.into_iter().map(|lang| (lang, format!("{}lang={lang}", self.here))).collect()
    }
}

impl FromRequestParts<Desk> for Frame {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Frame, Self::Rejection> {
        Ok(Frame::of(&parts.uri, &parts.headers, desk))
    }
}

/// A template as a page.
pub(crate) fn page(template: &impl Template) -> Result<Response, PageError> {
    template.render().map(|html| Html(html).into_response()).map_err(|_| PageError::Broken)
}
