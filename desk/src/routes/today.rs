//! Today: what waits for this member: tasks, clocks, claims nobody has examined, and what others changed in their cases.
//!
//! What changed stays until the member says "seen": looking writes nothing, and no time of a visit is kept.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::day::Day;
use kniha_core::id::NodeId;
use kniha_gate::{ActState, PROPOSED_US};
use kniha_store::{Case, Changed, Seen, TaskQuery, cases, changes, clocks, labels, tasks, unexamined};

use super::home::count_words;
use crate::error::PageError;
use crate::fields::Fields;
use crate::href;
use crate::page::{Frame, Room, page};
use crate::parts::ending::ClockLine;
use crate::parts::link::Link;
use crate::parts::task::TaskLine;
use crate::parts::value::Shown;
use crate::parts::when::{day, moment};
use crate::parts::{Reading, mentioned};
use crate::ways::{May, Ways};
use crate::{Desk, parts};

/// Lines of each part; the rest is counted or on its own page.
const TASKS: usize = 20;
const CLOCKS: usize = 8;
const CHANGES: usize = 20;
const WAITING: usize = 6;
/// Days that clocks are shown ahead, and behind.
const AHEAD: i64 = 14;
const BEHIND: i64 = 30;

pub(crate) fn routes() -> Ways {
    Ways::new().get("/today", May::Read, show).post("/today/seen", May::Read, seen)
}

/// A record that others changed.
pub(crate) struct ChangeLine {
    pub(crate) link: Link,
    pub(crate) kind: &'static str,
    pub(crate) what: String,
    pub(crate) by: String,
    pub(crate) day: String,
    pub(crate) exact: String,
}

/// A claim that waits.
pub(crate) struct WaitingLine {
    pub(crate) record: Link,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) href: String,
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    frame: Frame,
    day: String,
    no_cases: bool,
    tasks: Vec<TaskLine>,
    more_tasks: bool,
    clocks: Vec<ClockLine>,
    more_clocks: bool,
    waiting: Vec<WaitingLine>,
    waiting_count: String,
    /// Acts of others that wait for a second signature.
    acts: Option<String>,
    changes: Vec<ChangeLine>,
    more_changes: bool,
    seen: Seen,
}

async fn show(desk: Desk, frame: Frame) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let today = Day::of(now);
    let (mut tx, reader) = desk.read().await?;
    let mine: Vec<Case> = cases(&mut tx, &reader).await?;
    let query = TaskQuery { who: Some(desk.member), limit: TASKS, ..TaskQuery::default() };
    let (own, more_tasks) = tasks(&mut tx, &reader, &query).await?;
    let (running, more_clocks) = clocks(&mut tx, &reader, today.plus(-BEHIND), today.plus(AHEAD), CLOCKS).await?;
    let (waiting, count) = unexamined(&mut tx, &reader, WAITING).await?;
    let news = changes(&mut tx, &reader, CHANGES).await?;
    let mut ids: Vec<NodeId> = mentioned(&waiting);
    ids.extend(waiting.iter().map(|claim| claim.subject));
    ids.extend(news.records.iter().map(|changed| changed.id));
    ids.extend(running.iter().filter_map(ClockLine::record));
    let labels = labels(&mut tx, &reader, &ids).await?;
    drop(tx);
    let proposed = desk.house.acts(ActState::Proposed).await?;
    let acts = proposed.iter().filter(|act| act.by != desk.member && now.0 - act.at.0 <= PROPOSED_US).count();
    let token = frame.token.clone();
    let reading = Reading { t, labels: &labels, now, token: &token };
    let line = |claim: &kniha_store::ClaimView| WaitingLine {
        record: Link::to(&reading, claim.subject),
        label: claim.property.text.get(t.lang()).to_owned(),
        value: parts::cut(&Shown::of(&reading, claim.id, claim.property, claim.value.as_ref()).plain()),
        href: format!("{}#c-{}", href::record(claim.subject), claim.id),
    };
    page(&TodayPage {
        day: day(t, now),
        no_cases: mine.is_empty(),
        tasks: own.iter().map(|task| TaskLine::of(t, now, &token, task, true, false)).collect(),
        more_tasks,
        clocks: running.iter().map(|clock| ClockLine::of(&reading, clock)).collect(),
        more_clocks,
        waiting: waiting.iter().map(line).collect(),
        waiting_count: count_words(count),
        acts: (acts > 0).then(|| t.count("acts-waiting", acts)),
        changes: news.records.iter().map(|changed| ChangeLine::of(&reading, changed)).collect(),
        more_changes: news.more,
        seen: news.newest,
        frame: frame.titled(t.get("today")).standing(Room::Today),
    })
}

impl ChangeLine {
    fn of(reading: &Reading<'_>, changed: &Changed) -> ChangeLine {
        let t = reading.t;
        let mut what = Vec::new();
        if changed.claims > 0 {
            what.push(t.count("changed-claims", changed.claims));
        }
        if changed.moves > 0 {
            what.push(t.count("changed-moves", changed.moves));
        }
        ChangeLine {
            link: Link::to(reading, changed.id),
            kind: changed.kind.text(t.lang()),
            what: what.join(", "),
            by: changed.by.join(", "),
            day: day(t, changed.at),
            exact: moment(t, changed.at),
        }
    }
}

async fn seen(desk: Desk, fields: Fields) -> Result<Response, PageError> {
    let number = |name: &str| fields.get(name).parse::<i64>().map_err(|_| PageError::Malformed);
    let seen = Seen { claim: number("claim")?, event: number("event")? };
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    write.mark_seen(seen).await?;
    write.commit().await?;
    Ok(Redirect::to("/today?done=seen").into_response())
}
