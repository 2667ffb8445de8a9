//! An account: what its card says, then, once it is read, its words with their marks, what was answered beside them, and what the book made of it.
//!
//! The account is never changed. Reading is said before it is done: the page first shows the line that the log will have. Who the source is stands nowhere
//! here: the account has a random name, and what was left to reach the person is a part of its own.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::CaseId;
use kniha_core::intake::{Kind, State, Way};
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_gate::Why;
use kniha_seal::part::PartId;
use kniha_store::{
    Case, IntakeHappened, IntakeId, IntakeOrder, IntakeQuery, IntakeRow, IntakeView, MarkView, StoreError, cases, cited, labels, marks, of_one_source,
};

use super::inbox::{CardLine, called, card_line, gate_words, reasons};
use super::stated::{Stated, stated};
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Press;
use crate::lang::Tongue;
use crate::page::{Frame, Room, page};
use crate::parts::link::Link;
use crate::parts::{Reading, when};
use crate::sealed::{Content, Told, find, read, refused, rows, sight, waiting};
use crate::statement::{Sentence, between, sentences, visible};
use crate::ways::{May, Ways};

pub(crate) fn routes() -> Ways {
    Ways::new()
        .get("/statements", May::Read, list)
        .get("/statement/{id}", May::Read, show)
        .post("/statement/{id}/assign", May::Inbox, assign)
        .post("/statement/{id}/step", May::Inbox, press_step)
        .post("/statement/{id}/service", May::File, service)
}

/// Where an account is.
pub(crate) fn address(id: IntakeId) -> String {
    format!("/statement/{id}")
}

/// Where it is read, at a place of it.
pub(crate) fn reading(id: IntakeId, done: &str) -> String {
    format!("/statement/{id}?read=1&done={done}")
}

/// A mark in the list beside the text.
struct MarkLine {
    id: String,
    kind: &'static str,
    kind_words: String,
    words: String,
    by: String,
}

/// A file that came with it.
struct FileLine {
    name: String,
    media_type: String,
    size: String,
    digest: String,
}

/// What is read.
struct Shown {
    sentences: Vec<Sentence>,
    chars: usize,
    lang: String,
    marks: Vec<MarkLine>,
    stated: Vec<Stated>,
    files: Vec<FileLine>,
    press: String,
    taken: Vec<(String, String)>,
    closed: bool,
}

