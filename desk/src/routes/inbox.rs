//! The inbox: what arrived sealed, the cards that were looked at, what waits for a second person, what looks like a flood.
//!
//! A card says how urgent, old and long an account is, in which language and through which door it came, and nothing that was told. Opening is in `together`.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::MemberId;
use kniha_core::intake::{Doorway, Length, Refusal, State, Step};
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_gate::GateError;
use kniha_seal::part::PartId;
use kniha_store::{
    Case, IntakeCount, IntakeId, IntakeOrder, IntakeQuery, IntakeRow, StoreError, alike, cases, intake_counts, intake_overdue, letters_waiting, members,
};

use super::together::{Outcome, fail_words};
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::href;
use crate::lang::Tongue;
use crate::page::{Frame, Room, page};
use crate::parts::when;
use crate::sealed::{TRIAGE, catch_up, look, refused, sight, waiting};
use crate::ways::{May, Ways};

/// Cards that are looked at with one press.
const MOST_CARDS: usize = 200;
/// Alike cards of one day from which on they are offered to be swept.
const FLOOD: usize = 8;
/// Days after which the alarm of 48 hours sounds, counted in whole days as parts are dated.
const LATE_DAYS: i64 = 2;

pub(crate) fn routes() -> Ways {
    Ways::new().get("/inbox", May::Inbox, show).post("/inbox/look", May::Inbox, press_look).post("/inbox/cards", May::Inbox, press_cards).post(
        "/inbox/sweep",
        May::Inbox,
        press_sweep,
    )
}

/// A card in the list.
pub(crate) struct CardLine {
    pub(crate) id: IntakeId,
    pub(crate) name: String,
    pub(crate) day: String,
    pub(crate) late: bool,
    pub(crate) urgent: bool,
    pub(crate) facts: Vec<String>,
    pub(crate) state: String,
    /// Whether this member was drawn for its text and can open it with others.
    pub(crate) mine: bool,
    /// Who was drawn, so that somebody can be asked.
    pub(crate) drawn: String,
    /// Whether it was offered already.
    pub(crate) offered: bool,
}

/// A tranche that waits.
struct Wait {
    href: String,
    by: String,
    count: usize,
    until: String,
    mine: bool,
}

/// Cards that look alike.
struct Group {
    day: i64,
    lang: String,
    length: &'static str,
    words: String,
    count: usize,
}

