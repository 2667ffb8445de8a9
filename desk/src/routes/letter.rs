//! Writing to a source: what was answered before, prepared words for how far the account has come, a second reader where the person still serves.
//!
//! Letters are dated by week. What was written is kept as a sealed part of the case before it leaves; if the outbox does not take it, it is ready and can be
//! sent again.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::intake::Step;
use kniha_core::lang::Lang;
use kniha_core::text;
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_gate::Why;
use kniha_seal::part::{Compartment, PartId};
use kniha_store::{IntakeView, LetterId, LetterKind, LetterState, LetterView, NewLetter, Sight, StoreError, letters, letters_waiting, mailbox_keys};

use super::inbox::called;
use super::statement::address;
use crate::Desk;
use crate::error::{PageError, text_reason};
use crate::fields::Fields;
use crate::form::{Press, Problems};
use crate::lang::Tongue;
use crate::outbox::{MOST_BYTES, Outgoing};
use crate::page::{Frame, Room, form_page, page};
use crate::parts::when;
use crate::sealed::{find, refused};
use crate::ways::{May, Ways};

/// Words that are prepared, with what each is.
const PREPARED: [(&str, LetterKind); 6] = [
    ("read", LetterKind::Status),
    ("question", LetterKind::Request),
    ("used", LetterKind::Status),
    ("kept", LetterKind::Status),
    ("refused", LetterKind::Status),
    ("deleted", LetterKind::Status),
];
/// Letters whose words are shown.
const SHOWN: usize = 12;

pub(crate) fn routes() -> Ways {
    Ways::new()
        .get("/letters", May::File, waiting)
        .get("/statement/{id}/letters", May::File, show)
        .post("/statement/{id}/letters", May::File, write)
        .post("/statement/{id}/letters/second", May::File, second)
        .post("/statement/{id}/letters/send", May::File, send_again)
}

/// The name of a language, or its tag.
pub(crate) fn tongue_name(t: Tongue, tag: &str) -> String {
    let key = format!("f-tongue-{tag}");
    if t.has(&key) { t.get(&key) } else { tag.to_owned() }
}

struct Line {
    id: LetterId,
    kind: String,
    week: String,
    state: &'static str,
    state_words: String,
    by: String,
    second: Option<String>,
    mine: bool,
    words: Option<String>,
}

#[derive(Template)]
#[template(path = "letters.html")]
struct LettersPage<'a> {
    frame: Frame,
    here: String,
    back: String,
    lines: Vec<Line>,
    read: bool,
    log: String,
    can_write: bool,
    why_not: String,
    in_service: bool,
    lang: Lang,
    lang_name: String,
    kinds: Vec<(&'static str, String, bool)>,
    prepared: Vec<(String, String)>,
    text: String,
    press: String,
    problems: &'a Problems,
}

/// The language that a person is written to in.
fn lang_of(view: &IntakeView) -> Lang {
    Lang::parse(view.row.card.lang.split('-').next().unwrap_or_default()).unwrap_or(Lang::En)
}

/// The first day of a week, Monday, counted from 1970-01-01 (a Thursday).
fn week(now: UtcMicros) -> i64 {
    let day = now.0.div_euclid(DAY_US);
    day - (day + 3).rem_euclid(7)
}

/// Prepared words in the person's language, with the week and nothing sharper.
fn prepared(lang: Lang, code: &str, now: UtcMicros) -> String {
    let t = Tongue(lang);
    let week = when::day(t, UtcMicros(week(now) * DAY_US));
    t.with(&format!("ml-text-{code}"), &[("week", &week)]).replace(['\u{2068}', '\u{2069}'], "")
}

async fn open(desk: &Desk, id: &str) -> Result<IntakeView, PageError> {
    let view = find(desk, id).await?;
    if view.row.case.is_some() { Ok(view) } else { Err(PageError::NotFound) }
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let view = open(&desk, &id).await?;
    draw(&desk, frame, &view, &Fields::of(query), Press::draw()?, &Problems::default()).await
}

