//! The wall around every page, as long as there is no sign-in: this machine only, our own pages only, nothing kept by the browser.
//!
//! - `Host` must name loopback with our port, so that a foreign name pointed at 127.0.0.1 (DNS rebinding) reads nothing.
//! - Fetch metadata: other sites may link to a page, but neither embed one nor send a form (W3C Fetch Metadata; OWASP CSRF cheat sheet).
//! - A POST must come from our own origin and carry the form token of this run of the desk.
//! - Bodies up to 1 MiB, requests up to 30 s, panics caught; every error leaves as a page in the person's language.
//! - Strict headers on everything: no foreign content, no framing, no keeping, no addresses given to other sites.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, ORIGIN, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use kniha_store::{Random, StoreError};
use tower_http::catch_panic::CatchPanicLayer;

use crate::Desk;
use crate::error::{Again, PageError, dress};
use crate::fields::Fields;
use crate::lang::{COOKIE_NAME, asked};
use crate::page::Frame;

/// Largest body, in bytes: a text of 100,000 characters in percent-encoding fits.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Longest time for one request.
const MAX_TIME: Duration = Duration::from_secs(30);

const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), payment=(), clipboard-read=()"),
    ("x-robots-tag", "noindex, nofollow, noarchive"),
    ("x-dns-prefetch-control", "off"),
];

/// What proves that a form is one of this desk's own: random, drawn anew each time the desk starts.
#[derive(Clone)]
pub(crate) struct FormToken([u8; 32]);

impl FormToken {
    pub(crate) fn draw(random: &mut Random) -> Result<FormToken, StoreError> {
        Ok(FormToken(random.bytes()?))
    }

    /// As it stands in forms.
    pub(crate) fn text(&self) -> String {
        data_encoding::BASE64URL_NOPAD.encode(&self.0)
    }

    /// Compares in constant time.
    fn is(&self, given: &str) -> bool {
        let own = self.text();
        own.len() == given.len() && own.bytes().zip(given.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
    }
}

/// Puts the wall around the pages.
pub(crate) fn around(pages: Router<Desk>, desk: Desk, port: u16) -> Router {
    let wall = Wall { desk: desk.clone(), hosts: hosts(port) };
    pages
        .with_state(desk)
        .layer(from_fn(limit_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(wall.clone(), admit))
        .layer(from_fn_with_state(wall, leave))
}

#[derive(Clone)]
struct Wall {
    desk: Desk,
    hosts: Vec<String>,
}

/// What `Host` may say. A browser leaves out the port of the scheme.
fn hosts(port: u16) -> Vec<String> {
    let names = ["localhost", "127.0.0.1", "[::1]"];
    let with_port = names.iter().map(|name| format!("{name}:{port}"));
    let bare = names.iter().filter(|_| port == 80).map(ToString::to_string);
    with_port.chain(bare).collect()
}

/// Lets a request in, or says why not.
async fn admit(State(wall): State<Wall>, request: Request, next: Next) -> Result<Response, PageError> {
    let host = own_host(&wall.hosts, request.headers(), request.uri()).ok_or(PageError::Host)?;
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    if !may_fetch(request.headers(), safe) {
        return Err(PageError::Foreign);
    }
    if safe {
        return Ok(next.run(request).await);
    }
    if *request.method() != Method::POST {
        return Err(PageError::Method);
    }
    if !from_own_pages(request.headers(), &host) {
        return Err(PageError::Foreign);
    }
    let (mut parts, body) = request.into_parts();
    let form = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !form.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Err(PageError::Malformed);
    }
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|value| value.parse::<u64>().ok());
    if length.is_some_and(|bytes| bytes > MAX_BODY_BYTES as u64) {
        return Err(PageError::TooLarge);
    }
    let body = tokio::time::timeout(MAX_TIME, to_bytes(body, MAX_BODY_BYTES)).await.map_err(|_| PageError::Slow)?.map_err(|_| PageError::TooLarge)?;
    let fields = Fields::parse(&body).ok_or(PageError::Malformed)?;
    if !wall.desk.token.is(fields.get("token")) {
        return Err(PageError::Stale(Box::new(Again::of(parts.uri.path(), &fields))));
    }
    parts.extensions.insert(fields);
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

/// The host that the request asks for, if it is ours and said once.
fn own_host(own: &[String], headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let mut said = headers.get_all(HOST).into_iter();
    let (Some(host), None) = (said.next(), said.next()) else {
        return None;
    };
    let host = host.to_str().ok()?.to_ascii_lowercase();
    let named = uri.authority().is_none_or(|authority| authority.as_str().eq_ignore_ascii_case(&host));
    (named && own.contains(&host)).then_some(host)
}

/// Whether fetch metadata, where a browser sends it, allows this. Other sites may only link to us.
fn may_fetch(headers: &HeaderMap, safe: bool) -> bool {
    let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match said("sec-fetch-site") {
        None | Some("same-origin" | "none") => true,
        Some(_) => safe && said("sec-fetch-mode") == Some("navigate") && said("sec-fetch-dest") == Some("document"),
    }
}

/// Whether a form comes from a page of ours: by `Origin`, or `Referer` where there is none.
fn from_own_pages(headers: &HeaderMap, host: &str) -> bool {
    let own = format!("http://{host}");
    match (headers.get(ORIGIN), headers.get(REFERER)) {
        (Some(origin), _) => origin.as_bytes() == own.as_bytes(),
        (None, Some(referer)) => referer.to_str().is_ok_and(|page| page.strip_prefix(&own).is_some_and(|path| path.starts_with('/'))),
        (None, None) => false,
    }
}

/// Breaks off what takes too long; an open transaction is undone by that.
async fn limit_time(request: Request, next: Next) -> Result<Response, PageError> {
    tokio::time::timeout(MAX_TIME, next.run(request)).await.map_err(|_| PageError::Slow)
}

// The payload of a panic may hold anything, testimony too: it is dropped.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    PageError::Broken.into_response()
}

/// Dresses errors as pages and puts the headers on everything.
async fn leave(State(wall): State<Wall>, request: Request, next: Next) -> Response {
    let chosen = asked(request.uri());
    let frame = Frame::of(request.uri(), request.headers(), &wall.desk);
    let mut response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let error = response.extensions_mut().remove::<PageError>().or_else(|| PageError::of_status(response.status()).filter(|_| !is_page));
    if let Some(error) = error {
        response = dressed(&error, frame, &response);
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(cookie) =
        chosen.and_then(|lang| HeaderValue::from_str(&format!("{COOKIE_NAME}={lang}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict")).ok())
    {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

fn dressed(error: &PageError, mut frame: Frame, bare: &Response) -> Response {
    if matches!(error, PageError::Host | PageError::Foreign) {
        // Whoever reads this page may be another site's script: the token is not for it.
        frame.token.clear();
    }
    let mut page = dress(error, frame);
    if page.status() == StatusCode::OK {
        *page.status_mut() = bare.status();
    }
    for name in [ALLOW, axum::http::header::RETRY_AFTER] {
        if let Some(value) = bare.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page
}
