//! Marking words of an account: by a selection and a key, or without a script by the number of a sentence and words in it. Kept are places, never words.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::intake::MarkKind;
use kniha_gate::Why;
use kniha_store::{MarkId, NewMark, StoreError};

use super::statement::reading;
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Press;
use crate::sealed::{find, read, refused};
use crate::statement::{NotThere, place, sentences};
use crate::ways::{May, Ways};

pub(crate) fn routes() -> Ways {
    Ways::new().post("/statement/{id}/mark", May::File, mark).post("/statement/{id}/unmark", May::File, unmark)
}

async fn mark(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let kind = MarkKind::parse(fields.get("kind")).map_err(|_| PageError::Malformed)?;
    let told = read(&desk, view, Why::File).await?.map_err(|error| refused(&error))?;
    let intake = told.view.row.card.id;
    let text = told.content.text();
    let all = sentences(&text, &[]);
    let back = |done: &str, at: u32| {
        let n = all.iter().find(|sentence| sentence.end > at).map_or(1, |sentence| sentence.n);
        Ok(Redirect::to(&format!("{}#s-{n}", reading(intake, done))).into_response())
    };
    let found = match (fields.filled("start"), fields.filled("end")) {
        (Some(start), Some(end)) => {
            let (start, end): (u32, u32) = (number(start)?, number(end)?);
            // A place outside the text is no mistake of a person: a form of another account, or of a program.
            if start >= end || end as usize > text.chars().count() {
                return Err(PageError::Malformed);
            }
            Ok((start, end))
        }
        _ => place(&text, &all, fields.filled("number").and_then(|n| n.parse().ok()), fields.get("words")),
    };
    let (start, end) = match found {
        Ok(found) => found,
        Err(why) => {
            let done = match why {
                NotThere::Nothing => "mark-nothing",
                NotThere::Sentence => "mark-sentence",
                NotThere::Words => "mark-words",
                NotThere::Often(_) => "mark-often",
            };
            return Ok(Redirect::to(&format!("{}#marking", reading(intake, done))).into_response());
        }
    };
    let new = NewMark { id: press.id_with("mark", &fields), part: *told.base.bytes(), kind, start, end };
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    match write.add_mark(intake, &new).await {
        Ok(_) => {}
        Err(StoreError::Mark { .. }) => return Err(PageError::Malformed),
        Err(error) => return Err(error.into()),
    }
    write.commit().await?;
    back("marked", start)
}

fn number(text: &str) -> Result<u32, PageError> {
    text.parse().map_err(|_| PageError::Malformed)
}

async fn unmark(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let mark = MarkId::parse(fields.get("mark")).map_err(|_| PageError::Malformed)?;
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    write.remove_mark(view.row.card.id, mark).await?;
    write.commit().await?;
    Ok(Redirect::to(&format!("{}#marks", reading(view.row.card.id, "unmarked"))).into_response())
}
