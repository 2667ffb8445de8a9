//! The mailbox: the person comes back with their words, reads what was answered, adds, takes back.
//!
//! Words that were given and words that were not go through the same code and are shown the same page: four blocks are taken, four are tried, and the page is
//! filled up to a round length. What the visit keeps in its pages ([`Back`]) can send more but read nothing.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use data_encoding::BASE64URL_NOPAD;
use kniha_core::telling::{Answers, MOST_ACCOUNT};
use kniha_inbox::Put;
use kniha_seal::mailbox::{self, Answer, AnswerKind, Block};
use kniha_seal::part::{PartKind, SubmissionId};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, TEAM};
use kniha_seal::source::{MailboxId, Source};
use kniha_seal::submission::{Back, Sender};
use kniha_seal::words::{Words, WordsError};
use zeroize::Zeroizing;

use super::got::{self, Got};
use super::send::{self, Sending};
use super::tell::{Numbers, numbers};
use crate::asked::{Problem, Typed};
use crate::error::PageError;
use crate::fields::Fields;
use crate::page::{Frame, Switch, page, refused_form};
use crate::stack::apart;
use crate::state::Visit;
use crate::{Portal, Tongue, civil, random};

/// What the visit's keys are sealed for.
const PURPOSE: &str = "back";
/// Every mailbox page is a multiple of this, in bytes.
const ROUND: usize = 24 * 1024;

#[derive(Template)]
#[template(path = "back.html")]
struct WordsPage {
    frame: Frame,
    problems: Vec<Problem>,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct MailboxPage {
    frame: Frame,
    mark: String,
    answers: Vec<Shown>,
    state: String,
}

/// What one of the forms of the mailbox asks again.
#[derive(Template)]
#[template(path = "again.html")]
struct AgainPage<'a> {
    frame: Frame,
    what: What,
    state: String,
    typed: Typed<'a>,
    problems: Vec<Problem>,
    most: String,
    team: Numbers,
    lawyers: Numbers,
    custodians: Numbers,
}

impl MailboxPage {
    fn whats(&self) -> [What; 3] {
        What::ALL
    }
}

/// An answer as it is shown.
struct Shown {
    kind: &'static str,
    lang: String,
    /// As machines write it.
    iso: String,
    day: String,
    text: String,
}

/// What can be sent from the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// More words, files after them.
    Add,
    /// A permission taken back.
    Withdraw,
    /// A wish that everything be destroyed.
    Delete,
}

pub(super) fn routes() -> Router<Portal> {
    let mut routes = Router::new().route("/{lang}/back", get(ask).post(open));
    for what in What::ALL {
        let send = async move |State(portal), frame, visit, fields| take(portal, frame, visit, fields, what).await;
        routes = routes.route(&format!("/{{lang}}/back/{}", what.code()), post(send).get(to_the_words));
    }
    routes
}

async fn ask(frame: Frame) -> Result<Response, PageError> {
    let title = frame.t.get("back-title");
    page(&WordsPage { frame: frame.titled(title), problems: Vec::new() })
}

async fn to_the_words(frame: Frame) -> Redirect {
    Redirect::to(&frame.path("/back"))
}

