//! Cases, and the page of one: its question, hypotheses (innocent ones too), the elements it wants with what speaks for and against each, gaps, tasks and
//! members.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kniha_core::claim::Stance;
use kniha_core::day::Day;
use kniha_core::id::{CaseId, NodeId};
use kniha_core::vocab;
use kniha_store::{AccessEvent, AccessMove, CaseLine, CaseMember, Element, EntryId, Gap, Lack, Sheet, Support, Supporting, TaskQuery, TaskView, Written};
use kniha_store::{access_history, case_lines, case_members, labels, sheet, tasks};

use super::task::gap_words;
use crate::error::PageError;
use crate::form::Press;
use crate::lang::Tongue;
use crate::page::{Frame, Room, capital, page};
use crate::parts::link::Link;
use crate::parts::task::{Due, TaskLine};
use crate::parts::value::Shown;
use crate::parts::when::{day, moment};
use crate::parts::{Reading, cut, mentioned};
use crate::ways::{May, Ways};
use crate::{Desk, href};

/// Cases on the list, tasks and access events on a case's page.
const CASES: usize = 500;
const TASKS: usize = 100;
const EVENTS: usize = 100;

pub(crate) fn routes() -> Ways {
    Ways::new().get("/cases", May::Read, list).get("/cases/{id}", May::Read, show)
}

/// A case in the list.
struct CaseRow {
    title: String,
    href: String,
    question: Option<String>,
    members: String,
    tasks: Option<String>,
    due: Option<Due>,
    until: Option<Due>,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct CasesPage {
    frame: Frame,
    cases: Vec<CaseRow>,
    count: String,
    more: bool,
    may_begin: bool,
}

async fn list(desk: Desk, frame: Frame) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let (mut tx, reader) = desk.read().await?;
    let (lines, more) = case_lines(&mut tx, &reader, CASES).await?;
    let row = |line: CaseLine| CaseRow {
        title: line.case.title,
        href: href::case(line.case.id),
        question: line.question.map(|words| cut(&words)),
        members: t.count("members-count", line.members),
        tasks: (line.tasks > 0).then(|| t.count("tasks-count", line.tasks)),
        due: line.due.map(|on| Due::of(t, now, on)),
        until: line.until.map(|until| Due::of(t, now, Day::of(until))),
    };
    page(&CasesPage {
        count: t.count("cases-count", lines.len()),
        cases: lines.into_iter().map(row).collect(),
        more,
        may_begin: desk.visit.hats().is_some_and(|hats| May::File.allows(hats)),
        frame: frame.titled(t.get("cases")).standing(Room::Cases),
    })
}

/// An entry of the sheet as it is shown: who wrote it, and why it was taken back.
pub(crate) struct EntryLine {
    pub(crate) id: String,
    pub(crate) words: String,
    pub(crate) by: String,
    pub(crate) day: String,
    pub(crate) exact: String,
    /// Why it was taken back, and by whom.
    pub(crate) withdrawn: Option<(String, String)>,
    /// Where it is taken back.
    pub(crate) back: Option<String>,
}

/// A hypothesis.
struct HypothesisLine {
    entry: EntryLine,
    innocent: bool,
}

/// What speaks for or against an element.
pub(crate) struct SupportLine {
    pub(crate) entry: EntryLine,
    pub(crate) record: Link,
    /// The claim and its page.
    pub(crate) claim: Option<(String, String)>,
    pub(crate) status: Option<String>,
    /// Taken back here, or the claim fell away.
    pub(crate) fallen: Option<String>,
}

/// A row of the grid.
pub(crate) struct ElementRow {
    pub(crate) entry: EntryLine,
    pub(crate) law: String,
    pub(crate) speaks: Vec<SupportLine>,
    pub(crate) against: Vec<SupportLine>,
    pub(crate) withheld: Option<String>,
    pub(crate) lacks: Vec<String>,
    /// Where evidence is added.
    pub(crate) add: String,
    /// An open task for its gap.
    pub(crate) task: Option<String>,
    /// What a task for its gap would say.
    pub(crate) gap: String,
}

/// A crime or breach with its elements.
pub(crate) struct CrimeGrid {
    pub(crate) code: String,
    pub(crate) title: String,
    pub(crate) law: String,
    pub(crate) rows: Vec<ElementRow>,
}

