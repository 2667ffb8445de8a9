//! The wall around every page: small forms, own pages only, nothing kept by the browser, no script.
//!
//! - GET, HEAD and POST alone. Forms are URL-encoded UTF-8 of at most 256 KiB and have thirty seconds in all; uploads have their own bounds.
//! - Fetch metadata: other sites may link here, but neither embed a page nor send a form (W3C Fetch Metadata). `Referrer-Policy: no-referrer` makes browsers
//!   send `Origin: null` with forms, so an origin is refused only where it names another host; what a form can do hangs on the half in a strict cookie.
//! - Panics are caught; every error leaves as a page in the person's language.
//! - Strict headers on everything. Nothing of a request is logged.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::Portal;
use crate::config::Visible;
use crate::error::{PageError, dress};
use crate::fields::Fields;
use crate::page::Frame;
use crate::state::Visit;

/// Largest form, in bytes: an account of 30,000 Cyrillic letters in percent-encoding and the answers before it.
pub(crate) const FORM_BYTES: usize = 256 * 1024;
/// Longest time for a form, its body and its answer.
const FORM_TIME: Duration = Duration::from_secs(30);
/// What is read and dropped of a form that is too large, so that the page which says so arrives.
const DRAIN_BYTES: usize = 8 << 20;
/// Uploads at once; one more is asked to come again. Pages have their own places.
const UPLOADS: usize = 64;
/// Longest silence within an upload, and longest upload: 500 MB at 25 kB/s.
const UPLOAD_SILENCE: Duration = Duration::from_secs(60);
const UPLOAD_TIME: Duration = Duration::from_secs(6 * 60 * 60);

const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");

const HEADERS: [(&str, &str); 9] = [
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), payment=(), clipboard-read=(), browsing-topics=()"),
    ("x-robots-tag", "noindex, nofollow, noarchive"),
    ("x-dns-prefetch-control", "off"),
];

/// Puts the wall around the pages. `uploads` are routes that read their bodies themselves.
pub(crate) fn around(forms: Router<Portal>, uploads: Router<Portal>, portal: Portal) -> Router {
    let most = portal.config().upload_bytes;
    // A sealed file is up to an eighth longer than its content (Padmé), and comes with its header.
    let most = usize::try_from(most.saturating_add(most / 8).saturating_add(2 << 20)).unwrap_or(usize::MAX);
    let uploads = uploads
        .layer(RequestBodyLimitLayer::new(most))
        .layer(RequestBodyTimeoutLayer::new(UPLOAD_SILENCE))
        .layer(from_fn_with_state(Arc::new(Semaphore::new(UPLOADS)), upload));
    forms
        .layer(from_fn_with_state(FORM_TIME, form))
        .merge(uploads)
        .fallback(async || PageError::NotFound)
        .method_not_allowed_fallback(async || PageError::Method)
        .with_state(portal.clone())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(admit))
        .layer(from_fn_with_state(portal, leave))
}

/// Lets a request in, or says why not.
async fn admit(request: Request, next: Next) -> Result<Response, PageError> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    if !safe && *request.method() != Method::POST {
        return Err(PageError::Method);
    }
    if !may_fetch(request.headers(), safe) || (!safe && !may_be_ours(request.headers())) {
        return Err(PageError::Foreign);
    }
    Ok(next.run(request).await)
}

/// Whether fetch metadata, where a browser sends it, allows this. Other sites may only link to us.
fn may_fetch(headers: &HeaderMap, safe: bool) -> bool {
    let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match said("sec-fetch-site") {
        None | Some("same-origin" | "none") => true,
        Some(_) => safe && said("sec-fetch-mode") == Some("navigate") && said("sec-fetch-dest") == Some("document"),
    }
}

/// Whether the origin of a form, where it says one, is the host that it was sent to.
fn may_be_ours(headers: &HeaderMap) -> bool {
    let (Some(origin), host) = (headers.get(ORIGIN), headers.get(HOST)) else {
        return true;
    };
    let (Ok(origin), Some(Ok(host))) = (origin.to_str(), host.map(HeaderValue::to_str)) else {
        return false;
    };
    let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    origin == "null" || named.is_some_and(|named| named.eq_ignore_ascii_case(host))
}

