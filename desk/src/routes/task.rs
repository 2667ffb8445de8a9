//! Tasks: the list of a member's own, one task with what was said of it, and making one by hand or of a gap.

use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::day::Day;
use kniha_core::id::{CaseId, MemberId, NodeId};
use kniha_core::text;
use kniha_core::vocab;
use kniha_store::{CaseMember, EntryId, Gap, NewTask, StoreError, TaskId, TaskQuery, case_members, cases, labels, record, sheet, task, tasks};

use crate::error::{PageError, text_reason};
use crate::fields::Fields;
use crate::form::{Press, Problems};
use crate::lang::Tongue;
use crate::page::{Frame, Room, capital, form_page, page};
use crate::parts::Reading;
use crate::parts::link::Link;
use crate::parts::task::TaskLine;
use crate::parts::when::day;
use crate::ways::{May, Ways};
use crate::{Desk, href};

/// Tasks on the list.
const MOST: usize = 300;

pub(crate) fn routes() -> Ways {
    Ways::new()
        .get("/tasks", May::Read, list)
        .get("/tasks/{id}", May::Read, show)
        .post("/tasks/{id}", May::Read, act)
        .get("/cases/{id}/task", May::Read, ask)
        .post("/cases/{id}/task", May::Read, make)
        .post("/r/{id}/task", May::File, make_of_record)
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct TasksPage {
    frame: Frame,
    tasks: Vec<TaskLine>,
    count: String,
    done: bool,
    more: bool,
}

async fn list(desk: Desk, frame: Frame, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let done = Fields::parse(query.unwrap_or_default().as_bytes()).is_some_and(|fields| fields.get("show") == "done");
    let (mut tx, reader) = desk.read().await?;
    let (own, more) = tasks(&mut tx, &reader, &TaskQuery { who: Some(desk.member), done, limit: MOST, ..TaskQuery::default() }).await?;
    page(&TasksPage {
        tasks: own.iter().map(|task| TaskLine::of(t, now, &frame.token, task, true, false)).collect(),
        count: t.count("tasks-count", own.len()),
        done,
        more,
        frame: frame.titled(t.get("my-tasks")).standing(Room::Today),
    })
}

#[derive(Template)]
#[template(path = "task.html")]
struct TaskPage<'a> {
    frame: Frame,
    line: TaskLine,
    made: String,
    gap: Option<(String, String)>,
    said: Option<String>,
    is_done: bool,
    action: String,
    typed: String,
    problems: &'a Problems,
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    shown(&desk, frame, &id, &Fields::default(), &Problems::default()).await
}

async fn shown(desk: &Desk, frame: Frame, id: &str, fields: &Fields, problems: &Problems) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let id = TaskId::parse(id).map_err(|_| PageError::NotFound)?;
    let (mut tx, reader) = desk.read().await?;
    let one = task(&mut tx, &reader, id).await?.ok_or(PageError::NotFound)?;
    let gap = match &one.gap {
        Some(Gap::Property(node, code)) => {
            let labels = labels(&mut tx, &reader, &[*node]).await?;
            let reading = Reading { t, labels: &labels, now, token: "" };
            let property = vocab::property(code).map_or(code.as_str(), |property| property.text.get(t.lang()));
            Some((format!("{}: {property}", Link::to(&reading, *node).main.text), href::add(*node, code)))
        }
        Some(Gap::Element(entry)) => {
            let sheet = sheet(&mut tx, &reader, one.case.id).await?;
            let element = sheet.and_then(|sheet| sheet.elements.into_iter().find(|element| element.written.id == *entry));
            element.map(|element| (capital(element.term.text.get(t.lang())), format!("{}#e-{entry}", href::case(one.case.id))))
        }
        None => None,
    };
    let html = TaskPage {
        line: TaskLine { post: None, ..TaskLine::of(t, now, &frame.token, &one, false, false) },
        made: t.with("task-made-by", &[("who", &one.made_by), ("day", &day(t, one.made))]),
        gap,
        said: one.said.clone(),
        is_done: one.done.is_some(),
        action: href::task(id),
        typed: fields.get("said").to_owned(),
        frame: frame.titled(problems.titled(t, &one.words)).standing(Room::Cases),
        problems,
    };
    form_page(&html, problems)
}

