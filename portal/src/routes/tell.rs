//! The five screens: before you start, what happened, which door, check and words, type them back and send.
//!
//! All are one address, `/xx/tell`, to which each screen posts itself with `at` (which screen it is), `go` (which button) and the sealed [`Draft`]; nothing
//! lies here between two requests. A double press, the browser's Back and a second window send the same submission, which is kept once.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Redirect, Response};
use axum::routing::get;
use kniha_core::telling::{Door, MOST_ACCOUNT};
use kniha_inbox::Put;
use kniha_seal::keylist::Trusted;
use kniha_seal::part::PartKind;
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, QuorumNo, TEAM};
use kniha_seal::source::Source;
use kniha_seal::submission::Sender;
use kniha_seal::words::{Words, WordsError};

use super::got;
use super::send::{self, Sending};
use crate::Portal;
use crate::asked::{Problem, Typed};
use crate::draft::{Draft, Shown};
use crate::error::PageError;
use crate::fields::Fields;
use crate::page::{Frame, Switch, page, refused_form};
use crate::random;
use crate::state::{StateError, Visit};

/// What a draft is sealed for.
const PURPOSE: &str = "tell";

/// The screen that sends a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Before,
    Account,
    Door,
    Check,
    Type,
}

/// Fields that a screen asks, by block and name.
const ACCOUNT: [(&str, &str); 8] =
    [("tell", "account"), ("tell", "where"), ("tell", "when"), ("tell", "heard"), ("own", "acts"), ("tell", "later"), ("tell", "help"), ("triage", "urgent")];
const DOOR: [(&str, &str); 7] =
    [("door", "door"), ("door", "custodians"), ("door", "write"), ("door", "never"), ("door", "silent"), ("door", "closed"), ("contact", "reach")];

/// Where in `check.html` an answer stands: title and path, in the order in which they were asked.
const TOLD: [(&str, &str, &str); 9] = [
    ("account-label", "tell", "account"),
    ("check-where", "tell", "where"),
    ("check-when", "tell", "when"),
    ("check-heard", "tell", "heard"),
    ("check-own", "own", "acts"),
    ("check-later", "tell", "later"),
    ("check-help", "tell", "help"),
    ("check-reach", "contact", "reach"),
    ("check-never", "door", "never"),
];

/// How many must come together, for the text of a page.
pub(super) struct Numbers {
    pub(crate) k: String,
    pub(crate) drawn: String,
    pub(crate) n: String,
}

#[derive(Template)]
#[template(path = "before.html")]
struct BeforePage {
    frame: Frame,
    team: Numbers,
    /// Whether there is a page that seals in the browser.
    sealed: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    frame: Frame,
    state: String,
    draft: &'a Draft,
    typed: Typed<'a>,
    problems: Vec<Problem>,
    most: String,
}

#[derive(Template)]
#[template(path = "door.html")]
struct DoorPage<'a> {
    frame: Frame,
    state: String,
    draft: &'a Draft,
    typed: Typed<'a>,
    problems: Vec<Problem>,
    team: Numbers,
    lawyers: Numbers,
    custodians: Numbers,
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage<'a> {
    frame: Frame,
    state: String,
    draft: &'a Draft,
    words: Vec<&'a str>,
    mark: String,
    again: bool,
    /// A sealed deposit that only words open cannot be sent one way.
    one_way: bool,
}

#[derive(Template)]
#[template(path = "type.html")]
struct TypePage<'a> {
    frame: Frame,
    state: String,
    draft: &'a Draft,
    problems: Vec<Problem>,
}

impl AccountPage<'_> {
    /// Whether the box of further questions stands open: something is in it, or is wrong with it.
    fn more(&self) -> bool {
        let inside = ACCOUNT.iter().filter(|(_, name)| !["account", "urgent"].contains(name));
        self.problems.iter().any(|problem| problem.at != "tell-account") || inside.into_iter().any(|(block, name)| !self.typed.value(block, name).is_empty())
    }
}