#[derive(Template)]
#[template(path = "statement.html")]
struct StatementPage {
    frame: Frame,
    id: IntakeId,
    card: CardLine,
    case: Option<String>,
    cases: Vec<Case>,
    log: String,
    can_read: bool,
    has_text: bool,
    shown: Option<Shown>,
    refused: Option<String>,
    asides: Vec<(String, String)>,
    used: Vec<Link>,
    same: Vec<(String, String)>,
    events: Vec<(String, String, String)>,
    steps: Vec<(&'static str, String)>,
    reasons: Vec<(&'static str, String)>,
    in_service: bool,
    may_write: Option<bool>,
    wish: Option<String>,
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let asked = Fields::of(query).has("read");
    let (mut shown, mut told_refused) = (None, None);
    let mut view = view;
    if asked && crate::sealed::base(&view).is_some() {
        match read(&desk, view.clone(), Why::Read).await? {
            Ok(told) => {
                shown = Some(Shown::of(&desk, frame.t, &told).await?);
                view = told.view;
            }
            Err(error) => told_refused = Some(gate_words(frame.t, &error).ok_or_else(|| refused(&error))?),
        }
    }
    draw(&desk, frame, &view, shown, told_refused).await
}

async fn draw(desk: &Desk, frame: Frame, view: &IntakeView, shown: Option<Shown>, told_refused: Option<String>) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let row = &view.row;
    let held = match crate::sealed::base(view) {
        Some(base) => desk.house.held(base).await.map_err(|error| refused(&error))?,
        None => None,
    };
    let can_read = held.as_ref().is_some_and(|held| held.people.contains(&desk.member) || row.case.is_some());
    let (mut tx, reader) = desk.read().await?;
    let own = cases(&mut tx, &reader).await?;
    let mut used = Vec::new();
    if let Some(statement) = row.statement {
        let (claims, _) = cited(&mut tx, &reader, statement, None).await?;
        let mut ids: Vec<_> = claims.iter().filter(|claim| claim.stands()).map(|claim| claim.subject).collect();
        ids.sort_unstable();
        ids.dedup();
        let names = labels(&mut tx, &reader, &ids).await?;
        let reading = Reading { t, labels: &names, now, token: &frame.token };
        used = ids.into_iter().map(|id| Link::to(&reading, id)).collect();
    }
    let same = of_one_source(&mut tx, &reader, row.card.id).await?;
    drop(tx);
    let card = card_line(t, row, now.0.div_euclid(DAY_US));
    let same = same.iter().filter(|other| other.card.id != row.card.id).map(|other| (address(other.card.id), one_line(t, other))).collect();
    let wish = (shown.is_some() && matches!(row.card.kind, Kind::Withdrawal | Kind::Deletion)).then(|| t.get(&format!("st-wish-{}", row.card.kind.code())));
    let html = StatementPage {
        id: row.card.id,
        case: row.case.as_ref().map(|case| case.title.clone()),
        cases: own.into_iter().filter(|case| row.case.as_ref() != Some(case)).collect(),
        log: t.with("st-log", &[("who", &desk.visit.account.login), ("what", &card.name), ("at", &when::moment(t, now))]),
        can_read,
        has_text: crate::sealed::base(view).is_some(),
        shown,
        refused: told_refused,
        asides: super::aside::asides(t, view),
        used,
        same,
        events: view.events.iter().map(|event| (when::moment(t, event.at), happened(t, &event.what), event.by.clone())).collect(),
        steps: steps(t, row),
        reasons: reasons(t),
        in_service: row.in_service,
        may_write: row.may_write,
        wish,
        frame: frame.titled(t.with("st-title", &[("name", &card.name)])).standing(Room::Inbox),
        card,
    };
    page(&html)
}

/// An account in one line.
pub(crate) fn one_line(t: Tongue, row: &IntakeRow) -> String {
    format!("{} · {} · {}", called(row), t.get(&format!("in-kind-{}", row.card.kind.code())), when::day(t, UtcMicros(row.card.day * DAY_US)))
}

fn happened(t: Tongue, what: &IntakeHappened) -> String {
    match what {
        IntakeHappened::State(state, None) => t.get(&format!("in-state-{}", state.code())),
        IntakeHappened::State(state, Some(reason)) => {
            format!("{}: {}", t.get(&format!("in-state-{}", state.code())), t.get(&format!("in-why-{}", reason.code())))
        }
        IntakeHappened::Case => t.get("st-happened-case"),
        IntakeHappened::Keys => t.get("st-happened-keys"),
        IntakeHappened::Service => t.get("st-happened-service"),
        IntakeHappened::Closed => t.get("st-happened-closed"),
    }
}

/// What can be done with it now, beside what has a form of its own.
fn steps(t: Tongue, row: &IntakeRow) -> Vec<(&'static str, String)> {
    use kniha_core::intake::Step;
    [(Step::Screen, "screen"), (Step::Read, "read"), (Step::Keep, "keep"), (Step::Withdraw, "withdraw"), (Step::Spam, "spam")]
        .into_iter()
        .filter(|(step, code)| row.state.after(*step).is_ok() && (*code != "read" || row.case.is_some()) && (*code != "withdraw" || row.case.is_some()))
        .map(|(_, code)| (code, t.get(&format!("st-do-{code}"))))
        .collect()
}

impl Shown {
    async fn of(desk: &Desk, t: Tongue, told: &Told) -> Result<Shown, PageError> {
        let text = told.content.text();
        let own: Vec<MarkView> = {
            let (mut tx, reader) = desk.read().await?;
            marks(&mut tx, &reader, told.view.row.card.id).await?
        };
        let own: Vec<MarkView> = own.into_iter().filter(|mark| mark.mark.part == *told.base.bytes()).collect();
        let places: Vec<_> = own.iter().map(|mark| mark.mark).collect();
        let lines = own.iter().map(|view| MarkLine {
            id: view.mark.id.to_string(),
            kind: view.mark.kind.code(),
            kind_words: t.get(&format!("st-mark-{}", view.mark.kind.code())),
            words: visible(&between(&text, view.mark.start, view.mark.end.min(view.mark.start + 200))),
            by: view.by.clone(),
        });
        let files = told.cover.files.iter().map(|file| FileLine {
            name: visible(&file.name),
            media_type: visible(&file.claimed_type),
            size: size(file.content_len),
            digest: data_encoding::HEXLOWER.encode(&file.content_sha256.0),
        });
        let taken = match &told.content {
            Content::Taken(taken) => super::take::facts(t, taken),
            _ => Vec::new(),
        };
        Ok(Shown {
            sentences: sentences(&text, &places),
            chars: text.chars().count(),
            lang: told.cover.lang.clone(),
            marks: lines.collect(),
            stated: stated(t, told),
            files: files.collect(),
            press: Press::draw()?.text(),
            taken,
            closed: told.view.row.closed.is_some() || told.view.row.card.way == Way::Portal || told.view.row.card.way == Way::Folder,
        })
    }
}

/// A number of bytes as people read it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[derive(Template)]
#[template(path = "statements.html")]
struct ListPage {
    frame: Frame,
    cards: Vec<(CardLine, String)>,
    states: Vec<(String, String, bool)>,
    next: Option<String>,
}

async fn list(desk: Desk, frame: Frame, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let (t, query) = (frame.t, Fields::of(query));
    let state = State::parse(query.get("state")).ok();
    let page_no: usize = query.get("page").parse().unwrap_or(0);
    let asked = IntakeQuery {
        waiting: false,
        case: CaseId::parse(query.get("case")).ok(),
        states: state.into_iter().collect(),
        order: IntakeOrder::Urgent,
        page: page_no,
        ..waiting()
    };
    let (found, more) = rows(&desk, &asked).await?;
    let today = (desk.now)().0.div_euclid(DAY_US);
    let states = State::ALL
        .iter()
        .filter(|state| !state.is_new())
        .map(|of| (crate::href::with("/statements", &[("state", of.code())]), t.get(&format!("in-state-{}", of.code())), state == Some(*of)));
    let next = (page_no + 1).to_string();
    let html = ListPage {
        cards: found.iter().map(|row| (card_line(t, row, today), row.case.as_ref().map(|case| case.title.clone()).unwrap_or_default())).collect(),
        states: states.collect(),
        next: more.then(|| crate::href::with("/statements", &[("state", query.get("state")), ("page", &next)])),
        frame: frame.titled(t.get("in-read-ones")).standing(Room::Inbox),
    };
    page(&html)
}

async fn assign(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let case = CaseId::parse(fields.get("case")).map_err(|_| PageError::Malformed)?;
    let now = (desk.now)();
    // Only parts that were opened here can be wrapped anew; the others stay sealed to their quorums.
    let mut parts = Vec::new();
    for piece in &view.pieces {
        let part = PartId::from_random(piece.part);
        let held = desk.house.held(part).await.map_err(|error| refused(&error))?;
        parts.extend(held.filter(|held| !held.cases.is_empty() || !held.people.is_empty()).map(|_| part));
    }
    if parts.is_empty() {
        return Err(PageError::NotFound);
    }
    {
        let (mut tx, reader) = desk.read().await?;
        if !cases(&mut tx, &reader).await?.iter().any(|own| own.id == case) {
            return Err(PageError::NotFound);
        }
    }
    // The keys first: a case that has the row and not the keys would show what nobody can read; the other way round, the next visit mends it.
    desk.house.assign(&desk.who, &parts, case, now).await.map_err(|error| refused(&error))?;
    let mut write = desk.store.write(desk.member, now).await?;
    write.put_in_case(view.row.card.id, sight(&desk), case).await?;
    write.commit().await?;
    Ok(Redirect::to(&format!("{}?done=assigned", address(view.row.card.id))).into_response())
}

async fn press_step(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let step = super::inbox::step(&fields).ok_or(PageError::Malformed)?;
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    let done = match write.step_intake(view.row.card.id, sight(&desk), step).await {
        Ok(_) => "cards-moved",
        Err(StoreError::Step(_)) => "already",
        Err(error) => return Err(error.into()),
    };
    write.commit().await?;
    Ok(Redirect::to(&format!("{}?done={done}", address(view.row.card.id))).into_response())
}

async fn service(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    write.set_service(view.row.card.id, fields.get("serves") == "yes").await?;
    write.commit().await?;
    Ok(Redirect::to(&format!("{}?done=service", address(view.row.card.id))).into_response())
}

#[cfg(test)]
#[path = "statement_tests.rs"]
mod tests;
