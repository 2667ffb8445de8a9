//! Three decisions: which incident, which people, which acts. Each proposes what is in the book already and takes something new.
//!
//! Everything that is filed is a claim as stated that cites the account by its random name, with the marked words and their place. Keys: 1 to 9 and n choose,
//! v w d say what a person was, Enter goes on and, at the last, files. Without a script it is one form. What is proposed is in `filing_look.rs`, what is
//! written in `filing_write.rs`.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::NodeId;
use kniha_core::intake::MarkKind;
use kniha_gate::Why;
use kniha_store::{NewMark, StoreError, cited, marks};

use super::statement::{address, reading};
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::form::{Press, Problems};
use crate::page::{Frame, Room, form_page};
use crate::sealed::{Told, find, read, refused};
use crate::statement::{between, visible};
use crate::ways::{May, Ways};

#[path = "filing_look.rs"]
pub(crate) mod look;
#[path = "filing_write.rs"]
mod write;

/// People of one form; more are filed with a second one.
pub(crate) const MOST_PEOPLE: usize = 9;

pub(crate) fn routes() -> Ways {
    Ways::new().get("/statement/{id}/file", May::File, show).post("/statement/{id}/file", May::File, file)
}

/// Marked words and where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quote {
    pub(crate) words: String,
    pub(crate) place: String,
}

impl Quote {
    /// The words as a page shows them.
    pub(crate) fn shown(&self) -> String {
        visible(&self.words)
    }
}

/// A record to choose.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) words: String,
    pub(crate) hint: String,
    pub(crate) key: String,
    pub(crate) chosen: bool,
}

/// A person of the form.
pub(crate) struct PersonLine {
    pub(crate) name: String,
    pub(crate) quote: Option<Quote>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) written: String,
    pub(crate) roles: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "filing.html")]
struct FilingPage<'a> {
    frame: Frame,
    back: String,
    action: String,
    press: String,
    cites: usize,
    meanwhile: bool,
    incidents: Vec<Choice>,
    title: String,
    when: String,
    places: Vec<Choice>,
    people: Vec<PersonLine>,
    acts: Vec<Choice>,
    violations: Vec<Choice>,
    more_violations: Vec<Choice>,
    more_open: bool,
    act_quote: Option<Quote>,
    problems: &'a Problems,
}

/// What the account gives to the decisions.
pub(crate) struct Marked {
    pub(crate) statement: NodeId,
    pub(crate) lang: String,
    pub(crate) people: Vec<Quote>,
    pub(crate) times: Vec<Quote>,
    pub(crate) places: Vec<Quote>,
    pub(crate) acts: Vec<Quote>,
    /// Standing claims that cite the account already.
    pub(crate) cites: usize,
}

impl Marked {
    async fn of(desk: &Desk, told: &Told) -> Result<Marked, PageError> {
        let statement = told.view.row.statement.ok_or(PageError::NotFound)?;
        let text = told.content.text();
        let (mut tx, reader) = desk.read().await?;
        let all: Vec<NewMark> = marks(&mut tx, &reader, told.view.row.card.id).await?.into_iter().map(|view| view.mark).collect();
        let (claims, _) = cited(&mut tx, &reader, statement, None).await?;
        let of = |kind: MarkKind| -> Vec<Quote> {
            let mut quotes: Vec<Quote> = Vec::new();
            for mark in all.iter().filter(|mark| mark.kind == kind && mark.part == *told.base.bytes()) {
                let words = between(&text, mark.start, mark.end);
                // A name that is marked where it stands again is one person.
                if !words.trim().is_empty() && !quotes.iter().any(|quote| quote.words.trim() == words.trim()) {
                    quotes.push(Quote { words, place: format!("{}–{}", mark.start, mark.end) });
                }
            }
            quotes
        };
        Ok(Marked {
            statement,
            lang: told.cover.lang.clone(),
            people: of(MarkKind::Person).into_iter().take(MOST_PEOPLE).collect(),
            times: of(MarkKind::Time),
            places: of(MarkKind::Place),
            acts: of(MarkKind::Act),
            cites: claims.iter().filter(|claim| claim.stands()).count(),
        })
    }
}

async fn open(desk: &Desk, id: &str) -> Result<Told, PageError> {
    let view = find(desk, id).await?;
    if view.row.case.is_none() {
        return Err(PageError::NotFound);
    }
    read(desk, view, Why::File).await?.map_err(|error| refused(&error))
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let told = open(&desk, &id).await?;
    let marked = Marked::of(&desk, &told).await?;
    draw(&desk, frame, &told, &marked, &Fields::default(), Press::draw()?, false, &Problems::default()).await
}

async fn file(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let told = open(&desk, &id).await?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let intake = told.view.row.card.id;
    if desk.has_claim(write::first(&press)).await? {
        return Ok(Redirect::to(&reading(intake, "already")).into_response());
    }
    let marked = Marked::of(&desk, &told).await?;
    let mut problems = Problems::default();
    // Somebody filed from the same account meanwhile: it is shown, and a second press goes on.
    let meanwhile = fields.get("cites").parse() != Ok(marked.cites);
    let draft = write::Draft::read(frame.t, &fields, &marked, &mut problems);
    let draft = draft.filter(|_| problems.is_empty() && !meanwhile);
    let Some(draft) = draft else {
        return draw(&desk, frame, &told, &marked, &fields, press, meanwhile, &problems).await;
    };
    match write::write(&desk, &told, &marked, &draft, &press).await {
        Ok(()) => Ok(Redirect::to(&reading(intake, "filed")).into_response()),
        Err(StoreError::IdTaken { .. }) => Ok(Redirect::to(&reading(intake, "already")).into_response()),
        Err(error) => Err(error.into()),
    }
}

#[allow(clippy::too_many_arguments, reason = "a page, and what it is drawn from")]
async fn draw(
    desk: &Desk,
    frame: Frame,
    told: &Told,
    marked: &Marked,
    fields: &Fields,
    press: Press,
    meanwhile: bool,
    problems: &Problems,
) -> Result<Response, PageError> {
    let t = frame.t;
    let found = look::look(desk, t, marked, fields).await?;
    let intake = told.view.row.card.id;
    let name = super::inbox::called(&told.view.row);
    let title = t.with("fl-title", &[("name", &name)]);
    let html = FilingPage {
        back: format!("{}?read=1", address(intake)),
        action: format!("{}/file", address(intake)),
        press: press.text(),
        cites: marked.cites,
        meanwhile,
        incidents: found.incidents,
        title: found.title,
        when: found.when,
        places: found.places,
        people: found.people,
        acts: found.acts,
        violations: found.violations,
        more_open: found.more_violations.iter().any(|choice| choice.chosen),
        more_violations: found.more_violations,
        act_quote: marked.acts.first().cloned(),
        problems,
        frame: frame.titled(problems.titled(t, &title)).standing(Room::Inbox),
    };
    form_page(&html, problems)
}

#[cfg(test)]
#[path = "filing_tests.rs"]
mod tests;
