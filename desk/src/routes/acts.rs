//! Decisions that two people make: each card shows the exact text that is signed, who signed it first, and the answers under the keys 1 and 2. The second
//! signature carries the act out; what could not be carried out then, because the machine stopped, has a button.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::MemberId;
use kniha_core::time::UtcMicros;
use kniha_gate::{Account, Act, ActError, ActId, ActKind, ActState, GateError, PROPOSED_US};
use kniha_store::{Terms, members};

use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Problems;
use crate::form::confirm::Confirm;
use crate::page::{Frame, Room, form_page};
use crate::parts::when::moment;
use crate::rooms::Visit;
use crate::ways::{May, Ways};

/// Acts that were carried out, shown.
const DONE: usize = 20;

pub(crate) fn routes() -> Ways {
    Ways::new().get("/decide", May::Agree, show).post("/decide/{id}/sign", May::Agree, sign).post("/decide/{id}/refuse", May::Agree, refuse).post(
        "/decide/{id}/carry-out",
        May::Agree,
        carry_out,
    )
}

/// What this member can do with an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Can {
    /// Sign it as the second.
    Sign,
    /// Take their own back.
    TakeBack,
    /// Carry out what two have signed.
    CarryOut,
    /// Only look.
    Look,
}

/// A card.
struct Card {
    id: String,
    what: String,
    text: String,
    by: String,
    at: String,
    second: Option<String>,
    until: Option<String>,
    can: Can,
    /// Why they can only look: a message's key.
    why: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "acts.html")]
struct ActsPage<'a> {
    frame: Frame,
    waiting: Vec<Card>,
    agreed: Vec<Card>,
    done: Vec<Card>,
    confirm: Confirm,
    /// The card whose form was sent and not taken.
    tried: String,
    problems: &'a Problems,
}

async fn show(visit: Visit, frame: Frame) -> Result<Response, PageError> {
    cards(&visit, frame, None, &Problems::default()).await
}

async fn sign(visit: Visit, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, now) = (parse(&id)?, (visit.now)());
    let mut problems = Problems::default();
    Confirm::of(&visit).check(&visit, frame.t, &fields, &mut problems).await?;
    if !problems.is_empty() {
        return cards(&visit, frame, Some(id), &problems).await;
    }
    let act = match visit.rooms.house().agree(&visit.who, id, now).await {
        Ok(act) => act,
        Err(GateError::Act(ActError::Unknown)) => return Err(PageError::NotFound),
        Err(error) => return Err(error.into()),
    };
    finish(&visit, &act, now).await
}

async fn refuse(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    match visit.rooms.house().refuse(&visit.who, parse(&id)?).await {
        Ok(()) => Ok(Redirect::to("/decide?done=refused").into_response()),
        Err(GateError::Act(ActError::Unknown)) => Err(PageError::NotFound),
        Err(error) => Err(error.into()),
    }
}

async fn carry_out(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let act = visit.rooms.house().act(parse(&id)?).await?.ok_or(PageError::NotFound)?;
    if !visit.hats().is_some_and(|hats| act.kind.may_sign(hats)) {
        return Err(PageError::Act(ActError::Hats));
    }
    finish(&visit, &act, (visit.now)()).await
}

fn parse(id: &str) -> Result<ActId, PageError> {
    ActId::parse(id).map_err(|_| PageError::NotFound)
}

