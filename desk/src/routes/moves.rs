//! What is done to a claim: accepted, sent back for work, taken back, restored, erased. Each has a page that asks why, and a post.
//!
//! A post that finds its work done already changes nothing and says so: a double press, the Back button and a second tab are harmless.
//! Erasing is asked twice: its page shows the value and wants a word typed.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kniha_core::claim::{ClaimError, Move, Status};
use kniha_core::id::ClaimId;
use kniha_core::text;
use kniha_store::{ClaimView, ReadTx, Reader, StoreError, claim, labels};

use crate::error::{PageError, text_reason};
use crate::fields::Fields;
use crate::form::Problems;
use crate::page::{Frame, capital, page};
use crate::parts::link::Link;
use crate::parts::value::Shown;
use crate::parts::{Reading, mentioned};
use crate::{Desk, href};

pub(crate) fn routes() -> Router<Desk> {
    Move::ALL.iter().fold(Router::new(), |router, what| {
        let what = *what;
        let ask = move |State(desk): State<Desk>, frame: Frame, Path(id): Path<String>| ask(desk, frame, id, what);
        let act = move |State(desk): State<Desk>, frame: Frame, Path(id): Path<String>, fields: Fields| act(desk, frame, id, fields, what);
        router.route(&format!("/c/{{id}}/{}", what.code()), get(ask).post(act))
    })
}

#[derive(Template)]
#[template(path = "form_move.html")]
struct MovePage<'a> {
    frame: Frame,
    heading: String,
    /// The message that says what will happen.
    explain: String,
    record: Link,
    label: String,
    shown: Shown,
    action: String,
    reason: String,
    needs_reason: bool,
    /// The word that must be typed before a value is erased.
    word: Option<String>,
    typed: String,
    problems: &'a Problems,
}

async fn ask(desk: Desk, frame: Frame, id: String, what: Move) -> Result<Response, PageError> {
    let (mut tx, reader) = desk.read().await?;
    let claim = find(&mut tx, &reader, &id).await?;
    if let Some(done) = done_already(&claim, what) {
        return Ok(done);
    }
    show(&mut tx, &reader, frame, &claim, what, &Fields::default(), &Problems::default()).await
}

async fn act(desk: Desk, frame: Frame, id: String, fields: Fields, what: Move) -> Result<Response, PageError> {
    let t = frame.t;
    let (mut tx, reader) = desk.read().await?;
    let claim = find(&mut tx, &reader, &id).await?;
    if let Some(done) = done_already(&claim, what) {
        return Ok(done);
    }
    let mut problems = Problems::default();
    let reason = fields.filled("reason");
    match reason.map(text::check) {
        None if what.needs_reason() => problems.add("reason", t.get("f-reason"), t.get("why-reason")),
        Some(Err(error)) => problems.add("reason", t.get("f-reason"), text_reason(t, &error)),
        _ => {}
    }
    let word = t.get("f-erase-word");
    if what == Move::Erase && fields.get("word").trim().to_lowercase() != word {
        problems.add("word", t.get("f-erase-type"), t.with("f-why-word", &[("word", &word)]));
    }
    if !problems.is_empty() {
        return show(&mut tx, &reader, frame, &claim, what, &fields, &problems).await;
    }
    drop(tx);
    let written = async {
        let mut write = desk.store.write(desk.member, (desk.now)()).await?;
        write.move_claim(claim.id, what, reason).await?;
        write.commit().await
    };
    match written.await {
        Ok(()) => Ok(Redirect::to(&href::done(claim.subject, what.code(), claim.id)).into_response()),
        // Somebody was faster, perhaps the same person's first press.
        Err(StoreError::Erased | StoreError::Claim(ClaimError::Move { .. })) => Ok(Redirect::to(&href::done(claim.subject, "already", claim.id)).into_response()),
        Err(error) => Err(error.into()),
    }
}

async fn find(tx: &mut ReadTx, reader: &Reader, id: &str) -> Result<ClaimView, PageError> {
    let id = ClaimId::parse(id).map_err(|_| PageError::NotFound)?;
    claim(tx, reader, id).await?.ok_or(PageError::NotFound)
}

/// The way back to the record where the claim is already as the move would leave it, or can never be moved so again.
fn done_already(claim: &ClaimView, what: Move) -> Option<Response> {
    let is_possible = claim.erased.is_none() && claim.status.after(what, Status::AsStated).is_ok();
    (!is_possible).then(|| Redirect::to(&href::done(claim.subject, "already", claim.id)).into_response())
}

async fn show(
    tx: &mut ReadTx,
    reader: &Reader,
    frame: Frame,
    claim: &ClaimView,
    what: Move,
    fields: &Fields,
    problems: &Problems,
) -> Result<Response, PageError> {
    let t = frame.t;
    let mut ids = mentioned([claim]);
    ids.push(claim.subject);
    let names = labels(tx, reader, &ids).await?;
    let reading = Reading { t, labels: &names, now: claim.made, token: &frame.token };
    let heading = t.get(&format!("move-{}", what.code()));
    let html = MovePage {
        explain: format!("explain-{}", what.code()),
        record: Link::to(&reading, claim.subject),
        label: capital(claim.property.text.get(t.lang())),
        shown: Shown::of(&reading, claim.id, claim.property, claim.value.as_ref()),
        action: href::claim(claim.id, what.code()),
        reason: fields.get("reason").to_owned(),
        needs_reason: what.needs_reason(),
        word: (what == Move::Erase).then(|| t.get("f-erase-word")),
        typed: fields.get("word").to_owned(),
        problems,
        frame: frame.titled(problems.titled(t, &heading)),
        heading,
    };
    let mut response = page(&html)?;
    if !problems.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
