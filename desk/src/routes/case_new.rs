//! Beginning a case. Whoever begins it is its only member at first; others are let in by two.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::CaseId;
use kniha_core::text;
use kniha_gate::GateError;
use kniha_store::cases;

use crate::error::{PageError, text_reason};
use crate::fields::Fields;
use crate::form::{Press, Problems};
use crate::page::{Frame, Room, form_page};
use crate::ways::{May, Ways};
use crate::{Desk, href};

pub(crate) fn routes() -> Ways {
    Ways::new().get(href::CASE_NEW, May::File, ask).post(href::CASE_NEW, May::File, begin)
}

#[derive(Template)]
#[template(path = "form_case.html")]
struct CaseForm<'a> {
    frame: Frame,
    press: String,
    title: String,
    problems: &'a Problems,
}

fn form(frame: Frame, press: &Press, title: &str, problems: &Problems) -> Result<Response, PageError> {
    let heading = problems.titled(frame.t, &frame.t.get("case-new"));
    form_page(&CaseForm { press: press.text(), title: title.to_owned(), frame: frame.titled(heading).standing(Room::Cases), problems }, problems)
}

async fn ask(_: Desk, frame: Frame) -> Result<Response, PageError> {
    form(frame, &Press::draw()?, "", &Problems::default())
}

async fn begin(desk: Desk, frame: Frame, fields: Fields) -> Result<Response, PageError> {
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let title = fields.get("title").trim();
    if let Err(error) = text::check_line(title) {
        let mut problems = Problems::default();
        problems.add("title", frame.t.get("case-title"), text_reason(frame.t, &error));
        return form(frame, &press, fields.get("title"), &problems);
    }
    // The same press makes the same case. The keys first: a case without them could keep nothing, keys without a case are nobody's.
    let id: CaseId = press.id("case");
    match desk.house.case_begin(&desk.who, id, (desk.now)()).await {
        Ok(()) | Err(GateError::Taken) => {}
        Err(error) => return Err(error.into()),
    }
    let known = {
        let (mut tx, reader) = desk.read().await?;
        cases(&mut tx, &reader).await?.into_iter().any(|case| case.id == id)
    };
    if !known {
        let mut write = desk.store.write(desk.member, (desk.now)()).await?;
        write.add_case(id, title).await?;
        write.commit().await?;
    }
    Ok(Redirect::to(&href::case(id)).into_response())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::http::StatusCode;
    use kniha_core::id::CaseId;

    use crate::href;
    use crate::stage::Stage;

    #[tokio::test]
    async fn a_case_is_begun_once_with_keys_of_its_own_and_one_member() {
        let stage = Stage::set().await;
        let page = stage.get(href::CASE_NEW).await;
        let press = page.input("press");
        let wrong = stage.post(href::CASE_NEW, &[("press", &press), ("title", "  ")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [("press", press.as_str()), ("title", "Двор на Млынароў <b>")];
        let begun = stage.post(href::CASE_NEW, &fields).await;
        assert_eq!(stage.post(href::CASE_NEW, &fields).await.location(), begun.location(), "pressed twice");
        let id = CaseId::parse(begun.location().rsplit('/').next().unwrap()).unwrap();
        assert_eq!(stage.rooms.house().members_of(id, stage.now()).await.unwrap().len(), 1);
        let shown = stage.get(begun.location()).await;
        assert!(shown.body.contains("Двор на Млынароў &#60;b&#62;"), "{}", shown.body);
    }
}