async fn open(State(portal): State<Portal>, frame: Frame, visit: Visit, fields: Fields) -> Result<Response, PageError> {
    let (t, title) = (frame.t, frame.t.get("back-title"));
    let words = match Words::parse(fields.get("words"), t.lang()) {
        Ok(words) => words,
        Err(_) if fields.has("stay") => return page(&WordsPage { frame: frame.titled(title), problems: Vec::new() }),
        Err(error) => {
            let problem = match error {
                WordsError::Count { words } => Problem::counted("words", "words-count", words, t),
                WordsError::Unknown { place } => Problem::counted("words", "words-unknown", place, t),
                WordsError::Checksum => Problem::new("words", "words-checksum"),
                WordsError::Ambiguous => Problem::new("words", "words-many"),
            };
            return refused_form(&WordsPage { frame: frame.titled(title), problems: vec![problem] });
        }
    };
    let keys = portal.list()?;
    let book = portal.config().book;
    let source = Source::new(&book, &words);
    let stored = portal.inbox().blocks(source.mailbox().0).await?;
    let team = keys.list().reply.clone();
    let opened = apart(move || {
        let state = Back::of(&source).encode();
        let answers = read(&book, &source.mailbox(), &source, &stored, &team)?;
        Ok::<_, PageError>((answers, source.mark(t.lang()).join(" "), state))
    });
    let (answers, mark, back) = opened.await??;
    // Another language would need the words again.
    let frame = frame.titled(t.get("back-mailbox")).switching(Switch::Off);
    let answers = answers.into_iter().map(|answer| Shown::of(answer, t)).collect();
    let mailbox = MailboxPage { frame, mark, answers, state: visit.seal(PURPOSE, &back) };
    Ok(Html(filled_up(mailbox.render().map_err(|_| PageError::Broken)?)).into_response())
}

/// The answers among four blocks, the newest first. Blocks that do not open are nobody's: fillers, or of other keys.
fn read(book: &[u8; 32], id: &MailboxId, source: &Source, stored: &[Vec<u8>], team: &kniha_seal::sign::VerifyingKey) -> Result<Vec<Answer>, PageError> {
    let blocks: Vec<Block> = stored.iter().filter_map(|bytes| Block::from_bytes(bytes).ok()).collect();
    let served = mailbox::serve(&blocks, &mut random()).map_err(|_| PageError::Broken)?;
    let key = source.reply();
    let mut answers: Vec<Answer> = served.iter().filter_map(|block| block.open(book, id, &key, team).ok()).collect();
    answers.sort_by_key(|answer| std::cmp::Reverse(answer.seq));
    Ok(answers)
}

/// Fills a page up to a round length with a comment of random letters, so that its length on the wire tells nobody whether an answer was there.
fn filled_up(mut html: String) -> String {
    let (open, close) = ("\n<!-- ", " -->\n");
    let most = (html.len() + open.len() + close.len()).next_multiple_of(ROUND);
    let fill = most - html.len() - open.len() - close.len();
    let mut noise = vec![0; fill.div_ceil(4) * 3];
    rand_core::Rng::fill_bytes(&mut random(), &mut noise);
    // Two hyphens would end a comment.
    let noise = BASE64URL_NOPAD.encode(&noise).replace('-', "_");
    html.push_str(open);
    html.push_str(&noise[..fill]);
    html.push_str(close);
    html
}

async fn take(portal: Portal, frame: Frame, visit: Visit, fields: Fields, what: What) -> Result<Response, PageError> {
    let opened = visit.open(PURPOSE, fields.get("state"))?;
    let bytes = opened.clone();
    let back = apart(move || Back::decode(&bytes)).await?.ok_or(PageError::Altered)?;
    let mut answers = Answers::new();
    let mut problems = Vec::new();
    for (block, name) in what.asks() {
        if let Err(error) = answers.set(block, name, fields.get(&format!("{block}/{name}"))) {
            problems.push(Problem::of_answer(block, name, &error, frame.t));
        }
    }
    if problems.is_empty() {
        problems.extend(what.missing(&answers));
    }
    if !problems.is_empty() || fields.has("stay") {
        let title = frame.t.get(what.title());
        let frame = frame.titled(title).switching(Switch::Form("screen"));
        if fields.has("stay") {
            problems.clear();
        }
        let refused = !problems.is_empty();
        let keys = portal.list()?;
        let of = |no| numbers(&portal, no, &keys);
        let (team, lawyers, custodians) = (of(TEAM)?, of(LAWYERS)?, of(CUSTODIANS)?);
        let again = AgainPage {
            team,
            lawyers,
            custodians,
            frame,
            what,
            state: visit.seal(PURPOSE, &opened),
            typed: Typed::new(&answers, Some(&fields)),
            problems,
            most: MOST_ACCOUNT.to_string(),
        };
        return if refused { refused_form(&again) } else { page(&again) };
    }
    let sending = Sending { submission: submission_of(&fields, &opened), kind: what.kind(), answers, lang: frame.t.lang() };
    let (put, follow) = send::keep(&portal, sending, move |seal| seal(Sender::Back(&back))).await?;
    let said = if put == Put::AlreadyThere { "got-twice" } else { "back-sent" };
    got::report(frame, &visit, &portal, Got { said, next: what.then(), mark: None, files: (what == What::Add).then_some(follow) })
}