/// Does what two have signed. Each step finds its own work done already, so that a second press goes on where the first was stopped.
async fn finish(visit: &Visit, act: &Act, now: UtcMicros) -> Result<Response, PageError> {
    let house = visit.rooms.house();
    match &act.kind {
        ActKind::Admit { who, hats } => {
            if hats.read() {
                enrol(visit, act, *who, now).await?;
            }
            house.admit(act, visit.rooms.register(), now).await?;
        }
        ActKind::Unfreeze { .. } => house.unfreeze(act, visit.rooms.register(), now).await?,
        ActKind::Grant { who, case, until, .. } => {
            let desk = visit.desk().ok_or(PageError::Act(ActError::Locked))?;
            let mut write = desk.store.write(desk.member, now).await?;
            let (second, id) = (act.second.map(|(second, _)| second), act.id.to_string());
            write.grant_under(*case, *who, Terms { until: *until, second, act: Some(&id) }).await?;
            house.case_grant(act, &visit.who, now).await?;
            write.commit().await?;
        }
        ActKind::Raise { .. } => house.raise(act, now).await?,
        // These have pages of their own, which find the act signed.
        ActKind::Erase { .. } | ActKind::Export | ActKind::Policy { .. } => return Ok(Redirect::to("/decide?done=agreed").into_response()),
    }
    Ok(Redirect::to("/decide?done=carried-out").into_response())
}

/// Writes somebody who reads into the book, by one of the two who signed.
async fn enrol(visit: &Visit, act: &Act, who: MemberId, now: UtcMicros) -> Result<(), PageError> {
    let Some(store) = visit.rooms.book() else { return Err(PageError::Act(ActError::Locked)) };
    let known = members(&mut *store.read().await?).await?;
    let is_known = |id: MemberId| known.iter().any(|(member, _)| *member == id);
    if is_known(who) {
        return Ok(());
    }
    let by = [Some(visit.account.id), Some(act.by), act.second.map(|(second, _)| second)].into_iter().flatten().find(|id| is_known(*id));
    let (by, account) = (by.ok_or(PageError::Act(ActError::Hats))?, visit.rooms.house().account(who).await?.ok_or(PageError::NotFound)?);
    let mut write = store.write(by, now).await?;
    write.add_member(who, &account.login).await?;
    Ok(write.commit().await?)
}

async fn cards(visit: &Visit, frame: Frame, tried: Option<ActId>, problems: &Problems) -> Result<Response, PageError> {
    let (t, house) = (frame.t, visit.rooms.house());
    let accounts = house.accounts().await?;
    let of = |acts: Vec<Act>| acts.into_iter().map(|act| Card::of(visit, &frame, &accounts, &act)).collect::<Vec<_>>();
    let title = t.get("decide");
    let mut done = house.acts(ActState::Done).await?;
    done.truncate(DONE);
    let now = (visit.now)();
    let mut waiting = house.acts(ActState::Proposed).await?;
    waiting.retain(|act| now.0 - act.at.0 <= PROPOSED_US);
    let html = ActsPage {
        waiting: of(waiting),
        agreed: of(house.acts(ActState::Agreed).await?),
        done: of(done),
        confirm: Confirm::of(visit),
        tried: tried.map(|id| id.to_string()).unwrap_or_default(),
        problems,
        frame: frame.clone().titled(problems.titled(t, &title)).standing(Room::Decide),
    };
    form_page(&html, problems)
}

impl Card {
    fn of(visit: &Visit, frame: &Frame, accounts: &[Account], act: &Act) -> Card {
        let t = frame.t;
        let name = |id: MemberId| accounts.iter().find(|account| account.id == id).map_or_else(|| id.to_string(), |account| account.login.clone());
        let hats = |id: MemberId| accounts.iter().find(|account| account.id == id).and_then(|account| account.hats);
        let (own, first) = (visit.hats(), hats(act.by));
        let may_sign = own.is_some_and(|own| act.kind.may_sign(own));
        let (can, why) = match act.state {
            ActState::Proposed if act.by == visit.account.id => (Can::TakeBack, Some("act-yours")),
            ActState::Proposed if act.kind.about() == Some(visit.account.id) => (Can::Look, Some("act-oneself")),
            ActState::Proposed if own.zip(first).is_some_and(|(own, first)| act.kind.may_decide(first, own)) => (Can::Sign, None),
            ActState::Proposed => (Can::Look, Some("act-hats")),
            ActState::Agreed if may_sign && !has_own_page(&act.kind) => (Can::CarryOut, None),
            _ => (Can::Look, None),
        };
        Card {
            id: act.id.to_string(),
            what: t.get(kind(&act.kind)),
            text: act.text.clone(),
            by: name(act.by),
            at: moment(t, act.at),
            second: act.second.map(|(second, _)| name(second)),
            until: (act.state == ActState::Proposed).then(|| moment(t, UtcMicros(act.at.0 + PROPOSED_US))),
            can,
            why,
        }
    }
}

