//! A member was arrested: one page, in the order in which things are done. One person freezes, at once and without being asked for words; what follows is
//! done by more than one.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::access::Hat;
use kniha_core::id::MemberId;
use kniha_core::time::UtcMicros;
use kniha_gate::AccountState;
use kniha_store::{Store, StoreError, members};

use crate::error::PageError;
use crate::href;
use crate::page::{Frame, Room, page};
use crate::rooms::Visit;
use crate::routes::members::find;
use crate::ways::{May, Ways};

pub(crate) fn routes() -> Ways {
    Ways::new().get("/members/{id}/arrested", May::Members, show).post("/members/{id}/freeze", May::Members, freeze)
}

#[derive(Template)]
#[template(path = "arrested.html")]
struct ArrestedPage {
    frame: Frame,
    id: String,
    login: String,
    frozen: bool,
    /// Parts of accounts, people and files that were ever shown to them.
    shown: String,
    /// Auditors, who can make the list.
    auditors: Vec<String>,
    /// Whether their key may stand in the key list.
    in_list: bool,
}

async fn show(visit: Visit, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let account = find(&visit, &id).await?;
    if account.state == AccountState::Asked || account.id == visit.account.id {
        return Err(PageError::NotFound);
    }
    let house = visit.rooms.house();
    let shown = usize::try_from(house.shown_ever(account.id).await?).unwrap_or(usize::MAX);
    let watches = |of: &kniha_gate::Account| of.state == AccountState::Active && of.hats.is_some_and(|hats| hats.has(Hat::Auditor));
    let auditors = house.accounts().await?.into_iter().filter(watches).map(|of| of.login).collect();
    let t = frame.t;
    page(&ArrestedPage {
        id: account.id.to_string(),
        frozen: account.state == AccountState::Frozen,
        shown: t.count("arrested-shown", shown),
        auditors,
        in_list: account.hats.is_some_and(|hats| [Hat::Opener, Hat::Lawyer, Hat::Custodian].into_iter().any(|hat| hats.has(hat))),
        frame: frame.clone().titled(t.with("arrested-heading", &[("login", &account.login)])).standing(Room::Members),
        login: account.login,
    })
}

async fn freeze(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let (account, now) = (find(&visit, &id).await?, (visit.now)());
    // Whoever is forced to freeze the others cannot begin with themselves, and whoever was not admitted is turned away.
    if account.id == visit.account.id || account.state == AccountState::Asked {
        return Err(PageError::NotFound);
    }
    // The sessions first: a request that is under way finds none when it comes back.
    visit.rooms.sessions().end_of(account.id, now);
    visit.rooms.house().freeze(account.id, now).await?;
    visit.rooms.sessions().end_of(account.id, now);
    if let Some(store) = visit.rooms.book() {
        leave_cases(store, visit.account.id, account.id, now).await?;
    }
    Ok(Redirect::to(&format!("{}/arrested?done=frozen", href::member(account.id))).into_response())
}

/// Takes every case of the book back, under the name of whoever froze; an operator stands in no book, and then the frozen member's own.
async fn leave_cases(store: &Store, by: MemberId, from: MemberId, now: UtcMicros) -> Result<(), StoreError> {
    let known = members(&mut *store.read().await?).await?;
    let is_known = |id: MemberId| known.iter().any(|(member, _)| *member == id);
    if !is_known(from) {
        return Ok(());
    }
    let mut write = store.write(if is_known(by) { by } else { from }, now).await?;
    write.revoke_all(from, None).await?;
    write.commit().await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::stage::{Stage, id};
    use axum::http::StatusCode;

    #[tokio::test]
    async fn one_person_freezes_a_member_and_every_session_of_theirs_is_over() {
        let stage = Stage::set().await;
        let (one, two) = (stage.ticket_of(id(32)).await, stage.ticket_of(id(32)).await);
        assert_eq!(stage.get_as(&one, "/keys").await.status, StatusCode::OK);
        let path = format!("{}/arrested", href::member(id(32)));
        let before = stage.get(&path).await;
        before.check_ids();
        assert!(before.body.contains("Freeze now") && before.body.contains("No part of an account was ever shown"));
        // Long after signing in: nobody looks for their words while somebody is in custody.
        stage.wait(15 * 60 * 1_000_000);
        let done = stage.post(&format!("{}/freeze", href::member(id(32))), &[]).await;
        assert_eq!(done.location(), format!("{path}?done=frozen"));
        for ticket in [one, two] {
            assert_eq!(stage.get_as(&ticket, "/keys").await.status, StatusCode::SEE_OTHER);
        }
        assert!(stage.get(&path).await.body.contains("All sessions are over"));
        assert_eq!(stage.post(&format!("{}/freeze", href::member(id(32))), &[]).await.status, StatusCode::SEE_OTHER, "a second press is harmless");
    }

    #[tokio::test]
    async fn nobody_freezes_themselves_or_somebody_who_only_asks() {
        let stage = Stage::set().await;
        let (key, file) = crate::cast::spare();
        let asks: MemberId = stage.rooms.house().ask_to_join("asks", file, &key.public(), stage.now()).await.unwrap();
        for who in [id(1), asks, id(99)] {
            assert_eq!(stage.post(&format!("{}/freeze", href::member(who)), &[]).await.status, StatusCode::NOT_FOUND);
            assert_eq!(stage.get(&format!("{}/arrested", href::member(who))).await.status, StatusCode::NOT_FOUND);
        }
    }

    #[tokio::test]
    async fn a_form_that_is_under_way_when_its_member_is_frozen_changes_nothing_more() {
        let stage = Stage::set().await;
        let ticket = stage.ticket_of(id(3)).await;
        let page = stage.get_as(&ticket, &format!("/c/{}/question", stage.hidden_claim)).await;
        assert_eq!(page.status, StatusCode::OK, "they read it");
        stage.post(&format!("{}/freeze", href::member(id(3))), &[]).await;
        let late = stage.post_as(&ticket, &format!("/c/{}/question", stage.hidden_claim), &[("reason", "too late")]).await;
        assert_eq!(late.status, StatusCode::FORBIDDEN);
        let mut tx = stage.desk.store.read().await.unwrap();
        let reader = kniha_store::reader(&mut tx, id(3)).await.unwrap();
        assert!(kniha_store::cases(&mut tx, &reader).await.unwrap().is_empty(), "and the book gives them nothing");
    }
}
