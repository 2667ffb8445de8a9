//! Who is in the house: accounts, people who ask to come in, hats. Nobody is admitted by one person: the form here signs the first of two signatures, and
//! the second is given under *Decide*.

use askama::Template;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::access::{Hat, Hats};
use kniha_core::id::MemberId;
use kniha_gate::{Account, AccountState, ActKind, GateError};

use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Problems;
use crate::form::confirm::Confirm;
use crate::href;
use crate::lang::Tongue;
use crate::page::{Frame, Room, form_page, page};
use crate::parts::when::day;
use crate::rooms::Visit;
use crate::routes::me::{HatLine, hat_lines};
use crate::ways::{May, Ways};

pub(crate) fn routes() -> Ways {
    Ways::new()
        .get("/members", May::Members, list)
        .get("/members/{id}", May::Members, show)
        .get("/members/{id}/key.pub", May::Members, key)
        .post("/members/{id}/admit", May::Members, admit)
        .post("/members/{id}/turn-away", May::Members, turn_away)
        .post("/members/{id}/unfreeze", May::Members, unfreeze)
}

/// A line of the list.
struct MemberLine {
    href: String,
    login: String,
    hats: String,
    since: String,
    no_code: bool,
}

#[derive(Template)]
#[template(path = "members.html")]
struct MembersPage {
    frame: Frame,
    asked: Vec<MemberLine>,
    active: Vec<MemberLine>,
    frozen: Vec<MemberLine>,
    /// What the team lacks: the keys of messages.
    lacks: Vec<&'static str>,
    hats: Vec<HatLine>,
}

/// A hat that can be given.
struct HatBox {
    code: &'static str,
    line: HatLine,
    alone: bool,
    on: bool,
}

#[derive(Template)]
#[template(path = "member.html")]
struct MemberPage<'a> {
    frame: Frame,
    account: Account,
    hats: Vec<HatLine>,
    boxes: Vec<HatBox>,
    since: String,
    spoken: String,
    is_self: bool,
    may_sign: bool,
    confirm: Confirm,
    problems: &'a Problems,
}

async fn list(visit: Visit, frame: Frame) -> Result<Response, PageError> {
    let (t, accounts) = (frame.t, visit.rooms.house().accounts().await?);
    let of = |state: AccountState| accounts.iter().filter(|account| account.state == state).map(|account| MemberLine::of(t, account)).collect();
    let worn = |hat: Hat| accounts.iter().filter(|account| account.state == AccountState::Active && account.hats.is_some_and(|hats| hats.has(hat))).count();
    let mut lacks = Vec::new();
    if worn(Hat::Auditor) == 0 {
        lacks.push("members-no-auditor");
    }
    if worn(Hat::Opener) + worn(Hat::Lawyer) < 2 {
        lacks.push("members-few-openers");
    }
    page(&MembersPage {
        asked: of(AccountState::Asked),
        active: of(AccountState::Active),
        frozen: of(AccountState::Frozen),
        lacks,
        hats: Hat::ALL.into_iter().flat_map(|hat| Hats::new(&[hat])).flat_map(|hats| hat_lines(t, hats)).collect(),
        frame: frame.clone().titled(t.get("members")).standing(Room::Members),
    })
}

async fn show(visit: Visit, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let account = find(&visit, &id).await?;
    member(&visit, frame, account, &Fields::default(), &Problems::default())
}

/// The public key, for whoever drafts the next key list.
async fn key(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let account = find(&visit, &id).await?;
    let named = format!("attachment; filename=\"{}.pub\"", account.id);
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, named)], account.public.to_text()).into_response())
}

async fn admit(visit: Visit, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (t, account) = (frame.t, find(&visit, &id).await?);
    let mut problems = Problems::default();
    let worn: Vec<Hat> = fields.all("hat").filter_map(Hat::parse).collect();
    let hats = Hats::new(&worn);
    if hats.is_err() {
        problems.add("hats", t.get("admit-hats"), t.get(if worn.is_empty() { "admit-no-hat" } else { "admit-alone" }));
    }
    if !fields.has("heard") {
        problems.add("heard", t.get("admit-heard-label"), t.get("admit-not-heard"));
    }
    Confirm::of(&visit).check(&visit, t, &fields, &mut problems).await?;
    let Some(hats) = hats.ok().filter(|_| problems.is_empty()) else { return member(&visit, frame, account, &fields, &problems) };
    if account.state != AccountState::Asked {
        return Err(PageError::Act(kniha_gate::ActError::Closed));
    }
    let names: Vec<String> = hat_lines(t, hats).into_iter().map(|hat| hat.name).collect();
    let spoken = account.public.spoken(t.lang()).join(" ");
    let text = t.plain("act-admit-text", &[("login", &account.login), ("hats", &names.join(", ")), ("words", &spoken)]);
    propose(&visit, ActKind::Admit { who: account.id, hats }, &text).await
}

