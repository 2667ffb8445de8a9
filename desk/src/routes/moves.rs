//! What is done to a claim: accepted, sent back for work, taken back, restored, erased. Each has a page that asks why, and a post.
//!
//! A post that finds its work done already changes nothing and says so: a double press, the Back button and a second tab are harmless.
//! Erasing is asked twice: its page shows the value and wants a word typed.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::claim::{ClaimError, Move, Status};
use kniha_core::id::ClaimId;
use kniha_core::text;
use kniha_store::{ClaimView, ReadTx, Reader, StoreError, claim, labels};

use crate::error::{PageError, text_reason};
use crate::fields::Fields;
use crate::form::Problems;
use crate::page::{Frame, capital, form_page};
use crate::parts::link::Link;
use crate::parts::value::Shown;
use crate::parts::{Reading, mentioned};
use crate::ways::{May, Ways};
use crate::{Desk, href};

pub(crate) fn routes() -> Ways {
    Move::ALL.iter().fold(Ways::new(), |ways, what| {
        let what = *what;
        let ask = move |desk: Desk, frame: Frame, Path(id): Path<String>| ask(desk, frame, id, what);
        let act = move |desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields| act(desk, frame, id, fields, what);
        let path = format!("/c/{{id}}/{}", what.code());
        ways.get(&path, May::File, ask).post(&path, May::File, act)
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
        Err(StoreError::Erased | StoreError::Claim(ClaimError::Move { .. })) => {
            Ok(Redirect::to(&href::done(claim.subject, "already", claim.id)).into_response())
        }
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
    form_page(&html, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::http::StatusCode;
    use kniha_core::lang::Lang;

    use super::*;
    use crate::stage::{Answer, Stage};

    async fn post(stage: &Stage, what: &str, fields: &[(&str, &str)]) -> Answer {
        stage.post(&href::claim(stage.name, what), fields).await
    }

    async fn status(stage: &Stage) -> Status {
        stage.claims(stage.person, "person.name").await[0].status
    }

    #[tokio::test]
    async fn a_claim_goes_the_whole_way_and_a_second_press_changes_nothing() {
        let stage = Stage::set().await;
        let steps = [
            ("accept", Status::Accepted),
            ("question", Status::WorkNeeded),
            ("accept", Status::Accepted),
            ("withdraw", Status::Withdrawn),
            ("restore", Status::Accepted),
        ];
        for (what, after) in steps {
            let first = post(&stage, what, &[("reason", "because")]).await;
            assert_eq!(first.location(), href::done(stage.person, what, stage.name));
            assert_eq!(status(&stage).await, after, "{what}");
            let second = post(&stage, what, &[("reason", "because")]).await;
            assert_eq!((second.status, second.location()), (StatusCode::SEE_OTHER, href::done(stage.person, "already", stage.name).as_str()));
            assert_eq!(status(&stage).await, after, "{what} twice");
            assert_eq!(stage.get(&href::claim(stage.name, what)).await.location(), second.location(), "nor does it ask why again");
        }
    }

    #[tokio::test]
    async fn two_presses_at_once_make_one_move() {
        let stage = Stage::set().await;
        let (a, b) = tokio::join!(post(&stage, "accept", &[]), post(&stage, "accept", &[]));
        assert_eq!((a.status, b.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        let (mut tx, reader) = stage.desk.read().await.unwrap();
        let history = kniha_store::history(&mut tx, &reader, stage.person, None, 10).await.unwrap().unwrap();
        assert_eq!(history.entries.len(), 3, "made, named, accepted");
    }

    #[tokio::test]
    async fn taking_back_asks_why() {
        let stage = Stage::set().await;
        for (what, reason) in [("withdraw", ""), ("withdraw", " \n "), ("question", ""), ("withdraw", "a\0b"), ("withdraw", &"x".repeat(100_001))] {
            let asked = post(&stage, what, &[("reason", reason)]).await;
            assert_eq!((asked.status, asked.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["reason".to_owned()]), "{what}");
            asked.check_ids();
        }
        assert_eq!(status(&stage).await, Status::AsStated);
    }

    #[tokio::test]
    async fn erasing_is_asked_twice_and_leaves_the_skeleton() {
        let stage = Stage::set().await;
        let page = stage.get(&href::claim(stage.name, "erase")).await;
        assert!(page.body.contains("Яна Верас") && page.body.contains("cannot be undone"));
        for fields in [&[("reason", "asked for")][..], &[("reason", "asked for"), ("word", "erace")], &[("word", "erase")]] {
            let again = post(&stage, "erase", fields).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
            assert!(again.body.contains("Яна Верас"));
        }
        let done = post(&stage, "erase", &[("reason", "asked for"), ("word", " Erase ")]).await;
        assert_eq!(done.location(), href::done(stage.person, "erase", stage.name));
        let claim = stage.claims(stage.person, "person.name").await.pop().unwrap();
        assert!(claim.value.is_none() && claim.erased.is_some());
        for what in ["erase", "withdraw", "accept"] {
            let after = post(&stage, what, &[("reason", "x"), ("word", "erase")]).await;
            assert_eq!(after.location(), href::done(stage.person, "already", stage.name), "{what}");
        }
        assert_eq!(stage.get(&href::claim(stage.name, "correct")).await.status, StatusCode::CONFLICT);
    }

    #[tokio::test]
    async fn the_word_to_type_is_of_the_page_that_asks() {
        let stage = Stage::set().await;
        let path = format!("{}?lang=be", href::claim(stage.name, "erase"));
        assert_eq!(stage.post(&path, &[("reason", "x"), ("word", "erase")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(stage.post(&path, &[("reason", "x"), ("word", "Сцерці")]).await.status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn nothing_can_be_done_to_a_claim_of_another_case() {
        let stage = Stage::set().await;
        for what in Move::ALL {
            let path = href::claim(stage.hidden_claim, what.code());
            let fields = [("reason", "x"), ("word", "erase")];
            assert_eq!((stage.get(&path).await.status, stage.post(&path, &fields).await.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        }
        assert_eq!(stage.get("/c/x/erase").await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn every_page_stands_in_every_language() {
        let stage = Stage::set().await;
        for lang in Lang::ALL {
            for what in Move::ALL.iter().filter(|what| **what != Move::Restore) {
                let page = stage.get(&format!("{}?lang={lang}", href::claim(stage.name, what.code()))).await;
                assert_eq!(page.status, StatusCode::OK);
                page.check_ids();
                assert!(!page.body.contains("explain-") && !page.body.contains("move-"), "{lang} {}", what.code());
            }
        }
    }
}
