//! What was answered beside the account, as stated; each can be filed as a claim with one press. It goes into the register by this act alone.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::claim::{Citation, NewClaim};
use kniha_core::id::NodeId;
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind};
use kniha_gate::Why;
use kniha_store::{StoreError, cited, labels};

use super::statement::reading;
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Press;
use crate::lang::Tongue;
use crate::sealed::{Content, Told, find, read, refused};
use crate::ways::{May, Ways};

/// Answers that stand beside the account, and the property by which each is filed: of the incident, or of the source itself.
const FIELDS: [(&str, &str, Option<&str>); 10] = [
    ("tell", "where", Some("incident.note")),
    ("tell", "when", Some("incident.date_text")),
    ("tell", "heard", Some("source.note")),
    ("tell", "later", None),
    ("tell", "help", None),
    ("door", "never", None),
    ("door", "silent", None),
    ("door", "closed", None),
    ("door", "write", None),
    ("withdraw", "what", None),
];

/// An answer.
pub(crate) struct Stated {
    pub(crate) label: String,
    pub(crate) text: String,
    /// By which name it is filed; `None` for what stays where it is.
    pub(crate) file: Option<&'static str>,
}

pub(crate) fn routes() -> Ways {
    Ways::new().post("/statement/{id}/stated", May::File, file)
}

/// The answers of an account in the order they were asked.
pub(crate) fn stated(t: Tongue, told: &Told) -> Vec<Stated> {
    let Content::Answers(answers) = &told.content else { return Vec::new() };
    let one = |(block, name, property): &(&'static str, &'static str, Option<&'static str>)| {
        let text = answers.get(block, name)?;
        let coded = format!("st-{block}-{name}-{text}");
        let text = if t.has(&coded) { t.get(&coded) } else { text.to_owned() };
        Some(Stated { label: t.get(&format!("st-{block}-{name}")), text, file: property.map(|_| *name) })
    };
    FIELDS.iter().filter_map(one).collect()
}

async fn file(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let (block, name, property) = FIELDS.into_iter().find(|(_, name, _)| *name == fields.get("field")).ok_or(PageError::Malformed)?;
    let property = property.and_then(vocab::property).ok_or(PageError::Malformed)?;
    let (Some(statement), Some(case)) = (view.row.statement, view.row.case.clone()) else { return Err(PageError::NotFound) };
    let told = read(&desk, view, Why::File).await?.map_err(|error| refused(&error))?;
    let intake = told.view.row.card.id;
    let Content::Answers(answers) = &told.content else { return Err(PageError::NotFound) };
    let text = answers.get(block, name).ok_or(PageError::NotFound)?.to_owned();
    let subject = if property.of == NodeKind::Source { Some(statement) } else { incident(&desk, statement).await? };
    let Some(subject) = subject else { return Ok(Redirect::to(&format!("{}#file", reading(intake, "stated-first"))).into_response()) };
    // One answer is filed once by one form, and once by two people who press at the same moment: the same press makes the same id.
    let claim = press.id_with(name, &fields);
    if desk.has_claim(claim).await? {
        return Ok(Redirect::to(&reading(intake, "already")).into_response());
    }
    let locator = format!("{block}/{name}");
    let citation = Citation { words: Some(text.clone()), locator: Some(locator), ..Citation::of(statement) };
    let value = Value::Text { text, lang: None };
    let new = NewClaim { citations: vec![citation], ..NewClaim::stated(claim, subject, property, value) };
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    write.add_claim(new, case.id).await?;
    match write.commit().await {
        Ok(()) => Ok(Redirect::to(&reading(intake, "stated-filed")).into_response()),
        Err(StoreError::IdTaken { .. }) => Ok(Redirect::to(&reading(intake, "already")).into_response()),
        Err(error) => Err(error.into()),
    }
}

/// The incident that rests on this account, the newest of them.
async fn incident(desk: &Desk, statement: NodeId) -> Result<Option<NodeId>, PageError> {
    let (mut tx, reader) = desk.read().await?;
    let (claims, _) = cited(&mut tx, &reader, statement, None).await?;
    let ids: Vec<NodeId> = claims.iter().filter(|claim| claim.stands()).map(|claim| claim.subject).collect();
    let names = labels(&mut tx, &reader, &ids).await?;
    let direct = ids.iter().find(|id| names.get(id).and_then(|label| label.kind) == Some(NodeKind::Incident)).copied();
    // An incident that was in the book before is cited by the act that was put into it.
    let through = claims.iter().find_map(|claim| match (&claim.value, claim.property.code.as_str()) {
        (Some(Value::Ref(id)), "act.incident") => Some(*id),
        _ => None,
    });
    Ok(direct.or(through))
}