/// A filter that can be chosen.
struct Narrow {
    href: String,
    words: String,
    count: usize,
    on: bool,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: Frame,
    sealed: usize,
    at_once: usize,
    late: usize,
    others: Vec<String>,
    waits: Vec<Wait>,
    letters: usize,
    cards: Vec<CardLine>,
    cases: Vec<Case>,
    groups: Vec<Group>,
    narrow: Vec<Narrow>,
    orders: Vec<Narrow>,
    reasons: Vec<(&'static str, String)>,
    next: Option<String>,
    before: Option<String>,
}

/// What the address asks for.
fn ask(query: &Fields) -> IntakeQuery {
    let states = match query.get("state") {
        "" => vec![State::Received, State::Screened],
        state => State::parse(state).into_iter().collect(),
    };
    IntakeQuery {
        states,
        lang: query.filled("lang-of").filter(|lang| lang.len() <= 35).map(str::to_owned),
        door: Doorway::parse(query.get("door")).ok(),
        urgent: query.get("urgent") == "1",
        order: match query.get("order") {
            "oldest" => IntakeOrder::Oldest,
            "lang" => IntakeOrder::Lang,
            "door" => IntakeOrder::Door,
            _ => IntakeOrder::Urgent,
        },
        page: query.get("page").parse().unwrap_or(0),
        ..waiting()
    }
}

/// The address with one thing of it changed; an empty value takes it away. The page begins anew.
fn with(query: &Fields, name: &str, value: &str) -> String {
    let known = ["state", "lang-of", "door", "urgent", "order", "page"];
    let mut pairs: Vec<(&str, &str)> = query.iter().filter(|(own, v)| known.contains(own) && *own != name && *own != "page" && !v.is_empty()).collect();
    if !value.is_empty() {
        pairs.push((name, value));
    }
    href::with("/inbox", &pairs)
}

async fn show(desk: Desk, frame: Frame, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let query = Fields::of(query);
    let (t, now) = (frame.t, (desk.now)());
    desk.house.index().await.map_err(|error| refused(&error))?;
    let own = {
        let (mut tx, reader) = desk.read().await?;
        cases(&mut tx, &reader).await?
    };
    catch_up(&desk, &own.iter().map(|case| case.id).collect::<Vec<_>>()).await?;
    let sealed = desk.house.sealed(now).await.map_err(|error| refused(&error))?;
    let tranches = desk.house.tranches(desk.member, now).await.map_err(|error| refused(&error))?;
    let asked = ask(&query);
    let (mut tx, reader) = desk.read().await?;
    let (rows, more) = kniha_store::intakes(&mut tx, &reader, sight(&desk), &asked).await?;
    let counts = intake_counts(&mut tx, &reader, sight(&desk), true).await?;
    let today = now.0.div_euclid(DAY_US);
    let overdue = intake_overdue(&mut tx, sight(&desk), today - LATE_DAYS).await?;
    let letters = letters_waiting(&mut tx, &reader).await?.iter().filter(|letter| !letter.mine).count();
    let names: BTreeMap<MemberId, String> = members(&mut tx).await?.into_iter().collect();
    let name = |id: &MemberId| names.get(id).cloned().unwrap_or_else(|| id.to_string()[..6].to_owned());
    let groups = alike(&mut tx, sight(&desk), FLOOD).await?;
    drop(tx);
    let closed: Vec<_> = sealed.iter().filter(|part| part.quorum.0 == TRIAGE && part.drawn.contains(&desk.member)).collect();
    let waits = tranches.iter().filter(|tranche| !tranche.parts.is_empty()).map(|tranche| Wait {
        href: super::together::address(tranche.id),
        by: name(&tranche.by),
        count: if tranche.mine.is_empty() { tranche.parts.len() } else { tranche.mine.len() },
        until: when::moment(t, tranche.until),
        mine: !tranche.mine.is_empty(),
    });
    let mut cards = Vec::with_capacity(rows.len());
    for row in &rows {
        let base = base_of(row);
        let parts: Vec<_> = sealed.iter().filter(|part| part.part == base).collect();
        let mut card = card_line(t, row, today);
        card.mine = parts.iter().any(|part| part.drawn.contains(&desk.member) && part.k > 1);
        let mut drawn: Vec<String> = parts.iter().filter(|part| part.quorum.0 != 4).flat_map(|part| part.drawn.iter().map(name)).collect();
        drawn.dedup();
        card.drawn = drawn.join(", ");
        card.offered = parts.iter().any(|part| part.offered_by.contains(&desk.member));
        cards.push(card);
    }
    let others = desk.visit.rooms.sessions().members(now).iter().filter(|id| **id != desk.member).map(name).collect();
    let page_no = asked.page.to_string();
    let html = InboxPage {
        sealed: closed.len(),
        at_once: closed.len().min(MOST_CARDS),
        late: overdue + closed.iter().filter(|part| i64::from(part.day.0) <= today - LATE_DAYS).count(),
        others,
        waits: waits.collect(),
        letters,
        cards,
        cases: own,
        groups: groups.iter().map(|group| group_line(t, group)).collect(),
        narrow: narrow(t, &query, &asked, &counts),
        orders: orders(t, &query, asked.order),
        reasons: reasons(t),
        next: more.then(|| with(&query, "page", &(asked.page + 1).to_string())),
        before: (page_no != "0").then(|| with(&query, "page", &asked.page.saturating_sub(1).to_string())),
        frame: frame.titled(t.get("inbox")).standing(Room::Inbox),
    };
    page(&html)
}

/// The part with the text of a submission, whether it was opened or not.
fn base_of(row: &IntakeRow) -> PartId {
    let submission = kniha_seal::part::SubmissionId::from_random(*row.card.id.bytes());
    kniha_seal::part::part_id(&submission, kniha_seal::part::Compartment::Base, 0)
}

/// The reasons to refuse with.
pub(crate) fn reasons(t: Tongue) -> Vec<(&'static str, String)> {
    Refusal::ALL.iter().map(|reason| (reason.code(), t.get(&format!("in-why-{}", reason.code())))).collect()
}

/// A card's line.
pub(crate) fn card_line(t: Tongue, row: &IntakeRow, today: i64) -> CardLine {
    let card = &row.card;
    let mut facts =
        vec![t.get(&format!("in-kind-{}", card.kind.code())), super::letter::tongue_name(t, &card.lang), t.get(&format!("in-length-{}", card.length.code()))];
    facts.extend(card.door.map(|door| t.get(&format!("in-door-{}", door.code()))));
    facts.extend((card.way != kniha_core::intake::Way::Portal).then(|| t.get(&format!("in-way-{}", card.way.code()))));
    for (is, key) in [(card.minor, "in-minor"), (card.own_acts, "in-own-acts"), (card.contact, "in-contact")] {
        facts.extend(is.then(|| t.get(key)));
    }
    CardLine {
        id: card.id,
        name: called(row),
        day: when::day(t, UtcMicros(card.day * DAY_US)),
        late: card.day <= today - LATE_DAYS && row.state.is_new(),
        urgent: card.urgent,
        facts,
        state: t.get(&format!("in-state-{}", row.state.code())),
        mine: false,
        drawn: String::new(),
        offered: false,
    }
}

/// What an account is called: the label of its record, else the beginning of its own random number.
pub(crate) fn called(row: &IntakeRow) -> String {
    row.statement.map_or_else(|| row.card.id.to_string(), |id| id.to_string()).chars().take(8).collect()
}

fn group_line(t: Tongue, group: &kniha_store::Alike) -> Group {
    let day = when::day(t, UtcMicros(group.day * DAY_US));
    let words = format!("{day} · {} · {}", super::letter::tongue_name(t, &group.lang), t.get(&format!("in-length-{}", group.length.code())));
    Group { day: group.day, lang: group.lang.clone(), length: group.length.code(), words, count: group.ids.len() }
}

fn narrow(t: Tongue, query: &Fields, asked: &IntakeQuery, counts: &[IntakeCount]) -> Vec<Narrow> {
    let sum = |fits: &dyn Fn(&IntakeCount) -> bool| counts.iter().filter(|count| fits(count)).map(|count| count.count).sum::<usize>();
    let is_asked = |count: &IntakeCount| asked.states.contains(&count.state);
    let mut all = Vec::new();
    let mut add = |name: &str, value: &str, words: String, count: usize, on: bool| {
        if count > 0 || on {
            all.push(Narrow { href: with(query, name, if on { "" } else { value }), words, count, on });
        }
    };
    add("urgent", "1", t.get("in-urgent"), sum(&|count| is_asked(count) && count.urgent), asked.urgent);
    let mut langs: Vec<&str> = counts.iter().map(|count| count.lang.as_str()).collect();
    langs.sort_unstable();
    langs.dedup();
    for lang in langs.into_iter().take(30) {
        let n = sum(&|count| is_asked(count) && count.lang == lang);
        add("lang-of", lang, super::letter::tongue_name(t, lang), n, asked.lang.as_deref() == Some(lang));
    }
    for door in Doorway::ALL {
        let n = sum(&|count| is_asked(count) && count.door == Some(*door));
        add("door", door.code(), t.get(&format!("in-door-{}", door.code())), n, asked.door == Some(*door));
    }
    for state in State::ALL.iter().filter(|state| !state.is_new()) {
        let on = asked.states == [*state];
        add("state", state.code(), t.get(&format!("in-state-{}", state.code())), sum(&|count| count.state == *state), on);
    }
    all
}

fn orders(t: Tongue, query: &Fields, now: IntakeOrder) -> Vec<Narrow> {
    [(IntakeOrder::Urgent, "urgent"), (IntakeOrder::Oldest, "oldest"), (IntakeOrder::Lang, "lang"), (IntakeOrder::Door, "door")]
        .into_iter()
        .map(|(order, code)| Narrow { href: with(query, "order", code), words: t.get(&format!("in-order-{code}")), count: 0, on: order == now })
        .collect()
}

async fn press_look(desk: Desk, frame: Frame, fields: Fields) -> Result<Response, PageError> {
    let now = (desk.now)();
    let most = fields.get("most").parse().unwrap_or(MOST_CARDS).clamp(1, MOST_CARDS);
    let sealed = desk.house.sealed(now).await.map_err(|error| refused(&error))?;
    let parts: Vec<PartId> =
        sealed.iter().filter(|part| part.quorum.0 == TRIAGE && part.drawn.contains(&desk.member)).map(|part| part.part).take(most).collect();
    match look(&desk, &parts).await? {
        Ok(failures) if failures.is_empty() => Ok(Redirect::to("/inbox?done=looked").into_response()),
        Ok(failures) => Outcome::closed(&frame, &desk, &failures).await,
        Err(error) => Outcome::refused(frame, &error),
    }
}

/// The accounts that were picked, at most a page of them.
pub(crate) fn picked(fields: &Fields) -> Vec<IntakeId> {
    let mut ids: Vec<IntakeId> = fields.all("pick[]").filter_map(|id| IntakeId::parse(id).ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The step that a form asks for.
pub(crate) fn step(fields: &Fields) -> Option<Step> {
    Some(match fields.get("act") {
        "screen" => Step::Screen,
        "spam" => Step::Spam,
        "refuse" => Step::Refuse(Refusal::parse(fields.get("reason")).ok()?),
        "keep" => Step::Keep,
        "read" => Step::Read,
        "withdraw" => Step::Withdraw,
        _ => return None,
    })
}

async fn press_cards(desk: Desk, frame: Frame, fields: Fields) -> Result<Response, PageError> {
    let ids = picked(&fields);
    if ids.is_empty() {
        return Ok(Redirect::to("/inbox?done=none-picked").into_response());
    }
    if fields.get("act") == "together" {
        return super::together::offer(desk, frame, &fields, &ids).await;
    }
    let step = step(&fields).ok_or(PageError::Malformed)?;
    let done = move_all(&desk, &ids, step).await?;
    Ok(Redirect::to(if done == ids.len() { "/inbox?done=cards-moved" } else { "/inbox?done=cards-some" }).into_response())
}

/// Moves each that can be moved; what somebody else moved meanwhile stays as it is. Gives how many moved.
async fn move_all(desk: &Desk, ids: &[IntakeId], step: Step) -> Result<usize, PageError> {
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    let mut done = 0;
    for id in ids {
        match write.step_intake(*id, sight(desk), step).await {
            Ok(_) => done += 1,
            Err(StoreError::Step(_) | StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    write.commit().await?;
    Ok(done)
}

async fn press_sweep(desk: Desk, fields: Fields) -> Result<Response, PageError> {
    let day: i64 = fields.get("day").parse().map_err(|_| PageError::Malformed)?;
    let length = Length::parse(fields.get("length")).map_err(|_| PageError::Malformed)?;
    let reason = Refusal::parse(fields.get("reason")).map_err(|_| PageError::Malformed)?;
    let groups = {
        let (mut tx, _) = desk.read().await?;
        alike(&mut tx, sight(&desk), FLOOD).await?
    };
    let group = groups.into_iter().find(|group| group.day == day && group.length == length && group.lang == fields.get("lang-of"));
    // A group that is not there any more was swept by somebody else.
    let Some(group) = group else { return Ok(Redirect::to("/inbox?done=cards-some").into_response()) };
    let step = if fields.get("act") == "spam" { Step::Spam } else { Step::Refuse(reason) };
    move_all(&desk, &group.ids, step).await?;
    Ok(Redirect::to("/inbox?done=swept").into_response())
}

/// What the gate's refusal of everything means, in the person's language.
pub(crate) fn gate_words(t: Tongue, error: &GateError) -> Option<String> {
    Some(match error {
        GateError::Cap { until, .. } => t.with("in-fail-cap", &[("until", &when::moment(t, *until))]),
        GateError::NoAuditor => t.get("in-fail-no-auditor"),
        GateError::Log { .. } => t.get("in-fail-log"),
        GateError::Gone => t.get("in-fail-gone"),
        GateError::TooMany { most } => t.count("in-fail-many", *most),
        GateError::NotInCase | GateError::NoPart => t.get("in-fail-none"),
        GateError::Open(failure) => fail_words(t, failure, &BTreeMap::new()),
        _ => return None,
    })
}

#[cfg(test)]
#[path = "inbox_tests.rs"]
mod tests;