fn has_own_page(kind: &ActKind) -> bool {
    matches!(kind, ActKind::Erase { .. } | ActKind::Export | ActKind::Policy { .. })
}

/// What is decided: the key of a message.
fn kind(kind: &ActKind) -> &'static str {
    match kind {
        ActKind::Admit { .. } => "act-admit",
        ActKind::Unfreeze { .. } => "act-unfreeze",
        ActKind::Grant { .. } => "act-grant",
        ActKind::Raise { .. } => "act-raise",
        ActKind::Erase { .. } => "act-erase",
        ActKind::Export => "act-export",
        ActKind::Policy { .. } => "act-policy",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::http::StatusCode;
    use kniha_gate::AccountState;

    use super::*;
    use crate::cast;
    use crate::href;
    use crate::stage::{Stage, id};

    /// Somebody asks to come in.
    async fn asks(stage: &Stage) -> MemberId {
        let (key, file) = cast::spare();
        stage.rooms.house().ask_to_join("newcomer", file, &key.public(), stage.now()).await.unwrap()
    }

    async fn state(stage: &Stage, who: MemberId) -> AccountState {
        stage.rooms.house().account(who).await.unwrap().unwrap().state
    }

    async fn proposed(stage: &Stage) -> String {
        stage.rooms.house().acts(ActState::Proposed).await.unwrap()[0].id.to_string()
    }

    #[tokio::test]
    async fn two_people_admit_somebody_who_then_opens_an_empty_book() {
        let stage = Stage::set().await;
        let who = asks(&stage).await;
        let path = format!("{}/admit", href::member(who));
        assert_eq!(stage.post(&path, &[("hat", "opener")]).await.problems(), ["heard"], "the words were not heard");
        assert_eq!(stage.post(&path, &[("heard", "yes")]).await.problems(), ["hats"]);
        let two = stage.post(&path, &[("heard", "yes"), ("hat", "opener"), ("hat", "auditor")]).await;
        assert!(two.problems() == ["hats"] && two.body.contains("stands alone"));
        two.check_ids();
        for _ in 0..2 {
            assert_eq!(stage.post(&path, &[("heard", "yes"), ("hat", "opener")]).await.location(), "/decide?done=proposed");
        }
        assert_eq!(stage.rooms.house().acts(ActState::Proposed).await.unwrap().len(), 1, "a second press proposes nothing");
        let act = proposed(&stage).await;
        let own = stage.get("/decide").await;
        own.check_ids();
        assert!(own.body.contains("Admit “newcomer” as: Opener") && own.body.contains("Take back") && !own.body.contains("/sign\""));
        assert_eq!(stage.post(&format!("/decide/{act}/sign"), &[]).await.status, StatusCode::CONFLICT, "one person is not two");
        assert_eq!(state(&stage, who).await, AccountState::Asked);
        let stage = stage.visited_by(id(36)).await;
        assert!(stage.get("/decide").await.body.contains("data-key=\"1\""));
        assert_eq!(stage.post(&format!("/decide/{act}/sign"), &[]).await.location(), "/decide?done=carried-out");
        assert_eq!(state(&stage, who).await, AccountState::Active);
        assert_eq!(stage.post(&format!("/decide/{act}/sign"), &[]).await.status, StatusCode::CONFLICT, "a replayed form");
        let mut tx = stage.desk.store.read().await.unwrap();
        let reader = kniha_store::reader(&mut tx, who).await.unwrap();
        assert!(kniha_store::cases(&mut tx, &reader).await.unwrap().is_empty(), "the newcomer sees no case");
    }

    #[tokio::test]
    async fn the_operator_peoples_no_team_alone_and_a_refused_act_is_over() {
        let stage = Stage::set().await.visited_by(id(36)).await;
        let who = asks(&stage).await;
        stage.post(&format!("{}/admit", href::member(who)), &[("heard", "yes"), ("hat", "operator")]).await;
        let act = proposed(&stage).await;
        // A custodian may sign, and not together with an operator: neither works with content.
        let stage = stage.visited_by(id(37)).await;
        assert!(stage.get("/decide").await.body.contains("may not decide this together"));
        assert_eq!(stage.post(&format!("/decide/{act}/sign"), &[]).await.status, StatusCode::CONFLICT);
        let stage = stage.visited_by(id(32)).await;
        assert_eq!(stage.post(&format!("/decide/{act}/refuse"), &[]).await.location(), "/decide?done=refused");
        assert_eq!(stage.post(&format!("/decide/{act}/sign"), &[]).await.status, StatusCode::CONFLICT);
        assert_eq!(state(&stage, who).await, AccountState::Asked);
    }

    #[tokio::test]
    async fn of_two_who_sign_at_once_one_carries_it_out() {
        let stage = Stage::set().await;
        let who = asks(&stage).await;
        stage.post(&format!("{}/admit", href::member(who)), &[("heard", "yes"), ("hat", "auditor")]).await;
        let path = format!("/decide/{}/sign", proposed(&stage).await);
        let one = stage.ticket_of(id(32)).await;
        let other = stage.ticket_of(id(33)).await;
        let (a, b) = tokio::join!(stage.post_as(&one, &path, &[]), stage.post_as(&other, &path, &[]));
        let mut both = [a.status, b.status];
        both.sort();
        assert_eq!(both, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
        assert_eq!(state(&stage, who).await, AccountState::Active);
    }

    #[tokio::test]
    async fn after_ten_minutes_words_and_code_are_asked_once_more() {
        let stage = Stage::set().await;
        let who = asks(&stage).await;
        stage.post(&format!("{}/admit", href::member(who)), &[("heard", "yes"), ("hat", "opener")]).await;
        let path = format!("/decide/{}/sign", proposed(&stage).await);
        let stage = stage.visited_by(id(32)).await;
        stage.wait(11 * 60 * 1_000_000);
        let asked = stage.post(&path, &[]).await;
        assert_eq!((asked.status, asked.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["passphrase".to_owned()]));
        asked.check_ids();
        let code = cast::code(stage.now());
        assert_eq!(stage.post(&path, &[("passphrase", cast::words()), ("code", "000000")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(state(&stage, who).await, AccountState::Asked);
        assert_eq!(stage.post(&path, &[("passphrase", cast::words()), ("code", &code)]).await.location(), "/decide?done=carried-out");
        assert!(!stage.get("/decide").await.body.contains("passphrase"), "and then not again");
    }

    #[tokio::test]
    async fn what_two_signed_on_a_locked_desk_has_a_button_when_it_is_open() {
        let stage = Stage::locked().await.visited_by(id(36)).await;
        let who = asks(&stage).await;
        stage.post(&format!("{}/admit", href::member(who)), &[("heard", "yes"), ("hat", "opener")]).await;
        let act = proposed(&stage).await;
        // The second signer's session began before the desk was locked: the register's key is not here.
        let stage = stage.visited_by(id(32)).await;
        let locked = stage.post(&format!("/decide/{act}/sign"), &[]).await;
        assert!(locked.status == StatusCode::CONFLICT && locked.body.contains("The book is locked"), "{}", locked.body);
        assert_eq!(state(&stage, who).await, AccountState::Asked);
        stage.rooms.unlock(kniha_seal::secret::Secret::take(&mut [7; 32])).await.unwrap();
        assert!(stage.get("/decide").await.body.contains("/carry-out"));
        let carried = stage.post(&format!("/decide/{act}/carry-out"), &[]).await;
        assert_eq!(carried.status, StatusCode::CONFLICT, "neither of the two is written in the book of this stage");
    }
}