/// A member of the case.
struct MemberLine {
    name: String,
    by: String,
    since: String,
    until: Option<Due>,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    frame: Frame,
    title: String,
    href: String,
    id: String,
    me: String,
    made: String,
    question: Option<EntryLine>,
    earlier: Vec<EntryLine>,
    hypotheses: Vec<HypothesisLine>,
    no_innocent: bool,
    grids: Vec<CrimeGrid>,
    gaps: Option<String>,
    dropped: Vec<EntryLine>,
    tasks: Vec<TaskLine>,
    done: Vec<TaskLine>,
    more_tasks: bool,
    members: Vec<MemberLine>,
    history: Vec<String>,
    writes: bool,
    press: String,
    more: bool,
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let id = CaseId::parse(&id).map_err(|_| PageError::NotFound)?;
    let (mut tx, reader) = desk.read().await?;
    let sheet = sheet(&mut tx, &reader, id).await?.ok_or(PageError::NotFound)?;
    let query = TaskQuery { case: Some(id), limit: TASKS, ..TaskQuery::default() };
    let (open, more_tasks) = tasks(&mut tx, &reader, &query).await?;
    let (done, _) = tasks(&mut tx, &reader, &TaskQuery { done: true, limit: 20, ..query }).await?;
    let members = case_members(&mut tx, &reader, id).await?;
    let events = access_history(&mut tx, &reader, id, EVENTS).await?;
    let labels = labels(&mut tx, &reader, &of_sheet(&sheet)).await?;
    drop(tx);
    let token = frame.token.clone();
    let reading = Reading { t, labels: &labels, now, token: &token };
    let writes = frame.may(May::File);
    let case = href::case(id);
    let of = |written: &Written, words: &str| EntryLine::of(t, &case, written, words, writes);
    let mut questions = sheet.questions.iter().map(|(written, words)| of(written, words));
    let question = questions.next();
    let grids = grids(&reading, &case, &sheet, &open, writes);
    let gaps = grids.iter().flat_map(|grid| &grid.rows).filter(|row| !row.lacks.is_empty()).count();
    let line = |task: &TaskView| TaskLine::of(t, now, &token, task, false, true);
    page(&CasePage {
        title: sheet.case.title.clone(),
        id: id.to_string(),
        me: desk.member.to_string(),
        made: t.with("case-made-by", &[("who", &sheet.made.1), ("day", &day(t, sheet.made.0))]),
        question,
        earlier: questions.collect(),
        no_innocent: !sheet.hypotheses.iter().any(|hypothesis| hypothesis.innocent),
        hypotheses: sheet
            .hypotheses
            .iter()
            .map(|hypothesis| HypothesisLine { entry: of(&hypothesis.written, &hypothesis.words), innocent: hypothesis.innocent })
            .collect(),
        gaps: (gaps > 0).then(|| t.count("gaps-count", gaps)),
        grids,
        dropped: sheet
            .elements
            .iter()
            .filter(|element| element.written.withdrawn.is_some())
            .map(|element| of(&element.written, &capital(element.term.text.get(t.lang()))))
            .collect(),
        tasks: open.iter().map(line).collect(),
        done: done.iter().map(line).collect(),
        more_tasks,
        members: members.iter().map(|member| MemberLine::of(t, &reading, member)).collect(),
        history: events.iter().map(|event| event_words(t, event)).collect(),
        writes,
        press: Press::draw()?.text(),
        more: sheet.more,
        href: case,
        frame: frame.titled(sheet.case.title.clone()).standing(Room::Cases),
    })
}

/// Every record that a sheet mentions.
fn of_sheet(sheet: &Sheet) -> Vec<NodeId> {
    let mut ids = Vec::new();
    for support in sheet.elements.iter().flat_map(|element| &element.support) {
        match &support.on {
            Supporting::Claim(claim) => {
                ids.push(claim.subject);
                ids.extend(mentioned([claim.as_ref()]));
            }
            Supporting::Source(id) => ids.push(*id),
        }
    }
    ids
}

impl EntryLine {
    pub(crate) fn of(t: Tongue, case: &str, written: &Written, words: &str, writes: bool) -> EntryLine {
        EntryLine {
            id: written.id.to_string(),
            words: words.to_owned(),
            by: written.by.clone(),
            day: day(t, written.at),
            exact: moment(t, written.at),
            withdrawn: written.withdrawn.as_ref().map(|(reason, by, _)| (reason.clone(), by.clone())),
            back: (writes && written.withdrawn.is_none()).then(|| format!("{case}/back/{}", written.id)),
        }
    }
}

impl MemberLine {
    fn of(t: Tongue, reading: &Reading<'_>, member: &CaseMember) -> MemberLine {
        let until = member.until.map(|until| Due::of(t, reading.now, Day::of(until)));
        MemberLine { name: member.name.clone(), by: member.by.clone(), since: day(t, member.since), until }
    }
}