async fn act(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let task_id = TaskId::parse(&id).map_err(|_| PageError::NotFound)?;
    let done = match fields.get("act") {
        "done" => true,
        "reopen" => false,
        _ => return Err(PageError::Malformed),
    };
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    match write.set_task(task_id, done, fields.filled("said")).await {
        Ok(()) => write.commit().await?,
        Err(StoreError::Words { source, .. }) => {
            drop(write);
            let mut problems = Problems::default();
            problems.add("said", t.get("task-said"), text_reason(t, &source));
            return shown(&desk, frame, &id, &fields, &problems).await;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Redirect::to(&format!("{}?done={}", href::task(task_id), if done { "task-done" } else { "task-reopened" })).into_response())
}

#[derive(Template)]
#[template(path = "form_task.html")]
struct TaskForm<'a> {
    frame: Frame,
    case: (String, String),
    action: String,
    press: String,
    element: String,
    words: String,
    due: String,
    members: Vec<(CaseMember, bool)>,
    problems: &'a Problems,
}

async fn ask(desk: Desk, frame: Frame, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    form(&desk, frame, &id, &fields, &Press::draw()?, &Problems::default()).await
}

async fn form(desk: &Desk, frame: Frame, id: &str, fields: &Fields, press: &Press, problems: &Problems) -> Result<Response, PageError> {
    let t = frame.t;
    let id = CaseId::parse(id).map_err(|_| PageError::NotFound)?;
    let (mut tx, reader) = desk.read().await?;
    let case = cases(&mut tx, &reader).await?.into_iter().find(|case| case.id == id).ok_or(PageError::NotFound)?;
    // Whoever writes a task down usually does it.
    let chosen = if fields.has("who") { fields.get("who").to_owned() } else { desk.member.to_string() };
    let members = case_members(&mut tx, &reader, id).await?.into_iter().map(|member| {
        let is = member.id.to_string() == chosen;
        (member, is)
    });
    let html = TaskForm {
        members: members.collect(),
        action: format!("{}/task", href::case(id)),
        press: press.text(),
        element: fields.get("element").to_owned(),
        words: fields.get("words").to_owned(),
        due: fields.get("due").to_owned(),
        frame: frame.titled(problems.titled(t, &t.get("task-new"))).standing(Room::Cases),
        case: (case.title, href::case(id)),
        problems,
    };
    form_page(&html, problems)
}

async fn make(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let case = CaseId::parse(&id).map_err(|_| PageError::NotFound)?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let mut problems = Problems::default();
    let words = fields.get("words").trim();
    if let Err(error) = text::check_line(words) {
        problems.add("words", t.get("task-words"), text_reason(t, &error));
    }
    let due = match fields.filled("due").map(Day::parse) {
        Some(Err(_)) => {
            problems.add("due", t.get("task-due"), t.get("why-day"));
            None
        }
        due => due.and_then(Result::ok),
    };
    let who = fields.filled("who").map(MemberId::parse).transpose().map_err(|_| PageError::Malformed)?;
    let gap = fields.filled("element").map(EntryId::parse).transpose().map_err(|_| PageError::Malformed)?.map(Gap::Element);
    if !problems.is_empty() {
        return form(&desk, frame, &id, &fields, &press, &problems).await;
    }
    // One press of a page makes one task of each gap.
    let part = fields.get("element");
    let task = if fields.has("gap") { press.id(&format!("task {part}")) } else { press.id_with("task", &fields) };
    add(&desk, &NewTask { id: task, case, words: words.to_owned(), who, due, gap }).await?;
    Ok(Redirect::to(&format!("{}?done=task-made#tasks", href::case(case))).into_response())
}

/// A gap of a record becomes a task of its case with one press.
async fn make_of_record(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let node = NodeId::parse(&id).map_err(|_| PageError::NotFound)?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let property = vocab::property(fields.get("property")).ok_or(PageError::Malformed)?;
    let (mut tx, reader) = desk.read().await?;
    let record = record(&mut tx, &reader, node).await?.ok_or(PageError::NotFound)?;
    let labels = labels(&mut tx, &reader, &[node]).await?;
    drop(tx);
    let reading = Reading { t, labels: &labels, now: (desk.now)(), token: "" };
    let words = gap_words(t, &format!("{}: {}", Link::to(&reading, node).main.text, property.text.get(t.lang())));
    let gap = Some(Gap::Property(node, property.code.clone()));
    let new = NewTask { id: press.id(&format!("task {}", property.code)), case: record.case.id, words, who: Some(desk.member), due: None, gap };
    add(&desk, &new).await?;
    Ok(Redirect::to(&format!("{}?done=task-made#gaps", href::record(node))).into_response())
}

/// What a task of a gap says, cut to what a task holds.
pub(crate) fn gap_words(t: Tongue, what: &str) -> String {
    let words = t.with("task-of-gap", &[("what", what)]).replace(['\u{2068}', '\u{2069}'], "");
    words.chars().filter(|c| !c.is_control()).take(text::MAX_LINE_CHARS).collect()
}

async fn add(desk: &Desk, new: &NewTask) -> Result<(), StoreError> {
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    write.add_task(new).await?;
    write.commit().await
}