/// Reads a form, whole and in time, and hands its fields on.
async fn form(State(limit): State<Duration>, request: Request, next: Next) -> Result<Response, PageError> {
    let run = async {
        let request = if *request.method() == Method::POST { read_form(request).await? } else { request };
        Ok(next.run(request).await)
    };
    timeout(limit, run).await.map_err(|_| PageError::Slow)?
}

async fn read_form(request: Request) -> Result<Request, PageError> {
    let (mut parts, body) = request.into_parts();
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Err(PageError::Malformed);
    }
    let mut pieces = body.into_data_stream();
    let (mut read, mut dropped) = (zeroize::Zeroizing::new(Vec::new()), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| PageError::Malformed)?;
        if dropped == 0 && read.len() + piece.len() <= FORM_BYTES {
            // Growing would leave copies behind.
            if read.capacity() == 0 {
                read.reserve_exact(FORM_BYTES);
            }
            read.extend_from_slice(&piece);
        } else {
            dropped += piece.len();
            if dropped > DRAIN_BYTES {
                break;
            }
        }
    }
    if dropped > 0 {
        return Err(PageError::TooLarge);
    }
    parts.extensions.insert(Fields::parse(&read).ok_or(PageError::Malformed)?);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// A place for an upload, for as long as it may last.
async fn upload(State(places): State<Arc<Semaphore>>, request: Request, next: Next) -> Result<Response, PageError> {
    let _place = places.try_acquire().map_err(|_| PageError::Busy)?;
    timeout(UPLOAD_TIME, next.run(request)).await.map_err(|_| PageError::Slow)
}

// The payload of a panic may hold anything, testimony too: it is dropped.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    PageError::Broken.into_response()
}

/// On an answer for a program: its refusals stay as they are.
#[derive(Clone, Copy)]
pub(crate) struct ForProgram;

