//! Signing in and out. The door says when something is wrong and never what: a login that nobody has, other words and another code are one answer.
//!
//! A sign-in begins a session that was not there before and ends the one that the browser had, so that nobody can prepare a session for somebody else
//! (session fixation). What was typed as words or code is never written back into a page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use kniha_core::time::UtcMicros;

use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Problems;
use crate::href;
use crate::lang::Tongue;
use crate::page::{Frame, Room, form_page};
use crate::rooms::Rooms;
use crate::ways::{May, Ways};
use kniha_gate::SignInError;

/// Longest login, in characters.
const MAX_LOGIN: usize = 100;

pub(crate) fn routes() -> Ways {
    Ways::new().get(href::SIGN_IN, May::Anyone, ask).post(href::SIGN_IN, May::Anyone, sign_in).post("/sign-out", May::Anyone, sign_out)
}

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage<'a> {
    pub(crate) frame: Frame,
    pub(crate) login: String,
    pub(crate) to: String,
    /// Whether the book is locked: then the first sign-in takes a little longer.
    pub(crate) locked: bool,
    pub(crate) problems: &'a Problems,
}

async fn ask(State(rooms): State<Rooms>, frame: Frame, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    show(&rooms, frame, &fields, &Problems::default())
}

async fn sign_in(State(rooms): State<Rooms>, frame: Frame, headers: HeaderMap, fields: Fields) -> Result<Response, PageError> {
    let (t, now) = (frame.t, rooms.now());
    let mut problems = Problems::default();
    let login = fields.get("login").trim();
    for (name, label) in [("login", "si-login"), ("passphrase", "si-words")] {
        if fields.filled(name).is_none() {
            problems.add(name, t.get(label), t.get("why-empty"));
        }
    }
    if login.chars().count() > MAX_LOGIN {
        problems.add("login", t.get("si-login"), t.get("si-wrong"));
    }
    if !problems.is_empty() {
        return show(&rooms, frame, &fields, &problems);
    }
    let code: String = fields.get("code").chars().filter(|c| !c.is_whitespace()).collect();
    let mut wait = None;
    match rooms.house().sign_in(login, fields.get("passphrase"), &code, now).await {
        Ok(signed) => {
            if let Some(register) = signed.register {
                rooms.unlock(register).await?;
            }
            return Ok(rooms.seat(&headers, Arc::new(signed.present), href::own(fields.get("to")).unwrap_or("/"))?);
        }
        Err(SignInError::Wrong) => problems.add("login", t.get("sign-in"), t.get("si-wrong")),
        Err(SignInError::Words(_)) => problems.add("passphrase", t.get("si-words"), t.get("si-words-bad")),
        Err(SignInError::CodeNeeded) => problems.add("code", t.get("si-code"), t.get("si-code-needed")),
        Err(SignInError::NotYet) => problems.add("login", t.get("sign-in"), t.get("si-not-yet")),
        Err(SignInError::Frozen) => problems.add("login", t.get("sign-in"), t.get("si-frozen")),
        Err(SignInError::Wait { until }) => {
            problems.add("login", t.get("sign-in"), t.with("si-wait", &[("time", &span(t, now, until))]));
            wait = Some(seconds(now, until));
        }
        Err(SignInError::Crowd | SignInError::Memory) => return Err(PageError::Wait),
        Err(SignInError::Gate(error)) => return Err(error.into()),
    }
    let mut response = show(&rooms, frame, &fields, &problems)?;
    if let Some(seconds) = wait {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

async fn sign_out(State(rooms): State<Rooms>, headers: HeaderMap) -> Response {
    rooms.unseat(&headers)
}

fn seconds(now: UtcMicros, until: UtcMicros) -> u64 {
    u64::try_from(until.0.saturating_sub(now.0)).unwrap_or(0).div_ceil(1_000_000)
}

/// How long it is until then: "40 seconds", "3 minutes", "2 hours".
pub(crate) fn span(t: Tongue, now: UtcMicros, until: UtcMicros) -> String {
    let seconds = usize::try_from(seconds(now, until)).unwrap_or(usize::MAX).max(1);
    match seconds {
        ..=90 => t.count("for-seconds", seconds),
        91..=5_400 => t.count("for-minutes", seconds.div_ceil(60)),
        _ => t.count("for-hours", seconds.div_ceil(3_600)),
    }
}

fn show(rooms: &Rooms, frame: Frame, fields: &Fields, problems: &Problems) -> Result<Response, PageError> {
    let title = frame.t.get("sign-in");
    let html = SignInPage {
        login: fields.get("login").trim().chars().take(MAX_LOGIN).collect(),
        to: href::own(fields.get("to")).unwrap_or_default().to_owned(),
        locked: rooms.book().is_none(),
        problems,
        frame: frame.clone().titled(problems.titled(frame.t, &title)).standing(Room::Door),
    };
    form_page(&html, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::body::Body;
    use axum::http::Request;
    use kniha_core::lang::Lang;

    use super::*;
    use crate::cast;
    use crate::stage::{Answer, ORIGIN, Stage, form, id, send};

    const SOME_WORDS: &str = "abandon ability able about above absent absorb abstract";

    async fn get(stage: &Stage, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header("host", "127.0.0.1:8700").header("cookie", cookie);
        send(stage.router.clone(), request.body(Body::empty()).unwrap()).await
    }

    async fn post(stage: &Stage, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header("host", "127.0.0.1:8700").header("origin", ORIGIN).header("cookie", cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        send(stage.router.clone(), request.body(Body::from(form(fields))).unwrap()).await
    }

    /// A sign-in from a browser with these cookies.
    async fn sign_in(stage: &Stage, cookie: &str, login: &str, words: &str, more: &[(&str, &str)]) -> Answer {
        // A code works once.
        stage.wait(30_000_000);
        let (token, code) = (stage.rooms.door().text(), cast::code(stage.now()));
        let mut fields = vec![("token", token.as_str()), ("login", login), ("passphrase", words), ("code", code.as_str())];
        fields.extend(more);
        post(stage, "/sign-in", cookie, &fields).await
    }

    fn cookie_of(answer: &Answer) -> String {
        answer.headers.get("set-cookie").unwrap().to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    #[tokio::test]
    async fn whoever_is_not_signed_in_is_asked_to_and_led_back() {
        let stage = Stage::set().await;
        for path in ["/", "/book", "/people?q=a%26b", "/keys", "/r/x"] {
            let asked = get(&stage, path, "").await;
            assert_eq!(asked.status, StatusCode::SEE_OTHER, "{path}");
            assert!(asked.location().starts_with("/sign-in"), "{path}: {}", asked.location());
        }
        let page = get(&stage, "/sign-in?to=%2Fpeople%3Fq%3Da%2526b", "").await;
        page.check_ids();
        assert_eq!(page.input("to"), "/people?q=a%26b");
        let signed = sign_in(&stage, "", "tester", cast::words(), &[("to", "/people?q=a%26b")]).await;
        assert_eq!((signed.status, signed.location()), (StatusCode::SEE_OTHER, "/people?q=a%26b"));
        let cookie = signed.headers.get("set-cookie").unwrap().to_str().unwrap();
        assert!(["; HttpOnly", "; SameSite=Strict", "; Path=/"].iter().all(|part| cookie.contains(part)) && !cookie.contains("Max-Age"), "{cookie}");
        assert_eq!(get(&stage, "/people", &cookie_of(&signed)).await.status, StatusCode::OK);
        assert_eq!(sign_in(&stage, "", "tester", cast::words(), &[("to", "//evil.example")]).await.location(), "/");
    }

    #[tokio::test]
    async fn the_door_never_says_what_was_wrong_and_repeats_no_words() {
        let stage = Stage::set().await;
        let nobody = sign_in(&stage, "", "nobody", SOME_WORDS, &[]).await;
        let wrong = sign_in(&stage, "", "tester", SOME_WORDS, &[]).await;
        assert_eq!((nobody.status, wrong.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
        assert_eq!(nobody.body.replace("nobody", "tester"), wrong.body);
        assert!(!wrong.body.contains("abandon") && wrong.headers.get("set-cookie").is_none());
        let empty = sign_in(&stage, "", " ", "", &[]).await;
        assert_eq!(empty.problems(), ["login", "passphrase"]);
        empty.check_ids();
    }

    #[tokio::test]
    async fn a_session_that_was_prepared_is_not_the_one_that_begins() {
        let stage = Stage::set().await;
        let planted = format!("desk-8700={}", crate::session::Ticket::draw().unwrap().text());
        let own = cookie_of(&sign_in(&stage, &planted, "tester", cast::words(), &[]).await);
        assert_ne!(own, planted);
        assert_eq!(get(&stage, "/book", &planted).await.status, StatusCode::SEE_OTHER);
        // A second sign-in in the same browser ends the first session.
        stage.wait(30_000_000);
        let code = cast::code(stage.now());
        let stage_token = get(&stage, "/sign-in", &own).await.input("token");
        let fields = [("token", stage_token.as_str()), ("login", "tester"), ("passphrase", cast::words()), ("code", &code)];
        let second = cookie_of(&post(&stage, "/sign-in", &own, &fields).await);
        assert_eq!(get(&stage, "/book", &own).await.status, StatusCode::SEE_OTHER);
        assert_eq!(get(&stage, "/book", &second).await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn signing_out_ends_the_session_at_the_desk_too() {
        let stage = Stage::set().await;
        let cookie = cookie_of(&sign_in(&stage, "", "tester", cast::words(), &[]).await);
        let token = get(&stage, "/book", &cookie).await.input("token");
        let out = post(&stage, "/sign-out", &cookie, &[("token", &token)]).await;
        assert_eq!(out.location(), "/sign-in?done=signed-out");
        assert!(out.headers.get("set-cookie").unwrap().to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(get(&stage, "/book", &cookie).await.status, StatusCode::SEE_OTHER);
        assert_eq!(post(&stage, &format!("/c/{}/accept", stage.name), &cookie, &[("token", &token)]).await.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn a_frozen_member_s_stolen_session_is_over_at_the_next_request() {
        let stage = Stage::set().await;
        assert_eq!(stage.get("/book").await.status, StatusCode::OK);
        stage.rooms.house().freeze(id(1), stage.now()).await.unwrap();
        assert_eq!(stage.get("/book").await.status, StatusCode::SEE_OTHER);
        assert!(stage.rooms.sessions().of(id(1), stage.now()).is_empty(), "and is not kept for later");
        let again = sign_in(&stage, "", "tester", cast::words(), &[]).await;
        assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.body.contains("frozen") && again.headers.get("set-cookie").is_none());
    }

    #[tokio::test]
    async fn a_session_that_ran_out_loses_nothing_that_was_typed() {
        let stage = Stage::set().await;
        let (path, token) = (format!("/c/{}/question", stage.name), stage.token());
        stage.wait(crate::session::IDLE_US + 1);
        let out = stage.post(&path, &[("reason", "a long reason")]).await;
        assert_eq!(out.status, StatusCode::FORBIDDEN);
        assert!(out.body.contains("a long reason</textarea>") && out.body.contains("href=\"/sign-in\""), "{}", out.body);
        // Signed in anew in another tab, the same form is stale once and then taken.
        let cookie = cookie_of(&sign_in(&stage, "", "tester", cast::words(), &[]).await);
        let stale = post(&stage, &path, &cookie, &[("token", &token), ("reason", "a long reason")]).await;
        assert!(stale.status == StatusCode::FORBIDDEN && stale.body.contains("a long reason</textarea>"));
        let fresh = post(&stage, &path, &cookie, &[("token", &stale.input("token")), ("reason", "a long reason")]).await;
        assert_eq!(fresh.status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn words_without_a_second_factor_open_only_the_page_that_makes_one() {
        let stage = Stage::set().await.visited_by(id(cast::NO_CODE)).await;
        for path in ["/", "/book", "/keys"] {
            assert_eq!(stage.get(path).await.location(), href::CODE);
        }
        assert_eq!(stage.post(&format!("/c/{}/accept", stage.name), &[]).await.location(), href::CODE);
        assert_eq!(stage.get(href::CODE).await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_locked_desk_is_opened_by_who_works_with_the_book_and_by_nobody_else() {
        let stage = Stage::locked().await;
        let cookie = cookie_of(&sign_in(&stage, "", "operator", cast::words(), &[]).await);
        assert!(stage.rooms.book().is_none());
        assert_eq!(get(&stage, "/keys", &cookie).await.status, StatusCode::OK);
        assert_eq!(get(&stage, "/book", &cookie).await.status, StatusCode::NOT_FOUND);
        assert!(get(&stage, "/sign-in", "").await.body.contains("The desk is locked"));
        let cookie = cookie_of(&sign_in(&stage, "", "tester", cast::words(), &[]).await);
        assert!(stage.rooms.book().is_some());
        assert_eq!(get(&stage, "/book", &cookie).await.status, StatusCode::OK);
        assert!(!get(&stage, "/sign-in", "").await.body.contains("The desk is locked"));
    }

    #[tokio::test]
    async fn a_wait_is_said_as_a_time() {
        let stage = Stage::set().await;
        let token = stage.rooms.door().text();
        let fields = [("token", token.as_str()), ("login", "operator"), ("passphrase", cast::words()), ("code", "000000")];
        for _ in 0..4 {
            assert_eq!(post(&stage, "/sign-in", "", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        post(&stage, "/sign-in", "", &fields).await;
        let answer = post(&stage, "/sign-in", "", &fields).await;
        assert_eq!((answer.status, answer.headers.get("retry-after").unwrap().to_str().unwrap()), (StatusCode::TOO_MANY_REQUESTS, "2"));
        assert!(answer.body.contains("in \u{2068}2 seconds\u{2069}"), "{}", answer.body);
        let t = Tongue(Lang::Uk);
        let said = |seconds: i64| span(t, UtcMicros(0), UtcMicros(seconds * 1_000_000));
        assert_eq!([said(1), said(91), said(5_401), said(-5)], ["1 секунду", "2 хвилини", "2 години", "1 секунду"]);
    }
}
