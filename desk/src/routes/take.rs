//! A new statement: by telephone, in an interview, from paper. Questions and answers stand beside each other with their times; nothing of other accounts is
//! shown until the first one is closed, so that nobody asks for what others said.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::CaseId;
use kniha_core::intake::{Doorway, Kind, Length, Way};
use kniha_core::lang::Lang;
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_gate::Why;
use kniha_seal::part::Compartment;
use kniha_store::{Card, Case, IntakeId, IntakeView, Piece, Sight, cases};

use super::inbox::called;
use super::letter::tongue_name;
use super::statement::{address, reading};
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::form::{Press, Problems};
use crate::lang::Tongue;
use crate::page::{Frame, Room, form_page};
use crate::parts::when;
use crate::sealed::{Content, find, read, refused};
use crate::statement::taken::{Taken, Turn};
use crate::ways::{May, Ways};

const WAYS: [Way; 3] = [Way::Telephone, Way::Interview, Way::Paper];

pub(crate) fn routes() -> Ways {
    Ways::new().get("/new-statement", May::File, ask).post("/new-statement", May::File, begin).get("/statement/{id}/take", May::File, show).post(
        "/statement/{id}/take",
        May::File,
        keep,
    )
}

#[derive(Template)]
#[template(path = "new_statement.html")]
struct NewPage<'a> {
    frame: Frame,
    press: String,
    ways: Vec<(&'static str, String, bool)>,
    langs: Vec<(&'static str, String, bool)>,
    cases: Vec<(Case, bool)>,
    present: String,
    interpreter: String,
    before: String,
    minor: bool,
    urgent: bool,
    problems: &'a Problems,
}

async fn ask(desk: Desk, frame: Frame) -> Result<Response, PageError> {
    draw_new(&desk, frame, &Fields::default(), Press::draw()?, &Problems::default()).await
}

async fn draw_new(desk: &Desk, frame: Frame, fields: &Fields, press: Press, problems: &Problems) -> Result<Response, PageError> {
    let t = frame.t;
    let own = {
        let (mut tx, reader) = desk.read().await?;
        cases(&mut tx, &reader).await?
    };
    let way = fields.filled("way").unwrap_or("telephone");
    let lang = fields.filled("lang-of").unwrap_or(t.code());
    let html = NewPage {
        press: press.text(),
        ways: WAYS.map(|of| (of.code(), t.get(&format!("in-way-{}", of.code())), of.code() == way)).to_vec(),
        langs: Lang::ALL.iter().map(|of| (of.code(), tongue_name(t, of.code()), of.code() == lang)).collect(),
        cases: own.into_iter().map(|case| (case.id.to_string() == fields.get("case"), case)).map(|(on, case)| (case, on)).collect(),
        present: fields.get("present").to_owned(),
        interpreter: fields.get("interpreter").to_owned(),
        before: fields.get("before").to_owned(),
        minor: fields.has("minor"),
        urgent: fields.has("urgent"),
        problems,
        frame: frame.titled(problems.titled(t, &t.get("nw-title"))).standing(Room::Inbox),
    };
    form_page(&html, problems)
}

async fn begin(desk: Desk, frame: Frame, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let id: IntakeId = press.id("account");
    let way = WAYS.into_iter().find(|way| way.code() == fields.get("way")).ok_or(PageError::Malformed)?;
    let lang = Lang::parse(fields.get("lang-of")).ok_or(PageError::Malformed)?;
    let mut problems = Problems::default();
    let case = CaseId::parse(fields.get("case")).ok();
    if case.is_none() {
        problems.add("case", t.get("nw-case"), t.get("f-choose"));
    }
    let text = |name: &str| fields.get(name).trim().to_owned();
    let taken = Taken { present: text("present"), interpreter: text("interpreter"), before: text("before"), ..Taken::new() };
    if taken.present.is_empty() {
        problems.add("present", t.get("nw-present"), t.get("why-empty"));
    }
    let fits = [&taken.present, &taken.interpreter, &taken.before].iter().all(|text| text.is_empty() || kniha_core::text::check_up_to(text, 4000).is_ok());
    if !fits {
        problems.add("present", t.get("nw-present"), t.get("nw-too-much"));
    }
    let Some(case) = case.filter(|_| problems.is_empty()) else { return draw_new(&desk, frame, &fields, press, &problems).await };
    let now = (desk.now)();
    let known = {
        let (mut tx, reader) = desk.read().await?;
        kniha_store::intake(&mut tx, &reader, Sight::Cases, id).await?.is_some()
    };
    if !known {
        let part = desk.house.keep(&desk.who, case, Compartment::Base, lang.code(), &taken.encode(), now).await.map_err(|error| refused(&error))?;
        let card = Card {
            id,
            kind: Kind::Report,
            way,
            day: now.0.div_euclid(DAY_US),
            list_no: 0,
            lang: lang.code().to_owned(),
            door: Some(Doorway::Team),
            urgent: fields.has("urgent"),
            minor: fields.has("minor"),
            length: Length::None,
            own_acts: false,
            contact: false,
        };
        let mut write = desk.store.write(desk.member, now).await?;
        write.add_card(&card, &[Piece { part: *part.bytes(), compartment: "base".to_owned(), nth: 0 }]).await?;
        write.put_in_case(id, Sight::Cards, case).await?;
        write.commit().await?;
    }
    Ok(Redirect::to(&format!("{}/take", address(id))).into_response())
}

/// A turn in the page.
struct TurnLine {
    at: String,
    question: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "take.html")]