impl DoorPage<'_> {
    fn more(&self) -> bool {
        let inside = DOOR.iter().filter(|(_, name)| !["door", "custodians"].contains(name));
        let filled = inside.into_iter().any(|(block, name)| !self.typed.value(block, name).is_empty());
        self.problems.iter().any(|problem| problem.at != "door-door") || self.draft.statement.is_some() || filled
    }

    fn statement(&self) -> &str {
        self.draft.statement.as_deref().unwrap_or_default()
    }
}

impl CheckPage<'_> {
    /// What was told, with a title each.
    fn told(&self) -> Vec<(String, String)> {
        let (t, answers) = (self.frame.t, &self.draft.answers);
        let mut told: Vec<(String, String)> =
            TOLD.iter().filter_map(|(title, block, name)| Some((t.get(title), answers.get(block, name)?.to_owned()))).collect();
        if answers.yes("triage", "urgent") {
            told.push((t.get("check-urgent"), t.get("door-write-yes")));
        }
        let door = match answers.door() {
            Door::Team => "door-team",
            Door::Lawyers => "door-lawyers",
            Door::Deposit { .. } => "door-deposit",
        };
        told.push((t.get("check-door"), t.get(door)));
        told
    }
}

pub(super) fn routes() -> Router<Portal> {
    Router::new().route("/{lang}", get(before)).route("/{lang}/tell", get(to_the_start).post(tell))
}

async fn before(State(portal): State<Portal>, frame: Frame) -> Result<Response, PageError> {
    let keys = portal.list()?;
    before_page(&portal, frame, &keys)
}

fn before_page(portal: &Portal, frame: Frame, keys: &Trusted) -> Result<Response, PageError> {
    let title = frame.t.get("before-title");
    page(&BeforePage { frame: frame.titled(title), team: numbers(portal, TEAM, keys)?, sealed: portal.sealed_page().is_some() })
}

/// An address that is opened by hand, or reloaded after the browser was closed.
async fn to_the_start(frame: Frame) -> Redirect {
    Redirect::to(&frame.path(""))
}

async fn tell(State(portal): State<Portal>, frame: Frame, visit: Visit, fields: Fields) -> Result<Response, PageError> {
    let at = At::of(fields.get("at")).ok_or(PageError::Malformed)?;
    let (mut draft, mut problems) = begun(at, &visit, &fields)?;
    problems.extend(take(&mut draft, at, &fields, &frame));
    let screen = Screen { portal: &portal, frame, visit: &visit, fields: &fields };
    if fields.has("stay") {
        return screen.show(at, &draft, Vec::new());
    }
    if !problems.is_empty() && fields.get("go") != "back" {
        return screen.show(at, &draft, problems);
    }
    match (at, fields.get("go")) {
        (At::Before, _) | (At::Door, "back") | (At::Check, "account") => screen.show(At::Account, &draft, Vec::new()),
        (At::Account, "back") => Ok(axum::response::IntoResponse::into_response(Redirect::to(&screen.frame.path("")))),
        (At::Account, _) if draft.minor() => screen.words(draft),
        (At::Account, _) | (At::Check, "door") => screen.show(At::Door, &draft, Vec::new()),
        (At::Door, _) | (At::Type, "back" | "new-words") => screen.words(draft),
        (At::Check, "back") => screen.show(if draft.minor() { At::Account } else { At::Door }, &draft, Vec::new()),
        (At::Check, "one-way") => screen.send(draft, None).await,
        (At::Check, _) => screen.show(At::Type, &draft, Vec::new()),
        (At::Type, _) => match typed_words(&fields, &draft, &screen.frame) {
            Ok(words) => screen.send(draft, Some(words)).await,
            Err(problem) => screen.show(At::Type, &draft, vec![problem]),
        },
    }
}

