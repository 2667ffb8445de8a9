//! A member was arrested: one page, in the order in which things are done. One person freezes, at once and without being asked for words; what follows is
//! done by more than one.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::access::Hat;
use kniha_gate::AccountState;

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
    visit.rooms.house().freeze(&visit.who, account.id, now).await?;
    visit.rooms.sessions().end_of(account.id, now);
    Ok(Redirect::to(&format!("{}/arrested?done=frozen", href::member(account.id))).into_response())
}