async fn turn_away(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let account = find(&visit, &id).await?;
    match visit.rooms.house().turn_away(account.id).await {
        // Somebody was faster.
        Ok(()) | Err(GateError::NoMember) => Ok(Redirect::to("/members?done=turned-away").into_response()),
        Err(error) => Err(error.into()),
    }
}

async fn unfreeze(visit: Visit, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (t, account) = (frame.t, find(&visit, &id).await?);
    let mut problems = Problems::default();
    Confirm::of(&visit).check(&visit, t, &fields, &mut problems).await?;
    if !problems.is_empty() {
        return member(&visit, frame, account, &fields, &problems);
    }
    if account.state != AccountState::Frozen {
        return Err(PageError::Act(kniha_gate::ActError::Closed));
    }
    let spoken = account.public.spoken(t.lang()).join(" ");
    let text = t.plain("act-unfreeze-text", &[("login", &account.login), ("words", &spoken)]);
    propose(&visit, ActKind::Unfreeze { who: account.id }, &text).await
}

/// Signs as the first; the same act that waits already is not proposed twice.
async fn propose(visit: &Visit, kind: ActKind, text: &str) -> Result<Response, PageError> {
    let house = visit.rooms.house();
    let waits = house.acts(kniha_gate::ActState::Proposed).await?.into_iter().any(|act| act.kind == kind);
    if !waits {
        house.propose(&visit.who, kind, text, (visit.now)()).await?;
    }
    Ok(Redirect::to("/decide?done=proposed").into_response())
}

/// The account of an address.
pub(crate) async fn find(visit: &Visit, id: &str) -> Result<Account, PageError> {
    let id = MemberId::parse(id).map_err(|_| PageError::NotFound)?;
    visit.rooms.house().account(id).await?.ok_or(PageError::NotFound)
}

fn member(visit: &Visit, frame: Frame, account: Account, fields: &Fields, problems: &Problems) -> Result<Response, PageError> {
    let t = frame.t;
    let given: Vec<Hat> = fields.all("hat").filter_map(Hat::parse).collect();
    let of = |hat: Hat| {
        let line = hat_lines(t, Hats::new(&[hat]).ok()?).pop()?;
        Some(HatBox { code: hat.code(), line, alone: hat.stands_alone(), on: given.contains(&hat) })
    };
    let act = ActKind::Unfreeze { who: account.id };
    let html = MemberPage {
        hats: account.hats.map(|hats| hat_lines(t, hats)).unwrap_or_default(),
        boxes: Hat::ALL.into_iter().filter_map(of).collect(),
        since: day(t, account.changed),
        spoken: account.public.spoken(t.lang()).join(" "),
        is_self: account.id == visit.account.id,
        may_sign: account.id != visit.account.id && visit.hats().is_some_and(|hats| act.may_sign(hats)),
        confirm: Confirm::of(visit),
        problems,
        frame: frame.clone().titled(problems.titled(t, &account.login)).standing(Room::Members),
        account,
    };
    form_page(&html, problems)
}

impl MemberLine {
    fn of(t: Tongue, account: &Account) -> MemberLine {
        let hats = account.hats.map(|hats| hat_lines(t, hats)).unwrap_or_default();
        MemberLine {
            href: href::member(account.id),
            login: account.login.clone(),
            hats: hats.into_iter().map(|hat| hat.name).collect::<Vec<_>>().join(", "),
            since: day(t, account.changed),
            no_code: account.state == AccountState::Active && !account.has_totp,
        }
    }
}

impl MemberPage<'_> {
    fn is(&self, state: &str) -> bool {
        self.account.state.code() == state
    }
}