/// The draft that a screen goes on with. What stands in the boxes of the account's screen is never lost to an old page or a missing cookie.
fn begun(at: At, visit: &Visit, fields: &Fields) -> Result<(Draft, Vec<Problem>), PageError> {
    let fresh = || {
        let mut draft = Draft { practice: fields.has("practice"), ..Draft::default() };
        let minor = draft.answers.set("tell", "minor", fields.get("tell/minor"));
        minor.map(|()| draft).map_err(|_| PageError::Malformed)
    };
    match (at, visit.open(PURPOSE, fields.get("state"))) {
        (At::Before, _) => Ok((fresh()?, Vec::new())),
        (_, Ok(bytes)) => Ok((Draft::decode(&bytes).ok_or(PageError::Altered)?, Vec::new())),
        (At::Account, Err(StateError::Expired)) => Ok((fresh()?, Vec::new())),
        (At::Account, Err(StateError::NoHalf)) => Ok((fresh()?, vec![Problem::new("tell-account", "problem-cookie")])),
        (_, Err(error)) => Err(error.into()),
    }
}

/// Takes over what a screen asked; says what cannot be taken.
fn take(draft: &mut Draft, at: At, fields: &Fields, frame: &Frame) -> Vec<Problem> {
    let asked: &[(&str, &str)] = match at {
        At::Account => &ACCOUNT,
        At::Door => &DOOR,
        _ => &[],
    };
    let mut problems = Vec::new();
    for (block, name) in asked {
        if let Err(error) = draft.answers.set(block, name, fields.get(&format!("{block}/{name}"))) {
            problems.push(Problem::of_answer(block, name, &error, frame.t));
        }
    }
    match at {
        At::Account if problems.is_empty() && ["account", "later"].iter().all(|name| draft.answers.get("tell", name).is_none()) => {
            problems.push(Problem::new("tell-account", "account-missing"));
        }
        At::Door => {
            if draft.answers.get("door", "door").is_none() {
                problems.push(Problem::new("door-door", "problem-choice"));
            }
            let statement = fields.get("statement").trim();
            draft.statement = (fields.has("prove") || !statement.is_empty()).then(|| statement.to_owned());
            if statement.len() > kniha_seal::receipt::MOST_STATEMENT {
                draft.statement = None;
                problems.push(Problem::new("statement", "problem-statement"));
            }
        }
        _ => {}
    }
    problems
}

/// The words typed back, if they are those that were shown.
fn typed_words(fields: &Fields, draft: &Draft, frame: &Frame) -> Result<Words, Problem> {
    let at = "words";
    let words = Words::parse(fields.get("words"), frame.t.lang()).map_err(|error| match error {
        WordsError::Count { words } => Problem::counted(at, "type-count", words, frame.t),
        WordsError::Unknown { place } => Problem::counted(at, "type-unknown", place, frame.t),
        WordsError::Checksum => Problem::new(at, "type-checksum"),
        WordsError::Ambiguous => Problem::new(at, "words-many"),
    })?;
    if draft.shown.as_ref().is_some_and(|shown| shown.are(&words)) { Ok(words) } else { Err(Problem::new(at, "type-other")) }
}

/// One request's way to answer with a screen.
struct Screen<'a> {
    portal: &'a Portal,
    frame: Frame,
    visit: &'a Visit,
    fields: &'a Fields,
}