async fn draw(desk: &Desk, frame: Frame, view: &IntakeView, fields: &Fields, press: Press, problems: &Problems) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let id = view.row.card.id;
    let (all, has_keys) = {
        let (mut tx, reader) = desk.read().await?;
        (letters(&mut tx, &reader, id).await?, mailbox_keys(&mut tx, &reader, id).await?.is_some())
    };
    let is_read = fields.has("read");
    let from = all.len().saturating_sub(SHOWN);
    let mut lines = Vec::with_capacity(all.len());
    for (i, letter) in all.iter().enumerate() {
        let mut words = None;
        if is_read && i >= from {
            let part = PartId::from_random(letter.letter.part);
            let opened = desk.house.read(&desk.who, part, Why::Answer, now).await.map_err(|error| refused(&error))?;
            words = Some(String::from_utf8_lossy(&opened.content).into_owned());
        }
        lines.push(line(t, letter, words));
    }
    let lang = lang_of(view);
    let code = fields.get("prepared");
    let chosen = PREPARED.iter().find(|(own, _)| *own == code);
    let kind = LetterKind::parse(fields.get("kind")).or(chosen.map(|(_, kind)| *kind)).unwrap_or(LetterKind::Text);
    let text = match chosen {
        Some((code, _)) if !fields.has("text") => prepared(lang, code, now),
        _ => fields.get("text").to_owned(),
    };
    let can_write = has_keys && view.row.may_write == Some(true);
    let here = format!("{}/letters", address(id));
    let html = LettersPage {
        back: format!("{}?read=1", address(id)),
        lines,
        read: is_read,
        log: t.with("ml-log", &[("who", &desk.visit.account.login), ("what", &called(&view.row)), ("n", &all.len().min(SHOWN).to_string())]),
        can_write,
        why_not: t.get(if view.row.may_write == Some(false) { "ml-not-wished" } else { "ml-no-keys" }),
        in_service: view.row.in_service,
        lang,
        lang_name: tongue_name(t, lang.code()),
        kinds: [LetterKind::Text, LetterKind::Request, LetterKind::Status].map(|of| (of.code(), t.get(&format!("ml-kind-{}", of.code())), of == kind)).to_vec(),
        prepared: PREPARED.iter().map(|(code, _)| (crate::href::with(&here, &[("prepared", code)]), t.get(&format!("ml-prepared-{code}")))).collect(),
        here,
        text,
        press: press.text(),
        problems,
        frame: frame.titled(problems.titled(t, &t.with("ml-title", &[("name", &called(&view.row))]))).standing(Room::Inbox),
    };
    form_page(&html, problems)
}

fn line(t: Tongue, letter: &LetterView, words: Option<String>) -> Line {
    Line {
        id: letter.letter.id,
        kind: t.get(&format!("ml-kind-{}", letter.letter.kind.code())),
        week: t.with("ml-week", &[("day", &when::day(t, UtcMicros(letter.letter.day * DAY_US)))]),
        state: letter.state.code(),
        state_words: t.get(&format!("ml-state-{}", letter.state.code())),
        by: letter.by.clone(),
        second: letter.second.clone(),
        mine: letter.mine,
        words,
    }
}

