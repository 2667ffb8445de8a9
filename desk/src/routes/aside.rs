//! The other parts of an account, each with keys of its own: what the person did, how they can be reached, who they are. One page reads one part.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kniha_gate::{GateError, Why};
use kniha_seal::part::PartId;
use kniha_store::IntakeView;

use super::inbox::{called, gate_words};
use super::statement;
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::lang::Tongue;
use crate::page::{Frame, Room, page};
use crate::parts::when;
use crate::sealed::{Content, find, refused};
use crate::statement::{Sentence, sentences};
use crate::ways::{May, Ways};

/// Compartments that have a page of their own.
const OWN: [&str; 4] = ["own-acts", "contacts", "identity", "witnesses"];

pub(crate) fn routes() -> Ways {
    Ways::new().get("/statement/{id}/part", May::Read, show)
}

/// Parts beside the account: address and name.
pub(crate) fn asides(t: Tongue, view: &IntakeView) -> Vec<(String, String)> {
    let told = |compartment: &str| match compartment {
        "own-acts" => view.row.card.own_acts,
        "contacts" => view.row.card.contact,
        _ => true,
    };
    let pieces = view.pieces.iter().filter(|piece| OWN.contains(&piece.compartment.as_str()) && told(&piece.compartment));
    pieces
        .map(|piece| (format!("{}/part?of={}", statement::address(view.row.card.id), piece.compartment), t.get(&format!("st-part-{}", piece.compartment))))
        .collect()
}

#[derive(Template)]
#[template(path = "aside.html")]
struct AsidePage {
    frame: Frame,
    back: String,
    name: String,
    log: String,
    here: String,
    sentences: Vec<Sentence>,
    read: bool,
    refused: Option<String>,
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (desk.now)());
    let view = find(&desk, &id).await?;
    let query = Fields::of(query);
    let compartment = OWN.into_iter().find(|own| *own == query.get("of")).ok_or(PageError::Malformed)?;
    let piece = view.pieces.iter().find(|piece| piece.compartment == compartment).ok_or(PageError::NotFound)?;
    let (mut text, mut told_refused, mut is_read) = (String::new(), None, false);
    if query.has("read") {
        match desk.house.read(&desk.who, PartId::from_random(piece.part), Why::Read, now).await {
            Ok(opened) => {
                text = Content::of(&opened.content).text();
                is_read = true;
            }
            // Its keys are others': it is there, and this member cannot open it.
            Err(GateError::NoPart | GateError::NotInCase) => told_refused = Some(t.get("st-part-closed")),
            Err(error) => told_refused = Some(gate_words(t, &error).ok_or_else(|| refused(&error))?),
        }
    }
    let title = t.get(&format!("st-part-{compartment}"));
    let html = AsidePage {
        back: statement::address(view.row.card.id),
        name: called(&view.row),
        log: t.with("st-log-part", &[("who", &desk.visit.account.login), ("part", &title), ("what", &called(&view.row)), ("at", &when::moment(t, now))]),
        here: format!("{}/part?of={compartment}&read=1", statement::address(view.row.card.id)),
        sentences: sentences(&text, &[]),
        read: is_read,
        refused: told_refused,
        frame: frame.titled(title).standing(Room::Inbox),
    };
    page(&html)
}
