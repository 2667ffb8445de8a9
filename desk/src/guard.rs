//! The wall around every page: this machine only, our own pages only, nothing kept by the browser; and who asks.
//!
//! - `Host` must name loopback with our port, so that a foreign name pointed at 127.0.0.1 (DNS rebinding) reads nothing.
//! - Fetch metadata: other sites may link to a page, but neither embed one nor send a form (W3C Fetch Metadata; OWASP CSRF cheat sheet).
//! - A POST must come from our own origin and carry the form token of its session; before sign-in, of this run of the desk.
//! - Bodies up to 1 MiB, requests up to 30 s, panics caught; every error leaves as a page in the person's language.
//! - Strict headers on everything: no foreign content, no framing, no keeping, no addresses given to other sites.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, ORIGIN, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::{Again, PageError, dress};
use crate::fields::Fields;
use crate::href;
use crate::lang::{COOKIE_NAME, asked};
use crate::page::Frame;
use crate::rooms::{Rooms, Visit};

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

/// Puts the wall around the pages.
pub(crate) fn around(pages: Router<Rooms>, rooms: Rooms, port: u16) -> Router {
    let wall = Wall { rooms: rooms.clone(), hosts: hosts(port) };
    pages
        .with_state(rooms)
        .layer(from_fn_with_state(MAX_TIME, limit_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(wall.clone(), admit))
        .layer(from_fn_with_state(wall, leave))
}

#[derive(Clone)]
struct Wall {
    rooms: Rooms,
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
    let again = Again::of(parts.uri.path(), &fields);
    let visit = parts.extensions.get::<Visit>();
    let mut response = if visit.map_or(wall.rooms.door(), |visit| &visit.token).is(fields.get("token")) {
        parts.extensions.insert(fields);
        next.run(Request::from_parts(parts, Body::from(body))).await
    } else if visit.is_none() && parts.uri.path() != href::SIGN_IN {
        PageError::SignedOut.into_response()
    } else {
        PageError::Stale.into_response()
    };
    if response.extensions().get::<PageError>().is_some_and(PageError::is_passing) {
        response.extensions_mut().insert(again);
    }
    Ok(response)
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
async fn limit_time(State(limit): State<Duration>, request: Request, next: Next) -> Result<Response, PageError> {
    tokio::time::timeout(limit, next.run(request)).await.map_err(|_| PageError::Slow)
}

// The payload of a panic may hold anything, testimony too: it is dropped.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    PageError::Broken.into_response()
}

/// Finds out who asks, dresses errors as pages and puts the headers on everything.
async fn leave(State(wall): State<Wall>, mut request: Request, next: Next) -> Response {
    let chosen = asked(request.uri());
    let visit = wall.rooms.visit(request.headers()).await;
    let frame = Frame::of(request.uri(), request.headers(), &wall.rooms, visit.as_ref());
    if let Some(visit) = visit {
        request.extensions_mut().insert(visit);
    }
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
    let mut page = dress(error, bare.extensions().get::<Again>(), frame);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::routing::get;

    use super::*;
    use crate::stage::{ORIGIN, PORT, Stage, form, send};

    /// What a browser sends, with these headers; `/sign-in` answers everybody.
    fn ask(path: &str, headers: &[(&str, &str)]) -> Request {
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        request.body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn only_the_names_of_this_machine_are_answered() {
        let stage = Stage::set().await;
        for host in ["127.0.0.1:8700", "localhost:8700", "LOCALHOST:8700", "[::1]:8700"] {
            assert_eq!(stage.send(ask("/sign-in", &[("host", host)])).await.status, StatusCode::OK, "{host}");
        }
        for host in ["evil.example:8700", "127.0.0.1", "127.0.0.1:8701", "localhost.evil.example:8700", "", "127.0.0.1:8700, evil.example"] {
            let refused = stage.send(ask("/sign-in", &[("host", host)])).await;
            assert_eq!(refused.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
        assert_eq!(stage.send(ask("/sign-in", &[])).await.status, StatusCode::MISDIRECTED_REQUEST);
        assert_eq!(stage.send(ask("/sign-in", &[("host", "127.0.0.1:8700"), ("host", "evil.example")])).await.status, StatusCode::MISDIRECTED_REQUEST);
        assert_eq!(stage.send(ask("http://evil.example/sign-in", &[("host", "127.0.0.1:8700")])).await.status, StatusCode::MISDIRECTED_REQUEST);
    }

    #[tokio::test]
    async fn other_sites_may_link_here_and_nothing_else() {
        let stage = Stage::set().await;
        let host = ("host", "127.0.0.1:8700");
        let link = [host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        assert_eq!(stage.send(ask("/sign-in", &link)).await.status, StatusCode::OK);
        let frame = [host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
        assert_eq!(stage.send(ask("/sign-in", &frame)).await.status, StatusCode::FORBIDDEN);
        let image = [host, ("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
        assert_eq!(stage.send(ask("/static/desk.css", &image)).await.status, StatusCode::FORBIDDEN);
    }

    async fn accept(stage: &Stage, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> StatusCode {
        stage.post_raw(&format!("/c/{}/accept", stage.name), form(fields), headers).await.status
    }

    #[tokio::test]
    async fn a_form_of_another_site_changes_nothing() {
        let stage = Stage::set().await;
        let token = stage.token();
        let good = [("token", token.as_str())];
        for headers in [
            &[][..],
            &[("origin", "http://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://127.0.0.1:8700")],
            &[("origin", "http://localhost:8700")],
            &[("referer", "http://127.0.0.1:8700.evil.example/")],
            &[("referer", "http://127.0.0.1:87001/")],
            &[("origin", ORIGIN), ("sec-fetch-site", "cross-site")],
            &[("origin", ORIGIN), ("sec-fetch-site", "same-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")],
        ] {
            assert_eq!(accept(&stage, &good, headers).await, StatusCode::FORBIDDEN, "{headers:?}");
        }
        assert_eq!(stage.claims(stage.person, "person.name").await[0].status.code(), "as_stated");
        let own = [("referer", "http://127.0.0.1:8700/r/x"), ("sec-fetch-site", "same-origin")];
        assert_eq!(accept(&stage, &good, &own).await, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn a_form_of_an_earlier_run_can_be_sent_again_and_loses_nothing() {
        let stage = Stage::set().await;
        let path = format!("/c/{}/question", stage.name);
        let old = form(&[("token", "of yesterday"), ("reason", "<b>\n\u{202e}why\"")]);
        let stale = stage.post_raw(&path, old, &[("origin", ORIGIN)]).await;
        assert_eq!(stale.status, StatusCode::FORBIDDEN);
        assert_eq!(stale.input("token"), stage.token());
        assert!(stale.body.contains("\n&#60;b&#62;\n\u{202e}why&#34;</textarea>") && stale.body.contains(&path), "{}", stale.body);
        assert_eq!(stage.post_raw(&path, form(&[("reason", "why")]), &[("origin", ORIGIN)]).await.status, StatusCode::FORBIDDEN, "no token");
        assert_eq!(stage.claims(stage.person, "person.name").await[0].status.code(), "as_stated");
    }

    #[tokio::test]
    async fn what_was_typed_survives_a_full_disk() {
        let stage = Stage::set().await;
        let full: Router<Rooms> = Router::new().route("/", axum::routing::post(async || PageError::Full));
        let token = stage.token();
        let request = stage.as_visitor(Request::post("/")).header("origin", ORIGIN).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = form(&[("token", token.as_str()), ("words", "a long account")]);
        let answer = send(around(full, stage.rooms.clone(), PORT), request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::INSUFFICIENT_STORAGE);
        assert!(answer.body.contains("a long account</textarea>") && answer.body.contains("The disk is full"), "{}", answer.body);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused_whole() {
        let stage = Stage::set().await;
        let path = format!("/c/{}/question", stage.name);
        let token = stage.token();
        let big = form(&[("token", token.as_str()), ("reason", &"x".repeat(MAX_BODY_BYTES))]);
        assert_eq!(stage.post_raw(&path, big.clone(), &[("origin", ORIGIN)]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        let said = big.len().to_string();
        assert_eq!(stage.post_raw(&path, "", &[("origin", ORIGIN), ("content-length", &said)]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        let cp1251 = format!("token={token}&reason=%CF%F0%E8%E2%E5%F2");
        assert_eq!(stage.post_raw(&path, cp1251, &[("origin", ORIGIN)]).await.status, StatusCode::BAD_REQUEST);
        let request = stage.as_visitor(Request::post(&path)).header("origin", ORIGIN).header("content-type", "text/plain");
        assert_eq!(stage.send(request.body(Body::from(format!("token={token}"))).unwrap()).await.status, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn every_answer_carries_the_headers_and_no_error_is_bare() {
        let stage = Stage::set().await;
        let put = stage.as_visitor(Request::put("/new")).body(Body::empty()).unwrap();
        let answers = [
            (StatusCode::OK, stage.get("/new").await),
            (StatusCode::OK, stage.get("/static/desk.css").await),
            (StatusCode::NOT_FOUND, stage.get("/nowhere?lang=ru").await),
            (StatusCode::NOT_FOUND, stage.get("/static/../Cargo.toml?lang=ru").await),
            (StatusCode::METHOD_NOT_ALLOWED, stage.post("/new?lang=ru", &[]).await),
            (StatusCode::METHOD_NOT_ALLOWED, stage.send(put).await),
            (StatusCode::BAD_REQUEST, stage.get("/new/person?person.name=%FF").await),
            (StatusCode::BAD_REQUEST, stage.get("/new/%FF").await),
        ];
        for (status, answer) in answers {
            assert_eq!(answer.status, status);
            for (name, value) in HEADERS {
                assert_eq!(answer.headers.get(*name).unwrap(), value, "{status}");
            }
            let kept = if answer.body.starts_with("<!doctype") { "no-store" } else { "private, no-cache" };
            assert_eq!(answer.headers.get(CACHE_CONTROL).unwrap(), kept);
            if status.is_client_error() {
                assert!(answer.body.starts_with("<!doctype"), "a bare {status}");
            }
        }
        assert!(stage.get("/nowhere?lang=ru").await.body.contains("Здесь ничего нет"));
    }

    #[tokio::test]
    async fn a_chosen_language_is_remembered() {
        let stage = Stage::set().await;
        let cookie = stage.get("/new?lang=be").await.headers.get(SET_COOKIE).unwrap().to_str().unwrap().to_owned();
        assert!(["lang=be;", "HttpOnly", "SameSite=Strict"].iter().all(|part| cookie.contains(part)), "{cookie}");
        assert!(stage.get("/new?lang=xx").await.headers.get(SET_COOKIE).is_none());
        let again = stage.send(ask("/sign-in", &[("host", "127.0.0.1:8700"), ("cookie", "lang=be")])).await;
        assert!(again.body.contains("<html lang=\"be\""));
    }

    #[tokio::test]
    async fn an_unchanged_style_sheet_is_not_sent_again() {
        let stage = Stage::set().await;
        let first = stage.get("/static/desk.css").await;
        let tag = first.headers.get("etag").unwrap().to_str().unwrap();
        let second = stage.send(ask("/static/desk.css", &[("host", "127.0.0.1:8700"), ("if-none-match", tag)])).await;
        assert_eq!((second.status, second.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(first.headers.get("content-type").unwrap(), "text/css; charset=utf-8");
    }

    #[tokio::test]
    async fn a_fault_shows_a_page_and_nothing_of_the_inside() {
        let stage = Stage::set().await;
        let secret = std::hint::black_box("testimony");
        let broken: Router<Rooms> = Router::new().route("/", get(async move || -> StatusCode { panic!("{secret}") }));
        let answer = send(around(broken, stage.rooms.clone(), PORT), ask("/", &[("host", "127.0.0.1:8700")])).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.body.contains("Something is wrong with the desk") && !answer.body.contains(secret), "{}", answer.body);
    }

    #[tokio::test]
    async fn a_page_that_another_site_may_read_holds_no_token() {
        let stage = Stage::set().await;
        let frame = Frame::of(&Uri::from_static("/new"), &HeaderMap::new(), &stage.rooms, Some(&stage.desk.visit));
        for (error, holds) in [(PageError::Host, false), (PageError::Foreign, false), (PageError::Stale, true)] {
            let mut bare = error.clone().into_response();
            bare.extensions_mut().insert(Again::of("/new", &Fields::default()));
            let page = to_bytes(dressed(&error, frame.clone(), &bare).into_body(), MAX_BODY_BYTES).await.unwrap();
            assert_eq!(String::from_utf8(page.to_vec()).unwrap().contains(&stage.token()), holds, "{error:?}");
        }
    }

    #[tokio::test]
    async fn what_takes_too_long_is_broken_off() {
        let limit = from_fn_with_state(Duration::from_millis(20), limit_time);
        let slow: Router = Router::new().route("/", get(async || tokio::time::sleep(Duration::from_secs(20)).await)).layer(limit);
        assert_eq!(send(slow, ask("/", &[])).await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
}
