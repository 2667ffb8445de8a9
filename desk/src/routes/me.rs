//! The member's own page: what they may do and see, what they were shown so far, where they are signed in, their second factor, the words of their key.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use kniha_store::{StoreError, shared_cases};

use crate::error::PageError;
use crate::lang::Tongue;
use crate::page::{Frame, Room, page};
use crate::parts::value::grouped;
use crate::parts::when::moment;
use crate::rooms::{Desk, Rooms, Visit};
use crate::ways::{May, Ways};
use kniha_core::access::Hats;
use kniha_gate::{Capped, Used};

pub(crate) fn routes() -> Ways {
    Ways::new().get("/me", May::SignedIn, show).post("/me/others", May::SignedIn, end_others)
}

/// A hat in words.
pub(crate) struct HatLine {
    pub(crate) name: String,
    pub(crate) note: String,
}

/// A case of the member, and who else sees it.
struct CaseLine {
    title: String,
    others: Vec<String>,
}

/// What was shown, against a cap.
pub(crate) struct UsedLine {
    pub(crate) what: String,
    pub(crate) day: String,
    pub(crate) month: String,
    /// Whether a cap is reached.
    pub(crate) full: bool,
}

struct SessionLine {
    began: String,
    seen: String,
    own: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    frame: Frame,
    login: String,
    hats: Vec<HatLine>,
    /// `None` while the book is locked, and for whoever reads no content.
    cases: Option<Vec<CaseLine>>,
    used: Vec<UsedLine>,
    sessions: Vec<SessionLine>,
    spoken: String,
}

async fn show(visit: Visit, frame: Frame) -> Result<Response, PageError> {
    let (t, now, account) = (frame.t, (visit.now)(), &visit.account);
    let cases = match visit.desk().filter(|_| account.reads()) {
        Some(desk) => my_cases(&desk).await?,
        None => None,
    };
    let used = if account.reads() { visit.rooms.house().used(account.id, now).await? } else { Vec::new() };
    let session =
        |session: crate::session::Session| SessionLine { began: moment(t, session.began), seen: moment(t, session.seen), own: session.held == visit.session };
    page(&MePage {
        login: account.login.clone(),
        hats: account.hats.map(|hats| hat_lines(t, hats)).unwrap_or_default(),
        cases,
        used: used.iter().map(|used| UsedLine::of(t, used)).collect(),
        sessions: visit.rooms.sessions().of(account.id, now).into_iter().map(session).collect(),
        spoken: account.public.spoken(t.lang()).join(" "),
        frame: frame.clone().titled(t.get("me")).standing(Room::Me),
    })
}

/// The member's cases; `None` for somebody of the house who stands in no book, as a caseworker can.
async fn my_cases(desk: &Desk) -> Result<Option<Vec<CaseLine>>, PageError> {
    let (mut tx, reader) = match desk.read().await {
        Err(StoreError::NoMember) => return Ok(None),
        read => read?,
    };
    let shared = shared_cases(&mut tx, &reader).await?;
    let others = |members: Vec<(_, String)>| members.into_iter().filter(|(id, _)| *id != desk.member).map(|(_, name)| name).collect();
    Ok(Some(shared.into_iter().map(|shared| CaseLine { title: shared.case.title, others: others(shared.members) }).collect()))
}

async fn end_others(State(rooms): State<Rooms>, visit: Visit) -> Response {
    rooms.sessions().end_others(visit.account.id, &visit.session, rooms.now());
    Redirect::to("/me?done=others-ended").into_response()
}

/// Each hat with what it does.
pub(crate) fn hat_lines(t: Tongue, hats: Hats) -> Vec<HatLine> {
    let line = |hat: kniha_core::access::Hat| HatLine { name: t.get(&format!("hat-{}", hat.code())), note: t.get(&format!("hat-{}-note", hat.code())) };
    hats.iter().map(line).collect()
}

/// What a cap counts, in words.
pub(crate) fn capped(t: Tongue, what: Capped) -> String {
    t.get(&format!("cap-{}", what.code()))
}

impl UsedLine {
    pub(crate) fn of(t: Tongue, used: &Used) -> UsedLine {
        let of = |n: u32, most: u32| t.with("n-of", &[("n", &grouped(i64::from(n))), ("most", &grouped(i64::from(most)))]);
        UsedLine {
            what: capped(t, used.what),
            day: of(used.day, used.cap.day),
            month: of(used.month, used.cap.month),
            full: used.day >= used.cap.day || used.month >= used.cap.month,
        }
    }
}
