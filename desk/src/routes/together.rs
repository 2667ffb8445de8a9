//! Opening together: one person gives their shares, another agrees within 72 hours, and neither need be there when the other is.
//!
//! What will be written into the log is said before anything is opened, and what stayed closed is said with its reason: a false share names its giver.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::{CaseId, MemberId};
use kniha_gate::{GateError, OpenFailure, TrancheId};
use kniha_seal::part::{Compartment, PartId, SubmissionId, part_id};
use kniha_store::{IntakeId, IntakeRow, Sight, intake_of_part, members};

use super::inbox::{called, gate_words};
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::lang::Tongue;
use crate::page::{Frame, Room, page};
use crate::parts::when;
use crate::sealed::{Failures, intake_of, into_case, refused};
use crate::ways::{May, Ways};

pub(crate) fn routes() -> Ways {
    Ways::new().get("/inbox/together/{id}", May::Open, show).post("/inbox/together/{id}", May::Open, agree)
}

/// Where a tranche is agreed to.
pub(crate) fn address(id: TrancheId) -> String {
    format!("/inbox/together/{id}")
}

#[derive(Template)]
#[template(path = "together.html")]
struct TogetherPage {
    frame: Frame,
    by: String,
    until: String,
    case: Option<String>,
    cards: Vec<(String, Vec<String>)>,
    unknown: usize,
    log: String,
    action: String,
    mine: bool,
}

/// What came of an opening.
#[derive(Template)]
#[template(path = "opened.html")]
pub(crate) struct Outcome {
    frame: Frame,
    opened: Vec<(String, String)>,
    closed: Vec<(String, String)>,
    refused: Option<String>,
}

impl Outcome {
    /// Nothing was opened.
    pub(crate) fn refused(frame: Frame, error: &GateError) -> Result<Response, PageError> {
        let Some(words) = gate_words(frame.t, error) else { return Err(refused(error)) };
        let title = frame.t.get("in-result");
        page(&Outcome { frame: frame.titled(title).standing(Room::Inbox), opened: Vec::new(), closed: Vec::new(), refused: Some(words) })
    }

    /// Some stayed closed.
    pub(crate) async fn closed(frame: &Frame, desk: &Desk, failures: &Failures) -> Result<Response, PageError> {
        Outcome::of(frame, desk, Vec::new(), failures).await
    }

    async fn of(frame: &Frame, desk: &Desk, opened: Vec<(String, String)>, failures: &Failures) -> Result<Response, PageError> {
        let names = names(desk).await?;
        let closed = failures.iter().map(|(part, failure)| (part.to_string().chars().take(8).collect(), fail_words(frame.t, failure, &names))).collect();
        page(&Outcome { frame: frame.clone().titled(frame.t.get("in-result")).standing(Room::Inbox), opened, closed, refused: None })
    }
}

async fn names(desk: &Desk) -> Result<BTreeMap<MemberId, String>, PageError> {
    let (mut tx, _) = desk.read().await?;
    Ok(members(&mut tx).await?.into_iter().collect())
}

/// Why a part stayed closed, in the person's language.
pub(crate) fn fail_words(t: Tongue, failure: &OpenFailure, names: &BTreeMap<MemberId, String>) -> String {
    match failure {
        OpenFailure::NotDrawn => t.get("in-fail-not-drawn"),
        OpenFailure::TooFew { given, needed } => t.with("in-fail-too-few", &[("given", &given.to_string()), ("needed", &needed.to_string())]),
        OpenFailure::FalseShare { slot, by } => {
            let by = by.as_ref().and_then(|by| names.get(by)).cloned().unwrap_or_else(|| format!("№ {slot}"));
            t.with("in-fail-false", &[("by", &by)])
        }
        OpenFailure::Expired => t.get("in-fail-expired"),
        OpenFailure::Already => t.get("in-fail-already"),
        OpenFailure::Missing => t.get("in-fail-missing"),
        OpenFailure::Damaged => t.get("in-fail-damaged"),
        OpenFailure::OtherBook => t.get("in-fail-other-book"),
    }
}

