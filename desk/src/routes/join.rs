//! Asking to come in. There is no invitation and no link that opens anything: somebody makes a key, here or elsewhere, and its words are read aloud to a
//! member who knows their voice. Nobody is in before two members have signed.
//!
//! A key that is made here is closed with eight words that are shown once and typed back. Nothing is kept between the two steps: the page brings back a mark
//! of the words that only this run of the desk can make, and the key is made when they were typed.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::MemberId;
use kniha_gate::{AccountState, GateError, SignInError};
use kniha_seal::keyfile::{KeyFile, MemberPublic, Passphrase};
use kniha_seal::secret::Secret;
use kniha_store::Random;
use zeroize::Zeroizing;

use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Problems;
use crate::page::{Frame, Room, form_page, page};
use crate::rooms::Rooms;
use crate::ways::{May, Ways};

/// The label of a mark of words.
const MARK: &str = "kniha/1/desk-join";

pub(crate) fn routes() -> Ways {
    Ways::new()
        .get("/join", May::Anyone, ask)
        .post("/join/words", May::Anyone, words)
        .post("/join/make", May::Anyone, make)
        .post("/join/bring", May::Anyone, bring)
        .get("/join/{id}", May::Anyone, asked)
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage<'a> {
    frame: Frame,
    login: String,
    /// Whether the form that brings a key was sent.
    brings: bool,
    key: String,
    public: String,
    problems: &'a Problems,
}

#[derive(Template)]
#[template(path = "join_words.html")]
struct WordsPage<'a> {
    frame: Frame,
    login: String,
    /// Eight words; none when they were typed back and did not fit: they are shown once.
    words: Vec<String>,
    mark: String,
    problems: &'a Problems,
}

#[derive(Template)]
#[template(path = "join_asked.html")]
struct AskedPage {
    frame: Frame,
    login: String,
    spoken: String,
}

async fn ask(frame: Frame) -> Result<Response, PageError> {
    show(frame, &Fields::default(), &Problems::default())
}

/// Shows eight fresh words.
async fn words(State(rooms): State<Rooms>, frame: Frame, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let mut problems = Problems::default();
    let Some(login) = login(&fields, &frame, &mut problems) else { return show(frame, &fields, &problems) };
    // Whose words are shown must be free to take; that a login is taken is said to whoever asks, and is no secret of the house.
    if rooms.house().accounts().await?.iter().any(|account| account.login == login) {
        problems.add("login", t.get("si-login"), t.get("join-taken"));
        return show(frame, &fields, &problems);
    }
    let mut seed = Random::default();
    let passphrase = Passphrase::take(Secret::take(&mut seed.bytes()?));
    let html = WordsPage {
        login,
        words: passphrase.text(t.lang()).split(' ').map(str::to_owned).collect(),
        mark: mark(&rooms, &passphrase),
        problems: &problems,
        frame: frame.clone().titled(t.get("join-words-title")).standing(Room::Door),
    };
    page(&html)
}

/// Makes the key when the words come back.
async fn make(State(rooms): State<Rooms>, frame: Frame, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let mut problems = Problems::default();
    let Some(login) = login(&fields, &frame, &mut problems) else { return show(frame, &fields, &problems) };
    let typed = Zeroizing::new(fields.get("passphrase").to_owned());
    let meant = Passphrase::read(&typed).unwrap_or_default().into_iter().find(|meant| mark(&rooms, meant) == fields.get("mark"));
    let Some(passphrase) = meant else {
        problems.add("passphrase", t.get("join-type"), t.get("join-not-these"));
        let title = problems.titled(t, &t.get("join-words-title"));
        let mark = fields.get("mark").to_owned();
        return form_page(&WordsPage { login, words: Vec::new(), mark, problems: &problems, frame: frame.titled(title).standing(Room::Door) }, &problems);
    };
    let (file, public) = match rooms.house().make_key(passphrase).await {
        Ok(made) => made,
        Err(SignInError::Gate(error)) => return Err(error.into()),
        Err(_) => return Err(PageError::Wait),
    };
    enter(&rooms, frame, &fields, &login, &file, &public).await
}

/// Takes a key that was made elsewhere, closed, with its public half.
async fn bring(State(rooms): State<Rooms>, frame: Frame, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let mut problems = Problems::default();
    let login = login(&fields, &frame, &mut problems);
    let file = KeyFile::parse(fields.get("key"));
    if file.is_err() {
        problems.add("key", t.get("join-key"), t.get("join-bad-key"));
    }
    let public = MemberPublic::parse(fields.get("public").trim());
    match (&file, &public) {
        (_, Err(_)) => problems.add("public", t.get("join-public"), t.get("join-bad-public")),
        (Ok(file), Ok(public)) if *file.fingerprint() != public.fingerprint() => problems.add("public", t.get("join-public"), t.get("join-other-public")),
        _ => {}
    }
    match (login, file, public) {
        (Some(login), Ok(file), Ok(public)) if problems.is_empty() => enter(&rooms, frame, &fields, &login, &file, &public).await,
        _ => show(frame, &fields, &problems),
    }
}

/// Where somebody who has asked sees the words that they read to a member.
async fn asked(State(rooms): State<Rooms>, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = MemberId::parse(&id).map_err(|_| PageError::NotFound)?;
    let account = rooms.house().account(id).await?.filter(|account| account.state == AccountState::Asked).ok_or(PageError::NotFound)?;
    page(&AskedPage {
        spoken: account.public.spoken(frame.t.lang()).join(" "),
        login: account.login,
        frame: frame.clone().titled(frame.t.get("join-asked")).standing(Room::Door),
    })
}

async fn enter(rooms: &Rooms, frame: Frame, fields: &Fields, login: &str, file: &KeyFile, public: &MemberPublic) -> Result<Response, PageError> {
    let t = frame.t;
    let mut problems = Problems::default();
    let say = match rooms.house().ask_to_join(login, file, public, rooms.now()).await {
        Ok(id) => return Ok(Redirect::to(&format!("/join/{id}")).into_response()),
        Err(GateError::Taken) => "join-taken",
        Err(GateError::Crowd { .. }) => "join-crowd",
        Err(GateError::Login) => "join-login-form",
        Err(error) => return Err(error.into()),
    };
    problems.add("login", t.get("si-login"), t.get(say));
    show(frame, fields, &problems)
}

fn mark(rooms: &Rooms, passphrase: &Passphrase) -> String {
    rooms.mark(MARK, passphrase.bits().expose())
}

/// The login as the house compares it, if it can be one.
fn login(fields: &Fields, frame: &Frame, problems: &mut Problems) -> Option<String> {
    let login = fields.get("login").trim().to_lowercase();
    let good = login.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-')) && (2..=40).contains(&login.chars().count());
    if !good {
        problems.add("login", frame.t.get("si-login"), frame.t.get("join-login-form"));
    }
    good.then_some(login)
}

fn show(frame: Frame, fields: &Fields, problems: &Problems) -> Result<Response, PageError> {
    let title = frame.t.get("join");
    let html = JoinPage {
        login: fields.get("login").trim().chars().take(40).collect(),
        brings: fields.has("public"),
        key: fields.get("key").to_owned(),
        public: fields.get("public").to_owned(),
        problems,
        frame: frame.clone().titled(problems.titled(frame.t, &title)).standing(Room::Door),
    };
    form_page(&html, problems)
}