/// The message of something missing.
fn lack_key(lack: Lack) -> &'static str {
    match lack {
        Lack::Nothing => "lack-nothing",
        Lack::OneOrigin => "lack-origin",
        Lack::Unexamined => "lack-unexamined",
        Lack::NoContrary => "lack-contrary",
    }
}

/// The wanted elements by the crime they belong to, in the order of the vocabulary.
fn grids(reading: &Reading<'_>, case: &str, sheet: &Sheet, open: &[TaskView], writes: bool) -> Vec<CrimeGrid> {
    let t = reading.t;
    let tasks: BTreeMap<EntryId, String> = open
        .iter()
        .filter_map(|task| match &task.gap {
            Some(Gap::Element(entry)) => Some((*entry, href::task(task.id))),
            _ => None,
        })
        .collect();
    let crimes = vocab::list("crime").map_or(&[][..], |list| &list.terms);
    let mut grids = Vec::new();
    for crime in crimes {
        let wanted = sheet.elements.iter().filter(|element| element.written.withdrawn.is_none() && element.term.code.starts_with(&format!("{}_", crime.code)));
        let rows: Vec<ElementRow> = wanted.map(|element| element_row(reading, case, element, tasks.get(&element.written.id), writes)).collect();
        if !rows.is_empty() {
            let law = crime.source.clone().unwrap_or_default();
            grids.push(CrimeGrid { code: crime.code.clone(), title: capital(crime.text.get(t.lang())), law, rows });
        }
    }
    grids
}

fn element_row(reading: &Reading<'_>, case: &str, element: &Element, task: Option<&String>, writes: bool) -> ElementRow {
    let t = reading.t;
    let words = capital(element.term.text.get(t.lang()));
    let side =
        |stance: Stance| element.support.iter().filter(move |support| support.stance == stance).map(|support| support_line(reading, case, support, writes));
    let lacks: Vec<Lack> = element.lacks();
    ElementRow {
        law: element.term.source.clone().unwrap_or_default(),
        speaks: side(Stance::For).collect(),
        against: side(Stance::Against).collect(),
        withheld: (element.withheld > 0).then(|| t.count("support-withheld", element.withheld)),
        lacks: lacks.iter().map(|lack| t.get(lack_key(*lack))).collect(),
        add: href::with(&format!("{case}/support"), &[("element", &element.written.id.to_string())]),
        task: task.cloned(),
        gap: gap_words(t, &words),
        entry: EntryLine::of(t, case, &element.written, &words, writes),
    }
}

fn support_line(reading: &Reading<'_>, case: &str, support: &Support, writes: bool) -> SupportLine {
    let t = reading.t;
    let fallen = match &support.on {
        _ if support.written.withdrawn.is_some() => Some(t.get("support-back")),
        Supporting::Claim(claim) if claim.erased.is_some() => Some(t.get("support-erased")),
        Supporting::Claim(claim) if !claim.stands() => Some(t.get("support-withdrawn")),
        _ => None,
    };
    let (record, claim, status) = match &support.on {
        Supporting::Source(id) => (Link::to(reading, *id), None, None),
        Supporting::Claim(claim) => {
            let value = cut(&Shown::of(reading, claim.id, claim.property, claim.value.as_ref()).plain());
            let words = format!("{}: {value}", claim.property.text.get(t.lang()));
            let status = vocab::list("status").and_then(|list| list.term(claim.status.code())).map(|term| term.text.get(t.lang()).to_owned());
            (Link::to(reading, claim.subject), Some((words, format!("{}#c-{}", href::record(claim.subject), claim.id))), status)
        }
    };
    let entry = EntryLine::of(t, case, &support.written, support.words.as_deref().unwrap_or_default(), writes);
    SupportLine { entry, record, claim, status, fallen }
}

fn event_words(t: Tongue, event: &AccessEvent) -> String {
    let key = match (event.what, event.until.is_some(), event.second.is_some()) {
        (AccessMove::Granted, false, false) => "access-granted",
        (AccessMove::Granted, true, false) => "access-granted-until",
        (AccessMove::Granted, false, true) => "access-granted-second",
        (AccessMove::Granted, true, true) => "access-granted-second-until",
        (AccessMove::Revoked, ..) => "access-revoked",
        (AccessMove::Lapsed, ..) => "access-lapsed",
    };
    let until = event.until.map(|until| moment(t, until)).unwrap_or_default();
    let second = event.second.clone().unwrap_or_default();
    t.with(key, &[("whose", &event.whose), ("by", &event.by), ("day", &day(t, event.at)), ("until", &until), ("second", &second)])
}