/// Offers to open the texts of these cards, into a case of the member's or to the two who open them.
pub(crate) async fn offer(desk: Desk, frame: Frame, fields: &Fields, ids: &[IntakeId]) -> Result<Response, PageError> {
    let case = fields.filled("case").map(CaseId::parse).transpose().map_err(|_| PageError::Malformed)?;
    let now = (desk.now)();
    let parts: Vec<PartId> = ids.iter().map(|id| part_id(&SubmissionId::from_random(*id.bytes()), Compartment::Base, 0)).collect();
    match desk.house.offer(&desk.who, case, &parts, now).await {
        Ok(_) => Ok(Redirect::to("/inbox?done=offered").into_response()),
        Err(error) => Outcome::refused(frame, &error),
    }
}

async fn row_of(desk: &Desk, part: &PartId) -> Result<Option<IntakeRow>, PageError> {
    let (mut tx, reader) = desk.read().await?;
    Ok(intake_of_part(&mut tx, &reader, Sight::Cards, part.bytes()).await?)
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let tranches = desk.house.tranches(desk.member, now).await.map_err(|error| refused(&error))?;
    let tranche = tranches.into_iter().find(|tranche| tranche.id.to_string() == id);
    let Some(tranche) = tranche else { return Ok(Redirect::to("/inbox?done=tranche-gone").into_response()) };
    let names = names(&desk).await?;
    let parts = if tranche.mine.is_empty() { &tranche.parts } else { &tranche.mine };
    let (mut cards, mut unknown) = (Vec::new(), 0);
    for part in parts {
        match row_of(&desk, part).await? {
            Some(row) => {
                let line = super::inbox::card_line(t, &row, i64::MAX);
                let urgent = line.urgent.then(|| t.get("in-urgent"));
                cards.push((line.name, [line.day].into_iter().chain(urgent).chain(line.facts).collect()));
            }
            None => unknown += 1,
        }
    }
    let case = match tranche.case {
        Some(case) => {
            let (mut tx, reader) = desk.read().await?;
            let own = kniha_store::cases(&mut tx, &reader).await?.into_iter().find(|own| own.id == case);
            Some(own.map_or_else(|| case.to_string()[..8].to_owned(), |own| own.title))
        }
        None => None,
    };
    let html = TogetherPage {
        by: names.get(&tranche.by).cloned().unwrap_or_default(),
        until: when::moment(t, tranche.until),
        case,
        cards,
        unknown,
        log: t.with("in-log-open", &[("who", &desk.visit.account.login), ("n", &parts.len().to_string()), ("at", &when::moment(t, now))]),
        action: address(tranche.id),
        mine: !tranche.mine.is_empty(),
        frame: frame.titled(t.get("in-together")).standing(Room::Inbox),
    };
    page(&html)
}

async fn agree(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let Ok(id) = TrancheId::parse(&id) else { return Ok(Redirect::to("/inbox?done=tranche-gone").into_response()) };
    let now = (desk.now)();
    let ends = match desk.house.agree_tranche(&desk.who, id, now).await {
        Ok(ends) => ends,
        // Agreed by the first press, or run out.
        Err(GateError::NoPart) => return Ok(Redirect::to("/inbox?done=tranche-gone").into_response()),
        Err(error) => return Outcome::refused(frame, &error),
    };
    let (mut opened, mut failures) = (Vec::new(), Vec::new());
    let mut by_case: BTreeMap<CaseId, Vec<IntakeId>> = BTreeMap::new();
    for (part, end) in ends {
        match end {
            Ok(content) => {
                let intake = intake_of(&content.cover.submission);
                if let Some(case) = content.case {
                    by_case.entry(case).or_default().push(intake);
                }
                opened.push(intake);
            }
            Err(failure) => failures.push((part, failure)),
        }
    }
    for (case, ids) in by_case {
        into_case(&desk, &ids, case).await?;
    }
    let mut links = Vec::new();
    for id in opened {
        let (mut tx, reader) = desk.read().await?;
        if let Some(view) = kniha_store::intake(&mut tx, &reader, Sight::Cards, id).await? {
            links.push((super::statement::address(id), called(&view.row)));
        }
    }
    Outcome::of(&frame, &desk, links, &failures).await
}
