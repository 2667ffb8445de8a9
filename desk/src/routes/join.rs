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
    let public = MemberPublic::parse(&format!("{}\n", fields.get("public").trim()));
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::http::StatusCode;

    use crate::cast;
    use crate::stage::{Answer, Stage};

    /// The words that the page shows.
    fn shown(page: &Answer) -> String {
        let (_, list) = page.body.split_once("class=\"eight\"").unwrap();
        let words = list.split("<li>").skip(1).map(|rest| rest.split_once("</li>").unwrap().0);
        words.collect::<Vec<_>>().join(" ")
    }

    #[tokio::test]
    async fn a_key_is_made_when_its_words_come_back_and_opens_nothing_before_two_have_signed() {
        let stage = Stage::set().await.visited_by_nobody();
        let page = stage.post("/join/words", &[("login", " New.One ")]).await;
        page.check_ids();
        let (words, mark) = (shown(&page), page.input("mark"));
        assert_eq!((words.split(' ').count(), page.input("login").as_str()), (8, "new.one"));
        let asked = stage.post("/join/make", &[("login", "new.one"), ("mark", &mark), ("passphrase", &words)]).await;
        assert!(asked.location().starts_with("/join/"), "{} {}", asked.status, asked.body);
        let seen = stage.get(asked.location()).await;
        let account = stage.rooms.house().accounts().await.unwrap().into_iter().find(|account| account.login == "new.one").unwrap();
        assert!(seen.body.contains(&account.public.spoken(kniha_core::lang::Lang::En).join(" ")));
        let refused = stage.post("/sign-in", &[("login", "new.one"), ("passphrase", &words)]).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("two members have not signed it yet"), "{}", refused.body);
    }

    #[tokio::test]
    async fn nobody_chooses_words_and_none_are_shown_twice() {
        let stage = Stage::set().await.visited_by_nobody();
        let page = stage.post("/join/words", &[("login", "chooser")]).await;
        let (words, mark) = (shown(&page), page.input("mark"));
        let other = stage.post("/join/words", &[("login", "chooser")]).await;
        assert_ne!(words, shown(&other));
        for (typed, mark) in [(shown(&other), mark.as_str()), (words.clone(), ""), ("abandon ".repeat(8), mark.as_str()), (String::new(), mark.as_str())] {
            let again = stage.post("/join/make", &[("login", "chooser"), ("mark", mark), ("passphrase", &typed)]).await;
            assert_eq!((again.status, again.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["passphrase".to_owned()]));
            again.check_ids();
            assert!(!again.body.contains("class=\"eight\"") && (typed.is_empty() || !again.body.contains(&typed)));
        }
        assert!(!stage.rooms.house().accounts().await.unwrap().iter().any(|account| account.login == "chooser"));
    }

    #[tokio::test]
    async fn a_key_from_elsewhere_comes_closed_and_with_its_own_public_half() {
        let stage = Stage::set().await.visited_by_nobody();
        let (key, file) = cast::spare();
        let (file, public, other) = (file.to_text(), key.public().to_text(), cast::someone(1).account().public.to_text());
        assert_eq!(public, other, "the spare key is everybody's who is of no house");
        let wrong = stage.rooms.house().account(crate::stage::id(1)).await.unwrap().unwrap().public.to_text();
        for (login, file, public, at) in [
            ("x", file.as_str(), public.as_str(), "login"),
            ("fine", "kniha-secret-key 1\nabc", &public, "key"),
            ("fine", &file, "", "public"),
            ("fine", &file, &wrong, "public"),
            ("tester", &file, &public, "login"),
        ] {
            let again = stage.post("/join/bring", &[("login", login), ("key", file), ("public", public)]).await;
            assert_eq!((again.status, again.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec![at.to_owned()]), "{login}");
            again.check_ids();
        }
        let asked = stage.post("/join/bring", &[("login", "fine"), ("key", &file), ("public", &public)]).await;
        assert_eq!(stage.get(asked.location()).await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn twenty_wait_and_no_more() {
        let stage = Stage::set().await.visited_by_nobody();
        let (key, file) = cast::spare();
        for n in 0..20 {
            stage.rooms.house().ask_to_join(&format!("waits-{n}"), file, &key.public(), stage.now()).await.unwrap();
        }
        let full = stage.post("/join/bring", &[("login", "one-more"), ("key", &file.to_text()), ("public", &key.public().to_text())]).await;
        assert!(full.status == StatusCode::UNPROCESSABLE_ENTITY && full.body.contains("As many people wait as can"), "{}", full.body);
    }

    #[tokio::test]
    async fn a_member_has_no_page_of_somebody_who_asks() {
        let stage = Stage::set().await.visited_by_nobody();
        assert_eq!(stage.get(&format!("/join/{}", crate::stage::id::<()>(1))).await.status, StatusCode::NOT_FOUND);
    }
}
