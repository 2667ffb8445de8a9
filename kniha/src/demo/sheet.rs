//! The sheet on which one thing of the demo is written down: its records and claims in the order in which a book takes them.
//!
//! A value that does not fit spoils the sheet; the first fault is kept and the generator reports it, so that the many lines that write
//! claims stay readable. Does no I/O.

use anyhow::{Context, Result, anyhow};
use kniha_core::claim::{Citation, KnownTo, Move, NewClaim, Stance, Status};
use kniha_core::id::{ClaimId, NodeId};
use kniha_core::name::{LangTag, Name, NameKind};
use kniha_core::place::Region;
use kniha_core::time::Window;
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind};

use super::rng::Rng;

/// One line for the book.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A new record.
    Record { id: NodeId, kind: NodeKind },
    /// A new claim.
    Claim(Box<NewClaim>),
    /// What happens to a claim of an earlier sheet.
    Move { claim: ClaimId, what: Move, reason: Option<String> },
}

/// The sheet.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) steps: Vec<Step>,
    ids: Rng,
    fault: Option<anyhow::Error>,
    /// What happens to claims of this sheet once everything is written.
    pub(crate) moves: Vec<Step>,
}

impl Sheet {
    pub(crate) fn new(ids: Rng) -> Sheet {
        Sheet { steps: Vec::with_capacity(64), ids, fault: None, moves: Vec::new() }
    }

    /// The steps and the moves that follow at the end, or the first value that did not fit.
    pub(crate) fn done(self) -> Result<(Vec<Step>, Vec<Step>)> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok((self.steps, self.moves)),
        }
    }

    pub(crate) fn record(&mut self, id: NodeId, kind: NodeKind) {
        self.steps.push(Step::Record { id, kind });
    }

    /// A new record with an id of its own.
    pub(crate) fn new_record(&mut self, kind: NodeKind) -> NodeId {
        let id = self.ids.id();
        self.record(id, kind);
        id
    }

    fn claim(&mut self, subject: NodeId, code: &str, value: Result<Value>) -> Line<'_> {
        let id = self.ids.id();
        let made = match (vocab::property(code), value) {
            (Some(property), Ok(value)) => Ok(NewClaim::stated(id, subject, property, value)),
            (None, _) => Err(anyhow!("the demo claims {code}, which is no property")),
            (_, Err(error)) => Err(error.context(format!("the demo's value of {code} does not fit"))),
        };
        match made {
            Ok(claim) => self.steps.push(Step::Claim(Box::new(claim))),
            Err(error) => {
                self.fault.get_or_insert(error);
                return Line { claim: None };
            }
        }
        match self.steps.last_mut() {
            Some(Step::Claim(claim)) => Line { claim: Some(claim) },
            _ => Line { claim: None },
        }
    }

    pub(crate) fn text(&mut self, subject: NodeId, code: &str, text: impl Into<String>, lang: &str) -> Line<'_> {
        let lang = if lang.is_empty() { Ok(None) } else { LangTag::parse(lang).map(Some) };
        let value = lang.map(|lang| Value::Text { text: text.into(), lang }).map_err(anyhow::Error::new);
        self.claim(subject, code, value)
    }

    pub(crate) fn name(&mut self, subject: NodeId, code: &str, text: &str, lang: Option<&str>, kind: &str) -> Line<'_> {
        let name = || -> Result<Value> {
            let lang = lang.map(LangTag::parse).transpose()?;
            Ok(Value::Name(Name::new(text, lang, NameKind::parse(kind)?)?))
        };
        self.claim(subject, code, name())
    }

    pub(crate) fn refer(&mut self, subject: NodeId, code: &str, to: NodeId) -> Line<'_> {
        self.claim(subject, code, Ok(Value::Ref(to)))
    }

    pub(crate) fn code(&mut self, subject: NodeId, property: &str, code: &str) -> Line<'_> {
        self.claim(subject, property, Ok(Value::Code(code.to_owned())))
    }

    pub(crate) fn address(&mut self, subject: NodeId, property: &str, address: String) -> Line<'_> {
        self.claim(subject, property, Ok(Value::Address(address)))
    }

    pub(crate) fn integer(&mut self, subject: NodeId, property: &str, n: i64) -> Line<'_> {
        self.claim(subject, property, Ok(Value::Integer(n)))
    }

    pub(crate) fn real(&mut self, subject: NodeId, property: &str, x: f64) -> Line<'_> {
        self.claim(subject, property, Ok(Value::Real(x)))
    }

    pub(crate) fn window(&mut self, subject: NodeId, property: &str, written: &str) -> Line<'_> {
        self.claim(subject, property, Window::parse(written).map(Value::Window).with_context(|| format!("reading {written}")))
    }

    pub(crate) fn region(&mut self, subject: NodeId, property: &str, region: Result<Region>) -> Line<'_> {
        self.claim(subject, property, region.map(Value::Region))
    }

    /// Moves the claim that was written last, after all claims of the book.
    pub(crate) fn later(&mut self, what: Move, reason: Option<String>) {
        if let Some(Step::Claim(claim)) = self.steps.last() {
            self.moves.push(Step::Move { claim: claim.id, what, reason });
        }
    }
}

/// A claim that can still be given its grounds.
pub(crate) struct Line<'a> {
    claim: Option<&'a mut Box<NewClaim>>,
}

impl Line<'_> {
    fn with(mut self, change: impl FnOnce(&mut NewClaim)) -> Self {
        if let Some(claim) = self.claim.as_mut() {
            change(claim);
        }
        self
    }

    /// When the value held. A text that is no time would leave it open; the tests run with the assertion on.
    pub(crate) fn held(self, written: &str) -> Self {
        let window = Window::parse(written).ok();
        debug_assert!(window.is_some(), "{written} is a time");
        self.with(|claim| claim.held = window)
    }

    pub(crate) fn by(self, source: NodeId) -> Self {
        self.with(|claim| claim.citations.push(Citation::of(source)))
    }

    pub(crate) fn seen_in(self, source: NodeId, exhibit: NodeId) -> Self {
        self.with(|claim| claim.citations.push(Citation { exhibit: Some(exhibit), ..Citation::of(source) }))
    }

    pub(crate) fn words(self, source: NodeId, words: String, locator: String) -> Self {
        self.with(|claim| claim.citations.push(Citation { words: Some(words), locator: Some(locator), ..Citation::of(source) }))
    }

    /// The place in the last cited source, and the archived copy it was read in.
    pub(crate) fn at(self, locator: String, archived: Option<String>) -> Self {
        self.with(|claim| {
            if let Some(citation) = claim.citations.last_mut() {
                citation.locator = Some(locator);
                citation.archived = archived;
                citation.accessed = Window::parse("2034-03-02").ok();
            }
        })
    }

    pub(crate) fn origin(self, origin: &str) -> Self {
        self.with(|claim| claim.origin = Some(origin.to_owned()))
    }

    pub(crate) fn against(self) -> Self {
        self.with(|claim| claim.stance = Stance::Against)
    }

    pub(crate) fn status(self, status: Status) -> Self {
        self.with(|claim| claim.status = status)
    }

    pub(crate) fn known_to(self, known_to: KnownTo) -> Self {
        self.with(|claim| claim.known_to = known_to)
    }
}