struct TakePage<'a> {
    frame: Frame,
    here: String,
    press: String,
    lang: String,
    facts: Vec<(String, String)>,
    turns: Vec<TurnLine>,
    question: String,
    answer: String,
    corrections: String,
    problems: &'a Problems,
}

/// What stands around an account that was taken down.
pub(crate) fn facts(t: Tongue, taken: &Taken) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        [("nw-present", &taken.present), ("nw-interpreter", &taken.interpreter), ("nw-before", &taken.before), ("nw-corrections", &taken.corrections)]
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(key, text)| (t.get(key), text.clone()))
            .collect();
    all.extend(taken.read_back.then(|| (t.get("nw-read-back"), t.get("nw-yes"))));
    if let (Some(first), Some(last)) = (taken.turns.first(), taken.turns.last()) {
        all.push((t.get("nw-times"), format!("{} – {}", when::moment(t, UtcMicros(first.at_us)), when::moment(t, UtcMicros(last.at_us)))));
    }
    all
}

/// An account that is still taken down, with what was said so far; its number alone where it is not, or is closed.
async fn open(desk: &Desk, id: &str) -> Result<Result<(IntakeView, Taken), IntakeId>, PageError> {
    let view = find(desk, id).await?;
    if !WAYS.contains(&view.row.card.way) || view.row.closed.is_some() {
        return Ok(Err(view.row.card.id));
    }
    let told = read(desk, view, Why::Read).await?.map_err(|error| refused(&error))?;
    match told.content {
        Content::Taken(taken) => Ok(Ok((told.view, taken))),
        _ => Err(PageError::Broken),
    }
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let (view, taken) = match open(&desk, &id).await? {
        Ok(open) => open,
        Err(id) => return Ok(Redirect::to(&address(id)).into_response()),
    };
    draw(frame, &view, &taken, &Fields::default(), Press::draw()?, &Problems::default())
}

fn draw(frame: Frame, view: &IntakeView, taken: &Taken, fields: &Fields, press: Press, problems: &Problems) -> Result<Response, PageError> {
    let t = frame.t;
    let turns =
        taken.turns.iter().map(|turn| TurnLine { at: when::moment(t, UtcMicros(turn.at_us)), question: turn.question.clone(), answer: turn.answer.clone() });
    let html = TakePage {
        here: format!("{}/take", address(view.row.card.id)),
        press: press.text(),
        lang: view.row.card.lang.clone(),
        facts: facts(t, taken),
        turns: turns.collect(),
        question: fields.get("question").to_owned(),
        answer: fields.get("answer").to_owned(),
        corrections: fields.get("corrections").to_owned(),
        problems,
        frame: frame.titled(problems.titled(t, &t.with("nw-taking", &[("name", &called(&view.row))]))).standing(Room::Inbox),
    };
    form_page(&html, problems)
}

async fn keep(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let (view, mut taken) = match open(&desk, &id).await? {
        Ok(open) => open,
        Err(id) => return Ok(Redirect::to(&address(id)).into_response()),
    };
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let (intake, now) = (view.row.card.id, (desk.now)());
    let case = view.row.case.clone().ok_or(PageError::NotFound)?;
    let close = fields.get("act") == "close";
    let (question, answer) = (fields.get("question").trim().to_owned(), fields.get("answer").trim().to_owned());
    let mut problems = Problems::default();
    // A form sent twice adds its turn once: the same words as the last turn are that turn.
    let again = taken.turns.last().is_some_and(|last| last.question == question && last.answer == answer);
    let mut changed = false;
    if !answer.is_empty() && !again {
        taken.turns.push(Turn { at_us: now.0, question, answer });
        changed = true;
    } else if answer.is_empty() && !(close && question.is_empty()) {
        problems.add("answer", t.get("nw-answer"), t.get("why-empty"));
    }
    if close {
        (taken.read_back, taken.corrections) = (fields.has("read-back"), fields.get("corrections").trim().to_owned());
        changed = true;
        if taken.turns.is_empty() && problems.is_empty() {
            problems.add("answer", t.get("nw-answer"), t.get("why-empty"));
        }
    }
    if !taken.fits() {
        problems.add("answer", t.get("nw-answer"), t.get("nw-too-much"));
    }
    if !problems.is_empty() {
        if changed && !again {
            taken.turns.pop();
        }
        return draw(frame, &view, &taken, &fields, press, &problems);
    }
    if changed {
        // What was kept before stays as it was; the newest part is what is read.
        let part = desk.house.keep(&desk.who, case.id, Compartment::Base, &view.row.card.lang, &taken.encode(), now).await.map_err(|error| refused(&error))?;
        let nth = view.pieces.iter().filter(|piece| piece.compartment == "base").map(|piece| piece.nth + 1).max().unwrap_or(0);
        let mut write = desk.store.write(desk.member, now).await?;
        write.add_pieces(intake, Sight::Cases, &[Piece { part: *part.bytes(), compartment: "base".to_owned(), nth }]).await?;
        if close {
            write.close_intake(intake).await?;
        }
        write.commit().await?;
    }
    Ok(Redirect::to(&if close { reading(intake, "closed") } else { format!("{}/take?done=turn", address(intake)) }).into_response())
}

#[cfg(test)]
#[path = "take_tests.rs"]
mod tests;