/// The same form pressed twice is one submission; another text is another.
fn submission_of(fields: &Fields, opened: &[u8]) -> SubmissionId {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new().chain_update(b"kniha/1/sent-back").chain_update(fields.get("state")).chain_update(opened);
    for (name, value) in fields.iter().filter(|(name, _)| name.contains('/')) {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name);
        hash.update((value.len() as u64).to_be_bytes());
        hash.update(value);
    }
    let hash = Zeroizing::new(<[u8; 32]>::from(hash.finalize()));
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    SubmissionId::from_random(id)
}

impl Shown {
    fn of(answer: Answer, t: Tongue) -> Shown {
        let kind = match answer.kind {
            AnswerKind::Text => "back-kind-text",
            AnswerKind::Status => "back-kind-status",
            AnswerKind::Request => "back-kind-request",
        };
        Shown { kind, lang: answer.lang, iso: civil(answer.day).to_string(), day: t.date(answer.day), text: answer.text }
    }
}

impl What {
    /// All, in the order in which they are offered.
    const ALL: [What; 3] = [What::Add, What::Withdraw, What::Delete];

    /// Its name in addresses and messages.
    pub(crate) fn code(self) -> &'static str {
        match self {
            What::Add => "add",
            What::Withdraw => "withdraw",
            What::Delete => "delete",
        }
    }

    /// The key of its title.
    pub(crate) fn title(self) -> &'static str {
        match self {
            What::Add => "back-add",
            What::Withdraw => "back-withdraw",
            What::Delete => "back-delete",
        }
    }

    fn kind(self) -> PartKind {
        match self {
            What::Add => PartKind::Addition,
            What::Withdraw => PartKind::Withdrawal,
            What::Delete => PartKind::Deletion,
        }
    }

    fn asks(self) -> &'static [(&'static str, &'static str)] {
        match self {
            What::Add => &[("add", "text"), ("own", "acts"), ("door", "door"), ("door", "custodians")],
            What::Withdraw => &[("withdraw", "what"), ("withdraw", "text")],
            What::Delete => &[("delete", "confirm")],
        }
    }

    /// The key of what happens once it is sent.
    fn then(self) -> &'static str {
        match self {
            What::Add => "back-add-next",
            What::Withdraw => "back-withdraw-hint",
            What::Delete => "back-delete-next",
        }
    }

    /// What must be there before anything is sent.
    fn missing(self, answers: &Answers) -> Option<Problem> {
        match self {
            What::Add => answers.get("door", "door").is_none().then(|| Problem::new("door-door", "problem-choice")),
            What::Withdraw => answers.get("withdraw", "what").is_none().then(|| Problem::new("withdraw-what", "back-withdraw-missing")),
            What::Delete => (!answers.yes("delete", "confirm")).then(|| Problem::new("delete-confirm", "back-delete-missing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_filled_up_to_a_round_length() {
        for len in [0, 1, ROUND - 12, ROUND - 11, ROUND - 10, ROUND, 3 * ROUND + 5] {
            let page = filled_up("x".repeat(len));
            assert!(page.len().is_multiple_of(ROUND) && page.len() >= len && !page[..page.len() - 5].contains("-->"), "{len}");
        }
    }
}