impl Screen<'_> {
    fn show(self, at: At, draft: &Draft, problems: Vec<Problem>) -> Result<Response, PageError> {
        let (t, keys) = (self.frame.t, self.portal.list()?);
        let state = self.visit.seal(PURPOSE, &draft.encode());
        // What was typed stands in the boxes again where this screen itself is shown again.
        let again = At::of(self.fields.get("at")) == Some(at);
        let typed = Typed::new(&draft.answers, again.then_some(self.fields));
        let frame = |title: &str| self.frame.clone().titled(t.get(title)).switching(Switch::Form("screen"));
        let refused = !problems.is_empty();
        let answer = |page_of: &dyn Fn(bool) -> Result<Response, PageError>| page_of(refused);
        match at {
            At::Before => before_page(self.portal, self.frame, &keys),
            At::Account => {
                let title = if draft.minor() { "account-title-minor" } else { "account-title" };
                let screen = AccountPage { frame: frame(title), state, draft, typed, problems, most: MOST_ACCOUNT.to_string() };
                answer(&|refused| if refused { refused_form(&screen) } else { page(&screen) })
            }
            At::Door => {
                let of = |no| numbers(self.portal, no, &keys);
                let screen =
                    DoorPage { frame: frame("door-title"), state, draft, typed, problems, team: of(TEAM)?, lawyers: of(LAWYERS)?, custodians: of(CUSTODIANS)? };
                answer(&|refused| if refused { refused_form(&screen) } else { page(&screen) })
            }
            At::Check => self.words(draft.clone()),
            At::Type => {
                let screen = TypePage { frame: frame("type-title"), state, draft, problems };
                answer(&|refused| if refused { refused_form(&screen) } else { page(&screen) })
            }
        }
    }

    /// Shows fresh words. Those shown before are forgotten with the state that knew them.
    fn words(self, mut draft: Draft) -> Result<Response, PageError> {
        self.portal.list()?;
        let again = draft.shown.is_some();
        let words = Words::random(&mut random());
        draft.shown = Some(Shown::new(&words, &mut random()));
        let t = self.frame.t;
        let text = words.text(t.lang());
        let source = Source::new(&self.portal.config().book, &words);
        let screen = CheckPage {
            state: self.visit.seal(PURPOSE, &draft.encode()),
            // The words are shown once: another language would show others.
            frame: self.frame.titled(t.get("check-title")).switching(Switch::Off),
            words: text.split(' ').collect(),
            mark: source.mark(t.lang()).join(" "),
            again,
            one_way: draft.answers.door() != Door::Deposit { custodians: false },
            draft: &draft,
        };
        page(&screen)
    }

    /// Seals and keeps. From here on nothing of it can be lost.
    async fn send(self, draft: Draft, words: Option<Words>) -> Result<Response, PageError> {
        let shown = draft.shown.clone().ok_or(PageError::Altered)?;
        let source = words.map(|words| Source::new(&self.portal.config().book, &words));
        let lang = self.frame.t.lang();
        let mark = source.as_ref().map(|source| source.mark(lang).join(" "));
        if draft.practice {
            return got::practice(self.frame);
        }
        let door = draft.answers.door();
        let sending = Sending { submission: shown.submission, kind: PartKind::Report, answers: draft.answers.clone(), lang };
        let (put, follow) = send::keep(self.portal, sending, move |seal| match &source {
            Some(source) => seal(Sender::Words { source, statement: draft.statement.as_deref() }),
            None => seal(Sender::OneWay),
        })
        .await?;
        let said = if put == Put::AlreadyThere { "got-twice" } else { "got-text" };
        let next = match (door, &mark) {
            (_, None) => "got-next-one-way",
            (Door::Deposit { .. }, _) => "got-next-deposit",
            _ => "got-next-text",
        };
        got::report(self.frame, self.visit, self.portal, got::Got { said, next, mark, files: Some(follow) })
    }
}

impl At {
    fn of(written: &str) -> Option<At> {
        [("before", At::Before), ("account", At::Account), ("door", At::Door), ("check", At::Check), ("type", At::Type)]
            .into_iter()
            .find_map(|(name, at)| (name == written).then_some(at))
    }
}

/// How many of a quorum must come together today.
pub(super) fn numbers(portal: &Portal, no: QuorumNo, keys: &Trusted) -> Result<Numbers, PageError> {
    let quorum = keys.list().quorum(no, portal.today()).map_err(|_| PageError::Closed)?;
    Ok(Numbers { k: quorum.k().to_string(), drawn: quorum.draw().to_string(), n: quorum.slots().len().to_string() })
}