/// Dresses errors as pages, sets the cookie where one was drawn, and puts the headers on everything.
async fn leave(State(portal): State<Portal>, mut request: Request, next: Next) -> Response {
    let frame = Frame::of(request.uri(), request.headers(), &portal);
    let visit = Visit::of(request.headers(), &portal);
    let onion = onion_location(&portal, request.uri(), request.headers()).filter(|_| *request.method() == Method::GET);
    request.extensions_mut().insert(visit.clone());
    let mut response = next.run(request).await;
    let is_whole = response.extensions_mut().remove::<ForProgram>().is_some()
        || response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let error = response.extensions_mut().remove::<PageError>().or_else(|| PageError::of_status(response.status()).filter(|_| !is_whole));
    if let Some(error) = error {
        let mut page = dress(error, frame, portal.lists().next(portal.today()));
        for name in [ALLOW, RETRY_AFTER] {
            if let Some(value) = response.headers().get(&name) {
                page.headers_mut().insert(name, value.clone());
            }
        }
        response = page;
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // The page that seals in the browser brings its own policy; style sheets may be kept while a tab is open, pages never.
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(onion) = onion {
        headers.insert(HeaderName::from_static("onion-location"), onion);
    }
    if let Some(cookie) = visit.cookie() {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

/// Where Tor Browser finds this page on Tor, if it was asked for on the ordinary internet.
fn onion_location(portal: &Portal, uri: &Uri, headers: &HeaderMap) -> Option<HeaderValue> {
    let config = portal.config();
    let host = headers.get(HOST)?.to_str().ok()?;
    let onion = config.onion.as_deref().filter(|_| config.visible != Visible::Tor && config.is_seen(host))?;
    HeaderValue::from_str(&format!("{onion}{}", uri.path())).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::body::to_bytes;
    use axum::http::StatusCode;
    use axum::routing::{get, post};

    use super::*;
    use crate::stage::{Stage, form as encoded, send};

    /// The wall around a page that answers with a field, one that seals, one that waits, one that breaks, and an upload.
    fn walled(stage: &Stage) -> Router {
        let forms = Router::new()
            .route("/be/echo", post(async |fields: Fields| fields.get("a").to_owned()))
            .route("/be/seal", post(async |visit: Visit| visit.seal("test", b"")))
            .route("/be/break", get(async || -> StatusCode { panic!("{}", std::hint::black_box("testimony")) }));
        let uploads = Router::new()
            .route("/be/file", post(async |body: Body| to_bytes(body, usize::MAX).await.map(|read| read.len().to_string()).map_err(|_| PageError::TooLarge)));
        around(forms, uploads, stage.portal.clone())
    }

    fn posted(path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(body.into()).unwrap()
    }

    #[tokio::test]
    async fn every_answer_carries_the_headers_and_no_error_is_bare() {
        let stage = Stage::set().await;
        let answers = [
            (StatusCode::OK, stage.get("/").await),
            (StatusCode::OK, stage.get("/be/about").await),
            (StatusCode::OK, stage.get("/style.css").await),
            (StatusCode::OK, stage.get("/keys").await),
            (StatusCode::NOT_FOUND, stage.get("/be/nowhere").await),
            (StatusCode::NOT_FOUND, stage.get("/xx/about").await),
            (StatusCode::METHOD_NOT_ALLOWED, stage.post("/be/about", &[], &[]).await),
            (StatusCode::METHOD_NOT_ALLOWED, stage.send(Request::put("/be/about").body(Body::empty()).unwrap()).await),
            (StatusCode::METHOD_NOT_ALLOWED, stage.send(Request::options("/be").body(Body::empty()).unwrap()).await),
            (StatusCode::NOT_FOUND, stage.get("/%FF/about").await),
        ];
        for (status, answer) in answers {
            assert_eq!(answer.status, status, "{}", answer.body);
            for (name, value) in HEADERS {
                assert_eq!(answer.headers.get(name).unwrap(), value, "{status}");
            }
            assert_eq!((answer.headers.get(CONTENT_SECURITY_POLICY), answer.headers[CACHE_CONTROL].as_bytes()), (Some(&POLICY), &b"no-store"[..]));
            assert!(!answer.headers.contains_key(SET_COOKIE) && !answer.body.contains("<script"), "{status}");
            assert!(status.is_success() || answer.body.starts_with("<!doctype"), "a bare {status}");
        }
        assert!(stage.get("/ru/nowhere").await.body.contains("Здесь ничего нет"));
    }

    #[tokio::test]
    async fn a_page_is_small_and_leads_out_in_one_step() {
        let stage = Stage::set().await;
        for path in ["/be/about", "/ru/leave", "/uk/genuine", "/en/danger"] {
            let html = stage.get(path).await.body;
            assert!(html.len() < 12_000, "{path}: {} bytes", html.len());
            assert!(html.contains("<a class=\"leave\" href=\"https://weather.example/\""), "{html}");
            assert!(["/be", "/ru", "/uk", "/en"].iter().all(|lang| html.contains(&format!("href=\"{lang}{}\"", &path[3..]))), "{html}");
        }
    }

    #[tokio::test]
    async fn other_sites_may_link_here_and_send_nothing() {
        let stage = Stage::set().await;
        let ask = async |headers: &[(&str, &str)]| {
            let request = headers.iter().fold(Request::get("/be/about"), |request, (name, value)| request.header(*name, *value));
            stage.send(request.body(Body::empty()).unwrap()).await.status
        };
        let site = ("sec-fetch-site", "cross-site");
        assert_eq!(ask(&[site, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]).await, StatusCode::OK);
        assert_eq!(ask(&[site, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")]).await, StatusCode::FORBIDDEN);
        assert_eq!(ask(&[site, ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "style")]).await, StatusCode::FORBIDDEN);
        for (headers, status) in [
            (&[][..], StatusCode::OK),
            (&[("origin", "null"), ("sec-fetch-site", "same-origin")], StatusCode::OK),
            (&[("origin", "https://portal.example")], StatusCode::OK),
            (&[("origin", "https://evil.example")], StatusCode::FORBIDDEN),
            (&[("origin", "https://portal.example.evil.example")], StatusCode::FORBIDDEN),
            (&[("origin", "null"), site, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], StatusCode::FORBIDDEN),
            (&[("origin", "null"), ("sec-fetch-site", "same-site")], StatusCode::FORBIDDEN),
        ] {
            assert_eq!(send(walled(&stage), posted("/be/echo", headers, "a=b")).await.status, status, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused_whole_and_says_so() {
        let stage = Stage::set().await;
        assert_eq!(send(walled(&stage), posted("/be/echo", &[], encoded(&[("a", "слова\r\n")]))).await.body, "слова\n");
        for bad in ["a=%CF%F0", "a=%00", "a=\0"] {
            let answer = send(walled(&stage), posted("/be/echo", &[], bad)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
            assert!(answer.body.contains("Не ўдалося прачытаць"), "{}", answer.body);
        }
        let text = Request::post("/be/echo").header("content-type", "text/plain").body(Body::from("a=b")).unwrap();
        assert_eq!(send(walled(&stage), text).await.status, StatusCode::BAD_REQUEST);
        let edge = format!("a={}", "x".repeat(FORM_BYTES - 2));
        assert_eq!(send(walled(&stage), posted("/be/echo", &[], edge.clone())).await.status, StatusCode::OK);
        let large = send(walled(&stage), posted("/be/echo", &[], edge + "x")).await;
        assert!(large.status == StatusCode::PAYLOAD_TOO_LARGE && large.body.contains("Занадта шмат"), "{}", large.body);
    }

    #[tokio::test]
    async fn an_upload_has_its_own_bound() {
        let stage = Stage::with(|config| config.upload_bytes = 1000).await;
        assert_eq!(send(walled(&stage), posted("/be/file", &[], vec![0; FORM_BYTES + 1])).await.body, (FORM_BYTES + 1).to_string());
        assert_eq!(send(walled(&stage), posted("/be/file", &[], vec![0; 3 << 20])).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn a_slow_form_is_broken_off_with_a_page() {
        let stage = Stage::set().await;
        let router = walled(&stage);
        tokio::time::pause();
        let slow = futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
        let answer = send(router, posted("/uk/echo", &[], Body::from_stream(slow))).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "nothing waits for a body that no page wants");
        let slow = futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
        let begun = tokio::time::Instant::now();
        let answer = send(walled(&stage), posted("/be/echo", &[], Body::from_stream(slow))).await;
        assert!(begun.elapsed() >= FORM_TIME && begun.elapsed() < FORM_TIME * 2, "{:?}", begun.elapsed());
        assert!(answer.status == StatusCode::REQUEST_TIMEOUT && answer.body.contains("занадта доўга"), "{}", answer.body);
    }

    #[tokio::test]
    async fn a_fault_shows_a_page_and_nothing_of_the_inside() {
        let stage = Stage::set().await;
        let answer = send(walled(&stage), Request::get("/be/break").body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.body.contains("нешта зламалася") && !answer.body.contains("testimony"), "{}", answer.body);
    }

    #[tokio::test]
    async fn the_half_is_set_with_the_first_sealed_state_and_bound_to_https_where_there_is_https() {
        for (https, start) in [(false, "half="), (true, "__Host-half=")] {
            let stage = Stage::with(|config| config.https = https).await;
            let first = send(walled(&stage), posted("/be/seal", &[], "")).await;
            let cookie = first.headers[SET_COOKIE].to_str().unwrap().to_owned();
            assert!(cookie.starts_with(start) && cookie.contains("Secure") == https, "{cookie}");
            let kept = cookie.split(';').next().unwrap();
            assert!(!send(walled(&stage), posted("/be/seal", &[("cookie", kept)], "")).await.headers.contains_key(SET_COOKIE));
        }
    }

    #[tokio::test]
    async fn tor_browser_is_told_the_onion_address_on_the_ordinary_internet_alone() {
        let onion = format!("http://{}.onion", "a2".repeat(28));
        let stage = Stage::with(|config| config.onion = Some(onion.clone())).await;
        assert_eq!(stage.get("/be/about").await.headers["onion-location"], format!("{onion}/be/about"));
        let there = Request::get("/be/about").header("host", &onion[7..]).body(Body::empty()).unwrap();
        assert!(!stage.send(there).await.headers.contains_key("onion-location"));
    }
}