async fn write(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let view = open(&desk, &id).await?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let intake = view.row.card.id;
    let (Some(case), Some(true)) = (view.row.case.clone(), view.row.may_write) else { return Err(PageError::Malformed) };
    let kind = LetterKind::parse(fields.get("kind")).ok_or(PageError::Malformed)?;
    let letter_id: LetterId = press.id("letter");
    let known = {
        let (mut tx, reader) = desk.read().await?;
        letters(&mut tx, &reader, intake).await?.iter().any(|letter| letter.letter.id == letter_id)
    };
    if known {
        return Ok(Redirect::to(&format!("{}/letters?done=already", address(intake))).into_response());
    }
    let words = fields.get("text").trim();
    let mut problems = Problems::default();
    if let Err(error) = text::check(words) {
        problems.add("text", t.get("ml-words"), text_reason(t, &error));
    } else if words.len() > MOST_BYTES {
        problems.add("text", t.get("ml-words"), t.with("ml-too-long", &[("bytes", &words.len().to_string()), ("most", &MOST_BYTES.to_string())]));
    }
    if !problems.is_empty() {
        return draw(&desk, frame, &view, &fields, press, &problems).await;
    }
    let (now, lang) = ((desk.now)(), lang_of(&view));
    let part = desk.house.keep(&desk.who, case.id, Compartment::File, lang.code(), words.as_bytes(), now).await.map_err(|error| refused(&error))?;
    let letter = NewLetter { id: letter_id, part: *part.bytes(), kind, lang: lang.code().to_owned(), day: week(now) };
    let mut write = desk.store.write(desk.member, now).await?;
    let state = write.add_letter(intake, &letter).await?;
    if kind == LetterKind::Request {
        match write.step_intake(intake, Sight::Cases, Step::Ask).await {
            Ok(_) | Err(StoreError::Step(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    write.commit().await?;
    let done = if state == LetterState::Ready { send(&desk, &view, &letter, words).await? } else { "letter-waits" };
    Ok(Redirect::to(&format!("{}/letters?done={done}", address(intake))).into_response())
}

/// Hands a letter over; says what became of it.
async fn send(desk: &Desk, view: &IntakeView, letter: &NewLetter, words: &str) -> Result<&'static str, PageError> {
    let keys = {
        let (mut tx, reader) = desk.read().await?;
        mailbox_keys(&mut tx, &reader, view.row.card.id).await?.ok_or(PageError::NotFound)?
    };
    let now = (desk.now)();
    let lang = Lang::parse(&letter.lang).unwrap_or(Lang::En);
    let Some(outbox) = desk.visit.rooms.outbox() else { return Ok("letter-ready") };
    if let Err(error) = outbox.take(&Outgoing { to: &keys, kind: letter.kind, lang, text: words, now }) {
        eprintln!("desk: {error}");
        return Ok("letter-ready");
    }
    let mut write = desk.store.write(desk.member, now).await?;
    write.sent_letter(view.row.card.id, letter.id).await?;
    write.commit().await?;
    Ok("letter-sent")
}

async fn letter_of(desk: &Desk, view: &IntakeView, fields: &Fields) -> Result<LetterView, PageError> {
    let id = LetterId::parse(fields.get("letter")).map_err(|_| PageError::Malformed)?;
    let (mut tx, reader) = desk.read().await?;
    letters(&mut tx, &reader, view.row.card.id).await?.into_iter().find(|letter| letter.letter.id == id).ok_or(PageError::NotFound)
}

async fn words_of(desk: &Desk, letter: &LetterView) -> Result<String, PageError> {
    let opened = desk.house.read(&desk.who, PartId::from_random(letter.letter.part), Why::Answer, (desk.now)()).await.map_err(|error| refused(&error))?;
    Ok(String::from_utf8_lossy(&opened.content).into_owned())
}

async fn second(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = open(&desk, &id).await?;
    let letter = letter_of(&desk, &view, &fields).await?;
    let intake = view.row.card.id;
    let agreed = fields.get("act") == "agree";
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    let done = match write.second_letter(intake, letter.letter.id, agreed).await {
        Ok(()) => {
            write.commit().await?;
            if agreed { send(&desk, &view, &letter.letter, &words_of(&desk, &letter).await?).await? } else { "letter-refused" }
        }
        Err(StoreError::SamePerson) => "same-person",
        Err(StoreError::NotFound { .. }) => "already",
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&format!("{}/letters?done={done}", address(intake))).into_response())
}

async fn send_again(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = open(&desk, &id).await?;
    let letter = letter_of(&desk, &view, &fields).await?;
    let done = match letter.state {
        LetterState::Ready => send(&desk, &view, &letter.letter, &words_of(&desk, &letter).await?).await?,
        _ => "already",
    };
    Ok(Redirect::to(&format!("{}/letters?done={done}", address(view.row.card.id))).into_response())
}

#[derive(Template)]
#[template(path = "letters_waiting.html")]
struct WaitingPage {
    frame: Frame,
    lines: Vec<(String, Line)>,
}

async fn waiting(desk: Desk, frame: Frame) -> Result<Response, PageError> {
    let t = frame.t;
    let all = {
        let (mut tx, reader) = desk.read().await?;
        letters_waiting(&mut tx, &reader).await?
    };
    let lines = all.iter().map(|letter| (format!("{}/letters?read=1", address(letter.intake)), line(t, letter, None))).collect();
    page(&WaitingPage { lines, frame: frame.titled(t.get("ml-waiting")).standing(Room::Inbox) })
}

#[cfg(test)]
#[path = "letter_tests.rs"]
mod tests;
